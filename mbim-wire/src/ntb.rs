//! NTBs, the transfer blocks of the data plane: datagrams of several sessions in one USB transfer (MBIM 1.0 §7, NCM 1.0 §3).
//!
//! ```text
//! NTH16  "NCMH"  header length u16  sequence u16  block length u16  first NDP's index u16
//! NTH32  "ncmh"  header length u16  sequence u16  block length u32  first NDP's index u32
//! NDP16  "IPS" session u8  length u16                next NDP's index u16                (index u16, length u16)... 0 0
//! NDP32  "ips" session u8  length u16  reserved u16  next NDP's index u32  reserved u32  (index u32, length u32)... 0 0
//! ```
//!
//! Header, NDPs and datagrams may stand in any order, with gaps. [`Ntb`] reads a block in place and lends the datagrams;
//! [`Receiver`] does so for a stream of blocks, and counts. [`Aggregator`] collects datagrams into a block, copying each
//! once. [`NtbParameters`] says what the function can do and wants; [`Rules`] is what follows from it for one direction.
//!
//! Host and function agree on a [`Format`] before the first block, so it is part of the types, and the other one is not
//! linked: [`Ntb16`] and [`Ntb32`], and so on.
//!
//! ```
//! use mbim_wire::ntb::{Aggregator16, Config, NtbParameters, Receiver16, Stream};
//!
//! // What the function answered to GET_NTB_PARAMETERS.
//! let parameters = NtbParameters { out_max_size: 4096, out_divisor: 4, out_alignment: 4, ..NtbParameters::default() };
//!
//! let mut memory = [0; 2048];
//! let mut aggregator = Aggregator16::new(&mut memory, Config::new(parameters.output()));
//! let due = 1000; // when the block has to leave, by the caller's clock
//! aggregator.push(Stream::Ips(0), b"one packet", due)?;
//! aggregator.push(Stream::Ips(2), b"one of another session", due)?;
//! assert_eq!(aggregator.due(), Some(1000));
//! let block = aggregator.take().unwrap();
//!
//! let mut receiver = Receiver16::new();
//! let received: Vec<_> = receiver.receive(block.bytes)?.map(|datagram| (datagram.stream, datagram.bytes)).collect();
//! assert_eq!(received, [(Stream::Ips(0), &b"one packet"[..]), (Stream::Ips(2), b"one of another session")]);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

use core::fmt;

mod parameters;
mod read;
mod write;

pub use parameters::{NtbInputSize, NtbParameters, Placement, Rules};
pub use read::{
    Datagram, Datagrams, Entries, Entry, Ndp, Ndps, Ntb, Ntb16, Ntb32, ReceiveCounters, Received, Receiver, Receiver16,
    Receiver32,
};
pub use write::{Aggregator, Aggregator16, Aggregator32, Block, Config, Ending, PushError, SendCounters};

/// The most NDPs that a block is read with. Linux gives up after 50, and no known function sends nearly as many.
pub const MAX_NDPS: usize = 64;

/// Width of lengths and indices in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Format {
    /// NTB16: blocks of up to 65535 bytes. Every function has it.
    #[default]
    Ntb16,
    /// NTB32.
    Ntb32,
}

impl Format {
    /// NTB32 if it is wide.
    const fn of(wide: bool) -> Self {
        if wide { Self::Ntb32 } else { Self::Ntb16 }
    }

    /// The format of a block, by its signature; `None` if there is no block.
    #[must_use]
    pub fn of_block(transfer: &[u8]) -> Option<Self> {
        let signature = u32::from_le_bytes(*transfer.first_chunk()?);
        [Self::Ntb16, Self::Ntb32].into_iter().find(|format| format.nth_signature() == signature)
    }

    /// The format's number in SET_NTB_FORMAT and GET_NTB_FORMAT.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Ntb16 => 0,
            Self::Ntb32 => 1,
        }
    }

    /// The format with that number.
    #[must_use]
    pub const fn from_number(number: u16) -> Option<Self> {
        match number {
            0 => Some(Self::Ntb16),
            1 => Some(Self::Ntb32),
            _ => None,
        }
    }

    /// Signature of the block's header.
    const fn nth_signature(self) -> u32 {
        match self {
            Self::Ntb16 => 0x484d_434e,
            Self::Ntb32 => 0x686d_636e,
        }
    }

    /// Bytes of the block's header.
    #[must_use]
    pub const fn nth_len(self) -> usize {
        match self {
            Self::Ntb16 => 12,
            Self::Ntb32 => 16,
        }
    }

    /// Bytes of a length or an index.
    const fn width(self) -> usize {
        match self {
            Self::Ntb16 => 2,
            Self::Ntb32 => 4,
        }
    }

    /// Bytes of an NDP in front of its entries.
    const fn ndp_header_len(self) -> usize {
        match self {
            Self::Ntb16 => 8,
            Self::Ntb32 => 16,
        }
    }

    /// Offset in an NDP of the next one's index.
    const fn next_ndp_at(self) -> usize {
        match self {
            Self::Ntb16 => 6,
            Self::Ntb32 => 8,
        }
    }

    /// Bytes of an entry: index and length.
    const fn entry_len(self) -> usize {
        match self {
            Self::Ntb16 => 4,
            Self::Ntb32 => 8,
        }
    }

    /// Bytes of an NDP with `entries`, and the empty one behind them.
    const fn ndp_len(self, entries: usize) -> usize {
        self.ndp_header_len().saturating_add(entries.saturating_add(1).saturating_mul(self.entry_len()))
    }

    /// The longest block that its length field can tell.
    const fn max_len(self) -> u32 {
        match self {
            Self::Ntb16 => 0xffff,
            Self::Ntb32 => u32::MAX,
        }
    }
}

