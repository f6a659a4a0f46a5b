//! The same as `at_commands` without short messages and the settings of contexts: what FreeRTOS-Cellular-Interface and its
//! smallest port have; blocking.
#![no_std]
#![no_main]

use wwan::client::at::blocking::Client;
use wwan_size::at::{Buffers, Line, commands, config, report};
use wwan_size::memory;

wwan_size::record_size!(ram = size_of::<Client<'static, Line>>());

wwan_size::probe!({
    let (memory, pdu) = memory::<Buffers>().lend();
    report(commands::<_, false>(Client::new(Line, config(), memory), pdu));
});
