//! Frames on their way to a program, one behind the other, and what becomes of those for which there is no room.

use core::cell::Cell;

use qmi_wire::frame::{frame_len, set_transaction};
use qmi_wire::message::write_verdict;
use qmi_wire::{EncodeError, ProtocolError, Verdict};

use super::connection::Head;
use super::{Counters, count};

/// What a program has not fetched yet.
#[derive(Debug)]
pub(super) struct Mailbox<'s> {
    buf: &'s mut [u8],
    /// Bytes in use.
    len: usize,
    /// Bytes at the front that have left.
    left: usize,
    /// Frames that found no room.
    lost: u32,
    /// The caller is still to hear of them.
    stuck: bool,
}

impl<'s> Mailbox<'s> {
    pub(super) fn new(buf: &'s mut [u8]) -> Self {
        Self { buf, len: 0, left: 0, lost: 0, stuck: false }
    }

    pub(super) fn clear(&mut self) {
        (self.len, self.left, self.lost, self.stuck) = (0, 0, 0, false);
    }

    /// Frames that found no room since the last [`clear`](Self::clear).
    pub(super) fn lost(&self) -> u32 {
        self.lost
    }

    /// Whether frames found no room since the last call.
    pub(super) fn take_stuck(&mut self) -> bool {
        core::mem::take(&mut self.stuck)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == self.left
    }

    /// Whether more than half of the memory is in use.
    pub(super) fn is_crowded(&self) -> bool {
        self.len.saturating_sub(self.left) > self.buf.len() >> 1
    }

    /// Gives up the place of a frame that has left.
    fn tidy(&mut self) {
        let bytes = Cell::from_mut(&mut *self.buf).as_slice_of_cells();
        let rest = bytes.get(self.left..self.len).unwrap_or_default();
        // Forward, so that overlapping does not matter.
        for (to, from) in bytes.iter().zip(rest) {
            to.set(from.get());
        }
        self.len = rest.len();
        self.left = 0;
    }

    /// Appends what `write` writes; counts it if there is no room.
    pub(super) fn push(
        &mut self,
        counters: &mut Counters,
        write: impl FnOnce(&mut [u8]) -> Result<&mut [u8], EncodeError>,
    ) {
        self.tidy();
        let capacity = self.buf.len();
        match write(self.buf.get_mut(self.len..).unwrap_or_default()) {
            Ok(written) => self.len = self.len.saturating_add(written.len()),
            Err(EncodeError::BufferTooSmall { needed }) if needed <= capacity => {
                count(&mut self.lost);
                count(&mut counters.lost);
                self.stuck = true;
            }
            // It would not fit even if the program fetched everything: nothing that the program could help.
            Err(_) => count(&mut counters.too_long),
        }
    }

    /// Appends a frame as it is.
    pub(super) fn forward(&mut self, counters: &mut Counters, frame: &[u8]) {
        self.push(counters, |room| copy(frame, room));
    }

    /// Appends an answer of the modem under the program's own transaction number. One that would not fit even into an
    /// empty queue becomes a failure.
    pub(super) fn answer(&mut self, counters: &mut Counters, head: &Head, frame: &[u8]) {
        if frame.len() > self.buf.len() {
            count(&mut counters.too_long);
            return self.refuse(counters, head, ProtocolError::NO_MEMORY);
        }
        self.push(counters, |room| {
            let copied = copy(frame, room)?;
            set_transaction(copied, head.transaction)?;
            Ok(copied)
        });
    }

    /// Appends an answer that says no more than that it cannot be.
    pub(super) fn refuse(&mut self, counters: &mut Counters, head: &Head, error: ProtocolError) {
        self.push(counters, |room| write_verdict(room, &head.answer(), Verdict::failure(error)));
    }

    /// Appends an answer that says no more than that it is done.
    pub(super) fn grant(&mut self, counters: &mut Counters, head: &Head) {
        self.push(counters, |room| write_verdict(room, &head.answer(), Verdict::SUCCESS));
    }

    /// The next frame.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        self.tidy();
        let frames = self.buf.get(..self.len)?;
        let frame = frames.get(..frame_len(frames).ok()?)?;
        self.left = frame.len();
        Some(frame)
    }
}

fn copy<'b>(frame: &[u8], room: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
    let needed = frame.len();
    let to = room.get_mut(..needed).ok_or(EncodeError::BufferTooSmall { needed })?;
    for (to, from) in to.iter_mut().zip(frame) {
        *to = *from;
    }
    Ok(to)
}
