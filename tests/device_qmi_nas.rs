//! NAS of the QMI function: every message, every way to fail, what clients are told.
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

use qmi_common::{Bench, Client, Message, hex};
use qmi_wire::frame::Kind;
use qmi_wire::service::{Service, nas::*};
use qmi_wire::{Exchange, ProtocolError};
use wwan::device::modem::clock::Date;
use wwan::device::modem::network::{
    Carrier, Cell, Neighbour, Network, PacketState, Provider, RegistrationState as State, Signal, Technologies,
};
use wwan::device::modem::{Setup, SimSetup, text};
use wwan::device::qmi::Config;
use wwan::time::Millis;

/// On the heap, since a test may have several, and its stack is small.
fn bench() -> (Box<Bench>, Client) {
    with(Setup::default())
}

fn with(setup: Setup) -> (Box<Bench>, Client) {
    let mut bench = Box::new(Bench::with(setup, Config::default()));
    let client = bench.client(Service::NAS);
    (bench, client)
}

/// A modem with all technologies, and a home network 901-70 of its own.
fn setup(technologies: Technologies, cell: Cell) -> Setup {
    let mut setup = Setup::default();
    setup.network.technologies = Technologies::all();
    setup.network.networks.clear();
    let mut network = Network::new("90170", "Labor");
    (network.technologies, network.cell) = (technologies, cell);
    setup.network.networks.push(network).unwrap();
    if let SimSetup::Card(sim) = &mut setup.sim {
        sim.home = text("90170");
        sim.home_name = text("Labor");
    }
    setup
}

/// The value of a TLV of a message, hexadecimal; nothing if it is not there.
fn tlv(message: &Message, id: u8) -> String {
    let mut rest = message.tlvs;
    while let [kind, a, b, tail @ ..] = rest {
        let (value, behind) = tail.split_at(usize::from(u16::from_le_bytes([*a, *b])));
        if *kind == id {
            return hex(value);
        }
        rest = behind;
    }
    String::new()
}

/// Only messages of that number.
fn of(messages: Vec<Message>, id: u16) -> Vec<Message> {
    messages.into_iter().filter(|message| message.id == id && message.kind == Kind::Indication).collect()
}

fn bare<M: Exchange>(bench: &mut Bench, client: Client) -> ProtocolError {
    bench.ask::<M>(client, |_| {}).error()
}

fn registered(bench: &mut Bench, client: Client) -> (RegistrationState, AttachState, AttachState) {
    let answer = bench.ask::<get_serving_system::Message>(client, |_| {});
    let system = answer.response::<get_serving_system::Message>().serving_system().unwrap();
    (system.registration_state, system.cs_attach_state, system.ps_attach_state)
}

