//! Intel Mutual Authentication: an FCC lock that opens to a host that knows the answer.
//!
//! A set without an answer asks for the challenge, as a query does; one with the right answer opens the lock.

use mbim_wire::message::CommandType;
use mbim_wire::service::intel_mutual_authentication as wire;
use mbim_wire::{Status, View};

use super::super::VendorServices;
use super::super::answers::{Sink, Source};
use super::super::commands::{Served, Service, served};
use super::super::requests::{Outcome, Refused, done};

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::INTEL_MUTUAL_AUTHENTICATION,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, _| offer.config.vendor_services.contains(VendorServices::INTEL_MUTUAL_AUTHENTICATION),
    execute: |_, _, modem, request| -> Outcome {
        match (Id::of(request.cid), request.kind) {
            (Some(Id::FccLock), CommandType::QUERY) => {}
            (Some(Id::FccLock), _) => {
                let set = wire::FccLockSetView::new(request.body).read()?;
                if set.response_present {
                    modem.answer_fcc_challenge(set.response)?;
                }
            }
            (None, _) => return Err(Refused(Status::NO_DEVICE_SUPPORT)),
        }
        done(Subject(modem.fcc_challenge()))
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    FccLock = wire::FccLock: query set;
}

/// What an answer is about: the challenge, if the radio is locked.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Subject(Option<u32>);

impl Source<'_> {
    pub(in super::super) fn tell_intel_mutual_authentication(&self, Subject(challenge): Subject, sink: Sink<'_>) {
        sink(&wire::FccLockInfo { challenge_present: challenge.is_some(), challenge: challenge.unwrap_or(0) });
    }
}
