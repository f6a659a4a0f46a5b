//! The services of makers and operators: offered only if the configuration says so, and what each does.
#![cfg(all(feature = "device", feature = "mbim"))]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

mod common;

use common::{Bench, Message};
use mbim_wire::bytes::{PrefixedBytes, RestUnpadded};
use mbim_wire::field::{Empty, Raw};
use mbim_wire::message::CommandType;
use mbim_wire::service::{
    atds, basic_connect as bc, google, intel_firmware_update as reboot, intel_mutual_authentication as fcc,
    intel_thermal_rf as thermal, intel_tools as tools, known, qdu, quectel,
};
use mbim_wire::{Command, Encode, Set, Status, Uuid, View};
use wwan::device::mbim::{Config, VendorServices, served_commands};
use wwan::device::modem::event::Origin;
use wwan::device::modem::network::{Cell, Network, Signal, Technologies};
use wwan::device::modem::sim::Sim;
use wwan::device::modem::stk::ProactiveCommand;
use wwan::device::modem::vendor::{Policy, PolicyError, Proof, Verdict};
use wwan::device::modem::{OPERATIONS, Setup, text};
use wwan::time::Millis;

fn bench(setup: Setup, services: VendorServices) -> Bench {
    let mut config = Config::default();
    config.vendor_services = services;
    let mut bench = Bench::with(setup, config, 4096);
    bench.open();
    bench.wait(10_000);
    bench
}

fn all(setup: Setup) -> Bench {
    bench(setup, VendorServices::all())
}

/// The status of a set that is answered at once, with an empty answer if it fails.
fn outcome<'p, S: Set>(bench: &mut Bench, params: &<S::Params<'p> as View<'p>>::Value) -> Status {
    let tid = bench.set::<S>(params);
    status(tid, &bench.read_one())
}

fn status(wanted: u32, message: &Message) -> Status {
    match message {
        Message::Done { tid, status, body, .. } if *tid == wanted => {
            assert!(*status == Status::SUCCESS || body.is_empty(), "{message:?}");
            *status
        }
        other => panic!("{other:?}"),
    }
}

fn services(bench: &mut Bench) -> Vec<(Uuid, Vec<u32>)> {
    let body = bench.ask::<bc::DeviceServices>();
    let services = bc::DeviceServicesInfoView::new(&body).device_services().unwrap();
    let services = services.iter().map(Result::unwrap);
    services.map(|service| (service.device_service_id, service.cids.iter().map(Result::unwrap).collect())).collect()
}

#[test]
fn services_are_offered_only_if_configured() {
    let one: &[(VendorServices, Uuid, &[u32])] = &[
        (VendorServices::QDU, qdu::QDU, &[1, 2, 3, 4, 7]),
        (VendorServices::ATDS, atds::ATDS, &[1, 2, 3, 4, 9]),
        (VendorServices::QUECTEL, quectel::QUECTEL, &[1]),
        (VendorServices::GOOGLE, google::GOOGLE, &[1]),
        (VendorServices::INTEL_FIRMWARE_UPDATE, reboot::INTEL_FIRMWARE_UPDATE, &[1]),
        (VendorServices::INTEL_THERMAL_RF, thermal::INTEL_THERMAL_RF, &[9]),
        (VendorServices::INTEL_MUTUAL_AUTHENTICATION, fcc::INTEL_MUTUAL_AUTHENTICATION, &[1]),
        (VendorServices::INTEL_TOOLS, tools::INTEL_TOOLS, &[8]),
    ];
    let plain = services(&mut bench(Setup::default(), VendorServices::empty()));
    for (flag, uuid, cids) in one {
        let mut bench = bench(Setup::default(), *flag);
        let listed = services(&mut bench);
        assert_eq!(listed.len(), plain.len() + 1);
        let found = listed.iter().find(|(service, _)| service == uuid).unwrap();
        assert_eq!(found.1, *cids);
        for (_, other, _) in one.iter().filter(|(_, other, _)| other != uuid) {
            for kind in [CommandType::QUERY, CommandType::SET] {
                let tid = bench.command(*other, 1, kind, &Raw(&[0; 64]));
                assert_eq!(status(tid, &bench.read_one()), Status::NO_DEVICE_SUPPORT, "{other}");
            }
        }
    }
    // The command for the AT interpreter is not there even so, without one.
    let mut bench = all(Setup::default());
    let tid = bench.command(qdu::QDU, qdu::Command::CID, CommandType::SET, &Raw(&[0; 8]));
    assert_eq!(status(tid, &bench.read_one()), Status::NO_DEVICE_SUPPORT);
}

#[test]
fn commands_beyond_63_are_refused() {
    let mut bench = all(Setup::default());
    // A command that makers' documents name (thermal state), and others of all sizes.
    let accepted = bench.subscribe(&[
        (thermal::INTEL_THERMAL_RF, &[9, 0x0200_0100]),
        (google::GOOGLE, &[0x0200_0100, 64, 65, u32::MAX]),
        (known::INTEL_ACT, &[0x0200_0010]),
    ]);
    assert_eq!(accepted, [(thermal::INTEL_THERMAL_RF, vec![9])]);
    for cid in [64, 65, 73, 0x0200_0100, u32::MAX] {
        for kind in [CommandType::QUERY, CommandType::SET] {
            let tid = bench.command(thermal::INTEL_THERMAL_RF, cid, kind, &Raw(&[0; 16]));
            assert_eq!(status(tid, &bench.read_one()), Status::NO_DEVICE_SUPPORT, "{cid}");
        }
    }
}

