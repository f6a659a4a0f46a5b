//! Writing blocks: datagrams are collected in the caller's memory, each copied once, until the block is taken.

use core::fmt;

use super::{Format, MAX_NDPS, Rules, Stream, number_at};

/// The most datagrams that [`Config::new`] asks for in one block; Linux collects as many.
const USUAL_DATAGRAMS: u16 = 40;

/// The most NDPs written into a block, fewer than any known reader takes.
const MOST_NDPS: usize = MAX_NDPS / 2;

/// How the end of a transfer is marked where the bus needs it: when the block is shorter than the longest and fills its
/// last packet, so that the receiver cannot see that nothing follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Ending {
    /// [`Block::zero_length_packet`] is set: whoever sends the block lets an empty packet follow.
    #[default]
    ZeroLengthPacket,
    /// The same for the longest block too. The specification does not ask for it, but many modems wait for it; Linux does so.
    AlwaysZeroLengthPacket,
    /// The block is one zero longer.
    ExtraByte,
}

/// How blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Config {
    /// What the receiver demands: [`NtbParameters::output`](super::NtbParameters::output) for a host,
    /// [`NtbParameters::input`](super::NtbParameters::input) for a function.
    pub rules: Rules,
    /// The most datagrams in a block, beside that of the rules; at least 1. An NDP in front of its datagrams keeps room for
    /// as many.
    pub max_datagrams: u16,
    /// Bytes of a packet of the pipe (wMaxPacketSize), a power of two; 0: a bus on which ends need no mark.
    pub packet_size: u16,
    /// How ends are marked.
    pub ending: Ending,
}

impl Config {
    /// The usual for these rules: 40 datagrams, packets of 512 bytes, ends marked as specified.
    #[must_use]
    pub const fn new(rules: Rules) -> Self {
        Self { rules, max_datagrams: USUAL_DATAGRAMS, packet_size: 512, ending: Ending::ZeroLengthPacket }
    }
}

/// Why a datagram was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PushError {
    /// The block has no room for it: take the block, then push again.
    Full,
    /// No block has room for it: it is too long, and lost.
    TooLong,
    /// It has no bytes, which an NDP cannot express.
    Empty,
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "block is full",
            Self::TooLong => "datagram longer than any block",
            Self::Empty => "datagram without bytes",
        })
    }
}

impl core::error::Error for PushError {}

/// A block to be sent in one transfer.
#[derive(Debug)]
pub struct Block<'a> {
    /// All of it.
    pub bytes: &'a mut [u8],
    /// Whether an empty packet has to follow.
    pub zero_length_packet: bool,
}

/// What an [`Aggregator`] has counted. Counters stop at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct SendCounters {
    /// Blocks given out.
    pub blocks: u32,
    /// Datagrams taken.
    pub datagrams: u32,
    /// Bytes of them.
    pub bytes: u64,
    /// Datagrams refused for good: too long, or without bytes.
    pub refused_datagrams: u32,
}

/// Writes blocks of NTB16.
pub type Aggregator16<'b, T = ()> = Aggregator<'b, T, false>;

/// Writes blocks of NTB32.
pub type Aggregator32<'b, T = ()> = Aggregator<'b, T, true>;

/// Collects datagrams into blocks, in the caller's memory, until a block is taken: because it is full, or because it is
/// [due](Self::due).
///
/// `T` is the caller's kind of time. What is pushed brings along when it has to leave at the latest; of these, the block
/// keeps that of its first datagram. No clock is read here and nothing is added up.
#[derive(Debug)]
pub struct Aggregator<'b, T = (), const WIDE: bool = false> {
    writer: NtbWriter<'b, WIDE>,
    due: Option<T>,
}

impl<'b, T: Copy, const WIDE: bool> Aggregator<'b, T, WIDE> {
    /// An aggregator for blocks in `memory`. Blocks are as long as the rules allow, and not longer than the memory. NDPs lie
    /// in front of their datagrams, the first right behind the header, one for each stream.
    pub fn new(memory: &'b mut [u8], config: Config) -> Self {
        Self { writer: NtbWriter::new(memory, config, Order::FIRST), due: None }
    }

    /// The same, but with the NDP behind all datagrams, as modems by Huawei demand. There is only one then: a block holds
    /// one stream.
    pub fn with_ndp_last(memory: &'b mut [u8], config: Config) -> Self {
        Self { writer: NtbWriter::new(memory, config, Order::LAST), due: None }
    }

