//! An MBIM function: the face that a [`Modem`] shows to an MBIM host (MBIM 1.0 §9.3, §10.5; Microsoft's extensions).
//!
//! | file | holds |
//! |---|---|
//! | `mod` (here) | open and close, fragments, transactions, indications: all that is not about one command |
//! | `commands` | the table of what is served |
//! | `service` | one file for each device service: what a command does to the modem, what the host is told |
//! | `requests` | what the services have in common in reading requests |
//! | `answers` | what the services have in common in telling the host |
//! | `at` | lines for the AT function inside |
//! | `subscriptions`, `signal` | which indications the host wants, and when the signal is worth one |
//!
//! [`Function::receive`] takes a transfer from the host, [`Function::transmit`] gives the next one to the host until it
//! has none, [`Function::poll_at`] says when to call it again without being asked. Call `transmit` after every `receive`
//! and after every change of the modem.
//!
//! Commands are taken while others are under way, and answered when they are done, in whatever order that is. Events of
//! the modem become indications in their order, each with the state of its moment. A host that does not fetch its
//! messages loses none: events wait in the modem's log, answers in a table of [`TRANSACTIONS`], and when that is full,
//! commands are answered with BUSY. What is lost all the same is counted; after lost events the newest state of
//! everything is indicated once.
//!
//! ```
//! use mbim_wire::message::{Body, Transfer, write_open};
//! use mbim_wire::Status;
//! use wwan::device::mbim::{Config, Function, Memory};
//! use wwan::device::modem::{Modem, Setup};
//! use wwan::time::Instant;
//!
//! let (mut out, mut assembly) = ([0; 4096], [0; 4096]);
//! let mut modem = Modem::new(Instant(0), Setup::default());
//! let memory = Memory { out: &mut out, assembly: &mut assembly };
//! let mut function = Function::new(Config::default(), memory);
//!
//! let mut buffer = [0; 16];
//! let open = write_open(&mut buffer, 1, 4096)?;
//! function.receive(Instant(0), &mut modem, open);
//! let answer = function.transmit(Instant(0), &mut modem).expect("an answer");
//! assert_eq!(Transfer::parse(answer)?.body, Body::OpenDone(Status::SUCCESS));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

use heapless::Vec;
use mbim_wire::fragment::{Assembler, AssemblyError, Progress};
use mbim_wire::message::{
    Body, COMMAND_HEADER_LEN, CommandMessage, CommandType, Fragment, HeaderError, MIN_CONTROL_TRANSFER, Transfer,
    write_close_done, write_command_done, write_function_error, write_indicate_status, write_open_done,
};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::known;
use mbim_wire::{Command as _, EncodeError, ProtocolError, Status, Uuid};

use super::collect;
use super::modem::event::{Change, Cursor, Origin, Reading};
use super::modem::{Modem, Text, Ticket};
pub use super::{FAULTS, TooManyFaults};
use crate::outgoing::Outgoing;
use crate::time::{Instant, Millis};

mod answers;
#[cfg(feature = "at")]
mod at;
mod commands;
mod requests;
mod service;
mod signal;
mod subscriptions;

use answers::{Source, Subject};
use commands::{Offer, Request, SERVICES, Service};
pub use commands::{Served, served_commands};
use requests::{Later, Refused, Step};
use service::{Repeated, STATES};
use signal::Reporting;
use subscriptions::Subscriptions;

/// Commands that may be under way, or wait for room in the queue.
pub const TRANSACTIONS: usize = 16;
/// Longest time between two fragments of a message.
pub const FRAGMENT_GAP: Millis = Millis(1250);

/// Version of MBIM itself.
const MBIM_VERSION: u16 = 0x0100;
const V1: u16 = 0x0100;
const V2: u16 = 0x0200;
const V3: u16 = 0x0300;

/// The highest version of Microsoft's extensions that is served.
pub const EXTENDED_VERSION: u16 = V3;

/// Services whose streams can be opened.
pub const STREAMED: usize = 4;

/// Streams that a device service has beside its commands, or instead of them (device service streams).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Streams {
    /// The service.
    pub service: Uuid,
    /// Streams that it can have open at the same time.
    pub instances: u8,
    /// They carry bytes from the host.
    pub from_host: bool,
    /// They carry bytes to the host.
    pub to_host: bool,
}

bitflags::bitflags! {
    /// Device services of makers and operators. Those for AT commands are there if there is an AT function inside.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct VendorServices: u16 {
        /// Firmware update of Qualcomm and Quectel.
        const QDU = 1 << 0;
        /// AT&T.
        const ATDS = 1 << 1;
        /// Quectel.
        const QUECTEL = 1 << 2;
        /// Google.
        const GOOGLE = 1 << 3;
        /// Intel: restart.
        const INTEL_FIRMWARE_UPDATE = 1 << 4;
        /// Intel: frequencies in use.
        const INTEL_THERMAL_RF = 1 << 5;
        /// Intel: the FCC lock with a challenge.
        const INTEL_MUTUAL_AUTHENTICATION = 1 << 6;
        /// Intel: trace.
        const INTEL_TOOLS = 1 << 7;
        /// Intel: AT commands.
        const INTEL_AT_TUNNEL = 1 << 8;
        /// Fibocom: AT commands.
        const FIBOCOM = 1 << 9;
        /// Compal: AT commands.
        const COMPAL = 1 << 10;
    }
}

