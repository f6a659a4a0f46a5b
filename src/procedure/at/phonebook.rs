//! Entries of phonebooks, on the card or in the modem.

use at_wire::Writer;
use at_wire::command::phonebook::{cpbr, cpbs, cpbw};
use at_wire::message::Line as _;
use at_wire::parameter::{LineWriter, Value as _, parameters_of};
use at_wire::text::charset::Charset;
use heapless::String;

use super::charset::{Chosen, Turn, is_plain};
use super::{Outcome, Procedure, Step, ask, ask_own, cme, copy_number, fail, missing, type_of_number};
use crate::time::Instant;

/// So many places are read at a time.
const PLACES: u16 = 50;

/// An entry.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// Its place.
    pub index: u16,
    /// The number, with `+` in front of an international one.
    pub number: String<48>,
    /// The name.
    pub name: String<96>,
}

/// Without number and name: they are personal.
impl core::fmt::Debug for Contact {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Contact").field("index", &self.index).finish_non_exhaustive()
    }
}

impl Contact {
    /// Reads an entry. Makers have different things behind the name, and some leave the type out.
    fn read(line: &[u8], charset: Charset) -> Option<Self> {
        let mut fields = parameters_of(cpbr::NAME, line)?;
        let mut contact = Self { index: fields.value("index").ok()?, ..Self::default() };
        let number = fields.field().unquoted();
        let kind = fields.value("type").unwrap_or(0);
        match wide_number(number).filter(|_| charset == Charset::Ucs2) {
            Some(number) => copy_number(&mut contact.number, number.as_bytes(), kind),
            None => copy_number(&mut contact.number, number, kind),
        }
        // A name that is none in the set that is chosen stands as it is.
        let text = fields.field().unquoted();
        let text = charset.text(text).or_else(|_| Charset::Latin1.text(text)).unwrap_or_default();
        for character in text.chars() {
            if contact.name.push(character).is_err() {
                break;
            }
        }
        Some(contact)
    }
}

/// A number in UCS-2, as some write it; what looks so and is no number otherwise.
fn wide_number(digits: &[u8]) -> Option<String<48>> {
    let mut number = String::new();
    for character in Charset::Ucs2.text(digits).ok().filter(|_| digits.len() >= 8)?.chars() {
        let dialled = character.is_ascii_digit() || "+*#pw".contains(character);
        number.push(character).ok().filter(|()| dialled)?;
    }
    Some(number)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Select,
    Range,
    Entries(u16),
}

/// Reads a phonebook, and hands each entry out as it comes. Names come in UCS-2, where the modem has that: other sets lack
/// characters.
pub struct ReadPhonebook<'f> {
    storage: &'f str,
    take: &'f mut dyn FnMut(&Contact),
    at: At,
    charset: Chosen,
    range: Option<(u16, u16)>,
    only: Option<u16>,
    found: u32,
}

impl core::fmt::Debug for ReadPhonebook<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ReadPhonebook").field("storage", &self.storage).field("at", &self.at).finish_non_exhaustive()
    }
}

impl<'f> ReadPhonebook<'f> {
    /// Reads the one that is called so (27.007 §8.11: `SM` on the card, `ME` in the modem).
    pub fn new(storage: &'f str, take: &'f mut dyn FnMut(&Contact)) -> Self {
        Self { storage, take, at: At::Select, charset: Chosen::new(), range: None, only: None, found: 0 }
    }

    /// Reads the entry at one place, if there is one.
    pub fn at(storage: &'f str, index: u16, take: &'f mut dyn FnMut(&Contact)) -> Self {
        Self { only: Some(index), ..Self::new(storage, take) }
    }

    /// How many entries there were.
    #[must_use]
    pub const fn found(&self) -> u32 {
        self.found
    }

    /// How many places there are; 0 if that is not known.
    #[must_use]
    pub fn places(&self) -> u16 {
        self.range.map_or(0, |(low, high)| high.saturating_sub(low).saturating_add(1))
    }

    fn read(&mut self, from: u16) -> Step {
        match self.range {
            Some((_, high)) if from <= high => {
                self.at = At::Entries(from);
                ask_own::<cpbr::Set>()
            }
            _ => Step::Done,
        }
    }

    fn last(&self, from: u16) -> u16 {
        if let Some(only) = self.only {
            return only;
        }
        let high = self.range.map_or(from, |(_, high)| high);
        from.saturating_add(PLACES - 1).min(high)
    }
}

