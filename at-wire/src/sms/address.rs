//! Telephone numbers and names of senders (3GPP TS 23.040 §9.1.2.5).

use core::fmt::{self, Write as _};

use crate::codec::{DecodeError, EncodeError, Reader, Writer, byte};
use crate::text::{Alphabet, Septets, Text};

/// The most digits that an address can have.
pub const MAX_DIGITS: usize = 20;

/// Type of number and numbering plan.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TypeOfAddress(pub u8);

impl TypeOfAddress {
    /// A telephone number of unknown kind.
    pub const UNKNOWN: Self = Self(0x81);
    /// An international telephone number, shown with `+`.
    pub const INTERNATIONAL: Self = Self(0x91);
    /// A national telephone number.
    pub const NATIONAL: Self = Self(0xa1);
    /// A name in the default alphabet.
    pub const ALPHANUMERIC: Self = Self(0xd0);

    /// Type of number: 0 unknown, 1 international, 2 national, 3 network specific, 4 subscriber, 5 alphanumeric,
    /// 6 abbreviated.
    #[must_use]
    pub const fn number_type(self) -> u8 {
        self.0 >> 4 & 0x07
    }

    /// Numbering plan: 0 unknown, 1 telephone (E.164), 3 data, 4 telex, 8 national, 9 private, 10 ERMES.
    #[must_use]
    pub const fn numbering_plan(self) -> u8 {
        self.0 & 0x0f
    }

    /// Whether the address is a name.
    #[must_use]
    pub const fn is_alphanumeric(self) -> bool {
        self.number_type() == 5
    }
}

impl Default for TypeOfAddress {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

impl fmt::Debug for TypeOfAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeOfAddress({:#04x})", self.0)
    }
}

/// An address: digits, or a name.
///
/// It prints as people write it: `+` in front of an international number, a name as it is.
///
/// ```
/// use at_wire::sms::{Address, TypeOfAddress};
///
/// let address = Address::number("+18005551212");
/// assert_eq!(address.type_of_address(), TypeOfAddress::INTERNATIONAL);
/// assert_eq!(address.to_string(), "+18005551212");
/// ```
#[derive(Clone, Copy)]
pub struct Address<'a> {
    type_of_address: TypeOfAddress,
    value: Value<'a>,
}

