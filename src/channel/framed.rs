//! Cuts a byte stream (a UART, a pseudo-terminal, a socket) into whole messages, because streams have no transfers.
//!
//! [`Deframer`] does it without I/O: bytes in, in any chunks; messages out. [`Framed`] puts it around a stream and
//! makes a message channel. Both trust nothing they read. A header that cannot be one (unknown type, impossible
//! length) is dropped byte by byte until the next plausible one, so that a forged huge length never wedges the port;
//! what was dropped is counted in [`FrameCounters`]. The rule that tells headers from garbage is a [`Framing`]:
//! [`MbimFraming`], [`QmuxFraming`], or your own.

use core::fmt;

use embedded_io::{Error, ErrorKind};
use embedded_io_async::{Read, Write};

use super::{MessageChannel, blocking, copy_to, yield_once};
use crate::time::{Instant, Millis};

/// What the first bytes of a message say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict {
    /// A message may begin like this; more bytes will tell.
    More,
    /// A message of this many bytes, header included, begins here.
    Message(usize),
    /// No message begins like this.
    Garbage,
}

/// How a protocol marks the length of its messages.
pub trait Framing {
    /// Judges `start`, one byte at least, as the beginning of a message.
    ///
    /// More bytes after the same beginning may turn [`Verdict::More`] into one of the others; the others are final.
    fn judge(&self, start: &[u8]) -> Verdict;

    /// The same where no message is due: behind garbage, or at the beginning of a transfer although the message before
    /// it is incomplete ([`Deframer::commit_transfer`]). A framing whose headers other bytes easily look like asks for more
    /// here. By default, the same.
    fn search(&self, start: &[u8]) -> Verdict {
        self.judge(start)
    }
}

/// Message types of MBIM 1.0 §9.1, both directions.
const MBIM_TYPES: [u32; 9] = [1, 2, 3, 4, 0x8000_0001, 0x8000_0002, 0x8000_0003, 0x8000_0004, 0x8000_0007];

/// Bytes of the MBIM message header: type, length, transaction id (MBIM 1.0 §9.1).
const MBIM_HEADER: usize = 12;

/// The MBIM rule: a known message type at offset 0 and a length of 12 bytes or more at offset 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MbimFraming {
    longest: usize,
}

impl MbimFraming {
    /// The longest length that is believed by default, in bytes. `wMaxControlMessage` has 16 bits.
    pub const LONGEST: usize = 0xffff;

    /// Believes lengths up to `longest` bytes; anything longer is garbage. A length that is believed but does not fit
    /// the buffer of the [`Deframer`] makes it skip exactly that many bytes.
    #[must_use]
    pub const fn up_to(longest: usize) -> Self {
        Self { longest }
    }
}

impl Default for MbimFraming {
    fn default() -> Self {
        Self::up_to(Self::LONGEST)
    }
}

impl Framing for MbimFraming {
    fn judge(&self, start: &[u8]) -> Verdict {
        // Judged from the first byte on: garbage must not have to wait for a whole header.
        if !MBIM_TYPES.iter().any(|known| known.to_le_bytes().iter().zip(start).all(|(a, b)| a == b)) {
            return Verdict::Garbage;
        }
        let Some(length) = start.get(4..).and_then(<[u8]>::first_chunk) else {
            return Verdict::More;
        };
        match usize::try_from(u32::from_le_bytes(*length)) {
            Ok(length) if (MBIM_HEADER..=self.longest).contains(&length) => Verdict::Message(length),
            _ => Verdict::Garbage,
        }
    }
}

/// The marker of a QMUX frame, and of one with a service number of 16 bits (which only proxies and their clients use).
const QMUX_MARKERS: [u8; 2] = [1, 2];

/// Bytes in front of the QMI message in a QMUX frame: marker, length, sender, service, client.
const QMUX_HEADER: usize = 6;

