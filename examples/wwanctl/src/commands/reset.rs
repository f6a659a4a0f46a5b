//! `reset`: restarts the modem.

use wwan::client::mbim::Error;
use wwan::procedure::mbim::Restart;

use super::report::Report;
use crate::device::DeviceError;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::Output;

pub(crate) fn run(modem: &mut Modem, out: &mut Output) -> Result<After, Fail> {
    let mut restart = Restart::new(modem.client.version(), None);
    let answered = match modem.client.follow(&mut restart) {
        Ok(()) => restart.answered(),
        // Many modems restart instead of answering.
        Err(Error::Lost | Error::Channel(DeviceError::Gone(_) | DeviceError::Deadline)) if restart.was_told() => false,
        Err(error) => return Err(error.into()),
    };
    let mut report = Report::default();
    report.table.row("Modem", "restarts");
    report.put("restarts", true);
    report.put("answered", answered);
    report.print(out)?;
    Ok(After::Gone)
}
