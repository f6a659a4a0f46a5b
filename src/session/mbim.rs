//! MBIM in the role of the host, sans-IO.
//!
//! [`Session`] opens and closes the function, numbers transactions and matches their answers, cuts long commands and puts
//! long answers together, keeps the time limits, and complains to the function where the specification demands it. Late,
//! repeated and foreign answers are settled here: counted in [`Counters`], never handed to the wrong command.

use core::fmt;

use heapless::Deque;
use mbim_wire::fragment::{Assembler, AssemblyError, Progress, Splitter};
use mbim_wire::message::{
    self, Body, CommandDone, CommandType, DEFAULT_CONTROL_TRANSFER, Fragment, HeaderError, IndicateStatus,
    MIN_CONTROL_TRANSFER, MessageType, Transfer,
};
use mbim_wire::service::proxy_control::PROXY_CONTROL;
use mbim_wire::{Encode, EncodeError, ProtocolError, Status, Uuid};

use crate::time::{Instant, Millis};

/// Longest pause between two fragments of one message.
const FRAGMENT_GAP: Millis = Millis(1250);
/// How long a CLOSE that only clears the way for an OPEN may take.
const CLOSE_FIRST: Millis = Millis(2_000);
/// Complaints that can wait to be sent; more are counted as lost.
const HOST_ERRORS: usize = 4;

/// How a session behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Config {
    /// Largest transfer in bytes, both ways: wMaxControlMessage of the function, if the receive buffer takes that much.
    /// At least 64.
    pub max_control_transfer: u32,
    /// Send a CLOSE before the first OPEN: for functions that somebody else may have left open.
    pub close_before_open: bool,
    /// How long one OPEN may stay unanswered before it is repeated.
    pub open_try: Millis,
    /// How long opening may take in all.
    pub open_total: Millis,
    /// How long CLOSE may stay unanswered.
    pub close: Millis,
    /// The first transaction id, for whoever takes over an open function: one more than the last used.
    pub first_transaction: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_control_transfer: DEFAULT_CONTROL_TRANSFER,
            close_before_open: false,
            open_try: Millis::from_secs(5),
            open_total: Millis::from_secs(30),
            close: Millis::from_secs(10),
            first_transaction: 1,
        }
    }
}

/// The memory a session works in.
pub struct Memory<'s> {
    /// One slot for each command that may be awaited at a time. More let the late answers to commands that were given up
    /// be told from foreign ones.
    pub slots: &'s mut [Slot],
    /// The longest command: 48 bytes more than its information buffer.
    pub command: &'s mut [u8],
    /// The longest fragmented answer, 20 bytes less than the message; empty if there will be none.
    pub answer: &'s mut [u8],
    /// The longest fragmented indication, 20 bytes less than the message; empty if there will be none.
    pub indication: &'s mut [u8],
}

/// Only how much there is: what was there before may be personal.
impl fmt::Debug for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("slots", &self.slots.len())
            .field("command", &self.command.len())
            .field("answer", &self.answer.len())
            .field("indication", &self.indication.len())
            .finish()
    }
}

/// Room for one command under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot(Option<Pending>);

impl Slot {
    /// An unused slot.
    pub const FREE: Self = Self(None);
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    id: u32,
    service: Uuid,
    cid: u32,
    deadline: Instant,
    /// The caller has given up; the slot only keeps the id busy and swallows the answer.
    abandoned: bool,
    /// The answer was cut off: the deadline is there to say so.
    broken: bool,
}

/// A command under way: its transaction id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ticket(u32);

impl Ticket {
    /// The transaction id.
    #[must_use]
    pub const fn transaction_id(self) -> u32 {
        self.0
    }
}

/// Why a session refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SessionError {
    /// The function is not open.
    NotOpen,
    /// The previous command has not been sent completely.
    Busy,
    /// All slots are taken.
    NoSlot,
    /// The command could not be written.
    Encode(EncodeError),
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpen => f.write_str("the function is not open"),
            Self::Busy => f.write_str("the previous command has not been sent completely"),
            Self::NoSlot => f.write_str("too many commands under way"),
            Self::Encode(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for SessionError {}

/// Why the function did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OpenError {
    /// It said so.
    Status(Status),
    /// It complained.
    Function(ProtocolError),
    /// It said nothing.
    Timeout,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => write!(f, "opening was refused: {status:?}"),
            Self::Function(error) => write!(f, "opening was refused: {error:?}"),
            Self::Timeout => f.write_str("no answer to OPEN"),
        }
    }
}