// AT&T.

fn signal(bench: &mut Bench) -> atds::SignalInfo {
    let body = bench.ask::<atds::Signal>();
    atds::SignalInfoView::new(&body).read().unwrap()
}

#[test]
fn atds_tells_signal_cell_and_registration() {
    let mut bench = all(Setup::default());
    // -73 dBm, class 0, -10 dB, -95 dBm, 12 dB.
    let known = atds::SignalInfo { rssi: 20, error_rate: 0, rscp: 255, ecno: 255, rsrq: 20, rsrp: 46, rssnr: 17 };
    assert_eq!(signal(&mut bench), known);
    let now = bench.now;
    let edge = |rssi, rsrq, rsrp, snr| Signal {
        rssi: Some(rssi),
        error_rate: None,
        rsrq: Some(rsrq),
        rsrp: Some(rsrp),
        snr: Some(snr),
    };
    bench.modem.set_signal(now, edge(-120, -25, -141, -9));
    bench.wait(0);
    let info = signal(&mut bench);
    assert_eq!((info.rssi, info.error_rate, info.rsrq, info.rsrp, info.rssnr), (0, 99, 0, 0, 0));
    bench.modem.set_signal(now, edge(-40, 0, -20, 60));
    bench.wait(0);
    let info = signal(&mut bench);
    assert_eq!((info.rssi, info.rsrq, info.rsrp, info.rssnr), (31, 34, 97, 35));

    let place = |bench: &mut Bench| {
        let body = bench.ask::<atds::Location>();
        let info = atds::LocationInfoView::new(&body).read().unwrap();
        (info.lac, info.tac, info.cell_id)
    };
    assert_eq!(place(&mut bench), (u32::MAX, 0x1001, 0x00AB_CD01));
    let mine = bench.ask::<atds::RegisterState>();
    let plain = bench.ask::<bc::RegisterState>();
    assert_eq!(mine, plain, "the layouts are the same");

    bench.modem.lose_signal(now);
    bench.wait(0);
    let info = signal(&mut bench);
    assert_eq!((info.rssi, info.rsrq, info.rsrp, info.rssnr), (99, 255, 255, 255));
    assert_eq!(place(&mut bench), (u32::MAX, u32::MAX, u32::MAX));
}

#[test]
fn atds_tells_the_measures_of_the_technology_in_use() {
    for (technology, told) in [
        // The pilot channel at -95 dBm and -10 dB.
        (Technologies::UMTS, (26, 29, 255, 255, 255)),
        (Technologies::GPRS, (255, 255, 255, 255, 255)),
        (Technologies::LTE, (255, 255, 20, 46, 17)),
    ] {
        let mut setup = Setup::default();
        setup.network.technologies = technology;
        setup.network.networks[0].technologies = technology;
        let mut bench = all(setup);
        let info = signal(&mut bench);
        assert_eq!(info.rssi, 20, "{technology:?}");
        assert_eq!((info.rscp, info.ecno, info.rsrq, info.rsrp, info.rssnr), told, "{technology:?}");
    }
}

#[test]
fn atds_lists_networks() {
    let mut bench = all(Setup::default());
    let tid = bench.query::<atds::Operators>(&Empty {});
    assert_eq!(bench.read(), []);
    let answers = bench.wait_answers(10_000);
    let info = atds::OperatorsInfoView::new(answers[0].answer::<atds::Operators>(tid, Status::SUCCESS));
    let found: Vec<_> = info
        .providers()
        .unwrap()
        .iter()
        .map(Result::unwrap)
        .map(|one| (one.provider_id.chars().collect::<String>(), one.plmn_mode, one.rssi, one.provider_state))
        .collect();
    use bc::ProviderState as State;
    let lte = atds::AtdsProviderPlmnMode::LTE;
    assert_eq!(
        found,
        [
            ("00101".to_owned(), lte, 20, State::HOME | State::VISIBLE | State::REGISTERED),
            ("00102".to_owned(), lte, 12, State::VISIBLE),
            ("99970".to_owned(), lte, 9, State::FORBIDDEN | State::VISIBLE),
        ]
    );
    let now = bench.now;
    bench.modem.set_hw_radio(now, false);
    bench.wait(0);
    let tid = bench.query::<atds::Operators>(&Empty {});
    bench.read_one().refused::<atds::Operators>(tid, Status::RADIO_POWER_OFF);
}

