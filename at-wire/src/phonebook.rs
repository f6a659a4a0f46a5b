//! Entries of the phone book on a SIM: records of EF-ADN (3GPP TS 31.102 §4.4.2.3, TS 51.011 §10.5.1). Other files of
//! numbers, those of fixed dialling and the own ones, are made alike.

use core::fmt::{self, Write as _};

use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Reader, Writer};
use crate::sms::{MAX_DIGITS, TypeOfAddress};
use crate::text::{Text, alpha};

/// Bytes of a record behind the name.
pub const NUMBER_LEN: usize = 14;
/// Octets of digits.
const DIGITS: usize = MAX_DIGITS / 2;
/// What is not used.
const UNUSED: u8 = 0xff;
/// Characters of the semi-octets: a digit, `p` a pause (DTMF separator), `w` any digit, `e` an expansion.
const CHARACTERS: &[u8; 15] = b"0123456789*#pwe";

/// A number as a phone book holds it. It prints as people write it, `+` in front of an international one.
#[derive(Clone, Copy)]
pub struct DialingNumber<'a>(Number<'a>);

#[derive(Clone, Copy)]
enum Number<'a> {
    /// As received: two digits in each octet, the first one low, 0xF for none.
    Octets(TypeOfAddress, &'a [u8]),
    Digits(&'a str),
}

impl<'a> DialingNumber<'a> {
    /// A number of the characters `0` to `9`, `*`, `#`, `p`, `w` and `e`, with `+` in front of an international one. Others
    /// are found when it is written.
    #[must_use]
    pub const fn new(number: &'a str) -> Self {
        Self(Number::Digits(number))
    }

    /// What people write.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        let (octets, digits) = match self.0 {
            Number::Octets(_, octets) => (octets, ""),
            Number::Digits(digits) => (&[][..], digits),
        };
        let plus = matches!(self.0, Number::Octets(kind, _) if kind.number_type() == 1).then_some('+');
        let semi_octets = octets.iter().flat_map(|octet| [octet & 0x0f, octet >> 4]);
        let received = semi_octets.map_while(|digit| CHARACTERS.get(usize::from(digit)).copied());
        plus.into_iter().chain(received.map(char::from)).chain(digits.chars())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chars().next().is_none()
    }

    /// Appends length, type and digits.
    fn write(&self, writer: &mut Writer<'_>) {
        const FIELD: &str = "dialling_number";
        let mut coded = [UNUSED; DIGITS];
        let mut kind = TypeOfAddress::UNKNOWN;
        let mut count = 0_usize;
        for (place, character) in self.chars().enumerate() {
            if (place, character) == (0, '+') {
                kind = TypeOfAddress::INTERNATIONAL;
                continue;
            }
            let lower = character.to_ascii_lowercase();
            let Some(digit) = CHARACTERS.iter().zip(0_u8..).find(|(known, _)| char::from(**known) == lower) else {
                return writer.poison(EncodeError::Value { field: FIELD });
            };
            let Some(octet) = coded.get_mut(count >> 1) else {
                return writer.poison(EncodeError::TooLong { field: FIELD, limit: MAX_DIGITS });
            };
            *octet = if count & 1 == 0 { 0xf0 | digit.1 } else { *octet & 0x0f | digit.1 << 4 };
            count = count.saturating_add(1);
        }
        if let Number::Octets(received, _) = self.0 {
            kind = received;
        }
        let octets = u8::try_from(count.div_ceil(2)).unwrap_or(UNUSED);
        match octets {
            0 => writer.bytes(&[UNUSED; 2]),
            octets => writer.bytes(&[octets.saturating_add(1), kind.0]),
        }
        writer.bytes(&coded);
    }
}

impl fmt::Display for DialingNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|character| f.write_char(character))
    }
}

/// Without the digits: they are personal.
impl fmt::Debug for DialingNumber<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DialingNumber({} digits)", self.chars().count())
    }
}

/// An entry: a name and a number, one of which may be empty.
///
/// ```
/// use at_wire::phonebook::{DialingNumber, Entry};
///
/// let mut record = [0; 20];
/// Entry::new("Anna", "+15550123").write(&mut record)?;
/// assert_eq!(record[..10], *b"Anna\xff\xff\x05\x91\x51\x55");
/// let entry = Entry::read(&record)?.unwrap();
/// assert_eq!((entry.name.to_string(), entry.number.to_string()), ("Anna".into(), "+15550123".into()));
/// assert!(Entry::read(&[0xff; 20])?.is_none());
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    /// Name.
    pub name: Text<'a>,
    /// Number.
    pub number: DialingNumber<'a>,
    /// The record of EF-EXT1 with the digits beyond the twentieth, if there are any.
    pub extension: Option<u8>,
}

/// Without name and number.
impl fmt::Debug for Entry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("extension", &self.extension).finish_non_exhaustive()
    }
}

impl<'a> Entry<'a> {
    /// An entry of that name and number.
    #[must_use]
    pub fn new(name: &'a str, number: &'a str) -> Self {
        Self { name: name.into(), number: DialingNumber::new(number), extension: None }
    }

