//! The nine message types (MBIM 1.0 §9.3, §9.4), whole or in fragments.
//!
//! A *transfer* is what crosses the control pipe at once: a whole message, or one fragment of a long one. COMMAND,
//! COMMAND_DONE and INDICATE_STATUS carry a fragment header even when they are whole; what follows it, the *payload*, has
//! the same layout whether it came in one transfer or was put together by an [`Assembler`](crate::fragment::Assembler).

use core::fmt;

use crate::codec::{EncodeError, Writer, length, word};
use crate::field::{Command, Encode, Query, Set, View};
use crate::status::{ProtocolError, Status};
use crate::uuid::Uuid;

crate::open_enum! {
    /// Type of a message. Bit 31 is set in what the function sends.
    pub struct MessageType(u32) {
        /// Host opens the function.
        OPEN = 1,
        /// Host closes the function.
        CLOSE = 2,
        /// Host queries or sets.
        COMMAND = 3,
        /// Host complains.
        HOST_ERROR = 4,
        /// Answer to OPEN.
        OPEN_DONE = 0x8000_0001,
        /// Answer to CLOSE.
        CLOSE_DONE = 0x8000_0002,
        /// Answer to COMMAND.
        COMMAND_DONE = 0x8000_0003,
        /// Function complains.
        FUNCTION_ERROR = 0x8000_0004,
        /// Function tells unasked.
        INDICATE_STATUS = 0x8000_0007,
    }
}

crate::open_enum! {
    /// What a COMMAND asks for.
    pub struct CommandType(u32) {
        /// Query.
        QUERY = 0,
        /// Set.
        SET = 1,
    }
}

/// Bytes of the header that every transfer has.
pub const HEADER_LEN: usize = 12;
/// Bytes of message header and fragment header together.
pub const FRAGMENT_HEADER_LEN: usize = 20;
/// Bytes in front of the information buffer of COMMAND and COMMAND_DONE.
pub const COMMAND_HEADER_LEN: usize = 48;
/// Bytes in front of the information buffer of INDICATE_STATUS, which has no status word.
pub const INDICATION_HEADER_LEN: usize = 44;
/// Smallest maximum control transfer that a function may ask for, in bytes.
pub const MIN_CONTROL_TRANSFER: u32 = 64;
/// Maximum control transfer where nothing better is known, in bytes.
pub const DEFAULT_CONTROL_TRANSFER: u32 = 4096;

/// Why a transfer or payload is not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum HeaderError {
    /// Bytes are missing at the end; whoever reads a stream waits for them.
    Incomplete {
        /// Bytes that are needed in all.
        needed: usize,
    },
    /// Unknown message type.
    Type(u32),
    /// The message length (offset 4) is shorter than the message type demands.
    Length(u32),
    /// The fragment header (offset 12) is impossible: no fragments, or a number beyond them.
    Fragment {
        /// Fragments in all.
        total: u32,
        /// Number of this one, from 0.
        current: u32,
    },
    /// The information buffer is longer than the message: the length stated, in bytes.
    InformationBuffer(u32),
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete { needed } => write!(f, "message incomplete, {needed} bytes needed"),
            Self::Type(n) => write!(f, "MessageType at offset 0: unknown type {n:#010x}"),
            Self::Length(n) => write!(f, "MessageLength at offset 4: {n} is too short for the type"),
            Self::Fragment { total, current } => {
                write!(f, "fragment header at offset 12: fragment {current} of {total} is impossible")
            }
            Self::InformationBuffer(n) => {
                write!(f, "InformationBufferLength: {n} bytes run past the end of the message")
            }
        }
    }
}

impl core::error::Error for HeaderError {}

/// A bounds-checked cursor for headers.
#[derive(Clone, Copy)]
struct Words<'a>(&'a [u8]);

impl Words<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn word(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }
}

/// One transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transfer<'a> {
    /// Transaction id; 0 in indications.
    pub transaction_id: u32,
    /// Length by the header, in bytes.
    pub length: usize,
    /// What it is.
    pub body: Body<'a>,
}

