//! Finding the modem and opening its channel: a device node, a socket, or a virtual modem; with the tracer and the
//! recorder in between, and a time limit on everything.

extern crate alloc;

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use alloc::sync::Arc;
use core::cell::Cell;
use core::cmp::Ordering;
use core::fmt;
use core::sync::atomic::{self, AtomicBool};

use embedded_io::{Error as _, ErrorKind, ErrorType};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use wwan::channel::blocking::{ByteStream as _, MessageChannel};
use wwan::channel::linux::{Operation, PortKind, Protocol as PortProtocol};
use wwan::channel::pcapng::{LINK_TYPE, LINK_TYPE_AT, LINK_TYPE_QMUX, StdWriter};
use wwan::channel::{LinuxChannel, LinuxClock, LinuxError, LinuxPort, PcapngTap, QrtrChannel, Tracer};
use wwan::client::qmi_over_mbim::{QmiOverMbim, TunnelError};
use wwan::session::mbim::{Config, Memory, OpenError, Slot};
use wwan::time::{Instant, Millis};

use crate::args::{Options, Protocol};
use crate::error::Fail;
pub(crate) use crate::inside::Time;
use crate::inside::{self, Inside};
use crate::output::{clean, has_no_reader, note, put_in_order};
use crate::qmi::ledger::Ledger;
use crate::trace::Trace;
use crate::usb::{self, Data, Reached, UsbDoor};

/// How often waiting looks up to see whether the user has interrupted the program.
const LOOK_UP: Millis = Millis(200);

/// How long an open modem may take to show that it is open, and how long taking leave may take.
const SHORT: Millis = Millis::from_secs(2);

/// Longest frame inside MBIM, with the head of its command, in bytes.
const LONGEST: usize = 0x1_0000;

/// The time allowed to a program unless the user says otherwise.
pub(crate) const USUAL: Millis = Millis::from_secs(30);

/// The channel as commands see it.
pub(crate) type Channel = Tracer<PcapngTap<Limited, Recording>, Trace>;

/// Why the channel failed.
#[derive(Clone, Debug)]
pub(crate) enum DeviceError {
    /// The time allowed is over.
    Deadline,
    /// The user wants the program to end.
    Interrupted,
    /// The device takes no bytes.
    Stuck,
    /// The device is no modem, or none any more: what it said.
    Gone(String),
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline => f.write_str("the time is over"),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Stuck => f.write_str("the device takes nothing"),
            Self::Gone(text) => f.write_str(text),
        }
    }
}

impl core::error::Error for DeviceError {}

impl embedded_io::Error for DeviceError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Deadline | Self::Stuck => ErrorKind::TimedOut,
            Self::Interrupted => ErrorKind::Interrupted,
            Self::Gone(_) => ErrorKind::NotConnected,
        }
    }
}

/// The file that messages are recorded in, if there is to be one.
#[derive(Debug)]
pub(crate) struct Recording(Option<StdWriter<File>>);

impl ErrorType for Recording {
    type Error = io::Error;
}

impl embedded_io::Write for Recording {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_mut().map_or(Ok(bytes.len()), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), embedded_io::Write::flush)
    }
}

/// What is at the other end.
#[derive(Debug)]
enum Door {
    Linux(Box<LinuxChannel>),
    Virtual(Box<Inside>),
    /// A line without messages, for AT.
    Line(Box<LinuxPort>),
    /// Sockets to the services of a node of QRTR.
    Qrtr(Box<QrtrChannel>),
    /// A function on USB, without the kernel's drivers.
    Usb(Box<UsbDoor>),
    /// QMI inside the MBIM of another door.
    Tunnel(Box<QmiOverMbim<'static, Outer>>),
}

/// The door that a tunnel goes through, with the name of the device.
#[derive(Debug)]
struct Outer {
    door: Door,
    name: String,
    lost: u32,
}

impl MessageChannel for Outer {
    type Error = DeviceError;

