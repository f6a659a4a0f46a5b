//! The deframer against a plain reference, and the framed channel over streams that stop at every byte.
#![allow(
    clippy::std_instead_of_alloc,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::as_conversions
)]

use core::convert::Infallible;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use std::collections::VecDeque;
use std::vec::Vec;

use proptest::prelude::*;

use super::{
    AnyFraming, Deframer, Error, ErrorKind, Feed, FrameCounters, Framed, FramedError, Framing, Instant, MBIM_TYPES,
    MbimFraming, QmuxFraming, READS_IN_A_ROW, Read, Verdict, Write, blocking,
};
use crate::channel::testing::{block_on, poll_once};

/// A message of `length` bytes whose body looks like nothing.
fn message(kind: u32, length: usize, body: u8) -> Vec<u8> {
    let mut message = kind.to_le_bytes().to_vec();
    message.extend((length as u32).to_le_bytes());
    message.extend([0x5a; 4]);
    message.resize(length, body);
    message
}

type Found = Vec<Result<Vec<u8>, usize>>;

/// Everything that comes out when `stream` goes in, in chunks of the given lengths (the last one repeats).
fn deframe<B: AsRef<[u8]> + AsMut<[u8]>, F: Framing>(
    deframer: &mut Deframer<B, F>,
    stream: &[u8],
    chunks: &[usize],
) -> Found {
    let mut found = Vec::new();
    let mut stream = stream;
    let mut chunks = chunks.iter().copied();
    let mut last = usize::MAX;
    while !stream.is_empty() {
        last = chunks.next().unwrap_or(last).max(1);
        let (mut input, later) = stream.split_at(last.min(stream.len()));
        stream = later;
        loop {
            match deframer.feed(input) {
                Feed::Consumed => break,
                Feed::Message { message, rest } => {
                    found.push(Ok(message.to_vec()));
                    input = rest;
                }
                Feed::Oversize { needed, rest } => {
                    found.push(Err(needed));
                    input = rest;
                }
            }
        }
    }
    found
}

const CAPACITY: usize = 64;
const LONGEST: usize = 150;

/// The length that an MBIM header declares, 0 if it is none, nothing if it may become one.
fn mbim_length(rest: &[u8], _: bool) -> Option<usize> {
    let kind_fits = MBIM_TYPES.iter().any(|kind| {
        let bytes = kind.to_le_bytes();
        let seen = rest.len().min(4);
        bytes[..seen] == rest[..seen]
    });
    match rest.get(4..8) {
        _ if !kind_fits => Some(0),
        Some(length) => Some(u32::from_le_bytes(length.try_into().unwrap()) as usize).filter(|n| *n >= 12).or(Some(0)),
        None => None,
    }
}

/// The same for QMUX.
fn qmux_length(rest: &[u8], searching: bool) -> Option<usize> {
    let least = match rest {
        [0 | 2.., ..] | [_, _, _, 1..=0x7f | 0x81..=255, ..] => return Some(0),
        [_, _, _, _, 1..=255, ..] => 13,
        _ => 12,
    };
    let length = usize::from(u16::from_le_bytes([*rest.get(1)?, *rest.get(2)?])) + 1;
    if !(least..=LONGEST).contains(&length) {
        return Some(0);
    }
    let tlvs = 12 + usize::from(*rest.get(4)? != 0);
    if searching && usize::from(u16::from_le_bytes([*rest.get(tlvs - 2)?, *rest.get(tlvs - 1)?])) + tlvs != length {
        return Some(0);
    }
    Some(length)
}

/// The same on a whole stream, in the plainest way.
fn reference(stream: &[u8], judge: fn(&[u8], bool) -> Option<usize>) -> (Found, FrameCounters) {
    let (mut found, mut counters, mut at, mut searching) = (Vec::new(), FrameCounters::default(), 0, false);
    while at < stream.len() {
        let rest = &stream[at..];
        let Some(length) = judge(rest, searching) else { break };
        if (1..=CAPACITY).contains(&length) {
            if rest.len() < length {
                break;
            }
            found.push(Ok(rest[..length].to_vec()));
            counters.messages += 1;
            at += length;
            searching = false;
        } else if (CAPACITY + 1..=LONGEST).contains(&length) {
            found.push(Err(length));
            counters.oversize += 1;
            at += length;
            searching = false;
        } else {
            counters.dropped_bytes += 1;
            counters.resyncs += u32::from(!searching);
            searching = true;
            at += 1;
        }
    }
    (found, counters)
}

