//! Reading blocks. Every part of a block has its own bytes, so all parts together are never longer than the block: this
//! bounds what a hostile block can cost, whatever its indices say.

use super::{Field, Format, MAX_NDPS, NtbError, NtbErrorKind, Rules, Stream, number_at};

/// Where a part of a block lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    start: usize,
    end: usize,
}

impl Span {
    const fn meets(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }
}

fn half(block: &[u8], at: usize) -> Option<u16> {
    block.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
}

fn word(block: &[u8], at: usize) -> Option<u32> {
    block.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

/// A block. Header and NDPs were checked; the datagrams are when they are lent.
#[derive(Clone, Copy, Debug)]
pub struct Ntb<'a> {
    /// As long as the header says; what follows in the transfer is not in it.
    block: &'a [u8],
    format: Format,
    sequence: u16,
    header_len: usize,
    /// Index of the first NDP; 0: there is none.
    first: usize,
    ndps: usize,
    /// What all NDPs lie within.
    hull: Span,
    /// Bytes that are not in the header or an NDP.
    spare: usize,
}

impl<'a> Ntb<'a> {
    /// Takes a transfer apart. A block length of 0 means all of it; what follows the block is ignored.
    ///
    /// # Errors
    ///
    /// [`NtbError`]: header or an NDP is wrong, or lies over another; nothing of the block can be trusted then. An NDP of
    /// an unknown kind is no error.
    #[inline(never)]
    pub fn parse(transfer: &'a [u8]) -> Result<Self, NtbError> {
        let out_of_bounds = |field, offset| NtbError::new(NtbErrorKind::OutOfBounds, field, offset);
        let signature = word(transfer, 0).ok_or(out_of_bounds(Field::Signature, 0))?;
        let format = match signature {
            _ if signature == Format::Ntb16.nth_signature() => Format::Ntb16,
            _ if signature == Format::Ntb32.nth_signature() => Format::Ntb32,
            _ => return Err(NtbError::new(NtbErrorKind::Value, Field::Signature, 0)),
        };
        let header_len = usize::from(half(transfer, 4).ok_or(out_of_bounds(Field::HeaderLength, 4))?);
        let sequence = half(transfer, 6).ok_or(out_of_bounds(Field::HeaderLength, 6))?;
        let length = number_at(transfer, 8, format).ok_or(out_of_bounds(Field::BlockLength, 8))?;
        let index_at = 8_usize.saturating_add(format.width());
        let first = number_at(transfer, index_at, format).ok_or(out_of_bounds(Field::NdpIndex, index_at))?;
        let block = if length == 0 { Some(transfer) } else { transfer.get(..length) };
        let block = block.ok_or(out_of_bounds(Field::BlockLength, 8))?;
        if header_len < format.nth_len() {
            return Err(NtbError::new(NtbErrorKind::Value, Field::HeaderLength, 4));
        }
        let spare = block.len().checked_sub(header_len).ok_or(out_of_bounds(Field::HeaderLength, 4))?;
        let hull = Span { start: usize::MAX, end: 0 };
        let mut ntb = Self { block, format, sequence, header_len, first, ndps: 0, hull, spare };
        ntb.check_ndps()?;
        Ok(ntb)
    }

    /// Goes along the chain of NDPs, whose number is limited. Each is compared with those before it, so the chain cannot
    /// come back to itself.
    fn check_ndps(&mut self) -> Result<(), NtbError> {
        let (mut at, mut field) = (8_usize.saturating_add(self.format.width()), Field::NdpIndex);
        let mut index = self.first;
        while index != 0 {
            let wrong = |kind| NtbError::new(kind, field, at);
            if self.ndps >= MAX_NDPS {
                return Err(wrong(NtbErrorKind::TooMany));
            }
            if index < self.header_len {
                return Err(wrong(NtbErrorKind::Overlap));
            }
            let header = self.format.ndp_header_len();
            if index.checked_add(header).is_none_or(|end| end > self.block.len()) {
                return Err(wrong(NtbErrorKind::OutOfBounds));
            }
            let length_at = index.saturating_add(4);
            let length = half(self.block, length_at).map_or(0, usize::from);
            let span = Span { start: index, end: index.saturating_add(length) };
            // One entry and the terminator, at least.
            if length < self.format.ndp_len(1) {
                return Err(NtbError::new(NtbErrorKind::Value, Field::NdpLength, length_at));
            }
            if span.end > self.block.len() {
                return Err(NtbError::new(NtbErrorKind::OutOfBounds, Field::NdpLength, length_at));
            }
            if self.meets_ndp(span) {
                return Err(wrong(NtbErrorKind::Overlap));
            }
            self.ndps = self.ndps.saturating_add(1);
            self.hull = Span { start: self.hull.start.min(span.start), end: self.hull.end.max(span.end) };
            self.spare = self.spare.saturating_sub(length);
            (at, field) = (index.saturating_add(self.format.next_ndp_at()), Field::NextNdpIndex);
            index = number_at(self.block, at, self.format).unwrap_or(0);
        }
        Ok(())
    }

