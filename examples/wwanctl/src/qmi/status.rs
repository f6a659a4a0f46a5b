//! `status`: all there is to know at a glance. What the modem refuses to tell is told as such.

use serde_json::Value;
use wwan::time::Millis;

use super::{Modem, connect, parts};
use crate::commands::report::{self, Report};
use crate::error::Fail;
use crate::output::Output;

/// How long a SIM may take that has just been powered on.
const SIM: Millis = Millis(0);

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    report.put("device", modem.name.as_str());
    report.put("protocol", "qmi");
    report.table.heading(&modem.name);
    head(modem, &mut report)?;
    let radio = parts::radio(modem);
    report::part(&mut report, "radio_state", "Radio", radio, report::radio)?;
    match report::refused(modem.client.registration().map_err(Fail::from))? {
        Ok(registration) => {
            let (register, packets) = parts::registration(&registration);
            report::registration(&mut report.table, &register);
            report.put("register_state", register);
            report::packet_service(&mut report.table, &packets);
            report.put("packet_service", packets);
        }
        Err(reason) => report::not_told(&mut report, "register_state", "Network", &reason),
    }
    let signal = modem.client.signal().map(|signal| parts::signal(&signal)).map_err(Fail::from);
    report::part(&mut report, "signal_state", "Signal", signal, report::radios)?;
    sessions(modem, &mut report)?;
    report.print(out)
}

/// The device and its SIM.
pub(super) fn head(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let caps = parts::device_caps(modem);
    report::part(report, "device_caps", "Modem", caps, report::modem)?;
    match report::refused(modem.client.sim(SIM).map_err(Fail::from))? {
        Ok(sim) => {
            let subscriber = parts::subscriber(modem, &sim)?;
            report::sim(&mut report.table, &subscriber);
            report.put("subscriber_ready_status", subscriber);
            let pin = parts::pin(&sim);
            report::lock(&mut report.table, &pin);
            report.put("pin", pin);
        }
        Err(reason) => report::not_told(report, "subscriber_ready_status", "SIM", &reason),
    }
    Ok(())
}

/// The sessions that this program has left up.
fn sessions(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let mut list = Vec::new();
    for number in connect::numbers(modem) {
        let (mut session, ip) = connect::configuration(modem, number)?;
        report::session(&mut report.table, &session);
        report::ip_configuration(&mut report.table, &ip);
        if let Value::Object(map) = &mut session {
            map.insert("ip_configuration".into(), ip);
        }
        list.push(session);
    }
    if list.is_empty() {
        let none = parts::session(0, &[]);
        report::session(&mut report.table, &none);
        list.push(none);
    }
    report.put("sessions", list);
    Ok(())
}
