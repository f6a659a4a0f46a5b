//! `decode qmi`: frames, one behind the other, or one message without a frame, as it travels over QRTR.

use qmi_wire::catalogue::{Problem, Shown, Value, frame_to_json_by, message_to_json_by};
use qmi_wire::frame::{HeaderError, frame_len, message_header_len};
use qmi_wire::qrtr::{CONTROL_LEN, Control, Server};
use qmi_wire::service::Service;

use super::print;
use crate::args::Decode;
use crate::error::Fail;
use crate::names::qmi as names;
use crate::output::{Output, clean};

pub(super) fn run(bytes: &[u8], arguments: &Decode, out: &mut Output) -> Result<(), Fail> {
    match arguments.service.as_deref() {
        Some(name) if name.eq_ignore_ascii_case("qrtr") => control(bytes, out),
        Some(name) => {
            let service = names::find_service(name)?.0;
            let shown = message_to_json_by(wwan_catalogue::qmi(), service, bytes, arguments.vendor, false);
            let shown = shown.map_err(|error| Fail::Data(bare_complaint(service, bytes, &error)))?;
            let complaint = tlv_complaint(&shown, 0);
            if out.json {
                out.document(&shown.json)?;
            } else {
                out.lines(in_words(&shown).trim_end())?;
            }
            complaint
        }
        None => frames(bytes, arguments, out),
    }
}

fn frames(bytes: &[u8], arguments: &Decode, out: &mut Output) -> Result<(), Fail> {
    let mut documents = Vec::new();
    let mut complaint = Ok(());
    let mut rest = bytes;
    while !rest.is_empty() && complaint.is_ok() {
        let offset = bytes.len().saturating_sub(rest.len());
        let shown = frame_to_json_by(wwan_catalogue::qmi(), rest, arguments.vendor, false)
            .map_err(|error| Fail::Data(place(offset, &frame_complaint(rest, &error))))?;
        // The TLVs that can be read are shown beside the one that cannot.
        complaint = tlv_complaint(&shown, offset);
        if out.json {
            documents.push(shown.json);
        } else {
            if offset > 0 {
                out.lines("")?;
            }
            out.lines(in_words(&shown).trim_end())?;
        }
        rest = frame_len(rest).ok().and_then(|length| rest.get(length..)).unwrap_or_default();
    }
    print(documents, out)?;
    complaint
}

/// Which message it is, if not the first.
fn place(offset: usize, text: &str) -> String {
    if offset == 0 { text.to_owned() } else { format!("frame at byte {offset}: {text}") }
}

/// The failure if a TLV could not be read.
fn tlv_complaint(shown: &Shown, offset: usize) -> Result<(), Fail> {
    let Some(error) = &shown.error else {
        return Ok(());
    };
    let at = shown.error_at.saturating_add(error.offset);
    let why = match &error.problem {
        Problem::Decode(kind) => kind.to_string(),
        _ => error.to_string(),
    };
    let (message, path, inside) = (message_name(&shown.json), &error.path, error.offset);
    let text = format!("{message}: {path} at offset {inside} of the value, {at} of the message: {why}");
    Err(Fail::Data(place(offset, &text)))
}

/// Service and message as `NAS Get Signal Strength response`.
fn message_name(json: &Value) -> String {
    let text = |key: &str| json.get(key).and_then(Value::as_str);
    let number = |key: &str| json.get(key).and_then(Value::as_u64).unwrap_or(0);
    let service = text("service").map_or_else(|| format!("service {:#04x}", number("service_id")), ToOwned::to_owned);
    let message = text("message").map_or_else(|| format!("message {:#06x}", number("message_id")), ToOwned::to_owned);
    format!("{service} {message} {}", text("kind").unwrap_or_default())
}

/// What is wrong with a frame: field and offset.
fn frame_complaint(bytes: &[u8], error: &HeaderError) -> String {
    let there = bytes.len();
    // The service's number has two bytes in a wide frame, of which the second is in the place of the only one of the other.
    let service = match bytes {
        [1, _, _, _, service, ..] => Service((*service).into()),
        [2, _, _, low, high, ..] => Service(u16::from_le_bytes([*low, *high])),
        _ => Service::CTL,
    };
    let tlvs = qmi_wire::frame::FRAME_HEADER_LEN.saturating_add(message_header_len(service));
    match error {
        HeaderError::Incomplete { needed } if there < 3 => {
            format!("frame header at offset 0: incomplete, {there} of {needed} bytes")
        }
        HeaderError::Incomplete { needed } => {
            format!("Length at offset 1: frame incomplete, {needed} bytes stated and {there} there")
        }
        HeaderError::Marker(_) => format!("Marker at offset 0: {error}; 0x01 or 0x02 expected"),
        HeaderError::Length(_) => format!("Length at offset 1: {error}"),
        error => inner_complaint(service, bytes.get(6..).unwrap_or_default(), error, tlvs),
    }
}

fn bare_complaint(service: Service, bytes: &[u8], error: &HeaderError) -> String {
    match error {
        HeaderError::Incomplete { needed } => {
            format!("message header at offset 0: incomplete, {} of {needed} bytes", bytes.len())
        }
        error => inner_complaint(service, bytes, error, message_header_len(service)),
    }
}

