//! Every declared TLV: values survive the wire, the declared type and the tables of the catalogue agree, cut values are
//! refused, and no bytes make a reader stumble.
//!
//! The TLVs come from the catalogue, so that a new declaration is tested without a line here. Each is filled with values
//! made of random bytes by the kinds of its fields.
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

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use qmi_wire::TlvSet;
use qmi_wire::catalogue::{
    self, FieldInfo, Kind, Length, Map, MessageInfo, SERVICES, Scalar, TlvInfo, Value, ValueInfo, hex,
};
use qmi_wire::frame::{self, Frame, Framing, Head};
use qmi_wire::service::Service;

/// Random bytes, taken one by one; zeros when they are used up.
struct Entropy<'e>(core::slice::Iter<'e, u8>);

impl Entropy<'_> {
    fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    fn number(&mut self, bytes: usize) -> u64 {
        (0..bytes).fold(0, |n, _| n << 8 | u64::from(self.byte()))
    }

    fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n
    }

    /// Few more often than many.
    fn len(&mut self) -> usize {
        let most = [1, 2, 4, 20][self.below(4)];
        self.below(most + 1)
    }

    fn scalar(&mut self, scalar: Scalar) -> Value {
        match scalar {
            Scalar::U8 => (self.number(1) as u8).into(),
            Scalar::U16 | Scalar::U16Be => (self.number(2) as u16).into(),
            Scalar::U32 | Scalar::U32Be => (self.number(4) as u32).into(),
            Scalar::U64 | Scalar::U64Be => self.number(8).into(),
            Scalar::I8 => (self.number(1) as i8).into(),
            Scalar::I16 | Scalar::I16Be => (self.number(2) as i16).into(),
            Scalar::I32 | Scalar::I32Be => (self.number(4) as i32).into(),
            Scalar::I64 | Scalar::I64Be => (self.number(8) as i64).into(),
            // Numbers that are the same in both widths.
            Scalar::F32 | Scalar::F64 => (f64::from(self.number(2) as i16) / 16.0).into(),
        }
    }

    /// A known value by name or by number, or any number.
    fn named(&mut self, info: &ValueInfo, scalar: Scalar) -> Value {
        let any = self.scalar(scalar);
        let choice = self.below(info.values.len() * 2 + 1);
        match info.values.get(choice) {
            Some((name, _)) if self.byte() & 1 == 0 => (*name).into(),
            // A wider message may know greater numbers.
            Some((_, n)) if *n >= 0 && (scalar != Scalar::U8 || *n < 256) => (*n).into(),
            _ => any,
        }
    }

    fn text(&mut self, length: Length, max: u32) -> Value {
        let wanted = match length {
            Length::Fixed(n) => self.below(usize::from(n) + 1),
            _ => self.len().min(max as usize),
        };
        (0..wanted).map(|_| ['0', 'a', 'Z', ' ', '.'][self.below(5)]).collect::<String>().into()
    }

    fn value(&mut self, kind: &Kind) -> Value {
        match kind {
            Kind::Number(scalar) => self.scalar(*scalar),
            Kind::Uint(bytes) => self.number(*bytes).into(),
            Kind::Bool(_) => (self.byte() & 1 == 1).into(),
            Kind::Enum(info, scalar) | Kind::Flags(info, scalar) => self.named(info, *scalar),
            Kind::Ipv4 => self.scalar(Scalar::U32),
            Kind::Ipv6 => (0..8).map(|_| self.scalar(Scalar::U16)).collect(),
            Kind::Text { length, max } => self.text(*length, *max),
            Kind::Array { count, of } => {
                let n = if let Length::Fixed(n) = count { usize::from(*n) } else { self.len() };
                (0..n).map(|_| self.value(of)).collect()
            }
            Kind::Segment => {
                let data: Vec<u8> = (0..self.len()).map(|_| self.byte()).collect();
                serde_json::json!({ "sequence": self.byte(), "data": data })
            }
            Kind::Struct(info) => {
                let field = |field: &FieldInfo| (field.name.to_owned(), self.value(&field.kind));
                Value::Object(info.fields.iter().map(field).collect())
            }
            Kind::Tail(of) => self.value(of),
        }
    }

    fn values(&mut self, tlvs: &[TlvInfo]) -> Value {
        Value::Object(tlvs.iter().map(|tlv| (tlv.name(), self.value(&tlv.kind))).collect::<Map<_, _>>())
    }
}

