//! What both clients do between sending and receiving. The clients themselves only move bytes and wait.

use core::fmt;
use core::ops::Range;

use qmi_wire::frame::{Frame, frame_len};
use qmi_wire::service::Service;
use qmi_wire::{ProtocolError, TlvSet};

use super::queue::Queue;
use super::{Error, Memory};
use crate::procedure::qmi::{MessageId, Outcome, Procedure, Step};
use crate::session::qmi::{Config, Expired, Failure, Incoming, OpenError, Session, SessionError, Ticket};
use crate::time::{Instant, Millis};

/// How long to wait after DEVICE_NOT_READY before asking again.
const NOT_READY_WAIT: Millis = Millis(1_000);
/// How often to ask again, before it is an answer like any other.
const NOT_READY_TRIES: u8 = 5;

/// What is to be done.
pub(super) enum Job<'j> {
    /// Open the modem.
    Open,
    /// Close it.
    Close,
    /// Give a client back.
    Release(Service, u8),
    /// Wait for an indication to read, or for the time.
    Listen(Instant),
    /// Follow a procedure to its end.
    Follow(&'j mut dyn Procedure),
}

/// How far a procedure is.
#[derive(Clone, Debug)]
enum Stage {
    /// Its next step is due; what came of the last one. The bytes of an answer are in the transfer.
    Begin,
    Answered,
    Refused(ProtocolError),
    Failed(Failure),
    Told,
    Rested,
    /// No procedure is followed: an indication is awaited.
    Listening,
    /// The answer is awaited, or the indication that brings the result.
    Asked(Ticket, Option<MessageId>),
    /// That indication is awaited.
    Hearing(MessageId, Instant),
    /// It rests until then, or until an indication comes that was not among so many.
    Resting(Instant, u32),
    /// The modem is not ready; the procedure starts over then.
    NotReady(Instant),
    /// Client numbers are recovered; the procedure starts over afterwards.
    Recovering,
}

/// What the client has to do next.
pub(super) enum Next {
    /// Send what [`Core::outgoing`] lends; if the carrier has not taken it by then, tell [`Core::received`].
    Send(Instant),
    /// Receive into [`Core::transfer`] until then, and tell [`Core::received`].
    Receive(Instant),
    /// Nothing: the job is done.
    Done,
}

/// The state of a client.
pub(super) struct Core<'s> {
    pub(super) session: Session<'s>,
    pub(super) transfer: &'s mut [u8],
    pub(super) indications: Queue<'s>,
    stage: Stage,
    /// Where the last answer is in the transfer, until the next one comes.
    answer: Range<usize>,
    /// Frames of the transfer that were not looked at yet: a carrier may deliver several at once.
    rest: Range<usize>,
    /// The modem was lost, and nobody was told yet.
    lost: bool,
    /// Why opening failed.
    refused: Option<OpenError>,
    /// How often the procedure was answered that the modem is not ready.
    not_ready: u8,
}

/// Without the bytes of messages: codes and names of subscribers are among them.
impl fmt::Debug for Core<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("session", &self.session)
            .field("indications", &self.indications)
            .field("stage", &self.stage)
            .finish_non_exhaustive()
    }
}

impl<'s> Core<'s> {
    pub(super) fn new(config: Config, memory: Memory<'s>) -> Self {
        Self {
            session: Session::new(config, memory.session),
            transfer: memory.transfer,
            indications: Queue::new(memory.indications),
            stage: Stage::Begin,
            answer: 0..0,
            rest: 0..0,
            lost: false,
            refused: None,
            not_ready: 0,
        }
    }

    /// Begins a job. What an earlier one left behind, because its future was dropped, is given up.
    pub(super) fn begin<E>(&mut self, now: Instant, job: &Job<'_>) -> Result<(), Error<E>> {
        if let Stage::Asked(ticket, _) = self.stage {
            self.session.abandon(now, ticket);
        }
        (self.stage, self.not_ready) = (Stage::Begin, 0);
        match job {
            Job::Open => {
                if !self.session.is_opening() {
                    self.indications.clear();
                    self.rest = 0..0;
                    self.lost = false;
                }
                self.refused = None;
                self.session.open(now);
            }
            Job::Close => self.session.close(now),
            Job::Release(service, instance) => {
                let timeout = Millis::from_secs(3);
                let ticket = self.session.release(now, timeout, *service, *instance).map_err(Error::Session)?;
                self.stage = Stage::Asked(ticket, None);
            }
            Job::Listen(_) => self.stage = Stage::Listening,
            Job::Follow(_) => {}
        }
        Ok(())
    }

