//! Names of what is a number on the wire, and the two ways in which the fields of a message are shown: JSON with names
//! of the specification in snake case, and lines of text with units.

pub(crate) mod qmi;

use mbim_wire::catalogue::{self, FieldInfo, Form, Kind, Map, ServiceInfo, StructInfo, Value, ValueInfo};
use mbim_wire::service::{basic_connect as bc, known};
use mbim_wire::{ProtocolError, Status, Uuid};

/// `NAME (number)`.
pub(crate) fn status(status: Status) -> String {
    match status.name() {
        Some(name) => format!("{name} ({})", status.0),
        None => format!("unknown status {:#010x}", status.0),
    }
}

pub(crate) fn nw_error(cause: bc::NwError) -> String {
    match cause.name() {
        Some(name) => format!("{} (NwError {}, {name})", cause.text(), cause.0),
        None => format!("{} (NwError {})", cause.text(), cause.0),
    }
}

pub(crate) fn protocol_error(error: ProtocolError) -> String {
    match error.name() {
        Some(name) => format!("{name} ({})", error.0),
        None => format!("unknown error {}", error.0),
    }
}

pub(crate) fn pin_type(pin_type: bc::PinType) -> String {
    pin_type.name().map_or_else(|| format!("code of type {}", pin_type.0), ToOwned::to_owned)
}

/// The service with that UUID.
pub(crate) fn declared(uuid: Uuid) -> Option<&'static ServiceInfo> {
    catalogue::service_by(wwan_catalogue::mbim(), uuid)
}

/// The name of a service, or its UUID.
pub(crate) fn service(uuid: Uuid) -> String {
    let declared = declared(uuid).map(|service| service.name);
    declared.or_else(|| known::name(uuid)).map_or_else(|| uuid.to_string(), ToOwned::to_owned)
}

/// Service and command as `Basic Connect Radio State`.
pub(crate) fn command(uuid: Uuid, cid: u32) -> String {
    let info = declared(uuid).and_then(|service| service.commands.iter().find(|info| info.cid == cid));
    match info {
        Some(info) => format!("{} {}", service(uuid), info.name()),
        None => format!("{} command {cid}", service(uuid)),
    }
}

/// Letters and digits only, in lower case: `Basic Connect`, `basic-connect` and `BasicConnect` are alike.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// `IPv4DnsServer` as `ipv4_dns_server`.
fn snake(name: &str) -> String {
    let name = name.replace("IPv", "Ipv");
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

/// `_5G_NSA` as `5g_nsa`.
fn lower(name: &str) -> String {
    name.trim_start_matches('_').to_ascii_lowercase()
}

fn name_of(values: &ValueInfo, number: u64) -> Option<&'static str> {
    let found = values.values.iter().find(|(_, known)| *known == number);
    found.map(|(name, _)| *name)
}

/// The number that a name stands for.
pub(crate) fn number_of(values: &ValueInfo, name: &str) -> Option<u64> {
    let name = plain(name);
    let found = values.values.iter().find(|(known, _)| plain(known) == name);
    found.map(|(_, number)| *number)
}

