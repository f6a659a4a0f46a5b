//! What came while something else was awaited, kept as bytes in a caller's memory: the indications of both clients.

use core::fmt;

/// Bytes in front of each record: its length.
pub(super) const PREFIX: usize = 4;

/// A bounded queue of byte records. What does not fit is counted, and the newest is what gets lost.
///
/// Each record lies in one piece. Where the next one does not fit at the end of the memory, it goes to the start, if the
/// records there have been read.
pub(super) struct Queue<'s> {
    memory: &'s mut [u8],
    /// Where the oldest record starts.
    head: usize,
    /// Where the next record goes.
    tail: usize,
    /// Where the records end that must be read before those at the start; `None` while `head` is not behind `tail`.
    end: Option<usize>,
    lost: u32,
    /// All that ever came, modulo 2^32.
    arrived: u32,
}

/// Without the records themselves.
impl fmt::Debug for Queue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("bytes", &self.memory.len())
            .field("lost", &self.lost)
            .field("arrived", &self.arrived)
            .finish_non_exhaustive()
    }
}

impl<'s> Queue<'s> {
    pub(super) fn new(memory: &'s mut [u8]) -> Self {
        Self { memory, head: 0, tail: 0, end: None, lost: 0, arrived: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.end.is_none() && self.head == self.tail
    }

    pub(super) fn lost(&self) -> u32 {
        self.lost
    }

    pub(super) fn arrived(&self) -> u32 {
        self.arrived
    }

    pub(super) fn clear(&mut self) {
        (self.head, self.tail, self.end) = (0, 0, None);
    }

    /// Makes a record of that length, to be filled; `None`, counted, if there is no room.
    #[inline(never)]
    pub(super) fn push(&mut self, length: usize) -> Option<&mut [u8]> {
        self.arrived = self.arrived.wrapping_add(1);
        self.lost = self.lost.saturating_add(1);
        let need = length.checked_add(PREFIX)?;
        if self.is_empty() {
            self.clear();
        }
        let (start, limit, end) = match self.end {
            // A byte stays free in front of `head`, so that full and empty differ.
            Some(_) => (self.tail, self.head.saturating_sub(1), self.end),
            None if self.memory.len().saturating_sub(self.tail) < need => {
                (0, self.head.saturating_sub(1), Some(self.tail))
            }
            None => (self.tail, self.memory.len(), None),
        };
        let tail = start.checked_add(need).filter(|tail| *tail <= limit)?;
        let (prefix, record) = self.memory.get_mut(start..tail)?.split_first_chunk_mut()?;
        *prefix = u32::try_from(length).ok()?.to_le_bytes();
        (self.tail, self.end) = (tail, end);
        self.lost = self.lost.saturating_sub(1);
        Some(record)
    }

    /// Takes the oldest record. Its bytes stay until the next call.
    pub(super) fn pop(&mut self) -> Option<&[u8]> {
        if self.end == Some(self.head) {
            (self.head, self.end) = (0, None);
        }
        let records = self.memory.get(self.head..self.end.unwrap_or(self.tail))?;
        let (length, rest) = records.split_first_chunk()?;
        let record = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        self.head = self.head.checked_add(PREFIX)?.checked_add(record.len())?;
        Some(record)
    }
}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::std_instead_of_alloc
)]
mod tests {
    extern crate std;
    use super::*;

    fn push(queue: &mut Queue<'_>, record: &[u8]) {
        if let Some(place) = queue.push(record.len()) {
            place.copy_from_slice(record);
        }
    }

    #[test]
    fn keeps_order_over_many_wraps_and_counts_what_does_not_fit() {
        let mut memory = [0xa5; 60];
        let mut queue = Queue::new(&mut memory);
        for round in 0..50_u8 {
            let record = [round; 10];
            push(&mut queue, &record);
            push(&mut queue, &record[..3]);
            push(&mut queue, &[0; 40]);
            assert_eq!(queue.pop(), Some(&record[..]));
            assert_eq!(queue.pop(), Some(&record[..3]));
            assert_eq!(queue.pop(), None);
            assert_eq!((queue.lost(), queue.arrived()), (u32::from(round) + 1, 3 * (u32::from(round) + 1)));
        }
    }

    #[test]
    fn is_a_queue_whatever_is_pushed_and_popped() {
        // Against a plain list: lengths and turns from a small generator, memories of all sizes.
        for size in 0..160 {
            let mut memory = std::vec![0xa5; size];
            let mut queue = Queue::new(&mut memory);
            let mut model = std::collections::VecDeque::new();
            let mut lost = 0;
            let mut state = 12345_u32;
            for n in 0..400_u32 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let record = std::vec![n as u8; (state >> 24) as usize % 40];
                if state & 0x10000 == 0 {
                    let before = queue.lost();
                    push(&mut queue, &record);
                    if queue.lost() == before {
                        model.push_back(record);
                    } else {
                        let used = model.iter().map(|other| other.len() + PREFIX).sum::<usize>();
                        assert!(used + record.len() + PREFIX + 1 > size / 2);
                        lost += 1;
                    }
                } else {
                    let popped = queue.pop().map(<[u8]>::to_vec);
                    assert_eq!(popped, model.pop_front());
                }
                assert_eq!((queue.is_empty(), queue.lost()), (model.is_empty(), lost));
            }
        }
    }

    #[test]
    fn without_memory_everything_is_counted() {
        let mut queue = Queue::new(&mut []);
        push(&mut queue, &[]);
        assert!(queue.is_empty());
        assert_eq!(queue.pop(), None);
        assert_eq!(queue.lost(), 1);
    }
}
