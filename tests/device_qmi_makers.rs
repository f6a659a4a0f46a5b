//! What only the modems of some makers have, in the QMI function: GAS and GMS of Telit, FOX of Foxconn.
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
use qmi_wire::service::ctl::allocate_cid;
use qmi_wire::service::{Service, dms, fox, gas, gms};
use wwan::device::modem::{Setup, text};
use wwan::device::qmi::Config;

fn bench(setup: Setup, vendor: u16, service: Service) -> (Bench, Client) {
    let mut config = Config::default();
    config.vendor = vendor;
    let mut bench = Bench::with(setup, config);
    let client = bench.client(service);
    (bench, client)
}

const TELIT: u16 = 0x1bc7;
const FOXCONN: u16 = 0x0489;

#[test]
fn other_makers_have_no_such_services() {
    let mut bench = Bench::default();
    for service in [Service::GAS, Service::GMS, Service::FOX] {
        let answer = bench.ask::<allocate_cid::Message>((Service::CTL, 0), |r| {
            r.service(service.into());
        });
        assert_eq!(answer.error(), ProtocolError::INVALID_SERVICE_TYPE);
    }
}

#[test]
fn telit_lists_its_firmware_and_changes_to_another() {
    let (mut bench, client) = bench(Setup::default(), TELIT, Service::GAS);
    let list = |bench: &mut Bench, client, mode, slot: Option<u8>| {
        let answer = bench.ask::<gas::dms_get_firmware_list::Message>(client, |r| {
            r.mode(mode);
            if let Some(slot) = slot {
                r.slot_index(slot);
            }
        });
        let response = answer.response::<gas::dms_get_firmware_list::Message>();
        assert_eq!(response.mode().unwrap(), mode);
        let first = response.stored_firmware_1().unwrap();
        let first = first.map(|first| (first.index, first.name.to_str().unwrap().to_owned()));
        let second = response.stored_firmware_2().unwrap();
        let second = second.map(|second| (second.version.to_str().unwrap().to_owned(), second.index));
        (first, second)
    };
    let mode = gas::FirmwareListingMode::ALL_FIRMWARE;
    let all = list(&mut bench, client, mode, None);
    assert_eq!(all, (Some((1, "GENERIC".into())), Some(("1.1.0".into(), 2))));
    let mode = gas::FirmwareListingMode::ACTIVE_FIRMWARE;
    assert_eq!(list(&mut bench, client, mode, None), (Some((1, "GENERIC".into())), None));
    let mode = gas::FirmwareListingMode::SPECIFIC_FIRMWARE;
    assert_eq!(list(&mut bench, client, mode, Some(2)), (Some((2, "TEST".into())), None));
    assert_eq!(list(&mut bench, client, mode, Some(3)), (None, None));
    let answer = bench.ask::<gas::dms_get_firmware_list::Message>(client, |r| {
        r.mode(gas::FirmwareListingMode(3));
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);

    let change = |bench: &mut Bench, slot| {
        let answer = bench.ask::<gas::dms_set_active_firmware::Message>(client, |r| {
            r.slot_index(slot);
        });
        answer.error()
    };
    assert_eq!(change(&mut bench, 3), ProtocolError::NO_ENTRY);
    let nothing = bench.ask::<gas::dms_set_active_firmware::Message>(client, |_| {}).error();
    assert_eq!(nothing, ProtocolError::MISSING_ARGUMENT);
    assert_eq!(change(&mut bench, 2), ProtocolError::NONE);
    bench.wait(5000);
    assert_eq!((bench.modem.restarts(), bench.modem.identity().firmware.as_str()), (1, "1.1.0"));
    let client = bench.client(Service::GAS);
    let mode = gas::FirmwareListingMode::ACTIVE_FIRMWARE;
    assert_eq!(list(&mut bench, client, mode, None).0, Some((2, "TEST".into())));
}

#[test]
fn telit_sets_interfaces_and_what_follows_the_card() {
    let mut setup = Setup::default();
    setup.management.compositions.current = 0x1050;
    setup.management.compositions.supported = heapless::Vec::from_slice(&[0x1050, 0x1051]).unwrap();
    setup.management.wlan_mac = Some([2, 0, 0, 0, 0, 1]);
    setup.management.bluetooth_mac = Some([2, 0, 0, 0, 0, 2]);
    let (mut bench, client) = bench(setup, TELIT, Service::GAS);
    let composition = |bench: &mut Bench, client| {
        let answer = bench.ask::<gas::dms_get_usb_composition::Message>(client, |_| {});
        answer.response::<gas::dms_get_usb_composition::Message>().usb_composition().unwrap()
    };
    assert_eq!(composition(&mut bench, client), 0x1050);
    let set = |bench: &mut Bench, number, endpoint| {
        let answer = bench.ask::<gas::dms_set_usb_composition::Message>(client, |r| {
            r.usb_composition(number).endpoint_type(gas::UsbCompositionEndpointType(endpoint));
            r.composition_persistence(true).immediate_setting(false).reboot_after_setting(true);
        });
        answer.error()
    };
    assert_eq!(set(&mut bench, 0x1234, 0), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, 0x1051, 2), ProtocolError::INVALID_ARGUMENT);
    let follow = |bench: &mut Bench, mode| {
        let answer = bench.ask::<gas::dms_set_firmware_auto_sim::Message>(client, |r| {
            r.auto_sim_mode(mode).config_id(4);
        });
        answer.error()
    };
    let mode = gas::FirmwareAutoSimMode::PENDING_ONE_SHOT;
    assert_eq!(follow(&mut bench, mode), ProtocolError::INVALID_ARGUMENT, "a state, not a wish");
    assert_eq!(follow(&mut bench, gas::FirmwareAutoSimMode::ENABLE_ONE_SHOT), ProtocolError::NONE);
    let answer = bench.ask::<gas::dms_get_firmware_auto_sim::Message>(client, |_| {});
    let response = answer.response::<gas::dms_get_firmware_auto_sim::Message>();
    assert_eq!((response.auto_sim_mode().unwrap(), response.config_id().unwrap()), (mode, Some(4)));
    let answer = bench.ask::<gas::dms_get_ethernet_pdu_mac_address::Message>(client, |_| {});
    let response = answer.response::<gas::dms_get_ethernet_pdu_mac_address::Message>();
    assert_eq!(response.mac_address_0().unwrap().bytes, [2, 0, 0, 0, 0, 1]);
    assert_eq!(response.mac_address_1().unwrap().unwrap().bytes, [2, 0, 0, 0, 0, 2]);
    assert_eq!(set(&mut bench, 0x1051, 0), ProtocolError::NONE);
    bench.wait(5000);
    let client = bench.client(Service::GAS);
    assert_eq!(composition(&mut bench, client), 0x1051);

    let (mut bench, client) = self::bench(Setup::default(), TELIT, Service::GAS);
    let none = bench.ask::<gas::dms_get_ethernet_pdu_mac_address::Message>(client, |_| {}).error();
    assert_eq!(none, ProtocolError::NOT_PROVISIONED);
}

