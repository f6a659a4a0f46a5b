//! The list of mbimcli's actions is complete, and says which command each one is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::std_instead_of_alloc, missing_docs)]

use std::collections::BTreeSet;

use wwan::mbim_wire::catalogue::SERVICES;
use wwan_interop::mbimcli::{actions, listed};

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
