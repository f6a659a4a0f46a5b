//! Two channel ends joined in memory, so that a host and a function can talk inside one program or test.
//!
//! Single-threaded and without allocation: the queues live in memory the caller gives. The ends are equal; either
//! role may hold either.

use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};

use embedded_io::{Error, ErrorKind};

use super::clock::register;
use super::{Clock, MessageChannel, VirtualClock, blocking};
use crate::ring::Messages;
use crate::time::Instant;

/// Bytes that each queued message takes beside its own.
pub const OVERHEAD: usize = Messages::OVERHEAD;

/// Why a [`PipeEnd`] failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PipeError {
    /// The other end is gone. Messages it sent before can still be received.
    Closed,
    /// A message to send is longer than the queue, or one received longer than the buffer; the latter was consumed.
    TooLong {
        /// Its length in bytes.
        needed: usize,
    },
    /// A blocking send found the queue full. Nothing was sent; it will do once the other end has received.
    Full,
    /// A blocking receive without a deadline found the queue empty, and would have waited for ever: nobody else runs
    /// while this thread waits.
    Empty,
}

impl fmt::Display for PipeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the other end of the pipe is gone"),
            Self::TooLong { needed } => write!(f, "a message of {needed} bytes does not fit"),
            Self::Full => f.write_str("the pipe is full"),
            Self::Empty => f.write_str("the pipe is empty and nobody can fill it"),
        }
    }
}

impl core::error::Error for PipeError {}

impl Error for PipeError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Closed => ErrorKind::NotConnected,
            Self::TooLong { .. } => ErrorKind::OutOfMemory,
            Self::Full | Self::Empty => ErrorKind::Other,
        }
    }
}

/// What has left one end and not reached the other.
struct Queue<'m> {
    messages: Messages<'m>,
    dropped: bool,
}

impl Queue<'_> {
    fn pop(&mut self, buf: &mut [u8]) -> Option<Result<usize, PipeError>> {
        let needed = self.messages.left()?;
        if needed > buf.len() {
            self.messages.skip();
            return Some(Err(PipeError::TooLong { needed }));
        }
        self.messages.read(buf).map(Ok)
    }
}

/// One direction.
struct Lane<'m> {
    queue: RefCell<Queue<'m>>,
    /// Who waits for a message.
    reader: Cell<Option<Waker>>,
    /// Who waits for room.
    writer: Cell<Option<Waker>>,
}

impl<'m> Lane<'m> {
    const fn new(memory: &'m mut [u8]) -> Self {
        let queue = Queue { messages: Messages::new(memory), dropped: false };
        Self { queue: RefCell::new(queue), reader: Cell::new(None), writer: Cell::new(None) }
    }

    fn max_message(&self) -> usize {
        self.queue.borrow().messages.max_message()
    }

    fn try_push(&self, message: &[u8]) -> Result<(), PipeError> {
        let mut queue = self.queue.borrow_mut();
        if queue.dropped {
            return Err(PipeError::Closed);
        }
        if !queue.messages.can_hold(message.len()) {
            return Err(PipeError::TooLong { needed: message.len() });
        }
        if !queue.messages.push(message) {
            return Err(PipeError::Full);
        }
        drop(queue);
        wake(&self.reader);
        Ok(())
    }

    fn try_pop(&self, buf: &mut [u8]) -> Result<usize, PipeError> {
        let mut queue = self.queue.borrow_mut();
        let popped = queue.pop(buf);
        let dropped = queue.dropped;
        drop(queue);
        match popped {
            Some(result) => {
                wake(&self.writer);
                result
            }
            None if dropped => Err(PipeError::Closed),
            None => Err(PipeError::Empty),
        }
    }

    fn poll_push(&self, cx: &Context<'_>, message: &[u8]) -> Poll<Result<(), PipeError>> {
        match self.try_push(message) {
            Err(PipeError::Full) => {
                register(&self.writer, cx.waker());
                Poll::Pending
            }
            result => Poll::Ready(result),
        }
    }

