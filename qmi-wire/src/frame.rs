//! Around the TLVs: the header of a message, and the QMUX frame in which it travels on most transports.
//!
//! ```text
//! QMUX   marker 1 | length u16 | sender u8 | service u8 | client u8 | message
//! CTL    flags u8 | transaction u8  | number u16 | length u16 | TLVs
//! others flags u8 | transaction u16 | number u16 | length u16 | TLVs
//! ```
//!
//! The flags of the control service differ from those of all others: what is "response" there is "several messages in one"
//! here. [`Flags`] knows both. Over QRTR a message travels without any frame: see [`Message::parse`].

use core::fmt;

use crate::codec::{EncodeError, Writer};
use crate::field::Encode;
use crate::service::Service;
use crate::tlv::TlvSet;

/// The first byte of a QMUX frame.
pub const QMUX_MARKER: u8 = 1;

/// The first byte of a frame with a service number of 16 bits. Only between processes of one machine, on a proxy's socket;
/// no modem understands it.
pub const WIDE_MARKER: u8 = 2;

/// Bytes of a QMUX frame in front of the message, marker included. Frames with a wide service number have as many.
pub const FRAME_HEADER_LEN: usize = 6;

/// The client number of an indication that is meant for all clients of its service.
pub const BROADCAST: u8 = 0xff;

/// Why a frame or the header of a message was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum HeaderError {
    /// The bytes end too early. Not an error in a stream: wait for more.
    Incomplete {
        /// Bytes that are needed at least, from the start of the frame.
        needed: usize,
    },
    /// The first byte does not begin a frame.
    Marker(u8),
    /// The length in the frame leaves no room for the headers.
    Length(u16),
    /// The lengths of frame and TLVs contradict each other.
    TlvLength {
        /// What the message says.
        declared: u16,
        /// What there is.
        present: usize,
    },
    /// A TLV runs past the end of the message.
    Tlv {
        /// Where it begins, from the start of the TLVs.
        offset: usize,
    },
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete { needed } => write!(f, "incomplete, {needed} bytes needed"),
            Self::Marker(byte) => write!(f, "first byte is {byte:#04x}, not a marker"),
            Self::Length(length) => write!(f, "frame length {length} leaves no room for the headers"),
            Self::TlvLength { declared, present } => {
                write!(f, "message declares {declared} bytes of TLVs, there are {present}")
            }
            Self::Tlv { offset } => write!(f, "TLV at offset {offset} runs past the end of the message"),
        }
    }
}

impl core::error::Error for HeaderError {}

/// What a message is to its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Kind {
    /// The host asks.
    Request,
    /// The modem answers.
    Response,
    /// The modem tells unasked.
    Indication,
}

/// The flags of a message's header. Their bits depend on the service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Flags(pub u8);

impl Flags {
    /// The flags of a message of that kind.
    #[must_use]
    pub fn new(kind: Kind, service: Service) -> Self {
        Self(match (kind, service == Service::CTL) {
            (Kind::Request, _) => 0,
            (Kind::Response, true) => 1,
            (Kind::Indication, true) | (Kind::Response, false) => 2,
            (Kind::Indication, false) => 4,
        })
    }

    /// The kind of message. Bits without a meaning are ignored; if both are set, it is an indication.
    #[must_use]
    pub fn kind(self, service: Service) -> Kind {
        let [response, indication] = if service == Service::CTL { [1, 2] } else { [2, 4] };
        match self.0 {
            flags if flags & indication != 0 => Kind::Indication,
            flags if flags & response != 0 => Kind::Response,
            _ => Kind::Request,
        }
    }
}

/// Who sent a QMUX frame. Say it right when writing, for some peers look; rely on your own role when reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sender(pub u8);

impl Sender {
    /// The host.
    pub const HOST: Self = Self(0);
    /// The modem.
    pub const MODEM: Self = Self(0x80);
}

/// In what a message travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Framing {
    /// In a QMUX frame.
    Qmux {
        /// Who sends.
        sender: Sender,
        /// The client: 0 for the control service, else 1 to 254, or [`BROADCAST`].
        client: u8,
    },
    /// In a frame that begins with [`WIDE_MARKER`].
    Wide {
        /// The client, as above.
        client: u8,
    },
    /// In nothing: one datagram, one message (QRTR).
    Bare,
}

impl Framing {
    /// A host's QMUX frame.
    #[must_use]
    pub const fn host(client: u8) -> Self {
        Self::Qmux { sender: Sender::HOST, client }
    }

    /// A modem's QMUX frame.
    #[must_use]
    pub const fn modem(client: u8) -> Self {
        Self::Qmux { sender: Sender::MODEM, client }
    }

