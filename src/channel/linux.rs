//! Channels over the devices that Linux offers: `/dev/cdc-wdm*`, `/dev/wwan*`, terminals (serial ports and
//! pseudo-terminals) and sockets, for MBIM and QMI.
//!
//! [`LinuxPort`] is the opened device: a byte stream with deadlines, as AT wants it. [`LinuxChannel`] cuts it into
//! messages. [`Protocol::of`] asks the kernel which protocol a device speaks. `AsyncPort` and `AsyncDevice` (feature `async-io`) are the async twins. What the kernel drivers do with
//! reads, writes and errors is taken from `cdc-wdm.c`.

extern crate alloc;

use std::fs;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use embedded_io::{Error, ErrorKind};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::fs::{FileType, FlockOperation, Mode, OFlags};
use rustix::io::Errno;
use rustix::net::{SendFlags, SocketType};
use rustix::termios::{ControlModes, OptionalActions, SpecialCodeIndex, Termios};
use rustix::time::ClockId;

use super::blocking::{ByteStream, MessageChannel};
use super::framed::{AnyFraming, Deframer, FrameCounters, MbimFraming, Outbox, QmuxFraming, Silence};
use crate::time::{Instant, Millis};

#[cfg(feature = "qmi")]
pub mod qrtr;
mod terminal;
mod wait;

pub use terminal::Terminal;
pub use wait::block_on;

/// The longest message where the device does not tell, in bytes.
pub const DEFAULT_MAX_MESSAGE: usize = 4096;

/// How long a blocking write waits for a device that takes nothing, by default.
pub const WRITE_TIMEOUT: Millis = Millis::from_secs(10);
/// The speed to go back to if the terminal does not tell its own.
const DEFAULT_SPEED: u32 = 115_200;

/// What a program was doing when the system refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Operation {
    /// Looking at the path, opening or connecting it.
    Open,
    /// Claiming the device for this program alone.
    Lock,
    /// Setting up the terminal.
    Terminal,
    /// Waiting.
    Poll,
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Asking the router of QRTR who is there.
    Lookup,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Lock => "lock",
            Self::Terminal => "terminal setup",
            Self::Poll => "poll",
            Self::Read => "read",
            Self::Write => "write",
            Self::Lookup => "lookup",
        })
    }
}

/// Why a Linux device failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LinuxError {
    /// The system refused.
    System {
        /// What was tried.
        operation: Operation,
        /// The system's error number.
        code: i32,
    },
    /// The path is no device: neither a character device that can be waited for nor a socket.
    NotADevice,
    /// The device is gone, or the other end closed the stream.
    Closed,
    /// The device took nothing for the time allowed.
    TimedOut,
    /// The device took only the beginning of a message. The rest is lost.
    Cut {
        /// Bytes taken.
        written: usize,
        /// Bytes of the message.
        length: usize,
    },
    /// A message did not fit a buffer; a received one was consumed, one to send was not sent.
    TooLong {
        /// Its length in bytes.
        needed: usize,
    },
}

impl LinuxError {
    const fn system(operation: Operation, errno: Errno) -> Self {
        Self::System { operation, code: errno.raw_os_error() }
    }

    fn from_io(operation: Operation, error: &io::Error) -> Self {
        Self::System { operation, code: error.raw_os_error().unwrap_or(0) }
    }

    /// The kind of the same error in `std`.
    #[must_use]
    pub fn io_kind(&self) -> io::ErrorKind {
        match self {
            Self::System { code, .. } if self.kind() == ErrorKind::Other => {
                io::Error::from_raw_os_error(*code).kind() // has more kinds, such as `ResourceBusy`
            }
            _ => self.kind().into(),
        }
    }
}

impl fmt::Display for LinuxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System { operation: operation @ Operation::Lock, code }
                if Errno::from_raw_os_error(*code) == Errno::WOULDBLOCK =>
            {
                write!(f, "{operation}: another program uses the device")
            }
            Self::System { operation, code } => write!(f, "{operation}: {}", io::Error::from_raw_os_error(*code)),
            Self::NotADevice => f.write_str("open: neither a character device nor a socket"),
            Self::Closed => f.write_str("the device is gone or its other end closed"),
            Self::TimedOut => f.write_str("write: the device takes nothing"),
            Self::Cut { written, length } => write!(f, "write: the device took {written} of {length} bytes"),
            Self::TooLong { needed } => write!(f, "a message of {needed} bytes does not fit"),
        }
    }
}

impl core::error::Error for LinuxError {}

impl Error for LinuxError {
    fn kind(&self) -> ErrorKind {
        match *self {
            Self::System { operation, code } => match (operation, Errno::from_raw_os_error(code)) {
                (
                    Operation::Poll | Operation::Read | Operation::Write,
                    Errno::IO
                    | Errno::NODEV
                    | Errno::NXIO
                    | Errno::PIPE
                    | Errno::CONNRESET
                    | Errno::NOTCONN
                    | Errno::SHUTDOWN,
                ) => ErrorKind::NotConnected,
                (_, Errno::NOBUFS) => ErrorKind::OutOfMemory,
                _ => io::Error::from_raw_os_error(code).kind().into(),
            },
            Self::NotADevice => ErrorKind::InvalidInput,
            Self::Closed => ErrorKind::NotConnected,
            Self::TimedOut => ErrorKind::TimedOut,
            Self::Cut { .. } => ErrorKind::WriteZero,
            Self::TooLong { .. } => ErrorKind::OutOfMemory,
        }
    }
}

