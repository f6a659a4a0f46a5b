//! Commands for AT that need no modem: `decode at`, `decode sms`, `decode cmux`, `catalogue at`.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod common;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::process::Stdio;

use common::{command, ended, wwanctl};
use mbim_wire::catalogue::Value;
use serde_json::json;

/// Every name of V.250, 3GPP TS 27.007 and 27.005, and those that many makers have.
const COMMANDS: &str = include_str!("../../../at-wire/tests/commands.txt");

fn decoded(arguments: &[&str]) -> Value {
    wwanctl(&[&["decode", "--json"], arguments].concat()).json()
}

#[test]
fn answers_are_read_as_what_was_asked_for() {
    let line = "+CREG: 2,1,\"1A2B\",\"01C3D4E5\",7";
    let read = decoded(&["at", line, "--command", "AT+CREG?"]);
    assert_eq!((&read["command"], &read["form"]), (&json!("+CREG"), &json!("read")));
    assert_eq!((&read["registration"], &read["access_technology"]), (&json!("home"), &json!("lte")));
    assert_eq!(read["cell_id"], 0x01c3_d4e5);
    // Without the command the same shape can be a URC, which has no setting in front.
    let told = decoded(&["at", "+CREG: 1,\"1A2B\",\"01C3D4E5\",7"]);
    assert_eq!((&told["form"], &told["registration"]), (&json!("urc"), &json!("home")));
    // The bytes as digits.
    let digits: String = line.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(decoded(&["at", &digits, "--command", "at+creg?"]), read);
    // An answer of digits alone is no hexadecimal number.
    let serial = decoded(&["at", "490154203237518", "--command", "AT+CGSN"]);
    assert_eq!(serial["imei"], "490154203237518");
    assert_eq!(decoded(&["at", "+CSQ: 20,99"])["lines"][0]["fields"], json!({"rssi": 20, "ber": 99}));
    let words = wwanctl(&["decode", "at", line, "--command", "AT+CREG?"]).ended(0);
    words.prints(&["(answer, +CREG read)", "  stat: 1", "Meaning:", "  registration: home"]);
}

