//! The network behind the modem, with smoltcp as the host, in virtual time.
#![cfg(feature = "network")]
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

#[path = "../../../tests/net_card/mod.rs"]
mod net_card;

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use net_card::Card;
use sha2::{Digest as _, Sha256};
use smoltcp::iface::{Config, Interface, SocketHandle, SocketSet};
use smoltcp::phy::{ChecksumCapabilities, Medium};
use smoltcp::socket::{dhcpv4, dns, icmp, tcp, udp};
use smoltcp::time::Instant as StackInstant;
use smoltcp::wire::{
    DnsQueryType, EthernetAddress, HardwareAddress, Icmpv4Packet, Icmpv4Repr, Icmpv6Packet, Icmpv6Repr, IpAddress,
    IpCidr, Ipv4Packet, Ipv6Packet, Ipv6Repr, NdiscRepr,
};
use virtual_modem::network::{Counters, DIGEST, DISCARD, ECHO, HOSTS, LinkLayer, Network, SOURCE, pattern};
use wwan::device::modem::bearer::{IpConfiguration, IpKind, Ipv4Configuration, Ipv6Configuration};
use wwan::time::{Instant, Millis};

const SESSION: u8 = 3;
const HOST: [u8; 6] = [2, 0, 0, 0, 0, 7];
/// Rounds of a millisecond after which a test has failed.
const PATIENCE: usize = 30_000;

fn addresses(kind: IpKind) -> IpConfiguration {
    let mut dns4 = heapless::Vec::new();
    dns4.push(Ipv4Addr::new(192, 0, 2, 53)).unwrap();
    let mut dns6 = heapless::Vec::new();
    dns6.push(Ipv6Addr::new(0x2001, 0xdb8, 0x53, 0, 0, 0, 0, 0x35)).unwrap();
    IpConfiguration {
        v4: kind.has_v4().then(|| Ipv4Configuration {
            address: Ipv4Addr::new(10, 64, 0, 14),
            prefix: 30,
            gateway: Ipv4Addr::new(10, 64, 0, 13),
            dns: dns4,
        }),
        v6: kind.has_v6().then(|| Ipv6Configuration {
            address: "2001:db8:67::2".parse().unwrap(),
            prefix: 64,
            gateway: "2001:db8:67::1".parse().unwrap(),
            dns: dns6,
        }),
        mtu: 1400,
    }
}

/// A host, and the network that it is in.
struct Lab {
    now: Instant,
    network: Network,
    card: Card,
    interface: Interface,
    sockets: SocketSet<'static>,
}

impl Lab {
    fn new(medium: Medium) -> Self {
        let now = Instant(1000);
        let mut network = Network::new();
        network.up(now, SESSION, &addresses(IpKind::V4V6));
        let hardware = match medium {
            Medium::Ethernet => {
                network.set_link(LinkLayer::Ethernet);
                HardwareAddress::Ethernet(EthernetAddress(HOST))
            }
            _ => HardwareAddress::Ip,
        };
        // A frame of Ethernet has a header of 14 bytes.
        let mut card = Card::new(medium, if medium == Medium::Ip { 1400 } else { 1414 }, usize::MAX);
        let mut interface = Interface::new(Config::new(hardware), &mut card, StackInstant::from_millis(1000));
        if medium == Medium::Ip {
            interface.update_ip_addrs(|list| {
                list.push("10.64.0.14/30".parse::<IpCidr>().unwrap()).unwrap();
                list.push("2001:db8:67::2/64".parse::<IpCidr>().unwrap()).unwrap();
            });
            interface.routes_mut().add_default_ipv4_route(Ipv4Addr::new(10, 64, 0, 13)).unwrap();
            interface.routes_mut().add_default_ipv6_route("2001:db8:67::1".parse().unwrap()).unwrap();
        }
        Self { now, network, card, interface, sockets: SocketSet::new(Vec::new()) }
    }

    /// Takes packets to and fro until both are quiet, then lets a millisecond pass.
    fn step(&mut self) {
        loop {
            let now = StackInstant::from_millis(self.now.0 as i64);
            self.interface.poll(now, &mut self.card, &mut self.sockets);
            let mut quiet = self.card.sent.is_empty();
            while let Some(packet) = self.card.sent.pop_front() {
                self.network.receive(self.now, SESSION, &packet);
            }
            while let Some((session, packet)) = self.network.transmit(self.now) {
                assert_eq!(session, SESSION);
                self.card.received.push_back(packet.to_vec());
                quiet = false;
            }
            if quiet {
                break;
            }
        }
        self.now = self.now + Millis(1);
    }

