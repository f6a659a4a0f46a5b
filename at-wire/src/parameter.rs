//! Parameters: what stands between the commas of commands and answers (ITU-T V.250 §5.4, 3GPP TS 27.007 §4), read
//! leniently and written strictly.
//!
//! Modems quote what the specification does not and leave out quotes that it wants, put blanks anywhere, and drop empty
//! parameters at the end. [`Fields`] takes all of that; [`Value`] says what a parameter must be, and [`LineWriter`]
//! keeps what a parameter holds from becoming a second command.

use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Writer};
use crate::text::hex;

/// A parameter as it stands in the line, without the blanks around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Field<'a> {
    /// The bytes, quotes and parentheses included.
    pub raw: &'a [u8],
    /// Where it starts, from the start of the line.
    pub offset: usize,
}

impl<'a> Field<'a> {
    /// Whether nothing stands there. A string without characters, `""`, is not empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// Whether it is a string in quotes, closed or not.
    #[must_use]
    pub fn is_quoted(&self) -> bool {
        self.raw.starts_with(b"\"")
    }

    /// Without its quotes; escapes stay as they are (see [`Str::unescape`]).
    #[must_use]
    #[inline(never)]
    pub fn unquoted(&self) -> &'a [u8] {
        match self.raw.strip_prefix(b"\"") {
            Some(inner) => inner.strip_suffix(b"\"").unwrap_or(inner),
            None => self.raw,
        }
    }

    /// What the parentheses hold; a field without parentheses is a group of one.
    #[must_use]
    pub fn group(&self) -> Fields<'a> {
        match self.raw.strip_prefix(b"(") {
            Some(inner) => {
                Fields::starting_at(inner.strip_suffix(b")").unwrap_or(inner), self.offset.saturating_add(1))
            }
            None => Fields::starting_at(self.raw, self.offset),
        }
    }
}

/// The parameters of a line, one after the other. Past the end there are empty ones, as modems leave out what is empty
/// at the end; [`Iterator::next`] ends where the line ends.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fields<'a> {
    rest: Option<&'a [u8]>,
    offset: usize,
    /// Where the last parameter started.
    last: usize,
}

impl<'a> Fields<'a> {
    /// The parameters in `text`, which holds no name.
    #[must_use]
    pub fn new(text: &'a [u8]) -> Self {
        Self::starting_at(text, 0)
    }

    /// The parameters in `text`, whose first byte counts as number `offset`. A text of blanks holds none.
    #[must_use]
    pub fn starting_at(text: &'a [u8], offset: usize) -> Self {
        Self { rest: (blanks(text) < text.len()).then_some(text), offset, last: offset }
    }

    /// The next parameter: an empty one past the end.
    #[inline(never)]
    pub fn field(&mut self) -> Field<'a> {
        let Some(text) = self.rest else {
            self.last = self.offset;
            return Field { raw: &[], offset: self.offset };
        };
        let end = separator(text).unwrap_or(text.len());
        let (field, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
        self.last = self.offset.wrapping_add(blanks(field));
        let comma = usize::from(!rest.is_empty());
        self.rest = rest.split_first().map(|(_, rest)| rest);
        self.offset = self.offset.wrapping_add(end).wrapping_add(comma);
        Field { raw: trim(field), offset: self.last }
    }

    /// Everything not read yet, blanks included.
    #[must_use]
    pub fn rest(&self) -> &'a [u8] {
        self.rest.unwrap_or_default()
    }

    /// Reads the next parameter as a `T` named `name`.
    ///
    /// # Errors
    ///
    /// What `T` says, with the parameter's place in the line.
    pub fn value<T: Value<'a>>(&mut self, name: &'static str) -> Result<T, DecodeError> {
        T::take(self).map_err(|kind| DecodeError::new(kind, name, self.last))
    }
}

