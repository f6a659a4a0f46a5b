//! Transfers over USB/IP, against a device that takes and fills them when the test says so.
#![cfg(feature = "usb")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod common;

use std::collections::{BTreeMap, VecDeque};

use common::usb_host::{
    Replies, Reply, SHORT_NOT_OK, ZERO_PACKET, bulk_in, bulk_out, control_in, control_out, setup, submit, unlink,
};
use virtual_modem::usbip::urbs::{Device, Stalled, URBS, Urbs};
use virtual_modem::usbip::wire::{Command, Exported, HEADER, MAX_TRANSFER, Operation, WireError, refusal, status};
use wwan::device::usb::Speed;
use wwan::mbim_wire::usb::class_request::Setup;
use wwan::time::Instant;

const PACKET: usize = 64;
const NOW: Instant = Instant(0);
/// Request types that the device below stalls.
const STALLED: u8 = 0xc3;

/// Endpoints take transfers while they are open for them, and give what was put there.
#[derive(Default)]
struct Bench {
    open: Vec<u8>,
    taken: Vec<(u8, Vec<u8>)>,
    give: BTreeMap<u8, VecDeque<Vec<u8>>>,
    stalled: Vec<u8>,
    controls: Vec<(Setup, Vec<u8>)>,
}

impl Device for Bench {
    fn control(&mut self, _: Instant, setup: &Setup, out: &[u8], reply: &mut [u8]) -> Result<usize, Stalled> {
        if setup.request_type == STALLED {
            return Err(Stalled);
        }
        self.controls.push((*setup, out.to_vec()));
        // What is asked for decides what an endpoint gives.
        if setup.request == 9 {
            self.give.entry(0x81).or_default().push_back(b"woken".to_vec());
        }
        let answer = b"descriptor";
        let count = answer.len().min(reply.len());
        reply[..count].copy_from_slice(&answer[..count]);
        Ok(count)
    }

    fn transfer_out(&mut self, _: Instant, endpoint: u8, transfer: &[u8]) -> Result<bool, Stalled> {
        if self.stalled.contains(&endpoint) {
            return Err(Stalled);
        }
        if !self.open.contains(&endpoint) {
            return Ok(false);
        }
        self.taken.push((endpoint, transfer.to_vec()));
        Ok(true)
    }

    fn transfer_in(&mut self, _: Instant, endpoint: u8, buf: &mut [u8]) -> Result<Option<usize>, Stalled> {
        if self.stalled.contains(&endpoint) {
            return Err(Stalled);
        }
        let Some(queue) = self.give.get_mut(&endpoint) else { return Ok(None) };
        let Some(mut transfer) = queue.pop_front() else { return Ok(None) };
        let rest = transfer.split_off(transfer.len().min(buf.len()));
        buf[..transfer.len()].copy_from_slice(&transfer);
        if !rest.is_empty() {
            queue.push_front(rest);
        }
        Ok(Some(transfer.len()))
    }

    fn packet_size(&self, _: u8) -> usize {
        PACKET
    }
}

/// A host with a device.
#[derive(Default)]
struct Bus {
    device: Bench,
    urbs: Urbs,
    replies: Replies,
    seen: Vec<String>,
}

impl Bus {
    fn tell(&mut self, frame: &[u8]) {
        self.replies.sent(frame);
        let seen = &mut self.seen;
        self.urbs.receive(frame, &mut |done| seen.push(format!("{done:?}"))).unwrap();
    }

    /// The replies to what was told.
    fn run(&mut self) -> Vec<Reply> {
        let seen = &mut self.seen;
        self.urbs.advance(NOW, &mut self.device, &mut |done| seen.push(format!("{done:?}")));
        self.drain()
    }

    fn drain(&mut self) -> Vec<Reply> {
        self.replies.extend(self.urbs.output());
        self.urbs.sent(usize::MAX);
        let replies = std::iter::from_fn(|| self.replies.next()).collect();
        assert!(self.replies.is_empty(), "half a reply");
        replies
    }

    fn give(&mut self, endpoint: u8, transfer: &[u8]) {
        self.device.give.entry(endpoint).or_default().push_back(transfer.to_vec());
    }
}

fn done(number: u32, data: &[u8]) -> Reply {
    Reply::Submit { number, status: 0, count: data.len() as u32, data: data.to_vec() }
}

