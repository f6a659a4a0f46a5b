//! Lines kept in a caller's memory: those of an answer, and URCs that wait to be read.

use core::cell::Cell;
use core::fmt;

use super::Urc;

/// In front of each record: what it is, and its length.
const HEAD: usize = 3;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A line.
    Line,
    /// A line that is a URC nothing is known of.
    Unknown,
    /// What belongs to the line before: its second line, or counted bytes.
    Second,
}

impl Kind {
    const fn code(self) -> u8 {
        match self {
            Self::Line => 0,
            Self::Unknown => 1,
            Self::Second => 2,
        }
    }

    const fn of(code: u8) -> Self {
        match code {
            0 => Self::Line,
            1 => Self::Unknown,
            _ => Self::Second,
        }
    }
}

/// Records one behind the other. When there is no room for another, the oldest go.
pub(super) struct Records<'s> {
    memory: &'s mut [u8],
    head: usize,
    tail: usize,
    /// Where the newest record starts, if it can still grow.
    last: Option<usize>,
    /// Lines that went without having been read.
    lost: u32,
}

/// Without the lines themselves.
impl fmt::Debug for Records<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("bytes", &self.memory.len()).field("lost", &self.lost).finish_non_exhaustive()
    }
}

/// The record at the front of `bytes`, and what is behind it.
#[inline(never)]
pub(super) fn split(bytes: &[u8]) -> Option<(Kind, &[u8], &[u8])> {
    let (&[kind, low, high], rest) = bytes.split_first_chunk::<HEAD>()?;
    let (record, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([low, high])))?;
    Some((Kind::of(kind), record, rest))
}

/// Takes the record at the front of `rest`, whatever it is.
#[inline(never)]
pub(super) fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (_, line, behind) = split(rest)?;
    *rest = behind;
    Some(line)
}

/// Takes the record at the front of `rest`, if it belongs to the one before.
#[inline(never)]
pub(super) fn second<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (kind, ..) = split(rest)?;
    if kind == Kind::Second { line(rest) } else { None }
}

impl<'s> Records<'s> {
    pub(super) fn new(memory: &'s mut [u8]) -> Self {
        Self { memory, head: 0, tail: 0, last: None, lost: 0 }
    }

    pub(super) fn clear(&mut self) {
        (self.head, self.tail, self.last) = (0, 0, None);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.head == self.tail
    }

    pub(super) fn lost(&self) -> u32 {
        self.lost
    }

    /// All records.
    pub(super) fn bytes(&self) -> &[u8] {
        self.memory.get(self.head..self.tail).unwrap_or_default()
    }

    /// Moves the records to the start of the memory.
    fn compact(&mut self) {
        let cells = Cell::from_mut(&mut *self.memory).as_slice_of_cells();
        let records = cells.get(self.head..self.tail).unwrap_or_default();
        cells.iter().zip(records).for_each(|(to, from)| to.set(from.get()));
        self.last = self.last.and_then(|last| last.checked_sub(self.head));
        (self.head, self.tail) = (0, self.tail.saturating_sub(self.head));
    }

    /// Makes room for so many bytes more, or says that there is none without what came last.
    fn make_room(&mut self, len: usize, drop_oldest: bool) -> bool {
        if self.memory.len().saturating_sub(self.tail) >= len {
            return true;
        }
        self.compact();
        while self.memory.len().saturating_sub(self.tail) < len {
            if !drop_oldest || self.is_empty() {
                return false;
            }
            self.lost = self.lost.saturating_add(1);
            self.skip();
            self.compact();
        }
        true
    }

    /// Drops the oldest line and what belongs to it.
    fn skip(&mut self) {
        let mut first = true;
        while let Some((kind, record, _)) = split(self.bytes()) {
            if !core::mem::take(&mut first) && kind != Kind::Second {
                break;
            }
            let start = self.head;
            self.head = start.saturating_add(HEAD).saturating_add(record.len());
            if self.last == Some(start) {
                self.last = None;
            }
        }
    }

