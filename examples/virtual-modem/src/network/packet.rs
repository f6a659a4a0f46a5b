//! What a network demands of a packet before it carries it: that it is one, comes from the session's own address, and
//! arrived whole.

use core::net::Ipv4Addr;

use smoltcp::wire::{
    Icmpv4Packet, Icmpv6Message, Icmpv6Packet, IpAddress, IpProtocol, Ipv4Packet, Ipv6Packet, TcpPacket, UdpPacket,
};
use wwan::device::modem::bearer::{IpConfiguration, Ipv6Configuration};

use super::{Counters, count};

/// Port of DHCP servers.
const DHCP_SERVER: u16 = 67;

/// A packet that may pass, and who has to answer it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Packet<'p> {
    /// The IP stack.
    Stack(&'p [u8]),
    /// The DHCP server: what UDP carries.
    Dhcp(&'p [u8]),
    /// The router: neighbour discovery over IPv6, all of the packet.
    Neighbour(&'p [u8]),
}

/// Why a packet is dropped.
#[derive(Clone, Copy, Debug)]
pub(super) enum Refusal {
    Malformed,
    Checksum,
    ForeignSource,
    Fragment,
}

impl Refusal {
    pub(super) fn count(self, counters: &mut Counters) {
        count(match self {
            Self::Malformed => &mut counters.malformed,
            Self::Checksum => &mut counters.checksum,
            Self::ForeignSource => &mut counters.foreign_source,
            Self::Fragment => &mut counters.fragment,
        });
    }
}

impl From<smoltcp::wire::Error> for Refusal {
    fn from(_: smoltcp::wire::Error) -> Self {
        Self::Malformed
    }
}

/// Looks at a packet from the host.
pub(super) fn check<'p>(packet: &'p [u8], addresses: &IpConfiguration) -> Result<Packet<'p>, Refusal> {
    match packet.first().map(|byte| byte >> 4) {
        Some(4) => check_v4(packet, addresses),
        Some(6) => check_v6(packet, addresses),
        _ => Err(Refusal::Malformed),
    }
}

fn check_v4<'p>(bytes: &'p [u8], addresses: &IpConfiguration) -> Result<Packet<'p>, Refusal> {
    let packet = Ipv4Packet::new_checked(bytes)?;
    if packet.header_len() < 20 {
        return Err(Refusal::Malformed);
    }
    if !packet.verify_checksum() {
        return Err(Refusal::Checksum);
    }
    let (source, destination) = (packet.src_addr(), packet.dst_addr());
    let own = addresses.v4.as_ref().ok_or(Refusal::ForeignSource)?;
    let unnumbered = source == Ipv4Addr::UNSPECIFIED;
    if source != own.address && !unnumbered {
        return Err(Refusal::ForeignSource);
    }
    if packet.more_frags() || packet.frag_offset() != 0 {
        return Err(Refusal::Fragment);
    }
    let port = check_payload(packet.next_header(), packet.payload(), source.into(), destination.into())?;
    if let Some((DHCP_SERVER, request)) = port {
        return Ok(Packet::Dhcp(request));
    }
    if unnumbered {
        return Err(Refusal::ForeignSource);
    }
    let len = usize::from(packet.total_len());
    Ok(Packet::Stack(bytes.get(..len).ok_or(Refusal::Malformed)?))
}

fn check_v6<'p>(bytes: &'p [u8], addresses: &IpConfiguration) -> Result<Packet<'p>, Refusal> {
    let packet = Ipv6Packet::new_checked(bytes)?;
    let (source, destination) = (packet.src_addr(), packet.dst_addr());
    let own = addresses.v6.as_ref().ok_or(Refusal::ForeignSource)?;
    // Without an address, hosts look for routers, and for others with the address that they want.
    if !source.is_unicast_link_local() && !source.is_unspecified() && !in_prefix(own, source.into()) {
        return Err(Refusal::ForeignSource);
    }
    let protocol = packet.next_header();
    check_payload(protocol, packet.payload(), source.into(), destination.into())?;
    let bytes = bytes.get(..packet.total_len()).ok_or(Refusal::Malformed)?;
    if protocol == IpProtocol::Icmpv6 {
        let message = Icmpv6Packet::new_checked(packet.payload())?.msg_type();
        if matches!(message, Icmpv6Message::RouterSolicit | Icmpv6Message::NeighborSolicit) {
            return Ok(Packet::Neighbour(bytes));
        }
    }
    Ok(Packet::Stack(bytes))
}

/// Whether an address has the session's prefix.
fn in_prefix(own: &Ipv6Configuration, address: u128) -> bool {
    let host_bits = 128_u32.saturating_sub(own.prefix.into());
    (u128::from(own.address) ^ address).checked_shr(host_bits).unwrap_or(0) == 0
}

/// Checksums of what a packet carries. Of UDP, the port and what is behind its header.
fn check_payload(
    protocol: IpProtocol,
    payload: &[u8],
    source: IpAddress,
    destination: IpAddress,
) -> Result<Option<(u16, &[u8])>, Refusal> {
    let (right, port) = match protocol {
        IpProtocol::Tcp => (TcpPacket::new_checked(payload)?.verify_checksum(&source, &destination), None),
        IpProtocol::Udp => {
            let packet = UdpPacket::new_checked(payload)?;
            (packet.verify_checksum(&source, &destination), Some((packet.dst_port(), packet.payload())))
        }
        IpProtocol::Icmp => (Icmpv4Packet::new_checked(payload)?.verify_checksum(), None),
        IpProtocol::Icmpv6 => {
            let (IpAddress::Ipv6(source), IpAddress::Ipv6(destination)) = (source, destination) else {
                return Err(Refusal::Malformed);
            };
            (Icmpv6Packet::new_checked(payload)?.verify_checksum(&source, &destination), None)
        }
        _ => (true, None),
    };
    if right { Ok(port) } else { Err(Refusal::Checksum) }
}