    /// Steps until something is there.
    fn until<R>(&mut self, what: &str, mut done: impl FnMut(&mut Self) -> Option<R>) -> R {
        for _ in 0..PATIENCE {
            if let Some(result) = done(self) {
                return result;
            }
            self.step();
        }
        panic!("{what} does not come; counters: {:?}", self.network.counters());
    }

    fn connect(&mut self, to: IpAddr, port: u16, own_port: u16) -> SocketHandle {
        let buffer = || tcp::SocketBuffer::new(vec![0; 65_536]);
        let mut socket = tcp::Socket::new(buffer(), buffer());
        socket.connect(self.interface.context(), (to, port), own_port).unwrap();
        self.sockets.add(socket)
    }

    /// One packet in, all packets out.
    fn exchange(&mut self, packet: &[u8]) -> Vec<Vec<u8>> {
        self.network.receive(self.now, SESSION, packet);
        let mut out = Vec::new();
        while let Some((_, packet)) = self.network.transmit(self.now) {
            out.push(packet.to_vec());
        }
        out
    }
}

/// Sends `data` and reads what comes back, until the other side closes; closes when all is sent.
fn talk(lab: &mut Lab, handle: SocketHandle, data: &[u8]) -> Vec<u8> {
    let (mut sent, mut back) = (0, Vec::new());
    lab.until("end of the connection", |lab| {
        let socket = lab.sockets.get_mut::<tcp::Socket>(handle);
        if socket.can_send() && sent < data.len() {
            sent += socket.send_slice(&data[sent..]).unwrap();
        }
        if sent == data.len() && socket.state() == tcp::State::Established {
            socket.close();
        }
        while socket.can_recv() {
            socket.recv(|data| (data.len(), back.extend_from_slice(data))).unwrap();
        }
        (sent == data.len() && !socket.may_recv()).then_some(())
    });
    back
}

fn noise(len: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_u32;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..len).map(next).collect()
}

#[test]
fn every_address_answers_a_ping() {
    let mut lab = Lab::new(Medium::Ip);
    for to in ["10.64.0.13", "198.51.100.200", "2001:db8:67::1", "2001:db8:ffff::9"] {
        let to: IpAddress = to.parse().unwrap();
        let buffer = || icmp::PacketBuffer::new(vec![icmp::PacketMetadata::EMPTY; 4], vec![0; 4096]);
        let mut socket = icmp::Socket::new(buffer(), buffer());
        socket.bind(icmp::Endpoint::Ident(0x22b)).unwrap();
        let checksum = ChecksumCapabilities::default();
        let data = noise(1200);
        match to {
            IpAddress::Ipv4(_) => {
                let echo = Icmpv4Repr::EchoRequest { ident: 0x22b, seq_no: 1, data: &data };
                let payload = socket.send(echo.buffer_len(), to).unwrap();
                echo.emit(&mut Icmpv4Packet::new_unchecked(payload), &checksum);
            }
            IpAddress::Ipv6(to_v6) => {
                let echo = Icmpv6Repr::EchoRequest { ident: 0x22b, seq_no: 1, data: &data };
                let payload = socket.send(echo.buffer_len(), to).unwrap();
                let own = "2001:db8:67::2".parse().unwrap();
                echo.emit(&own, &to_v6, &mut Icmpv6Packet::new_unchecked(payload), &checksum);
            }
        }
        let handle = lab.sockets.add(socket);
        lab.until("echo", |lab| {
            let socket = lab.sockets.get_mut::<icmp::Socket>(handle);
            let (reply, from) = socket.can_recv().then(|| socket.recv().unwrap())?;
            assert_eq!(from, to);
            assert_eq!(reply[8..], data[..]);
            Some(())
        });
        lab.sockets.remove(handle);
    }
    let Counters { received: 4, sent: 4, .. } = *lab.network.counters() else {
        panic!("{:?}", lab.network.counters());
    };
    assert_eq!(lab.network.counters().dropped(), 0);
}

