//! Lists of subscriptions: each program's own, and the joined one that the function gets.

use mbim_wire::message::{CommandMessage, CommandType};
use mbim_wire::service::basic_connect::{BASIC_CONNECT, DeviceServiceSubscribeList, DeviceServiceSubscribeListSetView};
use mbim_wire::subscription::{STANDARD_SERVICES, SubscribeError, Subscriptions};
use mbim_wire::{Command as _, Status, View as _};

use super::connection::{Connection, Wait};
use super::joined::Joined;
use super::{Errand, ProgramId, Proxy, SUBSCRIBE, count, turn};
use crate::session::mbim::SessionError;
use crate::time::Instant;

impl Proxy<'_> {
    /// Makes the function indicate what the programs want.
    pub(super) fn subscribe(&mut self, now: Instant) {
        while self.errand.is_none() && self.can_start() {
            let newcomer = turn(&mut self.list_turn, self.connections, |index, connection| {
                connection.holds(Wait::List).map(|_| index)
            });
            if newcomer.is_none() && !self.dirty {
                return;
            }
            if let Err(status) = self.join(newcomer) {
                self.refuse_list(newcomer, status);
                continue;
            }
            if same(&self.proposed, &self.subscribed) {
                self.accept_list(newcomer);
                continue;
            }
            match self.session.start(
                now,
                SUBSCRIBE,
                BASIC_CONNECT,
                DeviceServiceSubscribeList::CID,
                CommandType::SET,
                &Joined(self.proposed.as_slice()),
            ) {
                Ok(ticket) => {
                    self.dirty = false;
                    let newcomer = newcomer.and_then(|index| {
                        let generation = self.connections.get(index)?.generation;
                        Some(ProgramId { index, generation })
                    });
                    self.errand = Some(Errand::Subscribe(ticket, newcomer));
                }
                Err(SessionError::Encode(_)) => self.refuse_list(newcomer, Status::FAILURE),
                // All slots are taken: the next answer frees one.
                Err(_) => return,
            }
        }
    }

    /// Joins the lists of all programs in `proposed`; of `newcomer` the one that it has just sent.
    fn join(&mut self, newcomer: Option<usize>) -> Result<(), Status> {
        let list = newcomer.and_then(|index| {
            let connection = self.connections.get(index)?;
            Some((connection.last().ok()?, connection.room))
        });
        let list = list.map(|(command, room)| (DeviceServiceSubscribeListSetView::new(command.body), room));
        self.proposed.clear();
        if let Some((list, room)) = &list {
            check(list)?;
            self.proposed.add_list(list).map_err(status)?;
            if self.proposed.as_slice().len() > *room {
                return Err(Status::FAILURE);
            }
            self.proposed.clear();
            self.proposed.add_beyond_standard(list).map_err(status)?;
        }
        for (index, connection) in self.connections.iter().enumerate() {
            if Some(index) == newcomer || !connection.wanted {
                continue;
            }
            let entries = connection.list.as_slice().iter();
            for entry in entries.filter(|entry| !STANDARD_SERVICES.contains(&entry.service)) {
                self.proposed.add(*entry).map_err(status)?;
            }
        }
        Ok(())
    }

    /// The function is subscribed to `proposed`.
    fn accept_list(&mut self, newcomer: Option<usize>) {
        core::mem::swap(&mut self.proposed, &mut self.subscribed);
        let Some(connection) = newcomer.and_then(|index| self.connections.get_mut(index)) else {
            self.dirty = false;
            return;
        };
        let Connection { command, list, .. } = connection;
        list.clear();
        if let Ok(command) = CommandMessage::parse(command.payload()) {
            // It fits: `join` has tried.
            let _ = list.add_list(&DeviceServiceSubscribeListSetView::new(command.body));
        }
        connection.wanted = true;
        connection.settle(&mut self.counters, Status::SUCCESS, true);
    }

    /// The list of `newcomer` cannot be had; the one before it stays.
    fn refuse_list(&mut self, newcomer: Option<usize>, status: Status) {
        count(&mut self.counters.lists_refused);
        // What is gone meanwhile may still have to be told, without the newcomer. But what was refused as it is would be
        // refused again.
        self.dirty = newcomer.is_some();
        if let Some(connection) = newcomer.and_then(|index| self.connections.get_mut(index)) {
            connection.settle(&mut self.counters, status, false);
        }
    }

    /// The function has answered the joined list.
    pub(super) fn list_done(&mut self, newcomer: Option<ProgramId>, status: Status) {
        // The program may be gone, or may have begun again.
        let newcomer = newcomer.filter(|client| {
            let connection = self.connection(*client);
            connection.is_some_and(|connection| connection.holds(Wait::List).is_some())
        });
        let index = newcomer.map(ProgramId::index);
        if status == Status::SUCCESS {
            let dirty = self.dirty;
            self.accept_list(index);
            self.dirty = dirty;
        } else {
            self.refuse_list(index, status);
        }
    }
}

/// Refuses lists that name more than they have bytes for: entries that overlap would cost much and say little.
fn check(list: &DeviceServiceSubscribeListSetView<'_>) -> Result<(), Status> {
    let mut words = 1_usize;
    for entry in list.events().map_err(|_| Status::INVALID_PARAMETERS)?.iter() {
        let entry = entry.map_err(|_| Status::INVALID_PARAMETERS)?;
        words = words.saturating_add(entry.cids.len()).saturating_add(7);
    }
    if words.saturating_mul(4) > list.base().len() {
        return Err(Status::INVALID_PARAMETERS);
    }
    Ok(())
}

fn status(error: SubscribeError) -> Status {
    match error {
        SubscribeError::Decode(_) => Status::INVALID_PARAMETERS,
        SubscribeError::Full => Status::FAILURE,
    }
}

/// Whether both hold the same subscriptions, in any order.
fn same(a: &Subscriptions<'_>, b: &Subscriptions<'_>) -> bool {
    let (a, b) = (a.as_slice(), b.as_slice());
    a.len() == b.len() && a.iter().all(|entry| b.contains(entry))
}
