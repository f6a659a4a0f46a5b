//! AT clients on channels of the multiplexer, against the AT modem at the other end: two at a time, one in a connection, and
//! a line that damages frames.
#![cfg(all(feature = "device", feature = "at", feature = "sms"))]
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

mod at_common;
mod at_line;
mod at_mux;

use core::cell::{Cell, RefCell};
use std::rc::Rc;

use at_line::{Line, Peer};
use at_mux::Host;
use wwan::at_wire::cmux::{Framing, Signals};
use wwan::at_wire::command::{equipment, general, network};
use wwan::client::at::blocking::Client;
use wwan::device::at::Mode;
use wwan::device::modem::Setup;
use wwan::procedure::at::{Bearer, ConnectRequest, IpType};
use wwan::session::at::Config;
use wwan::sms::TextMessage;
use wwan::time::{Instant, Millis};

/// A channel of a host's multiplexer, as the line of a client.
struct Channel(Rc<RefCell<Host>>, u8);

impl Peer for Channel {
    fn hear(&mut self, now: Instant, mut bytes: &[u8]) {
        let host = &mut *self.0.borrow_mut();
        host.pass_to(now);
        while !bytes.is_empty() {
            let Ok(taken) = host.session.send(self.1, bytes) else { return };
            host.settle();
            if taken == 0 {
                // The modem takes nothing: the client sees no answer.
                return;
            }
            bytes = &bytes[taken..];
        }
    }

    fn say(&mut self, now: Instant) -> Vec<u8> {
        let host = &mut *self.0.borrow_mut();
        host.pass_to(now);
        host.heard.remove(&self.1).unwrap_or_default()
    }

    fn next(&self) -> Instant {
        let host = self.0.borrow();
        // What waits for the other client is no reason to call this one.
        host.bench.port.poll_at(&host.bench.modem).unwrap_or(Instant::FAR).min(host.session.poll_at())
    }

    fn dtr(&mut self, now: Instant, up: bool) {
        let host = &mut *self.0.borrow_mut();
        host.pass_to(now);
        let signals = if up { Signals::READY } else { Signals(Signals::READY_TO_RECEIVE | 1) };
        let _ = host.session.set_signals(self.1, signals);
        host.settle();
    }
}

type OnChannel = Client<'static, Line<Channel>>;

fn clients(framing: Framing) -> (Rc<RefCell<Host>>, [OnChannel; 2]) {
    let mut host = Host::new(Setup::default(), framing, 127);
    host.open(&[1, 2]);
    let now = host.bench.now;
    let host = Rc::new(RefCell::new(host));
    let client = |dlci| {
        let line = Line::new(now, Channel(host.clone(), dlci));
        Client::new(line, Config::default(), at_line::memory(2048, 2048, 1024, 256))
    };
    let both = [client(1), client(2)];
    (host, both)
}

#[test]
fn two_clients_on_one_line() {
    for framing in [Framing::Basic, Framing::Advanced] {
        let (host, [mut first, mut second]) = clients(framing);
        first.open().unwrap();
        second.open().unwrap();
        assert_eq!(first.identity().unwrap().imei, "490154203237518");
        // One dials, and its channel carries data.
        let request = ConnectRequest {
            cid: Some(2),
            apn: "internet",
            ip_type: IpType::V4,
            bearer: Bearer::Dial,
            ..ConnectRequest::default()
        };
        second.connect(&request).unwrap();
        assert!(second.is_data());
        second.write(b"~data~").unwrap();
        assert_eq!(host.borrow().bench.data[&2], b"~data~");
        // The other one goes on, with the same modem.
        assert!(first.is_connected(2).unwrap());
        let mut references = [0; 3];
        let message = TextMessage { number: "+15550123", text: "beside data", ..TextMessage::default() };
        assert_eq!(first.send_text(message, &mut references).unwrap(), 1);
        assert_eq!(first.phonebook_write("SM", Some(3), "+49170", "Ann").unwrap(), ());
        assert_eq!(host.borrow_mut().bench.port.send_data(2, b"~answer~"), 8);
        let mut buf = [0; 32];
        let until = second.now() + Millis::from_secs(1);
        let length = second.read(&mut buf, until).unwrap().unwrap();
        assert_eq!(&buf[..length], b"~answer~");
        second.escape().unwrap();
        second.disconnect(2).unwrap();
        assert!(!first.is_connected(2).unwrap());
        assert_eq!(host.borrow().bench.port.mode(2), Some(Mode::Command));
    }
}

thread_local! {
    /// Frames so far.
    static FRAMES: Cell<u32> = const { Cell::new(0) };
}

/// One frame in so many is damaged.
const DAMAGED: u32 = 41;

fn damage(frame: &mut Vec<u8>) {
    let count = FRAMES.get() + 1;
    FRAMES.set(count);
    if count.is_multiple_of(DAMAGED) {
        let at = usize::try_from(count / DAMAGED).unwrap() % frame.len();
        frame[at] ^= 0x5a;
    }
    if count.is_multiple_of(97) {
        // Noise in front of it.
        frame.splice(0..0, [0x00, 0xff, 0xf9, 0x07, 0x55]);
    }
}

#[test]
fn no_answer_goes_astray_on_a_line_that_damages_frames() {
    let (host, mut clients) = clients(Framing::Basic);
    for client in &mut clients {
        client.open().unwrap();
    }
    host.borrow_mut().harm = Some(damage);
    let (mut done, mut failed) = (0, 0);
    for round in 0..4_000_usize {
        let client = &mut clients[round % 2];
        // Each has another answer.
        let right = match round % 3 {
            0 => client
                .send(&general::cgmm::Execute {})
                .map(|answer| answer.lines().any(|line| line == b"Virtual Modem")),
            1 => client.send(&equipment::cfun::Read {}).map(|answer| answer.lines().any(|line| line == b"+CFUN: 1")),
            _ => client
                .send(&network::csq::Execute {})
                .map(|answer| answer.lines().any(|line| line.starts_with(b"+CSQ: "))),
        };
        match right {
            Ok(right) => {
                assert!(right, "{round}");
                done += 1;
            }
            Err(_) => failed += 1,
        }
    }
    // What is lost is what was damaged, and no more than some commands behind it.
    assert!(done > 3_500 && failed > 20, "{done} {failed}");
    let host = host.borrow();
    let counters = host.bench.port.multiplexer_counters();
    assert!(counters.malformed + counters.dropped > 50, "{counters:?}");
    assert!(host.session.is_channel_open(1) && host.session.is_channel_open(2));
}
