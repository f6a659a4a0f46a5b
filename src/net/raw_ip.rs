//! Bare packets: one in each transfer, of one session.

use super::framing::{ReadCounters, Reader, Transfer, Unlimited, Writer, plain};
use super::link::{Link, Packet, PushError};
use super::session::Session;
use crate::time::Millis;

/// Holds one packet until it is sent.
#[derive(Debug)]
pub struct RawIpWriter<'b> {
    memory: &'b mut [u8],
    packet_size: u16,
    len: usize,
}

/// Takes transfers for packets of one session.
#[derive(Clone, Debug)]
pub struct RawIpReader {
    session: u8,
    transfers: u32,
}

/// A link of bare packets. The only session must be open with the number 0.
pub type RawIpLink<'b> = Link<'b, RawIpWriter<'b>, RawIpReader>;

impl<'b> RawIpWriter<'b> {
    /// A writer of packets no longer than `memory`. `packet_size` is that of the pipe (wMaxPacketSize); 0: a bus on which
    /// ends need no mark.
    pub const fn new(memory: &'b mut [u8], packet_size: u16) -> Self {
        Self { memory, packet_size, len: 0 }
    }
}

impl RawIpReader {
    /// A reader of packets of a session.
    #[must_use]
    pub const fn new(session: u8) -> Self {
        Self { session, transfers: 0 }
    }
}

impl<'b> RawIpLink<'b> {
    /// A link whose packets wait in `memory`, which bounds their length. `packet_size` is that of the pipe
    /// (wMaxPacketSize); 0: a bus on which ends need no mark.
    pub fn new(memory: &'b mut [u8], packet_size: u16, sessions: &'b [Session]) -> Self {
        Self::with(RawIpWriter::new(memory, packet_size), RawIpReader::new(0), sessions, Millis(0))
    }
}

impl Writer for RawIpWriter<'_> {
    type Flow = Unlimited;

    fn push(&mut self, _: u8, packet: &[u8]) -> Result<(), PushError> {
        if self.len > 0 {
            return Err(PushError::Full);
        }
        self.memory.get_mut(..packet.len()).ok_or(PushError::TooLong)?.copy_from_slice(packet);
        self.len = packet.len();
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn is_full(&self) -> bool {
        self.len > 0
    }

    fn take(&mut self) -> Option<Transfer<'_>> {
        let bytes = self.memory.get(..core::mem::take(&mut self.len))?;
        let terminate = self.packet_size != 0 && bytes.len().is_multiple_of(self.packet_size.into());
        (!bytes.is_empty()).then_some(Transfer { bytes, terminate })
    }

    fn reset(&mut self) {
        self.len = 0;
    }
}

impl Reader for RawIpReader {
    type Flow = Unlimited;

    fn read(&mut self, transfer: &[u8], _: &Unlimited, mut packet: impl FnMut(Packet<'_>)) {
        if !transfer.is_empty() {
            self.transfers = self.transfers.saturating_add(1);
            packet(plain(self.session, transfer));
        }
    }

    fn counters(&self) -> ReadCounters {
        ReadCounters { transfers: self.transfers, ..ReadCounters::default() }
    }

    fn reset(&mut self) {}
}