fn quiet(bench: &mut Bench, client: Client) {
    let answer = bench.ask::<register_indications::Message>(client, |r| {
        r.serving_system_events(false);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
}

// Serving system.

#[test]
fn the_serving_system_is_the_network_of_the_model() {
    let (mut bench, client) = bench();
    let answer = bench.ask::<get_serving_system::Message>(client, |_| {});
    let r = answer.response::<get_serving_system::Message>();
    let system = r.serving_system().unwrap();
    assert_eq!(system.registration_state, RegistrationState::REGISTERED);
    assert_eq!((system.cs_attach_state, system.ps_attach_state), (AttachState::ATTACHED, AttachState::ATTACHED));
    assert_eq!(system.selected_network, NetworkType::_3GPP);
    assert_eq!(system.radio_interfaces.iter().collect::<Vec<_>>(), [RadioInterface::LTE]);
    assert_eq!(r.roaming_indicator().unwrap(), Some(RoamingIndicatorStatus::OFF));
    assert_eq!(tlv(&answer, 0x10), "01", "1 is home");
    assert_eq!(r.data_service_capability().unwrap().unwrap().get(0), Some(DataCapability::LTE));
    let plmn = r.current_plmn().unwrap().unwrap();
    assert_eq!((plmn.mcc, plmn.mnc), (1, 1));
    assert_eq!(plmn.description, "Test Network");
    assert_eq!(r.lte_tac().unwrap(), Some(0x1001));
    assert_eq!(r.cid_3gpp().unwrap(), Some(0x00AB_CD01));
    assert_eq!(r.lac_3gpp().unwrap(), None);
    let detailed = r.detailed_service_status().unwrap().unwrap();
    assert_eq!((detailed.status, detailed.capability), (ServiceStatus::AVAILABLE, NetworkServiceDomain::CS_PS));
    assert!(!r.mnc_pcs_digit_include_status().unwrap().unwrap().includes_pcs_digit);
}

#[test]
fn states_of_registration_have_their_numbers() {
    let mut bench = Bench::fresh(Setup::default(), Config::default());
    bench.heard();
    let client = bench.client(Service::NAS);
    let (not, searching) = (RegistrationState::NOT_REGISTERED, RegistrationState::NOT_REGISTERED_SEARCHING);
    let detached = AttachState::DETACHED;
    assert_eq!(registered(&mut bench, client), (not, detached, detached));
    bench.wait(500);
    assert_eq!(registered(&mut bench, client), (searching, detached, detached));
    bench.wait(5_000);
    assert_eq!(registered(&mut bench, client).0, RegistrationState::REGISTERED);
    let now = bench.now;
    bench.modem.network_deregisters(now, 11);
    bench.heard();
    assert_eq!(registered(&mut bench, client).0, RegistrationState::REGISTRATION_DENIED);
    bench.modem.set_hw_radio(now, false);
    bench.heard();
    let answer = bench.ask::<get_serving_system::Message>(client, |_| {});
    let r = answer.response::<get_serving_system::Message>();
    let system = r.serving_system().unwrap();
    assert_eq!(system.registration_state, not);
    assert_eq!(system.radio_interfaces.iter().collect::<Vec<_>>(), [RadioInterface::NONE]);
    assert_eq!(system.selected_network, NetworkType::UNKNOWN);
    assert_eq!(r.current_plmn().unwrap(), None);
    assert_eq!(r.roaming_indicator().unwrap(), None);
    assert_eq!(r.detailed_service_status().unwrap().unwrap().status, ServiceStatus::NONE);
}

#[test]
fn a_network_that_is_not_home_means_roaming() {
    let (mut bench, client) = bench();
    let (answer, _) = bench.ask_within::<initiate_network_register::Message>(10_000, client, |r| {
        r.action(NetworkRegisterType::MANUAL);
        let (mcc, mnc, radio_interface) = (1, 2, RadioInterface::LTE);
        r.manual_registration_info_3gpp(ManualRegistrationInfo3gpp { mcc, mnc, radio_interface });
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    bench.wait(1_000);
    let answer = bench.ask::<get_serving_system::Message>(client, |_| {});
    let r = answer.response::<get_serving_system::Message>();
    assert_eq!(tlv(&answer, 0x10), "00", "0 is roaming");
    let list = r.roaming_indicator_list().unwrap().unwrap();
    assert_eq!(list.get(0).unwrap().roaming_indicator, RoamingIndicatorStatus::ON);
    let answer = bench.ask::<get_system_info::Message>(client, |_| {});
    let info = answer.response::<get_system_info::Message>().lte_system_info_v2().unwrap().unwrap();
    assert_eq!(info.roaming_status, RoamingStatus::ON);
}

// System information.

fn packets_only(bench: &mut Bench, client: Client) {
    let answer = bench.ask::<set_system_selection_preference::Message>(client, |r| {
        r.service_domain_preference(ServiceDomainPreference::PS_ONLY);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    bench.wait(1_000);
}

#[test]
fn system_information_of_lte_is_that_of_a_live_network() {
    let cell = Cell { tac: 7, id: 105_217, ..Cell::default() };
    let (mut bench, client) = with(setup(Technologies::LTE, cell));
    packets_only(&mut bench, client);
    let answer = bench.ask::<get_system_info::Message>(client, |_| {});
    // Of ModemManager's tests.
    assert_eq!(
        tlv(&answer, 0x19),
        "01 02 01 02 01 00 01 00 00 FF FF 01 01 9B 01 00 00 00 00 01 39 30 31 37 30 FF 01 07 00"
    );
    assert_eq!((tlv(&answer, 0x12), tlv(&answer, 0x13)), ("00 00 00".into(), "00 00 00".into()));
    assert_eq!(tlv(&answer, 0x14), "02 02 01");
    let r = answer.response::<get_system_info::Message>();
    assert_eq!(r.sim_reject_info().unwrap(), Some(SimRejectState::SIM_AVAILABLE));
    assert_eq!(r.lte_registration_domain().unwrap(), Some(LteRegistrationDomain::PS_ONLY));
    assert_eq!(r.lte_voice_domain().unwrap(), Some(LteVoiceDomain::IMS));
    assert_eq!(r.ims_voice_support().unwrap(), Some(true));
    assert_eq!(r.eutra_with_nr5g_availability().unwrap(), Some(false));
    let nr = r.nr5g_service_status_info().unwrap().unwrap();
    assert_eq!(nr.service_status, ServiceStatus::NONE);
    assert!(r.nr5g_system_info().unwrap().is_none());
}

#[test]
fn system_information_of_umts_is_that_of_a_live_network() {
    let cell = Cell { lac: 7, tac: u32::MAX, id: 105_217, physical: 255, channel: 10_600 };
    let (mut bench, client) = with(setup(Technologies::UMTS, cell));
    packets_only(&mut bench, client);
    let answer = bench.ask::<get_system_info::Message>(client, |_| {});
    assert_eq!(
        tlv(&answer, 0x18),
        "01 02 01 02 01 00 01 00 01 07 00 01 01 9B 01 00 00 00 00 01 39 30 31 37 30 FF 01 00 01 00 01 FF 00"
    );
    assert_eq!(tlv(&answer, 0x13), "02 02 01");
    assert!(tlv(&answer, 0x19).is_empty());
    let answer = bench.ask::<get_serving_system::Message>(client, |_| {});
    let r = answer.response::<get_serving_system::Message>();
    assert_eq!(r.umts_primary_scrambling_code().unwrap(), Some(255));
    assert_eq!(r.lac_3gpp().unwrap(), Some(7));
    assert_eq!(r.serving_system().unwrap().cs_attach_state, AttachState::DETACHED);
}

#[test]
fn system_information_of_gsm_and_of_5g() {
    let cell = Cell { lac: 9, tac: u32::MAX, id: 0x1234, physical: 5, channel: 62 };
    let (mut bench, client) = with(setup(Technologies::SECOND, cell));
    let answer = bench.ask::<get_system_info::Message>(client, |_| {});
    let r = answer.response::<get_system_info::Message>();
    let info = r.gsm_system_info_v2().unwrap().unwrap();
    assert_eq!((info.lac_valid, info.lac, info.cid), (true, 9, 0x1234));
    assert_eq!((info.egprs_support_valid, info.egprs_support), (true, true));
    assert_eq!(info.domain, NetworkServiceDomain::CS_PS);
    assert_eq!(r.gsm_routing_area_code().unwrap(), Some(1));

    let cell = Cell { tac: 0x0001_0203, id: 0x1_2345_6789, physical: 500, channel: 632_628, ..Cell::default() };
    let (mut bench, client) = with(setup(Technologies::NR_SA, cell));
    let answer = bench.ask::<get_system_info::Message>(client, |_| {});
    let r = answer.response::<get_system_info::Message>();
    let status = r.nr5g_service_status_info().unwrap().unwrap();
    assert_eq!((status.service_status, status.preferred_data_path), (ServiceStatus::AVAILABLE, true));
    let info = r.nr5g_system_info().unwrap().unwrap();
    assert_eq!(info.domain, NetworkServiceDomain::PS);
    assert_eq!(info.mcc, "901");
    assert_eq!(info.mnc, "70");
    assert_eq!(tlv(&answer, 0x50), "01 02 03");
    assert_eq!(r.eutra_with_nr5g_availability().unwrap(), None);
    assert_eq!(r.lte_service_status().unwrap().unwrap().service_status, ServiceStatus::NONE);
}

#[test]
fn five_g_beside_lte_is_lte_with_5g_available() {
    let both = Technologies::LTE | Technologies::NR_NSA;
    let (mut bench, client) = with(setup(both, Cell::default()));
    assert_eq!(bench.modem.serving_technology(), Technologies::NR_NSA);
    let answer = bench.ask::<get_system_info::Message>(client, |_| {});
    let r = answer.response::<get_system_info::Message>();
    assert_eq!(r.eutra_with_nr5g_availability().unwrap(), Some(true));
    assert_eq!(r.dcnr_restriction_info().unwrap(), Some(false));
    assert_eq!(r.lte_service_status().unwrap().unwrap().service_status, ServiceStatus::AVAILABLE);
    assert_eq!(r.nr5g_service_status_info().unwrap().unwrap().service_status, ServiceStatus::NONE);
    let answer = bench.ask::<get_signal_info::Message>(client, |_| {});
    let r = answer.response::<get_signal_info::Message>();
    assert_eq!(r.lte_signal_strength().unwrap().unwrap().rsrp, -95);
    assert_eq!(r.signal_strength_5g().unwrap(), Some(SignalStrength5g { rsrp: -95, snr: 120 }));
    assert_eq!(r.signal_strength_extended_5g().unwrap(), Some(-10));
    let answer = bench.ask::<get_endc_config::Message>(client, |_| {});
    assert_eq!(answer.response::<get_endc_config::Message>().enabled().unwrap(), Some(true));
}

#[test]
fn a_refused_device_hears_a_network_and_knows_why() {
    let mut setup = setup(Technologies::LTE, Cell::default());
    setup.network.networks[0].refuses = 15;
    let (mut bench, client) = with(setup);
    let answer = bench.ask::<get_system_info::Message>(client, |_| {});
    let r = answer.response::<get_system_info::Message>();
    assert_eq!(r.lte_service_status().unwrap().unwrap().service_status, ServiceStatus::LIMITED);
    let info = r.lte_system_info_v2().unwrap().unwrap();
    assert!(info.registration_reject_info_valid);
    assert_eq!(info.registration_reject_cause, RejectCause::NO_SUITABLE_CELLS_IN_LOCATION_AREA);
    assert_eq!(r.lte_cell_access_status().unwrap(), Some(LteCellAccessStatus::EMERGENCY_ONLY));
    // Nothing in reach at all.
    let now = bench.now;
    bench.modem.lose_signal(now);
    bench.heard();
    let answer = bench.ask::<get_system_info::Message>(client, |_| {});
    let status = answer.response::<get_system_info::Message>().lte_service_status().unwrap().unwrap();
    assert_eq!(status.service_status, ServiceStatus::POWER_SAVE);
}

#[test]
fn a_card_that_is_refused_or_missing_is_told() {
    for (cause, state) in [
        (2, SimRejectState::SIM_CS_INVALID),
        (3, SimRejectState::SIM_CS_PS_INVALID),
        (7, SimRejectState::SIM_PS_INVALID),
        (11, SimRejectState::SIM_AVAILABLE),
    ] {
        let (mut bench, client) = bench();
        let now = bench.now;
        bench.modem.network_deregisters(now, cause);
        bench.heard();
        let answer = bench.ask::<get_system_info::Message>(client, |_| {});
        assert_eq!(answer.response::<get_system_info::Message>().sim_reject_info().unwrap(), Some(state), "{cause}");
    }
    let mut setup = Setup::default();
    setup.sim = SimSetup::Empty;
    let (mut bench, client) = with(setup);
    let answer = bench.ask::<get_system_info::Message>(client, |_| {});
    let state = answer.response::<get_system_info::Message>().sim_reject_info().unwrap();
    assert_eq!(state, Some(SimRejectState::SIM_UNAVAILABLE));
}

// Registering and attaching.

fn manual(mcc: u16, mnc: u16) -> ManualRegistrationInfo3gpp {
    ManualRegistrationInfo3gpp { mcc, mnc, radio_interface: RadioInterface::UNKNOWN }
}

#[test]
fn registering_is_answered_when_it_is_done() {
    let (mut bench, client) = bench();
    quiet(&mut bench, client);
    let automatic = bench.ask::<initiate_network_register::Message>(client, |r| {
        r.action(NetworkRegisterType::AUTOMATIC);
    });
    assert_eq!(automatic.error(), ProtocolError::NO_EFFECT);
    bench.request::<initiate_network_register::Message>(client, |r| {
        r.action(NetworkRegisterType::MANUAL);
        r.manual_registration_info_3gpp(manual(1, 2));
    });
    assert_eq!(bench.wait(700), []);
    assert_eq!(bench.wait(200).remove(0).error(), ProtocolError::NONE);
    assert_eq!(bench.modem.registration().state, State::Partner);
    assert!(bench.modem.registration().manual);
    bench.wait(1_000);
    // Not in reach; then refused; then back.
    let (answer, _) = bench.ask_within::<initiate_network_register::Message>(5_000, client, |r| {
        r.action(NetworkRegisterType::MANUAL);
        r.manual_registration_info_3gpp(manual(262, 1));
    });
    assert_eq!(answer.error(), ProtocolError::NO_NETWORK_FOUND);
    let (answer, _) = bench.ask_within::<initiate_network_register::Message>(5_000, client, |r| {
        r.action(NetworkRegisterType::MANUAL);
        r.manual_registration_info_3gpp(manual(999, 70));
    });
    assert_eq!(answer.error(), ProtocolError::NETWORK_UNSUPPORTED);
    assert_eq!(registered(&mut bench, client).0, RegistrationState::REGISTRATION_DENIED);
    let (answer, _) = bench.ask_within::<initiate_network_register::Message>(5_000, client, |r| {
        r.action(NetworkRegisterType::AUTOMATIC);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    assert_eq!(bench.modem.registration().state, State::Home);
}

#[test]
fn what_makes_no_sense_is_not_registered() {
    let (mut bench, client) = bench();
    assert_eq!(bare::<initiate_network_register::Message>(&mut bench, client), ProtocolError::MISSING_ARGUMENT);
    for (action, info, error) in [
        (NetworkRegisterType::MANUAL, None, ProtocolError::MISSING_ARGUMENT),
        (NetworkRegisterType(7), None, ProtocolError::INVALID_REGISTER_ACTION),
        (NetworkRegisterType::MANUAL, Some(manual(1000, 1)), ProtocolError::INVALID_ARGUMENT),
    ] {
        let answer = bench.ask::<initiate_network_register::Message>(client, |r| {
            r.action(action);
            if let Some(info) = info {
                r.manual_registration_info_3gpp(info);
            }
        });
        assert_eq!(answer.error(), error);
    }
    let now = bench.now;
    bench.modem.set_hw_radio(now, false);
    bench.heard();
    let answer = bench.ask::<initiate_network_register::Message>(client, |r| {
        r.action(NetworkRegisterType::AUTOMATIC);
    });
    assert_eq!(answer.error(), ProtocolError::INCOMPATIBLE_STATE);
    assert_eq!(bare::<force_network_search::Message>(&mut bench, client), ProtocolError::INCOMPATIBLE_STATE);
    bench.modem.set_hw_radio(now, true);
    bench.wait(5_000);
    assert_eq!(bare::<force_network_search::Message>(&mut bench, client), ProtocolError::NONE);
    let now = bench.now;
    bench.modem.network_deregisters(now, 0);
    bench.heard();
    assert_eq!(bare::<force_network_search::Message>(&mut bench, client), ProtocolError::NONE);
    bench.wait(1_000);
    assert_eq!(bench.modem.registration().state, State::Home);
    bench.modem.remove_sim(bench.now);
    bench.heard();
    let answer = bench.ask::<initiate_network_register::Message>(client, |r| {
        r.action(NetworkRegisterType::AUTOMATIC);
    });
    assert_eq!(answer.error(), ProtocolError::NO_SIM);
}

#[test]
fn the_choice_of_a_network_outlives_a_restart_only_if_wanted() {
    for (duration, state) in [(ChangeDuration::PERMANENT, State::Partner), (ChangeDuration::POWER_CYCLE, State::Home)] {
        let (mut bench, client) = bench();
        let (answer, _) = bench.ask_within::<initiate_network_register::Message>(5_000, client, |r| {
            r.action(NetworkRegisterType::MANUAL);
            r.manual_registration_info_3gpp(manual(1, 2));
            r.change_duration(duration);
            r.mnc_pcs_digit_include_status(false);
        });
        assert_eq!(answer.error(), ProtocolError::NONE);
        bench.modem.reboot(bench.now);
        bench.wait(10_000);
        assert_eq!(bench.modem.registration().state, state);
    }
}

#[test]
fn packet_service_is_attached_and_detached() {
    let (mut bench, client) = bench();
    let attach = |bench: &mut Bench, action| {
        bench.ask_within::<attach_detach::Message>(1_000, client, |r| {
            r.action(action);
        })
    };
    assert_eq!(attach(&mut bench, PsAttachAction::ATTACH).0.error(), ProtocolError::NO_EFFECT);
    assert_eq!(attach(&mut bench, PsAttachAction::DETACH).0.error(), ProtocolError::NONE);
    assert_eq!(bench.modem.packet_service().state, PacketState::Detached);
    assert_eq!(registered(&mut bench, client).2, AttachState::DETACHED);
    assert_eq!(attach(&mut bench, PsAttachAction::DETACH).0.error(), ProtocolError::NO_EFFECT);
    assert_eq!(attach(&mut bench, PsAttachAction(9)).0.error(), ProtocolError::INVALID_PS_ATTACH_ACTION);
    assert_eq!(attach(&mut bench, PsAttachAction::ATTACH).0.error(), ProtocolError::NONE);
    assert_eq!(bare::<attach_detach::Message>(&mut bench, client), ProtocolError::MISSING_ARGUMENT);
    bench.modem.lose_signal(bench.now);
    bench.heard();
    assert_eq!(attach(&mut bench, PsAttachAction::ATTACH).0.error(), ProtocolError::NETWORK_NOT_READY);
}

// Signal.

#[test]
fn signal_of_each_technology() {
    let umts = Cell { lac: 7, tac: u32::MAX, id: 1, physical: 255, channel: 10_600 };
    let (mut bench, client) = with(setup(Technologies::THIRD, umts));
    let answer = bench.ask::<get_signal_info::Message>(client, |_| {});
    let r = answer.response::<get_signal_info::Message>();
    // -10 dB in half decibels below zero.
    assert_eq!(r.wcdma_signal_strength().unwrap(), Some(WcdmaSignalStrength { rssi: -73, ecio: 20 }));
    assert_eq!(r.wcdma_rscp().unwrap(), Some(95));
    assert_eq!(r.lte_signal_strength().unwrap(), None);
    // 5G can be had, but is not in use.
    assert_eq!(r.signal_strength_5g().unwrap(), Some(SignalStrength5g { rsrp: -32768, snr: -32768 }));
    let answer = bench.ask::<get_signal_strength::Message>(client, |r| {
        r.request_mask(SignalStrengthRequest::ECIO | SignalStrengthRequest::ERROR_RATE | SignalStrengthRequest::RSRQ);
    });
    let r = answer.response::<get_signal_strength::Message>();
    assert_eq!(r.ecio_list().unwrap().unwrap().get(0).unwrap().ecio, 20);
    assert_eq!(r.error_rate_list().unwrap().unwrap().get(0).unwrap().rate, 0);
    assert_eq!((r.rssi_list().unwrap().is_none(), r.rsrq().unwrap().is_none()), (true, true));

    let gsm = Cell { lac: 9, tac: u32::MAX, id: 0x1234, physical: 5, channel: 62 };
    let (mut bench, client) = with(setup(Technologies::SECOND, gsm));
    let answer = bench.ask::<get_signal_info::Message>(client, |_| {});
    assert_eq!(answer.response::<get_signal_info::Message>().gsm_signal_strength().unwrap(), Some(-73));

    let nr = Cell { channel: 632_628, ..Cell::default() };
    let (mut bench, client) = with(setup(Technologies::NR_SA, nr));
    let answer = bench.ask::<get_signal_info::Message>(client, |_| {});
    let r = answer.response::<get_signal_info::Message>();
    assert_eq!(r.signal_strength_5g().unwrap(), Some(SignalStrength5g { rsrp: -95, snr: 120 }));
    assert_eq!(r.lte_signal_strength().unwrap(), None);
}

#[test]
fn the_signal_of_old_has_what_is_asked_for() {
    let (mut bench, client) = bench();
    let answer = bench.ask::<get_signal_strength::Message>(client, |_| {});
    let r = answer.response::<get_signal_strength::Message>();
    let current = r.signal_strength().unwrap();
    assert_eq!((current.strength, current.radio_interface), (-73, RadioInterface::LTE));
    assert_eq!(r.rssi_list().unwrap(), None);
    let answer = bench.ask::<get_signal_strength::Message>(client, |r| {
        r.request_mask(
            SignalStrengthRequest::RSSI
                | SignalStrengthRequest::RSRQ
                | SignalStrengthRequest::LTE_SNR
                | SignalStrengthRequest::LTE_RSRP,
        );
    });
    let r = answer.response::<get_signal_strength::Message>();
    assert_eq!(r.rssi_list().unwrap().unwrap().get(0).unwrap().rssi, 73, "without its sign");
    assert_eq!(r.rsrq().unwrap().unwrap().rsrq, -10);
    assert_eq!(r.lte_snr().unwrap(), Some(120));
    assert_eq!(r.lte_rsrp().unwrap(), Some(-95));
    bench.modem.lose_signal(bench.now);
    bench.heard();
    let answer = bench.ask::<get_signal_strength::Message>(client, |_| {});
    let current = answer.response::<get_signal_strength::Message>().signal_strength().unwrap();
    assert_eq!((current.strength, current.radio_interface), (-125, RadioInterface::NONE));
    let answer = bench.ask::<get_signal_info::Message>(client, |_| {});
    assert_eq!(answer.tlvs.len(), 7, "nothing but the result");
}

fn strength(bench: &mut Bench, rssi: i16, rsrp: i16) -> Vec<Message> {
    let now = bench.now;
    bench.modem.set_signal(now, Signal { rssi: Some(rssi), rsrp: Some(rsrp), ..Signal::default() });
    bench.heard()
}

#[test]
fn signal_is_indicated_by_delta_and_threshold_to_whom_it_matters() {
    let (mut bench, by_delta) = bench();
    let by_threshold = bench.client(Service::NAS);
    let silent = bench.client(Service::NAS);
    for client in [by_delta, by_threshold] {
        let answer = bench.ask::<register_indications::Message>(client, |r| {
            r.signal_info(true);
        });
        assert_eq!(answer.error(), ProtocolError::NONE);
    }
    let answer = bench.ask::<config_signal_info_v2::Message>(by_delta, |r| {
        r.lte_rssi_delta(1_000);
        r.lte_rsrp_delta(30);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let answer = bench.ask::<config_signal_info::Message>(by_threshold, |r| {
        r.rssi_threshold((&[-80, -100]).into());
        r.rsrp_threshold((&[]).into());
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let to = |messages: &[Message]| messages.iter().map(|message| message.client).collect::<Vec<_>>();
    assert!(to(&strength(&mut bench, -79, -97)).is_empty(), "2 dB, and above the threshold");
    assert_eq!(to(&strength(&mut bench, -79, -98)), [by_delta.1], "3 dB since told last");
    assert_eq!(to(&strength(&mut bench, -81, -98)), [by_threshold.1]);
    let told = strength(&mut bench, -101, -95);
    assert_eq!(to(&told), [by_delta.1, by_threshold.1]);
    assert!(!to(&told).contains(&silent.1));
    let indication = told[0].indication::<signal_info_indication::Message>();
    let lte = indication.lte_signal_strength().unwrap().unwrap();
    assert_eq!((lte.rssi, lte.rsrp, lte.rsrq, lte.snr), (-101, -95, -10, 120));
    // Reset forgets it all.
    assert_eq!(bare::<reset::Message>(&mut bench, by_delta), ProtocolError::NONE);
    assert_eq!(to(&strength(&mut bench, -70, -60)), [by_threshold.1]);
}

#[test]
fn thresholds_that_make_no_sense_are_refused() {
    let (mut bench, client) = bench();
    assert_eq!(bare::<config_signal_info::Message>(&mut bench, client), ProtocolError::NO_THRESHOLDS_PROVIDED);
    assert_eq!(bare::<config_signal_info_v2::Message>(&mut bench, client), ProtocolError::NO_THRESHOLDS_PROVIDED);
    let answer = bench.ask::<config_signal_info_v2::Message>(client, |r| {
        r.lte_rsrp_delta(0);
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);
    let answer = bench.ask::<config_signal_info::Message>(client, |r| {
        r.rssi_threshold((&[0; 17]).into());
    });
    assert_eq!(answer.error(), ProtocolError::ARGUMENT_TOO_LONG);
    let answer = bench.ask::<config_signal_info_v2::Message>(client, |r| {
        r.lte_rssi_threshold_list((&[0; 16]).into());
        r.lte_rsrp_threshold_list((&[0; 16]).into());
        r.lte_snr_threshold_list((&[0]).into());
    });
    assert_eq!(answer.error(), ProtocolError::INSUFFICIENT_RESOURCES);
    // A list that promises more than is there.
    let answer = bench.bytes(&format!("01 11 00 00 03 {:02X} 00 01 00 50 00 05 00 10 02 00 05 B0", client.1));
    assert_eq!(answer[0].error(), ProtocolError::MALFORMED_MESSAGE);
}

#[test]
fn event_reports_come_by_what_was_set() {
    let (mut bench, client) = bench();
    quiet(&mut bench, client);
    let answer = bench.ask::<set_event_report::Message>(client, |r| {
        r.signal_strength_indicator(SignalStrengthIndicator { report: true, thresholds: (&[-80]).into() });
        r.rssi_indicator(RssiIndicator { report: true, rssi_delta: 20 });
        r.lte_rsrp_delta(LteRsrpDelta { report: true, rsrp_delta: 5 });
        r.registration_reject_reason(true);
        r.rf_band_information(true);
        r.error_rate_indicator(true);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    assert_eq!(strength(&mut bench, -79, -99), []);
    let report = strength(&mut bench, -81, -100);
    let report = report[0].indication::<event_report_indication::Message>();
    assert_eq!(report.signal_strength().unwrap().unwrap().strength, -81);
    assert_eq!(report.lte_rsrp().unwrap(), Some(-100));
    assert_eq!(report.rssi().unwrap(), None, "8 dB of 20");
    let now = bench.now;
    bench.modem.set_cell(now, Cell { channel: 300, ..Cell::default() });
    bench.modem.set_signal(now, Signal { error_rate: Some(3), rssi: Some(-81), rsrp: Some(-100), ..Signal::default() });
    let report = bench.heard().remove(0);
    let report = report.indication::<event_report_indication::Message>();
    assert_eq!(report.error_rate().unwrap().unwrap().rate, 3);
    let band = report.rf_band_information().unwrap().unwrap().get(0).unwrap();
    assert_eq!((band.active_band_class, band.active_channel), (ActiveBand::EUTRAN1, 300));
    bench.modem.network_deregisters(now, 11);
    let reports = bench.heard();
    let reason = |message: &Message| {
        message.indication::<event_report_indication::Message>().registration_reject_reason().unwrap()
    };
    assert_eq!(reports.iter().find_map(reason).unwrap().reject_cause, 11);
    for wrong in [true, false] {
        let answer = bench.ask::<set_event_report::Message>(client, |r| match wrong {
            true => {
                r.signal_strength_indicator(SignalStrengthIndicator { report: true, thresholds: (&[]).into() });
            }
            false => {
                r.rssi_indicator(RssiIndicator { report: true, rssi_delta: 0 });
            }
        });
        let errors = [ProtocolError::INVALID_ARGUMENT, ProtocolError::NO_THRESHOLDS_PROVIDED];
        assert_eq!(answer.error(), errors[usize::from(wrong)]);
    }
}

#[test]
fn the_radio_is_measured_on_the_technology_in_use() {
    let (mut bench, client) = bench();
    let ask = |bench: &mut Bench, interface| {
        bench.ask::<get_tx_rx_info::Message>(client, |r| {
            r.radio_interface(interface);
        })
    };
    let answer = ask(&mut bench, RadioInterface::LTE);
    let r = answer.response::<get_tx_rx_info::Message>();
    let chains = (r.rx_chain_0_info().unwrap().unwrap(), r.rx_chain_1_info().unwrap().unwrap());
    assert_eq!((chains.0.rx_power, chains.1.rx_power, chains.0.rsrp), (-730, -735, -950));
    assert_eq!(r.rx_chain_2_info().unwrap(), None, "two antennas");
    assert!(!r.tx_info().unwrap().unwrap().is_in_traffic);
    assert_eq!(ask(&mut bench, RadioInterface::GSM).error(), ProtocolError::INFORMATION_UNAVAILABLE);
    assert_eq!(ask(&mut bench, RadioInterface::AMPS).error(), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(bare::<get_tx_rx_info::Message>(&mut bench, client), ProtocolError::MISSING_ARGUMENT);
    bench.request::<attach_detach::Message>(client, |r| {
        r.action(PsAttachAction::DETACH);
    });
    bench.wait(200);
    let answer = ask(&mut bench, RadioInterface::LTE);
    let tx = answer.response::<get_tx_rx_info::Message>().tx_info().unwrap().unwrap();
    assert_eq!((tx.is_in_traffic, tx.tx_power), (true, 170));
}

// Preferences.

#[test]
fn preferences_are_kept_and_read_back_under_their_other_numbers() {
    let (mut bench, client) = with(setup(Technologies::LTE, Cell::default()));
    let answer = bench.ask::<set_system_selection_preference::Message>(client, |r| {
        r.emergency_mode(true);
        r.mode_preference(RatModePreference::LTE | RatModePreference::UMTS);
        r.band_preference(BandPreference::WCDMA2100 | BandPreference::GSM900_EXTENDED | BandPreference::BC0_A_SYSTEM);
        r.roaming_preference(RoamingPreference::OFF);
        r.extended_lte_band_preference(ExtendedLteBandPreference {
            mask_low: 0x84,
            mask_mid_low: 2,
            ..Default::default()
        });
        r.service_domain_preference(ServiceDomainPreference::CS_PS);
        r.acquisition_order_preference((&[RadioInterface::UMTS, RadioInterface::LTE]).into());
        r.usage_preference(UsagePreference::VOICE_CENTRIC);
        r.voice_domain_preference(VoiceDomainPreference::CS_PREFERRED);
        r.nr5g_sa_band_preference(Nr5gSaBandPreference { mask_1: 1 << 13, ..Default::default() });
        r.nr5g_nsa_band_preference(Nr5gNsaBandPreference { mask_0: 1, ..Default::default() });
        r.cdma_prl_preference(CdmaPrlPreference::ANY);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    bench.wait(5_000);
    let answer = bench.ask::<get_system_selection_preference::Message>(client, |_| {});
    let r = answer.response::<get_system_selection_preference::Message>();
    assert_eq!(r.emergency_mode().unwrap(), Some(true));
    assert_eq!(r.mode_preference().unwrap(), Some(RatModePreference::LTE | RatModePreference::UMTS));
    let bands = BandPreference::WCDMA2100 | BandPreference::GSM900_EXTENDED | BandPreference::GSM900_PRIMARY;
    assert_eq!(r.band_preference().unwrap(), Some(bands), "only what the device has");
    assert_eq!(r.roaming_preference().unwrap(), Some(RoamingPreference::OFF));
    assert_eq!(r.lte_band_preference().unwrap().unwrap().bits(), 0x84);
    let extended = r.extended_lte_band_preference().unwrap().unwrap();
    assert_eq!((extended.mask_low, extended.mask_mid_low, extended.mask_high), (0x84, 2, 0));
    let order = r.acquisition_order_preference().unwrap().unwrap().iter().collect::<Vec<_>>();
    assert_eq!(order, [RadioInterface::UMTS, RadioInterface::LTE, RadioInterface::_5GNR, RadioInterface::GSM]);
    assert_eq!(r.gsm_wcdma_acquisition_order_preference().unwrap(), Some(GsmWcdmaAcquisitionOrderPreference::WCDMA));
    assert_eq!(r.usage_preference().unwrap(), Some(UsagePreference::VOICE_CENTRIC));
    assert_eq!(r.voice_domain_preference().unwrap(), Some(VoiceDomainPreference::CS_PREFERRED));
    assert_eq!(r.nr5g_sa_band_preference().unwrap().unwrap().mask_1, 1 << 13);
    assert_eq!(r.nr5g_nsa_band_preference().unwrap().unwrap().mask_0, 1);
    assert_eq!(r.network_selection_preference().unwrap(), Some(NetworkSelectionPreference::AUTOMATIC));
    assert_eq!(r.manual_network_selection().unwrap(), None);
    // The number of one TLV in the request means another one in the response.
    assert_eq!(tlv(&answer, 0x1d), "00 00 00 00", "the restriction, not bands of TD-SCDMA");
    assert_eq!(bench.modem.registration().state, State::Home);
}

fn prefer(
    bench: &mut Bench,
    client: Client,
    fill: impl FnOnce(&mut set_system_selection_preference::RequestBuilder<'_>),
) -> ProtocolError {
    let error = bench.ask::<set_system_selection_preference::Message>(client, fill).error();
    bench.wait(5_000);
    error
}

#[test]
fn preferences_decide_where_the_modem_registers() {
    let (mut bench, client) = bench();
    quiet(&mut bench, client);
    let manual = |mcc, mnc| NetworkSelectionPreferenceInfo { mode: NetworkSelectionPreference::MANUAL, mcc, mnc };
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.network_selection_preference(manual(1, 2));
        }),
        ProtocolError::NONE
    );
    assert_eq!(bench.modem.registration().state, State::Partner);
    let answer = bench.ask::<get_system_selection_preference::Message>(client, |_| {});
    let r = answer.response::<get_system_selection_preference::Message>();
    let chosen = r.manual_network_selection().unwrap().unwrap();
    assert_eq!((chosen.mcc, chosen.mnc, chosen.includes_pcs_digit), (1, 2, false));
    assert_eq!(tlv(&answer, 0x16), "01", "a mode alone");
    // Only the home network is wanted: the chosen one is not.
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.roaming_preference(RoamingPreference::OFF);
        }),
        ProtocolError::NONE
    );
    assert_eq!(bench.modem.registration().state, State::Deregistered);
    let automatic = NetworkSelectionPreferenceInfo { mode: NetworkSelectionPreference::AUTOMATIC, mcc: 0, mnc: 0 };
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.network_selection_preference(automatic);
        }),
        ProtocolError::NONE
    );
    assert_eq!(bench.modem.registration().state, State::Home);
    // And only others.
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.roaming_preference(RoamingPreference::NOT_OFF);
        }),
        ProtocolError::NONE
    );
    assert_eq!(bench.modem.registration().state, State::Partner);
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.roaming_preference(RoamingPreference::ANY);
        }),
        ProtocolError::NONE
    );
    // The networks are in band 3.
    let band = |band: u32| LteBandPreference::from_bits_retain(1 << (band - 1));
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.lte_band_preference(band(7));
        }),
        ProtocolError::NONE
    );
    assert_eq!(bench.modem.registration().state, State::Searching);
    let both = band(7) | band(3);
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.lte_band_preference(both);
        }),
        ProtocolError::NONE
    );
    assert_eq!(bench.modem.registration().state, State::Home);
    // No technology of theirs.
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.mode_preference(RatModePreference::UMTS);
        }),
        ProtocolError::NONE
    );
    assert_eq!(bench.modem.registration().state, State::Searching);
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.mode_preference(RatModePreference::LTE);
        }),
        ProtocolError::NONE
    );
    assert_eq!(bench.modem.registration().state, State::Home);
    let camped = NetworkSelectionRegistrationRestriction::CAMPED_ONLY;
    let error = prefer(&mut bench, client, |r| {
        r.network_selection_registration_restriction(camped);
    });
    assert_eq!((error, bench.modem.registration().state), (ProtocolError::NONE, State::Deregistered));
}

