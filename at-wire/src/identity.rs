//! Numbers that name devices, cards and networks, and the card's files that hold some of them.

use core::fmt;

use crate::codec::{DecodeError, DecodeErrorKind};
use crate::text::{Alphabet, Text};

/// Why a number is none of its kind.
fn refuse(kind: DecodeErrorKind, field: &'static str, offset: usize) -> DecodeError {
    DecodeError::new(kind, field, offset)
}

/// Without the quotes and blanks around.
fn plain(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(text)
}

/// The serial number of a card, ITU-T E.118: 19 or 20 digits that start with 89, of which makers of cards write some as
/// letters.
///
/// A file's content comes with the digits of each octet swapped, and is told as such or put right, depending on the
/// modem; both are read.
///
/// ```
/// use at_wire::identity::Iccid;
///
/// let swapped = Iccid::parse(b"98942000004467820041")?;
/// assert_eq!(swapped.as_str(), Iccid::parse(b"\"89490200004476280014\"")?.as_str());
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Iccid {
    digits: [u8; 20],
    len: usize,
}

impl Iccid {
    /// Reads the digits, with or without quotes.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Length`] for less than 19 or more than 20 digits, [`DecodeErrorKind::Value`] for what are no
    /// hexadecimal digits or do not start with 89.
    pub fn parse(text: &[u8]) -> Result<Self, DecodeError> {
        let text = plain(text);
        if let Some(at) = text.iter().position(|digit| !digit.is_ascii_hexdigit()) {
            return Err(refuse(DecodeErrorKind::Value, "iccid", at));
        }
        let error = refuse(DecodeErrorKind::Length, "iccid", text.len());
        let mut digits = [0; 20];
        digits.get_mut(..text.len()).ok_or(error)?.copy_from_slice(text);
        digits.make_ascii_uppercase();
        if text.starts_with(b"98") {
            for pair in digits.chunks_exact_mut(2) {
                pair.reverse();
            }
        } else if !text.starts_with(b"89") {
            return Err(refuse(DecodeErrorKind::Value, "industry_identifier", 0));
        }
        let end = digits.iter().position(|digit| matches!(digit, 0 | b'F')).unwrap_or(digits.len());
        let filled = digits.iter().skip(end).all(|digit| matches!(digit, 0 | b'F'));
        if end < 19 || !filled { Err(error) } else { Ok(Self { digits, len: end }) }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.digits.get(..self.len).and_then(|digits| core::str::from_utf8(digits).ok()).unwrap_or_default()
    }
}

impl fmt::Debug for Iccid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iccid({})", self.as_str())
    }
}

/// The number of a device, as `+CGSN`, `+GSN` and their kin tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SerialNumber<'a> {
    /// IMEI: fifteen digits (3GPP TS 23.003 §6.2.1), whose check digit is right.
    Imei(&'a str),
    /// ESN of CDMA.
    Esn(u32),
    /// MEID of CDMA: fourteen hexadecimal digits.
    Meid(u64),
}

/// The numbers in a text, of which some modems tell several, in lines or with colons between. What is none of them is
/// passed over.
///
/// ```
/// use at_wire::identity::{SerialNumber, serial_numbers};
///
/// let mut numbers = serial_numbers("490154203237518");
/// assert_eq!(numbers.next(), Some(SerialNumber::Imei("490154203237518")));
/// assert_eq!(serial_numbers("0x6744775").next(), Some(SerialNumber::Esn(0x0674_4775)));
/// ```
pub fn serial_numbers(text: &str) -> impl Iterator<Item = SerialNumber<'_>> {
    let separates = |byte: &u8| matches!(byte, b':' | b'\r' | b'\n' | b' ' | b',' | b'"');
    text.as_bytes().split(separates).filter_map(|word| serial_number(core::str::from_utf8(word).ok()?))
}

fn serial_number(word: &str) -> Option<SerialNumber<'_>> {
    if word.len() == 15 && word.bytes().all(|digit| digit.is_ascii_digit()) {
        return is_luhn(word.as_bytes()).then_some(SerialNumber::Imei(word));
    }
    let hexadecimal = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"));
    let digits = hexadecimal.unwrap_or(word);
    let value =
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u64::from_str_radix(digits, 16).ok())??;
    match digits.len() {
        // Modems drop zeros in front if they say that the digits are hexadecimal.
        8 => u32::try_from(value).ok().map(SerialNumber::Esn),
        1..=7 if hexadecimal.is_some() => u32::try_from(value).ok().map(SerialNumber::Esn),
        14 => Some(SerialNumber::Meid(value)),
        9..=16 if hexadecimal.is_some() && value.leading_zeros() >= 8 => Some(SerialNumber::Meid(value)),
        _ => None,
    }
}

/// Whether the last digit is the check digit of those in front (ISO/IEC 7812-1 annex B).
#[must_use]
pub fn is_luhn(digits: &[u8]) -> bool {
    let mut sum = 0_u32;
    for (index, byte) in digits.iter().rev().enumerate() {
        let Some(digit) = char::from(*byte).to_digit(10) else { return false };
        let doubled = if index & 1 == 1 { digit.saturating_mul(2) } else { digit };
        sum = sum.saturating_add(if doubled > 9 { doubled.saturating_sub(9) } else { doubled });
    }
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// A network by its country code and network code (3GPP TS 23.003 §2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Plmn {
    /// Mobile country code: 1 to 999.
    pub mcc: u16,
    /// Mobile network code.
    pub mnc: u16,
    /// How many digits the network code has: 2 or 3.
    pub mnc_digits: u8,
}

