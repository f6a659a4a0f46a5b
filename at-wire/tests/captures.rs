//! Messages whose octets and meaning are known from outside, read and built.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use at_wire::DecodeErrorKind;
use at_wire::sms::{
    Address, Concatenation, DataCoding, Deliver, Direction, Element, EnhancedPeriod, EnhancedValidity, Pdu, Ports,
    Reference, RelativeValidity, Split, Status, StatusReport, Submit, Timestamp, Tpdu, TypeOfAddress, UserData,
    UserDataHeader, Validity,
};
use at_wire::text::{Alphabet, Coding, Language, hex};

fn bytes(digits: &str) -> Vec<u8> {
    let mut bytes = digits.as_bytes().to_vec();
    hex::decode_in_place(&mut bytes).unwrap().to_vec()
}

/// Reads the octets, compares, and writes them again.
fn same(digits: &str, direction: Direction, expected: Pdu<'_>) {
    let octets = bytes(digits);
    let read = Pdu::parse(&octets, direction).unwrap();
    assert_eq!(read, expected);
    let mut buffer = [0xa5; Pdu::MAX_LEN];
    assert_eq!(hex::Hex(expected.write(&mut buffer).unwrap()).to_string(), digits);
    assert_eq!(hex::Hex(read.write(&mut buffer).unwrap()).to_string(), digits);
}

fn submit<'a>(coding: Coding, user_data: UserData<'a>) -> Submit<'a> {
    Submit {
        destination_address: Address::number("+18005551212"),
        data_coding: DataCoding::new(coding),
        user_data,
        ..Submit::default()
    }
}

fn sent(digits: &str, submit: Submit<'_>) {
    same(digits, Direction::ToServiceCentre, Pdu::of(Tpdu::Submit(submit)));
}

fn part(sequence: u8) -> Element<'static> {
    Element::Concatenation(Concatenation { reference: Reference::Narrow(0x2a), total: 2, sequence })
}

#[test]
fn submits() {
    let hello = UserData::of_text("hellohello".into());
    sent("0001000B918100551512F200000AE8329BFD4697D9EC37", submit(Coding::Gsm7, hello));
    let validity = Validity::Relative(RelativeValidity::of_minutes(24 * 60));
    sent(
        "0031000B918100551512F20000A70AE8329BFD4697D9EC37",
        Submit { validity, status_report: true, ..submit(Coding::Gsm7, hello) },
    );
    let russian = UserData::of_text("Привет".into());
    sent("0001000B918100551512F200080C041F04400438043204350442", submit(Coding::Ucs2, russian));
    let extended = UserData::of_text("€ {x}".into());
    sent("0001000B918100551512F20000089B326883C26F52", submit(Coding::Gsm7, extended));
    let digits = "07912143658709F101000B918100551512F2000002E834";
    let service_centre = Some(Address::number("+12345678901"));
    let hi = Tpdu::Submit(submit(Coding::Gsm7, UserData::of_text("hi".into())));
    same(digits, Direction::Stored, Pdu { service_centre, tpdu: hi });
    assert_eq!(Pdu::tpdu_len(&bytes(digits)), Ok(15));
}

#[test]
fn headers() {
    let elements = [part(1)];
    let one = UserData::of_text("part one ".into()).with_header(UserDataHeader::new(&elements));
    sent("0041000B918100551512F20000100500032A0201E061391DF4769741", submit(Coding::Gsm7, one));
    let elements = [part(2)];
    let two = UserData::of_text("part two".into()).with_header(UserDataHeader::new(&elements));
    sent("0041000B918100551512F200000F0500032A0202E061391D44BFBF01", submit(Coding::Gsm7, two));
    let reference = Reference::Wide(0x1234);
    let elements = [Element::Concatenation(Concatenation { reference, total: 2, sequence: 2 })];
    let wide = UserData::of_text("part two".into()).with_header(UserDataHeader::new(&elements));
    sent("0041000B918100551512F200001006080412340202F0B09C0EA2DFDF", submit(Coding::Gsm7, wide));
    let elements = [Element::Ports(Ports { destination: 2948, source: 9200, wide: true })];
    let push = UserData::of_octets(&[1, 2, 3]).with_header(UserDataHeader::new(&elements));
    sent(
        "00410005812143F500040A0605040B8423F0010203",
        Submit { destination_address: Address::number("12345"), ..submit(Coding::Octets, push) },
    );
}

