//! The line to a device: non-blocking, so that one that takes nothing does not hold up the others.

use std::path::Path;

use embedded_io::{Error as _, ErrorKind};
use rustix::event::PollFlags;
use wwan::channel::blocking::ByteStream as _;
use wwan::channel::framed::{AnyFraming, Deframer};
use wwan::channel::linux::PortKind;
use wwan::channel::{LinuxClock, LinuxError, LinuxPort};
use wwan::time::{Instant, Millis};

/// How long the device may be silent inside a message.
const SILENCE: Millis = Millis::from_secs(1);
/// The pause after an error that may come again at once.
const PAUSE: Millis = Millis(10);

/// An open device.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) port: LinuxPort,
    input: Deframer<Vec<u8>, AnyFraming>,
    /// What the device has not taken yet.
    out: Vec<u8>,
    sent: usize,
    /// When it said something last.
    heard: Instant,
    /// It is not asked before.
    pub(super) rests_until: Instant,
    /// Messages that were lost on the way, either way.
    lost: u32,
}

impl Line {
    /// Opens a device that frames its messages so.
    pub(super) fn open(path: &Path, framing: AnyFraming) -> Result<Self, LinuxError> {
        let mut port = LinuxPort::open(path)?;
        port.set_write_timeout(Millis(0)); // takes it now, or not now
        // Twice the longest: a message stands beside the rest of one that was broken off.
        let room = port.max_message().max(4096).saturating_mul(2);
        let input = Deframer::with_framing(vec![0; room], framing);
        Ok(Self { port, input, out: Vec::new(), sent: 0, heard: Instant(0), rests_until: Instant(0), lost: 0 })
    }

    /// What to wait for.
    pub(super) fn interest(&self) -> PollFlags {
        if self.is_free() { PollFlags::IN } else { PollFlags::IN | PollFlags::OUT }
    }

    /// Does what `poll` says that can be done. An error is the end of the device.
    pub(super) fn serve(&mut self, ready: PollFlags) -> Result<(), LinuxError> {
        let now = LinuxClock::now();
        let mut moved = false;
        if ready.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) {
            moved = self.read(now)?;
        }
        if ready.intersects(PollFlags::OUT | PollFlags::ERR) && !self.is_free() {
            moved |= self.flush()?;
        }
        if !moved {
            if ready.intersects(PollFlags::HUP | PollFlags::NVAL) {
                return Err(LinuxError::Closed);
            }
            self.rests_until = now + PAUSE;
        }
        Ok(())
    }

    /// Reads once; whether something came.
    fn read(&mut self, now: Instant) -> Result<bool, LinuxError> {
        match self.port.read(self.input.space(), Instant(0)) {
            Ok(None) => Ok(false),
            Ok(Some(0)) => Err(LinuxError::Closed),
            Ok(Some(count)) => {
                self.heard = now;
                if self.port.kind() == PortKind::Messages {
                    self.input.commit_transfer(count);
                } else {
                    self.input.commit(count);
                }
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::NotConnected => Err(error),
            Err(_) => {
                self.lost = self.lost.saturating_add(1);
                self.input.boundary(); // whatever was begun has lost its rest
                Ok(false)
            }
        }
    }

    /// When the rest of a message is late.
    pub(super) fn late_at(&self) -> Instant {
        if self.input.is_partial() { self.heard + SILENCE } else { Instant::FAR }
    }

    /// Gives up a message that was broken off.
    pub(super) fn expire(&mut self, now: Instant) {
        if self.late_at() <= now {
            self.input.boundary();
        }
    }

    /// The next transfer that is complete: its length in `to`.
    pub(super) fn take(&mut self, to: &mut [u8]) -> Option<usize> {
        loop {
            match self.input.take(to)? {
                Ok(length) => return Some(length),
                Err(_) => self.lost = self.lost.saturating_add(1),
            }
        }
    }

    /// What was lost on the way, in words, if something was.
    pub(super) fn losses(&self) -> Option<String> {
        let garbage = self.input.counters().dropped_bytes;
        (self.lost > 0 || garbage > 0).then(|| format!("{} messages lost, {garbage} bytes belonged to none", self.lost))
    }

    /// Whether it has taken everything.
    pub(super) fn is_free(&self) -> bool {
        self.out.is_empty()
    }

    /// Sends a transfer, or keeps what the device does not take. An error is the end of the device.
    pub(super) fn send(&mut self, transfer: &[u8]) -> Result<(), LinuxError> {
        self.out.extend_from_slice(transfer);
        self.flush().map(drop)
    }

    /// Goes on sending; whether something went, or was given up.
    fn flush(&mut self) -> Result<bool, LinuxError> {
        let before = self.sent;
        while let Some(rest) = self.out.get(self.sent..).filter(|rest| !rest.is_empty()) {
            match self.port.write(rest) {
                // A carrier with messages takes a message as a whole; of one that it cuts, the rest is worth nothing.
                Ok(count) if count < rest.len() && self.port.kind() == PortKind::Messages => {
                    self.lost = self.lost.saturating_add(1);
                    break;
                }
                Ok(count) => self.sent = self.sent.saturating_add(count),
                Err(LinuxError::TimedOut) => return Ok(self.sent > before),
                Err(error) if error.kind() == ErrorKind::NotConnected => return Err(error),
                Err(_) => {
                    self.lost = self.lost.saturating_add(1);
                    break;
                }
            }
        }
        self.out.clear();
        self.sent = 0;
        Ok(true)
    }
}