impl Plmn {
    /// Reads five or six digits.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Length`] for less or more, [`DecodeErrorKind::Value`] for others than digits and for the
    /// country code 000.
    pub fn parse(text: &[u8]) -> Result<Self, DecodeError> {
        let text = plain(text);
        let number = |digits: &[u8]| {
            let digits = digits.iter().all(u8::is_ascii_digit).then_some(digits)?;
            core::str::from_utf8(digits).ok()?.parse::<u16>().ok()
        };
        let error = |field, offset| refuse(DecodeErrorKind::Value, field, offset);
        let (mcc, mnc) = text.split_at_checked(3).unwrap_or((text, &[]));
        let mnc_digits = match mnc.len() {
            2 => 2,
            3 => 3,
            _ => return Err(refuse(DecodeErrorKind::Length, "plmn", text.len())),
        };
        let mcc = number(mcc).filter(|mcc| *mcc > 0).ok_or(error("mcc", 0))?;
        Ok(Self { mcc, mnc: number(mnc).ok_or(error("mnc", 3))?, mnc_digits })
    }
}

impl fmt::Display for Plmn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}{:0width$}", self.mcc, self.mnc, width = usize::from(self.mnc_digits))
    }
}

/// How many digits the network code has, as `EF_AD` says (3GPP TS 31.102 §4.2.18): 2 or 3.
///
/// # Errors
///
/// [`DecodeErrorKind::OutOfBounds`] if the file does not say, [`DecodeErrorKind::Value`] for any other number.
pub fn mnc_length(administrative_data: &[u8]) -> Result<u8, DecodeError> {
    match administrative_data.get(3).map(|octet| octet & 0x0f) {
        Some(length @ (2 | 3)) => Ok(length),
        Some(_) => Err(refuse(DecodeErrorKind::Value, "mnc_length", 3)),
        None => Err(refuse(DecodeErrorKind::OutOfBounds, "mnc_length", 3)),
    }
}

/// The name in `EF_SPN` (3GPP TS 31.102 §4.2.12).
///
/// # Errors
///
/// [`DecodeErrorKind::OutOfBounds`] for an empty file, [`DecodeErrorKind::Value`] for one that nothing was written to.
pub fn service_provider_name(file: &[u8]) -> Result<Text<'_>, DecodeError> {
    let (_, name) = file.split_first().ok_or(refuse(DecodeErrorKind::OutOfBounds, "display_condition", 0))?;
    if file.iter().all(|octet| *octet == 0xff) {
        return Err(refuse(DecodeErrorKind::Value, "display_condition", 0));
    }
    if name.first().is_some_and(|first| *first & 0x80 != 0 && *first != 0xff) {
        return crate::text::alpha::read(name);
    }
    let end = name.iter().position(|octet| *octet == 0xff).unwrap_or(name.len());
    Ok(Text::unpacked(name.get(..end).unwrap_or_default(), Alphabet::DEFAULT))
}

/// The emergency numbers in `EF_ECC` as a SIM has it (3GPP TS 51.011 §10.3.27): three octets for each.
pub fn emergency_numbers(file: &[u8]) -> impl Iterator<Item = Digits<'_>> {
    file.chunks_exact(3).map(Digits::low_first).filter(|number| number.iter().next().is_some())
}

/// Decimal digits, two in each octet, up to the first half octet that is no digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Digits<'a> {
    octets: &'a [u8],
    low_first: bool,
}

impl<'a> Digits<'a> {
    /// The first digit in the low half of an octet, as in 3GPP's files and addresses.
    #[must_use]
    pub const fn low_first(octets: &'a [u8]) -> Self {
        Self { octets, low_first: true }
    }

    /// The first digit in the high half.
    #[must_use]
    pub const fn high_first(octets: &'a [u8]) -> Self {
        Self { octets, low_first: false }
    }

    /// The digits as characters.
    pub fn iter(&self) -> impl Iterator<Item = char> + 'a {
        let low_first = self.low_first;
        self.octets
            .iter()
            .flat_map(move |octet| {
                let (low, high) = (octet & 0x0f, octet.wrapping_shr(4));
                if low_first { [low, high] } else { [high, low] }
            })
            .map_while(|digit| char::from_digit(digit.into(), 10))
    }
}

impl fmt::Display for Digits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|digit| fmt::Write::write_char(f, digit))
    }
}

/// Which of two version numbers such as `24.01.514` is newer: number by number, what stands behind the numbers of one
/// part does not count.
///
/// ```
/// use core::cmp::Ordering;
/// assert_eq!(at_wire::identity::compare_versions("24.01.514", "24.01.513"), Ordering::Greater);
/// ```
#[must_use]
pub fn compare_versions(left: &str, right: &str) -> core::cmp::Ordering {
    fn numbers(version: &str) -> impl Iterator<Item = u32> + '_ {
        version.as_bytes().split(|byte| *byte == b'.').map(|part| {
            let digits = part.iter().map_while(|byte| char::from(*byte).to_digit(10));
            digits.fold(0_u32, |number, digit| number.saturating_mul(10).saturating_add(digit))
        })
    }
    numbers(left).cmp(numbers(right))
}
