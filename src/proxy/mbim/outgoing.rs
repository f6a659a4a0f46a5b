//! Messages on their way to a program: whole ones, one behind the other, cut into transfers as they leave.

use mbim_wire::EncodeError;
use mbim_wire::field::Raw;
use mbim_wire::fragment::Splitter;
use mbim_wire::message::{self, COMMAND_HEADER_LEN, CommandDone, Transfer};
use mbim_wire::{Encode, ProtocolError, Status, Uuid};

use super::{Counters, count};

#[derive(Debug)]
pub(super) struct Outgoing<'s> {
    memory: &'s mut [u8],
    /// Bytes in use, those of the message that is leaving included.
    len: usize,
    leaving: Option<Leaving>,
    /// Messages that found no room.
    lost: u32,
    /// The caller is still to hear of them.
    stuck: bool,
}

#[derive(Debug)]
struct Leaving {
    splitter: Splitter,
    len: usize,
}

impl<'s> Outgoing<'s> {
    pub(super) fn new(memory: &'s mut [u8]) -> Self {
        Self { memory, len: 0, leaving: None, lost: 0, stuck: false }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.leaving = None;
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
        self.used() == 0
    }

    /// Whether more than half of the memory is in use.
    pub(super) fn is_crowded(&self) -> bool {
        self.used() > self.memory.len() >> 1
    }

    fn used(&self) -> usize {
        let left = self.leaving.as_ref().filter(|leaving| leaving.splitter.is_done());
        self.len.saturating_sub(left.map_or(0, |leaving| leaving.len))
    }

    /// Gives up the place of a message that has left.
    fn tidy(&mut self) {
        if let Some(leaving) = self.leaving.take_if(|leaving| leaving.splitter.is_done()) {
            if leaving.len <= self.len && self.len <= self.memory.len() {
                self.memory.copy_within(leaving.len..self.len, 0);
            }
            self.len = self.len.saturating_sub(leaving.len);
        }
    }

    /// Appends what `write` writes; counts it if there is no room.
    pub(super) fn push(
        &mut self,
        counters: &mut Counters,
        write: impl FnOnce(&mut [u8]) -> Result<&mut [u8], EncodeError>,
    ) {
        self.tidy();
        let capacity = self.memory.len();
        let room = self.memory.get_mut(self.len..).unwrap_or_default();
        match write(room) {
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
        if body.len().saturating_add(COMMAND_HEADER_LEN) > self.memory.len() {
            count(&mut counters.too_long);
            (status, body) = (Status::FAILURE, &[]);
        }
        self.push(counters, |room| {
            message::write_command_done(room, transaction_id, answer.service, answer.cid, status, &Raw(body))
        });
    }

    /// The next transfer of at most `limit` bytes.
    pub(super) fn next(&mut self, limit: usize) -> Option<&[u8]> {
        self.tidy();
        if self.leaving.is_none() {
            let messages = self.memory.get(..self.len)?;
            let len = Transfer::parse(messages).ok()?.length;
            let splitter = Splitter::new(messages.get(..len)?, limit);
            self.leaving = Some(Leaving { splitter, len });
        }
        let leaving = self.leaving.as_mut()?;
        leaving.splitter.next(self.memory.get_mut(..leaving.len)?)
    }
}
