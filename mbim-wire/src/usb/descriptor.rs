//! Descriptors (USB 2.0 §9.6, CDC 1.2 §5.2.3, MBIM 1.0 §6.4 and §6.5, NCM 1.0 §5.2): those that a function consists of, read
//! from a configuration's bytes and written into them.

use crate::codec::{DecodeError, DecodeErrorKind, EncodeError, Writer};
use crate::packed::Packed;

/// Class, subclass and protocol of an interface, or of an association of interfaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Class {
    /// The class.
    pub class: u8,
    /// The subclass.
    pub subclass: u8,
    /// The protocol.
    pub protocol: u8,
}

impl Class {
    /// The control interface of an MBIM function, and the association of its interfaces.
    pub const MBIM_CONTROL: Self = Self::new(0x02, 0x0e, 0x00);
    /// The control interface of an NCM function.
    pub const NCM_CONTROL: Self = Self::new(0x02, 0x0d, 0x00);
    /// The data interface of an MBIM function.
    pub const MBIM_DATA: Self = Self::new(0x0a, 0x00, 0x02);
    /// The data interface of an NCM function.
    pub const NCM_DATA: Self = Self::new(0x0a, 0x00, 0x01);
    /// The control interface of a serial port (CDC ACM) that takes AT commands.
    pub const ACM_CONTROL: Self = Self::new(0x02, 0x02, 0x01);
    /// The data interface of a serial port.
    pub const ACM_DATA: Self = Self::new(0x0a, 0x00, 0x00);

    /// A triple.
    #[must_use]
    pub const fn new(class: u8, subclass: u8, protocol: u8) -> Self {
        Self { class, subclass, protocol }
    }
}

impl Packed for Class {
    const LEN: usize = 3;

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        <[u8; 3]>::take(bytes).map(|[class, subclass, protocol]| Self { class, subclass, protocol })
    }

    fn put(&self, out: &mut &mut [u8]) {
        [self.class, self.subclass, self.protocol].put(out);
    }
}

bitflags::bitflags! {
    /// What requests a serial port answers (bmCapabilities of CDC PSTN 1.2 §5.3.2).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct AbstractControlCapabilities: u8 {
        /// Requests for communication features.
        const COMM_FEATURE = 1 << 0;
        /// SET_LINE_CODING, GET_LINE_CODING, SET_CONTROL_LINE_STATE, and the notification SERIAL_STATE.
        const LINE = 1 << 1;
        /// SEND_BREAK.
        const BREAK = 1 << 2;
        /// The notification NETWORK_CONNECTION.
        const NETWORK_CONNECTION = 1 << 3;
        const _ = !0;
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for AbstractControlCapabilities {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=u8:#x}", self.bits());
    }
}

impl Packed for AbstractControlCapabilities {
    const LEN: usize = 1;

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        u8::take(bytes).map(Self::from_bits_retain)
    }

    fn put(&self, out: &mut &mut [u8]) {
        self.bits().put(out);
    }
}

bitflags::bitflags! {
    /// What requests a function answers beside those that all do (bmNetworkCapabilities).
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct NetworkCapabilities: u8 {
        /// SET_ETHERNET_PACKET_FILTER; NCM only.
        const ETHERNET_PACKET_FILTER = 1 << 0;
        /// GET_NET_ADDRESS and SET_NET_ADDRESS; NCM only.
        const NET_ADDRESS = 1 << 1;
        /// SEND_ENCAPSULATED_COMMAND and GET_ENCAPSULATED_RESPONSE; NCM only.
        const ENCAPSULATED_COMMAND = 1 << 2;
        /// GET_MAX_DATAGRAM_SIZE and SET_MAX_DATAGRAM_SIZE.
        const MAX_DATAGRAM_SIZE = 1 << 3;
        /// GET_CRC_MODE and SET_CRC_MODE; NCM only.
        const CRC_MODE = 1 << 4;
        /// The form of 8 bytes of SET_NTB_INPUT_SIZE.
        const NTB_INPUT_SIZE_8 = 1 << 5;
        const _ = !0;
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for NetworkCapabilities {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "{=u8:#x}", self.bits());
    }
}

impl Packed for NetworkCapabilities {
    const LEN: usize = 1;

    fn take(bytes: &mut &[u8]) -> Option<Self> {
        u8::take(bytes).map(Self::from_bits_retain)
    }

    fn put(&self, out: &mut &mut [u8]) {
        self.bits().put(out);
    }
}

packed! {
    /// Device descriptor.
    pub struct Device [0x01] {
        /// Version of USB, binary coded decimal.
        usb_version: u16,
        /// Class of the device; 0xef, 2, 1 if interfaces are associated.
        class: Class,
        /// Bytes of a packet of the control pipe.
        max_packet_size: u8,
        /// The vendor.
        vendor_id: u16,
        /// The product.
        product_id: u16,
        /// Version of the device, binary coded decimal.
        device_version: u16,
        /// Index of the maker's name.
        manufacturer: u8,
        /// Index of the product's name.
        product: u8,
        /// Index of the serial number.
        serial_number: u8,
        /// How many configurations there are.
        configurations: u8,
    }
}

