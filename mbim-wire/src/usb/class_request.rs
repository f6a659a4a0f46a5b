//! Class requests on the control pipe (MBIM 1.0 §8.1, NCM 1.0 §6.2): how a host asks, and what a function makes of it.

use crate::codec::{DecodeError, DecodeErrorKind};
use crate::ntb::Format;

/// bmRequestType of class requests to an interface, data to the function.
pub(super) const TO_FUNCTION: u8 = 0x21;

/// The same, data to the host.
pub(super) const TO_HOST: u8 = 0xa1;

packed! {
    /// The eight bytes that a control transfer begins with.
    pub struct Setup {
        /// Direction, kind and recipient (bmRequestType).
        request_type: u8,
        /// The request's number (bRequest).
        request: u8,
        /// Its parameter (wValue).
        value: u16,
        /// The interface that it is for (wIndex).
        index: u16,
        /// Bytes of data (wLength).
        length: u16,
    }
}

/// A request to the control interface of a function. A `length` is that of the data stage: how many bytes the host sends,
/// or how many it wants at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ClassRequest {
    /// SEND_ENCAPSULATED_COMMAND: a control message, or a fragment of one.
    SendEncapsulatedCommand {
        /// Bytes of it.
        length: u16,
    },
    /// GET_ENCAPSULATED_RESPONSE: fetches a control message or a fragment; no bytes if there is none.
    GetEncapsulatedResponse {
        /// wMaxControlMessage.
        length: u16,
    },
    /// RESET_FUNCTION.
    ResetFunction,
    /// GET_NTB_PARAMETERS: [`NtbParameters`](crate::ntb::NtbParameters).
    GetNtbParameters {
        /// 28.
        length: u16,
    },
    /// GET_NET_ADDRESS: the MAC address of an NCM function.
    GetNetAddress {
        /// 6.
        length: u16,
    },
    /// SET_NET_ADDRESS: 6 bytes follow.
    SetNetAddress,
    /// GET_NTB_FORMAT: the format's [number](Format::number), 2 bytes.
    GetNtbFormat {
        /// 2.
        length: u16,
    },
    /// SET_NTB_FORMAT. Only while the data interface has no pipes.
    SetNtbFormat(Format),
    /// GET_NTB_INPUT_SIZE: [`NtbInputSize`](crate::ntb::NtbInputSize).
    GetNtbInputSize {
        /// 4 or 8.
        length: u16,
    },
    /// SET_NTB_INPUT_SIZE: [`NtbInputSize`](crate::ntb::NtbInputSize) follows.
    SetNtbInputSize {
        /// 4, or 8 if the function has the capability for it.
        length: u16,
    },
    /// GET_MAX_DATAGRAM_SIZE, 2 bytes. Only with the capability for it.
    GetMaxDatagramSize {
        /// 2.
        length: u16,
    },
    /// SET_MAX_DATAGRAM_SIZE: 2 bytes follow. Only with the capability for it.
    SetMaxDatagramSize,
    /// GET_CRC_MODE, 2 bytes: 0, or 1 for CRC-32.
    GetCrcMode {
        /// 2.
        length: u16,
    },
    /// SET_CRC_MODE. MBIM has no datagrams with a CRC.
    SetCrcMode {
        /// CRC-32 behind each datagram.
        crc32: bool,
    },
}

impl ClassRequest {
    /// The setup packet for it, to that control interface.
    #[must_use]
    pub const fn setup(self, interface: u16) -> Setup {
        let (request_type, request, value, length) = match self {
            Self::SendEncapsulatedCommand { length } => (TO_FUNCTION, 0x00, 0, length),
            Self::GetEncapsulatedResponse { length } => (TO_HOST, 0x01, 0, length),
            Self::ResetFunction => (TO_FUNCTION, 0x05, 0, 0),
            Self::GetNtbParameters { length } => (TO_HOST, 0x80, 0, length),
            Self::GetNetAddress { length } => (TO_HOST, 0x81, 0, length),
            Self::SetNetAddress => (TO_FUNCTION, 0x82, 0, 6),
            Self::GetNtbFormat { length } => (TO_HOST, 0x83, 0, length),
            Self::SetNtbFormat(format) => (TO_FUNCTION, 0x84, format.number(), 0),
            Self::GetNtbInputSize { length } => (TO_HOST, 0x85, 0, length),
            Self::SetNtbInputSize { length } => (TO_FUNCTION, 0x86, 0, length),
            Self::GetMaxDatagramSize { length } => (TO_HOST, 0x87, 0, length),
            Self::SetMaxDatagramSize => (TO_FUNCTION, 0x88, 0, 2),
            Self::GetCrcMode { length } => (TO_HOST, 0x89, 0, length),
            Self::SetCrcMode { crc32 } => (TO_FUNCTION, 0x8a, if crc32 { 1 } else { 0 }, 0),
        };
        Setup { request_type, request, value, index: interface, length }
    }

    /// What a setup packet asks for. The interface is the caller's to compare.
    ///
    /// A host may want more or fewer bytes than an answer has; what it sends must have the length that the specification
    /// says. Requests that need a capability are not refused here.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Value`] with the offset of the field in the setup packet: not a class request to an interface, an
    /// unknown one, or one with a wrong parameter or length. The function stalls the pipe.
    pub fn parse(setup: &Setup) -> Result<Self, DecodeError> {
        let wrong = |at| Err(DecodeError::new(DecodeErrorKind::Value, at));
        let length = setup.length;
        let request = match (setup.request_type, setup.request) {
            (TO_FUNCTION, 0x00) => Self::SendEncapsulatedCommand { length },
            (TO_HOST, 0x01) => Self::GetEncapsulatedResponse { length },
            (TO_FUNCTION, 0x05) => Self::ResetFunction,
            (TO_HOST, 0x80) => Self::GetNtbParameters { length },
            (TO_HOST, 0x81) => Self::GetNetAddress { length },
            (TO_FUNCTION, 0x82) => Self::SetNetAddress,
            (TO_HOST, 0x83) => Self::GetNtbFormat { length },
            (TO_FUNCTION, 0x84) => match Format::from_number(setup.value) {
                Some(format) => Self::SetNtbFormat(format),
                None => return wrong(2),
            },
            (TO_HOST, 0x85) => Self::GetNtbInputSize { length },
            (TO_FUNCTION, 0x86) if length == 4 || length == 8 => Self::SetNtbInputSize { length },
            (TO_FUNCTION, 0x86) => return wrong(6),
            (TO_HOST, 0x87) => Self::GetMaxDatagramSize { length },
            (TO_FUNCTION, 0x88) => Self::SetMaxDatagramSize,
            (TO_HOST, 0x89) => Self::GetCrcMode { length },
            (TO_FUNCTION, 0x8a) if setup.value <= 1 => Self::SetCrcMode { crc32: setup.value == 1 },
            (TO_FUNCTION, 0x8a) => return wrong(2),
            (TO_FUNCTION | TO_HOST, _) => return wrong(1),
            _ => return wrong(0),
        };
        // What stands in the packet beside that must be what a host writes.
        let expected = request.setup(setup.index);
        match () {
            () if expected.value != setup.value => wrong(2),
            () if expected.length != length => wrong(6),
            () => Ok(request),
        }
    }

    /// Whether data goes to the host.
    #[must_use]
    pub const fn is_to_host(self) -> bool {
        self.setup(0).request_type == TO_HOST
    }
}
