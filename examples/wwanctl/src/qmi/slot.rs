//! `slot`: SIM slots, and which of them is in use.

use serde_json::{Value, json};
use wwan::client::qmi::Error;
use wwan::qmi_wire::ProtocolError;
use wwan::qmi_wire::service::uim::{self, PhysicalCardState, SlotState};
use wwan::time::Millis;

use super::Modem;
use crate::commands::report::{self, Report};
use crate::error::Fail;
use crate::output::Output;

/// How often it is looked whether the slot has changed.
const LOOK: Millis = Millis(500);

/// A slot: the state of its card, and whether it is in use.
type Slot = (&'static str, bool);

pub(super) fn run(modem: &mut Modem, slot: Option<u32>, out: &mut Output) -> Result<(), Fail> {
    let mut slots = read(modem)?;
    if let Some(wanted) = slot {
        let place = usize::try_from(wanted).unwrap_or(usize::MAX);
        let Some((_, in_use)) = slots.get(place).copied() else {
            let count = slots.len();
            return Err(Fail::Usage(format!("there is no slot {wanted}: the modem has {count}, counted from 0")));
        };
        if !in_use {
            switch(modem, wanted)?;
            let until = modem.client.now() + modem.patience();
            loop {
                slots = read(modem)?;
                if slots.get(place).is_some_and(|(_, in_use)| *in_use) {
                    break;
                }
                if until <= modem.client.now() {
                    return Err(Fail::Timeout("the slot has not come into use".to_owned()));
                }
                let look = modem.client.now() + LOOK;
                modem.client.next_indication(look)?;
            }
        }
    }
    let mut report = Report::default();
    let (mut map, mut states) = (Vec::new(), Vec::new());
    for (number, (state, in_use)) in slots.iter().enumerate() {
        let used = if *in_use { "in use" } else { "" };
        report.table.row(&format!("Slot {number}"), report::joined(&[state.replace('_', " "), used.to_owned()]));
        states.push(json!({ "slot_index": number, "state": state }));
        if *in_use {
            map.push(json!({ "slot": number }));
        }
    }
    report.put("sys_caps", json!({ "number_of_slots": slots.len() }));
    report.put("device_slot_mappings", json!({ "map_count": map.len(), "slot_map": map }));
    report.put("slot_info_status", Value::Array(states));
    report.print(out)
}

fn read(modem: &mut Modem) -> Result<Vec<Slot>, Fail> {
    let answer = modem.client.ask::<uim::get_slot_status::Message>(|_| {})?;
    let list = answer.physical_slot_status()?;
    let slots = list.iter().flat_map(|list| list.iter()).map(|slot| {
        let in_use = slot.physical_slot_status == SlotState::ACTIVE;
        let state = match (slot.physical_card_status, in_use) {
            (PhysicalCardState::PRESENT, true) => "active",
            (PhysicalCardState::PRESENT, false) => "off",
            (PhysicalCardState::ABSENT, true) => "empty",
            (PhysicalCardState::ABSENT, false) => "off_empty",
            _ => "unknown",
        };
        (state, in_use)
    });
    Ok(slots.collect())
}

fn switch(modem: &mut Modem, slot: u32) -> Result<(), Fail> {
    let done = modem.client.ask::<uim::switch_slot::Message>(|request| {
        request.logical_slot(1).physical_slot(slot.saturating_add(1));
    });
    match done {
        // Another program was faster.
        Err(Error::Refused(refusal)) if refusal.error == ProtocolError::NO_EFFECT => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}
