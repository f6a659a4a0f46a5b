//! `reset`: restarts the modem.

use mbim_wire::service::ms_basic_connect_extensions as ext;

use super::report::Report;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::Output;

pub(crate) fn run(modem: &mut Modem, out: &mut Output) -> Result<After, Fail> {
    match modem.set::<ext::DeviceReset>(&serde_json::json!({})) {
        Ok(_) => {}
        // Many modems restart instead of answering.
        Err(Fail::Timeout(_) | Fail::Unreachable(_)) => {}
        Err(fail) => return Err(fail),
    }
    let mut report = Report::default();
    report.table.row("Modem", "restarts");
    report.put("restarts", true);
    report.print(out)?;
    Ok(After::Gone)
}