/// Reads the parameters of a structure one after the other, and keeps the first error until the end: one check instead
/// of one behind each parameter, which is most of what such a structure takes of the flash.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Values<'a> {
    fields: Fields<'a>,
    /// The names of the parameters, with a comma behind each, and which of them is read.
    names: &'static str,
    index: u8,
    error: Option<DecodeError>,
}

impl<'a> Values<'a> {
    /// The values of `fields`, which have these names, with a comma behind each.
    #[must_use]
    pub fn new(fields: Fields<'a>, names: &'static str) -> Self {
        Self { fields, names, index: 0, error: None }
    }

    /// None at all, because of an error in front.
    #[must_use]
    pub fn failed(error: DecodeError) -> Self {
        Self { fields: Fields::new(&[]), names: "", index: 0, error: Some(error) }
    }

    /// The parameters that were not taken yet.
    ///
    /// # Errors
    ///
    /// The [`error`](Self::error), if there is one.
    pub fn rest(self) -> Result<Fields<'a>, DecodeError> {
        self.error.map_or(Ok(self.fields), Err)
    }

    /// Reads the next parameter; one that is not what it must be is the default, and the [`error`](Self::error).
    #[inline(never)]
    pub fn value<T: Value<'a>>(&mut self) -> T {
        let read = T::take(&mut self.fields);
        if let Err(kind) = read {
            self.refuse(kind);
        }
        self.index = self.index.wrapping_add(1);
        read.unwrap_or_default()
    }

    /// Says that the next parameter is not what it must be.
    #[inline(never)]
    pub fn refuse(&mut self, kind: DecodeErrorKind) {
        if self.error.is_some() {
            return;
        }
        // Where the name starts and ends: behind so many commas.
        let (mut commas, mut start, mut end) = (0_u8, 0_usize, 0_usize);
        for byte in self.names.bytes() {
            let next = end.wrapping_add(1);
            if byte == b',' {
                if commas == self.index {
                    break;
                }
                (commas, start) = (commas.wrapping_add(1), next);
            }
            end = next;
        }
        let name = self.names.get(start..end).unwrap_or_default();
        self.error = Some(DecodeError::new(kind, name, self.fields.last));
    }

    /// The first error: a parameter that is not what it must be, or another line.
    #[must_use]
    pub fn error(&self) -> Option<DecodeError> {
        self.error
    }
}

/// Without the blanks around it.
#[inline(never)]
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// Whether a byte is among others.
#[allow(clippy::manual_contains)] // which links a search by words
pub(crate) fn has(text: &[u8], wanted: u8) -> bool {
    text.iter().any(|byte| *byte == wanted)
}

/// How many blanks stand in front.
#[inline(never)]
fn blanks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        self.rest.is_some().then(|| self.field())
    }
}

/// Where the first comma stands that is in no string and in no parentheses.
fn separator(text: &[u8]) -> Option<usize> {
    let (mut quoted, mut depth) = (false, 0_usize);
    text.iter().position(|byte| {
        match byte {
            b'"' => quoted = !quoted,
            b'(' if !quoted => depth = depth.wrapping_add(1),
            b')' if !quoted => depth = depth.saturating_sub(1),
            b',' => return !quoted && depth == 0,
            _ => {}
        }
        false
    })
}

/// A line without its name and colon: the parameters of an answer called `name`. Case does not matter, nor does a blank
/// behind the colon.
///
/// ```
/// use at_wire::parameter::parameters_of;
///
/// let mut fields = parameters_of("+CSQ", b"+CSQ: 20,99").unwrap();
/// assert_eq!(fields.value::<u8>("rssi")?, 20);
/// assert_eq!(fields.value::<Option<u8>>("ber")?, Some(99));
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
#[inline(never)]
#[must_use]
pub fn parameters_of<'a>(name: &str, line: &'a [u8]) -> Option<Fields<'a>> {
    let end = blanks(line).wrapping_add(name.len());
    let (head, rest) = line.split_at_checked(end)?;
    // From behind: there may be blanks in front.
    let mut letters = head.iter().rev();
    if !name.bytes().rev().all(|letter| letters.next().is_some_and(|other| other.eq_ignore_ascii_case(&letter))) {
        return None;
    }
    match rest.split_first() {
        // Some leave the colon out, but then a blank shows where the name ends.
        Some((b':' | b' ', rest)) => Some(Fields::starting_at(rest, end.wrapping_add(1))),
        Some(_) => None,
        None => Some(Fields { rest: None, offset: end, last: end }),
    }
}