/// Runs `test` with random bytes, the same in every run.
fn with_entropy(cases: u32, test: impl Fn(&[u8])) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let run = runner.run(&vec(any::<u8>(), 0..400), |bytes| {
        test(&bytes);
        Ok(())
    });
    run.unwrap_or_else(|failure| panic!("{failure}"));
}

type Side = (Service, &'static MessageInfo, frame::Kind, &'static [TlvInfo]);

fn sides() -> Vec<Side> {
    let mut sides = Vec::new();
    for (service, message) in SERVICES.iter().flat_map(|info| info.messages.iter().map(|m| (info.service, m))) {
        match message.input {
            Some(input) => {
                sides.push((service, message, frame::Kind::Request, input));
                sides.push((service, message, frame::Kind::Response, message.output));
            }
            None => sides.push((service, message, frame::Kind::Indication, message.output)),
        }
    }
    sides
}

fn tlvs() -> Vec<(String, &'static TlvInfo)> {
    let mut all = Vec::new();
    for (service, message, _, tlvs) in sides() {
        all.extend(tlvs.iter().map(|tlv| (format!("{service} {}: {}", message.name, tlv.name()), tlv)));
    }
    all
}

/// Random bytes that differ from TLV to TLV.
fn entropy(bytes: &[u8], i: usize) -> Entropy<'_> {
    Entropy(bytes[i % bytes.len().max(1)..].iter())
}

#[test]
fn values_survive() {
    let all = tlvs();
    assert!(all.len() > 1800, "the catalogue was walked");
    with_entropy(24, |bytes| {
        for (i, (name, tlv)) in all.iter().enumerate() {
            let value = entropy(bytes, i).value(&tlv.kind);
            // A name whose number the width here does not have is refused; that is no failure.
            let Ok(written) = tlv.encode(&value) else {
                assert!(value.to_string().contains('"'), "{name}: {value}");
                continue;
            };
            let read = tlv.decode(&written, false).unwrap_or_else(|error| panic!("{name}: {error}\n{value}"));
            assert_eq!(tlv.encode(&read).unwrap(), written, "{name}: {value}");
            // The same through the declared type, which is what programs use.
            let again = (tlv.rewrite)(&written).unwrap_or_else(|error| panic!("{name}: {error}\n{value}"));
            assert_eq!((hex(&again.bytes), again.read), (hex(&written), written.len()), "{name}: {value}");
        }
    });
}

#[test]
fn messages_survive() {
    let all = sides();
    with_entropy(12, |bytes| {
        for (i, (service, message, kind, tlvs)) in all.iter().enumerate() {
            let values = entropy(bytes, i).values(tlvs);
            let Ok(written) = catalogue::encode_tlvs(tlvs, &values) else { continue };
            let client = if *service == Service::CTL { 0 } else { 7 };
            let framing = if service.0 > 255 { Framing::Wide { client } } else { Framing::modem(client) };
            let head = Head { framing, service: *service, kind: *kind, transaction: 200, id: message.id };
            let frame = catalogue::build(&head, &written).unwrap();
            assert_eq!(frame::frame_len(&frame), Ok(frame.len()));
            let parsed = Frame::parse(&frame).unwrap();
            assert_eq!((parsed.framing, parsed.message.kind(), parsed.message.transaction), (framing, *kind, 200));
            let shown = catalogue::frame_to_json(&frame, message.vendor, false).unwrap();
            assert_eq!((shown.error, &shown.json["message"]), (None, &message.name.into()));
            let again = catalogue::encode_tlvs(tlvs, &shown.json["tlvs"]).unwrap();
            assert_eq!(catalogue::build(&head, &again).unwrap(), frame);
        }
    });
}

/// Whether a value of this kind may end early: a text to the end of the TLV.
fn is_open(kind: &Kind) -> bool {
    match kind {
        Kind::Text { length: Length::Rest, .. } | Kind::Tail(_) => true,
        Kind::Struct(info) => info.fields.last().is_some_and(|field| is_open(&field.kind)),
        _ => false,
    }
}

