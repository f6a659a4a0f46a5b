//! Names and types of everything declared, as tables; and JSON from and to messages by these tables.
//!
//! For tools on a host: decoders, catalogues, programs that let a person send any message. The tables describe formats, and one
//! reader and one writer of JSON follow them, so that a tool does not link a function for each of the two thousand TLVs.
//! That both agree with the formats themselves is what the feature `rewrite` and the tests are for. What shows messages takes
//! the tables as an argument where its name ends in `_by`, for programs that hold them in another form than [`SERVICES`].
//! Nothing of this is linked unless the feature `catalogue` is on.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

pub use serde_json::{Map, Value};

use crate::codec::{DecodeErrorKind, EncodeError, Reader};
use crate::field::{As, Be, Decode, Ipv4, Ipv6, SignedBool, Tail, Uint};
use crate::frame::{Frame, Framing, Head, HeaderError, MessageWriter, QMUX_MARKER, WIDE_MARKER};
use crate::list::List;
use crate::service::Service;
use crate::status::Verdict;
use crate::text::{Bytes, Fixed, Prefix, Rest, Segment, Str};
use crate::tlv::Tlv;

pub use crate::service::SERVICES;

/// A service.
#[derive(Debug)]
pub struct ServiceInfo {
    /// Its name.
    pub name: &'static str,
    /// Its number.
    pub service: Service,
    /// Its messages.
    pub messages: &'static [MessageInfo],
}

/// A message: an exchange of request and response, or an indication.
#[derive(Debug)]
pub struct MessageInfo {
    /// Its name.
    pub name: &'static str,
    /// Its number.
    pub id: u16,
    /// The USB vendor whose devices alone have it.
    pub vendor: Option<u16>,
    /// Whether a pending request can be called off.
    pub abortable: bool,
    /// TLVs of the request; `None` for an indication.
    pub input: Option<&'static [TlvInfo]>,
    /// TLVs of the response or of the indication.
    pub output: &'static [TlvInfo],
}

/// A TLV.
#[derive(Debug)]
pub struct TlvInfo {
    /// Its type.
    pub tlv: u8,
    /// Whether the whole value must not appear in logs.
    pub personal: bool,
    /// Its format.
    pub kind: Kind,
    /// Reads the value with the declared type and writes it again: for tests that try every declaration.
    #[cfg(feature = "rewrite")]
    pub rewrite: fn(&[u8]) -> Result<Rewritten, DecodeErrorKind>,
    /// The name in the catalogue, or the Rust name it follows from.
    name: &'static str,
    is_ident: bool,
    // References to references: there are two thousand rows.
    word: &'static &'static str,
    when: Option<&'static &'static str>,
}

/// What came of reading a value and writing it again.
#[cfg(feature = "rewrite")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewritten {
    /// What was written.
    pub bytes: Vec<u8>,
    /// Bytes that reading took.
    pub read: usize,
}

/// Reads a value and writes it again; for the macros.
#[cfg(feature = "rewrite")]
#[doc(hidden)]
pub fn rewrite<'a, T: Decode<'a> + crate::Encode>(bytes: &'a [u8]) -> Result<Rewritten, DecodeErrorKind> {
    let mut reader = Reader::new(bytes);
    let value = T::decode(&mut reader)?;
    let mut writer = crate::Writer::new(&mut []);
    value.encode(&mut writer);
    let mut bytes = alloc::vec![0; writer.len()];
    let mut writer = crate::Writer::new(&mut bytes);
    value.encode(&mut writer);
    // What was read fits.
    let _ = writer.finish();
    Ok(Rewritten { bytes, read: reader.at() })
}

/// A structure.
#[derive(Debug)]
pub struct StructInfo {
    /// Its Rust name.
    pub name: &'static str,
    /// Its fields, in order.
    pub fields: &'static [FieldInfo],
}

/// A field of a structure.
#[derive(Debug)]
pub struct FieldInfo {
    /// Its name.
    pub name: &'static str,
    /// Whether the value must not appear in logs.
    pub personal: bool,
    /// Its format.
    pub kind: Kind,
}

/// The values of an enumeration or the bits of a set of flags.
#[derive(Debug)]
pub struct ValueInfo {
    /// The Rust name.
    pub name: &'static str,
    /// The name in the catalogue, where it is not `Qmi`, the service's name and the Rust name.
    pub wire: Option<&'static str>,
    /// Names and numbers. The sign of a flag of 64 bits is its highest bit.
    pub values: &'static [(&'static str, i64)],
}

/// A number on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Scalar {
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    F32,
    F64,
    U16Be,
    U32Be,
    U64Be,
    I16Be,
    I32Be,
    I64Be,
}

/// How long a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// To the end of the TLV.
    Rest,
    /// As a number of so many bytes in front says.
    Prefix(u8),
    /// Always so many bytes.
    Fixed(u16),
}

