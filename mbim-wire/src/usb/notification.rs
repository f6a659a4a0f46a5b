//! Notifications of the function on its interrupt pipe (MBIM 1.0 §8.3, NCM 1.0 §6.3, CDC PSTN 1.2 §6.5).

use crate::codec::{DecodeError, DecodeErrorKind, EncodeError};
use crate::packed::Packed as _;

/// bmRequestType of every notification.
const REQUEST_TYPE: u8 = 0xa1;

packed! {
    /// What every notification begins with.
    struct Header {
        request_type: u8,
        notification: u8,
        value: u16,
        index: u16,
        length: u16,
    }
}

bitflags::bitflags! {
    /// Lines and events of a serial port (CDC PSTN 1.2 §6.5.4).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct SerialState: u16 {
        /// Carrier: data carrier detect (DCD).
        const CARRIER = 1 << 0;
        /// Data set ready (DSR).
        const READY = 1 << 1;
        /// A break was received.
        const BREAK = 1 << 2;
        /// Ring indicator (RI).
        const RING = 1 << 3;
        /// A character was not framed right.
        const FRAMING = 1 << 4;
        /// A character had the wrong parity.
        const PARITY = 1 << 5;
        /// Characters were lost.
        const OVERRUN = 1 << 6;
        const _ = !0;
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for SerialState {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=u16:#x}", self.bits());
    }
}

/// A notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Notification {
    /// NETWORK_CONNECTION: whether there is a network. For NCM it is the carrier; in MBIM nothing follows from it.
    NetworkConnection {
        /// There is one.
        connected: bool,
    },
    /// RESPONSE_AVAILABLE: a message, or a fragment of one, is to be fetched.
    ResponseAvailable,
    /// CONNECTION_SPEED_CHANGE.
    ConnectionSpeedChange {
        /// Bits per second to the host.
        downlink: u32,
        /// Bits per second to the function.
        uplink: u32,
    },
    /// SERIAL_STATE, of a serial port.
    SerialState(SerialState),
    /// Another one.
    Other {
        /// Its number.
        notification: u8,
        /// wValue.
        value: u16,
    },
}

impl Notification {
    /// The most bytes of a known notification.
    pub const MAX_LEN: usize = 16;

    /// How long the notification is that begins with `bytes`, as its header says; `None` if the header is not whole yet. A
    /// notification longer than a packet of the pipe comes in several.
    #[must_use]
    pub fn wire_len(bytes: &[u8]) -> Option<usize> {
        let header = Header::parse(bytes).ok()?;
        Some(Header::LEN.saturating_add(usize::from(header.length)))
    }

    /// Reads a notification; returns the interface that it is for, too.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::OutOfBounds`] if it is not whole, [`DecodeErrorKind::Value`] if it is no notification, with the
    /// offset of the field.
    pub fn parse(bytes: &[u8]) -> Result<(Self, u16), DecodeError> {
        let header = Header::parse(bytes)?;
        if header.request_type != REQUEST_TYPE {
            return Err(DecodeError::new(DecodeErrorKind::Value, 0));
        }
        let end = Header::LEN.saturating_add(usize::from(header.length));
        let mut data = bytes.get(Header::LEN..end).ok_or(DecodeError::new(DecodeErrorKind::OutOfBounds, 6))?;
        let notification = match header.notification {
            0x00 => Self::NetworkConnection { connected: header.value != 0 },
            0x01 => Self::ResponseAvailable,
            0x2a => match (u32::take(&mut data), u32::take(&mut data)) {
                (Some(downlink), Some(uplink)) => Self::ConnectionSpeedChange { downlink, uplink },
                _ => return Err(DecodeError::new(DecodeErrorKind::Value, 6)),
            },
            0x20 => match u16::take(&mut data) {
                Some(state) => Self::SerialState(SerialState::from_bits_retain(state)),
                None => return Err(DecodeError::new(DecodeErrorKind::Value, 6)),
            },
            notification => Self::Other { notification, value: header.value },
        };
        Ok((notification, header.index))
    }

    /// Writes the notification to the start of `buffer`, for that interface, and lends it. The other ones have no data.
    ///
    /// # Errors
    ///
    /// [`EncodeError::BufferTooSmall`].
    pub fn write<'b>(&self, interface: u16, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let (notification, value, data): (_, _, &[&[u8]]) = match *self {
            Self::NetworkConnection { connected } => (0x00, u16::from(connected), &[]),
            Self::ResponseAvailable => (0x01, 0, &[]),
            Self::ConnectionSpeedChange { downlink, uplink } => {
                (0x2a, 0, &[&downlink.to_le_bytes(), &uplink.to_le_bytes()])
            }
            Self::SerialState(state) => (0x20, 0, &[&state.bits().to_le_bytes()]),
            Self::Other { notification, value } => (notification, value, &[]),
        };
        let mut w = crate::Writer::new(buffer);
        let length = data.iter().fold(0_u16, |sum, part| sum.saturating_add(u16::try_from(part.len()).unwrap_or(0)));
        let header = Header { request_type: REQUEST_TYPE, notification, value, index: interface, length };
        w.bytes(&header.to_bytes());
        data.iter().for_each(|part| w.bytes(part));
        w.finish()
    }
}
