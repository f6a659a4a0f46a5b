//! The QMI client: one task, one modem.
//!
//! [`Client`] sends one request at a time and waits for its answer; indications that come meanwhile are kept for
//! [`next_indication`](Client::next_indication). The steps from a cold modem to a connection are
//! [procedures](crate::procedure::qmi), which the client [follows](Client::follow); each has a method of its own. All other
//! messages of any service are asked by [`ask`](Client::ask), or [`request`](Client::request) without a declaration.
//!
//! ```
//! use wwan::client::qmi::{Error, blocking::Client};
//! use wwan::qmi_wire::service::dms;
//!
//! fn model<'c, C: wwan::channel::blocking::MessageChannel>(
//!     client: &'c mut Client<'_, C>,
//! ) -> Result<Option<&'c str>, Error<C::Error>> {
//!     client.open()?;
//!     let answer = client.ask::<dms::get_model::Message>(|_| {})?;
//!     Ok(answer.model()?.to_str())
//! }
//! ```
//!
//! # Clients of services
//!
//! A modem tells its hosts apart by client numbers, of which every service has few. The client obtains one at the first
//! question to a service, and gives all back in [`close`](Client::close). Those of a program that crashed stay taken. So a
//! program may store [`clients`](Client::clients) as a [`Record`] whenever it changes, and hand it to
//! [`restore`](Client::restore) at its next start. A modem that has no number left answers
//! [`CLIENT_IDS_EXHAUSTED`](ProtocolError::CLIENT_IDS_EXHAUSTED); with [`Config::exclusive`] the client releases them all then.
//!
//! # Modems that are not ready
//!
//! A request answered with [`ProtocolError::DEVICE_NOT_READY`] is asked again after a second, five times, by starting the
//! procedure over. [`Counters::not_ready`] counts it. [`request`](Client::request) hands such an answer out.
//!
//! # Cancellation
//!
//! Every future of the client may be dropped at any moment. What has to be remembered lives in the client: the next call
//! calls off and gives up the request that nobody awaits any more (its late answer will be dropped, not mistaken for
//! another, and a data session that it brings is ended), and keeps the indications that came.

pub mod blocking;
mod core;
mod methods;

use ::core::fmt;

use qmi_wire::service::{Service, dms, nas, wds};
use qmi_wire::{DecodeError, Exchange, TlvSet, Verdict, View};

pub use crate::procedure::qmi::{ConnectRequest, EndReason, Lock, Question, Refusal, Selection};
pub use crate::session::qmi::{Indication, MessageId, Owned, Record};
pub use qmi_wire::ProtocolError;

use self::core::{Core, Job, Next, Release};
use self::methods::client_methods;
use super::Link;
use crate::procedure::qmi::connect::{self, DataStatus};
use crate::procedure::qmi::{
    Ask, AskAny, CheckSession, Connect, Disconnect, Fill, Format, Granted, Identity, OpenProxy, PinOperation,
    Procedure, ReadIdentity, ReadRegistration, ReadSettings, ReadSignal, ReadSim, Register, Registration, Restart,
    Scan, SessionStatus, SetFormat, SetMode, Settings, Signal, Sim, SimState, Stop, UseCode,
};
#[cfg(feature = "sms")]
use crate::procedure::qmi::{FindPhonebook, ReadRecord, Records};
use crate::session::qmi::{Config, Counters, Failure, OpenError, SessionError};
use crate::time::{Instant, Millis};

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
// Errors are handed on from call to call: behind a tag of a whole word they are copied as words.
#[repr(u32)]
pub enum Error<E> {
    /// The carrier failed.
    Channel(E),
    /// The session refused the call.
    Session(SessionError),
    /// The modem did not open.
    Open(OpenError),
    /// The modem has started anew, or all its clients were released: open again.
    Lost,
    /// The request had no usable answer.
    Failed {
        /// The request; `None` if it was given by its numbers.
        message: Option<&'static MessageId>,
        /// Why.
        failure: Failure,
    },
    /// The modem refused.
    Refused(Refusal),
    /// A field of the answer cannot be read.
    Decode(DecodeError),
    /// The modem needs a code first: PIN, PUK or another lock.
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

impl<E> From<Stop> for Error<E> {
    #[inline(never)]
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Failed { message, failure } => Self::Failed { message: Some(message), failure },
            Stop::Refused(refusal) => Self::Refused(refusal),
            Stop::Decode(error) => Self::Decode(error),
            Stop::Locked(lock) => Self::Locked(lock),
            Stop::Sim(state) => Self::Sim(state),
            Stop::Denied(cause) => Self::Denied(cause),
            Stop::NotReached => Self::NotReached,
            Stop::NoRoom { needed } => Self::NoRoom { needed },
        }
    }
}

impl<E> From<DecodeError> for Error<E> {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl<E> Error<E> {
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
            Self::Lost => f.write_str("the modem was reset, or all its clients were released"),
            Self::Failed { message: Some(message), failure } => write!(f, "{message}: {failure}"),
            Self::Failed { message: None, failure } => failure.fmt(f),
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Decode(error) => error.fmt(f),
            Self::Locked(lock) => lock.fmt(f),
            Self::Sim(state) => state.fmt(f),
            Self::Denied(Some(cause)) => write!(f, "the network refuses: cause {} ({cause:?})", cause.0),
            Self::Denied(None) => f.write_str("the network refuses"),
            Self::NotReached => f.write_str("the state asked for was not reached in time"),
            Self::NoRoom { needed } => write!(f, "the answer needs room for {needed}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> ::core::error::Error for Error<E> {}

/// The memory a client works in, beside that of its session.
pub struct Memory<'s> {
    /// What the carrier delivers at once: one frame of the longest answer at least, 2048 bytes for what modems usually send.
    pub transfer: &'s mut [u8],
    /// Indications that wait to be read, with 17 bytes of headers each. Those that do not fit are counted, see
    /// [`Client::lost_indications`].
    pub indications: &'s mut [u8],
    /// The session's memory. A client has one request under way, which may need a client first, so two slots do; more only
    /// let [`Counters`] tell the late answers to requests that were given up from foreign ones.
    pub session: crate::session::qmi::Memory<'s>,
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

/// A QMI modem, seen from the host; its methods are asynchronous.
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
    /// A client for the modem at the other end of `link`, whose messages are QMUX frames; call [`open`](Self::open) first.
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

    /// The run loop.
    async fn drive(&mut self, mut job: Job<'_>) -> Result<(), Error<C::Error>> {
        self.core.begin(self.link.now(), &job);
        loop {
            let until = self.core.until();
            if let Some(frame) = self.core.outgoing() {
                if !self.link.send(frame, until).await.map_err(Error::Channel)? {
                    self.core.received(self.link.now(), None);
                }
                continue;
            }
            match self.core.next(self.link.now(), &mut job)? {
                Next::Send => {}
                Next::Receive(until) => {
                    let length = self.link.receive(self.core.transfer, until).await.map_err(Error::Channel)?;
                    let now = self.link.now();
                    if length.is_none() && self.core.is_late(now) {
                        self.link.boundary();
                    }
                    self.core.received(now, length);
                }
                Next::Done => return Ok(()),
            }
        }
    }
}