#[test]
fn names_have_addresses() {
    let mut lab = Lab::new(Medium::Ip);
    let servers = ["192.0.2.53".parse().unwrap(), "2001:db8:53::35".parse().unwrap()];
    for server in servers {
        let mut slots = Vec::new();
        slots.resize_with(4, || None);
        let handle = lab.sockets.add(dns::Socket::new(&[server], slots));
        let ask = |lab: &mut Lab, name: &str, kind| {
            let socket = lab.sockets.get_mut::<dns::Socket>(handle);
            let query = socket.start_query(lab.interface.context(), name, kind).unwrap();
            lab.until("answer", |lab| match lab.sockets.get_mut::<dns::Socket>(handle).get_query_result(query) {
                Err(dns::GetQueryResultError::Pending) => None,
                Err(dns::GetQueryResultError::Failed) => Some(None),
                Ok(addresses) => Some(addresses.first().copied()),
            })
        };
        for (name, v4, v6) in HOSTS {
            assert_eq!(ask(&mut lab, name, DnsQueryType::A), v4.map(IpAddress::from), "{name}");
            assert_eq!(ask(&mut lab, name, DnsQueryType::Aaaa), v6.map(IpAddress::from), "{name}");
        }
        assert_eq!(ask(&mut lab, "Echo.WWAN.test", DnsQueryType::A), HOSTS[1].1.map(IpAddress::from));
        assert_eq!(ask(&mut lab, "nowhere.test", DnsQueryType::A), None);
        lab.sockets.remove(handle);
    }
}

#[test]
fn tcp_carries_four_mebibytes_each_way() {
    let mut lab = Lab::new(Medium::Ip);
    let data = noise(4 << 20);
    for (to, port) in [("203.0.113.7", 40_000), ("2001:db8:113::7", 40_001)] {
        let echo = lab.connect(to.parse().unwrap(), ECHO, port);
        assert_eq!(Sha256::digest(talk(&mut lab, echo, &data)), Sha256::digest(&data));

        let digest = lab.connect(to.parse().unwrap(), DIGEST, port);
        let mut expected = format!("{} ", data.len());
        Sha256::digest(&data).iter().for_each(|byte| write!(expected, "{byte:02x}").unwrap());
        assert_eq!(String::from_utf8(talk(&mut lab, digest, &data)).unwrap(), format!("{expected}\n"));

        let source = lab.connect(to.parse().unwrap(), SOURCE, port);
        let expected: Vec<u8> = (0..4_194_305).map(pattern).collect();
        assert!(talk(&mut lab, source, b"4194305\n") == expected);
    }
    assert_eq!(lab.network.counters().dropped(), 0);
    assert_eq!(lab.network.counters().overflow, 0);
}

#[test]
fn connections_do_not_wait_for_each_other() {
    let mut lab = Lab::new(Medium::Ip);
    let to: IpAddr = "203.0.113.7".parse().unwrap();
    // One that takes nothing, and many that do.
    let stuck = lab.connect(to, SOURCE, 41_000);
    lab.until("connection", |lab| {
        let socket = lab.sockets.get_mut::<tcp::Socket>(stuck);
        socket.can_send().then(|| socket.send_slice(b"1000000\n").unwrap())
    });
    let all: Vec<_> = (0..20).map(|nth| lab.connect(to, if nth < 10 { ECHO } else { DISCARD }, 42_000 + nth)).collect();
    for (nth, handle) in all.into_iter().enumerate() {
        let data = noise(10_000);
        let back = talk(&mut lab, handle, &data);
        assert_eq!(back.len(), if nth < 10 { data.len() } else { 0 });
    }
    let socket = lab.sockets.get_mut::<tcp::Socket>(stuck);
    assert_eq!(socket.recv_queue(), socket.recv_capacity());
}

#[test]
fn a_source_asked_for_nonsense_ends() {
    let mut lab = Lab::new(Medium::Ip);
    for (nth, request) in [&b"many\n"[..], b"111111111111111111111111111", b"18446744073709551616\n"].iter().enumerate()
    {
        let handle = lab.connect("203.0.113.19".parse().unwrap(), SOURCE, 43_000 + nth as u16);
        lab.until("connection", |lab| {
            let socket = lab.sockets.get_mut::<tcp::Socket>(handle);
            socket.can_send().then(|| socket.send_slice(request).unwrap())
        });
        lab.until("reset", |lab| (!lab.sockets.get::<tcp::Socket>(handle).is_open()).then_some(()));
    }
    assert_eq!(lab.network.counters().bad_requests, 3);
}

