//! What a link asks of the formats in which packets lie in transfers.

use core::fmt;

use super::link::PushError;
use super::raw_ip::{RawIpReader, RawIpWriter};
use super::session::Session;
use super::{Packet, Verdict};

#[cfg(feature = "mbim")]
use super::ntb::{NtbReader, NtbWriter};
#[cfg(feature = "qmi")]
use super::qmap::{FlowControl, QmapReader, QmapWriter};

/// A transfer to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer<'a> {
    /// All of it.
    pub bytes: &'a [u8],
    /// Whether an empty packet of the pipe has to follow, because the receiver could not see the end otherwise.
    pub terminate: bool,
}

/// What a [`Reader`] has counted. Counters stop at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct ReadCounters {
    /// Transfers that held anything.
    pub transfers: u32,
    /// Transfers refused as a whole.
    pub refused_transfers: u32,
    /// Parts of transfers refused.
    pub refused_parts: u32,
    /// How often transfers were missing before one, by their numbers; only NTBs have them.
    pub gaps: u32,
    /// Packets of device service streams, and NDPs of unknown kinds, passed over.
    pub others: u32,
    /// Commands of the modem, all obeyed that are known.
    pub commands: u32,
}

/// Which sessions the modem takes packets of. Shared by the two directions of a link.
pub trait Flow: Default + fmt::Debug {
    /// Whether it takes packets of this one now.
    fn may_send(&self, session: u8) -> bool;

    /// Whether something has to be said to the modem soon.
    fn has_answers(&self) -> bool;

    /// Forgets what was said of sessions that were opened since the last call: it was about their former bearer.
    #[inline]
    fn forget_former(&self, _sessions: &[Session]) {}
}

/// The flow of links that cannot be told to wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unlimited;

impl Flow for Unlimited {
    #[inline]
    fn may_send(&self, _: u8) -> bool {
        true
    }

    #[inline]
    fn has_answers(&self) -> bool {
        false
    }
}

/// Packets into transfers.
pub trait Writer {
    /// How the modem is listened to.
    type Flow: Flow;

    /// Adds a packet to the transfer.
    ///
    /// # Errors
    ///
    /// [`PushError::Full`]: take the transfer, then push again. [`PushError::TooLong`].
    fn push(&mut self, session: u8, packet: &[u8]) -> Result<(), PushError>;

    /// Adds answers to the modem's commands; `true` if there is room for all of them.
    #[inline]
    fn push_answers(&mut self, _flow: &Self::Flow) -> bool {
        true
    }

    /// Whether nothing is in the transfer yet.
    fn is_empty(&self) -> bool;

    /// Whether nothing more can go into it.
    fn is_full(&self) -> bool;

    /// Ends the transfer and lends it; `None` if it is empty.
    fn take(&mut self) -> Option<Transfer<'_>>;

    /// Starts anew after a reset of the function; what is in the transfer is lost.
    fn reset(&mut self);
}

/// Transfers into packets.
pub trait Reader {
    /// How the modem is listened to.
    type Flow: Flow;

    /// Hands on the packets of a transfer, in their order.
    fn read(&mut self, transfer: &[u8], flow: &Self::Flow, packet: impl FnMut(Packet<'_>));

    /// What was counted so far.
    fn counters(&self) -> ReadCounters;

    /// Starts anew after a reset of the function. The counters stay.
    fn reset(&mut self);
}

/// A [`Writer`] of any framing.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyWriter<'b> {
    /// NTB16.
    #[cfg(feature = "mbim")]
    Ntb16(NtbWriter<'b, false>),
    /// NTB32.
    #[cfg(feature = "mbim")]
    Ntb32(NtbWriter<'b, true>),
    /// QMAP.
    #[cfg(feature = "qmi")]
    Qmap(QmapWriter<'b>),
    /// Bare packets.
    RawIp(RawIpWriter<'b>),
}

/// A [`Reader`] of any framing.
#[derive(Debug)]
#[non_exhaustive]
pub enum AnyReader {
    /// NTB16.
    #[cfg(feature = "mbim")]
    Ntb16(NtbReader<false>),
    /// NTB32.
    #[cfg(feature = "mbim")]
    Ntb32(NtbReader<true>),
    /// QMAP.
    #[cfg(feature = "qmi")]
    Qmap(QmapReader),
    /// Bare packets.
    RawIp(RawIpReader),
}

/// The flow of any framing; only QMAP has one.
#[cfg(feature = "qmi")]
type AnyFlow = FlowControl;
#[cfg(not(feature = "qmi"))]
type AnyFlow = Unlimited;

/// Does the same with every framing.
macro_rules! any {
    ($value:expr, $it:ident => $do:expr) => {
        match $value {
            #[cfg(feature = "mbim")]
            Self::Ntb16($it) => $do,
            #[cfg(feature = "mbim")]
            Self::Ntb32($it) => $do,
            #[cfg(feature = "qmi")]
            Self::Qmap($it) => $do,
            Self::RawIp($it) => $do,
        }
    };
}

impl Writer for AnyWriter<'_> {
    type Flow = AnyFlow;

    fn push(&mut self, session: u8, packet: &[u8]) -> Result<(), PushError> {
        any!(self, writer => writer.push(session, packet))
    }

    fn push_answers(&mut self, _flow: &AnyFlow) -> bool {
        match self {
            #[cfg(feature = "qmi")]
            Self::Qmap(writer) => writer.push_answers(_flow),
            _ => true,
        }
    }

    fn is_empty(&self) -> bool {
        any!(self, writer => writer.is_empty())
    }

    fn is_full(&self) -> bool {
        any!(self, writer => writer.is_full())
    }

    fn take(&mut self) -> Option<Transfer<'_>> {
        any!(self, writer => writer.take())
    }

    fn reset(&mut self) {
        any!(self, writer => writer.reset());
    }
}

impl Reader for AnyReader {
    type Flow = AnyFlow;

    fn read(&mut self, transfer: &[u8], _flow: &AnyFlow, packet: impl FnMut(Packet<'_>)) {
        match self {
            #[cfg(feature = "mbim")]
            Self::Ntb16(reader) => reader.read(transfer, &Unlimited, packet),
            #[cfg(feature = "mbim")]
            Self::Ntb32(reader) => reader.read(transfer, &Unlimited, packet),
            #[cfg(feature = "qmi")]
            Self::Qmap(reader) => reader.read(transfer, _flow, packet),
            Self::RawIp(reader) => reader.read(transfer, &Unlimited, packet),
        }
    }

    fn counters(&self) -> ReadCounters {
        any!(self, reader => reader.counters())
    }

    fn reset(&mut self) {
        any!(self, reader => reader.reset());
    }
}

/// A packet of which nothing more is known.
#[inline]
pub(super) const fn plain(session: u8, bytes: &[u8]) -> Packet<'_> {
    Packet { session, bytes, checksum: Verdict::Unknown }
}
