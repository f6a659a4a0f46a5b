//! The catalogue against a table of all messages and TLVs that are known: nothing is missing, nothing is there twice,
//! nothing has another name, number or format.
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

use std::collections::BTreeSet;

use qmi_wire::catalogue::{self, Kind, MessageInfo, SERVICES, ServiceInfo, TlvInfo, Value};
use qmi_wire::service::Service;

/// Columns: service, number, message, number, kind, vendor, TLVs of the request, TLVs of the response or indication.
const TABLE: &str = include_str!("messages.tsv");

fn messages() -> impl Iterator<Item = (&'static ServiceInfo, &'static MessageInfo)> {
    SERVICES.iter().flat_map(|service| service.messages.iter().map(move |message| (*service, message)))
}

/// The table as the catalogue would have it.
fn row(message: &Value) -> String {
    let text = |key: &str| message[key].as_str().unwrap_or("-").to_owned();
    let tlvs = |side: &str| {
        let list = message[side].as_array().into_iter().flatten();
        let numbers: BTreeSet<&str> = list.map(|tlv| &tlv["tlv"].as_str().unwrap()[2..]).collect();
        if numbers.is_empty() { "-".to_owned() } else { numbers.into_iter().collect::<Vec<_>>().join(",") }
    };
    let head = ["service", "service_id", "message", "id", "kind", "vendor"].map(text).join("\t");
    [head, tlvs("input"), tlvs("output")].join("\t")
}

#[test]
fn everything_known_is_there_once() {
    let mut lines = TABLE.lines();
    assert_eq!(lines.next(), Some("service\tnumber\tmessage\tid\tkind\tvendor\tinput\toutput"));
    let wanted: BTreeSet<&str> = lines.collect();
    let all: Vec<String> = catalogue::rows().iter().map(row).collect();
    let ours: BTreeSet<&str> = all.iter().map(String::as_str).collect();
    let missing: Vec<_> = wanted.difference(&ours).collect();
    let extra: Vec<_> = ours.difference(&wanted).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:#?}\nextra: {extra:#?}");
    assert_eq!(ours.len(), all.len(), "declared twice");
    assert!(wanted.len() > 370, "the table was read");
}

#[test]
fn rows_say_what_a_type_is() {
    let row = |service, id, indication| {
        let service = catalogue::service(service).unwrap();
        service.row(service.message(id, indication, None).unwrap())
    };
    let tlv = |row: &Value, side: &str, number: &str| {
        row[side].as_array().unwrap().iter().find(|tlv| tlv["tlv"] == number).unwrap().clone()
    };
    let start = row(Service::WDS, 0x0020, false);
    assert_eq!(start["abortable"], true);
    let password = tlv(&start, "input", "0x18");
    assert_eq!((&password["type"], &password["personal"]), (&"string(rest)".into(), &true.into()));
    let reason = tlv(&start, "output", "0x10");
    assert_eq!(reason["type"], "enum:QmiWdsCallEndReason(u16)");
    assert!(reason["when"].as_str().unwrap().ends_with("QmiProtocolError.CallFailed"));
    let versions = tlv(&row(Service::CTL, 0x0021, false), "output", "0x01");
    let wanted = "array(prefix=u8,struct{service:enum:QmiService(u8),major_version:u16,minor_version:u16})";
    assert_eq!((&versions["type"], &versions["when"]), (&wanted.into(), &"success".into()));
    let slots = tlv(&row(Service::UIM, 0x0047, false), "output", "0x10");
    assert_eq!(slots["personal"], serde_json::json!(["[].iccid"]));
    let address = tlv(&row(Service::WDS, 0x002d, false), "output", "0x27");
    assert_eq!(address["type"], "array(fixed=8,u16be)");
}

#[test]
fn numbers_and_names_are_unique() {
    let mut numbers = BTreeSet::new();
    let mut names = BTreeSet::new();
    for (service, message) in messages() {
        let indication = message.input.is_none();
        assert!(numbers.insert((service.service, message.id, indication, message.vendor)), "{}", message.name);
        assert!(names.insert((service.name, message.name, indication)), "{} {}", service.name, message.name);
        for tlvs in [message.input.unwrap_or_default(), message.output] {
            let types: BTreeSet<u8> = tlvs.iter().map(|tlv| tlv.tlv).collect();
            let names: BTreeSet<String> = tlvs.iter().map(TlvInfo::name).collect();
            assert_eq!((types.len(), names.len()), (tlvs.len(), tlvs.len()), "{} {}", service.name, message.name);
        }
    }
    let services: BTreeSet<Service> = SERVICES.iter().map(|service| service.service).collect();
    assert_eq!(services.len(), SERVICES.len());
    assert_eq!(SERVICES.len(), 26);
    for service in SERVICES {
        assert_eq!(service.service.name(), Some(service.name), "both names of a service agree");
    }
}

#[test]
fn vendors_choose_among_messages_of_one_number() {
    let dms = catalogue::service(Service::DMS).unwrap();
    let name = |id, vendor| dms.message(id, false, vendor).unwrap().name;
    assert_eq!(name(0x5556, Some(0x03f0)), "HP Change Device Mode");
    assert_eq!(name(0x5556, Some(0x1199)), "Swi Get Current Firmware");
    assert_eq!(name(0x5571, Some(0x0489)), "Foxconn Set FCC Authentication");
    assert_eq!(name(0x555f, Some(0x1199)), "Set FCC Authentication");
    assert!(dms.message(0x5556, true, None).is_none());
}

#[test]
fn elements_of_lists_are_never_empty() {
    fn walk(kind: &Kind, path: &str) {
        match kind {
            Kind::Array { of, .. } => {
                let empty = matches!(of, Kind::Struct(info) if info.fields.is_empty()) || matches!(of, Kind::Tail(_));
                assert!(!empty, "{path}");
                walk(of, path);
            }
            Kind::Struct(info) => info.fields.iter().for_each(|field| walk(&field.kind, path)),
            _ => {}
        }
    }
    for (service, message) in messages() {
        for tlv in message.input.unwrap_or_default().iter().chain(message.output) {
            walk(&tlv.kind, &format!("{} {} {}", service.name, message.name, tlv.name()));
        }
    }
}
