//! WDA: the format of the data path. It is one for all hosts and protocols: CTL's Set Data Format sets the same.
//!
//! The same TLV number stands for other things in requests and responses; the declarations in `qmi_wire` know.

use qmi_wire::ProtocolError;
use qmi_wire::service::{DataEndpointType, Service as Wire, wda::*};

use super::super::call::{Call, Outcome, Refused, Step, supported};
use super::super::tell::Tell;
use super::{Served, Service, always, keeps_nothing, leaves_nothing};
use crate::device::modem::Reason;
use crate::device::modem::data_path::{Aggregation, DataFormat, FormatRequest, Link, Loopback};
use crate::device::modem::event::Change;

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::WDA,
    version: (1, 16),
    messages: &[
        Served::of::<get_supported_messages::Message>(supported),
        Served::of::<set_data_format::Message>(set_format),
        Served::of::<get_data_format::Message>(format),
        Served::of::<loopback_configuration::Message>(set_loopback),
        Served::of::<set_capability::Message>(capability),
        Served::of::<get_ethernet_config::Message>(ethernet),
    ],
    offered: always,
    client: keeps_nothing,
    released: leaves_nothing,
    tell,
};

fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    if let Change::Loopback(loopback) = change {
        tell.send::<loopback_configuration_indication::Message>(|r, _| {
            r.loopback_state(if loopback.on { LoopBackState::ENABLED } else { LoopBackState::DISABLED });
            r.replication_factor(loopback.copies);
        });
    }
}

