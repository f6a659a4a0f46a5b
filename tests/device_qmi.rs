//! What is not about one service of the QMI function: clients, transactions, starts, wrong frames, faults.
#![cfg(all(feature = "device", feature = "qmi"))]
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

use qmi_common::{Bench, hex};
use qmi_wire::ProtocolError;
use qmi_wire::frame::Kind;
use qmi_wire::service::Service;
use qmi_wire::service::ctl::{self, get_version_info, set_data_format, sync};
use qmi_wire::service::dms::{get_manufacturer, get_model, get_supported_messages};
use wwan::device::modem::Setup;
use wwan::device::qmi::{Config, Effect, Fault};
use wwan::time::Millis;

const CTL: (Service, u8) = (Service::CTL, 0);

#[test]
fn answers_are_those_of_the_reference() {
    let mut bench = Bench::default();
    let answer = bench.bytes("01 0B 00 00 00 00 00 01 27 00 00 00");
    assert_eq!(hex(answer[0].frame), "01 12 00 80 00 00 01 01 27 00 07 00 02 04 00 00 00 00 00");
    let answer = bench.bytes("01 0F 00 00 00 00 00 02 22 00 04 00 01 01 00 02");
    assert_eq!(hex(answer[0].frame), "01 17 00 80 00 00 01 02 22 00 0C 00 02 04 00 00 00 00 00 01 02 00 02 01");
}

#[test]
fn the_modem_says_that_it_has_started_and_answers_only_then() {
    let mut setup = Setup::default();
    setup.delays.boot = Millis(5_000);
    let mut bench = Bench::fresh(setup, Config::default());
    bench.send(&[1, 11, 0, 0, 0, 0, 0, 1, 0x21, 0, 0, 0]);
    assert_eq!(bench.heard(), []);
    assert_eq!(bench.function.counters().muted, 1);
    let heard = bench.wait(5_000);
    assert_eq!(hex(heard[0].frame), "01 0B 00 80 00 00 02 01 27 00 00 00");
    assert_eq!(heard.len(), 1);
    let client = bench.client(Service::DMS);
    let now = bench.now;
    bench.modem.reboot(now);
    let heard = bench.wait(6_000);
    assert_eq!((heard.len(), heard[0].kind, heard[0].id), (1, Kind::Indication, 0x27));
    assert_eq!(bench.function.clients().count(), 0);
    assert_eq!(bench.ask::<get_model::Message>(client, |_| {}).error(), ProtocolError::INVALID_CLIENT_ID);
    assert_eq!(bench.function.counters().strangers, 1);
}

#[test]
fn the_lowest_free_number_is_allocated_until_there_is_none() {
    let mut config = Config::default();
    config.clients_per_service = 3;
    let mut bench = Bench::with(Setup::default(), config);
    for cid in 1..=3 {
        assert_eq!(bench.client(Service::DMS), (Service::DMS, cid));
    }
    let answer = bench.ask::<ctl::allocate_cid::Message>(CTL, |r| {
        r.service(Service::DMS.into());
    });
    assert_eq!(answer.error(), ProtocolError::CLIENT_IDS_EXHAUSTED);
    assert_eq!(bench.release((Service::DMS, 2)), ProtocolError::NONE);
    assert_eq!(bench.release((Service::DMS, 2)), ProtocolError::INVALID_CLIENT_ID);
    assert_eq!(bench.client(Service::DMS), (Service::DMS, 2));
    for (service, error) in [(0, 31), (0x07, 31), (0xfe, 31)] {
        let answer = bench.ask::<ctl::allocate_cid::Message>(CTL, |r| {
            r.service(Service(service).into());
        });
        assert_eq!(answer.error().0, error);
    }
    assert_eq!(bench.ask::<sync::Message>(CTL, |_| {}).error(), ProtocolError::NONE);
    assert_eq!(bench.function.clients().count(), 0);
}

#[test]
fn every_service_is_in_the_list_of_versions() {
    let mut bench = Bench::default();
    let answer = bench.ask::<get_version_info::Message>(CTL, |_| {});
    let list = answer.response::<get_version_info::Message>().service_list().unwrap();
    let services: Vec<u16> = list.iter().map(|entry| entry.service.value.0).collect();
    assert_eq!(services[0], 0);
    assert!(services.contains(&Service::DMS.0));
    assert!(services.iter().all(|service| *service <= 0xff));
}

