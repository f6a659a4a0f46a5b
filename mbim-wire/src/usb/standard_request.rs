//! Requests that every device answers on its control pipe (USB 2.0 §9.4).

use super::class_request::Setup;
use crate::codec::{DecodeError, DecodeErrorKind};

/// Bit of bmRequestType: data to the host.
const TO_HOST: u8 = 0x80;

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Recipient {
    /// The device.
    Device,
    /// An interface, by its number.
    Interface(u8),
    /// An endpoint, by its address: bit 7 to the host.
    Endpoint(u8),
}

impl Recipient {
    const fn code(self) -> u8 {
        match self {
            Self::Device => 0,
            Self::Interface(_) => 1,
            Self::Endpoint(_) => 2,
        }
    }

    const fn index(self) -> u8 {
        match self {
            Self::Device => 0,
            Self::Interface(number) => number,
            Self::Endpoint(address) => address,
        }
    }
}

crate::open_enum! {
    /// What can be switched on and off.
    pub struct Feature(u16) {
        /// An endpoint answers with STALL.
        ENDPOINT_HALT = 0,
        /// The device may wake its host.
        DEVICE_REMOTE_WAKEUP = 1,
        /// The device makes test signals.
        TEST_MODE = 2,
    }
}

/// A request. Where it has a `length`, that is how many bytes the host wants at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StandardRequest {
    /// GET_STATUS: 2 bytes. Of the device: bit 0 powers itself, bit 1 may wake its host; of an endpoint: bit 0 halted.
    GetStatus(Recipient),
    /// CLEAR_FEATURE.
    ClearFeature(Recipient, Feature),
    /// SET_FEATURE.
    SetFeature(Recipient, Feature),
    /// SET_ADDRESS.
    SetAddress(u8),
    /// GET_DESCRIPTOR of the device.
    GetDescriptor {
        /// Its type.
        kind: u8,
        /// Which one of those.
        nth: u8,
        /// Of a string: its language.
        language: u16,
        /// How many bytes the host wants at most.
        length: u16,
    },
    /// GET_CONFIGURATION: 1 byte, 0 if none is set.
    GetConfiguration,
    /// SET_CONFIGURATION.
    SetConfiguration(u8),
    /// GET_INTERFACE: 1 byte, the alternate setting.
    GetInterface(u8),
    /// SET_INTERFACE.
    SetInterface {
        /// The interface.
        interface: u8,
        /// Its alternate setting.
        alternate: u8,
    },
}

impl StandardRequest {
    /// The setup packet for it.
    #[must_use]
    pub fn setup(self) -> Setup {
        let (request_type, request, value, index, length) = match self {
            Self::GetStatus(recipient) => (TO_HOST | recipient.code(), 0, 0, recipient.index().into(), 2),
            Self::ClearFeature(recipient, feature) => (recipient.code(), 1, feature.0, recipient.index().into(), 0),
            Self::SetFeature(recipient, feature) => (recipient.code(), 3, feature.0, recipient.index().into(), 0),
            Self::SetAddress(address) => (0, 5, address.into(), 0, 0),
            Self::GetDescriptor { kind, nth, language, length } => {
                (TO_HOST, 6, u16::from_le_bytes([nth, kind]), language, length)
            }
            Self::GetConfiguration => (TO_HOST, 8, 0, 0, 1),
            Self::SetConfiguration(value) => (0, 9, value.into(), 0, 0),
            Self::GetInterface(interface) => (TO_HOST | 1, 10, 0, interface.into(), 1),
            Self::SetInterface { interface, alternate } => (1, 11, alternate.into(), interface.into(), 0),
        };
        Setup { request_type, request, value, index, length }
    }

    /// What a setup packet asks for.
    ///
    /// # Errors
    ///
    /// [`DecodeErrorKind::Value`] with the offset of the field in the setup packet: not a standard request, an unknown one, or
    /// one with a parameter or length that is not specified for it. The device stalls the pipe.
    pub fn parse(setup: &Setup) -> Result<Self, DecodeError> {
        let wrong = |at| Err(DecodeError::new(DecodeErrorKind::Value, at));
        let [value, value_high] = setup.value.to_le_bytes();
        let [index, _] = setup.index.to_le_bytes();
        let recipient = match setup.request_type & !TO_HOST {
            0 => Recipient::Device,
            1 => Recipient::Interface(index),
            2 => Recipient::Endpoint(index),
            _ => return wrong(0),
        };
        let feature = Feature(setup.value);
        let request = match setup.request {
            0 => Self::GetStatus(recipient),
            1 => Self::ClearFeature(recipient, feature),
            3 => Self::SetFeature(recipient, feature),
            5 => Self::SetAddress(value),
            6 => Self::GetDescriptor { kind: value_high, nth: value, language: setup.index, length: setup.length },
            8 => Self::GetConfiguration,
            9 => Self::SetConfiguration(value),
            10 => Self::GetInterface(index),
            11 => Self::SetInterface { interface: index, alternate: value },
            _ => return wrong(1),
        };
        let expected = request.setup();
        match () {
            () if expected.request_type != setup.request_type => wrong(0),
            () if expected.value != setup.value => wrong(2),
            () if expected.index != setup.index => wrong(4),
            () if expected.length != setup.length => wrong(6),
            () => Ok(request),
        }
    }
}
