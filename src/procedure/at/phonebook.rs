//! Entries of phonebooks, on the card or in the modem.

use at_wire::Writer;
use at_wire::command::general::cscs;
use at_wire::command::phonebook::{cpbr, cpbs, cpbw};
use at_wire::message::Line as _;
use at_wire::parameter::{LineWriter, Value as _};
use at_wire::text::charset::Charset;
use heapless::String;

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

fn read_charset(line: &[u8]) -> Option<Charset> {
    Charset::from_name(cscs::ReadAnswer::parse(line).ok()?.chset.as_str()?)
}

impl Contact {
    fn of(answer: &cpbr::SetAnswer<'_>, charset: Charset) -> Self {
        let mut contact = Self { index: answer.index, ..Self::default() };
        copy_number(&mut contact.number, answer.number.0, answer.kind);
        // A name that is none in the set that is chosen stands as it is.
        let text = charset.text(answer.text.0).or_else(|_| Charset::Latin1.text(answer.text.0)).unwrap_or_default();
        for character in text.chars() {
            if contact.name.push(character).is_err() {
                break;
            }
        }
        contact
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Select,
    Charset,
    Range,
    Entries(u16),
}

/// Reads a phonebook, and hands each entry out as it comes.
pub struct ReadPhonebook<'f> {
    storage: &'f str,
    take: &'f mut dyn FnMut(&Contact),
    at: At,
    charset: Charset,
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
        Self { storage, take, at: At::Select, charset: Charset::Ira, range: None, only: None, found: 0 }
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
        match (self.at, outcome) {
            (_, Outcome::Begin) => {
                (self.at, self.charset, self.range, self.found) = (At::Select, Charset::Ira, None, 0);
                ask_own::<cpbs::Set<'_>>()
            }
            (At::Select, Outcome::Done) => {
                self.at = At::Charset;
                ask::<cscs::Read>()
            }
            (At::Charset, Outcome::Done | Outcome::Refused(_)) => {
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
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        match self.at {
            At::Entries(from) => {
                line.integer(from.into());
                line.integer(self.last(from).into());
            }
            _ => line.quoted(self.storage.as_bytes()),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        match self.at {
            At::Charset => self.charset = read_charset(line).unwrap_or(self.charset),
            At::Range => {
                if let Ok(answer) = cpbr::TestAnswer::parse(line) {
                    let bound = |number: i64| u16::try_from(number).unwrap_or(0);
                    self.range = answer.index.bounds().map(|(low, high)| (bound(low), bound(high)));
                }
            }
            At::Entries(_) => {
                if let Ok(answer) = cpbr::SetAnswer::parse(line) {
                    self.found = self.found.saturating_add(1);
                    (self.take)(&Contact::of(&answer, self.charset));
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

/// Writes an entry of a phonebook, or deletes one.
#[derive(Clone, Copy)]
pub struct WriteContact<'a> {
    storage: &'a str,
    index: Option<u16>,
    /// Number and name; none deletes.
    entry: Option<(&'a str, &'a str)>,
    at: At,
    charset: Charset,
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
    /// Writes number and name to a place, or to the first that is free. A name that the modem's character set does not have
    /// ends it before it begins.
    #[must_use]
    pub const fn new(storage: &'a str, index: Option<u16>, number: &'a str, name: &'a str) -> Self {
        Self { storage, index, entry: Some((number, name)), at: At::Select, charset: Charset::Ira }
    }

    /// Deletes what is at a place.
    #[must_use]
    pub const fn delete(storage: &'a str, index: u16) -> Self {
        Self { storage, index: Some(index), entry: None, at: At::Select, charset: Charset::Ira }
    }
}

impl Procedure for WriteContact<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match (self.at, outcome) {
            (_, Outcome::Begin) => {
                (self.at, self.charset) = (At::Select, Charset::Ira);
                ask_own::<cpbs::Set<'_>>()
            }
            (At::Select, Outcome::Done) => {
                self.at = At::Charset;
                ask::<cscs::Read>()
            }
            (At::Charset, Outcome::Done | Outcome::Refused(_)) => {
                self.at = At::Entries(0);
                ask_own::<cpbw::Set<'_>>()
            }
            (At::Entries(_), Outcome::Done) => Step::Done,
            (At::Select, outcome) => fail(cpbs::NAME, outcome),
            (_, outcome) => fail(cpbw::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        if self.at == At::Select {
            return line.quoted(self.storage.as_bytes());
        }
        self.index.write(line);
        let Some((number, name)) = self.entry else { return };
        line.quoted(number.as_bytes());
        line.integer(type_of_number(number).into());
        let mut buffer = [0; 512];
        let mut writer = Writer::new(&mut buffer);
        self.charset.write(name.into(), &mut writer);
        match writer.finish() {
            Ok(octets) => line.quoted(octets),
            // Refused: a bare word with a quote in it spoils the line.
            Err(_) => line.word(b"\""),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        if self.at == At::Charset {
            self.charset = read_charset(line).unwrap_or(self.charset);
        }
    }
}
