//! One declaration per structure of fixed layout: numbers in a row, little-endian and unaligned, as descriptors, requests
//! and NTB parameters are made of.

use crate::codec::{DecodeError, DecodeErrorKind};

/// A number, or an array of them, in place.
pub(crate) trait Packed: Copy {
    /// Bytes on the wire.
    const LEN: usize;

    /// Takes it from the front of `bytes`; `None` if they are too few.
    fn take(bytes: &mut &[u8]) -> Option<Self>;

    /// Writes it to the front of `out`, which is moved on.
    fn put(&self, out: &mut &mut [u8]);
}

/// Takes an array from the front of `bytes`.
pub(crate) fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (head, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*head)
}

/// Writes an array to the front of `out`; past its end nothing is written.
pub(crate) fn put<const N: usize>(out: &mut &mut [u8], bytes: [u8; N]) {
    if let Some((head, rest)) = core::mem::take(out).split_first_chunk_mut() {
        *head = bytes;
        *out = rest;
    }
}

macro_rules! numbers {
    ($($t:ty),*) => { $(
        impl Packed for $t {
            const LEN: usize = size_of::<$t>();

            fn take(bytes: &mut &[u8]) -> Option<Self> {
                take(bytes).map(<$t>::from_le_bytes)
            }

            fn put(&self, out: &mut &mut [u8]) {
                put(out, self.to_le_bytes());
            }
        }
    )* };
}

numbers! { u8, u16, u32 }

impl<const N: usize> Packed for [u8; N] {
    const LEN: usize = N;

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        take(bytes)
    }

    fn put(&self, out: &mut &mut [u8]) {
        put(out, *self);
    }
}

/// The lengths of fields, added up.
pub(crate) const fn sum(lens: &[usize]) -> usize {
    let (mut sum, mut rest) = (0_usize, lens);
    while let [first, others @ ..] = rest {
        sum = sum.saturating_add(*first);
        rest = others;
    }
    sum
}

/// What a structure begins with has to be there.
pub(crate) fn begins(bytes: &mut &[u8], prefix: &[u8]) -> Result<(), DecodeError> {
    for (at, expected) in prefix.iter().enumerate() {
        let [found] = take(bytes).ok_or(DecodeError::new(DecodeErrorKind::OutOfBounds, at))?;
        // A descriptor may be longer than what is known of it.
        let fits = if at == 0 && prefix.len() > 1 { found >= *expected } else { found == *expected };
        if !fits {
            return Err(DecodeError::new(DecodeErrorKind::Value, at));
        }
    }
    Ok(())
}

/// Declares a structure. In brackets stands what it begins with: nothing, or for descriptors the type, and the subtype
/// if there is one; its length stands in front of them by itself.
macro_rules! packed {
    ($(#[$m:meta])* $v:vis struct $name:ident $([$($prefix:literal),*])? {
        $($(#[$fm:meta])* $f:ident: $t:ty),* $(,)?
    }) => {
        $(#[$m])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        $v struct $name {
            $($(#[$fm])* pub $f: $t,)*
        }

        #[allow(clippy::as_conversions, clippy::cast_possible_truncation)] // of constants
        impl $name {
            /// Bytes on the wire.
            $v const LEN: usize = $crate::packed::sum(
                &[$(size_of::<[u8; [$($prefix as usize),*].len() + 1]>(),)? $(<$t as $crate::packed::Packed>::LEN),*]
            );

            /// What it begins with.
            const PREFIX: &'static [u8] = &[$(Self::LEN as u8, $($prefix),*)?];

            /// Reads it from the front of `bytes`; what follows is ignored.
            ///
            /// # Errors
            ///
            /// [`DecodeError`]($crate::DecodeError) with the offset of the field: the bytes end in it, or length, type or
            /// subtype in front are those of something else.
            $v fn parse(bytes: &[u8]) -> Result<Self, $crate::DecodeError> {
                let mut rest = bytes;
                $crate::packed::begins(&mut rest, Self::PREFIX)?;
                Ok(Self { $(
                    $f: {
                        let at = bytes.len().saturating_sub(rest.len());
                        <$t as $crate::packed::Packed>::take(&mut rest)
                            .ok_or($crate::DecodeError::new($crate::DecodeErrorKind::OutOfBounds, at))?
                    },
                )* })
            }

            /// The bytes on the wire.
            #[must_use]
            $v fn to_bytes(self) -> [u8; Self::LEN] {
                let mut bytes = [0; Self::LEN];
                let mut rest = bytes.as_mut_slice();
                Self::PREFIX.iter().for_each(|byte| $crate::packed::put(&mut rest, [*byte]));
                $($crate::packed::Packed::put(&self.$f, &mut rest);)*
                bytes
            }
        }
    };
}