/// Bytes of a QMI message in front of its TLVs, of the control service and of all others.
const QMI_HEADERS: [usize; 2] = [6, 7];

/// The QMUX rule: marker 1, a length that leaves room for the headers, a sender that is the host (0) or the modem (0x80).
///
/// The length counts everything but the marker. Whether the length of the TLVs agrees with it is asked only behind garbage:
/// otherwise a message in which it does not is handed out whole, for its reader to refuse, and the stream goes on behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct QmuxFraming {
    longest: usize,
    wide: bool,
}

impl QmuxFraming {
    /// The longest frame that is believed by default, in bytes, marker included: four times what the drivers of Linux
    /// carry. The field allows 65536, but the higher a length is believed, the more a forged one costs.
    pub const LONGEST: usize = 16 * 1024;

    /// Believes frames of up to `longest` bytes, marker included, as [`MbimFraming::up_to`] does.
    #[must_use]
    pub const fn up_to(longest: usize) -> Self {
        Self { longest, wide: false }
    }

    /// Takes frames with service numbers of 16 bits, too (marker 2), as they pass between a proxy and its clients.
    #[must_use]
    pub const fn with_wide_services(self) -> Self {
        Self { wide: true, ..self }
    }
}

impl Default for QmuxFraming {
    fn default() -> Self {
        Self::up_to(Self::LONGEST)
    }
}

impl Framing for QmuxFraming {
    fn judge(&self, start: &[u8]) -> Verdict {
        // As above: each byte is judged when it is there.
        let [qmux, wide] = QMUX_MARKERS;
        let is_wide = match start.first() {
            Some(marker) if *marker == qmux => false,
            Some(marker) if *marker == wide && self.wide => true,
            Some(_) => return Verdict::Garbage,
            None => return Verdict::More,
        };
        let Some(length) = start.get(1..).and_then(<[u8]>::first_chunk) else {
            return Verdict::More;
        };
        let length = usize::from(u16::from_le_bytes(*length)).saturating_add(1);
        let [control, others] = QMI_HEADERS.map(|header| QMUX_HEADER.saturating_add(header));
        if !(control..=self.longest).contains(&length) {
            return Verdict::Garbage;
        }
        match start.get(3..) {
            Some([sender, ..]) if !is_wide && !matches!(sender, 0 | 0x80) => Verdict::Garbage,
            Some([_, service, ..]) if !is_wide && *service != 0 && length < others => Verdict::Garbage,
            Some([_, _, ..]) => Verdict::Message(length),
            _ => Verdict::More,
        }
    }

    /// The TLVs must fill the frame, too.
    fn search(&self, start: &[u8]) -> Verdict {
        let Verdict::Message(length) = self.judge(start) else {
            return self.judge(start);
        };
        let [qmux, _] = QMUX_MARKERS;
        let [control, others] = QMI_HEADERS;
        let header = match start {
            [marker, _, _, low, 0, ..] if *marker == qmux || *low == 0 => control,
            _ => others,
        };
        let tlvs = QMUX_HEADER.saturating_add(header);
        match start.get(tlvs.saturating_sub(2)..).and_then(<[u8]>::first_chunk) {
            Some(declared) if usize::from(u16::from_le_bytes(*declared)) == length.saturating_sub(tlvs) => {
                Verdict::Message(length)
            }
            Some(_) => Verdict::Garbage,
            None => Verdict::More,
        }
    }
}

/// The rule of either protocol, where that is known only at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AnyFraming {
    /// MBIM.
    Mbim(MbimFraming),
    /// QMUX.
    Qmux(QmuxFraming),
}

impl From<MbimFraming> for AnyFraming {
    fn from(framing: MbimFraming) -> Self {
        Self::Mbim(framing)
    }
}

impl From<QmuxFraming> for AnyFraming {
    fn from(framing: QmuxFraming) -> Self {
        Self::Qmux(framing)
    }
}

