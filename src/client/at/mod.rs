//! The AT client: one task, one modem.
//!
//! [`Client`] sends one command at a time and waits for the end of its answer, which it then lends as lines or as the types
//! of [`at_wire`]; URCs that come meanwhile are kept for [`next_urc`](Client::next_urc).
//!
//! ```
//! use wwan::at_wire::command::{equipment, network};
//! use wwan::client::at::{Error, blocking::Client};
//!
//! fn signal<C: wwan::channel::blocking::ByteStream>(client: &mut Client<'_, C>) -> Result<i64, Error<C::Error>> {
//!     client.open()?;
//!     client.send(&equipment::cfun::Set { fun: 1, rst: None })?;
//!     let answer = client.send(&network::csq::Execute {})?;
//!     Ok(answer.one::<network::csq::ExecuteAnswer>()?.rssi.into())
//! }
//! ```
//!
//! # Cancellation
//!
//! Every future of the client may be dropped at any moment. What has to be remembered lives in the client: the next call
//! gives up the command that nobody awaits any more, aborts it if it can be, and waits for its end; its answer is dropped.
//! URCs that came are kept.

pub mod blocking;
mod core;
mod jobs;
mod methods;
mod procedures;
mod records;
mod services;

use ::core::fmt;

use at_wire::message::{self, Encode, Line, Request};
use at_wire::parameter::{Values, parameters_of};
use at_wire::policy::{Policy, Verdict};
use at_wire::result::{Cause, FinalResult, cme_text, cms_text};
use at_wire::{DecodeError, DecodeErrorKind, EncodeError};

use self::core::{Core, Fault, Job, Next};
use self::jobs::Declared;
use self::methods::client_methods;
use self::procedures::procedure_methods;
use self::services::service_methods;
use super::StreamLink;
use crate::apdu::{Command, StatusWords};
use crate::procedure::at::{
    Access, AccessFile, Attach, Attempts, CheckContext, CloseChannel, Connect, ConnectInterface, ConnectRequest,
    Contact, Disconnect, DisconnectInterface, File, FileStatus, Follow, Identity, Interface, OpenChannel, PinOperation,
    Power, Procedure, ReadAttempts, ReadIdentity, ReadPhonebook, ReadPower, ReadProtection, ReadRegistration,
    ReadSignal, ReadSim, Register, Registration, Restart, Scan, Selection, SetPower, Signal, SimState, Stop, Transmit,
    UseCode, Ussd, UssdMessage, WriteContact,
};
#[cfg(feature = "sms")]
use crate::procedure::at::{
    DeleteTexts, FindMessageFormat, MessageFormat, ReadServiceCentre, ReadTextMode, ReadTexts, SendText, SendTextMode,
    ServiceCentre, SetServiceCentre, StoredText, TellTexts,
};
use crate::session::at::{Config, Counters, Ending, Exchange, Failure, OpenError, Outgoing, SessionError};
#[cfg(feature = "sms")]
use crate::sms::{Stored, TextMessage};
use crate::time::{Instant, Millis};

/// Why a modem refused a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reason {
    /// `ERROR`.
    Error,
    /// `+CME ERROR`, and its number; `None` if the modem told it in words, which are [`Client::reason`] then, and have
    /// their number in [`Client::cause`].
    Cme(Option<u32>),
    /// `+CMS ERROR`, as above.
    Cms(Option<u32>),
    /// `NO CARRIER`.
    NoCarrier,
    /// `NO DIALTONE`.
    NoDialtone,
    /// `BUSY`.
    Busy,
    /// `NO ANSWER`.
    NoAnswer,
    /// `DELAYED` or `BLACKLISTED`: redialling is barred.
    Barred,
    /// `ABORTED`.
    Aborted,
    /// `COMMAND NOT SUPPORT`, `TOO MANY PARAMETERS`.
    NotSupported,
    /// `MODEM ERROR`, and its number.
    Modem(u32),
    /// Any other; its text is [`Client::reason`].
    Other,
}