impl core::error::Error for OpenError {}

/// Why a command will have no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Failure {
    /// The function complained about it.
    Function(ProtocolError),
    /// The fragments of the answer were out of order, or stopped coming.
    Fragments,
    /// The answer is longer than the memory for it: bytes needed so far.
    TooLong(usize),
    /// The answer contradicts itself.
    Malformed(HeaderError),
    /// It did not come in time.
    Timeout,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(error) => write!(f, "the function reports {error:?}"),
            Self::Fragments => f.write_str("the fragments of the answer are incomplete or out of order"),
            Self::TooLong(needed) => write!(f, "the answer is too long, {needed} bytes needed"),
            Self::Malformed(error) => write!(f, "malformed answer: {error}"),
            Self::Timeout => f.write_str("no answer in time"),
        }
    }
}

impl core::error::Error for Failure {}

/// Why a transfer was ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Ignored {
    /// The answer to a command that was given up.
    Late,
    /// An answer to nothing that was asked, or of another command than the one asked.
    Foreign,
    /// Not a message, or one that a function does not send.
    Malformed(HeaderError),
    /// A fragment out of order, or of a message that is too long for the memory.
    Fragment,
    /// Something that is of no use while the function is not open.
    NotOpen,
}

/// What a transfer meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incoming<'m> {
    /// The function is open.
    Opened,
    /// The function did not open.
    OpenFailed(OpenError),
    /// The function is closed, as asked.
    Closed,
    /// The answer to a command.
    Answer {
        /// Which.
        ticket: Ticket,
        /// The answer.
        answer: CommandDone<'m>,
    },
    /// A command will have no answer.
    Failed {
        /// Which.
        ticket: Ticket,
        /// Why.
        failure: Failure,
    },
    /// The function tells something unasked.
    Indication(IndicateStatus<'m>),
    /// The function is not open any more: it was reset, or somebody else closed it. All commands under way are gone.
    Lost,
    /// The function complains about nothing that is under way.
    FunctionError(ProtocolError),
    /// Nothing yet: a fragment was kept, or opening goes on.
    Nothing,
    /// Nothing: see why.
    Ignored(Ignored),
}

/// What the passing of time meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expired {
    /// A command will have no answer.
    Failed {
        /// Which.
        ticket: Ticket,
        /// [`Failure::Timeout`], or [`Failure::Fragments`] if a part of the answer came.
        failure: Failure,
    },
    /// The function is open: it answered an earlier OPEN, and not the newest.
    Opened,
    /// The function did not open.
    OpenFailed(OpenError),
    /// The function did not answer CLOSE; it counts as closed.
    Closed,
}

/// What a session has seen that went nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Answers to commands that were given up.
    pub late: u32,
    /// Answers to nothing that was asked.
    pub foreign: u32,
    /// Transfers that are not messages.
    pub malformed: u32,
    /// Fragments out of order, and messages given up because of them.
    pub fragments: u32,
    /// Messages too long for the memory.
    pub too_long: u32,
    /// Fragmented messages whose rest did not come in time.
    pub fragment_timeouts: u32,
    /// Commands that had no answer in time.
    pub timeouts: u32,
    /// The same, since the function last said anything.
    pub consecutive_timeouts: u32,
    /// Transfers that came while the function was not open.
    pub not_open: u32,
    /// Complaints of the function.
    pub function_errors: u32,
    /// Complaints of ours that could not wait to be sent.
    pub host_errors_lost: u32,
    /// Commands answered BUSY, and asked again by the client.
    pub busy: u32,
}

// This mark, and those below, are there because images become smaller by them: see docs/size.md.
#[inline(never)]
fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    /// Waiting for the answer to a CLOSE that clears the way for an OPEN.
    Clearing,
    /// Waiting for OPEN_DONE.
    Opening,
    /// The same, and an older OPEN was answered meanwhile.
    OpeningAgain,
    Open,
    /// Waiting for CLOSE_DONE.
    Closing,
}

