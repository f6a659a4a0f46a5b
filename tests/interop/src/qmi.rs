//! QMI without a program of others: our own host, and a connection to a proxy on which every byte is the test's.

use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;

use qmi_wire::frame::{Frame, Framing, Kind, frame_len};
use qmi_wire::message::{self, Exchange, Message};
use qmi_wire::service::{Service, ctl};
use qmi_wire::{ProtocolError, Verdict, View as _};
use wwan::channel::{LinuxChannel, LinuxPort};
use wwan::client::qmi::Memory;
use wwan::client::qmi::blocking::Client;
use wwan::session::qmi::{ClientSlot, Config, Memory as SessionMemory, Slot};
use wwan::time::Millis;

use crate::{PATIENCE, Proxy};

/// The socket on which programs look for a proxy.
pub const PROXY: &str = "qmi-proxy";

/// Memory for a QMI host.
#[derive(Debug)]
pub struct Buffers {
    transfer: Vec<u8>,
    indications: Vec<u8>,
    slots: [Slot; 4],
    clients: [ClientSlot; 16],
    request: Vec<u8>,
}

impl Buffers {
    /// Memory for messages of all usual sizes.
    #[must_use]
    #[allow(clippy::new_without_default)] // as elsewhere
    pub fn new() -> Self {
        Self {
            transfer: vec![0; 8192],
            indications: vec![0; 16 * 1024],
            slots: [Slot::FREE; 4],
            clients: [ClientSlot::FREE; 16],
            request: vec![0; 4096],
        }
    }

    /// Our host, connected to the proxy, which has opened a device for it.
    ///
    /// # Panics
    ///
    /// If the proxy is not there, or refuses, or the modem does not answer.
    pub fn through_proxy(&mut self, device: &Path) -> Client<'_, LinuxChannel> {
        let memory = Memory {
            transfer: &mut self.transfer,
            indications: &mut self.indications,
            session: SessionMemory { slots: &mut self.slots, clients: &mut self.clients, request: &mut self.request },
        };
        let stream = OwnedFd::from(Proxy::connect_to(PROXY).expect("a proxy"));
        let channel = LinuxChannel::qmux(LinuxPort::from_fd(stream).expect("a socket"));
        let mut client = Client::new(channel, Config::default(), memory);
        client.open_proxy(device.to_str().expect("a path"), Millis::from_secs(30)).expect("a device");
        client.open().expect("a modem");
        client
    }
}

/// A connection to a proxy.
#[derive(Debug)]
pub struct Raw {
    stream: UnixStream,
    transaction: u8,
    /// Frames that came while an answer was waited for.
    pub told: Vec<Vec<u8>>,
}

impl Raw {
    /// Connects.
    ///
    /// # Panics
    ///
    /// If nobody is there.
    #[must_use]
    pub fn connect() -> Self {
        let stream = Proxy::connect_to(PROXY).expect("a proxy");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        Self { stream, transaction: 0, told: Vec::new() }
    }

    /// Connects, and chooses a device.
    ///
    /// # Panics
    ///
    /// If the device is refused.
    #[must_use]
    pub fn open(device: &Path) -> Self {
        let mut raw = Self::connect();
        let path = device.to_str().expect("a path");
        let answer = raw.ask::<ctl::internal_proxy_open::Message>(0, |request| {
            request.device_path(path.into());
        });
        assert_eq!(result(&answer), Ok(()));
        raw
    }

    /// Sends bytes.
    ///
    /// # Panics
    ///
    /// If the proxy is gone.
    pub fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).expect("send");
    }

    /// Sends a request of a client, and returns its transaction number.
    ///
    /// # Panics
    ///
    /// If the proxy is gone.
    pub fn begin<M: Exchange>(&mut self, client: u8, fill: impl for<'b> FnOnce(&mut M::RequestBuilder<'b>)) -> u16 {
        self.transaction = self.transaction.checked_add(1).unwrap_or(1);
        let transaction = self.transaction.into();
        let mut buffer = [0; 512];
        let request = message::write_request::<M>(&mut buffer, Framing::host(client), transaction, fill);
        self.send(request.expect("a request"));
        transaction
    }

    /// Asks, and returns the frame of the answer.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn ask<M: Exchange>(&mut self, client: u8, fill: impl for<'b> FnOnce(&mut M::RequestBuilder<'b>)) -> Vec<u8> {
        let transaction = self.begin::<M>(client, fill);
        loop {
            let bytes = self.receive().expect("an answer");
            let frame = Frame::parse(&bytes).expect("a message");
            let (kind, number) = (frame.message.kind(), frame.message.transaction);
            if (kind, number, frame.message.id()) == (Kind::Response, transaction, <M as Message>::ID) {
                return bytes;
            }
            self.told.push(bytes);
        }
    }

    /// The next frame; `None` if the proxy has hung up.
    ///
    /// # Panics
    ///
    /// If nothing comes for a long time.
    pub fn receive(&mut self) -> Option<Vec<u8>> {
        let mut frame = vec![0; 3];
        match self.stream.read_exact(&mut frame) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => panic!("nothing came"),
            Err(_) => return None,
        }
        let begun = frame.len();
        frame.resize(frame_len(&frame).expect("a frame"), 0);
        self.stream.read_exact(frame.get_mut(begun..)?).ok()?;
        Some(frame)
    }

    /// Allocates a client.
    ///
    /// # Errors
    ///
    /// Why the modem has none.
    ///
    /// # Panics
    ///
    /// If there is no sensible answer.
    pub fn allocate(&mut self, service: Service) -> Result<u8, ProtocolError> {
        let answer = self.ask::<ctl::allocate_cid::Message>(0, |request| {
            request.service(service.into());
        });
        result(&answer)?;
        let tlvs = Frame::parse(&answer).expect("a message").message.tlvs;
        let info = ctl::allocate_cid::Response::from_tlvs(tlvs).allocation_info().expect("a client");
        assert_eq!(info.service.value, service);
        Ok(info.cid)
    }

    /// Releases a client.
    ///
    /// # Panics
    ///
    /// If the modem does not.
    pub fn release(&mut self, service: Service, client: u8) {
        let answer = self.ask::<ctl::release_cid::Message>(0, |request| {
            request.release_info(ctl::ReleaseInfo { service: service.into(), cid: client });
        });
        assert_eq!(result(&answer), Ok(()));
    }

    /// All clients that a service has left: takes them, and gives them back.
    ///
    /// # Panics
    ///
    /// If the modem runs out of them for another reason.
    #[must_use]
    pub fn free_clients(&mut self, service: Service) -> Vec<u8> {
        let mut clients = Vec::new();
        loop {
            match self.allocate(service) {
                Ok(client) => clients.push(client),
                Err(error) => {
                    assert_eq!(error, ProtocolError::CLIENT_IDS_EXHAUSTED);
                    break;
                }
            }
        }
        for client in &clients {
            self.release(service, *client);
        }
        clients.sort_unstable();
        clients
    }
}

/// How a request went.
///
/// # Errors
///
/// Why it failed.
///
/// # Panics
///
/// If the answer does not say.
pub fn result(answer: &[u8]) -> Result<(), ProtocolError> {
    let tlvs = Frame::parse(answer).expect("a message").message.tlvs;
    tlvs.require::<Verdict>(Verdict::TLV).expect("a verdict").ok()
}
