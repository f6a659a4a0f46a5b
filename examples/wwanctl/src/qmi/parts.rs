//! Parts of the modem's state, in the shape that they have over MBIM as far as they are the same, so that scripts and the
//! tables need not care.

use core::net::Ipv6Addr;

use mbim_wire::service::basic_connect::NwError;
use serde_json::{Map, Value, json};
use wwan::client::qmi::Error;
use wwan::procedure::qmi::{Code, Registration, Settings, Signal, Sim, SimState};
use wwan::qmi_wire::service::nas::{RadioInterface, RegistrationState};
use wwan::qmi_wire::service::uim::{self, PinState, read_transparent};
use wwan::qmi_wire::service::{dms, nas, wds};
use wwan::qmi_wire::text::Bytes;

use super::Modem;
use crate::commands::report;
use crate::error::Fail;
use crate::names;

/// The value in the lower case of JSON.
fn lower(name: Option<&str>, number: i64) -> Value {
    name.map_or_else(|| number.into(), |name| name.to_ascii_lowercase().into())
}

/// Who the device is.
pub(super) fn device_caps(modem: &mut Modem) -> Result<Value, Fail> {
    let identity = modem.client.identity()?;
    let mut caps = json!({
        "manufacturer": identity.manufacturer.as_str(),
        "hardware_info": identity.model.as_str(),
        "firmware_info": identity.revision.as_str(),
        "device_id": identity.imei.as_str(),
        "custom_data_class": null,
        "data_class": [],
    });
    let answer = modem.client.ask::<dms::get_capabilities::Message>(|_| {});
    if let (Value::Object(map), Ok(answer)) = (&mut caps, answer) {
        let info = answer.info()?;
        let classes: Vec<Value> =
            info.radio_interface_list.iter().map(|radio| lower(radio.name(), radio.0.into())).collect();
        map.insert("data_class".into(), classes.into());
        map.insert("max_tx_channel_rate".into(), info.max_tx_channel_rate.into());
        map.insert("max_rx_channel_rate".into(), info.max_rx_channel_rate.into());
    }
    for (key, text) in [("esn", &*identity.esn), ("meid", &*identity.meid)] {
        if let (Value::Object(map), false) = (&mut caps, text.is_empty()) {
            map.insert(key.into(), text.into());
        }
    }
    Ok(caps)
}

