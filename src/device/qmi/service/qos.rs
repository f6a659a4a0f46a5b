//! QOS: flows, which are parts of sessions that the network treats better.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, SubscriptionType, qos::*};

use super::super::call::{Call, Outcome, Refused, Step};
use super::super::tell::Tell;
use super::{SIERRA, Served, Service, State, always, leaves_nothing, wds};
use crate::device::modem::bearer::Statistics;
use crate::device::modem::event::Change;
use crate::device::modem::flow::{FLOWS, FlowState};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::QOS,
    version: (1, 7),
    messages: &[
        Served::of::<reset::Message>(forget),
        Served::of::<get_flow_status::Message>(flow_status),
        Served::of::<get_network_status::Message>(network_status),
        Served::of::<bind_mux_data_port::Message>(bind),
        Served::of::<bind_subscription::Message>(subscribe),
        Served::of::<get_bind_subscription::Message>(subscription),
        Served { vendor: Some(SIERRA), ..Served::of::<swi_read_data_stats::Message>(data_stats) },
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// What is kept for a client.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Client {
    /// The channel of the data path whose flows it is told of; 0: the one without a number.
    channel: u8,
    subscription: SubscriptionType,
}

fn status(state: FlowState) -> Status {
    match state {
        FlowState::Activated => Status::ACTIVATED,
        FlowState::Suspended => Status::SUSPENDED,
        FlowState::Gone => Status::GONE,
    }
}

fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    match change {
        Change::Flow(flow) => {
            let modem = tell.modem;
            let channel = modem.session_origin(flow.session).map(|origin| origin.channel);
            if tell.state::<Client>().map(|client| client.channel) != channel {
                return;
            }
            let event = match flow.state {
                FlowState::Activated => Event::ACTIVATED,
                FlowState::Suspended => Event::SUSPENDED,
                FlowState::Gone => Event::GONE,
            };
            let value = Value { qos_id: flow.id, status: status(flow.state), event };
            tell.send::<flow_status_indication::Message>(|r, _| {
                r.value(value);
            });
        }
        Change::FlowsKnown(known) => tell.send::<network_status_indication::Message>(|r, _| {
            r.qos_supported(*known);
        }),
        _ => {}
    }
}

/// What the client is bound to stays.
fn forget(_: &mut Call<'_, '_>) -> Outcome {
    Ok(Step::Success)
}

fn flow_status(call: &mut Call<'_, '_>) -> Outcome {
    let id = call.request::<get_flow_status::Message>().qos_id()?;
    let flow = call.modem.flow(id).ok_or(Refused(ProtocolError::INVALID_QOS_ID))?;
    call.answer::<get_flow_status::Message>(|r, _| {
        r.value(status(flow.state));
    })
}

fn network_status(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_network_status::Message>(|r, modem| {
        r.qos_supported(modem.network_knows_flows());
    })
}

fn bind(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<bind_mux_data_port::Message>();
    let (endpoint, channel, _) = (request.endpoint()?, request.mux_id()?, request.direction()?);
    if endpoint.is_none() && channel.is_none() {
        return Err(Refused(ProtocolError::MISSING_ARGUMENT));
    }
    if endpoint.is_some_and(|endpoint| endpoint.endpoint_type.0 == 0 || endpoint.endpoint_type.name().is_none()) {
        return Err(Refused(ProtocolError::INTERFACE_NOT_FOUND));
    }
    let channel = channel.unwrap_or(0);
    if channel == u8::MAX {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    let client = call.state::<Client>()?;
    if client.channel == channel {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    client.channel = channel;
    Ok(Step::Success)
}

fn subscribe(call: &mut Call<'_, '_>) -> Outcome {
    let subscription = call.request::<bind_subscription::Message>().subscription_id()?;
    wds::one_subscription(subscription)?;
    call.state::<Client>()?.subscription = subscription;
    Ok(Step::Success)
}

fn subscription(call: &mut Call<'_, '_>) -> Outcome {
    let subscription = call.state::<Client>()?.subscription;
    call.answer::<get_bind_subscription::Message>(|r, _| {
        r.subscription_id(subscription);
    })
}

/// Number of the bearer that a session has from its beginning: 5 is the first one (3GPP TS 24.007, 11.2.3.1.5).
const FIRST_BEARER: u32 = 5;

/// The counters of a session, by its number: all packets travel over the bearer that it has from its beginning, none over
/// those of its flows.
fn data_stats(call: &mut Call<'_, '_>) -> Outcome {
    let apn_id = call.request::<swi_read_data_stats::Message>().apn_id()?;
    let session = u8::try_from(apn_id).ok().filter(|session| call.modem.ip_configuration(*session).is_some());
    let session = session.ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    call.answer::<swi_read_data_stats::Message>(|r, modem| {
        let traffic = modem.session_statistics(session);
        let Statistics { in_octets, out_octets, out_discards, .. } = traffic;
        let (tx_packets, rx_packets) = (counter(traffic.out_packets), counter(traffic.in_packets));
        r.apn(Apn {
            apn_id,
            tx_packets,
            tx_packets_dropped: out_discards,
            rx_packets,
            tx_bytes: out_octets,
            tx_bytes_dropped: 0,
            rx_bytes: in_octets,
        });
        let first = Flow {
            bearer_id: FIRST_BEARER.saturating_add(apn_id),
            tx_packets,
            tx_packets_dropped: out_discards,
            tx_bytes: out_octets,
            tx_bytes_dropped: 0,
        };
        let flows = modem.flows().iter().filter(|flow| flow.session == session);
        let flows = flows.map(|flow| Flow { bearer_id: flow.id, ..Flow::default() });
        let list: Vec<Flow, { FLOWS + 1 }> = crate::device::collect(core::iter::once(first).chain(flows));
        r.flow(list.as_slice().into());
    })
}

fn counter(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
