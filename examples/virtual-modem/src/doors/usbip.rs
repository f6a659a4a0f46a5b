//! A server of USB/IP: a kernel on this machine or another one imports the modem with the tool `usbip`.

use std::io::{self, ErrorKind, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use wwan::channel::LinuxClock;
use wwan::time::{Instant, Millis};

use super::stream::{Moved, read};
use super::urbs::{Connection, End, Printer};
use super::{DoorError, is_readable, wait};
use crate::usb::Gadget;
use crate::usbip::wire::{Exported, Operation, WireError, refusal};

/// Hosts that may ask at the same time, besides the one that has the device.
const ASKING: usize = 16;
/// How long each may take for it.
const PATIENCE: Millis = Millis::from_secs(30);
/// Bytes of an operation that are read at once.
const CHUNK: usize = 1024;

/// Lets hosts list and import the modem until `stop` can be read from. `listening ADDRESS` is printed on standard output
/// once they can. One host has it at a time; when that is gone, or the modem was off the bus, it can be imported anew.
///
/// # Errors
///
/// [`DoorError`] if the socket cannot be made.
pub fn serve(gadget: &mut Gadget<'_>, address: &str, printer: Printer, stop: BorrowedFd<'_>) -> Result<(), DoorError> {
    let failed = || DoorError::io(format!("listen on {address}"));
    let listener = TcpListener::bind(address).map_err(failed())?;
    listener.set_nonblocking(true).map_err(failed())?;
    let local = listener.local_addr().map_err(failed())?;
    let mut out = io::stdout();
    writeln!(out, "listening {local}").and_then(|()| out.flush()).map_err(DoorError::io("print the address"))?;

    let mut imported: Option<Connection> = None;
    let mut asking: Vec<Asking> = Vec::new();
    loop {
        let now = LinuxClock::now();
        gadget.run(now);
        if is_readable(stop) {
            return Ok(());
        }
        if asking.len() < ASKING {
            asking.extend(accept(&listener)?);
        }
        let mut waiting = Vec::new();
        for mut host in asking.drain(..) {
            match host.step(gadget, imported.is_some()) {
                Ok(Step::Wait) if now < host.until => waiting.push(host),
                Ok(Step::Wait | Step::Done) => {}
                // What it has sent behind its request is its first transfers.
                Ok(Step::Imported) => match Connection::new(host.socket, gadget, printer).with_input(&host.inbox) {
                    Ok(connection) => imported = Some(connection),
                    Err(error) => complain(error),
                },
                Err(error) => complain(error),
            }
        }
        asking = waiting;
        match imported.as_mut().and_then(|connection| connection.step(now, gadget)) {
            None => {}
            Some(end) => {
                imported = None;
                if let End::Wrong(error) = end {
                    complain(error);
                }
                if end != End::Detached {
                    // As if it was pulled out there: the next host finds it as it was plugged in.
                    gadget.unplugged(now);
                }
            }
        }

        let at = asking.iter().map(|host| host.until).fold(gadget.poll_at(now), Instant::min);
        let mut fds = vec![PollFd::from_borrowed_fd(stop, PollFlags::IN)];
        if asking.len() < ASKING {
            fds.push(PollFd::new(&listener, PollFlags::IN));
        }
        fds.extend(asking.iter().map(Asking::poll_fd));
        fds.extend(imported.as_ref().map(Connection::poll_fd));
        wait(&mut fds, at)?;
    }
}

/// A host that does not speak the protocol is told nothing, but whoever runs this is.
fn complain(error: WireError) {
    let _ = writeln!(io::stderr(), "virtual-modem: connection ended: {error}");
}

/// The hosts that have come.
fn accept(listener: &TcpListener) -> Result<Option<Asking>, DoorError> {
    match listener.accept().and_then(|(stream, _)| prepare(stream)) {
        Ok(socket) => {
            let until = LinuxClock::now() + PATIENCE;
            Ok(Some(Asking { socket, until, inbox: Vec::new(), outbox: Vec::new(), next: Step::Wait }))
        }
        Err(error) => match error.kind() {
            // It went again before it was let in.
            ErrorKind::WouldBlock | ErrorKind::Interrupted | ErrorKind::ConnectionAborted => Ok(None),
            _ => Err(DoorError::io("accept")(error)),
        },
    }
}

fn prepare(stream: TcpStream) -> io::Result<OwnedFd> {
    stream.set_nonblocking(true)?;
    stream.set_nodelay(true)?;
    Ok(stream.into())
}

/// What becomes of a host that asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// It has not asked yet, or not got its answer.
    Wait,
    /// That was it.
    Done,
    /// It has the device.
    Imported,
}

/// A host that has no device.
#[derive(Debug)]
struct Asking {
    socket: OwnedFd,
    /// When it is sent away.
    until: Instant,
    inbox: Vec<u8>,
    outbox: Vec<u8>,
    /// What comes once the answer is written.
    next: Step,
}

impl Asking {
    fn step(&mut self, gadget: &Gadget<'_>, taken: bool) -> Result<Step, WireError> {
        if self.next == Step::Wait {
            let mut chunk = [0; CHUNK];
            match read(self.socket.as_fd(), &mut chunk) {
                Moved::Closed => return Ok(Step::Done),
                Moved::Nothing => {}
                Moved::Bytes(count) => self.inbox.extend(chunk.iter().take(count)),
            }
            let Some((operation, length)) = Operation::parse(&self.inbox)? else { return Ok(Step::Wait) };
            drop(self.inbox.drain(..length));
            let there = Some(gadget.exported()).filter(|_| gadget.attachment().is_some());
            match operation {
                Operation::List => {
                    self.outbox = Exported::list(there.as_ref().filter(|_| !taken));
                    self.next = Step::Done;
                }
                Operation::Import { bus_id } => {
                    let meant = there.filter(|device| device.is_called(&bus_id));
                    (self.outbox, self.next) = match meant {
                        Some(_) if taken => (Exported::import(Err(refusal::BUSY)), Step::Done),
                        Some(device) => (Exported::import(Ok(&device)), Step::Imported),
                        None => (Exported::import(Err(refusal::NO_DEVICE)), Step::Done),
                    };
                }
            }
        }
        while !self.outbox.is_empty() {
            match rustix::io::write(&self.socket, &self.outbox) {
                Ok(0) | Err(Errno::AGAIN) => return Ok(Step::Wait),
                Ok(count) => drop(self.outbox.drain(..count)),
                Err(Errno::INTR) => {}
                Err(_) => return Ok(Step::Done),
            }
        }
        Ok(self.next)
    }

    fn poll_fd(&self) -> PollFd<'_> {
        let wanted = if self.next == Step::Wait { PollFlags::IN } else { PollFlags::OUT };
        PollFd::new(&self.socket, wanted)
    }
}
