//! QMI over QRTR, the router between the processors of one chip, without I/O: who is there, and how a session that knows
//! only QMUX frames gets by without them.
//!
//! Over QRTR a datagram holds one message without a frame; a client is the address of a socket, so that there is one
//! socket for each; and there is no control service, because the router tells where the services are. A [`Gateway`] stands
//! in between: it answers requests to the control service itself, from a [`Directory`] of servers, and adds and removes
//! frames. The sockets are its owner's ([`Sockets`]): on Linux those of `QrtrChannel`, in a test whatever is handy.

use heapless::Vec;
use qmi_wire::frame::{
    FRAME_HEADER_LEN, Frame, Framing, Head, Kind, Message, QMUX_MARKER, Sender, WIDE_MARKER, frame_len,
    message_header_len,
};
use qmi_wire::message::{Exchange, View as _, write_indication, write_response, write_verdict};
use qmi_wire::qrtr::{Address, CONTROL_PORT, Control, Server};
use qmi_wire::service::{Service, ctl};
use qmi_wire::{EncodeError, ProtocolError, Verdict};

use super::copy_to;

/// Servers of one node that are remembered; a modem has some thirty.
pub const SERVERS: usize = 64;

/// Clients, and so sockets, at the same time.
pub const CLIENTS: usize = 48;

/// Bytes of answers of the control service that wait to be received.
const WAITING: usize = 1024;

/// The longest answer of the control service: to Get Version Info.
const ANSWER: usize = 512;

/// What a control packet has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum News {
    /// Nothing about this node.
    Nothing,
    /// All servers that were there when the lookup began have been told.
    Complete,
    /// A server is there.
    Come(Server),
    /// A server is gone.
    Gone(Server),
    /// The whole node is gone.
    NodeGone,
}

/// The servers of one node.
#[derive(Clone, Debug)]
pub struct Directory {
    node: u32,
    /// In the order of their announcements.
    servers: Vec<Server, SERVERS>,
    is_complete: bool,
    left_out: u32,
}

impl Directory {
    /// Nobody is known yet.
    #[must_use]
    pub const fn new(node: u32) -> Self {
        Self { node, servers: Vec::new(), is_complete: false, left_out: 0 }
    }

    /// The node.
    #[must_use]
    pub const fn node(&self) -> u32 {
        self.node
    }

    /// Takes a packet of the router.
    pub fn take(&mut self, packet: &Control) -> News {
        match packet {
            Control::NewServer(server) if server.is_end() => {
                self.is_complete = true;
                News::Complete
            }
            Control::NewServer(server) if server.address.node == self.node => {
                self.servers.retain(|known| known.address != server.address);
                if self.servers.push(*server).is_err() {
                    self.left_out = self.left_out.saturating_add(1);
                    return News::Nothing;
                }
                News::Come(*server)
            }
            Control::DelServer(server) if server.address.node == self.node => {
                let before = self.servers.len();
                self.servers.retain(|known| known.address != server.address);
                if self.servers.len() < before { News::Gone(*server) } else { News::Nothing }
            }
            Control::Bye { node } if *node == self.node => {
                self.servers.clear();
                News::NodeGone
            }
            _ => News::Nothing,
        }
    }

    /// Forgets everybody: the router has restarted, and a new lookup begins.
    pub fn clear(&mut self) {
        self.servers.clear();
        self.is_complete = false;
    }

    /// Where a service is; of several servers, the one that was announced last.
    #[must_use]
    pub fn find(&self, service: Service) -> Option<Server> {
        self.servers().filter(|server| server.service() == Some(service)).last()
    }

    /// All servers, in the order of their announcements.
    pub fn servers(&self) -> impl Iterator<Item = Server> {
        self.servers.iter().copied()
    }

    /// Whether the answer to the lookup has come to its end.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Servers for which there was no room.
    #[must_use]
    pub const fn left_out(&self) -> u32 {
        self.left_out
    }
}

/// The sockets of the clients, by number: below [`CLIENTS`].
pub trait Sockets {
    /// Why a socket failed.
    type Error;

    /// Opens one.
    ///
    /// # Errors
    ///
    /// What the system says; the host is told INTERNAL.
    fn open(&mut self, place: usize) -> Result<(), Self::Error>;

    /// Closes it.
    fn close(&mut self, place: usize);

    /// Sends a datagram from it.
    ///
    /// # Errors
    ///
    /// What the system says.
    fn send(&mut self, place: usize, to: Address, datagram: &[u8]) -> Result<(), Self::Error>;
}

