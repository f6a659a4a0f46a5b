//! Procedures of an AT host.
//!
//! A [`Procedure`] says what to do next: which command to send, what to wait for. It is handed each line of an answer, the
//! result, and what the modem tells of itself meanwhile. [`Follow`] brings one to its end over a
//! [`Session`], without I/O; the clients do so too.
//!
//! | file | holds |
//! |---|---|
//! | here | what all procedures are made of, those of a single command, and [`Follow`] |
//! | `device` | identity, power, restart |
//! | `sim` | the SIM and its codes |
//! | `network` | registration, operators, signal, attachment |
//! | [`connect`] | contexts of the packet domain |
//! | `interface` | network interfaces that a maker's own command connects |
//! | `sms` | short messages, as PDUs |
//! | `text_mode` | short messages, as text |
//! | `ussd` | dialogues with the network |
//! | `phonebook` | entries of phonebooks |
//! | `card` | channels to the card, and APDUs |
//! | `charset` | the character set of texts |
//!
//! # Adding one
//!
//! 1. A type with what it needs, and what it found out; [`step`](Procedure::step) matches on the outcome and on how far it
//!    is. A command is [`ask`], [`ask_with`] if its parameters are always the same, or [`ask_own`], whose parameters
//!    [`parameters`](Procedure::parameters) writes: what people gave is escaped there, or refused.
//! 2. Lines are read in [`line`](Procedure::line). A line that cannot be read is passed over, as modems put anything into
//!    answers; what is missing in the end is an error.
//! 3. What it has no use for ends it: [`fail`].
//! 4. State starts anew at [`Outcome::Begin`]: whoever runs it may start it over.

use core::fmt;

use at_wire::DecodeError;
use at_wire::Writer;
use at_wire::message::Request;
use at_wire::parameter::{Escaping, LineWriter};
use at_wire::result::{Cause, FinalResult, cme_number, cms_number, is_text};
use heapless::String;

use crate::apdu::StatusWords;
use crate::session::at::{Exchange, Expired, Failure, Ignored, Incoming, Session, SessionError};
use crate::time::{Instant, Millis};

mod card;
mod charset;
pub mod connect;
mod device;
mod interface;
mod network;
mod phonebook;
mod sim;
#[cfg(feature = "sms")]
mod sms;
#[cfg(feature = "sms")]
mod text_mode;
mod ussd;

pub use super::ip_type::IpType;
pub use super::pin::PinOperation;
pub use card::{Access, AccessFile, CloseChannel, File, FileStatus, OpenChannel, Structure, Transmit};
pub use connect::{
    Authentication, Bearer, CheckContext, Connect, ConnectRequest, Disconnect, FamilySettings, ReadSettings, Settings,
};
pub use device::{Identity, Power, ReadIdentity, ReadPower, Restart, SetPower};
pub use interface::{ConnectInterface, DisconnectInterface, Interface};
pub use network::{
    Attach, FoundNetwork, Plmn, PowerSavingTimer, ReadRegistration, ReadSignal, Register, Registration,
    RegistrationState, RejectCause, Scan, Selection, Signal,
};
pub use phonebook::{Contact, ReadPhonebook, WriteContact};
pub use sim::{Attempts, Lock, ReadAttempts, ReadProtection, ReadSim, SimState, UseCode};
#[cfg(feature = "sms")]
pub use sms::{
    DeleteTexts, ReadServiceCentre, ReadTexts, SendText, ServiceCentre, SetServiceCentre, StoredText, TellTexts,
};
#[cfg(feature = "sms")]
pub use text_mode::{FindMessageFormat, MessageFormat, ReadTextMode, SendTextMode, delivered_pdu};
pub use ussd::{Ussd, UssdMessage};

/// How often a state is asked for while waiting for it; URCs wake earlier, but some modems never send them.
const POLL: Millis = Millis(1_000);
/// How long to wait before a command is sent again that the modem was too busy for.
const BUSY_WAIT: Millis = Millis(1_000);
/// How often that is done, before it is an answer like any other.
const BUSY_TRIES: u8 = 5;
/// How much of a text is kept for an error: the longest of those with a number.
const EXCERPT: usize = 73;

