//! What the answers to commands of 3GPP say, in words and units rather than in the numbers of their parameters.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::json;

use super::Value;
use crate::address;
use crate::codec::DecodeError;
use crate::command::equipment::{Lock, Power};
use crate::command::network::{Registration, operator_text, operators};
use crate::command::packet::{DynamicContext, PdpType};
use crate::command::sim::StatusWord;
use crate::command::sms::{Memory, PduLine};
use crate::command::{call, equipment, general, network, packet, services, sim, sms};
use crate::identity::{self, SerialNumber};
use crate::message::{Form, Line};
use crate::parameter::{Choice, Octets, Str, Word, parameters_of};
use crate::radio::{self, Generations};
use crate::result::{Cause, FinalResult, Options};
use crate::text::charset::Charset;
use crate::time::Clock;
use crate::urc::standard::{CBm, CCwa, CLip};
use crate::urc::{Origin, PacketEvent, PdpContext, Secondary};

/// What the lines of an answer to the command `name`, or of a URC with its second line, say together; `None` if nothing
/// is known about it but the parameters. What the lines do not tell is null. `charset` is what `+CSCS` has set.
///
/// # Errors
///
/// The first parameter that is not what it must be, with its offset in its line.
pub fn answer_to_json(name: &str, form: Form, lines: &[&[u8]], charset: Charset) -> Result<Option<Value>, DecodeError> {
    let line = lines.first().copied().unwrap_or_default();
    if matches!(name, "+CREG" | "+CGREG" | "+CEREG" | "+C5GREG") && matches!(form, Form::Read | Form::Unsolicited) {
        return registration(name, line).map(Some);
    }
    Ok(Some(match (name, form) {
        // Modems break the list into lines.
        ("+COPS", Form::Test) => search(&lines.join(b"\r\n".as_slice()), charset),
        ("+CGEV", Form::Unsolicited) => return Ok(packet_event(line)),
        _ => match (network(name, form, lines)?, form) {
            (Some(value), _) => value,
            (None, Form::Unsolicited) => return event(name, lines),
            (None, Form::Test) => return offered(name, lines),
            (None, _) => return other(name, form, lines),
        },
    }))
}

/// The end of an answer.
#[must_use]
pub fn final_to_json(result: &FinalResult<'_>) -> Value {
    let detail = |kind: &str, cause: &Cause<'_>, text: fn(u32) -> Option<&'static str>| match cause {
        Cause::Number(number) => json!({"kind": kind, "detail": number.to_string(), "meaning": text(*number)}),
        Cause::Text(text) => json!({"kind": kind, "detail": string(text)}),
    };
    let kind = match &result.resolved() {
        FinalResult::Cme(cause) => return detail("cme-error", cause, crate::result::cme_text),
        FinalResult::Cms(cause) => return detail("cms-error", cause, crate::result::cms_text),
        FinalResult::Connect(text) => return json!({"kind": "connect", "detail": string(text)}),
        FinalResult::Extended(text) => return json!({"kind": "ext-error", "detail": string(text)}),
        FinalResult::Modem(number) => return json!({"kind": "modem-error", "detail": number.to_string()}),
        FinalResult::Ok => "ok",
        FinalResult::NoCarrier => "no-carrier",
        FinalResult::Error => "error",
        FinalResult::NoDialtone => "no-dialtone",
        FinalResult::Busy => "busy",
        FinalResult::NoAnswer => "no-answer",
        FinalResult::Delayed => "delayed",
        FinalResult::Blacklisted => "blacklisted",
        FinalResult::Aborted => "aborted",
        FinalResult::CommandNotSupported => "command-not-supported",
        FinalResult::TooManyParameters => "too-many-parameters",
        FinalResult::NotAllowed => "not-allowed",
    };
    json!({ "kind": kind })
}