#[test]
fn atds_chooses_technologies() {
    let mut setup = Setup::default();
    setup.network.networks.clear();
    let mut network = Network::new("00101", "Test Network");
    network.technologies = Technologies::UMTS | Technologies::LTE;
    setup.network.networks.push(network).unwrap();
    let mut bench = all(setup);
    let mode = |bench: &mut Bench| {
        let body = bench.ask::<atds::Rat>();
        atds::RatModeView::new(&body).mode().unwrap()
    };
    let available = |bench: &mut Bench| {
        bench.wait(10_000);
        let body = bench.ask::<bc::RegisterState>();
        let info = bc::RegisterStateInfoView::new(&body).read().unwrap();
        (info.register_state, info.available_data_classes)
    };
    use atds::AtdsRatMode as Mode;
    assert_eq!(mode(&mut bench), Mode::AUTOMATIC);
    let home = bc::RegistrationState::HOME;
    for (wanted, found) in [
        (Mode::_3G_ONLY, bc::DataClass::UMTS),
        (Mode::_4G_ONLY, bc::DataClass::LTE),
        (Mode::AUTOMATIC, bc::DataClass::UMTS | bc::DataClass::LTE),
        (Mode::_3G_ONLY, bc::DataClass::UMTS),
    ] {
        let tid = bench.set::<atds::Rat>(&atds::RatMode { mode: wanted });
        let answers = bench.wait_answers(0);
        let view = atds::RatModeView::new(answers[0].answer::<atds::Rat>(tid, Status::SUCCESS));
        assert_eq!(view.mode().unwrap(), wanted);
        assert_eq!(mode(&mut bench), wanted);
        assert_eq!(available(&mut bench), (home, found), "{wanted:?}");
    }
    // The device has no 2G; nothing changes.
    assert_eq!(outcome::<atds::Rat>(&mut bench, &atds::RatMode { mode: Mode::_2G_ONLY }), Status::NO_DEVICE_SUPPORT);
    assert_eq!(outcome::<atds::Rat>(&mut bench, &atds::RatMode { mode: Mode(4) }), Status::INVALID_PARAMETERS);
    assert_eq!(mode(&mut bench), Mode::_3G_ONLY);
    // It holds over a restart.
    let now = bench.now;
    bench.modem.reboot(now);
    bench.open();
    assert_eq!(available(&mut bench), (home, bc::DataClass::UMTS));
}

// Quectel.

fn fcc_locked() -> Setup {
    let mut setup = Setup::default();
    setup.radio.software = false;
    setup.radio.fcc_locked = true;
    setup
}

#[test]
fn quectel_opens_the_fcc_lock() {
    let mut bench = all(fcc_locked());
    use quectel::QuectelRadioSwitchState as State;
    let state = |bench: &mut Bench| {
        let body = bench.ask::<quectel::RadioState>();
        quectel::RadioStateInfoView::new(&body).radio_state().unwrap()
    };
    assert_eq!(state(&mut bench), State::FCC_LOCKED);
    let on = bc::RadioStateSet { radio_state: bc::RadioSwitchState::ON };
    assert_eq!(outcome::<bc::RadioState>(&mut bench, &on), Status::OPERATION_NOT_ALLOWED);
    for strange in [State::FCC_LOCKED, State(2)] {
        let set = quectel::RadioStateSet { radio_state: strange };
        assert_eq!(outcome::<quectel::RadioState>(&mut bench, &set), Status::INVALID_PARAMETERS);
    }
    // A modem that has too much to do unlocks nothing.
    for _ in 0..OPERATIONS {
        bench.modem.request_radio(bench.now, Origin(9), false).unwrap();
    }
    let busy = quectel::RadioStateSet { radio_state: State::ON };
    assert_eq!(outcome::<quectel::RadioState>(&mut bench, &busy), Status::BUSY);
    assert_eq!(state(&mut bench), State::FCC_LOCKED);
    bench.modem.forget_host(bench.now, Origin(9));
    let switch = |bench: &mut Bench, wanted| {
        let tid = bench.set::<quectel::RadioState>(&quectel::RadioStateSet { radio_state: wanted });
        let answers = bench.wait_answers(1_000);
        let body = answers[0].answer::<quectel::RadioState>(tid, Status::SUCCESS);
        quectel::RadioStateInfoView::new(body).radio_state().unwrap()
    };
    assert_eq!(switch(&mut bench, State::ON), State::ON);
    assert!(bench.modem.radio().is_on());
    assert_eq!(switch(&mut bench, State::OFF), State::OFF);
    // The lock stays open until the next power-on.
    let tid = bench.set::<bc::RadioState>(&on);
    bench.wait_answers(1_000)[0].answer::<bc::RadioState>(tid, Status::SUCCESS);
    assert_eq!(state(&mut bench), State::ON);
    let now = bench.now;
    bench.modem.reboot(now);
    bench.open();
    assert_eq!(state(&mut bench), State::FCC_LOCKED);
}

// Intel's FCC lock.

fn challenge(body: &[u8]) -> (bool, u32) {
    let info = fcc::FccLockInfoView::new(body).read().unwrap();
    (info.challenge_present, info.challenge)
}

fn answered(bench: &mut Bench, response: Option<u32>) -> Result<(bool, u32), Status> {
    let set = fcc::FccLockSet { response_present: response.is_some(), response: response.unwrap_or(0) };
    let tid = bench.set::<fcc::FccLock>(&set);
    let message = bench.read_one();
    match status(tid, &message) {
        Status::SUCCESS => Ok(challenge(message.answer::<fcc::FccLock>(tid, Status::SUCCESS))),
        status => Err(status),
    }
}

