//! `signal`: strength and quality of the signal.

use super::{Modem, parts};
use crate::commands::report::{self, Report};
use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let signal = parts::signal(&modem.client.signal()?);
    let mut report = Report::default();
    report::radios(&mut report.table, &signal);
    report.put("signal_state", signal);
    report.print(out)
}
