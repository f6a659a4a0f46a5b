//! `devices`: the modems of this machine, without touching one.

use mbim_wire::catalogue::Value;
use serde_json::json;

use super::report::{Report, text};
use crate::device;
use crate::error::Fail;
use crate::output::Output;
use crate::usb;

pub(crate) fn run(out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    let nodes: Vec<Value> = device::nodes()
        .into_iter()
        .map(|(path, protocol)| {
            report.table.row(&path, protocol.unwrap_or("unknown"));
            json!({ "device": path, "protocol": protocol })
        })
        .collect();
    let modems = usb::modems();
    for modem in &modems {
        let name = [text(modem, "manufacturer"), text(modem, "product")].join(" ");
        let ids = format!("{}:{} {}", text(modem, "vendor_id"), text(modem, "product_id"), name.trim());
        let functions = modem.get("functions").and_then(Value::as_array);
        let functions: Vec<String> = functions
            .into_iter()
            .flatten()
            .map(|function| {
                let interface = function.get("control_interface").and_then(Value::as_u64).unwrap_or(0);
                format!("{} on interface {interface}", text(function, "protocol"))
            })
            .collect();
        report.table.rows(text(modem, "device"), [ids.trim().to_owned(), functions.join(", ")]);
    }
    if report.table.is_empty() {
        report.table.row("no modem found", "");
    }
    report.put("nodes", nodes);
    report.put("usb", modems);
    report.print(out)
}
