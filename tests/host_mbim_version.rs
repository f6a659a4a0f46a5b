//! An MBIM host and the versions of the extensions: agreeing upon one, and the layouts that come with it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]
#![cfg(feature = "mbim")]

mod host_common;

use host_common::{Script, bytes, client, hex};
use mbim_wire::field::Empty;
use mbim_wire::list::{Array, RefList, RefSequence};
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ms_basic_connect_extensions as bce;
use mbim_wire::service::proxy_control;
use mbim_wire::{Command as _, Count, Status, Uuid};
use wwan::client::mbim::blocking::Client;
use wwan::client::mbim::{ConnectRequest, Error, Selection};
use wwan::procedure::mbim::{Version, newest};
use wwan::time::Millis;

/// The answer about device services that lists these commands.
fn services(list: &[(Uuid, &[u32])]) -> Vec<u8> {
    let elements: Vec<_> = list
        .iter()
        .map(|(service, cids)| bc::DeviceServiceElement {
            device_service_id: *service,
            cids: Array::new(cids),
            ..Default::default()
        })
        .collect();
    bytes(&bc::DeviceServicesInfo { device_services: RefList::new(&elements), ..Default::default() })
}

fn extended() -> Vec<u8> {
    services(&[(bc::BASIC_CONNECT, &[1, 2, 3]), (bce::MS_BASIC_CONNECT_EXTENSIONS, &[1, 6, bce::Version::CID])])
}

/// Agrees upon that version.
fn agree(client: &mut Client<'_, Script>, version: Version) {
    let own = bytes(&bce::VersionInfo { mbim_version: 0x0100, mbim_extended_version: version.0 });
    client.channel().query::<bc::DeviceServices>(extended()).query::<bce::Version>(own);
    assert_eq!(client.negotiate(version), Ok(version));
}

#[test]
fn the_version_is_asked_right_behind_the_services_with_the_bytes_of_mbimcli() {
    let mut client = client();
    client.channel().query::<bc::DeviceServices>(extended());
    client.channel().query::<bce::Version>(hex("0001 0002")).with(hex("0001 0003"));
    assert_eq!(client.version(), Version::V1);
    assert_eq!(client.negotiate(Version::V3), Ok(Version::V2));
    assert_eq!((client.version(), client.version().to_string()), (Version::V2, "2.0".to_owned()));
    client.channel().finish();
    // A second OPEN starts from 1.0 again.
    client.open().unwrap();
    assert_eq!(client.version(), Version::V1);
}

#[test]
fn a_modem_without_the_command_or_that_refuses_it_speaks_1_0() {
    let mut client = client();
    client.channel().query::<bc::DeviceServices>(services(&[(bce::MS_BASIC_CONNECT_EXTENSIONS, &[1, 6])]));
    assert_eq!(client.negotiate(Version::V3), Ok(Version::V1));
    client.channel().query::<bc::DeviceServices>(extended()).query::<bce::Version>(vec![]).but(Status::FAILURE);
    assert_eq!(client.negotiate(Version::V3), Ok(Version::V1));
    client.channel().query::<bc::DeviceServices>(vec![]).but(Status::NO_DEVICE_SUPPORT);
    assert_eq!(client.negotiate(Version::V3), Ok(Version::V1));
    // Silence is something else: nobody knows what the modem has understood.
    client.channel().query::<bc::DeviceServices>(extended()).query::<bce::Version>(vec![]).silence();
    assert!(matches!(client.negotiate(Version::V3), Err(Error::Failed { .. })));
    client.channel().finish();
}

#[test]
fn more_than_was_offered_or_is_known_counts_as_what_was_offered() {
    let mut client = client();
    client.channel().query::<bc::DeviceServices>(extended()).query::<bce::Version>(hex("0001 0004"));
    assert_eq!(client.negotiate(Version(0x0400)), Ok(Version::V3));
    client.channel().finish();
    client.open().unwrap();
    client.channel().query::<bc::DeviceServices>(extended()).query::<bce::Version>(hex("0001 0003"));
    assert_eq!(client.negotiate(Version::V2), Ok(Version::V2));
    client.channel().finish();
}

