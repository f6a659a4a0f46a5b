//! Networks, signal, short messages, dialogues, phonebook and card, on the virtual modem over AT.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod common;

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use common::{Run, Terminal, command, on_virtual_at as on, on_virtual_qmi, same, temporary};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use virtual_modem::InProcess;

fn modem(arguments: &[&str]) -> Run {
    on("default", arguments)
}

/// A virtual modem that several programs use, one after the other.
struct Kept(Terminal);

impl Kept {
    fn new(scenario: &str) -> Self {
        Self(Terminal::speaking(|scenario, time, room| InProcess::at(scenario, time, room), scenario))
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.0.run(&[&["--protocol", "at"], arguments].concat())
    }
}

#[test]
fn a_modem_that_starts_is_waited_for() {
    same::a_modem_that_starts_is_waited_for(on);
}

#[test]
fn networks_are_found_and_chosen() {
    let key = "/visible_providers/providers";
    let (at, qmi) = (modem(&["scan", "--json"]).json(), on_virtual_qmi("default", &["scan", "--json"]).json());
    let networks = |scan: &serde_json::Value| {
        let mut networks: Vec<_> = scan.pointer(key).unwrap().as_array().unwrap().clone();
        for network in &mut networks {
            // In no order.
            network["provider_state"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
            network.as_object_mut().unwrap().remove("radio_interface");
        }
        networks
    };
    assert!(!networks(&at).is_empty());
    assert_eq!(networks(&at), networks(&qmi));
    modem(&["scan"]).ended(0).prints(&["00101", "registered", "home"]);
    modem(&["register"]).ended(0).prints(&["registered at home"]);
    modem(&["register", "auto"]).ended(0).prints(&["registered at home"]);
    let chosen = modem(&["register", "00101", "--json"]).json();
    assert_eq!(chosen["register_state"]["register_mode"], "manual");
    assert_eq!(chosen["register_state"]["provider_id"], "00101");
    modem(&["register", "0010"]).ended(2).says(&["five or six digits"]);
    modem(&["register", "00101\",1\r"]).ended(2).says(&["five or six digits"]);
    on("no-service", &["register", "auto", "--timeout", "20"]).ended(77);
}

#[test]
fn the_signal_is_told_as_over_qmi() {
    let (at, qmi) = (modem(&["signal", "--json"]).json(), on_virtual_qmi("default", &["signal", "--json"]).json());
    for path in ["/signal_state/lte/rsrp_dbm", "/signal_state/lte/rsrq_db"] {
        assert!(at.pointer(path).is_some_and(serde_json::Value::is_number), "{path}");
        assert_eq!(at.pointer(path), qmi.pointer(path), "{path}");
    }
    modem(&["signal"]).ended(0).prints(&["RSRP -95 dBm"]);
}

#[test]
fn stored_messages_are_listed_read_and_deleted() {
    same::messages_are_listed(on);
    on("messages", &["sms", "read", "77"]).ended(77).says(&["there is no message 77", "below 1000"]);
    on("messages", &["sms", "delete", "99"]).ended(77).says(&["there is no message 99"]);
    let info = on("messages", &["sms", "info", "--json"]).json();
    assert_eq!((&info["message_protocol"], &info["stored"]["uim"]), (&json!("wcdma"), &json!(4)));
    on("messages", &["sms", "info"]).ended(0).prints(&["Format", "pdu", "Stored", "on the card"]);
    on("locked-sim", &["sms", "list"]).ended(77).says(&["SIM PIN is needed", "pin enter"]);
    // What is deleted is gone, for whoever asks next; the numbers of the others stay.
    let modem = Kept::new("messages");
    modem.run(&["sms", "delete", "2"]).ended(0);
    modem.run(&["sms", "read", "2"]).ended(77).says(&["there is no message 2"]);
    let left = modem.run(&["sms", "list", "--json"]).json();
    assert_eq!(left["messages"].as_array().unwrap().len(), 3);
    modem.run(&["sms", "delete", "all"]).ended(0);
    modem.run(&["sms", "list"]).ended(0).prints(&["none"]);
}

/// A scenario of a modem that has messages only as text, and these character sets.
fn text_only(sets: &str) -> String {
    let path = temporary("text-only");
    let scenario = format!(
        r#"
description = "Text mode"
[at]
pdu-mode = false
charsets = {sets}
[sms]
capacity = 20
[[sms.stored]]
status = "old"
from = "+15550123"
text = "See you, \nOK\n+CMGL: 9,\nERROR\n@{{€}}"
[[sms.stored]]
status = "new"
from = "Operator"
text = "Привет"
[[sms.stored]]
status = "draft"
pdu = "0001000881515510320000094f37a89d07ddc379"
"#
    );
    std::fs::write(&path, scenario).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn modems_without_the_pdu_mode_are_served_in_text_mode() {
    for (sets, torn) in [
        ("[\"IRA\", \"UCS2\"]", false),
        ("[\"GSM\", \"HEX\"]", false),
        ("[\"GSM\"]", false),
        // Only the length shows that the text is not complete.
        ("[\"IRA\"]", true),
    ] {
        let modem = Kept::new(&text_only(sets));
        let listed = modem.run(&["sms", "list", "--json"]).json();
        let messages = listed["messages"].as_array().unwrap();
        let texts: Vec<&str> = messages.iter().map(|message| message["text"].as_str().unwrap()).collect();
        let trap = "See you, \nOK\n+CMGL: 9,\nERROR\n@{€}";
        let expected = [trap, "Привет", "On my way"];
        assert_eq!(texts, expected[usize::from(torn)..], "{sets}");
        assert_eq!(messages[messages.len() - 2]["status"], "new");
        assert_eq!(messages[messages.len() - 2]["number"], "Operator");
        modem.run(&["sms", "info"]).ended(0).prints(&["Format", "text"]);
        modem.run(&["sms", "send", "+15550123", "Grüße {x} @"]).ended(0).prints(&["sent in 1 part"]);
        modem.run(&["sms", "read", "77"]).ended(77).says(&["there is no message 77"]);
        modem.run(&["sms", "delete", "1"]).ended(0);
        assert_eq!(modem.run(&["sms", "list", "--json"]).json()["messages"].as_array().unwrap().len(), 2);
        // All is as it was found.
        let settings = modem.run(&["at", "AT+CMGF?", "AT+CSDH?", "AT+CSMP?", "AT+CSCS?"]).ended(0);
        let first = sets.split('"').nth(1).unwrap();
        settings.prints(&["+CMGF: 1", "+CSDH: 0", "+CSMP: 17,167,0,0", &format!("+CSCS: \"{first}\"")]);
    }
}

/// A modem that has the PDU mode and refuses PDUs in it.
#[test]
fn a_broken_pdu_mode_is_left_for_text_mode() {
    let path = temporary("broken-pdu-mode");
    let broken = |refusal: u16, once: bool| {
        let scenario = format!("description = \"\"\n[[line]]\nname = \"+CMGS\"\nrefuse = {refusal}\nonce = {once}\n");
        std::fs::write(&path, scenario).unwrap();
        Kept::new(path.to_str().unwrap())
    };
    for refusal in [302, 304] {
        let modem = broken(refusal, true);
        let run = modem.run(&["-v", "sms", "send", "+15550123", "On my way"]).ended(0);
        run.prints(&["sent in 1 part"]).says(&["AT+CMGF=1"]);
        modem.run(&["at", "AT+CMGF?", "AT+CSMP?"]).ended(0).prints(&["+CMGF: 0", "+CSMP: 17,167,0,0"]);
    }
    // What text mode refuses as well is no matter of the mode, and what says something else is not tried again.
    broken(304, false).run(&["sms", "send", "+15550123", "x"]).ended(77).says(&["+CMS ERROR"]);
    let run = broken(500, true).run(&["-v", "sms", "send", "+15550123", "x"]).ended(77);
    assert!(!run.err.contains("AT+CMGF=1"), "{}", run.err);
}

/// A program that is interrupted leaves the modem as it found it.
#[test]
fn settings_are_put_back_after_an_interrupt() {
    let path = temporary("slow-list");
    let slow = "description = \"\"\n[at]\npdu-mode = false\n[[line]]\nname = \"+CMGL\"\ndelay = 1_500\n";
    std::fs::write(&path, slow).unwrap();
    let modem = Kept::new(path.to_str().unwrap());
    let before = modem.run(&["at", "AT+CSDH?", "AT+CSMP?", "AT+CSCS?"]).ended(0).out;
    // A program that is started where the end of the terminal is ignored goes on ignoring it.
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap().trim();
    let counts = u64::from_str_radix(ignored, 16).unwrap() & 1 == 0;
    for signal in [Signal::INT, Signal::TERM].into_iter().chain(counts.then_some(Signal::HUP)) {
        let arguments = ["--device", modem.0.path(), "--protocol", "at", "-v", "sms", "list"];
        let mut program = command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        for line in BufReader::new(program.stderr.take().unwrap()).lines() {
            let line = line.unwrap();
            said += &line;
            if line.contains("AT+CMGL") {
                kill_process(Pid::from_child(&program), signal).unwrap();
            }
        }
        assert_eq!(program.wait().unwrap().code(), Some(130), "{said}");
        assert_eq!(modem.run(&["at", "AT+CSDH?", "AT+CSMP?", "AT+CSCS?"]).ended(0).out, before);
    }
}

/// What is switched on to hear of something is switched off again.
#[test]
fn what_a_run_listens_for_is_told_no_longer() {
    let modem = Kept::new("default");
    let settings = ["at", "AT+CREG?", "AT+CEREG?", "AT+CGREG?", "AT+CUSD?"];
    for arguments in [&["connect", "--apn", "internet"][..], &["register", "auto"], &["ussd", "*100#"]] {
        modem.run(arguments).ended(0);
        let found = modem.run(&settings).ended(0).out;
        assert!(found.lines().all(|line| line.contains(": 0")), "{arguments:?}: {found}");
    }
}

#[test]
fn texts_are_sent_in_as_many_parts_as_it_takes() {
    same::texts_are_sent_in_parts(on);
    on("messages", &["sms", "send", "15550666", "x"]).ended(77).says(&["+CMS ERROR"]);
    on("no-service", &["sms", "send", "15550123", "x"]).ended(77).says(&["+CM"]);
    on("no-sim", &["sms", "send", "15550123", "x"]).ended(77).says(&["no SIM"]);
}

#[test]
fn the_service_centre_is_told_and_set() {
    modem(&["sms", "centre"]).ended(0).prints(&["Service centre  +15550199"]);
    let set = modem(&["sms", "centre", "15550188", "--json"]).json();
    assert_eq!(set["sc_address"], "15550188");
    modem(&["sms", "centre", "1x"]).ended(2).says(&["up to 20 digits"]);
    modem(&["sms", "centre", "1\"\r"]).ended(2).says(&["up to 20 digits"]);
    on("locked-sim", &["sms", "centre"]).ended(77).says(&["SIM PIN is needed", "pin enter"]);
    on("no-sim", &["sms", "centre"]).ended(77).says(&["no SIM"]);
}

#[test]
fn dialogues_with_the_network_are_held_to_their_end() {
    modem(&["ussd", "*100#"]).ended(0).prints(&["Balance: 12.34 EUR"]);
    let steps = modem(&["ussd", "*123#", "1", "2", "--json"]).json();
    let said: Vec<_> =
        steps["ussd"].as_array().unwrap().iter().map(|step| step["response"].as_str().unwrap()).collect();
    assert_eq!(said, ["action_required", "action_required", "no_action_required"]);
    modem(&["ussd", "*123#", "1"]).ended(0).prints(&["Answer   1", "was ended"]);
    modem(&["ussd", "*999#"]).ended(77);
    // Answers that nobody asked for are of no use.
    modem(&["ussd", "*100#", "1"]).ended(0).prints(&["Balance"]);
    modem(&["ussd", &"1".repeat(200)]).ended(2).says(&["1111"]);
    modem(&["ussd", "*199#", "--timeout", "10"]).ended(75);
    on("no-service", &["ussd", "*123#"]).ended(77);
    // A quote or a line end in a code is no second parameter and no second command.
    for code in ["*100#\",15\rAT+CFUN=0", "*100#\u{1a}"] {
        let run = modem(&["ussd", code]);
        assert!(matches!(run.code, 2 | 77), "{} {}", run.code, run.err);
    }
}

#[test]
fn the_phonebook_is_written_and_read_on_the_card() {
    modem(&["phonebook", "info"]).ended(0).prints(&["ready", "0 of 20", "number 20 digits"]);
    modem(&["phonebook", "list"]).ended(0).prints(&["Entries  none"]);
    modem(&["phonebook", "write", "Bob", "+15550123"]).ended(0).prints(&["1 of 20"]);
    modem(&["phonebook", "read", "3"]).ended(77).says(&["there is no entry 3"]);
    modem(&["phonebook", "read", "21"]).ended(2).says(&["places 1 to 20"]);
    modem(&["phonebook", "delete", "3"]).ended(77).says(&["there is no entry 3"]);
    modem(&["phonebook", "write", "Bob", "1-2"]).ended(2).says(&["cannot be written", "number"]);
    modem(&["phonebook", "write", &"x".repeat(30), "1"]).ended(77).says(&["text string too long"]);
    on("locked-sim", &["phonebook", "list"]).ended(77).says(&["SIM PIN is needed"]);
    on("no-sim", &["phonebook", "list"]).ended(77).says(&["no SIM"]);
    let modem = Kept::new("default");
    modem.run(&["phonebook", "write", "Anna \"A\"; AT\\22", "+15550123", "2"]).ended(0).prints(&["1 of 20"]);
    modem.run(&["phonebook", "write", "Привет", "*100#"]).ended(0).prints(&["2 of 20"]);
    modem.run(&["phonebook", "write", "日本", "112", "20"]).ended(0).prints(&["3 of 20"]);
    let list = modem.run(&["phonebook", "list", "--json"]).json();
    assert_eq!(list["phonebook"]["element_count"], 3);
    assert_eq!(
        list["phonebook"]["entries"],
        json!([
            { "entry_index": 1, "number": "*100#", "name": "Привет" },
            { "entry_index": 2, "number": "+15550123", "name": "Anna \"A\"; AT\\22" },
            { "entry_index": 20, "number": "112", "name": "日本" },
        ])
    );
    modem.run(&["phonebook", "read", "1"]).ended(0).prints(&["1  Привет, *100#"]);
    modem.run(&["phonebook", "delete", "2"]).ended(0).prints(&["2 of 20"]);
    modem.run(&["phonebook", "read", "2"]).ended(77);
    modem.run(&["phonebook", "delete", "all"]).ended(0).prints(&["0 of 20"]);
    modem.run(&["phonebook", "list"]).ended(0).prints(&["none"]);
}

#[test]
fn the_card_answers_apdus() {
    // EF-IMSI of 001010123456789 (3GPP TS 31.102 §4.2.2), and a file that is not there.
    let said = modem(&["apdu", "send", "00a40004026f07", "00b0000000", "--json"]).json();
    assert_eq!(said["apdu"][1]["response"], "080910101032547698");
    assert_eq!(said["apdu"][1]["status_words"], "9000");
    modem(&["apdu", "send", "00a40004026fff"]).ended(77).says(&["6A82"]);
    modem(&["apdu", "send", "00b0000003ff"]).ended(2).says(&["APDU"]);
    modem(&["apdu", "send", "--aid", "a0000000000000", "00a4000c"]).ended(77).says(&["+CME ERROR"]);
    modem(&["apdu", "list"]).ended(0).prints(&["USIM  a0000000871002", "ISIM  a0000000871004"]);
    modem(&["apdu", "atr"]).ended(2).says(&["AT has no command"]);
    on("no-sim", &["apdu", "send", "00b0000000"]).ended(77).says(&["no SIM"]);
}
