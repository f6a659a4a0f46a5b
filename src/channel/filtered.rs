//! A modem's byte stream behind a policy: what a gateway hands to a client that is not trusted.
//!
//! Whoever holds the channel is the client: it writes command lines and reads answers, those of the modem and, for what the
//! policy denies, those of the [`Filter`], which says in detail what passes. The channel is read even while nothing is
//! asked of the modem, since reading is what moves the next line on.
//!
//! ```
//! use wwan::at_wire::policy::filter::{Config, Filter, Memory};
//! use wwan::at_wire::policy::{Action, Policy, lists};
//! use wwan::channel::blocking::ByteStream;
//! use wwan::channel::Filtered;
//! use wwan::time::Instant;
//!
//! # struct Modem;
//! # impl ByteStream for Modem {
//! #     type Error = embedded_io::ErrorKind;
//! #     fn read(&mut self, buf: &mut [u8], _: Instant) -> Result<Option<usize>, Self::Error> { Ok(None) }
//! #     fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> { Ok(bytes.len()) }
//! #     fn now(&self) -> Instant { Instant(0) }
//! # }
//! # fn main() -> Result<(), embedded_io::ErrorKind> {
//! let policy = Policy { rules: lists::ALL, default: Action::Allow };
//! let (mut ahead, mut line, mut out) = ([0; 512], [0; 512], [0; 512]);
//! let (mut answer, mut reply) = ([0; 64], [0; 256]);
//! let memory =
//!     Memory { ahead: &mut ahead, line: &mut line, out: &mut out, answer: &mut answer, reply: &mut reply };
//! let mut channel = Filtered::new(Modem, Filter::new(Config::new(policy), memory));
//!
//! let mut buf = [0; 64];
//! channel.write(b"AT+QLINUXCMD=\"reboot\"\r")?;
//! assert_eq!(channel.read(&mut buf, Instant(0))?, Some(9));
//! assert_eq!(&buf[..9], b"\r\nERROR\r\n");
//! # Ok(())
//! # }
//! ```

use at_wire::policy::Filter;

use super::{SerialLine, blocking};
use crate::time::Instant;

/// Middleware that lets pass what a policy allows. See the [module](self).
///
/// `set_dtr` and `set_speed` reach the modem: they are the gateway's, which must not hand them on.
#[derive(Debug)]
pub struct Filtered<'p, 's, S> {
    stream: S,
    filter: Filter<'p, 's>,
}

impl<'p, 's, S> Filtered<'p, 's, S> {
    /// Puts `filter` between the holder of the channel and the modem behind `stream`.
    pub const fn new(stream: S, filter: Filter<'p, 's>) -> Self {
        Self { stream, filter }
    }

    /// The filter: its counters, and to give up on what is not answered.
    pub const fn filter_mut(&mut self) -> &mut Filter<'p, 's> {
        &mut self.filter
    }

    /// The modem's stream, past the filter.
    pub const fn stream_mut(&mut self) -> &mut S {
        &mut self.stream
    }

    /// Gives the stream back.
    pub fn into_inner(self) -> S {
        self.stream
    }

    /// What the filter has to say, as much as `buf` takes.
    fn say(&mut self, buf: &mut [u8]) -> Option<usize> {
        let said = self.filter.for_client();
        let (said, _) = said.split_at_checked(buf.len()).unwrap_or((said, &[]));
        let length = super::copy_to(said, buf).filter(|length| *length > 0)?;
        self.filter.told(length);
        Some(length)
    }

    /// The bytes that have come into `buf`, as far as the client may see them.
    fn come(&mut self, buf: &mut [u8], length: usize) -> usize {
        buf.get_mut(..length).map_or(0, |bytes| self.filter.modem(bytes))
    }

    /// Takes as many bytes of the client as there is room for; one at least.
    fn take(&mut self, bytes: &[u8]) -> usize {
        let length = self.filter.room().clamp(1, bytes.len().max(1)).min(bytes.len());
        self.filter.client(bytes.get(..length).unwrap_or_default());
        length
    }
}

impl<S: embedded_io::ErrorType> embedded_io::ErrorType for Filtered<'_, '_, S> {
    type Error = S::Error;
}

impl<S: SerialLine> SerialLine for Filtered<'_, '_, S> {
    fn set_dtr(&mut self, up: bool) -> Result<(), S::Error> {
        self.stream.set_dtr(up)
    }

    fn set_speed(&mut self, speed: u32) -> Result<(), S::Error> {
        self.stream.set_speed(speed)
    }
}

impl<S: embedded_io_async::Write> Filtered<'_, '_, S> {
    async fn push(&mut self) -> Result<(), S::Error> {
        while !self.filter.for_modem().is_empty() {
            match self.stream.write(self.filter.for_modem()).await? {
                0 => break,
                length => self.filter.sent(length),
            }
        }
        Ok(())
    }
}

/// # Cancellation
///
/// Nothing is lost that the inner stream does not lose.
impl<S: embedded_io_async::Read + embedded_io_async::Write> embedded_io_async::Read for Filtered<'_, '_, S> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, S::Error> {
        loop {
            self.push().await?;
            if let Some(length) = self.say(buf) {
                return Ok(length);
            }
            let length = self.stream.read(buf).await?;
            let kept = self.come(buf, length);
            if kept > 0 || length == 0 {
                return Ok(kept);
            }
        }
    }
}

/// # Cancellation
///
/// As the inner stream's. What does not go to the modem at once goes with the next read.
impl<S: embedded_io_async::Write> embedded_io_async::Write for Filtered<'_, '_, S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, S::Error> {
        self.push().await?;
        Ok(self.take(bytes))
    }

    async fn flush(&mut self) -> Result<(), S::Error> {
        self.push().await?;
        self.stream.flush().await
    }
}

impl<S: blocking::ByteStream> Filtered<'_, '_, S> {
    fn push_blocking(&mut self) -> Result<(), S::Error> {
        while !self.filter.for_modem().is_empty() {
            match self.stream.write(self.filter.for_modem())? {
                0 => break,
                length => self.filter.sent(length),
            }
        }
        Ok(())
    }
}

impl<S: blocking::ByteStream> blocking::ByteStream for Filtered<'_, '_, S> {
    type Error = S::Error;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, S::Error> {
        loop {
            self.push_blocking()?;
            if let Some(length) = self.say(buf) {
                return Ok(Some(length));
            }
            let Some(length) = self.stream.read(buf, deadline)? else { return Ok(None) };
            let kept = self.come(buf, length);
            if kept > 0 || length == 0 {
                return Ok(Some(kept));
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, S::Error> {
        let length = self.take(bytes);
        self.push_blocking()?;
        Ok(length)
    }

    fn flush(&mut self) -> Result<(), S::Error> {
        self.push_blocking()?;
        self.stream.flush()
    }

    fn set_dtr(&mut self, up: bool) -> Result<(), S::Error> {
        self.stream.set_dtr(up)
    }

    fn set_speed(&mut self, speed: u32) -> Result<(), S::Error> {
        self.stream.set_speed(speed)
    }

    fn now(&self) -> Instant {
        self.stream.now()
    }
}
