//! IMSA: whether the IMS client in the modem is registered, and what it can do.
//!
//! Response and indication number the registration differently, and in both the status comes behind its error code.

use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, imsa as wire};

use super::super::call::{Call, Outcome, Refused, Step};
use super::super::tell::Tell;
use super::ims::SUBSCRIPTIONS;
use super::{Served, Service, State, always, leaves_nothing};
use crate::device::modem::Modem;
use crate::device::modem::event::Change;
use crate::device::modem::ims::{ImsServices, ImsState};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::IMSA,
    version: (1, 7),
    messages: &[
        Served::of::<wire::get_ims_registration_status::Message>(registration),
        Served::of::<wire::get_ims_services_status::Message>(services),
        Served::of::<wire::register_indications::Message>(register),
        Served::of::<wire::bind::Message>(bind),
        Served::of::<wire::get_bind::Message>(binding),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// What a client has registered for, what it was told, and which subscription it deals with.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Client {
    registration: bool,
    services: bool,
    told: Option<(ImsState, u16)>,
    told_services: Option<Abilities>,
    binding: Option<u32>,
}

fn registration_status(state: ImsState) -> wire::ImsRegistrationStatus {
    match state {
        ImsState::NotRegistered => wire::ImsRegistrationStatus::NOT_REGISTERED,
        ImsState::Registering => wire::ImsRegistrationStatus::REGISTERING,
        ImsState::Registered => wire::ImsRegistrationStatus::REGISTERED,
    }
}

/// Writes what response and indication have alike but for their numbers.
macro_rules! put_registration {
    ($r:ident, $modem:ident) => {{
        let (state, code, reason) = $modem.ims();
        $r.ims_registration_status(registration_status(state));
        if code != 0 {
            $r.ims_registration_error_code(code);
            $r.ims_registration_error_message(reason.into());
        }
        if state == ImsState::Registered {
            $r.ims_registration_technology(wire::RegistrationTechnology::WWAN);
        }
    }};
}

fn registration(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::get_ims_registration_status::Message>(|r, modem| put_registration!(r, modem))
}

/// Which services can be used: messages, voice, video, supplementary services, sharing of pictures.
type Abilities = [bool; 5];

fn abilities(modem: &Modem) -> Abilities {
    let registered = modem.ims().0 == ImsState::Registered;
    let can = |service| registered && modem.ims_services().contains(service);
    let sharing = can(ImsServices::VIDEO) && can(ImsServices::RCS);
    [can(ImsServices::SMS), can(ImsServices::VOICE), can(ImsServices::VIDEO), can(ImsServices::UT), sharing]
}

fn put_services(modem: &Modem, mut put: impl FnMut(usize, wire::ServiceStatus, Option<wire::RegistrationTechnology>)) {
    for (place, can) in abilities(modem).into_iter().enumerate() {
        match can {
            true => put(place, wire::ServiceStatus::AVAILABLE, Some(wire::RegistrationTechnology::WWAN)),
            false => put(place, wire::ServiceStatus::UNAVAILABLE, None),
        }
    }
}

/// Writes what response and indication have alike.
macro_rules! put_services {
    ($r:ident, $modem:ident) => {
        put_services($modem, |place, status, technology| {
            match place {
                0 => $r.ims_sms_service_status(status),
                1 => $r.ims_voice_service_status(status),
                2 => $r.ims_video_telephony_service_status(status),
                3 => $r.ims_ue_to_tas_service_status(status),
                _ => $r.ims_video_share_service_status(status),
            };
            let Some(technology) = technology else { return };
            match place {
                0 => $r.ims_sms_service_registration_technology(technology),
                1 => $r.ims_voice_service_registration_technology(technology),
                2 => $r.ims_video_telephony_service_registration_technology(technology),
                3 => $r.ims_ue_to_tas_service_registration_technology(technology),
                _ => $r.ims_video_share_service_registration_technology(technology),
            };
        })
    };
}

fn services(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::get_ims_services_status::Message>(|r, modem| put_services!(r, modem))
}

fn told(modem: &Modem) -> (ImsState, u16) {
    let (state, code, _) = modem.ims();
    (state, code)
}

fn register(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::register_indications::Message>();
    let (registration, services) = (request.ims_registration_status_changed()?, request.ims_services_status_changed()?);
    let now = (told(call.modem), abilities(call.modem));
    let client = call.state::<Client>()?;
    client.registration = registration.unwrap_or(client.registration);
    client.services = services.unwrap_or(client.services);
    (client.told, client.told_services) = (Some(now.0), Some(now.1));
    Ok(Step::Success)
}

fn tell(t: &mut Tell<'_, '_>, change: &Change) {
    if *change != Change::Ims {
        return;
    }
    let (state, can) = (told(t.modem), abilities(t.modem));
    let Some(client) = t.state::<Client>() else { return };
    let registration = client.told.replace(state) != Some(state) && client.registration;
    let services = client.told_services.replace(can) != Some(can) && client.services;
    if registration {
        t.send::<wire::ims_registration_status_changed_indication::Message>(|r, modem| put_registration!(r, modem));
    }
    if services {
        t.send::<wire::ims_services_status_changed_indication::Message>(|r, modem| put_services!(r, modem));
    }
}

fn bind(call: &mut Call<'_, '_>) -> Outcome {
    let binding = call.request::<wire::bind::Message>().binding()?.ok_or(ProtocolError::MISSING_ARGUMENT)?;
    if binding >= SUBSCRIPTIONS {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    call.state::<Client>()?.binding = Some(binding);
    Ok(Step::Success)
}

fn binding(call: &mut Call<'_, '_>) -> Outcome {
    let binding = call.state::<Client>()?.binding;
    call.answer::<wire::get_bind::Message>(|r, _| {
        if let Some(binding) = binding {
            r.binding(binding);
        }
    })
}
