//! The data plane in virtual time: IP stacks on both ends, links between them, and pipes that lose and spoil transfers. The
//! modem's end is made of the codecs alone.
#![cfg(all(feature = "net", feature = "mbim", feature = "qmi", feature = "smoltcp"))]
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

mod net_card;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use net_card::Card;
use sha2::{Digest as _, Sha256};
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{Device, Medium, TxToken};
use smoltcp::socket::tcp;
use smoltcp::time::Instant as StackInstant;
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr};
use wwan::channel::{Clock, TransferIn, TransferOut, VirtualClock};
use wwan::mbim_wire::ntb::{self, NtbParameters, Stream};
use wwan::net::smoltcp::{Port, split};
use wwan::net::{
    AnyLink, AnyReader, AnyWriter, Link, Ntb16Link, NtbReader, NtbWriter, PushError, QmapLink, QmapReader, QmapWriter,
    RawIpLink, Reader, Runner, Session, Writer,
};
use wwan::qmi_wire::qmap::{self, Body, Command, CommandKind, CommandName, Direction, Version};
use wwan::time::{Instant, Millis};

/// Rounds after which a test has failed.
const PATIENCE: usize = 20_000;
const MTU: u16 = 1400;
/// Bytes that each connection carries each way.
const AMOUNT: usize = 256 * 1024;

fn noise(len: usize, mut state: u32) -> Vec<u8> {
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..len).map(next).collect()
}

/// One direction of a pipe. A sender waits until what it has sent is taken.
#[derive(Default)]
struct Pipe {
    transfers: RefCell<VecDeque<(Vec<u8>, bool)>>,
}

impl TransferOut for &Pipe {
    type Error = Infallible;

    async fn send(&mut self, transfer: &[u8], terminate: bool) -> Result<(), Infallible> {
        poll_fn(|_| if self.transfers.borrow().is_empty() { Poll::Ready(()) } else { Poll::Pending }).await;
        self.transfers.borrow_mut().push_back((transfer.to_vec(), terminate));
        poll_fn(|_| if self.transfers.borrow().is_empty() { Poll::Ready(()) } else { Poll::Pending }).await;
        Ok(())
    }
}

impl TransferIn for &Pipe {
    type Error = Infallible;

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        poll_fn(|_| match self.transfers.borrow_mut().pop_front() {
            Some((transfer, _)) => {
                buf[..transfer.len()].copy_from_slice(&transfer);
                Poll::Ready(Ok(transfer.len()))
            }
            None => Poll::Pending,
        })
        .await
    }
}

/// The addresses of a session: the host's is `.2`, the network's `.1`. Odd sessions have IPv6.
fn address(session: u8, host: u8) -> IpAddress {
    if session.is_multiple_of(2) {
        IpAddress::v4(10, 0, session, host)
    } else {
        IpAddress::v6(0xfd00, 0, 0, session.into(), 0, 0, 0, host.into())
    }
}

/// An IP stack with one connection: the host's sends noise and reads it back, the network's sends everything back.
struct Stack {
    interface: Interface,
    sockets: SocketSet<'static>,
    socket: SocketHandle,
    data: Vec<u8>,
    sent: usize,
    back: Vec<u8>,
    is_host: bool,
}

impl Stack {
    fn new(session: u8, is_host: bool, device: &mut impl Device) -> Self {
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = u64::from(session) + 1;
        let mut interface = Interface::new(config, device, StackInstant::ZERO);
        let own = address(session, if is_host { 2 } else { 1 });
        interface.update_ip_addrs(|list| list.push(IpCidr::new(own, 24)).unwrap());
        let buffer = || tcp::SocketBuffer::new(vec![0; 32 * 1024]);
        let mut socket = tcp::Socket::new(buffer(), buffer());
        if is_host {
            socket.connect(interface.context(), (address(session, 1), 7), 40_000).unwrap();
        } else {
            socket.listen(7).unwrap();
        }
        let mut sockets = SocketSet::new(Vec::new());
        let socket = sockets.add(socket);
        let data = noise(AMOUNT, u32::from(session) + 77);
        Self { interface, sockets, socket, data, sent: 0, back: Vec::new(), is_host }
    }