#[test]
fn preferences_that_make_no_sense_change_nothing() {
    let (mut bench, client) = bench();
    let before = bench.modem.preferences().clone();
    let invalid = ProtocolError::INVALID_ARGUMENT;
    let manual = |mode, mcc| NetworkSelectionPreferenceInfo { mode, mcc, mnc: 1 };
    let unknown = NetworkSelectionPreference(9);
    let not_there = ProtocolError::NOT_SUPPORTED;
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.mode_preference(RatModePreference::GSM);
        }),
        not_there
    );
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.mode_preference(RatModePreference::empty());
        }),
        not_there
    );
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.network_selection_preference(manual(unknown, 1));
        }),
        invalid
    );
    let mode = NetworkSelectionPreference::MANUAL;
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.network_selection_preference(manual(mode, 1000));
        }),
        invalid
    );
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.roaming_preference(RoamingPreference(9));
        }),
        invalid
    );
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.service_domain_preference(ServiceDomainPreference(9));
        }),
        invalid
    );
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.change_duration(ChangeDuration(9));
        }),
        invalid
    );
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.usage_preference(UsagePreference(9));
        }),
        invalid
    );
    assert_eq!(
        prefer(&mut bench, client, |r| {
            r.voice_domain_preference(VoiceDomainPreference(9));
        }),
        invalid
    );
    assert_eq!(*bench.modem.preferences(), before);
    assert_eq!(bench.modem.registration().state, State::Home);
}

