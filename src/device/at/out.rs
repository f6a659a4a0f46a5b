//! Bytes on their way to the host.

use core::cell::Cell;

use at_wire::{EncodeError, Writer};

/// What waits to be sent.
#[derive(Debug)]
pub(super) struct Out<'s> {
    buf: &'s mut [u8],
    len: usize,
    /// So much of it was lent, or sent: its place is free once the next call comes.
    lent: usize,
}

impl<'s> Out<'s> {
    pub(super) fn new(buf: &'s mut [u8]) -> Self {
        Self { buf, len: 0, lent: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.lent = 0;
    }

    /// Gives up the place of what was lent.
    fn tidy(&mut self) {
        let lent = core::mem::take(&mut self.lent);
        if lent == 0 {
            return;
        }
        let bytes = Cell::from_mut(&mut *self.buf).as_slice_of_cells();
        let rest = bytes.get(lent..self.len).unwrap_or_default();
        // Forward, so that overlapping does not matter.
        for (to, from) in bytes.iter().zip(rest) {
            to.set(from.get());
        }
        self.len = self.len.saturating_sub(lent);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == self.lent
    }

    /// Bytes that can be written now.
    pub(super) fn room(&self) -> usize {
        self.buf.len().saturating_sub(self.len.saturating_sub(self.lent))
    }

    /// Appends what `write` writes, all of it or nothing.
    pub(super) fn write(&mut self, write: &mut dyn FnMut(&mut Writer<'_>)) -> Result<(), EncodeError> {
        self.tidy();
        let mut writer = Writer::new(self.buf.get_mut(self.len..).unwrap_or_default());
        write(&mut writer);
        let written = writer.finish()?.len();
        self.len = self.len.saturating_add(written);
        Ok(())
    }

    /// At most so many of the bytes that wait; if those are not all, whole lines if there is one.
    pub(super) fn take(&mut self, most: usize) -> Option<&[u8]> {
        self.tidy();
        let waiting = self.buf.get(..self.len).filter(|waiting| !waiting.is_empty())?;
        self.lent = match waiting.get(..most) {
            Some(first) if first.len() < waiting.len() => {
                first.iter().rposition(|byte| *byte == b'\n').map_or(most, |end| end.saturating_add(1))
            }
            _ => waiting.len(),
        };
        waiting.get(..self.lent)
    }

    /// What waits; it goes on waiting.
    pub(super) fn waiting(&self) -> &[u8] {
        self.buf.get(self.lent..self.len).unwrap_or_default()
    }

    /// So much of it was sent.
    pub(super) fn sent(&mut self, count: usize) {
        self.lent = self.lent.saturating_add(count).min(self.len);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ALL: usize = usize::MAX;

    #[test]
    fn what_is_lent_is_gone_with_the_next_call() {
        let mut buf = [0; 4];
        let mut out = Out::new(&mut buf);
        assert_eq!(out.take(ALL), None);
        out.write(&mut |writer| writer.bytes(b"abc")).unwrap();
        assert!(out.write(&mut |writer| writer.bytes(b"de")).is_err());
        assert_eq!((out.room(), out.take(ALL)), (1, Some(&b"abc"[..])));
        assert_eq!((out.room(), out.is_empty(), out.take(ALL)), (4, true, None));
        out.write(&mut |writer| writer.bytes(b"de")).unwrap();
        assert_eq!(out.take(ALL), Some(&b"de"[..]));
    }

    #[test]
    fn pieces_end_where_lines_do_if_they_can() {
        let mut buf = [0; 16];
        let mut out = Out::new(&mut buf);
        out.write(&mut |writer| writer.bytes(b"\r\nabc\r\ndefghi\r\n")).unwrap();
        assert_eq!(out.take(8), Some(&b"\r\nabc\r\n"[..]));
        assert!(!out.is_empty());
        assert_eq!(out.room(), 8);
        assert_eq!(out.take(5), Some(&b"defgh"[..]));
        out.write(&mut |writer| writer.bytes(b"x")).unwrap();
        assert_eq!(out.take(3), Some(&b"i\r\n"[..]));
        assert_eq!(out.take(3), Some(&b"x"[..]));
        assert_eq!(out.take(3), None);
    }

    #[test]
    fn a_part_may_go() {
        let mut buf = [0; 4];
        let mut out = Out::new(&mut buf);
        out.write(&mut |writer| writer.bytes(b"abcd")).unwrap();
        out.sent(3);
        assert_eq!((out.waiting(), out.room()), (&b"d"[..], 3));
        out.write(&mut |writer| writer.bytes(b"efg")).unwrap();
        assert_eq!((out.waiting(), out.room()), (&b"defg"[..], 0));
        out.sent(9);
        assert!(out.is_empty());
        assert_eq!(out.take(ALL), None);
    }
}
