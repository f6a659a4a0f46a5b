//! Short messages of CDMA networks (3GPP2 C.S0015-B): modems of dual mode hold them beside the others, and QMI and AT
//! carry them as octets in the same places.
//!
//! A message is a list of parameters, its bearer data a list of subparameters within one of them; addresses and user
//! data are fields of bits, the highest bit first.

use core::fmt::{self, Write as _};

use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Reader, Writer, byte, low};
use crate::text::Text;

/// Kinds of message (§3.4.1).
pub mod message_type {
    /// From one to one.
    pub const POINT_TO_POINT: u8 = 0;
    /// To everybody.
    pub const BROADCAST: u8 = 1;
    /// The answer to one.
    pub const ACKNOWLEDGE: u8 = 2;
}

/// The teleservice of plain messages: cellular messaging.
pub const WIRELESS_MESSAGING: u16 = 4098;

/// Numbers of the parameters (§3.4.3).
mod parameter {
    pub(super) const TELESERVICE: u8 = 0x00;
    pub(super) const SERVICE_CATEGORY: u8 = 0x01;
    pub(super) const ORIGINATING_ADDRESS: u8 = 0x02;
    pub(super) const DESTINATION_ADDRESS: u8 = 0x04;
    pub(super) const BEARER_REPLY: u8 = 0x06;
    pub(super) const CAUSE_CODES: u8 = 0x07;
    pub(super) const BEARER_DATA: u8 = 0x08;
}

/// Numbers of the subparameters of the bearer data (§4.5).
mod subparameter {
    pub(super) const MESSAGE_IDENTIFIER: u8 = 0x00;
    pub(super) const USER_DATA: u8 = 0x01;
    pub(super) const TIME_STAMP: u8 = 0x03;
    pub(super) const PRIORITY: u8 = 0x08;
    pub(super) const CALLBACK_NUMBER: u8 = 0x0e;
}

/// Number, length, value: the form of parameters and subparameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Parameter<'a> {
    /// Its number.
    pub id: u8,
    /// Its value.
    pub value: &'a [u8],
    /// Offset of the value in bytes, from the start of the message.
    pub offset: usize,
}

/// Reads a list of parameters.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a>(Reader<'a>);

impl<'a> Iterator for Parameters<'a> {
    type Item = Result<Parameter<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let mut parameter = || {
            let [id, length] = self.0.array("parameter")?;
            let offset = self.0.at();
            Ok(Parameter { id, value: self.0.bytes(length.into(), "parameter_length")?, offset })
        };
        let parameter = parameter();
        if parameter.is_err() {
            self.0 = Reader::new(&[]); // nothing behind it can be found
        }
        Some(parameter)
    }
}

/// A message, read in place.
///
/// ```
/// use at_wire::sms::cdma::Message;
///
/// let octets = [0x00, 0x00, 0x02, 0x10, 0x02, 0x04, 0x07, 0x02, 0x8c, 0xe9, 0x5d, 0xcc, 0x65, 0x80, 0x08, 0x0d,
///     0x00, 0x03, 0x20, 0x00, 0x00, 0x01, 0x06, 0x10, 0x24, 0x18, 0x30, 0x60, 0x80];
/// let message = Message::parse(&octets)?;
/// assert_eq!(message.destination_address()?.unwrap().to_string(), "3305773196");
/// assert_eq!(message.user_data()?.unwrap().text().unwrap().collect::<String>(), "AAAA");
/// # Ok::<(), at_wire::DecodeError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    message_type: u8,
    parameters: Parameters<'a>,
}

impl<'a> Message<'a> {
    /// Reads a message. All parameters are found, but not yet read.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] for a parameter that does not fit.
    pub fn parse(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(octets);
        let message_type = reader.byte("message_type")?;
        let parameters = Parameters(reader);
        parameters.clone().try_for_each(|parameter| parameter.map(drop))?;
        Ok(Self { message_type, parameters })
    }

    /// The kind of message, see [`message_type`].
    #[must_use]
    pub fn message_type(&self) -> u8 {
        self.message_type
    }

