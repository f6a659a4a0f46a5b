//! A clock moved by hand, so that whole conversations with all their timeouts run in virtual time.

use core::cell::Cell;
use core::fmt;
use core::future::poll_fn;
use core::task::{Poll, Waker};

use super::Clock;
use crate::time::Instant;

/// A [`Clock`] that stands still until its owner moves it. Single-threaded.
///
/// The loop that drives the futures calls [`advance`](Self::advance) when all of them wait: time then jumps to the
/// earliest deadline somebody waits for.
pub struct VirtualClock {
    now: Cell<Instant>,
    next: Cell<Instant>,
    waker: Cell<Option<Waker>>,
}

impl VirtualClock {
    /// A clock that shows `now`.
    #[must_use]
    pub const fn new(now: Instant) -> Self {
        Self { now: Cell::new(now), next: Cell::new(Instant::FAR), waker: Cell::new(None) }
    }

    /// Moves the clock to `at` and wakes whoever waits; an earlier `at` is ignored, clocks never run backwards.
    pub fn set(&self, at: Instant) {
        if at <= self.now.get() {
            return;
        }
        self.now.set(at);
        self.next.set(Instant::FAR); // whoever still waits says so again when it is polled
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Moves the clock to the earliest deadline waited for; `None`, and no move, if nobody waits for a time.
    pub fn advance(&self) -> Option<Instant> {
        let next = self.next.get();
        if next == Instant::FAR {
            return None;
        }
        self.set(next);
        Some(self.now.get())
    }
}

impl fmt::Debug for VirtualClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualClock").field("now", &self.now).field("next", &self.next).finish_non_exhaustive()
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        self.now.get()
    }

    async fn wait_until(&self, at: Instant) {
        poll_fn(|cx| {
            if at != Instant::FAR && self.now.get() >= at {
                return Poll::Ready(());
            }
            self.next.set(self.next.get().min(at));
            register(&self.waker, cx.waker());
            Poll::Pending
        })
        .await;
    }
}

/// Keeps `waker` for the next event. There is room for one; an older one of somebody else is woken, so that it
/// registers again instead of being forgotten.
pub(crate) fn register(slot: &Cell<Option<Waker>>, waker: &Waker) {
    match slot.take() {
        Some(old) if old.will_wake(waker) => slot.set(Some(old)),
        old => {
            slot.set(Some(waker.clone()));
            if let Some(old) = old {
                old.wake();
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::std_instead_of_alloc)]
mod tests {
    use core::pin::pin;
    use core::task::Poll;

    use super::*;
    use crate::channel::testing::poll_once;

    #[test]
    fn advances_to_the_earliest_deadline() {
        let clock = VirtualClock::new(Instant(5));
        let mut late = pin!(clock.wait_until(Instant(30)));
        let mut soon = pin!(clock.wait_until(Instant(10)));
        let mut never = pin!(clock.wait_until(Instant::FAR));
        assert_eq!(poll_once(late.as_mut()), Poll::Pending);
        assert_eq!(poll_once(soon.as_mut()), Poll::Pending);
        assert_eq!(poll_once(never.as_mut()), Poll::Pending);
        assert_eq!(clock.advance(), Some(Instant(10)));
        assert_eq!(poll_once(soon.as_mut()), Poll::Ready(()));
        assert_eq!(poll_once(late.as_mut()), Poll::Pending);
        assert_eq!(clock.advance(), Some(Instant(30)));
        assert_eq!(poll_once(late.as_mut()), Poll::Ready(()));
        assert_eq!(poll_once(never.as_mut()), Poll::Pending);
        assert_eq!(clock.advance(), None, "nobody waits for a time");
        clock.set(Instant(7));
        assert_eq!(clock.now(), Instant(30), "never backwards");
    }
}
