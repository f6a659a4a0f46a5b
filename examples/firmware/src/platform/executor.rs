//! Runs one future: polls it, sleeps until an interrupt, polls it again.

use core::pin::pin;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

/// Something happened since the last poll.
static WOKEN: AtomicBool = AtomicBool::new(true);

/// Has the future polled again. Each interrupt handler calls it, so that drivers need no wakers.
pub(super) fn wake() {
    WOKEN.store(true, Ordering::Release);
}

/// For futures that wake themselves.
static WAKER: RawWakerVTable =
    RawWakerVTable::new(|_| RawWaker::new(ptr::null(), &WAKER), |_| wake(), |_| wake(), drop);

/// Runs `future` to its end.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    // SAFETY: the functions of the table do not use the pointer, and may be called from anywhere.
    let waker = unsafe { Waker::from_raw(RawWaker::new(ptr::null(), &WAKER)) };
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        WOKEN.store(false, Ordering::Release);
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        // Masked interrupts end `wfi` too: one that comes between the look at the flag and the sleep is not slept over.
        cortex_m::interrupt::free(|_| {
            if !WOKEN.load(Ordering::Acquire) {
                cortex_m::asm::wfi();
            }
        });
    }
}
