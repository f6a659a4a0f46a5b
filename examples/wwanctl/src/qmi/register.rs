//! `register`: shows the registration, or changes it and waits for the outcome.

use wwan::client::qmi::{Error, Selection};
use wwan::procedure::qmi::Plmn;

use super::{Modem, parts};
use crate::commands::report::{self, Report};
use crate::error::{Fail, NO_NETWORK};
use crate::output::Output;

pub(super) fn run(modem: &mut Modem, network: Option<&str>, out: &mut Output) -> Result<(), Fail> {
    match network {
        None => {}
        Some("auto") => wait(modem, Selection::Automatic)?,
        Some(digits) => {
            let plmn = Plmn::parse(digits)
                .ok_or_else(|| Fail::Usage("auto, or MCC and MNC as five or six digits, expected".to_owned()))?;
            wait(modem, Selection::Manual(plmn))?;
        }
    }
    let registration = modem.client.registration()?;
    let (register, _) = parts::registration(&registration);
    let mut report = Report::default();
    report::registration(&mut report.table, &register);
    report.put("register_state", register);
    report.print(out)
}

/// Registers, and says why not if that does not come about.
pub(super) fn wait(modem: &mut Modem, selection: Selection) -> Result<(), Fail> {
    let patience = modem.patience();
    match modem.client.register(selection, patience) {
        Ok(_) => Ok(()),
        Err(Error::NotReached) => {
            let registration = modem.client.registration()?;
            let (state, _) = parts::registration(&registration);
            let why = match registration.reject {
                Some(cause) => format!("the network's reason: {}", parts::reject(cause)),
                None => "the network gave no reason".to_owned(),
            };
            let state = report::words(&state, "register_state");
            Err(Fail::Refused { reason: format!("not registered in time, {state}; {why}"), hint: Some(NO_NETWORK) })
        }
        Err(Error::Denied(Some(cause))) => {
            let reason = format!("the network refuses to register: {}", parts::reject(cause));
            Err(Fail::Refused { reason, hint: None })
        }
        Err(error) => Err(error.into()),
    }
}
