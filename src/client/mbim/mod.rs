//! The MBIM client: one task, one modem.
//!
//! [`Client`] sends one command at a time and waits for its answer; indications that come meanwhile are kept for
//! [`next_indication`](Client::next_indication). The steps from a cold modem to a connection are
//! [procedures](crate::procedure::mbim), which the client [follows](Client::follow); each has a method of its own.
//!
//! # Cancellation
//!
//! Every future of the client may be dropped at any moment. What has to be remembered lives in the client: the next call
//! finishes sending what was half sent, gives up the command that nobody awaits any more (its late answer will be
//! dropped, not mistaken for another), and keeps the indications that came.

mod procedures;
mod queue;

use core::fmt;

use mbim_wire::message::{CommandDone, CommandType, IndicateStatus};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command, DecodeError, DecodeErrorKind, Encode, Query, Set, Status, Uuid, View};

pub use crate::procedure::mbim::{CommandId, ConnectRequest, Lock, Refusal, Selection};

use self::queue::Queue;
use super::Link;
use crate::procedure::mbim::{Outcome, Procedure, Step, Stop};
use crate::session::mbim::{
    Config, Counters, Event, Expired, Failure, OpenError, Place, Session, SessionError, Ticket,
};
use crate::time::{Instant, Millis};

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error<E> {
    /// The carrier failed.
    Channel(E),
    /// The session refused the call.
    Session(SessionError),
    /// The function did not open.
    Open(OpenError),
    /// The function was reset or closed by somebody else; open again.
    Lost,
    /// The command had no usable answer.
    Failed {
        /// The command; `None` if it was given by its numbers.
        command: Option<&'static CommandId>,
        /// Why.
        failure: Failure,
    },
    /// The modem refused.
    Refused(Refusal),
    /// A field of the answer cannot be read.
    Decode {
        /// The command.
        command: &'static CommandId,
        /// The field.
        error: DecodeError,
    },
    /// The modem needs a code first: PIN, PUK or another lock.
    Locked(Lock),
    /// The state asked for was not reached in time.
    NotReached,
}

impl<E> From<Stop> for Error<E> {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed { command, failure } => Self::Failed { command: Some(command), failure },
            Stop::Refused(refusal) => Self::Refused(refusal),
            Stop::Decode { command, error } => Self::Decode { command, error },
            Stop::Locked(lock) => Self::Locked(lock),
            Stop::NotReached => Self::NotReached,
        }
    }
}

impl<E> Error<E> {
    /// A field of an answer to `C` that cannot be read.
    pub fn decode<C: Command>(error: DecodeError) -> Self {
        Self::Decode {
            command: CommandId::of::<C>(),
            error,
        }
    }

    /// The refusal, if it is one.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(error) => write!(f, "channel: {error}"),
            Self::Session(error) => error.fmt(f),
            Self::Open(error) => error.fmt(f),
            Self::Lost => f.write_str("the modem was reset or closed"),
            Self::Failed {
                command: Some(command),
                failure,
            } => write!(f, "{command}: {failure}"),
            Self::Failed { command: None, failure } => failure.fmt(f),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Decode { command, error } => write!(f, "answer of {command}: {error}"),
            Self::Locked(lock) => lock.fmt(f),
            Self::NotReached => f.write_str("the state asked for was not reached in time"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for Error<E> {}

/// The memory a client works in, beside that of its session.
#[derive(Debug)]
pub struct Memory<'s> {
    /// One transfer: as long as [`Config::max_control_transfer`].
    pub transfer: &'s mut [u8],
    /// Indications that wait to be read: 24 bytes more than the information buffer each. Those that do not fit are
    /// counted, see [`Client::lost_indications`].
    pub indications: &'s mut [u8],
    /// The session's memory. A client has one command under way, so two slots do; more let commands that were given up
    /// linger.
    pub session: crate::session::mbim::Memory<'s>,
}

/// What a step of the run loop waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Goal {
    Open,
    Closed,
    Answer(Ticket),
    /// An indication to read, or the time.
    Indication(Instant),
    /// An indication that is not among the first so many, or the time.
    News(u32, Instant),
}

/// How a step of a procedure ended; the bytes of an answer are the client's.
#[derive(Clone, Copy, Debug)]
enum Ended {
    Begin,
    Answer,
    Refused(Refusal),
    Failed(Failure),
    Rested,
}