/// A format.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A number.
    Number(Scalar),
    /// An unsigned number of so many bytes.
    Uint(usize),
    /// A boolean.
    Bool(Scalar),
    /// A number with names for some values.
    Enum(&'static ValueInfo, Scalar),
    /// A set of flags.
    Flags(&'static ValueInfo, Scalar),
    /// An IPv4 address, as a number.
    Ipv4,
    /// An IPv6 address, as eight numbers.
    Ipv6,
    /// A text.
    Text {
        /// How long it is.
        length: Length,
        /// The greatest length allowed, in bytes.
        max: u32,
    },
    /// Elements of the same format.
    Array {
        /// How many there are; never [`Length::Rest`].
        count: Length,
        /// Their format.
        of: &'static Self,
    },
    /// A piece of something longer: count, sequence number, bytes.
    Segment,
    /// A structure.
    Struct(&'static StructInfo),
    /// Perhaps nothing, if the TLV ends here.
    Tail(&'static Self),
}

/// The service with that number.
#[must_use]
pub fn service(service: Service) -> Option<&'static ServiceInfo> {
    service_by(SERVICES, service)
}

/// The service with that number, of those given.
#[must_use]
pub fn service_by(services: &[&'static ServiceInfo], service: Service) -> Option<&'static ServiceInfo> {
    services.iter().copied().find(|info| info.service == service)
}

/// The service with that name, whatever the case of its letters.
#[must_use]
pub fn service_by_name(name: &str) -> Option<&'static ServiceInfo> {
    SERVICES.iter().copied().find(|info| info.name.eq_ignore_ascii_case(name))
}

impl ServiceInfo {
    /// The message with that number. Some numbers mean different things on devices of different vendors: the one of
    /// `vendor` goes before the one that all have, and that before any other.
    #[must_use]
    pub fn message(&self, id: u16, indication: bool, vendor: Option<u16>) -> Option<&'static MessageInfo> {
        let with = self.messages.iter().filter(|info| info.id == id && info.input.is_none() == indication);
        with.min_by_key(|info| (info.vendor != vendor, info.vendor.is_some()))
    }

    /// The message with that name; case, blanks and punctuation do not count.
    #[must_use]
    pub fn message_by_name(&self, name: &str, indication: bool) -> Option<&'static MessageInfo> {
        let alike = |info: &&MessageInfo| plain(info.name) == plain(name) && info.input.is_none() == indication;
        self.messages.iter().find(alike)
    }

    /// The row of the message in a catalogue, as an object.
    #[must_use]
    pub fn row(&self, message: &MessageInfo) -> Value {
        let mut map = Map::new();
        map.insert("service".into(), self.name.into());
        map.insert("service_id".into(), format!("0x{:02X}", self.service.0).into());
        map.insert("message".into(), message.name.into());
        map.insert("id".into(), format!("0x{:04X}", message.id).into());
        map.insert("kind".into(), if message.input.is_some() { "request_response" } else { "indication" }.into());
        if let Some(vendor) = message.vendor {
            map.insert("vendor".into(), format!("0x{vendor:04x}").into());
        }
        if message.abortable {
            map.insert("abortable".into(), true.into());
        }
        let rows = |tlvs: &[TlvInfo], response| tlvs.iter().map(|tlv| tlv.row(self, response)).collect::<Value>();
        if let Some(input) = message.input {
            map.insert("input".into(), rows(input, false));
        }
        map.insert("output".into(), rows(message.output, message.input.is_some()));
        Value::Object(map)
    }
}

/// The whole catalogue, one object per message.
#[must_use]
pub fn rows() -> Vec<Value> {
    SERVICES.iter().flat_map(|service| service.messages.iter().map(|message| service.row(message))).collect()
}

impl TlvInfo {
    /// A row that was packed: the name as in the catalogue, and what [`presence`](Self::presence) said.
    #[doc(hidden)]
    #[must_use]
    pub const fn unpacked(
        tlv: u8,
        name: &'static str,
        word: &'static &'static str,
        when: Option<&'static &'static str>,
        personal: bool,
        kind: Kind,
    ) -> Self {
        Self {
            tlv,
            personal,
            kind,
            #[cfg(feature = "rewrite")]
            rewrite: |_| Err(DecodeErrorKind::Missing),
            name,
            is_ident: false,
            word,
            when,
        }
    }

    /// The name in the catalogue.
    #[must_use]
    pub fn name(&self) -> String {
        if self.is_ident { title(self.name) } else { self.name.to_owned() }
    }

    /// What the declaration says of when it is there, a word and an expression; for whoever packs tables.
    #[doc(hidden)]
    #[must_use]
    pub const fn presence(&self) -> (&'static str, Option<&'static str>) {
        (
            *self.word,
            match self.when {
                Some(when) => Some(*when),
                None => None,
            },
        )
    }

    /// Whether it, or something in it, must not appear in logs.
    #[must_use]
    pub fn is_personal(&self) -> bool {
        self.personal || !self.kind.personal_paths().is_empty()
    }

    /// Whether it must be there; in a response, only if that is how the request went.
    #[must_use]
    pub fn is_required(&self) -> bool {
        matches!(*self.word, "required" | "always")
    }

    /// When it means something, as in the catalogue: `success`, `failure`, or an expression.
    #[must_use]
    pub fn when(&self, response: bool) -> Option<String> {
        match (*self.word, self.when) {
            (_, Some(when)) => Some((*when).to_owned()),
            ("required", _) if response => Some("success".to_owned()),
            ("" | "required" | "always", _) => None,
            (word @ ("success" | "failure"), _) => Some(word.to_owned()),
            (error, _) => Some(format!(
                "result_error_status != QmiStatus.Success && result_error_code == QmiProtocolError.{}",
                title(error).replace(' ', "")
            )),
        }
    }

    fn row(&self, service: &ServiceInfo, response: bool) -> Value {
        let mut map = Map::new();
        map.insert("tlv".into(), format!("0x{:02X}", self.tlv).into());
        map.insert("name".into(), self.name().into());
        if !self.is_required() {
            map.insert("optional".into(), true.into());
        }
        map.insert("type".into(), self.kind.type_text(service.name).into());
        if let Some(when) = self.when(response) {
            map.insert("when".into(), when.into());
        }
        let paths = self.kind.personal_paths();
        if self.personal {
            map.insert("personal".into(), true.into());
        } else if !paths.is_empty() {
            map.insert("personal".into(), paths.into());
        }
        Value::Object(map)
    }

    /// Reads the value as JSON. With `mask`, personal values become `"***"`. Bytes left over are ignored.
    ///
    /// # Errors
    ///
    /// The first field that cannot be read, with its path and offset.
    pub fn decode(&self, value: &[u8], mask: bool) -> Result<Value, FieldError> {
        let json = self.kind.decode(&mut Reader::new(value), mask)?;
        Ok(if mask && self.personal { MASK.into() } else { json })
    }

    /// Writes the value from JSON; null is zero or empty. Numbers may be texts too, decimal or `0x…`; enumerations and
    /// flags also take their names, byte strings hexadecimal digits, addresses their usual form.
    ///
    /// # Errors
    ///
    /// The first field whose value does not fit, or that does not exist.
    pub fn encode(&self, value: &Value) -> Result<Vec<u8>, FieldError> {
        let mut bytes = Vec::new();
        self.kind.encode(value, &mut bytes)?;
        if bytes.len() > usize::from(u16::MAX) {
            return Err(FieldError::expected("at most 65535 bytes"));
        }
        Ok(bytes)
    }
}

/// What stands for a personal value.
const MASK: &str = "***";

/// Words with capitals, of a Rust name.
fn title(ident: &str) -> String {
    let mut text = String::new();
    for word in ident.split('_') {
        if !text.is_empty() {
            text.push(' ');
        }
        let mut chars = word.chars();
        text.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        text.push_str(chars.as_str());
    }
    text
}

/// Letters and digits only, in upper case, so that `Wcdma`, `WCDMA` and `home-roaming`, `HOME_ROAMING` are alike.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Why a field could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The bytes.
    Decode(DecodeErrorKind),
    /// The JSON value is not what it must be.
    Expected(String),
    /// There is no such field.
    Unknown,
}