/// What is wrong with TLVs that begin at `tlvs`, of the message without its frame.
fn inner_complaint(service: Service, message: &[u8], error: &HeaderError, tlvs: usize) -> String {
    let id = message_header_len(service).saturating_sub(4);
    let id = message.get(id..).and_then(<[u8]>::first_chunk).map_or(0, |id| u16::from_le_bytes(*id));
    let flags = message.first().copied().unwrap_or(0);
    let kind = qmi_wire::frame::Flags(flags).kind(service);
    let name = names::message(service, id, kind);
    match error {
        HeaderError::TlvLength { .. } => format!("{name}: TLV length at offset {}: {error}", tlvs.saturating_sub(2)),
        HeaderError::Tlv { offset } => {
            let at = offset.saturating_add(tlvs);
            let start = message_header_len(service).saturating_add(*offset);
            let tlv = message.get(start).map_or_else(String::new, |tlv| format!(" {tlv:#04x}"));
            format!("{name}: TLV{tlv} at offset {at}: it runs past the end of the message")
        }
        error => format!("{name}: {error}"),
    }
}

/// A message as text.
pub(crate) fn in_words(shown: &Shown) -> String {
    let json = &shown.json;
    let number = |key: &str| json.get(key).and_then(Value::as_u64);
    let text = |key: &str| json.get(key).and_then(Value::as_str);
    let mut head = vec![text("kind").unwrap_or_default().to_ascii_uppercase()];
    match (number("marker"), number("qmux_length"), number("qmux_flags")) {
        (Some(1), Some(length), flags) => {
            let sender = if flags.is_some_and(|flags| flags & 0x80 != 0) { "modem" } else { "host" };
            head.push(format!("{} bytes from the {sender}", length.saturating_add(1)));
        }
        (Some(_), Some(length), _) => head.push(format!("{} bytes in a wide frame", length.saturating_add(1))),
        _ => head.push("without a frame".to_owned()),
    }
    if let Some(client) = number("client_id") {
        head.push(if client == 0xff { "for all clients".to_owned() } else { format!("client {client}") });
    }
    head.push(format!("transaction {}", number("transaction_id").unwrap_or(0)));
    let mut lines = vec![head.join(", ")];
    let id = number("service_id").unwrap_or(0);
    lines.push(match text("service") {
        Some(name) => format!("  Service: {name} ({id:#04x})"),
        None => format!("  Service: {id:#04x}"),
    });
    let id = number("message_id").unwrap_or(0);
    let vendor = text("vendor").map_or_else(String::new, |vendor| format!(", vendor {vendor}"));
    lines.push(match text("message") {
        Some(name) => format!("  Message: {name} ({id:#06x}{vendor})"),
        None => format!("  Message: {id:#06x}"),
    });
    lines.extend(names::lines(shown));
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

/// A control packet of the router.
fn control(bytes: &[u8], out: &mut Output) -> Result<(), Fail> {
    let packet = Control::parse(bytes)
        .map_err(|_| Fail::Data(format!("control packet: incomplete, {} of {CONTROL_LEN} bytes", bytes.len())))?;
    let server = |server: Server| {
        let service = server.service();
        serde_json::json!({
            "service": service.and_then(Service::name), "service_id": server.service, "version": server.version(),
            "instance": server.instance_number(), "node": server.address.node, "port": server.address.port,
        })
    };
    let lookup = |service: u32, instance: u32| {
        let name = u16::try_from(service).ok().and_then(|service| Service(service).name());
        serde_json::json!({ "service": name.filter(|_| service != 0), "service_id": service, "instance": instance })
    };
    let (command, fields) = match packet {
        Control::Hello => ("hello", Value::Null),
        Control::Bye { node } => ("bye", serde_json::json!({ "node": node })),
        Control::NewServer(one) if one.is_end() => ("new_server", serde_json::json!({ "end_of_list": true })),
        Control::NewServer(one) => ("new_server", server(one)),
        Control::DelServer(one) => ("del_server", server(one)),
        Control::DelClient(client) => ("del_client", serde_json::json!({ "node": client.node, "port": client.port })),
        Control::ResumeTx(client) => ("resume_tx", serde_json::json!({ "node": client.node, "port": client.port })),
        Control::Exit => ("exit", Value::Null),
        Control::Ping => ("ping", Value::Null),
        Control::NewLookup { service, instance } => ("new_lookup", lookup(service, instance)),
        Control::DelLookup { service, instance } => ("del_lookup", lookup(service, instance)),
        Control::Other { command, words } => ("other", serde_json::json!({ "number": command, "words": words })),
        _ => ("other", Value::Null),
    };
    if out.json {
        return Ok(out.document(&serde_json::json!({ "command": command, "fields": fields }))?);
    }
    let mut lines = vec![format!("QRTR {}", command.to_ascii_uppercase())];
    for (name, value) in fields.as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), clean);
        lines.push(format!("  {name}: {}", if value.is_null() { "-" } else { &text }));
    }
    Ok(out.lines(&lines.join("\n"))?)
}
