//! Sockets of QRTR (`AF_QIPCRTR`), and the channel over them.
//!
//! What a packet means is decided in [`channel::qrtr`](crate::channel::qrtr); here are the system calls. The kernel's
//! router is a module of its own (`qrtr`), which kernels for chips from Qualcomm have.

use std::os::fd::OwnedFd;

use alloc::vec;
use alloc::vec::Vec;

use qmi_wire::qrtr::{Address, CONTROL_LEN, Control};
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::net::addr::{SocketAddrArg, SocketAddrLen, SocketAddrOpaque, SocketAddrStorage};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketAddrAny, SocketFlags, SocketType};

use super::super::blocking::MessageChannel;
use super::super::qrtr::{CLIENTS, Counters, Directory, Gateway, Sockets};
use super::{Duration, LinuxClock, LinuxError, Operation, Timespec};
use crate::time::{Instant, Millis};

extern crate alloc;

/// `AF_QIPCRTR` of linux/socket.h.
const FAMILY: u16 = 42;

/// The longest datagram, in bytes: the kernel's limit of one message is 64 KiB.
const LONGEST: usize = 0xffff;

/// How long the router may take to say who is there.
const LOOKUP: Millis = Millis::from_secs(5);

/// `struct sockaddr_qrtr` of linux/qrtr.h.
#[repr(C)]
#[derive(Clone, Copy)]
struct Sockaddr {
    family: u16,
    node: u32,
    port: u32,
}

const SOCKADDR_LEN: usize = size_of::<Sockaddr>();

/// An address as the system takes it.
struct To(Address);

// SAFETY: `f` is called with a pointer to a whole `Sockaddr`, and its length; the kernel reads that as the address of its
// family, in which every node and port is valid.
#[allow(unsafe_code)]
unsafe impl SocketAddrArg for To {
    unsafe fn with_sockaddr<R>(&self, f: impl FnOnce(*const SocketAddrOpaque, SocketAddrLen) -> R) -> R {
        let address = Sockaddr { family: FAMILY, node: self.0.node, port: self.0.port };
        f((&raw const address).cast(), SocketAddrLen::try_from(SOCKADDR_LEN).unwrap_or(0))
    }
}

/// An address as the system gives it; `None` if it is of another family.
fn address(any: &SocketAddrAny) -> Option<Address> {
    let is_whole = usize::try_from(any.addr_len()).is_ok_and(|length| length >= SOCKADDR_LEN);
    if any.address_family() != AddressFamily::from_raw(FAMILY) || !is_whole {
        return None;
    }
    let storage: *const SocketAddrStorage = any.as_ptr();
    // SAFETY: the storage of a `SocketAddrAny` is initialized for `addr_len` bytes, which are no less than a `Sockaddr`
    // has; the storage is aligned for every address, and read before `any` goes.
    #[allow(unsafe_code)]
    let Sockaddr { node, port, .. } = unsafe { storage.cast::<Sockaddr>().read() };
    Some(Address { node, port })
}

/// A datagram socket.
#[derive(Debug)]
struct Socket(OwnedFd);

impl Socket {
    fn open() -> Result<Self, LinuxError> {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let fd = rustix::net::socket_with(AddressFamily::from_raw(FAMILY), SocketType::DGRAM, flags, None);
        fd.map(Self).map_err(|errno| LinuxError::system(Operation::Open, errno))
    }

    /// The node of this machine.
    fn node(&self) -> Result<u32, LinuxError> {
        let own = rustix::net::getsockname(&self.0).map_err(|errno| LinuxError::system(Operation::Lookup, errno))?;
        address(&own).map(|own| own.node).ok_or(LinuxError::NotADevice)
    }

    /// Sends a datagram. A full queue is waited for as long as a device would be.
    fn send(&self, to: Address, datagram: &[u8]) -> Result<(), LinuxError> {
        let deadline = LinuxClock::now() + super::WRITE_TIMEOUT;
        loop {
            match rustix::net::sendto(&self.0, datagram, SendFlags::empty(), &To(to)) {
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) if LinuxClock::now() >= deadline => return Err(LinuxError::TimedOut),
                Err(Errno::AGAIN) => wait(&mut [PollFd::new(&self.0, PollFlags::OUT)], deadline)?,
                Err(errno) => return Err(LinuxError::system(Operation::Write, errno)),
            }
        }
    }

    /// A datagram that is there, and its sender.
    fn receive(&self, buf: &mut [u8]) -> Result<Option<(usize, Address)>, Errno> {
        loop {
            match rustix::net::recvfrom(&self.0, &mut *buf, RecvFlags::empty()) {
                Ok((count, _, from)) => {
                    return Ok(Some((count, from.as_ref().and_then(address).unwrap_or_default())));
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(None),
                Err(errno) => return Err(errno),
            }
        }
    }
}

