//! `register`: shows the registration, or changes it and waits for the outcome.

use at_wire::identity::Plmn;
use wwan::client::at::Error;
use wwan::procedure::at::{Selection, Stop};

use super::{Modem, parts};
use crate::commands::report::{self, Report};
use crate::error::{Fail, NO_NETWORK};
use crate::output::Output;

pub(super) fn run(modem: &mut Modem, network: Option<&str>, out: &mut Output) -> Result<(), Fail> {
    match network {
        None => {}
        Some("auto") => wait(modem, Selection::Automatic)?,
        Some(digits) => {
            let plmn = Plmn::parse(digits.as_bytes())
                .map_err(|_| Fail::Usage("auto, or MCC and MNC as five or six digits, expected".to_owned()))?;
            wait(modem, Selection::Manual { plmn: &plmn.to_string(), act: None })?;
        }
    }
    let (register, _) = parts::registration(&modem.registration()?);
    let mut report = Report::default();
    report::registration(&mut report.table, &register);
    report.put("register_state", register);
    report.print(out)
}

/// Registers, and says why not if that does not come about.
pub(super) fn wait(modem: &mut Modem, selection: Selection<'_>) -> Result<(), Fail> {
    // To hear of it, they are switched on.
    for name in super::REGISTRATION {
        modem.keep(name, 1)?;
    }
    let patience = modem.patience();
    let why = match modem.client.register(selection, patience) {
        Ok(()) => return Ok(()),
        Err(Error::Stop(Stop::NotReached)) => "not registered in time",
        Err(Error::Stop(Stop::Denied(_))) => "the network refuses to register",
        Err(error) => return Err(error.into()),
    };
    let registration = modem.client.registration()?;
    let (state, _) = parts::registration(&registration);
    let reason = match (report::nw_error(&state), registration.cause) {
        (Some(text), _) => format!("the network's reason: {text}"),
        (None, Some(cause)) => cause.to_string(),
        (None, None) => "the network gave no reason".to_owned(),
    };
    let state = report::words(&state, "register_state");
    Err(Fail::Refused { reason: format!("{why}, {state}; {reason}"), hint: Some(NO_NETWORK) })
}
