//! What several commands tell: each part of the modem's state as rows of a table, from the same values as the JSON.

use mbim_wire::catalogue::{Map, Value};
use mbim_wire::service::basic_connect as bc;

use crate::error::Fail;
use crate::names;
use crate::output::{Output, Table};

/// A report in the making: the table for a person, the document for a program.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) table: Table,
    json: Map<String, Value>,
}

impl Report {
    pub(crate) fn put(&mut self, key: &str, value: impl Into<Value>) {
        self.json.insert(key.to_owned(), value.into());
    }

    /// The same for a run that prints several: each document on a line.
    pub(crate) fn print_line(self, out: &mut Output) -> Result<(), Fail> {
        if out.json { Ok(out.line(&Value::Object(self.json))?) } else { self.print(out) }
    }

    pub(crate) fn print(self, out: &mut Output) -> Result<(), Fail> {
        if out.json {
            out.document(&Value::Object(self.json))?;
        } else {
            out.lines(self.table.to_string().trim_end())?;
        }
        Ok(())
    }
}

/// A field as text; nothing if it is absent.
pub(crate) fn text<'v>(fields: &'v Value, key: &str) -> &'v str {
    fields.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A field as number.
pub(crate) fn number(fields: &Value, key: &str) -> Option<u32> {
    let number = fields.get(key).and_then(Value::as_u64)?;
    u32::try_from(number).ok()
}

/// A named value for a person: `not_inserted` as `not inserted`, and numbers without a name as they are.
pub(crate) fn words(fields: &Value, key: &str) -> String {
    match fields.get(key) {
        Some(Value::String(text)) => text.replace('_', " "),
        Some(Value::Array(flags)) => {
            let words: Vec<String> = flags.iter().map(flag).collect();
            words.join(", ")
        }
        Some(Value::Null) | None => "unknown".to_owned(),
        Some(value) => value.to_string(),
    }
}

/// Radio technologies are written in capitals.
fn flag(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_ascii_uppercase().replace('_', " "),
        value => value.to_string(),
    }
}

/// Parts of a sentence with commas between; empty ones are left out.
pub(crate) fn joined(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// `label value`, or nothing for an empty value.
fn labelled(label: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("{label} {value}") }
}

pub(crate) fn modem(table: &mut Table, caps: &Value) {
    let hardware = text(caps, "hardware_info");
    let firmware = labelled("firmware", text(caps, "firmware_info"));
    let classes = joined(&[words(caps, "data_class"), text(caps, "custom_data_class").to_owned()]);
    table.row("Modem", joined(&[hardware.to_owned(), firmware]));
    table.row("IMEI", text(caps, "device_id"));
    table.row("Radio modes", classes);
}

pub(crate) fn sim(table: &mut Table, subscriber: &Value) {
    let state = match text(subscriber, "ready_state") {
        "initialized" => "ready".to_owned(),
        "sim_not_inserted" => "not inserted".to_owned(),
        "device_locked" => "locked".to_owned(),
        "not_initialized" => "not ready yet".to_owned(),
        _ => words(subscriber, "ready_state"),
    };
    let identity =
        [state, labelled("IMSI", text(subscriber, "subscriber_id")), labelled("ICCID", text(subscriber, "sim_icc_id"))];
    table.row("SIM", joined(&identity));
    let numbers = subscriber.get("telephone_numbers").and_then(Value::as_array);
    let numbers: Vec<&str> = numbers.into_iter().flatten().filter_map(Value::as_str).collect();
    if !numbers.is_empty() {
        table.row("Number", numbers.join(", "));
    }
}

pub(crate) fn lock(table: &mut Table, pin: &Value) {
    table.row("Lock", lock_text(pin));
}

/// The code that is needed, for a person.
pub(crate) fn lock_text(pin: &Value) -> String {
    let attempts = match number(pin, "remaining_attempts") {
        None | Some(u32::MAX) => String::new(),
        Some(1) => "1 attempt left".to_owned(),
        Some(n) => format!("{n} attempts left"),
    };
    let pin_type = text(pin, "pin_type").to_ascii_uppercase();
    if text(pin, "pin_state") == "locked" {
        joined(&[format!("{pin_type} is needed"), attempts])
    } else {
        joined(&["no code is needed".to_owned(), labelled(&pin_type, &attempts)])
    }
}