/// The beginning of a line, for errors. What is no ASCII character shows as `?`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Excerpt {
    text: [u8; EXCERPT],
    len: u8,
}

impl Default for Excerpt {
    fn default() -> Self {
        Self { text: [0; EXCERPT], len: 0 }
    }
}

impl Excerpt {
    /// That of a line.
    #[must_use]
    pub fn of(line: &[u8]) -> Self {
        let mut this = Self::default();
        for (place, byte) in this.text.iter_mut().zip(line) {
            *place = if matches!(byte, b' '..=b'~') { *byte } else { b'?' };
            this.len = this.len.saturating_add(1);
        }
        this
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.get(..usize::from(self.len)).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// What the modem said when it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Refusal {
    /// The command.
    pub command: &'static str,
    /// The result; a cause in words is in [`text`](Self::text), see [`resolved`](Self::resolved).
    pub result: FinalResult<'static>,
    /// What the modem said beside: the text of the result, or the cause that `+CEER` tells.
    pub text: Excerpt,
}

impl Refusal {
    /// What a result says.
    #[must_use]
    pub fn new(command: &'static str, result: FinalResult<'_>) -> Self {
        let (result, text): (FinalResult<'static>, &[u8]) = match result {
            FinalResult::Cme(Cause::Text(text)) => (FinalResult::Cme(Cause::Text(b"")), text),
            FinalResult::Cms(Cause::Text(text)) => (FinalResult::Cms(Cause::Text(b"")), text),
            FinalResult::Cme(Cause::Number(number)) => (FinalResult::Cme(Cause::Number(number)), b""),
            FinalResult::Cms(Cause::Number(number)) => (FinalResult::Cms(Cause::Number(number)), b""),
            FinalResult::Extended(text) => (FinalResult::Extended(b""), text),
            FinalResult::Connect(text) => (FinalResult::Connect(b""), text),
            FinalResult::Ok => (FinalResult::Ok, b""),
            FinalResult::NoCarrier => (FinalResult::NoCarrier, b""),
            FinalResult::NoDialtone => (FinalResult::NoDialtone, b""),
            FinalResult::Busy => (FinalResult::Busy, b""),
            FinalResult::NoAnswer => (FinalResult::NoAnswer, b""),
            FinalResult::Delayed => (FinalResult::Delayed, b""),
            FinalResult::Blacklisted => (FinalResult::Blacklisted, b""),
            FinalResult::Aborted => (FinalResult::Aborted, b""),
            FinalResult::CommandNotSupported => (FinalResult::CommandNotSupported, b""),
            FinalResult::TooManyParameters => (FinalResult::TooManyParameters, b""),
            FinalResult::NotAllowed => (FinalResult::NotAllowed, b""),
            FinalResult::Modem(number) => (FinalResult::Modem(number), b""),
            _ => (FinalResult::Error, b""),
        };
        Self { command, result, text: Excerpt::of(text) }
    }

    /// The result, with the number of a cause that was told in words.
    #[must_use]
    pub fn resolved(&self) -> FinalResult<'static> {
        let text = self.text.as_str().as_bytes();
        match self.result {
            FinalResult::Cme(Cause::Text(_)) => {
                cme_number(text).map_or(self.result, |number| FinalResult::Cme(Cause::Number(number)))
            }
            FinalResult::Cms(Cause::Text(_)) => {
                cms_number(text).map_or(self.result, |number| FinalResult::Cms(Cause::Number(number)))
            }
            other => other,
        }
    }