    fn send(&mut self, message: &[u8]) -> Result<(), DeviceError> {
        self.door.send(message, &self.name)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, DeviceError> {
        loop {
            match self.door.receive(buf, deadline, &self.name)? {
                Ok(received) => return Ok(received),
                Err(MessageLost) => self.lost = self.lost.saturating_add(1),
            }
        }
    }

    fn max_message(&self) -> usize {
        self.door.max_message()
    }

    fn now(&self) -> Instant {
        self.door.now()
    }
}

/// A channel with a limit on the time of everything together, that can be interrupted.
#[derive(Debug)]
pub(crate) struct Limited {
    door: Door,
    name: String,
    /// When everything has to be over.
    pub(crate) until: Instant,
    interrupted: Arc<AtomicBool>,
    /// The program has nothing to do once nobody reads its output.
    pub(crate) ends_with_output: Cell<bool>,
    /// Messages that the carrier lost.
    pub(crate) lost: u32,
    /// Where the clients of a QMI modem are written down.
    pub(crate) ledger: Option<Ledger>,
    /// Whether the MBIM function around a tunnel was open before.
    taken_over: bool,
    /// The data pipes of a function on USB.
    data: Option<Data>,
}

/// An error of one message only.
#[derive(Debug)]
struct MessageLost;

impl Door {
    fn send(&mut self, message: &[u8], name: &str) -> Result<(), DeviceError> {
        match self {
            Self::Linux(door) => door.send(message).map_err(|error| linux_error(name, &error)),
            Self::Virtual(door) => door.send(message).map_err(|error| gone(name, &error)),
            Self::Line(port) => write_all(port, message).map_err(|error| linux_error(name, &error)),
            Self::Qrtr(door) => door.send(message).map_err(|error| linux_error(name, &error)),
            Self::Usb(door) => door.send(message, name),
            Self::Tunnel(door) => door.send(message).map_err(|error| tunnel_error(name, error)),
        }
    }

    fn max_message(&self) -> usize {
        match self {
            Self::Linux(door) => door.max_message(),
            Self::Virtual(door) => door.max_message(),
            Self::Line(_) => usize::MAX,
            Self::Qrtr(door) => door.max_message(),
            Self::Usb(door) => door.max_message(),
            Self::Tunnel(door) => door.max_message(),
        }
    }

    fn now(&self) -> Instant {
        match self {
            Self::Linux(door) => door.now(),
            Self::Virtual(door) => door.now(),
            Self::Line(port) => port.now(),
            Self::Qrtr(door) => door.now(),
            Self::Usb(_) => LinuxClock::now(),
            Self::Tunnel(door) => door.now(),
        }
    }

    /// What was waited for did not come in time; other carriers need not know.
    fn boundary(&mut self) {
        if let Self::Usb(door) = self {
            door.boundary();
        }
    }

