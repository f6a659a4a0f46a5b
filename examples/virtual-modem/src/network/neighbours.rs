//! What a router answers to its neighbours: DHCP, ARP, router and neighbour solicitations.

use core::net::{Ipv4Addr, Ipv6Addr};

use qmi_wire::link::{EtherType, Ethernet};
use smoltcp::phy::ChecksumCapabilities;
use smoltcp::time::Duration;
use smoltcp::wire::{
    ArpOperation, ArpPacket, ArpRepr, DhcpMessageType, DhcpOption, DhcpPacket, DhcpRepr, EthernetAddress, Icmpv6Packet,
    Icmpv6Repr, IpAddress, IpProtocol, Ipv4Packet, Ipv4Repr, Ipv6Packet, Ipv6Repr, NdiscNeighborFlags,
    NdiscPrefixInfoFlags, NdiscPrefixInformation, NdiscRepr, NdiscRouterFlags, UdpPacket, UdpRepr,
};
use wwan::device::modem::bearer::{IpConfiguration, Ipv4Configuration, Ipv6Configuration};

use super::packet::Refusal;
use super::{Exit, MODEM_ADDRESS};

/// Ports of DHCP.
const DHCP: UdpRepr = UdpRepr { src_port: 67, dst_port: 68 };
/// DHCP's option for the MTU (RFC 2132 §5.1).
const INTERFACE_MTU: u8 = 26;
/// For how long addresses are lent, in seconds.
const LEASE: u32 = 7200;
/// For how long a router can be taken for one.
const ROUTER_LIFETIME: Duration = Duration::from_secs(9000);
/// Name servers that a DHCP message has room for.
const DHCP_NAME_SERVERS: usize = 3;
/// The router's own address; all its neighbours have the same link.
const ROUTER: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
/// All neighbours.
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
/// Hop limit of what no router has passed on (RFC 4861 §6.1).
const FROM_NEIGHBOUR: u8 = 255;
/// The option that names name servers, and bytes in front of them (RFC 8106 §5.1).
const RDNSS: (u8, usize) = (25, 8);

/// Answers a DHCP client.
pub(super) fn answer_dhcp(request: &[u8], addresses: &IpConfiguration, exit: &mut Exit<'_>) {
    let parsed = DhcpPacket::new_checked(request);
    let request = parsed.as_ref().ok().and_then(|packet| DhcpRepr::parse(packet).ok());
    match (request, &addresses.v4) {
        (Some(request), Some(own)) => dhcp_reply(&request, own, addresses.mtu, exit).unwrap_or(()),
        _ => Refusal::Malformed.count(exit.counters),
    }
}

fn dhcp_reply(request: &DhcpRepr<'_>, own: &Ipv4Configuration, mtu: u16, exit: &mut Exit<'_>) -> Option<()> {
    if request.server_identifier.is_some_and(|server| server != own.gateway) {
        return None;
    }
    let named = [request.requested_ip, Some(request.client_ip)].into_iter().flatten().find(|ip| !ip.is_unspecified());
    let message_type = match request.message_type {
        DhcpMessageType::Discover => DhcpMessageType::Offer,
        DhcpMessageType::Request if named.is_some_and(|ip| ip != own.address) => DhcpMessageType::Nak,
        DhcpMessageType::Request | DhcpMessageType::Inform => DhcpMessageType::Ack,
        _ => return None,
    };
    let granted = message_type != DhcpMessageType::Nak;
    let lent = granted && request.message_type != DhcpMessageType::Inform;
    let mtu = mtu.to_be_bytes();
    let options = [DhcpOption { kind: INTERFACE_MTU, data: &mtu }];
    let mask = u32::MAX.checked_shl(32_u32.saturating_sub(own.prefix.into())).unwrap_or(0);
    let reply = DhcpRepr {
        message_type,
        your_ip: if lent { own.address } else { Ipv4Addr::UNSPECIFIED },
        server_ip: own.gateway,
        server_identifier: Some(own.gateway),
        router: granted.then_some(own.gateway),
        subnet_mask: granted.then(|| mask.into()),
        dns_servers: granted.then(|| own.dns.iter().copied().take(DHCP_NAME_SERVERS).collect()),
        lease_duration: lent.then_some(LEASE),
        renew_duration: None,
        rebind_duration: None,
        additional_options: if granted { &options } else { &[] },
        requested_ip: None,
        parameter_request_list: None,
        max_size: None,
        ..request.clone()
    };
    // Who has no address yet hears only what goes to everybody.
    let unknown = request.client_ip.is_unspecified() || !granted;
    let destination = if unknown { Ipv4Addr::BROADCAST } else { request.client_ip };
    let udp_len = DHCP.header_len().saturating_add(reply.buffer_len());
    let ip = Ipv4Repr {
        src_addr: own.gateway,
        dst_addr: destination,
        next_header: IpProtocol::Udp,
        payload_len: udp_len,
        hop_limit: 64,
    };
    let checksums = ChecksumCapabilities::default();
    exit.packet(ip.buffer_len().saturating_add(udp_len), |buffer| {
        let mut packet = Ipv4Packet::new_unchecked(buffer);
        ip.emit(&mut packet, &checksums);
        let (source, destination) = (IpAddress::from(ip.src_addr), IpAddress::from(ip.dst_addr));
        let mut datagram = UdpPacket::new_unchecked(packet.payload_mut());
        // As long as it says, so it fits.
        let fill = |payload: &mut [u8]| reply.emit(&mut DhcpPacket::new_unchecked(payload)).unwrap_or(());
        DHCP.emit(&mut datagram, &source, &destination, reply.buffer_len(), fill, &checksums);
    });
    Some(())
}