/// How the function behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Largest transfer that is sent, in bytes. The same number stands in the USB descriptor (wMaxControlMessage), so that
    /// hosts keep to it too; a longer transfer that arrives all the same is taken, since over a byte stream no host can know.
    pub max_control_transfer: u16,
    /// Highest version of Microsoft's extensions to agree to: 0x0100, 0x0200 or 0x0300. With 0x0100 the command to agree
    /// upon a version is not there. Higher values count as [`EXTENDED_VERSION`].
    pub extended_version: u16,
    /// Time from OPEN until OPEN_DONE, beside that until the modem has booted.
    pub open_delay: Millis,
    /// This face among all faces of the modem: each has another one, and none is [`Origin::WORLD`].
    pub origin: Origin,
    /// A wrong PIN is answered with the attempts left, as most modems do, instead of an empty information buffer.
    pub pin_attempts_on_failure: bool,
    /// If not empty, 5G is hidden from the data classes and told as this text, at most 11 characters. Some modems do.
    pub custom_data_class: Text<11>,
    /// Device services with streams. With none, the command to open streams is not there.
    pub streams: Vec<Streams, STREAMED>,
    /// Services of makers and operators that are offered.
    pub vendor_services: VendorServices,
    /// There is a QMI function inside.
    #[cfg(feature = "qmi")]
    tunnels_qmi: bool,
    /// There is an AT function inside.
    answers_at: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_control_transfer: 4096,
            extended_version: EXTENDED_VERSION,
            open_delay: Millis(0),
            origin: Origin(1),
            pin_attempts_on_failure: true,
            custom_data_class: Text::new(),
            streams: collect([Streams {
                service: known::MS_MODEM_FILE_TRANSFER,
                instances: 1,
                from_host: false,
                to_host: true,
            }]),
            vendor_services: VendorServices::empty(),
            #[cfg(feature = "qmi")]
            tunnels_qmi: false,
            answers_at: false,
        }
    }
}

/// Memory of the function, the caller's.
#[derive(Debug)]
pub struct Memory<'s> {
    /// Messages on their way to the host, whole ones. Must hold the longest answer: 2 KiB are enough for all but a
    /// list of short messages, which takes up to 192 bytes for each.
    pub out: &'s mut [u8],
    /// A fragmented command from the host is put together here; the longest one that can be taken.
    pub assembly: &'s mut [u8],
}

/// What happened so far. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Transfers from the host.
    pub received: u32,
    /// Transfers to the host.
    pub transmitted: u32,
    /// Whole commands from the host.
    pub commands: u32,
    /// Indications to the host.
    pub indications: u32,
    /// Indications that would not fit even into an empty queue.
    pub indications_lost: u32,
    /// Events that came and went while the queue was full; the newest state was, or will be, indicated.
    pub events_missed: u32,
    /// Answers that would not fit even into an empty queue; the host was told FAILURE.
    pub answers_too_long: u32,
    /// Commands refused with BUSY because too many were under way.
    pub busy: u32,
    /// Answers and error messages for which there was no room at all.
    pub lost: u32,
    /// Error messages to the host.
    pub function_errors: u32,
    /// Error messages from the host.
    pub host_errors: u32,
    /// Transfers without a readable header, and messages that only a function sends.
    pub garbage: u32,
    /// Transfers with bytes behind the message, which were ignored.
    pub trailing: u32,
    /// Transfers that came while the function was mute.
    pub muted: u32,
    /// Commands and indications that a fault swallowed.
    pub swallowed: u32,
    /// Responses of the QMI function inside for which no command waited.
    pub qmi_unasked: u32,
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

/// What a fault does to a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Effect {
    /// It is not done, and answered with this status.
    Refuse(Status),
    /// It is done, and answered so much later at least.
    Delay(Millis),
    /// It is neither done nor answered.
    Swallow,
    /// It is done and answered; what is withheld are its indications.
    Withhold,
}

/// A misbehaviour to test hosts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fault {
    /// Commands, or indications, of this device service,
    pub service: Uuid,
    /// with this identifier,
    pub cid: u32,
    /// of this kind (`None`: both; indications have none),
    pub kind: Option<CommandType>,
    /// suffer this,
    pub effect: Effect,
    /// the next one only, or all of them.
    pub once: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Closed,
    /// OPEN came; OPEN_DONE is due.
    Opening {
        transaction_id: u32,
        limit: usize,
        at: Instant,
    },
    Open {
        /// Largest transfer to the host.
        limit: usize,
    },
}

/// Version of the extensions, and whether it can still be agreed upon.
#[derive(Clone, Copy, Debug)]
struct Negotiation {
    version: u16,
    open: bool,
}

impl Negotiation {
    const START: Self = Self { version: V1, open: true };
}

