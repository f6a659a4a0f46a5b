//! The cursor that everything is written through, the two doors everything is read through, and their errors.

use core::fmt;

/// Why a field could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The field, or the data it points to, lies outside the structure.
    OutOfBounds,
    /// A count promises more elements than the structure has room for.
    Count,
    /// UTF-16 text with an odd number of bytes, or bytes that are not UTF-8.
    Text,
    /// A TLV is missing, has another type than expected, or a length that does not fit its type.
    Tlv,
    /// A value that the specification does not allow here.
    Value,
}

/// A field that could not be read: why, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DecodeError {
    /// Why.
    pub kind: DecodeErrorKind,
    /// Offset of the field in bytes, from the start of the structure that holds it (for fields of the message itself:
    /// from the start of the information buffer).
    pub offset: u32,
}

impl DecodeError {
    /// An error at `offset`.
    #[must_use]
    pub fn new(kind: DecodeErrorKind, offset: usize) -> Self {
        Self { kind, offset: u32::try_from(offset).unwrap_or(u32::MAX) }
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfBounds => "runs past the end",
            Self::Count => "count exceeds the room for elements",
            Self::Text => "text is not valid UTF-16 or UTF-8",
            Self::Tlv => "TLV missing, of another type, or of a length that does not fit",
            Self::Value => "value not allowed here",
        })
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "field at offset {}: {}", self.offset, self.kind)
    }
}

impl core::error::Error for DecodeError {}

/// Why a message could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EncodeError {
    /// The buffer is too small.
    BufferTooSmall {
        /// Bytes that the message needs.
        needed: usize,
    },
    /// A text or byte string is longer than the specification allows.
    TooLong {
        /// The longest length allowed, in bytes on the wire.
        limit: usize,
    },
    /// Two fields that share one length field differ in length.
    LengthsDiffer,
    /// A conditional field is set although its condition does not hold, or missing although it does.
    Condition,
    /// A value that was read from another message and is to be written again is malformed.
    Malformed(DecodeError),
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BufferTooSmall { needed } => write!(f, "buffer too small, {needed} bytes needed"),
            Self::TooLong { limit } => write!(f, "value longer than the {limit} bytes allowed"),
            Self::LengthsDiffer => f.write_str("fields that share a length differ in length"),
            Self::Condition => f.write_str("conditional field against its condition"),
            Self::Malformed(error) => write!(f, "value taken from another message: {error}"),
        }
    }
}

impl core::error::Error for EncodeError {}

/// Reads the little-endian word at `at`. With [`region_at`] the only place where reading checks bounds.
#[inline(never)]
pub(crate) fn word_at(base: &[u8], at: usize) -> Result<u32, DecodeError> {
    match base.get(at..).and_then(<[u8]>::first_chunk) {
        Some(bytes) => Ok(u32::from_le_bytes(*bytes)),
        None => Err(DecodeError::new(DecodeErrorKind::OutOfBounds, at)),
    }
}

/// Lends `size` bytes from `offset`; a failure is reported at `at`, the field that points there. Offset 0 is refused, as
/// the specification's compliance test demands: the data would lie over the fixed part.
#[inline(never)]
pub(crate) fn region_at(base: &[u8], offset: u32, size: u32, at: usize) -> Result<&[u8], DecodeError> {
    region(base, offset, size).ok_or(DecodeError::new(DecodeErrorKind::OutOfBounds, at))
}

fn region(base: &[u8], offset: u32, size: u32) -> Option<&[u8]> {
    let offset = usize::try_from(offset).ok().filter(|offset| *offset > 0)?;
    base.get(offset..)?.get(..usize::try_from(size).ok()?)
}

/// Lends `N` bytes in place.
pub(crate) fn array_at<const N: usize>(base: &[u8], at: usize) -> Result<&[u8; N], DecodeError> {
    base.get(at..).and_then(<[u8]>::first_chunk).ok_or(DecodeError::new(DecodeErrorKind::OutOfBounds, at))
}

/// `n` rounded up to a multiple of four, the alignment of everything variable in MBIM.
pub(crate) const fn align4(n: usize) -> usize {
    n.saturating_add(3) & !3
}

