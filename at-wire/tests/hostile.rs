//! What a broken or hostile peer sends: every refusal names field and offset, and nothing takes long.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

mod meanings;

use at_wire::framer::{Announcement, Announcements, Delimiter, Event, Expected, Framer, Length};
use at_wire::parameter::{Choice, Escaping, Fields, LineWriter, Str, Value};
use at_wire::sms::broadcast::{Assembler, Channels, Page, PageBuffer, SerialNumber};
use at_wire::sms::{DataCoding, Direction, Pdu, Tpdu, UserDataHeader, cdma};
use at_wire::text::charset::Charset;
use at_wire::text::name::{NetworkDescription, NetworkName, PlmnScheme};
use at_wire::text::{Alphabet, CbsCoding, Language, Septets, Text, alpha, hex};
use at_wire::ussd::UssdString;
use at_wire::{DecodeError, DecodeErrorKind, Writer};
use meanings::meanings;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

const DIRECTIONS: [Direction; 3] = [Direction::ToMobile, Direction::ToServiceCentre, Direction::Stored];

/// A PDU of every kind, with as many optional fields as can be.
const PDUS: [(&str, Direction); 8] = [
    ("07912143658709F1040B918100551512F20000111010214365000AE8329BFD4697D9EC37", Direction::ToMobile),
    ("00440C910955151122330000426010000000210B03240101D8CC4161F118", Direction::ToMobile),
    ("0031000B918100551512F20000A70AE8329BFD4697D9EC37", Direction::ToServiceCentre),
    ("00410005812143F500040A0605040B8423F0010203", Direction::ToServiceCentre),
    ("00065A0B918100551512F242601001000080426010010050800007000002E834", Direction::ToMobile),
    ("00225A000205058121 43F503010203", Direction::ToServiceCentre),
    ("0000D507000002E834", Direction::ToServiceCentre),
    ("0001D5074260100100008000000 2E834", Direction::ToMobile),
];

fn bytes(digits: &str) -> Vec<u8> {
    let mut bytes = digits.replace(' ', "").into_bytes();
    hex::decode_in_place(&mut bytes).unwrap().to_vec()
}

/// Looks at everything, and writes it again.
fn touch(tpdu: &Tpdu<'_>) {
    let _ = format!("{tpdu:?}");
    if let Some(data) = tpdu.user_data() {
        let _ = (data.text().map(|text| text.to_string()), data.header().check(), data.header().concatenation());
        let _ = data.text_without_shifts().map(|text| text.replaced());
    }
    let mut buffer = [0; 600];
    if let Ok(octets) = tpdu.write(&mut buffer) {
        assert!(octets.len() <= Pdu::MAX_LEN);
    }
}

#[test]
fn every_truncation() {
    for (digits, direction) in PDUS {
        let octets = bytes(digits);
        touch(&Pdu::parse(&octets, direction).unwrap().tpdu);
        for end in 0..octets.len() {
            match Pdu::parse(&octets[..end], direction) {
                Err(error) => {
                    assert!(usize::try_from(error.offset).unwrap() <= end, "{error} in {end} octets of {digits}");
                    assert_eq!(error.kind, DecodeErrorKind::OutOfBounds);
                    assert!(!error.field.is_empty());
                }
                // The optional end of a report is all that may be missing.
                Ok(Pdu { tpdu: Tpdu::StatusReport(report), .. }) => assert!(report.parameters.is_none()),
                Ok(_) => panic!("{end} octets of {digits} taken for whole"),
            }
        }
    }
}

fn refused(digits: &str, kind: DecodeErrorKind, field: &'static str, offset: usize) {
    let error = Pdu::parse(&bytes(digits), Direction::Stored).unwrap_err();
    assert_eq!(error, DecodeError::new(kind, field, offset), "{error}");
}

