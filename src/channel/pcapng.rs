//! Records every message in a pcapng file, so that Wireshark can show what a modem said.
//!
//! Wireshark reads the records as MBIM control messages after this setting (Preferences, Protocols, DLT_USER):
//! `-o 'uat:user_dlts:"User 0 (DLT=147)","mbim.control","0","","0",""'`.
//!
//! The format is the one of the pcapng specification (draft-ietf-opsawg-pcapng): [`file_header`] and [`Record`] make
//! its blocks without I/O, [`PcapngTap`] writes them.

use embedded_io::{Error, ErrorKind, Write};

use super::{Clock, Direction, MessageChannel, blocking};
use crate::time::Instant;

/// Link type of the records of MBIM: LINKTYPE_USER0, private use.
pub const LINK_TYPE: u16 = 147;

/// Link type of the records of QMUX frames: LINKTYPE_USER1, private use.
pub const LINK_TYPE_QMUX: u16 = 148;

/// Link type of the records of AT, pieces of a stream of bytes: LINKTYPE_USER2, private use.
pub const LINK_TYPE_AT: u16 = 149;

/// What a file of MBIM begins with: [`file_header_for`] of [`LINK_TYPE`].
#[must_use]
pub const fn file_header() -> [u8; 60] {
    file_header_for(LINK_TYPE)
}

/// What a file begins with: a section header (little-endian, version 1.0) and the description of interface 0 (that link
/// type, no length limit, time in milliseconds).
#[must_use]
pub const fn file_header_for(link_type: u16) -> [u8; 60] {
    let [link_low, link_high] = link_type.to_le_bytes();
    #[rustfmt::skip]
    let header = [
        // Section Header Block, 28 bytes
        0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0,
        0x4d, 0x3c, 0x2b, 0x1a, // byte order
        1, 0, 0, 0,             // version
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, // section length: not known
        28, 0, 0, 0,
        // Interface Description Block, 32 bytes
        1, 0, 0, 0, 32, 0, 0, 0,
        link_low, link_high, 0, 0,
        0, 0, 0, 0,             // no limit of the captured length
        9, 0, 1, 0, 3, 0, 0, 0, // if_tsresol: 10^-3 s
        0, 0, 0, 0,             // opt_endofopt
        32, 0, 0, 0,
    ];
    header
}

/// An Enhanced Packet Block around one message: [`head`](Self::head), the message, [`tail`](Self::tail).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    head: [u8; 28],
    tail: [u8; 19],
    /// Bytes of `tail` that do not belong to it: it begins with the padding of the message.
    tail_unused: usize,
}

impl Record {
    /// The block for `message`, at `milliseconds` since 1970 (or any other start the reader should see).
    /// `None` for a message of 4 GiB.
    #[must_use]
    pub fn new(milliseconds: u64, direction: Direction, message: &[u8]) -> Option<Self> {
        const BESIDE: u32 = 28 + 8 + 4 + 4; // head, epb_flags, opt_endofopt, the length once more
        let length = u32::try_from(message.len()).ok()?;
        let total = length.checked_next_multiple_of(4)?.checked_add(BESIDE)?;
        let flags: u32 = match direction {
            Direction::Received => 0b01, // inbound
            Direction::Sent => 0b10,     // outbound
        };
        let [t0, t1, t2, t3, t4, t5, t6, t7] = milliseconds.to_le_bytes();
        let words = [
            6, // Enhanced Packet Block
            total,
            0, // interface
            u32::from_le_bytes([t4, t5, t6, t7]),
            u32::from_le_bytes([t0, t1, t2, t3]),
            length, // captured
            length, // on the wire
        ];
        let mut head = [0; 28];
        for (place, word) in head.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        let mut tail = [0; 19];
        // Padding of 0 to 3 bytes; epb_flags, 4 bytes long; opt_endofopt; total length.
        let words = [0x0004_0002, flags, 0, total];
        for (place, word) in tail.rchunks_exact_mut(4).zip(words.into_iter().rev()) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        let padding = length.wrapping_neg() & 3;
        Some(Self { head, tail, tail_unused: usize::try_from(3_u32.saturating_sub(padding)).unwrap_or(0) })
    }

