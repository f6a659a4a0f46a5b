//! Names and types of everything declared, as tables; and JSON from and to information buffers by these tables.
//!
//! For tools on a host: decoders, catalogues, programs that let a person send any message. The tables describe formats, and
//! one reader and one writer of JSON follow them. That both agree with the formats themselves is what the feature `rewrite`
//! and the tests are for. Nothing of this is linked unless the feature `catalogue` is on.
//!
//! What shows messages takes the tables as an argument where its name ends in `_by`, for programs that hold them in another
//! form than [`SERVICES`].

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Write as _};
use core::net::{Ipv4Addr, Ipv6Addr};

pub use serde_json::{Map, Value};

use crate::address::{Address, RefAddress};
use crate::bytes::{Bytes, BytesLengthFirst, FixedBytes, InlineBytes, PrefixedBytes, Rest, RestUnpadded, SizedBytes};
use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Writer};
use crate::field::{Count, Encode, Field, Inline, View, When};
use crate::list::{Array, ElementArray, RefArray, RefList, RefSequence, RefStruct, TextList};
use crate::message::{Body, CommandType, HeaderError, Transfer};
use crate::text::{Text, Utf8};
use crate::tlv::{Tlv, TlvList, TlvNumbers, TlvText};
use crate::uuid::Uuid;

pub use crate::service::SERVICES;
pub use json::JsonStruct;

