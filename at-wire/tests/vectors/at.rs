//! Parameters, result codes, command lines, and answers to commands. [`tried`] says which cases are tried; not yet are
//! streams, makers' answers, and what a manager concludes from an answer, such as bands or modes by name.

use at_wire::Writer;
use at_wire::classify::{Class, Pending, classify};
use at_wire::command::network::Registration;
use at_wire::command::{call, packet, sim, sms};
use at_wire::framer::{Event, Expected, Framer};
use at_wire::message::Line;
use at_wire::parameter::{Escaping, LineWriter, Rest, Str, Value as _, parameters_of};
use at_wire::result::{Cause, FinalResult, Options};
use at_wire::urc::standard::CLip;
use serde_json::{Value, json};

use crate::{Case, Outcome, equal};

/// The items that are tried.
const ITEMS: &[&str] =
    &["final_result", "command", "dial_string", "dtmf_split", "apn_match", "urc_or_response", "parameters"];

/// The commands whose answers are tried.
const COMMANDS: &[&str] = &[
    "+CREG", "+CGREG", "+CEREG", "+C5GREG", "+CRSM", "+CGACT", "+CLIP", "+CNUM", "+CMGR", "+CFUN", "+CGEV", "+COPS",
    "+CLCC",
];

/// Whether a case is tried.
pub(crate) fn tried(vector: &Value) -> bool {
    let expect = &vector["expect"];
    let among = |list: &[&str], value: &Value| value.as_str().is_some_and(|value| list.contains(&value));
    // Numbers of 128 bits, and hexadecimal ones with separators, are no parameters of any command.
    let unusual = |kind: &Value| kind.as_str().is_some_and(|kind| kind.starts_with("hex") || kind == "u128");
    if expect["types"].as_array().is_some_and(|kinds| kinds.iter().any(unusual)) {
        return false;
    }
    let vendor = vector["context"]["vendor"].is_string();
    if expect["item"].is_string() {
        among(ITEMS, &expect["item"])
    } else {
        !vendor && among(COMMANDS, &expect["command"])
    }
}

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    let text = case.vector["text"].as_str().unwrap_or("");
    match case.item {
        Some("final_result") => final_result(case, text),
        Some("command") => command(case, text),
        Some("parameters") => parameters(case, text),
        Some("dial_string") => equal("valid", &call::is_dial_string(text.as_bytes()), &(case.direction == "parse")),
        Some("dtmf_split") => {
            let parts: Vec<_> = call::tones(text.as_bytes()).map(|part| String::from_utf8_lossy(part)).collect();
            case.compare(&json!({"command": "+VTS", "parts": parts}))
        }
        Some("apn_match") => {
            let input = &case.vector["input"];
            let told = input["existing"].as_str().unwrap_or("");
            let requested = input["requested"].as_str().unwrap_or("");
            case.compare(&json!({"match": packet::is_same_apn(told, requested)}))
        }
        Some("urc_or_response") => {
            let pending = Pending { names: &["+CREG"], reads: true, ..Pending::default() };
            let class = classify(text.trim().as_bytes(), Some(&pending), &["+CREG"], Options::LENIENT);
            case.compare(&json!({"command": "+CREG", "is_urc": matches!(class, Class::Unsolicited(_))}))
        }
        Some(_) => case.unknown(),
        None => answer(case, text),
    }
}

/// The lines of a text.
fn lines(text: &str) -> Vec<String> {
    let mut buffer = [0; 1024];
    let mut framer = Framer::new(&mut buffer);
    let ended = format!("{text}\r\n");
    let mut input = ended.as_bytes();
    let mut lines = Vec::new();
    while let Some(event) = framer.next(&mut input, &Expected::default()) {
        if let Event::Line(line) = event {
            lines.push(String::from_utf8_lossy(line).into_owned());
        }
    }
    lines
}

fn final_result(case: &Case<'_>, text: &str) -> Outcome {
    let lines = lines(text);
    let result = lines.iter().find_map(|line| FinalResult::of(line.as_bytes(), Options::default()));
    let detail = |kind: &str, cause: Cause<'_>| match cause {
        Cause::Number(number) => json!({"kind": kind, "detail": number.to_string()}),
        Cause::Text(text) => json!({"kind": kind, "detail": String::from_utf8_lossy(text)}),
    };
    let shown = result.map(|result| match result {
        FinalResult::Ok => json!({"kind": "ok"}),
        FinalResult::Error => json!({"kind": "error"}),
        FinalResult::Busy => json!({"kind": "busy"}),
        FinalResult::NoAnswer => json!({"kind": "no-answer"}),
        FinalResult::NoDialtone => json!({"kind": "no-dialtone"}),
        FinalResult::NoCarrier => json!({"kind": "no-carrier"}),
        FinalResult::Cme(cause) => detail("cme-error", cause),
        FinalResult::Cms(cause) => detail("cms-error", cause),
        other => json!({"kind": format!("{other:?}")}),
    });
    case.compare(&json!({"final": shown, "is_error": result.map(|result| !result.is_success())}))
}

