//! `reset`: restarts the modem.

use wwan::client::qmi::Error;

use super::Modem;
use crate::commands::report::Report;
use crate::device::DeviceError;
use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let answered = match modem.client.restart() {
        Ok(()) => true,
        // Many modems restart instead of answering.
        Err(Error::Lost | Error::Channel(DeviceError::Gone(_))) => false,
        Err(error) => return Err(error.into()),
    };
    let mut report = Report::default();
    report.table.row("Modem", "restarts");
    report.put("restarts", true);
    report.put("answered", answered);
    report.print(out)
}
