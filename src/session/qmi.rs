//! QMI in the role of the host, sans-IO.
//!
//! [`Session`] opens the modem, obtains and gives back client numbers, numbers transactions and matches their answers, keeps
//! the time limits, and calls off what it gives up. Late, repeated and foreign answers are settled here: counted in
//! [`Counters`], never handed to the wrong request; and what they would leave behind in the modem, a client or a data
//! session that nobody knows of, is given back.
//!
//! Every frame is a QMUX frame: one whole frame in, one whole frame out. Over QRTR, which has neither frames nor the control
//! service, the channel stands in for both; inside MBIM, the frame is the information buffer of a command.
//!
//! | file | holds |
//! |---|---|
//! | here | opening, requests and answers, time |
//! | `clients` | the table of client numbers, and their record for after a crash |

use core::fmt;

use qmi_wire::frame::{
    BROADCAST, FRAME_HEADER_LEN, Frame, Framing, Head, HeaderError, Kind, Message as Wire, MessageWriter,
};
use qmi_wire::service::ctl::{allocate_cid, get_version_info, internal_allocate_cid_qrtr, sync};
use qmi_wire::service::{Service, ctl, nas, wds};
use qmi_wire::{Builder, DecodeError, EncodeError, Exchange, Indicated, Message, ProtocolError, TlvSet, Verdict};

use crate::time::{Instant, Millis};

mod clients;

pub use clients::{ClientSlot, Owned, RECORD_LEN, Record};

use clients::Clients;

/// How long the allocation of a client may take that a request needs.
const ALLOCATE: Millis = Millis::from_secs(10);
/// How long a session that came up after its request was given up may take to go down.
const STOP: Millis = Millis::from_secs(120);
/// The longest message of the session's own.
const SHORT: usize = 24;
/// Revoke and Invalid Client, indications of the control service that no public source lays out.
const REVOKE: u16 = 0x0024;
const INVALID_CLIENT: u16 = 0x0025;

/// How a session behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Config {
    /// Release all clients of all programs when opening (CTL Sync): for the only user of a modem. It ends the data sessions
    /// of earlier runs.
    pub sync: bool,
    /// Nobody else uses the modem: when it has no client number left, those left behind by crashes may be released with
    /// CTL Sync, see [`Session::resync`].
    pub exclusive: bool,
    /// How long one try of the first request may stay unanswered before it is repeated: modems say nothing for seconds after
    /// they started.
    pub version_try: Millis,
    /// The same for CTL Sync.
    pub sync_try: Millis,
    /// How long opening may take in all.
    pub open_total: Millis,
    /// How long the release of one client may take when closing.
    pub release: Millis,
    /// How long to wait for what became of a request that was called off.
    pub abort: Millis,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            sync: false,
            exclusive: false,
            version_try: Millis::from_secs(1),
            sync_try: Millis::from_secs(2),
            open_total: Millis::from_secs(45),
            release: Millis::from_secs(3),
            abort: Millis::from_secs(30),
        }
    }
}

/// The memory a session works in.
pub struct Memory<'s> {
    /// One slot for each request that may be awaited at a time, and one for what has to be given back. More let the late
    /// answers to requests that were given up be told from foreign ones.
    pub slots: &'s mut [Slot],
    /// One for each client: as many as services are used, two of WDS for both address families.
    pub clients: &'s mut [ClientSlot],
    /// The longest request: 13 bytes more than its TLVs.
    pub request: &'s mut [u8],
}

/// Only how much there is: what was there before may be personal.
impl fmt::Debug for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("slots", &self.slots.len())
            .field("clients", &self.clients.len())
            .field("request", &self.request.len())
            .finish()
    }
}

/// Names a message of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MessageId {
    /// The service.
    pub service: Service,
    /// The message's number.
    pub id: u16,
    /// Whether a pending request can be called off by the service's abort message.
    pub abortable: bool,
}

impl MessageId {
    /// The name of a declared request.
    #[must_use]
    pub const fn of<M: Exchange>() -> &'static Self {
        const { &Self { service: M::SERVICE, id: M::ID, abortable: M::ABORTABLE } }
    }

    /// The name of a declared indication.
    #[must_use]
    pub const fn told<M: Indicated>() -> &'static Self {
        const { &Self { service: M::SERVICE, id: M::ID, abortable: false } }
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} message {:#06x}", self.service, self.id)
    }
}

/// The TLVs of a request.
pub trait Request {
    /// Writes them behind the header that is there, and ends the message.
    ///
    /// # Errors
    ///
    /// [`EncodeError`].
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError>;
}

/// A request without TLVs.
#[derive(Clone, Copy, Debug, Default)]
pub struct Empty;

impl Request for Empty {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        message.finish()
    }
}

/// A request whose TLVs a function adds.
pub struct Fill<M, F>(F, core::marker::PhantomData<fn() -> M>);

impl<M: Exchange, F: for<'b> Fn(&mut M::RequestBuilder<'b>)> Fill<M, F> {
    /// Adds what the function adds.
    pub const fn new(fill: F) -> Self {
        Self(fill, core::marker::PhantomData)
    }
}

impl<M, F> fmt::Debug for Fill<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fill").finish_non_exhaustive()
    }
}

impl<M: Exchange, F: for<'b> Fn(&mut M::RequestBuilder<'b>)> Request for Fill<M, F> {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut builder = M::RequestBuilder::continuing(message);
        (self.0)(&mut builder);
        builder.finish()
    }
}

/// Room for one request under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slot(Option<Pending>);

impl Slot {
    /// An unused slot.
    pub const FREE: Self = Self(None);
}