    /// Whether something lies over an NDP that was checked.
    fn meets_ndp(&self, span: Span) -> bool {
        // Most blocks have one NDP, before or behind all datagrams.
        span.meets(self.hull) && self.ndps().any(|ndp| span.meets(ndp.span))
    }

    /// Width of its numbers.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Its number in the stream of blocks.
    #[must_use]
    pub const fn sequence(&self) -> u16 {
        self.sequence
    }

    /// All of it, without what follows in the transfer.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.block
    }

    /// The NDPs along the chain, those of unknown kinds too.
    #[must_use]
    pub const fn ndps(&self) -> Ndps<'a> {
        Ndps { block: self.block, format: self.format, next: self.first, left: self.ndps }
    }

    /// The datagrams of all IPS and DSS streams, along the chain of NDPs.
    #[must_use]
    pub const fn datagrams(&self) -> Datagrams<'a> {
        let entries = Entries { block: self.block, format: self.format, at: 0, end: 0 };
        Datagrams { ntb: *self, ndps: self.ndps(), entries, stream: Stream::Ips(0), spare: self.spare }
    }

    /// Looks whether the block keeps to rules that readers need not insist on: size, number of datagrams, places of
    /// datagrams and NDPs, length of NDPs. For judging a peer.
    ///
    /// # Errors
    ///
    /// The first [`NtbError`] that there is, of datagrams too.
    pub fn check(&self, rules: &Rules) -> Result<(), NtbError> {
        let index_at = 8_usize.saturating_add(self.format.width());
        if self.block.len() > rules.limit(self.format) {
            return Err(NtbError::new(NtbErrorKind::TooMany, Field::BlockLength, 8));
        }
        if self.header_len != self.format.nth_len() {
            return Err(NtbError::new(NtbErrorKind::Value, Field::HeaderLength, 4));
        }
        let (mut at, mut field) = (index_at, Field::NdpIndex);
        let mut datagrams = 0_usize;
        for ndp in self.ndps() {
            let start = ndp.span.start;
            if rules.placement.ndp_at(start) != start {
                return Err(NtbError::new(NtbErrorKind::Alignment, field, at));
            }
            // An entry's length is a power of two.
            if ndp.span.len() & self.format.entry_len().saturating_sub(1) != 0 {
                return Err(NtbError::new(NtbErrorKind::Value, Field::NdpLength, start.saturating_add(4)));
            }
            (at, field) = (start.saturating_add(self.format.next_ndp_at()), Field::NextNdpIndex);
            for entry in ndp.entries() {
                let entry = entry?;
                datagrams = datagrams.saturating_add(1);
                if rules.placement.datagram_at(entry.index) != entry.index {
                    return Err(NtbError::new(NtbErrorKind::Alignment, Field::DatagramIndex, entry.offset));
                }
                if rules.max_datagrams != 0 && datagrams > usize::from(rules.max_datagrams) {
                    return Err(NtbError::new(NtbErrorKind::TooMany, Field::DatagramIndex, entry.offset));
                }
            }
        }
        self.datagrams().try_for_each(|datagram| datagram.map(drop))
    }
}

/// A table of datagrams of one stream.
#[derive(Clone, Copy, Debug)]
pub struct Ndp<'a> {
    block: &'a [u8],
    format: Format,
    span: Span,
    /// Its first word: see [`Stream::signature`].
    pub signature: u32,
}

