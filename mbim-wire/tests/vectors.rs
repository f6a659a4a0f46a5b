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

use mbim_wire::catalogue::{self, Form, JsonStruct, Value, hex, unhex};
use mbim_wire::field::Raw;
use mbim_wire::fragment::{Assembler, Progress, Splitter};
use mbim_wire::message::{self, Body, CommandType, HeaderError, Transfer};
use mbim_wire::service::basic_connect::{
    BASIC_CONNECT, DeviceServiceSubscribeList, DeviceServiceSubscribeListInfoView,
};
use mbim_wire::subscription::{Subscription, Subscriptions};
use mbim_wire::{Command as _, ProtocolError, Status, Uuid, View as _};

type Outcome = Result<(), String>;

/// Keys of `expect` that describe the case and are no values of the message.
const ABOUT: &[&str] = &["asserted", "note", "layout_note", "unordered", "item", "build_from", "piece_size"];

fn version(expect: &Value) -> u8 {
    match expect["extension_version"].as_str() {
        Some("2.0") => 2,
        Some("3.0") => 3,
        _ => 1,
    }
}

fn equal(what: &str, ours: &Value, theirs: &Value) -> Outcome {
    if ours == theirs { Ok(()) } else { Err(format!("{what}: {ours}, expected {theirs}")) }
}

/// What the codec makes of a whole message, with the derived keys that vectors also use.
fn decoded(bytes: &[u8], version: u8) -> Result<Value, String> {
    let mut json = catalogue::message_to_json(bytes, version, false).map_err(|error| error.to_string())?.json;
    let transfer = Transfer::parse(bytes).map_err(|error| error.to_string())?;
    let map = json.as_object_mut().unwrap();
    if let Body::Command(fragment) | Body::CommandDone(fragment) | Body::IndicateStatus(fragment) = transfer.body {
        map.insert("is_fragment".into(), true.into());
        map.insert("fragment_payload".into(), hex(fragment.payload).into());
        let body = match transfer.body {
            Body::Command(fragment) => fragment.command().map(|m| m.body),
            Body::CommandDone(fragment) => fragment.command_done().map(|m| m.body),
            _ => fragment.indicate_status().map(|m| m.body),
        };
        map.insert("information_buffer".into(), hex(body.unwrap_or(&[])).into());
    } else {
        map.insert("is_fragment".into(), false.into());
    }
    Ok(json)
}

fn compare(bytes: &[u8], expect: &Value) -> Outcome {
    let ours = decoded(bytes, version(expect))?;
    for (key, theirs) in expect.as_object().unwrap() {
        if !ABOUT.contains(&key.as_str()) {
            equal(key, &ours[key], theirs)?;
        }
    }
    Ok(())
}

