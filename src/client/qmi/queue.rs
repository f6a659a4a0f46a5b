//! Indications that came while something else was awaited, in a caller's memory.

use core::fmt;

use qmi_wire::frame::{Frame, frame_len};

use crate::session::qmi::Indication;

/// A bounded queue of indications, kept as the frames they came in. What does not fit is counted, and the newest is what gets
/// lost.
///
/// Each frame lies in one piece. Where the next one does not fit at the end of the memory, it goes to the start, if the
/// frames there have been read.
pub(super) struct Queue<'s> {
    memory: &'s mut [u8],
    /// Where the oldest frame starts.
    head: usize,
    /// Where the next frame goes.
    tail: usize,
    /// Where the frames end that must be read before those at the start; `None` while `head` is not behind `tail`.
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

    /// Keeps the frame of an indication.
    #[inline(never)]
    pub(super) fn push(&mut self, frame: &[u8]) {
        self.arrived = self.arrived.wrapping_add(1);
        if self.try_push(frame).is_none() {
            self.lost = self.lost.saturating_add(1);
        }
    }

    fn try_push(&mut self, frame: &[u8]) -> Option<()> {
        if self.is_empty() {
            self.clear();
        }
        let (start, limit, end) = match self.end {
            // A byte stays free in front of `head`, so that full and empty differ.
            Some(_) => (self.tail, self.head.saturating_sub(1), self.end),
            None if self.memory.len().saturating_sub(self.tail) < frame.len() => {
                (0, self.head.saturating_sub(1), Some(self.tail))
            }
            None => (self.tail, self.memory.len(), None),
        };
        let tail = start.checked_add(frame.len()).filter(|tail| *tail <= limit)?;
        let place = self.memory.get_mut(start..tail)?;
        // Not `copy_from_slice`, which can panic as far as the compiler knows.
        place.iter_mut().zip(frame).for_each(|(to, from)| *to = *from);
        (self.tail, self.end) = (tail, end);
        Some(())
    }

    /// Takes the oldest indication. Its bytes stay until the next call.
    pub(super) fn pop(&mut self) -> Option<Indication<'_>> {
        if self.end == Some(self.head) {
            (self.head, self.end) = (0, None);
        }
        let frames = self.memory.get(self.head..self.end.unwrap_or(self.tail))?;
        let length = frame_len(frames).ok()?;
        let frame = Frame::parse(frames).ok()?;
        self.head = self.head.checked_add(length)?;
        Some(Indication { client: frame.framing.client().unwrap_or(0), tlvs: frame.message.tlvs })
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
    use std::vec::Vec;

    use qmi_wire::frame::{Framing, Head, Kind, MessageWriter};
    use qmi_wire::service::Service;

    use super::*;

    fn frame(id: u16, length: usize) -> Vec<u8> {
        let mut buffer = [0; 128];
        let head =
            Head { framing: Framing::modem(1), service: Service::NAS, kind: Kind::Indication, transaction: 1, id };
        let mut writer = MessageWriter::new(&mut buffer, &head);
        for _ in 0..length {
            writer.put(1, &1_u8);
        }
        writer.finish().unwrap().to_vec()
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
            for n in 0..400_u16 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let length = (state >> 24) as usize % 10;
                if state & 0x10000 == 0 {
                    let frame = frame(n, length);
                    let before = queue.lost();
                    queue.push(&frame);
                    if queue.lost() == before {
                        model.push_back((n, length * 4));
                    } else {
                        let used = model.iter().map(|(_, bytes)| bytes + 13).sum::<usize>();
                        assert!(used + frame.len() + 1 > size / 2);
                        lost += 1;
                    }
                } else {
                    let popped = queue.pop().map(|told| (told.id(), told.tlvs.bytes().len()));
                    assert_eq!(popped, model.pop_front());
                }
                assert_eq!((queue.is_empty(), queue.lost()), (model.is_empty(), lost));
            }
        }
    }
}
