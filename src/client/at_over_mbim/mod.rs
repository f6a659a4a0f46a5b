//! AT inside MBIM: lines in commands of makers' services, as modems have it whose control port speaks MBIM only.
//!
//! [`AtOverMbim`], or its [blocking] twin, opens the MBIM function, finds the service that carries AT, and is a byte
//! stream for an [AT client](super::at) then. A line is a command, and everything that the modem says to it is one answer: there are
//! no URCs, no prompts and no data. Lines that are answered BUSY are sent again for a while. The answer to a line that was
//! given up is never handed out. Configure the AT session with [`Config::inside`](crate::session::at::Config::inside).
//!
//! Over the channel of an MBIM client that is open, the stream [takes over](AtOverMbim::take_over) the function for a while:
//!
//! ```
//! use wwan::channel::blocking::MessageChannel;
//! use wwan::client::{at, at_over_mbim, mbim};
//! use wwan::session::{at::Config, mbim as session};
//! use wwan::time::Millis;
//!
//! fn ask<C: MessageChannel>(modem: &mut mbim::blocking::Client<'_, C>) -> Option<usize> {
//!     let (mut slots, mut command) = ([session::Slot::FREE; 2], [0; 1024]);
//!     let (mut transfer, mut whole, mut line, mut text) = ([0; 4096], [0; 4096], [0; 512], [0; 4096]);
//!     let session = session::Memory { slots: &mut slots, command: &mut command, answer: &mut whole, indication: &mut [] };
//!     let memory = at_over_mbim::Memory { transfer: &mut transfer, line: &mut line, answer: &mut text, session };
//!     let mut config = session::Config::default();
//!     config.first_transaction = 0x1000_0000; // none of the client's
//!     let mut stream = at_over_mbim::blocking::AtOverMbim::new(modem.channel(), config, memory);
//!     stream.take_over(Millis::from_secs(10)).ok().filter(|answered| *answered)?;
//!
//!     let (mut bytes, mut answer, mut urcs, mut line, mut command) = ([0; 64], [0; 1024], [0; 256], [0; 512], [0; 512]);
//!     let session = wwan::session::at::Memory { line: &mut line, command: &mut command };
//!     let memory = at::Memory { transfer: &mut bytes, answer: &mut answer, urcs: &mut urcs, session };
//!     let mut at = at::blocking::Client::new(stream, Config::inside(), memory);
//!     at.open().ok()?;
//!     Some(at.identity().ok()?.model.len())
//! }
//! ```

use ::core::fmt;

use embedded_io::ErrorKind;
use mbim_wire::Status;

use self::core::{Core, Goal, Next};
use self::methods::tunnel_methods;
use super::{Link, StreamLink};
use crate::session::mbim::{Config, Counters, Failure, OpenError, SessionError};
use crate::time::{Instant, Millis};

pub mod blocking;
mod core;
mod methods;

/// A service that carries AT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AtService {
    /// Intel AT Tunnel.
    Intel,
    /// Fibocom.
    Fibocom,
    /// Compal.
    Compal,
    /// Quectel's command in QDU.
    Quectel,
}

/// Why the stream failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TunnelError<E> {
    /// The carrier of MBIM failed.
    Channel(E),
    /// The function did not open.
    Open(OpenError),
    /// The function was reset or closed by somebody else; open again.
    Lost,
    /// The modem has no service that carries AT.
    NoService,
    /// The modem refused the command.
    Refused(Status),
    /// The command had no usable answer.
    Failed(Failure),
    /// The command could not be sent.
    Session(SessionError),
    /// A line, or an answer, is longer than the memory for it: its bytes. It is gone.
    NoRoom(usize),
}