fn segment() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop::sample::select(MBIM_TYPES.to_vec());
    prop_oneof![
        4 => (kind.clone(), 12_usize..=CAPACITY, any::<u8>()).prop_map(|(kind, length, body)| message(kind, length, body)),
        1 => (kind.clone(), CAPACITY + 1..=LONGEST).prop_map(|(kind, length)| message(kind, length, 3)),
        // headers that are none
        1 => (kind.clone(), prop_oneof![0_u32..12, LONGEST as u32 + 1..=u32::MAX]).prop_map(|(kind, length)| {
            [kind.to_le_bytes(), length.to_le_bytes()].concat()
        }),
        // the beginning of a message
        1 => (kind, 12_usize..=CAPACITY, 0_usize..12).prop_map(|(kind, length, cut)| message(kind, length, 9)[..cut].to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
        1 => prop::collection::vec(0_u8..4, 0..20),
    ]
}

/// A QMUX frame of `length` bytes whose message looks like nothing.
fn frame(sender: u8, service: u8, length: usize, body: u8) -> Vec<u8> {
    let [low, high] = (length as u16 - 1).to_le_bytes();
    let mut frame = std::vec![1, low, high, sender, service, u8::from(service != 0)];
    let tlvs = 12 + usize::from(service != 0);
    frame.resize(tlvs - 2, body);
    frame.extend((length.saturating_sub(tlvs) as u16).to_le_bytes());
    frame.resize(length, body);
    frame
}

