//! Short messages in text mode, with modems that have no other.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]
#![cfg(all(feature = "at", feature = "sms"))]

mod at_procedure_common;

use at_procedure_common::{Modem, play};
use wwan::at_wire::result::{Cause, FinalResult};
use wwan::at_wire::sms::{Direction, Pdu, RelativeValidity, Tpdu, Validity};
use wwan::at_wire::text::charset::Charset;
use wwan::procedure::at::{
    FindMessageFormat, MessageFormat, Outcome, Procedure as _, ReadTextMode, SendTextMode, Step, Stop, StoredText,
    TellTexts, delivered_pdu,
};
use wwan::sms::{Stored, TextMessage};
use wwan::time::Instant;

const TEXT_MODE: (&str, &str) = ("AT+CMGF=1", "");
const HEADERS: (&str, &str) = ("AT+CSDH=1", "");
const IS_IRA: (&str, &str) = ("AT+CSCS?", "+CSCS: \"IRA\"");
const IS_GSM: (&str, &str) = ("AT+CSCS?", "+CSCS: \"GSM\"");
const UCS2: (&str, &str) = ("AT+CSCS=\"UCS2\"", "");
const NO_UCS2: (&str, &str) = ("AT+CSCS=\"UCS2\"", "ERROR");
const NO_HEX: (&str, &str) = ("AT+CSCS=\"HEX\"", "ERROR");
const NO_GSM: (&str, &str) = ("AT+CSCS=\"GSM\"", "ERROR");
const IRA_AGAIN: (&str, &str) = ("AT+CSCS=\"IRA\"", "");

/// What is handed out, and how much was not.
fn read(which: Stored, script: &[(&str, &str)]) -> (Vec<(StoredText, Vec<u8>)>, u32) {
    let mut found = vec![];
    let mut take = |text, pdu: &[u8]| found.push((text, pdu.to_vec()));
    let mut read = ReadTextMode::new(which, "", &mut take);
    play(&mut read, script).unwrap();
    let (count, unreadable) = (read.found(), read.unreadable());
    assert_eq!(count as usize, found.len());
    (found, unreadable)
}

fn parse(pdu: &[u8]) -> Tpdu<'_> {
    Pdu::parse(pdu, Direction::Stored).unwrap().tpdu
}

fn text(pdu: &[u8]) -> String {
    parse(pdu).user_data().unwrap().text().unwrap().chars().collect()
}

#[test]
fn the_format_is_found() {
    for (script, format) in [
        (&[("AT+CMGF=0", "")][..], MessageFormat::Pdu),
        (&[("AT+CMGF=0", "+CMS ERROR: 303"), TEXT_MODE], MessageFormat::Text),
    ] {
        let mut find = FindMessageFormat::new();
        play(&mut find, script).unwrap();
        assert_eq!(find.format(), format);
    }
    let none = [("AT+CMGF=0", "ERROR"), ("AT+CMGF=1", "ERROR")];
    assert!(matches!(play(&mut FindMessageFormat::new(), &none), Err(Stop::Refused(_))));
    // Such a modem tells of messages, too.
    play(&mut TellTexts::new(), &[("AT+CMGF=0", "ERROR"), ("AT+CNMI=2,1,2,1,0", "")]).unwrap();
}

