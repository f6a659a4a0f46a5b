//! The servers that every address has, on TCP and UDP.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use smoltcp::iface::{SocketHandle, SocketSet};
use smoltcp::socket::{tcp, udp};
use smoltcp::time::Duration;

use super::{Counters, count, names};

/// Port of the echo (RFC 862).
pub const ECHO: u16 = 7;
/// Port on which everything is thrown away (RFC 863).
pub const DISCARD: u16 = 9;
/// Port of the source; unlike that of RFC 864 it sends as much as it is asked for.
pub const SOURCE: u16 = 19;
/// Port of the DNS.
pub const NAMES: u16 = 53;
/// Port of the digest.
pub const DIGEST: u16 = 1009;

/// Bytes that a connection can have on the way, in each direction.
const BUFFER: usize = 256 * 1024;
/// Connections of a bearer, those included that wait to be made.
const CONNECTIONS: usize = 48;
/// Sockets of a port that wait for a connection.
const BACKLOG: usize = 2;
/// Bytes of datagrams that wait on a UDP port, and how many.
const DATAGRAMS: (usize, usize) = (128 * 1024, 128);
/// The longest line that the source takes: the greatest count.
const LINE: usize = 20;
/// After how long without an answer a host is gone.
const GONE: Duration = Duration::from_secs(120);
/// After how long of silence it is asked whether it is.
const SILENCE: Duration = Duration::from_secs(60);

/// Numbers after which the pattern begins anew: a prime, so that it never meets the boundaries of anything.
const PERIOD: u8 = 251;

/// The byte at a position of what the source sends: the position modulo 251.
#[must_use]
pub fn pattern(position: u64) -> u8 {
    u8::try_from(position.checked_rem(PERIOD.into()).unwrap_or(0)).unwrap_or(0)
}

/// Everything that is served.
pub(super) struct Services {
    connections: Vec<Connection>,
    datagrams: [(SocketHandle, Datagrams); 3],
    /// The pattern, often enough.
    pattern: Vec<u8>,
    scratch: Vec<u8>,
}

impl Services {
    pub(super) fn new(sockets: &mut SocketSet<'_>) -> Self {
        let ports = [(ECHO, Datagrams::Echo), (DISCARD, Datagrams::Discard), (NAMES, Datagrams::Names)];
        let datagrams = ports.map(|(port, service)| {
            let (bytes, most) = DATAGRAMS;
            let buffer = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; most], vec![0; bytes]);
            let mut socket = udp::Socket::new(buffer(), buffer());
            let _ = socket.bind(port);
            (sockets.add(socket), service)
        });
        let pattern = (0..PERIOD).cycle().take(usize::from(PERIOD) * 256).collect();
        let mut services = Self { connections: Vec::new(), datagrams, pattern, scratch: vec![0; 64 * 1024] };
        services.listen(sockets);
        services
    }

    /// Serves whoever has something.
    pub(super) fn serve(&mut self, sockets: &mut SocketSet<'_>, counters: &mut Counters) {
        for (handle, service) in &self.datagrams {
            service.serve(sockets.get_mut(*handle), &mut self.scratch);
        }
        let mut changed = false;
        for connection in &mut self.connections {
            let socket = sockets.get_mut::<tcp::Socket<'_>>(connection.handle);
            connection.serve(socket, &self.pattern, &mut self.scratch, counters);
            changed |= !socket.is_listening() && !connection.taken;
            connection.taken |= !socket.is_listening();
            changed |= !socket.is_open();
        }
        if changed {
            self.connections.retain(|connection| {
                let open = sockets.get::<tcp::Socket<'_>>(connection.handle).is_open();
                if !open {
                    drop(sockets.remove(connection.handle));
                }
                open
            });
            self.listen(sockets);
        }
    }

    /// Sees to it that somebody waits on every port.
    fn listen(&mut self, sockets: &mut SocketSet<'_>) {
        let ports = [ECHO, DISCARD, SOURCE, DIGEST];
        for port in ports.into_iter().flat_map(|port| [port; BACKLOG]) {
            let waiting = self.connections.iter().filter(|one| one.port == port && !one.taken).count();
            if waiting >= BACKLOG || self.connections.len() >= CONNECTIONS {
                continue;
            }
            let buffer = || tcp::SocketBuffer::new(vec![0; BUFFER]);
            let mut socket = tcp::Socket::new(buffer(), buffer());
            socket.set_nagle_enabled(false);
            socket.set_timeout(Some(GONE));
            socket.set_keep_alive(Some(SILENCE));
            let _ = socket.listen(port);
            let handle = sockets.add(socket);
            self.connections.push(Connection { handle, port, taken: false, progress: Progress::new(port) });
        }
    }
}

/// A connection, or the place for one.
struct Connection {
    handle: SocketHandle,
    port: u16,
    /// Somebody is connected, or was.
    taken: bool,
    progress: Progress,
}

/// What a connection is for, and how far it is.
enum Progress {
    Echo,
    Discard,
    /// The source, while it reads how much is wanted.
    Line(Vec<u8>),
    /// The source, while it sends: from where, and how much.
    Sending {
        phase: usize,
        left: u64,
    },
    Digest {
        hash: Sha256,
        bytes: u64,
    },
    Done,
}

