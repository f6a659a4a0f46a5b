//! `catalogue`: every message known, with its forms and fields.

use mbim_wire::catalogue::{CommandInfo, FieldInfo, Form, Kind, Map, ServiceInfo, StructInfo, Value};
use mbim_wire::service::basic_connect::context_type;

use crate::args::Protocol;
use crate::error::Fail;
use crate::output::Output;

mod at;
mod qmi;

const FORMS: [(&str, Form); 4] =
    [("query", Form::Query), ("set", Form::Set), ("response", Form::Response), ("notification", Form::Notification)];

pub(crate) fn run(protocol: Protocol, all: bool, out: &mut Output) -> Result<(), Fail> {
    match protocol {
        Protocol::Qmi => return qmi::run(all, out),
        Protocol::At => return at::run(out),
        _ => {}
    }
    if !out.json {
        return Ok(out.lines(in_words().trim_end())?);
    }
    let mut rows: Vec<Value> = commands().map(|(service, command)| row(service, command)).collect();
    if all {
        rows.extend(wwan_catalogue::mbim().iter().map(|service| service_row(service)));
        let context = |(name, uuid): &(&str, mbim_wire::Uuid)| serde_json::json!({ "kind": "context_type", "name": name, "uuid": uuid.to_string() });
        rows.extend(context_type::ALL.iter().map(context));
        rows.extend(structures().into_iter().map(struct_row));
    }
    Ok(out.document(&Value::Array(rows))?)
}

fn commands() -> impl Iterator<Item = (&'static ServiceInfo, &'static CommandInfo)> {
    wwan_catalogue::mbim().iter().flat_map(|service| service.commands.iter().map(move |command| (*service, command)))
}

/// What can be done with a command, in the order of the reference.
fn supports(command: &CommandInfo) -> Vec<&'static str> {
    let forms = [("set", Form::Set), ("query", Form::Query), ("notify", Form::Notification)];
    forms.into_iter().filter(|(_, form)| command.form(*form).is_some()).map(|(name, _)| name).collect()
}

fn row(service: &ServiceInfo, command: &CommandInfo) -> Value {
    let mut row = Map::new();
    row.insert("kind".into(), "command".into());
    row.insert("service".into(), service.name.into());
    row.insert("uuid".into(), service.uuid.to_string().into());
    row.insert("cid".into(), command.cid.into());
    row.insert("command".into(), command.name().into());
    row.insert("extension_version".into(), command.extension_version().into());
    row.insert("supports".into(), supports(command).into());
    for (name, form) in FORMS {
        if let Some(layout) = command.form(form) {
            row.insert(name.into(), fields(layout));
        }
    }
    Value::Object(row)
}

fn fields(layout: &StructInfo) -> Value {
    let field = |field: &FieldInfo| {
        let mut map = Map::new();
        map.insert("name".into(), field.name().into());
        map.insert("type".into(), field.type_text(layout).into());
        if let Some(when) = field.when(layout) {
            map.insert("when".into(), when.into());
        }
        if field.personal {
            map.insert("personal".into(), true.into());
        }
        Value::Object(map)
    };
    layout.fields.iter().map(field).collect()
}

fn service_row(service: &ServiceInfo) -> Value {
    let mut cids: Vec<Value> = Vec::new();
    for command in service.commands {
        // A command of several versions is one command.
        if !cids.iter().any(|known| known.get("cid") == Some(&command.cid.into())) {
            let name: String = command.name().split(' ').collect();
            cids.push(serde_json::json!({ "cid": command.cid, "name": name, "supports": supports(command) }));
        }
    }
    serde_json::json!({
        "kind": "service", "service": service.name, "uuid": service.uuid.to_string(), "cids": cids
    })
}

/// Every structure inside messages, once, with the service it is first used in.
fn structures() -> Vec<(&'static str, &'static StructInfo)> {
    let mut found = Vec::new();
    for (service, command) in commands() {
        for (_, form) in FORMS {
            if let Some(layout) = command.form(form) {
                inside(service.name, layout, &mut found);
            }
        }
    }
    found
}

fn inside(service: &'static str, layout: &'static StructInfo, found: &mut Vec<(&'static str, &'static StructInfo)>) {
    for field in layout.fields {
        if let Some(of) = structure_of(&field.kind) {
            if !found.iter().any(|(_, known)| core::ptr::eq(*known, of) || known.name == of.name) {
                found.push((service, of));
                inside(service, of, found);
            }
        }
    }
}

fn structure_of(kind: &'static Kind) -> Option<&'static StructInfo> {
    match kind {
        Kind::Struct(of) | Kind::RefStruct(of) | Kind::RefSequence(of) | Kind::RefList { of, .. } => Some(of),
        Kind::When { of, .. } | Kind::RefArray { of, .. } | Kind::Array { of, .. } => structure_of(of),
        _ => None,
    }
}

fn struct_row((service, layout): (&'static str, &'static StructInfo)) -> Value {
    serde_json::json!({
        "kind": "struct", "struct": layout.catalogue_name(), "service": service, "fields": fields(layout)
    })
}

/// The list for a person: services, commands, and under each form its fields.
fn in_words() -> String {
    let mut lines = Vec::new();
    for service in wwan_catalogue::mbim() {
        lines.push(format!("{}  {}", service.name, service.uuid));
        for command in service.commands {
            let version =
                if command.version > 1 { format!(", MBIMEx {}", command.extension_version()) } else { String::new() };
            lines.push(format!("  {} {}  ({}{version})", command.cid, command.name(), supports(command).join(", ")));
            for (name, form) in FORMS {
                if let Some(layout) = command.form(form) {
                    lines.push(format!("    {name}:{}", if layout.fields.is_empty() { " no fields" } else { "" }));
                    let field = |field: &FieldInfo| {
                        let when = field.when(layout).map_or_else(String::new, |when| format!("  if {when}"));
                        let personal = if field.personal { "  personal" } else { "" };
                        format!("      {}: {}{when}{personal}", field.name(), field.type_text(layout))
                    };
                    lines.extend(layout.fields.iter().map(field));
                }
            }
        }
        lines.push(String::new());
    }
    lines.push("Structures".to_owned());
    for (_, layout) in structures() {
        lines.push(format!("  {}", layout.catalogue_name()));
        for field in layout.fields {
            lines.push(format!("    {}: {}", field.name(), field.type_text(layout)));
        }
    }
    lines.join("\n")
}