fn took(number: u32, count: usize) -> Reply {
    Reply::Submit { number, status: 0, count: count as u32, data: Vec::new() }
}

fn failed(number: u32, status: i32) -> Reply {
    Reply::Submit { number, status, count: 0, data: Vec::new() }
}

#[test]
fn transfers_wait_for_the_device_and_hold_up_none_of_another_endpoint() {
    let mut bus = Bus::default();
    bus.tell(&bulk_in(1, 1, 0, 512));
    bus.tell(&bulk_in(2, 1, 0, 512));
    bus.tell(&bulk_out(3, 2, 0, b"first"));
    bus.tell(&bulk_out(4, 2, 0, b"second"));
    bus.tell(&bulk_in(5, 3, 0, 512));
    bus.tell(&control_in(6, setup(0x80, 6, 0x0100, 0, 18)));
    assert_eq!(bus.run(), [done(6, b"descriptor")]);
    assert_eq!(bus.urbs.under_way(), 5);

    bus.give(0x83, b"third");
    assert_eq!(bus.run(), [done(5, b"third")]);
    bus.give(0x81, b"one");
    bus.give(0x81, b"two");
    bus.device.open.push(2);
    assert_eq!(bus.run(), [done(1, b"one"), done(2, b"two"), took(3, 5), took(4, 6)]);
    assert_eq!(bus.device.taken, [(2, b"first".to_vec()), (2, b"second".to_vec())]);
    assert_eq!(bus.run(), []);
    assert_eq!(bus.urbs.under_way(), 0);
}

#[test]
fn what_a_later_transfer_brings_about_is_seen_by_an_earlier_one_at_once() {
    let mut bus = Bus::default();
    bus.tell(&bulk_in(1, 1, 0, 512));
    bus.tell(&control_out(2, setup(0x00, 9, 1, 0, 0), &[]));
    assert_eq!(bus.run(), [took(2, 0), done(1, b"woken")]);
}

#[test]
fn packets_decide_where_a_transfer_ends() {
    let mut bus = Bus::default();
    // Two full packets show no end; the empty one does.
    bus.tell(&bulk_in(1, 1, 0, 512));
    bus.give(0x81, &[7; 2 * PACKET]);
    assert_eq!(bus.run(), []);
    bus.give(0x81, &[]);
    assert_eq!(bus.run(), [done(1, &[7; 2 * PACKET])]);

    // A transfer that fills the room needs no end; one that is longer goes on in the next.
    bus.tell(&bulk_in(2, 1, 0, 2 * PACKET as u32));
    bus.tell(&bulk_in(3, 1, 0, 2 * PACKET as u32));
    bus.give(0x81, &[8; 3 * PACKET + 1]);
    assert_eq!(bus.run(), [done(2, &[8; 2 * PACKET]), done(3, &[8; PACKET + 1])]);

    // Less than was insisted on is told, and comes all the same.
    bus.tell(&bulk_in(4, 1, SHORT_NOT_OK, 512));
    bus.give(0x81, b"short");
    let short = Reply::Submit { number: 4, status: status::EREMOTEIO, count: 5, data: b"short".to_vec() };
    assert_eq!(bus.run(), [short]);
}

#[test]
fn the_packet_that_ends_a_transfer_to_the_device_is_none_itself() {
    let mut bus = Bus::default();
    bus.device.open.push(2);
    bus.tell(&bulk_out(1, 2, 0, &[1; PACKET]));
    bus.tell(&bulk_out(2, 2, 0, &[]));
    // Ended by the flag, and by its length: what is empty behind these is a transfer.
    bus.tell(&bulk_out(3, 2, ZERO_PACKET, &[2; PACKET]));
    bus.tell(&bulk_out(4, 2, 0, &[]));
    bus.tell(&bulk_out(5, 2, 0, &[3; PACKET + 1]));
    bus.tell(&bulk_out(6, 2, 0, &[]));
    assert_eq!(bus.run(), [took(1, PACKET), took(2, 0), took(3, PACKET), took(4, 0), took(5, PACKET + 1), took(6, 0)]);
    let lengths: Vec<_> = bus.device.taken.iter().map(|(_, transfer)| transfer.len()).collect();
    assert_eq!(lengths, [PACKET, PACKET, 0, PACKET + 1, 0]);
}

