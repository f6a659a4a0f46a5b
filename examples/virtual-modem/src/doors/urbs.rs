//! What the doors for USB do alike: a host on a socket, its transfers, and a gadget that does them.

use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use wwan::channel::LinuxClock;
use wwan::time::Instant;

use super::stream::{Moved, read};
use crate::usb::Gadget;
use crate::usbip::urbs::{Done, Urbs, WAITING};
use crate::usbip::wire::{WireError, status};

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;
/// Bytes of a transfer that are printed.
const SHOWN: usize = 32;

/// What a host that has chosen NCM cannot be told by its protocol.
const NCM: &str = "virtual-modem: the host has chosen NCM, which carries no packets here\n\
    hint: Linux chooses MBIM with `echo Y >/sys/module/cdc_ncm/parameters/prefer_mbim`, before the modem is plugged in";

/// Why a connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The host has closed it.
    Closed,
    /// The modem is off the bus, or on it anew.
    Detached,
    /// The host does not speak the protocol.
    Wrong(WireError),
}

/// A host that has the device.
#[derive(Debug)]
pub(super) struct Connection {
    socket: OwnedFd,
    urbs: Urbs,
    attachment: Option<u32>,
    printer: Printer,
    chunk: Vec<u8>,
}

impl Connection {
    /// `socket` must not block.
    pub(super) fn new(socket: OwnedFd, gadget: &Gadget<'_>, printer: Printer) -> Self {
        Self { socket, urbs: Urbs::new(), attachment: gadget.attachment(), printer, chunk: vec![0; CHUNK] }
    }

    /// The same with bytes that were read already.
    pub(super) fn with_input(mut self, bytes: &[u8]) -> Result<Self, WireError> {
        let printer = self.printer;
        self.urbs.receive(bytes, &mut |done| printer.print(done))?;
        Ok(self)
    }

    /// Reads what the host wants, does what can be done, and writes what it has to know; whether that was the end.
    pub(super) fn step(&mut self, now: Instant, gadget: &mut Gadget<'_>) -> Option<End> {
        let printer = self.printer;
        let mut watch = |done: Done<'_>| printer.print(done);
        gadget.run(now);
        if gadget.attachment() != self.attachment || self.attachment.is_none() {
            self.urbs.gone(&mut watch);
            // Who does not read it learns it from the end of the connection.
            let _ = self.write();
            return Some(End::Detached);
        }
        // One piece, so that a host that writes on and on is answered meanwhile.
        if self.takes_more() {
            match read(self.socket.as_fd(), &mut self.chunk) {
                Moved::Closed => return Some(End::Closed),
                Moved::Nothing => {}
                Moved::Bytes(count) => {
                    let bytes = self.chunk.get(..count).unwrap_or_default();
                    if let Err(error) = self.urbs.receive(bytes, &mut watch) {
                        return Some(End::Wrong(error));
                    }
                }
            }
        }
        self.urbs.advance(now, gadget, &mut watch);
        if gadget.chose_ncm() {
            let _ = writeln!(io::stderr(), "{NCM}");
        }
        (!self.write()).then_some(End::Closed)
    }

    /// A host that does not read its replies is not listened to.
    fn takes_more(&self) -> bool {
        self.urbs.output().len() < WAITING
    }

    /// Writes as much as the host takes; whether it is still there.
    fn write(&mut self) -> bool {
        while !self.urbs.output().is_empty() {
            match rustix::io::write(&self.socket, self.urbs.output()) {
                Ok(0) | Err(Errno::AGAIN) => break,
                Ok(count) => self.urbs.sent(count),
                Err(Errno::INTR) => {}
                Err(_) => return false,
            }
        }
        true
    }

    /// What to wait for.
    pub(super) fn poll_fd(&self) -> PollFd<'_> {
        let mut wanted = PollFlags::empty();
        wanted.set(PollFlags::IN, self.takes_more());
        wanted.set(PollFlags::OUT, !self.urbs.output().is_empty());
        PollFd::new(&self.socket, wanted)
    }
}

/// Prints transfers on standard error.
#[derive(Clone, Copy, Debug)]
pub struct Printer {
    on: bool,
    start: Instant,
}

impl Printer {
    /// Prints if `on`.
    #[must_use]
    pub fn new(on: bool) -> Self {
        Self { on, start: LinuxClock::now() }
    }

    fn print(self, done: Done<'_>) {
        if !self.on {
            return;
        }
        let line = match done {
            Done::Control(setup, result) => {
                let bytes = setup.to_bytes().map(|byte| format!("{byte:02x}")).concat();
                format!("control {bytes} {}", outcome(result))
            }
            Done::Transfer(endpoint, result) => format!("endpoint {endpoint:02x} {}", outcome(result)),
            Done::Unlinked(endpoint, count) => format!("endpoint {endpoint:02x} taken back after {count} bytes"),
        };
        let time = (LinuxClock::now() - self.start).0;
        // Nothing can be done if nobody listens.
        let _ = writeln!(io::stderr(), "{}.{:03} | {line}", time / 1000, time % 1000);
    }
}

/// How a transfer went: its length and the first bytes.
fn outcome(result: Result<&[u8], i32>) -> String {
    match result {
        Ok(bytes) => {
            let mut shown: String = bytes.iter().take(SHOWN).map(|byte| format!("{byte:02x}")).collect();
            if bytes.len() > SHOWN {
                shown.push_str("...");
            }
            format!("{} bytes {shown}", bytes.len())
        }
        Err(status::EPIPE) => "stalled".into(),
        Err(status::ESHUTDOWN) => "device gone".into(),
        Err(error) => format!("error {error}"),
    }
}
