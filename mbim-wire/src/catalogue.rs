//! Names and types of everything declared, as tables; and JSON from and to information buffers by these tables.
//!
//! For tools on a host: decoders, catalogues, programs that let a person send any message. The tables hold function
//! pointers to the very formats of [`Field`], so what is decoded here has passed the same code that firmware
//! uses. Nothing of this is linked unless the feature `catalogue` is on.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt::{self, Write as _};
use core::net::{Ipv4Addr, Ipv6Addr};

pub use serde_json::{Map, Value};

use crate::address::{Address, RefAddress};
use crate::bytes::{Bytes, BytesLengthFirst, FixedBytes, InlineBytes, PrefixedBytes, Rest, RestUnpadded, SizedBytes};
use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, StructWriter, Writer, align4};
use crate::field::{Count, Encode, Field, Inline, View, When};
use crate::list::{Array, ElementArray, RefArray, RefList, RefSequence, RefStruct, TextList};
use crate::message::{Body, CommandType, HeaderError, Transfer};
use crate::text::{Text, Utf8};
use crate::tlv::{Tlv, TlvList, TlvNumbers, TlvText, TlvType};
use crate::uuid::Uuid;

pub use crate::service::SERVICES;

/// A device service.
#[derive(Debug)]
pub struct ServiceInfo {
    /// Its name.
    pub name: &'static str,
    /// Its UUID.
    pub uuid: Uuid,
    /// Its commands; one entry for each version of a command.
    pub commands: &'static [CommandInfo],
}

/// A command, in the layout of one version of the extensions.
#[derive(Debug)]
pub struct CommandInfo {
    name: &'static str,
    /// The command identifier.
    pub cid: u32,
    /// From which version of the Microsoft extensions on the layout holds: 1, 2 or 3.
    pub version: u8,
    /// The query form: what is sent, what is answered.
    pub query: Option<(&'static StructInfo, &'static StructInfo)>,
    /// The set form: what is sent, what is answered.
    pub set: Option<(&'static StructInfo, &'static StructInfo)>,
    /// The notification.
    pub notification: Option<&'static StructInfo>,
}

/// A structure.
#[derive(Debug)]
pub struct StructInfo {
    /// Its Rust name.
    pub name: &'static str,
    /// Its fields, in order.
    pub fields: &'static [FieldInfo],
    /// Reads bytes with the view of the structure and writes the value again: for tests that try every declaration.
    #[cfg(feature = "rewrite")]
    pub rewrite: fn(&[u8]) -> Result<Rewritten, BuildError>,
}

/// What came of reading bytes and writing the value again.
#[cfg(feature = "rewrite")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// What was written.
    pub bytes: Vec<u8>,
    /// Whether what was written reads as the same value.
    pub same: bool,
    /// What the structure was said to take, its data included.
    pub extent: usize,
}

/// A field of a structure.
#[derive(Debug)]
pub struct FieldInfo {
    ident: &'static str,
    wire: Option<&'static str>,
    /// Whether the value must not appear in logs.
    pub personal: bool,
    /// Offset in the fixed part.
    pub offset: usize,
    /// Its format.
    pub kind: Kind,
    read: for<'a> fn(&'a [u8], usize) -> Result<Value, FieldError>,
    put: for<'a> fn(&'a Value, &mut StructWriter<'_, '_>, usize) -> Result<(), FieldError>,
    tail: for<'a> fn(&'a Value) -> Result<usize, FieldError>,
}

/// The named values of an enumeration or a set of flags.
#[derive(Debug)]
pub struct ValueInfo {
    /// Its Rust name.
    pub name: &'static str,
    /// Its number type: `u16`, `u32` or `u64`.
    pub repr: &'static str,
    /// The values.
    pub values: &'static [(&'static str, u64)],
}

/// A format.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[allow(missing_docs)] // each is named after the format it stands for
pub enum Kind {
    U16,
    U32,
    U64,
    I32,
    Bool,
    Count,
    Enum(&'static ValueInfo),
    Flags(&'static ValueInfo),
    Uuid,
    Ipv4,
    Ipv6,
    RefIpv4,
    RefIpv6,
    Text {
        max: usize,
    },
    Utf8,
    Bytes,
    BytesLengthFirst,
    SizedBytes {
        back: usize,
    },
    InlineBytes {
        back: usize,
    },
    PrefixedBytes,
    Rest,
    RestUnpadded,
    FixedBytes {
        len: usize,
    },
    TextList {
        back: usize,
    },
    RefList {
        of: &'static StructInfo,
        back: usize,
    },
    RefArray {
        of: &'static Self,
        back: usize,
    },
    Array {
        of: &'static Self,
        back: usize,
    },
    Struct(&'static StructInfo),
    RefStruct(&'static StructInfo),
    RefSequence(&'static StructInfo),
    Tlv,
    TlvText {
        max: usize,
    },
    TlvNumbers,
    TlvList,
    When {
        of: &'static Self,
        back: usize,
        value: u32,
    },
    /// A format of its own, by its name in the catalogue.
    Other(&'static str),
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The bytes cannot be read.
    Decode(DecodeErrorKind),
    /// The JSON value is not of the field's type: what was expected.
    Expected(String),
    /// There is no such field.
    Unknown,
}

/// A field that could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field, as `Providers[2].ProviderName`.
    pub path: String,
    /// Offset in bytes from the start of the information buffer, if bytes were read.
    pub offset: usize,
    /// What is wrong.
    pub problem: Problem,
}

impl FieldError {
    /// The JSON value was not what the format takes.
    #[must_use]
    pub fn expected(what: &str) -> Self {
        Self { path: String::new(), offset: 0, problem: Problem::Expected(what.to_owned()) }
    }

    fn inside(mut self, outer: &str, offset: usize) -> Self {
        let dot = if outer.is_empty() || self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{outer}{dot}{}", self.path);
        self.offset = self.offset.saturating_add(offset);
        self
    }
}

impl From<DecodeError> for FieldError {
    fn from(error: DecodeError) -> Self {
        let offset = usize::try_from(error.offset).unwrap_or(usize::MAX);
        Self { path: String::new(), offset, problem: Problem::Decode(error.kind) }
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Decode(kind) => {
                write!(f, "{} at offset {} of the information buffer: {kind}", self.path, self.offset)
            }
            Problem::Expected(what) => write!(f, "{}: {what} expected", self.path),
            Problem::Unknown => write!(f, "{}: no such field", self.path),
        }
    }
}

impl core::error::Error for FieldError {}

/// `ready_state` as `ReadyState`.
fn camel(ident: &str) -> String {
    let mut name = String::new();
    for word in ident.split('_') {
        let mut chars = word.chars();
        name.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        name.push_str(chars.as_str());
    }
    name
}

impl CommandInfo {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(name: &'static str, cid: u32, version: u8) -> Self {
        Self { name, cid, version, query: None, set: None, notification: None }
    }

    /// The name in the catalogue: words with blanks, without the version.
    #[must_use]
    pub fn name(&self) -> String {
        let name = match self.name.strip_suffix(['2', '3']).and_then(|name| name.strip_suffix('V')) {
            Some(name) if self.version > 1 => name,
            _ => self.name,
        };
        let mut words = String::new();
        for c in name.chars() {
            if c.is_ascii_uppercase() && words.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) {
                words.push(' ');
            }
            words.push(c);
        }
        words
    }

    /// The extension version as in the catalogue: `1.0`, `2.0` or `3.0`.
    #[must_use]
    pub fn extension_version(&self) -> String {
        format!("{}.0", self.version)
    }

    /// The layout of a form.
    #[must_use]
    pub const fn form(&self, form: Form) -> Option<&'static StructInfo> {
        match (form, self.query, self.set, self.notification) {
            (Form::Query, Some((params, _)), _, _) | (Form::Set, _, Some((params, _)), _) => Some(params),
            (Form::Response, Some((_, response)), _, _) | (Form::Response, None, Some((_, response)), _) => {
                Some(response)
            }
            (Form::Notification, _, _, body) => body,
            _ => None,
        }
    }
}

/// What a layout is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// What the host sends to ask.
    Query,
    /// What the host sends to change.
    Set,
    /// What the function answers.
    Response,
    /// What the function sends unasked.
    Notification,
}

impl ServiceInfo {
    /// The command with that number, in the newest layout that `version` of the extensions (1, 2, 3) has for the form;
    /// the oldest there is if the command came later.
    #[must_use]
    pub fn command(&self, cid: u32, form: Form, version: u8) -> Option<(&'static CommandInfo, &'static StructInfo)> {
        let rows = self.commands.iter().filter(|command| command.cid == cid);
        let with = rows.filter_map(|command| Some((command, command.form(form)?)));
        let known = with.clone().filter(|(command, _)| command.version <= version).max_by_key(|(c, _)| c.version);
        known.or_else(|| with.min_by_key(|(command, _)| command.version))
    }
}

/// The service with that UUID.
#[must_use]
pub fn service(uuid: Uuid) -> Option<&'static ServiceInfo> {
    SERVICES.iter().copied().find(|service| service.uuid == uuid)
}

