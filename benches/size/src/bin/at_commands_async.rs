//! The same as `at_commands`, over an async byte stream and a clock.
#![no_std]
#![no_main]

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use wwan::client::{Async, at::Client};
use wwan_size::at::{Buffers, Line, commands_async, config, report};
use wwan_size::{Timer, memory};

type Link = Async<Line, Timer>;

wwan_size::record_size!(ram = wwan_size::future_size2(commands_async::<Link, true>));
wwan_size::record_size!(client = size_of::<Client<'static, Link>>());

wwan_size::probe!({
    let link = Async { channel: Line, clock: Timer };
    let (memory, pdu) = memory::<Buffers>().lend();
    let mut future = pin!(commands_async::<_, true>(Client::new(link, config(), memory), pdu));
    // The smallest executor.
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            report(result);
            break;
        }
    }
});
