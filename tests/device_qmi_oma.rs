//! OMA of the QMI function: sessions with the operator's server.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

mod qmi_common;

use qmi_common::{Bench, Client, Message};
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service, oma::*};
use wwan::device::modem::Setup;
use wwan::device::modem::oma::{OmaAlert, OmaKind};
use wwan::device::qmi::Config;

fn bench(setup: Setup) -> (Bench, Client) {
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::OMA);
    let answer = bench.ask::<set_event_report::Message>(client, |r| {
        r.session_state_reporting(true).network_initiated_alert_reporting(true);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    (bench, client)
}

fn start(bench: &mut Bench, client: Client, kind: u8) -> ProtocolError {
    let answer = bench.ask::<start_session::Message>(client, |r| {
        r.session_type(SessionType(kind));
    });
    answer.error()
}

fn states(told: &[Message]) -> Vec<SessionState> {
    let state = |told: &Message| told.indication::<event_report_indication::Message>().session_state().unwrap();
    told.iter().filter_map(state).collect()
}

#[test]
fn a_session_goes_from_state_to_state() {
    let (mut bench, client) = bench(Setup::default());
    let other = bench.client(Service::OMA);
    let none = bench.ask::<get_session_info::Message>(client, |_| {});
    assert_eq!(none.error(), ProtocolError::SESSION_INACTIVE);
    assert_eq!(start(&mut bench, client, 7), ProtocolError::INVALID_SESSION_TYPE);
    assert_eq!(start(&mut bench, client, 2), ProtocolError::DISABLED);
    assert_eq!(bench.ask::<start_session::Message>(client, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
    assert_eq!(start(&mut bench, client, 0), ProtocolError::NONE);
    let mut told = bench.heard();
    assert_eq!(start(&mut bench, client, 0), ProtocolError::DEVICE_IN_USE);
    told.extend(bench.wait(5000));
    assert!(told.iter().all(|told| told.client == client.1), "{other:?} has not registered");
    let expected = [
        SessionState::CONNECTING,
        SessionState::CONNECTED,
        SessionState::AUTHENTICATED,
        SessionState::COMPLETE_INFORMATION_UPDATED,
    ];
    assert_eq!(states(&told), expected);
    let answer = bench.ask::<get_session_info::Message>(client, |_| {});
    let info = answer.response::<get_session_info::Message>();
    let session = info.session_info().unwrap().unwrap();
    assert_eq!(session.session_type, SessionType::CLIENT_INITIATED_DEVICE_CONFIGURE);
    assert_eq!(session.session_state, SessionState::COMPLETE_INFORMATION_UPDATED);
    assert_eq!(info.session_failed_reason().unwrap(), None);
    assert_eq!(bench.ask::<cancel_session::Message>(client, |_| {}).error(), ProtocolError::SESSION_INACTIVE);
}

#[test]
fn sessions_fail_without_a_network_or_a_server_or_if_called_off() {
    let failed = |bench: &mut Bench, client| {
        let told = bench.wait(5000);
        assert_eq!(*states(&told).last().unwrap(), SessionState::FAILED);
        let answer = bench.ask::<get_session_info::Message>(client, |_| {});
        let asked = answer.response::<get_session_info::Message>().session_failed_reason().unwrap();
        let last = told.last().unwrap().indication::<event_report_indication::Message>();
        assert_eq!(last.session_fail_reason().unwrap(), asked);
        asked.unwrap()
    };
    let (mut bench, client) = bench(Setup::default());
    assert_eq!(start(&mut bench, client, 1), ProtocolError::NONE);
    bench.wait(100);
    assert_eq!(bench.ask::<cancel_session::Message>(client, |_| {}).error(), ProtocolError::NONE);
    assert_eq!(failed(&mut bench, client), SessionFailedReason::SESSION_CANCELLED);
    bench.modem.lose_signal(bench.now);
    assert_eq!(start(&mut bench, client, 1), ProtocolError::NONE);
    assert_eq!(failed(&mut bench, client), SessionFailedReason::NETWORK_UNAVAILABLE);

    let mut setup = Setup::default();
    setup.oma.server = false;
    let (mut bench, client) = self::bench(setup);
    assert_eq!(start(&mut bench, client, 1), ProtocolError::NONE);
    assert_eq!(failed(&mut bench, client), SessionFailedReason::SERVER_UNAVAILABLE);
}

#[test]
fn the_server_asks_and_a_user_answers() {
    let (mut bench, client) = bench(Setup::default());
    let alert = OmaAlert { kind: OmaKind(5), session: 0x0102 };
    bench.modem.alert_oma(bench.now, alert);
    let told = bench.one();
    let told = told.indication::<event_report_indication::Message>().network_initiated_alert().unwrap().unwrap();
    assert_eq!((told.session_type, told.session_id), (SessionType::NETWORK_INITIATED_DEVICE_CONFIGURE, 0x0102));
    let select = |bench: &mut Bench, session_id, accept| {
        let answer = bench.ask::<send_selection::Message>(client, |r| {
            let control_point_selection_accept = accept;
            r.network_initiated_alert_selection(NetworkInitiatedAlertSelection {
                control_point_selection_accept,
                session_id,
            });
        });
        answer.error()
    };
    assert_eq!(select(&mut bench, 7, true), ProtocolError::SESSION_INACTIVE);
    let answer = bench.ask::<get_session_info::Message>(client, |_| {});
    let waiting = answer.response::<get_session_info::Message>().network_initiated_alert().unwrap();
    assert_eq!(waiting.unwrap().session_id, 0x0102);
    assert_eq!(select(&mut bench, 0x0102, true), ProtocolError::NONE);
    assert_eq!(states(&bench.wait(5000)).len(), 4);
    assert_eq!(select(&mut bench, 0x0102, true), ProtocolError::SESSION_INACTIVE);
    bench.modem.alert_oma(bench.now, alert);
    bench.heard();
    assert_eq!(select(&mut bench, 0x0102, false), ProtocolError::NONE);
    assert_eq!(bench.wait(5000), []);
    assert_eq!(bench.ask::<send_selection::Message>(client, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
}

#[test]
fn what_the_device_may_do_is_set() {
    let (mut bench, client) = bench(Setup::default());
    let features = |bench: &mut Bench| {
        let answer = bench.ask::<get_feature_setting::Message>(client, |_| {});
        let features = answer.response::<get_feature_setting::Message>();
        (
            features.device_provisioning_service_update_config().unwrap().unwrap(),
            features.prl_update_service_config().unwrap().unwrap(),
            features.hfa_feature_config().unwrap().unwrap(),
            features.hfa_feature_done_state().unwrap().unwrap(),
        )
    };
    assert_eq!(features(&mut bench), (true, true, false, HfaFeatureDoneState::NONE));
    let answer = bench.ask::<set_feature_setting::Message>(client, |r| {
        r.hfa_feature_config(true).device_provisioning_service_update_config(false);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    assert_eq!(start(&mut bench, client, 0), ProtocolError::DISABLED);
    assert_eq!(start(&mut bench, client, 2), ProtocolError::NONE);
    bench.wait(5000);
    assert_eq!(features(&mut bench), (false, true, true, HfaFeatureDoneState::SUCCEEDED));
    assert_eq!(bench.ask::<reset::Message>(client, |_| {}).error(), ProtocolError::NONE);
    assert_eq!(start(&mut bench, client, 2), ProtocolError::NONE);
    assert_eq!(bench.wait(5000), [], "nobody is registered any more");
}