impl FieldInfo {
    /// The name in the catalogue.
    #[must_use]
    pub fn name(&self) -> String {
        self.wire.map_or_else(|| camel(self.ident), ToOwned::to_owned)
    }

    /// The type in the catalogue's grammar; `of` is the structure the field belongs to.
    #[must_use]
    pub fn type_text(&self, of: &StructInfo) -> String {
        self.kind_text(&self.kind, of)
    }

    fn kind_text(&self, kind: &Kind, of: &StructInfo) -> String {
        let count = |back: usize| {
            let at = self.offset.checked_sub(back);
            let count = of.fields.iter().find(|field| Some(field.offset) == at && matches!(field.kind, Kind::Count));
            count.map_or_else(String::new, Self::name)
        };
        let element = |kind: &Kind| match kind {
            Kind::Struct(info) => format!("struct({})", info.catalogue_name()),
            Kind::U16 => "u16".to_owned(),
            Kind::U64 => "u64".to_owned(),
            _ => "u32".to_owned(),
        };
        let limit = |max: usize, sep: &str| {
            if max == usize::MAX { String::new() } else { format!("{sep}max={max}") }
        };
        match kind {
            Kind::U16 => "u16".to_owned(),
            Kind::U32 | Kind::Count => "u32".to_owned(),
            Kind::U64 => "u64".to_owned(),
            Kind::I32 => "i32".to_owned(),
            Kind::Bool => "bool(u32)".to_owned(),
            Kind::Enum(values) => format!("enum:Mbim{}({})", values.name, values.repr),
            Kind::Flags(values) => format!("flags:Mbim{}({})", values.name, values.repr),
            Kind::Uuid => "uuid".to_owned(),
            Kind::Ipv4 => "ipv4".to_owned(),
            Kind::Ipv6 => "ipv6".to_owned(),
            Kind::RefIpv4 => "ref-ipv4".to_owned(),
            Kind::RefIpv6 => "ref-ipv6".to_owned(),
            Kind::Text { max } if *max == usize::MAX => "string".to_owned(),
            Kind::Text { max } => format!("string({})", limit(*max, "")),
            Kind::Utf8 => "string(utf8)".to_owned(),
            Kind::Bytes => "ref-bytes".to_owned(),
            Kind::BytesLengthFirst => "ref-bytes(length-first)".to_owned(),
            Kind::SizedBytes { back } => format!("ref-bytes(len={})", count(*back)),
            Kind::InlineBytes { back } => format!("bytes(len={})", count(*back)),
            Kind::PrefixedBytes => "bytes(prefix=u32)".to_owned(),
            Kind::Rest => "bytes(rest)".to_owned(),
            Kind::RestUnpadded => "bytes(rest,nopad)".to_owned(),
            Kind::FixedBytes { len } => format!("bytes(fixed={len})"),
            Kind::TextList { back } => format!("string-array(count={})", count(*back)),
            Kind::RefList { of, back } => format!("ref-struct-array(count={},{})", count(*back), of.catalogue_name()),
            Kind::RefArray { of: Kind::Ipv4, back } => format!("ref-ipv4-array(count={})", count(*back)),
            Kind::RefArray { of: Kind::Ipv6, back } => format!("ref-ipv6-array(count={})", count(*back)),
            Kind::RefArray { of, back } => format!("ref-array(count={},{})", count(*back), element(of)),
            Kind::Array { of, back } => format!("array(count={},{})", count(*back), element(of)),
            Kind::Struct(info) => format!("struct({})", info.catalogue_name()),
            Kind::RefStruct(info) => format!("ms-struct({})", info.catalogue_name()),
            Kind::RefSequence(info) => format!("ms-struct-array({})", info.catalogue_name()),
            Kind::Tlv => "tlv".to_owned(),
            Kind::TlvText { max } => format!("tlv(string{})", limit(*max, ",")),
            Kind::TlvNumbers => "tlv(u16-array)".to_owned(),
            Kind::TlvList => "tlv-list".to_owned(),
            Kind::When { of: kind, .. } => self.kind_text(kind, of),
            Kind::Other(name) => (*name).to_owned(),
        }
    }
}

impl FieldInfo {
    /// The condition under which the field is there, as in the catalogue; `of` is the structure the field belongs to.
    #[must_use]
    pub fn when(&self, of: &StructInfo) -> Option<String> {
        let Kind::When { back, value, .. } = self.kind else {
            return None;
        };
        let at = self.offset.checked_sub(back);
        let decides = of.fields.iter().find(|field| Some(field.offset) == at)?;
        let name = decides.name();
        let Kind::Enum(values) = decides.kind else {
            return Some(format!("{name} == {value}"));
        };
        let (known, _) = values.values.iter().find(|(_, n)| *n == u64::from(value))?;
        let known = camel(&known.to_ascii_lowercase());
        Some(format!("{name} == Mbim{}.{known}", values.name))
    }
}

