//! One session's way into the network: an interface of the IP stack that answers for every address, with its services.

use core::fmt;

use smoltcp::iface::{Config, Interface, SocketSet};
use smoltcp::phy::{self, Checksum, ChecksumCapabilities, Device, DeviceCapabilities, Medium};
use smoltcp::time::Instant as StackInstant;
use smoltcp::wire::{HardwareAddress, IpCidr};
use wwan::device::modem::bearer::IpConfiguration;
use wwan::time::Instant;

use super::Exit;
use super::neighbours;
use super::packet::{self, Packet};
use super::services::Services;

pub(super) struct Bearer {
    pub(super) session: u8,
    /// Ethernet address of the host, once it is known.
    pub(super) host_address: [u8; 6],
    addresses: IpConfiguration,
    interface: Interface,
    sockets: SocketSet<'static>,
    services: Services,
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer").field("session", &self.session).field("addresses", &self.addresses).finish()
    }
}

/// The time as the IP stack has it.
fn stack_time(now: Instant) -> StackInstant {
    StackInstant::from_millis(i64::try_from(now.0).unwrap_or(i64::MAX))
}

/// Gives the interface an address; there is room for one of each family.
fn number(interface: &mut Interface, address: IpCidr) {
    interface.update_ip_addrs(|list| {
        let _ = list.push(address);
    });
}

impl Bearer {
    pub(super) fn new(now: Instant, session: u8, addresses: &IpConfiguration) -> Self {
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = u64::from(session).saturating_add(1);
        let mut wire = Wire { incoming: None, exit: None, mtu: usize::from(addresses.mtu) };
        let mut interface = Interface::new(config, &mut wire, stack_time(now));
        // The gateway is everybody: packets to any address are routed to it, and it takes them.
        interface.set_any_ip(true);
        if let Some(v4) = &addresses.v4 {
            number(&mut interface, IpCidr::new(v4.gateway.into(), v4.prefix));
            let _ = interface.routes_mut().add_default_ipv4_route(v4.gateway);
        }
        if let Some(v6) = &addresses.v6 {
            number(&mut interface, IpCidr::new(v6.gateway.into(), v6.prefix));
            let _ = interface.routes_mut().add_default_ipv6_route(v6.gateway);
        }
        let mut sockets = SocketSet::new(Vec::new());
        let services = Services::new(&mut sockets);
        Self { session, host_address: [0xff; 6], addresses: addresses.clone(), interface, sockets, services }
    }

    /// Takes other addresses.
    pub(super) fn change(&mut self, now: Instant, addresses: &IpConfiguration) {
        let old = &self.addresses;
        let v4 = |of: &IpConfiguration| of.v4.as_ref().map(|v4| (v4.address, v4.prefix, v4.gateway));
        let v6 = |of: &IpConfiguration| of.v6.as_ref().map(|v6| (v6.address, v6.prefix, v6.gateway));
        if v4(old) != v4(addresses) || v6(old) != v6(addresses) || old.mtu != addresses.mtu {
            *self = Self { host_address: self.host_address, ..Self::new(now, self.session, addresses) };
        } else if old != addresses {
            // Only the name servers, which every address is.
            self.addresses = addresses.clone();
        }
    }

    /// Takes a packet from the host.
    pub(super) fn receive(&mut self, now: Instant, packet: &[u8], exit: &mut Exit<'_>) {
        match packet::check(packet, &self.addresses) {
            Ok(Packet::Stack(packet)) => self.run(now, Some(packet), exit),
            Ok(Packet::Dhcp(request)) => neighbours::answer_dhcp(request, &self.addresses, exit),
            Ok(Packet::Neighbour(packet)) => neighbours::answer_neighbour(packet, &self.addresses, exit),
            Err(refusal) => refusal.count(exit.counters),
        }
    }

    /// Takes a question for an Ethernet address.
    pub(super) fn receive_arp(&mut self, payload: &[u8], exit: &mut Exit<'_>) {
        neighbours::answer_arp(payload, &self.addresses, exit);
    }

    /// Lets the stack take a packet, the services what it has for them, and sends what there is then.
    pub(super) fn run(&mut self, now: Instant, packet: Option<&[u8]>, exit: &mut Exit<'_>) {
        let now = stack_time(now);
        let mtu = usize::from(self.addresses.mtu);
        if packet.is_some() {
            let mut wire = Wire { incoming: packet, exit: Some(exit), mtu };
            let _ = self.interface.poll_ingress_single(now, &mut wire, &mut self.sockets);
        }
        self.services.serve(&mut self.sockets, exit.counters);
        // Each round sends a packet of every socket that has one.
        let mut wire = Wire { incoming: None, exit: Some(exit), mtu };
        while self.interface.poll_egress(now, &mut wire, &mut self.sockets)
            == smoltcp::iface::PollResult::SocketStateChanged
        {}
    }

    /// When the stack has something to do.
    pub(super) fn poll_at(&mut self, now: Instant) -> Option<Instant> {
        let at = self.interface.poll_at(stack_time(now), &self.sockets)?;
        Some(Instant(u64::try_from(at.total_millis()).unwrap_or(0)).max(now))
    }
}

/// What the IP stack takes for a network card: one packet from the host, and the way to the host.
struct Wire<'w, 'n> {
    incoming: Option<&'w [u8]>,
    exit: Option<&'w mut Exit<'n>>,
    mtu: usize,
}

impl<'n> Device for Wire<'_, 'n> {
    type RxToken<'a>
        = RxToken<'a>
    where
        Self: 'a;
    type TxToken<'a>
        = TxToken<'a, 'n>
    where
        Self: 'a;

    fn receive(&mut self, _: StackInstant) -> Option<(Self::RxToken<'_>, Self::TxToken<'_>)> {
        let packet = self.incoming.take()?;
        Some((RxToken(packet), TxToken(self.exit.as_deref_mut()?)))
    }

    fn transmit(&mut self, _: StackInstant) -> Option<Self::TxToken<'_>> {
        self.exit.as_deref_mut().filter(|exit| !exit.is_full()).map(TxToken)
    }

    fn capabilities(&self) -> DeviceCapabilities {
        // Incoming checksums were looked at, so that wrong ones could be counted.
        let mut checksum = ChecksumCapabilities::default();
        let all = [&mut checksum.ipv4, &mut checksum.udp, &mut checksum.tcp, &mut checksum.icmpv4];
        all.into_iter().for_each(|one| *one = Checksum::Tx);
        checksum.icmpv6 = Checksum::Tx;
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities.checksum = checksum;
        capabilities
    }
}

struct RxToken<'w>(&'w [u8]);

impl phy::RxToken for RxToken<'_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(self.0)
    }
}

struct TxToken<'w, 'n>(&'w mut Exit<'n>);

impl phy::TxToken for TxToken<'_, '_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        self.0.packet(len, f)
    }
}
