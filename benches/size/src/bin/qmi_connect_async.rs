//! The same as `qmi_connect`, over an async channel and a clock.
#![no_std]
#![no_main]

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use wwan::client::{Async, qmi::Client};
use wwan_size::qmi_connect::{Buffers, connect_async, report};
use wwan_size::{Modem, Timer, memory};

type Link = Async<Modem, Timer>;

wwan_size::record_size!(ram = wwan_size::future_size(connect_async::<Link>));
wwan_size::record_size!(client = size_of::<Client<'static, Link>>());

wwan_size::probe!({
    let link = Async { channel: Modem, clock: Timer };
    let (config, memory) = memory::<Buffers>().lend();
    let mut future = pin!(connect_async(Client::new(link, config, memory)));
    // The smallest executor.
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            report(result);
            break;
        }
    }
});