    /// The client of the frame; `None` without one.
    #[must_use]
    pub const fn client(&self) -> Option<u8> {
        match self {
            Self::Qmux { client, .. } | Self::Wide { client } => Some(*client),
            Self::Bare => None,
        }
    }
}

/// A message: its header, and its TLVs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Message<'a> {
    /// The flags as sent.
    pub flags: Flags,
    /// Joins request and response; without meaning in an indication. Only 8 bits in the control service.
    pub transaction: u16,
    /// The TLVs, which also know service and number of the message.
    pub tlvs: TlvSet<'a>,
}

/// Bytes of a message in front of its TLVs.
#[must_use]
pub fn message_header_len(service: Service) -> usize {
    if service == Service::CTL { 6 } else { 7 }
}

impl<'a> Message<'a> {
    /// The service.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.tlvs.service()
    }

    /// The message's number.
    #[must_use]
    pub const fn id(&self) -> u16 {
        self.tlvs.message()
    }

    /// What the message is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.flags.kind(self.service())
    }

    /// A message without a frame, as in a QRTR datagram. Bytes behind the TLVs are ignored: routers pad.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] if the header or the TLVs run past the end.
    pub fn parse(service: Service, bytes: &'a [u8]) -> Result<Self, HeaderError> {
        let incomplete = HeaderError::Incomplete { needed: message_header_len(service) };
        let (mut message, declared, rest) = header(service, bytes).ok_or(incomplete)?;
        let tlvs = rest.get(..usize::from(declared));
        let tlvs = tlvs.ok_or(HeaderError::TlvLength { declared, present: rest.len() })?;
        message.tlvs = TlvSet::parse(service, message.id(), tlvs)?;
        Ok(message)
    }
}

/// The header, the length it declares, and the bytes behind it; `None` if the bytes end too early.
fn header(service: Service, bytes: &[u8]) -> Option<(Message<'_>, u16, &[u8])> {
    let (&[flags, low], rest) = bytes.split_first_chunk()?;
    let (high, rest) =
        if service == Service::CTL { (0, rest) } else { rest.split_first().map(|(high, rest)| (*high, rest))? };
    let (&[id0, id1, length0, length1], rest) = rest.split_first_chunk()?;
    let tlvs = TlvSet::empty(service, u16::from_le_bytes([id0, id1]));
    let message = Message { flags: Flags(flags), transaction: u16::from_le_bytes([low, high]), tlvs };
    Some((message, u16::from_le_bytes([length0, length1]), rest))
}

/// A frame and the message in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Frame<'a> {
    /// What the frame says.
    pub framing: Framing,
    /// The message.
    pub message: Message<'a>,
}

/// The length of the frame at the start of `bytes`, for whoever cuts a stream into frames.
///
/// # Errors
///
/// [`HeaderError::Incomplete`] until the length can be seen, [`HeaderError::Marker`] and [`HeaderError::Length`] if no
/// frame begins here.
pub fn frame_len(bytes: &[u8]) -> Result<usize, HeaderError> {
    match bytes {
        [marker, ..] if ![QMUX_MARKER, WIDE_MARKER].contains(marker) => Err(HeaderError::Marker(*marker)),
        [_, low, high, ..] => {
            let length = u16::from_le_bytes([*low, *high]);
            // The smallest message is that of the control service, without TLVs.
            if length < 11 {
                return Err(HeaderError::Length(length));
            }
            Ok(usize::from(length).saturating_add(1))
        }
        _ => Err(HeaderError::Incomplete { needed: FRAME_HEADER_LEN }),
    }
}

impl<'a> Frame<'a> {
    /// The frame at the start of `bytes`; what follows it is left alone.
    ///
    /// # Errors
    ///
    /// [`HeaderError`]. After [`HeaderError::TlvLength`] and [`HeaderError::Tlv`] a stream goes on behind the frame, whose
    /// length [`frame_len`] tells.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, HeaderError> {
        let needed = frame_len(bytes)?;
        let frame = bytes.get(..needed).ok_or(HeaderError::Incomplete { needed })?;
        let Some((&[marker, l0, l1, a, b, client], rest)) = frame.split_first_chunk() else {
            return Err(HeaderError::Incomplete { needed });
        };
        let (framing, service) = match marker {
            WIDE_MARKER => (Framing::Wide { client }, Service(u16::from_le_bytes([a, b]))),
            _ => (Framing::Qmux { sender: Sender(a), client }, Service(u16::from(b))),
        };
        let short = HeaderError::Length(u16::from_le_bytes([l0, l1]));
        let (mut message, declared, tlvs) = header(service, rest).ok_or(short)?;
        if tlvs.len() != usize::from(declared) {
            return Err(HeaderError::TlvLength { declared, present: tlvs.len() });
        }
        message.tlvs = TlvSet::parse(service, message.id(), tlvs)?;
        Ok(Self { framing, message })
    }
}

