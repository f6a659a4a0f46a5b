//! An MBIM host: short messages and dialogues with the network.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]
#![cfg(all(feature = "mbim", feature = "sms"))]

mod host_common;

use at_wire::sms::{Address, Deliver, Direction, Pdu, Reference, Split, Tpdu};
use host_common::{bytes, client, hex};
use mbim_wire::Status;
use mbim_wire::bytes::Bytes;
use mbim_wire::field::When;
use mbim_wire::list::RefList;
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::sms;
use mbim_wire::service::ussd;
use wwan::client::mbim::Error;
use wwan::procedure::mbim::{SendText, SmsIndication, StoreItem, Ussd, UssdMessage, cdma_text, sort_in};
use wwan::sms::{Inbox, Part, Received, Stored, TextMessage};
use wwan::time::{Instant, Millis};

const DAY: Millis = Millis::from_secs(86_400);

fn accepted(message_reference: u32) -> Vec<u8> {
    bytes(&sms::SendInfo { message_reference })
}

/// The PDU in the parameters of a SEND: its offset counts from the record, which stands at 4.
fn pdu(params: &[u8]) -> &[u8] {
    assert_eq!(params[..8], [0, 0, 0, 0, 8, 0, 0, 0], "format and offset");
    let size = params[8] as usize;
    &params[12..12 + size]
}

fn submitted(params: &[u8]) -> at_wire::sms::Submit<'_> {
    match Pdu::parse(pdu(params), Direction::ToServiceCentre).unwrap().tpdu {
        Tpdu::Submit(submit) => submit,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_short_text_is_one_part_with_the_bytes_that_everybody_knows() {
    let mut client = client();
    // The service centre of the modem, SUBMIT, reference 0, +46708251358, "hellohello".
    let expected = hex("00 01 00 0b 91 6407281553f8 00 00 0a e8329bfd4697d9ec37");
    client.channel().set::<sms::Send>(accepted(42));
    let mut references = [0; 2];
    let message = TextMessage { number: "+46708251358", text: "hellohello", ..Default::default() };
    assert_eq!(client.send_text(message, &mut references), Ok(1));
    assert_eq!(references, [42, 0]);
    assert_eq!(pdu(&client.channel().params[0]), expected);
    client.channel().finish();
}

#[test]
fn a_long_text_is_sent_part_by_part_with_one_reference() {
    let text = "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. ".repeat(5);
    let mut client = client();
    client.channel().set::<sms::Send>(accepted(1));
    // Accepted, with a word that more is expected.
    client.channel().expect::<sms::Send>(CommandType::SET, Status::SMS_MORE_DATA, accepted(2));
    client.channel().set::<sms::Send>(vec![]);
    let mut references = [99; 3];
    let message = TextMessage {
        number: "+491701234567",
        text: &text,
        reference: 7,
        status_report: true,
        flash: true,
        ..Default::default()
    };
    assert_eq!(client.send_text(message, &mut references), Ok(3));
    assert_eq!(references, [1, 2, 0], "the last one was accepted without a number");
    let params = client.channel().params.clone();
    let mut whole = String::new();
    for (n, params) in params.iter().enumerate() {
        let submit = submitted(params);
        let part = submit.user_data.header().concatenation().unwrap();
        assert_eq!((part.reference, part.total, part.sequence), (Reference::Narrow(7), 3, n as u8 + 1));
        assert!(submit.status_report);
        assert_eq!(submit.data_coding.class(), Some(0));
        whole.extend(submit.user_data.text().unwrap().chars());
    }
    assert_eq!(whole, text);
    client.channel().finish();
}

#[test]
fn a_busy_modem_gets_the_part_again_and_a_failure_goes_on_where_it_was() {
    let text = "x".repeat(300);
    let mut client = client();
    client.channel().set::<sms::Send>(accepted(1));
    // What is indicated meanwhile does not cut the wait short.
    client.channel().set::<sms::Send>(vec![]).but(Status::BUSY).later::<sms::MessageStoreStatus>(300, &[0; 8]);
    client.channel().set::<sms::Send>(vec![]).but(Status::BUSY);
    client.channel().set::<sms::Send>(vec![]).but(Status::SMS_NETWORK_TIMEOUT);
    let mut references = [0; 2];
    let message = TextMessage { number: "1", text: &text, ..Default::default() };
    let mut sending = SendText::new(message, &mut references).unwrap();
    let error = client.follow(&mut sending).unwrap_err();
    assert_eq!(error.refusal().unwrap().status, Status::SMS_NETWORK_TIMEOUT);
    assert_eq!((sending.parts(), sending.sent()), (2, 1));
    let times = client.channel().times.clone();
    assert_eq!((times[2] - times[1], times[3] - times[2]), (2_000, 2_000));
    client.channel().set::<sms::Send>(accepted(2));
    client.follow(&mut sending).unwrap();
    assert_eq!(sending.sent(), 2);
    assert_eq!(references, [1, 2]);
    let params = client.channel().params.clone();
    let sequence = |n: usize| submitted(&params[n]).user_data.header().concatenation().unwrap().sequence;
    assert_eq!([0, 1, 2, 3, 4].map(sequence), [1, 2, 2, 2, 2]);
    client.channel().finish();
}

#[test]
fn a_text_that_cannot_be_sent_is_an_error_before_anything_is() {
    let mut client = client();
    let text = "x".repeat(40_000);
    let message = TextMessage { number: "1", text: &text, ..Default::default() };
    assert!(matches!(client.send_text(message, &mut []), Err(Error::Text(_))));
    for number in ["not a number", "", "+"] {
        let message = TextMessage { number, text: "x", ..Default::default() };
        assert!(matches!(client.send_text(message, &mut []), Err(Error::Text(_))), "{number:?}");
    }
    client.channel().finish();
}

fn delivered(sender: &str, text: &str) -> Vec<Vec<u8>> {
    let split = Split::new(text, Reference::Narrow(3)).unwrap();
    let deliver = |part: at_wire::sms::Part<'_>| {
        let mut buffer = [0; Pdu::MAX_LEN];
        let deliver = Deliver {
            originating_address: Address::number(sender),
            data_coding: split.data_coding(),
            user_data: part.user_data,
            ..Deliver::default()
        };
        Pdu::of(Tpdu::Deliver(deliver)).write(&mut buffer).unwrap().to_vec()
    };
    split.iter().map(deliver).collect()
}

