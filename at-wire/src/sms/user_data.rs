//! The user data of a message (3GPP TS 23.040 §9.2.3.24): a header, if there is one, and behind it text or octets.

use core::fmt;

use super::{DataCoding, UserDataHeader};
use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Reader, Writer, byte};
use crate::text::{Alphabet, Coding, Septets, Text, fill_bits, packed_len};

/// The most octets of user data in a message that is delivered or submitted.
pub const MAX_USER_DATA: usize = 140;

/// User data that was received, or that is to be sent. How it is coded stands in the message's [`DataCoding`].
#[derive(Clone, Copy, Default)]
pub struct UserData<'a> {
    header: UserDataHeader<'a>,
    content: Content<'a>,
}

#[derive(Clone, Copy)]
enum Content<'a> {
    Text(Text<'a>, Alphabet),
    Octets(&'a [u8]),
}

impl Default for Content<'_> {
    fn default() -> Self {
        Self::Text(Text::default(), Alphabet::DEFAULT)
    }
}

impl PartialEq for UserData<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.header == other.header && self.text() == other.text() && self.octets() == other.octets()
    }
}

impl Eq for UserData<'_> {}

impl<'a> UserData<'a> {
    /// Text. Whether the coding can express it shows when it is written.
    #[must_use]
    pub fn of_text(text: Text<'a>) -> Self {
        Self { header: UserDataHeader::NONE, content: Content::Text(text, Alphabet::DEFAULT) }
    }

    /// Text in another alphabet than the default one. The header must name the alphabet's tables.
    #[must_use]
    pub fn of_text_in(text: Text<'a>, alphabet: Alphabet) -> Self {
        Self { header: UserDataHeader::NONE, content: Content::Text(text, alphabet) }
    }

    /// Octets, for [`Coding::Octets`] and compressed text.
    #[must_use]
    pub const fn of_octets(octets: &'a [u8]) -> Self {
        Self { header: UserDataHeader::NONE, content: Content::Octets(octets) }
    }

    /// The same with a header.
    #[must_use]
    pub const fn with_header(self, header: UserDataHeader<'a>) -> Self {
        Self { header, ..self }
    }

    /// The header.
    #[must_use]
    pub const fn header(&self) -> UserDataHeader<'a> {
        self.header
    }

    /// The text, by the national tables that the header names; `None` for octets.
    #[must_use]
    pub fn text(&self) -> Option<Text<'a>> {
        match self.content {
            Content::Text(text, _) if self.header.is_some() => {
                Some(text.in_alphabet(Alphabet::new(self.header.locking_shift(), self.header.single_shift())))
            }
            Content::Text(text, _) => Some(text),
            Content::Octets(_) => None,
        }
    }

    /// The text by the default alphabet, whatever the header says. Programs that call only this link no national
    /// tables.
    #[must_use]
    pub const fn text_without_shifts(&self) -> Option<Text<'a>> {
        match self.content {
            Content::Text(text, _) => Some(text),
            Content::Octets(_) => None,
        }
    }

    /// The octets; `None` for text.
    #[must_use]
    pub const fn octets(&self) -> Option<&'a [u8]> {
        match self.content {
            Content::Octets(octets) => Some(octets),
            Content::Text(..) => None,
        }
    }

    /// TP-UDL, the length that stands in front of the user data: septets or octets, the header included.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] for user data that the coding cannot express.
    pub fn length(&self, coding: DataCoding) -> Result<u8, EncodeError> {
        let mut length = [0];
        let mut writer = Writer::new(&mut length);
        self.write(&mut writer, coding, usize::from(u8::MAX));
        match writer.finish() {
            Err(EncodeError::BufferTooSmall { .. }) | Ok(_) => {
                let [length] = length;
                Ok(length)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the user data with the length in front.
    pub(super) fn read(reader: &mut Reader<'a>, coding: DataCoding, has_header: bool) -> Result<Self, DecodeError> {
        let length = usize::from(reader.byte("user_data_length")?);
        let octets = if coding.is_septets() { packed_len(length, 0) } else { length };
        let header_error = reader.error(DecodeErrorKind::OutOfBounds, "user_data_header");
        let user_data = reader.bytes(octets, "user_data")?;
        let mut data = Reader::new(user_data);
        let mut header = UserDataHeader::NONE;
        if has_header {
            let octets = data.byte("").and_then(|length| data.bytes(usize::from(length), ""));
            header = UserDataHeader::parse(octets.map_err(|_| header_error)?);
        }
        let content = if coding.is_septets() {
            let in_front = data.at().saturating_mul(8).div_ceil(7);
            let septets = Septets::new(data.rest(), fill_bits(data.at()), length.saturating_sub(in_front));
            Content::Text(Text::septets(septets, Alphabet::DEFAULT), Alphabet::DEFAULT)
        } else if coding.coding() == Coding::Ucs2 && !coding.is_compressed() {
            Content::Text(Text::utf16_be(data.rest()), Alphabet::DEFAULT)
        } else {
            Content::Octets(data.rest())
        };
        Ok(Self { header, content })
    }

    /// Appends the user data with the length in front; at most `limit` octets.
    pub(super) fn write(&self, writer: &mut Writer<'_>, coding: DataCoding, limit: usize) {
        let at = writer.len();
        writer.byte(0);
        self.header.write(writer);
        let header = self.header.octets();
        let mut septets = None;
        match self.content {
            Content::Text(text, alphabet) if coding.is_septets() => {
                let count = text.write_septets(writer, fill_bits(header), alphabet);
                septets = Some(header.saturating_mul(8).div_ceil(7).saturating_add(count));
            }
            Content::Text(text, _) if coding.coding() == Coding::Ucs2 && !coding.is_compressed() => {
                text.write_utf16_be(writer);
            }
            Content::Octets(octets) if coding.coding() == Coding::Octets || coding.is_compressed() => {
                writer.bytes(octets);
            }
            _ => writer.poison(EncodeError::Value { field: "user_data" }),
        }
        let octets = writer.len().saturating_sub(at).saturating_sub(1);
        if octets > limit {
            writer.poison(EncodeError::TooLong { field: "user_data", limit });
        }
        writer.patch(at, &[byte(septets.unwrap_or(octets))]);
    }
}

impl fmt::Debug for UserData<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("UserData");
        if self.header.is_some() {
            debug.field("header", &self.header);
        }
        match (self.text(), self.octets()) {
            (Some(text), _) => debug.field("text", &text),
            (None, octets) => debug.field("octets", &octets.unwrap_or_default()),
        };
        debug.finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for UserData<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Debug2Format(self));
    }
}
