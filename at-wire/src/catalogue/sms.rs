//! Short messages as JSON: every value of a TPDU, a cell broadcast page or a message of CDMA, by its name in snake case.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::json;

use super::{Map, Value, hex};
use crate::codec::DecodeError;
use crate::sms::broadcast::Page;
use crate::sms::{
    Address, DataCoding, Direction, Element, Parameters, Pdu, Reference, RelativeValidity, Timestamp, Tpdu, UserData,
    Validity, cdma,
};
use crate::text::{Alphabet, Coding, Language, packed_len};

/// Whether the address of the service centre stands in front of a TPDU, as in AT commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Centre {
    /// It does.
    InFront,
    /// The octets begin with the TPDU.
    Missing,
}

/// A TPDU as JSON. `languages` are the locking and the single shift table to read its text by; `None` leaves them to its
/// header.
///
/// # Errors
///
/// As [`Pdu::parse`] and [`Tpdu::parse`].
pub fn tpdu_to_json(
    octets: &[u8],
    direction: Direction,
    centre: Centre,
    languages: Option<(Language, Language)>,
) -> Result<Value, DecodeError> {
    let (service_centre, length, tpdu) = match centre {
        Centre::InFront => {
            let pdu = Pdu::parse(octets, direction)?;
            (pdu.service_centre, Pdu::tpdu_len(octets)?, pdu.tpdu)
        }
        Centre::Missing => (None, octets.len(), Tpdu::parse(octets, direction)?),
    };
    let offset = octets.len().saturating_sub(length);
    let mut map = object(json!({
        "smsc": service_centre.map(address),
        "smsc_present": centre == Centre::InFront,
        "first_octet": octets.get(offset),
        "tpdu_offset": offset,
        "tpdu_length": length,
        "outgoing": direction == Direction::ToServiceCentre,
    }));
    message(&tpdu, languages, &mut map);
    Ok(Value::Object(map))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

fn message(tpdu: &Tpdu<'_>, languages: Option<(Language, Language)>, map: &mut Map<String, Value>) {
    let mut put = |more: Value| map.extend(object(more));
    match tpdu {
        Tpdu::Deliver(message) => {
            put(json!({
                "type": "deliver",
                "more_messages": message.more_messages,
                "status_report": message.status_report,
                "reply_path": message.reply_path,
                "from": address(message.originating_address),
                "pid": message.protocol_identifier,
                "timestamp": timestamp(message.service_centre_timestamp),
                "timestamp_text": message.service_centre_timestamp.to_string(),
            }));
            put(coding(message.data_coding));
            put(user_data(&message.user_data, message.data_coding, languages));
        }
        Tpdu::Submit(message) => {
            let (format, relative, absolute) = match message.validity {
                Validity::Default => ("absent", None, Value::Null),
                Validity::Relative(span) => ("relative", Some(span), Value::Null),
                Validity::Absolute(time) => ("absolute", None, timestamp(time)),
                Validity::Enhanced(_) => ("enhanced", None, Value::Null),
            };
            put(json!({
                "type": "submit",
                "reject_duplicates": message.reject_duplicates,
                "status_report": message.status_report,
                "reply_path": message.reply_path,
                "message_reference": message.message_reference,
                "to": address(message.destination_address),
                "pid": message.protocol_identifier,
                "validity_format": format,
                "validity_relative": relative.map(|span| span.0),
                "validity_minutes": relative.map(RelativeValidity::minutes),
                "validity_absolute": absolute,
            }));
            put(coding(message.data_coding));
            put(user_data(&message.user_data, message.data_coding, languages));
        }
        Tpdu::StatusReport(message) => {
            put(json!({
                "type": "status_report",
                "more_messages": message.more_messages,
                "message_reference": message.message_reference,
                "recipient": address(message.recipient_address),
                "timestamp": timestamp(message.service_centre_timestamp),
                "timestamp_text": message.service_centre_timestamp.to_string(),
                "discharge": timestamp(message.discharge_time),
                "discharge_text": message.discharge_time.to_string(),
                "status": message.status.0,
                "status_text": message.status.description(),
            }));
            if let Some(present) = &message.parameters {
                put(parameters(present, languages));
            }
        }
        Tpdu::Command(message) => put(json!({
            "type": "command",
            "status_report": message.status_report,
            "message_reference": message.message_reference,
            "pid": message.protocol_identifier,
            "command_type": message.command_type.0,
            "message_number": message.message_number,
            "to": address(message.destination_address),
            "data_hex": hex(message.command_data),
        })),
        Tpdu::DeliverReport(message) => {
            put(json!({ "type": "deliver_report", "failure_cause": message.failure_cause }));
            put(parameters(&message.parameters, languages));
        }
        Tpdu::SubmitReport(message) => {
            put(json!({
                "type": "submit_report",
                "failure_cause": message.failure_cause,
                "timestamp": timestamp(message.service_centre_timestamp),
            }));
            put(parameters(&message.parameters, languages));
        }
    }
}

fn address(address: Address<'_>) -> Value {
    let kind = address.type_of_address();
    let value: String = match address.text() {
        Some(name) => name.to_string(),
        None => address.digits().collect(),
    };
    json!({
        "type_of_address": kind.0, "number_type": kind.number_type(), "numbering_plan": kind.numbering_plan(),
        "address": value,
    })
}

/// The digits of a time, or null where they are none.
fn timestamp(time: Timestamp) -> Value {
    time.date_time().map_or(Value::Null, |time| {
        json!({
            "year": time.year, "month": time.month, "day": time.day, "hour": time.hour, "minute": time.minute,
            "second": time.second, "timezone_quarters": time.quarter_hours,
        })
    })
}

fn parameters(parameters: &Parameters<'_>, languages: Option<(Language, Language)>) -> Value {
    let mut map = Map::new();
    let dcs = parameters.data_coding.unwrap_or_default();
    if let Some(pid) = parameters.protocol_identifier {
        map.insert("pid".into(), pid.into());
    }
    if parameters.data_coding.is_some() {
        map.extend(object(coding(dcs)));
    }
    if let Some(data) = &parameters.user_data {
        map.extend(object(user_data(data, dcs, languages)));
    }
    Value::Object(map)
}

fn coding(coding: DataCoding) -> Value {
    let alphabet = match coding.coding() {
        Coding::Gsm7 => "gsm7",
        Coding::Octets => "8bit",
        Coding::Ucs2 => "ucs2",
    };
    json!({
        "dcs": coding.0, "alphabet": alphabet, "compressed": coding.is_compressed(), "class": coding.class(),
        "automatic_deletion": coding.deletes_itself(),
    })
}

fn user_data(data: &UserData<'_>, coding: DataCoding, languages: Option<(Language, Language)>) -> Value {
    let header = data.header();
    // What was read has a length.
    let length = data.length(coding).unwrap_or(0);
    let septets = coding.coding() == Coding::Gsm7 && !coding.is_compressed();
    let in_header = header.octets().saturating_mul(8).div_ceil(7);
    let text = data.text().map(|text| match languages {
        Some((locking, single)) => text.in_alphabet(Alphabet::new(locking, single)),
        None => text,
    });
    let (locking, single) = languages.unwrap_or((header.locking_shift(), header.single_shift()));
    let elements: Vec<Value> =
        header.elements().map(|element| json!({ "iei": element.id(), "hex": element.with_data(hex) })).collect();
    let concat = header.concatenation().map(|part| {
        let (reference, bits) = match part.reference {
            Reference::Narrow(reference) => (u16::from(reference), 8),
            Reference::Wide(reference) => (reference, 16),
        };
        json!({
            "reference": reference, "bits": bits, "total": part.total, "max": part.total, "parts": part.total,
            "sequence": part.sequence, "part": part.sequence,
        })
    });
    let ports = header.ports().map(|ports| {
        let bits = if ports.wide { 16 } else { 8 };
        json!({ "destination": ports.destination, "source": ports.source, "bits": bits })
    });
    let waiting = header.elements().find_map(|element| match element {
        Element::MessageWaiting { indication, count } => Some(json!({ "indication": indication, "count": count })),
        _ => None,
    });
    let octets = if septets { packed_len(length.into(), 0) } else { length.into() };
    json!({
        "udl": length,
        "user_data_bytes": octets,
        "udhl": header.octets().checked_sub(1),
        "udh": elements,
        "concat": concat,
        "ports": ports,
        "message_waiting": waiting,
        "locking_shift_language": locking.0,
        "single_shift_language": single.0,
        "text": text.map(|text| text.to_string()),
        "septets": septets.then(|| usize::from(length).saturating_sub(in_header)),
        "data_hex": data.octets().map(hex),
    })
}

/// A page of a cell broadcast as JSON.
#[must_use]
pub fn page_to_json(page: &Page<'_>) -> Value {
    let serial = page.serial_number;
    json!({
        "serial": serial.0,
        "geo_scope": serial.geographical_scope(),
        "message_code": serial.message_code(),
        "message_code_low8": serial.message_code() & 0xff,
        "update": serial.update_number(),
        "emergency_user_alert": serial.emergency_user_alert(),
        "popup": serial.popup(),
        "identifier": page.message_identifier,
        "dcs": page.coding.0,
        "page": page.page,
        "pages": page.pages,
        "text": page.text().map(|text| text.to_string()).ok(),
        "language": page.language().as_ref().and_then(|language| language.as_str()),
    })
}

/// A message of CDMA networks as JSON.
///
/// # Errors
///
/// A parameter that is not what it must be.
pub fn cdma_to_json(message: &cdma::Message<'_>) -> Result<Value, DecodeError> {
    let identifier = message.message_identifier()?;
    let data = message.user_data()?;
    Ok(json!({
        "standard": "3gpp2",
        "message_type": message.message_type(),
        "teleservice_id": message.teleservice_id()?,
        "service_category": message.service_category()?,
        "from": message.originating_address()?.map(|address| address.to_string()),
        "to": message.destination_address()?.map(|address| address.to_string()),
        "callback": message.callback_number()?.map(|address| address.to_string()),
        "bearer_reply_sequence": message.bearer_reply_sequence(),
        "priority": message.priority(),
        "message_identifier":
            identifier.map(|found| json!({ "type": found.kind, "id": found.id, "header": found.has_header })),
        "encoding": data.and_then(|data| data.encoding().name()),
        "text": data.and_then(|data| data.text()).map(|text| text.collect::<String>()),
        "data_hex": data.map(|data| data.fields().map(|field| format!("{field:02x}")).collect::<String>()),
    }))
}
