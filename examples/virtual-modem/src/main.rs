//! The program: a virtual modem for other programs.
#![allow(clippy::std_instead_of_core, clippy::std_instead_of_alloc)] // a program for hosts

use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use signal_hook::consts::{SIGINT, SIGTERM};
use virtual_modem::doors::socket::Address;
use virtual_modem::doors::watch::{Printer, watch};
use virtual_modem::doors::{DoorError, pty, socket, urbs, usbip, vhci};
use virtual_modem::scenario::{BUILT_IN, Scenario, ScenarioError};
use virtual_modem::usb::{self, Gadget};
use virtual_modem::{InProcess, Room, Time};
use wwan::channel::LinuxClock;

/// A modem without hardware, for whoever writes or tests modem software.
///
/// Exit status: 0 done, 2 usage, 65 the scenario is wrong, 69 the door cannot be opened.
#[derive(Debug, Parser)]
#[command(name = "virtual-modem", version)]
struct Arguments {
    #[command(subcommand)]
    door: Door,
}

#[derive(Debug, Subcommand)]
enum Door {
    /// Serve on a pseudo-terminal; its path is the first line of the output
    Pty {
        #[command(flatten)]
        modem: Modem,
        /// Make a symbolic link to the pseudo-terminal, and remove it at the end
        #[arg(long, value_name = "PATH")]
        link: Option<PathBuf>,
    },
    /// Serve on a socket; `listening ADDRESS` is the first line of the output
    Socket {
        #[command(flatten)]
        modem: Modem,
        /// HOST:PORT (port 0: any that is free), unix:PATH or unix:@NAME (abstract)
        #[arg(long, value_name = "ADDRESS")]
        listen: Address,
    },
    /// Plug into a USB port of this kernel (module vhci-hcd, as root); `attached PORT` is the first line of the output
    Vhci {
        #[command(flatten)]
        device: Device,
        /// The port; otherwise the first that is free
        #[arg(long, value_name = "N")]
        port: Option<u8>,
    },
    /// Serve USB/IP, for the tool `usbip`; `listening ADDRESS` is the first line of the output
    Usbip {
        #[command(flatten)]
        device: Device,
        /// HOST:PORT (port 0: any that is free)
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3240", value_parser = socket::tcp_address)]
        listen: String,
    },
    /// List the built-in scenarios
    Scenarios {
        /// Print the file of this one instead
        name: Option<String>,
    },
}