    /// The number of a `+CME ERROR`.
    #[must_use]
    pub fn cme(&self) -> Option<u32> {
        match self.result {
            FinalResult::Cme(Cause::Number(number)) => Some(number),
            FinalResult::Cme(Cause::Text(_)) => cme_number(self.text.as_str().as_bytes()),
            _ => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let result = self.resolved();
        write!(f, "AT{}: the modem answers {}", self.command, result)?;
        match self.text.as_str() {
            _ if result != self.result => Ok(()),
            "" => Ok(()),
            text => match self.result {
                FinalResult::Cme(Cause::Text(_))
                | FinalResult::Cms(Cause::Text(_))
                | FinalResult::Extended(_)
                | FinalResult::Connect(_) => write!(f, " {text}"),
                // What `+CEER` says may be no more than a number.
                _ => write!(f, ", reason {text}"),
            },
        }
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
        command: &'static str,
        /// Why.
        failure: Failure,
    },
    /// The modem refused.
    Refused(Refusal),
    /// The modem said that all is well, but not what it was asked for.
    Missing {
        /// The command.
        command: &'static str,
        /// What it said instead.
        said: Excerpt,
    },
    /// A field of an answer cannot be read.
    Decode {
        /// The command.
        command: &'static str,
        /// Which, and why.
        error: DecodeError,
    },
    /// The modem needs a code first.
    Locked(Lock),
    /// The SIM cannot be used.
    Sim(SimState),
    /// The network refuses to register the SIM.
    Denied(Option<RejectCause>),
    /// The card refused, or said nothing of use.
    Card {
        /// The command that carried its answer.
        command: &'static str,
        /// Its words.
        words: StatusWords,
    },
    /// All contexts are in use, or the one that was asked for.
    NoContext,
    /// The state asked for was not reached in time.
    NotReached,
    /// What the modem answers does not fit the memory for it.
    NoRoom {
        /// Bytes, or elements, that are needed at least.
        needed: usize,
    },
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { command, failure } => write!(f, "AT{command}: {failure}"),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Missing { command, said } => {
                write!(f, "AT{command}: the modem does not say it")?;
                match said.as_str() {
                    "" => Ok(()),
                    said => write!(f, ", but {said}"),
                }
            }
            Self::Decode { command, error } => write!(f, "AT{command}: {error}"),
            Self::Locked(lock) => lock.fmt(f),
            Self::Sim(state) => state.fmt(f),
            Self::Denied(None) => f.write_str("the network refuses the SIM"),
            Self::Denied(Some(cause)) => write!(f, "the network refuses the SIM, {cause}"),
            Self::Card { command, words } => write!(f, "AT{command}: the card answers {words}"),
            Self::NoContext => f.write_str("no context is free"),
            Self::NotReached => f.write_str("the state asked for was not reached in time"),
            Self::NoRoom { needed } => write!(f, "no room, {needed} are needed at least"),
        }
    }
}

impl core::error::Error for Stop {}

/// What came of a step.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// There was none yet: the procedure starts, or starts over.
    Begin,
    /// The command was done; its lines were handed in before.
    Done,
    /// The modem is in data mode.
    Connected,
    /// The modem refused.
    Refused(FinalResult<'a>),
    /// There was no usable answer.
    Failed(Failure),
    /// What was waited for was told.
    Told,
    /// The time is up.
    Rested,
}

/// What to do next.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Send a command, and wait for its result.
    Ask(Question),
    /// Wait until then, or until [`Procedure::told`] says that it has heard what it waits for.
    Wait(Instant),
    /// Nothing: the end is reached.
    Done,
    /// Nothing: the end cannot be reached.
    Fail(Stop),
}

/// A command to send.
#[derive(Clone, Copy)]
pub struct Question {
    /// Name, form, and how it is answered.
    pub exchange: &'static Exchange,
    /// Its parameters, if they are always the same; else [`Procedure::parameters`] writes them.
    pub parameters: Option<&'static str>,
}

impl Question {
    /// Appends the command, without `AT` and line end.
    pub fn write<P: Procedure + ?Sized>(&self, procedure: &P, escaping: Escaping, writer: &mut Writer<'_>) {
        writer.bytes(self.exchange.info.name.as_bytes());
        writer.bytes(self.exchange.form.sign());
        match self.parameters {
            Some(parameters) => writer.bytes(parameters.as_bytes()),
            None => procedure.parameters(&mut LineWriter::command(writer, escaping, b"")),
        }
    }
}