fn wait(fds: &mut [PollFd<'_>], deadline: Instant) -> Result<(), LinuxError> {
    let left = Duration::from_millis(deadline.0.saturating_sub(LinuxClock::now().0));
    let left = Timespec::try_from(left).ok().filter(|_| deadline != Instant::FAR);
    match rustix::event::poll(fds, left.as_ref()) {
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(errno) => Err(LinuxError::system(Operation::Poll, errno)),
    }
}

/// The sockets of the clients.
#[derive(Debug)]
struct Clients(Vec<Option<Socket>>);

impl Sockets for Clients {
    type Error = LinuxError;

    fn open(&mut self, place: usize) -> Result<(), LinuxError> {
        let socket = Socket::open()?;
        if let Some(slot) = self.0.get_mut(place) {
            *slot = Some(socket);
        }
        Ok(())
    }

    fn close(&mut self, place: usize) {
        if let Some(slot) = self.0.get_mut(place) {
            *slot = None;
        }
    }

    fn send(&mut self, place: usize, to: Address, datagram: &[u8]) -> Result<(), LinuxError> {
        match self.0.get(place).and_then(Option::as_ref) {
            Some(socket) => socket.send(to, datagram),
            None => Err(LinuxError::Closed),
        }
    }
}

/// A blocking channel to the QMI services of a node of QRTR, for sessions that speak QMUX: it stands in for the control
/// service ([`Gateway`]), and has a socket for each client.
///
/// ```no_run
/// use wwan::channel::QrtrChannel;
///
/// let modem = QrtrChannel::open_uri("qrtr://0")?;
/// for server in modem.directory().servers() {
///     println!("service {} at port {:#x}", server.service, server.address.port);
/// }
/// # Ok::<(), wwan::channel::LinuxError>(())
/// ```
#[derive(Debug)]
pub struct QrtrChannel {
    gateway: Gateway,
    control: Socket,
    clients: Clients,
    /// The client whose socket is looked at first next time, so that none is kept waiting by another.
    turn: usize,
    datagram: Vec<u8>,
}

impl QrtrChannel {
    /// Asks the router for the servers of a node, and waits until it has told them all.
    ///
    /// # Errors
    ///
    /// [`LinuxError::System`] with [`Operation::Open`] if the kernel knows no QRTR; [`LinuxError::TimedOut`] if its name
    /// service does not answer within five seconds.
    pub fn open(node: u32) -> Result<Self, LinuxError> {
        let mut channel = Self {
            gateway: Gateway::new(node),
            control: Socket::open()?,
            clients: Clients((0..CLIENTS).map(|_| None).collect()),
            turn: 0,
            datagram: vec![0; LONGEST],
        };
        channel.look_up()?;
        let deadline = LinuxClock::now() + LOOKUP;
        while !channel.gateway.directory().is_complete() {
            if LinuxClock::now() >= deadline {
                return Err(LinuxError::TimedOut);
            }
            channel.wait(deadline)?;
            channel.read_control()?;
        }
        Ok(channel)
    }

    /// The same by name: `qrtr://NODE`.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open); [`LinuxError::NotADevice`] for another name.
    pub fn open_uri(uri: &str) -> Result<Self, LinuxError> {
        Self::open(super::super::qrtr::node_of(uri).ok_or(LinuxError::NotADevice)?)
    }

    /// Who is there.
    #[must_use]
    pub const fn directory(&self) -> &Directory {
        self.gateway.directory()
    }

    /// What was met besides messages.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.gateway.counters()
    }

    fn look_up(&self) -> Result<(), LinuxError> {
        let mut packet = [0; CONTROL_LEN];
        let lookup = Control::NewLookup { service: 0, instance: 0 };
        let Ok(packet) = lookup.write(&mut packet) else {
            return Ok(()); // it fits
        };
        self.control.send(Address::control(self.control.node()?), packet)
    }

    /// Waits until some socket has something.
    fn wait(&self, deadline: Instant) -> Result<(), LinuxError> {
        let clients = self.clients.0.iter().flatten();
        let sockets = core::iter::once(&self.control).chain(clients);
        let mut fds: Vec<_> = sockets.map(|socket| PollFd::new(&socket.0, PollFlags::IN)).collect();
        wait(&mut fds, deadline)
    }

    /// Everything that the router has to say.
    fn read_control(&mut self) -> Result<(), LinuxError> {
        loop {
            match self.control.receive(&mut self.datagram) {
                Ok(Some((length, from))) => {
                    let packet = self.datagram.get(..length).unwrap_or_default();
                    self.gateway.control(from, packet, &mut self.clients);
                }
                Ok(None) => return Ok(()),
                Err(Errno::NETRESET) => return self.begin_anew(),
                Err(errno) => return Err(LinuxError::system(Operation::Read, errno)),
            }
        }
    }

    /// The name service has restarted: all sockets are void.
    fn begin_anew(&mut self) -> Result<(), LinuxError> {
        self.gateway.reset(&mut self.clients);
        self.control = Socket::open()?;
        self.look_up()
    }

    /// What has come to one of the clients.
    fn read_clients(&mut self, buf: &mut [u8]) -> Result<Option<usize>, LinuxError> {
        for step in 0..CLIENTS {
            let place = self.turn.wrapping_add(step).checked_rem(CLIENTS).unwrap_or(0);
            let Some(socket) = self.clients.0.get(place).and_then(Option::as_ref) else {
                continue;
            };
            match socket.receive(&mut self.datagram) {
                Ok(Some((length, from))) => {
                    self.turn = place.wrapping_add(1);
                    let datagram = self.datagram.get(..length).unwrap_or_default();
                    if let Some(taken) = self.gateway.received(place, from, datagram, buf) {
                        return taken.map(Some).map_err(|needed| LinuxError::TooLong { needed });
                    }
                }
                Ok(None) => {}
                Err(Errno::NETRESET) => {
                    self.begin_anew()?;
                    return Ok(None);
                }
                Err(errno) => return Err(LinuxError::system(Operation::Read, errno)),
            }
        }
        Ok(None)
    }
}