/// The SIM and the identity on it.
pub(super) fn subscriber(modem: &mut Modem, sim: &Sim) -> Result<Value, Fail> {
    let state = match sim.state {
        SimState::Initializing => "not_initialized",
        SimState::Locked(_) => "device_locked",
        SimState::Ready => "initialized",
        SimState::NotInserted => "sim_not_inserted",
        SimState::Unusable(_) => "bad_sim",
    };
    let (mut imsi, mut iccid) = (String::new(), String::new());
    if !matches!(sim.state, SimState::NotInserted | SimState::Unusable(_)) {
        iccid = digits(&elementary_file(modem, 0x2fe2, &[0x00, 0x3f])?);
    }
    if sim.state == SimState::Ready {
        // A length in front, and a half byte that says whether the number of digits is odd.
        let file = elementary_file(modem, 0x6f07, &[0x00, 0x3f, 0xff, 0x7f])?;
        imsi = digits(file.get(1..).unwrap_or_default()).chars().skip(1).collect();
    }
    let number = modem.client.ask::<dms::get_msisdn::Message>(|_| {});
    let number = match number {
        Ok(answer) => answer.msisdn()?.to_str().map(ToOwned::to_owned),
        Err(Error::Refused(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let numbers: Vec<String> = number.into_iter().filter(|number| !number.is_empty()).collect();
    Ok(json!({
        "ready_state": state,
        "subscriber_id": imsi,
        "sim_icc_id": iccid,
        "telephone_numbers_count": numbers.len(),
        "telephone_numbers": numbers,
        "slot": sim.slot,
    }))
}

/// A file of the card; empty if it cannot be read.
fn elementary_file(modem: &mut Modem, id: u16, path: &[u8]) -> Result<Vec<u8>, Fail> {
    let answer = modem.client.ask::<read_transparent::Message>(|request| {
        request
            .session(uim::Session { session_type: uim::SessionType::PRIMARY_GW_PROVISIONING, ..Default::default() })
            .file(uim::File { file_id: id, file_path: Bytes::from(path) })
            .read_information(uim::ReadInformation { offset: 0, length: 0 });
    });
    match answer {
        Ok(answer) => Ok(answer.read_result()?.map(|bytes| bytes.bytes.to_vec()).unwrap_or_default()),
        Err(Error::Refused(_)) => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Digits two in a byte, the lower half first, until the filler.
fn digits(bytes: &[u8]) -> String {
    let halves = bytes.iter().flat_map(|byte| [byte & 0xf, byte >> 4]);
    halves.take_while(|half| *half < 10).filter_map(|half| char::from_digit(half.into(), 10)).collect()
}

/// The code that is needed, or the PIN.
pub(super) fn pin(sim: &Sim) -> Value {
    let locked = |code: Code| json!({ "pin_type": code_name(code), "pin_state": "locked", "remaining_attempts": attempts(sim, code) });
    match sim.state {
        SimState::Locked(code) => locked(code),
        _ => json!({
            "pin_type": "pin1",
            "pin_state": if sim.pin1.state == PinState::DISABLED { "disabled" } else { "unlocked" },
            "remaining_attempts": sim.pin1.attempts,
        }),
    }
}

fn code_name(code: Code) -> String {
    code.to_string().to_ascii_lowercase()
}

fn attempts(sim: &Sim, code: Code) -> Option<u8> {
    match code {
        Code::Pin1 => Some(sim.pin1.attempts),
        Code::Puk1 => Some(sim.pin1.unblock_attempts),
        Code::Pin2 => Some(sim.pin2.attempts),
        Code::Puk2 => Some(sim.pin2.unblock_attempts),
        _ => None,
    }
}

/// The radio switches.
pub(super) fn radio(modem: &mut Modem) -> Result<Value, Fail> {
    let answer = modem.client.ask::<dms::get_operating_mode::Message>(|_| {})?;
    let (mode, restricted) = (answer.mode()?, answer.hardware_restricted_mode()?.unwrap_or(false));
    Ok(json!({
        "hw_radio_state": if restricted { "off" } else { "on" },
        "sw_radio_state": if mode == dms::OperatingMode::ONLINE { "on" } else { "off" },
        "operating_mode": lower(mode.name(), mode.0.into()),
    }))
}

fn radio_interface(radio: RadioInterface, nsa: bool) -> Vec<Value> {
    let mut classes = match radio {
        RadioInterface::NONE | RadioInterface::UNKNOWN => Vec::new(),
        radio => vec![lower(radio.name(), radio.0.into())],
    };
    if nsa {
        classes.push("5gnr_nsa".into());
    }
    classes
}

/// The registration, as two parts: the registration itself, and the packet service.
pub(super) fn registration(registration: &Registration) -> (Value, Value) {
    let state = match registration.state {
        RegistrationState::REGISTERED if registration.roaming => "roaming",
        RegistrationState::REGISTERED => "home",
        RegistrationState::NOT_REGISTERED_SEARCHING => "searching",
        RegistrationState::REGISTRATION_DENIED => "denied",
        RegistrationState::NOT_REGISTERED => "deregistered",
        _ => "unknown",
    };
    let cause = registration.reject.map_or(0, |cause| cause.0);
    let classes = radio_interface(registration.radio, registration.nsa);
    let plmn = registration.plmn.map(|plmn| plmn.to_string()).unwrap_or_default();
    let register = json!({
        "nw_error": cause,
        "register_state": state,
        "available_data_classes": classes,
        "provider_id": plmn,
        "provider_name": registration.name.as_str(),
        "limited_service": registration.limited,
        "location_area_code": registration.lac,
        "tracking_area_code": registration.tac,
        "cell_id": registration.cell,
    });
    let packets = json!({
        "nw_error": cause,
        "packet_service_state": if registration.attached { "attached" } else { "detached" },
        "highest_available_data_class": classes,
    });
    (register, packets)
}

/// The signal of each radio that has one.
pub(super) fn signal(signal: &Signal) -> Value {
    let tenths = |value: Option<i16>| value.map(|value| f64::from(value) / 10.0);
    let halves = |value: Option<i16>| value.map(|value| f64::from(value) / -2.0);
    let mut radios = Map::new();
    let mut put = |name: &str, fields: Value| {
        if fields.as_object().is_some_and(|fields| fields.values().any(|value| !value.is_null())) {
            radios.insert(name.to_owned(), fields);
        }
    };
    put("gsm", json!({ "rssi_dbm": signal.gsm }));
    put("umts", json!({ "rssi_dbm": signal.wcdma_rssi, "ecio_db": halves(signal.wcdma_ecio) }));
    put(
        "lte",
        json!({
            "rssi_dbm": signal.lte_rssi, "rsrp_dbm": signal.lte_rsrp, "rsrq_db": signal.lte_rsrq,
            "snr_db": tenths(signal.lte_snr),
        }),
    );
    put(
        "5gnr",
        json!({ "rsrp_dbm": signal.nr5g_rsrp, "rsrq_db": signal.nr5g_rsrq, "snr_db": tenths(signal.nr5g_snr) }),
    );
    put("cdma_1x", json!({ "rssi_dbm": signal.cdma }));
    put("cdma_1xevdo", json!({ "rssi_dbm": signal.hdr }));
    let rssi = radios.values().find_map(|radio| radio.get("rssi_dbm").filter(|rssi| !rssi.is_null())).cloned();
    radios.insert("rssi_dbm".into(), rssi.unwrap_or_default());
    Value::Object(radios)
}

/// A session that may be up in one family or both.
pub(super) fn session(number: u8, families: &[wds::IpFamily]) -> Value {
    report::session_of(number, families.contains(&wds::IpFamily::IPV4), families.contains(&wds::IpFamily::IPV6))
}

/// What a session is configured with: to be filled by [`add_settings`].
pub(super) fn ip_configuration(number: u8) -> Map<String, Value> {
    Map::from_iter([("session_id".into(), number.into())])
}

/// Adds what one of the families of a session is configured with.
pub(super) fn add_settings(map: &mut Map<String, Value>, settings: &Settings<'_>) {
    let text = |octets: &[u8; 16]| Ipv6Addr::from(*octets).to_string();
    if let Some(own) = settings.ipv4() {
        let dns: Vec<String> = own.dns.iter().flatten().map(ToString::to_string).collect();
        let address = (own.address.to_string(), own.prefix_length);
        report::family(map, "ipv4", address, own.gateway.map(|it| it.to_string()), &dns, settings.mtu());
    }
    if let Some(own) = settings.ipv6() {
        let dns: Vec<String> = own.dns.into_iter().flatten().map(text).collect();
        let address = (text(own.address), own.prefix_length);
        report::family(map, "ipv6", address, own.gateway.map(text), &dns, settings.mtu());
    }
}

/// What a network that was found is to the SIM.
pub(super) fn provider_state(status: nas::NetworkStatus) -> Vec<&'static str> {
    use nas::NetworkStatus as Status;
    let known = [
        (Status::CURRENT_SERVING, "registered"),
        (Status::AVAILABLE, "visible"),
        (Status::HOME, "home"),
        (Status::FORBIDDEN, "forbidden"),
        (Status::PREFERRED, "preferred"),
    ];
    known.into_iter().filter(|(bit, _)| status.contains(*bit)).map(|(_, name)| name).collect()
}

/// The network's reason, in words.
pub(super) fn reject(cause: nas::RejectCause) -> String {
    // Both protocols carry the numbers of 3GPP.
    names::nw_error(NwError(cause.0.into()))
}