/// What a datagram belongs to: an IP session, or a stream of a device service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Stream {
    /// IP packets of the session with this SessionId, as CONNECT has it (IPS).
    Ips(u8),
    /// Data of the device service stream with this number, as DSS_CONNECT has it (DSS).
    Dss(u8),
}

impl Stream {
    /// The signature of an NDP of this stream.
    #[must_use]
    pub const fn signature(self, format: Format) -> u32 {
        let (name, id) = match (self, format) {
            (Self::Ips(id), Format::Ntb16) => (b"IPS", id),
            (Self::Ips(id), Format::Ntb32) => (b"ips", id),
            (Self::Dss(id), Format::Ntb16) => (b"DSS", id),
            (Self::Dss(id), Format::Ntb32) => (b"dss", id),
        };
        let [a, b, c] = *name;
        u32::from_le_bytes([a, b, c, id])
    }

    /// The stream that a signature names; `None` for one of another kind, or of the other format.
    #[must_use]
    pub const fn from_signature(signature: u32, format: Format) -> Option<Self> {
        let [a, b, c, id] = signature.to_le_bytes();
        match (&[a, b, c], format) {
            (b"IPS", Format::Ntb16) | (b"ips", Format::Ntb32) => Some(Self::Ips(id)),
            (b"DSS", Format::Ntb16) | (b"dss", Format::Ntb32) => Some(Self::Dss(id)),
            _ => None,
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ips(id) => write!(f, "IPS {id}"),
            Self::Dss(id) => write!(f, "DSS {id}"),
        }
    }
}

/// A field of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Field {
    /// dwSignature of the header.
    Signature,
    /// wHeaderLength.
    HeaderLength,
    /// wBlockLength, dwBlockLength.
    BlockLength,
    /// wNdpIndex, dwNdpIndex: the first NDP.
    NdpIndex,
    /// wLength of an NDP.
    NdpLength,
    /// wNextNdpIndex, dwNextNdpIndex.
    NextNdpIndex,
    /// wDatagramIndex, dwDatagramIndex.
    DatagramIndex,
    /// wDatagramLength, dwDatagramLength.
    DatagramLength,
    /// The empty entry that ends an NDP.
    Terminator,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Signature => "Signature",
            Self::HeaderLength => "HeaderLength",
            Self::BlockLength => "BlockLength",
            Self::NdpIndex => "NdpIndex",
            Self::NdpLength => "Length of the NDP",
            Self::NextNdpIndex => "NextNdpIndex",
            Self::DatagramIndex => "DatagramIndex",
            Self::DatagramLength => "DatagramLength",
            Self::Terminator => "terminator of the NDP",
        })
    }
}

/// What is wrong with a field of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum NtbErrorKind {
    /// The field, or what it points to, runs past the end of the block or the transfer.
    OutOfBounds,
    /// A value that is never right.
    Value,
    /// What it points to lies over another part of the block; so does an NDP that refers back.
    Overlap,
    /// More than [`MAX_NDPS`] NDPs, or more datagrams or bytes than the rules allow.
    TooMany,
    /// Not aligned as the rules demand.
    Alignment,
}

/// A field of a block that is wrong: which, where, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NtbError {
    /// Why.
    pub kind: NtbErrorKind,
    /// The field.
    pub field: Field,
    /// Where it stands, in bytes from the start of the block.
    pub offset: u32,
}

impl NtbError {
    fn new(kind: NtbErrorKind, field: Field, offset: usize) -> Self {
        Self { kind, field, offset: u32::try_from(offset).unwrap_or(u32::MAX) }
    }
}

impl fmt::Display for NtbErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfBounds => "runs past the end",
            Self::Value => "value not allowed here",
            Self::Overlap => "points into another part of the block",
            Self::TooMany => "too many",
            Self::Alignment => "not aligned as demanded",
        })
    }
}

impl fmt::Display for NtbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}: {}", self.field, self.offset, self.kind)
    }
}

impl core::error::Error for NtbError {}

/// A number of the format's width.
fn number_at(block: &[u8], at: usize, format: Format) -> Option<usize> {
    let rest = block.get(at..)?;
    match format {
        Format::Ntb16 => rest.first_chunk().map(|bytes| usize::from(u16::from_le_bytes(*bytes))),
        Format::Ntb32 => rest.first_chunk().and_then(|bytes| usize::try_from(u32::from_le_bytes(*bytes)).ok()),
    }
}
