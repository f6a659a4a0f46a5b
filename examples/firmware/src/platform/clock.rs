//! Milliseconds since start, counted by SysTick.

use core::cell::Cell;
use core::future::poll_fn;
use core::task::Poll;

use cortex_m::interrupt::{Mutex, free};
use cortex_m_rt::exception;
use wwan::channel::Clock;
use wwan::time::Instant;

use super::executor;

static NOW: Mutex<Cell<u64>> = Mutex::new(Cell::new(0));

#[exception]
fn SysTick() {
    free(|section| {
        let now = NOW.borrow(section);
        now.set(now.get().saturating_add(1));
    });
    executor::wake();
}

/// The clock of the board.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SysClock;

impl Clock for SysClock {
    fn now(&self) -> Instant {
        free(|section| Instant(NOW.borrow(section).get()))
    }

    async fn wait_until(&self, at: Instant) {
        // Every tick polls the task again, so no waker is kept.
        poll_fn(|_| match at {
            Instant::FAR => Poll::Pending,
            at if self.now() < at => Poll::Pending,
            _ => Poll::Ready(()),
        })
        .await;
    }
}
