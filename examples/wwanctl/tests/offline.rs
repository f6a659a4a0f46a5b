//! Commands that need no modem: `decode`, `catalogue`, `mbim --dry-run`; and the command line itself.
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
use std::io::{Read as _, Write as _};
use std::process::Stdio;

use common::{command, ended, wwanctl};
use mbim_wire::catalogue::Value;

/// Messages from the wire, and the arguments that make those of them that a host sends. Most were captured from
/// mbimcli.
const SENT: [(&str, &str, &[&str]); 9] = [
    (
        "030000003000000002000000010000000000 0000a289cc33bcbb8b4fb6b0133ec2aae6df010000000000000000000000",
        "2",
        &["basic-connect", "device-caps", "query"],
    ),
    (
        "03000000 34000000 03000000 01000000 00000000 3d01dcc5fef54d050d3abef7058e9aaf 0f000000 00000000 04000000
         00010003",
        "3",
        &["Ms Basic Connect Extensions", "version", "MbimVersion=0x100", "MbimExtendedVersion=0x300", "--mbimex", "3"],
    ),
    (
        "03000000 50000000 05000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 04000000 01000000 20000000
         02000000 00000000 18000000 08000000 00000000 00000000 3100320033003400",
        "5",
        &["basic-connect", "pin", "set", "PinType=pin1", "PinOperation=ENTER", "Pin=1234"],
    ),
    (
        "03000000 40000000 05000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 09000000 01000000 10000000
         00000000 00000000 00000000 00000000",
        "5",
        &["BASIC_CONNECT", "RegisterState", "set", "register-action=automatic"],
    ),
    (
        "03000000 34000000 05000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 0a000000 01000000 04000000
         00000000",
        "5",
        &["basic-connect", "packet-service", "set", "PacketServiceAction=attach"],
    ),
    (
        "03000000 7c000000 05000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 0c000000 01000000 4c000000
         00000000 01000000 3c000000 10000000 00000000 00000000 00000000 00000000 00000000 00000000 01000000
         7e5e2a7e4e6f7272736b656e7e5e2a7e 69006e007400650072006e0065007400",
        "5",
        &[
            "basic-connect",
            "connect",
            "set",
            "ActivationCommand=activate",
            "AccessString=internet",
            "IpType=ipv4",
            "ContextType=internet",
        ],
    ),
    (
        "03000000 74000000 07000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 0c000000 01000000 44000000
         00000000 01000000 00000000 00000000 01000000 7e5e2a7e4e6f7272736b656e7e5e2a7e 00000000
         0a000002020000006900 0000 0a00000000000000 0a00000000000000",
        "7",
        &[
            "basic-connect",
            "connect",
            "set",
            "ActivationCommand=activate",
            "AccessString=i",
            "IpType=1",
            "ContextType=7e5e2a7e-4e6f-7272-736b-656e7e5e2a7e",
            "--mbimex",
            "3",
        ],
    ),
    (
        "03000000 58000000 08000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 13000000 01000000 28000000
         01000000 0c000000 1c000000 a289cc33bcbb8b4fb6b0133ec2aae6df 02000000 09000000 0b000000",
        "8",
        &[
            "basic-connect",
            "19",
            "set",
            r#"Events=[{"DeviceServiceId":"a289cc33-bcbb-8b4f-b6b0-133ec2aae6df","Cids":[9,11]}]"#,
        ],
    ),
    (
        "03000000 50000000 05000000 01000000 00000000 c2f6588ef0374bc98665f4d44bd09367 02000000 01000000 20000000
         10000000 10000000 00000000 01000000 a0000005591010ffffffff8900000100",
        "5",
        &[
            "c2f6588e-f037-4bc9-8665-f4d44bd09367",
            "open-channel",
            "AppId=a0000005591010ffffffff8900000100",
            "ChannelGroup=1",
        ],
    ),
];

const RADIO_ON: &str = "07000080 34000000 00000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 03000000
    08000000 01000000 01000000";

