//! `decode`: shows messages of either direction. Wrong bytes are an error that names the field and its offset.

use std::io::{self, Read as _};

use mbim_wire::catalogue::{self, MessageError, Shown, Value, hex, unhex};
use mbim_wire::fragment::{Assembler, Progress};
use mbim_wire::message::{
    Body, COMMAND_HEADER_LEN, FRAGMENT_HEADER_LEN, Fragment, HEADER_LEN, HeaderError, INDICATION_HEADER_LEN,
    MessageType, Transfer,
};
use mbim_wire::{ProtocolError, Status};

use crate::args::{Decode, Format};
use crate::error::Fail;
use crate::names;
use crate::output::{Output, clean};

mod at;
mod cmux;
mod ntb;
mod qmap;
mod qmi;
mod sms;
#[cfg(test)]
mod vectors;
pub(crate) use qmi::in_words as qmi_in_words;

/// The most that is read from standard input, in bytes of text.
const MOST: u64 = 1 << 26;

pub(crate) fn run(arguments: &Decode, out: &mut Output) -> Result<(), Fail> {
    if arguments.format == Format::At {
        return at::run(&text_or_bytes(&arguments.hex)?, arguments, out);
    }
    let bytes = bytes(&arguments.hex)?;
    match arguments.format {
        Format::Qmi => return qmi::run(&bytes, arguments, out),
        Format::Sms => return sms::run(&bytes, arguments, out),
        Format::Cmux => return cmux::run(&bytes, out),
        Format::Ntb => return ntb::run(&bytes, out),
        Format::Qmap => return qmap::run(&bytes, arguments, out),
        Format::Mbim | Format::At => {}
    }
    let mut documents = Vec::new();
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let offset = bytes.len().saturating_sub(rest.len());
        let (message, length) = next(rest, offset)?;
        let shown = catalogue::message_to_json_by(wwan_catalogue::mbim(), &message, arguments.mbimex, false)
            .map_err(|error| Fail::Data(complaint(&message, &error, offset)))?;
        if out.json {
            documents.push(document(&message, shown));
        } else {
            if offset > 0 {
                out.lines("")?;
            }
            // What stands before a wrong message is shown.
            out.lines(in_words(&shown).trim_end())?;
        }
        rest = rest.get(length..).unwrap_or(&[]);
    }
    print(documents, out)
}

/// One document, or all as a list.
fn print(documents: Vec<Value>, out: &mut Output) -> Result<(), Fail> {
    match documents.as_slice() {
        [] => Ok(()),
        [one] => Ok(out.document(one)?),
        _ => Ok(out.document(&Value::Array(documents))?),
    }
}

/// The arguments, or standard input.
fn given(arguments: &[String]) -> Result<Vec<u8>, Fail> {
    if !matches!(arguments, [one] if one == "-") {
        return Ok(arguments.join(" ").into_bytes());
    }
    let mut bytes = Vec::new();
    let read = io::stdin().take(MOST).read_to_end(&mut bytes);
    read.map_err(|error| Fail::Data(format!("standard input: {error}")))?;
    Ok(bytes)
}

/// The bytes of the arguments, or of standard input.
pub(crate) fn bytes(arguments: &[String]) -> Result<Vec<u8>, Fail> {
    let text = String::from_utf8(given(arguments)?);
    digits(&text.map_err(|error| Fail::Data(format!("standard input: {error}")))?)
}

/// The same, but what is not the digits of a text, with its line ends, is the text itself.
fn text_or_bytes(arguments: &[String]) -> Result<Vec<u8>, Fail> {
    let given = given(arguments)?;
    let is_text = |byte: &u8| matches!(byte, b'\r' | b'\n' | b' '..=b'~');
    let digits = str::from_utf8(&given).ok().and_then(|text| digits(text).ok());
    Ok(digits.filter(|bytes| bytes.iter().all(is_text)).unwrap_or(given))
}

/// Bytes from hexadecimal digits.
pub(crate) fn digits(text: &str) -> Result<Vec<u8>, Fail> {
    let odd = |(_, c): &(usize, char)| !c.is_ascii_hexdigit() && !c.is_whitespace() && !matches!(c, ':' | '-');
    if let Some((at, c)) = text.char_indices().find(odd) {
        let c = clean(&c.to_string());
        return Err(Fail::Data(format!("not hexadecimal: `{c}` at offset {at} of the text")));
    }
    let bytes =
        unhex(text).ok_or_else(|| Fail::Data("not whole bytes: odd number of hexadecimal digits".to_owned()))?;
    if bytes.is_empty() {
        return Err(Fail::Data("no hexadecimal digits".to_owned()));
    }
    Ok(bytes)
}

