//! Short messages, dialogues, phonebook, card, slots and cells, on the virtual modem.
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

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use common::{Run, command, ended, on_virtual as on, same};
use mbim_wire::catalogue::Value;
use rustix::process::{Pid, Signal, kill_process};

fn modem(arguments: &[&str]) -> Run {
    on("default", arguments)
}

#[test]
fn a_modem_that_starts_is_waited_for() {
    same::a_modem_that_starts_is_waited_for(on);
}

#[test]
fn stored_messages_are_listed_read_and_deleted() {
    same::messages_are_listed(on);
    on("messages", &["sms", "read", "77"]).ended(77).says(&["INVALID_MEMORY_INDEX"]);
    on("messages", &["sms", "delete", "99"]).ended(77).says(&["INVALID_MEMORY_INDEX"]);
    on("messages", &["sms", "info"]).ended(0).prints(&["room for 7 messages"]);
}

#[test]
fn texts_are_sent_in_as_many_parts_as_it_takes() {
    same::texts_are_sent_in_parts(on);
    on("messages", &["sms", "send", "15550666", "x"]).ended(77).says(&["SMS Send", "refuses"]);
    on("no-service", &["sms", "send", "15550123", "x"]).ended(77).says(&["NOT_REGISTERED"]);
}

#[test]
fn the_service_centre_can_be_changed() {
    modem(&["sms", "centre"]).ended(0).prints(&["+15550199"]);
    modem(&["sms", "centre", "+15550198"]).ended(0).prints(&["+15550198"]);
    modem(&["sms", "centre", "x"]).ended(2).says(&["digits expected"]);
}

#[test]
fn dialogues_with_the_network_are_held_to_their_end() {
    modem(&["ussd", "*100#"]).ended(0).prints(&["Balance: 12.34 EUR"]);
    let steps = modem(&["ussd", "*123#", "1", "2", "--json"]).json();
    let said: Vec<_> =
        steps["ussd"].as_array().unwrap().iter().map(|step| step["response"].as_str().unwrap()).collect();
    assert_eq!(said, ["action_required", "action_required", "no_action_required"]);
    modem(&["ussd", "*123#", "1"]).ended(0).prints(&["Answer   1", "was ended"]);
    modem(&["ussd", "*999#"]).ended(77).says(&["operation not supported"]);
    modem(&["ussd", &"1".repeat(200)]).ended(2).says(&["1111"]);
    modem(&["ussd", ""]).ended(2).says(&["a code"]);
}

#[test]
fn a_dialogue_that_breaks_off_is_ended() {
    let asked = |run: &Run| run.err.matches("USSD USSD set").count();
    let whole = asked(&modem(&["-v", "ussd", "*123#"]).ended(0));
    let cut = asked(&modem(&["-v", "ussd", "*123#", &"1".repeat(200)]).ended(2));
    assert_eq!(cut, whole, "one command to begin, and one to end");
    // The network says nothing, but may yet.
    let silent = modem(&["-v", "ussd", "*199#", "--timeout", "10"]).ended(75);
    assert_eq!(asked(&silent), whole, "{}", silent.err);
    // One that was refused is not ours to end.
    let run = on("no-service", &["-v", "ussd", "*123#"]).ended(77);
    assert_eq!(asked(&run), whole - 1, "{}", run.err);
}

#[test]
fn traces_hide_what_is_said() {
    modem(&["-v", "ussd", "*100#"]).ended(0).says(&["USSD USSD set", "\"payload\":\"***\""]);
    let run = modem(&["-v", "sms", "send", "+15550123", "x"]).ended(0).says(&["\"pdu_data\":\"***\""]);
    assert!(!run.err.contains("15550123"), "{}", run.err);
}

#[test]
fn typing_can_be_interrupted() {
    let lines = [&["ussd", "*123#", "-"][..], &["sms", "send", "15550123", "-"]];
    for arguments in lines {
        let mut child = command(&[&["--device", "virtual:mbim", "-v"], arguments].concat())
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Somebody is at the keyboard, and types nothing.
        let keyboard = child.stdin.take();
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let (mut line, last) = (String::new(), if arguments[0] == "ussd" { "0 Exit" } else { "OPEN_DONE" });
        while !line.contains(last) {
            line.clear();
            assert_ne!(err.read_line(&mut line).unwrap(), 0, "{arguments:?} ended early");
        }
        kill_process(Pid::from_child(&child), Signal::INT).unwrap();
        assert_eq!(ended(child.wait_with_output().unwrap()).code, 130, "{arguments:?}");
        drop(keyboard);
    }
}

#[test]
fn json_is_one_document_even_of_a_failure() {
    let failed = |run: Run| -> Value { serde_json::from_str(&run.out).unwrap() };
    let refused = failed(modem(&["sms", "read", "77", "--json"]).ended(77));
    assert_eq!(refused["error"]["exit_status"], 77);
    assert!(refused["error"]["reason"].as_str().unwrap().contains("INVALID_MEMORY_INDEX"), "{refused}");
    let no_sim = failed(on("no-sim", &["apdu", "list", "--json"]).ended(77));
    assert!(no_sim["error"]["hint"].as_str().unwrap().contains("no SIM"), "{no_sim}");
    // What was said before the failure is the document.
    assert_eq!(
        failed(modem(&["apdu", "send", "00a40004026fff", "--json"]).ended(77))["apdu"][0]["status_words"],
        "6A82"
    );
    assert_eq!(failed(modem(&["ussd", "*999#", "--json"]).ended(77))["ussd"][0]["response"], "operation_not_supported");
    // Text for people is for people.
    assert_eq!(modem(&["sms", "read", "77"]).ended(77).out, "");
}

#[test]
fn the_phonebook_is_written_and_read() {
    modem(&["phonebook", "write", "Bob", "+15550123"]).ended(0).prints(&["1 of 20"]);
    modem(&["phonebook", "write", "Bob", "+15550123", "7"]).ended(0).prints(&["1 of 20"]);
    modem(&["phonebook", "list"]).ended(0).prints(&["none"]);
    modem(&["phonebook", "read", "3"]).ended(77).says(&["INVALID_MEMORY_INDEX"]);
    modem(&["phonebook", "write", &"x".repeat(100), "1"]).ended(77).says(&["PARAMETER_TOO_LONG"]);
    modem(&["phonebook", "delete", "all"]).ended(0).prints(&["0 of 20"]);
    on("no-sim", &["phonebook", "info"]).ended(77).says(&["SIM_NOT_INSERTED"]);
}

#[test]
fn the_card_answers_apdus() {
    same::the_card_answers(on);
    modem(&["apdu", "send", "--aid", "a0000000000000", "00a4000c"]).ended(77).says(&["6A82", "MS_SELECT_FAILED"]);
    on("no-sim", &["apdu", "atr"]).ended(77).says(&["SIM_NOT_INSERTED"]);
}

#[test]
fn slots_are_shown_and_changed() {
    same::slots_are_changed(on);
}

#[test]
fn cells_of_several_technologies_are_told() {
    let cells = modem(&["cells", "--json"]).json();
    let serving = &cells["base_stations_info"];
    let text = serving.to_string();
    assert!(text.contains("00101"), "{text}");
    modem(&["cells"]).ended(0).prints(&["serving", "neighbour", "provider id 00101"]);
    on("no-service", &["cells"]).ended(0).prints(&["none"]);
}

#[test]
fn a_restart_is_told() {
    let told = modem(&["reset", "--json"]).json();
    assert_eq!(told["restarts"], Value::Bool(true));
}