/// What a parameter can be. Its default stands for a parameter that could not be read, until the error is told.
pub trait Value<'a>: Sized + Default {
    /// Reads one parameter.
    ///
    /// # Errors
    ///
    /// Why the parameter is none of this type.
    fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind>;

    /// Takes what it needs of the parameters; all but the last type of a line take one.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    fn take(fields: &mut Fields<'a>) -> Result<Self, DecodeErrorKind> {
        Self::read(fields.field())
    }

    /// Appends the parameter.
    fn write(&self, line: &mut LineWriter<'_, '_>);

    /// The value for tools; null if the type has nothing to show.
    #[cfg(feature = "catalogue")]
    fn json(&self) -> serde_json::Value {
        serde_json::Value::Null
    }
}

/// A number that is all there is, blanks aside.
fn number<T: core::str::FromStr>(text: &[u8]) -> Result<T, DecodeErrorKind> {
    let text = text.trim_ascii();
    let digits = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let text = core::str::from_utf8(text).ok().filter(|_| digits.iter().all(u8::is_ascii_digit));
    text.and_then(|text| text.parse().ok()).ok_or(DecodeErrorKind::Value)
}

/// Digits and nothing else, as a number.
#[inline(never)]
pub(crate) fn digits(text: &[u8]) -> Option<u32> {
    let mut value = if text.is_empty() { None } else { Some(0_u32) };
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        value = value.filter(|_| digit < 10).and_then(|value| value.checked_mul(10)?.checked_add(digit.into()));
    }
    value
}

/// A number in a field, from 0 to `most`. Apart from [`number`], which takes a multiple of the flash.
#[inline(never)]
pub(crate) fn small(field: Field<'_>, most: u32) -> Result<u32, DecodeErrorKind> {
    let text = trim(field.unquoted());
    let text = text.strip_prefix(b"+").unwrap_or(text);
    digits(text).filter(|number| *number <= most).ok_or(DecodeErrorKind::Value)
}

macro_rules! small {
    ($($type:ident)*) => {$(
        impl<'a> Value<'a> for $type {
            fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
                small(field, Self::MAX.into())?.try_into().map_err(|_| DecodeErrorKind::Value)
            }

            fn write(&self, line: &mut LineWriter<'_, '_>) {
                line.number(u32::from(*self));
            }

            #[cfg(feature = "catalogue")]
            fn json(&self) -> serde_json::Value {
                (*self).into()
            }
        }
    )*};
}

small!(u8 u16 u32);

macro_rules! integer {
    ($($type:ident)*) => {$(
        impl<'a> Value<'a> for $type {
            fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
                number(field.unquoted())
            }

            fn write(&self, line: &mut LineWriter<'_, '_>) {
                line.integer(i64::from(*self));
            }

            #[cfg(feature = "catalogue")]
            fn json(&self) -> serde_json::Value {
                (*self).into()
            }
        }
    )*};
}

integer!(i8 i16 i32 i64);

macro_rules! float {
    ($($type:ident)*) => {$(
        impl<'a> Value<'a> for $type {
            fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
                let text = core::str::from_utf8(field.unquoted()).map_err(|_| DecodeErrorKind::Value)?;
                // Words such as `inf` are no numbers here.
                let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E'));
                text.parse().ok().filter(|_| plain).ok_or(DecodeErrorKind::Value)
            }

            fn write(&self, line: &mut LineWriter<'_, '_>) {
                line.formatted(format_args!("{self}"));
            }

            #[cfg(feature = "catalogue")]
            fn json(&self) -> serde_json::Value {
                (*self).into()
            }
        }
    )*};
}

