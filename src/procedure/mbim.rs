//! Procedures of an MBIM host.
//!
//! Whoever runs a [`Procedure`] calls [`step`](Procedure::step), first with [`Outcome::Begin`], does what it says, and
//! calls again with what came of it, until it says [`Step::Done`] or [`Step::Fail`]. The clients do; see
//! [`Client::follow`](crate::client::mbim::Client::follow).
//!
//! | file | holds |
//! |---|---|
//! | here | what all procedures are made of, and those of a single question |
//! | `version`, [`newest`] | the version of Microsoft's extensions, and reading whatever layout it brings |
//! | `proxy`, `subscribe` | sharing the modem, and choosing the indications |
//! | `sim`, `slots`, `uicc` | codes, SIM slots, applications on the card |
//! | `network`, `connect`, `contexts` | radio, registration, attach; sessions and their filters; stored contexts |
//! | `sms`, `ussd` | messages and dialogues (feature `sms`) |
//! | `restart` | restarting the modem |

use core::fmt;

use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command, DecodeError, DecodeErrorKind, Encode, Field as _, Status, Uuid};

use crate::apdu::StatusWords;
use crate::session::mbim::Failure;
use crate::time::{Instant, Millis};

mod connect;
mod contexts;
mod network;
pub mod newest;
mod proxy;
mod restart;
mod sim;
mod slots;
#[cfg(feature = "sms")]
mod sms;
mod subscribe;
pub mod uicc;
#[cfg(feature = "sms")]
mod ussd;
mod version;

pub use connect::{Connect, ConnectRequest, Disconnect};
pub use contexts::{AskEither, FilterSet, Filters, StoredContexts, basic_context};
pub use network::{Attach, Detach, Radio, Register, Selection};
pub use proxy::{ConfigureProxy, proxy_versions};
pub use restart::{CINTERION, Restart};
pub use sim::{PinState, UseCode, WaitReady};
pub use slots::{EXECUTORS, SwitchSlot};
#[cfg(feature = "sms")]
pub use sms::{ReadStore, SendText, SmsIndication, StoreItem, cdma_text, sort_in, stored_flag};
pub use subscribe::{INDICATIONS, Indications, Subscribe};
#[cfg(feature = "sms")]
pub use ussd::{Ussd, UssdMessage};
pub use version::{Layouts, Negotiate, Version, lists};

pub(crate) use connect::SessionQuery;

/// How often a state is asked for while waiting for it; indications wake earlier, but some modems never send them.
const POLL: Millis = Millis(1_000);

/// Names a command: the service, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CommandId {
    /// The device service.
    pub service: Uuid,
    /// The command identifier.
    pub cid: u32,
}

impl CommandId {
    /// The name of a declared command.
    #[must_use]
    pub const fn of<C: Command>() -> &'static Self {
        const { &Self { service: C::SERVICE, cid: C::CID } }
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "service {} command {}", self.service, self.cid)
    }
}

/// What the modem said when it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Refusal {
    /// The command.
    pub command: &'static CommandId,
    /// The status.
    pub status: Status,
    /// The reason of the network (a cause of TS 24.008 or TS 24.301), if the modem gave one.
    pub network: Option<bc::NwError>,
}

impl Refusal {
    /// What an answer says. Four commands of Basic Connect carry the network's reason in their information buffer, even
    /// when they failed.
    #[must_use]
    pub fn new(command: &'static CommandId, status: Status, body: &[u8]) -> Self {
        let at = match command.cid {
            _ if command.service != bc::BASIC_CONNECT => None,
            bc::RegisterState::CID | bc::PacketService::CID | bc::ServiceActivation::CID => Some(0),
            bc::Connect::CID => Some(32),
            _ => None,
        };
        let network = at.and_then(|at| network_cause(body, at));
        Self { command, status, network }
    }
}

