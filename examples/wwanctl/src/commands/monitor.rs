//! `monitor`: indications as they come.

use std::time::{SystemTime, UNIX_EPOCH};

use mbim_wire::Uuid;
use mbim_wire::catalogue::{Form, Value, hex};
use mbim_wire::service::basic_connect as bc;
use wwan::client::mbim::Error;
use wwan::time::Instant;

use crate::device::DeviceError;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::names;
use crate::output::{Output, note};

pub(crate) fn run(modem: &mut Modem, out: &mut Output) -> Result<After, Fail> {
    if let Err(error) = subscribe_to_all(modem) {
        match error {
            // What the specification sends unasked comes all the same.
            Fail::Refused { reason, .. } => note(&format!("only the usual indications: {reason}")),
            error => return Err(error),
        }
    }
    let start = modem.now();
    modem.end_with_output();
    let mut lost = 0;
    loop {
        let received = modem.client.next_indication(Instant::FAR);
        let (service, cid, body) = match received {
            Ok(Some(indication)) => (indication.service, indication.cid, indication.body.to_vec()),
            Ok(None) => continue,
            // Both are how a monitor ends.
            Err(Error::Channel(DeviceError::Deadline | DeviceError::Interrupted)) => break,
            Err(error) => return Err(error.into()),
        };
        modem.hear_version();
        let now = modem.now();
        print(modem.version, (service, cid), &body, now.since(start).0, out)?;
        let lost_now = modem.client.lost_indications();
        if lost_now != lost {
            note(&format!("{} indications lost", lost_now.wrapping_sub(lost)));
            if out.json {
                out.line(&serde_json::json!({ "type": "lost", "indications": lost_now.wrapping_sub(lost) }))?;
            }
            lost = lost_now;
        }
        if out.is_closed() {
            break;
        }
    }
    // The list of this run is of no use to anybody later.
    Ok(if modem.taken_over { After::Open } else { After::AsFound })
}

/// One line for an indication.
fn print(version: u8, command: (Uuid, u32), body: &[u8], millis: u32, out: &mut Output) -> Result<(), Fail> {
    let (service, cid) = command;
    let layout = names::layout(service, cid, Form::Notification, version);
    let fields = layout.map(|layout| (layout, layout.decode(body, false)));
    if out.json {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut event = serde_json::json!({
            "time": since_1970.as_secs_f64(),
            "type": "indicate_status",
            "service": names::service(service),
            "service_uuid": service.to_string(),
            "cid": cid,
            "command": name(service, cid),
        });
        if let Value::Object(map) = &mut event {
            match fields {
                Some((layout, Ok(fields))) => {
                    map.insert("fields".into(), names::named(layout, &fields));
                }
                Some((_, Err(error))) => {
                    map.insert("error".into(), error.to_string().into());
                    map.insert("information_buffer".into(), hex(body).into());
                }
                None => {
                    map.insert("information_buffer".into(), hex(body).into());
                }
            }
        }
        return Ok(out.line(&event)?);
    }
    let content = match fields {
        Some((layout, Ok(fields))) => {
            let lines = names::lines(layout, &fields);
            let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
            lines.join(", ")
        }
        Some((_, Err(error))) => format!("{error}; bytes {}", hex(body)),
        None => hex(body),
    };
    let (seconds, millis) = (millis / 1000, millis % 1000);
    let command = names::command(service, cid);
    Ok(out.lines(&format!("{seconds:6}.{millis:03}  {command}: {content}"))?)
}

fn name(uuid: Uuid, cid: u32) -> Option<String> {
    let info = names::declared(uuid)?.commands.iter().find(|info| info.cid == cid)?;
    Some(info.name())
}

/// Asks for the indications of everything that the modem lists. The list replaces the one that holds without any, so
/// it names what that one has too.
fn subscribe_to_all(modem: &mut Modem) -> Result<(), Fail> {
    let services = modem.ask::<bc::DeviceServices>()?;
    let mut list: Vec<(Uuid, Vec<u32>)> = Vec::new();
    let listed = services.get("device_services").and_then(Value::as_array);
    for entry in listed.into_iter().flatten() {
        let uuid = entry.get("device_service_id").and_then(Value::as_str);
        let Some(uuid) = uuid.and_then(|uuid| uuid.parse().ok()) else {
            continue;
        };
        let cids = entry.get("cids").and_then(Value::as_array);
        let cids = cids.into_iter().flatten().filter_map(Value::as_u64);
        let cids: Vec<u32> =
            cids.filter_map(|cid| u32::try_from(cid).ok()).filter(|cid| indicates(uuid, *cid)).collect();
        if !cids.is_empty() {
            list.push((uuid, cids));
        }
    }
    // Whatever the modem lists of Basic Connect, these are what everybody gets without asking.
    if !list.iter().any(|(uuid, _)| *uuid == bc::BASIC_CONNECT) {
        let all = names::declared(bc::BASIC_CONNECT).into_iter().flat_map(|service| service.commands);
        let mut cids: Vec<u32> = all.filter(|info| info.notification.is_some()).map(|info| info.cid).collect();
        cids.dedup();
        list.push((bc::BASIC_CONNECT, cids));
    }
    modem.subscribe(&list)
}

/// Whether a command indicates something: as far as is known here; of an unknown one it may be.
fn indicates(uuid: Uuid, cid: u32) -> bool {
    let Some(service) = names::declared(uuid) else {
        return true;
    };
    let mut known = service.commands.iter().filter(|info| info.cid == cid).peekable();
    known.peek().is_none() || known.any(|info| info.notification.is_some())
}

#[cfg(test)]
mod tests {
    use mbim_wire::Command as _;

    use super::*;

    #[test]
    fn only_what_indicates_is_subscribed() {
        assert!(indicates(bc::BASIC_CONNECT, bc::SignalState::CID));
        assert!(!indicates(bc::BASIC_CONNECT, bc::DeviceCaps::CID));
        assert!(indicates(bc::BASIC_CONNECT, 999));
        assert!(indicates(Uuid::new(1), 1));
    }
}