/// Builds the message that `expect` describes.
fn build(expect: &Value) -> Result<Vec<u8>, String> {
    let mut buffer = vec![0xa5; 65536];
    let text = |error: &dyn core::fmt::Display| error.to_string();
    let number = |key: &str| u32::try_from(expect[key].as_u64().unwrap_or(0)).unwrap();
    let id = number("transaction_id");
    let kind = expect["type"].as_str().ok_or("no type")?;
    let short = match kind {
        "open" => Some(message::write_open(&mut buffer, id, number("max_control_transfer"))),
        "close" => Some(message::write_close(&mut buffer, id)),
        "host_error" => Some(message::write_host_error(&mut buffer, id, ProtocolError(number("error")))),
        "function_error" => Some(message::write_function_error(&mut buffer, id, ProtocolError(number("error")))),
        "open_done" => Some(message::write_open_done(&mut buffer, id, Status(number("status")))),
        "close_done" => Some(message::write_close_done(&mut buffer, id, Status(number("status")))),
        _ => None,
    };
    if let Some(written) = short {
        return Ok(written.map_err(|e| text(&e))?.to_vec());
    }
    let service: Uuid = expect["service_uuid"].as_str().ok_or("no service_uuid")?.parse().map_err(|e| text(&e))?;
    let cid = number("cid");
    let set = expect["command_type"] == "set";
    let form = match (kind, set) {
        ("command", true) => Form::Set,
        ("command", false) => Form::Query,
        ("command_done", _) => Form::Response,
        ("indicate_status", _) => Form::Notification,
        _ => return Err(format!("unknown type {kind}")),
    };
    let raw = unhex(expect["information_buffer"].as_str().unwrap_or("")).ok_or("information_buffer is no hex")?;
    let raw = Raw(&raw);
    let layout = catalogue::service(service).and_then(|known| known.command(cid, form, version(expect)));
    let (_, layout) = match (layout, expect.get("fields")) {
        (Some(layout), _) => layout,
        (None, None) => return finish(&mut buffer, id, service, cid, form, Status(number("status")), &raw),
        (None, Some(_)) => return Err(format!("service {service} command {cid} {form:?} is not declared")),
    };
    if expect.get("fields").is_none() {
        return finish(&mut buffer, id, service, cid, form, Status(number("status")), &raw);
    }
    let body = JsonStruct::new(layout, &expect["fields"]);
    let message = finish(&mut buffer, id, service, cid, form, Status(number("status")), &body)?;
    body.finish().map_err(|e| text(&e))?;
    Ok(message)
}

fn finish(
    buffer: &mut [u8],
    id: u32,
    service: Uuid,
    cid: u32,
    form: Form,
    status: Status,
    body: &dyn mbim_wire::Encode,
) -> Result<Vec<u8>, String> {
    let written = match form {
        Form::Query => message::write_command(buffer, id, service, cid, CommandType::QUERY, body),
        Form::Set => message::write_command(buffer, id, service, cid, CommandType::SET, body),
        Form::Response => message::write_command_done(buffer, id, service, cid, status, body),
        Form::Notification => message::write_indicate_status(buffer, service, cid, body),
    };
    let message = written.map_err(|error| error.to_string())?;
    // The one thing an indication's writer decides by itself is the transaction id, which is 0 by the specification.
    message[8..12].copy_from_slice(&id.to_le_bytes());
    Ok(message.to_vec())
}

/// Cuts a message and compares all pieces, then puts them together again.
fn split(bytes: &[u8], expect: &Value) -> Outcome {
    let mut whole = unhex(expect["split_message"].as_str().unwrap()).unwrap();
    let original = whole.clone();
    let mut splitter = Splitter::new(&whole, expect["max_fragment_size"].as_u64().unwrap() as usize);
    let (mut joined, mut lengths, mut memory) = (Vec::new(), Vec::new(), vec![0; whole.len()]);
    let mut assembler = Assembler::new(&mut memory);
    let mut progress = None;
    while let Some(piece) = splitter.next(&mut whole) {
        joined.extend_from_slice(piece);
        lengths.push(Value::from(piece.len()));
        let Body::IndicateStatus(fragment) = Transfer::parse(piece).map_err(|e| e.to_string())?.body else {
            return Err("a piece is no indication".into());
        };
        progress = Some(assembler.push(&fragment).map_err(|e| e.to_string())?);
    }
    equal("pieces", &hex(&joined).into(), &hex(bytes).into())?;
    equal("fragment_lengths", &Value::Array(lengths), &expect["fragment_lengths"])?;
    if progress != Some(Progress::Whole) || assembler.payload() != &original[message::FRAGMENT_HEADER_LEN..] {
        return Err("the pieces do not make the message again".into());
    }
    Ok(())
}

fn uuid(vector: &Value, expect: &Value) -> Outcome {
    let text = vector["text"].as_str().ok_or("no text")?;
    let parsed: Result<Uuid, _> = text.parse();
    if expect.get("error").is_some() {
        return if parsed.is_err() { Ok(()) } else { Err("taken for a UUID".into()) };
    }
    let uuid = parsed.map_err(|error| error.to_string())?;
    equal("bytes", &hex(&uuid.0).into(), &vector["hex"])?;
    equal("uuid", &uuid.to_string().into(), &expect["uuid"])?;
    equal("service", &catalogue::service(uuid).map(|service| service.name).into(), &expect["service"])
}

