//! DMS of the QMI function: every message, every way to fail, what clients are told.
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

use qmi_common::{Bench, Client, hex};
use qmi_wire::frame::Kind;
use qmi_wire::service::{Service, dms::*};
use qmi_wire::{Exchange, ProtocolError};
use wwan::device::modem::bearer::Context;
use wwan::device::modem::firmware::{Image, ImageKind};
use wwan::device::modem::management::Power;
use wwan::device::modem::network::Technologies;
use wwan::device::modem::profile::{Autoconnect, AutoconnectMode, Usage};
use wwan::device::modem::sim::{NetworkLock, Sim};
use wwan::device::modem::{Setup, SimSetup, text};
use wwan::device::qmi::Config;

fn bench() -> (Bench, Client) {
    let mut bench = Bench::default();
    let client = bench.client(Service::DMS);
    (bench, client)
}

fn with(setup: Setup, config: Config) -> (Bench, Client) {
    let mut bench = Bench::with(setup, config);
    let client = bench.client(Service::DMS);
    (bench, client)
}

fn vendor(vendor: u16) -> Config {
    let mut config = Config::default();
    config.vendor = vendor;
    config
}

/// The error of a request without TLVs.
fn bare<M: Exchange>(bench: &mut Bench, client: Client) -> ProtocolError {
    bench.ask::<M>(client, |_| {}).error()
}

#[test]
fn who_the_device_is() {
    let (mut bench, client) = bench();
    // As libqmi's own test asks, and its answer but for the values.
    let answer = bench.bytes("01 0C 00 00 02 01 00 FF FF 25 00 00 00").remove(0);
    assert_eq!(
        hex(answer.frame),
        "01 2E 00 80 02 01 02 FF FF 25 00 22 00 02 04 00 00 00 00 00 11 0F 00 34 39 30 31 35 34 32 30 33 32 33 37 35 \
         31 38 13 02 00 30 31 10 01 00 30"
    );
    let answer = bench.ask::<get_manufacturer::Message>(client, |_| {});
    assert_eq!(answer.response::<get_manufacturer::Message>().manufacturer().unwrap(), "wwan");
    let answer = bench.ask::<get_model::Message>(client, |_| {});
    assert_eq!(answer.response::<get_model::Message>().model().unwrap(), "Virtual Modem");
    let answer = bench.ask::<get_revision::Message>(client, |_| {});
    assert_eq!(answer.response::<get_revision::Message>().revision().unwrap(), "1.0.0");
    let answer = bench.ask::<get_hardware_revision::Message>(client, |_| {});
    assert_eq!(answer.response::<get_hardware_revision::Message>().revision().unwrap(), "10000");
    let answer = bench.ask::<get_software_version::Message>(client, |_| {});
    assert_eq!(answer.response::<get_software_version::Message>().version().unwrap(), "1.0.0");
    let answer = bench.ask::<get_factory_sku::Message>(client, |_| {});
    assert_eq!(answer.response::<get_factory_sku::Message>().sku().unwrap(), "9999999");
    let answer = bench.ask::<get_msisdn::Message>(client, |_| {});
    assert_eq!(answer.response::<get_msisdn::Message>().msisdn().unwrap(), "15550100");
    let answer = bench.ask::<get_power_state::Message>(client, |_| {});
    let power = answer.response::<get_power_state::Message>().info().unwrap();
    assert_eq!((power.power_state_flags, power.battery_level), (1, 100));
}

#[test]
fn what_it_can_do_follows_its_technologies() {
    let (mut bench, client) = bench();
    let answer = bench.ask::<get_capabilities::Message>(client, |_| {});
    let info = answer.response::<get_capabilities::Message>().info().unwrap();
    assert_eq!((info.max_tx_channel_rate, info.max_rx_channel_rate), (50_000_000, 150_000_000));
    let radios: Vec<RadioInterface> = info.radio_interface_list.iter().collect();
    assert_eq!(radios, [RadioInterface::UMTS, RadioInterface::LTE]);
    let answer = bench.ask::<get_band_capabilities::Message>(client, |_| {});
    let response = answer.response::<get_band_capabilities::Message>();
    let expected = BandCapability::WCDMA2100
        | BandCapability::WCDMA_PCS1900
        | BandCapability::WCDMA_DCS1800
        | BandCapability::WCDMA1700_US
        | BandCapability::WCDMA850_US
        | BandCapability::WCDMA900;
    assert_eq!(response.band_capability().unwrap(), expected);
    let lte = response.lte_band_capability().unwrap().unwrap();
    assert!(lte.contains(LteBandCapability::EUTRAN20 | LteBandCapability::EUTRAN41));
    assert!(!lte.contains(LteBandCapability::EUTRAN6));
    assert!(response.extended_lte_band_capability().unwrap().unwrap().iter().any(|band| band == 66));
    assert!(response.nr5g_band_capability().unwrap().is_none());

    let mut setup = Setup::default();
    setup.network.technologies = Technologies::GPRS | Technologies::NR_SA;
    let (mut bench, client) = with(setup, Config::default());
    let answer = bench.ask::<get_band_capabilities::Message>(client, |_| {});
    let response = answer.response::<get_band_capabilities::Message>();
    assert!(response.lte_band_capability().unwrap().is_none());
    assert!(response.nr5g_band_capability().unwrap().unwrap().iter().any(|band| band == 78));
    assert!(response.band_capability().unwrap().contains(BandCapability::GSM_DCS1800 | BandCapability::GSM850));
}

