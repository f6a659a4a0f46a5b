//! Control messages: what is fetched when, and that nothing is lost when a future is dropped.

use embedded_io::{Error as _, ErrorKind};
use wwan::channel::MessageChannel;
use wwan::channel::framed::{MbimFraming, QmuxFraming};
use wwan::usb::Encapsulated;
use wwan::usb::encapsulated::{EncapsulatedError, Fetch};

use crate::bench::{Bench, BusError, Control, In, polls, run};

/// RESPONSE_AVAILABLE of interface 3 (CDC 1.2 §6.3).
const AVAILABLE: [u8; 8] = [0xa1, 0x01, 0, 0, 3, 0, 0, 0];
/// NETWORK_CONNECTION: connected.
const CONNECTED: [u8; 8] = [0xa1, 0x00, 1, 0, 3, 0, 0, 0];
/// CONNECTION_SPEED_CHANGE: 100 Mbit/s down, 50 Mbit/s up.
const SPEED: [u8; 16] = [0xa1, 0x2a, 0, 0, 3, 0, 8, 0, 0x00, 0xe1, 0xf5, 0x05, 0x80, 0xf0, 0xfa, 0x02];

fn channel(bench: &Bench, fetch: Fetch, packet: u16) -> Encapsulated<Control<'_>, In<'_>> {
    Encapsulated::new(Control::new(bench), In(bench), 3, 64, packet, MbimFraming::default(), fetch)
}

/// A message of so many bytes that says its length, as MBIM does: CLOSE_DONE.
fn message(number: u8, length: usize) -> Vec<u8> {
    let mut bytes = vec![0x02, 0, 0, 0x80, u8::try_from(length).unwrap(), 0, 0, 0, number, 0, 0, 0];
    bytes.resize(length, number);
    bytes
}

fn notify(bench: &Bench, pieces: &[&[u8]]) {
    bench.pieces.borrow_mut().extend(pieces.iter().map(|piece| Ok(piece.to_vec())));
}

fn respond(bench: &Bench, responses: &[Option<Vec<u8>>]) {
    bench.responses.borrow_mut().extend(responses.iter().cloned());
}

/// What is received until nothing more comes.
fn all(channel: &mut Encapsulated<Control<'_>, In<'_>>) -> Vec<u8> {
    let mut buf = [0; 64];
    let mut received = Vec::new();
    while let Some(result) = polls(500, channel.receive(&mut buf)) {
        received.push(buf[..result.unwrap()][8]);
    }
    received
}

#[test]
fn sends_whole_messages_only() {
    let bench = Bench::default();
    let mut channel = channel(&bench, Fetch::Counted, 64);
    run(channel.send(&[1, 2, 3])).unwrap();
    assert_eq!(bench.taken(), ["out 21 00 0 3 [01, 02, 03]"]);
    let error = run(channel.send(&[0; 65])).unwrap_err();
    assert_eq!((error, error.kind()), (EncapsulatedError::TooLong { needed: 65 }, ErrorKind::OutOfMemory));
    assert_eq!((bench.taken().len(), channel.max_message()), (0, 64));
}

#[test]
fn one_fetch_for_each_notification() {
    let bench = Bench::default();
    let mut channel = channel(&bench, Fetch::Counted, 64);
    assert_eq!((polls(50, channel.receive(&mut [0; 64])), bench.taken().len()), (None, 0), "nothing is asked unasked");
    notify(&bench, &[&AVAILABLE, &AVAILABLE, &AVAILABLE]);
    respond(&bench, &[Some(message(1, 12)), Some(message(2, 16)), Some(message(3, 20)), Some(message(4, 12))]);
    assert_eq!(all(&mut channel), [1, 2, 3]);
    assert_eq!((bench.taken().len(), channel.counters().notifications), (3, 3));
    // No answer in time: perhaps a notification was lost.
    channel.boundary();
    assert_eq!(all(&mut channel), [4]);
    assert_eq!((channel.counters().empty, bench.taken().len()), (1, 2), "until there is nothing");
}

