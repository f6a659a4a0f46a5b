//! Packets on their way to the host: packed as was agreed, in the caller's memory, until the host takes the transfer.

use mbim_wire::ntb::{self, Aggregator16, Aggregator32, Stream};
#[cfg(feature = "qmi")]
use qmi_wire::qmap;

use super::{DataCounters, PushError, count};
#[cfg(feature = "qmi")]
use crate::ring::Messages;
use crate::time::Instant;

/// How packets are packed into transfers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Packing {
    /// NTB16.
    Ntb16(ntb::Config),
    /// NTB32.
    Ntb32(ntb::Config),
    /// One in each, as it is.
    #[cfg(feature = "qmi")]
    Packets,
    /// QMAP.
    #[cfg(feature = "qmi")]
    Qmap(qmap::Config),
}

/// What a packet belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tag {
    /// A session: SessionId, mux id, or 0 where there is only one.
    Session(u8),
    /// A stream of a device service.
    Stream(u8),
    /// An Ethernet frame.
    #[cfg(feature = "qmi")]
    Frame,
}

#[derive(Debug)]
enum State<'s> {
    /// Nothing can be packed: closed, or the rest of a transfer is in the memory.
    Memory(&'s mut [u8]),
    Ntb16(Aggregator16<'s, Instant>),
    Ntb32(Aggregator32<'s, Instant>),
    #[cfg(feature = "qmi")]
    Packets(Messages<'s>),
    #[cfg(feature = "qmi")]
    Qmap(qmap::Aggregator<'s, Instant>),
}

impl<'s> State<'s> {
    fn begin(memory: &'s mut [u8], packing: Option<Packing>, sequence: u16) -> Self {
        match packing {
            None => Self::Memory(memory),
            Some(Packing::Ntb16(config)) => {
                let mut aggregator = Aggregator16::new(memory, config);
                aggregator.set_sequence(sequence);
                Self::Ntb16(aggregator)
            }
            Some(Packing::Ntb32(config)) => {
                let mut aggregator = Aggregator32::new(memory, config);
                aggregator.set_sequence(sequence);
                Self::Ntb32(aggregator)
            }
            #[cfg(feature = "qmi")]
            Some(Packing::Packets) => Self::Packets(Messages::new(memory)),
            #[cfg(feature = "qmi")]
            Some(Packing::Qmap(config)) => Self::Qmap(qmap::Aggregator::new(memory, config)),
        }
    }

    fn into_memory(self) -> &'s mut [u8] {
        match self {
            Self::Memory(memory) => memory,
            Self::Ntb16(aggregator) => aggregator.into_memory(),
            Self::Ntb32(aggregator) => aggregator.into_memory(),
            #[cfg(feature = "qmi")]
            Self::Packets(messages) => messages.into_memory(),
            #[cfg(feature = "qmi")]
            Self::Qmap(aggregator) => aggregator.into_memory(),
        }
    }
}

/// A transfer that was begun: how much of it the host has, how much there is, and whether an empty packet ends it.
#[derive(Clone, Copy, Debug, Default)]
struct Begun {
    done: usize,
    len: usize,
    zero: bool,
}

impl Begun {
    /// Copies what is left of the transfer as far as it fits.
    fn copy(&mut self, transfer: &[u8], buf: &mut [u8]) -> usize {
        let rest = transfer.get(self.done..self.len).unwrap_or_default();
        let count = rest.len().min(buf.len());
        buf.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        self.done = self.done.saturating_add(count);
        count
    }

    const fn is_done(&self) -> bool {
        self.done >= self.len
    }
}

/// The way to the host.
#[derive(Debug)]
pub(super) struct Down<'s> {
    state: State<'s>,
    /// `None`: closed.
    packing: Option<Packing>,
    /// Number of the next block while there is no aggregator to know it.
    sequence: u16,
    /// A transfer that is longer than what the host gave for it, at the start of the memory.
    begun: Option<Begun>,
    /// An empty packet has to follow.
    zero: bool,
    /// A packet found no room: what is there has to leave.
    full: bool,
}

impl<'s> Down<'s> {
    pub(super) const fn new(memory: &'s mut [u8]) -> Self {
        let state = State::Memory(memory);
        Self { state, packing: None, sequence: 0, begun: None, zero: false, full: false }
    }

    /// Starts anew, or stops with `None`. What was not taken is lost.
    pub(super) fn open(&mut self, packing: Option<Packing>) {
        let memory = self.take_memory();
        *self = Self { packing, state: State::begin(memory, packing, 0), ..Self::new(&mut []) };
    }

    /// Goes on with the next block in another way, without a gap in the numbers. Returns whether a block was begun, which
    /// is lost.
    pub(super) fn repack(&mut self, packing: Packing) -> bool {
        self.packing = Some(packing);
        // While the rest of a transfer is in the memory, what follows it will be packed so.
        if self.begun.is_some() {
            return false;
        }
        let lost = self.due().is_some();
        self.sequence = self.next_sequence();
        self.state = State::begin(self.take_memory(), self.packing, self.sequence);
        lost
    }

    fn next_sequence(&self) -> u16 {
        match &self.state {
            State::Ntb16(aggregator) => aggregator.sequence(),
            State::Ntb32(aggregator) => aggregator.sequence(),
            _ => self.sequence,
        }
    }

    fn take_memory(&mut self) -> &'s mut [u8] {
        core::mem::replace(&mut self.state, State::Memory(&mut [])).into_memory()
    }

    pub(super) const fn is_open(&self) -> bool {
        self.packing.is_some()
    }

    /// Adds a packet that has to leave at `due`.
    pub(super) fn push(&mut self, tag: Tag, packet: &[u8], due: Instant) -> Result<(), PushError> {
        if self.begun.is_some() {
            return Err(PushError::Full);
        }
        let stream = match tag {
            Tag::Session(session) => Some(Stream::Ips(session)),
            Tag::Stream(number) => Some(Stream::Dss(number)),
            #[cfg(feature = "qmi")]
            Tag::Frame => None,
        };
        let done = match (&mut self.state, stream) {
            (State::Memory(_), _) => Err(PushError::Inactive),
            (State::Ntb16(aggregator), Some(stream)) => aggregator.push(stream, packet, due).map_err(PushError::from),
            (State::Ntb32(aggregator), Some(stream)) => aggregator.push(stream, packet, due).map_err(PushError::from),
            #[cfg(feature = "qmi")]
            (State::Packets(messages), _) if !matches!(tag, Tag::Stream(_)) => match messages {
                _ if packet.is_empty() => Err(PushError::Format),
                messages if !messages.can_hold(packet.len()) => Err(PushError::TooLong),
                messages => messages.push(packet).then_some(()).ok_or(PushError::Full),
            },
            #[cfg(feature = "qmi")]
            (State::Qmap(aggregator), Some(Stream::Ips(mux_id))) => {
                aggregator.push(mux_id, packet, due).map_err(PushError::from)
            }
            #[cfg(feature = "qmi")]
            _ => Err(PushError::Format),
            #[cfg(not(feature = "qmi"))]
            (_, None) => Err(PushError::Format),
        };
        self.full |= done == Err(PushError::Full);
        done
    }

    /// Adds a command of QMAP.
    #[cfg(feature = "qmi")]
    pub(super) fn push_command(&mut self, mux_id: u8, command: qmap::Command, due: Instant) -> Result<(), PushError> {
        let done = match &mut self.state {
            _ if self.begun.is_some() => Err(PushError::Full),
            State::Memory(_) => Err(PushError::Inactive),
            State::Qmap(aggregator) => aggregator.push_command(mux_id, command, due).map_err(PushError::from),
            _ => Err(PushError::Format),
        };
        self.full |= done == Err(PushError::Full);
        done
    }

    /// When something has to leave; `None` while there is nothing.
    pub(super) fn due(&self) -> Option<Instant> {
        match &self.state {
            State::Ntb16(aggregator) => aggregator.due(),
            State::Ntb32(aggregator) => aggregator.due(),
            #[cfg(feature = "qmi")]
            State::Qmap(aggregator) => aggregator.due(),
            #[cfg(feature = "qmi")]
            State::Packets(_) => None,
            State::Memory(_) => None,
        }
    }

    /// Whether what is there leaves now.
    fn leaves(&self, now: Instant) -> bool {
        let full = match &self.state {
            State::Ntb16(aggregator) => aggregator.is_full(),
            State::Ntb32(aggregator) => aggregator.is_full(),
            #[cfg(feature = "qmi")]
            State::Qmap(aggregator) => aggregator.is_full(),
            #[cfg(feature = "qmi")]
            State::Packets(_) => true,
            State::Memory(_) => false,
        };
        full || self.full || self.due().is_some_and(|due| due <= now)
    }

    /// The next transfer, or as much of it as fits into `buf`, or the empty packet that ends it. `packet_size` is that of the
    /// pipe.
    pub(super) fn transfer(
        &mut self,
        now: Instant,
        packet_size: u16,
        buf: &mut [u8],
        counters: &mut DataCounters,
    ) -> Option<usize> {
        if core::mem::take(&mut self.zero) {
            return Some(0);
        }
        if let (Some(begun), State::Memory(memory)) = (&mut self.begun, &self.state) {
            let copied = begun.copy(memory, buf);
            if begun.is_done() {
                self.zero = begun.zero;
                self.begun = None;
                self.state = State::begin(self.take_memory(), self.packing, self.sequence);
            }
            return Some(copied);
        }
        if !self.leaves(now) {
            return None;
        }
        let mut begun = Begun::default();
        let copied = match &mut self.state {
            State::Memory(_) => None,
            State::Ntb16(aggregator) => aggregator.take().map(|block| {
                begun = Begun { done: 0, len: block.bytes.len(), zero: block.zero_length_packet };
                begun.copy(block.bytes, buf)
            }),
            State::Ntb32(aggregator) => aggregator.take().map(|block| {
                begun = Begun { done: 0, len: block.bytes.len(), zero: block.zero_length_packet };
                begun.copy(block.bytes, buf)
            }),
            #[cfg(feature = "qmi")]
            State::Qmap(aggregator) => aggregator.take().map(|transfer| {
                begun = Begun { done: 0, len: transfer.bytes.len(), zero: transfer.zero_length_packet };
                begun.copy(transfer.bytes, buf)
            }),
            // The rest of a packet waits in its ring.
            #[cfg(feature = "qmi")]
            State::Packets(messages) => {
                let left = messages.left();
                let copied = messages.read(buf);
                begun.zero = left == copied && copied.is_some_and(|copied| copied.is_multiple_of(packet_size.into()));
                copied
            }
        };
        #[cfg(not(feature = "qmi"))]
        let _ = packet_size;
        self.full = false;
        let copied = copied?;
        count(&mut counters.down_transfers);
        if begun.is_done() {
            self.zero = begun.zero;
        } else {
            self.sequence = self.next_sequence();
            self.state = State::Memory(self.take_memory());
            self.begun = Some(begun);
        }
        Some(copied)
    }
}

impl From<ntb::PushError> for PushError {
    fn from(error: ntb::PushError) -> Self {
        match error {
            ntb::PushError::Full => Self::Full,
            ntb::PushError::TooLong => Self::TooLong,
            _ => Self::Format,
        }
    }
}

#[cfg(feature = "qmi")]
impl From<qmap::PushError> for PushError {
    fn from(error: qmap::PushError) -> Self {
        match error {
            qmap::PushError::Full => Self::Full,
            qmap::PushError::TooLong => Self::TooLong,
            _ => Self::Format,
        }
    }
}
