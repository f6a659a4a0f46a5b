//! `qmi`: any message of the catalogue, or of any service by numbers.

use qmi_wire::catalogue::{
    self, FieldError, Kind, Map, MessageInfo, Scalar, ServiceInfo, TlvInfo, Value, encode_tlvs, first_missing,
    frame_to_json_by, hex,
};
use qmi_wire::frame::MessageWriter;
use qmi_wire::frame::{self, Framing, Head};
use qmi_wire::service::Service;
use qmi_wire::text::Rest;
use qmi_wire::{EncodeError, TlvSet, Verdict};
use wwan::client::qmi::{Error, MessageId, Question};
use wwan::session::qmi::{Failure, Request};

use super::Modem;
use crate::args::QmiMessage;
use crate::decode::{digits, qmi_in_words};
use crate::device::DeviceError;
use crate::error::Fail;
use crate::names::plain;
use crate::names::qmi as names;
use crate::output::{Output, clean};

/// A request ready to be sent.
#[derive(Debug)]
pub(crate) struct Prepared {
    service: Service,
    id: u16,
    /// Whether its service can call it off.
    abortable: bool,
    /// Types and values, in the order of the command line.
    tlvs: Vec<(u8, Vec<u8>)>,
}

/// Makes a request of the arguments.
pub(crate) fn prepare(arguments: &QmiMessage) -> Result<Prepared, Fail> {
    let (number, service) = names::find_service(&arguments.service)?;
    let (id, message) = find_message(arguments, service)?;
    let input = message.and_then(|message| message.input).unwrap_or_default();
    let name = service.map_or("", |service| service.name);
    let mut given: Vec<Given> = Vec::new();
    for argument in &arguments.fields {
        field(argument, input, name, message.is_some(), &mut given)?;
    }
    let tlvs = given.iter().map(|given| written(given, name)).collect::<Result<Vec<_>, Fail>>()?;
    match first_missing(input, &tlvs).filter(|_| !arguments.incomplete) {
        Some(missing) => {
            let kind = missing.kind.type_text(name);
            let label = missing.name();
            Err(Fail::Usage(format!("{label} is missing, which the message needs; its format is {kind}")))
        }
        None => {
            let abortable = message.is_some_and(|message| message.abortable);
            Ok(Prepared { service: number, id, abortable, tlvs })
        }
    }
}

/// The request with that name or number.
fn find_message(
    arguments: &QmiMessage,
    service: Option<&'static ServiceInfo>,
) -> Result<(u16, Option<&'static MessageInfo>), Fail> {
    let name = &arguments.message;
    if let Some(id) = names::number(name) {
        return Ok((id, service.and_then(|service| service.message(id, false, arguments.vendor))));
    }
    let Some(service) = service else {
        return Err(Fail::Usage("messages of a service that is not known here are given by number".to_owned()));
    };
    let wanted = plain(name);
    let requests = || service.messages.iter().filter(|message| message.input.is_some());
    let found = requests().filter(|message| plain(message.name) == wanted);
    let found = found.min_by_key(|message| message.vendor != arguments.vendor);
    found.map(|message| (message.id, Some(message))).ok_or_else(|| {
        let names: Vec<&str> = requests().map(|message| message.name).collect();
        Fail::Usage(format!("{} has no request {}; there are {}", service.name, clean(name), names.join(", ")))
    })
}

