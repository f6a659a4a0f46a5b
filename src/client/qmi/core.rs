//! What both clients do between sending and receiving. The clients themselves only move bytes and wait.

use core::fmt;
use core::ops::Range;

use qmi_wire::frame::{Frame, frame_len};
use qmi_wire::service::Service;
use qmi_wire::{ProtocolError, TlvSet};

use super::{Error, Memory};
use crate::client::queue::Queue;
use crate::procedure::qmi::{MessageId, Outcome, Procedure, Question, Step};
use crate::session::qmi::{
    Config, Due, Expired, Failure, Incoming, Indication, OpenError, Owned, Session, SessionError, Ticket,
};
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
    /// Wait for an indication to read, or for the time.
    Listen(Instant),
    /// Follow a procedure to its end.
    Follow(&'j mut dyn Procedure),
}

/// How far a job is. What is waited for besides, and until when, is in [`Core`].
#[derive(Clone, Copy, Debug, PartialEq)]
// A tag of its own is compared with less code than one that shares its byte with a failure.
#[repr(u8)]
enum Stage {
    /// The next step of a procedure is due; what came of the last one. The bytes of an answer are in the transfer.
    Begin,
    Answered,
    Refused(ProtocolError),
    Failed(Failure),
    Told,
    Rested,
    /// No procedure is followed: an indication is awaited.
    Listening,
    /// The answer is awaited, or the indication that brings the result.
    Asked(Ticket),
    /// That indication is awaited.
    Hearing,
    /// It rests, or until an indication comes that was not there before.
    Resting,
    /// The modem is not ready; the procedure starts over then.
    NotReady,
    /// Client numbers are recovered; the procedure starts over afterwards.
    Recovering,
    /// The procedure is at its end.
    Done,
}

/// Gives a client back; it counts as given back, whatever the modem answers.
pub(super) struct Release(Due);

impl Release {
    pub(super) fn new(owned: &Owned) -> Self {
        Self(Due::release(0, owned.service, owned.client))
    }
}

impl Procedure for Release {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => Step::Ask(Question::new(self.0.message, &self.0).within(Millis::from_secs(3))),
            _ => Step::Done,
        }
    }

    fn hears_of_not_ready(&self) -> bool {
        true
    }
}