    /// Receives; the inner error is that of one message, after which the next may be fine.
    fn receive(
        &mut self,
        buf: &mut [u8],
        until: Instant,
        name: &str,
    ) -> Result<Result<Option<usize>, MessageLost>, DeviceError> {
        let lost = |kind| kind == ErrorKind::OutOfMemory;
        match self {
            Self::Linux(door) => match door.receive(buf, until) {
                Err(error) if lost(error.kind()) => Ok(Err(MessageLost)),
                other => other.map(Ok).map_err(|error| linux_error(name, &error)),
            },
            Self::Qrtr(door) => match door.receive(buf, until) {
                Err(error) if lost(error.kind()) => Ok(Err(MessageLost)),
                other => other.map(Ok).map_err(|error| linux_error(name, &error)),
            },
            Self::Virtual(door) => match door.receive(buf, until) {
                Err(error) if lost(error.kind()) => Ok(Err(MessageLost)),
                other => other.map(Ok).map_err(|error| gone(name, &error)),
            },
            Self::Line(port) => match port.read(buf, until) {
                Ok(Some(0)) => Err(linux_error(name, &LinuxError::Closed)),
                other => other.map(Ok).map_err(|error| linux_error(name, &error)),
            },
            Self::Usb(door) => Ok(door.receive(buf, until, name)?.map_err(|_| MessageLost)),
            Self::Tunnel(door) => match door.receive(buf, until) {
                Err(error) if lost(error.kind()) => Ok(Err(MessageLost)),
                other => other.map(Ok).map_err(|error| tunnel_error(name, error)),
            },
        }
    }
}

fn write_all(port: &mut LinuxPort, mut bytes: &[u8]) -> Result<(), LinuxError> {
    while !bytes.is_empty() {
        let written = port.write(bytes)?;
        bytes = bytes.get(written..).unwrap_or_default();
    }
    Ok(())
}

fn tunnel_error(name: &str, error: TunnelError<DeviceError>) -> DeviceError {
    match error {
        TunnelError::Channel(error) => error,
        error => gone(name, &error),
    }
}

fn gone(name: &str, error: &dyn fmt::Display) -> DeviceError {
    DeviceError::Gone(format!("{name}: {error}"))
}

fn linux_error(name: &str, error: &LinuxError) -> DeviceError {
    match error {
        LinuxError::TimedOut => DeviceError::Stuck,
        LinuxError::Closed => DeviceError::Gone(format!("{name}: no modem, or not there any more: {error}")),
        error => gone(name, error),
    }
}

impl Limited {
    /// Whether nobody wants the program to end.
    fn check_interrupted(&self) -> Result<(), DeviceError> {
        let unread = self.ends_with_output.get() && has_no_reader();
        if self.interrupted.swap(false, atomic::Ordering::Relaxed) || unread {
            // It is told once, and leave is taken then.
            self.ends_with_output.set(false);
            return Err(DeviceError::Interrupted);
        }
        Ok(())
    }

    /// Whether the program may go on.
    pub(crate) fn check(&self) -> Result<(), DeviceError> {
        self.check_interrupted()?;
        if self.now() < self.until { Ok(()) } else { Err(DeviceError::Deadline) }
    }

    /// Raises or drops DTR. A line without it works all the same.
    pub(crate) fn set_dtr(&mut self, up: bool) {
        match &mut self.door {
            Door::Line(port) => {
                let _ = port.set_dtr(up);
            }
            Door::Usb(door) => door.set_dtr(up),
            _ => {}
        }
    }

    /// Sets the speed of the line. Most lines have none that would matter, and none that can be set.
    pub(crate) fn set_speed(&mut self, speed: u32) {
        if let Door::Line(port) = &mut self.door {
            let _ = LinuxPort::set_speed(port, speed);
        }
    }

    /// Whether the line to the modem is a terminal, whose speed has to be found.
    pub(crate) fn is_terminal(&self) -> bool {
        matches!(&self.door, Door::Line(port) if port.kind() == PortKind::Terminal)
    }

    /// Whether sessions end with this program: it has the modem's data pipe.
    pub(crate) const fn has_data_pipe(&self) -> bool {
        self.data.is_some()
    }

    /// Whether packets travel as MBIM has it.
    pub(crate) fn has_mbim_data(&self) -> bool {
        self.data.as_ref().is_some_and(|data| data.qmi_interface().is_none())
    }

    /// The modem's data pipes, once.
    pub(crate) const fn take_data(&mut self) -> Option<Data> {
        self.data.take()
    }

    /// What a tunnel does at the end: the MBIM function is closed, unless that would end data sessions or it was open
    /// before. Without a reader, nothing more is to be indicated.
    pub(crate) fn leave_tunnel(&mut self, stays_open: bool) {
        if let Door::Tunnel(tunnel) = &mut self.door {
            // Whatever happens here does not change how the command ended.
            let _ =
                if stays_open || self.taken_over { tunnel.subscribe(false, SHORT).map(drop) } else { tunnel.close() };
            self.lost = self.lost.saturating_add(tunnel.channel_mut().lost);
        }
    }
}

impl MessageChannel for Limited {
    type Error = DeviceError;