/// A field that could not be read or written: which, where, why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The field, from the TLV on: `name.field[3].field`.
    pub path: String,
    /// Offset in bytes, from the start of the TLV's value. 0 when writing.
    pub offset: usize,
    /// Why.
    pub problem: Problem,
}

impl FieldError {
    fn expected(what: &str) -> Self {
        Self { path: String::new(), offset: 0, problem: Problem::Expected(what.to_owned()) }
    }

    fn inside(mut self, name: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{name}{dot}{}", self.path);
        self
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "value" } else { &self.path };
        match &self.problem {
            Problem::Decode(kind) => write!(f, "{path} at offset {}: {kind}", self.offset),
            Problem::Expected(what) => write!(f, "{path}: must be {what}"),
            Problem::Unknown => write!(f, "{path}: no such field"),
        }
    }
}

impl core::error::Error for FieldError {}

impl Scalar {
    /// The name in the catalogue.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::U16Be => "u16be",
            Self::U32Be => "u32be",
            Self::U64Be => "u64be",
            Self::I16Be => "i16be",
            Self::I32Be => "i32be",
            Self::I64Be => "i64be",
        }
    }

    fn decode(self, r: &mut Reader<'_>) -> Result<Value, DecodeErrorKind> {
        Ok(match self {
            Self::U8 => u8::decode(r)?.into(),
            Self::U16 => u16::decode(r)?.into(),
            Self::U32 => u32::decode(r)?.into(),
            Self::U64 => u64::decode(r)?.into(),
            Self::I8 => i8::decode(r)?.into(),
            Self::I16 => i16::decode(r)?.into(),
            Self::I32 => i32::decode(r)?.into(),
            Self::I64 => i64::decode(r)?.into(),
            Self::F32 => float(f32::decode(r)?.into()),
            Self::F64 => float(f64::decode(r)?),
            Self::U16Be => Be::<u16>::decode(r)?.0.into(),
            Self::U32Be => Be::<u32>::decode(r)?.0.into(),
            Self::U64Be => Be::<u64>::decode(r)?.0.into(),
            Self::I16Be => Be::<i16>::decode(r)?.0.into(),
            Self::I32Be => Be::<i32>::decode(r)?.0.into(),
            Self::I64Be => Be::<i64>::decode(r)?.0.into(),
        })
    }

    /// Bytes, whether signed, whether big-endian.
    const fn shape(self) -> (usize, bool, bool) {
        match self {
            Self::U8 => (1, false, false),
            Self::U16 => (2, false, false),
            Self::U32 | Self::F32 => (4, false, false),
            Self::U64 | Self::F64 => (8, false, false),
            Self::I8 => (1, true, false),
            Self::I16 => (2, true, false),
            Self::I32 => (4, true, false),
            Self::I64 => (8, true, false),
            Self::U16Be => (2, false, true),
            Self::U32Be => (4, false, true),
            Self::U64Be => (8, false, true),
            Self::I16Be => (2, true, true),
            Self::I32Be => (4, true, true),
            Self::I64Be => (8, true, true),
        }
    }

    fn encode(self, value: &Value, out: &mut Vec<u8>) -> Result<(), FieldError> {
        match self {
            Self::F32 => {
                let n = number_f64(value)?;
                #[allow(clippy::as_conversions, clippy::cast_possible_truncation)] // the nearest is what is wanted
                out.extend((n as f32).to_le_bytes());
                Ok(())
            }
            Self::F64 => {
                out.extend(number_f64(value)?.to_le_bytes());
                Ok(())
            }
            _ => self.encode_integer(integer(value), out),
        }
    }

    fn encode_integer(self, n: Option<i128>, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let (width, signed, big) = self.shape();
        let expected = || FieldError::expected(&format!("a number of type {}", self.name()));
        let n = n.ok_or_else(expected)?;
        put_integer(n, width, signed, big, out).ok_or_else(expected)
    }
}

/// Appends an integer of `width` bytes, at most 8; `None` if it does not fit.
fn put_integer(n: i128, width: usize, signed: bool, big: bool, out: &mut Vec<u8>) -> Option<()> {
    let bits = u32::try_from(width).ok()?.checked_mul(8)?;
    let above = 1_i128.checked_shl(if signed { bits.checked_sub(1)? } else { bits })?;
    let below = if signed { above.checked_neg()? } else { 0 };
    if n < below || n >= above {
        return None;
    }
    let bytes = n.to_le_bytes();
    let bytes = bytes.get(..width)?;
    if big {
        out.extend(bytes.iter().rev());
    } else {
        out.extend(bytes);
    }
    Some(())
}

/// JSON has no infinities; they are texts.
fn float(n: f64) -> Value {
    let text = || {
        if n.is_nan() {
            "NaN"
        } else if n < 0.0 {
            "-inf"
        } else {
            "inf"
        }
    };
    serde_json::Number::from_f64(n).map_or_else(|| text().into(), Value::Number)
}

fn number_f64(value: &Value) -> Result<f64, FieldError> {
    let n = match value {
        Value::Null => Some(0.0),
        Value::String(text) => match text.trim() {
            "NaN" => Some(f64::NAN),
            "inf" => Some(f64::INFINITY),
            "-inf" => Some(f64::NEG_INFINITY),
            // As JSON has it, whose reader is there; that of the core library has tables of its own.
            text => serde_json::from_str::<Value>(text).ok().and_then(|n| n.as_f64()),
        },
        value => value.as_f64(),
    };
    n.ok_or_else(|| FieldError::expected("a number"))
}

/// An integer of JSON, or of a text: decimal, or hexadecimal with `0x`.
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