impl Progress {
    fn new(port: u16) -> Self {
        match port {
            ECHO => Self::Echo,
            SOURCE => Self::Line(Vec::new()),
            DIGEST => Self::Digest { hash: Sha256::new(), bytes: 0 },
            _ => Self::Discard,
        }
    }
}

impl Connection {
    fn serve(&mut self, socket: &mut tcp::Socket<'_>, pattern: &[u8], scratch: &mut [u8], counters: &mut Counters) {
        if !socket.is_active() {
            return;
        }
        match &mut self.progress {
            Progress::Echo => while echo(socket, scratch).is_some() {},
            Progress::Discard | Progress::Done => while receive(socket, |_| ()).is_some() {},
            Progress::Digest { hash, bytes } => {
                let mut take = |data: &[u8]| {
                    hash.update(data);
                    super::add(bytes, data.len());
                };
                while receive(socket, &mut take).is_some() {}
            }
            Progress::Line(line) => {
                let mut ended = false;
                let mut take = |data: &[u8]| {
                    let text = data.iter().take_while(|byte| **byte != b'\n');
                    ended |= data.contains(&b'\n');
                    line.extend(text.take(LINE.saturating_add(2).saturating_sub(line.len())));
                };
                while receive(socket, &mut take).is_some() {}
                if ended {
                    let number = str::from_utf8(line).ok().and_then(|line| line.trim().parse().ok());
                    match number {
                        Some(left) => self.progress = Progress::Sending { phase: 0, left },
                        None => {
                            count(&mut counters.bad_requests);
                            socket.abort();
                        }
                    }
                } else if line.len() > LINE {
                    count(&mut counters.bad_requests);
                    socket.abort();
                }
            }
            Progress::Sending { .. } => {}
        }
        if let Progress::Sending { phase, left } = &mut self.progress {
            while receive(socket, |_| ()).is_some() {}
            while *left > 0 && send_pattern(socket, pattern, phase, left).is_some() {}
            if *left == 0 {
                socket.close();
                self.progress = Progress::Done;
            }
        }
        if socket.state() == tcp::State::CloseWait && !socket.can_recv() {
            match &self.progress {
                // Not before all of it is sent.
                Progress::Sending { .. } => {}
                Progress::Digest { hash, bytes } => {
                    let mut line = format!("{bytes} ");
                    for byte in hash.clone().finalize() {
                        let _ = write!(line, "{byte:02x}");
                    }
                    line.push('\n');
                    // Nothing was sent before, so there is room.
                    let _ = socket.send_slice(line.as_bytes());
                    socket.close();
                    self.progress = Progress::Done;
                }
                _ => socket.close(),
            }
        }
    }
}

/// Takes what was received and lies in one piece; `None` if there is nothing.
fn receive(socket: &mut tcp::Socket<'_>, take: impl FnOnce(&[u8])) -> Option<()> {
    if !socket.can_recv() {
        return None;
    }
    let taken = socket.recv(|data| {
        take(data);
        (data.len(), data.len())
    });
    taken.ok().filter(|taken| *taken > 0).map(drop)
}

/// Sends back what was received, as much as there is room for; `None` if there is nothing, or no room.
fn echo(socket: &mut tcp::Socket<'_>, scratch: &mut [u8]) -> Option<()> {
    if !socket.can_recv() || !socket.can_send() {
        return None;
    }
    let room = socket.send_capacity().saturating_sub(socket.send_queue()).min(scratch.len());
    let taken = socket.recv_slice(scratch.get_mut(..room)?).ok()?;
    let sent = socket.send_slice(scratch.get(..taken)?).ok()?;
    (sent > 0).then_some(())
}

/// Sends more of the pattern; `None` if there is no room.
fn send_pattern(socket: &mut tcp::Socket<'_>, pattern: &[u8], phase: &mut usize, left: &mut u64) -> Option<()> {
    if !socket.can_send() {
        return None;
    }
    let rest = pattern.get(*phase..)?;
    let sent = socket.send(|room| {
        let most = usize::try_from(*left).unwrap_or(usize::MAX).min(room.len()).min(rest.len());
        for (place, byte) in room.iter_mut().zip(rest).take(most) {
            *place = *byte;
        }
        (most, most)
    });
    let sent = sent.ok().filter(|sent| *sent > 0)?;
    *left = left.saturating_sub(u64::try_from(sent).ok()?);
    *phase = phase.saturating_add(sent).checked_rem(PERIOD.into())?;
    Some(())
}

/// What a UDP port is for.
#[derive(Clone, Copy)]
enum Datagrams {
    Echo,
    Discard,
    Names,
}

impl Datagrams {
    fn serve(self, socket: &mut udp::Socket<'_>, scratch: &mut [u8]) {
        while socket.can_recv() && socket.can_send() {
            let Ok((length, from)) = socket.recv_slice(scratch) else {
                continue;
            };
            let datagram = scratch.get(..length).unwrap_or_default();
            // An answer comes from the address that was asked, unless that was everybody's.
            let to = udp::UdpMetadata { local_address: from.local_address.filter(|ip| ip.is_unicast()), ..from };
            // What finds no room is lost, as on any network.
            match self {
                Self::Echo => {
                    let _ = socket.send_slice(datagram, to);
                }
                Self::Discard => {}
                Self::Names => {
                    if let Some(answer) = names::answer(datagram) {
                        let _ = socket.send_slice(&answer, to);
                    }
                }
            }
        }
    }
}
