//! What clients are told unasked: the state of their session, what they have asked to be told of, changes of profiles.

use qmi_wire::field::SignedBool;
use qmi_wire::service::Service as Wire;
use qmi_wire::service::wds::*;

use super::Client;
use super::settings::{changed, counter, digest, dormancy_status, signed_rate};
use super::words::{self, Why};
use crate::device::modem::Failure;
use crate::device::modem::bearer::{IpKind, SessionState, SessionStatus};
use crate::device::modem::event::{Change, Origin};
use crate::device::modem::network::Technologies;
use crate::device::modem::profile::ContextChange;
use crate::device::qmi::call::{Call, On, Outcome, Refused, Step};
use crate::device::qmi::tell::Tell;
use crate::time::Millis;

bitflags::bitflags! {
    /// Events that clients can ask for.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(super) struct Events: u16 {
        const RATES = 1 << 0;
        const BEARER = 1 << 1;
        const DORMANCY = 1 << 2;
        const CURRENT_BEARER = 1 << 3;
        const CALL = 1 << 4;
        const SYSTEM = 1 << 5;
        const SYSTEMS = 1 << 6;
        const FLOW = 1 << 7;
        const EXTENDED_BEARER = 1 << 8;
        /// Of CDMA alone, or of filters that hosts cannot set here: chosen, but nothing comes of them.
        const SILENT = 1 << 9;
    }
}

/// What a client has asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reports {
    events: Events,
    /// Counters to tell, and how often in seconds; 0: never.
    counters: SetEventReportTransferStatistics,
    interval: u8,
}

pub(super) fn set_event_report(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_event_report::Message>();
    let choices = [
        (Events::RATES, request.channel_rate()?),
        (Events::BEARER, request.data_bearer_technology()?),
        (Events::DORMANCY, request.dormancy_status()?),
        (Events::CURRENT_BEARER, request.current_data_bearer_technology()?),
        (Events::CALL, request.data_call_status()?),
        (Events::SYSTEM, request.preferred_data_system()?),
        (Events::SYSTEMS, request.data_systems()?),
        (Events::FLOW, request.uplink_flow_control()?),
        (Events::EXTENDED_BEARER, request.extended_data_bearer_technology()?),
        (Events::SILENT, request.mip_status()?.map(|on| on != 0)),
        (Events::SILENT, request.evdo_pm_change()?),
        (Events::SILENT, request.limited_data_system_status()?),
        (Events::SILENT, request.pdn_filter_removals()?),
    ];
    let counting = request.transfer_statistics()?;
    let reports = &mut call.state::<Client>()?.reports;
    for (event, choice) in choices {
        if let Some(on) = choice {
            reports.events.set(event, on);
        }
    }
    if let Some(TransferStatistics { interval_seconds, indicators }) = counting {
        (reports.interval, reports.counters) = (interval_seconds, indicators);
        stop_counting(call);
        if interval_seconds != 0 && !indicators.is_empty() {
            count_on(call, interval_seconds)?;
        }
    }
    Ok(Step::Success)
}

/// Ends the client's regular reports.
pub(super) fn stop_counting(call: &mut Call<'_, '_>) {
    let client = call.client();
    call.core.pending.retain(|pending| {
        let regular = !pending.owed && matches!(pending.wait.on, On::Time(_));
        !(regular && (pending.asked.service, pending.asked.client) == (Wire::WDS, client))
    });
}

fn count_on(call: &mut Call<'_, '_>, interval: u8) -> Result<(), Refused> {
    let at = call.now + Millis::from_secs(interval.into());
    call.later(On::Time(at), 0, tell_counters)
}

/// The client's time has come again.
fn tell_counters(call: &mut Call<'_, '_>, _: u32, _: Result<(), Failure>) -> Outcome {
    use SetEventReportTransferStatistics as Counters;
    let Reports { counters, interval, .. } = call.state::<Client>()?.reports;
    if let Ok(session) = super::session_of(call) {
        let traffic = call.modem.session_statistics(session);
        call.indicate::<event_report_indication::Message>(|r, _| {
            let asked = |what| counters.contains(what);
            if asked(Counters::REPORT_TX_PACKETS_OK) {
                r.tx_packets_ok(counter(traffic.out_packets));
            }
            if asked(Counters::REPORT_RX_PACKETS_OK) {
                r.rx_packets_ok(counter(traffic.in_packets));
            }
            if asked(Counters::REPORT_TX_PACKETS_ERROR) {
                r.tx_packets_error(0);
            }
            if asked(Counters::REPORT_RX_PACKETS_ERROR) {
                r.rx_packets_error(0);
            }
            if asked(Counters::REPORT_TX_OVERFLOWS) {
                r.tx_overflows(0);
            }
            if asked(Counters::REPORT_RX_OVERFLOWS) {
                r.rx_overflows(0);
            }
            if asked(Counters::REPORT_TX_BYTES_OK) {
                r.tx_bytes_ok(traffic.out_octets);
            }
            if asked(Counters::REPORT_RX_BYTES_OK) {
                r.rx_bytes_ok(traffic.in_octets);
            }
            if asked(Counters::REPORT_TX_PACKETS_DROPPED) {
                r.tx_packets_dropped(traffic.out_discards);
            }
            if asked(Counters::REPORT_RX_PACKETS_DROPPED) {
                r.rx_packets_dropped(traffic.in_discards);
            }
        });
    }
    count_on(call, interval)?;
    Ok(Step::Success)
}