/// What a [`Gateway`] met. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Datagrams from somebody else than the client's server, or control packets not from a router.
    pub strangers: u32,
    /// Datagrams and frames that cannot be read.
    pub garbage: u32,
    /// Frames that did not fit the receiver's buffer.
    pub oversize: u32,
    /// Answers of the control service for which there was no room, because nobody receives.
    pub lost: u32,
    /// Clients that ended because their server went.
    pub orphans: u32,
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

/// A client, and where its server is.
#[derive(Clone, Copy, Debug)]
struct Client {
    service: Service,
    cid: u8,
    server: Address,
}

/// Stands between a session that speaks QMUX and the sockets of QRTR. See the [module](self).
#[derive(Debug)]
pub struct Gateway {
    directory: Directory,
    clients: [Option<Client>; CLIENTS],
    /// Frames of the control service, one behind the other.
    answers: Vec<u8, WAITING>,
    counters: Counters,
}

impl Gateway {
    /// A gateway to a node of which nothing is known yet.
    #[must_use]
    pub const fn new(node: u32) -> Self {
        Self {
            directory: Directory::new(node),
            clients: [None; CLIENTS],
            answers: Vec::new(),
            counters: Counters { strangers: 0, garbage: 0, oversize: 0, lost: 0, orphans: 0 },
        }
    }

    /// Who is there.
    #[must_use]
    pub const fn directory(&self) -> &Directory {
        &self.directory
    }

    /// What was met.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }

    // From the session.

    /// Takes a frame of the session: answers it if it is for the control service, and sends it on otherwise.
    ///
    /// # Errors
    ///
    /// That of the client's socket. A frame that cannot be read is counted, and nothing else.
    pub fn send<S: Sockets>(&mut self, frame: &[u8], sockets: &mut S) -> Result<(), S::Error> {
        let Ok(parsed) = Frame::parse(frame) else {
            count(&mut self.counters.garbage);
            return Ok(());
        };
        let service = parsed.message.service();
        if service == Service::CTL {
            self.control_request(&parsed, sockets);
            return Ok(());
        }
        let cid = parsed.framing.client().unwrap_or_default();
        let known = self.clients.iter().enumerate().find_map(|(place, client)| {
            client.filter(|client| (client.service, client.cid) == (service, cid)).map(|client| (place, client))
        });
        match known {
            Some((place, client)) => sockets.send(place, client.server, message_of(frame)),
            None => {
                self.refuse(&parsed, ProtocolError::INVALID_CLIENT_ID);
                Ok(())
            }
        }
    }

    fn control_request<S: Sockets>(&mut self, frame: &Frame<'_>, sockets: &mut S) {
        if frame.message.kind() != Kind::Request {
            return count(&mut self.counters.garbage);
        }
        let done = match frame.message.id() {
            id if id == id_of::<ctl::get_version_info::Message>() => self.version_info(frame),
            id if id == id_of::<ctl::sync::Message>() => {
                self.release_all(sockets);
                self.answer::<ctl::sync::Message>(frame, |_| ());
                Ok(())
            }
            id if id == id_of::<ctl::allocate_cid::Message>() => {
                let request = ctl::allocate_cid::Request::from_tlvs(frame.message.tlvs);
                request.service().map_err(|_| ProtocolError::MALFORMED_MESSAGE).and_then(|service| {
                    let cid = self.allocate(service.value, sockets)?;
                    self.answer::<ctl::allocate_cid::Message>(frame, |response| {
                        response.allocation_info(ctl::AllocationInfo { service, cid });
                    });
                    Ok(())
                })
            }
            id if id == id_of::<ctl::release_cid::Message>() => {
                let request = ctl::release_cid::Request::from_tlvs(frame.message.tlvs);
                request.release_info().map_err(|_| ProtocolError::MALFORMED_MESSAGE).and_then(|info| {
                    self.release(info.service.value, info.cid, sockets)?;
                    self.answer::<ctl::release_cid::Message>(frame, |response| {
                        response.release_info(info);
                    });
                    Ok(())
                })
            }
            id if id == id_of::<ctl::internal_allocate_cid_qrtr::Message>() => {
                let request = ctl::internal_allocate_cid_qrtr::Request::from_tlvs(frame.message.tlvs);
                request.service().map_err(|_| ProtocolError::MALFORMED_MESSAGE).and_then(|service| {
                    let cid = self.allocate(service, sockets)?;
                    self.answer::<ctl::internal_allocate_cid_qrtr::Message>(frame, |response| {
                        response.allocation_info(ctl::WideAllocationInfo { service, cid });
                    });
                    Ok(())
                })
            }
            id if id == id_of::<ctl::internal_release_cid_qrtr::Message>() => {
                let request = ctl::internal_release_cid_qrtr::Request::from_tlvs(frame.message.tlvs);
                request.release_info().map_err(|_| ProtocolError::MALFORMED_MESSAGE).and_then(|info| {
                    self.release(info.service, info.cid, sockets)?;
                    self.answer::<ctl::internal_release_cid_qrtr::Message>(frame, |response| {
                        response.release_info(info);
                    });
                    Ok(())
                })
            }
            _ => Err(ProtocolError::NOT_SUPPORTED),
        };
        if let Err(error) = done {
            self.refuse(frame, error);
        }
    }

