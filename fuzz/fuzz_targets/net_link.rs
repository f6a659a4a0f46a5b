//! A link of the data plane in every framing, between packets that go to a modem and transfers that it sends: every packet that
//! was taken is in a transfer, once, unharmed and with its session; every one that was not is counted; hostile transfers cost
//! counters and nothing else; and a link that has something to send says when.
//!
//! Input: framing and what belongs to it (four bytes), then steps, see [`World::step`].
#![no_main]

#[path = "../world.rs"]
#[allow(dead_code)] // the targets of the faces use the rest
mod world;

use std::collections::VecDeque;

use libfuzzer_sys::fuzz_target;
use world::Script;
use wwan::mbim_wire::ntb::{self, Ending, Ntb, Placement, Rules, Stream};
use wwan::net::{
    AnyLink, AnyReader, AnyWriter, NtbReader, NtbWriter, PushError, QmapReader, QmapWriter, RawIpReader, RawIpWriter,
    Session,
};
use wwan::qmi_wire::qmap::{self, Body, CommandKind, Direction, Version};
use wwan::time::{Instant, Millis};

/// Bytes of the memory for transfers.
const ROOM: usize = 2048;

/// Transfers after which nothing may be left to send: the answers that wait, and the packets.
const TURNS: usize = 6;

/// What transfers to the modem are.
#[derive(Clone, Copy)]
enum Framing {
    Ntb16,
    Ntb32,
    Qmap(Version),
    RawIp,
}

struct World<'s> {
    link: AnyLink<'s>,
    sessions: &'s [Session],
    framing: Framing,
    rules: Rules,
    now: Instant,
    /// Packets that were taken and are in no transfer yet.
    waiting: VecDeque<(u8, Vec<u8>)>,
    sent: u32,
    no_session: u32,
    /// Of all sessions: taken, refused as no IP packet, refused as too long.
    taken: u32,
    not_ip: u32,
    too_long: u32,
    /// Handed on, and no room for it.
    received: u32,
    no_room: u32,
}