impl<'a> Ndp<'a> {
    /// Where it begins, in bytes from the start of the block.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.span.start
    }

    /// Its length in bytes as it says, the terminator included.
    #[must_use]
    pub const fn length(&self) -> usize {
        self.span.len()
    }

    /// The stream whose datagrams it lists; `None` for an unknown kind.
    #[must_use]
    pub const fn stream(&self) -> Option<Stream> {
        Stream::from_signature(self.signature, self.format)
    }

    /// Its entries up to the terminator. What they point to is not checked.
    #[must_use]
    pub const fn entries(&self) -> Entries<'a> {
        let at = self.span.start.saturating_add(self.format.ndp_header_len());
        Entries { block: self.block, format: self.format, at, end: self.span.end }
    }
}

/// Iterates over the NDPs of a block.
#[derive(Clone, Debug)]
pub struct Ndps<'a> {
    block: &'a [u8],
    format: Format,
    next: usize,
    left: usize,
}

impl<'a> Iterator for Ndps<'a> {
    type Item = Ndp<'a>;

    fn next(&mut self) -> Option<Ndp<'a>> {
        self.left = self.left.checked_sub(1)?;
        let (block, format, start) = (self.block, self.format, self.next);
        let signature = word(block, start)?;
        let length = half(block, start.saturating_add(4))?;
        self.next = number_at(block, start.saturating_add(format.next_ndp_at()), format)?;
        let span = Span { start, end: start.saturating_add(usize::from(length)) };
        Some(Ndp { block, format, span, signature })
    }
}

/// An entry of an NDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where the datagram begins, in bytes from the start of the block.
    pub index: usize,
    /// Bytes of the datagram.
    pub length: usize,
    /// Where the entry itself stands.
    offset: usize,
}

/// Iterates over the entries of an NDP up to the terminator: an index or a length of 0.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    block: &'a [u8],
    format: Format,
    at: usize,
    end: usize,
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, NtbError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.at;
        let next = offset.saturating_add(self.format.entry_len());
        if next > self.end {
            return None;
        }
        let index = number_at(self.block, offset, self.format)?;
        let length = number_at(self.block, offset.saturating_add(self.format.width()), self.format)?;
        self.at = next;
        if index == 0 || length == 0 {
            self.at = usize::MAX;
            return None;
        }
        // The last entry of an NDP is not one of a datagram, whatever it holds.
        if next.saturating_add(self.format.entry_len()) > self.end {
            return Some(Err(NtbError::new(NtbErrorKind::Value, Field::Terminator, offset)));
        }
        Some(Ok(Entry { index, length, offset }))
    }
}

/// A datagram, lent from its block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// What it belongs to.
    pub stream: Stream,
    /// The datagram. For IPS an IP packet without anything around it.
    pub bytes: &'a [u8],
}

/// Iterates over the datagrams of a block. A wrong entry is an error in the place of its datagram, and the next ones
/// follow; when datagrams share bytes beyond what the block has, that is the end.
#[derive(Clone, Debug)]
pub struct Datagrams<'a> {
    ntb: Ntb<'a>,
    ndps: Ndps<'a>,
    entries: Entries<'a>,
    stream: Stream,
    /// Bytes of the block that no part had yet.
    spare: usize,
}

impl<'a> Datagrams<'a> {
    #[inline]
    fn datagram(&mut self, entry: Entry) -> Result<Datagram<'a>, NtbError> {
        let span = Span { start: entry.index, end: entry.index.saturating_add(entry.length) };
        let wrong = |kind, field| match field {
            Field::DatagramIndex => NtbError::new(kind, field, entry.offset),
            _ => NtbError::new(kind, field, entry.offset.saturating_add(self.ntb.format.width())),
        };
        if span.start >= self.ntb.block.len() {
            return Err(wrong(NtbErrorKind::OutOfBounds, Field::DatagramIndex));
        }
        let Some(bytes) = self.ntb.block.get(span.start..span.end) else {
            return Err(wrong(NtbErrorKind::OutOfBounds, Field::DatagramLength));
        };
        if span.start < self.ntb.header_len || self.ntb.meets_ndp(span) {
            return Err(wrong(NtbErrorKind::Overlap, Field::DatagramIndex));
        }
        match self.spare.checked_sub(entry.length) {
            Some(spare) => {
                self.spare = spare;
                Ok(Datagram { stream: self.stream, bytes })
            }
            None => {
                let error = wrong(NtbErrorKind::Overlap, Field::DatagramLength);
                self.ndps.left = 0;
                self.entries.at = usize::MAX;
                Err(error)
            }
        }
    }
}