impl ValueInfo {
    /// The name in the catalogue, for a value that `service` uses.
    #[must_use]
    pub fn catalogue_name(&self, service: &str) -> String {
        let camel = || {
            let mut chars = service.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars.map(|c| c.to_ascii_lowercase())).collect::<String>()
        };
        self.wire.map_or_else(|| format!("Qmi{}{}", camel(), self.name), ToOwned::to_owned)
    }

    /// The name of a value.
    #[must_use]
    pub fn name_of(&self, n: i64) -> Option<&'static str> {
        self.values.iter().find(|(_, value)| *value == n).map(|(name, _)| *name)
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.values.iter().find(|(known, _)| plain(known) == plain(name)).map(|(_, n)| *n)
    }

    /// The number of one name.
    fn one(&self, value: &Value) -> Option<i128> {
        integer(value).or_else(|| value.as_str().and_then(|name| self.number(name)).map(i128::from))
    }

    /// The number of several names, in a list or with `|` or `,` between them.
    fn several(&self, value: &Value) -> Option<i128> {
        let bit = |name: &str| self.number(name).map(|n| i128::from(n.cast_unsigned()));
        match value {
            Value::Array(items) => items.iter().try_fold(0, |all, item| Some(all | self.several(item)?)),
            value => integer(value).or_else(|| {
                let text = value.as_str()?;
                text.split(['|', ','])
                    .filter(|name| !name.trim().is_empty())
                    .try_fold(0, |all, name| Some(all | bit(name)?))
            }),
        }
    }
}

fn width_name(width: u8) -> &'static str {
    match width {
        1 => "u8",
        2 => "u16",
        _ => "u32",
    }
}

impl Length {
    fn text(self) -> String {
        match self {
            Self::Rest => "rest".to_owned(),
            Self::Prefix(width) => format!("prefix={}", width_name(width)),
            Self::Fixed(n) => format!("fixed={n}"),
        }
    }

    fn read(self, r: &mut Reader<'_>) -> Result<usize, DecodeErrorKind> {
        match self {
            Self::Rest => Ok(r.left()),
            Self::Prefix(1) => <u8 as Prefix>::read(r),
            Self::Prefix(2) => <u16 as Prefix>::read(r),
            Self::Prefix(_) => <u32 as Prefix>::read(r),
            Self::Fixed(n) => Ok(n.into()),
        }
    }

    /// Writes what stands in front of `n` bytes or elements.
    fn put(self, n: usize, out: &mut Vec<u8>) -> Result<(), FieldError> {
        let fits = match self {
            Self::Rest => Some(()),
            Self::Prefix(width) => i128::try_from(n).ok().and_then(|n| put_integer(n, width.into(), false, false, out)),
            Self::Fixed(limit) => (n <= usize::from(limit)).then_some(()),
        };
        fits.ok_or_else(|| FieldError::expected("shorter"))
    }
}

impl Kind {
    /// The type in the catalogue's grammar, as a message of the service has it.
    #[must_use]
    pub fn type_text(&self, service: &str) -> String {
        match self {
            Self::Number(scalar) => scalar.name().to_owned(),
            Self::Uint(n) => format!("uint(bytes={n})"),
            Self::Bool(scalar) => format!("bool({})", scalar.name()),
            Self::Enum(info, scalar) => format!("enum:{}({})", info.catalogue_name(service), scalar.name()),
            Self::Flags(info, scalar) => format!("flags:{}({})", info.catalogue_name(service), scalar.name()),
            Self::Ipv4 => "u32".to_owned(),
            Self::Ipv6 => "array(fixed=8,u16be)".to_owned(),
            Self::Text { length, max: u32::MAX } => format!("string({})", length.text()),
            Self::Text { length, max } => format!("string({},max={max})", length.text()),
            Self::Array { count, of } => format!("array({},{})", count.text(), of.type_text(service)),
            Self::Segment => "array(prefix=u16,seq=u8,u8)".to_owned(),
            Self::Struct(info) => {
                let field = |field: &FieldInfo| format!("{}:{}", field.name, field.kind.type_text(service));
                format!("struct{{{}}}", info.fields.iter().map(field).collect::<Vec<_>>().join(","))
            }
            Self::Tail(of) => of.type_text(service),
        }
    }

    /// Where in the value something personal is, as in the catalogue.
    fn personal_paths(&self) -> Vec<String> {
        match self {
            Self::Struct(info) => {
                let paths = info.fields.iter().flat_map(|field| {
                    let inner = field.kind.personal_paths();
                    let below = |path: String| if path.starts_with('[') { path } else { format!(".{path}") };
                    let own = field.personal.then(|| field.name.to_owned());
                    own.into_iter().chain(inner.into_iter().map(move |path| format!("{}{}", field.name, below(path))))
                });
                paths.collect()
            }
            Self::Array { of, .. } => of.personal_paths().iter().map(|path| format!("[].{path}")).collect(),
            Self::Tail(of) => of.personal_paths(),
            _ => Vec::new(),
        }
    }

    fn decode(&self, r: &mut Reader<'_>, mask: bool) -> Result<Value, FieldError> {
        let at =
            |r: &Reader<'_>, kind| FieldError { path: String::new(), offset: r.at(), problem: Problem::Decode(kind) };
        let value = match self {
            Self::Number(scalar) | Self::Enum(_, scalar) | Self::Flags(_, scalar) => scalar.decode(r),
            Self::Bool(_) => bool::decode(r).map(Value::from),
            Self::Uint(n) => r
                .bytes(*n)
                .map(|bytes| bytes.iter().rev().fold(0_u64, |n, byte| n.wrapping_shl(8) | u64::from(*byte)).into()),
            Self::Ipv4 => u32::decode(r).map(Value::from),
            Self::Ipv6 => Ipv6::decode(r).map(|address| address.0.segments().into_iter().collect()),
            Self::Text { length, max } => {
                let start = *r;
                length.read(r).and_then(|len| r.bytes(len).inspect_err(|_| *r = start)).map(|bytes| {
                    let bytes = bytes.get(..usize::try_from(*max).unwrap_or(usize::MAX)).unwrap_or(bytes);
                    text_to_json(bytes, matches!(length, Length::Fixed(_)))
                })
            }
            Self::Segment => Segment::decode(r).map(|segment| {
                let data = segment.bytes.iter().copied().collect::<Value>();
                Value::Object(Map::from_iter([("sequence".into(), segment.sequence.into()), ("data".into(), data)]))
            }),
            Self::Tail(_) if r.left() == 0 => Ok(Value::Null),
            Self::Tail(of) => return of.decode(r, mask),
            Self::Array { count, of } => {
                let n = count.read(r).map_err(|kind| at(r, kind))?;
                if n > r.left() {
                    return Err(at(r, DecodeErrorKind::Count));
                }
                let mut items = Vec::new();
                for i in 0..n {
                    items.push(of.decode(r, mask).map_err(|error| error.inside(&format!("[{i}]")))?);
                }
                return Ok(Value::Array(items));
            }
            Self::Struct(info) => {
                let mut map = Map::new();
                for field in info.fields {
                    let value = field.kind.decode(r, mask).map_err(|error| error.inside(field.name))?;
                    map.insert(field.name.to_owned(), if mask && field.personal { MASK.into() } else { value });
                }
                return Ok(Value::Object(map));
            }
        };
        value.map_err(|kind| at(r, kind))
    }

