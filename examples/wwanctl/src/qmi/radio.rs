//! `radio`: the radio switches.

use wwan::qmi_wire::service::dms::OperatingMode;

use super::{Modem, parts};
use crate::commands::report::{self, Report};
use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(modem: &mut Modem, wanted: Option<bool>, out: &mut Output) -> Result<(), Fail> {
    if let Some(on) = wanted {
        modem.client.set_mode(if on { OperatingMode::ONLINE } else { OperatingMode::LOW_POWER })?;
    }
    let radio = parts::radio(modem)?;
    let mut report = Report::default();
    report::radio(&mut report.table, &radio);
    report.put("radio_state", radio);
    report.print(out)
}