/// A command without its content.
#[derive(Clone, Copy, Debug)]
struct Asked {
    transaction_id: u32,
    service: Uuid,
    cid: u32,
}

/// A command that is not answered yet.
#[derive(Clone, Copy, Debug)]
struct Transaction {
    asked: Asked,
    /// It is answered no earlier.
    at: Instant,
    wait: Wait,
}

#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant)] // as in `Subject`
enum Wait {
    /// For the modem.
    Modem(Ticket, Later),
    /// For time or room.
    Answer(Status, Subject),
    /// For the QMI function inside.
    #[cfg(feature = "qmi")]
    Qmi(service::qmi::Key),
    /// For the AT function inside, in whose words.
    #[cfg(feature = "at")]
    At(at::Form),
}

/// Where the repetition stands: a place in [`STATES`], and for states of each session or SIM slot, which one.
#[derive(Clone, Copy, Debug)]
struct Repeat {
    place: usize,
    session: u32,
}

/// Everything but the assembly, so that an assembled command can be lent to it.
#[derive(Debug)]
struct Core<'s> {
    config: Config,
    state: State,
    queue: Outgoing<'s>,
    transactions: Vec<Transaction, TRANSACTIONS>,
    negotiation: Negotiation,
    subscriptions: Subscriptions,
    reporting: Reporting,
    /// Streams of device services that are open.
    streams: Vec<service::dss::Stream, { service::dss::OPEN }>,
    /// The next event to tell.
    cursor: Cursor,
    /// Services that have told the change under the cursor.
    told: usize,
    repeat: Option<Repeat>,
    faults: Vec<Fault, FAULTS>,
    counters: Counters,
    #[cfg(feature = "qmi")]
    tunnel: Option<service::qmi::Tunnel<'s>>,
    #[cfg(feature = "at")]
    line: Option<at::Line<'s>>,
}

/// An MBIM function. See the [module](self).
#[derive(Debug)]
pub struct Function<'s> {
    core: Core<'s>,
    assembler: Assembler<'s>,
    /// When the next fragment is late.
    late_at: Option<Instant>,
    mute: bool,
}

/// There is no room in the queue now.
#[derive(Clone, Copy, Debug)]
struct NoRoom;

impl<'s> Function<'s> {
    /// A function that is closed.
    #[must_use]
    pub fn new(config: Config, memory: Memory<'s>) -> Self {
        let config = Config { extended_version: config.extended_version.clamp(V1, EXTENDED_VERSION), ..config };
        Self {
            core: Core {
                config,
                state: State::Closed,
                queue: Outgoing::new(memory.out),
                transactions: Vec::new(),
                negotiation: Negotiation::START,
                subscriptions: Subscriptions::at_first(),
                reporting: Reporting::new(super::modem::network::Signal::NONE),
                streams: Vec::new(),
                cursor: Cursor::default(),
                told: 0,
                repeat: None,
                faults: Vec::new(),
                counters: Counters::default(),
                #[cfg(feature = "qmi")]
                tunnel: None,
                #[cfg(feature = "at")]
                line: None,
            },
            assembler: Assembler::new(memory.assembly),
            late_at: None,
            mute: false,
        }
    }

    /// The same with a QMI function inside: the device service for QMI frames is offered.
    ///
    /// Give it another [`origin`](super::qmi::Config::origin) than this function's; and as the data path is MBIM's, no
    /// [`data_format`](super::qmi::Config::data_format).
    #[cfg(feature = "qmi")]
    #[must_use]
    pub fn with_qmi(mut self, function: super::qmi::Function<'s>) -> Self {
        self.core.config.tunnels_qmi = true;
        self.core.tunnel = Some(service::qmi::Tunnel { function, held: None });
        self
    }