    fn encode(&self, value: &Value, out: &mut Vec<u8>) -> Result<(), FieldError> {
        match self {
            Self::Number(scalar) => scalar.encode(value, out),
            Self::Bool(scalar) => match value {
                Value::String(text) if text == "true" || text == "false" => {
                    scalar.encode_integer(Some(i128::from(text == "true")), out)
                }
                value => scalar.encode(value, out),
            },
            Self::Enum(info, scalar) => named(info.one(value), info, *scalar, out),
            Self::Flags(info, scalar) => named(info.several(value), info, *scalar, out),
            Self::Uint(width) => {
                let expected = || FieldError::expected(&format!("a number of {width} bytes"));
                integer(value).and_then(|n| put_integer(n, *width, false, false, out)).ok_or_else(expected)
            }
            Self::Ipv4 => match value.as_str().map(str::parse::<Ipv4Addr>) {
                Some(Ok(address)) => Scalar::U32.encode(&address.to_bits().into(), out),
                _ => Scalar::U32.encode(value, out),
            },
            Self::Ipv6 => match value.as_str() {
                Some(text) => {
                    let address: Ipv6Addr = text.parse().map_err(|_| FieldError::expected("an IPv6 address"))?;
                    out.extend(address.octets());
                    Ok(())
                }
                None => Self::Array { count: Length::Fixed(8), of: &Self::Number(Scalar::U16Be) }.encode(value, out),
            },
            Self::Text { length, max } => {
                let bytes = text_bytes(value)?;
                if u32::try_from(bytes.len()).is_ok_and(|len| len > *max) {
                    return Err(FieldError::expected(&format!("at most {max} bytes")));
                }
                length.put(bytes.len(), out)?;
                let len = bytes.len();
                out.extend(bytes);
                if let Length::Fixed(n) = length {
                    out.extend(core::iter::repeat_n(0, usize::from(*n).saturating_sub(len)));
                }
                Ok(())
            }
            Self::Segment => {
                let field = |name: &str| value.get(name).unwrap_or(&Value::Null);
                let mut data = Vec::new();
                bytes_or_items(field("data"), &Self::Number(Scalar::U8), &mut data).map_err(|e| e.inside("data"))?;
                Length::Prefix(2).put(data.len(), out)?;
                Scalar::U8.encode(field("sequence"), out).map_err(|e| e.inside("sequence"))?;
                out.extend(data);
                Ok(())
            }
            Self::Tail(_) if value.is_null() => Ok(()),
            Self::Tail(of) => of.encode(value, out),
            Self::Array { count: Length::Fixed(n), of } if value.is_null() => {
                (0..*n).try_for_each(|_| of.encode(&Value::Null, out))
            }
            Self::Array { count, of } => {
                let mut items = Vec::new();
                let n = bytes_or_items(value, of, &mut items)?;
                if let Length::Fixed(wanted) = count {
                    if n != usize::from(*wanted) {
                        return Err(FieldError::expected(&format!("a list of {wanted}")));
                    }
                }
                count.put(n, out)?;
                out.extend(items);
                Ok(())
            }
            Self::Struct(info) => {
                let empty = Map::new();
                let map = match value {
                    Value::Object(map) => map,
                    Value::Null => &empty,
                    _ => return Err(FieldError::expected("an object")),
                };
                if let Some(name) = map.keys().find(|name| !info.fields.iter().any(|field| field.name == **name)) {
                    return Err(FieldError { path: name.clone(), offset: 0, problem: Problem::Unknown });
                }
                info.fields.iter().try_for_each(|field| {
                    let value = map.get(field.name).unwrap_or(&Value::Null);
                    field.kind.encode(value, out).map_err(|error| error.inside(field.name))
                })
            }
        }
    }
}

fn named(n: Option<i128>, info: &ValueInfo, scalar: Scalar, out: &mut Vec<u8>) -> Result<(), FieldError> {
    if n.is_none() {
        return Err(FieldError::expected(&format!("a number of type {} or a name of {}", scalar.name(), info.name)));
    }
    scalar.encode_integer(n, out)
}

/// Appends the elements of a list, which for bytes may be hexadecimal digits; returns how many.
fn bytes_or_items(value: &Value, of: &Kind, out: &mut Vec<u8>) -> Result<usize, FieldError> {
    match (value, of) {
        (Value::Null, _) => Ok(0),
        (Value::String(digits), Kind::Number(Scalar::U8)) => {
            let bytes = unhex(digits).ok_or_else(|| FieldError::expected("hexadecimal digits or a list of numbers"))?;
            let n = bytes.len();
            out.extend(bytes);
            Ok(n)
        }
        (Value::Array(items), of) => {
            for (i, item) in items.iter().enumerate() {
                of.encode(item, out).map_err(|error| error.inside(&format!("[{i}]")))?;
            }
            Ok(items.len())
        }
        _ => Err(FieldError::expected("a list")),
    }
}

/// A text as JSON: without the filler at its end; if it is not UTF-8, an object with its bytes.
fn text_to_json(bytes: &[u8], fixed: bool) -> Value {
    let filler = |byte: &u8| *byte == 0 || fixed && *byte == 0xff;
    let end = bytes.iter().rposition(|byte| !filler(byte)).map_or(0, |last| last.saturating_add(1));
    match core::str::from_utf8(bytes.get(..end).unwrap_or(bytes)) {
        Ok(text) => text.into(),
        Err(_) => Value::Object(Map::from_iter([("hex".into(), hex(bytes).into())])),
    }
}

fn text_bytes(value: &Value) -> Result<Vec<u8>, FieldError> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::String(text) => Some(text.as_bytes().to_vec()),
        Value::Number(n) => Some(n.to_string().into_bytes()),
        value => value.get("hex").and_then(Value::as_str).and_then(unhex),
    }
    .ok_or_else(|| FieldError::expected("a text"))
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hexadecimal digits as bytes; blanks and colons between them do not count.
#[must_use]
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = digits.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b':').collect();
    let pairs = digits.chunks(2).map(|pair| match pair {
        [_, _] if pair.iter().all(u8::is_ascii_hexdigit) => {
            u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()
        }
        _ => None,
    });
    pairs.collect()
}

