//! Names and types of everything declared, as tables; and JSON: of lines by these tables, of what answers mean, of short
//! messages and of frames.
//!
//! For tools on a host. Nothing of this is linked unless the feature `catalogue` is on.

use alloc::string::String;
use alloc::vec::Vec;

use serde_json::json;
pub use serde_json::{Map, Value};

use crate::codec::{DecodeError, DecodeErrorKind};
use crate::message::{CommandInfo, Form, Prompt};
use crate::parameter::{Fields, parameters_of};

mod cmux;
pub mod meaning;
mod sms;

pub use cmux::frame_to_json;
pub use meaning::{answer_to_json, final_to_json};
pub use sms::{Centre, cdma_to_json, page_to_json, tpdu_to_json};

/// Bytes as digits, in lower case as everywhere in JSON.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| alloc::format!("{byte:02x}")).collect()
}

/// A command or a URC.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// The name.
    pub name: &'static str,
    /// The comment of the declaration.
    pub doc: &'static str,
    /// What a client must know of a command to wait for its end; `None` for a URC.
    pub command: Option<CommandInfo>,
    /// Its forms.
    pub forms: &'static [FormInfo],
}

/// A form.
#[derive(Clone, Copy, Debug)]
pub struct FormInfo {
    /// Which.
    pub form: Form,
    /// The parameters of the command, and behind them those of a line that answers it, or of the URC.
    #[doc(hidden)]
    pub fields: &'static [FieldInfo],
    /// How many of them are the command's.
    #[doc(hidden)]
    pub count: u8,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct FieldInfo {
    /// The name.
    pub name: &'static str,
    /// Reads it, or tells its type if there is nothing to read. One function for both: there are thousands of these.
    #[doc(hidden)]
    pub of: for<'a> fn(Option<&mut Fields<'a>>, &'static str) -> Result<Value, DecodeError>,
}

impl FieldInfo {
    /// The Rust type.
    #[must_use]
    pub fn kind(&self) -> String {
        match (self.of)(None, self.name) {
            Ok(Value::String(kind)) => kind,
            _ => String::new(),
        }
    }

    /// Reads it as JSON.
    ///
    /// # Errors
    ///
    /// That it is not what it must be.
    pub fn read(&self, fields: &mut Fields<'_>) -> Result<Value, DecodeError> {
        (self.of)(Some(fields), self.name)
    }

    /// Reads the fields, one parameter for each.
    ///
    /// # Errors
    ///
    /// The first parameter that is not what it must be.
    pub fn read_all(list: &[Self], parameters: &mut Fields<'_>) -> Result<Map<String, Value>, DecodeError> {
        list.iter().map(|field| Ok((field.name.into(), field.read(parameters)?))).collect()
    }
}

/// What [`FieldInfo::of`] does. Apart from the functions there, of which each parameter has one: there is one of this for
/// each type.
#[doc(hidden)]
#[inline(never)]
pub fn of<'a, T: crate::parameter::Value<'a>>(
    fields: Option<&mut Fields<'a>>,
    name: &'static str,
    kind: &'static str,
) -> Result<Value, DecodeError> {
    match fields {
        Some(fields) => fields.value::<T>(name).map(|value| value.json()),
        None => Ok(kind.into()),
    }
}

/// How many there are.
#[doc(hidden)]
#[must_use]
pub const fn count(names: &[&str]) -> u8 {
    let [count, ..] = names.len().to_le_bytes();
    count
}

impl FormInfo {
    /// The parameters of the command.
    #[must_use]
    pub fn parameters(&self) -> &'static [FieldInfo] {
        self.fields.get(..usize::from(self.count)).unwrap_or_default()
    }

    /// The parameters of a line that answers it, or of the URC.
    #[must_use]
    pub fn answer(&self) -> &'static [FieldInfo] {
        self.fields.get(usize::from(self.count)..).unwrap_or_default()
    }

    /// Reads a line that answers the form, or a URC, as an object of its parameters. A line without the name is read as
    /// one.
    ///
    /// # Errors
    ///
    /// The first parameter that is not what it must be.
    pub fn decode(&self, name: &str, line: &[u8]) -> Result<Map<String, Value>, DecodeError> {
        let mut fields = parameters_of(name, line).unwrap_or_else(|| Fields::new(line));
        FieldInfo::read_all(self.answer(), &mut fields)
    }
}

