//! Random values written, read, and written again.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use at_wire::sms::broadcast::{Assembler, Page, PageBuffer, Progress, SerialNumber};
use at_wire::sms::{
    Address, Command, CommandType, Concatenation, DataCoding, Deliver, DeliverReport, Direction, Element,
    EnhancedValidity, MAX_USER_DATA, Parameters, PartSet, Pdu, Ports, Reference, RelativeValidity, Split, Status,
    StatusReport, Submit, SubmitReport, Timestamp, Tpdu, TypeOfAddress, UserData, UserDataHeader, Validity, cdma,
};
use at_wire::text::charset::Charset;
use at_wire::text::name::{NetworkDescription, NetworkName, PlmnScheme};
use at_wire::text::{
    Alphabet, CbsCoding, Coding, Language, LanguageCode, Septets, Text, alpha, fill_bits, hex, pack, packed_len,
};
use at_wire::ussd;
use at_wire::{EncodeError, Writer};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

fn written(write: impl FnOnce(&mut Writer<'_>)) -> Result<Vec<u8>, EncodeError> {
    let mut buffer = [0xa5; 2048];
    let mut writer = Writer::new(&mut buffer);
    write(&mut writer);
    writer.finish().map(|bytes| bytes.to_vec())
}

/// Texts of the default alphabet with its extension.
fn gsm7() -> impl Strategy<Value = String> {
    "[@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\\\\\[~\\]|€\u{c}]{0,170}"
}

/// Texts that need UCS-2, some of them pairs of surrogates.
fn any_text() -> impl Strategy<Value = String> {
    "([a-zğŞА-я你-吞€{]|[😀-🙂]){0,90}"
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![gsm7(), any_text(), "[ -~]{0,400}", "[ıĞğŞşİça-z{€]{0,200}"]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9*#abc]{0,20}", "\\+[0-9]{1,15}"]
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    any::<[u8; 7]>().prop_map(Timestamp)
}

/// Coding, text and octets of user data.
fn user_data() -> impl Strategy<Value = (DataCoding, String, Vec<u8>)> {
    let class = proptest::option::of(0..4_u8);
    prop_oneof![
        (Just(Coding::Gsm7), "[ -_a-~£€]{0,60}", Just(Vec::new())),
        (Just(Coding::Ucs2), "[ -~ж😀]{0,30}", Just(Vec::new())),
        (Just(Coding::Octets), Just(String::new()), proptest::collection::vec(any::<u8>(), 0..100)),
    ]
    .prop_flat_map(move |(coding, text, octets)| {
        class.clone().prop_map(move |class| {
            let coding = DataCoding::new(coding);
            (class.map_or(coding, |class| coding.with_class(class)), text.clone(), octets.clone())
        })
    })
}

/// Elements of a header, but for shifts, which the text would have to follow.
fn elements(data: &[u8]) -> impl Strategy<Value = Vec<Element<'_>>> {
    let element = prop_oneof![
        (any::<u8>(), any::<u8>(), any::<u8>()).prop_map(|(reference, total, sequence)| {
            Element::Concatenation(Concatenation { reference: Reference::Narrow(reference), total, sequence })
        }),
        (any::<u16>(), any::<u8>(), any::<u8>()).prop_map(|(reference, total, sequence)| {
            Element::Concatenation(Concatenation { reference: Reference::Wide(reference), total, sequence })
        }),
        (any::<u16>(), any::<u16>()).prop_map(|(destination, source)| Element::Ports(Ports {
            destination,
            source,
            wide: true
        })),
        (any::<u8>(), any::<u8>()).prop_map(|(destination, source)| {
            Element::Ports(Ports { destination: destination.into(), source: source.into(), wide: false })
        }),
        (any::<u8>(), any::<u8>()).prop_map(|(indication, count)| Element::MessageWaiting { indication, count }),
        (0x26..=0xff_u8, 0..data.len()).prop_map(|(id, end)| Element::Other { id, data: &data[..end] }),
    ];
    proptest::collection::vec(element, 0..4)
}

