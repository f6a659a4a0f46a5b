//! A function of a modem on USB, as the commands use it: found by the device's descriptors, set up, and waited for with a
//! limit.

use std::thread;

use embedded_io::{Error as _, ErrorKind};
use embedded_io_async::{Read as _, Write as _};
use wwan::channel::linux::block_on;
use wwan::channel::{Clock, LinuxClock, MessageChannel as _, SerialLine as _};
use wwan::time::{Instant, Millis};
use wwan::usb::bring_up::{self, ControlChannel, MbimConfig, MbimParameters, SerialLink};
use wwan::usb::find::{DataPipes, Function, Modem};
use wwan::usb::nusb::{DeviceInfo, NusbDevice, NusbError, NusbIn, NusbOut, Operation, list, modem};

use super::name::Name;
use super::pump::Format;
use crate::args::Protocol;
use crate::device::{DeviceError, Speaks};
use crate::error::Fail;
use crate::output::clean;

/// How long a modem may take to take a message.
const TAKE: Millis = Millis::from_secs(10);

/// Room for a block of packets from the modem, in bytes: what NTB16 can say.
const BLOCK: usize = 0x1_0000;

/// A clock that waits by sleeping: this thread has nothing else to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sleeping;

impl Clock for Sleeping {
    fn now(&self) -> Instant {
        LinuxClock::now()
    }

    async fn wait_until(&self, at: Instant) {
        thread::sleep(core::time::Duration::from_millis(at.since(LinuxClock::now()).0.into()));
    }
}

/// What is at the other end.
enum Carrier {
    /// Control messages of MBIM or QMI.
    Messages(ControlChannel<NusbDevice, Sleeping>),
    /// A serial port.
    Line(SerialLink<'static, NusbDevice>),
}

/// A function that is set up.
pub(crate) struct UsbDoor(Carrier);

impl core::fmt::Debug for UsbDoor {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("UsbDoor").finish_non_exhaustive()
    }
}

/// How the packets of a function lie in its transfers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Packets {
    /// As MBIM has it.
    Mbim(MbimParameters),
    /// As the modem says through QMI.
    Qmi {
        /// What it knows the pipe by.
        interface: u8,
        /// Bytes of a packet of the pipe to it.
        packet_size: u16,
    },
}

/// The data pipes of a function.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) input: NusbIn,
    pub(crate) output: NusbOut,
    pub(crate) packets: Packets,
}

/// A modem that was reached.
#[derive(Debug)]
pub(crate) struct Reached {
    pub(crate) door: UsbDoor,
    pub(crate) speaks: Speaks,
    pub(crate) data: Option<Data>,
}

/// Finds the device of that name, sets the function up that speaks the protocol, and opens it.
pub(crate) fn open(name: &Name, protocol: Protocol) -> Result<Reached, Fail> {
    let (info, modem) = choose(name)?;
    let named = |error: &dyn core::fmt::Display| Fail::Unreachable(format!("{name}: {error}"));
    let (function, speaks) = function_for(&modem, protocol)
        .ok_or_else(|| named(&"the device has no function that speaks the protocol; `wwanctl devices` lists them"))?;
    let mut device = NusbDevice::open(&info).map_err(|error| refused(name, &error))?;
    let configuration = modem.configuration;
    let broken = |error: bring_up::BringUpError<NusbError>| match &error.cause {
        bring_up::Cause::Usb(cause) => match refused(name, cause) {
            Fail::Unreachable(text) => Fail::Unreachable(format!("{text} ({})", error.step)),
            other => other,
        },
        _ => named(&error),
    };
    // All of this is bounded by the limits of control transfers; `None` cannot happen.
    let wait = Instant::FAR;
    let late = || Fail::Timeout(format!("{name}: the device does not answer"));
    match function {
        Function::Mbim(function) => {
            let config = MbimConfig::new(BLOCK);
            let up = bring_up::mbim(&mut device, configuration, &function, &config, Sleeping);
            let link = block_on(up, wait).ok_or_else(late)?.map_err(broken)?;
            let packets = Packets::Mbim(link.parameters);
            let data = Data { input: link.input, output: link.output, packets };
            Ok(Reached { door: UsbDoor(Carrier::Messages(link.control)), speaks, data: Some(data) })
        }
        Function::Qmi(function) => {
            let up = bring_up::qmi(&mut device, configuration, &function, None, Sleeping);
            let link = block_on(up, wait).ok_or_else(late)?.map_err(broken)?;
            let packets = Packets::Qmi { interface: function.control, packet_size: link.packet_size };
            let data = Data { input: link.input, output: link.output, packets };
            Ok(Reached { door: UsbDoor(Carrier::Messages(link.control)), speaks, data: Some(data) })
        }
        Function::Serial(function) => {
            // There is one, and it lives as long as the program.
            let memory = vec![0; usize::from(function.data.input.max_packet_size)].leak();
            let up = bring_up::serial(&mut device, configuration, &function, memory);
            let port = block_on(up, wait).ok_or_else(late)?.map_err(broken)?;
            Ok(Reached { door: UsbDoor(Carrier::Line(port)), speaks, data: None })
        }
        _ => Err(named(&"the device has no function that this program knows")),
    }
}

