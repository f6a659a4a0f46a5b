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
use std::collections::VecDeque;
use std::vec::Vec;

use proptest::prelude::*;

use super::{
    Deframer, Error, ErrorKind, Feed, FrameCounters, Framed, FramedError, Framing, Instant, MBIM_TYPES, MbimFraming,
    Poll, READS_IN_A_ROW, Read, Verdict, Write, blocking,
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
fn deframe<B: AsRef<[u8]> + AsMut<[u8]>>(deframer: &mut Deframer<B>, stream: &[u8], chunks: &[usize]) -> Found {
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

/// The same on a whole stream, in the plainest way.
fn reference(stream: &[u8]) -> (Found, FrameCounters) {
    let (mut found, mut counters, mut at, mut searching) = (Vec::new(), FrameCounters::default(), 0, false);
    while at < stream.len() {
        let rest = &stream[at..];
        let kind_fits = MBIM_TYPES.iter().any(|kind| {
            let bytes = kind.to_le_bytes();
            let seen = rest.len().min(4);
            bytes[..seen] == rest[..seen]
        });
        if kind_fits && rest.len() < 8 {
            break;
        }
        let length = if kind_fits { u32::from_le_bytes([rest[4], rest[5], rest[6], rest[7]]) as usize } else { 0 };
        if (12..=CAPACITY).contains(&length) {
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

proptest! {
    #[test]
    fn any_chunking_gives_what_the_reference_gives(
        segments in prop::collection::vec(segment(), 0..12),
        chunks in prop::collection::vec(1_usize..100, 0..40),
    ) {
        let stream = segments.concat();
        let (found, counters) = reference(&stream);
        for chunks in [&[usize::MAX][..], &[1], &chunks] {
            let mut deframer = Deframer::with_framing([0xa5; CAPACITY], MbimFraming::up_to(LONGEST));
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

/// Another protocol's rule: 1, then a length byte that does not count the 1 (as QMUX has it).
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
