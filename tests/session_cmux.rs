//! The multiplexer's sessions: byte for byte against known frames, two of them against each other over lines that lose
//! frames, and against a peer that does anything.
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
#![cfg(feature = "at")]

use wwan::at_wire::Writer;
use wwan::at_wire::cmux::{ControlMessage, Frame, FrameType, Framing, PortSettings, Role, Signals};
use wwan::session::cmux::{Channel, Config, Expired, Incoming, Memory, Session, SessionError};
use wwan::time::{Instant, Millis};

fn leak(len: usize) -> &'static mut [u8] {
    Box::leak(vec![0; len].into_boxed_slice())
}

fn session(config: Config, channels: usize) -> Session<'static> {
    let channels = Box::leak(vec![Channel::FREE; channels].into_boxed_slice());
    Session::new(config, Memory { receive: leak(140), send: leak(140), channels })
}

fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config::default();
    change(&mut config);
    config
}

fn hex(text: &str) -> Vec<u8> {
    text.split(' ').map(|octet| u8::from_str_radix(octet, 16).unwrap()).collect()
}

fn out(session: &mut Session<'_>, now: Instant) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(bytes) = session.transmit(now) {
        all.push(bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>().join(" "));
    }
    all
}

/// What an event says.
fn hear(session: &mut Session<'_>, now: Instant, mut bytes: &[u8]) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(incoming) = session.receive(now, &mut bytes) {
        match incoming {
            Incoming::Nothing => {}
            Incoming::Data { dlci, bytes } => all.push(format!("{dlci} {}", String::from_utf8_lossy(bytes))),
            other => all.push(format!("{other:?}")),
        }
    }
    all
}

#[test]
fn the_known_frames() {
    let now = Instant(0);
    let mut host = session(Config::default(), 2);
    assert_eq!(host.open_channel(now, 1), Err(SessionError::NotOpen));
    host.open(now);
    assert_eq!(out(&mut host, now), ["F9 03 3F 01 1C F9"]);
    assert_eq!(hear(&mut host, now, &hex("F9 03 73 01 D7 F9")), ["Opened"]);
    host.open_channel(now, 1).unwrap();
    assert_eq!(out(&mut host, now), ["F9 07 3F 01 DE F9"]);
    assert_eq!(host.send(1, b"AT\r"), Err(SessionError::NotOpen));
    assert_eq!(hear(&mut host, now, &hex("F9 07 73 01 15 F9")), ["ChannelOpened(1)"]);
    // The signals first, then data.
    assert_eq!(host.send(1, b"AT\r"), Ok(3));
    assert_eq!(host.send(1, b"more"), Ok(0));
    assert_eq!(out(&mut host, now), ["F9 03 EF 09 E3 05 07 8D FB F9", "F9 07 EF 07 41 54 0D D3 F9"]);
    hear(&mut host, now, &hex("F9 01 EF 09 E1 05 07 8D 9A F9"));
    // Its own signals, which are answered. Two frames may share a flag.
    let told = hear(&mut host, now, &hex("F9 01 EF 09 E3 05 07 0D 9A F9 05 EF 0D 0D 0A 4F 4B 0D 0A 5F F9"));
    assert_eq!(told, ["Signals { dlci: 1, signals: Signals(13), break_signal: None }", "1 \r\nOK\r\n"]);
    assert_eq!(out(&mut host, now), ["F9 03 EF 09 E1 05 07 0D FB F9"]);
    host.test(b"abc");
    assert_eq!(out(&mut host, now), ["F9 03 EF 0B 23 07 61 62 63 18 F9"]);
    assert_eq!(hear(&mut host, now, &hex("F9 01 EF 0B 21 07 61 62 63 79 F9")), ["Tested([97, 98, 99])"]);
    // All closed, one by one.
    host.close(now);
    assert_eq!(out(&mut host, now), ["F9 07 53 01 3F F9"]);
    assert_eq!(hear(&mut host, now, &hex("F9 07 73 01 15 F9")), ["ChannelClosed(1)"]);
    assert_eq!(out(&mut host, now), ["F9 03 EF 05 C3 01 F2 F9"]);
    assert_eq!(hear(&mut host, now, &hex("F9 01 EF 05 C1 01 93 F9")), ["Closed"]);
    assert_eq!(host.poll_at(), Instant::FAR);
    assert_eq!(hear(&mut host, now, b"\r\nOK\r\n"), Vec::<String>::new());
    // Negotiation, and the advanced option.
    let mut host = session(config(|config| config.negotiate = true), 2);
    host.open(now);
    out(&mut host, now);
    hear(&mut host, now, &hex("F9 03 73 01 D7 F9"));
    host.open_channel(now, 1).unwrap();
    assert_eq!(out(&mut host, now), ["F9 03 EF 15 83 11 01 00 07 32 1F 00 03 02 EE F9"]);
    let mut host = session(config(|config| config.framing = Framing::Advanced), 2);
    host.open(now);
    assert_eq!(out(&mut host, now), ["7E 03 3F FC 7E"]);
    assert_eq!(hear(&mut host, now, &hex("7E 03 73 85 7E")), ["Opened"]);
}