impl MessageChannel for QrtrChannel {
    type Error = LinuxError;

    fn send(&mut self, message: &[u8]) -> Result<(), LinuxError> {
        // Who is gone is known before something is sent to it.
        self.read_control()?;
        self.gateway.send(message, &mut self.clients)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, LinuxError> {
        loop {
            self.read_control()?;
            if let Some(taken) = self.gateway.next(buf) {
                return taken.map(Some).map_err(|needed| LinuxError::TooLong { needed });
            }
            if let Some(length) = self.read_clients(buf)? {
                return Ok(Some(length));
            }
            // Datagrams of strangers must not outlast the deadline.
            if LinuxClock::now() >= deadline {
                return self.gateway.next(buf).transpose().map_err(|needed| LinuxError::TooLong { needed });
            }
            self.wait(deadline)?;
        }
    }

    fn max_message(&self) -> usize {
        LONGEST
    }

    fn now(&self) -> Instant {
        LinuxClock::now()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]

    use super::*;

    #[test]
    fn an_address_is_laid_out_as_the_kernel_has_it() {
        // sockaddr_qrtr: family at 0, node at 4, port at 8; 12 bytes.
        let place = core::mem::offset_of!(Sockaddr, node);
        assert_eq!((place, core::mem::offset_of!(Sockaddr, port), SOCKADDR_LEN), (4, 8, 12));
        let there = Address { node: 0x1234_5678, port: 0xffff_fffe };
        assert_eq!(address(&To(there).as_any()), Some(there));
        // Another family, and one that is too short.
        let v4 = SocketAddrAny::from(rustix::net::SocketAddrV4::new(core::net::Ipv4Addr::LOCALHOST, 42));
        assert_eq!(address(&v4), None);
        let unix = rustix::net::SocketAddrUnix::new_unnamed().as_any();
        assert_eq!(address(&unix), None);
    }

    #[test]
    fn a_kernel_without_the_router_says_so() {
        match QrtrChannel::open(0) {
            Ok(channel) => assert!(channel.directory().is_complete()),
            Err(LinuxError::System { operation: Operation::Open | Operation::Lookup | Operation::Write, .. }) => {}
            Err(LinuxError::TimedOut) => {} // a router without name service
            Err(error) => panic!("{error}"),
        }
        assert!(matches!(QrtrChannel::open_uri("qrtr://x"), Err(LinuxError::NotADevice)));
    }
}
