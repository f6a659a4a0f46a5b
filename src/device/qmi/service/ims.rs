//! IMS: settings of the IMS client in the modem.
//!
//! Setting and reading number the same things differently: 0x10, 0x11, 0x14 against 0x11, 0x12, 0x15 for voice, video and
//! Wi-Fi, and the policy is shifted by one.

use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, ims as wire};
use qmi_wire::text::Str;

use super::super::call::{Call, Outcome, Refused, Step};
use super::super::tell::Tell;
use super::{Served, Service, State, always, leaves_nothing};
use crate::device::modem::event::Change;
use crate::device::modem::ims::{CallMode, IMS_APNS, ImsPolicy, ImsServices};
use crate::device::modem::{Modem, Text};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::IMS,
    version: (1, 39),
    messages: &[
        Served::of::<wire::set_ims_policy_manager_settings::Message>(set_policy),
        Served::of::<wire::get_ims_policy_manager_settings::Message>(policy),
        Served::of::<wire::set_ims_services_enabled_setting::Message>(set_services),
        Served::of::<wire::get_ims_services_enabled_setting::Message>(services),
        Served::of::<wire::bind::Message>(bind),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// Which subscription a client deals with: this device has one.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Client {
    bound: bool,
}

/// Subscriptions.
pub(super) const SUBSCRIPTIONS: u32 = 1;

fn bind(call: &mut Call<'_, '_>) -> Outcome {
    let binding = call.request::<wire::bind::Message>().binding()?;
    if binding >= SUBSCRIPTIONS {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    call.state::<Client>()?.bound = true;
    Ok(Step::Success)
}

fn apns(policy: &ImsPolicy) -> [Str<'_>; IMS_APNS] {
    policy.apns.each_ref().map(|apn| apn.as_str().into())
}

fn policy(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::get_ims_policy_manager_settings::Message>(|r, modem| {
        let policy = modem.ims_policy();
        r.ims_settings_error(0);
        r.acs_priority(policy.acs);
        r.isim_priority(policy.isim);
        r.nv_priority(policy.nv);
        r.pco_priority(policy.pco);
        r.service_mask(policy.services);
        r.apns(apns(policy));
    })
}

fn set_policy(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::set_ims_policy_manager_settings::Message>();
    let mut policy = call.modem.ims_policy().clone();
    policy.acs = request.acs_priority()?.unwrap_or(policy.acs);
    policy.isim = request.isim_priority()?.unwrap_or(policy.isim);
    policy.nv = request.nv_priority()?.unwrap_or(policy.nv);
    policy.pco = request.pco_priority()?.unwrap_or(policy.pco);
    policy.services = request.service_mask()?.unwrap_or(policy.services);
    if let Some(apns) = request.apns()? {
        for (kept, wanted) in policy.apns.iter_mut().zip(apns) {
            let wanted = wanted.to_str().ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
            *kept = Text::try_from(wanted).map_err(|_| Refused(ProtocolError::ARGUMENT_TOO_LONG))?;
        }
    }
    let origin = call.origin();
    call.modem.set_ims_policy(origin, policy);
    call.answer::<wire::set_ims_policy_manager_settings::Message>(|r, _| {
        r.ims_settings_error(0);
    })
}

fn services(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::get_ims_services_enabled_setting::Message>(|r, modem| {
        let on = |service| modem.ims_services().contains(service);
        r.ims_voice_service_enabled(on(ImsServices::VOICE));
        r.ims_video_telephony_service_enabled(on(ImsServices::VIDEO));
        r.ims_voice_wifi_service_enabled(on(ImsServices::WIFI));
        r.ims_registration_service_enabled(on(ImsServices::REGISTRATION));
        r.ims_ut_service_enabled(on(ImsServices::UT));
        r.ims_sms_service_enabled(on(ImsServices::SMS));
        r.ims_ussd_service_enabled(on(ImsServices::USSD));
    })
}

fn set_services(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::set_ims_services_enabled_setting::Message>();
    let mode = match request.ims_call_mode_preference()? {
        None => call.modem.ims_call_mode(),
        Some(wire::CallModePreference::NONE) => CallMode::None,
        Some(wire::CallModePreference::CELLULAR) => CallMode::Cellular,
        Some(wire::CallModePreference::WIFI) => CallMode::Wifi,
        Some(wire::CallModePreference::WIFI_ONLY) => CallMode::WifiOnly,
        Some(wire::CallModePreference::CELLULAR_ONLY) => CallMode::CellularOnly,
        Some(wire::CallModePreference::IMS) => CallMode::Ims,
        Some(_) => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    let wanted = [
        (ImsServices::VOICE, request.ims_voice_over_lte_enable()?),
        (ImsServices::VIDEO, request.ims_video_telephony_service_enable()?),
        (ImsServices::WIFI, request.ims_voice_wifi_service_enable()?),
        (ImsServices::REGISTRATION, request.ims_service_enabled()?),
        (ImsServices::UT, request.ims_ut_service_enable()?),
        (ImsServices::SMS, request.ims_sms_service_enable()?),
        (ImsServices::USSD, request.ims_ussd_service_enabled()?),
        (ImsServices::PRESENCE, request.ims_presence_enabled()?),
        (ImsServices::AUTOCONFIG, request.ims_autoconfig_enabled()?),
        (ImsServices::XDM, request.ims_xdm_client_enabled()?),
        (ImsServices::RCS, request.ims_rcs_enabled()?),
        (ImsServices::CARRIER_CONFIG, request.ims_carrier_config()?),
    ];
    let mut services = call.modem.ims_services();
    for (service, on) in wanted {
        if let Some(on) = on {
            services.set(service, on);
        }
    }
    let origin = call.origin();
    call.modem.set_ims_services(call.now, origin, services, mode);
    Ok(Step::Success)
}

/// These come without being asked for.
fn tell(t: &mut Tell<'_, '_>, change: &Change) {
    match change {
        Change::ImsSettings => {
            t.send::<wire::ims_services_enabled_setting_indication::Message>(|r, modem: &Modem| {
                let on = |service| modem.ims_services().contains(service);
                r.ims_voice_over_lte_enable(on(ImsServices::VOICE));
                r.ims_video_telephony_service_enable(on(ImsServices::VIDEO));
                r.ims_voice_wifi_service_enable(on(ImsServices::WIFI));
                r.ims_service_enabled(on(ImsServices::REGISTRATION));
                r.ims_ut_service_enable(on(ImsServices::UT));
                r.ims_sms_service_enable(on(ImsServices::SMS));
                r.ims_ussd_service_enabled(on(ImsServices::USSD));
                r.ims_presence_enabled(on(ImsServices::PRESENCE));
                r.ims_autoconfig_enabled(on(ImsServices::AUTOCONFIG));
                r.ims_xdm_client_enabled(on(ImsServices::XDM));
                r.ims_rcs_enabled(on(ImsServices::RCS));
                r.ims_carrier_config(on(ImsServices::CARRIER_CONFIG));
            });
        }
        Change::ImsPolicy => {
            t.send::<wire::ims_policy_manager_settings_indication::Message>(|r, modem: &Modem| {
                let policy = modem.ims_policy();
                r.acs_priority(policy.acs);
                r.isim_priority(policy.isim);
                r.nv_priority(policy.nv);
                r.pco_priority(policy.pco);
                r.service_mask(policy.services);
                r.apns(apns(policy));
            });
        }
        _ => {}
    }
}