packed! {
    /// Configuration descriptor; all others of the configuration follow.
    pub struct Configuration [0x02] {
        /// Bytes of all descriptors of the configuration.
        total_length: u16,
        /// How many interfaces there are.
        interfaces: u8,
        /// What SET_CONFIGURATION calls it.
        value: u8,
        /// Index of its name.
        name: u8,
        /// Bit 7 always; bit 6: powers itself; bit 5: wakes the host.
        attributes: u8,
        /// Current from the bus in units of 2 mA.
        max_power: u8,
    }
}

packed! {
    /// Interface descriptor: one alternate setting of an interface.
    pub struct Interface [0x04] {
        /// The interface.
        number: u8,
        /// Which of its settings.
        alternate_setting: u8,
        /// How many endpoints it has, the control pipe not counted.
        endpoints: u8,
        /// What it is.
        class: Class,
        /// Index of its name.
        name: u8,
    }
}

packed! {
    /// Endpoint descriptor.
    pub struct Endpoint [0x05] {
        /// Its number; bit 7: to the host.
        address: u8,
        /// Bits 0 and 1: 2 bulk, 3 interrupt.
        attributes: u8,
        /// Bytes of a packet.
        max_packet_size: u16,
        /// How often the host asks.
        interval: u8,
    }
}

impl Endpoint {
    /// Whether data goes to the host.
    #[must_use]
    pub const fn is_in(&self) -> bool {
        self.address & 0x80 != 0
    }

    /// Whether it is a bulk pipe.
    #[must_use]
    pub const fn is_bulk(&self) -> bool {
        self.attributes & 3 == 2
    }

    /// Whether it is an interrupt pipe.
    #[must_use]
    pub const fn is_interrupt(&self) -> bool {
        self.attributes & 3 == 3
    }
}

packed! {
    /// Interface association descriptor: which interfaces are one function.
    pub struct InterfaceAssociation [0x0b] {
        /// The first of them.
        first_interface: u8,
        /// How many.
        count: u8,
        /// What the function is.
        class: Class,
        /// Index of its name.
        name: u8,
    }
}

packed! {
    /// CDC header functional descriptor, in front of the other functional descriptors.
    pub struct Header [0x24, 0x00] {
        /// Version of CDC, binary coded decimal; at least 1.20 for MBIM.
        cdc_version: u16,
    }
}

packed! {
    /// CDC call management functional descriptor, of a serial port (CDC PSTN 1.2 §5.3.1).
    pub struct CallManagement [0x24, 0x01] {
        /// Bit 0: the device manages calls itself; bit 1: it can do so over the data interface.
        capabilities: u8,
        /// The data interface.
        data_interface: u8,
    }
}

packed! {
    /// CDC abstract control management functional descriptor, of a serial port (CDC PSTN 1.2 §5.3.2).
    pub struct AbstractControl [0x24, 0x02] {
        /// Requests that it answers.
        capabilities: AbstractControlCapabilities,
    }
}

packed! {
    /// Device qualifier descriptor: what the device descriptor would say at the other speed.
    pub struct DeviceQualifier [0x06] {
        /// Version of USB, binary coded decimal.
        usb_version: u16,
        /// Class of the device.
        class: Class,
        /// Bytes of a packet of the control pipe.
        max_packet_size: u8,
        /// How many configurations there are.
        configurations: u8,
        /// 0.
        reserved: u8,
    }
}

packed! {
    /// CDC union functional descriptor: which interfaces are one function.
    pub struct Union [0x24, 0x06] {
        /// The control interface.
        control_interface: u8,
        /// The first subordinate interface: the data interface.
        subordinate_interface: u8,
    }
}

packed! {
    /// CDC Ethernet networking functional descriptor, of an NCM function.
    pub struct Ethernet [0x24, 0x0f] {
        /// Index of the MAC address, as text.
        mac_address: u8,
        /// Statistics that it keeps.
        statistics: u32,
        /// The longest frame in bytes.
        max_segment_size: u16,
        /// How many multicast filters it has, and whether they are perfect.
        multicast_filters: u16,
        /// How many power filters it has.
        power_filters: u8,
    }
}

packed! {
    /// NCM functional descriptor.
    pub struct Ncm [0x24, 0x1a] {
        /// Version of NCM, binary coded decimal.
        ncm_version: u16,
        /// Requests that it answers.
        network_capabilities: NetworkCapabilities,
    }
}

packed! {
    /// MBIM functional descriptor (MBIM 1.0 §6.4).
    pub struct Mbim [0x24, 0x1b] {
        /// Version of MBIM, binary coded decimal: 0x0100.
        mbim_version: u16,
        /// The longest control message or fragment in bytes; at least 64.
        max_control_message: u16,
        /// How many packet filters it has for each session; at least 16.
        filters: u8,
        /// The longest packet filter in bytes; at most 192.
        max_filter_size: u8,
        /// The longest datagram in bytes.
        max_segment_size: u16,
        /// Requests that it answers.
        network_capabilities: NetworkCapabilities,
    }
}