    fn poll_pop(&self, cx: &Context<'_>, buf: &mut [u8]) -> Poll<Result<usize, PipeError>> {
        match self.try_pop(buf) {
            Err(PipeError::Empty) => {
                register(&self.reader, cx.waker());
                Poll::Pending
            }
            result => Poll::Ready(result),
        }
    }

    fn close(&self) {
        self.queue.borrow_mut().dropped = true;
        wake(&self.reader);
        wake(&self.writer);
    }
}

fn wake(slot: &Cell<Option<Waker>>) {
    if let Some(waker) = slot.take() {
        waker.wake();
    }
}

/// Two queues of messages, one for each direction, and the clock of the blocking ends.
///
/// ```
/// use wwan::channel::{Pipe, blocking::MessageChannel};
/// use wwan::time::Instant;
///
/// let (mut down, mut up) = ([0; 64], [0; 64]);
/// let mut pipe = Pipe::new(&mut down, &mut up);
/// let (mut host, mut function) = pipe.split();
/// host.send(b"open")?;
/// let mut buf = [0; 64];
/// assert_eq!(function.receive(&mut buf, Instant(0))?, Some(4));
/// # Ok::<(), wwan::channel::PipeError>(())
/// ```
pub struct Pipe<'m> {
    down: Lane<'m>,
    up: Lane<'m>,
    clock: VirtualClock,
}

impl<'m> Pipe<'m> {
    /// A pipe with its two queues. Each holds messages until their lengths, and [`OVERHEAD`] for each, fill it.
    #[must_use]
    pub const fn new(down: &'m mut [u8], up: &'m mut [u8]) -> Self {
        Self { down: Lane::new(down), up: Lane::new(up), clock: VirtualClock::new(Instant(0)) }
    }

    /// The two ends: the first sends into the first queue. A second call makes a new connection: it begins with
    /// queues that are empty.
    pub fn split(&mut self) -> (PipeEnd<'_, 'm>, PipeEnd<'_, 'm>) {
        for lane in [&mut self.down, &mut self.up] {
            let queue = lane.queue.get_mut();
            queue.messages.clear();
            queue.dropped = false;
        }
        let Self { down, up, clock } = &*self;
        (PipeEnd { out: down, into: up, clock }, PipeEnd { out: up, into: down, clock })
    }
}

impl fmt::Debug for Pipe<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipe").field("clock", &self.clock).finish_non_exhaustive()
    }
}

/// One end of a [`Pipe`]. When it is dropped, the other end can still receive what was sent, and then gets
/// [`PipeError::Closed`].
///
/// Async: a `send` into a full queue and a `receive` from an empty one wait for the other end. Both are cancel-safe: a
/// dropped `send` has sent nothing.
///
/// Blocking: nobody can run while the only thread waits, so waiting is virtual. A `receive` with nothing to receive
/// sets the pipe's [`clock`](Self::clock) to the deadline and returns `None` at once; without a deadline it is
/// [`PipeError::Empty`]. A `send` into a full queue is [`PipeError::Full`].
pub struct PipeEnd<'p, 'm> {
    out: &'p Lane<'m>,
    into: &'p Lane<'m>,
    clock: &'p VirtualClock,
}

impl<'p> PipeEnd<'p, '_> {
    /// The clock that both ends show to blocking callers; async callers may share it.
    #[must_use]
    pub const fn clock(&self) -> &'p VirtualClock {
        self.clock
    }
}

impl fmt::Debug for PipeEnd<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PipeEnd").field("clock", &self.clock).finish_non_exhaustive()
    }
}

impl Drop for PipeEnd<'_, '_> {
    fn drop(&mut self) {
        self.out.close();
        self.into.close();
    }
}

impl MessageChannel for PipeEnd<'_, '_> {
    type Error = PipeError;

