//! Reading blocks. Every part of a block has its own bytes, so all parts together are never longer than the block: this
//! bounds what a hostile block can cost, whatever its indices say.

use super::{Field, Format, MAX_NDPS, NtbError, NtbErrorKind, Rules, Stream};

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

/// More than any address space is as wrong as what is just too much.
fn wide(bytes: [u8; 4]) -> usize {
    usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX)
}

fn narrow(bytes: [u8; 2]) -> usize {
    usize::from(u16::from_le_bytes(bytes))
}

/// The numbers of a block's header.
struct Nth {
    signature: u32,
    header_len: usize,
    sequence: u16,
    length: usize,
    ndp: usize,
}

impl Nth {
    fn read<const WIDE: bool>(transfer: &[u8]) -> Option<Self> {
        let (&[s0, s1, s2, s3, h0, h1, q0, q1], rest) = transfer.split_first_chunk()?;
        let (length, ndp) = pair::<WIDE>(rest)?;
        let (signature, sequence) = (u32::from_le_bytes([s0, s1, s2, s3]), u16::from_le_bytes([q0, q1]));
        Some(Self { signature, header_len: narrow([h0, h1]), sequence, length, ndp })
    }
}

/// Two numbers of the format's width, as headers and entries have them.
fn pair<const WIDE: bool>(bytes: &[u8]) -> Option<(usize, usize)> {
    if WIDE {
        let [a, b, c, d, e, f, g, h] = *bytes.first_chunk()?;
        Some((wide([a, b, c, d]), wide([e, f, g, h])))
    } else {
        let [a, b, c, d] = *bytes.first_chunk()?;
        Some((narrow([a, b]), narrow([c, d])))
    }
}

/// A block of NTB16.
pub type Ntb16<'a> = Ntb<'a, false>;

/// A block of NTB32.
pub type Ntb32<'a> = Ntb<'a, true>;

/// A block, wide in NTB32. Header and NDPs were checked; the datagrams are when they are lent.
#[derive(Clone, Copy, Debug)]
pub struct Ntb<'a, const WIDE: bool = false> {
    /// As long as the header says; what follows in the transfer is not in it.
    block: &'a [u8],
    sequence: u16,
    header_len: usize,
    /// Index of the first NDP; 0: there is none.
    first: usize,
    ndps: usize,
    /// NDPs of an unknown kind.
    unknown: u32,
    /// What all NDPs lie within.
    hull: Span,
    /// Bytes that are not in the header or an NDP.
    spare: usize,
}

impl<'a, const WIDE: bool> Ntb<'a, WIDE> {
    const FORMAT: Format = Format::of(WIDE);

    /// Takes a transfer apart. A block length of 0 means all of it; what follows the block is ignored.
    ///
    /// # Errors
    ///
    /// [`NtbError`]: header or an NDP is wrong, or lies over another; nothing of the block can be trusted then. An NDP of
    /// an unknown kind is no error.
    #[inline(never)]
    pub fn parse(transfer: &'a [u8]) -> Result<Self, NtbError> {
        let out_of_bounds = |field, offset| NtbError::new(NtbErrorKind::OutOfBounds, field, offset);
        let format = Self::FORMAT;
        let cut = if transfer.len() < 4 { Field::Signature } else { Field::HeaderLength };
        let nth = Nth::read::<WIDE>(transfer).ok_or(out_of_bounds(cut, if transfer.len() < 4 { 0 } else { 4 }))?;
        if nth.signature != format.nth_signature() {
            return Err(NtbError::new(NtbErrorKind::Value, Field::Signature, 0));
        }
        let Nth { header_len, sequence, length, ndp: first, .. } = nth;
        let block = if length == 0 { Some(transfer) } else { transfer.get(..length) };
        let block = block.ok_or(out_of_bounds(Field::BlockLength, 8))?;
        if header_len < format.nth_len() {
            return Err(NtbError::new(NtbErrorKind::Value, Field::HeaderLength, 4));
        }
        let spare = block.len().checked_sub(header_len).ok_or(out_of_bounds(Field::HeaderLength, 4))?;
        let hull = Span { start: usize::MAX, end: 0 };
        let mut ntb = Self { block, sequence, header_len, first, ndps: 0, unknown: 0, hull, spare };
        ntb.check_ndps()?;
        Ok(ntb)
    }