#[test]
fn messages_are_listed_and_put_together() {
    let list = "+CMGL: 3,\"REC UNREAD\",\"+4917012345\",,\"26/11/22,21:30:00+04\",145,3\r\n00680069007B\
        |+CMGL: 5,\"REC READ\",6,42,\"+4917012345\",145,\"26/11/22,21:30:00+04\",\"26/11/22,21:31:00-14\",0\
        |+CMGL: 511,\"STO SENT\",\"123\",,,129,2\r\n00680069\
        |+CMGL: 512,\"STO SENT\",\"123\",,,129,2\r\n00680069";
    let script = [
        IS_IRA,
        UCS2,
        TEXT_MODE,
        HEADERS,
        ("AT+CMGL=\"ALL\"", list),
        (
            "AT+CMGR=3",
            "+CMGR: \"REC READ\",\"+4917012345\",,\"26/11/22,21:30:00+04\",145,4,0,0,\"+49170\",145,4\r\n00680069007B",
        ),
        (
            "AT+CMGR=5",
            "+CMGR: \"REC READ\",6,42,\"+4917012345\",145,\"26/11/22,21:30:00+04\",\"26/11/22,21:31:00-14\",0",
        ),
        ("AT+CMGR=511", "+CMGR: \"STO SENT\",\"123\",,129,17,0,4,167,\"+49170\",145,2\r\nCAFE"),
        IRA_AGAIN,
    ];
    let (found, unreadable) = read(Stored::All, &script);
    // There is no room for a place so high.
    assert_eq!(unreadable, 1);
    let [(first, received), (second, report), (third, sent)] = &found[..] else { panic!("{found:?}") };
    assert_eq!((first.index, first.stat), (3, 0), "listing has made it a read one");
    let Pdu { service_centre, tpdu: Tpdu::Deliver(message) } = Pdu::parse(received, Direction::Stored).unwrap() else {
        panic!("{received:x?}")
    };
    assert_eq!(service_centre.unwrap().to_string(), "+49170");
    assert_eq!(message.originating_address.to_string(), "+4917012345");
    assert_eq!(message.service_centre_timestamp.to_string(), "2026-11-22T21:30:00+01");
    assert!(!message.more_messages);
    assert_eq!(text(received), "hi{");
    assert_eq!((second.index, second.stat), (5, 1));
    let Tpdu::StatusReport(report) = parse(report) else { panic!("{report:x?}") };
    assert_eq!((report.message_reference, report.status.0), (42, 0));
    assert_eq!(report.discharge_time.to_string(), "2026-11-22T21:31:00-03:30");
    assert_eq!((third.index, third.stat), (511, 3));
    let Tpdu::Submit(message) = parse(sent) else { panic!("{sent:x?}") };
    assert_eq!(message.destination_address.to_string(), "123");
    assert_eq!(message.validity, Validity::Relative(RelativeValidity(167)));
    assert_eq!(message.user_data.octets().unwrap(), [0xca, 0xfe]);
}