    /// All parameters in order.
    #[must_use]
    pub fn parameters(&self) -> Parameters<'a> {
        self.parameters
    }

    fn find(&self, id: u8) -> Option<Parameter<'a>> {
        self.parameters.filter_map(Result::ok).find(|parameter| parameter.id == id)
    }

    /// What the message is for: 4098 for plain messages.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] for less than two octets.
    pub fn teleservice_id(&self) -> Result<Option<u16>, DecodeError> {
        self.find(parameter::TELESERVICE).map(|found| word(found, "teleservice_id")).transpose()
    }

    /// What a broadcast message is about.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] for less than two octets.
    pub fn service_category(&self) -> Result<Option<u16>, DecodeError> {
        self.find(parameter::SERVICE_CATEGORY).map(|found| word(found, "service_category")).transpose()
    }

    /// The sender.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] for an address longer than its parameter.
    pub fn originating_address(&self) -> Result<Option<Address<'a>>, DecodeError> {
        self.find(parameter::ORIGINATING_ADDRESS).map(|found| Address::read(found, "originating_address")).transpose()
    }

    /// The receiver.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] for an address longer than its parameter.
    pub fn destination_address(&self) -> Result<Option<Address<'a>>, DecodeError> {
        self.find(parameter::DESTINATION_ADDRESS).map(|found| Address::read(found, "destination_address")).transpose()
    }

    /// The number that an acknowledgement of the message must carry, if one is wanted: 0 to 63.
    #[must_use]
    pub fn bearer_reply_sequence(&self) -> Option<u8> {
        self.find(parameter::BEARER_REPLY)?.value.first().map(|octet| octet >> 2)
    }

    /// Of an acknowledgement: the number of the message, 0 to 63, and the class of its error, 0 for none, 2 for a
    /// temporary, 3 for a permanent one.
    #[must_use]
    pub fn cause_codes(&self) -> Option<(u8, u8)> {
        self.find(parameter::CAUSE_CODES)?.value.first().map(|octet| (octet >> 2, octet & 0x03))
    }

    /// The subparameters of the bearer data.
    #[must_use]
    pub fn bearer_data(&self) -> Parameters<'a> {
        let found = self.find(parameter::BEARER_DATA);
        Parameters(found.map_or(Reader::new(&[]), |found| Reader::starting_at(found.value, found.offset)))
    }

    /// A subparameter of the bearer data; an error if one in front of it does not fit.
    fn subparameter(&self, id: u8) -> Result<Option<Parameter<'a>>, DecodeError> {
        for subparameter in self.bearer_data() {
            let subparameter = subparameter?;
            if subparameter.id == id {
                return Ok(Some(subparameter));
            }
        }
        Ok(None)
    }

    /// Which message it is.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] for bearer data that does not fit.
    pub fn message_identifier(&self) -> Result<Option<MessageIdentifier>, DecodeError> {
        let Some(found) = self.subparameter(subparameter::MESSAGE_IDENTIFIER)? else { return Ok(None) };
        let mut bits = Bits::new(found, "message_identifier");
        let kind = low(bits.take(4)?);
        Ok(Some(MessageIdentifier { kind, id: bits.take(16)?, has_header: bits.take(1)? != 0 }))
    }

    /// The user data.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] for bearer data that does not fit.
    pub fn user_data(&self) -> Result<Option<UserData<'a>>, DecodeError> {
        let Some(found) = self.subparameter(subparameter::USER_DATA)? else { return Ok(None) };
        let mut bits = Bits::new(found, "user_data");
        let encoding = Encoding(low(bits.take(5)?));
        if encoding == Encoding::EXTENDED_PROTOCOL {
            bits.take(8)?; // what kind of extended protocol message
        }
        let fields = low(bits.take(8)?);
        let has_header = self.message_identifier().ok().flatten().is_some_and(|identifier| identifier.has_header);
        Ok(Some(UserData { encoding, has_header, fields, bits }))
    }

    /// When the service centre got the message: year (96 to 99 of the last century, else of this one), month, day, hour,
    /// minute, second, each as two decimal digits in an octet, the first digit high.
    #[must_use]
    pub fn time_stamp(&self) -> Option<[u8; 6]> {
        self.subparameter(subparameter::TIME_STAMP).ok()??.value.first_chunk().copied()
    }

    /// How urgent the message is: 0 normal, 1 interactive, 2 urgent, 3 emergency.
    #[must_use]
    pub fn priority(&self) -> Option<u8> {
        self.subparameter(subparameter::PRIORITY).ok()??.value.first().map(|octet| octet >> 6)
    }

    /// The number to call back.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] for bearer data or a number that does not fit.
    pub fn callback_number(&self) -> Result<Option<Address<'a>>, DecodeError> {
        let Some(found) = self.subparameter(subparameter::CALLBACK_NUMBER)? else { return Ok(None) };
        let mut bits = Bits::new(found, "callback_number");
        let eight_bits = bits.take(1)? != 0;
        let (number_type, numbering_plan) = if eight_bits { (bits.take(3)?, bits.take(4)?) } else { (0, 0) };
        let count = low(bits.take(8)?);
        bits.holds(count, if eight_bits { 8 } else { 4 })?;
        let (number_type, numbering_plan) = (low(number_type), low(numbering_plan));
        Ok(Some(Address { eight_bits, number_type, numbering_plan, count, bits }))
    }
}

