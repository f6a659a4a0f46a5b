//! Descriptors of every kind of modem, written from its table of units (USB 2.0 §9.6, MBIM 1.0 §6, NCM 1.0 §5, CDC PSTN 1.2
//! §5.3).

use heapless::Vec;
use mbim_wire::usb::descriptor::{
    AbstractControl, AbstractControlCapabilities, CallManagement, Class, Configuration, Descriptor, Device,
    DeviceQualifier, Endpoint, Ethernet, Header, Interface, InterfaceAssociation, Mbim, MbimExtended, Ncm,
    NetworkCapabilities, Union, write_configuration,
};
use mbim_wire::{EncodeError, Writer};

use super::layout::{Role, Unit, interfaces, units};
use super::{Config, PortRole, Speed};

/// Types that GET_DESCRIPTOR asks for.
pub(super) mod kind {
    pub(in super::super) const DEVICE: u8 = 1;
    pub(in super::super) const CONFIGURATION: u8 = 2;
    pub(in super::super) const STRING: u8 = 3;
    pub(in super::super) const DEVICE_QUALIFIER: u8 = 6;
    pub(in super::super) const OTHER_SPEED_CONFIGURATION: u8 = 7;
    pub(in super::super) const BINARY_OBJECT_STORE: u8 = 15;
}

/// Number of the only configuration.
pub(super) const CONFIGURATION: u8 = 1;
/// Powers itself, and can wake its host.
const ATTRIBUTES: u8 = 0xe0;
/// 100 mA.
const MAX_POWER: u8 = 50;
/// Bytes of a packet of the control pipe.
const CONTROL_PACKET: u8 = 64;
/// Bytes of a packet of an interrupt pipe: a notification fits into one.
const NOTIFICATION_PACKET: u16 = 64;
/// English of the United States, in which all strings are.
const LANGUAGE: u16 = 0x0409;
/// A binary object store with the one capability that devices for USB 2.1 must have; link power management is not in it
/// (USB 2.0 ECN: link power management addendum §3).
const BINARY_OBJECT_STORE: [u8; 12] = [5, 15, 12, 0, 1, 7, 16, 2, 0, 0, 0, 0];

/// Indices of strings.
const MANUFACTURER: u8 = 1;
const PRODUCT: u8 = 2;
const SERIAL_NUMBER: u8 = 3;
const MAC_ADDRESS: u8 = 4;

const VENDOR: Class = Class::new(0xff, 0xff, 0xff);
const VENDOR_PORT: Class = Class::new(0xff, 0x00, 0x00);

/// Class of the device: its interfaces are associated, or each speaks for itself.
fn class(config: &Config<'_>) -> Class {
    let associated = units(config.kind).iter().any(|unit| unit.control != unit.data);
    if associated { Class::new(0xef, 2, 1) } else { Class::default() }
}

pub(super) fn device(config: &Config<'_>) -> Device {
    Device {
        usb_version: config.usb_version,
        class: class(config),
        max_packet_size: CONTROL_PACKET,
        vendor_id: config.vendor_id,
        product_id: config.product_id,
        device_version: config.device_version,
        manufacturer: MANUFACTURER,
        product: PRODUCT,
        serial_number: SERIAL_NUMBER,
        configurations: 1,
    }
}

fn qualifier(config: &Config<'_>) -> DeviceQualifier {
    DeviceQualifier {
        usb_version: config.usb_version,
        class: class(config),
        max_packet_size: CONTROL_PACKET,
        configurations: 1,
        reserved: 0,
    }
}

/// The most descriptors of a configuration.
const MOST: usize = 48;

/// Collects the descriptors of a configuration.
struct List<'c> {
    config: &'c Config<'c>,
    speed: Speed,
    list: Vec<Descriptor<'static>, MOST>,
}

