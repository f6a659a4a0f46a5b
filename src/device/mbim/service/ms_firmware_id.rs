//! MS Firmware ID (Microsoft): which variant of the firmware runs.

use mbim_wire::message::CommandType;
use mbim_wire::service::ms_firmware_id as wire;
use mbim_wire::{Status, Uuid};

use super::super::answers::{Sink, Source, Subject as AnySubject};
use super::super::commands::{Served, Service, served};
use super::super::requests::{Refused, done};

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::MS_FIRMWARE_ID,
    commands: COMMANDS,
    subscribed: false,
    offered: |_, _| true,
    execute: |_, _, _, request| match (Id::of(request.cid), request.kind) {
        (Some(Id::Get), CommandType::QUERY) => done(AnySubject::FirmwareId),
        _ => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    Get = wire::Get: query;
}

impl Source<'_> {
    pub(in super::super) fn tell_firmware_id(&self, sink: Sink<'_>) {
        sink(&wire::GetInfo { firmware_id: Uuid(self.modem.identity().firmware_id) });
    }
}