/// A short message of the session's own that is due to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Due {
    Open,
    Close,
}

/// The place of a message that was received, for callers that cannot keep a borrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the transfer, behind the fragment header.
    Transfer,
    /// In the memory for fragmented answers.
    Answer,
    /// In the memory for fragmented indications.
    Indication,
}

/// What a transfer meant, without borrowing from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Opened,
    OpenFailed(OpenError),
    Closed,
    Answer { ticket: Ticket, place: Place },
    Failed { ticket: Ticket, failure: Failure },
    Indication { place: Place },
    Lost,
    FunctionError(ProtocolError),
    Nothing,
    Ignored(Ignored),
}

/// The host's end of an MBIM function. See the [module](self) and the run loop in [`session`](super).
pub struct Session<'s> {
    config: Config,
    state: State,
    /// The OPEN or CLOSE that was sent last.
    own: u32,
    /// When its answer is late; never, if none is awaited.
    until: Instant,
    /// When opening has taken too long in all.
    end: Instant,
    /// Largest transfer, as negotiated.
    limit: u32,
    next_id: u32,
    slots: &'s mut [Slot],
    command: &'s mut [u8],
    splitter: Option<Splitter>,
    due: Option<Due>,
    /// The last CLOSE: its answer is expected, however late.
    close: Option<u32>,
    host_errors: Deque<(u32, ProtocolError), HOST_ERRORS>,
    /// A short message while it is being sent.
    short: [u8; 16],
    answer: Reassembly<'s>,
    indication: Reassembly<'s>,
    counters: Counters,
}

/// Without the bytes of messages: codes and names of subscribers are among them.
impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("config", &self.config)
            .field("state", &self.state)
            .field("limit", &self.limit)
            .field("next_id", &self.next_id)
            .field("slots", &self.slots)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

/// An assembler and its time limit. There are two: an indication in the middle of an answer must not disturb it.
struct Reassembly<'s> {
    assembler: Assembler<'s>,
    until: Instant,
    /// What comes next of a message that was refused, and need not be refused again: transaction and fragment.
    refused: Option<(u32, u32)>,
}

impl<'s> Reassembly<'s> {
    fn new(memory: &'s mut [u8]) -> Self {
        Self { assembler: Assembler::new(memory), until: Instant::FAR, refused: None }
    }

    /// Gives up what is under way; returns its transaction id.
    fn abort(&mut self) -> Option<u32> {
        self.until = Instant::FAR;
        self.assembler.abort()
    }

    /// Takes a fragment. Also returns the transaction of an unfinished message that it puts an end to.
    fn push(&mut self, now: Instant, fragment: &Fragment<'_>) -> (Option<u32>, Result<Progress, AssemblyError>) {
        // Indications share one transaction: a first fragment always is of another one.
        let other = |id: &u32| *id != fragment.transaction_id || fragment.kind == MessageType::INDICATE_STATUS;
        let before = self.assembler.pending().filter(|id| fragment.current == 0 && other(id));
        if before.is_some() {
            self.assembler.abort();
        }
        let progress = self.assembler.push(fragment);
        self.until = if self.assembler.pending().is_some() { now + FRAGMENT_GAP } else { Instant::FAR };
        let next = (fragment.transaction_id, fragment.current.saturating_add(1));
        self.refused = progress.is_err().then_some(next);
        (before, progress)
    }

    /// Whether the fragment belongs to a message that was refused before.
    fn is_refused(&mut self, fragment: &Fragment<'_>) -> bool {
        let refused = self.refused == Some((fragment.transaction_id, fragment.current));
        if refused {
            self.refused = Some((fragment.transaction_id, fragment.current.saturating_add(1)));
        }
        refused
    }
}

impl<'s> Session<'s> {
    /// A session for a function that is closed as far as we know.
    #[must_use]
    pub fn new(config: Config, memory: Memory<'s>) -> Self {
        Self {
            limit: config.max_control_transfer.max(MIN_CONTROL_TRANSFER),
            next_id: config.first_transaction.max(1),
            config,
            state: State::Closed,
            own: 0,
            until: Instant::FAR,
            end: Instant::FAR,
            slots: memory.slots,
            command: memory.command,
            splitter: None,
            due: None,
            close: None,
            host_errors: Deque::new(),
            short: [0; 16],
            answer: Reassembly::new(memory.answer),
            indication: Reassembly::new(memory.indication),
            counters: Counters::default(),
        }
    }

