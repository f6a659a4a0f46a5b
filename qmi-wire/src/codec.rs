//! The two cursors: everything is read through [`Reader`] and written through [`Writer`]; and their errors.

use core::fmt;

use crate::service::Service;

/// Why a value could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The TLV is mandatory and not there.
    Missing,
    /// The value runs past the end of its TLV.
    OutOfBounds,
    /// A count promises more elements than the TLV has room for.
    Count,
}

/// A TLV that could not be read: why, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DecodeError {
    /// Why.
    pub kind: DecodeErrorKind,
    /// The service of the message.
    pub service: Service,
    /// The message's number.
    pub message: u16,
    /// The TLV's type.
    pub tlv: u8,
    /// Offset in bytes, from the start of the TLV's value.
    pub offset: u16,
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "mandatory TLV missing",
            Self::OutOfBounds => "runs past the end of the TLV",
            Self::Count => "count exceeds the room for elements",
        })
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, service, message, tlv, offset } = self;
        write!(f, "{service} message {message:#06x}, TLV {tlv:#04x}, offset {offset}: {kind}")
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
    /// A text, list, TLV or message is longer than its length field or its format allows.
    TooLong {
        /// The greatest length allowed: elements of a list, else bytes.
        limit: usize,
    },
    /// A number does not fit the width it is carried in.
    OutOfRange,
    /// A transaction of the control service above 255, or a service above 255 in a QMUX frame.
    Header,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BufferTooSmall { needed } => write!(f, "buffer too small, {needed} bytes needed"),
            Self::TooLong { limit } => write!(f, "longer than the {limit} allowed"),
            Self::OutOfRange => f.write_str("number does not fit the width it is carried in"),
            Self::Header => f.write_str("service or transaction number does not fit the header"),
        }
    }
}

impl core::error::Error for EncodeError {}

/// Reads a value front to back. After a failure it stands where the failed read began.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    len: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, len: bytes.len() }
    }

    /// Bytes read so far.
    #[must_use]
    pub const fn at(&self) -> usize {
        self.len.saturating_sub(self.rest.len())
    }

    /// Bytes left.
    #[must_use]
    pub const fn left(&self) -> usize {
        self.rest.len()
    }

    /// Takes `N` bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] if fewer are left.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeErrorKind> {
        let (head, rest) = self.rest.split_first_chunk().ok_or(DecodeErrorKind::OutOfBounds)?;
        self.rest = rest;
        Ok(*head)
    }

    /// Takes `n` bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] if fewer are left.
    pub fn bytes(&mut self, n: usize) -> Result<&'a [u8], DecodeErrorKind> {
        self.take(n).ok_or(DecodeErrorKind::OutOfBounds)
    }

    /// Takes `n` bytes; `None` if fewer are left.
    #[inline(never)]
    pub fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(n)?;
        self.rest = rest;
        Some(head)
    }

    /// Takes all that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }
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

    /// Overwrites the bytes at `at`, which must have been written before.
    #[inline(never)]
    pub fn patch(&mut self, at: usize, src: &[u8]) {
        if let Some(dst) = at.checked_add(src.len()).and_then(|end| self.buf.get_mut(at..end)) {
            copy(dst.iter_mut(), src.iter());
        }
    }

    /// Spoils the message: [`finish`](Self::finish) will fail with `error`. The first error stays.
    pub fn poison(&mut self, error: EncodeError) {
        self.error = self.error.or(Some(error));
    }

    /// Ends the message and lends what was written.
    ///
    /// # Errors
    ///
    /// The first error that any part met, or [`EncodeError::BufferTooSmall`].
    pub fn finish(self) -> Result<&'b mut [u8], EncodeError> {
        let len = self.written()?;
        self.buf.get_mut(..len).ok_or(EncodeError::BufferTooSmall { needed: len })
    }

    /// How many bytes were written, or why the message is spoilt.
    pub(crate) fn written(&self) -> Result<usize, EncodeError> {
        match self.error {
            Some(error) => Err(error),
            None if self.len > self.buf.len() => Err(EncodeError::BufferTooSmall { needed: self.len }),
            None => Ok(self.len),
        }
    }

    /// Patches a little-endian length of two bytes at `at`; a greater length spoils the message.
    pub(crate) fn patch_u16(&mut self, at: usize, n: usize) {
        match u16::try_from(n) {
            Ok(n) => self.patch(at, &n.to_le_bytes()),
            Err(_) => self.poison(EncodeError::TooLong { limit: usize::from(u16::MAX) }),
        }
    }
}

/// Copies byte by byte. Most are a few bytes only; for a slice as such the compiler would link its general copy routine,
/// which is larger than everything else here.
#[inline(never)]
fn copy(dst: core::slice::IterMut<'_, u8>, src: core::slice::Iter<'_, u8>) {
    dst.zip(src).for_each(|(to, from)| *to = *from);
}