impl StructInfo {
    /// The name in the catalogue.
    #[must_use]
    pub fn catalogue_name(&self) -> String {
        format!("Mbim{}", self.name)
    }

    /// Reads the structure that starts where `base` starts. With `mask`, personal values become `"***"`.
    ///
    /// # Errors
    ///
    /// The first field that cannot be read, with its path and offset.
    pub fn decode(&self, base: &[u8], mask: bool) -> Result<Value, FieldError> {
        let mut map = Map::new();
        for field in self.fields {
            let name = field.name();
            let value = (field.read)(base, field.offset).map_err(|error| error.inside(&name, 0))?;
            let value = match &field.kind {
                _ if mask && field.personal && !value.is_null() => Value::from("***"),
                kind if mask => kind.mask(value),
                _ => value,
            };
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }

    fn mask(&self, value: Value) -> Value {
        let Value::Object(map) = value else { return value };
        let masked = map.into_iter().map(|(name, value)| {
            let field = self.fields.iter().find(|field| field.name() == name);
            let value = match field {
                Some(field) if field.personal && !value.is_null() => Value::from("***"),
                Some(field) => field.kind.mask(value),
                None => value,
            };
            (name, value)
        });
        Value::Object(masked.collect())
    }

    /// Writes the structure from an object of field values into `buf`. Fields that are not named are zero or empty.
    /// Numbers may be texts too, decimal or `0x…`; enumerations and flags also take their names.
    ///
    /// # Errors
    ///
    /// The first field whose value does not fit, or that does not exist.
    pub fn encode(&'static self, value: &Value) -> Result<Vec<u8>, BuildError> {
        let body = JsonStruct::new(self, value);
        let bytes = write(&body);
        body.finish().map_err(BuildError::Field)?;
        bytes
    }
}

impl Kind {
    fn mask(&self, value: Value) -> Value {
        match (self, value) {
            (
                Self::RefList { of, .. } | Self::RefSequence(of) | Self::RefArray { of: Self::Struct(of), .. },
                Value::Array(items),
            ) => items.into_iter().map(|item| of.mask(item)).collect(),
            (Self::Struct(of) | Self::RefStruct(of), value) => of.mask(value),
            (Self::When { of, .. }, value) => of.mask(value),
            (_, value) => value,
        }
    }
}

/// Why a message could not be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildError {
    /// A value does not fit its field.
    Field(FieldError),
    /// The codec refused.
    Encode(EncodeError),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(error) => error.fmt(f),
            Self::Encode(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for BuildError {}

impl From<DecodeError> for BuildError {
    fn from(error: DecodeError) -> Self {
        Self::Encode(EncodeError::Malformed(error))
    }
}

/// A structure whose values are JSON, to be written like any value struct. What does not fit is remembered: ask
/// [`finish`](Self::finish) after writing.
#[derive(Debug)]
pub struct JsonStruct<'v> {
    info: &'static StructInfo,
    value: &'v Value,
    error: RefCell<Option<FieldError>>,
}

impl<'v> JsonStruct<'v> {
    /// The structure `info` with the values of the object `value`; null is an empty object.
    #[must_use]
    pub fn new(info: &'static StructInfo, value: &'v Value) -> Self {
        let unknown = value.as_object().and_then(|map| {
            map.keys().find(|key| !info.fields.iter().any(|field| field.name() == **key)).map(|key| FieldError {
                path: key.clone(),
                offset: 0,
                problem: Problem::Unknown,
            })
        });
        let error = match value {
            Value::Object(_) => unknown,
            Value::Null => None,
            _ => Some(FieldError::expected("an object")),
        };
        Self { info, value, error: RefCell::new(error) }
    }

    /// Whether all values fitted.
    ///
    /// # Errors
    ///
    /// The first that did not.
    pub fn finish(self) -> Result<(), FieldError> {
        self.error.into_inner().map_or(Ok(()), Err)
    }

    fn each(&self, mut act: impl FnMut(&FieldInfo, &Value) -> Result<(), FieldError>) {
        for field in self.info.fields {
            let name = field.name();
            let value = self.value.get(&name).unwrap_or(&Value::Null);
            if let Err(error) = act(field, value) {
                self.error.borrow_mut().get_or_insert(error.inside(&name, 0));
            }
        }
    }
}

impl Encode for JsonStruct<'_> {
    fn fixed_len(&self) -> usize {
        let mut len = self.info.fields.last().map_or(0, |field| field.offset.saturating_add(field.kind.fixed()));
        self.each(|field, value| {
            len = len.saturating_add((field.tail)(value)?);
            Ok(())
        });
        len
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        self.each(|field, value| (field.put)(value, w, field.offset));
    }
}

impl Kind {
    /// Bytes in the fixed part.
    fn fixed(&self) -> usize {
        match self {
            Self::U16 => 2,
            Self::U64 => 8,
            Self::Enum(values) | Self::Flags(values) => match values.repr {
                "u16" => 2,
                "u64" => 8,
                _ => 4,
            },
            Self::Uuid | Self::Ipv6 => 16,
            Self::Text { .. }
            | Self::Utf8
            | Self::Bytes
            | Self::BytesLengthFirst
            | Self::RefStruct(_)
            | Self::RefSequence(_) => 8,
            Self::FixedBytes { len } => *len,
            Self::Struct(info) => info.fields.last().map_or(0, |field| field.offset.saturating_add(field.kind.fixed())),
            Self::InlineBytes { .. }
            | Self::Rest
            | Self::RestUnpadded
            | Self::TextList { .. }
            | Self::RefList { .. }
            | Self::Array { .. }
            | Self::Tlv
            | Self::TlvText { .. }
            | Self::TlvNumbers
            | Self::TlvList
            | Self::When { .. }
            | Self::Other(_) => 0,
            _ => 4,
        }
    }
}

/// A view whose fields are known by name.
pub trait DescribeView {
    /// The table of the fields.
    const INFO: &'static StructInfo;
}

/// A format that is known to the catalogue.
pub trait Describe<'a>: Field<'a> {
    /// The format.
    const KIND: Kind;

    /// Reads a value as JSON.
    ///
    /// # Errors
    ///
    /// [`FieldError`], with the path inside the value and the offset from `base`.
    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError>;

    /// Writes a JSON value; null is zero or empty.
    ///
    /// # Errors
    ///
    /// [`FieldError`] if the value does not fit.
    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError>;

    /// Bytes that the value takes in place behind the fixed part.
    ///
    /// # Errors
    ///
    /// [`FieldError`] if the value does not fit.
    fn tail_json(value: &'a Value) -> Result<usize, FieldError> {
        let _ = value;
        Ok(0)
    }
}

/// A number of JSON, or of a text: decimal, or hexadecimal with `0x`.
fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Null => Some(0),
        Value::Bool(b) => Some(i128::from(*b)),
        Value::Number(n) => n.as_u64().map(i128::from).or_else(|| n.as_i64().map(i128::from)),
        Value::String(text) => {
            let text = text.trim();
            match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
                Some(hex) => i128::from_str_radix(hex, 16).ok(),
                None => text.parse().ok(),
            }
        }
        _ => None,
    }
}

