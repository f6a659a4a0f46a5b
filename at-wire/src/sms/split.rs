//! Texts too long for one message (3GPP TS 23.040 §9.2.3.24.1): cut into parts on the way out, gathered on the way in.

use super::{Concatenation, DataCoding, MAX_USER_DATA, Reference, UserData, UserDataHeader};
use crate::codec::EncodeError;
use crate::text::{Alphabet, Coding, Language};

/// A text and how it is cut: into as few parts as it can be, in the default alphabet if that has all its characters,
/// else in UCS-2. No part ends within a character, be it an escape and its code or a pair of surrogates.
///
/// ```
/// use at_wire::sms::{Reference, Split};
/// use at_wire::text::Coding;
///
/// let text = "x".repeat(161);
/// let split = Split::new(&text, Reference::Narrow(7))?;
/// assert_eq!((split.parts(), split.coding()), (2, Coding::Gsm7));
/// assert_eq!(split.iter().map(|part| part.text.len()).collect::<Vec<_>>(), [153, 8]);
/// # Ok::<(), at_wire::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Split<'a> {
    text: &'a str,
    reference: Reference,
    form: Form,
    parts: u8,
}

/// How the characters are coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
enum Form {
    Gsm7(Alphabet),
    Ucs2,
}

/// One part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Part<'a> {
    /// Which one it is: from 1 on.
    pub number: u8,
    /// Its text.
    pub text: &'a str,
    /// The same with the header that it needs, for a SUBMIT or DELIVER with [`Split::data_coding`].
    pub user_data: UserData<'a>,
}

impl Form {
    /// What a character costs, in septets or UTF-16 units.
    fn cost(self, character: char) -> usize {
        match self {
            Self::Gsm7(alphabet) => alphabet.code(character).map_or(1, |code| code.septets()),
            Self::Ucs2 => character.len_utf16(),
        }
    }

    fn cost_of(self, text: &str) -> usize {
        text.chars().map(|character| self.cost(character)).fold(0, usize::saturating_add)
    }

    fn alphabet(self) -> Alphabet {
        if let Self::Gsm7(alphabet) = self { alphabet } else { Alphabet::DEFAULT }
    }

    fn header<'a>(self, concatenation: Option<Concatenation>) -> UserDataHeader<'a> {
        UserDataHeader::of_part(concatenation, self.alphabet())
    }

    /// What one message can hold, with a header for the parts of a long text or without.
    fn room(self, reference: Option<Reference>) -> usize {
        let concatenation = reference.map(|reference| Concatenation { reference, total: 1, sequence: 1 });
        let octets = MAX_USER_DATA.saturating_sub(self.header(concatenation).octets());
        match self {
            Self::Gsm7(_) => octets.saturating_mul(8) / 7,
            Self::Ucs2 => octets / 2,
        }
    }

    /// Cuts off as much from the front of `text` as `room` holds.
    fn cut(self, text: &str, room: usize) -> (&str, &str) {
        let mut left = room;
        let end = text.char_indices().find(|(_, character)| match left.checked_sub(self.cost(*character)) {
            Some(less) => {
                left = less;
                false
            }
            None => true,
        });
        text.split_at_checked(end.map_or(text.len(), |(at, _)| at)).unwrap_or((text, ""))
    }

    /// Parts that a text needs, if they are not too many.
    fn parts(self, text: &str, reference: Reference) -> Option<u8> {
        if self.cost_of(text) <= self.room(None) {
            return Some(1);
        }
        let room = self.room(Some(reference));
        let (mut rest, mut parts) = (text, 0_u8);
        while !rest.is_empty() {
            (_, rest) = self.cut(rest, room);
            parts = parts.checked_add(1)?;
        }
        Some(parts)
    }
}

impl<'a> Split<'a> {
    /// Cuts a text. The reference should differ from that of the long text sent last to the same receiver; it is not
    /// used if one message is enough.
    ///
    /// # Errors
    ///
    /// [`EncodeError::TooLong`] if 255 parts are not enough.
    pub fn new(text: &'a str, reference: Reference) -> Result<Self, EncodeError> {
        let form = match Alphabet::DEFAULT.septets(text.chars()) {
            Ok(_) => Form::Gsm7(Alphabet::DEFAULT),
            Err(_) => Form::Ucs2,
        };
        Self::of(text, reference, form)
    }

    /// Cuts a text for receivers that know the national tables of a language, which is not all of them. Of the
    /// alphabets that have all its characters the first one is taken that needs the fewest parts: the default one, that
    /// with the single shift table (of which a receiver that does not know it can still read most), that with the
    /// locking shift table, that with both; UCS-2 if none has them all.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// ```
    /// use at_wire::sms::{Reference, Split};
    /// use at_wire::text::{Alphabet, Coding, Language};
    ///
    /// let split = Split::national("Şeker", Reference::Narrow(1), Language::TURKISH)?;
    /// assert_eq!(split.alphabet(), Some(Alphabet::new(Language::NONE, Language::TURKISH)));
    /// # Ok::<(), at_wire::EncodeError>(())
    /// ```
    pub fn national(text: &'a str, reference: Reference, language: Language) -> Result<Self, EncodeError> {
        let none = Language::NONE;
        let alphabets = [(none, none), (none, language), (language, none), (language, language)];
        let mut best: Option<Self> = None;
        for (locking, single) in alphabets {
            let form = Form::Gsm7(Alphabet::new(locking, single));
            if form.alphabet().septets(text.chars()).is_err() {
                continue;
            }
            let Ok(split) = Self::of(text, reference, form) else { continue };
            if best.is_none_or(|best| split.parts < best.parts) {
                best = Some(split);
            }
        }
        best.map_or_else(|| Self::new(text, reference), Ok)
    }

