//! A stream of MBIM messages in any chunks: the same messages come out as when it comes at once, and every byte is
//! accounted for. The input is described in `streams.rs`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wwan::channel::framed::MbimFraming;

#[path = "../streams.rs"]
mod streams;

fuzz_target!(|data: &[u8]| {
    streams::check(data, |longest| MbimFraming::up_to(longest.max(12)));
});