fn number<T: TryFrom<i128>>(value: &Value, what: &str) -> Result<T, FieldError> {
    integer(value).and_then(|n| T::try_from(n).ok()).ok_or_else(|| FieldError::expected(what))
}

/// Letters and digits only, in upper case, so that `Wcdma`, `WCDMA` and `home-roaming`, `HOME_ROAMING` are alike.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Writes a number, or the named value, as wide as the values are.
#[doc(hidden)]
pub fn put_named(
    value: &Value,
    info: &ValueInfo,
    several: bool,
    w: &mut StructWriter<'_, '_>,
    at: usize,
) -> Result<(), FieldError> {
    let n = named(value, info, several)?;
    let bytes = n.to_le_bytes();
    let width = match info.repr {
        "u16" => 2,
        "u64" => 8,
        _ => 4,
    };
    match bytes.split_at_checked(width) {
        Some((low, high)) if high.iter().all(|byte| *byte == 0) => {
            w.patch(at, low);
            Ok(())
        }
        _ => Err(FieldError::expected(&format!("a number of type {}", info.repr))),
    }
}

/// A number, or the name of a value.
fn named(value: &Value, info: &ValueInfo, several: bool) -> Result<u64, FieldError> {
    if let Some(n) = integer(value).and_then(|n| u64::try_from(n).ok()) {
        return Ok(n);
    }
    let one = |name: &str| {
        let name = plain(name);
        info.values.iter().find(|(known, _)| plain(known) == name).map(|(_, n)| *n)
    };
    let found = match value {
        Value::String(names) if several => {
            names.split(['|', ',', '+']).map(str::trim).try_fold(0, |bits, name| Some(bits | one(name)?))
        }
        Value::String(name) => one(name),
        _ => None,
    };
    found.ok_or_else(|| {
        let mut names = String::new();
        for (name, _) in info.values {
            let _ = write!(names, "{}{name}", if names.is_empty() { "" } else { ", " });
        }
        FieldError::expected(&format!("a number or {} of {names}", if several { "some" } else { "one" }))
    })
}

fn text(value: &Value) -> Result<&str, FieldError> {
    match value {
        Value::Null => Ok(""),
        Value::String(text) => Ok(text),
        _ => Err(FieldError::expected("a text")),
    }
}

fn text_or_null(text: impl fmt::Display) -> Value {
    let text = text.to_string();
    if text.is_empty() { Value::Null } else { Value::String(text) }
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Bytes from hexadecimal digits; blanks, colons and hyphens between them are allowed. `None` for anything else.
#[must_use]
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let mut nibbles = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-')).map(|c| c.to_digit(16));
    let mut bytes = Vec::new();
    while let Some(high) = nibbles.next() {
        let low = nibbles.next()??;
        bytes.push(u8::try_from(high? << 4 | low).ok()?);
    }
    Some(bytes)
}

fn bytes(value: &Value) -> Result<Vec<u8>, FieldError> {
    unhex(text(value)?).ok_or_else(|| FieldError::expected("bytes as hexadecimal digits"))
}

fn items(value: &Value) -> Result<&[Value], FieldError> {
    match value {
        Value::Null => Ok(&[]),
        Value::Array(items) => Ok(items),
        _ => Err(FieldError::expected("a list")),
    }
}

fn list_or_null(items: Vec<Value>) -> Value {
    if items.is_empty() { Value::Null } else { Value::Array(items) }
}

/// An error in element `i`, which starts at `offset`.
fn in_element(i: usize, offset: usize) -> impl Fn(FieldError) -> FieldError {
    move |error| error.inside(&format!("[{i}]"), offset)
}

/// Writes a structure to the data part.
fn append(w: &mut StructWriter<'_, '_>, info: &'static StructInfo, value: &Value) -> Result<(u32, u32), FieldError> {
    let body = JsonStruct::new(info, value);
    let place = w.structure(&body);
    body.finish().map(|()| place)
}

macro_rules! describe_number {
    ($($t:ty, $kind:ident, $what:literal;)*) => { $(
        impl<'a> Describe<'a> for $t {
            const KIND: Kind = Kind::$kind;

            fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
                Ok(Value::from(<Self as Field<'a>>::at(base, at)?))
            }

            fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
                number::<Self>(value, $what)?.put(w, at);
                Ok(())
            }
        }
    )* };
}

describe_number! {
    u16, U16, "a number from 0 to 65535";
    u32, U32, "a number from 0 to 4294967295";
    u64, U64, "a number from 0 to 18446744073709551615";
    i32, I32, "a number from -2147483648 to 2147483647";
}

impl<'a> Describe<'a> for bool {
    const KIND: Kind = Kind::Bool;

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        Ok(Value::from(<Self as Field<'a>>::at(base, at)?))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        let on = match value {
            Value::String(text) if matches!(text.as_str(), "true" | "on" | "yes") => true,
            Value::String(text) if matches!(text.as_str(), "false" | "off" | "no") => false,
            value => number::<u32>(value, "true or false")? != 0,
        };
        on.put(w, at);
        Ok(())
    }
}

impl<'a> Describe<'a> for Count {
    const KIND: Kind = Kind::Count;

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        Ok(Value::from(<Self as Field<'a>>::at(base, at)?.get()))
    }

    /// The list writes the count; whatever stands here is only checked to be a number.
    fn put_json(value: &'a Value, _: &mut StructWriter<'_, '_>, _: usize) -> Result<(), FieldError> {
        number::<u32>(value, "a number from 0 to 4294967295").map(drop)
    }
}

macro_rules! describe_text {
    ($([$($g:tt)*] $t:ty, $kind:expr, |$v:ident| $to:expr, |$j:ident| $from:expr;)*) => { $(
        impl<'a, $($g)*> Describe<'a> for $t {
            const KIND: Kind = $kind;

            fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
                let $v = <Self as Field<'a>>::at(base, at)?;
                Ok($to)
            }

            fn put_json($j: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
                let value: Self = $from;
                value.put(w, at);
                Ok(())
            }
        }
    )* };
}

/// Parses a text, or takes the default for null.
fn parsed<T: core::str::FromStr + Copy>(value: &Value, default: T, what: &str) -> Result<T, FieldError> {
    match value {
        Value::Null => Ok(default),
        value => text(value)?.parse().map_err(|_| FieldError::expected(what)),
    }
}

fn maybe<T: core::str::FromStr>(value: &Value, what: &str) -> Result<RefAddress<T>, FieldError> {
    match text(value)? {
        "" => Ok(RefAddress(None)),
        text => text.parse().map(|address| RefAddress(Some(address))).map_err(|_| FieldError::expected(what)),
    }
}

const IPV4: &str = "an IPv4 address";
const IPV6: &str = "an IPv6 address";