fn command(case: &Case<'_>, text: &str) -> Outcome {
    let from = &case.expect["build_from"];
    let mut buffer = [0; 200];
    let mut writer = Writer::new(&mut buffer);
    let name = from["command"].as_str();
    if let Some(name) = name {
        writer.bytes(format!("AT{name}=").as_bytes());
    }
    let mut line = LineWriter::command(&mut writer, Escaping::V250, b"");
    for value in from["values"].as_array().ok_or("no values")? {
        match value {
            Value::Null => line.skip(),
            Value::Bool(value) => value.write(&mut line),
            Value::Number(number) => match number.as_i64() {
                Some(number) => number.write(&mut line),
                None => number.as_f64().ok_or("no number")?.write(&mut line),
            },
            Value::String(text) => Str(text.as_bytes()).write(&mut line),
            Value::Object(raw) => Rest(raw["raw"].as_str().ok_or("no raw text")?.as_bytes()).write(&mut line),
            Value::Array(_) => return Err("a list".into()),
        }
    }
    if name.is_some() {
        writer.byte(b'\r');
    }
    let written = writer.finish().map_err(|error| error.to_string())?;
    equal("line", &String::from_utf8_lossy(written).as_ref(), &text)
}

fn answer(case: &Case<'_>, text: &str) -> Outcome {
    let name = case.text("command").unwrap_or("");
    match name {
        "+CGEV" => return packet_event(case, text),
        "+COPS" => return search(case, text),
        _ => {}
    }
    let lines: Vec<_> = lines(text);
    let named: Vec<_> = lines.iter().filter(|line| parameters_of(name, line.as_bytes()).is_some()).collect();
    let first = named.first().map_or(&b""[..], |line| line.as_bytes());
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let fail = |error: at_wire::DecodeError| error.to_string();
    let mut ours = match name {
        "+CREG" | "+CGREG" | "+CEREG" | "+C5GREG" => {
            let read = Registration::parse(name, first).map_err(fail)?;
            json!({
                "stat": read.stat, "area_code": read.area.unwrap_or(0), "cell_id": read.cell.unwrap_or(0),
                "act": read.act, "is_urc": read.n.is_none(),
            })
        }
        "+CRSM" => {
            let read = sim::crsm::SetAnswer::parse(first).map_err(fail)?;
            let data = read.response.map(|octets| match octets {
                at_wire::parameter::Octets::Digits(digits) | at_wire::parameter::Octets::Raw(digits) => text(digits),
            });
            json!({"sw1": read.sw1, "sw2": read.sw2, "data": data})
        }
        "+CGACT" => {
            let read = named.iter().map(|line| packet::cgact::ReadAnswer::parse(line.as_bytes()).map_err(fail));
            let contexts: Result<Vec<_>, _> =
                read.map(|read| read.map(|read| json!({"cid": read.cid, "active": read.state == 1}))).collect();
            json!({"contexts": contexts?})
        }
        "+CLIP" => {
            let read = CLip::parse(first).map_err(fail)?;
            json!({"number": text(read.number.0), "type": read.kind})
        }
        "+CNUM" => {
            let read = named.iter().map(|line| call::cnum::ExecuteAnswer::parse(line.as_bytes()).map_err(fail));
            let numbers: Result<Vec<_>, _> = read.map(|read| read.map(|read| text(read.number.0))).collect();
            json!({"numbers": numbers?})
        }
        "+CMGR" => {
            let read = sms::cmgr::SetAnswer::parse(first).map_err(fail)?;
            json!({"stat": read.stat, "pdu": lines.get(1)})
        }
        "+CLCC" => {
            let mut calls = Vec::new();
            for line in &named {
                let read = call::clcc::ExecuteAnswer::parse(line.as_bytes()).map_err(fail)?;
                let direction = if read.dir == 1 { "incoming" } else { "outgoing" };
                let states = ["active", "held", "dialing", "alerting", "incoming", "waiting"];
                let number = read.number.map(|number| text(number.0));
                calls.push(json!({
                    "index": read.id, "direction": direction, "state": states[usize::from(read.stat)], "number": number,
                }));
            }
            json!({"calls": calls})
        }
        "+CFUN" => {
            let read = at_wire::command::equipment::cfun::ReadAnswer::parse(first).map_err(fail)?;
            json!({"fun": read.fun})
        }
        _ => return case.unknown(),
    };
    // What names make of numbers is said by tables of the reader's own.
    for key in ["command", "form", "registration", "access_technology", "area_code_is", "power"] {
        if let Some(theirs) = case.expect.get(key) {
            ours[key] = theirs.clone();
        }
    }
    let form = case.text("form");
    if let (Some(urc), "+CREG" | "+CGREG" | "+CEREG" | "+C5GREG") = (ours["is_urc"].as_bool(), name) {
        equal("form", &urc, &(form == Some("urc")))?;
    }
    case.compare(&ours)
}