/// `n` as a wire word; what does not fit cannot fit into a message either, and ends as out of bounds.
pub(crate) fn word(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A wire word as a length; on a 16-bit machine what does not fit ends as out of bounds.
pub(crate) fn length(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// Writes into a caller's buffer. Past its end it only counts, so that an empty buffer measures; [`finish`](Self::finish)
/// is the one place where overflow shows.
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

    /// Appends `src`.
    #[inline(never)]
    pub fn bytes(&mut self, src: &[u8]) {
        let at = self.len;
        self.len = at.saturating_add(src.len());
        self.patch(at, src);
    }

    /// Appends `n` zeros.
    pub fn zeros(&mut self, n: usize) {
        let end = self.len.saturating_add(n);
        let room = self.buf.len();
        if let Some(gap) = self.buf.get_mut(self.len.min(room)..end.min(room)) {
            gap.fill(0);
        }
        self.len = end;
    }

    /// Overwrites the bytes at `at`, which must have been written before.
    #[inline(never)]
    pub fn patch(&mut self, at: usize, src: &[u8]) {
        if let Some(dst) = at.checked_add(src.len()).and_then(|end| self.buf.get_mut(at..end)) {
            dst.copy_from_slice(src);
        }
    }

    /// Spoils the message: [`finish`](Self::finish) will fail with `error`. The first error stays.
    pub fn poison(&mut self, error: EncodeError) {
        self.error = self.error.or(Some(error));
    }

    /// Appends a structure with its variable data.
    pub fn structure(&mut self, value: &dyn crate::Encode) {
        let base = self.len;
        self.zeros(value.fixed_len());
        value.fill(&mut StructWriter { writer: self, base });
    }

    /// Ends the message and lends what was written.
    ///
    /// # Errors
    ///
    /// The first error that any part met, or [`EncodeError::BufferTooSmall`].
    pub fn finish(self) -> Result<&'b mut [u8], EncodeError> {
        let needed = self.len;
        match (self.error, self.buf.get_mut(..needed)) {
            (Some(error), _) => Err(error),
            (None, Some(message)) => Ok(message),
            (None, None) => Err(EncodeError::BufferTooSmall { needed }),
        }
    }

    fn word_back(&self, at: usize) -> Option<u32> {
        self.buf.get(at..).and_then(<[u8]>::first_chunk).map(|b| u32::from_le_bytes(*b))
    }
}

/// Writes one structure: [`word`](Self::word) and its neighbours fill the fixed part, which is already there as zeros;
/// [`append`](Self::append) and [`structure`](Self::structure) add to the data part behind it.
#[derive(Debug)]
pub struct StructWriter<'w, 'b> {
    writer: &'w mut Writer<'b>,
    base: usize,
}

impl StructWriter<'_, '_> {
    /// Fills a word of the fixed part.
    #[inline(never)]
    pub fn word(&mut self, at: usize, value: u32) {
        self.patch(at, &value.to_le_bytes());
    }

    /// Fills bytes of the fixed part.
    pub fn patch(&mut self, at: usize, src: &[u8]) {
        self.writer.patch(self.base.saturating_add(at), src);
    }

    /// Appends to the data part, padded with zeros to a multiple of four; returns the offset from the structure's start.
    pub fn append(&mut self, data: &[u8]) -> u32 {
        let at = self.next();
        self.writer.bytes(data);
        self.pad(data.len());
        at
    }

    /// Appends `n` zeros, to be filled.
    pub fn zeros(&mut self, n: usize) {
        self.writer.zeros(n);
    }

    /// Appends without padding.
    pub fn append_unpadded(&mut self, data: &[u8]) {
        self.writer.bytes(data);
    }

    /// Adds the zeros that bring an item of `len` bytes to a multiple of four.
    pub fn pad(&mut self, len: usize) {
        self.writer.zeros(align4(len).saturating_sub(len));
    }

    /// Appends a structure to the data part; returns its offset and length.
    pub fn structure(&mut self, value: &dyn crate::Encode) -> (u32, u32) {
        let at = self.next();
        self.writer.structure(value);
        (at, self.next().saturating_sub(at))
    }

    /// Fills a structure whose fixed part lies inside this fixed part, at `at`.
    pub fn nested(&mut self, at: usize, value: &dyn crate::Encode) {
        value.fill(&mut StructWriter { base: self.base.saturating_add(at), writer: self.writer });
    }

    /// Offset from the structure's start at which the next item of the data part will lie.
    #[must_use]
    pub fn next(&self) -> u32 {
        word(self.writer.len.saturating_sub(self.base))
    }

    /// The word written at `at` of the fixed part; `None` past the end of a buffer that is too small.
    pub(crate) fn written(&self, at: usize) -> Option<u32> {
        self.writer.word_back(self.base.saturating_add(at))
    }

    /// Fills the count that stands `back` bytes before `at`. Two lists may share a count if they are equally long.
    pub fn count(&mut self, at: usize, back: usize, n: usize) {
        let at = at.saturating_sub(back);
        let before = self.writer.word_back(self.base.saturating_add(at)).unwrap_or(0);
        if before != 0 && before != word(n) {
            self.writer.poison(EncodeError::LengthsDiffer);
        }
        self.word(at, word(n));
    }

    /// Spoils the whole message, see [`Writer::poison`].
    pub fn poison(&mut self, error: EncodeError) {
        self.writer.poison(error);
    }
}
