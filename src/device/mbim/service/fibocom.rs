//! Fibocom: AT commands for the AT function inside.

use mbim_wire::service::fibocom as wire;
use mbim_wire::{Status, View};

use super::super::VendorServices;
use super::super::at::{Form, execute};
use super::super::commands::{Served, Service, served};
use super::super::requests::Refused;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::FIBOCOM,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, _| offer.config.answers_at && offer.config.vendor_services.contains(VendorServices::FIBOCOM),
    execute: |core, now, modem, request| match Id::of(request.cid) {
        Some(Id::AtCommand) => {
            let line = wire::AtCommandSetView::new(request.body).command_req()?;
            execute(core, now, modem, line.0, Form::Fibocom)
        }
        None => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    AtCommand = wire::AtCommand: set;
}