impl Reason {
    /// The reason and its text, if it was told in words; `None` for a success.
    fn of<'a>(result: &FinalResult<'a>) -> Option<(Self, &'a [u8])> {
        let text = |cause: &Cause<'a>| match *cause {
            Cause::Number(_) => &[][..],
            Cause::Text(text) => text,
        };
        Some(match result {
            FinalResult::Ok | FinalResult::Connect(_) => return None,
            FinalResult::Error => (Self::Error, &[]),
            FinalResult::Cme(cause) => (Self::Cme(cause.number()), text(cause)),
            FinalResult::Cms(cause) => (Self::Cms(cause.number()), text(cause)),
            FinalResult::NoCarrier => (Self::NoCarrier, &[]),
            FinalResult::NoDialtone => (Self::NoDialtone, &[]),
            FinalResult::Busy => (Self::Busy, &[]),
            FinalResult::NoAnswer => (Self::NoAnswer, &[]),
            FinalResult::Delayed | FinalResult::Blacklisted => (Self::Barred, &[]),
            FinalResult::Aborted => (Self::Aborted, &[]),
            FinalResult::CommandNotSupported | FinalResult::TooManyParameters => (Self::NotSupported, &[]),
            FinalResult::Modem(number) => (Self::Modem(*number), &[]),
            FinalResult::Extended(text) => (Self::Other, text),
            _ => (Self::Other, &[]),
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut numbered = |name: &str, number: u32, text: Option<&str>| match text {
            Some(text) => write!(f, "{name} {number} ({text})"),
            None => write!(f, "{name} {number}"),
        };
        match *self {
            Self::Cme(Some(number)) => numbered("CME error", number, cme_text(number)),
            Self::Cms(Some(number)) => numbered("CMS error", number, cms_text(number)),
            Self::Modem(number) => numbered("modem error", number, None),
            Self::Error | Self::Other => f.write_str("error"),
            Self::Cme(None) => f.write_str("CME error"),
            Self::Cms(None) => f.write_str("CMS error"),
            Self::NoCarrier => f.write_str("no carrier"),
            Self::NoDialtone => f.write_str("no dial tone"),
            Self::Busy => f.write_str("busy"),
            Self::NoAnswer => f.write_str("no answer"),
            Self::Barred => f.write_str("redialling is barred"),
            Self::Aborted => f.write_str("aborted"),
            Self::NotSupported => f.write_str("not supported"),
        }
    }
}

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Error<E> {
    /// The carrier failed.
    Channel(E),
    /// The carrier has ended.
    Closed,
    /// The session refused the call.
    Session(SessionError),
    /// The modem did not open.
    Open(OpenError),
    /// The modem has started anew: open again.
    Lost,
    /// The modem does not answer any more.
    Unresponsive,
    /// The modem did not leave data mode.
    Data,
    /// The command had no usable answer.
    Failed {
        /// Its name.
        command: &'static str,
        /// Why.
        failure: Failure,
    },
    /// The modem refused.
    Refused {
        /// The command's name.
        command: &'static str,
        /// Why.
        reason: Reason,
    },
    /// A procedure cannot reach its end.
    Stop(Stop),
    /// The text, or a number, cannot be sent.
    Text(EncodeError),
    /// The modem did not prompt for the bytes that belong to the command.
    NoPrompt,
    /// The answer, or a parameter of it, cannot be read.
    Decode(DecodeError),
    /// The answer does not fit the memory for it.
    NoRoom,
    /// The policy denies a command of the line.
    Denied {
        /// Where it stands.
        offset: usize,
    },
}

impl<E> From<DecodeError> for Error<E> {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl<E> From<Stop> for Error<E> {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed { command, failure } => Self::Failed { command, failure },
            stop => Self::Stop(stop),
        }
    }
}

impl<E> From<SessionError> for Error<E> {
    fn from(error: SessionError) -> Self {
        Self::Session(error)
    }
}

impl<E: fmt::Display> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(error) => write!(f, "channel: {error}"),
            Self::Closed => f.write_str("the line to the modem has ended"),
            Self::Session(error) => error.fmt(f),
            Self::Open(error) => error.fmt(f),
            Self::Lost => f.write_str("the modem has started anew"),
            Self::Unresponsive => f.write_str("the modem does not answer any more"),
            Self::Data => f.write_str("the modem did not leave data mode"),
            Self::Failed { command, failure } => write!(f, "{command}: {failure}"),
            Self::Refused { command, reason } => write!(f, "{command}: {reason}"),
            Self::Stop(stop) => stop.fmt(f),
            Self::Text(error) => error.fmt(f),
            Self::NoPrompt => f.write_str("the modem did not prompt"),
            Self::Decode(error) => error.fmt(f),
            Self::NoRoom => f.write_str("the answer is too long for its memory"),
            Self::Denied { offset } => write!(f, "the command at offset {offset} is denied"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> ::core::error::Error for Error<E> {}

/// The answer to a command, in the client's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    records: &'a [u8],
    reason: Option<Reason>,
    connected: bool,
}

impl<'a> Answer<'a> {
    /// Its lines, without ends; second lines and counted bytes each are an item of their own.
    pub fn lines(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut rest = self.records;
        ::core::iter::from_fn(move || records::line(&mut rest))
    }

    /// Its lines, each with what belongs to it: a second line, such as the PDU behind `+CMGR`, or counted bytes.
    pub fn units(&self) -> impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)> + use<'a> {
        let mut rest = self.records;
        ::core::iter::from_fn(move || Some((records::line(&mut rest)?, records::second(&mut rest))))
    }

    /// The one line that the answer has.
    ///
    /// # Errors
    ///
    /// That there is none, or more than one (with the field `answer`); or the first parameter that is not what it must be.
    pub fn one<L: Line<'a>>(&self) -> Result<L, DecodeError> {
        L::read(self.only(L::NAME, L::BARE, L::NAMES))
    }

    /// The parameters of the line, if there is one, and nothing but what belongs to it.
    #[inline(never)]
    fn only(&self, name: &str, bare: bool, names: &'static str) -> Values<'a> {
        let mut rest = self.records;
        let line = records::line(&mut rest);
        let _ = records::second(&mut rest);
        match line {
            Some(line) if rest.is_empty() => message::named(name, bare, names, line),
            _ => Values::failed(DecodeError { kind: DecodeErrorKind::Length, field: "answer", offset: 0 }),
        }
    }

    /// All lines, read.
    pub fn all<L: Line<'a>>(&self) -> impl Iterator<Item = Result<L, DecodeError>> + use<'a, L> {
        let mut rest = self.records;
        ::core::iter::from_fn(move || {
            let line = records::line(&mut rest)?;
            let _ = records::second(&mut rest);
            Some(L::parse(line))
        })
    }

    /// Whether the modem is in data mode now: see [`Client::read`].
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected
    }

    /// Why the modem refused a raw line; those of other commands are [`Error::Refused`].
    #[must_use]
    pub fn reason(&self) -> Option<Reason> {
        self.reason
    }
}