packed! {
    /// MBIM extended functional descriptor (MBIM 1.0 §6.5).
    pub struct MbimExtended [0x24, 0x1c] {
        /// Version of the extended descriptor, binary coded decimal: 0x0100.
        mbim_extended_version: u16,
        /// How many commands the function takes before it has answered the first; at least 1.
        max_outstanding_command_messages: u8,
        /// The longest IP packet in bytes.
        mtu: u16,
    }
}

macro_rules! descriptors {
    ($($(#[$m:meta])* $name:ident = [$($prefix:pat),*],)*) => {
        /// A descriptor.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(feature = "defmt", derive(defmt::Format))]
        #[non_exhaustive]
        pub enum Descriptor<'a> {
            $($(#[$m])* $name($name),)*
            /// Another one: all its bytes.
            Other(&'a [u8]),
        }

        impl<'a> Descriptor<'a> {
            /// Reads one descriptor; a known one may be longer than what is known of it.
            ///
            /// # Errors
            ///
            /// [`DecodeError`]: a known one is too short.
            fn parse(bytes: &'a [u8]) -> Result<Self, DecodeError> {
                Ok(match bytes {
                    $([_, $($prefix),*, ..] => Self::$name($name::parse(bytes)?),)*
                    _ => Self::Other(bytes),
                })
            }

            /// Appends the descriptor.
            pub fn put(&self, w: &mut Writer<'_>) {
                match self {
                    $(Self::$name(descriptor) => w.bytes(&descriptor.to_bytes()),)*
                    Self::Other(bytes) => w.bytes(bytes),
                }
            }
        }

        $(
            impl From<$name> for Descriptor<'_> {
                fn from(descriptor: $name) -> Self {
                    Self::$name(descriptor)
                }
            }
        )*
    };
}

descriptors! {
    /// Of the device.
    Device = [0x01],
    /// Of a configuration.
    Configuration = [0x02],
    /// Of an alternate setting of an interface.
    Interface = [0x04],
    /// Of an endpoint.
    Endpoint = [0x05],
    /// Which interfaces are one function.
    InterfaceAssociation = [0x0b],
    /// What the device would say at the other speed.
    DeviceQualifier = [0x06],
    /// CDC header.
    Header = [0x24, 0x00],
    /// CDC call management.
    CallManagement = [0x24, 0x01],
    /// CDC abstract control management.
    AbstractControl = [0x24, 0x02],
    /// CDC union.
    Union = [0x24, 0x06],
    /// CDC Ethernet networking.
    Ethernet = [0x24, 0x0f],
    /// NCM.
    Ncm = [0x24, 0x1a],
    /// MBIM.
    Mbim = [0x24, 0x1b],
    /// MBIM extended.
    MbimExtended = [0x24, 0x1c],
}

/// Iterates over descriptors that stand one behind the other, as in a configuration.
///
/// A known descriptor that is too short is an error in its place, and the next ones follow. A descriptor that says that it
/// is shorter than its own head, or longer than what there is, is an error and the end.
#[derive(Clone, Debug)]
pub struct Descriptors<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Descriptors<'a> {
    /// The descriptors in `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// Where the next descriptor begins, in bytes from the start.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Descriptors<'a> {
    type Item = Result<Descriptor<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let rest = self.bytes.get(start..)?;
        let length = usize::from(*rest.first()?);
        let wrong = |kind, at: usize| DecodeError::new(kind, start.saturating_add(at));
        let one = match rest.get(..length) {
            Some(one) if length >= 2 => one,
            found => {
                self.at = self.bytes.len();
                let kind = if found.is_some() { DecodeErrorKind::Value } else { DecodeErrorKind::OutOfBounds };
                return Some(Err(wrong(kind, 0)));
            }
        };
        self.at = start.saturating_add(length);
        Some(Descriptor::parse(one).map_err(|error| wrong(error.kind, usize::try_from(error.offset).unwrap_or(0))))
    }
}

/// Writes a configuration: its descriptor, with the length of all, and the others behind it.
///
/// # Errors
///
/// [`EncodeError::BufferTooSmall`], or [`EncodeError::TooLong`] if all are longer than 65535 bytes.
pub fn write_configuration<'b>(
    buffer: &'b mut [u8],
    configuration: Configuration,
    descriptors: &[Descriptor<'_>],
) -> Result<&'b mut [u8], EncodeError> {
    let mut w = Writer::new(buffer);
    w.bytes(&configuration.to_bytes());
    descriptors.iter().for_each(|descriptor| descriptor.put(&mut w));
    match u16::try_from(w.len()) {
        Ok(total_length) => w.patch(0, &Configuration { total_length, ..configuration }.to_bytes()),
        Err(_) => w.poison(EncodeError::TooLong { limit: usize::from(u16::MAX) }),
    }
    w.finish()
}