/// The names of the flags in `bits`, and the bits that have none.
fn flags(values: &ValueInfo, bits: u64) -> (Vec<&'static str>, u64) {
    let set = |(_, flag): &&(&'static str, u64)| *flag != 0 && bits & flag == *flag;
    let named: Vec<_> = values.values.iter().filter(set).collect();
    let rest = named.iter().fold(bits, |rest, (_, flag)| rest & !flag);
    (named.into_iter().map(|(name, _)| *name).collect(), rest)
}

/// The fields of a structure with names for numbers and in snake case.
pub(crate) fn named(layout: &StructInfo, fields: &Value) -> Value {
    let mut map = Map::new();
    for field in layout.fields {
        let name = field.name();
        let value = fields.get(&name).unwrap_or(&Value::Null);
        map.insert(snake(&name), named_value(&field.kind, value));
    }
    Value::Object(map)
}

fn named_value(kind: &Kind, value: &Value) -> Value {
    let number = value.as_u64();
    match (kind, value, number) {
        // A cause of the network is known by its number.
        (Kind::Enum(values), ..) if values.name == "NwError" => value.clone(),
        (Kind::Enum(values), _, Some(number)) => {
            name_of(values, number).map_or_else(|| value.clone(), |name| lower(name).into())
        }
        (Kind::Flags(values), _, Some(bits)) => {
            let (names, rest) = flags(values, bits);
            let mut list: Vec<Value> = names.into_iter().map(|name| lower(name).into()).collect();
            if rest != 0 {
                list.push(rest.into());
            }
            Value::Array(list)
        }
        (Kind::Struct(of) | Kind::RefStruct(of), Value::Object(_), _) => named(of, value),
        (Kind::When { of, .. }, ..) => named_value(of, value),
        (_, Value::Array(items), _) => items.iter().map(|item| element(kind, item)).collect(),
        (
            Kind::RefList { .. }
            | Kind::RefSequence(_)
            | Kind::RefArray { .. }
            | Kind::Array { .. }
            | Kind::TextList { .. },
            Value::Null,
            _,
        ) => Value::Array(Vec::new()),
        _ => value.clone(),
    }
}

/// An element of a list of that kind.
fn element(list: &Kind, item: &Value) -> Value {
    match list {
        Kind::RefList { of, .. } | Kind::RefSequence(of) => named(of, item),
        Kind::RefArray { of, .. } | Kind::Array { of, .. } => named_value(of, item),
        _ => item.clone(),
    }
}

/// The fields of a structure as lines of text.
pub(crate) fn lines(layout: &StructInfo, fields: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    structure(layout, fields, 2, &mut lines);
    lines
}

fn structure(layout: &StructInfo, fields: &Value, indent: usize, lines: &mut Vec<String>) {
    for field in layout.fields {
        let name = field.name();
        let value = fields.get(&name).unwrap_or(&Value::Null);
        one(layout, field, &field.kind, value, indent, lines);
    }
}

fn one(layout: &StructInfo, field: &FieldInfo, kind: &Kind, value: &Value, indent: usize, lines: &mut Vec<String>) {
    let name = field.name();
    let deeper = indent.saturating_add(4);
    match (kind, value) {
        (Kind::When { of, .. }, value) => one(layout, field, of, value, indent, lines),
        (Kind::Struct(of) | Kind::RefStruct(of), Value::Object(_)) => {
            lines.push(format!("{:indent$}{name}:", ""));
            structure(of, value, deeper, lines);
        }
        (
            Kind::RefList { of, .. } | Kind::RefSequence(of) | Kind::RefArray { of: Kind::Struct(of), .. },
            Value::Array(items),
        ) => {
            for (i, item) in items.iter().enumerate() {
                lines.push(format!("{:indent$}{name}[{i}]:", ""));
                structure(of, item, deeper, lines);
            }
        }
        (Kind::Array { of, .. } | Kind::RefArray { of, .. }, Value::Array(items)) => {
            let texts: Vec<_> = items.iter().map(|item| scalar(of, item)).collect();
            lines.push(format!("{:indent$}{name}: {}", "", texts.join(", ")));
        }
        (_, Value::Array(items)) => {
            let texts: Vec<_> = items.iter().map(|item| scalar(kind, item)).collect();
            lines.push(format!("{:indent$}{name}: {}", "", texts.join(", ")));
        }
        _ => {
            let unit = unit(layout, &name, value).unwrap_or_default();
            lines.push(format!("{:indent$}{name}: {}{unit}", "", scalar(kind, value)));
        }
    }
}

fn scalar(kind: &Kind, value: &Value) -> String {
    let number = value.as_u64();
    match (kind, value, number) {
        (_, Value::Null, _) => "-".to_owned(),
        (Kind::Enum(values), _, Some(number)) => match name_of(values, number) {
            Some(name) => format!("{} ({number})", name.trim_start_matches('_')),
            None => number.to_string(),
        },
        (Kind::Flags(_), _, Some(0)) => "none (0)".to_owned(),
        (Kind::Flags(values), _, Some(bits)) => {
            let (names, rest) = flags(values, bits);
            let mut names: Vec<String> =
                names.into_iter().map(|name| name.trim_start_matches('_').to_owned()).collect();
            if rest != 0 {
                names.push(format!("{rest:#x}"));
            }
            format!("{} ({bits:#x})", names.join(" | "))
        }
        (Kind::Uuid, Value::String(text), _) => match text.parse().ok().and_then(uuid_name) {
            Some(name) => format!("{text} ({name})"),
            None => text.clone(),
        },
        (_, Value::String(text), _) => crate::output::clean(text),
        _ => value.to_string(),
    }
}

fn uuid_name(uuid: Uuid) -> Option<String> {
    bc::context_type::name(uuid)
        .map(ToOwned::to_owned)
        .or_else(|| Some(service(uuid)).filter(|name| *name != uuid.to_string()))
}

/// What a number means where the specification codes it, with a blank in front.
fn unit(layout: &StructInfo, field: &str, value: &Value) -> Option<String> {
    let number = u32::try_from(value.as_u64()?).ok()?;
    let signal = layout.name.starts_with("SignalStateInfo") || layout.name == "Provider";
    match field {
        "Rssi" if signal => Some(match rssi_dbm(number) {
            Some(dbm) => format!(" ({dbm} dBm)"),
            None => " (unknown)".to_owned(),
        }),
        "ErrorRate" if signal && number == 99 => Some(" (unknown)".to_owned()),
        "Rsrp" if layout.name == "RsrpSnrInfo" => Some(match rsrp_dbm(number) {
            Some(dbm) => format!(" ({dbm} dBm)"),
            None => " (unknown)".to_owned(),
        }),
        "Snr" if layout.name == "RsrpSnrInfo" => Some(match snr_half_db(number) {
            Some(half_db) => format!(" ({})", snr_text(half_db)),
            None => " (unknown)".to_owned(),
        }),
        "NwError" if number != 0 => Some(format!(" {}", bc::NwError(number).text())),
        "UplinkSpeed" | "DownlinkSpeed" => Some(" bit/s".to_owned()),
        "SignalStrengthInterval" => Some(" s".to_owned()),
        "IPv4Mtu" | "IPv6Mtu" => Some(" bytes".to_owned()),
        "RemainingAttempts" if number == u32::MAX => Some(" (unknown)".to_owned()),
        _ => None,
    }
}

/// Signal strength of the code in SIGNAL_STATE and in lists of providers.
pub(crate) fn rssi_dbm(code: u32) -> Option<i32> {
    let code = i32::try_from(code).ok().filter(|code| *code <= 31)?;
    Some(code.saturating_mul(2).saturating_sub(113))
}

/// Reference signal received power: the lower bound of the code's range, as other tools print it.
pub(crate) fn rsrp_dbm(code: u32) -> Option<i32> {
    let code = i32::try_from(code).ok().filter(|code| *code <= 126)?;
    Some(code.saturating_sub(157))
}

/// Signal to noise ratio in half decibels: the lower bound of the code's range.
pub(crate) fn snr_half_db(code: u32) -> Option<i16> {
    let code = i16::try_from(code).ok().filter(|code| *code <= 127)?;
    Some(code.saturating_sub(47))
}

/// The same as text.
pub(crate) fn snr_text(half_db: i16) -> String {
    let sign = if half_db < 0 { "-" } else { "" };
    let halves = half_db.unsigned_abs();
    let fraction = if halves % 2 == 1 { ".5" } else { "" };
    format!("{sign}{}{fraction} dB", halves / 2)
}

/// The layout of a form of a command, as version `version` of the extensions has it.
pub(crate) fn layout(service: Uuid, cid: u32, form: Form, version: u8) -> Option<&'static StructInfo> {
    declared(service)?.command(cid, form, version).map(|(_, layout)| layout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_snake_case() {
        assert_eq!(snake("IPv4DnsServer"), "ipv4_dns_server");
        assert_eq!(snake("IPv6ConfigurationAvailable"), "ipv6_configuration_available");
        assert_eq!(snake("SimIccId"), "sim_icc_id");
        assert_eq!(snake("PinDescPin1"), "pin_desc_pin1");
        assert_eq!(lower("_5G_NSA"), "5g_nsa");
        assert_eq!(plain("MS UICC Low-Level Access"), "msuicclowlevelaccess");
    }

    #[test]
    fn codes_of_the_signal() {
        assert_eq!([rssi_dbm(0), rssi_dbm(31), rssi_dbm(32), rssi_dbm(99)], [Some(-113), Some(-51), None, None]);
        assert_eq!([rsrp_dbm(0), rsrp_dbm(126), rsrp_dbm(127)], [Some(-157), Some(-31), None]);
        let snr = |code| snr_half_db(code).map(snr_text);
        assert_eq!([snr(0), snr(46), snr(48)].map(Option::unwrap_or_default), ["-23.5 dB", "-0.5 dB", "0.5 dB"]);
        assert_eq!((snr(127).as_deref(), snr(128)), (Some("40 dB"), None));
    }
}
