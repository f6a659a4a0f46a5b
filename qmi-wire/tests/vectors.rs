//! Byte strings with known meaning, from files: see `vectors/README.md`. Every value in `expect` is compared, and a case
//! of a kind unknown here fails.
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

use qmi_wire::catalogue::{self, Problem, Shown, Value, hex, unhex};
use qmi_wire::field::{Be, Uint, UintBe};
use qmi_wire::frame::{self, Frame, Framing, Head, HeaderError, Kind, Sender};
use qmi_wire::service::Service;
use qmi_wire::text::{Fixed, Rest, Str};
use qmi_wire::{Decode, DecodeErrorKind, Encode, Reader, Verdict, Writer};

type Outcome = Result<(), String>;

/// Keys of `expect` that describe the case and are no values of the message.
const ABOUT: &[&str] = &[
    "asserted",
    "note",
    "item",
    "meaning",
    "messages",
    "asserted_text",
    "result",
    "contents_error",
    "set_transaction_id",
    "hex_after",
    "build_from",
];

fn text(error: &dyn core::fmt::Display) -> String {
    error.to_string()
}

fn equal(what: &str, ours: &Value, theirs: &Value) -> Outcome {
    if ours == theirs { Ok(()) } else { Err(format!("{what}: {ours}, expected {theirs}")) }
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => u64::from_str_radix(text.strip_prefix("0x")?, 16).ok(),
        value => value.as_u64(),
    }
}

fn show(bytes: &[u8], expect: &Value) -> Result<Shown, String> {
    let vendor = number(&expect["vendor"]).map(|vendor| vendor as u16);
    if expect["item"] == "sdu" {
        let service = Service(number(&expect["service_id"]).ok_or("no service_id")? as u16);
        return catalogue::message_to_json(service, bytes, vendor, false).map_err(|e| text(&e));
    }
    catalogue::frame_to_json(bytes, vendor, false).map_err(|e| text(&e))
}

/// TLVs must agree in everything but the words of an error.
fn compare_tlvs(ours: &Value, theirs: &Value) -> Outcome {
    let (ours, theirs) = (ours.as_array().unwrap(), theirs.as_array().ok_or("tlvs are no list")?);
    if ours.len() != theirs.len() {
        return Err(format!("{} TLVs, expected {}", ours.len(), theirs.len()));
    }
    for (ours, theirs) in ours.iter().zip(theirs) {
        for (key, value) in theirs.as_object().unwrap() {
            if key == "error" {
                if ours.get("error").is_none() || ours.get("value").is_some() {
                    return Err(format!("{} was read", ours["tlv"]));
                }
            } else {
                equal(&format!("{} {key}", ours["tlv"]), &ours[key], value)?;
            }
        }
        if theirs.get("error").is_none() && ours.get("error").is_some() {
            return Err(format!("{}: {}", ours["tlv"], ours["error"]));
        }
    }
    Ok(())
}

fn compare(bytes: &[u8], expect: &Value) -> Outcome {
    let shown = show(bytes, expect)?;
    for (key, theirs) in expect.as_object().unwrap() {
        match key.as_str() {
            about if ABOUT.contains(&about) => {}
            "tlvs" => compare_tlvs(&shown.json["tlvs"], theirs)?,
            // What no QMUX frame says.
            "service" if theirs.is_null() => {}
            key => equal(key, &shown.json[key], theirs)?,
        }
    }
    if let Some(error) = expect.get("contents_error") {
        let found = shown.error.ok_or("all TLVs were read")?;
        let wanted = matches!(found.problem, Problem::Decode(DecodeErrorKind::OutOfBounds | DecodeErrorKind::Count));
        let tlv = error["tlv"].as_str().unwrap().to_ascii_lowercase();
        if !wanted || !found.path.contains(&tlv) {
            return Err(format!("{found}, expected {error}"));
        }
    }
    if let Some(result) = expect.get("result") {
        let tlvs = Frame::parse(bytes).map_err(|e| text(&e))?.message.tlvs;
        let verdict: Verdict = tlvs.require(Verdict::TLV).map_err(|e| text(&e))?;
        equal("status", &verdict.status.into(), &result["status"])?;
        equal("error", &verdict.error.0.into(), &result["error"])?;
    }
    if let Some(asserted) = expect["asserted_text"].as_str() {
        // The original compares what a person sees: a text without the blanks at its end, or "name = 'value'".
        let json = shown.json["tlvs"].to_string();
        let wanted = match asserted.split_once(" = ") {
            Some((name, value)) => format!("\"{name}\":{}", value.trim_matches('\'')),
            None => format!("\"{asserted}"),
        };
        if !json.contains(&wanted) {
            return Err(format!("{wanted} not in {json}"));
        }
    }
    Ok(())
}

