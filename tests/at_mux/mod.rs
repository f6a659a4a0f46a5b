//! What the tests of the AT modem behind the multiplexer share: the modem on a line, and a host with the session of the
//! other end.
#![allow(dead_code, unreachable_pub)] // each file of tests uses a part
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs,
    missing_debug_implementations
)]

use std::collections::BTreeMap;

use wwan::at_wire::cmux::{Framing, Signals};
use wwan::device::at::{Config, Memory, Port};
use wwan::device::modem::{Modem, Setup};
use wwan::session::cmux::{self, Incoming, Session};
use wwan::time::{Instant, Millis};

use super::at_common::shown;

fn leak<T: Clone>(value: T, len: usize) -> &'static mut [T] {
    vec![value; len].leak()
}

/// A modem on a line.
pub struct Bench {
    pub now: Instant,
    pub modem: Modem,
    pub port: Port<'static, 4>,
    /// Data of connections, by channel.
    pub data: BTreeMap<u8, Vec<u8>>,
}

impl Bench {
    /// A minute after power-on, without echo on the line itself.
    pub fn new(setup: Setup) -> Self {
        let memory = || Memory { line: leak(0, 1024), out: leak(0, 4096) };
        let mux = cmux::Memory { receive: leak(0, 512), send: leak(0, 512), channels: leak(cmux::Channel::FREE, 4) };
        let port = Port::new(Config::default(), memory(), [memory(), memory(), memory(), memory()], mux);
        let modem = Modem::new(Instant(0), setup);
        let mut bench = Self { now: Instant(0), modem, port, data: BTreeMap::new() };
        bench.wait(Millis::from_secs(60));
        assert_eq!(bench.say("ATE0\r"), "ATE0\r\r\nOK\r\n");
        bench
    }

    pub fn take(&mut self, bytes: &[u8]) {
        let data = &mut self.data;
        self.port.receive(self.now, &mut self.modem, bytes, &mut |channel, bytes| {
            data.entry(channel).or_default().extend(bytes);
        });
    }

    pub fn give(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(bytes) = self.port.transmit(self.now, &mut self.modem) {
            all.extend(bytes);
        }
        all
    }

    /// Bytes to the line, and what comes back at once.
    pub fn say(&mut self, bytes: impl AsRef<[u8]>) -> String {
        self.take(bytes.as_ref());
        shown(&self.give())
    }

    pub fn wait(&mut self, span: Millis) -> Vec<u8> {
        let end = self.now + span;
        let mut all = self.give();
        for _ in 0..10_000 {
            let at = self.port.poll_at(&self.modem).unwrap_or(end);
            if at >= end {
                self.now = end;
                all.extend(self.give());
                return all;
            }
            self.now = self.now.max(at);
            all.extend(self.give());
        }
        panic!("it wants to be called for ever");
    }
}

/// The host at the other end of the line.
pub struct Host {
    pub bench: Bench,
    pub session: Session<'static>,
    pub told: Vec<String>,
    /// What came on each channel.
    pub heard: BTreeMap<u8, Vec<u8>>,
    pub signals: BTreeMap<u8, Signals>,
    /// Damages frames on their way to the modem.
    pub harm: Option<fn(&mut Vec<u8>)>,
}

impl Host {
    pub fn new(setup: Setup, framing: Framing, size: u16) -> Self {
        let mut bench = Bench::new(setup);
        let mode = u8::from(framing == Framing::Advanced);
        assert_eq!(bench.say(format!("AT+CMUX={mode},0,5,{size}\r")), "\r\nOK\r\n");
        let mut config = cmux::Config::default();
        (config.framing, config.max_frame_size, config.negotiate) = (framing, size, size.is_multiple_of(2));
        let memory = cmux::Memory { receive: leak(0, 512), send: leak(0, 512), channels: leak(cmux::Channel::FREE, 6) };
        let session = Session::new(config, memory);
        let mut host =
            Self { bench, session, told: Vec::new(), heard: BTreeMap::new(), signals: BTreeMap::new(), harm: None };
        host.session.open(host.bench.now);
        host.settle();
        assert_eq!(host.told, ["Opened"]);
        host
    }

    pub fn open(&mut self, dlcis: &[u8]) {
        for dlci in dlcis {
            self.session.open_channel(self.bench.now, *dlci).unwrap();
            self.settle();
            assert!(self.session.is_channel_open(*dlci), "{dlci} {:?}", self.told);
            assert_eq!(self.ask(*dlci, "ATE0"), "ATE0\r\r\nOK\r\n");
        }
    }

    /// Moves all that there is to move, both ways.
    pub fn settle(&mut self) {
        loop {
            let mut moved = false;
            while let Some(mut frame) = self.session.transmit(self.bench.now).map(<[u8]>::to_vec) {
                moved = true;
                if let Some(harm) = self.harm {
                    harm(&mut frame);
                }
                self.bench.take(&frame);
            }
            while let Some(bytes) = self.bench.port.transmit(self.bench.now, &mut self.bench.modem) {
                moved = true;
                let mut input = bytes;
                while let Some(incoming) = self.session.receive(self.bench.now, &mut input) {
                    match incoming {
                        Incoming::Nothing => {}
                        Incoming::Data { dlci, bytes } => self.heard.entry(dlci).or_default().extend(bytes),
                        Incoming::Signals { dlci, signals, .. } => drop(self.signals.insert(dlci, signals)),
                        other => self.told.push(format!("{other:?}")),
                    }
                }
            }
            if !moved {
                return;
            }
        }
    }

    pub fn wait(&mut self, span: Millis) {
        let end = self.bench.now + span;
        for _ in 0..100_000 {
            self.settle();
            while let Some(expired) = self.session.expire(self.bench.now) {
                self.told.push(format!("{expired:?}"));
            }
            self.settle();
            let at = self.bench.port.poll_at(&self.bench.modem).unwrap_or(end).min(self.session.poll_at());
            if at >= end {
                self.bench.now = end;
                return self.settle();
            }
            self.bench.now = self.bench.now.max(at);
        }
        panic!("it wants to be called for ever");
    }

    /// Lets time go on to `now`, if it is not there yet, with all that is due by then.
    pub fn pass_to(&mut self, now: Instant) {
        self.wait(Millis(u32::try_from(now.0.saturating_sub(self.bench.now.0)).unwrap()));
    }

    /// Sends all of it.
    pub fn send(&mut self, dlci: u8, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let taken = self.session.send(dlci, bytes).unwrap();
            self.settle();
            assert!(taken > 0, "the modem takes nothing");
            bytes = &bytes[taken..];
        }
    }

    /// What has come on a channel since it was asked last.
    pub fn heard(&mut self, dlci: u8) -> String {
        shown(&self.heard.remove(&dlci).unwrap_or_default())
    }

    /// Sends a line, and returns what comes at once.
    pub fn ask(&mut self, dlci: u8, line: &str) -> String {
        self.send(dlci, format!("{line}\r").as_bytes());
        self.settle();
        self.heard(dlci)
    }

    /// Closes the multiplexer, after which the line carries commands.
    pub fn close(&mut self) {
        self.session.close(self.bench.now);
        self.wait(Millis::from_secs(3));
        assert!(!self.session.is_open());
        assert_eq!(self.bench.say("AT\r"), "\r\nOK\r\n");
    }
}