#[derive(Clone, Copy, Debug)]
struct Pending {
    service: Service,
    id: u16,
    transaction: u16,
    client: u8,
    abortable: bool,
    /// The caller has given up; the slot only keeps the number busy and swallows the answer.
    abandoned: bool,
    deadline: Instant,
    /// The transaction of the request that calls this one off; its own, if there is none.
    abort: u16,
    /// What has to be sent for it.
    due: Option<Due>,
    /// For which client of which service this asks.
    wanted: Option<(Service, u8)>,
}

/// A message of the session's own that is due to be sent: at most one TLV, 0x01, of a few bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) message: &'static MessageId,
    transaction: u16,
    value: u32,
    length: u8,
}

impl Request for Due {
    fn write<'b>(&self, mut message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let value = self.value.to_le_bytes();
        if let Some(value) = value.get(..self.length.into()).filter(|value| !value.is_empty()) {
            message.put_bytes(0x01, value);
        }
        message.finish()
    }
}

impl Due {
    fn new<M: Exchange>(transaction: u16, value: u32, length: u8) -> Self {
        Self { message: MessageId::of::<M>(), transaction, value, length }
    }

    /// Obtains a client of a service, whose number has one byte or two.
    fn allocate(transaction: u16, service: Service) -> Self {
        match service.0.to_le_bytes() {
            [_, 0] => Self::new::<allocate_cid::Message>(transaction, service.0.into(), 1),
            _ => Self::new::<internal_allocate_cid_qrtr::Message>(transaction, service.0.into(), 2),
        }
    }

    /// Gives a client back.
    #[inline(never)]
    pub(crate) fn release(transaction: u16, service: Service, client: u8) -> Self {
        match service.0.to_le_bytes() {
            [low, 0] => {
                let value = u32::from_le_bytes([low, client, 0, 0]);
                Self::new::<ctl::release_cid::Message>(transaction, value, 2)
            }
            [low, high] => {
                let value = u32::from_le_bytes([low, high, client, 0]);
                Self::new::<ctl::internal_release_cid_qrtr::Message>(transaction, value, 3)
            }
        }
    }
}

/// A request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ticket {
    control: bool,
    transaction: u16,
}

impl Ticket {
    /// The transaction number.
    #[must_use]
    pub const fn transaction(self) -> u16 {
        self.transaction
    }
}

/// Why a session refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SessionError {
    /// The modem is not open.
    NotOpen,
    /// The previous request has not been sent.
    Busy,
    /// All slots are taken.
    NoSlot,
    /// The table of clients is full.
    NoRoom,
    /// There is no such client.
    NoClient(Service),
    /// The modem does not have the service.
    NoService(Service),
    /// The request could not be written.
    Encode(EncodeError),
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotOpen => f.write_str("the modem is not open"),
            Self::Busy => f.write_str("the previous request has not been sent"),
            Self::NoSlot => f.write_str("too many requests under way"),
            Self::NoRoom => f.write_str("no room for another client"),
            Self::NoClient(service) => write!(f, "no client of {service} is allocated"),
            Self::NoService(service) => write!(f, "the modem has no service {service}"),
            Self::Encode(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for SessionError {}

/// Why the modem did not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OpenError {
    /// It refused to synchronise.
    Refused(ProtocolError),
    /// It said nothing, or nothing of use.
    Timeout,
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => write!(f, "opening was refused: {error}"),
            Self::Timeout => f.write_str("no answer while opening"),
        }
    }
}

impl core::error::Error for OpenError {}

/// Why a request will have no usable answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Failure {
    /// It did not come in time; what can be called off was.
    Timeout,
    /// The answer does not say how the request went.
    Malformed(DecodeError),
    /// The client it needs was refused.
    NoClient(ProtocolError),
    /// A client of another service was allocated than the one it needs. That is given back.
    WrongService(Service),
    /// The modem took the client away.
    Revoked,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("no answer in time"),
            Self::Malformed(error) => write!(f, "malformed answer: {error}"),
            Self::NoClient(error) => write!(f, "no client was allocated: {error}"),
            Self::WrongService(service) => write!(f, "a client of {service} was allocated, which was not asked for"),
            Self::Revoked => f.write_str("the modem took the client away"),
        }
    }
}

impl core::error::Error for Failure {}

/// Why a frame was ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Ignored {
    /// The answer to a request that was given up.
    Late,
    /// An answer to nothing that was asked, an indication for somebody else, or a request.
    Foreign,
    /// The answer has the right numbers, but is that of another message.
    Unexpected,
    /// Not a frame.
    Malformed(HeaderError),
    /// Something that is of no use while the modem is not open.
    NotOpen,
}

/// What the modem answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'m> {
    /// How the request went.
    pub verdict: Verdict,
    /// The TLVs, which also know which message it is.
    pub tlvs: TlvSet<'m>,
}

/// What the modem tells unasked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indication<'m> {
    /// The client it is for; [`BROADCAST`] for all.
    pub client: u8,
    /// The TLVs, which also know which message it is.
    pub tlvs: TlvSet<'m>,
}

impl<'m> Indication<'m> {
    /// The service.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.tlvs.service()
    }

    /// The message's number.
    #[must_use]
    pub const fn id(&self) -> u16 {
        self.tlvs.message()
    }

    /// Reads it as `M`, if it is one.
    #[must_use]
    pub fn read<M: Indicated>(&self) -> Option<M::Indication<'m>> {
        let is = self.service() == M::SERVICE && self.id() == M::ID;
        is.then(|| <M::Indication<'m> as qmi_wire::View<'m>>::from_tlvs(self.tlvs))
    }
}