pub(super) fn connected(
    r: &mut packet_service_status_indication::IndicationBuilder<'_>,
    family: IpFamily,
    reconfiguration_required: bool,
) {
    let status = ConnectionStatus::CONNECTED;
    r.connection_status(ConnectionStatusInfo { status, reconfiguration_required }).ip_family(family.into());
}

fn disconnected(r: &mut packet_service_status_indication::IndicationBuilder<'_>, family: IpFamily, why: Why) {
    let status = ConnectionStatus::DISCONNECTED;
    r.connection_status(ConnectionStatusInfo { status, reconfiguration_required: false })
        .call_end_reason(why.reason)
        .verbose_call_end_reason(why.verbose())
        .ip_family(family.into());
}

pub(super) fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    match change {
        Change::Session(status) => session_changed(tell, *status),
        Change::IpConfiguration(session) => settings_changed(tell, *session, RequestedSettings::NONE),
        Change::Pco(session) => settings_changed(tell, *session, RequestedSettings::OPERATOR_RESERVED_PCO),
        Change::Dormancy { session, .. } if asks_about(tell) == Some(*session) => {
            report(tell, Events::DORMANCY, None);
        }
        Change::PacketService(_) => report(tell, Events::SYSTEM | Events::SYSTEMS, None),
        Change::Contexts(change) => contexts_changed(tell, *change),
        _ => {}
    }
}

/// The active session that the client can ask about.
fn asks_about(tell: &mut Tell<'_, '_>) -> Option<u8> {
    let modem = tell.modem;
    tell.state::<Client>().and_then(|client| client.session(modem))
}

fn session_changed(tell: &mut Tell<'_, '_>, status: SessionStatus) {
    let modem = tell.modem;
    let Some(client) = tell.state::<Client>() else { return };
    let mine = client.mine.filter(|mine| mine.session == status.session);
    let is_own = modem.session_owner(status.session) == Some(Origin::WORLD);
    match status.state {
        SessionState::Active if mine.is_some() || client.global(modem) == Some(status.session) => {
            let family = client.family_of(status.ip);
            client.last.technology = Some(modem.packet_service().technology);
            client.digest = modem.ip_configuration(status.session).map(digest).unwrap_or_default();
            client.told_up = true;
            // Who is starting it is told when that is answered.
            if mine.is_none_or(|mine| mine.is_up) {
                tell.send::<packet_service_status_indication::Message>(|r, _| connected(r, family, false));
            }
            let events = Events::all().difference(Events::SILENT | Events::SYSTEM | Events::SYSTEMS);
            report(tell, events, Some((family, true)));
        }
        SessionState::Inactive if mine.is_some() || (client.mine.is_none() && is_own && client.told_up) => {
            let family = client.family_of(status.ip);
            let was_up = client.told_up;
            client.ended(modem, status.session);
            if was_up {
                let why = Why::of_end(modem, status, mine.is_some_and(|mine| mine.stopping));
                tell.send::<packet_service_status_indication::Message>(|r, _| disconnected(r, family, why));
                report(tell, Events::CALL, Some((family, false)));
            }
        }
        _ => {}
    }
}

