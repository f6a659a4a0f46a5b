//! The character sets that `AT+CSCS` chooses from (3GPP TS 27.007 §5.5): what stands between the quotes of a string.

use super::{Alphabet, Source, Text, hex};
use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Writer};

/// A character set of `AT+CSCS`.
///
/// ```
/// use at_wire::Writer;
/// use at_wire::text::charset::Charset;
///
/// let mut buffer = [0; 32];
/// let mut writer = Writer::new(&mut buffer);
/// Charset::Ucs2.write("Zoë".into(), &mut writer);
/// let written = writer.finish()?;
/// assert_eq!(written, b"005A006F00EB");
/// assert_eq!(Charset::Ucs2.text(written)?, "Zoë");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Charset {
    /// `"IRA"`, the international reference alphabet: ASCII. What is used until another is chosen.
    #[default]
    Ira,
    /// `"GSM"`: the default alphabet, one septet in each octet.
    Gsm,
    /// `"HEX"`: the same as two hexadecimal digits each.
    Hex,
    /// `"UCS2"`: UTF-16 as four hexadecimal digits for each unit.
    Ucs2,
    /// `"UTF-8"`.
    Utf8,
    /// `"8859-1"`: ISO 8859-1, Latin 1.
    Latin1,
    /// `"PCCP437"`: code page 437.
    Cp437,
    /// `"PCDN"`: code page 850.
    Cp850,
}

/// What an octet from 0x80 on means.
#[derive(Debug)]
pub(super) enum Upper {
    /// Nothing.
    None,
    /// The character of the same number.
    Latin1,
    /// One of these.
    Table(&'static str),
}

static NONE: Upper = Upper::None;
static LATIN1: Upper = Upper::Latin1;
static CP437: Upper = Upper::Table(
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}",
);
static CP850: Upper = Upper::Table(
    "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}",
);

impl Upper {
    pub(super) fn get(&self, octet: u8) -> Option<char> {
        match self {
            _ if octet.is_ascii() => Some(char::from(octet)),
            Self::None => None,
            Self::Latin1 => Some(char::from(octet)),
            Self::Table(characters) => characters.chars().nth(usize::from(octet & 0x7f)),
        }
    }

    fn octet(&self, character: char) -> Option<u8> {
        match (self, u8::try_from(character)) {
            (_, Ok(octet)) if octet.is_ascii() => Some(octet),
            (Self::Latin1, Ok(octet)) => Some(octet),
            (Self::Table(characters), _) => {
                let at = characters.chars().position(|known| known == character)?;
                u8::try_from(at).ok().map(|low| low | 0x80)
            }
            _ => None,
        }
    }
}

impl Charset {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Ira, Self::Gsm, Self::Hex, Self::Ucs2, Self::Utf8, Self::Latin1, Self::Cp437, Self::Cp850];

    /// The name in `AT+CSCS`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ira => "IRA",
            Self::Gsm => "GSM",
            Self::Hex => "HEX",
            Self::Ucs2 => "UCS2",
            Self::Utf8 => "UTF-8",
            Self::Latin1 => "8859-1",
            Self::Cp437 => "PCCP437",
            Self::Cp850 => "PCDN",
        }
    }

    /// The character set of a name, in either case; modems also say `UTF8` and `ASCII`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(name));
        known.or(match name {
            "UTF8" | "utf8" => Some(Self::Utf8),
            "ASCII" => Some(Self::Ira),
            _ => None,
        })
    }

    fn upper(self) -> &'static Upper {
        match self {
            Self::Latin1 => &LATIN1,
            Self::Cp437 => &CP437,
            Self::Cp850 => &CP850,
            _ => &NONE,
        }
    }

    /// The text of a string.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Text`] for what is not UTF-8, or no digits where digits must be. Octets without a character
    /// read as U+FFFD.
    pub fn text(self, string: &[u8]) -> Result<Text<'_>, DecodeError> {
        let error = |at: usize| DecodeError::new(DecodeErrorKind::Text, "string", at);
        let digits = |group: usize| match string.iter().position(|digit| !digit.is_ascii_hexdigit()) {
            Some(at) => Err(error(at)),
            None if string.len().checked_rem(group) != Some(0) => Err(error(string.len())),
            None => Ok(string),
        };
        Ok(Text(match self {
            Self::Gsm => Source::Unpacked(string, Alphabet::DEFAULT),
            Self::Hex => Source::UnpackedHex(digits(2)?, Alphabet::DEFAULT),
            Self::Ucs2 => Source::Utf16Hex(digits(4)?),
            Self::Utf8 => Source::Str(core::str::from_utf8(string).map_err(|utf8| error(utf8.valid_up_to()))?),
            Self::Ira | Self::Latin1 | Self::Cp437 | Self::Cp850 => Source::Bytes(string, self.upper()),
        }))
    }

    /// Whether every character of the text is in the set.
    #[must_use]
    pub fn contains(self, text: Text<'_>) -> bool {
        match self {
            Self::Gsm | Self::Hex => Alphabet::DEFAULT.septets(text.chars()).is_ok(),
            Self::Ucs2 | Self::Utf8 => true,
            _ => text.chars().all(|character| self.upper().octet(character).is_some()),
        }
    }

    /// Appends a text as it stands between the quotes. A character that is not in the set spoils what is written.
    pub fn write(self, text: Text<'_>, writer: &mut Writer<'_>) {
        match self {
            Self::Gsm => text.write_unpacked(writer, Alphabet::DEFAULT),
            Self::Hex => {
                if let Err(error) = Alphabet::DEFAULT.septets(text.chars()) {
                    writer.poison(error);
                }
                Alphabet::DEFAULT.encode(text.chars()).for_each(|septet| hex::put(writer, septet));
            }
            Self::Ucs2 => text.utf16(|unit| unit.to_be_bytes().iter().for_each(|byte| hex::put(writer, *byte))),
            Self::Utf8 => {
                text.chars().for_each(|character| writer.bytes(character.encode_utf8(&mut [0; 4]).as_bytes()));
            }
            Self::Ira | Self::Latin1 | Self::Cp437 | Self::Cp850 => {
                for (index, character) in text.chars().enumerate() {
                    match self.upper().octet(character) {
                        Some(octet) => writer.byte(octet),
                        None => writer.poison(EncodeError::Unencodable { character, index }),
                    }
                }
            }
        }
    }
}
