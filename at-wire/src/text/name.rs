//! Operator names: of the network (NITZ) and the SIM (3GPP TS 24.008 §10.5.3.5a), and with the coding numbers of QMI.

use super::{Alphabet, Septets, Text};
use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Reader, Writer};

/// Coding of a name in QMI's operator name messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PlmnScheme(pub u8);

impl PlmnScheme {
    /// Default alphabet in packed septets.
    pub const GSM7: Self = Self(0);
    /// Little-endian UCS-2.
    pub const UCS2_LE: Self = Self(1);

    /// Reads a name in this coding.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Value`] for another coding.
    ///
    /// ```
    /// use at_wire::text::name::PlmnScheme;
    ///
    /// assert_eq!(PlmnScheme::GSM7.read(&[0xc1, 0x71, 0xbb, 0x0c])?, "Acme");
    /// # Ok::<(), at_wire::DecodeError>(())
    /// ```
    pub fn read(self, octets: &[u8]) -> Result<Text<'_>, DecodeError> {
        match self {
            Self::GSM7 => Ok(unmeasured(octets)),
            Self::UCS2_LE => Ok(Text::utf16_le(octets)),
            _ => Err(DecodeError::new(DecodeErrorKind::Value, "scheme", 0)),
        }
    }

    /// Appends a name in this coding.
    pub fn write(self, name: Text<'_>, writer: &mut Writer<'_>) {
        match self {
            Self::GSM7 => drop(name.write_septets(writer, 0, Alphabet::DEFAULT)),
            Self::UCS2_LE => name.write_utf16_le(writer),
            _ => writer.poison(EncodeError::Value { field: "scheme" }),
        }
    }
}

/// Coding of a network's description in QMI.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NetworkDescription(pub u8);

impl NetworkDescription {
    /// Not said.
    pub const UNSPECIFIED: Self = Self(0);
    /// ASCII, one character in each octet.
    pub const ASCII7: Self = Self(1);
    /// Little-endian UCS-2.
    pub const UNICODE: Self = Self(4);
    /// Default alphabet in packed septets.
    pub const GSM7: Self = Self(9);

    /// Reads a description in this coding.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Value`] for a coding that says nothing, [`DecodeErrorKind::Text`] for what is not ASCII.
    pub fn read(self, octets: &[u8]) -> Result<Text<'_>, DecodeError> {
        match self {
            Self::ASCII7 => super::charset::Charset::Utf8.text(octets),
            Self::UNICODE => Ok(Text::utf16_le(octets)),
            Self::GSM7 => Ok(unmeasured(octets)),
            _ => Err(DecodeError::new(DecodeErrorKind::Value, "encoding", 0)),
        }
    }

    /// Appends a description in this coding.
    pub fn write(self, name: Text<'_>, writer: &mut Writer<'_>) {
        match self {
            Self::ASCII7 => super::charset::Charset::Ira.write(name, writer),
            Self::UNICODE => name.write_utf16_le(writer),
            Self::GSM7 => drop(name.write_septets(writer, 0, Alphabet::DEFAULT)),
            _ => writer.poison(EncodeError::Value { field: "encoding" }),
        }
    }
}

/// Packed septets whose number is not known: seven spare bits at the end would read as `@`, so a last septet of 0 that
/// may be such is none.
fn unmeasured(octets: &[u8]) -> Text<'_> {
    let septets = Septets::all(octets);
    let padded = septets.len().is_multiple_of(8) && septets.last_is(0);
    let septets = if padded { septets.without_last() } else { septets };
    Text::septets(septets, Alphabet::DEFAULT)
}

/// A network's name as the network sends it, and as the SIM's list of names holds it (3GPP TS 24.008 §10.5.3.5a, from
/// octet 3 on).
///
/// ```
/// use at_wire::text::name::NetworkName;
///
/// let name = NetworkName::parse(&[0x84, 0xc1, 0x71, 0xbb, 0x0c])?;
/// assert_eq!(name.text, "Acme");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NetworkName<'a> {
    /// The name.
    pub text: Text<'a>,
    /// Whether the initials of the country are to be shown in front.
    pub add_country_initials: bool,
}

impl<'a> NetworkName<'a> {
    /// Reads a name.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] for no octet at all, [`DecodeErrorKind::Value`] for a reserved coding.
    pub fn parse(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(octets);
        let error = reader.error(DecodeErrorKind::Value, "coding_scheme");
        let first = reader.byte("coding_scheme")?;
        let name = reader.rest();
        let text = match first & 0x70 {
            0x00 => {
                let bits = name.len().saturating_mul(8).saturating_sub(usize::from(first & 0x07));
                Text::septets(Septets::new(name, 0, bits / 7), Alphabet::DEFAULT)
            }
            0x10 => Text::utf16_be(name),
            _ => return Err(error),
        };
        Ok(Self { text, add_country_initials: first & 0x08 != 0 })
    }

    /// Appends the name, in the default alphabet if it can be, else in UCS-2.
    pub fn write(&self, writer: &mut Writer<'_>) {
        let initials = if self.add_country_initials { 0x08 } else { 0 };
        match Alphabet::DEFAULT.septets(self.text.chars()) {
            Ok(septets) => {
                let spare = super::packed_len(septets, 0).saturating_mul(8).saturating_sub(septets.saturating_mul(7));
                writer.byte(0x80 | initials | u8::try_from(spare).unwrap_or(0));
                self.text.write_septets(writer, 0, Alphabet::DEFAULT);
            }
            Err(_) => {
                writer.byte(0x90 | initials);
                self.text.write_utf16_be(writer);
            }
        }
    }
}
