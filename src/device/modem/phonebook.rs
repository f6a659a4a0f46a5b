//! The phonebook on the SIM: names and numbers, each at an index that stays its own.
//!
//! The entries belong to the card ([`Sim::phonebook`](super::sim::Sim::phonebook)), so that they come and go with it, and
//! a face that shows the file behind them (EF-ADN, 3GPP TS 31.102 §4.4.2.3) shows the same entries: record `n` of that
//! file is the entry with index `n`.

use heapless::Vec;

use super::event::{Change, Origin};
use super::{Failure, Modem, Reason, Text, text};
use crate::time::Instant;

/// Entries that a phonebook can have at most.
pub const ENTRIES: usize = 32;
/// Bytes of a number at most: 20 digits, which is what a record of EF-ADN holds, and the plus sign.
pub const NUMBER: usize = 21;
/// Bytes of a name at most.
pub const NAME: usize = 54;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is, from 1 on.
    pub index: u16,
    /// Telephone number: digits, `*`, `#`, `p` for a pause, and in front of all a plus sign if it is international.
    pub number: Text<NUMBER>,
    /// Name.
    pub name: Text<NAME>,
}

/// A phonebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phonebook {
    /// Entries that it can hold, at most [`ENTRIES`]; 0 on a card without phonebook.
    capacity: u16,
    /// Longest number, in digits without the plus sign.
    max_number: u8,
    /// Longest name, in UTF-16 units.
    max_name: u8,
    /// In the order of their indices.
    entries: Vec<Entry, ENTRIES>,
}

impl Default for Phonebook {
    fn default() -> Self {
        Self { capacity: 20, max_number: 20, max_name: 18, entries: Vec::new() }
    }
}

pub(in crate::device) fn is_number(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or(number);
    digits.bytes().all(|c| c.is_ascii_digit() || matches!(c, b'*' | b'#' | b'p'))
}

impl Phonebook {
    /// An empty phonebook. What is more than [`ENTRIES`] entries, 20 digits or 18 characters counts as that.
    #[must_use]
    pub fn new(capacity: u16, max_number: u8, max_name: u8) -> Self {
        let most = u16::try_from(ENTRIES).unwrap_or(u16::MAX);
        Self {
            capacity: capacity.min(most),
            max_number: max_number.min(20),
            max_name: max_name.min(18),
            entries: Vec::new(),
        }
    }

    /// A card without phonebook.
    #[must_use]
    pub fn none() -> Self {
        Self::new(0, 0, 0)
    }

    /// Entries that it can hold; 0 if there is no phonebook.
    #[must_use]
    pub fn capacity(&self) -> u16 {
        self.capacity
    }

    /// Longest number, in digits without the plus sign.
    #[must_use]
    pub fn max_number(&self) -> u8 {
        self.max_number
    }

    /// Longest name, in UTF-16 units.
    #[must_use]
    pub fn max_name(&self) -> u8 {
        self.max_name
    }

    /// The entries, in the order of their indices.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at an index.
    #[must_use]
    pub fn entry(&self, index: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.index == index)
    }

    fn check_index(&self, index: u32) -> Result<u16, Failure> {
        u16::try_from(index).ok().filter(|index| (1..=self.capacity).contains(index)).ok_or(Reason::InvalidIndex.into())
    }

    fn first_free(&self) -> Option<u16> {
        (1..=self.capacity).find(|index| self.entry(*index).is_none())
    }

    /// Writes an entry, over what is there, or at the first free place if no index is given. Returns the index.
    ///
    /// # Errors
    ///
    /// [`Reason::NoPhonebook`], [`Reason::InvalidIndex`], [`Reason::Full`], [`Reason::TooLong`], and [`Reason::Invalid`] for
    /// a number with other characters, or neither number nor name.
    pub fn write(&mut self, index: Option<u32>, number: &str, name: &str) -> Result<u16, Failure> {
        if self.capacity == 0 {
            return Err(Reason::NoPhonebook.into());
        }
        if !is_number(number) || (number.is_empty() && name.is_empty()) {
            return Err(Reason::Invalid.into());
        }
        let digits = number.trim_start_matches('+').len();
        let units = name.encode_utf16().count();
        if digits > usize::from(self.max_number) || units > usize::from(self.max_name) {
            return Err(Reason::TooLong.into());
        }
        let index = match index {
            Some(index) => self.check_index(index)?,
            None => self.first_free().ok_or(Failure::from(Reason::Full))?,
        };
        let entry = Entry { index, number: text(number), name: text(name) };
        if let Some(old) = self.entries.iter_mut().find(|old| old.index == index) {
            *old = entry;
        } else {
            self.entries.push(entry).map_err(|_| Failure::from(Reason::Full))?;
            // To its place among the others; `insert` would link a panic into firmware.
            let mut rest = self.entries.as_mut_slice();
            while let [front @ .., last] = rest {
                match front.last_mut() {
                    Some(before) if before.index > index => core::mem::swap(before, last),
                    _ => break,
                }
                rest = front;
            }
        }
        Ok(index)
    }

    /// Deletes an entry.
    ///
    /// # Errors
    ///
    /// [`Reason::NoPhonebook`]; [`Reason::InvalidIndex`] if there is none at the index.
    pub fn erase(&mut self, index: u32) -> Result<(), Failure> {
        if self.capacity == 0 {
            return Err(Reason::NoPhonebook.into());
        }
        let index = self.check_index(index)?;
        let before = self.entries.len();
        self.entries.retain(|entry| entry.index != index);
        if self.entries.len() == before { Err(Reason::InvalidIndex.into()) } else { Ok(()) }
    }

    /// Deletes all entries.
    ///
    /// # Errors
    ///
    /// [`Reason::NoPhonebook`].
    pub fn clear(&mut self) -> Result<(), Failure> {
        if self.capacity == 0 {
            return Err(Reason::NoPhonebook.into());
        }
        self.entries.clear();
        Ok(())
    }
}