/// A JSON document as lines of text: an object's entries by their names, in as many steps as it is deep.
fn outline(value: &Value, indent: usize, lines: &mut Vec<String>) {
    let blank = " ".repeat(indent);
    let mut entry = |name: &str, value: &Value| {
        let (name, deeper) = (clean(name), indent.saturating_add(2));
        match value {
            Value::Null => {}
            Value::String(text) => lines.push(format!("{blank}{name}: {}", clean(text))),
            Value::Array(items) if items.is_empty() => lines.push(format!("{blank}{name}: none")),
            Value::Array(items) if !items.iter().any(|item| item.is_object() || item.is_array()) => {
                let plain = |item: &Value| item.as_str().map_or_else(|| item.to_string(), clean);
                let items: Vec<String> = items.iter().map(plain).collect();
                lines.push(format!("{blank}{name}: {}", items.join(", ")));
            }
            Value::Object(_) | Value::Array(_) => {
                lines.push(format!("{blank}{name}:"));
                outline(value, deeper, lines);
            }
            other => lines.push(format!("{blank}{name}: {other}")),
        }
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| entry(name, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| entry(&index.to_string(), item)),
        _ => {}
    }
}

/// The message at the start of `bytes`, and its length there; fragments that follow each other are put together.
fn next(bytes: &[u8], offset: usize) -> Result<(Vec<u8>, usize), Fail> {
    if let Some(found) = assembled(bytes) {
        return Ok(found);
    }
    let length = transfer(bytes, offset)?.length;
    Ok((bytes.get(..length).unwrap_or(bytes).to_vec(), length))
}

fn transfer(bytes: &[u8], offset: usize) -> Result<Transfer<'_>, Fail> {
    Transfer::parse(bytes).map_err(|error| Fail::Data(complaint(bytes, &MessageError::Header(error), offset)))
}

const fn fragment<'a>(transfer: &Transfer<'a>) -> Option<Fragment<'a>> {
    match transfer.body {
        Body::Command(fragment) | Body::CommandDone(fragment) | Body::IndicateStatus(fragment) => Some(fragment),
        _ => None,
    }
}

/// The message whose fragments are at the start of `bytes`, as if it had come whole, and how long they are together.
fn assembled(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let first = Transfer::parse(bytes).ok()?;
    if fragment(&first)?.is_whole() {
        return None;
    }
    let mut memory = vec![0; bytes.len()];
    let mut assembler = Assembler::new(&mut memory);
    let mut taken = 0_usize;
    loop {
        let transfer = Transfer::parse(bytes.get(taken..)?).ok()?;
        taken = taken.saturating_add(transfer.length);
        if assembler.push(&fragment(&transfer)?).ok()? == Progress::Whole {
            break;
        }
    }
    let length = u32::try_from(assembler.payload().len().saturating_add(FRAGMENT_HEADER_LEN)).ok()?;
    let (kind, id) = (first.kind().0, first.transaction_id);
    let header = [kind, length, id, 1, 0].map(u32::to_le_bytes);
    let mut message = header.concat();
    message.extend_from_slice(assembler.payload());
    Some((message, taken))
}

/// What is wrong with a message: field, offset, and which message it is if not the first.
fn complaint(message: &[u8], error: &MessageError, offset: usize) -> String {
    let kind = Transfer::parse(message).ok().map(|transfer| transfer.kind());
    let buffer = match kind {
        Some(MessageType::INDICATE_STATUS) => INDICATION_HEADER_LEN,
        _ => COMMAND_HEADER_LEN,
    };
    let there = message.len();
    let text = match error {
        MessageError::Header(HeaderError::Incomplete { .. }) if there < HEADER_LEN => {
            format!("message header at offset 0: incomplete, {there} of {HEADER_LEN} bytes")
        }
        MessageError::Header(HeaderError::Incomplete { needed }) if kind.is_none() => {
            format!("MessageLength at offset 4: message incomplete, {needed} bytes stated and {there} there")
        }
        MessageError::Header(HeaderError::Incomplete { needed }) => {
            format!("MessageLength at offset 4: {there} bytes are too few, the headers of the message take {needed}")
        }
        MessageError::Header(HeaderError::InformationBuffer(stated)) => {
            let at = buffer.saturating_sub(4);
            let room = there.saturating_sub(buffer);
            format!(
                "InformationBufferLength at offset {at}: {stated} bytes run past the end of the message, {room} there"
            )
        }
        MessageError::Header(error) => error.to_string(),
        MessageError::NoInformationBuffer { command } => {
            format!(
                "{command}: InformationBufferLength at offset {}: 0, but the command has fields",
                buffer.saturating_sub(4)
            )
        }
        MessageError::Field { error: field, .. } => {
            let at = buffer.saturating_add(field.offset);
            format!("{error} (offset {at} of the message)")
        }
    };
    if offset == 0 { text } else { format!("message at byte {offset}: {text}") }
}