#[test]
fn udp_echoes() {
    let mut lab = Lab::new(Medium::Ip);
    let buffer = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 4], vec![0; 4096]);
    let mut socket = udp::Socket::new(buffer(), buffer());
    socket.bind(5000).unwrap();
    let handle = lab.sockets.add(socket);
    for to in ["203.0.113.7", "2001:db8:113::7"] {
        let to: IpAddress = to.parse().unwrap();
        let socket = lab.sockets.get_mut::<udp::Socket>(handle);
        socket.send_slice(b"nothing", (to, DISCARD)).unwrap();
        socket.send_slice(b"something", (to, ECHO)).unwrap();
        lab.until("echo", |lab| {
            let socket = lab.sockets.get_mut::<udp::Socket>(handle);
            let (data, from) = socket.can_recv().then(|| socket.recv().unwrap())?;
            assert_eq!((data, from.endpoint.addr, from.endpoint.port), (&b"something"[..], to, ECHO));
            Some(())
        });
    }
}

#[test]
fn on_ethernet_there_is_dhcp() {
    let mut lab = Lab::new(Medium::Ethernet);
    let handle = lab.sockets.add(dhcpv4::Socket::new());
    let lease = lab.until("lease", |lab| match lab.sockets.get_mut::<dhcpv4::Socket>(handle).poll() {
        Some(dhcpv4::Event::Configured(config)) => Some((config.address, config.router, config.dns_servers.to_vec())),
        _ => None,
    });
    let router = Ipv4Addr::new(10, 64, 0, 13);
    let own = "10.64.0.14/30".parse().unwrap();
    assert_eq!(lease, (own, Some(router), vec![Ipv4Addr::new(192, 0, 2, 53)]));
    lab.interface.update_ip_addrs(|list| {
        list.push(IpCidr::Ipv4(own)).unwrap();
        list.push("2001:db8:67::2/64".parse().unwrap()).unwrap();
    });
    lab.interface.routes_mut().add_default_ipv4_route(router).unwrap();
    lab.interface.routes_mut().add_default_ipv6_route("2001:db8:67::1".parse().unwrap()).unwrap();

    // Beyond the gateway, whose address ARP and neighbour discovery find.
    for (to, port) in [("203.0.113.7", 40_000), ("2001:db8:113::7", 40_001)] {
        let data = noise(100_000);
        let echo = lab.connect(to.parse().unwrap(), ECHO, port);
        assert_eq!(Sha256::digest(talk(&mut lab, echo, &data)), Sha256::digest(&data));
    }
    assert_eq!(lab.network.counters().dropped(), 0);
}

#[test]
fn the_router_tells_the_prefix() {
    let mut lab = Lab::new(Medium::Ip);
    let (from, to) = (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0x77), Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2));
    let solicit = Icmpv6Repr::Ndisc(NdiscRepr::RouterSolicit { lladdr: None });
    let ip = Ipv6Repr {
        src_addr: from,
        dst_addr: to,
        next_header: smoltcp::wire::IpProtocol::Icmpv6,
        payload_len: solicit.buffer_len(),
        hop_limit: 255,
    };
    let mut bytes = vec![0; 40 + solicit.buffer_len()];
    ip.emit(&mut Ipv6Packet::new_unchecked(&mut bytes));
    let checksum = ChecksumCapabilities::default();
    solicit.emit(&from, &to, &mut Icmpv6Packet::new_unchecked(&mut bytes[40..]), &checksum);
    let answers = lab.exchange(&bytes);
    let [answer] = answers.as_slice() else { panic!("{answers:?}") };
    let packet = Ipv6Packet::new_checked(answer).unwrap();
    assert_eq!((packet.dst_addr(), packet.hop_limit()), (from, 255));
    let message = Icmpv6Packet::new_checked(packet.payload()).unwrap();
    let router = "fe80::1".parse().unwrap();
    let advert = Icmpv6Repr::parse(&router, &from, &message, &checksum).unwrap();
    let Icmpv6Repr::Ndisc(NdiscRepr::RouterAdvert { prefix_info: Some(prefix), mtu, .. }) = advert else {
        panic!("{advert:?}")
    };
    assert_eq!((prefix.prefix_len, mtu), (64, Some(1400)));
    assert_eq!(prefix.prefix.octets()[..8], [0x20, 0x01, 0x0d, 0xb8, 0, 0x67, 0, 0]);
    // RFC 8106: type 25, 24 bytes, the lifetime, the server.
    let dns = "2001:db8:53::35".parse::<Ipv6Addr>().unwrap().octets();
    assert_eq!(answer[answer.len() - 24..][..8], [25, 3, 0, 0, 0, 0, 0x1c, 0x20]);
    assert_eq!(answer[answer.len() - 16..], dns);

    // Not from afar.
    bytes[7] = 254;
    assert!(lab.exchange(&bytes).is_empty());
    assert_eq!(lab.network.counters().malformed, 1);
}