#[test]
fn delivers() {
    let deliver = Deliver {
        originating_address: Address::number("+18005551212"),
        service_centre_timestamp: Timestamp([0x11, 0x10, 0x10, 0x21, 0x43, 0x65, 0]),
        user_data: UserData::of_text("hellohello".into()),
        ..Deliver::default()
    };
    let service_centre = Some(Address::number("+12345678901"));
    same(
        "07912143658709F1040B918100551512F20000111010214365000AE8329BFD4697D9EC37",
        Direction::ToMobile,
        Pdu { service_centre, tpdu: Tpdu::Deliver(deliver) },
    );
    let time = deliver.service_centre_timestamp.date_time().unwrap();
    assert_eq!(Timestamp::from(time), deliver.service_centre_timestamp);
    assert_eq!(time.to_string(), "2011-01-01T12:34:56Z");

    let octets = bytes("07912143658709F10407D0C171BB0C0000422092329585490A9B720DB441BDD79B14");
    let Tpdu::Deliver(named) = Pdu::parse(&octets, Direction::ToMobile).unwrap().tpdu else { panic!() };
    assert_eq!(named.originating_address, Address::name("Acme"));
    assert_eq!(named.originating_address.to_string(), "Acme");
    assert_eq!(named.service_centre_timestamp.to_string(), "2024-02-29T23:59:58-03:30");
    assert_eq!(Timestamp::from(named.service_centre_timestamp.date_time().unwrap()), named.service_centre_timestamp);
    assert_eq!(named.user_data.text().unwrap(), "€5 {ok}");

    let octets = bytes("00440C910955151122330000426010000000210B03240101D8CC4161F118");
    let Tpdu::Deliver(turkish) = Pdu::parse(&octets, Direction::ToMobile).unwrap().tpdu else { panic!() };
    assert_eq!(turkish.user_data.header().single_shift(), Language::TURKISH);
    assert_eq!(turkish.user_data.text().unwrap(), "ş abc");
    assert_eq!(turkish.user_data.text_without_shifts().unwrap(), "s abc");
    // The same from the text alone.
    let split = Split::national("ş abc", Reference::Narrow(0), Language::TURKISH).unwrap();
    assert_eq!(split.alphabet(), Some(Alphabet::new(Language::NONE, Language::TURKISH)));
    let user_data = split.iter().next().unwrap().user_data;
    let mut buffer = [0; Pdu::MAX_LEN];
    let again = Pdu::of(Tpdu::Deliver(Deliver { user_data, more_messages: false, ..turkish })).write(&mut buffer);
    assert_eq!(again.unwrap(), octets);
}

#[test]
fn status_reports() {
    let time = [0x42, 0x60, 0x10, 0x01, 0x00, 0x00, 0x80];
    let report = StatusReport {
        message_reference: 0x5a,
        recipient_address: Address::number("+18005551212"),
        service_centre_timestamp: Timestamp(time),
        discharge_time: Timestamp([0x42, 0x60, 0x10, 0x01, 0x00, 0x50, 0x80]),
        status: Status::RECEIVED,
        ..StatusReport::default()
    };
    let octets = bytes("00065A0B918100551512F2426010010000804260100100508000");
    let Tpdu::StatusReport(read) = Pdu::parse(&octets, Direction::ToMobile).unwrap().tpdu else { panic!() };
    assert_eq!(read, StatusReport { more_messages: false, ..report });
    assert!(read.status.is_done() && !read.status.is_trying() && !read.status.has_failed());
    let octets = bytes("07914356060013F1065A098136397339F7219011700463802190117004638030");
    let Tpdu::StatusReport(read) = Pdu::parse(&octets, Direction::Stored).unwrap().tpdu else { panic!() };
    assert_eq!((read.message_reference, read.status), (0x5a, Status(0x30)));
    assert!(!read.status.is_done() && read.status.is_trying() && !read.status.has_failed());
    assert!(Status::VALIDITY_EXPIRED.has_failed());
}

#[test]
fn validities() {
    for (octet, minutes) in [(0, 5), (143, 720), (144, 750), (167, 1440), (168, 2880), (196, 43200), (197, 50400)] {
        assert_eq!(RelativeValidity(octet).minutes(), minutes);
        assert_eq!(RelativeValidity::of_minutes(minutes), RelativeValidity(octet));
    }
    assert_eq!(RelativeValidity::of_minutes(6), RelativeValidity(1));
    assert_eq!(RelativeValidity::of_minutes(u32::MAX), RelativeValidity(255));
    let clock = EnhancedPeriod::Clock { hours: 12, minutes: 34, seconds: 56 };
    let enhanced = EnhancedValidity::new(clock, true);
    assert_eq!(enhanced, EnhancedValidity([0x43, 0x21, 0x43, 0x65, 0, 0, 0]));
    assert_eq!((enhanced.period(), enhanced.is_single_shot()), (Some(clock), true));
    let text = UserData::of_text("hi".into());
    let absolute = Validity::Absolute(Timestamp([0x42, 0x60, 0x10, 0x01, 0x00, 0x00, 0x80]));
    sent(
        "0019000B918100551512F2000042601001000080 02E834".replace(' ', "").as_str(),
        Submit { validity: absolute, ..submit(Coding::Gsm7, text) },
    );
    let validity = Validity::Enhanced(EnhancedValidity::new(EnhancedPeriod::Seconds(90), false));
    sent("0009000B918100551512F20000025A000000000002E834", Submit { validity, ..submit(Coding::Gsm7, text) });
}

