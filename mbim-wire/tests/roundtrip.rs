//! Every declared structure: values survive the wire, cut messages are refused, and no bytes make a reader stumble.
//!
//! The structures come from the catalogue, so that a new declaration is tested without a line here. Each is filled with
//! values made of random bytes by the kinds of its fields.
#![cfg(feature = "rewrite")]
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs
)]

mod common;

use core::net::{Ipv4Addr, Ipv6Addr};
use std::collections::BTreeMap;

use mbim_wire::Uuid;
use mbim_wire::catalogue::{FieldInfo, Kind, Map, StructInfo, Value, ValueInfo, hex};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use common::{inner, structures};

/// Random bytes, taken one by one; zeros when they are used up.
struct Entropy<'e>(core::slice::Iter<'e, u8>);

impl Entropy<'_> {
    fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.byte()).collect()
    }

    fn number(&mut self, bits: u32) -> u64 {
        (0..bits / 8).fold(0, |n, _| n << 8 | u64::from(self.byte()))
    }

    fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n
    }

    /// Few more often than many.
    fn len(&mut self) -> usize {
        let most = [1, 2, 4, 20][self.below(4)];
        self.below(most + 1)
    }

    fn text(&mut self, max_units: usize) -> String {
        let mut text = String::new();
        let mut units = 0;
        for _ in 0..self.len() {
            let c = ['0', 'a', 'Z', ' ', 'é', 'Ω', '中', '\u{fffd}', '😀'][self.below(9)];
            units += c.len_utf16();
            if units <= max_units {
                text.push(c);
            }
        }
        text
    }

    fn named(&mut self, info: &ValueInfo) -> u64 {
        let bits = info.repr[1..].parse().unwrap();
        let any = self.number(bits);
        let known = self.below(info.values.len() * 2);
        info.values.get(known).map_or(any, |(_, n)| *n)
    }

    fn structure(&mut self, info: &StructInfo) -> Value {
        let mut map = Map::new();
        // Lists that share a count are equally long.
        let mut lens = BTreeMap::new();
        for field in info.fields {
            let kind = match &field.kind {
                Kind::When { of, back, value } => {
                    let decides = info.fields.iter().find(|other| other.offset + back == field.offset).unwrap();
                    if map[&decides.name()] != *value {
                        continue;
                    }
                    of
                }
                kind => kind,
            };
            let len = match kind {
                Kind::SizedBytes { back }
                | Kind::InlineBytes { back }
                | Kind::TextList { back }
                | Kind::RefList { back, .. }
                | Kind::RefArray { back, .. }
                | Kind::Array { back, .. } => *lens.entry(field.offset - back).or_insert_with(|| self.len()),
                _ => self.len(),
            };
            map.insert(field.name(), self.value(kind, len));
        }
        Value::Object(map)
    }

    fn tlv(&mut self) -> Value {
        let len = self.len();
        let kind = self.below(20);
        // Text in a TLV is an even number of bytes.
        let data = self.bytes(len * 2);
        serde_json::json!({ "type": kind, "data_hex": hex(&data) })
    }

    fn value(&mut self, kind: &Kind, len: usize) -> Value {
        match kind {
            Kind::U16 => self.number(16).into(),
            Kind::U32 => self.number(32).into(),
            Kind::U64 => self.number(64).into(),
            Kind::I32 => (self.number(32) as u32 as i32).into(),
            Kind::Bool => (self.byte() & 1 == 1).into(),
            Kind::Count => Value::Null,
            Kind::Enum(info) | Kind::Flags(info) => self.named(info).into(),
            Kind::Uuid => Uuid(self.bytes(16).try_into().unwrap()).to_string().into(),
            Kind::Ipv4 => Ipv4Addr::from(self.number(32) as u32).to_string().into(),
            Kind::Ipv6 => Ipv6Addr::from(<[u8; 16]>::try_from(self.bytes(16)).unwrap()).to_string().into(),
            Kind::RefIpv4 | Kind::RefIpv6 if self.byte() & 1 == 0 => Value::Null,
            Kind::RefIpv4 => self.value(&Kind::Ipv4, 0),
            Kind::RefIpv6 => self.value(&Kind::Ipv6, 0),
            Kind::Text { max } | Kind::TlvText { max } => self.text(max / 2).into(),
            Kind::Utf8 => self.text(20).into(),
            Kind::Bytes
            | Kind::BytesLengthFirst
            | Kind::SizedBytes { .. }
            | Kind::InlineBytes { .. }
            | Kind::PrefixedBytes
            | Kind::RestUnpadded => hex(&self.bytes(len)).into(),
            // Whoever reads cannot tell padding from data.
            Kind::Rest => hex(&self.bytes(len * 4)).into(),
            Kind::FixedBytes { len } => hex(&self.bytes(*len)).into(),
            Kind::TextList { .. } => (0..len).map(|_| Value::from(self.text(20))).collect(),
            Kind::RefList { of, .. } | Kind::RefSequence(of) => (0..len).map(|_| self.structure(of)).collect(),
            Kind::RefArray { of, .. } | Kind::Array { of, .. } => (0..len).map(|_| self.value(of, 0)).collect(),
            Kind::RefStruct(_) if self.byte() & 1 == 0 => Value::Null,
            Kind::Struct(of) | Kind::RefStruct(of) => self.structure(of),
            Kind::Tlv => self.tlv(),
            Kind::TlvNumbers => (0..len).map(|_| Value::from(self.number(16))).collect(),
            Kind::TlvList => (0..len).map(|_| self.tlv()).collect(),
            other => panic!("a kind that this test cannot make values of: {other:?}"),
        }
    }
}

