//! Frames of the multiplexer.

use at_wire::catalogue::frame_to_json;
use at_wire::cmux::{Decoder, Frame, FrameType, Framing};
use serde_json::json;

use crate::{Case, Outcome, equal, hex, unhex};

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    let framing = match case.text("option") {
        Some("basic") => Framing::Basic,
        Some("advanced") => Framing::Advanced,
        other => return Err(format!("unknown option {other:?}")),
    };
    match case.direction {
        "parse" => parse(case, framing),
        "build" => build(case, framing),
        _ => case.unknown(),
    }
}

fn parse(case: &Case<'_>, framing: Framing) -> Outcome {
    let mut memory = [0; 64];
    let mut decoder = Decoder::new(framing, &mut memory);
    let mut input = &case.bytes[..];
    let mut frames = Vec::new();
    while let Some(frame) = decoder.next(&mut input) {
        frames.push(frame_to_json(&frame.map_err(|error| error.to_string())?));
    }
    case.compare(&json!({
        "option": case.text("option"),
        "stream": true,
        "leading_garbage": decoder.dropped(),
        "left_over": decoder.held(),
        "frames": frames,
    }))
}

fn build(case: &Case<'_>, framing: Framing) -> Outcome {
    let information = unhex(case.text("data").unwrap_or(""))?;
    let kinds = [FrameType::SABM, FrameType::UA, FrameType::DM, FrameType::DISC, FrameType::UIH, FrameType::UI];
    let frame_type =
        kinds.into_iter().find(|kind| kind.name() == case.text("frame_type")).ok_or("unknown frame type")?;
    let frame = Frame {
        dlci: u8::try_from(case.number("dlci").unwrap_or(0)).map_err(|error| error.to_string())?,
        command_response: case.number("command_response") == Some(1),
        frame_type,
        poll_final: case.expect["poll_final"] == true,
        information: &information,
    };
    let mut buffer = [0; 64];
    let bytes = frame.write(framing, &mut buffer).map_err(|error| error.to_string())?;
    equal("bytes", &hex(bytes), &hex(&case.bytes))?;
    let mut ours = frame_to_json(&frame);
    ours["option"] = case.expect["option"].clone();
    ours["fcs"] = bytes[bytes.len() - 2].into();
    case.compare(&ours)
}
