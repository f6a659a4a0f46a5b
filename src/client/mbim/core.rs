//! What both clients do between sending and receiving. The clients themselves only move bytes and wait.

use core::fmt;

use mbim_wire::message::{CommandDone, IndicateStatus};
use mbim_wire::service::proxy_control::VersionNotification;
use mbim_wire::{Status, Uuid};

use super::{Error, Memory};
use crate::client::queue::Queue;
use crate::procedure::mbim::{Layouts, Outcome, Procedure, Step, proxy_versions};
use crate::session::mbim::{Config, Event, Expired, Failure, OpenError, Place, Session, SessionError, Ticket};
use crate::time::{Instant, Millis};

/// How long to wait after BUSY before asking again.
const BUSY_WAIT: Millis = Millis(1_000);
/// How often to ask again, before it is an answer like any other.
const BUSY_TRIES: u8 = 5;

/// What is to be done.
pub(super) enum Job<'j> {
    /// Open the function.
    Open,
    /// Close it.
    Close,
    /// Wait for an indication to read, or for the time.
    Listen(Instant),
    /// Follow a procedure to its end.
    Follow(&'j mut dyn Procedure),
}

/// How far a procedure is.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// Its next step is due; what came of the last one. The bytes of an answer are the session's.
    Begin,
    Answered,
    Refused(Status),
    Failed(Failure),
    Rested,
    /// No procedure is followed: an indication is awaited.
    Listening,
    /// The answer is awaited.
    Asked(Ticket),
    /// It rests until then, or until an indication comes that was not among so many.
    Resting(Instant, u32),
    /// The modem is busy; the procedure starts over then.
    Busy(Instant),
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
    /// Where the last answer is, until the next transfer comes.
    answer: Place,
    /// The function was lost, and nobody was told yet.
    lost: bool,
    /// Why opening failed.
    refused: Option<OpenError>,
    /// How often the procedure was answered BUSY.
    busy: u8,
    /// The layouts of the version in force.
    pub(super) layouts: &'static Layouts,
    /// How to follow what a proxy indicates of the version; nobody else does. A function, so that the layouts of later
    /// versions are only linked with a proxy.
    pub(super) heed: Option<fn(&IndicateStatus<'_>) -> Option<&'static Layouts>>,
}

/// Without the bytes of messages: codes and names of subscribers are among them.
impl fmt::Debug for Core<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("session", &self.session)
            .field("indications", &self.indications)
            .field("stage", &self.stage)
            .field("layouts", &self.layouts)
            .finish_non_exhaustive()
    }
}

impl<'s> Core<'s> {
    pub(super) fn new(mut config: Config, memory: Memory<'s>) -> Self {
        // The function must not send more than can be received.
        let room = u32::try_from(memory.transfer.len()).unwrap_or(u32::MAX);
        config.max_control_transfer = config.max_control_transfer.min(room);
        Self {
            session: Session::new(config, memory.session),
            transfer: memory.transfer,
            indications: Queue::new(memory.indications),
            stage: Stage::Begin,
            answer: Place::Transfer,
            lost: false,
            refused: None,
            busy: 0,
            layouts: Layouts::V1,
            heed: None,
        }
    }

    /// Begins a job. What an earlier one left behind, because its future was dropped, is given up.
    pub(super) fn begin(&mut self, now: Instant, job: &Job<'_>) {
        if let Stage::Asked(ticket) = self.stage {
            self.session.abandon(ticket);
        }
        (self.stage, self.busy) = (Stage::Begin, 0);
        match job {
            Job::Open => {
                if !self.session.is_opening() {
                    self.indications.clear();
                    self.lost = false;
                    self.refused = None;
                    // What is open behind a proxy stays open, and so does the version.
                    if self.heed.is_none() {
                        self.layouts = Layouts::V1;
                    }
                }
                self.session.open(now);
            }
            Job::Close => self.session.close(now),
            Job::Listen(_) => self.stage = Stage::Listening,
            Job::Follow(_) => {}
        }
    }

    /// The next transfer to send.
    pub(super) fn outgoing(&mut self) -> Option<&[u8]> {
        self.session.transmit()
    }

