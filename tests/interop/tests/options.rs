//! The lists of the options of mbimcli and qmicli are complete, and say what each one asks of the modem.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::std_instead_of_alloc, missing_docs)]

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

/// The source of all tests of qmicli.
fn qmicli_tests() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut source = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("qmicli_") {
            source.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    source
}

#[test]
fn every_option_of_qmicli_is_listed_with_its_message() {
    let names: BTreeSet<_> = qmicli::listed().map(|action| action.name.to_owned()).collect();
    assert_eq!(names, qmicli::options("--help-all"), "qmicli.tsv and qmicli differ");
    assert_eq!(names.len(), qmicli::listed().count(), "an option is listed twice");
    let source = qmicli_tests();
    let (mut asked, mut played) = (0, 0);
    for action in qmicli::listed() {
        let Ok((service, id)) = action.asks else { continue };
        let info = service_by_name(service).unwrap_or_else(|| panic!("{}: no service {service:?}", action.name));
        assert!(info.messages.iter().any(|message| message.id == id), "{}: {service} {id:#06x}", action.name);
        asked += 1;
        let is_played = ["\"", "="].iter().any(|end| source.contains(&format!("\"--{}{end}", action.name)));
        if is_played {
            played += 1;
        } else {
            println!("not played: {}", action.name);
        }
    }
    println!("qmicli has {} options; {asked} ask the modem, {played} of them are played", names.len());
}