/// What a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body<'a> {
    /// Host opens; asks for transfers of at most so many bytes.
    Open {
        /// Largest transfer that the host takes, in bytes.
        max_control_transfer: u32,
    },
    /// Host closes.
    Close,
    /// Host queries or sets.
    Command(Fragment<'a>),
    /// Host complains about the transaction.
    HostError(ProtocolError),
    /// Answer to OPEN.
    OpenDone(Status),
    /// Answer to CLOSE.
    CloseDone(Status),
    /// Answer to COMMAND.
    CommandDone(Fragment<'a>),
    /// Function complains about the transaction.
    FunctionError(ProtocolError),
    /// Function tells unasked.
    IndicateStatus(Fragment<'a>),
}

/// A whole payload or a piece of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a> {
    /// Type of the message it belongs to.
    pub kind: MessageType,
    /// Transaction id of the message it belongs to.
    pub transaction_id: u32,
    /// Fragments in all, at least 1.
    pub total: u32,
    /// Number of this one, from 0.
    pub current: u32,
    /// Bytes behind the fragment header.
    pub payload: &'a [u8],
}

impl Fragment<'_> {
    /// Whether the message has no other fragments.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.total == 1
    }
}

impl<'a> Transfer<'a> {
    /// Reads the transfer at the start of `bytes`; bytes behind its length are left alone.
    ///
    /// # Errors
    ///
    /// [`HeaderError`]; `Incomplete` for every proper prefix of a valid transfer.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, HeaderError> {
        let mut words = Words(bytes);
        let header = (words.word(), words.word(), words.word());
        let (Some(kind), Some(stated), Some(transaction_id)) = header else {
            return Err(HeaderError::Incomplete { needed: HEADER_LEN });
        };
        let kind = MessageType(kind);
        let least = match kind {
            MessageType::CLOSE => HEADER_LEN,
            MessageType::OPEN
            | MessageType::HOST_ERROR
            | MessageType::OPEN_DONE
            | MessageType::CLOSE_DONE
            | MessageType::FUNCTION_ERROR => 16,
            MessageType::COMMAND | MessageType::COMMAND_DONE | MessageType::INDICATE_STATUS => FRAGMENT_HEADER_LEN,
            _ => return Err(HeaderError::Type(kind.0)),
        };
        let needed = length(stated);
        if needed < least {
            return Err(HeaderError::Length(stated));
        }
        let mut words = Words(bytes.get(HEADER_LEN..needed).ok_or(HeaderError::Incomplete { needed })?);
        let first = words.word().unwrap_or(0); // only CLOSE, which needs none, can lack it
        let body = match kind {
            MessageType::OPEN => Body::Open { max_control_transfer: first },
            MessageType::CLOSE => Body::Close,
            MessageType::HOST_ERROR => Body::HostError(ProtocolError(first)),
            MessageType::OPEN_DONE => Body::OpenDone(Status(first)),
            MessageType::CLOSE_DONE => Body::CloseDone(Status(first)),
            MessageType::FUNCTION_ERROR => Body::FunctionError(ProtocolError(first)),
            _ => {
                let (total, current) = (first, words.word().unwrap_or(u32::MAX));
                if current >= total {
                    return Err(HeaderError::Fragment { total, current });
                }
                let fragment = Fragment { kind, transaction_id, total, current, payload: words.0 };
                match kind {
                    MessageType::COMMAND => Body::Command(fragment),
                    MessageType::COMMAND_DONE => Body::CommandDone(fragment),
                    _ => Body::IndicateStatus(fragment),
                }
            }
        };
        Ok(Self { transaction_id, length: needed, body })
    }

    /// Type of the message.
    #[must_use]
    pub const fn kind(&self) -> MessageType {
        match self.body {
            Body::Open { .. } => MessageType::OPEN,
            Body::Close => MessageType::CLOSE,
            Body::HostError(_) => MessageType::HOST_ERROR,
            Body::OpenDone(_) => MessageType::OPEN_DONE,
            Body::CloseDone(_) => MessageType::CLOSE_DONE,
            Body::FunctionError(_) => MessageType::FUNCTION_ERROR,
            Body::Command(fragment) | Body::CommandDone(fragment) | Body::IndicateStatus(fragment) => fragment.kind,
        }
    }
}

/// The payload of a COMMAND.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandMessage<'a> {
    /// Device service.
    pub service: Uuid,
    /// Command identifier.
    pub cid: u32,
    /// Query or set.
    pub kind: CommandType,
    /// Information buffer.
    pub body: &'a [u8],
}

/// The payload of a COMMAND_DONE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandDone<'a> {
    /// Device service.
    pub service: Uuid,
    /// Command identifier.
    pub cid: u32,
    /// How the command ended.
    pub status: Status,
    /// Information buffer. Some commands have one even when they failed: it says why.
    pub body: &'a [u8],
}

/// The payload of an INDICATE_STATUS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IndicateStatus<'a> {
    /// Device service.
    pub service: Uuid,
    /// Command identifier.
    pub cid: u32,
    /// Information buffer.
    pub body: &'a [u8],
}

