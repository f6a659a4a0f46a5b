//! `decode qmap`: a transfer of QMI's data path.

use mbim_wire::catalogue::{Value, hex};
use qmi_wire::qmap::{Body, Checksum, Direction, Frame, Frames, Version};
use serde_json::json;

use super::{outline, print};
use crate::args::Decode;
use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(bytes: &[u8], arguments: &Decode, out: &mut Output) -> Result<(), Fail> {
    let (direction, name) =
        if arguments.uplink { (Direction::Uplink, "uplink") } else { (Direction::Downlink, "downlink") };
    let version: u8 = match arguments.qmap {
        Version::V1 => 1,
        Version::V4 => 4,
        Version::V5 => 5,
    };
    // What can be read is shown beside what cannot; the first that cannot is told.
    let (frames, errors): (Vec<_>, Vec<_>) = Frames::new(bytes, arguments.qmap, direction).partition(Result::is_ok);
    let frames: Value = frames.into_iter().flatten().map(|frame| document(&frame)).collect();
    let shown = json!({ "version": version, "direction": name, "frames": frames });
    if out.json {
        print(vec![shown], out)?;
    } else {
        let mut lines = Vec::new();
        outline(&shown, 0, &mut lines);
        out.lines(&lines.join("\n"))?;
    }
    let error = errors.into_iter().find_map(Result::err);
    error.map_or(Ok(()), |error| Err(Fail::Data(error.to_string())))
}

fn document(frame: &Frame<'_>) -> Value {
    let (offset, mux_id) = (frame.offset, frame.mux_id);
    match frame.body {
        Body::Packet { bytes, checksum } => {
            let checksum = match checksum {
                Checksum::None => Value::Null,
                Checksum::Computed { start, length, checksum } => {
                    json!({ "start": start, "length": length, "checksum": checksum })
                }
                Checksum::Wanted { start, offset, udp } => json!({ "start": start, "offset": offset, "udp": udp }),
                Checksum::Flagged => Value::Bool(true),
            };
            let (length, packet) = (bytes.len(), hex(bytes));
            json!({ "offset": offset, "mux_id": mux_id, "length": length, "packet": packet, "checksum": checksum })
        }
        Body::Command(command) => json!({
            "offset": offset,
            "mux_id": mux_id,
            "command": {
                "name": command.name.name().map(str::to_ascii_lowercase),
                "number": command.name.0,
                "type": command.kind().to_string(),
                "transaction": command.transaction,
                "ip_family": command.ip_family & 3,
                "flow_sequence": command.flow_sequence,
                "qos_id": command.qos_id,
            },
        }),
    }
}