describe_text! {
    [] Uuid, Kind::Uuid, |v| Value::from(v.to_string()), |j| parsed(j, Self::default(), "a UUID")?;
    [] Ipv4Addr, Kind::Ipv4, |v| Value::from(v.to_string()), |j| parsed(j, Self::UNSPECIFIED, IPV4)?;
    [] Ipv6Addr, Kind::Ipv6, |v| Value::from(v.to_string()), |j| parsed(j, Self::UNSPECIFIED, IPV6)?;
    [] Address<Ipv4Addr>, Kind::Ipv4, |v| Value::from(v.0.to_string()), |j| Self(parsed(j, Ipv4Addr::UNSPECIFIED, IPV4)?);
    [] Address<Ipv6Addr>, Kind::Ipv6, |v| Value::from(v.0.to_string()), |j| Self(parsed(j, Ipv6Addr::UNSPECIFIED, IPV6)?);
    [] RefAddress<Ipv4Addr>, Kind::RefIpv4, |v| v.0.map_or(Value::Null, |a| Value::from(a.to_string())), |j| maybe(j, IPV4)?;
    [] RefAddress<Ipv6Addr>, Kind::RefIpv6, |v| v.0.map_or(Value::Null, |a| Value::from(a.to_string())), |j| maybe(j, IPV6)?;
    [const MAX: usize] Text<'a, MAX>, Kind::Text { max: MAX }, |v| text_or_null(v), |j| text(j)?.into();
    [] Utf8<'a>, Kind::Utf8, |v| text_or_null(v.0), |j| Self(text(j)?);
    [const N: usize, const MAX: usize] TlvText<'a, N, MAX>, Kind::TlvText { max: MAX },
        |v| Value::from(v.0.to_string()), |j| text(j)?.into();
}

macro_rules! describe_bytes {
    ($($name:ident $(<const $c:ident>)?, $kind:expr, |$len:ident| $tail:expr;)*) => { $(
        impl<'a $(, const $c: usize)?> Describe<'a> for $name<'a $(, $c)?> {
            const KIND: Kind = $kind;

            fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
                Ok(Value::from(hex(<Self as Field<'a>>::at(base, at)?.0)))
            }

            fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
                let bytes = bytes(value)?;
                $name::$(<$c>::)?from(&*bytes).put(w, at);
                Ok(())
            }

            fn tail_json(value: &'a Value) -> Result<usize, FieldError> {
                let $len = bytes(value)?.len();
                Ok($tail)
            }
        }
    )* };
}

describe_bytes! {
    Bytes, Kind::Bytes, |_len| 0;
    BytesLengthFirst, Kind::BytesLengthFirst, |_len| 0;
    SizedBytes<const BACK>, Kind::SizedBytes { back: BACK }, |_len| 0;
    InlineBytes<const BACK>, Kind::InlineBytes { back: BACK }, |len| align4(len);
    PrefixedBytes, Kind::PrefixedBytes, |len| align4(len);
    Rest, Kind::Rest, |len| align4(len);
    RestUnpadded, Kind::RestUnpadded, |len| len;
}

impl<'a, const N: usize> Describe<'a> for FixedBytes<'a, N> {
    const KIND: Kind = Kind::FixedBytes { len: N };

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        Ok(Value::from(hex(<Self as Field<'a>>::at(base, at)?.0)))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        let bytes = bytes(value)?;
        match <&[u8; N]>::try_from(&*bytes) {
            Ok(bytes) => FixedBytes(bytes).put(w, at),
            Err(_) if bytes.is_empty() => {}
            Err(_) => return Err(FieldError::expected(&format!("{N} bytes as hexadecimal digits"))),
        }
        Ok(())
    }
}

impl<'a, V: View<'a> + DescribeView> Describe<'a> for Inline<'a, V> {
    const KIND: Kind = Kind::Struct(V::INFO);

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        Self::at(base, at)?;
        V::INFO.decode(base.get(at..).unwrap_or(&[]), false).map_err(|error| error.inside("", at))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        let body = JsonStruct::new(V::INFO, value);
        w.nested(at, &body);
        body.finish()
    }

    fn tail_json(value: &'a Value) -> Result<usize, FieldError> {
        let body = JsonStruct::new(V::INFO, value);
        let len = body.fixed_len();
        body.finish().map(|()| len.saturating_sub(V::FIXED))
    }
}

impl<'a, V: View<'a> + DescribeView, const BACK: usize> Describe<'a> for RefList<'a, V, BACK> {
    const KIND: Kind = Kind::RefList { of: V::INFO, back: BACK };

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        let mut list = Vec::new();
        for (i, view) in Self::at(base, at)?.views().enumerate() {
            let view = view.map_err(|error| in_element(i, 0)(error.into()))?;
            let start = view.base().as_ptr().addr().saturating_sub(base.as_ptr().addr());
            list.push(V::INFO.decode(view.base(), false).map_err(in_element(i, start))?);
        }
        Ok(list_or_null(list))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        let items = items(value)?;
        w.count(at, BACK, items.len());
        for (i, item) in items.iter().enumerate() {
            let (offset, size) = append(w, V::INFO, item).map_err(in_element(i, 0))?;
            w.pad(usize::try_from(size).unwrap_or(0));
            let pair = i.saturating_mul(8).saturating_add(at);
            w.word(pair, offset);
            w.word(pair.saturating_add(4), size);
        }
        Ok(())
    }

    fn tail_json(value: &'a Value) -> Result<usize, FieldError> {
        Ok(items(value)?.len().saturating_mul(8))
    }
}

/// Writes elements of `T` one after the other.
fn put_elements<'a, T: Describe<'a>>(
    items: &'a [Value],
    w: &mut StructWriter<'_, '_>,
    at: usize,
) -> Result<(), FieldError> {
    for (i, item) in items.iter().enumerate() {
        T::put_json(item, w, i.saturating_mul(T::FIXED).saturating_add(at)).map_err(in_element(i, 0))?;
    }
    Ok(())
}

impl<'a, T, const BACK: usize> Describe<'a> for RefArray<'a, T, BACK>
where
    T: Describe<'a> + Copy + PartialEq + fmt::Debug,
{
    const KIND: Kind = Kind::RefArray { of: &T::KIND, back: BACK };

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        let list = Self::at(base, at)?;
        let first = usize::try_from(u32::at(base, at)?).unwrap_or(usize::MAX);
        let element = |i: usize| {
            let at = i.saturating_mul(T::FIXED).saturating_add(first);
            T::to_json(base, at).map_err(in_element(i, 0))
        };
        Ok(list_or_null((0..list.len()).map(element).collect::<Result<_, _>>()?))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        let items = items(value)?;
        w.count(at, BACK, items.len());
        if items.is_empty() {
            return Ok(());
        }
        let first = w.next();
        w.word(at, first);
        w.zeros(items.len().saturating_mul(T::FIXED));
        put_elements::<T>(items, w, usize::try_from(first).unwrap_or(usize::MAX))
    }
}