/// A TLV of the command line.
struct Given {
    tlv: u8,
    /// Its declaration and its value so far, or bytes.
    what: Result<(&'static TlvInfo, Value), Vec<u8>>,
}

/// Takes an argument: `NAME=VALUE`, `NAME.FIELD=VALUE`, or `tlv:0xNN=HEX`.
fn field(
    argument: &str,
    input: &'static [TlvInfo],
    service: &str,
    known: bool,
    given: &mut Vec<Given>,
) -> Result<(), Fail> {
    let Some((name, text)) = argument.split_once('=') else {
        return Err(Fail::Usage(format!("FIELD=VALUE expected: {}", clean(argument))));
    };
    if let Some(number) = name.strip_prefix("tlv:") {
        let tlv = names::number(number).and_then(|number| u8::try_from(number).ok());
        let tlv = tlv.ok_or_else(|| Fail::Usage(format!("tlv:0x01 to tlv:0xff expected: {}", clean(name))))?;
        if given.iter().any(|given| given.tlv == tlv) {
            return Err(Fail::Usage(format!("TLV {tlv:#04x} is given twice")));
        }
        let bytes = if text.is_empty() { Vec::new() } else { digits(text)? };
        given.push(Given { tlv, what: Err(bytes) });
        return Ok(());
    }
    let (tlv, path) = name.split_once('.').map_or((name, None), |(tlv, path)| (tlv, Some(path)));
    let number = names::number(tlv);
    let wanted = plain(tlv);
    let is_it = |info: &&TlvInfo| number == Some(info.tlv.into()) || plain(&info.name()) == wanted;
    let Some(info) = input.iter().find(is_it) else {
        return Err(Fail::Usage(unknown(tlv, input, known)));
    };
    let label = info.name();
    let place = match given.iter().position(|given| given.tlv == info.tlv) {
        Some(place) => place,
        None => {
            given.push(Given { tlv: info.tlv, what: Ok((info, Value::Null)) });
            given.len().saturating_sub(1)
        }
    };
    let Some(Given { what: Ok((_, value)), .. }) = given.get_mut(place) else {
        return Err(Fail::Usage(format!("{label} is given twice")));
    };
    put(&info.kind, path, text, value).map_err(|problem| {
        let kind = info.kind.type_text(service);
        Fail::Usage(format!("{}: {problem}; the format of {label} is {kind}", clean(name)))
    })
}

/// Puts a value in its place, which a path leads to if the TLV is a structure.
fn put(kind: &Kind, path: Option<&str>, text: &str, value: &mut Value) -> Result<(), String> {
    let kind = if let Kind::Tail(of) = kind { of } else { kind };
    let Some(path) = path else {
        if !value.is_null() {
            return Err("given twice".to_owned());
        }
        *value = plain_value(kind, text)?;
        return Ok(());
    };
    let Kind::Struct(info) = kind else {
        return Err("this has no fields; lists are given as JSON".to_owned());
    };
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let field = info.fields.iter().find(|field| plain(field.name) == plain(name)).ok_or("no such field")?;
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(map) = value else {
        return Err("given twice".to_owned());
    };
    put(&field.kind, rest, text, map.entry(field.name).or_insert(Value::Null))
}

/// A value as it stands on the command line: JSON for structures and lists, words for all else. Lists of words may do with
/// commas, lists of bytes with hexadecimal digits.
fn plain_value(kind: &Kind, text: &str) -> Result<Value, String> {
    let json = || serde_json::from_str(text).map_err(|error| format!("JSON expected: {error}"));
    match kind {
        Kind::Struct(_) | Kind::Segment => json(),
        Kind::Array { .. } if text.starts_with('[') => json(),
        Kind::Array { of: Kind::Number(Scalar::U8), .. } => Ok(text.into()),
        Kind::Array { of: Kind::Struct(_) | Kind::Array { .. } | Kind::Segment, .. } => json(),
        Kind::Array { .. } if text.is_empty() => Ok(Value::Array(Vec::new())),
        Kind::Array { of, .. } => text.split(',').map(|item| plain_value(of, item.trim())).collect(),
        Kind::Tail(of) => plain_value(of, text),
        Kind::Bool(_) => Ok(match text {
            "on" | "yes" => "true".into(),
            "off" | "no" => "false".into(),
            text => text.into(),
        }),
        _ => Ok(text.into()),
    }
}

/// The bytes of a TLV.
fn written(given: &Given, service: &str) -> Result<(u8, Vec<u8>), Fail> {
    let (info, value) = match &given.what {
        Ok(declared) => declared,
        Err(bytes) => return Ok((given.tlv, bytes.clone())),
    };
    let one = serde_json::json!([{ "tlv": format!("{:#04x}", info.tlv), "value": value }]);
    let wrong = |error: FieldError| {
        let kind = info.kind.type_text(service);
        let names = choices(&info.kind, &error.path);
        Fail::Usage(clean(&format!("{error}; the format of {} is {kind}{names}", info.name())))
    };
    let tlvs = encode_tlvs(core::slice::from_ref(info), &one).map_err(wrong)?;
    Ok((info.tlv, tlvs.into_iter().next().map(|(_, bytes)| bytes).unwrap_or_default()))
}

/// The names that a field at the end of `path` may have as a value.
fn choices(kind: &Kind, path: &str) -> String {
    let mut kind = kind;
    let mut steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty()).skip(1);
    loop {
        kind = match kind {
            Kind::Tail(of) => of,
            Kind::Array { of, .. } => {
                steps.next();
                of
            }
            Kind::Struct(info) => {
                let step = steps.next();
                match info.fields.iter().find(|field| Some(field.name) == step) {
                    Some(field) => &field.kind,
                    None => return String::new(),
                }
            }
            Kind::Enum(info, _) | Kind::Flags(info, _) => {
                let names: Vec<&str> = info.values.iter().map(|(name, _)| *name).collect();
                return format!("; names: {}", names.join(", "));
            }
            _ => return String::new(),
        }
    }
}

/// No field has that name: which have one.
fn unknown(name: &str, input: &[TlvInfo], known: bool) -> String {
    if !known {
        return format!(
            "{}: the TLVs of this message are unknown; give them as tlv:0x01=HEX with hexadecimal digits",
            clean(name)
        );
    }
    let names: Vec<String> = input.iter().map(|info| format!("{} ({:#04x})", info.name(), info.tlv)).collect();
    let names = if names.is_empty() { "no fields".to_owned() } else { names.join(", ") };
    format!("no field is called {}; there are {names}", clean(name))
}