    /// Adds a datagram to the block. The block begins with the first one, and is due when that is.
    ///
    /// # Errors
    ///
    /// [`PushError`]; the block is as before. After [`PushError::Full`] the datagram can be pushed again.
    pub fn push(&mut self, stream: Stream, datagram: &[u8], due: T) -> Result<(), PushError> {
        self.writer.push(stream, datagram)?;
        if self.due.is_none() {
            self.due = Some(due);
        }
        Ok(())
    }

    /// When the block has to leave at the latest; `None` while it is empty.
    #[must_use]
    pub const fn due(&self) -> Option<T> {
        self.due
    }

    /// Whether no block is begun.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.writer.datagrams == 0
    }

    /// Whether the block has as many datagrams as it may have: it should be taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.writer.datagrams >= self.writer.max_datagrams
    }

    /// Ends the block and lends it, `None` if it is empty. The next datagram begins another one in the same memory.
    pub fn take(&mut self) -> Option<Block<'_>> {
        self.due = None;
        self.writer.take()
    }

    /// Starts anew after a reset of the function: a begun block is lost, the next has number 0. The counters stay.
    pub fn reset(&mut self) {
        self.due = None;
        self.writer.datagrams = 0;
        self.writer.sequence = 0;
    }

    /// The number of the next block.
    #[must_use]
    pub const fn sequence(&self) -> u16 {
        self.writer.sequence
    }

    /// Sets the number of the next block: for several aggregators that take turns on one pipe.
    pub fn set_sequence(&mut self, sequence: u16) {
        self.writer.sequence = sequence;
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counters(&self) -> &SendCounters {
        &self.writer.counters
    }

    /// Gives the memory back, to be used under other rules. It begins with the block that was taken last, as long as
    /// nothing was pushed since.
    #[must_use]
    pub fn into_memory(self) -> &'b mut [u8] {
        self.writer.memory
    }
}

/// Where NDPs lie. A table, so that an order that nobody asks for is not linked.
#[derive(Debug)]
struct Order<const WIDE: bool> {
    /// Adds a datagram; `None` if it does not fit.
    add: fn(&mut NtbWriter<'_, WIDE>, Stream, &[u8]) -> Option<()>,
    /// Ends the block but for its header.
    finish: fn(&mut NtbWriter<'_, WIDE>) -> Option<()>,
}

impl<const WIDE: bool> Order<WIDE> {
    const FIRST: &'static Self =
        &Self { add: |writer, stream, datagram| writer.add_ndp_first(stream, datagram), finish: |_| Some(()) };
    const LAST: &'static Self = &Self {
        add: |writer, stream, datagram| writer.add_ndp_last(stream, datagram),
        finish: |writer| writer.finish_ndp_last(),
    };
}

/// All but the time.
#[derive(Debug)]
struct NtbWriter<'b, const WIDE: bool> {
    memory: &'b mut [u8],
    config: Config,
    order: &'static Order<WIDE>,
    /// The most bytes of a block: by the rules, the memory and the format.
    limit: usize,
    max_datagrams: usize,
    sequence: u16,
    /// Bytes of the block so far; with the NDP behind them without the entries, which wait at the end of the memory, the
    /// first one last.
    len: usize,
    /// Datagrams in the block; 0: none is begun.
    datagrams: usize,
    /// Index of the first NDP.
    first: usize,
    /// Of the only NDP, if it lies behind.
    stream: Stream,
    counters: SendCounters,
}

impl<'b, const WIDE: bool> NtbWriter<'b, WIDE> {
    const FORMAT: Format = Format::of(WIDE);

    fn new(memory: &'b mut [u8], config: Config, order: &'static Order<WIDE>) -> Self {
        let limit = config.rules.limit(Self::FORMAT).min(memory.len());
        let max_datagrams = match (config.rules.max_datagrams, config.max_datagrams.max(1)) {
            (0, own) => own,
            (theirs, own) => theirs.min(own),
        };
        // wLength of an NDP has 16 bits in either format.
        let format = Self::FORMAT;
        let most = usize::from(u16::MAX).saturating_sub(format.ndp_len(0)) >> format.entry_len().trailing_zeros();
        Self {
            memory,
            config,
            order,
            limit,
            max_datagrams: usize::from(max_datagrams).min(most),
            sequence: 0,
            len: 0,
            datagrams: 0,
            first: 0,
            stream: Stream::Ips(0),
            counters: SendCounters::default(),
        }
    }