/// Tells the client what it has asked for of that, about its session, which has begun or ended if `call` says so.
fn report(tell: &mut Tell<'_, '_>, events: Events, call: Option<(IpFamily, bool)>) {
    let modem = tell.modem;
    let Some(client) = tell.state::<Client>() else { return };
    let events = client.reports.events & events;
    if events.is_empty() {
        return;
    }
    let session = client.session(modem);
    let embedded = client.mine.is_some_and(|mine| mine.embedded);
    tell.send::<event_report_indication::Message>(|r, modem| {
        let packet = modem.packet_service();
        let technology = packet.technology;
        if events.contains(Events::RATES) {
            let (tx_rate_bps, rx_rate_bps) = (signed_rate(packet.uplink), signed_rate(packet.downlink));
            r.channel_rates(ChannelRates { tx_rate_bps, rx_rate_bps });
        }
        if events.contains(Events::BEARER) {
            r.data_bearer_technology(words::bearer(technology));
        }
        if let Some(session) = session.filter(|_| events.contains(Events::DORMANCY)) {
            r.dormancy_status(dormancy_status(modem.is_dormant(session)));
        }
        if events.contains(Events::CURRENT_BEARER) {
            let DataBearerTechnologyInfo { network_type, rat_mask, so_mask } = words::current_bearer(technology);
            r.current_data_bearer_technology(CurrentDataBearerTechnology { network_type, rat_mask, so_mask });
        }
        if let Some((family, begun)) = call.filter(|_| events.contains(Events::CALL)) {
            r.data_call_status(if begun { DataCallStatus::ACTIVATED } else { DataCallStatus::TERMINATED });
            r.data_call_type(DataCallTypeInfo {
                data_call_type: if embedded { DataCallType::EMBEDDED } else { DataCallType::TETHERED },
                tethered_call_type: if embedded { TetheredCallType::NON_TETHERED } else { TetheredCallType::RMNET },
            });
            r.data_call_address_family(family);
        }
        if events.contains(Events::SYSTEM) {
            r.preferred_data_system(words::data_system(technology));
        }
        if events.contains(Events::SYSTEMS) {
            let preferred_network_type = DataSystemNetworkType::_3GPP.into();
            let network = DataSystemNetwork {
                network_type: DataSystemNetworkType::_3GPP.into(),
                rat_mask: words::rat_mask(technology),
                so_mask: 0,
            };
            let networks = [network];
            let known = if technology == Technologies::empty() { &[][..] } else { &networks };
            r.data_systems(DataSystems { preferred_network_type, networks: known.into() });
        }
        if events.contains(Events::FLOW) {
            r.uplink_flow_control_enabled(SignedBool(modem.data_format().flow_control));
        }
        if events.contains(Events::EXTENDED_BEARER) {
            r.extended_data_bearer_technology(words::extended_bearer(technology));
        }
    });
}

/// Addresses of a session have changed, or what `beside` names.
fn settings_changed(tell: &mut Tell<'_, '_>, session: u8, beside: RequestedSettings) {
    if asks_about(tell) != Some(session) {
        return;
    }
    let modem = tell.modem;
    let Some(client) = tell.state::<Client>() else { return };
    let new = modem.ip_configuration(session).map(digest).unwrap_or_default();
    let changed = changed(client.digest, new);
    client.digest = new;
    let family = client.family_of(modem.session(session.into()).map_or(IpKind::V4, |status| status.ip));
    let extended = client.tells_settings;
    if !changed.is_empty() {
        tell.send::<packet_service_status_indication::Message>(|r, _| connected(r, family, true));
    }
    if extended && !(changed | beside).is_empty() {
        tell.send::<extended_ip_config_indication::Message>(|r, _| {
            r.changed_ip_configuration(changed | beside);
        });
    }
}

fn contexts_changed(tell: &mut Tell<'_, '_>, change: ContextChange) {
    match change {
        ContextChange::Created(id) => profile_changed(tell, id, ProfileChangeEvent::CREATE_EVENT),
        ContextChange::Modified(id) => profile_changed(tell, id, ProfileChangeEvent::MODIFY_EVENT),
        ContextChange::Deleted(id) => profile_changed(tell, id, ProfileChangeEvent::DELETE_EVENT),
        // Which ones is not known.
        ContextChange::All => {
            for id in 1..=u32::from(u8::MAX) {
                if tell.modem.context(id).is_some() {
                    profile_changed(tell, id, ProfileChangeEvent::MODIFY_EVENT);
                }
            }
        }
    }
}

fn profile_changed(tell: &mut Tell<'_, '_>, id: u32, change_event: ProfileChangeEvent) {
    let (Ok(profile_index), Some(client)) = (u8::try_from(id), tell.state::<Client>()) else {
        return;
    };
    let is_watched = client.watched.iter().any(|one| {
        let kind = matches!(one.profile_type, ProfileType::_3GPP | ProfileType::ALL);
        kind && (one.profile_index == profile_index || one.profile_index == u8::MAX)
    });
    if is_watched || (client.tells_profiles && client.watched.is_empty()) {
        tell.send::<profile_changed_indication::Message>(|r, _| {
            r.profile_event(ProfileEvent { profile_type: ProfileType::_3GPP, profile_index, change_event });
        });
    }
}