    async fn send(&mut self, message: &[u8]) -> Result<(), PipeError> {
        poll_fn(|cx| self.out.poll_push(cx, message)).await
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, PipeError> {
        poll_fn(|cx| self.into.poll_pop(cx, buf)).await
    }

    fn max_message(&self) -> usize {
        self.out.max_message()
    }
}

impl blocking::MessageChannel for PipeEnd<'_, '_> {
    type Error = PipeError;

    fn send(&mut self, message: &[u8]) -> Result<(), PipeError> {
        self.out.try_push(message)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, PipeError> {
        match self.into.try_pop(buf) {
            Err(PipeError::Empty) if deadline != Instant::FAR => {
                self.clock.set(deadline);
                Ok(None)
            }
            result => result.map(Some),
        }
    }

    fn max_message(&self) -> usize {
        self.out.max_message()
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::std_instead_of_alloc)]
mod tests {
    use core::pin::pin;

    use proptest::prelude::*;

    use super::{Context, Error, ErrorKind, Instant, OVERHEAD, Pipe, PipeError, Poll, Waker, blocking};
    use crate::channel::testing::{block_on, poll_once};

    #[test]
    fn keeps_messages_apart_both_ways() {
        use crate::channel::MessageChannel;
        let (mut a, mut b) = ([0; 32], [0; 32]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (mut host, mut function) = pipe.split();
        let mut buf = [0xa5; 32];
        block_on(async {
            host.send(b"one").await.unwrap();
            host.send(b"").await.unwrap();
            host.send(b"three").await.unwrap();
            function.send(b"answer").await.unwrap();
            for expected in [&b"one"[..], b"", b"three"] {
                let n = function.receive(&mut buf).await.unwrap();
                assert_eq!(&buf[..n], expected);
            }
            let n = host.receive(&mut buf).await.unwrap();
            assert_eq!(&buf[..n], b"answer");
        });
    }

    #[test]
    fn a_full_queue_makes_send_wait_and_a_dropped_send_sends_nothing() {
        use crate::channel::MessageChannel;
        let (mut a, mut b) = ([0; 12], [0; 12]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (mut host, mut function) = pipe.split();
        block_on(MessageChannel::send(&mut host, b"12345678")).unwrap();
        assert_eq!(poll_once(pin!(MessageChannel::send(&mut host, b"x"))), Poll::Pending);
        assert_eq!(blocking::MessageChannel::send(&mut host, b"x"), Err(PipeError::Full));
        let mut buf = [0; 12];
        {
            let mut waiting = pin!(MessageChannel::send(&mut host, b"y"));
            assert_eq!(poll_once(waiting.as_mut()), Poll::Pending);
            assert_eq!(block_on(MessageChannel::receive(&mut function, &mut buf)), Ok(8));
            assert_eq!(poll_once(waiting.as_mut()), Poll::Ready(Ok(())));
        }
        assert_eq!(block_on(MessageChannel::receive(&mut function, &mut buf)), Ok(1));
        assert_eq!(buf[0], b'y');
        assert_eq!(poll_once(pin!(MessageChannel::receive(&mut function, &mut buf))), Poll::Pending);
    }

    #[test]
    fn wakes_whoever_waits() {
        use crate::channel::MessageChannel;
        use core::future::Future;
        use core::sync::atomic::{AtomicUsize, Ordering};
        use std::sync::Arc;

        struct Count(AtomicUsize);
        impl std::task::Wake for Count {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }

        let count = Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(count.clone());
        let mut cx = Context::from_waker(&waker);
        let (mut a, mut b) = ([0; 12], [0; 12]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (mut host, mut function) = pipe.split();
        {
            let mut buf = [0; 12];
            let mut receive = pin!(MessageChannel::receive(&mut function, &mut buf));
            assert!(receive.as_mut().poll(&mut cx).is_pending());
            block_on(MessageChannel::send(&mut host, b"a")).unwrap();
            assert_eq!(count.0.load(Ordering::Relaxed), 1);
            assert_eq!(receive.as_mut().poll(&mut cx), Poll::Ready(Ok(1)));
        }
        let mut buf = [0; 12];
        let mut receive = pin!(MessageChannel::receive(&mut host, &mut buf));
        assert!(receive.as_mut().poll(&mut cx).is_pending());
        drop(function);
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
        assert_eq!(receive.as_mut().poll(&mut cx), Poll::Ready(Err(PipeError::Closed)));
    }

    #[test]
    fn limits_and_closing() {
        use crate::channel::MessageChannel;
        let (mut a, mut b) = ([0; 12], [0; 12]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (mut host, mut function) = pipe.split();
        assert_eq!(MessageChannel::max_message(&host), 8);
        assert_eq!(block_on(MessageChannel::send(&mut host, &[0; 9])), Err(PipeError::TooLong { needed: 9 }));
        block_on(MessageChannel::send(&mut host, &[1; 8])).unwrap();
        let mut short = [0; 3];
        let error = block_on(MessageChannel::receive(&mut function, &mut short)).unwrap_err();
        assert_eq!((error, error.kind()), (PipeError::TooLong { needed: 8 }, ErrorKind::OutOfMemory));
        block_on(MessageChannel::send(&mut host, &[2; 3])).unwrap();
        drop(host);
        assert_eq!(block_on(MessageChannel::receive(&mut function, &mut short)), Ok(3), "sent before the end");
        let error = block_on(MessageChannel::receive(&mut function, &mut short)).unwrap_err();
        assert_eq!((error, error.kind()), (PipeError::Closed, ErrorKind::NotConnected));
        assert_eq!(block_on(MessageChannel::send(&mut function, &[0])), Err(PipeError::Closed));
        drop(function);
        let (mut host, mut function) = pipe.split();
        block_on(MessageChannel::send(&mut host, &[3])).unwrap();
        assert_eq!(block_on(MessageChannel::receive(&mut function, &mut short)), Ok(1), "split again");
    }

    #[test]
    fn blocking_waits_in_virtual_time() {
        use blocking::MessageChannel;
        let (mut a, mut b) = ([0; 12], [0; 12]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (mut host, function) = pipe.split();
        let mut buf = [0; 12];
        assert_eq!(host.receive(&mut buf, Instant(500)), Ok(None));
        assert_eq!((host.now(), function.now()), (Instant(500), Instant(500)));
        assert_eq!(host.receive(&mut buf, Instant::FAR), Err(PipeError::Empty));
    }

    proptest! {
        /// The ring against a plain list.
        #[test]
        fn behaves_like_a_list(size in 0_usize..40, steps in prop::collection::vec(prop::option::of(0_u8..30), 0..80)) {
            use blocking::MessageChannel;
            let (mut a, mut b) = (std::vec![0; size], [0; 0]);
            let mut pipe = Pipe::new(&mut a, &mut b);
            let (mut host, mut function) = pipe.split();
            let mut model = std::collections::VecDeque::new();
            let mut next = 0_u8;
            let mut buf = [0; 64];
            for step in steps {
                if let Some(length) = step {
                    let message: std::vec::Vec<u8> = (0..length).map(|i| next.wrapping_add(i)).collect();
                    next = next.wrapping_add(101);
                    let used: usize = model.iter().map(|m: &std::vec::Vec<u8>| m.len() + OVERHEAD).sum();
                    let expected = if message.len() + OVERHEAD > size {
                        Err(PipeError::TooLong { needed: message.len() })
                    } else if used + message.len() + OVERHEAD > size {
                        Err(PipeError::Full)
                    } else {
                        model.push_back(message.clone());
                        Ok(())
                    };
                    prop_assert_eq!(host.send(&message), expected);
                } else {
                    let got = function.receive(&mut buf, Instant(0)).unwrap().map(|n| buf[..n].to_vec());
                    prop_assert_eq!(got, model.pop_front());
                }
            }
        }
    }
}
