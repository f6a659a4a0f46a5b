//! Parameters, result codes, command lines, streams, and answers to commands: judged through the declarations. What the
//! cases name in words, the tables here make of our values.

use at_wire::Writer;
use at_wire::catalogue::meaning::generations;
use at_wire::catalogue::{answer_to_json, final_to_json};
use at_wire::classify::{Class, Pending, classify};
use at_wire::command::network::operator_text;
use at_wire::command::packet::PdpType;
use at_wire::command::{call, packet};
use at_wire::framer::{Event, Expected, Framer};
use at_wire::identity::{self, Digits, Iccid, Plmn};
use at_wire::input;
use at_wire::message::{Form, Line};
use at_wire::parameter::{Escaping, Fields, Hex, LineWriter, Octets, Rest, Str, Value as _, parameters_of};
use at_wire::radio::{self, Band, Generations, Modes};
use at_wire::result::{FinalResult, Options};
use at_wire::text::Text;
use at_wire::text::charset::Charset;
use serde_json::{Value, json};

use crate::{Case, Outcome, equal};

#[path = "at_streams.rs"]
mod streams;
#[path = "at_vendors.rs"]
mod vendors;

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    let text = case.vector["text"].as_str().unwrap_or("");
    let vendor = case.vector["context"]["vendor"].as_str();
    match (case.item, vendor) {
        (Some("stream"), _) => streams::stream(case, text),
        (Some("echo" | "echo_removal"), _) => streams::echo(case, text),
        (Some(item), None) => item_of(case, item, text),
        (_, Some(vendor)) => vendors::run(case, vendor, text),
        (None, None) => answer(case, text),
    }
}

/// Cases that are no whole answer.
fn item_of(case: &Case<'_>, item: &str, text: &str) -> Outcome {
    let bytes = text.as_bytes();
    let valid = |valid: bool| equal("valid", &valid, &(case.direction == "parse"));
    match item {
        "final_result" => final_result(case, text),
        "command" => command(case, text),
        "parameters" => parameters(case, text),
        "dial_string" => valid(call::is_dial_string(bytes)),
        "digits_only" => valid(input::is_digits(text)),
        "host_name" => valid(input::is_host_name(text)),
        "dtmf_split" => {
            let parts: Vec<_> = call::tones(bytes).map(|part| String::from_utf8_lossy(part)).collect();
            case.compare(&json!({"command": "+VTS", "parts": parts}))
        }
        "apn_match" => {
            let input = &case.vector["input"];
            let told = input["existing"].as_str().unwrap_or("");
            let requested = input["requested"].as_str().unwrap_or("");
            case.compare(&json!({"match": packet::is_same_apn(told, requested)}))
        }
        "urc_or_response" => {
            let pending = Pending { names: &["+CREG"], reads: true, ..Pending::default() };
            let class = classify(text.trim().as_bytes(), Some(&pending), &["+CREG"], Options::LENIENT);
            case.compare(&json!({"command": "+CREG", "is_urc": matches!(class, Class::Unsolicited(_))}))
        }
        "context_choice" => context_choice(case),
        "operator_name_decode" => {
            let charset = charset(&case.vector["context"]);
            case.compare(&json!({"result": utf8(operator_text(Str(bytes), charset))}))
        }
        "operator_id" => case
            .read(Plmn::parse(bytes), |plmn| json!({"mcc": plmn.mcc, "mnc": plmn.mnc, "mnc_digits": plmn.mnc_digits})),
        "iccid" => case.read(Iccid::parse(bytes), |iccid| json!({"iccid": iccid.as_str()})),
        "EF-AD" => case.read(identity::mnc_length(&case.bytes), |length| json!({"mnc_length": length})),
        "EF-SPN" => case.read(identity::service_provider_name(&case.bytes), |name| json!({"name": utf8(name)})),
        "EF-ECC" => {
            let octets = crate::unhex(text)?;
            let numbers: Vec<_> = identity::emergency_numbers(&octets).map(|number| number.to_string()).collect();
            case.compare(&json!({"command": "+CRSM", "numbers": numbers}))
        }
        "bcd_digits" => case.compare(&json!({
            "low_nibble_first": Digits::low_first(&case.bytes).to_string(),
            "high_nibble_first": Digits::high_first(&case.bytes).to_string(),
        })),
        "access_technology_name" => {
            let names = match radio::generation_of(text) {
                Generations::G2 => json!(["gsm"]),
                Generations::G3 => json!(["umts"]),
                Generations::G4 => json!(["lte"]),
                other => return Err(format!("{other:?}")),
            };
            case.compare(&json!({"access_technologies": names}))
        }
        "number_list" => {
            let ranges: Result<Vec<_>, _> = input::numbers(text).collect();
            case.read(ranges, |ranges| {
                let numbers: Vec<_> = ranges.into_iter().flat_map(|(low, high)| low..=high).collect();
                json!({"numbers": numbers})
            })
        }
        "key_value_list" => {
            let entries: Result<Vec<_>, _> = input::settings(text).collect();
            case.read(entries, |entries| json!({"entries": entries}))
        }
        "hex_string" => case.read(Octets::read(Fields::new(bytes).field()), |octets| {
            let mut buffer = [0; 64];
            json!({"bytes": crate::hex(octets.octets(&mut buffer).unwrap())})
        }),
        // An empty number is refused where one must be; where it may be left out, its value is 0 then.
        "i32_field" => number_field::<i32>(case, text),
        "u32_field" => number_field::<u32>(case, text),
        "parenthesised_groups" => {
            let mut fields = Fields::new(bytes);
            let mut groups = Vec::new();
            loop {
                groups.push(String::from_utf8_lossy(fields.field().group().rest()).into_owned());
                if fields.rest().is_empty() {
                    break;
                }
            }
            case.compare(&json!({"groups": groups}))
        }
        "strip_control_characters" => {
            let joined = lines(text).concat();
            case.compare(&json!({"result": joined}))
        }
        _ => case.unknown(),
    }
}

