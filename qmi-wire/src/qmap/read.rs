//! Reading transfers. Every step takes at least a header, so a transfer costs no more than its length.

use super::{
    CHECKSUM_TYPE, Checksum, Command, Direction, Field, MAP_HEADER_LEN, QmapError, QmapErrorKind, Version, count,
};

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// A packet, without padding.
    Packet {
        /// The packet.
        bytes: &'a [u8],
        /// What is known of its checksum.
        checksum: Checksum,
    },
    /// A command.
    Command(Command),
}

/// A frame, lent from its transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Where it begins, in bytes from the start of the transfer.
    pub offset: usize,
    /// The data session: what it was bound to. 1 to 254.
    pub mux_id: u8,
    /// What it carries.
    pub body: Body<'a>,
}

/// Iterates over the frames of a transfer.
///
/// A frame that is wrong in itself is an error in its place, and the next ones follow; after a length that cannot be right
/// nothing does. Zeros at the end of a transfer are no frames.
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    bytes: &'a [u8],
    at: usize,
    version: Version,
    direction: Direction,
}

impl<'a> Frames<'a> {
    /// The frames of a transfer.
    #[must_use]
    pub const fn new(transfer: &'a [u8], version: Version, direction: Direction) -> Self {
        Self { bytes: transfer, at: 0, version, direction }
    }

    fn frame(&mut self) -> Result<Option<Frame<'a>>, QmapError> {
        let start = self.at;
        let wrong = |kind, field, at: usize| QmapError::new(kind, field, start.saturating_add(at));
        let rest = self.bytes.get(start..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        // The end, unless the frame turns out to have one.
        self.at = self.bytes.len();
        let Some((&[flags, mux_id, high, low], behind)) = rest.split_first_chunk() else {
            let padding = rest.iter().all(|byte| *byte == 0);
            let cut = wrong(QmapErrorKind::OutOfBounds, Field::Header, 0);
            return if padding { Ok(None) } else { Err(cut) };
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let is_command = flags & 0x80 != 0;
        let has_next = flags & 0x40 != 0;
        if length == 0 {
            let padding = rest.iter().all(|byte| *byte == 0);
            let empty = wrong(QmapErrorKind::Value, Field::Length, 2);
            return if padding { Ok(None) } else { Err(empty) };
        }

        // Headers and trailer are not counted in the length.
        let head = match (self.version, is_command) {
            (_, true) => 0,
            // Of version 5 the bit decides; a packet without this header is wrong, but its length is not.
            (Version::V5, false) if !has_next => 0,
            (version, false) => version.next_header_len(self.direction),
        };
        let Some((next_header, behind)) = behind.split_at_checked(head) else {
            return Err(wrong(QmapErrorKind::OutOfBounds, Field::NextHeader, MAP_HEADER_LEN));
        };
        let Some((content, behind)) = behind.split_at_checked(length) else {
            return Err(wrong(QmapErrorKind::OutOfBounds, Field::Length, 2));
        };
        let content_at = MAP_HEADER_LEN.saturating_add(head);
        let trailer_at = content_at.saturating_add(length);
        let Some((trailer, behind)) = behind.split_at_checked(self.version.trailer_len(self.direction)) else {
            return Err(wrong(QmapErrorKind::OutOfBounds, Field::Trailer, trailer_at));
        };
        self.at = self.bytes.len().saturating_sub(behind.len());

        let payload = length.checked_sub(usize::from(flags & 0x3f)).filter(|payload| *payload > 0);
        let payload = payload.and_then(|payload| content.get(..payload));
        let bytes = payload.ok_or(wrong(QmapErrorKind::Value, Field::PadLength, 0))?;
        let body = if is_command {
            let command = Command::parse(bytes).ok_or(wrong(QmapErrorKind::OutOfBounds, Field::Command, content_at))?;
            Body::Command(command)
        } else {
            if self.version == Version::V5 && !has_next {
                return Err(wrong(QmapErrorKind::Missing, Field::NextHeader, MAP_HEADER_LEN));
            }
            let checksum = match (self.version, next_header, trailer) {
                (Version::V1, ..) => Checksum::None,
                (Version::V4, &[s1, s0, i1, i0], _) => {
                    wanted(u16::from_be_bytes([s1, s0]), u16::from_be_bytes([i1, i0]))
                }
                (Version::V4, _, &[_, flags, s1, s0, l1, l0, c1, c0]) if flags & 1 != 0 => Checksum::Computed {
                    start: u16::from_be_bytes([s1, s0]),
                    length: u16::from_be_bytes([l1, l0]),
                    checksum: u16::from_be_bytes([c1, c0]),
                },
                // Of any other type, a packet is not only a packet; and nothing says how long a further header is.
                (Version::V5, [kind, ..], _) if *kind != CHECKSUM_TYPE << 1 => {
                    return Err(wrong(QmapErrorKind::Value, Field::NextHeader, MAP_HEADER_LEN));
                }
                (Version::V5, [_, flags, ..], _) if flags & 0x80 != 0 => Checksum::Flagged,
                _ => Checksum::None,
            };
            Body::Packet { bytes, checksum }
        };
        Ok(Some(Frame { offset: start, mux_id, body }))
    }
}

/// What a header of version 4 to the modem says.
const fn wanted(start: u16, info: u16) -> Checksum {
    if info & 0x8000 == 0 {
        return Checksum::None;
    }
    Checksum::Wanted { start, offset: info & 0x3fff, udp: info & 0x4000 != 0 }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Result<Frame<'a>, QmapError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.frame().transpose()
    }
}

/// What a [`Receiver`] has counted. Counters stop at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct ReceiveCounters {
    /// Transfers taken, empty ones not counted.
    pub transfers: u32,
    /// Packets lent.
    pub packets: u32,
    /// Bytes of them.
    pub bytes: u64,
    /// Commands lent.
    pub commands: u32,
    /// Frames refused.
    pub refused: u32,
}

/// Reads a stream of transfers, and counts.
#[derive(Clone, Debug)]
pub struct Receiver {
    version: Version,
    direction: Direction,
    counters: ReceiveCounters,
}

impl Receiver {
    /// A receiver for what was agreed.
    #[must_use]
    pub fn new(version: Version, direction: Direction) -> Self {
        Self { version, direction, counters: ReceiveCounters::default() }
    }

    /// Lends the frames of a transfer. Wrong ones are counted and passed over.
    pub fn receive<'r, 'a>(&'r mut self, transfer: &'a [u8]) -> Received<'r, 'a> {
        if !transfer.is_empty() {
            count(&mut self.counters.transfers);
        }
        Received { frames: Frames::new(transfer, self.version, self.direction), counters: &mut self.counters }
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counters(&self) -> &ReceiveCounters {
        &self.counters
    }
}

/// Lends the frames of one transfer.
#[derive(Debug)]
pub struct Received<'r, 'a> {
    frames: Frames<'a>,
    counters: &'r mut ReceiveCounters,
}

impl<'a> Iterator for Received<'_, 'a> {
    type Item = Frame<'a>;

    #[inline]
    fn next(&mut self) -> Option<Frame<'a>> {
        loop {
            match self.frames.next()? {
                Ok(frame) => {
                    match frame.body {
                        Body::Packet { bytes, .. } => {
                            count(&mut self.counters.packets);
                            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                            self.counters.bytes = self.counters.bytes.saturating_add(length);
                        }
                        Body::Command(_) => count(&mut self.counters.commands),
                    }
                    return Some(frame);
                }
                Err(_) => count(&mut self.counters.refused),
            }
        }
    }
}
