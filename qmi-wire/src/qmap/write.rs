//! Writing transfers: packets are collected in the caller's memory, each copied once, until the transfer is taken.

use core::fmt;

use super::{CHECKSUM_TYPE, Checksum, Command, Direction, MAP_HEADER_LEN, Version, count};

/// How transfers are made. What was not granted is not to be used: the sizes are the smaller ones of what was asked for
/// and what the answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Config {
    /// The version agreed.
    pub version: Version,
    /// Which way the transfers go.
    pub direction: Direction,
    /// The most bytes of a transfer.
    pub max_size: u32,
    /// The most packets in a transfer; 0 and 1: no aggregation.
    pub max_packets: u16,
    /// Packets are padded, so that the next header lies at a multiple of four. Linux leaves that out.
    pub padding: bool,
    /// Bytes of a packet of the pipe (wMaxPacketSize); 0: a bus on which ends need no mark.
    pub packet_size: u16,
}

impl Config {
    /// For what every modem takes: one packet in a transfer, unpadded, of up to 2048 bytes; packets of 512 bytes on the pipe.
    #[must_use]
    pub const fn new(version: Version, direction: Direction) -> Self {
        Self { version, direction, max_size: 2048, max_packets: 1, padding: false, packet_size: 512 }
    }
}

/// Why a packet was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PushError {
    /// The transfer has no room for it: take the transfer, then push again.
    Full,
    /// No transfer has room for it: it is too long, and lost.
    TooLong,
    /// It has no bytes, which a header cannot express.
    Empty,
    /// What is said of its checksum cannot be said in this version and direction.
    Checksum,
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "transfer is full",
            Self::TooLong => "packet longer than any transfer",
            Self::Empty => "packet without bytes",
            Self::Checksum => "version without such a checksum",
        })
    }
}

impl core::error::Error for PushError {}

/// What is to be sent in one transfer.
#[derive(Debug)]
pub struct Transfer<'a> {
    /// All of it.
    pub bytes: &'a mut [u8],
    /// Whether an empty packet has to follow, because the last packet of the pipe is full.
    pub zero_length_packet: bool,
}

/// What an [`Aggregator`] has counted. Counters stop at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct SendCounters {
    /// Transfers given out.
    pub transfers: u32,
    /// Packets taken.
    pub packets: u32,
    /// Bytes of them.
    pub bytes: u64,
    /// Commands taken.
    pub commands: u32,
    /// Packets and commands refused for good.
    pub refused: u32,
}

/// Collects packets into transfers, in the caller's memory, until a transfer is taken: because it is full, or because it is
/// [due](Self::due).
///
/// `T` is the caller's kind of time. What is pushed brings along when it has to leave at the latest; of these, the transfer
/// keeps that of its first packet. No clock is read here and nothing is added up.
#[derive(Debug)]
pub struct Aggregator<'b, T = ()> {
    writer: FrameWriter<'b>,
    due: Option<T>,
}

impl<'b, T: Copy> Aggregator<'b, T> {
    /// An aggregator for transfers in `memory`, never longer than that.
    pub fn new(memory: &'b mut [u8], config: Config) -> Self {
        let limit = usize::try_from(config.max_size).unwrap_or(usize::MAX).min(memory.len());
        let writer = FrameWriter { memory, config, limit, len: 0, frames: 0, counters: SendCounters::default() };
        Self { writer, due: None }
    }

    /// Adds a packet of a data session. Nothing is said of its checksum: it is in the packet.
    ///
    /// # Errors
    ///
    /// [`PushError`]; the transfer is as before. After [`PushError::Full`] the packet can be pushed again.
    pub fn push(&mut self, mux_id: u8, packet: &[u8], due: T) -> Result<(), PushError> {
        self.push_with(mux_id, packet, Checksum::None, due)
    }

    /// The same with what is to be said of the packet's checksum.
    ///
    /// # Errors
    ///
    /// As those of [`push`](Self::push), and [`PushError::Checksum`].
    pub fn push_with(&mut self, mux_id: u8, packet: &[u8], checksum: Checksum, due: T) -> Result<(), PushError> {
        let done = self.writer.packet(mux_id, packet, checksum);
        self.pushed(done, due)
    }

    /// Adds a command on the mux id that it is about.
    ///
    /// # Errors
    ///
    /// As those of [`push`](Self::push).
    pub fn push_command(&mut self, mux_id: u8, command: Command, due: T) -> Result<(), PushError> {
        let done = self.writer.command(mux_id, command);
        self.pushed(done, due)
    }

    fn pushed(&mut self, done: Result<(), PushError>, due: T) -> Result<(), PushError> {
        match done {
            Ok(()) if self.due.is_none() => self.due = Some(due),
            Ok(()) | Err(PushError::Full) => {}
            Err(_) => count(&mut self.writer.counters.refused),
        }
        done
    }

    /// When the transfer has to leave at the latest; `None` while it is empty.
    #[must_use]
    pub const fn due(&self) -> Option<T> {
        self.due
    }