#[test]
fn intel_asks_for_proof_before_it_opens_the_fcc_lock() {
    let mut setup = fcc_locked();
    setup.vendor.fcc.challenge = 0x1234_5600;
    setup.vendor.fcc.proof = Proof::Answer(0x0102_0304);
    let mut bench = all(setup);
    assert_eq!(challenge(&bench.ask::<fcc::FccLock>()), (true, 0x1234_5600));
    assert_eq!(answered(&mut bench, None), Ok((true, 0x1234_5600)), "asks, and costs nothing");
    assert_eq!(answered(&mut bench, Some(0x0403_0201)), Err(Status::FAILURE));
    assert_eq!(challenge(&bench.ask::<fcc::FccLock>()), (true, 0x1234_5700), "a new one");
    assert!(bench.modem.radio().fcc_locked);
    assert_eq!(answered(&mut bench, Some(0x0102_0304)), Ok((false, 0)));
    assert!(!bench.modem.radio().fcc_locked);
    assert_eq!(challenge(&bench.ask::<fcc::FccLock>()), (false, 0));

    // A proof that depends on the challenge: the numbers were computed with another implementation of SHA-256.
    let mut setup = fcc_locked();
    setup.vendor.fcc.challenge = 0x1234_5600;
    setup.vendor.fcc.proof = Proof::Maker([0xBB, 0x23, 0xBE, 0x7F]);
    let mut bench = all(setup);
    assert_eq!(answered(&mut bench, Some(0x849F_5F11)), Err(Status::FAILURE));
    assert_eq!(answered(&mut bench, Some(0x3CE7_3C30)), Err(Status::FAILURE), "too late");
    let mut setup = fcc_locked();
    setup.vendor.fcc.challenge = 0x1234_5700;
    setup.vendor.fcc.proof = Proof::Maker([0xBB, 0x23, 0xBE, 0x7F]);
    let mut bench = all(setup);
    assert_eq!(answered(&mut bench, Some(0x849F_5F11)), Ok((false, 0)));

    // Without a proof no answer is right.
    let mut bench = all(fcc_locked());
    let (_, first) = challenge(&bench.ask::<fcc::FccLock>());
    for answer in [0, 1, first, u32::MAX] {
        assert_eq!(answered(&mut bench, Some(answer)), Err(Status::FAILURE));
    }
    assert!(bench.modem.radio().fcc_locked);
    let tid = bench.command(fcc::INTEL_MUTUAL_AUTHENTICATION, 1, CommandType::SET, &Raw(&[1, 0, 0, 0]));
    assert_eq!(status(tid, &bench.read_one()), Status::INVALID_PARAMETERS);
}

// Firmware update.

fn session(body: &[u8]) -> [u32; 6] {
    let info = qdu::UpdateSessionInfoView::new(body).read().unwrap();
    [
        info.current_session_type.0,
        info.current_session_status.0,
        info.last_session_type.0,
        info.last_session_result.0,
        info.last_session_error_offset,
        info.last_session_error_size,
    ]
}

fn update(bench: &mut Bench, action: qdu::QduSessionAction) -> Result<[u32; 6], Status> {
    let set = qdu::UpdateSessionSet { session_action: action, session_type: qdu::QduSessionType::LE };
    let tid = bench.set::<qdu::UpdateSession>(&set);
    let message = bench.read_one();
    match status(tid, &message) {
        Status::SUCCESS => Ok(session(message.answer::<qdu::UpdateSession>(tid, Status::SUCCESS))),
        status => Err(status),
    }
}

fn open_file(bench: &mut Bench, size: u32) -> Status {
    let set = qdu::FileOpenSet { file_type: qdu::QduFileType::LITTLE_ENDIAN_PACKAGE, file_size: size };
    outcome::<qdu::FileOpen>(bench, &set)
}

/// Begins a write, and returns what is answered by the end of it.
fn write(bench: &mut Bench, len: usize) -> Status {
    let tid = bench.set::<qdu::FileWrite>(&qdu::FileWriteSet { data_buffer: RestUnpadded(&vec![7; len]) });
    let answers = bench.wait_answers(1_000);
    assert_eq!(answers.len(), 1);
    status(tid, &answers[0])
}