impl<'a, V: View<'a> + DescribeView, const BACK: usize> Describe<'a> for ElementArray<'a, V, BACK> {
    const KIND: Kind = Kind::RefArray { of: &Kind::Struct(V::INFO), back: BACK };

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        let list = Self::at(base, at)?;
        let first = usize::try_from(u32::at(base, at)?).unwrap_or(usize::MAX);
        let element = |i: usize| {
            let at = i.saturating_mul(V::FIXED).saturating_add(first);
            Inline::<V>::to_json(base, at).map_err(in_element(i, 0))
        };
        Ok(list_or_null((0..list.len()).map(element).collect::<Result<_, _>>()?))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        let items = items(value)?;
        w.count(at, BACK, items.len());
        if items.is_empty() {
            return Ok(());
        }
        let first = w.next();
        w.word(at, first);
        for (i, item) in items.iter().enumerate() {
            append(w, V::INFO, item).map_err(in_element(i, 0))?;
        }
        Ok(())
    }
}

impl<'a, T, const BACK: usize> Describe<'a> for Array<'a, T, BACK>
where
    T: Describe<'a> + Copy + PartialEq + fmt::Debug,
{
    const KIND: Kind = Kind::Array { of: &T::KIND, back: BACK };

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        let element = |i: usize| {
            let at = i.saturating_mul(T::FIXED).saturating_add(at);
            T::to_json(base, at).map_err(in_element(i, 0))
        };
        Ok(Value::Array((0..Self::at(base, at)?.len()).map(element).collect::<Result<_, _>>()?))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        let items = items(value)?;
        w.count(at, BACK, items.len());
        put_elements::<T>(items, w, at)
    }

    fn tail_json(value: &'a Value) -> Result<usize, FieldError> {
        Ok(items(value)?.len().saturating_mul(T::FIXED))
    }
}

impl<'a, const BACK: usize> Describe<'a> for TextList<'a, BACK> {
    const KIND: Kind = Kind::TextList { back: BACK };

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        let texts = Self::at(base, at)?;
        let text = |(i, text): (usize, Result<Text<'a>, DecodeError>)| {
            text.map(|text| Value::from(text.to_string())).map_err(|error| in_element(i, 0)(error.into()))
        };
        Ok(Value::Array(texts.iter().enumerate().map(text).collect::<Result<_, _>>()?))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        let items = items(value)?;
        w.count(at, BACK, items.len());
        put_elements::<Text<'a>>(items, w, at)
    }

    fn tail_json(value: &'a Value) -> Result<usize, FieldError> {
        Ok(items(value)?.len().saturating_mul(8))
    }
}

impl<'a, V: View<'a> + DescribeView> Describe<'a> for RefStruct<'a, V> {
    const KIND: Kind = Kind::RefStruct(V::INFO);

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        Self::at(base, at)?;
        let start = usize::try_from(u32::at(base, at)?).unwrap_or(usize::MAX);
        if start == 0 {
            return Ok(Value::Null);
        }
        let size = usize::try_from(u32::at(base, at.saturating_add(4))?).unwrap_or(usize::MAX);
        let inner = base.get(start..start.saturating_add(size)).unwrap_or(&[]);
        V::INFO.decode(inner, false).map_err(|error| error.inside("", start))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        if !value.is_null() {
            let (offset, size) = append(w, V::INFO, value)?;
            w.word(at, offset);
            w.word(at.saturating_add(4), size);
        }
        Ok(())
    }
}

impl<'a, V: View<'a> + DescribeView> Describe<'a> for RefSequence<'a, V> {
    const KIND: Kind = Kind::RefSequence(V::INFO);

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        let mut list = Vec::new();
        for (i, view) in Self::at(base, at)?.views().enumerate() {
            let view = view.map_err(|error| in_element(i, 0)(error.into()))?;
            let start = view.base().as_ptr().addr().saturating_sub(base.as_ptr().addr());
            list.push(V::INFO.decode(view.base(), false).map_err(in_element(i, start))?);
        }
        Ok(list_or_null(list))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        let items = items(value)?;
        if items.is_empty() {
            return Ok(());
        }
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let offset = w.append(&count.to_le_bytes());
        for (i, item) in items.iter().enumerate() {
            append(w, V::INFO, item).map_err(in_element(i, 0))?;
        }
        let size = w.next().saturating_sub(offset);
        w.word(at, offset);
        w.word(at.saturating_add(4), size);
        Ok(())
    }
}

impl<'a, F: Describe<'a>, const BACK: usize, const VALUE: u32> Describe<'a> for When<F, BACK, VALUE> {
    const KIND: Kind = Kind::When { of: &F::KIND, back: BACK, value: VALUE };

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        match Self::at(base, at)?.0 {
            Some(_) => F::to_json(base, at),
            None => Ok(Value::Null),
        }
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        match w.written(at.saturating_sub(BACK)) {
            Some(word) if word != VALUE && !value.is_null() => Err(FieldError::expected("nothing beside this choice")),
            Some(word) if word == VALUE && value.is_null() && F::FIXED > 0 => {
                Err(FieldError::expected("a value with this choice"))
            }
            _ if value.is_null() => Ok(()),
            _ => F::put_json(value, w, at),
        }
    }

    fn tail_json(value: &'a Value) -> Result<usize, FieldError> {
        if value.is_null() {
            return Ok(0);
        }
        F::tail_json(value).map(|tail| tail.saturating_add(F::FIXED))
    }
}

/// A TLV as JSON, with what is known of its inside.
fn tlv_to_json(tlv: &Tlv<'_>) -> Value {
    let mut map = Map::new();
    let data = tlv.data;
    map.insert("type".into(), tlv.kind.0.into());
    map.insert("padding".into(), align4(data.len()).saturating_sub(data.len()).into());
    map.insert("data_hex".into(), hex(data).into());
    let word = |at: usize| u32::at(data, at).unwrap_or(0);
    let tail = |at: usize| {
        let start = usize::try_from(word(at)).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::try_from(word(at.saturating_add(4))).unwrap_or(usize::MAX));
        hex(data.get(start..end).unwrap_or(&[]))
    };
    match tlv.kind {
        TlvType::WCHAR_STR => {
            if let Ok(text) = crate::text::Utf16::from_wire(data) {
                map.insert("string".into(), text.to_string().into());
            }
        }
        TlvType::WAKE_COMMAND if data.len() >= 28 => {
            map.insert("service_uuid".into(), Uuid::at(data, 0).unwrap_or_default().to_string().into());
            map.insert("cid".into(), word(16).into());
            map.insert("payload_hex".into(), tail(20).into());
        }
        TlvType::WAKE_PACKET if data.len() >= 16 => {
            map.insert("filter_id".into(), word(0).into());
            map.insert("original_packet_size".into(), word(4).into());
            map.insert("packet_hex".into(), tail(8).into());
        }
        _ => {}
    }
    Value::Object(map)
}

fn put_tlv(value: &Value, w: &mut StructWriter<'_, '_>) -> Result<(), FieldError> {
    if value.is_null() {
        return Ok(());
    }
    let kind = TlvType(number(value.get("type").unwrap_or(&Value::Null), "a TLV type from 0 to 65535")?);
    let data = bytes(value.get("data_hex").unwrap_or(&Value::Null)).map_err(|error| error.inside("data_hex", 0))?;
    Tlv::<0> { kind, data: &data }.put(w, 0);
    Ok(())
}

