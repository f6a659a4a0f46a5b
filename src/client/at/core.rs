//! What both clients do between sending and receiving. The clients themselves only move bytes and wait.

use core::fmt;
use core::ops::Range;

use at_wire::Writer;
use at_wire::parameter::Escaping;
use at_wire::result::FinalResult;

use super::records::{Kind, Records};
use super::{Answer, Error, Memory, Reason};
use crate::procedure::at::{Follow, Halt, Next as After, Procedure};
use crate::session::at::{Config, Exchange, Expired, Failure, Incoming, OpenError, Session, SessionError};
use crate::time::{Instant, Millis};

/// How long bytes may take to leave.
const PATIENCE: Millis = Millis::from_secs(10);

/// A command.
#[derive(Clone, Copy)]
pub(super) enum Say<'j> {
    /// One that is declared: how it is answered, and what writes it.
    Request(&'j Exchange, &'j dyn Fn(Escaping, &mut Writer<'_>)),
    /// A line, and how long it may take.
    Line(&'j [u8], Millis),
}

impl Say<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Request(exchange, _) => exchange.info.name,
            Self::Line(..) => "line",
        }
    }
}

/// What is to be done.
pub(super) enum Job<'j> {
    /// Open the modem.
    Open,
    /// Send a command, and what is left of the bytes that it prompts for.
    Command(Say<'j>, &'j [u8]),
    /// Follow a procedure to its end.
    Follow(Follow, &'j mut dyn Procedure),
    /// Wait for a URC to read, or for the time.
    Listen(Instant),
    /// Wait for data, or for the time: where they go, and how many there were.
    Data(&'j mut [u8], &'j mut Option<usize>, Instant),
    /// Leave data mode, by DTR or by the escape sequence.
    Escape(bool),
}

/// How far the job is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Begin,
    /// The command is under way.
    Asked,
    /// The modem has prompted.
    Prompted,
    Answered,
    Refused(Reason),
    Failed(Failure),
    /// Opening failed.
    Closed(OpenError),
    /// The modem does not answer.
    Silent,
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
    /// Receive into [`Core::transfer`] until then, and tell [`Core::received`].
    Receive(Instant),
    /// Nothing: the job is done.
    Done,
}

/// The state of a client.
pub(super) struct Core<'s> {
    pub(super) session: Session<'s>,
    pub(super) transfer: &'s mut [u8],
    pub(super) urcs: Records<'s>,
    /// The lines of the last answer, or the text of the last refusal.
    answer: Records<'s>,
    stage: Stage,
    connected: bool,
    /// A line of the answer did not fit.
    full: bool,
    /// Counted bytes are under way, and some have been kept.
    growing: bool,
    /// Bytes of the transfer that were not looked at yet.
    rest: Range<usize>,
    /// The modem was lost, and nobody was told yet.
    lost: bool,
    /// A command of a procedure is under way.
    following: bool,
}

/// Without the bytes of lines: codes and names of subscribers are among them.
impl fmt::Debug for Core<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("session", &self.session)
            .field("urcs", &self.urcs)
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}

impl<'s> Core<'s> {
    pub(super) fn new(config: Config<'s>, memory: Memory<'s>) -> Self {
        Self {
            session: Session::new(config, memory.session),
            transfer: memory.transfer,
            urcs: Records::new(memory.urcs),
            answer: Records::new(memory.answer),
            stage: Stage::Begin,
            connected: false,
            full: false,
            growing: false,
            rest: 0..0,
            lost: false,
            following: false,
        }
    }

    /// Begins a job. What an earlier one left behind, because its future was dropped, is given up.
    pub(super) fn begin<E>(&mut self, now: Instant, job: &Job<'_>) -> Result<(), Error<E>> {
        if matches!(self.stage, Stage::Asked | Stage::Prompted) || self.following {
            self.session.abandon(now);
        }
        (self.stage, self.following) = (Stage::Begin, false);
        match job {
            Job::Open => {
                self.urcs.clear();
                self.rest = 0..0;
                self.lost = false;
                self.session.open(now);
            }
            Job::Command(..) => {
                self.answer.clear();
                (self.connected, self.full) = (false, false);
            }
            Job::Escape(by_dtr) => {
                let left = if *by_dtr { self.session.drop_dtr(now) } else { self.session.escape(now) };
                // One that has ended by itself need not be left.
                self.stage = if left.is_ok() { Stage::Leaving } else { Stage::Left };
            }
            Job::Follow(..) | Job::Listen(_) | Job::Data(..) => {}
        }
        Ok(())
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
        let reason = match self.stage {
            Stage::Refused(reason) => Some(reason),
            _ => None,
        };
        Answer { records: if reason.is_some() { &[] } else { self.answer.bytes() }, reason, connected: self.connected }
    }