/// A URC, in the client's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Urc<'a> {
    /// The line.
    pub line: &'a [u8],
    /// What belongs to it: a second line, such as the PDU behind `+CMT`, or counted bytes.
    pub second: Option<&'a [u8]>,
    /// Whether it is one that the dialect knows.
    pub known: bool,
}

impl<'a> Urc<'a> {
    /// Whether this is its name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        parameters_of(name, self.line).is_some()
    }

    /// Reads it; `None` if it is another.
    ///
    /// # Errors
    ///
    /// The first parameter that is not what it must be.
    pub fn parse<L: Line<'a>>(&self) -> Option<Result<L, DecodeError>> {
        parameters_of(L::NAME, self.line).map(|fields| L::read(Values::new(fields, L::NAMES)))
    }
}

/// The memory a client works in, beside that of its session.
pub struct Memory<'s> {
    /// What the carrier delivers at once: 64 bytes do.
    pub transfer: &'s mut [u8],
    /// The lines of the longest answer, each with 3 bytes more. An answer that does not fit is [`Error::NoRoom`].
    pub answer: &'s mut [u8],
    /// URCs that wait to be read, each with 3 bytes more. When there is no room the oldest go, and are counted, see
    /// [`Client::lost_urcs`].
    pub urcs: &'s mut [u8],
    /// The session's memory.
    pub session: crate::session::at::Memory<'s>,
}

/// Only how much there is: what was there before may be personal.
impl fmt::Debug for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("transfer", &self.transfer.len())
            .field("answer", &self.answer.len())
            .field("urcs", &self.urcs.len())
            .field("session", &self.session)
            .finish()
    }
}

/// An AT modem, seen from the host; its methods are asynchronous.
pub struct Client<'s, C> {
    link: C,
    core: Core<'s>,
}

/// Without the link and without the bytes of lines: codes and names of subscribers are among them.
impl<C> fmt::Debug for Client<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("core", &self.core).finish_non_exhaustive()
    }
}

impl<'s, C: StreamLink> Client<'s, C> {
    /// A client for the modem at the other end of `link`; call [`open`](Self::open) first.
    pub fn new(link: C, config: Config<'s>, memory: Memory<'s>) -> Self {
        Self { link, core: Core::new(config, memory) }
    }

    /// The link.
    pub const fn link(&mut self) -> &mut C {
        &mut self.link
    }

    /// Now, by the link's clock.
    pub fn now(&self) -> Instant {
        self.link.now()
    }

    client_methods!([async] [.await]);
    procedure_methods!([async] [.await]);
    service_methods!([async] [.await]);

    /// Writes to the modem in data mode.
    ///
    /// # Errors
    ///
    /// [`Error::Channel`]; [`Error::Session`] if the modem is not in data mode.
    ///
    /// # Cancellation
    ///
    /// Some of the bytes may have left.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error<C::Error>> {
        self.core.check_data()?;
        self.link.write(bytes, Instant::FAR).await.map(|_| ()).map_err(Error::Channel)
    }

    /// The run loop.
    async fn drive(&mut self, job: &mut dyn Job) -> Result<(), Fault<C::Error>> {
        self.core.begin(self.link.now(), job);
        loop {
            match self.core.next(self.link.now(), job) {
                Next::Send => {
                    let until = self.core.patience(self.link.now());
                    match self.core.session.transmit(self.link.now()) {
                        Some(Outgoing::Bytes(bytes)) => {
                            // What did not leave in time is not answered in time either.
                            let _ = self.link.write(bytes, until).await.map_err(Fault::Channel)?;
                            self.core.session.sent(self.link.now());
                        }
                        Some(Outgoing::Dtr(up)) => self.link.set_dtr(up).map_err(Fault::Channel)?,
                        Some(Outgoing::Speed(speed)) => self.link.set_speed(speed).map_err(Fault::Channel)?,
                        None => {}
                    }
                }
                Next::Receive => {
                    let until = self.core.state.until;
                    let length = self.link.read(self.core.transfer, until).await.map_err(Fault::Channel)?;
                    if !self.core.received(length) {
                        return Err(Fault::Closed);
                    }
                }
                Next::Done => return Ok(()),
                Next::Failed => return Err(Fault::Job),
            }
        }
    }
}