/// The answer with these PDUs at these indexes.
fn store(pdus: &[(u32, &[u8])]) -> Vec<u8> {
    let records: Vec<_> = pdus
        .iter()
        .map(|(message_index, pdu)| sms::SmsPduReadRecord {
            message_index: *message_index,
            message_status: sms::SmsStatus::NEW,
            pdu_data: Bytes(pdu),
        })
        .collect();
    let list = RefList::new(&records);
    bytes(&sms::ReadInfo { pdu_messages: list.into(), cdma_messages: When(None), ..Default::default() })
}

#[test]
fn new_messages_are_read_and_put_together_over_several_reads() {
    let text = "y".repeat(200);
    let long = delivered("+491", &text);
    let short = delivered("+492", "short");
    let mut client = client();
    let mut parts = [Part::FREE; 4];
    let mut inbox = Inbox::new(&mut parts, DAY);
    let mut texts = Vec::new();
    let mut indexes = Vec::new();
    let reads: [&[(u32, &[u8])]; 2] = [&[(1, &long[1]), (2, &short[0])], &[(3, &long[0])]];
    for records in reads {
        client.channel().query::<sms::Read>(store(records)).with(hex("00000000 02000000 00000000"));
        let more = client
            .receive_texts(Stored::New, &mut inbox, &mut |item| {
                let StoreItem::Pdu { status, received, .. } = item else { panic!("{item:?}") };
                assert_eq!(status, sms::SmsStatus::NEW);
                if let Received::Whole(message) = received {
                    texts.push(message.chars().collect::<String>());
                    indexes.push(message.indexes().collect::<Vec<_>>());
                }
            })
            .unwrap();
        assert!(!more);
    }
    assert_eq!((texts, indexes), (vec!["short".to_owned(), text], vec![vec![2], vec![3, 1]]));
    // What was kept is deleted part by part.
    client.channel().set::<sms::Delete>(vec![]).with(hex("01000000 03000000"));
    client.delete_texts(Stored::At(3)).unwrap();
    client.channel().set::<sms::Delete>(vec![]).with(hex("00000000 00000000"));
    client.delete_texts(Stored::All).unwrap();
    client.channel().finish();
}

