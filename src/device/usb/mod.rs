//! The modem as a USB device: what its host sees on the bus, whatever carries the bus.
//!
//! A [`UsbFunction`] answers control transfers and moves whole transfers of the other pipes. Commands, bytes of ports and
//! packets come out as [`Event`]s; answers, bytes and packets are pushed in. A *door* is what joins it with a bus: a kernel, a
//! socket, a controller, or memory. Like all of the engine this does no I/O and reads no clock.
//!
//! | kind | interfaces | endpoints | id |
//! |---|---|---|---|
//! | [`Mbim`](Kind::Mbim) | 0 MBIM control, 1 data (setting 0 without pipes, 1 with) | 81 interrupt, 82 and 02 bulk | 1209:0001 |
//! | [`NcmMbim`](Kind::NcmMbim) | 0 control (setting 0 NCM, 1 MBIM), 1 data (0 without pipes, 1 NCM, 2 MBIM) | as above | 1209:0002 |
//! | `Qmi` | 0 diagnostics, 1 NMEA, 2 and 3 AT ports, 4 QMI, all vendor-specific | 81 and 01; 83, 82 and 02; 85, 84 and 03; 87, 86 and 04; 89, 88 and 05 | 2c7c:0125 (Quectel EC25) |
//! | [`At`](Kind::At) | 0 and 1, 2 and 3: AT ports of CDC ACM | 81, 82 and 02; 83, 84 and 04 | 1209:0003 |
//! | [`AtVendor`](Kind::AtVendor) | 0 to 3 of `Qmi` | as there | 2c7c:0125 |
//! | [`Composite`](Kind::Composite) | 0 and 1 as `Mbim`; 2 and 3, 4 and 5: AT ports of CDC ACM | 81, 82 and 02; 83, 84 and 04; 85, 86 and 06 | 1209:0004 |
//!
//! In Linux, `cdc_mbim` takes MBIM functions, and NCM/MBIM ones where `prefer_mbim` of `cdc_ncm` is on, which it is not in
//! Debian; `cdc_acm` takes ports of CDC ACM; by the id of the EC25 `option` takes the vendor-specific ports and `qmi_wwan` the
//! QMI function. Settings of the NCM/MBIM function that are NCM can be
//! chosen, but no data goes through them: this modem has no Ethernet network behind NCM. Descriptors of Microsoft's operating
//! systems are not there; theirs find MBIM by its class.
//!
//! | file | holds |
//! |---|---|
//! | `layout` | the table above, as data |
//! | `descriptors` | descriptors, written from it |
//! | `control` | requests: standard ones and those to an MBIM, NCM or QMI function |
//! | `port` | serial ports and their requests |
//! | `notices` | what waits on an interrupt pipe |
//! | `down`, `up` | packets to the host and from it: NTB, QMAP, raw IP, Ethernet |
//!
//! ```
//! use wwan::device::usb::{Config, Event, Kind, Memory, UsbFunction};
//! use wwan::mbim_wire::usb::class_request::ClassRequest;
//! use wwan::mbim_wire::usb::standard_request::StandardRequest;
//! use wwan::time::Instant;
//!
//! let (mut responses, mut down, mut serial, mut packet) = ([0; 8192], [0; 8192], [0; 512], [0; 2048]);
//! let memory = Memory { responses: &mut responses, down: &mut down, serial: &mut serial, packet: &mut packet };
//! let mut modem = UsbFunction::new(Config::new(Kind::Mbim), memory);
//!
//! let mut commands = 0;
//! let mut sink = |event: Event<'_>| commands += u32::from(matches!(event, Event::Command { .. }));
//! let mut reply = [0; 4096];
//! modem.control(&StandardRequest::SetConfiguration(1).setup(), &[], &mut reply, &mut sink)?;
//! let command = [0; 16];
//! modem.control(&ClassRequest::SendEncapsulatedCommand { length: 16 }.setup(0), &command, &mut reply, &mut sink)?;
//! assert_eq!(commands, 1);
//!
//! // The answer: the host is told of it on the interrupt pipe, and fetches it.
//! modem.push_response(0, b"an answer").unwrap();
//! let told = modem.transfer_in(Instant(0), 0x81, &mut reply)?;
//! assert_eq!(told.and_then(|length| reply.get(..length)), Some(&[0xa1, 1, 0, 0, 0, 0, 0, 0][..]));
//! let fetch = ClassRequest::GetEncapsulatedResponse { length: 4096 }.setup(0);
//! let length = modem.control(&fetch, &[], &mut reply, &mut |_| {})?;
//! assert_eq!(reply.get(..length), Some(&b"an answer"[..]));
//! # Ok::<(), wwan::device::usb::Stall>(())
//! ```

use core::fmt;

use heapless::Vec;
use mbim_wire::EncodeError;
use mbim_wire::ntb::{Config as NtbConfig, Format, NtbInputSize, NtbParameters};
use mbim_wire::usb::class_request::Setup;
use mbim_wire::usb::descriptor::{Device, NetworkCapabilities};
use mbim_wire::usb::notification::{Notification, SerialState};
use mbim_wire::usb::serial::{ControlLines, LineCoding};
#[cfg(feature = "qmi")]
use qmi_wire::qmap;

