//! The format in which packets travel between host and modem, and the ports of the data path.
//!
//! A host asks for a format and gets what the device grants: what it can do, and no more than the device can take.

use heapless::Vec;

use super::event::{Change, Origin};
use super::{Failure, Modem, Reason, Text};

/// Ports that can be open at the same time.
pub const PORTS: usize = 8;

/// What a packet of the data path begins with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Link {
    /// An Ethernet header.
    #[default]
    Ethernet,
    /// Nothing: it is an IP packet.
    RawIp,
}

bitflags::bitflags! {
    /// Formats that a device can grant.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Formats: u8 {
        /// Packets with an Ethernet header.
        const ETHERNET = 1 << 0;
        /// IP packets.
        const RAW_IP = 1 << 1;
        /// QMAP.
        const QMAP = 1 << 2;
        /// QMAP version 4.
        const QMAP_V4 = 1 << 3;
        /// QMAP version 5.
        const QMAP_V5 = 1 << 4;
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Formats {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Formats({=u8:#x})", self.bits());
    }
}

/// How packets are packed into transfers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Aggregation {
    /// One packet in each.
    #[default]
    Off,
    /// QMAP: several, for several sessions.
    Qmap,
    /// QMAP version 4: with checksums behind packets from the modem and before those to it.
    QmapV4,
    /// QMAP version 5: with checksums in a header of their own.
    QmapV5,
}

impl Aggregation {
    const fn needs(self) -> Formats {
        match self {
            Self::Off => Formats::empty(),
            Self::Qmap => Formats::QMAP,
            Self::QmapV4 => Formats::QMAP_V4,
            Self::QmapV5 => Formats::QMAP_V5,
        }
    }
}

/// How much a transfer holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Limits {
    /// Packets; 0 without aggregation.
    pub datagrams: u32,
    /// Bytes; 0 without aggregation.
    pub size: u32,
}

/// The format of the data path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DataFormat {
    /// What a packet begins with.
    pub link: Link,
    /// A header for quality of service stands before each packet to the modem.
    pub qos_header: bool,
    /// How packets to the modem are packed.
    pub up: Aggregation,
    /// How much a transfer to the modem holds.
    pub up_limits: Limits,
    /// How packets from the modem are packed.
    pub down: Aggregation,
    /// How much a transfer from the modem holds.
    pub down_limits: Limits,
    /// Least padding of packets from the modem, bytes.
    pub down_padding: u32,
    /// The modem stops the host where it cannot follow.
    pub flow_control: bool,
}

/// What a host asks for; what it does not name stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FormatRequest {
    /// What a packet begins with.
    pub link: Option<Link>,
    /// A header for quality of service.
    pub qos_header: Option<bool>,
    /// How packets to the modem are packed.
    pub up: Option<Aggregation>,
    /// Packets of a transfer to the modem.
    pub up_datagrams: Option<u32>,
    /// Bytes of a transfer to the modem.
    pub up_size: Option<u32>,
    /// How packets from the modem are packed.
    pub down: Option<Aggregation>,
    /// Packets of a transfer from the modem.
    pub down_datagrams: Option<u32>,
    /// Bytes of a transfer from the modem.
    pub down_size: Option<u32>,
    /// Least padding of packets from the modem, bytes.
    pub down_padding: Option<u32>,
    /// The modem stops the host where it cannot follow.
    pub flow_control: Option<bool>,
}

/// What the device grants.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DataPathSetup {
    /// Formats.
    pub formats: Formats,
    /// The link at power-on.
    pub link: Link,
    /// Most that a transfer to the modem may hold.
    pub up_limits: Limits,
    /// Most that a transfer from the modem will hold.
    pub down_limits: Limits,
    /// Hosts must name the endpoint that the format is for.
    pub needs_endpoint: bool,
    /// Sessions can carry Ethernet frames.
    pub ethernet_pdu: bool,
}

