//! Indications that came while something else was awaited, in a caller's memory.

use mbim_wire::Uuid;
use mbim_wire::message::IndicateStatus;

/// Bytes in front of each information buffer: its length, the service, the command.
const RECORD: usize = 24;

/// A bounded queue of indications. What does not fit is counted, and the newest is what gets lost.
#[derive(Debug)]
pub(super) struct Queue<'s> {
    memory: &'s mut [u8],
    /// Where the oldest record starts.
    head: usize,
    /// Where the next record goes.
    tail: usize,
    lost: u32,
    /// All that ever came, modulo 2^32.
    arrived: u32,
}

impl<'s> Queue<'s> {
    pub(super) fn new(memory: &'s mut [u8]) -> Self {
        Self {
            memory,
            head: 0,
            tail: 0,
            lost: 0,
            arrived: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.head == self.tail
    }

    pub(super) fn lost(&self) -> u32 {
        self.lost
    }

    pub(super) fn arrived(&self) -> u32 {
        self.arrived
    }

    pub(super) fn clear(&mut self) {
        (self.head, self.tail) = (0, 0);
    }

    pub(super) fn push(&mut self, indication: &IndicateStatus<'_>) {
        self.arrived = self.arrived.wrapping_add(1);
        if self.try_push(indication).is_none() {
            self.lost = self.lost.saturating_add(1);
        }
    }

    fn try_push(&mut self, indication: &IndicateStatus<'_>) -> Option<()> {
        let body = indication.body;
        let need = body.len().checked_add(RECORD)?;
        if self.memory.len().saturating_sub(self.tail) < need && self.head > 0 {
            self.memory.copy_within(self.head..self.tail, 0);
            self.tail = self.tail.saturating_sub(self.head);
            self.head = 0;
        }
        let end = self.tail.checked_add(need)?;
        let (header, place) = self.memory.get_mut(self.tail..end)?.split_at_mut_checked(RECORD)?;
        let (length, name) = header.split_first_chunk_mut::<4>()?;
        *length = u32::try_from(body.len()).ok()?.to_le_bytes();
        let (service, cid) = name.split_first_chunk_mut::<16>()?;
        *service = indication.service.0;
        cid.copy_from_slice(&indication.cid.to_le_bytes());
        place.copy_from_slice(body);
        self.tail = end;
        Some(())
    }

    /// Takes the oldest indication. Its bytes stay until the next call.
    pub(super) fn pop(&mut self) -> Option<IndicateStatus<'_>> {
        let records = self.memory.get(self.head..self.tail)?;
        let (length, rest) = records.split_first_chunk::<4>()?;
        let (service, rest) = rest.split_first_chunk::<16>()?;
        let (cid, rest) = rest.split_first_chunk::<4>()?;
        let body = rest.get(..usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        self.head = self.head.checked_add(RECORD)?.checked_add(body.len())?;
        Some(IndicateStatus {
            service: Uuid(*service),
            cid: u32::from_le_bytes(*cid),
            body,
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    extern crate std;
    use super::*;

    fn indication(cid: u32, body: &[u8]) -> IndicateStatus<'_> {
        IndicateStatus {
            service: Uuid([7; 16]),
            cid,
            body,
        }
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
    fn without_memory_everything_is_counted() {
        let mut queue = Queue::new(&mut []);
        queue.push(&indication(1, &[]));
        assert!(queue.is_empty());
        assert_eq!(queue.pop(), None);
        assert_eq!(queue.lost(), 1);
    }
}
