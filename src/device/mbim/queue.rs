//! Messages on their way to the host: whole ones, one behind the other, cut into transfers as they leave.

use mbim_wire::EncodeError;
use mbim_wire::fragment::Splitter;
use mbim_wire::message::{MessageType, Transfer};

#[derive(Debug)]
pub(super) struct Queue<'s> {
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

impl<'s> Queue<'s> {
    pub(super) fn new(buf: &'s mut [u8]) -> Self {
        Self {
            buf,
            len: 0,
            leaving: None,
        }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.leaving = None;
    }

    pub(super) fn is_empty(&self) -> bool {
        let done = self.leaving.as_ref().filter(|leaving| leaving.splitter.is_done());
        self.len == done.map_or(0, |leaving| leaving.len)
    }

    /// Gives up the place of a message that has left.
    fn tidy(&mut self) {
        if let Some(leaving) = self.leaving.take_if(|leaving| leaving.splitter.is_done()) {
            if leaving.len <= self.len && self.len <= self.buf.len() {
                self.buf.copy_within(leaving.len..self.len, 0);
            }
            self.len = self.len.saturating_sub(leaving.len);
        }
    }

    /// Appends what `write` writes.
    pub(super) fn push(
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
    pub(super) fn drop_answer(&mut self, transaction_id: u32) {
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
            if end <= self.len && self.len <= self.buf.len() {
                self.buf.copy_within(end..self.len, at);
            }
            self.len = self.len.saturating_sub(len);
            if at == 0 {
                self.leaving = None;
            }
        }
    }

    /// The next transfer of at most `limit` bytes.
    pub(super) fn next(&mut self, limit: usize) -> Option<&[u8]> {
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