    /// The text of the last refusal.
    pub(super) fn reason(&self) -> &[u8] {
        let text = super::records::split(self.answer.bytes()).map(|(_, text, _)| text);
        text.filter(|_| matches!(self.stage, Stage::Refused(_))).unwrap_or_default()
    }

    /// Goes on with the job as far as it goes without the modem.
    pub(super) fn next<E>(&mut self, now: Instant, job: &mut Job<'_>) -> Result<Next, Error<E>> {
        loop {
            if self.look(now, job) {
                continue;
            }
            while let Some(expired) = self.session.expire(now) {
                match job {
                    Job::Follow(follow, procedure) => follow.expired(now, expired, &mut **procedure),
                    _ => self.expired(expired),
                }
            }
            if self.session.has_due(now) {
                return Ok(Next::Send);
            }
            if core::mem::take(&mut self.lost) {
                return Err(Error::Lost);
            }
            let until = match job {
                Job::Open => match self.stage {
                    Stage::Closed(error) => return Err(Error::Open(error)),
                    _ if self.session.is_open() => return Ok(Next::Done),
                    _ => Instant::FAR,
                },
                Job::Command(say, payload) => match self.stage {
                    Stage::Begin | Stage::Rested => match self.say(now, say) {
                        Ok(()) => {
                            self.stage = Stage::Asked;
                            continue;
                        }
                        // Begun by now: it gets back in step, or the one before ends.
                        Err(SessionError::Busy) if self.session.has_due(now) => continue,
                        Err(SessionError::Busy) => Instant::FAR,
                        Err(error) => return Err(Error::Session(error)),
                    },
                    Stage::Prompted => {
                        let taken = self.session.payload(payload, true);
                        let taken = taken.inspect_err(|_| self.session.abandon(now))?;
                        let done = taken == payload.len();
                        *payload = payload.get(taken..).unwrap_or_default();
                        self.stage = if done { Stage::Asked } else { Stage::Prompted };
                        continue;
                    }
                    Stage::Answered if self.full => return Err(Error::NoRoom),
                    Stage::Answered => return Ok(Next::Done),
                    Stage::Refused(_) if matches!(say, Say::Line(..)) => return Ok(Next::Done),
                    Stage::Refused(reason) => return Err(Error::Refused { command: say.name(), reason }),
                    Stage::Failed(failure) => return Err(Error::Failed { command: say.name(), failure }),
                    Stage::Silent => return Err(Error::Unresponsive),
                    _ => Instant::FAR,
                },
                Job::Follow(follow, procedure) => {
                    let after = follow.next(now, &mut self.session, &mut **procedure);
                    self.following = follow.is_asking();
                    match after {
                        Ok(After::Done) => return Ok(Next::Done),
                        Ok(After::Wait(_)) if self.session.has_due(now) => continue,
                        Ok(After::Wait(until)) => until,
                        Err(Halt::Stop(stop)) => return Err(stop.into()),
                        Err(Halt::Session(error)) => return Err(Error::Session(error)),
                    }
                }
                Job::Listen(_) if !self.urcs.is_empty() => return Ok(Next::Done),
                Job::Listen(_) if self.session.is_data() => return Err(Error::Session(SessionError::Data)),
                Job::Listen(_) if !self.session.is_open() => return Err(Error::Session(SessionError::NotOpen)),
                Job::Data(_, filled, _) if filled.is_some() => return Ok(Next::Done),
                Job::Data(_, filled, _) if !self.session.is_data() => {
                    **filled = Some(0);
                    return Ok(Next::Done);
                }
                // What is there is received, whatever the time.
                Job::Listen(until) | Job::Data(_, _, until) if *until <= now && self.stage == Stage::Rested => {
                    return Ok(Next::Done);
                }
                Job::Listen(until) | Job::Data(_, _, until) => *until,
                Job::Escape(_) => match self.stage {
                    Stage::Left => return Ok(Next::Done),
                    Stage::Stuck => return Err(Error::Data),
                    Stage::Silent => return Err(Error::Unresponsive),
                    _ => Instant::FAR,
                },
            };
            return Ok(Next::Receive(until.min(self.session.poll_at())));
        }
    }