impl<E: fmt::Display> fmt::Display for TunnelError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(error) => error.fmt(f),
            Self::Open(error) => error.fmt(f),
            Self::Lost => f.write_str("the MBIM function was reset or closed"),
            Self::NoService => f.write_str("the modem has no MBIM service that carries AT"),
            Self::Refused(status) => write!(f, "the modem refuses AT inside MBIM: {status:?}"),
            Self::Failed(failure) => failure.fmt(f),
            Self::Session(error) => error.fmt(f),
            Self::NoRoom(needed) => write!(f, "a line or its answer needs room for {needed}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> ::core::error::Error for TunnelError<E> {}

impl<E: embedded_io::Error> embedded_io::Error for TunnelError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Channel(error) => error.kind(),
            Self::Open(_) | Self::Lost | Self::Session(SessionError::NotOpen) => ErrorKind::NotConnected,
            Self::NoService | Self::Refused(_) => ErrorKind::Unsupported,
            Self::NoRoom(_) | Self::Session(SessionError::Encode(_)) => ErrorKind::OutOfMemory,
            Self::Failed(_) | Self::Session(_) => ErrorKind::Other,
        }
    }
}

/// The memory a stream works in.
pub struct Memory<'s> {
    /// One MBIM transfer, as long as [`Config::max_control_transfer`]; if it is shorter, the function is asked for transfers
    /// of this length.
    pub transfer: &'s mut [u8],
    /// The longest line.
    pub line: &'s mut [u8],
    /// The longest answer, all its lines.
    pub answer: &'s mut [u8],
    /// The session's memory. One slot does; more only let [`Counters`] tell the late answers to lines that were given up from foreign
    /// ones.
    pub session: crate::session::mbim::Memory<'s>,
}

/// Only how much there is: what was there before may be personal.
impl fmt::Debug for Memory<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory")
            .field("transfer", &self.transfer.len())
            .field("line", &self.line.len())
            .field("answer", &self.answer.len())
            .field("session", &self.session)
            .finish()
    }
}

/// A byte stream through an MBIM function, for asynchronous AT clients.
pub struct AtOverMbim<'s, L> {
    channel: L,
    core: Core<'s>,
}

/// Without the bytes of lines: codes and names of subscribers are among them.
impl<L> fmt::Debug for AtOverMbim<'_, L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtOverMbim").field("core", &self.core).finish_non_exhaustive()
    }
}

impl<'s, L: Link> AtOverMbim<'s, L> {
    /// A stream through a function that is closed as far as we know.
    #[must_use]
    pub fn new(link: L, config: Config, memory: Memory<'s>) -> Self {
        Self { channel: link, core: Core::new(config, memory) }
    }

    tunnel_methods!(L [async] [.await]);

    /// Does what there is to do; false once `deadline` has passed.
    async fn drive(&mut self, goal: Goal, deadline: Instant) -> Result<bool, TunnelError<L::Error>> {
        let mut late = false;
        loop {
            match self.core.next(self.channel.now(), goal)? {
                Next::Send => {
                    let Some(transfer) = self.core.outgoing() else { continue };
                    if !self.channel.send(transfer, deadline).await.map_err(TunnelError::Channel)? {
                        return Ok(false);
                    }
                }
                Next::Receive(_) if late => return Ok(false),
                Next::Receive(until) => {
                    let until = until.min(deadline);
                    let length =
                        self.channel.receive(self.core.transfer(), until).await.map_err(TunnelError::Channel)?;
                    let now = self.channel.now();
                    self.core.received(now, length);
                    late = now >= deadline;
                }
                Next::Done => return Ok(true),
            }
        }
    }
}

impl<L: Link> StreamLink for AtOverMbim<'_, L> {
    type Error = TunnelError<L::Error>;

    async fn write(&mut self, bytes: &[u8], until: Instant) -> Result<bool, Self::Error> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (taken, whole) = self.core.write(rest)?;
            rest = rest.get(taken..).unwrap_or_default();
            if whole && !self.drive(Goal::Sent, until).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn read(&mut self, buf: &mut [u8], until: Instant) -> Result<Option<usize>, Self::Error> {
        let read = self.drive(Goal::Read, until).await?;
        Ok(if read { self.core.read(buf) } else { None })
    }

    fn set_dtr(&mut self, _up: bool) -> Result<(), Self::Error> {
        Ok(())
    }

    fn set_speed(&mut self, _speed: u32) -> Result<(), Self::Error> {
        Ok(())
    }

    fn now(&self) -> Instant {
        self.channel.now()
    }
}