/// A message as JSON.
#[derive(Debug)]
pub struct Shown {
    /// Headers and, under `tlvs`, what is in it.
    pub json: Value,
    /// The service and the declaration of the message, for whoever prints names of values.
    pub info: Option<(&'static ServiceInfo, &'static MessageInfo)>,
    /// The first TLV that could not be read; the others could.
    pub error: Option<FieldError>,
    /// Where the value of that TLV begins, from the start of the bytes shown.
    pub error_at: usize,
}

/// The frame at the start of `bytes` as JSON. `vendor` is the USB vendor of the device, as some numbers mean different things.
/// With `mask`, personal values become `"***"`, and what is not known is left out: nobody knows what is personal in it.
///
/// # Errors
///
/// [`HeaderError`]. A TLV whose value cannot be read is shown with its bytes, and told in [`Shown::error`].
pub fn frame_to_json(bytes: &[u8], vendor: Option<u16>, mask: bool) -> Result<Shown, HeaderError> {
    frame_to_json_by(SERVICES, bytes, vendor, mask)
}

/// As [`frame_to_json`], with these services.
///
/// # Errors
///
/// [`HeaderError`].
pub fn frame_to_json_by(
    services: &[&'static ServiceInfo],
    bytes: &[u8],
    vendor: Option<u16>,
    mask: bool,
) -> Result<Shown, HeaderError> {
    let frame = Frame::parse(bytes)?;
    let mut map = Map::new();
    let length = crate::frame::frame_len(bytes)?.saturating_sub(1);
    match frame.framing {
        Framing::Qmux { sender, .. } => {
            map.insert("marker".into(), QMUX_MARKER.into());
            map.insert("qmux_length".into(), length.into());
            map.insert("qmux_flags".into(), sender.0.into());
        }
        _ => {
            map.insert("marker".into(), WIDE_MARKER.into());
            map.insert("qmux_length".into(), length.into());
        }
    }
    Ok(show(services, map, bytes, frame.framing.client(), &frame.message, vendor, mask))
}

/// A message without frame, as over QRTR, as JSON; else as [`frame_to_json`].
///
/// # Errors
///
/// [`HeaderError`].
pub fn message_to_json(service: Service, bytes: &[u8], vendor: Option<u16>, mask: bool) -> Result<Shown, HeaderError> {
    message_to_json_by(SERVICES, service, bytes, vendor, mask)
}

/// As [`message_to_json`], with these services.
///
/// # Errors
///
/// [`HeaderError`].
pub fn message_to_json_by(
    services: &[&'static ServiceInfo],
    service: Service,
    bytes: &[u8],
    vendor: Option<u16>,
    mask: bool,
) -> Result<Shown, HeaderError> {
    let message = crate::frame::Message::parse(service, bytes)?;
    Ok(show(services, Map::new(), bytes, None, &message, vendor, mask))
}

fn show(
    services: &[&'static ServiceInfo],
    mut map: Map<String, Value>,
    bytes: &[u8],
    client: Option<u8>,
    message: &crate::frame::Message<'_>,
    vendor: Option<u16>,
    mask: bool,
) -> Shown {
    let number = message.service();
    let kind = message.kind();
    let known = service_by(services, number);
    let indication = kind == crate::frame::Kind::Indication;
    let info = known.and_then(|known| known.message(message.id(), indication, vendor));
    let name = known.map(|known| known.name).or(number.name());
    map.insert("service_id".into(), number.0.into());
    map.insert("service".into(), name.into());
    if let Some(client) = client {
        map.insert("client_id".into(), client.into());
    }
    map.insert("qmi_flags".into(), message.flags.0.into());
    map.insert("transaction_id".into(), message.transaction.into());
    map.insert("message_id".into(), message.id().into());
    map.insert("kind".into(), kind_name(kind).into());
    map.insert("tlv_length".into(), message.tlvs.bytes().len().into());
    map.insert("message".into(), info.map(|info| info.name).into());
    if let Some(vendor) = info.and_then(|info| info.vendor) {
        map.insert("vendor".into(), format!("0x{vendor:04x}").into());
    }
    let (mut error, mut error_at) = (None, 0);
    let tlvs = info.map(|info| side(info, kind)).unwrap_or_default();
    let one = |tlv: Tlv<'_>| {
        let fine = error.is_none();
        let shown = show_tlv(&tlv, tlvs, mask, &mut error);
        if fine && error.is_some() {
            error_at = tlv.value.as_ptr().addr().saturating_sub(bytes.as_ptr().addr());
        }
        shown
    };
    let list = message.tlvs.iter().map(one).collect();
    map.insert("tlvs".into(), list);
    Shown { json: Value::Object(map), info: known.zip(info), error, error_at }
}

/// The name of a kind of message in JSON.
fn kind_name(kind: crate::frame::Kind) -> &'static str {
    match kind {
        crate::frame::Kind::Request => "request",
        crate::frame::Kind::Response => "response",
        crate::frame::Kind::Indication => "indication",
    }
}

/// The TLVs of a message of that kind.
#[must_use]
pub fn side(info: &'static MessageInfo, kind: crate::frame::Kind) -> &'static [TlvInfo] {
    match (kind, info.input) {
        (crate::frame::Kind::Request, Some(input)) => input,
        (crate::frame::Kind::Request, None) => &[],
        _ => info.output,
    }
}

fn show_tlv(tlv: &Tlv<'_>, tlvs: &[TlvInfo], mask: bool, first: &mut Option<FieldError>) -> Value {
    let mut map = Map::new();
    let info = tlvs.iter().find(|info| info.tlv == tlv.kind);
    map.insert("tlv".into(), format!("0x{:02X}", tlv.kind).into());
    if mask && info.is_none_or(TlvInfo::is_personal) {
        map.insert("length".into(), tlv.value.len().into());
    } else {
        map.insert("hex".into(), hex(tlv.value).into());
    }
    if let Some(info) = info {
        map.insert("name".into(), info.name().into());
        match info.decode(tlv.value, mask) {
            Ok(value) => {
                map.insert("value".into(), value);
            }
            Err(error) => {
                let error = error.inside(&format!("{} (TLV {:#04x})", info.name(), info.tlv));
                map.insert("error".into(), error.to_string().into());
                first.get_or_insert(error);
            }
        }
    }
    Value::Object(map)
}

/// TLVs from JSON, in order: either an object from names of TLVs to values, or a list of objects, each with `tlv` (a number
/// or a name) and `value` or, for any bytes, `hex`.
///
/// # Errors
///
/// The first TLV that does not exist or whose value does not fit.
pub fn encode_tlvs(tlvs: &[TlvInfo], value: &Value) -> Result<Vec<(u8, Vec<u8>)>, FieldError> {
    let find = |name: &str| {
        let number = integer(&name.into()).and_then(|n| u8::try_from(n).ok());
        let alike = |info: &&TlvInfo| Some(info.tlv) == number || plain(&info.name()) == plain(name);
        (number, tlvs.iter().find(alike))
    };
    let unknown = |name: &str| FieldError { path: name.to_owned(), offset: 0, problem: Problem::Unknown };
    let one = |name: &str, value: &Value| {
        let info = find(name).1.ok_or_else(|| unknown(name))?;
        let bytes = info.encode(value).map_err(|error| error.inside(&info.name()))?;
        Ok((info.tlv, bytes))
    };
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Object(map) => map.iter().map(|(name, value)| one(name, value)).collect(),
        Value::Array(items) => {
            let item = |item: &Value| {
                let name = item.get("tlv").map(|tlv| tlv.as_str().map_or_else(|| tlv.to_string(), ToOwned::to_owned));
                let name = name.ok_or_else(|| FieldError::expected("an object with `tlv`"))?;
                match (item.get("value"), item.get("hex").and_then(Value::as_str)) {
                    (None, Some(digits)) => {
                        let (number, info) = find(&name);
                        let tlv = info.map(|info| info.tlv).or(number).ok_or_else(|| unknown(&name))?;
                        let bytes = unhex(digits).ok_or_else(|| FieldError::expected("hexadecimal digits"))?;
                        Ok((tlv, bytes))
                    }
                    (value, _) => one(&name, value.unwrap_or(&Value::Null)),
                }
            };
            items.iter().map(item).collect()
        }
        _ => Err(FieldError::expected("an object or a list of TLVs")),
    }
}

/// The first TLV that must be there and is not among those written.
#[must_use]
pub fn first_missing<'t>(tlvs: &'t [TlvInfo], written: &[(u8, Vec<u8>)]) -> Option<&'t TlvInfo> {
    tlvs.iter().find(|info| info.is_required() && !written.iter().any(|(tlv, _)| *tlv == info.tlv))
}

