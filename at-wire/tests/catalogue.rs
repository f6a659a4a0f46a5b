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

/// The names of the fact sheet: those of commands, of URCs, and the numbers of errors.
const NAMES: &str = include_str!("names.tsv");
const URCS: &str = include_str!("urcs.tsv");
const ERRORS: &str = include_str!("errors.tsv");

/// The columns of a table, comments left out; those that are missing are empty.
fn rows<const N: usize>(table: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    let lines = table.lines().filter(|line| !line.starts_with("# "));
    lines.map(|line| {
        let mut columns = line.split('\t');
        [(); N].map(|()| columns.next().unwrap_or_default())
    })
}

/// The commands of V.250, 3GPP TS 27.007 and 27.005, and those that many makers have: section and name.
fn standard() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = rows::<4>(NAMES).filter(|[section, _, state, _]| *section != "3.16" && *state == "declared");
    rows.map(|[section, name, ..]| (section, name))
}

/// Basic commands and registers.
const BASIC: &str = "E Q V X Z I D A H O T P L M &F &C &D &W &V &Y &S &K S0 S1 S2 S3 S4 S5 S6 S7 S8 S10 S12";

fn of(name: &str) -> impl Iterator<Item = &'static Info> {
    let commands = at_wire::command::CATALOGUES.iter().flat_map(|table| table.iter());
    commands.filter(move |info| info.name == name)
}

#[test]
fn every_command_is_declared() {
    let missing: Vec<_> = BASIC.split_whitespace().filter(|name| of(name).next().is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let mut count = 0;
    for [section, name, state, _] in rows::<4>(NAMES) {
        assert_eq!(of(name).next().is_some(), state == "declared", "§{section} {name}: {state}");
        count += usize::from(state == "declared");
    }
    assert!(count >= 340, "{count}");
}

#[test]
fn every_urc_is_declared() {
    let told: Vec<_> = at_wire::catalogue::all().filter(|info| info.command.is_none()).map(|info| info.name).collect();
    let mut count = 0;
    for [section, name, state, _] in rows::<4>(URCS) {
        assert_eq!(told.contains(&name), state == "declared", "§{section} {name}: {state}");
        count += usize::from(state == "declared");
    }
    assert!(count >= 320, "{count}");
}

#[test]
fn every_error_has_its_text() {
    let mut count = [0, 0];
    for [kind, number, text] in rows::<3>(ERRORS) {
        let number = number.parse().unwrap();
        let known = if kind == "CME" { at_wire::result::cme_text(number) } else { at_wire::result::cms_text(number) };
        assert_eq!(known, Some(text), "{kind} {number}");
        count[usize::from(kind == "CMS")] += 1;
    }
    // And no others.
    let known = |of: fn(u32) -> Option<&'static str>| (0..2_000).filter(|number| of(*number).is_some()).count();
    assert_eq!(count, [known(at_wire::result::cme_text), known(at_wire::result::cms_text)]);
}

#[test]
fn every_command_of_the_standards_says_where_it_is_specified() {
    for (section, name) in standard() {
        let sources: Vec<_> = of(name).filter_map(Info::source).collect();
        // Those of makers in common use are specified nowhere.
        let wide = of(name).any(|info| info.doc.contains("many modems") || info.doc.contains("in wide use"));
        let of_maker =
            at_wire::command::vendor::CATALOGUES.iter().flat_map(|table| table.iter()).any(|info| info.name == name);
        assert!(!sources.is_empty() || wide || of_maker || section == "3.13", "{name}");
    }
}

#[test]
fn clauses_are_those_of_the_group() {
    /// Names that stand with others of their kind, and in another clause of the specification.
    const ELSEWHERE: &str =
        "+CTFR +CUUS1 +CPSMS +CEDRXS +CEDRXRDP +CCIOTOPT +CEMODE +CSDF +CSTF +CSAS +CRES +CNEC +CIREG
        +CAPPLEVMC +CAPPLEVMR +CSCON";
    let groups: [(&str, &[&str]); 4] = [
        ("5–6 general", &["5", "6"]),
        ("7 network", &["7", "8"]),
        ("8 ME control", &["7", "8", "12"]),
        ("10 packet", &["10", "8"]),
    ];
    let mut count = 0;
    for [_, name, _, group] in rows::<4>(NAMES) {
        let Some((_, chapters)) = groups.iter().find(|(start, _)| group.starts_with(start)) else { continue };
        for source in of(name).filter_map(Info::source) {
            let Some((_, clause)) = source.split_once('§') else { continue };
            let chapter = clause.split('.').next().unwrap();
            let elsewhere = ELSEWHERE.split_whitespace().any(|other| other == name);
            assert!(elsewhere || chapters.contains(&chapter), "{name} ({source}) in {group}");
            count += 1;
        }
    }
    assert!(count > 60, "{count}");
    // One form of the source: the specification, and a clause if it is known.
    for info in all() {
        let Some(source) = info.source() else { continue };
        for part in source.split([',', ';']) {
            let (specification, clause) = part.trim().split_once(" §").unwrap_or((part.trim(), "1"));
            let known = ["V.250", "T.31", "27.007", "27.005", "27.010"].contains(&specification);
            let plain =
                clause.split('.').all(|n| !n.is_empty() && n.len() <= 3 && n.chars().all(char::is_alphanumeric));
            assert!(known && plain, "{}: {source}", info.name);
        }
    }
}

/// What the sheet calls firmware and debugging is on the ready lists of a policy.
#[test]
fn dangerous_commands_are_on_a_list() {
    use at_wire::policy::{Action, Policy, commands, lists};
    let policy = Policy { rules: lists::ALL, default: Action::Allow };
    let mut count = 0;
    for [_, name, _, purpose] in rows::<4>(NAMES) {
        if matches!(purpose, "Firmware" | "Debug") {
            let line = format!("AT{name}=1");
            let command = commands(line.as_bytes()).unwrap().next().unwrap();
            assert_eq!(policy.action(&command), Action::Deny, "{name}");
            count += 1;
        }
    }
    assert!(count >= 11, "{count}");
    // Nothing of the standards is.
    for (_, name) in standard().filter(|(section, _)| *section != "3.13") {
        let line = format!("AT{name}=1");
        let command = commands(line.as_bytes()).unwrap().next().unwrap();
        assert_eq!(policy.action(&command), Action::Allow, "{name}");
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