pub(crate) fn radio(table: &mut Table, radio: &Value) {
    table.row("Radio", radio_text(radio));
}

/// The radio switches, for a person.
pub(crate) fn radio_text(radio: &Value) -> String {
    match (text(radio, "hw_radio_state"), text(radio, "sw_radio_state")) {
        ("on", "on") => "on".to_owned(),
        ("off", "on") => "off by the hardware switch".to_owned(),
        ("on", "off") => "off".to_owned(),
        ("off", "off") => "off by both switches".to_owned(),
        _ => format!(
            "hardware switch {}, software switch {}",
            words(radio, "hw_radio_state"),
            words(radio, "sw_radio_state")
        ),
    }
}

pub(crate) fn registration(table: &mut Table, state: &Value) {
    let registered = match text(state, "register_state") {
        "home" => "registered at home".to_owned(),
        "roaming" => "registered, roaming".to_owned(),
        "partner" => "registered with a roaming partner".to_owned(),
        "deregistered" => "not registered".to_owned(),
        _ => words(state, "register_state"),
    };
    let name = match (text(state, "provider_name"), text(state, "provider_id")) {
        ("", id) => id.to_owned(),
        (name, "") => name.to_owned(),
        (name, id) => format!("{name} ({id})"),
    };
    let mode = match text(state, "register_mode") {
        "manual" => "chosen by hand",
        _ => "",
    };
    table.row("Network", joined(&[name, registered, mode.to_owned()]));
    reason(table, state);
    let roaming = text(state, "roaming_text");
    if !roaming.is_empty() {
        table.row("Roaming", roaming);
    }
}

/// The network's reason for a refusal, where there is one.
fn reason(table: &mut Table, state: &Value) {
    if let Some(text) = nw_error(state) {
        table.row("Reason", text);
    }
}

/// The network's reason in a structure that has the field.
pub(crate) fn nw_error(state: &Value) -> Option<String> {
    let cause = number(state, "nw_error").filter(|cause| *cause != 0)?;
    Some(names::nw_error(bc::NwError(cause)))
}

pub(crate) fn packet_service(table: &mut Table, state: &Value) {
    let class = ["highest_available_data_class", "current_data_class"]
        .into_iter()
        .find(|key| state.get(key).is_some_and(|class| class != &Value::Array(Vec::new())))
        .map(|key| words(state, key))
        .unwrap_or_default();
    let speed = |label: &str, key: &str| match state.get(key).and_then(Value::as_u64) {
        None | Some(0) => String::new(),
        Some(bits) => format!("{label} {}", speed(bits)),
    };
    let parts =
        [words(state, "packet_service_state"), class, speed("down", "downlink_speed"), speed("up", "uplink_speed")];
    table.row("Packets", joined(&parts));
    reason(table, state);
}

/// Bits per second for a person.
fn speed(bits: u64) -> String {
    let tenths = bits / 100_000;
    match (tenths / 10, tenths % 10) {
        (0, _) => format!("{} kbit/s", bits / 1000),
        (whole, 0) => format!("{whole} Mbit/s"),
        (whole, tenth) => format!("{whole}.{tenth} Mbit/s"),
    }
}

/// Adds the strength in dBm (and dB) to a signal, beside its codes.
pub(crate) fn with_dbm(mut signal: Value) -> Value {
    let dbm = number(&signal, "rssi").and_then(names::rssi_dbm);
    let lists = signal.get_mut("rsrp_snr").and_then(Value::as_array_mut);
    for entry in lists.into_iter().flatten() {
        let rsrp = number(entry, "rsrp").and_then(names::rsrp_dbm);
        let snr = number(entry, "snr").and_then(names::snr_half_db).map(|half_db| f64::from(half_db) / 2.0);
        if let Value::Object(map) = entry {
            map.insert("rsrp_dbm".into(), rsrp.into());
            map.insert("snr_db".into(), snr.into());
        }
    }
    if let Value::Object(map) = &mut signal {
        map.insert("rssi_dbm".into(), dbm.into());
    }
    signal
}

