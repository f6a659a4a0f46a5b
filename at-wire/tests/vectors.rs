//! Byte strings with known meaning, from files: see `vectors/README.md`. Every value in `expect` is compared, and a
//! case of a kind unknown here fails.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use std::path::PathBuf;

use serde_json::Value;

#[path = "vectors/at.rs"]
mod at;
#[path = "vectors/charset.rs"]
mod charset;
#[path = "vectors/cmux.rs"]
mod cmux;
#[path = "vectors/sms.rs"]
mod sms;

type Outcome = Result<(), String>;

type Run = fn(&Case<'_>) -> Outcome;

/// The files, and who tries the cases in them.
const PROTOCOLS: &[(&str, Run)] = &[("at", at::run), ("charset", charset::run), ("cmux", cmux::run), ("sms", sms::run)];

/// Keys of `expect` that describe the case and are no values.
const ABOUT: &[&str] = &["asserted", "note", "unordered", "item", "build_from", "error", "standard", "tolerance"];

/// A case.
struct Case<'v> {
    vector: &'v Value,
    expect: &'v Value,
    /// What `hex` says.
    bytes: Vec<u8>,
    direction: &'v str,
    item: Option<&'v str>,
}

impl<'v> Case<'v> {
    fn new(vector: &'v Value) -> Result<Self, String> {
        let expect = &vector["expect"];
        let bytes = unhex(vector["hex"].as_str().unwrap_or(""))?;
        let direction = vector["direction"].as_str().unwrap_or("");
        Ok(Self { vector, expect, bytes, direction, item: expect["item"].as_str() })
    }

    /// Whether bytes are given.
    fn has_bytes(&self) -> bool {
        self.vector.get("hex").is_some()
    }

    fn reads(&self) -> bool {
        matches!(self.direction, "parse" | "roundtrip")
    }

    fn writes(&self) -> bool {
        matches!(self.direction, "build" | "roundtrip")
    }

    /// A number in `expect`.
    fn number(&self, key: &str) -> Option<usize> {
        self.expect[key].as_u64().and_then(|n| usize::try_from(n).ok())
    }

    /// A text in `expect`.
    fn text(&self, key: &str) -> Option<&'v str> {
        self.expect[key].as_str()
    }

    /// Whether the original asserts the value.
    fn asserts(&self, key: &str) -> bool {
        self.expect["asserted"].as_array().is_some_and(|keys| keys.iter().any(|known| known == key))
    }

    /// Compares everything in `expect` with `ours`; a value that we do not have is a failure.
    fn compare(&self, ours: &Value) -> Outcome {
        for (key, theirs) in self.expect.as_object().unwrap() {
            if ABOUT.contains(&key.as_str()) {
                continue;
            }
            if self.expect["unordered"].as_array().is_some_and(|keys| keys.iter().any(|known| known == key)) {
                matches(key, &in_order(&ours[key]), &in_order(theirs))?;
            } else {
                matches(key, &ours[key], theirs)?;
            }
        }
        Ok(())
    }

    /// That a reader makes what is expected of the case: values, or a refusal.
    fn read<T, E: core::fmt::Debug>(&self, result: Result<T, E>, values: impl FnOnce(T) -> Value) -> Outcome {
        match (self.direction, result) {
            ("reject", result) => Self::refused(result),
            (_, Ok(read)) => self.compare(&values(read)),
            (_, Err(error)) => Err(format!("{error:?}")),
        }
    }

    /// That the reader refuses, or accepts wrongly.
    fn refused<T, E>(result: Result<T, E>) -> Outcome {
        if result.is_err() { Ok(()) } else { Err("taken for valid".into()) }
    }

    fn unknown(&self) -> Outcome {
        Err(format!("unknown direction {:?} or item {:?}", self.direction, self.item))
    }
}

/// The elements of a list whose order says nothing, sorted.
fn in_order(list: &Value) -> Value {
    let mut elements = list.as_array().cloned().unwrap_or_default();
    elements.sort_by_key(|element| match element {
        Value::Object(keys) => {
            let mut keys: Vec<_> = keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
            keys.sort();
            keys.concat()
        }
        other => other.to_string(),
    });
    elements.into()
}

fn equal<T: PartialEq + core::fmt::Debug>(what: &str, ours: &T, theirs: &T) -> Outcome {
    if ours == theirs { Ok(()) } else { Err(format!("{what}: {ours:?}, expected {theirs:?}")) }
}

/// As [`equal`], but objects may have more keys than expected.
fn matches(what: &str, ours: &Value, theirs: &Value) -> Outcome {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => theirs.iter().try_for_each(|(key, theirs)| {
            matches(&format!("{what}.{key}"), ours.get(key).unwrap_or(&Value::Null), theirs)
        }),
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => ours
            .iter()
            .zip(theirs)
            .enumerate()
            .try_for_each(|(n, (ours, theirs))| matches(&format!("{what}[{n}]"), ours, theirs)),
        _ => equal(what, ours, theirs),
    }
}

fn unhex(digits: &str) -> Result<Vec<u8>, String> {
    let mut bytes = digits.as_bytes().to_vec();
    at_wire::text::hex::decode_in_place(&mut bytes).map(|bytes| bytes.to_vec()).map_err(|error| error.to_string())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What `write` writes into a buffer that is large enough.
fn written(write: impl FnOnce(&mut at_wire::Writer<'_>)) -> Result<Vec<u8>, String> {
    let mut buffer = [0xa5; 4096];
    let mut writer = at_wire::Writer::new(&mut buffer);
    write(&mut writer);
    writer.finish().map(|bytes| bytes.to_vec()).map_err(|error| error.to_string())
}

#[test]
fn vectors() {
    let folder = std::env::var_os("WWAN_VECTORS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"), PathBuf::from);
    let (mut passed, mut failed) = (0, Vec::new());
    for (protocol, run) in PROTOCOLS {
        let path = folder.join(format!("{protocol}.jsonl"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut count = 0;
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let vector: Value = serde_json::from_str(line).expect("a line of JSON");
            match Case::new(&vector).and_then(|case| run(&case)) {
                Ok(()) => count += 1,
                Err(error) => failed.push(format!("{}: {error}", vector["id"].as_str().unwrap_or("?"))),
            }
        }
        println!("{protocol}: {count} vectors passed");
        passed += count;
    }
    println!("{passed} vectors passed, {} failed", failed.len());
    for line in &failed {
        println!("  {line}");
    }
    assert!(
        failed.is_empty() && passed > 0,
        "{} of {} vectors failed:\n{}",
        failed.len(),
        failed.len() + passed,
        failed.join("\n")
    );
}
