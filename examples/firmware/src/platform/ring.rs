//! Bytes from an interrupt handler to the program: one writer, one reader, no lock.

use core::sync::atomic::{AtomicU8, AtomicU32, AtomicUsize, Ordering};

/// Holds up to `N` bytes; `N` is a power of two. More are dropped and counted.
pub(super) struct Ring<const N: usize> {
    bytes: [AtomicU8; N],
    /// Bytes written and bytes read since the start, modulo 2^32.
    written: AtomicUsize,
    read: AtomicUsize,
    lost: AtomicU32,
}

impl<const N: usize> Ring<N> {
    pub(super) const fn new() -> Self {
        const { assert!(N.is_power_of_two()) };
        Self {
            bytes: [const { AtomicU8::new(0) }; N],
            written: AtomicUsize::new(0),
            read: AtomicUsize::new(0),
            lost: AtomicU32::new(0),
        }
    }

    /// Adds a byte; for the handler only.
    pub(super) fn push(&self, byte: u8) {
        let written = self.written.load(Ordering::Relaxed);
        if written.wrapping_sub(self.read.load(Ordering::Acquire)) >= N {
            return self.lose();
        }
        if let Some(place) = self.bytes.get(written & N.wrapping_sub(1)) {
            place.store(byte, Ordering::Relaxed);
        }
        self.written.store(written.wrapping_add(1), Ordering::Release);
    }

    /// Counts a byte that was lost; for the handler only.
    pub(super) fn lose(&self) {
        let lost = self.lost.load(Ordering::Relaxed);
        self.lost.store(lost.saturating_add(1), Ordering::Relaxed);
    }

    /// Takes the oldest byte; for the program only.
    pub(super) fn pop(&self) -> Option<u8> {
        let read = self.read.load(Ordering::Relaxed);
        if self.written.load(Ordering::Acquire) == read {
            return None;
        }
        let byte = self.bytes.get(read & N.wrapping_sub(1))?.load(Ordering::Relaxed);
        self.read.store(read.wrapping_add(1), Ordering::Release);
        Some(byte)
    }

    /// Bytes lost so far.
    pub(super) fn lost(&self) -> u32 {
        self.lost.load(Ordering::Relaxed)
    }
}