    fn send(&mut self, message: &[u8]) -> Result<(), DeviceError> {
        if let Some(ledger) = &mut self.ledger {
            ledger.sending(message);
        }
        self.door.send(message, &self.name)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, DeviceError> {
        loop {
            let now = self.now();
            // A modem that never stops talking keeps nobody beyond the time allowed.
            if now > self.until && now < deadline {
                return Err(DeviceError::Deadline);
            }
            self.check_interrupted()?;
            let until = deadline.min(self.until).min(now + LOOK_UP);
            match self.door.receive(buf, until, &self.name)? {
                Ok(Some(length)) => {
                    if let Some(ledger) = &mut self.ledger {
                        ledger.heard(buf.get(..length).unwrap_or_default());
                    }
                    return Ok(Some(length));
                }
                Ok(None) => {}
                Err(MessageLost) => self.lost = self.lost.saturating_add(1),
            }
            match self.check() {
                Err(DeviceError::Deadline) | Ok(()) if self.now() >= deadline => {
                    self.door.boundary();
                    return Ok(None);
                }
                checked => checked?,
            }
        }
    }

    fn max_message(&self) -> usize {
        self.door.max_message()
    }

    fn now(&self) -> Instant {
        self.door.now()
    }
}

/// The signals that end the program in good order. That of a terminal that is closed is one of them unless whoever started
/// the program has it ignored (`nohup`), which a handler would undo.
pub(crate) fn ending_signals() -> impl Iterator<Item = i32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    let counts = ignored.is_some_and(|mask| mask & 1 == 0);
    [SIGINT, SIGTERM].into_iter().chain(counts.then_some(SIGHUP))
}

/// An opened channel, and what it is called.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) channel: Channel,
    pub(crate) name: String,
    /// The device, if a proxy at the other end is to open it.
    pub(crate) wanted: Option<String>,
    pub(crate) speaks: Speaks,
    /// What ends a command line of AT.
    pub(crate) line_end: &'static [u8],
}

/// What a modem speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaks {
    Mbim,
    Qmi,
    QmiInMbim,
    At,
}

impl Speaks {
    /// What the options say, or else what Linux knows of the device.
    pub(crate) fn at(protocol: Protocol, path: &Path) -> Result<Self, Fail> {
        if path.to_str().is_some_and(is_qrtr) {
            return match protocol {
                Protocol::Auto | Protocol::Qmi => Ok(Self::Qmi),
                _ => Err(Fail::Usage("a node of QRTR speaks QMI, and nothing else".to_owned())),
            };
        }
        match (protocol, PortProtocol::of(path)) {
            (Protocol::Mbim, _) => Ok(Self::Mbim),
            (Protocol::QmiInMbim, _) | (Protocol::Qmi, Some(PortProtocol::Mbim)) => Ok(Self::QmiInMbim),
            (Protocol::Qmi, _) | (Protocol::Auto, Some(PortProtocol::Qmi)) => Ok(Self::Qmi),
            (Protocol::At, _) | (Protocol::Auto, Some(PortProtocol::At)) => Ok(Self::At),
            (Protocol::Auto, _) => Ok(Self::Mbim),
        }
    }

    /// The socket on which programs look for a proxy, if there are any.
    pub(crate) const fn proxy_socket(self) -> Option<&'static str> {
        match self {
            Self::Mbim => Some("mbim-proxy"),
            Self::Qmi => Some("qmi-proxy"),
            Self::QmiInMbim | Self::At => None,
        }
    }
}

/// Whether MBIM is spoken for want of anything that tells what the device speaks.
pub(crate) fn is_guess(options: &Options) -> bool {
    let named = options.device.as_deref().filter(|name| !name.contains(':'));
    options.protocol == Protocol::Auto && named.is_some_and(|name| PortProtocol::of(name).is_none())
}

