//! What QMI procedures of messages, dialogues and cards send and make of what modems answer, byte by byte.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs
)]
#![cfg(all(feature = "qmi", feature = "sms"))]

use qmi_wire::frame::{Framing, Head, Kind, MessageWriter};
use qmi_wire::service::{Service, wms};
use qmi_wire::{ProtocolError, TlvSet};
use wwan::apdu::Command;
use wwan::at_wire::phonebook::Entry;
use wwan::procedure::qmi::card::{OpenChannel, Transmit};
use wwan::procedure::qmi::{
    FindPhonebook, ListTexts, Outcome, Procedure, SendText, ServiceCentre, Step, Stop, Ussd, UssdMessage, WriteEntry,
};
use wwan::session::qmi::MessageId;
use wwan::sms::TextMessage;
use wwan::time::Instant;

/// TLVs of a message.
fn tlvs(service: Service, id: u16, tlvs: &[(u8, &[u8])]) -> TlvSet<'static> {
    let mut bytes = Vec::new();
    for (number, value) in tlvs {
        bytes.push(*number);
        bytes.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
        bytes.extend(*value);
    }
    TlvSet::parse(service, id, bytes.leak()).unwrap()
}

/// The number of the message that a step asks, and its TLVs.
fn asked(step: Step<'_>) -> (u16, Vec<u8>) {
    let Step::Ask(question) = step else { panic!("{step:?}") };
    let mut buffer = [0; 1024];
    let MessageId { service, id, .. } = *question.message;
    let head = Head { framing: Framing::Bare, service, kind: Kind::Request, transaction: 1, id };
    let bytes = question.request.write(MessageWriter::new(&mut buffer, &head)).unwrap();
    (id, bytes[7..].to_vec())
}

const NOW: Instant = Instant(0);

fn card_says(said: &[u8]) -> Outcome<'static> {
    let mut value = u16::try_from(said.len()).unwrap().to_le_bytes().to_vec();
    value.extend(said);
    Outcome::Answer(tlvs(Service::UIM, 0x3b, &[(0x10, &value)]))
}

/// The APDU in a Send APDU to slot 1, channel 2.
fn apdu(step: Step<'_>) -> Vec<u8> {
    let (id, tlvs) = asked(step);
    assert_eq!((id, &tlvs[..4]), (0x3b, &[1, 1, 0, 1][..]));
    let length = usize::from(tlvs[7]) + 256 * usize::from(tlvs[8]);
    let (apdu, channel) = tlvs[9..].split_at(length);
    assert_eq!(channel, [0x10, 1, 0, 2]);
    apdu.to_vec()
}

#[test]
fn what_the_card_holds_ready_is_fetched() {
    let mut response = [0; 8];
    let command = Command::parse(&[0x80, 0xe2, 0x91, 0x00, 0x02, 0xbf, 0x20]).unwrap();
    let mut transmit = Transmit::new(1, 2, command, &mut response);
    assert_eq!(apdu(transmit.step(NOW, Outcome::Begin)), [0x80, 0xe2, 0x91, 0x00, 0x02, 0xbf, 0x20]);
    assert_eq!(apdu(transmit.step(NOW, card_says(&[0x61, 0x03]))), [0x00, 0xc0, 0, 0, 3]);
    assert_eq!(apdu(transmit.step(NOW, card_says(&[1, 2, 3, 0x61, 0x10]))), [0x00, 0xc0, 0, 0, 0x10]);
    assert_eq!(apdu(transmit.step(NOW, card_says(&[0x6c, 0x02]))), [0x00, 0xc0, 0, 0, 2]);
    assert!(matches!(transmit.step(NOW, card_says(&[4, 5, 0x90, 0])), Step::Done));
    assert_eq!((transmit.response(), transmit.words().to_string().as_str()), (&[1, 2, 3, 4, 5][..], "9000"));
}