#[test]
fn through_a_proxy_what_it_indicates_holds_before_and_after_opening() {
    let version =
        |v: u16| bytes(&proxy_control::VersionNotification { mbim_version: 0x0100, mbim_extended_version: v });
    let mut client = host_common::closed();
    client.channel().set::<proxy_control::Configuration>(vec![]).indicating::<proxy_control::Version>(version(0x0300));
    let versions = client.configure_proxy("/dev/cdc-wdm0", Millis::from_secs(30)).unwrap().unwrap();
    assert_eq!(versions.mbim_extended_version, 0x0300);
    client.open().unwrap();
    // Nothing is asked: another program has agreed already.
    assert_eq!(client.negotiate(Version::V2), Ok(Version::V3));
    // Somebody opens the modem anew and agrees upon less.
    client
        .channel()
        .query::<bc::RegisterState>(bytes(&bc::RegisterStateInfo::default()))
        .indicating::<proxy_control::Version>(version(0x0100));
    client.registration().unwrap();
    assert_eq!(client.version(), Version::V1);
    client.channel().finish();
    // Without a proxy nobody can say so.
    let mut alone = host_common::client();
    alone
        .channel()
        .query::<bc::RegisterState>(bytes(&bc::RegisterStateInfo::default()))
        .indicating::<proxy_control::Version>(version(0x0300));
    alone.registration().unwrap();
    assert_eq!(alone.version(), Version::V1);
}