#[test]
fn preferences_until_the_next_start_end_there() {
    let (mut bench, client) = bench();
    let error = prefer(&mut bench, client, |r| {
        r.roaming_preference(RoamingPreference::OFF);
        r.change_duration(ChangeDuration::PERMANENT);
    });
    assert_eq!(error, ProtocolError::NONE);
    let error = prefer(&mut bench, client, |r| {
        r.mode_preference(RatModePreference::LTE);
        r.change_duration(ChangeDuration::POWER_CYCLE);
    });
    assert_eq!(error, ProtocolError::NONE);
    let answer = bench.ask::<get_technology_preference::Message>(client, |_| {});
    let r = answer.response::<get_technology_preference::Message>();
    let lte = RadioTechnologyPreference::_3GPP | RadioTechnologyPreference::LTE;
    assert_eq!(r.active().unwrap().technology_preference, lte);
    assert_eq!(r.active().unwrap().technology_preference_duration, PreferenceDuration::POWER_CYCLE);
    assert_eq!(r.persistent().unwrap(), Some(RadioTechnologyPreference::AUTO));
    bench.modem.reboot(bench.now);
    bench.wait(5_000);
    let client = bench.client(Service::NAS);
    let answer = bench.ask::<get_system_selection_preference::Message>(client, |_| {});
    let r = answer.response::<get_system_selection_preference::Message>();
    assert_eq!(r.mode_preference().unwrap(), Some(RatModePreference::LTE | RatModePreference::UMTS));
    assert_eq!(r.roaming_preference().unwrap(), Some(RoamingPreference::OFF));
}

