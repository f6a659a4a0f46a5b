//! The side of the programs: their requests go on to the modem, or are answered here.

use qmi_wire::frame::{BROADCAST, FRAME_HEADER_LEN, Frame, Kind, frame_len};
use qmi_wire::message::write_response;
use qmi_wire::service::{Service, ctl, nas, wds};
use qmi_wire::tlv::TLV_HEADER_LEN;
use qmi_wire::{ProtocolError, Verdict, View as _};

use super::connection::{Head, Wait};
use super::{Asker, Holder, Proxy, count};
use crate::proxy::{ProgramId, Refused};

/// Bytes of a frame and of a message of a service in front of its TLVs.
const HEADERS: usize = FRAME_HEADER_LEN.saturating_add(7);

impl Proxy<'_> {
    /// Takes one frame of a program.
    ///
    /// # Errors
    ///
    /// [`Refused`]; nothing has changed then.
    pub fn program_receive(&mut self, program: ProgramId, bytes: &[u8]) -> Result<(), Refused> {
        let connection = Self::find(self.connections, program).ok_or(Refused::Disconnected)?;
        if !connection.is_ready() {
            count(&mut self.counters.not_ready);
            return Err(Refused::NotReady);
        }
        match Frame::parse(bytes) {
            Ok(frame) if frame.message.kind() == Kind::Request => self.request(program.index, &frame, bytes),
            Ok(_) => count(&mut self.counters.malformed),
            Err(_) => {
                count(&mut self.counters.malformed);
                connection.garbage = true;
            }
        }
        Ok(())
    }

    fn request(&mut self, index: usize, frame: &Frame<'_>, bytes: &[u8]) {
        let head = Head::new(frame);
        self.supersede(index, &head);
        let judged = match head.service {
            Service::CTL => self.control(index, &head, frame),
            _ => self.service(index, &head),
        };
        let done = match judged {
            Ok(Some(wait)) => self.hold(index, head, frame, bytes, wait),
            other => other.map(drop),
        };
        if let (Err(error), Some(connection)) = (done, self.connections.get_mut(index)) {
            count(&mut self.counters.denied);
            connection.out.refuse(&mut self.counters, &head, error);
        }
    }

    /// Keeps a request until it can go on.
    fn hold(
        &mut self,
        index: usize,
        head: Head,
        frame: &Frame<'_>,
        bytes: &[u8],
        wait: Wait,
    ) -> Result<(), ProtocolError> {
        let victim = self.victim(index, &head, frame)?;
        let Some(connection) = self.connections.get_mut(index) else {
            return Ok(());
        };
        // What follows the frame is none of ours.
        let bytes = frame_len(bytes).ok().and_then(|len| bytes.get(..len)).unwrap_or(bytes);
        if !connection.hold(head, bytes, wait) {
            count(&mut self.counters.too_long);
            return Err(ProtocolError::NO_MEMORY);
        }
        if let Some((at, transaction)) = victim {
            if let Some(number) = connection.request.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
                *number = u16::to_le_bytes(transaction);
            }
        }
        Ok(())
    }

    /// A program that uses a number again does not wait for the older answer any more.
    fn supersede(&mut self, index: usize, head: &Head) {
        for origin in self.pending.iter_mut().filter_map(|pending| pending.0.as_mut()) {
            let same = origin.is_with(head.service, head.client) && origin.head.transaction == head.transaction;
            if same && origin.asker == Asker::Program(index) {
                origin.asker = Asker::Gone(index);
            }
        }
    }

    /// If the request calls another one off: where in the frame that one's number stands, and the number under which the modem
    /// knows it.
    fn victim(&self, index: usize, head: &Head, frame: &Frame<'_>) -> Result<Option<(usize, u16)>, ProtocolError> {
        if !head.is::<wds::abort::Message>() && !head.is::<nas::abort::Message>() {
            return Ok(None);
        }
        let mut at = HEADERS;
        for tlv in frame.message.tlvs {
            at = at.saturating_add(TLV_HEADER_LEN);
            if let (1, Some(number)) = (tlv.kind, tlv.value.first_chunk()) {
                let number = u16::from_le_bytes(*number);
                let mut origins = self.pending.iter().filter_map(|pending| pending.0);
                let victim = origins.find(|origin| {
                    let own = origin.asker == Asker::Program(index) && origin.head.transaction == number;
                    own && origin.is_with(head.service, head.client)
                });
                let victim = victim.ok_or(ProtocolError::INVALID_TRANSACTION_ID)?;
                return Ok(Some((at, victim.transaction)));
            }
            at = at.saturating_add(tlv.value.len());
        }
        Ok(None)
    }

    /// A request to a service.
    fn service(&mut self, index: usize, head: &Head) -> Result<Option<Wait>, ProtocolError> {
        self.check(index, head.wide)?;
        if [0, BROADCAST].contains(&head.client) {
            return Err(ProtocolError::INVALID_CLIENT_ID);
        }
        Ok(Some(Wait::Turn))
    }

    /// Whether the program may ask anything but for a device.
    fn check(&self, index: usize, wide: bool) -> Result<(), ProtocolError> {
        if !self.connections.get(index).is_some_and(|connection| connection.configured) {
            return Err(ProtocolError::INVALID_OPERATION);
        }
        if wide && !self.config.wide {
            return Err(ProtocolError::NOT_SUPPORTED);
        }
        Ok(())
    }

    /// A request to the control service.
    fn control(&mut self, index: usize, head: &Head, frame: &Frame<'_>) -> Result<Option<Wait>, ProtocolError> {
        let tlvs = frame.message.tlvs;
        if head.wide || head.client != 0 {
            return Err(ProtocolError::INVALID_CLIENT_ID);
        }
        if head.is::<ctl::internal_proxy_open::Message>() {
            let path = ctl::internal_proxy_open::Request::from_tlvs(tlvs).device_path();
            return match path {
                Ok(path) if !path.bytes.is_empty() => Ok(Some(Wait::Judgement { told: false })),
                _ => Err(ProtocolError::MISSING_ARGUMENT),
            };
        }
        let releases_wide = head.is::<ctl::internal_release_cid_qrtr::Message>();
        self.check(index, releases_wide || head.is::<ctl::internal_allocate_cid_qrtr::Message>())?;
        if head.allocates() && self.clients.room() <= self.expected() {
            count(&mut self.counters.untracked);
            return Err(ProtocolError::CLIENT_IDS_EXHAUSTED);
        }
        let released = if releases_wide {
            let request = ctl::internal_release_cid_qrtr::Request::from_tlvs(tlvs);
            request.release_info().ok().map(|info| (info.service, info.cid))
        } else if head.is::<ctl::release_cid::Message>() {
            let request = ctl::release_cid::Request::from_tlvs(tlvs);
            request.release_info().ok().map(|info| (info.service.value, info.cid))
        } else {
            None
        };
        if let Some((service, client)) = released {
            if self.clients.is_shared(service, client, index) {
                count(&mut self.counters.kept);
                self.clients.let_go(service, client, index);
                self.released(index, head, service, client);
                return Ok(None);
            }
        }
        if head.is::<ctl::sync::Message>() {
            let others = self.connections.iter().filter(|connection| connection.connected).nth(1).is_some();
            if others || !self.clients.is_alone(index) {
                self.clients.leave(index, |_, _, _| Holder::Doomed);
                return Ok(Some(Wait::Release));
            }
        }
        Ok(Some(Wait::Turn))
    }

    /// Clients that requests under way may bring: each needs room.
    pub(super) fn expected(&self) -> usize {
        let sent = self.pending.iter().filter_map(|pending| pending.0.map(|origin| origin.head));
        let held = self.connections.iter().filter_map(|connection| connection.holds(Wait::Turn).map(|held| held.head));
        sent.chain(held).filter(Head::allocates).count()
    }

    /// Answers a Release CID of a client that stays.
    fn released(&mut self, index: usize, head: &Head, service: Service, client: u8) {
        use ctl::{WideReleaseInfo, internal_release_cid_qrtr, release_cid};
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        connection.out.push(&mut self.counters, |room| {
            let (framing, transaction) = (head.framing(), head.transaction);
            let done = Verdict::SUCCESS;
            if head.is::<release_cid::Message>() {
                write_response::<release_cid::Message>(room, framing, transaction, done, |response| {
                    response.release_info(ctl::ReleaseInfo { service: service.into(), cid: client });
                })
            } else {
                write_response::<internal_release_cid_qrtr::Message>(room, framing, transaction, done, |response| {
                    response.release_info(WideReleaseInfo { service, cid: client });
                })
            }
        });
    }
}
