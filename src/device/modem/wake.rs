//! Why the device has woken its host: an event that the host asks for afterwards.

use heapless::Vec;

use super::Modem;

/// Bytes that are kept of what woke the host.
pub const WAKE_LEN: usize = 128;

/// What woke the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum WakeCause {
    /// The answer to a command of a device service, named by the UUID and number that MBIM has for it.
    Answer {
        /// The service.
        service: [u8; 16],
        /// The command.
        cid: u32,
    },
    /// An indication of a device service.
    Indication {
        /// The service.
        service: [u8; 16],
        /// The command.
        cid: u32,
    },
    /// A packet.
    Packet {
        /// Its session.
        session: u8,
        /// The filter that it passed.
        filter: u32,
        /// Its length in bytes, of which fewer may be kept.
        size: u32,
    },
}

/// What woke the host, with its first bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wake {
    /// What.
    pub cause: WakeCause,
    /// Content of the message, or the packet.
    pub data: Vec<u8, WAKE_LEN>,
}

impl Wake {
    /// A reason with the first bytes of the message or packet; `None` if they are more than [`WAKE_LEN`].
    #[must_use]
    pub fn new(cause: WakeCause, data: &[u8]) -> Option<Self> {
        Some(Self { cause, data: Vec::from_slice(data).ok()? })
    }
}

impl Modem {
    /// What woke the host last; `None` if nothing has since power-on.
    #[must_use]
    pub fn wake(&self) -> Option<&Wake> {
        self.wake.as_ref()
    }

    /// The host is woken.
    pub fn wakes_host(&mut self, wake: Wake) {
        self.wake = Some(wake);
    }
}