#[test]
fn stalls_and_what_is_taken_back_are_told() {
    let mut bus = Bus::default();
    bus.device.stalled = vec![2, 0x81];
    bus.tell(&bulk_out(1, 2, 0, b"x"));
    bus.tell(&bulk_in(2, 1, 0, 8));
    bus.tell(&control_in(3, setup(STALLED, 1, 0, 0, 8)));
    // The set-up packet says another length than there is.
    bus.tell(&submit(4, 0, 0, 0, setup(0x21, 0, 0, 0, 9), 3, b"abc"));
    let stalled: Vec<_> = (1..=4).map(|number| failed(number, status::EPIPE)).collect();
    assert_eq!(bus.run(), stalled);

    bus.device.stalled.clear();
    bus.tell(&bulk_in(10, 1, 0, 512));
    bus.tell(&bulk_in(11, 1, 0, 512));
    bus.tell(&bulk_out(12, 2, 0, b"never"));
    assert_eq!(bus.run(), []);
    bus.tell(&unlink(20, 10));
    bus.tell(&unlink(21, 12));
    bus.tell(&unlink(22, 3));
    assert_eq!(
        bus.drain(),
        [
            Reply::Unlink { number: 20, status: status::ECONNRESET },
            Reply::Unlink { number: 21, status: status::ECONNRESET },
            Reply::Unlink { number: 22, status: 0 },
        ]
    );
    bus.device.open.push(2);
    bus.give(0x81, b"late");
    assert_eq!(bus.run(), [done(11, b"late")]);
    assert_eq!(bus.device.taken, []);

    bus.tell(&bulk_in(30, 1, 0, 512));
    bus.tell(&bulk_in(31, 3, 0, 512));
    let seen = &mut bus.seen;
    bus.urbs.gone(&mut |done| seen.push(format!("{done:?}")));
    assert_eq!(bus.drain(), [failed(30, status::ESHUTDOWN), failed(31, status::ESHUTDOWN)]);
    assert_eq!(bus.seen.len(), 4 + 2 + 1 + 2);
}

#[test]
fn frames_may_come_in_any_pieces() {
    let frames =
        [control_in(1, setup(0x80, 6, 0x0100, 0, 18)), bulk_out(2, 2, 0, b"abcdef"), bulk_in(3, 1, 0, 9), unlink(4, 3)];
    let all = frames.concat();
    for length in 1..all.len() {
        let mut bus = Bus::default();
        bus.device.open.push(2);
        frames.iter().for_each(|frame| bus.replies.sent(frame));
        let mut replies = Vec::new();
        for piece in all.chunks(length) {
            bus.urbs.receive(piece, &mut |_| {}).unwrap();
            replies.extend(bus.run());
        }
        replies.sort_by_key(|reply| match reply {
            Reply::Submit { number, .. } | Reply::Unlink { number, .. } => *number,
        });
        let expected = [done(1, b"descriptor"), took(2, 6), Reply::Unlink { number: 4, status: status::ECONNRESET }];
        assert_eq!(replies, expected, "pieces of {length} bytes");
    }
}

#[test]
fn what_is_no_command_of_such_a_device_is_an_error_that_says_why() {
    let word = |frame: &mut [u8], at: usize, value: u32| frame[at..at + 4].copy_from_slice(&value.to_be_bytes());
    let cases: &[(usize, u32, WireError)] = &[
        (0, 0, WireError::Command(0)),
        (0, 3, WireError::Command(3)),
        (0, 0x0111_8003, WireError::Command(0x0111_8003)),
        (12, 2, WireError::Direction(2)),
        (16, 16, WireError::Endpoint(16)),
        (16, u32::MAX, WireError::Endpoint(u32::MAX)),
        (24, u32::MAX, WireError::Length(u32::MAX)),
        (24, MAX_TRANSFER as u32 + 1, WireError::Length(MAX_TRANSFER as u32 + 1)),
        (32, 8, WireError::Isochronous(8)),
    ];
    for (at, value, error) in cases {
        let mut frame = bulk_in(1, 1, 0, 64);
        word(&mut frame, *at, *value);
        assert_eq!(Urbs::new().receive(&frame, &mut |_| {}), Err(*error), "{value:#x} at {at}");
        assert!(!error.to_string().is_empty());
    }
    // A control transfer whose set-up packet says the other way.
    let frame = submit(1, 1, 0, 0, setup(0x21, 0, 0, 0, 8), 8, &[]);
    assert_eq!(Urbs::new().receive(&frame, &mut |_| {}), Err(WireError::Direction(1)));
    // More than a host has under way.
    let mut urbs = Urbs::new();
    let sum: usize = (0..).map_while(|number| urbs.receive(&bulk_in(number, 1, 0, 64), &mut |_| {}).ok()).count();
    assert_eq!(sum, URBS);
    let mut urbs = Urbs::new();
    let big = vec![0; MAX_TRANSFER];
    let sum = (0..).map_while(|number| urbs.receive(&bulk_out(number, 2, 0, &big), &mut |_| {}).ok()).count();
    assert_eq!(sum, 16, "16 MiB");
}