impl fmt::Debug for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question")
            .field("command", &self.exchange.info.name)
            .field("form", &self.exchange.form)
            .finish_non_exhaustive()
    }
}

/// Steps towards an end.
pub trait Procedure {
    /// Says what to do next, by what came of the step before.
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step;

    /// Writes the parameters of the command that was asked by [`ask_own`].
    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        let _ = line;
    }

    /// A line of the answer, without its end; `second` if it belongs to the line before.
    fn line(&mut self, line: &[u8], second: bool) {
        let _ = (line, second);
    }

    /// Counted bytes of the answer, as many as were there: what follows a line that announces them, which was handed to
    /// [`line`](Self::line).
    fn data(&mut self, bytes: &[u8]) {
        let _ = bytes;
    }

    /// What goes behind the prompt.
    fn payload(&self) -> &[u8] {
        &[]
    }

    /// Something that the modem told of itself; whether it is what a [`Step::Wait`] is to be left for. An empty line stands
    /// for a final result that ends nothing.
    fn told(&mut self, line: &[u8], second: bool) -> bool {
        let _ = (line, second);
        false
    }

    /// Whether the procedure wants to hear of a SIM or modem that is busy like of any other error. If not, which is usual,
    /// whoever runs it waits a little and sends the command again, some times, before it hears of it.
    fn hears_of_busy(&self) -> bool {
        false
    }
}

/// Asks a command without parameters.
#[must_use]
pub const fn ask<'a, R: Request<'a>>() -> Step {
    ask_with::<R>("")
}

/// Asks a command whose parameters are always the same.
#[must_use]
pub const fn ask_with<'a, R: Request<'a>>(parameters: &'static str) -> Step {
    Step::Ask(Question { exchange: const { &Exchange::of::<R>() }, parameters: Some(parameters) })
}

/// Asks a command whose parameters [`Procedure::parameters`] writes.
#[must_use]
pub const fn ask_own<'a, R: Request<'a>>() -> Step {
    Step::Ask(Question { exchange: const { &Exchange::of::<R>() }, parameters: None })
}

/// What ends a procedure that has no other use for it.
#[inline(never)]
#[must_use]
pub fn fail(command: &'static str, outcome: Outcome<'_>) -> Step {
    Step::Fail(match outcome {
        Outcome::Refused(result) => Stop::Refused(Refusal::new(command, result)),
        Outcome::Failed(failure) => Stop::Failed { command, failure },
        _ => Stop::NotReached,
    })
}

/// What ends a procedure whose answer lacks what was asked for.
fn missing(command: &'static str) -> Step {
    Step::Fail(Stop::Missing { command, said: Excerpt::default() })
}

/// The number of a `+CME ERROR`, also of one in words.
#[must_use]
pub fn cme(result: FinalResult<'_>) -> Option<u32> {
    match result {
        FinalResult::Cme(Cause::Number(number)) => Some(number),
        FinalResult::Cme(Cause::Text(text)) => cme_number(text),
        _ => None,
    }
}

/// Whether the SIM or the modem is busy: 14 of 27.007 §9.2 and 314 of 27.005 §3.2.5, and 515, which some makers have.
#[must_use]
pub fn is_busy(result: FinalResult<'_>) -> bool {
    // Not all texts are linked for these two.
    match result {
        FinalResult::Cme(Cause::Number(number)) => matches!(number, 14 | 515),
        FinalResult::Cme(Cause::Text(text)) => is_text(text, "SIM busy"),
        FinalResult::Cms(Cause::Number(number)) => number == 314,
        FinalResult::Cms(Cause::Text(text)) => is_text(text, "(U)SIM busy"),
        _ => false,
    }
}

/// Waits for [`POLL`]; if `end` has come, the state was not reached.
fn rest(now: Instant, end: Instant) -> Step {
    if now < end { Step::Wait(end.min(now + POLL)) } else { Step::Fail(Stop::NotReached) }
}