/// Cuts the information buffer, whose length comes next, off the rest; padding behind it is dropped.
fn information_buffer<'a>(words: &mut Words<'a>, header: usize) -> Result<&'a [u8], HeaderError> {
    let stated = words.word().ok_or(HeaderError::Incomplete { needed: header })?;
    words.0.get(..length(stated)).ok_or(HeaderError::InformationBuffer(stated))
}

fn uuid_and_words<const N: usize>(payload: &[u8], header: usize) -> Result<(Uuid, [u32; N], &[u8]), HeaderError> {
    let short = HeaderError::Incomplete { needed: header };
    let mut words = Words(payload);
    let service = Uuid(words.take().ok_or(short)?);
    let mut numbers = [0; N];
    for n in &mut numbers {
        *n = words.word().ok_or(short)?;
    }
    Ok((service, numbers, information_buffer(&mut words, header)?))
}

impl<'a> CommandMessage<'a> {
    /// Reads a whole payload.
    ///
    /// # Errors
    ///
    /// [`HeaderError::Incomplete`] with the length of a whole message, or [`HeaderError::InformationBuffer`].
    pub fn parse(payload: &'a [u8]) -> Result<Self, HeaderError> {
        let (service, [cid, kind], body) = uuid_and_words(payload, COMMAND_HEADER_LEN)?;
        Ok(Self { service, cid, kind: CommandType(kind), body })
    }
}

impl<'a> CommandDone<'a> {
    /// Reads a whole payload.
    ///
    /// # Errors
    ///
    /// As [`CommandMessage::parse`].
    pub fn parse(payload: &'a [u8]) -> Result<Self, HeaderError> {
        let (service, [cid, status], body) = uuid_and_words(payload, COMMAND_HEADER_LEN)?;
        Ok(Self { service, cid, status: Status(status), body })
    }
}

impl<'a> IndicateStatus<'a> {
    /// Reads a whole payload.
    ///
    /// # Errors
    ///
    /// As [`CommandMessage::parse`].
    pub fn parse(payload: &'a [u8]) -> Result<Self, HeaderError> {
        let (service, [cid], body) = uuid_and_words(payload, INDICATION_HEADER_LEN)?;
        Ok(Self { service, cid, body })
    }
}

impl<'a> Fragment<'a> {
    /// The COMMAND in a whole payload.
    ///
    /// # Errors
    ///
    /// As [`CommandMessage::parse`].
    pub fn command(&self) -> Result<CommandMessage<'a>, HeaderError> {
        CommandMessage::parse(self.payload)
    }

    /// The COMMAND_DONE in a whole payload.
    ///
    /// # Errors
    ///
    /// As [`CommandMessage::parse`].
    pub fn command_done(&self) -> Result<CommandDone<'a>, HeaderError> {
        CommandDone::parse(self.payload)
    }

    /// The INDICATE_STATUS in a whole payload.
    ///
    /// # Errors
    ///
    /// As [`CommandMessage::parse`].
    pub fn indicate_status(&self) -> Result<IndicateStatus<'a>, HeaderError> {
        IndicateStatus::parse(self.payload)
    }
}

fn header(w: &mut Writer<'_>, kind: MessageType, transaction_id: u32) {
    w.bytes(&kind.0.to_le_bytes());
    w.bytes(&[0; 4]);
    w.bytes(&transaction_id.to_le_bytes());
}

fn finish<'b>(mut w: Writer<'b>) -> Result<&'b mut [u8], EncodeError> {
    let len = word(w.len());
    w.patch(4, &len.to_le_bytes());
    w.finish()
}

/// Writes a message that consists of a header and at most one word.
fn write_short(
    buf: &mut [u8],
    kind: MessageType,
    transaction_id: u32,
    value: Option<u32>,
) -> Result<&mut [u8], EncodeError> {
    let mut w = Writer::new(buf);
    header(&mut w, kind, transaction_id);
    if let Some(value) = value {
        w.bytes(&value.to_le_bytes());
    }
    finish(w)
}

/// Writes an OPEN that asks for transfers of at most `max_control_transfer` bytes.
///
/// # Errors
///
/// [`EncodeError::BufferTooSmall`].
pub fn write_open(buf: &mut [u8], transaction_id: u32, max_control_transfer: u32) -> Result<&mut [u8], EncodeError> {
    write_short(buf, MessageType::OPEN, transaction_id, Some(max_control_transfer))
}

/// Writes a CLOSE.
///
/// # Errors
///
/// [`EncodeError::BufferTooSmall`].
pub fn write_close(buf: &mut [u8], transaction_id: u32) -> Result<&mut [u8], EncodeError> {
    write_short(buf, MessageType::CLOSE, transaction_id, None)
}