impl Modem {
    /// The phonebook.
    ///
    /// # Errors
    ///
    /// Without a SIM that can be used; [`Reason::NoPhonebook`] if there is none on it.
    pub fn phonebook(&self) -> Result<&Phonebook, Failure> {
        let phonebook = &self.usable_sim()?.phonebook;
        if phonebook.capacity == 0 { Err(Reason::NoPhonebook.into()) } else { Ok(phonebook) }
    }

    /// Whether there is a phonebook that can be read.
    #[must_use]
    pub fn has_phonebook(&self) -> bool {
        self.phonebook().is_ok()
    }

    /// The entry at an index.
    ///
    /// # Errors
    ///
    /// As [`phonebook`](Self::phonebook); [`Reason::InvalidIndex`] if there is none.
    pub fn phonebook_entry(&self, index: u32) -> Result<&Entry, Failure> {
        let phonebook = self.phonebook()?;
        let index = phonebook.check_index(index)?;
        phonebook.entry(index).ok_or(Reason::InvalidIndex.into())
    }

    fn change_phonebook<R>(
        &mut self,
        now: Instant,
        by: Origin,
        change: impl FnOnce(&mut Phonebook) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        self.poll(now);
        let result = change(&mut self.usable_sim_mut()?.phonebook)?;
        self.log.push(by, Change::Phonebook);
        Ok(result)
    }

    /// Writes an entry, see [`Phonebook::write`].
    ///
    /// # Errors
    ///
    /// Without a SIM that can be used; as [`Phonebook::write`].
    pub fn write_phonebook(
        &mut self,
        now: Instant,
        by: Origin,
        index: Option<u32>,
        number: &str,
        name: &str,
    ) -> Result<u16, Failure> {
        self.change_phonebook(now, by, |phonebook| phonebook.write(index, number, name))
    }

    /// Deletes an entry, or all of them if no index is given.
    ///
    /// # Errors
    ///
    /// Without a SIM that can be used; as [`Phonebook::erase`].
    pub fn erase_phonebook(&mut self, now: Instant, by: Origin, index: Option<u32>) -> Result<(), Failure> {
        self.change_phonebook(now, by, |phonebook| match index {
            Some(index) => phonebook.erase(index),
            None => phonebook.clear(),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn reason<T>(result: Result<T, Failure>) -> Option<Reason> {
        result.err().map(|failure| failure.reason)
    }

    #[test]
    fn entries_keep_their_indices_and_gaps_are_filled_first() {
        let mut book = Phonebook::new(3, 20, 18);
        assert_eq!(book.write(Some(3), "+15550103", "C"), Ok(3));
        assert_eq!(book.write(None, "1", "A"), Ok(1));
        assert_eq!(book.write(None, "2", "B"), Ok(2));
        assert_eq!(reason(book.write(None, "4", "D")), Some(Reason::Full));
        assert_eq!(book.write(Some(2), "22", "B2"), Ok(2));
        let indices: Vec<_, ENTRIES> = book.entries().iter().map(|entry| entry.index).collect();
        assert_eq!(indices, [1, 2, 3]);
        assert_eq!(book.entry(2).unwrap().number, "22");
        book.erase(2).unwrap();
        assert_eq!(reason(book.erase(2)), Some(Reason::InvalidIndex));
        assert_eq!(book.write(None, "", "only a name"), Ok(2));
        book.clear().unwrap();
        assert!(book.entries().is_empty());
    }

    #[test]
    fn what_does_not_fit_is_refused_and_changes_nothing() {
        let mut book = Phonebook::new(2, 4, 3);
        book.write(Some(1), "1234", "abc").unwrap();
        let before = book.clone();
        for (index, number, name, wanted) in [
            (Some(0), "1", "a", Reason::InvalidIndex),
            (Some(3), "1", "a", Reason::InvalidIndex),
            (Some(65_537), "1", "a", Reason::InvalidIndex),
            (Some(1), "12345", "a", Reason::TooLong),
            (Some(1), "1", "abcd", Reason::TooLong),
            (Some(1), "1", "\u{1F4DE}\u{1F4DE}", Reason::TooLong),
            (Some(1), "1a", "a", Reason::Invalid),
            (Some(1), "1+2", "a", Reason::Invalid),
            (Some(1), "", "", Reason::Invalid),
        ] {
            assert_eq!(reason(book.write(index, number, name)), Some(wanted), "{index:?} {number} {name}");
        }
        assert_eq!(book, before);
        assert_eq!(book.write(Some(2), "+1234", "\u{263A}"), Ok(2), "a plus sign is no digit");
        assert_eq!(reason(Phonebook::none().write(None, "1", "a")), Some(Reason::NoPhonebook));
        assert_eq!(reason(Phonebook::none().erase(1)), Some(Reason::NoPhonebook));
        assert_eq!(reason(Phonebook::none().clear()), Some(Reason::NoPhonebook));
    }
}