#[cfg(feature = "qmi")]
use super::modem::data_path::{Aggregation, DataFormat, Limits, Link};
use crate::ring::Messages;
use crate::time::{Instant, Millis};

mod control;
mod descriptors;
mod down;
mod layout;
mod notices;
mod port;
mod up;

use down::{Down, Packing, Tag};
use layout::{Role, Unit};
use notices::Notices;
use port::Port;
use up::{Unpacking, Up};

/// The most serial ports of any kind.
pub const PORTS: usize = 4;
/// The most interfaces of any kind.
const INTERFACES: usize = 8;
/// The number of the only function that takes encapsulated commands.
const CONTROL_FUNCTION: u8 = 0;
/// In front of the halt bits of endpoints to the host are those of the other ones.
const ENDPOINT_NUMBERS: u8 = 16;
/// Bytes of the header for quality of service in front of a packet from the host.
#[cfg(feature = "qmi")]
const QOS_HEADER_LEN: usize = 6;

/// Which modem it is: see the table of the [module](self).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Kind {
    /// An MBIM function.
    Mbim,
    /// A function that is NCM until the host chooses MBIM.
    NcmMbim,
    /// A QMI function, and vendor-specific ports.
    #[cfg(feature = "qmi")]
    Qmi,
    /// AT ports of CDC ACM.
    At,
    /// Vendor-specific ports.
    AtVendor,
    /// An MBIM function, and AT ports of CDC ACM.
    Composite,
}

impl Kind {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Mbim,
        Self::NcmMbim,
        #[cfg(feature = "qmi")]
        Self::Qmi,
        Self::At,
        Self::AtVendor,
        Self::Composite,
    ];

    const fn id(self) -> (u16, u16) {
        match self {
            Self::Mbim => (0x1209, 0x0001),
            Self::NcmMbim => (0x1209, 0x0002),
            Self::At => (0x1209, 0x0003),
            Self::Composite => (0x1209, 0x0004),
            Self::AtVendor => (0x2c7c, 0x0125),
            #[cfg(feature = "qmi")]
            Self::Qmi => (0x2c7c, 0x0125),
        }
    }
}

/// Speed of the bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Speed {
    /// 12 Mbit/s: bulk packets of 64 bytes.
    Full,
    /// 480 Mbit/s: bulk packets of 512 bytes.
    #[default]
    High,
}

impl Speed {
    const fn bulk_packet(self) -> u16 {
        match self {
            Self::Full => 64,
            Self::High => 512,
        }
    }
}

/// What a serial port is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PortRole {
    /// AT commands, and data of connections.
    At,
    /// Sentences of the receiver for positions.
    Nmea,
    /// The maker's diagnostics.
    Diagnostic,
}

/// What the modem is.
#[derive(Clone, Debug)]
pub struct Config<'s> {
    /// Which functions it has.
    pub kind: Kind,
    /// Speed of the bus.
    pub speed: Speed,
    /// Version of USB, binary coded decimal: 0x0200 or 0x0210. With more than 0x0200, Linux sets DTR of QMI functions.
    pub usb_version: u16,
    /// The vendor.
    pub vendor_id: u16,
    /// The product.
    pub product_id: u16,
    /// Version of the device, binary coded decimal.
    pub device_version: u16,
    /// The maker's name; of all names, the first 126 units of UTF-16 are told.
    pub manufacturer: &'s str,
    /// The product's name.
    pub product: &'s str,
    /// The serial number.
    pub serial_number: &'s str,
    /// MAC address of the NCM function.
    pub mac_address: [u8; 6],
    /// Blocks that it takes and gives. It gives none that are longer than the memory for them.
    pub ntb: NtbParameters,
    /// Requests that the MBIM or NCM function answers beside those that all do: of these, those of
    /// [`MAX_DATAGRAM_SIZE`](NetworkCapabilities::MAX_DATAGRAM_SIZE) and
    /// [`NTB_INPUT_SIZE_8`](NetworkCapabilities::NTB_INPUT_SIZE_8).
    pub capabilities: NetworkCapabilities,
    /// The longest encapsulated command or response in bytes (wMaxControlMessage).
    pub max_control_message: u16,
    /// Commands that it takes before it has answered the first.
    pub max_outstanding_commands: u8,
    /// The longest datagram in bytes (wMaxSegmentSize).
    pub max_segment_size: u16,
    /// The longest IP packet in bytes, as the extended descriptor tells it.
    pub mtu: u16,
    /// The QMI function ignores commands and tells of no answer until the host sets DTR.
    pub needs_dtr: bool,
    /// So long packets wait for others that leave with them. 0: they leave when the host asks.
    pub linger: Millis,
}

impl Config<'_> {
    /// The usual for that kind: high speed, blocks of up to 16384 bytes, control messages of up to 4096.
    #[must_use]
    pub const fn new(kind: Kind) -> Self {
        let (vendor_id, product_id) = kind.id();
        Self {
            kind,
            speed: Speed::High,
            usb_version: 0x0200,
            vendor_id,
            product_id,
            device_version: 0x0100,
            manufacturer: "wwan",
            product: "Virtual modem",
            serial_number: "0123456789",
            mac_address: [0x02, 0x77, 0x77, 0x61, 0x6e, 0x01],
            ntb: NtbParameters::of_function(16_384),
            capabilities: NetworkCapabilities::MAX_DATAGRAM_SIZE.union(NetworkCapabilities::NTB_INPUT_SIZE_8),
            max_control_message: 4096,
            max_outstanding_commands: 64,
            max_segment_size: 2048,
            mtu: 1500,
            needs_dtr: false,
            linger: Millis(0),
        }
    }
}