/// Writes, reads, compares, and writes again.
fn there_and_back(tpdu: Tpdu<'_>, direction: Direction) {
    let mut buffer = [0xa5; Pdu::MAX_LEN];
    let octets = tpdu.write(&mut buffer).unwrap();
    let read = Tpdu::parse(octets, direction).unwrap();
    assert_eq!(read, tpdu);
    let mut again = [0x5a; Pdu::MAX_LEN];
    assert_eq!(read.write(&mut again).unwrap(), octets);
    // A buffer one octet too small says how much is needed.
    let needed = octets.len();
    let mut small = vec![0; needed - 1];
    assert_eq!(tpdu.write(&mut small), Err(EncodeError::BufferTooSmall { needed }));
}

static DATA: [u8; 6] = [1, 2, 3, 4, 5, 6];

proptest! {
    #![proptest_config(Config { failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..Config::default() })]

    #[test]
    fn septets(septets in proptest::collection::vec(0..0x80_u8, 0..200), fill in 0..7_u8) {
        let packed = written(|writer| assert_eq!(pack(writer, fill, septets.iter().copied()), septets.len())).unwrap();
        prop_assert_eq!(packed.len(), packed_len(septets.len(), fill));
        prop_assert!(Septets::new(&packed, fill, septets.len()).eq(septets.iter().copied()));
        let room = (packed.len() * 8).saturating_sub(fill.into()) / 7;
        prop_assert_eq!(Septets::new(&packed, fill, usize::MAX).len(), room);
        prop_assert_eq!((fill_bits(packed.len()) as usize + packed.len() * 8) % 7, 0);
    }

    #[test]
    fn digits(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
        let mut digits = hex::Hex(&bytes).to_string().into_bytes();
        prop_assert_eq!(written(|writer| hex::Hex(&bytes).write(writer)).unwrap(), digits.clone());
        let mut buffer = [0; 100];
        prop_assert_eq!(&*hex::decode(&digits, &mut buffer).unwrap(), &bytes[..]);
        digits.make_ascii_lowercase();
        prop_assert_eq!(&*hex::decode_in_place(&mut digits).unwrap(), &bytes[..]);
    }

    #[test]
    fn charsets(text in text()) {
        for charset in Charset::ALL {
            let string = written(|writer| charset.write(text.as_str().into(), writer));
            prop_assert_eq!(string.is_ok(), charset.contains(text.as_str().into()), "{:?}", charset);
            if let Ok(string) = string {
                prop_assert_eq!(charset.text(&string).unwrap().to_string(), text.clone(), "{:?}", charset);
                prop_assert_eq!(Charset::from_name(charset.name()), Some(charset));
            }
        }
    }

    #[test]
    fn utf16(text in any::<String>()) {
        let source = Text::from(text.as_str());
        let be = written(|writer| source.write_utf16_be(writer)).unwrap();
        let le = written(|writer| source.write_utf16_le(writer)).unwrap();
        prop_assert_eq!(Text::utf16_be(&be), source);
        prop_assert_eq!(Text::utf16_le(&le), Text::utf16_be(&be));
        let mut buffer = vec![0; text.len()];
        prop_assert_eq!(Text::utf16_le(&le).to_utf8(&mut buffer), Some(text.as_str()));
    }

    #[test]
    fn names(text in text()) {
        let name = Text::from(text.as_str());
        let file = written(|writer| alpha::write(name, writer)).unwrap();
        let file = [file, vec![0xff; 5]].concat();
        prop_assert_eq!(alpha::read(&file).unwrap(), name, "{:02x?}", file);
        let nitz = NetworkName { text: name, add_country_initials: text.len() % 2 == 0 };
        let octets = written(|writer| nitz.write(writer)).unwrap();
        prop_assert_eq!(NetworkName::parse(&octets).unwrap(), nitz);
        for scheme in [PlmnScheme::GSM7, PlmnScheme::UCS2_LE] {
            if let Ok(octets) = written(|writer| scheme.write(name, writer)) {
                // Without a length, an @ at the end cannot be told from spare bits.
                let read = scheme.read(&octets).unwrap().to_string();
                prop_assert_eq!(read.trim_end_matches('@'), text.trim_end_matches('@'));
            }
        }
        for encoding in [NetworkDescription::ASCII7, NetworkDescription::UNICODE, NetworkDescription::GSM7] {
            if let Ok(octets) = written(|writer| encoding.write(name, writer)) {
                let read = encoding.read(&octets).unwrap().to_string();
                prop_assert_eq!(read.trim_end_matches('@'), text.trim_end_matches('@'));
            }
        }
    }

    #[test]
    fn ussd_strings(text in text(), language in "[a-z]{2}") {
        let mut buffer = [0; 1024];
        match ussd::write(text.as_str().into(), &mut buffer) {
            Ok(string) => prop_assert_eq!(string.text().unwrap().to_string(), text.clone()),
            Err(error) => prop_assert_eq!(error, EncodeError::TooLong { field: "ussd_string", limit: 160 }),
        }
        let language = LanguageCode(language.as_bytes().try_into().unwrap());
        match ussd::write_with_language(language, text.as_str().into(), &mut buffer) {
            Ok(string) => {
                prop_assert_eq!(string.text().unwrap().to_string(), text);
                prop_assert_eq!(string.language().unwrap(), Some(language));
            }
            Err(error) => prop_assert_eq!(error, EncodeError::TooLong { field: "ussd_string", limit: 160 }),
        }
    }

    #[test]
    fn messages(
        elements in elements(&DATA),
        (data_coding, text, octets) in user_data(),
        digits in number(),
        time in timestamp(),
        [a, b, c, d] in any::<[bool; 4]>(),
        [m, n, pid] in any::<[u8; 3]>(),
        validity in 0..4,
        enhanced in any::<[u8; 7]>(),
    ) {
        let data = if data_coding.coding() == Coding::Octets {
            UserData::of_octets(&octets)
        } else {
            UserData::of_text(text.as_str().into())
        };
        let user_data = if d { data.with_header(UserDataHeader::new(&elements)) } else { data };
        prop_assume!(user_data.length(data_coding).unwrap() < 120);
        let address = if c && !digits.starts_with('+') {
            Address::digits_of(TypeOfAddress(0xa1), &digits)
        } else {
            Address::number(&digits)
        };
        there_and_back(Tpdu::Deliver(Deliver {
            more_messages: a, loop_prevention: b, status_report: c, reply_path: d, originating_address: address,
            protocol_identifier: pid, data_coding, service_centre_timestamp: time, user_data,
        }), Direction::ToMobile);
        there_and_back(Tpdu::Submit(Submit {
            reject_duplicates: a, status_report: b, reply_path: c, message_reference: m, destination_address: address,
            protocol_identifier: pid, data_coding, user_data,
            validity: match validity {
                0 => Validity::Default,
                1 => Validity::Relative(RelativeValidity(n)),
                2 => Validity::Absolute(time),
                _ => Validity::Enhanced(EnhancedValidity(enhanced)),
            },
        }), Direction::ToServiceCentre);
        let parameters = Parameters {
            protocol_identifier: if a { Some(pid) } else { None },
            data_coding: Some(data_coding),
            user_data: if b { Some(user_data) } else { None },
        };
        let empty = Parameters::default();
        there_and_back(Tpdu::StatusReport(StatusReport {
            more_messages: a, loop_prevention: b, for_command: c, message_reference: m, recipient_address: address,
            service_centre_timestamp: time, discharge_time: Timestamp(enhanced), status: Status(n),
            parameters: if d { Some(parameters) } else { None },
        }), Direction::Stored);
        there_and_back(Tpdu::Command(Command {
            status_report: a, has_header: b, message_reference: m, protocol_identifier: pid,
            command_type: CommandType(n), message_number: n, destination_address: address, command_data: &octets,
        }), Direction::ToServiceCentre);
        let failure_cause = if c { Some(n | 0x80) } else { None };
        for parameters in [parameters, empty] {
            let report = DeliverReport { failure_cause, parameters };
            there_and_back(Tpdu::DeliverReport(report), Direction::ToServiceCentre);
            let report = SubmitReport { failure_cause, service_centre_timestamp: time, parameters };
            there_and_back(Tpdu::SubmitReport(report), Direction::ToMobile);
        }
        // With the service centre in front.
        let submit = Submit { destination_address: address, data_coding, user_data, ..Submit::default() };
        let service_centre = if digits.is_empty() { None } else { Some(address) };
        let pdu = Pdu { service_centre, tpdu: Tpdu::Submit(submit) };
        let mut buffer = [0; Pdu::MAX_LEN];
        let octets = pdu.write(&mut buffer).unwrap();
        prop_assert_eq!(Pdu::parse(octets, Direction::Stored).unwrap(), pdu);
    }

    #[test]
    fn senders_by_name(name in "[ -Z_a-z]{0,11}") {
        let deliver = Deliver { originating_address: Address::name(&name), ..Deliver::default() };
        there_and_back(Tpdu::Deliver(deliver), Direction::ToMobile);
    }

    #[test]
    fn splitting(text in text(), times in 1..8_usize, wide in any::<bool>(), language in 0..14_u8) {
        let text = text.repeat(times);
        let reference = if wide { Reference::Wide(0xabcd) } else { Reference::Narrow(0xab) };
        let plain = Split::new(&text, reference).unwrap();
        let national = Split::national(&text, reference, Language(language)).unwrap();
        prop_assert!(national.parts() <= plain.parts());
        for split in [plain, national] {
            let mut joined = String::new();
            let mut seen: Option<PartSet> = None;
            for part in &split {
                let data_coding = split.data_coding();
                let deliver = Deliver { data_coding, user_data: part.user_data, ..Deliver::default() };
                let mut buffer = [0; Pdu::MAX_LEN];
                let octets = Tpdu::Deliver(deliver).write(&mut buffer).unwrap();
                let Tpdu::Deliver(read) = Tpdu::parse(octets, Direction::ToMobile).unwrap() else { panic!() };
                prop_assert_eq!(read.user_data.text().unwrap(), part.text);
                joined.extend(read.user_data.text().unwrap().chars());
                if let Some(concatenation) = read.user_data.header().concatenation() {
                    prop_assert!(split.parts() > 1 && concatenation.sequence == part.number);
                    match &mut seen {
                        Some(seen) => prop_assert!(seen.insert(concatenation)),
                        None => seen = PartSet::new(concatenation),
                    }
                }
            }
            prop_assert_eq!(&joined, &text);
            prop_assert_eq!(seen.is_none(), split.parts() == 1);
            prop_assert!(seen.is_none_or(|seen| seen.is_complete()));
            // No part could hold what the next one begins with.
            let parts: Vec<_> = split.iter().collect();
            for pair in parts.windows(2) {
                let longer: String = pair[0].text.chars().chain(pair[1].text.chars().take(1)).collect();
                let header = pair[0].user_data.header();
                let octets = match split.alphabet() {
                    Some(alphabet) => header.octets() + {
                        packed_len(alphabet.septets(longer.chars()).unwrap(), fill_bits(header.octets()))
                    },
                    None => header.octets() + longer.encode_utf16().count() * 2,
                };
                prop_assert!(octets > MAX_USER_DATA, "{} octets", octets);
            }
        }
    }

    #[test]
    fn pages(
        text in "[ -_a-~€]{0,45}",
        russian in "[а-я]{0,41}",
        serial in any::<u16>(),
        identifier in any::<u16>(),
        swap in any::<bool>(),
    ) {
        let mut contents = [[0; 82]; 2];
        Page::write_content(text.as_str().into(), CbsCoding::GSM7, &mut contents[0]).unwrap();
        Page::write_content(russian.as_str().into(), CbsCoding::UCS2, &mut contents[1]).unwrap();
        let page = |n: u8| Page {
            serial_number: SerialNumber(serial), message_identifier: identifier,
            coding: if n == 1 { CbsCoding::GSM7 } else { CbsCoding::UCS2 },
            page: n, pages: 2, content: &contents[usize::from(n) - 1],
        };
        let mut memory = [PageBuffer::EMPTY; 2];
        let mut assembler = Assembler::new(&mut memory);
        let order = if swap { [2, 1] } else { [1, 2] };
        for (n, progress) in order.into_iter().zip([Progress::More, Progress::Whole]) {
            let mut buffer = [0; 88];
            let octets = page(n).write(&mut buffer).unwrap();
            let read = Page::parse(octets).unwrap();
            prop_assert_eq!(read, page(n));
            prop_assert_eq!(assembler.push(&read), Ok(progress));
        }
        let joined: String = assembler.chars().collect();
        prop_assert_eq!(joined.trim_end_matches('\r'), format!("{text}{russian}"));
        let number = SerialNumber::new(page(1).serial_number.geographical_scope(), SerialNumber(serial).message_code(),
            SerialNumber(serial).update_number());
        prop_assert_eq!(number, SerialNumber(serial));
    }

    #[test]
    fn cdma_messages(
        text in "([ -~]{0,90}|[ -~é]{0,90}|[ж😀]{0,40})",
        number in "[0-9*#]{0,20}",
        id in any::<u16>(),
        is_delivery in any::<bool>(),
        time_stamp in proptest::option::of(any::<[u8; 6]>()),
    ) {
        let outgoing = cdma::Outgoing { is_delivery, number: &number, id, text: text.as_str().into(), time_stamp };
        let mut buffer = [0; 255];
        let octets = outgoing.write(&mut buffer).unwrap();
        let read = cdma::Message::parse(octets).unwrap();
        prop_assert_eq!(read.teleservice_id(), Ok(Some(cdma::WIRELESS_MESSAGING)));
        let (from, to) = (read.originating_address().unwrap(), read.destination_address().unwrap());
        let (there, absent) = if is_delivery { (from, to) } else { (to, from) };
        prop_assert_eq!(there.unwrap().to_string(), number);
        prop_assert!(absent.is_none());
        prop_assert_eq!(read.user_data().unwrap().unwrap().text().unwrap().collect::<String>(), text);
        prop_assert_eq!(read.time_stamp(), time_stamp);
        let identifier = read.message_identifier().unwrap().unwrap();
        prop_assert_eq!((identifier.id, identifier.has_header), (id, false));
    }
}

/// The alphabet of a part is the one in its header.
#[test]
fn alphabet_of_parts() {
    let split = Split::national("ŞşĞğ", Reference::Narrow(1), Language::TURKISH).unwrap();
    assert_eq!(split.coding(), Coding::Gsm7);
    let part = split.iter().next().unwrap();
    assert_eq!(part.user_data.header().single_shift(), Language::TURKISH);
    assert_eq!(part.user_data.header().octets(), 4);
    // 155 septets fit into one message with a shift table, and 149 into each part.
    let long = "ş".repeat(77);
    assert_eq!(Split::national(&long, Reference::Narrow(1), Language::TURKISH).unwrap().parts(), 1);
    let longer = "ş".repeat(78) + "a";
    let split = Split::national(&longer, Reference::Narrow(1), Language::TURKISH).unwrap();
    assert_eq!((split.parts(), split.alphabet()), (1, Some(Alphabet::new(Language::TURKISH, Language::NONE))));
    let longest = "ş".repeat(156);
    let split = Split::national(&longest, Reference::Wide(1), Language::TURKISH).unwrap();
    assert_eq!((split.parts(), split.room()), (2, 148));
}
