//! Parameters, result codes, command lines, streams, and answers to commands: judged through the declarations. What the
//! cases name in words, the tables here make of our values.

use at_wire::Writer;
use at_wire::classify::{Class, Pending, classify};
use at_wire::command::equipment::{Lock, Power};
use at_wire::command::network::{Registration, operator_text, operators};
use at_wire::command::packet::{DynamicContext, PdpType};
use at_wire::command::sim::StatusWord;
use at_wire::command::sms::{Memory, PduLine};
use at_wire::command::{call, equipment, general, network, packet, services, sim, sms};
use at_wire::framer::{Event, Expected, Framer};
use at_wire::identity::{self, Digits, Iccid, Plmn, SerialNumber};
use at_wire::message::Line;
use at_wire::parameter::{Escaping, Fields, Hex, LineWriter, Octets, Rest, Str, Value as _, Word, parameters_of};
use at_wire::radio::{self, Band, Generations, Modes};
use at_wire::result::{Cause, FinalResult, Options};
use at_wire::text::Text;
use at_wire::text::charset::Charset;
use at_wire::time::Clock;
use at_wire::urc::standard::{CBm, CCwa, CLip};
use at_wire::{address, input};
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

fn generations(generations: Generations) -> Vec<String> {
    generations.iter().map(|one| one.to_string()).collect()
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

fn power(power: Option<Power>) -> Value {
    match power {
        Some(Power::Off) => "off".into(),
        Some(Power::Low) => "low".into(),
        Some(Power::On) => "on".into(),
        None => Value::Null,
    }
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

/// Minutes that a clock is ahead of UTC.
fn offset_minutes(clock: Clock) -> Value {
    if clock.has_zone { json!(i32::from(clock.time.quarter_hours) * 15) } else { Value::Null }
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

/// A type in the words of the cases, which know three.
fn pdp_type(name: Str<'_>) -> Option<&'static str> {
    match PdpType::of(name)? {
        PdpType::Ipv4 => Some("ipv4"),
        PdpType::Ipv6 => Some("ipv6"),
        PdpType::Ipv4v6 => Some("ipv4v6"),
        _ => None,
    }
}

const STATES: [&str; 12] = [
    "idle",
    "home",
    "searching",
    "denied",
    "unknown",
    "roaming",
    "home-sms-only",
    "roaming-sms-only",
    "emergency-only",
    "home-csfb-not-preferred",
    "roaming-csfb-not-preferred",
    "attached-rlos",
];

/// What `AcT` is called in the cases.
fn technology(act: Option<u8>) -> &'static str {
    match act {
        Some(0) => "gsm",
        Some(1) => "gsm-compact",
        Some(2) => "umts",
        Some(3) => "edge",
        Some(4) => "hsdpa",
        Some(5) => "hsupa",
        Some(6) => "hspa",
        Some(7) => "lte",
        Some(11 | 12) => "5gnr",
        _ => "unknown",
    }
}

fn registration(case: &Case<'_>, name: &str, line: &str) -> Outcome {
    let read = Registration::parse(name, line.as_bytes()).map_err(fail)?;
    let lte = matches!(name, "+CEREG" | "+C5GREG");
    case.compare(&json!({
        "command": name,
        "form": if read.n.is_some() { "read" } else { "urc" },
        "stat": read.stat,
        "registration": read.stat.and_then(|stat| STATES.get(usize::from(stat))),
        "area_code": read.area.unwrap_or(0),
        "cell_id": read.cell.unwrap_or(0),
        "access_technology": technology(read.act),
        "area_code_is": if lte { "tracking area code" } else { "location area code" },
    }))
}

/// Calls of `+CLCC` and `^SLCC`.
fn calls(calls: impl Iterator<Item = (u8, u8, u8, Option<String>)>) -> Value {
    let states = ["active", "held", "dialing", "alerting", "incoming", "waiting"];
    calls
        .map(|(index, dir, stat, number)| {
            let direction = if dir == 1 { "incoming" } else { "outgoing" };
            json!({"index": index, "direction": direction, "state": states[usize::from(stat)], "number": number})
        })
        .collect()
}

/// Levels that are known, in dBm and dB.
fn signal(rxlev: u8, rscp: u8, ecno: u8, rsrq: u8, rsrp: u8, rssnr: Option<i16>) -> Value {
    let tenths = |level: i16| f64::from(level) / 10.0;
    let mut signal = json!({});
    if let Some(rssi) = radio::rxlev(rxlev) {
        signal["gsm"] = json!({"rssi_dbm": tenths(rssi)});
    }
    if let (Some(rscp), Some(ecno)) = (radio::rscp(rscp), radio::ecno(ecno)) {
        signal["umts"] = json!({"rscp_dbm": tenths(rscp), "ecio_db": tenths(ecno)});
    }
    if let (Some(rsrq), Some(rsrp)) = (radio::rsrq(rsrq), radio::rsrp(rsrp)) {
        signal["lte"] = json!({"rsrq_db": tenths(rsrq), "rsrp_dbm": tenths(rsrp)});
        if let Some(rssnr) = rssnr {
            signal["lte"]["snr_db"] = json!(f64::from(rssnr) / 2.0);
        }
    }
    signal
}

/// An answer by 3GPP, or a URC.
fn answer(case: &Case<'_>, text: &str) -> Outcome {
    let name = case.text("command").unwrap_or("");
    let form = case.text("form").unwrap_or("");
    let lines = lines(text);
    let ours = read(name, form, &lines);
    if case.direction == "reject" {
        return Case::refused(ours.and_then(|ours| ours.ok_or("not to be read".into())));
    }
    let Some(mut ours) = (match name {
        "+CREG" | "+CGREG" | "+CEREG" | "+C5GREG" => return registration(case, name, lines.first().ok_or("no line")?),
        "+CGEV" => return packet_event(case, text),
        "+COPS" => return search(case, text),
        _ => ours?,
    }) else {
        return case.unknown();
    };
    (ours["command"], ours["form"]) = (name.into(), form.into());
    case.compare(&ours)
}

/// The values of an answer; `None` for one that this does not know.
fn read(name: &str, form: &str, lines: &[String]) -> Result<Option<Value>, String> {
    Ok(Some(match (name, form) {
        ("+CBM", "urc") => {
            let read: CBm = first(lines)?;
            json!({"length": read.length, "pdu": lines.get(1)})
        }
        ("+CDS", "urc") => {
            let read = PduLine::parse("+CDS", lines[0].as_bytes()).map_err(fail)?;
            json!({"length": read.length, "pdu": lines.get(1)})
        }
        ("+CMGR", "read") => {
            let read = PduLine::parse("+CMGR", lines[0].as_bytes()).map_err(fail)?;
            let typed: sms::cmgr::SetAnswer<'_> = first(lines)?;
            equal("stat", &Some(typed.stat), &read.stat)?;
            json!({"stat": read.stat, "pdu": lines.get(1)})
        }
        ("+CCLK", "read") => {
            let read: equipment::cclk::ReadAnswer<'_> = first(lines)?;
            let clock = Clock::parse(read.time.0).map_err(fail)?;
            json!({"time": clock.time.to_string(), "utc_offset_minutes": offset_minutes(clock)})
        }
        ("+CCWA", "query") => {
            let read: Vec<services::ccwa::SetAnswer> = all(lines)?;
            let states = read.iter().map(|answer| (answer.status, answer.class));
            let voice = services::status_of_class(states, services::CLASS_VOICE).ok_or("nothing of voice")?;
            json!({"voice_enabled": voice})
        }
        ("+CCWA", "urc") => {
            let read: CCwa<'_> = first(lines)?;
            json!({"number": string(read.number.0), "type": read.kind, "class": read.class})
        }
        ("+CLIP", "urc") => {
            let read: CLip<'_> = first(lines)?;
            json!({"number": string(read.number.0), "type": read.kind})
        }
        ("+CESQ", "exec") => {
            let read: network::cesq::ExecuteAnswer = first(lines)?;
            json!({
                "rxlev": read.rxlev, "ber": read.ber, "rscp": read.rscp, "ecn0": read.ecno, "rsrq": read.rsrq,
                "rsrp": read.rsrp,
                "signal": signal(read.rxlev, read.rscp, read.ecno, read.rsrq, read.rsrp, None),
            })
        }
        ("+CFUN", "read") => {
            let read: equipment::cfun::ReadAnswer = first(lines)?;
            json!({"fun": read.fun, "power": power(Power::of(read.fun))})
        }
        ("+CGACT", "read") => {
            let read: Vec<packet::cgact::ReadAnswer> = all(lines)?;
            let contexts: Vec<_> =
                read.iter().map(|read| json!({"cid": read.cid, "active": read.state == 1})).collect();
            json!({"contexts": contexts})
        }
        ("+CGCONTRDP", "set") => {
            let read = DynamicContext::parse(lines[0].as_bytes()).map_err(fail)?;
            let typed: packet::cgcontrdp::SetAnswer<'_> = first(lines)?;
            equal("cid", &typed.cid, &read.cid)?;
            let netmask = read.address.zip(read.prefix).map(|(address, prefix)| address::mask_of(address, prefix));
            json!({
                "cid": read.cid, "bearer_id": read.bearer_id, "apn": read.apn.map(|apn| string(apn.0)),
                "address": read.address, "netmask": netmask, "gateway": read.gateway, "dns1": read.dns[0],
                "dns2": read.dns[1],
            })
        }
        ("+CGDCONT", "test") => {
            let read: Vec<packet::cgdcont::TestAnswer<'_>> = all(lines)?;
            let ranges: Vec<_> = read
                .iter()
                .filter_map(|read| {
                    let (low, high) = read.cid.ranges().next()?;
                    Some(json!({"pdp_type": pdp_type(read.pdp_type)?, "min_cid": low, "max_cid": high}))
                })
                .collect();
            json!({"ranges": ranges})
        }
        ("+CGDCONT", "read") => {
            let read: Vec<packet::cgdcont::ReadAnswer<'_>> = all(lines)?;
            let contexts: Vec<_> = read
                .iter()
                .map(|read| {
                    json!({
                        "cid": read.cid, "pdp_type": pdp_type(read.pdp_type),
                        "apn": read.apn.map(|apn| string(apn.0)), "address": read.pdp_addr.map(|address| string(address.0)),
                        "d_comp": read.d_comp, "h_comp": read.h_comp, "ipv4_addr_alloc": read.ipv4_addr_alloc,
                        "emergency": read.request_type, "p_cscf_discovery": read.pcscf_discovery,
                        "im_cn_signalling": read.im_cn_signalling,
                    })
                })
                .collect();
            json!({"contexts": contexts})
        }
        ("+CGEREP", "test") => {
            let read: packet::cgerep::TestAnswer<'_> = first(lines)?;
            let names = ["discard-urcs", "discard-urcs-if-link-reserved", "buffer-urcs-if-link-reserved"];
            json!({"modes": chosen(read.mode, &names)})
        }
        ("+CMER", "test") => {
            let read: equipment::cmer::TestAnswer<'_> = first(lines)?;
            let modes =
                ["buffer-urcs", "discard-urcs-if-link-reserved", "buffer-urcs-if-link-reserved", "forward-urcs"];
            let indicators = ["disable", "enable-not-caused-by-cind", "enable-all"];
            json!({"modes": chosen(read.mode, &modes), "indicator_modes": chosen(read.ind, &indicators)})
        }
        ("+CIND", "test") => {
            let read: equipment::cind::TestAnswer<'_> = first(lines)?;
            let indicators: Vec<_> = equipment::indicators(read)
                .map(|indicator| {
                    let name: String = string(indicator.name.0).to_lowercase().split_whitespace().collect();
                    assert!(indicator.is(&name), "{name}");
                    let (min, max) = indicator.values.bounds().expect("values");
                    json!({"index": indicator.index, "name": name, "min": min, "max": max})
                })
                .collect();
            json!({"indicators": indicators})
        }
        ("+CLCC", "exec") => {
            let read: Vec<call::clcc::ExecuteAnswer<'_>> = all(lines)?;
            json!({"calls": calls(read.iter().map(|call| {
                (call.id, call.dir, call.stat, call.number.map(|number| string(number.0)))
            }))})
        }
        ("+CNUM", "exec") => {
            let read: Vec<call::cnum::ExecuteAnswer<'_>> = all(lines)?;
            let numbers: Vec<_> = read.iter().map(|read| string(read.number.0)).collect();
            json!({"numbers": numbers})
        }
        ("+CPIN", "read") => {
            let line = lines.first().ok_or("no line")?.as_bytes();
            let code = match equipment::cpin::ReadAnswer::parse(line) {
                Ok(read) => read.code,
                // What answers may be the code alone, or an error, which leaves it open.
                Err(_) => Word(line.trim_ascii()),
            };
            let error = FinalResult::of(line, Options::default()).is_some();
            let lock = Lock::of(code).filter(|_| !error).map(|lock| lock.code().to_lowercase().replace(' ', "-"));
            json!({"lock": lock.unwrap_or("unknown".into())})
        }
        ("+CPMS", "read") => {
            let read: sms::cpms::ReadAnswer<'_> = first(lines)?;
            let name = |memory: Str<'_>| Memory::of(memory).map(|memory| memory.name().to_lowercase());
            json!({"mem1": name(read.mem1), "mem2": read.mem2.and_then(name)})
        }
        ("+CPMS", "test") => {
            let read: sms::cpms::TestAnswer<'_> = first(lines)?;
            let names = |purpose| read.memories(purpose).map(|memory| memory.name().to_lowercase()).collect::<Vec<_>>();
            json!({"mem1": names(0), "mem2": names(1), "mem3": names(2)})
        }
        ("+CPOL", "read") => {
            let read: network::cpol::ReadAnswer<'_> = first(lines)?;
            let access = [read.gsm, read.gsm_compact, read.utran, read.e_utran, read.ng_ran];
            let on = access.map(|access| access == Some(1));
            json!({
                "index": read.index, "operator": string(read.oper.0.0),
                "access": {"gsm": on[0], "gsm_compact": on[1], "utran": on[2], "eutran": on[3], "ngran": on[4]},
                "access_fields": access.iter().flatten().count(),
            })
        }
        ("+CRSM", "set") => {
            let read: sim::crsm::SetAnswer<'_> = first(lines)?;
            let data = read.response.map(|octets| match octets {
                Octets::Digits(digits) | Octets::Raw(digits) => string(digits),
            });
            json!({"sw1": read.sw1, "sw2": read.sw2, "data": data})
        }
        ("+CSCB", "read") => {
            let read: sms::cscb::ReadAnswer<'_> = first(lines)?;
            let channels: Result<Vec<_>, _> = sms::channels(read.mids.unwrap_or_default()).collect();
            json!({"channels": channels.map_err(fail)?})
        }
        ("+CSCS", "test") => {
            let read: general::cscs::TestAnswer<'_> = first(lines)?;
            let names = read.chsets.fields().filter_map(|name| {
                let name = Str(name.unquoted());
                Charset::from_name(name.as_str()?).map(|charset| charset.name().to_lowercase())
            });
            let mut names: Vec<_> = names.collect();
            names.sort();
            json!({"charsets": names})
        }
        ("+CSIM", "set") => {
            let read: sim::csim::SetAnswer<'_> = first(lines)?;
            let word = StatusWord::of(read.response).map_err(fail)?;
            let retries = word.retries_left().ok_or_else(|| word.meaning().to_string())?;
            json!({"retries_left": retries})
        }
        ("+GSN", "exec") => {
            // The answer has no name in front, so that each of its lines is one.
            let mut told = json!({"imei": null, "esn": null, "meid": null});
            let mut any = false;
            for line in lines {
                let read = general::gsn::ExecuteAnswer::parse(line.as_bytes()).map_err(fail)?;
                let text = string(read.text.0);
                for number in identity::serial_numbers(&text) {
                    any = true;
                    match number {
                        SerialNumber::Imei(imei) => told["imei"] = imei.into(),
                        SerialNumber::Esn(esn) => told["esn"] = format!("{esn:08X}").into(),
                        SerialNumber::Meid(meid) => told["meid"] = format!("{meid:014X}").into(),
                    }
                }
            }
            any.then_some(told).ok_or("no number")?
        }
        ("+IFC", "test") => {
            let read: general::ifc::TestAnswer<'_> = first(lines)?;
            let names: Vec<_> = general::flow_controls(read)
                .map(|kind| match kind {
                    general::FlowControl::None => "none",
                    general::FlowControl::XonXoff => "xon-xoff",
                    general::FlowControl::RtsCts => "rts-cts",
                })
                .collect();
            json!({"flow_control": sorted(&names)})
        }
        ("+WS46", "test") => {
            let read: general::ws46::TestAnswer<'_> = first(lines)?;
            let modes: Vec<_> = general::ws46_offers(read).map(|(_, offered)| generations(offered)).collect();
            json!({"modes": modes})
        }
        _ => return Ok(None),
    }))
}

fn sorted(names: &[&str]) -> Vec<String> {
    let mut names: Vec<String> = names.iter().map(|name| (*name).into()).collect();
    names.sort();
    names
}

/// The names of the numbers that a list offers, sorted.
fn chosen(offered: at_wire::parameter::Choice<'_>, names: &[&str]) -> Vec<String> {
    let named = names.iter().zip(0..).filter(|(_, number)| offered.contains(*number)).map(|(name, _)| *name);
    sorted(&named.collect::<Vec<_>>())
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
    let charset = charset(&case.vector["context"]);
    let shown = |name: Str<'_>| Some(utf8(operator_text(name, charset))).filter(|name| !name.is_empty());
    let ours: Vec<_> = operators(text.as_bytes())
        .map(|operator| {
            let status = ["unknown", "available", "current", "forbidden"][usize::from(operator.stat.unwrap_or(0))];
            json!({
                "status": status, "long": shown(operator.long), "short": shown(operator.short),
                "code": shown(operator.numeric), "access_technology": technology(operator.act.or(Some(0))),
            })
        })
        .collect();
    case.compare(&json!({"command": "+COPS", "form": "test", "operators": ours}))
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
