//! The frames of USB/IP, version 1.1.1, as a server of devices sees them: what an importing host asks, and what it is told.
//!
//! All numbers are big-endian. A frame is read from the front of whatever bytes are there; its length is known and bounded
//! before anything is kept.

use std::fmt;

use mbim_wire::usb::class_request::Setup;
use wwan::device::usb::Speed;

/// Version of the protocol (BCD).
pub const VERSION: u16 = 0x0111;
/// Bytes of a command, and of a reply, in front of its data.
pub const HEADER: usize = 48;
/// The longest transfer that is taken, in bytes.
pub const MAX_TRANSFER: usize = 1024 * 1024;

/// Bytes of the header of an operation: version, code, status.
const OPERATION: usize = 8;
/// Bytes of the name of a device.
const BUS_ID: usize = 32;

/// Numbers of Linux's errors, as replies carry them.
pub mod status {
    /// All is well.
    pub const OK: i32 = 0;
    /// The endpoint stalls.
    pub const EPIPE: i32 = -32;
    /// The device sent more than there was room for.
    pub const EOVERFLOW: i32 = -75;
    /// The transfer was taken back.
    pub const ECONNRESET: i32 = -104;
    /// The device is gone.
    pub const ESHUTDOWN: i32 = -108;
    /// There was less than the host insisted on.
    pub const EREMOTEIO: i32 = -121;
}

/// Why a device cannot be imported.
pub mod refusal {
    /// Another host has it.
    pub const BUSY: u32 = 2;
    /// There is no such device.
    pub const NO_DEVICE: u32 = 4;
}

bitflags::bitflags! {
    /// How a transfer is wanted.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct TransferFlags: u32 {
        /// Less than the length is an error.
        const SHORT_NOT_OK = 0x0001;
        /// A zero-length packet ends a transfer that would not be seen to end.
        const ZERO_PACKET = 0x0040;
        const _ = !0;
    }
}

/// Why the connection must end: the host does not speak this protocol, or not this part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireError {
    /// Another version.
    Version(u16),
    /// No operation that a server does.
    Operation(u16),
    /// No command that a device takes.
    Command(u32),
    /// Neither from nor to the host.
    Direction(u32),
    /// No such number of an endpoint can be.
    Endpoint(u32),
    /// A transfer that is longer than [`MAX_TRANSFER`].
    Length(u32),
    /// An isochronous transfer; no endpoint is.
    Isochronous(u32),
    /// More transfers are under way than a host can have.
    TooMany,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "version {version:#06x} of USB/IP instead of {VERSION:#06x}"),
            Self::Operation(code) => write!(f, "unknown operation {code:#06x}"),
            Self::Command(command) => write!(f, "unknown command {command:#010x}"),
            Self::Direction(direction) => write!(f, "a transfer in direction {direction}"),
            Self::Endpoint(endpoint) => write!(f, "a transfer on endpoint {endpoint}"),
            Self::Length(length) => write!(f, "a transfer of {length} bytes, and {MAX_TRANSFER} are allowed"),
            Self::Isochronous(packets) => write!(f, "an isochronous transfer of {packets} packets"),
            Self::TooMany => f.write_str("too many transfers at the same time"),
        }
    }
}

impl std::error::Error for WireError {}

/// Numbers one after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*head)
    }

    fn number(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_be_bytes)
    }

    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }
}

/// What a host without a device asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// OP_REQ_DEVLIST: which devices are there?
    List,
    /// OP_REQ_IMPORT: I want this one.
    Import {
        /// Its name, zeroes behind it.
        bus_id: [u8; BUS_ID],
    },
}

impl Operation {
    const LIST: u16 = 0x8005;
    const IMPORT: u16 = 0x8003;
    /// Set in requests, not in replies.
    const REQUEST: u16 = 0x8000;