impl Procedure for ReadPhonebook<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        let outcome = match self.charset.turn(outcome, |_| true) {
            Turn::Set(step) => return step,
            Turn::Procedure(outcome) => outcome,
        };
        let step = match (self.at, outcome) {
            (_, Outcome::Begin) => {
                (self.at, self.range, self.found) = (At::Select, None, 0);
                ask_own::<cpbs::Set<'_>>()
            }
            (At::Select, Outcome::Done) => {
                self.at = At::Range;
                ask::<cpbr::Test>()
            }
            (At::Range, Outcome::Done) => match self.range {
                Some((low, _)) => self.read(self.only.unwrap_or(low)),
                None => missing(cpbr::NAME),
            },
            (At::Entries(from), Outcome::Done) => self.next(from),
            // None among them: invalid index, not found.
            (At::Entries(from), Outcome::Refused(result)) if matches!(cme(result), Some(21 | 22)) => self.next(from),
            (At::Select, outcome) => fail(cpbs::NAME, outcome),
            (_, outcome) => fail(cpbr::NAME, outcome),
        };
        self.charset.leave(step)
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        match self.at {
            _ if self.charset.is_asking() => self.charset.parameters(line),
            At::Entries(from) => {
                line.integer(from.into());
                line.integer(self.last(from).into());
            }
            _ => line.quoted(self.storage.as_bytes()),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        match self.at {
            _ if self.charset.is_asking() => self.charset.line(line),
            At::Range => {
                if let Ok(answer) = cpbr::TestAnswer::parse(line) {
                    let bound = |number: i64| u16::try_from(number).unwrap_or(0);
                    self.range = answer.index.bounds().map(|(low, high)| (bound(low), bound(high)));
                }
            }
            At::Entries(_) => {
                if let Some(contact) = Contact::read(line, self.charset.get()) {
                    self.found = self.found.saturating_add(1);
                    (self.take)(&contact);
                }
            }
            At::Select => {}
        }
    }
}

impl ReadPhonebook<'_> {
    fn next(&mut self, from: u16) -> Step {
        match self.last(from).checked_add(1) {
            Some(next) if self.only.is_none() => self.read(next),
            _ => Step::Done,
        }
    }
}

/// Writes an entry of a phonebook, or deletes one. A name that may not be in the modem's character set goes in UCS-2, where
/// the modem has that.
#[derive(Clone)]
pub struct WriteContact<'a> {
    storage: &'a str,
    index: Option<u16>,
    /// Number and name; none deletes.
    entry: Option<(&'a str, &'a str)>,
    at: At,
    charset: Chosen,
}

/// Without number and name: they are personal.
impl core::fmt::Debug for WriteContact<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("WriteContact")
            .field("storage", &self.storage)
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl<'a> WriteContact<'a> {
    /// Writes number and name to a place, or to the first that is free. A name that none of the modem's character sets has is
    /// not written.
    #[must_use]
    pub const fn new(storage: &'a str, index: Option<u16>, number: &'a str, name: &'a str) -> Self {
        Self { storage, index, entry: Some((number, name)), at: At::Select, charset: Chosen::new() }
    }

    /// Deletes what is at a place.
    #[must_use]
    pub const fn delete(storage: &'a str, index: u16) -> Self {
        Self { storage, index: Some(index), entry: None, at: At::Select, charset: Chosen::new() }
    }
}

impl Procedure for WriteContact<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        let name = self.entry.map_or("", |(_, name)| name);
        let outcome = match self.charset.turn(outcome, |_| !is_plain(name)) {
            Turn::Set(step) => return step,
            Turn::Procedure(outcome) => outcome,
        };
        let step = match (self.at, outcome) {
            (_, Outcome::Begin) => {
                self.at = At::Select;
                ask_own::<cpbs::Set<'_>>()
            }
            (At::Select, Outcome::Done) => {
                self.at = At::Entries(0);
                ask_own::<cpbw::Set<'_>>()
            }
            (At::Entries(_), Outcome::Done) => Step::Done,
            (At::Select, outcome) => fail(cpbs::NAME, outcome),
            (_, outcome) => fail(cpbw::NAME, outcome),
        };
        self.charset.leave(step)
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        if self.charset.is_asking() {
            return self.charset.parameters(line);
        }
        if self.at == At::Select {
            return line.quoted(self.storage.as_bytes());
        }
        self.index.write(line);
        let Some((number, name)) = self.entry else { return };
        line.quoted(number.as_bytes());
        line.integer(type_of_number(number).into());
        let mut buffer = [0; 512];
        let mut writer = Writer::new(&mut buffer);
        self.charset.get().write(name.into(), &mut writer);
        match writer.finish() {
            Ok(octets) => line.quoted(octets),
            // Refused: a bare word with a quote in it spoils the line.
            Err(_) => line.word(b"\""),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        if self.charset.is_asking() {
            self.charset.line(line);
        }
    }
}
