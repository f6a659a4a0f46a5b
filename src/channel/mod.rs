//! Channels carry whole control messages between a session and a modem.
//!
//! A [`MessageChannel`] moves one *transfer* at a time: one message, or one fragment of a long one, exactly as it
//! crosses the USB control pipe, `/dev/cdc-wdm*`, QRTR or memory. Byte streams (a UART, a pseudo-terminal, a socket)
//! become message channels by [`Framed`], which cuts them by the length in each header.
//!
//! Middleware implements the same trait around another channel: [`Tracer`] reports every message, [`PcapngTap`]
//! records them for Wireshark, [`Faults`] loses, delays, repeats and damages them for tests.
//!
//! ```text
//!   session  <->  Tracer  <->  PcapngTap  <->  Faults  <->  Framed<UART> | LinuxChannel | Pipe | USB
//! ```
//!
//! Every channel exists twice, async ([`MessageChannel`] here) and blocking ([`blocking::MessageChannel`]). One type
//! usually implements both; import only the trait you use.
//!
//! | file | holds |
//! |---|---|
//! | [`blocking`] | the blocking twins of the traits, and byte streams with a deadline |
//! | [`framed`] | byte stream to messages: [`Deframer`] without I/O, [`Framed`] with it |
//! | [`pipe`] | two ends joined in memory |
//! | [`clock`] | a clock moved by hand, for programs and tests in virtual time |
//! | [`transfer`] | whole transfers of a USB pipe, which the data plane consists of |
//! | [`trace`], [`pcapng`], [`fault`] | the middleware |
//! | `mux` | several byte streams on one serial line, by the multiplexer of 27.010 (feature `at`) |
//! | `filtered` | middleware around the byte stream of an AT modem: lets pass what a policy allows (feature `at`) |
//! | `qrtr` | sessions that speak QMUX over the router of QRTR, without I/O (feature `qmi`) |
//! | `linux` | character devices, terminals, sockets and QRTR (feature `std`) |

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

use crate::time::Instant;

pub mod blocking;
pub mod clock;
pub mod fault;
#[cfg(feature = "at")]
pub mod filtered;
pub mod framed;
#[cfg(all(feature = "std", target_os = "linux"))]
pub mod linux;
#[cfg(feature = "at")]
pub mod mux;
pub mod pcapng;
pub mod pipe;
#[cfg(feature = "qmi")]
pub mod qrtr;
pub mod trace;
pub mod transfer;

pub use clock::VirtualClock;
pub use fault::{Fault, Faults};
#[cfg(feature = "at")]
pub use filtered::Filtered;
pub use framed::{AnyFraming, Deframer, Framed, FramedError, Framing, MbimFraming, QmuxFraming};
#[cfg(all(feature = "std", feature = "qmi", target_os = "linux"))]
pub use linux::qrtr::QrtrChannel;
#[cfg(all(feature = "async-io", target_os = "linux"))]
pub use linux::{AsyncDevice, AsyncPort};
#[cfg(all(feature = "std", target_os = "linux"))]
pub use linux::{LinuxChannel, LinuxClock, LinuxError, LinuxPort, Protocol};
pub use pcapng::PcapngTap;
pub use pipe::{Pipe, PipeEnd, PipeError};
pub use trace::{Sink, Tracer};
pub use transfer::{TransferIn, TransferOut};

/// Which way a message went, seen from the program that holds the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Direction {
    /// Given to `send`.
    Sent,
    /// Handed out by `receive`.
    Received,
}

/// Sends and receives whole control messages, asynchronously.
///
/// `Self::Error` says through [`embedded_io::Error::kind`] whether the peer is gone
/// ([`ErrorKind::NotConnected`](embedded_io::ErrorKind), `BrokenPipe`) or a single transfer failed.
#[allow(async_fn_in_trait)] // one task drives a session; Send bounds are the business of the channel's owner
pub trait MessageChannel {
    /// What can go wrong with the carrier.
    type Error: embedded_io::Error;

    /// Sends one whole message.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfMemory`](embedded_io::ErrorKind) for a message longer than
    /// [`max_message`](Self::max_message); it is not sent. Otherwise whatever the carrier reports.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the channel usable; the message has gone as a whole or not at all as far as later
    /// messages can tell: an implementation that can be stopped half-way finishes or discards the rest at the next call.
    async fn send(&mut self, message: &[u8]) -> Result<(), Self::Error>;

    /// Receives one whole message into `buf` and returns its length.
    ///
    /// # Errors
    ///
    /// A message longer than `buf` is consumed and reported as an error of kind
    /// [`ErrorKind::OutOfMemory`](embedded_io::ErrorKind); it is never cut silently.
    ///
    /// # Cancellation
    ///
    /// Cancel-safe: dropping the future loses no message and no byte.
    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error>;