#[test]
fn an_answer_of_another_implementation_with_pdus_that_are_none() {
    // Laid out as in a test of another implementation: two records of 16 bytes, which are no messages.
    let body = hex("00000000 02000000 18000000 20000000 38000000 24000000
        06000000 03000000 10000000 10000000 0102030405060708090a0b0c0d0e0f00
        07000000 03000000 10000000 10000000 ff0102030405060708090a0b0c0d0e0f 00000000");
    let mut client = client();
    client.channel().expect::<sms::Read>(CommandType::QUERY, Status::SMS_MORE_DATA, body);
    let mut inbox = Inbox::new(&mut [], DAY);
    let mut seen = Vec::new();
    let more = client
        .receive_texts(Stored::All, &mut inbox, &mut |item| {
            seen.push(match item {
                StoreItem::Unreadable { index, .. } => index,
                other => panic!("{other:?}"),
            });
        })
        .unwrap();
    assert!(more);
    assert_eq!(seen, [6, 7], "one does not keep the other back");
    assert_eq!(inbox.counters().unreadable, 2);
    client.channel().finish();
}

#[test]
fn a_cdma_modem_is_asked_for_its_own_format() {
    let record = |encoding, encoded_message: &'static [u8], characters| sms::SmsCdmaReadRecord {
        encoding,
        encoded_message: Bytes(encoded_message),
        encoded_message_size_in_characters: characters,
        ..Default::default()
    };
    let records = [
        // "Hi!" in seven bits each, the highest first.
        record(sms::SmsCdmaEncoding::_7BIT_ASCII, &[0b1001_0001, 0b1010_0101, 0b0000_1000], 3),
        record(sms::SmsCdmaEncoding::UNICODE, &[0x00, 0x48, 0x20, 0xac, 0xd8, 0x00], 0),
        record(sms::SmsCdmaEncoding::KOREAN, &[0xb0, 0xa1], u32::MAX),
        record(sms::SmsCdmaEncoding::LATIN, &[0xe4, 0x21], u32::MAX),
    ];
    let body = bytes(&sms::ReadInfo {
        format: sms::SmsFormat::CDMA,
        pdu_messages: When(None),
        cdma_messages: RefList::new(&records).into(),
        ..Default::default()
    });
    let mut client = client();
    client.channel().query::<sms::Read>(vec![]).but(Status::SMS_FORMAT_NOT_SUPPORTED);
    client.channel().query::<sms::Read>(body).with(hex("01000000 01000000 05000000"));
    let mut texts = Vec::new();
    let mut inbox = Inbox::new(&mut [], DAY);
    client
        .receive_texts(Stored::At(5), &mut inbox, &mut |item| {
            let StoreItem::Cdma(record) = item else { panic!() };
            texts.push(cdma_text(&record).map(|text| text.collect::<String>()));
        })
        .unwrap();
    let expected = [Some("Hi!"), Some("H\u{20ac}\u{fffd}"), None, Some("ä!")];
    assert_eq!(texts, expected.map(|text| text.map(str::to_owned)));
    client.channel().finish();
}

#[test]
fn new_and_flash_messages_are_indicated() {
    let mut client = client();
    let status = |flag, message_index| bytes(&sms::MessageStoreStatusInfo { flag, message_index });
    let (new, full) = (sms::SmsStatusFlag::NEW_MESSAGE, sms::SmsStatusFlag::MESSAGE_STORE_FULL);
    let flash = delivered("+491", "look!");
    let nothing = sms::SmsStatusFlag::empty();
    client
        .channel()
        .later::<sms::MessageStoreStatus>(10, &status(new, 4))
        .later::<sms::MessageStoreStatus>(20, &status(full, 0))
        .later::<sms::MessageStoreStatus>(30, &status(full | new, 5))
        .later::<sms::MessageStoreStatus>(40, &status(nothing, 0))
        .later::<sms::Read>(50, &store(&[(0, &flash[0])]))
        .later::<bc::RadioState>(60, &[0; 8])
        .later::<sms::MessageStoreStatus>(70, &[1, 0]);
    let mut told = Vec::new();
    let mut inbox = Inbox::new(&mut [], DAY);
    while let Some(indication) = client.next_indication(Instant(1_000)).unwrap() {
        told.push(match SmsIndication::read(&indication) {
            Ok(Some(SmsIndication::New(index))) => format!("new {index}"),
            Ok(Some(SmsIndication::Full(index))) => format!("full {index:?}"),
            Ok(Some(SmsIndication::Flash(info))) => {
                let mut text = String::new();
                sort_in(Instant(0), &info, &mut inbox, &mut |item| {
                    let StoreItem::Pdu { received: Received::Whole(message), .. } = item else { panic!() };
                    text.extend(message.chars());
                })
                .unwrap();
                text
            }
            Ok(other) => format!("{other:?}"),
            Err(error) => error.to_string(),
        });
    }
    let error = "field at offset 0: runs past the end";
    assert_eq!(told, ["new 4", "full None", "full Some(5)", "None", "look!", "None", error]);
}

