//! Cell broadcast (3GPP TS 23.041 §9.4.1): pages of 88 octets that a cell sends to everybody, among them public
//! warnings.

use core::fmt;

use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Reader, Writer};
use crate::text::{Alphabet, CbsCoding, Coding, LanguageCode, Septets, Text, fill_bits, pack};

/// Octets of a page.
pub const PAGE_LEN: usize = 88;

/// Octets of a page's content.
pub const CONTENT_LEN: usize = 82;

/// Septets of a page's content.
const CONTENT_SEPTETS: usize = 93;

/// Fills a page behind its text.
const CARRIAGE_RETURN: u8 = 0x0d;

/// Tells messages of the same source apart, and their versions (§9.4.1.2.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SerialNumber(pub u16);

impl SerialNumber {
    /// A serial number of scope (0 to 3), message code (0 to 1023) and update number (0 to 15).
    #[must_use]
    pub const fn new(scope: u8, message_code: u16, update: u8) -> Self {
        let [scope, update] = [u16::from_be_bytes([scope & 3, 0]), u16::from_be_bytes([0, update & 0x0f])];
        Self(scope << 6 | (message_code & 0x3ff) << 4 | update)
    }

    /// Where the message holds: 0 in this cell, shown at once; 1 in the whole network; 2 in the location or tracking
    /// area; 3 in this cell.
    #[must_use]
    pub const fn geographical_scope(self) -> u8 {
        let [high, _] = self.0.to_be_bytes();
        high >> 6
    }

    /// Tells messages of the same identifier apart: 0 to 1023.
    #[must_use]
    pub const fn message_code(self) -> u16 {
        self.0 >> 4 & 0x3ff
    }

    /// Which version of the message it is: 0 to 15.
    #[must_use]
    pub const fn update_number(self) -> u8 {
        let [_, low] = self.0.to_be_bytes();
        low & 0x0f
    }

    /// Of a warning: whether the user is to be alerted by sound or vibration.
    #[must_use]
    pub const fn emergency_user_alert(self) -> bool {
        self.0 & 0x2000 != 0
    }

    /// Of a warning: whether it is to be shown at once.
    #[must_use]
    pub const fn popup(self) -> bool {
        self.0 & 0x1000 != 0
    }

    /// Everything but the update number.
    const fn message(self) -> u16 {
        self.0 >> 4
    }

    /// Whether this is a later version than `other`: by at most eight, as the numbers come round.
    const fn is_newer_than(self, other: Self) -> bool {
        matches!(self.update_number().wrapping_sub(other.update_number()) & 0x0f, 1..=8)
    }
}

/// A page.
///
/// ```
/// use at_wire::sms::broadcast::{Page, SerialNumber};
/// use at_wire::text::CbsCoding;
///
/// let mut content = [0; 82];
/// Page::write_content("Test of the warning system".into(), CbsCoding(0x01), &mut content)?;
/// let page = Page { serial_number: SerialNumber::new(1, 0x276, 0), message_identifier: 4380, coding: CbsCoding(0x01),
///     page: 1, pages: 1, content: &content };
/// let mut buffer = [0; 88];
/// let read = Page::parse(page.write(&mut buffer)?)?;
/// assert_eq!(read.text()?, "Test of the warning system");
/// assert_eq!(read.language().as_ref().and_then(|language| language.as_str()), Some("en"));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Page<'a> {
    /// Which message this is a page of.
    pub serial_number: SerialNumber,
    /// Source and kind of the message; 4352 to 6399 are public warnings.
    pub message_identifier: u16,
    /// How the content is coded.
    pub coding: CbsCoding,
    /// Which page this is: 1 to 15.
    pub page: u8,
    /// How many there are: 1 to 15.
    pub pages: u8,
    /// The content: 82 octets, of some modems fewer.
    pub content: &'a [u8],
}

