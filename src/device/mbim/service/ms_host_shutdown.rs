//! MS Host Shutdown (Microsoft): the host says good-bye before its power goes.
//!
//! The modem leaves the network as it would before losing its own power, and comes back with the next OPEN.

use mbim_wire::Status;
use mbim_wire::message::CommandType;
use mbim_wire::service::ms_host_shutdown as wire;

use super::super::answers::Subject;
use super::super::commands::{Served, Service, served};
use super::super::requests::{Refused, done};

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::MS_HOST_SHUTDOWN,
    commands: COMMANDS,
    subscribed: false,
    offered: |_, _| true,
    execute: |_, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(Id::Notify), CommandType::SET) => {
            modem.host_shuts_down(now);
            done(Subject::Empty)
        }
        _ => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    Notify = wire::Notify: set;
}
