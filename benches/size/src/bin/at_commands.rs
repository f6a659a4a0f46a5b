//! The commands of a common cellular library, over AT: identity, SIM, radio, registration, signal, power saving, contexts,
//! clock, short messages, and URCs; blocking.
#![no_std]
#![no_main]

use wwan::client::at::blocking::Client;
use wwan::session::at::Session;
use wwan_size::at::{Buffers, Line, commands, config, report};
use wwan_size::memory;

wwan_size::record_size!(ram = size_of::<Client<'static, Line>>());
wwan_size::record_size!(client = size_of::<Client<'static, Line>>());
wwan_size::record_size!(session = size_of::<Session<'static>>());

wwan_size::probe!({
    let (memory, pdu) = memory::<Buffers>().lend();
    report(commands::<_, true>(Client::new(Line, config(), memory), pdu));
});