    /// Goes along the chain of NDPs, whose number is limited. Each is compared with those before it, so the chain cannot
    /// come back to itself.
    fn check_ndps(&mut self) -> Result<(), NtbError> {
        let (mut at, mut field) = (8_usize.saturating_add(Self::FORMAT.width()), Field::NdpIndex);
        let mut index = self.first;
        while index != 0 {
            let wrong = |kind| NtbError::new(kind, field, at);
            if self.ndps >= MAX_NDPS {
                return Err(wrong(NtbErrorKind::TooMany));
            }
            if index < self.header_len {
                return Err(wrong(NtbErrorKind::Overlap));
            }
            let ndp = Ndp::<WIDE>::read(self.block, index).ok_or(wrong(NtbErrorKind::OutOfBounds))?;
            let (length_at, span, length) = (index.saturating_add(4), ndp.span, ndp.span.len());
            // One entry and the terminator, at least.
            if length < Self::FORMAT.ndp_len(1) {
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
            (at, field) = (index.saturating_add(Self::FORMAT.next_ndp_at()), Field::NextNdpIndex);
            index = ndp.next;
            self.unknown = self.unknown.saturating_add(u32::from(ndp.stream().is_none()));
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
        Self::FORMAT
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
    pub const fn ndps(&self) -> Ndps<'a, WIDE> {
        Ndps { block: self.block, next: self.first, left: self.ndps }
    }

    /// The datagrams of all IPS and DSS streams, along the chain of NDPs.
    #[must_use]
    pub const fn datagrams(&self) -> Datagrams<'a, WIDE> {
        Datagrams { ntb: *self, ndps: self.ndps(), entries: Entries { table: &[], end: 0 }, stream: Stream::Ips(0) }
    }

    /// Looks whether the block keeps to rules that readers need not insist on: size, number of datagrams, places of
    /// datagrams and NDPs, length of NDPs. For judging a peer.
    ///
    /// # Errors
    ///
    /// The first [`NtbError`] that there is, of datagrams too.
    pub fn check(&self, rules: &Rules) -> Result<(), NtbError> {
        let index_at = 8_usize.saturating_add(Self::FORMAT.width());
        if self.block.len() > rules.limit(Self::FORMAT) {
            return Err(NtbError::new(NtbErrorKind::TooMany, Field::BlockLength, 8));
        }
        if self.header_len != Self::FORMAT.nth_len() {
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
            if ndp.span.len() & Self::FORMAT.entry_len().saturating_sub(1) != 0 {
                return Err(NtbError::new(NtbErrorKind::Value, Field::NdpLength, start.saturating_add(4)));
            }
            (at, field) = (start.saturating_add(Self::FORMAT.next_ndp_at()), Field::NextNdpIndex);
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
pub struct Ndp<'a, const WIDE: bool = false> {
    block: &'a [u8],
    span: Span,
    /// Its first word: see [`Stream::signature`].
    pub signature: u32,
    /// Index of the next one; 0: there is none.
    next: usize,
}

impl<'a, const WIDE: bool> Ndp<'a, WIDE> {
    const FORMAT: Format = Format::of(WIDE);

    /// Reads its header.
    fn read(block: &'a [u8], start: usize) -> Option<Self> {
        let (&[s0, s1, s2, s3, l0, l1, n0, n1], rest) = block.get(start..)?.split_first_chunk()?;
        // Of NDP32, here is something reserved.
        let next = if WIDE { pair::<true>(rest)?.0 } else { narrow([n0, n1]) };
        let span = Span { start, end: start.saturating_add(narrow([l0, l1])) };
        Some(Self { block, span, signature: u32::from_le_bytes([s0, s1, s2, s3]), next })
    }

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
        Stream::from_signature(self.signature, Self::FORMAT)
    }

    /// Its entries up to the terminator. What they point to is not checked.
    #[must_use]
    pub fn entries(&self) -> Entries<'a, WIDE> {
        let table = self.block.get(..self.span.end).unwrap_or_default();
        let at = self.span.start.saturating_add(Self::FORMAT.ndp_header_len());
        Entries { table: table.get(at..).unwrap_or_default(), end: self.span.end }
    }
}

/// Iterates over the NDPs of a block.
#[derive(Clone, Debug)]
pub struct Ndps<'a, const WIDE: bool = false> {
    block: &'a [u8],
    next: usize,
    left: usize,
}