/// Without what may differ although nothing was lost: counts, which repeat the length of a list; null for empty; and what
/// the catalogue says of a TLV beside its type and data.
fn essence(info: &StructInfo, value: &Value) -> Value {
    let fields = info.fields.iter().filter_map(|field| {
        let name = field.name();
        let value = kept(&field.kind, value.get(&name)?)?;
        Some((name, value))
    });
    Value::Object(fields.collect())
}

fn kept(kind: &Kind, value: &Value) -> Option<Value> {
    let tlv = |value: &Value| serde_json::json!({ "type": value["type"], "data_hex": value["data_hex"] });
    let value = match (kind, value) {
        (Kind::Count, _) | (_, Value::Null) => return None,
        (Kind::When { of, .. }, value) => return kept(of, value),
        (Kind::TextList { .. }, Value::Array(items)) => {
            items.iter().map(|item| Value::from(item.as_str().unwrap_or(""))).collect()
        }
        (Kind::Tlv, value) => tlv(value),
        (Kind::TlvList, Value::Array(items)) => items.iter().map(tlv).collect(),
        (kind, Value::Array(items)) => match inner(kind) {
            Some(of) => items.iter().map(|item| essence(of, item)).collect(),
            None => items.iter().cloned().collect(),
        },
        (kind, value) => inner(kind).map_or_else(|| value.clone(), |of| essence(of, value)),
    };
    let empty = value.as_str() == Some("") || value.as_array().is_some_and(Vec::is_empty);
    (!empty).then_some(value)
}

/// Whether the structure runs to the end of whatever it lies in.
fn is_open(info: &StructInfo) -> bool {
    ends_in(info, |kind| matches!(kind, Kind::Rest | Kind::RestUnpadded | Kind::TlvList))
}

fn ends_in(info: &StructInfo, test: fn(&Kind) -> bool) -> bool {
    let in_place = |kind: &Kind| match kind {
        // An element may say that it is longer than the message; then it ends with the message.
        Kind::Struct(of) | Kind::RefList { of, .. } => ends_in(of, test),
        kind => test(kind),
    };
    info.fields.iter().any(|field| match &field.kind {
        Kind::When { of, .. } => in_place(of),
        kind => in_place(kind),
    })
}

/// Whether `cut` is what can be left of `whole`.
fn is_prefix(kind: &Kind, cut: &Value, whole: &Value) -> bool {
    match (kind, cut, whole) {
        (Kind::Rest | Kind::RestUnpadded, Value::String(cut), Value::String(whole)) => whole.starts_with(cut.as_str()),
        (Kind::TlvList, Value::Array(cut), Value::Array(whole)) => whole.starts_with(cut),
        (Kind::RefList { of, .. }, Value::Array(cut), Value::Array(whole)) => {
            let one = |(cut, whole): (&Value, &Value)| {
                let field = |field: &FieldInfo| is_prefix(&field.kind, &cut[field.name()], &whole[field.name()]);
                of.fields.iter().all(field)
            };
            cut.len() == whole.len() && cut.iter().zip(whole).all(one)
        }
        _ => cut == whole,
    }
}

/// Bytes that can be written at most of what was read from `len` bytes: every field may point to all of them, and a list
/// may have as many elements as it has room for pointers.
fn most(info: &StructInfo, len: usize) -> usize {
    let field = |field: &FieldInfo| inner(&field.kind).map_or(len + 16, |of| (len / 4 + 1) * (most(of, len) + 8));
    info.fields.iter().map(field).sum()
}

/// Runs `test` with random bytes, the same in every run.
fn with_entropy(cases: u32, test: impl Fn(&[u8])) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let run = runner.run(&vec(any::<u8>(), 0..600), |bytes| {
        test(&bytes);
        Ok(())
    });
    run.unwrap_or_else(|failure| panic!("{failure}"));
}

