//! What a packet of the data path begins with: nothing (raw IP), or an Ethernet header (802.3), as agreed by WDA Set Data
//! Format.

use core::fmt;

use crate::codec::{EncodeError, Writer};
use crate::service::wda::LinkLayerProtocol;

crate::open_enum! {
    /// What an Ethernet frame carries.
    pub struct EtherType(u16) {
        /// IPv4.
        IPV4 = 0x0800,
        /// ARP.
        ARP = 0x0806,
        /// IPv6.
        IPV6 = 0x86dd,
    }
}

/// Version of the Internet Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl IpVersion {
    /// The version in the first byte of a packet; `None` if it is no IP packet.
    #[must_use]
    pub fn of(packet: &[u8]) -> Option<Self> {
        match packet.first()? >> 4 {
            4 => Some(Self::V4),
            6 => Some(Self::V6),
            _ => None,
        }
    }

    /// What an Ethernet frame with it says.
    #[must_use]
    pub const fn ether_type(self) -> EtherType {
        match self {
            Self::V4 => EtherType::IPV4,
            Self::V6 => EtherType::IPV6,
        }
    }
}

/// Why a frame was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LinkError {
    /// Too short for an Ethernet header of 14 bytes.
    Incomplete,
    /// Raw IP with neither 4 nor 6 in front.
    Version,
    /// Another protocol than raw IP and 802.3.
    Protocol(LinkLayerProtocol),
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete => f.write_str("Ethernet header at offset 0: incomplete, 14 bytes needed"),
            Self::Version => f.write_str("IP version at offset 0: neither 4 nor 6"),
            Self::Protocol(protocol) => write!(f, "link layer protocol {}", protocol.0),
        }
    }
}

impl core::error::Error for LinkError {}

/// The header of an Ethernet frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ethernet {
    /// To whom.
    pub destination: [u8; 6],
    /// From whom.
    pub source: [u8; 6],
    /// What follows.
    pub ether_type: EtherType,
}

impl Ethernet {
    /// Bytes of the header.
    pub const LEN: usize = 14;

    /// Reads a header and lends what follows it.
    ///
    /// # Errors
    ///
    /// [`LinkError::Incomplete`].
    pub fn parse(frame: &[u8]) -> Result<(Self, &[u8]), LinkError> {
        let (&[a, b, c, d, e, f, g, h, i, j, k, l, high, low], payload) =
            frame.split_first_chunk().ok_or(LinkError::Incomplete)?;
        let ether_type = EtherType(u16::from_be_bytes([high, low]));
        Ok((Self { destination: [a, b, c, d, e, f], source: [g, h, i, j, k, l], ether_type }, payload))
    }

    /// The bytes on the wire.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::LEN] {
        let ([a, b, c, d, e, f], [g, h, i, j, k, l]) = (self.destination, self.source);
        let [high, low] = self.ether_type.0.to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j, k, l, high, low]
    }

    /// Writes header and payload to the start of `buffer` and lends them.
    ///
    /// # Errors
    ///
    /// [`EncodeError::BufferTooSmall`].
    pub fn write<'b>(self, payload: &[u8], buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        let mut w = Writer::new(buffer);
        w.bytes(&self.to_bytes());
        w.bytes(payload);
        w.finish()
    }
}

/// A frame of the data path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frame<'a> {
    /// An IP packet.
    Ip(IpVersion, &'a [u8]),
    /// An Ethernet frame: header and payload.
    Ethernet(Ethernet, &'a [u8]),
}

impl<'a> Frame<'a> {
    /// Reads a frame of the protocol agreed. Some firmware sends raw IP although 802.3 was agreed: what begins with an IP
    /// version is taken for that, so addresses of the host should not begin so.
    ///
    /// # Errors
    ///
    /// [`LinkError`].
    pub fn parse(protocol: LinkLayerProtocol, bytes: &'a [u8]) -> Result<Self, LinkError> {
        let version = IpVersion::of(bytes);
        match (protocol, version) {
            (LinkLayerProtocol::RAW_IP | LinkLayerProtocol::_802_3, Some(version)) => Ok(Self::Ip(version, bytes)),
            (LinkLayerProtocol::RAW_IP, None) => Err(LinkError::Version),
            (LinkLayerProtocol::_802_3, None) => {
                Ethernet::parse(bytes).map(|(header, payload)| Self::Ethernet(header, payload))
            }
            (other, _) => Err(LinkError::Protocol(other)),
        }
    }
}