impl World<'_> {
    /// Compares a transfer to the modem with what is waiting.
    fn sent(&mut self, now: bool) {
        let transfer = if now { self.link.flush() } else { self.link.transmit(self.now) };
        let Some(transfer) = transfer else {
            return;
        };
        assert!(!transfer.bytes.is_empty() && transfer.bytes.len() <= ROOM);
        self.sent += 1;
        let mut got: Vec<(u8, Vec<u8>)> = Vec::new();
        match self.framing {
            Framing::Ntb16 => datagrams::<false>(transfer.bytes, &self.rules, &mut got),
            Framing::Ntb32 => datagrams::<true>(transfer.bytes, &self.rules, &mut got),
            Framing::RawIp => got.push((0, transfer.bytes.to_vec())),
            Framing::Qmap(version) => {
                for frame in qmap::Frames::new(transfer.bytes, version, Direction::Uplink) {
                    let frame = frame.expect("what was written reads");
                    match frame.body {
                        Body::Packet { bytes, .. } => got.push((frame.mux_id, bytes.to_vec())),
                        Body::Command(command) => assert_ne!(command.kind(), CommandKind::Request),
                    }
                }
            }
        }
        // Within a session the order stays.
        for (session, packet) in got {
            let place = self.waiting.iter().position(|(waiting, _)| *waiting == session).expect("was pushed");
            assert_eq!(self.waiting.remove(place).map(|(_, was)| was), Some(packet));
        }
        assert!(self.waiting.is_empty(), "all that was taken leaves with the next transfer");
    }

    fn push(&mut self, session: u8, packet: &[u8]) {
        let mut turns = 0;
        loop {
            match self.link.push(self.now, session, packet) {
                Ok(()) => {
                    self.taken += 1;
                    assert!(self.link.poll_at().is_some(), "what waits leaves some time");
                    return self.waiting.push_back((session, packet.to_vec()));
                }
                Err(PushError::Full) => {
                    self.sent(true);
                    turns += 1;
                    // Answers to the modem go first, of which each may fill a transfer.
                    assert!(turns < TURNS, "full although it was taken");
                }
                Err(PushError::Blocked) => return assert!(!self.link.may_send(session)),
                Err(PushError::NoSession) => return self.no_session += 1,
                Err(PushError::NotIp) => return self.not_ip += 1,
                Err(PushError::TooLong) => return self.too_long += 1,
                Err(error) => panic!("unknown: {error}"),
            }
        }
    }

    fn receive(&mut self, transfer: &[u8], mut room: u8) {
        let within = transfer.as_ptr_range();
        let (received, no_room) = (&mut self.received, &mut self.no_room);
        let mut lent = 0;
        self.link.receive(transfer, |packet| {
            let place = packet.bytes.as_ptr_range();
            assert!(within.start <= place.start && place.end <= within.end);
            assert!(matches!(packet.bytes[0] >> 4, 4 | 6));
            assert!(self.sessions.iter().any(|session| session.id() == Some(packet.session)));
            lent += packet.bytes.len();
            let taken = room > 0;
            room = room.saturating_sub(1);
            *if taken { &mut *received } else { &mut *no_room } += 1;
            taken
        });
        assert!(lent <= transfer.len(), "more was handed on than came");
    }

    fn step(&mut self, script: &mut Script<'_>) -> Option<()> {
        let op = script.byte()?;
        let what = script.byte()?;
        match op % 8 {
            0 | 1 => {
                let long = usize::from(script.byte()?) * if op & 0x80 == 0 { 1 } else { 9 };
                let mut packet = vec![what; long];
                if let (Some(first), true) = (packet.first_mut(), op & 0x40 == 0) {
                    *first = 0x45;
                }
                self.push(what % 5, &packet);
            }
            2 => {
                let transfer = script.bytes()?;
                self.receive(&transfer, what);
            }
            3 => {
                let transfer = self.wrapped(what, &script.bytes()?);
                self.receive(&transfer, what);
            }
            4 => {
                self.now = self.now + Millis(what.into());
                self.sent(false);
                // Nothing is due any more, unless answers found no room beside it.
                let due = |world: &Self| world.link.poll_at().is_some_and(|at| at <= world.now);
                let mut turns = 0;
                while due(self) {
                    self.sent(false);
                    turns += 1;
                    assert!(turns < TURNS, "always due");
                }
            }
            5 => self.sent(true),
            6 => {
                let session = &self.sessions[usize::from(what & 3) % self.sessions.len()];
                // A link of bare packets has one session, which is 0.
                let number = if matches!(self.framing, Framing::RawIp) { 0 } else { what >> 5 };
                match what & 4 {
                    0 => session.close(),
                    _ => session.open(number, u16::from(what) * 16),
                }
            }
            _ if what == 0xff => {
                self.link.reset();
                self.waiting.clear();
                assert_eq!(self.link.poll_at(), None);
            }
            _ => {}
        }
        Some(())
    }

    /// A transfer as a modem makes them, of one packet or of a command of QMAP; it may be damaged.
    fn wrapped(&self, what: u8, bytes: &[u8]) -> Vec<u8> {
        let mut memory = vec![0; 4096];
        let session = what % 5;
        let rules = Rules { max_size: 4096, max_datagrams: 0, placement: Placement::default() };
        let mut transfer = match self.framing {
            Framing::RawIp => bytes.to_vec(),
            Framing::Ntb16 => block::<false>(&mut memory, rules, session, bytes),
            Framing::Ntb32 => block::<true>(&mut memory, rules, session, bytes),
            Framing::Qmap(version) => {
                let config = qmap::Config { max_size: 4096, ..qmap::Config::new(version, Direction::Downlink) };
                let mut modem = qmap::Aggregator::new(&mut memory, config);
                match qmap::Command::parse(bytes).filter(|_| what & 0x40 != 0) {
                    Some(command) => drop(modem.push_command(session, command, ())),
                    None => drop(modem.push(session, bytes, ())),
                }
                modem.take().map(|transfer| transfer.bytes.to_vec()).unwrap_or_default()
            }
        };
        if what & 0x80 != 0 {
            let place = usize::from(what & 0x3f);
            if let Some(byte) = transfer.get_mut(place) {
                *byte ^= what;
            }
        }
        transfer
    }

    fn counters(&self) {
        let counters = self.link.counters();
        assert_eq!((counters.sent, counters.no_session), (self.sent, self.no_session));
        let of = self.sessions.iter().map(Session::counters);
        let sum = of.fold([0; 5], |[sent, not_ip, too_long, received, no_room], one| {
            [
                sent + one.sent,
                not_ip + one.sent_not_ip,
                too_long + one.sent_too_long,
                received + one.received,
                no_room + one.received_no_room,
            ]
        });
        assert_eq!(sum, [self.taken, self.not_ip, self.too_long, self.received, self.no_room]);
    }
}