    /// The longest message that [`send`](Self::send) takes, in bytes.
    fn max_message(&self) -> usize;

    /// The peer let a time limit pass, so that a message which has come in part will never be complete. Only channels
    /// that put messages together from bytes have anything to do then.
    fn boundary(&mut self) {}
}

impl<T: MessageChannel + ?Sized> MessageChannel for &mut T {
    type Error = T::Error;

    async fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        T::send(self, message).await
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        T::receive(self, buf).await
    }

    fn max_message(&self) -> usize {
        T::max_message(self)
    }

    fn boundary(&mut self) {
        T::boundary(self);
    }
}

/// A clock and a timer for the async clients.
#[allow(async_fn_in_trait)]
pub trait Clock {
    /// Now, by a monotonic clock.
    fn now(&self) -> Instant;

    /// Completes when [`now`](Self::now) has reached `at`; never for [`Instant::FAR`].
    ///
    /// # Cancellation
    ///
    /// Cancel-safe.
    async fn wait_until(&self, at: Instant);
}

impl<T: Clock + ?Sized> Clock for &T {
    fn now(&self) -> Instant {
        T::now(self)
    }

    async fn wait_until(&self, at: Instant) {
        T::wait_until(self, at).await;
    }
}

/// What a serial line has beside its bytes. Carriers that have neither, such as most USB functions, do nothing; so does a
/// line that cannot be told.
pub trait SerialLine: embedded_io::ErrorType {
    /// Raises or drops DTR, by which the host says that it is there.
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports.
    fn set_dtr(&mut self, _up: bool) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Sets the speed, in bits per second.
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports, such as that it cannot do this speed.
    fn set_speed(&mut self, _speed: u32) -> Result<(), Self::Error> {
        Ok(())
    }
}

impl<T: SerialLine + ?Sized> SerialLine for &mut T {
    fn set_dtr(&mut self, up: bool) -> Result<(), Self::Error> {
        T::set_dtr(self, up)
    }

    fn set_speed(&mut self, speed: u32) -> Result<(), Self::Error> {
        T::set_speed(self, speed)
    }
}

/// A byte stream of somebody else's, as a [`SerialLine`] without DTR and of one speed.
#[derive(Debug)]
pub struct BytesOnly<S>(pub S);

impl<S: embedded_io::ErrorType> embedded_io::ErrorType for BytesOnly<S> {
    type Error = S::Error;
}

impl<S: embedded_io::ErrorType> SerialLine for BytesOnly<S> {}

impl<S: embedded_io_async::Read> embedded_io_async::Read for BytesOnly<S> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, S::Error> {
        self.0.read(buf).await
    }
}

impl<S: embedded_io_async::Write> embedded_io_async::Write for BytesOnly<S> {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, S::Error> {
        self.0.write(bytes).await
    }

    async fn flush(&mut self) -> Result<(), S::Error> {
        self.0.flush().await
    }
}

/// Runs `a` and `b` side by side and returns the result of `a`, or `None` if `b` completed while `a` had not.
/// The other future is dropped; `a` is polled first.
pub(crate) async fn unless<A: Future, B: Future>(a: A, b: B) -> Option<A::Output> {
    let mut a = pin!(a);
    let mut b = pin!(b);
    poll_fn(|cx| {
        if let Poll::Ready(output) = a.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        b.as_mut().poll(cx).map(|_| None)
    })
    .await
}

/// Lets other futures of the task, and other tasks, run.
pub(crate) async fn yield_once() {
    let mut yielded = false;
    poll_fn(|cx| {
        if core::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Copies `from` to the beginning of `to`; `None` if it does not fit.
fn copy_to(from: &[u8], to: &mut [u8]) -> Option<usize> {
    let room = to.get_mut(..from.len())?;
    room.copy_from_slice(from);
    Some(from.len())
}

/// Waking and driving futures in the tests of this folder.
#[cfg(test)]
pub(crate) mod testing {
    #![allow(clippy::panic)]

    use core::future::Future;
    use core::pin::pin;
    use core::task::{Context, Poll, Waker};

    /// Polls once.
    pub(crate) fn poll_once<F: Future>(future: core::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    /// Polls until done; a future that is still not ready after 100 000 polls hangs, which is a failure.
    pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
        let mut future = pin!(future);
        for _ in 0..100_000 {
            if let Poll::Ready(output) = poll_once(future.as_mut()) {
                return output;
            }
        }
        panic!("the future never completed");
    }
}