#[test]
fn records_of_terminals_are_taken_apart() {
    let record = "AT+CPIN?;+CSQ\r\r\n+CPIN: READY\r\n\r\n+CMTI: \"SM\",3\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n\
        AT+CMGS=5\r\r\n> \r\n+CMS ERROR: 500\r\n+CRING: VOICE\r\n";
    let mut child = command(&["decode", "at", "-", "--json"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(record.as_bytes()).unwrap();
    let read = ended(child.wait_with_output().unwrap()).json();
    let kinds = |document: &Value| {
        let lines = document["lines"].as_array().unwrap();
        lines.iter().map(|line| line["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(read.as_array().unwrap().len(), 2, "{read:#}");
    assert_eq!(kinds(&read[0]), ["command", "answer", "urc", "answer", "final"]);
    assert_eq!((&read[0]["lock"], &read[0]["is_error"]), (&json!("ready"), &json!(false)));
    assert_eq!(read[0]["lines"][3]["fields"]["rssi"], 20);
    assert_eq!(kinds(&read[1]), ["command", "prompt", "final", "urc"]);
    assert_eq!(read[1]["final"], json!({"kind": "cms-error", "detail": "500", "meaning": "unknown"}));
    assert_eq!(read[1]["lines"][0]["commands"][0]["parameters"], "5");
}

#[test]
fn messages_within_answers_are_read() {
    let pdu = "07914356060013F1065A098136395339F6219011700463802190117004638030";
    let read = decoded(&["at", &format!("+CDS: 24\r\n{pdu}\r\n")]);
    assert_eq!((&read["command"], &read["pdu"]), (&json!("+CDS"), &json!(pdu)));
    let message = &read["lines"][0]["message"];
    assert_eq!((&message["type"], &message["status"]), (&json!("status_report"), &json!(0x30)));
    let alone = decoded(&["sms", pdu]);
    assert_eq!(&alone, message);
    assert_eq!(decoded(&["sms", pdu, "--kind", "pdu"]), alone);
    let words = wwanctl(&["decode", "sms", pdu]).ended(0);
    words.prints(&["type: status_report", "recipient:\n  ", "address: 639335936"]);
}

#[test]
fn what_a_message_is_can_be_said() {
    // The same number stands for two kinds, by direction.
    let octets = "00 0a 81 10 32 54 76 98";
    let command = "02 05 00 00 07 05 81 10 32 f4 00";
    let read = decoded(&["sms", "--kind", "tpdu", "--direction", "to-network", command]);
    assert_eq!((&read["type"], &read["message_number"]), (&json!("command"), &json!(7)));
    wwanctl(&["decode", "sms", "--kind", "tpdu", octets]).ended(65).says(&["TPDU: ", " at offset "]);
    wwanctl(&["decode", "sms", "--kind", "letter", octets]).ended(2).says(&["pdu, tpdu, broadcast or cdma"]);
    wwanctl(&["decode", "sms", "0x"]).ended(65).says(&["not hexadecimal"]);
    wwanctl(&["decode", "sms", "--mbimex", "2", octets]).ended(2).says(&["--mbimex belongs to mbim"]);
}

#[test]
fn wrong_lines_name_field_and_offset() {
    let fails = |arguments: &[&str], texts: &[&str]| {
        wwanctl(&[&["decode", "at"], arguments].concat()).ended(65).says(texts);
    };
    fails(&["+CSQ: x,99", "--command", "AT+CSQ"], &["line 1, +CSQ exec: rssi at offset 6: undefined value"]);
    fails(&["OK\r\n+CMTI: \"SM\",many"], &["line 2, +CMTI urc: index at offset 12"]);
    fails(&["AT+CFUN=on"], &["line 1, a command line: +CFUN set: fun at offset 8"]);
    fails(&["+CPOL: 1", "--command", "AT+CPOL?"], &["+CPOL read: "]);
    fails(&["\r\n"], &["no line"]);
    // The others are shown.
    let run = wwanctl(&["decode", "at", "+CSQ: 20,99\r\n+CMTI: \"SM\",many\r\nRING", "--json"]).ended(65);
    let shown: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(shown["lines"][1]["error"], "index at offset 12: undefined value");
    assert_eq!((&shown["lines"][0]["fields"]["rssi"], &shown["lines"][2]["name"]), (&json!(20), &json!("RING")));
    wwanctl(&["decode", "at", "OK", "--command", "CREG"]).ended(2).says(&["--command: no command line"]);
    wwanctl(&["decode", "at", "OK", "--charset", "EBCDIC"]).ended(2).says(&["--charset EBCDIC"]);
    // Nothing of a line reaches a terminal as it is.
    let escaped = wwanctl(&["decode", "at", "+COPS: 0,0,\"\u{1b}[31mred\"", "--command", "AT+COPS?"]).ended(0);
    assert!(!escaped.out.contains('\u{1b}'), "{}", escaped.out);
}

#[test]
fn frames_of_the_multiplexer_are_read() {
    let read = decoded(&["cmux", "fffff907ef07123456d3f9"]);
    assert_eq!((&read["option"], &read["leading_garbage"]), (&json!("basic"), &json!(2)));
    assert_eq!((&read["frames"][0]["dlci"], &read["frames"][0]["data"]), (&json!(1), &json!("123456")));
    wwanctl(&["decode", "cmux", "f907ef07123456d4f9"]).ended(65).says(&["frame 1", "check sequence differs"]);
    wwanctl(&["decode", "cmux", "f907ef0712"]).ended(65).says(&["incomplete"]);
    wwanctl(&["decode", "cmux", "00"]).ended(65).says(&["no flag"]);
}

#[test]
fn the_catalogue_has_every_command() {
    let rows = wwanctl(&["catalogue", "at", "--json"]).json();
    let rows = rows.as_array().unwrap();
    let named = |kind: &str| -> BTreeSet<&str> {
        rows.iter().filter(|row| row["kind"] == kind).map(|row| row["name"].as_str().unwrap()).collect()
    };
    let commands = named("command");
    let missing: Vec<_> = COMMANDS.split_whitespace().filter(|name| !commands.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(COMMANDS.split_whitespace().count() >= 270);
    for urc in ["+CMTI", "+CEREG", "+CGEV", "+CUSD", "RING", "^NDISSTAT", "#QSS"] {
        assert!(named("urc").contains(urc), "{urc}");
    }
    for row in rows {
        assert!(row["forms"].is_array() && row["summary"].is_string(), "{row}");
        assert_eq!(row["kind"] == "command", row["timeout"].is_number(), "{row}");
    }
    let words = wwanctl(&["catalogue", "at"]).ended(0);
    words.prints(&["  +COPS: The operator (27.007 §7.3), 300 s, abortable", "    read +COPS? ->", "URCs"]);
}