fn digits(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn messages_are_made_as_other_programs_make_them() {
    for (bytes, transaction, arguments) in SENT {
        let all = [&["mbim", "--dry-run", "--hex", "--transaction", transaction], arguments].concat();
        let run = wwanctl(&all).ended(0);
        assert_eq!(run.out.trim_end(), digits(bytes), "{arguments:?}");
    }
}

#[test]
fn messages_of_any_service_are_made_of_bytes() {
    let uuid = "01020304-0506-0708-090a-0b0c0d0e0f10";
    let run = wwanctl(&["mbim", uuid, "0x02000100", "set", "c0ff ee", "--dry-run", "--hex"]).ended(0);
    let made = "03000000 33000000 01000000 01000000 00000000 0102030405060708090a0b0c0d0e0f10 00010002 01000000
        03000000 c0ffee";
    assert_eq!(run.out.trim_end(), digits(made));
    wwanctl(&["mbim", uuid, "1", "--dry-run"]).ended(0).prints(&["Command: 1", "QUERY"]);
    wwanctl(&["mbim", uuid, "name", "--dry-run"]).ended(2).says(&["by number"]);
    wwanctl(&["mbim", uuid, "1", "A=1", "--dry-run"]).ended(2).says(&["hexadecimal"]);
    wwanctl(&["mbim", uuid, "1", "c0f", "--dry-run"]).ended(65);
}

#[test]
fn what_does_not_fit_a_message_is_named() {
    let fails = |arguments: &[&str], texts: &[&str]| {
        wwanctl(&[&["mbim", "--dry-run"], arguments].concat()).ended(2).says(texts);
    };
    fails(&["nope", "1"], &["nope", "Basic Connect", "Quectel"]);
    fails(&["sms", "nope"], &["nope", "Message Store Status"]);
    fails(&["sms", "send", "query"], &["SMS Send has no query"]);
    fails(&["basic-connect", "connect", "SessionId=1"], &["query or set"]);
    fails(&["basic-connect", "connect", "set", "Apn=1"], &["Apn", "AccessString"]);
    fails(&["basic-connect", "connect", "set", "SessionId=1", "session-id=2"], &["SessionId is given twice"]);
    fails(&["basic-connect", "connect", "set", "SessionId=-1"], &["SessionId", "0 to 4294967295"]);
    fails(&["basic-connect", "connect", "set", "IpType=ipv5"], &["IpType", "IPV4V6"]);
    let long = format!("AccessString={}", "a".repeat(101));
    fails(&["basic-connect", "connect", "set", &long], &["AccessString", "200 bytes"]);
    fails(&["basic-connect", "19", "set", "Events=[1"], &["Events", "JSON"]);
    fails(&["basic-connect", "19", "set", r#"Events=[{"Cids":["x"]}]"#], &["Events[0].Cids[0]"]);
}

#[test]
fn decoding_gives_headers_and_fields() {
    let json = wwanctl(&["decode", "mbim", "--json", RADIO_ON]).json();
    let part = serde_json::json!({
        "type": "indicate_status",
        "length": 52,
        "transaction_id": 0,
        "fragments_total": 1,
        "fragment_current": 0,
        "service": "Basic Connect",
        "service_uuid": "a289cc33-bcbb-8b4f-b6b0-133ec2aae6df",
        "cid": 3,
        "command": "Radio State",
        "information_buffer_length": 8,
        "fields": { "HwRadioState": 1, "SwRadioState": 1 },
        "information_buffer": "0100000001000000",
    });
    for (key, value) in part.as_object().unwrap() {
        assert_eq!(&json[key], value, "{key}");
    }
    let text = wwanctl(&["decode", "mbim", RADIO_ON]).ended(0);
    text.prints(&["INDICATE_STATUS, 52 bytes", "Radio State (3)", "SwRadioState: ON (1)"]);
    let short: [(&str, &[&str]); 5] = [
        ("01000000 10000000 01000000 00100000", &["OPEN", "4096"]),
        ("01000080 10000000 01000000 00000000", &["OPEN_DONE", "SUCCESS (0)"]),
        ("02000000 0c000000 03000000", &["CLOSE", "transaction 3"]),
        ("04000000 10000000 02000000 02000000", &["HOST_ERROR", "FRAGMENT_OUT_OF_SEQUENCE (2)"]),
        ("04000080 10000000 07000000 05000000", &["FUNCTION_ERROR", "NOT_OPENED (5)"]),
    ];
    for (bytes, texts) in short {
        wwanctl(&["decode", "mbim", bytes]).ended(0).prints(texts);
    }
}

#[test]
fn decoding_what_was_made_gives_the_fields_again() {
    for (bytes, transaction, arguments) in SENT {
        let version = if arguments.contains(&"3") { "3" } else { "1" };
        let json = wwanctl(&["decode", "mbim", "--json", "--mbimex", version, bytes]).json();
        assert_eq!(json["transaction_id"], transaction.parse::<u32>().unwrap());
        let made = [&["mbim", "--dry-run", "--json", "--transaction", transaction], arguments].concat();
        assert_eq!(json["fields"], wwanctl(&made).json()["fields"], "{arguments:?}");
    }
}

/// A value for a field of that type, if it can be said in a word, and how it is shown.
fn sample(kind: &str) -> Option<(String, Value)> {
    let text = |text: &str| Some((text.to_owned(), Value::from(text)));
    match kind.split('(').next()? {
        "u16" | "u32" => Some(("7".to_owned(), 7.into())),
        // Half of the names are unknown here; numbers always do.
        kind if kind.starts_with("enum") || kind.starts_with("flags") => Some(("0".to_owned(), Value::Null)),
        "bool" => Some(("true".to_owned(), true.into())),
        "string" => text("12345"),
        "tlv" if kind.contains("string") => text("12345"),
        "bytes" => match kind.split_once("fixed=") {
            Some((_, length)) => text(&"5a".repeat(length.trim_end_matches(')').parse().unwrap())),
            None => text("c0ffee01"),
        },
        "ref-bytes" => text("c0ffee01"),
        "uuid" => text("a289cc33-bcbb-8b4f-b6b0-133ec2aae6df"),
        "ref-ipv4" => text("192.0.2.1"),
        "ref-ipv6" => text("2001:db8::1"),
        _ => None,
    }
}

/// Every command of the catalogue can be sent by name, in all its forms and versions.
#[test]
fn every_message_can_be_made_and_read() {
    let (mut messages, mut values) = (0, 0);
    for row in wwanctl(&["catalogue", "mbim", "--json"]).json().as_array().unwrap() {
        let name = |key: &str| row[key].as_str().unwrap().to_owned();
        let version = name("extension_version").split('.').next().unwrap().to_owned();
        for form in ["query", "set"] {
            let Some(fields) = row[form].as_array() else { continue };
            let mut arguments: Vec<String> = ["mbim", "--dry-run", "--hex", "--mbimex"].map(str::to_owned).to_vec();
            arguments.extend([version.clone(), name("service"), name("command"), form.to_owned()]);
            let mut expected = Vec::new();
            for field in fields {
                let name = field["name"].as_str().unwrap();
                // The zero that enumerations get here chooses the first alternative, and counts follow from their lists.
                match field["when"].as_str() {
                    Some(when) if when.ends_with("Pdu") => arguments.push(format!("{name}={{}}")),
                    Some(_) => continue,
                    None => {}
                }
                let count = format!("(count={name}");
                if fields.iter().any(|other| other["type"].as_str().unwrap().contains(&count)) {
                    continue;
                }
                if let Some((said, shown)) = sample(field["type"].as_str().unwrap()) {
                    arguments.push(format!("{name}={said}"));
                    expected.push((name.to_owned(), shown));
                }
            }
            let made = wwanctl(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).ended(0).out;
            let read = wwanctl(&["decode", "mbim", "--json", "--mbimex", &version, made.trim()]).json();
            assert_eq!(read["cid"], row["cid"], "{arguments:?}");
            assert_eq!(read["command_type"], form, "{arguments:?}");
            for (name, shown) in expected {
                assert!(read["fields"].get(&name).is_some(), "{arguments:?}: {name} of {read}");
                assert!(shown.is_null() || read["fields"][&name] == shown, "{arguments:?}: {name} of {read}");
                values += 1;
            }
            messages += 1;
        }
    }
    assert!(messages > 120 && values > 200, "{messages} messages, {values} values");
}

#[test]
fn several_messages_and_standard_input() {
    let both = format!("{RADIO_ON} 02000000 0c000000 03000000");
    let json = wwanctl(&["decode", "mbim", "--json", &both]).json();
    assert_eq!((json.as_array().unwrap().len(), &json[1]["type"]), (2, &Value::from("close")));

    let mut child = command(&["decode", "mbim", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(both.to_uppercase().as_bytes()).unwrap();
    assert_eq!(ended(child.wait_with_output().unwrap()).json(), json);
}

#[test]
fn wrong_bytes_are_named_with_field_and_offset() {
    let wrong: [(&str, &[&str]); 10] = [
        ("xyz", &["`x`", "offset 0"]),
        ("0102 0", &["odd"]),
        ("", &["no hexadecimal digits"]),
        ("01000080", &["header", "4 of 12 bytes"]),
        ("01000080 10000000 01000000", &["MessageLength at offset 4", "16", "12"]),
        ("99000000 10000000 01000000 00000000", &["MessageType at offset 0", "0x00000099"]),
        ("01000080 08000000 01000000", &["MessageLength at offset 4", "8"]),
        ("03000000 14000000 01000000 02000000 02000000", &["offset 12", "2 of 2"]),
        // The information buffer is said to be one byte longer than it is.
        (
            "07000080 34000000 00000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 03000000 09000000 01000000
             01000000",
            &["InformationBufferLength at offset 40", "9 bytes", "8 there"],
        ),
        // The second switch is missing.
        (
            "07000080 30000000 00000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 03000000 04000000 01000000",
            &["Basic Connect Radio State", "SwRadioState", "offset 4 of the information buffer", "offset 48"],
        ),
    ];
    for (bytes, texts) in wrong {
        let run = wwanctl(&["decode", "mbim", bytes]).ended(65).says(texts);
        assert_eq!(run.out, "", "{bytes}");
        wwanctl(&["decode", "mbim", "--json", bytes]).ended(65).says(texts);
    }
    let second = format!("{RADIO_ON} 99");
    wwanctl(&["decode", "mbim", &second]).ended(65).says(&["byte 52"]).prints(&["SwRadioState"]);
}

#[test]
fn no_prefix_of_a_message_is_taken_for_one() {
    let bytes = digits(SENT[5].0);
    for end in (2..bytes.len()).step_by(2) {
        wwanctl(&["decode", "mbim", &bytes[..end]]).ended(65);
    }
}

#[test]
fn the_catalogue_lists_every_command_once() {
    let json = wwanctl(&["catalogue", "mbim", "--json"]).json();
    let rows = json.as_array().unwrap();
    let mut keys = BTreeSet::new();
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap_or_else(|| panic!("{key} of {row}")).to_owned();
        assert_eq!(row["kind"], "command");
        let key = (text("uuid"), row["cid"].as_u64().unwrap(), text("extension_version"));
        assert!(keys.insert(key), "twice: {row}");
        assert!(!text("service").is_empty() && !text("command").is_empty());
        for (name, form) in [("query", "query"), ("set", "set"), ("notify", "notification")] {
            let supports = row["supports"].as_array().unwrap().iter().any(|known| known == name);
            assert_eq!(supports, row.get(form).is_some(), "{row}");
        }
        for form in ["query", "set", "response", "notification"] {
            for field in row.get(form).and_then(Value::as_array).into_iter().flatten() {
                assert!(field["name"].is_string() && field["type"].is_string(), "{field}");
            }
        }
    }
    assert!(rows.len() >= 103, "{}", rows.len());
    let pin = rows.iter().find(|row| row["command"] == "Pin").unwrap();
    assert_eq!(pin["set"][2], serde_json::json!({ "name": "Pin", "type": "string(max=32)", "personal": true }));

    let all = wwanctl(&["catalogue", "mbim", "--json", "--all"]).json();
    for (kind, count) in [("command", rows.len()), ("service", 26), ("context_type", 14)] {
        assert_eq!(all.as_array().unwrap().iter().filter(|row| row["kind"] == kind).count(), count, "{kind}");
    }
    let text = wwanctl(&["catalogue", "mbim"]).ended(0);
    text.prints(&[
        "Basic Connect  a289cc33",
        "12 Connect  (set, query, notify, MBIMEx 3.0)",
        "AccessString: tlv(string",
    ]);
}

#[test]
fn wrong_command_lines_end_with_2() {
    let wrong: &[&[&str]] = &[
        &[],
        &["nonsense"],
        &["at"],
        &["reset", "now"],
        &["phonebook"],
        &["phonebook", "write", "name"],
        &["phonebook", "read", "x"],
        &["apdu", "send", "00"],
        &["apdu", "send", "00a4040x"],
        &["apdu", "list", "--aid", "a0"],
        &["slot", "x"],
        &["status", "more"],
        &["connect"],
        &["connect", "--apn", "a", "--ip-type", "v5"],
        &["connect", "--apn", "a", "--auth", "eap"],
        &["radio", "maybe"],
        &["radio", ""],
        &["register", ""],
        &["slot", ""],
        &["--device", "", "status"],
        &["pin"],
        &["pin", "enter"],
        &["decode", "mbim"],
        &["decode", "at", "--kind", "nope", "00"],
        &["decode", "qmi", "--mbimex", "2", "00"],
        &["qmi", "dms"],
        &["qmi", "dms", "nope"],
        &["catalogue", "sms"],
        &["--timeout", "0", "status"],
        &["--timeout", "soon", "status"],
        &["--protocol", "x", "status"],
        &["mbim", "basic-connect"],
    ];
    for arguments in wrong {
        let run = wwanctl(arguments).ended(2);
        assert!(run.out.is_empty() && !run.err.is_empty(), "{arguments:?}");
    }
    wwanctl(&["--device", "virtual:nope", "status"]).ended(2).says(&["virtual:mbim"]);
    wwanctl(&["--device", "virtual:mbim:nope", "status"]).ended(2).says(&["locked-sim"]);
}

#[test]
fn help_and_version() {
    wwanctl(&["--help"]).ended(0).prints(&["virtual:mbim", "Exit status", "--reopen", "monitor"]);
    wwanctl(&["--version"]).ended(0).prints(&["wwanctl 0."]);
    wwanctl(&["mbim", "--help"]).ended(0).prints(&["FIELD=VALUE", "--dry-run"]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child =
        command(&["catalogue", "mbim", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap(); // and the pipe is closed
    let run = ended(child.wait_with_output().unwrap()).ended(0);
    assert_eq!(run.err, "");
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let run = ended(command(&["catalogue", "mbim"]).stdout(full).output().unwrap());
    run.ended(74).says(&["standard output"]);
}