    /// What stands before the message.
    #[must_use]
    pub const fn head(&self) -> &[u8] {
        &self.head
    }

    /// What stands behind the message.
    #[must_use]
    pub fn tail(&self) -> &[u8] {
        self.tail.get(self.tail_unused..).unwrap_or(&[])
    }
}

/// Writes pcapng records, and never lets a failing writer stop the program.
#[derive(Debug)]
struct Recorder<W> {
    writer: W,
    epoch: u64,
    link_type: u16,
    state: State,
    recorded: u32,
    lost: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The file header has still to be written.
    Empty,
    Running,
    /// The file ends in the middle of a block; more would make it unreadable.
    Torn,
}

impl<W: Write> Recorder<W> {
    fn message(&mut self, at: Instant, direction: Direction, message: &[u8]) {
        let time = self.epoch.saturating_add(at.0);
        let done = Record::new(time, direction, message).is_some_and(|record| self.record(&record, message));
        let counter = if done { &mut self.recorded } else { &mut self.lost };
        *counter = counter.saturating_add(1);
    }

    fn record(&mut self, record: &Record, message: &[u8]) -> bool {
        if self.state == State::Empty && self.block(&[&file_header_for(self.link_type)]) {
            self.state = State::Running;
        }
        self.state == State::Running
            && self.block(&[record.head(), message, record.tail()])
            && self.writer.flush().is_ok()
    }

    /// Writes a block as a whole, or nothing of it, or tears the file.
    fn block(&mut self, parts: &[&[u8]]) -> bool {
        let mut untouched = true;
        for part in parts {
            let mut rest = *part;
            while !rest.is_empty() {
                match self.writer.write(rest) {
                    Ok(count) if (1..=rest.len()).contains(&count) => {
                        rest = rest.get(count..).unwrap_or(&[]);
                        untouched = false;
                    }
                    Err(error) if error.kind() == ErrorKind::Interrupted => {}
                    _ => {
                        if !untouched {
                            self.state = State::Torn;
                        }
                        return false;
                    }
                }
            }
        }
        true
    }
}

/// Middleware that records every message in a pcapng file, sent and received alike.
///
/// A writer that fails never disturbs the channel: the record is lost and counted ([`lost`](Self::lost)). If it failed
/// in the middle of a record nothing more is written, so that everything before stays readable. The writer is called
/// directly, also from async code, and flushed after each record, so that a capture is complete when a program dies.
///
/// A message to send is recorded before the channel takes it. `K` is the clock: the async channel needs one
/// ([`with_clock`](Self::with_clock)), the blocking one has its own.
///
/// # Cancellation
///
/// As the inner channel's.
#[derive(Debug)]
pub struct PcapngTap<C, W, K = ()> {
    channel: C,
    recorder: Recorder<W>,
    clock: K,
}

impl<C, W: Write> PcapngTap<C, W> {
    /// Wraps a blocking channel. `epoch` is the time, in milliseconds since 1970, at which the clock showed 0.
    pub const fn new(channel: C, writer: W, epoch: u64) -> Self {
        Self::with_clock(channel, writer, epoch, ())
    }
}

impl<C, W: Write, K> PcapngTap<C, W, K> {
    /// Wraps an async channel. `epoch` is the time, in milliseconds since 1970, at which the clock showed 0.
    pub const fn with_clock(channel: C, writer: W, epoch: u64, clock: K) -> Self {
        let recorder = Recorder { writer, epoch, link_type: LINK_TYPE, state: State::Empty, recorded: 0, lost: 0 };
        Self { channel, recorder, clock }
    }

    /// Says what is recorded; [`LINK_TYPE`] otherwise. Only before the first message.
    #[must_use]
    pub fn link_type(mut self, link_type: u16) -> Self {
        self.recorder.link_type = link_type;
        self
    }

    /// How many messages were recorded.
    pub const fn recorded(&self) -> u32 {
        self.recorder.recorded
    }

    /// How many messages could not be recorded.
    pub const fn lost(&self) -> u32 {
        self.recorder.lost
    }

    /// The wrapped channel.
    pub const fn channel_mut(&mut self) -> &mut C {
        &mut self.channel
    }