/// Copies ASCII text, as much as there is room for; controls are left out.
fn copy<const N: usize>(to: &mut String<N>, from: &[u8]) {
    to.clear();
    for byte in from.iter().filter(|byte| !byte.is_ascii_control()) {
        let character = if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER };
        if to.push(character).is_err() {
            return;
        }
    }
}

/// The type of international numbers (27.007 §6.1).
const INTERNATIONAL: u8 = 145;

/// The type of a number that people write.
fn type_of_number(number: &str) -> u8 {
    if number.starts_with('+') { INTERNATIONAL } else { 129 }
}

/// Copies a number, with `+` in front of an international one.
fn copy_number<const N: usize>(to: &mut String<N>, digits: &[u8], kind: u8) {
    copy(to, digits);
    if kind == INTERNATIONAL && !to.is_empty() && !to.starts_with('+') {
        let national = core::mem::take(to);
        // What has no room any more is cut off at its end.
        let _ = core::fmt::write(to, format_args!("+{national}"));
    }
}

/// Sends one command. Any answer but a success is an error.
#[derive(Clone, Copy, Debug)]
pub struct Ask<R> {
    request: R,
}

impl<R> Ask<R> {
    /// Sends that.
    pub const fn new(request: R) -> Self {
        Self { request }
    }
}

impl<'a, R: Request<'a>> Procedure for Ask<R> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => ask_own::<R>(),
            Outcome::Done | Outcome::Connected => Step::Done,
            outcome => fail(R::COMMAND.name, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        self.request.write(line);
    }
}

/// How far [`Follow`] is.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Begin,
    /// That is to be done.
    Due(Step),
    /// The result is awaited.
    Asked(Question),
    /// The modem waits for the rest of the bytes behind its prompt, from there on.
    Prompted(Question, usize),
    Waiting(Instant),
    /// The command is sent again then.
    Busy(Question, Instant),
}

/// What [`Follow::next`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing to do until the session has something to tell, or until then.
    Wait(Instant),
    /// The end is reached.
    Done,
}