#[test]
fn the_domain_attaches_and_detaches() {
    let (mut bench, client) = bench();
    let domain = |bench: &mut Bench, domain| {
        let (answer, _) = bench.ask_within::<set_system_selection_preference::Message>(1_000, client, |r| {
            r.service_domain_preference(domain);
        });
        bench.wait(1_000);
        (answer.error(), bench.modem.packet_service().state)
    };
    let (none, attached, detached) = (ProtocolError::NONE, PacketState::Attached, PacketState::Detached);
    assert_eq!(domain(&mut bench, ServiceDomainPreference::PS_DETACH), (none, detached));
    assert_eq!(domain(&mut bench, ServiceDomainPreference::PS_DETACH), (none, detached));
    assert_eq!(domain(&mut bench, ServiceDomainPreference::PS_ATTACH), (none, attached));
    assert_eq!(domain(&mut bench, ServiceDomainPreference::CS_ONLY), (none, detached));
    assert_eq!(domain(&mut bench, ServiceDomainPreference::CS_PS), (none, attached));
}

#[test]
fn the_technology_preference_of_old_is_the_same_thing() {
    use PreferenceDuration as Duration;
    use RadioTechnologyPreference as Technology;
    let (mut bench, client) = bench();
    let set = |bench: &mut Bench, technology_preference, technology_preference_duration| {
        let answer = bench.ask::<set_technology_preference::Message>(client, |r| {
            r.current(TechnologyPreference { technology_preference, technology_preference_duration });
        });
        bench.wait(2_000);
        answer.error()
    };
    let umts = Technology::_3GPP | Technology::CDMA_OR_WCDMA;
    assert_eq!(set(&mut bench, umts, Duration::PERMANENT), ProtocolError::NONE);
    let answer = bench.ask::<get_system_selection_preference::Message>(client, |_| {});
    let modes = answer.response::<get_system_selection_preference::Message>().mode_preference().unwrap();
    assert_eq!(modes, Some(RatModePreference::UMTS));
    let answer = bench.ask::<get_technology_preference::Message>(client, |_| {});
    let r = answer.response::<get_technology_preference::Message>();
    assert_eq!((r.active().unwrap().technology_preference, r.persistent().unwrap()), (umts, Some(umts)));
    let gsm = Technology::_3GPP | Technology::AMPS_OR_GSM;
    let invalid = ProtocolError::INVALID_TECHNOLOGY_PREFERENCE;
    assert_eq!(set(&mut bench, gsm, Duration::PERMANENT), invalid, "the device has none");
    assert_eq!(set(&mut bench, Technology::_3GPP2 | Technology::HDR, Duration::PERMANENT), invalid);
    assert_eq!(set(&mut bench, Technology::AUTO, Duration::ONE_CALL), ProtocolError::NOT_SUPPORTED);
    assert_eq!(set(&mut bench, Technology::AUTO, Duration::POWER_CYCLE), ProtocolError::NONE);
    assert_eq!(bench.modem.registration().state, State::Home);
    assert_eq!(bare::<set_technology_preference::Message>(&mut bench, client), ProtocolError::MISSING_ARGUMENT);
}

