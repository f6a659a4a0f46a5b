//! Packets in the blocks of MBIM (MBIM 1.0 §7).

use mbim_wire::ntb::{self, Aggregator, Config, Receiver, Stream};

use super::framing::{ReadCounters, Reader, Transfer, Unlimited, Writer, plain};
use super::link::{Link, Packet, PushError};
use super::session::Session;
use crate::time::Millis;

/// Writes blocks, wide in NTB32.
#[derive(Debug)]
pub struct NtbWriter<'b, const WIDE: bool = false>(Aggregator<'b, (), WIDE>);

/// Reads blocks, wide in NTB32. Device service streams are passed over.
#[derive(Clone, Debug, Default)]
pub struct NtbReader<const WIDE: bool = false> {
    receiver: Receiver<WIDE>,
    others: u32,
}

/// A link of NTB16, or of NTB32 if it is wide.
pub type NtbLink<'b, const WIDE: bool> = Link<'b, NtbWriter<'b, WIDE>, NtbReader<WIDE>>;

/// A link of NTB16.
pub type Ntb16Link<'b> = NtbLink<'b, false>;

/// A link of NTB32.
pub type Ntb32Link<'b> = NtbLink<'b, true>;

impl<'b, const WIDE: bool> NtbWriter<'b, WIDE> {
    /// A writer of blocks in `memory`, never longer than that.
    pub fn new(memory: &'b mut [u8], config: Config) -> Self {
        Self(Aggregator::new(memory, config))
    }

    /// The same with the NDP behind all datagrams, as modems by Huawei demand. A block holds packets of one session then.
    pub fn with_ndp_last(memory: &'b mut [u8], config: Config) -> Self {
        Self(Aggregator::with_ndp_last(memory, config))
    }
}

impl<const WIDE: bool> NtbReader<WIDE> {
    /// A reader at the start of a stream of blocks.
    #[must_use]
    pub const fn new() -> Self {
        Self { receiver: Receiver::new(), others: 0 }
    }
}

impl<'b, const WIDE: bool> NtbLink<'b, WIDE> {
    /// A link whose blocks are made in `memory`: as long as the function takes, and not longer than the memory.
    /// A packet waits for others at most `delay`; 0 for none.
    pub fn new(memory: &'b mut [u8], config: Config, sessions: &'b [Session], delay: Millis) -> Self {
        Self::with(NtbWriter::new(memory, config), NtbReader::new(), sessions, delay)
    }

    /// The same with the NDP behind all datagrams, as modems by Huawei demand. A block holds packets of one session then.
    pub fn with_ndp_last(memory: &'b mut [u8], config: Config, sessions: &'b [Session], delay: Millis) -> Self {
        Self::with(NtbWriter::with_ndp_last(memory, config), NtbReader::new(), sessions, delay)
    }
}

impl<const WIDE: bool> Writer for NtbWriter<'_, WIDE> {
    type Flow = Unlimited;

    fn push(&mut self, session: u8, packet: &[u8]) -> Result<(), PushError> {
        self.0.push(Stream::Ips(session), packet, ()).map_err(|error| match error {
            ntb::PushError::Full => PushError::Full,
            _ => PushError::TooLong,
        })
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn is_full(&self) -> bool {
        self.0.is_full()
    }

    fn take(&mut self) -> Option<Transfer<'_>> {
        let block = self.0.take()?;
        Some(Transfer { bytes: block.bytes, terminate: block.zero_length_packet })
    }

    fn reset(&mut self) {
        self.0.reset();
    }
}

impl<const WIDE: bool> Reader for NtbReader<WIDE> {
    type Flow = Unlimited;

    fn read(&mut self, transfer: &[u8], _: &Unlimited, mut packet: impl FnMut(Packet<'_>)) {
        // A transfer that is no block was counted.
        let datagrams = self.receiver.receive(transfer).into_iter().flatten();
        for datagram in datagrams {
            match datagram.stream {
                Stream::Ips(session) => packet(plain(session, datagram.bytes)),
                Stream::Dss(_) => self.others = self.others.saturating_add(1),
            }
        }
    }

    fn counters(&self) -> ReadCounters {
        let counters = self.receiver.counters();
        ReadCounters {
            transfers: counters.blocks,
            refused_transfers: counters.refused_blocks,
            refused_parts: counters.refused_datagrams,
            gaps: counters.sequence_gaps,
            others: counters.unknown_ndps.saturating_add(self.others),
            commands: 0,
        }
    }

    fn reset(&mut self) {
        self.receiver.reset();
    }
}