impl Default for DataPathSetup {
    fn default() -> Self {
        Self {
            formats: Formats::all(),
            link: Link::Ethernet,
            up_limits: Limits { datagrams: 11, size: 8_192 },
            down_limits: Limits { datagrams: 32, size: 32_768 },
            needs_endpoint: false,
            ethernet_pdu: false,
        }
    }
}

/// Packets to the modem come back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Loopback {
    /// They do.
    pub on: bool,
    /// So many times each.
    pub copies: u32,
}

/// What a port of the data path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PortKind {
    /// Control messages.
    Control,
    /// Packets, moved by hardware.
    Hardware,
    /// Packets, moved by software.
    Software,
}

/// A port of the data path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataPort {
    /// What it is for.
    pub kind: PortKind,
    /// Kind of endpoint.
    pub endpoint: u32,
    /// Number of the interface there.
    pub interface: u32,
    /// Pipes to and from the modem, where hardware moves the packets.
    pub pipes: (u32, u32),
    /// Name.
    pub name: Text<32>,
}

/// The state behind all that.
#[derive(Debug)]
pub(super) struct DataPath {
    setup: DataPathSetup,
    format: DataFormat,
    loopback: Loopback,
    ports: Vec<DataPort, PORTS>,
}

impl DataPath {
    pub(super) fn new(setup: DataPathSetup) -> Self {
        let format = DataFormat { link: setup.link, ..DataFormat::default() };
        Self { setup, format, loopback: Loopback::default(), ports: Vec::new() }
    }

    pub(super) fn power_off(&mut self) {
        self.format = DataFormat { link: self.setup.link, ..DataFormat::default() };
        self.loopback = Loopback::default();
        self.ports.clear();
    }

    fn granted(&self, wanted: &FormatRequest) -> DataFormat {
        let DataPathSetup { formats, up_limits, down_limits, .. } = self.setup;
        let now = self.format;
        let link = match wanted.link {
            Some(Link::Ethernet) if formats.contains(Formats::ETHERNET) => Link::Ethernet,
            Some(Link::RawIp) if formats.contains(Formats::RAW_IP) => Link::RawIp,
            _ => now.link,
        };
        let allowed = |wanted: Option<Aggregation>, now: Aggregation| {
            let wanted = wanted.unwrap_or(now);
            // Packets with an Ethernet header are not packed.
            let possible = link == Link::RawIp && formats.contains(wanted.needs());
            if possible { wanted } else { Aggregation::Off }
        };
        let limits = |packed: Aggregation, now: Limits, most: Limits, datagrams: Option<u32>, size: Option<u32>| {
            let one = |wanted: Option<u32>, now: u32, most: u32| match wanted.unwrap_or(now) {
                0 => most,
                wanted => wanted.min(most),
            };
            match packed {
                Aggregation::Off => Limits::default(),
                _ => Limits {
                    datagrams: one(datagrams, now.datagrams, most.datagrams),
                    size: one(size, now.size, most.size),
                },
            }
        };
        let (up, down) = (allowed(wanted.up, now.up), allowed(wanted.down, now.down));
        DataFormat {
            link,
            qos_header: wanted.qos_header.unwrap_or(now.qos_header),
            up,
            up_limits: limits(up, now.up_limits, up_limits, wanted.up_datagrams, wanted.up_size),
            down,
            down_limits: limits(down, now.down_limits, down_limits, wanted.down_datagrams, wanted.down_size),
            down_padding: wanted.down_padding.unwrap_or(now.down_padding),
            flow_control: wanted.flow_control.unwrap_or(now.flow_control),
        }
    }
}

impl Modem {
    /// What the device grants.
    #[must_use]
    pub fn data_path(&self) -> &DataPathSetup {
        &self.data_path.setup
    }

    /// The format of the data path.
    #[must_use]
    pub fn data_format(&self) -> DataFormat {
        self.data_path.format
    }