/// Two ends and the line between them, which may lose frames.
struct Pair {
    host: Session<'static>,
    modem: Session<'static>,
    now: Instant,
    random: u64,
    /// One frame in so many is lost; 0: none.
    loss: u64,
    told: [Vec<String>; 2],
    data: [Vec<u8>; 2],
}

impl Pair {
    fn new(loss: u64, seed: u64, change: impl Fn(&mut Config)) -> Self {
        let responder = |config: &mut Config| {
            change(config);
            config.role = Role::Responder;
        };
        Self {
            host: session(config(&change), 3),
            modem: session(config(responder), 3),
            now: Instant(1_000),
            random: seed,
            loss,
            told: [Vec::new(), Vec::new()],
            data: [Vec::new(), Vec::new()],
        }
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % bound
    }

    /// Moves everything there is to move.
    fn settle(&mut self) -> bool {
        let mut moved = false;
        for end in 0..2 {
            loop {
                let sender = if end == 0 { &mut self.host } else { &mut self.modem };
                let Some(frame) = sender.transmit(self.now).map(<[u8]>::to_vec) else { break };
                moved = true;
                if self.loss > 0 && self.below(self.loss) == 0 {
                    continue;
                }
                let at = self.below(frame.len() as u64) as usize;
                let (front, back) = frame.split_at(at);
                for mut piece in [front, back] {
                    let receiver = if end == 0 { &mut self.modem } else { &mut self.host };
                    while let Some(incoming) = receiver.receive(self.now, &mut piece) {
                        match incoming {
                            Incoming::Nothing | Incoming::Signals { .. } => {}
                            Incoming::Data { bytes, .. } => self.data[1 - end].extend(bytes),
                            other => self.told[1 - end].push(format!("{other:?}")),
                        }
                    }
                }
            }
        }
        moved
    }

    /// Until nothing is to be sent and no time is waited for.
    fn run(&mut self) {
        for _ in 0..10_000 {
            if self.settle() {
                continue;
            }
            let next = self.host.poll_at().min(self.modem.poll_at());
            if next == Instant::FAR {
                return;
            }
            self.now = self.now.max(next);
            for end in 0..2 {
                let session = if end == 0 { &mut self.host } else { &mut self.modem };
                while let Some(expired) = session.expire(self.now) {
                    self.told[end].push(format!("{expired:?}"));
                }
            }
        }
        panic!("no end: {:?}", self.told);
    }

    fn open(&mut self, dlcis: &[u8]) {
        self.modem.open(self.now);
        self.host.open(self.now);
        self.run();
        for dlci in dlcis {
            self.host.open_channel(self.now, *dlci).unwrap();
        }
        self.run();
    }
}