/// Why [`Follow::next`] cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Halt {
    /// The procedure says so.
    Stop(Stop),
    /// The session does not take the command.
    Session(SessionError),
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stop(stop) => stop.fmt(f),
            Self::Session(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Halt {}

/// Brings a procedure to its end over a session. The caller moves the bytes: it calls [`next`](Self::next), transmits
/// what the session lends, hands all that the session tells to [`heard`](Self::heard) or [`expired`](Self::expired), and
/// calls [`next`](Self::next) again, at the latest when it said.
#[derive(Debug)]
pub struct Follow {
    stage: Stage,
    busy: u8,
}

impl Default for Follow {
    fn default() -> Self {
        Self::new()
    }
}

impl Follow {
    /// Nothing was done yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { stage: Stage::Begin, busy: 0 }
    }

    /// Whether a command is under way, which must be given up by [`Session::abandon`] if the procedure is.
    #[must_use]
    pub const fn is_asking(&self) -> bool {
        matches!(self.stage, Stage::Asked(_) | Stage::Prompted(..))
    }

    /// Goes on as far as it goes without the modem.
    ///
    /// # Errors
    ///
    /// What ends the procedure.
    pub fn next<P: Procedure + ?Sized>(
        &mut self,
        now: Instant,
        session: &mut Session<'_>,
        procedure: &mut P,
    ) -> Result<Next, Halt> {
        loop {
            match self.stage {
                Stage::Begin => {
                    self.busy = 0;
                    self.stage = Stage::Due(procedure.step(now, Outcome::Begin));
                }
                Stage::Due(Step::Ask(question)) => {
                    let write = |escaping, writer: &mut Writer<'_>| question.write(procedure, escaping, writer);
                    match session.submit_with(now, question.exchange, write) {
                        Ok(()) => self.stage = Stage::Asked(question),
                        Err(SessionError::Busy) => return Ok(Next::Wait(Instant::FAR)),
                        Err(error) => return Err(Halt::Session(error)),
                    }
                }
                Stage::Due(Step::Wait(until)) => self.stage = Stage::Waiting(until),
                Stage::Due(Step::Done) => return Ok(Next::Done),
                Stage::Due(Step::Fail(stop)) => return Err(Halt::Stop(stop)),
                Stage::Asked(_) => return Ok(Next::Wait(Instant::FAR)),
                Stage::Prompted(question, sent) => {
                    let bytes = procedure.payload().get(sent..).unwrap_or_default();
                    let taken = session.payload(bytes, true).map_err(Halt::Session)?;
                    if taken < bytes.len() {
                        self.stage = Stage::Prompted(question, sent.saturating_add(taken));
                        return Ok(Next::Wait(Instant::FAR));
                    }
                    self.stage = Stage::Asked(question);
                }
                Stage::Waiting(until) if until <= now => {
                    self.stage = Stage::Due(procedure.step(now, Outcome::Rested));
                }
                Stage::Busy(question, until) if until <= now => self.stage = Stage::Due(Step::Ask(question)),
                Stage::Waiting(until) | Stage::Busy(_, until) => return Ok(Next::Wait(until)),
            }
        }
    }

    /// Takes note of what the session tells.
    pub fn heard<P: Procedure + ?Sized>(&mut self, now: Instant, incoming: &Incoming<'_>, procedure: &mut P) {
        let outcome = match (self.stage, *incoming) {
            (Stage::Asked(_) | Stage::Prompted(..), Incoming::Response { line, second }) => {
                return procedure.line(line, second);
            }
            (Stage::Asked(_), Incoming::Header { line, answer: true, .. }) => return procedure.line(line, false),
            (Stage::Asked(_), Incoming::Payload { bytes, answer: true, .. }) => return procedure.data(bytes),
            (Stage::Asked(question), Incoming::Prompt) => {
                self.stage = Stage::Prompted(question, 0);
                return;
            }
            (Stage::Asked(question) | Stage::Prompted(question, _), Incoming::Done(result)) => match result {
                FinalResult::Ok => Outcome::Done,
                FinalResult::Connect(_) => Outcome::Connected,
                result if is_busy(result) && self.busy < BUSY_TRIES && !procedure.hears_of_busy() => {
                    self.busy = self.busy.saturating_add(1);
                    self.stage = Stage::Busy(question, now + BUSY_WAIT);
                    return;
                }
                result => Outcome::Refused(result),
            },
            (Stage::Asked(_) | Stage::Prompted(..), Incoming::Failed(failure)) => Outcome::Failed(failure),
            (Stage::Begin, _) => return,
            (_, Incoming::Restarted(_)) => Outcome::Failed(Failure::Restarted),
            (_, Incoming::Unsolicited { line, second, .. }) => match (procedure.told(line, second), self.stage) {
                (true, Stage::Waiting(_) | Stage::Due(Step::Wait(_))) => Outcome::Told,
                _ => return,
            },
            (Stage::Waiting(_) | Stage::Due(Step::Wait(_)), Incoming::Ignored(Ignored::Stray)) => {
                match procedure.told(b"", false) {
                    true => Outcome::Told,
                    false => return,
                }
            }
            _ => return,
        };
        self.take(now, outcome, procedure);
    }

    /// Takes note of what the passing of time meant to the session.
    pub fn expired<P: Procedure + ?Sized>(&mut self, now: Instant, expired: Expired, procedure: &mut P) {
        let failure = match (self.stage, expired) {
            (Stage::Asked(_) | Stage::Prompted(..), Expired::Failed(failure)) => failure,
            (Stage::Due(Step::Ask(_)), Expired::Unresponsive) => Failure::Timeout,
            _ => return,
        };
        self.take(now, Outcome::Failed(failure), procedure);
    }

    fn take<P: Procedure + ?Sized>(&mut self, now: Instant, outcome: Outcome<'_>, procedure: &mut P) {
        if !matches!(outcome, Outcome::Refused(_)) {
            self.busy = 0;
        }
        self.stage = Stage::Due(procedure.step(now, outcome));
    }
}