    /// Whether nothing is in the transfer yet.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.writer.frames == 0
    }

    /// Whether the transfer has as many packets as it may have: it should be taken.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.writer.is_full()
    }

    /// Ends the transfer and lends it, `None` if it is empty. The next packet begins another one in the same memory.
    pub fn take(&mut self) -> Option<Transfer<'_>> {
        self.due = None;
        self.writer.take()
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counters(&self) -> &SendCounters {
        &self.writer.counters
    }

    /// Gives the memory back, to be used for another format. It begins with the transfer that was taken last, as long as
    /// nothing was pushed since.
    #[must_use]
    pub fn into_memory(self) -> &'b mut [u8] {
        self.writer.memory
    }
}

/// All but the time.
#[derive(Debug)]
struct FrameWriter<'b> {
    memory: &'b mut [u8],
    config: Config,
    limit: usize,
    len: usize,
    /// Packets and commands in the transfer.
    frames: u16,
    counters: SendCounters,
}

impl FrameWriter<'_> {
    fn is_full(&self) -> bool {
        self.frames >= self.config.max_packets.max(1)
    }

    fn packet(&mut self, mux_id: u8, packet: &[u8], checksum: Checksum) -> Result<(), PushError> {
        use Direction::{Downlink, Uplink};
        let (version, direction) = (self.config.version, self.config.direction);
        let mut trailer = [0; 8];
        let next_header = match (version, direction, checksum) {
            (Version::V5, _, Checksum::None) => [CHECKSUM_TYPE << 1, 0, 0, 0],
            (Version::V5, _, Checksum::Flagged) => [CHECKSUM_TYPE << 1, 0x80, 0, 0],
            (_, _, Checksum::None) => [0; 4],
            (Version::V4, Downlink, Checksum::Computed { start, length, checksum }) => {
                let [[s1, s0], [l1, l0], [c1, c0]] = [start, length, checksum].map(u16::to_be_bytes);
                trailer = [0, 1, s1, s0, l1, l0, c1, c0];
                [0; 4]
            }
            (Version::V4, Uplink, Checksum::Wanted { start, offset, udp }) if offset < 0x4000 => {
                let info = offset | 0x8000 | if udp { 0x4000 } else { 0 };
                let [[s1, s0], [i1, i0]] = [start, info].map(u16::to_be_bytes);
                [s1, s0, i1, i0]
            }
            _ => return Err(PushError::Checksum),
        };
        let next_header = next_header.get(..version.next_header_len(direction)).unwrap_or_default();
        let flags = if version == Version::V5 { 0x40 } else { 0 };
        self.frame([flags, mux_id], next_header, packet, trailer)?;
        count(&mut self.counters.packets);
        let length = u64::try_from(packet.len()).unwrap_or(u64::MAX);
        self.counters.bytes = self.counters.bytes.saturating_add(length);
        Ok(())
    }

    fn command(&mut self, mux_id: u8, command: Command) -> Result<(), PushError> {
        self.frame([0x80, mux_id], &[], &command.to_bytes(), [0; 8])?;
        count(&mut self.counters.commands);
        Ok(())
    }

    #[inline(never)]
    fn frame(
        &mut self,
        [flags, mux_id]: [u8; 2],
        next_header: &[u8],
        content: &[u8],
        trailer: [u8; 8],
    ) -> Result<(), PushError> {
        if content.is_empty() {
            return Err(PushError::Empty);
        }
        if self.is_full() {
            return Err(PushError::Full);
        }
        let pad = if self.config.padding { content.len().wrapping_neg() & 3 } else { 0 };
        let trailer = trailer.get(..self.config.version.trailer_len(self.config.direction)).unwrap_or_default();
        let length = content.len().saturating_add(pad);
        let room = self.memory.get_mut(..self.limit).and_then(|all| all.get_mut(self.len..)).unwrap_or_default();
        let written = u16::try_from(length).ok().zip(u8::try_from(pad).ok()).and_then(|(length, pad)| {
            let [high, low] = length.to_be_bytes();
            let parts = [&[flags | pad, mux_id, high, low], next_header, content, &[0; 3], trailer];
            let lens = [MAP_HEADER_LEN, next_header.len(), content.len(), usize::from(pad), trailer.len()];
            let total = lens.iter().fold(0_usize, |sum, len| sum.saturating_add(*len));
            let mut rest = room.get_mut(..total)?;
            for (part, len) in parts.into_iter().zip(lens) {
                let (place, behind) = core::mem::take(&mut rest).split_at_mut_checked(len)?;
                place.copy_from_slice(part.get(..place.len())?);
                rest = behind;
            }
            Some(total)
        });
        match written {
            Some(total) => {
                self.len = self.len.saturating_add(total);
                self.frames = self.frames.saturating_add(1);
                Ok(())
            }
            // What does not fit into an empty transfer fits into none; neither does what no header can tell.
            None if self.frames == 0 || length > usize::from(u16::MAX) => Err(PushError::TooLong),
            None => Err(PushError::Full),
        }
    }

    fn take(&mut self) -> Option<Transfer<'_>> {
        if self.frames == 0 {
            return None;
        }
        self.frames = 0;
        let len = core::mem::take(&mut self.len);
        count(&mut self.counters.transfers);
        let packet = usize::from(self.config.packet_size);
        let zero_length_packet = packet != 0 && len.is_multiple_of(packet);
        Some(Transfer { bytes: self.memory.get_mut(..len)?, zero_length_packet })
    }
}
