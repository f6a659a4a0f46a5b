//! The blocking twins of the channel traits, for programs without an executor.
//!
//! Time is part of these traits, because a blocking call has to know when to give up: deadlines are
//! [`Instant`]s by the clock that [`MessageChannel::now`] reads.

use embedded_io::{Read, ReadReady, Write};

use crate::time::Instant;

/// Sends and receives whole control messages, blocking the calling thread.
pub trait MessageChannel {
    /// What can go wrong with the carrier.
    type Error: embedded_io::Error;

    /// Sends one whole message; blocks until the carrier has taken it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::OutOfMemory`](embedded_io::ErrorKind) for a message longer than
    /// [`max_message`](Self::max_message); it is not sent. Otherwise whatever the carrier reports.
    fn send(&mut self, message: &[u8]) -> Result<(), Self::Error>;

    /// Receives one whole message into `buf` and returns its length; `None` once `deadline` has passed, by the
    /// clock that [`now`](Self::now) reads. [`Instant::FAR`] waits for ever; a deadline in the past takes what is
    /// already there without waiting.
    ///
    /// # Errors
    ///
    /// A message longer than `buf` is consumed and reported as an error of kind
    /// [`ErrorKind::OutOfMemory`](embedded_io::ErrorKind); it is never cut silently.
    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error>;

    /// The longest message that [`send`](Self::send) takes, in bytes.
    fn max_message(&self) -> usize;

    /// Now, by the monotonic clock that deadlines refer to.
    fn now(&self) -> Instant;
}

impl<T: MessageChannel + ?Sized> MessageChannel for &mut T {
    type Error = T::Error;

    fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        T::send(self, message)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        T::receive(self, buf, deadline)
    }

    fn max_message(&self) -> usize {
        T::max_message(self)
    }

    fn now(&self) -> Instant {
        T::now(self)
    }
}

/// A byte stream whose reads have a deadline, which [`embedded_io::Read`] lacks.
///
/// [`Framed`](super::Framed) makes a [`MessageChannel`] of it. [`Polled`] makes one of a UART driver.
pub trait ByteStream {
    /// What can go wrong with the carrier.
    type Error: embedded_io::Error;

    /// Reads at least one byte and returns how many; `Some(0)` at the end of the stream, `None` once `deadline` has
    /// passed. A deadline in the past takes what is already there without waiting.
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports.
    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error>;

    /// Writes at least one byte of a `bytes` that is not empty, and returns how many.
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports.
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error>;

    /// Waits until everything written has left, where that means anything.
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports.
    fn flush(&mut self) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Raises or drops DTR, by which the host says that it is there; nothing on streams that have none.
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports.
    fn set_dtr(&mut self, _up: bool) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Sets the speed, in bits per second; nothing on streams that have none.
    ///
    /// # Errors
    ///
    /// Whatever the carrier reports, such as that it cannot do this speed.
    fn set_speed(&mut self, _speed: u32) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Now, by the monotonic clock that deadlines refer to.
    fn now(&self) -> Instant;
}

impl<T: ByteStream + ?Sized> ByteStream for &mut T {
    type Error = T::Error;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        T::read(self, buf, deadline)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        T::write(self, bytes)
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        T::flush(self)
    }

    fn set_dtr(&mut self, up: bool) -> Result<(), Self::Error> {
        T::set_dtr(self, up)
    }

    fn set_speed(&mut self, speed: u32) -> Result<(), Self::Error> {
        T::set_speed(self, speed)
    }

    fn now(&self) -> Instant {
        T::now(self)
    }
}

/// A [`ByteStream`] of a driver that can say whether bytes are there ([`ReadReady`]) and of a function that tells the
/// time. It asks over and over until the deadline: right for a microcontroller without an executor.
#[derive(Debug)]
pub struct Polled<S, N> {
    stream: S,
    now: N,
}

impl<S, N: Fn() -> Instant> Polled<S, N> {
    /// Joins a driver and a clock.
    pub const fn new(stream: S, now: N) -> Self {
        Self { stream, now }
    }

    /// Gives the driver back.
    pub fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: Read + ReadReady + Write, N: Fn() -> Instant> ByteStream for Polled<S, N> {
    type Error = S::Error;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        loop {
            if self.stream.read_ready()? {
                return self.stream.read(buf).map(Some);
            }
            if (self.now)() >= deadline {
                return Ok(None);
            }
            core::hint::spin_loop();
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> Result<(), Self::Error> {
        self.stream.flush()
    }

    fn now(&self) -> Instant {
        (self.now)()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::std_instead_of_alloc)]
mod tests {
    use core::cell::Cell;
    use core::convert::Infallible;

    use super::*;

    /// Gets its bytes at tick 3.
    struct Late<'c>(&'c Cell<u64>);

    impl embedded_io::ErrorType for Late<'_> {
        type Error = Infallible;
    }

    impl Read for Late<'_> {
        fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
            buf[0] = 7;
            Ok(1)
        }
    }

    impl ReadReady for Late<'_> {
        fn read_ready(&mut self) -> Result<bool, Infallible> {
            Ok(self.0.get() >= 3)
        }
    }

    impl Write for Late<'_> {
        fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> Result<(), Infallible> {
            Ok(())
        }
    }

    #[test]
    fn polled_waits_until_the_deadline_and_no_longer() {
        let ticks = Cell::new(0);
        let mut stream = Polled::new(Late(&ticks), || Instant(ticks.replace(ticks.get().saturating_add(1))));
        let mut buf = [0; 4];
        assert_eq!(stream.read(&mut buf, Instant(1)), Ok(None));
        assert_eq!(stream.read(&mut buf, Instant::FAR), Ok(Some(1)));
        assert_eq!(buf, [7, 0, 0, 0]);
        assert_eq!(stream.read(&mut buf, Instant(0)), Ok(Some(1)), "a past deadline still takes what is there");
    }
}
