//! AT inside QMI: bytes in messages of the service ATR, as modems have it without a port of their own for AT.
//!
//! [`AtOverQmi`] borrows a QMI client that is open, and is a byte stream for an [AT client](super::at): a blocking one
//! over a blocking client, an asynchronous one over an asynchronous client. Configure the AT session with
//! [`Config::inside`](crate::session::at::Config::inside).
//!
//! ```
//! use wwan::channel::blocking::MessageChannel;
//! use wwan::client::{at, at_over_qmi::AtOverQmi, qmi};
//! use wwan::session::at::Config;
//!
//! fn ask<C: MessageChannel>(modem: &mut qmi::blocking::Client<'_, C>) -> Option<usize> {
//!     let (mut piece, mut transfer, mut answer, mut urcs) = ([0; 1024], [0; 64], [0; 1024], [0; 256]);
//!     let (mut line, mut command) = ([0; 512], [0; 512]);
//!     let session = wwan::session::at::Memory { line: &mut line, command: &mut command };
//!     let memory = at::Memory { transfer: &mut transfer, answer: &mut answer, urcs: &mut urcs, session };
//!     let mut at = at::blocking::Client::new(AtOverQmi::new(modem, &mut piece), Config::inside(), memory);
//!     at.open().ok()?;
//!     Some(at.identity().ok()?.model.len())
//! }
//! ```

use core::fmt;
use core::ops::Range;

use embedded_io::ErrorKind;
use qmi_wire::service::atr::{received_indication, send};

use super::qmi::{Client, Error, Indication, blocking};
use super::{Link, StreamLink};
use crate::channel::blocking::{ByteStream, MessageChannel};
use crate::time::Instant;

/// Bytes of the longest message to the modem.
const LONGEST: usize = 1024;

/// Why the stream failed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum TunnelError<E> {
    /// The QMI client failed. [`Error::Refused`]: the modem does not know the service, or somebody else uses it.
    Qmi(Error<E>),
    /// A message was longer than the buffer for it: its bytes. It is gone.
    NoRoom(usize),
}

impl<E: fmt::Display> fmt::Display for TunnelError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Qmi(error) => error.fmt(f),
            Self::NoRoom(needed) => write!(f, "a message needs room for {needed}"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for TunnelError<E> {}

impl<E: embedded_io::Error> embedded_io::Error for TunnelError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Qmi(Error::Channel(error)) => error.kind(),
            Self::Qmi(Error::Lost) => ErrorKind::NotConnected,
            Self::Qmi(Error::Refused(_)) => ErrorKind::Unsupported,
            Self::NoRoom(_) => ErrorKind::OutOfMemory,
            Self::Qmi(_) => ErrorKind::Other,
        }
    }
}

/// A byte stream through the service ATR. `Q` is a reference to the QMI client.
pub struct AtOverQmi<'t, Q> {
    client: Q,
    held: Held<'t>,
}

/// What has come and was not read yet.
struct Held<'t> {
    piece: &'t mut [u8],
    rest: Range<usize>,
    others: u32,
}

/// Without the bytes of lines: codes and names of subscribers are among them.
impl<Q> fmt::Debug for AtOverQmi<'_, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtOverQmi").field("others", &self.held.others).finish_non_exhaustive()
    }
}

impl<'t, Q> AtOverQmi<'t, Q> {
    /// A stream through a client that is open. `piece` takes one message of the modem; they are rarely longer than 1 KiB.
    pub const fn new(client: Q, piece: &'t mut [u8]) -> Self {
        Self { client, held: Held { piece, rest: 0..0, others: 0 } }
    }

    /// The QMI client.
    pub const fn client(&mut self) -> &mut Q {
        &mut self.client
    }

    /// Indications of other services that came, and are gone.
    #[must_use]
    pub const fn others(&self) -> u32 {
        self.held.others
    }
}

impl Held<'_> {
    /// Takes what an indication brings; false if it is another.
    fn take<E>(&mut self, indication: &Indication<'_>) -> Result<bool, TunnelError<E>> {
        let Some(received) = indication.read::<received_indication::Message>() else {
            self.others = self.others.saturating_add(1);
            return Ok(false);
        };
        let bytes = received.message().map_err(|error| TunnelError::Qmi(Error::Decode(error)))?.bytes;
        let room = self.piece.get_mut(..bytes.len()).ok_or(TunnelError::NoRoom(bytes.len()))?;
        // Not `copy_from_slice`, which can panic as far as the compiler knows.
        room.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        self.rest = 0..bytes.len();
        Ok(true)
    }

    /// Hands out what is there.
    fn give(&mut self, buf: &mut [u8]) -> Option<usize> {
        let rest = self.piece.get(self.rest.clone()).filter(|rest| !rest.is_empty())?;
        let count = rest.len().min(buf.len());
        buf.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.rest.start = self.rest.start.saturating_add(count);
        Some(count)
    }
}

/// The first of the messages that carry these bytes.
fn piece(bytes: &[u8]) -> &[u8] {
    bytes.get(..LONGEST).unwrap_or(bytes)
}

impl<C: MessageChannel> ByteStream for AtOverQmi<'_, &mut blocking::Client<'_, C>> {
    type Error = TunnelError<C::Error>;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        loop {
            if let Some(count) = self.held.give(buf) {
                return Ok(Some(count));
            }
            match self.client.next_indication(deadline).map_err(TunnelError::Qmi)? {
                None => return Ok(None),
                Some(indication) => self.held.take(&indication)?,
            };
            // However many others come, it takes no longer.
            if self.held.rest.is_empty() && self.client.now() >= deadline {
                return Ok(None);
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let piece = piece(bytes);
        let sent = self.client.ask::<send::Message>(|request| {
            request.message(piece.into());
        });
        sent.map(|_| piece.len()).map_err(TunnelError::Qmi)
    }

    fn now(&self) -> Instant {
        self.client.now()
    }
}

impl<L: Link> StreamLink for AtOverQmi<'_, &mut Client<'_, L>> {
    type Error = TunnelError<L::Error>;

    async fn write(&mut self, bytes: &[u8], until: Instant) -> Result<bool, Self::Error> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.client.now() >= until {
                return Ok(false);
            }
            let piece = piece(rest);
            let sent = self.client.ask::<send::Message>(|request| {
                request.message(piece.into());
            });
            sent.await.map_err(TunnelError::Qmi)?;
            rest = rest.get(piece.len()..).unwrap_or_default();
        }
        Ok(true)
    }

    async fn read(&mut self, buf: &mut [u8], until: Instant) -> Result<Option<usize>, Self::Error> {
        loop {
            if let Some(count) = self.held.give(buf) {
                return Ok(Some(count));
            }
            match self.client.next_indication(until).await.map_err(TunnelError::Qmi)? {
                None => return Ok(None),
                Some(indication) => self.held.take(&indication)?,
            };
            if self.held.rest.is_empty() && self.client.now() >= until {
                return Ok(None);
            }
        }
    }

    fn set_dtr(&mut self, _up: bool) -> Result<(), Self::Error> {
        Ok(())
    }

    fn set_speed(&mut self, _speed: u32) -> Result<(), Self::Error> {
        Ok(())
    }

    fn now(&self) -> Instant {
        self.client.now()
    }
}