#[test]
fn errors_say_where() {
    use DecodeErrorKind::OutOfBounds;
    refused("", OutOfBounds, "service_centre_address", 0);
    refused("0791214365", OutOfBounds, "service_centre_address", 2);
    refused("00", OutOfBounds, "message_type_indicator", 1);
    refused("0001000B91810055", OutOfBounds, "destination_address", 5);
    refused("0001FFFF91810055", OutOfBounds, "destination_address", 5);
    refused("0001000591123 4F5000004E834".replace(' ', "").as_str(), OutOfBounds, "user_data", 11);
    refused("004100010100014b00002e", OutOfBounds, "user_data_header", 9);
    refused("00f101010c0000000000", OutOfBounds, "user_data_header", 10);
    refused("00410001910100000404 FF000000".replace(' ', "").as_str(), OutOfBounds, "user_data_header", 9);
    let reserved = Tpdu::parse(&[3, 0, 0], Direction::ToServiceCentre).unwrap_err();
    assert_eq!(reserved, DecodeError::new(DecodeErrorKind::Value, "message_type_indicator", 0));
    assert_eq!(reserved.to_string(), "message_type_indicator at offset 0: undefined value");
}

/// TP-PI that extends itself for ever ends with the message.
#[test]
fn endless_indicator() {
    let mut octets = vec![0x00, 0xd5];
    octets.extend([0x80; 300]);
    let error = Tpdu::parse(&octets, Direction::ToServiceCentre).unwrap_err();
    assert_eq!(error, DecodeError::new(DecodeErrorKind::OutOfBounds, "parameter_indicator", octets.len()));
}

/// Headers that promise more than the text has.
#[test]
fn header_without_text() {
    // One septet in front of where the text would begin, and none at all.
    for (length, octets) in [(6, 6), (7, 7), (8, 7)] {
        let mut pdu = bytes("00410001910100 00".replace(' ', "").as_str());
        pdu.push(length);
        pdu.extend([5, 0, 3, 1, 1, 1, 0xff].iter().take(octets));
        let Ok(Pdu { tpdu: Tpdu::Submit(submit), .. }) = Pdu::parse(&pdu, Direction::Stored) else {
            panic!("{length}: {:?}", Pdu::parse(&pdu, Direction::Stored))
        };
        assert_eq!(submit.user_data.text().unwrap().chars().count(), usize::from(length == 8));
        assert!(submit.user_data.header().concatenation().is_some());
    }
}

#[test]
fn names_of_files() {
    let error = |octets: &[u8]| alpha::read(octets).map(|text| text.to_string()).unwrap_err();
    for octets in [&[0x81][..], &[0x81, 0], &[0x82, 0, 0], &[0x82, 1, 4, 0], &[0x81, 4, 8, 0xb3]] {
        assert_eq!(error(octets).kind, DecodeErrorKind::OutOfBounds, "{octets:02x?}");
    }
    assert_eq!(error(&[0x82, 2, 0xd8, 0x00, 0x41, 0x80]), DecodeError::new(DecodeErrorKind::Text, "characters", 5));
    assert_eq!(error(&[0x82, 1, 0xff, 0xff, 0x81]).kind, DecodeErrorKind::Text);
    assert_eq!(alpha::read(&[]).unwrap(), "");
    assert_eq!(alpha::read(&[0xff; 14]).unwrap(), "");
    assert_eq!(alpha::read(&[0x80, 0x04, 0x16, 0xff]).unwrap(), "Ж");
    assert_eq!(alpha::read(&[0x80]).unwrap(), "");
    assert_eq!(NetworkName::parse(&[]).unwrap_err().kind, DecodeErrorKind::OutOfBounds);
    assert_eq!(NetworkName::parse(&[0xa0, 1]).unwrap_err().kind, DecodeErrorKind::Value);
}

#[test]
fn pages() {
    assert_eq!(Page::parse(&[0; 5]).unwrap_err().kind, DecodeErrorKind::OutOfBounds);
    assert_eq!(Page::parse(&[0; 6]).unwrap().text().unwrap(), "");
    // Only carriage returns, and a header that is longer than the page.
    let mut octets = [0x0d; 88];
    octets[4] = CbsCoding::OCTETS.0;
    assert_eq!(Page::parse(&octets).unwrap().text().unwrap_err().kind, DecodeErrorKind::Text);
    octets[4] = 0x90;
    octets[6] = 200;
    assert_eq!(Page::parse(&octets).unwrap().text().unwrap_err().kind, DecodeErrorKind::OutOfBounds);
    let page = |page, pages, update| Page {
        serial_number: SerialNumber::new(0, 1, update),
        message_identifier: 50,
        coding: CbsCoding::GSM7,
        page,
        pages,
        content: &[],
    };
    let mut memory = [PageBuffer::EMPTY; 3];
    let mut assembler = Assembler::new(&mut memory);
    assert_eq!(assembler.push(&page(1, 4, 0)).unwrap_err().kind, DecodeErrorKind::Length);
    assert_eq!(assembler.push(&page(3, 2, 0)).unwrap_err().kind, DecodeErrorKind::Value);
    assert_eq!(assembler.push(&page(0, 0, 0)).unwrap_err().kind, DecodeErrorKind::Value);
    assert!(assembler.chars().next().is_none());
}