pub(crate) fn signal(table: &mut Table, signal: &Value) {
    let rssi = match number(signal, "rssi").and_then(names::rssi_dbm) {
        Some(dbm) => format!("{dbm} dBm"),
        None => "unknown".to_owned(),
    };
    let errors = match number(signal, "error_rate") {
        None | Some(99) => String::new(),
        Some(code) => format!("error rate class {code} of 7"),
    };
    let list = signal.get("rsrp_snr").and_then(Value::as_array);
    // Modems that tell RSRP do not tell RSSI.
    let known = number(signal, "rssi") != Some(99) || list.is_none_or(Vec::is_empty);
    table.row("Signal", joined(&[if known { rssi } else { String::new() }, errors]));
    for entry in list.into_iter().flatten() {
        let part =
            |label: &str, value: Option<String>| value.map_or_else(String::new, |value| format!("{label} {value}"));
        let rsrp = number(entry, "rsrp").and_then(names::rsrp_dbm).map(|dbm| format!("{dbm} dBm"));
        let snr = number(entry, "snr").and_then(names::snr_half_db).map(names::snr_text);
        table.row("", joined(&[words(entry, "system_type"), part("RSRP", rsrp), part("SNR", snr)]));
    }
}

pub(crate) fn session(table: &mut Table, connect: &Value) {
    let label = format!("Session {}", number(connect, "session_id").unwrap_or(0));
    let state = match text(connect, "activation_state") {
        "activated" => "connected".to_owned(),
        "deactivated" => "not connected".to_owned(),
        _ => words(connect, "activation_state"),
    };
    let families = match (text(connect, "activation_state"), text(connect, "ip_type")) {
        ("activated", "ipv4") => "IPv4",
        ("activated", "ipv6") => "IPv6",
        ("activated", "ipv4v6" | "ipv4_and_ipv6") => "IPv4 and IPv6",
        _ => "",
    };
    table.row(&label, joined(&[state, families.to_owned()]));
    reason(table, connect);
}

/// The addresses of a session, each family under its heading.
pub(crate) fn ip_configuration(table: &mut Table, ip: &Value) {
    for (family, key, usual) in [("IPv4", "ipv4", "DHCP"), ("IPv6", "ipv6", "router advertisements")] {
        let field = |name: &str| format!("{key}_{name}");
        let available = ip.get(field("configuration_available")).and_then(Value::as_array);
        let has = |flag: &str| available.is_some_and(|flags| flags.iter().any(|known| known == flag));
        if !["address", "gateway", "dns", "mtu"].into_iter().any(has) {
            continue;
        }
        table.heading(family);
        let list = |name: &str| ip.get(field(name)).and_then(Value::as_array).cloned().unwrap_or_default();
        let addresses: Vec<String> = list("address")
            .iter()
            .map(|entry| {
                let prefix = number(entry, "on_link_prefix_length").unwrap_or(0);
                format!("{}/{prefix}", text(entry, &field("address")))
            })
            .collect();
        if has("address") && !addresses.is_empty() {
            table.rows("Address", addresses);
        } else {
            table.row("Address", format!("not told; the network gives it by {usual}"));
        }
        let gateway = text(ip, &field("gateway"));
        if has("gateway") && !gateway.is_empty() {
            table.row("Gateway", gateway);
        }
        let servers = list("dns_server");
        if has("dns") {
            table.rows("DNS", servers.iter().filter_map(Value::as_str).map(ToOwned::to_owned));
        }
        if let Some(mtu) = number(ip, &field("mtu")).filter(|_| has("mtu")) {
            table.row("MTU", mtu.to_string());
        }
    }
}

