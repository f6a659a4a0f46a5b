//! USSD: dialogues with the network, begun by either side (MBIM 1.0 §10.5).

use mbim_wire::bytes::Bytes;
use mbim_wire::service::ussd as wire;
use mbim_wire::{Status, View};

use super::super::super::modem::Modem;
use super::super::super::modem::event::Change;
use super::super::super::modem::ussd::UssdResponse;
use super::super::Core;
use super::super::answers::{Sink, Source, Subject as AnySubject};
use super::super::commands::{Served, Service, served};
use super::super::requests::{INVALID, Later, Outcome, Refused, Step, done};
use crate::time::Instant;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::USSD,
    commands: COMMANDS,
    subscribed: true,
    offered: |offer, _| offer.modem.has_ussd(),
    execute: |core, now, modem, request| match Id::of(request.cid) {
        Some(Id::Ussd) => set(core, now, modem, request.body),
        None => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication,
    state: |_, _, _| None,
};

served! {
    Ussd = wire::Ussd: set indicated;
}

/// What an answer or indication of the service is about: the reply with this number; none after the host has ended the
/// dialogue.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Subject(pub(in super::super) Option<u32>);

fn indication(own: bool, change: Change) -> Option<(u32, AnySubject)> {
    match change {
        Change::Ussd(number) if !own => Some((Id::Ussd.cid(), Subject(Some(number)).into())),
        _ => None,
    }
}

fn set(core: &Core<'_>, now: Instant, modem: &mut Modem, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    let set = wire::UssdSetView::new(body).read()?;
    let payload = set.payload.0;
    let coding = u8::try_from(set.data_coding_scheme);
    let ticket = match set.action {
        wire::UssdAction::INITIATE => modem.begin_ussd(now, by, coding.map_err(|_| INVALID)?, payload)?,
        wire::UssdAction::CONTINUE => modem.continue_ussd(now, by, coding.map_err(|_| INVALID)?, payload)?,
        wire::UssdAction::CANCEL => {
            modem.cancel_ussd(now, by);
            return done(Subject(None));
        }
        _ => return Err(INVALID),
    };
    Ok(Step::Wait(ticket, Later::Ussd(by)))
}

fn response(response: UssdResponse) -> wire::UssdResponse {
    match response {
        UssdResponse::Done => wire::UssdResponse::NO_ACTION_REQUIRED,
        UssdResponse::Question => wire::UssdResponse::ACTION_REQUIRED,
        UssdResponse::Terminated => wire::UssdResponse::TERMINATED_BY_NETWORK,
        UssdResponse::OtherClient => wire::UssdResponse::OTHER_LOCAL_CLIENT,
        UssdResponse::NotSupported => wire::UssdResponse::OPERATION_NOT_SUPPORTED,
        UssdResponse::TimedOut => wire::UssdResponse::NETWORK_TIMEOUT,
    }
}

impl Subject {
    /// Makes the information buffer and lends it to `sink`.
    pub(in super::super) fn tell(self, source: &Source<'_>, sink: Sink<'_>) {
        let reply = self.0.and_then(|number| source.modem.ussd_reply(number));
        // Without a reply (the host ended the dialogue, or was too slow for it) there is nothing more to do.
        let ended = wire::UssdInfo {
            response: wire::UssdResponse::NO_ACTION_REQUIRED,
            session_state: wire::UssdSessionState::EXISTING_SESSION,
            ..Default::default()
        };
        let Some(reply) = reply else { return sink(&ended) };
        sink(&wire::UssdInfo {
            response: response(reply.response),
            session_state: if reply.is_new {
                wire::UssdSessionState::NEW_SESSION
            } else {
                wire::UssdSessionState::EXISTING_SESSION
            },
            data_coding_scheme: u32::from(reply.coding.0),
            payload: Bytes(&reply.octets),
        });
    }
}
