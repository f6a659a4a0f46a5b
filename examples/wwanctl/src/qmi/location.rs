//! `location`: where the modem is, by its satellite receiver.
//!
//! Newer firmware has the service LOC for this, older PDS, which tells sentences only.

use serde_json::{Map, Value, json};
use wwan::client::qmi::Error;
use wwan::procedure::qmi::is_unsupported;
use wwan::qmi_wire::service::{loc, pds};
use wwan::time::Millis;

use super::Modem;
use crate::commands::report::Report;
use crate::error::Fail;
use crate::output::Output;

/// The number of the session; the client has no other.
const SESSION: u8 = 1;
/// How often the receiver is to tell.
const INTERVAL: u32 = 1000;
/// How long no indication may come before it is looked whether the user has had enough.
const LOOK: Millis = Millis(1000);

/// What the receiver has told.
#[derive(Debug, Default)]
struct Told {
    position: Option<Value>,
    sentences: Vec<Value>,
    /// Why there will be no position.
    failed: Option<String>,
}

pub(super) fn run(modem: &mut Modem, nmea: bool, time: Millis, out: &mut Output) -> Result<(), Fail> {
    let newer = start(modem, nmea)?;
    let mut told = Told::default();
    let heard = hear(modem, nmea || !newer, time, &mut told, out);
    if !matches!(heard, Err(Fail::Unreachable(_))) {
        // Whatever came of it, the receiver is not left on.
        let until = modem.client.now() + super::SHORT;
        modem.channel().channel_mut().channel_mut().until = until;
        let stopped = stop(modem, newer);
        heard.and(stopped)?;
    } else {
        heard?;
    }
    let mut report = Report::default();
    if nmea || !newer {
        if told.sentences.is_empty() {
            return Err(Fail::Timeout("the receiver has told nothing".to_owned()));
        }
        if !out.json {
            return Ok(());
        }
        report.put("nmea", told.sentences);
        return report.print(out);
    }
    let Some(position) = told.position else {
        return Err(match told.failed {
            Some(reason) => Fail::Refused { reason: format!("there is no position: {reason}"), hint: None },
            None => Fail::Timeout("the receiver has found no position; it needs a view of the sky".to_owned()),
        });
    };
    for (name, value) in position.as_object().into_iter().flatten() {
        report.table.row(&name.replace('_', " "), value.to_string().trim_matches('"'));
    }
    report.put("position", position);
    report.print(out)
}

/// Starts the receiver; whether the newer service has.
fn start(modem: &mut Modem, nmea: bool) -> Result<bool, Fail> {
    let events = if nmea { loc::EventRegistrationFlag::NMEA } else { loc::EventRegistrationFlag::POSITION_REPORT };
    let registered = modem.client.ask::<loc::register_events::Message>(|request| {
        request.event_registration_mask(events);
    });
    match registered {
        Ok(_) => {}
        Err(Error::Refused(refusal)) if is_unsupported(refusal.error) => return start_older(modem).map(|()| false),
        Err(error) => return Err(error.into()),
    }
    modem.client.ask::<loc::start::Message>(|request| {
        request
            .session_id(SESSION)
            .fix_recurrence_type(loc::FixRecurrenceType::REQUEST_PERIODIC_FIXES)
            .intermediate_report_state(loc::IntermediateReportState::DISABLE)
            .minimum_interval_between_position_reports(INTERVAL);
    })?;
    Ok(true)
}

fn start_older(modem: &mut Modem) -> Result<(), Fail> {
    modem.client.ask::<pds::set_event_report::Message>(|request| {
        request.nmea_position_reporting(true).extended_nmea_position_reporting(true);
    })?;
    modem.client.ask::<pds::set_gps_service_state::Message>(|request| {
        request.state(pds::SetGpsServiceStateState { gps_service_state: true });
    })?;
    modem.client.ask::<pds::set_auto_tracking_state::Message>(|request| {
        request.state(pds::SetAutoTrackingStateState { auto_tracking_state: true });
    })?;
    Ok(())
}

fn stop(modem: &mut Modem, newer: bool) -> Result<(), Fail> {
    if newer {
        modem.client.ask::<loc::stop::Message>(|request| {
            request.session_id(SESSION);
        })?;
    } else {
        modem.client.ask::<pds::set_auto_tracking_state::Message>(|request| {
            request.state(pds::SetAutoTrackingStateState { auto_tracking_state: false });
        })?;
        modem.client.ask::<pds::set_gps_service_state::Message>(|request| {
            request.state(pds::SetGpsServiceStateState { gps_service_state: false });
        })?;
    }
    Ok(())
}

/// Listens to the receiver until there is a position, or, to sentences, until the time is over.
fn hear(modem: &mut Modem, nmea: bool, time: Millis, told: &mut Told, out: &mut Output) -> Result<(), Fail> {
    let until = modem.client.now() + time;
    while modem.client.now() < until && told.position.is_none() && told.failed.is_none() && !out.is_closed() {
        modem.check()?;
        let look = until.min(modem.client.now() + LOOK);
        let Some(indication) = modem.client.next_indication(look)? else { continue };
        let mut sentences = String::new();
        if let Some(report) = indication.read::<loc::nmea_indication::Message>() {
            sentences = String::from_utf8_lossy(report.nmea_string()?.bytes).into_owned();
        } else if let Some(report) = indication.read::<pds::event_report_indication::Message>() {
            if let Some(text) = report.nmea_position()? {
                sentences = String::from_utf8_lossy(text.bytes).into_owned();
            }
        } else if let Some(report) = indication.read::<loc::position_report_indication::Message>() {
            take(&report, told)?;
        }
        for sentence in sentences.split(['\r', '\n', '\0']).filter(|sentence| nmea && !sentence.is_empty()) {
            if !out.json {
                out.lines(sentence)?;
            }
            told.sentences.push(sentence.into());
        }
    }
    Ok(())
}

fn take(report: &loc::position_report_indication::Indication<'_>, told: &mut Told) -> Result<(), Fail> {
    match report.session_status()? {
        loc::SessionStatus::SUCCESS => {}
        // One on the way, or a search that took too long: the next one begins by itself.
        loc::SessionStatus::IN_PROGRESS | loc::SessionStatus::TIMEOUT => return Ok(()),
        other => {
            let reason = other.name().map_or_else(|| other.0.to_string(), str::to_ascii_lowercase);
            told.failed = Some(reason.replace('_', " "));
            return Ok(());
        }
    }
    let (Some(latitude), Some(longitude)) = (report.latitude()?, report.longitude()?) else { return Ok(()) };
    let mut position = Map::new();
    position.insert("latitude".into(), json!(latitude));
    position.insert("longitude".into(), json!(longitude));
    let metres = [
        ("horizontal_uncertainty_circular", report.horizontal_uncertainty_circular()?),
        ("altitude_from_sealevel", report.altitude_from_sealevel()?),
        ("vertical_uncertainty", report.vertical_uncertainty()?),
        ("horizontal_speed", report.horizontal_speed()?),
        ("heading", report.heading()?),
    ];
    for (name, value) in metres {
        if let Some(value) = value {
            position.insert(name.into(), json!(value));
        }
    }
    if let Some(time) = report.utc_timestamp()? {
        position.insert("utc_timestamp".into(), json!(time));
    }
    told.position = Some(Value::Object(position));
    Ok(())
}