/// A refusal belongs into a report, and anything else ends the run.
pub(crate) fn refused<T>(answer: Result<T, Fail>) -> Result<Result<T, String>, Fail> {
    match answer {
        Ok(value) => Ok(Ok(value)),
        Err(Fail::Refused { reason, .. }) => Ok(Err(reason)),
        Err(error) => Err(error),
    }
}

/// One part of the report. A refusal belongs there too; anything else ends the run.
pub(crate) fn part(
    report: &mut Report,
    key: &str,
    label: &str,
    answer: Result<Value, Fail>,
    rows: fn(&mut Table, &Value),
) -> Result<(), Fail> {
    match refused(answer)? {
        Ok(value) => {
            rows(&mut report.table, &value);
            report.put(key, value);
        }
        Err(reason) => not_told(report, key, label, &reason),
    }
    Ok(())
}

pub(crate) fn not_told(report: &mut Report, key: &str, label: &str, reason: &str) {
    report.put(key, serde_json::json!({ "status": reason }));
    report.table.row(label, format!("not told: {reason}"));
}

/// A line for each radio.
pub(crate) fn radios(table: &mut Table, signal: &Value) {
    let mut label = "Signal";
    for (radio, fields) in signal.as_object().into_iter().flatten() {
        let Some(fields) = fields.as_object() else { continue };
        let parts = fields.iter().filter_map(|(name, value)| {
            let (what, unit) = name.rsplit_once('_')?;
            let unit = if unit == "dbm" { "dBm" } else { "dB" };
            (!value.is_null()).then(|| format!("{} {value} {unit}", what.to_ascii_uppercase()))
        });
        let parts: Vec<String> = parts.collect();
        table.row(label, format!("{} {}", radio.to_ascii_uppercase().replace('_', " "), parts.join(", ")));
        label = "";
    }
    if label == "Signal" {
        let rssi = signal.get("rssi_dbm").filter(|rssi| !rssi.is_null());
        table.row(label, rssi.map_or_else(|| "unknown".to_owned(), |rssi| format!("RSSI {rssi} dBm")));
    }
}

/// A session that is up in these families.
pub(crate) fn session_of(number: u8, v4: bool, v6: bool) -> Value {
    let kind = match (v4, v6) {
        (true, true) => "ipv4_and_ipv6",
        (true, false) => "ipv4",
        (false, true) => "ipv6",
        (false, false) => "default",
    };
    serde_json::json!({
        "session_id": number,
        "activation_state": if v4 || v6 { "activated" } else { "deactivated" },
        "ip_type": kind,
        "nw_error": 0,
    })
}

/// Adds what one of the families of a session is configured with, in the shape that it has over MBIM.
pub(crate) fn family(
    map: &mut Map<String, Value>,
    key: &str,
    (address, prefix): (String, u8),
    gateway: Option<String>,
    dns: &[String],
    mtu: Option<u32>,
) {
    let parts = [("address", true), ("gateway", gateway.is_some()), ("dns", !dns.is_empty()), ("mtu", mtu.is_some())];
    let available: Vec<&str> = parts.into_iter().filter(|(_, there)| *there).map(|(name, _)| name).collect();
    let mut put = |name: &str, value: Value| {
        map.insert(format!("{key}_{name}"), value);
    };
    put("configuration_available", serde_json::json!(available));
    put("address_count", 1.into());
    let field = format!("{key}_address");
    put("address", serde_json::json!([{ "on_link_prefix_length": prefix, field: address }]));
    put("gateway", gateway.into());
    put("dns_server_count", dns.len().into());
    put("dns_server", serde_json::json!(dns));
    put("mtu", mtu.into());
}

/// What became of a session that was to be taken down.
pub(crate) fn disconnected(session: u32, was_active: bool, out: &mut Output) -> Result<(), Fail> {
    if out.json {
        out.document(&serde_json::json!({
            "connect": { "session_id": session, "activation_state": "deactivated" },
            "was_active": was_active,
        }))?;
    } else if was_active {
        out.lines(&format!("session {session} disconnected"))?;
    } else {
        out.lines(&format!("session {session} was not connected"))?;
    }
    Ok(())
}
