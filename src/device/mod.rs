//! The function role: what a modem does, so that the other end of every message is here too.
//!
//! | file | holds |
//! |---|---|
//! | [`modem`] | a model of a modem that knows no protocol: SIM, radio, networks, sessions, in virtual time |
//! | `at` | an AT modem: the face that the model shows to an AT host (feature `at`) |
//! | `mbim` | an MBIM function: the face that the model shows to an MBIM host (feature `mbim`) |
//! | `qmi` | a QMI function: the face that it shows to a QMI host (feature `qmi`) |
//! | `usb` | what all these look like on a USB bus: descriptors, requests, pipes (feature `usb`) |
//!
//! A *face* speaks one protocol. It holds no modem; each of its calls borrows one, so that several faces show the same
//! [`Modem`](modem::Modem). A face changes the modem by the modem's methods, and reads what happened from the modem's
//! log of events with a cursor of its own, so every face sees every event, in order, at its own pace.
//!
//! Like all of the engine, this does no I/O and reads no clock: transfers and the time go in, transfers and the next
//! deadline come out.

#[cfg(feature = "at")]
pub mod at;
#[cfg(feature = "mbim")]
pub mod mbim;
pub mod modem;
#[cfg(feature = "qmi")]
pub mod qmi;
#[cfg(feature = "usb")]
pub mod usb;

/// Faults that a face can have set at the same time.
pub const FAULTS: usize = 8;

/// There is no room for another fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct TooManyFaults;

impl core::fmt::Display for TooManyFaults {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "more than {FAULTS} faults at the same time")
    }
}

impl core::error::Error for TooManyFaults {}

/// Collects up to `N` items; the rest is left out, where the collecting of `heapless` would panic.
pub(crate) fn collect<T, const N: usize>(items: impl IntoIterator<Item = T>) -> heapless::Vec<T, N> {
    let mut list = heapless::Vec::new();
    for item in items {
        if list.push(item).is_err() {
            break;
        }
    }
    list
}

/// Takes the item at a place out, if there is one, and closes the gap; the removing of `heapless` would panic if there is
/// none, and the compiler does not always see that there is one.
pub(crate) fn take_at<T, const N: usize>(list: &mut heapless::Vec<T, N>, place: usize) -> Option<T> {
    let mut items = list.get_mut(place..)?.iter_mut();
    let mut gap = items.next()?;
    for item in items {
        core::mem::swap(gap, item);
        gap = item;
    }
    list.pop()
}

/// An address of version 6 with all eight groups. The text of `core` would link panics into firmware.
#[cfg(any(feature = "at", feature = "qmi"))]
pub(crate) fn grouped(text: &mut impl core::fmt::Write, address: core::net::Ipv6Addr) -> core::fmt::Result {
    for (place, group) in address.segments().into_iter().enumerate() {
        write!(text, "{}{group:x}", if place == 0 { "" } else { ":" })?;
    }
    Ok(())
}
