//! What a client can be told to do.

use at_wire::message::{Calls, CommandInfo, Encode, Form, Request};
use at_wire::result::FinalResult;

use super::Reason;
use super::core::{Core, Fault, Job, Stage, State, Turn};
use super::records::Kind;
use crate::procedure::at::{Follow, Halt, Next, Procedure, Stop};
use crate::session::at::{Exchange, Expired, Incoming, Session, SessionError};
use crate::time::{Instant, Millis};

/// Open the modem.
pub(super) struct Open;

impl<E> Job<E> for Open {
    fn begin(&mut self, core: &mut Core<'_>, now: Instant) {
        core.state.urcs.clear();
        core.rest = 0..0;
        core.state.lost = false;
        core.session.open(now);
    }

    fn next(&mut self, core: &mut Core<'_>, _: Instant) -> Result<Turn, Fault<E>> {
        match core.state.stage {
            Stage::Closed(error) => Err(Fault::Open(error)),
            _ if core.session.is_open() => Ok(Turn::Done),
            _ => Ok(Turn::Wait(Instant::FAR)),
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

impl<E> Job<E> for Command<'_> {
    fn begin(&mut self, core: &mut Core<'_>, _: Instant) {
        core.state.forget();
    }

    fn next(&mut self, core: &mut Core<'_>, now: Instant) -> Result<Turn, Fault<E>> {
        let command = self.exchange.info.name;
        match core.state.stage {
            Stage::Begin | Stage::Rested => {
                let said = core.session.submit_declared(now, self.exchange, self.parameters);
                core.begun(said)
            }
            Stage::Prompted => {
                let taken = match core.session.payload(self.payload, true) {
                    Ok(taken) => taken,
                    Err(error) => {
                        core.session.abandon(now);
                        return Err(Fault::Session(error));
                    }
                };
                let done = taken == self.payload.len();
                self.payload = self.payload.get(taken..).unwrap_or_default();
                core.state.stage = if done { Stage::Asked } else { Stage::Prompted };
                Ok(Turn::On)
            }
            Stage::Answered if core.state.full => Err(Fault::NoRoom),
            Stage::Answered => Ok(Turn::Done),
            Stage::Refused(reason) => Err(Fault::Refused(command, reason)),
            Stage::Failed(failure) => Err(Fault::Failed(command, failure)),
            Stage::Silent => Err(Fault::Unresponsive),
            _ => Ok(Turn::Wait(Instant::FAR)),
        }
    }

    fn heard(&mut self, state: &mut State<'_>, _: Instant, incoming: Incoming<'_>) {
        state.answered(incoming);
    }
}

/// Send a line, which may take so long.
pub(super) struct Line<'j> {
    pub(super) line: &'j [u8],
    pub(super) timeout: Millis,
}

impl<E> Job<E> for Line<'_> {
    fn begin(&mut self, core: &mut Core<'_>, _: Instant) {
        core.state.forget();
    }

    fn next(&mut self, core: &mut Core<'_>, now: Instant) -> Result<Turn, Fault<E>> {
        match core.state.stage {
            Stage::Begin | Stage::Rested => {
                let said = core.session.submit_line(now, self.line, self.timeout);
                core.begun(said)
            }
            // There is nothing to put behind a prompt.
            Stage::Prompted => {
                let ended = core.session.payload(&[], true);
                core.state.stage = Stage::Asked;
                ended.map(|_| Turn::On).map_err(Fault::Session)
            }
            Stage::Answered if core.state.full => Err(Fault::NoRoom),
            Stage::Answered | Stage::Refused(_) => Ok(Turn::Done),
            Stage::Failed(failure) => Err(Fault::Failed("line", failure)),
            Stage::Silent => Err(Fault::Unresponsive),
            _ => Ok(Turn::Wait(Instant::FAR)),
        }
    }

    fn heard(&mut self, state: &mut State<'_>, _: Instant, incoming: Incoming<'_>) {
        state.answered(incoming);
    }
}