    /// Reads a record; `None` if it is free.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Length`] for one that is shorter than [`NUMBER_LEN`], or has more digits than room for them, and
    /// those of [`alpha::read`].
    pub fn read(record: &'a [u8]) -> Result<Option<Self>, DecodeError> {
        let at = record.len().checked_sub(NUMBER_LEN);
        let at = at.ok_or(DecodeError::new(DecodeErrorKind::Length, "record", 0))?;
        let (name, number) = record.split_at_checked(at).unwrap_or((&[], record));
        let mut reader = Reader::starting_at(number, at);
        let length = reader.byte("dialling_number")?;
        let kind = TypeOfAddress(reader.byte("type_of_number")?);
        let octets = match length {
            0 | UNUSED => 0,
            length => usize::from(length).saturating_sub(1),
        };
        let digits = reader.bytes(DIGITS, "dialling_number")?;
        let digits = digits.get(..octets).ok_or(DecodeError::new(DecodeErrorKind::Length, "dialling_number", at))?;
        let [_, extension] = reader.array("extension")?;
        let number = DialingNumber(Number::Octets(if octets == 0 { TypeOfAddress::UNKNOWN } else { kind }, digits));
        let entry = Self { name: alpha::read(name)?, number, extension: Some(extension).filter(|n| *n != UNUSED) };
        Ok((!entry.name.is_empty() || octets != 0).then_some(entry))
    }

    /// Writes it over a whole record; digits beyond the twentieth are not written. What cannot be written changes nothing.
    ///
    /// # Errors
    ///
    /// [`EncodeError::TooLong`] for a name that does not fit, in bytes, or more than twenty digits; [`EncodeError::Value`]
    /// for another character in the number; [`EncodeError::BufferTooSmall`] for a record shorter than [`NUMBER_LEN`].
    pub fn write(&self, record: &mut [u8]) -> Result<(), EncodeError> {
        let mut number = [UNUSED; NUMBER_LEN];
        let mut writer = Writer::new(&mut number);
        self.number.write(&mut writer);
        writer.finish()?;
        let limit = record.len().checked_sub(NUMBER_LEN);
        let limit = limit.ok_or(EncodeError::BufferTooSmall { needed: NUMBER_LEN })?;
        // No name has more characters than fit a record.
        let mut name = [UNUSED; 255];
        let mut writer = Writer::new(&mut name);
        alpha::write(self.name, &mut writer);
        let length = writer.len();
        if length > limit.min(255) {
            return Err(EncodeError::TooLong { field: "name", limit });
        }
        writer.finish()?;
        record.fill(UNUSED);
        let mut writer = Writer::new(record);
        writer.bytes(name.get(..length).unwrap_or(&[]));
        writer.patch(limit, &number);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    extern crate alloc;
    use alloc::string::{String, ToString as _};

    fn read(record: &[u8]) -> Option<(String, String)> {
        let entry = Entry::read(record).unwrap()?;
        Some((entry.name.to_string(), entry.number.to_string()))
    }

    #[test]
    fn records_of_the_specification_are_read_and_written() {
        let mut record = [0; 32];
        for (name, number) in [
            ("Anna", "+15550123"),
            ("", "12345678901234567890"),
            ("Łódź", "*100#"),
            ("Привет", "+49p12w3e"),
            ("日本", ""),
            ("€uro", "1"),
        ] {
            Entry::new(name, number).write(&mut record).unwrap();
            assert_eq!(read(&record), Some((name.to_string(), number.to_string())), "{record:02x?}");
        }
        // 3GPP TS 51.011 §10.5.1: length with the type, digits swapped, the end filled.
        Entry::new("Anna", "*1#p").write(&mut record).unwrap();
        assert_eq!(record[18..], [3, 0x81, 0x1a, 0xcb, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
        Entry::new("é", "123").write(&mut record).unwrap();
        assert_eq!((record[0], &record[18..22]), (5, &[3, 0x81, 0x21, 0xf3][..]));
    }

    #[test]
    fn free_records_and_broken_ones_are_told_apart() {
        assert_eq!(read(&[0xff; 30]), None);
        assert_eq!(read(&[0xff; NUMBER_LEN]), None);
        let mut record = [0xff; 20];
        record[6] = 0;
        assert_eq!(read(&record), None, "no digits");
        record[6..9].copy_from_slice(&[1, 0x91, 0x11]);
        assert_eq!(read(&record), None, "a type alone");
        record[6] = 12;
        assert_eq!(Entry::read(&record).unwrap_err(), DecodeError::new(DecodeErrorKind::Length, "dialling_number", 6));
        assert_eq!(Entry::read(&record[..13]).unwrap_err().kind, DecodeErrorKind::Length);
        record[..3].copy_from_slice(&[0x81, 9, 8]);
        record[6] = 0xff;
        assert_eq!(Entry::read(&record).unwrap_err().kind, DecodeErrorKind::OutOfBounds);
        record[..3].copy_from_slice(b"abc");
        record[19] = 4;
        assert_eq!(Entry::read(&record).unwrap().unwrap().extension, Some(4));
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let mut record = [7; 18];
        let mut write = |name: &str, number: &str| Entry::new(name, number).write(&mut record).unwrap_err();
        assert_eq!(write("Annae", "1"), EncodeError::TooLong { field: "name", limit: 4 });
        assert_eq!(write("日本", "1"), EncodeError::TooLong { field: "name", limit: 4 });
        assert_eq!(write("A", "1-2"), EncodeError::Value { field: "dialling_number" });
        assert_eq!(write("A", "1+2"), EncodeError::Value { field: "dialling_number" });
        assert_eq!(write("A", &"1".repeat(21)), EncodeError::TooLong { field: "dialling_number", limit: 20 });
        assert!(matches!(write(&"日".repeat(300), ""), EncodeError::TooLong { .. }));
        assert_eq!(record, [7; 18]);
        assert_eq!(Entry::new("", "").write(&mut [0; 13]), Err(EncodeError::BufferTooSmall { needed: 14 }));
    }
}
