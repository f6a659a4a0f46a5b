//! What is the same whatever protocol a virtual modem is reached by: `on` runs the program on one with that scenario.

use super::{Run, temporary};

type On = fn(&str, &[&str]) -> Run;

/// The messages of the scenario, and those of a kind.
pub(crate) fn messages_are_listed(on: On) {
    let list = on("messages", &["sms", "list", "--json"]).json();
    let messages = list["messages"].as_array().unwrap();
    let texts: Vec<_> = messages.iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["See you at eight.", "Привет", "On my way", "On my way"]);
    let numbers: Vec<_> = messages.iter().map(|message| message["number"].as_str().unwrap()).collect();
    assert_eq!(numbers, ["+15550123", "Operator", "15550123", "15550123"]);
    let drafts = on("messages", &["sms", "list", "draft", "--json"]).json();
    assert_eq!(drafts["messages"].as_array().unwrap().len(), 1);
    on("messages", &["sms", "read", "2"]).ended(0).prints(&["new, Operator, 2026-01-01T00:00:00Z", "Привет"]);
    on("messages", &["sms", "delete", "old"]).ended(0).prints(&["deleted"]);
    on("default", &["sms", "list"]).ended(0).prints(&["none"]);
}

/// 3GPP TS 23.040 §9.2.3.24.1: 160 and 153 characters of the default alphabet, 70 and 67 of UCS-2.
pub(crate) fn texts_are_sent_in_parts(on: On) {
    let sent = |text: &str| {
        let answer = on("default", &["sms", "send", "+15550123", text, "--json"]).json();
        answer["message_references"].as_array().unwrap().len()
    };
    for (length, parts) in [(160, 1), (161, 2), (306, 2), (307, 3)] {
        assert_eq!(sent(&"a".repeat(length)), parts, "{length}");
    }
    for (length, parts) in [(70, 1), (71, 2), (134, 2), (135, 3)] {
        assert_eq!(sent(&"日".repeat(length)), parts, "{length}");
    }
    on("default", &["sms", "send", "no number", "x"]).ended(2).says(&["cannot be sent"]);
    on("default", &["sms", "send", "", "x"]).ended(2).says(&["cannot be sent"]);
}

/// EF-IMSI of 001010123456789 (3GPP TS 31.102 §4.2.2), a file that is not there, and the applications.
pub(crate) fn the_card_answers(on: On) {
    let modem = |arguments: &[&str]| on("default", arguments);
    let said = modem(&["apdu", "send", "00a40004026f07", "00b0000000", "--json"]).json();
    assert_eq!(said["apdu"][1]["response"], "080910101032547698");
    assert_eq!(said["apdu"][1]["status_words"], "9000");
    modem(&["apdu", "send", "00a40004026fff"]).ended(77).says(&["6A82"]);
    modem(&["apdu", "send", "00b0000003ff"]).ended(2).says(&["APDU"]);
    modem(&["apdu", "list"]).ended(0).prints(&["USIM  a0000000871002", "ISIM  a0000000871004"]);
    modem(&["apdu", "atr"]).ended(0).prints(&["ATR  3b"]);
}

pub(crate) fn slots_are_changed(on: On) {
    on("default", &["slot"]).ended(0).prints(&["Slot 0  active, in use"]);
    on("default", &["slot", "1"]).ended(2).says(&["there is no slot 1"]);
    let changed = on("two-slots", &["slot", "1", "--json"]).json();
    assert_eq!(changed["device_slot_mappings"]["slot_map"][0]["slot"], 1);
    assert_eq!(changed["slot_info_status"][1]["state"], "active");
}

/// Right after power-on the SIM cannot be used, and messages and phonebook are read from it only then.
pub(crate) fn a_modem_that_starts_is_waited_for(on: On) {
    let path = temporary("starting");
    std::fs::write(&path, "description = \"\"\n[delays]\nsim = 6_000\nmessages = 3_000\n").unwrap();
    let starting = path.to_str().unwrap();
    for (command, says) in [
        ("sms list", "none"),
        ("sms info", "Stor"),
        ("sms centre", "+15550199"),
        ("sms send +15550123 x", "sent in 1 part"),
        ("phonebook info", "ready"),
        ("phonebook list", "none"),
        ("apdu list", "USIM"),
        ("scan", "00101"),
        ("pin status", "no code is needed"),
    ] {
        let arguments: Vec<&str> = command.split(' ').collect();
        let run = on(starting, &arguments).ended(0).prints(&[says]);
        assert_eq!(run.err, "", "{command}");
    }
    on(starting, &["ussd", "*100#"]).ended(77).says(&["hint: `wwanctl status`"]);
    for command in ["sms list", "phonebook list", "scan", "ussd *100#"] {
        let arguments: Vec<&str> = command.split(' ').collect();
        on("cold-boot", &arguments).ended(77).says(&["PIN", "`wwanctl pin enter PIN`"]);
    }
}
