//! The modem's end of a pseudo-terminal: what programs open like the device node of a modem, and find raw.

extern crate alloc;

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use alloc::vec::Vec;
use core::mem::MaybeUninit;

use rustix::fs::{Mode, OFlags, inotify};
use rustix::io::Errno;
use rustix::pty::OpenptFlags;
use rustix::termios::{OptionalActions, QueueSelector};

use super::{LinuxError, Operation};

/// Both ends of a pseudo-terminal. The slave stays open here, so that the terminal outlives its clients; who has it
/// open besides is learnt by inotify.
#[derive(Debug)]
pub struct Terminal {
    master: OwnedFd,
    slave: OwnedFd,
    watch: OwnedFd,
    path: PathBuf,
    clients: u32,
}

impl Terminal {
    /// A new one, raw.
    ///
    /// # Errors
    ///
    /// [`LinuxError::System`] if the system refuses.
    pub fn open() -> Result<Self, LinuxError> {
        let failed = |errno| LinuxError::system(Operation::Open, errno);
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = rustix::pty::openpt(flags).map_err(failed)?;
        rustix::pty::grantpt(&master).map_err(failed)?;
        rustix::pty::unlockpt(&master).map_err(failed)?;
        let name = rustix::pty::ptsname(&master, Vec::new()).map_err(failed)?;
        let path = PathBuf::from(OsStr::from_bytes(name.as_bytes()));
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let slave = rustix::fs::open(&path, flags, Mode::empty()).map_err(failed)?;
        let had = rustix::fs::fcntl_getfl(&master).map_err(failed)?;
        rustix::fs::fcntl_setfl(&master, had | OFlags::NONBLOCK).map_err(failed)?;
        let failed = |errno| LinuxError::system(Operation::Terminal, errno);
        let watch = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK).map_err(failed)?;
        let events = inotify::WatchFlags::OPEN | inotify::WatchFlags::CLOSE_WRITE | inotify::WatchFlags::CLOSE_NOWRITE;
        inotify::add_watch(&watch, &path, events).map_err(failed)?;
        let terminal = Self { master, slave, watch, path, clients: 0 };
        terminal.make_raw().map_err(failed)?;
        Ok(terminal)
    }

    /// What programs open.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What to wait for, to learn that a client has come or gone.
    #[must_use]
    pub fn watch(&self) -> BorrowedFd<'_> {
        self.watch.as_fd()
    }

    /// How often programs have it open, as of the last [`clients_left`](Self::clients_left).
    #[must_use]
    pub const fn clients(&self) -> u32 {
        self.clients
    }

    fn make_raw(&self) -> Result<(), Errno> {
        let mut termios = rustix::termios::tcgetattr(&self.slave)?;
        termios.make_raw();
        rustix::termios::tcsetattr(&self.slave, OptionalActions::Now, &termios)
    }

    /// Counts who has come and gone; whether the last client has gone since the previous call, even if another one
    /// has come.
    ///
    /// # Errors
    ///
    /// [`LinuxError::System`] if the system refuses.
    pub fn clients_left(&mut self) -> Result<bool, LinuxError> {
        let mut buf = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.watch, &mut buf);
        let mut left = false;
        loop {
            match reader.next() {
                Ok(event) if event.events().contains(inotify::ReadFlags::OPEN) => {
                    self.clients = self.clients.saturating_add(1);
                }
                Ok(event)
                    if event
                        .events()
                        .intersects(inotify::ReadFlags::CLOSE_WRITE | inotify::ReadFlags::CLOSE_NOWRITE) =>
                {
                    self.clients = self.clients.saturating_sub(1);
                    left = left || self.clients == 0;
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(left),
                Err(errno) => return Err(LinuxError::system(Operation::Poll, errno)),
            }
        }
    }

    /// Leaves nothing of the last client behind: unread answers, settings, a claim that it could not take back.
    pub fn tidy(&self) {
        let _ = rustix::termios::ioctl_tiocnxcl(&self.slave);
        let _ = self.make_raw();
        let _ = rustix::termios::tcflush(&self.slave, QueueSelector::IFlush);
        let mut unread = [0; 4096];
        loop {
            match rustix::io::read(&self.slave, &mut unread) {
                Ok(1..) | Err(Errno::INTR) => {}
                _ => return,
            }
        }
    }

    /// Reads what a client has written; `None` if there is nothing.
    ///
    /// # Errors
    ///
    /// [`LinuxError::System`] if the system refuses.
    pub fn read(&self, buf: &mut [u8]) -> Result<Option<usize>, LinuxError> {
        loop {
            match rustix::io::read(&self.master, &mut *buf) {
                Ok(count) => return Ok(Some(count)),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(None),
                Err(errno) => return Err(LinuxError::system(Operation::Read, errno)),
            }
        }
    }

    /// Writes what a client is to read, as much as there is room for; zero if there is none.
    ///
    /// # Errors
    ///
    /// [`LinuxError::System`] if the system refuses.
    pub fn write(&self, bytes: &[u8]) -> Result<usize, LinuxError> {
        loop {
            match rustix::io::write(&self.master, bytes) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(0),
                written => return written.map_err(|errno| LinuxError::system(Operation::Write, errno)),
            }
        }
    }
}

/// The modem's end.
impl AsFd for Terminal {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }
}