    /// The QMI function inside, to look at it, or to misuse it.
    #[cfg(feature = "qmi")]
    pub fn qmi(&mut self) -> Option<&mut super::qmi::Function<'s>> {
        self.core.tunnel.as_mut().map(|tunnel| &mut tunnel.function)
    }

    /// The same with an AT function inside: of the [services of makers](Config::vendor_services) those for AT commands are
    /// there. Everything that is said to one line is one answer, for which there must be room in `answer`; 4 KiB are
    /// enough for all but long lists.
    ///
    /// Give it another [`origin`](super::at::Config::origin) than this function's. It tells nothing unasked and has neither
    /// prompts nor data connections nor the multiplexer, whatever its configuration says, because there is no way for
    /// them.
    #[cfg(feature = "at")]
    #[must_use]
    pub fn with_at(mut self, function: super::at::Function<'s>, answer: &'s mut [u8]) -> Self {
        self.core.config.answers_at = true;
        self.core.line = Some(at::Line::new(function, answer));
        self
    }

    /// The AT function inside, to look at it, or to misuse it.
    #[cfg(feature = "at")]
    pub fn at(&mut self) -> Option<&mut super::at::Function<'s>> {
        self.core.line.as_mut().map(|line| &mut line.function)
    }

    /// Takes a transfer from the host: a message or a fragment of one.
    pub fn receive(&mut self, now: Instant, modem: &mut Modem, transfer: &[u8]) {
        count(&mut self.core.counters.received);
        if self.mute {
            count(&mut self.core.counters.muted);
            return;
        }
        self.advance(now, modem);
        self.dispatch(now, modem, transfer);
        self.core.pump(now, modem);
    }

    /// The next transfer to the host; `None` when there is none now.
    pub fn transmit(&mut self, now: Instant, modem: &mut Modem) -> Option<&[u8]> {
        if self.mute {
            return None;
        }
        self.advance(now, modem);
        let limit = match self.core.state {
            State::Open { limit } => limit,
            _ => usize::from(self.core.config.max_control_transfer),
        };
        let transfer = self.core.queue.next(limit)?;
        count(&mut self.core.counters.transmitted);
        Some(transfer)
    }

    /// When [`transmit`](Self::transmit) may have something next; an instant that is past means now.
    #[must_use]
    pub fn poll_at(&self, modem: &Modem) -> Option<Instant> {
        let core = &self.core;
        let is_open = matches!(core.state, State::Open { .. });
        if self.mute {
            return modem.poll_at();
        }
        if !core.queue.is_empty() || core.repeat.is_some() || (is_open && core.cursor != modem.newest()) {
            return Some(Instant(0));
        }
        let opening = match core.state {
            State::Opening { at, .. } => Some(at.max(modem.boots_at().unwrap_or_default())),
            _ => None,
        };
        let answers = core.transactions.iter().filter_map(|transaction| match transaction.wait {
            Wait::Answer(..) => Some(transaction.at),
            _ => None,
        });
        #[cfg(feature = "qmi")]
        let inside = core.tunnel.as_ref().and_then(|tunnel| tunnel.held.or_else(|| tunnel.function.poll_at(modem)));
        #[cfg(not(feature = "qmi"))]
        let inside = None;
        #[cfg(feature = "at")]
        let line = core.line.as_ref().and_then(|line| line.function.poll_at(modem));
        #[cfg(not(feature = "at"))]
        let line = None;
        let single = [opening, self.late_at, core.reporting.due, inside, line, modem.poll_at()];
        single.into_iter().flatten().chain(answers).min()
    }

    /// The host resets the function (RESET_FUNCTION, or the bus was reset): it is closed, and nothing is sent about it.
    pub fn reset(&mut self, now: Instant, modem: &mut Modem) {
        self.core.close(now, modem);
        self.core.state = State::Closed;
        self.forget_fragments();
    }

    /// Whether a host has opened the function.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.core.state, State::Open { .. })
    }

    /// The version of the extensions that was agreed upon, 0x0100 if none was.
    #[must_use]
    pub fn agreed_version(&self) -> u16 {
        self.core.negotiation.version
    }

    /// The streams that are open: service and number.
    pub fn open_streams(&self) -> impl Iterator<Item = (Uuid, u8)> {
        self.core.streams.iter().map(|stream| (stream.service, stream.session))
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.core.counters
    }

    // Misbehaviour, to test hosts with.

    /// Sets a fault. Of several that fit a command, the one set first counts.
    ///
    /// # Errors
    ///
    /// [`TooManyFaults`].
    pub fn inject(&mut self, fault: Fault) -> Result<(), TooManyFaults> {
        self.core.faults.push(fault).map_err(|_| TooManyFaults)
    }

    /// Refuses commands of `service` with identifier `cid`, the next one or all.
    ///
    /// # Errors
    ///
    /// [`TooManyFaults`].
    pub fn refuse(&mut self, service: Uuid, cid: u32, status: Status, once: bool) -> Result<(), TooManyFaults> {
        self.inject(Fault { service, cid, kind: None, effect: Effect::Refuse(status), once })
    }

    /// Delays the answers to commands of `service` with identifier `cid`, the next one or all.
    ///
    /// # Errors
    ///
    /// [`TooManyFaults`].
    pub fn delay(&mut self, service: Uuid, cid: u32, by: Millis, once: bool) -> Result<(), TooManyFaults> {
        self.inject(Fault { service, cid, kind: None, effect: Effect::Delay(by), once })
    }

    /// Ends all faults.
    pub fn clear_faults(&mut self) {
        self.core.faults.clear();
    }

    /// Mute: takes transfers without looking at them, and sends none. What waits to be sent goes on waiting.
    pub fn set_mute(&mut self, mute: bool) {
        self.mute = mute;
    }

    // Transfers.

    /// Everything that time has brought.
    fn advance(&mut self, now: Instant, modem: &mut Modem) {
        modem.poll(now);
        if self.late_at.is_some_and(|at| at <= now) {
            self.late_at = None;
            if let Some(transaction_id) = self.assembler.abort() {
                self.core.error(transaction_id, ProtocolError::TIMEOUT_FRAGMENT);
            }
        }
        self.core.pump(now, modem);
        if self.core.state == State::Closed {
            self.forget_fragments();
        }
    }

    fn forget_fragments(&mut self) {
        self.assembler.abort();
        self.late_at = None;
    }

    fn dispatch(&mut self, now: Instant, modem: &mut Modem, bytes: &[u8]) {
        let transfer = match Transfer::parse(bytes) {
            Ok(transfer) => transfer,
            Err(error) => return self.malformed(bytes, error),
        };
        if bytes.len() > transfer.length {
            count(&mut self.core.counters.trailing);
        }
        match transfer.body {
            Body::Open { max_control_transfer } => {
                self.forget_fragments();
                self.core.open(now, modem, transfer.transaction_id, max_control_transfer);
            }
            Body::Close => {
                self.forget_fragments();
                self.core.close(now, modem);
                self.core.state = State::Closed;
                let answer =
                    self.core.queue.push(|buf| write_close_done(buf, transfer.transaction_id, Status::SUCCESS));
                if answer.is_err() {
                    count(&mut self.core.counters.lost);
                }
            }
            Body::HostError(_) => {
                count(&mut self.core.counters.host_errors);
                self.give_up(transfer.transaction_id);
                self.core.cancel(now, modem, transfer.transaction_id);
            }
            Body::Command(fragment) => self.fragment(now, modem, fragment),
            _ => count(&mut self.core.counters.garbage),
        }
    }

    /// A transfer that is no message. What has a readable header is answered.
    fn malformed(&mut self, bytes: &[u8], error: HeaderError) {
        let transaction_id = bytes.get(8..12).and_then(<[u8]>::first_chunk);
        let transaction_id = transaction_id.map(|id| u32::from_le_bytes(*id));
        let is_open = self.is_open();
        let (complaint, transaction_id) = match (error, transaction_id) {
            (HeaderError::Type(_), _) | (_, None) => return count(&mut self.core.counters.garbage),
            (HeaderError::Fragment { .. }, Some(id)) if is_open => (ProtocolError::FRAGMENT_OUT_OF_SEQUENCE, id),
            (HeaderError::Fragment { .. }, Some(id)) => (ProtocolError::NOT_OPENED, id),
            (_, Some(id)) => (ProtocolError::LENGTH_MISMATCH, id),
        };
        self.give_up(transaction_id);
        self.core.error(transaction_id, complaint);
    }

    /// Throws the fragments of a transaction away.
    fn give_up(&mut self, transaction_id: u32) {
        if self.assembler.pending() == Some(transaction_id) {
            self.forget_fragments();
        }
    }

    fn fragment(&mut self, now: Instant, modem: &mut Modem, fragment: Fragment<'_>) {
        let id = fragment.transaction_id;
        if !matches!(self.core.state, State::Open { .. }) {
            return self.core.error(id, ProtocolError::NOT_OPENED);
        }
        let under_way = self.assembler.pending();
        if self.core.is_under_way(id) || (fragment.is_whole() && under_way == Some(id)) {
            return self.core.error(id, ProtocolError::DUPLICATED_TID);
        }
        if fragment.is_whole() {
            return self.core.command(now, modem, id, fragment.payload);
        }
        // A message must not begin inside another one: the one before is lost.
        if let Some(other) = under_way.filter(|other| *other != id && fragment.current == 0) {
            self.core.error(other, ProtocolError::FRAGMENT_OUT_OF_SEQUENCE);
        }
        match self.assembler.push(&fragment) {
            Ok(Progress::Pending) => self.late_at = Some(now + FRAGMENT_GAP),
            Ok(Progress::Whole) => {
                self.late_at = None;
                self.core.command(now, modem, id, self.assembler.payload());
            }
            Err(error) => {
                if self.assembler.pending().is_none() {
                    self.late_at = None;
                }
                self.core.error(
                    id,
                    match error {
                        AssemblyError::TooLong { .. } => ProtocolError::LENGTH_MISMATCH,
                        _ => ProtocolError::FRAGMENT_OUT_OF_SEQUENCE,
                    },
                );
            }
        }
    }
}