#[test]
fn a_dialogue_is_begun_answered_and_ended() {
    let mut client = client();
    let says = |response, session_state, data_coding_scheme, payload: &[u8]| {
        bytes(&ussd::UssdInfo { response, session_state, data_coding_scheme, payload: Bytes(payload) })
    };
    let (ask, done) = (ussd::UssdResponse::ACTION_REQUIRED, ussd::UssdResponse::NO_ACTION_REQUIRED);
    let (new, existing) = (ussd::UssdSessionState::NEW_SESSION, ussd::UssdSessionState::EXISTING_SESSION);

    // "*100#" packed, 0x0f; the network answers in UCS-2.
    let first = says(ask, new, 0x48, &[0x00, 0x50, 0x00, 0x49, 0x00, 0x4e, 0x00, 0x3f]);
    client.channel().set::<ussd::Ussd>(first).with(hex("00000000 0f000000 10000000 05000000 aa180c3602 000000"));
    let message = client.ussd(Ussd::initiate("*100#").unwrap()).unwrap();
    assert_eq!((message.goes_on(), message.session_state), (true, new));
    assert_eq!(message.text().unwrap(), "PIN?");

    // A text that the default alphabet does not have goes as UCS-2.
    client
        .channel()
        .set::<ussd::Ussd>(says(done, existing, 0x0f, &hex("d4f29c0e")))
        .with(hex("01000000 48000000 10000000 02000000 0416 0000"));
    let message = client.ussd(Ussd::reply("Ж").unwrap()).unwrap();
    assert!(!message.goes_on());
    assert_eq!(message.text().unwrap(), "Test");
    let debug = format!("{message:?}");
    assert!(!debug.contains("Test") && !debug.contains("212"), "{debug}");

    client.channel().set::<ussd::Ussd>(says(ussd::UssdResponse::TERMINATED_BY_NETWORK, existing, 0, &[]));
    let ended = client.ussd(Ussd::cancel()).unwrap();
    assert_eq!((ended.goes_on(), ended.response), (false, ussd::UssdResponse::TERMINATED_BY_NETWORK));
    assert_eq!(client.channel().params[2][..4], [2, 0, 0, 0]);

    // The network begins by itself.
    client.channel().later::<ussd::Ussd>(500, &says(ask, new, 0x0f, &hex("d4f29c0e")));
    let told = client.next_indication(Instant::FAR).unwrap().unwrap();
    let told = UssdMessage::read(told.body).unwrap();
    assert!(told.goes_on());
    assert_eq!(told.text().unwrap(), "Test");
    assert!(Ussd::initiate(&"x".repeat(183)).is_err());
    client.channel().finish();
}

#[test]
fn what_another_implementation_made_of_a_dialogue() {
    let body = hex("05000000 01000000 01000000 14000000 10000000 0102030405060708090a0b0c0d0e0f00");
    let message = UssdMessage::read(&body).unwrap();
    assert_eq!(message.response, ussd::UssdResponse::NETWORK_TIMEOUT);
    assert_eq!(message.session_state, ussd::UssdSessionState::EXISTING_SESSION);
    assert_eq!((message.string.coding.0, message.string.octets.len()), (1, 16));
    // A coding that is no byte is an error.
    let mut wrong = body.clone();
    wrong[9] = 1;
    assert!(UssdMessage::read(&wrong).is_err());
    for len in 0..body.len() {
        assert!(UssdMessage::read(&body[..len]).is_err(), "{len}");
    }
}