#[test]
fn two_ends_move_streams() {
    for framing in [Framing::Basic, Framing::Advanced] {
        for negotiate in [false, true] {
            let mut pair = Pair::new(0, 5, |config| {
                (config.framing, config.negotiate) = (framing, negotiate);
                config.max_frame_size = if config.role == Role::Initiator { 64 } else { 40 };
            });
            pair.open(&[1, 2]);
            assert_eq!(pair.told[0], ["Opened", "ChannelOpened(1)", "ChannelOpened(2)"]);
            assert_eq!(pair.told[1], pair.told[0]);
            // Flags and escapes are bytes like any other.
            let stream: Vec<u8> = (0..2_000_u32).map(|n| [0xf9, 0x7e, 0x7d, 0x11, n as u8][n as usize % 5]).collect();
            let mut sent = [0, 0];
            while sent != [stream.len(); 2] {
                sent[0] += pair.host.send(1, &stream[sent[0]..]).unwrap();
                sent[1] += pair.modem.send(2, &stream[sent[1]..]).unwrap();
                assert!(pair.settle());
            }
            assert_eq!(pair.data, [stream.clone(), stream]);
            let counters = (pair.host.counters(), pair.modem.counters());
            assert_eq!((counters.0.malformed, counters.1.malformed, counters.0.retransmissions), (0, 0, 0));
            pair.host.close_channel(pair.now, 2).unwrap();
            pair.run();
            assert!(!pair.modem.is_channel_open(2) && pair.modem.is_channel_open(1));
            pair.host.close(pair.now);
            pair.run();
            assert_eq!(pair.told[0][3..], ["ChannelClosed(2)", "ChannelClosed(1)", "Closed"]);
            assert_eq!(pair.told[1], pair.told[0]);
        }
    }
}

#[test]
fn frames_that_are_lost_are_sent_again() {
    let (mut opened, mut repeated) = (0, 0);
    for seed in 0..200 {
        let mut pair = Pair::new(5, seed, |config| config.negotiate = seed % 2 == 0);
        pair.open_lossy();
        repeated += pair.host.counters().retransmissions;
        if pair.host.is_channel_open(1) {
            opened += 1;
            assert!(pair.modem.is_channel_open(1));
        }
        pair.host.close(pair.now);
        pair.run();
        assert!(!pair.host.is_open());
    }
    assert!(opened > 180 && repeated > 50, "{opened} {repeated}");
}

impl Pair {
    fn open_lossy(&mut self) {
        self.modem.open(self.now);
        self.host.open(self.now);
        self.run();
        if self.host.is_open() {
            self.host.open_channel(self.now, 1).unwrap();
            self.run();
        }
    }
}

#[test]
fn flow_control_of_one_channel_and_of_all() {
    let mut pair = Pair::new(0, 1, |_| {});
    pair.open(&[1, 2]);
    pair.host.hold(1, true).unwrap();
    pair.settle();
    assert_eq!(pair.modem.send(1, b"no"), Ok(0));
    assert_eq!(pair.modem.send(2, b"yes"), Ok(3));
    pair.run();
    assert_eq!(pair.data[0], b"yes");
    pair.host.hold(1, false).unwrap();
    pair.run();
    assert_eq!(pair.modem.send(1, b"now"), Ok(3));
    pair.run();
    pair.host.hold_all(true);
    pair.run();
    assert_eq!((pair.modem.send(1, b"no"), pair.modem.send(2, b"no")), (Ok(0), Ok(0)));
    pair.host.hold_all(false);
    pair.run();
    assert_eq!(pair.modem.send(2, b"again"), Ok(5));
    // Signals that say the same in another way: not ready to receive.
    pair.run();
    pair.host.set_signals(1, Signals(Signals::READY_TO_COMMUNICATE | 1)).unwrap();
    pair.run();
    assert_eq!(pair.modem.send(1, b"no"), Ok(0));
    assert_eq!(pair.host.hold(9, true), Err(SessionError::NotOpen));
}