fn word(found: Parameter<'_>, field: &'static str) -> Result<u16, DecodeError> {
    let error = DecodeError::new(DecodeErrorKind::OutOfBounds, field, found.offset);
    found.value.first_chunk().map(|word| u16::from_be_bytes(*word)).ok_or(error)
}

/// Which message it is (§4.5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct MessageIdentifier {
    /// 1 deliver, 2 submit, 3 cancellation, 4 delivery acknowledgement, 5 user acknowledgement, 6 read acknowledgement.
    pub kind: u8,
    /// The number of the message.
    pub id: u16,
    /// Whether the user data begins with a header like that of 3GPP TS 23.040.
    pub has_header: bool,
}

/// Coding of the user data (3GPP2 C.R1001 §9.1).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Encoding(pub u8);

impl Encoding {
    /// Octets without further meaning.
    pub const OCTET: Self = Self(0);
    /// Extended protocol message.
    pub const EXTENDED_PROTOCOL: Self = Self(1);
    /// ASCII in fields of seven bits.
    pub const ASCII: Self = Self(2);
    /// International alphabet 5 in fields of seven bits: ASCII in practice.
    pub const IA5: Self = Self(3);
    /// UTF-16.
    pub const UNICODE: Self = Self(4);
    /// Shift JIS.
    pub const SHIFT_JIS: Self = Self(5);
    /// Korean (KS C 5601).
    pub const KOREAN: Self = Self(6);
    /// Latin and Hebrew (ISO 8859-8).
    pub const LATIN_HEBREW: Self = Self(7);
    /// Latin 1 (ISO 8859-1).
    pub const LATIN: Self = Self(8);
    /// The default alphabet of 3GPP.
    pub const GSM7: Self = Self(9);

    /// The name, if the value has one.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::OCTET => "octet",
            Self::EXTENDED_PROTOCOL => "extended-protocol",
            Self::ASCII => "7bit-ascii",
            Self::IA5 => "ia5",
            Self::UNICODE => "unicode",
            Self::SHIFT_JIS => "shift-jis",
            Self::KOREAN => "korean",
            Self::LATIN_HEBREW => "latin-hebrew",
            Self::LATIN => "latin",
            Self::GSM7 => "gsm-7bit",
            _ => return None,
        })
    }

    /// Bits of a field.
    const fn width(self) -> u8 {
        match self {
            Self::ASCII | Self::IA5 | Self::GSM7 => 7,
            Self::UNICODE => 16,
            _ => 8,
        }
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "Encoding({})", self.0),
        }
    }
}

/// User data of a message: fields of 7, 8 or 16 bits.
#[derive(Clone, Copy, Debug)]
pub struct UserData<'a> {
    encoding: Encoding,
    has_header: bool,
    fields: u8,
    bits: Bits<'a>,
}

impl<'a> UserData<'a> {
    /// How the fields are coded.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The fields; fewer than promised if there are not so many.
    pub fn fields(&self) -> impl Iterator<Item = u16> + use<'a> {
        let (mut bits, width) = (self.bits, self.encoding.width());
        (0..self.fields).map_while(move |_| bits.take(width).ok())
    }

    /// The characters, if the coding is ASCII, Latin 1 or Unicode and no header stands in front; a lone surrogate reads
    /// as U+FFFD.
    pub fn text(&self) -> Option<impl Iterator<Item = char> + use<'a>> {
        match self.encoding {
            _ if self.has_header => None,
            Encoding::ASCII | Encoding::IA5 | Encoding::UNICODE | Encoding::LATIN => {
                Some(char::decode_utf16(self.fields()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)))
            }
            _ => None,
        }
    }
}