    fn say(&mut self, now: Instant, say: &Say<'_>) -> Result<(), SessionError> {
        match say {
            Say::Request(exchange, write) => {
                self.session.submit_with(now, exchange, |escaping, to| write(escaping, to))
            }
            Say::Line(line, timeout) => self.session.submit_line(now, line, *timeout),
        }
    }

    fn expired(&mut self, expired: Expired) {
        let asked = matches!(self.stage, Stage::Asked | Stage::Prompted);
        self.stage = match expired {
            Expired::Failed(failure) if asked => Stage::Failed(failure),
            Expired::OpenFailed(error) => Stage::Closed(error),
            Expired::Unresponsive if !matches!(self.stage, Stage::Failed(_)) => Stage::Silent,
            Expired::Escaped if self.stage == Stage::Leaving => Stage::Left,
            Expired::EscapeFailed if self.stage == Stage::Leaving => Stage::Stuck,
            _ => self.stage,
        };
    }

    /// Hands on what was received: how many bytes, or that the time was up.
    pub(super) fn received<E>(&mut self, length: Option<usize>) -> Result<(), Error<E>> {
        if self.stage == Stage::Begin {
            self.stage = Stage::Rested;
        }
        match length {
            Some(0) => return Err(Error::Closed),
            Some(length) => self.rest = 0..length,
            None => {}
        }
        Ok(())
    }

    /// Looks at the next piece of what was received; false if nothing is left that is for this job.
    fn look(&mut self, now: Instant, job: &mut Job<'_>) -> bool {
        let mut wanted = self.rest.end;
        if self.session.is_data() {
            match job {
                // No more than there is room for.
                Job::Data(buffer, filled, _) if filled.is_none() => {
                    wanted = wanted.min(self.rest.start.saturating_add(buffer.len()));
                }
                // What comes before data mode is left is nobody's.
                Job::Escape(_) => {}
                _ => return false,
            }
        } else if matches!(self.stage, Stage::Answered | Stage::Refused(_) | Stage::Failed(_)) {
            return false;
        }
        let Some(mut bytes) = self.transfer.get(self.rest.start..wanted) else { return false };
        let before = bytes.len();
        let Some(incoming) = self.session.receive(now, &mut bytes) else {
            self.rest.start = wanted;
            return false;
        };
        self.rest.start = self.rest.start.saturating_add(before.saturating_sub(bytes.len()));
        let asked = matches!(self.stage, Stage::Asked | Stage::Prompted);
        let follows = matches!(job, Job::Follow(..));
        if let Job::Follow(follow, procedure) = job {
            follow.heard(now, &incoming, &mut **procedure);
        }
        match incoming {
            Incoming::Response { .. } if follows => {}
            Incoming::Response { line, second } => {
                let kind = if second { Kind::Second } else { Kind::Line };
                self.full |= !self.answer.push(kind, line, false);
            }
            Incoming::Header { line, answer, .. } => {
                self.growing = false;
                if answer {
                    self.full |= !self.answer.push(Kind::Line, line, false);
                } else {
                    let _ = self.urcs.push(Kind::Line, line, true);
                }
            }
            Incoming::Payload { bytes, left, answer } => {
                let records = if answer { &mut self.answer } else { &mut self.urcs };
                let kept = match core::mem::replace(&mut self.growing, left > 0) {
                    true => records.extend(bytes, !answer),
                    false => records.push(Kind::Second, bytes, !answer),
                };
                self.full |= answer && !kept;
            }
            Incoming::Prompt if asked => self.stage = Stage::Prompted,
            Incoming::Done(result) if asked => {
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
            Incoming::Failed(failure) if asked => self.stage = Stage::Failed(failure),
            Incoming::Unsolicited { line, second, known } => {
                let kind = match (second, known) {
                    (true, _) => Kind::Second,
                    (false, true) => Kind::Line,
                    (false, false) => Kind::Unknown,
                };
                let _ = self.urcs.push(kind, line, true);
            }
            Incoming::Restarted(line) => {
                let _ = self.urcs.push(Kind::Line, line, true);
                // A procedure has heard of it.
                self.lost = !follows;
                if asked {
                    self.stage = Stage::Failed(Failure::Restarted);
                }
            }
            Incoming::Data(data) => {
                if let Job::Data(buffer, filled, _) = job {
                    buffer.iter_mut().zip(data).for_each(|(to, from)| *to = *from);
                    **filled = Some(data.len());
                }
            }
            Incoming::DataEnded | Incoming::Escaped if self.stage == Stage::Leaving => self.stage = Stage::Left,
            _ => {}
        }
        true
    }
}
