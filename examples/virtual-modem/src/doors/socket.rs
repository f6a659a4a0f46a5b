//! A listening socket: the serial port of an emulated board, or a program on another machine.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::PathBuf;
use std::str::FromStr;

use rustix::event::{PollFd, PollFlags};

use super::stream::{Moved, Stream};
use super::watch::{Watched, modem};
use super::{DoorError, is_readable, wait};

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// TCP, as `127.0.0.1:5000`; port 0 lets the system choose.
    Tcp(String),
    /// A Unix socket, as `unix:/run/modem`.
    Unix(PathBuf),
    /// A Unix socket with a name and no file, as `unix:@modem`.
    Abstract(String),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(name) = text.strip_prefix("unix:@") {
            return if name.is_empty() {
                Err("a name must follow unix:@".into())
            } else {
                Ok(Self::Abstract(name.into()))
            };
        }
        if let Some(path) = text.strip_prefix("unix:") {
            return if path.is_empty() { Err("a path must follow unix:".into()) } else { Ok(Self::Unix(path.into())) };
        }
        let wrong = |_| "an address is HOST:PORT, unix:PATH or unix:@NAME".into();
        tcp_address(text).map(Self::Tcp).map_err(wrong)
    }
}

/// Reads `HOST:PORT`. Whether there is such a host shows when somebody listens there.
///
/// # Errors
///
/// What it should look like.
pub fn tcp_address(text: &str) -> Result<String, String> {
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Ok(text.into()),
        _ => Err("an address is HOST:PORT".into()),
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => f.write_str(address),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Abstract(name) => write!(f, "unix:@{name}"),
        }
    }
}

/// Serves the modem to whoever connects, one after the other, until `stop` can be read from. `listening ADDRESS` is
/// printed on standard output once it does.
///
/// # Errors
///
/// [`DoorError`] if the socket cannot be made.
pub fn serve(watched: &mut Watched<'_>, address: &Address, stop: BorrowedFd<'_>) -> Result<(), DoorError> {
    let listener = Listener::bind(address)?;
    let mut out = io::stdout();
    writeln!(out, "listening {}", listener.address)
        .and_then(|()| out.flush())
        .map_err(DoorError::io("print the address"))?;
    let mut client: Option<OwnedFd> = None;
    let mut stream = Stream::new(modem(watched).framing());
    loop {
        modem(watched).run();
        if is_readable(stop) {
            return Ok(());
        }
        let plugged = modem(watched).is_plugged();
        if !plugged {
            client = None;
        }
        let mut gone = false;
        if let Some(client) = &client {
            while stream.takes_more() && !gone {
                match stream.read(client.as_fd()) {
                    Moved::Bytes(_) => {}
                    Moved::Nothing => break,
                    Moved::Closed => gone = true,
                }
            }
        }
        // Who says no more may still listen: what is answered at once it gets.
        stream.carry(watched, client.is_some());
        if let Some(client) = &client {
            gone |= stream.write(client.as_fd()) == Moved::Closed;
        }
        if gone {
            stream.reset(watched, false);
            client = None;
        }

        let at = stream.poll_at(modem(watched));
        let stopping = PollFd::from_borrowed_fd(stop, PollFlags::IN);
        match &client {
            Some(client) => {
                let mut wanted = PollFlags::empty();
                wanted.set(PollFlags::IN, stream.takes_more());
                wanted.set(PollFlags::OUT, stream.is_waiting());
                wait(&mut [PollFd::new(client, wanted), stopping], at)?;
            }
            None if plugged => {
                wait(&mut [PollFd::from_borrowed_fd(listener.fd(), PollFlags::IN), stopping], at)?;
                client = listener.accept()?;
                // Whatever the modem said to nobody is gone, and whatever was half said to it, too.
                stream.reset(watched, false);
            }
            None => wait(&mut [stopping], at)?,
        }
    }
}

#[derive(Debug)]
enum Kind {
    Tcp(TcpListener),
    /// With its file, if it has one.
    Unix(UnixListener, Option<PathBuf>),
}

#[derive(Debug)]
struct Listener {
    kind: Kind,
    /// What to connect to, the port filled in.
    address: Address,
}

impl Listener {
    fn bind(address: &Address) -> Result<Self, DoorError> {
        let failed = || DoorError::io(format!("listen on {address}"));
        let (kind, address) = match address {
            Address::Tcp(text) => {
                let listener = TcpListener::bind(text).map_err(failed())?;
                listener.set_nonblocking(true).map_err(failed())?;
                let local = listener.local_addr().map_err(failed())?;
                (Kind::Tcp(listener), Address::Tcp(local.to_string()))
            }
            Address::Unix(path) => {
                // A socket that nobody listens on is the rest of a program that was killed.
                let is_socket = fs::symlink_metadata(path).is_ok_and(|found| found.file_type().is_socket());
                if is_socket && UnixStream::connect(path).is_err() {
                    fs::remove_file(path).map_err(failed())?;
                }
                let listener = UnixListener::bind(path).map_err(failed())?;
                listener.set_nonblocking(true).map_err(failed())?;
                (Kind::Unix(listener, Some(path.clone())), address.clone())
            }
            Address::Abstract(name) => {
                let listener = SocketAddr::from_abstract_name(name).and_then(|name| UnixListener::bind_addr(&name));
                let listener = listener.map_err(failed())?;
                listener.set_nonblocking(true).map_err(failed())?;
                (Kind::Unix(listener, None), address.clone())
            }
        };
        Ok(Self { kind, address })
    }

    fn fd(&self) -> BorrowedFd<'_> {
        match &self.kind {
            Kind::Tcp(listener) => listener.as_fd(),
            Kind::Unix(listener, _) => listener.as_fd(),
        }
    }

    /// The next client, if there is one.
    fn accept(&self) -> Result<Option<OwnedFd>, DoorError> {
        let accepted = match &self.kind {
            Kind::Tcp(listener) => listener.accept().and_then(|(stream, _)| {
                stream.set_nonblocking(true)?;
                stream.set_nodelay(true)?;
                Ok(stream.into())
            }),
            Kind::Unix(listener, _) => listener.accept().and_then(|(stream, _)| {
                stream.set_nonblocking(true)?;
                Ok(stream.into())
            }),
        };
        match accepted {
            Ok(client) => Ok(Some(client)),
            Err(error) => match error.kind() {
                // It went again before it was let in.
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => Ok(None),
                _ => Err(DoorError::io(format!("accept on {}", self.address))(error)),
            },
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Kind::Unix(_, Some(path)) = &self.kind {
            let _ = fs::remove_file(path);
        }
    }
}
