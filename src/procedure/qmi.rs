//! Procedures of a QMI host.
//!
//! Whoever runs a [`Procedure`] calls [`step`](Procedure::step), first with [`Outcome::Begin`], does what it says, and
//! calls again with what came of it, until it says [`Step::Done`] or [`Step::Fail`]. The clients do; see
//! [`Client::follow`](crate::client::qmi::Client::follow). Clients of services are no concern of a procedure: whoever runs
//! it obtains one at the first question to a service.
//!
//! | file | holds |
//! |---|---|
//! | here | what all procedures are made of, and those of a single question |
//! | `device` | identity, operating mode, restart |
//! | `sim` | the SIM and its codes |
//! | `sms` | short messages |
//! | `ussd` | dialogues with the network |
//! | [`card`] | applications on the card: channels and APDUs |
//! | `records` | what is in records of the card: phonebook and service centre |
//! | `format` | the format of the data path |
//! | `network` | registration, signal, scan |
//! | `proxy` | a modem that several programs share |
//! | [`connect`] | data sessions, what they are configured with, and whether they are still there |
//!
//! # Adding one
//!
//! 1. A type with what it needs, and what it found out; `step` matches on the outcome and on how far it is. A question is
//!    [`ask`], or a [`Question`] where time limit or client differ; its TLVs are a [`Request`]: [`Fill`] with the builder of
//!    the declared message, or a type of its own, which is smaller.
//! 2. What it has no use for ends it: `outcome => fail(MessageId::of::<M>(), outcome)`.
//! 3. State starts anew at [`Outcome::Begin`]: whoever runs it may start it over.
//! 4. A method in `client/qmi/methods.rs` for both clients, and a test in `tests/client_qmi.rs`.
//!
//! A request whose result comes as an indication is asked with [`Question::told`], and followed by [`Step::Listen`].

use core::fmt;

use qmi_wire::frame::MessageWriter;
use qmi_wire::service::{Service, nas, uim, wds};
use qmi_wire::{DecodeError, DecodeErrorKind, Message as _, ProtocolError, TlvSet};

pub use crate::session::qmi::{Empty, Fill, MessageId, Request};

use crate::apdu::Stuck;
use crate::session::qmi::Failure;
use crate::time::{Instant, Millis};

pub mod card;
pub mod connect;
mod device;
mod format;
mod network;
mod proxy;
#[cfg(feature = "sms")]
mod records;
mod sim;
#[cfg(feature = "sms")]
mod sms;
#[cfg(feature = "sms")]
mod ussd;

pub use super::ip_type::IpType;
pub use super::pin::PinOperation;
pub use connect::{CheckSession, Connect, ConnectRequest, Disconnect, ReadSettings, SessionStatus, Settings};
pub use device::{Identity, ReadIdentity, Restart, SetMode};
pub use format::{Format, Granted, SetFormat};
pub use network::{
    FoundNetwork, Plmn, ReadRegistration, ReadSignal, Register, Registration, Scan, Selection, Signal, System,
};
pub use proxy::OpenProxy;
#[cfg(feature = "sms")]
pub use records::{FindPhonebook, ReadRecord, Records, ServiceCentre, WriteEntry};
pub use sim::{PinInfo, ReadSim, Sim, SimState, UseCode};
#[cfg(feature = "sms")]
pub use sms::{ListTexts, SendCause, SendText, StoredText};
#[cfg(feature = "sms")]
pub use ussd::{Ussd, UssdMessage};

/// How often a state is asked for while waiting for it; indications wake earlier, but some modems never send them.
const POLL: Millis = Millis(1_000);

/// Why a data session ended, or did not begin.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EndReason {
    /// In the modem's own numbers.
    pub reason: Option<wds::CallEndReason>,
    /// In the numbers of whoever ended it.
    pub verbose: Option<wds::VerboseCallEndReason>,
}

