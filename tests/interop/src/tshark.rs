//! What the tests with tshark share: captures in, fields out.

use std::fs;
use std::path::Path;
use std::process::Command;

use mbim_wire::catalogue::Value;
use wwan::channel::Direction;
use wwan::channel::pcapng::{Record, file_header};

use crate::run;

/// Writes a capture as our tap does.
///
/// # Panics
///
/// If the file cannot be written.
pub fn capture(path: &Path, messages: &[(Direction, Vec<u8>)]) {
    let mut file = file_header().to_vec();
    for (time, (direction, message)) in (1_700_000_000_000..).zip(messages) {
        let record = Record::new(time, *direction, message).expect("a message of less than 4 GiB");
        file.extend_from_slice(record.head());
        file.extend_from_slice(message);
        file.extend_from_slice(record.tail());
    }
    fs::write(path, file).expect("write a capture");
}

/// What tshark says of each record of a capture, read by that one of its dissectors with these preferences: its fields, all of
/// them, by full name.
///
/// # Panics
///
/// If tshark fails, or what it prints is not what it usually prints.
#[must_use]
pub fn dissect(path: &Path, dissector: &str, preferences: &[&str]) -> Vec<Value> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(path);
    command.arg("-o").arg(format!(r#"uat:user_dlts:"User 0 (DLT=147)","{dissector}","0","","0","""#));
    for preference in preferences {
        command.args(["-o", preference]);
    }
    let said = run(command.args(["-T", "json", "--no-duplicate-keys"])).good();
    let frames: Value = serde_json::from_str(&said.out).expect("JSON of tshark");
    let frames = frames.as_array().expect("a list of frames");
    frames.iter().map(|frame| frame.pointer("/_source/layers").cloned().expect("layers")).collect()
}

/// All values of a field, wherever it stands.
#[must_use]
pub fn values<'v>(value: &'v Value, key: &str) -> Vec<&'v str> {
    let mut found = Vec::new();
    find(value, key, &mut found);
    found
}

fn find<'v>(value: &'v Value, key: &str, found: &mut Vec<&'v str>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if name == key {
                    match inner {
                        Value::Array(all) => found.extend(all.iter().filter_map(Value::as_str)),
                        inner => found.extend(inner.as_str()),
                    }
                }
                find(inner, key, found);
            }
        }
        Value::Array(all) => all.iter().for_each(|inner| find(inner, key, found)),
        _ => {}
    }
}