#[test]
fn long_commands_are_sent_in_chains_and_endless_answers_end() {
    let data = [7; 300];
    let mut response = [0; 8];
    let command = Command { cla: 0x80, ins: 0xe2, data: &data, ..Command::default() };
    let mut transmit = Transmit::new(1, 2, command, &mut response);
    let first = apdu(transmit.step(NOW, Outcome::Begin));
    assert_eq!((&first[..5], first.len()), (&[0x90, 0xe2, 0, 0, 255][..], 260));
    let second = apdu(transmit.step(NOW, card_says(&[0x90, 0])));
    assert_eq!((&second[..5], second.len()), (&[0x80, 0xe2, 0, 0, 45][..], 50));
    // A wrong length repeats what was under way.
    assert_eq!(apdu(transmit.step(NOW, card_says(&[0x6c, 4])))[..5], [0x80, 0xe2, 0, 0, 45]);
    for round in 0.. {
        match transmit.step(NOW, card_says(&[0x61, 1])) {
            Step::Fail(Stop::NotReached) => break,
            step => assert!(matches!(step, Step::Ask(_)) && round < 100, "{step:?}"),
        }
    }
    // More than there is room for, and no status words.
    assert!(matches!(transmit.step(NOW, card_says(&[0; 11])), Step::Fail(Stop::NoRoom { needed: 9 })));
    assert!(matches!(transmit.step(NOW, card_says(&[0x90])), Step::Fail(Stop::NotReached)));
    assert_eq!(Command::parse(&[0, 1, 2]), None);
    assert_eq!(Command::parse(&[0, 1, 2, 3, 2, 9]), None);
}

#[test]
fn older_firmware_opens_channels_with_the_older_message() {
    let mut open = OpenChannel::new(1, &[0xa0, 0x87]);
    let tlvs_sent = vec![1, 1, 0, 1, 0x10, 3, 0, 2, 0xa0, 0x87];
    assert_eq!(asked(open.step(NOW, Outcome::Begin)), (0x42, tlvs_sent.clone()));
    let none = tlvs(Service::UIM, 0x42, &[]);
    let refused = Outcome::Refused(ProtocolError::INVALID_QMI_COMMAND, none);
    assert_eq!(asked(open.step(NOW, refused)), (0x3f, tlvs_sent));
    let answer = tlvs(Service::UIM, 0x3f, &[(0x10, &[2]), (0x11, &[0x90, 0])]);
    assert!(matches!(open.step(NOW, Outcome::Answer(answer)), Step::Done));
    assert_eq!(open.channel(), 2);
    open.step(NOW, Outcome::Begin);
    let why = tlvs(Service::UIM, 0x42, &[(0x11, &[0x6a, 0x82])]);
    let failed = open.step(NOW, Outcome::Refused(ProtocolError::SIM_FILE_NOT_FOUND, why));
    assert!(matches!(failed, Step::Fail(Stop::Refused(_))));
    assert_eq!(open.words().unwrap().to_string(), "6A82");
}

/// A list of messages: index and tag of each.
fn listed(entries: &[(u32, u8)]) -> Outcome<'static> {
    let mut value = u32::try_from(entries.len()).unwrap().to_le_bytes().to_vec();
    for (index, tag) in entries {
        value.extend(index.to_le_bytes());
        value.push(*tag);
    }
    Outcome::Answer(tlvs(Service::WMS, 0x31, &[(0x01, &value)]))
}

#[test]
fn both_storages_are_listed_whatever_kind_of_message_they_hold() {
    let refused = |error| Outcome::Refused(error, tlvs(Service::WMS, 0x31, &[]));
    let mut list = ListTexts::<3>::new();
    assert_eq!(asked(list.step(NOW, Outcome::Begin)), (0x31, vec![1, 1, 0, 0, 0x12, 1, 0, 1]));
    // Firmware that must be told the tag.
    let step = list.step(NOW, refused(ProtocolError::MISSING_ARGUMENT));
    assert_eq!(asked(step).1, [1, 1, 0, 0, 0x12, 1, 0, 1, 0x11, 1, 0, 0]);
    list.step(NOW, listed(&[(5, 0)]));
    list.step(NOW, listed(&[(6, 1)]));
    list.step(NOW, listed(&[]));
    let step = list.step(NOW, listed(&[]));
    assert_eq!(asked(step).1, [1, 1, 0, 1, 0x12, 1, 0, 1], "the modem's own storage");
    let step = list.step(NOW, listed(&[(5, 3)]));
    assert_eq!(asked(step).1, [1, 1, 0, 0, 0x12, 1, 0, 0], "CDMA");
    // It does not care for the kind: these were told before. One more there is no room for.
    list.step(NOW, listed(&[(5, 0), (6, 1), (7, 1)]));
    assert!(matches!(list.step(NOW, refused(ProtocolError::DEVICE_UNSUPPORTED)), Step::Done));
    let found: Vec<_> = list.found().iter().map(|text| (text.storage.0, text.index, text.tag.0)).collect();
    assert_eq!((found, list.lost()), (vec![(0, 5, 0), (0, 6, 1), (1, 5, 3)], 1));
    // A modem that refuses everything is told so.
    let mut list = ListTexts::<3>::new();
    list.step(NOW, Outcome::Begin);
    for _ in 0..3 {
        assert!(matches!(list.step(NOW, refused(ProtocolError::NOT_SUPPORTED)), Step::Ask(_)));
    }
    assert!(matches!(list.step(NOW, refused(ProtocolError::NOT_SUPPORTED)), Step::Fail(Stop::Refused(_))));
}

