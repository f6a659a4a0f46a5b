//! Rings of bytes and of messages in a caller's memory: what waits between two ends that do not run in step.

/// A ring of bytes.
#[derive(Debug)]
pub(crate) struct Ring<'m> {
    memory: &'m mut [u8],
    /// Where the oldest byte is.
    first: usize,
    /// How many bytes are in use.
    used: usize,
}

impl<'m> Ring<'m> {
    pub(crate) const fn new(memory: &'m mut [u8]) -> Self {
        Self { memory, first: 0, used: 0 }
    }

    pub(crate) const fn capacity(&self) -> usize {
        self.memory.len()
    }

    pub(crate) const fn room(&self) -> usize {
        self.memory.len().saturating_sub(self.used)
    }

    /// How many bytes wait.
    #[cfg(feature = "at")]
    pub(crate) const fn used(&self) -> usize {
        self.used
    }

    /// The oldest bytes, as far as they lie side by side.
    #[cfg(feature = "at")]
    pub(crate) fn front(&self) -> &[u8] {
        let (_, behind) = self.memory.split_at_checked(self.first).unwrap_or_default();
        behind.get(..self.used.min(behind.len())).unwrap_or_default()
    }

    pub(crate) const fn clear(&mut self) {
        (self.first, self.used) = (0, 0);
    }

    /// The memory, to be used for something else.
    #[cfg(all(feature = "usb", feature = "device", feature = "qmi"))]
    pub(crate) fn into_memory(self) -> &'m mut [u8] {
        self.memory
    }

    /// So far from the oldest byte.
    fn place(&self, distance: usize) -> usize {
        self.first.saturating_add(distance).checked_rem(self.memory.len()).unwrap_or(0)
    }

    /// Appends as many of the bytes as fit; returns how many.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> usize {
        let count = bytes.len().min(self.room());
        let (start, bytes) = (self.place(self.used), bytes.get(..count).unwrap_or_default());
        // Up to the end of the memory, then from its start.
        let (before, behind) = self.memory.split_at_mut_checked(start).unwrap_or_default();
        let rest = bytes.get(behind.len()..).unwrap_or_default();
        behind.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
        before.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        self.used = self.used.saturating_add(count);
        count
    }

    /// Takes as many bytes as there are and as fit into `buf`; returns how many.
    pub(crate) fn pop(&mut self, buf: &mut [u8]) -> usize {
        let count = buf.len().min(self.used);
        let (before, behind) = self.memory.split_at_checked(self.first).unwrap_or_default();
        let buf = buf.get_mut(..count).unwrap_or_default();
        buf.iter_mut().zip(behind).for_each(|(place, byte)| *place = *byte);
        let rest = buf.get_mut(behind.len()..).unwrap_or_default();
        rest.iter_mut().zip(before).for_each(|(place, byte)| *place = *byte);
        self.skip(count)
    }

    /// Drops so many bytes, or all if there are fewer; returns how many.
    pub(crate) fn skip(&mut self, count: usize) -> usize {
        let count = count.min(self.used);
        self.first = self.place(count);
        self.used = self.used.saturating_sub(count);
        count
    }
}

/// A ring of messages, each with its length before it. The oldest may be taken in parts.
#[derive(Debug)]
pub(crate) struct Messages<'m> {
    ring: Ring<'m>,
    /// Bytes that are left of the oldest one, once it is begun.
    left: Option<usize>,
}

impl<'m> Messages<'m> {
    /// Bytes that each message takes beside its own.
    pub(crate) const OVERHEAD: usize = 4;

    pub(crate) const fn new(memory: &'m mut [u8]) -> Self {
        Self { ring: Ring::new(memory), left: None }
    }

    pub(crate) const fn max_message(&self) -> usize {
        self.ring.capacity().saturating_sub(Self::OVERHEAD)
    }

    /// Whether a message of that length fits at all.
    pub(crate) const fn can_hold(&self, length: usize) -> bool {
        length.saturating_add(Self::OVERHEAD) <= self.ring.capacity()
    }

    pub(crate) const fn clear(&mut self) {
        self.ring.clear();
        self.left = None;
    }

    #[cfg(all(feature = "usb", feature = "device", feature = "qmi"))]
    pub(crate) fn into_memory(self) -> &'m mut [u8] {
        self.ring.into_memory()
    }

    /// Whether a message of that length fits now.
    pub(crate) fn fits(&self, length: usize) -> bool {
        length.saturating_add(Self::OVERHEAD) <= self.ring.room()
    }

    /// Whether the message went in.
    pub(crate) fn push(&mut self, message: &[u8]) -> bool {
        let Some(length) = u32::try_from(message.len()).ok().filter(|_| self.fits(message.len())) else {
            return false;
        };
        self.ring.push(&length.to_le_bytes());
        self.ring.push(message);
        true
    }

    /// Bytes that are left of the oldest message; `None` if there is none.
    pub(crate) fn left(&mut self) -> Option<usize> {
        if self.left.is_none() {
            let mut length = [0; Self::OVERHEAD];
            if self.ring.pop(&mut length) == length.len() {
                self.left = usize::try_from(u32::from_le_bytes(length)).ok();
            }
        }
        self.left
    }

    /// Takes what is left of the oldest message, as far as it fits into `buf`; the next call goes on with the rest.
    pub(crate) fn read(&mut self, buf: &mut [u8]) -> Option<usize> {
        let left = self.left()?;
        let room = left.min(buf.len());
        let count = self.ring.pop(buf.get_mut(..room)?);
        self.left = left.checked_sub(count).filter(|left| *left > 0);
        Some(count)
    }

    /// Drops what is left of the oldest message.
    pub(crate) fn skip(&mut self) {
        if let Some(left) = self.left() {
            self.ring.skip(left);
            self.left = None;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, clippy::std_instead_of_alloc)]
mod tests {
    extern crate std;
    use std::collections::VecDeque;
    use std::vec;

    use super::*;

    #[test]
    fn bytes_come_out_as_they_went_in_wherever_the_ring_turns() {
        for size in 0..20 {
            let mut memory = vec![0xa5; size];
            let mut ring = Ring::new(&mut memory);
            let (mut model, mut next) = (VecDeque::<u8>::new(), 0_u8);
            for step in 0..200_usize {
                let bytes: std::vec::Vec<u8> = (0..step % 7)
                    .map(|_| {
                        next = next.wrapping_add(1);
                        next
                    })
                    .collect();
                let pushed = ring.push(&bytes);
                assert_eq!(pushed, bytes.len().min(size - model.len()));
                model.extend(&bytes[..pushed]);
                let mut buf = vec![0; step % 5];
                let popped = ring.pop(&mut buf);
                assert_eq!(buf[..popped], model.drain(..popped).collect::<std::vec::Vec<_>>());
                assert_eq!(ring.room(), size - model.len());
            }
        }
    }

    #[test]
    fn messages_are_taken_whole_or_in_parts() {
        let mut memory = [0; 24];
        let mut messages = Messages::new(&mut memory);
        assert_eq!((messages.max_message(), messages.left()), (20, None));
        for _ in 0..10 {
            assert!(messages.push(b"") && messages.push(b"seven..") && messages.push(b"five."));
            assert!(!messages.push(b"") && !messages.fits(0));
            let mut buf = [0; 4];
            assert_eq!((messages.left(), messages.read(&mut buf)), (Some(0), Some(0)));
            assert_eq!((messages.read(&mut buf), buf), (Some(4), *b"seve"));
            assert_eq!((messages.left(), messages.read(&mut buf)), (Some(3), Some(3)));
            messages.skip();
            assert_eq!(messages.left(), None);
        }
    }
}