impl<'a, const N: usize> Describe<'a> for Tlv<'a, N> {
    const KIND: Kind = Kind::Tlv;

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        let tlv = Self::at(base, at)?;
        Ok(tlv_to_json(&Tlv { kind: tlv.kind, data: tlv.data }))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, _: usize) -> Result<(), FieldError> {
        put_tlv(value, w)
    }
}

impl<'a, const N: usize> Describe<'a> for TlvNumbers<'a, N> {
    const KIND: Kind = Kind::TlvNumbers;

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        Ok(<Self as Field<'a>>::at(base, at)?.iter().map(Value::from).collect())
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        let one = |item| number::<u16>(item, "a number from 0 to 65535");
        let numbers = items(value)?.iter().map(one).collect::<Result<Box<[_]>, _>>()?;
        TlvNumbers::<N>::new(&numbers).put(w, at);
        Ok(())
    }
}

impl<'a, const N: usize> Describe<'a> for TlvList<'a, N> {
    const KIND: Kind = Kind::TlvList;

    fn to_json(base: &'a [u8], at: usize) -> Result<Value, FieldError> {
        let tlvs = <Self as Field<'a>>::at(base, at)?;
        let tlv = |(i, tlv): (usize, Result<Tlv<'a>, DecodeError>)| {
            tlv.map(|tlv| tlv_to_json(&tlv)).map_err(|error| in_element(i, 0)(error.into()))
        };
        Ok(Value::Array(tlvs.iter().enumerate().map(tlv).collect::<Result<_, _>>()?))
    }

    fn put_json(value: &'a Value, w: &mut StructWriter<'_, '_>, _: usize) -> Result<(), FieldError> {
        for (i, item) in items(value)?.iter().enumerate() {
            put_tlv(item, w).map_err(in_element(i, 0))?;
        }
        Ok(())
    }
}

/// Why a message could not be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageError {
    /// The bytes are not a message.
    Header(HeaderError),
    /// The information buffer is empty although the command has one.
    NoInformationBuffer {
        /// Service and command.
        command: String,
    },
    /// A field cannot be read.
    Field {
        /// Service and command.
        command: String,
        /// The field.
        error: FieldError,
    },
}

impl From<HeaderError> for MessageError {
    fn from(error: HeaderError) -> Self {
        Self::Header(error)
    }
}

impl fmt::Display for MessageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(error) => error.fmt(f),
            Self::NoInformationBuffer { command } => write!(f, "{command}: information buffer missing"),
            Self::Field { command, error } => write!(f, "{command}: {error}"),
        }
    }
}

impl core::error::Error for MessageError {}

/// What there is to know of a message for showing it.
#[derive(Debug)]
pub struct Shown {
    /// Headers and, under `fields`, the information buffer.
    pub json: Value,
    /// The layout behind `fields`, for whoever prints names of values.
    pub layout: Option<&'static StructInfo>,
}

/// The message at the start of `bytes` as JSON, by the layouts of `version` (1, 2, 3) of the Microsoft extensions. With
/// `mask`, personal values become `"***"`. Unknown services and commands, and single fragments, are shown with their bytes,
/// but not with `mask`: nobody knows what is personal in them.
///
/// # Errors
///
/// [`MessageError`].
pub fn message_to_json(message: &[u8], version: u8, mask: bool) -> Result<Shown, MessageError> {
    let transfer = Transfer::parse(message)?;
    let mut map = Map::new();
    let kind = transfer.kind().name().unwrap_or_default().to_ascii_lowercase();
    map.insert("type".into(), kind.into());
    map.insert("length".into(), transfer.length.into());
    map.insert("transaction_id".into(), transfer.transaction_id.into());
    let (fragment, form) = match transfer.body {
        Body::Open { max_control_transfer } => {
            map.insert("max_control_transfer".into(), max_control_transfer.into());
            (None, Form::Query)
        }
        Body::Close => (None, Form::Query),
        Body::HostError(error) | Body::FunctionError(error) => {
            map.insert("error".into(), error.0.into());
            (None, Form::Query)
        }
        Body::OpenDone(status) | Body::CloseDone(status) => {
            map.insert("status".into(), status.0.into());
            (None, Form::Query)
        }
        Body::Command(fragment) => (Some(fragment), Form::Query),
        Body::CommandDone(fragment) => (Some(fragment), Form::Response),
        Body::IndicateStatus(fragment) => (Some(fragment), Form::Notification),
    };
    let Some(fragment) = fragment else {
        return Ok(Shown { json: Value::Object(map), layout: None });
    };
    let (service_uuid, cid, status, command_type, body) = match form {
        _ if !fragment.is_whole() => {
            map.insert("fragments_total".into(), fragment.total.into());
            map.insert("fragment_current".into(), fragment.current.into());
            if !mask {
                map.insert("fragment_payload".into(), hex(fragment.payload).into());
            }
            return Ok(Shown { json: Value::Object(map), layout: None });
        }
        Form::Response => {
            let done = fragment.command_done()?;
            (done.service, done.cid, Some(done.status), None, done.body)
        }
        Form::Notification => {
            let indication = fragment.indicate_status()?;
            (indication.service, indication.cid, None, None, indication.body)
        }
        _ => {
            let command = fragment.command()?;
            (command.service, command.cid, None, Some(command.kind), command.body)
        }
    };
    if let Some(status) = status {
        map.insert("status".into(), status.0.into());
    }
    map.insert("fragments_total".into(), fragment.total.into());
    map.insert("fragment_current".into(), fragment.current.into());
    let form = if command_type == Some(CommandType::SET) { Form::Set } else { form };
    let service = service(service_uuid);
    let found = service.and_then(|service| service.command(cid, form, version));
    if let Some(service) = service {
        map.insert("service".into(), service.name.into());
    }
    map.insert("service_uuid".into(), service_uuid.to_string().into());
    map.insert("cid".into(), cid.into());
    let mut command = format!("service {service_uuid} command {cid}");
    if let (Some((info, _)), Some(service)) = (found, service) {
        map.insert("command".into(), info.name().into());
        command = format!("{} {}", service.name, info.name());
        if info.version > 1 {
            map.insert("extension_version".into(), info.extension_version().into());
        }
    }
    if let Some(kind) = command_type {
        let text = kind.name().map_or_else(|| kind.0.to_string(), str::to_ascii_lowercase);
        map.insert("command_type".into(), text.into());
    }
    map.insert("information_buffer_length".into(), body.len().into());
    let layout = found.map(|(_, layout)| layout);
    match layout {
        // A failed command has an information buffer only where it says why.
        Some(_) if body.is_empty() && status.is_some_and(|status| status != crate::Status::SUCCESS) => {}
        Some(layout) if body.is_empty() && !layout.fields.is_empty() => {
            return Err(MessageError::NoInformationBuffer { command });
        }
        Some(layout) => {
            let fields = layout.decode(body, mask).map_err(|error| MessageError::Field { command, error })?;
            map.insert("fields".into(), fields);
        }
        None if mask => {}
        None => {
            map.insert("information_buffer".into(), hex(body).into());
        }
    }
    Ok(Shown { json: Value::Object(map), layout })
}

