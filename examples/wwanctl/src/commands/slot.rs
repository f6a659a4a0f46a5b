//! `slot`: SIM slots, and which of them is in use.

use mbim_wire::catalogue::{Form, Value};
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::{Command as _, Status};

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
        choose(modem, slot)?;
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

/// Lets the first executor use a slot, and the others keep theirs.
fn choose(modem: &mut Modem, slot: u32) -> Result<(), Fail> {
    let mut mappings = modem.ask::<ext::DeviceSlotMappings>()?;
    let map = mappings.get_mut("slot_map").and_then(Value::as_array_mut);
    let mut slots: Vec<u32> = map.into_iter().flatten().filter_map(|entry| report::number(entry, "slot")).collect();
    match slots.first_mut() {
        Some(first) if *first == slot => return Ok(()),
        Some(first) => *first = slot,
        None => slots.push(slot),
    }
    let map: Vec<Value> = slots.iter().map(|slot| serde_json::json!({ "Slot": slot })).collect();
    let params = serde_json::json!({ "SlotMap": map });
    let (service, cid) = (ext::MS_BASIC_CONNECT_EXTENSIONS, ext::DeviceSlotMappings::CID);
    let answer = modem.command(service, cid, Form::Set, &params)?;
    if answer.status != Status::SUCCESS {
        return Err(answer.refusal());
    }
    // The card of the other slot starts; what follows shall find it there.
    let patience = modem.patience();
    modem.client.wait_ready(patience)?;
    Ok(())
}
