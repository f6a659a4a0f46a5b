//! `mbim`: any command of the catalogue, or of any service by numbers.

use mbim_wire::catalogue::{self, BuildError, CommandInfo, Form, Kind, Map, ServiceInfo, StructInfo, Value, hex};
use mbim_wire::field::Raw;
use mbim_wire::message::{self, CommandType};
use mbim_wire::service::basic_connect::context_type;
use mbim_wire::{Status, Uuid};

use crate::args::Message;
use crate::decode::{digits, in_words};
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::names::{self, plain};
use crate::output::{Output, clean};

/// A command ready to be sent.
#[derive(Debug)]
pub(crate) struct Prepared {
    service: Uuid,
    cid: u32,
    form: Form,
    body: Vec<u8>,
}

/// Makes a command of the arguments.
pub(crate) fn prepare(arguments: &Message) -> Result<Prepared, Fail> {
    let version = arguments.mbimex.unwrap_or(1);
    let (uuid, service) = find_service(&arguments.service)?;
    let cid = find_command(&arguments.command, service)?;
    let (form, rest) = match arguments.rest.split_first() {
        Some((word, rest)) if word == "query" => (Some(Form::Query), rest),
        Some((word, rest)) if word == "set" => (Some(Form::Set), rest),
        _ => (None, arguments.rest.as_slice()),
    };
    let raw = rest.first().is_some_and(|first| !first.contains('='));
    let layout = |form| names::layout(uuid, cid, form, version);
    let form = match (form, layout(Form::Query), layout(Form::Set)) {
        (Some(form), ..) => form,
        (None, None, Some(_)) => Form::Set,
        (None, Some(_), Some(_)) if !rest.is_empty() => {
            return Err(Fail::Usage("say query or set: this command has both forms".to_owned()));
        }
        _ => Form::Query,
    };
    let body = if raw {
        digits(&rest.join(" "))?
    } else {
        let command = || names::command(uuid, cid);
        match layout(form) {
            Some(layout) => fields(layout, rest)?,
            None if !rest.is_empty() => {
                return Err(Fail::Usage(format!(
                    "the fields of {} are unknown; give its information buffer as hexadecimal digits",
                    command()
                )));
            }
            None if layout(Form::Query).or(layout(Form::Set)).is_some() => {
                let form = if form == Form::Set { "set" } else { "query" };
                return Err(Fail::Usage(format!("{} has no {form}", command())));
            }
            None => Vec::new(),
        }
    };
    Ok(Prepared { service: uuid, cid, form, body })
}

/// The service with that name or UUID.
fn find_service(name: &str) -> Result<(Uuid, Option<&'static ServiceInfo>), Fail> {
    if let Ok(uuid) = name.parse() {
        return Ok((uuid, names::declared(uuid)));
    }
    let wanted = plain(name);
    let found = wwan_catalogue::mbim().iter().copied().find(|service| plain(service.name) == wanted);
    found.map(|service| (service.uuid, Some(service))).ok_or_else(|| {
        let names: Vec<&str> = wwan_catalogue::mbim().iter().map(|service| service.name).collect();
        Fail::Usage(format!("no service is called {}; there are {}", clean(name), names.join(", ")))
    })
}

/// The number of the command with that name or number.
fn find_command(name: &str, service: Option<&'static ServiceInfo>) -> Result<u32, Fail> {
    let number = match name.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => name.parse().ok(),
    };
    if let Some(cid) = number {
        return Ok(cid);
    }
    let Some(service) = service else {
        return Err(Fail::Usage("commands of a service that is not known here are given by number".to_owned()));
    };
    let wanted = plain(name);
    let found = service.commands.iter().find(|command| plain(&command.name()) == wanted);
    found.map(|command| command.cid).ok_or_else(|| {
        let mut names: Vec<String> = service.commands.iter().map(CommandInfo::name).collect();
        names.dedup();
        Fail::Usage(format!("{} has no command {}; there are {}", service.name, clean(name), names.join(", ")))
    })
}

