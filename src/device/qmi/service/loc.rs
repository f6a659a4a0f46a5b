//! LOC: sessions that ask for positions, what the receiver tells, and what helps it.
//!
//! Most answers only say that a request was taken; how it went follows in an indication of the same number, to the client
//! that asked. Positions go to the client that started the session; sentences, satellites and the state of the engine go
//! to every client that has registered for them.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, loc::*};
use qmi_wire::text::Str;

use super::super::CLIENTS;
use super::super::call::{Call, On, Outcome, Refused, Released, Step};
use super::super::tell::Tell;
use super::{Served, Service, State, always};
use crate::device::collect;
use crate::device::modem::event::Change;
use crate::device::modem::location::{
    Constellation, EngineLock, Fix, FixMode, FixSource, Knowledge, Positioning, SATELLITES, Satellite, Sentences,
    Server, Wanted,
};
use crate::device::modem::{Failure, Modem, Reason, Text};
use crate::time::{Instant, Millis};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::LOC,
    version: (2, 48),
    messages: &[
        Served::of::<register_events::Message>(register),
        Served::of::<start::Message>(begin),
        Served::of::<stop::Message>(end),
        Served::of::<inject_predicted_orbits_data::Message>(inject_orbits),
        Served::of::<get_predicted_orbits_data_source::Message>(orbit_source),
        Served::of::<get_predicted_orbits_data_validity::Message>(orbit_validity),
        Served::of::<inject_utc_time::Message>(inject_time),
        Served::of::<inject_position::Message>(inject_place),
        Served::of::<set_engine_lock::Message>(set_lock),
        Served::of::<get_engine_lock::Message>(lock),
        Served::of::<set_nmea_types::Message>(set_sentences),
        Served::of::<get_nmea_types::Message>(sentences),
        Served::of::<set_server::Message>(set_address),
        Served::of::<get_server::Message>(address),
        Served::of::<delete_assistance_data::Message>(forget),
        Served::of::<set_operation_mode::Message>(set_mode),
        Served::of::<get_operation_mode::Message>(mode),
        Served::of::<inject_xtra_data::Message>(inject_xtra),
    ],
    offered: always,
    client: || State::from(Client::default()),
    released,
    tell,
};

/// Sessions of one client.
const SESSIONS: usize = 4;
/// After so long a single position is given up.
const PATIENCE: Millis = Millis::from_secs(60);
/// Seconds that UTC is behind the time of GPS.
const LEAP: u8 = 18;
/// The first moment of GPS, in milliseconds of UTC since 1970.
const GPS_EPOCH: u64 = 315_964_800_000;

/// What a client has registered for, and its sessions.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Client {
    events: EventRegistrationFlag,
    sessions: Vec<Session, SESSIONS>,
}

/// A session.
#[derive(Clone, Copy, Debug)]
struct Session {
    id: u8,
    /// It ends with the first position.
    single: bool,
    interval: Millis,
    /// The client is told, too, that there is no position yet.
    intermediate: bool,
    began: Instant,
    told: Option<Instant>,
    fixes: u32,
    /// It has ended; the modem does not know yet.
    over: bool,
}

/// The number of a session to the modem.
const fn number(cid: u8, session: u8) -> u32 {
    u32::from_be_bytes([0x10, 0, cid, session])
}

// Telling.

fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    let Change::Positioning(change) = change else {
        return;
    };
    let Some(events) = tell.state::<Client>().map(|client| client.events) else {
        return;
    };
    match change {
        Positioning::Engine(on) => {
            if events.contains(EventRegistrationFlag::ENGINE_STATE) {
                let state = if *on { EngineState::ON } else { EngineState::OFF };
                tell.send::<engine_state_indication::Message>(|r, _| {
                    r.engine_state(state);
                });
            }
            if !on {
                // Sessions that were not ended by their clients.
                while let Some(session) = tell.state::<Client>().and_then(|client| client.sessions.pop()) {
                    if !session.over && events.contains(EventRegistrationFlag::POSITION_REPORT) {
                        tell.send::<position_report_indication::Message>(|r, _| {
                            r.session_status(SessionStatus::ENGINE_LOCKED).session_id(session.id);
                        });
                    }
                }
            }
        }
        Positioning::Second(at) => {
            report_positions(tell, events, *at);
            report_satellites(tell, events, *at);
        }
        Positioning::Wants(wanted) => request_help(tell, events, *wanted),
        Positioning::Ready => {}
    }
}

