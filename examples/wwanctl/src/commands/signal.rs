//! `signal`: strength and quality of the signal.

use mbim_wire::service::basic_connect as bc;

use super::report::{self, Report};
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::Output;

pub(crate) fn run(modem: &mut Modem, version: Option<u8>, out: &mut Output) -> Result<After, Fail> {
    if let Some(version) = version {
        modem.negotiate(version)?;
    }
    let signal = modem.ask::<bc::SignalState>()?;
    let mut report = Report::default();
    report::signal(&mut report.table, &signal);
    report.put("signal_state", report::with_dbm(signal));
    report.print(out)?;
    Ok(After::AsFound)
}
