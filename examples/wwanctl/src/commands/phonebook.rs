//! `phonebook`: the entries on the SIM.

use mbim_wire::catalogue::Value;
use mbim_wire::service::phonebook as pb;

use super::report::{self, Report};
use crate::args::Phonebook;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::Output;

pub(crate) fn run(modem: &mut Modem, phonebook: &Phonebook, out: &mut Output) -> Result<After, Fail> {
    let mut report = Report::default();
    modem.settle_store::<pb::Configuration>("state")?;
    match phonebook {
        Phonebook::Info => {}
        Phonebook::List => list(modem, None, &mut report)?,
        Phonebook::Read { index } => list(modem, Some(*index), &mut report)?,
        Phonebook::Write { name, number, index } => {
            let flag = if index.is_some() { "save_index" } else { "save_unused" };
            let index = index.unwrap_or(0);
            let entry = serde_json::json!({ "SaveFlag": flag, "SaveIndex": index, "Number": number, "Name": name });
            modem.set::<pb::Write>(&entry)?;
        }
        Phonebook::Delete { index } => {
            modem.set::<pb::Delete>(&filter(*index))?;
        }
    }
    if !matches!(phonebook, Phonebook::List | Phonebook::Read { .. }) {
        info(modem, &mut report)?;
    }
    report.print(out)?;
    Ok(After::AsFound)
}

/// All entries, or one.
fn filter(index: Option<u32>) -> Value {
    let flag = if index.is_some() { "index" } else { "all" };
    serde_json::json!({ "FilterFlag": flag, "FilterMessageIndex": index.unwrap_or(0) })
}

fn list(modem: &mut Modem, index: Option<u32>, report: &mut Report) -> Result<(), Fail> {
    let found = modem.ask_with::<pb::Read>(&filter(index))?;
    tell_entries(found.get("entries").and_then(Value::as_array).map_or(&[], Vec::as_slice), report);
    Ok(())
}

/// Entries: a row for each.
pub(crate) fn tell_entries(entries: &[Value], report: &mut Report) {
    for entry in entries {
        let index = report::number(entry, "entry_index").unwrap_or(0);
        let parts = ["name", "number", "error"].map(|key| report::text(entry, key).to_owned());
        report.table.row(&index.to_string(), report::joined(&parts));
    }
    if report.table.is_empty() {
        report.table.row("Entries", "none");
    }
    report.put("phonebook", serde_json::json!({ "element_count": entries.len(), "entries": entries }));
}

fn info(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let info = modem.ask::<pb::Configuration>()?;
    tell_state(info, report);
    Ok(())
}

/// What fits, and how much of it is used.
pub(crate) fn tell_state(info: Value, report: &mut Report) {
    let number = |key: &str| report::number(&info, key).map_or_else(|| "unknown".to_owned(), |n| n.to_string());
    let state = match report::text(&info, "state") {
        "initialized" => "ready".to_owned(),
        _ => "not ready yet".to_owned(),
    };
    report.table.row("Phonebook", state);
    report.table.row("Entries", format!("{} of {}", number("used_entries"), number("number_of_entries")));
    let longest = format!("name {} characters, number {} digits", number("max_name"), number("max_number_length"));
    report.table.row("Longest", longest);
    report.put("configuration", info);
}
