//! `catalogue at`.

use at_wire::catalogue::{FieldInfo, Info, Value};

use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(out: &mut Output) -> Result<(), Fail> {
    if !out.json {
        return Ok(out.lines(in_words().trim_end())?);
    }
    let rows: Vec<Value> = wwan_catalogue::at().iter().map(row).collect();
    Ok(out.document(&Value::Array(rows))?)
}

fn row(info: &Info) -> Value {
    let mut row = info.describe();
    if let Some(map) = row.as_object_mut() {
        map.insert("kind".into(), if info.command.is_some() { "command" } else { "urc" }.into());
    }
    row
}

fn in_words() -> String {
    let mut lines = vec!["Commands".to_owned()];
    wwan_catalogue::at().iter().filter(|info| info.command.is_some()).for_each(|info| entry(info, &mut lines));
    lines.extend([String::new(), "URCs".to_owned()]);
    wwan_catalogue::at().iter().filter(|info| info.command.is_none()).for_each(|info| entry(info, &mut lines));
    lines.join("\n")
}

fn entry(info: &Info, lines: &mut Vec<String>) {
    let source = info.source().map_or_else(String::new, |source| format!(" ({source})"));
    let wait = info.command.map_or_else(String::new, |command| {
        let abortable = if command.abortable { ", abortable" } else { "" };
        format!(", {} s{abortable}", command.timeout)
    });
    lines.push(format!("  {}: {}{source}{wait}", info.name, info.summary()));
    for known in info.forms {
        let (form, parameters, answer) = (known.form, known.parameters(), known.answer());
        let sign = str::from_utf8(form.sign()).unwrap_or_default();
        if info.command.is_none() {
            lines.extend(list(answer).map(|fields| format!("    {fields}")));
            continue;
        }
        let given = list(parameters).unwrap_or_default();
        let told = list(answer).map_or_else(String::new, |fields| format!(" -> {fields}"));
        lines.push(format!("    {} {}{sign}{given}{told}", form.name(), info.name));
    }
}

fn list(fields: &[FieldInfo]) -> Option<String> {
    let fields: Vec<String> = fields.iter().map(|field| format!("{}: {}", field.name, field.kind())).collect();
    (!fields.is_empty()).then(|| fields.join(", "))
}