    /// Cuts a text and codes it in UCS-2, whatever is in it: for modems that cannot send it otherwise.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn ucs2(text: &'a str, reference: Reference) -> Result<Self, EncodeError> {
        Self::of(text, reference, Form::Ucs2)
    }

    fn of(text: &'a str, reference: Reference, form: Form) -> Result<Self, EncodeError> {
        match form.parts(text, reference) {
            Some(parts) => Ok(Self { text, reference, form, parts }),
            None => Err(EncodeError::TooLong { field: "parts", limit: 255 }),
        }
    }

    /// How many parts there are: 1 to 255.
    #[must_use]
    pub fn parts(&self) -> u8 {
        self.parts
    }

    /// How they are coded.
    #[must_use]
    pub fn coding(&self) -> Coding {
        match self.form {
            Form::Gsm7(_) => Coding::Gsm7,
            Form::Ucs2 => Coding::Ucs2,
        }
    }

    /// The coding scheme of the messages; a message class may be added.
    #[must_use]
    pub fn data_coding(&self) -> DataCoding {
        DataCoding::new(self.coding())
    }

    /// The alphabet; `None` for UCS-2.
    #[must_use]
    pub fn alphabet(&self) -> Option<Alphabet> {
        if let Form::Gsm7(alphabet) = self.form { Some(alphabet) } else { None }
    }

    /// Septets (of two for escaped characters), or UTF-16 units, that one part holds.
    #[must_use]
    pub fn room(&self) -> usize {
        self.form.room(if self.parts > 1 { Some(self.reference) } else { None })
    }

    /// The parts in order.
    #[must_use]
    pub fn iter(&self) -> Parts<'a> {
        Parts { split: *self, rest: self.text, number: 0 }
    }
}

impl<'a> IntoIterator for &Split<'a> {
    type Item = Part<'a>;
    type IntoIter = Parts<'a>;

    fn into_iter(self) -> Parts<'a> {
        self.iter()
    }
}

/// The parts of a [`Split`].
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    split: Split<'a>,
    rest: &'a str,
    number: u8,
}

impl<'a> Iterator for Parts<'a> {
    type Item = Part<'a>;

    fn next(&mut self) -> Option<Part<'a>> {
        let Split { reference, form, parts, .. } = self.split;
        if self.number >= parts {
            return None;
        }
        self.number = self.number.saturating_add(1);
        let concatenation = Concatenation { reference, total: parts, sequence: self.number };
        let (text, rest) = form.cut(self.rest, self.split.room());
        self.rest = rest;
        let user_data = match form {
            Form::Gsm7(alphabet) => UserData::of_text_in(text.into(), alphabet),
            Form::Ucs2 => UserData::of_text(text.into()),
        };
        let header = form.header(if parts > 1 { Some(concatenation) } else { None });
        Some(Part { number: self.number, text, user_data: user_data.with_header(header) })
    }
}

/// Which parts of a long message have come. The messages themselves stay where they are, mostly in the storage of the
/// modem; parts belong together if their sender, reference and number of parts are the same.
///
/// ```
/// use at_wire::sms::{Concatenation, PartSet, Reference};
///
/// let part = |sequence| Concatenation { reference: Reference::Narrow(9), total: 2, sequence };
/// let mut parts = PartSet::new(part(2)).unwrap();
/// assert_eq!(parts.missing().collect::<Vec<_>>(), [1]);
/// assert!(!parts.insert(part(2)), "twice the same");
/// assert!(parts.insert(part(1)));
/// assert!(parts.is_complete());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PartSet {
    reference: Reference,
    total: u8,
    /// Bit `n % 8` of octet `n / 8` for part `n`.
    seen: [u8; 32],
}

impl PartSet {
    /// A set with its first part; `None` if its numbers are nonsense.
    #[must_use]
    pub fn new(part: Concatenation) -> Option<Self> {
        let mut set = Self { reference: part.reference, total: part.total, seen: [0; 32] };
        if set.insert(part) { Some(set) } else { None }
    }

    /// Whether a part is of this message.
    #[must_use]
    pub fn belongs(&self, part: Concatenation) -> bool {
        part.is_valid() && (part.reference, part.total) == (self.reference, self.total)
    }

    /// Notes a part. Says whether it is a new one of this message.
    pub fn insert(&mut self, part: Concatenation) -> bool {
        let new = self.belongs(part) && !self.contains(part.sequence);
        if let Some(octet) = self.seen.get_mut(usize::from(part.sequence / 8)) {
            if new {
                *octet |= 1_u8.wrapping_shl(u32::from(part.sequence % 8));
            }
        }
        new
    }

    /// Whether this part has come.
    #[must_use]
    pub fn contains(&self, sequence: u8) -> bool {
        let octet = self.seen.get(usize::from(sequence / 8)).copied().unwrap_or(0);
        octet & 1_u8.wrapping_shl(u32::from(sequence % 8)) != 0
    }

    /// The parts that have not come.
    pub fn missing(&self) -> impl Iterator<Item = u8> + use<'_> {
        (1..=self.total).filter(|sequence| !self.contains(*sequence))
    }

    /// Whether all have come.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.missing().next().is_none()
    }
}
