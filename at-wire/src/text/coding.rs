//! The data coding scheme of cell broadcast and USSD (3GPP TS 23.038 §5), and what all coding schemes choose from.

use core::fmt;

use super::{Alphabet, Septets, Text};
use crate::codec::{DecodeError, DecodeErrorKind};

/// How the user data of a message is coded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Coding {
    /// Text in packed septets.
    #[default]
    Gsm7,
    /// Octets that mean something to the application only.
    Octets,
    /// Text in UCS-2; in practice big-endian UTF-16.
    Ucs2,
}

impl Coding {
    /// The coding of bits 3 and 2 of a coding scheme; the reserved one is taken for the default (§4).
    pub(crate) fn of_bits(bits: u8) -> Self {
        match bits & 0x0c {
            0x04 => Self::Octets,
            0x08 => Self::Ucs2,
            _ => Self::Gsm7,
        }
    }

    pub(crate) const fn bits(self) -> u8 {
        match self {
            Self::Gsm7 => 0,
            Self::Octets => 0x04,
            Self::Ucs2 => 0x08,
        }
    }
}

/// The data coding scheme of a cell broadcast page or a USSD string (§5). Reserved values are taken for the default
/// alphabet, as the specification demands.
///
/// ```
/// use at_wire::text::{CbsCoding, Coding};
///
/// assert_eq!(CbsCoding(0x01).language(), Some("en"));
/// assert_eq!(CbsCoding(0x48).coding(), Coding::Ucs2);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CbsCoding(pub u8);

/// Two letters of ISO 639.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LanguageCode(pub [u8; 2]);

impl LanguageCode {
    /// The letters, if they are ASCII.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }
}

/// Languages of the coding groups 0 and 2, from 0x00 and from 0x20 on, by ISO 639.
const LANGUAGES: [&[&str]; 2] = [
    &["de", "en", "it", "fr", "es", "nl", "sv", "da", "pt", "fi", "no", "el", "tr", "hu", "pl"],
    &["cs", "he", "ar", "ru", "is"],
];

impl CbsCoding {
    /// Default alphabet, language unspecified: what a USSD request is sent with.
    pub const GSM7: Self = Self(0x0f);
    /// Default alphabet; the text begins with two letters of ISO 639 and a carriage return.
    pub const GSM7_WITH_LANGUAGE: Self = Self(0x10);
    /// UCS-2; the text begins with two letters of ISO 639 as two packed septets in two octets.
    pub const UCS2_WITH_LANGUAGE: Self = Self(0x11);
    /// Octets without further meaning.
    pub const OCTETS: Self = Self(0x44);
    /// UCS-2.
    pub const UCS2: Self = Self(0x48);

    /// How the text is coded.
    #[must_use]
    pub fn coding(self) -> Coding {
        match self.0 {
            0x11 => Coding::Ucs2,
            0x40..=0x7f | 0x90..=0x9f => Coding::of_bits(self.0),
            0xf0..=0xff if self.0 & 0x04 != 0 => Coding::Octets,
            _ => Coding::Gsm7,
        }
    }

    /// The language of the text by ISO 639, if the scheme itself says it.
    #[must_use]
    pub fn language(self) -> Option<&'static str> {
        let group = match self.0 >> 4 {
            0 => 0,
            2 => 1,
            _ => return None,
        };
        LANGUAGES.get::<usize>(group)?.get(usize::from(self.0 & 0x0f)).copied()
    }

    /// Whether the text begins with its language.
    #[must_use]
    pub const fn has_language_prefix(self) -> bool {
        matches!(self, Self::GSM7_WITH_LANGUAGE | Self::UCS2_WITH_LANGUAGE)
    }

    /// Whether the text is compressed (3GPP TS 23.042), and thus cannot be read here.
    #[must_use]
    pub const fn is_compressed(self) -> bool {
        self.0 & 0xe0 == 0x60
    }

    /// Whether the content begins with a user data header (3GPP TS 23.040 §9.2.3.24).
    #[must_use]
    pub const fn has_header(self) -> bool {
        self.0 & 0xf0 == 0x90
    }

    /// The message class, 0 (to be shown at once) to 3 (for the terminal equipment), if there is one.
    #[must_use]
    pub const fn class(self) -> Option<u8> {
        match self.0 {
            0x50..=0x5f | 0x70..=0x7f | 0x90..=0x9f | 0xf0..=0xff => Some(self.0 & 0x03),
            _ => None,
        }
    }
}

impl CbsCoding {
    /// The language in front of a text, and the text: `septets` if the coding says so, else `octets`.
    pub(crate) fn split<'a>(
        self,
        mut septets: Septets<'a>,
        octets: &'a [u8],
    ) -> Result<(Option<LanguageCode>, Text<'a>), DecodeError> {
        let too_short = DecodeError::new(DecodeErrorKind::OutOfBounds, "language", 0);
        match self.coding() {
            _ if self.is_compressed() => Err(DecodeError::new(DecodeErrorKind::Text, "compressed_text", 0)),
            Coding::Octets => Err(DecodeError::new(DecodeErrorKind::Text, "octets", 0)),
            Coding::Gsm7 => {
                let mut language = None;
                if self.has_language_prefix() {
                    let (Some(first), Some(second), Some(_)) = (septets.next(), septets.next(), septets.next()) else {
                        return Err(too_short);
                    };
                    language = Some(LanguageCode([first, second]));
                }
                Ok((language, Text::septets(septets, Alphabet::DEFAULT)))
            }
            Coding::Ucs2 if self.has_language_prefix() => {
                let (prefix, text) = octets.split_first_chunk::<2>().ok_or(too_short)?;
                let mut septets = Septets::all(prefix);
                let language = [septets.next().unwrap_or(0), septets.next().unwrap_or(0)];
                Ok((Some(LanguageCode(language)), Text::utf16_be(text)))
            }
            Coding::Ucs2 => Ok((None, Text::utf16_be(octets))),
        }
    }
}

impl Default for CbsCoding {
    fn default() -> Self {
        Self::GSM7
    }
}

impl fmt::Debug for CbsCoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CbsCoding({:#04x})", self.0)
    }
}