    /// The announced versions are major ones.
    fn version_info(&mut self, frame: &Frame<'_>) -> Result<(), ProtocolError> {
        let mut list: Vec<ctl::ServiceInfo, SERVERS> = Vec::new();
        for server in self.directory.servers.iter() {
            let Some(service) = server.service().filter(|service| service.0 <= 0xff) else { continue };
            let info = ctl::ServiceInfo {
                service: service.into(),
                major_version: u16::from(server.version()),
                minor_version: 0,
            };
            if list.iter().all(|known| known.service != info.service) {
                // There is room for all servers.
                let _ = list.push(info);
            }
        }
        self.answer::<ctl::get_version_info::Message>(frame, |response| {
            response.service_list(list.as_slice().into());
        });
        Ok(())
    }

    fn allocate<S: Sockets>(&mut self, service: Service, sockets: &mut S) -> Result<u8, ProtocolError> {
        let server = self.directory.find(service).ok_or(ProtocolError::INVALID_SERVICE_TYPE)?;
        let exhausted = ProtocolError::CLIENT_IDS_EXHAUSTED;
        let cids = || self.clients.iter().flatten().filter(|client| client.service == service).map(|client| client.cid);
        // Numbers are used again as late as possible: late answers might find them.
        let next = cids().max().unwrap_or(0).saturating_add(1);
        let cid =
            Some(next).filter(|cid| *cid < 0xff).or_else(|| (1..0xff).find(|cid| cids().all(|used| used != *cid)));
        let cid = cid.ok_or(exhausted)?;
        let place = self.clients.iter().position(Option::is_none).ok_or(exhausted)?;
        sockets.open(place).map_err(|_| ProtocolError::INTERNAL)?;
        if let Some(client) = self.clients.get_mut(place) {
            *client = Some(Client { service, cid, server: server.address });
        }
        Ok(cid)
    }

    fn release<S: Sockets>(&mut self, service: Service, cid: u8, sockets: &mut S) -> Result<(), ProtocolError> {
        let is_it = |client: &Client| (client.service, client.cid) == (service, cid);
        match self.end(sockets, is_it) {
            0 => Err(ProtocolError::INVALID_CLIENT_ID),
            _ => Ok(()),
        }
    }

    fn release_all<S: Sockets>(&mut self, sockets: &mut S) {
        self.end(sockets, |_| true);
    }

    /// Ends clients, and says how many.
    fn end<S: Sockets>(&mut self, sockets: &mut S, which: impl Fn(&Client) -> bool) -> u32 {
        let mut ended = 0;
        for (place, client) in self.clients.iter_mut().enumerate() {
            if client.take_if(|client| which(client)).is_some() {
                sockets.close(place);
                count(&mut ended);
            }
        }
        ended
    }

