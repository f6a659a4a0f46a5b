//! Parts of the modem's state, in the shape that they have over MBIM and QMI as far as they are the same, so that scripts
//! and the tables need not care.

use at_wire::command::call::cnum;
use at_wire::command::equipment::Lock as Code;
use at_wire::command::packet::{PdpType, cgdcont};
use at_wire::parameter::parameters_of;
use serde_json::{Map, Value, json};
use wwan::client::at::Error;
use wwan::procedure::at::{
    Attempts, FamilySettings, Identity, IpType, Power, ReadSettings, Registration, RegistrationState, Settings, Signal,
    SimState,
};

use super::Modem;
use crate::commands::report;
use crate::error::Fail;

/// Who the device is.
pub(super) fn device_caps(identity: &Identity) -> Value {
    let number = if identity.imei.is_empty() { identity.serial.as_str() } else { identity.imei.as_str() };
    let mut caps = json!({
        "manufacturer": identity.manufacturer.as_str(),
        "hardware_info": identity.model.as_str(),
        "firmware_info": identity.revision.as_str(),
        "device_id": number,
        "custom_data_class": null,
        "data_class": null,
    });
    if let (Value::Object(map), false) = (&mut caps, identity.imeisv.is_empty()) {
        map.insert("imeisv".into(), identity.imeisv.as_str().into());
    }
    caps
}