fn report_positions(tell: &mut Tell<'_, '_>, events: EventRegistrationFlag, at: Instant) {
    let fix = tell.modem.fix(at);
    let mut place = 0;
    while let Some(session) = tell.state::<Client>().and_then(|client| client.sessions.get_mut(place)) {
        place = place.saturating_add(1);
        let due = session.told.is_none_or(|told| at - told >= session.interval);
        if session.over || !due {
            continue;
        }
        let status = match fix {
            Some(_) => SessionStatus::SUCCESS,
            None if session.single && at - session.began >= PATIENCE => SessionStatus::TIMEOUT,
            None if session.intermediate => SessionStatus::IN_PROGRESS,
            None => continue,
        };
        session.told = Some(at);
        session.fixes = session.fixes.saturating_add(u32::from(fix.is_some()));
        session.over = session.single && status != SessionStatus::IN_PROGRESS;
        let (id, fixes) = (session.id, session.fixes);
        if events.contains(EventRegistrationFlag::POSITION_REPORT) {
            tell.send::<position_report_indication::Message>(|r, modem| {
                r.session_status(status).session_id(id);
                if let Some(fix) = fix {
                    describe(r, &fix, fixes, &modem.satellites(at));
                }
            });
        }
    }
}

/// A whole number as one that may have a fraction.
fn real(value: i32) -> f32 {
    let high = i16::try_from(value.wrapping_shr(16)).unwrap_or(0);
    let low = u16::try_from(value & 0xffff).unwrap_or(0);
    f32::from(high) * 65_536.0 + f32::from(low)
}

fn unsigned(value: u32) -> f32 {
    real(i32::try_from(value).unwrap_or(i32::MAX))
}

fn describe(
    r: &mut position_report_indication::IndicationBuilder<'_>,
    fix: &Fix,
    fixes: u32,
    satellites: &[Satellite],
) {
    let radius = unsigned(fix.uncertainty) / 10.0;
    r.latitude(f64::from(fix.place.latitude) / 1e7).longitude(f64::from(fix.place.longitude) / 1e7);
    r.horizontal_uncertainty_circular(radius).horizontal_confidence(68);
    r.altitude_from_ellipsoid(real(fix.ellipsoid) / 100.0).altitude_from_sealevel(real(fix.place.altitude) / 100.0);
    r.utc_timestamp(fix.utc).session_fix_count(fixes);
    if fix.source == FixSource::Cell {
        r.horizontal_reliability(Reliability::LOW).technology_used(TechnologyUsed::CELLULAR).altitude_assumed(true);
        return;
    }
    r.horizontal_uncertainty_elliptical_minor(radius).horizontal_uncertainty_elliptical_major(radius);
    r.horizontal_uncertainty_elliptical_azimuth(0.0).horizontal_reliability(Reliability::HIGH);
    r.horizontal_speed(unsigned(fix.speed) / 100.0).speed_uncertainty(0.5);
    r.vertical_uncertainty(radius * 1.5).vertical_confidence(68).vertical_reliability(Reliability::HIGH);
    r.vertical_speed(0.0).heading(f32::from(fix.heading) / 10.0).heading_uncertainty(5.0);
    r.technology_used(TechnologyUsed::SATELLITE);
    let (pdop, hdop, vdop) = fix.dilution;
    let real = |tenths: u16| f32::from(tenths) / 10.0;
    r.dop(Dop { pdop: real(pdop), hdop: real(hdop), vdop: real(vdop) });
    r.leap_seconds(LEAP);
    let gps = fix.utc.saturating_sub(GPS_EPOCH).saturating_add(u64::from(LEAP).saturating_mul(1000));
    r.gps_date_time(GpsDateTime {
        gps_weeks: u16::try_from(gps / 604_800_000).unwrap_or(u16::MAX),
        gps_time_of_week_milliseconds: u32::try_from(gps % 604_800_000).unwrap_or(0),
    });
    r.time_uncertainty(1.0).time_source(TimeSource::NAVIGATION_SOLUTION);
    let used = satellites.iter().filter(|satellite| satellite.used);
    let used: Vec<u16, SATELLITES> = collect(used.map(|satellite| u16::from(satellite.number)));
    r.satellites_used(used.as_slice().into()).altitude_assumed(false);
}

