//! A pseudo-terminal: programs open its path like the device node of a modem, and find it raw.

use std::fs;
use std::io::{self, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags};
use rustix::fs::{Mode, OFlags, inotify};
use rustix::io::Errno;
use rustix::pty::OpenptFlags;
use rustix::termios::{OptionalActions, QueueSelector};

use super::stream::{Moved, Stream, read};
use super::watch::{Watched, modem};
use super::{DoorError, is_readable, wait};

/// Serves the modem on pseudo-terminals until `stop` can be read from. The path is printed on standard output, one line
/// each time the modem is plugged in; `link`, if given, is a symbolic link to it.
///
/// # Errors
///
/// [`DoorError`] if the terminal or the link cannot be made.
pub fn serve(mut watched: Watched<'_>, link: Option<&Path>, stop: BorrowedFd<'_>) -> Result<(), DoorError> {
    while !is_readable(stop) {
        modem(&mut watched).run();
        if modem(&mut watched).is_plugged() {
            let terminal = Terminal::open()?;
            let _link = link.map(|link| Link::make(link, &terminal.path)).transpose()?;
            let mut out = io::stdout();
            writeln!(out, "{}", terminal.path.display())
                .and_then(|()| out.flush())
                .map_err(DoorError::io("print the path"))?;
            serve_terminal(&mut watched, terminal, stop)?;
        } else {
            let at = modem(&mut watched).poll_at();
            wait(&mut [PollFd::from_borrowed_fd(stop, PollFlags::IN)], at)?;
        }
    }
    Ok(())
}

/// Serves until the modem is unplugged or it is time to stop.
fn serve_terminal(watched: &mut Watched<'_>, mut terminal: Terminal, stop: BorrowedFd<'_>) -> Result<(), DoorError> {
    let mut stream = Stream::new(modem(watched).framing());
    loop {
        // Bytes first, then who has come and gone: what a client wrote before it went is there when it is known to be
        // gone. Only then does the modem see the bytes, so that no answer to the next client is thrown away.
        while stream.takes_more() && matches!(stream.read(terminal.master.as_fd()), Moved::Bytes(_)) {}
        if terminal.clients_left()? {
            terminal.tidy();
            stream.reset(watched, terminal.clients > 0);
        }
        modem(watched).run();
        if !modem(watched).is_plugged() || is_readable(stop) {
            return Ok(());
        }
        stream.carry(watched, terminal.clients > 0);
        stream.write(terminal.master.as_fd());

        let mut wanted = PollFlags::empty();
        wanted.set(PollFlags::IN, stream.takes_more());
        wanted.set(PollFlags::OUT, stream.is_waiting());
        let at = stream.poll_at(modem(watched));
        let mut fds = [
            PollFd::new(&terminal.master, wanted),
            PollFd::new(&terminal.watch, PollFlags::IN),
            PollFd::from_borrowed_fd(stop, PollFlags::IN),
        ];
        wait(&mut fds, at)?;
    }
}

/// Both ends of a pseudo-terminal. The slave stays open here, so that the terminal outlives its clients; who has it
/// open besides is learnt by inotify.
#[derive(Debug)]
struct Terminal {
    master: OwnedFd,
    slave: OwnedFd,
    watch: OwnedFd,
    path: PathBuf,
    /// How often the slave is open elsewhere.
    clients: u32,
}

impl Terminal {
    fn open() -> Result<Self, DoorError> {
        let failed = || DoorError::new("make a pseudo-terminal");
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = rustix::pty::openpt(flags).map_err(failed())?;
        rustix::pty::grantpt(&master).map_err(failed())?;
        rustix::pty::unlockpt(&master).map_err(failed())?;
        let name = rustix::pty::ptsname(&master, Vec::new()).map_err(failed())?;
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(name.as_bytes()));
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let slave = rustix::fs::open(&path, flags, Mode::empty()).map_err(failed())?;
        let had = rustix::fs::fcntl_getfl(&master).map_err(failed())?;
        rustix::fs::fcntl_setfl(&master, had | OFlags::NONBLOCK).map_err(failed())?;
        let failed = || DoorError::new("watch the pseudo-terminal");
        let watch = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK).map_err(failed())?;
        let events = inotify::WatchFlags::OPEN | inotify::WatchFlags::CLOSE_WRITE | inotify::WatchFlags::CLOSE_NOWRITE;
        inotify::add_watch(&watch, &path, events).map_err(failed())?;
        let terminal = Self { master, slave, watch, path, clients: 0 };
        terminal.make_raw().map_err(DoorError::new("set up the pseudo-terminal"))?;
        Ok(terminal)
    }

    fn make_raw(&self) -> Result<(), Errno> {
        let mut termios = rustix::termios::tcgetattr(&self.slave)?;
        termios.make_raw();
        rustix::termios::tcsetattr(&self.slave, OptionalActions::Now, &termios)
    }

    /// Counts who has come and gone; whether the last client has gone since the previous call, even if another one
    /// has come.
    fn clients_left(&mut self) -> Result<bool, DoorError> {
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
                Err(errno) => return Err(DoorError::new("watch the pseudo-terminal")(errno)),
            }
        }
    }

    /// Leaves nothing of the last client behind: unread answers, settings, a claim that it could not take back.
    fn tidy(&self) {
        let _ = rustix::termios::ioctl_tiocnxcl(&self.slave);
        let _ = self.make_raw();
        let _ = rustix::termios::tcflush(&self.slave, QueueSelector::IFlush);
        let mut unread = [0; 4096];
        while matches!(read(self.slave.as_fd(), &mut unread), Moved::Bytes(_)) {}
    }
}

/// A symbolic link that is there as long as this is.
#[derive(Debug)]
struct Link {
    path: PathBuf,
    target: PathBuf,
}

impl Link {
    /// Replaces a symbolic link of that name, but nothing else.
    fn make(path: &Path, target: &Path) -> Result<Self, DoorError> {
        let failed = || DoorError::io(format!("link {}", path.display()));
        if fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_symlink()) {
            fs::remove_file(path).map_err(failed())?;
        }
        symlink(target, path).map_err(failed())?;
        Ok(Self { path: path.into(), target: target.into() })
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if fs::read_link(&self.path).is_ok_and(|target| target == self.target) {
            let _ = fs::remove_file(&self.path);
        }
    }
}
