//! `status`: all there is to know at a glance. What the modem refuses to tell is told as such.

use serde_json::Value;
use wwan::client::at::Error;
use wwan::procedure::at::{ReadIdentity, SimState, Stop};
use wwan::time::Millis;

use super::{Modem, parts};
use crate::commands::report::{self, Report};
use crate::error::Fail;
use crate::output::Output;

/// How long a SIM may take that has just been powered on.
const SIM: Millis = Millis(0);

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    report.put("device", modem.name.as_str());
    report.put("protocol", "at");
    report.table.heading(&modem.name);
    head(modem, &mut report)?;
    let radio = modem.client.power().map(parts::radio).map_err(Fail::from);
    report::part(&mut report, "radio_state", "Radio", radio, report::radio)?;
    registration(modem, &mut report)?;
    let signal = modem.client.signal().map(|signal| parts::signal(&signal)).map_err(Fail::from);
    report::part(&mut report, "signal_state", "Signal", signal, report::radios)?;
    sessions(modem, &mut report)?;
    report.print(out)
}

/// The device and its SIM.
pub(super) fn head(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let sim = report::refused(modem.client.sim(SIM).map_err(Fail::from))?;
    // What is on the card is asked for only where there is one.
    let mut read = match &sim {
        Ok(SimState::NotInserted | SimState::Unusable(_)) | Err(_) => ReadIdentity::of_device(),
        Ok(_) => ReadIdentity::new(),
    };
    modem.client.follow(&mut read)?;
    let caps = parts::device_caps(read.identity());
    report::modem(&mut report.table, &caps);
    report.put("device_caps", caps);
    match sim {
        Ok(sim) => {
            let subscriber = parts::subscriber(modem, sim, read.identity())?;
            report::sim(&mut report.table, &subscriber);
            report.put("subscriber_ready_status", subscriber);
            let pin = pin(modem, sim)?;
            report::lock(&mut report.table, &pin);
            report.put("pin", pin);
        }
        Err(reason) => report::not_told(report, "subscriber_ready_status", "SIM", &reason),
    }
    Ok(())
}

/// The code that is needed.
pub(super) fn pin(modem: &mut Modem, sim: SimState) -> Result<Value, Fail> {
    let attempts = modem.client.attempts()?;
    // Modems ask for the PIN before they tell whether they ask for it.
    let protected = match sim {
        SimState::Ready => match modem.client.protection() {
            Ok(protected) => Some(protected),
            Err(Error::Stop(Stop::Refused(_) | Stop::Missing { .. })) => None,
            Err(error) => return Err(error.into()),
        },
        _ => None,
    };
    Ok(parts::pin(sim, &attempts, protected))
}

/// Whether and where it is registered.
pub(super) fn registration(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    match report::refused(modem.registration())? {
        Ok(registration) => {
            let (register, packets) = parts::registration(&registration);
            report::registration(&mut report.table, &register);
            report.put("register_state", register);
            report::packet_service(&mut report.table, &packets);
            report.put("packet_service", packets);
        }
        Err(reason) => report::not_told(report, "register_state", "Network", &reason),
    }
    Ok(())
}

/// The contexts that are active.
fn sessions(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let mut list = Vec::new();
    for context in parts::contexts(modem)?.into_iter().filter(|context| context.active) {
        let (mut session, ip) = parts::configuration(modem, context.cid, context.ip_type)?;
        report::session(&mut report.table, &session);
        report::ip_configuration(&mut report.table, &ip);
        if let Value::Object(map) = &mut session {
            map.insert("ip_configuration".into(), ip);
        }
        list.push(session);
    }
    if list.is_empty() {
        let none = report::session_of(0, false, false);
        report::session(&mut report.table, &none);
        list.push(none);
    }
    report.put("sessions", list);
    Ok(())
}
