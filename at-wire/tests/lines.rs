//! Lines and whose they are: the streams of the fact sheet, in one piece and byte by byte, and hostile ones.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use at_wire::classify::{Class, Pending, classify};
use at_wire::framer::{Announcement, Announcements, Delimiter, Event, Expected, Framer, Length};
use at_wire::message::{Line, Request};
use at_wire::parameter::{Choice, Escaping, Fields, LineWriter, Octets, Str, Value};
use at_wire::result::{Cause, FinalResult, Options, cme_text, cms_text};
use at_wire::urc::{Origin, PacketEvent};
use at_wire::{EncodeError, Writer};
use proptest::prelude::*;

const ANNOUNCED: &[Announcement<'_>] = &[
    Announcement { name: "+USORD", length: Length::Parameter(1), delimiter: Delimiter::Quote },
    Announcement { name: "+QIRD", length: Length::Parameter(0), delimiter: Delimiter::LineEnd },
    Announcement { name: "+RECEIVE", length: Length::Parameter(1), delimiter: Delimiter::ColonLineEnd },
    Announcement { name: "+IPD", length: Length::Parameter(0), delimiter: Delimiter::Colon },
];

fn expected() -> Expected<'static> {
    Expected {
        prompts: b">@",
        announcements: [Announcements::new(ANNOUNCED), Announcements::NONE],
        multiline: &["+CUSD"],
        connects: true,
        ..Expected::default()
    }
}

/// Events in pieces cut at `cuts`, counted bytes joined, so that cuts cannot show.
fn events(stream: &[u8], cuts: &[usize], expected: &Expected<'_>, size: usize) -> Vec<String> {
    let mut buffer = vec![0; size];
    let mut framer = Framer::new(&mut buffer);
    let mut told: Vec<String> = Vec::new();
    let mut start = 0;
    for end in cuts.iter().copied().chain([stream.len()]) {
        let mut input = &stream[start..end];
        start = end;
        let mut rest = input.len() + 1;
        while let Some(event) = framer.next(&mut input, expected) {
            let text = match event {
                Event::Payload { bytes, .. } => {
                    let bytes = format!("{}", bytes.escape_ascii());
                    match told.last_mut().filter(|last| last.starts_with("payload")) {
                        Some(last) => last.push_str(&bytes),
                        None => told.push(format!("payload {bytes}")),
                    }
                    continue;
                }
                Event::Line(line) => format!("line {}", line.escape_ascii()),
                Event::Echo => "echo".into(),
                Event::Overlong { start, len } => format!("overlong {len} {}", start.escape_ascii()),
                Event::Prompt(sign) => format!("prompt {}", char::from(sign)),
                Event::Header { line, len } => format!("header {len} {}", line.escape_ascii()),
            };
            told.push(text);
            let left = input.len() + 1;
            assert!(left <= rest);
            rest = left;
        }
        assert!(input.is_empty());
    }
    told
}

fn all_ways(stream: &[u8], expected: &Expected<'_>) -> Vec<String> {
    let whole = events(stream, &[], expected, 200);
    let single: Vec<usize> = (1..stream.len()).collect();
    assert_eq!(events(stream, &single, expected, 200), whole);
    whole
}

