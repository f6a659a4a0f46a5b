//! AT procedures about services: short messages, USSD, phonebooks, APDUs.
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
use wwan::apdu::{Command, StatusWords};
use wwan::at_wire::EncodeError;
use wwan::at_wire::sms::{Direction, Pdu, Tpdu};
use wwan::at_wire::text::charset::Charset;
use wwan::procedure::at::{
    Access, AccessFile, CloseChannel, Contact, DeleteTexts, File, FileStatus, OpenChannel, ReadPhonebook,
    ReadServiceCentre, ReadTexts, SendText, SetServiceCentre, Stop, StoredText, Structure, TellTexts, Transmit, Ussd,
    WriteContact,
};
use wwan::session::at::Failure;
use wwan::sms::{Stored, TextMessage};
use wwan::time::Instant;

const END: Instant = Instant(1_120_000);
const FORMAT: (&str, &str) = ("AT+CMGF=0", "");

/// The octets of digits.
fn octets(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

#[test]
fn a_text_is_sent_behind_the_prompt() {
    let message = TextMessage { number: "+4917012345", text: "hello", ..TextMessage::default() };
    let mut references = [0; 1];
    let mut send = SendText::new(message, &mut references).unwrap();
    let mut modem = Modem::new(&[FORMAT, ("AT+CMGS=17", ">"), ("*", "+CMGS: 42")]);
    modem.follow(&mut send).unwrap();
    assert_eq!((send.sent(), send.parts()), (1, 1));
    let pdu = octets(&modem.seen[2]);
    let Ok(Pdu { tpdu: Tpdu::Submit(submit), .. }) = Pdu::parse(&pdu, Direction::Stored) else { panic!("{pdu:?}") };
    assert_eq!(submit.user_data.text().unwrap(), "hello");
    assert_eq!(pdu.len(), 18, "the length does not count the service centre");
    assert_eq!(references, [42]);
}

#[test]
fn a_long_text_goes_on_where_it_broke_off() {
    let text = "x".repeat(200);
    let message = TextMessage { number: "4917012345", text: &text, ..TextMessage::default() };
    let mut references = [0; 2];
    let mut send = SendText::new(message, &mut references).unwrap();
    let broken = [FORMAT, ("*", ">"), ("*", "+CMGS: 7"), ("*", ">"), ("*", "+CMS ERROR: 38")];
    let stop = play(&mut send, &broken).unwrap_err();
    assert_eq!(stop.to_string(), "AT+CMGS: the modem answers +CMS ERROR: 38 (network out of order)");
    assert_eq!((send.sent(), send.parts()), (1, 2));
    // The rest, with a busy SIM at first and a URC in front of the prompt.
    play(&mut send, &[FORMAT, ("*", "+CMS ERROR: 314"), ("*", ">"), ("*", "+CMTI: \"SM\",1|+CMGS: 8")]).unwrap();
    play(&mut send, &[]).unwrap();
    assert_eq!(references, [7, 8]);
    // An error in place of the prompt.
    let message = TextMessage { number: "49", text: "x", ..TextMessage::default() };
    let mut send = SendText::new(message, &mut []).unwrap();
    let stop = play(&mut send, &[FORMAT, ("*", "+CMS ERROR: 330")]).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CMGS"), "{stop:?}");
}

const PDU: &str = "07919471060040340409D0C6A733390400009060920173018093CC74595C96838C4F";

/// What is handed out of an answer, and how many lines could not be read.
fn read(which: Stored, storage: &str, script: &[(&str, &str)]) -> (Vec<(StoredText, Vec<u8>)>, u32) {
    let mut found = vec![];
    let mut take = |text, pdu: &[u8]| found.push((text, pdu.to_vec()));
    let mut read = ReadTexts::new(which, storage, &mut take);
    play(&mut read, script).unwrap();
    let unreadable = read.unreadable();
    (found, unreadable)
}

#[test]
fn texts_are_read_in_all_forms() {
    let text = |index, stat| (StoredText { index, stat }, octets(PDU));
    let list = format!("+CMGL: 1,1,,27|{PDU}|+CMGL: 4,0,\"\",27|{PDU}|+CMGL: 5,1,27|{PDU}");
    let (found, lost) = read(Stored::All, "", &[FORMAT, ("AT+CMGL=4", &list)]);
    assert_eq!((found, lost), (vec![text(1, 1), text(4, 0), text(5, 1)], 0));
    let list = format!("+CMGL: 2,0,,27|{PDU}|+CMGL: 3,0,,27|no PDU at all");
    let (found, lost) =
        read(Stored::New, "SM", &[FORMAT, ("AT+CPMS=\"SM\"", "+CPMS: 1,10,1,10,1,10"), ("AT+CMGL=0", &list)]);
    assert_eq!((found, lost), (vec![text(2, 0)], 1));
    let one = format!("+CMGR: 0,,27 {PDU}");
    assert_eq!(read(Stored::At(9), "", &[FORMAT, ("AT+CMGR=9", &one)]).0, [text(9, 0)]);
    let one = format!("+CMGR: 1,\"\",27|{PDU}");
    assert_eq!(read(Stored::At(9), "", &[FORMAT, ("AT+CMGR=9", &one)]).0, [text(9, 1)]);
    assert_eq!(read(Stored::All, "", &[FORMAT, ("AT+CMGL=4", "")]).0, []);
    let mut take = |_, _: &[u8]| {};
    let stop = play(&mut ReadTexts::new(Stored::At(9), "", &mut take), &[FORMAT, ("AT+CMGR=9", "")]).unwrap_err();
    assert!(matches!(stop, Stop::Missing { command: "+CMGR", .. }), "{stop:?}");
}

#[test]
fn texts_are_deleted_and_told() {
    play(&mut DeleteTexts::at("", 3), &[("AT+CMGD=3", "")]).unwrap();
    play(&mut DeleteTexts::all(""), &[("AT+CMGD=1,4", "")]).unwrap();
    let stop = play(&mut DeleteTexts::at("", 300), &[("AT+CMGD=300", "+CMS ERROR: 321")]).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CMGD"), "{stop:?}");

    play(&mut TellTexts::new(), &[FORMAT, ("AT+CNMI=2,1,2,1,0", "")]).unwrap();
    let refused = [("AT+CNMI=2,1,2,1,0", "ERROR"), ("AT+CNMI=2,1,2,2,0", "ERROR"), ("AT+CNMI=2,1,2,0,0", "")];
    play(&mut TellTexts::new(), &[&[FORMAT][..], &refused].concat()).unwrap();
    let stop = play(&mut TellTexts::new(), &[&[FORMAT][..], &[("*", "+CMS ERROR: 302"); 5]].concat()).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CNMI"), "{stop:?}");

    for (answer, number) in [
        ("+CSCA: \"+491710760000\",145", "+491710760000"),
        ("+CSCA: \"491710760000\",145", "+491710760000"),
        ("+CSCA: \"0171\",129", "0171"),
        ("+CSCA: \"\",129", ""),
    ] {
        let mut read = ReadServiceCentre::new();
        play(&mut read, &[("AT+CSCA?", answer)]).unwrap();
        assert_eq!(read.centre(), number, "{answer}");
    }
    play(&mut SetServiceCentre::new("+491710760000"), &[("AT+CSCA=\"+491710760000\",145", "")]).unwrap();
    play(&mut SetServiceCentre::new("0171"), &[("AT+CSCA=\"0171\",129", "")]).unwrap();
    play(&mut DeleteTexts::at("ME", 3), &[("AT+CPMS=\"ME\"", "+CPMS: 1,9,1,9,1,9"), ("AT+CMGD=3", "")]).unwrap();
}

#[test]
fn a_dialogue_is_held_in_whatever_coding_the_modem_has() {
    let rows = [
        ("IRA", "AT+CUSD=1,\"*100#\",15", "+CUSD: 0,\"Balance: 5 EUR\",15", 0, "Balance: 5 EUR"),
        ("GSM", "AT+CUSD=1,\"*100#\",15", "+CUSD:1,\"1. more\",15", 1, "1. more"),
        // Lines in the text.
        ("IRA", "AT+CUSD=1,\"*100#\",15", "+CUSD: 1,\"1. a\r\n2. b\",15", 1, "1. a\r\n2. b"),
        ("UCS2", "AT+CUSD=1,\"002A0031003000300023\",15", "+CUSD: 0,\"00480069\",15", 0, "Hi"),
        // Cyrillic digits although the character set is another.
        ("IRA", "AT+CUSD=1,\"*100#\",15", "+CUSD: 0,\"041F0440\",72", 0, "Пр"),
        // Packed septets, plain digits of ASCII, and a number that is none of both.
        ("IRA", "AT+CUSD=1,\"*100#\",15", "+CUSD: 0,\"AA180C3602\",15", 0, "*100#"),
        ("IRA", "AT+CUSD=1,\"*100#\",15", "+CUSD: 0,\"48656C6C6F\",15", 0, "Hello"),
        ("IRA", "AT+CUSD=1,\"*100#\",15", "+CUSD: 0,\"12345678\",15", 0, "12345678"),
        ("IRA", "AT+CUSD=1,\"*100#\",15", "+CUSD: 2", 2, ""),
        // Quotes and commas in the text, and a coding that is no number.
        ("IRA", "AT+CUSD=1,\"*100#\",15", "+CUSD: 0,\"Say \"yes, please\" now\",15", 0, "Say \"yes, please\" now"),
        ("IRA", "AT+CUSD=1,\"*100#\",15", "+CUSD: 1,\"1. more\",GSM", 1, "1. more"),
        ("IRA", "AT+CUSD=1,\"*100#\",15", "+CUSD: 0,5 EUR, until May,15", 0, "5 EUR"),
    ];
    for (charset, line, told, kind, text) in rows {
        let mut ussd = Ussd::send("*100#", END).unwrap();
        let cscs = format!("+CSCS: \"{charset}\"");
        play(&mut ussd, &[("AT+CSCS?", &cscs), (line, ""), ("", told)]).unwrap();
        let message = ussd.message().unwrap();
        assert_eq!((message.kind, message.text.as_str(), message.goes_on()), (kind, text, kind == 1), "{told}");
    }
    // The text comes in front of the result; the modem wants digits.
    let mut ussd = Ussd::send("*100#", END).unwrap();
    let coded = ("AT+CUSD=1,\"2A31303023\",15", "+CUSD: 0,\"Hi there\",15|OK");
    play(&mut ussd, &[("AT+CSCS?", "ERROR"), ("AT+CUSD=1,\"*100#\",15", "ERROR"), coded]).unwrap();
    assert_eq!(ussd.message().unwrap().text, "Hi there");
    // A text that needs more than the set has; a modem that wants the set but takes texts as they are.
    for (asked, answer) in [
        (&[("AT+CUSD=1,\"004E00FC\",15", "")][..], "+CUSD: 1,\"004A0061\",72"),
        (&[("AT+CUSD=1,\"004E00FC\",15", "ERROR"), ("*", "")][..], "+CUSD: 1,\"Ja\",15"),
    ] {
        let mut ussd = Ussd::send("Nü", END).unwrap();
        let set = [("AT+CSCS?", "+CSCS: \"GSM\""), ("AT+CSCS=\"UCS2\"", "")];
        play(&mut ussd, &[&set[..], asked, &[("", answer), ("AT+CSCS=\"GSM\"", "")]].concat()).unwrap();
        assert_eq!((ussd.message().unwrap().text.as_str(), ussd.charset()), ("Ja", Charset::Gsm));
    }
    // Nothing ever comes; the dialogue is ended; a text that is none.
    let mut ussd = Ussd::send("*100#", END).unwrap();
    let stop = play(&mut ussd, &[("AT+CSCS?", "+CSCS: \"GSM\""), ("*", "")]).unwrap_err();
    assert_eq!(stop, Stop::NotReached);
    play(&mut Ussd::cancel(), &[("AT+CUSD=2", "")]).unwrap();
    assert_eq!(Ussd::send("", END).unwrap_err(), EncodeError::Value { field: "ussd_string" });
    assert!(!format!("{ussd:?}").contains("100"), "no text in debug output");
}

#[test]
fn phonebooks_are_read_in_pieces() {
    let mut found = vec![];
    let mut take = |contact: &Contact| {
        found.push((contact.index, contact.number.to_string(), contact.name.to_string()));
    };
    let mut read = ReadPhonebook::new("SM", &mut take);
    play(
        &mut read,
        &[
            ("AT+CSCS?", "+CSCS: \"UCS2\""),
            ("AT+CPBS=\"SM\"", ""),
            ("AT+CPBR=?", "+CPBR: (1-120),40,18"),
            ("AT+CPBR=1,50", "+CPBR: 1,\"+49170\",145,\"005A006F00EB\"|+CPBR: 3,\"49171\",145,\"plain\""),
            ("AT+CPBR=51,100", "+CME ERROR: 22"),
            ("AT+CPBR=101,120", "+CPBR: 120,\"0800\",129,\"\",0"),
        ],
    )
    .unwrap();
    assert_eq!((read.found(), read.places()), (3, 120));
    let entry = |index: u16, number: &str, name: &str| (index, number.to_owned(), name.to_owned());
    assert_eq!(found, [entry(1, "+49170", "Zoë"), entry(3, "+49171", "plain"), entry(120, "0800", "")]);

    // One place, and an empty one.
    for (answer, count) in [("+CPBR: 7,\"1\",129,\"a\"", 1), ("+CME ERROR: 22", 0), ("", 0)] {
        let mut take = |_: &Contact| {};
        let mut read = ReadPhonebook::at("SM", 7, &mut take);
        let select = [("AT+CSCS?", "+CSCS: \"UCS2\""), ("AT+CPBS=\"SM\"", ""), ("AT+CPBR=?", "+CPBR: (1-120)")];
        play(&mut read, &[&select[..], &[("AT+CPBR=7,7", answer)]].concat()).unwrap();
        assert_eq!(read.found(), count, "{answer}");
    }

    // What stands behind the name is the makers' business, and the type may be missing.
    let entries = [
        ("+CPBR: 1,\"+49170\",145,\"0061\",\"\",129,\"\"", "+49170"),
        ("+CPBR: 1,\"49170\",129,\"0061\",\"26/11/22,21:30:00+04\"", "49170"),
        ("+CPBR: 1,\"49170\",,\"0061\"", "49170"),
    ];
    for (answer, number) in entries {
        let mut found = None;
        let mut take = |contact: &Contact| found = Some((contact.number.to_string(), contact.name.to_string()));
        let select = [("AT+CSCS?", "+CSCS: \"UCS2\""), ("AT+CPBS=\"SM\"", ""), ("AT+CPBR=?", "+CPBR: (1-120)")];
        let read = &mut ReadPhonebook::at("SM", 1, &mut take);
        play(read, &[&select[..], &[("AT+CPBR=1,1", answer)]].concat()).unwrap();
        assert_eq!(found, Some((number.to_owned(), "a".to_owned())), "{answer}");
    }

    let mut take = |_: &Contact| {};
    let script = [
        ("AT+CSCS?", "+CSCS: \"GSM\""),
        ("AT+CSCS=\"UCS2\"", ""),
        ("AT+CPBS=\"XX\"", "+CME ERROR: 3"),
        // The set is restored even so.
        ("AT+CSCS=\"GSM\"", ""),
    ];
    let stop = play(&mut ReadPhonebook::new("XX", &mut take), &script).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CPBS"), "{stop:?}");
    // And if nobody knows whether it was selected.
    let mut take = |_: &Contact| {};
    let script = [("AT+CSCS?", "+CSCS: \"GSM\""), ("AT+CSCS=\"UCS2\"", "x|+CREG: 1|y|OK"), ("AT+CSCS=\"GSM\"", "")];
    let stop = play(&mut ReadPhonebook::new("SM", &mut take), &script).unwrap_err();
    assert_eq!(stop, Stop::Failed { command: "+CSCS", failure: Failure::Torn });
}

#[test]
fn entries_are_written_and_deleted() {
    let select = |charset| [("AT+CSCS?", charset), ("AT+CPBS=\"SM\"", "")];
    let mut write = WriteContact::new("SM", Some(7), "+49170", "Zoë");
    let wide = select("+CSCS: \"UCS2\"");
    play(&mut write, &[&wide[..], &[("AT+CPBW=7,\"+49170\",145,\"005A006F00EB\"", "")]].concat()).unwrap();
    // The name of the set in the set itself.
    let wide = select("+CSCS: \"0055004300530032\"");
    play(&mut write, &[&wide[..], &[("AT+CPBW=7,\"+49170\",145,\"005A006F00EB\"", "")]].concat()).unwrap();
    // For as long as it takes.
    let script = [
        ("AT+CSCS?", "+CSCS: \"8859-1\""),
        ("AT+CSCS=\"UCS2\"", ""),
        ("AT+CPBS=\"SM\"", ""),
        ("AT+CPBW=7,\"+49170\",145,\"005A006F00EB\"", "+CME ERROR: 20"),
        ("AT+CSCS=\"8859-1\"", ""),
    ];
    let stop = play(&mut write, &script).unwrap_err();
    assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CPBW"), "{stop:?}");
    // A modem without it, which has what is needed or not.
    let script = [("AT+CSCS?", "+CSCS: \"IRA\""), ("AT+CSCS=\"UCS2\"", "ERROR"), ("AT+CPBS=\"SM\"", "")];
    let mut write = WriteContact::new("SM", None, "0170", "a\",\"b\r");
    play(&mut write, &[&script[..], &[("AT+CPBW=,\"0170\",129,\"a\\22,\\22b\\0D\"", "")]].concat()).unwrap();
    let plain = select("+CSCS: \"IRA\"");
    play(
        &mut WriteContact::new("SM", None, "0170", "Jo 2"),
        &[&plain[..], &[("AT+CPBW=,\"0170\",129,\"Jo 2\"", "")]].concat(),
    )
    .unwrap();
    play(&mut WriteContact::delete("SM", 7), &[&plain[..], &[("AT+CPBW=7", "")]].concat()).unwrap();

    // Numbers in the set, too, and one that only looks so.
    let mut numbers = vec![];
    let mut take = |contact: &Contact| numbers.push(contact.number.to_string());
    let mut read = ReadPhonebook::new("SM", &mut take);
    let entries = "+CPBR: 1,\"002B003400390031\",145,\"0061\"|+CPBR: 2,\"00491701\",129,\"0062\"";
    let wide = select("+CSCS: \"UCS2\"");
    play(&mut read, &[&wide[..], &[("AT+CPBR=?", "+CPBR: (1-2)"), ("AT+CPBR=1,2", entries)]].concat()).unwrap();
    assert_eq!(numbers, ["+491", "00491701"]);
}

#[test]
fn the_card_is_spoken_with() {
    for answer in ["+CCHO: 2", "2"] {
        let mut open = OpenChannel::new(&[0xa0, 0x00, 0x00, 0x05]);
        play(&mut open, &[("AT+CCHO=\"A0000005\"", answer)]).unwrap();
        assert_eq!(open.channel(), 2, "field failure 29");
    }
    let stop = play(&mut OpenChannel::new(&[0xa0]), &[("AT+CCHO=\"A0\"", "")]).unwrap_err();
    assert!(matches!(stop, Stop::Missing { command: "+CCHO", .. }), "{stop:?}");
    play(&mut CloseChannel::new(2), &[("AT+CCHC=2", "+CCHC")]).unwrap();

    let command = Command::parse(&[0x00, 0xb0, 0, 0, 10]).unwrap();
    let mut response = [0; 10];
    let mut transmit = Transmit::new(0, command, &mut response);
    // The card holds more ready; the length may be wrong, and quotes and blanks missing.
    let script =
        [("AT+CSIM=10,\"00B000000A\"", "+CSIM:4,\"6102\""), ("AT+CSIM=10,\"00C0000002\"", "+CSIM: 4,ab019000")];
    play(&mut transmit, &script).unwrap();
    assert_eq!((transmit.response(), transmit.words().get()), (&[0xab, 0x01][..], 0x9000));
    let mut transmit = Transmit::new(2, command, &mut response);
    play(&mut transmit, &[("AT+CGLA=2,10,\"00B000000A\"", "+CGLA: 4,\"6985\"")]).unwrap();
    assert_eq!(transmit.words().get(), 0x6985);
    let mut small = [0; 1];
    let mut transmit = Transmit::new(2, command, &mut small);
    let stop = play(&mut transmit, &[("*", "+CGLA: 8,\"AB019000\"")]).unwrap_err();
    assert_eq!(stop, Stop::NoRoom { needed: 2 });
    let mut transmit = Transmit::new(2, command, &mut small);
    let stop = play(&mut transmit, &[("*", "")]).unwrap_err();
    assert!(matches!(stop, Stop::Missing { command: "+CGLA", .. }), "{stop:?}");
}

#[test]
fn channels_are_opened_without_the_command_for_it() {
    const MANAGE: (&str, &str) = ("AT+CSIM=10,\"0070000001\"", "+CSIM: 6,\"029000\"");
    const SELECT: &str = "AT+CSIM=14,\"02A4040002A000\"";
    let missing = ("AT+CCHO=\"A000\"", "+CME ERROR: 4");
    for (missing, answer) in [(missing, "+CSIM: 4,\"6120\""), (("AT+CCHO=\"A000\"", "ERROR"), "+CSIM: 4,\"9000\"")] {
        let mut open = OpenChannel::new(&[0xa0, 0x00]);
        play(&mut open, &[missing, MANAGE, (SELECT, answer)]).unwrap();
        // Used and closed as any other.
        let mut response = [0; 8];
        let mut transmit = Transmit::new(open.channel(), Command::parse(&[0x80, 0xf2, 0, 0]).unwrap(), &mut response);
        play(&mut transmit, &[("AT+CSIM=8,\"82F20000\"", "+CSIM: 4,\"9000\"")]).unwrap();
        play(&mut CloseChannel::new(open.channel()), &[("AT+CSIM=8,\"00708002\"", "+CSIM: 4,\"9000\"")]).unwrap();
    }
    // No such application: the channel is closed again.
    let close = ("AT+CSIM=8,\"00708002\"", "+CSIM: 4,\"9000\"");
    let script = [missing, MANAGE, (SELECT, "+CSIM: 4,\"6A82\""), close];
    let stop = play(&mut OpenChannel::new(&[0xa0, 0x00]), &script).unwrap_err();
    assert_eq!(stop, Stop::Card { command: "+CSIM", words: StatusWords { sw1: 0x6a, sw2: 0x82 } });
    assert_eq!(stop.to_string(), "AT+CSIM: the card answers 6A82");
    // None is free, and a modem that has neither command; what the application is missing for is no reason to go around.
    let full = [missing, ("AT+CSIM=10,\"0070000001\"", "+CSIM: 4,\"6A81\"")];
    let stop = play(&mut OpenChannel::new(&[0xa0, 0x00]), &full).unwrap_err();
    assert_eq!(stop, Stop::Card { command: "+CSIM", words: StatusWords { sw1: 0x6a, sw2: 0x81 } });
    let neither = [missing, ("AT+CSIM=10,\"0070000001\"", "ERROR")];
    for script in [&neither[..], &[("AT+CCHO=\"A000\"", "+CME ERROR: 22")]] {
        let stop = play(&mut OpenChannel::new(&[0xa0, 0x00]), script).unwrap_err();
        assert!(matches!(stop, Stop::Refused(refusal) if refusal.command == "+CCHO"), "{stop:?}");
    }
}

#[test]
fn an_answer_that_is_longer_than_the_line_is_counted() {
    let long = format!("+CSIM: 1016,\"{}9000\"", "AB".repeat(506));
    let mut response = [0; 600];
    let mut transmit = Transmit::new(0, Command::parse(&[0x00, 0xb0, 0, 0, 0]).unwrap(), &mut response);
    let stop = play(&mut transmit, &[("*", &long)]).unwrap_err();
    let Stop::Failed { command: "+CSIM", failure: Failure::TooLong(needed) } = stop else { panic!("{stop:?}") };
    assert_eq!(needed, long.len());
    assert_eq!(stop.to_string(), format!("AT+CSIM: a line of the answer is too long, {needed} bytes needed"));
}

#[test]
fn files_are_read_and_written() {
    let imsi = File { id: 0x6f07, path: "" };
    // As cards of the second generation tell it, and as those of the third do.
    for told in ["0000000A6F0704000000000102000000", "620F8202412183026F078002000A8A0105"] {
        let status = format!("+CRSM: 144,0,\"{told}\"");
        let mut response = [0; 20];
        let mut read = AccessFile::new(imsi, Access::ReadBinary(1), &mut response);
        let script = [
            ("AT+CRSM=192,28423,0,0,255", status.as_str()),
            ("AT+CRSM=176,28423,0,1,9", "+CRSM: 144,0,080910101032547698"),
        ];
        play(&mut read, &script).unwrap();
        assert_eq!(read.response(), [0x08, 0x09, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98]);
        assert_eq!(
            read.status().unwrap(),
            FileStatus { structure: Structure::Transparent, size: 10, record_length: 0 }
        );
    }
    // Records, whose status wants another length; a path.
    let adn = File { id: 0x6f3a, path: "3F007F10" };
    let mut response = [0; 40];
    let mut read = AccessFile::new(adn, Access::ReadRecord(2), &mut response);
    let script = [
        ("AT+CRSM=192,28474,0,0,255,\"\",\"3F007F10\"", "+CME ERROR: 50"),
        ("AT+CRSM=192,28474,0,0,15,\"\",\"3F007F10\"", "+CRSM: 144,0,\"000000386F3A040011F0220102011C\""),
        ("AT+CRSM=178,28474,2,4,28,\"\",\"3F007F10\"", &format!("+CRSM: 144,0,\"{}\"", "FF".repeat(28))),
    ];
    play(&mut read, &script).unwrap();
    assert_eq!(read.response(), [0xff; 28]);
    let status = read.status().unwrap();
    assert_eq!((status.structure, status.records(), status.record_length), (Structure::Linear, 2, 28));
    let linear = FileStatus::read(&[0x62, 0x0b, 0x82, 0x05, 0x42, 0x21, 0x00, 0x1c, 0x02, 0x80, 0x02, 0x00, 0x38]);
    assert_eq!(linear, Some(FileStatus { structure: Structure::Linear, size: 56, record_length: 28 }));
    let cyclic = FileStatus::read(&[0x62, 0x81, 0x07, 0x82, 0x05, 0x46, 0x21, 0x00, 0x04, 0x05]);
    assert_eq!(cyclic.unwrap().structure, Structure::Cyclic);
    let directory = FileStatus::read(&[0x62, 0x04, 0x82, 0x02, 0x78, 0x21]);
    assert_eq!(directory.unwrap().structure, Structure::Directory);
    for nonsense in [&[][..], &[0x62], &[0x62, 9, 0x82, 9], &[0; 5], &[9; 15]] {
        assert_eq!(FileStatus::read(nonsense), None, "{nonsense:02x?}");
    }
    // A card that says how much it has, as words.
    let mut look = AccessFile::new(imsi, Access::Status, &mut []);
    let told = "+CRSM: 144,0,\"0000000A6F070400000000010200\"";
    play(&mut look, &[("AT+CRSM=192,28423,0,0,255", "+CRSM: 108,14"), ("AT+CRSM=192,28423,0,0,14", told)]).unwrap();
    assert_eq!(look.status().unwrap().size, 10);

    // What is long goes in pieces; a record at once.
    let data: Vec<u8> = (0..50).collect();
    let mut write = AccessFile::new(imsi, Access::UpdateBinary(0x0100, &data), &mut []);
    let digits: String = data.iter().map(|byte| format!("{byte:02X}")).collect();
    let (first, second) = digits.split_at(96);
    let lines = [format!("AT+CRSM=214,28423,1,0,48,\"{first}\""), format!("AT+CRSM=214,28423,1,48,2,\"{second}\"")];
    play(&mut write, &[(lines[0].as_str(), "+CRSM: 144,0"), (lines[1].as_str(), "+CRSM: 145,16")]).unwrap();
    let mut write = AccessFile::new(adn, Access::UpdateRecord(3, &[1, 2]), &mut []);
    let line = "AT+CRSM=220,28474,3,4,2,\"0102\",\"3F007F10\"";
    play(&mut write, &[(line, "+CRSM: 144,0")]).unwrap();
    let stop = play(&mut write, &[(line, "+CRSM: 105,130")]).unwrap_err();
    assert_eq!(stop, Stop::Card { command: "+CRSM", words: StatusWords { sw1: 0x69, sw2: 0x82 } });
    // A record that does not fit.
    let mut small = [0; 3];
    let mut read = AccessFile::new(imsi, Access::ReadRecord(1), &mut small);
    let script = [("*", "+CRSM: 144,0,\"000000386F3A040011F0220102011C\""), ("*", "+CRSM: 144,0,\"01020304\"")];
    assert_eq!(play(&mut read, &script), Err(Stop::NoRoom { needed: 4 }));
    assert!(!format!("{write:?}").contains("[1, 2]"), "no data in debug output");
}