/// What a frame meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incoming<'m> {
    /// The modem is open.
    Opened,
    /// The modem did not open.
    OpenFailed(OpenError),
    /// All clients were given back, as asked.
    Closed,
    /// The answer to a request.
    Answer {
        /// Which.
        ticket: Ticket,
        /// The answer.
        answer: Answer<'m>,
    },
    /// A request will have no usable answer.
    Failed {
        /// Which.
        ticket: Ticket,
        /// Why.
        failure: Failure,
    },
    /// The modem tells something unasked.
    Indication(Indication<'m>),
    /// The modem has started anew: all clients, registrations and data sessions are gone, and so are all requests under way.
    Lost,
    /// The modem took a client away; its requests end with [`Failure::Revoked`].
    Revoked {
        /// The service.
        service: Service,
        /// The client.
        client: u8,
    },
    /// Nothing yet: opening or closing goes on.
    Nothing,
    /// Nothing: see why.
    Ignored(Ignored),
}

/// What the passing of time meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expired {
    /// A request will have no usable answer.
    Failed {
        /// Which.
        ticket: Ticket,
        /// Why.
        failure: Failure,
    },
    /// The modem did not open.
    OpenFailed(OpenError),
    /// The modem did not answer when the last client was given back; it counts as closed.
    Closed,
}

/// What a session has seen that went nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Answers to requests that were given up.
    pub late: u32,
    /// Answers to nothing that was asked, indications for clients that are not ours.
    pub foreign: u32,
    /// Answers with the right numbers of another message.
    pub unexpected: u32,
    /// What is not a frame.
    pub malformed: u32,
    /// Requests that had no answer in time.
    pub timeouts: u32,
    /// The same, since the modem last said anything.
    pub consecutive_timeouts: u32,
    /// Frames that came while the modem was not open.
    pub not_open: u32,
    /// Requests that were called off.
    pub aborted: u32,
    /// Clients and data sessions that came into being too late, and were given back.
    pub given_back: u32,
    /// The same, for which there was no free slot: the modem keeps them.
    pub leaked: u32,
    /// Client numbers that ran out and were recovered with CTL Sync.
    pub resyncs: u32,
    /// Procedures that started over because the modem was not ready.
    pub not_ready: u32,
}

#[inline(never)]
fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    /// Waiting for an answer to the first request of all.
    Version,
    /// Waiting for all clients to be released.
    Sync,
    Open,
    /// Waiting for a client to be released.
    Closing,
}

/// A request that is written and not sent.
#[derive(Clone, Copy, Debug)]
struct Unsent {
    ticket: Ticket,
    length: usize,
    /// The client that has to be obtained first.
    held: Option<(Service, u8)>,
}

/// The host's end of a QMI modem. See the [module](self) and the run loop in [`session`](super).
pub struct Session<'s> {
    config: Config,
    state: State,
    /// All clients are to be released while opening.
    syncs: bool,
    /// The message that opens or closes, until it is sent.
    due: Option<Due>,
    /// What it is, and its transaction.
    own: (u16, u16),
    /// When its answer is late; never, if none is awaited.
    until: Instant,
    /// When opening has taken too long in all.
    end: Instant,
    /// The next transaction of the control service, and of all others.
    next: [u16; 2],
    /// When the call came that is carried out.
    now: Instant,
    slots: &'s mut [Slot],
    clients: Clients<'s>,
    request: &'s mut [u8],
    /// The request that is written and not sent.
    unsent: Option<Unsent>,
    /// A short message while it is being sent.
    short: [u8; SHORT],
    /// The services of the modem, one bit each, if it told them.
    services: [u8; 32],
    tells_services: bool,
    counters: Counters,
}

/// Without the bytes of messages: codes and names of subscribers are among them.
impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("config", &self.config)
            .field("state", &self.state)
            .field("clients", &self.clients)
            .field("slots", &self.slots)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

impl<'s> Session<'s> {
    /// A session for a modem with which nothing was agreed upon yet.
    #[must_use]
    pub fn new(config: Config, memory: Memory<'s>) -> Self {
        Self {
            config,
            state: State::Closed,
            syncs: false,
            due: None,
            own: (0, 0),
            until: Instant::FAR,
            end: Instant::FAR,
            next: [1, 1],
            now: Instant::FAR,
            slots: memory.slots,
            clients: Clients::new(memory.clients),
            request: memory.request,
            unsent: None,
            short: [0; SHORT],
            services: [0; 32],
            tells_services: false,
            counters: Counters::default(),
        }
    }

    /// Starts opening the modem: asks for its services until it answers, and synchronises if the configuration says so.
    /// [`Incoming::Opened`], [`Incoming::OpenFailed`] or [`Expired::OpenFailed`] follows.
    ///
    /// Clients that are in the table stay there, unless all are released. Does nothing while opening is under way.
    pub fn open(&mut self, now: Instant) {
        self.begin(now, self.config.sync || self.syncs);
    }

    /// Opens anew and releases all clients of all programs (CTL Sync): what helps when no client number is left, if nobody
    /// else uses the modem.
    pub fn resync(&mut self, now: Instant) {
        count(&mut self.counters.resyncs);
        self.forget();
        self.begin(now, true);
    }

    /// No client number is left. Whoever may synchronise, does; true if it has begun, and nothing was lost by it. Who has
    /// clients already would lose what they registered for: then opening again, which is up to the caller, synchronises.
    pub(crate) fn recover(&mut self, now: Instant) -> bool {
        let empty = self.clients.iter().next().is_none();
        if empty {
            self.resync(now);
        } else {
            self.drop_modem();
            self.syncs = true;
        }
        empty
    }

