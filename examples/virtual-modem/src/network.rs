//! The network behind the modem: what a host finds at the other end of its data sessions, so that packets can be tried
//! without a network. The IP stack is smoltcp's.
//!
//! Whatever address a host sends to, it finds this behind it:
//!
//! | what | where |
//! |---|---|
//! | echo | ICMP and ICMPv6; UDP and TCP port [`ECHO`] |
//! | discard | UDP and TCP port [`DISCARD`] |
//! | source | TCP port [`SOURCE`]: takes a line with a decimal count, sends as many bytes of the [`pattern`], and closes |
//! | digest | TCP port [`DIGEST`]: takes everything until the host closes, answers with a line: count, space, SHA-256 |
//! | names | UDP port [`NAMES`], the DNS; see [`HOSTS`] |
//! | DHCP | of its address, if the host asks for it |
//! | router | answers router solicitations with the prefix of the session, the MTU and the name servers |
//!
//! On a link with Ethernet headers, it answers ARP and neighbour solicitations too.
//!
//! Packets are checked before anything looks at them, as a network does: those of sessions that are not up, from addresses
//! that are not the session's, and with wrong checksums are dropped, and [counted](Counters).
//!
//! Nothing here does I/O or reads a clock: packets and the time go in, packets and the next deadline come out.

use std::collections::VecDeque;

use qmi_wire::link::{EtherType, Ethernet, Frame, IpVersion};
use qmi_wire::service::wda::LinkLayerProtocol;
use wwan::device::modem::Modem;
use wwan::device::modem::bearer::IpConfiguration;
use wwan::time::Instant;

mod bearer;
mod names;
mod neighbours;
mod packet;
mod services;

use bearer::Bearer;
pub use names::HOSTS;
pub use services::{DIGEST, DISCARD, ECHO, NAMES, SOURCE, pattern};

/// Packets to the host that wait; TCP waits when there are more.
const WAITING: usize = 512;
/// The same with those that cannot wait elsewhere: answers to single packets.
const MOST_WAITING: usize = 1024;

/// Ethernet address of the modem, on links that have them.
pub const MODEM_ADDRESS: [u8; 6] = [0x02, 0x50, 0xf3, 0x00, 0x00, 0x01];

/// What packets of the link begin with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LinkLayer {
    /// Nothing: they are IP packets.
    #[default]
    Ip,
    /// An Ethernet header (802.3 of QMI).
    Ethernet,
}

/// What was counted, all sessions together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Packets from the host.
    pub received: u64,
    /// Bytes of them.
    pub received_bytes: u64,
    /// Packets to the host.
    pub sent: u64,
    /// Bytes of them.
    pub sent_bytes: u64,
    /// From the host, dropped: for a session that is not up.
    pub no_bearer: u64,
    /// Dropped: no packet at all, or cut, or with a field that cannot be.
    pub malformed: u64,
    /// Dropped: a checksum is wrong.
    pub checksum: u64,
    /// Dropped: from an address that is not the session's.
    pub foreign_source: u64,
    /// Dropped: a fragment, which is not put together here.
    pub fragment: u64,
    /// To the host, dropped: more wait than there is room for.
    pub overflow: u64,
    /// To the host, dropped: its session went down while they waited.
    pub too_late: u64,
    /// Lines to the source that are no count.
    pub bad_requests: u64,
}

impl Counters {
    /// Packets from the host that were dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        let all = [self.no_bearer, self.malformed, self.checksum, self.foreign_source, self.fragment];
        all.into_iter().fold(0, u64::saturating_add)
    }
}

fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

fn add(counter: &mut u64, bytes: usize) {
    *counter = counter.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
}

/// The network, with a bearer for each session that is up.
#[derive(Debug, Default)]
pub struct Network {
    link: LinkLayer,
    bearers: Vec<Bearer>,
    waiting: Waiting,
    counters: Counters,
}

impl Network {
    /// A network without a bearer, on a link of IP packets.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Changes what packets begin with. Those that wait are lost.
    pub fn set_link(&mut self, link: LinkLayer) {
        if self.link != link {
            self.link = link;
            for (..) in self.waiting.queue.drain(..) {
                count(&mut self.counters.too_late);
            }
        }
    }

    /// Brings bearers up and down as the model has its sessions.
    pub fn follow(&mut self, now: Instant, modem: &Modem) {
        let gone = |bearer: &&Bearer| modem.ip_configuration(bearer.session).is_none();
        while let Some(session) = self.bearers.iter().find(gone).map(|bearer| bearer.session) {
            self.down(session);
        }
        for session in modem.sessions() {
            if let Some(addresses) = modem.ip_configuration(session.session) {
                self.up(now, session.session, addresses);
            }
        }
    }

    /// Brings the bearer of a session up, or changes its addresses. With other addresses than before it is another bearer:
    /// connections are lost.
    pub fn up(&mut self, now: Instant, session: u8, addresses: &IpConfiguration) {
        match self.bearers.iter_mut().find(|bearer| bearer.session == session) {
            Some(bearer) => bearer.change(now, addresses),
            None => self.bearers.push(Bearer::new(now, session, addresses)),
        }
    }

    /// Takes the bearer of a session down, with its connections.
    pub fn down(&mut self, session: u8) {
        self.bearers.retain(|bearer| bearer.session != session);
        let before = self.waiting.queue.len();
        self.waiting.queue.retain(|(of, _)| *of != session);
        add(&mut self.counters.too_late, before.saturating_sub(self.waiting.queue.len()));
    }