/// Why usbfs refused, and what to do about it.
fn refused(name: &Name, error: &NusbError) -> Fail {
    let hint = match error {
        NusbError::System { operation: Operation::Open, kind: ErrorKind::PermissionDenied, .. } => {
            "\nhint: this needs root, or the right to write to the device's node below /dev/bus/usb"
        }
        NusbError::System { operation: Operation::Claim, kind: ErrorKind::AddrInUse, .. } => {
            "\nhint: another program has the modem on USB, such as a second wwanctl"
        }
        _ => "",
    };
    Fail::Unreachable(format!("{name}: {error}{hint}"))
}

/// All modems on USB, by what their descriptors say. Devices that cannot be looked at are none.
pub(crate) fn modems() -> Result<Vec<(DeviceInfo, Modem)>, NusbError> {
    let devices = list()?;
    Ok(devices.into_iter().filter_map(|info| modem(&info).map(|modem| (info, modem))).collect())
}

/// What the device is called on the command line, so that no other one is.
pub(crate) fn name_of(info: &DeviceInfo) -> Name {
    Name::Place { bus: info.busnum(), address: info.device_address() }
}

/// The one device that is meant.
fn choose(name: &Name) -> Result<(DeviceInfo, Modem), Fail> {
    let unreachable = |text: &str| Fail::Unreachable(format!("{}: {text}", clean(&name.to_string())));
    let found = modems().map_err(|error| {
        unreachable(&format!("{error}\nhint: this machine shows no USB; in a container it has to be handed in"))
    })?;
    let mut fits: Vec<(DeviceInfo, Modem)> = found.into_iter().filter(|(info, _)| is_meant(name, info)).collect();
    let several = fits.len() > 1;
    match fits.pop() {
        Some(one) if !several => Ok(one),
        Some(last) => {
            let all = fits.iter().chain([&last]).map(|(info, _)| name_of(info).to_string());
            let all: Vec<String> = all.collect();
            Err(Fail::Usage(format!("{}: there are several: {}", clean(&name.to_string()), all.join(", "))))
        }
        None if *name == Name::Only => {
            Err(unreachable("no modem found on USB\nhint: `wwanctl devices` lists the modems of this machine"))
        }
        None => Err(unreachable(
            "no such modem is plugged in, or the device is none\nhint: `wwanctl devices` lists the modems of this machine",
        )),
    }
}

fn is_meant(name: &Name, info: &DeviceInfo) -> bool {
    match name {
        Name::Only => true,
        Name::Product { vendor, product, serial } => {
            (info.vendor_id(), info.product_id()) == (*vendor, *product)
                && serial.as_deref().is_none_or(|serial| info.serial_number() == Some(serial))
        }
        Name::Place { bus, address } => (info.busnum(), info.device_address()) == (*bus, *address),
    }
}

