//! DSS (MBIM 1.0 §10.5.40): streams of a device service, which carry its own bytes beside the IP sessions.
//!
//! Which services have streams is said in [`Config::streams`](super::super::Config::streams); which streams are open is
//! kept here, for each function, and ends when the function is opened or closed.

use heapless::Vec;
use mbim_wire::message::CommandType;
use mbim_wire::service::dss as wire;
use mbim_wire::{Status, Uuid, View};

use super::super::answers::Subject;
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Outcome, Refused, done};
use super::super::{Config, Core};

/// Streams that are open at the same time.
pub(in super::super) const OPEN: usize = 8;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::DSS,
    commands: COMMANDS,
    subscribed: false,
    offered: |offer, _| !offer.config.streams.is_empty(),
    execute: |core, _, _, request| match (Id::of(request.cid), request.kind) {
        (Some(Id::Connect), CommandType::SET) => connect(core, request.body),
        _ => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication: |_, _| None,
    state: |_, _, _| None,
};

served! {
    Connect = wire::Connect: set;
}

/// A stream that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Stream {
    pub(in super::super) service: Uuid,
    /// Its number, apart from the numbers of IP sessions.
    pub(in super::super) session: u8,
}

/// Streams of all services at the same time.
pub(in super::super) fn most(config: &Config) -> u32 {
    config.streams.iter().map(|streams| u32::from(streams.instances)).sum()
}

fn connect(core: &mut Core<'_>, body: &[u8]) -> Outcome {
    const WRONG: Refused = Refused(Status::INVALID_DEVICE_SERVICE_OPERATION);
    let set = wire::ConnectSetView::new(body).read()?;
    let session = u8::try_from(set.dss_session_id).map_err(|_| INVALID)?;
    let wanted = Stream { service: set.device_service_id, session };
    let offered = core.config.streams.iter().find(|streams| streams.service == wanted.service).ok_or(WRONG)?;
    let open: &mut Vec<Stream, OPEN> = &mut core.streams;
    match set.dss_link_state {
        wire::DssLinkState::ACTIVATE => {
            // The numbers are common to all services.
            if open.iter().any(|stream| stream.session == session) {
                return Err(WRONG);
            }
            let of_service = open.iter().filter(|stream| stream.service == wanted.service).count();
            let full = Refused(Status::DSS_INSTANCE_LIMIT);
            if of_service >= usize::from(offered.instances) {
                return Err(full);
            }
            open.push(wanted).map_err(|_| full)?;
        }
        wire::DssLinkState::DEACTIVATE => {
            let before = open.len();
            open.retain(|stream| *stream != wanted);
            if open.len() == before {
                return Err(WRONG);
            }
        }
        _ => return Err(INVALID),
    }
    done(Subject::Empty)
}