impl<'a> Page<'a> {
    /// Reads a page; octets behind the 88 are ignored. A page number or number of pages that is 0 makes it the only
    /// page, as the specification demands.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] for less than the six octets in front of the content.
    pub fn parse(octets: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(octets);
        let serial_number = SerialNumber(u16::from_be_bytes(reader.array("serial_number")?));
        let message_identifier = u16::from_be_bytes(reader.array("message_identifier")?);
        let coding = CbsCoding(reader.byte("data_coding_scheme")?);
        let parameter = reader.byte("page_parameter")?;
        let (page, pages) = match (parameter >> 4, parameter & 0x0f) {
            (0, _) | (_, 0) => (1, 1),
            numbers => numbers,
        };
        let content = reader.rest();
        let content = content.get(..CONTENT_LEN).unwrap_or(content);
        Ok(Self { serial_number, message_identifier, coding, page, pages, content })
    }

    /// Writes the page.
    ///
    /// # Errors
    ///
    /// [`EncodeError::TooLong`] for more content than a page has, [`EncodeError::Value`] for a page number above 15,
    /// [`EncodeError::BufferTooSmall`].
    pub fn write<'b>(&self, buf: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut writer = Writer::new(buf);
        writer.bytes(&self.serial_number.0.to_be_bytes());
        writer.bytes(&self.message_identifier.to_be_bytes());
        if self.page > 15 || self.pages > 15 {
            writer.poison(EncodeError::Value { field: "page_parameter" });
        }
        if self.content.len() > CONTENT_LEN {
            writer.poison(EncodeError::TooLong { field: "content", limit: CONTENT_LEN });
        }
        writer.bytes(&[self.coding.0, self.page << 4 | self.pages & 0x0f]);
        writer.bytes(self.content);
        writer.finish()
    }

    /// Writes a text as the content of a page, filled up with carriage returns. A coding with a language in front wants
    /// the two letters, for the default alphabet followed by a carriage return, in the text.
    ///
    /// # Errors
    ///
    /// [`EncodeError::TooLong`] for a text that does not fit, [`EncodeError::Unencodable`], [`EncodeError::Value`] for
    /// a coding without text.
    pub fn write_content(
        text: Text<'_>,
        coding: CbsCoding,
        content: &mut [u8; CONTENT_LEN],
    ) -> Result<(), EncodeError> {
        let mut writer = Writer::new(content);
        let too_long = |limit| EncodeError::TooLong { field: "content", limit };
        match coding.coding() {
            _ if coding.is_compressed() || coding.has_header() => return Err(EncodeError::Value { field: "coding" }),
            Coding::Octets => return Err(EncodeError::Value { field: "coding" }),
            Coding::Gsm7 => {
                let alphabet = Alphabet::DEFAULT;
                if alphabet.septets(text.chars())? > CONTENT_SEPTETS {
                    return Err(too_long(CONTENT_SEPTETS));
                }
                let padding = core::iter::repeat(CARRIAGE_RETURN);
                pack(&mut writer, 0, alphabet.encode(text.chars()).chain(padding).take(CONTENT_SEPTETS));
            }
            Coding::Ucs2 => {
                let mut text = text.chars();
                if coding.has_language_prefix() {
                    pack(&mut writer, 0, Alphabet::DEFAULT.encode(text.by_ref().take(2)));
                }
                for character in text {
                    character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| writer.bytes(&unit.to_be_bytes()));
                }
                if writer.len() > CONTENT_LEN {
                    return Err(too_long(CONTENT_LEN));
                }
                while writer.len() < CONTENT_LEN {
                    writer.bytes(&[0, CARRIAGE_RETURN]);
                }
            }
        }
        Ok(())
    }

    /// The text, without the language in front of it, and in the default alphabet without the carriage returns behind
    /// it.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Text`] for a coding without text (octets, compressed text).
    pub fn text(&self) -> Result<Text<'a>, DecodeError> {
        self.split().map(|(_, text)| text)
    }

    /// The language of the text, if coding or text say it.
    #[must_use]
    pub fn language(&self) -> Option<LanguageCode> {
        let prefix = self.split().ok().and_then(|(language, _)| language);
        prefix.or_else(|| Some(LanguageCode(self.coding.language()?.as_bytes().try_into().ok()?)))
    }

    fn split(&self) -> Result<(Option<LanguageCode>, Text<'a>), DecodeError> {
        let header = if self.coding.has_header() {
            // The length of the user data header, and the header.
            self.content.first().map_or(0, |length| usize::from(*length).saturating_add(1))
        } else {
            0
        };
        let error = DecodeError::new(DecodeErrorKind::OutOfBounds, "user_data_header", 0);
        let octets = self.content.get(header..).ok_or(error)?;
        let mut septets = Septets::new(octets, fill_bits(header), CONTENT_SEPTETS);
        while septets.last_is(CARRIAGE_RETURN) {
            septets = septets.without_last();
        }
        self.coding.split(septets, octets)
    }
}