    /// Appends a record; false if there is no room for it.
    #[inline(never)]
    pub(super) fn push(&mut self, kind: Kind, line: &[u8], drop_oldest: bool) -> bool {
        if kind == Kind::Second && self.last.is_none() {
            // That which it belongs to is gone, and counted.
            return false;
        }
        let len = u16::try_from(line.len()).unwrap_or(u16::MAX);
        let needed = HEAD.saturating_add(line.len());
        let fits = usize::from(len) == line.len() && self.make_room(needed, drop_oldest);
        if !fits || (kind == Kind::Second && self.last.is_none()) {
            if kind != Kind::Second {
                self.lost = self.lost.saturating_add(1);
            }
            self.last = None;
            return false;
        }
        let [low, high] = len.to_le_bytes();
        self.last = Some(self.tail);
        self.append(&[kind.code(), low, high]);
        self.append(line);
        true
    }

    /// Lets the newest record grow; false if there is no room for that.
    pub(super) fn extend(&mut self, bytes: &[u8], drop_oldest: bool) -> bool {
        let fits = self.last.is_some() && self.make_room(bytes.len(), drop_oldest);
        let Some(last) = self.last.filter(|_| fits) else {
            self.last = None;
            return false;
        };
        let old = self.memory.get(last..).and_then(split).map_or(0, |(_, record, _)| record.len());
        let Ok(len) = u16::try_from(old.saturating_add(bytes.len())) else {
            self.last = None;
            return false;
        };
        let end = core::mem::replace(&mut self.tail, last.saturating_add(1));
        self.append(&len.to_le_bytes());
        self.tail = end;
        self.append(bytes);
        true
    }

    fn append(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.byte(*byte));
    }

    /// One by one: what copies several at once is a function of its own in firmware, and a large one.
    #[inline(never)]
    fn byte(&mut self, byte: u8) {
        if let Some(place) = self.memory.get_mut(self.tail) {
            *place = byte;
        }
        self.tail = self.tail.saturating_add(1);
    }

    /// Takes the oldest line and what belongs to it. Its bytes stay until the next call.
    pub(super) fn pop(&mut self) -> Option<Urc<'_>> {
        let start = self.head;
        self.skip();
        let taken = self.memory.get(start..self.head)?;
        let (kind, line, rest) = split(taken)?;
        Some(Urc { line, second: split(rest).map(|(_, second, _)| second), known: kind != Kind::Unknown })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::std_instead_of_alloc)]
mod tests {
    extern crate std;
    use std::collections::VecDeque;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn is_a_queue_that_drops_the_oldest() {
        // Against a plain list, with memories of all sizes.
        for size in 0..80 {
            let mut memory = std::vec![0xa5; size];
            let mut records = Records::new(&mut memory);
            let mut model: VecDeque<(Vec<u8>, Option<Vec<u8>>)> = VecDeque::new();
            let used = |model: &VecDeque<(Vec<u8>, Option<Vec<u8>>)>| -> usize {
                model.iter().map(|(a, b)| a.len() + 3 + b.as_ref().map_or(0, |b| b.len() + 3)).sum()
            };
            let mut state = 12345_u32;
            let mut lost = 0;
            for n in 0..500_u32 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let line = std::vec![n.to_le_bytes()[0]; usize::try_from(state >> 24).unwrap() % 12];
                if state & 0x10000 == 0 {
                    let second = state & 0x20000 == 0;
                    records.push(Kind::Line, &line, true);
                    model.push_back((line, None));
                    while used(&model) > size {
                        model.pop_front();
                        lost += 1;
                    }
                    if second {
                        records.push(Kind::Second, &[7, 8], true);
                        assert_eq!(records.extend(&[9], true), records.last.is_some());
                        if let Some(last) = model.back_mut() {
                            last.1 = Some(std::vec![7, 8]);
                            while used(&model) > size {
                                model.pop_front();
                                lost += 1;
                            }
                        }
                        if let Some(last) = model.back_mut() {
                            last.1 = Some(std::vec![7, 8, 9]);
                            while used(&model) > size {
                                model.pop_front();
                                lost += 1;
                            }
                        }
                    }
                } else {
                    let popped = records.pop().map(|urc| (urc.line.to_vec(), urc.second.map(<[u8]>::to_vec)));
                    assert_eq!(popped, model.pop_front());
                }
                assert_eq!((records.is_empty(), records.lost()), (model.is_empty(), lost), "{size} {n}");
            }
        }
    }
}
