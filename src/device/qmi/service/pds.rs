//! PDS: positioning for older hosts. There is one session for all clients: it goes on while the service is on and tracks by
//! itself.

use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, pds::*};

use super::super::call::{Call, Outcome, Refused, Step};
use super::super::tell::Tell;
use super::{Served, Service, State as Kept, always, leaves_nothing};
use crate::device::modem::Text;
use crate::device::modem::event::Change;
use crate::device::modem::location::{Positioning, Server, Tracking};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::PDS,
    version: (1, 18),
    messages: &[
        Served::of::<reset::Message>(super::super::call::reset),
        Served::of::<set_event_report::Message>(event_report),
        Served::of::<get_gps_service_state::Message>(service),
        Served::of::<set_gps_service_state::Message>(set_service),
        Served::of::<get_default_tracking_session::Message>(tracking),
        Served::of::<set_default_tracking_session::Message>(set_tracking),
        Served::of::<get_agps_config::Message>(address),
        Served::of::<set_agps_config::Message>(set_address),
        Served::of::<get_auto_tracking_state::Message>(auto),
        Served::of::<set_auto_tracking_state::Message>(set_auto),
    ],
    offered: always,
    client: || Kept::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// What a client has registered for. The other events of the message never happen here.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Client {
    sentences: bool,
    extended: bool,
    parsed: bool,
}

/// Numbers of the servers that [`LOC`](super::loc) has under the same ones.
const UMTS_SERVER: u32 = 3;
const CDMA_SERVER: u32 = 1;

fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let Change::Positioning(change) = change else {
        return;
    };
    let at = match change {
        Positioning::Second(at) => *at,
        Positioning::Ready => return tell.send::<gps_ready_indication::Message>(|_, _| {}),
        _ => return,
    };
    let Some(client) = tell.state::<Client>().copied() else {
        return;
    };
    let modem = tell.modem;
    if modem.location_service() != (true, true) {
        return;
    }
    if client.sentences || client.extended {
        let mode = OperationMode::STANDALONE;
        modem.nmea(at, modem.sentences(), &mut |sentence| {
            if client.sentences {
                tell.send::<event_report_indication::Message>(|r, _| {
                    r.nmea_position(sentence.into());
                });
            }
            if client.extended {
                tell.send::<event_report_indication::Message>(|r, _| {
                    r.extended_nmea_position(ExtendedNmeaPosition { operation_mode: mode, nmea: sentence.into() });
                });
            }
        });
    }
    if client.parsed {
        let status = match modem.fix(at) {
            Some(_) => PositionSessionStatus::SUCCESS,
            None => PositionSessionStatus::IN_PROGRESS,
        };
        tell.send::<event_report_indication::Message>(|r, _| {
            r.position_session_status(status);
        });
    }
}

fn event_report(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_event_report::Message>();
    let (sentences, extended) = (request.nmea_position_reporting()?, request.extended_nmea_position_reporting()?);
    let parsed = request.parsed_position_reporting()?;
    let client = call.state::<Client>()?;
    client.sentences = sentences.unwrap_or(client.sentences);
    client.extended = extended.unwrap_or(client.extended);
    client.parsed = parsed.unwrap_or(client.parsed);
    Ok(Step::Success)
}

fn service(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_gps_service_state::Message>(|r, modem| {
        let (on, auto) = modem.location_service();
        let tracking_session_state =
            if on && auto { TrackingSessionState::ACTIVE } else { TrackingSessionState::INACTIVE };
        r.state(State { gps_service_state: on, tracking_session_state });
    })
}

fn set_service(call: &mut Call<'_, '_>) -> Outcome {
    let on = call.request::<set_gps_service_state::Message>().state()?.gps_service_state;
    let (_, auto) = call.modem.location_service();
    switch(call, on, auto)
}

fn switch(call: &mut Call<'_, '_>, on: bool, auto: bool) -> Outcome {
    let (now, by) = (call.now, call.origin());
    if call.modem.location_service() == (on, auto) {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    call.modem.set_location_service(now, by, on, auto)?;
    Ok(Step::Success)
}

fn auto(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_auto_tracking_state::Message>(|r, modem| {
        r.state(GetAutoTrackingStateState { auto_tracking_state: modem.location_service().1 });
    })
}

fn set_auto(call: &mut Call<'_, '_>) -> Outcome {
    let auto = call.request::<set_auto_tracking_state::Message>().state()?.auto_tracking_state;
    let (on, _) = call.modem.location_service();
    switch(call, on, auto)
}

fn tracking(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_default_tracking_session::Message>(|r, modem| {
        let tracking = modem.tracking();
        r.info(DefaultTrackingSessionInfo {
            session_operation: OperatingMode(tracking.operation),
            position_data_timeout: tracking.timeout,
            interval: tracking.interval,
            accuracy_threshold: tracking.accuracy,
        });
    })
}

fn set_tracking(call: &mut Call<'_, '_>) -> Outcome {
    let info = call.request::<set_default_tracking_session::Message>().info()?;
    if info.session_operation > OperatingMode::MS_ASSISTED {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    call.modem.set_tracking(Tracking {
        operation: info.session_operation.0,
        timeout: info.position_data_timeout,
        interval: info.interval,
        accuracy: info.accuracy_threshold,
    });
    Ok(Step::Success)
}

/// The server of a kind of network.
fn server(mode: Option<NetworkMode>) -> Result<u32, Refused> {
    match mode {
        None | Some(NetworkMode::UMTS) => Ok(UMTS_SERVER),
        Some(NetworkMode::CDMA) => Ok(CDMA_SERVER),
        Some(_) => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
}

fn address(call: &mut Call<'_, '_>) -> Outcome {
    let kind = server(call.request::<get_agps_config::Message>().network_mode()?)?;
    call.answer::<get_agps_config::Message>(|r, modem| {
        let server = modem.location_server(kind);
        if let Some((ip, port)) = server.and_then(|server| server.v4) {
            r.location_server_address(LocationServerAddress { ip: ip.into(), port: u32::from(port) });
        }
        if let Some(url) = server.map(|server| &server.url).filter(|url| !url.is_empty()) {
            r.location_server_url(url.as_bytes().into());
        }
    })
}

fn set_address(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_agps_config::Message>();
    let (address, url) = (request.location_server_address()?, request.location_server_url()?);
    let kind = server(request.network_mode()?)?;
    if address.is_none() && url.is_none() {
        return Err(Refused(ProtocolError::MISSING_ARGUMENT));
    }
    let v4 = match address.map(|address| u16::try_from(address.port).map(|port| (address.ip.0, port))) {
        None => None,
        Some(Ok(address)) => Some(address),
        Some(Err(_)) => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    let url = match url.map(|url| core::str::from_utf8(url.bytes).map(Text::try_from)) {
        None => Text::new(),
        Some(Ok(Ok(url))) => url,
        Some(Ok(Err(_))) => return Err(Refused(ProtocolError::ARGUMENT_TOO_LONG)),
        Some(Err(_)) => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    call.modem.set_location_server(Server { kind, v4, v6: None, url })?;
    Ok(Step::Success)
}
