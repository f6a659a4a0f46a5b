//! PDS of the QMI function: positioning for older hosts.
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

use qmi_common::{Bench, Client};
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service, loc, pds::*};

fn bench() -> (Bench, Client) {
    let mut bench = Bench::default();
    let client = bench.client(Service::PDS);
    (bench, client)
}

fn service(bench: &mut Bench, client: Client, on: bool) -> ProtocolError {
    let answer = bench.ask::<set_gps_service_state::Message>(client, |r| {
        r.state(SetGpsServiceStateState { gps_service_state: on });
    });
    answer.error()
}

fn auto(bench: &mut Bench, client: Client, on: bool) -> ProtocolError {
    let answer = bench.ask::<set_auto_tracking_state::Message>(client, |r| {
        r.state(SetAutoTrackingStateState { auto_tracking_state: on });
    });
    answer.error()
}

fn state(bench: &mut Bench, client: Client) -> (bool, TrackingSessionState) {
    let answer = bench.ask::<get_gps_service_state::Message>(client, |_| {});
    let state = answer.response::<get_gps_service_state::Message>().state().unwrap();
    (state.gps_service_state, state.tracking_session_state)
}

#[test]
fn sentences_come_while_the_service_tracks_by_itself() {
    let (mut bench, client) = bench();
    let other = bench.client(Service::PDS);
    assert_eq!(state(&mut bench, client), (false, TrackingSessionState::INACTIVE));
    assert_eq!(service(&mut bench, client, true), ProtocolError::NONE);
    let ready: Vec<u16> = bench.heard().iter().map(|told| told.id).collect();
    assert_eq!(ready, [0x60, 0x60], "every client is told");
    assert_eq!(service(&mut bench, client, true), ProtocolError::NO_EFFECT);
    assert_eq!(auto(&mut bench, client, true), ProtocolError::NONE);
    assert_eq!(auto(&mut bench, client, true), ProtocolError::NO_EFFECT);
    assert_eq!(state(&mut bench, other), (true, TrackingSessionState::ACTIVE));
    let answer = bench.ask::<get_auto_tracking_state::Message>(client, |_| {});
    let on = answer.response::<get_auto_tracking_state::Message>().state().unwrap().auto_tracking_state;
    assert!(on);

    assert_eq!(bench.wait(3000), [], "nobody has registered");
    let answer = bench.ask::<set_event_report::Message>(client, |r| {
        r.nmea_position_reporting(true);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let answer = bench.ask::<set_event_report::Message>(other, |r| {
        r.extended_nmea_position_reporting(true).parsed_position_reporting(true);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let told = bench.wait(10_000);
    let text = |told: &qmi_common::Message| {
        let told = told.indication::<event_report_indication::Message>();
        told.nmea_position().unwrap().map(|text| text.to_str().unwrap().to_owned())
    };
    let plain: Vec<String> =
        told.iter().filter(|told| told.client == client.1).map(|told| text(told).unwrap()).collect();
    assert!(plain.iter().all(|sentence| sentence.starts_with('$') && sentence.ends_with("\r\n")));
    assert_eq!(plain.iter().filter(|sentence| sentence.starts_with("$GPGGA")).count(), 10);
    let last = plain.iter().rev().find(|sentence| sentence.starts_with("$GPGGA")).unwrap();
    assert!(last.contains(",4824.0000,N,00959.4000,E,1,"), "{last}");
    let others: Vec<_> = told.iter().filter(|told| told.client == other.1).collect();
    let extended = others
        .iter()
        .find_map(|told| told.indication::<event_report_indication::Message>().extended_nmea_position().unwrap());
    assert_eq!(extended.unwrap().operation_mode, OperationMode::STANDALONE);
    let states: Vec<PositionSessionStatus> = others
        .iter()
        .filter_map(|told| told.indication::<event_report_indication::Message>().position_session_status().unwrap())
        .collect();
    assert_eq!(states.len(), 10);
    assert_eq!((states[0], states[9]), (PositionSessionStatus::IN_PROGRESS, PositionSessionStatus::SUCCESS));
    assert_eq!(bench.function.counters().indications_lost, 0);

    assert_eq!(bench.ask::<reset::Message>(client, |_| {}).error(), ProtocolError::NONE);
    assert!(bench.wait(2000).iter().all(|told| told.client == other.1));
    assert_eq!(service(&mut bench, client, false), ProtocolError::NONE);
    assert_eq!(bench.wait(5000), []);
    assert!(!bench.modem.is_positioning());
}

#[test]
fn settings_are_kept_and_shared_with_the_newer_service() {
    let (mut bench, client) = bench();
    let answer = bench.ask::<get_default_tracking_session::Message>(client, |_| {});
    let info = answer.response::<get_default_tracking_session::Message>().info().unwrap();
    assert_eq!(
        (info.session_operation, info.position_data_timeout, info.interval),
        (OperatingMode::STANDALONE, 255, 1)
    );
    let set = |bench: &mut Bench, session_operation| {
        let answer = bench.ask::<set_default_tracking_session::Message>(client, |r| {
            let (position_data_timeout, interval, accuracy_threshold) = (30, 5, 100);
            r.info(SetDefaultTrackingSessionInfo {
                session_operation,
                position_data_timeout,
                interval,
                accuracy_threshold,
            });
        });
        answer.error()
    };
    assert_eq!(set(&mut bench, OperatingMode(3)), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, OperatingMode::MS_BASED), ProtocolError::NONE);
    let answer = bench.ask::<get_default_tracking_session::Message>(client, |_| {});
    let info = answer.response::<get_default_tracking_session::Message>().info().unwrap();
    assert_eq!((info.session_operation, info.accuracy_threshold), (OperatingMode::MS_BASED, 100));

    let set = |bench: &mut Bench, port, mode| {
        let answer = bench.ask::<set_agps_config::Message>(client, |r| {
            let ip = core::net::Ipv4Addr::new(192, 0, 2, 1).into();
            r.location_server_address(LocationServerAddress { ip, port }).location_server_url(b"supl.example".into());
            r.network_mode(mode);
        });
        answer.error()
    };
    assert_eq!(set(&mut bench, 70_000, NetworkMode::UMTS), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, 7275, NetworkMode(2)), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, 7275, NetworkMode::UMTS), ProtocolError::NONE);
    assert_eq!(bench.ask::<set_agps_config::Message>(client, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
    let answer = bench.ask::<get_agps_config::Message>(client, |_| {});
    let config = answer.response::<get_agps_config::Message>();
    assert_eq!(config.location_server_address().unwrap().unwrap().port, 7275);
    assert_eq!(config.location_server_url().unwrap().unwrap().bytes, b"supl.example");
    let answer = bench.ask::<get_agps_config::Message>(client, |r| {
        r.network_mode(NetworkMode::CDMA);
    });
    assert!(answer.response::<get_agps_config::Message>().location_server_address().unwrap().is_none());

    let newer = bench.client(Service::LOC);
    bench.ask::<loc::get_server::Message>(newer, |r| {
        r.server_type(loc::ServerType::UMTS_SLP);
    });
    let told = bench.outcome().remove(0);
    let url = told.indication::<loc::get_server_indication::Message>().url().unwrap().unwrap();
    assert_eq!(url, "supl.example");
}

#[test]
fn requests_without_content_are_refused() {
    let (mut bench, client) = bench();
    for error in [
        bench.ask::<set_gps_service_state::Message>(client, |_| {}).error(),
        bench.ask::<set_auto_tracking_state::Message>(client, |_| {}).error(),
        bench.ask::<set_default_tracking_session::Message>(client, |_| {}).error(),
    ] {
        assert_eq!(error, ProtocolError::MISSING_ARGUMENT);
    }
    // Nothing is wrong with registering for nothing.
    assert_eq!(bench.ask::<set_event_report::Message>(client, |_| {}).error(), ProtocolError::NONE);
    let newer = bench.client(Service::LOC);
    bench.ask::<loc::set_engine_lock::Message>(newer, |r| {
        r.lock_type(loc::LockType::ALL);
    });
    bench.heard();
    assert_eq!(service(&mut bench, client, true), ProtocolError::INVALID_TRANSITION, "locked");
}