#[derive(Debug, Args)]
struct Modem {
    /// Protocol that the modem speaks
    #[arg(long, value_enum, default_value = "mbim")]
    protocol: Protocol,
    /// What the modem is like: a built-in scenario, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "default")]
    scenario: String,
    /// Print each message on standard error; twice: its fields, too
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Record all messages for Wireshark (pcapng, link type 147, of QMI 148)
    #[arg(long, value_name = "FILE")]
    pcap: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Protocol {
    Mbim,
    Qmi,
    At,
}

#[derive(Debug, Args)]
struct Device {
    /// Functions that the modem has
    #[arg(long, value_enum, default_value = "mbim")]
    kind: Kind,
    /// Speed of the bus
    #[arg(long, value_enum, default_value = "high")]
    speed: Speed,
    /// What the modem is like: a built-in scenario, or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "default")]
    scenario: String,
    /// Print each control message on standard error; twice: its fields, and each transfer, too
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// MBIM
    Mbim,
    /// A function that is NCM until the host chooses MBIM
    NcmMbim,
    /// QMI, and vendor-specific serial ports
    Qmi,
    /// Serial ports of CDC ACM
    At,
    /// Vendor-specific serial ports
    AtVendor,
    /// MBIM, and serial ports of CDC ACM
    Composite,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Speed {
    /// 12 Mbit/s
    Full,
    /// 480 Mbit/s
    High,
}

/// Why the program ends early.
#[derive(Debug)]
enum Failure {
    Usage(String),
    Scenario(ScenarioError),
    Door(DoorError),
}

impl From<DoorError> for Failure {
    fn from(error: DoorError) -> Self {
        Self::Door(error)
    }
}

impl Failure {
    fn report(&self) -> ExitCode {
        let (message, status) = match self {
            Self::Usage(message) => (message.clone(), 2),
            Self::Scenario(error) => (error.to_string(), 65),
            Self::Door(error) => (error.to_string(), 69),
        };
        let _ = writeln!(io::stderr(), "virtual-modem: {message}");
        ExitCode::from(status)
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().door) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run(door: Door) -> Result<(), Failure> {
    match &door {
        Door::Scenarios { name } => list(name.as_deref()),
        Door::Pty { modem, .. } | Door::Socket { modem, .. } => serve(modem, &door),
        Door::Vhci { device, port } => {
            plug_in(device, |gadget, printer, stop| vhci::serve(gadget, *port, printer, stop))
        }
        Door::Usbip { device, listen } => {
            plug_in(device, |gadget, printer, stop| usbip::serve(gadget, listen, printer, stop))
        }
    }
}

fn serve(modem: &Modem, door: &Door) -> Result<(), Failure> {
    if modem.protocol == Protocol::At && modem.pcap.is_some() {
        return Err(Failure::Usage("--pcap: AT has no messages to record".into()));
    }
    let scenario = Scenario::load(&modem.scenario).map_err(Failure::Scenario)?;
    let mut room = Room::new();
    let in_process = match modem.protocol {
        Protocol::Qmi => InProcess::qmi(&scenario, Time::Real, &mut room),
        Protocol::Mbim => InProcess::mbim(&scenario, Time::Real, &mut room),
        Protocol::At => InProcess::at(&scenario, Time::Real, &mut room),
    };
    let mut watched = watch(in_process.behind_a_stream(), modem.verbose, modem.pcap.as_deref())?;
    let stop = stop_signals()?;
    let served = match door {
        Door::Pty { link, .. } => pty::serve(&mut watched, link.as_deref(), stop.as_fd()),
        Door::Socket { listen, .. } => socket::serve(&mut watched, listen, stop.as_fd()),
        Door::Vhci { .. } | Door::Usbip { .. } | Door::Scenarios { .. } => Ok(()),
    };
    if watched.lost() > 0 {
        let _ = writeln!(io::stderr(), "virtual-modem: {} messages could not be recorded", watched.lost());
    }
    Ok(served?)
}

/// The modem as a USB device, at a door.
fn plug_in(
    device: &Device,
    serve: impl FnOnce(&mut Gadget<'_>, urbs::Printer, BorrowedFd<'_>) -> Result<(), DoorError>,
) -> Result<(), Failure> {
    let scenario = Scenario::load(&device.scenario).map_err(Failure::Scenario)?;
    let mut room = Room::new();
    let kind = match device.kind {
        Kind::Mbim => usb::Kind::Mbim,
        Kind::NcmMbim => usb::Kind::NcmMbim,
        Kind::Qmi => usb::Kind::Qmi,
        Kind::At => usb::Kind::At,
        Kind::AtVendor => usb::Kind::AtVendor,
        Kind::Composite => usb::Kind::Composite,
    };
    let speed = match device.speed {
        Speed::Full => usb::Speed::Full,
        Speed::High => usb::Speed::High,
    };
    let mut gadget = Gadget::new(LinuxClock::now(), kind, speed, &scenario, &mut room);
    if device.verbose > 0 {
        let framing = gadget.framing();
        gadget.set_tap(Printer::new(framing, device.verbose));
    }
    let stop = stop_signals()?;
    serve(&mut gadget, urbs::Printer::new(device.verbose > 1), stop.as_fd())?;
    Ok(())
}

/// Can be read from once SIGINT or SIGTERM has come.
fn stop_signals() -> Result<UnixStream, DoorError> {
    signal_pipe().map_err(|error| DoorError { doing: "wait for signals".into(), error, hint: None })
}

fn signal_pipe() -> io::Result<UnixStream> {
    let (reader, writer) = UnixStream::pair()?;
    for signal in [SIGINT, SIGTERM] {
        signal_hook::low_level::pipe::register(signal, writer.try_clone()?)?;
    }
    Ok(reader)
}

/// Prints the built-in scenarios, or the file of one.
fn list(name: Option<&str>) -> Result<(), Failure> {
    let mut text = String::new();
    match name {
        None => {
            for built_in in BUILT_IN {
                let scenario = Scenario::load(built_in.name).map_err(Failure::Scenario)?;
                text.push_str(&format!("{:<20} {}\n", built_in.name, scenario.description));
            }
        }
        Some(name) => match BUILT_IN.iter().find(|built_in| built_in.name == name) {
            Some(built_in) => text.push_str(built_in.source),
            None => return Err(Failure::Usage(format!("no built-in scenario `{name}`"))),
        },
    }
    // Whoever closes the pipe early has read enough.
    let _ = io::stdout().write_all(text.as_bytes());
    Ok(())
}
