//! Texts of supplementary service dialogues (USSD) with their data coding scheme (3GPP TS 23.038 §5 and §6.1.2.3). MBIM
//! and QMI carry the octets, AT mostly the text.

use crate::codec::{DecodeError, EncodeError, Writer};
use crate::text::{Alphabet, CbsCoding, LanguageCode, Septets, Text, pack};

/// The most octets that a USSD string can have (3GPP TS 24.080 §4.4.2.34).
pub const MAX_LEN: usize = 160;

/// Fills seven spare bits, which would read as a further character otherwise.
const CARRIAGE_RETURN: u8 = 0x0d;

/// A USSD string as it is on the air.
///
/// ```
/// use at_wire::text::CbsCoding;
/// use at_wire::ussd::UssdString;
///
/// let request = UssdString { coding: CbsCoding::GSM7, octets: &[0xaa, 0x18, 0x0c, 0x36, 0x02] };
/// assert_eq!(request.text()?, "*100#");
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct UssdString<'a> {
    /// How the octets are to be read.
    pub coding: CbsCoding,
    /// The octets.
    pub octets: &'a [u8],
}

impl<'a> UssdString<'a> {
    /// The text, without the language in front of it.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Text`](crate::DecodeErrorKind::Text) for a coding without text (octets, compressed text),
    /// [`DecodeErrorKind::OutOfBounds`](crate::DecodeErrorKind::OutOfBounds) for a text too short for the language in
    /// front of it.
    pub fn text(&self) -> Result<Text<'a>, DecodeError> {
        self.split().map(|(_, text)| text)
    }

    /// The language in front of the text, if the coding says that there is one.
    ///
    /// # Errors
    ///
    /// As [`text`](Self::text).
    pub fn language(&self) -> Result<Option<LanguageCode>, DecodeError> {
        self.split().map(|(language, _)| language)
    }

    fn split(&self) -> Result<(Option<LanguageCode>, Text<'a>), DecodeError> {
        self.coding.split(unpadded(self.octets), self.octets)
    }
}

/// The septets of `octets` without the carriage return that fills the last octet (§6.1.2.3.1).
fn unpadded(octets: &[u8]) -> Septets<'_> {
    let septets = Septets::all(octets);
    let padded = septets.len().is_multiple_of(8) && septets.last_is(CARRIAGE_RETURN);
    if padded { septets.without_last() } else { septets }
}

/// Appends a text in packed septets by the rules for texts without a length: a carriage return fills seven spare bits,
/// and doubles one that ends the text at the end of an octet (§6.1.2.3.1).
pub fn write_gsm7(text: Text<'_>, writer: &mut Writer<'_>) {
    let alphabet = Alphabet::DEFAULT;
    let count = match alphabet.septets(text.chars()) {
        Ok(count) => count,
        Err(error) => return writer.poison(error),
    };
    let ends_in_return = text.chars().last() == Some('\r');
    let pad = count % 8 == 7 || (count > 0 && count.is_multiple_of(8) && ends_in_return);
    pack(writer, 0, alphabet.encode(text.chars()).chain(pad.then_some(CARRIAGE_RETURN)));
}

/// Writes a text into `buf`: in the default alphabet if it can be, else in UCS-2.
///
/// # Errors
///
/// [`EncodeError::TooLong`] for more than [`MAX_LEN`] octets, [`EncodeError::BufferTooSmall`].
///
/// ```
/// use at_wire::ussd::{MAX_LEN, write};
///
/// let mut buffer = [0; MAX_LEN];
/// let request = write("*123#1*".into(), &mut buffer)?;
/// assert_eq!(request.octets, [0xaa, 0x98, 0x6c, 0x36, 0x8a, 0xa9, 0x1a]);
/// # Ok::<(), at_wire::EncodeError>(())
/// ```
pub fn write<'b>(text: Text<'_>, buf: &'b mut [u8]) -> Result<UssdString<'b>, EncodeError> {
    let mut writer = Writer::new(buf);
    let coding = match Alphabet::DEFAULT.septets(text.chars()) {
        Ok(_) => {
            write_gsm7(text, &mut writer);
            CbsCoding::GSM7
        }
        Err(_) => {
            text.write_utf16_be(&mut writer);
            CbsCoding::UCS2
        }
    };
    finish(writer, coding)
}

/// Writes a text with its language in front into `buf`: in the default alphabet if it can be, else in UCS-2.
///
/// # Errors
///
/// As [`write()`], and [`EncodeError::Value`] for a language that is not two letters of ASCII.
pub fn write_with_language<'b>(
    language: LanguageCode,
    text: Text<'_>,
    buf: &'b mut [u8],
) -> Result<UssdString<'b>, EncodeError> {
    let alphabet = Alphabet::DEFAULT;
    let mut writer = Writer::new(buf);
    if !language.0.iter().all(u8::is_ascii_alphabetic) {
        writer.poison(EncodeError::Value { field: "language" });
    }
    let coding = match alphabet.septets(text.chars()) {
        Ok(count) => {
            let septets = language.0.into_iter().chain([CARRIAGE_RETURN]).chain(alphabet.encode(text.chars()));
            let count = count.saturating_add(3);
            // A text that is empty ends in the carriage return behind its language.
            let ends_in_return = text.chars().last() == Some('\r');
            let pad = count % 8 == 7 || (count.is_multiple_of(8) && ends_in_return);
            pack(&mut writer, 0, septets.chain(pad.then_some(CARRIAGE_RETURN)));
            CbsCoding::GSM7_WITH_LANGUAGE
        }
        Err(_) => {
            pack(&mut writer, 0, language.0);
            text.write_utf16_be(&mut writer);
            CbsCoding::UCS2_WITH_LANGUAGE
        }
    };
    finish(writer, coding)
}

fn finish(mut writer: Writer<'_>, coding: CbsCoding) -> Result<UssdString<'_>, EncodeError> {
    if writer.len() > MAX_LEN {
        writer.poison(EncodeError::TooLong { field: "ussd_string", limit: MAX_LEN });
    }
    writer.finish().map(|octets| UssdString { coding, octets })
}