fn number_field<'a, T: at_wire::parameter::Value<'a> + Default + Into<Value>>(
    case: &Case<'_>,
    text: &'a str,
) -> Outcome {
    let field = Fields::new(text.as_bytes()).field();
    match case.direction {
        "reject" => Case::refused(T::read(field)),
        _ => {
            let value = Option::<T>::read(field).map_err(|error| error.to_string())?;
            case.compare(&json!({"value": Into::<Value>::into(value.unwrap_or_default())}))
        }
    }
}

/// The text as UTF-8.
fn utf8(text: Text<'_>) -> String {
    text.chars().collect()
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The character set of a context.
fn charset(context: &Value) -> Charset {
    context["charset"].as_str().and_then(Charset::from_name).unwrap_or(Charset::Ira)
}

/// The bands in the words of the cases.
fn band_names(bands: impl Iterator<Item = Band>) -> Vec<String> {
    let name = |band| match band {
        Band::Gsm(850) => "g850".into(),
        Band::Gsm(900) => "egsm".into(),
        Band::Gsm(1800) => "dcs".into(),
        Band::Gsm(1900) => "pcs".into(),
        other => other.to_string(),
    };
    bands.map(name).collect()
}

/// Bands of the words in a case.
fn bands_of(names: &Value) -> Vec<Band> {
    let number = |text: &str| text.parse().expect("a band's number");
    let band = |name: &Value| match name.as_str().expect("a band's name") {
        "g850" => Band::Gsm(850),
        "egsm" => Band::Gsm(900),
        "dcs" => Band::Gsm(1800),
        "pcs" => Band::Gsm(1900),
        other => match other.split_once('-').expect("a band's name") {
            ("utran", text) => Band::Utran(number(text)),
            ("eutran", text) => Band::Eutran(number(text)),
            other => panic!("{other:?}"),
        },
    };
    names.as_array().into_iter().flatten().map(band).collect()
}

/// The generations of the words in a case.
fn generations_of(names: &Value) -> Generations {
    let one = |name: &Value| {
        let named = |one: &Generations| one.to_string() == name.as_str().expect("a generation");
        Generations::EACH.into_iter().find(named).expect("a generation")
    };
    names.as_array().into_iter().flatten().map(one).fold(Generations::NONE, |all, one| all | one)
}

fn modes(modes: Modes) -> Value {
    json!({"allowed": generations(modes.allowed), "preferred": generations(modes.preferred)})
}

/// The modes that a command is to set.
fn modes_of(from: &Value) -> Modes {
    Modes { allowed: generations_of(&from["allowed"]), preferred: generations_of(&from["preferred"]) }
}

fn fail(error: at_wire::DecodeError) -> String {
    error.to_string()
}

/// The lines of a text that are called `name`, read.
fn all<'l, T: Line<'l>>(lines: &'l [String]) -> Result<Vec<T>, String> {
    let named = lines.iter().filter(|line| parameters_of(T::NAME, line.as_bytes()).is_some());
    named.map(|line| T::parse(line.as_bytes()).map_err(fail)).collect()
}

/// The first of them, or why there is none.
fn first<'l, T: Line<'l>>(lines: &'l [String]) -> Result<T, String> {
    T::parse(lines.first().ok_or("no line")?.as_bytes()).map_err(fail)
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
    let shown = result.as_ref().map(final_to_json);
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

fn context_choice(case: &Case<'_>) -> Outcome {
    let input = &case.vector["input"];
    let text = |key: &str| lines(input[key].as_str().unwrap_or(""));
    let (tests, reads) = (text("+CGDCONT=?"), text("+CGDCONT?"));
    let tests: Vec<packet::cgdcont::TestAnswer<'_>> = all(&tests)?;
    let reads: Vec<packet::cgdcont::ReadAnswer<'_>> = all(&reads)?;
    let pdp_type = match input["pdp_type"].as_str() {
        Some("ipv4") => PdpType::Ipv4,
        Some("ipv6") => PdpType::Ipv6,
        _ => PdpType::Ipv4v6,
    };
    let apn = input["apn"].as_str().unwrap_or("");
    let choice = packet::choose_context(apn, pdp_type, tests.into_iter(), reads.into_iter());
    case.compare(&json!({
        "cid": choice.cid(),
        "reused": matches!(choice, packet::ContextChoice::Reuse(_)),
        "overwritten": matches!(choice, packet::ContextChoice::Overwrite(_)),
    }))
}

/// The form of a case.
fn form(case: &Case<'_>) -> Form {
    match (case.text("command"), case.text("form")) {
        // Asked with parameters.
        (Some("+CMGR"), Some("read")) | (_, Some("set" | "query")) => Form::Set,
        (_, Some("read")) => Form::Read,
        (_, Some("test")) => Form::Test,
        (_, Some("exec")) => Form::Execute,
        (_, Some("urc")) => Form::Unsolicited,
        other => panic!("{other:?}"),
    }
}

/// An answer by 3GPP, or a URC.
fn answer(case: &Case<'_>, text: &str) -> Outcome {
    let name = case.text("command").unwrap_or("");
    let lines = lines(text);
    let lines: Vec<_> = lines.iter().map(|line| line.as_bytes()).collect();
    let ours = answer_to_json(name, form(case), &lines, charset(&case.vector["context"]));
    let ours = ours.map_err(fail).and_then(|ours| ours.ok_or("nothing is known of this".into()));
    if case.direction == "reject" {
        // A refusal is also that nothing is told of what is asked for.
        let told =
            |ours: &Value| ours.as_object().unwrap().iter().any(|(key, value)| key != "meaning" && !value.is_null());
        let ours = ours.and_then(|ours| if told(&ours) { Ok(()) } else { Err("nothing told".into()) });
        return Case::refused(ours);
    }
    let mut ours = ours?;
    if ours.get("form").is_none() {
        ours["form"] = case.expect["form"].clone();
    }
    ours["command"] = name.into();
    case.compare(&ours)
}

/// Reads parameters by the types of the case.
fn parameters(case: &Case<'_>, text: &str) -> Outcome {
    let (head, rest) = text.split_once("\r\n").unwrap_or((text, ""));
    let name = head.split_once(':').map_or("", |(name, _)| name);
    let mut fields = match head.starts_with('+') {
        true => parameters_of(name, head.as_bytes()).ok_or("no name")?,
        false => at_wire::parameter::Fields::new(head.as_bytes()),
    };
    let mut values = Vec::new();
    for kind in case.expect["types"].as_array().ok_or("no types")? {
        let kind = kind.as_str().unwrap_or("");
        let plain = kind.strip_prefix("option(").map_or(kind, |kind| kind.trim_end_matches(')'));
        values.push(match plain {
            "u8" | "usize" | "i8" | "i16" | "i32" | "length" => json!(fields.value::<i64>("number").map_err(fail)?),
            // The shortest digits that tell a number of this size.
            "f32" => json!(fields.value::<f32>("number").map_err(fail)?.to_string().parse::<f64>().unwrap()),
            "f64" => json!(fields.value::<f64>("number").map_err(fail)?),
            "u128" => json!(fields.value::<u128>("number").map_err(fail)?.to_string()),
            // As many digits as the type has, which the text may have less of.
            "hex u8" => json!(format!("{:#04x}", fields.value::<Hex<u8>>("number").map_err(fail)?.0)),
            "hex u16" => json!(format!("{:#06x}", fields.value::<Hex<u16>>("number").map_err(fail)?.0)),
            "hex u32" => json!(format!("{:#010x}", fields.value::<Hex<u32>>("number").map_err(fail)?.0)),
            "hex u64" => json!(format!("{:#018x}", fields.value::<Hex<u64>>("number").map_err(fail)?.0)),
            "hex u128" => json!(format!("{:#034x}", fields.value::<Hex<u128>>("number").map_err(fail)?.0)),
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
