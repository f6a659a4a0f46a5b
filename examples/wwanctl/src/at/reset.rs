//! `reset`: restarts the modem.

use wwan::client::at::Error;
use wwan::procedure::at::Restart;

use super::Modem;
use crate::commands::report::Report;
use crate::device::DeviceError;
use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    match modem.client.follow(&mut Restart::new()) {
        Ok(()) => {}
        // Many modems are gone before they have answered.
        Err(Error::Lost | Error::Closed | Error::Channel(DeviceError::Gone(_))) => {}
        Err(error) => return Err(error.into()),
    }
    let mut report = Report::default();
    report.table.row("Modem", "restarts");
    report.put("restarts", true);
    report.print(out)
}