#[test]
fn channels() {
    let mut buffer = [Channels::default(); 2];
    let mut parse = |list| Channels::parse_list(list, 65535, &mut buffer).map(|channels| channels.to_vec());
    for list in ["", "1,,2", "a", "1-", "-1", "1-2-3", "65536"] {
        assert_eq!(parse(list).unwrap_err().kind, DecodeErrorKind::Text, "{list}");
    }
    assert_eq!(parse("1,9-4").unwrap_err(), DecodeError::new(DecodeErrorKind::Value, "channels", 2));
    assert_eq!(parse("1,3,5").unwrap_err().kind, DecodeErrorKind::Length);
    assert_eq!(parse("65535,0-65534").unwrap(), [Channels { first: 0, last: 65535 }]);
}

#[test]
fn strings() {
    assert_eq!(Charset::Ucs2.text(b"00").unwrap_err().offset, 2);
    assert_eq!(Charset::Ucs2.text(b"00x1").unwrap_err().offset, 2);
    assert_eq!(Charset::Utf8.text(b"ab\xff").unwrap_err().offset, 2);
    assert_eq!(Charset::Ira.text(b"a\x80").unwrap(), "a\u{fffd}");
    assert_eq!(Text::utf16_be(&[0xd8, 0, 0, 0x61, 0xdc, 0, 0]), "\u{fffd}a\u{fffd}");
    assert_eq!(Text::utf16_be(&[0xd8, 0, 0, 0x61]).replaced(), 1);
    let octets = |coding| UssdString { coding: CbsCoding(coding), octets: &[1] };
    assert_eq!(octets(0x10).text().unwrap_err().kind, DecodeErrorKind::OutOfBounds);
    assert_eq!(octets(0x11).text().unwrap_err().kind, DecodeErrorKind::OutOfBounds);
    assert_eq!(octets(0x44).text().unwrap_err().kind, DecodeErrorKind::Text);
    assert_eq!(octets(0x60).text().unwrap_err().kind, DecodeErrorKind::Text);
    assert_eq!(hex::decode(b"0g", &mut [0; 4]).unwrap_err().kind, DecodeErrorKind::Text);
    assert_eq!(hex::decode(b"+1", &mut [0; 4]).unwrap_err().kind, DecodeErrorKind::Text);
    assert_eq!(hex::decode(b"0000", &mut [0; 1]).unwrap_err().kind, DecodeErrorKind::OutOfBounds);
}

#[test]
fn numbers_and_ranges() {
    let contains = |text: &str, number| Choice(text.as_bytes()).contains(number);
    // Never spread out.
    assert!(contains("(0-4294967295)", 4_294_967_295) && !contains("(0-4294967295)", -1));
    assert_eq!(Choice(b"(-9223372036854775808-9223372036854775807)").bounds(), Some((i64::MIN, i64::MAX)));
    assert_eq!(Choice(b"(-113--51,-48)").ranges().collect::<Vec<_>>(), [(-113, -51), (-48, -48)]);
    // What is no range, or fits no number, allows nothing.
    for text in ["(0-99999999999999999999)", "(1-2-3)", "(-)", "(--1)", "(1-", "(((", "a-b", "(,)"] {
        assert!(Choice(text.as_bytes()).bounds().is_none_or(|bounds| bounds == (1, 1)), "{text}");
    }
    let mut fields = Fields::new(b"-129,+5,\"-7\",--1,-,256,1 2,0x10,99999999999999999999");
    assert_eq!(fields.value::<i16>("a"), Ok(-129));
    assert_eq!(fields.value::<u8>("b"), Ok(5));
    assert_eq!(fields.value::<i8>("c"), Ok(-7));
    for offset in [13, 17, 19, 23, 27, 32] {
        let error = fields.value::<u8>("d").unwrap_err();
        assert_eq!(error, DecodeError::new(DecodeErrorKind::Value, "d", offset));
    }
    let lone = Fields::new(b"-1").value::<u8>("e").unwrap_err();
    assert_eq!(lone.kind, DecodeErrorKind::Value);
}