float!(f32 f64);

macro_rules! wide {
    ($($(#[$doc:meta])* $type:ident)*) => {$(
        $(#[$doc])*
        impl<'a> Value<'a> for $type {
            fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
                number(field.unquoted())
            }

            fn write(&self, line: &mut LineWriter<'_, '_>) {
                line.formatted(format_args!("{self}"));
            }

            #[cfg(feature = "catalogue")]
            fn json(&self) -> serde_json::Value {
                json_number(u128::from(*self))
            }
        }
    )*};
}

wide! {
    u64
    /// A number of up to 39 digits, such as the serial number of a card.
    u128
}

/// `true` and `false`, or 1 and 0; written as a number.
impl<'a> Value<'a> for bool {
    fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
        match field.unquoted() {
            b"1" | b"true" => Ok(true),
            b"0" | b"false" => Ok(false),
            _ => Err(DecodeErrorKind::Value),
        }
    }

    fn write(&self, line: &mut LineWriter<'_, '_>) {
        line.number(u32::from(*self));
    }

    #[cfg(feature = "catalogue")]
    fn json(&self) -> serde_json::Value {
        (*self).into()
    }
}

impl<'a, T: Value<'a>> Value<'a> for Option<T> {
    fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
        if field.is_empty() { Ok(None) } else { T::read(field).map(Some) }
    }

    #[inline(never)]
    fn write(&self, line: &mut LineWriter<'_, '_>) {
        match self {
            Some(value) => value.write(line),
            None => line.skip(),
        }
    }

    #[cfg(feature = "catalogue")]
    fn json(&self) -> serde_json::Value {
        self.as_ref().map_or(serde_json::Value::Null, Value::json)
    }
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $write:ident, $get:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        pub struct $name<'a>(pub &'a [u8]);

        impl<'a> From<&'a str> for $name<'a> {
            fn from(text: &'a str) -> Self {
                Self(text.as_bytes())
            }
        }

        impl<'a> $name<'a> {
            /// As text, if it is UTF-8.
            #[must_use]
            pub fn as_str(&self) -> Option<&'a str> {
                core::str::from_utf8(self.0).ok()
            }
        }

        impl<'a> Value<'a> for $name<'a> {
            fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
                Ok(Self(field.$get()))
            }

            fn write(&self, line: &mut LineWriter<'_, '_>) {
                line.$write(self.0);
            }

            #[cfg(feature = "catalogue")]
            fn json(&self) -> serde_json::Value {
                alloc::string::String::from_utf8_lossy(self.0).into()
            }
        }
    };
}

text! {
    /// A string, in quotes when written; escapes are still in it when read, and are made when written.
    Str, quoted, unquoted
}

text! {
    /// A word without quotes, such as `READY`; read with or without them.
    Word, word, unquoted
}

impl<'a> Str<'a> {
    /// Copies the string with its escapes resolved into `buf` (V.250 §5.4.2.2: a backslash and two hexadecimal digits).
    /// A backslash that starts no escape stands for itself. In the character set GSM its octet is `Ö`, which is to be
    /// written as an escape like any other backslash.
    ///
    /// # Errors
    ///
    /// [`EncodeError::BufferTooSmall`]; the string's own length is always enough.
    pub fn unescape<'b>(&self, buf: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buf);
        let mut rest = self.0;
        while let Some((&first, behind)) = rest.split_first() {
            let escaped = match rest {
                [b'\\', high, low, ..] => digit(*high).zip(digit(*low)),
                _ => None,
            };
            match escaped {
                Some((high, low)) => {
                    writer.byte(high.wrapping_shl(4) | low);
                    rest = rest.get(3..).unwrap_or_default();
                }
                None => {
                    writer.byte(first);
                    rest = behind;
                }
            }
        }
        writer.finish()
    }
}

