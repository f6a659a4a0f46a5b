//! What `decode … --json` prints has the shape of `expect` in the vectors: those that are whole answers, URCs, results,
//! messages or frames say here what they expect.
//!
//! Left out are vectors of parts of these (parameters, strings, numbers, files of a card), of streams with URCs of a
//! maker's own, those that only build, and values that need more than the bytes: what a maker's numbers mean, and the
//! language tables of a message without a header that names them.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;

use super::{Value, at, cmux, digits, sms};
use crate::args::SmsKind;
use crate::error::Fail;
use at_wire::sms::Direction;
use at_wire::text::charset::Charset;

/// Keys of `expect` that describe the case and are no values.
const ABOUT: &[&str] = &["asserted", "note", "unordered", "item", "build_from", "error", "tolerance"];

type Outcome = Result<(), String>;

fn vectors(name: &str) -> Vec<Value> {
    let folder = std::env::var_os("WWAN_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../at-wire/tests/vectors")),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Runs the vectors that `run` knows; those that it leaves out are `None`.
fn all(name: &str, least: usize, run: impl Fn(&Value) -> Option<Outcome>) {
    let (mut passed, mut failed) = (0_usize, Vec::new());
    for vector in vectors(name) {
        match run(&vector) {
            None => {}
            Some(Ok(())) => passed = passed.saturating_add(1),
            Some(Err(why)) => failed.push(format!("{}: {why}", vector["id"].as_str().unwrap_or("?"))),
        }
    }
    println!("{name}: {passed} vectors passed");
    assert!(failed.is_empty(), "{} of {name} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(passed >= least, "only {passed} vectors of {name}");
}

fn compare(ours: &Value, expect: &Value, except: &[&str]) -> Outcome {
    let unordered =
        |key: &str| expect["unordered"].as_array().is_some_and(|keys| keys.iter().any(|known| known == key));
    for (key, theirs) in expect.as_object().unwrap() {
        if ABOUT.contains(&key.as_str()) || except.contains(&key.as_str()) {
            continue;
        }
        let (mut ours, mut theirs) = (ours[key].clone(), theirs.clone());
        if unordered(key) {
            for list in [&mut ours, &mut theirs] {
                list.as_array_mut().unwrap().sort_by_key(Value::to_string);
            }
        }
        same(key, &ours, &theirs)?;
    }
    Ok(())
}

/// Objects of ours may have more keys.
fn same(what: &str, ours: &Value, theirs: &Value) -> Outcome {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => theirs.iter().try_for_each(|(key, theirs)| {
            same(&format!("{what}.{key}"), ours.get(key).unwrap_or(&Value::Null), theirs)
        }),
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            ours.iter().zip(theirs).try_for_each(|(ours, theirs)| same(what, ours, theirs))
        }
        _ if ours == theirs => Ok(()),
        _ => Err(format!("{what}: {ours}, expected {theirs}")),
    }
}

/// What a decoder made of a vector; `nothing` says whether it tells nothing of what is asked for.
fn judge(vector: &Value, made: Result<Value, Fail>, except: &[&str], nothing: impl Fn(&Value) -> bool) -> Outcome {
    match (vector["direction"].as_str().unwrap(), made) {
        ("reject", Ok(made)) if !nothing(&made) => Err(format!("taken: {made}")),
        ("reject", _) | ("nocrash", Ok(_) | Err(Fail::Data(_))) => Ok(()),
        (_, Ok(made)) => compare(&made, &vector["expect"], except),
        (_, Err(fail)) => Err(fail.to_string()),
    }
}

/// The command that a text answers.
fn command(name: &str, form: &str) -> Option<String> {
    let sign = match (name, form) {
        // Asked with parameters.
        ("+CMGR", "read") | (_, "set" | "query") => "=1",
        (_, "read") => "?",
        (_, "test") => "=?",
        (_, "exec") => "",
        _ => return None,
    };
    Some(format!("AT{name}{sign}"))
}