#[test]
fn cut_values_are_refused() {
    let all = tlvs();
    with_entropy(4, |bytes| {
        for (i, (name, tlv)) in all.iter().enumerate() {
            let Ok(written) = tlv.encode(&entropy(bytes, i).value(&tlv.kind)) else { continue };
            for len in 0..written.len() {
                let typed = (tlv.rewrite)(&written[..len]);
                let shown = tlv.decode(&written[..len], false);
                assert_eq!(typed.is_ok(), shown.is_ok(), "{name} cut to {len}");
                assert!(typed.is_err() || is_open(&tlv.kind), "{name} cut to {len}");
                if let Err(error) = shown {
                    assert!(error.offset <= len, "{name} cut to {len}: {error}");
                }
            }
        }
    });
}

#[test]
fn surplus_bytes_are_ignored() {
    let all = tlvs();
    with_entropy(4, |bytes| {
        for (i, (name, tlv)) in all.iter().enumerate() {
            let Ok(mut written) = tlv.encode(&entropy(bytes, i).value(&tlv.kind)) else { continue };
            let len = written.len();
            written.extend([0xa5; 3]);
            let again = (tlv.rewrite)(&written).unwrap();
            assert!(again.read == len || is_open(&tlv.kind), "{name}");
        }
    });
}

#[test]
fn random_bytes_do_no_harm() {
    let all = tlvs();
    with_entropy(48, |bytes| {
        for (i, (name, tlv)) in all.iter().enumerate() {
            let bytes = &bytes[i % bytes.len().max(1)..];
            let shown = tlv.decode(bytes, true);
            let typed = (tlv.rewrite)(bytes);
            assert_eq!(typed.is_ok(), shown.is_ok(), "{name}: {}", hex(bytes));
            let Ok(typed) = typed else { continue };
            assert!(typed.read <= bytes.len() && typed.bytes.len() <= bytes.len(), "{name}: {}", hex(bytes));
            let again = (tlv.rewrite)(&typed.bytes).unwrap();
            assert_eq!(again.bytes, typed.bytes, "{name}: {}", hex(bytes));
        }
    });
}

#[test]
fn random_frames_do_no_harm() {
    let all = sides();
    with_entropy(100, |bytes| {
        let _ = Frame::parse(bytes);
        let _ = catalogue::frame_to_json(bytes, None, true);
        let _ = TlvSet::parse(Service::NAS, 0, bytes).map(|tlvs| tlvs.iter().count());
        for (service, message, kind, _) in all.iter().step_by(7) {
            // A right header in front of wrong TLVs.
            let flags = frame::Flags::new(*kind, *service).0;
            let [low, high] = message.id.to_le_bytes();
            let [len_low, len_high] = (bytes.len() as u16).to_le_bytes();
            let header: &[u8] = match *service {
                Service::CTL => &[flags, 1, low, high, len_low, len_high],
                _ => &[flags, 1, 0, low, high, len_low, len_high],
            };
            let _ = catalogue::message_to_json(*service, &[header, bytes].concat(), None, false);
        }
    });
}

#[test]
fn spoiled_messages_do_no_harm() {
    let all = sides();
    with_entropy(24, |bytes| {
        for (i, (service, message, kind, tlvs)) in all.iter().enumerate() {
            let mut entropy = entropy(bytes, i);
            let Ok(written) = catalogue::encode_tlvs(tlvs, &entropy.values(tlvs)) else { continue };
            let head = Head { framing: Framing::Bare, service: *service, kind: *kind, transaction: 1, id: message.id };
            let mut bytes = catalogue::build(&head, &written).unwrap();
            // Wrong lengths and counts are what a hostile peer would send.
            for _ in 0..=entropy.below(3) {
                let at = entropy.below(bytes.len());
                bytes[at] = [0, 1, 2, 0x7f, 0x80, 0xff][entropy.below(6)];
            }
            let _ = catalogue::message_to_json(*service, &bytes, message.vendor, false);
            bytes.truncate(entropy.below(bytes.len()));
            let _ = catalogue::message_to_json(*service, &bytes, message.vendor, true);
        }
    });
}