impl EndReason {
    /// What a message says: TLVs 0x10 and 0x11 of Start Network and of Packet Service Status.
    #[must_use]
    pub fn new(tlvs: TlvSet<'_>) -> Self {
        let reason = tlvs.find(0x10).and_then(<[u8]>::first_chunk);
        let verbose = tlvs.find(0x11).and_then(<[u8]>::first_chunk);
        Self {
            reason: reason.map(|reason| wds::CallEndReason(u16::from_le_bytes(*reason))),
            verbose: verbose.map(|&[k0, k1, r0, r1]| wds::VerboseCallEndReason {
                kind: wds::VerboseCallEndReasonType(u16::from_le_bytes([k0, k1])),
                reason: i16::from_le_bytes([r0, r1]),
            }),
        }
    }

    /// Whether the message said anything.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.reason.is_some() || self.verbose.is_some()
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.verbose, &self.reason) {
            (Some(verbose), _) => match verbose.name() {
                Some(name) => write!(f, "{:?} {} ({name})", verbose.kind, verbose.reason),
                None => write!(f, "{:?} {}", verbose.kind, verbose.reason),
            },
            (None, Some(reason)) => write!(f, "{} ({reason:?})", reason.0),
            (None, None) => f.write_str("no reason"),
        }
    }
}

/// What the modem said when it refused.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Refusal {
    /// The request.
    pub message: &'static MessageId,
    /// Why.
    pub error: ProtocolError,
    /// Why a data session did not begin, if it is about one.
    pub end_reason: Option<EndReason>,
}

impl Refusal {
    /// What an answer says.
    #[must_use]
    pub fn new(message: &'static MessageId, error: ProtocolError, tlvs: TlvSet<'_>) -> Self {
        let starts = message.service == Service::WDS && message.id == wds::start_network::Message::ID;
        let end_reason = starts.then(|| EndReason::new(tlvs)).filter(EndReason::is_known);
        Self { message, error, end_reason }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: the modem answers {}", self.message, self.error)?;
        match &self.end_reason {
            Some(reason) => write!(f, ", reason {reason}"),
            None => Ok(()),
        }
    }
}

/// A code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Code {
    /// The PIN of the SIM.
    Pin1,
    /// The code that unblocks it.
    Puk1,
    /// The second PIN of the SIM.
    Pin2,
    /// The code that unblocks it.
    Puk2,
    /// A lock of the device to a network, provider or card: which, in the numbers of a card status.
    Personalization(uim::CardApplicationPersonalizationFeatureStatus),
    /// The code that unblocks such a lock.
    PersonalizationPuk(uim::CardApplicationPersonalizationFeatureStatus),
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pin1 => f.write_str("PIN1"),
            Self::Puk1 => f.write_str("PUK1"),
            Self::Pin2 => f.write_str("PIN2"),
            Self::Puk2 => f.write_str("PUK2"),
            Self::Personalization(lock) => write!(f, "the code of lock {lock:?}"),
            Self::PersonalizationPuk(lock) => write!(f, "the unblocking code of lock {lock:?}"),
        }
    }
}

/// A lock that keeps the modem from service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Lock {
    /// The code that is needed.
    pub code: Code,
    /// How often it may still be tried, if the modem tells.
    pub remaining_attempts: Option<u8>,
    /// Whether a code was tried and found wrong.
    pub wrong: bool,
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.wrong {
            f.write_str("the code is wrong: ")?;
        }
        write!(f, "{} is needed", self.code)?;
        match self.remaining_attempts {
            Some(n) => write!(f, ", {n} attempts left"),
            None => Ok(()),
        }
    }
}

