//! `status`: all there is to know at a glance. What the modem refuses to tell is told as such.

use serde_json::{Value, json};
use wwan::qmi_wire::service::Service;
use wwan::time::Millis;

use super::{Modem, connect, parts};
use crate::commands::report::{self, Report};
use crate::error::Fail;
use crate::output::{Output, Table, put_in_order};

/// How long a SIM may take that has just been powered on.
const SIM: Millis = Millis(0);

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    report.put("device", modem.name.as_str());
    report.put("protocol", "qmi");
    report.table.heading(&modem.name);
    head(modem, &mut report)?;
    let radio = parts::radio(modem);
    part(&mut report, "radio_state", "Radio", radio, report::radio)?;
    match parts::refused(modem.client.registration().map_err(Fail::from))? {
        Ok(registration) => {
            let (register, packets) = parts::registration(&registration);
            report::registration(&mut report.table, &register);
            report.put("register_state", register);
            report::packet_service(&mut report.table, &packets);
            report.put("packet_service", packets);
        }
        Err(reason) => not_told(&mut report, "register_state", "Network", &reason),
    }
    let signal = modem.client.signal().map(|signal| parts::signal(&signal)).map_err(Fail::from);
    part(&mut report, "signal_state", "Signal", signal, parts::signal_rows)?;
    sessions(modem, &mut report)?;
    report.print(out)
}

/// The device and its SIM.
pub(super) fn head(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let caps = parts::device_caps(modem);
    part(report, "device_caps", "Modem", caps, report::modem)?;
    match parts::refused(modem.client.sim(SIM).map_err(Fail::from))? {
        Ok(sim) => {
            let subscriber = parts::subscriber(modem, &sim)?;
            report::sim(&mut report.table, &subscriber);
            report.put("subscriber_ready_status", subscriber);
            let pin = parts::pin(&sim);
            report::lock(&mut report.table, &pin);
            report.put("pin", pin);
        }
        Err(reason) => not_told(report, "subscriber_ready_status", "SIM", &reason),
    }
    Ok(())
}

/// One part of the report. A refusal belongs there too; anything else ends the run.
fn part(
    report: &mut Report,
    key: &str,
    label: &str,
    answer: Result<Value, Fail>,
    rows: fn(&mut Table, &Value),
) -> Result<(), Fail> {
    match parts::refused(answer)? {
        Ok(value) => {
            rows(&mut report.table, &value);
            report.put(key, value);
        }
        Err(reason) => not_told(report, key, label, &reason),
    }
    Ok(())
}

fn not_told(report: &mut Report, key: &str, label: &str, reason: &str) {
    report.put(key, json!({ "status": reason }));
    report.table.row(label, format!("not told: {reason}"));
}

/// The sessions that this program has left up.
fn sessions(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let mut numbers: Vec<u8> = modem
        .client
        .clients()
        .filter(|owned| owned.service == Service::WDS && owned.handle != 0)
        .map(|owned| owned.instance / 2)
        .collect();
    put_in_order(&mut numbers, |a, b| a < b);
    numbers.dedup();
    let mut list = Vec::new();
    for number in numbers {
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
