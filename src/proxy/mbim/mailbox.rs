//! Messages on their way to a program, and what becomes of those for which there is no room.

use mbim_wire::EncodeError;
use mbim_wire::field::Raw;
use mbim_wire::message::{self, COMMAND_HEADER_LEN, CommandDone};
use mbim_wire::{Encode, ProtocolError, Status, Uuid};

use super::{Counters, count};
use crate::outgoing::Outgoing;

/// What a program has not fetched yet.
#[derive(Debug)]
pub(super) struct Mailbox<'s> {
    queue: Outgoing<'s>,
    /// Messages that found no room.
    lost: u32,
    /// The caller is still to hear of them.
    stuck: bool,
}

impl<'s> Mailbox<'s> {
    pub(super) fn new(memory: &'s mut [u8]) -> Self {
        Self { queue: Outgoing::new(memory), lost: 0, stuck: false }
    }

    pub(super) fn clear(&mut self) {
        self.queue.clear();
        self.lost = 0;
        self.stuck = false;
    }

    /// Messages that found no room since the last [`clear`](Self::clear).
    pub(super) fn lost(&self) -> u32 {
        self.lost
    }

    /// Whether messages found no room since the last call.
    pub(super) fn take_stuck(&mut self) -> bool {
        core::mem::take(&mut self.stuck)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Whether more than half of the memory is in use.
    pub(super) fn is_crowded(&self) -> bool {
        self.queue.used() > self.queue.capacity() >> 1
    }

    /// Appends what `write` writes; counts it if there is no room.
    pub(super) fn push(
        &mut self,
        counters: &mut Counters,
        write: impl FnOnce(&mut [u8]) -> Result<&mut [u8], EncodeError>,
    ) {
        match self.queue.push(write) {
            Ok(()) => {}
            Err(EncodeError::BufferTooSmall { needed }) if needed <= self.queue.capacity() => {
                count(&mut self.lost);
                count(&mut counters.lost);
                self.stuck = true;
            }
            // It would not fit even if the program fetched everything: nothing that the program could help.
            Err(_) => count(&mut counters.too_long),
        }
    }

    /// Appends an indication.
    pub(super) fn indicate(&mut self, counters: &mut Counters, service: Uuid, cid: u32, body: &dyn Encode) {
        self.push(counters, |room| message::write_indicate_status(room, service, cid, body));
    }

    /// Appends a complaint.
    pub(super) fn complain(&mut self, counters: &mut Counters, transaction_id: u32, error: ProtocolError) {
        count(&mut counters.function_errors);
        self.push(counters, |room| message::write_function_error(room, transaction_id, error));
    }

    /// Appends an answer. One that would not fit even into an empty queue becomes a failure.
    pub(super) fn answer(&mut self, counters: &mut Counters, transaction_id: u32, answer: &CommandDone<'_>) {
        let (mut status, mut body) = (answer.status, answer.body);
        if body.len().saturating_add(COMMAND_HEADER_LEN) > self.queue.capacity() {
            count(&mut counters.too_long);
            (status, body) = (Status::FAILURE, &[]);
        }
        self.push(counters, |room| {
            message::write_command_done(room, transaction_id, answer.service, answer.cid, status, &Raw(body))
        });
    }

    /// The next transfer of at most `limit` bytes.
    pub(super) fn next(&mut self, limit: usize) -> Option<&[u8]> {
        self.queue.next(limit)
    }
}
