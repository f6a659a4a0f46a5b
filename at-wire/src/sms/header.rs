//! The header in front of the user data (3GPP TS 23.040 §9.2.3.24): parts of long messages, ports, national tables.

use core::fmt;

use crate::codec::{DecodeError, DecodeErrorKind, Reader, Writer, byte};
use crate::text::{Alphabet, Language};

/// Says of which long message this one is which part (§9.2.3.24.1, §9.2.3.24.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Concatenation {
    /// Equal in all parts of a message from the same sender.
    pub reference: Reference,
    /// How many parts there are: 1 to 255.
    pub total: u8,
    /// Which one this is: 1 to `total`.
    pub sequence: u8,
}

/// The number of a long message, in one of two widths. Numbers of different width are different.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Reference {
    /// Eight bits: what all receivers know.
    Narrow(u8),
    /// Sixteen bits: takes one octet more in each part.
    Wide(u16),
}

impl Default for Reference {
    fn default() -> Self {
        Self::Narrow(0)
    }
}

impl Concatenation {
    /// Whether the numbers make sense; if not, the element is to be ignored (§9.2.3.24.1).
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        self.sequence > 0 && self.sequence <= self.total
    }
}

/// The applications between which a message goes (§9.2.3.24.3, §9.2.3.24.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ports {
    /// Whom the message is for.
    pub destination: u16,
    /// Whom it is from.
    pub source: u16,
    /// Whether the numbers have sixteen bits; else eight, and only the low ones are written.
    pub wide: bool,
}

/// An information element. One that is unknown, or whose length is not the one of its kind, is [`Other`](Self::Other).
#[derive(Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Element<'a> {
    /// 0x00 and 0x08: the message is a part of a longer one.
    Concatenation(Concatenation),
    /// 0x01: messages wait somewhere else (§9.2.3.24.2).
    MessageWaiting {
        /// Bit 7 set if this message is to be stored, else it may be dropped; below what waits: 0 voice mail, 1 fax,
        /// 2 electronic mail, 3 something else.
        indication: u8,
        /// How many: 0 to 255.
        count: u8,
    },
    /// 0x04 and 0x05: the applications.
    Ports(Ports),
    /// 0x24: the table behind an escape.
    SingleShift(Language),
    /// 0x25: the table in the place of the default alphabet.
    LockingShift(Language),
    /// Everything else.
    Other {
        /// The element's number.
        id: u8,
        /// What it holds; at most 137 octets fit into a message.
        data: &'a [u8],
    },
}

impl<'a> Element<'a> {
    fn of(id: u8, data: &'a [u8]) -> Self {
        match (id, data) {
            (0x00, &[reference, total, sequence]) => {
                Self::Concatenation(Concatenation { reference: Reference::Narrow(reference), total, sequence })
            }
            (0x08, &[high, low, total, sequence]) => {
                let reference = Reference::Wide(u16::from_be_bytes([high, low]));
                Self::Concatenation(Concatenation { reference, total, sequence })
            }
            (0x01, &[indication, count]) => Self::MessageWaiting { indication, count },
            (0x04, &[destination, source]) => {
                Self::Ports(Ports { destination: destination.into(), source: source.into(), wide: false })
            }
            (0x05, &[a, b, c, d]) => Self::Ports(Ports {
                destination: u16::from_be_bytes([a, b]),
                source: u16::from_be_bytes([c, d]),
                wide: true,
            }),
            (0x24, &[language]) => Self::SingleShift(Language(language)),
            (0x25, &[language]) => Self::LockingShift(Language(language)),
            _ => Self::Other { id, data },
        }
    }

    /// The element's number.
    #[must_use]
    pub fn id(&self) -> u8 {
        match self {
            Self::Concatenation(Concatenation { reference: Reference::Narrow(_), .. }) => 0x00,
            Self::Concatenation(Concatenation { reference: Reference::Wide(_), .. }) => 0x08,
            Self::MessageWaiting { .. } => 0x01,
            Self::Ports(ports) => 0x04 | u8::from(ports.wide),
            Self::SingleShift(_) => 0x24,
            Self::LockingShift(_) => 0x25,
            Self::Other { id, .. } => *id,
        }
    }

