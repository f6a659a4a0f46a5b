//! Bytes on their way to the host.

use at_wire::{EncodeError, Writer};

/// What waits to be sent.
#[derive(Debug)]
pub(super) struct Out<'s> {
    buf: &'s mut [u8],
    len: usize,
    /// What is there was lent: its place is free once the next call comes.
    lent: bool,
}

impl<'s> Out<'s> {
    pub(super) fn new(buf: &'s mut [u8]) -> Self {
        Self { buf, len: 0, lent: false }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.lent = false;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lent || self.len == 0
    }

    /// Bytes that can be written now.
    pub(super) fn room(&self) -> usize {
        if self.lent { self.buf.len() } else { self.buf.len().saturating_sub(self.len) }
    }

    /// Appends what `write` writes, all of it or nothing.
    pub(super) fn write(&mut self, write: &mut dyn FnMut(&mut Writer<'_>)) -> Result<(), EncodeError> {
        if core::mem::take(&mut self.lent) {
            self.len = 0;
        }
        let mut writer = Writer::new(self.buf.get_mut(self.len..).unwrap_or_default());
        write(&mut writer);
        let written = writer.finish()?.len();
        self.len = self.len.saturating_add(written);
        Ok(())
    }

    /// Everything that waits.
    pub(super) fn take(&mut self) -> Option<&[u8]> {
        if self.is_empty() {
            return None;
        }
        self.lent = true;
        self.buf.get(..self.len)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_lent_is_gone_with_the_next_write() {
        let mut buf = [0; 4];
        let mut out = Out::new(&mut buf);
        assert_eq!(out.take(), None);
        out.write(&mut |writer| writer.bytes(b"abc")).unwrap();
        assert!(out.write(&mut |writer| writer.bytes(b"de")).is_err());
        assert_eq!((out.room(), out.take()), (1, Some(&b"abc"[..])));
        assert_eq!((out.room(), out.take()), (4, None));
        out.write(&mut |writer| writer.bytes(b"de")).unwrap();
        assert_eq!(out.take(), Some(&b"de"[..]));
    }
}
