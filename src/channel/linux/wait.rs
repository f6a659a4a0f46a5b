//! Waits for a future on a thread that may block: so that programs without an executor use what exists only
//! asynchronously, such as the pipes of USB.

extern crate alloc;

use std::thread::{self, Thread};

use alloc::sync::Arc;
use alloc::task::Wake;
use core::future::Future;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use core::time::Duration;

use super::LinuxClock;
use crate::time::Instant;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Drives a future until it is done, and returns its output; `None` once `deadline` has passed by the clock of
/// [`LinuxClock::now`], and then it is dropped. It is polled at least once. [`Instant::FAR`] waits for ever.
///
/// Only for futures that are woken from elsewhere, as those of this crate's Linux carriers are; a reactor that wants to be
/// driven itself, such as that of tokio, is not.
pub fn block_on<F: Future>(future: F, deadline: Instant) -> Option<F::Output> {
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return Some(output);
        }
        let left = deadline.since(LinuxClock::now());
        match (deadline == Instant::FAR, left.0) {
            (true, _) => thread::park(),
            (false, 0) => return None,
            (false, left) => thread::park_timeout(Duration::from_millis(left.into())),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use core::future::{pending, poll_fn, ready};
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn what_is_ready_needs_no_time() {
        assert_eq!(block_on(ready(7), Instant(0)), Some(7));
        assert_eq!(block_on(pending::<u8>(), Instant(0)), None);
    }

    #[test]
    fn another_thread_wakes_it() {
        let (to_other, wakers) = channel::<Waker>();
        let other = thread::spawn(move || wakers.into_iter().for_each(|waker: Waker| waker.wake()));
        let mut polls = 0;
        let woken = poll_fn(|cx| {
            polls += 1;
            to_other.send(cx.waker().clone()).unwrap();
            if polls > 3 { Poll::Ready(()) } else { Poll::Pending }
        });
        assert_eq!(block_on(woken, Instant::FAR), Some(()));
        drop(to_other);
        other.join().unwrap();
    }
}