#[test]
fn frames_the_streams_of_the_fact_sheet() {
    let cases: &[(&[u8], &[&str])] = &[
        (b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n", &["line +CSQ: 20,99", "line OK"]),
        (b"\0\0\r\nOK\r\n", &["line OK"]),
        (b"\r\n> ", &["prompt >"]),
        (b"\r\n>\r\nOK\r", &["prompt >", "line OK"]),
        (b"\r\n@hello\r\n", &["prompt @", "line hello"]),
        (b"\r\r\n+CRING: VOICE\r\r\n", &["line +CRING: VOICE"]),
        (b"\nNO CARRIER\r\n", &["line NO CARRIER"]),
        (
            b"\r\n+USORD: 0,6,\"\r\nOK\r\n\"\r\n\r\nOK\r\n",
            &["header 6 +USORD: 0,6,", "payload \\r\\nOK\\r\\n", "line OK"],
        ),
        (b"\r\n+QIRD: 6\r\nERROR\r\r\n\r\nOK\r\n", &["header 6 +QIRD: 6", "payload ERROR\\r", "line OK"]),
        (b"\r\n+RECEIVE,0,5:\r\nhello\r\nOK\r\n", &["header 5 +RECEIVE,0,5:", "payload hello", "line OK"]),
        (b"\r\n+IPD5:hello\r\nOK\r\n", &["header 5 +IPD5", "payload hello", "line OK"]),
        (b"\r\n+QIRD: 0\r\n\r\nOK\r\n", &["header 0 +QIRD: 0", "line OK"]),
        (b"\r\n+CUSD: 0,\"line1\r\nline2\",15\r\n", &["line +CUSD: 0,\\\"line1\\r\\nline2\\\",15"]),
        (
            b"\r\n+CUSD: 0,\"a \"b\",15\r\nOK\r\n\r\n+CUSD: 1,\"\r\na\", 15\r\n",
            &["line +CUSD: 0,\\\"a \\\"b\\\",15", "line OK", "line +CUSD: 1,\\\"\\r\\na\\\", 15"],
        ),
        (b"\r\n+COPS: 0,0,\"odd\r\nOK\r\n", &["line +COPS: 0,0,\\\"odd", "line OK"]),
        (b"0\r", &["line 0"]),
    ];
    for (stream, told) in cases {
        assert_eq!(all_ways(stream, &expected()), *told, "{}", stream.escape_ascii());
    }
}

#[test]
fn leaves_data_behind_connect() {
    let mut buffer = [0; 32];
    let mut framer = Framer::new(&mut buffer);
    let mut input: &[u8] = b"\r\nCONNECT 9600\r\n\r\n~\xff}#";
    assert_eq!(framer.next(&mut input, &expected()), Some(Event::Line(b"CONNECT 9600")));
    assert_eq!(input, b"\r\n~\xff}#");
}

#[test]
fn drops_echo_but_nothing_else() {
    let expected = Expected { echo: b"AT+CSQ", ..Expected::default() };
    let stream = b"AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n";
    assert_eq!(all_ways(stream, &expected), ["echo", "line +CSQ: 20,99", "line OK"]);
    // A URC in front stays.
    let stream = b"+CMTI: \"SM\",1\r\nAT+CSQ\r\r\nOK\r\n";
    assert_eq!(all_ways(stream, &expected), ["line +CMTI: \\\"SM\\\",1", "echo", "line OK"]);
}

#[test]
fn tells_long_lines_and_goes_on() {
    let stream = b"123456789012345678901234567890aaaaa\r\nOK\r\n";
    let told = events(stream, &[], &Expected::default(), 30);
    assert_eq!(told, ["overlong 35 123456789012345678901234567890", "line OK"]);
}

#[test]
fn knows_whose_a_line_is() {
    let urcs = ["+CREG", "+CGREG", "+CMTI", "+CUSD", "+CCWA", "+CLIP", "RING", "+QIURC"];
    let what = |line: &'static str, names: &[&str], reads: bool| {
        let pending = Pending { names, reads, ..Pending::default() };
        classify(line.as_bytes(), Some(&pending), &urcs, Options::LENIENT)
    };
    assert_eq!(what("+CREG: 1,\"CE00\",\"01CEAD8F\"", &["+CREG"], true), Class::Unsolicited(0));
    assert_eq!(what("+CREG: 2,1,\"CE00\",\"01CEAD8F\"", &["+CREG"], true), Class::Response);
    assert_eq!(what("+CREG: 5", &["+CREG"], true), Class::Unsolicited(0));
    assert_eq!(what("+CCWA: \"123\",129,1", &["+CCWA"], false), Class::Unsolicited(4));
    assert_eq!(what("+CCWA: 1,1", &["+CCWA"], false), Class::Response);
    assert_eq!(what("+CUSD: 0,\"x\",15", &["+CUSD"], true), Class::Unsolicited(3));
    assert_eq!(what("+QIURC: \"recv\",0", &["+QIRD"], false), Class::Unsolicited(7));
    assert_eq!(what("RING", &["+CSQ"], false), Class::Unsolicited(6));
    assert_eq!(what("RINGTONE", &["+CSQ"], false), Class::Unknown);
    assert_eq!(what("COMMAND NOT SUPPORT", &["+CSQ"], false), Class::Final(FinalResult::CommandNotSupported));
    // A call that ends while something else runs does not end that.
    assert_eq!(what("NO CARRIER", &["+CSQ"], false), Class::Stray(FinalResult::NoCarrier));
    let dial = Pending { calls: true, ..Pending::default() };
    assert_eq!(classify(b"NO CARRIER", Some(&dial), &urcs, Options::default()), Class::Final(FinalResult::NoCarrier));
    assert_eq!(classify(b"OK", None, &urcs, Options::default()), Class::Stray(FinalResult::Ok));
}