mod json;

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
    Text { max: usize },
    Utf8,
    Bytes,
    BytesLengthFirst,
    SizedBytes { back: usize },
    InlineBytes { back: usize },
    PrefixedBytes,
    Rest,
    RestUnpadded,
    FixedBytes { len: usize },
    TextList { back: usize },
    RefList { of: &'static StructInfo, back: usize },
    RefArray { of: &'static Self, back: usize },
    Array { of: &'static Self, back: usize },
    Struct(&'static StructInfo),
    RefStruct(&'static StructInfo),
    RefSequence(&'static StructInfo),
    Tlv,
    TlvText { max: usize },
    TlvNumbers,
    TlvList,
    When { of: &'static Self, back: usize, value: u32 },
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

    /// The name as declared; for whoever packs tables.
    #[doc(hidden)]
    #[must_use]
    pub const fn declared_name(&self) -> &'static str {
        self.name
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
    service_by(SERVICES, uuid)
}

/// The service with that UUID, of those given.
#[must_use]
pub fn service_by(services: &[&'static ServiceInfo], uuid: Uuid) -> Option<&'static ServiceInfo> {
    services.iter().copied().find(|service| service.uuid == uuid)
}

impl FieldInfo {
    /// The name as declared: in Rust, and in the catalogue if that does not follow from it; for whoever packs tables.
    #[doc(hidden)]
    #[must_use]
    pub const fn declared_name(&self) -> (&'static str, Option<&'static str>) {
        (self.ident, self.wire)
    }

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
    /// A structure that was packed.
    #[doc(hidden)]
    #[must_use]
    pub const fn unpacked(name: &'static str, fields: &'static [FieldInfo]) -> Self {
        Self {
            name,
            fields,
            #[cfg(feature = "rewrite")]
            rewrite: |_| Err(BuildError::Encode(EncodeError::Condition)),
        }
    }

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
        let mut tlvs = 0_usize;
        for field in self.fields {
            let name = field.name();
            let value = field.kind.read(base, field.offset, tlvs).map_err(|error| error.inside(&name, 0))?;
            tlvs = tlvs.saturating_add(field.kind.is_tlv().into());
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

/// A view whose fields are known by name.
pub trait DescribeView {
    /// The table of the fields.
    const INFO: &'static StructInfo;
}

/// A format that is known to the catalogue.
pub trait Describe<'a>: Field<'a> {
    /// The format.
    const KIND: Kind;
}

macro_rules! describe {
    ($([$($g:tt)*] $t:ty, $kind:expr;)*) => { $(
        impl<'a, $($g)*> Describe<'a> for $t {
            const KIND: Kind = $kind;
        }
    )* };
}

describe! {
    [] u16, Kind::U16;
    [] u32, Kind::U32;
    [] u64, Kind::U64;
    [] i32, Kind::I32;
    [] bool, Kind::Bool;
    [] Count, Kind::Count;
    [] Uuid, Kind::Uuid;
    [] Ipv4Addr, Kind::Ipv4;
    [] Ipv6Addr, Kind::Ipv6;
    [] Address<Ipv4Addr>, Kind::Ipv4;
    [] Address<Ipv6Addr>, Kind::Ipv6;
    [] RefAddress<Ipv4Addr>, Kind::RefIpv4;
    [] RefAddress<Ipv6Addr>, Kind::RefIpv6;
    [const MAX: usize] Text<'a, MAX>, Kind::Text { max: MAX };
    [] Utf8<'a>, Kind::Utf8;
    [] Bytes<'a>, Kind::Bytes;
    [] BytesLengthFirst<'a>, Kind::BytesLengthFirst;
    [const BACK: usize] SizedBytes<'a, BACK>, Kind::SizedBytes { back: BACK };
    [const BACK: usize] InlineBytes<'a, BACK>, Kind::InlineBytes { back: BACK };
    [] PrefixedBytes<'a>, Kind::PrefixedBytes;
    [] Rest<'a>, Kind::Rest;
    [] RestUnpadded<'a>, Kind::RestUnpadded;
    [const N: usize] FixedBytes<'a, N>, Kind::FixedBytes { len: N };
    [V: View<'a> + DescribeView] Inline<'a, V>, Kind::Struct(V::INFO);
    [V: View<'a> + DescribeView, const BACK: usize] RefList<'a, V, BACK>, Kind::RefList { of: V::INFO, back: BACK };
    [T: Describe<'a> + Copy + PartialEq + fmt::Debug, const BACK: usize] RefArray<'a, T, BACK>,
        Kind::RefArray { of: &T::KIND, back: BACK };
    [V: View<'a> + DescribeView, const BACK: usize] ElementArray<'a, V, BACK>,
        Kind::RefArray { of: &Kind::Struct(V::INFO), back: BACK };
    [T: Describe<'a> + Copy + PartialEq + fmt::Debug, const BACK: usize] Array<'a, T, BACK>,
        Kind::Array { of: &T::KIND, back: BACK };
    [const BACK: usize] TextList<'a, BACK>, Kind::TextList { back: BACK };
    [V: View<'a> + DescribeView] RefStruct<'a, V>, Kind::RefStruct(V::INFO);
    [V: View<'a> + DescribeView] RefSequence<'a, V>, Kind::RefSequence(V::INFO);
    [F: Describe<'a>, const BACK: usize, const VALUE: u32] When<F, BACK, VALUE>,
        Kind::When { of: &F::KIND, back: BACK, value: VALUE };
    [const N: usize] Tlv<'a, N>, Kind::Tlv;
    [const N: usize, const MAX: usize] TlvText<'a, N, MAX>, Kind::TlvText { max: MAX };
    [const N: usize] TlvNumbers<'a, N>, Kind::TlvNumbers;
    [const N: usize] TlvList<'a, N>, Kind::TlvList;
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
    message_to_json_by(SERVICES, message, version, mask)
}

/// As [`message_to_json`], with these services.
///
/// # Errors
///
/// [`MessageError`].
pub fn message_to_json_by(
    services: &[&'static ServiceInfo],
    message: &[u8],
    version: u8,
    mask: bool,
) -> Result<Shown, MessageError> {
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
    let service = service_by(services, service_uuid);
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

/// A table row; for the macros and for whoever packs tables.
#[doc(hidden)]
#[must_use]
pub const fn field_info(
    ident: &'static str,
    wire: Option<&'static str>,
    personal: bool,
    offset: usize,
    kind: Kind,
) -> FieldInfo {
    FieldInfo { ident, wire, personal, offset, kind }
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
                &[$($crate::catalogue::field_info(
                    stringify!($f),
                    $crate::__describe_struct!(@wire $($wire)?),
                    $crate::__describe_struct!(@personal $($flag)?),
                    $crate::__private::offset(<$view<'static>>::WIDTHS, $index::$f as usize),
                    <$t as $crate::catalogue::Describe<'a>>::KIND,
                )),*]
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