/// Gives a frame another transaction number, for whoever lets several clients share the control service.
///
/// # Errors
///
/// [`EncodeError::Header`] if the number does not fit the service, [`EncodeError::BufferTooSmall`] if this is no frame.
pub fn set_transaction(frame: &mut [u8], transaction: u16) -> Result<(), EncodeError> {
    let needed = FRAME_HEADER_LEN.saturating_add(6);
    let too_small = EncodeError::BufferTooSmall { needed };
    let Some([marker, _, _, a, b, _, _, low, high, ..]) = frame.get_mut(..needed) else {
        return Err(too_small);
    };
    let is_ctl = if *marker == WIDE_MARKER { *a == 0 && *b == 0 } else { *b == 0 };
    if is_ctl {
        *low = u8::try_from(transaction).map_err(|_| EncodeError::Header)?;
    } else {
        [*low, *high] = transaction.to_le_bytes();
    }
    Ok(())
}

/// Everything in a header that the writer does not know by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Head {
    /// In what the message travels.
    pub framing: Framing,
    /// The service.
    pub service: Service,
    /// What the message is.
    pub kind: Kind,
    /// The transaction number: of a request not 0; of a response that of its request.
    pub transaction: u16,
    /// The message's number.
    pub id: u16,
}

/// Writes one message: headers first, then TLV by TLV, and the lengths at the end.
#[derive(Debug)]
pub struct MessageWriter<'b> {
    writer: Writer<'b>,
    framed: bool,
    tlvs: usize,
}

impl<'b> MessageWriter<'b> {
    /// Begins a message at the start of `buffer`.
    pub fn new(buffer: &'b mut [u8], head: &Head) -> Self {
        let mut writer = Writer::new(buffer);
        let ([low, high], [t0, t1]) = (head.service.0.to_le_bytes(), head.transaction.to_le_bytes());
        let is_ctl = head.service == Service::CTL;
        let frame = match head.framing {
            Framing::Qmux { sender, client } => {
                if high != 0 {
                    writer.poison(EncodeError::Header);
                }
                Some([QMUX_MARKER, 0, 0, sender.0, low, client])
            }
            Framing::Wide { client } => Some([WIDE_MARKER, 0, 0, low, high, client]),
            Framing::Bare => None,
        };
        if let Some(frame) = &frame {
            writer.bytes(frame);
        }
        writer.bytes(&[Flags::new(head.kind, head.service).0, t0]);
        if !is_ctl {
            writer.bytes(&[t1]);
        } else if t1 != 0 {
            writer.poison(EncodeError::Header);
        }
        let [i0, i1] = head.id.to_le_bytes();
        writer.bytes(&[i0, i1, 0, 0]);
        let tlvs = writer.len();
        Self { writer, framed: frame.is_some(), tlvs }
    }

    /// Appends a TLV. A type must not be used twice.
    #[inline(never)]
    pub fn put(&mut self, tlv: u8, value: &dyn Encode) {
        self.writer.bytes(&[tlv, 0, 0]);
        let start = self.writer.len();
        value.encode(&mut self.writer);
        let len = self.writer.len().saturating_sub(start);
        self.writer.patch_u16(start.saturating_sub(2), len);
    }

    /// Appends a TLV whose value is there already. A type must not be used twice.
    #[inline(never)]
    pub fn put_bytes(&mut self, tlv: u8, value: &[u8]) {
        self.writer.bytes(&[tlv]);
        let at = self.writer.len();
        self.writer.bytes(&[0, 0]);
        self.writer.bytes(value);
        self.writer.patch_u16(at, value.len());
    }

    /// Ends the message and lends what was written.
    ///
    /// # Errors
    ///
    /// The first error that any part met, or [`EncodeError::BufferTooSmall`].
    pub fn finish(mut self) -> Result<&'b mut [u8], EncodeError> {
        self.put_lengths();
        self.writer.finish()
    }

    /// Ends the message and tells its length in bytes: the same as [`finish`](Self::finish) for those who have the buffer
    /// elsewhere, without moving the writer. Nothing may be put behind it.
    ///
    /// # Errors
    ///
    /// Those of [`finish`](Self::finish).
    pub fn end(&mut self) -> Result<usize, EncodeError> {
        self.put_lengths();
        self.writer.written()
    }

    fn put_lengths(&mut self) {
        let len = self.writer.len();
        self.writer.patch_u16(self.tlvs.saturating_sub(2), len.saturating_sub(self.tlvs));
        if self.framed {
            self.writer.patch_u16(1, len.saturating_sub(1));
        }
    }
}
