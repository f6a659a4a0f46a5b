//! `catalogue qmi`.

use qmi_wire::catalogue::{Kind, MessageInfo, ServiceInfo, TlvInfo, Value, ValueInfo};

use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(all: bool, out: &mut Output) -> Result<(), Fail> {
    if !out.json {
        return Ok(out.lines(in_words().trim_end())?);
    }
    let mut rows: Vec<Value> = messages().map(|(service, message)| service.row(message)).collect();
    if all {
        rows.extend(wwan_catalogue::qmi().iter().map(|service| service_row(service)));
        rows.extend(values().iter().map(values_row));
    }
    Ok(out.document(&Value::Array(rows))?)
}

fn messages() -> impl Iterator<Item = (&'static ServiceInfo, &'static MessageInfo)> {
    wwan_catalogue::qmi().iter().flat_map(|service| service.messages.iter().map(move |message| (*service, message)))
}

fn tlvs(message: &MessageInfo) -> impl Iterator<Item = &'static TlvInfo> + use<> {
    message.input.unwrap_or_default().iter().chain(message.output)
}

/// Names of the values of a type.
struct Named {
    name: String,
    flags: bool,
    info: &'static ValueInfo,
}

/// Every type whose values have names, once.
fn values() -> Vec<Named> {
    let mut found = Vec::new();
    for (service, message) in messages() {
        tlvs(message).for_each(|tlv| inside(service, &tlv.kind, &mut found));
    }
    found
}

fn inside(service: &ServiceInfo, kind: &'static Kind, found: &mut Vec<Named>) {
    match kind {
        Kind::Enum(info, _) | Kind::Flags(info, _) => {
            let name = info.catalogue_name(service.name);
            if !found.iter().any(|known| known.name == name) {
                found.push(Named { name, flags: matches!(kind, Kind::Flags(..)), info });
            }
        }
        Kind::Array { of, .. } | Kind::Tail(of) => inside(service, of, found),
        Kind::Struct(info) => info.fields.iter().for_each(|field| inside(service, &field.kind, found)),
        _ => {}
    }
}

/// The number of a value: bits of flags have no sign.
fn number(named: &Named, n: i64) -> Value {
    if named.flags { n.cast_unsigned().into() } else { n.into() }
}

fn service_row(service: &ServiceInfo) -> Value {
    serde_json::json!({
        "kind": "service",
        "service": service.name,
        "service_id": format!("0x{:02X}", service.service.0),
        "messages": service.messages.len(),
    })
}

fn values_row(named: &Named) -> Value {
    let values = named.info.values.iter().map(|(name, n)| ((*name).to_owned(), number(named, *n)));
    serde_json::json!({
        "kind": if named.flags { "flags" } else { "enum" },
        "name": named.name,
        "values": values.collect::<Value>(),
    })
}

/// The list for a person: services, messages, and under each what is sent and what is answered; then names of values.
fn in_words() -> String {
    let mut lines = Vec::new();
    for service in wwan_catalogue::qmi() {
        lines.push(format!("{}  {:#04x}", service.name, service.service.0));
        for message in service.messages {
            let kind = if message.input.is_some() { "request" } else { "indication" };
            let vendor = message.vendor.map_or_else(String::new, |vendor| format!(", vendor {vendor:#06x}"));
            let abortable = if message.abortable { ", abortable" } else { "" };
            lines.push(format!("  {:#06x} {}  ({kind}{vendor}{abortable})", message.id, message.name));
            if let Some(input) = message.input {
                side("request", service, input, false, &mut lines);
                side("response", service, message.output, true, &mut lines);
            } else {
                side("indication", service, message.output, false, &mut lines);
            }
        }
        lines.push(String::new());
    }
    lines.push("Values".to_owned());
    for named in values() {
        lines.push(format!("  {}{}", named.name, if named.flags { " (flags)" } else { "" }));
        let value = |(name, n): &(&str, i64)| format!("    {name} = {}", number(&named, *n));
        lines.extend(named.info.values.iter().map(value));
    }
    lines.join("\n")
}

fn side(title: &str, service: &ServiceInfo, tlvs: &[TlvInfo], response: bool, lines: &mut Vec<String>) {
    lines.push(format!("    {title}:{}", if tlvs.is_empty() { " no TLVs" } else { "" }));
    for tlv in tlvs {
        let optional = if tlv.is_required() { "" } else { "  optional" };
        let when = tlv.when(response).map_or_else(String::new, |when| format!("  if {when}"));
        let personal = if tlv.is_personal() { "  personal" } else { "" };
        let (name, kind) = (tlv.name(), tlv.kind.type_text(service.name));
        lines.push(format!("      {:#04x} {name}: {kind}{optional}{when}{personal}", tlv.tlv));
    }
}