/// The JSON of a message: as the catalogue has it, and the raw bytes beside.
fn document(message: &[u8], shown: Shown) -> Value {
    let Value::Object(mut map) = shown.json else {
        return shown.json;
    };
    let fragment = Transfer::parse(message).ok().and_then(|transfer| fragment(&transfer));
    if let Some(fragment) = fragment {
        let whole = fragment.is_whole();
        if whole {
            let header = match fragment.kind {
                MessageType::INDICATE_STATUS => INDICATION_HEADER_LEN,
                _ => COMMAND_HEADER_LEN,
            };
            let length = map.get("information_buffer_length").and_then(Value::as_u64).unwrap_or(0);
            let end = header.saturating_add(usize::try_from(length).unwrap_or(0));
            map.insert("information_buffer".into(), hex(message.get(header..end).unwrap_or(&[])).into());
        }
        map.insert("is_fragment".into(), true.into());
        map.insert("fragment_payload".into(), hex(fragment.payload).into());
    }
    Value::Object(map)
}

/// A message as text.
pub(crate) fn in_words(shown: &Shown) -> String {
    let json = &shown.json;
    let number = |key: &str| json.get(key).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
    let text = |key: &str| json.get(key).and_then(Value::as_str);
    let mut lines = vec![format!(
        "{}, {} bytes, transaction {}",
        text("type").unwrap_or_default().to_ascii_uppercase(),
        number("length").unwrap_or(0),
        number("transaction_id").unwrap_or(0)
    )];
    let mut line = |label: &str, text: String| lines.push(format!("  {label}: {}", clean(&text)));
    if let Some(max) = number("max_control_transfer") {
        line("MaxControlTransfer", format!("{max} bytes"));
    }
    if let Some(error) = number("error") {
        line("ErrorStatusCode", names::protocol_error(ProtocolError(error)));
    }
    if let Some(total) = number("fragments_total").filter(|total| *total > 1) {
        let nth = number("fragment_current").unwrap_or(0).saturating_add(1);
        line("Fragment", format!("{nth} of {total}"));
        line("Payload", text("fragment_payload").unwrap_or_default().to_owned());
    }
    if let Some(uuid) = text("service_uuid").and_then(|uuid| uuid.parse().ok()) {
        let name = names::service(uuid);
        line("Service", if name == uuid.to_string() { name } else { format!("{name} ({uuid})") });
        let cid = number("cid").unwrap_or(0);
        line(
            "Command",
            match (text("command"), text("extension_version")) {
                (Some(name), Some(version)) => format!("{name} ({cid}, MBIMEx {version})"),
                (Some(name), None) => format!("{name} ({cid})"),
                (None, _) => cid.to_string(),
            },
        );
    }
    if let Some(kind) = text("command_type") {
        line("CommandType", kind.to_ascii_uppercase());
    }
    if let Some(status) = number("status") {
        line("Status", names::status(Status(status)));
    }
    match (shown.layout, json.get("fields")) {
        (Some(layout), Some(fields)) => lines.extend(names::lines(layout, fields)),
        _ => {
            if let Some(buffer) = text("information_buffer").filter(|buffer| !buffer.is_empty()) {
                line("InformationBuffer", buffer.to_owned());
            }
        }
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn fragments_in_a_row_become_one_message() {
        let pieces = "070000801c000000000000000400000000000000 a289cc33bcbb8b4f
            070000801c000000000000000400000001000000 b6b0133ec2aae6df
            070000801c000000000000000400000002000000 0300000008000000
            070000801c000000000000000400000003000000 0100000001000000
            010000801000000001000000 00000000";
        let bytes = digits(pieces).unwrap();
        let whole = "07000080340000000000000001000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 0300000008000000
            0100000001000000";
        assert_eq!(next(&bytes, 0).unwrap(), (digits(whole).unwrap(), 112));
        assert_eq!(next(&bytes[112..], 112).unwrap().1, 16);
    }

    #[test]
    fn a_single_fragment_stays_one() {
        let piece = digits("070000801c000000000000000400000001000000b6b0133ec2aae6df").unwrap();
        assert_eq!(next(&piece, 0).unwrap(), (piece.clone(), 28));
    }
}