#[test]
fn quotes_and_escapes() {
    let unescaped = |text: &str| {
        let mut buffer = [0; 32];
        String::from_utf8(Str::from(text).unescape(&mut buffer).unwrap().to_vec()).unwrap()
    };
    for (text, plain) in
        [(r"a\22b\0D\5c", "a\"b\r\\"), (r"\2", r"\2"), (r"\", r"\"), (r"\zz\0", r"\zz\0"), (r"\5C22", r"\22")]
    {
        assert_eq!(unescaped(text), plain, "{text}");
    }
    assert!(Str(b"abc").unescape(&mut [0; 2]).is_err());
    // An open string holds the rest; so do open parentheses.
    assert_eq!(Fields::new(b"1,\"a,2,3").map(|field| field.unquoted()).collect::<Vec<_>>(), [&b"1"[..], b"a,2,3"]);
    assert_eq!(Fields::new(b"1,(a,2,3").count(), 2);
    assert_eq!(Fields::new(b"\"").next().unwrap().unquoted(), b"");
    // In the set GSM letters have the octets of a backslash, of controls and of the escape itself.
    for text in ["Ö22", "Örö", "@Δ@", "a\"b", "[€]"] {
        let (mut octets, mut line, mut read) = ([0; 32], [0; 64], [0; 64]);
        let mut writer = Writer::new(&mut octets);
        Charset::Gsm.write(text.into(), &mut writer);
        let mut writer_of_line = Writer::new(&mut line);
        LineWriter::command(&mut writer_of_line, Escaping::V250, b"").quoted(writer.finish().unwrap());
        let written = writer_of_line.finish().unwrap();
        assert!(written.iter().all(|byte| (0x20..0x7f).contains(byte)), "{written:02x?}");
        let read = Fields::new(written).value::<Str<'_>>("text").unwrap().unescape(&mut read).unwrap();
        assert_eq!(Charset::Gsm.text(read).unwrap(), text);
    }
    // Lists that are written hold no second command either.
    for text in ["(0-1)\r", "(0);+CFUN=0", "(\"a)"] {
        let mut buffer = [0; 32];
        let mut writer = Writer::new(&mut buffer);
        Choice(text.as_bytes()).write(&mut LineWriter::command(&mut writer, Escaping::V250, b""));
        assert!(writer.finish().is_err(), "{text:?}");
    }
}

#[test]
fn lines_and_counted_bytes() {
    let mut memory = [0; 16];
    let mut framer = Framer::new(&mut memory);
    let long = [b"+X: ".repeat(50_000).as_slice(), b"\r\nOK\r\n"].concat();
    let mut input = &long[..];
    let told = framer.next(&mut input, &Expected::default());
    assert_eq!(told, Some(Event::Overlong { start: &b"+X: ".repeat(4), len: 200_000 }));
    assert_eq!(framer.next(&mut input, &Expected::default()), Some(Event::Line(b"OK")));
    // More bytes than will ever come: they are handed on as they come, and a reset ends it.
    let announcements = [Announcement { name: "+QIRD", length: Length::Parameter(0), delimiter: Delimiter::LineEnd }];
    let announcements = [Announcements::new(&announcements), Announcements::NONE];
    let expected = Expected { announcements, ..Expected::default() };
    let mut input: &[u8] = b"+QIRD: 4294967295\r\n\r\nOK\r\n";
    assert_eq!(framer.next(&mut input, &expected), Some(Event::Overlong { start: b"+QIRD: 429496729", len: 17 }));
    let mut memory = [0; 32];
    let mut framer = Framer::new(&mut memory);
    let mut input: &[u8] = b"+QIRD: 4294967295\r\n\r\nOK\r\n";
    assert!(matches!(framer.next(&mut input, &expected), Some(Event::Header { len: u32::MAX, .. })));
    let told = framer.next(&mut input, &expected);
    assert_eq!(told, Some(Event::Payload { bytes: b"\r\nOK\r\n", left: u32::MAX - 6 }));
    assert!(framer.is_busy());
    framer.reset();
    let mut input: &[u8] = b"OK\r\n+QIRD: 4294967296\r\n+QIRD: -1\r\n";
    assert_eq!(framer.next(&mut input, &expected), Some(Event::Line(b"OK")));
    assert_eq!(framer.next(&mut input, &expected), Some(Event::Line(b"+QIRD: 4294967296")));
    assert_eq!(framer.next(&mut input, &expected), Some(Event::Line(b"+QIRD: -1")));
}

proptest! {
    #![proptest_config(Config { failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..Config::default() })]

    #[test]
    fn random_bytes(
        octets in proptest::collection::vec(any::<u8>(), 0..300),
        number in any::<u8>(),
        fill in any::<u8>(),
    ) {
        for direction in DIRECTIONS {
            if let Ok(tpdu) = Tpdu::parse(&octets, direction) {
                touch(&tpdu);
            }
            if let Ok(pdu) = Pdu::parse(&octets, direction) {
                let _ = format!("{pdu:?}");
            }
        }
        let _ = (Pdu::tpdu_len(&octets), UserDataHeader::parse(&octets).check());
        let alphabet = Alphabet::new(Language(number % 16), Language(fill % 16));
        let _ = Text::septets(Septets::new(&octets, fill, usize::MAX), alphabet).to_string();
        let _ = Septets::new(&octets, fill, number.into()).get(usize::MAX);
        let _ = alpha::read(&octets).map(|text| text.to_string());
        let _ = PlmnScheme(number).read(&octets).map(|text| text.to_string());
        let _ = NetworkDescription(number).read(&octets).map(|text| text.to_string());
        let _ = NetworkName::parse(&octets).map(|name| name.text.to_string());
        for charset in Charset::ALL {
            let _ = charset.text(&octets).map(|text| text.to_string());
        }
        let string = UssdString { coding: CbsCoding(number), octets: &octets };
        let _ = (string.text().map(|text| text.to_string()), string.language());
        let _ = (DataCoding(number).message_waiting(), format!("{:?}", Page::parse(&octets)));
        if let Ok(message) = cdma::Message::parse(&octets) {
            let _ = format!("{message:?} {:?} {:?}", message.originating_address(), message.callback_number());
            let _ = (message.message_identifier(), message.time_stamp(), message.priority(), message.cause_codes());
            let data = message.user_data();
            let _ = data.ok().flatten().and_then(|data| data.text()).map(|text| text.count());
            message.bearer_data().for_each(drop);
        }
    }

    /// One octet of a good PDU changed.
    #[test]
    fn spoiled(which in 0..PDUS.len(), at in any::<usize>(), value in any::<u8>()) {
        let mut octets = bytes(PDUS[which].0);
        let len = octets.len();
        octets[at % len] = value;
        for direction in DIRECTIONS {
            if let Ok(pdu) = Pdu::parse(&octets, direction) {
                touch(&pdu.tpdu);
            }
        }
    }

    /// What is read can be written, and says the same then.
    #[test]
    fn read_and_written(octets in proptest::collection::vec(any::<u8>(), 10..60)) {
        for direction in DIRECTIONS {
            let Ok(tpdu) = Tpdu::parse(&octets, direction) else { continue };
            let mut buffer = [0; 600];
            if let Ok(again) = tpdu.write(&mut buffer) {
                let read = Tpdu::parse(again, direction).unwrap();
                let mut twice = [0; 600];
                prop_assert_eq!(read.write(&mut twice).unwrap(), again);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn any_text_is_survived(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        meanings(&text);
    }

    #[test]
    fn texts_of_the_characters_that_matter_are_survived(
        text in "(\\+CMG[LR]: |\\+CMT: |\\+CGCONTRDP: |%PCOINFO: |BCCH +G\n)?[-0-9,\"().:/x=FRA_' ]{0,120}",
    ) {
        meanings(text.as_bytes());
    }
}