#[test]
fn sleeps_and_wakes() {
    let mut pair = Pair::new(0, 1, |_| {});
    pair.open(&[1]);
    pair.host.sleep();
    pair.run();
    assert!(pair.host.is_asleep() && pair.modem.is_asleep());
    assert_eq!(pair.told[0].last().unwrap(), "Asleep");
    assert_eq!(pair.host.send(1, b"AT\r"), Ok(3));
    // Flags, until one comes back; then what was to be sent.
    assert_eq!(pair.host.transmit(pair.now).unwrap(), [0xf9; 8]);
    assert_eq!(pair.host.transmit(pair.now), None);
    assert!(pair.host.poll_at() <= pair.now + Millis(10_000));
    hear(&mut pair.modem, pair.now, &[0xf9; 8]);
    pair.run();
    assert_eq!(pair.data[1], b"AT\r");
    assert!(!pair.host.is_asleep() && !pair.modem.is_asleep());
    // And the other way round.
    pair.host.sleep();
    pair.run();
    assert_eq!(pair.modem.send(1, b"RING"), Ok(4));
    pair.run();
    assert_eq!(pair.data[0], b"RING");
    // Nobody wakes.
    pair.host.sleep();
    pair.run();
    assert_eq!(pair.host.send(1, b"AT\r"), Ok(3));
    let mut told = Vec::new();
    while told.is_empty() {
        while pair.host.transmit(pair.now).is_some() {}
        pair.now = pair.host.poll_at();
        while let Some(expired) = pair.host.expire(pair.now) {
            told.push(expired);
        }
    }
    assert_eq!(told, [Expired::WakeFailed]);
    assert!(!pair.host.is_open());
}

#[test]
fn what_the_other_side_refuses_or_does_not_answer() {
    // Nobody is there.
    let mut pair = Pair::new(1, 1, |_| {});
    pair.host.open(pair.now);
    pair.run();
    assert_eq!(pair.told[0], ["OpenFailed"]);
    assert_eq!(pair.host.counters().retransmissions, 3);
    // It refuses.
    let now = Instant(0);
    let mut host = session(Config::default(), 2);
    host.open(now);
    out(&mut host, now);
    let mut buffer = [0; 64];
    let mut refuse = |dlci| {
        let frame = Frame::response(Role::Responder, dlci, FrameType::DM);
        frame.write(Framing::Basic, &mut buffer).unwrap().to_vec()
    };
    assert_eq!(hear(&mut host, now, &refuse(0)), ["Refused"]);
    host.open(now);
    out(&mut host, now);
    hear(&mut host, now, &hex("F9 03 73 01 D7 F9"));
    host.open_channel(now, 1).unwrap();
    out(&mut host, now);
    assert_eq!(hear(&mut host, now, &refuse(1)), ["ChannelRefused(1)"]);
    // More channels than there are, and numbers that are none.
    host.open_channel(now, 2).unwrap();
    host.open_channel(now, 3).unwrap();
    assert_eq!(host.open_channel(now, 4), Err(SessionError::NoChannel));
    assert_eq!(host.open_channel(now, 0), Err(SessionError::Number));
    assert_eq!(host.open_channel(now, 62), Err(SessionError::Number));
    // A modem that answers neither the negotiation nor the signals opens all the same.
    let mut host = session(config(|config| config.negotiate = true), 2);
    host.open(now);
    out(&mut host, now);
    hear(&mut host, now, &hex("F9 03 73 01 D7 F9"));
    host.open_channel(now, 1).unwrap();
    let (mut at, mut frames) = (now, Vec::new());
    while !host.is_channel_open(1) {
        frames.extend(out(&mut host, at));
        if frames.last().is_some_and(|frame| frame.starts_with("F9 07 3F")) {
            hear(&mut host, at, &hex("F9 07 73 01 15 F9"));
        } else {
            at = host.poll_at();
            assert_eq!(host.expire(at), None);
        }
    }
    assert_eq!(frames.len(), 5);
    while host.poll_at() != Instant::FAR || !out(&mut host, at).is_empty() {
        at = host.poll_at();
        assert_eq!(host.expire(at), None);
    }
    assert!(host.is_channel_open(1));
    assert_eq!(host.counters().unanswered, 1);
}

