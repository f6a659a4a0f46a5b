//! Long messages: cut into transfers of the negotiated size, and put together again (MBIM 1.0 §9.2, §9.5).
//!
//! Both work in place. [`Splitter`] writes each fragment's header over bytes that have already been sent; [`Assembler`]
//! collects payloads in a caller's buffer. Time limits are the session's business.

use core::fmt;

use crate::codec::{word, word_at};
use crate::message::{FRAGMENT_HEADER_LEN, Fragment, MessageType};

/// Cuts a message into fragments, in its own buffer.
///
/// All but the last fragment are filled to the limit. A message that fits, or of a type that is never fragmented, comes
/// out unchanged.
#[derive(Clone, Copy, Debug)]
pub struct Splitter {
    kind: MessageType,
    transaction_id: u32,
    /// Bytes of the message.
    len: usize,
    /// Payload bytes in a full fragment.
    chunk: usize,
    total: u32,
    next: u32,
}

impl Splitter {
    /// Prepares to cut `message` into transfers of at most `limit` bytes (at least 21: a header and one byte).
    #[must_use]
    pub fn new(message: &[u8], limit: usize) -> Self {
        let chunk = limit.saturating_sub(FRAGMENT_HEADER_LEN).max(1);
        let word_of = |at| word_at(message, at).unwrap_or(0);
        let (kind, transaction_id) = (MessageType(word_of(0)), word_of(8));
        let whole = message.len() <= limit
            || !matches!(kind, MessageType::COMMAND | MessageType::COMMAND_DONE | MessageType::INDICATE_STATUS);
        let total = if whole { 1 } else { word(message.len().saturating_sub(FRAGMENT_HEADER_LEN).div_ceil(chunk)) };
        Self { kind, transaction_id, len: message.len(), chunk, total, next: 0 }
    }

    /// How many transfers there are in all.
    #[must_use]
    pub const fn total(&self) -> u32 {
        self.total
    }

    /// The transaction that the message belongs to.
    #[must_use]
    pub const fn transaction_id(&self) -> u32 {
        self.transaction_id
    }

    /// Whether nothing was lent yet.
    #[must_use]
    pub const fn is_fresh(&self) -> bool {
        self.next == 0
    }

    /// Whether everything was lent.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.next >= self.total
    }

    /// Lends the next transfer out of `message`, the buffer that holds the message that [`new`](Self::new) saw; `None`
    /// after the last.
    pub fn next<'m>(&mut self, message: &'m mut [u8]) -> Option<&'m [u8]> {
        if self.is_done() {
            return None;
        }
        let current = self.next;
        self.next = current.saturating_add(1);
        if self.total == 1 {
            return message.get(..self.len);
        }
        let start = usize::try_from(current).ok()?.checked_mul(self.chunk)?;
        let end = start.checked_add(self.chunk)?.checked_add(FRAGMENT_HEADER_LEN)?.min(self.len);
        let fragment = message.get_mut(start..end)?;
        let words = [self.kind.0, word(fragment.len()), self.transaction_id, self.total, current];
        for (place, value) in fragment.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&value.to_le_bytes());
        }
        Some(fragment)
    }
}

/// What a fragment led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// More fragments are to come.
    Pending,
    /// The message is whole: [`Assembler::payload`] lends it.
    Whole,
}

/// Why a fragment was refused. The assembly it belonged to, if any, is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum AssemblyError {
    /// Not the fragment that comes next: a gap, a repetition, a changed total, an empty piece.
    OutOfSequence,
    /// The message does not fit the buffer.
    TooLong {
        /// Bytes needed so far.
        needed: usize,
    },
}

impl fmt::Display for AssemblyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfSequence => f.write_str("fragment out of sequence"),
            Self::TooLong { needed } => write!(f, "fragmented message too long, {needed} bytes needed"),
        }
    }
}

impl core::error::Error for AssemblyError {}

/// Puts one message at a time together, in a caller's buffer.
#[derive(Debug)]
pub struct Assembler<'b> {
    buf: &'b mut [u8],
    len: usize,
    partial: Option<Partial>,
}

#[derive(Clone, Copy, Debug)]
struct Partial {
    kind: MessageType,
    transaction_id: u32,
    total: u32,
    next: u32,
}

impl<'b> Assembler<'b> {
    /// An assembler for payloads of up to `buf.len()` bytes. With an empty buffer it refuses every fragmented message.
    pub fn new(buf: &'b mut [u8]) -> Self {
        Self { buf, len: 0, partial: None }
    }

    /// The transaction whose fragments are awaited.
    #[must_use]
    pub fn pending(&self) -> Option<u32> {
        self.partial.map(|partial| partial.transaction_id)
    }

    /// Throws away what was collected; returns the transaction it belonged to.
    pub fn abort(&mut self) -> Option<u32> {
        self.partial.take().map(|partial| partial.transaction_id)
    }

    /// Takes one fragment of a message that has several. The first fragment of another message starts anew; whoever must
    /// report the message that is thereby given up asks [`pending`](Self::pending) before. A first fragment of the same
    /// transaction is out of sequence; indications all have transaction 0, and whoever rather wants the new one calls
    /// [`abort`](Self::abort) before.
    ///
    /// # Errors
    ///
    /// [`AssemblyError`]. The message that the fragment belongs to is given up; another one under way stays.
    #[inline(never)]
    pub fn push(&mut self, fragment: &Fragment<'_>) -> Result<Progress, AssemblyError> {
        let before = self.partial.take();
        let mut partial = match before {
            Some(p) if p.kind == fragment.kind && p.transaction_id == fragment.transaction_id => p,
            _ if fragment.current == 0 => {
                self.len = 0;
                Partial { kind: fragment.kind, transaction_id: fragment.transaction_id, total: fragment.total, next: 0 }
            }
            _ => {
                // A stray piece of another message must not hurt the one that is under way.
                self.partial = before;
                return Err(AssemblyError::OutOfSequence);
            }
        };
        if fragment.current != partial.next || fragment.total != partial.total || fragment.payload.is_empty() {
            return Err(AssemblyError::OutOfSequence);
        }
        let length = fragment.payload.len();
        let needed = self.len.saturating_add(length);
        let room = self.buf.get_mut(self.len..);
        let Some(place) = room.and_then(|room| room.get_mut(..length)) else {
            return Err(AssemblyError::TooLong { needed });
        };
        place.copy_from_slice(fragment.payload);
        self.len = needed;
        partial.next = partial.next.saturating_add(1);
        if partial.next == partial.total {
            return Ok(Progress::Whole);
        }
        self.partial = Some(partial);
        Ok(Progress::Pending)
    }

    /// The payload collected so far; whole after [`Progress::Whole`], until the next [`push`](Self::push).
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or(&[])
    }
}
