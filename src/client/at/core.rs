//! What both clients do between sending and receiving. The clients themselves only move bytes and wait; what is to be done
//! is a [`Job`].

use core::fmt;
use core::ops::Range;

use at_wire::result::{cme_number, cms_number};

use super::records::{Kind, Records};
use super::{Answer, Error, Memory, Reason};
use crate::procedure::at::Stop;
use crate::session::at::{Config, Expired, Failure, Incoming, OpenError, Session, SessionError};
use crate::time::{Instant, Millis};

/// How long bytes may take to leave.
const PATIENCE: Millis = Millis::from_secs(10);

/// What is to be done. Each kind is a type of its own, so that a program has only those in it that it uses. What the time is
/// stands in [`State::now`].
pub(super) trait Job {
    /// Begins.
    fn begin(&mut self, core: &mut Core<'_>) {
        let _ = core;
    }

    /// Goes on as far as it goes without the modem.
    fn next(&mut self, core: &mut Core<'_>) -> Turn;

    /// How many bytes of data mode it takes; what comes waits for another job if it takes none.
    fn takes_data(&self) -> Option<usize> {
        None
    }

    /// What the modem has told. URCs are kept already.
    fn heard(&mut self, state: &mut State<'_>, incoming: Incoming<'_>) {
        let _ = (state, incoming);
    }

    /// What the passing of time meant to the session.
    fn expired(&mut self, state: &mut State<'_>, expired: Expired) {
        state.expired(expired);
    }
}

/// Why the run loop ended before its job was done. Small, because it is handed on; an [`Error`] is made of it last.
pub(super) enum Fault<E> {
    Channel(E),
    Closed,
    /// The job has failed: [`State::stage`] says why.
    Job,
}

/// How a job goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// At once.
    On,
    /// When something comes.
    Wait,
    /// When something comes, or at [`State::until`].
    Rest,
    /// Not at all: it is done.
    Done,
    /// Not at all: [`State::stage`] says why.
    Failed,
}

/// How far the job is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stage {
    Begin,
    /// The command is under way.
    Asked,
    /// The modem has prompted.
    Prompted,
    Answered,
    Refused(Reason),
    Failed(Failure),
    /// The session refused the call.
    Halted(SessionError),
    /// The answer was kept in part only.
    Full,
    /// A procedure has stopped, and knows why.
    Stopped,
    /// Opening failed.
    Closed(OpenError),
    /// The modem does not answer.
    Silent,
    /// The modem has started anew.
    Lost,
    /// Data mode is being left, was left, or could not be.
    Leaving,
    Left,
    Stuck,
    /// The time for a URC or data was waited for.
    Rested,
}

/// What the client has to do next.
pub(super) enum Next {
    /// Do what the session wants.
    Send,
    /// Receive into [`Core::transfer`] until [`State::until`], and tell [`Core::received`].
    Receive,
    /// Nothing: the job is done.
    Done,
    /// Nothing: the job has failed.
    Failed,
}

/// The state of a client.
pub(super) struct Core<'s> {
    pub(super) session: Session<'s>,
    pub(super) transfer: &'s mut [u8],
    /// Bytes of the transfer that were not looked at yet.
    pub(super) rest: Range<usize>,
    pub(super) state: State<'s>,
}

/// All but the session and the transfer, which lend what is told.
pub(super) struct State<'s> {
    pub(super) urcs: Records<'s>,
    /// The lines of the last answer, or the text of the last refusal.
    pub(super) answer: Records<'s>,
    pub(super) stage: Stage,
    pub(super) connected: bool,
    /// A line of the answer did not fit.
    pub(super) full: bool,
    /// Counted bytes are under way, and some have been kept.
    growing: bool,
    /// The modem was lost, and nobody was told yet.
    pub(super) lost: bool,
    /// The name of the last command.
    pub(super) command: &'static str,
    /// What the time is, and until when a job [rests](Turn::Rest).
    pub(super) now: Instant,
    pub(super) until: Instant,
    /// A command of a procedure is under way.
    pub(super) following: bool,
}