/// Memory that the caller gives.
#[derive(Debug)]
pub struct Memory<'s> {
    /// Responses that the host has not fetched; each takes 4 bytes more.
    pub responses: &'s mut [u8],
    /// The block of packets to the host; without aggregation packets that wait, each with 4 bytes more.
    pub down: &'s mut [u8],
    /// Bytes to the host on the serial ports, which share this equally.
    pub serial: &'s mut [u8],
    /// A packet whose checksum the host leaves to the modem, which happens with QMAP. 2048 bytes are enough for any session;
    /// with MBIM none are needed.
    pub packet: &'s mut [u8],
}

/// What the host did.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A message, or a fragment of one, came for the function.
    Command {
        /// Which function.
        function: u8,
        /// The message.
        message: &'a [u8],
    },
    /// An IP packet came.
    Datagram {
        /// On which function.
        function: u8,
        /// SessionId of MBIM, mux id of QMAP; else 0.
        session: u8,
        /// The packet. Whether it is one is for the receiver to judge.
        packet: &'a [u8],
    },
    /// Data of a device service stream came.
    Stream {
        /// On which function.
        function: u8,
        /// The stream's number.
        stream: u8,
        /// The data.
        data: &'a [u8],
    },
    /// An Ethernet frame came: 802.3 was agreed.
    #[cfg(feature = "qmi")]
    Frame {
        /// On which function.
        function: u8,
        /// The frame with its header.
        frame: &'a [u8],
    },
    /// A command of QMAP came, such as the acknowledgement of one.
    #[cfg(feature = "qmi")]
    QmapCommand {
        /// On which function.
        function: u8,
        /// The session that it is about.
        mux_id: u8,
        /// The command.
        command: qmap::Command,
    },
    /// Bytes came on a port.
    Serial {
        /// Which port.
        port: u8,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// The host drives a port's lines anew. They are low before the first time, and after a reset.
    Line {
        /// Which port.
        port: u8,
        /// Data terminal ready.
        dtr: bool,
        /// Request to send.
        rts: bool,
    },
    /// The host sets how characters are sent. Nothing follows from it on USB.
    LineCoding {
        /// Which port.
        port: u8,
        /// What it sets.
        coding: LineCoding,
    },
    /// The host sends a break.
    Break {
        /// Which port.
        port: u8,
        /// For so many milliseconds; 0 ends one, 0xffff lasts until then.
        millis: u16,
    },
    /// Packets can go both ways, or not any more.
    Data {
        /// On which function.
        function: u8,
        /// They can.
        open: bool,
    },
    /// The host chose the configuration, or none. All functions begin anew.
    Configured(bool),
    /// RESET_FUNCTION: the function begins anew as if it had just been configured; a session of MBIM is over.
    FunctionReset {
        /// Which function.
        function: u8,
    },
    /// The bus was reset: there is no configuration.
    BusReset,
}

/// Takes events as they happen.
pub type Sink<'a> = &'a mut dyn FnMut(Event<'_>);

/// The answer of an endpoint to what it cannot or must not do (STALL). Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Stall;

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("request stalled")
    }
}

impl core::error::Error for Stall {}

/// Why something was not taken for the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PushError {
    /// There is no room now. Offer it again once the host has taken something.
    Full,
    /// It is longer than what can be sent at all.
    TooLong,
    /// The host has not configured the function, or not opened its pipes.
    Inactive,
    /// The function has no such packets, or this is none.
    Format,
}

impl fmt::Display for PushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "no room until the host takes something",
            Self::TooLong => "too long to be sent",
            Self::Inactive => "the host has not opened the pipe",
            Self::Format => "nothing that this function can send",
        })
    }
}

impl core::error::Error for PushError {}

/// What was counted. Counters stop at their end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Commands handed out.
    pub commands: u32,
    /// Commands dropped because the host had not set DTR.
    pub ignored_commands: u32,
    /// Responses taken.
    pub responses: u32,
    /// Responses refused: too long, no room, or the host had not configured the function.
    pub refused_responses: u32,
    /// Responses that the host did not fetch before a reset.
    pub lost_responses: u32,
    /// Control transfers that ended in a STALL.
    pub stalled_requests: u32,
    /// Other transfers that ended in a STALL.
    pub stalled_transfers: u32,
    /// Packets.
    pub data: DataCounters,
}

