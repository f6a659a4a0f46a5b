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

use crate::channel::{Clock, MessageChannel};
use crate::time::Instant;

#[cfg(feature = "mbim")]
pub mod mbim;
#[cfg(feature = "qmi")]
pub mod qmi;
#[cfg(all(feature = "mbim", feature = "qmi"))]
pub mod qmi_over_mbim;

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

/// A [`Link`] of an asynchronous channel and a clock.
#[derive(Debug)]
pub struct Async<C, K> {
    /// The channel.
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