    fn poll(&mut self, now: Instant, device: &mut impl Device) {
        let now = StackInstant::from_millis(now.0 as i64);
        self.interface.poll(now, device, &mut self.sockets);
        let socket = self.sockets.get_mut::<tcp::Socket>(self.socket);
        if self.is_host {
            if socket.can_send() && self.sent < self.data.len() {
                self.sent += socket.send_slice(&self.data[self.sent..]).unwrap();
            }
            while socket.can_recv() {
                socket.recv(|data| (data.len(), self.back.extend_from_slice(data))).unwrap();
            }
        } else {
            let mut buffer = [0; 4096];
            while socket.can_recv() && socket.can_send() {
                let room = (socket.send_capacity() - socket.send_queue()).min(buffer.len());
                let length = socket.recv_slice(&mut buffer[..room]).unwrap();
                assert_eq!(socket.send_slice(&buffer[..length]).unwrap(), length);
            }
        }
        self.interface.poll(now, device, &mut self.sockets);
    }

    fn is_done(&self) -> bool {
        self.back.len() >= self.data.len()
    }
}

/// The modem's codecs.
enum Codec {
    Ntb(ntb::Receiver16, ntb::Aggregator16<'static>),
    Qmap(qmap::Receiver, qmap::Aggregator<'static>, Version),
    RawIp,
}

impl Codec {
    fn read(&mut self, transfer: &[u8], mut packet: impl FnMut(u8, &[u8]), mut command: impl FnMut(u8, Command)) {
        match self {
            Self::Ntb(receiver, _) => {
                for datagram in receiver.receive(transfer).expect("a block of the host") {
                    let Stream::Ips(session) = datagram.stream else { panic!("{datagram:?}") };
                    packet(session, datagram.bytes);
                }
                assert_eq!(receiver.counters().refused_datagrams, 0);
            }
            Self::Qmap(receiver, ..) => {
                for frame in receiver.receive(transfer) {
                    match frame.body {
                        Body::Packet { bytes, .. } => packet(frame.mux_id, bytes),
                        Body::Command(found) => command(frame.mux_id, found),
                    }
                }
                assert_eq!(receiver.counters().refused, 0);
            }
            Self::RawIp => packet(0, transfer),
        }
    }

    /// Adds a packet; gives the transfer before it if there is no room.
    fn write(&mut self, session: u8, packet: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Ntb(_, aggregator) => match aggregator.push(Stream::Ips(session), packet, ()) {
                Err(ntb::PushError::Full) => {
                    let block = aggregator.take().unwrap().bytes.to_vec();
                    aggregator.push(Stream::Ips(session), packet, ()).unwrap();
                    Some(block)
                }
                result => {
                    result.unwrap();
                    None
                }
            },
            Self::Qmap(_, aggregator, version) => {
                let checksum = match version {
                    Version::V1 => qmap::Checksum::None,
                    Version::V4 => qmap::Checksum::Computed {
                        start: 0,
                        length: packet.len() as u16,
                        checksum: !ones_complement_sum(packet),
                    },
                    Version::V5 => qmap::Checksum::Flagged,
                };
                match aggregator.push_with(session, packet, checksum, ()) {
                    Err(qmap::PushError::Full) => {
                        let transfer = aggregator.take().unwrap().bytes.to_vec();
                        aggregator.push_with(session, packet, checksum, ()).unwrap();
                        Some(transfer)
                    }
                    result => {
                        result.unwrap();
                        None
                    }
                }
            }
            Self::RawIp => Some(packet.to_vec()),
        }
    }

    fn take(&mut self) -> Option<Vec<u8>> {
        match self {
            Self::Ntb(_, aggregator) => aggregator.take().map(|block| block.bytes.to_vec()),
            Self::Qmap(_, aggregator, _) => aggregator.take().map(|transfer| transfer.bytes.to_vec()),
            Self::RawIp => None,
        }
    }
}

/// RFC 1071 §4.1.
fn ones_complement_sum(bytes: &[u8]) -> u16 {
    let mut sum = 0_u64;
    for pair in bytes.chunks(2) {
        sum += u64::from(pair[0]) << 8 | u64::from(*pair.get(1).unwrap_or(&0));
    }
    while sum >> 16 != 0 {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}

/// The modem, with the network behind it.
struct Modem {
    codec: Codec,
    stacks: Vec<(u8, Stack, Card)>,
    /// What the host has answered.
    answers: Vec<(u8, Command)>,
    /// Packets of each session so far.
    packets: [u32; 256],
}

impl Modem {
    fn new(codec: Codec, sessions: &[u8]) -> Self {
        let stack = |session: &u8| {
            let mut card = Card::new(Medium::Ip, MTU.into(), 64);
            (*session, Stack::new(*session, false, &mut card), card)
        };
        let stacks = sessions.iter().map(stack).collect();
        Self { codec, stacks, answers: Vec::new(), packets: [0; 256] }
    }

    fn take(&mut self, transfer: &[u8]) {
        let (stacks, packets) = (&mut self.stacks, &mut self.packets);
        let packet = |session: u8, packet: &[u8]| {
            packets[usize::from(session)] += 1;
            let (.., card) = stacks.iter_mut().find(|(of, ..)| *of == session).expect("a session of the modem's");
            card.received.push_back(packet.to_vec());
        };
        self.codec.read(transfer, packet, |session, command| self.answers.push((session, command)));
    }

    /// Lets the network do its part.
    fn poll(&mut self, now: Instant) -> Vec<Vec<u8>> {
        let mut transfers = Vec::new();
        for (session, stack, card) in &mut self.stacks {
            stack.poll(now, card);
            for packet in card.sent.drain(..) {
                transfers.extend(self.codec.write(*session, &packet));
            }
        }
        transfers.extend(self.codec.take());
        transfers
    }
}

/// What happens to a transfer on its way; the flag tells whether it goes to the host.
type Fate<'f> = &'f dyn Fn(usize, bool, Vec<u8>) -> Vec<Vec<u8>>;

fn unharmed(_: usize, _: bool, transfer: Vec<u8>) -> Vec<Vec<u8>> {
    vec![transfer]
}

/// Connects a host by a link to a modem, until all connections of the sessions have carried everything, or until `done` says
/// so.
fn carry<W: Writer, R: Reader<Flow = W::Flow>>(
    link: Link<'_, W, R>,
    modem: &mut Modem,
    fate: Fate<'_>,
    cancel_every: usize,
    mut done: impl FnMut(&mut Modem, &Pipe, usize) -> bool,
) -> wwan::net::LinkCounters {
    let numbers: Vec<u8> = modem.stacks.iter().map(|(session, ..)| *session).collect();
    let [one, two] = [numbers[0], *numbers.last().unwrap()];
    let mut memory = [const { [0; 16 * 1402] }; 4];
    let [a, b, c, d] = &mut memory;
    let ports = [&Port::new(one, MTU, a, b), &Port::new(two, MTU, c, d)];
    let mut hosts: Vec<(Stack, &Port<'_>)> =
        numbers.iter().zip(ports).map(|(number, mut port)| (Stack::new(*number, true, &mut port), port)).collect();

    let (to_host, to_modem) = (Pipe::default(), Pipe::default());
    let clock = VirtualClock::new(Instant(1));
    let mut transfer = [0; 16 * 1024];
    let mut runner = Runner::new(link, &to_host, &to_modem, &clock, &mut transfer);
    let (mut receivers, mut senders) = split(&ports);
    let mut cx = Context::from_waker(Waker::noop());
    let (mut nth, mut round) = (0, 0);
    loop {
        let mut running = pin!(runner.run(&mut receivers, &mut senders));
        let cancelled = loop {
            round += 1;
            assert!(round < PATIENCE, "{:?}", hosts.iter().map(|(stack, _)| stack.back.len()).collect::<Vec<_>>());
            for (stack, port) in &mut hosts {
                stack.poll(clock.now(), port);
            }
            // Until it has nothing more to do.
            for _ in 0..100 {
                assert!(running.as_mut().poll(&mut cx).is_pending());
                let transfers: Vec<_> = to_modem.transfers.borrow_mut().drain(..).collect();
                for (transfer, _) in transfers {
                    nth += 1;
                    fate(nth, false, transfer).iter().for_each(|transfer| modem.take(transfer));
                }
            }
            for transfer in modem.poll(clock.now()) {
                nth += 1;
                to_host.transfers.borrow_mut().extend(fate(nth, true, transfer).into_iter().map(|one| (one, false)));
            }
            let all = hosts.iter().all(|(stack, _)| stack.is_done());
            if done(modem, &to_host, round) || all {
                break false;
            }
            clock.set(clock.now() + Millis(1));
            if cancel_every != 0 && round % cancel_every == 0 {
                break true;
            }
        };
        if !cancelled {
            break;
        }
    }
    for (stack, _) in &hosts {
        assert_eq!(Sha256::digest(&stack.back), Sha256::digest(&stack.data[..stack.back.len()]));
    }
    runner.link().counters()
}

fn until_all(_: &mut Modem, _: &Pipe, _: usize) -> bool {
    false
}

fn parameters() -> NtbParameters {
    NtbParameters {
        in_max_size: 8192,
        out_max_size: 6000,
        out_max_datagrams: 6,
        out_divisor: 4,
        out_payload_remainder: 2,
        out_alignment: 8,
        ..NtbParameters::default()
    }
}

fn ntb_modem(sessions: &[u8]) -> Modem {
    let memory = Vec::leak(vec![0; 8192]);
    let aggregator = ntb::Aggregator16::new(memory, ntb::Config::new(parameters().input()));
    Modem::new(Codec::Ntb(ntb::Receiver16::new(), aggregator), sessions)
}

fn qmap_config(version: Version, direction: Direction) -> qmap::Config {
    qmap::Config { max_size: 8192, max_packets: 11, ..qmap::Config::new(version, direction) }
}

fn qmap_modem(version: Version, sessions: &[u8]) -> Modem {
    let memory = Vec::leak(vec![0; 8192]);
    let aggregator = qmap::Aggregator::new(memory, qmap_config(version, Direction::Downlink));
    Modem::new(Codec::Qmap(qmap::Receiver::new(version, Direction::Uplink), aggregator, version), sessions)
}

fn open(numbers: [u8; 2]) -> [Session; 2] {
    numbers.map(|number| {
        let session = Session::new();
        session.open(number, MTU);
        session
    })
}

/// Nothing was dropped on any way.
fn assert_clean(link: wwan::net::LinkCounters, sessions: &[Session]) {
    let wwan::net::LinkCounters { received, sent, .. } = link;
    assert!(received > 0 && sent > 0, "{link:?}");
    assert_eq!(link.refused_transfers + link.refused_parts + link.gaps + link.unknown_session + link.others, 0);
    assert_eq!((link.no_session, link.interrupted), (0, 0));
    for session in sessions {
        let counters = session.counters();
        assert!(counters.received_bytes > AMOUNT as u64 && counters.sent_bytes > AMOUNT as u64, "{counters:?}");
        assert_eq!(counters.received_not_ip + counters.sent_not_ip + counters.sent_too_long, 0);
        assert_eq!(counters.checksum_wrong, 0);
    }
}

#[test]
fn ntb_carries_two_sessions_at_once() {
    let sessions = open([0, 3]);
    let mut memory = [0; 8192];
    let link = Ntb16Link::new(&mut memory, ntb::Config::new(parameters().output()), &sessions, Millis(2));
    let mut modem = ntb_modem(&[0, 3]);
    let rules = parameters().output();
    let judge = |nth: usize, to_host: bool, transfer: Vec<u8>| {
        if !to_host {
            ntb::Ntb16::parse(&transfer).unwrap().check(&rules).expect("what the function demands");
        }
        unharmed(nth, to_host, transfer)
    };
    let counters = carry(link, &mut modem, &judge, 0, until_all);
    assert_clean(counters, &sessions);
    // Aggregated, both sessions in one block too.
    let packets: u32 = sessions.iter().map(|session| session.counters().sent).sum();
    assert!(packets > 2 * counters.sent, "{packets} packets in {} blocks", counters.sent);
}

#[test]
fn ndp_at_the_end() {
    let sessions = open([0, 1]);
    let mut memory = [0; 8192];
    let config = ntb::Config::new(parameters().output());
    let link = Ntb16Link::with_ndp_last(&mut memory, config, &sessions, Millis(2));
    assert_clean(carry(link, &mut ntb_modem(&[0, 1]), &unharmed, 0, until_all), &sessions);
}

#[test]
fn qmap_carries_two_sessions_at_once() {
    for version in [Version::V1, Version::V4, Version::V5] {
        let sessions = open([1, 130]);
        let mut memory = [0; 8192];
        let link = QmapLink::new(&mut memory, qmap_config(version, Direction::Uplink), &sessions, Millis(1));
        let counters = carry(link, &mut qmap_modem(version, &[1, 130]), &unharmed, 0, until_all);
        assert_clean(counters, &sessions);
        for session in &sessions {
            let counters = session.counters();
            let judged = if version == Version::V1 { 0 } else { counters.received };
            assert_eq!(counters.checksum_right, judged, "{version:?}");
        }
    }
}

#[test]
fn the_framing_can_be_chosen_at_run_time() {
    let sessions = open([0, 1]);
    let mut memory = [0; 8192];
    let writer = AnyWriter::Ntb16(NtbWriter::new(&mut memory, ntb::Config::new(parameters().output())));
    let link = AnyLink::any(writer, AnyReader::Ntb16(NtbReader::new()), &sessions, Millis(1));
    assert_clean(carry(link, &mut ntb_modem(&[0, 1]), &unharmed, 0, until_all), &sessions);

    let sessions = open([2, 5]);
    let mut memory = [0; 8192];
    let writer = AnyWriter::Qmap(QmapWriter::new(&mut memory, qmap_config(Version::V4, Direction::Uplink)));
    let reader = AnyReader::Qmap(QmapReader::new(Version::V4, Direction::Downlink));
    let link = AnyLink::any(writer, reader, &sessions, Millis(1));
    assert_clean(carry(link, &mut qmap_modem(Version::V4, &[2, 5]), &unharmed, 0, until_all), &sessions);
}

#[test]
fn raw_ip_carries_one() {
    let session = Session::new();
    session.open(0, MTU);
    let mut memory = [0; 1500];
    let link = RawIpLink::new(&mut memory, 512, core::slice::from_ref(&session));
    let mut modem = Modem::new(Codec::RawIp, &[0]);
    assert_clean(carry(link, &mut modem, &unharmed, 0, until_all), core::slice::from_ref(&session));
}

#[test]
fn lost_transfers_are_noticed_and_made_good() {
    let sessions = open([0, 1]);
    let mut memory = [0; 8192];
    let link = Ntb16Link::new(&mut memory, ntb::Config::new(parameters().output()), &sessions, Millis(1));
    let to_host = Cell::new(0);
    let lose = |nth: usize, to: bool, transfer: Vec<u8>| {
        if nth.is_multiple_of(23) {
            to_host.set(to_host.get() + u32::from(to));
            return Vec::new();
        }
        vec![transfer]
    };
    let counters = carry(link, &mut ntb_modem(&[0, 1]), &lose, 0, until_all);
    assert!(to_host.get() > 3);
    // One gap each, unless it was the last one, or two in succession.
    assert!(counters.gaps <= to_host.get() && counters.gaps + 3 > to_host.get() / 2, "{counters:?}");
}

#[test]
fn garbage_is_refused_and_hurts_nothing() {
    for kind in 0..2 {
        let sessions = open([1, 2]);
        let mut memory = [0; 8192];
        let spoil = |nth: usize, to_host: bool, transfer: Vec<u8>| {
            if !to_host || !nth.is_multiple_of(5) {
                return vec![transfer];
            }
            let mut spoilt = transfer.clone();
            let at = nth * 7919 % spoilt.len().min(40);
            spoilt[at] ^= 1 << (nth % 8);
            let cut = transfer[..nth * 131 % transfer.len()].to_vec();
            // A zero-length packet is nothing at all.
            vec![noise(nth % 700 + 1, nth as u32 + 1), Vec::new(), spoilt, cut, transfer]
        };
        let counters = if kind == 0 {
            let config = ntb::Config::new(parameters().output());
            let link = Ntb16Link::new(&mut memory, config, &sessions, Millis(1));
            carry(link, &mut ntb_modem(&[1, 2]), &spoil, 0, until_all)
        } else {
            let link = QmapLink::new(&mut memory, qmap_config(Version::V5, Direction::Uplink), &sessions, Millis(1));
            carry(link, &mut qmap_modem(Version::V5, &[1, 2]), &spoil, 0, until_all)
        };
        assert!(counters.refused_transfers + counters.refused_parts > 10, "{counters:?}");
    }
}

#[test]
fn a_runner_can_be_dropped_at_any_time() {
    for every in [1, 2, 3] {
        let sessions = open([0, 1]);
        let mut memory = [0; 8192];
        let link = Ntb16Link::new(&mut memory, ntb::Config::new(parameters().output()), &sessions, Millis(1));
        let counters = carry(link, &mut ntb_modem(&[0, 1]), &unharmed, every, until_all);
        // Every transfer was taken before the runner was dropped.
        assert_clean(counters, &sessions);
    }
}

#[test]
fn a_transfer_dropped_on_its_way_is_counted() {
    let sessions = open([0, 1]);
    let (mut memory, mut buffer, mut queues) = ([0; 4096], [0; 4096], [[0; 3000]; 2]);
    let link = Ntb16Link::new(&mut memory, ntb::Config::new(parameters().output()), &sessions, Millis(0));
    let (to_host, to_modem, clock) = (Pipe::default(), Pipe::default(), VirtualClock::new(Instant(1)));
    let [a, b] = &mut queues;
    let port = Port::new(0, MTU, a, b);
    TxToken::consume((&port).transmit(StackInstant::ZERO).unwrap(), 20, |packet| packet[0] = 0x45);
    let mut runner = Runner::new(link, &to_host, &to_modem, &clock, &mut buffer);
    let ports = [&port];
    let (mut receivers, mut senders) = split(&ports);
    let mut cx = Context::from_waker(Waker::noop());
    assert!(pin!(runner.run(&mut receivers, &mut senders)).poll(&mut cx).is_pending());
    assert_eq!(to_modem.transfers.borrow().len(), 1);
    assert_eq!(runner.link().counters().interrupted, 0);
    assert!(pin!(runner.run(&mut receivers, &mut senders)).poll(&mut cx).is_pending());
    assert_eq!(runner.link().counters().interrupted, 1);
}

#[test]
fn the_modem_stops_and_starts_a_flow() {
    let sessions = open([1, 2]);
    let mut memory = [0; 8192];
    let link = QmapLink::new(&mut memory, qmap_config(Version::V1, Direction::Uplink), &sessions, Millis(1));
    let mut modem = qmap_modem(Version::V1, &[1, 2]);
    let tell = |modem: &mut Modem, pipe: &Pipe, command: Command| {
        let Codec::Qmap(_, aggregator, _) = &mut modem.codec else { unreachable!() };
        aggregator.push_command(1, command, ()).unwrap();
        let transfer = aggregator.take().unwrap().bytes.to_vec();
        pipe.transfers.borrow_mut().push_back((transfer, false));
    };
    let mut disable = Command::request(CommandName::FLOW_DISABLE, 41);
    disable.flow_sequence = 9;
    let enable = Command::request(CommandName::FLOW_ENABLE, 42);
    let strange = Command::request(CommandName(77), 43);
    let mut at_stop = 0;
    let counters = carry(link, &mut modem, &unharmed, 0, |modem, pipe, round| {
        match round {
            // In the middle of both.
            10 => tell(modem, pipe, disable),
            12 => {
                assert_eq!(modem.answers, [(1, disable.answer(CommandKind::Ack))]);
                at_stop = modem.packets[1];
            }
            3000 => {
                assert_eq!(modem.packets[1], at_stop, "it was told to wait");
                assert!(at_stop > 0 && modem.packets[2] > 100, "{:?}", &modem.packets[..4]);
                tell(modem, pipe, strange);
            }
            3010 => {
                assert_eq!(modem.answers.last(), Some(&(1, strange.answer(CommandKind::Unsupported))));
                tell(modem, pipe, enable);
            }
            _ => {}
        }
        false
    });
    assert_eq!(modem.answers.last(), Some(&(1, enable.answer(CommandKind::Ack))));
    assert!(modem.packets[1] > at_stop);
    assert_eq!(counters.commands, 3);
    assert_clean(counters, &sessions);
}

#[test]
fn a_session_opened_anew_may_send() {
    let sessions = open([1, 2]);
    let mut memory = [0; 4096];
    let mut link = QmapLink::new(&mut memory, qmap_config(Version::V1, Direction::Uplink), &sessions, Millis(0));
    let disable = |link: &mut QmapLink<'_>, mux_id| {
        let mut memory = [0; 64];
        let mut modem = qmap::Aggregator::new(&mut memory, qmap_config(Version::V1, Direction::Downlink));
        modem.push_command(mux_id, Command::request(CommandName::FLOW_DISABLE, 1), ()).unwrap();
        link.receive(modem.take().unwrap().bytes, |_| unreachable!());
    };
    disable(&mut link, 1);
    disable(&mut link, 2);
    let packet = [0x45; 40];
    assert_eq!(link.push(Instant(0), 1, &packet), Err(PushError::Blocked));
    // The bearer goes down and comes up again: the modem says nothing of a flow that it never stopped.
    sessions[0].close();
    sessions[0].open(1, 1500);
    assert!(link.may_send(1) && !link.may_send(2));
    assert_eq!(link.push(Instant(0), 1, &packet), Ok(()));
    assert_eq!(link.push(Instant(0), 2, &packet), Err(PushError::Blocked));
    // What it says of the new one holds, although nothing was sent in between.
    sessions[0].open(1, 1500);
    disable(&mut link, 1);
    assert_eq!(link.push(Instant(0), 1, &packet), Err(PushError::Blocked));
}

#[test]
fn answers_that_find_no_memory_are_counted() {
    let sessions = open([1, 2]);
    let mut memory = [0; 8];
    let mut link = QmapLink::new(&mut memory, qmap_config(Version::V1, Direction::Uplink), &sessions, Millis(0));
    let mut other = [0; 64];
    let mut modem = qmap::Aggregator::new(&mut other, qmap_config(Version::V1, Direction::Downlink));
    modem.push_command(1, Command::request(CommandName::FLOW_DISABLE, 1), ()).unwrap();
    link.receive(modem.take().unwrap().bytes, |_| unreachable!());
    assert!(link.transmit(Instant(0)).is_none());
    assert_eq!((link.flow().unanswered(), link.poll_at()), (1, None));
}

#[test]
fn a_link_says_when_a_transfer_leaves() {
    let sessions = open([0, 1]);
    sessions[1].open(1, 600);
    let mut memory = [0; 2048];
    let mut config = ntb::Config::new(parameters().output());
    config.max_datagrams = 3;
    let mut link = Ntb16Link::new(&mut memory, config, &sessions, Millis(5));
    let packet = [0x45; 500];
    assert_eq!(link.poll_at(), None);
    assert!(link.transmit(Instant(0)).is_none() && link.flush().is_none());

    // By time: that of the first one.
    link.push(Instant(10), 0, &packet).unwrap();
    link.push(Instant(14), 1, &packet).unwrap();
    assert_eq!(link.poll_at(), Some(Instant(15)));
    assert!(link.transmit(Instant(14)).is_none());
    assert!(link.transmit(Instant(15)).is_some());
    assert_eq!((link.poll_at(), link.counters().sent), (None, 1));

    // By number.
    for _ in 0..3 {
        link.push(Instant(20), 0, &packet).unwrap();
    }
    assert_eq!(link.poll_at(), Some(Instant(0)));
    assert_eq!(link.push(Instant(20), 0, &packet), Err(PushError::Full));
    assert!(link.transmit(Instant(20)).is_some());

    // By size: as the memory is.
    link.push(Instant(20), 0, &[0x60; 1300]).unwrap();
    assert_eq!(link.push(Instant(20), 0, &[0x60; 800]), Err(PushError::Full));
    assert!(link.flush().is_some());
    link.push(Instant(20), 0, &[0x60; 800]).unwrap();

    // What is lost is counted.
    assert_eq!(link.push(Instant(20), 7, &packet), Err(PushError::NoSession));
    assert_eq!(link.push(Instant(20), 0, &[]), Err(PushError::NotIp));
    assert_eq!(link.push(Instant(20), 0, &[0x15; 40]), Err(PushError::NotIp));
    assert_eq!(link.push(Instant(20), 1, &[0x45; 601]), Err(PushError::TooLong));
    sessions[1].close();
    assert_eq!(link.push(Instant(20), 1, &packet), Err(PushError::NoSession));
    assert_eq!(link.counters().no_session, 2);
    assert_eq!((sessions[0].counters().sent_not_ip, sessions[1].counters().sent_too_long), (2, 1));
    link.reset();
    assert!(link.flush().is_none());
}

#[test]
fn what_finds_no_room_is_counted() {
    let sessions = open([0, 1]);
    let (mut memory, mut peers) = ([0; 4096], [0; 4096]);
    let config = ntb::Config { max_datagrams: 8, ..ntb::Config::new(parameters().input()) };
    let mut modem = ntb::Aggregator16::new(&mut peers, config);
    let mut link = Ntb16Link::new(&mut memory, config, &sessions, Millis(0));
    for stream in [Stream::Ips(0), Stream::Ips(0), Stream::Ips(1), Stream::Ips(9), Stream::Dss(0)] {
        modem.push(stream, &[0x45; 40], ()).unwrap();
    }
    modem.push(Stream::Ips(1), &[0x05; 40], ()).unwrap();
    let block = modem.take().unwrap().bytes.to_vec();
    let mut room = 2;
    link.receive(&block, |packet| {
        assert_eq!(packet.bytes, [0x45; 40]);
        room -= 1;
        room >= 0
    });
    let [one, two] = [sessions[0].counters(), sessions[1].counters()];
    assert_eq!((one.received, one.received_bytes, one.received_no_room), (2, 80, 0));
    assert_eq!((two.received, two.received_no_room, two.received_not_ip), (0, 1, 1));
    let counters = link.counters();
    assert_eq!((counters.received, counters.unknown_session, counters.others), (1, 1, 1));
}

#[cfg(feature = "embassy-net")]
#[test]
fn embassy_devices_have_their_packets_carried() {
    use embassy_net_driver_channel as ch;
    use embassy_net_driver_channel::driver::{Driver as _, HardwareAddress, LinkState, RxToken as _, TxToken as _};
    use wwan::net::embassy::Devices;

    let sessions = open([0, 1]);
    let (mut memory, mut buffer) = ([0; 4096], [0; 4096]);
    let link = Ntb16Link::new(&mut memory, ntb::Config::new(parameters().output()), &sessions, Millis(3));
    let (mut one, mut two) = (ch::State::<1400, 2, 2>::new(), ch::State::<1400, 2, 2>::new());
    let (runner, mut first) = ch::new(&mut one, HardwareAddress::Ip);
    let (other, mut second) = ch::new(&mut two, HardwareAddress::Ip);
    let mut cx = Context::from_waker(Waker::noop());
    let bearer = runner.state_runner();
    assert!(first.link_state(&mut cx) == LinkState::Down);
    let mut devices = Devices::new([(0, runner), (1, other)]);
    bearer.set_link_state(LinkState::Up);
    assert!(first.link_state(&mut cx) == LinkState::Up);

    let (to_host, to_modem, clock) = (Pipe::default(), Pipe::default(), VirtualClock::new(Instant(1)));
    let mut runner = Runner::new(link, &to_host, &to_modem, &clock, &mut buffer);
    let (mut receivers, mut senders) = devices.split();
    let mut running = pin!(runner.run(&mut receivers, &mut senders));

    // Two of the first, one of the second; one transfer, when it is due.
    for _ in 0..2 {
        first.transmit(&mut cx).unwrap().consume(100, |packet| packet.fill(0x45));
    }
    second.transmit(&mut cx).unwrap().consume(60, |packet| packet.fill(0x60));
    assert!(running.as_mut().poll(&mut cx).is_pending());
    assert!(to_modem.transfers.borrow().is_empty());
    assert_eq!(clock.advance(), Some(Instant(4)));
    assert!(running.as_mut().poll(&mut cx).is_pending());
    let (transfer, _) = to_modem.transfers.borrow_mut().pop_front().unwrap();
    let mut receiver = ntb::Receiver16::new();
    let mut found: Vec<_> =
        receiver.receive(&transfer).unwrap().map(|datagram| (datagram.stream, datagram.bytes.len())).collect();
    found.sort();
    assert_eq!(found, [(Stream::Ips(0), 100), (Stream::Ips(0), 100), (Stream::Ips(1), 60)]);

    // Three to the first, which has room for two.
    let mut modem = ntb_modem(&[0]);
    for _ in 0..3 {
        assert_eq!(modem.codec.write(0, &[0x45; 200]), None);
    }
    assert_eq!(modem.codec.write(1, &[0x60; 80]), None);
    to_host.transfers.borrow_mut().push_back((modem.codec.take().unwrap(), false));
    assert!(running.as_mut().poll(&mut cx).is_pending());
    for (device, length) in [(&mut first, 200), (&mut second, 80)] {
        let (packet, _) = device.receive(&mut cx).unwrap();
        packet.consume(|packet| assert_eq!(packet.len(), length));
    }
    assert_eq!((sessions[0].counters().received, sessions[0].counters().received_no_room), (2, 1));
    assert_eq!(sessions[1].counters().received, 1);
}
