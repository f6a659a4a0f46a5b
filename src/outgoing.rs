//! MBIM messages on their way to whoever plays the host: whole ones, one behind the other, cut into transfers as they leave.
//! The function role has one such queue, the proxy one for each program.

use core::cell::Cell;

use mbim_wire::EncodeError;
use mbim_wire::fragment::Splitter;
use mbim_wire::message::Transfer;

#[derive(Debug)]
pub(crate) struct Outgoing<'s> {
    buf: &'s mut [u8],
    /// Bytes in use, those of the message that is leaving included.
    len: usize,
    leaving: Option<Leaving>,
}

#[derive(Debug)]
struct Leaving {
    splitter: Splitter,
    len: usize,
}

impl<'s> Outgoing<'s> {
    pub(crate) fn new(buf: &'s mut [u8]) -> Self {
        Self { buf, len: 0, leaving: None }
    }

    pub(crate) fn clear(&mut self) {
        self.len = 0;
        self.leaving = None;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.used() == 0
    }

    /// Bytes that have not left; of a message that is leaving, all.
    pub(crate) fn used(&self) -> usize {
        let done = self.leaving.as_ref().filter(|leaving| leaving.splitter.is_done());
        self.len.saturating_sub(done.map_or(0, |leaving| leaving.len))
    }

    /// Bytes that fit.
    pub(crate) fn capacity(&self) -> usize {
        self.buf.len()
    }

    /// Gives up the place of a message that has left.
    fn tidy(&mut self) {
        if let Some(leaving) = self.leaving.take_if(|leaving| leaving.splitter.is_done()) {
            self.remove(0, leaving.len);
        }
    }

    /// Closes the gap of `len` bytes at `at`.
    fn remove(&mut self, at: usize, len: usize) {
        let bytes = Cell::from_mut(&mut *self.buf).as_slice_of_cells();
        let rest = bytes.get(at.saturating_add(len)..self.len).unwrap_or_default();
        // Forward, so that overlapping does not matter.
        for (to, from) in bytes.get(at..).unwrap_or_default().iter().zip(rest) {
            to.set(from.get());
        }
        self.len = self.len.saturating_sub(len);
    }

    /// Appends what `write` writes.
    ///
    /// # Errors
    ///
    /// Those of `write`, which finds the room that is left; nothing is appended then.
    pub(crate) fn push(
        &mut self,
        write: impl FnOnce(&mut [u8]) -> Result<&mut [u8], EncodeError>,
    ) -> Result<(), EncodeError> {
        self.tidy();
        let room = self.buf.get_mut(self.len..).unwrap_or_default();
        let written = write(room)?.len();
        self.len = self.len.saturating_add(written);
        Ok(())
    }

    /// Drops the answer of a transaction, the rest of it if some of it has left.
    #[cfg(any(test, feature = "device"))]
    pub(crate) fn drop_answer(&mut self, transaction_id: u32) {
        use mbim_wire::message::MessageType;
        self.tidy();
        let mut at = 0_usize;
        while let Some(Ok(transfer)) = self.buf.get(at..self.len).map(Transfer::parse) {
            // The header of the message that is leaving may be that of a later fragment: its length is kept apart.
            let len = match &self.leaving {
                Some(leaving) if at == 0 => leaving.len,
                _ => transfer.length,
            };
            let end = at.saturating_add(len);
            if transfer.kind() != MessageType::COMMAND_DONE || transfer.transaction_id != transaction_id {
                at = end;
                continue;
            }
            self.remove(at, len);
            if at == 0 {
                self.leaving = None;
            }
        }
    }

    /// The next transfer of at most `limit` bytes.
    pub(crate) fn next(&mut self, limit: usize) -> Option<&[u8]> {
        self.tidy();
        if self.leaving.is_none() {
            let messages = self.buf.get(..self.len)?;
            let len = Transfer::parse(messages).ok()?.length;
            let splitter = Splitter::new(messages.get(..len)?, limit);
            self.leaving = Some(Leaving { splitter, len });
        }
        let leaving = self.leaving.as_mut()?;
        leaving.splitter.next(self.buf.get_mut(..leaving.len)?)
    }
}

#[cfg(test)]
mod tests {
    use heapless::Vec;
    use mbim_wire::message::{write_close_done, write_command_done};
    use mbim_wire::{Status, Uuid};

    use super::*;

    fn answer(queue: &mut Outgoing<'_>, transaction_id: u32) -> Result<(), EncodeError> {
        let body = mbim_wire::field::Raw(&[7; 60]);
        queue.push(|buf| write_command_done(buf, transaction_id, Uuid([1; 16]), 2, Status::SUCCESS, &body))
    }

    fn ids(queue: &mut Outgoing<'_>, limit: usize) -> Vec<u32, 8> {
        let mut ids = Vec::new();
        while let Some(bytes) = queue.next(limit) {
            ids.push(Transfer::parse(bytes).unwrap().transaction_id).unwrap();
        }
        ids
    }

    #[test]
    fn messages_leave_in_order_and_make_room() {
        let mut buf = [0; 250];
        let mut queue = Outgoing::new(&mut buf);
        assert!(queue.is_empty());
        answer(&mut queue, 1).unwrap();
        answer(&mut queue, 2).unwrap();
        assert!(answer(&mut queue, 3).is_err());
        assert!(queue.next(4096).is_some());
        assert!(!queue.is_empty());
        answer(&mut queue, 3).unwrap();
        assert_eq!(ids(&mut queue, 4096), [2, 3]);
        assert!(queue.is_empty());
        assert_eq!(queue.next(64), None);
    }

    #[test]
    fn an_answer_is_dropped_wherever_it_is() {
        let mut buf = [0; 512];
        for (dropped, left) in [(1, &[2, 2, 3, 3][..]), (2, &[1, 3, 3]), (3, &[1, 2, 2]), (4, &[1, 2, 2, 3, 3])] {
            let mut queue = Outgoing::new(&mut buf);
            for id in 1..4 {
                answer(&mut queue, id).unwrap();
            }
            // 108 bytes in pieces of 64: two each. The first piece of the first one is gone.
            assert!(queue.next(64).is_some());
            queue.drop_answer(dropped);
            assert_eq!(ids(&mut queue, 64), left);
        }
        // Only answers are dropped.
        let mut queue = Outgoing::new(&mut buf);
        queue.push(|buf| write_close_done(buf, 5, Status::SUCCESS)).unwrap();
        queue.drop_answer(5);
        assert_eq!(ids(&mut queue, 64), [5]);
    }
}