impl<'a, const WIDE: bool> Iterator for Ndps<'a, WIDE> {
    type Item = Ndp<'a, WIDE>;

    fn next(&mut self) -> Option<Ndp<'a, WIDE>> {
        self.left = self.left.checked_sub(1)?;
        let ndp = Ndp::read(self.block, self.next)?;
        self.next = ndp.next;
        Some(ndp)
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
pub struct Entries<'a, const WIDE: bool = false> {
    /// What is left of the table.
    table: &'a [u8],
    /// Where it ends in the block.
    end: usize,
}

impl<const WIDE: bool> Iterator for Entries<'_, WIDE> {
    type Item = Result<Entry, NtbError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.end.saturating_sub(self.table.len());
        let (index, length) = pair::<WIDE>(self.table)?;
        let len = Format::of(WIDE).entry_len();
        let rest = self.table.get(len..).filter(|_| index != 0 && length != 0).unwrap_or_default();
        self.table = rest;
        if index == 0 || length == 0 {
            return None;
        }
        // The last entry of an NDP is not one of a datagram, whatever it holds.
        if rest.len() < len {
            self.table = &[];
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
pub struct Datagrams<'a, const WIDE: bool = false> {
    /// Its spare bytes are those that no part had yet.
    ntb: Ntb<'a, WIDE>,
    ndps: Ndps<'a, WIDE>,
    entries: Entries<'a, WIDE>,
    stream: Stream,
}

impl<'a, const WIDE: bool> Datagrams<'a, WIDE> {
    #[inline]
    fn datagram(&mut self, entry: Entry) -> Result<Datagram<'a>, NtbError> {
        let span = Span { start: entry.index, end: entry.index.saturating_add(entry.length) };
        let wrong = |kind, field| match field {
            Field::DatagramIndex => NtbError::new(kind, field, entry.offset),
            _ => NtbError::new(kind, field, entry.offset.saturating_add(Ntb::<'a, WIDE>::FORMAT.width())),
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
        let Some(spare) = self.ntb.spare.checked_sub(entry.length) else {
            (self.ndps.left, self.entries.table) = (0, &[]);
            return Err(wrong(NtbErrorKind::Overlap, Field::DatagramLength));
        };
        self.ntb.spare = spare;
        Ok(Datagram { stream: self.stream, bytes })
    }
}

impl<'a, const WIDE: bool> Iterator for Datagrams<'a, WIDE> {
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

/// Reads blocks of NTB16.
pub type Receiver16 = Receiver<false>;

/// Reads blocks of NTB32.
pub type Receiver32 = Receiver<true>;

/// Reads a stream of blocks, and counts.
#[derive(Clone, Debug, Default)]
pub struct Receiver<const WIDE: bool = false> {
    next: Option<u16>,
    counters: ReceiveCounters,
}

impl<const WIDE: bool> Receiver<WIDE> {
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
    pub fn receive<'r, 'a>(&'r mut self, transfer: &'a [u8]) -> Result<Received<'r, 'a, WIDE>, NtbError> {
        if transfer.is_empty() {
            return Ok(Received { counters: &mut self.counters, datagrams: None });
        }
        match Ntb::<'a, WIDE>::parse(transfer) {
            Ok(ntb) => {
                count(&mut self.counters.blocks);
                if self.next.is_some_and(|next| next != ntb.sequence) {
                    count(&mut self.counters.sequence_gaps);
                }
                self.next = Some(ntb.sequence.wrapping_add(1));
                self.counters.unknown_ndps = self.counters.unknown_ndps.saturating_add(ntb.unknown);
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
pub struct Received<'r, 'a, const WIDE: bool = false> {
    counters: &'r mut ReceiveCounters,
    datagrams: Option<Datagrams<'a, WIDE>>,
}

impl<'a, const WIDE: bool> Iterator for Received<'_, 'a, WIDE> {
    type Item = Datagram<'a>;

    #[inline]
    fn next(&mut self) -> Option<Datagram<'a>> {
        loop {
            match self.datagrams.as_mut()?.next()? {
                Ok(datagram) => {
                    count(&mut self.counters.datagrams);
                    let length = u64::try_from(datagram.bytes.len()).unwrap_or(u64::MAX);
                    self.counters.bytes = self.counters.bytes.wrapping_add(length);
                    return Some(datagram);
                }
                Err(_) => count(&mut self.counters.refused_datagrams),
            }
        }
    }
}
