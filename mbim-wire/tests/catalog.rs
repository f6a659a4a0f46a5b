//! The catalogue against a table of all commands that are known: nothing is missing, nothing is there twice, nothing has
//! another name or number.
#![cfg(feature = "catalogue")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use mbim_wire::Uuid;
use mbim_wire::catalogue::{CommandInfo, FieldInfo, Form, SERVICES, ServiceInfo};
use mbim_wire::service::known;

use common::structures;

/// Columns: service, UUID, CID, command, version of the extensions, forms.
const TABLE: &str = include_str!("commands.tsv");

struct Row {
    service: &'static str,
    uuid: Uuid,
    cid: u32,
    command: &'static str,
    version: &'static str,
    forms: Vec<&'static str>,
}

fn table() -> Vec<Row> {
    let mut lines = TABLE.lines();
    assert_eq!(lines.next(), Some("service\tuuid\tcid\tcommand\tversion\tforms"));
    lines
        .map(|line| {
            let [service, uuid, cid, command, version, forms] = line.split('\t').collect::<Vec<_>>()[..] else {
                panic!("six columns: {line}");
            };
            let (uuid, cid) = (uuid.parse().expect(line), cid.parse().expect(line));
            Row { service, uuid, cid, command, version, forms: forms.split(',').collect() }
        })
        .collect()
}

fn commands() -> impl Iterator<Item = (&'static ServiceInfo, &'static CommandInfo)> {
    SERVICES.iter().flat_map(|service| service.commands.iter().map(move |command| (*service, command)))
}

fn form(name: &str) -> Form {
    match name {
        "query" => Form::Query,
        "set" => Form::Set,
        "response" => Form::Response,
        "notification" => Form::Notification,
        other => panic!("{other} is not a form"),
    }
}

#[test]
fn every_service_is_there_once() {
    let ours: BTreeMap<Uuid, &str> = SERVICES.iter().map(|service| (service.uuid, service.name)).collect();
    let names: BTreeSet<&str> = ours.values().copied().collect();
    let wanted: BTreeMap<Uuid, &str> = table().iter().map(|row| (row.uuid, row.service)).collect();
    assert_eq!((ours.len(), names.len()), (SERVICES.len(), SERVICES.len()), "a UUID or a name is used twice");
    assert_eq!(ours, wanted);
}

#[test]
fn every_command_is_there_once() {
    let mut ours = BTreeMap::new();
    for (service, command) in commands() {
        let key = (service.uuid, command.cid, command.extension_version());
        let before = ours.insert(key, (service.name, command.name()));
        assert_eq!(before, None, "declared twice: {} {}", service.name, command.name());
    }
    let key = |row: &Row| (row.uuid, row.cid, row.version.to_owned());
    let wanted: BTreeMap<_, _> = table().iter().map(|row| (key(row), (row.service, row.command.to_owned()))).collect();
    assert_eq!(ours, wanted);
}

#[test]
fn every_form_is_there() {
    let rows = table();
    let mut missing = Vec::new();
    for row in &rows {
        let found = commands().find(|(service, command)| {
            (service.uuid, command.cid, &*command.extension_version()) == (row.uuid, row.cid, row.version)
        });
        for name in &row.forms {
            if found.and_then(|(_, command)| command.form(form(name))).is_none() {
                missing.push(format!("{} {} {} {name}", row.service, row.command, row.version));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    assert!(rows.len() > 100, "the table was read");
}

#[test]
fn a_version_falls_back_to_the_older_one() {
    let service = mbim_wire::catalogue::service("a289cc33-bcbb-8b4f-b6b0-133ec2aae6df".parse().unwrap()).unwrap();
    let version = |cid, version| service.command(cid, Form::Response, version).unwrap().0.version;
    assert_eq!([version(3, 3), version(9, 1), version(9, 3), version(12, 2), version(12, 3)], [1, 1, 2, 1, 3]);
}

#[test]
fn every_list_finds_its_count() {
    for info in structures() {
        for field in info.fields {
            let text = field.type_text(info);
            assert!(!text.contains("=,") && !text.contains("=)"), "{} {}: {text}", info.name, field.name());
        }
    }
}

#[test]
fn field_names_are_unique_in_a_structure() {
    for info in structures() {
        let names: BTreeSet<String> = info.fields.iter().map(FieldInfo::name).collect();
        assert_eq!(names.len(), info.fields.len(), "{}", info.name);
    }
}

#[test]
fn names_of_undeclared_services_do_not_hide_declared_ones() {
    for (uuid, name) in known::ALL {
        assert!(mbim_wire::catalogue::service(*uuid).is_none(), "{name} is declared");
        assert_eq!(known::name(*uuid), Some(*name));
    }
    assert_eq!(known::name(Uuid::new(0)), None);
    let names: BTreeSet<&str> = known::ALL.iter().map(|(_, name)| *name).collect();
    assert_eq!(names.len(), known::ALL.len());
}