/// What came of a step. Its debug output leaves the bytes out: they may be personal.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// There was none yet: the procedure starts, or starts over.
    Begin,
    /// The modem answered with success.
    Answer(TlvSet<'a>),
    /// The modem refused; the TLVs may say more.
    Refused(ProtocolError, TlvSet<'a>),
    /// There was no usable answer.
    Failed(Failure),
    /// The indication that was listened for.
    Told(TlvSet<'a>),
    /// The time is up, or, when resting, an indication came.
    Rested,
}

/// What to do next.
#[derive(Clone, Copy, Debug)]
pub enum Step<'p> {
    /// Send a request, and wait for its answer.
    Ask(Question<'p>),
    /// Wait until then for that indication, and read it. Others are kept for whoever reads them.
    Listen(&'p MessageId, Instant),
    /// Wait until then, or for an indication that was not there before.
    Rest(Instant),
    /// Nothing: the end is reached.
    Done,
    /// Nothing: the end cannot be reached.
    Fail(Stop),
}

/// A request to send.
#[derive(Clone, Copy)]
pub struct Question<'p> {
    /// Which.
    pub message: &'p MessageId,
    /// Which client of the service asks, if there are several.
    pub instance: u8,
    /// The TLVs.
    pub request: &'p dyn Request,
    /// How long the answer may take.
    pub timeout: Millis,
    /// The result comes as an indication with the number of the request. If it comes before the answer, it counts as such:
    /// the outcome is [`Outcome::Told`].
    pub told: bool,
}

impl<'p> Question<'p> {
    /// A question that may take as long as such questions usually do.
    #[must_use]
    pub fn new(message: &'p MessageId, request: &'p dyn Request) -> Self {
        Self { message, instance: 0, request, timeout: usual_timeout(message), told: false }
    }

    /// Asked by another client of the service.
    #[must_use]
    pub const fn by(mut self, instance: u8) -> Self {
        self.instance = instance;
        self
    }

    /// The result comes as an indication.
    #[must_use]
    pub const fn told(mut self) -> Self {
        self.told = true;
        self
    }

    /// The answer may take so long.
    #[must_use]
    pub const fn within(mut self, timeout: Millis) -> Self {
        self.timeout = timeout;
        self
    }
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("message", &self.message).finish_non_exhaustive()
    }
}

/// Why a procedure cannot reach its end.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
// A tag of a whole word, as that of the error that it becomes.
#[repr(u32)]
pub enum Stop {
    /// A request had no usable answer.
    Failed {
        /// The request.
        message: &'static MessageId,
        /// Why.
        failure: Failure,
    },
    /// The modem refused.
    Refused(Refusal),
    /// A field of an answer cannot be read.
    Decode(DecodeError),
    /// The modem needs a code first.
    Locked(Lock),
    /// The SIM cannot be used.
    Sim(SimState),
    /// The network refuses to register the SIM.
    Denied(Option<nas::RejectCause>),
    /// The state asked for was not reached in time.
    NotReached,
    /// What the modem answers does not fit the memory for it.
    NoRoom {
        /// Bytes, or elements, that are needed at least.
        needed: usize,
    },
}

impl From<DecodeError> for Stop {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<Stuck> for Stop {
    fn from(stuck: Stuck) -> Self {
        match stuck {
            Stuck::NoRoom { needed } => Self::NoRoom { needed },
            Stuck::Nonsense => Self::NotReached,
        }
    }
}

/// Steps towards an end.
pub trait Procedure {
    /// Says what to do next, by what came of the step before.
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_>;

    /// Whether the procedure wants to hear of [`ProtocolError::DEVICE_NOT_READY`] like of any other error. If not, which is
    /// usual, whoever runs it waits a little and starts it over, some times, before it hears of it.
    fn hears_of_not_ready(&self) -> bool {
        false
    }
}

/// Asks by the usual client, with the usual time limit.
#[inline(never)]
pub fn ask<'p>(message: &'static MessageId, request: &'p dyn Request) -> Step<'p> {
    Step::Ask(Question::new(message, request))
}

/// How long a request may usually take: seconds for most, minutes where the network has a say.
#[must_use]
pub fn usual_timeout(message: &MessageId) -> Millis {
    let seconds = match (message.service, message.id) {
        (Service::WDS, 0x20) => 180,
        (Service::WDS, 0x21) => 120,
        (Service::NAS, 0x21 | 0x85) => 300,
        (Service::NAS, 0x22 | 0x23 | 0x33) => 120,
        (Service::VOICE, _) => 100,
        (Service::DMS, 0x2e) => 20,
        (Service::WMS | Service::UIM, _) => 30,
        _ => 10,
    };
    Millis::from_secs(seconds)
}

/// Asks one question. Any answer but a success is an error.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'p> {
    question: Question<'p>,
    message: &'static MessageId,
}

impl<'p> Ask<'p> {
    /// Asks that.
    #[must_use]
    pub fn new(message: &'static MessageId, request: &'p dyn Request) -> Self {
        Self { question: Question::new(message, request), message }
    }

    /// Asked by another client of the service.
    #[must_use]
    pub const fn by(mut self, instance: u8) -> Self {
        self.question.instance = instance;
        self
    }
}

impl Procedure for Ask<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => Step::Ask(self.question),
            Outcome::Answer(_) => Step::Done,
            outcome => fail(self.message, outcome),
        }
    }
}

