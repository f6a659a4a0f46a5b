//! UUIDs: 16 bytes in the order in which they are printed (unlike the memory layout of a Windows GUID).

use core::fmt;
use core::str::FromStr;

use crate::codec::{self, DecodeError, StructWriter};
use crate::field::Field;

/// A UUID; names a device service or a context type.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// From the printed number without its hyphens.
    #[must_use]
    pub const fn new(number: u128) -> Self {
        Self(number.to_be_bytes())
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Uuid {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=[u8]:02x}", self.0);
    }
}

/// The text is not a UUID: 8-4-4-4-12 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ParseUuidError;

impl fmt::Display for ParseUuidError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a UUID of the form 8-4-4-4-12 hexadecimal digits")
    }
}

impl core::error::Error for ParseUuidError {}

impl FromStr for Uuid {
    type Err = ParseUuidError;

    fn from_str(text: &str) -> Result<Self, ParseUuidError> {
        if text.len() != 36 {
            return Err(ParseUuidError);
        }
        let mut number: u128 = 0;
        for (i, c) in text.chars().enumerate() {
            match (i, c) {
                (8 | 13 | 18 | 23, '-') => {}
                (8 | 13 | 18 | 23, _) => return Err(ParseUuidError),
                (_, c) => number = number << 4 | u128::from(c.to_digit(16).ok_or(ParseUuidError)?),
            }
        }
        Ok(Self::new(number))
    }
}

impl Field<'_> for Uuid {
    const FIXED: usize = 16;

    fn at(base: &[u8], at: usize) -> Result<Self, DecodeError> {
        codec::array_at(base, at).map(|bytes| Self(*bytes))
    }

    fn put(&self, w: &mut StructWriter<'_, '_>, at: usize) {
        w.patch(at, &self.0);
    }
}