#[test]
fn reads_and_writes_result_codes() {
    let cme = |text: &'static str| FinalResult::of(text.as_bytes(), Options::default()).map(FinalResult::resolved);
    assert_eq!(cme("+CME ERROR: SIM busy"), Some(FinalResult::Cme(Cause::Number(14))));
    assert_eq!(cme("+CME ERROR: sim not INSERTED"), Some(FinalResult::Cme(Cause::Number(10))));
    assert_eq!(cme("+CME ERROR: "), Some(FinalResult::Cme(Cause::Text(b""))));
    assert_eq!(cme("+CME ERROR: 4096"), Some(FinalResult::Cme(Cause::Number(4096))));
    assert_eq!(cme("+CME ERROR:"), None);
    assert_eq!(cme("OKAY"), None);
    assert_eq!(cme_text(3), Some("operation not allowed"));
    assert_eq!(cms_text(500), Some("unknown"));
    assert!((0..1000).filter_map(cme_text).count() > 180);
    for number in 0..1000 {
        for (name, text) in [("+CME ERROR: ", cme_text(number)), ("+CMS ERROR: ", cms_text(number))] {
            // Several numbers of +CMS share a text; what is read is one of them.
            let Some(text) = text else { continue };
            let line = format!("{name}{text}");
            let read = FinalResult::of(line.as_bytes(), Options::default()).unwrap().resolved();
            let (FinalResult::Cme(cause) | FinalResult::Cms(cause)) = read else { panic!("{line}") };
            let known = cause.number().and_then(if name.contains("CME") { cme_text } else { cms_text }).unwrap();
            let plain = |text: &str| text.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "");
            assert_eq!(plain(known), plain(text), "{line}");
        }
    }
    let words = ["OK", "ERROR", "NO CARRIER", "BUSY", "NO ANSWER", "NO DIALTONE", "CONNECT", "CONNECT 9600", "ABORTED"];
    for text in words.into_iter().chain(["+CME ERROR: 30", "MODEM ERROR: 7", "TOO MANY PARAMETERS", "NA"]) {
        let result = FinalResult::of(text.as_bytes(), Options::LENIENT).unwrap();
        let mut buffer = [0; 64];
        let mut writer = Writer::new(&mut buffer);
        result.write(false, &mut writer);
        assert_eq!(writer.finish().unwrap(), text.as_bytes());
        assert_eq!(result.is_success(), text == "OK" || text.starts_with("CONNECT"));
    }
    for number in ["0", "1", "3", "4", "6", "7", "8"] {
        let numeric = Options { numeric: true, vendor: false };
        let result = FinalResult::of(number.as_bytes(), numeric).unwrap();
        let mut buffer = [0; 8];
        let mut writer = Writer::new(&mut buffer);
        result.write(true, &mut writer);
        assert_eq!(writer.finish().unwrap(), number.as_bytes());
        assert_eq!(FinalResult::of(number.as_bytes(), Options::default()), None);
    }
}

#[test]
fn reads_dirty_parameters() {
    let fields: Vec<_> = Fields::new(b" 2 , \"a,b\" ,, (0-3, 5),x").map(|field| field.raw.to_vec()).collect();
    assert_eq!(fields, [&b"2"[..], b"\"a,b\"", b"", b"(0-3, 5)", b"x"]);
    let mut fields = Fields::new(b"002,-5,,\"7\"");
    assert_eq!(fields.value::<u8>("a"), Ok(2));
    assert_eq!(fields.value::<i8>("b"), Ok(-5));
    assert_eq!(fields.value::<Option<u8>>("c"), Ok(None));
    assert_eq!(fields.value::<u8>("d"), Ok(7));
    assert_eq!(fields.value::<Option<u8>>("e"), Ok(None));
    let error = Fields::new(b"1,x").nth(1).map(|field| u8::read(field).is_err());
    assert_eq!(error, Some(true));
    let choice = Choice(b"(0-3,5,(7 -9), 20-10)");
    assert_eq!(choice.ranges().collect::<Vec<_>>(), [(0, 3), (5, 5), (7, 9), (10, 20)]);
    assert!(choice.contains(8) && !choice.contains(4));
    assert!(Choice(b"(0-2147483646)").contains(2_000_000_000));
    assert_eq!(Choice(b"()").ranges().count(), 0);
}