/// The value of a hexadecimal digit.
#[inline(never)]
pub(crate) fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte.wrapping_sub(b'0')),
        b'a'..=b'f' | b'A'..=b'F' => Some((byte & 0x0f).wrapping_add(9)),
        _ => None,
    }
}

/// A number in hexadecimal digits, such as an area code: in quotes when written, with or without them when read, a `0x`
/// in front allowed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Hex<T>(pub T);

macro_rules! hexadecimal {
    ($($type:ident)*) => {$(
        impl<'a> Value<'a> for Hex<$type> {
            fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
                let text = field.unquoted().trim_ascii();
                let digits = text.strip_prefix(b"0x").or_else(|| text.strip_prefix(b"0X")).unwrap_or(text);
                let mut value: Option<$type> = None;
                // Some write a colon or hyphen between octets.
                for byte in digits.iter().filter(|byte| !matches!(byte, b':' | b'-')) {
                    let digit = char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                    let higher = value.unwrap_or(0).checked_mul(16).ok_or(DecodeErrorKind::Value)?;
                    value = Some(higher | $type::from(digit.ok_or(DecodeErrorKind::Value)?));
                }
                value.map(Self).ok_or(DecodeErrorKind::Value)
            }

            fn write(&self, line: &mut LineWriter<'_, '_>) {
                line.octets(&self.0.to_be_bytes());
            }

            #[cfg(feature = "catalogue")]
            fn json(&self) -> serde_json::Value {
                json_number(u128::from(self.0))
            }
        }
    )*};
}

/// A number, as a text if it is too large for one.
#[cfg(feature = "catalogue")]
fn json_number(number: u128) -> serde_json::Value {
    u64::try_from(number).map_or_else(|_| alloc::format!("{number}").into(), Into::into)
}

hexadecimal!(u8 u16 u32 u64 u128);

/// A parameter that must be there, though its type would take nothing for an empty one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Given<T>(pub T);

impl<'a, T: Value<'a>> Value<'a> for Given<T> {
    fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
        if field.is_empty() { Err(DecodeErrorKind::Length) } else { T::read(field).map(Self) }
    }

    fn write(&self, line: &mut LineWriter<'_, '_>) {
        self.0.write(line);
    }

    #[cfg(feature = "catalogue")]
    fn json(&self) -> serde_json::Value {
        self.0.json()
    }
}

/// A parameter whose comma is written even if it is the last and left out, because some modem counts commas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Kept<T>(pub Option<T>);

impl<'a, T: Value<'a>> Value<'a> for Kept<T> {
    fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
        Option::read(field).map(Self)
    }

    fn write(&self, line: &mut LineWriter<'_, '_>) {
        match &self.0 {
            Some(value) => value.write(line),
            None => line.parameters(b""),
        }
    }

    #[cfg(feature = "catalogue")]
    fn json(&self) -> serde_json::Value {
        self.0.json()
    }
}

/// Octets as pairs of hexadecimal digits, in quotes when written. Read, it holds the digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Octets<'a> {
    /// The digits, checked, as they were read.
    Digits(&'a [u8]),
    /// The octets themselves, to be written.
    Raw(&'a [u8]),
}

/// None.
impl Default for Octets<'_> {
    fn default() -> Self {
        Self::Digits(&[])
    }
}

impl<'a> Octets<'a> {
    /// The octets, in `buf` if they were digits.
    ///
    /// # Errors
    ///
    /// [`EncodeError::BufferTooSmall`]; as many bytes as there are digits are enough.
    pub fn octets<'b>(&self, buf: &'b mut [u8]) -> Result<&'b [u8], EncodeError> {
        let bytes = match self {
            Self::Digits(bytes) | Self::Raw(bytes) => *bytes,
        };
        let needed = bytes.len();
        let target = buf.get_mut(..needed).ok_or(EncodeError::BufferTooSmall { needed })?;
        match self {
            Self::Raw(_) => {
                let mut writer = Writer::new(target);
                writer.bytes(bytes);
                writer.finish().map(|octets| &*octets)
            }
            Self::Digits(_) => {
                hex::decode(bytes, target).map(|octets| &*octets).map_err(|_| EncodeError::Value { field: "octets" })
            }
        }
    }
}