fn report_satellites(tell: &mut Tell<'_, '_>, events: EventRegistrationFlag, at: Instant) {
    if events.contains(EventRegistrationFlag::GNSS_SATELLITE_INFO) {
        tell.send::<gnss_sv_info_indication::Message>(|r, modem| {
            let satellites = modem.satellites(at);
            let list: Vec<SatelliteInfo, SATELLITES> = collect(satellites.iter().map(info));
            r.altitude_assumed(false).list(list.as_slice().into());
        });
    }
    if events.contains(EventRegistrationFlag::NMEA) {
        let modem = tell.modem;
        modem.nmea(at, modem.sentences(), &mut |sentence| {
            tell.send::<nmea_indication::Message>(|r, _| {
                r.nmea_string(sentence.into());
            });
        });
    }
}

fn info(satellite: &Satellite) -> SatelliteInfo {
    SatelliteInfo {
        valid_information: SatelliteValidInformation::all() & SatelliteValidInformation::from_bits_retain(0xff),
        system: match satellite.system {
            Constellation::Gps => System::GPS,
            Constellation::Glonass => System::GLONASS,
        },
        gnss_satellite_id: u16::from(satellite.number),
        health_status: HealthStatus::HEALTHY,
        satellite_status: if satellite.used { SatelliteStatus::TRACKING } else { SatelliteStatus::SEARCHING },
        navigation_data: NavigationData::HAS_EPHEMERIS,
        elevation_degrees: f32::from(satellite.elevation),
        azimuth_degrees: f32::from(satellite.azimuth),
        signal_to_noise_ratio_bhz: f32::from(satellite.signal),
    }
}

fn servers(modem: &Modem) -> Vec<Str<'_>, 3> {
    collect(modem.orbit_source().0.iter().map(|server| server.as_str().into()))
}

fn sizes(modem: &Modem) -> AllowedSizes {
    let (_, max_file_size, max_part_size) = modem.orbit_source();
    AllowedSizes { max_file_size, max_part_size }
}

fn request_help(tell: &mut Tell<'_, '_>, events: EventRegistrationFlag, wanted: Wanted) {
    let now = tell.now;
    match wanted {
        Wanted::Time if events.contains(EventRegistrationFlag::INJECT_TIME_REQUEST) => {
            tell.send::<inject_time_request_indication::Message>(|_, _| {});
        }
        Wanted::Orbits if events.contains(EventRegistrationFlag::INJECT_PREDICTED_ORBITS_REQUEST) => {
            tell.send::<inject_predicted_orbits_request_indication::Message>(|r, modem| {
                r.allowed_sizes(sizes(modem)).server_list(servers(modem).as_slice().into());
            });
        }
        Wanted::Position if events.contains(EventRegistrationFlag::INJECT_POSITION_REQUEST) => {
            tell.send::<inject_position_request_indication::Message>(|r, modem| {
                // It is anywhere on earth.
                r.latitude(0.0).longitude(0.0).horizontal_uncertainty_circular(20_000_000.0);
                r.utc_timestamp(modem.utc_millis(now));
            });
        }
        _ => {}
    }
}

// Sessions.

fn register(call: &mut Call<'_, '_>) -> Outcome {
    let events = call.request::<register_events::Message>().event_registration_mask()?;
    call.state::<Client>()?.events = events;
    Ok(Step::Success)
}