#[test]
fn no_argument_becomes_a_second_command() {
    use at_wire::command::{packet::cgact, packet::cgdcont, sms};
    use at_wire::parameter::{Rest, Word};

    let mut buffer = [0; 128];
    let set = |apn: &'static str| {
        cgdcont::Set::from_parameters(b"1,\"IP\"").map(|set| cgdcont::Set { apn: Some(apn.into()), ..set })
    };
    let line = set("a\";+CFUN=0\r\n\x1a\0").unwrap();
    let line = line.to_line(&mut buffer).unwrap();
    assert_eq!(line, b"AT+CGDCONT=1,\"IP\",\"a\\22;+CFUN=0\\0D\\0A\\1A\\00\"\r");
    for bad in [&b"1\r"[..], b"1;+CFUN=0", b"1\"", b"\x1a", b"1\0"] {
        let error = cgact::Set { state: 1, cids: Rest(bad) }.to_line(&mut buffer).unwrap_err();
        assert!(matches!(error, EncodeError::Value { .. }), "{}", bad.escape_ascii());
        let mut writer = Writer::new(&mut buffer);
        Word(bad).write(&mut LineWriter::command(&mut writer, Escaping::V250, b""));
        assert!(writer.finish().is_err(), "{}", bad.escape_ascii());
    }
    for escaping in [Escaping::Backslash, Escaping::None] {
        let mut writer = Writer::new(&mut buffer);
        Str(b"a\rb").write(&mut LineWriter::command(&mut writer, escaping, b""));
        assert!(writer.finish().is_err());
    }
    let mut writer = Writer::new(&mut buffer);
    sms::write_text(b"text\x1aAT+CFUN=0\r", &mut writer);
    assert!(writer.finish().is_err());
    let mut writer = Writer::new(&mut buffer);
    sms::write_pdu(&[0, 0x1f, 0xa0], &mut writer);
    assert_eq!(writer.finish().unwrap(), b"001FA0\x1a");
}

#[test]
fn reads_and_writes_commands_and_answers() {
    use at_wire::command::{call, equipment, general, network, sim};

    let mut buffer = [0; 128];
    let set = equipment::cfun::Set { fun: 1, rst: None };
    assert_eq!(set.to_line(&mut buffer).unwrap(), b"AT+CFUN=1\r");
    assert_eq!(general::cgmi::Test {}.to_line(&mut buffer).unwrap(), b"AT+CGMI=?\r");
    let cpol = network::cpol::Set {
        index: None,
        format: Some(2),
        oper: Some("26201".into()),
        gsm: None,
        gsm_compact: None,
        utran: None,
        e_utran: Some(1),
        ng_ran: None,
    };
    assert_eq!(cpol.to_line(&mut buffer).unwrap(), b"AT+CPOL=,2,\"26201\",,,,1\r");
    let crsm = sim::crsm::SetAnswer::parse(b"+CRSM: 144, 0, 98FF").unwrap();
    assert_eq!((crsm.sw1, crsm.sw2), (144, 0));
    let mut octets = [0; 8];
    assert_eq!(crsm.response.unwrap().octets(&mut octets).unwrap(), [0x98, 0xff]);
    let answer = sim::crsm::SetAnswer { sw1: 144, sw2: 0, response: Some(Octets::Raw(&[0x98, 0xff])) };
    assert_eq!(answer.to_line(&mut buffer).unwrap(), b"+CRSM: 144,0,\"98FF\"");
    assert!(sim::csim::SetAnswer::parse(b"+CSIM: 4,900").is_err());
    let mut writer = Writer::new(&mut buffer);
    call::voice(b"112;+CFUN=0", &mut writer);
    assert!(writer.finish().is_err());
    let error = network::csq::ExecuteAnswer::parse(b"+CSQ: 20,x9").unwrap_err();
    assert_eq!((error.field, error.offset), ("ber", 9));
    assert!(network::csq::ExecuteAnswer::parse(b"+CSQX: 20").is_err());
}