/// What was counted of packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct DataCounters {
    /// Transfers that the host took.
    pub down_transfers: u32,
    /// Packets taken for it.
    pub down_packets: u32,
    /// Bytes of them.
    pub down_bytes: u64,
    /// Packets refused for good: too long, of a wrong kind, or the host had not opened the pipe.
    pub down_refused: u32,
    /// Blocks that were begun and lost, because the host reset or changed something.
    pub down_lost: u32,
    /// Transfers from the host, empty ones not counted.
    pub up_transfers: u32,
    /// Packets handed out.
    pub up_packets: u32,
    /// Bytes of them.
    pub up_bytes: u64,
    /// Transfers and packets refused.
    pub up_refused: u32,
    /// Blocks whose number was not the one after the last.
    pub up_sequence_gaps: u32,
    /// Blocks that were read although they break a rule of the parameters.
    pub up_against_rules: u32,
}

impl DataCounters {
    fn up(&mut self, packet: &[u8]) {
        count(&mut self.up_packets);
        self.up_bytes = self.up_bytes.saturating_add(u64::try_from(packet.len()).unwrap_or(u64::MAX));
    }
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

/// Answers a request with as many of the bytes as the host wants and has room for.
fn answer(setup: &Setup, reply: &mut [u8], bytes: &[u8]) -> Result<usize, Stall> {
    let count = bytes.len().min(setup.length.into()).min(reply.len());
    reply.iter_mut().zip(bytes).take(count).for_each(|(place, byte)| *place = *byte);
    Ok(count)
}

/// A function that takes encapsulated commands, as [`UsbFunction::functions`] lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct FunctionInfo {
    /// Its number in events and calls.
    pub function: u8,
    /// It speaks QMI; else MBIM.
    pub qmi: bool,
    /// Its control interface.
    pub interface: u8,
}

/// A serial port, as [`UsbFunction::ports`] lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct PortInfo {
    /// Its number in events and calls. AT ports come first.
    pub port: u8,
    /// What it is for.
    pub role: PortRole,
    /// Its control interface.
    pub interface: u8,
}

/// What the bus has set.
#[derive(Clone, Debug, Default)]
struct Bus {
    address: u8,
    configuration: u8,
    remote_wakeup: bool,
    /// Alternate settings.
    settings: [u8; INTERFACES],
    /// Endpoints that are halted, one bit each.
    halted: u32,
}

/// A modem on a USB bus.
///
/// All that a transfer costs is bounded by its length and by the memory given. The pipes are those of the descriptors; doors
/// know an endpoint by its address, which has bit 7 set if it is to the host.
#[derive(Debug)]
pub struct UsbFunction<'s> {
    config: Config<'s>,
    bus: Bus,
    /// What the host may fetch.
    responses: Messages<'s>,
    /// How many of these there are.
    waiting: u16,
    notices: Notices,
    dtr: bool,
    ports: Vec<Port<'s>, PORTS>,
    format: Format,
    input_size: NtbInputSize,
    max_datagram_size: u16,
    #[cfg(feature = "qmi")]
    data_format: DataFormat,
    down: Down<'s>,
    up: Up<'s>,
    counters: Counters,
}

impl<'s> UsbFunction<'s> {
    /// A modem that was just plugged in.
    #[must_use]
    pub fn new(config: Config<'s>, memory: Memory<'s>) -> Self {
        let units = layout::units(config.kind).iter().filter(|unit| !unit.is_control());
        let share = memory.serial.len().checked_div(units.clone().count()).unwrap_or(0);
        let mut rest = memory.serial;
        let ports = super::collect(units.map(|unit| {
            let (room, behind) = core::mem::take(&mut rest).split_at_mut_checked(share).unwrap_or_default();
            rest = behind;
            Port::new(unit, room)
        }));
        let mut function = Self {
            bus: Bus::default(),
            responses: Messages::new(memory.responses),
            waiting: 0,
            notices: Notices::default(),
            dtr: false,
            ports,
            format: Format::Ntb16,
            input_size: NtbInputSize { max_size: 0, max_datagrams: None },
            max_datagram_size: 0,
            #[cfg(feature = "qmi")]
            data_format: DataFormat::default(),
            down: Down::new(memory.down),
            up: Up::new(config.ntb.output(), memory.packet),
            counters: Counters::default(),
            config,
        };
        function.default_sizes();
        function
    }

    /// What it was made with.
    #[must_use]
    pub const fn config(&self) -> &Config<'s> {
        &self.config
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The device descriptor, as the host gets it too.
    #[must_use]
    pub fn device_descriptor(&self) -> Device {
        descriptors::device(&self.config)
    }

    /// Writes the configuration with all its descriptors to the start of `buffer`, as the host gets it too. 512 bytes are
    /// enough.
    ///
    /// # Errors
    ///
    /// [`EncodeError::BufferTooSmall`].
    pub fn configuration<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b mut [u8], EncodeError> {
        descriptors::configuration(&self.config, self.config.speed, buffer)
    }

    /// Bytes of a packet of an endpoint, whatever settings are current; `None` if there is no such endpoint.
    #[must_use]
    pub fn packet_size(&self, endpoint: u8) -> Option<u16> {
        if endpoint & 0x7f == 0 {
            return Some(64);
        }
        let mut units = layout::units(self.config.kind).iter();
        units.find_map(|unit| match endpoint {
            _ if endpoint == unit.notify => Some(64),
            _ if endpoint == unit.input || endpoint == unit.output => Some(self.config.speed.bulk_packet()),
            _ => None,
        })
    }

