//! What a value is made of: the two traits that every format implements, and the formats of fixed width.
//!
//! Fields follow each other byte by byte: no padding, no alignment. Numbers are little-endian unless [`Be`] says otherwise.

use core::fmt;
use core::marker::PhantomData;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::codec::{DecodeErrorKind, EncodeError, Reader, Writer};

/// A wire format that can be read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no QMI wire format",
    label = "declare it with `wire_struct!`, `open_enum!` or `flags!`, or use a format of `qmi_wire`"
)]
pub trait Decode<'a>: Sized {
    /// Reads the value where `r` stands.
    ///
    /// # Errors
    ///
    /// Why the value is no such value; `r` then stands where it stumbled.
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind>;
}

/// A wire format that can be written.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no QMI wire format",
    label = "declare it with `wire_struct!`, `open_enum!` or `flags!`, or use a format of `qmi_wire`"
)]
pub trait Encode {
    /// Appends the value. What does not fit its format spoils the writer.
    fn encode(&self, w: &mut Writer<'_>);
}

macro_rules! scalar {
    ($($t:ty),*) => { $(
        impl Decode<'_> for $t {
            #[inline]
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeErrorKind> {
                r.array().map(Self::from_le_bytes)
            }
        }

        impl Encode for $t {
            fn encode(&self, w: &mut Writer<'_>) {
                w.bytes(&self.to_le_bytes());
            }
        }
    )* };
}

scalar!(u8, u16, u32, u64, i8, i16, i32, i64, f32, f64);

/// A boolean: one byte, 0 or 1; anything but 0 reads as true.
impl Decode<'_> for bool {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeErrorKind> {
        u8::decode(r).map(|byte| byte != 0)
    }
}

impl Encode for bool {
    fn encode(&self, w: &mut Writer<'_>) {
        u8::from(*self).encode(w);
    }
}

/// A boolean whose byte the specification calls signed (catalogue type `bool(i8)`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SignedBool(pub bool);

impl Decode<'_> for SignedBool {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeErrorKind> {
        bool::decode(r).map(Self)
    }
}

impl Encode for SignedBool {
    fn encode(&self, w: &mut Writer<'_>) {
        self.0.encode(w);
    }
}

/// A big-endian number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Be<T>(pub T);

macro_rules! big_endian {
    ($($t:ty),*) => { $(
        impl Decode<'_> for Be<$t> {
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeErrorKind> {
                r.array().map(|bytes| Self(<$t>::from_be_bytes(bytes)))
            }
        }

        impl Encode for Be<$t> {
            fn encode(&self, w: &mut Writer<'_>) {
                w.bytes(&self.0.to_be_bytes());
            }
        }
    )* };
}

big_endian!(u16, u32, u64, i16, i32, i64);

macro_rules! odd_width {
    ($($(#[$m:meta])* $name:ident, $order:expr;)*) => { $(
        $(#[$m])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct $name<const N: usize>(pub u64);

        impl<const N: usize> Decode<'_> for $name<N> {
            fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeErrorKind> {
                let mut bytes: [u8; N] = r.array()?;
                ($order)(&mut bytes);
                Ok(Self(bytes.iter().rev().fold(0, |n, byte| n.wrapping_shl(8) | u64::from(*byte))))
            }
        }

        impl<const N: usize> Encode for $name<N> {
            fn encode(&self, w: &mut Writer<'_>) {
                let mut rest = self.0;
                let mut bytes = [0; N];
                for byte in &mut bytes {
                    [*byte, ..] = rest.to_le_bytes();
                    rest = rest.wrapping_shr(8);
                }
                if rest != 0 {
                    w.poison(EncodeError::OutOfRange);
                }
                ($order)(&mut bytes);
                w.bytes(&bytes);
            }
        }
    )* };
}

odd_width! {
    /// An unsigned number of `N` bytes, up to 8 (catalogue type `uint(bytes=N)`).
    Uint, |_: &mut [u8]| {};
    /// The same, big-endian.
    UintBe, <[u8]>::reverse;
}

/// `N` values of the same format, without a count (catalogue type `array(fixed=N,…)`).
impl<'a, T: Decode<'a> + Default + Copy, const N: usize> Decode<'a> for [T; N] {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind> {
        let mut all = [T::default(); N];
        for one in &mut all {
            *one = T::decode(r)?;
        }
        Ok(all)
    }
}

impl<T: Encode, const N: usize> Encode for [T; N] {
    fn encode(&self, w: &mut Writer<'_>) {
        self.iter().for_each(|one| one.encode(w));
    }
}