#[test]
fn at_lines() {
    all("at.jsonl", 150, |vector| {
        let expect = &vector["expect"];
        let item = expect["item"].as_str();
        let whole = item.is_none() || item == Some("final_result");
        if !whole || vector["context"]["vendor"].is_string() || vector["text"].is_null() {
            return None;
        }
        let (name, form) = (expect["command"].as_str().unwrap_or(""), expect["form"].as_str().unwrap_or(""));
        let mut text = vector["text"].as_str().unwrap().to_owned();
        // Some texts are only what stands behind the name.
        if form == "urc" && !text.contains(name) {
            text = format!("{name}: {text}");
        }
        let charset = vector["context"]["charset"].as_str().and_then(Charset::from_name).unwrap_or(Charset::Ira);
        let command = command(name, form);
        let made = at::decode(text.as_bytes(), command.as_deref(), charset);
        let made = made.and_then(|made| match made.complaint {
            Some(complaint) => Err(Fail::Data(complaint)),
            None => Ok(made.documents[0].clone()),
        });
        let meant = ["retries_left", "voice_enabled", "imei", "esn", "meid"];
        let nothing = |made: &Value| meant.iter().all(|key| made[*key].is_null());
        // The form is of the command that is given.
        let except: &[&str] = if matches!(name, "+CMGR" | "+CCWA") { &["form"] } else { &[] };
        Some(judge(vector, made, except, nothing))
    });
}

/// Makers' answers: that they are read as what was declared.
#[test]
fn at_lines_of_makers() {
    all("at.jsonl", 100, |vector| {
        let expect = &vector["expect"];
        // One is of a form that came before the one declared.
        let old = vector["id"] == "at-mm-altair-pcoinfo-6";
        let plain = vector["direction"] == "parse" && expect["item"].is_null() && !old;
        if !plain || vector["context"]["vendor"].is_null() {
            return None;
        }
        let (name, form) = (expect["command"].as_str()?, expect["form"].as_str()?);
        let text = vector["text"].as_str()?;
        let command = command(name, form);
        Some(match at::decode(text.as_bytes(), command.as_deref(), Charset::Ira) {
            Ok(at::Decoded { complaint: Some(complaint), .. }) => Err(complaint),
            Ok(made) => {
                let made = made.documents;
                let lines = made[0]["lines"].as_array().unwrap();
                let read = lines.iter().any(|line| line["fields"].is_object());
                if read || lines.is_empty() || !text.contains(name) {
                    Ok(())
                } else {
                    Err(format!("not read: {}", made[0]))
                }
            }
            Err(fail) => Err(fail.to_string()),
        })
    });
}

#[test]
fn short_messages() {
    all("sms.jsonl", 30, |vector| {
        let expect = &vector["expect"];
        let octets = digits(vector["hex"].as_str()?).ok()?;
        let kind = match (expect["standard"].as_str(), expect["item"].as_str()) {
            (Some("3gpp2"), _) => SmsKind::Cdma,
            (_, Some("cbs")) => SmsKind::Broadcast,
            (_, Some(_)) => return None,
            _ if expect["smsc_present"] == false => SmsKind::Tpdu,
            _ if expect["tpdu_length"].as_u64() == u64::try_from(octets.len()).ok() => SmsKind::Tpdu,
            _ => SmsKind::Pdu,
        };
        let direction = if expect["outgoing"] == true { Direction::ToServiceCentre } else { Direction::Stored };
        // These tables are not named in the message.
        let table = expect["locking_shift_language"].as_u64().is_some_and(|language| language != 0)
            || expect["single_shift_language"].as_u64().is_some_and(|language| language != 0);
        let in_header = expect["udh"].as_array().is_some_and(|elements| !elements.is_empty());
        let except: &[&str] = match table && !in_header {
            true => &["text", "locking_shift_language", "single_shift_language", "accepted"],
            false => &["accepted"],
        };
        let told = sms::decode(&octets, Some(kind), direction);
        let outcome = judge(vector, told, except, |_| false);
        // The same without being told what it is; but what begins with 0 looks as if no service centre stood in front.
        if kind == SmsKind::Tpdu && octets[0] == 0 {
            return Some(outcome);
        }
        let guessed = || judge(vector, sms::decode(&octets, None, direction), except, |_| false);
        Some(outcome.and_then(|()| guessed().map_err(|why| format!("as it looks: {why}"))))
    });
}

#[test]
fn frames() {
    all("cmux.jsonl", 5, |vector| {
        let made = cmux::decode(&digits(vector["hex"].as_str()?).ok()?);
        Some(match (vector["direction"].as_str()?, made) {
            // One frame.
            ("build", Ok(made)) => {
                let mut frame = made["frames"][0].clone();
                frame["option"] = made["option"].clone();
                compare(&frame, &vector["expect"], &["fcs"])
            }
            (_, made) => judge(vector, made, &[], |_| false),
        })
    });
}