    /// The first operation, and how many bytes it has; `None` as long as it is not there whole.
    ///
    /// # Errors
    ///
    /// [`WireError::Version`], [`WireError::Operation`].
    pub fn parse(input: &[u8]) -> Result<Option<(Self, usize)>, WireError> {
        let mut reader = Reader(input);
        let (Some(version), Some(code)) = (reader.bytes(), reader.bytes()) else { return Ok(None) };
        let (version, code) = (u16::from_be_bytes(version), u16::from_be_bytes(code));
        if version != VERSION {
            return Err(WireError::Version(version));
        }
        if code != Self::LIST && code != Self::IMPORT {
            return Err(WireError::Operation(code));
        }
        // The status says nothing in requests.
        let Some(_) = reader.number() else { return Ok(None) };
        if code == Self::LIST {
            return Ok(Some((Self::List, OPERATION)));
        }
        Ok(reader.bytes().map(|bus_id| (Self::Import { bus_id }, OPERATION.saturating_add(BUS_ID))))
    }
}

/// Number of a speed, in the protocol and in Linux.
#[must_use]
pub const fn speed_number(speed: Speed) -> u32 {
    match speed {
        Speed::Full => 2,
        Speed::High => 3,
    }
}

/// What a host is told of a device before it imports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Its name.
    pub bus_id: String,
    /// How fast it is.
    pub speed: Speed,
    /// Vendor, product and release number.
    pub id: [u16; 3],
    /// Class, subclass and protocol of the device.
    pub class: [u8; 3],
    /// The configuration that is set.
    pub configuration: u8,
    /// How many there are.
    pub configurations: u8,
    /// Class, subclass and protocol of each interface.
    pub interfaces: Vec<[u8; 3]>,
}

impl Exported {
    /// Number of the bus and of the device on it, which the name must have, too.
    pub const BUS: u16 = 1;
    /// See [`BUS`](Self::BUS).
    pub const DEVICE: u16 = 1;

    /// What commands say of which device they are for.
    #[must_use]
    pub const fn device_id() -> u32 {
        // Bus and device in one number.
        0x0001_0001
    }

    /// Whether a host means this device.
    #[must_use]
    pub fn is_called(&self, bus_id: &[u8; BUS_ID]) -> bool {
        let name = bus_id.split(|byte| *byte == 0).next().unwrap_or_default();
        name == self.bus_id.as_bytes()
    }

    fn put(&self, out: &mut Vec<u8>) {
        let mut text = |text: &str, length: usize| {
            out.extend(text.bytes().chain(std::iter::repeat(0)).take(length));
        };
        text("/sys/devices/virtual-modem", 256);
        text(&self.bus_id, BUS_ID);
        for number in [u32::from(Self::BUS), u32::from(Self::DEVICE), speed_number(self.speed)] {
            out.extend(number.to_be_bytes());
        }
        self.id.iter().for_each(|number| out.extend(number.to_be_bytes()));
        out.extend(self.class);
        let interfaces = u8::try_from(self.interfaces.len()).unwrap_or(u8::MAX);
        out.extend([self.configuration, self.configurations, interfaces]);
    }

    /// OP_REP_DEVLIST with this device, or with none.
    #[must_use]
    pub fn list(device: Option<&Self>) -> Vec<u8> {
        let mut out = operation(Operation::LIST, 0);
        out.extend(u32::from(device.is_some()).to_be_bytes());
        if let Some(device) = device {
            device.put(&mut out);
            for class in device.interfaces.iter().take(usize::from(u8::MAX)) {
                out.extend(class);
                out.push(0);
            }
        }
        out
    }

    /// OP_REP_IMPORT with this device, or with a [`refusal`].
    #[must_use]
    pub fn import(device: Result<&Self, u32>) -> Vec<u8> {
        match device {
            Ok(device) => {
                let mut out = operation(Operation::IMPORT, 0);
                device.put(&mut out);
                out
            }
            Err(status) => operation(Operation::IMPORT, status),
        }
    }
}

/// The header of a reply to an operation.
fn operation(code: u16, status: u32) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend(VERSION.to_be_bytes());
    out.extend((code & !Operation::REQUEST).to_be_bytes());
    out.extend(status.to_be_bytes());
    out
}