#[inline(never)]
fn network_cause(body: &[u8], at: usize) -> Option<bc::NwError> {
    // The specifications end at 113; what is above some modems (FM350) made up.
    bc::NwError::at(body, at).ok().filter(|cause| (1..=113).contains(&cause.0))
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the modem answers {:?}", self.status)?;
        match self.network {
            Some(cause) => write!(f, ", network cause {} ({})", cause.0, cause.text()),
            None => Ok(()),
        }
    }
}

/// A lock that keeps the modem from service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Lock {
    /// The code that is needed.
    pub pin_type: bc::PinType,
    /// How often it may still be tried, if the modem tells.
    pub remaining_attempts: Option<u32>,
    /// Whether a code was tried and found wrong.
    pub wrong: bool,
    /// What the modem answered to the code; [`Status::PIN_REQUIRED`] if none was tried.
    pub status: Status,
}

impl Lock {
    fn new(info: &bc::PinInfo, wrong: bool, status: Status) -> Self {
        let remaining_attempts = Some(info.remaining_attempts).filter(|n| *n != u32::MAX);
        Self { pin_type: info.pin_type, remaining_attempts, wrong, status }
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.wrong {
            f.write_str("the code is wrong: ")?;
        }
        write!(f, "{:?} is needed", self.pin_type)?;
        match self.remaining_attempts {
            Some(n) => write!(f, ", {n} attempts left"),
            None => Ok(()),
        }
    }
}

/// What came of a step. Its debug output leaves the bytes out: they may be personal.
#[derive(Clone, Copy)]
pub enum Outcome<'a> {
    /// There was none yet: the procedure starts, or starts over after it was broken off.
    Begin,
    /// The modem answered with success: the information buffer.
    Answer(&'a [u8]),
    /// The modem refused; the information buffer may say more.
    Refused(Status, &'a [u8]),
    /// There was no usable answer.
    Failed(Failure),
    /// The time is up, or an indication came.
    Rested,
}

impl fmt::Debug for Outcome<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begin => f.write_str("Begin"),
            Self::Answer(body) => write!(f, "Answer({} bytes)", body.len()),
            Self::Refused(status, body) => write!(f, "Refused({status:?}, {} bytes)", body.len()),
            Self::Failed(failure) => f.debug_tuple("Failed").field(failure).finish(),
            Self::Rested => f.write_str("Rested"),
        }
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug)]
pub enum Step<'p> {
    /// Send a command, and wait for its answer.
    Ask(Question<'p>),
    /// Wait until then, or for an indication that was not there before.
    Rest(Instant),
    /// Nothing: the end is reached.
    Done,
    /// Nothing: the end cannot be reached.
    Fail(Stop),
}

/// A command to send.
#[derive(Clone, Copy)]
pub struct Question<'p> {
    /// Which.
    pub command: &'p CommandId,
    /// Query or set.
    pub kind: CommandType,
    /// The information buffer.
    pub params: &'p dyn Encode,
    /// How long the answer may take.
    pub timeout: Millis,
}

impl<'p> Question<'p> {
    /// A question that may take as long as such questions usually do.
    #[must_use]
    pub fn new(command: &'p CommandId, kind: CommandType, params: &'p dyn Encode) -> Self {
        Self { command, kind, params, timeout: usual_timeout(command, kind) }
    }
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("command", &self.command).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Why a procedure cannot reach its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Stop {
    /// A command had no usable answer.
    Failed {
        /// The command.
        command: &'static CommandId,
        /// Why.
        failure: Failure,
    },
    /// The modem refused.
    Refused(Refusal),
    /// A field of an answer cannot be read.
    Decode {
        /// The command.
        command: &'static CommandId,
        /// The field.
        error: DecodeError,
    },
    /// The modem needs a code first.
    Locked(Lock),
    /// The state asked for was not reached in time.
    NotReached,
    /// The card refused.
    Card {
        /// The status that the modem gave it.
        status: Status,
        /// The words of the card.
        words: StatusWords,
    },
    /// What the modem answers does not fit the memory for it.
    NoRoom {
        /// Bytes, or elements, that are needed at least.
        needed: usize,
    },
}

/// Steps towards an end.
pub trait Procedure {
    /// Says what to do next, by what came of the step before.
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_>;