#[test]
fn a_part_that_was_sent_is_not_sent_again() {
    let text = "a".repeat(200);
    let mut references = [0; 2];
    let message = TextMessage { number: "+15550123", text: &text, ..TextMessage::default() };
    let mut send = SendText::new(message, &mut references).unwrap();
    let (id, first) = asked(send.step(NOW, Outcome::Begin));
    // Format GSM point to point, service centre of the card, a submit with a header.
    assert_eq!((id, first[0], first[3], first[6]), (0x20, 1, 6, 0));
    assert_eq!(first[7] & 0x43, 0x41);
    let sent = |reference: u16| Outcome::Answer(tlvs(Service::WMS, 0x20, &[(1, &reference.to_le_bytes())]));
    let (_, second) = asked(send.step(NOW, sent(7)));
    assert_ne!(first, second);
    let causes = tlvs(Service::WMS, 0x20, &[(0x12, &[21, 0, 0xff]), (0x13, &[0])]);
    let step = send.step(NOW, Outcome::Refused(ProtocolError::WMS_CAUSE_CODE, causes));
    assert!(matches!(step, Step::Fail(Stop::Refused(_))));
    let cause = send.cause();
    assert_eq!(cause.gsm.unwrap().rp_cause, wms::GsmUmtsRpCause::SMS_TRANSFER_REJECTED);
    assert!(cause.to_string().starts_with("RP cause 21 ") && cause.to_string().ends_with(", temporary"), "{cause}");
    assert_eq!((send.sent(), asked(send.step(NOW, Outcome::Begin)).1), (1, second));
    assert!(matches!(send.step(NOW, sent(8)), Step::Done));
    assert_eq!(references, [7, 8]);
}

#[test]
fn dialogues_begin_without_waiting_where_the_modem_cannot_wait() {
    let mut ussd = Ussd::begin("*100#").unwrap();
    assert_eq!(asked(ussd.step(NOW, Outcome::Begin)), (0x03, vec![0x16, 1, 0, 1]));
    let said = vec![1, 7, 0, 1, 5, b'*', b'1', b'0', b'0', b'#'];
    let none = tlvs(Service::VOICE, 0x03, &[]);
    assert_eq!(asked(ussd.step(NOW, Outcome::Answer(none))), (0x3a, said.clone()));
    let refused = Outcome::Refused(ProtocolError::INVALID_QMI_COMMAND, none);
    assert_eq!(asked(ussd.step(NOW, refused)), (0x43, said));
    assert!(matches!(ussd.step(NOW, Outcome::Answer(none)), Step::Done));
    let mut ussd = Ussd::answer("é").unwrap();
    assert_eq!(asked(ussd.step(NOW, Outcome::Begin)), (0x3b, vec![1, 4, 0, 3, 2, 0, 0xe9]));
    let mut ussd = Ussd::cancel();
    assert_eq!(asked(ussd.step(NOW, Outcome::Begin)), (0x3c, vec![]));
    assert!(matches!(ussd.step(NOW, Outcome::Refused(ProtocolError::NO_EFFECT, none)), Step::Done));
    assert!(Ussd::begin(&"1".repeat(161)).is_err() && Ussd::begin("").is_err());
    // UTF-16 goes before bytes.
    let answer = tlvs(Service::VOICE, 0x3a, &[(0x12, &[1, 2, b'x', 0xff]), (0x16, &[1, 0xe9, 0])]);
    let message = UssdMessage::answer(answer).unwrap();
    assert_eq!((message.has_text(), message.chars().collect::<String>()), (true, "é".to_owned()));
    let answer = UssdMessage::answer(tlvs(Service::VOICE, 0x3a, &[(0x12, &[1, 2, b'x', 0xff])])).unwrap();
    assert_eq!(answer.chars().collect::<String>(), "x\u{fffd}");
}