#[test]
fn reads_packet_events() {
    assert_eq!(PacketEvent::parse(b"NW DETACH"), PacketEvent::Detach(Origin::Network));
    assert!(matches!(PacketEvent::parse(b"NW DEACT 1,5,0"), PacketEvent::Deactivate(Origin::Network, _)));
    assert!(matches!(PacketEvent::parse(b"NW DEACT \"IP\",\"1.2.3.4\",1"), PacketEvent::DeactivatePdp(..)));
    assert_eq!(PacketEvent::parse(b"ME PDN ACT 3,2"), PacketEvent::ActivatePdn(Origin::Equipment, 3, Some(2)));
    assert_eq!(PacketEvent::parse(b"ME OVERHEATED"), PacketEvent::Other(b"ME OVERHEATED"));
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let pieces: &[&[u8]] = &[
        b"\r\nOK\r\n",
        b"+CSQ: 1,2\r\n",
        b"> ",
        b"@",
        b"\"",
        b"\r",
        b"\n",
        b"\0",
        b"+USORD: 0,3,\"",
        b"+QIRD: 4\r\n",
        b"+IPD3:",
        b"+RECEIVE,0,2:\r\n",
        b"+CUSD: 0,\"a",
        b"CONNECT\r\n",
        b"CONNECT",
        b"AT\r",
        b"\xff",
        b" ",
        b"abc",
        b"+QIRD: 4294967295\r\n",
        b",",
        b":",
    ];
    let piece = prop_oneof![
        3 => proptest::sample::select(pieces).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn pieces_make_no_difference(stream in stream(), cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12)) {
        let expected = Expected { echo: b"AT", ..expected() };
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(stream.len() + 1)).collect();
        cuts.sort_unstable();
        let whole = events(&stream, &[], &expected, 24);
        prop_assert_eq!(&events(&stream, &cuts, &expected, 24), &whole);
        let single: Vec<usize> = (1..stream.len()).collect();
        prop_assert_eq!(&events(&stream, &single, &expected, 24), &whole);
    }

    #[test]
    fn strings_come_back(text in proptest::collection::vec(any::<u8>(), 0..40)) {
        let mut buffer = [0; 200];
        let mut writer = Writer::new(&mut buffer);
        Str(&text).write(&mut LineWriter::command(&mut writer, Escaping::V250, b""));
        let line = writer.finish().unwrap().to_vec();
        prop_assert!(!line.iter().any(|byte| matches!(byte, 0..=0x1f | 0x7f)));
        let mut fields = Fields::new(&line);
        let read = fields.value::<Str<'_>>("text").unwrap();
        prop_assert!(fields.next().is_none());
        let mut buffer = [0; 200];
        prop_assert_eq!(read.unescape(&mut buffer).unwrap(), &text[..]);
    }

    #[test]
    fn numbers_come_back(number in any::<i64>()) {
        let mut buffer = [0; 40];
        let mut writer = Writer::new(&mut buffer);
        number.write(&mut LineWriter::command(&mut writer, Escaping::V250, b""));
        let line = writer.finish().unwrap().to_vec();
        prop_assert_eq!(Fields::new(&line).value::<i64>("number").unwrap(), number);
        prop_assert_eq!(String::from_utf8(line).unwrap(), number.to_string());
    }

    #[test]
    fn any_line_is_survived(line in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = classify(&line, None, &["+CREG"], Options::LENIENT);
        let _ = at_wire::command::network::operators(&line).count();
        let _ = PacketEvent::parse(&line);
        let _ = Choice(&line).ranges().count();
        let mut buffer = [0; 200];
        if let Ok(text) = Str(&line).unescape(&mut buffer) {
            prop_assert!(text.len() <= line.len());
        }
        for name in ["+CREG", "+CEREG", "+C5GREG"] {
            let mut text = format!("{name}: ").into_bytes();
            text.extend_from_slice(&line);
            let _ = at_wire::command::network::Registration::parse(name, &text);
        }
    }
}