    /// The functions that take encapsulated commands.
    pub fn functions(&self) -> impl Iterator<Item = FunctionInfo> + use<> {
        let units = layout::units(self.config.kind).iter().filter(|unit| unit.is_control());
        units.map(|unit| FunctionInfo {
            function: CONTROL_FUNCTION,
            qmi: !matches!(unit.role, Role::Mbim | Role::NcmMbim),
            interface: unit.control,
        })
    }

    /// The serial ports.
    pub fn ports(&self) -> impl Iterator<Item = PortInfo> + use<> {
        let units = layout::units(self.config.kind).iter().filter(|unit| !unit.is_control());
        units.zip(0..).map(|(unit, port)| {
            let role = if let Role::Vendor(role) = unit.role { role } else { PortRole::At };
            PortInfo { port, role, interface: unit.control }
        })
    }

    /// Whether the host has chosen the configuration.
    #[must_use]
    pub const fn is_configured(&self) -> bool {
        self.bus.configuration != 0
    }

    /// Whether packets can go both ways.
    #[must_use]
    pub const fn is_data_open(&self) -> bool {
        self.down.is_open()
    }

    /// The address that the host has given; 0 before that.
    #[must_use]
    pub const fn address(&self) -> u8 {
        self.bus.address
    }

    /// Whether the host lets the modem wake it.
    #[must_use]
    pub const fn may_wake(&self) -> bool {
        self.bus.remote_wakeup
    }

    // ---- the door's side ----

    /// One control transfer: its setup packet, the data that came with it, and room for data to the host, of which as much
    /// is used as is returned.
    ///
    /// # Errors
    ///
    /// [`Stall`]: the request is unknown, for something that is not there, or wrong here and now. Nothing has changed.
    pub fn control(&mut self, setup: &Setup, out: &[u8], reply: &mut [u8], sink: Sink<'_>) -> Result<usize, Stall> {
        let done = self.request(setup, out, reply, sink);
        if done.is_err() {
            count(&mut self.counters.stalled_requests);
        }
        done
    }

    /// One whole transfer from the host on a bulk pipe, without the empty packet that may end it. Returns whether it was taken:
    /// if not, the modem cannot follow (NAK), and the transfer is to be offered again later.
    ///
    /// # Errors
    ///
    /// [`Stall`]: there is no such endpoint in the current settings, or it is halted.
    pub fn transfer_out(&mut self, endpoint: u8, transfer: &[u8], sink: Sink<'_>) -> Result<bool, Stall> {
        let unit = self.pipe(endpoint).filter(|unit| unit.output == endpoint);
        let unit = self.or_stall(unit)?;
        if unit.is_control() {
            self.up.transfer(CONTROL_FUNCTION, transfer, &mut self.counters.data, sink);
            return Ok(true);
        }
        let ports = self.ports.iter().zip(0..);
        if let Some((port, number)) = ports.filter(|(port, _)| port.unit.output == endpoint).last() {
            if port.held {
                return Ok(false);
            }
            if !transfer.is_empty() {
                sink(Event::Serial { port: number, bytes: transfer });
            }
        }
        Ok(true)
    }

    /// The next transfer to the host on a bulk or interrupt pipe: how many bytes of `buf` it fills; `None` if there is nothing
    /// (NAK).
    ///
    /// A transfer that is longer than `buf` fills it, and the rest comes with the next calls. A count that is no multiple of
    /// the [packet size](Self::packet_size), 0 included, is the end of a transfer. Where one ends with a full packet and
    /// the host cannot know, the next call returns 0.
    ///
    /// # Errors
    ///
    /// [`Stall`]: there is no such endpoint in the current settings, or it is halted.
    pub fn transfer_in(&mut self, now: Instant, endpoint: u8, buf: &mut [u8]) -> Result<Option<usize>, Stall> {
        let unit = self.pipe(endpoint).filter(|unit| unit.output != endpoint);
        let unit = self.or_stall(unit)?;
        if buf.is_empty() {
            return Ok(None);
        }
        let packet_size = self.config.speed.bulk_packet();
        if unit.is_control() {
            return Ok(if endpoint == unit.notify {
                self.notices.transfer(unit.control, buf)
            } else {
                self.down.transfer(now, packet_size, buf, &mut self.counters.data)
            });
        }
        let mut ports = self.ports.iter_mut();
        Ok(ports.find(|port| port.unit.control == unit.control).and_then(|port| {
            if endpoint == unit.notify {
                port.notices.transfer(unit.control, buf)
            } else {
                port.transfer(packet_size, buf)
            }
        }))
    }

    /// The bus was reset, or the modem unplugged: it is as after plugging in, but for its counters, and the format of a QMI
    /// function.
    pub fn bus_reset(&mut self, sink: Sink<'_>) {
        self.configure(0, sink);
        self.bus = Bus::default();
        sink(Event::BusReset);
    }

    /// When a block that waits for more packets is to be offered to the host at the latest; `None` if none waits. Whatever
    /// is called from the modem's side can give the host something at once.
    #[must_use]
    pub fn poll_at(&self) -> Option<Instant> {
        self.down.due()
    }

    // ---- the modem's side ----