impl<'a> Value<'a> for Octets<'a> {
    fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
        let digits = field.unquoted();
        if !digits.len().is_multiple_of(2) {
            return Err(DecodeErrorKind::Length);
        }
        if digits.iter().all(u8::is_ascii_hexdigit) { Ok(Self::Digits(digits)) } else { Err(DecodeErrorKind::Value) }
    }

    fn write(&self, line: &mut LineWriter<'_, '_>) {
        match self {
            Self::Digits(digits) => line.quoted(digits),
            Self::Raw(octets) => line.octets(octets),
        }
    }

    #[cfg(feature = "catalogue")]
    fn json(&self) -> serde_json::Value {
        match self {
            Self::Digits(digits) => alloc::string::String::from_utf8_lossy(digits).into(),
            Self::Raw(octets) => octets.iter().map(|octet| alloc::format!("{octet:02x}")).collect(),
        }
    }
}

/// What a test answer allows for one parameter: `(0-3,5)`, `0`, `("SM","ME")`, `()`. Ranges are never expanded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Choice<'a>(pub &'a [u8]);

impl<'a> Choice<'a> {
    /// The values and ranges, each as it stands there.
    pub fn fields(&self) -> Fields<'a> {
        Field { raw: self.0.trim_ascii(), offset: 0 }.group()
    }

    /// The ranges; a single number is a range of one. What is no number is passed over.
    pub fn ranges(&self) -> impl Iterator<Item = (i64, i64)> + 'a {
        self.fields().filter_map(|field| range(field.raw))
    }

    /// Whether nothing at all is allowed: an empty list, or commas alone.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields().all(|field| field.is_empty())
    }

    /// The lowest and the highest number.
    #[must_use]
    pub fn bounds(&self) -> Option<(i64, i64)> {
        self.ranges().reduce(|(low, high), range| (low.min(range.0), high.max(range.1)))
    }

    /// Whether a number is among them.
    #[must_use]
    pub fn contains(&self, number: i64) -> bool {
        self.ranges().any(|(low, high)| (low..=high).contains(&number))
    }
}

impl<'a> Value<'a> for Choice<'a> {
    fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
        Ok(Self(field.raw))
    }

    fn write(&self, line: &mut LineWriter<'_, '_>) {
        line.parameters(self.0);
    }

    #[cfg(feature = "catalogue")]
    fn json(&self) -> serde_json::Value {
        alloc::string::String::from_utf8_lossy(self.0).into()
    }
}

/// `3`, `0-5`, `(1-9)`, `(0 -7200)`; a reversed range is turned round.
#[must_use]
pub fn range(text: &[u8]) -> Option<(i64, i64)> {
    let text = text.trim_ascii();
    let text = text.strip_prefix(b"(").unwrap_or(text);
    let text = text.strip_suffix(b")").unwrap_or(text).trim_ascii();
    if let Ok(number) = number::<i64>(text) {
        return Some((number, number));
    }
    // The dash between the numbers, not the sign of the first.
    let sign = usize::from(matches!(text.first(), Some(b'-' | b'+')));
    let dash = sign.saturating_add(text.iter().skip(sign).position(|byte| *byte == b'-')?);
    let (low, high) = text.split_at_checked(dash)?;
    let (low, high) = (number::<i64>(low).ok()?, number::<i64>(high.get(1..)?).ok()?);
    Some((low.min(high), low.max(high)))
}

/// Everything up to the end of the line, commas included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rest<'a>(pub &'a [u8]);

impl<'a> Rest<'a> {
    /// The parameters in it.
    #[must_use]
    pub fn fields(&self) -> Fields<'a> {
        Fields::new(self.0)
    }
}