#[derive(Clone, Copy)]
enum Value<'a> {
    /// As received: two digits in each octet, the first one low.
    SemiOctets {
        count: u8,
        octets: &'a [u8],
    },
    Digits(&'a str),
    Name(Text<'a>),
}

impl<'a> Address<'a> {
    /// A number of the digits `0` to `9`, `*`, `#`, `a`, `b` and `c`; with `+` in front it is international, else of
    /// unknown kind. Other characters are found when the address is written.
    #[must_use]
    pub fn number(number: &'a str) -> Self {
        match number.strip_prefix('+') {
            Some(digits) => Self::digits_of(TypeOfAddress::INTERNATIONAL, digits),
            None => Self::digits_of(TypeOfAddress::UNKNOWN, number),
        }
    }

    /// Digits with a type of their own.
    #[must_use]
    pub fn digits_of(type_of_address: TypeOfAddress, digits: &'a str) -> Self {
        Self { type_of_address, value: Value::Digits(digits) }
    }

    /// A name of at most eleven septets.
    #[must_use]
    pub fn name(name: &'a str) -> Self {
        Self { type_of_address: TypeOfAddress::ALPHANUMERIC, value: Value::Name(name.into()) }
    }

    /// What kind of address it is.
    #[must_use]
    pub fn type_of_address(&self) -> TypeOfAddress {
        self.type_of_address
    }

    /// The digits, without `+`; none for a name.
    pub fn digits(&self) -> impl Iterator<Item = char> + use<'a> {
        let (count, octets, digits) = match self.value {
            Value::SemiOctets { count, octets } if !self.type_of_address.is_alphanumeric() => (count, octets, ""),
            Value::Digits(digits) => (0, &[][..], digits),
            Value::SemiOctets { .. } | Value::Name(_) => (0, &[][..], ""),
        };
        let semi_octets = octets.iter().flat_map(|octet| [octet & 0x0f, octet >> 4]).take(usize::from(count));
        let received = semi_octets.map_while(|digit| b"0123456789*#abc".get(usize::from(digit)).copied());
        received.map(char::from).chain(digits.chars())
    }

    /// The name, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<Text<'a>> {
        match self.value {
            Value::SemiOctets { count, octets } if self.type_of_address.is_alphanumeric() => {
                let septets = usize::from(count).saturating_mul(4) / 7;
                Some(Text::septets(Septets::new(octets, 0, septets), Alphabet::DEFAULT))
            }
            Value::Name(name) => Some(name),
            _ => None,
        }
    }

    /// Reads an address that counts its digits.
    pub(super) fn read(reader: &mut Reader<'a>, field: &'static str) -> Result<Self, DecodeError> {
        let count = reader.byte(field)?;
        let type_of_address = TypeOfAddress(reader.byte(field)?);
        let octets = reader.bytes(usize::from(count).div_ceil(2), field)?;
        Ok(Self { type_of_address, value: Value::SemiOctets { count, octets } })
    }

    /// Reads the address of a service centre, which counts octets; none is a length of 0.
    pub(super) fn read_service_centre(reader: &mut Reader<'a>) -> Result<Option<Self>, DecodeError> {
        const FIELD: &str = "service_centre_address";
        let length = usize::from(reader.byte(FIELD)?);
        let Some(digits) = length.checked_sub(1) else { return Ok(None) };
        let type_of_address = TypeOfAddress(reader.byte(FIELD)?);
        let octets = reader.bytes(digits, FIELD)?;
        let filler = usize::from(octets.last().is_some_and(|last| last >> 4 == 0x0f));
        let count = byte(digits.saturating_mul(2).saturating_sub(filler));
        Ok(Some(Self { type_of_address, value: Value::SemiOctets { count, octets } }))
    }

    /// Appends the address, with its digits counted.
    pub(super) fn write(&self, writer: &mut Writer<'_>, field: &'static str) {
        let at = writer.len();
        writer.bytes(&[0, self.type_of_address.0]);
        let count = self.put(writer, field);
        writer.patch(at, &[byte(count)]);
    }

    /// Appends the address of a service centre, with its octets counted.
    pub(super) fn write_service_centre(&self, writer: &mut Writer<'_>) {
        let at = writer.len();
        writer.bytes(&[0, self.type_of_address.0]);
        self.put(writer, "service_centre_address");
        let length = writer.len().saturating_sub(at).saturating_sub(1);
        writer.patch(at, &[byte(length)]);
    }

    /// Appends the value and returns its length in semi-octets.
    fn put(&self, writer: &mut Writer<'_>, field: &'static str) -> usize {
        let count = match self.value {
            Value::SemiOctets { count, octets } => {
                writer.bytes(octets);
                usize::from(count)
            }
            Value::Digits(digits) => {
                let mut semi_octets = digits.bytes().map(semi_octet);
                let mut count = 0_usize;
                while let Some(first) = semi_octets.next() {
                    let second = semi_octets.next();
                    count = count.saturating_add(if second.is_some() { 2 } else { 1 });
                    let (Some(first), Some(second)) = (first, second.unwrap_or(Some(0x0f))) else {
                        writer.poison(EncodeError::Value { field });
                        break;
                    };
                    writer.byte(first | second << 4);
                }
                count
            }
            Value::Name(name) => {
                let septets = name.write_septets(writer, 0, Alphabet::DEFAULT);
                septets.saturating_mul(7).div_ceil(4)
            }
        };
        if count > MAX_DIGITS {
            writer.poison(EncodeError::TooLong { field, limit: MAX_DIGITS });
        }
        count
    }
}

/// The code of a digit.
fn semi_octet(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'*' => Some(0x0a),
        b'#' => Some(0x0b),
        b'a'..=b'c' => digit.checked_sub(b'a' - 0x0c),
        b'A'..=b'C' => digit.checked_sub(b'A' - 0x0c),
        _ => None,
    }
}

impl Default for Address<'_> {
    fn default() -> Self {
        Self::number("")
    }
}

impl PartialEq for Address<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.type_of_address == other.type_of_address && self.digits().eq(other.digits()) && self.text() == other.text()
    }
}

impl Eq for Address<'_> {}

impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.text() {
            return name.fmt(f);
        }
        if self.type_of_address.number_type() == 1 {
            f.write_char('+')?;
        }
        self.digits().try_for_each(|digit| f.write_char(digit))
    }
}

impl fmt::Debug for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self}, {:#04x})", self.type_of_address.0)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Address<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Display2Format(self));
    }
}
