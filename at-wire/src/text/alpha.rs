//! Names in the files of a SIM (3GPP TS 31.102 Annex A): phonebook entries, the service provider's name. The first
//! octet chooses between the default alphabet and three forms of UCS-2.

use super::{Alphabet, Source, Text};
use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Writer, byte};

/// What files are filled up with.
const UNUSED: u8 = 0xff;

/// Reads the name of a file, which is filled up with 0xFF.
///
/// # Errors
///
/// [`DecodeErrorKind::OutOfBounds`] for a length beyond the end, [`DecodeErrorKind::Text`] for a code that is no
/// character.
///
/// ```
/// use at_wire::text::alpha;
///
/// assert_eq!(alpha::read(&[0x81, 0x03, 0x08, 0xb3, 0x53, 0xb4, 0xff])?, "гSд");
/// assert_eq!(alpha::read(b"Anna\xff\xff")?, "Anna");
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
pub fn read(octets: &[u8]) -> Result<Text<'_>, DecodeError> {
    match octets {
        [0x80, name @ ..] => {
            // Two octets of 0xFF end the name; it may also fill the file.
            let end = name.chunks_exact(2).position(|unit| unit == [UNUSED, UNUSED]);
            let end = end.map_or(name.len(), |units| units.saturating_mul(2));
            Ok(Text::utf16_be(name.get(..end).unwrap_or(name)))
        }
        [0x81, length, base, name @ ..] => half_page(*length, u16::from(*base) << 7, name, 3),
        [0x82, length, high, low, name @ ..] => half_page(*length, u16::from_be_bytes([*high, *low]), name, 4),
        [first @ (0x81 | 0x82), ..] => {
            Err(DecodeError::new(DecodeErrorKind::OutOfBounds, "base", usize::from(first & 1).saturating_add(2)))
        }
        _ => {
            let end = octets.iter().position(|octet| *octet == UNUSED).unwrap_or(octets.len());
            Ok(Text::unpacked(octets.get(..end).unwrap_or(octets), Alphabet::DEFAULT))
        }
    }
}

fn half_page(length: u8, base: u16, name: &[u8], at: usize) -> Result<Text<'_>, DecodeError> {
    let name = name.get(..usize::from(length));
    let name = name.ok_or(DecodeError::new(DecodeErrorKind::OutOfBounds, "characters", 1))?;
    let code = |low: u8| if low < 0x80 { Some(0) } else { base.checked_add(u16::from(low & 0x7f)) };
    let is_character = |low| code(low).is_some_and(|code| char::from_u32(code.into()).is_some());
    match name.iter().position(|low| !is_character(*low)) {
        Some(n) => Err(DecodeError::new(DecodeErrorKind::Text, "characters", at.saturating_add(n))),
        None => Ok(Text(Source::HalfPage(base, name))),
    }
}

/// Appends a name in the shortest of the four forms, without the 0xFF behind it.
///
/// A name beyond UCS-2 is written in UTF-16, which many read. One of more than 255 characters can only be written in
/// the default alphabet or form 0x80.
pub fn write(name: Text<'_>, writer: &mut Writer<'_>) {
    if Alphabet::DEFAULT.septets(name.chars()).is_ok() {
        name.write_unpacked(writer, Alphabet::DEFAULT);
        return;
    }
    // Characters outside the default alphabet: the first and the last by number, and how long the forms become.
    let (mut first, mut last, mut short) = (u32::MAX, 0_u32, 0_usize);
    for character in name.chars() {
        match Alphabet::DEFAULT.code(character) {
            Some(code) => short = short.saturating_add(code.septets()),
            None => {
                first = first.min(character.into());
                last = last.max(character.into());
                short = short.saturating_add(1);
            }
        }
    }
    let utf16 = name.chars().map(char::len_utf16).fold(0, usize::saturating_add).saturating_mul(2).saturating_add(1);
    let (page, base) = (first & !0x7f, u16::try_from(first).unwrap_or(0));
    let fits = |header: usize| short <= 255 && short.saturating_add(header) < utf16;
    if last < 0x8000 && last & !0x7f == page && fits(3) {
        writer.bytes(&[0x81, byte(short), u8::try_from(page >> 7).unwrap_or(0)]);
        write_half_page(name, page, writer);
    } else if last <= 0xffff && last.saturating_sub(first) < 0x80 && fits(4) {
        let [high, low] = base.to_be_bytes();
        writer.bytes(&[0x82, byte(short), high, low]);
        write_half_page(name, first, writer);
    } else {
        writer.byte(0x80);
        name.write_utf16_be(writer);
    }
}

fn write_half_page(name: Text<'_>, base: u32, writer: &mut Writer<'_>) {
    for (index, character) in name.chars().enumerate() {
        match (Alphabet::DEFAULT.code(character), u8::try_from(u32::from(character).wrapping_sub(base))) {
            (Some(_), _) => Alphabet::DEFAULT.encode([character].into_iter()).for_each(|septet| writer.byte(septet)),
            (None, Ok(low)) => writer.byte(low | 0x80),
            (None, Err(_)) => writer.poison(EncodeError::Unencodable { character, index }),
        }
    }
}
