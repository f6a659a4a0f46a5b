//! Character sets of the 3GPP specifications, which MBIM and QMI hand out as they are and AT puts between quotes.
//!
//! [`Text`] is a text in any coding, read in place: it prints, compares, and gives its characters. What writes a text
//! fills the caller's buffer through a [`Writer`] and says how much it needed. Where each coding is used:
//!
//! * [`Alphabet`], [`Septets`], [`pack`]: short messages, USSD, cell broadcast, operator names;
//! * [`CbsCoding`]: says which coding a USSD text or cell broadcast page has;
//! * [`charset`]: the character sets of `AT+CSCS`;
//! * [`alpha`]: names in the files of a SIM;
//! * [`name`]: operator names of the network, of the SIM, and of QMI;
//! * [`hex`]: bytes as hexadecimal digits.

use core::fmt::{self, Write as _};

use crate::codec::{EncodeError, Writer};

pub mod alpha;
mod alphabet;
pub mod charset;
mod coding;
pub mod hex;
pub mod name;
mod septets;
#[rustfmt::skip]
mod tables;

pub use alphabet::{Alphabet, Code, ESCAPE, Language};
pub use coding::{CbsCoding, Coding, LanguageCode};
pub use septets::{Septets, fill_bits, pack, packed_len};

/// A text in whatever coding it came, or a `&str` to be sent. Compares, prints and copies without a buffer.
///
/// Reading a text never fails: a lone surrogate reads as U+FFFD, see [`replaced`](Self::replaced); an odd byte at the
/// end of UTF-16 is left out; for the 7-bit alphabets see [`Alphabet`].
///
/// ```
/// use at_wire::text::{Alphabet, Septets, Text};
///
/// let text = Text::septets(Septets::all(&[0xe8, 0x32, 0x9b, 0xfd, 0x06]), Alphabet::DEFAULT);
/// assert_eq!(text, "hello");
/// assert_eq!(Text::utf16_be(&[0x04, 0x16]).to_string(), "Ж");
/// ```
#[derive(Clone, Copy)]
pub struct Text<'a>(Source<'a>);

#[derive(Clone, Copy)]
enum Source<'a> {
    Septets(Septets<'a>, Alphabet),
    /// One septet in each octet.
    Unpacked(&'a [u8], Alphabet),
    /// The same as two hexadecimal digits each.
    UnpackedHex(&'a [u8], Alphabet),
    Utf16(&'a [u8], ByteOrder),
    /// UTF-16 as four hexadecimal digits for each unit.
    Utf16Hex(&'a [u8]),
    /// One octet for each character: of the default alphabet below 0x80, of the 128 characters from this one on above.
    HalfPage(u16, &'a [u8]),
    /// One octet for each character: ASCII below 0x80, by a table above.
    Bytes(&'a [u8], &'static charset::Upper),
    Str(&'a str),
}

#[derive(Clone, Copy)]
enum ByteOrder {
    Big,
    Little,
}

impl<'a> Text<'a> {
    /// Text in packed septets.
    #[must_use]
    pub fn septets(septets: Septets<'a>, alphabet: Alphabet) -> Self {
        Self(Source::Septets(septets, alphabet))
    }

    /// Text with one septet in each octet.
    #[must_use]
    pub fn unpacked(octets: &'a [u8], alphabet: Alphabet) -> Self {
        Self(Source::Unpacked(octets, alphabet))
    }

    /// Text in big-endian UTF-16, which is what UCS-2 means in practice.
    #[must_use]
    pub fn utf16_be(octets: &'a [u8]) -> Self {
        Self(Source::Utf16(octets, ByteOrder::Big))
    }

    /// Text in little-endian UTF-16.
    #[must_use]
    pub fn utf16_le(octets: &'a [u8]) -> Self {
        Self(Source::Utf16(octets, ByteOrder::Little))
    }

    /// The characters.
    #[must_use]
    pub fn chars(&self) -> Chars<'a> {
        Chars(self.0)
    }

    /// Whether there is no character.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chars().next().is_none()
    }

    /// Characters that are U+FFFD, which stands for what could not be read.
    #[must_use]
    pub fn replaced(&self) -> usize {
        self.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count()
    }

    /// The same septets read in another alphabet; a text in another coding stays as it is.
    #[must_use]
    pub fn in_alphabet(self, alphabet: Alphabet) -> Self {
        Self(match self.0 {
            Source::Septets(septets, _) => Source::Septets(septets, alphabet),
            Source::Unpacked(octets, _) => Source::Unpacked(octets, alphabet),
            other => other,
        })
    }

    /// Copies the text as UTF-8 into `buf`; `None` if `buf` is too small (three bytes for each septet or UTF-16 unit
    /// always do).
    pub fn to_utf8<'b>(&self, buf: &'b mut [u8]) -> Option<&'b str> {
        let mut len = 0;
        for c in self.chars() {
            let end = c.len_utf8().checked_add(len)?;
            c.encode_utf8(buf.get_mut(len..end)?);
            len = end;
        }
        core::str::from_utf8(buf.get(..len)?).ok()
    }

    /// Appends the text as packed septets behind `fill_bits`; returns how many septets it is.
    ///
    /// A text that is in septets already is copied septet by septet.
    #[inline(never)]
    pub fn write_septets(&self, writer: &mut Writer<'_>, fill_bits: u8, alphabet: Alphabet) -> usize {
        let mut packer = septets::Packer::new(fill_bits);
        if let Source::Septets(septets, _) = self.0 {
            septets.for_each(|septet| packer.put(writer, septet));
        } else {
            self.encode(alphabet, writer, |writer, septet| packer.put(writer, septet));
        }
        packer.finish(writer)
    }

    /// Hands every septet of the text to `put`; a character that the alphabet does not have spoils what is written.
    fn encode(&self, alphabet: Alphabet, writer: &mut Writer<'_>, mut put: impl FnMut(&mut Writer<'_>, u8)) {
        for (index, character) in self.chars().enumerate() {
            let Some(code) = alphabet.code(character) else {
                return writer.poison(EncodeError::Unencodable { character, index });
            };
            if code.escaped {
                put(writer, ESCAPE);
            }
            put(writer, code.septet);
        }
    }

    /// Appends the text with one septet in each octet.
    pub fn write_unpacked(&self, writer: &mut Writer<'_>, alphabet: Alphabet) {
        self.encode(alphabet, writer, |writer, septet| writer.byte(septet));
    }

    /// Appends the text in big-endian UTF-16. A text that is in it already is copied byte by byte.
    #[inline(never)]
    pub fn write_utf16_be(&self, writer: &mut Writer<'_>) {
        match self.0 {
            Source::Utf16(octets, ByteOrder::Big) => writer.bytes(octets),
            _ => self.utf16(|unit| writer.bytes(&unit.to_be_bytes())),
        }
    }

    /// Appends the text in little-endian UTF-16. A text that is in it already is copied byte by byte.
    pub fn write_utf16_le(&self, writer: &mut Writer<'_>) {
        match self.0 {
            Source::Utf16(octets, ByteOrder::Little) => writer.bytes(octets),
            _ => self.utf16(|unit| writer.bytes(&unit.to_le_bytes())),
        }
    }

    fn utf16(&self, mut write: impl FnMut(u16)) {
        for c in self.chars() {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| write(*unit));
        }
    }
}

