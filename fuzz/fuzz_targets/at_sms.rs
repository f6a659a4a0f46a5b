//! Any bytes as a PDU of a short message, in every direction: what reads can be written, and
//! then reads as the same.
//!
//! Input: direction (one byte), bytes.
#![no_main]

use at_wire::sms::{Direction, Pdu};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&direction, bytes)) = data.split_first() else { return };
    let direction = match direction % 3 {
        0 => Direction::ToServiceCentre,
        1 => Direction::ToMobile,
        _ => Direction::Stored,
    };
    let Ok(pdu) = Pdu::parse(bytes, direction) else { return };
    let mut buffer = [0; Pdu::MAX_LEN];
    let Ok(written) = pdu.write(&mut buffer) else { return };
    let again = Pdu::parse(written, direction).expect("what was written reads");
    let mut second = [0; Pdu::MAX_LEN];
    assert_eq!(again.write(&mut second).expect("as long as before"), written);
});