    /// The next frame to send.
    pub(super) fn outgoing(&mut self) -> Option<&[u8]> {
        self.session.transmit()
    }

    /// Goes on with the job as far as it goes without the modem.
    pub(super) fn next<E>(&mut self, now: Instant, job: &mut Job<'_>) -> Result<Next, Error<E>> {
        loop {
            if self.session.has_due() {
                let until = match (&*job, &self.stage) {
                    (Job::Listen(until), _) => *until,
                    (_, Stage::Resting(until, _) | Stage::NotReady(until) | Stage::Hearing(_, until)) => *until,
                    _ => Instant::FAR,
                };
                return Ok(Next::Send(until.min(self.session.poll_at())));
            }
            let until = match job {
                _ if self.lost => {
                    self.lost = false;
                    return Err(Error::Lost);
                }
                Job::Open if self.session.is_open() => return Ok(Next::Done),
                Job::Open => match self.refused {
                    Some(error) => return Err(Error::Open(error)),
                    None => Instant::FAR,
                },
                Job::Close if self.session.is_closed() => return Ok(Next::Done),
                Job::Close => Instant::FAR,
                // The client is gone, whatever the modem says.
                Job::Release(..) if !matches!(self.stage, Stage::Asked(..)) => return Ok(Next::Done),
                Job::Release(..) => Instant::FAR,
                Job::Listen(_) if !self.indications.is_empty() => return Ok(Next::Done),
                Job::Listen(_) if !self.session.is_open() => return Err(Error::Session(SessionError::NotOpen)),
                // What is there is received, whatever the time.
                Job::Listen(until) if *until <= now && matches!(self.stage, Stage::Rested) => return Ok(Next::Done),
                Job::Listen(until) => *until,
                Job::Follow(procedure) => match self.stage {
                    Stage::Asked(..) => Instant::FAR,
                    Stage::Resting(until, seen) if until <= now || self.indications.arrived() != seen => {
                        self.stage = Stage::Rested;
                        continue;
                    }
                    Stage::Hearing(_, until) if until <= now => {
                        self.stage = Stage::Rested;
                        continue;
                    }
                    Stage::Resting(until, _) | Stage::Hearing(_, until) => until,
                    Stage::NotReady(until) if until > now => until,
                    Stage::Recovering if self.session.is_opening() => Instant::FAR,
                    Stage::Recovering => match self.refused.take() {
                        Some(error) => return Err(Error::Open(error)),
                        None => {
                            self.stage = Stage::Begin;
                            continue;
                        }
                    },
                    _ => match self.step(now, *procedure)? {
                        true => return Ok(Next::Done),
                        false => continue,
                    },
                },
            };
            if !self.rest.is_empty() {
                self.look(now);
                continue;
            }
            return Ok(Next::Receive(until.min(self.session.poll_at())));
        }
    }