impl<'a> Value<'a> for Rest<'a> {
    fn read(field: Field<'a>) -> Result<Self, DecodeErrorKind> {
        Ok(Self(field.raw))
    }

    fn take(fields: &mut Fields<'a>) -> Result<Self, DecodeErrorKind> {
        let rest = trim(fields.rest());
        (fields.rest, fields.last) = (None, fields.offset);
        Ok(Self(rest))
    }

    fn write(&self, line: &mut LineWriter<'_, '_>) {
        if self.0.is_empty() {
            line.skip();
        } else {
            line.parameters(self.0);
        }
    }

    #[cfg(feature = "catalogue")]
    fn json(&self) -> serde_json::Value {
        alloc::string::String::from_utf8_lossy(self.0).into()
    }
}

/// How strings are escaped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Escaping {
    /// A backslash and two hexadecimal digits for quotes, backslashes and control characters (V.250 §5.4.2.2).
    #[default]
    V250,
    /// A backslash in front of quotes, commas and backslashes; control characters are refused.
    Backslash,
    /// No escapes: quotes, backslashes and control characters are refused.
    None,
}

/// Who reads the line: a modem acts on more characters than a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reader {
    Modem,
    Host,
}

/// Writes the parameters of a line, with the commas between them; those of empty parameters at the end are left out.
///
/// No parameter ends the line or starts another command: strings are escaped, and everything else with a carriage
/// return, line feed, quote, semicolon, Ctrl-Z, escape or other control character in it poisons the
/// [`Writer`].
#[derive(Debug)]
pub struct LineWriter<'w, 'b> {
    writer: &'w mut Writer<'b>,
    escaping: Escaping,
    reader: Reader,
    /// What comes in front of the first parameter.
    lead: &'static [u8],
    /// Commas not written yet.
    owed: usize,
}

impl<'w, 'b> LineWriter<'w, 'b> {
    /// Writes the parameters of a command, which start with `lead`.
    pub fn command(writer: &'w mut Writer<'b>, escaping: Escaping, lead: &'static [u8]) -> Self {
        Self { writer, escaping, reader: Reader::Modem, lead, owed: 0 }
    }

    /// Writes the parameters of an answer, which start with `lead`.
    pub fn answer(writer: &'w mut Writer<'b>, lead: &'static [u8]) -> Self {
        Self { writer, escaping: Escaping::V250, reader: Reader::Host, lead, owed: 0 }
    }

    /// Leaves a parameter out.
    pub fn skip(&mut self) {
        self.owed = self.owed.wrapping_add(1);
    }

    /// Ends what goes in front of a parameter.
    fn begin(&mut self) {
        self.writer.bytes(core::mem::take(&mut self.lead));
        for _ in 0..core::mem::take(&mut self.owed) {
            self.writer.byte(b',');
        }
        self.owed = 1;
    }

    /// A decimal number. Apart from [`integer`](Self::integer), which takes a multiple of the flash.
    #[inline(never)]
    pub fn number(&mut self, value: u32) {
        let mut digits = [b'0'; 10];
        let (mut rest, mut unused) = (value, digits.len());
        for place in digits.iter_mut().rev() {
            *place = b'0'.wrapping_add(u8::try_from(rest % 10).unwrap_or(0));
            rest /= 10;
            unused = unused.wrapping_sub(1);
            if rest == 0 {
                break;
            }
        }
        self.raw(digits.get(unused..).unwrap_or_default());
    }

