//! `reset`: restarts the modem.

use wwan::client::mbim::Error;

use super::report::Report;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::Output;

pub(crate) fn run(modem: &mut Modem, out: &mut Output) -> Result<After, Fail> {
    let answered = match modem.client.restart(None) {
        Ok(answered) => answered,
        // Many modems restart instead of answering.
        Err(Error::Channel(_)) => false,
        Err(error) => return Err(error.into()),
    };
    let mut report = Report::default();
    report.table.row("Modem", "restarts");
    report.put("restarts", true);
    report.put("answered", answered);
    report.print(out)?;
    Ok(After::Gone)
}