/// Builds the message that `expect` describes.
fn build(expect: &Value) -> Result<Vec<u8>, String> {
    let get = |key: &str| number(&expect[key]).ok_or_else(|| format!("no {key}"));
    let client = number(&expect["client_id"]).unwrap_or(0) as u8;
    let framing = match (number(&expect["marker"]), expect["item"].as_str()) {
        (Some(2), _) => Framing::Wide { client },
        (_, Some("sdu")) => Framing::Bare,
        _ => Framing::Qmux { sender: Sender(get("qmux_flags")? as u8), client },
    };
    let kind = match expect["kind"].as_str() {
        Some("request") => Kind::Request,
        Some("response") => Kind::Response,
        Some("indication") => Kind::Indication,
        other => return Err(format!("unknown kind {other:?}")),
    };
    let service = Service(get("service_id")? as u16);
    let id = get("message_id")? as u16;
    let head = Head { framing, service, kind, transaction: get("transaction_id")? as u16, id };
    let vendor = number(&expect["vendor"]).map(|vendor| vendor as u16);
    let known = catalogue::service(service).and_then(|known| known.message(id, kind == Kind::Indication, vendor));
    let tlvs = known.map(|known| catalogue::side(known, kind)).unwrap_or_default();
    let written = catalogue::encode_tlvs(tlvs, &expect["tlvs"]).map_err(|e| text(&e))?;
    catalogue::build(&head, &written).map_err(|e| text(&e))
}

/// A value of a simple type, as JSON, and written again.
fn one<'a>(kind: &str, r: &mut Reader<'a>) -> Result<(Value, Vec<u8>), DecodeErrorKind> {
    fn take<'a, T: Decode<'a> + Encode>(
        r: &mut Reader<'a>,
        json: impl Fn(&T) -> Value,
    ) -> Result<(Value, Vec<u8>), DecodeErrorKind> {
        let value = T::decode(r)?;
        let mut buffer = vec![0xa5; 512];
        let mut w = Writer::new(&mut buffer);
        value.encode(&mut w);
        Ok((json(&value), w.finish().unwrap().to_vec()))
    }
    fn str_value(text: Option<&str>) -> Value {
        text.into()
    }
    match kind {
        "u8" => take::<u8>(r, |v| (*v).into()),
        "i8" => take::<i8>(r, |v| (*v).into()),
        "u16" => take::<u16>(r, |v| (*v).into()),
        "i16" => take::<i16>(r, |v| (*v).into()),
        "u32" => take::<u32>(r, |v| (*v).into()),
        "i32" => take::<i32>(r, |v| (*v).into()),
        "u64" => take::<u64>(r, |v| (*v).into()),
        "i64" => take::<i64>(r, |v| (*v).into()),
        "u16be" => take::<Be<u16>>(r, |v| v.0.into()),
        "i16be" => take::<Be<i16>>(r, |v| v.0.into()),
        "u32be" => take::<Be<u32>>(r, |v| v.0.into()),
        "i32be" => take::<Be<i32>>(r, |v| v.0.into()),
        "u64be" => take::<Be<u64>>(r, |v| v.0.into()),
        "i64be" => take::<Be<i64>>(r, |v| v.0.into()),
        "uint(bytes=2)" => take::<Uint<2>>(r, |v| v.0.into()),
        "uint(bytes=2)be" => take::<UintBe<2>>(r, |v| v.0.into()),
        "uint(bytes=7)" => take::<Uint<7>>(r, |v| v.0.into()),
        "uint(bytes=7)be" => take::<UintBe<7>>(r, |v| v.0.into()),
        "uint(bytes=8)" => take::<Uint<8>>(r, |v| v.0.into()),
        "uint(bytes=8)be" => take::<UintBe<8>>(r, |v| v.0.into()),
        "string(fixed=0)" => take::<Fixed<'a, 0>>(r, |v| str_value(v.to_str())),
        "string(fixed=4)" => take::<Fixed<'a, 4>>(r, |v| str_value(v.to_str())),
        "string(prefix=u8)" => take::<Str<'a>>(r, |v| str_value(v.to_str())),
        "string(prefix=u16)" => take::<Str<'a, u16>>(r, |v| str_value(v.to_str())),
        "string(rest)" => take::<Rest<'a>>(r, |v| str_value(v.to_str())),
        other => panic!("unknown type {other}"),
    }
}

/// Reads values one after the other, and writes them again.
fn values(bytes: &[u8], list: &[(&str, &Value)]) -> Result<(), String> {
    let mut r = Reader::new(bytes);
    let mut written = Vec::new();
    for (kind, theirs) in list {
        let (ours, again) = one(kind, &mut r).map_err(|e| format!("{kind}: {e}"))?;
        equal(kind, &ours, theirs)?;
        written.extend(again);
    }
    equal("written", &hex(&written).into(), &hex(bytes).into())
}