#[test]
fn connecting_with_3_0_sends_the_bytes_of_mbimcli_and_reads_the_answer() {
    let mut client = client();
    agree(&mut client, Version::V3);
    let info = bc::ConnectInfoV3 { activation_state: bc::ActivationState::DEACTIVATED, ..Default::default() };
    client.channel().query::<bc::ConnectV3>(bytes(&info)).with(hex("00000000"));
    let answer = "01000000 01000000 00000000 01000000 7e5e2a7e4e6f7272736b656e7e5e2a7e 00000000 01000000
        0a000000 10000000 69006e007400650072006e0065007400 0a000002 0a000000 61006200630064006500 0000
        0a000000 0c000000 4f00720061006e0067006500 0d000001 0b000000 0102030405060708090a0b 00";
    client.channel().set::<bc::ConnectV3>(hex(answer)).with(hex("00000000 01000000 00000000 00000000 01000000
        7e5e2a7e4e6f7272736b656e7e5e2a7e 00000000 0a000002 02000000 6900 0000 0a000000 00000000 0a000000 00000000"));
    let request = ConnectRequest { apn: "i", ip_type: bc::ContextIpType::IPV4, ..Default::default() };
    let connected = client.connect(&request).unwrap();
    assert_eq!(connected.ip_type(), Ok(bc::ContextIpType::IPV4));
    let all = newest::connect(Version::V3, mbim_wire::View::base(&connected)).unwrap();
    assert_eq!(all.access_string.0, "internet");
    assert_eq!(all.unnamed_ies.iter().count(), 3);
    client.channel().set::<bc::ConnectV3>(bytes(&info));
    client.disconnect(0).unwrap();
    let sent = client.channel().params.last().unwrap().clone();
    assert_eq!((sent.len(), &sent[..8]), (40 + 24, &[0; 8][..]), "deactivate, three empty texts");
    client.channel().finish();
}

#[test]
fn a_refused_connection_gives_the_cause_of_the_network_in_3_0_too() {
    let mut client = client();
    agree(&mut client, Version::V3);
    let info = bc::ConnectInfoV3 { nw_error: bc::NwError(33), ..Default::default() };
    client.channel().query::<bc::ConnectV3>(vec![]).but(Status::CONTEXT_NOT_ACTIVATED);
    client.channel().expect::<bc::ConnectV3>(CommandType::SET, Status::FAILURE, bytes(&info));
    let error = client.connect(&ConnectRequest::default()).map(drop).unwrap_err();
    assert_eq!(error.refusal().unwrap().network, Some(bc::NwError(33)));
    client.channel().finish();
}

#[test]
fn registering_from_2_0_on_repeats_the_preferred_radio_technologies() {
    let preferred = bc::DataClass::LTE | bc::DataClass::_5G_NSA;
    let info = |register_state| {
        bytes(&bc::RegisterStateInfoV2 { register_state, preferred_data_classes: preferred, ..Default::default() })
    };
    for (version, expected) in [(Version::V1, bc::DataClass::empty()), (Version::V2, preferred)] {
        let mut client = client();
        if version > Version::V1 {
            agree(&mut client, version);
        }
        client.channel().query::<bc::RegisterState>(info(bc::RegistrationState::DEREGISTERED));
        let set = bc::RegisterStateSet { data_class: expected, ..Default::default() };
        client.channel().set::<bc::RegisterState>(info(bc::RegistrationState::SEARCHING)).with(bytes(&set));
        client.channel().query::<bc::RegisterState>(info(bc::RegistrationState::HOME));
        let state = client.register(Selection::Automatic, Millis::from_secs(60));
        assert_eq!(state, Ok(bc::RegistrationState::HOME), "{version}");
        client.channel().finish();
    }
}

#[test]
fn the_sim_is_told_alike_in_all_versions() {
    let numbers = [mbim_wire::text::Text::from("+4911")];
    let old = bc::SubscriberReadyStatusInfo {
        ready_state: bc::SubscriberReadyState::INITIALIZED,
        subscriber_id: "262019876543210".into(),
        sim_icc_id: "8949".into(),
        telephone_numbers: mbim_wire::list::TextList::new(&numbers),
        ..Default::default()
    };
    let new = bc::SubscriberReadyStatusInfoV3 {
        ready_state: old.ready_state,
        flags: bc::SubscriberReadyStatusFlag::ESIM,
        subscriber_id: old.subscriber_id,
        sim_icc_id: old.sim_icc_id,
        telephone_numbers: old.telephone_numbers,
        ..Default::default()
    };
    for (version, body, flags) in [
        (Version::V1, bytes(&old), bc::SubscriberReadyStatusFlag::empty()),
        (Version::V2, bytes(&old), bc::SubscriberReadyStatusFlag::empty()),
        (Version::V3, bytes(&new), bc::SubscriberReadyStatusFlag::ESIM),
    ] {
        let mut client = client();
        client.assume_version(version);
        client.channel().query::<bc::SubscriberReadyStatus>(body);
        let sim = client.subscriber().unwrap();
        assert_eq!((sim.ready_state, sim.flags), (bc::SubscriberReadyState::INITIALIZED, flags), "{version}");
        assert_eq!((sim.subscriber_id, sim.sim_icc_id), ("262019876543210".into(), "8949".into()), "{version}");
        let told: Vec<_> = sim.telephone_numbers.iter().map(|n| n.unwrap().to_string()).collect();
        assert_eq!(told, ["+4911"], "{version}");
    }
}

#[test]
fn packet_service_is_told_in_the_terms_of_3_0() {
    let v1 = bc::PacketServiceInfo {
        packet_service_state: bc::PacketServiceState::ATTACHED,
        highest_available_data_class: bc::DataClass::LTE,
        uplink_speed: 50_000_000,
        downlink_speed: 150_000_000,
        ..Default::default()
    };
    let v2 = bc::PacketServiceInfoV2 {
        packet_service_state: bc::PacketServiceState::ATTACHED,
        current_data_class: bc::DataClass::_5G_NSA,
        uplink_speed: 50_000_000,
        downlink_speed: 150_000_000,
        frequency_range: bc::FrequencyRange::RANGE_1,
        ..Default::default()
    };
    let v3 = bc::PacketServiceInfoV3 {
        packet_service_state: bc::PacketServiceState::ATTACHED,
        highest_available_data_class: bc::DataClassV3::_5G,
        data_subclass: bc::DataSubclass::_5G_NR,
        tai: mbim_wire::field::Inline::Value(bc::Tai { plmn_mcc: 0x262, plmn_mnc: 0x8001, tac: 7 }),
        ..Default::default()
    };
    let told = |version, body: &[u8]| {
        let info = newest::packet_service(version, body).unwrap();
        (info.highest_available_data_class, info.data_subclass, info.frequency_range, info.tai.read().unwrap().tac)
    };
    let (none, no_range) = (bc::DataSubclass::empty(), bc::FrequencyRange::empty());
    assert_eq!(told(Version::V1, &bytes(&v1)), (bc::DataClassV3::LTE, none, no_range, 0));
    let nsa = (bc::DataClassV3::_5G, bc::DataSubclass::_5G_ENDC, bc::FrequencyRange::RANGE_1, 0);
    assert_eq!(told(Version::V2, &bytes(&v2)), nsa);
    assert_eq!(told(Version::V3, &bytes(&v3)), (bc::DataClassV3::_5G, bc::DataSubclass::_5G_NR, no_range, 7));
    assert_eq!(newest::packet_service(Version::V2, &bytes(&v2)).unwrap().downlink_speed, 150_000_000);
    // Cut short, it is an error and no guess.
    assert!(newest::packet_service(Version::V2, &bytes(&v1)).is_err());
    assert!(newest::packet_service(Version::V3, &bytes(&v2)).is_err());
}

#[test]
fn the_signal_has_measurements_from_2_0_on() {
    let measured = [bc::RsrpSnrInfo { rsrp: 60, snr: 40, system_type: bc::DataClass::LTE, ..Default::default() }];
    let new = bc::SignalStateInfoV2 { rssi: 99, rsrp_snr: RefSequence::new(&measured), ..Default::default() };
    let mut client = client();
    client.channel().query::<bc::SignalState>(bytes(&bc::SignalStateInfo { rssi: 20, ..Default::default() }));
    let signal = client.signal().unwrap();
    assert_eq!((signal.rssi, signal.rsrp_snr.iter().count()), (20, 0));
    client.assume_version(Version::V2);
    client.channel().query::<bc::SignalState>(bytes(&new));
    let signal = client.signal().unwrap();
    assert_eq!(signal.rsrp_snr.iter().next().unwrap().unwrap().rsrp, 60);
    let when = bc::SignalStateSet { signal_strength_interval: 5, rssi_threshold: u32::MAX, error_rate_threshold: 0 };
    client.channel().set::<bc::SignalState>(bytes(&new)).with(hex("05000000 ffffffff 00000000"));
    assert_eq!(client.report_signal(&when).unwrap().rssi, 99);
    client.channel().finish();
}

#[test]
fn device_caps_come_from_the_better_command_in_the_layout_of_the_version() {
    // Version 3.0, as a modem sent it, with shorter lists and texts.
    let mut body = hex("01000000 01000000 01000000 02000000 7c000080 03000000 a3000000
        03000000 00000000 02000000 00000000 9b000000");
    body.extend(hex("0b000002 06000000 0100 0200 0300 0000  0b000000 04000000 4d00 4e00
        0a000002 0a000000 48005300500041002b00 0000  0a000000 04000000 38003600
        0a000000 04000000 42003900  0a000000 04000000 56003100"));
    let mut client = client();
    client.assume_version(Version::V3);
    client.channel().query::<bce::DeviceCaps>(body);
    let caps = client.device_caps().unwrap();
    assert_eq!((caps.max_sessions, caps.wcdma_band_class), (2, 0x9b));
    assert_eq!(caps.nr_band_class.iter().collect::<Vec<_>>(), [77, 78]);
    assert_eq!((caps.custom_data_class.0, caps.device_id.0), ("HSPA+".into(), "86".into()));

    let old = bce::DeviceCapsInfo {
        max_sessions: 4,
        data_class: bc::DataClass::_5G_SA | bc::DataClass::LTE,
        custom_data_class: "5G/TDS".into(),
        executor_index: 1,
        ..Default::default()
    };
    client.assume_version(Version::V2);
    client.channel().query::<bce::DeviceCaps>(bytes(&old));
    let caps = client.device_caps().unwrap();
    assert_eq!((caps.max_sessions, caps.executor_index), (4, 1));
    assert_eq!(caps.data_class, bc::DataClassV3::LTE | bc::DataClassV3::_5G);
    assert_eq!((caps.data_subclass, caps.custom_data_class.0), (bce::DataSubclass64::_5G_NR, "5G/TDS".into()));

    let basic = bc::DeviceCapsInfo { max_sessions: 8, device_id: "35".into(), ..Default::default() };
    client.channel().query::<bce::DeviceCaps>(vec![]).but(Status::NO_DEVICE_SUPPORT);
    client.channel().query::<bc::DeviceCaps>(bytes(&basic));
    let caps = client.device_caps().unwrap();
    assert_eq!((caps.max_sessions, caps.device_id.0), (8, "35".into()));
    // Any other refusal is one.
    client.channel().query::<bce::DeviceCaps>(vec![]).but(Status::FAILURE);
    assert_eq!(client.device_caps().map(drop).unwrap_err().refusal().unwrap().status, Status::FAILURE);
    client.channel().finish();
}

#[test]
fn cells_are_asked_for_and_read_by_version() {
    // What a modem answered to version 1.0.
    let v1 = hex("60000000000000000000000000000000000000000000000000000000 4c0000002e000000 a000000004000000
        a400000004000000 0000000000000000 7c00000024000000 0000000000000000
        240000000a0000001fcd65040019000036010000fe6f000099fffffff4ffffffffffffff3200310034003000370000000100000000000000
        00000000ffffffffffffffff36010000ffffffff99fffffff4ffffff0000000000000000");
    let mut client = client();
    client.channel().query::<bce::BaseStationsInfo>(v1).with(hex("0f000000 0f000000 0f000000 0f000000 0f000000"));
    let cells = client.base_stations(15).unwrap();
    let serving = cells.lte_serving_cell.read().unwrap().unwrap();
    assert_eq!((serving.provider_id, serving.cell_id, serving.rsrp), ("21407".into(), 73_780_511, -103));
    assert_eq!(cells.system_type, bc::DataClassV3::LTE | bc::DataClassV3::_5G);
    assert_eq!((cells.lte_neighboring_cells.iter().count(), cells.nr_serving_cells.iter().count()), (1, 0));

    let nr = [bce::CellInfoServingNr { provider_id: "26201".into(), nci: 1 << 35, rsrp: 56, ..Default::default() }];
    let v3 = bce::BaseStationsInfoInfoV3 {
        system_type: bc::DataClassV3::_5G,
        system_sub_type: bc::DataSubclass::_5G_NR,
        nr_serving_cells: RefSequence::new(&nr),
        ..Default::default()
    };
    client.assume_version(Version::V3);
    client.channel().query::<bce::BaseStationsInfo>(bytes(&v3));
    let cells = client.base_stations(15).unwrap();
    assert_eq!(cells.nr_serving_cells.iter().next().unwrap().unwrap().nci, 1 << 35);
    assert_eq!(client.channel().params.last().unwrap().len(), 24);
    client.channel().finish();
}

#[test]
fn the_attach_has_a_network_cause_from_3_0_on() {
    let old = bce::LteAttachInfoInfo { access_string: "ims".into(), ..Default::default() };
    let new = bce::LteAttachInfoInfoV3 { nw_error: bc::NwError(15), access_string: "ims".into(), ..Default::default() };
    let mut client = client();
    client.channel().query::<bce::LteAttachInfo>(bytes(&old)).query::<bce::LteAttachInfo>(bytes(&new));
    let attach = client.lte_attach().unwrap();
    assert_eq!((attach.access_string, attach.nw_error), ("ims".into(), bc::NwError(0)));
    client.assume_version(Version::V3);
    let attach = client.lte_attach().unwrap();
    assert_eq!((attach.access_string, attach.nw_error), ("ims".into(), bc::NwError(15)));
    client.channel().finish();
}

#[test]
fn packet_filters_are_written_and_read_by_version() {
    use mbim_wire::bytes::SizedBytes;
    let filter = |pattern: &'static [u8], mask: &'static [u8], filter_id| bc::PacketFilterV3 {
        filter_size: Count::AUTO,
        packet_filter: SizedBytes(pattern),
        packet_mask: SizedBytes(mask),
        filter_id,
    };
    let filters = [
        filter(&[1, 2, 3, 4, 5, 6, 7, 8], &[0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8], 1),
        filter(
            &[1, 2, 3, 4, 5, 6, 7, 8, 5, 6, 7, 8],
            &[0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf5, 0xf6, 0xf7, 0xf8],
            2,
        ),
    ];
    let v1 = hex("01000000 02000000 18000000 1c000000 34000000 24000000
        08000000 0c000000 14000000 0102030405060708 f1f2f3f4f5f6f7f8
        0c000000 0c000000 18000000 010203040506070805060708 f1f2f3f4f5f6f7f8f5f6f7f8");
    let v3 = bytes(&bc::IpPacketFiltersInfoV3 {
        session_id: 1,
        packet_filters_count: Count::AUTO,
        packet_filters: RefList::new(&filters),
    });
    for (version, wire, ids) in [(Version::V1, &v1, [0, 0]), (Version::V3, &v3, [1, 2])] {
        let mut client = client();
        client.assume_version(version);
        client.channel().set::<bc::IpPacketFilters>(wire.clone()).with(wire.clone());
        client.set_packet_filters(1, &filters).unwrap();
        client.channel().query::<bc::IpPacketFilters>(wire.clone()).with(hex("01000000 00000000"));
        let told = client.packet_filters(1).unwrap();
        let told: Vec<_> = told.iter().unwrap().map(Result::unwrap).collect();
        assert_eq!(told.iter().map(|f| f.filter_id).collect::<Vec<_>>(), ids, "{version}");
        assert_eq!(told[1].packet_mask.0, filters[1].packet_mask.0, "{version}");
        client.channel().set::<bc::IpPacketFilters>(vec![]).with(hex("01000000 00000000"));
        client.set_packet_filters(1, &[]).unwrap();
        client.channel().finish();
    }
}

#[test]
fn a_program_that_takes_over_says_which_version_holds() {
    let mut client = host_common::closed();
    client.assume_open();
    client.assume_version(Version(0x0300));
    client.channel().query::<bc::DeviceServices>(extended());
    client.query::<bc::DeviceServices>(&Empty {}).map(drop).unwrap();
    assert_eq!(client.version(), Version::V3);
    // It has been agreed upon: nothing to ask.
    assert_eq!(client.negotiate(Version::V3), Ok(Version::V3));
    client.channel().finish();
}