    fn begin(&mut self, now: Instant, syncs: bool) {
        self.now = now;
        if self.is_opening() && now < self.end {
            return;
        }
        self.forget();
        self.syncs = syncs;
        self.end = now + self.config.open_total;
        self.ask(State::Version);
    }

    /// Takes over a modem that is known to answer, without asking it anything.
    pub fn assume_open(&mut self) {
        self.forget();
        self.rest(State::Open);
    }

    /// Starts closing: gives all clients back that are not to be [kept](Self::keep); requests under way are given up.
    /// [`Incoming::Closed`] or [`Expired::Closed`] follows, unless [`is_closed`](Self::is_closed) at once.
    pub fn close(&mut self, now: Instant) {
        self.now = now;
        self.forget();
        self.release_next();
    }

    /// Whether requests can be sent.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether nothing is under way.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    pub(crate) const fn is_opening(&self) -> bool {
        matches!(self.state, State::Version | State::Sync)
    }

    /// What went nowhere so far.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Whether CTL Sync may be used to recover client numbers.
    pub(crate) const fn is_exclusive(&self) -> bool {
        self.config.exclusive
    }

    /// The modem was not ready, and is asked again by the client.
    pub(crate) fn count_not_ready(&mut self) {
        count(&mut self.counters.not_ready);
    }

    /// Whether the modem has a service; true if it did not tell which it has.
    #[must_use]
    pub fn has_service(&self, service: Service) -> bool {
        !self.tells_services || service.0 > 255 || qmi_wire::message::is_supported(&self.services, service.0)
    }

    /// The number of a client; `instance` tells several clients of one service apart, beginning with 0.
    #[must_use]
    pub fn client(&self, service: Service, instance: u8) -> Option<u8> {
        if service == Service::CTL { Some(0) } else { self.clients.find(service, instance).map(|owned| owned.client) }
    }

    /// What is known of a client.
    #[must_use]
    pub fn owned(&self, service: Service, instance: u8) -> Option<Owned> {
        self.clients.find(service, instance).copied()
    }

    /// The clients that are allocated.
    pub fn clients(&self) -> impl Iterator<Item = Owned> {
        self.clients.iter()
    }

    /// An instance of the service that is not in the table: that one, or else the next that is free.
    pub(crate) fn free_instance(&self, service: Service, instance: u8) -> u8 {
        let mut free = (instance..=u8::MAX).filter(|instance| self.owned(service, *instance).is_none());
        free.next().unwrap_or(instance)
    }

    /// Takes over a client that was allocated before, by this program or another.
    ///
    /// # Errors
    ///
    /// [`SessionError::NoRoom`].
    pub fn adopt(&mut self, owned: Owned) -> Result<(), SessionError> {
        self.clients.insert(owned).ok_or(SessionError::NoRoom)
    }

    /// Leaves a client to somebody else, without telling the modem.
    pub fn disown(&mut self, service: Service, instance: u8) -> Option<Owned> {
        self.clients.remove(|owned| owned.service == service && owned.instance == instance)
    }

    /// Notes whether a client is to stay when the session closes, as one whose data session shall go on. False if there is
    /// no such client.
    pub fn keep(&mut self, service: Service, instance: u8, keep: bool) -> bool {
        self.clients.find_mut(service, instance).map(|owned| owned.keep = keep).is_some()
    }

    /// Starts to give a client back. It is gone from the table at once, whatever the modem answers.
    ///
    /// # Errors
    ///
    /// [`SessionError`]; nothing has changed then.
    pub fn release(
        &mut self,
        now: Instant,
        timeout: Millis,
        service: Service,
        instance: u8,
    ) -> Result<Ticket, SessionError> {
        let client = self.client(service, instance).ok_or(SessionError::NoClient(service))?;
        let due = Due::release(0, service, client);
        let ticket = self.start(now, timeout, due.message, 0, &due)?;
        self.disown(service, instance);
        Ok(ticket)
    }

    /// Starts a request; its answer must come within `timeout`. Send what [`transmit`](Self::transmit) lends.
    ///
    /// A client that is not there yet is obtained first, which takes a slot and up to 10 seconds more. If the modem refuses
    /// it, the request ends with [`Failure::NoClient`].
    ///
    /// # Errors
    ///
    /// [`SessionError`]; nothing has changed then.
    #[inline(never)]
    pub fn start(
        &mut self,
        now: Instant,
        timeout: Millis,
        message: &MessageId,
        instance: u8,
        request: &dyn Request,
    ) -> Result<Ticket, SessionError> {
        self.now = now;
        if !self.is_open() {
            return Err(SessionError::NotOpen);
        }
        if self.unsent.is_some() {
            return Err(SessionError::Busy);
        }
        let service = message.service;
        let client = self.client(service, instance);
        if client.is_none() {
            if !self.has_service(service) {
                return Err(SessionError::NoService(service));
            }
            if !self.clients.has_room() {
                return Err(SessionError::NoRoom);
            }
        }
        let (held, number) = (client.is_none().then_some((service, instance)), client.unwrap_or(0));
        let transaction = self.fresh(service);
        let written = request.write(begin(self.request, message, transaction, number)).map_err(SessionError::Encode)?;
        let length = written.len();
        let longer = if held.is_some() { ALLOCATE } else { Millis(0) };
        let deadline = now + timeout + longer;
        let ticket = self.occupy(message, transaction, number, deadline).ok_or(SessionError::NoSlot)?.ticket();
        if let Some((service, _)) = held {
            let due = Due::allocate(self.fresh(Service::CTL), service);
            let Some(pending) = self.occupy(due.message, due.transaction, 0, now + ALLOCATE) else {
                self.free(ticket);
                return Err(SessionError::NoSlot);
            };
            (pending.wanted, pending.due) = (held, Some(due));
        }
        self.unsent = Some(Unsent { ticket, length, held });
        Ok(ticket)
    }

    /// Takes a slot: a free one, or that of a request that was given up and leaves nothing behind.
    #[inline(never)]
    fn occupy(&mut self, message: &MessageId, transaction: u16, client: u8, deadline: Instant) -> Option<&mut Pending> {
        let mut place = None;
        for slot in &mut *self.slots {
            match &slot.0 {
                None => {
                    place = Some(slot);
                    break;
                }
                Some(p) if place.is_none() && p.leaves_nothing() => place = Some(slot),
                Some(_) => {}
            }
        }
        let MessageId { service, id, abortable } = *message;
        Some(place?.0.insert(Pending {
            service,
            id,
            transaction,
            client,
            abortable,
            abandoned: false,
            deadline,
            abort: transaction,
            due: None,
            wanted: None,
        }))
    }

    /// Gives a request up. If it was not sent, it never will be; otherwise it is called off where that is possible, and its
    /// slot waits on for the answer until the deadline, or until a new request needs the slot. A late answer is never taken
    /// for another request's; a data session or client that it brings is given back.
    pub fn abandon(&mut self, now: Instant, ticket: Ticket) {
        if self.is_unsent(ticket) {
            self.free(ticket);
            return;
        }
        self.now = now;
        if let Some(pending) = self.pending(ticket) {
            pending.abandoned = true;
            if pending.can_be_called_off() {
                self.call_off(ticket);
            }
        }
    }

    fn is_unsent(&self, ticket: Ticket) -> bool {
        self.unsent.is_some_and(|unsent| unsent.ticket == ticket)
    }

    /// Has a request called off.
    #[inline(never)]
    fn call_off(&mut self, ticket: Ticket) {
        let transaction = self.fresh(Service::WDS);
        let until = self.now + self.config.abort.max(Millis(1));
        count(&mut self.counters.aborted);
        if let Some(pending) = self.pending(ticket) {
            let victim = pending.transaction.into();
            (pending.deadline, pending.abort) = (until, transaction);
            pending.due = Some(match pending.service {
                Service::NAS => Due::new::<nas::abort::Message>(transaction, victim, 2),
                _ => Due::new::<wds::abort::Message>(transaction, victim, 2),
            });
        }
    }

    /// The next frame to send; `None` when there is nothing.
    pub fn transmit(&mut self) -> Option<&[u8]> {
        if let Some(unsent) = self.unsent.take_if(|unsent| unsent.held.is_none()) {
            return self.request.get(..unsent.length);
        }
        let (due, client) = match self.due.take() {
            Some(due) => (due, 0),
            None => {
                let mut pendings = self.slots.iter_mut().filter_map(|slot| slot.0.as_mut());
                let pending = pendings.find(|pending| pending.due.is_some())?;
                (pending.due.take()?, pending.client)
            }
        };
        let client = if due.message.service == Service::CTL { 0 } else { client };
        let message = begin(&mut self.short, due.message, due.transaction, client);
        due.write(message).ok().map(|frame| &*frame)
    }

    /// Takes one frame. Bytes behind it are ignored: hand them in by themselves.
    pub fn receive<'m>(&mut self, now: Instant, frame: &'m [u8]) -> Incoming<'m> {
        self.now = now;
        let parsed = Frame::parse(frame);
        let (framing, message) = match &parsed {
            Ok(Frame { framing, message }) => (framing, message),
            Err(error) => {
                count(&mut self.counters.malformed);
                return Incoming::Ignored(Ignored::Malformed(*error));
            }
        };
        self.counters.consecutive_timeouts = 0;
        let client = framing.client().unwrap_or(0);
        let (service, kind) = (message.service(), message.kind());
        match (kind, self.state) {
            (Kind::Response, State::Open) => self.response(client, message),
            (Kind::Response, _) if service == Service::CTL => self.own_response(message),
            (Kind::Indication, State::Open) if service == Service::CTL => self.control(message),
            // Some firmware addresses client 0 when it means all.
            (Kind::Indication, State::Open)
                if client == BROADCAST || client == 0 || self.clients.owns(service, client) =>
            {
                self.note_session(client, message, Verdict::SUCCESS);
                Incoming::Indication(Indication { client, tlvs: message.tlvs })
            }
            (Kind::Indication, State::Open) | (Kind::Request, _) => self.ignored(Ignored::Foreign),
            _ => self.ignored(Ignored::NotOpen),
        }
    }

    #[inline]
    fn ignored<'m>(&mut self, why: Ignored) -> Incoming<'m> {
        count(match why {
            Ignored::Late => &mut self.counters.late,
            Ignored::Foreign => &mut self.counters.foreign,
            Ignored::Unexpected => &mut self.counters.unexpected,
            Ignored::Malformed(_) => &mut self.counters.malformed,
            Ignored::NotOpen => &mut self.counters.not_open,
        });
        Incoming::Ignored(why)
    }

    /// An answer to the session's own messages while it opens or closes.
    fn own_response<'m>(&mut self, message: &Wire<'m>) -> Incoming<'m> {
        let own = (message.id(), message.transaction) == self.own;
        let verdict = verdict(message.tlvs).unwrap_or(Verdict::failure(ProtocolError::NONE));
        match (self.state, message.id()) {
            // The answer to an earlier try tells the same.
            (State::Version, get_version_info::Message::ID) => {
                self.tells_services = verdict.ok().is_ok() && self.note_services(message.tlvs).is_some();
                self.synchronise()
            }
            // A Sync that is answered late is followed by the newest, which releases everything once more.
            (State::Sync, _) if own => match verdict.ok() {
                Ok(()) => {
                    self.clients.clear();
                    self.syncs = false;
                    self.opened()
                }
                Err(error) => {
                    self.rest(State::Closed);
                    Incoming::OpenFailed(OpenError::Refused(error))
                }
            },
            (State::Closing, _) if own => match self.release_next() {
                true => Incoming::Closed,
                false => Incoming::Nothing,
            },
            _ => self.ignored(Ignored::NotOpen),
        }
    }

    /// Notes the services in a version list ([`get_version_info::Response::service_list`]).
    fn note_services(&mut self, tlvs: TlvSet<'_>) -> Option<()> {
        let (_, list) = tlvs.find(0x01)?.split_first()?;
        for (place, byte) in self.services.iter_mut().enumerate() {
            *byte = 0;
            // Number, and versions.
            let mut rest = list;
            while let Some((&[number, _, _, _, _], behind)) = rest.split_first_chunk() {
                rest = behind;
                if usize::from(number >> 3) == place {
                    *byte |= 1_u8.wrapping_shl(u32::from(number & 7));
                }
            }
        }
        Some(())
    }

    fn synchronise<'m>(&mut self) -> Incoming<'m> {
        if !self.syncs {
            return self.opened();
        }
        self.ask(State::Sync);
        Incoming::Nothing
    }

    fn opened<'m>(&mut self) -> Incoming<'m> {
        self.rest(State::Open);
        Incoming::Opened
    }

    /// An indication of the control service.
    fn control<'m>(&mut self, message: &Wire<'m>) -> Incoming<'m> {
        let named = match message.id() {
            REVOKE | INVALID_CLIENT => message.tlvs.find(1),
            ctl::sync_indication::Message::ID => None,
            _ => return Incoming::Indication(Indication { client: 0, tlvs: message.tlvs }),
        };
        // Nobody has published the layout. A service and one of our clients is the only reading that makes sense; what
        // cannot be read so is taken for the end of them all.
        let Some(&[service, client]) = named.and_then(|value| value.first_chunk()) else {
            self.drop_modem();
            return Incoming::Lost;
        };
        let service = Service(service.into());
        if !self.clients.remove_number(service, client) {
            return self.ignored(Ignored::Foreign);
        }
        for slot in &mut *self.slots {
            match &mut slot.0 {
                Some(pending) if pending.service == service && pending.client == client => {
                    // Nobody answers it any more, and its deadline is there to say so.
                    (pending.deadline, pending.abortable, pending.due) = (self.now, false, None);
                    pending.client = BROADCAST;
                }
                _ => {}
            }
        }
        Incoming::Revoked { service, client }
    }

    /// An answer while the modem is open.
    #[inline(never)]
    fn response<'m>(&mut self, client: u8, message: &Wire<'m>) -> Incoming<'m> {
        let (service, transaction) = (message.service(), message.transaction);
        let meant = |p: &&Pending| {
            let joined = p.transaction == transaction || p.abort == transaction;
            joined && p.service == service && p.client == client
        };
        let Some(&pending) = self.slots.iter().filter_map(|slot| slot.0.as_ref()).find(meant) else {
            self.give_back(client, message);
            return self.ignored(Ignored::Foreign);
        };
        let ticket = pending.ticket();
        let verdict = verdict(message.tlvs);
        if pending.transaction != transaction {
            // It is called off. What cannot be any more is about to be answered.
            return match verdict.unwrap_or_default().ok() {
                Ok(()) => self.fail(ticket, Failure::Timeout),
                Err(_) => Incoming::Nothing,
            };
        }
        if pending.id != message.id() {
            return self.ignored(Ignored::Unexpected);
        }
        self.free(ticket);
        if pending.abandoned {
            self.give_back(client, message);
            return self.ignored(Ignored::Late);
        }
        let failure = match (verdict, pending.wanted) {
            (Err(error), _) => Failure::Malformed(error),
            (Ok(verdict), None) => return self.answered(client, message, ticket, verdict),
            (Ok(verdict), Some(wanted)) => match verdict.ok() {
                Err(error) => Failure::NoClient(error),
                Ok(()) => match self.obtained(wanted, message) {
                    Err(failure) => failure,
                    Ok(()) => return Incoming::Nothing,
                },
            },
        };
        match pending.wanted {
            None => Incoming::Failed { ticket, failure },
            Some(wanted) => match self.held(wanted) {
                Some(ticket) => self.fail(ticket, failure),
                None => Incoming::Nothing,
            },
        }
    }

    /// The answer to a request that is awaited.
    fn answered<'m>(&mut self, client: u8, message: &Wire<'m>, ticket: Ticket, verdict: Verdict) -> Incoming<'m> {
        let service = message.service();
        if verdict.ok() == Err(ProtocolError::INVALID_CLIENT_ID) && service != Service::CTL {
            self.clients.remove_number(service, client);
        }
        self.note_session(client, message, verdict);
        Incoming::Answer { ticket, answer: Answer { verdict, tlvs: message.tlvs } }
    }

    /// Remembers what becomes of the data session of a client, in whatever order its messages come.
    fn note_session(&mut self, client: u8, message: &Wire<'_>, verdict: Verdict) {
        if message.service() != Service::WDS {
            return;
        }
        let handle = match (message.kind(), message.id()) {
            (Kind::Response, wds::start_network::Message::ID) if verdict.ok().is_ok() => {
                handle(message.tlvs).unwrap_or(0)
            }
            // It is up already, and belongs to nobody.
            (Kind::Response, wds::start_network::Message::ID) if verdict.error == ProtocolError::NO_EFFECT => u32::MAX,
            (Kind::Response, wds::stop_network::Message::ID) if verdict.ok().is_ok() => 0,
            (Kind::Indication, wds::packet_service_status_indication::Message::ID)
                if message.tlvs.find(0x01).and_then(<[u8]>::first) == Some(&wds::ConnectionStatus::DISCONNECTED.0) =>
            {
                0
            }
            _ => return,
        };
        if let Some(owned) = self.clients.find_number(Service::WDS, client) {
            owned.handle = handle;
        }
    }

    /// A client was allocated: the request that waits for it can be sent.
    fn obtained(&mut self, wanted: (Service, u8), message: &Wire<'_>) -> Result<(), Failure> {
        // An answer that cannot be read is as good as a refusal.
        let unread = Failure::NoClient(ProtocolError::MALFORMED_MESSAGE);
        let (service, client) = allocated(message.tlvs).ok_or(unread)?;
        let owned = Owned { service, instance: wanted.1, client, keep: false, handle: 0 };
        let failure = if service != wanted.0 {
            Some(Failure::WrongService(service))
        } else if self.adopt(owned).is_err() {
            // There was room when it was asked for, but clients were adopted meanwhile.
            Some(Failure::NoClient(ProtocolError::CLIENT_IDS_EXHAUSTED))
        } else {
            None
        };
        if let Some(failure) = failure {
            self.give_back(0, message);
            return Err(failure);
        }
        let Some(unsent) = self.unsent.as_mut().filter(|unsent| unsent.held == Some(wanted)) else { return Ok(()) };
        unsent.held = None;
        let ticket = unsent.ticket;
        // The client stands at the end of both kinds of frame header.
        if let Some(place) = self.request.get_mut(FRAME_HEADER_LEN.saturating_sub(1)) {
            *place = client;
        }
        if let Some(pending) = self.pending(ticket) {
            pending.client = client;
        }
        Ok(())
    }

    /// The request that waits for a client.
    fn held(&self, wanted: (Service, u8)) -> Option<Ticket> {
        self.unsent.filter(|unsent| unsent.held == Some(wanted)).map(|unsent| unsent.ticket)
    }

    /// Gives back what an answer brings that nobody waits for any more.
    fn give_back(&mut self, client: u8, message: &Wire<'_>) {
        if !verdict(message.tlvs).is_ok_and(|verdict| verdict.ok().is_ok()) {
            return;
        }
        let transaction = self.fresh(message.service());
        let (due, deadline) = match (message.service(), message.id()) {
            (Service::CTL, allocate_cid::Message::ID | internal_allocate_cid_qrtr::Message::ID) => {
                let Some((service, client)) = allocated(message.tlvs) else { return };
                // One that is in use is no orphan, but an answer that came twice.
                if self.clients.owns(service, client) {
                    return;
                }
                (Due::release(transaction, service, client), self.now + self.config.release)
            }
            (Service::WDS, wds::start_network::Message::ID) => {
                let Some(handle) = handle(message.tlvs) else { return };
                if self.clients.iter().any(|owned| owned.handle == handle) {
                    return;
                }
                (Due::new::<wds::stop_network::Message>(transaction, handle, 4), self.now + STOP)
            }
            _ => return,
        };
        let counter = match self.occupy(due.message, transaction, client, deadline) {
            Some(pending) => {
                (pending.abandoned, pending.abortable, pending.due) = (true, false, Some(due));
                &mut self.counters.given_back
            }
            None => &mut self.counters.leaked,
        };
        count(counter);
    }

    /// The earliest time at which [`expire`](Self::expire) has something to do.
    #[must_use]
    #[inline(never)]
    pub fn poll_at(&self) -> Instant {
        let slots = self.slots.iter().filter_map(|slot| slot.0.as_ref()).map(|pending| pending.deadline);
        slots.fold(self.until.min(self.end), Instant::min)
    }

    /// Acts on the time that has passed; call until `None`.
    pub fn expire(&mut self, now: Instant) -> Option<Expired> {
        self.now = now;
        let over = self.end <= now;
        if over || self.until <= now {
            match self.state {
                _ if over => {
                    self.rest(State::Closed);
                    return Some(Expired::OpenFailed(OpenError::Timeout));
                }
                State::Version | State::Sync => self.ask(self.state),
                _ => {
                    if self.release_next() {
                        return Some(Expired::Closed);
                    }
                }
            }
        }
        let over = |slot: &&Pending| slot.deadline <= now;
        while let Some(&pending) = self.slots.iter().filter_map(|slot| slot.0.as_ref()).find(over) {
            let mut ticket = pending.ticket();
            if pending.can_be_called_off() && !self.is_unsent(ticket) {
                self.call_off(ticket);
                continue;
            }
            if let Some(wanted) = pending.wanted {
                self.free(ticket);
                match self.held(wanted) {
                    Some(held) => ticket = held,
                    None => continue,
                }
            }
            // A client that was revoked has no number any more.
            let failure = if pending.client == BROADCAST { Failure::Revoked } else { Failure::Timeout };
            if self.end(ticket, failure == Failure::Timeout) {
                return Some(Expired::Failed { ticket, failure });
            }
        }
        None
    }

    /// Ends a request without an answer.
    fn fail<'m>(&mut self, ticket: Ticket, failure: Failure) -> Incoming<'m> {
        if self.end(ticket, failure == Failure::Timeout) {
            Incoming::Failed { ticket, failure }
        } else {
            Incoming::Nothing
        }
    }

    /// Ends a request without an answer; says whether that was still awaited.
    #[inline(never)]
    fn end(&mut self, ticket: Ticket, timeout: bool) -> bool {
        let awaited = self.free(ticket);
        if awaited && timeout {
            count(&mut self.counters.timeouts);
            count(&mut self.counters.consecutive_timeouts);
        }
        awaited
    }

    /// Counts everything as gone, without telling the modem.
    pub(crate) fn drop_modem(&mut self) {
        self.forget();
        self.clients.clear();
        self.tells_services = false;
        self.rest(State::Closed);
    }

    /// Forgets everything that is under way.
    fn forget(&mut self) {
        for slot in &mut *self.slots {
            slot.0 = None;
        }
        self.unsent = None;
        self.rest(State::Closed);
    }

    /// Has the message that opens or closes sent, to be answered in time.
    fn enter(&mut self, state: State, due: Due, within: Millis) {
        let transaction = self.fresh(Service::CTL);
        (self.state, self.own) = (state, (due.message.id, transaction));
        self.due = Some(Due { transaction, ..due });
        self.until = self.now + within.max(Millis(1));
    }

    /// Asks for the services, or has all clients released.
    #[inline(never)]
    fn ask(&mut self, state: State) {
        let (due, within) = match state {
            State::Sync => (Due::new::<sync::Message>(0, 0, 0), self.config.sync_try),
            _ => (Due::new::<get_version_info::Message>(0, 0, 0), self.config.version_try),
        };
        self.enter(state, due, within);
    }

    /// Takes up a state in which nothing of the session's own is awaited.
    #[inline(never)]
    fn rest(&mut self, state: State) {
        (self.state, self.due) = (state, None);
        (self.until, self.end) = (Instant::FAR, Instant::FAR);
    }

    /// Gives the next client back; true if there is none.
    fn release_next(&mut self) -> bool {
        match self.clients.remove(|owned| !owned.keep) {
            Some(owned) => {
                let due = Due::release(0, owned.service, owned.client);
                self.enter(State::Closing, due, self.config.release);
                false
            }
            None => {
                self.rest(State::Closed);
                true
            }
        }
    }

    /// The next transaction number of a service: not 0, and not one that is under way.
    #[inline(never)]
    fn fresh(&mut self, service: Service) -> u16 {
        let control = service == Service::CTL;
        let [of_control, of_others] = &mut self.next;
        let (next, last) = if control { (of_control, u8::MAX.into()) } else { (of_others, u16::MAX) };
        let mut number = *next;
        // Of any numbers in a row, few can be taken; the end is for more slots than the control service has numbers.
        for _ in 0..u16::MAX {
            number = *next;
            *next = if number < last { number.wrapping_add(1) } else { 1 };
            let taken =
                |p: &Pending| (p.service == Service::CTL) == control && (p.transaction == number || p.abort == number);
            if !self.slots.iter().any(|slot| slot.0.as_ref().is_some_and(taken)) {
                break;
            }
        }
        number
    }

    #[inline(never)]
    fn slot(&mut self, ticket: Ticket) -> Option<&mut Slot> {
        self.slots.iter_mut().find(|slot| slot.0.as_ref().is_some_and(|pending| pending.ticket() == ticket))
    }

    fn pending(&mut self, ticket: Ticket) -> Option<&mut Pending> {
        self.slot(ticket)?.0.as_mut()
    }

    /// Frees the slot of a request, and drops the request if it was not sent. Says whether the answer was still awaited.
    #[inline(never)]
    fn free(&mut self, ticket: Ticket) -> bool {
        if self.is_unsent(ticket) {
            self.unsent = None;
        }
        self.slot(ticket).and_then(|slot| slot.0.take()).is_some_and(|pending| !pending.abandoned)
    }
}