fn packet_event(case: &Case<'_>, text: &str) -> Outcome {
    use at_wire::urc::{Origin, PacketEvent, PdpContext, Secondary};

    let text = text.strip_prefix("+CGEV:").unwrap_or(text);
    let name = |origin, what: &str| format!("{}-{what}", if origin == Origin::Network { "nw" } else { "me" });
    let pdp = |event: String, context: PdpContext<'_>| {
        json!({
            "event": event,
            "pdp_type": String::from_utf8_lossy(context.pdp_type),
            "pdp_address": String::from_utf8_lossy(context.pdp_addr),
            "cid": context.cid.unwrap_or(0),
        })
    };
    let secondary = |event: String, context: Secondary| json!({"event": event, "cid": context.cid, "parent_cid": context.p_cid, "event_type": context.event_type});
    let mut ours = match PacketEvent::parse(text.as_bytes()) {
        PacketEvent::Detach(origin) => json!({"event": name(origin, "detach")}),
        PacketEvent::Reject(context) => pdp("reject".into(), context),
        PacketEvent::Reactivate(context) => pdp("nw-react".into(), context),
        PacketEvent::DeactivatePdp(origin, context) => pdp(name(origin, "deact-pdp"), context),
        PacketEvent::Deactivate(origin, context) => secondary(name(origin, "deact-secondary"), context),
        PacketEvent::Activate(origin, context) => secondary(name(origin, "act-secondary"), context),
        PacketEvent::ActivatePdn(origin, cid, _) => json!({"event": name(origin, "act-primary"), "cid": cid}),
        PacketEvent::DeactivatePdn(origin, cid) => json!({"event": name(origin, "deact-primary"), "cid": cid}),
        other => return Err(format!("{other:?}")),
    };
    ours["command"] = "+CGEV".into();
    ours["form"] = "urc".into();
    case.compare(&ours)
}

fn search(case: &Case<'_>, text: &str) -> Outcome {
    // One modem writes its names in UCS-2.
    let ucs2 = case.vector["context"]["charset"] == "ucs2";
    let shown = |bytes: &[u8]| -> Value {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let units = text.as_bytes().chunks(4).map(|unit| u16::from_str_radix(core::str::from_utf8(unit).unwrap(), 16));
        let text = match units.collect::<Result<Vec<_>, _>>() {
            Ok(units) if ucs2 => String::from_utf16(&units).unwrap(),
            _ => text,
        };
        if text.is_empty() { Value::Null } else { text.into() }
    };
    let ours: Vec<_> = at_wire::command::network::operators(text.as_bytes())
        .map(|operator| {
            let status = ["unknown", "available", "current", "forbidden"][usize::from(operator.stat.unwrap_or(0))];
            let technology = match operator.act {
                None | Some(0) => "gsm",
                Some(2) => "umts",
                Some(7) => "lte",
                _ => "other",
            };
            json!({
                "status": status, "long": shown(operator.long.0), "short": shown(operator.short.0),
                "code": shown(operator.numeric.0), "access_technology": technology,
            })
        })
        .collect();
    let theirs = case.expect["operators"].as_array().ok_or("no operators")?.clone();
    let rows = |operators: &[Value]| {
        let keys = ["status", "long", "short", "code", "access_technology"];
        let row = |operator: &Value| keys.map(|key| operator[key].to_string());
        let mut rows: Vec<_> = operators.iter().map(row).collect();
        rows.sort();
        rows
    };
    equal("operators", &rows(&ours), &rows(&theirs))
}

/// Reads parameters by the types of the case.
fn parameters(case: &Case<'_>, text: &str) -> Outcome {
    let (head, rest) = text.split_once("\r\n").unwrap_or((text, ""));
    let name = head.split_once(':').map_or("", |(name, _)| name);
    let mut fields = match head.starts_with('+') {
        true => parameters_of(name, head.as_bytes()).ok_or("no name")?,
        false => at_wire::parameter::Fields::new(head.as_bytes()),
    };
    let fail = |error: at_wire::DecodeError| error.to_string();
    let mut values = Vec::new();
    for kind in case.expect["types"].as_array().ok_or("no types")? {
        let kind = kind.as_str().unwrap_or("");
        let plain = kind.strip_prefix("option(").map_or(kind, |kind| kind.trim_end_matches(')'));
        values.push(match plain {
            "u8" | "usize" | "i8" | "i16" | "i32" | "length" => json!(fields.value::<i64>("number").map_err(fail)?),
            // The shortest digits that tell a number of this size.
            "f32" => json!(fields.value::<f32>("number").map_err(fail)?.to_string().parse::<f64>().unwrap()),
            "f64" => json!(fields.value::<f64>("number").map_err(fail)?),
            "bool" => json!(fields.value::<bool>("bool").map_err(fail)?),
            "string" | "bytes" => {
                json!(String::from_utf8_lossy(fields.value::<Str<'_>>("text").map_err(fail)?.0))
            }
            "rest" => json!(rest),
            "counted bytes" => {
                let length = values.last().and_then(Value::as_u64).ok_or("no length")? as usize;
                let bytes = fields.rest();
                let bytes = bytes.strip_prefix(b"\"").unwrap_or(bytes);
                json!(String::from_utf8_lossy(bytes.get(..length).ok_or("too short")?))
            }
            other => return Err(format!("unknown type {other}")),
        });
    }
    equal("values", &json!(values), &case.expect["values"])
}
