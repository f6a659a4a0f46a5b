//! The side of the modem: requests, answers, indications.

use qmi_wire::frame::{BROADCAST, Frame, Framing, Kind, frame_len, set_transaction};
use qmi_wire::message::write_request;
use qmi_wire::service::wds::{self, ConnectionStatus};
use qmi_wire::service::{Service, ctl};
use qmi_wire::{ProtocolError, Verdict, View as _};

use super::connection::{Head, Held, Wait};
use super::{Asker, ERRAND, Holder, Origin, Pending, Proxy, count, orphaned_until};
use crate::proxy::{ProgramId, turn};
use crate::time::{Instant, Millis};

/// How long the modem may take to release a client.
const RELEASE: Millis = Millis::from_secs(10);

/// What is to be sent next.
enum Next {
    /// The errand, so many bytes.
    Errand(usize),
    /// The request of the program at that place, so many bytes.
    Request(usize, usize),
}

impl Proxy<'_> {
    /// The next frame for the modem; `None` when there is none.
    pub fn transmit_modem(&mut self, now: Instant) -> Option<&[u8]> {
        match self.errand(now).or_else(|| self.forward(now))? {
            Next::Errand(len) => self.errand.get(..len),
            Next::Request(index, len) => self.connections.get(index)?.request.get(..len),
        }
    }

    /// The next frame for any of the programs for which `can_take` says yes; `None` when there is none. Programs take turns,
    /// so that one with many messages does not hold up the others.
    pub fn transmit_program(&mut self, mut can_take: impl FnMut(ProgramId) -> bool) -> Option<(ProgramId, &[u8])> {
        self.synchronised();
        let program = turn(&mut self.message_turn, self.connections, |index, connection| {
            let program = ProgramId { index, generation: connection.generation };
            (!connection.out.is_empty() && can_take(program)).then_some(program)
        })?;
        let frame = self.connections.get_mut(program.index)?.out.next()?;
        Some((program, frame))
    }

    /// Answers the programs that wait for their clients to be released: the releases are on their way, and nothing that these
    /// programs ask from now on can overtake them.
    fn synchronised(&mut self) {
        if self.clients.doomed().is_some() {
            return;
        }
        for connection in self.connections.iter_mut() {
            if let Some(held) = connection.held.take_if(|held| held.wait == Wait::Release) {
                connection.out.grant(&mut self.counters, &held.head);
            }
        }
    }

    /// Places for requests that are free.
    fn free(&self) -> usize {
        self.pending.iter().filter(|pending| pending.0.is_none()).count()
    }

    /// Releases a client that nobody has.
    fn errand(&mut self, now: Instant) -> Option<Next> {
        let (service, client) = self.clients.doomed().filter(|_| self.free() > 0)?;
        let transaction = self.transaction(Service::CTL, 0)?;
        let framing = Framing::host(0);
        let room: &mut [u8; ERRAND] = &mut self.errand;
        let written = if service.0 > u16::from(u8::MAX) {
            write_request::<ctl::internal_release_cid_qrtr::Message>(room, framing, transaction, |request| {
                request.release_info(ctl::WideReleaseInfo { service, cid: client });
            })
        } else {
            write_request::<ctl::release_cid::Message>(room, framing, transaction, |request| {
                request.release_info(ctl::ReleaseInfo { service: service.into(), cid: client });
            })
        };
        self.clients.forget(service, client);
        let written = &*written.ok()?;
        let (len, head) = (written.len(), Head::new(&Frame::parse(written).ok()?));
        let target = Some((service, client));
        self.begin(Origin { head, transaction, asker: Asker::Proxy, adopts: false, target, until: now + RELEASE });
        Some(Next::Errand(len))
    }

    /// Sends the next request of a program.
    fn forward(&mut self, now: Instant) -> Option<Next> {
        // One place stays for releases.
        if self.free() < 2 {
            return None;
        }
        let shares = self.connections.len().max(1);
        let share = self.pending.len().saturating_sub(1).checked_div(shares).unwrap_or(0).max(1);
        let pending = &*self.pending;
        let taken =
            |index| pending.iter().filter(|p| p.0.is_some_and(|origin| origin.asker.place() == Some(index))).count();
        let (index, Held { head, len, .. }) = turn(&mut self.request_turn, self.connections, |index, connection| {
            let held = connection.holds(Wait::Turn)?;
            (taken(index) < share).then_some((index, held))
        })?;
        let transaction = self.transaction(head.service, head.client)?;
        let connection = self.connections.get_mut(index)?;
        connection.held = None;
        let request = connection.request.get_mut(..len)?;
        let target = target(request);
        set_transaction(request, transaction).ok()?;
        count(&mut self.counters.forwarded);
        if let (Some((service, client)), false) = (target, head.allocates()) {
            // A release. Whatever the modem answers, and whenever: the program has the client no more.
            self.clients.forget(service, client);
            for origin in self.pending.iter_mut().filter_map(|pending| pending.0.as_mut()) {
                origin.adopts &= !origin.is_with(service, client);
            }
        }
        let adopts = head.service != Service::CTL && !self.clients.adopt(head.service, head.client, index);
        let asker = Asker::Program(index);
        self.begin(Origin { head, transaction, asker, adopts, target, until: now + self.config.request });
        Some(Next::Request(index, len))
    }

    fn begin(&mut self, origin: Origin) {
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.0.is_none()) {
            pending.0 = Some(origin);
        }
    }

    /// A transaction number that is not in use.
    fn transaction(&mut self, service: Service, client: u8) -> Option<u16> {
        let next = |transaction: u16| transaction.checked_add(1).unwrap_or(1);
        // Among one more than there are places, one is free; but the control service has 255 only.
        for _ in 0..=self.pending.len() {
            let transaction = if service == Service::CTL {
                self.last_control = self.last_control.checked_add(1).unwrap_or(1);
                u16::from(self.last_control)
            } else {
                self.last_transaction = next(self.last_transaction);
                self.last_transaction
            };
            let mut origins = self.pending.iter().filter_map(|pending| pending.0);
            if !origins.any(|origin| origin.is_with(service, client) && origin.transaction == transaction) {
                return Some(transaction);
            }
        }
        None
    }

    /// Takes one frame of the modem.
    pub fn modem_receive(&mut self, now: Instant, bytes: &[u8]) {
        let Ok(frame) = Frame::parse(bytes) else {
            return count(&mut self.counters.noise);
        };
        // What follows the frame is none of ours.
        let bytes = frame_len(bytes).ok().and_then(|len| bytes.get(..len)).unwrap_or(bytes);
        match frame.message.kind() {
            Kind::Request => count(&mut self.counters.noise),
            Kind::Response => self.response(now, &frame, bytes),
            Kind::Indication => self.indication(now, &frame, bytes),
        }
    }

    fn response(&mut self, now: Instant, frame: &Frame<'_>, bytes: &[u8]) {
        let head = Head::new(frame);
        let client = if head.service == Service::CTL { 0 } else { head.client };
        let place = self.pending.iter().position(|pending| {
            pending.0.is_some_and(|origin| {
                let numbers = (origin.transaction, origin.head.id);
                origin.is_with(head.service, client) && numbers == (head.transaction, head.id)
            })
        });
        let Some(origin) = place.and_then(|place| self.pending.get_mut(place)?.0.take()) else {
            count(&mut self.counters.unexpected);
            // A client that was allocated too late for anybody to hear of it.
            if let Some((service, client)) = allocated(&head, frame).filter(|(s, c)| !self.clients.knows(*s, *c)) {
                self.doom(service, client);
            }
            return;
        };
        self.note(now, &origin, frame);
        match (origin.asker, origin.asker.place().and_then(|index| self.connections.get_mut(index))) {
            (Asker::Program(_), Some(connection)) => {
                count(&mut self.counters.answered);
                connection.out.answer(&mut self.counters, &origin.head, bytes);
            }
            (Asker::Proxy, _) => {}
            _ => count(&mut self.counters.swallowed),
        }
    }

    /// Keeps book of what an answer changes.
    fn note(&mut self, now: Instant, origin: &Origin, frame: &Frame<'_>) {
        let Head { service, client, .. } = origin.head;
        let verdict: Option<Verdict> = frame.message.tlvs.get(Verdict::TLV).ok().flatten();
        let result = verdict.map_or(Err(ProtocolError::NONE), Verdict::ok);
        let until = orphaned_until(now, self.config.grace);
        if service != Service::CTL {
            if result == Err(ProtocolError::INVALID_CLIENT_ID) {
                return self.clients.forget(service, client);
            }
            if let (true, Asker::Program(index)) = (origin.adopts, origin.asker) {
                self.join(service, client, index, self.expected());
            }
            if result.is_ok() && origin.head.is::<wds::start_network::Message>() {
                self.clients.set_session(service, client, true, until);
            }
            if result.is_ok() && origin.head.is::<wds::stop_network::Message>() {
                self.clients.set_session(service, client, false, until);
            }
            return;
        }
        if origin.head.is::<ctl::sync::Message>() {
            if result.is_ok() {
                self.clients.clear();
            }
        } else if origin.head.allocates() {
            if let Some((service, client)) = allocated(&origin.head, frame) {
                // Whoever had it before has it no more.
                self.clients.forget(service, client);
                match origin.asker {
                    Asker::Program(index) => self.join(service, client, index, 0),
                    _ => self.doom(service, client),
                }
            } else if let (Err(ProtocolError::CLIENT_IDS_EXHAUSTED), Some((service, _))) = (result, origin.target) {
                self.clients.doom_orphans(service);
            }
        } else if let Some((service, client)) = origin.target {
            let void = matches!(result, Ok(()) | Err(ProtocolError::INVALID_CLIENT_ID));
            match origin.asker {
                Asker::Proxy => self.errand_done(void),
                _ if void => self.clients.forget(service, client),
                // It is still there, and nobody's.
                _ if self.clients.knows(service, client) => {}
                _ if self.clients.add(service, client, Holder::Nobody(until)) => {}
                _ => count(&mut self.counters.leaked),
            }
        }
    }

    fn errand_done(&mut self, released: bool) {
        count(if released { &mut self.counters.released } else { &mut self.counters.leaked });
    }

    /// A client is the program's at `index`, too. So much room is promised to others.
    fn join(&mut self, service: Service, client: u8, index: usize, promised: usize) {
        if self.clients.adopt(service, client, index) {
            return;
        }
        if self.clients.room() <= promised || !self.clients.add(service, client, Holder::Program(index)) {
            count(&mut self.counters.untracked);
        }
    }

    /// A client that nobody knows of is to be released.
    fn doom(&mut self, service: Service, client: u8) {
        if !self.clients.add(service, client, Holder::Doomed) {
            count(&mut self.counters.leaked);
        }
    }

    /// Gives up a request that is under way.
    pub(super) fn fail(&mut self, place: usize, error: ProtocolError) {
        let Some(origin) = self.pending.get_mut(place).and_then(|pending| pending.0.take()) else {
            return;
        };
        match origin.asker {
            Asker::Proxy => self.errand_done(false),
            Asker::Gone(_) => {}
            Asker::Program(index) => {
                count(&mut self.counters.failed);
                if let Some(connection) = self.connections.get_mut(index) {
                    connection.out.refuse(&mut self.counters, &origin.head, error);
                }
            }
        }
    }

    fn indication(&mut self, now: Instant, frame: &Frame<'_>, bytes: &[u8]) {
        count(&mut self.counters.indications);
        let head = Head::new(frame);
        if head.is::<ctl::sync_indication::Message>() {
            self.restart();
        }
        if head.is::<wds::packet_service_status_indication::Message>() {
            let indication = wds::packet_service_status_indication::Indication::from_tlvs(frame.message.tlvs);
            let status = indication.connection_status().map(|info| info.status);
            if status == Ok(ConnectionStatus::DISCONNECTED) {
                let until = orphaned_until(now, self.config.grace);
                self.clients.set_session(head.service, head.client, false, until);
            }
        }
        // Some modems broadcast to client 0.
        let everybody = [0, BROADCAST].contains(&head.client);
        let mut wanted = false;
        for (index, connection) in self.connections.iter_mut().enumerate() {
            let wants = match head.service {
                Service::CTL => true,
                service if everybody => self.clients.uses(service, index),
                service => self.clients.holds(service, head.client, index),
            };
            if connection.configured && wants {
                wanted = true;
                connection.out.forward(&mut self.counters, bytes);
            }
        }
        if !wanted {
            count(&mut self.counters.unwanted);
        }
    }

    /// The modem has restarted: its clients are void. Requests to the control service are not given up, for the modem may
    /// answer those that came while it was starting.
    fn restart(&mut self) {
        count(&mut self.counters.restarts);
        self.restarted = true;
        self.clients.clear();
        for place in 0..self.pending.len() {
            let origin = self.pending.get(place).and_then(|pending: &Pending| pending.0);
            if origin.is_some_and(|origin| origin.head.service != Service::CTL) {
                self.fail(place, ProtocolError::INVALID_CLIENT_ID);
            }
        }
    }
}

