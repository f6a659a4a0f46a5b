//! The AT codec beside that of `atat`: the same bytes cut into answers and URCs, and the same lines read.
//!
//! `cargo bench` in this folder; a workspace of its own, which no other check builds. What is compared does the same work:
//! `atat` tells a whole answer at its final result and must be called again with what it left, ours tells each line as it
//! ends. Typed reading yields the same values.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use core::hint::black_box;

use at_wire::classify::{Pending, classify};
use at_wire::command::network::{self, csq};
use at_wire::framer::{Expected, Framer};
use at_wire::message::Line;
use at_wire::result::Options;
use at_wire::urc::standard::CMti;
use atat::atat_derive::{AtatResp, AtatUrc};
use atat::{AtDigester, DigestResult, Digester};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[derive(Clone, Debug, PartialEq, AtatResp)]
struct Signal {
    #[at_arg(position = 0)]
    rssi: u8,
    #[at_arg(position = 1)]
    ber: u8,
}

#[derive(Clone, Debug, PartialEq, AtatResp)]
struct Operator {
    #[at_arg(position = 0)]
    mode: u8,
    #[at_arg(position = 1)]
    format: Option<u8>,
    #[at_arg(position = 2)]
    oper: Option<heapless::String<32>>,
    #[at_arg(position = 3)]
    act: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, AtatResp)]
struct Stored {
    #[at_arg(position = 0)]
    mem: heapless::String<4>,
    #[at_arg(position = 1)]
    index: u16,
}

#[derive(Clone, Debug, PartialEq, AtatUrc)]
enum Urc {
    #[at_urc("+CMTI")]
    Stored(Stored),
}

const SIGNAL: &[u8] = b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n";
const URC: &[u8] = b"\r\n+CMTI: \"SM\",3\r\n";
const MIXED: &[u8] =
    b"\r\n+CMTI: \"SM\",3\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n\r\n+COPS: 0,0,\"Test Network\",7\r\n\r\nOK\r\n\r\n+CME ERROR: 30\r\n";

/// How many things `atat` finds.
fn theirs(digester: &mut AtDigester<Urc>, bytes: &[u8]) -> usize {
    let (mut rest, mut found) = (bytes, 0_usize);
    while !rest.is_empty() {
        let (result, taken) = digester.digest(rest);
        if taken == 0 {
            break;
        }
        found = found.saturating_add(usize::from(result != DigestResult::None));
        rest = rest.get(taken..).unwrap_or_default();
    }
    found
}

/// How many lines we find, told apart.
fn ours(framer: &mut Framer<'_>, bytes: &[u8]) -> usize {
    let pending = Pending { names: &["+CSQ", "+COPS"], ..Pending::default() };
    let (mut input, mut found) = (bytes, 0_usize);
    while let Some(event) = framer.next(&mut input, &Expected::default()) {
        let at_wire::framer::Event::Line(line) = event else { panic!("a line") };
        black_box(classify(line, Some(&pending), &["+CMTI"], Options::default()));
        found = found.saturating_add(1);
    }
    found
}

fn streams(c: &mut Criterion) {
    for (name, bytes, things, lines) in [("an answer", SIGNAL, 1, 2), ("a URC", URC, 1, 1), ("both, mixed", MIXED, 4, 6)] {
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Bytes(u64::try_from(bytes.len()).unwrap()));
        let mut digester = AtDigester::<Urc>::new();
        assert_eq!(theirs(&mut digester, bytes), things);
        group.bench_function("atat", |b| b.iter(|| theirs(&mut digester, black_box(bytes))));
        let mut memory = [0; 256];
        let mut framer = Framer::new(&mut memory);
        assert_eq!(ours(&mut framer, bytes), lines);
        group.bench_function("at-wire", |b| b.iter(|| ours(&mut framer, black_box(bytes))));
        group.finish();
    }
}

fn typed(c: &mut Criterion) {
    let mut group = c.benchmark_group("+CSQ");
    let line = b"+CSQ: 20,99";
    assert_eq!(atat::serde_at::from_slice::<Signal>(line).unwrap(), Signal { rssi: 20, ber: 99 });
    group.bench_function("atat", |b| b.iter(|| atat::serde_at::from_slice::<Signal>(black_box(line)).unwrap()));
    group.bench_function("at-wire", |b| b.iter(|| csq::ExecuteAnswer::parse(black_box(line)).unwrap()));
    group.finish();

    let mut group = c.benchmark_group("+COPS");
    let line = b"+COPS: 0,0,\"Test Network\",7";
    assert_eq!(atat::serde_at::from_slice::<Operator>(line).unwrap().act, Some(7));
    group.bench_function("atat", |b| b.iter(|| atat::serde_at::from_slice::<Operator>(black_box(line)).unwrap()));
    group.bench_function("at-wire", |b| b.iter(|| network::cops::ReadAnswer::parse(black_box(line)).unwrap().act));
    group.finish();

    let mut group = c.benchmark_group("+CMTI");
    let line = b"+CMTI: \"SM\",3";
    assert_eq!(atat::serde_at::from_slice::<Stored>(line).unwrap().index, 3);
    group.bench_function("atat", |b| b.iter(|| atat::serde_at::from_slice::<Stored>(black_box(line)).unwrap()));
    group.bench_function("at-wire", |b| b.iter(|| CMti::parse(black_box(line)).unwrap().index));
    group.finish();
}

criterion_group!(benches, streams, typed);
criterion_main!(benches);
