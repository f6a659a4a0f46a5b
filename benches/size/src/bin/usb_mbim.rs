//! A modem on USB from its descriptors to its packets: the MBIM function found and brought up, control messages over the control
//! pipe through a relay, the sequence of `connect_async`, and the data plane with its runner.
#![no_std]
#![no_main]

use core::pin::pin;
use core::task::{Context, Poll, Waker};

use wwan_size::connect::report;
use wwan_size::memory;
use wwan_size::usb::{Control, UsbBuffers, run};

wwan_size::record_size!(ram = wwan_size::future_size(run));
wwan_size::record_size!(bring_up = wwan_size::future_size(wwan_size::usb::bring_up));
wwan_size::record_size!(control = size_of::<Control>());
wwan_size::record_size!(modem = size_of::<wwan::usb::Modem>());

wwan_size::probe!({
    let mut future = pin!(run(memory::<UsbBuffers>()));
    // The smallest executor.
    loop {
        if let Poll::Ready(result) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            report(result);
            break;
        }
    }
});