#[test]
fn qdu_updates_the_firmware() {
    let mut setup = Setup::default();
    setup.vendor.updated = text("2.0.0");
    setup.vendor.update_transfer = 512;
    let mut bench = all(setup);
    const START: qdu::QduSessionAction = qdu::QduSessionAction::START;
    const STOP: qdu::QduSessionAction = qdu::QduSessionAction::STOP;
    assert_eq!(session(&bench.ask::<qdu::UpdateSession>()), [0; 6]);
    // Out of order.
    assert_eq!(update(&mut bench, STOP), Err(Status::OPERATION_NOT_ALLOWED));
    assert_eq!(open_file(&mut bench, 1000), Status::OPERATION_NOT_ALLOWED);
    assert_eq!(write(&mut bench, 4), Status::OPERATION_NOT_ALLOWED);
    assert_eq!(update(&mut bench, START), Ok([1, 1, 0, 0, 0, 0]));
    assert_eq!(update(&mut bench, START), Err(Status::OPERATION_NOT_ALLOWED));
    assert_eq!(write(&mut bench, 4), Status::OPERATION_NOT_ALLOWED);
    assert_eq!(open_file(&mut bench, 0), Status::INVALID_PARAMETERS);
    // Limits can be asked for, and are told when the file is opened.
    let body = bench.ask::<qdu::FileOpen>();
    let limits = qdu::FileOpenInfoView::new(&body).read().unwrap();
    assert_eq!((limits.max_transfer_size, limits.max_window_size), (512, 1));
    let set = qdu::FileOpenSet { file_type: qdu::QduFileType::LITTLE_ENDIAN_PACKAGE, file_size: 1001 };
    let tid = bench.set::<qdu::FileOpen>(&set);
    assert_eq!(bench.read_one().answer::<qdu::FileOpen>(tid, Status::SUCCESS), body);
    assert_eq!(open_file(&mut bench, 1001), Status::OPERATION_NOT_ALLOWED);
    // A piece too long, one beyond the end, an empty one; then the file.
    assert_eq!(write(&mut bench, 513), Status::PARAMETER_TOO_LONG);
    assert_eq!(write(&mut bench, 0), Status::INVALID_PARAMETERS);
    assert_eq!(write(&mut bench, 512), Status::SUCCESS);
    assert_eq!(write(&mut bench, 490), Status::INVALID_PARAMETERS);
    assert_eq!(session(&bench.ask::<qdu::UpdateSession>()), [1, 1, 0, 0, 0, 0]);
    assert_eq!(write(&mut bench, 489), Status::SUCCESS);
    assert_eq!(session(&bench.ask::<qdu::UpdateSession>()), [1, 2, 0, 0, 0, 0], "complete");
    assert_eq!(write(&mut bench, 1), Status::OPERATION_NOT_ALLOWED);
    assert_eq!(update(&mut bench, STOP), Ok([0, 0, 1, 0, 0, 0]));
    let version = |bench: &mut Bench| {
        let set = qdu::QuectelReadVersionSet { version_type: qdu::QduQuectelVersionType::FW_BUILD_ID };
        let tid = bench.set::<qdu::QuectelReadVersion>(&set);
        let message = bench.read_one();
        let body = message.answer::<qdu::QuectelReadVersion>(tid, Status::SUCCESS);
        let info = qdu::QuectelReadVersionInfoView::new(body).read().unwrap();
        (info.version_id, info.version.chars().collect::<String>())
    };
    assert_eq!(version(&mut bench), (0x100, "1.0.0".to_owned()), "not applied yet");
    let set = qdu::QuectelRebootSet { reboot_type: qdu::QduQuectelRebootType::EDL };
    assert_eq!(outcome::<qdu::QuectelReboot>(&mut bench, &set), Status::SUCCESS);
    bench.wait(1_000);
    assert_eq!(bench.modem.restarts(), 1);
    bench.open();
    assert_eq!(version(&mut bench), (0x100, "2.0.0".to_owned()));
    assert_eq!(session(&bench.ask::<qdu::UpdateSession>()), [0, 0, 1, 0, 0, 0]);

    // One that ends too soon: so much was there, so much was missing.
    update(&mut bench, START).unwrap();
    assert_eq!(open_file(&mut bench, 700), Status::SUCCESS);
    assert_eq!(write(&mut bench, 300), Status::SUCCESS);
    assert_eq!(update(&mut bench, STOP), Ok([0, 0, 1, 1, 300, 400]));
}

#[test]
fn qdu_takes_as_many_writes_at_once_as_its_window() {
    let mut setup = Setup::default();
    setup.vendor.update_window = 2;
    setup.delays.update_write = Millis(100);
    let mut bench = all(setup);
    update(&mut bench, qdu::QduSessionAction::START).unwrap();
    assert_eq!(open_file(&mut bench, 12), Status::SUCCESS);
    let begin =
        |bench: &mut Bench| bench.set::<qdu::FileWrite>(&qdu::FileWriteSet { data_buffer: RestUnpadded(&[1; 4]) });
    let (first, second) = (begin(&mut bench), begin(&mut bench));
    assert_eq!(bench.read(), []);
    let third = begin(&mut bench);
    assert_eq!(status(third, &bench.read_one()), Status::BUSY);
    assert_eq!(update(&mut bench, qdu::QduSessionAction::STOP), Err(Status::BUSY));
    let answers = bench.wait_answers(1_000);
    assert_eq!(answers.len(), 2);
    assert_eq!((status(first, &answers[0]), status(second, &answers[1])), (Status::SUCCESS, Status::SUCCESS));
    // A host that goes away leaves nothing under way.
    begin(&mut bench);
    bench.open();
    bench.wait(1_000);
    assert_eq!(session(&bench.ask::<qdu::UpdateSession>())[1], 2);
    assert_eq!(update(&mut bench, qdu::QduSessionAction::STOP), Ok([0, 0, 1, 0, 0, 0]));
    // Nor does one that speaks with the modem in another way.
    update(&mut bench, qdu::QduSessionAction::START).unwrap();
    assert_eq!(open_file(&mut bench, 4), Status::SUCCESS);
    bench.modem.request_update_write(bench.now, Origin(9), 4).unwrap();
    bench.modem.forget_host(bench.now, Origin(9));
    assert_eq!(update(&mut bench, qdu::QduSessionAction::STOP), Ok([0, 0, 1, 0, 0, 0]));
}

#[test]
fn qdu_refuses_what_it_does_not_know() {
    let mut bench = all(Setup::default());
    let strange: &[(u32, &dyn Encode)] = &[
        (
            qdu::UpdateSession::CID,
            &qdu::UpdateSessionSet { session_action: qdu::QduSessionAction(2), ..Default::default() },
        ),
        (qdu::UpdateSession::CID, &qdu::UpdateSessionSet::default()),
        (qdu::UpdateSession::CID, &Raw(&[0; 7])),
        (qdu::FileOpen::CID, &qdu::FileOpenSet { file_type: qdu::QduFileType(9), file_size: 1 }),
        (qdu::QuectelReboot::CID, &qdu::QuectelRebootSet { reboot_type: qdu::QduQuectelRebootType(1) }),
        (qdu::QuectelReboot::CID, &Raw(&[0x11])),
        (qdu::QuectelReadVersion::CID, &qdu::QuectelReadVersionSet { version_type: qdu::QduQuectelVersionType(1) }),
    ];
    for (cid, body) in strange {
        let tid = bench.command(qdu::QDU, *cid, CommandType::SET, *body);
        assert_eq!(status(tid, &bench.read_one()), Status::INVALID_PARAMETERS, "{cid}");
    }
    bench.wait(1_000);
    assert_eq!(bench.modem.restarts(), 0);
}

