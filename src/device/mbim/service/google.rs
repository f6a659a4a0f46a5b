//! Google: the carrier lock of Chromebooks.

use mbim_wire::message::CommandType;
use mbim_wire::service::google as wire;
use mbim_wire::{Status, View};

use super::super::super::modem::event::Change;
use super::super::super::modem::network::RegistrationState;
use super::super::super::modem::vendor::{CarrierLock, PolicyError};
use super::super::VendorServices;
use super::super::answers::{Sink, Source};
use super::super::commands::{Served, Service, served};
use super::super::requests::{Refused, done};

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::GOOGLE,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, _| offer.config.vendor_services.contains(VendorServices::GOOGLE),
    execute: |core, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(Id::Lock), CommandType::QUERY) => done(Subject),
        (Some(Id::Lock), _) => {
            let policy = wire::CarrierLockSetView::new(request.body).data()?;
            let outcome = modem.set_carrier_policy(now, core.config.origin, policy.0);
            outcome.map_err(|error| Refused(status(error)))?;
            done(Subject)
        }
        (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |own, change| match change {
        Change::CarrierLock if !own => Some((Id::Lock.cid(), Subject.into())),
        _ => None,
    },
    state: |modem, cid, _| (cid == Id::Lock.cid() && modem.carrier_lock().applied).then_some(Subject.into()),
};

served! {
    Lock = wire::CarrierLock: query set indicated;
}

/// What an answer or indication is about: the lock.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Subject;

/// Statuses of the service's own.
const fn status(error: PolicyError) -> Status {
    Status(match error {
        PolicyError::Signature => 0x9100_0001,
        PolicyError::Imei => 0x9100_0002,
        PolicyError::Timestamp => 0x9100_0003,
        PolicyError::TooManyNetworks => 0x9100_0004,
        PolicyError::Algorithm => 0x9100_0005,
        PolicyError::Feature => 0x9100_0006,
        PolicyError::Unreadable => 0x9100_0007,
    })
}

impl Source<'_> {
    pub(in super::super) fn tell_google(&self, _: Subject, sink: Sink<'_>) {
        let CarrierLock { applied, registration, matches } = self.modem.carrier_lock();
        sink(&wire::CarrierLockInfo {
            carrier_lock_status: if applied {
                wire::CarrierLockStatus::APPLIED
            } else {
                wire::CarrierLockStatus::NOT_APPLIED
            },
            carrier_lock_modem_state: match registration {
                RegistrationState::Searching => wire::CarrierLockModemState::REGISTRATION_IN_PROGRESS,
                RegistrationState::Home | RegistrationState::Partner | RegistrationState::Roaming => {
                    wire::CarrierLockModemState::REGISTERED
                }
                RegistrationState::Deregistered | RegistrationState::Denied => {
                    wire::CarrierLockModemState::DEREGISTERED
                }
            },
            carrier_lock_cause: match matches {
                None => wire::CarrierLockCause::NOT_APPLICABLE,
                Some(false) => wire::CarrierLockCause::SIM_LOCK_POLICY_MISMATCH,
                Some(true) => wire::CarrierLockCause::SIM_LOCK_POLICY_MATCHED,
            },
        });
    }
}