impl List<'_> {
    fn add(&mut self, descriptor: impl Into<Descriptor<'static>>) {
        // The longest of the tables fits, as the tests see.
        let _ = self.list.push(descriptor.into());
    }

    fn interface(&mut self, number: u8, alternate_setting: u8, endpoints: u8, class: Class) {
        self.add(Interface { number, alternate_setting, endpoints, class, name: 0 });
    }

    fn notify(&mut self, unit: &Unit) {
        // Every 32 ms: at high speed in powers of two of 125 µs, else in ms.
        let interval = if self.speed == Speed::High { 9 } else { 32 };
        let endpoint = Endpoint { address: unit.notify, attributes: 3, max_packet_size: NOTIFICATION_PACKET, interval };
        self.add(endpoint);
    }

    fn bulk(&mut self, unit: &Unit) {
        for address in [unit.input, unit.output] {
            self.add(Endpoint { address, attributes: 2, max_packet_size: self.speed.bulk_packet(), interval: 0 });
        }
    }

    /// What the functional descriptors of a control interface begin with.
    fn functional(&mut self, unit: &Unit) {
        self.add(Header { cdc_version: 0x0120 });
        self.add(Union { control_interface: unit.control, subordinate_interface: unit.data });
    }

    fn mbim(&mut self, unit: &Unit, alternate_setting: u8) {
        self.interface(unit.control, alternate_setting, 1, Class::MBIM_CONTROL);
        self.functional(unit);
        self.add(Mbim {
            mbim_version: 0x0100,
            max_control_message: self.config.max_control_message,
            filters: 32,
            max_filter_size: 128,
            max_segment_size: self.config.max_segment_size,
            network_capabilities: self.config.capabilities,
        });
        self.add(MbimExtended {
            mbim_extended_version: 0x0100,
            max_outstanding_command_messages: self.config.max_outstanding_commands,
            mtu: self.config.mtu,
        });
        self.notify(unit);
    }

    fn ncm(&mut self, unit: &Unit) {
        self.interface(unit.control, 0, 1, Class::NCM_CONTROL);
        self.functional(unit);
        self.add(Ethernet {
            mac_address: MAC_ADDRESS,
            statistics: 0,
            max_segment_size: 1514,
            multicast_filters: 0,
            power_filters: 0,
        });
        let both = NetworkCapabilities::MAX_DATAGRAM_SIZE | NetworkCapabilities::NTB_INPUT_SIZE_8;
        self.add(Ncm { ncm_version: 0x0100, network_capabilities: self.config.capabilities & both });
        self.notify(unit);
    }

    fn associate(&mut self, unit: &Unit, class: Class) {
        self.add(InterfaceAssociation { first_interface: unit.control, count: 2, class, name: 0 });
    }

    fn unit(&mut self, unit: &Unit) {
        match unit.role {
            Role::Mbim => {
                self.associate(unit, Class::MBIM_CONTROL);
                self.mbim(unit, 0);
                self.interface(unit.data, 0, 0, Class::MBIM_DATA);
                self.interface(unit.data, 1, 2, Class::MBIM_DATA);
                self.bulk(unit);
            }
            Role::NcmMbim => {
                self.associate(unit, Class::NCM_CONTROL);
                self.ncm(unit);
                self.mbim(unit, 1);
                self.interface(unit.data, 0, 0, Class::NCM_DATA);
                for (setting, class) in [(1, Class::NCM_DATA), (2, Class::MBIM_DATA)] {
                    self.interface(unit.data, setting, 2, class);
                    self.bulk(unit);
                }
            }
            Role::Acm => {
                self.associate(unit, Class::ACM_CONTROL);
                self.interface(unit.control, 0, 1, Class::ACM_CONTROL);
                self.functional(unit);
                self.add(CallManagement { capabilities: 0, data_interface: unit.data });
                let capabilities = AbstractControlCapabilities::LINE | AbstractControlCapabilities::BREAK;
                self.add(AbstractControl { capabilities });
                self.notify(unit);
                self.interface(unit.data, 0, 2, Class::ACM_DATA);
                self.bulk(unit);
            }
            #[cfg(feature = "qmi")]
            Role::Qmi => {
                self.interface(unit.control, 0, 3, VENDOR);
                self.notify(unit);
                self.bulk(unit);
            }
            // The driver for ports takes those with this triple only if they have two endpoints, that for QMI all others.
            Role::Vendor(PortRole::Diagnostic) => {
                self.interface(unit.control, 0, 2, VENDOR);
                self.bulk(unit);
            }
            Role::Vendor(_) => {
                self.interface(unit.control, 0, 3, VENDOR_PORT);
                self.notify(unit);
                self.bulk(unit);
            }
        }
    }
}

