//! Indications that came while something else was awaited, in a caller's memory.

use core::fmt;

use mbim_wire::Uuid;
use mbim_wire::message::IndicateStatus;

/// Bytes in front of each information buffer: its length, the service, the command.
const RECORD: usize = 24;

/// A bounded queue of indications. What does not fit is counted, and the newest is what gets lost.
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

/// Without the indications themselves.
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

    #[inline(never)]
    pub(super) fn push(&mut self, indication: &IndicateStatus<'_>) {
        self.arrived = self.arrived.wrapping_add(1);
        if self.try_push(indication).is_none() {
            self.lost = self.lost.saturating_add(1);
        }
    }

    fn try_push(&mut self, indication: &IndicateStatus<'_>) -> Option<()> {
        let body = indication.body;
        let need = body.len().checked_add(RECORD)?;
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
        let (header, place) = self.memory.get_mut(start..tail)?.split_at_mut_checked(RECORD)?;
        let (length, name) = header.split_first_chunk_mut::<4>()?;
        *length = u32::try_from(body.len()).ok()?.to_le_bytes();
        let (service, cid) = name.split_first_chunk_mut::<16>()?;
        *service = indication.service.0;
        cid.copy_from_slice(&indication.cid.to_le_bytes());
        place.copy_from_slice(body);
        (self.tail, self.end) = (tail, end);
        Some(())
    }

    /// Takes the oldest indication. Its bytes stay until the next call.
    pub(super) fn pop(&mut self) -> Option<IndicateStatus<'_>> {
        if self.end == Some(self.head) {
            (self.head, self.end) = (0, None);
        }
        let records = self.memory.get(self.head..self.end.unwrap_or(self.tail))?;
        let (length, rest) = records.split_first_chunk::<4>()?;
        let (service, rest) = rest.split_first_chunk::<16>()?;
        let (cid, rest) = rest.split_first_chunk::<4>()?;
        let body = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        self.head = self.head.checked_add(RECORD)?.checked_add(body.len())?;
        Some(IndicateStatus { service: Uuid(*service), cid: u32::from_le_bytes(*cid), body })
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

    fn indication(cid: u32, body: &[u8]) -> IndicateStatus<'_> {
        IndicateStatus { service: Uuid([7; 16]), cid, body }
    }

    #[test]
    fn keeps_order_over_many_wraps_and_counts_what_does_not_fit() {
        let mut memory = [0xa5; 100];
        let mut queue = Queue::new(&mut memory);
        for round in 0..50_u32 {
            let body = [u8::try_from(round).unwrap(); 10];
            queue.push(&indication(round, &body));
            queue.push(&indication(round + 1000, &body[..3]));
            queue.push(&indication(9999, &[0; 40]));
            assert_eq!(queue.pop(), Some(indication(round, &body)));
            assert_eq!(queue.pop(), Some(indication(round + 1000, &body[..3])));
            assert_eq!(queue.pop(), None);
            assert_eq!(queue.lost(), round + 1);
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
                let body = std::vec![n as u8; (state >> 24) as usize % 40];
                if state & 0x10000 == 0 {
                    let before = queue.lost();
                    queue.push(&indication(n, &body));
                    if queue.lost() == before {
                        model.push_back((n, body));
                    } else {
                        assert!(
                            model.iter().map(|(_, b)| b.len() + RECORD).sum::<usize>() + body.len() + RECORD + 1
                                > size / 2
                        );
                        lost += 1;
                    }
                } else {
                    let popped = queue.pop().map(|i| (i.cid, i.body.to_vec()));
                    assert_eq!(popped, model.pop_front());
                }
                assert_eq!((queue.is_empty(), queue.lost()), (model.is_empty(), lost));
            }
        }
    }

    #[test]
    fn without_memory_everything_is_counted() {
        let mut queue = Queue::new(&mut []);
        queue.push(&indication(1, &[]));
        assert!(queue.is_empty());
        assert_eq!(queue.pop(), None);
        assert_eq!(queue.lost(), 1);
    }
}