    /// A host asks for a format, and gets what is granted of it.
    ///
    /// # Errors
    ///
    /// [`Reason::Busy`] if that would change the format while a session is active.
    pub fn set_data_format(&mut self, wanted: &FormatRequest) -> Result<DataFormat, Failure> {
        let granted = self.data_path.granted(wanted);
        if granted != self.data_path.format && self.sessions().next().is_some() {
            return Err(Reason::Busy.into());
        }
        self.data_path.format = granted;
        Ok(granted)
    }

    /// Whether packets to the modem come back.
    #[must_use]
    pub fn loopback(&self) -> Loopback {
        self.data_path.loopback
    }

    /// Says whether packets to the modem come back.
    pub fn set_loopback(&mut self, by: Origin, loopback: Loopback) {
        if self.data_path.loopback != loopback {
            self.data_path.loopback = loopback;
            self.log.push(by, Change::Loopback(loopback));
        }
    }

    /// Ports of the data path that are open.
    #[must_use]
    pub fn data_ports(&self) -> &[DataPort] {
        &self.data_path.ports
    }

    /// Opens ports of the data path: all of them or none.
    ///
    /// # Errors
    ///
    /// [`Reason::Full`].
    pub fn open_data_ports(&mut self, ports: &[DataPort]) -> Result<(), Failure> {
        let mut open = self.data_path.ports.clone();
        open.extend_from_slice(ports).map_err(|_| Failure::from(Reason::Full))?;
        self.data_path.ports = open;
        Ok(())
    }

    /// Closes all ports of the data path; `false` if none was open.
    pub fn close_data_ports(&mut self) -> bool {
        let any = !self.data_path.ports.is_empty();
        self.data_path.ports.clear();
        any
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Setup;
    use super::*;
    use crate::time::Instant;

    #[test]
    fn a_format_is_granted_as_far_as_the_device_goes() {
        let mut setup = Setup::default();
        setup.data_path.link = Link::RawIp;
        setup.data_path.formats = Formats::RAW_IP | Formats::QMAP | Formats::QMAP_V4;
        let mut modem = Modem::new(Instant(0), setup);
        let wanted = FormatRequest {
            link: Some(Link::Ethernet),
            up: Some(Aggregation::QmapV4),
            down: Some(Aggregation::QmapV5),
            up_datagrams: Some(100),
            up_size: Some(4_096),
            ..FormatRequest::default()
        };
        let granted = modem.set_data_format(&wanted).unwrap();
        assert_eq!((granted.link, granted.up, granted.down), (Link::RawIp, Aggregation::QmapV4, Aggregation::Off));
        assert_eq!(granted.up_limits, Limits { datagrams: 11, size: 4_096 });
        assert_eq!(granted.down_limits, Limits::default());
        // What is not named stays; without a size the device chooses.
        let wanted = FormatRequest { down: Some(Aggregation::Qmap), ..FormatRequest::default() };
        let granted = modem.set_data_format(&wanted).unwrap();
        assert_eq!((granted.up, granted.up_limits.size), (Aggregation::QmapV4, 4_096));
        assert_eq!((granted.down, granted.down_limits.size), (Aggregation::Qmap, 32_768));
        modem.reboot(Instant(5));
        assert_eq!(modem.data_format(), DataFormat { link: Link::RawIp, ..DataFormat::default() });
    }

    #[test]
    fn the_format_stays_while_a_session_is_active() {
        let mut modem = Modem::new(Instant(0), Setup::default());
        modem.poll(Instant(10_000));
        let request = super::super::bearer::ContextRequest::default();
        modem.request_activation(Instant(10_000), Origin(1), &request).unwrap();
        let wanted = FormatRequest { link: Some(Link::RawIp), ..FormatRequest::default() };
        assert_eq!(modem.set_data_format(&wanted), Err(Reason::Busy.into()));
        let same = FormatRequest { link: Some(Link::Ethernet), ..FormatRequest::default() };
        assert_eq!(modem.set_data_format(&same), Ok(modem.data_format()));
    }
}