impl Core<'_> {
    /// A command was handed to the session, or not.
    fn begun<E>(&mut self, said: Result<(), SessionError>) -> Result<Turn, Fault<E>> {
        match said {
            Ok(()) => {
                self.state.stage = Stage::Asked;
                Ok(Turn::On)
            }
            // It gets back in step, or the one before ends.
            Err(SessionError::Busy) => Ok(Turn::Wait(Instant::FAR)),
            Err(error) => Err(Fault::Session(error)),
        }
    }
}

impl State<'_> {
    /// Forgets the last answer.
    fn forget(&mut self) {
        self.answer.clear();
        (self.connected, self.full) = (false, false);
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

impl<E> Job<E> for Lead<'_> {
    fn next(&mut self, core: &mut Core<'_>, now: Instant) -> Result<Turn, Fault<E>> {
        let after = self.follow.next(now, &mut core.session, &mut *self.procedure);
        core.state.following = self.follow.is_asking();
        match after {
            Ok(Next::Done) => Ok(Turn::Done),
            Ok(Next::Wait(until)) => Ok(Turn::Wait(until)),
            Err(Halt::Stop(stop)) => {
                self.stop = Some(stop);
                Err(Fault::Stopped)
            }
            Err(Halt::Session(error)) => Err(Fault::Session(error)),
        }
    }

    fn heard(&mut self, state: &mut State<'_>, now: Instant, incoming: Incoming<'_>) {
        if matches!(incoming, Incoming::Restarted(_)) {
            // The procedure hears of it.
            state.lost = false;
        }
        self.follow.heard(now, &incoming, &mut *self.procedure);
    }

    fn expired(&mut self, _: &mut State<'_>, now: Instant, expired: Expired) {
        self.follow.expired(now, expired, &mut *self.procedure);
    }
}

/// Wait for a URC to read, or for the time.
pub(super) struct Listen(pub(super) Instant);

impl<E> Job<E> for Listen {
    fn next(&mut self, core: &mut Core<'_>, now: Instant) -> Result<Turn, Fault<E>> {
        if !core.state.urcs.is_empty() {
            return Ok(Turn::Done);
        }
        if core.session.is_data() {
            return Err(Fault::Session(SessionError::Data));
        }
        if !core.session.is_open() {
            return Err(Fault::Session(SessionError::NotOpen));
        }
        Ok(core.state.rest(now, self.0))
    }
}

impl State<'_> {
    /// Waits. What is there is received, whatever the time.
    fn rest(&self, now: Instant, until: Instant) -> Turn {
        if until <= now && self.stage == Stage::Rested { Turn::Done } else { Turn::Wait(until) }
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

impl<E> Job<E> for Data<'_> {
    fn next(&mut self, core: &mut Core<'_>, now: Instant) -> Result<Turn, Fault<E>> {
        if self.filled.is_some() {
            return Ok(Turn::Done);
        }
        if !core.session.is_data() {
            self.filled = Some(0);
            return Ok(Turn::Done);
        }
        Ok(core.state.rest(now, self.until))
    }

    fn takes_data(&self) -> Option<usize> {
        // No more than there is room for.
        self.filled.is_none().then_some(self.buffer.len())
    }

    fn heard(&mut self, _: &mut State<'_>, _: Instant, incoming: Incoming<'_>) {
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

impl<E> Job<E> for Escape {
    fn begin(&mut self, core: &mut Core<'_>, now: Instant) {
        // One that has ended by itself need not be left.
        core.state.stage = if (self.how)(&mut core.session, now).is_ok() { Stage::Leaving } else { Stage::Left };
    }

    fn next(&mut self, core: &mut Core<'_>, _: Instant) -> Result<Turn, Fault<E>> {
        match core.state.stage {
            Stage::Left => Ok(Turn::Done),
            Stage::Stuck => Err(Fault::Data),
            Stage::Silent => Err(Fault::Unresponsive),
            _ => Ok(Turn::Wait(Instant::FAR)),
        }
    }

    fn takes_data(&self) -> Option<usize> {
        // What comes before data mode is left is nobody's.
        Some(usize::MAX)
    }

    fn heard(&mut self, state: &mut State<'_>, _: Instant, incoming: Incoming<'_>) {
        if matches!(incoming, Incoming::DataEnded | Incoming::Escaped) && state.stage == Stage::Leaving {
            state.stage = Stage::Left;
        }
    }
}