/// A transfer that a host wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submit<'a> {
    /// Number of the command.
    pub number: u32,
    /// Address of the endpoint, bit 7 set if it goes to the host. Of endpoint 0 the set-up packet says where.
    pub endpoint: u8,
    /// How it is wanted.
    pub flags: TransferFlags,
    /// How many bytes there are, or how many there is room for.
    pub length: usize,
    /// The set-up packet; counts on endpoint 0.
    pub setup: Setup,
    /// The bytes from the host.
    pub data: &'a [u8],
}

/// What a host with a device says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    /// USBIP_CMD_SUBMIT.
    Submit(Submit<'a>),
    /// USBIP_CMD_UNLINK: take a transfer back.
    Unlink {
        /// Number of the command.
        number: u32,
        /// Number of that which is taken back.
        victim: u32,
    },
}

impl<'a> Command<'a> {
    const SUBMIT: u32 = 1;
    const UNLINK: u32 = 2;

    /// The first command, and how many bytes it has; `None` as long as it is not there whole.
    ///
    /// # Errors
    ///
    /// [`WireError`], of everything that no host would send to such a device.
    pub fn parse(input: &'a [u8]) -> Result<Option<(Self, usize)>, WireError> {
        let mut reader = Reader(input);
        let Some(header) = reader.take(HEADER) else { return Ok(None) };
        let (header, rest) = (Reader(header), reader);
        match Self::parse_header(header, rest)? {
            Some((command, data)) => Ok(Some((command, HEADER.saturating_add(data)))),
            None => Ok(None),
        }
    }

    fn parse_header(mut header: Reader<'a>, mut rest: Reader<'a>) -> Result<Option<(Self, usize)>, WireError> {
        // There are as many as are read here.
        let mut number = || header.number().unwrap_or_default();
        let (command, sequence, _device, direction, endpoint) = (number(), number(), number(), number(), number());
        match command {
            Self::SUBMIT => {}
            Self::UNLINK => return Ok(Some((Self::Unlink { number: sequence, victim: number() }, 0))),
            _ => return Err(WireError::Command(command)),
        }
        let (flags, length, _start, packets, _interval) = (number(), number(), number(), number(), number());
        let to_host = match direction {
            0 => false,
            1 => true,
            _ => return Err(WireError::Direction(direction)),
        };
        let address = u8::try_from(endpoint).ok().filter(|endpoint| *endpoint < 16);
        let address = address.ok_or(WireError::Endpoint(endpoint))?;
        if packets != 0 && packets != u32::MAX {
            return Err(WireError::Isochronous(packets));
        }
        let bytes = usize::try_from(length).ok().filter(|length| *length <= MAX_TRANSFER);
        let length = bytes.ok_or(WireError::Length(length))?;
        let data = if to_host { 0 } else { length };
        let Some(data) = rest.take(data) else { return Ok(None) };
        let setup = Setup::parse(header.0).unwrap_or_default();
        if address == 0 && length != 0 && (setup.request_type >= 0x80) != to_host {
            return Err(WireError::Direction(direction));
        }
        let submit = Submit {
            number: sequence,
            endpoint: if to_host && address != 0 { address | 0x80 } else { address },
            flags: TransferFlags::from_bits_retain(flags),
            length,
            setup,
            data,
        };
        Ok(Some((Self::Submit(submit), data.len())))
    }
}

/// USBIP_RET_SUBMIT: how a transfer went. `data` is what goes to the host.
pub fn write_submitted(out: &mut Vec<u8>, number: u32, status: i32, count: usize, data: &[u8]) {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    for word in [3, number, 0, 0, 0] {
        out.extend(word.to_be_bytes());
    }
    out.extend(status.to_be_bytes());
    // Bytes, and what only isochronous transfers have; then there is padding.
    for word in [count, 0, 0, 0, 0, 0] {
        out.extend(word.to_be_bytes());
    }
    out.extend_from_slice(data);
}

/// USBIP_RET_UNLINK: whether a transfer could be taken back.
pub fn write_unlinked(out: &mut Vec<u8>, number: u32, status: i32) {
    for word in [4, number, 0, 0, 0] {
        out.extend(word.to_be_bytes());
    }
    out.extend(status.to_be_bytes());
    out.extend([0; 24]);
}