/// What the client has to do next, when there is nothing to send.
pub(super) enum Next {
    /// See whether there is something to send by now.
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
    pub(super) indications: Queue<'s>,
    stage: Stage,
    /// The indication that is awaited.
    told: Option<MessageId>,
    /// How long is waited, if not until something happens.
    until: Instant,
    /// How many indications had come when the rest began.
    seen: u32,
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
            told: None,
            until: Instant::FAR,
            seen: 0,
            answer: 0..0,
            rest: 0..0,
            lost: false,
            refused: None,
            not_ready: 0,
        }
    }

    /// Begins a job. What an earlier one left behind, because its future was dropped, is given up.
    pub(super) fn begin(&mut self, now: Instant, job: &Job<'_>) {
        if let Stage::Asked(ticket) = self.stage {
            self.session.abandon(now, ticket);
        }
        (self.stage, self.not_ready, self.told, self.until) = (Stage::Begin, 0, None, Instant::FAR);
        self.refused = None;
        match job {
            Job::Open => {
                if !self.session.is_opening() {
                    self.indications.clear();
                    self.rest = 0..0;
                    self.lost = false;
                }
                self.session.open(now);
            }
            Job::Close => self.session.close(now),
            Job::Listen(until) => (self.stage, self.until) = (Stage::Listening, *until),
            Job::Follow(_) => {}
        }
    }

    /// Until when is waited for whatever is awaited: a frame that the carrier has not taken by then is given up, which
    /// [`received`](Self::received) is told.
    pub(super) fn until(&self) -> Instant {
        self.until.min(self.session.poll_at())
    }

    /// Whether the peer lets a time limit pass.
    pub(super) fn is_late(&self, now: Instant) -> bool {
        self.session.poll_at() <= now
    }

    /// The next frame to send, before anything else is done.
    pub(super) fn outgoing(&mut self) -> Option<&[u8]> {
        self.session.transmit()
    }

    /// Goes on with the job, without the modem.
    pub(super) fn next<E>(&mut self, now: Instant, job: &mut Job<'_>) -> Result<Next, Error<E>> {
        if core::mem::take(&mut self.lost) {
            return Err(Error::Lost);
        }
        let over = self.until <= now;
        match job {
            Job::Open if self.session.is_open() => return Ok(Next::Done),
            Job::Open => {
                if let Some(error) = self.refused {
                    return Err(Error::Open(error));
                }
            }
            Job::Close if self.session.is_closed() => return Ok(Next::Done),
            Job::Close => {}
            Job::Listen(_) if !self.indications.is_empty() => return Ok(Next::Done),
            Job::Listen(_) if !self.session.is_open() => return Err(Error::Session(SessionError::NotOpen)),
            // What is there is received, whatever the time.
            Job::Listen(_) if over && matches!(self.stage, Stage::Rested) => return Ok(Next::Done),
            Job::Listen(_) => {}
            Job::Follow(procedure) => {
                let waits = match self.stage {
                    Stage::Done => return Ok(Next::Done),
                    Stage::Asked(_) => true,
                    Stage::Resting => !over && self.indications.arrived() == self.seen,
                    Stage::Hearing | Stage::NotReady => !over,
                    Stage::Recovering => self.session.is_opening(),
                    _ => false,
                };
                if !waits {
                    self.step(now, *procedure)?;
                    return Ok(Next::Send);
                }
            }
        }
        if self.rest.is_empty() {
            return Ok(Next::Receive(self.until()));
        }
        self.look(now);
        Ok(Next::Send)
    }

    /// Takes one step of a procedure.
    #[inline(never)]
    fn step<E>(&mut self, now: Instant, procedure: &mut dyn Procedure) -> Result<(), Error<E>> {
        (self.told, self.until) = (None, Instant::FAR);
        let tlvs = self.tlvs();
        let outcome = match self.stage {
            Stage::Refused(ProtocolError::DEVICE_NOT_READY)
                if self.not_ready < NOT_READY_TRIES && !procedure.hears_of_not_ready() =>
            {
                self.not_ready = self.not_ready.wrapping_add(1);
                self.session.count_not_ready();
                (self.stage, self.until) = (Stage::NotReady, now + NOT_READY_WAIT);
                return Ok(());
            }
            Stage::Failed(Failure::NoClient(ProtocolError::CLIENT_IDS_EXHAUSTED)) if self.session.is_exclusive() => {
                self.stage = Stage::Recovering;
                return if self.session.recover(now) { Ok(()) } else { Err(Error::Lost) };
            }
            Stage::Answered => Outcome::Answer(tlvs),
            // A service that cannot be had is refused like a message that is not there.
            Stage::Refused(error) | Stage::Failed(Failure::NoClient(error)) => Outcome::Refused(error, tlvs),
            Stage::Failed(failure) => Outcome::Failed(failure),
            Stage::Told => Outcome::Told(tlvs),
            Stage::Rested | Stage::Resting | Stage::Hearing => Outcome::Rested,
            _ => match self.refused.take() {
                Some(error) => return Err(Error::Open(error)),
                None => Outcome::Begin,
            },
        };
        let question = match procedure.step(now, outcome) {
            Step::Ask(question) => question,
            Step::Listen(message, until) => {
                (self.stage, self.told, self.until) = (Stage::Hearing, Some(*message), until);
                return Ok(());
            }
            Step::Rest(until) => {
                (self.stage, self.until, self.seen) = (Stage::Resting, until, self.indications.arrived());
                return Ok(());
            }
            Step::Done => {
                self.stage = Stage::Done;
                return Ok(());
            }
            Step::Fail(stop) => return Err(stop.into()),
        };
        self.told = question.told.then_some(*question.message);
        self.answer = 0..0;
        self.stage =
            match self.session.start(now, question.timeout, question.message, question.instance, question.request) {
                Ok(ticket) => Stage::Asked(ticket),
                Err(SessionError::NoService(_)) => {
                    Stage::Failed(Failure::NoClient(ProtocolError::INVALID_SERVICE_TYPE))
                }
                Err(error) => return Err(Error::Session(error)),
            };
        Ok(())
    }

    /// Hands on what was received: the length of a transfer, or that the time was up.
    pub(super) fn received(&mut self, now: Instant, length: Option<usize>) {
        if matches!(self.stage, Stage::Listening) {
            self.stage = Stage::Rested;
        }
        if let Some(length) = length {
            self.rest = 0..length;
            self.look(now);
        }
        while let Some(expired) = self.session.expire(now) {
            match expired {
                Expired::Failed { ticket, failure } => self.settle(ticket, failure),
                Expired::OpenFailed(error) => self.refused = Some(error),
                Expired::Closed => {}
            }
        }
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
                let awaited = self.told.is_some_and(|id| id.service == told.service() && id.id == told.id());
                if !awaited {
                    if let Some(place) = self.indications.push(frame.len()) {
                        // Not `copy_from_slice`, which can panic as far as the compiler knows.
                        place.iter_mut().zip(frame).for_each(|(to, from)| *to = *from);
                    }
                    return;
                }
                if let Stage::Asked(ticket) = self.stage {
                    self.session.abandon(now, ticket);
                }
                Stage::Told
            }
            Incoming::Answer { ticket, answer } if self.awaits(ticket) => match answer.verdict.ok() {
                Ok(()) => Stage::Answered,
                Err(error) => Stage::Refused(error),
            },
            Incoming::Failed { ticket, failure } => return self.settle(ticket, failure),
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
        (self.answer, self.stage, self.told) = (start..self.rest.start, stage, None);
    }

    /// Whether that request is awaited.
    fn awaits(&self, ticket: Ticket) -> bool {
        matches!(self.stage, Stage::Asked(awaited) if awaited == ticket)
    }

    /// A request has ended.
    #[inline(never)]
    fn settle(&mut self, ticket: Ticket, failure: Failure) {
        if self.awaits(ticket) {
            self.stage = Stage::Failed(failure);
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

    /// The oldest indication that waits to be read.
    pub(super) fn next_indication(&mut self) -> Option<Indication<'_>> {
        let frame = Frame::parse(self.indications.pop()?).ok()?;
        Some(Indication { client: frame.framing.client().unwrap_or(0), tlvs: frame.message.tlvs })
    }
}
