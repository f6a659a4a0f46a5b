//! Must be found by `run.sh panic`: a panic by name in an async function. That a future may be polled after its end, which
//! the compiler itself answers with a panic, is the only thing that is let pass.
#![no_std]
#![no_main]

use core::pin::pin;
use core::task::{Context, Waker};

use wwan::channel::Clock;
use wwan::time::Instant;
use wwan_size::{Timer, word};

async fn one() {
    Timer.wait_until(Instant(u64::from(word()))).await;
    if word() > 1 {
        panic!("a panic by name");
    }
}

wwan_size::probe!({
    let mut future = pin!(one());
    while future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
});
