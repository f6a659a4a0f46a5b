//! Messages put together from their parts, in whatever order they come.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]
#![cfg(feature = "sms")]

use at_wire::sms::{Address, Deliver, Pdu, Reference, Split, Status, StatusReport, Submit, Timestamp, Tpdu};
use wwan::sms::{Inbox, Part, Received};
use wwan::time::{Instant, Millis};

const DAY: Millis = Millis::from_secs(86_400);

fn written(tpdu: Tpdu<'_>) -> Vec<u8> {
    let mut buffer = [0; Pdu::MAX_LEN];
    Pdu::of(tpdu).write(&mut buffer).unwrap().to_vec()
}

/// The PDUs that a long text arrives in.
fn delivered(sender: &str, text: &str, reference: Reference) -> Vec<Vec<u8>> {
    let split = Split::new(text, reference).unwrap();
    let address = if sender.starts_with('+') { Address::number(sender) } else { Address::name(sender) };
    let deliver = |part: at_wire::sms::Part<'_>| {
        written(Tpdu::Deliver(Deliver {
            originating_address: address,
            data_coding: split.data_coding(),
            user_data: part.user_data,
            ..Deliver::default()
        }))
    };
    split.iter().map(deliver).collect()
}

fn long(seed: char) -> String {
    (0..400).map(|n: u32| if n.is_multiple_of(7) { seed } else { char::from(b'a' + (n % 26) as u8) }).collect()
}

fn text(received: &Received<'_>) -> Option<String> {
    match received {
        Received::Whole(message) => Some(message.chars().collect()),
        _ => None,
    }
}

#[test]
fn a_captured_message_of_one_part_passes_through() {
    // From 3GPP examples that are all over the world: hello from +27838890001.
    let pdu = [
        0x07, 0x91, 0x72, 0x83, 0x01, 0x00, 0x10, 0xf5, 0x04, 0x0b, 0xc8, 0x72, 0x38, 0x88, 0x09, 0x00, 0xf1, 0x00,
        0x00, 0x99, 0x30, 0x92, 0x51, 0x61, 0x95, 0x80, 0x0a, 0xe8, 0x32, 0x9b, 0xfd, 0x46, 0x97, 0xd9, 0xec, 0x37,
    ];
    let mut inbox = Inbox::new(&mut [], DAY);
    let Received::Whole(message) = inbox.take(Instant(0), &pdu, 3).unwrap() else { panic!() };
    assert_eq!(message.chars().collect::<String>(), "hellohello");
    assert!(message.address().unwrap().digits().eq("27838890001".chars()));
    let time = message.timestamp().and_then(|time| time.date_time()).unwrap();
    assert_eq!((time.year, time.month, time.day, time.hour), (99, 3, 29, 15));
    assert_eq!((message.total(), message.class(), message.is_outgoing()), (1, None, false));
    assert_eq!(message.indexes().collect::<Vec<_>>(), [3]);
    let mut buffer = [0; 32];
    assert_eq!(message.to_utf8(&mut buffer), Some("hellohello"));
    assert_eq!(message.to_utf8(&mut buffer[..9]), None);
    assert_eq!(inbox.counters().whole, 1);
}

#[test]
fn parts_in_any_order_become_one_message_with_the_indexes_of_all() {
    let whole = long('Ü');
    let pdus = delivered("+491701234567", &whole, Reference::Narrow(9));
    assert_eq!(pdus.len(), 3);
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]] {
        let mut parts = [Part::FREE; 3];
        let mut inbox = Inbox::new(&mut parts, DAY);
        for (n, &which) in order.iter().enumerate() {
            let received = inbox.take(Instant(n as u64), &pdus[which], 10 + which as u32).unwrap();
            if n < 2 {
                let Received::Part(message) = received else { panic!("{received:?}") };
                let missing: Vec<_> = order[n + 1..].iter().map(|which| *which as u8 + 1).collect();
                let mut told: Vec<_> = message.missing().collect();
                told.sort_unstable_by_key(|sequence| missing.iter().position(|m| m == sequence));
                assert_eq!(told, missing);
            } else {
                assert_eq!(text(&received).as_deref(), Some(&*whole));
                let Received::Whole(message) = received else { panic!() };
                assert_eq!(message.indexes().collect::<Vec<_>>(), [10, 11, 12]);
            }
        }
        assert_eq!(inbox.poll_at(), Instant::FAR, "nothing waits any more");
        // There is room for the next one.
        assert!(matches!(inbox.take(Instant(9), &pdus[0], 1), Ok(Received::Part(_))));
    }
}

