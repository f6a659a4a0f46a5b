//! Sharing a modem: several programs, one modem, and none of them notices the others.
//!
//! A modem takes one host only. The proxy is that host, and plays the modem for everybody else, in the protocol of the
//! proxies that existing programs know: [`mbim`] that of mbim-proxy, [`qmi`] that of qmi-proxy. Like a session it takes bytes
//! and the time, and gives back bytes and the time at which it wants to be called again; sockets and files are its caller's
//! business.

use core::fmt;

#[cfg(feature = "mbim")]
pub mod mbim;
#[cfg(feature = "qmi")]
pub mod qmi;

/// A connected program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct ProgramId {
    index: usize,
    generation: u32,
}

impl ProgramId {
    /// Its place in the `connections` of the proxy's memory. Another program may have it later; the id is never the same.
    #[must_use]
    pub const fn index(self) -> usize {
        self.index
    }
}

/// Why a transfer of a program was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Refused {
    /// There is no room now; nothing has changed. Offer it again when the proxy's `is_ready` says so.
    NotReady,
    /// The program is not connected.
    Disconnected,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotReady => "the program's previous request still waits, or its answers do",
            Self::Disconnected => "the program is not connected",
        })
    }
}

impl core::error::Error for Refused {}

/// The next of `all`, in turn, that `wanted` wants; the one behind it will be the first to be asked next time.
fn turn<C, T>(first: &mut usize, all: &[C], mut wanted: impl FnMut(usize, &C) -> Option<T>) -> Option<T> {
    let places = || all.iter().enumerate();
    let mut places = places().skip(*first).chain(places().take(*first));
    places.find_map(|(index, one)| {
        let found = wanted(index, one)?;
        *first = index.saturating_add(1);
        Some(found)
    })
}

/// Adds one; a counter stops at its maximum.
fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}
