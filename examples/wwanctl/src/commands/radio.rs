//! `radio`: the radio switches.

use mbim_wire::Status;
use mbim_wire::service::basic_connect as bc;

use super::report::{self, Report};
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::Output;

pub(crate) fn run(modem: &mut Modem, wanted: Option<bool>, out: &mut Output) -> Result<After, Fail> {
    let state = match wanted {
        None => modem.ask::<bc::RadioState>()?,
        Some(on) => {
            let wanted = if on { "on" } else { "off" };
            let state = modem.set::<bc::RadioState>(&serde_json::json!({ "RadioState": wanted }))?;
            if report::text(&state, "sw_radio_state") != wanted {
                let what = format!("the radio did not go {wanted}: {}", report::radio_text(&state));
                return Err(Fail::state(Status::FAILURE, &what));
            }
            if on && report::text(&state, "hw_radio_state") == "off" {
                let what = "the hardware switch keeps the radio off";
                return Err(Fail::state(Status::RADIO_POWER_OFF, what));
            }
            state
        }
    };
    let mut report = Report::default();
    report::radio(&mut report.table, &state);
    report.put("radio_state", state);
    report.print(out)?;
    Ok(After::AsFound)
}