impl Info {
    /// What it is for, in a few words.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        let doc = self.doc.trim();
        let ends = [" (", ";", ", see [", ": read", "."];
        let end = ends.iter().filter_map(|end| doc.find(end)).min().unwrap_or(doc.len());
        doc.get(..end).unwrap_or(doc)
    }

    /// Where it is specified, as in `27.007 §7.3`; `None` for makers' own.
    #[must_use]
    pub fn source(&self) -> Option<&'static str> {
        let doc = self.doc;
        let (start, end) = doc.match_indices('(').find_map(|(start, _)| {
            let start = start.checked_add(1)?;
            let inside = doc.get(start..)?;
            let known = ["27.0", "V.25", "T.3"].iter().any(|specification| inside.starts_with(specification));
            known.then_some((start, start.checked_add(inside.find(')')?)?))
        })?;
        doc.get(start..end)
    }

    /// The entry as JSON: name, what it is for and where that is specified, how long it takes and what else a client must
    /// know of it, forms, parameters with their types.
    #[must_use]
    pub fn describe(&self) -> Value {
        let fields = |fields: &[FieldInfo]| {
            fields.iter().map(|field| json!({"name": field.name, "type": field.kind()})).collect::<Vec<_>>()
        };
        let forms = self.forms.iter().map(|form| {
            json!({"form": form.form.name(), "parameters": fields(form.parameters()), "answer": fields(form.answer())})
        });
        let mut entry = json!({
            "name": self.name, "summary": self.summary(), "source": self.source(), "forms": forms.collect::<Vec<_>>(),
        });
        if let (Some(command), Some(entry)) = (&self.command, entry.as_object_mut()) {
            entry.insert("timeout".into(), command.timeout.into());
            let properties = [
                ("abortable", command.abortable),
                ("bare", command.bare),
                ("two_lines", command.two_lines),
                ("multiline", command.multiline),
                ("personal", command.personal),
            ];
            for (name, _) in properties.iter().filter(|(_, set)| *set) {
                entry.insert((*name).into(), true.into());
            }
            if command.prompt != Prompt::None {
                entry.insert("prompt".into(), command.prompt.text().into());
            }
        }
        entry
    }
}

/// All entries: commands, then URCs.
pub fn all() -> impl Iterator<Item = &'static Info> {
    let urcs = core::iter::once(&crate::urc::standard::URC_CATALOGUE).chain(crate::urc::vendor::CATALOGUES);
    crate::command::CATALOGUES.iter().chain(urcs).flat_map(|table| table.iter())
}

/// [`decode_by`] [all](all()) entries.
///
/// # Errors
///
/// As [`decode_by`].
pub fn decode(line: &[u8], command: Option<&str>) -> Result<Value, DecodeError> {
    decode_by(all(), line, command)
}

/// Reads a line by the first of `entries` with its name that takes it: as a URC, or as the answer to `command`, such as
/// `+CREG?`.
///
/// # Errors
///
/// [`DecodeErrorKind::Value`] with the field `name` if nothing of that name is known; else why the last one did not take
/// it.
pub fn decode_by<'i>(
    entries: impl IntoIterator<Item = &'i Info>,
    line: &[u8],
    command: Option<&str>,
) -> Result<Value, DecodeError> {
    let (name, form) = match command {
        None => (None, Form::Unsolicited),
        Some(command) => {
            let command = command.trim().trim_start_matches("AT").trim_start_matches("at");
            let end = command.find(['=', '?']).unwrap_or(command.len());
            let (name, sign) = command.split_at_checked(end).unwrap_or((command, ""));
            let form = match sign {
                "" => Form::Execute,
                "?" => Form::Read,
                "=?" => Form::Test,
                _ => Form::Set,
            };
            (Some(name), form)
        }
    };
    let mut error = DecodeError::new(DecodeErrorKind::Value, "name", 0);
    for info in entries {
        let named = match name {
            Some(name) => info.name.eq_ignore_ascii_case(name),
            None => parameters_of(info.name, line).is_some(),
        };
        for known in info.forms.iter().filter(|known| named && known.form == form) {
            match known.decode(info.name, line) {
                Ok(fields) => return Ok(json!({"name": info.name, "form": form.name(), "fields": fields})),
                Err(why) => error = why,
            }
        }
    }
    Err(error)
}
