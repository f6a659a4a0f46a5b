//! A stream of QMUX frames in any chunks: the same frames come out as when it comes at once, every byte is accounted for,
//! and what comes out is a frame by the codec's rule, too. The input is described in `streams.rs`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qmi_wire::frame::frame_len;
use wwan::channel::framed::QmuxFraming;

#[path = "../streams.rs"]
mod streams;

fuzz_target!(|data: &[u8]| {
    let wide = data.first().is_some_and(|buffer| buffer % 2 == 1);
    let framing = |longest: usize| {
        let framing = QmuxFraming::up_to(longest.max(12));
        if wide { framing.with_wide_services() } else { framing }
    };
    for out in streams::check(data, framing) {
        if let streams::Out::Message(bytes) = out {
            assert_eq!(frame_len(&bytes), Ok(bytes.len()));
        }
    }
});
