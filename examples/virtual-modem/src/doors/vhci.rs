//! The kernel itself: the module `vhci-hcd` of Linux takes a socket for a USB port, so that the kernel's own drivers get the
//! modem (Documentation/usb/usbip_protocol.rst; the files are those that the tool `usbip` writes to).

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::os::fd::{AsRawFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::event::{PollFd, PollFlags};
use rustix::fs::OFlags;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use wwan::channel::LinuxClock;
use wwan::time::Millis;

use super::urbs::{Connection, End, Printer};
use super::{DoorError, is_readable, wait};
use crate::usb::Gadget;
use crate::usbip::wire::{Exported, speed_number};

/// Where the kernel has the files of its virtual host controller.
const CONTROLLER: &str = "/sys/devices/platform/vhci_hcd.0";
/// What the status of a port is that nothing is plugged into.
const FREE: &str = "004";
/// How often to look whether a port has become free, and how long to wait in between: a device that was just taken off takes
/// a moment to go.
const TRIES: u32 = 100;
/// See [`TRIES`].
const PAUSE: Millis = Millis(50);

/// Plugs the modem into the kernel until `stop` can be read from, or the kernel throws it out. `attached PORT` is printed on
/// standard output each time it is plugged in. Without `port` it is the first that is free.
///
/// # Errors
///
/// [`DoorError`] if the kernel has no virtual host controller, or does not let this program use it, or has no free port.
pub fn serve(
    gadget: &mut Gadget<'_>,
    port: Option<u8>,
    printer: Printer,
    stop: BorrowedFd<'_>,
) -> Result<(), DoorError> {
    let stopping = || PollFd::from_borrowed_fd(stop, PollFlags::IN);
    while !is_readable(stop) {
        let now = LinuxClock::now();
        gadget.run(now);
        if gadget.attachment().is_none() {
            wait(&mut [stopping()], gadget.poll_at(now))?;
            continue;
        }
        let Some(port) = free_port(port, stop)? else { return Ok(()) };
        let plug = Plug::attach(port, speed_number(gadget.usb().config().speed))?;
        let mut out = io::stdout();
        writeln!(out, "attached {port}").and_then(|()| out.flush()).map_err(DoorError::io("print the port"))?;
        let socket = plug.socket.try_clone().map_err(DoorError::io("keep the socket"))?;
        let mut connection = Connection::new(socket, gadget, printer);
        loop {
            if is_readable(stop) {
                return Ok(());
            }
            let now = LinuxClock::now();
            match connection.step(now, gadget) {
                None => wait(&mut [connection.poll_fd(), stopping()], gadget.poll_at(now))?,
                Some(End::Detached) => break,
                Some(End::Closed) => return Ok(()),
                Some(End::Wrong(error)) => {
                    return Err(DoorError::io("understand the kernel")(io::Error::new(ErrorKind::InvalidData, error)));
                }
            }
        }
    }
    Ok(())
}

/// The port to use, once it is free; `None` if it is time to stop.
fn free_port(wanted: Option<u8>, stop: BorrowedFd<'_>) -> Result<Option<u8>, DoorError> {
    let path = Path::new(CONTROLLER).join("status");
    for _ in 0..TRIES {
        let status = fs::read_to_string(&path).map_err(|error| {
            let missing = error.kind() == ErrorKind::NotFound;
            let hint = "the kernel's module is not loaded: `modprobe vhci-hcd`, as root";
            DoorError { doing: "look for a port of vhci_hcd.0".into(), error, hint: missing.then_some(hint) }
        })?;
        if let Some(port) = find_free(&status, wanted) {
            return Ok(Some(port));
        }
        wait(&mut [PollFd::from_borrowed_fd(stop, PollFlags::IN)], LinuxClock::now() + PAUSE)?;
        if is_readable(stop) {
            return Ok(None);
        }
    }
    let doing = wanted.map_or("find a free port of vhci_hcd.0".into(), |port| format!("use port {port} of vhci_hcd.0"));
    Err(DoorError {
        doing,
        error: io::Error::new(ErrorKind::ResourceBusy, "something is plugged in there, or it is none"),
        hint: Some("`usbip port` lists what is plugged in"),
    })
}

/// The first free port up to high speed, or that one if it is free. A line is one port: hub, number, status, and more.
fn find_free(status: &str, wanted: Option<u8>) -> Option<u8> {
    status.lines().find_map(|line| {
        let mut words = line.split_ascii_whitespace();
        let (hub, port, state) = (words.next()?, words.next()?.parse::<u8>().ok()?, words.next()?);
        let fits = hub == "hs" && state == FREE && wanted.is_none_or(|wanted| wanted == port);
        fits.then_some(port)
    })
}

/// A modem that is plugged in as long as this is there.
#[derive(Debug)]
struct Plug {
    port: u8,
    socket: OwnedFd,
}

impl Plug {
    fn attach(port: u8, speed: u32) -> Result<Self, DoorError> {
        let failed = || DoorError::new("make a socket");
        let (socket, kernels) =
            socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::CLOEXEC, None).map_err(failed())?;
        // Only this end: the kernel waits on its own.
        let had = rustix::fs::fcntl_getfl(&socket).map_err(failed())?;
        rustix::fs::fcntl_setfl(&socket, had | OFlags::NONBLOCK).map_err(failed())?;
        let request = format!("{port} {} {} {speed}", kernels.as_raw_fd(), Exported::device_id());
        let path = Path::new(CONTROLLER).join("attach");
        fs::write(path, request).map_err(|error| {
            let hint = (error.kind() == ErrorKind::PermissionDenied).then_some("this needs root");
            DoorError { doing: format!("plug into port {port} of vhci_hcd.0"), error, hint }
        })?;
        Ok(Self { port, socket })
    }
}

impl Drop for Plug {
    fn drop(&mut self) {
        // The kernel may have thrown it out already.
        let _ = fs::write(Path::new(CONTROLLER).join("detach"), self.port.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_port_is_found_in_the_status_of_the_controller() {
        let status = "hub port sta spd dev      sockfd local_busid\n\
                      hs  0000 006 003 00010001 000003 1-1\n\
                      hs  0001 004 000 00000000 000000 0-0\n\
                      hs  0002 004 000 00000000 000000 0-0\n\
                      ss  0008 004 000 00000000 000000 0-0\n";
        assert_eq!(find_free(status, None), Some(1));
        assert_eq!(find_free(status, Some(2)), Some(2));
        assert_eq!(find_free(status, Some(0)), None, "in use");
        assert_eq!(find_free(status, Some(8)), None, "for other devices");
        assert_eq!(find_free(status, Some(9)), None, "not there");
        assert_eq!(find_free("", None), None);
    }
}
