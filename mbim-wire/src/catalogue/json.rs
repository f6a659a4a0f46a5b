//! JSON from and to fields. One reader and one writer follow the tables, so that a tool does not link functions for each of
//! the thousand fields.
//!
//! The rules are those of the formats that the kinds are named after, told once more for lengths that only the table knows;
//! where they are more than a word they are shared. That both agree is tested for every declaration, with any bytes.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt::{self, Write as _};
use core::net::{Ipv4Addr, Ipv6Addr};

use super::{FieldError, FieldInfo, Kind, Map, Problem, StructInfo, Value, ValueInfo, hex, unhex};
use crate::address::RefAddress;
use crate::bytes::{Bytes, BytesLengthFirst, PrefixedBytes, Rest, RestUnpadded, put_pair};
use crate::codec::{self, DecodeError, DecodeErrorKind, StructWriter, align4, length, region_at, word_at};
use crate::field::{Encode, Field};
use crate::list::{Wire, element_at, spend};
use crate::text::{Text, Utf8, Utf16, pair_at};
use crate::tlv::{self, Tlv, TlvList, TlvNumbers, TlvType};
use crate::uuid::Uuid;

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
        let mut len = self.info.fixed();
        self.each(|field, value| {
            len = len.saturating_add(field.kind.tail(value)?);
            Ok(())
        });
        len
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        self.each(|field, value| field.kind.put(value, w, field.offset));
    }
}

const U16: &str = "a number from 0 to 65535";
const U32: &str = "a number from 0 to 4294967295";
const U64: &str = "a number from 0 to 18446744073709551615";
const I32: &str = "a number from -2147483648 to 2147483647";
const IPV4: &str = "an IPv4 address";
const IPV6: &str = "an IPv6 address";

impl StructInfo {
    /// Bytes of the fixed part.
    fn fixed(&self) -> usize {
        self.fields.last().map_or(0, |field| field.offset.saturating_add(field.kind.fixed()))
    }

    /// Whether the fixed part is there; the offset where it ends if not.
    fn check(&self, base: &[u8]) -> Result<(), DecodeError> {
        if base.len() < self.fixed() {
            return Err(DecodeError::new(DecodeErrorKind::OutOfBounds, base.len()));
        }
        Ok(())
    }

    /// Bytes that the structure takes when its data follow it.
    fn extent(&self, base: &[u8]) -> Result<usize, DecodeError> {
        self.fields.iter().try_fold(self.fixed(), |sum, field| {
            field.kind.owned(base, field.offset).map(|owned| sum.saturating_add(owned))
        })
    }

    /// Reads the structure that lies at `start` of what is around it.
    fn decode_at(&self, base: &[u8], start: usize) -> Result<Value, FieldError> {
        self.decode(base, false).map_err(|error| error.inside("", start))
    }
}

/// Elements of a list, each read by `read` at its offset.
fn elements(
    wire: &Wire<'_>,
    stride: usize,
    mut read: impl FnMut(usize, usize) -> Result<Value, FieldError>,
) -> Result<Vec<Value>, FieldError> {
    wire.offsets(stride).enumerate().map(|(i, at)| read(i, at)).collect()
}

