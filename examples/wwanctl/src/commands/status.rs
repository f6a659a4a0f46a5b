//! `status`: all there is to know at a glance. What the modem refuses to tell is told as such.

use mbim_wire::catalogue::Value;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command, Status};

use super::report::{self, Report};
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::{Output, Table};

/// Sessions that are asked for; a modem may claim any number.
const SESSIONS: u32 = 16;

pub(crate) fn run(modem: &mut Modem, out: &mut Output) -> Result<After, Fail> {
    let mut report = Report::default();
    report.put("device", modem.name.as_str());
    report.put("protocol", "mbim");
    report.table.heading(&modem.name);
    let caps = part::<bc::DeviceCaps>(modem, &mut report, "device_caps", "Modem", report::modem)?;
    part::<bc::SubscriberReadyStatus>(modem, &mut report, "subscriber_ready_status", "SIM", report::sim)?;
    part::<bc::Pin>(modem, &mut report, "pin", "Lock", report::lock)?;
    part::<bc::RadioState>(modem, &mut report, "radio_state", "Radio", report::radio)?;
    part::<bc::RegisterState>(modem, &mut report, "register_state", "Network", report::registration)?;
    let signal = |table: &mut Table, signal: &Value| report::signal(table, signal);
    if let Some(found) = part::<bc::SignalState>(modem, &mut report, "signal_state", "Signal", signal)? {
        report.put("signal_state", report::with_dbm(found));
    }
    part::<bc::PacketService>(modem, &mut report, "packet_service", "Packets", report::packet_service)?;
    let most = caps.and_then(|caps| report::number(&caps, "max_sessions")).unwrap_or(1);
    sessions(modem, &mut report, most.clamp(1, SESSIONS))?;
    report.print(out)?;
    Ok(After::AsFound)
}

/// Asks for one part and puts it into the report. A refusal belongs there too; anything else ends the run.
fn part<C: Command>(
    modem: &mut Modem,
    report: &mut Report,
    key: &str,
    label: &str,
    rows: impl FnOnce(&mut Table, &Value),
) -> Result<Option<Value>, Fail> {
    let answer = modem.command(C::SERVICE, C::CID, mbim_wire::catalogue::Form::Query, &Value::Null)?;
    if answer.status != Status::SUCCESS {
        let name = answer.status.name().map(str::to_ascii_lowercase);
        report.put(key, serde_json::json!({ "status": answer.status.0, "status_name": name }));
        report.table.row(label, format!("not told: {}", crate::names::status(answer.status)));
        return Ok(None);
    }
    let fields = answer.fields()?;
    rows(&mut report.table, &fields);
    report.put(key, fields.clone());
    Ok(Some(fields))
}

/// The first session, and the others that are active.
fn sessions(modem: &mut Modem, report: &mut Report, most: u32) -> Result<(), Fail> {
    let mut list = Vec::new();
    for session in 0..most {
        let asked = serde_json::json!({ "SessionId": session });
        // Some modems refuse to tell of a session that is not active.
        let mut connect = match modem.ask_with::<bc::Connect>(&asked) {
            Ok(connect) => connect,
            Err(Fail::Refused { .. }) => continue,
            Err(error) => return Err(error),
        };
        let active = report::text(&connect, "activation_state") == "activated";
        if session > 0 && !active {
            continue;
        }
        report::session(&mut report.table, &connect);
        if active {
            match modem.ask_with::<bc::IpConfiguration>(&asked) {
                Ok(ip) => {
                    report::ip_configuration(&mut report.table, &ip);
                    if let Value::Object(map) = &mut connect {
                        map.insert("ip_configuration".into(), ip);
                    }
                }
                Err(Fail::Refused { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        list.push(connect);
    }
    report.put("sessions", list);
    Ok(())
}