    /// Takes a packet from the host, as the [link](Self::set_link) has them.
    pub fn receive(&mut self, now: Instant, session: u8, packet: &[u8]) {
        count(&mut self.counters.received);
        add(&mut self.counters.received_bytes, packet.len());
        let Some(bearer) = self.bearers.iter_mut().find(|bearer| bearer.session == session) else {
            count(&mut self.counters.no_bearer);
            return;
        };
        let mut exit = Exit { waiting: &mut self.waiting, counters: &mut self.counters, session, head: None };
        let ip = match self.link {
            LinkLayer::Ip => packet,
            LinkLayer::Ethernet => match Frame::parse(LinkLayerProtocol::_802_3, packet) {
                // A host that has taken the link for one of IP packets.
                Ok(Frame::Ip(_, packet)) => packet,
                Ok(Frame::Ethernet(header, payload)) => {
                    bearer.host_address = header.source;
                    match header.ether_type {
                        EtherType::ARP => return bearer.receive_arp(payload, &mut exit),
                        EtherType::IPV4 | EtherType::IPV6 => payload,
                        // Such as LLDP: no network answers that.
                        _ => return,
                    }
                }
                Err(_) => &[],
            },
        };
        exit.head = head(self.link, bearer);
        bearer.receive(now, ip, &mut exit);
    }

    /// The next packet to the host and its session, as the [link](Self::set_link) has them; `None` when there is none now.
    ///
    /// Who cannot take it after all [keeps](Self::keep) it.
    pub fn transmit(&mut self, now: Instant) -> Option<(u8, &[u8])> {
        if let Some((_, spent)) = self.waiting.lent.take() {
            self.waiting.spare.push(spent);
        }
        if self.waiting.queue.is_empty() {
            self.run(now);
        }
        let (session, packet) = &*self.waiting.lent.insert(self.waiting.queue.pop_front()?);
        count(&mut self.counters.sent);
        add(&mut self.counters.sent_bytes, packet.len());
        Some((*session, packet))
    }

    /// Keeps the packet that was transmitted last: it is the next one again.
    pub fn keep(&mut self) {
        if let Some((session, packet)) = self.waiting.lent.take() {
            self.counters.sent = self.counters.sent.saturating_sub(1);
            let bytes = u64::try_from(packet.len()).unwrap_or(u64::MAX);
            self.counters.sent_bytes = self.counters.sent_bytes.saturating_sub(bytes);
            self.waiting.queue.push_front((session, packet));
        }
    }

    fn run(&mut self, now: Instant) {
        for bearer in &mut self.bearers {
            let head = head(self.link, bearer);
            let (waiting, counters, session) = (&mut self.waiting, &mut self.counters, bearer.session);
            bearer.run(now, None, &mut Exit { waiting, counters, session, head });
        }
    }

    /// When there is something to [transmit](Self::transmit); `None` for not before something is received. Who cannot take
    /// packets now waits for that instead.
    pub fn poll_at(&mut self, now: Instant) -> Option<Instant> {
        if !self.waiting.queue.is_empty() {
            return Some(now);
        }
        self.bearers.iter_mut().filter_map(|bearer| bearer.poll_at(now)).min()
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }
}

/// What packets to the host begin with.
fn head(link: LinkLayer, bearer: &Bearer) -> Option<Ethernet> {
    let header = Ethernet { destination: bearer.host_address, source: MODEM_ADDRESS, ether_type: EtherType::default() };
    (link == LinkLayer::Ethernet).then_some(header)
}

/// Packets that wait for the host. Their memory is used again.
#[derive(Debug, Default)]
struct Waiting {
    queue: VecDeque<(u8, Vec<u8>)>,
    spare: Vec<Vec<u8>>,
    lent: Option<(u8, Vec<u8>)>,
}

/// The way to the host, of one bearer.
#[derive(Debug)]
struct Exit<'n> {
    waiting: &'n mut Waiting,
    counters: &'n mut Counters,
    session: u8,
    /// In front of packets, if there is anything; its type follows from them.
    head: Option<Ethernet>,
}

impl Exit<'_> {
    /// Whether who can wait should.
    fn is_full(&self) -> bool {
        self.waiting.queue.len() >= WAITING
    }

    /// Puts an IP packet on the way, which `fill` writes.
    fn packet<R>(&mut self, len: usize, fill: impl FnOnce(&mut [u8]) -> R) -> R {
        let head_len = if self.head.is_some() { Ethernet::LEN } else { 0 };
        let mut packet = self.waiting.spare.pop().unwrap_or_default();
        packet.clear();
        packet.resize(head_len.saturating_add(len), 0);
        let (head, body) = packet.split_at_mut_checked(head_len).unwrap_or_default();
        let done = fill(body);
        if let Some(header) = self.head {
            let ether_type = IpVersion::of(body).map_or(EtherType::default(), IpVersion::ether_type);
            head.copy_from_slice(&Ethernet { ether_type, ..header }.to_bytes());
        }
        self.put(packet);
        done
    }

    /// Puts a frame of the link on the way.
    fn put(&mut self, frame: Vec<u8>) {
        if self.waiting.queue.len() < MOST_WAITING {
            self.waiting.queue.push_back((self.session, frame));
        } else {
            count(&mut self.counters.overflow);
            self.waiting.spare.push(frame);
        }
    }
}
