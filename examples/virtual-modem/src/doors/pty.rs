//! A pseudo-terminal: programs open its path like the device node of a modem, and find it raw.

use std::fs;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags};
use wwan::channel::LinuxError;
use wwan::channel::linux::Terminal;

use super::stream::{Moved, Stream};
use super::watch::{Watched, modem};
use super::{DoorError, is_readable, wait};

/// Serves the modem on pseudo-terminals until `stop` can be read from. The path is printed on standard output, one line
/// each time the modem is plugged in; `link`, if given, is a symbolic link to it.
///
/// # Errors
///
/// [`DoorError`] if the terminal or the link cannot be made.
pub fn serve(watched: &mut Watched<'_>, link: Option<&Path>, stop: BorrowedFd<'_>) -> Result<(), DoorError> {
    while !is_readable(stop) {
        modem(watched).run();
        if modem(watched).is_plugged() {
            let terminal = Terminal::open().map_err(failed)?;
            let _link = link.map(|link| Link::make(link, terminal.path())).transpose()?;
            let mut out = io::stdout();
            writeln!(out, "{}", terminal.path().display())
                .and_then(|()| out.flush())
                .map_err(DoorError::io("print the path"))?;
            serve_terminal(watched, terminal, stop)?;
        } else {
            let at = modem(watched).poll_at();
            wait(&mut [PollFd::from_borrowed_fd(stop, PollFlags::IN)], at)?;
        }
    }
    Ok(())
}

fn failed(error: LinuxError) -> DoorError {
    DoorError::io("pseudo-terminal")(error.into())
}

/// Serves until the modem is unplugged or it is time to stop.
fn serve_terminal(watched: &mut Watched<'_>, mut terminal: Terminal, stop: BorrowedFd<'_>) -> Result<(), DoorError> {
    let mut stream = Stream::new(modem(watched).framing());
    loop {
        // Bytes first, then who has come and gone: what a client wrote before it went is there when it is known to be
        // gone. Only then does the modem see the bytes, so that no answer to the next client is thrown away.
        while stream.takes_more() && matches!(stream.read(terminal.as_fd()), Moved::Bytes(_)) {}
        if terminal.clients_left().map_err(failed)? {
            terminal.tidy();
            stream.reset(watched, terminal.clients() > 0);
        }
        modem(watched).run();
        if !modem(watched).is_plugged() || is_readable(stop) {
            return Ok(());
        }
        stream.carry(watched, terminal.clients() > 0);
        stream.write(terminal.as_fd());

        let mut wanted = PollFlags::empty();
        wanted.set(PollFlags::IN, stream.takes_more());
        wanted.set(PollFlags::OUT, stream.is_waiting());
        let at = stream.poll_at(modem(watched));
        let mut fds = [
            PollFd::new(&terminal, wanted),
            PollFd::from_borrowed_fd(terminal.watch(), PollFlags::IN),
            PollFd::from_borrowed_fd(stop, PollFlags::IN),
        ];
        wait(&mut fds, at)?;
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