impl Framing for AnyFraming {
    fn judge(&self, start: &[u8]) -> Verdict {
        match self {
            Self::Mbim(framing) => framing.judge(start),
            Self::Qmux(framing) => framing.judge(start),
        }
    }

    fn search(&self, start: &[u8]) -> Verdict {
        match self {
            Self::Mbim(framing) => framing.search(start),
            Self::Qmux(framing) => framing.search(start),
        }
    }
}

/// What a [`Deframer`] met since it was made. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct FrameCounters {
    /// Whole messages handed out.
    pub messages: u32,
    /// Bytes that belonged to no message.
    pub dropped_bytes: u32,
    /// Runs of such bytes: how often the stream had to be searched for the next header.
    pub resyncs: u32,
    /// Plausible messages that did not fit the deframer's or the receiver's buffer, and were skipped.
    pub oversize: u32,
}

/// Result of [`Deframer::feed`].
#[derive(Debug, PartialEq, Eq)]
pub enum Feed<'d, 'i> {
    /// All of the input was taken; no message is complete.
    Consumed,
    /// A message. Feed `rest` next, even if it is empty: more messages may be complete already.
    Message {
        /// The whole message, header included.
        message: &'d [u8],
        /// Input not taken yet.
        rest: &'i [u8],
    },
    /// A plausible message is longer than the buffer, and is being skipped. Feed `rest` next, even if it is empty.
    Oversize {
        /// Its length in bytes.
        needed: usize,
        /// Input not taken yet.
        rest: &'i [u8],
    },
}

/// What [`Deframer::cut`] found.
enum Cut {
    Message { start: usize, length: usize },
    Oversize { needed: usize },
}

/// Cuts bytes into messages, without I/O. The caller gives the buffer: `&mut [u8]`, an array, or (on a host) a `Vec`;
/// its length is the longest message that gets through.
///
/// ```
/// use wwan::channel::framed::{Deframer, Feed};
///
/// let mut deframer = Deframer::new([0; 64]);
/// let stream = [
///     0xff, 0xff, // garbage
///     0x02, 0, 0, 0, 12, 0, 0, 0, 9, 0, 0, 0, // CLOSE
///     0x02, 0, // the beginning of another one
/// ];
/// let mut input = &stream[..];
/// let mut found = 0;
/// loop {
///     match deframer.feed(input) {
///         Feed::Consumed => break,
///         Feed::Message { message, rest } => {
///             assert_eq!(message, &stream[2..14]);
///             (found, input) = (found + 1, rest);
///         }
///         Feed::Oversize { rest, .. } => input = rest,
///     }
/// }
/// assert_eq!((found, deframer.counters().dropped_bytes), (1, 2));
/// ```
#[derive(Debug)]
pub struct Deframer<B, F = MbimFraming> {
    buf: B,
    framing: F,
    /// The bytes of `buf` not handed out yet.
    start: usize,
    end: usize,
    /// Bytes of an oversize message still to pass over.
    skip: usize,
    /// No message crosses this position of `buf`.
    boundary: Option<usize>,
    /// The bytes dropped last and the next one dropped belong to the same run.
    searching: bool,
    counters: FrameCounters,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Deframer<B> {
    /// A deframer for MBIM, with the usual limits.
    pub fn new(buf: B) -> Self {
        Self::with_framing(buf, MbimFraming::default())
    }
}

impl<B: AsRef<[u8]> + AsMut<[u8]>, F: Framing> Deframer<B, F> {
    /// A deframer with the given framing.
    pub fn with_framing(buf: B, framing: F) -> Self {
        Self {
            buf,
            framing,
            start: 0,
            end: 0,
            skip: 0,
            boundary: None,
            searching: false,
            counters: FrameCounters::default(),
        }
    }

