//! Quectel: its FCC lock. Setting the radio on opens it.

use mbim_wire::message::CommandType;
use mbim_wire::service::quectel as wire;
use mbim_wire::{Status, View};

use super::super::super::modem::Radio;
use super::super::VendorServices;
use super::super::answers::{Sink, Source};
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Later, Outcome, Refused, Step, done};

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::QUECTEL,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, _| offer.config.vendor_services.contains(VendorServices::QUECTEL),
    execute: |core, now, modem, request| -> Outcome {
        match (Id::of(request.cid), request.kind) {
            (Some(Id::RadioState), CommandType::QUERY) => done(Subject(modem.radio())),
            (Some(Id::RadioState), _) => {
                let on = match wire::RadioStateSetView::new(request.body).radio_state()? {
                    wire::QuectelRadioSwitchState::ON => true,
                    wire::QuectelRadioSwitchState::OFF => false,
                    _ => return Err(INVALID),
                };
                let locked = modem.radio().fcc_locked;
                modem.set_fcc_lock(locked && !on);
                match modem.request_radio(now, core.config.origin, on) {
                    Ok(ticket) => Ok(Step::Wait(ticket, Later::QuectelRadio)),
                    Err(failure) => {
                        // What is not done has unlocked nothing.
                        modem.set_fcc_lock(locked);
                        Err(failure.into())
                    }
                }
            }
            (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
        }
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    RadioState = wire::RadioState: query set;
}

/// What an answer is about: the radio.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Subject(pub(in super::super) Radio);

impl Source<'_> {
    pub(in super::super) fn tell_quectel(&self, Subject(radio): Subject, sink: Sink<'_>) {
        let radio_state = match () {
            () if radio.fcc_locked => wire::QuectelRadioSwitchState::FCC_LOCKED,
            () if radio.software => wire::QuectelRadioSwitchState::ON,
            () => wire::QuectelRadioSwitchState::OFF,
        };
        sink(&wire::RadioStateInfo { radio_state });
    }
}