impl Kind {
    /// Whether it is one of the TLVs at the end of a structure, which are found by counting.
    pub(super) const fn is_tlv(&self) -> bool {
        matches!(self, Self::Tlv | Self::TlvText { .. } | Self::TlvNumbers | Self::TlvList)
    }

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
            Self::Struct(info) => info.fixed(),
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
            | Self::When { .. } => 0,
            _ => 4,
        }
    }

    /// Bytes of data that a field read at `at` owns behind the fixed part.
    fn owned(&self, base: &[u8], at: usize) -> Result<usize, DecodeError> {
        match self {
            Self::Bytes | Self::Text { .. } | Self::Utf8 => pair_at(base, at).map(|bytes| align4(bytes.len())),
            Self::Struct(info) => {
                let extent = info.extent(base.get(at..).unwrap_or(&[]))?;
                Ok(extent.saturating_sub(info.fixed()))
            }
            Self::When { of, back, value } => match word_at(base, at.saturating_sub(*back))? {
                word if word == *value => of.owned(base, at).map(|owned| owned.saturating_add(of.fixed())),
                _ => Ok(0),
            },
            _ => Ok(0),
        }
    }

    /// Reads a value whose fixed part is at `at`; `nth` says the how-manieth TLV it is.
    pub(super) fn read(&self, base: &[u8], at: usize, nth: usize) -> Result<Value, FieldError> {
        Ok(match self {
            Self::U16 => u16::at(base, at)?.into(),
            Self::U32 | Self::Count => word_at(base, at)?.into(),
            Self::U64 => u64::at(base, at)?.into(),
            Self::I32 => i32::at(base, at)?.into(),
            Self::Bool => bool::at(base, at)?.into(),
            Self::Enum(values) | Self::Flags(values) => match values.repr {
                "u16" => u16::at(base, at)?.into(),
                "u64" => u64::at(base, at)?.into(),
                _ => word_at(base, at)?.into(),
            },
            Self::Uuid => Uuid::at(base, at)?.to_string().into(),
            Self::Ipv4 => Ipv4Addr::at(base, at)?.to_string().into(),
            Self::Ipv6 => Ipv6Addr::at(base, at)?.to_string().into(),
            Self::RefIpv4 => RefAddress::<Ipv4Addr>::at(base, at)?.0.map(|address| address.to_string()).into(),
            Self::RefIpv6 => RefAddress::<Ipv6Addr>::at(base, at)?.0.map(|address| address.to_string()).into(),
            Self::Text { .. } => text_or_null(<Text<'_>>::at(base, at)?),
            Self::Utf8 => text_or_null(Utf8::at(base, at)?.0),
            Self::Bytes => hex(Bytes::at(base, at)?.0).into(),
            Self::BytesLengthFirst => hex(BytesLengthFirst::at(base, at)?.0).into(),
            Self::SizedBytes { back } => {
                let offset = word_at(base, at)?;
                match word_at(base, at.saturating_sub(*back))? {
                    0 => "".into(),
                    size => hex(region_at(base, offset, size, at)?).into(),
                }
            }
            Self::InlineBytes { back } => {
                let size = word_at(base, at.saturating_sub(*back))?;
                hex(region_at(base, codec::word(at), size, at)?).into()
            }
            Self::PrefixedBytes => hex(PrefixedBytes::at(base, at)?.0).into(),
            Self::Rest | Self::RestUnpadded => hex(RestUnpadded::at(base, at)?.0).into(),
            Self::FixedBytes { len } => {
                let bytes = base.get(at..at.saturating_add(*len));
                hex(bytes.ok_or(DecodeError::new(DecodeErrorKind::OutOfBounds, at))?).into()
            }
            Self::TextList { back } => {
                let wire = Wire::in_place(base, at, *back, 8)?;
                let mut left = wire.allowance();
                let one = |i, at| {
                    let text = <Text<'_>>::at(base, at).and_then(|text| {
                        spend(&mut left, text.wire_len(), at)?;
                        Ok(text)
                    });
                    text.map(|text| text.to_string().into()).map_err(|error| in_element(i, 0)(error.into()))
                };
                Value::Array(elements(&wire, 8, one)?)
            }
            Self::RefList { of, back } => {
                let wire = Wire::in_place(base, at, *back, 8)?;
                let mut left = wire.allowance();
                let one = |i, at| {
                    let element = element_at(base, at, of.fixed()).and_then(|element| {
                        spend(&mut left, element.len(), at)?;
                        Ok(element)
                    });
                    let element = element.map_err(|error| in_element(i, 0)(error.into()))?;
                    of.decode(element, false).map_err(in_element(i, length(word_at(base, at)?)))
                };
                list_or_null(elements(&wire, 8, one)?)
            }
            Self::RefArray { of, back } => {
                let wire = Wire::referenced(base, at, *back, of.fixed())?;
                list_or_null(elements(&wire, of.fixed(), |i, at| of.read(base, at, 0).map_err(in_element(i, 0)))?)
            }
            Self::Array { of, back } => {
                let wire = Wire::in_place(base, at, *back, of.fixed())?;
                Value::Array(elements(&wire, of.fixed(), |i, at| of.read(base, at, 0).map_err(in_element(i, 0)))?)
            }
            Self::Struct(of) => {
                let inner = base.get(at..).unwrap_or(&[]);
                of.check(inner).map_err(|error| DecodeError::new(error.kind, at))?;
                of.decode_at(inner, at)?
            }
            Self::RefStruct(of) => {
                let (offset, size) = (word_at(base, at)?, word_at(base, at.saturating_add(4))?);
                if offset == 0 {
                    return Ok(Value::Null);
                }
                let inner = region_at(base, offset, size, at)?;
                of.check(inner).map_err(|error| DecodeError::new(error.kind, at))?;
                of.decode_at(inner, length(offset))?
            }
            Self::RefSequence(of) => return of.read_sequence(base, at),
            Self::Tlv => tlv_to_json(&tlv::nth_at(base, at, nth)?.0),
            Self::TlvText { .. } => {
                let data = tlv::typed_at(base, at, nth, TlvType::WCHAR_STR)?;
                Utf16::from_wire(data).map_err(|kind| DecodeError::new(kind, at))?.to_string().into()
            }
            Self::TlvNumbers => TlvNumbers::<0>::at(base, tlv::skip(base, at, nth)?)?.iter().collect(),
            Self::TlvList => {
                let tlvs = TlvList::<0>::at(base, tlv::skip(base, at, nth)?)?;
                let one = |(i, tlv): (usize, Result<Tlv<'_>, DecodeError>)| {
                    tlv.map(|tlv| tlv_to_json(&tlv)).map_err(|error| in_element(i, 0)(error.into()))
                };
                Value::Array(tlvs.iter().enumerate().map(one).collect::<Result<_, _>>()?)
            }
            Self::When { of, back, value } => match word_at(base, at.saturating_sub(*back))? {
                word if word == *value => of.read(base, at, nth)?,
                _ => Value::Null,
            },
        })
    }

    /// Writes a value; null is zero or empty.
    fn put(&self, value: &Value, w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        match self {
            Self::U16 => number::<u16>(value, U16)?.put(w, at),
            Self::U32 => number::<u32>(value, U32)?.put(w, at),
            Self::U64 => number::<u64>(value, U64)?.put(w, at),
            Self::I32 => number::<i32>(value, I32)?.put(w, at),
            Self::Bool => {
                let on = match value {
                    Value::String(text) if matches!(text.as_str(), "true" | "on" | "yes") => true,
                    Value::String(text) if matches!(text.as_str(), "false" | "off" | "no") => false,
                    value => number::<u32>(value, "true or false")? != 0,
                };
                on.put(w, at);
            }
            // The list writes the count; whatever stands here is only checked to be a number.
            Self::Count => drop(number::<u32>(value, U32)?),
            Self::Enum(values) => put_named(value, values, false, w, at)?,
            Self::Flags(values) => put_named(value, values, true, w, at)?,
            Self::Uuid => parsed(value, Uuid::default(), "a UUID")?.put(w, at),
            Self::Ipv4 => parsed(value, Ipv4Addr::UNSPECIFIED, IPV4)?.put(w, at),
            Self::Ipv6 => parsed(value, Ipv6Addr::UNSPECIFIED, IPV6)?.put(w, at),
            Self::RefIpv4 => maybe::<Ipv4Addr>(value, IPV4)?.put(w, at),
            Self::RefIpv6 => maybe::<Ipv6Addr>(value, IPV6)?.put(w, at),
            Self::Text { max } => Utf16::from(text(value)?).put_pair(w, at, *max),
            Self::Utf8 => Utf8(text(value)?).put(w, at),
            Self::Bytes => put_pair(w, at, &bytes(value)?),
            Self::BytesLengthFirst => BytesLengthFirst(&bytes(value)?).put(w, at),
            Self::SizedBytes { back } => {
                let bytes = bytes(value)?;
                w.count(at, *back, bytes.len());
                if !bytes.is_empty() {
                    let offset = w.append(&bytes);
                    w.word(at, offset);
                }
            }
            Self::InlineBytes { back } => {
                let bytes = bytes(value)?;
                w.count(at, *back, bytes.len());
                w.patch(at, &bytes);
            }
            Self::PrefixedBytes => PrefixedBytes(&bytes(value)?).put(w, at),
            Self::Rest | Self::RestUnpadded => Rest(&bytes(value)?).put(w, at),
            Self::FixedBytes { len } => match bytes(value)? {
                bytes if bytes.len() == *len => w.patch(at, &bytes),
                bytes if bytes.is_empty() => {}
                _ => return Err(FieldError::expected(&format!("{len} bytes as hexadecimal digits"))),
            },
            Self::TextList { back } => {
                let items = items(value)?;
                w.count(at, *back, items.len());
                Self::Text { max: usize::MAX }.put_each(items, w, at)?;
            }
            Self::RefList { of, back } => {
                let items = items(value)?;
                w.count(at, *back, items.len());
                for (i, item) in items.iter().enumerate() {
                    let (offset, size) = append(w, of, item).map_err(in_element(i, 0))?;
                    w.pad(length(size));
                    let pair = i.saturating_mul(8).saturating_add(at);
                    w.word(pair, offset);
                    w.word(pair.saturating_add(4), size);
                }
            }
            Self::RefArray { of, back } => {
                let items = items(value)?;
                w.count(at, *back, items.len());
                if items.is_empty() {
                    return Ok(());
                }
                let first = w.next();
                w.word(at, first);
                if let Self::Struct(of) = of {
                    append_each(items, w, of)?;
                } else {
                    w.zeros(items.len().saturating_mul(of.fixed()));
                    of.put_each(items, w, length(first))?;
                }
            }
            Self::Array { of, back } => {
                let items = items(value)?;
                w.count(at, *back, items.len());
                of.put_each(items, w, at)?;
            }
            Self::Struct(of) => {
                let body = JsonStruct::new(of, value);
                w.nested(at, &body);
                body.finish()?;
            }
            Self::RefStruct(_) if value.is_null() => {}
            Self::RefStruct(of) => {
                let (offset, size) = append(w, of, value)?;
                w.word(at, offset);
                w.word(at.saturating_add(4), size);
            }
            Self::RefSequence(of) => {
                let items = items(value)?;
                if items.is_empty() {
                    return Ok(());
                }
                let offset = w.append(&codec::word(items.len()).to_le_bytes());
                append_each(items, w, of)?;
                let size = w.next().saturating_sub(offset);
                w.word(at, offset);
                w.word(at.saturating_add(4), size);
            }
            Self::Tlv => put_tlv(value, w)?,
            Self::TlvText { max } => tlv::put_text(w, Utf16::from(text(value)?), *max),
            Self::TlvNumbers => {
                let one = |item| number::<u16>(item, U16);
                let numbers = items(value)?.iter().map(one).collect::<Result<Vec<_>, _>>()?;
                TlvNumbers::<0>::new(&numbers).put(w, at);
            }
            Self::TlvList => {
                for (i, item) in items(value)?.iter().enumerate() {
                    put_tlv(item, w).map_err(in_element(i, 0))?;
                }
            }
            Self::When { of, back, value: wanted } => match w.written(at.saturating_sub(*back)) {
                Some(word) if word != *wanted && !value.is_null() => {
                    return Err(FieldError::expected("nothing beside this choice"));
                }
                Some(word) if word == *wanted && value.is_null() && of.fixed() > 0 => {
                    return Err(FieldError::expected("a value with this choice"));
                }
                _ if value.is_null() => {}
                _ => of.put(value, w, at)?,
            },
        }
        Ok(())
    }

    /// Writes elements one after the other.
    fn put_each(&self, items: &[Value], w: &mut StructWriter<'_, '_>, at: usize) -> Result<(), FieldError> {
        items.iter().enumerate().try_for_each(|(i, item)| {
            let at = i.saturating_mul(self.fixed()).saturating_add(at);
            self.put(item, w, at).map_err(in_element(i, 0))
        })
    }

    /// Bytes that a value takes in place behind the fixed part.
    fn tail(&self, value: &Value) -> Result<usize, FieldError> {
        let list = |stride: usize| Ok(items(value)?.len().saturating_mul(stride));
        match self {
            Self::InlineBytes { .. } | Self::PrefixedBytes | Self::Rest => Ok(align4(bytes(value)?.len())),
            Self::RestUnpadded => Ok(bytes(value)?.len()),
            Self::TextList { .. } | Self::RefList { .. } => list(8),
            Self::Array { of, .. } => list(of.fixed()),
            Self::Struct(of) => {
                let body = JsonStruct::new(of, value);
                let len = body.fixed_len();
                body.finish().map(|()| len.saturating_sub(of.fixed()))
            }
            Self::When { .. } if value.is_null() => Ok(0),
            Self::When { of, .. } => of.tail(value).map(|tail| tail.saturating_add(of.fixed())),
            _ => Ok(0),
        }
    }
}