fn aggregation(wanted: DataAggregationProtocol) -> Result<Aggregation, Refused> {
    match wanted {
        DataAggregationProtocol::QMAP => Ok(Aggregation::Qmap),
        DataAggregationProtocol::QMAPV4 => Ok(Aggregation::QmapV4),
        DataAggregationProtocol::QMAPV5 => Ok(Aggregation::QmapV5),
        // Known, but not had: not granted.
        known if known.name().is_some() => Ok(Aggregation::Off),
        _ => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
}

fn protocol(aggregation: Aggregation) -> DataAggregationProtocol {
    match aggregation {
        Aggregation::Off => DataAggregationProtocol::DISABLED,
        Aggregation::Qmap => DataAggregationProtocol::QMAP,
        Aggregation::QmapV4 => DataAggregationProtocol::QMAPV4,
        Aggregation::QmapV5 => DataAggregationProtocol::QMAPV5,
    }
}

fn link(link: Link) -> LinkLayerProtocol {
    match link {
        Link::Ethernet => LinkLayerProtocol::_802_3,
        Link::RawIp => LinkLayerProtocol::RAW_IP,
    }
}

/// The endpoint that the format is for: there is one, but a host must name it where the device wants so.
fn is_endpoint(call: &Call<'_, '_>, endpoint: Option<EndpointInfo>) -> Result<(), Refused> {
    match endpoint.map(|endpoint| endpoint.endpoint_type) {
        None if call.modem.data_path().needs_endpoint => Err(Refused(ProtocolError::MISSING_ARGUMENT)),
        None => Ok(()),
        Some(DataEndpointType::UNKNOWN) => Err(Refused(ProtocolError::INTERFACE_NOT_FOUND)),
        Some(kind) if kind.name().is_none() => Err(Refused(ProtocolError::INTERFACE_NOT_FOUND)),
        Some(_) => Ok(()),
    }
}

/// Inside MBIM, packets travel as MBIM says.
fn can_choose(call: &Call<'_, '_>) -> Result<(), Refused> {
    if call.config().data_format { Ok(()) } else { Err(Refused(ProtocolError::NOT_SUPPORTED)) }
}

fn set_format(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_data_format::Message>();
    let endpoint = request.endpoint_info()?;
    // Without NCM there are no NDPs that could have a signature.
    request.ndp_signature()?;
    let wanted = FormatRequest {
        link: match request.link_layer_protocol()? {
            None => None,
            Some(LinkLayerProtocol::_802_3) => Some(Link::Ethernet),
            Some(LinkLayerProtocol::RAW_IP) => Some(Link::RawIp),
            // Not granted: what holds stays.
            Some(LinkLayerProtocol::ETHERNET_PDU) => None,
            Some(_) => return Err(Refused(ProtocolError::INVALID_DATA_FORMAT)),
        },
        qos_header: request.qos_format()?,
        up: request.uplink_data_aggregation_protocol()?.map(aggregation).transpose()?,
        up_datagrams: request.uplink_data_aggregation_max_datagrams()?,
        up_size: request.uplink_data_aggregation_max_size()?,
        down: request.downlink_data_aggregation_protocol()?.map(aggregation).transpose()?,
        down_datagrams: request.downlink_data_aggregation_max_datagrams()?,
        down_size: request.downlink_data_aggregation_max_size()?,
        down_padding: request.download_minimum_padding()?,
        flow_control: request.flow_control()?.map(|on| on != 0),
    };
    can_choose(call)?;
    is_endpoint(call, endpoint)?;
    let granted = call.modem.set_data_format(&wanted).map_err(|failure| match failure.reason {
        Reason::Busy => Refused(ProtocolError::INCOMPATIBLE_STATE),
        _ => failure.into(),
    })?;
    call.answer::<set_data_format::Message>(|r, _| {
        let DataFormat { link: granted_link, qos_header, up, up_limits, down, down_limits, .. } = granted;
        r.qos_format(qos_header)
            .link_layer_protocol(link(granted_link))
            .uplink_data_aggregation_protocol(protocol(up))
            .downlink_data_aggregation_protocol(protocol(down))
            .ndp_signature(0)
            .downlink_data_aggregation_max_datagrams(down_limits.datagrams)
            .downlink_data_aggregation_max_size(down_limits.size)
            .uplink_data_aggregation_max_datagrams(up_limits.datagrams)
            .uplink_data_aggregation_max_size(up_limits.size)
            .download_minimum_padding(granted.down_padding)
            .flow_control(u8::from(granted.flow_control));
    })
}

fn format(call: &mut Call<'_, '_>) -> Outcome {
    let endpoint = call.request::<get_data_format::Message>().endpoint_info()?;
    can_choose(call)?;
    is_endpoint(call, endpoint)?;
    call.answer::<get_data_format::Message>(|r, modem| {
        let DataFormat { link: granted_link, qos_header, up, up_limits, down, down_limits, down_padding, flow_control } =
            modem.data_format();
        r.qos_format(qos_header)
            .link_layer_protocol(link(granted_link))
            .uplink_data_aggregation_protocol(protocol(up))
            .downlink_data_aggregation_protocol(protocol(down))
            .ndp_signature(0)
            .downlink_data_aggregation_max_datagrams(down_limits.datagrams)
            .downlink_data_aggregation_max_size(down_limits.size)
            .uplink_data_aggregation_max_datagrams(up_limits.datagrams)
            .uplink_data_aggregation_max_size(up_limits.size)
            .download_minimum_padding(down_padding)
            .flow_control(u8::from(flow_control));
    })
}

fn set_loopback(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<loopback_configuration::Message>();
    let (state, copies) = (request.loopback_state()?, request.replication_factor()?);
    let on = match state {
        LoopBackState::DISABLED => false,
        LoopBackState::ENABLED => true,
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    let loopback = Loopback { on, copies: if on { copies.unwrap_or(1) } else { 0 } };
    if call.modem.loopback() == loopback {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    let by = call.origin();
    call.modem.set_loopback(by, loopback);
    Ok(Step::Success)
}

fn capability(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_capability::Message>();
    let (endpoint, ethernet) = (request.endpoint_info()?, request.ethernet_pdu_capability()?);
    is_endpoint(call, Some(endpoint))?;
    call.answer::<set_capability::Message>(|r, modem| {
        if let Some(wanted) = ethernet {
            r.ethernet_pdu_capability(wanted && modem.data_path().ethernet_pdu);
        }
    })
}

fn ethernet(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_ethernet_config::Message>(|r, _| {
        r.hardware_config(EthernetHardwareConfig::DEFAULT);
    })
}
