//! Clients: a session, a channel and a clock put together.
//!
//! All that a client does between sending and receiving is one synchronous core; around it there are two thin shells with
//! the same methods. The asynchronous one works over a [`Link`]: a channel and a clock that wake the task when something
//! happens ([`Async`]). The blocking one, beside it in a module of that name, works over a channel that waits by itself:
//!
//! ```
//! # #[cfg(feature = "mbim")] {
//! use wwan::client::mbim::{Error, blocking::Client};
//! use wwan::mbim_wire::{field::Empty, service::basic_connect::DeviceCaps};
//!
//! fn sessions<C: wwan::channel::blocking::MessageChannel>(client: &mut Client<'_, C>) -> Result<u32, Error<C::Error>> {
//!     client.open()?;
//!     let caps = client.query::<DeviceCaps>(&Empty {})?;
//!     caps.max_sessions().map_err(Error::decode::<DeviceCaps>)
//! }
//! # }
//! ```

use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll};

use embedded_io_async::{Read, Write};

use crate::channel::{Clock, MessageChannel, SerialLine};
use crate::time::Instant;

#[cfg(feature = "at")]
pub mod at;
#[cfg(all(feature = "at", feature = "mbim"))]
pub mod at_over_mbim;
#[cfg(all(feature = "at", feature = "qmi"))]
pub mod at_over_qmi;
#[cfg(feature = "mbim")]
pub mod mbim;
#[cfg(feature = "qmi")]
pub mod qmi;
#[cfg(all(feature = "mbim", feature = "qmi"))]
pub mod qmi_over_mbim;
#[cfg(any(feature = "mbim", feature = "qmi"))]
mod queue;

/// What a client talks through: a channel that can also wait for a point in time.
#[allow(async_fn_in_trait)] // one task drives a client
pub trait Link {
    /// What can go wrong with the carrier.
    type Error: embedded_io::Error;

    /// Sends one whole message; false if the carrier has not taken it when `until` has passed. It may or may not leave
    /// then.
    ///
    /// # Cancellation
    ///
    /// As [`MessageChannel::send`].
    async fn send(&mut self, message: &[u8], until: Instant) -> Result<bool, Self::Error>;

    /// Receives one whole message into `buf`; `None` once `until` has passed.
    ///
    /// # Cancellation
    ///
    /// Cancel-safe, as [`MessageChannel::receive`].
    async fn receive(&mut self, buf: &mut [u8], until: Instant) -> Result<Option<usize>, Self::Error>;

    /// Now, by the clock that `until` refers to.
    fn now(&self) -> Instant;

    /// The peer let a time limit pass: see [`MessageChannel::boundary`].
    fn boundary(&mut self) {}
}

/// What an AT client talks through: a byte stream that can also wait for a point in time.
#[allow(async_fn_in_trait)] // one task drives a client
pub trait StreamLink {
    /// What can go wrong with the carrier.
    type Error: embedded_io::Error;

    /// Writes all bytes; false if the carrier has not taken them when `until` has passed. Some may leave then.
    ///
    /// # Cancellation
    ///
    /// Some of the bytes may have left.
    async fn write(&mut self, bytes: &[u8], until: Instant) -> Result<bool, Self::Error>;

    /// Reads at least one byte into `buf` and returns how many; `Some(0)` at the end of the stream, `None` once `until`
    /// has passed.
    ///
    /// # Cancellation
    ///
    /// Cancel-safe: dropping the future loses no byte.
    async fn read(&mut self, buf: &mut [u8], until: Instant) -> Result<Option<usize>, Self::Error>;

    /// Raises or drops DTR: see [`SerialLine::set_dtr`].
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports.
    fn set_dtr(&mut self, up: bool) -> Result<(), Self::Error>;

    /// Sets the speed: see [`SerialLine::set_speed`].
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports.
    fn set_speed(&mut self, speed: u32) -> Result<(), Self::Error>;

    /// Now, by the clock that `until` refers to.
    fn now(&self) -> Instant;
}

impl<S: Read + Write + SerialLine, K: Clock> StreamLink for Async<S, K> {
    type Error = S::Error;

    async fn write(&mut self, bytes: &[u8], until: Instant) -> Result<bool, S::Error> {
        let Self { channel, clock } = self;
        let mut written = pin!(async {
            let mut rest = bytes;
            while !rest.is_empty() {
                let count = channel.write(rest).await?;
                rest = rest.get(count..).unwrap_or_default();
            }
            channel.flush().await
        });
        let mut time = pin!(clock.wait_until(until));
        let written = poll_fn(|cx| poll_until(cx, written.as_mut(), time.as_mut())).await;
        written.transpose().map(|written| written.is_some())
    }

    async fn read(&mut self, buf: &mut [u8], until: Instant) -> Result<Option<usize>, S::Error> {
        let mut bytes = pin!(self.channel.read(buf));
        let mut time = pin!(self.clock.wait_until(until));
        poll_fn(|cx| poll_until(cx, bytes.as_mut(), time.as_mut())).await.transpose()
    }

    fn set_dtr(&mut self, up: bool) -> Result<(), S::Error> {
        self.channel.set_dtr(up)
    }

    fn set_speed(&mut self, speed: u32) -> Result<(), S::Error> {
        self.channel.set_speed(speed)
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
}

/// A [`Link`] or [`StreamLink`] of an asynchronous channel or byte stream and a clock.
#[derive(Debug)]
pub struct Async<C, K> {
    /// The channel or stream.
    pub channel: C,
    /// The clock.
    pub clock: K,
}

impl<C: MessageChannel, K: Clock> Link for Async<C, K> {
    type Error = C::Error;

    async fn send(&mut self, message: &[u8], until: Instant) -> Result<bool, C::Error> {
        let mut sent = pin!(self.channel.send(message));
        let mut time = pin!(self.clock.wait_until(until));
        let sent = poll_fn(|cx| poll_until(cx, sent.as_mut(), time.as_mut())).await;
        sent.transpose().map(|sent| sent.is_some())
    }

    async fn receive(&mut self, buf: &mut [u8], until: Instant) -> Result<Option<usize>, C::Error> {
        let mut message = pin!(self.channel.receive(buf));
        let mut time = pin!(self.clock.wait_until(until));
        poll_fn(|cx| poll_until(cx, message.as_mut(), time.as_mut())).await.transpose()
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }

    fn boundary(&mut self) {
        self.channel.boundary();
    }
}

/// Polls `future`, and `time` while it is pending; `None` when the time is up. The future goes first: what has come is
/// never put off because its time is up as well.
fn poll_until<F: Future>(
    cx: &mut Context<'_>,
    future: Pin<&mut F>,
    time: Pin<&mut impl Future>,
) -> Poll<Option<F::Output>> {
    match future.poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => time.poll(cx).map(|_| None),
    }
}