fn qmux_segment() -> impl Strategy<Value = Vec<u8>> {
    let sender = prop::sample::select(std::vec![0, 0x80]);
    prop_oneof![
        4 => (sender.clone(), 0_u8..4, 13_usize..=CAPACITY, any::<u8>()).prop_map(|(s, v, n, b)| frame(s, v, n, b)),
        1 => (sender.clone(), 0_u8..4, CAPACITY + 1..=LONGEST).prop_map(|(s, v, n)| frame(s, v, n, 3)),
        // headers that are none: of a length, of a sender
        1 => (sender.clone(), 0_u8..3, prop_oneof![1_usize..=13, LONGEST..0x1_0000]).prop_map(|(s, v, n)| frame(s, v, n, 1)[..13.min(n)].to_vec()),
        1 => (any::<u8>(), 12_usize..=CAPACITY).prop_map(|(s, n)| frame(s, 0, n, 1)),
        // a frame with wrong lengths inside
        1 => (sender.clone(), 0_u8..3, 13_usize..=CAPACITY).prop_map(|(s, v, n)| {
            let mut frame = frame(s, v, n, 1);
            frame[10] ^= 1;
            frame
        }),
        // the beginning of a frame
        1 => (sender, 0_u8..3, 13_usize..=CAPACITY, 0_usize..13).prop_map(|(s, v, n, cut)| frame(s, v, n, 9)[..cut].to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
        1 => prop::collection::vec(0_u8..3, 0..20),
    ]
}

proptest! {
    #[test]
    fn any_chunking_gives_what_the_reference_gives(
        segments in prop::collection::vec(segment(), 0..12),
        chunks in prop::collection::vec(1_usize..100, 0..40),
    ) {
        let stream = segments.concat();
        let (found, counters) = reference(&stream, mbim_length);
        for chunks in [&[usize::MAX][..], &[1], &chunks] {
            let mut deframer = Deframer::with_framing([0xa5; CAPACITY], MbimFraming::up_to(LONGEST));
            prop_assert_eq!(&deframe(&mut deframer, &stream, chunks), &found);
            prop_assert_eq!(deframer.counters(), counters);
        }
    }

    #[test]
    fn any_chunking_of_qmux_gives_what_the_reference_gives(
        segments in prop::collection::vec(qmux_segment(), 0..12),
        chunks in prop::collection::vec(1_usize..100, 0..40),
    ) {
        let stream = segments.concat();
        let (found, counters) = reference(&stream, qmux_length);
        for chunks in [&[usize::MAX][..], &[1], &chunks] {
            let mut deframer = Deframer::with_framing([0xa5; CAPACITY], QmuxFraming::up_to(LONGEST));
            prop_assert_eq!(&deframe(&mut deframer, &stream, chunks), &found);
            prop_assert_eq!(deframer.counters(), counters);
        }
    }

    #[test]
    fn every_byte_is_accounted_for(segments in prop::collection::vec(segment(), 0..12), size in 0_usize..80) {
        let mut stream = segments.concat();
        let mut deframer = Deframer::new(std::vec![0; size]);
        let mut found = deframe(&mut deframer, &stream, &[7]);
        // Whatever state that left: after a boundary, messages get through again.
        deframer.boundary();
        let last = message(2, 12, 0);
        stream.extend(&last);
        found.extend(deframe(&mut deframer, &last, &[5]));
        let handed_out: usize = found.iter().map(|m| m.as_ref().map_or(0, Vec::len)).sum();
        let skipped: usize = found.iter().map(|m| m.as_ref().err().map_or(0, |n| *n)).sum();
        let dropped = deframer.counters().dropped_bytes as usize;
        prop_assert!(handed_out + dropped <= stream.len());
        prop_assert!(handed_out + dropped + skipped + size >= stream.len() || size < 12);
        if size >= 12 {
            let last = Ok(last);
            prop_assert_eq!(found.last(), Some(&last));
        }
    }
}

#[test]
fn knows_the_types_of_the_specification() {
    let framing = MbimFraming::default();
    for kind in (0..16).chain(0x8000_0000..0x8000_0010).chain([0x0100_0000, 0x0000_0101, 0x8000_0107]) {
        let known = matches!(kind, 1..=4 | 0x8000_0001..=0x8000_0004 | 0x8000_0007);
        let expected = if known { Verdict::Message(20) } else { Verdict::Garbage };
        assert_eq!(framing.judge(&message(kind, 20, 0)), expected, "{kind:#x}");
        for length in 4..8 {
            let expected = if known { Verdict::More } else { Verdict::Garbage };
            assert_eq!(framing.judge(&message(kind, 20, 0)[..length]), expected, "{kind:#x}");
        }
    }
    for (length, expected) in [
        (11, Verdict::Garbage),
        (12, Verdict::Message(12)),
        (65_535, Verdict::Message(65_535)),
        (65_536, Verdict::Garbage),
        (u32::MAX, Verdict::Garbage),
    ] {
        let header = [3_u32.to_le_bytes(), length.to_le_bytes(), [0; 4]].concat();
        assert_eq!(framing.judge(&header), expected);
    }
}

#[test]
fn a_huge_length_does_not_wedge_the_port() {
    // Of two stacks in the field, one waits here for four gigabytes (reference sheet, MBIM §1.4).
    let mut stream = [3, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 9, 9, 9, 9].to_vec();
    let answer = message(0x8000_0001, 16, 0);
    stream.extend(&answer);
    let mut deframer = Deframer::new([0; 4096]);
    assert_eq!(deframe(&mut deframer, &stream, &[16]), [Ok(answer)]);
    let expected = FrameCounters { messages: 1, dropped_bytes: 16, resyncs: 1, ..FrameCounters::default() };
    assert_eq!(deframer.counters(), expected);
}

#[test]
fn a_boundary_ends_a_plausible_message_that_never_completes() {
    let inner = message(0x8000_0002, 16, 0);
    let mut stream = message(0x8000_0003, 60, 0)[..20].to_vec();
    stream.extend(&inner);
    stream.extend([1, 0]); // and the beginning of something
    let mut deframer = Deframer::new([0; 64]);
    assert_eq!(deframe(&mut deframer, &stream, &[10]), []);
    assert!(deframer.is_partial());
    deframer.boundary();
    let next = message(1, 16, 7);
    assert_eq!(deframe(&mut deframer, &next, &[16]), [Ok(inner), Ok(next.clone())]);
    assert_eq!((deframer.counters().dropped_bytes, deframer.counters().resyncs), (22, 2));
    assert!(!deframer.is_partial());
    // Inside an oversize message.
    assert_eq!(deframe(&mut deframer, &message(1, 500, 7)[..100], &[16]), [Err(500)]);
    assert!(deframer.is_partial());
    deframer.boundary();
    assert_eq!(deframe(&mut deframer, &next, &[16]), [Ok(next)]);
}

#[test]
fn a_boundary_moves_with_the_bytes_before_it() {
    let mut deframer = Deframer::new([0; 64]);
    let (first, lying) = (message(1, 16, 0), message(3, 60, 0));
    deframer.space()[..26].copy_from_slice(&[&first, &lying[..10]].concat());
    deframer.commit(26);
    assert_eq!(deframer.take(&mut [0; 64]), Some(Ok(16)));
    deframer.boundary();
    deframer.space()[..20].copy_from_slice(&message(1, 20, 0));
    deframer.commit(20);
    assert_eq!(deframer.take(&mut [0; 64]), Some(Ok(20)));
    assert_eq!(deframer.counters().dropped_bytes, 10);
}

#[test]
fn transfers_resynchronise_at_a_header_and_join_otherwise() {
    fn transfer(deframer: &mut Deframer<[u8; 128]>, bytes: &[u8]) -> Found {
        deframer.space()[..bytes.len()].copy_from_slice(bytes);
        deframer.commit_transfer(bytes.len());
        let mut found = Vec::new();
        let mut buf = [0xa5; 64];
        while let Some(taken) = deframer.take(&mut buf) {
            found.push(taken.map(|n| buf[..n].to_vec()));
        }
        found
    }
    let mut deframer = Deframer::new([0; 128]);
    let (long, short) = (message(0x8000_0003, 60, 1), message(0x8000_0001, 16, 0));
    assert_eq!(transfer(&mut deframer, &short), [Ok(short.clone())]);
    assert_eq!(transfer(&mut deframer, &[]), []);
    assert_eq!(transfer(&mut deframer, &long[..40]), []);
    assert_eq!(transfer(&mut deframer, &long[40..]), [Ok(long.clone())], "one message in two transfers");
    assert_eq!(transfer(&mut deframer, &long[..40]), []);
    assert_eq!(transfer(&mut deframer, &short), [Ok(short.clone())], "the rest never came");
    assert_eq!(deframer.counters().dropped_bytes, 40);
    // Lies about its length, in every transfer.
    let mut lying = message(0x8000_0003, 60, 1);
    lying[4] = 61;
    assert_eq!(transfer(&mut deframer, &lying), []);
    assert_eq!(transfer(&mut deframer, &[short.clone(), short.clone()].concat()), [Ok(short.clone()), Ok(short)]);
}

#[test]
fn what_the_receiver_cannot_hold_is_reported_and_consumed() {
    let mut deframer = Deframer::new([0; 64]);
    deframer.space()[..60].copy_from_slice(&message(1, 60, 0));
    deframer.commit(60);
    assert_eq!(deframer.take(&mut [0; 59]), Some(Err(60)));
    assert_eq!(deframer.take(&mut [0; 59]), None);
    assert_eq!((deframer.counters().oversize, deframer.counters().messages), (1, 0));
}

/// Another protocol's rule: 1, then a length byte that does not count the 1.
struct Other;

impl Framing for Other {
    fn judge(&self, start: &[u8]) -> Verdict {
        match start {
            [1] => Verdict::More,
            [1, length, ..] if *length > 2 => Verdict::Message(usize::from(*length) + 1),
            _ => Verdict::Garbage,
        }
    }
}

#[test]
fn other_framings_fit_in() {
    let mut deframer = Deframer::with_framing([0; 8], Other);
    let Feed::Message { message, rest } = deframer.feed(&[9, 1, 1, 3, 7, 8, 1]) else { panic!() };
    assert_eq!((message, rest), (&[1, 3, 7, 8][..], &[][..]));
    assert_eq!(deframer.feed(&[]), Feed::Consumed);
    assert_eq!(deframer.feed(&[200]), Feed::Oversize { needed: 201, rest: &[] });
}

// Frames of the reference sheet, QMI §1.6.
const SYNC: [u8; 12] = [1, 0x0b, 0, 0, 0, 0, 0, 1, 0x27, 0, 0, 0];
const SYNCED: [u8; 19] = [1, 0x12, 0, 0x80, 0, 0, 1, 1, 0x27, 0, 7, 0, 2, 4, 0, 0, 0, 0, 0];
const STATUS: [u8; 22] = [1, 0x15, 0, 0x80, 1, 1, 4, 5, 0, 0x22, 0, 9, 0, 1, 2, 0, 2, 0, 0x12, 1, 0, 4];

#[test]
fn qmux_frames_come_several_in_one_read_and_one_in_several() {
    let stream = [&SYNCED[..], &STATUS, &SYNC].concat();
    let all = [Ok(SYNCED.to_vec()), Ok(STATUS.to_vec()), Ok(SYNC.to_vec())];
    for chunk in [1, 5, 20, 512, stream.len()] {
        let mut deframer = Deframer::with_framing([0; 512], QmuxFraming::default());
        assert_eq!(deframe(&mut deframer, &stream, &[chunk]), all);
        assert_eq!(deframer.counters(), FrameCounters { messages: 3, ..FrameCounters::default() });
    }
}

#[test]
fn qmux_resynchronises_behind_garbage_and_says_so() {
    // The end of a frame whose beginning is lost: its TLVs begin with 1, too.
    let stream = [&STATUS[13..], &SYNCED, &[0xff, 1], &STATUS].concat();
    let mut deframer = Deframer::with_framing([0; 512], QmuxFraming::default());
    assert_eq!(deframe(&mut deframer, &stream, &[6]), [Ok(SYNCED.to_vec()), Ok(STATUS.to_vec())]);
    let expected = FrameCounters { messages: 2, dropped_bytes: 11, resyncs: 2, oversize: 0 };
    assert_eq!(deframer.counters(), expected);
}

#[test]
fn qmux_knows_headers() {
    let framing = QmuxFraming::default();
    let with = |place: usize, value: u8| {
        let mut frame = STATUS;
        frame[place] = value;
        framing.judge(&frame)
    };
    assert_eq!(framing.judge(&STATUS), Verdict::Message(22));
    for length in 1..5 {
        assert_eq!(framing.judge(&STATUS[..length]), Verdict::More);
    }
    assert_eq!((with(0, 2), with(0, 0), with(3, 1)), (Verdict::Garbage, Verdict::Garbage, Verdict::Garbage));
    // What any service but CTL needs at least, and CTL.
    assert_eq!((with(1, 12), with(1, 11)), (Verdict::Message(13), Verdict::Garbage));
    let mut sync = SYNC;
    assert_eq!(framing.judge(&sync), Verdict::Message(12));
    sync[1] = 10;
    assert_eq!(framing.judge(&sync), Verdict::Garbage);
    // Up to the length that is believed.
    assert_eq!((with(2, 0x3f), with(2, 0x40)), (Verdict::Message(0x3f16), Verdict::Garbage));
    assert_eq!(QmuxFraming::up_to(22).judge(&STATUS), Verdict::Message(22));
    assert_eq!(QmuxFraming::up_to(21).judge(&STATUS), Verdict::Garbage);
    // Wide services: no sender, two bytes of service.
    let wide = [2, 12, 0, 0x90, 1, 3, 0, 1, 0, 0x20, 0, 0, 0];
    assert_eq!(framing.judge(&wide), Verdict::Garbage);
    assert_eq!(framing.with_wide_services().judge(&wide), Verdict::Message(13));
    let any = AnyFraming::from(framing);
    assert_eq!((any.judge(&STATUS), any.search(&STATUS)), (Verdict::Message(22), Verdict::Message(22)));
    assert_eq!(AnyFraming::from(MbimFraming::default()).judge(&STATUS), Verdict::Garbage);
    // Behind garbage the TLVs have to fill the frame.
    for frame in [&SYNC[..], &SYNCED, &STATUS] {
        assert_eq!(framing.search(frame), Verdict::Message(frame.len()));
        assert_eq!(framing.search(&frame[..11]), Verdict::More);
        let mut wrong = frame.to_vec();
        wrong[if frame[4] == 0 { 10 } else { 11 }] ^= 1;
        assert_eq!((framing.search(&wrong), framing.judge(&wrong)), (Verdict::Garbage, Verdict::Message(frame.len())));
    }
    assert_eq!(framing.with_wide_services().search(&wide), Verdict::Message(13));
}

#[test]
fn a_transfer_that_only_looks_like_a_qmux_frame_goes_on_with_the_one_before() {
    // Cut where the second half reads 01 13 00 00 01, which is a header but for the lengths inside.
    let mut frame = frame(0x80, 1, 60, 0x55);
    frame[40..45].copy_from_slice(&[1, 0x13, 0, 0, 1]);
    let mut deframer = Deframer::with_framing([0; 128], QmuxFraming::default());
    let mut to = [0; 128];
    for half in [&frame[..40], &frame[40..]] {
        deframer.space()[..half.len()].copy_from_slice(half);
        deframer.commit_transfer(half.len());
    }
    assert_eq!(deframer.take(&mut to), Some(Ok(60)));
    assert_eq!(to[..60], frame);
    // But a real one ends what was begun.
    for transfer in [&frame[..40], &SYNCED] {
        deframer.space()[..transfer.len()].copy_from_slice(transfer);
        deframer.commit_transfer(transfer.len());
    }
    assert_eq!(deframer.take(&mut to), Some(Ok(SYNCED.len())));
    assert_eq!(deframer.counters().dropped_bytes, 40);
}

/// A stream that plays what it is told to.
#[derive(Default)]
struct Script {
    input: VecDeque<Step>,
    output: Vec<u8>,
    /// Bytes a write takes.
    appetite: usize,
    /// The next write has to wait first.
    busy: bool,
    clock: u64,
}

enum Step {
    Bytes(Vec<u8>),
    /// Nothing comes for a poll, or for so many milliseconds.
    Wait(u64),
    End,
}

impl Script {
    fn chunked(stream: &[u8], chunk: usize) -> Self {
        let steps = stream.chunks(chunk).flat_map(|bytes| [Step::Wait(1), Step::Bytes(bytes.to_vec())]);
        Self { input: steps.collect(), appetite: usize::MAX, ..Self::default() }
    }

    fn take(&mut self, buf: &mut [u8]) -> Option<usize> {
        match self.input.front_mut()? {
            Step::Wait(_) => None,
            Step::End => Some(0),
            Step::Bytes(bytes) => {
                let count = bytes.len().min(buf.len());
                buf[..count].copy_from_slice(&bytes[..count]);
                bytes.drain(..count);
                if bytes.is_empty() {
                    self.input.pop_front();
                }
                Some(count)
            }
        }
    }

    fn put(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.appetite);
        self.output.extend(&bytes[..count]);
        count
    }
}

