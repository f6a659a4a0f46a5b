//! QMAP, the multiplexing and aggregation of the data path: packets of several data sessions in one transfer, and the
//! modem's commands for flow control between them. Numbers are big-endian, unlike everywhere else in QMI.
//!
//! ```text
//! MAP header      command/data bit 7, next header bit 6, pad length bits 5..0 | mux id u8 | length u16
//! v1              MAP header | packet | padding
//! v4 to the host  MAP header | packet | padding | reserved u8 | valid bit 0 | start u16 | length u16 | checksum u16
//! v4 to the modem MAP header | start u16 | enabled bit 15, UDP bit 14, offset bits 13..0 | packet | padding
//! v5              MAP header | type bits 7..1 | valid or wanted bit 7 | reserved u16 | packet | padding
//! ```
//!
//! The length counts packet and padding, not the headers nor the trailer. Which version is in use, and how long a transfer
//! may be, is agreed by WDA Set Data Format; a mux id is bound to a data session by WDS Bind Mux Data Port. The header for
//! quality of service that some modems can put in front of every packet is not supported: leave it off there.
//!
//! [`Frames`] reads a transfer in place; [`Receiver`] does so for a stream of them, and counts. [`Aggregator`] collects
//! packets into a transfer, copying each once.
//!
//! ```
//! use qmi_wire::qmap::{Aggregator, Body, Config, Direction, Receiver, Version};
//!
//! let config = Config { max_size: 8192, max_packets: 11, ..Config::new(Version::V5, Direction::Uplink) };
//! let mut memory = [0; 2048];
//! let mut aggregator = Aggregator::new(&mut memory, config);
//! let due = 1000; // when the transfer has to leave, by the caller's clock
//! aggregator.push(1, b"one packet", due)?;
//! aggregator.push(2, b"one of another session", due)?;
//! assert_eq!(aggregator.due(), Some(1000));
//! let transfer = aggregator.take().unwrap();
//!
//! let mut receiver = Receiver::new(Version::V5, Direction::Uplink);
//! for (frame, mux_id) in receiver.receive(transfer.bytes).zip([1, 2]) {
//!     let Body::Packet { bytes, .. } = frame.body else { panic!("a packet") };
//!     assert_eq!((frame.mux_id, bytes.first()), (mux_id, Some(&b'o')));
//! }
//! assert_eq!(receiver.counters().packets, 2);
//! # Ok::<(), qmi_wire::qmap::PushError>(())
//! ```

use core::fmt;

use crate::service::wda::DataAggregationProtocol;

mod command;
mod read;
mod write;

pub use command::{Command, CommandKind, CommandName};
pub use read::{Body, Frame, Frames, ReceiveCounters, Received, Receiver};
pub use write::{Aggregator, Config, PushError, SendCounters, Transfer};

/// Bytes of a MAP header.
const MAP_HEADER_LEN: usize = 4;

/// Bytes of the header behind it, in those versions that have one.
const NEXT_HEADER_LEN: usize = 4;

/// Bytes of the trailer of version 4.
const TRAILER_LEN: usize = 8;

/// Type of the header of version 5 that tells of a checksum.
const CHECKSUM_TYPE: u8 = 2;

/// A version of QMAP. Versions 2 and 3 are not publicly described.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Version {
    /// Packets only.
    #[default]
    V1,
    /// With checksums: a trailer to the host, a header to the modem.
    V4,
    /// With checksums: a header both ways.
    V5,
}

impl Version {
    /// The number by which WDA Set Data Format asks for it.
    #[must_use]
    pub const fn protocol(self) -> DataAggregationProtocol {
        match self {
            Self::V1 => DataAggregationProtocol::QMAP,
            Self::V4 => DataAggregationProtocol::QMAPV4,
            Self::V5 => DataAggregationProtocol::QMAPV5,
        }
    }

    /// The version that WDA Set Data Format granted; `None` for none, and for versions not known here.
    #[must_use]
    pub const fn from_protocol(protocol: DataAggregationProtocol) -> Option<Self> {
        match protocol {
            DataAggregationProtocol::QMAP => Some(Self::V1),
            DataAggregationProtocol::QMAPV4 => Some(Self::V4),
            DataAggregationProtocol::QMAPV5 => Some(Self::V5),
            _ => None,
        }
    }

    /// Bytes between the MAP header of a packet and the packet.
    const fn next_header_len(self, direction: Direction) -> usize {
        match (self, direction) {
            (Self::V1, _) | (Self::V4, Direction::Downlink) => 0,
            (Self::V4, Direction::Uplink) | (Self::V5, _) => NEXT_HEADER_LEN,
        }
    }

    /// Bytes behind a frame, of a packet or a command.
    const fn trailer_len(self, direction: Direction) -> usize {
        match (self, direction) {
            (Self::V4, Direction::Downlink) => TRAILER_LEN,
            _ => 0,
        }
    }
}

/// Which way a transfer goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Direction {
    /// To the host.
    Downlink,
    /// To the modem.
    Uplink,
}

/// What a frame says of its packet's checksum of TCP or UDP. Nothing here computes one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Checksum {
    /// Nothing.
    #[default]
    None,
    /// Version 4 to the host: a sum that the modem has computed.
    Computed {
        /// Where it begins, in bytes from the start of the packet.
        start: u16,
        /// Over how many bytes it goes.
        length: u16,
        /// The sum.
        checksum: u16,
    },
    /// Version 4 to the modem: the modem shall compute it; the field holds the complement of the sum over the pseudo header.
    Wanted {
        /// Length of the IP header.
        start: u16,
        /// Where the field for it lies, in bytes from the end of the IP header; less than 16384.
        offset: u16,
        /// It is UDP.
        udp: bool,
    },
    /// Version 5: to the host, the modem found it right; to the modem, the modem shall compute it.
    Flagged,
}

/// A field of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Field {
    /// The MAP header.
    Header,
    /// Length of the padding.
    PadLength,
    /// Length of packet and padding.
    Length,
    /// The header behind the MAP header.
    NextHeader,
    /// The checksum's trailer.
    Trailer,
    /// A command.
    Command,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "MAP header",
            Self::PadLength => "pad length",
            Self::Length => "packet length",
            Self::NextHeader => "next header",
            Self::Trailer => "checksum trailer",
            Self::Command => "command",
        })
    }
}

/// What is wrong with a field of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum QmapErrorKind {
    /// It runs past the end of the transfer, or of its frame.
    OutOfBounds,
    /// A value that is never right.
    Value,
    /// It has to be there, and is not.
    Missing,
}

/// A field of a transfer that is wrong: which, where, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct QmapError {
    /// Why.
    pub kind: QmapErrorKind,
    /// The field.
    pub field: Field,
    /// Where it stands, in bytes from the start of the transfer.
    pub offset: u32,
}

impl QmapError {
    fn new(kind: QmapErrorKind, field: Field, offset: usize) -> Self {
        Self { kind, field, offset: u32::try_from(offset).unwrap_or(u32::MAX) }
    }
}

impl fmt::Display for QmapErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfBounds => "runs past the end",
            Self::Value => "value not allowed here",
            Self::Missing => "missing",
        })
    }
}

impl fmt::Display for QmapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}: {}", self.field, self.offset, self.kind)
    }
}

impl core::error::Error for QmapError {}

/// Counters stop at their end.
fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