    /// Takes bytes of `input` until a message is complete or the input is used up.
    ///
    /// Call it again with the `rest` until it says [`Feed::Consumed`].
    pub fn feed<'d, 'i>(&'d mut self, mut input: &'i [u8]) -> Feed<'d, 'i> {
        loop {
            match self.cut() {
                Some(Cut::Message { start, length }) => {
                    self.counters.messages = add(self.counters.messages, 1);
                    return Feed::Message { message: self.slice(start, length), rest: input };
                }
                Some(Cut::Oversize { needed }) => return Feed::Oversize { needed, rest: input },
                None if input.is_empty() => return Feed::Consumed,
                None => {}
            }
            let space = self.space();
            let (now, later) = input.split_at_checked(space.len()).unwrap_or((input, &[]));
            if copy_to(now, space).unwrap_or(0) == 0 {
                // Only with a buffer of no length at all.
                self.counters.dropped_bytes = add(self.counters.dropped_bytes, input.len());
                return Feed::Consumed;
            }
            self.commit(now.len());
            input = later;
        }
    }

    /// Where the next bytes go: read into it, then call [`commit`](Self::commit) and take what is complete with
    /// [`take`](Self::take). After `take` gave `None` it holds one byte at least, unless the buffer has no length.
    pub fn space(&mut self) -> &mut [u8] {
        if self.start > 0 {
            let (start, end) = (self.start, self.end);
            let buf = self.buf.as_mut();
            if start <= end && end <= buf.len() {
                buf.copy_within(start..end, 0);
            }
            self.start = 0;
            self.end = end.saturating_sub(start);
            self.boundary = self.boundary.map(|at| at.saturating_sub(start));
        }
        self.buf.as_mut().get_mut(self.end..).unwrap_or_default()
    }

    /// `count` bytes were put at the beginning of [`space`](Self::space).
    pub fn commit(&mut self, count: usize) {
        self.end = self.end.saturating_add(count).min(self.capacity());
    }

    /// As [`commit`](Self::commit), for bytes that came in one transfer of a carrier that has transfers.
    ///
    /// A rest of an earlier transfer is continued, because some functions answer one message in several transfers,
    /// unless a header stands at the beginning of this one ([`Framing::search`]): then that rest is garbage. A buffer of twice the
    /// longest transfer leaves room for the header beside any rest.
    pub fn commit_transfer(&mut self, count: usize) {
        let fresh = self.slice(self.end, count.min(self.capacity().saturating_sub(self.end)));
        if self.is_partial() && matches!(self.framing.search(fresh), Verdict::Message(_)) {
            self.boundary();
        }
        self.commit(count);
    }

    /// Says that the next bytes begin a new transfer: a message incomplete by now will never be complete.
    ///
    /// For a stream this is true after a long silence, or when the peer has been restarted. The incomplete message is
    /// dropped as garbage, and whole messages inside it come to light.
    pub fn boundary(&mut self) {
        if self.start < self.end {
            self.boundary = Some(self.end);
        } else {
            self.skip = 0;
        }
    }

    /// Copies the next complete message to `to` and returns its length; `None` if more bytes are needed.
    ///
    /// # Errors
    ///
    /// The length of a message that fits neither the deframer's buffer nor `to`; it is consumed and counted.
    pub fn take(&mut self, to: &mut [u8]) -> Option<Result<usize, usize>> {
        match self.cut()? {
            Cut::Message { start, length } => {
                let copied = copy_to(self.slice(start, length), to);
                let counter = match copied {
                    Some(_) => &mut self.counters.messages,
                    None => &mut self.counters.oversize,
                };
                *counter = add(*counter, 1);
                Some(copied.ok_or(length))
            }
            Cut::Oversize { needed } => Some(Err(needed)),
        }
    }

    /// Whether part of a message has come: the next byte does not begin one.
    pub fn is_partial(&self) -> bool {
        self.start < self.end || self.skip > 0
    }

    /// The longest message that gets through, in bytes.
    pub fn capacity(&self) -> usize {
        self.buf.as_ref().len()
    }

    /// What was met so far.
    pub const fn counters(&self) -> FrameCounters {
        self.counters
    }