impl From<LinuxError> for io::Error {
    fn from(error: LinuxError) -> Self {
        Self::new(error.io_kind(), error)
    }
}

/// The monotonic clock of Linux (`CLOCK_MONOTONIC`), in milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct LinuxClock;

impl LinuxClock {
    /// Now.
    #[must_use]
    pub fn now() -> Instant {
        let time = rustix::time::clock_gettime(ClockId::Monotonic);
        let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
        let nanoseconds = u64::try_from(time.tv_nsec).unwrap_or(0);
        Instant(seconds.saturating_mul(1000).saturating_add(nanoseconds / 1_000_000))
    }
}

/// What a [`LinuxPort`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PortKind {
    /// A device that keeps messages apart: `cdc-wdm`, a WWAN port, or a packet socket. One write is one message, and
    /// one read gives one message or the rest of one.
    Messages,
    /// A serial port or a pseudo-terminal: a byte stream.
    Terminal,
    /// A stream socket.
    Socket,
}

/// An open device, non-blocking underneath.
///
/// A terminal is in raw mode until the port is dropped; then its settings are put back.
#[derive(Debug)]
pub struct LinuxPort {
    fd: OwnedFd,
    kind: PortKind,
    is_socket: bool,
    saved: Option<Termios>,
    exclusive: bool,
    write_timeout: Millis,
}

