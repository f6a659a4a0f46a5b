//! The cursors that everything is read and written through, and their errors.

use core::fmt;

/// Why a field could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
#[repr(u32)] // one octet would have the other three copied one by one
pub enum DecodeErrorKind {
    /// The field, or what its length promises, lies outside the input.
    OutOfBounds,
    /// A length that the field cannot have.
    Length,
    /// A value that nothing is defined for.
    Value,
    /// Bytes that are no text in the coding that they are said to have.
    Text,
}

/// A field that could not be read: why, which, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DecodeError {
    /// Why.
    pub kind: DecodeErrorKind,
    /// The field's name in the specification, in Rust case.
    pub field: &'static str,
    /// Offset of the field in bytes, from the start of the input.
    pub offset: u32,
}

impl DecodeError {
    /// An error in `field` at `offset`.
    #[must_use]
    pub fn new(kind: DecodeErrorKind, field: &'static str, offset: usize) -> Self {
        Self { kind, field, offset: u32::try_from(offset).unwrap_or(u32::MAX) }
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfBounds => "runs past the end",
            Self::Length => "impossible length",
            Self::Value => "undefined value",
            Self::Text => "not a text in its coding",
        })
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at offset {}: {}", self.field, self.offset, self.kind)
    }
}

impl core::error::Error for DecodeError {}

/// Why something could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EncodeError {
    /// The buffer is too small.
    BufferTooSmall {
        /// Bytes needed.
        needed: usize,
    },
    /// A value is longer than the specification allows.
    TooLong {
        /// The field's name in the specification, in Rust case.
        field: &'static str,
        /// The longest length allowed, in the field's own units.
        limit: usize,
    },
    /// A character that the coding has no code for.
    Unencodable {
        /// The character.
        character: char,
        /// Characters in front of it.
        index: usize,
    },
    /// A value that the field cannot have.
    Value {
        /// The field's name in the specification, in Rust case.
        field: &'static str,
    },
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BufferTooSmall { needed } => write!(f, "buffer too small, {needed} bytes needed"),
            Self::TooLong { field, limit } => write!(f, "{field} is longer than the {limit} allowed"),
            Self::Unencodable { character, index } => write!(f, "no code for {character:?}, character {index}"),
            Self::Value { field } => write!(f, "{field} cannot have this value"),
        }
    }
}

impl core::error::Error for EncodeError {}

/// The low byte of a word.
pub(crate) fn low(word: u16) -> u8 {
    let [low, _] = word.to_le_bytes();
    low
}

/// `n` as the byte of a length field; writers have checked before that it fits.
pub(crate) fn byte(n: usize) -> u8 {
    u8::try_from(n).unwrap_or(u8::MAX)
}

/// Reads from the front, and knows how far it came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, at: 0 }
    }

    /// Starts in front of `bytes`, whose first byte counts as number `at`.
    pub(crate) fn starting_at(bytes: &'a [u8], at: usize) -> Self {
        Self { rest: bytes, at }
    }

    /// Where the next byte stands.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn bytes(&mut self, n: usize, field: &'static str) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.rest.split_at_checked(n).ok_or(self.error(DecodeErrorKind::OutOfBounds, field))?;
        self.rest = rest;
        self.at = self.at.saturating_add(n);
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], DecodeError> {
        let error = self.error(DecodeErrorKind::OutOfBounds, field);
        self.bytes(N, field)?.try_into().map_err(|_| error)
    }

    pub(crate) fn byte(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.array(field).map(|[byte]| byte)
    }

    /// An error in the field that comes next.
    pub(crate) fn error(&self, kind: DecodeErrorKind, field: &'static str) -> DecodeError {
        DecodeError::new(kind, field, self.at)
    }
}

/// Writes into a caller's buffer. Past its end it only counts, so that an empty buffer measures;
/// [`finish`](Self::finish) is the one place where overflow shows.
#[derive(Debug)]
pub struct Writer<'b> {
    buf: &'b mut [u8],
    len: usize,
    error: Option<EncodeError>,
}

impl<'b> Writer<'b> {
    /// Starts at the beginning of `buf`.
    pub fn new(buf: &'b mut [u8]) -> Self {
        Self { buf, len: 0, error: None }
    }

    /// Bytes written so far, those past the end included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends one byte.
    #[inline(never)]
    pub fn byte(&mut self, value: u8) {
        if let Some(place) = self.buf.get_mut(self.len) {
            *place = value;
        }
        self.len = self.len.wrapping_add(1);
    }

    /// Appends `src`.
    #[inline(never)]
    pub fn bytes(&mut self, src: &[u8]) {
        // One by one: what copies several at once is a function of its own in firmware, and a large one.
        src.iter().for_each(|byte| self.byte(*byte));
    }

    /// Overwrites the bytes at `at`, which must have been written before.
    #[inline(never)]
    pub fn patch(&mut self, at: usize, src: &[u8]) {
        if let Some(dst) = at.checked_add(src.len()).and_then(|end| self.buf.get_mut(at..end)) {
            dst.copy_from_slice(src);
        }
    }

    /// Spoils what is written: [`finish`](Self::finish) will fail with `error`. The first error stays.
    pub fn poison(&mut self, error: EncodeError) {
        self.error = self.error.or(Some(error));
    }

    /// Ends, and lends what was written.
    ///
    /// # Errors
    ///
    /// The first error that any part met, or [`EncodeError::BufferTooSmall`].
    pub fn finish(self) -> Result<&'b mut [u8], EncodeError> {
        let needed = self.len;
        match (self.error, self.buf.get_mut(..needed)) {
            (Some(error), _) => Err(error),
            (None, Some(written)) => Ok(written),
            (None, None) => Err(EncodeError::BufferTooSmall { needed }),
        }
    }
}