    /// Starts opening the function. [`Incoming::Opened`], [`Incoming::OpenFailed`] or [`Expired::OpenFailed`] follows.
    ///
    /// OPEN is repeated, with a CLOSE before it, when it stays unanswered, is answered BUSY, or has the transaction id of
    /// somebody else's command; a function that finds the transfers too large is offered half the size, down to 64 bytes.
    /// Does nothing while opening is under way.
    pub fn open(&mut self, now: Instant) {
        if self.is_opening() && now < self.end {
            return;
        }
        self.forget();
        self.limit = self.config.max_control_transfer.max(MIN_CONTROL_TRANSFER);
        self.end = now + self.config.open_total;
        if self.config.close_before_open { self.clear(now) } else { self.try_open(now) }
    }

    /// Takes an open function over without OPEN, as after `--no-close` of another program.
    pub fn assume_open(&mut self) {
        self.forget();
        self.rest(State::Open);
    }

    /// Starts closing the function; commands under way are given up. [`Incoming::Closed`] or [`Expired::Closed`] follows.
    pub fn close(&mut self, now: Instant) {
        self.forget();
        self.rest(State::Closing);
        self.close_due(now + self.config.close);
    }

    /// Whether commands can be sent.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    pub(crate) fn is_opening(&self) -> bool {
        matches!(self.state, State::Opening | State::OpeningAgain | State::Clearing)
    }

    /// Whether answers are expected: from the function or, before it is open, from a proxy.
    fn listens(&self) -> bool {
        let asked = self.state == State::Closed && self.slots.iter().any(|slot| slot.0.is_some());
        self.is_open() || asked
    }

    /// Whether the previous command has not been sent completely.
    pub(crate) fn is_sending(&self) -> bool {
        self.splitter.as_ref().is_some_and(|splitter| !splitter.is_done())
    }

    /// Whether nothing of the command was sent.
    pub(crate) fn is_unsent(&self, ticket: Ticket) -> bool {
        let splitter = self.splitter.as_ref();
        splitter.is_some_and(|splitter| splitter.is_fresh() && splitter.transaction_id() == ticket.0)
    }

    /// A command was answered BUSY, and will be asked again.
    pub(crate) fn count_busy(&mut self) {
        count(&mut self.counters.busy);
    }

    /// How long opening may take in all, from the next [`open`](Self::open) on.
    pub(crate) fn set_open_total(&mut self, total: Millis) {
        self.config.open_total = total;
    }

    /// The largest transfer, from the next [`open`](Self::open) on.
    pub(crate) fn set_max_control_transfer(&mut self, max: u32) {
        self.config.max_control_transfer = max;
    }

    /// Counts the function as closed, without telling it: nobody listens there.
    pub(crate) fn drop_function(&mut self) {
        self.forget();
        self.rest(State::Closed);
    }

    /// Largest transfer in bytes that was agreed on.
    #[must_use]
    pub const fn max_control_transfer(&self) -> u32 {
        self.limit
    }

    /// What went nowhere so far.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The transaction id that the next message will have, for whoever takes over without opening.
    #[must_use]
    pub const fn next_transaction(&self) -> u32 {
        self.next_id
    }

    /// Starts a command; its answer must come within `timeout`. Send what [`transmit`](Self::transmit) lends.
    ///
    /// While the function is closed, only a command of the service
    /// [`PROXY_CONTROL`](mbim_wire::service::proxy_control) can be started: its answer comes from a proxy on the way.
    ///
    /// # Errors
    ///
    /// [`SessionError`]; nothing has changed then.
    #[inline(never)]
    pub fn start(
        &mut self,
        now: Instant,
        timeout: Millis,
        service: Uuid,
        cid: u32,
        kind: CommandType,
        body: &dyn Encode,
    ) -> Result<Ticket, SessionError> {
        if !self.is_open() && (self.state != State::Closed || service != PROXY_CONTROL) {
            return Err(SessionError::NotOpen);
        }
        if self.is_sending() {
            return Err(SessionError::Busy);
        }
        let given_up = |slot: &Slot| slot.0.as_ref().is_some_and(|pending| pending.abandoned);
        let free = self.slots.iter().position(|slot| slot.0.is_none());
        let Some(at) = free.or_else(|| self.slots.iter().position(given_up)) else {
            return Err(SessionError::NoSlot);
        };
        let id = self.fresh_id();
        let command =
            message::write_command(self.command, id, service, cid, kind, body).map_err(SessionError::Encode)?;
        self.splitter = Some(Splitter::new(command, usize::try_from(self.limit).unwrap_or(usize::MAX)));
        if let Some(old) = self.slots.get(at).and_then(|slot| slot.0.as_ref()).map(|pending| pending.id) {
            self.free(old);
        }
        if let Some(slot) = self.slots.get_mut(at) {
            slot.0 = Some(Pending { id, service, cid, deadline: now + timeout, abandoned: false, broken: false });
        }
        Ok(Ticket(id))
    }

    /// Gives a command up. If nothing of it was sent, it never will be; otherwise its slot waits on for the answer until
    /// the deadline, or until a new command needs the slot. A late answer is never taken for another command's.
    pub fn abandon(&mut self, ticket: Ticket) {
        if self.is_unsent(ticket) {
            self.free(ticket.0);
        } else if let Some(pending) = self.pending(ticket.0) {
            pending.abandoned = true;
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Whether there is something to send.
    pub(crate) fn has_due(&self) -> bool {
        self.splitter.as_ref().is_some_and(|splitter| !splitter.is_done())
            || !self.host_errors.is_empty()
            || self.due.is_some()
    }

    /// The next transfer to send; `None` when there is nothing.
    pub fn transmit(&mut self) -> Option<&[u8]> {
        if self.splitter.as_ref().is_some_and(|splitter| splitter.is_done()) {
            self.splitter = None;
        }
        if let Some(splitter) = &mut self.splitter {
            return splitter.next(self.command);
        }
        if let Some((id, error)) = self.host_errors.pop_front() {
            return message::write_host_error(&mut self.short, id, error).ok().map(|m| &*m);
        }
        let written = match self.due.take()? {
            Due::Open => message::write_open(&mut self.short, self.own, self.limit),
            Due::Close => message::write_close(&mut self.short, self.own),
        };
        written.ok().map(|message| &*message)
    }

    /// Takes one transfer.
    pub fn receive<'m>(&'m mut self, now: Instant, transfer: &'m [u8]) -> Incoming<'m> {
        let event = self.classify(now, transfer);
        self.resolve(event, transfer)
    }

    /// Attaches the bytes to an event.
    fn resolve<'m>(&'m self, event: Event, transfer: &'m [u8]) -> Incoming<'m> {
        match event {
            Event::Opened => Incoming::Opened,
            Event::OpenFailed(error) => Incoming::OpenFailed(error),
            Event::Closed => Incoming::Closed,
            Event::Answer { ticket, place } => match CommandDone::parse(self.payload(place, transfer)) {
                Ok(answer) => Incoming::Answer { ticket, answer },
                Err(error) => Incoming::Failed { ticket, failure: Failure::Malformed(error) },
            },
            Event::Failed { ticket, failure } => Incoming::Failed { ticket, failure },
            Event::Indication { place } => match IndicateStatus::parse(self.payload(place, transfer)) {
                Ok(indication) => Incoming::Indication(indication),
                Err(error) => Incoming::Ignored(Ignored::Malformed(error)),
            },
            Event::Lost => Incoming::Lost,
            Event::FunctionError(error) => Incoming::FunctionError(error),
            Event::Nothing => Incoming::Nothing,
            Event::Ignored(ignored) => Incoming::Ignored(ignored),
        }
    }

    /// The payload of the message that `classify` just reported.
    pub(crate) fn payload<'m>(&'m self, place: Place, transfer: &'m [u8]) -> &'m [u8] {
        match place {
            Place::Transfer => transfer.get(message::FRAGMENT_HEADER_LEN..).unwrap_or(&[]),
            Place::Answer => self.answer.assembler.payload(),
            Place::Indication => self.indication.assembler.payload(),
        }
    }

    pub(crate) fn classify(&mut self, now: Instant, transfer: &[u8]) -> Event {
        let transfer = match Transfer::parse(transfer) {
            Ok(transfer) => transfer,
            Err(error) => return self.malformed(error),
        };
        self.counters.consecutive_timeouts = 0;
        let own = transfer.transaction_id == self.own;
        match (transfer.body, self.state) {
            (Body::OpenDone(status), State::Opening | State::OpeningAgain) if own => match status {
                Status::SUCCESS => self.opened(),
                // Busy is no refusal: the try runs to its end, then the next one follows.
                Status::BUSY if now < self.end => Event::Nothing,
                status => self.open_failed(OpenError::Status(status)),
            },
            (Body::OpenDone(Status::SUCCESS), State::Opening | State::OpeningAgain) => {
                // An older OPEN was answered. The newest, already sent, will reset the function, so wait for its answer.
                self.state = State::OpeningAgain;
                Event::Nothing
            }
            (Body::CloseDone(_), State::Clearing) if own => {
                self.try_open(now);
                Event::Nothing
            }
            (Body::CloseDone(_), State::Opening | State::OpeningAgain) => {
                // The answer to our CLOSE before this OPEN comes too late to matter. Any other is unexpected: the function
                // was left in an unknown state; start from a known one.
                if self.close != Some(transfer.transaction_id) {
                    self.clear(now);
                }
                Event::Nothing
            }
            (Body::CloseDone(_), State::Closing) if own => {
                self.rest(State::Closed);
                Event::Closed
            }
            (Body::FunctionError(error), _) => self.function_error(now, transfer.transaction_id, error),
            (Body::CommandDone(fragment), _) if self.listens() => self.answer(now, fragment),
            (Body::IndicateStatus(fragment), _) if self.listens() => self.indication(now, fragment),
            (Body::OpenDone(_) | Body::CloseDone(_), State::Open) => {
                count(&mut self.counters.foreign);
                Event::Ignored(Ignored::Foreign)
            }
            (Body::Open { .. } | Body::Close | Body::Command(_) | Body::HostError(_), _) => {
                self.malformed(HeaderError::Type(transfer.kind().0))
            }
            _ => {
                count(&mut self.counters.not_open);
                Event::Ignored(Ignored::NotOpen)
            }
        }
    }

    /// The earliest time at which [`expire`](Self::expire) has something to do.
    #[must_use]
    #[inline(never)]
    pub fn poll_at(&self) -> Instant {
        let own = self.until.min(self.end).min(self.answer.until).min(self.indication.until);
        let slots = self.slots.iter().filter_map(|slot| slot.0.as_ref()).map(|pending| pending.deadline);
        slots.fold(own, Instant::min)
    }

    /// Acts on the time that has passed; call until `None`.
    pub fn expire(&mut self, now: Instant) -> Option<Expired> {
        let over = self.end <= now;
        if over || self.until <= now {
            match self.state {
                // Only an older OPEN was answered, and the newest seems to have been dropped: then open is open.
                State::OpeningAgain => {
                    self.opened();
                    return Some(Expired::Opened);
                }
                State::Clearing | State::Opening if over => {
                    self.open_failed(OpenError::Timeout);
                    return Some(Expired::OpenFailed(OpenError::Timeout));
                }
                State::Clearing => self.try_open(now),
                State::Opening => self.clear(now),
                _ => {
                    self.rest(State::Closed);
                    return Some(Expired::Closed);
                }
            }
        }
        if self.indication.until <= now {
            count(&mut self.counters.fragment_timeouts);
            if let Some(id) = self.indication.abort() {
                self.complain(id, ProtocolError::TIMEOUT_FRAGMENT);
            }
        }
        if self.answer.until <= now {
            count(&mut self.counters.fragment_timeouts);
            if let Some(id) = self.answer.abort() {
                self.complain(id, ProtocolError::TIMEOUT_FRAGMENT);
                if self.free(id) == Some(true) {
                    return Some(Expired::Failed { ticket: Ticket(id), failure: Failure::Fragments });
                }
            }
        }
        let over = |slot: &&Pending| slot.deadline <= now;
        while let Some(pending) = self.slots.iter().filter_map(|slot| slot.0.as_ref()).find(over) {
            let (id, broken) = (pending.id, pending.broken);
            if self.free(id) != Some(true) {
                continue;
            }
            let failure = if broken {
                Failure::Fragments
            } else {
                count(&mut self.counters.timeouts);
                count(&mut self.counters.consecutive_timeouts);
                Failure::Timeout
            };
            return Some(Expired::Failed { ticket: Ticket(id), failure });
        }
        None
    }

    /// Forgets everything that is under way.
    fn forget(&mut self) {
        for slot in &mut *self.slots {
            slot.0 = None;
        }
        self.splitter = None;
        self.due = None;
        self.host_errors.clear();
        self.answer.abort();
        self.indication.abort();
    }

    fn try_open(&mut self, now: Instant) {
        self.state = State::Opening;
        self.due = Some(Due::Open);
        self.own = self.fresh_id();
        self.until = now + self.config.open_try;
    }

    #[inline(never)]
    fn clear(&mut self, now: Instant) {
        self.state = State::Clearing;
        self.close_due(now + CLOSE_FIRST);
    }

    /// Has a CLOSE sent, to be answered by then.
    fn close_due(&mut self, until: Instant) {
        self.due = Some(Due::Close);
        self.own = self.fresh_id();
        self.close = Some(self.own);
        self.until = until;
    }

    /// Takes up a state in which no answer is awaited.
    #[inline(never)]
    fn rest(&mut self, state: State) {
        self.state = state;
        self.due = None;
        (self.until, self.end) = (Instant::FAR, Instant::FAR);
    }

    fn opened(&mut self) -> Event {
        self.rest(State::Open);
        Event::Opened
    }

    fn open_failed(&mut self, error: OpenError) -> Event {
        self.rest(State::Closed);
        Event::OpenFailed(error)
    }

    /// The next transaction id: not 0, and not one that is under way.
    #[inline(never)]
    fn fresh_id(&mut self) -> u32 {
        loop {
            let id = self.next_id;
            self.next_id = id.checked_add(1).unwrap_or(1);
            if self.pending(id).is_none() {
                return id;
            }
        }
    }

    #[inline(never)]
    fn pending(&mut self, id: u32) -> Option<&mut Pending> {
        self.slots.iter_mut().filter_map(|slot| slot.0.as_mut()).find(|pending| pending.id == id)
    }

    /// Frees the slot of a command, and drops what is left of the command and of its answer. Says whether the answer was
    /// still awaited; `None` if there is no such command.
    fn free(&mut self, id: u32) -> Option<bool> {
        if self.splitter.as_ref().is_some_and(|splitter| splitter.transaction_id() == id) {
            self.splitter = None;
        }
        if self.answer.assembler.pending() == Some(id) {
            self.answer.abort();
        }
        let of_id = |slot: &&mut Slot| slot.0.as_ref().is_some_and(|pending| pending.id == id);
        let slot = self.slots.iter_mut().find(of_id)?;
        let awaited = slot.0.as_ref().is_some_and(|pending| !pending.abandoned);
        slot.0 = None;
        Some(awaited)
    }

    #[inline(never)]
    fn complain(&mut self, id: u32, error: ProtocolError) {
        if self.host_errors.push_back((id, error)).is_err() {
            count(&mut self.counters.host_errors_lost);
        }
    }

    #[inline(never)]
    fn malformed(&mut self, error: HeaderError) -> Event {
        count(&mut self.counters.malformed);
        Event::Ignored(Ignored::Malformed(error))
    }

    /// Ends the command `id` without an answer.
    #[inline(never)]
    fn fail(&mut self, id: u32, failure: Failure) -> Event {
        match self.free(id) {
            Some(true) => Event::Failed { ticket: Ticket(id), failure },
            Some(false) => {
                count(&mut self.counters.late);
                Event::Ignored(Ignored::Late)
            }
            None => Event::Ignored(Ignored::Foreign),
        }
    }

    fn function_error(&mut self, now: Instant, id: u32, error: ProtocolError) -> Event {
        count(&mut self.counters.function_errors);
        match self.state {
            // A closed function may answer NOT_OPENED to CLOSE: it is where we want it.
            State::Clearing if id == self.own => {
                self.try_open(now);
                Event::Nothing
            }
            State::Closing if id == self.own => {
                self.rest(State::Closed);
                Event::Closed
            }
            State::Opening | State::OpeningAgain if id == self.own => {
                if error == ProtocolError::MAX_TRANSFER && self.limit > MIN_CONTROL_TRANSFER {
                    self.limit = (self.limit >> 1).max(MIN_CONTROL_TRANSFER);
                    self.try_open(now);
                    return Event::Nothing;
                }
                // A number that was somebody else's: as with BUSY, the next try has another.
                if error == ProtocolError::DUPLICATED_TID && now < self.end {
                    return Event::Nothing;
                }
                self.open_failed(OpenError::Function(error))
            }
            State::Open if error == ProtocolError::NOT_OPENED => {
                self.drop_function();
                Event::Lost
            }
            _ if self.listens() => match self.fail(id, Failure::Function(error)) {
                Event::Ignored(Ignored::Foreign) => Event::FunctionError(error),
                event => event,
            },
            _ => Event::FunctionError(error),
        }
    }

    /// Counts, and complains of, what a fragment did to its message or to an unfinished one before it.
    fn settle(
        &mut self,
        now: Instant,
        id: u32,
        (interrupted, progress): (Option<u32>, Result<Progress, AssemblyError>),
    ) -> Result<Progress, AssemblyError> {
        if let Some(id) = interrupted {
            count(&mut self.counters.fragments);
            self.complain(id, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE);
            if let Some(pending) = self.pending(id) {
                (pending.deadline, pending.broken) = (now, true);
            }
        }
        match progress {
            Err(AssemblyError::TooLong { .. }) => {
                count(&mut self.counters.too_long);
                self.complain(id, ProtocolError::CANCEL);
            }
            Err(_) => {
                count(&mut self.counters.fragments);
                self.complain(id, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE);
            }
            Ok(_) => {}
        }
        progress
    }

    #[inline(never)]
    fn answer(&mut self, now: Instant, fragment: Fragment<'_>) -> Event {
        let id = fragment.transaction_id;
        if self.pending(id).is_none() {
            count(&mut self.counters.foreign);
            return Event::Ignored(Ignored::Foreign);
        }
        let (place, payload) = if fragment.is_whole() {
            (Place::Transfer, fragment.payload)
        } else {
            let outcome = self.answer.push(now, &fragment);
            match self.settle(now, id, outcome) {
                Ok(Progress::Whole) => (Place::Answer, self.answer.assembler.payload()),
                Ok(Progress::Pending) => return Event::Nothing,
                Err(AssemblyError::TooLong { needed }) => return self.fail(id, Failure::TooLong(needed)),
                Err(_) => return self.fail(id, Failure::Fragments),
            }
        };
        let (service, cid) = match CommandDone::parse(payload) {
            Ok(answer) => (answer.service, answer.cid),
            Err(error) => {
                count(&mut self.counters.malformed);
                self.complain(id, ProtocolError::LENGTH_MISMATCH);
                return self.fail(id, Failure::Malformed(error));
            }
        };
        match self.pending(id) {
            Some(pending) if pending.service == service && pending.cid == cid => {}
            // The right number on the wrong answer: wait on, the right one may come yet.
            _ => {
                count(&mut self.counters.foreign);
                return Event::Ignored(Ignored::Foreign);
            }
        }
        match self.free(id) {
            Some(true) => Event::Answer { ticket: Ticket(id), place },
            _ => {
                count(&mut self.counters.late);
                Event::Ignored(Ignored::Late)
            }
        }
    }

    fn indication(&mut self, now: Instant, fragment: Fragment<'_>) -> Event {
        let (place, payload) = if fragment.is_whole() {
            (Place::Transfer, fragment.payload)
        } else if self.indication.is_refused(&fragment) {
            return Event::Ignored(Ignored::Fragment);
        } else {
            let outcome = self.indication.push(now, &fragment);
            match self.settle(now, fragment.transaction_id, outcome) {
                Ok(Progress::Whole) => (Place::Indication, self.indication.assembler.payload()),
                Ok(Progress::Pending) => return Event::Nothing,
                Err(_) => return Event::Ignored(Ignored::Fragment),
            }
        };
        match IndicateStatus::parse(payload) {
            Ok(_) => Event::Indication { place },
            Err(error) => {
                self.complain(fragment.transaction_id, ProtocolError::LENGTH_MISMATCH);
                self.malformed(error)
            }
        }
    }
}