fn datagrams<const WIDE: bool>(transfer: &[u8], rules: &Rules, got: &mut Vec<(u8, Vec<u8>)>) {
    let ntb = Ntb::<WIDE>::parse(transfer).expect("what was written reads");
    ntb.check(rules).expect("keeps to the rules");
    for datagram in ntb.datagrams() {
        let datagram = datagram.expect("every datagram");
        let Stream::Ips(session) = datagram.stream else { panic!("a stream that nobody has") };
        got.push((session, datagram.bytes.to_vec()));
    }
}

fn block<const WIDE: bool>(memory: &mut [u8], rules: Rules, session: u8, packet: &[u8]) -> Vec<u8> {
    let mut modem = ntb::Aggregator::<(), WIDE>::new(memory, ntb::Config::new(rules));
    let _ = modem.push(Stream::Ips(session), packet, ());
    modem.take().map(|block| block.bytes.to_vec()).unwrap_or_default()
}

fuzz_target!(|data: &[u8]| {
    let mut script = Script(data);
    let (Some(kind), Some(size), Some(most), Some(place)) =
        (script.byte(), script.byte(), script.byte(), script.byte())
    else {
        return;
    };
    let max_size = u32::from(size) * 16;
    let placement = Placement::new(4 << (place & 7), (place >> 3).into(), 4 << (place >> 5), max_size);
    let rules = Rules { max_size, max_datagrams: (most & 15).into(), placement };
    let config = ntb::Config {
        rules,
        max_datagrams: (most >> 4).into(),
        packet_size: [0, 64, 512, 512][usize::from(kind >> 6)],
        ending: [Ending::ZeroLengthPacket, Ending::AlwaysZeroLengthPacket, Ending::ExtraByte][usize::from(most % 3)],
    };
    let last = kind & 0x20 != 0;
    let mut memory = vec![0xa5; ROOM];
    let memory = &mut memory[..];
    let version = [Version::V1, Version::V4, Version::V5][usize::from(size % 3)];
    let (framing, writer, reader) = match kind % 4 {
        0 => {
            let writer = if last { NtbWriter::with_ndp_last(memory, config) } else { NtbWriter::new(memory, config) };
            (Framing::Ntb16, AnyWriter::Ntb16(writer), AnyReader::Ntb16(NtbReader::new()))
        }
        1 => {
            let writer = if last { NtbWriter::with_ndp_last(memory, config) } else { NtbWriter::new(memory, config) };
            (Framing::Ntb32, AnyWriter::Ntb32(writer), AnyReader::Ntb32(NtbReader::new()))
        }
        2 => {
            let limits = qmap::Config::new(version, Direction::Uplink);
            let config = qmap::Config { max_size, max_packets: (most & 15).into(), padding: last, ..limits };
            let reader = QmapReader::new(version, Direction::Downlink);
            (Framing::Qmap(version), AnyWriter::Qmap(QmapWriter::new(memory, config)), AnyReader::Qmap(reader))
        }
        _ => (Framing::RawIp, AnyWriter::RawIp(RawIpWriter::new(memory, 64)), AnyReader::RawIp(RawIpReader::new(0))),
    };
    let sessions = [Session::new(), Session::new(), Session::new(), Session::new()];
    let sessions = if matches!(framing, Framing::RawIp) { &sessions[..1] } else { &sessions[..] };
    sessions.iter().zip(0..).for_each(|(session, number)| session.open(number, 1500));
    let link = AnyLink::any(writer, reader, sessions, Millis((kind >> 2 & 7).into()));
    let mut world = World {
        link,
        sessions,
        framing,
        rules,
        now: Instant(1),
        waiting: VecDeque::new(),
        sent: 0,
        no_session: 0,
        taken: 0,
        not_ip: 0,
        too_long: 0,
        received: 0,
        no_room: 0,
    };
    while world.step(&mut script).is_some() {
        world.counters();
    }
    // What is left leaves.
    world.now = world.now + Millis(1000);
    (0..TURNS).for_each(|_| world.sent(false));
    assert!(world.waiting.is_empty() && world.link.poll_at().is_none());
    world.counters();
});
