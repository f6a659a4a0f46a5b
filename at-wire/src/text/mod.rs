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

use crate::codec::Writer;

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
/// Reading a text never fails: a lone surrogate reads as U+FFFD, see [`replaced`](Self::replaced); an odd byte at the end
/// of UTF-16 is left out; for the 7-bit alphabets see [`Alphabet`].
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
    pub fn write_septets(&self, writer: &mut Writer<'_>, fill_bits: u8, alphabet: Alphabet) -> usize {
        if let Source::Septets(septets, _) = self.0 {
            return pack(writer, fill_bits, septets);
        }
        if let Err(error) = alphabet.septets(self.chars()) {
            writer.poison(error);
        }
        pack(writer, fill_bits, alphabet.encode(self.chars()))
    }

    /// Appends the text with one septet in each octet.
    pub fn write_unpacked(&self, writer: &mut Writer<'_>, alphabet: Alphabet) {
        if let Err(error) = alphabet.septets(self.chars()) {
            writer.poison(error);
        }
        alphabet.encode(self.chars()).for_each(|septet| writer.byte(septet));
    }

    /// Appends the text in big-endian UTF-16. A text that is in it already is copied byte by byte.
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

impl Iterator for Chars<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match &mut self.0 {
            Source::Septets(septets, alphabet) => alphabet.next_char(septets),
            Source::Unpacked(octets, alphabet) => {
                let alphabet = *alphabet;
                alphabet.next_char(&mut core::iter::from_fn(|| take(octets)))
            }
            Source::UnpackedHex(digits, alphabet) => {
                let alphabet = *alphabet;
                alphabet.next_char(&mut core::iter::from_fn(|| hex::take(digits)))
            }
            Source::Utf16(octets, ByteOrder::Big) => utf16(octets, |octets| pair(octets).map(u16::from_be_bytes)),
            Source::Utf16(octets, ByteOrder::Little) => utf16(octets, |octets| pair(octets).map(u16::from_le_bytes)),
            Source::Utf16Hex(digits) => utf16(digits, |digits| {
                let high = hex::take(digits)?;
                Some(u16::from_be_bytes([high, hex::take(digits)?]))
            }),
            Source::HalfPage(base, octets) => match *octets {
                [low @ 0x80..=0xff, rest @ ..] => {
                    *octets = rest;
                    let code = u32::from(*base).saturating_add(u32::from(*low & 0x7f));
                    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
                }
                _ => Alphabet::DEFAULT.next_char(&mut core::iter::from_fn(|| take(octets))),
            },
            Source::Bytes(octets, upper) => {
                let upper = *upper;
                take(octets).map(|octet| upper.get(octet).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
            Source::Str(text) => {
                let mut chars = text.chars();
                let next = chars.next();
                *text = chars.as_str();
                next
            }
        }
    }
}

/// The first octet, which goes.
fn take(octets: &mut &[u8]) -> Option<u8> {
    let (first, rest) = octets.split_first()?;
    *octets = rest;
    Some(*first)
}

/// The first two octets, which go.
fn pair(octets: &mut &[u8]) -> Option<[u8; 2]> {
    let (first, rest) = octets.split_first_chunk()?;
    *octets = rest;
    Some(*first)
}

/// The first character of UTF-16 whose units `unit` takes from the front.
fn utf16<'a>(rest: &mut &'a [u8], unit: impl Fn(&mut &'a [u8]) -> Option<u16>) -> Option<char> {
    let first = unit(rest)?;
    let mut ahead = *rest;
    let both = [first, unit(&mut ahead).unwrap_or(0)];
    let decoded = char::decode_utf16(both).next().and_then(Result::ok);
    if decoded.is_some_and(|c| c.len_utf16() == 2) {
        *rest = ahead;
    }
    Some(decoded.unwrap_or(char::REPLACEMENT_CHARACTER))
}