impl LinuxPort {
    /// Opens a character device, or connects to a Unix socket, and claims it: nobody else can open it through this
    /// crate at the same time (`flock`), and nobody at all if it is a terminal (`TIOCEXCL`; root still can).
    ///
    /// # Errors
    ///
    /// [`LinuxError::NotADevice`] for anything else, such as a file or a directory, which is not opened at all;
    /// [`LinuxError::System`] if the system refuses, or if another program holds the claim ([`Operation::Lock`]).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LinuxError> {
        let path = path.as_ref();
        let open_error = |errno| LinuxError::system(Operation::Open, errno);
        let stat = rustix::fs::stat(path).map_err(open_error)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Socket => {
                let stream = UnixStream::connect(path).map_err(|e| LinuxError::from_io(Operation::Open, &e))?;
                Self::from_fd(stream.into())
            }
            FileType::CharacterDevice => {
                let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::EXCL;
                let fd = rustix::fs::open(path, flags, Mode::empty()).map_err(open_error)?;
                let lock_error = |errno| LinuxError::system(Operation::Lock, errno);
                rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive).map_err(lock_error)?;
                let mut port = Self::from_fd(fd)?;
                if port.kind == PortKind::Terminal {
                    rustix::termios::ioctl_tiocexcl(&port.fd).map_err(lock_error)?;
                    port.exclusive = true;
                }
                Ok(port)
            }
            _ => Err(LinuxError::NotADevice),
        }
    }

    /// Takes a character device or a socket that is open already, such as a TCP connection or the master side of a
    /// pseudo-terminal. It becomes non-blocking, and raw if it is a terminal; it is not locked.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn from_fd(fd: OwnedFd) -> Result<Self, LinuxError> {
        let open_error = |errno| LinuxError::system(Operation::Open, errno);
        let stat = rustix::fs::fstat(&fd).map_err(open_error)?;
        let (kind, is_socket) = match FileType::from_raw_mode(stat.st_mode) {
            FileType::Socket => match rustix::net::sockopt::socket_type(&fd).map_err(open_error)? {
                SocketType::STREAM => (PortKind::Socket, true),
                _ => (PortKind::Messages, true),
            },
            FileType::CharacterDevice if rustix::termios::isatty(&fd) => (PortKind::Terminal, false),
            FileType::CharacterDevice => (PortKind::Messages, false),
            _ => return Err(LinuxError::NotADevice),
        };
        let flags = rustix::fs::fcntl_getfl(&fd).map_err(open_error)?;
        rustix::fs::fcntl_setfl(&fd, flags | OFlags::NONBLOCK).map_err(open_error)?;
        let mut port = Self { fd, kind, is_socket, saved: None, exclusive: false, write_timeout: WRITE_TIMEOUT };
        if kind == PortKind::Terminal {
            port.saved = Some(port.change_terminal(|termios| {
                termios.make_raw();
                // A read gives what is there, and an error instead of an empty result when nothing is.
                termios.special_codes[SpecialCodeIndex::VMIN] = 1;
                termios.special_codes[SpecialCodeIndex::VTIME] = 0;
                // Modem control lines do not matter; without this a serial port without carrier reads nothing.
                termios.control_modes |= ControlModes::CLOCAL | ControlModes::CREAD;
                Ok(())
            })?);
        }
        Ok(port)
    }

    /// Changes the terminal's settings and returns the former ones.
    fn change_terminal(
        &self,
        change: impl FnOnce(&mut Termios) -> rustix::io::Result<()>,
    ) -> Result<Termios, LinuxError> {
        let set = || {
            let before = rustix::termios::tcgetattr(&self.fd)?;
            let mut termios = before.clone();
            change(&mut termios)?;
            rustix::termios::tcsetattr(&self.fd, OptionalActions::Now, &termios)?;
            Ok(before)
        };
        set().map_err(|errno| LinuxError::system(Operation::Terminal, errno))
    }

    /// Sets the speed of a serial port, in bits per second, both ways.
    ///
    /// # Errors
    ///
    /// [`Operation::Terminal`] if this is no terminal or it cannot do that speed.
    pub fn set_speed(&self, speed: u32) -> Result<(), LinuxError> {
        self.change_terminal(|termios| termios.set_speed(speed)).map(|_| ())
    }

    /// Raises or drops DTR. A port without such a line does nothing, and neither does one that was not dropped.
    ///
    /// # Errors
    ///
    /// [`Operation::Terminal`] if the device is gone.
    pub fn set_dtr(&self, up: bool) -> Result<(), LinuxError> {
        if self.kind != PortKind::Terminal {
            return Ok(());
        }
        // POSIX: output speed zero drops the modem control lines. The input speed stays, and tells what to go back to.
        let changed = self.change_terminal(|termios| match (up, termios.output_speed(), termios.input_speed()) {
            (false, ..) => termios.set_output_speed(0),
            (true, 0, 0) => termios.set_speed(DEFAULT_SPEED),
            (true, 0, speed) => termios.set_speed(speed),
            _ => Ok(()),
        });
        match changed {
            // There is no such line.
            Err(LinuxError::System { code, .. }) if code == Errno::INVAL.raw_os_error() => Ok(()),
            changed => changed.map(|_| ()),
        }
    }

    /// Keeps DTR up when the port is closed, so that the modem does not hang up; nothing on a port without that line.
    ///
    /// # Errors
    ///
    /// [`Operation::Terminal`] if the device is gone.
    pub fn keep_dtr(&mut self) -> Result<(), LinuxError> {
        if let Some(saved) = &mut self.saved {
            saved.control_modes.remove(ControlModes::HUPCL);
            self.change_terminal(|termios| {
                termios.control_modes.remove(ControlModes::HUPCL);
                Ok(())
            })?;
        }
        Ok(())
    }

    /// How long a blocking write waits for a device that takes nothing; [`WRITE_TIMEOUT`] by default.
    pub const fn set_write_timeout(&mut self, timeout: Millis) {
        self.write_timeout = timeout;
    }

    /// What this port is.
    #[must_use]
    pub const fn kind(&self) -> PortKind {
        self.kind
    }

    /// The longest control message the device takes, in bytes: `wMaxControlMessage` as the driver or the USB
    /// descriptors tell it, otherwise [`DEFAULT_MAX_MESSAGE`].
    #[must_use]
    pub fn max_message(&self) -> usize {
        if self.kind != PortKind::Messages || self.is_socket {
            return DEFAULT_MAX_MESSAGE;
        }
        self.max_command().or_else(|| self.max_described()).map_or(DEFAULT_MAX_MESSAGE, usize::from)
    }

    /// Asks the cdc-wdm driver.
    fn max_command(&self) -> Option<u16> {
        // IOCTL_WDM_MAX_COMMAND of linux/usb/cdc-wdm.h; 0x800248a0 on most architectures.
        const MAX_COMMAND: rustix::ioctl::Opcode = rustix::ioctl::opcode::read::<u16>(b'H', 0xa0);
        // SAFETY: the request is defined as _IOR('H', 0xA0, __u16): the kernel writes one u16, the type given here. A
        // driver that does not know it fails with ENOTTY; the number says that no other driver may write more.
        #[allow(unsafe_code)]
        let request = unsafe { rustix::ioctl::Getter::<MAX_COMMAND, u16>::new() };
        // SAFETY: as above; `fd` is open as long as `self` lives.
        #[allow(unsafe_code)]
        let length = unsafe { rustix::ioctl::ioctl(&self.fd, request) };
        length.ok().filter(|length| *length >= LEAST_MAX_MESSAGE)
    }

    /// Looks into the descriptors of the USB device, which sysfs shows.
    fn max_described(&self) -> Option<u16> {
        let device = rustix::fs::fstat(&self.fd).ok()?.st_rdev;
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        let node = fs::canonicalize(alloc::format!("/sys/dev/char/{major}:{minor}")).ok()?;
        max_described_above(&node)
    }

    /// Reads what is there; `None` if nothing is.
    fn try_read(&self, buf: &mut [u8]) -> Result<Option<usize>, LinuxError> {
        loop {
            match rustix::io::read(&self.fd, &mut *buf) {
                Ok(count) => return Ok(Some(count)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(None),
                Err(errno) => return Err(LinuxError::system(Operation::Read, errno)),
            }
        }
    }

    /// Writes what the device takes; `None` if it takes nothing.
    fn try_write(&self, bytes: &[u8]) -> Result<Option<usize>, LinuxError> {
        loop {
            let written = if self.is_socket {
                rustix::net::send(&self.fd, bytes, SendFlags::NOSIGNAL) // an error instead of a signal
            } else {
                rustix::io::write(&self.fd, bytes)
            };
            match written {
                Ok(count) => return Ok(Some(count)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(None),
                Err(errno) => return Err(LinuxError::system(Operation::Write, errno)),
            }
        }
    }

    /// Waits for `events` or a failure until `deadline`; empty once it has passed.
    fn wait(&self, events: PollFlags, deadline: Instant) -> Result<PollFlags, LinuxError> {
        loop {
            let left = Duration::from_millis(deadline.0.saturating_sub(LinuxClock::now().0));
            let left = Timespec::try_from(left).ok().filter(|_| deadline != Instant::FAR);
            let mut fds = [PollFd::new(&self.fd, events)];
            match rustix::event::poll(&mut fds, left.as_ref()) {
                Ok(_) => return Ok(fds.iter().fold(PollFlags::empty(), |all, fd| all | fd.revents())),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(LinuxError::system(Operation::Poll, errno)),
            }
        }
    }

    /// Repeats `attempt` until it yields something, waiting for `events` in between, or until `deadline`.
    fn until<T>(
        &self,
        events: PollFlags,
        deadline: Instant,
        mut attempt: impl FnMut() -> Result<Option<T>, LinuxError>,
    ) -> Result<Option<T>, LinuxError> {
        let mut seen = PollFlags::empty();
        loop {
            if let Some(result) = attempt()? {
                return Ok(Some(result));
            }
            match condition(seen) {
                Condition::Gone => return Err(LinuxError::Closed),
                Condition::Uneasy => std::thread::sleep(PAUSE),
                Condition::Fine => {}
            }
            if LinuxClock::now() >= deadline {
                return Ok(None);
            }
            seen = self.wait(events, deadline)?;
        }
    }
}

impl ByteStream for LinuxPort {
    type Error = LinuxError;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, LinuxError> {
        self.until(PollFlags::IN, deadline, || self.try_read(buf))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, LinuxError> {
        let deadline = LinuxClock::now() + self.write_timeout;
        self.until(PollFlags::OUT, deadline, || self.try_write(bytes))?.ok_or(LinuxError::TimedOut)
    }

    fn set_dtr(&mut self, up: bool) -> Result<(), LinuxError> {
        Self::set_dtr(self, up)
    }

    fn set_speed(&mut self, speed: u32) -> Result<(), LinuxError> {
        // Others have no speed.
        if self.kind == PortKind::Terminal { Self::set_speed(self, speed) } else { Ok(()) }
    }

    fn now(&self) -> Instant {
        LinuxClock::now()
    }
}

impl AsFd for LinuxPort {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

impl Drop for LinuxPort {
    fn drop(&mut self) {
        // Nothing can be done about failures here; a device that is gone has no settings to put back.
        if self.exclusive {
            let _ = rustix::termios::ioctl_tiocnxcl(&self.fd);
        }
        if let Some(saved) = &self.saved {
            let _ = rustix::termios::tcsetattr(&self.fd, OptionalActions::Now, saved);
        }
    }
}

/// What a device speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Protocol {
    /// MBIM: [`LinuxChannel::new`].
    Mbim,
    /// QMI in QMUX frames: [`LinuxChannel::qmux`].
    Qmi,
    /// AT commands.
    At,
}

/// What such a Unix socket is called besides: whoever serves QMI on one names it so, and other clients look for it.
const QMUX_SOCKET: &str = "qmux_socket";

impl Protocol {
    /// What the device of that path speaks, as far as Linux tells: the type of a WWAN port, the driver of a `cdc-wdm`
    /// device; failing that, the name of the node, or of a socket. `None` if nothing tells.
    ///
    /// The driver `huawei_cdc_ncm` says nothing: its devices speak AT or MBIM.
    #[must_use]
    pub fn of(path: impl AsRef<Path>) -> Option<Self> {
        let path = fs::canonicalize(path.as_ref()).ok()?;
        let stat = rustix::fs::stat(&path).ok()?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice {
            let (major, minor) = (rustix::fs::major(stat.st_rdev), rustix::fs::minor(stat.st_rdev));
            let node = fs::canonicalize(alloc::format!("/sys/dev/char/{major}:{minor}")).ok();
            if let Some(protocol) = node.and_then(|node| Self::of_node(&node)) {
                return Some(protocol);
            }
        }
        path.file_name()?.to_str().and_then(Self::of_name)
    }

    /// What the directory of a device in sysfs tells.
    fn of_node(node: &Path) -> Option<Self> {
        if let Ok(kind) = fs::read_to_string(node.join("type")) {
            return match kind.trim() {
                "MBIM" => Some(Self::Mbim),
                "QMI" => Some(Self::Qmi),
                "AT" => Some(Self::At),
                _ => None,
            };
        }
        // Of all directories above, the interface has the driver; the device above it is driven by `usb`.
        node.ancestors().take(SYSFS_DEPTH).find_map(|directory| {
            let driver = fs::read_link(directory.join("driver")).ok()?;
            driver.file_name()?.to_str().and_then(Self::of_driver)
        })
    }

    fn of_driver(driver: &str) -> Option<Self> {
        match driver {
            "cdc_mbim" => Some(Self::Mbim),
            "qmi_wwan" | "qmi_wwan_q" => Some(Self::Qmi),
            "option" | "qcserial" | "cdc_acm" => Some(Self::At),
            _ => None,
        }
    }

    /// `wwan0mbim0`, `wwan0qmi0` and `wwan0at0` of kernels that have no attribute; the channels `smdcntl*` and `rpmsg*`;
    /// serial lines, such as `ttyUSB0`.
    fn of_name(name: &str) -> Option<Self> {
        if name.contains(QMUX_SOCKET) || name.starts_with("smdcntl") || name.starts_with("rpmsg") {
            return Some(Self::Qmi);
        }
        // Serial lines; those whose names go on with a digit are consoles.
        if name.strip_prefix("tty").is_some_and(|line| line.starts_with(|c: char| c.is_ascii_alphabetic())) {
            return Some(Self::At);
        }
        let port = name.strip_prefix("wwan")?.trim_start_matches(|c: char| c.is_ascii_digit());
        match port.trim_end_matches(|c: char| c.is_ascii_digit()) {
            "mbim" => Some(Self::Mbim),
            "qmi" => Some(Self::Qmi),
            "at" => Some(Self::At),
            _ => None,
        }
    }
}

/// What `poll` said about a device that then had nothing to give or take.
enum Condition {
    Fine,
    /// The device is gone; what it had sent before has been read.
    Gone,
    /// The driver reports an error, but to the other of read and write (cdc-wdm does so). Polling again at once
    /// would turn in circles.
    Uneasy,
}

/// The pause after [`Condition::Uneasy`].
const PAUSE: Duration = Duration::from_millis(10);

fn condition(seen: PollFlags) -> Condition {
    if seen.intersects(PollFlags::HUP | PollFlags::NVAL) {
        Condition::Gone
    } else if seen.intersects(PollFlags::ERR) {
        Condition::Uneasy
    } else {
        Condition::Fine
    }
}

/// The least `wMaxControlMessage` that MBIM 1.0 §6.4 allows; a device that claims less is not believed.
const LEAST_MAX_MESSAGE: u16 = 64;

/// The directories above a device node in sysfs that are searched: interface, device and some classes between.
const SYSFS_DEPTH: usize = 8;

/// Finds the USB device that a sysfs node belongs to, and reads the descriptors of its interface.
fn max_described_above(node: &Path) -> Option<u16> {
    let number = |directory: &Path| {
        let text = fs::read_to_string(directory.join("bInterfaceNumber")).ok()?;
        u8::from_str_radix(text.trim(), 16).ok()
    };
    let mut interface = None;
    for directory in node.ancestors().take(SYSFS_DEPTH) {
        interface = interface.or_else(|| number(directory));
        if let Ok(descriptors) = fs::read(directory.join("descriptors")) {
            return max_control_message(&descriptors, interface);
        }
    }
    None
}

/// `wMaxControlMessage` of the MBIM functional descriptor (12 bytes, type 0x24, subtype 0x1B; MBIM 1.0 §6.4) of
/// `interface`, or of any interface if that has none. Descriptors are walked by their length byte; the walk ends at
/// the first that is impossible.
fn max_control_message(descriptors: &[u8], interface: Option<u8>) -> Option<u16> {
    let mut rest = descriptors;
    let mut current = None;
    let mut first = None;
    while let Some(&length) = rest.first() {
        let Some((descriptor, later)) = rest.split_at_checked(usize::from(length)) else {
            break;
        };
        match *descriptor {
            [_, 0x04, number, ..] => current = Some(number),
            [12, 0x24, 0x1b, _, _, low, high, _, _, _, _, _] => {
                let length = Some(u16::from_le_bytes([low, high])).filter(|length| *length >= LEAST_MAX_MESSAGE);
                if length.is_some() && current == interface {
                    return length;
                }
                first = first.or(length);
            }
            _ => {}
        }
        if length < 2 {
            break; // cannot be one, and 0 would never end
        }
        rest = later;
    }
    first
}

/// What a Linux channel met besides messages. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct LinuxCounters {
    /// What the deframer met.
    pub frames: FrameCounters,
    /// Times the driver had to throw answers away because they were not read in time (`ENOBUFS`).
    pub overflows: u32,
    /// Messages of which the device took only the beginning.
    pub cut: u32,
}

/// What the blocking and the async channel share.
#[derive(Debug)]
struct Core {
    kind: PortKind,
    max_message: usize,
    deframer: Deframer<Vec<u8>, AnyFraming>,
    outbox: Outbox<Vec<u8>>,
    silence: Silence,
    overflows: u32,
    cut: u32,
}

impl Core {
    fn new(kind: PortKind, max_message: usize, framing: AnyFraming) -> Self {
        let mut receive = max_message.max(DEFAULT_MAX_MESSAGE);
        if kind == PortKind::Messages {
            receive = receive.saturating_mul(2); // see `commit_transfer`
        }
        // A carrier with messages needs no outbox: it takes a message as a whole.
        let send = if kind == PortKind::Messages { 0 } else { max_message };
        Self {
            kind,
            max_message,
            deframer: Deframer::with_framing(vec![0; receive], framing),
            outbox: Outbox::new(vec![0; send]),
            silence: Silence::new(Silence::USUAL),
            overflows: 0,
            cut: 0,
        }
    }

    const fn counters(&self) -> LinuxCounters {
        LinuxCounters { frames: self.deframer.counters(), overflows: self.overflows, cut: self.cut }
    }

    /// A message that is complete.
    fn take(&mut self, buf: &mut [u8]) -> Option<Result<usize, LinuxError>> {
        Some(self.deframer.take(buf)?.map_err(|needed| LinuxError::TooLong { needed }))
    }

    /// A read into the deframer's space ended so.
    fn arrived(&mut self, read: Result<usize, LinuxError>) -> Result<(), LinuxError> {
        let broken = self.silence.broken();
        match read {
            Ok(0) => Err(LinuxError::Closed),
            Ok(count) => {
                if broken {
                    self.deframer.boundary();
                }
                if self.kind == PortKind::Messages {
                    self.deframer.commit_transfer(count);
                } else {
                    self.deframer.commit(count);
                }
                Ok(())
            }
            Err(error) => {
                if matches!(error, LinuxError::System { code, .. } if Errno::from_raw_os_error(code) == Errno::NOBUFS) {
                    self.overflows = self.overflows.saturating_add(1);
                }
                self.deframer.boundary(); // whatever was begun has lost its rest
                Err(error)
            }
        }
    }

    const fn check_length(&self, message: &[u8]) -> Result<(), LinuxError> {
        if message.len() > self.max_message {
            return Err(LinuxError::TooLong { needed: message.len() });
        }
        Ok(())
    }

    /// A carrier with messages took `written` bytes of `message`.
    fn check_whole(&mut self, written: usize, message: &[u8]) -> Result<(), LinuxError> {
        if written < message.len() {
            self.cut = self.cut.saturating_add(1);
            return Err(LinuxError::Cut { written, length: message.len() });
        }
        Ok(())
    }
}

/// A blocking channel over a [`LinuxPort`].
///
/// One message is one write; what is read may be several messages or a part of one, as the drivers for QMI have it.
///
/// On a terminal or a socket a message is given up when the stream is silent inside it for a second. An error of kind
/// [`NotConnected`](ErrorKind) means that the device is gone for good; any other concerns one message.
///
/// ```no_run
/// use wwan::channel::LinuxChannel;
/// use wwan::channel::blocking::MessageChannel;
/// use wwan::time::Millis;
///
/// let mut modem = LinuxChannel::open("/dev/cdc-wdm0")?;
/// modem.send(&[1, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 16, 0, 0])?; // OPEN
/// let mut answer = [0; 4096];
/// let deadline = modem.now() + Millis::from_secs(5);
/// let length = modem.receive(&mut answer, deadline)?;
/// # Ok::<(), wwan::channel::LinuxError>(())
/// ```
#[derive(Debug)]
pub struct LinuxChannel {
    port: LinuxPort,
    core: Core,
}

impl LinuxChannel {
    /// Opens a device or a Unix socket for MBIM: see [`LinuxPort::open`].
    ///
    /// # Errors
    ///
    /// As [`LinuxPort::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, LinuxError> {
        LinuxPort::open(path).map(Self::new)
    }

    /// Makes a channel for MBIM of a port, with the port's [`max_message`](LinuxPort::max_message).
    #[must_use]
    pub fn new(port: LinuxPort) -> Self {
        let max_message = port.max_message();
        Self::with_max_message(port, max_message)
    }

    /// Makes a channel for QMI (QMUX frames) of a port, with the port's [`max_message`](LinuxPort::max_message).
    #[must_use]
    pub fn qmux(port: LinuxPort) -> Self {
        let max_message = port.max_message();
        Self::with_framing(port, max_message, QmuxFraming::default())
    }

    /// Makes a channel for MBIM of a port that sends messages of up to `max_message` bytes. It receives at least that much,
    /// and never less than [`DEFAULT_MAX_MESSAGE`].
    #[must_use]
    pub fn with_max_message(port: LinuxPort, max_message: usize) -> Self {
        Self::with_framing(port, max_message, MbimFraming::default())
    }

    /// The same for messages of any protocol.
    #[must_use]
    pub fn with_framing(port: LinuxPort, max_message: usize, framing: impl Into<AnyFraming>) -> Self {
        let core = Core::new(port.kind(), max_message, framing.into());
        Self { port, core }
    }

    /// How long a stream has to be silent inside a message for that message to count as broken off; one second by
    /// default.
    pub fn set_silence(&mut self, silence: Millis) {
        self.core.silence.set_limit(silence);
    }

    /// What was met besides messages.
    #[must_use]
    pub const fn counters(&self) -> LinuxCounters {
        self.core.counters()
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> &LinuxPort {
        &self.port
    }
}

impl MessageChannel for LinuxChannel {
    type Error = LinuxError;

    fn send(&mut self, message: &[u8]) -> Result<(), LinuxError> {
        self.core.check_length(message)?;
        if self.core.kind == PortKind::Messages {
            let written = self.port.write(message)?;
            return self.core.check_whole(written, message);
        }
        let outbox = &mut self.core.outbox;
        outbox.forget_unbegun();
        while !outbox.pending().is_empty() {
            let count = self.port.write(outbox.pending())?;
            outbox.wrote(count);
        }
        outbox.load(message).ok_or(LinuxError::TooLong { needed: message.len() })?;
        while !outbox.pending().is_empty() {
            let count = self.port.write(outbox.pending())?;
            outbox.wrote(count);
        }
        Ok(())
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, LinuxError> {
        let mut before = LinuxClock::now();
        loop {
            if let Some(taken) = self.core.take(buf) {
                return taken.map(Some);
            }
            let read = self.port.read(self.core.deframer.space(), deadline);
            let now = LinuxClock::now();
            self.core.silence.waited(now.since(before));
            match read.transpose() {
                None => return Ok(None),
                Some(read) => self.core.arrived(read)?,
            }
            // Endless garbage must not outlast the deadline.
            if now >= deadline {
                return self.core.take(buf).transpose();
            }
            before = now;
        }
    }

    fn max_message(&self) -> usize {
        self.core.max_message
    }

    fn now(&self) -> Instant {
        LinuxClock::now()
    }
}

#[cfg(feature = "async-io")]
pub use asynchronous::{AsyncDevice, AsyncPort};

#[cfg(feature = "async-io")]
mod asynchronous {
    use std::path::Path;

    use async_io::{Async, Timer};
    use embedded_io_async::{ErrorType, Read, Write};
    use rustix::event::PollFlags;

    use super::super::yield_once;
    use super::super::{Clock, MessageChannel, SerialLine};
    use super::{
        AnyFraming, Condition, Core, Duration, Errno, Instant, LinuxClock, LinuxCounters, LinuxError, LinuxPort,
        MbimFraming, Millis, Operation, PAUSE, PortKind, QmuxFraming, Silence, condition, io,
    };

    impl Clock for LinuxClock {
        fn now(&self) -> Instant {
            Self::now()
        }

        async fn wait_until(&self, at: Instant) {
            if at == Instant::FAR {
                return core::future::pending().await;
            }
            loop {
                let left = at.0.saturating_sub(Self::now().0);
                if left == 0 {
                    return;
                }
                Timer::after(Duration::from_millis(left)).await;
            }
        }
    }

    /// The async twin of [`LinuxPort`] as a byte stream, on the reactor of the `async-io` crate; it needs no executor
    /// of its own and works in every one.
    ///
    /// # Cancellation
    ///
    /// `read` and `write` are cancel-safe: a dropped future has neither taken nor written a byte.
    #[derive(Debug)]
    pub struct AsyncPort {
        io: Async<LinuxPort>,
    }

    impl AsyncPort {
        /// Opens a device or a Unix socket: see [`LinuxPort::open`].
        ///
        /// # Errors
        ///
        /// As [`LinuxPort::open`].
        pub fn open(path: impl AsRef<Path>) -> Result<Self, LinuxError> {
            Self::new(LinuxPort::open(path)?)
        }

        /// Takes a port that is open already.
        ///
        /// # Errors
        ///
        /// [`LinuxError::NotADevice`] for one that cannot be waited for, such as `/dev/null`.
        pub fn new(port: LinuxPort) -> Result<Self, LinuxError> {
            match Async::new_nonblocking(port) {
                Ok(io) => Ok(Self { io }),
                // epoll's way to say so
                Err(error) if error.raw_os_error() == Some(Errno::PERM.raw_os_error()) => Err(LinuxError::NotADevice),
                Err(error) => Err(LinuxError::from_io(Operation::Open, &error)),
            }
        }

        /// The port.
        #[must_use]
        pub fn port(&self) -> &LinuxPort {
            self.io.get_ref()
        }

        /// Repeats `attempt` until it yields something, and waits in between by `ready`.
        async fn until<T>(
            &self,
            events: PollFlags,
            mut attempt: impl FnMut(&LinuxPort) -> Result<Option<T>, LinuxError>,
            mut ready: impl AsyncFnMut() -> io::Result<()>,
        ) -> Result<T, LinuxError> {
            loop {
                if let Some(result) = attempt(self.port())? {
                    return Ok(result);
                }
                let seen = self.port().wait(events, Instant(0))?;
                match condition(seen) {
                    // Between the attempt and the question something may have arrived; it goes first.
                    Condition::Gone => return attempt(self.port())?.ok_or(LinuxError::Closed),
                    Condition::Uneasy => {
                        Timer::after(PAUSE).await;
                    }
                    Condition::Fine => {
                        ready().await.map_err(|error| LinuxError::from_io(Operation::Poll, &error))?;
                    }
                }
            }
        }
    }

    impl ErrorType for AsyncPort {
        type Error = LinuxError;
    }

    impl SerialLine for AsyncPort {
        fn set_dtr(&mut self, up: bool) -> Result<(), LinuxError> {
            (&*self).set_dtr(up)
        }

        fn set_speed(&mut self, speed: u32) -> Result<(), LinuxError> {
            (&*self).set_speed(speed)
        }
    }

    impl Read for AsyncPort {
        async fn read(&mut self, buf: &mut [u8]) -> Result<usize, LinuxError> {
            (&*self).read(buf).await
        }
    }

    impl Write for AsyncPort {
        async fn write(&mut self, bytes: &[u8]) -> Result<usize, LinuxError> {
            (&*self).write(bytes).await
        }

        async fn flush(&mut self) -> Result<(), LinuxError> {
            Ok(())
        }
    }

    /// Both directions at the same time: each end of the port may be waited for through a reference of its own.
    impl ErrorType for &AsyncPort {
        type Error = LinuxError;
    }

    impl SerialLine for &AsyncPort {
        fn set_dtr(&mut self, up: bool) -> Result<(), LinuxError> {
            self.port().set_dtr(up)
        }

        fn set_speed(&mut self, speed: u32) -> Result<(), LinuxError> {
            // Others have no speed.
            if self.port().kind() == PortKind::Terminal { self.port().set_speed(speed) } else { Ok(()) }
        }
    }

    impl Read for &AsyncPort {
        async fn read(&mut self, buf: &mut [u8]) -> Result<usize, LinuxError> {
            self.until(PollFlags::IN, |port| port.try_read(buf), async || self.io.readable().await).await
        }
    }

    impl Write for &AsyncPort {
        async fn write(&mut self, bytes: &[u8]) -> Result<usize, LinuxError> {
            self.until(PollFlags::OUT, |port| port.try_write(bytes), async || self.io.writable().await).await
        }

        async fn flush(&mut self) -> Result<(), LinuxError> {
            Ok(())
        }
    }

    /// The async twin of [`LinuxChannel`](super::LinuxChannel).
    ///
    /// # Cancellation
    ///
    /// As [`MessageChannel`] asks. On a stream the rest of a message that a dropped `send` left half-written is
    /// written by the next `send`; a message of which nothing was written is forgotten.
    #[derive(Debug)]
    pub struct AsyncDevice {
        port: AsyncPort,
        core: Core,
    }

    impl AsyncDevice {
        /// Opens a device or a Unix socket for MBIM: see [`LinuxPort::open`].
        ///
        /// # Errors
        ///
        /// As [`LinuxPort::open`].
        pub fn open(path: impl AsRef<Path>) -> Result<Self, LinuxError> {
            AsyncPort::open(path).map(Self::new)
        }

        /// Makes a channel for MBIM of a port, with the port's [`max_message`](LinuxPort::max_message).
        #[must_use]
        pub fn new(port: AsyncPort) -> Self {
            let max_message = port.port().max_message();
            Self::with_max_message(port, max_message)
        }

        /// Makes a channel for QMI of a port: see [`LinuxChannel::qmux`](super::LinuxChannel::qmux).
        #[must_use]
        pub fn qmux(port: AsyncPort) -> Self {
            let max_message = port.port().max_message();
            Self::with_framing(port, max_message, QmuxFraming::default())
        }

        /// Makes a channel of a port: see [`LinuxChannel::with_max_message`](super::LinuxChannel::with_max_message).
        #[must_use]
        pub fn with_max_message(port: AsyncPort, max_message: usize) -> Self {
            Self::with_framing(port, max_message, MbimFraming::default())
        }

        /// Makes a channel of a port: see [`LinuxChannel::with_framing`](super::LinuxChannel::with_framing).
        #[must_use]
        pub fn with_framing(port: AsyncPort, max_message: usize, framing: impl Into<AnyFraming>) -> Self {
            let core = Core::new(port.port().kind(), max_message, framing.into());
            Self { port, core }
        }

        /// How long a stream has to be silent inside a message for that message to count as broken off; one second by
        /// default.
        pub fn set_silence(&mut self, silence: Millis) {
            self.core.silence.set_limit(silence);
        }

        /// What was met besides messages.
        #[must_use]
        pub const fn counters(&self) -> LinuxCounters {
            self.core.counters()
        }

        /// Writes what is pending.
        async fn drain(&mut self) -> Result<(), LinuxError> {
            while !self.core.outbox.pending().is_empty() {
                let count = self.port.write(self.core.outbox.pending()).await?;
                self.core.outbox.wrote(count);
            }
            Ok(())
        }
    }

    /// Notes how long a read waited, also when its future is dropped.
    struct Watch<'s> {
        silence: &'s mut Silence,
        since: Instant,
    }

    impl Drop for Watch<'_> {
        fn drop(&mut self) {
            self.silence.waited(LinuxClock::now().since(self.since));
        }
    }

    /// Reads without result after which `receive` lets others run: a flood of garbage must not stop the timers.
    const READS_IN_A_ROW: u32 = 16;

    impl MessageChannel for AsyncDevice {
        type Error = LinuxError;

        async fn send(&mut self, message: &[u8]) -> Result<(), LinuxError> {
            self.core.check_length(message)?;
            if self.core.kind == PortKind::Messages {
                let written = self.port.write(message).await?;
                return self.core.check_whole(written, message);
            }
            self.core.outbox.forget_unbegun();
            self.drain().await?;
            self.core.outbox.load(message).ok_or(LinuxError::TooLong { needed: message.len() })?;
            self.drain().await
        }

        async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, LinuxError> {
            let mut fruitless = 0_u32;
            loop {
                if let Some(taken) = self.core.take(buf) {
                    return taken;
                }
                if fruitless >= READS_IN_A_ROW {
                    fruitless = 0;
                    yield_once().await;
                }
                fruitless = fruitless.saturating_add(1);
                let Core { deframer, silence, .. } = &mut self.core;
                let watch = Watch { silence, since: LinuxClock::now() };
                let read = self.port.read(deframer.space()).await;
                drop(watch);
                self.core.arrived(read)?;
            }
        }

        fn max_message(&self) -> usize {
            self.core.max_message
        }
    }
}

#[cfg(test)]
mod tests;