fn string(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The lines that are called as the type is, read.
fn all<'l, T: Line<'l>>(lines: &[&'l [u8]]) -> Result<Vec<T>, DecodeError> {
    let named = lines.iter().filter(|line| parameters_of(T::NAME, line).is_some());
    named.map(|line| T::parse(line)).collect()
}

fn first<'l, T: Line<'l>>(lines: &[&'l [u8]]) -> Result<T, DecodeError> {
    T::parse(lines.first().copied().unwrap_or_default())
}

const STATES: [&str; 12] = [
    "idle",
    "home",
    "searching",
    "denied",
    "unknown",
    "roaming",
    "home-sms-only",
    "roaming-sms-only",
    "emergency-only",
    "home-csfb-not-preferred",
    "roaming-csfb-not-preferred",
    "attached-rlos",
];

/// The word for a number; null if there is none.
fn word(words: &[&'static str], number: u8) -> Option<&'static str> {
    words.get(usize::from(number)).copied()
}

fn technology(act: Option<u8>) -> &'static str {
    match act {
        Some(0) => "gsm",
        Some(1) => "gsm-compact",
        Some(2) => "umts",
        Some(3) => "edge",
        Some(4) => "hsdpa",
        Some(5) => "hsupa",
        Some(6) => "hspa",
        Some(7) => "lte",
        Some(11 | 12) => "5gnr",
        _ => "unknown",
    }
}

fn registration(name: &str, line: &[u8]) -> Result<Value, DecodeError> {
    let read = Registration::parse(name, line)?;
    let tracking = matches!(name, "+CEREG" | "+C5GREG");
    Ok(json!({
        "form": if read.n.is_some() { "read" } else { "urc" },
        "stat": read.stat,
        "registration": read.stat.and_then(|stat| word(&STATES, stat)),
        "area_code": read.area.unwrap_or(0),
        "cell_id": read.cell.unwrap_or(0),
        "access_technology": technology(read.act),
        "area_code_is": if tracking { "tracking area code" } else { "location area code" },
    }))
}

/// The networks that a search found.
fn search(line: &[u8], charset: Charset) -> Value {
    let shown = |name: Str<'_>| {
        let text: String = operator_text(name, charset).chars().collect();
        Some(text).filter(|name| !name.is_empty())
    };
    let states = ["unknown", "available", "current", "forbidden"];
    let operators: Vec<_> = operators(line)
        .map(|operator| {
            json!({
                "status": word(&states, operator.stat.unwrap_or(0)), "long": shown(operator.long),
                "short": shown(operator.short), "code": shown(operator.numeric),
                "access_technology": technology(operator.act.or(Some(0))),
            })
        })
        .collect();
    json!({ "operators": operators })
}

/// The levels of `+CESQ` and its like that are known, in dBm and dB; `rssnr` counts half decibels.
#[must_use]
pub fn signal(rxlev: u8, rscp: u8, ecno: u8, rsrq: u8, rsrp: u8, rssnr: Option<i16>) -> Value {
    let tenths = |level: i16| f64::from(level) / 10.0;
    let mut signal = super::Map::new();
    if let Some(rssi) = radio::rxlev(rxlev) {
        signal.insert("gsm".into(), json!({"rssi_dbm": tenths(rssi)}));
    }
    if let (Some(rscp), Some(ecno)) = (radio::rscp(rscp), radio::ecno(ecno)) {
        signal.insert("umts".into(), json!({"rscp_dbm": tenths(rscp), "ecio_db": tenths(ecno)}));
    }
    if let (Some(rsrq), Some(rsrp)) = (radio::rsrq(rsrq), radio::rsrp(rsrp)) {
        let mut lte = json!({"rsrq_db": tenths(rsrq), "rsrp_dbm": tenths(rsrp)});
        if let (Some(rssnr), Some(lte)) = (rssnr, lte.as_object_mut()) {
            lte.insert("snr_db".into(), (f64::from(rssnr) / 2.0).into());
        }
        signal.insert("lte".into(), lte);
    }
    Value::Object(signal)
}

/// Calls of `+CLCC` and its like: index, direction, state and number of each.
pub fn calls(calls: impl Iterator<Item = (u8, u8, u8, Option<String>)>) -> Value {
    let states = ["active", "held", "dialing", "alerting", "incoming", "waiting"];
    calls
        .map(|(index, dir, stat, number)| {
            let direction = if dir == 1 { "incoming" } else { "outgoing" };
            json!({"index": index, "direction": direction, "state": word(&states, stat), "number": number})
        })
        .collect()
}

/// The word for what `+CFUN` has set; null where nothing is known about it.
#[must_use]
pub fn power(power: Option<Power>) -> Value {
    match power {
        Some(Power::Off) => "off".into(),
        Some(Power::Low) => "low".into(),
        Some(Power::On) => "on".into(),
        None => Value::Null,
    }
}

/// The generations of a set, as in `2g`.
#[must_use]
pub fn generations(generations: Generations) -> Vec<String> {
    generations.iter().map(|one| one.to_string()).collect()
}

/// Minutes that a clock is ahead of UTC; null if it does not say.
#[must_use]
pub fn offset_minutes(clock: Clock) -> Value {
    if clock.has_zone { i32::from(clock.time.quarter_hours).saturating_mul(15).into() } else { Value::Null }
}

/// The types that have a word here.
fn pdp_type(name: Str<'_>) -> Option<&'static str> {
    match PdpType::of(name)? {
        PdpType::Ipv4 => Some("ipv4"),
        PdpType::Ipv6 => Some("ipv6"),
        PdpType::Ipv4v6 => Some("ipv4v6"),
        _ => None,
    }
}

/// Signal, contexts, and addresses.
fn network(name: &str, form: Form, lines: &[&[u8]]) -> Result<Option<Value>, DecodeError> {
    Ok(Some(match (name, form) {
        ("+CESQ", Form::Execute) => {
            let read: network::cesq::ExecuteAnswer = first(lines)?;
            json!({
                "rxlev": read.rxlev, "ber": read.ber, "rscp": read.rscp, "ecn0": read.ecno, "rsrq": read.rsrq,
                "rsrp": read.rsrp,
                "signal": signal(read.rxlev, read.rscp, read.ecno, read.rsrq, read.rsrp, None),
            })
        }
        ("+CGACT", Form::Read) => {
            let read: Vec<packet::cgact::ReadAnswer> = all(lines)?;
            let contexts: Vec<_> =
                read.iter().map(|read| json!({"cid": read.cid, "active": read.state == 1})).collect();
            json!({ "contexts": contexts })
        }
        ("+CGCONTRDP", Form::Set) => {
            let read = DynamicContext::parse(lines.first().copied().unwrap_or_default())?;
            let netmask = read.address.zip(read.prefix).map(|(address, prefix)| address::mask_of(address, prefix));
            let text = |address: Option<core::net::IpAddr>| address.map(|address| address.to_string());
            let [dns1, dns2] = read.dns;
            json!({
                "cid": read.cid, "bearer_id": read.bearer_id, "apn": read.apn.map(|apn| string(apn.0)),
                "address": text(read.address), "netmask": text(netmask), "gateway": text(read.gateway),
                "dns1": text(dns1), "dns2": text(dns2),
            })
        }
        ("+CGDCONT", Form::Test) => {
            let read: Vec<packet::cgdcont::TestAnswer<'_>> = all(lines)?;
            let ranges: Vec<_> = read
                .iter()
                .filter_map(|read| {
                    let (low, high) = read.cid.ranges().next()?;
                    Some(json!({"pdp_type": pdp_type(read.pdp_type)?, "min_cid": low, "max_cid": high}))
                })
                .collect();
            json!({ "ranges": ranges })
        }
        ("+CGDCONT", Form::Read) => {
            let read: Vec<packet::cgdcont::ReadAnswer<'_>> = all(lines)?;
            let contexts: Vec<_> = read
                .iter()
                .map(|read| {
                    json!({
                        "cid": read.cid, "pdp_type": pdp_type(read.pdp_type),
                        "apn": read.apn.map(|apn| string(apn.0)), "address": read.pdp_addr.map(|address| string(address.0)),
                        "d_comp": read.d_comp, "h_comp": read.h_comp, "ipv4_addr_alloc": read.ipv4_addr_alloc,
                        "emergency": read.request_type, "p_cscf_discovery": read.pcscf_discovery,
                        "im_cn_signalling": read.im_cn_signalling,
                    })
                })
                .collect();
            json!({ "contexts": contexts })
        }
        ("+CPOL", Form::Read) => {
            let read: network::cpol::ReadAnswer<'_> = first(lines)?;
            let access = [read.gsm, read.gsm_compact, read.utran, read.e_utran, read.ng_ran];
            let [gsm, gsm_compact, utran, eutran, ngran] = access.map(|access| access == Some(1));
            json!({
                "index": read.index, "operator": string(read.oper.0.0),
                "access": {"gsm": gsm, "gsm_compact": gsm_compact, "utran": utran, "eutran": eutran, "ngran": ngran},
                "access_fields": access.iter().flatten().count(),
            })
        }
        _ => return Ok(None),
    }))
}

/// URCs.
fn event(name: &str, lines: &[&[u8]]) -> Result<Option<Value>, DecodeError> {
    let pdu = lines.get(1).map(|line| string(line));
    Ok(Some(match name {
        "+CBM" => {
            let read: CBm = first(lines)?;
            json!({"length": read.length, "pdu": pdu})
        }
        "+CDS" => {
            let read = PduLine::parse("+CDS", lines.first().copied().unwrap_or_default())?;
            json!({"length": read.length, "pdu": pdu})
        }
        "+CCWA" => {
            let read: CCwa<'_> = first(lines)?;
            json!({"number": string(read.number.0), "type": read.kind, "class": read.class})
        }
        "+CLIP" => {
            let read: CLip<'_> = first(lines)?;
            json!({"number": string(read.number.0), "type": read.kind})
        }
        _ => return Ok(None),
    }))
}

/// What can be set.
fn offered(name: &str, lines: &[&[u8]]) -> Result<Option<Value>, DecodeError> {
    Ok(Some(match name {
        "+CGEREP" => {
            let read: packet::cgerep::TestAnswer<'_> = first(lines)?;
            let names = ["discard-urcs", "discard-urcs-if-link-reserved", "buffer-urcs-if-link-reserved"];
            json!({"modes": chosen(read.mode, &names)})
        }
        "+CMER" => {
            let read: equipment::cmer::TestAnswer<'_> = first(lines)?;
            let modes =
                ["buffer-urcs", "discard-urcs-if-link-reserved", "buffer-urcs-if-link-reserved", "forward-urcs"];
            let indicators = ["disable", "enable-not-caused-by-cind", "enable-all"];
            json!({"modes": chosen(read.mode, &modes), "indicator_modes": chosen(read.ind, &indicators)})
        }
        "+CIND" => {
            let read: equipment::cind::TestAnswer<'_> = first(lines)?;
            let indicators: Vec<_> = equipment::indicators(read)
                .map(|indicator| {
                    let name = string(indicator.name.0).to_ascii_lowercase();
                    let name: String = name.split_whitespace().collect();
                    let (min, max) = indicator.values.bounds().unzip();
                    json!({"index": indicator.index, "name": name, "min": min, "max": max})
                })
                .collect();
            json!({ "indicators": indicators })
        }
        "+CPMS" => {
            let read: sms::cpms::TestAnswer<'_> = first(lines)?;
            let names =
                |purpose| read.memories(purpose).map(|memory| memory.name().to_ascii_lowercase()).collect::<Vec<_>>();
            json!({"mem1": names(0), "mem2": names(1), "mem3": names(2)})
        }
        "+CSCS" => {
            let read: general::cscs::TestAnswer<'_> = first(lines)?;
            let names = read.chsets.fields().filter_map(|name| {
                let name = Str(name.unquoted());
                Charset::from_name(name.as_str()?).map(|charset| charset.name().to_ascii_lowercase())
            });
            let mut names: Vec<_> = names.collect();
            names.sort_unstable();
            json!({ "charsets": names })
        }
        "+IFC" => {
            let read: general::ifc::TestAnswer<'_> = first(lines)?;
            let mut names: Vec<_> = general::flow_controls(read)
                .map(|kind| match kind {
                    general::FlowControl::None => "none",
                    general::FlowControl::XonXoff => "xon-xoff",
                    general::FlowControl::RtsCts => "rts-cts",
                })
                .collect();
            names.sort_unstable();
            json!({ "flow_control": names })
        }
        "+WS46" => {
            let read: general::ws46::TestAnswer<'_> = first(lines)?;
            let modes: Vec<_> = general::ws46_offers(read).map(|(_, offered)| generations(offered)).collect();
            json!({ "modes": modes })
        }
        _ => return Ok(None),
    }))
}

/// The rest.
fn other(name: &str, form: Form, lines: &[&[u8]]) -> Result<Option<Value>, DecodeError> {
    let line = lines.first().copied().unwrap_or_default();
    Ok(Some(match (name, form) {
        ("+CMGR", Form::Set) => {
            let read = PduLine::parse("+CMGR", line)?;
            json!({"stat": read.stat, "pdu": lines.get(1).map(|line| string(line))})
        }
        ("+CCLK", Form::Read) => {
            let read: equipment::cclk::ReadAnswer<'_> = first(lines)?;
            let clock = Clock::parse(read.time.0)?;
            json!({"time": clock.time.to_string(), "utc_offset_minutes": offset_minutes(clock)})
        }
        ("+CCWA", Form::Set) => {
            let read: Vec<services::ccwa::SetAnswer> = all(lines)?;
            let states = read.iter().map(|answer| (answer.status, answer.class));
            json!({"voice_enabled": services::status_of_class(states, services::CLASS_VOICE)})
        }
        ("+CFUN", Form::Read) => {
            let read: equipment::cfun::ReadAnswer = first(lines)?;
            json!({"fun": read.fun, "power": power(Power::of(read.fun))})
        }
        ("+CLCC", Form::Execute) => {
            let read: Vec<call::clcc::ExecuteAnswer<'_>> = all(lines)?;
            json!({"calls": calls(read.iter().map(|call| {
                (call.id, call.dir, call.stat, call.number.map(|number| string(number.0)))
            }))})
        }
        ("+CNUM", Form::Execute) => {
            let read: Vec<call::cnum::ExecuteAnswer<'_>> = all(lines)?;
            let numbers: Vec<_> = read.iter().map(|read| string(read.number.0)).collect();
            json!({ "numbers": numbers })
        }
        ("+CPIN", Form::Read) => {
            let code = match equipment::cpin::ReadAnswer::parse(line) {
                Ok(read) => read.code,
                // What answers may be the code alone, or an error, which leaves it open.
                Err(_) => Word(line.trim_ascii()),
            };
            let error = FinalResult::of(line, Options::default()).is_some();
            let lock = Lock::of(code).filter(|_| !error).map(|lock| lock.code().to_ascii_lowercase().replace(' ', "-"));
            json!({"lock": lock.unwrap_or_else(|| "unknown".into())})
        }
        ("+CPMS", Form::Read) => {
            let read: sms::cpms::ReadAnswer<'_> = first(lines)?;
            let name = |memory: Str<'_>| Memory::of(memory).map(|memory| memory.name().to_ascii_lowercase());
            json!({"mem1": name(read.mem1), "mem2": read.mem2.and_then(name)})
        }
        ("+CRSM", Form::Set) => {
            let read: sim::crsm::SetAnswer<'_> = first(lines)?;
            let data = read.response.map(|octets| match octets {
                Octets::Digits(digits) | Octets::Raw(digits) => string(digits),
            });
            json!({"sw1": read.sw1, "sw2": read.sw2, "data": data})
        }
        ("+CSCB", Form::Read) => {
            let read: sms::cscb::ReadAnswer<'_> = first(lines)?;
            let channels: Result<Vec<_>, _> = sms::channels(read.mids.unwrap_or_default()).collect();
            json!({"channels": channels?})
        }
        ("+CSIM", Form::Set) => {
            let read: sim::csim::SetAnswer<'_> = first(lines)?;
            let word = StatusWord::of(read.response)?;
            json!({"retries_left": word.retries_left(), "meaning": word.meaning().to_string()})
        }
        ("+CGSN" | "+GSN", Form::Execute) => {
            let mut told = super::Map::new();
            for key in ["imei", "esn", "meid"] {
                told.insert(key.into(), Value::Null);
            }
            for line in lines {
                // The answer has no name in front, so that each of its lines is one.
                let read = general::gsn::ExecuteAnswer::parse(line)?;
                let text = string(read.text.0);
                for number in identity::serial_numbers(&text) {
                    let (key, value) = match number {
                        SerialNumber::Imei(imei) => ("imei", imei.into()),
                        SerialNumber::Esn(esn) => ("esn", alloc::format!("{esn:08X}")),
                        SerialNumber::Meid(meid) => ("meid", alloc::format!("{meid:014X}")),
                    };
                    told.insert(key.into(), value.into());
                }
            }
            Value::Object(told)
        }
        _ => return Ok(None),
    }))
}

/// The names of the numbers that a list offers, sorted.
fn chosen(offered: Choice<'_>, names: &[&'static str]) -> Vec<&'static str> {
    let named = names.iter().zip(0..).filter(|(_, number)| offered.contains(*number)).map(|(name, _)| *name);
    let mut named: Vec<_> = named.collect();
    named.sort_unstable();
    named
}

fn packet_event(line: &[u8]) -> Option<Value> {
    let text = line.strip_prefix(b"+CGEV:").unwrap_or(line);
    let name = |origin, what: &str| alloc::format!("{}-{what}", if origin == Origin::Network { "nw" } else { "me" });
    let pdp = |event: String, context: PdpContext<'_>| {
        json!({
            "event": event,
            "pdp_type": string(context.pdp_type),
            "pdp_address": string(context.pdp_addr),
            "cid": context.cid.unwrap_or(0),
        })
    };
    let secondary = |event: String, context: Secondary| {
        json!({
            "event": event, "cid": context.cid, "parent_cid": context.p_cid, "event_type": context.event_type,
        })
    };
    Some(match PacketEvent::parse(text) {
        PacketEvent::Detach(origin) => json!({"event": name(origin, "detach")}),
        PacketEvent::Reject(context) => pdp("reject".into(), context),
        PacketEvent::Reactivate(context) => pdp("nw-react".into(), context),
        PacketEvent::DeactivatePdp(origin, context) => pdp(name(origin, "deact-pdp"), context),
        PacketEvent::Deactivate(origin, context) => secondary(name(origin, "deact-secondary"), context),
        PacketEvent::Activate(origin, context) => secondary(name(origin, "act-secondary"), context),
        PacketEvent::ActivatePdn(origin, cid, _) => json!({"event": name(origin, "act-primary"), "cid": cid}),
        PacketEvent::DeactivatePdn(origin, cid) => json!({"event": name(origin, "deact-primary"), "cid": cid}),
        _ => return None,
    })
}