#[test]
fn until_empty_and_once_at_the_beginning() {
    let bench = Bench::default();
    let mut channel = channel(&bench, Fetch::UntilEmpty, 64);
    respond(&bench, &[Some(message(1, 12)), None]);
    assert_eq!(all(&mut channel), [1], "left over from before");
    // One notification for three messages, and one for none.
    notify(&bench, &[&AVAILABLE, &AVAILABLE]);
    respond(&bench, &[Some(message(2, 12)), Some(message(3, 12)), Some(message(4, 12)), Some(vec![])]);
    assert_eq!(all(&mut channel), [2, 3, 4]);
    assert_eq!((channel.counters().stalled, channel.counters().empty), (1, 3));
}

/// Zero bytes and STALL are both "nothing", and use a notification up.
#[test]
fn nothing_to_fetch() {
    let bench = Bench::default();
    let mut channel = channel(&bench, Fetch::Counted, 64);
    notify(&bench, &[&AVAILABLE, &AVAILABLE, &AVAILABLE]);
    respond(&bench, &[Some(vec![]), None, Some(message(5, 12))]);
    assert_eq!(all(&mut channel), [5]);
    assert_eq!((channel.counters().empty, channel.counters().stalled), (2, 1));
}

/// However the pipe cuts notifications, and whatever stands between them.
#[test]
fn notifications_in_pieces() {
    let stream: Vec<u8> = [&CONNECTED[..], &SPEED, &AVAILABLE].concat();
    for packet in [8_usize, 10, 16, 64] {
        let bench = Bench::default();
        let mut channel = channel(&bench, Fetch::Counted, u16::try_from(packet).unwrap());
        notify(&bench, &stream.chunks(packet).collect::<Vec<_>>());
        respond(&bench, &[Some(message(1, 12))]);
        assert_eq!(all(&mut channel), [1], "packets of {packet} bytes");
        let link = channel.link();
        assert_eq!((link.connected, link.downlink, link.uplink), (Some(true), Some(100_000_000), Some(50_000_000)));
        assert_eq!((channel.counters().others, channel.counters().garbage), (2, 0));
    }
    // As Linux expects it of devices with packets of 16 bytes: header and data of a speed come apart.
    let bench = Bench::default();
    let mut channel = channel(&bench, Fetch::Counted, 16);
    notify(&bench, &[&SPEED[..8], &SPEED[8..], &AVAILABLE]);
    respond(&bench, &[Some(message(1, 12))]);
    assert_eq!((all(&mut channel).len(), channel.link().uplink), (1, Some(50_000_000)));
}

#[test]
fn garbage_on_the_interrupt_pipe() {
    let bench = Bench::default();
    let mut channel = channel(&bench, Fetch::Counted, 64);
    let endless = [0xa1, 0x2a, 0, 0, 3, 0, 0xff, 0xff];
    // A half, its end missing; no notification; one that is never whole; an empty packet; one too short for its kind.
    let short = [0xa1, 0x2a, 0, 0, 3, 0, 0, 0];
    notify(
        &bench,
        &[&SPEED[..8], &AVAILABLE, &[0; 8], &endless, &[], &short, &[0xff; 64], &SPEED[..3], &[], &AVAILABLE],
    );
    respond(&bench, &[Some(message(1, 12)), Some(message(2, 12))]);
    assert_eq!(all(&mut channel), [1, 2]);
    assert_eq!(channel.counters().garbage, 6);
    assert_eq!(channel.link(), Default::default());
}

#[test]
fn a_halted_interrupt_pipe() {
    let bench = Bench::default();
    let mut channel = channel(&bench, Fetch::Counted, 64);
    bench.pieces.borrow_mut().extend([Err(BusError::Stall), Err(BusError::Stall), Ok(AVAILABLE.to_vec())]);
    respond(&bench, &[Some(message(1, 12))]);
    assert_eq!((all(&mut channel), channel.counters().halted), (vec![1], 2));
    bench.pieces.borrow_mut().extend((0..100).map(|_| Err(BusError::Stall)));
    assert_eq!(run(channel.receive(&mut [0; 64])), Err(EncapsulatedError::Usb(BusError::Stall)), "not for ever");
}