#[test]
fn noise_is_bounded_and_ends_in_an_error_or_in_waiting() {
    let mut seed = 1_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for _ in 0..2_000 {
        let mut bytes: Vec<u8> = (0..random() % 200).map(|_| random() as u8).collect();
        if random() % 2 == 0 && bytes.len() >= 24 {
            // Nearly right, so that more than the first word is looked at.
            bytes[..4].copy_from_slice(&(1 + (random() % 2) as u32).to_be_bytes());
            bytes[12..16].copy_from_slice(&((random() % 2) as u32).to_be_bytes());
            bytes[16..20].copy_from_slice(&((random() % 17) as u32).to_be_bytes());
        }
        let mut urbs = Urbs::new();
        let mut device = Bench::default();
        if urbs.receive(&bytes, &mut |_| {}).is_ok() {
            urbs.advance(NOW, &mut device, &mut |_| {});
            assert!(urbs.under_way() <= bytes.len() / HEADER);
        }
        if let Ok(Some((_, length))) = Operation::parse(&bytes) {
            assert!(length <= bytes.len());
        }
        if let Ok(Some((_, length))) = Command::parse(&bytes) {
            assert!(length <= bytes.len());
        }
    }
}

#[test]
fn a_device_is_listed_and_imported_as_the_protocol_says() {
    let device = Exported {
        bus_id: "1-1".into(),
        speed: Speed::High,
        id: [0x1199, 0x9071, 0x0100],
        class: [0xef, 2, 1],
        configuration: 0,
        configurations: 1,
        interfaces: vec![[2, 0x0e, 0], [0x0a, 0, 2]],
    };
    let list = Exported::list(Some(&device));
    assert_eq!(list[..12], [0x01, 0x11, 0x00, 0x05, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(list.len(), 12 + 312 + 2 * 4);
    let record = &list[12..12 + 312];
    assert_eq!(record[256..260], *b"1-1\0");
    assert_eq!(record[288..300], [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3]);
    assert_eq!(record[300..312], [0x11, 0x99, 0x90, 0x71, 1, 0, 0xef, 2, 1, 0, 1, 2]);
    assert_eq!(list[324..], [2, 0x0e, 0, 0, 0x0a, 0, 2, 0]);
    assert_eq!(Exported::list(None), [0x01, 0x11, 0x00, 0x05, 0, 0, 0, 0, 0, 0, 0, 0]);

    let import = Exported::import(Ok(&device));
    assert_eq!(import[..8], [0x01, 0x11, 0x00, 0x03, 0, 0, 0, 0]);
    assert_eq!(import[8..], *record);
    assert_eq!(Exported::import(Err(refusal::NO_DEVICE)), [0x01, 0x11, 0x00, 0x03, 0, 0, 0, 4]);

    assert_eq!(Operation::parse(&[0x01, 0x11, 0x80, 0x05, 0, 0, 0, 0]), Ok(Some((Operation::List, 8))));
    let mut request = vec![0x01, 0x11, 0x80, 0x03, 0, 0, 0, 0];
    request.extend(b"1-1");
    assert_eq!(Operation::parse(&request), Ok(None));
    request.resize(40, 0);
    let Ok(Some((Operation::Import { bus_id }, 40))) = Operation::parse(&request) else { panic!("an import") };
    assert!(device.is_called(&bus_id));
    request[10] = b'2';
    let Ok(Some((Operation::Import { bus_id }, 40))) = Operation::parse(&request) else { panic!("an import") };
    assert!(!device.is_called(&bus_id));
    assert_eq!(Operation::parse(&[0x01, 0x06, 0x80, 0x05]), Err(WireError::Version(0x0106)));
    assert_eq!(Operation::parse(&[0x01, 0x11, 0x80, 0x04]), Err(WireError::Operation(0x8004)));
}