/// The SIM and the identity on it.
pub(super) fn subscriber(modem: &mut Modem, sim: SimState, identity: &Identity) -> Result<Value, Fail> {
    let state = match sim {
        SimState::Initializing => "not_initialized",
        SimState::Locked(_) => "device_locked",
        SimState::Ready => "initialized",
        SimState::NotInserted => "sim_not_inserted",
        SimState::Unusable(_) => "bad_sim",
    };
    let mut numbers = Vec::new();
    if sim == SimState::Ready {
        modem.settle::<cnum::Execute>()?;
        match modem.client.send(&cnum::Execute {}) {
            Ok(answer) => {
                let told = answer.all::<cnum::ExecuteAnswer<'_>>().filter_map(Result::ok);
                let told = told.filter_map(|told| told.number.as_str().map(ToOwned::to_owned));
                numbers = told.filter(|number| !number.is_empty()).collect();
            }
            Err(Error::Refused { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(json!({
        "ready_state": state,
        "subscriber_id": identity.imsi.as_str(),
        "sim_icc_id": identity.iccid.map(|iccid| iccid.as_str().to_owned()).unwrap_or_default(),
        "telephone_numbers_count": numbers.len(),
        "telephone_numbers": numbers,
    }))
}

/// What a code is called.
pub(super) const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ready | Code::SimPin => "pin1",
        Code::SimPuk => "puk1",
        Code::SimPin2 => "pin2",
        Code::SimPuk2 => "puk2",
        Code::PhSimPin => "device_sim_pin",
        Code::PhFsimPin => "device_first_sim_pin",
        Code::PhFsimPuk => "device_first_sim_puk",
        Code::NetworkPin => "network_pin",
        Code::NetworkPuk => "network_puk",
        Code::SubsetPin => "network_subset_pin",
        Code::SubsetPuk => "network_subset_puk",
        Code::ProviderPin => "service_provider_pin",
        Code::ProviderPuk => "service_provider_puk",
        Code::CorporatePin => "corporate_pin",
        Code::CorporatePuk => "corporate_puk",
        _ => "none",
    }
}

/// The code that is needed, or the PIN; `protected` whether the PIN is asked for at all, as far as that is known.
pub(super) fn pin(sim: SimState, attempts: &Attempts, protected: Option<bool>) -> Value {
    match sim {
        SimState::Locked(code) => {
            json!({ "pin_type": code_name(code), "pin_state": "locked", "remaining_attempts": attempts.of(code) })
        }
        _ => json!({
            "pin_type": "pin1",
            "pin_state": if protected == Some(false) { "disabled" } else { "unlocked" },
            "remaining_attempts": attempts.pin1,
        }),
    }
}

/// The radio switches. Only what the program has switched can be asked for.
pub(super) fn radio(power: Power) -> Value {
    json!({
        "hw_radio_state": "on",
        "sw_radio_state": if matches!(power, Power::MINIMUM | Power::RADIO_OFF) { "off" } else { "on" },
        "operating_mode": power.0,
    })
}

/// Access technologies (27.007 §7.3).
pub(super) fn data_classes(act: Option<u8>) -> Vec<&'static str> {
    match act {
        Some(0) => vec!["gsm"],
        Some(1) => vec!["gsm_compact"],
        Some(2) => vec!["umts"],
        Some(3) => vec!["edge"],
        Some(4) => vec!["hsdpa"],
        Some(5) => vec!["hsupa"],
        Some(6) => vec!["hsdpa", "hsupa"],
        Some(7 | 10) => vec!["lte"],
        Some(8) => vec!["ec_gsm_iot"],
        Some(9) => vec!["nb_iot"],
        Some(11 | 12) => vec!["5gnr"],
        Some(13) => vec!["lte", "5gnr_nsa"],
        _ => Vec::new(),
    }
}

/// The registration, as two parts: the registration itself, and the packet service.
pub(super) fn registration(registration: &Registration) -> (Value, Value) {
    let state = match registration.state {
        RegistrationState::Home => "home",
        RegistrationState::Roaming => "roaming",
        RegistrationState::Searching => "searching",
        RegistrationState::Denied => "denied",
        RegistrationState::Idle => "deregistered",
        RegistrationState::Limited => "limited",
        RegistrationState::Unknown => "unknown",
    };
    // Makers' own causes are no numbers of 3GPP.
    let cause = registration.cause.filter(|cause| cause.kind == 0).map_or(0, |cause| cause.cause);
    let classes = data_classes(registration.act);
    let wide = matches!(registration.act, Some(7..));
    let register = json!({
        "nw_error": cause,
        "register_state": state,
        "register_mode": registration.automatic.map(|automatic| if automatic { "automatic" } else { "manual" }),
        "available_data_classes": classes,
        "provider_id": registration.plmn.map(|plmn| plmn.to_string()).unwrap_or_default(),
        "provider_name": registration.name.as_str(),
        "limited_service": registration.state == RegistrationState::Limited,
        "location_area_code": registration.area.filter(|_| !wide),
        "tracking_area_code": registration.area.filter(|_| wide),
        "cell_id": registration.cell,
    });
    let packets = json!({
        "nw_error": cause,
        "packet_service_state": if registration.packet { "attached" } else { "detached" },
        "highest_available_data_class": classes,
    });
    (register, packets)
}

/// Tenths as a number, without a fraction where there is none.
fn tenths(value: Option<i16>) -> Value {
    match value {
        Some(value) if value % 10 == 0 => (value / 10).into(),
        Some(value) => (f64::from(value) / 10.0).into(),
        None => Value::Null,
    }
}

/// The signal of each radio that has one.
pub(super) fn signal(signal: &Signal) -> Value {
    let mut radios = Map::new();
    let mut put = |name: &str, fields: Value| {
        if fields.as_object().is_some_and(|fields| fields.values().any(|value| !value.is_null())) {
            radios.insert(name.to_owned(), fields);
        }
    };
    put("umts", json!({ "rscp_dbm": tenths(signal.rscp), "ecio_db": tenths(signal.ecno) }));
    put("lte", json!({ "rsrp_dbm": tenths(signal.rsrp), "rsrq_db": tenths(signal.rsrq) }));
    put(
        "5gnr",
        json!({
            "rsrp_dbm": tenths(signal.ss_rsrp), "rsrq_db": tenths(signal.ss_rsrq), "snr_db": tenths(signal.ss_sinr),
        }),
    );
    // That of any radio, where nothing else is told.
    radios.insert("rssi_dbm".into(), tenths(signal.rssi));
    Value::Object(radios)
}

/// A context that is defined.
#[derive(Debug)]
pub(super) struct Context {
    pub(super) cid: u8,
    pub(super) ip_type: IpType,
    pub(super) active: bool,
}

/// The contexts that are defined, with which of them are active; a modem that cannot tell has none.
pub(super) fn contexts(modem: &mut Modem) -> Result<Vec<Context>, Fail> {
    let mut contexts = Vec::new();
    match modem.client.send(&cgdcont::Read {}) {
        Ok(answer) => {
            for context in answer.all::<cgdcont::ReadAnswer<'_>>().filter_map(Result::ok) {
                let ip_type = match PdpType::of(context.pdp_type) {
                    Some(PdpType::Ipv4) => IpType::V4,
                    Some(PdpType::Ipv6) => IpType::V6,
                    _ => IpType::V4V6,
                };
                contexts.push(Context { cid: context.cid, ip_type, active: false });
            }
        }
        Err(Error::Refused { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    // Not all modems tell of those that others have activated, or the network by itself, in the same place.
    for cid in active(modem)? {
        match contexts.iter_mut().find(|context| context.cid == cid) {
            Some(context) => context.active = true,
            None => contexts.push(Context { cid, ip_type: IpType::V4V6, active: true }),
        }
    }
    contexts.sort_by_key(|context| context.cid);
    Ok(contexts)
}

/// The contexts that are active: those of `+CGACT`, and those that have parameters of the network (`+CGCONTRDP`). A modem
/// that has neither command shows by the addresses (`+CGPADDR`).
fn active(modem: &mut Modem) -> Result<Vec<u8>, Fail> {
    let has_address = |text: &[u8]| text.iter().any(|byte| !matches!(byte, b'0' | b'.' | b':' | b',' | b'"' | b' '));
    let activated = cids(modem, "+CGACT", "AT+CGACT?", |rest| rest.trim_ascii() == b"1")?;
    let dynamic = cids(modem, "+CGCONTRDP", "AT+CGCONTRDP", |_| true)?;
    let addressed = match (&activated, &dynamic) {
        (None, None) => cids(modem, "+CGPADDR", "AT+CGPADDR", has_address)?,
        _ => None,
    };
    let mut all: Vec<u8> = [activated, dynamic, addressed].into_iter().flatten().flatten().collect();
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// The contexts in the lines of an answer of which `is` holds for what stands behind them; `None` if the modem refuses.
fn cids(modem: &mut Modem, name: &str, line: &str, is: fn(&[u8]) -> bool) -> Result<Option<Vec<u8>>, Fail> {
    let answer = modem.line(line)?;
    if answer.reason().is_some() {
        return Ok(None);
    }
    let mut cids = Vec::new();
    for mut fields in answer.lines().filter_map(|line| parameters_of(name, line)) {
        let cid = fields.value("cid");
        if let (Ok(cid), true) = (cid, is(fields.rest())) {
            cids.push(cid);
        }
    }
    Ok(Some(cids))
}

/// An active context as a session, and what it is configured with.
pub(super) fn configuration(modem: &mut Modem, cid: u8, ip_type: IpType) -> Result<(Value, Value), Fail> {
    let mut read = ReadSettings::new(cid, ip_type);
    modem.client.follow(&mut read)?;
    Ok(session(cid, ip_type, read.settings()))
}

/// An active context with these settings. The modem tells of a context that it is active, not in which families; an
/// address shows that.
pub(super) fn session(cid: u8, ip_type: IpType, settings: &Settings) -> (Value, Value) {
    let v4 = settings.ipv4.address.is_some();
    let v6 = settings.ipv6.address.is_some() || settings.interface_id.is_some();
    let (v4, v6) = match (v4, v6, ip_type) {
        (false, false, IpType::V4) => (true, false),
        (false, false, IpType::V6) => (false, true),
        (false, false, IpType::V4V6) => (true, true),
        (v4, v6, _) => (v4, v6),
    };
    let mut map = Map::from_iter([("session_id".into(), cid.into())]);
    family(&mut map, "ipv4", &settings.ipv4, 32, settings.mtu);
    family(&mut map, "ipv6", &settings.ipv6, 64, settings.mtu);
    if let Some(id) = settings.interface_id {
        map.insert("ipv6_interface_id".into(), format!("{id:016x}").into());
    }
    (report::session_of(cid, v4, v6), map.into())
}

fn family<A: ToString>(
    map: &mut Map<String, Value>,
    key: &str,
    settings: &FamilySettings<A>,
    usual: u8,
    mtu: Option<u16>,
) {
    if let Some(address) = &settings.address {
        let dns: Vec<String> = settings.dns.iter().flatten().map(ToString::to_string).collect();
        let prefix = settings.prefix_length.unwrap_or(usual);
        let gateway = settings.gateway.as_ref().map(ToString::to_string);
        report::family(map, key, (address.to_string(), prefix), gateway, &dns, mtu.map(u32::from));
    }
}
