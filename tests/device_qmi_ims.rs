//! DSD, SAR, IMS, IMSA, IMSP and IMSDCM of the QMI function.
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
use qmi_wire::frame::{Frame, Framing};
use qmi_wire::message::write_request;
use qmi_wire::service::{Service, dsd, ims, imsa, imsdcm, imsp, sar};
use qmi_wire::{Exchange, ProtocolError, View};
use wwan::device::modem::Setup;
use wwan::device::modem::bearer::SessionState;
use wwan::device::modem::network::{Carrier, Cell, Technologies};
use wwan::device::modem::sar::Antenna;
use wwan::device::qmi::Config;

fn error<M: Exchange>(
    bench: &mut Bench,
    client: Client,
    fill: impl FnOnce(&mut M::RequestBuilder<'_>),
) -> ProtocolError {
    bench.ask::<M>(client, fill).error()
}

// DSD.

fn systems(message: &Message) -> Vec<(dsd::RadioAccessTechnology, dsd::SoMask)> {
    let systems = message.response::<dsd::get_system_status::Message>().available_systems().unwrap().unwrap();
    systems.iter().map(|system| (system.rat, system.so_mask)).collect()
}

#[test]
fn data_goes_over_what_the_network_has() {
    use dsd::{RadioAccessTechnology as Rat, SoMask};
    for (technologies, channel, rat, mask) in [
        (Technologies::LTE, 1300, Rat::_3GPP_LTE, SoMask::_3GPP_SO_MASK_LTE_FDD),
        (Technologies::LTE, 39_150, Rat::_3GPP_LTE, SoMask::_3GPP_SO_MASK_LTE_TDD),
        (
            Technologies::LTE | Technologies::NR_NSA,
            1300,
            Rat::_3GPP5G,
            SoMask::_3GPP_SO_MASK5G_NSA | SoMask::_3GPP_SO_MASK5G_SUB6,
        ),
        (Technologies::NR_SA, 632_628, Rat::_3GPP5G, SoMask::_3GPP_SO_MASK5G_SA | SoMask::_3GPP_SO_MASK5G_SUB6),
        (Technologies::HSDPA, 10_600, Rat::_3GPP_WCDMA, SoMask::_3GPP_SO_MASK_HSDPA),
        (Technologies::EDGE, 62, Rat::_3GPP_GERAN, SoMask::_3GPP_SO_MASK_EDGE),
    ] {
        let mut setup = Setup::default();
        setup.network.technologies = Technologies::all();
        setup.network.networks[0].technologies = technologies;
        setup.network.networks[0].cell = Cell { channel, ..Cell::default() };
        let mut bench = Bench::with(setup, Config::default());
        let client = bench.client(Service::DSD);
        let answer = bench.ask::<dsd::get_system_status::Message>(client, |_| {});
        assert_eq!(systems(&answer), [(rat, mask)], "{technologies:?}");
    }
}

#[test]
fn changes_of_the_data_system_are_told_to_those_who_registered() {
    let mut setup = Setup::default();
    setup.network.networks[0].carriers.push(Carrier::default()).unwrap();
    let mut bench = Bench::with(setup, Config::default());
    let (client, _other) = (bench.client(Service::DSD), bench.client(Service::DSD));
    let register = |bench: &mut Bench, on| {
        error::<dsd::system_status_change::Message>(bench, client, |r| {
            r.register_indication(on);
        })
    };
    assert_eq!(register(&mut bench, true), ProtocolError::NONE);
    let answer = bench.ask::<dsd::get_system_status::Message>(client, |_| {});
    assert!(systems(&answer)[0].1.contains(dsd::SoMask::_3GPP_SO_MASK_LTE_CA_DL));
    bench.modem.lose_signal(bench.now);
    let told = bench.heard();
    assert_eq!(told.len(), 1);
    let indication = told[0].indication::<dsd::system_status_indication::Message>();
    assert_eq!(indication.available_systems().unwrap().unwrap().len(), 0);
    let answer = bench.ask::<dsd::get_system_status::Message>(client, |_| {});
    assert_eq!(systems(&answer), []);
    bench.modem.restore_signal(bench.now);
    assert_eq!(bench.wait(10_000).len(), 1);
    assert_eq!(register(&mut bench, false), ProtocolError::NONE);
    bench.modem.lose_signal(bench.now);
    assert_eq!(bench.heard(), []);
}

#[test]
fn access_points_have_uses() {
    let mut bench = Bench::default();
    let client = bench.client(Service::DSD);
    let get = |bench: &mut Bench, kind| {
        bench.ask::<dsd::get_apn_info::Message>(client, |r| {
            r.apn_type(kind);
        })
    };
    let name = |message: &Message| {
        let name = message.response::<dsd::get_apn_info::Message>().apn_name().unwrap().unwrap();
        name.to_str().unwrap().to_owned()
    };
    assert_eq!(name(&get(&mut bench, dsd::ApnType::DEFAULT)), "internet");
    assert_eq!(name(&get(&mut bench, dsd::ApnType::IMS)), "ims");
    assert_eq!(get(&mut bench, dsd::ApnType::MMS).error(), ProtocolError::NO_ENTRY);
    assert_eq!(get(&mut bench, dsd::ApnType(10)).error(), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(error::<dsd::get_apn_info::Message>(&mut bench, client, |_| {}), ProtocolError::MISSING_ARGUMENT);
    let set = |bench: &mut Bench, name: &str, kind, mask: Option<dsd::ApnTypePreference>| {
        error::<dsd::set_apn_type::Message>(bench, client, |r| {
            r.apn_type(dsd::ApnTypeInfo { name: name.into(), kind });
            if let Some(mask) = mask {
                r.apn_type_preference_mask(mask);
            }
        })
    };
    use dsd::ApnTypePreference as Types;
    assert_eq!(set(&mut bench, "mms", Types::MMS | Types::FOTA, None), ProtocolError::NONE);
    assert_eq!(set(&mut bench, "corp", Types::DEFAULT | Types::MMS, Some(Types::DEFAULT)), ProtocolError::NONE);
    assert_eq!(name(&get(&mut bench, dsd::ApnType::MMS)), "mms");
    assert_eq!(name(&get(&mut bench, dsd::ApnType::FOTA)), "mms");
    assert_eq!(name(&get(&mut bench, dsd::ApnType::DEFAULT)), "corp");
    assert_eq!(set(&mut bench, "", Types::MMS, None), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(set(&mut bench, &"x".repeat(101), Types::MMS, None), ProtocolError::ARGUMENT_TOO_LONG);
}

// SAR.

#[test]
fn a_state_is_a_row_of_backoffs_for_all_antennas() {
    let mut bench = Bench::default();
    let client = bench.client(Service::SAR);
    let get = |bench: &mut Bench| {
        let answer = bench.ask::<sar::rf_get_state::Message>(client, |_| {});
        answer.response::<sar::rf_get_state::Message>().state().unwrap().unwrap().0
    };
    let set = |bench: &mut Bench, state| {
        error::<sar::rf_set_state::Message>(bench, client, |r| {
            r.state(sar::RfState(state));
        })
    };
    assert_eq!(get(&mut bench), 0);
    assert_eq!(set(&mut bench, 5), ProtocolError::NONE);
    assert_eq!(get(&mut bench), 5);
    assert_eq!(bench.modem.backoff().antennas[1], Antenna { antenna: 1, backoff: 5 });
    assert!(bench.modem.backoff().on && bench.modem.backoff().by_host);
    for wrong in [8, 21, u32::MAX] {
        assert_eq!(set(&mut bench, wrong), ProtocolError::INVALID_ARGUMENT);
    }
    assert_eq!(get(&mut bench), 5);
    assert_eq!(set(&mut bench, 0), ProtocolError::NONE);
    assert_eq!((get(&mut bench), bench.modem.backoff().on), (0, false));
    assert_eq!(error::<sar::rf_set_state::Message>(&mut bench, client, |_| {}), ProtocolError::MISSING_ARGUMENT);
}

// IMS.

#[test]
fn settings_of_ims_are_read_back_under_other_numbers() {
    let mut bench = Bench::default();
    let (client, other) = (bench.client(Service::IMS), bench.client(Service::IMS));
    assert_eq!(
        error::<ims::bind::Message>(&mut bench, client, |r| {
            r.binding(0);
        }),
        ProtocolError::NONE
    );
    assert_eq!(
        error::<ims::bind::Message>(&mut bench, client, |r| {
            r.binding(1);
        }),
        ProtocolError::INVALID_ARGUMENT
    );
    assert_eq!(error::<ims::bind::Message>(&mut bench, client, |_| {}), ProtocolError::MISSING_ARGUMENT);
    let done = error::<ims::set_ims_services_enabled_setting::Message>(&mut bench, client, |r| {
        r.ims_voice_over_lte_enable(false);
        r.ims_video_telephony_service_enable(true);
        r.ims_voice_wifi_service_enable(true);
        r.ims_call_mode_preference(ims::CallModePreference::WIFI);
        r.ims_rcs_enabled(true);
    });
    assert_eq!(done, ProtocolError::NONE);
    // Told to every client.
    let told = bench.heard();
    assert_eq!(told.iter().map(|message| message.client).collect::<Vec<_>>(), [client.1, other.1]);
    let indication = told[0].indication::<ims::ims_services_enabled_setting_indication::Message>();
    assert_eq!(indication.ims_voice_over_lte_enable().unwrap(), Some(false));
    assert_eq!(indication.ims_rcs_enabled().unwrap(), Some(true));
    let answer = bench.ask::<ims::get_ims_services_enabled_setting::Message>(client, |_| {});
    assert_eq!(
        hex(answer.tlvs),
        "02 04 00 00 00 00 00 11 01 00 00 12 01 00 01 15 01 00 01 18 01 00 01 19 01 00 01 1A 01 00 01 1C 01 00 01"
    );
    let wrong = error::<ims::set_ims_services_enabled_setting::Message>(&mut bench, client, |r| {
        r.ims_call_mode_preference(ims::CallModePreference(9));
    });
    assert_eq!(wrong, ProtocolError::INVALID_ARGUMENT);

    let apns = ["volte", "b", "", "", "", "f"];
    let answer = bench.ask::<ims::set_ims_policy_manager_settings::Message>(client, |r| {
        r.acs_priority(9);
        r.service_mask(0x1234);
        r.apns(apns.map(Into::into));
    });
    assert_eq!(answer.error(), ProtocolError::NONE);
    assert_eq!(bench.heard().len(), 2);
    let answer = bench.ask::<ims::get_ims_policy_manager_settings::Message>(client, |_| {});
    let r = answer.response::<ims::get_ims_policy_manager_settings::Message>();
    assert_eq!((r.acs_priority().unwrap(), r.pco_priority().unwrap()), (Some(9), Some(1)));
    assert_eq!(r.service_mask().unwrap(), Some(0x1234));
    assert_eq!(r.apns().unwrap().unwrap().map(|apn| apn.to_str().unwrap()), apns);
    let long = "x".repeat(33);
    let wrong = error::<ims::set_ims_policy_manager_settings::Message>(&mut bench, client, |r| {
        r.apns([long.as_str().into(); 6]);
    });
    assert_eq!(wrong, ProtocolError::ARGUMENT_TOO_LONG);
}

fn ims_state(bench: &mut Bench, client: Client) -> imsa::ImsRegistrationStatus {
    let answer = bench.ask::<imsa::get_ims_registration_status::Message>(client, |_| {});
    answer.response::<imsa::get_ims_registration_status::Message>().ims_registration_status().unwrap().unwrap()
}

#[test]
fn registration_with_ims_follows_the_network_and_the_settings() {
    let mut bench = Bench::default();
    let (client, settings) = (bench.client(Service::IMSA), bench.client(Service::IMS));
    assert_eq!(ims_state(&mut bench, client), imsa::ImsRegistrationStatus::REGISTERED);
    let answer = bench.ask::<imsa::get_ims_services_status::Message>(client, |_| {});
    let r = answer.response::<imsa::get_ims_services_status::Message>();
    assert_eq!(r.ims_voice_service_status().unwrap(), Some(imsa::ServiceStatus::AVAILABLE));
    assert_eq!(r.ims_voice_service_registration_technology().unwrap(), Some(imsa::RegistrationTechnology::WWAN));
    assert_eq!(r.ims_video_telephony_service_status().unwrap(), Some(imsa::ServiceStatus::UNAVAILABLE));
    assert_eq!(r.ims_video_telephony_service_registration_technology().unwrap(), None);
    let done = error::<imsa::register_indications::Message>(&mut bench, client, |r| {
        r.ims_registration_status_changed(true);
        r.ims_services_status_changed(true);
    });
    assert_eq!(done, ProtocolError::NONE);
    // Voice is switched off: another service, the same registration.
    error::<ims::set_ims_services_enabled_setting::Message>(&mut bench, settings, |r| {
        r.ims_voice_over_lte_enable(false);
    });
    let told: Vec<_> = bench.heard().into_iter().filter(|message| message.service == Service::IMSA).collect();
    assert_eq!(told.len(), 1);
    let indication = told[0].indication::<imsa::ims_services_status_changed_indication::Message>();
    assert_eq!(indication.ims_voice_service_status().unwrap(), Some(imsa::ServiceStatus::UNAVAILABLE));
    // The network ends it, and refuses.
    bench.modem.refuse_ims(bench.now, 403, "Forbidden");
    let told = bench.wait(1_000);
    let of = |id| told.iter().filter(move |message: &&Message| message.id == id);
    assert!(of(0x24).count() >= 1);
    let last = of(0x23).next_back().unwrap();
    let indication = last.indication::<imsa::ims_registration_status_changed_indication::Message>();
    assert_eq!(indication.ims_registration_status().unwrap(), Some(imsa::ImsRegistrationStatus::NOT_REGISTERED));
    assert_eq!(indication.ims_registration_error_code().unwrap(), Some(403));
    assert_eq!(indication.ims_registration_error_message().unwrap().unwrap(), "Forbidden");
    let answer = bench.ask::<imsa::get_ims_registration_status::Message>(client, |_| {});
    let r = answer.response::<imsa::get_ims_registration_status::Message>();
    assert_eq!(r.ims_registration_error_code().unwrap(), Some(403));
    assert_eq!(r.ims_registration_technology().unwrap(), None);
}

#[test]
fn ims_needs_lte_and_the_wish() {
    let mut setup = Setup::default();
    setup.network.networks[0].technologies = Technologies::UMTS;
    setup.network.networks[0].cell.channel = 10_600;
    let mut bench = Bench::with(setup, Config::default());
    let client = bench.client(Service::IMSA);
    assert_eq!(ims_state(&mut bench, client), imsa::ImsRegistrationStatus::NOT_REGISTERED);
    let bind = |bench: &mut Bench, binding| {
        error::<imsa::bind::Message>(bench, client, |r| {
            if let Some(binding) = binding {
                r.binding(binding);
            }
        })
    };
    assert_eq!(bind(&mut bench, Some(0)), ProtocolError::NONE);
    assert_eq!(bind(&mut bench, Some(3)), ProtocolError::INVALID_ARGUMENT);
    assert_eq!(bind(&mut bench, None), ProtocolError::MISSING_ARGUMENT);
    let answer = bench.ask::<imsa::get_bind::Message>(client, |_| {});
    assert_eq!(answer.response::<imsa::get_bind::Message>().binding().unwrap(), Some(0));
}

#[test]
fn presence_has_a_state() {
    let mut bench = Bench::default();
    let (client, settings) = (bench.client(Service::IMSP), bench.client(Service::IMS));
    let state = |bench: &mut Bench| {
        let answer = bench.ask::<imsp::get_enabler_state::Message>(client, |_| {});
        answer.response::<imsp::get_enabler_state::Message>().enabler_state().unwrap().unwrap()
    };
    assert_eq!(state(&mut bench), imsp::EnablerState::UNINITIALIZED);
    error::<ims::set_ims_services_enabled_setting::Message>(&mut bench, settings, |r| {
        r.ims_presence_enabled(true);
    });
    bench.heard();
    assert_eq!(state(&mut bench), imsp::EnablerState::REGISTERED);
    bench.modem.lose_signal(bench.now);
    bench.heard();
    assert_eq!(state(&mut bench), imsp::EnablerState::INITIALIZED);
    bench.modem.set_hw_radio(bench.now, false);
    bench.heard();
    assert_eq!(state(&mut bench), imsp::EnablerState::AIRPLANE);
}

// IMSDCM, whose number takes 16 bits.

struct Wide {
    bench: Bench,
    client: u8,
}

impl Wide {
    fn new() -> Self {
        use qmi_wire::service::ctl::internal_allocate_cid_qrtr;
        let mut config = Config::default();
        config.wide = true;
        let mut bench = Bench::with(Setup::default(), config);
        let answer = bench.ask::<internal_allocate_cid_qrtr::Message>((Service::CTL, 0), |r| {
            r.service(Service::IMSDCM);
        });
        let info = answer.response::<internal_allocate_cid_qrtr::Message>().allocation_info().unwrap();
        assert_eq!(info.service, Service::IMSDCM);
        Self { bench, client: info.cid }
    }

    fn ask<M: Exchange>(&mut self, fill: impl FnOnce(&mut M::RequestBuilder<'_>)) -> M::Response<'static> {
        let mut buffer = [0; 512];
        let framing = Framing::Wide { client: self.client };
        let frame = write_request::<M>(&mut buffer, framing, 7, fill).unwrap();
        self.bench.send(frame);
        let frame = self.bench.function.transmit(self.bench.now, &mut self.bench.modem).expect("an answer");
        let frame: &'static [u8] = frame.to_vec().leak();
        let message = Frame::parse(frame).unwrap().message;
        assert_eq!((message.service(), message.id(), message.transaction), (M::SERVICE, M::ID, 7));
        M::Response::from_tlvs(message.tlvs)
    }
}

fn connection(apn: &str, ip_family: imsdcm::IpFamily) -> imsdcm::ConnectionParameters<'_> {
    imsdcm::ConnectionParameters {
        apn: apn.into(),
        apn_type: imsdcm::ApnType::IMS,
        rat_type: imsdcm::RatType::LTE,
        ip_family,
        wds_profile_number: 1,
    }
}

#[test]
fn sessions_for_an_ims_client_elsewhere() {
    let mut wide = Wide::new();
    let r = wide.ask::<imsdcm::pdp_activate_request::Message>(|r| {
        r.connection_parameters(connection("ims", imsdcm::IpFamily::V4));
        r.pdp_request_sequence_number(77);
        r.instance_id(imsdcm::InstanceId::ID1);
    });
    assert!(r.result().unwrap().ok().is_ok());
    let pdp = r.pdp_id().unwrap().unwrap();
    assert_eq!(r.pdp_request_sequence_number().unwrap(), Some(77));
    let told = wide.bench.wait(2_000);
    assert_eq!(told.len(), 1);
    let indication = told[0].indication::<imsdcm::pdp_activate_indication::Message>();
    assert_eq!(indication.outcome().unwrap().error_status, 0);
    assert_eq!((indication.pdp_id().unwrap(), indication.pdp_request_sequence_number().unwrap()), (pdp, Some(77)));
    let address = indication.address_info().unwrap().unwrap();
    assert_eq!(address.address, "10.64.0.2");
    assert_eq!(wide.bench.modem.session_apn(pdp - 1), "ims");
    let r = wide.ask::<imsdcm::pdp_deactivate_request::Message>(|r| {
        r.pdp_id(pdp);
    });
    assert!(r.result().unwrap().ok().is_ok());
    assert_eq!(r.pdp_id().unwrap(), pdp);
    wide.bench.wait(2_000);
    assert_eq!(wide.bench.modem.session(u32::from(pdp - 1)).unwrap().state, SessionState::Inactive);
    let r = wide.ask::<imsdcm::pdp_deactivate_request::Message>(|r| {
        r.pdp_id(pdp);
    });
    assert_eq!(r.result().unwrap().ok().unwrap_err(), ProtocolError::INVALID_HANDLE);
    let r = wide.ask::<imsdcm::pdp_activate_request::Message>(|r| {
        r.connection_parameters(connection("ims", imsdcm::IpFamily(5)));
    });
    assert_eq!(r.result().unwrap().ok().unwrap_err(), ProtocolError::INVALID_IP_FAMILY_PREFERENCE);
}

#[test]
fn a_session_that_is_refused_is_told() {
    let mut wide = Wide::new();
    wide.bench.modem.refuse_other_access_points(27);
    wide.ask::<imsdcm::pdp_activate_request::Message>(|r| {
        r.connection_parameters(connection("nowhere", imsdcm::IpFamily::V6));
    });
    let told = wide.bench.wait(2_000);
    let indication = told[0].indication::<imsdcm::pdp_activate_indication::Message>();
    let outcome = indication.outcome().unwrap();
    assert_eq!((outcome.error_status, outcome.error_code), (1, ProtocolError::CALL_FAILED.0));
    assert_eq!(indication.address_info().unwrap(), None);
}

#[test]
fn services_with_long_numbers_are_there_only_where_they_can_be_reached() {
    use qmi_wire::service::ctl::internal_allocate_cid_qrtr;
    let mut bench = Bench::default();
    let refused = error::<internal_allocate_cid_qrtr::Message>(&mut bench, (Service::CTL, 0), |r| {
        r.service(Service::IMSDCM);
    });
    assert_eq!(refused, ProtocolError::INVALID_QMI_COMMAND);
}