/// Sends the request and prints the answer.
pub(super) fn run(modem: &mut Modem, arguments: &QmiMessage, out: &mut Output) -> Result<(), Fail> {
    let prepared = prepare(arguments)?;
    let answer = send(modem, &prepared)?;
    let verdict = answer.get::<Verdict>(Verdict::TLV);
    let tlvs: Vec<(u8, Vec<u8>)> = answer.iter().map(|tlv| (tlv.kind, tlv.value.to_vec())).collect();
    // The number of the client is of no use to anybody any more.
    let service = prepared.service;
    let framing = if service.0 > 0xff { Framing::Wide { client: 0 } } else { Framing::modem(0) };
    let head = Head { framing, service, kind: frame::Kind::Response, transaction: 0, id: prepared.id };
    let frame = catalogue::build(&head, &tlvs).map_err(|error| Fail::Data(error.to_string()))?;
    print(&frame, arguments, out)?;
    match verdict {
        Ok(Some(verdict)) if verdict.status != 0 => {
            let (name, error) = (name(&prepared), names::protocol_error(verdict.error));
            Err(Fail::Refused {
                reason: format!("{name}: the modem refuses: {error}"),
                hint: super::hint(verdict.error),
            })
        }
        _ => Ok(()),
    }
}

fn name(prepared: &Prepared) -> String {
    names::message(prepared.service, prepared.id, frame::Kind::Request)
}

/// TLVs that are bytes already.
#[derive(Debug)]
struct Raw<'t>(&'t [(u8, Vec<u8>)]);

impl Request for Raw<'_> {
    fn write<'b>(&self, mut message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        for (tlv, bytes) in self.0 {
            message.put(*tlv, &Rest::<{ usize::MAX }>::from(&**bytes));
        }
        message.finish()
    }
}

/// The TLVs of the answer, whatever its verdict.
fn send<'m>(modem: &'m mut Modem, prepared: &Prepared) -> Result<TlvSet<'m>, Fail> {
    let id = MessageId { service: prepared.service, id: prepared.id, abortable: prepared.abortable };
    let request = Raw(&prepared.tlvs);
    let mut question = Question::new(&id, &request);
    // Where the answer is silence, the message shall be named: so its time ends just before that of the program.
    question.timeout = modem.patience();
    modem.client.request(question).map_err(|error| match error {
        // The second where the modem does not even say that the request was called off.
        Error::Failed { failure: Failure::Timeout, .. } | Error::Channel(DeviceError::Deadline) => {
            Fail::Timeout(format!("{}: no answer in time", name(prepared)))
        }
        Error::Failed { failure: Failure::NoClient(error), .. } => {
            let (name, text) = (name(prepared), names::protocol_error(error));
            let reason = format!("{name}: no client of the service is to be had: {text}");
            Fail::Refused { reason, hint: super::hint(error) }
        }
        error => error.into(),
    })
}

/// Sends a request; whether the modem does what it says. No client and no answer count as no.
pub(super) fn is_granted(modem: &mut Modem, service: Service, id: u16, tlvs: &[(u8, &[u8])]) -> Result<bool, Fail> {
    let tlvs = tlvs.iter().map(|(tlv, bytes)| (*tlv, bytes.to_vec())).collect();
    let answer = match send(modem, &Prepared { service, id, abortable: false, tlvs }) {
        Err(Fail::Refused { .. } | Fail::Timeout(_)) => return Ok(false),
        answer => answer?,
    };
    Ok(matches!(answer.get::<Verdict>(Verdict::TLV), Ok(Some(verdict)) if verdict.ok().is_ok()))
}

/// Prints the message instead of sending it.
pub(crate) fn dry_run(arguments: &QmiMessage, out: &mut Output) -> Result<(), Fail> {
    let prepared = prepare(arguments)?;
    let client = if prepared.service == Service::CTL { 0 } else { arguments.client };
    // A modem's frame has no room for a greater number; what travels over QRTR is shown as in a proxy's.
    let framing = if prepared.service.0 > 0xff { Framing::Wide { client } } else { Framing::host(client) };
    let kind = frame::Kind::Request;
    let head = Head { framing, service: prepared.service, kind, transaction: arguments.transaction, id: prepared.id };
    let frame = catalogue::build(&head, &prepared.tlvs).map_err(|error| Fail::Usage(error.to_string()))?;
    print(&frame, arguments, out)
}

fn print(frame: &[u8], arguments: &QmiMessage, out: &mut Output) -> Result<(), Fail> {
    if arguments.hex {
        return Ok(out.lines(&hex(frame))?);
    }
    let shown = frame_to_json_by(wwan_catalogue::qmi(), frame, arguments.vendor, false)
        .map_err(|error| Fail::Data(error.to_string()))?;
    if out.json {
        out.document(&shown.json)?;
    } else {
        out.lines(qmi_in_words(&shown).trim_end())?;
    }
    Ok(())
}
