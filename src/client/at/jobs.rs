//! What a client can be told to do.

use at_wire::message::{Calls, CommandInfo, Encode, Form, Request};
use at_wire::result::FinalResult;

use super::Reason;
use super::core::{Core, Job, Stage, State, Turn};
use super::records::Kind;
use crate::procedure::at::{Follow, Halt, Next, Procedure, Stop};
use crate::session::at::{Exchange, Expired, Incoming, Session, SessionError};
use crate::time::{Instant, Millis};

/// Open the modem.
pub(super) struct Open;

impl Job for Open {
    fn begin(&mut self, core: &mut Core<'_>) {
        core.state.urcs.clear();
        core.rest = 0..0;
        core.state.lost = false;
        core.session.open(core.state.now);
    }

    fn next(&mut self, core: &mut Core<'_>) -> Turn {
        match core.state.stage {
            Stage::Closed(_) => Turn::Failed,
            _ if core.session.is_open() => Turn::Done,
            _ => Turn::Wait,
        }
    }
}

/// A command and its form, as far as the client must know them.
pub(super) struct Declared {
    info: &'static CommandInfo,
    form: Form,
    answers: bool,
}

impl Declared {
    pub(super) const fn of<'a, R: Request<'a>>() -> Self {
        Self { info: const { &R::COMMAND }, form: R::FORM, answers: R::ANSWERS }
    }

    /// Whether it leads to data mode.
    pub(super) const fn connects(&self) -> bool {
        matches!(self.info.calls, Calls::Connect)
    }

    pub(super) const fn exchange(&self) -> Exchange {
        Exchange::declared(self.info, self.form, self.answers)
    }
}

/// Send a command that is declared.
pub(super) struct Command<'j> {
    /// How it is answered.
    pub(super) exchange: &'j Exchange,
    pub(super) parameters: &'j dyn Encode,
    /// What is left of the bytes that it prompts for.
    pub(super) payload: &'j [u8],
}

impl Job for Command<'_> {
    fn begin(&mut self, core: &mut Core<'_>) {
        core.state.forget(self.exchange.info.name);
    }

    fn next(&mut self, core: &mut Core<'_>) -> Turn {
        match core.state.stage {
            Stage::Begin | Stage::Rested => {
                let said = core.session.submit_declared(core.state.now, self.exchange, self.parameters);
                core.begun(said)
            }
            Stage::Prompted => {
                let taken = match core.session.payload(self.payload, true) {
                    Ok(taken) => taken,
                    Err(error) => {
                        core.session.abandon(core.state.now);
                        return core.halt(error);
                    }
                };
                let done = taken == self.payload.len();
                self.payload = self.payload.get(taken..).unwrap_or_default();
                core.state.stage = if done { Stage::Asked } else { Stage::Prompted };
                Turn::On
            }
            _ => core.state.ended(),
        }
    }

    fn heard(&mut self, state: &mut State<'_>, incoming: Incoming<'_>) {
        state.answered(incoming);
    }
}

/// Send a line, which may take so long.
pub(super) struct Line<'j> {
    pub(super) line: &'j [u8],
    pub(super) timeout: Millis,
}

impl Job for Line<'_> {
    fn begin(&mut self, core: &mut Core<'_>) {
        core.state.forget("line");
    }

    fn next(&mut self, core: &mut Core<'_>) -> Turn {
        match core.state.stage {
            Stage::Begin | Stage::Rested => {
                let said = core.session.submit_line(core.state.now, self.line, self.timeout);
                core.begun(said)
            }
            // There is nothing to put behind a prompt.
            Stage::Prompted => {
                let ended = core.session.payload(&[], true);
                core.state.stage = Stage::Asked;
                match ended {
                    Ok(_) => Turn::On,
                    Err(error) => core.halt(error),
                }
            }
            Stage::Refused(_) => Turn::Done,
            _ => core.state.ended(),
        }
    }

    fn heard(&mut self, state: &mut State<'_>, incoming: Incoming<'_>) {
        state.answered(incoming);
    }
}

impl Core<'_> {
    /// A command was handed to the session, or not.
    fn begun(&mut self, said: Result<(), SessionError>) -> Turn {
        match said {
            Ok(()) => {
                self.state.stage = Stage::Asked;
                Turn::On
            }
            // It gets back in step, or the one before ends.
            Err(SessionError::Busy) => Turn::Wait,
            Err(error) => self.halt(error),
        }
    }

    fn halt(&mut self, error: SessionError) -> Turn {
        self.state.stage = Stage::Halted(error);
        Turn::Failed
    }
}