impl Pending {
    /// Whether it was given up, and nothing has to be done about it.
    fn leaves_nothing(&self) -> bool {
        self.abandoned && self.due.is_none() && self.wanted.is_none() && !self.abortable
    }

    fn can_be_called_off(&self) -> bool {
        self.abortable && self.abort == self.transaction
    }

    fn ticket(&self) -> Ticket {
        Ticket { control: self.service == Service::CTL, transaction: self.transaction }
    }
}

/// Begins a request to a client, in the frame of its service.
#[inline(never)]
fn begin<'b>(buffer: &'b mut [u8], message: &MessageId, transaction: u16, client: u8) -> MessageWriter<'b> {
    let MessageId { service, id, .. } = *message;
    let framing = if service.0 > 255 { Framing::Wide { client } } else { Framing::host(client) };
    MessageWriter::new(buffer, &Head { framing, service, kind: Kind::Request, transaction, id })
}

/// What an allocation brought: the service, in one byte or two, and the client.
#[inline(never)]
fn allocated(tlvs: TlvSet<'_>) -> Option<(Service, u8)> {
    let wide = tlvs.message() == internal_allocate_cid_qrtr::Message::ID;
    match *tlvs.find(0x01)? {
        [low, high, client, ..] if wide => Some((Service(u16::from_le_bytes([low, high])), client)),
        [service, client, ..] if !wide => Some((Service(service.into()), client)),
        _ => None,
    }
}

/// The handle of a data session that was started.
#[inline(never)]
fn handle(tlvs: TlvSet<'_>) -> Option<u32> {
    tlvs.find(0x01)?.first_chunk().map(|handle| u32::from_le_bytes(*handle))
}

/// How a request went.
#[inline(never)]
fn verdict(tlvs: TlvSet<'_>) -> Result<Verdict, DecodeError> {
    tlvs.require(Verdict::TLV)
}