    /// Hands the octets behind number and length to `f`.
    pub fn with_data<R>(&self, f: impl FnOnce(&[u8]) -> R) -> R {
        match *self {
            Self::Concatenation(Concatenation { reference: Reference::Narrow(reference), total, sequence }) => {
                f(&[reference, total, sequence])
            }
            Self::Concatenation(Concatenation { reference: Reference::Wide(reference), total, sequence }) => {
                let [high, low] = reference.to_be_bytes();
                f(&[high, low, total, sequence])
            }
            Self::MessageWaiting { indication, count } => f(&[indication, count]),
            Self::Ports(Ports { destination, source, wide }) => {
                let ([a, b], [c, d]) = (destination.to_be_bytes(), source.to_be_bytes());
                if wide { f(&[a, b, c, d]) } else { f(&[b, d]) }
            }
            Self::SingleShift(language) | Self::LockingShift(language) => f(&[language.0]),
            Self::Other { data, .. } => f(data),
        }
    }

    /// Octets that the element takes, number and length included.
    fn octets(&self) -> usize {
        self.with_data(|data| data.len().saturating_add(2))
    }
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Concatenation(part) => part.fmt(f),
            Self::MessageWaiting { indication, count } => write!(f, "MessageWaiting({indication:#04x}, {count})"),
            Self::Ports(ports) => ports.fmt(f),
            Self::SingleShift(language) => write!(f, "SingleShift({})", language.0),
            Self::LockingShift(language) => write!(f, "LockingShift({})", language.0),
            Self::Other { id, data } => write!(f, "{id:#04x}: {data:02x?}"),
        }
    }
}

/// The header of the user data: received, or to be sent.
///
/// ```
/// use at_wire::sms::{Element, UserDataHeader};
///
/// let header = UserDataHeader::parse(&[0x05, 0x04, 0x0b, 0x84, 0x23, 0xf0, 0x70, 0x00]);
/// assert_eq!(header.ports().map(|ports| ports.destination), Some(2948));
/// assert!(header.elements().any(|element| matches!(element, Element::Other { id: 0x70, .. })));
/// ```
#[derive(Clone, Copy, Default)]
pub struct UserDataHeader<'a>(Source<'a>);

#[derive(Clone, Copy, Default)]
enum Source<'a> {
    #[default]
    None,
    /// As received, behind the length.
    Wire(&'a [u8]),
    Elements(&'a [Element<'a>]),
    /// What a part of a long text needs.
    Part {
        concatenation: Option<Concatenation>,
        alphabet: Alphabet,
    },
}

impl<'a> UserDataHeader<'a> {
    /// None at all.
    pub const NONE: Self = Self(Source::None);