    /// Whether a response of that length would be taken now.
    #[must_use]
    pub fn has_room(&self, function: u8, length: usize) -> bool {
        self.takes_responses(function) && self.responses.fits(length) && self.waiting < u16::MAX
    }

    /// A message, or a fragment of one, for the host to fetch. The host is told of each.
    ///
    /// # Errors
    ///
    /// [`PushError::Full`], [`TooLong`](PushError::TooLong) if it exceeds what the descriptor says, and
    /// [`Inactive`](PushError::Inactive); all are counted.
    pub fn push_response(&mut self, function: u8, message: &[u8]) -> Result<(), PushError> {
        let done = match message.len() {
            _ if !self.takes_responses(function) => Err(PushError::Inactive),
            length if length > usize::from(self.config.max_control_message) => Err(PushError::TooLong),
            _ if self.waiting < u16::MAX && self.responses.push(message) => Ok(()),
            _ => Err(PushError::Full),
        };
        if done.is_ok() {
            self.waiting = self.waiting.saturating_add(1);
            count(&mut self.counters.responses);
            if self.is_listening() {
                self.notices.response();
            }
        } else {
            count(&mut self.counters.refused_responses);
        }
        done
    }

    /// Bytes for the host on a serial port; returns how many were taken, none before the host has chosen the configuration.
    pub fn push_serial(&mut self, port: u8, bytes: &[u8]) -> usize {
        let port = self.ports.get_mut(usize::from(port)).filter(|_| self.bus.configuration != 0);
        port.map_or(0, |port| port.out.push(bytes))
    }

    /// Bytes that a serial port takes now.
    #[must_use]
    pub fn serial_room(&self, port: u8) -> usize {
        let port = self.ports.get(usize::from(port)).filter(|_| self.is_configured());
        port.map_or(0, |port| port.out.room())
    }

    /// The lines of a port as the host drives them: DTR and RTS.
    #[must_use]
    pub fn lines(&self, port: u8) -> (bool, bool) {
        let lines = self.ports.get(usize::from(port)).map_or(ControlLines::empty(), Port::lines);
        (lines.contains(ControlLines::DTR), lines.contains(ControlLines::RTS))
    }

    /// Stops the host from sending on a port, or lets it send again: what it sends is not taken meanwhile.
    pub fn hold_serial(&mut self, port: u8, held: bool) {
        if let Some(port) = self.ports.get_mut(usize::from(port)) {
            port.held = held;
        }
    }

    /// An IP packet for the host: of a session of MBIM, or a mux id of QMAP; without aggregation the session is not told.
    ///
    /// # Errors
    ///
    /// [`PushError`]; those but [`Full`](PushError::Full) are counted.
    pub fn push_datagram(&mut self, now: Instant, function: u8, session: u8, packet: &[u8]) -> Result<(), PushError> {
        #[cfg(feature = "qmi")]
        if self.qmi().is_some() && self.data_format.link == Link::Ethernet {
            return self.push(now, function, None, packet);
        }
        self.push(now, function, Some(Tag::Session(session)), packet)
    }

    /// Data of a device service stream for the host.
    ///
    /// # Errors
    ///
    /// As for [`push_datagram`](Self::push_datagram).
    pub fn push_stream(&mut self, now: Instant, function: u8, stream: u8, data: &[u8]) -> Result<(), PushError> {
        self.push(now, function, Some(Tag::Stream(stream)), data)
    }

    /// An Ethernet frame for the host, if 802.3 was agreed.
    ///
    /// # Errors
    ///
    /// As for [`push_datagram`](Self::push_datagram).
    #[cfg(feature = "qmi")]
    pub fn push_frame(&mut self, now: Instant, function: u8, frame: &[u8]) -> Result<(), PushError> {
        let tag = if self.data_format.link == Link::Ethernet { Some(Tag::Frame) } else { None };
        self.push(now, function, tag, frame)
    }

    /// A command of QMAP for the host, such as one that stops a session for a while.
    ///
    /// # Errors
    ///
    /// As for [`push_datagram`](Self::push_datagram).
    #[cfg(feature = "qmi")]
    pub fn push_qmap_command(
        &mut self,
        now: Instant,
        function: u8,
        mux_id: u8,
        command: qmap::Command,
    ) -> Result<(), PushError> {
        let done = match function {
            CONTROL_FUNCTION => self.down.push_command(mux_id, command, now + self.config.linger),
            _ => Err(PushError::Inactive),
        };
        if done.is_err_and(|error| error != PushError::Full) {
            count(&mut self.counters.data.down_refused);
        }
        done
    }

    /// Tells the host of the network: [`NetworkConnection`](Notification::NetworkConnection) or
    /// [`ConnectionSpeedChange`](Notification::ConnectionSpeedChange). Only the latest of each waits.
    ///
    /// # Errors
    ///
    /// [`PushError::Inactive`], or [`PushError::Format`] for any other notification.
    pub fn notify(&mut self, function: u8, notification: Notification) -> Result<(), PushError> {
        match notification {
            _ if !self.takes_responses(function) => Err(PushError::Inactive),
            Notification::NetworkConnection { .. } | Notification::ConnectionSpeedChange { .. } => {
                self.notices.state(notification).then_some(()).ok_or(PushError::Format)
            }
            _ => Err(PushError::Format),
        }
    }

