//! A QMI frame taken apart, and its verdict: what every reader of a message has.
#![no_std]
#![no_main]

use qmi_wire::Verdict;
use qmi_wire::frame::Frame;
use wwan_size::{bytes, put};

wwan_size::probe!({
    let mut buf = [0; 2048];
    if let Ok(frame) = Frame::parse(bytes(&mut buf)) {
        let verdict = frame.message.tlvs.require::<Verdict>(Verdict::TLV);
        put(verdict.map_or(1, |verdict| u32::from(verdict.error.0)));
    }
});
