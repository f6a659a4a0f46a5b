//! Frames of the multiplexer as JSON.

use alloc::format;

use serde_json::json;

use super::{Value, hex};
use crate::cmux::{ControlMessage, Frame};

/// A frame as JSON: its header, its information, and what that says on the control channel.
#[must_use]
pub fn frame_to_json(frame: &Frame<'_>) -> Value {
    let mut shown = json!({
        "dlci": frame.dlci,
        "command_response": u8::from(frame.command_response),
        "control": frame.control(),
        "frame_type": frame.frame_type.name(),
        "poll_final": frame.poll_final,
        "data": hex(frame.information),
    });
    let message = Some(frame.information).filter(|information| frame.dlci == 0 && !information.is_empty());
    if let (Some(Ok((command, message, _))), Some(map)) = (message.map(ControlMessage::read), shown.as_object_mut()) {
        let kind = if command { "command" } else { "response" };
        map.insert("control_message".into(), format!("{kind}: {message:?}").into());
    }
    shown
}