/// Without the bytes of lines: codes and names of subscribers are among them.
impl fmt::Debug for Core<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("session", &self.session)
            .field("urcs", &self.state.urcs)
            .field("stage", &self.state.stage)
            .finish_non_exhaustive()
    }
}

impl<'s> Core<'s> {
    pub(super) fn new(config: Config<'s>, memory: Memory<'s>) -> Self {
        Self {
            session: Session::new(config, memory.session),
            transfer: memory.transfer,
            rest: 0..0,
            state: State {
                urcs: Records::new(memory.urcs),
                answer: Records::new(memory.answer),
                stage: Stage::Begin,
                connected: false,
                full: false,
                growing: false,
                lost: false,
                command: "",
                now: Instant(0),
                until: Instant::FAR,
                following: false,
            },
        }
    }

    /// Begins a job. What an earlier one left behind, because its future was dropped, is given up.
    pub(super) fn begin(&mut self, now: Instant, job: &mut dyn Job) {
        if self.state.is_asking() || self.state.following {
            self.session.abandon(now);
        }
        (self.state.stage, self.state.following, self.state.now) = (Stage::Begin, false, now);
        job.begin(self);
    }

    /// Until when bytes must have left.
    pub(super) fn patience(&self, now: Instant) -> Instant {
        now + PATIENCE
    }

    pub(super) fn check_data(&self) -> Result<(), SessionError> {
        if self.session.is_data() { Ok(()) } else { Err(SessionError::NotOpen) }
    }

    /// The answer to the last command.
    pub(super) fn answer(&self) -> Answer<'_> {
        let state = &self.state;
        let reason = match state.stage {
            Stage::Refused(reason) => Some(reason),
            _ => None,
        };
        Answer {
            records: if reason.is_some() { &[] } else { state.answer.bytes() },
            reason,
            connected: state.connected,
        }
    }

    /// The number of the last refusal. Apart from all that is always linked: the texts are large.
    pub(super) fn cause(&self) -> Option<u32> {
        match self.state.stage {
            Stage::Refused(Reason::Cme(number)) => number.or_else(|| cme_number(self.reason())),
            Stage::Refused(Reason::Cms(number)) => number.or_else(|| cms_number(self.reason())),
            _ => None,
        }
    }

    /// The text of the last refusal.
    pub(super) fn reason(&self) -> &[u8] {
        let text = super::records::split(self.state.answer.bytes()).map(|(_, text, _)| text);
        text.filter(|_| matches!(self.state.stage, Stage::Refused(_))).unwrap_or_default()
    }

    /// Goes on with the job as far as it goes without the modem.
    pub(super) fn next(&mut self, now: Instant, job: &mut dyn Job) -> Next {
        self.state.now = now;
        loop {
            if self.look(job) {
                continue;
            }
            while let Some(expired) = self.session.expire(now) {
                job.expired(&mut self.state, expired);
            }
            if self.session.has_due(now) {
                return Next::Send;
            }
            if core::mem::take(&mut self.state.lost) {
                self.state.stage = Stage::Lost;
                return Next::Failed;
            }
            let turn = job.next(self);
            match turn {
                Turn::On => {}
                Turn::Done => return Next::Done,
                Turn::Failed => return Next::Failed,
                // What it did may have made something due.
                Turn::Wait | Turn::Rest if self.session.has_due(now) => {}
                Turn::Wait | Turn::Rest => {
                    let due = self.session.poll_at();
                    self.state.until = if turn == Turn::Rest { due.min(self.state.until) } else { due };
                    return Next::Receive;
                }
            }
        }
    }

    /// Why a job was not done.
    #[inline(never)]
    pub(super) fn error<E>(&self, fault: Fault<E>) -> Error<E> {
        let command = self.state.command;
        match fault {
            Fault::Channel(error) => return Error::Channel(error),
            Fault::Closed => return Error::Closed,
            Fault::Job => {}
        }
        match self.state.stage {
            Stage::Refused(reason) => Error::Refused { command, reason },
            Stage::Failed(failure) => Error::Failed { command, failure },
            Stage::Halted(error) => Error::Session(error),
            Stage::Full => Error::NoRoom,
            Stage::Closed(error) => Error::Open(error),
            Stage::Silent => Error::Unresponsive,
            Stage::Lost => Error::Lost,
            Stage::Stuck => Error::Data,
            _ => Error::Stop(Stop::NotReached),
        }
    }

    /// Hands on what was received: how many bytes, or that the time was up; false if the carrier has ended.
    pub(super) fn received(&mut self, length: Option<usize>) -> bool {
        if matches!(self.state.stage, Stage::Begin) {
            self.state.stage = Stage::Rested;
        }
        if let Some(length) = length {
            self.rest = 0..length;
        }
        length != Some(0)
    }

    /// Looks at the next piece of what was received; false if nothing is left that is for this job.
    fn look(&mut self, job: &mut dyn Job) -> bool {
        let mut wanted = self.rest.end;
        if self.session.is_data() {
            let Some(most) = job.takes_data() else { return false };
            wanted = wanted.min(self.rest.start.saturating_add(most));
        } else if matches!(self.state.stage, Stage::Answered | Stage::Refused(_) | Stage::Failed(_)) {
            return false;
        }
        let Some(mut bytes) = self.transfer.get(self.rest.start..wanted) else { return false };
        let before = bytes.len();
        let Some(incoming) = self.session.receive(self.state.now, &mut bytes) else {
            self.rest.start = wanted;
            return false;
        };
        self.rest.start = self.rest.start.saturating_add(before.saturating_sub(bytes.len()));
        self.state.heard(&incoming);
        job.heard(&mut self.state, incoming);
        true
    }
}