    fn slice(&self, start: usize, length: usize) -> &[u8] {
        self.buf.as_ref().get(start..).and_then(|from| from.get(..length)).unwrap_or(&[])
    }

    /// Finds the next message, dropping garbage on the way. It stays in the buffer until the next call that writes.
    fn cut(&mut self) -> Option<Cut> {
        loop {
            if self.boundary.is_some_and(|at| self.start >= at) {
                self.boundary = None;
                self.skip = 0;
            }
            let limit = self.boundary.unwrap_or(self.end);
            let seen = limit.saturating_sub(self.start);
            if seen == 0 {
                return None;
            }
            if self.skip > 0 {
                let passed = self.skip.min(seen);
                self.skip = self.skip.saturating_sub(passed);
                self.start = self.start.saturating_add(passed);
                continue;
            }
            // Nothing more can come for what stands before a boundary, or when the buffer is full.
            let closed = self.boundary.is_some() || seen >= self.capacity();
            let start = self.slice(self.start, seen);
            match if self.searching { self.framing.search(start) } else { self.framing.judge(start) } {
                Verdict::Message(length) if (1..=seen).contains(&length) => {
                    let start = self.start;
                    self.start = start.saturating_add(length);
                    self.searching = false;
                    return Some(Cut::Message { start, length });
                }
                Verdict::Message(needed) if needed > self.capacity() && self.boundary.is_none() => {
                    self.skip = needed;
                    self.searching = false;
                    self.counters.oversize = add(self.counters.oversize, 1);
                    return Some(Cut::Oversize { needed });
                }
                Verdict::More | Verdict::Message(1..) if !closed => return None,
                _ => {
                    self.start = self.start.saturating_add(1);
                    self.counters.dropped_bytes = add(self.counters.dropped_bytes, 1);
                    if !self.searching {
                        self.counters.resyncs = add(self.counters.resyncs, 1);
                    }
                    self.searching = true;
                }
            }
        }
    }
}

fn add(counter: u32, count: usize) -> u32 {
    counter.saturating_add(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A message on its way out, kept here and not in a future: when a `send` is dropped half-way, the next one finishes
/// the message, because the peer counts on its declared length.
#[derive(Debug)]
pub(super) struct Outbox<B> {
    buf: B,
    start: usize,
    end: usize,
}

impl<B: AsRef<[u8]> + AsMut<[u8]>> Outbox<B> {
    pub(super) const fn new(buf: B) -> Self {
        Self { buf, start: 0, end: 0 }
    }

    /// Makes room for a new message: one that has not begun to leave is forgotten, one that has stays pending.
    pub(super) fn forget_unbegun(&mut self) {
        if self.start == 0 {
            self.end = 0;
        }
    }

    /// Puts in a message, after everything pending has left. `None`, and nothing done, if it does not fit.
    pub(super) fn load(&mut self, message: &[u8]) -> Option<()> {
        let length = copy_to(message, self.buf.as_mut())?;
        (self.start, self.end) = (0, length);
        Some(())
    }

    pub(super) fn pending(&self) -> &[u8] {
        self.buf.as_ref().get(self.start..self.end).unwrap_or(&[])
    }

    pub(super) fn wrote(&mut self, count: usize) {
        self.start = self.start.saturating_add(count);
        if self.start >= self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    pub(super) fn capacity(&self) -> usize {
        self.buf.as_ref().len()
    }
}

/// Notices that a stream fell silent in the middle of a message. Only time really spent waiting counts: bytes may
/// have been lying in a driver while the program did something else.
#[derive(Debug)]
pub(super) struct Silence {
    limit: Millis,
    waited: Millis,
}

impl Silence {
    /// Nobody pauses that long inside a message; MBIM allows 1250 ms even between two fragments.
    pub(super) const USUAL: Millis = Millis(1000);

    pub(super) const fn new(limit: Millis) -> Self {
        Self { limit, waited: Millis(0) }
    }

    pub(super) fn set_limit(&mut self, limit: Millis) {
        self.limit = limit;
    }

    /// Nothing came for so long.
    pub(super) fn waited(&mut self, span: Millis) {
        self.waited = Millis(self.waited.0.saturating_add(span.0));
    }

    /// Bytes came; says whether the silence before them ended the message before them.
    pub(super) fn broken(&mut self) -> bool {
        core::mem::take(&mut self.waited) >= self.limit
    }
}

/// Why [`Framed`] failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FramedError<E> {
    /// The stream failed.
    Stream(E),
    /// The stream ended.
    Closed,
    /// A message did not fit a buffer; a received one was consumed, one to send was not sent.
    TooLong {
        /// Its length in bytes.
        needed: usize,
    },
}

impl<E: fmt::Display> fmt::Display for FramedError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream(error) => write!(f, "stream: {error}"),
            Self::Closed => f.write_str("the stream ended"),
            Self::TooLong { needed } => write!(f, "a message of {needed} bytes does not fit the buffer"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for FramedError<E> {}

impl<E: Error> Error for FramedError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Stream(error) => error.kind(),
            Self::Closed => ErrorKind::NotConnected,
            Self::TooLong { .. } => ErrorKind::OutOfMemory,
        }
    }
}

/// A message channel over a byte stream, cut by the length in each header.
///
/// Async over [`embedded_io_async::Read`] and `Write`, blocking over [`blocking::ByteStream`]. The `receive` buffer
/// limits what comes in (longer messages are skipped and reported), the `send` buffer what goes out.
///
/// # Cancellation
///
/// `receive` is cancel-safe if the stream's `read` is; bytes live in the struct as soon as `read` has completed.
/// A dropped `send` leaves the rest of a half-written message in the struct: the next `send` writes it first. A
/// message of which nothing was written is forgotten. This holds for a stream error in the middle of a message too.
#[derive(Debug)]
pub struct Framed<'b, RW, F = MbimFraming> {
    stream: RW,
    deframer: Deframer<&'b mut [u8], F>,
    outbox: Outbox<&'b mut [u8]>,
    silence: Silence,
}