    /// Takes one step of a procedure; true if it is done.
    #[inline(never)]
    fn step<E>(&mut self, now: Instant, procedure: &mut dyn Procedure) -> Result<bool, Error<E>> {
        let outcome = match self.stage {
            Stage::Refused(ProtocolError::DEVICE_NOT_READY)
                if self.not_ready < NOT_READY_TRIES && !procedure.hears_of_not_ready() =>
            {
                self.not_ready = self.not_ready.wrapping_add(1);
                self.session.count_not_ready();
                self.stage = Stage::NotReady(now + NOT_READY_WAIT);
                return Ok(false);
            }
            Stage::Failed(Failure::NoClient(ProtocolError::CLIENT_IDS_EXHAUSTED)) if self.session.is_exclusive() => {
                self.stage = Stage::Recovering;
                return if self.session.recover(now) { Ok(false) } else { Err(Error::Lost) };
            }
            Stage::Answered => Outcome::Answer(self.tlvs()),
            Stage::Refused(error) => Outcome::Refused(error, self.tlvs()),
            // A service that cannot be had is refused like a message that is not there.
            Stage::Failed(Failure::NoClient(error)) => Outcome::Refused(error, TlvSet::empty(Service::CTL, 0)),
            Stage::Failed(failure) => Outcome::Failed(failure),
            Stage::Told => Outcome::Told(self.tlvs()),
            Stage::Rested => Outcome::Rested,
            _ => Outcome::Begin,
        };
        let question = match procedure.step(now, outcome) {
            Step::Ask(question) => question,
            Step::Listen(message, until) => {
                self.stage = Stage::Hearing(*message, until);
                return Ok(false);
            }
            Step::Rest(until) => {
                self.stage = Stage::Resting(until, self.indications.arrived());
                return Ok(false);
            }
            Step::Done => return Ok(true),
            Step::Fail(stop) => return Err(stop.into()),
        };
        let told = question.told.then_some(*question.message);
        self.answer = 0..0;
        self.stage =
            match self.session.start(now, question.timeout, question.message, question.instance, question.request) {
                Ok(ticket) => Stage::Asked(ticket, told),
                Err(SessionError::NoService(_)) => {
                    Stage::Failed(Failure::NoClient(ProtocolError::INVALID_SERVICE_TYPE))
                }
                Err(error) => return Err(Error::Session(error)),
            };
        Ok(false)
    }

    /// Hands on what was received: the length of a transfer, or that the time was up. Says whether the peer let a time
    /// limit pass.
    pub(super) fn received(&mut self, now: Instant, length: Option<usize>) -> bool {
        let late = length.is_none() && self.session.poll_at() <= now;
        if matches!(self.stage, Stage::Listening) {
            self.stage = Stage::Rested;
        }
        if let Some(length) = length {
            self.rest = 0..length;
            self.look(now);
        }
        while let Some(expired) = self.session.expire(now) {
            match expired {
                Expired::Failed { ticket, failure } => self.settle(ticket, Stage::Failed(failure)),
                Expired::OpenFailed(error) => self.refused = Some(error),
                Expired::Closed => {}
            }
        }
        late
    }

    /// Looks at the next frame of the transfer.
    fn look(&mut self, now: Instant) {
        let Some(frames) = self.transfer.get(self.rest.clone()) else {
            self.rest = 0..0;
            return;
        };
        // What is no frame is handed in all the same, to be counted.
        let length = frame_len(frames).unwrap_or(frames.len()).min(frames.len()).max(1);
        let start = self.rest.start;
        self.rest.start = start.saturating_add(length);
        let Some(frame) = frames.get(..length) else { return };
        let stage = match self.session.receive(now, frame) {
            Incoming::Indication(told) => {
                let is = |id: &MessageId| id.service == told.service() && id.id == told.id();
                match &self.stage {
                    Stage::Hearing(id, _) if is(id) => Stage::Told,
                    Stage::Asked(ticket, Some(id)) if is(id) => {
                        self.session.abandon(now, *ticket);
                        Stage::Told
                    }
                    _ => return self.indications.push(frame),
                }
            }
            Incoming::Answer { ticket, answer } if matches!(self.stage, Stage::Asked(asked, _) if asked == ticket) => {
                match answer.verdict.ok() {
                    Ok(()) => Stage::Answered,
                    Err(error) => Stage::Refused(error),
                }
            }
            Incoming::Failed { ticket, failure } => return self.settle(ticket, Stage::Failed(failure)),
            Incoming::Lost => {
                self.lost = true;
                return;
            }
            Incoming::OpenFailed(error) => {
                self.refused = Some(error);
                return;
            }
            _ => return,
        };
        (self.answer, self.stage) = (start..self.rest.start, stage);
    }

    /// The awaited request has ended.
    #[inline(never)]
    fn settle(&mut self, ticket: Ticket, stage: Stage) {
        if matches!(self.stage, Stage::Asked(awaited, _) if awaited == ticket) {
            self.stage = stage;
        }
    }

    /// The TLVs of the last answer, or of the indication that was listened for.
    pub(super) fn tlvs(&self) -> TlvSet<'_> {
        let frame = self.transfer.get(self.answer.clone()).map(Frame::parse);
        match frame {
            Some(Ok(frame)) => frame.message.tlvs,
            _ => TlvSet::empty(Service::CTL, 0),
        }
    }
}
