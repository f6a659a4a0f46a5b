//! Frames on their way to the host, one behind the other, each from an instant on.

use core::cell::Cell;

use qmi_wire::EncodeError;
use qmi_wire::frame::frame_len;

use crate::time::Instant;

/// Bytes in front of each frame: when it may leave.
const AT: usize = 8;

/// For what may leave as soon as there is room.
pub(super) const AT_ONCE: Instant = Instant(0);

/// The queue.
#[derive(Debug)]
pub(super) struct Queue<'s> {
    buf: &'s mut [u8],
    len: usize,
    /// Where the frame stands that was lent last, and how long it is: its place is free once the next call comes.
    lent: Option<(usize, usize)>,
}

impl<'s> Queue<'s> {
    pub(super) fn new(buf: &'s mut [u8]) -> Self {
        Self { buf, len: 0, lent: None }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
        self.lent = None;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len.saturating_sub(self.lent.map_or(0, |(_, len)| len)) == 0
    }

    /// Bytes of the longest frame that fits now.
    pub(super) fn room(&self) -> usize {
        let used = self.len.saturating_sub(self.lent.map_or(0, |(_, len)| len));
        self.buf.len().saturating_sub(used).saturating_sub(AT)
    }

    fn tidy(&mut self) {
        let Some((at, len)) = self.lent.take() else { return };
        let bytes = Cell::from_mut(&mut *self.buf).as_slice_of_cells();
        let rest = bytes.get(at.saturating_add(len)..self.len).unwrap_or_default();
        // Forward, so that overlapping does not matter.
        for (to, from) in bytes.get(at..).unwrap_or_default().iter().zip(rest) {
            to.set(from.get());
        }
        self.len = self.len.saturating_sub(len);
    }

    /// Appends the frame that `write` writes, and tells its length; it leaves at `at` or later.
    ///
    /// # Errors
    ///
    /// Those of `write`, which finds the room that is left; nothing is appended then.
    pub(super) fn push(
        &mut self,
        at: Instant,
        write: &mut dyn FnMut(&mut [u8]) -> Result<usize, EncodeError>,
    ) -> Result<usize, EncodeError> {
        self.tidy();
        let room = self.buf.get_mut(self.len..).unwrap_or_default();
        let Some((when, room)) = room.split_first_chunk_mut::<AT>() else {
            return Err(EncodeError::BufferTooSmall { needed: AT });
        };
        let written = write(room)?;
        *when = at.0.to_le_bytes();
        self.len = self.len.saturating_add(AT).saturating_add(written);
        Ok(written)
    }

    /// The frames: where each begins, its time in front included, when it may leave, and how long it is.
    fn frames(&self) -> impl Iterator<Item = (usize, Instant, usize)> {
        let mut place = 0;
        core::iter::from_fn(move || {
            let (when, frame) = self.buf.get(place..self.len)?.split_first_chunk::<AT>()?;
            let len = frame_len(frame).ok()?;
            let found = (place, Instant(u64::from_le_bytes(*when)), len);
            place = place.saturating_add(AT).saturating_add(len);
            Some(found)
        })
    }

    /// When the next frame may leave.
    pub(super) fn due(&self) -> Option<Instant> {
        let lent = self.lent.map(|(at, _)| at);
        self.frames().filter(|(place, ..)| Some(*place) != lent).map(|(_, at, _)| at).min()
    }

    /// The first frame that may leave now.
    pub(super) fn next(&mut self, now: Instant) -> Option<&[u8]> {
        self.tidy();
        let (place, _, len) = self.frames().find(|(_, at, _)| *at <= now)?;
        self.lent = Some((place, AT.saturating_add(len)));
        let start = place.saturating_add(AT);
        self.buf.get(start..start.saturating_add(len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(queue: &mut Queue<'_>, at: u64, transaction: u8) -> Result<usize, EncodeError> {
        queue.push(Instant(at), &mut |buf| {
            let frame = [1, 11, 0, 0x80, 0, 0, 1, transaction, 0x27, 0, 0, 0];
            buf.get_mut(..frame.len()).ok_or(EncodeError::BufferTooSmall { needed: 12 })?.copy_from_slice(&frame);
            Ok(frame.len())
        })
    }

    fn next(queue: &mut Queue<'_>, now: u64) -> Option<u8> {
        queue.next(Instant(now)).map(|frame| frame[7])
    }

    #[test]
    fn frames_leave_in_order_and_not_before_their_time() {
        let mut buf = [0; 64];
        let mut queue = Queue::new(&mut buf);
        assert!(queue.is_empty());
        assert_eq!(queue.room(), 56);
        for (at, transaction) in [(0, 1), (50, 2), (0, 3)] {
            assert_eq!(push(&mut queue, at, transaction), Ok(12));
        }
        assert!(push(&mut queue, 0, 4).is_err());
        assert_eq!(next(&mut queue, 0), Some(1));
        assert!(!queue.is_empty());
        assert_eq!(next(&mut queue, 0), Some(3));
        assert_eq!(next(&mut queue, 0), None);
        assert_eq!(queue.due(), Some(Instant(50)));
        push(&mut queue, 0, 4).unwrap();
        assert_eq!(next(&mut queue, 60), Some(2));
        assert_eq!(queue.due(), Some(Instant(0)));
        assert_eq!(next(&mut queue, 60), Some(4));
        assert!(queue.is_empty());
        assert_eq!((queue.due(), next(&mut queue, 60)), (None, None));
        assert_eq!(queue.room(), 56);
    }
}
