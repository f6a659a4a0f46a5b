//! `register`: shows the registration, or changes it and waits for the outcome.

use mbim_wire::catalogue::Form;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command as _, Status};
use wwan::client::mbim::{Error, Selection};

use super::connect::not_registered;
use super::report::{self, Report};
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::Output;

pub(crate) fn run(modem: &mut Modem, network: Option<&str>, out: &mut Output) -> Result<After, Fail> {
    let selection = match network {
        None => None,
        Some("auto") => Some(Selection::Automatic),
        Some(id) if matches!(id.len(), 5 | 6) && id.bytes().all(|b| b.is_ascii_digit()) => Some(Selection::Manual(id)),
        Some(_) => {
            return Err(Fail::Usage("auto, or MCC and MNC as five or six digits, expected".to_owned()));
        }
    };
    if let Some(selection) = selection {
        choose(modem, selection)?;
    }
    let state = modem.ask::<bc::RegisterState>()?;
    let mut report = Report::default();
    report::registration(&mut report.table, &state);
    report.put("register_state", state);
    report.print(out)?;
    Ok(After::AsFound)
}

fn choose(modem: &mut Modem, selection: Selection<'_>) -> Result<(), Fail> {
    // A modem that has just started refuses while it looks for its SIM. What it finds does not matter here.
    modem.settle()?;
    if selection == Selection::Automatic {
        // Said even to a modem that is registered: it may have been told by hand with which network.
        let params = serde_json::json!({ "RegisterAction": "automatic" });
        let answer = modem.command(bc::BASIC_CONNECT, bc::RegisterState::CID, Form::Set, &params)?;
        // One modem answers FAILURE without a reason after it has registered; the state decides.
        if !matches!(answer.status, Status::SUCCESS | Status::FAILURE) {
            return Err(answer.refusal());
        }
    }
    let patience = modem.patience();
    match modem.client.register(selection, patience) {
        Ok(_) => Ok(()),
        Err(Error::NotReached) => Err(not_registered(modem)),
        Err(error) => Err(error.into()),
    }
}