/// How waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reached {
    Done,
    /// The answer is in this place.
    Answer(Place),
    OpenFailed(OpenError),
    Failed(Failure),
    Lost,
    Time,
}

/// An MBIM modem, seen from the host.
#[derive(Debug)]
pub struct Client<'s, L> {
    link: L,
    session: Session<'s>,
    transfer: &'s mut [u8],
    indications: Queue<'s>,
    /// The command whose answer is awaited, or was when a future was dropped.
    awaited: Option<Ticket>,
    /// Where the last answer is, until the next transfer comes.
    answer: Place,
}

impl<'s, L: Link> Client<'s, L> {
    /// A client for the function at the other end of `link`; call [`open`](Self::open) first.
    pub fn new(link: L, config: Config, memory: Memory<'s>) -> Self {
        Self {
            link,
            session: Session::new(config, memory.session),
            transfer: memory.transfer,
            indications: Queue::new(memory.indications),
            awaited: None,
            answer: Place::Transfer,
        }
    }

    /// The link, for whoever put a tracer or a tap into it.
    pub const fn link(&mut self) -> &mut L {
        &mut self.link
    }

    /// What the session has seen that went nowhere.
    pub const fn counters(&self) -> &Counters {
        self.session.counters()
    }

    /// Indications that found no room.
    pub fn lost_indications(&self) -> u32 {
        self.indications.lost()
    }

    /// Largest transfer in bytes that was agreed on.
    pub const fn max_control_transfer(&self) -> u32 {
        self.session.max_control_transfer()
    }

    /// The transaction id that the next message will have.
    pub const fn next_transaction(&self) -> u32 {
        self.session.next_transaction()
    }

    /// Takes an open function over without OPEN.
    pub fn assume_open(&mut self) {
        self.session.assume_open();
    }

    /// Opens the function, with retries; up to [`Config::open_total`]. Indications of earlier times are dropped.
    ///
    /// # Errors
    ///
    /// [`Error::Open`], [`Error::Channel`].
    ///
    /// # Cancellation
    ///
    /// Cancel-safe: another call goes on where the dropped one was.
    pub async fn open(&mut self) -> Result<(), Error<L::Error>> {
        if !self.session.is_opening() {
            self.indications.clear();
            self.awaited = None;
        }
        self.session.open(self.link.now());
        match self.run(Goal::Open).await? {
            Reached::OpenFailed(error) => Err(Error::Open(error)),
            _ => Ok(()),
        }
    }

    /// Closes the function; without an answer it counts as closed after [`Config::close`].
    ///
    /// # Errors
    ///
    /// [`Error::Channel`].
    ///
    /// # Cancellation
    ///
    /// Cancel-safe: another call sends CLOSE again.
    pub async fn close(&mut self) -> Result<(), Error<L::Error>> {
        self.awaited = None;
        self.session.close(self.link.now());
        self.run(Goal::Closed).await.map(drop)
    }

