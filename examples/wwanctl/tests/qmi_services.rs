//! Codes, short messages, dialogues, card, slots and position, on the virtual modem over QMI.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod common;

use common::{Run, wwanctl};

fn on(scenario: &str, arguments: &[&str]) -> Run {
    let device = format!("virtual:qmi:{scenario}");
    wwanctl(&[&["--device", &device], arguments].concat())
}

fn modem(arguments: &[&str]) -> Run {
    on("default", arguments)
}

#[test]
fn codes_are_entered_and_their_state_is_told() {
    on("locked-sim", &["pin", "status"]).ended(0).prints(&["PIN1 is needed, 3 attempts left"]);
    let json = on("locked-sim", &["pin", "status", "--json"]).json();
    assert_eq!(json["pin"], serde_json::json!({ "pin_type": "pin1", "pin_state": "locked", "remaining_attempts": 3 }));
    modem(&["pin", "list"]).ended(0).prints(&["pin1  disabled", "pin2"]);
    on("locked-sim", &["pin", "enter", "1234"]).ended(0).prints(&["no code is needed"]);
    // One that is not needed is not tried, and costs no attempt.
    modem(&["pin", "enter", "9999"]).ended(0).prints(&["no code is needed"]);
    on("locked-sim", &["pin", "enter", "9999"]).ended(77).says(&["wrong", "2 attempts left", "hint"]);
    on("wrong-pin-last-try", &["pin", "enter", "9999"]).ended(77).says(&["PUK1 is needed", "pin unblock PUK"]);
    modem(&["pin", "enable", "1234"]).ended(0);
    modem(&["pin", "enable", "9999"]).ended(77).says(&["the code is wrong"]);
    on("no-sim", &["pin", "enter", "1234"]).ended(77).says(&["no SIM is inserted"]);
    on("no-sim", &["pin", "list"]).ended(77).says(&["no SIM is inserted"]);
    modem(&["pin", "disable", "--type", "pin7", "1"]).ended(2).says(&["pin7", "network-pin"]);
    modem(&["pin", "enter", "--type", "puk1", "1"]).ended(2).says(&["pin unblock"]);
    modem(&["pin", "enter", ""]).ended(2).says(&["empty"]);
    modem(&["pin", "enter", "--type", "network-pin", "1"]).ended(77).says(&["NO_EFFECT"]);
}
