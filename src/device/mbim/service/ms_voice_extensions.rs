//! MS Voice Extensions (Microsoft): the date and time of day from the network.

use mbim_wire::Status;
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect::DataClass;
use mbim_wire::service::ms_voice_extensions as wire;

use super::super::super::modem::clock::Date;
use super::super::super::modem::event::Change;
use super::super::V3;
use super::super::answers::{Sink, Source, Subject as AnySubject, data_class, data_class_v3};
use super::super::commands::{Served, Service, served};
use super::super::requests::{Refused, done};

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::MS_VOICE_EXTENSIONS,
    commands: COMMANDS,
    subscribed: false,
    offered: |_, _| true,
    execute: |_, now, modem, request| match (Id::of(request.cid), request.kind) {
        // It comes from a network.
        (Some(Id::Nitz), CommandType::QUERY) if modem.serving_network().is_none() => {
            Err(Refused(Status::NOT_REGISTERED))
        }
        (Some(Id::Nitz), CommandType::QUERY) => done(AnySubject::Nitz(modem.date(now))),
        _ => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, change| match change {
        Change::Date(date) => Some((Id::Nitz.cid(), AnySubject::Nitz(date))),
        _ => None,
    },
    // The next one is as good.
    state: |_, _, _| None,
};

served! {
    Nitz = wire::Nitz: query indicated;
}

impl Source<'_> {
    pub(in super::super) fn tell_nitz(&self, date: Date, sink: Sink<'_>) {
        let technology = self.modem.registration().available.best();
        let minutes = i32::from(date.zone).saturating_mul(15);
        sink(&wire::NitzInfo {
            year: u32::from(date.year),
            month: u32::from(date.month),
            day: u32::from(date.day),
            hour: u32::from(date.hour),
            minute: u32::from(date.minute),
            second: u32::from(date.second),
            time_zone_offset_minutes: minutes.cast_unsigned(),
            daylight_saving_time_offset_minutes: u32::from(date.daylight).saturating_mul(60),
            data_class: if self.version < V3 {
                data_class(technology)
            } else {
                DataClass::from_bits_retain(data_class_v3(technology).bits())
            },
        });
    }
}