    /// Goes on with the job as far as it goes without the modem.
    pub(super) fn next<E>(&mut self, now: Instant, job: &mut Job<'_>) -> Result<Next, Error<E>> {
        loop {
            if self.session.has_due() {
                let until = match (&*job, &self.stage) {
                    (Job::Listen(until), _) | (_, Stage::Resting(until, _) | Stage::Busy(until)) => *until,
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
                Job::Listen(_) if !self.indications.is_empty() => return Ok(Next::Done),
                Job::Listen(_) if !self.session.is_open() => return Err(Error::Session(SessionError::NotOpen)),
                // What is there is received, whatever the time.
                Job::Listen(until) if *until <= now && matches!(self.stage, Stage::Rested) => return Ok(Next::Done),
                Job::Listen(until) => *until,
                Job::Follow(procedure) => match self.stage {
                    Stage::Asked(_) => Instant::FAR,
                    Stage::Resting(until, seen) if until <= now || self.indications.arrived() != seen => {
                        self.stage = Stage::Rested;
                        continue;
                    }
                    Stage::Resting(until, _) => until,
                    Stage::Busy(until) if until > now => until,
                    _ => match self.step(now, *procedure)? {
                        true => return Ok(Next::Done),
                        false => continue,
                    },
                },
            };
            return Ok(Next::Receive(until.min(self.session.poll_at())));
        }
    }

    /// Takes one step of a procedure; true if it is done.
    #[inline(never)]
    fn step<E>(&mut self, now: Instant, procedure: &mut dyn Procedure) -> Result<bool, Error<E>> {
        if matches!(self.stage, Stage::Refused(Status::BUSY)) && self.busy < BUSY_TRIES && !procedure.hears_of_busy() {
            self.busy = self.busy.wrapping_add(1);
            self.session.count_busy();
            self.stage = Stage::Busy(now + BUSY_WAIT);
            return Ok(false);
        }
        let outcome = match self.stage {
            Stage::Answered => Outcome::Answer(self.body()),
            Stage::Refused(status) => Outcome::Refused(status, self.body()),
            Stage::Failed(failure) => Outcome::Failed(failure),
            Stage::Rested => Outcome::Rested,
            _ => Outcome::Begin,
        };
        let question = match procedure.step(now, outcome) {
            Step::Ask(question) => question,
            Step::Rest(until) => {
                self.stage = Stage::Resting(until, self.indications.arrived());
                return Ok(false);
            }
            Step::Done => return Ok(true),
            Step::Fail(stop) => return Err(stop.into()),
        };
        let id = question.command;
        let started = self.session.start(now, question.timeout, id.service, id.cid, question.kind, question.params);
        let ticket = started.map_err(Error::Session)?;
        self.stage = Stage::Asked(ticket);
        Ok(false)
    }

    /// Hands on what was received: the length of a transfer, or that the time was up. Says whether the peer let a time
    /// limit pass.
    pub(super) fn received(&mut self, now: Instant, length: Option<usize>) -> bool {
        let late = length.is_none() && self.session.poll_at() <= now;
        if matches!(self.stage, Stage::Listening) {
            self.stage = Stage::Rested;
        }
        if let Some(transfer) = length.and_then(|length| self.transfer.get(..length)) {
            match self.session.classify(now, transfer) {
                Event::Indication { place } => {
                    if let Ok(indication) = IndicateStatus::parse(self.session.payload(place, transfer)) {
                        if let Some(layouts) = self.heed.and_then(|heed| heed(&indication)) {
                            self.layouts = layouts;
                        }
                        let _ = keep(&mut self.indications, &indication);
                    }
                }
                Event::Answer { ticket, place } => {
                    self.answer = place;
                    let status = self.answer().map_or(Status::FAILURE, |answer| answer.status);
                    let stage = if status == Status::SUCCESS { Stage::Answered } else { Stage::Refused(status) };
                    self.settle(ticket, stage);
                }
                Event::Failed { ticket, failure } => self.settle(ticket, Stage::Failed(failure)),
                Event::Lost => self.lost = true,
                Event::OpenFailed(error) => self.refused = Some(error),
                _ => {}
            }
        }
        while let Some(expired) = self.session.expire(now) {
            match expired {
                Expired::Failed { ticket, failure } => self.settle(ticket, Stage::Failed(failure)),
                Expired::OpenFailed(error) => self.refused = Some(error),
                Expired::Opened | Expired::Closed => {}
            }
        }
        late
    }

    /// The awaited command has ended.
    #[inline(never)]
    fn settle(&mut self, ticket: Ticket, stage: Stage) {
        if matches!(self.stage, Stage::Asked(awaited) if awaited == ticket) {
            self.stage = stage;
        }
    }

    /// What a proxy has indicated of the versions in force. Before the function is open, nothing else that is indicated
    /// is of use, and opening would drop it.
    pub(super) fn versions(&mut self) -> Option<VersionNotification> {
        let mut versions = None;
        if self.session.is_open() {
            return versions;
        }
        while let Some(indication) = self.next_indication() {
            versions = proxy_versions(&indication).or(versions);
        }
        versions
    }

    /// The oldest indication that waits to be read.
    pub(super) fn next_indication(&mut self) -> Option<IndicateStatus<'_>> {
        let (service, rest) = self.indications.pop()?.split_first_chunk()?;
        let (cid, body) = rest.split_first_chunk()?;
        Some(IndicateStatus { service: Uuid(*service), cid: u32::from_le_bytes(*cid), body })
    }

    /// The last answer.
    pub(super) fn answer(&self) -> Result<CommandDone<'_>, Failure> {
        CommandDone::parse(self.session.payload(self.answer, self.transfer)).map_err(Failure::Malformed)
    }

    /// The information buffer of the last answer, whatever its status.
    pub(super) fn body(&self) -> &[u8] {
        self.answer().map_or(&[], |answer| answer.body)
    }
}

/// Keeps an indication: the service, the command, the information buffer. What does not fit is counted.
#[inline(never)]
fn keep(indications: &mut Queue<'_>, indication: &IndicateStatus<'_>) -> Option<()> {
    let length = indication.body.len().checked_add(20)?;
    let (service, rest) = indications.push(length)?.split_first_chunk_mut()?;
    let (cid, body) = rest.split_first_chunk_mut()?;
    (*service, *cid) = (indication.service.0, indication.cid.to_le_bytes());
    // Not `copy_from_slice`, which can panic as far as the compiler knows.
    body.iter_mut().zip(indication.body).for_each(|(to, from)| *to = *from);
    Some(())
}