#[test]
fn senders_numbers_totals_and_directions_are_told_apart() {
    let (a, b) = (long('a'), long('b'));
    let narrow = delivered("+491", &a, Reference::Narrow(9));
    let others = [
        delivered("+492", &b, Reference::Narrow(9)),
        delivered("+491", &b, Reference::Narrow(10)),
        delivered("+491", &b, Reference::Wide(9)),
        delivered("+491", &b[..200], Reference::Narrow(9)),
        delivered("Bank", &b, Reference::Narrow(9)),
    ];
    let submit = Split::new(&b, Reference::Narrow(9)).unwrap();
    let submit = submit.iter().map(|part| {
        let destination_address = Address::number("+491");
        written(Tpdu::Submit(Submit { destination_address, user_data: part.user_data, ..Submit::default() }))
    });
    let submit: Vec<_> = submit.collect();
    for other in others.iter().chain([&submit]) {
        let mut parts = [Part::FREE; 8];
        let mut inbox = Inbox::new(&mut parts, DAY);
        let mut texts = Vec::new();
        for n in 0..3 {
            for pdus in [&narrow, other] {
                if let Some(pdu) = pdus.get(n) {
                    texts.extend(text(&inbox.take(Instant(0), pdu, 0).unwrap()));
                }
            }
        }
        assert_eq!(texts.len(), 2);
        assert!(texts.contains(&a));
        assert_eq!(inbox.counters().duplicates, 0);
    }
}

#[test]
fn duplicates_are_counted_and_another_message_with_the_same_number_replaces_the_old_one() {
    let (old, new) = (long('o'), long('n'));
    let old = delivered("+491", &old, Reference::Narrow(9));
    let news = delivered("+491", &new, Reference::Narrow(9));
    let mut parts = [Part::FREE; 8];
    let mut inbox = Inbox::new(&mut parts, DAY);
    inbox.take(Instant(0), &old[0], 1).unwrap();
    assert!(matches!(inbox.take(Instant(0), &old[0], 1), Ok(Received::Duplicate(_))));
    inbox.take(Instant(0), &old[1], 2).unwrap();
    for (n, pdu) in news.iter().enumerate() {
        let received = inbox.take(Instant(0), pdu, 0).unwrap();
        assert_eq!(text(&received).is_some(), n == 2);
        if n == 2 {
            assert_eq!(text(&received), Some(new.clone()));
        }
    }
    let counters = inbox.counters();
    assert_eq!((counters.duplicates, counters.replaced, counters.whole), (1, 1, 1));
}

#[test]
fn without_room_a_part_stays_in_the_modem() {
    let a = delivered("+491", &long('a'), Reference::Narrow(1));
    let b = delivered("+492", &long('b'), Reference::Narrow(2));
    let mut parts = [Part::FREE; 3];
    let mut inbox = Inbox::new(&mut parts, DAY);
    inbox.take(Instant(0), &a[0], 0).unwrap();
    inbox.take(Instant(0), &a[1], 0).unwrap();
    inbox.take(Instant(0), &b[0], 0).unwrap();
    assert!(matches!(inbox.take(Instant(0), &b[1], 0), Ok(Received::Full)));
    assert!(matches!(inbox.take(Instant(0), &a[2], 0), Ok(Received::Full)));
    assert_eq!(inbox.counters().overflows, 2);
    // What there is can be asked for.
    let waiting: Vec<_> = inbox.incomplete().map(|m| (m.total(), m.missing().collect::<Vec<_>>())).collect();
    assert_eq!(waiting, [(3, vec![3]), (3, vec![2, 3])]);
    // A message of one part needs no room.
    let short = delivered("+493", "short", Reference::Narrow(0));
    assert_eq!(text(&inbox.take(Instant(0), &short[0], 0).unwrap()).as_deref(), Some("short"));
}

