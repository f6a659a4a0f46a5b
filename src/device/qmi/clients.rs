//! Which clients there are, and what is kept for each.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service as wire;

use super::CLIENTS;
use super::service::{Kept, Service, State};
use crate::device::take_at;

/// A client.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) service: &'static Service,
    pub(super) cid: u8,
    pub(super) state: State,
}

/// The clients.
#[derive(Debug, Default)]
pub(super) struct Clients(Vec<Client, CLIENTS>);

impl Clients {
    fn place(&self, service: wire::Service, cid: u8) -> Option<usize> {
        self.0.iter().position(|client| (client.service.service, client.cid) == (service, cid))
    }

    pub(super) fn get(&mut self, service: wire::Service, cid: u8) -> Option<&mut Client> {
        let place = self.place(service, cid)?;
        self.0.get_mut(place)
    }

    pub(super) fn at(&mut self, place: usize) -> Option<&mut Client> {
        self.0.get_mut(place)
    }

    /// The lowest number that is free, of at most `limit`.
    pub(super) fn allocate(&mut self, service: &'static Service, limit: u8) -> Result<u8, ProtocolError> {
        let exhausted = ProtocolError::CLIENT_IDS_EXHAUSTED;
        let free = |cid: &u8| self.place(service.service, *cid).is_none();
        let cid = (1..=limit.min(254)).find(free).ok_or(exhausted)?;
        let client = Client { service, cid, state: (service.client)() };
        self.0.push(client).map_err(|_| exhausted)?;
        Ok(cid)
    }

    pub(super) fn release(&mut self, service: wire::Service, cid: u8) -> Option<Client> {
        let place = self.place(service, cid)?;
        take_at(&mut self.0, place)
    }

    /// Takes any client out.
    pub(super) fn pop(&mut self) -> Option<Client> {
        self.0.pop()
    }

    /// Any client.
    pub(super) fn first(&self) -> Option<(wire::Service, u8)> {
        self.0.first().map(|client| (client.service.service, client.cid))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Client> {
        self.0.iter()
    }

    /// What is kept for all clients of one service, with their numbers.
    pub(super) fn kept<T: Kept + 'static>(&mut self) -> impl Iterator<Item = (u8, &mut T)> {
        self.0.iter_mut().filter_map(|client| {
            let cid = client.cid;
            T::of(&mut client.state).map(|kept| (cid, kept))
        })
    }
}
