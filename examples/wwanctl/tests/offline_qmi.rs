//! Commands for QMI that need no modem: `decode`, `catalogue`, `qmi --dry-run`.
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

use std::collections::{BTreeMap, BTreeSet};

use common::wwanctl;
use mbim_wire::catalogue::Value;

/// Requests as other programs send them, and the arguments that make them.
const SENT: [(&str, &str, &[&str]); 8] = [
    ("010f0000000000ff2200040001010001", "255", &["ctl", "allocate-cid", "Service=wds"]),
    ("0110000000000001230005000102000301", "1", &["CTL", "Release CID", r#"Release Info={"service":"nas","cid":1}"#]),
    ("010c0000020100ffff25000000", "65535", &["dms", "0x25"]),
    (
        "01150000020100010028000900010600010431323334",
        "1",
        &["dms", "uim-verify-pin", "Info.pin_id=PIN", "info.Pin=1234"],
    ),
    ("010c0000030100010043000000", "1", &["NAS", "get_cell_location_info"]),
    ("01100000030100010033000400110100 1c", "1", &["nas", "set-system-selection-preference", "tlv:0x11=1c"]),
    ("011100000301000100330005001102001c00", "1", &["nas", "0x0033", "Mode Preference=gsm|umts|lte"]),
    ("0112 00002b0100010020000600010300c0ffee", "1", &["0x2b", "32", "tlv:1=c0ffee"]),
];

/// An answer to NAS Get Signal Strength.
const ANSWER: &str = "01260080030102010020001a00020400000000000102009b051104000100650512040001001105";

fn digits(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn messages_are_made_as_other_programs_make_them() {
    for (bytes, transaction, arguments) in SENT {
        let all = [&["qmi", "--dry-run", "--hex", "--transaction", transaction], arguments].concat();
        let run = wwanctl(&all).ended(0);
        let made = run.out.trim_end();
        if arguments[0] == "nas" && arguments[1] == "set-system-selection-preference" {
            // Whoever writes bytes is not asked whether they fit.
            assert!(made.ends_with("1101001c"), "{made}");
            continue;
        }
        assert_eq!(made, digits(bytes), "{arguments:?}");
    }
}

#[test]
fn values_are_given_in_words() {
    let made = |arguments: &[&str]| {
        let json = wwanctl(&[&["qmi", "--dry-run", "--json"], arguments].concat()).json();
        json["tlvs"].as_array().unwrap().iter().map(|tlv| tlv["value"].clone()).collect::<Vec<_>>()
    };
    let start = made(&["wds", "start-network", "APN=internet", "0x19=ipv4", "Authentication Preference=pap|chap"]);
    assert_eq!(start, ["internet".into(), Value::from(4), 3.into()]);
    let pin = made(&["uim", "verify-pin", "Info.pin_id=pin1", "Info.pin_value=1234", "Session={}"]);
    assert_eq!(pin[0], serde_json::json!({ "pin_id": 1, "pin_value": "1234" }));
    assert_eq!(pin[1], serde_json::json!({ "session_type": 0, "application_identifier": [] }));
    let aid = made(&["uim", "get-card-status"]);
    assert!(aid.is_empty());
    let vendor = wwanctl(&["qmi", "dms", "0x5556", "--vendor", "0x1199", "--dry-run"]).ended(0);
    vendor.prints(&["Swi Get Current Firmware (0x5556, vendor 0x1199)"]);
}

#[test]
fn what_does_not_fit_a_message_is_named() {
    let fails = |arguments: &[&str], texts: &[&str]| {
        wwanctl(&[&["qmi", "--dry-run"], arguments].concat()).ended(2).says(texts);
    };
    fails(&["nope", "1"], &["nope", "DMS", "VOICE"]);
    fails(&["nas", "nope"], &["nope", "Get Signal Strength"]);
    // What only comes from the modem is no request.
    fails(&["nas", "operator-name"], &["no request"]);
    fails(&["0xaa", "nope"], &["by number"]);
    fails(&["0xaa", "1", "A=1"], &["tlv:0x01"]);
    fails(&["wds", "start-network", "APNN=1"], &["APNN", "APN (0x14)"]);
    fails(&["wds", "start-network", "APN"], &["FIELD=VALUE"]);
    fails(&["wds", "start-network", "APN=a", "0x14=b"], &["given twice"]);
    fails(&["wds", "start-network", "tlv:0x14=00", "APN=b"], &["given twice"]);
    fails(&["wds", "start-network", "tlv:0x100=00"], &["tlv:0xff"]);
    fails(&["wds", "start-network", "IP Family Preference=ipv5"], &["IP Family Preference", "u8", "IPV4"]);
    fails(&["wds", "start-network", "Profile Index 3GPP=300"], &["Profile Index 3GPP", "u8"]);
    fails(&["uim", "verify-pin", "Session={}"], &["Info is missing", "struct{pin_id"]);
    fails(&["uim", "verify-pin", "Session={}", "Info.pin=1"], &["Info.pin", "no such field", "pin_value"]);
    fails(&["uim", "verify-pin", "Session={}", "Info.pin_id=pin9"], &["Info.pin_id", "PIN1, PIN2"]);
    fails(&["uim", "verify-pin", "Session=x"], &["Session", "JSON"]);
    fails(&["dms", "get-ids", "--transaction", "0"], &["--transaction"]);
    fails(&["dms", "get-ids", "--client", "255"], &["--client"]);
    wwanctl(&["qmi", "uim", "verify-pin", "--incomplete", "--dry-run"]).ended(0);
    wwanctl(&["qmi", "dms", "get-ids", "tlv:1=0", "--dry-run"]).ended(65);
}

#[test]
fn decoding_gives_headers_and_fields() {
    let json = wwanctl(&["decode", "qmi", "--json", ANSWER]).json();
    let wanted = serde_json::json!({
        "marker": 1, "qmux_length": 38, "qmux_flags": 128, "service_id": 3, "service": "NAS", "client_id": 1,
        "qmi_flags": 2, "transaction_id": 1, "message_id": 32, "kind": "response", "tlv_length": 26,
        "message": "Get Signal Strength",
        "tlvs": [
            { "tlv": "0x02", "hex": "00000000", "name": "Result", "value": { "error_status": 0, "error_code": 0 } },
            { "tlv": "0x01", "hex": "9b05", "name": "Signal Strength", "value": { "strength": -101, "radio_interface": 5 } },
            { "tlv": "0x11", "hex": "01006505", "name": "RSSI List", "value": [{ "rssi": 101, "radio_interface": 5 }] },
            { "tlv": "0x12", "hex": "01001105", "name": "ECIO List", "value": [{ "ecio": 17, "radio_interface": 5 }] },
        ],
    });
    assert_eq!(json, wanted);
    let text = wwanctl(&["decode", "qmi", ANSWER]).ended(0);
    text.prints(&[
        "RESPONSE, 39 bytes from the modem, client 1",
        "Get Signal Strength (0x0020)",
        "Result (0x02): SUCCESS",
    ])
    .prints(&["strength: -101", "radio_interface: UMTS (5)"]);
    let both = format!("{ANSWER} {ANSWER}");
    let json = wwanctl(&["decode", "qmi", "--json", &both]).json();
    assert_eq!(json, serde_json::json!([wanted, wanted]));
    // Frames as between the processes of one machine, with the number of a service that fits no other frame.
    let wide = wwanctl(&["qmi", "ssc", "control", "Data=c0ffee", "--dry-run", "--hex"]).ended(0).out;
    assert!(wide.starts_with("02"), "{wide}");
    wwanctl(&["decode", "qmi", wide.trim()]).ended(0).prints(&["SSC (0x190)", "Data (0x01): c0ffee", "wide frame"]);
}

#[test]
fn messages_without_a_frame_and_control_packets() {
    let bare = &digits(ANSWER)[12..];
    let json = wwanctl(&["decode", "qmi", "--service", "nas", "--json", bare]).json();
    assert_eq!((&json["message"], &json["marker"]), (&"Get Signal Strength".into(), &Value::Null));
    wwanctl(&["decode", "qmi", "--service", "3", bare]).ended(0).prints(&["without a frame"]);
    let packet = "04000000 02000000 01010000 00000000 0a000000";
    let json = wwanctl(&["decode", "qmi", "--service", "qrtr", "--json", packet]).json();
    let fields = serde_json::json!({
        "service": "DMS", "service_id": 2, "version": 1, "instance": 1, "node": 0, "port": 10
    });
    assert_eq!(json, serde_json::json!({ "command": "new_server", "fields": fields }));
    wwanctl(&["decode", "qmi", "--service", "qrtr", "04000000"]).ended(65).says(&["4 of 20"]);
    wwanctl(&["decode", "mbim", "--service", "nas", "00"]).ended(2).says(&["belongs to qmi"]);
}

#[test]
fn wrong_bytes_are_named_with_field_and_offset() {
    let wrong: [(&str, &[&str]); 8] = [
        ("", &["no hexadecimal digits"]),
        ("00", &["Marker at offset 0", "0x00"]),
        ("0126", &["frame header at offset 0", "2 of"]),
        ("010500", &["Length at offset 1", "5"]),
        ("010c00000201", &["Length at offset 1", "13 bytes stated and 6 there"]),
        ("010c0000020100ffff25000100", &["DMS Get IDs request", "offset 11", "1 bytes"]),
        ("01100000020100ffff25000400 01020000", &["DMS Get IDs request", "TLV 0x01 at offset 13"]),
        ("01100000 000000 ff 2200 0500 0101000100", &["CTL Allocate CID request", "TLV 0x00 at offset 16"]),
    ];
    for (bytes, texts) in wrong {
        let run = wwanctl(&["decode", "qmi", bytes]).ended(65).says(texts);
        assert_eq!(run.out, "", "{bytes}");
        wwanctl(&["decode", "qmi", "--json", bytes]).ended(65).says(texts);
    }
    let second = format!("{ANSWER} 99");
    wwanctl(&["decode", "qmi", &second]).ended(65).says(&["byte 39"]).prints(&["Signal Strength"]);
    // One value is cut: what is beside it is shown all the same.
    let cut = "01150080 0301 02 0100 2000 0900 010200 9b05 110100 02";
    let run = wwanctl(&["decode", "qmi", cut]).ended(65).prints(&["strength: -101"]);
    run.says(&["NAS Get Signal Strength response", "RSSI List (TLV 0x11)", "offset 0 of the value, 21 of the message"]);
    for end in (2..ANSWER.len()).step_by(2) {
        wwanctl(&["decode", "qmi", &ANSWER[..end]]).ended(65);
    }
}

/// A value for a format, as it is written on the command line; nothing for lists, which may be empty.
fn sample(kind: &str) -> Option<String> {
    let json = |kind: &str| match kind.split('(').next().unwrap() {
        "string" | "array" => "null".to_owned(),
        _ => "1".to_owned(),
    };
    if let Some(fields) = kind.strip_prefix("struct{").and_then(|rest| rest.strip_suffix('}')) {
        // The first field is enough; others are zero or empty.
        let (name, kind) = fields.split_once(':')?;
        return Some(format!(r#"{{"{name}":{}}}"#, json(kind)));
    }
    Some(match kind.split('(').next()? {
        "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64" | "uint" => "7".to_owned(),
        kind if kind.starts_with("enum:") || kind.starts_with("flags:") => "1".to_owned(),
        "bool" => "yes".to_owned(),
        "string" => "12".to_owned(),
        "array" if kind.contains("fixed=") => "null".to_owned(),
        _ => return None,
    })
}

/// Every request of the catalogue can be made by name, with its fields by name, and is read as the same.
#[test]
fn every_request_can_be_made_and_read() {
    let (mut messages, mut values) = (0, 0);
    for row in wwanctl(&["catalogue", "qmi", "--json"]).json().as_array().unwrap() {
        let Some(input) = row["input"].as_array() else { continue };
        let name = |key: &str| row[key].as_str().unwrap().to_owned();
        let mut arguments =
            vec!["qmi".to_owned(), "--dry-run".to_owned(), "--json".to_owned(), "--incomplete".to_owned()];
        if let Some(vendor) = row["vendor"].as_str() {
            arguments.extend(["--vendor".to_owned(), vendor.to_owned()]);
        }
        arguments.extend([name("service"), name("message")]);
        let mut wanted = BTreeMap::new();
        for tlv in input {
            let Some(said) = sample(tlv["type"].as_str().unwrap()).filter(|said| said != "null") else { continue };
            arguments.push(format!("{}={said}", tlv["name"].as_str().unwrap()));
            wanted.insert(tlv["tlv"].as_str().unwrap().to_owned(), said);
        }
        let read = wwanctl(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).json();
        assert_eq!((&read["service"], &read["message"]), (&row["service"], &row["message"]), "{arguments:?}");
        let id = format!("0x{:04X}", read["message_id"].as_u64().unwrap());
        assert_eq!((id.as_str(), &read["kind"]), (name("id").as_str(), &"request".into()));
        let shown = read["tlvs"].as_array().unwrap();
        assert_eq!(shown.len(), wanted.len(), "{arguments:?}");
        for tlv in shown {
            let (said, value) = (&wanted[tlv["tlv"].as_str().unwrap()], &tlv["value"]);
            let same = match value {
                Value::Bool(on) => *on,
                Value::String(text) => text == said,
                Value::Number(n) => n.to_string() == *said,
                value => value.is_object(),
            };
            assert!(same, "{arguments:?}: {tlv}");
            values += 1;
        }
        messages += 1;
    }
    assert!(messages > 300 && values > 500, "{messages} messages, {values} values");
}

#[test]
fn the_catalogue_lists_every_message_once() {
    let json = wwanctl(&["catalogue", "qmi", "--json"]).json();
    let rows = json.as_array().unwrap();
    let mut keys = BTreeSet::new();
    let mut tlvs = 0;
    for row in rows {
        let text = |key: &str| row[key].as_str().unwrap_or_else(|| panic!("{key} of {row}")).to_owned();
        let vendor = row["vendor"].as_str().map(str::to_owned);
        assert!(keys.insert((text("service_id"), text("id"), text("kind"), vendor)), "twice: {row}");
        assert_eq!(row.get("input").is_some(), row["kind"] == "request_response", "{row}");
        for side in ["input", "output"] {
            for tlv in row.get(side).and_then(Value::as_array).into_iter().flatten() {
                assert!(tlv["tlv"].is_string() && tlv["name"].is_string() && tlv["type"].is_string(), "{tlv}");
                tlvs += 1;
            }
        }
    }
    let services: BTreeSet<&str> = rows.iter().map(|row| row["service"].as_str().unwrap()).collect();
    assert_eq!((services.len(), rows.len(), tlvs), (26, 378, 1849));
    let all = wwanctl(&["catalogue", "qmi", "--json", "--all"]).json();
    let of = |kind: &str| all.as_array().unwrap().iter().filter(|row| row["kind"] == kind).count();
    assert_eq!((of("service"), of("request_response") + of("indication")), (26, 378));
    assert!(of("enum") > 150 && of("flags") > 20, "{} {}", of("enum"), of("flags"));
    let text = wwanctl(&["catalogue", "qmi"]).ended(0);
    text.prints(&[
        "WDS  0x01",
        "0x0020 Start Network  (request, abortable)",
        "0x18 Password: string(rest)  optional  personal",
    ])
    .prints(&["0x003a Operator Name  (indication)", "vendor 0x1199", "QmiWdsAuthentication (flags)", "PAP = 1"]);
}