impl fmt::Debug for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Page");
        debug.field("serial_number", &self.serial_number).field("message_identifier", &self.message_identifier);
        debug.field("coding", &self.coding).field("page", &self.page).field("pages", &self.pages);
        match self.text() {
            Ok(text) => debug.field("text", &text),
            Err(_) => debug.field("content", &self.content),
        };
        debug.finish()
    }
}

/// What a page did to the message that is gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Progress {
    /// All pages are there now.
    Whole,
    /// More pages are to come.
    More,
    /// Nothing: the page, or a later version of it, was there already.
    Known,
}

/// Memory for one page of an [`Assembler`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PageBuffer {
    octets: [u8; PAGE_LEN],
    len: usize,
}

impl PageBuffer {
    /// Without a page.
    pub const EMPTY: Self = Self { octets: [0; PAGE_LEN], len: 0 };
}

/// Gathers the pages of one message at a time, in any order; cells repeat them for hours. A page of another message, or
/// of a later version, begins anew.
#[derive(Debug)]
pub struct Assembler<'m> {
    memory: &'m mut [PageBuffer],
    /// Of the message that is gathered.
    message: Option<(SerialNumber, u16)>,
    pages: u8,
    /// Bit `n - 1` for page `n`.
    seen: u16,
}

impl<'m> Assembler<'m> {
    /// Gathers in `memory`, which is as many pages as a message may have: 15 are enough for all.
    pub fn new(memory: &'m mut [PageBuffer]) -> Self {
        Self { memory, message: None, pages: 0, seen: 0 }
    }

    /// Takes a page.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Length`] for a message with more pages than there is memory, [`DecodeErrorKind::Value`] for a
    /// page number beyond the number of pages. The message gathered so far stays.
    pub fn push(&mut self, page: &Page<'_>) -> Result<Progress, DecodeError> {
        let at = usize::from(page.page).saturating_sub(1);
        if usize::from(page.pages) > self.memory.len() {
            return Err(DecodeError::new(DecodeErrorKind::Length, "page_parameter", 5));
        }
        if page.page == 0 || page.page > page.pages {
            return Err(DecodeError::new(DecodeErrorKind::Value, "page_parameter", 5));
        }
        let (serial, identifier) = (page.serial_number, page.message_identifier);
        let same = self.message.filter(|(known, from)| (known.message(), *from) == (serial.message(), identifier));
        match same {
            Some((known, _)) if serial == known && page.pages == self.pages => {}
            Some((known, _)) if !serial.is_newer_than(known) => return Ok(Progress::Known),
            _ => {
                self.message = Some((serial, identifier));
                self.pages = page.pages;
                self.seen = 0;
            }
        }
        let bit = 1_u16.wrapping_shl(u32::from(page.page).saturating_sub(1));
        if self.seen & bit != 0 {
            return Ok(Progress::Known);
        }
        if let Some(place) = self.memory.get_mut(at) {
            place.len = page.write(&mut place.octets).map_or(0, |octets| octets.len());
        }
        self.seen |= bit;
        Ok(if self.is_whole() { Progress::Whole } else { Progress::More })
    }