/// An echo request from the session's address.
fn ping() -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 32, 0, 1, 0, 0, 64, 1, 0, 0, 10, 64, 0, 14, 198, 51, 100, 1];
    packet.extend([8, 0, 0, 0, 0, 1, 0, 1, b'p', b'i', b'n', b'g']);
    Icmpv4Packet::new_unchecked(&mut packet[20..]).fill_checksum();
    Ipv4Packet::new_unchecked(&mut packet[..]).fill_checksum();
    packet
}

#[test]
fn what_must_not_pass_is_dropped_and_counted() {
    let mut lab = Lab::new(Medium::Ip);
    assert_eq!(lab.exchange(&ping()).len(), 1);
    // Behind the packet there may be padding.
    assert_eq!(lab.exchange(&[&ping()[..], &[0; 14]].concat()).len(), 1);
    assert_eq!(lab.network.counters().dropped(), 0);

    let changed = |at: usize, value: u8, fill: bool| {
        let mut packet = ping();
        packet[at] = value;
        if fill {
            Ipv4Packet::new_unchecked(&mut packet[..]).fill_checksum();
        }
        packet
    };
    let before = lab.network.counters().dropped();
    for (nth, packet) in [
        Vec::new(),
        vec![0; 40],
        ping()[..19].to_vec(),
        ping()[..31].to_vec(),
        changed(0, 0x41, false),
        changed(0, 0x4f, false),
        changed(0, 0x65, false),
        changed(9, 6, true),
    ]
    .iter()
    .enumerate()
    {
        assert!(lab.exchange(packet).is_empty(), "{nth}");
        assert_eq!(lab.network.counters().malformed, nth as u64 + 1, "{nth}: {:?}", lab.network.counters());
    }
    for packet in [changed(8, 63, false), changed(31, 0, false)] {
        assert!(lab.exchange(&packet).is_empty());
    }
    assert_eq!(lab.network.counters().checksum, 2);
    for packet in [changed(15, 13, true), changed(12, 192, true)] {
        assert!(lab.exchange(&packet).is_empty());
    }
    assert_eq!(lab.network.counters().foreign_source, 2);
    for packet in [changed(6, 0x20, true), changed(7, 1, true)] {
        assert!(lab.exchange(&packet).is_empty());
    }
    assert_eq!(lab.network.counters().fragment, 2);
    lab.network.receive(lab.now, SESSION + 1, &ping());
    assert_eq!(lab.network.transmit(lab.now), None);
    assert_eq!(lab.network.counters().no_bearer, 1);
    assert_eq!(lab.network.counters().dropped(), before + 15);

    // Every byte of a packet, broken: something arrives only if no checksum knows of the byte.
    for at in 0..ping().len() {
        let mut packet = ping();
        packet[at] ^= 0x10;
        assert!(lab.exchange(&packet).is_empty(), "{at}");
    }
}

#[test]
fn a_bearer_without_a_family_does_not_carry_it() {
    let mut lab = Lab::new(Medium::Ip);
    lab.network.up(lab.now, SESSION, &addresses(IpKind::V6));
    assert!(lab.exchange(&ping()).is_empty());
    assert_eq!(lab.network.counters().foreign_source, 1);
    lab.network.up(lab.now, SESSION, &addresses(IpKind::V4));
    assert_eq!(lab.exchange(&ping()).len(), 1);
}

#[test]
fn what_waits_for_a_session_goes_with_it() {
    let mut lab = Lab::new(Medium::Ip);
    lab.network.receive(lab.now, SESSION, &ping());
    assert_eq!(lab.network.poll_at(lab.now), Some(lab.now));
    let (_, first) = lab.network.transmit(lab.now).unwrap();
    let first = first.to_vec();
    lab.network.keep();
    assert_eq!(lab.network.transmit(lab.now), Some((SESSION, &first[..])));
    lab.network.keep();
    lab.network.down(SESSION);
    assert_eq!(lab.network.transmit(lab.now), None);
    assert_eq!((lab.network.counters().sent, lab.network.counters().too_late), (0, 1));
    assert_eq!(lab.network.poll_at(lab.now), None);
}

#[test]
fn a_host_that_takes_nothing_costs_bounded_memory() {
    let mut lab = Lab::new(Medium::Ip);
    for _ in 0..3000 {
        lab.network.receive(lab.now, SESSION, &ping());
    }
    let mut waiting = 0;
    while lab.network.transmit(lab.now).is_some() {
        waiting += 1;
    }
    assert_eq!(waiting + lab.network.counters().overflow, 3000);
    assert!(waiting <= 1024);
}