/// An IPv4 address is sent as a little-endian number, so its bytes come last to first.
impl Decode<'_> for Ipv4 {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeErrorKind> {
        u32::decode(r).map(|bits| Self(Ipv4Addr::from_bits(bits)))
    }
}

impl Encode for Ipv4 {
    fn encode(&self, w: &mut Writer<'_>) {
        self.0.to_bits().encode(w);
    }
}

/// An IPv4 address; 0.0.0.0 mostly means none.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ipv4(pub Ipv4Addr);

/// An IPv6 address, sent in network order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ipv6(pub Ipv6Addr);

impl Decode<'_> for Ipv6 {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeErrorKind> {
        r.array::<16>().map(|octets| Self(octets.into()))
    }
}

impl Encode for Ipv6 {
    fn encode(&self, w: &mut Writer<'_>) {
        w.bytes(&self.0.octets());
    }
}

macro_rules! address {
    ($($name:ident, $of:ident;)*) => { $(
        impl Default for $name {
            fn default() -> Self {
                Self($of::UNSPECIFIED)
            }
        }

        impl From<$of> for $name {
            fn from(address: $of) -> Self {
                Self(address)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        #[cfg(feature = "defmt")]
        impl defmt::Format for $name {
            fn format(&self, f: defmt::Formatter<'_>) {
                defmt::write!(f, "{}", defmt::Debug2Format(&self.0));
            }
        }
    )* };
}

address! {
    Ipv4, Ipv4Addr;
    Ipv6, Ipv6Addr;
}

/// An open value, or flags, as its number.
pub trait Coded: Copy {
    /// The number's type.
    type Repr: Copy;

    /// The value with that number.
    fn from_repr(repr: Self::Repr) -> Self;

    /// The number.
    fn repr(self) -> Self::Repr;
}

/// A number that other widths carry too.
pub trait Carried<R>: Sized {
    /// What the carrier means.
    fn from_carrier(carrier: R) -> Self;

    /// The carrier, if it is wide enough.
    fn to_carrier(self) -> Option<R>;
}

macro_rules! carried {
    ($($wide:ident in $narrow:ident),*) => { $(
        impl Carried<$narrow> for $wide {
            fn from_carrier(carrier: $narrow) -> Self {
                Self::from(carrier)
            }

            fn to_carrier(self) -> Option<$narrow> {
                self.try_into().ok()
            }
        }
    )* };
}

carried!(u16 in u8, u32 in u8, u32 in u16);

/// The same byte, with or without sign.
impl Carried<u8> for i8 {
    fn from_carrier(carrier: u8) -> Self {
        carrier.cast_signed()
    }

    fn to_carrier(self) -> Option<u8> {
        Some(self.cast_unsigned())
    }
}

/// An open value `E` in another width than usual: some messages carry in `R` what others carry in `E`'s own type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct As<E, R> {
    /// The value.
    pub value: E,
    carrier: PhantomData<R>,
}

impl<E: Default, R> Default for As<E, R> {
    fn default() -> Self {
        E::default().into()
    }
}

impl<E, R> From<E> for As<E, R> {
    fn from(value: E) -> Self {
        Self { value, carrier: PhantomData }
    }
}

impl<E: fmt::Debug, R> fmt::Debug for As<E, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

#[cfg(feature = "defmt")]
impl<E: defmt::Format, R> defmt::Format for As<E, R> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.value.format(f);
    }
}

impl<'a, E: Coded<Repr: Carried<R>>, R: Decode<'a>> Decode<'a> for As<E, R> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind> {
        R::decode(r).map(|carrier| E::from_repr(E::Repr::from_carrier(carrier)).into())
    }
}

impl<E: Coded<Repr: Carried<R>>, R: Encode + Default> Encode for As<E, R> {
    fn encode(&self, w: &mut Writer<'_>) {
        let carrier = self.value.repr().to_carrier();
        if carrier.is_none() {
            w.poison(EncodeError::OutOfRange);
        }
        carrier.unwrap_or_default().encode(w);
    }
}

/// A last part of a value that older firmware does not send: absent if the TLV ends before it. Newer firmware appends
/// fields; put them here, and older peers are still understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Tail<T>(pub Option<T>);

impl<'a, T: Decode<'a>> Decode<'a> for Tail<T> {
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind> {
        (r.left() > 0).then(|| T::decode(r)).transpose().map(Self)
    }
}

impl<T: Encode> Encode for Tail<T> {
    fn encode(&self, w: &mut Writer<'_>) {
        if let Some(value) = &self.0 {
            value.encode(w);
        }
    }
}
