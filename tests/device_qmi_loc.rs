//! LOC of the QMI function: sessions, what the receiver tells, settings and their results.
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
use qmi_wire::frame::Kind;
use qmi_wire::service::{Service, dms, loc::*};
use qmi_wire::{Exchange, Indicated, ProtocolError};
use wwan::device::modem::Setup;
use wwan::device::modem::location::Track;
use wwan::device::qmi::Config;
use wwan::time::Millis;

fn bench() -> (Bench, Client) {
    let mut bench = Bench::default();
    let client = bench.client(Service::LOC);
    (bench, client)
}

fn listen(bench: &mut Bench, client: Client, events: EventRegistrationFlag) {
    let answer = bench.ask::<register_events::Message>(client, |r| {
        r.event_registration_mask(events);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
}

fn begin(bench: &mut Bench, client: Client, id: u8, single: bool, interval: u32) -> ProtocolError {
    let answer = bench.ask::<start::Message>(client, |r| {
        let single =
            [FixRecurrenceType::REQUEST_PERIODIC_FIXES, FixRecurrenceType::REQUEST_SINGLE_FIX][single as usize];
        r.session_id(id).fix_recurrence_type(single).minimum_interval_between_position_reports(interval);
        r.intermediate_report_state(IntermediateReportState::DISABLE);
    });
    answer.error()
}

fn end(bench: &mut Bench, client: Client, id: u8) -> ProtocolError {
    let answer = bench.ask::<stop::Message>(client, |r| {
        r.session_id(id);
    });
    answer.error()
}

/// A request whose answer says that it was taken; what then follows.
fn result<M: Exchange>(bench: &mut Bench, client: Client, fill: impl FnOnce(&mut M::RequestBuilder<'_>)) -> Message {
    assert_eq!(bench.ask::<M>(client, fill).error(), ProtocolError::NONE);
    let mut told = bench.outcome();
    told.retain(|told| (told.kind, told.id, told.client) == (Kind::Indication, M::ID, client.1));
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

fn of<M: Indicated>(messages: &[Message]) -> Vec<&Message> {
    messages.iter().filter(|message| message.kind == Kind::Indication && message.id == M::ID).collect()
}

type Report = position_report_indication::Message;

#[test]
fn a_periodic_session_reports_to_its_client() {
    let mut setup = Setup::default();
    setup.location.track = Track::Circle { radius: 500, period: Millis(314_150) };
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::LOC);
    let other = bench.client(Service::LOC);
    let all = EventRegistrationFlag::POSITION_REPORT | EventRegistrationFlag::GNSS_SATELLITE_INFO;
    listen(&mut bench, client, all | EventRegistrationFlag::ENGINE_STATE);
    listen(&mut bench, other, EventRegistrationFlag::POSITION_REPORT | EventRegistrationFlag::NMEA);
    assert_eq!(begin(&mut bench, client, 0x10, false, 2000), ProtocolError::NONE);
    let told = bench.wait(20_500);
    let engine = of::<engine_state_indication::Message>(&told);
    assert_eq!(engine.len(), 1);
    let state = engine[0].indication::<engine_state_indication::Message>().engine_state().unwrap();
    assert_eq!(state, EngineState::ON);
    // Positions from the eighth second on, every two seconds, and only to who began.
    let reports = of::<Report>(&told);
    assert_eq!(reports.len(), 7);
    assert!(reports.iter().all(|report| report.client == client.1));
    let report = reports[6].indication::<Report>();
    assert_eq!(report.session_status().unwrap(), SessionStatus::SUCCESS);
    assert_eq!(report.session_id().unwrap(), 0x10);
    assert_eq!(report.session_fix_count().unwrap(), Some(7));
    assert!((report.latitude().unwrap().unwrap() - 48.4).abs() < 0.005);
    assert!((report.longitude().unwrap().unwrap() - 9.99).abs() < 0.007);
    assert!((report.horizontal_speed().unwrap().unwrap() - 10.0).abs() < 0.01, "2 pi 500 m in 314.15 s");
    assert!((report.altitude_from_sealevel().unwrap().unwrap() - 478.0).abs() < 0.01);
    assert!((report.altitude_from_ellipsoid().unwrap().unwrap() - 525.0).abs() < 0.01);
    assert_eq!(report.technology_used().unwrap(), Some(TechnologyUsed::SATELLITE));
    assert_eq!(report.satellites_used().unwrap().unwrap().len(), 12);
    // 80 seconds after the beginning of 2026.
    assert_eq!(report.utc_timestamp().unwrap(), Some(1_767_225_680_000));
    let gps = report.gps_date_time().unwrap().unwrap();
    assert_eq!((gps.gps_weeks, gps.gps_time_of_week_milliseconds), (2399, (4 * 86_400 + 98) * 1000));
    let satellites = of::<gnss_sv_info_indication::Message>(&told);
    assert_eq!(satellites.len(), 20);
    let list = satellites[19].indication::<gnss_sv_info_indication::Message>().list().unwrap().unwrap();
    assert_eq!(list.len(), 12);
    assert!(list.iter().all(|satellite| satellite.satellite_status == SatelliteStatus::TRACKING));
    assert!(list.iter().any(|satellite| satellite.system == System::GLONASS));
    let sentences = of::<nmea_indication::Message>(&told);
    assert!(sentences.iter().all(|message| message.client == other.1));
    let gga = |message: &&&Message| {
        let text = message.indication::<nmea_indication::Message>().nmea_string().unwrap();
        let text = text.to_str().unwrap();
        assert!(text.starts_with('$') && text.ends_with("\r\n"), "{text}");
        text.starts_with("$GPGGA,")
    };
    assert_eq!(sentences.iter().filter(gga).count(), 20);

    assert_eq!(end(&mut bench, other, 0x10), ProtocolError::NO_EFFECT);
    assert_eq!(end(&mut bench, client, 0x10), ProtocolError::NONE);
    let told = bench.wait(5000);
    assert_eq!(told.len(), 1, "the engine is off: {told:?}");
    assert_eq!(bench.function.counters().indications_lost, 0);
}

#[test]
fn a_single_session_ends_with_its_position_and_the_next_one_comes_at_once() {
    let (mut bench, client) = bench();
    listen(&mut bench, client, EventRegistrationFlag::POSITION_REPORT);
    assert_eq!(begin(&mut bench, client, 1, true, 0), ProtocolError::NONE);
    let told = bench.wait(30_000);
    assert_eq!(of::<Report>(&told).len(), 1);
    assert!(!bench.modem.is_positioning());
    assert_eq!(end(&mut bench, client, 1), ProtocolError::NO_EFFECT);
    assert_eq!(begin(&mut bench, client, 1, true, 0), ProtocolError::NONE);
    assert_eq!(of::<Report>(&bench.wait(1500)).len(), 1, "hot");
}

#[test]
fn without_satellites_a_single_position_is_given_up_and_a_periodic_one_goes_on() {
    let mut setup = Setup::default();
    setup.location.satellites = 2;
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::LOC);
    listen(&mut bench, client, EventRegistrationFlag::POSITION_REPORT);
    assert_eq!(begin(&mut bench, client, 1, true, 0), ProtocolError::NONE);
    assert_eq!(begin(&mut bench, client, 2, false, 1000), ProtocolError::NONE);
    let told = bench.wait(70_000);
    let reports = of::<Report>(&told);
    assert_eq!(reports.len(), 1);
    let report = reports[0].indication::<Report>();
    assert_eq!((report.session_status().unwrap(), report.session_id().unwrap()), (SessionStatus::TIMEOUT, 1));
    assert_eq!(report.latitude().unwrap(), None);
    assert!(bench.modem.is_positioning());
    // Told also that there is nothing yet.
    let answer = bench.ask::<start::Message>(client, |r| {
        r.session_id(3).fix_recurrence_type(FixRecurrenceType::REQUEST_PERIODIC_FIXES);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let told = bench.wait(3000);
    let reports = of::<Report>(&told);
    assert_eq!(reports.len(), 3);
    assert_eq!(reports[0].indication::<Report>().session_status().unwrap(), SessionStatus::IN_PROGRESS);
    bench.modem.set_satellites(bench.now, 8);
    let told = bench.wait(10_000);
    let ends = of::<Report>(&told).last().unwrap().indication::<Report>().session_status().unwrap();
    assert_eq!(ends, SessionStatus::SUCCESS);
}

#[test]
fn what_goes_away_switches_the_receiver_off() {
    let (mut bench, client) = bench();
    for id in 0..4 {
        assert_eq!(begin(&mut bench, client, id, false, 1000), ProtocolError::NONE);
    }
    assert_eq!(begin(&mut bench, client, 4, false, 1000), ProtocolError::INSUFFICIENT_RESOURCES);
    assert_eq!(begin(&mut bench, client, 3, true, 1000), ProtocolError::NONE, "the same session again");
    bench.wait(1000);
    assert!(bench.modem.is_positioning());
    bench.release(client);
    assert!(!bench.modem.is_positioning());

    let client = bench.client(Service::LOC);
    listen(&mut bench, client, EventRegistrationFlag::POSITION_REPORT);
    assert_eq!(begin(&mut bench, client, 1, false, 1000), ProtocolError::NONE);
    let manager = bench.client(Service::DMS);
    let (_, told) = bench.ask_within::<dms::set_operating_mode::Message>(1000, manager, |r| {
        r.mode(dms::OperatingMode::OFFLINE);
    });
    let status = of::<Report>(&told)[0].indication::<Report>().session_status().unwrap();
    assert_eq!(status, SessionStatus::PHONE_OFFLINE);
    assert_eq!(begin(&mut bench, client, 1, false, 1000), ProtocolError::NONE);
    let told = bench.one();
    assert_eq!(told.indication::<Report>().session_status().unwrap(), SessionStatus::PHONE_OFFLINE);
    let answer = bench.ask::<start::Message>(client, |r| {
        r.session_id(1).fix_recurrence_type(FixRecurrenceType(3));
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(bench.ask::<start::Message>(client, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
    assert_eq!(bench.ask::<register_events::Message>(client, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
}

#[test]
fn settings_are_set_and_told() {
    let (mut bench, client) = bench();
    let set = |bench: &mut Bench, lock| {
        let told = result::<set_engine_lock::Message>(bench, client, |r| {
            r.lock_type(lock);
        });
        told.indication::<set_engine_lock_indication::Message>().indication_status().unwrap()
    };
    assert_eq!(set(&mut bench, LockType(9)), IndicationStatus::INVALID_PARAMETER);
    for lock in [LockType::ALL, LockType::MI, LockType::MT, LockType::NONE] {
        assert_eq!(set(&mut bench, lock), IndicationStatus::SUCCESS);
        let told = result::<get_engine_lock::Message>(&mut bench, client, |_| {});
        let told = told.indication::<get_engine_lock_indication::Message>();
        assert_eq!(told.lock_type().unwrap(), Some(lock));
    }
    for (mode, status) in
        (1..=6).map(|mode| (mode, IndicationStatus::SUCCESS)).chain([(7, IndicationStatus::INVALID_PARAMETER)])
    {
        let told = result::<set_operation_mode::Message>(&mut bench, client, |r| {
            r.operation_mode(OperationMode(mode));
        });
        assert_eq!(told.indication::<set_operation_mode_indication::Message>().indication_status().unwrap(), status);
        let told = result::<get_operation_mode::Message>(&mut bench, client, |_| {});
        let told = told.indication::<get_operation_mode_indication::Message>();
        assert_eq!(told.operation_mode().unwrap(), Some(OperationMode(mode.min(6))));
    }
    let told = result::<get_nmea_types::Message>(&mut bench, client, |_| {});
    let types = told.indication::<get_nmea_types_indication::Message>().nmea_types().unwrap().unwrap();
    assert_eq!(types.bits(), 0x1f);
    for (types, status) in [(0x0d, IndicationStatus::SUCCESS), (0x1_0000, IndicationStatus::INVALID_PARAMETER)] {
        let told = result::<set_nmea_types::Message>(&mut bench, client, |r| {
            r.nmea_types(NmeaType::from_bits_retain(types));
        });
        assert_eq!(told.indication::<set_nmea_types_indication::Message>().indication_status().unwrap(), status);
    }
    let told = result::<get_nmea_types::Message>(&mut bench, client, |_| {});
    let types = told.indication::<get_nmea_types_indication::Message>().nmea_types().unwrap().unwrap();
    assert_eq!(types, NmeaType::GGA | NmeaType::GSV | NmeaType::GSA);
}

#[test]
fn the_lock_ends_sessions() {
    let (mut bench, client) = bench();
    listen(&mut bench, client, EventRegistrationFlag::POSITION_REPORT);
    assert_eq!(begin(&mut bench, client, 5, false, 1000), ProtocolError::NONE);
    let answer = bench.ask::<set_engine_lock::Message>(client, |r| {
        r.lock_type(LockType::ALL);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let told = bench.heard();
    let report = of::<Report>(&told)[0].indication::<Report>();
    assert_eq!(report.session_status().unwrap(), SessionStatus::ENGINE_LOCKED);
    assert_eq!(report.session_id().unwrap(), 5);
    assert!(!bench.modem.is_positioning());
}

#[test]
fn servers_are_kept_for_each_kind() {
    let (mut bench, client) = bench();
    let status = |told: &Message| told.indication::<set_server_indication::Message>().indication_status().unwrap();
    let slp = ServerType::UMTS_SLP;
    let told = result::<set_server::Message>(&mut bench, client, |r| {
        r.server_type(slp).url("supl.example.net:7275".into());
    });
    assert_eq!(status(&told), IndicationStatus::SUCCESS);
    let told = result::<set_server::Message>(&mut bench, client, |r| {
        r.server_type(slp);
        r.ipv4(Ipv4Info { ipv4_address: core::net::Ipv4Addr::new(192, 0, 2, 7).into(), ipv4_port: 7276 });
    });
    assert_eq!(status(&told), IndicationStatus::SUCCESS);
    for bad in [
        result::<set_server::Message>(&mut bench, client, |r| {
            r.server_type(slp);
        }),
        result::<set_server::Message>(&mut bench, client, |r| {
            r.server_type(ServerType(9)).url("x".into());
        }),
        result::<set_server::Message>(&mut bench, client, |r| {
            r.server_type(slp).url("x".repeat(129).as_str().into());
        }),
    ] {
        assert_eq!(status(&bad), IndicationStatus::INVALID_PARAMETER);
    }
    let told = result::<get_server::Message>(&mut bench, client, |r| {
        r.server_type(slp).server_address_type(ServerAddressType::IPV4 | ServerAddressType::URL);
    });
    let server = told.indication::<get_server_indication::Message>();
    assert_eq!(server.url().unwrap().unwrap(), "supl.example.net:7275");
    let v4 = server.ipv4().unwrap().unwrap();
    assert_eq!((v4.ipv4_address.0.octets(), v4.ipv4_port), ([192, 0, 2, 7], 7276));
    let told = result::<get_server::Message>(&mut bench, client, |r| {
        r.server_type(ServerType::CDMA_PDE);
    });
    let server = told.indication::<get_server_indication::Message>();
    assert_eq!(server.indication_status().unwrap(), IndicationStatus::SUCCESS);
    assert_eq!(server.server_type().unwrap(), ServerType::CDMA_PDE);
    assert!(server.ipv4().unwrap().is_none());
}

#[test]
fn help_makes_the_first_position_come_sooner() {
    let (mut bench, client) = bench();
    let wants = EventRegistrationFlag::INJECT_TIME_REQUEST
        | EventRegistrationFlag::INJECT_POSITION_REQUEST
        | EventRegistrationFlag::INJECT_PREDICTED_ORBITS_REQUEST
        | EventRegistrationFlag::FIX_SESSION_STATE
        | EventRegistrationFlag::POSITION_REPORT;
    listen(&mut bench, client, wants);
    assert_eq!(begin(&mut bench, client, 1, false, 1000), ProtocolError::NONE);
    let told = bench.heard();
    let mut ids: Vec<u16> = told.iter().map(|message| message.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [0x28, 0x29, 0x2a, 0x2c]);
    let orbits = of::<inject_predicted_orbits_request_indication::Message>(&told)[0];
    let orbits = orbits.indication::<inject_predicted_orbits_request_indication::Message>();
    assert_eq!(orbits.allowed_sizes().unwrap().max_part_size, 1024);
    assert_eq!(orbits.server_list().unwrap().unwrap().len(), 2);

    let time = result::<inject_utc_time::Message>(&mut bench, client, |r| {
        r.utc_time(1_767_225_660_000).time_uncertainty(1000);
    });
    let status = time.indication::<inject_utc_time_indication::Message>().indication_status().unwrap();
    assert_eq!(status, IndicationStatus::SUCCESS);
    for (latitude, expected) in [(91.0, IndicationStatus::INVALID_PARAMETER), (48.0, IndicationStatus::SUCCESS)] {
        let place = result::<inject_position::Message>(&mut bench, client, |r| {
            r.latitude(latitude).longitude(10.0);
        });
        let status = place.indication::<inject_position_indication::Message>().indication_status().unwrap();
        assert_eq!(status, expected);
    }
    let told = bench.wait(4000);
    assert_eq!(of::<Report>(&told).len(), 1, "warm: with the first second after three");

    let part = |bench: &mut Bench, part, len: usize| {
        let data = vec![7; len];
        let told = result::<inject_xtra_data::Message>(bench, client, |r| {
            r.total_size(1500).total_parts(2).part_number(part).part_data(data.as_slice().into());
        });
        let told = told.indication::<inject_xtra_data_indication::Message>();
        assert_eq!(told.part_number().unwrap(), Some(part));
        told.indication_status().unwrap()
    };
    let validity = |bench: &mut Bench| {
        let told = result::<get_predicted_orbits_data_validity::Message>(bench, client, |_| {});
        let told = told.indication::<get_predicted_orbits_data_validity_indication::Message>();
        (told.indication_status().unwrap(), told.validity_info().unwrap().map(|info| info.duration_hours))
    };
    assert_eq!(end(&mut bench, client, 1), ProtocolError::NONE);
    assert_eq!(validity(&mut bench), (IndicationStatus::GENERAL_FAILURE, None));
    assert_eq!(part(&mut bench, 2, 500), IndicationStatus::INVALID_PARAMETER);
    assert_eq!(part(&mut bench, 1, 1025), IndicationStatus::INVALID_PARAMETER);
    assert_eq!(part(&mut bench, 1, 1000), IndicationStatus::SUCCESS);
    assert_eq!(part(&mut bench, 2, 500), IndicationStatus::SUCCESS);
    assert_eq!(validity(&mut bench), (IndicationStatus::SUCCESS, Some(168)));
    let told = result::<inject_predicted_orbits_data::Message>(&mut bench, client, |r| {
        r.total_size(3).total_parts(1).part_number(1).part_data([1, 2, 3].as_slice().into());
        r.format_type(PredictedOrbitsDataFormat(1));
    });
    let told = told.indication::<inject_predicted_orbits_data_indication::Message>();
    assert_eq!(told.indication_status().unwrap(), IndicationStatus::UNSUPPORTED);
    let told = result::<get_predicted_orbits_data_source::Message>(&mut bench, client, |_| {});
    let source = told.indication::<get_predicted_orbits_data_source_indication::Message>();
    assert_eq!(source.server_list().unwrap().unwrap().get(0).unwrap(), "http://xtra1.example.net/xtra2.bin");
    assert_eq!(source.allowed_sizes().unwrap().unwrap().max_file_size, 65_536);

    let forget = |bench: &mut Bench, all| {
        let told = result::<delete_assistance_data::Message>(bench, client, |r| {
            r.delete_all(all);
        });
        told.indication::<delete_assistance_data_indication::Message>().indication_status().unwrap()
    };
    assert_eq!(forget(&mut bench, false), IndicationStatus::INVALID_PARAMETER);
    assert_eq!(forget(&mut bench, true), IndicationStatus::SUCCESS);
    assert_eq!(validity(&mut bench).0, IndicationStatus::GENERAL_FAILURE);
    assert_eq!(begin(&mut bench, client, 1, false, 1000), ProtocolError::NONE);
    bench.heard();
    assert_eq!(of::<Report>(&bench.wait(7500)).len(), 0, "cold again");
    let told = result::<delete_assistance_data::Message>(&mut bench, client, |r| {
        r.delete_all(false).delete_gnss_data_mask(DeleteGnssData::POSITION);
    });
    let told = told.indication::<delete_assistance_data_indication::Message>();
    assert_eq!(told.indication_status().unwrap(), IndicationStatus::SUCCESS);
}

#[test]
fn a_device_without_a_receiver_says_so() {
    let mut setup = Setup::default();
    setup.location.fitted = false;
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::LOC);
    assert_eq!(begin(&mut bench, client, 1, false, 1000), ProtocolError::NOT_SUPPORTED);
}