#[test]
fn preferred_networks_are_a_list_on_the_card() {
    let (mut bench, client) = bench();
    let set = |bench: &mut Bench, list: &[PreferredNetwork], digits: &[MncPcsDigitIncludeStatus], clear| {
        let answer = bench.ask::<set_preferred_networks::Message>(client, |r| {
            r.preferred_networks(list.into());
            r.mnc_pcs_digit_include_status(digits.into());
            if let Some(clear) = clear {
                r.clear_previous_preferred_networks(clear);
            }
        });
        answer.error()
    };
    let network = |mcc, mnc, radio_access_technology| PreferredNetwork { mcc, mnc, radio_access_technology };
    let lte = PlmnAccessTechnologyIdentifier::EUTRAN;
    let two = [network(1, 2, lte), network(310, 26, PlmnAccessTechnologyIdentifier::GSM)];
    let digits = [MncPcsDigitIncludeStatus { mcc: 310, mnc: 26, includes_pcs_digit: true }];
    assert_eq!(set(&mut bench, &two, &digits, Some(true)), ProtocolError::NONE);
    // The first is overwritten, the second stays.
    assert_eq!(set(&mut bench, &[network(262, 1, lte)], &[], None), ProtocolError::NONE);
    let answer = bench.ask::<get_preferred_networks::Message>(client, |_| {});
    let r = answer.response::<get_preferred_networks::Message>();
    let list = r.preferred_networks().unwrap().unwrap();
    assert_eq!(list.iter().map(|n| (n.mcc, n.mnc)).collect::<Vec<_>>(), [(262, 1), (310, 26)]);
    assert_eq!(list.get(0).unwrap().radio_access_technology, lte);
    assert_eq!(list.get(1).unwrap().radio_access_technology, PlmnAccessTechnologyIdentifier::GSM);
    let digits = r.mnc_pcs_digit_include_status().unwrap().unwrap();
    assert!(digits.get(1).unwrap().includes_pcs_digit);
    assert_eq!(bench.modem.preferred_providers()[1].plmn, "310026");
    let many = [network(262, 2, lte); 9];
    assert_eq!(set(&mut bench, &many, &[], Some(true)), ProtocolError::DEVICE_STORAGE_FULL);
    assert_eq!(bench.modem.preferred_providers().len(), 2);
    assert_eq!(bare::<set_preferred_networks::Message>(&mut bench, client), ProtocolError::MISSING_ARGUMENT);
    assert_eq!(set(&mut bench, &[], &[], Some(true)), ProtocolError::NONE);
    assert_eq!(bench.modem.preferred_providers(), []);
    bench.modem.remove_sim(bench.now);
    bench.heard();
    assert_eq!(bare::<get_preferred_networks::Message>(&mut bench, client), ProtocolError::NO_SIM);
}

// Scanning.

fn scan_setup() -> Setup {
    let mut setup = Setup::default();
    setup.network.networks[1].technologies = Technologies::LTE | Technologies::UMTS;
    setup.network.networks[2].technologies = Technologies::UMTS;
    setup.network.preferred.push(Provider::new("00102", "Partner Network")).unwrap();
    setup.delays.scan = Millis(4_000);
    setup
}

#[test]
fn a_scan_lists_networks_in_three_ways() {
    let (mut bench, client) = with(scan_setup());
    bench.request::<network_scan::Message>(client, |_| {});
    assert_eq!(bench.wait(3_900), []);
    let answer = bench.wait(200).remove(0);
    let r = answer.response::<network_scan::Message>();
    let networks = r.network_information().unwrap().unwrap();
    assert_eq!(networks.len(), 3);
    let home = networks.get(0).unwrap();
    let status = NetworkStatus::CURRENT_SERVING
        | NetworkStatus::HOME
        | NetworkStatus::NOT_FORBIDDEN
        | NetworkStatus::NOT_PREFERRED;
    assert_eq!(home.network_status, status);
    assert_eq!(home.description, "Test Network");
    let partner =
        NetworkStatus::AVAILABLE | NetworkStatus::ROAMING | NetworkStatus::NOT_FORBIDDEN | NetworkStatus::PREFERRED;
    assert_eq!(networks.get(1).unwrap().network_status, partner);
    assert!(networks.get(2).unwrap().network_status.contains(NetworkStatus::FORBIDDEN));
    let entries = r.radio_access_technology().unwrap().unwrap();
    let entries: Vec<_> = entries.iter().map(|entry| (entry.mnc, entry.radio_interface)).collect();
    let (lte, umts) = (RadioInterface::LTE, RadioInterface::UMTS);
    assert_eq!(entries, [(1, lte), (2, lte), (2, umts), (70, umts)]);
    assert_eq!(r.mnc_pcs_digit_include_status().unwrap().unwrap().len(), 3);
    assert_eq!(r.network_scan_result().unwrap(), Some(NetworkScanResult::SUCCESS));
    // Only what is asked for.
    let (answer, _) = bench.ask_within::<network_scan::Message>(5_000, client, |r| {
        r.network_type(NetworkScanType::UMTS);
    });
    let r = answer.response::<network_scan::Message>();
    assert_eq!(r.network_information().unwrap().unwrap().len(), 2);
    assert_eq!(r.radio_access_technology().unwrap().unwrap().len(), 2);
    let answer = bench.ask::<network_scan::Message>(client, |r| {
        r.network_type(NetworkScanType::empty());
    });
    assert_eq!(answer.error(), ProtocolError::INVALID_ARGUMENT);
    bench.modem.set_hw_radio(bench.now, false);
    bench.heard();
    assert_eq!(bare::<network_scan::Message>(&mut bench, client), ProtocolError::INCOMPATIBLE_STATE);
}

#[test]
fn a_scan_is_called_off_by_its_number() {
    let (mut bench, client) = with(scan_setup());
    let other = bench.client(Service::NAS);
    let scan = bench.request::<network_scan::Message>(client, |_| {});
    bench.wait(1_000);
    assert_eq!(bare::<network_scan::Message>(&mut bench, other), ProtocolError::DEVICE_IN_USE);
    let abort = |bench: &mut Bench, client, number| {
        bench.request::<abort::Message>(client, |r| {
            r.transaction_id(number);
        });
        bench.heard()
    };
    let foreign = abort(&mut bench, other, scan);
    assert_eq!(foreign[0].error(), ProtocolError::INVALID_TRANSACTION_ID);
    let answers = abort(&mut bench, client, scan);
    assert_eq!(answers.len(), 2);
    let ended = answers.iter().find(|message| message.transaction == scan).unwrap();
    assert_eq!((ended.id, ended.error()), (0x21, ProtocolError::ABORTED));
    assert_eq!(answers.iter().find(|message| message.id == 1).unwrap().error(), ProtocolError::NONE);
    assert_eq!(abort(&mut bench, client, scan)[0].error(), ProtocolError::INVALID_TRANSACTION_ID);
    assert_eq!(bench.wait(10_000), []);
    // There is room for another one.
    let (answer, _) = bench.ask_within::<network_scan::Message>(5_000, client, |_| {});
    assert_eq!(answer.error(), ProtocolError::NONE);
    assert_eq!(bare::<abort::Message>(&mut bench, client), ProtocolError::MISSING_ARGUMENT);
}