/// An address: digits of four bits, or characters of eight.
#[derive(Clone, Copy)]
pub struct Address<'a> {
    eight_bits: bool,
    number_type: u8,
    numbering_plan: u8,
    count: u8,
    bits: Bits<'a>,
}

impl<'a> Address<'a> {
    fn read(found: Parameter<'a>, field: &'static str) -> Result<Self, DecodeError> {
        let mut bits = Bits::new(found, field);
        let (eight_bits, data_network) = (bits.take(1)? != 0, bits.take(1)? != 0);
        let number_type = if eight_bits { low(bits.take(3)?) } else { 0 };
        let numbering_plan = if eight_bits && !data_network { low(bits.take(4)?) } else { 0 };
        let count = low(bits.take(8)?);
        bits.holds(count, if eight_bits { 8 } else { 4 })?;
        Ok(Self { eight_bits, number_type, numbering_plan, count, bits })
    }

    /// Type of number: 0 unknown, 1 international, 2 national.
    #[must_use]
    pub fn number_type(&self) -> u8 {
        self.number_type
    }

    /// Numbering plan: 0 unknown, 1 telephone.
    #[must_use]
    pub fn numbering_plan(&self) -> u8 {
        self.numbering_plan
    }

    /// The digits or characters.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        let (mut bits, eight_bits) = (self.bits, self.eight_bits);
        (0..self.count).map_while(move |_| {
            let field = low(bits.take(if eight_bits { 8 } else { 4 }).ok()?);
            if eight_bits { Some(char::from(field)) } else { DIGITS.get(usize::from(field)).copied().map(char::from) }
        })
    }
}

/// Digits by their codes (§2.7.1.3.2.4 of C.S0005), 0 and those behind the last one unused.
const DIGITS: &[u8] = b"?1234567890*#";

impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chars().try_for_each(|c| f.write_char(c))
    }
}

impl fmt::Debug for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Address<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Display2Format(self));
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for UserData<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "UserData {{ encoding: {=u8}, fields: {=u8} }}", self.encoding.0, self.fields);
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Message<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Message {{ message_type: {=u8} }}", self.message_type);
    }
}

/// Reads fields of bits, the highest bit first.
#[derive(Clone, Copy, Debug)]
struct Bits<'a> {
    octets: &'a [u8],
    bit: usize,
    error: DecodeError,
}

impl<'a> Bits<'a> {
    fn new(found: Parameter<'a>, field: &'static str) -> Self {
        let error = DecodeError::new(DecodeErrorKind::OutOfBounds, field, found.offset);
        Self { octets: found.value, bit: 0, error }
    }

    /// The next `width` bits, at most 16.
    fn take(&mut self, width: u8) -> Result<u16, DecodeError> {
        let mut value = 0_u16;
        for _ in 0..width {
            let octet = self.octets.get(self.bit / 8).ok_or(self.error)?;
            let shift = 7_u32.saturating_sub(u32::try_from(self.bit % 8).unwrap_or(0));
            value = value << 1 | u16::from(octet.wrapping_shr(shift) & 1);
            self.bit = self.bit.saturating_add(1);
        }
        Ok(value)
    }

    /// Whether `count` fields are there.
    fn holds(&self, count: u8, width: usize) -> Result<(), DecodeError> {
        let end = usize::from(count).saturating_mul(width).saturating_add(self.bit);
        if end <= self.octets.len().saturating_mul(8) { Ok(()) } else { Err(self.error) }
    }
}

/// Writes fields of bits, the highest bit first.
struct BitWriter<'w, 'b> {
    writer: &'w mut Writer<'b>,
    held: u8,
    bits: u8,
}

impl<'w, 'b> BitWriter<'w, 'b> {
    fn new(writer: &'w mut Writer<'b>) -> Self {
        Self { writer, held: 0, bits: 0 }
    }

    /// Appends the low `width` bits of `value`.
    fn put(&mut self, value: u16, width: u8) {
        for bit in (0..width).rev() {
            self.held = self.held << 1 | (low(value.wrapping_shr(bit.into())) & 1);
            self.bits = self.bits.saturating_add(1);
            if self.bits == 8 {
                self.writer.byte(self.held);
                (self.held, self.bits) = (0, 0);
            }
        }
    }

