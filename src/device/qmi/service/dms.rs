//! DMS: who the device is, and its operating mode.

use qmi_wire::service::{Service as Wire, dms::*};

use super::super::call::{Call, Outcome, supported};
use super::super::tell::Tell;
use super::{Served, Service, State, always, leaves_nothing};
use crate::device::modem::event::Change;

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::DMS,
    version: (1, 14),
    messages: &[
        Served::of::<get_supported_messages::Message>(supported),
        Served::of::<get_manufacturer::Message>(manufacturer),
        Served::of::<get_model::Message>(model),
        Served::of::<get_revision::Message>(revision),
        Served::of::<get_ids::Message>(ids),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: leaves_nothing,
    tell,
};

/// What a client has registered for.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Client {}

fn tell(_: &mut Tell<'_, '_>, _: &Change) {}

fn manufacturer(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_manufacturer::Message>(|r, modem| {
        r.manufacturer(modem.identity().manufacturer.as_str().into());
    })
}

fn model(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_model::Message>(|r, modem| {
        r.model(modem.identity().model.as_str().into());
    })
}

fn revision(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_revision::Message>(|r, modem| {
        r.revision(modem.identity().firmware.as_str().into());
    })
}

fn ids(call: &mut Call<'_, '_>) -> Outcome {
    call.answer::<get_ids::Message>(|r, modem| {
        r.imei(modem.identity().imei.as_str().into());
    })
}