#[test]
fn addresses() {
    let written = |address| {
        let mut buffer = [0; 64];
        let submit = Tpdu::Submit(Submit { destination_address: address, ..Submit::default() });
        submit.write(&mut buffer).map(|octets| octets[2..octets.len() - 3].to_vec())
    };
    assert_eq!(written(Address::number("*100#")).unwrap(), bytes("0581 1A00FB".replace(' ', "").as_str()));
    assert_eq!(written(Address::digits_of(TypeOfAddress(0xc9), "2ab")).unwrap(), bytes("03C9C2FD"));
    assert_eq!(written(Address::name("InternetSMS")).unwrap(), bytes("14D04937BD2C7797E9D3E614"));
    for refused in [Address::number("12 34"), Address::number("+123456789012345678901"), Address::name("twelve chars")]
    {
        assert!(written(refused).is_err(), "{refused}");
    }
    assert!(written(Address::name("Грошi")).is_err());
}

/// Groups of the coding scheme, by the table of the specification.
#[test]
fn data_codings() {
    let coding = |dcs| (DataCoding(dcs).coding(), DataCoding(dcs).class(), DataCoding(dcs).is_compressed());
    assert_eq!(coding(0x00), (Coding::Gsm7, None, false));
    assert_eq!(coding(0x11), (Coding::Gsm7, Some(1), false));
    assert_eq!(coding(0x08), (Coding::Ucs2, None, false));
    assert_eq!(coding(0x0c), (Coding::Gsm7, None, false));
    assert_eq!(coding(0x28), (Coding::Ucs2, None, true));
    assert_eq!(coding(0x56), (Coding::Octets, Some(2), false));
    assert_eq!(coding(0x84), (Coding::Gsm7, None, false));
    assert_eq!(coding(0xe8), (Coding::Ucs2, None, false));
    assert_eq!(coding(0xf2), (Coding::Gsm7, Some(2), false));
    assert_eq!(coding(0xf7), (Coding::Octets, Some(3), false));
    assert!(DataCoding(0x40).deletes_itself() && !DataCoding(0x08).deletes_itself());
    let waiting = DataCoding(0xc8).message_waiting().unwrap();
    assert_eq!((waiting.store, waiting.active, waiting.kind), (false, true, 0));
    let waiting = DataCoding(0xe2).message_waiting().unwrap();
    assert_eq!((waiting.store, waiting.active, waiting.kind), (true, false, 2));
    assert_eq!(DataCoding(0xf0).message_waiting(), None);
}

/// A header that does not fit is ignored as a whole; nonsense numbers are no concatenation; the last of two counts.
#[test]
fn broken_headers() {
    let header = UserDataHeader::parse(&[0x00, 0x03, 7, 2, 1, 0x24, 0x02, 1]);
    assert_eq!(header.elements().count(), 1);
    assert_eq!(header.concatenation(), None);
    let error = header.check().unwrap_err();
    assert_eq!((error.kind, error.offset), (DecodeErrorKind::OutOfBounds, 6));
    for nonsense in [[7, 2, 0], [7, 2, 3], [7, 0, 0]] {
        let octets = [0x00, 0x03, nonsense[0], nonsense[1], nonsense[2]];
        let header = UserDataHeader::parse(&octets);
        assert!(header.check().is_ok() && header.concatenation().is_none());
        assert_eq!(header.elements().count(), 1);
    }
    let twice = UserDataHeader::parse(&[0x00, 0x03, 7, 2, 1, 0x00, 0x03, 8, 2, 2]);
    assert_eq!(twice.concatenation().unwrap().reference, Reference::Narrow(8));
    // A concatenation of the wrong length is an unknown element, and kept.
    let short = UserDataHeader::parse(&[0x00, 0x02, 7, 2]);
    assert_eq!(short.elements().next(), Some(Element::Other { id: 0, data: &[7, 2] }));
}