#[test]
fn messages_nobody_serves_are_refused_and_wrong_frames_are_said_to_be_wrong() {
    let mut bench = Bench::default();
    let (_, cid) = bench.client(Service::DMS);
    let unknown = bench.bytes(&format!("01 0C 00 00 02 {cid:02X} 00 09 01 AD 0B 00 00"));
    assert_eq!((unknown[0].error().0, unknown[0].transaction, unknown[0].id), (71, 0x109, 0x0bad));
    // A TLV that runs past the end, lengths that contradict each other.
    for tlvs in ["0A 00 01 09 00 31", "04 00 01 00 00"] {
        let length = 12 + tlvs.split(' ').count() - 2;
        let wrong = bench.bytes(&format!("01 {length:02X} 00 00 02 {cid:02X} 00 07 00 21 00 {tlvs}"));
        assert_eq!((wrong[0].error().0, wrong[0].transaction, wrong[0].id), (1, 7, 0x21), "{tlvs}");
    }
    assert_eq!(bench.function.counters().garbage, 0);
    // Nothing that can be answered: no marker, too short, a response, the wrong client of CTL, a wide frame.
    for bytes in [
        "55 0B 00 00 00 00 00 01 27 00 00 00",
        "01 05 00",
        "01 0B 00 00 00 00 01 01 27 00 00 00",
        "01 0B 00 00 00 07 00 01 27 00 00 00",
        "02 0C 00 02 00 01 00 07 00 21 00 00 00",
    ] {
        assert_eq!(bench.bytes(bytes), [], "{bytes}");
    }
    assert_eq!(bench.function.counters().garbage, 5);
}

#[test]
fn supported_messages_are_those_of_the_table() {
    let mut bench = Bench::default();
    let client = bench.client(Service::DMS);
    let answer = bench.ask::<get_supported_messages::Message>(client, |_| {});
    let list = answer.response::<get_supported_messages::Message>().list().unwrap().unwrap();
    let (service, vendor) = (Service::DMS, Config::default().vendor);
    for id in 0..=u16::MAX {
        let served = wwan::device::qmi::served_messages()
            .any(|(of, served, only)| of == service && served == id && only.is_none_or(|only| only == vendor));
        assert_eq!(qmi_wire::message::is_supported(list.bytes, id), served && id < 0x400, "{id:#06x}");
    }
}

#[test]
fn the_format_of_the_data_path_is_agreed_upon() {
    let mut bench = Bench::default();
    let ask = |bench: &mut Bench, format: u8, protocol: Option<u16>| {
        let answer = bench.ask::<set_data_format::Message>(CTL, |r| {
            r.format(ctl::DataFormat(format));
            if let Some(protocol) = protocol {
                r.protocol(ctl::DataLinkProtocol(protocol));
            }
        });
        answer
            .response::<set_data_format::Message>()
            .protocol()
            .map(|protocol| protocol.0)
            .map_err(|_| answer.error().0)
    };
    assert_eq!(ask(&mut bench, 0, None), Ok(1));
    assert_eq!(ask(&mut bench, 0, Some(2)), Ok(2));
    assert_eq!(ask(&mut bench, 1, None), Ok(2));
    assert_eq!(ask(&mut bench, 0, Some(9)), Err(45));
    assert_eq!(ask(&mut bench, 7, Some(1)), Err(45));
    let mut config = Config::default();
    config.data_format = false;
    let mut inside = Bench::with(Setup::default(), config);
    assert_eq!(ask(&mut inside, 0, Some(2)), Err(94));
}

#[test]
fn faults_do_what_they_say() {
    let mut bench = Bench::default();
    let client = bench.client(Service::DMS);
    let mut play = |effect, once| {
        let fault = Fault { service: Service::DMS, message: 0x21, effect, once };
        bench.function.inject(fault).unwrap();
        let transaction = bench.request::<get_manufacturer::Message>(client, |_| {});
        let now = bench.heard();
        let later = bench.wait(1_000);
        bench.function.clear_faults();
        (transaction, now, later)
    };
    let (_, now, later) = play(Effect::Refuse(ProtocolError::INTERNAL), true);
    assert_eq!((now[0].error(), now.len(), later.len()), (ProtocolError::INTERNAL, 1, 0));
    let (_, now, later) = play(Effect::Delay(Millis(500)), true);
    assert_eq!((now.len(), later.len(), later[0].error()), (0, 1, ProtocolError::NONE));
    let (_, now, later) = play(Effect::Swallow, true);
    assert_eq!((now.len(), later.len()), (0, 0));
    let (_, now, _) = play(Effect::Duplicate, true);
    assert_eq!((now.len(), &now[0]), (2, &now[1]));
    let (transaction, now, _) = play(Effect::WrongTransaction, true);
    assert_ne!(now[0].transaction, transaction);
    let (_, now, _) = play(Effect::NoResult, true);
    assert_eq!(now[0].tlvs[0], 1);
    assert_eq!(bench.ask::<get_manufacturer::Message>(client, |_| {}).error(), ProtocolError::NONE);
    assert_eq!(bench.function.counters().swallowed, 1);
}

#[test]
fn a_host_that_fetches_nothing_is_told_so() {
    let mut bench = Bench::default();
    let client = bench.client(Service::DMS);
    for _ in 0..1_000 {
        bench.request::<get_manufacturer::Message>(client, |_| {});
    }
    let heard = bench.heard();
    let counters = *bench.function.counters();
    assert!(heard.iter().any(|message| message.error() == ProtocolError::NO_MEMORY));
    assert!(counters.busy > 0 && counters.lost > 0);
    assert_eq!(heard.len() + counters.lost as usize, 1_000);
    assert_eq!(bench.ask::<get_manufacturer::Message>(client, |_| {}).error(), ProtocolError::NONE);
}
