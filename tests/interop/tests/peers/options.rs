//! The lists of the options of mbimcli and qmicli are complete, and say what each one asks of the modem.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use wwan::mbim_wire::catalogue::SERVICES;
use wwan::qmi_wire::catalogue::service_by_name;
use wwan_interop::mbimcli::{actions, listed};
use wwan_interop::qmicli;

/// Options of the program itself.
const MAIN: &[&str] = &[
    "device",
    "device-open-proxy",
    "device-open-ms-mbimex-v2",
    "device-open-ms-mbimex-v3",
    "no-open",
    "no-close",
    "noop",
    "verbose",
    "verbose-full",
    "silent",
    "printable",
    "version",
];

#[test]
fn every_action_of_mbimcli_is_listed_with_its_command() {
    let names: BTreeSet<_> = listed().map(|action| action.name.to_owned()).collect();
    let mut known = actions("--help-all");
    known.retain(|name| !MAIN.contains(&&**name));
    assert_eq!(names, known, "mbimcli.tsv and mbimcli differ");
    assert_eq!(names.len(), listed().count(), "an action is listed twice");
    let mut asked = 0;
    for action in listed() {
        let Ok((service, cid)) = action.asks else { continue };
        let info = SERVICES.iter().find(|info| info.name == service);
        let info = info.unwrap_or_else(|| panic!("{}: there is no service {service:?}", action.name));
        assert!(info.commands.iter().any(|command| command.cid == cid), "{}: {service} {cid}", action.name);
        asked += 1;
    }
    println!("mbimcli has {} actions; {asked} ask the modem", names.len());
}

/// The source of the tests of qmicli: of those about opening, and of all others.
fn qmicli_tests() -> [String; 2] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers");
    let mut sources = [String::new(), String::new()];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(about) = name.strip_prefix("qmicli_") {
            let [opening, others] = &mut sources;
            let source = if about == "open.rs" { opening } else { others };
            source.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
    sources
}

/// Whether an option stands in a source, with or without a value.
fn is_played(source: &str, name: &str) -> bool {
    ["\"", "="].iter().any(|end| source.contains(&format!("\"--{name}{end}")))
}

#[test]
fn every_option_of_qmicli_is_listed_with_its_message() {
    let names: BTreeSet<_> = qmicli::listed().map(|action| action.name.to_owned()).collect();
    assert_eq!(names, qmicli::options("--help-all"), "qmicli.tsv and qmicli differ");
    assert_eq!(names.len(), qmicli::listed().count(), "an option is listed twice");
    let [opening, others] = qmicli_tests();
    let service_of = |name: &'static str| name.split_once('-').map_or(name, |(service, _)| service);
    let asking = || qmicli::listed().filter(|action| action.asks.is_ok());
    let begun: BTreeSet<_> =
        asking().filter(|action| is_played(&others, action.name)).map(|action| service_of(action.name)).collect();
    let (mut played, mut left_out) = (0, Vec::new());
    for action in asking() {
        let Ok((service, id)) = action.asks else { continue };
        let info = service_by_name(service).unwrap_or_else(|| panic!("{}: no service {service:?}", action.name));
        assert!(info.messages.iter().any(|message| message.id == id), "{}: {service} {id:#06x}", action.name);
        if is_played(&opening, action.name) || is_played(&others, action.name) {
            played += 1;
        } else if begun.contains(service_of(action.name)) {
            left_out.push(action.name);
        } else {
            println!("not played: {}", action.name);
        }
    }
    println!("qmicli has {} options; {} ask the modem, {played} of them are played", names.len(), asking().count());
    assert!(left_out.is_empty(), "in no row, though others of their services are: {left_out:?}");
}