impl embedded_io::ErrorType for Script {
    type Error = Infallible;
}

impl Read for Script {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, Infallible> {
        poll_fn(|cx| match self.take(buf) {
            Some(count) => Poll::Ready(Ok(count)),
            None => {
                self.input.pop_front();
                cx.waker().wake_by_ref();
                Poll::Pending
            }
        })
        .await
    }
}

impl Write for Script {
    async fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        poll_fn(|_| {
            self.busy = !self.busy;
            if self.busy { Poll::Pending } else { Poll::Ready(Ok(self.put(bytes))) }
        })
        .await
    }

    async fn flush(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

impl blocking::ByteStream for Script {
    type Error = Infallible;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Infallible> {
        loop {
            if let Some(count) = self.take(buf) {
                return Ok(Some(count));
            }
            match self.input.front_mut() {
                Some(Step::Wait(span)) if self.clock.saturating_add(*span) <= deadline.0 => {
                    self.clock += *span;
                    self.input.pop_front();
                }
                Some(Step::Wait(span)) => {
                    *span -= deadline.0 - self.clock;
                    self.clock = deadline.0;
                    return Ok(None);
                }
                _ => {
                    assert_ne!(deadline, Instant::FAR, "would wait for ever");
                    self.clock = self.clock.max(deadline.0);
                    return Ok(None);
                }
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        Ok(self.put(bytes))
    }

    fn now(&self) -> Instant {
        Instant(self.clock)
    }
}

#[test]
fn receives_from_any_chunks() {
    use crate::channel::MessageChannel;
    let messages = [message(0x8000_0001, 16, 0), message(0x8000_0003, 64, 1), message(0x8000_0007, 44, 2)];
    let stream = messages.concat();
    for chunk in 1..=stream.len() {
        let (mut receive, mut send, mut buf) = ([0; 64], [0; 64], [0xa5; 64]);
        let script = Script::chunked(&stream, chunk);
        let mut channel = Framed::new(script, &mut receive, &mut send);
        for expected in &messages {
            let n = block_on(MessageChannel::receive(&mut channel, &mut buf)).unwrap();
            assert_eq!(&buf[..n], expected);
        }
    }
}

#[test]
fn a_dropped_receive_loses_nothing() {
    use crate::channel::MessageChannel;
    let messages = [message(0x8000_0001, 16, 0), message(0x8000_0003, 64, 1), message(0x8000_0007, 44, 2)];
    for chunk in 1..40 {
        for polls in 1..30 {
            let (mut receive, mut send, mut buf) = ([0; 64], [0; 64], [0xa5; 64]);
            let script = Script::chunked(&messages.concat(), chunk);
            let mut channel = Framed::new(script, &mut receive, &mut send);
            let mut got = Vec::new();
            while got.len() < messages.len() {
                let ready = {
                    // A future polled so often, and dropped.
                    let mut future = pin!(MessageChannel::receive(&mut channel, &mut buf));
                    (0..polls).find_map(|_| match poll_once(future.as_mut()) {
                        Poll::Ready(result) => Some(result.unwrap()),
                        Poll::Pending => None,
                    })
                };
                if let Some(n) = ready {
                    got.push(buf[..n].to_vec());
                }
            }
            assert_eq!(got, messages);
            assert_eq!(channel.counters(), FrameCounters { messages: 3, ..FrameCounters::default() });
        }
    }
}

#[test]
fn a_dropped_send_leaves_whole_messages_only() {
    use crate::channel::MessageChannel;
    let (first, second) = (message(3, 48, 1), message(2, 12, 0));
    for appetite in 1..50 {
        for polls in 0..110 {
            let (mut receive, mut send) = ([0; 64], [0; 64]);
            let script = Script { appetite, ..Script::default() };
            let mut channel = Framed::new(script, &mut receive, &mut send);
            {
                let mut future = pin!(MessageChannel::send(&mut channel, &first));
                let _ = (0..polls).find(|_| poll_once(future.as_mut()).is_ready());
            }
            let begun = !channel.stream_mut().output.is_empty();
            // Another one, dropped too.
            let _ = poll_once(pin!(MessageChannel::send(&mut channel, &[0xee; 20])));
            let other_begun = channel.stream_mut().output.contains(&0xee);
            block_on(MessageChannel::send(&mut channel, &second)).unwrap();
            let mut expected = if begun { first.clone() } else { Vec::new() };
            expected.extend(if other_begun { &[0xee; 20][..] } else { &[] });
            expected.extend(&second);
            assert_eq!(channel.into_inner().output, expected, "appetite {appetite}, {polls} polls");
        }
    }
}

#[test]
fn ends_and_limits() {
    use crate::channel::MessageChannel;
    let (mut receive, mut send, mut buf) = ([0; 64], [0; 32], [0xa5; 64]);
    let mut script = Script::chunked(&[message(1, 100, 0), message(1, 16, 0), message(1, 48, 0)].concat(), 10);
    script.input.push_back(Step::End);
    let mut channel = Framed::new(script, &mut receive, &mut send);
    let mut receive = |buf: &mut [u8]| block_on(MessageChannel::receive(&mut channel, buf));
    assert_eq!(receive(&mut buf), Err(FramedError::TooLong { needed: 100 }));
    assert_eq!(receive(&mut buf), Ok(16));
    let error = receive(&mut buf[..20]).unwrap_err();
    assert_eq!((error, error.kind()), (FramedError::TooLong { needed: 48 }, ErrorKind::OutOfMemory));
    let error = receive(&mut buf).unwrap_err();
    assert_eq!((error, error.kind()), (FramedError::Closed, ErrorKind::NotConnected));
    assert_eq!(MessageChannel::max_message(&channel), 32);
    assert_eq!(block_on(MessageChannel::send(&mut channel, &[0; 33])), Err(FramedError::TooLong { needed: 33 }));
    assert!(channel.into_inner().output.is_empty());
}

#[test]
fn a_flood_of_garbage_lets_others_run() {
    use crate::channel::MessageChannel;
    let (mut receive, mut send, mut buf) = ([0; 64], [0; 32], [0; 64]);
    let flood =
        |count| Script { input: (0..count).map(|_| Step::Bytes(std::vec![9; 64])).collect(), ..Script::default() };
    let mut channel = Framed::new(flood(10_000), &mut receive, &mut send);
    assert!(poll_once(pin!(MessageChannel::receive(&mut channel, &mut buf))).is_pending());
    assert_eq!(channel.counters().dropped_bytes, 64 * READS_IN_A_ROW);
    // Blocking: the deadline ends it. Time passes with each read here.
    struct Ticking(Script);
    impl blocking::ByteStream for Ticking {
        type Error = Infallible;
        fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Infallible> {
            self.0.clock += 1;
            blocking::ByteStream::read(&mut self.0, buf, deadline)
        }
        fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
            blocking::ByteStream::write(&mut self.0, bytes)
        }
        fn now(&self) -> Instant {
            Instant(self.0.clock)
        }
    }
    let (mut receive, mut send) = ([0; 64], [0; 32]);
    let mut channel = Framed::new(Ticking(flood(10_000)), &mut receive, &mut send);
    assert_eq!(blocking::MessageChannel::receive(&mut channel, &mut buf, Instant(50)), Ok(None));
    assert_eq!(channel.counters().dropped_bytes, 64 * 50);
}

#[test]
fn blocking_keeps_deadlines_and_partial_messages() {
    use blocking::MessageChannel;
    let answer = message(0x8000_0001, 16, 0);
    let input = [Step::Bytes(answer[..9].to_vec()), Step::Wait(500), Step::Bytes(answer[9..].to_vec())].into();
    let (mut receive, mut send, mut buf) = ([0; 64], [0; 32], [0; 64]);
    let script = Script { input, appetite: 5, ..Script::default() };
    let mut channel = Framed::new(script, &mut receive, &mut send);
    assert_eq!(channel.receive(&mut buf, Instant(0)), Ok(None));
    assert_eq!(channel.receive(&mut buf, Instant(300)), Ok(None));
    assert_eq!(channel.now(), Instant(300));
    assert_eq!(channel.receive(&mut buf, Instant::FAR), Ok(Some(16)));
    assert_eq!((channel.now(), &buf[..16]), (Instant(500), &answer[..]));
    channel.send(&answer).unwrap();
    assert_eq!(channel.into_inner().output, answer);
}

#[test]
fn silence_inside_a_message_breaks_it_off() {
    use blocking::MessageChannel;
    let (answer, lying) = (message(0x8000_0001, 16, 0), message(0x8000_0003, 4000, 0));
    for (pause, found) in [(999, None), (1000, Some(16))] {
        let input =
            [Step::Wait(7000), Step::Bytes(lying[..20].to_vec()), Step::Wait(pause), Step::Bytes(answer.clone())];
        let (mut receive, mut send, mut buf) = ([0; 4096], [0; 32], [0; 64]);
        let script = Script { input: input.into(), ..Script::default() };
        let mut channel = Framed::new(script, &mut receive, &mut send);
        for deadline in (0..9000).step_by(100) {
            // Time spent elsewhere is not silence.
            channel.stream_mut().clock += 5000;
            let deadline = Instant(deadline + channel.stream_mut().clock);
            if channel.receive(&mut buf, deadline) != Ok(None) {
                break;
            }
        }
        assert_eq!(found.is_some(), buf[..16] == answer[..], "after {pause} ms");
        assert_eq!(channel.counters().dropped_bytes, if found.is_some() { 20 } else { 0 });
    }
}