/// Joins two subscribe lists as somebody does who serves several hosts.
fn merge(expect: &Value) -> Outcome {
    let mut memory = [Subscription::default(); 64];
    let mut subscriptions = Subscriptions::new(&mut memory);
    let (_, layout) = catalogue::service(BASIC_CONNECT)
        .unwrap()
        .command(DeviceServiceSubscribeList::CID, Form::Set, 1)
        .ok_or("no subscribe list")?;
    for list in [&expect["list"], &expect["addition"]] {
        let body = layout.encode(&serde_json::json!({ "Events": list })).map_err(|error| error.to_string())?;
        let view = DeviceServiceSubscribeListInfoView::new(&body);
        subscriptions.add_beyond_standard(&view).map_err(|error| error.to_string())?;
    }
    let mut merged: Vec<(Uuid, Vec<u32>)> = Vec::new();
    for Subscription { service, cid } in subscriptions.as_slice() {
        match merged.iter_mut().find(|(known, _)| known == service) {
            Some((_, cids)) => cids.extend(*cid),
            None => merged.push((*service, cid.iter().copied().collect())),
        }
    }
    let merged = merged.into_iter().map(|(service, cids)| {
        serde_json::json!({ "DeviceServiceId": service.to_string(), "CidsCount": cids.len(), "Cids": cids })
    });
    equal("merged", &merged.collect(), &expect["merged"])
}

/// Hands the message over in pieces; only the last may make it whole.
fn pieces(bytes: &[u8], expect: &Value) -> Outcome {
    let size = expect["piece_size"].as_u64().ok_or("no piece_size")? as usize;
    let mut seen = Vec::new();
    for piece in bytes.chunks(size) {
        if seen.len() >= message::HEADER_LEN && Transfer::parse(&seen).is_ok() {
            return Err("whole too early".into());
        }
        seen.extend_from_slice(piece);
    }
    compare(&seen, expect)
}

/// Pieces with fragment headers of their own, as they come one after the other.
fn assembled(hexes: &[Value]) -> Result<Vec<u8>, String> {
    let mut memory = vec![0; 65536];
    let mut assembler = Assembler::new(&mut memory);
    let mut header = Vec::new();
    for piece in hexes {
        let bytes = unhex(piece.as_str().unwrap()).ok_or("no hex")?;
        let transfer = Transfer::parse(&bytes).map_err(|error| error.to_string())?;
        let (Body::Command(fragment) | Body::CommandDone(fragment) | Body::IndicateStatus(fragment)) = transfer.body
        else {
            return Err("a piece without fragment header".into());
        };
        if fragment.is_whole() {
            return Ok(bytes);
        }
        header = bytes[..message::FRAGMENT_HEADER_LEN].to_vec();
        if assembler.push(&fragment).map_err(|error| error.to_string())? == Progress::Whole {
            let length = (assembler.payload().len() + message::FRAGMENT_HEADER_LEN) as u32;
            header[4..8].copy_from_slice(&length.to_le_bytes());
            header[12..20].copy_from_slice(&[1, 0, 0, 0, 0, 0, 0, 0]);
            return Ok([&header, assembler.payload()].concat());
        }
    }
    Err(format!("incomplete after {} pieces, header {}", hexes.len(), hex(&header)))
}