#[test]
fn an_incremental_scan_tells_networks_as_they_are_found() {
    let (mut bench, client) = with(scan_setup());
    let other = bench.client(Service::NAS);
    assert_eq!(bare::<incremental_network_scan::Message>(&mut bench, client), ProtocolError::NONE);
    assert_eq!(bare::<incremental_network_scan::Message>(&mut bench, client), ProtocolError::DEVICE_IN_USE);
    assert_eq!(bare::<incremental_network_scan::Message>(&mut bench, other), ProtocolError::DEVICE_IN_USE);
    let told = bench.wait(10_000);
    assert!(told.iter().all(|message| message.client == client.1));
    let told: Vec<_> = told
        .iter()
        .map(|message| {
            let indication = message.indication::<incremental_network_scan_indication::Message>();
            let list = indication.network_information().unwrap().unwrap();
            (indication.status().unwrap(), list.len())
        })
        .collect();
    let (partial, complete) = (IncrementalNetworkScanStatus::PARTIAL, IncrementalNetworkScanStatus::COMPLETE);
    // The second network has two technologies.
    assert_eq!(told, [(partial, 1), (partial, 3), (partial, 4), (complete, 4)]);

    let answer = bench.ask::<incremental_network_scan::Message>(client, |r| {
        r.network_type(NetworkScanType::LTE);
    });
    let scan = answer.transaction;
    assert_eq!(bench.wait(1_100).len(), 1);
    let answer = bench.ask::<abort::Message>(client, |r| {
        r.transaction_id(scan);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    let told = bench.wait(10_000);
    assert_eq!(told.len(), 1);
    let indication = told[0].indication::<incremental_network_scan_indication::Message>();
    assert_eq!(indication.status().unwrap(), IncrementalNetworkScanStatus::ABORTED);
    assert_eq!(indication.network_information().unwrap(), None);

    // A client that goes takes its scan with it.
    assert_eq!(bare::<incremental_network_scan::Message>(&mut bench, client), ProtocolError::NONE);
    bench.release(client);
    let (answer, told) = bench.ask_within::<network_scan::Message>(5_000, other, |_| {});
    assert_eq!((answer.error(), told), (ProtocolError::NONE, vec![]));
}

// Names and time.

#[test]
fn names_of_networks() {
    let mut setup = Setup::default();
    if let SimSetup::Card(sim) = &mut setup.sim {
        sim.home_name = text("Zuhause");
    }
    setup.network.networks[1].name = text("Grüezi");
    let (mut bench, client) = with(setup);
    let answer = bench.ask::<get_home_network::Message>(client, |_| {});
    let r = answer.response::<get_home_network::Message>();
    let home = r.home_network().unwrap();
    assert_eq!((home.mcc, home.mnc), (1, 1));
    assert_eq!(home.description, "Zuhause");
    assert_eq!(tlv(&answer, 0x12), "01 00");
    let answer = bench.ask::<get_operator_name::Message>(client, |_| {});
    let r = answer.response::<get_operator_name::Message>();
    assert_eq!(r.service_provider_name().unwrap().unwrap().name, "Zuhause");
    assert_eq!(r.operator_string_name().unwrap().unwrap(), "Zuhause");
    let list = r.operator_plmn_list().unwrap().unwrap().get(0).unwrap();
    assert_eq!(list.mcc, "001");
    assert_eq!(list.mnc, "01");
    let nitz = r.nitz_information().unwrap().unwrap();
    assert_eq!(nitz.long_name.bytes, b"T\0e\0s\0t\0 \0N\0e\0t\0w\0o\0r\0k\0");

    let ask = |bench: &mut Bench, mcc, mnc, always| {
        bench.ask::<get_plmn_name::Message>(client, |r| {
            r.plmn(PlmnQuery { mcc, mnc });
            r.always_send_plmn_name(always);
        })
    };
    let answer = ask(&mut bench, 1, 1, false);
    let r = answer.response::<get_plmn_name::Message>();
    let name = r.eons_plmn_name_3gpp().unwrap().unwrap();
    assert_eq!(name.service_provider_name.bytes, b"Zuhause");
    assert_eq!(
        (name.long_name_encoding, name.long_name.bytes),
        (NetworkDescriptionEncoding::ASCII7, &b"Test Network"[..])
    );
    assert_eq!(r.network_information().unwrap(), Some(Boolean::TRUE));
    let answer = ask(&mut bench, 1, 2, false);
    let name = answer.response::<get_plmn_name::Message>().eons_plmn_name_3gpp().unwrap().unwrap();
    let coded = (name.short_name_encoding, name.short_name.bytes);
    assert_eq!(coded, (NetworkDescriptionEncoding::UNICODE, &b"G\0r\0\xfc\0e\0z\0i\0"[..]));
    assert_eq!(ask(&mut bench, 310, 26, false).error(), ProtocolError::INFORMATION_UNAVAILABLE);
    assert_eq!(ask(&mut bench, 310, 26, true).error(), ProtocolError::NONE);
    assert_eq!(bare::<get_plmn_name::Message>(&mut bench, client), ProtocolError::MISSING_ARGUMENT);
    bench.modem.remove_sim(bench.now);
    bench.heard();
    assert_eq!(ask(&mut bench, 1, 2, false).error(), ProtocolError::NO_SIM);
    assert_eq!(bare::<get_home_network::Message>(&mut bench, client), ProtocolError::NO_SIM);
    assert_eq!(bare::<get_operator_name::Message>(&mut bench, client), ProtocolError::NO_SIM);
    let answer = bench.ask::<get_plmn_name::Message>(client, |r| {
        r.plmn(PlmnQuery { mcc: 1, mnc: 2 });
        r.suppress_sim_error(true);
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
}

#[test]
fn time_is_utc_with_the_zone_beside_it() {
    let mut setup = Setup::default();
    setup.date = Date { hour: 0, minute: 30, zone: 8, daylight: 1, ..Date::default() };
    let (mut bench, client) = with(setup);
    let answer = bench.ask::<get_network_time::Message>(client, |_| {});
    let time = answer.response::<get_network_time::Message>().time_3gpp().unwrap().unwrap();
    let utc = time.universal_time;
    assert_eq!((utc.year, utc.month, utc.day, utc.hour, utc.minute), (2025, 12, 31, 22, 31));
    assert_eq!(utc.day_of_week, DayOfWeek::WEDNESDAY);
    assert_eq!((time.timezone_offset, time.daylight_savings_adjustment.0), (8, 1));
    assert_eq!(time.radio_interface, RadioInterface::LTE);
    bench.ask::<register_indications::Message>(client, |r| {
        r.network_time(true);
    });
    bench.modem.set_date(bench.now, Date { hour: 12, zone: -4, ..Date::default() });
    let told = of(bench.heard(), 0x4c);
    let told = told[0].indication::<network_time_indication::Message>();
    assert_eq!((told.universal_time().unwrap().hour, told.timezone_offset().unwrap()), (13, Some(-4)));
    bench.modem.lose_signal(bench.now);
    bench.heard();
    assert_eq!(bare::<get_network_time::Message>(&mut bench, client), ProtocolError::INFORMATION_UNAVAILABLE);
}

// Cells.

#[test]
fn cells_of_lte_and_those_nearby() {
    let mut setup = Setup::default();
    let near = Cell { physical: 300, channel: 6300, ..Cell::default() };
    setup.network.neighbours.push(Neighbour::new("00101", Technologies::LTE, near)).unwrap();
    let (mut bench, client) = with(setup);
    let answer = bench.ask::<get_cell_location_info::Message>(client, |_| {});
    let r = answer.response::<get_cell_location_info::Message>();
    let own = r.intrafrequency_lte_info_v2().unwrap().unwrap();
    assert_eq!(own.plmn, [0x00, 0xf1, 0x10]);
    assert_eq!((own.tracking_area_code, own.global_cell_id, own.serving_cell_id), (0x1001, 0x00AB_CD01, 101));
    assert_eq!(own.cell.iter().map(|cell| cell.physical_cell_id).collect::<Vec<_>>(), [101, 102]);
    assert_eq!((own.cell.get(0).unwrap().rsrp, own.cell.get(0).unwrap().rsrq), (-950, -100));
    let others = r.interfrequency_lte_info().unwrap().unwrap().frequency;
    assert_eq!(others.len(), 1);
    let other = others.get(0).unwrap();
    assert_eq!((other.eutra_absolute_rf_channel_number, other.cell.get(0).unwrap().physical_cell_id), (6300, 300));
    let umts = r.lte_info_neighboring_wcdma().unwrap().unwrap().frequency.get(0).unwrap();
    assert_eq!(umts.cell.get(0).unwrap().primary_scrambling_code, 311);
    let gsm = r.lte_info_neighboring_gsm().unwrap().unwrap().frequency.get(0).unwrap();
    assert_eq!(gsm.cell.get(0).unwrap().geran_absolute_rf_channel_number, 62);
    assert_eq!(r.lte_info_timing_advance().unwrap(), Some(u32::MAX));
    bench.modem.lose_signal(bench.now);
    bench.heard();
    for error in [
        bare::<get_cell_location_info::Message>(&mut bench, client),
        bare::<get_rf_band_information::Message>(&mut bench, client),
        bare::<get_drx::Message>(&mut bench, client),
        bare::<get_lte_cphy_ca_info::Message>(&mut bench, client),
    ] {
        assert_eq!(error, ProtocolError::INFORMATION_UNAVAILABLE);
    }
    // A list that is there in any case.
    let answer = bench.ask::<get_rf_band_information::Message>(client, |_| {});
    assert_eq!(answer.response::<get_rf_band_information::Message>().list().unwrap().len(), 0);
}

#[test]
fn cells_of_the_other_technologies() {
    let umts = Cell { lac: 7, tac: u32::MAX, id: 0x0123_4567, physical: 255, channel: 10_600 };
    let (mut bench, client) = with(setup(Technologies::THIRD, umts));
    let answer = bench.ask::<get_cell_location_info::Message>(client, |_| {});
    let r = answer.response::<get_cell_location_info::Message>();
    let cell = r.umts_info_v2().unwrap().unwrap();
    assert_eq!((cell.cell_id, cell.lac, cell.primary_scrambling_code), (0x4567, 7, 255));
    assert_eq!(cell.plmn, [0x09, 0xf1, 0x07]);
    assert_eq!((cell.rscp, cell.ecio), (-95, -10));
    assert_eq!(cell.neighboring_geran.len(), 1);
    assert_eq!(r.umts_cell_id().unwrap(), Some(0x0123_4567));
    let lte = r.umts_info_neighboring_lte().unwrap().unwrap().frequency.get(0).unwrap();
    assert_eq!((lte.eutra_absolute_rf_channel_number, lte.is_tdd), (1300, false));

    let gsm = Cell { lac: 0x0476, tac: u32::MAX, id: 0x0902, physical: 0, channel: 989 };
    let (mut bench, client) = with(setup(Technologies::SECOND, gsm));
    let answer = bench.ask::<get_cell_location_info::Message>(client, |_| {});
    let cell = answer.response::<get_cell_location_info::Message>().geran_info_v2().unwrap().unwrap();
    assert_eq!((cell.cell_id, cell.lac, cell.geran_absolute_rf_channel_number), (0x0902, 0x0476, 989));
    assert_eq!((cell.rx_level, cell.timing_advance), (38, u32::MAX), "-73 dBm");

    let nr = Cell { tac: 0x0001_0203, id: 0x1_2345_6789, physical: 500, channel: 632_628, ..Cell::default() };
    let (mut bench, client) = with(setup(Technologies::NR_SA, nr));
    let answer = bench.ask::<get_cell_location_info::Message>(client, |_| {});
    let r = answer.response::<get_cell_location_info::Message>();
    let cell = r.nr5g_cell_information().unwrap().unwrap();
    assert_eq!((cell.global_cell_id, cell.physical_cell_id), (0x1_2345_6789, 500));
    assert_eq!(cell.tracking_area_code, [1, 2, 3]);
    assert_eq!(r.nr5g_arfcn().unwrap(), Some(632_628));
    let answer = bench.ask::<get_rf_band_information::Message>(client, |_| {});
    let r = answer.response::<get_rf_band_information::Message>();
    let band = r.extended_list().unwrap().unwrap().get(0).unwrap();
    assert_eq!((band.active_band_class, band.active_channel), (ActiveBand::NR5G78, 632_628));
    assert_eq!(r.list().unwrap().get(0).unwrap().active_channel, u16::MAX, "does not fit");
    assert_eq!(r.bandwidth_list().unwrap().unwrap().get(0).unwrap().bandwidth, DlBandwidth::_5GNR20);
    assert_eq!(bare::<get_lte_cphy_ca_info::Message>(&mut bench, client), ProtocolError::INFORMATION_UNAVAILABLE);
}

#[test]
fn carriers_bands_and_listening() {
    let mut setup = Setup::default();
    let network = &mut setup.network.networks[0];
    network.carriers.push(Carrier::default()).unwrap();
    (network.paging, network.bandwidth) = (64, 10_000);
    let (mut bench, client) = with(setup);
    let answer = bench.ask::<get_lte_cphy_ca_info::Message>(client, |_| {});
    let r = answer.response::<get_lte_cphy_ca_info::Message>();
    let primary = r.phy_ca_agg_pcell_info().unwrap().unwrap();
    assert_eq!((primary.lte_band, primary.dl_bandwidth), (ActiveBand::EUTRAN3, DlBandwidth::_10));
    let second = r.phy_ca_agg_secondary_cells().unwrap().unwrap().get(0).unwrap();
    assert_eq!((second.lte_band, second.rx_channel, second.cell_index), (ActiveBand::EUTRAN20, 6300, 1));
    assert_eq!(second.state, ScellState::DECONFIGURED, "nothing to send");
    assert_eq!(r.phy_ca_agg_scell_info().unwrap().unwrap().physical_cell_id, 201);
    let answer = bench.ask::<get_drx::Message>(client, |_| {});
    assert_eq!(answer.response::<get_drx::Message>().info().unwrap(), Some(Drx::CN7_T64));
    let answer = bench.ask::<get_rf_band_information::Message>(client, |_| {});
    let r = answer.response::<get_rf_band_information::Message>();
    let band = r.list().unwrap().get(0).unwrap();
    assert_eq!((band.active_band_class, band.active_channel), (ActiveBand::EUTRAN3, 1300));
    assert_eq!(bare::<get_endc_config::Message>(&mut bench, client), ProtocolError::NOT_SUPPORTED);
}

#[test]
fn what_other_modems_have_is_refused() {
    let (mut bench, client) = bench();
    let invalid = ProtocolError::INVALID_QMI_COMMAND;
    assert_eq!(bare::<get_cdma_position_info::Message>(&mut bench, client), invalid);
    assert_eq!(bare::<swi_get_status::Message>(&mut bench, client), invalid);
    let mut config = Config::default();
    config.vendor = 0x1199;
    let mut bench = Bench::with(Setup::default(), config);
    let client = bench.client(Service::NAS);
    let answer = bench.ask::<swi_get_status::Message>(client, |_| {});
    let r = answer.response::<swi_get_status::Message>();
    let common = r.common_info_v2().unwrap();
    assert_eq!((common.modem_mode, common.system_mode), (SwiModemMode::ONLINE, SwiSystemMode::LTE));
    assert_eq!(common.packet_service_state, SwiPsState::ATTACHED);
    let lte = r.lte_info().unwrap().unwrap();
    assert_eq!((lte.rx_channel, lte.tx_channel, lte.band.value), (1300, 19_300, ActiveBand::EUTRAN3));
    let answer = bench.ask::<get_supported_messages::Message>(client, |_| {});
    let list = answer.response::<get_supported_messages::Message>().list().unwrap().unwrap();
    assert!(qmi_wire::message::is_supported(list.bytes, 0x4d));
    assert!(!qmi_wire::message::is_supported(list.bytes, 0x65));
}

// Indications.

#[test]
fn registration_is_told_to_those_who_registered() {
    let (mut bench, first) = bench();
    let second = bench.client(Service::NAS);
    quiet(&mut bench, second);
    bench.ask::<register_indications::Message>(second, |r| {
        r.system_info(true);
        r.current_plmn_name(true);
    });
    bench.modem.lose_signal(bench.now);
    let told = bench.heard();
    let to = |client: Client, id| told.iter().filter(|m| (m.client, m.id) == (client.1, id)).count();
    assert_eq!((to(first, 0x24), to(first, 0x4e), to(second, 0x24), to(second, 0x4e)), (1, 0, 0, 1));
    let message = told.iter().find(|message| message.id == 0x24).unwrap();
    let system = message.indication::<serving_system_indication::Message>().serving_system().unwrap();
    assert_eq!(system.registration_state, RegistrationState::NOT_REGISTERED);
    bench.modem.restore_signal(bench.now);
    let told = bench.wait(10_000);
    let last = told.iter().rfind(|message| message.id == 0x24).unwrap();
    let indication = last.indication::<serving_system_indication::Message>();
    assert_eq!(indication.serving_system().unwrap().ps_attach_state, AttachState::ATTACHED);
    // Shifted against the response.
    assert_eq!(tlv(last, 0x25), "01 10");
    assert_eq!(indication.cid_3gpp().unwrap(), Some(0x00AB_CD01));
    let last = told.iter().rfind(|message| message.id == 0x4e).unwrap();
    let indication = last.indication::<system_info_indication::Message>();
    assert_eq!(indication.lte_service_status().unwrap().unwrap().service_status, ServiceStatus::AVAILABLE);
    assert_eq!(indication.sim_reject_info().unwrap(), Some(SimRejectState::SIM_AVAILABLE));
    let names = told.iter().filter(|message| message.id == 0x3a).count();
    assert_eq!(names, 1);
    // The same state is not told twice: a new signal is no new system.
    assert_eq!(strength(&mut bench, -80, -100), []);
    bench.modem.set_cell(bench.now, Cell { id: 7, ..Cell::default() });
    assert_eq!(bench.heard().len(), 2);
}

#[test]
fn a_refusal_is_told_alone_if_that_is_wanted() {
    for alone in [false, true] {
        let (mut bench, client) = bench();
        bench.ask::<register_indications::Message>(client, |r| {
            r.serving_system_events(false);
            r.system_info(true);
            r.network_reject_information(NetworkRejectInformation {
                enable_network_reject_indications: true,
                supress_system_info_indications: alone,
            });
        });
        bench.request::<initiate_network_register::Message>(client, |r| {
            r.action(NetworkRegisterType::MANUAL);
            r.manual_registration_info_3gpp(manual(999, 70));
        });
        bench.wait(700);
        let told = bench.wait(200);
        let reject = told.iter().find(|message| message.id == 0x68).unwrap();
        let reject = reject.indication::<network_reject_indication::Message>();
        assert_eq!(reject.reject_cause().unwrap(), RejectCause::PLMN_NOT_ALLOWED);
        assert_eq!(reject.radio_interface().unwrap().value, RadioInterface::LTE);
        assert_eq!(reject.service_domain().unwrap(), NetworkServiceDomain::CS_PS);
        assert_eq!(reject.plmn().unwrap().unwrap(), RejectingPlmn { mcc: 999, mnc: 70, includes_pcs_digit: false });
        assert_eq!(told.iter().any(|message| message.id == 0x4e), !alone);
    }
    // Packet service.
    let (mut bench, client) = bench();
    bench.ask::<register_indications::Message>(client, |r| {
        r.network_reject_information(NetworkRejectInformation {
            enable_network_reject_indications: true,
            supress_system_info_indications: false,
        });
    });
    bench.modem.lose_packet_service(bench.now, 7);
    let told = of(bench.heard(), 0x68);
    let reject = told[0].indication::<network_reject_indication::Message>();
    assert_eq!(reject.service_domain().unwrap(), NetworkServiceDomain::PS);
    assert_eq!(reject.reject_cause().unwrap(), RejectCause::PS_SERVICES_NOT_ALLOWED);
}

// Hostile hosts.

#[test]
fn any_bytes_in_any_request_are_answered() {
    let mine = [Service::NAS, Service::DSD, Service::SAR, Service::IMS, Service::IMSA, Service::IMSP];
    let mut config = Config::default();
    config.vendor = 0x1199;
    let mut bench = Box::new(Bench::with(Setup::default(), config));
    let clients = mine.map(|service| bench.client(service));
    // Pseudo-random, and the same in each run.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut answered = 0;
    for (service, id, _) in wwan::device::qmi::served_messages() {
        let Some(&(_, client)) = clients.iter().find(|(known, _)| *known == service) else { continue };
        for _ in 0..60 {
            let mut tlvs = Vec::new();
            for _ in 0..random(4) {
                // The numbers that requests have, and a few more.
                let (kind, len) = ([random(4), 0x10 + random(0x2c)][random(2) as usize] as u8, random(12) as u8);
                tlvs.extend([kind, len, 0]);
                tlvs.extend((0..len).map(|_| [0, 1, 2, 0xff, random(256) as u8][random(5) as usize]));
            }
            let mut frame = vec![1, (12 + tlvs.len()) as u8, 0, 0, service.0 as u8, client, 0, 7, 0];
            frame.extend(id.to_le_bytes());
            frame.extend([tlvs.len() as u8, 0]);
            frame.extend(&tlvs);
            bench.send(&frame);
            let said = bench.wait(20_000);
            let answers = said.iter().filter(|message| message.kind == Kind::Response && message.id == id);
            assert_eq!(answers.count(), 1, "{service} {id:#06x} {}", hex(&tlvs));
            answered += 1;
        }
    }
    assert!(answered > 40 * 60);
    assert_eq!(bench.function.counters().answers_too_long, 0);
}