/// A whole message of these TLVs.
///
/// # Errors
///
/// [`EncodeError`] if it is too long or its head contradicts itself.
pub fn build(head: &Head, tlvs: &[(u8, Vec<u8>)]) -> Result<Vec<u8>, EncodeError> {
    let write = |buffer| {
        let mut writer = MessageWriter::new(buffer, head);
        tlvs.iter().for_each(|(tlv, bytes)| writer.put(*tlv, &Rest::<{ usize::MAX }>::from(&**bytes)));
        writer.finish().map(|message| message.len())
    };
    match write(&mut []) {
        Err(EncodeError::BufferTooSmall { needed }) => {
            let mut message = alloc::vec![0; needed];
            write(&mut message)?;
            Ok(message)
        }
        Err(error) => Err(error),
        Ok(_) => Ok(Vec::new()),
    }
}

/// A format that is known to the catalogue.
pub trait Describe {
    /// The format.
    const KIND: Kind;
}

/// A set of TLVs that is known to the catalogue.
pub trait DescribeTlvs {
    /// The TLVs.
    const TLVS: &'static [TlvInfo];
}

/// A plain number, which can carry other values.
pub trait DescribeScalar {
    /// Which.
    const SCALAR: Scalar;
}

/// An enumeration or a set of flags.
pub trait DescribeValue {
    /// Its values.
    const VALUES: &'static ValueInfo;
    /// Whether they are flags.
    const FLAGS: bool;
}

macro_rules! describe {
    ($($t:ty, $scalar:ident;)*) => { $(
        impl DescribeScalar for $t {
            const SCALAR: Scalar = Scalar::$scalar;
        }

        impl Describe for $t {
            const KIND: Kind = Kind::Number(Scalar::$scalar);
        }
    )* };
}

describe! {
    u8, U8;
    u16, U16;
    u32, U32;
    u64, U64;
    i8, I8;
    i16, I16;
    i32, I32;
    i64, I64;
    f32, F32;
    f64, F64;
    Be<u16>, U16Be;
    Be<u32>, U32Be;
    Be<u64>, U64Be;
    Be<i16>, I16Be;
    Be<i32>, I32Be;
    Be<i64>, I64Be;
}

impl Describe for bool {
    const KIND: Kind = Kind::Bool(Scalar::U8);
}

impl Describe for SignedBool {
    const KIND: Kind = Kind::Bool(Scalar::I8);
}

impl<const N: usize> Describe for Uint<N> {
    const KIND: Kind = Kind::Uint(N);
}

impl Describe for Ipv4 {
    const KIND: Kind = Kind::Ipv4;
}

impl Describe for Ipv6 {
    const KIND: Kind = Kind::Ipv6;
}

impl<E: DescribeValue, R: DescribeScalar> Describe for As<E, R> {
    const KIND: Kind = if E::FLAGS { Kind::Flags(E::VALUES, R::SCALAR) } else { Kind::Enum(E::VALUES, R::SCALAR) };
}

impl<const MAX: usize> Describe for Rest<'_, MAX> {
    const KIND: Kind = Kind::Text { length: Length::Rest, max: limit(MAX) };
}

impl<P: Prefix, const MAX: usize> Describe for Str<'_, P, MAX> {
    const KIND: Kind = Kind::Text { length: Length::Prefix(P::WIDTH), max: limit(MAX) };
}

impl<const N: usize> Describe for Fixed<'_, N> {
    const KIND: Kind = Kind::Text { length: Length::Fixed(fixed(N)), max: u32::MAX };
}

impl<P: Prefix> Describe for Bytes<'_, P> {
    const KIND: Kind = Kind::Array { count: Length::Prefix(P::WIDTH), of: &Kind::Number(Scalar::U8) };
}

impl<T: Describe, P: Prefix> Describe for List<'_, T, P> {
    const KIND: Kind = Kind::Array { count: Length::Prefix(P::WIDTH), of: &T::KIND };
}

impl<T: Describe, const N: usize> Describe for [T; N] {
    const KIND: Kind = Kind::Array { count: Length::Fixed(fixed(N)), of: &T::KIND };
}

