//! Bytes as hexadecimal digits: PDUs in AT commands, and texts in some character sets.

use core::fmt;

use crate::codec::{DecodeError, DecodeErrorKind, Writer};
use crate::parameter::digit;

/// Bytes that print as hexadecimal digits in upper case, as the AT specifications ask for.
///
/// ```
/// assert_eq!(at_wire::text::hex::Hex(&[0x07, 0xe1]).to_string(), "07E1");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Hex<'a>(pub &'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl Hex<'_> {
    /// Appends the digits.
    pub fn write(&self, writer: &mut Writer<'_>) {
        self.0.iter().for_each(|byte| put(writer, *byte));
    }
}

/// Appends two digits.
pub(crate) fn put(writer: &mut Writer<'_>, byte: u8) {
    let digit = |nibble: u8| b"0123456789ABCDEF".get(usize::from(nibble)).copied().unwrap_or(b'0');
    writer.bytes(&[digit(byte >> 4), digit(byte & 0x0f)]);
}

/// The byte of the first two digits, which go; `None` if there are none.
pub(crate) fn take(digits: &mut &[u8]) -> Option<u8> {
    let ([high, low], rest) = digits.split_first_chunk()?;
    let byte = digit(*high)?.wrapping_shl(4) | digit(*low)?;
    *digits = rest;
    Some(byte)
}

/// Turns digits, of either case, into bytes.
///
/// # Errors
///
/// [`DecodeErrorKind::Text`] where something else than a pair of digits stands, [`DecodeErrorKind::OutOfBounds`] where
/// `buf` ends.
///
/// ```
/// use at_wire::text::hex;
///
/// let mut buffer = [0; 8];
/// assert_eq!(hex::decode(b"07e1", &mut buffer)?, [0x07, 0xe1]);
/// assert_eq!(hex::decode(b"07e", &mut buffer).unwrap_err().offset, 2);
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
pub fn decode<'b>(digits: &[u8], buf: &'b mut [u8]) -> Result<&'b mut [u8], DecodeError> {
    let mut rest = digits;
    let mut len = 0_usize;
    while !rest.is_empty() {
        let at = digits.len().saturating_sub(rest.len());
        let byte = take(&mut rest).ok_or(DecodeError::new(DecodeErrorKind::Text, "digits", at))?;
        *buf.get_mut(len).ok_or(DecodeError::new(DecodeErrorKind::OutOfBounds, "digits", at))? = byte;
        len = len.saturating_add(1);
    }
    buf.get_mut(..len).ok_or(DecodeError::new(DecodeErrorKind::OutOfBounds, "digits", 0))
}

/// Turns digits, of either case, into bytes in their place.
///
/// # Errors
///
/// [`DecodeErrorKind::Text`] where something else than a pair of digits stands; the bytes in front of it are gone then.
pub fn decode_in_place(digits: &mut [u8]) -> Result<&mut [u8], DecodeError> {
    let len = digits.len();
    for (n, at) in (0..len).step_by(2).enumerate() {
        let byte = digits.get(at..).and_then(|mut rest| take(&mut rest));
        let byte = byte.ok_or(DecodeError::new(DecodeErrorKind::Text, "digits", at))?;
        if let Some(place) = digits.get_mut(n) {
            *place = byte;
        }
    }
    digits.get_mut(..len / 2).ok_or(DecodeError::new(DecodeErrorKind::OutOfBounds, "digits", 0))
}