impl StructInfo {
    /// Reads structures that follow each other behind their count, to which the pair at `at` points.
    fn read_sequence(&self, base: &[u8], at: usize) -> Result<Value, FieldError> {
        let here = |error: DecodeError| DecodeError::new(error.kind, at);
        let region = pair_at(base, at)?;
        if region.is_empty() {
            return Ok(Value::Null);
        }
        let start = length(word_at(base, at)?);
        let count = word_at(region, 0).map_err(here)?;
        let wire = Wire::checked(region, 4, count, self.fixed().max(1)).map_err(here)?;
        let mut list = Vec::new();
        let mut next = 4;
        // The room for the elements has been compared with their number.
        for (i, _) in wire.offsets(0).enumerate() {
            let element = region.get(next..).unwrap_or(&[]);
            let extent = self.check(element).and_then(|()| self.extent(element));
            let end = extent.map(|extent| align4(extent).saturating_add(next)).and_then(|end| match end {
                end if end <= region.len() => Ok(end),
                _ => Err(DecodeError::new(DecodeErrorKind::OutOfBounds, next)),
            });
            let end = end.map_err(|error| in_element(i, 0)(error.into()))?;
            list.push(self.decode(element, false).map_err(in_element(i, start.saturating_add(next)))?);
            next = end;
        }
        Ok(list_or_null(list))
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
fn put_named(
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

/// Writes structures one after the other to the data part.
fn append_each(items: &[Value], w: &mut StructWriter<'_, '_>, info: &'static StructInfo) -> Result<(), FieldError> {
    items.iter().enumerate().try_for_each(|(i, item)| append(w, info, item).map(drop).map_err(in_element(i, 0)))
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