/// What Get File Attributes tells of a file of records.
fn file_of(size: u16, count: u16) -> Outcome<'static> {
    let mut value = Vec::new();
    value.extend((size * 10).to_le_bytes());
    value.extend([0x3a, 0x6f, 1]);
    value.extend(size.to_le_bytes());
    value.extend(count.to_le_bytes());
    value.extend([0; 15]);
    value.extend([0, 0]);
    Outcome::Answer(tlvs(Service::UIM, 0x24, &[(0x11, &value)]))
}

fn read(record: &[u8]) -> Outcome<'static> {
    let mut value = u16::try_from(record.len()).unwrap().to_le_bytes().to_vec();
    value.extend(record);
    Outcome::Answer(tlvs(Service::UIM, 0x21, &[(0x10, &[0x90, 0]), (0x11, &value)]))
}

fn missing(id: u16) -> Outcome<'static> {
    Outcome::Refused(ProtocolError::INTERNAL, tlvs(Service::UIM, id, &[(0x10, &[0x6a, 0x82])]))
}

/// Session of the USIM, and a file.
fn file(path: &[u8], id: [u8; 2]) -> Vec<u8> {
    let length = u8::try_from(path.len()).unwrap();
    [&[1, 2, 0, 0, 0, 2, length + 3, 0], &id[..], &[length], path].concat()
}

#[test]
fn the_phonebook_is_found_at_its_old_place_and_at_its_new_one() {
    let mut find = FindPhonebook::new();
    let telecom = [0, 0x3f, 0x10, 0x7f];
    assert_eq!(asked(find.step(NOW, Outcome::Begin)), (0x24, file(&telecom, [0x3a, 0x6f])));
    assert!(matches!(find.step(NOW, file_of(34, 250)), Step::Done));
    let found = find.found().unwrap();
    assert_eq!((found.len, found.count), (34, 250));
    // Not there: the file that names the others, then the one it names; firmware that leaves out the count.
    find.step(NOW, Outcome::Begin);
    let inside = [0, 0x3f, 0x10, 0x7f, 0x3a, 0x5f];
    let first = [3, 4, 0, 1, 0, 0, 0];
    assert_eq!(asked(find.step(NOW, missing(0x24))), (0x21, [&file(&inside, [0x30, 0x4f])[..], &first].concat()));
    let reference = [0xa8, 8, 0xc3, 2, 0x4f, 9, 0xc0, 3, 0x4f, 0x3a, 0xff, 0xff];
    // Another template in front, and its end is missing: this is none.
    assert_eq!(asked(find.step(NOW, read(&reference))).0, 0x21, "cut short");
    find.step(NOW, Outcome::Begin);
    find.step(NOW, missing(0x24));
    let reference = [&[0xa9, 2, 0xc0, 0][..], &[0xa8, 9, 0xc3, 2, 0x4f, 9, 0xc0, 3, 0x4f, 0x3a, 1, 0xff]].concat();
    assert_eq!(asked(find.step(NOW, read(&reference))), (0x24, file(&inside, [0x3a, 0x4f])));
    assert!(matches!(find.step(NOW, file_of(28, 0)), Step::Done));
    assert_eq!(find.found().unwrap().count, 10);
    // Nowhere: that is an answer.
    find.step(NOW, Outcome::Begin);
    find.step(NOW, missing(0x24));
    let application = [0, 0x3f, 0xff, 0x7f, 0x3a, 0x5f];
    assert_eq!(asked(find.step(NOW, missing(0x21))).1[..16], file(&application, [0x30, 0x4f])[..16]);
    assert!(matches!(find.step(NOW, missing(0x21)), Step::Done));
    assert_eq!(find.found(), None);
    // What is no file of numbers is none.
    find.step(NOW, Outcome::Begin);
    assert_eq!(asked(find.step(NOW, file_of(13, 5))).0, 0x21);
    find.step(NOW, Outcome::Begin);
    let refused = Outcome::Refused(ProtocolError::ACCESS_DENIED, tlvs(Service::UIM, 0x24, &[(0x10, &[0x69, 0x82])]));
    assert!(matches!(find.step(NOW, refused), Step::Fail(Stop::Refused(_))));
}

