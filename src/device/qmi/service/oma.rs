//! OMA: sessions of device management with the operator's server.

use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, oma::*};

use super::super::call::{Call, Outcome, Refused, Step};
use super::super::tell::Tell;
use super::{Served, Service, State, always, leaves_nothing};
use crate::device::modem::event::Change;
use crate::device::modem::oma::{OmaAlert, OmaEvent, OmaFailure, OmaFeatures, OmaKind, OmaState};
use crate::device::modem::{Failure, Reason};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::OMA,
    version: (1, 4),
    messages: &[
        Served::of::<reset::Message>(super::super::call::reset),
        Served::of::<set_event_report::Message>(event_report),
        Served::of::<start_session::Message>(start),
        Served::of::<cancel_session::Message>(cancel),
        Served::of::<get_session_info::Message>(session),
        Served::of::<send_selection::Message>(selection),
        Served::of::<get_feature_setting::Message>(features),
        Served::of::<set_feature_setting::Message>(set_features),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// What a client has registered for.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Client {
    alerts: bool,
    states: bool,
}

fn wire_state(state: OmaState) -> SessionState {
    match state {
        OmaState::Connecting => SessionState::CONNECTING,
        OmaState::Connected => SessionState::CONNECTED,
        OmaState::Authenticated => SessionState::AUTHENTICATED,
        OmaState::Updated => SessionState::COMPLETE_INFORMATION_UPDATED,
        OmaState::Failed(_) => SessionState::FAILED,
    }
}

fn why(state: OmaState) -> Option<SessionFailedReason> {
    match state {
        OmaState::Failed(OmaFailure::NetworkUnavailable) => Some(SessionFailedReason::NETWORK_UNAVAILABLE),
        OmaState::Failed(OmaFailure::ServerUnavailable) => Some(SessionFailedReason::SERVER_UNAVAILABLE),
        OmaState::Failed(OmaFailure::Cancelled) => Some(SessionFailedReason::SESSION_CANCELLED),
        _ => None,
    }
}

fn wire_alert(alert: OmaAlert) -> NetworkInitiatedAlert {
    NetworkInitiatedAlert { session_type: SessionType(alert.kind.0), session_id: alert.session }
}

fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let Change::Oma(event) = *change else {
        return;
    };
    let Some(client) = tell.state::<Client>().copied() else {
        return;
    };
    match event {
        OmaEvent::State(state) if client.states => tell.send::<event_report_indication::Message>(|r, _| {
            r.session_state(wire_state(state));
            if let Some(reason) = why(state) {
                r.session_fail_reason(reason);
            }
        }),
        OmaEvent::Alert(alert) if client.alerts => tell.send::<event_report_indication::Message>(|r, _| {
            r.network_initiated_alert(wire_alert(alert));
        }),
        _ => {}
    }
}

/// A failure in the words of this service.
fn refused(failure: Failure) -> Refused {
    match failure.reason {
        Reason::NotActive => Refused(ProtocolError::SESSION_INACTIVE),
        Reason::NotAllowed => Refused(ProtocolError::DISABLED),
        Reason::Invalid => Refused(ProtocolError::INVALID_SESSION_TYPE),
        _ => failure.into(),
    }
}

fn event_report(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_event_report::Message>();
    let (alerts, states) = (request.network_initiated_alert_reporting()?, request.session_state_reporting()?);
    let client = call.state::<Client>()?;
    client.alerts = alerts.unwrap_or(client.alerts);
    client.states = states.unwrap_or(client.states);
    Ok(Step::Success)
}

fn start(call: &mut Call<'_, '_>) -> Outcome {
    let kind = call.request::<start_session::Message>().session_type()?;
    let kind = kind.ok_or(Refused(ProtocolError::MISSING_ARGUMENT))?;
    let (now, by) = (call.now, call.origin());
    call.modem.start_oma(now, by, OmaKind(kind.0)).map_err(refused)?;
    Ok(Step::Success)
}

fn cancel(call: &mut Call<'_, '_>) -> Outcome {
    let (now, by) = (call.now, call.origin());
    call.modem.cancel_oma(now, by).map_err(refused)?;
    Ok(Step::Success)
}

fn session(call: &mut Call<'_, '_>) -> Outcome {
    if call.modem.oma_session().is_none() && call.modem.oma_alert().is_none() {
        return Err(Refused(ProtocolError::SESSION_INACTIVE));
    }
    call.answer::<get_session_info::Message>(|r, modem| {
        if let Some(session) = modem.oma_session() {
            let session_type = SessionType(session.kind.0);
            r.session_info(SessionInfo { session_state: wire_state(session.state), session_type });
            if let Some(reason) = why(session.state) {
                r.session_failed_reason(reason);
            }
            // The device does not try again.
            let (retry_count, retry_pause_timer, retry_pause_timer_remaining) = (0, 0, 0);
            r.retry_info(RetryInfo { retry_count, retry_pause_timer, retry_pause_timer_remaining });
        }
        if let Some(alert) = modem.oma_alert() {
            r.network_initiated_alert(wire_alert(alert));
        }
    })
}

fn selection(call: &mut Call<'_, '_>) -> Outcome {
    let selection = call.request::<send_selection::Message>().network_initiated_alert_selection()?;
    let selection = selection.ok_or(Refused(ProtocolError::MISSING_ARGUMENT))?;
    let (now, by) = (call.now, call.origin());
    let accept = selection.control_point_selection_accept;
    call.modem.answer_oma(now, by, selection.session_id, accept).map_err(refused)?;
    Ok(Step::Success)
}

fn features(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_feature_setting::Message>(|r, modem| {
        let (features, activated) = modem.oma_features();
        r.device_provisioning_service_update_config(features.provisioning).prl_update_service_config(features.prl);
        r.hfa_feature_config(features.activation).hfa_feature_done_state(match activated {
            None => HfaFeatureDoneState::NONE,
            Some(true) => HfaFeatureDoneState::SUCCEEDED,
            Some(false) => HfaFeatureDoneState::FAILED,
        });
    })
}

fn set_features(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_feature_setting::Message>();
    let (features, _) = call.modem.oma_features();
    let features = OmaFeatures {
        provisioning: request.device_provisioning_service_update_config()?.unwrap_or(features.provisioning),
        prl: request.prl_update_service_config()?.unwrap_or(features.prl),
        activation: request.hfa_feature_config()?.unwrap_or(features.activation),
    };
    call.modem.set_oma_features(features);
    Ok(Step::Success)
}