    /// Gives the channel and the writer back.
    pub fn into_inner(self) -> (C, W) {
        (self.channel, self.recorder.writer)
    }
}

impl<C: MessageChannel, W: Write, K: Clock> MessageChannel for PcapngTap<C, W, K> {
    type Error = C::Error;

    async fn send(&mut self, message: &[u8]) -> Result<(), C::Error> {
        self.recorder.message(self.clock.now(), Direction::Sent, message);
        self.channel.send(message).await
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, C::Error> {
        let length = self.channel.receive(buf).await?;
        self.recorder.message(self.clock.now(), Direction::Received, buf.get(..length).unwrap_or(&[]));
        Ok(length)
    }

    fn max_message(&self) -> usize {
        self.channel.max_message()
    }

    fn boundary(&mut self) {
        self.channel.boundary();
    }
}

impl<C: blocking::MessageChannel, W: Write, K> blocking::MessageChannel for PcapngTap<C, W, K> {
    type Error = C::Error;

    fn send(&mut self, message: &[u8]) -> Result<(), C::Error> {
        self.recorder.message(self.channel.now(), Direction::Sent, message);
        self.channel.send(message)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, C::Error> {
        let length = self.channel.receive(buf, deadline)?;
        if let Some(length) = length {
            self.recorder.message(self.channel.now(), Direction::Received, buf.get(..length).unwrap_or(&[]));
        }
        Ok(length)
    }

    fn max_message(&self) -> usize {
        self.channel.max_message()
    }

    fn now(&self) -> Instant {
        self.channel.now()
    }
}

/// Makes an [`embedded_io::Write`] of a [`std::io::Write`], such as a file.
#[cfg(feature = "std")]
#[derive(Debug)]
pub struct StdWriter<W>(pub W);

#[cfg(feature = "std")]
impl<W> embedded_io::ErrorType for StdWriter<W> {
    type Error = std::io::Error;
}

#[cfg(feature = "std")]
impl<W: std::io::Write> Write for StdWriter<W> {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::std_instead_of_alloc)]
mod tests {
    use std::vec::Vec;

    use super::{Direction, ErrorKind, Instant, PcapngTap, Record, Write, blocking, file_header};
    use crate::channel::testing::block_on;
    use crate::channel::{Pipe, PipeError};

    /// Takes `room` bytes and fails then; `flaky` calls fail first.
    struct Paper {
        bytes: Vec<u8>,
        room: usize,
        flaky: u32,
    }

    impl embedded_io::ErrorType for Paper {
        type Error = ErrorKind;
    }

    impl Write for Paper {
        fn write(&mut self, buf: &[u8]) -> Result<usize, ErrorKind> {
            if self.flaky > 0 {
                self.flaky -= 1;
                return Err(if self.flaky == 1 { ErrorKind::Interrupted } else { ErrorKind::Other });
            }
            let count = buf.len().min(5).min(self.room); // short writes all the time
            self.room -= count;
            self.bytes.extend(&buf[..count]);
            if count == 0 { Err(ErrorKind::WriteZero) } else { Ok(count) }
        }

        fn flush(&mut self) -> Result<(), ErrorKind> {
            Ok(())
        }
    }

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        digits.chunks(2).map(|d| u8::from_str_radix(core::str::from_utf8(d).unwrap(), 16).unwrap()).collect()
    }

    /// Written by hand after the block layouts of the specification.
    const FILE: &str = "
        0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000
        01000000 20000000 9300 0000 00000000 0900 0100 03 000000 0000 0000 20000000
        06000000 38000000 00000000 01000000 05000000 0c000000 0c000000
            020000000c00000001000000
            0200 0400 02000000 0000 0000 38000000
        06000000 40000000 00000000 01000000 0c000000 11000000 11000000
            020000800c0000000100000000000000ff 000000
            0200 0400 01000000 0000 0000 40000000";

    const CLOSE: [u8; 12] = [2, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0];
    const CLOSE_DONE: [u8; 17] = [2, 0, 0, 0x80, 12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xff];