// Google.

fn lock(body: &[u8]) -> (u32, u32, u32) {
    let info = google::CarrierLockInfoView::new(body).read().unwrap();
    (info.carrier_lock_status.0, info.carrier_lock_modem_state.0, info.carrier_lock_cause.0)
}

fn with_policies() -> Setup {
    let mut setup = Setup::default();
    let allow = |plmns: &[&str]| Verdict::Allow(plmns.iter().map(|plmn| text(plmn)).collect());
    setup.vendor.policies.extend([
        Policy::new(b"home", allow(&["99999", "00101"])).unwrap(),
        Policy::new(b"other", allow(&["99999"])).unwrap(),
        Policy::new(b"free", allow(&[])).unwrap(),
        Policy::new(b"old", Verdict::Refuse(PolicyError::Timestamp)).unwrap(),
    ]);
    setup
}

fn policy(bench: &mut Bench, data: &[u8]) -> Result<(u32, u32, u32), Status> {
    let tid = bench.set::<google::CarrierLock>(&google::CarrierLockSet { data: PrefixedBytes(data) });
    let answers = bench.wait_answers(0);
    match status(tid, &answers[0]) {
        Status::SUCCESS => Ok(lock(answers[0].answer::<google::CarrierLock>(tid, Status::SUCCESS))),
        status => Err(status),
    }
}

#[test]
fn google_ties_the_modem_to_a_network() {
    let mut bench = all(with_policies());
    assert_eq!(lock(&bench.ask::<google::CarrierLock>()), (0, 3, 0));
    assert_eq!(policy(&mut bench, b"home"), Ok((1, 3, 2)), "registered with the right SIM");
    assert_eq!(policy(&mut bench, b"other"), Ok((1, 0, 1)), "off with the wrong one");
    bench.wait(10_000);
    assert_eq!(lock(&bench.ask::<google::CarrierLock>()), (1, 0, 1));
    let tid = bench.set::<bc::RegisterState>(&bc::RegisterStateSet::default());
    bench.read_one().answer::<bc::RegisterState>(tid, Status::OPERATION_NOT_ALLOWED);
    assert_eq!(policy(&mut bench, b"free"), Ok((0, 2, 0)));
    bench.wait(10_000);
    assert_eq!(lock(&bench.ask::<google::CarrierLock>()), (0, 3, 0));
    for (data, wanted) in [(&b"old"[..], 0x9100_0003), (b"new", 0x9100_0001), (b"", 0x9100_0007)] {
        assert_eq!(policy(&mut bench, data), Err(Status(wanted)));
    }
    let tid = bench.command(google::GOOGLE, 1, CommandType::SET, &Raw(&[9, 0, 0, 0, 1]));
    assert_eq!(status(tid, &bench.read_one()), Status::INVALID_PARAMETERS);
    assert_eq!(lock(&bench.ask::<google::CarrierLock>()), (0, 3, 0));
}

#[test]
fn every_reason_to_refuse_a_policy_has_its_status() {
    for (error, wanted) in [
        (PolicyError::Signature, 1),
        (PolicyError::Imei, 2),
        (PolicyError::Timestamp, 3),
        (PolicyError::TooManyNetworks, 4),
        (PolicyError::Algorithm, 5),
        (PolicyError::Feature, 6),
        (PolicyError::Unreadable, 7),
    ] {
        let mut setup = Setup::default();
        setup.vendor.policies.extend([Policy::new(b"x", Verdict::Refuse(error)).unwrap()]);
        assert_eq!(policy(&mut all(setup), b"x"), Err(Status(0x9100_0000 + wanted)));
    }
}

fn told<C: Command>(messages: &[Message]) -> Vec<Vec<u8>> {
    let bodies = messages.iter().filter_map(|message| match message {
        Message::Indication { service, cid, body } if (*service, *cid) == (C::SERVICE, C::CID) => Some(body.clone()),
        _ => None,
    });
    bodies.collect()
}

#[test]
fn the_carrier_lock_is_indicated_if_wanted() {
    let mut setup = with_policies();
    setup.vendor.allowed.push(text("99999")).unwrap();
    let mut bench = all(setup);
    let now = bench.now;
    bench.modem.set_carrier_policy(now, Origin(9), b"home").unwrap();
    assert_eq!(told::<google::CarrierLock>(&bench.wait(10_000)), Vec::<Vec<u8>>::new(), "nobody asked for it");
    bench.subscribe(&[(google::GOOGLE, &[1])]);
    let now = bench.now;
    bench.modem.set_carrier_policy(now, Origin(9), b"other").unwrap();
    bench.modem.set_carrier_policy(now, Origin(9), b"home").unwrap();
    let told: Vec<_> = told::<google::CarrierLock>(&bench.wait(10_000)).iter().map(|body| lock(body)).collect();
    assert_eq!(told.last(), Some(&(1, 3, 2)));
    assert!(told.len() >= 3, "{told:?}");
    // What the host sets itself is told by the answer.
    assert_eq!(policy(&mut bench, b"home"), Ok((1, 3, 2)));
}

