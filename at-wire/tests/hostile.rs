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

use at_wire::sms::broadcast::{Assembler, Channels, Page, PageBuffer, SerialNumber};
use at_wire::sms::{DataCoding, Direction, Pdu, Tpdu, UserDataHeader, cdma};
use at_wire::text::charset::Charset;
use at_wire::text::name::{NetworkDescription, NetworkName, PlmnScheme};
use at_wire::text::{Alphabet, CbsCoding, Language, Septets, Text, alpha, hex};
use at_wire::ussd::UssdString;
use at_wire::{DecodeError, DecodeErrorKind};
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