    #[test]
    fn bytes_are_those_of_the_specification() {
        use crate::channel::MessageChannel;
        let (mut a, mut b) = ([0; 64], [0; 64]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (host, mut function) = pipe.split();
        let clock = host.clock();
        let paper = Paper { bytes: Vec::new(), room: usize::MAX, flaky: 0 };
        let mut host = PcapngTap::with_clock(host, paper, 0x1_0000_0000, clock);
        let mut buf = [0; 64];
        clock.set(Instant(5));
        block_on(async {
            host.send(&CLOSE).await.unwrap();
            clock.set(Instant(12));
            function.send(&CLOSE_DONE).await.unwrap();
            assert_eq!(host.receive(&mut buf).await, Ok(17));
        });
        assert_eq!((host.recorded(), host.lost()), (2, 0));
        assert_eq!(host.into_inner().1.bytes, hex(FILE));
    }

    #[test]
    fn blocking_writes_the_same() {
        use blocking::MessageChannel;
        let (mut a, mut b) = ([0; 64], [0; 64]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (host, mut function) = pipe.split();
        host.clock().set(Instant(5));
        let paper = Paper { bytes: Vec::new(), room: usize::MAX, flaky: 0 };
        let mut host = PcapngTap::new(host, paper, 0x1_0000_0000);
        let mut buf = [0; 64];
        host.send(&CLOSE).unwrap();
        assert_eq!(host.receive(&mut buf, Instant(12)), Ok(None));
        function.send(&CLOSE_DONE).unwrap();
        assert_eq!(host.receive(&mut buf, Instant(99)), Ok(Some(17)));
        assert_eq!(host.into_inner().1.bytes, hex(FILE));
    }

    #[test]
    fn padding_for_every_length() {
        for length in 0..9 {
            let message = [7; 9];
            let record = Record::new(0, Direction::Sent, &message[..length]).unwrap();
            let total = record.head().len() + length + record.tail().len();
            assert_eq!(total % 4, 0);
            let said = u32::try_from(total).unwrap().to_le_bytes();
            assert_eq!(record.head()[4..8], said);
            assert_eq!(record.tail()[record.tail().len() - 4..], said);
            assert_eq!(record.tail().len(), 20 - 4 + (4 - length % 4) % 4);
        }
    }

    #[test]
    fn a_failing_writer_loses_records_and_never_messages() {
        use blocking::MessageChannel;
        let whole = hex(FILE);
        let first = 60 + 56; // header and first record
        for room in 0..whole.len() {
            let (mut a, mut b) = ([0; 64], [0; 64]);
            let mut pipe = Pipe::new(&mut a, &mut b);
            let (host, mut function) = pipe.split();
            host.clock().set(Instant(5));
            let mut host = PcapngTap::new(host, Paper { bytes: Vec::new(), room, flaky: 0 }, 0x1_0000_0000);
            let mut buf = [0; 64];
            host.send(&CLOSE).unwrap();
            assert_eq!(function.receive(&mut buf, Instant(12)), Ok(Some(12)));
            function.send(&CLOSE_DONE).unwrap();
            assert_eq!(host.receive(&mut buf, Instant(12)), Ok(Some(17)));
            let recorded = u32::from(room >= first);
            assert_eq!((host.recorded(), host.lost()), (recorded, 2 - recorded), "room {room}");
            // Everything written is a beginning of the right file, up to the time of the second record.
            let bytes = host.into_inner().1.bytes;
            assert!(bytes.len() <= room);
            assert_eq!(bytes[..bytes.len().min(first)], whole[..bytes.len().min(first)], "room {room}");
        }
    }

    #[test]
    fn a_writer_that_recovers_between_records_goes_on() {
        use blocking::MessageChannel;
        let (mut a, mut b) = ([0; 64], [0; 64]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (host, _function) = pipe.split();
        let mut host = PcapngTap::new(host, Paper { bytes: Vec::new(), room: usize::MAX, flaky: 3 }, 0);
        for _ in 0..3 {
            host.send(&CLOSE).unwrap();
        }
        assert_eq!((host.recorded(), host.lost()), (1, 2));
        assert_eq!(host.send(&[0; 100]), Err(PipeError::TooLong { needed: 100 }));
        let bytes = host.into_inner().1.bytes;
        assert_eq!(bytes.len(), 60 + 56 + 144);
        assert_eq!(bytes[..60], file_header());
    }
}
