//! The same for QMI.

use core::net::{Ipv4Addr, Ipv6Addr};

use qmi_wire::catalogue::{self, Kind, Map, MessageInfo, ServiceInfo, Shown, TlvInfo, Value, ValueInfo};
use qmi_wire::service::Service;
use qmi_wire::status::ProtocolError;
use qmi_wire::{frame, status};

use super::{lower, plain};
use crate::error::Fail;
use crate::output::clean;

/// The number of the TLV with the verdict on a request.
const RESULT: &str = "0x02";

/// The service with that number.
pub(crate) fn declared(service: Service) -> Option<&'static ServiceInfo> {
    catalogue::service_by(wwan_catalogue::qmi(), service)
}

/// A number, decimal or with `0x`.
pub(crate) fn number(text: &str) -> Option<u16> {
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => u16::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The service with that name or number.
pub(crate) fn find_service(name: &str) -> Result<(Service, Option<&'static ServiceInfo>), Fail> {
    if let Some(number) = number(name) {
        return Ok((Service(number), declared(Service(number))));
    }
    let wanted = plain(name);
    let found = wwan_catalogue::qmi().iter().copied().find(|service| plain(service.name) == wanted);
    found.map(|service| (service.service, Some(service))).ok_or_else(|| {
        let names: Vec<&str> = wwan_catalogue::qmi().iter().map(|service| service.name).collect();
        Fail::Usage(format!("no service is called {}; there are {}", clean(name), names.join(", ")))
    })
}

/// The name of a service, or its number.
pub(crate) fn service(service: Service) -> String {
    let declared = declared(service).map(|info| info.name).or_else(|| service.name());
    declared.map_or_else(|| format!("service {:#04x}", service.0), ToOwned::to_owned)
}

/// Service, message and kind as `NAS Get Signal Strength response`.
pub(crate) fn message(of: Service, id: u16, kind: frame::Kind) -> String {
    let indication = kind == frame::Kind::Indication;
    let info = declared(of).and_then(|info| info.message(id, indication, None));
    let name = info.map_or_else(|| format!("message {id:#06x}"), |info| info.name.to_owned());
    let kind = match kind {
        frame::Kind::Request => "request",
        frame::Kind::Response => "response",
        frame::Kind::Indication => "indication",
    };
    format!("{} {name} {kind}", service(of))
}

/// `NAME (number)`.
pub(crate) fn protocol_error(error: ProtocolError) -> String {
    match error.name() {
        Some(name) => format!("{name} ({})", error.0),
        None => format!("unknown error {}", error.0),
    }
}

/// `Get Signal Strength` as `get_signal_strength`.
pub(crate) fn snake(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_")
}

/// The declaration of the TLVs of a message that was shown.
fn tlvs_of(shown: &Shown) -> &'static [TlvInfo] {
    let kind = match shown.json.get("kind").and_then(Value::as_str) {
        Some("request") => frame::Kind::Request,
        Some("response") => frame::Kind::Response,
        _ => frame::Kind::Indication,
    };
    shown.info.map(|(_, info): (_, &'static MessageInfo)| catalogue::side(info, kind)).unwrap_or_default()
}

/// The TLVs of a message that was shown, and their declarations.
fn each(shown: &Shown) -> impl Iterator<Item = (&Value, Option<&'static TlvInfo>)> {
    let known = tlvs_of(shown);
    shown.json.get("tlvs").and_then(Value::as_array).into_iter().flatten().map(move |tlv| {
        let number = tlv.get("tlv").and_then(Value::as_str).and_then(number);
        (tlv, known.iter().find(|info| Some(u16::from(info.tlv)) == number))
    })
}

/// The verdict of a response: whether the request was carried out, and if not, why.
pub(crate) fn verdict(shown: &Shown) -> Option<status::Verdict> {
    let response = shown.json.get("kind").and_then(Value::as_str) == Some("response");
    let (tlv, _) = each(shown).find(|(tlv, _)| tlv.get("tlv").and_then(Value::as_str) == Some(RESULT))?;
    let bytes = tlv.get("hex").and_then(Value::as_str).and_then(catalogue::unhex)?;
    let verdict = <status::Verdict as qmi_wire::Decode<'_>>::decode(&mut qmi_wire::Reader::new(&bytes)).ok()?;
    Some(verdict).filter(|_| response)
}

/// The TLVs of a message with names for numbers and in snake case; the verdict of a response is left out, as
/// [`verdict`] tells it.
pub(crate) fn named(shown: &Shown) -> Value {
    let response = verdict(shown).is_some();
    let mut map = Map::new();
    for (tlv, info) in each(shown) {
        let number = tlv.get("tlv").and_then(Value::as_str).unwrap_or_default();
        if response && number == RESULT {
            continue;
        }
        let value = match (info, tlv.get("value")) {
            (Some(info), Some(value)) => named_value(&info.kind, value),
            _ => tlv.get("error").or(tlv.get("hex")).cloned().unwrap_or_else(|| {
                let length = tlv.get("length").and_then(Value::as_u64).unwrap_or(0);
                format!("{length} bytes").into()
            }),
        };
        map.insert(info.map_or_else(|| format!("tlv_{number}"), |info| snake(&info.name())), value);
    }
    Value::Object(map)
}

fn named_value(kind: &Kind, value: &Value) -> Value {
    match (kind, value) {
        (Kind::Tail(of), _) => named_value(of, value),
        (Kind::Struct(info), Value::Object(map)) => {
            let field = |field: &catalogue::FieldInfo| {
                let value = map.get(field.name).unwrap_or(&Value::Null);
                (field.name.to_owned(), named_value(&field.kind, value))
            };
            Value::Object(info.fields.iter().map(field).collect())
        }
        (Kind::Array { of, .. }, Value::Array(items)) if is_bytes(of) => digits(items).into(),
        (Kind::Array { of, .. }, Value::Array(items)) => items.iter().map(|item| named_value(of, item)).collect(),
        (Kind::Enum(info, _), _) => {
            value.as_i64().and_then(|n| info.name_of(n)).map_or_else(|| value.clone(), |name| lower(name).into())
        }
        (Kind::Flags(info, _), Value::Number(_)) => {
            let (names, rest) = flags(info, bits(value));
            let mut list: Vec<Value> = names.into_iter().map(|name| lower(name).into()).collect();
            if rest != 0 {
                list.push(rest.into());
            }
            Value::Array(list)
        }
        (Kind::Ipv4 | Kind::Ipv6, _) => address(value).map_or_else(|| value.clone(), Value::from),
        _ => value.clone(),
    }
}

/// The TLVs of a message as lines of text.
pub(crate) fn lines(shown: &Shown) -> Vec<String> {
    let mut lines = Vec::new();
    let verdict = verdict(shown);
    for (tlv, info) in each(shown) {
        let text = |key: &str| tlv.get(key).and_then(Value::as_str);
        let number = text("tlv").unwrap_or_default();
        let label = info.map_or_else(|| format!("TLV {number}"), |info| format!("{} ({number})", info.name()));
        match (verdict, info, tlv.get("value")) {
            (Some(verdict), ..) if number == RESULT => {
                let text = if verdict.status == 0 {
                    "SUCCESS".to_owned()
                } else {
                    format!("FAILURE: {}", protocol_error(verdict.error))
                };
                lines.push(format!("  Result ({number}): {text}"));
            }
            (_, Some(info), Some(value)) => show(&info.kind, value, &label, 2, &mut lines),
            _ => {
                let text = text("error").or(text("hex")).unwrap_or_default();
                lines.push(format!("  {label}: {}", clean(text)));
            }
        }
    }
    lines
}

fn show(kind: &Kind, value: &Value, label: &str, indent: usize, lines: &mut Vec<String>) {
    let deeper = indent.saturating_add(4);
    match (kind, value) {
        (Kind::Tail(of), _) => show(of, value, label, indent, lines),
        (Kind::Struct(info), Value::Object(map)) => {
            lines.push(format!("{:indent$}{label}:", ""));
            for field in info.fields {
                show(&field.kind, map.get(field.name).unwrap_or(&Value::Null), field.name, deeper, lines);
            }
        }
        (Kind::Array { of, .. }, Value::Array(items)) if !is_bytes(of) => {
            if matches!(of, Kind::Struct(_) | Kind::Array { .. }) {
                if items.is_empty() {
                    lines.push(format!("{:indent$}{label}: none", ""));
                }
                for (i, item) in items.iter().enumerate() {
                    show(of, item, &format!("{label}[{i}]"), indent, lines);
                }
            } else {
                let texts: Vec<String> = items.iter().map(|item| scalar(of, item)).collect();
                lines.push(format!("{:indent$}{label}: {}", "", texts.join(", ")));
            }
        }
        _ => lines.push(format!("{:indent$}{label}: {}", "", scalar(kind, value))),
    }
}

fn scalar(kind: &Kind, value: &Value) -> String {
    match (kind, value) {
        (_, Value::Null) => "-".to_owned(),
        (Kind::Enum(info, _), Value::Number(n)) => match value.as_i64().and_then(|n| info.name_of(n)) {
            Some(name) => format!("{} ({n})", name.trim_start_matches('_')),
            None => n.to_string(),
        },
        (Kind::Flags(info, _), Value::Number(_)) => {
            let bits = bits(value);
            let (names, rest) = flags(info, bits);
            let mut names: Vec<String> =
                names.into_iter().map(|name| name.trim_start_matches('_').to_owned()).collect();
            if rest != 0 {
                names.push(format!("{rest:#x}"));
            }
            if names.is_empty() { "none (0)".to_owned() } else { format!("{} ({bits:#x})", names.join(" | ")) }
        }
        (Kind::Ipv4 | Kind::Ipv6, _) => address(value).unwrap_or_else(|| value.to_string()),
        (Kind::Array { of, .. }, Value::Array(items)) if is_bytes(of) => digits(items),
        (Kind::Segment, Value::Object(map)) => {
            let data = map.get("data").and_then(Value::as_array).map(|items| digits(items)).unwrap_or_default();
            format!("part {}: {data}", map.get("sequence").unwrap_or(&Value::Null))
        }
        (Kind::Text { .. }, Value::Object(map)) => {
            format!("bytes {}", map.get("hex").and_then(Value::as_str).unwrap_or_default())
        }
        (_, Value::String(text)) => clean(text),
        _ => value.to_string(),
    }
}

const fn is_bytes(kind: &Kind) -> bool {
    matches!(kind, Kind::Number(catalogue::Scalar::U8))
}

fn digits(items: &[Value]) -> String {
    let byte = |item: &Value| item.as_u64().and_then(|n| u8::try_from(n).ok());
    catalogue::hex(&items.iter().filter_map(byte).collect::<Vec<_>>())
}

fn bits(value: &Value) -> u64 {
    value.as_u64().or_else(|| value.as_i64().map(i64::cast_unsigned)).unwrap_or(0)
}

/// The names of the flags in `bits`, and the bits that have none.
fn flags(info: &ValueInfo, bits: u64) -> (Vec<&'static str>, u64) {
    let set = |(_, flag): &&(&'static str, i64)| *flag != 0 && bits & flag.cast_unsigned() == flag.cast_unsigned();
    let named: Vec<_> = info.values.iter().filter(set).collect();
    let rest = named.iter().fold(bits, |rest, (_, flag)| rest & !flag.cast_unsigned());
    (named.into_iter().map(|(name, _)| *name).collect(), rest)
}

/// An address as text: of IPv4 it is a number, of IPv6 it is eight.
fn address(value: &Value) -> Option<String> {
    if let Some(words) = value.as_array() {
        let words: Vec<u16> = words.iter().map(|word| u16::try_from(word.as_u64()?).ok()).collect::<Option<_>>()?;
        return Some(Ipv6Addr::from(<[u16; 8]>::try_from(words).ok()?).to_string());
    }
    let bits = u32::try_from(value.as_u64()?).ok()?;
    Some(Ipv4Addr::from_bits(bits).to_string())
}
