//! Byte strings. The formats differ only in what stands in the fixed part.

use crate::codec::{self, DecodeError, DecodeErrorKind, StructWriter, align4, region_at, word_at};
use crate::field::Field;
use crate::text::pair_at;

/// Appends `bytes`, padded, and fills the pair at `at`: offset and size, both zero when there are none.
pub(crate) fn put_pair(w: &mut StructWriter<'_, '_>, at: usize, bytes: &[u8]) {
    if !bytes.is_empty() {
        let offset = w.append(bytes);
        w.word(at, offset);
        w.word(at.saturating_add(4), codec::word(bytes.len()));
    }
}

/// Everything of `base` behind `at`.
fn rest(base: &[u8], at: usize) -> Result<&[u8], DecodeError> {
    base.get(at..).ok_or(DecodeError::new(DecodeErrorKind::OutOfBounds, at))
}

macro_rules! byte_string {
    ($($(#[$m:meta])* $name:ident $(<const $c:ident>)?;)*) => { $(
        $(#[$m])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct $name<'a $(, const $c: usize)?>(pub &'a [u8]);

        impl<'a $(, const $c: usize)?> From<&'a [u8]> for $name<'a $(, $c)?> {
            fn from(bytes: &'a [u8]) -> Self {
                Self(bytes)
            }
        }
    )* };
}

byte_string! {
    /// A pair of offset and size (catalogue type `ref-bytes`).
    Bytes;
    /// A pair of size and offset, in this order (`ref-bytes(length-first)`, MS UICC Low Level Access).
    BytesLengthFirst;
    /// An offset; the size stands in a [`Count`](crate::Count) field `BACK` bytes before it (`ref-bytes(len=…)`).
    SizedBytes<const BACK>;
    /// In place; the size stands in a [`Count`](crate::Count) field `BACK` bytes before (`bytes(len=…)`).
    InlineBytes<const BACK>;
    /// A size, then the bytes in place (`bytes(prefix=u32)`).
    PrefixedBytes;
    /// In place up to the end of the structure, padded when written (`bytes(rest)`). Whoever reads cannot tell padding
    /// from data.
    Rest;
    /// In place up to the end of the structure, never padded (`bytes(rest,nopad)`): tunnels for other protocols.
    RestUnpadded;
}

impl<'a> Field<'a> for Bytes<'a> {
    const FIXED: usize = 8;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        pair_at(base, at).map(Self)
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        put_pair(w, at, self.0);
    }

    fn owned(base: &'a [u8], at: usize) -> Result<usize, DecodeError> {
        pair_at(base, at).map(|bytes| align4(bytes.len()))
    }
}

impl<'a> Field<'a> for BytesLengthFirst<'a> {
    const FIXED: usize = 8;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let offset = word_at(base, at.saturating_add(4))?;
        match word_at(base, at)? {
            0 => Ok(Self(&[])),
            size => region_at(base, offset, size, at).map(Self),
        }
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        if !self.0.is_empty() {
            let offset = w.append(self.0);
            w.word(at, codec::word(self.0.len()));
            w.word(at.saturating_add(4), offset);
        }
    }
}

impl<'a, const BACK: usize> Field<'a> for SizedBytes<'a, BACK> {
    const FIXED: usize = 4;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let offset = word_at(base, at)?;
        match word_at(base, at.saturating_sub(BACK))? {
            0 => Ok(Self(&[])),
            size => region_at(base, offset, size, at).map(Self),
        }
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.count(at, BACK, self.0.len());
        if !self.0.is_empty() {
            let offset = w.append(self.0);
            w.word(at, offset);
        }
    }
}

impl<'a, const BACK: usize> Field<'a> for InlineBytes<'a, BACK> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let size = word_at(base, at.saturating_sub(BACK))?;
        region_at(base, codec::word(at), size, at).map(Self)
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.count(at, BACK, self.0.len());
        w.patch(at, self.0);
    }

    fn tail(&self) -> usize {
        align4(self.0.len())
    }
}

impl<'a> Field<'a> for PrefixedBytes<'a> {
    const FIXED: usize = 4;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        let size = word_at(base, at)?;
        region_at(base, codec::word(at.saturating_add(4)), size, at).map(Self)
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.word(at, codec::word(self.0.len()));
        w.patch(at.saturating_add(4), self.0);
    }

    fn tail(&self) -> usize {
        align4(self.0.len())
    }
}

impl<'a> Field<'a> for Rest<'a> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        rest(base, at).map(Self)
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.patch(at, self.0);
    }

    fn tail(&self) -> usize {
        align4(self.0.len())
    }
}

impl<'a> Field<'a> for RestUnpadded<'a> {
    const FIXED: usize = 0;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        rest(base, at).map(Self)
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.patch(at, self.0);
    }

    fn tail(&self) -> usize {
        self.0.len()
    }
}

/// Exactly `N` bytes in place (`bytes(fixed=N)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FixedBytes<'a, const N: usize>(pub &'a [u8; N]);

impl<const N: usize> Default for FixedBytes<'_, N> {
    fn default() -> Self {
        Self(&[0; N])
    }
}

impl<'a, const N: usize> Field<'a> for FixedBytes<'a, N> {
    const FIXED: usize = N;

    fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
        codec::array_at(base, at).map(Self)
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.patch(at, self.0);
    }
}
