//! What the fuzz targets of byte streams share: a stream in any chunks, and what must hold for it.
//!
//! Input: length of the buffer, longest length that is believed (two bytes), three lengths of chunks, the stream.

use wwan::channel::framed::{Deframer, Feed, FrameCounters, Framing};

/// How the stream is read.
struct Input<F> {
    buffer: u8,
    framing: F,
}

/// What came out.
#[derive(Debug, PartialEq)]
pub enum Out {
    /// A message.
    Message(Vec<u8>),
    /// One that was skipped.
    Oversize(usize),
}

fn deframer<F: Framing + Copy>(input: &Input<F>) -> Deframer<Vec<u8>, F> {
    Deframer::with_framing(vec![0; usize::from(input.buffer)], input.framing)
}

/// Feeds the chunks of a stream.
fn feed<'a, F: Framing + Copy>(input: &Input<F>, chunks: impl Iterator<Item = &'a [u8]>) -> (Vec<Out>, FrameCounters) {
    let mut deframer = deframer(input);
    let mut out = Vec::new();
    for mut chunk in chunks {
        let most = out.len() + chunk.len() + usize::from(input.buffer) + 1;
        loop {
            match deframer.feed(chunk) {
                Feed::Consumed => break,
                Feed::Message { message, rest } => {
                    out.push(Out::Message(message.to_vec()));
                    chunk = rest;
                }
                Feed::Oversize { needed, rest } => {
                    out.push(Out::Oversize(needed));
                    chunk = rest;
                }
            }
            assert!(out.len() <= most, "messages out of nothing");
        }
    }
    (out, deframer.counters())
}

/// The same by reading into the deframer's own space.
fn read<'a, F: Framing + Copy>(input: &Input<F>, chunks: impl Iterator<Item = &'a [u8]>) -> (Vec<Out>, FrameCounters) {
    let mut deframer = deframer(input);
    let mut out = Vec::new();
    let mut to = vec![0; usize::from(input.buffer)];
    for mut chunk in chunks {
        while !chunk.is_empty() {
            let space = deframer.space();
            let taken = space.len().min(chunk.len());
            if taken == 0 {
                assert_eq!(input.buffer, 0, "no room although everything was taken");
                break;
            }
            space[..taken].copy_from_slice(&chunk[..taken]);
            deframer.commit(taken);
            chunk = &chunk[taken..];
            while let Some(taken) = deframer.take(&mut to) {
                out.push(match taken {
                    Ok(length) => Out::Message(to[..length].to_vec()),
                    Err(needed) => Out::Oversize(needed),
                });
            }
        }
    }
    (out, deframer.counters())
}

/// The stream in pieces of the given lengths.
fn cut<'a>(stream: &'a [u8], lengths: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let (mut rest, mut lengths) = (stream, lengths.iter().cycle());
    std::iter::from_fn(move || {
        let length = usize::from(*lengths.next().unwrap_or(&1)).max(1).min(rest.len());
        let (now, later) = rest.split_at(length);
        rest = later;
        (!now.is_empty()).then_some(now)
    })
}

/// The same messages come out as when the stream comes at once, and every byte is accounted for. What came out.
pub fn check<F: Framing + Copy>(data: &[u8], framing: impl FnOnce(usize) -> F) -> Vec<Out> {
    let [buffer, low, high, chunks @ ..] = data else {
        return Vec::new();
    };
    let Some((chunks, stream)) = chunks.split_first_chunk::<3>() else {
        return Vec::new();
    };
    let input = Input { buffer: *buffer, framing: framing(usize::from(u16::from_le_bytes([*low, *high]))) };
    let (whole, counters) = feed(&input, std::iter::once(stream));
    let (cut_up, counters_cut) = feed(&input, cut(stream, chunks));
    assert_eq!(whole, cut_up);
    if input.buffer > 0 {
        assert_eq!(counters, counters_cut);
        assert_eq!((cut_up, counters_cut), read(&input, cut(stream, chunks)));
    }

    // Nothing comes twice: messages and what was dropped are no more than what was fed.
    let dropped = usize::try_from(counters.dropped_bytes).unwrap();
    let messages: usize = whole.iter().map(|out| if let Out::Message(bytes) = out { bytes.len() } else { 0 }).sum();
    assert!(messages + dropped <= stream.len());
    assert!(whole.iter().all(|out| match out {
        Out::Message(bytes) => bytes.len() <= usize::from(input.buffer),
        Out::Oversize(needed) => *needed > usize::from(input.buffer),
    }));
    whole
}