    /// A header of these elements, to be sent.
    #[must_use]
    pub const fn new(elements: &'a [Element<'a>]) -> Self {
        Self(Source::Elements(elements))
    }

    /// A received header, without the length in front.
    #[must_use]
    pub const fn parse(octets: &'a [u8]) -> Self {
        Self(Source::Wire(octets))
    }

    /// What a part of a long text needs.
    pub(super) fn of_part(concatenation: Option<Concatenation>, alphabet: Alphabet) -> Self {
        match (concatenation, alphabet == Alphabet::DEFAULT) {
            (None, true) => Self::NONE,
            _ => Self(Source::Part { concatenation, alphabet }),
        }
    }

    /// Whether there is a header, be it an empty one.
    #[must_use]
    pub const fn is_some(&self) -> bool {
        !matches!(self.0, Source::None)
    }

    /// Whether the elements fill the header exactly. If not, the specification wants the whole header ignored, and
    /// [`concatenation`](Self::concatenation) and its neighbours have nothing.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] at the element that does not fit, counted from the length of the header on.
    pub fn check(&self) -> Result<(), DecodeError> {
        let mut elements = self.elements();
        elements.by_ref().for_each(drop);
        elements.error.map_or(Ok(()), Err)
    }

    /// The elements in order, up to one that does not fit.
    #[must_use]
    pub fn elements(&self) -> Elements<'a> {
        Elements { rest: self.0, at: 1, error: None }
    }

    /// The last element that `choose` likes; the last, because that is the one that counts (§9.2.3.24).
    fn find<T>(&self, choose: impl Fn(Element<'a>) -> Option<T>) -> Option<T> {
        let mut elements = self.elements();
        let found = elements.by_ref().filter_map(choose).last();
        if elements.error.is_some() { None } else { found }
    }

    /// Which part of which long message this is, unless the numbers are nonsense.
    #[must_use]
    pub fn concatenation(&self) -> Option<Concatenation> {
        self.find(|element| match element {
            Element::Concatenation(part) if part.is_valid() => Some(part),
            _ => None,
        })
    }

    /// The applications between which the message goes.
    #[must_use]
    pub fn ports(&self) -> Option<Ports> {
        self.find(|element| if let Element::Ports(ports) = element { Some(ports) } else { None })
    }

    /// The language of the single shift table.
    #[must_use]
    pub fn single_shift(&self) -> Language {
        let of = |element| if let Element::SingleShift(language) = element { Some(language) } else { None };
        self.find(of).unwrap_or(Language::NONE)
    }

    /// The language of the locking shift table.
    #[must_use]
    pub fn locking_shift(&self) -> Language {
        let of = |element| if let Element::LockingShift(language) = element { Some(language) } else { None };
        self.find(of).unwrap_or(Language::NONE)
    }

    /// Octets of the header with its length in front; 0 if there is none.
    #[must_use]
    pub fn octets(&self) -> usize {
        match self.0 {
            Source::None => 0,
            Source::Wire(octets) => octets.len().saturating_add(1),
            _ => self.elements().map(|element| element.octets()).fold(1, usize::saturating_add),
        }
    }

    /// Appends the header with its length in front, if there is one.
    #[inline(never)]
    pub(super) fn write(&self, writer: &mut Writer<'_>) {
        let octets = self.octets();
        let Some(length) = octets.checked_sub(1) else { return };
        writer.byte(byte(length));
        if let Source::Wire(octets) = self.0 {
            return writer.bytes(octets);
        }
        for element in self.elements() {
            element.with_data(|data| {
                writer.bytes(&[element.id(), byte(data.len())]);
                writer.bytes(data);
            });
        }
    }
}

impl PartialEq for UserDataHeader<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.is_some() == other.is_some() && self.elements().eq(other.elements())
    }
}

impl Eq for UserDataHeader<'_> {}

impl fmt::Debug for UserDataHeader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.elements()).finish()
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for UserDataHeader<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{}", defmt::Debug2Format(self));
    }
}

/// The elements of a [`UserDataHeader`].
#[derive(Clone)]
pub struct Elements<'a> {
    rest: Source<'a>,
    at: usize,
    error: Option<DecodeError>,
}

impl fmt::Debug for Elements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Elements").field(&UserDataHeader(self.rest)).finish()
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        match &mut self.rest {
            Source::None => None,
            Source::Wire([]) => None,
            Source::Wire(octets) => {
                let mut reader = Reader::starting_at(octets, self.at);
                let error = reader.error(DecodeErrorKind::OutOfBounds, "information_element");
                let mut element = || {
                    let [id, length] = reader.array("")?;
                    Ok(Element::of(id, reader.bytes(usize::from(length), "")?))
                };
                let element: Result<_, DecodeError> = element();
                match element {
                    Ok(element) => {
                        self.at = reader.at();
                        *octets = reader.rest();
                        Some(element)
                    }
                    Err(_) => {
                        self.rest = Source::None;
                        self.error = Some(error);
                        None
                    }
                }
            }
            Source::Elements(elements) => {
                let (first, rest) = elements.split_first()?;
                *elements = rest;
                Some(*first)
            }
            Source::Part { concatenation, alphabet } => {
                let (single, locking) = (alphabet.single(), alphabet.locking());
                if let Some(part) = concatenation.take() {
                    Some(Element::Concatenation(part))
                } else if single != Language::NONE {
                    *alphabet = alphabet.without_single();
                    Some(Element::SingleShift(single))
                } else if locking != Language::NONE {
                    self.rest = Source::None;
                    Some(Element::LockingShift(locking))
                } else {
                    None
                }
            }
        }
    }
}