/// The information buffer with the fields `NAME=VALUE`.
fn fields(layout: &'static StructInfo, arguments: &[String]) -> Result<Vec<u8>, Fail> {
    let mut map = Map::new();
    for argument in arguments {
        let Some((name, value)) = argument.split_once('=') else {
            return Err(Fail::Usage(format!("FIELD=VALUE expected: {}", clean(argument))));
        };
        let wanted = plain(name);
        let Some(field) = layout.fields.iter().find(|field| plain(&field.name()) == wanted) else {
            let names: Vec<String> = layout.fields.iter().map(|field| field.name()).collect();
            let names = if names.is_empty() { "no fields".to_owned() } else { names.join(", ") };
            return Err(Fail::Usage(format!("no field is called {}; there are {names}", clean(name))));
        };
        let value = if is_nested(&field.kind) {
            serde_json::from_str(value)
                .map_err(|error| Fail::Usage(format!("{}: JSON expected: {error}", field.name())))?
        } else {
            plain_value(&field.kind, value)
        };
        if map.insert(field.name(), value).is_some() {
            return Err(Fail::Usage(format!("{} is given twice", field.name())));
        }
    }
    let object = Value::Object(map);
    layout.encode(&object).map_err(|error| {
        let field = match error {
            BuildError::Field(_) => String::new(),
            // The codec does not know names. Whose value it is shows when each is tried alone.
            BuildError::Encode(_) => culprit(layout, &object, &error),
        };
        Fail::Usage(clean(&format!("{field}{error}")))
    })
}

/// The field whose value cannot be written, with a colon behind it.
fn culprit(layout: &'static StructInfo, fields: &Value, error: &BuildError) -> String {
    let mut fields = fields.as_object().into_iter().flatten();
    let found = fields.find(|(name, value)| layout.encode(&serde_json::json!({ *name: value })).as_ref() == Err(error));
    found.map_or_else(String::new, |(name, _)| format!("{name}: "))
}

/// A value that is not nested, as it stands on the command line. UUIDs have names too: of context types and services.
fn plain_value(kind: &Kind, text: &str) -> Value {
    if matches!(kind, Kind::Uuid) {
        let service = || find_service(text).ok().map(|(uuid, _)| uuid);
        if let Some(uuid) = context_type::by_name(text).or_else(service) {
            return uuid.to_string().into();
        }
    }
    text.into()
}

/// Whether a value of that kind is written as JSON on the command line.
fn is_nested(kind: &Kind) -> bool {
    match kind {
        Kind::When { of, .. } => is_nested(of),
        Kind::TextList { .. }
        | Kind::RefList { .. }
        | Kind::RefArray { .. }
        | Kind::Array { .. }
        | Kind::Struct(_)
        | Kind::RefStruct(_)
        | Kind::RefSequence(_)
        | Kind::Tlv
        | Kind::TlvNumbers
        | Kind::TlvList => true,
        _ => false,
    }
}

/// Prints the message instead of sending it.
pub(crate) fn dry_run(arguments: &Message, out: &mut Output) -> Result<(), Fail> {
    let prepared = prepare(arguments)?;
    let kind = match prepared.form {
        Form::Set => CommandType::SET,
        _ => CommandType::QUERY,
    };
    let mut buffer = vec![0; prepared.body.len().saturating_add(message::COMMAND_HEADER_LEN)];
    let body = Raw(&prepared.body);
    let (service, cid) = (prepared.service, prepared.cid);
    let message = message::write_command(&mut buffer, arguments.transaction, service, cid, kind, &body)
        .map_err(|error| Fail::Usage(error.to_string()))?;
    print(message, arguments, arguments.mbimex.unwrap_or(1), out)
}

pub(crate) fn run(
    modem: &mut Modem,
    arguments: &Message,
    prepared: &Prepared,
    out: &mut Output,
) -> Result<After, Fail> {
    if let Some(version) = arguments.mbimex {
        modem.negotiate(version)?;
    }
    let answer = modem.command_raw(prepared.service, prepared.cid, prepared.form, &prepared.body)?;
    let mut buffer = vec![0; answer.body.len().saturating_add(message::COMMAND_HEADER_LEN)];
    let message = message::write_command_done(
        &mut buffer,
        modem.client.next_transaction().saturating_sub(1),
        answer.service,
        answer.cid,
        answer.status,
        &Raw(&answer.body),
    )
    .map_err(|error| Fail::Data(error.to_string()))?;
    print(message, arguments, modem.version, out)?;
    if answer.status != Status::SUCCESS {
        return Err(answer.refusal());
    }
    Ok(if prepared.form == Form::Set { After::Open } else { After::AsFound })
}

fn print(message: &[u8], arguments: &Message, version: u8, out: &mut Output) -> Result<(), Fail> {
    if arguments.hex {
        return Ok(out.lines(&hex(message))?);
    }
    let shown = catalogue::message_to_json_by(wwan_catalogue::mbim(), message, version, false)
        .map_err(|error| Fail::Data(error.to_string()))?;
    if out.json {
        out.document(&shown.json)?;
    } else {
        out.lines(in_words(&shown).trim_end())?;
    }
    Ok(())
}
