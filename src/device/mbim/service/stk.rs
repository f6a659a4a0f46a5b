//! STK (MBIM 1.0): the SIM toolkit.

use mbim_wire::bytes::{FixedBytes, Rest};
use mbim_wire::message::CommandType;
use mbim_wire::service::stk as wire;
use mbim_wire::{Status, View};

use super::super::super::modem::Modem;
use super::super::super::modem::event::Change;
use super::super::super::modem::stk::{ENVELOPES, Handling, ProactiveCommand, Shown, handling};
use super::super::Core;
use super::super::answers::{Sink, Source, Subject as AnySubject};
use super::super::commands::{Served, Service, served};
use super::super::requests::{Outcome, Refused, done};
use crate::time::Instant;

pub(in super::super) static SERVICE: Service = Service {
    uuid: wire::STK,
    commands: COMMANDS,
    subscribed: true,
    offered: |_, _| true,
    execute: |core, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(id), CommandType::QUERY) => query(id),
        (Some(id), _) => set(core, now, modem, id, request.body),
        (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication,
    // A command that was missed is answered by the modem in the end; it is no state.
    state: |_, _, _| None,
};

served! {
    Pac = wire::Pac: query set indicated;
    TerminalResponse = wire::TerminalResponse: set;
    Envelope = wire::Envelope: query set;
}

/// What an answer or indication is about.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Subject {
    Support,
    Command(Shown),
    StatusWords(u16),
    Envelopes,
}

/// A host hears of the commands that it said it wants.
fn indication(own: bool, change: Change) -> Option<(u32, AnySubject)> {
    match change {
        Change::Proactive(shown) if own => Some((Id::Pac.cid(), Subject::Command(shown).into())),
        _ => None,
    }
}

fn query(id: Id) -> Outcome {
    match id {
        Id::Pac => done(Subject::Support),
        Id::Envelope => done(Subject::Envelopes),
        Id::TerminalResponse => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    }
}

fn set(core: &Core<'_>, now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    match id {
        Id::Pac => {
            let wanted = wire::PacSetView::new(body).pac_host_control()?;
            modem.set_stk_wanted(now, by, wanted.0);
            done(Subject::Support)
        }
        Id::TerminalResponse => {
            let response = wire::TerminalResponseSetView::new(body).response()?;
            done(Subject::StatusWords(modem.answer_proactive(now, by, response.0)?))
        }
        Id::Envelope => {
            modem.send_envelope(now, wire::EnvelopeSetView::new(body).data()?.0)?;
            done(Subject::Envelopes)
        }
    }
}

/// Who deals with a type of command, in MBIM's numbers (MBIM_STK_PAC_PROFILE).
fn profile(modem: &Modem, kind: u8) -> u8 {
    match (handling(kind), modem.stk_wanted(kind)) {
        (Handling::Nobody, _) => 0,
        (Handling::Host, false) => 1,
        (Handling::Modem, _) => 2,
        (Handling::ModemTelling, false) => 3,
        (Handling::ModemTelling, true) => 4,
        (Handling::Either, false) => 5,
        (Handling::Host, true) => 6,
        (Handling::Either, true) => 7,
    }
}

impl Source<'_> {
    pub(in super::super) fn tell_stk(&self, subject: Subject, sink: Sink<'_>) {
        match subject {
            Subject::Support => {
                let mut support = [0; 256];
                for (place, kind) in support.iter_mut().zip(0..=u8::MAX) {
                    *place = profile(self.modem, kind);
                }
                sink(&wire::PacInfo { pac_support: FixedBytes(&support) });
            }
            Subject::Command(shown) => {
                let pac_type = if shown.answered_by_host {
                    wire::StkPacType::PROACTIVE_COMMAND
                } else {
                    wire::StkPacType::NOTIFICATION
                };
                let bytes = self.modem.proactive(shown.number).map_or(&[][..], ProactiveCommand::bytes);
                sink(&wire::PacNotification { pac_type, data_buffer: Rest(bytes) });
            }
            // The first one in the lowest byte, as elsewhere in MBIM.
            Subject::StatusWords(words) => {
                sink(&wire::TerminalResponseInfo { status_words: u32::from(words.swap_bytes()), ..Default::default() })
            }
            Subject::Envelopes => {
                let mut support = [0_u8; 32];
                for tag in ENVELOPES {
                    if let Some(byte) = support.get_mut(usize::from(tag >> 3)) {
                        *byte |= 1 << (tag & 7);
                    }
                }
                sink(&wire::EnvelopeInfo { envelope_support: FixedBytes(&support) });
            }
        }
    }
}