#[test]
fn values_survive() {
    let all = structures();
    assert!(all.len() > 150, "the catalogue was walked");
    with_entropy(48, |bytes| {
        for (i, info) in all.iter().enumerate() {
            let value = Entropy(bytes[i % bytes.len().max(1)..].iter()).structure(info);
            let written = info.encode(&value).unwrap_or_else(|error| panic!("{}: {error}\n{value}", info.name));
            let read = info.decode(&written, false).unwrap_or_else(|error| panic!("{}: {error}\n{value}", info.name));
            assert_eq!(essence(info, &read), essence(info, &value), "{}", info.name);
            assert_eq!(info.encode(&read).unwrap(), written, "{}", info.name);
            // The same through the view and the plain struct, which is what programs use.
            let again = (info.rewrite)(&written).unwrap_or_else(|error| panic!("{}: {error}\n{value}", info.name));
            assert_eq!(again.bytes, written, "{}", info.name);
            assert!(again.same, "{}: {value}", info.name);
            assert!(again.extent <= written.len().next_multiple_of(4), "{}", info.name);
        }
    });
}

#[test]
fn elements_of_sequences_know_their_length() {
    let all = structures();
    let elements = all.iter().flat_map(|info| info.fields).filter_map(|field| match field.kind {
        Kind::RefSequence(of) => Some(of),
        _ => None,
    });
    let elements: Vec<_> = elements.collect();
    assert!(elements.len() > 5, "there are such elements");
    with_entropy(32, |bytes| {
        for info in &elements {
            let written = info.encode(&Entropy(bytes.iter()).structure(info)).unwrap();
            let mut followed = written.clone();
            followed.extend(bytes);
            assert_eq!((info.rewrite)(&followed).unwrap().extent, written.len(), "{}", info.name);
        }
    });
}

#[test]
fn cut_messages_are_refused() {
    let all = structures();
    with_entropy(6, |bytes| {
        for (i, info) in all.iter().enumerate() {
            let value = Entropy(bytes[i % bytes.len().max(1)..].iter()).structure(info);
            let written = info.encode(&value).unwrap();
            let whole = info.decode(&written, false).unwrap();
            for len in 0..written.len() {
                let cut = &written[..len];
                let _ = (info.rewrite)(cut);
                let Ok(read) = info.decode(cut, false) else { continue };
                // Up to three bytes are padding.
                assert!(is_open(info) || len + 3 >= written.len(), "{} cut to {len}: {read}\n{whole}", info.name);
                for field in info.fields {
                    let (cut, whole) = (&read[field.name()], &whole[field.name()]);
                    assert!(is_prefix(&field.kind, cut, whole), "{} {} cut to {len}: {cut}", info.name, field.name());
                }
            }
        }
    });
}

/// Reads hostile bytes in every way there is. What can be read can be written, costs no more than the bytes allow, and
/// reads the same.
fn survives(info: &StructInfo, bytes: &[u8]) {
    // What is written gets padding, which would read as data.
    let padded = ends_in(info, |kind| matches!(kind, Kind::Rest));
    let bytes = if padded { &bytes[..bytes.len() & !3] } else { bytes };
    let read = info.decode(bytes, false);
    let Ok(written) = (info.rewrite)(bytes) else { return };
    assert!(
        written.bytes.len() <= most(info, bytes.len()),
        "{} makes {} of {}",
        info.name,
        written.bytes.len(),
        bytes.len()
    );
    assert!(written.same, "{}: {}", info.name, hex(bytes));
    let read = read.unwrap_or_else(|error| panic!("{} can be rewritten, not read: {error}", info.name));
    let again = info.decode(&written.bytes, false).unwrap_or_else(|error| panic!("{}: {error}", info.name));
    assert_eq!(essence(info, &again), essence(info, &read), "{}: {}", info.name, hex(bytes));
    let third = (info.rewrite)(&written.bytes).unwrap_or_else(|error| panic!("{}: {error}", info.name));
    assert_eq!(third.bytes, written.bytes, "{}: {}", info.name, hex(bytes));
}

#[test]
fn random_bytes_do_no_harm() {
    let all = structures();
    with_entropy(48, |bytes| all.iter().for_each(|info| survives(info, bytes)));
}

#[test]
fn spoiled_messages_do_no_harm() {
    let all = structures();
    with_entropy(48, |bytes| {
        for (i, info) in all.iter().enumerate() {
            let mut entropy = Entropy(bytes[i % bytes.len().max(1)..].iter());
            let value = entropy.structure(info);
            let mut written = info.encode(&value).unwrap();
            let len = u32::try_from(written.len()).unwrap();
            // Wrong offsets, lengths and counts are what a hostile peer would send.
            for _ in 0..=entropy.below(3) {
                let word =
                    [0, 1, 2, 3, 4, 8, 16, len, len.wrapping_sub(4), len + 1, 1 << 31, u32::MAX][entropy.below(12)];
                let at = entropy.below(written.len() / 4 + 1) * 4;
                if let Some(place) = written.get_mut(at..at + 4) {
                    place.copy_from_slice(&word.to_le_bytes());
                }
            }
            survives(info, &written);
        }
    });
}
