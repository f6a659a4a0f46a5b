//! ATR: AT commands that travel in messages, and their answers. The AT function that the QMI function was given
//! interprets them.
//!
//! Send brings bytes to it as a serial line would, and what it says comes in indications: answers, prompts and what it
//! tells unasked. A message ends the line it brings, with or without the character for that, unless it is as long as
//! a message can be, or answers a prompt. There is one line for all clients: while it is in use by one, others are refused
//! with DEVICE_IN_USE. What the modem says goes to the client that has sent last, or else to the first there is.

use qmi_wire::service::{Service as Wire, atr::*};
use qmi_wire::{Builder as _, Message as _, ProtocolError};

use super::super::call::{CONCLUSION, Call, Outcome, Refused, Step};
use super::super::queue::AT_ONCE;
use super::super::{Config, Core};
use super::{Served, Service, keeps_nothing, leaves_nothing, tells_nothing};
use crate::device::at;
use crate::device::modem::Modem;
use crate::time::Instant;

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::ATR,
    version: (1, 0),
    messages: &[Served::of::<send::Message>(send)],
    offered: |config: &Config| config.answers_at,
    client: keeps_nothing,
    released: leaves_nothing,
    tell: tells_nothing,
};

/// Bytes of the longest message from a host.
const LONGEST: usize = 1024;
/// Bytes of an answer in one indication.
const PIECE: usize = 960;
/// End a text behind a prompt, or call it off.
const ENDS: [u8; 2] = [at_wire::command::sms::END_OF_MESSAGE, at_wire::command::sms::CANCEL];

/// The AT function, and who talks to it.
#[derive(Debug)]
pub(in super::super) struct Line<'s> {
    pub(in super::super) function: at::Function<'s>,
    /// The client that has sent last.
    client: Option<u8>,
    /// What it says leaves no earlier.
    not_before: Instant,
}

impl<'s> Line<'s> {
    pub(in super::super) fn new(mut function: at::Function<'s>) -> Self {
        function.put_inside(false);
        Self { function, client: None, not_before: Instant(0) }
    }

    pub(in super::super) fn poll_at(&self, modem: &Modem) -> Option<Instant> {
        self.function.poll_at(modem).map(|at| at.max(self.not_before))
    }

    /// A client has gone.
    pub(in super::super) fn leave(&mut self, now: Instant, modem: &mut Modem, client: u8) {
        if self.client == Some(client) {
            self.client = None;
            self.function.abort(now, modem);
            self.function.close(now, modem);
        }
    }

    /// All have.
    pub(in super::super) fn reset(&mut self, now: Instant, modem: &mut Modem) {
        self.client = None;
        self.function.reset(now, modem);
    }

    /// The modem has restarted.
    pub(in super::super) fn forget(&mut self) {
        self.client = None;
    }
}

fn send(call: &mut Call<'_, '_>) -> Outcome {
    let message = call.request::<send::Message>().message()?;
    let bytes = message.bytes;
    let client = call.asked.client;
    let leaves = call.asked.at.max(call.now) + CONCLUSION;
    let Call { now, modem, core, .. } = call;
    let line = core.line.as_mut().ok_or(Refused(ProtocolError::NOT_SUPPORTED))?;
    let text = bytes.iter().rposition(|byte| *byte != 0).and_then(|last| bytes.get(..=last)).unwrap_or_default();
    if line.function.is_busy() && line.client != Some(client) {
        return Err(Refused(ProtocolError::DEVICE_IN_USE));
    }
    line.client = Some(client);
    line.not_before = leaves;
    let end = line.function.line_end();
    let is_ended = text.last().is_none_or(|last| [end, b'\r', b'\n'].contains(last) || ENDS.contains(last));
    let goes_on = line.function.is_prompting() || bytes.len() >= LONGEST;
    let _ = line.function.receive(*now, modem, text);
    if !is_ended && !goes_on {
        let _ = line.function.receive(*now, modem, &[end]);
    }
    Ok(Step::Success)
}

impl Core<'_> {
    /// Tells a client what the AT function has to say, as far as there is room. What it says while there is none is lost,
    /// as on a line that nobody has open.
    pub(in super::super) fn tell_at(&mut self, now: Instant, modem: &mut Modem) {
        let Self { line: Some(line), outbox, clients, .. } = self else { return };
        if line.client.is_none() && !line.function.is_busy() {
            let mut all = clients.iter();
            line.client = all.find(|client| client.service.service == Wire::ATR).map(|client| client.cid);
        }
        let Some(client) = line.client else {
            while line.function.transmit(now, modem).is_some() {}
            return;
        };
        while line.not_before <= now && outbox.has_room() {
            let Some(piece) = line.function.transmit_up_to(now, modem, PIECE) else { return };
            let id = received_indication::Message::ID;
            outbox.indicate(AT_ONCE, Wire::ATR, id, client, &mut |writer| {
                let mut builder =
                    <received_indication::Message as qmi_wire::Indicated>::IndicationBuilder::continuing(writer);
                builder.message(piece.into());
                builder.finish().map(|frame| frame.len())
            });
        }
    }
}