#[test]
fn a_message_longer_than_the_buffer() {
    let bench = Bench::default();
    let mut channel = channel(&bench, Fetch::Counted, 64);
    notify(&bench, &[&AVAILABLE, &AVAILABLE]);
    respond(&bench, &[Some(message(1, 40)), Some(message(2, 20))]);
    let mut buf = [0; 20];
    assert_eq!(run(channel.receive(&mut buf)), Err(EncapsulatedError::TooLong { needed: 40 }));
    assert_eq!((run(channel.receive(&mut buf)), buf[8]), (Ok(20), 2), "fits to the byte");
    assert_eq!(channel.counters().too_long, 1);
}

#[test]
fn the_device_is_gone() {
    let bench = Bench::default();
    let mut channel = channel(&bench, Fetch::Counted, 64);
    bench.pieces.borrow_mut().push_back(Err(BusError::Gone));
    let error = run(channel.receive(&mut [0; 64])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotConnected);
    // In the middle of a fetch: the message stays due.
    notify(&bench, &[&AVAILABLE]);
    let at = bench.log.borrow().len();
    bench.fault.replace(Some((at, crate::bench::Fault::Fails(BusError::Timeout))));
    assert_eq!(run(channel.receive(&mut [0; 64])), Err(EncapsulatedError::Usb(BusError::Timeout)));
    respond(&bench, &[Some(message(1, 12))]);
    assert_eq!(all(&mut channel), [1]);
}

/// A device that talks without end does not keep the processor: the future gives way.
#[test]
fn a_device_that_says_nothing_without_end() {
    let bench = Bench::default();
    let mut channel = channel(&bench, Fetch::Counted, 64);
    notify(&bench, &[&CONNECTED[..]; 1000]);
    assert_eq!(polls(10, channel.receive(&mut [0; 64])), None);
    assert!(bench.pieces.borrow().len() > 800, "{} left", bench.pieces.borrow().len());
}

/// Messages, notifications and pauses; the future of `receive` is dropped after every number of polls, again and again.
#[test]
fn dropped_at_every_await() {
    for fetch in [Fetch::Counted, Fetch::UntilEmpty] {
        for slowness in 0..4 {
            for every in 1..12 {
                let bench = Bench::default();
                bench.slowness.set(slowness);
                let mut channel = channel(&bench, fetch, 8);
                let expected: Vec<u8> = (1..=20).collect();
                for number in &expected {
                    notify(&bench, &[&AVAILABLE, &SPEED[..8], &SPEED[8..]]);
                    respond(&bench, &[Some(message(*number, 12 + usize::from(*number)))]);
                }
                let mut received = Vec::new();
                let mut buf = [0; 64];
                // At least `slowness` polls go by before a transfer is done; fewer never get anywhere.
                for _ in 0..2000 {
                    if let Some(result) = polls(every.max(slowness + 1), channel.receive(&mut buf)) {
                        received.push(buf[..result.unwrap()][8]);
                    }
                }
                assert_eq!(received, expected, "{fetch:?}, {slowness} pauses, dropped after {every} polls");
                assert_eq!((channel.link().uplink, channel.counters().garbage), (Some(50_000_000), 0));
            }
        }
    }
}

#[test]
fn qmux_frames_say_their_length() {
    let bench = Bench::default();
    let framing = QmuxFraming::default();
    let mut channel = Encapsulated::new(Control::new(&bench), In(&bench), 3, 4096, 64, framing, Fetch::UntilEmpty);
    // CTL sync, of 13 bytes.
    let frame = vec![1, 12, 0, 0x80, 0, 0, 1, 1, 0x27, 0, 1, 0, 0];
    respond(&bench, &[Some(frame.clone()), Some(frame)]);
    assert_eq!(run(channel.receive(&mut [0; 12])), Err(EncapsulatedError::TooLong { needed: 13 }));
    assert_eq!(run(channel.receive(&mut [0; 13])), Ok(13));
}