impl State<'_> {
    /// Whether a command is under way.
    pub(super) fn is_asking(&self) -> bool {
        matches!(self.stage, Stage::Asked | Stage::Prompted)
    }

    /// Keeps what the modem tells of itself, whatever the job.
    fn heard(&mut self, incoming: &Incoming<'_>) {
        let (kind, line) = match *incoming {
            Incoming::Unsolicited { line, second: true, .. } => (Kind::Second, line),
            Incoming::Unsolicited { line, known: false, .. } => (Kind::Unknown, line),
            Incoming::Unsolicited { line, .. } => (Kind::Line, line),
            Incoming::Header { line, answer: false, .. } => {
                self.growing = false;
                (Kind::Line, line)
            }
            Incoming::Payload { bytes, left, answer: false } => {
                if core::mem::replace(&mut self.growing, left > 0) {
                    let _ = self.urcs.extend(bytes, true);
                    return;
                }
                (Kind::Second, bytes)
            }
            Incoming::Restarted(line) => {
                self.lost = true;
                if self.is_asking() {
                    self.stage = Stage::Failed(Failure::Restarted);
                }
                (Kind::Line, line)
            }
            _ => return,
        };
        let _ = self.urcs.push(kind, line, true);
    }

    /// Keeps a line of the answer.
    pub(super) fn keep(&mut self, kind: Kind, line: &[u8]) {
        self.growing = false;
        self.full |= !self.answer.push(kind, line, false);
    }

    /// Keeps counted bytes of the answer, of which so many are left.
    pub(super) fn keep_bytes(&mut self, bytes: &[u8], left: u32) {
        let kept = match core::mem::replace(&mut self.growing, left > 0) {
            true => self.answer.extend(bytes, false),
            false => self.answer.push(Kind::Second, bytes, false),
        };
        self.full |= !kept;
    }

    fn expired(&mut self, expired: Expired) {
        self.stage = match expired {
            Expired::Failed(failure) if self.is_asking() => Stage::Failed(failure),
            Expired::OpenFailed(error) => Stage::Closed(error),
            Expired::Unresponsive if !matches!(self.stage, Stage::Failed(_)) => Stage::Silent,
            Expired::Escaped if matches!(self.stage, Stage::Leaving) => Stage::Left,
            Expired::EscapeFailed if matches!(self.stage, Stage::Leaving) => Stage::Stuck,
            _ => return,
        };
    }
}