/// The client that an answer brings.
fn allocated(head: &Head, frame: &Frame<'_>) -> Option<(Service, u8)> {
    let tlvs = frame.message.tlvs;
    let verdict: Verdict = tlvs.require(Verdict::TLV).ok()?;
    verdict.ok().ok()?;
    if head.is::<ctl::allocate_cid::Message>() {
        let info = ctl::allocate_cid::Response::from_tlvs(tlvs).allocation_info().ok()?;
        Some((info.service.value, info.cid))
    } else if head.is::<ctl::internal_allocate_cid_qrtr::Message>() {
        let info = ctl::internal_allocate_cid_qrtr::Response::from_tlvs(tlvs).allocation_info().ok()?;
        Some((info.service, info.cid))
    } else {
        None
    }
}

/// What a request to the control service allocates or releases.
pub(super) fn target(request: &[u8]) -> Option<(Service, u8)> {
    let frame = Frame::parse(request).ok()?;
    let (head, tlvs) = (Head::new(&frame), frame.message.tlvs);
    if head.is::<ctl::allocate_cid::Message>() {
        let request = ctl::allocate_cid::Request::from_tlvs(tlvs);
        return Some((request.service().ok()?.value, 0));
    }
    if head.is::<ctl::internal_allocate_cid_qrtr::Message>() {
        let request = ctl::internal_allocate_cid_qrtr::Request::from_tlvs(tlvs);
        return Some((request.service().ok()?, 0));
    }
    if head.is::<ctl::release_cid::Message>() {
        let info = ctl::release_cid::Request::from_tlvs(tlvs).release_info().ok()?;
        return Some((info.service.value, info.cid));
    }
    if head.is::<ctl::internal_release_cid_qrtr::Message>() {
        let info = ctl::internal_release_cid_qrtr::Request::from_tlvs(tlvs).release_info().ok()?;
        return Some((info.service, info.cid));
    }
    None
}