#[test]
fn a_foreign_sim_never_registers_under_a_carrier_lock() {
    let mut setup = with_policies();
    setup.vendor.allowed.push(text("99999")).unwrap();
    let mut bench = all(setup);
    assert_eq!(lock(&bench.ask::<google::CarrierLock>()), (1, 0, 1));
    // It survives a restart.
    let now = bench.now;
    bench.modem.reboot(now);
    bench.open();
    bench.wait(10_000);
    assert_eq!(lock(&bench.ask::<google::CarrierLock>()), (1, 0, 1));
}

// Intel: restart.

#[test]
fn intel_restarts_in_both_layouts() {
    let mut bench = all(Setup::default());
    let tid = bench.command(reboot::INTEL_FIRMWARE_UPDATE, 1, CommandType::QUERY, &Empty {});
    assert_eq!(status(tid, &bench.read_one()), Status::NO_DEVICE_SUPPORT);
    assert_eq!(outcome::<reboot::ModemReboot>(&mut bench, &Empty {}), Status::SUCCESS);
    bench.wait(1_000);
    assert_eq!(bench.modem.restarts(), 1);

    bench.open();
    assert_eq!(bench.agree(0x0200), 0x0200);
    let set = |boot_mode, timeout| reboot::ModemRebootSetV2 { boot_mode, timeout };
    use reboot::IntelBootMode as Mode;
    let tid = bench.command(reboot::INTEL_FIRMWARE_UPDATE, 1, CommandType::SET, &Empty {});
    assert_eq!(status(tid, &bench.read_one()), Status::INVALID_PARAMETERS, "mode and time must be there");
    for (mode, wanted) in [
        (Mode(6), Status::INVALID_PARAMETERS),
        (Mode::POWER_OFF_DEVICE, Status::NO_DEVICE_SUPPORT),
        (Mode::WITHOUT_REBOOT_POWER_OFF, Status::NO_DEVICE_SUPPORT),
        (Mode::FAST_DOWNLOAD_MODE, Status::SUCCESS),
    ] {
        assert_eq!(outcome::<reboot::ModemRebootV2>(&mut bench, &set(mode, 3)), wanted, "{mode:?}");
    }
    bench.wait(3_000);
    assert_eq!(bench.modem.restarts(), 1, "three seconds to go");
    bench.wait(1_000);
    assert_eq!(bench.modem.restarts(), 2);
    // The longest time there is does no harm, and does not put off what was asked for before.
    bench.open();
    bench.agree(0x0300);
    bench.modem.request_restart(bench.now);
    assert_eq!(outcome::<reboot::ModemRebootV2>(&mut bench, &set(Mode::NORMAL_MODE, u32::MAX)), Status::SUCCESS);
    bench.wait(1_000);
    assert_eq!(bench.modem.restarts(), 3);
    bench.open();
    bench.agree(0x0300);
    assert_eq!(outcome::<reboot::ModemRebootV2>(&mut bench, &set(Mode::NORMAL_MODE, u32::MAX)), Status::SUCCESS);
    bench.wait(100_000);
    assert_eq!(bench.modem.restarts(), 3);
}

// Intel: frequencies.

fn frequencies(body: &[u8]) -> Vec<thermal::IntelRfimFrequencyValue> {
    let list = thermal::RfimInfoView::new(body).rfim_frequency_values().unwrap();
    list.iter().map(Result::unwrap).collect()
}

#[test]
fn intel_tells_the_frequency_in_use() {
    let mut bench = all(Setup::default());
    // Channel 1300 of LTE: band 3, 1815 MHz.
    let serving = thermal::IntelRfimFrequencyValue {
        serving_cell_info: thermal::IntelServingCellInfo::PCELL,
        center_frequency: 1_815_000_000,
        bandwidth: 20_000_000,
        // -95 dBm, -10 dB, 12 dB, -73 dBm.
        rsrp: 46,
        rsrq: 20,
        sinr: 71,
        rssi: 20,
        connection_status: false,
    };
    assert_eq!(frequencies(&bench.ask::<thermal::Rfim>()), [serving]);
    bench.subscribe(&[(bc::BASIC_CONNECT, &[]), (thermal::INTEL_THERMAL_RF, &[9])]);
    let now = bench.now;
    let moved = Cell { channel: 6300, ..Cell::default() };
    bench.modem.set_cell(now, moved);
    assert_eq!(told::<thermal::Rfim>(&bench.wait(0)), Vec::<Vec<u8>>::new(), "not activated");
    let tid = bench.set::<thermal::Rfim>(&thermal::RfimSet { activation_state: true });
    let answer = bench.read_one();
    let there = thermal::IntelRfimFrequencyValue { center_frequency: 806_000_000, ..serving };
    assert_eq!(frequencies(answer.answer::<thermal::Rfim>(tid, Status::SUCCESS)), [there]);

    bench.modem.set_cell(now, Cell::default());
    let told_now = |bench: &mut Bench, span| {
        let told = told::<thermal::Rfim>(&bench.wait(span));
        told.iter().map(|body| frequencies(body)).collect::<Vec<_>>()
    };
    assert_eq!(told_now(&mut bench, 0), [[serving]]);
    bench.connect(0);
    let connected = thermal::IntelRfimFrequencyValue { connection_status: true, ..serving };
    assert_eq!(told_now(&mut bench, 1_000), [[connected]]);
    let now = bench.now;
    bench.modem.set_hw_radio(now, false);
    let off = thermal::IntelRfimFrequencyValue {
        serving_cell_info: thermal::IntelServingCellInfo::RADIO_OFF,
        rsrp: 255,
        rsrq: 255,
        sinr: 255,
        rssi: 99,
        ..Default::default()
    };
    let told_off = told_now(&mut bench, 0);
    assert_eq!(told_off.last().unwrap(), &[off]);
    let tid = bench.set::<thermal::Rfim>(&thermal::RfimSet { activation_state: false });
    bench.read_one().answer::<thermal::Rfim>(tid, Status::SUCCESS);
    bench.modem.set_hw_radio(now, true);
    assert_eq!(told_now(&mut bench, 10_000), Vec::<Vec<_>>::new());
}