/// Opens the channel that the options name. `limit` is the time for everything.
pub(crate) fn open(options: &Options, limit: Millis, time: Time) -> Result<Opened, Fail> {
    let recording = match &options.pcap {
        Some(path) => {
            let file = File::create(path)
                .map_err(|error| Fail::Output(format!("{}: {error}", clean(&path.to_string_lossy()))))?;
            Some(StdWriter(file))
        }
        None => None,
    };
    let mut data = None;
    let (door, name, speaks) = match options.device.as_deref() {
        Some(name) if usb::is_usb(name) => {
            if options.proxy.is_some() {
                return Err(Fail::Usage(
                    "--proxy: a proxy has the device of a kernel's driver, and not USB".to_owned(),
                ));
            }
            let Reached { door, speaks, data: pipes } = usb::reach(name, options.protocol)?;
            data = pipes;
            (Door::Usb(Box::new(door)), name.to_owned(), speaks)
        }
        Some(name) => match (name.strip_prefix("virtual:"), &options.proxy) {
            (Some(_), Some(_)) => {
                return Err(Fail::Usage(
                    "--proxy: a virtual modem inside this program has no other programs".to_owned(),
                ));
            }
            (Some(modem), None) => {
                let (door, speaks) = virtual_modem(modem, options.protocol, time)?;
                (door, name.to_owned(), speaks)
            }
            (None, through) => {
                let (door, speaks) = reach(Path::new(name), through.as_deref(), options.protocol, limit)?;
                (door, name.to_owned(), speaks)
            }
        },
        None => {
            let path = default_device(options.protocol)?;
            let (door, speaks) = reach(&path, options.proxy.as_deref(), options.protocol, limit)?;
            (door, path.to_string_lossy().into_owned(), speaks)
        }
    };
    let wanted = options.proxy.as_ref().map(|_| {
        // The proxy may have another working directory.
        fs::canonicalize(&name)
            .ok()
            .and_then(|path| path.into_os_string().into_string().ok())
            .unwrap_or_else(|| name.clone())
    });
    let name = clean(&name);
    let (door, taken_over, speaks) = match speaks {
        Speaks::QmiInMbim => {
            let (door, taken_over) = tunnel(door, &name, options.reopen, limit)?;
            (door, taken_over, Speaks::Qmi)
        }
        speaks => (door, false, speaks),
    };
    let line_end = if is_wwan_port(Path::new(&name)) { b"\r\n".as_slice() } else { b"\r" };
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in ending_signals() {
        signal_hook::flag::register(signal, Arc::clone(&interrupted))
            .map_err(|error| Fail::Output(format!("signal handler: {error}")))?;
    }
    let mut limited = Limited {
        door,
        name: name.clone(),
        until: Instant::FAR,
        interrupted,
        ends_with_output: Cell::new(false),
        lost: 0,
        ledger: None,
        taken_over,
        data,
    };
    let now = limited.now();
    limited.until = now + limit;
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let epoch = u64::try_from(since_1970.as_millis()).unwrap_or(0).saturating_sub(now.0);
    let link_type = match speaks {
        Speaks::Qmi => LINK_TYPE_QMUX,
        Speaks::At => LINK_TYPE_AT,
        _ => LINK_TYPE,
    };
    let tap = PcapngTap::new(limited, Recording(recording), epoch).link_type(link_type);
    let trace = Trace::new(options.verbose, now);
    let channel = Tracer::new(tap, if speaks == Speaks::At { trace.of_lines() } else { trace });
    Ok(Opened { channel, name, wanted, speaks, line_end })
}

/// Opens a device, or connects to the proxy that has it.
fn reach(path: &Path, through: Option<&str>, protocol: Protocol, limit: Millis) -> Result<(Door, Speaks), Fail> {
    let speaks = Speaks::at(protocol, path)?;
    let door = match through {
        Some(socket) => {
            let usual = speaks.proxy_socket().ok_or_else(|| {
                let what = if speaks == Speaks::At { "AT has none" } else { "not with QMI inside MBIM" };
                Fail::Usage(format!("--proxy: {what}"))
            })?;
            proxy(if socket.is_empty() { usual } else { socket }, speaks)?
        }
        None => device(path, speaks, limit)?,
    };
    Ok((door, speaks))
}