/// Writes a HOST_ERROR about the transaction.
///
/// # Errors
///
/// [`EncodeError::BufferTooSmall`].
pub fn write_host_error(buf: &mut [u8], transaction_id: u32, error: ProtocolError) -> Result<&mut [u8], EncodeError> {
    write_short(buf, MessageType::HOST_ERROR, transaction_id, Some(error.0))
}

/// Writes an OPEN_DONE.
///
/// # Errors
///
/// [`EncodeError::BufferTooSmall`].
pub fn write_open_done(buf: &mut [u8], transaction_id: u32, status: Status) -> Result<&mut [u8], EncodeError> {
    write_short(buf, MessageType::OPEN_DONE, transaction_id, Some(status.0))
}

/// Writes a CLOSE_DONE.
///
/// # Errors
///
/// [`EncodeError::BufferTooSmall`].
pub fn write_close_done(buf: &mut [u8], transaction_id: u32, status: Status) -> Result<&mut [u8], EncodeError> {
    write_short(buf, MessageType::CLOSE_DONE, transaction_id, Some(status.0))
}

/// Writes a FUNCTION_ERROR about the transaction.
///
/// # Errors
///
/// [`EncodeError::BufferTooSmall`].
pub fn write_function_error(
    buf: &mut [u8],
    transaction_id: u32,
    error: ProtocolError,
) -> Result<&mut [u8], EncodeError> {
    write_short(buf, MessageType::FUNCTION_ERROR, transaction_id, Some(error.0))
}

/// Writes a message with fragment header and information buffer, as one fragment.
fn write_long<'b>(
    buf: &'b mut [u8],
    kind: MessageType,
    transaction_id: u32,
    service: Uuid,
    words: &[u32],
    body: &dyn Encode,
) -> Result<&'b mut [u8], EncodeError> {
    let mut w = Writer::new(buf);
    header(&mut w, kind, transaction_id);
    w.bytes(&[1, 0, 0, 0, 0, 0, 0, 0]);
    w.bytes(&service.0);
    words.iter().for_each(|n| w.bytes(&n.to_le_bytes()));
    let at = w.len();
    w.bytes(&[0; 4]);
    let start = w.len();
    w.structure(body);
    let len = word(w.len().saturating_sub(start));
    w.patch(at, &len.to_le_bytes());
    finish(w)
}

/// Writes a COMMAND of any service. It may be longer than one transfer: see [`Splitter`](crate::fragment::Splitter).
///
/// # Errors
///
/// [`EncodeError`].
pub fn write_command<'b>(
    buf: &'b mut [u8],
    transaction_id: u32,
    service: Uuid,
    cid: u32,
    kind: CommandType,
    body: &dyn Encode,
) -> Result<&'b mut [u8], EncodeError> {
    write_long(buf, MessageType::COMMAND, transaction_id, service, &[cid, kind.0], body)
}

/// Writes the query form of a declared command.
///
/// # Errors
///
/// [`EncodeError`].
pub fn write_query<'b, 'p, Q: Query>(
    buf: &'b mut [u8],
    transaction_id: u32,
    params: &<Q::Params<'p> as View<'p>>::Value,
) -> Result<&'b mut [u8], EncodeError> {
    write_command(buf, transaction_id, <Q as Command>::SERVICE, Q::CID, CommandType::QUERY, params)
}

/// Writes the set form of a declared command.
///
/// # Errors
///
/// [`EncodeError`].
pub fn write_set<'b, 'p, S: Set>(
    buf: &'b mut [u8],
    transaction_id: u32,
    params: &<S::Params<'p> as View<'p>>::Value,
) -> Result<&'b mut [u8], EncodeError> {
    write_command(buf, transaction_id, <S as Command>::SERVICE, S::CID, CommandType::SET, params)
}

/// Writes a COMMAND_DONE.
///
/// # Errors
///
/// [`EncodeError`].
pub fn write_command_done<'b>(
    buf: &'b mut [u8],
    transaction_id: u32,
    service: Uuid,
    cid: u32,
    status: Status,
    body: &dyn Encode,
) -> Result<&'b mut [u8], EncodeError> {
    write_long(buf, MessageType::COMMAND_DONE, transaction_id, service, &[cid, status.0], body)
}

/// Writes an INDICATE_STATUS; its transaction id is 0.
///
/// # Errors
///
/// [`EncodeError`].
pub fn write_indicate_status<'b>(
    buf: &'b mut [u8],
    service: Uuid,
    cid: u32,
    body: &dyn Encode,
) -> Result<&'b mut [u8], EncodeError> {
    write_long(buf, MessageType::INDICATE_STATUS, 0, service, &[cid], body)
}
