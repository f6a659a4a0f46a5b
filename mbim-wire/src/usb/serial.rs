//! Requests to a serial port on the control pipe (CDC PSTN 1.2 §6.3): what hosts ask of the ports for AT commands, and of
//! vendor-specific ones and QMI functions that want to see DTR.

use super::class_request::{Setup, TO_FUNCTION, TO_HOST};
use crate::codec::{DecodeError, DecodeErrorKind};

packed! {
    /// How characters are sent on a line. A port on USB has none; what hosts set comes back to them, and nothing follows.
    pub struct LineCoding {
        /// Bits per second (dwDTERate).
        rate: u32,
        /// 0: one stop bit, 1: one and a half, 2: two (bCharFormat).
        stop_bits: u8,
        /// 0: none, 1: odd, 2: even, 3: mark, 4: space (bParityType).
        parity: u8,
        /// Bits of a character: 5, 6, 7, 8 or 16 (bDataBits).
        data_bits: u8,
    }
}

impl LineCoding {
    /// 115200 bits per second, eight bits, no parity, one stop bit.
    pub const USUAL: Self = Self { rate: 115_200, stop_bits: 0, parity: 0, data_bits: 8 };
}

bitflags::bitflags! {
    /// The lines that a host drives.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct ControlLines: u16 {
        /// Data terminal ready: a program has the port open. Many modems answer only then.
        const DTR = 1 << 0;
        /// Request to send.
        const RTS = 1 << 1;
        const _ = !0;
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for ControlLines {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=u16:#x}", self.bits());
    }
}

/// A request to the control interface of a serial port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SerialRequest {
    /// SET_LINE_CODING: a [`LineCoding`] follows.
    SetLineCoding,
    /// GET_LINE_CODING: a [`LineCoding`].
    GetLineCoding {
        /// How many bytes the host wants at most: 7.
        length: u16,
    },
    /// SET_CONTROL_LINE_STATE.
    SetControlLineState(ControlLines),
    /// SEND_BREAK.
    SendBreak {
        /// For so many milliseconds; 0 ends one, 0xffff lasts until then.
        millis: u16,
    },
}

impl SerialRequest {
    /// The setup packet for it, to that control interface.
    #[must_use]
    pub const fn setup(self, interface: u16) -> Setup {
        let (request_type, request, value, length) = match self {
            Self::SetLineCoding => (TO_FUNCTION, 0x20, 0, 7),
            Self::GetLineCoding { length } => (TO_HOST, 0x21, 0, length),
            Self::SetControlLineState(lines) => (TO_FUNCTION, 0x22, lines.bits(), 0),
            Self::SendBreak { millis } => (TO_FUNCTION, 0x23, millis, 0),
        };
        Setup { request_type, request, value, index: interface, length }
    }

    /// What a setup packet asks for. The interface is the caller's to compare.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Value`] with the offset of the field in the setup packet: not a class request to an interface, an
    /// unknown one, or one with a wrong parameter or length. The port stalls the pipe.
    pub fn parse(setup: &Setup) -> Result<Self, DecodeError> {
        let wrong = |at| Err(DecodeError::new(DecodeErrorKind::Value, at));
        let request = match (setup.request_type, setup.request) {
            (TO_FUNCTION, 0x20) => Self::SetLineCoding,
            (TO_HOST, 0x21) => Self::GetLineCoding { length: setup.length },
            (TO_FUNCTION, 0x22) => Self::SetControlLineState(ControlLines::from_bits_retain(setup.value)),
            (TO_FUNCTION, 0x23) => Self::SendBreak { millis: setup.value },
            (TO_FUNCTION | TO_HOST, _) => return wrong(1),
            _ => return wrong(0),
        };
        // What stands in the packet beside that must be what a host writes.
        let expected = request.setup(setup.index);
        match () {
            () if expected.value != setup.value => wrong(2),
            () if expected.length != setup.length => wrong(6),
            () => Ok(request),
        }
    }
}
