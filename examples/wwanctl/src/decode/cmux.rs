//! `decode cmux`: frames of the multiplexer.

use at_wire::catalogue::{Value, frame_to_json};
use at_wire::cmux::{Decoder, Framing, MAX_INFORMATION, OVERHEAD};
use serde_json::json;

use super::{outline, print};
use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(bytes: &[u8], out: &mut Output) -> Result<(), Fail> {
    let shown = decode(bytes)?;
    if out.json {
        return print(vec![shown], out);
    }
    let mut lines = Vec::new();
    outline(&shown, 0, &mut lines);
    Ok(out.lines(&lines.join("\n"))?)
}

/// The frames in a stream. Which of the two options it has, its first flag tells.
pub(super) fn decode(bytes: &[u8]) -> Result<Value, Fail> {
    let flag = bytes.iter().find(|byte| matches!(byte, 0x7e | 0xf9));
    let (framing, option) = match flag {
        Some(0xf9) => (Framing::Basic, "basic"),
        Some(_) => (Framing::Advanced, "advanced"),
        None => return Err(Fail::Data("no flag: neither 0xf9 nor 0x7e".to_owned())),
    };
    // For the longest frame: what a length promises beyond the end is missing, and not too long.
    let mut memory = vec![0; MAX_INFORMATION.saturating_add(OVERHEAD)];
    let mut decoder = Decoder::new(framing, &mut memory);
    let mut input = bytes;
    let mut frames = Vec::new();
    while let Some(frame) = decoder.next(&mut input) {
        let frame = frame.map(|frame| frame_to_json(&frame));
        frames.push(frame.map_err(|error| {
            Fail::Data(format!("frame {} of the {option} option: {error}", frames.len().saturating_add(1)))
        })?);
    }
    if frames.is_empty() {
        return Err(Fail::Data(format!("frame: incomplete, {} bytes of the {option} option", bytes.len())));
    }
    Ok(json!({
        "option": option, "stream": true, "leading_garbage": decoder.dropped(), "left_over": decoder.held(),
        "frames": frames,
    }))
}