fn tlv_values(vector: &Value, bytes: &[u8], expect: &Value) -> Outcome {
    let message = Frame::parse(bytes).map_err(|e| text(&e))?.message;
    let tlv = number(&expect["tlv"]).ok_or("no tlv")? as u8;
    let value = message.tlvs.find(tlv).ok_or("TLV missing")?;
    if vector["direction"] == "reject" {
        return match one(expect["read"].as_str().unwrap(), &mut Reader::new(value)) {
            Ok((value, _)) => Err(format!("read as {value}")),
            Err(_) => Ok(()),
        };
    }
    let check = |key: &str, ours: u64| match expect.get(key) {
        Some(theirs) => equal(key, &ours.into(), theirs),
        None => Ok(()),
    };
    check("tlv_length", value.len() as u64)?;
    check("service_id", message.service().0.into())?;
    check("transaction_id", message.transaction.into())?;
    check("message_id", message.id().into())?;
    let list: Vec<_> =
        expect["values"].as_array().unwrap().iter().map(|v| (v["type"].as_str().unwrap(), &v["value"])).collect();
    values(value, &list)?;
    for kind in expect["further_reads_fail"].as_array().into_iter().flatten() {
        if one(kind.as_str().unwrap(), &mut Reader::new(&[])).is_ok() {
            return Err(format!("{kind} was read from nothing"));
        }
    }
    Ok(())
}

fn primitives(bytes: &[u8], expect: &Value) -> Outcome {
    let kind = expect["type"].as_str().unwrap();
    let list: Vec<_> = expect["values"].as_array().unwrap().iter().map(|value| (kind, value)).collect();
    let shifted = [&[0xa5], bytes].concat();
    values(&shifted[1..], &list)
}

fn stream(bytes: &[u8], expect: &Value) -> Outcome {
    let (mut rest, mut found) = (bytes, Vec::new());
    while let Ok(length) = frame::frame_len(rest) {
        if rest.len() < length {
            break;
        }
        found.push(&rest[..length]);
        rest = &rest[length..];
    }
    equal("messages", &found.len().into(), &expect["messages"])?;
    equal("left over", &hex(rest).into(), expect.get("left_over_hex").unwrap_or(&"".into()))?;
    let wanted = expect["decoded"].as_array().ok_or("no decoded")?;
    equal("decoded", &found.len().into(), &wanted.len().into())?;
    found.iter().zip(wanted).try_for_each(|(bytes, expect)| compare(bytes, expect))
}

fn run(vector: &Value) -> Outcome {
    let expect = &vector["expect"];
    let bytes = unhex(vector["hex"].as_str().unwrap_or("")).ok_or("hex is no hex")?;
    match (vector["direction"].as_str().unwrap_or(""), expect["item"].as_str()) {
        ("parse" | "roundtrip" | "reject", Some("tlv_values")) => tlv_values(vector, &bytes, expect),
        ("roundtrip", Some("primitives")) => primitives(&bytes, expect),
        ("parse", None) if expect["stream"] == true => stream(&bytes, expect),
        ("parse", None | Some("sdu")) => compare(&bytes, expect),
        ("build" | "roundtrip", None | Some("sdu")) => {
            compare(&bytes, expect)?;
            let mut built = build(expect)?;
            equal("bytes", &hex(&built).into(), &hex(&bytes).into())?;
            if let Some(id) = number(&expect["set_transaction_id"]) {
                frame::set_transaction(&mut built, id as u16).map_err(|e| text(&e))?;
                equal("hex_after", &hex(&built).into(), &expect["hex_after"])?;
            }
            Ok(())
        }
        ("reject", None) => match (Frame::parse(&bytes), expect["error"].as_str()) {
            (Ok(_), _) => Err("taken for a frame".into()),
            (Err(HeaderError::Incomplete { .. }), Some("incomplete")) => Ok(()),
            (Err(HeaderError::Incomplete { .. }), _) => {
                Err("reported as incomplete, but it is invalid for good".into())
            }
            (Err(error), Some("incomplete")) => Err(format!("{error}, but it is only incomplete")),
            (Err(_), _) => Ok(()),
        },
        ("nocrash", None) => {
            let _ = show(&bytes, expect);
            Ok(())
        }
        (direction, item) => Err(format!("unknown direction {direction:?} or item {item:?}")),
    }
}

#[test]
fn vectors() {
    let folder = std::env::var_os("WWAN_VECTORS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"), PathBuf::from);
    let path = folder.join("qmi.jsonl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let (mut passed, mut failed) = (0, Vec::new());
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let vector: Value = serde_json::from_str(line).expect("a line of JSON");
        match run(&vector) {
            Ok(()) => passed += 1,
            Err(error) => failed.push(format!("{}: {error}", vector["id"].as_str().unwrap_or("?"))),
        }
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