fn begin(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<start::Message>();
    let (id, recurrence) = (request.session_id()?, request.fix_recurrence_type()?);
    let (intermediate, interval) =
        (request.intermediate_report_state()?, request.minimum_interval_between_position_reports()?);
    let recurrence = recurrence.unwrap_or(FixRecurrenceType::REQUEST_SINGLE_FIX);
    let single = match recurrence {
        FixRecurrenceType::REQUEST_SINGLE_FIX => true,
        FixRecurrenceType::REQUEST_PERIODIC_FIXES => false,
        _ => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    let intermediate = match intermediate {
        None | Some(IntermediateReportState::ENABLE) => true,
        Some(IntermediateReportState::DISABLE) => false,
        Some(_) => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    let interval = if single { Millis(0) } else { Millis(interval.unwrap_or(0)) };
    let (now, by, cid) = (call.now, call.origin(), call.client());
    let session = Session { id, single, interval, intermediate, began: now, told: None, fixes: 0, over: false };
    let client = call.state::<Client>()?;
    let watched = client.sessions.iter().any(|session| session.id == id && session.single);
    client.sessions.retain(|session| session.id != id);
    if client.sessions.is_full() {
        return Err(Refused(ProtocolError::INSUFFICIENT_RESOURCES));
    }
    match call.modem.start_positioning(now, by, number(cid, id)) {
        Ok(()) => {}
        // The session fails right after it began.
        Err(Failure { reason: Reason::NotAllowed | Reason::RadioOff, .. }) => {
            call.answer::<start::Message>(|_, _| {})?;
            if call.state::<Client>()?.events.contains(EventRegistrationFlag::POSITION_REPORT) {
                call.indicate::<position_report_indication::Message>(|r, _| {
                    r.session_status(SessionStatus::PHONE_OFFLINE).session_id(id);
                });
            }
            return Ok(Step::Answered);
        }
        Err(failure) => return Err(failure.into()),
    }
    if single && !watched {
        call.later(On::Time(now + Millis(1000)), u32::from(id), end_single)?;
    }
    // There is room: see above.
    let _ = call.state::<Client>()?.sessions.push(session);
    call.answer::<start::Message>(|_, _| {})?;
    let registered = |(cid, client): (u8, &mut Client)| {
        client.events.contains(EventRegistrationFlag::FIX_SESSION_STATE).then_some(cid)
    };
    let registered: Vec<u8, CLIENTS> = collect(call.states::<Client>().filter_map(registered));
    for cid in &registered {
        call.indicate_to::<fix_recurrence_type_indication::Message>(*cid, |r, _| {
            r.fix_recurrence_type(recurrence);
        });
    }
    Ok(Step::Answered)
}

/// Looks every second whether a session for a single position is over, and ends it then.
fn end_single(call: &mut Call<'_, '_>, id: u32, _: Result<(), Failure>) -> Outcome {
    let (now, by, cid) = (call.now, call.origin(), call.client());
    let client = call.state::<Client>()?;
    let here = |session: &Session| u32::from(session.id) == id && session.single;
    match client.sessions.iter().find(|session| here(session)).map(|session| session.over) {
        None => return Ok(Step::Success),
        Some(false) => return call.wait_until(now + Millis(1000), id, end_single),
        Some(true) => client.sessions.retain(|session| !here(session)),
    }
    let id = u8::try_from(id).unwrap_or(0);
    call.modem.stop_positioning(now, by, number(cid, id));
    Ok(Step::Success)
}

fn end(call: &mut Call<'_, '_>) -> Outcome {
    let id = call.request::<stop::Message>().session_id()?;
    let (now, by, cid) = (call.now, call.origin(), call.client());
    let client = call.state::<Client>()?;
    let before = client.sessions.len();
    client.sessions.retain(|session| session.id != id);
    if client.sessions.len() == before {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    call.modem.stop_positioning(now, by, number(cid, id));
    Ok(Step::Success)
}

fn released(released: &mut Released<'_>) {
    let (now, by, cid) = (released.now, released.config.origin, released.cid);
    while let Some(session) = released.state::<Client>().and_then(|client| client.sessions.pop()) {
        released.modem.stop_positioning(now, by, number(cid, session.id));
    }
}

// Settings and help: the answer, then how it went.

/// Answers, and tells how it went.
macro_rules! went {
    ($call:ident, $message:ident, $indication:ident, $status:expr $(, |$r:ident, $modem:ident| $more:expr)?) => {{
        let status: IndicationStatus = $status;
        $call.answer::<$message::Message>(|_, _| {})?;
        $call.conclude::<$indication::Message>(|r, _modem| {
            r.indication_status(status);
            $(if status == IndicationStatus::SUCCESS {
                let ($r, $modem) = (r, _modem);
                $more;
            })?
        });
        Ok(Step::Answered)
    }};
}

fn status(outcome: Result<(), Failure>) -> IndicationStatus {
    match outcome.map_err(|failure| failure.reason) {
        Ok(()) => IndicationStatus::SUCCESS,
        Err(Reason::Invalid | Reason::TooLong) => IndicationStatus::INVALID_PARAMETER,
        Err(_) => IndicationStatus::GENERAL_FAILURE,
    }
}

fn set_lock(call: &mut Call<'_, '_>) -> Outcome {
    let lock = match call.request::<set_engine_lock::Message>().lock_type()? {
        LockType::NONE => Some(EngineLock::None),
        LockType::MI => Some(EngineLock::Device),
        LockType::MT => Some(EngineLock::Network),
        LockType::ALL => Some(EngineLock::All),
        _ => None,
    };
    let (now, by) = (call.now, call.origin());
    if let Some(lock) = lock {
        call.modem.set_engine_lock(now, by, lock);
    }
    let status = if lock.is_some() { IndicationStatus::SUCCESS } else { IndicationStatus::INVALID_PARAMETER };
    went!(call, set_engine_lock, set_engine_lock_indication, status)
}

fn lock(call: &mut Call<'_, '_>) -> Outcome {
    let lock = match call.modem.engine_lock() {
        EngineLock::None => LockType::NONE,
        EngineLock::Device => LockType::MI,
        EngineLock::Network => LockType::MT,
        EngineLock::All => LockType::ALL,
    };
    went!(call, get_engine_lock, get_engine_lock_indication, IndicationStatus::SUCCESS, |r, _modem| r.lock_type(lock))
}

fn set_sentences(call: &mut Call<'_, '_>) -> Outcome {
    let types = call.request::<set_nmea_types::Message>().nmea_types()?;
    // Those of some makers are not there.
    let known = NmeaType::GGA | NmeaType::RMC | NmeaType::GSV | NmeaType::GSA | NmeaType::VTG;
    let status = if types.bits() & !NmeaType::ALL.bits() != 0 {
        IndicationStatus::INVALID_PARAMETER
    } else {
        call.modem.set_sentences(Sentences::from_bits_truncate((types & known).bits()));
        IndicationStatus::SUCCESS
    };
    went!(call, set_nmea_types, set_nmea_types_indication, status)
}

fn sentences(call: &mut Call<'_, '_>) -> Outcome {
    went!(call, get_nmea_types, get_nmea_types_indication, IndicationStatus::SUCCESS, |r, modem| {
        r.nmea_types(NmeaType::from_bits_retain(modem.sentences().bits()))
    })
}

fn set_mode(call: &mut Call<'_, '_>) -> Outcome {
    let mode = match call.request::<set_operation_mode::Message>().operation_mode()? {
        OperationMode::DEFAULT => Some(FixMode::Default),
        OperationMode::MSB => Some(FixMode::DeviceWithHelp),
        OperationMode::MSA => Some(FixMode::Network),
        OperationMode::STANDALONE => Some(FixMode::Alone),
        OperationMode::CELLID => Some(FixMode::Cell),
        OperationMode::WWAN => Some(FixMode::Wide),
        _ => None,
    };
    if let Some(mode) = mode {
        call.modem.set_fix_mode(mode);
    }
    let status = if mode.is_some() { IndicationStatus::SUCCESS } else { IndicationStatus::INVALID_PARAMETER };
    went!(call, set_operation_mode, set_operation_mode_indication, status)
}

fn mode(call: &mut Call<'_, '_>) -> Outcome {
    let mode = match call.modem.fix_mode() {
        FixMode::Default => OperationMode::DEFAULT,
        FixMode::DeviceWithHelp => OperationMode::MSB,
        FixMode::Network => OperationMode::MSA,
        FixMode::Alone => OperationMode::STANDALONE,
        FixMode::Cell => OperationMode::CELLID,
        FixMode::Wide => OperationMode::WWAN,
    };
    went!(call, get_operation_mode, get_operation_mode_indication, IndicationStatus::SUCCESS, |r, _modem| {
        r.operation_mode(mode)
    })
}

fn set_address(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<set_server::Message>();
    let kind = request.server_type()?;
    let (v4, v6, url) = (request.ipv4()?, request.ipv6()?, request.url()?);
    let v6 = match v6.map(|v6| u16::try_from(v6.ipv6_port).map(|port| (v6.ipv6_address.0, port))) {
        Some(Err(_)) => None,
        Some(Ok(v6)) => Some(Some(v6)),
        None => Some(None),
    };
    let url = match url.map(|url| url.to_str().and_then(|url| Text::try_from(url).ok())) {
        Some(None) => None,
        Some(Some(url)) => Some(url),
        None => Some(Text::new()),
    };
    let status = match (v6, url) {
        (Some(v6), Some(url)) if kind.0 <= ServerType::CUSTOM_PDE.0 && kind != ServerType::UNKNOWN => {
            let v4 = v4.map(|v4| (v4.ipv4_address.0, v4.ipv4_port));
            if v4.is_none() && v6.is_none() && request.url()?.is_none() {
                IndicationStatus::INVALID_PARAMETER
            } else {
                status(call.modem.set_location_server(Server { kind: kind.0, v4, v6, url }))
            }
        }
        _ => IndicationStatus::INVALID_PARAMETER,
    };
    went!(call, set_server, set_server_indication, status)
}

fn address(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<get_server::Message>();
    let (kind, wanted) = (request.server_type()?, request.server_address_type()?);
    let wants = |kind: ServerAddressType| wanted.is_none_or(|wanted| wanted.is_empty() || wanted.intersects(kind));
    let (v4, v6, text) =
        (wants(ServerAddressType::IPV4), wants(ServerAddressType::IPV6), wants(ServerAddressType::URL));
    let known = kind.0 <= ServerType::CUSTOM_PDE.0 && kind != ServerType::UNKNOWN;
    call.answer::<get_server::Message>(|_, _| {})?;
    call.conclude::<get_server_indication::Message>(|r, modem| {
        let status = if known { IndicationStatus::SUCCESS } else { IndicationStatus::INVALID_PARAMETER };
        r.indication_status(status).server_type(kind);
        let server = modem.location_server(kind.0);
        if let Some((address, port)) = server.and_then(|server| server.v4).filter(|_| v4) {
            r.ipv4(Ipv4Info { ipv4_address: address.into(), ipv4_port: port });
        }
        if let Some((address, port)) = server.and_then(|server| server.v6).filter(|_| v6) {
            r.ipv6(Ipv6Info { ipv6_address: address.into(), ipv6_port: u32::from(port) });
        }
        if known && text {
            r.url(server.map_or("", |server| server.url.as_str()).into());
        }
    });
    Ok(Step::Answered)
}

fn inject_time(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<inject_utc_time::Message>();
    let (time, _) = (request.utc_time()?, request.time_uncertainty()?);
    let now = call.now;
    let status = if time == 0 {
        IndicationStatus::INVALID_PARAMETER
    } else {
        call.modem.teach_location(now, Knowledge::TIME);
        IndicationStatus::SUCCESS
    };
    went!(call, inject_utc_time, inject_utc_time_indication, status)
}

fn inject_place(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<inject_position::Message>();
    let now = call.now;
    let status = match (request.latitude()?, request.longitude()?) {
        (Some(latitude), Some(longitude))
            if (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude) =>
        {
            call.modem.teach_location(now, Knowledge::POSITION);
            IndicationStatus::SUCCESS
        }
        _ => IndicationStatus::INVALID_PARAMETER,
    };
    went!(call, inject_position, inject_position_indication, status)
}

fn inject_orbits(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<inject_predicted_orbits_data::Message>();
    let (size, parts, part) = (request.total_size()?, request.total_parts()?, request.part_number()?);
    let (data, format) = (request.part_data()?, request.format_type()?);
    let now = call.now;
    let status = match format {
        None | Some(PredictedOrbitsDataFormat::XTRA) => {
            status(call.modem.load_orbits(now, (size, parts), part, data.bytes.len()))
        }
        Some(_) => IndicationStatus::UNSUPPORTED,
    };
    call.answer::<inject_predicted_orbits_data::Message>(|_, _| {})?;
    call.conclude::<inject_predicted_orbits_data_indication::Message>(|r, _| {
        r.indication_status(status).part_number(part);
    });
    Ok(Step::Answered)
}

fn inject_xtra(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<inject_xtra_data::Message>();
    let (size, parts, part) = (request.total_size()?, request.total_parts()?, request.part_number()?);
    let (data, now) = (request.part_data()?, call.now);
    let status = status(call.modem.load_orbits(now, (size, parts), part, data.bytes.len()));
    call.answer::<inject_xtra_data::Message>(|_, _| {})?;
    call.conclude::<inject_xtra_data_indication::Message>(|r, _| {
        r.indication_status(status).part_number(part);
    });
    Ok(Step::Answered)
}

fn orbit_source(call: &mut Call<'_, '_>) -> Outcome {
    went!(
        call,
        get_predicted_orbits_data_source,
        get_predicted_orbits_data_source_indication,
        IndicationStatus::SUCCESS,
        |r, modem| { r.allowed_sizes(sizes(modem)).server_list(servers(modem).as_slice().into()) }
    )
}

fn orbit_validity(call: &mut Call<'_, '_>) -> Outcome {
    let orbits = call.modem.orbits();
    let status = if orbits.is_some() { IndicationStatus::SUCCESS } else { IndicationStatus::GENERAL_FAILURE };
    let (start_utc_timestamp, duration_hours) = orbits.unwrap_or((0, 0));
    went!(
        call,
        get_predicted_orbits_data_validity,
        get_predicted_orbits_data_validity_indication,
        status,
        |r, _modem| r.validity_info(ValidityInfo { start_utc_timestamp, duration_hours })
    )
}

fn forget(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<delete_assistance_data::Message>();
    let all = request.delete_all()?;
    let (satellites, data) = (request.delete_sv_info()?, request.delete_gnss_data_mask()?);
    let (cells, clock) = (request.delete_cell_database_mask()?, request.delete_clock_info_mask()?);
    let mut what = Knowledge::empty();
    if all {
        what = Knowledge::all();
    }
    for satellite in satellites.iter().flat_map(qmi_wire::list::List::iter) {
        if satellite.delete_sv_info_mask.contains(DeleteSvInfo::EPHEMERIS) {
            what |= Knowledge::EPHEMERIS;
        }
    }
    let data = data.unwrap_or_default();
    let directions = DeleteGnssData::GPS_SVDIR | DeleteGnssData::GLO_SVDIR | DeleteGnssData::SBAS_SVDIR;
    if data.intersects(directions) {
        what |= Knowledge::EPHEMERIS;
    }
    if data.contains(DeleteGnssData::POSITION) || cells.is_some_and(|cells| !cells.is_empty()) {
        what |= Knowledge::POSITION;
    }
    if data.intersects(DeleteGnssData::TIME | DeleteGnssData::GPS_TIME | DeleteGnssData::UTC)
        || clock.is_some_and(|clock| !clock.is_empty())
    {
        what |= Knowledge::TIME;
    }
    let nothing = !all && satellites.is_none() && cells.is_none() && clock.is_none() && data.is_empty();
    let now = call.now;
    call.modem.forget_location(now, what);
    let status = if nothing { IndicationStatus::INVALID_PARAMETER } else { IndicationStatus::SUCCESS };
    went!(call, delete_assistance_data, delete_assistance_data_indication, status)
}
