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
use wwan::procedure::qmi::card::{Command, OpenChannel, Transmit};
use wwan::procedure::qmi::{ListTexts, Outcome, Procedure, SendText, Step, Stop, Ussd, UssdMessage};
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
    assert_eq!((transmit.response_len(), transmit.words().to_string().as_str()), (5, "9000"));
    assert_eq!(response[..5], [1, 2, 3, 4, 5]);
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
