//! `radio`: the radio switches.

use wwan::procedure::at::Power;

use super::{Modem, parts};
use crate::commands::report::{self, Report};
use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(modem: &mut Modem, wanted: Option<bool>, out: &mut Output) -> Result<(), Fail> {
    if let Some(on) = wanted {
        let patience = modem.patience();
        modem.client.set_power(if on { Power::FULL } else { Power::RADIO_OFF }, patience)?;
    }
    let radio = parts::radio(modem.client.power()?);
    let mut report = Report::default();
    report::radio(&mut report.table, &radio);
    report.put("radio_state", radio);
    report.print(out)
}