    #[inline(never)]
    fn push(&mut self, stream: Stream, datagram: &[u8]) -> Result<(), PushError> {
        let done = match datagram {
            [] => Err(PushError::Empty),
            _ if self.datagrams >= self.max_datagrams => Err(PushError::Full),
            _ => {
                let added = (self.order.add)(self, stream, datagram);
                // What does not fit into an empty block fits into none.
                added.ok_or(if self.datagrams == 0 { PushError::TooLong } else { PushError::Full })
            }
        };
        match done {
            Ok(()) => {
                self.datagrams = self.datagrams.saturating_add(1);
                self.counters.datagrams = self.counters.datagrams.saturating_add(1);
                let length = u64::try_from(datagram.len()).unwrap_or(u64::MAX);
                self.counters.bytes = self.counters.bytes.wrapping_add(length);
            }
            Err(PushError::Full) => {}
            Err(_) => self.counters.refused_datagrams = self.counters.refused_datagrams.saturating_add(1),
        }
        done
    }

    /// Adds a datagram, and an NDP in front of it if its stream has none yet; `None` if they do not fit.
    fn add_ndp_first(&mut self, stream: Stream, datagram: &[u8]) -> Option<()> {
        let format = Self::FORMAT;
        let begun = self.datagrams > 0;
        let signature = stream.signature(format);
        let (mut ndp, mut last, mut ndps) = (self.first, 0, 0_usize);
        let end = if begun { self.len } else { format.nth_len() };
        // A few NDPs at most: those of the streams in this block.
        while begun && ndp != 0 && number_at(self.memory, ndp, Format::Ntb32) != Some(usize::try_from(signature).ok()?)
        {
            (last, ndps) = (ndp, ndps.saturating_add(1));
            ndp = number_at(self.memory, ndp.checked_add(format.next_ndp_at())?, format)?;
        }
        let known = begun && ndp != 0;
        let after = if known {
            end
        } else {
            if ndps >= MOST_NDPS {
                return None;
            }
            ndp = self.config.rules.placement.ndp_at(end);
            // Of the datagrams that the block may still get, all may be of this stream.
            ndp.checked_add(format.ndp_len(self.max_datagrams.checked_sub(self.datagrams)?))?
        };
        let index = self.config.rules.placement.datagram_at(after);
        let next = index.checked_add(datagram.len()).filter(|next| *next <= self.limit)?;

        // From here on everything fits.
        self.copy(end, index, datagram);
        let mut length = format.ndp_len(0);
        if known {
            length = number_at(self.memory, ndp.wrapping_add(4), Format::Ntb16)?;
        } else {
            self.put(ndp, signature.to_le_bytes());
            match last {
                0 => self.first = ndp,
                last => self.put_number(last.wrapping_add(format.next_ndp_at()), ndp),
            }
        }
        // The new entry takes the place of the terminator; behind it there are zeros.
        let entry = ndp.wrapping_add(length).wrapping_sub(format.entry_len());
        self.put_half(ndp.wrapping_add(4), length.wrapping_add(format.entry_len()));
        self.put_pair(entry, index, datagram.len());
        self.len = next;
        Some(())
    }

    /// Copies a datagram to `index`, behind zeros from `end` on.
    fn copy(&mut self, end: usize, index: usize, datagram: &[u8]) {
        // Word by word: gaps are short, and the compiler's function for long ones takes as much flash as a sixth of all this.
        let mut at = end;
        while index.wrapping_sub(at) >= 4 {
            self.put(at, [0; 4]);
            at = at.wrapping_add(4);
        }
        while at < index {
            self.put(at, [0]);
            at = at.wrapping_add(1);
        }
        if let Some(place) = self.memory.get_mut(index..index.wrapping_add(datagram.len())) {
            place.copy_from_slice(datagram);
        }
    }

    /// Adds a datagram, and its entry to those that wait at the end of the memory; `None` if they do not fit.
    fn add_ndp_last(&mut self, stream: Stream, datagram: &[u8]) -> Option<()> {
        let format = Self::FORMAT;
        let begun = self.datagrams > 0;
        if begun && stream != self.stream {
            return None;
        }
        let end = if begun { self.len } else { format.nth_len() };
        let placement = self.config.rules.placement;
        let index = placement.datagram_at(end);
        let next = index.checked_add(datagram.len())?;
        let entries = self.datagrams.saturating_add(1);
        // The finished NDP takes more than its waiting entries, so these do not meet the datagrams.
        placement.ndp_at(next).checked_add(format.ndp_len(entries)).filter(|end| *end <= self.limit)?;
        let entry = self.limit.checked_sub(entries.checked_mul(format.entry_len())?)?;

        self.copy(end, index, datagram);
        self.put_pair(entry, index, datagram.len());
        (self.len, self.stream) = (next, stream);
        Some(())
    }