    /// Sends a command of any service and waits for the answer, whatever its status.
    ///
    /// # Errors
    ///
    /// [`Error`], but not [`Error::Refused`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future gives the command up; the modem may carry it out all the same.
    pub async fn command(
        &mut self,
        service: Uuid,
        cid: u32,
        kind: CommandType,
        body: &dyn Encode,
        timeout: Millis,
    ) -> Result<CommandDone<'_>, Error<L::Error>> {
        match self.exchange(&CommandId { service, cid }, kind, body, timeout).await? {
            Ok(()) => self
                .answer()
                .map_err(|failure| Error::Failed { command: None, failure }),
            Err(failure) => Err(Error::Failed { command: None, failure }),
        }
    }

    /// Asks. The view reads the answer in the client's memory.
    ///
    /// # Errors
    ///
    /// [`Error`]; [`Error::Refused`] with the modem's reason if the status is not success.
    ///
    /// # Cancellation
    ///
    /// As [`command`](Self::command).
    pub async fn query<'p, Q: Query>(
        &mut self,
        params: &<Q::Params<'p> as View<'p>>::Value,
    ) -> Result<Q::Response<'_>, Error<L::Error>> {
        self.ask(CommandId::of::<Q>(), CommandType::QUERY, params, Q::Response::FIXED)
            .await?;
        Ok(Q::Response::new(self.body()))
    }

    /// Changes. The view reads the answer in the client's memory.
    ///
    /// # Errors
    ///
    /// [`Error`]; [`Error::Refused`] with the modem's reason if the status is not success.
    ///
    /// # Cancellation
    ///
    /// As [`command`](Self::command).
    pub async fn set<'p, S: Set>(
        &mut self,
        params: &<S::Params<'p> as View<'p>>::Value,
    ) -> Result<S::Response<'_>, Error<L::Error>> {
        self.ask(CommandId::of::<S>(), CommandType::SET, params, S::Response::FIXED)
            .await?;
        Ok(S::Response::new(self.body()))
    }

    /// Does what a procedure says, to its end.
    ///
    /// # Errors
    ///
    /// [`Error`]; what the procedure stops with becomes the variant of the same name.
    ///
    /// # Cancellation
    ///
    /// Dropping the future gives the command up that is under way; the procedure stands where it stood.
    pub async fn follow(&mut self, procedure: &mut dyn Procedure) -> Result<(), Error<L::Error>> {
        let mut outcome = Ended::Begin;
        loop {
            let now = self.link.now();
            let last = match outcome {
                Ended::Begin => Outcome::Begin,
                Ended::Rested => Outcome::Rested,
                Ended::Answer => Outcome::Answer(self.body()),
                Ended::Refused(refusal) => Outcome::Refused(refusal, self.body()),
                Ended::Failed(failure) => Outcome::Failed(failure),
            };
            outcome = match procedure.step(now, last) {
                Step::Done => return Ok(()),
                Step::Fail(stop) => return Err(stop.into()),
                Step::Rest(until) => {
                    self.rest(Goal::News(self.indications.arrived(), until)).await?;
                    Ended::Rested
                }
                Step::Ask(question) => {
                    match self.ask(question.command, question.kind, question.params, question.least).await {
                        Ok(()) => Ended::Answer,
                        Err(Error::Refused(refusal)) => Ended::Refused(refusal),
                        Err(Error::Failed { failure, .. }) => Ended::Failed(failure),
                        Err(error) => return Err(error),
                    }
                }
            };
        }
    }

    /// Sends a command, waits for its answer, and refuses all but success with at least `least` bytes. This is the one
    /// place for all of that: what is generic over commands costs flash for each.
    async fn ask(
        &mut self,
        id: &'static CommandId,
        kind: CommandType,
        params: &dyn Encode,
        least: usize,
    ) -> Result<(), Error<L::Error>> {
        let failed = |failure| Error::Failed {
            command: Some(id),
            failure,
        };
        self.exchange(id, kind, params, timeout(id, kind))
            .await?
            .map_err(failed)?;
        let answer = self.answer().map_err(failed)?;
        if answer.status != Status::SUCCESS {
            return Err(Error::Refused(Refusal::new(id, answer.status, answer.body)));
        }
        if answer.body.len() < least {
            let error = DecodeError::new(DecodeErrorKind::OutOfBounds, answer.body.len());
            return Err(Error::Decode { command: id, error });
        }
        Ok(())
    }

    /// Sends a command and waits for its answer, which then is in its [place](Self::answer).
    async fn exchange(
        &mut self,
        id: &CommandId,
        kind: CommandType,
        body: &dyn Encode,
        timeout: Millis,
    ) -> Result<Result<(), Failure>, Error<L::Error>> {
        self.flush().await?;
        let now = self.link.now();
        let ticket = self
            .session
            .start(now, timeout, id.service, id.cid, kind, body)
            .map_err(Error::Session)?;
        self.awaited = Some(ticket);
        let reached = self.run(Goal::Answer(ticket)).await;
        self.awaited = None;
        match reached? {
            Reached::Answer(place) => {
                self.answer = place;
                Ok(Ok(()))
            }
            Reached::Failed(failure) => Ok(Err(failure)),
            _ => Err(Error::Lost),
        }
    }

    /// The last answer.
    fn answer(&self) -> Result<CommandDone<'_>, Failure> {
        CommandDone::parse(self.session.payload(self.answer, self.transfer)).map_err(Failure::Malformed)
    }

    /// The information buffer of the last answer, whatever its status.
    fn body(&self) -> &[u8] {
        self.answer().map_or(&[], |answer| answer.body)
    }

    /// The next indication; `None` once `until` has passed ([`Instant::FAR`] waits for ever).
    ///
    /// # Errors
    ///
    /// [`Error::Channel`], [`Error::Lost`].
    ///
    /// # Cancellation
    ///
    /// Cancel-safe: no indication is lost.
    pub async fn next_indication(&mut self, until: Instant) -> Result<Option<IndicateStatus<'_>>, Error<L::Error>> {
        self.rest(Goal::Indication(until)).await?;
        Ok(self.indications.pop())
    }

    /// Waits for an indication.
    async fn rest(&mut self, goal: Goal) -> Result<(), Error<L::Error>> {
        self.flush().await?;
        match self.run(goal).await? {
            Reached::Lost => Err(Error::Lost),
            _ => Ok(()),
        }
    }

    /// Gives up the command whose future was dropped, and finishes sending what was half sent.
    async fn flush(&mut self) -> Result<(), Error<L::Error>> {
        if let Some(ticket) = self.awaited.take() {
            self.session.abandon(ticket);
        }
        self.send_due().await
    }

    async fn send_due(&mut self) -> Result<(), Error<L::Error>> {
        while let Some(transfer) = self.session.transmit() {
            self.link.send(transfer).await.map_err(Error::Channel)?;
        }
        Ok(())
    }

    /// The run loop: send, receive or wait, act on time; until the goal is reached.
    async fn run(&mut self, goal: Goal) -> Result<Reached, Error<L::Error>> {
        loop {
            self.send_due().await?;
            let (there, time) = match goal {
                Goal::Indication(time) => (!self.indications.is_empty(), time),
                Goal::News(seen, time) => (self.indications.arrived() != seen, time),
                _ => (false, Instant::FAR),
            };
            if there {
                return Ok(Reached::Done);
            }
            let until = self.session.poll_at().min(time);
            let received = self.link.receive(self.transfer, until).await.map_err(Error::Channel)?;
            let now = self.link.now();
            let reached = match received {
                Some(length) => self.received(now, length, goal),
                None => None,
            };
            if let Some(reached) = reached.or_else(|| self.expired(now, goal)) {
                return Ok(reached);
            }
            if time <= now {
                return Ok(Reached::Time);
            }
        }
    }

    /// Hands a transfer to the session; says whether that reaches the goal.
    fn received(&mut self, now: Instant, length: usize, goal: Goal) -> Option<Reached> {
        let transfer = self.transfer.get(..length)?;
        match (self.session.classify(now, transfer), goal) {
            (Event::Indication { place }, _) => {
                if let Ok(indication) = IndicateStatus::parse(self.session.payload(place, transfer)) {
                    self.indications.push(&indication);
                }
                None
            }
            (Event::Opened, Goal::Open) | (Event::Closed, Goal::Closed) => Some(Reached::Done),
            (Event::OpenFailed(error), Goal::Open) => Some(Reached::OpenFailed(error)),
            (Event::Answer { ticket, place }, Goal::Answer(awaited)) if ticket == awaited => {
                Some(Reached::Answer(place))
            }
            (Event::Failed { ticket, failure }, Goal::Answer(awaited)) if ticket == awaited => {
                Some(Reached::Failed(failure))
            }
            (Event::Lost, Goal::Answer(_) | Goal::Indication(_) | Goal::News(..)) => Some(Reached::Lost),
            _ => None,
        }
    }

    /// Lets the session act on time; says whether that reaches the goal.
    fn expired(&mut self, now: Instant, goal: Goal) -> Option<Reached> {
        while let Some(expired) = self.session.expire(now) {
            match (expired, goal) {
                (Expired::Opened, Goal::Open) | (Expired::Closed, Goal::Closed) => return Some(Reached::Done),
                (Expired::OpenFailed(error), Goal::Open) => return Some(Reached::OpenFailed(error)),
                (Expired::Failed { ticket, failure }, Goal::Answer(awaited)) if ticket == awaited => {
                    return Some(Reached::Failed(failure));
                }
                _ => {}
            }
        }
        None
    }
}

/// How long a command may take: seconds for most, minutes where the network has a say.
fn timeout(id: &CommandId, kind: CommandType) -> Millis {
    let seconds = match (id.cid, kind) {
        _ if id.service != bc::BASIC_CONNECT => 30,
        (bc::VisibleProviders::CID, _) => 240,
        (bc::Connect::CID, CommandType::SET) => 180,
        (bc::RegisterState::CID | bc::PacketService::CID, CommandType::SET) => 120,
        (bc::IpConfiguration::CID | bc::ProvisionedContexts::CID, _) | (bc::SignalState::CID, CommandType::SET) => 60,
        (bc::HomeProvider::CID | bc::RadioState::CID | bc::DeviceServices::CID | bc::Pin::CID, _) => 30,
        _ => 10,
    };
    Millis::from_secs(seconds)
}