fn linux(port: LinuxPort, speaks: Speaks) -> Door {
    Door::Linux(Box::new(match speaks {
        Speaks::Mbim | Speaks::QmiInMbim => LinuxChannel::new(port),
        Speaks::Qmi => LinuxChannel::qmux(port),
        Speaks::At => {
            let mut port = port;
            // What is set up shall outlive this program; if the line cannot be told so, so be it.
            let _ = port.keep_dtr();
            return Door::Line(Box::new(port));
        }
    }))
}

/// Whether that names a node of QRTR: its clients are sockets, which end with the program.
pub(crate) fn is_qrtr(name: &str) -> bool {
    name.starts_with("qrtr:")
}

/// Reaches a node of QRTR.
fn node(name: &str) -> Result<Door, Fail> {
    let unreachable = |error: LinuxError| {
        let hint = match error {
            LinuxError::NotADevice => return Fail::Usage("qrtr://NODE expected, such as qrtr://0".to_owned()),
            LinuxError::System { operation: Operation::Open, .. } => {
                "\nhint: this needs the kernel's router: `modprobe qrtr`; machines without a modem on their chip have none"
            }
            LinuxError::TimedOut => "\nhint: the name service of QRTR does not answer",
            _ => "",
        };
        Fail::Unreachable(format!("{}: {error}{hint}", clean(name)))
    };
    let channel = QrtrChannel::open_uri(name).map_err(unreachable)?;
    if channel.directory().servers().next().is_none() {
        return Err(Fail::Unreachable(format!("{}: there are no services on this node", clean(name))));
    }
    Ok(Door::Qrtr(Box::new(channel)))
}

/// Opens a device node, a socket or a node of QRTR.
fn device(path: &Path, speaks: Speaks, limit: Millis) -> Result<Door, Fail> {
    if let Some(name) = path.to_str().filter(|name| is_qrtr(name)) {
        return node(name);
    }
    let gone = |error: LinuxError| {
        let hint = match error {
            LinuxError::System { operation: Operation::Lock, .. } => "\nhint: if that is a proxy, use --proxy",
            _ => "",
        };
        Fail::Unreachable(format!("{}: {error}{hint}", clean(&path.to_string_lossy())))
    };
    let mut port = LinuxPort::open(path).map_err(gone)?;
    port.set_write_timeout(limit.min(Millis::from_secs(10)));
    Ok(linux(port, speaks))
}

/// Whether that is a port of the kernel's WWAN framework. A carriage return alone does not end a line for some of its
/// drivers.
fn is_wwan_port(path: &Path) -> bool {
    let path = fs::canonicalize(path).unwrap_or_default();
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("wwan"))
}

/// Connects to a proxy, by the name of its abstract socket.
fn proxy(socket: &str, speaks: Speaks) -> Result<Door, Fail> {
    let connect = || {
        let stream = UnixStream::connect_addr(&SocketAddr::from_abstract_name(socket)?)?;
        Ok(LinuxPort::from_fd(OwnedFd::from(stream))?)
    };
    match connect() {
        Ok(port) => Ok(linux(port, speaks)),
        Err(error) if io::Error::kind(&error) == io::ErrorKind::ConnectionRefused => Err(Fail::Unreachable(format!(
            "no proxy is serving on @{}\nhint: `wwanctl proxy` starts one; mbim-proxy and qmi-proxy are others",
            clean(socket)
        ))),
        Err(error) => Err(Fail::Unreachable(format!("@{}: {error}", clean(socket)))),
    }
}

/// Starts a virtual modem in this program: `mbim`, `qmi` or `at`, or with `:` and a scenario behind it.
fn virtual_modem(name: &str, wanted: Protocol, time: Time) -> Result<(Door, Speaks), Fail> {
    let (protocol, scenario) = name.split_once(':').unwrap_or((name, "default"));
    let speaks = match (protocol, wanted) {
        ("mbim", Protocol::Auto | Protocol::Mbim) => Speaks::Mbim,
        ("mbim", Protocol::Qmi | Protocol::QmiInMbim) => Speaks::QmiInMbim,
        ("qmi", Protocol::Auto | Protocol::Qmi) => Speaks::Qmi,
        ("at", Protocol::Auto | Protocol::At) => Speaks::At,
        ("mbim" | "qmi" | "at", _) => {
            return Err(Fail::Usage(format!("virtual:{protocol} does not speak what --protocol says")));
        }
        _ => {
            let name = clean(name);
            return Err(Fail::Usage(format!(
                "no virtual modem is called virtual:{name}; there are virtual:mbim, virtual:qmi and virtual:at"
            )));
        }
    };
    let modem = inside::start(speaks, scenario, time)?;
    Ok((Door::Virtual(Box::new(modem)), speaks))
}