impl State<'_> {
    /// Forgets the last answer, for a new command.
    fn forget(&mut self, command: &'static str) {
        self.command = command;
        self.answer.clear();
        (self.connected, self.full) = (false, false);
    }

    /// Whether a command has ended.
    fn ended(&mut self) -> Turn {
        match self.stage {
            Stage::Answered if self.full => {
                self.stage = Stage::Full;
                Turn::Failed
            }
            Stage::Answered => Turn::Done,
            Stage::Refused(_) | Stage::Failed(_) | Stage::Silent => Turn::Failed,
            _ => Turn::Wait,
        }
    }

    /// Keeps what answers the command under way.
    fn answered(&mut self, incoming: Incoming<'_>) {
        match incoming {
            Incoming::Response { line, second } => self.keep(if second { Kind::Second } else { Kind::Line }, line),
            Incoming::Header { line, answer: true, .. } => self.keep(Kind::Line, line),
            Incoming::Payload { bytes, left, answer: true } => self.keep_bytes(bytes, left),
            Incoming::Prompt if self.is_asking() => self.stage = Stage::Prompted,
            Incoming::Done(result) if self.is_asking() => {
                self.connected = matches!(result, FinalResult::Connect(_));
                self.stage = match Reason::of(&result) {
                    None => Stage::Answered,
                    Some((reason, text)) => {
                        self.answer.clear();
                        let _ = self.answer.push(Kind::Line, text, false);
                        Stage::Refused(reason)
                    }
                };
            }
            Incoming::Failed(failure) if self.is_asking() => self.stage = Stage::Failed(failure),
            _ => {}
        }
    }
}

/// Follow a procedure to its end.
pub(super) struct Lead<'j> {
    pub(super) follow: Follow,
    pub(super) procedure: &'j mut dyn Procedure,
    /// Why it stopped.
    pub(super) stop: Option<Stop>,
}

impl Job for Lead<'_> {
    fn next(&mut self, core: &mut Core<'_>) -> Turn {
        let after = self.follow.next(core.state.now, &mut core.session, &mut *self.procedure);
        core.state.following = self.follow.is_asking();
        match after {
            Ok(Next::Done) => Turn::Done,
            Ok(Next::Wait(until)) => {
                core.state.until = until;
                Turn::Rest
            }
            Err(Halt::Stop(stop)) => {
                self.stop = Some(stop);
                core.state.stage = Stage::Stopped;
                Turn::Failed
            }
            Err(Halt::Session(error)) => core.halt(error),
        }
    }

    fn heard(&mut self, state: &mut State<'_>, incoming: Incoming<'_>) {
        if matches!(incoming, Incoming::Restarted(_)) {
            // The procedure hears of it.
            state.lost = false;
        }
        self.follow.heard(state.now, &incoming, &mut *self.procedure);
    }

    fn expired(&mut self, state: &mut State<'_>, expired: Expired) {
        self.follow.expired(state.now, expired, &mut *self.procedure);
    }
}

/// Wait for a URC to read, or for the time.
pub(super) struct Listen(pub(super) Instant);

impl Job for Listen {
    fn next(&mut self, core: &mut Core<'_>) -> Turn {
        if !core.state.urcs.is_empty() {
            return Turn::Done;
        }
        if core.session.is_data() {
            return core.halt(SessionError::Data);
        }
        if !core.session.is_open() {
            return core.halt(SessionError::NotOpen);
        }
        core.state.rest(self.0)
    }
}

impl State<'_> {
    /// Waits. What is there is received, whatever the time.
    fn rest(&mut self, until: Instant) -> Turn {
        self.until = until;
        if until <= self.now && matches!(self.stage, Stage::Rested) { Turn::Done } else { Turn::Rest }
    }
}

/// Wait for data, or for the time.
pub(super) struct Data<'j> {
    /// Where they go.
    pub(super) buffer: &'j mut [u8],
    /// How many there were.
    pub(super) filled: Option<usize>,
    pub(super) until: Instant,
}

impl Job for Data<'_> {
    fn next(&mut self, core: &mut Core<'_>) -> Turn {
        if self.filled.is_some() {
            return Turn::Done;
        }
        if !core.session.is_data() {
            self.filled = Some(0);
            return Turn::Done;
        }
        core.state.rest(self.until)
    }

    fn takes_data(&self) -> Option<usize> {
        // No more than there is room for.
        self.filled.is_none().then_some(self.buffer.len())
    }

    fn heard(&mut self, _: &mut State<'_>, incoming: Incoming<'_>) {
        if let Incoming::Data(data) = incoming {
            self.buffer.iter_mut().zip(data).for_each(|(to, from)| *to = *from);
            self.filled = Some(data.len());
        }
    }
}

/// Leave data mode.
pub(super) struct Escape {
    /// How.
    pub(super) how: fn(&mut Session<'_>, Instant) -> Result<(), SessionError>,
}

impl Job for Escape {
    fn begin(&mut self, core: &mut Core<'_>) {
        // One that has ended by itself need not be left.
        core.state.stage =
            if (self.how)(&mut core.session, core.state.now).is_ok() { Stage::Leaving } else { Stage::Left };
    }

    fn next(&mut self, core: &mut Core<'_>) -> Turn {
        match core.state.stage {
            Stage::Left => Turn::Done,
            Stage::Stuck | Stage::Silent => Turn::Failed,
            _ => Turn::Wait,
        }
    }

    fn takes_data(&self) -> Option<usize> {
        // What comes before data mode is left is nobody's.
        Some(usize::MAX)
    }

    fn heard(&mut self, state: &mut State<'_>, incoming: Incoming<'_>) {
        if matches!(incoming, Incoming::DataEnded | Incoming::Escaped) && matches!(state.stage, Stage::Leaving) {
            state.stage = Stage::Left;
        }
    }
}