/// Writes a value; for the macros.
#[doc(hidden)]
pub fn write(value: &dyn Encode) -> Result<Vec<u8>, BuildError> {
    let mut writer = Writer::new(&mut []);
    writer.structure(value);
    let mut bytes = alloc::vec![0; writer.len()];
    let mut writer = Writer::new(&mut bytes);
    writer.structure(value);
    writer.finish().map_err(BuildError::Encode)?;
    Ok(bytes)
}

/// A table row; for the macros.
#[doc(hidden)]
#[must_use]
#[allow(clippy::too_many_arguments)] // called by one macro
pub const fn field_info(
    ident: &'static str,
    wire: Option<&'static str>,
    personal: bool,
    offset: usize,
    kind: Kind,
    read: for<'a> fn(&'a [u8], usize) -> Result<Value, FieldError>,
    put: for<'a> fn(&'a Value, &mut StructWriter<'_, '_>, usize) -> Result<(), FieldError>,
    tail: for<'a> fn(&'a Value) -> Result<usize, FieldError>,
) -> FieldInfo {
    FieldInfo { ident, wire, personal, offset, kind, read, put, tail }
}

#[doc(hidden)]
#[macro_export]
macro_rules! __describe_value {
    ($name:ident, $repr:ident, $kind:ident, [$($value:ident = $n:expr),*]) => {
        #[allow(clippy::as_conversions, clippy::cast_lossless, trivial_numeric_casts)]
        const _: () = {
            const VALUES: &$crate::catalogue::ValueInfo = &$crate::catalogue::ValueInfo {
                name: stringify!($name),
                repr: stringify!($repr),
                values: &[$((stringify!($value), { const N: $repr = $n; N as u64 })),*],
            };

            impl<'a> $crate::catalogue::Describe<'a> for $name {
                const KIND: $crate::catalogue::Kind = $crate::catalogue::Kind::$kind(VALUES);

                fn to_json(base: &'a [u8], at: usize)
                    -> Result<$crate::catalogue::Value, $crate::catalogue::FieldError> {
                    <$repr as $crate::catalogue::Describe<'a>>::to_json(base, at)
                }

                fn put_json(
                    value: &'a $crate::catalogue::Value, w: &mut $crate::StructWriter<'_, '_>, at: usize,
                ) -> Result<(), $crate::catalogue::FieldError> {
                    let several = matches!(Self::KIND, $crate::catalogue::Kind::Flags(_));
                    $crate::catalogue::put_named(value, VALUES, several, w, at)
                }
            }
        };
    };
}

// In two versions, because an attribute in an expansion would ask the calling crate for the feature.
#[cfg(feature = "rewrite")]
#[doc(hidden)]
#[macro_export]
macro_rules! __struct_info {
    ($view:ident, $name:expr, $fields:expr) => {
        $crate::catalogue::StructInfo {
            name: $name,
            fields: $fields,
            rewrite: |base| {
                use $crate::View as _;

                let extent = $view(base).extent()?;
                let bytes = $crate::catalogue::write(&$view(base).read()?)?;
                let same = matches!(($view(base).read(), $view(&bytes).read()), (Ok(a), Ok(b)) if a == b);
                Ok($crate::catalogue::Rewritten { bytes, same, extent })
            },
        }
    };
}

#[cfg(not(feature = "rewrite"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __struct_info {
    ($view:ident, $name:expr, $fields:expr) => {
        $crate::catalogue::StructInfo { name: $name, fields: $fields }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __describe_struct {
    ($name:ident, $view:ident, $index:ident, [$($f:ident $($wire:literal)? $($flag:ident)? : $t:ty),*]) => {
        impl<'a> $crate::catalogue::DescribeView for $view<'a> {
            const INFO: &'static $crate::catalogue::StructInfo = &$crate::__struct_info! {
                $view,
                stringify!($name),
                &[$({
                    type Outcome<T> = Result<T, $crate::catalogue::FieldError>;

                    fn read<'a>(base: &'a [u8], at: usize) -> Outcome<$crate::catalogue::Value> {
                        <$t as $crate::catalogue::Describe<'a>>::to_json(base, at)
                    }

                    fn put<'a>(
                        value: &'a $crate::catalogue::Value, w: &mut $crate::StructWriter<'_, '_>, at: usize,
                    ) -> Outcome<()> {
                        <$t as $crate::catalogue::Describe<'a>>::put_json(value, w, at)
                    }

                    fn tail<'a>(value: &'a $crate::catalogue::Value) -> Outcome<usize> {
                        <$t as $crate::catalogue::Describe<'a>>::tail_json(value)
                    }

                    $crate::catalogue::field_info(
                        stringify!($f),
                        $crate::__describe_struct!(@wire $($wire)?),
                        $crate::__describe_struct!(@personal $($flag)?),
                        $crate::__private::offset(<$view<'static>>::WIDTHS, $index::$f as usize),
                        <$t as $crate::catalogue::Describe<'a>>::KIND,
                        read,
                        put,
                        tail,
                    )
                }),*]
            };
        }
    };
    (@wire) => { None };
    (@wire $wire:literal) => { Some($wire) };
    (@personal) => { false };
    (@personal personal) => { true };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __describe_command {
    ($name:ident [$($title:literal)?] [$($version:ident)?]
        [$($query:ident => $answer:ident)?] [$($set:ident => $result:ident)?] [$($body:ident)?]) => {
        impl $name {
            /// The command in the catalogue.
            pub const INFO: $crate::catalogue::CommandInfo = {
                #[allow(unused_mut)]
                let mut info = $crate::catalogue::CommandInfo::new(
                    $crate::__describe_command!(@title $name $($title)?),
                    <Self as $crate::Command>::CID,
                    $crate::__describe_command!(@version $($version)?),
                );
                $(info.query = Some((
                    <$query<'static> as $crate::catalogue::DescribeView>::INFO,
                    <$answer<'static> as $crate::catalogue::DescribeView>::INFO,
                ));)?
                $(info.set = Some((
                    <$set<'static> as $crate::catalogue::DescribeView>::INFO,
                    <$result<'static> as $crate::catalogue::DescribeView>::INFO,
                ));)?
                $(info.notification = Some(<$body<'static> as $crate::catalogue::DescribeView>::INFO);)?
                info
            };
        }
    };
    (@title $name:ident) => { stringify!($name) };
    (@title $name:ident $title:literal) => { $title };
    (@version) => { 1 };
    (@version v2) => { 2 };
    (@version v3) => { 3 };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __describe_service {
    ($uuid:ident, $title:literal, [$($name:ident),*]) => {
        /// The service in the catalogue.
        pub static SERVICE: $crate::catalogue::ServiceInfo = $crate::catalogue::ServiceInfo {
            name: $title,
            uuid: $uuid,
            commands: &[$($name::INFO),*],
        };
    };
}