/// Asks one question, and ends with any answer.
#[derive(Clone, Copy, Debug)]
pub struct AskAny<'p> {
    question: Question<'p>,
    error: Option<ProtocolError>,
    failure: Option<Failure>,
}

impl<'p> AskAny<'p> {
    /// Asks that.
    #[must_use]
    pub const fn new(question: Question<'p>) -> Self {
        Self { question, error: None, failure: None }
    }

    /// Why the modem refused, if it did.
    #[must_use]
    pub const fn error(&self) -> Option<ProtocolError> {
        self.error
    }

    /// Why there was no usable answer in the end, if there was none.
    #[must_use]
    pub const fn failure(&self) -> Option<Failure> {
        self.failure
    }
}

impl Procedure for AskAny<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => {
                (self.error, self.failure) = (None, None);
                return Step::Ask(self.question);
            }
            Outcome::Refused(error, _) => self.error = Some(error),
            Outcome::Failed(failure) => self.failure = Some(failure),
            _ => {}
        }
        Step::Done
    }

    fn hears_of_not_ready(&self) -> bool {
        true
    }
}

/// Whether an error means that the modem does not have the message or its service, so that an older or newer one may do.
#[must_use]
#[inline(never)]
pub const fn is_unsupported(error: ProtocolError) -> bool {
    matches!(
        error,
        ProtocolError::INVALID_QMI_COMMAND
            | ProtocolError::NOT_SUPPORTED
            | ProtocolError::DEVICE_UNSUPPORTED
            | ProtocolError::INVALID_SERVICE_TYPE
    )
}

/// Adds a TLV of one byte. One function for them all is smaller than the method of each.
#[inline(never)]
fn put_byte(message: &mut MessageWriter<'_>, tlv: u8, value: u8) {
    message.put_bytes(tlv, &[value]);
}

/// Adds a TLV of text, if there is any.
#[inline(never)]
fn put_text(message: &mut MessageWriter<'_>, tlv: u8, text: &str) {
    if !text.is_empty() {
        message.put_bytes(tlv, text.as_bytes());
    }
}

/// Rests for [`POLL`]; if `end` has come, the state was not reached.
#[inline(never)]
fn rest<'p>(now: Instant, end: Instant) -> Step<'p> {
    if now < end { Step::Rest(end.min(now + POLL)) } else { Step::Fail(Stop::NotReached) }
}

/// What ends a procedure that has no other use for it.
#[inline(never)]
pub fn fail<'p>(message: &'static MessageId, outcome: Outcome<'_>) -> Step<'p> {
    Step::Fail(match outcome {
        Outcome::Refused(error, tlvs) => Stop::Refused(Refusal::new(message, error, tlvs)),
        Outcome::Failed(failure) => Stop::Failed { message, failure },
        _ => Stop::NotReached,
    })
}

/// A TLV that was read by hand, and ended early at that offset.
fn broken(tlvs: TlvSet<'_>, tlv: u8, kind: DecodeErrorKind, offset: usize) -> DecodeError {
    let offset = u16::try_from(offset).unwrap_or(u16::MAX);
    DecodeError { kind, service: tlvs.service(), message: tlvs.message(), tlv, offset }
}

/// What ends a procedure when a field cannot be read.
fn decode<'p>(error: DecodeError) -> Step<'p> {
    Step::Fail(Stop::Decode(error))
}