    /// Writes the NDP behind the datagrams, of the entries that wait at the end of the memory.
    fn finish_ndp_last(&mut self) -> Option<()> {
        let (format, entries) = (Self::FORMAT, self.datagrams);
        let (end, step) = (self.len, format.entry_len());
        let ndp = self.config.rules.placement.ndp_at(end);
        let first = ndp.saturating_add(format.ndp_header_len());
        // They wait in the wrong order, and may lie where they have to go: turned round first, then moved to the front.
        let waiting = self.limit.checked_sub(entries.checked_mul(step)?)?;
        let (mut low, mut high) = (waiting, self.limit);
        while low.saturating_add(step) < high {
            high = high.saturating_sub(step);
            self.swap_entries(low, high)?;
            low = low.saturating_add(step);
        }
        for nth in 0..entries {
            let offset = nth.saturating_mul(step);
            let (from, to) = (waiting.saturating_add(offset), first.saturating_add(offset));
            let index = number_at(self.memory, from, format)?;
            let length = number_at(self.memory, from.saturating_add(format.width()), format)?;
            self.put_pair(to, index, length);
        }
        let length = format.ndp_len(entries);
        self.len = ndp.checked_add(length)?;
        self.memory.get_mut(end..first)?.fill(0);
        self.memory.get_mut(self.len.saturating_sub(step)..self.len)?.fill(0);
        self.put(ndp, self.stream.signature(format).to_le_bytes());
        self.put_half(ndp.saturating_add(4), length);
        self.first = ndp;
        Some(())
    }

    /// Swaps two entries, the first before the second and neither over the other.
    fn swap_entries(&mut self, low: usize, high: usize) -> Option<()> {
        let step = Self::FORMAT.entry_len();
        let (front, back) = self.memory.split_at_mut_checked(high)?;
        let (one, other) = (front.get_mut(low..)?, back);
        one.iter_mut().zip(other).take(step).for_each(|(a, b)| core::mem::swap(a, b));
        Some(())
    }

    #[inline(never)]
    fn take(&mut self) -> Option<Block<'_>> {
        if self.datagrams == 0 {
            return None;
        }
        (self.order.finish)(self)?;
        let format = Self::FORMAT;
        let longest = self.len >= self.config.rules.limit(format);
        let packet = usize::from(self.config.packet_size);
        let fills_packet = packet != 0 && self.len & packet.wrapping_sub(1) == 0;
        let zero_length_packet = match self.config.ending {
            Ending::ZeroLengthPacket => fills_packet && !longest,
            Ending::AlwaysZeroLengthPacket => fills_packet,
            Ending::ExtraByte => {
                let room = if fills_packet && !longest { self.memory.get_mut(self.len) } else { None };
                // Without room for the zero there is nothing left but the packet.
                let lacking = fills_packet && !longest && room.is_none();
                if let Some(byte) = room {
                    *byte = 0;
                    self.len = self.len.saturating_add(1);
                }
                lacking
            }
        };
        let [s0, s1, s2, s3] = format.nth_signature().to_le_bytes();
        let [q0, q1] = self.sequence.to_le_bytes();
        let header_len = if WIDE { 16 } else { 12 };
        self.put(0, [s0, s1, s2, s3, header_len, 0, q0, q1]);
        self.put_pair(8, self.len, self.first);
        self.sequence = self.sequence.wrapping_add(1);
        self.datagrams = 0;
        self.counters.blocks = self.counters.blocks.saturating_add(1);
        Some(Block { bytes: self.memory.get_mut(..self.len)?, zero_length_packet })
    }

    fn put<const N: usize>(&mut self, at: usize, bytes: [u8; N]) {
        if let Some(place) = self.memory.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
            *place = bytes;
        }
    }

    /// Writes a number of 16 bits; greater ones do not occur, because the limits see to it.
    fn put_half(&mut self, at: usize, value: usize) {
        self.put(at, u16::try_from(value).unwrap_or(u16::MAX).to_le_bytes());
    }

    /// Writes two numbers of the format's width.
    fn put_pair(&mut self, at: usize, one: usize, other: usize) {
        self.put_number(at, one);
        self.put_number(at.wrapping_add(Self::FORMAT.width()), other);
    }

    /// Writes a number of the format's width.
    fn put_number(&mut self, at: usize, value: usize) {
        match Self::FORMAT {
            Format::Ntb16 => self.put_half(at, value),
            Format::Ntb32 => self.put(at, u32::try_from(value).unwrap_or(u32::MAX).to_le_bytes()),
        }
    }
}
