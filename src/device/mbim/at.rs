//! AT commands inside commands of makers' services: one line, and everything the AT function says to it, up to its result.
//!
//! One AT function stands behind all such services, and one line can be under way; another is answered with BUSY then.

use at_wire::result::{FinalResult, Options};
use mbim_wire::Status;
use mbim_wire::service::{compal, fibocom, intel_at_tunnel, qdu};

use super::answers::{Sink, Source};
use super::requests::{INVALID, Outcome, Refused, Step};
use super::{Core, count};
use crate::device::at;
use crate::device::modem::Modem;
use crate::time::Instant;

/// In whose words a line is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Fibocom,
    Compal,
    Intel,
    /// With the line in front, and how it went.
    Quectel,
}

/// What an answer is about: what the AT function has said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject(pub(super) Form);

/// The line that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// There is none.
    Free,
    /// Its answer is awaited.
    Asked,
    /// Nobody waits for its answer any more.
    GivenUp,
    /// Its answer is here.
    Answered,
}

/// There is no room for the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct TooLong;

/// The AT function, and the answer to the line that is under way.
#[derive(Debug)]
pub(super) struct Line<'s> {
    pub(super) function: at::Function<'s>,
    answer: &'s mut [u8],
    len: usize,
    /// The answer is longer than there is room for.
    overflow: bool,
    stage: Stage,
}

impl<'s> Line<'s> {
    pub(super) fn new(mut function: at::Function<'s>, answer: &'s mut [u8]) -> Self {
        function.put_inside(true);
        Self { function, answer, len: 0, overflow: false, stage: Stage::Free }
    }

    /// Types a line.
    fn begin(&mut self, now: Instant, modem: &mut Modem, text: &[u8], form: Form) -> Result<(), Refused> {
        let text = text.trim_ascii_start();
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n' | 0);
        let (line, behind) =
            text.split_at_checked(text.iter().position(is_end).unwrap_or(text.len())).ok_or(INVALID)?;
        let is_command = line.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"AT"));
        // What no modem answers, or answers more than once, is not one line.
        if !(is_command || line.eq_ignore_ascii_case(b"A/")) || !behind.iter().all(is_end) {
            return Err(INVALID);
        }
        if self.stage != Stage::Free {
            return Err(Refused(Status::BUSY));
        }
        (self.len, self.overflow, self.stage) = (0, false, Stage::Asked);
        let end = self.function.line_end();
        if form == Form::Quectel && !self.function.echoes() {
            self.append(line);
            self.append(&[end]);
        }
        let _ = self.function.receive(now, modem, line);
        if is_command {
            let _ = self.function.receive(now, modem, &[end]);
        }
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        match self.answer.get_mut(self.len..end) {
            Some(room) => {
                // Not `copy_from_slice`, which can panic as far as the compiler knows.
                room.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
                self.len = end;
            }
            None => self.overflow = true,
        }
    }

    /// Takes what the function says. While no line is under way, that is for nobody.
    pub(super) fn collect(&mut self, now: Instant, modem: &mut Modem) {
        let Self { function, answer, len, overflow, stage } = self;
        while let Some(bytes) = function.transmit(now, modem) {
            let end = len.saturating_add(bytes.len());
            match answer.get_mut(*len..end) {
                _ if *stage != Stage::Asked => {}
                Some(room) => {
                    room.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
                    *len = end;
                }
                None => *overflow = true,
            }
        }
        if !function.is_busy() {
            *stage = match *stage {
                Stage::Asked => Stage::Answered,
                Stage::GivenUp => Stage::Free,
                other => other,
            };
        }
    }

    /// Whether the answer is here, and whole.
    pub(super) fn outcome(&self) -> Option<Result<(), TooLong>> {
        let whole = if self.overflow { Err(TooLong) } else { Ok(()) };
        (self.stage == Stage::Answered).then_some(whole)
    }

    /// The answer was sent, or nobody wants it.
    pub(super) fn release(&mut self, now: Instant, modem: &mut Modem) {
        if self.stage == Stage::Asked && !self.function.abort(now, modem) {
            self.stage = Stage::GivenUp;
        } else if self.stage != Stage::GivenUp {
            self.stage = Stage::Free;
        }
    }

    /// Host or modem begin anew.
    pub(super) fn forget(&mut self) {
        self.stage = Stage::Free;
    }

    fn answer(&self) -> &[u8] {
        self.answer.get(..self.len).unwrap_or_default()
    }

    /// Whether the line went well.
    fn is_success(&self) -> bool {
        let last = self.answer().trim_ascii_end().rsplit(|byte| matches!(byte, b'\r' | b'\n')).next();
        let result = FinalResult::of(last.unwrap_or_default(), Options { numeric: true, vendor: true });
        result.is_some_and(|result| result.is_success())
    }
}

/// Hands a line to the AT function. It is answered when that has said everything.
pub(super) fn execute(core: &mut Core<'_>, now: Instant, modem: &mut Modem, text: &[u8], form: Form) -> Outcome {
    let line = core.line.as_mut().ok_or(Refused(Status::NO_DEVICE_SUPPORT))?;
    if let Err(refused) = line.begin(now, modem, text, form) {
        if refused.0 == Status::BUSY {
            count(&mut core.counters.busy);
        }
        return Err(refused);
    }
    Ok(Step::At(form))
}

impl Source<'_> {
    pub(super) fn tell_at(&self, Subject(form): Subject, sink: Sink<'_>) {
        let Some(line) = self.line else { return sink(&mbim_wire::field::Empty {}) };
        let said = line.answer();
        match form {
            Form::Fibocom => sink(&fibocom::AtCommandInfo { command_resp: said.into() }),
            Form::Compal => sink(&compal::AtCommandInfo { command_resp: said.into() }),
            Form::Intel => sink(&intel_at_tunnel::AtCommandInfo { command_resp: said.into() }),
            Form::Quectel => {
                let ended = line.is_success();
                let ok = qdu::QuectelCommandResponseStatus::OK;
                sink(&qdu::CommandInfo {
                    command_response_status: if ended { ok } else { qdu::QuectelCommandResponseStatus::FAIL },
                    command_response_string: said.into(),
                });
            }
        }
    }
}