#[test]
fn what_has_waited_too_long_is_handed_out_with_its_gaps_and_makes_room() {
    let whole = long('x');
    let pdus = delivered("+491", &whole, Reference::Narrow(1));
    let mut parts = [Part::FREE; 2];
    let mut inbox = Inbox::new(&mut parts, Millis(1_000));
    inbox.take(Instant(5), &pdus[2], 7).unwrap();
    inbox.take(Instant(600), &pdus[0], 8).unwrap();
    assert_eq!(inbox.poll_at(), Instant(1_005));
    assert!(inbox.expire(Instant(1_004)).is_none());
    let message = inbox.expire(Instant(1_005)).unwrap();
    assert!(!message.is_whole());
    assert_eq!(message.missing().collect::<Vec<_>>(), [2]);
    assert_eq!(message.indexes().collect::<Vec<_>>(), [8, 7]);
    let left: String = message.chars().collect();
    assert!(whole.starts_with(&left[..100]) && whole.ends_with(&left[left.len() - 50..]));
    assert!(inbox.expire(Instant(9_999)).is_none());
    assert_eq!((inbox.counters().expired, inbox.poll_at()), (1, Instant::FAR));
    inbox.take(Instant(9_999), &pdus[0], 8).unwrap();
    inbox.take(Instant(9_999), &pdus[1], 8).unwrap();
}

#[test]
fn reports_and_garbage_are_what_they_are() {
    let mut inbox = Inbox::new(&mut [], DAY);
    let report = StatusReport {
        message_reference: 77,
        recipient_address: Address::number("+491"),
        service_centre_timestamp: Timestamp::default(),
        discharge_time: Timestamp::default(),
        status: Status::RECEIVED,
        ..StatusReport::default()
    };
    let pdu = written(Tpdu::StatusReport(report));
    let Received::Report(told) = inbox.take(Instant(0), &pdu, 0).unwrap() else { panic!() };
    assert_eq!((told.message_reference, told.status.is_done()), (77, true));
    assert!(inbox.take(Instant(0), &[0x07, 0x91], 0).is_err());
    assert_eq!(inbox.counters().unreadable, 1);
    // Every truncation, and whatever follows: no panic, and the room is bounded.
    let pdus = delivered("+491", &long('x'), Reference::Narrow(1));
    let mut parts = [Part::FREE; 2];
    let mut inbox = Inbox::new(&mut parts, DAY);
    for pdu in &pdus {
        for len in 0..pdu.len() {
            let _ = inbox.take(Instant(0), &pdu[..len], 0);
        }
        let mut long = pdu.clone();
        long.resize(300, 0);
        let _ = inbox.take(Instant(0), &long, 0);
    }
    assert!(inbox.incomplete().count() <= 2);
}

#[test]
fn data_is_handed_out_as_octets_and_debug_output_tells_nothing_personal() {
    let deliver = Deliver {
        originating_address: Address::number("+491701234567"),
        data_coding: at_wire::sms::DataCoding(0x04),
        user_data: at_wire::sms::UserData::of_octets(&[1, 2, 3]),
        ..Deliver::default()
    };
    let pdu = written(Tpdu::Deliver(deliver));
    let mut inbox = Inbox::new(&mut [], DAY);
    let Received::Whole(message) = inbox.take(Instant(0), &pdu, 0).unwrap() else { panic!() };
    assert_eq!((message.data().collect::<Vec<_>>(), message.chars().count()), (vec![&[1, 2, 3][..]], 0));
    let debug = format!("{message:?}");
    assert!(!debug.contains("170") && !debug.contains("[1, 2, 3]"), "{debug}");
}