impl Core<'_> {
    fn error(&mut self, transaction_id: u32, error: ProtocolError) {
        count(&mut self.counters.function_errors);
        let written = self.queue.push(|buf| write_function_error(buf, transaction_id, error));
        if written.is_err() {
            count(&mut self.counters.lost);
        }
    }

    fn is_under_way(&self, transaction_id: u32) -> bool {
        let mut transactions = self.transactions.iter();
        transactions.any(|transaction| transaction.asked.transaction_id == transaction_id)
    }

    fn offer<'a>(&'a self, modem: &'a Modem) -> Offer<'a> {
        Offer { config: &self.config, modem }
    }

    // Open and close.

    /// Everything that OPEN and CLOSE end: transactions, sessions, subscriptions, the version, messages not sent yet.
    fn close(&mut self, now: Instant, modem: &mut Modem) {
        modem.forget_host(now, self.config.origin);
        #[cfg(feature = "qmi")]
        if let Some(tunnel) = &mut self.tunnel {
            tunnel.function.reset(now, modem);
            tunnel.held = None;
        }
        #[cfg(feature = "at")]
        if let Some(line) = &mut self.line {
            line.function.reset(now, modem);
        }
        self.forget(modem);
    }

    fn forget(&mut self, modem: &Modem) {
        self.transactions.clear();
        #[cfg(feature = "at")]
        if let Some(line) = &mut self.line {
            line.forget();
        }
        self.queue.clear();
        self.negotiation = Negotiation::START;
        self.subscriptions = Subscriptions::at_first();
        self.reporting = Reporting::new(modem.signal());
        self.streams.clear();
        self.cursor = modem.newest();
        self.told = 0;
        self.repeat = None;
    }

    fn open(&mut self, now: Instant, modem: &mut Modem, transaction_id: u32, max_control_transfer: u32) {
        if max_control_transfer < MIN_CONTROL_TRANSFER {
            return self.error(transaction_id, ProtocolError::MAX_TRANSFER);
        }
        self.close(now, modem);
        modem.host_returns(now);
        let own = usize::from(self.config.max_control_transfer);
        let hosts = usize::try_from(max_control_transfer).unwrap_or(usize::MAX);
        self.state = State::Opening { transaction_id, limit: own.min(hosts), at: now + self.config.open_delay };
    }

    fn opened(&mut self, now: Instant, modem: &Modem) {
        let State::Opening { transaction_id, limit, at } = self.state else {
            return;
        };
        if at > now || modem.boots_at().is_some() {
            return;
        }
        self.forget(modem);
        self.state = State::Open { limit };
        let answer = self.queue.push(|buf| write_open_done(buf, transaction_id, Status::SUCCESS));
        if answer.is_err() {
            count(&mut self.counters.lost);
        }
    }

    // Commands.

    fn command(&mut self, now: Instant, modem: &mut Modem, transaction_id: u32, payload: &[u8]) {
        count(&mut self.counters.commands);
        let Ok(command) = CommandMessage::parse(payload) else {
            return self.error(transaction_id, ProtocolError::LENGTH_MISMATCH);
        };
        // Padding may follow, but no more.
        let header = COMMAND_HEADER_LEN.saturating_sub(mbim_wire::message::FRAGMENT_HEADER_LEN);
        let behind = payload.len().saturating_sub(command.body.len().saturating_add(header));
        if behind > 3 {
            return self.error(transaction_id, ProtocolError::LENGTH_MISMATCH);
        }
        let asked = Asked { transaction_id, service: command.service, cid: command.cid };
        if self.transactions.is_full() {
            count(&mut self.counters.busy);
            if self.write_answer(modem, asked, Status::BUSY, Subject::Empty).is_err() {
                count(&mut self.counters.lost);
            }
            return;
        }
        let service = Service::by_uuid(command.service);
        let served = service.and_then(|service| Some((service, service.find(self.offer(modem), command.cid)?)));
        if !service::before_negotiation(command.service, command.cid) {
            self.negotiation.open = false;
        }
        let mut at = now;
        match self.fault(&command) {
            Some(Effect::Swallow) => return count(&mut self.counters.swallowed),
            Some(Effect::Refuse(status)) => return self.answer(now, modem, asked, at, status, Subject::Empty),
            Some(Effect::Delay(by)) => at = now + by,
            Some(Effect::Withhold) | None => {}
        }
        let outcome = match served {
            Some((service, served)) => self.execute(now, modem, service, served, &command),
            None => Err(Refused(Status::NO_DEVICE_SUPPORT)),
        };
        match outcome {
            Ok(Step::Done(status, subject)) => self.answer(now, modem, asked, at, status, subject),
            Ok(Step::Wait(ticket, later)) => self.wait(asked, at, Wait::Modem(ticket, later)),
            #[cfg(feature = "qmi")]
            Ok(Step::Qmi(key)) => {
                if let Some(tunnel) = self.tunnel.as_mut().filter(|_| at > now) {
                    tunnel.held = tunnel.held.max(Some(at));
                }
                self.wait(asked, at, Wait::Qmi(key));
            }
            #[cfg(feature = "at")]
            Ok(Step::At(form)) => self.wait(asked, at, Wait::At(form)),
            Err(Refused(status)) => self.answer(now, modem, asked, at, status, Subject::Empty),
        }
    }

    /// Does what a command asks for, if it is served in this form.
    fn execute(
        &mut self,
        now: Instant,
        modem: &mut Modem,
        service: &Service,
        served: &Served,
        command: &CommandMessage<'_>,
    ) -> Result<Step, Refused> {
        let is_served = match command.kind {
            CommandType::QUERY => served.query,
            CommandType::SET => served.set,
            _ => false,
        };
        if !is_served || served.since > self.negotiation.version {
            return Err(Refused(Status::NO_DEVICE_SUPPORT));
        }
        let request = Request { cid: command.cid, kind: command.kind, body: command.body };
        (service.execute)(self, now, modem, request)
    }

    fn fault(&mut self, command: &CommandMessage<'_>) -> Option<Effect> {
        let fits = |fault: &Fault| {
            (fault.service, fault.cid) == (command.service, command.cid)
                && fault.kind.is_none_or(|kind| kind == command.kind)
                && fault.effect != Effect::Withhold
        };
        let fault = *self.faults.iter().find(|fault| fits(fault))?;
        self.used(fault);
        Some(fault.effect)
    }

    /// Ends a fault that was for once only.
    fn used(&mut self, fault: Fault) {
        if fault.once {
            let mut gone = false;
            self.faults.retain(|other| {
                let keep = gone || *other != fault;
                gone |= !keep;
                keep
            });
        }
    }

    /// The host gives a command up.
    fn cancel(&mut self, now: Instant, modem: &mut Modem, transaction_id: u32) {
        let given_up = |transaction: &&Transaction| transaction.asked.transaction_id == transaction_id;
        if let Some(transaction) = self.transactions.iter().find(given_up) {
            if let Wait::Modem(ticket, _) = transaction.wait {
                modem.abandon(now, ticket);
            }
            #[cfg(feature = "at")]
            if matches!(transaction.wait, Wait::At(_) | Wait::Answer(_, Subject::At(_))) {
                if let Some(line) = &mut self.line {
                    line.release(now, modem);
                }
            }
        }
        self.transactions.retain(|transaction| transaction.asked.transaction_id != transaction_id);
        self.queue.drop_answer(transaction_id);
    }

    fn wait(&mut self, asked: Asked, at: Instant, wait: Wait) {
        // There is room: it was looked for before the command was done.
        if self.transactions.push(Transaction { asked, at, wait }).is_err() {
            count(&mut self.counters.lost);
        }
    }

    /// Answers now, or as soon as it is time and there is room.
    fn answer(&mut self, now: Instant, modem: &Modem, asked: Asked, at: Instant, status: Status, subject: Subject) {
        if at > now || self.write_answer(modem, asked, status, subject).is_err() {
            self.wait(asked, at, Wait::Answer(status, subject));
        }
    }

    fn write_answer(&mut self, modem: &Modem, asked: Asked, status: Status, subject: Subject) -> Result<(), NoRoom> {
        let Asked { transaction_id, service, cid } = asked;
        let source = Source {
            modem,
            config: &self.config,
            version: self.negotiation.version,
            reporting: &self.reporting,
            subscriptions: &self.subscriptions,
            #[cfg(feature = "at")]
            line: self.line.as_ref(),
        };
        let mut written = Ok(());
        let queue = &mut self.queue;
        source.tell(subject, &mut |body| {
            written = queue.push(|buf| write_command_done(buf, transaction_id, service, cid, status, body));
        });
        match written {
            Ok(()) => Ok(()),
            Err(EncodeError::BufferTooSmall { .. }) if !self.queue.is_empty() => Err(NoRoom),
            Err(_) => {
                count(&mut self.counters.answers_too_long);
                let empty = &mbim_wire::field::Empty {};
                let status = if status == Status::SUCCESS { Status::FAILURE } else { status };
                self.queue
                    .push(|buf| write_command_done(buf, transaction_id, service, cid, status, empty))
                    .map_err(|_| NoRoom)
            }
        }
    }

    // What leaves by itself.

    /// Events first, in their order; then answers that were waited for.
    fn pump(&mut self, now: Instant, modem: &mut Modem) {
        if !matches!(self.state, State::Open { .. }) {
            self.skip_events(modem);
            self.opened(now, modem);
        }
        let is_open = matches!(self.state, State::Open { .. });
        #[cfg(feature = "at")]
        if let Some(line) = &mut self.line {
            line.collect(now, modem);
        }
        if is_open && self.tell_events(now, modem).is_ok() && matches!(self.state, State::Open { .. }) {
            let _ = self.tell_answers(now, modem);
        }
        #[cfg(feature = "qmi")]
        self.tell_qmi(now, modem, matches!(self.state, State::Open { .. }));
    }

    /// While closed, nothing is told; but a restart of the device ends the opening, too.
    fn skip_events(&mut self, modem: &Modem) {
        while let Some(reading) = modem.event(&mut self.cursor) {
            if matches!(reading, Reading::Event(event) if event.change == Change::Restarted) {
                self.forget(modem);
                self.state = State::Closed;
            }
        }
    }

    fn tell_answers(&mut self, now: Instant, modem: &mut Modem) -> Result<(), NoRoom> {
        for place in 0..self.transactions.len() {
            let Some(transaction) = self.transactions.get_mut(place) else {
                break;
            };
            if let Wait::Modem(ticket, later) = transaction.wait {
                if let Some(outcome) = modem.outcome(ticket) {
                    let (status, subject) = later.subject(modem, outcome);
                    transaction.wait = Wait::Answer(status, subject);
                }
            }
            #[cfg(feature = "at")]
            if let (Wait::At(form), Some(line)) = (transaction.wait, &mut self.line) {
                match line.outcome() {
                    Some(Ok(())) => {
                        transaction.wait = Wait::Answer(Status::SUCCESS, Subject::At(at::Subject(form)));
                    }
                    Some(Err(at::TooLong)) => {
                        count(&mut self.counters.answers_too_long);
                        line.release(now, modem);
                        transaction.wait = Wait::Answer(Status::FAILURE, Subject::Empty);
                    }
                    None => {}
                }
            }
        }
        loop {
            let due =
                |transaction: &&Transaction| transaction.at <= now && matches!(transaction.wait, Wait::Answer(..));
            let Some(Transaction { asked, wait: Wait::Answer(status, subject), .. }) =
                self.transactions.iter().find(due).copied()
            else {
                return Ok(());
            };
            self.write_answer(modem, asked, status, subject)?;
            self.transactions.retain(|transaction| transaction.asked.transaction_id != asked.transaction_id);
            #[cfg(feature = "at")]
            if let (Subject::At(_), Some(line)) = (subject, &mut self.line) {
                line.release(now, modem);
            }
        }
    }

    fn tell_events(&mut self, now: Instant, modem: &Modem) -> Result<(), NoRoom> {
        loop {
            let mut cursor = self.cursor;
            match modem.event(&mut cursor) {
                None => break,
                Some(Reading::Missed(n)) => {
                    self.counters.events_missed = self.counters.events_missed.saturating_add(n);
                    self.repeat = Some(Repeat { place: 0, session: 0 });
                }
                Some(Reading::Event(event)) => {
                    if event.change == Change::Restarted {
                        self.forget(modem);
                        self.state = State::Closed;
                        return Ok(());
                    }
                    self.tell_change(now, modem, event.by == self.config.origin, event.change)?;
                }
            }
            self.cursor = cursor;
        }
        self.repeat_states(modem)?;
        if self.reporting.due.is_some_and(|due| due <= now) {
            let service = &service::basic_connect::SERVICE;
            let subject = service::basic_connect::Subject::Signal(modem.signal());
            self.indicate(modem, service, bc::SignalState::CID, subject.into())?;
        }
        Ok(())
    }

    /// `own`: this host has asked for the change, and its answer tells. A change may concern several services; those
    /// that have told it do not tell it again when there was no room for the next one.
    fn tell_change(&mut self, now: Instant, modem: &Modem, own: bool, change: Change) -> Result<(), NoRoom> {
        if let Change::Signal(signal) = change {
            if !self.reporting.notice(now, signal) {
                return Ok(());
            }
        }
        while let Some(service) = SERVICES.get(self.told) {
            if let Some((cid, subject)) = (service.indication)(own, change) {
                self.indicate(modem, service, cid, subject)?;
            }
            self.told = self.told.saturating_add(1);
        }
        self.told = 0;
        Ok(())
    }

    /// After events were missed: the newest state of everything, once.
    fn repeat_states(&mut self, modem: &Modem) -> Result<(), NoRoom> {
        while let Some(repeat) = self.repeat {
            let Some(&Repeated { service, cid, each_session }) = STATES.get(repeat.place) else {
                self.repeat = None;
                break;
            };
            if let Some(subject) = (service.state)(modem, cid, repeat.session) {
                self.indicate(modem, service, cid, subject)?;
            }
            let next = repeat.session.saturating_add(1);
            self.repeat = Some(if each_session && next < modem.max_sessions().max(u32::from(modem.slots())) {
                Repeat { session: next, ..repeat }
            } else {
                Repeat { place: repeat.place.saturating_add(1), session: 0 }
            });
        }
        Ok(())
    }

    /// Sends an indication, if the host wants it.
    fn indicate(&mut self, modem: &Modem, service: &Service, cid: u32, subject: Subject) -> Result<(), NoRoom> {
        self.send_indication(modem, service, cid, subject)?;
        if let Subject::Basic(service::basic_connect::Subject::Signal(signal)) = subject {
            self.reporting.tell(signal);
        }
        Ok(())
    }

    fn send_indication(&mut self, modem: &Modem, service: &Service, cid: u32, subject: Subject) -> Result<(), NoRoom> {
        let is_told = |served: &Served| served.indicated && served.since <= self.negotiation.version;
        let offered = service.find(self.offer(modem), cid).is_some_and(is_told);
        let service = service.uuid;
        if !offered || !self.subscriptions.wants(service, cid) {
            return Ok(());
        }
        let withheld = |fault: &&Fault| (fault.service, fault.cid, fault.effect) == (service, cid, Effect::Withhold);
        if let Some(fault) = self.faults.iter().copied().find(|fault| withheld(&fault)) {
            self.used(fault);
            count(&mut self.counters.swallowed);
            return Ok(());
        }
        let source = Source {
            modem,
            config: &self.config,
            version: self.negotiation.version,
            reporting: &self.reporting,
            subscriptions: &self.subscriptions,
            #[cfg(feature = "at")]
            line: self.line.as_ref(),
        };
        let mut written = Ok(());
        let queue = &mut self.queue;
        source.tell(subject, &mut |body| {
            written = queue.push(|buf| write_indicate_status(buf, service, cid, body));
        });
        match written {
            Ok(()) => count(&mut self.counters.indications),
            Err(EncodeError::BufferTooSmall { .. }) if !self.queue.is_empty() => return Err(NoRoom),
            Err(_) => count(&mut self.counters.indications_lost),
        }
        Ok(())
    }
}