    /// Whether the procedure wants to hear of [`Status::BUSY`] like of any other status. If not, which is usual, whoever
    /// runs it waits a little and starts it over, some times, before it hears of it.
    fn hears_of_busy(&self) -> bool {
        false
    }
}

fn query<C: Command>(params: &dyn Encode) -> Step<'_> {
    ask(CommandId::of::<C>(), CommandType::QUERY, params)
}

fn set<C: Command>(params: &dyn Encode) -> Step<'_> {
    ask(CommandId::of::<C>(), CommandType::SET, params)
}

#[inline(never)]
fn ask<'p>(command: &'static CommandId, kind: CommandType, params: &'p dyn Encode) -> Step<'p> {
    Step::Ask(Question::new(command, kind, params))
}

/// How long a command may usually take: seconds for most, minutes where the network has a say.
#[must_use]
pub fn usual_timeout(command: &CommandId, kind: CommandType) -> Millis {
    let seconds = match (command.cid, kind) {
        _ if command.service != bc::BASIC_CONNECT => 30,
        (bc::VisibleProviders::CID, _) => 240,
        (bc::Connect::CID, CommandType::SET) => 180,
        (bc::RegisterState::CID | bc::PacketService::CID, CommandType::SET) => 120,
        (bc::IpConfiguration::CID | bc::ProvisionedContexts::CID, _) | (bc::SignalState::CID, CommandType::SET) => 60,
        (bc::HomeProvider::CID | bc::RadioState::CID | bc::DeviceServices::CID | bc::Pin::CID, _) => 30,
        _ => 10,
    };
    Millis::from_secs(seconds)
}

/// Asks one question. Any answer but a success of at least so many bytes is an error.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'p> {
    question: Question<'p>,
    command: &'static CommandId,
    least: usize,
}

impl<'p> Ask<'p> {
    /// Asks that; `least` is the fixed part of the answer.
    #[must_use]
    pub fn new(command: &'static CommandId, kind: CommandType, params: &'p dyn Encode, least: usize) -> Self {
        Self { question: Question::new(command, kind, params), command, least }
    }
}

impl Procedure for Ask<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => Step::Ask(self.question),
            Outcome::Answer(body) if body.len() >= self.least => Step::Done,
            Outcome::Answer(body) => {
                let error = DecodeError::new(DecodeErrorKind::OutOfBounds, body.len());
                Step::Fail(Stop::Decode { command: self.command, error })
            }
            outcome => fail(self.command, outcome),
        }
    }
}

/// Asks one question, and ends with any answer.
#[derive(Clone, Copy, Debug)]
pub struct AskAny<'p> {
    question: Question<'p>,
    /// Why there was no usable answer.
    failure: Option<Failure>,
}

impl<'p> AskAny<'p> {
    /// Asks that.
    #[must_use]
    pub const fn new(question: Question<'p>) -> Self {
        Self { question, failure: None }
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
                self.failure = None;
                return Step::Ask(self.question);
            }
            Outcome::Failed(failure) => self.failure = Some(failure),
            _ => {}
        }
        Step::Done
    }

    fn hears_of_busy(&self) -> bool {
        true
    }
}

/// Rests for [`POLL`]; if `end` has come, the state was not reached.
#[inline(never)]
fn rest<'p>(now: Instant, end: Instant) -> Step<'p> {
    if now < end { Step::Rest(end.min(now + POLL)) } else { Step::Fail(Stop::NotReached) }
}

/// What ends a procedure that has no other use for it.
fn fail<'p>(command: &'static CommandId, outcome: Outcome<'_>) -> Step<'p> {
    Step::Fail(match outcome {
        Outcome::Refused(status, body) => Stop::Refused(Refusal::new(command, status, body)),
        Outcome::Failed(failure) => Stop::Failed { command, failure },
        _ => Stop::NotReached,
    })
}

fn decode<'p, C: Command>(error: DecodeError) -> Step<'p> {
    Step::Fail(Stop::Decode { command: CommandId::of::<C>(), error })
}
