//! The MBIM client: one task, one modem.
//!
//! [`Client`] sends one command at a time and waits for its answer; indications that come meanwhile are kept for
//! [`next_indication`](Client::next_indication). The steps from a cold modem to a connection are
//! [procedures](crate::procedure::mbim), which the client [follows](Client::follow); each has a method of its own. So
//! has whatever else takes several steps, depends on a version, or has a trap; all other commands of any service are
//! asked by [`query`](Client::query) and [`set`](Client::set).
//!
//! # Versions
//!
//! After [`open`](Client::open) a modem speaks MBIM 1.0. [`negotiate`](Client::negotiate), as the next call, agrees upon a
//! later version of Microsoft's extensions, in which the layouts of some messages are others. The client writes and reads
//! those of the version in force by itself; answers come in the newest layout, and what an older version does not tell is
//! empty. Indications come as they are, and [`newest`] reads them in any version. [`query`](Client::query) and
//! [`set`](Client::set) leave the choice to the caller: commands whose names end in `V2` or `V3` hold from that version on.
//! A program that never negotiates, and uses no proxy, does not link any of it.
//!
//! # Busy modems
//!
//! A command answered with [`Status::BUSY`] is asked again after a second, five times; a procedure starts over instead,
//! unless that would do something twice. [`Counters::busy`] counts it. [`command`](Client::command) hands such an answer out.
//!
//! # Cancellation
//!
//! Every future of the client may be dropped at any moment. What has to be remembered lives in the client: the next call
//! finishes sending what was half sent, gives up the command that nobody awaits any more (its late answer will be
//! dropped, not mistaken for another), and keeps the indications that came.

pub mod blocking;
mod core;
mod methods;
mod services;

use ::core::fmt;

use mbim_wire::bytes::Bytes;
use mbim_wire::field::Empty;
use mbim_wire::list::RefList;
use mbim_wire::message::{CommandDone, CommandType, IndicateStatus};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ms_basic_connect_extensions as bce;
use mbim_wire::service::ms_uicc_low_level_access as wire_uicc;
use mbim_wire::service::proxy_control::VersionNotification;
use mbim_wire::service::{ms_sar, phonebook};
use mbim_wire::{Command, Count, DecodeError, Encode, Query, Set, Status, Uuid, View};

pub use crate::procedure::mbim::{CommandId, ConnectRequest, Lock, Refusal, Selection};

use self::core::{Core, Job, Next};
use self::methods::client_methods;
use self::services::{card_says, phonebook_filter, service_methods};
use super::Link;
use crate::apdu::{Command as Apdu, StatusWords};
use crate::procedure::mbim::{
    Ask, AskAny, AskEither, Attach, ConfigureProxy, Connect, Detach, Disconnect, FilterSet, Filters, Indications,
    Layouts, Negotiate, PinState, Procedure, Question, Radio, Register, Restart, SessionQuery, Stop, StoredContexts,
    Subscribe, SwitchSlot, UseCode, Version, WaitReady, basic_context, newest, proxy_versions, uicc,
};
#[cfg(feature = "sms")]
use crate::procedure::mbim::{ReadStore, SendText, StoreItem, Ussd, UssdMessage, sort_in, stored_flag};
use crate::session::mbim::{Config, Counters, Failure, OpenError, SessionError};
#[cfg(feature = "sms")]
use crate::sms::{Inbox, Stored, TextMessage};
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
    /// A text cannot be written as it has to be.
    #[cfg(feature = "sms")]
    Text(at_wire::EncodeError),
}

impl<E> From<Stop> for Error<E> {
    #[inline(never)]
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed { command, failure } => Self::Failed { command: Some(command), failure },
            Stop::Refused(refusal) => Self::Refused(refusal),
            Stop::Decode { command, error } => Self::Decode { command, error },
            Stop::Locked(lock) => Self::Locked(lock),
            Stop::NotReached => Self::NotReached,
            Stop::Card { status, words } => Self::Card { status, words },
            Stop::NoRoom { needed } => Self::NoRoom { needed },
        }
    }
}

impl<E> Error<E> {
    /// A field of an answer to `C` that cannot be read.
    pub fn decode<C: Command>(error: DecodeError) -> Self {
        Self::Decode { command: CommandId::of::<C>(), error }
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
            Self::Failed { command: Some(command), failure } => write!(f, "{command}: {failure}"),
            Self::Failed { command: None, failure } => failure.fmt(f),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Decode { command, error } => write!(f, "answer of {command}: {error}"),
            Self::Locked(lock) => lock.fmt(f),
            Self::NotReached => f.write_str("the state asked for was not reached in time"),
            Self::Card { status, words } => write!(f, "the card says {words}, the modem {status:?}"),
            Self::NoRoom { needed } => write!(f, "the answer needs room for {needed}"),
            #[cfg(feature = "sms")]
            Self::Text(error) => error.fmt(f),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> ::core::error::Error for Error<E> {}

/// The memory a client works in, beside that of its session.
pub struct Memory<'s> {
    /// One transfer: as long as [`Config::max_control_transfer`]. If it is shorter, the function is asked for transfers of
    /// this length; 64 bytes at least.
    pub transfer: &'s mut [u8],
    /// Indications that wait to be read: 24 bytes more than the information buffer each. Those that do not fit are
    /// counted, see [`Client::lost_indications`].
    pub indications: &'s mut [u8],
    /// The session's memory. A client has one command under way, so one slot does; more only let [`Counters`] tell the late
    /// answers to commands that were given up from foreign ones.
    pub session: crate::session::mbim::Memory<'s>,
}

/// Only how much there is: what was there before may be personal.
impl fmt::Debug for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("transfer", &self.transfer.len())
            .field("indications", &self.indications.len())
            .field("session", &self.session)
            .finish()
    }
}

/// An MBIM modem, seen from the host; its methods are asynchronous.
pub struct Client<'s, C> {
    link: C,
    core: Core<'s>,
}

/// Without the link and without the bytes of messages: codes and names of subscribers are among them.
impl<C> fmt::Debug for Client<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("core", &self.core).finish_non_exhaustive()
    }
}

impl<'s, C: Link> Client<'s, C> {
    /// A client for the function at the other end of `link`; call [`open`](Self::open) first.
    pub fn new(link: C, config: Config, memory: Memory<'s>) -> Self {
        Self { link, core: Core::new(config, memory) }
    }

    /// The link, for whoever put a tracer or a tap into it.
    pub const fn link(&mut self) -> &mut C {
        &mut self.link
    }

    /// Now, by the link's clock.
    pub fn now(&self) -> Instant {
        self.link.now()
    }

    client_methods!([async] [.await]);
    service_methods!([async] [.await]);

    /// The run loop.
    async fn drive(&mut self, mut job: Job<'_>) -> Result<(), Error<C::Error>> {
        self.core.begin(self.link.now(), &job);
        loop {
            match self.core.next(self.link.now(), &mut job)? {
                Next::Send(until) => {
                    let Some(transfer) = self.core.outgoing() else { continue };
                    if !self.link.send(transfer, until).await.map_err(Error::Channel)? {
                        self.core.received(self.link.now(), None);
                    }
                }
                Next::Receive(until) => {
                    let length = self.link.receive(self.core.transfer, until).await.map_err(Error::Channel)?;
                    if self.core.received(self.link.now(), length) {
                        self.link.boundary();
                    }
                }
                Next::Done => return Ok(()),
            }
        }
    }
}
