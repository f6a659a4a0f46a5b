//! Texts and byte strings. QMI has no terminator: a text fills its TLV, follows its length, or fills a fixed width.
//!
//! Most texts carry no word about their coding. Digits and names of the device are ASCII; names of networks may be UTF-8,
//! packed GSM 7-bit or UCS-2, which some messages say in a field beside the text and others leave to be guessed. So texts are handed
//! out as the bytes they are.

use core::fmt;
use core::marker::PhantomData;

use crate::codec::{DecodeErrorKind, EncodeError, Reader, Writer};
use crate::field::{Decode, Encode};

/// A length or count in front of a text, byte string or list: [`u8`], [`u16`] or [`u32`].
pub trait Prefix {
    /// Bytes it takes.
    const WIDTH: u8;

    /// Reads it.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`].
    fn read(r: &mut Reader<'_>) -> Result<usize, DecodeErrorKind>;

    /// Writes it; a number that does not fit spoils the writer.
    fn write(n: usize, w: &mut Writer<'_>);
}

macro_rules! prefix {
    ($($t:ident, $width:literal;)*) => { $(
        impl Prefix for $t {
            const WIDTH: u8 = $width;

            fn read(r: &mut Reader<'_>) -> Result<usize, DecodeErrorKind> {
                // What exceeds the address space exceeds the TLV too.
                $t::decode(r).map(|n| usize::try_from(n).unwrap_or(usize::MAX))
            }

            fn write(n: usize, w: &mut Writer<'_>) {
                match $t::try_from(n) {
                    Ok(n) => n.encode(w),
                    Err(_) => w.poison(EncodeError::TooLong { limit: usize::try_from($t::MAX).unwrap_or(usize::MAX) }),
                }
            }
        }
    )* };
}

prefix! {
    u8, 1;
    u16, 2;
    u32, 4;
}

/// The bytes as text, without the filler at their end (NUL, and 0xFF, which no UTF-8 contains).
fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| !matches!(byte, 0 | 0xff)).map_or(0, |last| last.saturating_add(1));
    bytes.get(..end).unwrap_or(bytes)
}

/// The text, if it is UTF-8; filler at the end (NUL, 0xFF) is left out.
fn to_str(bytes: &[u8]) -> Option<&str> {
    core::str::from_utf8(trimmed(bytes)).ok()
}

fn debug(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match core::str::from_utf8(bytes) {
        Ok(text) => fmt::Debug::fmt(text, f),
        Err(_) => fmt::Debug::fmt(bytes, f),
    }
}

macro_rules! text {
    ($([$($param:tt)*] $name:ident<$($arg:ident),*>;)*) => { $(
        impl<'a, $($param)*> $name<'a, $($arg),*> {
            /// The text, if it is UTF-8 (ASCII included). Filler at the end (NUL, 0xFF) is left out.
            #[must_use]
            pub fn to_str(&self) -> Option<&'a str> {
                to_str(self.bytes)
            }
        }

        impl<'a, $($param)*> From<&'a str> for $name<'a, $($arg),*> {
            fn from(text: &'a str) -> Self {
                text.as_bytes().into()
            }
        }

        impl<$($param)*> PartialEq<str> for $name<'_, $($arg),*> {
            fn eq(&self, other: &str) -> bool {
                self.to_str() == Some(other)
            }
        }

        impl<$($param)*> PartialEq<&str> for $name<'_, $($arg),*> {
            fn eq(&self, other: &&str) -> bool {
                self.to_str() == Some(*other)
            }
        }

        impl<$($param)*> fmt::Debug for $name<'_, $($arg),*> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                debug(self.bytes, f)
            }
        }
    )* };
}

macro_rules! bytes {
    ($([$($param:tt)*] $name:ident<$($arg:ident),*>;)*) => { $(
        impl<'a, $($param)*> From<&'a [u8]> for $name<'a, $($arg),*> {
            fn from(bytes: &'a [u8]) -> Self {
                Self { bytes, format: PhantomData }
            }
        }

        impl<'a, const LEN: usize, $($param)*> From<&'a [u8; LEN]> for $name<'a, $($arg),*> {
            fn from(bytes: &'a [u8; LEN]) -> Self {
                Self { bytes, format: PhantomData }
            }
        }

        impl<$($param)*> Default for $name<'_, $($arg),*> {
            fn default() -> Self {
                Self { bytes: &[], format: PhantomData }
            }
        }

        impl<$($param)*> PartialEq for $name<'_, $($arg),*> {
            fn eq(&self, other: &Self) -> bool {
                self.bytes == other.bytes
            }
        }

        impl<$($param)*> Eq for $name<'_, $($arg),*> {}

        impl<$($param)*> Clone for $name<'_, $($arg),*> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<$($param)*> Copy for $name<'_, $($arg),*> {}

        #[cfg(feature = "defmt")]
        impl<$($param)*> defmt::Format for $name<'_, $($arg),*> {
            fn format(&self, f: defmt::Formatter<'_>) {
                defmt::write!(f, "{}", defmt::Debug2Format(self));
            }
        }
    )* };
}