/// Opens the MBIM function behind a door, or takes it over if it is open, as a way for QMI; says which.
fn tunnel(door: Door, name: &str, reopen: bool, limit: Millis) -> Result<(Door, bool), Fail> {
    let memory = |length: usize| -> &'static mut [u8] { vec![0; length].leak() };
    let longest = door.max_message();
    let mut config = Config::default();
    config.max_control_transfer = u32::try_from(longest).unwrap_or(u32::MAX);
    config.open_total = limit.min(USUAL);
    config.open_try = config.open_try.min(Millis(config.open_total.0 / 3));
    config.close = SHORT;
    config.first_transaction = first_transaction();
    let session = Memory {
        slots: vec![Slot::FREE; 16].leak(),
        command: memory(LONGEST),
        answer: memory(LONGEST),
        indication: memory(LONGEST),
    };
    let outer = Outer { door, name: name.to_owned(), lost: 0 };
    let mut tunnel = QmiOverMbim::new(outer, config, memory(longest.max(4096)), session);
    let failed = |error| match error {
        TunnelError::Open(OpenError::Timeout) => Fail::Timeout(
            "the modem does not answer OPEN; is this its MBIM port, and does nothing else use it?".to_owned(),
        ),
        error => tunnel_error(name, error).into(),
    };
    let taken_over = !reopen && tunnel.take_over(SHORT.min(limit)).map_err(failed)?;
    if !taken_over {
        tunnel.open().map_err(failed)?;
    }
    if !tunnel.has_indications() {
        note("the modem does not send indications of QMI inside MBIM");
    }
    Ok((Door::Tunnel(Box::new(tunnel)), taken_over))
}

/// The names in `/dev` that look like a modem's, in order.
fn names_of_modems() -> Vec<String> {
    let names = fs::read_dir("/dev").into_iter().flatten().flatten();
    let mut names: Vec<String> =
        names.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| is_modem(name)).collect();
    put_in_order(&mut names, |a, b| natural(a, b) == Ordering::Less);
    names
}

/// The device nodes of modems, and what the kernel says that they speak.
pub(crate) fn nodes() -> Vec<(String, Option<&'static str>)> {
    let speaks = |path: &str| match PortProtocol::of(path) {
        Some(PortProtocol::Mbim) => Some("mbim"),
        Some(PortProtocol::Qmi) => Some("qmi"),
        Some(PortProtocol::At) => Some("at"),
        _ => None,
    };
    let paths = names_of_modems().into_iter().map(|name| format!("/dev/{name}"));
    paths.map(|path| (path.clone(), speaks(&path))).collect()
}

/// The first modem of this machine that speaks what the options say.
fn default_device(protocol: Protocol) -> Result<PathBuf, Fail> {
    let names = names_of_modems();
    let mut paths = names.iter().map(|name| Path::new("/dev").join(name));
    let found = paths.find(|path| match (protocol, PortProtocol::of(path)) {
        (Protocol::Mbim, speaks) => !matches!(speaks, Some(PortProtocol::Qmi | PortProtocol::At)),
        (Protocol::Qmi, speaks) => !matches!(speaks, Some(PortProtocol::Mbim | PortProtocol::At)),
        (Protocol::QmiInMbim, speaks) => speaks == Some(PortProtocol::Mbim),
        (Protocol::At, speaks) => speaks == Some(PortProtocol::At),
        (Protocol::Auto, speaks) => speaks != Some(PortProtocol::At),
    });
    found.ok_or_else(|| {
        let what = if names.is_empty() {
            "no modem found: there is neither /dev/cdc-wdm* nor a port /dev/wwan*; one of the serial lines may be"
        } else {
            "no modem found that speaks the protocol"
        };
        Fail::Unreachable(format!(
            "{what}\nhint: name it with --device PATH, or try `--device virtual:mbim`, `virtual:qmi` or `virtual:at`, which need no modem"
        ))
    })
}