#[test]
fn numbers_names_and_states_may_be_in_the_character_set() {
    let coded = |text: &str| text.encode_utf16().map(|unit| format!("{unit:04X}")).collect::<String>();
    let (number, name, state) = (coded("+4917012345"), coded("Müller"), coded("REC UNREAD"));
    let list =
        format!("+CMGL: 1,\"{state}\",\"{number}\",,,145,1\r\n0041|+CMGL: 2,\"{state}\",\"{name}\",,,208,1\r\n0041");
    let one = format!("+CMGR: \"{state}\",\"{number}\",,\"26/11/22,21:30:00\",145,4,0,0,,,1\r\n0041");
    let two = format!("+CMGR: \"{state}\",\"{name}\",,\"26/11/22,21:30:00\",208,4,0,0,\"\",129,1\r\n0041");
    let wanted = format!("AT+CMGL=\"{state}\"");
    let script = [
        ("AT+CSCS?", "+CSCS: \"0055004300530032\""),
        TEXT_MODE,
        HEADERS,
        ("AT+CMGL=\"REC UNREAD\"", "+CMS ERROR: 305"),
        (wanted.as_str(), list.as_str()),
        ("AT+CMGR=1", one.as_str()),
        ("AT+CMGR=2", two.as_str()),
    ];
    let (found, unreadable) = read(Stored::New, &script);
    assert_eq!(unreadable, 0);
    let sender = |pdu: &[u8]| match parse(pdu) {
        Tpdu::Deliver(message) => message.originating_address.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!((sender(&found[0].1).as_str(), sender(&found[1].1).as_str()), ("+4917012345", "Müller"));
    assert_eq!((found[0].0.stat, found[1].0.stat), (0, 0));
}

/// A text with the lines that answers have, as long as its header says.
const TRAP: &str =
    "one\r\nOK\r\n+CMGR: \"REC READ\",\"1\",,\"24/01/01,00:00:00+00\"\nERROR\r\n+CMTI: \"SM\",1\r\n> two";

fn header(length: usize, first: u8, coding: u8) -> String {
    format!("+CMGR: \"REC READ\",\"123\",,\"26/11/22,21:30:00+04\",129,{first},0,{coding},\"+49170\",145,{length}")
}

#[test]
fn lines_in_a_text_are_no_answers() {
    // In GSM an octet is a septet; @ is a zero, and an escape sequence of two octets is as many septets.
    for said in [TRAP, "\0 \x1b\x28a", "\0", "", "OK", "\r\n\r\nOK\r\n", "+CMTI: \"SM\",1"] {
        let answer = format!("{}\r\n{said}|OK", header(said.len(), 4, 0));
        let script = [IS_GSM, NO_UCS2, NO_HEX, TEXT_MODE, HEADERS, ("AT+CMGR=7", answer.as_str())];
        let (found, unreadable) = read(Stored::At(7), &script);
        assert_eq!((found.len(), unreadable), (1, 0), "{said:?}");
        assert_eq!(text(&found[0].1), said.replace("\x1b\x28", "{").replace('\0', "@"), "{said:?}");
        assert_eq!(found[0].0, StoredText { index: 7, stat: 1 });
    }
}

#[test]
fn octets_are_digits_and_headers_are_kept() {
    // Part 1 of 2 of a long text, in septets behind a header; its length counts septets.
    let data = "0500037F0201906536FB0D";
    let answer = format!("{}\r\n{data}", header(12, 0x44, 0));
    let script = [IS_IRA, UCS2, TEXT_MODE, HEADERS, ("AT+CMGR=1", answer.as_str()), IRA_AGAIN];
    let (found, _) = read(Stored::At(1), &script);
    let Tpdu::Deliver(message) = parse(&found[0].1) else { panic!("{found:x?}") };
    assert!(message.user_data.header().is_some());
    assert_eq!(text(&found[0].1), "Hello");
    // UCS-2, which the set does not change.
    let answer = format!("{}\r\n041F0440", header(4, 4, 8));
    let script = [IS_GSM, NO_UCS2, NO_HEX, TEXT_MODE, HEADERS, ("AT+CMGR=1", answer.as_str())];
    assert_eq!(text(&read(Stored::At(1), &script).0[0].1), "Пр");
    // What is no number of digits cannot be octets; then it is text.
    let answer = format!("{}\r\nhello", header(10, 4, 8));
    let script = [IS_GSM, NO_UCS2, NO_HEX, TEXT_MODE, HEADERS, ("AT+CMGR=1", answer.as_str()), ("*", "")];
    let mut take = |_, _: &[u8]| {};
    let mut modem = Modem::new(&script);
    // Counted bytes that never come end with the time.
    assert!(modem.follow(&mut ReadTextMode::new(Stored::At(1), "", &mut take)).is_err());
}

#[test]
fn a_text_that_ends_early_is_not_mixed_up() {
    // Only ASCII: an octet may be two septets, so that the length says too little.
    let all =
        [IS_IRA, NO_UCS2, NO_HEX, NO_GSM, TEXT_MODE, HEADERS, ("AT+CPMS?", "+CPMS: \"SM\",4,9,\"SM\",4,9,\"SM\",4,9")];
    let torn = format!("{}\r\none|OK|two", header(10, 4, 0));
    let [short, escaped, quiet] = [("hello", 5), ("{a}", 5), ("?", 2)].map(|(said, length)| {
        // The last one was a Euro, which is two septets and not in the set: nothing comes behind it.
        format!("{}\r\n{said}", header(length, 4, 0))
    });
    let script = [
        &all[..],
        &[
            ("AT+CMGR=0", "+CMS ERROR: 321"),
            ("AT+CMGR=1", torn.as_str()),
            ("AT+CMGR=2", short.as_str()),
            ("AT+CMGR=3", ""),
            ("AT+CMGR=4", "+CMS ERROR: Invalid memory index"),
            ("AT+CMGR=5", escaped.as_str()),
            ("AT+CMGR=6", quiet.as_str()),
        ],
    ]
    .concat();
    let (found, unreadable) = read(Stored::All, &script);
    let texts: Vec<String> = found.iter().map(|(_, pdu)| text(pdu)).collect();
    assert_eq!((texts, unreadable), (["hello", "{a}", "?"].map(ToOwned::to_owned).to_vec(), 1));
}

#[test]
fn a_modem_without_the_whole_header_is_read_as_far_as_it_goes() {
    let script = [
        IS_IRA,
        UCS2,
        TEXT_MODE,
        ("AT+CSDH=1", "ERROR"),
        ("AT+CMGL=\"REC READ\"", "+CMGL: 2,\"REC READ\",\"123\",,\"26/11/22,21:30:00\"\r\n00480069"),
        ("AT+CMGR=2", "+CMGR: \"REC READ\",\"123\",,\"26/11/22,21:30:00\"\r\n0048006920AC"),
        IRA_AGAIN,
    ];
    assert_eq!(text(&read(Stored::Old, &script).0[0].1), "Hi€");
    let script = [IS_IRA, UCS2, TEXT_MODE, HEADERS, ("AT+CMGR=9", ""), IRA_AGAIN];
    let mut take = |_, _: &[u8]| panic!("nothing is there");
    let stop = play(&mut ReadTextMode::new(Stored::At(9), "", &mut take), &script).unwrap_err();
    assert!(matches!(stop, Stop::Missing { .. }), "{stop:?}");
    // A broadcast is no short message.
    let page = ("AT+CMGR=9", "+CMGR: \"REC READ\",1,50,15,1,1\r\n0041");
    let (found, unreadable) = read(Stored::At(9), &[IS_IRA, UCS2, TEXT_MODE, HEADERS, page, IRA_AGAIN]);
    assert_eq!((found.len(), unreadable), (0, 1));
}

#[test]
fn texts_are_sent_in_a_set_that_has_them() {
    let message = |text| TextMessage { number: "+4917012345", text, status_report: true, ..TextMessage::default() };
    // ASCII that GSM has: as it is.
    let mut references = [0; 2];
    let mut send = SendTextMode::new(message("hello, world!\nOK"), &mut references).unwrap();
    let answers = ("*", "+CMGS: 9");
    let to = ("AT+CMGS=\"+4917012345\",145", ">");
    let mut modem = Modem::new(&[IS_IRA, TEXT_MODE, ("AT+CSMP=33,,0,0", ""), to, answers]);
    modem.follow(&mut send).unwrap();
    assert!(modem.is_done());
    assert_eq!(modem.seen[4], "hello, world!\nOK");
    assert_eq!((send.sent(), send.parts()), (1, 1));
    assert_eq!(references[0], 9);
    // In GSM, @ is a zero and { an escape: UCS-2 has both, and the number is in it, too, unless the modem refuses that.
    let mut send = SendTextMode::new(message("@{"), &mut []).unwrap();
    let coded = "AT+CMGS=\"002B0034003900310037003000310032003300340035\",145";
    let script = [
        IS_GSM,
        UCS2,
        TEXT_MODE,
        ("AT+CSMP=33,,0,0", ""),
        (coded, "+CMS ERROR: 304"),
        to,
        answers,
        ("AT+CSCS=\"GSM\"", ""),
    ];
    let mut modem = Modem::new(&script);
    modem.follow(&mut send).unwrap();
    assert_eq!(modem.seen[6], "0040007B");
    // What the network refuses is not tried again, and the set goes back.
    let mut send = SendTextMode::new(message("@{"), &mut []).unwrap();
    let refused = [
        IS_GSM,
        UCS2,
        TEXT_MODE,
        ("AT+CSMP=33,,0,0", ""),
        (coded, ">"),
        ("*", "+CMS ERROR: 38"),
        ("AT+CSCS=\"GSM\"", ""),
    ];
    assert!(matches!(play(&mut send, &refused), Err(Stop::Refused(_))));
    // No set has it: as octets.
    let mut send = SendTextMode::new(message("ä"), &mut []).unwrap();
    let mut modem = Modem::new(&[IS_IRA, NO_UCS2, TEXT_MODE, ("AT+CSMP=33,,0,8", ""), to, answers]);
    modem.follow(&mut send).unwrap();
    assert_eq!(modem.seen[5], "00E4");
}

#[test]
fn long_texts_go_in_ucs2_and_on_where_they_broke_off() {
    let long = "x".repeat(161);
    let message = TextMessage {
        number: "123",
        text: &long,
        reference: 7,
        validity: Validity::Relative(RelativeValidity(167)),
        ..TextMessage::default()
    };
    let mut references = [0; 3];
    let mut send = SendTextMode::new(message, &mut references).unwrap();
    let (part, to) = (("AT+CSMP=81,167,0,8", ""), ("AT+CMGS=\"123\",129", ">"));
    let script = [IS_IRA, TEXT_MODE, part, to, ("*", "+CMGS: 1"), part, to, ("*", "+CMS ERROR: 42")];
    let mut modem = Modem::new(&script);
    assert!(modem.follow(&mut send).is_err());
    assert_eq!((send.sent(), send.parts()), (1, 3));
    assert!(modem.seen[4].starts_with("0500030703010078"), "{}", modem.seen[4]);
    assert_eq!(modem.seen[4].len(), 280);
    let rest = [IS_IRA, TEXT_MODE, part, to, ("*", "+CMGS: 2"), part, to, ("*", "")];
    play(&mut send, &rest).unwrap();
    assert_eq!((send.sent(), references), (3, [1, 2, 0]));
    assert!(SendTextMode::new(TextMessage::default(), &mut []).is_err());
}

#[test]
fn what_is_told_in_text_mode_becomes_a_pdu() {
    let mut buffer = [0; Pdu::MAX_LEN];
    let line = b"+CMT: \"+4917012345\",\"Anna, B.\",\"26/11/22,21:30:00+04\",145,4,0,8,\"+49170\",145,4";
    let pdu = delivered_pdu(line, b"041F0440", Charset::Ira, &mut buffer).unwrap();
    assert_eq!(text(pdu), "Пр");
    let line = b"+CDS: 6,200,\"+4917012345\",145,\"26/11/22,21:30:00+04\",\"26/11/22,21:31:00+04\",70";
    let pdu = delivered_pdu(line, b"", Charset::Ira, &mut buffer).unwrap();
    let Tpdu::StatusReport(report) = Pdu::parse(pdu, Direction::ToMobile).unwrap().tpdu else { panic!("{pdu:x?}") };
    assert_eq!((report.message_reference, report.status.0), (200, 70));
    assert_eq!(report.recipient_address.to_string(), "+4917012345");
    for other in [&b"+CBM: 1,50,15,1,1"[..], b"+CMTI: \"SM\",1", b"+CMT: ", b"+CMT: ,23", b"+CDS: 27", b""] {
        assert!(delivered_pdu(other, b"x", Charset::Ira, &mut buffer).is_none());
    }
    // Nothing that comes can do harm.
    for length in 0..=255_u16 {
        let line = format!("+CMT: \"{}\",,\"x\",208,255,255,{length},\"x\",255,{length}", "9".repeat(length.into()));
        let _ = delivered_pdu(line.as_bytes(), "4F".repeat(length.into()).as_bytes(), Charset::Ucs2, &mut buffer);
        let _ = delivered_pdu(line.as_bytes(), "4F".repeat(length.into()).as_bytes(), Charset::Gsm, &mut [0; 20]);
    }
}

#[test]
fn the_largest_memory_comes_to_an_end() {
    let mut take = |_: StoredText, _: &[u8]| {};
    let mut read = ReadTextMode::new(Stored::All, "", &mut take);
    let mut step = read.step(Instant(0), Outcome::Begin);
    for _ in 0..66_000 {
        let Step::Ask(question) = step else { break };
        let outcome = match question.exchange.info.name {
            "+CSCS" | "+CMGR" => Outcome::Refused(FinalResult::Cms(Cause::Number(321))),
            "+CPMS" => {
                read.line(b"+CPMS: \"ME\",1,65535", false);
                Outcome::Done
            }
            _ => Outcome::Done,
        };
        step = read.step(Instant(0), outcome);
    }
    assert!(matches!(step, Step::Done), "{step:?}");
}
