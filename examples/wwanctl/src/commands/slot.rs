//! `slot`: SIM slots, and which of them is in use.

use mbim_wire::catalogue::Value;
use mbim_wire::service::ms_basic_connect_extensions as ext;

use super::report::{self, Report};
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::Output;

/// Slots that are asked for; a modem may claim any number.
const SLOTS: u32 = 16;

pub(crate) fn run(modem: &mut Modem, slot: Option<u32>, out: &mut Output) -> Result<After, Fail> {
    let caps = modem.ask::<ext::SysCaps>()?;
    let slots = report::number(&caps, "number_of_slots").unwrap_or(1);
    if let Some(slot) = slot {
        if slot >= slots {
            return Err(Fail::Usage(format!("there is no slot {slot}: the modem has {slots}, counted from 0")));
        }
        let patience = modem.patience();
        modem.client.switch_slot(0, slot, patience)?;
    }
    let mappings = modem.ask::<ext::DeviceSlotMappings>()?;
    let map = mappings.get("slot_map").and_then(Value::as_array);
    let used: Vec<u32> = map.into_iter().flatten().filter_map(|entry| report::number(entry, "slot")).collect();
    let mut report = Report::default();
    let mut states = Vec::new();
    for slot in 0..slots.min(SLOTS) {
        let state = modem.ask_with::<ext::SlotInfoStatus>(&serde_json::json!({ "SlotIndex": slot }))?;
        let in_use = if used.contains(&slot) { "in use" } else { "" };
        let parts = [report::words(&state, "state"), in_use.to_owned()];
        report.table.row(&format!("Slot {slot}"), report::joined(&parts));
        states.push(state);
    }
    report.put("sys_caps", caps);
    report.put("device_slot_mappings", mappings);
    report.put("slot_info_status", states);
    report.print(out)?;
    Ok(After::AsFound)
}