impl<T: Describe> Describe for Tail<T> {
    const KIND: Kind = Kind::Tail(&T::KIND);
}

impl Describe for Segment<'_> {
    const KIND: Kind = Kind::Segment;
}

/// A greatest length for a table; what is beyond it is no limit.
#[allow(clippy::as_conversions, clippy::cast_possible_truncation)] // checked
const fn limit(n: usize) -> u32 {
    if n < u32::MAX as usize { n as u32 } else { u32::MAX }
}

/// A fixed number for a table.
#[allow(clippy::as_conversions, clippy::cast_possible_truncation)] // checked
const fn fixed(n: usize) -> u16 {
    assert!(n <= u16::MAX as usize, "longer than a TLV");
    n as u16
}

static VERDICT: StructInfo = StructInfo {
    name: "Verdict",
    fields: &[
        FieldInfo { name: "error_status", personal: false, kind: Kind::Number(Scalar::U16) },
        FieldInfo { name: "error_code", personal: false, kind: Kind::Number(Scalar::U16) },
    ],
};

impl Describe for Verdict {
    const KIND: Kind = Kind::Struct(&VERDICT);
}

/// A row; for the macros.
#[doc(hidden)]
#[must_use]
#[allow(clippy::too_many_arguments)] // called by one macro
pub const fn tlv_info(
    tlv: u8,
    ident: &'static str,
    wire: Option<&'static str>,
    word: &'static &'static str,
    when: Option<&'static &'static str>,
    personal: bool,
    kind: Kind,
    #[cfg(feature = "rewrite")] rewrite: fn(&[u8]) -> Result<Rewritten, DecodeErrorKind>,
) -> TlvInfo {
    let (name, is_ident) = match wire {
        Some(name) => (name, false),
        None => (ident, true),
    };
    TlvInfo {
        tlv,
        personal,
        kind,
        #[cfg(feature = "rewrite")]
        rewrite,
        name,
        is_ident,
        word,
        when,
    }
}

#[doc(hidden)]
#[macro_export]
macro_rules! __describe_value {
    ($name:ident, [$($wire:literal)?], $repr:ident, $kind:ident, [$($value:ident = $n:expr),*]) => {
        #[allow(clippy::as_conversions, clippy::cast_lossless, clippy::cast_possible_wrap, trivial_numeric_casts)]
        const _: () = {
            impl $crate::catalogue::DescribeValue for $name {
                const VALUES: &'static $crate::catalogue::ValueInfo = &$crate::catalogue::ValueInfo {
                    name: stringify!($name),
                    wire: $crate::__optional!($($wire)?),
                    values: &[$((stringify!($value), { const N: $repr = $n; N as i64 })),*],
                };
                const FLAGS: bool = matches!(stringify!($kind).as_bytes(), b"Flags");
            }

            impl $crate::catalogue::Describe for $name {
                const KIND: $crate::catalogue::Kind = $crate::catalogue::Kind::$kind(
                    <Self as $crate::catalogue::DescribeValue>::VALUES,
                    <$repr as $crate::catalogue::DescribeScalar>::SCALAR,
                );
            }
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __describe_struct {
    ($value:ty, $name:ident, [$($f:ident $($wire:literal)? $($flag:ident)? : $t:ty),*]) => {
        impl<'a> $crate::catalogue::Describe for $value {
            const KIND: $crate::catalogue::Kind = $crate::catalogue::Kind::Struct(&$crate::catalogue::StructInfo {
                name: stringify!($name),
                fields: &[$($crate::catalogue::FieldInfo {
                    name: $crate::__name!($f $($wire)?),
                    personal: $crate::__personal!($($flag)?),
                    kind: <$t as $crate::catalogue::Describe>::KIND,
                }),*],
            });
        }
    };
}

// In two versions, because an attribute in an expansion would ask the calling crate for the feature.
#[cfg(feature = "rewrite")]
#[doc(hidden)]
#[macro_export]
macro_rules! __tlv_info {
    ($t:ty, $($argument:expr),*) => {{
        #[allow(clippy::needless_lifetimes, clippy::elidable_lifetime_names, clippy::extra_unused_lifetimes)]
        fn rewrite<'a>(
            bytes: &'a [u8],
        ) -> ::core::result::Result<$crate::catalogue::Rewritten, $crate::DecodeErrorKind> {
            $crate::catalogue::rewrite::<$t>(bytes)
        }

        $crate::catalogue::tlv_info($($argument),*, rewrite)
    }};
}

#[cfg(not(feature = "rewrite"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __tlv_info {
    ($t:ty, $($argument:expr),*) => { $crate::catalogue::tlv_info($($argument),*) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __describe_tlvs {
    ($name:ident, [
        $($id:literal $($word:ident)? $($when:literal)? => $f:ident $($wire:literal)? $($flag:ident)? : $t:ty),*
    ]) => {
        impl<'a> $crate::catalogue::DescribeTlvs for $name<'a> {
            const TLVS: &'static [$crate::catalogue::TlvInfo] = &[$($crate::__tlv_info! {
                $t,
                $id,
                stringify!($f),
                $crate::__optional!($($wire)?),
                &concat!($(stringify!($word))?),
                $crate::__when!($($when)?),
                $crate::__personal!($($flag)?),
                <$t as $crate::catalogue::Describe>::KIND
            }),*];
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __describe_message {
    ($title:literal, $($vendor:literal)?, $abortable:expr, $input:expr, $output:expr) => {
        /// The message in the catalogue.
        pub const INFO: $crate::catalogue::MessageInfo = $crate::catalogue::MessageInfo {
            name: $title,
            id: <Message as $crate::Message>::ID,
            vendor: $crate::__optional!($($vendor)?),
            abortable: $abortable,
            input: $input,
            output: $output,
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __describe_service {
    ($service:expr, $title:literal, [$($name:ident),*]) => {
        /// The service in the catalogue.
        pub static SERVICE: $crate::catalogue::ServiceInfo = $crate::catalogue::ServiceInfo {
            name: $title,
            service: $service,
            messages: &[$($name::INFO),*],
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __optional {
    () => {
        None
    };
    ($value:literal) => {
        Some($value)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __when {
    () => {
        None
    };
    ($value:literal) => {
        Some(&$value)
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __personal {
    () => {
        false
    };
    (personal) => {
        true
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __name {
    ($f:ident) => {
        stringify!($f)
    };
    ($f:ident $wire:literal) => {
        $wire
    };
}