    /// Fills the last octet with zeros.
    fn finish(mut self) {
        while self.bits != 0 {
            self.put(0, 1);
        }
    }
}

/// A plain message to be written: one to be sent, or for the other role one that arrived.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Outgoing<'a> {
    /// Whether the number is that of the sender, of a message that arrived; else that of the receiver.
    pub is_delivery: bool,
    /// The number: digits, `*` and `#`.
    pub number: &'a str,
    /// The number of the message.
    pub id: u16,
    /// The text: written in ASCII if it can be, else in Latin 1, else in UTF-16.
    pub text: Text<'a>,
    /// When the service centre got the message, see [`Message::time_stamp`].
    pub time_stamp: Option<[u8; 6]>,
}

impl Outgoing<'_> {
    /// Writes the message.
    ///
    /// # Errors
    ///
    /// [`EncodeError::TooLong`], [`EncodeError::Value`] for what is no digit, [`EncodeError::BufferTooSmall`].
    pub fn write<'b>(&self, buf: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buf);
        let [high, low] = WIRELESS_MESSAGING.to_be_bytes();
        writer.bytes(&[message_type::POINT_TO_POINT, parameter::TELESERVICE, 2, high, low]);
        let address = if self.is_delivery { parameter::ORIGINATING_ADDRESS } else { parameter::DESTINATION_ADDRESS };
        within(&mut writer, address, |writer| self.write_number(writer));
        within(&mut writer, parameter::BEARER_DATA, |writer| {
            within(writer, subparameter::MESSAGE_IDENTIFIER, |writer| {
                let mut bits = BitWriter::new(writer);
                bits.put(if self.is_delivery { 1 } else { 2 }, 4);
                bits.put(self.id, 16);
                bits.finish(); // no header
            });
            within(writer, subparameter::USER_DATA, |writer| self.write_text(writer));
            if let Some(time) = self.time_stamp {
                within(writer, subparameter::TIME_STAMP, |writer| writer.bytes(&time));
            }
        });
        writer.finish()
    }

    fn write_number(&self, writer: &mut Writer<'_>) {
        const FIELD: &str = "number";
        let count = self.number.chars().count();
        if count > 255 {
            writer.poison(EncodeError::TooLong { field: FIELD, limit: 255 });
        }
        let code = |digit: char| DIGITS.iter().skip(1).position(|known| char::from(*known) == digit);
        if self.number.chars().any(|digit| code(digit).is_none()) {
            writer.poison(EncodeError::Value { field: FIELD });
        }
        let mut bits = BitWriter::new(writer);
        bits.put(0, 2);
        bits.put(byte(count).into(), 8);
        for code in self.number.chars().filter_map(code) {
            bits.put(u16::from(byte(code)).saturating_add(1), 4);
        }
        bits.finish();
    }

    fn write_text(&self, writer: &mut Writer<'_>) {
        let highest = self.text.chars().max().unwrap_or('\0');
        let encoding = match u32::from(highest) {
            0..=0x7f => Encoding::ASCII,
            0x80..=0xff => Encoding::LATIN,
            _ => Encoding::UNICODE,
        };
        let fields = match encoding {
            Encoding::UNICODE => self.text.chars().map(char::len_utf16).fold(0, usize::saturating_add),
            _ => self.text.chars().count(),
        };
        if fields > 255 {
            writer.poison(EncodeError::TooLong { field: "user_data", limit: 255 });
        }
        let mut bits = BitWriter::new(writer);
        bits.put(encoding.0.into(), 5);
        bits.put(byte(fields).into(), 8);
        for character in self.text.chars() {
            character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| bits.put(*unit, encoding.width()));
        }
        bits.finish();
    }
}

/// Appends a parameter whose value `fill` writes.
fn within(writer: &mut Writer<'_>, id: u8, fill: impl FnOnce(&mut Writer<'_>)) {
    writer.bytes(&[id, 0]);
    let start = writer.len();
    fill(writer);
    let length = writer.len().saturating_sub(start);
    if length > 255 {
        writer.poison(EncodeError::TooLong { field: "parameter", limit: 255 });
    }
    writer.patch(start.saturating_sub(1), &[byte(length)]);
}