/// Answers a question for the Ethernet address of any IPv4 address but the host's own, which it may be looking for itself.
pub(super) fn answer_arp(payload: &[u8], addresses: &IpConfiguration, exit: &mut Exit<'_>) {
    let parsed = ArpPacket::new_checked(payload);
    let Some(question) = parsed.as_ref().ok().and_then(|packet| ArpRepr::parse(packet).ok()) else {
        return Refusal::Malformed.count(exit.counters);
    };
    let own = addresses.v4.as_ref().map(|v4| v4.address);
    match question {
        ArpRepr::EthernetIpv4 {
            operation: ArpOperation::Request,
            source_hardware_addr,
            source_protocol_addr,
            target_protocol_addr,
            ..
        } if own.is_some_and(|own| own != target_protocol_addr) => {
            let answer = ArpRepr::EthernetIpv4 {
                operation: ArpOperation::Reply,
                source_hardware_addr: EthernetAddress(MODEM_ADDRESS),
                source_protocol_addr: target_protocol_addr,
                target_hardware_addr: source_hardware_addr,
                target_protocol_addr: source_protocol_addr,
            };
            let header =
                Ethernet { destination: source_hardware_addr.0, source: MODEM_ADDRESS, ether_type: EtherType::ARP };
            let mut frame = header.to_bytes().to_vec();
            frame.resize(Ethernet::LEN.saturating_add(answer.buffer_len()), 0);
            if let Some(body) = frame.get_mut(Ethernet::LEN..) {
                answer.emit(&mut ArpPacket::new_unchecked(body));
            }
            exit.put(frame);
        }
        _ => {}
    }
}

/// Answers who looks for a router, or for the Ethernet address of this one.
pub(super) fn answer_neighbour(bytes: &[u8], addresses: &IpConfiguration, exit: &mut Exit<'_>) {
    let packet = Ipv6Packet::new_unchecked(bytes);
    let (source, destination) = (packet.src_addr(), packet.dst_addr());
    let message = Icmpv6Packet::new_unchecked(packet.payload());
    let parsed = Icmpv6Repr::parse(&source, &destination, &message, &ChecksumCapabilities::default());
    let (Ok(question), FROM_NEIGHBOUR, Some(own)) = (parsed, packet.hop_limit(), &addresses.v6) else {
        return Refusal::Malformed.count(exit.counters);
    };
    let unknown = source.is_unspecified();
    let to = if unknown { ALL_NODES } else { source };
    let lladdr = exit.head.map(|_| EthernetAddress(MODEM_ADDRESS).into());
    match question {
        Icmpv6Repr::Ndisc(NdiscRepr::RouterSolicit { .. }) => {
            let lifetime = Duration::from_secs(LEASE.into());
            let advert = NdiscRepr::RouterAdvert {
                hop_limit: 64,
                flags: NdiscRouterFlags::empty(),
                router_lifetime: ROUTER_LIFETIME,
                reachable_time: Duration::ZERO,
                retrans_time: Duration::ZERO,
                lladdr,
                mtu: Some(addresses.mtu.into()),
                // Not on the link: between two hosts of a prefix is the network.
                prefix_info: Some(NdiscPrefixInformation {
                    prefix_len: own.prefix,
                    flags: NdiscPrefixInfoFlags::ADDRCONF,
                    valid_lifetime: lifetime,
                    preferred_lifetime: lifetime,
                    prefix: own.address,
                }),
            };
            send(advert, ROUTER, to, &name_servers(own), exit);
        }
        Icmpv6Repr::Ndisc(NdiscRepr::NeighborSolicit { target_addr, .. })
            if [own.gateway, ROUTER].contains(&target_addr) =>
        {
            let mut flags = NdiscNeighborFlags::ROUTER | NdiscNeighborFlags::OVERRIDE;
            flags.set(NdiscNeighborFlags::SOLICITED, !unknown);
            send(NdiscRepr::NeighborAdvert { flags, target_addr, lladdr }, target_addr, to, &[], exit);
        }
        _ => {}
    }
}

/// The option that names the name servers.
fn name_servers(own: &Ipv6Configuration) -> Vec<u8> {
    let (kind, head) = RDNSS;
    let len = own.dns.len().saturating_mul(16).saturating_add(head);
    if own.dns.is_empty() {
        return Vec::new();
    }
    // In units of eight bytes.
    let mut option = vec![kind, u8::try_from(len >> 3).unwrap_or(0), 0, 0];
    option.extend(LEASE.to_be_bytes());
    option.extend(own.dns.iter().flat_map(Ipv6Addr::octets));
    option
}

/// Sends a message of neighbour discovery, with a further option.
fn send(message: NdiscRepr<'_>, from: Ipv6Addr, to: Ipv6Addr, option: &[u8], exit: &mut Exit<'_>) {
    let message = Icmpv6Repr::Ndisc(message);
    let message_len = message.buffer_len();
    let payload_len = message_len.saturating_add(option.len());
    let next_header = IpProtocol::Icmpv6;
    let ip = Ipv6Repr { src_addr: from, dst_addr: to, next_header, payload_len, hop_limit: FROM_NEIGHBOUR };
    exit.packet(ip.buffer_len().saturating_add(payload_len), |buffer| {
        let mut packet = Ipv6Packet::new_unchecked(buffer);
        ip.emit(&mut packet);
        let payload = packet.payload_mut();
        let (body, rest) = payload.split_at_mut_checked(message_len).unwrap_or_default();
        message.emit(&from, &to, &mut Icmpv6Packet::new_unchecked(body), &ChecksumCapabilities::ignored());
        rest.copy_from_slice(option);
        Icmpv6Packet::new_unchecked(payload).fill_checksum(&from, &to);
    });
}
