//! The catalogue: that every command of the standards is declared, with what a tool shows of it.
#![cfg(feature = "catalogue")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use at_wire::catalogue::{Info, all, decode};
use at_wire::message::Form;
use serde_json::json;

/// The commands of V.250, 3GPP TS 27.007 and 27.005, and those that many makers have.
const COMMANDS: &str = include_str!("commands.txt");

/// Basic commands and registers.
const BASIC: &str = "E Q V X Z I D A H O T P L M &F &C &D &W &V &Y &S &K S0 S1 S2 S3 S4 S5 S6 S7 S8 S10 S12";

fn of(name: &str) -> impl Iterator<Item = &'static Info> {
    let commands = at_wire::command::CATALOGUES.iter().flat_map(|table| table.iter());
    commands.filter(move |info| info.name == name)
}

#[test]
fn every_command_is_declared() {
    let missing: Vec<_> =
        COMMANDS.split_whitespace().chain(BASIC.split_whitespace()).filter(|name| of(name).next().is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(COMMANDS.split_whitespace().count() >= 270);
}

#[test]
fn every_command_of_the_standards_says_where_it_is_specified() {
    for name in COMMANDS.split_whitespace() {
        let told = of(name).any(|info| info.source().is_some());
        // Those of makers in common use are specified nowhere.
        let wide = of(name).any(|info| info.doc.contains("many modems") || info.doc.contains("in wide use"));
        let of_maker =
            at_wire::command::vendor::CATALOGUES.iter().flat_map(|table| table.iter()).any(|info| info.name == name);
        assert!(told || wide || of_maker, "{name}");
    }
}

#[test]
fn entries_are_whole() {
    for info in all() {
        assert!(!info.summary().is_empty() && !info.summary().contains('['), "{}: {:?}", info.name, info.summary());
        assert!(!info.forms.is_empty(), "{}", info.name);
        for (index, form) in info.forms.iter().enumerate() {
            assert!(info.forms[..index].iter().all(|other| other.form != form.form), "{} {:?}", info.name, form.form);
            assert_eq!(form.form == Form::Unsolicited, info.command.is_none(), "{}", info.name);
        }
        assert!(info.command.is_none_or(|command| command.timeout > 0 && command.name == info.name));
    }
}

#[test]
fn shows_a_command() {
    let cops = of("+COPS").next().unwrap().describe();
    assert_eq!(cops["source"], "27.007 §7.3");
    assert_eq!(cops["summary"], "The operator");
    assert_eq!((&cops["timeout"], &cops["abortable"]), (&json!(300), &json!(true)));
    let forms: Vec<_> = cops["forms"].as_array().unwrap().iter().map(|form| &form["form"]).collect();
    assert_eq!(forms, ["set", "read", "test"]);
    assert_eq!(cops["forms"][0]["parameters"][3], json!({"name": "act", "type": "Option<u8>"}));
}

#[test]
fn reads_lines_by_the_tables() {
    let read = decode(b"+CSQ: 20,99", Some("AT+CSQ")).unwrap();
    assert_eq!(read["fields"], json!({"rssi": 20, "ber": 99}));
    let told = decode(b"+CMTI: \"SM\",3", None).unwrap();
    assert_eq!((&told["form"], &told["fields"]), (&json!("urc"), &json!({"mem": "SM", "index": 3})));
    // The form with the PDU does not fit, that with the text does.
    let text = decode(b"+CMT: \"+4912\",,\"26/11/22,10:00:00+04\"", None).unwrap();
    assert_eq!(text["fields"]["scts"], "26/11/22,10:00:00+04");
    assert!(decode(b"+NOSUCH: 1", None).is_err());
}