impl<'a> Iterator for Datagrams<'a> {
    type Item = Result<Datagram<'a>, NtbError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.entries.next() {
                Some(Ok(entry)) => return Some(self.datagram(entry)),
                Some(Err(error)) => return Some(Err(error)),
                None => {}
            }
            let ndp = self.ndps.next()?;
            if let Some(stream) = ndp.stream() {
                self.stream = stream;
                self.entries = ndp.entries();
            }
        }
    }
}

/// What a [`Receiver`] has counted. Counters stop at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct ReceiveCounters {
    /// Blocks taken.
    pub blocks: u32,
    /// Datagrams lent.
    pub datagrams: u32,
    /// Bytes of them.
    pub bytes: u64,
    /// Blocks whose number was not the one after the last: some were lost on the way, or the function began anew.
    pub sequence_gaps: u32,
    /// Transfers refused: not a block, or one with a wrong header or NDP.
    pub refused_blocks: u32,
    /// Entries of NDPs refused.
    pub refused_datagrams: u32,
    /// NDPs of an unknown kind, passed over.
    pub unknown_ndps: u32,
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

/// Reads a stream of blocks, and counts.
#[derive(Clone, Debug, Default)]
pub struct Receiver {
    next: Option<u16>,
    counters: ReceiveCounters,
}

impl Receiver {
    /// A receiver at the start of a stream.
    #[must_use]
    pub const fn new() -> Self {
        let counters = ReceiveCounters {
            blocks: 0,
            datagrams: 0,
            bytes: 0,
            sequence_gaps: 0,
            refused_blocks: 0,
            refused_datagrams: 0,
            unknown_ndps: 0,
        };
        Self { next: None, counters }
    }

    /// Takes a transfer and lends its datagrams. An empty transfer, as some peers send behind a block that fills its
    /// transfer, holds none. Wrong entries are counted and passed over.
    ///
    /// # Errors
    ///
    /// [`NtbError`], counted: the transfer holds no block, or one that cannot be trusted.
    pub fn receive<'r, 'a>(&'r mut self, transfer: &'a [u8]) -> Result<Received<'r, 'a>, NtbError> {
        if transfer.is_empty() {
            return Ok(Received { counters: &mut self.counters, datagrams: None });
        }
        match Ntb::parse(transfer) {
            Ok(ntb) => {
                count(&mut self.counters.blocks);
                if self.next.is_some_and(|next| next != ntb.sequence) {
                    count(&mut self.counters.sequence_gaps);
                }
                self.next = Some(ntb.sequence.wrapping_add(1));
                for _ in ntb.ndps().filter(|ndp| ndp.stream().is_none()) {
                    count(&mut self.counters.unknown_ndps);
                }
                Ok(Received { counters: &mut self.counters, datagrams: Some(ntb.datagrams()) })
            }
            Err(error) => {
                count(&mut self.counters.refused_blocks);
                Err(error)
            }
        }
    }

    /// Starts anew after a reset of the function: the next block may have any number. The counters stay.
    pub fn reset(&mut self) {
        self.next = None;
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counters(&self) -> &ReceiveCounters {
        &self.counters
    }
}

/// Lends the datagrams of one transfer.
#[derive(Debug)]
pub struct Received<'r, 'a> {
    counters: &'r mut ReceiveCounters,
    datagrams: Option<Datagrams<'a>>,
}

impl<'a> Iterator for Received<'_, 'a> {
    type Item = Datagram<'a>;

    #[inline]
    fn next(&mut self) -> Option<Datagram<'a>> {
        loop {
            match self.datagrams.as_mut()?.next()? {
                Ok(datagram) => {
                    count(&mut self.counters.datagrams);
                    let length = u64::try_from(datagram.bytes.len()).unwrap_or(u64::MAX);
                    self.counters.bytes = self.counters.bytes.saturating_add(length);
                    return Some(datagram);
                }
                Err(_) => count(&mut self.counters.refused_datagrams),
            }
        }
    }
}