impl Default for Text<'_> {
    fn default() -> Self {
        Self(Source::Str(""))
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        Self(Source::Str(text))
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.chars().eq(other.chars())
    }
}

impl Eq for Text<'_> {}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.chars().eq(other.chars())
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        self.chars().flat_map(char::escape_debug).try_for_each(|c| f.write_char(c))?;
        f.write_char('"')
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Text<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Display2Format(self));
    }
}

/// The characters of a [`Text`].
#[derive(Clone)]
pub struct Chars<'a>(Source<'a>);

impl fmt::Debug for Chars<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Chars").field(&Text(self.0)).finish()
    }
}

impl Chars<'_> {
    /// The next octet or septet of a text that is made of such.
    fn octet(&mut self) -> Option<u8> {
        match &mut self.0 {
            Source::Septets(septets, _) => septets.next(),
            Source::Unpacked(octets, _) | Source::HalfPage(_, octets) | Source::Bytes(octets, _) => {
                let (first, rest) = octets.split_first()?;
                *octets = rest;
                Some(*first)
            }
            Source::UnpackedHex(digits, _) => hex::take(digits),
            Source::Utf16(..) | Source::Utf16Hex(_) | Source::Str(_) => None,
        }
    }

    /// The next unit of a text in UTF-16.
    fn unit(&mut self) -> Option<u16> {
        match &mut self.0 {
            Source::Utf16(octets, order) => {
                let (unit, rest) = octets.split_first_chunk()?;
                *octets = rest;
                Some(match order {
                    ByteOrder::Big => u16::from_be_bytes(*unit),
                    ByteOrder::Little => u16::from_le_bytes(*unit),
                })
            }
            Source::Utf16Hex(digits) => Some(u16::from_be_bytes([hex::take(digits)?, hex::take(digits)?])),
            _ => None,
        }
    }

    /// The next character of a text in UTF-16.
    fn utf16(&mut self) -> Option<char> {
        let first = u32::from(self.unit()?);
        let mut code = first;
        if first & 0xfc00 == 0xd800 {
            let mut ahead = self.clone();
            if let Some(second @ 0xdc00..=0xdfff) = ahead.unit() {
                *self = ahead;
                code = (((first & 0x3ff) << 10) | (u32::from(second) & 0x3ff)).saturating_add(0x1_0000);
            }
        }
        Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
    }
}

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let alphabet = match &mut self.0 {
            Source::Septets(_, alphabet) | Source::Unpacked(_, alphabet) | Source::UnpackedHex(_, alphabet) => {
                *alphabet
            }
            Source::HalfPage(base, [low @ 0x80..=0xff, ..]) => {
                let code = u32::from(*base).saturating_add(u32::from(*low & 0x7f));
                self.octet();
                return Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Source::HalfPage(..) => Alphabet::DEFAULT,
            Source::Bytes(_, upper) => {
                let upper = *upper;
                return self.octet().map(|octet| upper.get(octet).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Source::Utf16(..) | Source::Utf16Hex(_) => return self.utf16(),
            Source::Str(text) => {
                let mut chars = text.chars();
                let next = chars.next();
                *text = chars.as_str();
                return next;
            }
        };
        alphabet.next_char(&mut core::iter::from_fn(|| self.octet()))
    }
}