#[test]
fn entries_are_written_where_a_record_is_free() {
    let mut find = FindPhonebook::new();
    find.step(NOW, Outcome::Begin);
    find.step(NOW, file_of(18, 3));
    let book = find.found().unwrap();
    let telecom = file(&[0, 0x3f, 0x10, 0x7f], [0x3a, 0x6f]);
    let mut write = WriteEntry::new(book, None, &Entry::new("Anna", "123")).unwrap();
    let of = |number: u8| (0x21, [&telecom[..], &[3, 4, 0, number, 0, 18, 0]].concat());
    assert_eq!(asked(write.step(NOW, Outcome::Begin)), of(1));
    assert_eq!(asked(write.step(NOW, read(b"Bob\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"))), of(2));
    // One that cannot be read is not free.
    let broken = [&[0x81, 0x50, 0x08, 0][..], &[0xff; 14]].concat();
    assert_eq!(asked(write.step(NOW, read(&broken))), of(3));
    let number = [3, 0x81, 0x21, 0xf3, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255];
    let record = [&[3, 22, 0, 3, 0, 18, 0][..], b"Anna", &number].concat();
    let written = (0x23, [&telecom[..], &record].concat());
    assert_eq!(asked(write.step(NOW, read(&[0xff; 18]))), written);
    let done = Outcome::Answer(tlvs(Service::UIM, 0x23, &[]));
    assert!(matches!(write.step(NOW, done), Step::Done));
    assert_eq!(write.index(), 3);
    // Full.
    write.step(NOW, Outcome::Begin);
    write.step(NOW, read(&broken));
    write.step(NOW, read(&broken));
    assert!(matches!(write.step(NOW, read(&broken)), Step::Fail(Stop::NoRoom { needed: 4 })));
    // At a place, and away from it.
    let mut write = WriteEntry::new(book, Some(3), &Entry::new("Anna", "123")).unwrap();
    assert_eq!(asked(write.step(NOW, Outcome::Begin)), written);
    let mut erase = WriteEntry::erase(book, 3);
    let record = [&[3, 22, 0, 3, 0, 18, 0][..], &[0xff; 18]].concat();
    assert_eq!(asked(erase.step(NOW, Outcome::Begin)), (0x23, [&telecom[..], &record].concat()));
    assert!(WriteEntry::new(book, None, &Entry::new("Annae", "1")).is_err());
    assert!(WriteEntry::new(book, None, &Entry::new("A", "x")).is_err());
    assert_eq!(format!("{write:?}").find("Anna"), None);
}

#[test]
fn the_service_centre_is_put_among_the_parameters_and_the_others_stay() {
    let mut centre = ServiceCentre::set("+15550199").unwrap();
    let usim = file(&[0, 0x3f, 0xff, 0x7f], [0x42, 0x6f]);
    assert_eq!(asked(centre.step(NOW, Outcome::Begin)), (0x24, usim));
    let sim = file(&[0, 0x3f, 0x10, 0x7f], [0x42, 0x6f]);
    assert_eq!(asked(centre.step(NOW, missing(0x24))), (0x24, sim.clone()));
    assert_eq!(asked(centre.step(NOW, file_of(30, 1))), (0x21, [&sim[..], &[3, 4, 0, 1, 0, 30, 0]].concat()));
    let mut record = [&b"AB\xfa"[..], &[1; 12], &[0xff; 12], &[5, 6, 7]].concat();
    let (id, written) = asked(centre.step(NOW, read(&record)));
    record[2] = 0xf8;
    record[15..21].copy_from_slice(&[5, 0x91, 0x51, 0x55, 0x10, 0x99]);
    assert_eq!((id, written), (0x23, [&sim[..], &[3, 34, 0, 1, 0, 30, 0], &record].concat()));
    assert!(matches!(centre.step(NOW, Outcome::Answer(tlvs(Service::UIM, 0x23, &[]))), Step::Done));
    assert_eq!(centre.number(), "+15550199");
    let mut centre = ServiceCentre::read();
    centre.step(NOW, Outcome::Begin);
    centre.step(NOW, file_of(30, 1));
    assert!(matches!(centre.step(NOW, read(&record)), Step::Done));
    assert_eq!(centre.number(), "+15550199");
    // A record that says nonsense, and one that is too short to write.
    record[15] = 200;
    centre.step(NOW, Outcome::Begin);
    centre.step(NOW, file_of(30, 1));
    assert!(matches!(centre.step(NOW, read(&record)), Step::Done));
    assert_eq!(centre.number(), "");
    let mut centre = ServiceCentre::set("1").unwrap();
    centre.step(NOW, Outcome::Begin);
    centre.step(NOW, file_of(30, 1));
    assert!(matches!(centre.step(NOW, read(&[0xff; 27])), Step::Fail(Stop::NotReached)));
    assert!(ServiceCentre::set("x").is_err() && ServiceCentre::set(&"1".repeat(21)).is_err());
}