impl<'b, RW> Framed<'b, RW> {
    /// Wraps a stream that carries MBIM, with the usual limits.
    pub fn new(stream: RW, receive: &'b mut [u8], send: &'b mut [u8]) -> Self {
        Self::with_framing(stream, receive, send, MbimFraming::default())
    }
}

impl<'b, RW, F: Framing> Framed<'b, RW, F> {
    /// Wraps a stream, with the given framing.
    pub fn with_framing(stream: RW, receive: &'b mut [u8], send: &'b mut [u8], framing: F) -> Self {
        Self {
            stream,
            deframer: Deframer::with_framing(receive, framing),
            outbox: Outbox::new(send),
            silence: Silence::new(Silence::USUAL),
        }
    }

    /// Says that a new transfer begins: see [`Deframer::boundary`]. The blocking channel finds that out by itself
    /// ([`set_silence`](Self::set_silence)); the async one has no clock, so that its owner calls this after a
    /// request timed out, as the async client does.
    pub fn boundary(&mut self) {
        self.deframer.boundary();
    }

    /// How long the stream has to be silent inside a message for that message to count as broken off; one second by
    /// default. Blocking channels only.
    pub fn set_silence(&mut self, silence: Millis) {
        self.silence.set_limit(silence);
    }

    /// What was received and dropped so far.
    pub const fn counters(&self) -> FrameCounters {
        self.deframer.counters()
    }

    /// The stream. Reading from it or writing to it disturbs the framing.
    pub const fn stream_mut(&mut self) -> &mut RW {
        &mut self.stream
    }

    /// Gives the stream back; a partial message is lost.
    pub fn into_inner(self) -> RW {
        self.stream
    }
}