/// Reads all fields, whatever the status says; that must fail.
fn contents(bytes: &[u8], expect: &Value) -> Outcome {
    let json = match catalogue::message_to_json(bytes, version(expect), false) {
        Ok(shown) => shown.json,
        Err(_) => return Ok(()),
    };
    let service: Uuid = json["service_uuid"].as_str().unwrap().parse().unwrap();
    let form = match (json["type"].as_str().unwrap(), json["command_type"].as_str()) {
        ("command", Some("set")) => Form::Set,
        ("command", _) => Form::Query,
        ("command_done", _) => Form::Response,
        _ => Form::Notification,
    };
    let cid = json["cid"].as_u64().unwrap() as u32;
    let known = catalogue::service(service).and_then(|known| known.command(cid, form, version(expect)));
    let (_, layout) = known.ok_or("not declared")?;
    let body = &bytes[bytes.len() - json["information_buffer_length"].as_u64().unwrap() as usize..];
    match layout.decode(body, false) {
        Err(_) => Ok(()),
        Ok(fields) => Err(format!("taken for valid: {fields}")),
    }
}

fn reject(vector: &Value, bytes: &[u8], expect: &Value) -> Outcome {
    if vector.get("hex").is_none() {
        let built = build(&expect["build_from"]);
        return if built.is_err() { Ok(()) } else { Err("written all the same".into()) };
    }
    if expect["every_proper_prefix"] == true {
        for end in 0..bytes.len() {
            match Transfer::parse(&bytes[..end]) {
                Err(HeaderError::Incomplete { needed }) if needed > end && needed <= bytes.len() => {}
                other => return Err(format!("prefix of {end} bytes: {other:?}")),
            }
        }
        return Ok(());
    }
    let frame = Transfer::parse(bytes).and_then(|transfer| match transfer.body {
        Body::Command(fragment) => fragment.command().map(drop),
        Body::CommandDone(fragment) => fragment.command_done().map(drop),
        Body::IndicateStatus(fragment) => fragment.indicate_status().map(drop),
        _ => Ok(()),
    });
    match (expect["stage"].as_str(), frame) {
        (Some("frame"), Err(HeaderError::Incomplete { .. })) if expect["error"] == "invalid" => {
            Err("reported as incomplete, but it is invalid for good".into())
        }
        (Some("frame"), Err(_)) => Ok(()),
        (Some("contents"), Err(error)) => Err(format!("the frame is valid, but: {error}")),
        (Some("contents"), Ok(())) => contents(bytes, expect),
        (stage, frame) => Err(format!("stage {stage:?}, frame {frame:?}")),
    }
}

fn run(vector: &Value) -> Outcome {
    let expect = &vector["expect"];
    let bytes = match (vector["hex"].as_str(), vector["hexes"].as_array()) {
        (Some(hex), _) => unhex(hex).ok_or("hex is no hex")?,
        (None, Some(hexes)) => assembled(hexes)?,
        (None, None) => Vec::new(),
    };
    match (vector["direction"].as_str().unwrap_or(""), expect["item"].as_str()) {
        ("parse" | "roundtrip" | "reject", Some("uuid")) => uuid(vector, expect),
        ("build", Some("subscribe_list_merge")) => merge(expect),
        ("parse", Some("pieces")) => pieces(&bytes, expect),
        ("build", None) if expect.get("split_message").is_some() => split(&bytes, expect),
        ("parse", None) => compare(&bytes, expect),
        ("build", None) | ("roundtrip", None) => {
            if vector["direction"] == "roundtrip" {
                compare(&bytes, expect)?;
            }
            let built = build(expect.get("build_from").unwrap_or(expect))?;
            if bytes.is_empty() {
                compare(&built, expect)
            } else {
                equal("bytes", &hex(&built).into(), &hex(&bytes).into())
            }
        }
        ("reject", None) => reject(vector, &bytes, expect),
        ("nocrash", None) => {
            for version in 1..=3 {
                let _ = decoded(&bytes, version);
            }
            Ok(())
        }
        (direction, item) => Err(format!("unknown direction {direction:?} or item {item:?}")),
    }
}

#[test]
fn vectors() {
    let folder = std::env::var_os("WWAN_VECTORS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors"), PathBuf::from);
    let path = folder.join("mbim.jsonl");
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