    fn answer<M: Exchange>(&mut self, frame: &Frame<'_>, fill: impl FnOnce(&mut M::ResponseBuilder<'_>)) {
        let mut buffer = [0; ANSWER];
        let transaction = frame.message.transaction;
        let written =
            write_response::<M>(&mut buffer, Framing::modem(0), transaction, Verdict::SUCCESS, |builder| fill(builder));
        self.queue(written.map(|frame| &*frame));
    }

    fn refuse(&mut self, frame: &Frame<'_>, error: ProtocolError) {
        let framing = match frame.framing {
            Framing::Qmux { client, .. } => Framing::Qmux { sender: Sender::MODEM, client },
            other => other,
        };
        let message = &frame.message;
        let (service, transaction, id) = (message.service(), message.transaction, message.id());
        let head = Head { framing, service, kind: Kind::Response, transaction, id };
        let mut buffer = [0; ANSWER];
        let written = write_verdict(&mut buffer, &head, Verdict::failure(error));
        self.queue(written.map(|frame| &*frame));
    }

    fn queue(&mut self, written: Result<&[u8], EncodeError>) {
        match written {
            Ok(frame) if self.answers.extend_from_slice(frame).is_ok() => {}
            _ => count(&mut self.counters.lost),
        }
    }

    // To the session.

    /// The next answer of the control service, copied to `buf`; `None` if there is none now.
    ///
    /// # Errors
    ///
    /// The length of a frame that does not fit `buf`; it is consumed.
    pub fn next(&mut self, buf: &mut [u8]) -> Option<Result<usize, usize>> {
        let length = frame_len(&self.answers).ok()?;
        let frame = self.answers.get(..length)?;
        let copied = copy_to(frame, buf);
        let left = self.answers.len().saturating_sub(length);
        self.answers.rotate_left(length); // no more than there is
        self.answers.truncate(left);
        Some(self.fits(copied, length))
    }

    fn fits(&mut self, copied: Option<usize>, length: usize) -> Result<usize, usize> {
        if copied.is_none() {
            count(&mut self.counters.oversize);
        }
        copied.ok_or(length)
    }

    /// Takes a datagram that came to a client's socket, and writes the frame for the session to `buf`; `None` if it is not
    /// for it.
    ///
    /// # Errors
    ///
    /// The length of a frame that does not fit `buf`.
    pub fn received(
        &mut self,
        place: usize,
        from: Address,
        datagram: &[u8],
        buf: &mut [u8],
    ) -> Option<Result<usize, usize>> {
        let client = self.clients.get(place).copied().flatten();
        let Some(client) = client.filter(|client| client.server == from) else {
            count(&mut self.counters.strangers);
            return None;
        };
        let Ok(message) = Message::parse(client.service, datagram) else {
            count(&mut self.counters.garbage);
            return None;
        };
        // Routers pad.
        let length = message_header_len(client.service).saturating_add(message.tlvs.bytes().len());
        let Some(message) = datagram.get(..length) else {
            count(&mut self.counters.garbage);
            return None;
        };
        let needed = FRAME_HEADER_LEN.saturating_add(length);
        let Ok([low, high]) = u16::try_from(needed.saturating_sub(1)).map(u16::to_le_bytes) else {
            count(&mut self.counters.garbage);
            return None;
        };
        let header = match client.service.0.to_le_bytes() {
            [service, 0] => [QMUX_MARKER, low, high, Sender::MODEM.0, service, client.cid],
            [service_low, service_high] => [WIDE_MARKER, low, high, service_low, service_high, client.cid],
        };
        let copied = match buf.get_mut(..needed).and_then(|frame| frame.split_first_chunk_mut()) {
            Some((to, rest)) => {
                *to = header;
                copy_to(message, rest).map(|_| needed)
            }
            None => None,
        };
        Some(self.fits(copied, needed))
    }

    /// Takes a control packet. Clients whose server is gone end; if the node is gone, or has lost its last server, the
    /// session is told that the modem restarts (Sync).
    pub fn control<S: Sockets>(&mut self, from: Address, packet: &[u8], sockets: &mut S) -> News {
        if from.port != CONTROL_PORT {
            count(&mut self.counters.strangers);
            return News::Nothing;
        }
        let Ok(packet) = Control::parse(packet) else {
            count(&mut self.counters.garbage);
            return News::Nothing;
        };
        let news = self.directory.take(&packet);
        let orphans = match news {
            News::Gone(server) => self.end(sockets, |client| client.server == server.address),
            News::NodeGone => self.end(sockets, |_| true),
            // A server that comes back on the same port has forgotten its clients, and the router says DEL_SERVER before.
            _ => 0,
        };
        self.counters.orphans = self.counters.orphans.saturating_add(orphans);
        if matches!(news, News::Gone(_) | News::NodeGone) && self.directory.servers.is_empty() {
            self.tell_sync();
        }
        news
    }

    /// The router has restarted (ENETRESET): nothing is known any more, all clients are void, and the owner makes new
    /// sockets and a new lookup.
    pub fn reset<S: Sockets>(&mut self, sockets: &mut S) {
        let orphans = self.end(sockets, |_| true);
        self.counters.orphans = self.counters.orphans.saturating_add(orphans);
        self.directory.clear();
        self.tell_sync();
    }

    fn tell_sync(&mut self) {
        let mut buffer = [0; ANSWER];
        let written = write_indication::<ctl::sync_indication::Message>(&mut buffer, Framing::modem(0), 1, |_| ());
        self.queue(written.map(|frame| &*frame));
    }
}

const fn id_of<M: qmi_wire::Message>() -> u16 {
    M::ID
}

/// The message in a frame.
fn message_of(frame: &[u8]) -> &[u8] {
    frame.get(FRAME_HEADER_LEN..).unwrap_or_default()
}

/// The node in a name such as `qrtr://0`.
#[must_use]
pub fn node_of(uri: &str) -> Option<u32> {
    let digits = uri.strip_prefix("qrtr://")?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

#[cfg(test)]
mod tests;