// Intel: trace.

#[test]
fn intel_keeps_settings_of_the_trace() {
    let mut bench = all(Setup::default());
    let ask = |bench: &mut Bench, which| {
        let tid = bench.query::<tools::TraceConfig>(&tools::TraceConfigQuery { trace_cmd: which });
        let message = bench.read_one();
        match status(tid, &message) {
            Status::SUCCESS => {
                let body = message.answer::<tools::TraceConfig>(tid, Status::SUCCESS);
                let info = tools::TraceConfigInfoView::new(body).read().unwrap();
                assert_eq!(info.trace_cmd, which);
                Ok(info.result)
            }
            status => Err(status),
        }
    };
    use tools::TraceCommand as Which;
    for (which, value) in [(Which::MODE, 1), (Which::LEVEL, 7), (Which::LOCATION, 2), (Which::FLASH_INTERVAL, u32::MAX)]
    {
        assert_eq!(ask(&mut bench, which), Ok(0));
        let set = tools::TraceConfigSet { trace_cmd: which, trace_value: value };
        let tid = bench.set::<tools::TraceConfig>(&set);
        let message = bench.read_one();
        let view = tools::TraceConfigInfoView::new(message.answer::<tools::TraceConfig>(tid, Status::SUCCESS));
        assert_eq!((view.trace_cmd().unwrap(), view.result().unwrap()), (which, 0));
        assert_eq!(ask(&mut bench, which), Ok(value));
    }
    assert_eq!(ask(&mut bench, Which(4)), Err(Status::INVALID_PARAMETERS));
    let set = tools::TraceConfigSet { trace_cmd: Which(4), trace_value: 1 };
    assert_eq!(outcome::<tools::TraceConfig>(&mut bench, &set), Status::INVALID_PARAMETERS);
}

// Anything.

#[test]
fn random_commands_have_one_answer_each() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let mut setup = with_policies();
    setup.radio.fcc_locked = true;
    setup.vendor.fcc.proof = Proof::Maker([1, 2, 3, 4]);
    setup.vendor.update_window = 8;
    let mut bench = all(setup);
    let commands: Vec<_> = served_commands().collect();
    let (mut sent, mut succeeded) = (0, 0);
    for round in 0..60_000 {
        let (service, served) = commands[random(commands.len() as u64) as usize];
        let kind = if random(2) == 0 { CommandType::QUERY } else { CommandType::SET };
        // Words that are small more often than not, so that some make sense.
        let words = random(16);
        let body: Vec<u8> = (0..words)
            .flat_map(|_| match random(4) {
                0 => (random(1 << 32) as u32).to_le_bytes(),
                1 => (4 * random(16) as u32).to_le_bytes(),
                _ => (random(4) as u32).to_le_bytes(),
            })
            .collect();
        let tid = bench.command(service, served.cid, kind, &Raw(&body));
        sent += 1;
        let mut answers = bench.wait_answers(random(50));
        if answers.is_empty() {
            answers = bench.wait_answers(200_000);
        }
        if !bench.function.is_open() {
            bench.open();
            continue;
        }
        assert_eq!(answers.len(), 1, "round {round}: {service} {} {kind:?} {body:x?}: {answers:?}", served.cid);
        succeeded += u32::from(status_of(tid, &answers[0]) == Status::SUCCESS);
        let now = bench.now;
        match random(200) {
            0 => bench.modem.set_hw_radio(now, random(2) == 0),
            1 => bench.modem.remove_sim(now),
            2..6 => bench.modem.insert_sim(now, Sim::default()),
            6 => bench.modem.lose_signal(now),
            7..9 => bench.modem.restore_signal(now),
            9..40 => {
                let kind = random(0x45) as u8;
                let asks = [0xD0, 9, 0x81, 3, 1, kind, random(7) as u8, 0x82, 2, 0x81, 0x82];
                let _ = bench.modem.issue_proactive(now, ProactiveCommand::raw(&asks).unwrap());
            }
            _ => {}
        }
    }
    assert!(succeeded > sent / 20, "{succeeded} of {sent}: too few make sense");
}

/// The status of an answer, whatever else is in it: some failures tell the state too.
fn status_of(wanted: u32, message: &Message) -> Status {
    match message {
        Message::Done { tid, status, .. } if *tid == wanted => *status,
        other => panic!("{other:?}"),
    }
}
