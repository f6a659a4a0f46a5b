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

use common::{Run, Terminal, on_virtual_qmi as on, same, wwanctl};

fn modem(arguments: &[&str]) -> Run {
    on("default", arguments)
}

#[test]
fn a_modem_that_starts_is_waited_for() {
    same::a_modem_that_starts_is_waited_for(on);
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

#[test]
fn stored_messages_are_listed_read_and_deleted() {
    same::messages_are_listed(on);
    on("messages", &["sms", "read", "77"]).ended(77).says(&["there is no message 77", "1001"]);
    on("messages", &["sms", "delete", "99"]).ended(77).says(&["there is no message 99"]);
    on("messages", &["sms", "info"]).ended(0).prints(&["Format", "pdu", "Stored", "Route"]);
}

#[test]
fn the_service_centre_is_told_and_set_on_the_card() {
    modem(&["sms", "centre"]).ended(0).prints(&["Service centre  +15550199"]);
    let set = modem(&["sms", "centre", "15550188", "--json"]).json();
    assert_eq!(set["sc_address"], "15550188");
    modem(&["sms", "centre", "1x"]).ended(2).says(&["up to 20 digits"]);
    on("locked-sim", &["sms", "centre"]).ended(77).says(&["the SIM needs PIN1", "pin enter"]);
    on("no-sim", &["sms", "centre"]).ended(77).says(&["no SIM is inserted"]);
    // The modem has one, whoever asks.
    let modem = Terminal::new("default");
    modem.run(&["--protocol", "qmi-in-mbim", "sms", "centre", "+15550177"]).ended(0);
    modem.run(&["sms", "centre"]).ended(0).prints(&["+15550177"]);
    modem.run(&["sms", "centre", "15550166"]).ended(0);
    modem.run(&["--protocol", "qmi-in-mbim", "sms", "centre"]).ended(0).prints(&["  15550166"]);
}

#[test]
fn the_phonebook_is_written_and_read_on_the_card() {
    modem(&["phonebook", "info"]).ended(0).prints(&["ready", "0 of 20", "number 20 digits"]);
    modem(&["phonebook", "list"]).ended(0).prints(&["Entries  none"]);
    modem(&["phonebook", "write", "Bob", "+15550123"]).ended(0).prints(&["1 of 20"]);
    modem(&["phonebook", "read", "3"]).ended(77).says(&["there is no entry 3"]);
    modem(&["phonebook", "read", "21"]).ended(2).says(&["places 1 to 20"]);
    modem(&["phonebook", "delete", "3"]).ended(77).says(&["there is no entry 3"]);
    modem(&["phonebook", "write", &"x".repeat(100), "1"]).ended(2).says(&["cannot be written", "name"]);
    modem(&["phonebook", "write", "Bob", "1-2"]).ended(2).says(&["cannot be written", "number"]);
    modem(&["phonebook", "write", &"x".repeat(30), "1"]).ended(77).says(&["status words 6A80"]);
    on("locked-sim", &["phonebook", "list"]).ended(77).says(&["the SIM needs PIN1"]);
    on("no-sim", &["phonebook", "list"]).ended(77).says(&["no SIM is inserted"]);
    // The card has one, whoever asks.
    let modem = Terminal::new("default");
    let over_qmi = |arguments: &[&str]| modem.run(&[&["--protocol", "qmi-in-mbim"], arguments].concat());
    // This waits for the SIM.
    over_qmi(&["phonebook", "info"]).ended(0);
    modem.run(&["phonebook", "write", "Anna", "+15550123", "2"]).ended(0);
    over_qmi(&["phonebook", "write", "Привет", "*100#"]).ended(0).prints(&["2 of 20"]);
    over_qmi(&["phonebook", "write", "日本", "112p9", "20"]).ended(0);
    let (one, other) = (modem.run(&["phonebook", "list", "--json"]), over_qmi(&["phonebook", "list", "--json"]));
    let (one, other) = (one.json(), other.json());
    assert_eq!(one["phonebook"]["entries"], other["phonebook"]["entries"]);
    assert_eq!(one["phonebook"]["element_count"], 3);
    over_qmi(&["phonebook", "read", "1"]).ended(0).prints(&["1  Привет, *100#"]);
    over_qmi(&["phonebook", "delete", "2"]).ended(0).prints(&["2 of 20"]);
    modem.run(&["phonebook", "read", "2"]).ended(77);
    over_qmi(&["phonebook", "delete", "all"]).ended(0).prints(&["0 of 20"]);
    modem.run(&["phonebook", "list"]).ended(0).prints(&["none"]);
}

#[test]
fn texts_are_sent_in_as_many_parts_as_it_takes() {
    same::texts_are_sent_in_parts(on);
    on("messages", &["sms", "send", "15550666", "x"]).ended(77).says(&["the network refuses the message", "RP cause"]);
    on("no-service", &["sms", "send", "15550123", "x"]).ended(77).says(&["the modem refuses"]);
}

#[test]
fn dialogues_with_the_network_are_held_to_their_end() {
    modem(&["ussd", "*100#"]).ended(0).prints(&["Balance: 12.34 EUR"]);
    let steps = modem(&["ussd", "*123#", "1", "2", "--json"]).json();
    let said: Vec<_> =
        steps["ussd"].as_array().unwrap().iter().map(|step| step["response"].as_str().unwrap()).collect();
    assert_eq!(said, ["action_required", "action_required", "no_action_required"]);
    modem(&["-v", "ussd", "*123#", "1"]).ended(0).prints(&["Answer   1", "was ended"]).says(&["Cancel USSD"]);
    modem(&["ussd", "*999#"]).ended(77).says(&["the modem refuses", "facility_not_supported"]);
    // Answers that nobody asked for are of no use.
    modem(&["ussd", "*100#", "1"]).ended(0).prints(&["Balance"]);
    modem(&["ussd", &"1".repeat(200)]).ended(2).says(&["1111"]);
    modem(&["ussd", "*199#", "--timeout", "10"]).ended(75);
    on("no-service", &["ussd", "*123#"]).ended(77);
    modem(&["-v", "ussd", "*100#"]).ended(0).says(&["Originate USSD", "***"]);
}

#[test]
fn the_card_answers_apdus() {
    same::the_card_answers(on);
    let run = modem(&["-v", "apdu", "send", "--aid", "a0000000000000", "00a4000c"]).ended(77);
    run.says(&["6A82"]);
    on("no-sim", &["apdu", "send", "00b0000000"]).ended(77).says(&["no SIM"]);
}

#[test]
fn slots_are_shown_and_changed() {
    same::slots_are_changed(on);
}

#[test]
fn the_receiver_tells_where_the_modem_is_and_is_stopped() {
    modem(&["-v", "location"]).ended(0).says(&["LOC Start", "LOC Stop"]);
    let position = modem(&["location", "--json"]).json();
    assert!(position["position"]["latitude"].as_f64().is_some_and(|latitude| latitude.abs() <= 90.0), "{position}");
    modem(&["location"]).ended(0).prints(&["latitude", "longitude"]);
    let sentences = modem(&["location", "--nmea", "--seconds", "5", "--json"]).json();
    assert!(sentences["nmea"][0].as_str().unwrap().starts_with('$'), "{sentences}");
    modem(&["location", "--nmea"]).ended(0).prints(&["$G"]);
    modem(&["location", "--seconds", "0.2"]).ended(75).says(&["no position"]);
    modem(&["location", "--seconds", "x"]).ended(2);
    wwanctl(&["--device", "virtual:mbim", "location"]).ended(2).says(&["MBIM has no"]);
}
