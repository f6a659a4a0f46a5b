//! Text: UTF-16LE in most places, UTF-8 in one.

use core::fmt::{self, Write as _};
use core::ops::Deref;

use crate::EncodeError;
use crate::codec::{DecodeError, DecodeErrorKind, StructWriter, align4, length, region_at, word_at};
use crate::field::Field;

/// UTF-16 text of a message, or text to be sent as such. Compares, prints and copies without a buffer.
///
/// Reading stops at the first NUL, which some modems append; a lone surrogate reads as U+FFFD.
#[derive(Clone, Copy)]
pub struct Utf16<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Wire(&'a [u8]),
    Str(&'a str),
}

impl<'a> Utf16<'a> {
    /// Text in UTF-16LE bytes.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Text`] for an odd number of bytes.
    pub fn from_wire(bytes: &'a [u8]) -> Result<Self, DecodeErrorKind> {
        if bytes.len() & 1 == 0 { Ok(Self(Source::Wire(bytes))) } else { Err(DecodeErrorKind::Text) }
    }

    /// Whether there is no character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self.0 {
            Source::Wire(bytes) => bytes.first_chunk().is_none_or(|unit| *unit == [0, 0]),
            Source::Str(text) => text.is_empty(),
        }
    }

    /// The characters.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        let (wire, text) = match self.0 {
            Source::Wire(bytes) => (bytes, ""),
            Source::Str(text) => (&[][..], text),
        };
        let units = wire.chunks_exact(2).filter_map(<[u8]>::first_chunk).map(|unit| u16::from_le_bytes(*unit));
        let units = units.take_while(|unit| *unit != 0);
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).chain(text.chars())
    }

    /// Copies the text as UTF-8 into `buf`; `None` if `buf` is too small (three bytes for two of UTF-16 always do).
    pub fn to_utf8<'b>(&self, buf: &'b mut [u8]) -> Option<&'b str> {
        let mut len = 0;
        for c in self.chars() {
            let end = c.len_utf8().checked_add(len)?;
            c.encode_utf8(buf.get_mut(len..end)?);
            len = end;
        }
        core::str::from_utf8(buf.get(..len)?).ok()
    }

    /// Bytes on the wire.
    #[must_use]
    pub fn wire_len(&self) -> usize {
        match self.0 {
            Source::Wire(bytes) => bytes.len(),
            Source::Str(text) => text.chars().map(char::len_utf16).fold(0, usize::saturating_add).saturating_mul(2),
        }
    }

    /// Appends the bytes without padding.
    pub(crate) fn append(&self, w: &mut StructWriter<'_, '_>) {
        match self.0 {
            Source::Wire(bytes) => w.append_unpadded(bytes),
            Source::Str(text) => text.encode_utf16().for_each(|unit| w.append_unpadded(&unit.to_le_bytes())),
        }
    }

    /// Appends the padded bytes and fills the pair at `at`: offset and size, both zero for an empty text.
    #[inline(never)]
    pub(crate) fn put_pair(&self, w: &mut StructWriter<'_, '_>, at: usize, max: usize) {
        // Appended first and measured then: counting beforehand would decode the text twice.
        let offset = w.next();
        self.append(w);
        let size = w.next().saturating_sub(offset);
        if length(size) > max {
            w.poison(EncodeError::TooLong { limit: max });
        } else if size > 0 {
            w.pad(length(size));
            w.word(at, offset);
            w.word(at.saturating_add(4), size);
        }
    }

    #[inline(never)]
    fn pair_at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let bytes = pair_at(base, at)?;
        Self::from_wire(bytes).map_err(|kind| DecodeError::new(kind, at))
    }
}

/// The bytes that the pair (offset, size) at `at` points to; size 0 is absent, whatever the offset says.
#[inline(never)]
pub(crate) fn pair_at(base: &[u8], at: usize) -> Result<&[u8], DecodeError> {
    match (word_at(base, at)?, word_at(base, at.saturating_add(4))?) {
        (_, 0) => Ok(&[]),
        (offset, size) => region_at(base, offset, size, at),
    }
}

impl Default for Utf16<'_> {
    fn default() -> Self {
        Self(Source::Str(""))
    }
}

impl<'a> From<&'a str> for Utf16<'a> {
    fn from(text: &'a str) -> Self {
        Self(Source::Str(text))
    }
}

impl PartialEq for Utf16<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.chars().eq(other.chars())
    }
}

impl Eq for Utf16<'_> {}

impl PartialEq<str> for Utf16<'_> {
    fn eq(&self, other: &str) -> bool {
        self.chars().eq(other.chars())
    }
}

impl PartialEq<&str> for Utf16<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for Utf16<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Debug for Utf16<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        self.chars().flat_map(char::escape_debug).try_for_each(|c| f.write_char(c))?;
        f.write_char('"')
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Utf16<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Display2Format(self));
    }
}

/// A text field: a pair of offset and size. `MAX` is the longest text that may be sent, in bytes of UTF-16; longer text
/// spoils the message. Reading accepts any length.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Text<'a, const MAX: usize = { usize::MAX }>(Utf16<'a>);

impl<'a, const MAX: usize> Text<'a, MAX> {
    /// Text to be sent.
    #[must_use]
    pub fn new(text: Utf16<'a>) -> Self {
        Self(text)
    }
}

impl<'a, const MAX: usize> Deref for Text<'a, MAX> {
    type Target = Utf16<'a>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<'a, const MAX: usize> From<&'a str> for Text<'a, MAX> {
    fn from(text: &'a str) -> Self {
        Self(text.into())
    }
}

impl<const MAX: usize> PartialEq<str> for Text<'_, MAX> {
    fn eq(&self, other: &str) -> bool {
        self.0 == *other
    }
}

impl<const MAX: usize> PartialEq<&str> for Text<'_, MAX> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == **other
    }
}

impl<const MAX: usize> fmt::Debug for Text<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<const MAX: usize> fmt::Display for Text<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<'a, const MAX: usize> Field<'a> for Text<'a, MAX> {
    const FIXED: usize = 8;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        Utf16::pair_at(base, at).map(Self)
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        self.0.put_pair(w, at, MAX);
    }

    fn owned(base: &'a [u8], at: usize) -> Result<usize, DecodeError> {
        pair_at(base, at).map(|bytes| align4(bytes.len()))
    }
}

/// UTF-8 text: a pair of offset and size. What is not UTF-8 is an error; trailing NULs, which some modems count in, are
/// dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Utf8<'a>(pub &'a str);

impl<'a> Field<'a> for Utf8<'a> {
    const FIXED: usize = 8;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        match core::str::from_utf8(pair_at(base, at)?) {
            Ok(text) => Ok(Self(text.trim_end_matches('\0'))),
            Err(_) => Err(DecodeError::new(DecodeErrorKind::Text, at)),
        }
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        crate::bytes::put_pair(w, at, self.0.as_bytes());
    }

    fn owned(base: &'a [u8], at: usize) -> Result<usize, DecodeError> {
        pair_at(base, at).map(|bytes| align4(bytes.len()))
    }
}
