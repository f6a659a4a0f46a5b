//! `pin`: codes of the SIM and locks of the modem.

use mbim_wire::Command as _;
use mbim_wire::catalogue::{Form, Kind, Value};
use mbim_wire::service::basic_connect as bc;

use super::report::{self, Report};
use crate::args::{Code, Pin};
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::names;
use crate::output::{Output, clean};

pub(crate) fn run(modem: &mut Modem, pin: &Pin, out: &mut Output) -> Result<After, Fail> {
    modem.settle()?;
    let after = match pin {
        Pin::Status => modem.ask::<bc::Pin>()?,
        Pin::List => {
            list(modem, out)?;
            return Ok(After::AsFound);
        }
        Pin::Enter { code } => {
            let before = modem.ask::<bc::Pin>()?;
            if report::text(&before, "pin_state") == "locked" || code.kind != "pin1" {
                change(modem, code, bc::PinOperation::ENTER, None)?;
            } else {
                // A code that is not needed is not tried, but it has to be one.
                super::code(&mut || modem.check(), &code.code)?;
            }
            modem.ask::<bc::Pin>()?
        }
        Pin::Change { code, new } => {
            change(modem, code, bc::PinOperation::CHANGE, Some(new))?;
            modem.ask::<bc::Pin>()?
        }
        Pin::Enable { code } => {
            change(modem, code, bc::PinOperation::ENABLE, None)?;
            modem.ask::<bc::Pin>()?
        }
        Pin::Disable { code } => {
            change(modem, code, bc::PinOperation::DISABLE, None)?;
            modem.ask::<bc::Pin>()?
        }
        Pin::Unblock { code, new } => {
            change(modem, code, bc::PinOperation::ENTER, Some(new))?;
            modem.ask::<bc::Pin>()?
        }
    };
    let mut report = Report::default();
    report::lock(&mut report.table, &after);
    report.put("pin", after);
    report.print(out)?;
    Ok(After::AsFound)
}

fn change(modem: &mut Modem, code: &Code, operation: bc::PinOperation, new: Option<&str>) -> Result<(), Fail> {
    let kind = pin_type(&code.kind)?;
    // In the order of the command line: the wrong one would cost an attempt.
    let pin = super::code(&mut || modem.check(), &code.code)?;
    let new = new.map(|new| super::code(&mut || modem.check(), new)).transpose()?;
    Ok(modem.client.pin(kind, operation, &pin, new.as_deref().unwrap_or_default())?)
}

/// The kind of code with that name, such as `pin1` or `network-puk`.
fn pin_type(name: &str) -> Result<bc::PinType, Fail> {
    let layout = names::layout(bc::BASIC_CONNECT, bc::Pin::CID, Form::Set, 1);
    let field = layout.and_then(|layout| layout.fields.first());
    let Some(Kind::Enum(values)) = field.map(|field| &field.kind) else {
        return Err(Fail::Usage("kinds of codes are unknown".to_owned()));
    };
    let number = names::number_of(values, name).and_then(|number| u32::try_from(number).ok());
    number.map(bc::PinType).ok_or_else(|| {
        let known: Vec<String> =
            values.values.iter().map(|(name, _)| name.to_ascii_lowercase().replace('_', "-")).collect();
        Fail::Usage(format!("no code is called {}; there are {}", clean(name), known.join(", ")))
    })
}

fn list(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    let list = modem.ask::<bc::PinList>()?;
    let mut report = Report::default();
    if let Value::Object(codes) = &list {
        for (name, code) in codes {
            let mode = report::text(code, "pin_mode");
            let length = match (report::number(code, "pin_length_min"), report::number(code, "pin_length_max")) {
                _ if mode == "not_supported" => String::new(),
                (Some(min), Some(max)) if min != u32::MAX && max != u32::MAX => format!("{min} to {max} characters"),
                _ => String::new(),
            };
            let format = match report::text(code, "pin_format") {
                "numeric" if mode != "not_supported" => "digits",
                "alphanumeric" if mode != "not_supported" => "letters and digits",
                _ => "",
            };
            let label = name.trim_start_matches("pin_desc_").replace('_', "-");
            let text = report::joined(&[report::words(code, "pin_mode"), format.to_owned(), length]);
            report.table.row(&label, text);
        }
    }
    report.put("pin_list", list);
    report.print(out)
}
