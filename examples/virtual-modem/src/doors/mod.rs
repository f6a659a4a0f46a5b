//! Doors that other programs come through: byte streams on file descriptors, and USB.
//!
//! | file | holds |
//! |---|---|
//! | `stream` | what all doors do: bytes to messages and back, bounded queues |
//! | [`pty`] | a pseudo-terminal, which programs open like a device node |
//! | [`socket`] | a listening TCP or Unix socket |
//! | `urbs` | what the doors for USB do alike |
//! | [`vhci`] | a USB port of this kernel |
//! | [`usbip`] | a USB port of a kernel elsewhere |
//!
//! Each serves one client after the other; the modem goes on in between, as a real one does when nobody has it open.
//! They wait in `poll` until bytes come, the modem has something to say, or it is time to stop.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use wwan::channel::LinuxClock;
use wwan::time::Instant;

pub mod pty;
pub mod socket;
pub(crate) mod stream;
pub mod urbs;
pub mod usbip;
pub mod vhci;
pub mod watch;

/// Why a door cannot be opened, or had to be shut.
#[derive(Debug)]
pub struct DoorError {
    /// What was tried.
    pub doing: String,
    /// What the system said.
    pub error: io::Error,
    /// What to do about it.
    pub hint: Option<&'static str>,
}

impl DoorError {
    fn new(doing: impl Into<String>) -> impl FnOnce(Errno) -> Self {
        let doing = doing.into();
        |errno| Self { doing, error: errno.into(), hint: None }
    }

    fn io(doing: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let doing = doing.into();
        |error| Self { doing, error, hint: None }
    }
}

impl fmt::Display for DoorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.doing, self.error)?;
        self.hint.map_or(Ok(()), |hint| write!(f, "\nhint: {hint}"))
    }
}

impl std::error::Error for DoorError {}

/// Waits until one of `fds` is ready, or until `at`.
fn wait(fds: &mut [PollFd<'_>], at: Instant) -> Result<(), DoorError> {
    let left = at.0.saturating_sub(LinuxClock::now().0);
    let left = Timespec::try_from(std::time::Duration::from_millis(left)).ok();
    match poll(fds, left.as_ref().filter(|_| at != Instant::FAR)) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(errno) => Err(DoorError::new("poll")(errno)),
    }
}

/// Whether `stop` can be read from: somebody wants the door shut.
fn is_readable(fd: BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::IN)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    matches!(poll(&mut fds, Some(&now)), Ok(1..))
}