/// Reads without result after which an async `receive` lets others run: a peer that floods the port with garbage
/// must not hold up the timers of the same task.
const READS_IN_A_ROW: u32 = 16;

impl<RW: Read + Write, F: Framing> Framed<'_, RW, F> {
    /// Writes what is pending, and flushes.
    async fn drain(&mut self) -> Result<(), FramedError<RW::Error>> {
        while !self.outbox.pending().is_empty() {
            match self.stream.write(self.outbox.pending()).await.map_err(FramedError::Stream)? {
                0 => return Err(FramedError::Closed),
                count => self.outbox.wrote(count),
            }
        }
        self.stream.flush().await.map_err(FramedError::Stream)
    }
}

impl<RW: Read + Write, F: Framing> MessageChannel for Framed<'_, RW, F> {
    type Error = FramedError<RW::Error>;

    async fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        let needed = message.len();
        if needed > self.outbox.capacity() {
            return Err(FramedError::TooLong { needed });
        }
        self.outbox.forget_unbegun();
        if !self.outbox.pending().is_empty() {
            self.drain().await?;
        }
        self.outbox.load(message).ok_or(FramedError::TooLong { needed })?;
        self.drain().await
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        let mut fruitless = 0_u32;
        loop {
            if let Some(taken) = self.deframer.take(buf) {
                return taken.map_err(|needed| FramedError::TooLong { needed });
            }
            if fruitless >= READS_IN_A_ROW {
                fruitless = 0;
                yield_once().await;
            }
            fruitless = fruitless.saturating_add(1);
            match self.stream.read(self.deframer.space()).await.map_err(FramedError::Stream)? {
                0 => return Err(FramedError::Closed),
                count => self.deframer.commit(count),
            }
        }
    }

    fn max_message(&self) -> usize {
        self.outbox.capacity()
    }

    fn boundary(&mut self) {
        self.deframer.boundary();
    }
}

impl<S: blocking::ByteStream, F: Framing> Framed<'_, S, F> {
    /// Writes what is pending, and flushes.
    fn drain_blocking(&mut self) -> Result<(), FramedError<S::Error>> {
        while !self.outbox.pending().is_empty() {
            match self.stream.write(self.outbox.pending()).map_err(FramedError::Stream)? {
                0 => return Err(FramedError::Closed),
                count => self.outbox.wrote(count),
            }
        }
        self.stream.flush().map_err(FramedError::Stream)
    }
}

impl<S: blocking::ByteStream, F: Framing> blocking::MessageChannel for Framed<'_, S, F> {
    type Error = FramedError<S::Error>;

    fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        let needed = message.len();
        if needed > self.outbox.capacity() {
            return Err(FramedError::TooLong { needed });
        }
        self.outbox.forget_unbegun();
        if !self.outbox.pending().is_empty() {
            self.drain_blocking()?;
        }
        self.outbox.load(message).ok_or(FramedError::TooLong { needed })?;
        self.drain_blocking()
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        let mut before = self.stream.now();
        loop {
            if let Some(taken) = self.deframer.take(buf) {
                return taken.map(Some).map_err(|needed| FramedError::TooLong { needed });
            }
            let read = self.stream.read(self.deframer.space(), deadline).map_err(FramedError::Stream)?;
            let now = self.stream.now();
            self.silence.waited(now.since(before));
            match read {
                None => return Ok(None),
                Some(0) => return Err(FramedError::Closed),
                Some(count) => {
                    if self.silence.broken() {
                        self.deframer.boundary();
                    }
                    self.deframer.commit(count);
                }
            }
            // Endless garbage must not outlast the deadline.
            if now >= deadline {
                return self.deframer.take(buf).transpose().map_err(|needed| FramedError::TooLong { needed });
            }
            before = now;
        }
    }

    fn max_message(&self) -> usize {
        self.outbox.capacity()
    }

    fn now(&self) -> Instant {
        self.stream.now()
    }
}

#[cfg(test)]
mod tests;