#[test]
fn telit_keeps_values_to_try_the_way() {
    let (mut bench, client) = bench(Setup::default(), TELIT, Service::GMS);
    assert_eq!(bench.ask::<gms::test_set_value::Message>(client, |_| {}).error(), ProtocolError::MISSING_ARGUMENT);
    for optional in [Some(9), None] {
        let answer = bench.ask::<gms::test_set_value::Message>(client, |r| {
            r.test_mandatory_value(7);
            if let Some(optional) = optional {
                r.test_optional_value(optional);
            }
        });
        assert_eq!(answer.error(), ProtocolError::NONE);
        let answer = bench.ask::<gms::test_get_value::Message>(client, |_| {});
        let response = answer.response::<gms::test_get_value::Message>();
        assert_eq!((response.test_mandatory_value().unwrap(), response.test_optional_value().unwrap()), (7, optional));
    }
}

#[test]
fn foxconn_tells_versions_and_wants_proof() {
    let mut setup = Setup::default();
    setup.radio.fcc_locked = true;
    setup.management.unlock_text = text("magic");
    setup.management.unlock_number = 3;
    let (mut bench, client) = bench(setup, FOXCONN, Service::FOX);
    let answer = bench.ask::<fox::get_firmware_version::Message>(client, |r| {
        r.version_type(fox::FirmwareVersionType::FIRMWARE_MCFG);
    });
    let version = answer.response::<fox::get_firmware_version::Message>().version().unwrap();
    assert_eq!(version, "1.0.0.1.0.0_GENERIC");
    let answer = bench.ask::<fox::get_firmware_version::Message>(client, |r| {
        r.version_type(fox::FirmwareVersionType(3));
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);
    let prove = |bench: &mut Bench, number| {
        let answer = bench.ask::<fox::set_fcc_authentication::Message>(client, |r| {
            r.magic_string("magic".into()).magic_number(number);
        });
        answer.error()
    };
    assert_eq!(prove(&mut bench, 4), ProtocolError::AUTHENTICATION_FAILED);
    assert_eq!(prove(&mut bench, 3), ProtocolError::NONE);
    let manager = bench.client(Service::DMS);
    let (answer, _) = bench.ask_within::<dms::set_operating_mode::Message>(500, manager, |r| {
        r.mode(dms::OperatingMode::ONLINE);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
}
