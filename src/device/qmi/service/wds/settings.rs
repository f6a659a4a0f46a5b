//! What a client can ask about its session: addresses, counters, rates, technology, rest.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::field::{Ipv4, Ipv6, SignedBool};
use qmi_wire::service::wds::*;
use qmi_wire::text::Bytes;

use super::words::{authentication, bearer, current_bearer, is_umts, pdp_type};
use super::{Client, session_of};
use crate::device::modem::Modem;
use crate::device::modem::bearer::{ACCESS_POINTS, IpConfiguration, IpKind};
use crate::device::modem::network::PacketService;
use crate::device::qmi::call::{Call, Outcome, Refused, Step};

/// Addresses, gateways, name servers and MTU, each as a number that changes with them.
pub(super) type Digest = [u32; 4];

/// The settings that a [`Digest`] tells apart.
const DIGESTED: [RequestedSettings; 4] = [
    RequestedSettings::IP_ADDRESS,
    RequestedSettings::GATEWAY_INFO,
    RequestedSettings::DNS_ADDRESS,
    RequestedSettings::MTU,
];

fn fold(sum: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(sum, |sum, byte| (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

pub(super) fn digest(configuration: &IpConfiguration) -> Digest {
    let [mut address, mut gateway, mut dns, mut mtu] = [0x811c_9dc5_u32; 4];
    if let Some(v4) = &configuration.v4 {
        address = fold(fold(address, &v4.address.octets()), &[v4.prefix]);
        gateway = fold(gateway, &v4.gateway.octets());
        dns = v4.dns.iter().fold(dns, |sum, server| fold(sum, &server.octets()));
    }
    if let Some(v6) = &configuration.v6 {
        address = fold(fold(address, &v6.address.octets()), &[v6.prefix]);
        gateway = fold(gateway, &v6.gateway.octets());
        dns = v6.dns.iter().fold(dns, |sum, server| fold(sum, &server.octets()));
    }
    mtu = fold(mtu, &configuration.mtu.to_le_bytes());
    [address, gateway, dns, mtu]
}

/// What differs between two digests.
pub(super) fn changed(old: Digest, new: Digest) -> RequestedSettings {
    let pairs = old.iter().zip(&new).zip(DIGESTED);
    let changed = pairs.filter(|((old, new), _)| old != new);
    changed.fold(RequestedSettings::NONE, |all, (_, one)| all | one)
}

/// Bit rate as a number of 32 bits.
fn rate(bits: u64) -> u32 {
    u32::try_from(bits).unwrap_or(u32::MAX)
}

/// Bit rate as a number of 31 bits.
pub(super) fn signed_rate(bits: u64) -> i32 {
    i32::try_from(bits).unwrap_or(i32::MAX)
}

/// The network mask with so many ones.
fn mask(prefix: u8) -> core::net::Ipv4Addr {
    let zeros = 32_u32.saturating_sub(prefix.into());
    u32::MAX.checked_shl(zeros).unwrap_or(0).into()
}

/// The first container of the operator's in protocol configuration options (3GPP TS 24.008, 10.5.6.3): number and content.
fn operators_container(options: &[u8]) -> Option<(u16, &[u8])> {
    let mut rest = options.get(1..)?;
    while let Some((&[high, low, len], after)) = rest.split_first_chunk() {
        let id = u16::from_be_bytes([high, low]);
        let (content, after) = after.split_at_checked(len.into())?;
        if id >= 0xff00 {
            return Some((id, content));
        }
        rest = after;
    }
    None
}

fn granted_qos(packet: PacketService) -> UmtsGrantedQos {
    UmtsGrantedQos {
        traffic_class: TrafficClass::BACKGROUND,
        max_uplink_bitrate: rate(packet.uplink),
        max_downlink_bitrate: rate(packet.downlink),
        qos_delivery_order: DeliveryOrder::OFF,
        maximum_sdu_size: 1500,
        sdu_error_ratio: SduErrorRatio::_1E4,
        residual_bit_error_ratio: SduResidualBitErrorRatio::_1E5,
        delivery_erroneous_sdu: SduErroneousDelivery::DISABLED,
        ..UmtsGrantedQos::default()
    }
}

pub(super) fn current(call: &mut Call<'_, '_>) -> Outcome {
    let wanted = call.request::<get_current_settings::Message>().requested_settings()?;
    let session = session_of(call)?;
    let family = {
        let ip = call.modem.session(session.into())?.ip;
        call.state::<Client>()?.family_of(ip)
    };
    call.answer::<get_current_settings::Message>(|r, modem| tell(r, modem, session, family, wanted))
}

fn tell(
    r: &mut get_current_settings::ResponseBuilder<'_>,
    modem: &Modem,
    session: u8,
    family: IpFamily,
    wanted: RequestedSettings,
) {
    let asked = |setting| wanted.contains(setting);
    let (Some(configuration), Some(origin)) = (modem.ip_configuration(session), modem.session_origin(session)) else {
        return;
    };
    let profile = modem.context(origin.context);
    if let Some(profile) = profile {
        if asked(RequestedSettings::PROFILE_NAME) {
            r.profile_name(profile.name.as_str().into());
        }
        if asked(RequestedSettings::PROFILE_ID) {
            let profile_index = u8::try_from(profile.id).unwrap_or(u8::MAX);
            r.profile_id(ProfileId { profile_type: ProfileType::_3GPP, profile_index });
        }
    }
    let has = if family == IpFamily::IPV6 { IpKind::V6 } else { IpKind::V4 };
    if asked(RequestedSettings::PDP_TYPE) {
        r.pdp_type(pdp_type(has));
    }
    if asked(RequestedSettings::APN_NAME) {
        r.apn_name(modem.session_apn(session).into());
    }
    if asked(RequestedSettings::USERNAME) {
        r.username(origin.user.as_str().into());
    }
    if asked(RequestedSettings::AUTH_PROTOCOL) {
        r.authentication(authentication(origin.auth));
    }
    let packet = modem.packet_service();
    if asked(RequestedSettings::GRANTED_QOS) && is_umts(packet.technology) {
        r.umts_granted_qos(granted_qos(packet));
    }
    match (family, &configuration.v4, &configuration.v6) {
        (IpFamily::IPV4, Some(v4), _) => {
            if asked(RequestedSettings::DNS_ADDRESS) {
                if let Some(server) = v4.dns.first() {
                    r.primary_ipv4_dns_address(Ipv4(*server));
                }
                if let Some(server) = v4.dns.get(1) {
                    r.secondary_ipv4_dns_address(Ipv4(*server));
                }
            }
            if asked(RequestedSettings::IP_ADDRESS) {
                r.ipv4_address(Ipv4(v4.address));
            }
            if asked(RequestedSettings::GATEWAY_INFO) {
                r.ipv4_gateway_address(Ipv4(v4.gateway)).ipv4_gateway_subnet_mask(Ipv4(mask(v4.prefix)));
            }
        }
        (IpFamily::IPV6, _, Some(v6)) => {
            if asked(RequestedSettings::DNS_ADDRESS) {
                if let Some(server) = v6.dns.first() {
                    r.ipv6_primary_dns_address(Ipv6(*server));
                }
                if let Some(server) = v6.dns.get(1) {
                    r.ipv6_secondary_dns_address(Ipv6(*server));
                }
            }
            if asked(RequestedSettings::IP_ADDRESS) {
                r.ipv6_address(Ipv6Address { address: Ipv6(v6.address), prefix_length: v6.prefix });
            }
            if asked(RequestedSettings::GATEWAY_INFO) {
                r.ipv6_gateway_address(Ipv6GatewayAddress { address: Ipv6(v6.gateway), prefix_length: v6.prefix });
            }
        }
        _ => {}
    }
    let is_noted = |tlv| super::profile::noted_flag(modem, origin.context, tlv);
    if asked(RequestedSettings::PCSCF_ADDRESS) {
        r.pcscf_address_using_pco(u8::from(is_noted(super::profile::PCSCF_BY_PCO)));
    }
    if asked(RequestedSettings::PCSCF_SERVER_ADDRESS_LIST) {
        // The network has no such servers.
        r.pcscf_server_address_list((&[]).into());
    }
    if asked(RequestedSettings::PCSCF_DOMAIN_NAME_LIST) {
        r.pcscf_domain_name_list((&[]).into());
    }
    if asked(RequestedSettings::MTU) {
        r.mtu(configuration.mtu.into());
    }
    if asked(RequestedSettings::DOMAIN_NAME_LIST) {
        r.domain_name_list((&[]).into());
    }
    if asked(RequestedSettings::IP_FAMILY) {
        r.ip_family(family.into());
    }
    if asked(RequestedSettings::IMCN_FLAG) {
        r.imcn_flag(i8::from(is_noted(super::profile::IMCN)));
    }
    if asked(RequestedSettings::EXTENDED_TECHNOLOGY) {
        r.extended_technology_preference(if is_umts(packet.technology) {
            ExtendedTechnologyPreference::UMTS
        } else {
            ExtendedTechnologyPreference::EPC
        });
    }
    let is_asked = asked(RequestedSettings::OPERATOR_RESERVED_PCO);
    if let Some((container_id, content)) = operators_container(modem.pco(session)).filter(|_| is_asked) {
        let plmn = modem.serving_network().map_or("", |network| &network.plmn);
        let number = |digits: Option<&str>| digits.and_then(|digits| digits.parse().ok()).unwrap_or(0);
        r.operator_reserved_pco(OperatorReservedPco {
            mcc: number(plmn.get(..3)),
            mnc: number(plmn.get(3..)),
            mnc_includes_pcs_digit: plmn.len() > 5,
            app_specific_info: Bytes::from(content),
            container_id,
        });
    }
}

/// Rates are those of packet service; without a session nothing moves.
pub(super) fn channel_rates(call: &mut Call<'_, '_>) -> Outcome {
    let is_up = session_of(call).is_ok();
    call.answer::<get_channel_rates::Message>(|r, modem| {
        let packet = modem.packet_service();
        let (tx, rx) = (rate(packet.uplink), rate(packet.downlink));
        r.channel_rates(ChannelRatesInfo {
            channel_tx_rate_bps: if is_up { tx } else { 0 },
            channel_rx_rate_bps: if is_up { rx } else { 0 },
            max_channel_tx_rate_bps: tx,
            max_channel_rx_rate_bps: rx,
        });
    })
}

/// A counter as a number of 32 bits; all ones, which means "unknown", is never reached.
pub(super) fn counter(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX).min(u32::MAX.wrapping_sub(1))
}

pub(super) fn statistics(call: &mut Call<'_, '_>) -> Outcome {
    let mask = call.request::<get_packet_statistics::Message>().mask()?;
    let Ok(session) = session_of(call) else {
        let last = call.state::<Client>()?.last;
        return call.refuse::<get_packet_statistics::Message>(ProtocolError::OUT_OF_CALL, |r, _| {
            r.last_call_tx_bytes_ok(last.tx).last_call_rx_bytes_ok(last.rx);
        });
    };
    call.answer::<get_packet_statistics::Message>(|r, modem| {
        let traffic = modem.session_statistics(session);
        let asked = |what| mask.contains(what);
        if asked(PacketStatisticsMaskFlag::TX_PACKETS_OK) {
            r.tx_packets_ok(counter(traffic.out_packets));
        }
        if asked(PacketStatisticsMaskFlag::RX_PACKETS_OK) {
            r.rx_packets_ok(counter(traffic.in_packets));
        }
        if asked(PacketStatisticsMaskFlag::TX_PACKETS_ERROR) {
            r.tx_packets_error(0);
        }
        if asked(PacketStatisticsMaskFlag::RX_PACKETS_ERROR) {
            r.rx_packets_error(0);
        }
        if asked(PacketStatisticsMaskFlag::TX_OVERFLOWS) {
            r.tx_overflows(0);
        }
        if asked(PacketStatisticsMaskFlag::RX_OVERFLOWS) {
            r.rx_overflows(0);
        }
        if asked(PacketStatisticsMaskFlag::TX_BYTES_OK) {
            r.tx_bytes_ok(traffic.out_octets);
        }
        if asked(PacketStatisticsMaskFlag::RX_BYTES_OK) {
            r.rx_bytes_ok(traffic.in_octets);
        }
        if asked(PacketStatisticsMaskFlag::TX_PACKETS_DROPPED) {
            r.tx_packets_dropped(traffic.out_discards);
        }
        if asked(PacketStatisticsMaskFlag::RX_PACKETS_DROPPED) {
            r.rx_packets_dropped(traffic.in_discards);
        }
    })
}

fn rest(call: &mut Call<'_, '_>, dormant: bool) -> Outcome {
    let session = session_of(call)?;
    let (now, face) = (call.now, call.origin());
    match call.modem.set_dormant(now, face, session, dormant) {
        true => Ok(Step::Success),
        false => Err(Refused(ProtocolError::NO_EFFECT)),
    }
}

pub(super) fn dormant(call: &mut Call<'_, '_>) -> Outcome {
    rest(call, true)
}

pub(super) fn active(call: &mut Call<'_, '_>) -> Outcome {
    rest(call, false)
}

pub(super) fn dormancy_status(dormant: bool) -> DormancyStatus {
    if dormant { DormancyStatus::TRAFFIC_CHANNEL_DORMANT } else { DormancyStatus::TRAFFIC_CHANNEL_ACTIVE }
}

pub(super) fn dormancy(call: &mut Call<'_, '_>) -> Outcome {
    let session = session_of(call)?;
    call.answer::<get_dormancy_status::Message>(|r, modem| {
        r.dormancy_status(dormancy_status(modem.is_dormant(session)));
    })
}

pub(super) fn bearer_technology(call: &mut Call<'_, '_>) -> Outcome {
    if session_of(call).is_err() {
        let last = call.state::<Client>()?.last.technology;
        return call.refuse::<get_data_bearer_technology::Message>(ProtocolError::OUT_OF_CALL, |r, _| {
            if let Some(technology) = last {
                r.last(bearer(technology));
            }
        });
    }
    call.answer::<get_data_bearer_technology::Message>(|r, modem| {
        r.current(bearer(modem.packet_service().technology));
    })
}

pub(super) fn current_bearer_technology(call: &mut Call<'_, '_>) -> Outcome {
    if session_of(call).is_err() {
        let last = call.state::<Client>()?.last.technology;
        return call.refuse::<get_current_data_bearer_technology::Message>(ProtocolError::OUT_OF_CALL, |r, _| {
            if let Some(technology) = last {
                r.last(current_bearer(technology));
            }
        });
    }
    call.answer::<get_current_data_bearer_technology::Message>(|r, modem| {
        r.current(current_bearer(modem.packet_service().technology));
    })
}

pub(super) fn throttles(call: &mut Call<'_, '_>) -> Outcome {
    let network = call.request::<get_pdn_throttle_info::Message>().network_type()?.value;
    if network.name().is_none() {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    let now = call.now;
    call.answer::<get_pdn_throttle_info::Message>(|r, modem| {
        let throttles = modem.throttles(now).filter(|_| network == DataSystemNetworkType::_3GPP);
        let list: Vec<PdnThrottleInfo<'_>, ACCESS_POINTS> =
            crate::device::collect(throttles.map(|(apn, v4, v6)| PdnThrottleInfo {
                ipv4_throttled: SignedBool(v4.0 != 0),
                ipv6_throttled: SignedBool(v6.0 != 0),
                ipv4_throttle_time_left_ms: v4.0,
                ipv6_throttle_time_left_ms: v6.0,
                apn: apn.into(),
            }));
        r.info(list.as_slice().into());
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_have_the_ones_of_the_prefix() {
        let masks = [(0, [0, 0, 0, 0]), (8, [255, 0, 0, 0]), (30, [255, 255, 255, 252]), (32, [255; 4])];
        for (prefix, octets) in masks {
            assert_eq!(mask(prefix).octets(), octets);
        }
    }

    #[test]
    fn the_operators_container_is_found_behind_others() {
        let options = [0x80, 0x00, 0x0d, 4, 10, 0, 0, 1, 0xff, 0x03, 2, 0xaa, 0xbb];
        assert_eq!(operators_container(&options), Some((0xff03, &[0xaa, 0xbb][..])));
        assert_eq!(operators_container(&options[..12]), None);
        assert_eq!(operators_container(&options[..8]), None);
        assert_eq!(operators_container(&[]), None);
    }
}