    /// Tells the host of a port's lines: carrier, ready, ring. Only the latest state waits. Ports that are vendor-specific
    /// have the same notification.
    ///
    /// # Errors
    ///
    /// [`PushError::Inactive`].
    pub fn set_serial_state(&mut self, port: u8, state: SerialState) -> Result<(), PushError> {
        let port = self.ports.get_mut(usize::from(port)).filter(|_| self.bus.configuration != 0);
        let told = port.is_some_and(|port| port.notices.state(Notification::SerialState(state)));
        told.then_some(()).ok_or(PushError::Inactive)
    }

    /// Changes how packets of a QMI function cross the bus, as was agreed by WDA. Packets that wait are lost. The format
    /// stays until it is set again.
    ///
    /// # Errors
    ///
    /// [`PushError::Format`]: there is no such function.
    #[cfg(feature = "qmi")]
    pub fn set_data_format(&mut self, function: u8, format: DataFormat) -> Result<(), PushError> {
        if function != CONTROL_FUNCTION || self.qmi().is_none() {
            return Err(PushError::Format);
        }
        if self.data_format != format {
            self.data_format = format;
            if self.down.is_open() {
                self.begin_data();
            }
        }
        Ok(())
    }

    // ---- inside ----

    /// The function that takes encapsulated commands.
    fn function(&self) -> Option<&'static Unit> {
        layout::units(self.config.kind).iter().find(|unit| unit.is_control())
    }

    #[cfg(feature = "qmi")]
    fn qmi(&self) -> Option<&'static Unit> {
        self.function().filter(|unit| unit.role == Role::Qmi)
    }

    fn setting(&self, interface: u8) -> u8 {
        self.bus.settings.get(usize::from(interface)).copied().unwrap_or(0)
    }

    /// An endpoint that there is in the current settings.
    fn endpoint(&self, address: u8) -> Result<u8, Stall> {
        self.active(address).map(|_| address).ok_or(Stall)
    }

    /// The unit with that endpoint, if the current settings have it.
    fn active(&self, address: u8) -> Option<&'static Unit> {
        if !self.is_configured() || address & 0x7f == 0 {
            return None;
        }
        let mut units = layout::units(self.config.kind).iter();
        let unit = units.find(|unit| [unit.notify, unit.input, unit.output].contains(&address))?;
        let settings = unit.last_setting(unit.data);
        let active = address == unit.notify || settings == 0 || self.setting(unit.data) != 0;
        active.then_some(unit)
    }

    /// The same if it is not halted.
    fn pipe(&self, address: u8) -> Option<&'static Unit> {
        self.active(address).filter(|_| !self.is_halted(address))
    }

    fn or_stall(&mut self, unit: Option<&'static Unit>) -> Result<&'static Unit, Stall> {
        if unit.is_none() {
            count(&mut self.counters.stalled_transfers);
        }
        unit.ok_or(Stall)
    }

    /// The bit of an endpoint.
    fn bit(address: u8) -> u32 {
        let shift = if address & 0x80 != 0 { ENDPOINT_NUMBERS } else { 0 };
        1_u32.wrapping_shl(u32::from(address & 0x0f | shift))
    }

    fn is_halted(&self, address: u8) -> bool {
        self.bus.halted & Self::bit(address) != 0
    }

    fn halt(&mut self, address: u8, halted: bool) {
        if halted {
            self.bus.halted |= Self::bit(address);
        } else {
            self.bus.halted &= !Self::bit(address);
        }
    }

    /// Whether the function minds commands, and tells of responses.
    fn is_listening(&self) -> bool {
        self.dtr || !self.config.needs_dtr || self.function().is_some_and(|unit| unit.control != unit.data)
    }

    fn takes_responses(&self, function: u8) -> bool {
        function == CONTROL_FUNCTION && self.is_configured() && self.function().is_some()
    }

    /// Tells of the responses that wait, or does not any more.
    #[cfg(feature = "qmi")]
    fn tell_of_responses(&mut self) {
        self.notices.at_most(0);
        if self.is_listening() {
            (0..self.waiting).for_each(|_| self.notices.response());
        }
    }

    /// Gives the host as much of a response as it wants. If that is not all, it is told of the rest as of another one.
    fn take_response(&mut self, length: u16, reply: &mut [u8]) -> usize {
        if !self.is_listening() {
            return 0;
        }
        let room = reply.len().min(length.into());
        let left = self.responses.left();
        let Some(taken) = reply.get_mut(..room).and_then(|room| self.responses.read(room)) else {
            return 0;
        };
        if left.is_some_and(|left| left > taken) {
            self.notices.response();
        } else {
            self.waiting = self.waiting.saturating_sub(1);
        }
        self.notices.at_most(self.waiting);
        taken
    }

    /// Drops what waits for the host on the function's control and interrupt pipes.
    fn drop_responses(&mut self) {
        self.counters.lost_responses = self.counters.lost_responses.saturating_add(self.waiting.into());
        self.responses.clear();
        self.notices = Notices::default();
        self.waiting = 0;
    }

    fn default_sizes(&mut self) {
        self.format = Format::Ntb16;
        self.input_size = NtbInputSize { max_size: self.config.ntb.in_max_size, max_datagrams: Some(0) };
        self.max_datagram_size = self.config.max_segment_size;
    }

    /// SET_CONFIGURATION: everything begins anew.
    fn configure(&mut self, value: u8, sink: Sink<'_>) {
        if self.down.is_open() {
            self.open_data(false, sink);
        }
        self.bus.configuration = value;
        self.bus.settings = [0; INTERFACES];
        self.bus.halted = 0;
        self.drop_responses();
        self.dtr = false;
        self.default_sizes();
        self.ports.iter_mut().zip(0..).for_each(|(port, number)| port.reset(number, sink));
        // A data interface without settings is there at once.
        if self.is_configured() && self.function().is_some_and(|unit| unit.control == unit.data) {
            self.open_data(true, sink);
        }
    }

    /// RESET_FUNCTION.
    fn reset_function(&mut self, sink: Sink<'_>) {
        self.drop_responses();
        self.default_sizes();
        if self.down.is_open() {
            self.begin_data();
        }
        sink(Event::FunctionReset { function: CONTROL_FUNCTION });
    }

    /// Opens the pipes for packets, or closes them.
    fn open_data(&mut self, open: bool, sink: Sink<'_>) {
        let was = self.down.is_open();
        if open {
            self.begin_data();
        } else {
            self.end_data();
        }
        if was != self.down.is_open() {
            sink(Event::Data { function: CONTROL_FUNCTION, open: !was });
        }
    }

    fn end_data(&mut self) {
        if self.down.due().is_some() {
            count(&mut self.counters.data.down_lost);
        }
        self.down.open(None);
        self.up.open(None);
    }

    fn begin_data(&mut self) {
        self.end_data();
        if let Some((packing, unpacking)) = self.packing() {
            self.down.open(Some(packing));
            self.up.open(Some(unpacking));
        }
    }

    /// The host changed what it takes.
    fn repack(&mut self) {
        if let Some((packing, _)) = self.packing().filter(|_| self.down.is_open()) {
            if self.down.repack(packing) {
                count(&mut self.counters.data.down_lost);
            }
        }
    }

    /// How packets lie in transfers now; `None` if there are none.
    fn packing(&self) -> Option<(Packing, Unpacking)> {
        match self.function()?.role {
            #[cfg(feature = "qmi")]
            Role::Qmi => Some(self.qmi_packing()),
            // Not as NCM.
            Role::NcmMbim if self.setting(self.function()?.control) == 0 => None,
            _ => {
                let rules = self.config.ntb.input().with_input_size(self.input_size);
                let packet_size = self.config.speed.bulk_packet();
                let config = NtbConfig { packet_size, ..NtbConfig::new(rules) };
                Some(match self.format {
                    Format::Ntb16 => (Packing::Ntb16(config), Unpacking::Ntb16),
                    Format::Ntb32 => (Packing::Ntb32(config), Unpacking::Ntb32),
                })
            }
        }
    }

    #[cfg(feature = "qmi")]
    fn qmi_packing(&self) -> (Packing, Unpacking) {
        let DataFormat { link, qos_header, up, down, down_limits, .. } = self.data_format;
        let version = |aggregation| match aggregation {
            Aggregation::Off => None,
            Aggregation::Qmap => Some(qmap::Version::V1),
            Aggregation::QmapV4 => Some(qmap::Version::V4),
            Aggregation::QmapV5 => Some(qmap::Version::V5),
        };
        let skip = if qos_header { QOS_HEADER_LEN } else { 0 };
        let unpacking = match (version(up), link) {
            (Some(version), _) => Unpacking::Qmap(version),
            (None, Link::RawIp) => Unpacking::RawIp(skip),
            (None, Link::Ethernet) => Unpacking::Ethernet(skip),
        };
        let packing = version(down).map_or(Packing::Packets, |version| {
            let Limits { datagrams, size } = down_limits;
            Packing::Qmap(qmap::Config {
                max_size: size,
                max_packets: u16::try_from(datagrams).unwrap_or(u16::MAX),
                padding: true,
                packet_size: self.config.speed.bulk_packet(),
                ..qmap::Config::new(version, qmap::Direction::Downlink)
            })
        });
        (packing, unpacking)
    }

    fn push(&mut self, now: Instant, function: u8, tag: Option<Tag>, packet: &[u8]) -> Result<(), PushError> {
        let has_limit = self.function().is_some_and(|unit| matches!(unit.role, Role::Mbim | Role::NcmMbim));
        let done = match tag {
            _ if function != CONTROL_FUNCTION || !self.down.is_open() => Err(PushError::Inactive),
            None => Err(PushError::Format),
            Some(Tag::Session(_)) if has_limit && packet.len() > usize::from(self.max_datagram_size) => {
                Err(PushError::TooLong)
            }
            Some(tag) => self.down.push(tag, packet, now + self.config.linger),
        };
        let data = &mut self.counters.data;
        match done {
            Ok(()) => {
                count(&mut data.down_packets);
                data.down_bytes = data.down_bytes.saturating_add(u64::try_from(packet.len()).unwrap_or(u64::MAX));
            }
            Err(PushError::Full) => {}
            Err(_) => count(&mut data.down_refused),
        }
        done
    }
}