    /// A decimal number that may be negative, or large.
    #[inline(never)]
    pub fn integer(&mut self, value: i64) {
        self.begin();
        if value < 0 {
            self.writer.byte(b'-');
        }
        // Octet by octet, as with pen and paper: a division of 64 bits is large where there is no instruction for it.
        let mut rest = value.unsigned_abs().to_be_bytes();
        let mut digits = [0_u8; 20];
        let mut used = 0_usize;
        for place in digits.iter_mut().rev() {
            let mut remainder = 0_u16;
            for octet in &mut rest {
                let part = remainder.wrapping_shl(8) | u16::from(*octet);
                *octet = u8::try_from(part.wrapping_div(10)).unwrap_or(0);
                remainder = part.wrapping_rem(10);
            }
            *place = b'0'.wrapping_add(u8::try_from(remainder).unwrap_or(0));
            used = used.saturating_add(1);
            if rest == [0; 8] {
                break;
            }
        }
        let unused = digits.len().saturating_sub(used);
        self.writer.bytes(digits.get(unused..).unwrap_or_default());
    }

    /// A number as it prints itself.
    fn formatted(&mut self, number: core::fmt::Arguments<'_>) {
        struct Sink<'w, 'b>(&'w mut Writer<'b>);
        impl core::fmt::Write for Sink<'_, '_> {
            fn write_str(&mut self, text: &str) -> core::fmt::Result {
                self.0.bytes(text.as_bytes());
                Ok(())
            }
        }
        self.begin();
        if core::fmt::write(&mut Sink(self.writer), number).is_err() {
            self.writer.poison(EncodeError::Value { field: "number" });
        }
    }

    /// Octets in hexadecimal digits, in quotes.
    pub fn octets(&mut self, octets: &[u8]) {
        self.begin();
        self.writer.byte(b'"');
        octets.iter().for_each(|octet| self.continued_hex(*octet));
        self.writer.byte(b'"');
    }

    /// A number of `octets` octets in hexadecimal digits, in quotes.
    pub fn hexadecimal(&mut self, value: u64, octets: usize) {
        self.octets(value.to_be_bytes().get(8_usize.saturating_sub(octets)..).unwrap_or_default());
    }

    /// A string in quotes, escaped.
    #[inline(never)]
    pub fn quoted(&mut self, text: &[u8]) {
        self.begin();
        self.writer.byte(b'"');
        for byte in text {
            match (self.escaping, *byte) {
                (Escaping::V250, b'"' | b'\\' | 0..=0x1f | 0x7f) => {
                    self.writer.byte(b'\\');
                    self.continued_hex(*byte);
                    continue;
                }
                (Escaping::Backslash, b'"' | b'\\' | b',') => self.writer.byte(b'\\'),
                (_, b'"' | b'\\' | 0..=0x1f | 0x7f) => self.refuse("string"),
                _ => {}
            }
            self.writer.byte(*byte);
        }
        self.writer.byte(b'"');
    }

    #[inline(never)]
    fn refuse(&mut self, field: &'static str) {
        self.writer.poison(EncodeError::Value { field });
    }

    /// A word without quotes.
    pub fn word(&mut self, text: &[u8]) {
        if has(text, b',') {
            self.refuse("word");
        }
        self.check(text, true, "word");
        self.raw(text);
    }

    /// Several parameters with their commas, quotes and parentheses.
    pub fn parameters(&mut self, text: &[u8]) {
        self.check(text, false, "parameters");
        self.raw(text);
    }

    #[inline(never)]
    fn check(&mut self, text: &[u8], bare: bool, field: &'static str) {
        let modem = self.reader == Reader::Modem;
        let mut quoted = false;
        let bad = text.iter().any(|byte| {
            quoted ^= *byte == b'"';
            match byte {
                0..=0x1f | 0x7f => true,
                b';' => modem && !quoted,
                b'"' => modem && bare,
                _ => false,
            }
        });
        if bad || quoted && modem {
            self.refuse(field);
        }
    }

    #[inline(never)]
    fn raw(&mut self, text: &[u8]) {
        self.begin();
        self.writer.bytes(text);
    }

    #[inline(never)]
    fn continued_hex(&mut self, octet: u8) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        for nibble in [octet.wrapping_shr(4), octet & 0x0f] {
            self.writer.byte(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
        }
    }
}