/// Writes the only configuration as it is at that speed.
pub(super) fn configuration<'b>(
    config: &Config<'_>,
    speed: Speed,
    buffer: &'b mut [u8],
) -> Result<&'b mut [u8], EncodeError> {
    let count = interfaces(config.kind);
    let mut list = List { config, speed, list: Vec::new() };
    for number in 0..count {
        units(config.kind).iter().filter(|unit| unit.control == number).for_each(|unit| list.unit(unit));
    }
    let head = Configuration {
        total_length: 0,
        interfaces: count,
        value: CONFIGURATION,
        name: 0,
        attributes: ATTRIBUTES,
        max_power: MAX_POWER,
    };
    write_configuration(buffer, head, &list.list)
}

/// Writes the string of that index; `None` if there is none.
fn string(config: &Config<'_>, index: u8, language: u16, w: &mut Writer<'_>) -> Option<()> {
    w.bytes(&[0, kind::STRING]);
    let mut mac = [0; 12];
    let text = match index {
        0 => {
            w.bytes(&LANGUAGE.to_le_bytes());
            return Some(());
        }
        _ if language != LANGUAGE => return None,
        MANUFACTURER => config.manufacturer,
        PRODUCT => config.product,
        SERIAL_NUMBER => config.serial_number,
        MAC_ADDRESS => {
            let digits = config.mac_address.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
            mac.iter_mut().zip(digits).for_each(|(place, digit)| {
                let letter: u8 = if digit < 10 { b'0' } else { b'A'.wrapping_sub(10) };
                *place = letter.wrapping_add(digit);
            });
            core::str::from_utf8(&mac).unwrap_or_default()
        }
        _ => return None,
    };
    // A descriptor's length is one byte.
    text.encode_utf16().take(126).for_each(|unit| w.bytes(&unit.to_le_bytes()));
    Some(())
}

/// Writes the descriptor that GET_DESCRIPTOR asks for to the start of `buffer`, all of it; `None` if there is no such one.
pub(super) fn write<'b>(
    config: &Config<'_>,
    (kind, nth, language): (u8, u8, u16),
    buffer: &'b mut [u8],
) -> Option<&'b mut [u8]> {
    let other_speed = match config.speed {
        Speed::Full => Speed::High,
        Speed::High => Speed::Full,
    };
    if kind != self::kind::STRING && nth != 0 {
        return None;
    }
    match kind {
        self::kind::CONFIGURATION => return configuration(config, config.speed, buffer).ok(),
        self::kind::OTHER_SPEED_CONFIGURATION => {
            let written = configuration(config, other_speed, buffer).ok()?;
            *written.get_mut(1)? = kind;
            return Some(written);
        }
        _ => {}
    }
    let mut w = Writer::new(buffer);
    match kind {
        self::kind::DEVICE => w.bytes(&device(config).to_bytes()),
        self::kind::DEVICE_QUALIFIER => w.bytes(&qualifier(config).to_bytes()),
        self::kind::BINARY_OBJECT_STORE if config.usb_version > 0x0200 => w.bytes(&BINARY_OBJECT_STORE),
        self::kind::STRING => {
            string(config, nth, language, &mut w)?;
            let length = u8::try_from(w.len()).ok()?;
            w.patch(0, &[length]);
        }
        _ => return None,
    }
    w.finish().ok()
}
