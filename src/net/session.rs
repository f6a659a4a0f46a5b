//! A data session on a link. The two directions of a link, and whoever reads the counters, share it.

use core::cell::Cell;

/// What was counted of a session. Counters stop at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct SessionCounters {
    /// Packets from the modem that were handed on.
    pub received: u32,
    /// Bytes of them.
    pub received_bytes: u64,
    /// Packets to the modem that were put into a transfer.
    pub sent: u32,
    /// Bytes of them.
    pub sent_bytes: u64,
    /// From the modem, dropped: neither IPv4 nor IPv6.
    pub received_not_ip: u32,
    /// From the modem, dropped: nobody had room.
    pub received_no_room: u32,
    /// From the modem, handed on: the modem found the checksum right.
    pub checksum_right: u32,
    /// From the modem, handed on: the modem found the checksum wrong.
    pub checksum_wrong: u32,
    /// To the modem, dropped: neither IPv4 nor IPv6.
    pub sent_not_ip: u32,
    /// To the modem, dropped: longer than the MTU, or than any transfer.
    pub sent_too_long: u32,
}

/// A data session, or the place for one. Not for several threads.
#[derive(Debug, Default)]
pub struct Session {
    /// Its number; `None`: free.
    id: Cell<Option<u8>>,
    /// Opened, and the link has not looked since.
    new: Cell<bool>,
    mtu: Cell<u16>,
    pub(super) received: Cell<u32>,
    pub(super) received_bytes: Cell<u64>,
    pub(super) sent: Cell<u32>,
    pub(super) sent_bytes: Cell<u64>,
    pub(super) received_not_ip: Cell<u32>,
    pub(super) received_no_room: Cell<u32>,
    pub(super) checksum_right: Cell<u32>,
    pub(super) checksum_wrong: Cell<u32>,
    pub(super) sent_not_ip: Cell<u32>,
    pub(super) sent_too_long: Cell<u32>,
}

impl Session {
    /// A place for a session.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            id: Cell::new(None),
            new: Cell::new(false),
            mtu: Cell::new(0),
            received: Cell::new(0),
            received_bytes: Cell::new(0),
            sent: Cell::new(0),
            sent_bytes: Cell::new(0),
            received_not_ip: Cell::new(0),
            received_no_room: Cell::new(0),
            checksum_right: Cell::new(0),
            checksum_wrong: Cell::new(0),
            sent_not_ip: Cell::new(0),
            sent_too_long: Cell::new(0),
        }
    }

    /// Opens it when its bearer is up: `id` is MBIM's SessionId or QMI's mux id, 0 for bare packets. `mtu` is that
    /// of the IP configuration in bytes; 0, or less than 576, which no network has, stands for 1500. The counters stay. What
    /// the modem said of the flow of a former session with that number is forgotten.
    pub fn open(&self, id: u8, mtu: u16) {
        self.id.set(Some(id));
        self.new.set(true);
        self.mtu.set(if mtu < LEAST_MTU { USUAL_MTU } else { mtu });
    }

    /// Closes it when its bearer is down: its packets are dropped from then on, and counted by the link.
    pub fn close(&self) {
        self.id.set(None);
    }

    /// Its number, while it is open.
    #[must_use]
    pub fn id(&self) -> Option<u8> {
        self.id.get()
    }

    /// The most bytes of a packet to the modem.
    #[must_use]
    pub fn mtu(&self) -> u16 {
        self.mtu.get()
    }

    /// What was counted so far.
    #[must_use]
    pub fn counters(&self) -> SessionCounters {
        SessionCounters {
            received: self.received.get(),
            received_bytes: self.received_bytes.get(),
            sent: self.sent.get(),
            sent_bytes: self.sent_bytes.get(),
            received_not_ip: self.received_not_ip.get(),
            received_no_room: self.received_no_room.get(),
            checksum_right: self.checksum_right.get(),
            checksum_wrong: self.checksum_wrong.get(),
            sent_not_ip: self.sent_not_ip.get(),
            sent_too_long: self.sent_too_long.get(),
        }
    }

    /// Its number, once after it was opened.
    #[cfg(feature = "qmi")]
    pub(super) fn newly_open(&self) -> Option<u8> {
        if self.new.replace(false) { self.id.get() } else { None }
    }

    /// The open session with a number.
    pub(super) fn find(sessions: &[Self], id: u8) -> Option<&Self> {
        sessions.iter().find(|session| session.id.get() == Some(id))
    }
}

/// What every IPv4 network carries.
const LEAST_MTU: u16 = 576;
/// What is meant when nothing is said.
const USUAL_MTU: u16 = 1500;

/// Counters stop at their end.
pub(super) fn count(counter: &Cell<u32>) {
    counter.set(counter.get().saturating_add(1));
}

/// Counts a packet and its bytes.
pub(super) fn carry(packets: &Cell<u32>, bytes: &Cell<u64>, packet: &[u8]) {
    count(packets);
    bytes.set(bytes.get().saturating_add(u64::try_from(packet.len()).unwrap_or(u64::MAX)));
}