fn is_modem(name: &str) -> bool {
    let is_port = |name: &str| ["mbim", "qmi", "at"].iter().any(|kind| name.contains(kind));
    name.starts_with("cdc-wdm") || (name.starts_with("wwan") && is_port(name))
}

/// Compares names so that numbers in them count as numbers: `cdc-wdm2` comes before `cdc-wdm10`.
fn natural(a: &str, b: &str) -> Ordering {
    let split = |text: &str| -> Vec<(String, u64, String)> {
        let mut parts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let word = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
            let (text, numbered) = rest.split_at(word);
            let end = numbered.find(|c: char| !c.is_ascii_digit()).unwrap_or(numbered.len());
            let (digits, later) = numbered.split_at(end);
            let number = if digits.is_empty() { 0 } else { digits.parse().unwrap_or(u64::MAX) };
            parts.push((text.to_owned(), number, digits.to_owned()));
            rest = later;
        }
        parts
    };
    split(a).cmp(&split(b))
}

/// A transaction id that the program that used the modem before hardly used last: two that are equal and both under way
/// would be an error.
pub(crate) fn first_transaction() -> u32 {
    let mixed = LinuxClock::now().0.wrapping_mul(2_654_435_761) ^ u64::from(std::process::id()).rotate_left(17);
    u32::try_from(mixed & 0x3fff_ffff).unwrap_or(0).max(1)
}

/// Tells of messages that were lost on the way, or could not be recorded.
pub(crate) fn report_losses(channel: &mut Channel) {
    let tap = channel.channel_mut();
    if tap.lost() > 0 {
        note(&format!("{} messages could not be recorded", tap.lost()));
    }
    let lost = tap.channel_mut().lost;
    if lost > 0 {
        note(&format!("{lost} times messages of the modem were lost before they were read"));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_in_natural_order() {
        let mut names = ["wwan0mbim0", "cdc-wdm10", "cdc-wdm2", "cdc-wdm1", "wwan10mbim0", "wwan9mbim1"];
        put_in_order(&mut names, |a, b| natural(a, b) == Ordering::Less);
        assert_eq!(names, ["cdc-wdm1", "cdc-wdm2", "cdc-wdm10", "wwan0mbim0", "wwan9mbim1", "wwan10mbim0"]);
        assert!(is_modem("wwan0mbim0") && is_modem("wwan0qmi0") && is_modem("wwan0at0"));
        assert!(!is_modem("ttyUSB0") && !is_modem("wwan0xmmrpc0"));
    }

    #[test]
    fn a_node_of_qrtr_speaks_qmi() {
        let speaks = |protocol| Speaks::at(protocol, Path::new("qrtr://0"));
        assert_eq!(speaks(Protocol::Auto).unwrap(), Speaks::Qmi);
        assert_eq!(speaks(Protocol::Qmi).unwrap(), Speaks::Qmi);
        assert!(matches!(speaks(Protocol::Mbim), Err(Fail::Usage(_))));
        assert!(matches!(speaks(Protocol::QmiInMbim), Err(Fail::Usage(_))));
        assert!(is_qrtr("qrtr:0") && !is_qrtr("./qrtr:0") && !is_qrtr("/dev/qrtr"));
        for wrong in ["qrtr:0", "qrtr://", "qrtr://x", "qrtr://4294967296"] {
            assert!(matches!(node(wrong), Err(Fail::Usage(_))), "{wrong}");
        }
    }

    #[test]
    fn transaction_ids_are_valid() {
        for _ in 0..100 {
            assert!((1..0x4000_0000).contains(&first_transaction()));
        }
    }
}