fn set_mode(bench: &mut Bench, client: Client, mode: OperatingMode) -> ProtocolError {
    let (answer, _) = bench.ask_within::<set_operating_mode::Message>(1000, client, |r| {
        r.mode(mode);
    });
    answer.error()
}

fn mode(bench: &mut Bench, client: Client) -> (OperatingMode, Option<bool>) {
    let answer = bench.ask::<get_operating_mode::Message>(client, |_| {});
    let response = answer.response::<get_operating_mode::Message>();
    (response.mode().unwrap(), response.hardware_restricted_mode().unwrap())
}

#[test]
fn operating_modes_follow_each_other_as_they_may() {
    let (mut bench, client) = bench();
    assert_eq!(mode(&mut bench, client), (OperatingMode::ONLINE, Some(false)));
    assert_eq!(set_mode(&mut bench, client, OperatingMode::RESET), ProtocolError::INVALID_TRANSITION);
    assert_eq!(set_mode(&mut bench, client, OperatingMode(9)), ProtocolError::INVALID_ARGUMENT);
    for next in [
        OperatingMode::LOW_POWER,
        OperatingMode::FACTORY_TEST,
        OperatingMode::MODE_ONLY_LOW_POWER,
        OperatingMode::ONLINE,
        OperatingMode::PERSISTENT_LOW_POWER,
        OperatingMode::OFFLINE,
    ] {
        assert_eq!(set_mode(&mut bench, client, next), ProtocolError::NONE);
        assert_eq!(mode(&mut bench, client).0, next);
        assert_eq!(bench.modem.radio().is_on(), next == OperatingMode::ONLINE);
    }
    assert_eq!(set_mode(&mut bench, client, OperatingMode::ONLINE), ProtocolError::INVALID_TRANSITION);
    assert_eq!(set_mode(&mut bench, client, OperatingMode::LOW_POWER), ProtocolError::INVALID_TRANSITION);
    // The answer comes before the restart, and clients are gone after it.
    let answer = bench.ask::<set_operating_mode::Message>(client, |r| {
        r.mode(OperatingMode::RESET);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let messages = bench.wait(1000);
    assert_eq!(messages.len(), 1);
    assert_eq!((messages[0].service, messages[0].kind, messages[0].id), (Service::CTL, Kind::Indication, 0x27));
    assert_eq!(bench.modem.restarts(), 1);
    let client = bench.client(Service::DMS);
    assert_eq!(mode(&mut bench, client).0, OperatingMode::ONLINE);
}

#[test]
fn low_power_that_persists_does_and_shutting_down_ends_all() {
    let (mut bench, client) = bench();
    assert_eq!(set_mode(&mut bench, client, OperatingMode::PERSISTENT_LOW_POWER), ProtocolError::NONE);
    bench.modem.reboot(bench.now);
    bench.wait(5000);
    let client = bench.client(Service::DMS);
    assert_eq!(mode(&mut bench, client).0, OperatingMode::PERSISTENT_LOW_POWER);
    assert_eq!(set_mode(&mut bench, client, OperatingMode::ONLINE), ProtocolError::NONE);
    assert_eq!(set_mode(&mut bench, client, OperatingMode::SHUTTING_DOWN), ProtocolError::NONE);
    assert_eq!(mode(&mut bench, client).0, OperatingMode::SHUTTING_DOWN);
    assert_eq!(set_mode(&mut bench, client, OperatingMode::ONLINE), ProtocolError::INVALID_TRANSITION);
}

#[test]
fn locks_and_switches_keep_the_radio_off() {
    let mut setup = Setup::default();
    setup.radio.fcc_locked = true;
    setup.radio.software = false;
    let (mut bench, client) = with(setup, vendor(0x1199));
    assert_eq!(mode(&mut bench, client), (OperatingMode::LOW_POWER, Some(false)));
    assert_eq!(set_mode(&mut bench, client, OperatingMode::ONLINE), ProtocolError::INVALID_TRANSITION);
    assert_eq!(bare::<set_fcc_authentication::Message>(&mut bench, client), ProtocolError::NONE);
    bench.modem.set_hw_radio(bench.now, false);
    assert_eq!(mode(&mut bench, client), (OperatingMode::LOW_POWER, Some(true)));
    assert_eq!(set_mode(&mut bench, client, OperatingMode::ONLINE), ProtocolError::HARDWARE_RESTRICTED);
    bench.modem.set_hw_radio(bench.now, true);
    assert_eq!(set_mode(&mut bench, client, OperatingMode::ONLINE), ProtocolError::NONE);
}

#[test]
fn foxconn_wants_a_number_or_a_text_too() {
    let mut setup = Setup::default();
    setup.radio.fcc_locked = true;
    setup.management.unlock_text = text("magic");
    setup.management.unlock_number = 7;
    let (mut bench, client) = with(setup.clone(), vendor(0x0489));
    assert_eq!(bare::<set_fcc_authentication::Message>(&mut bench, client), ProtocolError::INVALID_QMI_COMMAND);
    let empty = bare::<foxconn_set_fcc_authentication::Message>(&mut bench, client);
    assert_eq!(empty, ProtocolError::MISSING_ARGUMENT);
    let answer = bench.ask::<foxconn_set_fcc_authentication::Message>(client, |r| {
        r.value(0);
    });
    assert_eq!((answer.error(), bench.modem.radio().fcc_locked), (ProtocolError::NONE, false));

    let (mut bench, client) = with(setup, vendor(0x0489));
    let prove = |bench: &mut Bench, word: &str, number| {
        // The newer form has the same number.
        let mut frame = vec![0x01, 0, 0, 0, 2, client.1, 0, 9, 0, 0x71, 0x55, 0, 0];
        frame.extend([1, word.len() as u8, 0]);
        frame.extend(word.as_bytes());
        frame.extend([2, 1, 0, number]);
        frame[1] = frame.len() as u8 - 1;
        frame[11] = frame.len() as u8 - 13;
        bench.send(&frame);
        bench.one().error()
    };
    assert_eq!(prove(&mut bench, "magic", 8), ProtocolError::AUTHENTICATION_FAILED);
    assert_eq!(prove(&mut bench, "tragic", 7), ProtocolError::AUTHENTICATION_FAILED);
    assert!(bench.modem.radio().fcc_locked);
    assert_eq!(prove(&mut bench, "magic", 7), ProtocolError::NONE);
    assert!(!bench.modem.radio().fcc_locked);
}

#[test]
fn clients_are_told_what_they_asked_for() {
    let (mut bench, client) = bench();
    let other = bench.client(Service::DMS);
    let report = bench.ask::<set_event_report::Message>(client, |r| {
        r.operating_mode_reporting(true).wireless_disable_state_reporting(true).power_state_reporting(true);
        r.pin_state_reporting(true).uim_state_reporting(true).activation_state_reporting(true);
        r.battery_level_report_limits(BatteryLevelReportLimits { lower_limit: 20, upper_limit: 90 });
    });
    assert_eq!(report.error(), ProtocolError::NONE);
    let report = bench.ask::<set_event_report::Message>(other, |r| {
        r.battery_level_report_limits(BatteryLevelReportLimits { lower_limit: 21, upper_limit: 20 });
    });
    assert_eq!(report.error(), ProtocolError::INVALID_ARGUMENT);

    let (answer, told) = bench.ask_within::<set_operating_mode::Message>(1000, other, |r| {
        r.mode(OperatingMode::LOW_POWER);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].client, client.1);
    // Transaction numbers of indications mean nothing.
    assert_eq!(hex(&told[0].frame[9..]), "01 00 04 00 14 01 00 01");

    bench.modem.set_hw_radio(bench.now, false);
    let told = bench.one();
    let told = told.indication::<event_report_indication::Message>();
    assert_eq!(told.wireless_disable_state().unwrap(), Some(true));

    let power = |battery| Power { external: true, battery: Some(battery), charging: true, fault: false };
    bench.modem.set_power(bench.now, power(50));
    let told = bench.one();
    let told = told.indication::<event_report_indication::Message>().power_state().unwrap().unwrap();
    assert_eq!((told.power_state_flags, told.battery_level), (7, 50));
    bench.modem.set_power(bench.now, power(40));
    assert_eq!(bench.heard(), [], "within the limits");
    bench.modem.set_power(bench.now, power(10));
    assert_eq!(bench.heard().len(), 1, "below them");

    bench.modem.remove_sim(bench.now);
    let told = bench.one();
    let told = told.indication::<event_report_indication::Message>();
    assert_eq!(told.uim_state().unwrap(), Some(UimState::NOT_PRESENT));
    assert_eq!(told.activation_state().unwrap(), Some(ActivationState::ACTIVATED));
    assert_eq!(told.pin1_status().unwrap(), None);

    assert_eq!(bare::<reset::Message>(&mut bench, client), ProtocolError::NONE);
    bench.modem.set_hw_radio(bench.now, true);
    bench.modem.set_power(bench.now, power(5));
    assert_eq!(bench.heard(), []);
}

#[test]
fn pins_are_entered_changed_and_unblocked() {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(Sim::with_pin("1234"));
    let (mut bench, client) = with(setup, Config::default());
    assert_eq!(bare::<uim_get_imsi::Message>(&mut bench, client), ProtocolError::UIM_UNINITIALIZED);
    let answer = bench.ask::<uim_get_iccid::Message>(client, |_| {});
    assert_eq!(answer.response::<uim_get_iccid::Message>().iccid().unwrap(), "8900101000000000017");
    let answer = bench.ask::<uim_get_state::Message>(client, |_| {});
    assert_eq!(answer.response::<uim_get_state::Message>().state().unwrap(), UimState::LOCKED_OR_FAILED);
    // As libqmi's own test asks; the answer to "not verified" is its answer, too.
    let answer = bench.bytes("01 0C 00 00 02 01 00 FF FF 2B 00 00 00").remove(0);
    assert_eq!(hex(&answer.frame[20..]), "11 03 00 01 03 0A 12 03 00 01 03 0A");

    let verify = |bench: &mut Bench, pin: &str| {
        bench.ask::<uim_verify_pin::Message>(client, |r| {
            r.info(VerifyPinInfo { pin_id: UimPinId::PIN, pin: pin.into() });
        })
    };
    let answer = verify(&mut bench, "4321");
    assert_eq!(answer.error(), ProtocolError::INCORRECT_PIN);
    let left = answer.response::<uim_verify_pin::Message>().pin_retries_status().unwrap().unwrap();
    assert_eq!((left.verify_retries_left, left.unblock_retries_left), (2, 10));
    assert_eq!(verify(&mut bench, "12").error(), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(verify(&mut bench, "4321").error(), ProtocolError::INCORRECT_PIN);
    assert_eq!(verify(&mut bench, "4321").error(), ProtocolError::PIN_BLOCKED);
    let unblock = |bench: &mut Bench, puk: &str| {
        let answer = bench.ask::<uim_unblock_pin::Message>(client, |r| {
            r.info(UnblockPinInfo { pin_id: UimPinId::PIN, puk: puk.into(), new_pin: "1111".into() });
        });
        answer.error()
    };
    assert_eq!(unblock(&mut bench, "00000000"), ProtocolError::INCORRECT_PIN);
    bench.ask::<set_event_report::Message>(client, |r| {
        r.pin_state_reporting(true);
    });
    assert_eq!(unblock(&mut bench, "12345678"), ProtocolError::NONE);
    let told = bench.heard();
    let told = told[0].indication::<event_report_indication::Message>().pin1_status().unwrap().unwrap();
    assert_eq!((told.current_status, told.verify_retries_left), (UimPinStatus::ENABLED_VERIFIED, 3));
    assert_eq!(verify(&mut bench, "4321").error(), ProtocolError::INCORRECT_PIN);
    let told = bench.one();
    let told = told.indication::<event_report_indication::Message>().pin1_status().unwrap().unwrap();
    assert_eq!(told.verify_retries_left, 2, "every attempt is told");
    assert_eq!(bare::<reset::Message>(&mut bench, client), ProtocolError::NONE);
    let answer = bench.ask::<uim_get_imsi::Message>(client, |_| {});
    assert_eq!(answer.response::<uim_get_imsi::Message>().imsi().unwrap(), "001010123456789");

    let change = |bench: &mut Bench, pin_id, old: &str| {
        let answer = bench.ask::<uim_change_pin::Message>(client, |r| {
            r.info(ChangePinInfo { pin_id, old_pin: old.into(), new_pin: "2222".into() });
        });
        answer.error()
    };
    assert_eq!(change(&mut bench, UimPinId::PIN, "1234"), ProtocolError::INCORRECT_PIN);
    let pin1 = |bench: &Bench| bench.modem.sim().unwrap().pin1.clone();
    assert_eq!(pin1(&bench).pin_attempts, 1, "a wrong old PIN costs an attempt");
    assert_eq!(change(&mut bench, UimPinId::PIN, "1111"), ProtocolError::NONE);
    assert_eq!(change(&mut bench, UimPinId(3), "1111"), ProtocolError::INVALID_PIN_ID);
    let protect = |bench: &mut Bench, protection_enabled| {
        let answer = bench.ask::<uim_set_pin_protection::Message>(client, |r| {
            r.info(SetPinProtectionInfo { pin_id: UimPinId::PIN, protection_enabled, pin: "2222".into() });
        });
        answer.error()
    };
    assert_eq!(protect(&mut bench, true), ProtocolError::NO_EFFECT);
    assert_eq!(protect(&mut bench, false), ProtocolError::NONE);
    assert_eq!(verify(&mut bench, "2222").error(), ProtocolError::NO_EFFECT);
    // A PIN that is disabled cannot be changed, nor does a try cost an attempt (ETSI TS 102 221 §11.1.10).
    for old in ["2222", "1111"] {
        assert_eq!(change(&mut bench, UimPinId::PIN, old), ProtocolError::NO_EFFECT);
    }
    assert_eq!((&*pin1(&bench).pin, pin1(&bench).pin_attempts), ("2222", 3));
}

#[test]
fn newer_firmware_has_no_messages_about_the_card() {
    let mut config = Config::default();
    config.dms_uim = false;
    let (mut bench, client) = with(Setup::default(), config);
    assert_eq!(bare::<uim_get_iccid::Message>(&mut bench, client), ProtocolError::INVALID_QMI_COMMAND);
    let answer = bench.ask::<get_supported_messages::Message>(client, |_| {});
    let list = answer.response::<get_supported_messages::Message>().list().unwrap().unwrap();
    let has = |id| qmi_wire::message::is_supported(list.bytes, id);
    assert!(has(0x0020) && has(0x001e) && has(0x0040));
    assert!(!has(0x0028) && !has(0x003c) && !has(0x003d));
}

#[test]
fn a_card_that_is_not_there_is_not_initialized() {
    let mut setup = Setup::default();
    setup.sim = SimSetup::Empty;
    let (mut bench, client) = with(setup, Config::default());
    for error in [
        bare::<uim_get_iccid::Message>(&mut bench, client),
        bare::<uim_get_imsi::Message>(&mut bench, client),
        bare::<uim_get_pin_status::Message>(&mut bench, client),
        bare::<get_msisdn::Message>(&mut bench, client),
    ] {
        assert_eq!(error, ProtocolError::UIM_UNINITIALIZED);
    }
}

#[test]
fn the_lock_to_a_network_opens_with_its_key() {
    let mut sim = Sim::default();
    sim.network_lock = Some(NetworkLock { code: text("87654321"), attempts: 2 });
    let mut setup = Setup::default();
    setup.sim = SimSetup::Card(sim);
    let (mut bench, client) = with(setup, Config::default());
    let status = |bench: &mut Bench, facility| {
        let answer = bench.ask::<uim_get_ck_status::Message>(client, |r| {
            r.facility(facility);
        });
        let response = answer.response::<uim_get_ck_status::Message>();
        (response.ck_status().unwrap(), response.operation_blocking_facility().unwrap())
    };
    let open = |bench: &mut Bench, key: &str, facility_state| {
        let answer = bench.ask::<uim_set_ck_protection::Message>(client, |r| {
            let facility_depersonalization_control_key = key.into();
            let facility = UimFacility::PN;
            r.facility(SetCkProtectionInfo { facility, facility_state, facility_depersonalization_control_key });
        });
        let left = answer.response::<uim_set_ck_protection::Message>().verify_retries_left().unwrap();
        (answer.error(), left)
    };
    let (closed, blocking) = status(&mut bench, UimFacility::PN);
    assert_eq!((closed.facility_state, closed.verify_retries_left), (UimFacilityState::ACTIVATED, 2));
    assert_eq!(blocking, Some(true));
    assert_eq!(status(&mut bench, UimFacility::PP).0.facility_state, UimFacilityState::DEACTIVATED);
    let off = UimFacilityState::DEACTIVATED;
    assert_eq!(open(&mut bench, "1", UimFacilityState::ACTIVATED).0, ProtocolError::NOT_SUPPORTED);
    assert_eq!(open(&mut bench, "11111111", off), (ProtocolError::INCORRECT_PIN, Some(1)));
    assert_eq!(open(&mut bench, "87654321", off), (ProtocolError::NONE, None));
    assert_eq!(open(&mut bench, "87654321", off), (ProtocolError::NO_EFFECT, None));
    let unblock = bench.ask::<uim_unblock_ck::Message>(client, |r| {
        r.facility(UnblockCkInfo { facility: UimFacility::PN, facility_control_key: "1".into() });
    });
    assert_eq!(unblock.error(), ProtocolError::NO_EFFECT);
    let answer = bench.ask::<uim_get_ck_status::Message>(client, |r| {
        r.facility(UimFacility(5));
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);
}

#[test]
fn time_counts_from_1980() {
    let (mut bench, client) = bench();
    let times = |bench: &mut Bench| {
        let answer = bench.ask::<get_time::Message>(client, |_| {});
        let response = answer.response::<get_time::Message>();
        let device = response.device_time().unwrap();
        (device.time_count.0, response.system_time().unwrap().unwrap(), response.user_time().unwrap().unwrap())
    };
    // A minute after the beginning of 2026, 16797 days after 6 January 1980.
    let system = (16_797 * 86_400 + 60) * 1000;
    assert_eq!(times(&mut bench), (system * 4 / 5, system, system));
    let set = |bench: &mut Bench, kind| {
        let answer = bench.ask::<set_time::Message>(client, |r| {
            r.time_value(1_000_000).time_reference_type(kind);
        });
        answer.error()
    };
    assert_eq!(set(&mut bench, TimeReferenceType(1)), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, TimeReferenceType::USER), ProtocolError::NONE);
    bench.wait(500);
    assert_eq!(times(&mut bench), ((system + 500) * 4 / 5, system + 500, 1_000_500));
    assert_eq!(bare::<set_time::Message>(&mut bench, client), ProtocolError::MISSING_ARGUMENT);
}

#[test]
fn codes_and_data_of_the_user_are_kept() {
    let (mut bench, client) = bench();
    let lock = |bench: &mut Bench, code: &[u8; 4]| {
        let answer = bench.ask::<set_user_lock_state::Message>(client, |r| {
            r.info(SetUserLockStateInfo { enabled: true, lock_code: code.into() });
        });
        answer.error()
    };
    assert_eq!(lock(&mut bench, b"1111"), ProtocolError::AUTHENTICATION_FAILED);
    assert_eq!(lock(&mut bench, b"0000"), ProtocolError::NONE);
    let answer = bench.ask::<get_user_lock_state::Message>(client, |_| {});
    assert!(answer.response::<get_user_lock_state::Message>().enabled().unwrap());
    let change = |bench: &mut Bench, old: &[u8; 4], new: &[u8; 4]| {
        let answer = bench.ask::<set_user_lock_code::Message>(client, |r| {
            r.info(SetUserLockCodeInfo { old_code: old.into(), new_code: new.into() });
        });
        answer.error()
    };
    assert_eq!(change(&mut bench, b"9999", b"1111"), ProtocolError::AUTHENTICATION_FAILED);
    assert_eq!(change(&mut bench, b"0000", b"11x1"), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(change(&mut bench, b"0000", b"1111"), ProtocolError::NONE);
    assert_eq!(lock(&mut bench, b"1111"), ProtocolError::NONE);

    let write = |bench: &mut Bench, data: &[u8]| {
        let answer = bench.ask::<write_user_data::Message>(client, |r| {
            r.user_data(data.into());
        });
        answer.error()
    };
    assert_eq!(write(&mut bench, b"hello"), ProtocolError::NONE);
    assert_eq!(write(&mut bench, &[1; 513]), ProtocolError::ARGUMENT_TOO_LONG);
    let answer = bench.ask::<read_user_data::Message>(client, |_| {});
    assert_eq!(answer.response::<read_user_data::Message>().user_data().unwrap().bytes, b"hello");

    let check = |bench: &mut Bench, code: &[u8; 6]| {
        let answer = bench.ask::<validate_service_programming_code::Message>(client, |r| {
            r.service_programming_code(code.into());
        });
        answer.error()
    };
    let set = bench.ask::<set_service_programming_code::Message>(client, |r| {
        r.current_code(b"000000".into()).new_code(b"123456".into());
    });
    assert_eq!(set.error(), ProtocolError::NONE);
    assert_eq!(check(&mut bench, b"000000"), ProtocolError::AUTHENTICATION_FAILED);
    assert_eq!(check(&mut bench, b"123456"), ProtocolError::NONE);
    let answer = bench.ask::<set_alt_net_config::Message>(client, |r| {
        r.config(true);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let answer = bench.ask::<get_alt_net_config::Message>(client, |_| {});
    assert!(answer.response::<get_alt_net_config::Message>().config().unwrap());

    // Profiles too, whatever service has changed them.
    let origin = wwan::device::modem::event::Origin(1);
    let delivered = bench.modem.contexts().to_vec();
    let changed = Context { id: 1, apn: text("elsewhere"), ..delivered[0].clone() };
    bench.modem.store_context(origin, changed).unwrap();
    bench.modem.set_context_notes(1, &[0x15, 1, 2, 3, 4]).unwrap();
    let more = bench.modem.create_context(origin, delivered[0].clone()).unwrap();
    bench.modem.set_default_context(Usage::Tethered, more).unwrap();
    let now = bench.now;
    bench.modem.request_attach_profiles(now, origin, &[more], false).unwrap();
    bench.modem.set_autoconnect(now, Autoconnect { mode: AutoconnectMode::Paused, home_only: true });

    let restore = bench.ask::<restore_factory_defaults::Message>(client, |r| {
        r.service_programming_code(b"123456".into());
    });
    assert_eq!(restore.error(), ProtocolError::NONE);
    assert_eq!(check(&mut bench, b"000000"), ProtocolError::NONE);
    let answer = bench.ask::<read_user_data::Message>(client, |_| {});
    assert!(answer.response::<read_user_data::Message>().user_data().unwrap().bytes.is_empty());
    let answer = bench.ask::<get_alt_net_config::Message>(client, |_| {});
    assert!(!answer.response::<get_alt_net_config::Message>().config().unwrap());
    assert_eq!(bench.modem.contexts(), delivered);
    assert!(bench.modem.context_notes(1).is_empty());
    assert_eq!(bench.modem.default_context(Usage::Tethered), 1);
    assert_eq!((bench.modem.attach_profiles(), bench.modem.pending_attach_profiles()), (&[1][..], None));
    assert_eq!(bench.modem.autoconnect(), Autoconnect::default());
}

#[test]
fn what_only_devices_for_cdma_have_is_there_if_the_device_has_it() {
    let (mut bench, client) = bench();
    assert_eq!(bare::<get_prl_version::Message>(&mut bench, client), ProtocolError::NOT_PROVISIONED);
    assert_eq!(bare::<read_eri_file::Message>(&mut bench, client), ProtocolError::NOT_PROVISIONED);
    let answer = bench.ask::<get_mac_address::Message>(client, |r| {
        r.device(MacType::WLAN);
    });
    assert_eq!(answer.error(), ProtocolError::NOT_PROVISIONED);
    let automatic = bench.ask::<activate_automatic::Message>(client, |r| {
        r.activation_code("*228".into());
    });
    assert_eq!(automatic.error(), ProtocolError::DEVICE_UNSUPPORTED);
    assert_eq!(bare::<activate_manual::Message>(&mut bench, client), ProtocolError::MISSING_ARGUMENT);
    assert_eq!(bare::<set_firmware_id::Message>(&mut bench, client), ProtocolError::NOT_SUPPORTED);
    let answer = bench.ask::<get_activation_state::Message>(client, |_| {});
    let state = answer.response::<get_activation_state::Message>().info().unwrap();
    assert_eq!(state, ActivationState::ACTIVATED);

    let mut setup = Setup::default();
    setup.management.prl = Some((52_345, true));
    setup.management.eri = heapless::Vec::from_slice(&[1, 2, 3]).unwrap();
    setup.management.meid = text("A1000049000000");
    setup.management.bluetooth_mac = Some([2, 0, 0, 0, 0, 7]);
    let (mut bench, client) = with(setup, Config::default());
    let answer = bench.ask::<get_prl_version::Message>(client, |_| {});
    let response = answer.response::<get_prl_version::Message>();
    assert_eq!((response.version().unwrap(), response.prl_only_preference().unwrap()), (52_345, Some(true)));
    let answer = bench.ask::<read_eri_file::Message>(client, |_| {});
    assert_eq!(answer.response::<read_eri_file::Message>().eri_file().unwrap().bytes, [1, 2, 3]);
    let answer = bench.ask::<get_ids::Message>(client, |_| {});
    assert_eq!(answer.response::<get_ids::Message>().meid().unwrap().unwrap(), "A1000049000000");
    let answer = bench.ask::<get_mac_address::Message>(client, |r| {
        r.device(MacType::BT);
    });
    assert_eq!(answer.response::<get_mac_address::Message>().mac_address().unwrap().unwrap().bytes, [2, 0, 0, 0, 0, 7]);
}

fn image(kind: FirmwareImageType, build: &str) -> FirmwareImage<'_> {
    let wanted = if kind == FirmwareImageType::PRI { ImageKind::Pri } else { ImageKind::Modem };
    let setup = wwan::device::modem::firmware::FirmwareSetup::default();
    let stored = setup.images.iter().map(|image| &image.name);
    let stored = stored.clone().find(|name| name.kind == wanted && name.build == *build);
    FirmwareImage { kind, unique_id: stored.map_or([9; 16], |name| name.unique_id), build_id: build.into() }
}

#[test]
fn firmware_images_are_listed_preferred_and_deleted() {
    let (mut bench, client) = bench();
    let answer = bench.ask::<list_stored_images::Message>(client, |_| {});
    let list = answer.response::<list_stored_images::Message>().list().unwrap();
    let lists: Vec<_> = list.iter().collect();
    assert_eq!(lists.len(), 2);
    assert_eq!(
        (lists[0].kind, lists[0].maximum_images, lists[0].index_of_running_image),
        (FirmwareImageType::MODEM, 4, 0)
    );
    let builds: Vec<_> = lists[1].sublist.iter().map(|image| image.build_id.to_str().unwrap().to_owned()).collect();
    assert_eq!(builds, ["1.0.0_GENERIC", "1.1.0_TEST"]);

    let (modem, pri) = (FirmwareImageType::MODEM, FirmwareImageType::PRI);
    let prefer = |bench: &mut Bench, images: &[FirmwareImage<'_>]| {
        let answer = bench.ask::<set_firmware_preference::Message>(client, |r| {
            r.list(images.into());
        });
        let error = answer.error();
        let kinds = answer.response::<set_firmware_preference::Message>().image_download_list();
        (error, kinds.map(|kinds| kinds.iter().collect::<Vec<_>>()).unwrap_or_default())
    };
    assert_eq!(prefer(&mut bench, &[]), (ProtocolError::INVALID_ARGUMENT, vec![]));
    let twice = [image(modem, "1.0.0"), image(modem, "1.1.0")];
    assert_eq!(prefer(&mut bench, &twice).0, ProtocolError::INVALID_ARGUMENT);
    let absent = [image(modem, "1.1.0"), image(pri, "9.9.9_OTHER")];
    assert_eq!(prefer(&mut bench, &absent), (ProtocolError::NONE, vec![pri]));
    let next = [image(modem, "1.1.0"), image(pri, "1.1.0_TEST")];
    assert_eq!(prefer(&mut bench, &next), (ProtocolError::NONE, vec![]));
    let answer = bench.ask::<get_firmware_preference::Message>(client, |_| {});
    let list = answer.response::<get_firmware_preference::Message>().list().unwrap();
    assert_eq!(list.iter().map(|image| image.build_id.to_str().unwrap().len()).collect::<Vec<_>>(), [5, 10]);

    let delete = |bench: &mut Bench, client: Client, of: FirmwareImage<'_>| {
        let FirmwareImage { kind, unique_id, build_id } = of;
        let answer = bench.ask::<delete_stored_image::Message>(client, |r| {
            r.image_details(ImageDetails { kind, unique_id, build_id });
        });
        answer.error()
    };
    assert_eq!(delete(&mut bench, client, image(modem, "1.0.0")), ProtocolError::INVALID_OPERATION);
    assert_eq!(delete(&mut bench, client, image(modem, "7.0.0")), ProtocolError::NO_ENTRY);

    bench.modem.reboot(bench.now);
    bench.wait(5000);
    let client = bench.client(Service::DMS);
    let answer = bench.ask::<get_revision::Message>(client, |_| {});
    assert_eq!(answer.response::<get_revision::Message>().revision().unwrap(), "1.1.0");
    assert_eq!(delete(&mut bench, client, image(modem, "1.0.0")), ProtocolError::NONE);
    let answer = bench.ask::<list_stored_images::Message>(client, |_| {});
    let list = answer.response::<list_stored_images::Message>().list().unwrap();
    assert_eq!(list.iter().map(|list| list.index_of_running_image).collect::<Vec<_>>(), [0, 1]);

    let FirmwareImage { kind, unique_id, build_id } = image(pri, "1.1.0_TEST");
    let answer = bench.ask::<get_stored_image_info::Message>(client, |r| {
        r.image_details(ImageDetails { kind, unique_id, build_id });
    });
    let info = answer.response::<get_stored_image_info::Message>();
    assert_eq!(info.boot_version().unwrap().unwrap().major_version, 1);
    assert_eq!(info.pri_version().unwrap().unwrap().pri_version, 2);
    assert!(info.oem_lock_id().unwrap().is_none());
}

#[test]
fn longest_names_of_images_fit() {
    let mut setup = Setup::default();
    setup.firmware.images.clear();
    let long = "x".repeat(32);
    for number in 0..8 {
        let kind = if number < 4 { ImageKind::Modem } else { ImageKind::Pri };
        setup.firmware.images.push(Image::new(kind, number, [number; 16], &long)).unwrap();
    }
    let (mut bench, client) = with(setup, Config::default());
    let answer = bench.ask::<list_stored_images::Message>(client, |_| {});
    let list = answer.response::<list_stored_images::Message>().list().unwrap();
    assert_eq!(list.iter().map(|list| list.sublist.len()).sum::<usize>(), 8);
}

#[test]
fn the_next_start_may_bring_the_loader() {
    let (mut bench, client) = bench();
    let set = |bench: &mut Bench, mode| {
        let answer = bench.ask::<set_boot_image_download_mode::Message>(client, |r| {
            r.mode(mode);
        });
        answer.error()
    };
    assert_eq!(set(&mut bench, BootImageDownloadMode(2)), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, BootImageDownloadMode::BOOT_AND_RECOVERY), ProtocolError::NONE);
    let answer = bench.ask::<get_boot_image_download_mode::Message>(client, |_| {});
    let mode = answer.response::<get_boot_image_download_mode::Message>().mode().unwrap();
    assert_eq!(mode, Some(BootImageDownloadMode::BOOT_AND_RECOVERY));
}

#[test]
fn makers_have_their_own_messages() {
    let (mut bench, client) = bench();
    for error in [
        bare::<swi_get_current_firmware::Message>(&mut bench, client),
        bare::<swi_get_usb_composition::Message>(&mut bench, client),
        bare::<foxconn_get_firmware_version::Message>(&mut bench, client),
        bare::<foxconn_change_device_mode::Message>(&mut bench, client),
    ] {
        assert_eq!(error, ProtocolError::INVALID_QMI_COMMAND);
    }

    let (mut bench, client) = with(Setup::default(), vendor(0x1199));
    let answer = bench.ask::<swi_get_current_firmware::Message>(client, |_| {});
    let firmware = answer.response::<swi_get_current_firmware::Message>();
    assert_eq!(firmware.amss_version().unwrap().unwrap(), "1.0.0");
    assert_eq!(firmware.config_version().unwrap().unwrap(), "1.0.0_GENERIC");
    assert_eq!(firmware.carrier().unwrap().unwrap(), "GENERIC");
    let set = |bench: &mut Bench, number| {
        let answer = bench.ask::<swi_set_usb_composition::Message>(client, |r| {
            r.current(SwiUsbComposition(number));
        });
        answer.error()
    };
    assert_eq!(set(&mut bench, 7), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, 8), ProtocolError::NONE);
    let composition = |bench: &mut Bench, client| {
        let answer = bench.ask::<swi_get_usb_composition::Message>(client, |_| {});
        let response = answer.response::<swi_get_usb_composition::Message>();
        let supported: Vec<u8> = response.supported().unwrap().unwrap().iter().map(|number| number.0).collect();
        (response.current().unwrap().unwrap().0, supported)
    };
    assert_eq!(composition(&mut bench, client), (6, vec![6, 8, 9]));
    bench.modem.reboot(bench.now);
    bench.wait(5000);
    let client = bench.client(Service::DMS);
    assert_eq!(composition(&mut bench, client).0, 8);

    let (mut bench, client) = with(Setup::default(), vendor(0x0489));
    let version = |bench: &mut Bench, kind| {
        let answer = bench.ask::<foxconn_get_firmware_version::Message>(client, |r| {
            r.version_type(FoxconnFirmwareVersionType(kind));
        });
        let version = answer.response::<foxconn_get_firmware_version::Message>().version();
        version.ok().map(|version| version.to_str().unwrap().to_owned())
    };
    assert_eq!(version(&mut bench, 0).unwrap(), "1.0.0.1.0.0_GENERIC");
    assert_eq!(version(&mut bench, 1).unwrap(), "1.0.0.1.0.0_GENERIC.1.0.0_WWAN_001");
    assert_eq!(version(&mut bench, 2).unwrap(), "1.0.0_WWAN_001");
    assert_eq!(version(&mut bench, 3), None);
    let (answer, _) = bench.ask_within::<foxconn_change_device_mode::Message>(1000, client, |r| {
        r.mode(FoxconnDeviceMode::FASTBOOT_OTA);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    assert_eq!(mode(&mut bench, client).0, OperatingMode::SHUTTING_DOWN);

    let (mut bench, client) = with(Setup::default(), vendor(0x03f0));
    let answer = bench.ask::<hp_change_device_mode::Message>(client, |r| {
        r.mode(HpDeviceMode(1));
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);
}

#[test]
fn requests_that_lack_or_break_something_are_refused() {
    let (mut bench, client) = bench();
    for error in [
        bare::<set_operating_mode::Message>(&mut bench, client),
        bare::<uim_verify_pin::Message>(&mut bench, client),
        bare::<set_user_lock_state::Message>(&mut bench, client),
        bare::<write_user_data::Message>(&mut bench, client),
        bare::<restore_factory_defaults::Message>(&mut bench, client),
        bare::<uim_get_ck_status::Message>(&mut bench, client),
        bare::<set_firmware_preference::Message>(&mut bench, client),
        bare::<delete_stored_image::Message>(&mut bench, client),
        bare::<get_mac_address::Message>(&mut bench, client),
        bare::<activate_automatic::Message>(&mut bench, client),
    ] {
        assert_eq!(error, ProtocolError::MISSING_ARGUMENT);
    }
    // A PIN of six characters in a TLV with three of them.
    let answer = bench.bytes("01 14 00 00 02 01 00 01 00 28 00 08 00 01 05 00 01 06 31 32 33").remove(0);
    assert_eq!(answer.error(), ProtocolError::MALFORMED_MESSAGE);
}
