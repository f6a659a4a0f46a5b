//! `monitor`: indications as they come.

use std::time::{SystemTime, UNIX_EPOCH};

use qmi_wire::catalogue::{self, frame_to_json_by, hex};
use qmi_wire::frame::{Framing, Head, Kind};
use qmi_wire::service::{Service, wms};
use wwan::client::qmi::Error;
use wwan::time::Instant;

use super::detail::{self, Detail};
use super::{Modem, message};
use crate::device::DeviceError;
use crate::error::Fail;
use crate::names::qmi as names;
use crate::output::{Output, note};

/// What makes a service indicate: its message, and TLVs each of which a modem may refuse by itself.
type Registration = (Service, u16, &'static [(u8, &'static [u8])]);

const ON: &[u8] = &[1];

/// What is registered for. The packet service status of a data session is indicated unasked.
const REGISTRATIONS: &[Registration] = &[
    // Event reports: power, PIN, activation, operating mode, SIM, radio switch.
    (Service::DMS, 0x0001, &[(0x10, ON), (0x12, ON), (0x13, ON), (0x14, ON), (0x15, ON), (0x16, ON)]),
    // Register Indications: selection, serving system, subscription, time, system, signal, error rate, roaming, name,
    // band, and the network's refusals without leaving out the system.
    (
        Service::NAS,
        0x0003,
        &[
            (0x10, ON),
            (0x13, ON),
            (0x15, ON),
            (0x17, ON),
            (0x18, ON),
            (0x19, ON),
            (0x1a, ON),
            (0x1d, ON),
            (0x1e, ON),
            (0x20, ON),
            (0x21, &[1, 0]),
        ],
    ),
    // Event reports: dormancy, bearer, call status, data systems.
    (Service::WDS, 0x0001, &[(0x13, ON), (0x15, ON), (0x17, ON), (0x18, ON), (0x1a, ON), (0x1e, ON)]),
    // Event report: new messages. Indication Register: the transport network.
    (Service::WMS, 0x0001, &[(0x10, ON)]),
    (Service::WMS, 0x0047, &[(0x11, ON)]),
    // Indication Register: supplementary services, calls, handover, codec, USSD, changes, conferences.
    (Service::VOICE, 0x0003, &[(0x12, ON), (0x13, ON), (0x14, ON), (0x15, ON), (0x16, ON), (0x18, ON), (0x1b, ON)]),
    // Register Events, a mask: cards and slots; only cards where that is refused.
    (Service::UIM, 0x002e, &[(0x01, &[0x11, 0, 0, 0])]),
    (Service::UIM, 0x002e, &[(0x01, &[0x01, 0, 0, 0])]),
    // Register Events, a mask: positions, satellites, NMEA, the engine and its sessions.
    (Service::LOC, 0x0021, &[(0x01, &[0x87, 0x01, 0, 0, 0, 0, 0, 0])]),
];

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let mut done = None;
    for (service, id, tlvs) in REGISTRATIONS {
        // A second registration for the same is there for modems that refuse the first.
        if done != Some((*service, *id)) && modem.client.has_service(*service) {
            done = register(modem, *service, *id, tlvs)?.then_some((*service, *id));
        }
    }
    let start = modem.client.now();
    modem.limited().ends_with_output.set(true);
    let mut lost = 0;
    loop {
        let (client, service, id, tlvs, detail) = match modem.client.next_indication(Instant::FAR) {
            Ok(Some(told)) => {
                let tlvs: Vec<(u8, Vec<u8>)> = told.tlvs.iter().map(|tlv| (tlv.kind, tlv.value.to_vec())).collect();
                // The fields say what cannot be read.
                let detail = detail::of(&told).unwrap_or_default();
                (told.client, told.service(), told.id(), tlvs, detail)
            }
            Ok(None) => continue,
            // Both are how a monitor ends.
            Err(Error::Channel(DeviceError::Deadline | DeviceError::Interrupted)) => break,
            Err(error) => return Err(error.into()),
        };
        let millis = modem.client.now().since(start).0;
        let framing = if service.0 > 0xff { Framing::Wide { client } } else { Framing::modem(client) };
        print(&Head { framing, service, kind: Kind::Indication, transaction: 0, id }, &tlvs, &detail, millis, out)?;
        if let Some((number, protocol)) = detail.acknowledge {
            acknowledge(modem, number, protocol)?;
        }
        let lost_now = modem.client.lost_indications();
        if lost_now != lost {
            let more = lost_now.wrapping_sub(lost);
            note(&format!("{more} indications lost"));
            if out.json {
                out.line(&serde_json::json!({ "type": "lost", "indications": more }))?;
            }
            lost = lost_now;
        }
        if out.is_closed() {
            break;
        }
    }
    Ok(())
}

/// Registers for all of it, or else for each by itself; whether anything was granted.
fn register(modem: &mut Modem, service: Service, id: u16, tlvs: &[(u8, &[u8])]) -> Result<bool, Fail> {
    if message::is_granted(modem, service, id, tlvs)? {
        return Ok(true);
    }
    let mut granted = false;
    if tlvs.len() > 1 {
        for tlv in tlvs {
            granted |= message::is_granted(modem, service, id, core::slice::from_ref(tlv))?;
        }
    }
    Ok(granted)
}

/// Takes a message that is printed, so that the network does not send it again. Another program may have done that.
fn acknowledge(modem: &mut Modem, transaction_id: u32, message_protocol: wms::MessageProtocol) -> Result<(), Fail> {
    let information = wms::SendAckInformation { transaction_id, message_protocol, success: true };
    let done = modem.client.ask::<wms::send_ack::Message>(|request| {
        request.information(information);
    });
    match done {
        Err(Error::Refused(refusal)) => note(&format!("the message is not acknowledged: {refusal}")),
        Err(error @ Error::Failed { .. }) => note(&format!("the message is not acknowledged: {error}")),
        done => drop(done?),
    }
    Ok(())
}

/// One line for an indication.
fn print(head: &Head, tlvs: &[(u8, Vec<u8>)], detail: &Detail, millis: u32, out: &mut Output) -> Result<(), Fail> {
    let data = |error: &dyn core::fmt::Display| Fail::Data(format!("an indication of the modem: {error}"));
    let frame = catalogue::build(head, tlvs).map_err(|error| data(&error))?;
    let shown = frame_to_json_by(wwan_catalogue::qmi(), &frame, None, false).map_err(|error| data(&error))?;
    if out.json {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut event = serde_json::json!({
            "time": since_1970.as_secs_f64(),
            "type": "indication",
            "service": names::service(head.service),
            "message_id": head.id,
            "message": shown.info.map(|(_, info)| info.name),
            "fields": names::named(&shown),
        });
        if let (serde_json::Value::Object(map), Some((key, value))) = (&mut event, &detail.json) {
            map.insert((*key).to_owned(), value.clone());
        }
        if let (serde_json::Value::Object(map), Some(error)) = (&mut event, &shown.error) {
            map.insert("error".into(), error.to_string().into());
            map.insert("bytes".into(), hex(&frame).into());
        }
        return Ok(out.line(&event)?);
    }
    let lines = names::lines(&shown);
    let content: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    let (seconds, millis) = (millis / 1000, millis % 1000);
    let name = names::message(head.service, head.id, head.kind);
    let name = name.trim_end_matches(" indication");
    out.lines(&format!("{seconds:6}.{millis:03}  {name}: {}", content.join(", ")))?;
    for line in detail.text.lines() {
        out.lines(&format!("            {line}"))?;
    }
    Ok(())
}
