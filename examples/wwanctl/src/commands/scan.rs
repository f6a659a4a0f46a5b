//! `scan`: the networks in reach.

use mbim_wire::catalogue::Value;
use mbim_wire::service::basic_connect as bc;

use super::report;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::names;
use crate::output::{Output, Table};

pub(crate) fn run(modem: &mut Modem, out: &mut Output) -> Result<After, Fail> {
    modem.settle()?;
    let mut found = modem.ask_with::<bc::VisibleProviders>(&serde_json::json!({ "Action": "full_scan" }))?;
    let networks = found.get_mut("providers").and_then(Value::as_array_mut);
    for network in networks.into_iter().flatten() {
        let dbm = report::number(network, "rssi").and_then(names::rssi_dbm);
        if let Value::Object(map) = network {
            map.insert("rssi_dbm".into(), dbm.into());
        }
    }
    tell(&found, out)?;
    Ok(After::AsFound)
}

/// Prints what was found.
pub(crate) fn tell(found: &Value, out: &mut Output) -> Result<(), Fail> {
    if out.json {
        out.document(&serde_json::json!({ "visible_providers": found }))?;
        return Ok(());
    }
    let mut table = Table::default();
    let networks = found.get("providers").and_then(Value::as_array);
    for network in networks.into_iter().flatten() {
        let dbm = network.get("rssi_dbm").and_then(Value::as_i64);
        let parts = [
            report::text(network, "provider_name").to_owned(),
            states(network),
            dbm.map_or_else(String::new, |dbm| format!("{dbm} dBm")),
        ];
        table.row(report::text(network, "provider_id"), report::joined(&parts));
    }
    let text = table.to_string();
    out.lines(if text.is_empty() { "no networks in reach" } else { text.trim_end() })?;
    Ok(())
}

/// What a network is to the subscriber.
fn states(network: &Value) -> String {
    let flags = network.get("provider_state").and_then(Value::as_array);
    let flags: Vec<&str> = flags.into_iter().flatten().filter_map(Value::as_str).collect();
    flags.join(", ").replace('_', " ")
}
