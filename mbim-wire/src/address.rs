//! IP addresses, in network byte order.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::codec::{self, DecodeError, StructWriter, region_at, word_at};
use crate::field::Field;

impl Field<'_> for Ipv4Addr {
    const FIXED: usize = 4;

    fn at(base: &[u8], at: usize) -> Result<Self, DecodeError> {
        codec::array_at::<4>(base, at).map(|octets| Self::from(*octets))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.patch(at, &self.octets());
    }
}

impl Field<'_> for Ipv6Addr {
    const FIXED: usize = 16;

    fn at(base: &[u8], at: usize) -> Result<Self, DecodeError> {
        codec::array_at::<16>(base, at).map(|octets| Self::from(*octets))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.patch(at, &self.octets());
    }
}

/// An address elsewhere: its offset, 0 for none (catalogue types `ref-ipv4`, `ref-ipv6`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RefAddress<A>(pub Option<A>);

impl<A> Default for RefAddress<A> {
    fn default() -> Self {
        Self(None)
    }
}

/// An address in the fixed part of a structure; by default the unspecified one (catalogue types `ipv4`, `ipv6`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Address<A>(pub A);

impl<A> From<A> for Address<A> {
    fn from(address: A) -> Self {
        Self(address)
    }
}

macro_rules! addresses {
    ($($a:ty),*) => { $(
        impl Default for Address<$a> {
            fn default() -> Self {
                Self(<$a>::UNSPECIFIED)
            }
        }

        impl<'a> Field<'a> for Address<$a> {
            const FIXED: usize = <$a as Field<'a>>::FIXED;

            fn at(base: &'a [u8], at: usize) -> Result<Self, DecodeError> {
                <$a as Field<'a>>::at(base, at).map(Self)
            }

            fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
                self.0.put(w, at);
            }
        }

        impl Field<'_> for RefAddress<$a> {
            const FIXED: usize = 4;

            fn at(base: &[u8], at: usize) -> Result<Self, DecodeError> {
                let offset = word_at(base, at)?;
                if offset == 0 {
                    return Ok(Self(None));
                }
                let octets = region_at(base, offset, codec::word(<$a as Field<'_>>::FIXED), at)?;
                <$a as Field<'_>>::at(octets, 0).map(|address| Self(Some(address)))
            }

            fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
                if let Some(address) = self.0 {
                    let offset = w.append(&address.octets());
                    w.word(at, offset);
                }
            }
        }
    )* };
}

addresses!(Ipv4Addr, Ipv6Addr);