#[test]
fn answers_what_the_initiator_asks() {
    let mut pair = Pair::new(0, 1, |_| {});
    pair.open(&[1]);
    let settings = PortSettings { rate: 5, format: 3, flow_control: 0, xon: 0x11, xoff: 0x13, mask: 1 };
    pair.host.set_port(1, None);
    pair.host.set_port(1, Some(settings));
    pair.host.test(b"bytes");
    pair.run();
    assert!(pair.told[1].iter().any(|told| told.starts_with("Port { dlci: 1, settings: PortSettings { rate: 5")));
    assert_eq!(pair.told[0].iter().filter(|told| told.starts_with("Port")).count(), 2);
    assert!(pair.told[0].iter().any(|told| told.starts_with("Tested")));
    // What it does not know it says so.
    let frame = |role, message: ControlMessage<'_>, is_command| {
        let (mut bytes, mut buffer) = ([0; 16], [0; 32]);
        let mut writer = Writer::new(&mut bytes);
        message.write(is_command, &mut writer);
        let information = writer.finish().unwrap();
        Frame::data(role, 0, information).write(Framing::Basic, &mut buffer).unwrap().to_vec()
    };
    hear(&mut pair.modem, pair.now, &frame(Role::Initiator, ControlMessage::Other(0x71, b"?"), true));
    let expected = frame(Role::Responder, ControlMessage::NotSupported(0x73), false);
    assert_eq!(pair.modem.transmit(pair.now).unwrap(), expected);
    let mut buffer = [0; 32];
    // A channel that the modem does not have.
    pair.host.open_channel(pair.now, 5).unwrap();
    pair.host.open_channel(pair.now, 6).unwrap();
    pair.run();
    let mut more =
        Frame::command(Role::Initiator, 7, FrameType::SABM, &[]).write(Framing::Basic, &mut buffer).unwrap().to_vec();
    hear(&mut pair.modem, pair.now, &more);
    more = Frame::response(Role::Responder, 7, FrameType::DM).write(Framing::Basic, &mut buffer).unwrap().to_vec();
    assert_eq!(pair.modem.transmit(pair.now).unwrap(), more);
    // The modem closes down by itself.
    pair.modem.close(pair.now);
    pair.run();
    assert!(!pair.host.is_open() && !pair.modem.is_open());
}

#[test]
fn a_hostile_peer_costs_bounded_effort() {
    for seed in 0..50_u64 {
        let mut pair = Pair::new(0, seed, |config| config.negotiate = seed % 3 == 0);
        let is_modem = seed % 2 == 0;
        pair.open(&[1]);
        for _ in 0..400 {
            let (kind, dlci) = (pair.below(10), pair.below(64) as u8);
            let bytes: Vec<u8> = (0..pair.below(40)).map(|_| 0).collect();
            let bytes: Vec<u8> = bytes.iter().map(|_| pair.below(256) as u8).collect();
            let role = if is_modem { Role::Initiator } else { Role::Responder };
            let frame = Frame {
                dlci: if kind < 4 { 0 } else { dlci },
                command_response: role == Role::Initiator,
                frame_type: [
                    FrameType::UIH,
                    FrameType::SABM,
                    FrameType::UA,
                    FrameType::DM,
                    FrameType::DISC,
                    FrameType(0x05),
                ][pair.below(6) as usize],
                poll_final: pair.below(2) == 0,
                information: &bytes,
            };
            let mut buffer = [0; 128];
            let written = frame.write(Framing::Basic, &mut buffer).unwrap();
            let wild = if kind == 9 { &bytes[..] } else { &*written };
            let session = if is_modem { &mut pair.modem } else { &mut pair.host };
            assert!(hear(session, pair.now, wild).len() <= 64);
            let answers = out(session, pair.now);
            assert!(answers.len() <= 24, "{}", answers.len());
            pair.now.0 += 50;
            while session.expire(pair.now).is_some() {}
        }
        // It still closes.
        let session = if is_modem { &mut pair.modem } else { &mut pair.host };
        session.close(pair.now);
        for _ in 0..100 {
            out(session, pair.now);
            if session.poll_at() == Instant::FAR {
                break;
            }
            pair.now = session.poll_at();
            while session.expire(pair.now).is_some() {}
        }
        assert!(!session.is_open(), "{seed} {session:?}");
        assert_eq!(session.poll_at(), Instant::FAR, "{seed} {session:?}");
    }
}