/// The function that serves the protocol best.
fn function_for(modem: &Modem, protocol: Protocol) -> Option<(Function, Speaks)> {
    let mbim = modem.mbim().next().map(|function| Function::Mbim(*function));
    let qmi = modem.qmi().next().map(|function| Function::Qmi(*function));
    let at = modem.at().next().map(|function| Function::Serial(*function));
    let speaking = |function: Option<Function>, speaks| function.map(|function| (function, speaks));
    match protocol {
        Protocol::Mbim => speaking(mbim, Speaks::Mbim),
        Protocol::QmiInMbim => speaking(mbim, Speaks::QmiInMbim),
        Protocol::Qmi => speaking(qmi, Speaks::Qmi).or(speaking(mbim, Speaks::QmiInMbim)),
        Protocol::At => speaking(at, Speaks::At),
        Protocol::Auto => speaking(mbim, Speaks::Mbim).or(speaking(qmi, Speaks::Qmi)).or(speaking(at, Speaks::At)),
    }
}

/// What a function is, for a list: protocol, the interface that it is controlled by, and its data interface.
pub(crate) fn described(function: &Function) -> Option<(&'static str, u8, DataPipes)> {
    use wwan::usb::quirk::Role;
    match function {
        Function::Mbim(mbim) => Some(("mbim", mbim.control, mbim.data)),
        Function::Qmi(qmi) => Some((if qmi.guessed { "qmi?" } else { "qmi" }, qmi.control, qmi.data)),
        Function::Serial(serial) => {
            let role = match serial.role {
                Role::At => "at",
                Role::Diagnostics => "diagnostics",
                Role::Gnss => "gnss",
                _ => "at?",
            };
            Some((role, serial.control, serial.data))
        }
        _ => None,
    }
}

impl UsbDoor {
    pub(crate) fn send(&mut self, message: &[u8], name: &str) -> Result<(), DeviceError> {
        let until = LinuxClock::now() + TAKE;
        match &mut self.0 {
            Carrier::Messages(channel) => {
                let sent = block_on(channel.send(message), until).ok_or(DeviceError::Stuck)?;
                sent.map_err(|error| failed(name, &error))
            }
            Carrier::Line(port) => {
                let sent = block_on(port.write_all(message), until).ok_or(DeviceError::Stuck)?;
                sent.map_err(|error| failed(name, &error))
            }
        }
    }

    /// Receives; the inner error is that of one message, after which the next may be fine.
    pub(crate) fn receive(
        &mut self,
        buf: &mut [u8],
        until: Instant,
        name: &str,
    ) -> Result<Result<Option<usize>, ErrorKind>, DeviceError> {
        match &mut self.0 {
            Carrier::Messages(channel) => match block_on(channel.receive(buf), until).transpose() {
                Ok(received) => Ok(Ok(received)),
                Err(error) if error.kind() == ErrorKind::OutOfMemory => Ok(Err(ErrorKind::OutOfMemory)),
                Err(error) => Err(failed(name, &error)),
            },
            Carrier::Line(port) => match block_on(port.read(buf), until).transpose() {
                Ok(received) => Ok(Ok(received)),
                Err(error) => Err(failed(name, &error)),
            },
        }
    }

    /// What was waited for did not come in time.
    pub(crate) fn boundary(&mut self) {
        if let Carrier::Messages(channel) = &mut self.0 {
            channel.boundary();
        }
    }

    pub(crate) fn max_message(&self) -> usize {
        match &self.0 {
            Carrier::Messages(channel) => channel.max_message(),
            Carrier::Line(_) => usize::MAX,
        }
    }

    /// Takes effect with the next message.
    pub(crate) fn set_dtr(&mut self, up: bool) {
        if let Carrier::Line(port) = &mut self.0 {
            let _ = port.set_dtr(up);
        }
    }
}

fn failed<E: embedded_io::Error + core::fmt::Display>(name: &str, error: &E) -> DeviceError {
    match error.kind() {
        ErrorKind::NotConnected => DeviceError::Gone(format!("{name}: no modem, or not there any more: {error}")),
        ErrorKind::TimedOut => DeviceError::Stuck,
        _ => DeviceError::Gone(format!("{name}: {error}")),
    }
}

impl Packets {
    /// The session's packets as the pump wants them.
    pub(crate) fn format(&self, session: u8) -> Format {
        match self {
            Self::Mbim(parameters) => Format::Ntb {
                format: parameters.format,
                config: parameters.output,
                ndp_last: parameters.ndp_at_end,
                longest: usize::try_from(parameters.input.max_size).unwrap_or(BLOCK).min(BLOCK),
                session,
            },
            Self::Qmi { packet_size, .. } => Format::RawIp { packet_size: *packet_size },
        }
    }
}
