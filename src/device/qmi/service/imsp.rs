//! IMSP: presence of the IMS client in the modem.

use qmi_wire::service::{Service as Wire, imsp as wire};

use super::super::call::{Call, Outcome};
use super::{Served, Service, always, keeps_nothing, leaves_nothing, tells_nothing};
use crate::device::modem::ims::{ImsServices, ImsState};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::IMSP,
    version: (1, 0),
    messages: &[Served::of::<wire::get_enabler_state::Message>(enabler)],
    offered: always,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

fn enabler(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<wire::get_enabler_state::Message>(|r, modem| {
        let presence = modem.ims_services().contains(ImsServices::REGISTRATION | ImsServices::PRESENCE);
        r.enabler_state(match modem.ims().0 {
            _ if !modem.radio().is_on() => wire::EnablerState::AIRPLANE,
            _ if !presence => wire::EnablerState::UNINITIALIZED,
            ImsState::Registered => wire::EnablerState::REGISTERED,
            _ => wire::EnablerState::INITIALIZED,
        });
    })
}