/// A text that fills the rest of its TLV (catalogue type `string(rest)`). When written it may have at most `MAX` bytes;
/// what is longer is cut when read.
pub struct Rest<'a, const MAX: usize = { usize::MAX }> {
    /// The bytes as they are.
    pub bytes: &'a [u8],
    format: PhantomData<()>,
}

/// A text behind its length in bytes (catalogue type `string(prefix=…)`). When written it may have at most `MAX` bytes; what
/// is longer is cut when read.
pub struct Str<'a, P = u8, const MAX: usize = { usize::MAX }> {
    /// The bytes as they are.
    pub bytes: &'a [u8],
    format: PhantomData<fn() -> P>,
}

/// A text of exactly `N` bytes, filled with NUL when written (catalogue type `string(fixed=N)`).
pub struct Fixed<'a, const N: usize> {
    /// The bytes as they are, filler included.
    pub bytes: &'a [u8],
    format: PhantomData<()>,
}

/// Bytes behind their number (catalogue type `array(prefix=…,u8)`).
pub struct Bytes<'a, P = u8> {
    /// The bytes.
    pub bytes: &'a [u8],
    format: PhantomData<fn() -> P>,
}

text! {
    [const MAX: usize] Rest<MAX>;
    [P, const MAX: usize] Str<P, MAX>;
    [const N: usize] Fixed<N>;
}

bytes! {
    [const MAX: usize] Rest<MAX>;
    [P, const MAX: usize] Str<P, MAX>;
    [const N: usize] Fixed<N>;
    [P] Bytes<P>;
}

impl<P> fmt::Debug for Bytes<'_, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.fmt(f)
    }
}

fn checked<'v>(bytes: &'v [u8], limit: usize, w: &mut Writer<'_>) -> &'v [u8] {
    if bytes.len() > limit {
        w.poison(EncodeError::TooLong { limit });
    }
    bytes
}

impl<'a, const MAX: usize> Decode<'a> for Rest<'a, MAX> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind> {
        let bytes = r.rest();
        Ok(bytes.get(..MAX).unwrap_or(bytes).into())
    }
}

impl<const MAX: usize> Encode for Rest<'_, MAX> {
    fn encode(&self, w: &mut Writer<'_>) {
        let bytes = checked(self.bytes, MAX, w);
        w.bytes(bytes);
    }
}

impl<'a, P: Prefix, const MAX: usize> Decode<'a> for Str<'a, P, MAX> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind> {
        let len = P::read(r)?;
        let bytes = r.bytes(len)?;
        Ok(bytes.get(..MAX).unwrap_or(bytes).into())
    }
}

impl<P: Prefix, const MAX: usize> Encode for Str<'_, P, MAX> {
    fn encode(&self, w: &mut Writer<'_>) {
        let bytes = checked(self.bytes, MAX, w);
        P::write(bytes.len(), w);
        w.bytes(bytes);
    }
}

impl<'a, const N: usize> Decode<'a> for Fixed<'a, N> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind> {
        r.bytes(N).map(Self::from)
    }
}

impl<const N: usize> Encode for Fixed<'_, N> {
    fn encode(&self, w: &mut Writer<'_>) {
        let mut filled = [0; N];
        let bytes = checked(self.bytes, N, w);
        filled.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        w.bytes(&filled);
    }
}

impl<'a, P: Prefix> Decode<'a> for Bytes<'a, P> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind> {
        let len = P::read(r)?;
        r.bytes(len).map(Self::from)
    }
}

impl<P: Prefix> Encode for Bytes<'_, P> {
    fn encode(&self, w: &mut Writer<'_>) {
        P::write(self.bytes.len(), w);
        w.bytes(self.bytes);
    }
}

/// A piece of something longer than a TLV: how many bytes, which piece, the bytes (catalogue type
/// `array(prefix=u16,seq=u8,u8)`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Segment<'a> {
    /// Which piece, from 0.
    pub sequence: u8,
    /// The bytes.
    pub bytes: &'a [u8],
}

impl<'a> Decode<'a> for Segment<'a> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind> {
        let len = u16::decode(r)?;
        Ok(Self { sequence: u8::decode(r)?, bytes: r.bytes(len.into())? })
    }
}

impl Encode for Segment<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        u16::write(self.bytes.len(), w);
        self.sequence.encode(w);
        w.bytes(self.bytes);
    }
}