    fn is_whole(&self) -> bool {
        self.seen.count_ones() == u32::from(self.pages) && self.pages > 0
    }

    /// The pages that have come, in order.
    pub fn pages(&self) -> impl Iterator<Item = Page<'_>> {
        let mut seen = self.seen;
        let present = self.memory.iter().filter(move |_| {
            let here = seen & 1 != 0;
            seen >>= 1;
            here
        });
        present.filter_map(|page| Page::parse(page.octets.get(..page.len)?).ok())
    }

    /// The characters of all pages that have come; pages without text are left out.
    pub fn chars(&self) -> impl Iterator<Item = char> {
        self.pages().filter_map(|page| page.text().ok()).flat_map(|text| text.chars())
    }
}

/// Message identifiers from one to another, as `AT+CSCB` and the lists of users name them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Channels {
    /// The first identifier.
    pub first: u16,
    /// The last identifier.
    pub last: u16,
}

impl Channels {
    /// Reads a list such as `0-20, 33, 50-60` into `buf`, in order and with what overlaps or adjoins made one.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Text`] for what is no number, [`DecodeErrorKind::Value`] for a number above `limit` or a
    /// range that runs backwards, [`DecodeErrorKind::Length`] for more items than `buf` holds.
    ///
    /// ```
    /// use at_wire::sms::broadcast::Channels;
    ///
    /// let mut buffer = [Channels::default(); 8];
    /// let channels = Channels::parse_list("50, 4-7,0-5 , 51", 999, &mut buffer)?;
    /// assert_eq!(channels, [Channels { first: 0, last: 7 }, Channels { first: 50, last: 51 }]);
    /// # Ok::<(), at_wire::DecodeError>(())
    /// ```
    pub fn parse_list<'b>(list: &str, limit: u16, buf: &'b mut [Self]) -> Result<&'b mut [Self], DecodeError> {
        let (mut at, mut count) = (0_usize, 0_usize);
        for item in list.split(',') {
            let error = |kind| DecodeError::new(kind, "channels", at);
            let (first, last) = item.split_once('-').unwrap_or((item, item));
            let number = |text: &str| text.trim().parse::<u16>().map_err(|_| error(DecodeErrorKind::Text));
            let channels = Self { first: number(first)?, last: number(last)? };
            if channels.first > channels.last || channels.last > limit {
                return Err(error(DecodeErrorKind::Value));
            }
            *buf.get_mut(count).ok_or(error(DecodeErrorKind::Length))? = channels;
            count = count.saturating_add(1);
            at = at.saturating_add(item.len()).saturating_add(1);
        }
        let length = DecodeError::new(DecodeErrorKind::Length, "channels", 0);
        let listed = buf.get_mut(..count).ok_or(length)?;
        listed.sort_unstable();
        let merged = merge(listed);
        buf.get_mut(..merged).ok_or(length)
    }
}

/// Joins neighbours of a sorted list at its beginning, and says how many are left.
fn merge(sorted: &mut [Channels]) -> usize {
    let mut last: Option<Channels> = None;
    let mut count = 0_usize;
    for at in 0..sorted.len() {
        let Some(next) = sorted.get(at).copied() else { break };
        let joined = match last {
            Some(last) if next.first <= last.last.saturating_add(1) => {
                Channels { first: last.first, last: last.last.max(next.last) }
            }
            _ => {
                count = count.saturating_add(1);
                next
            }
        };
        if let Some(place) = sorted.get_mut(count.saturating_sub(1)) {
            *place = joined;
        }
        last = Some(joined);
    }
    count
}

impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last { write!(f, "{}", self.first) } else { write!(f, "{}-{}", self.first, self.last) }
    }
}
