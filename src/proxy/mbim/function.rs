//! The side of the function: opening, commands, answers, indications.

use mbim_wire::field::{Empty, Raw};
use mbim_wire::message::{CommandDone, CommandType, IndicateStatus};
use mbim_wire::service::basic_connect::{BASIC_CONNECT, DeviceCaps};
use mbim_wire::service::ms_basic_connect_extensions::{self as extensions, VersionInfoView};
use mbim_wire::service::proxy_control::{self, PROXY_CONTROL, VersionNotification};
use mbim_wire::{Command as _, ProtocolError, Status, View as _};

use super::connection::{Connection, Wait};
use super::{Errand, HEARD_LATELY, News, Origin, PROBE, Pending, Proxy, count, named, turn};
use crate::session::mbim::{Failure, OpenError, Place, SessionError, Ticket};
use crate::time::Instant;

impl Proxy<'_> {
    /// Everything that can go on: opening, subscriptions, commands.
    pub(super) fn pump(&mut self, now: Instant) {
        self.admit(now);
        self.subscribe(now);
        self.forward(now);
    }

    /// Whether a command can be started now.
    pub(super) fn can_start(&self) -> bool {
        self.session.is_open() && !self.session.is_sending()
    }

    /// Brings programs that wait for the function nearer to it.
    fn admit(&mut self, now: Instant) {
        let Some(until) = self.connections.iter().find_map(Connection::waits_until) else {
            return;
        };
        if self.session.is_opening() {
            return;
        }
        if !self.session.is_open() {
            self.session.set_open_total(until.since(now));
            self.session.open(now);
        } else if now.since(self.heard) <= HEARD_LATELY {
            self.confirm();
        } else if self.errand.is_none() && self.can_start() {
            let probe = self.session.start(now, PROBE, BASIC_CONNECT, DeviceCaps::CID, CommandType::QUERY, &Empty {});
            self.errand = probe.ok().map(Errand::Probe);
        }
    }

    /// The function is there: answers the programs that wait for it.
    fn confirm(&mut self) {
        for connection in self.connections.iter_mut() {
            if connection.waits_until().is_none() {
                continue;
            }
            connection.configured = true;
            connection.listening = true;
            if let Some(version) = &self.version {
                let cid = proxy_control::Version::CID;
                connection.out.indicate(&mut self.counters, PROXY_CONTROL, cid, version);
            }
            connection.settle(&mut self.counters, Status::SUCCESS, false);
        }
    }

    pub(super) fn opened(&mut self) {
        self.version = None;
        self.subscribed.clear();
        self.news = Some(News::Opened);
        self.confirm();
    }

    pub(super) fn open_failed(&mut self, error: OpenError) {
        self.turn_away();
        self.news = Some(News::OpenFailed(error));
    }

    /// The function will not open now: tells the programs that wait for it.
    pub(super) fn turn_away(&mut self) {
        for connection in self.connections.iter_mut() {
            if connection.waits_until().is_some() {
                connection.settle(&mut self.counters, Status::FAILURE, false);
            }
        }
    }

    /// The function is not open any more: tells every program that had it, once at least.
    pub(super) fn reset(&mut self) {
        self.errand = None;
        self.version = None;
        self.subscribed.clear();
        self.dirty = false;
        let not_opened = ProtocolError::NOT_OPENED;
        for (index, connection) in self.connections.iter_mut().enumerate() {
            let Connection { out, held, .. } = connection;
            let mut told = false;
            let origins = self.pending.iter().filter_map(|pending| pending.0);
            for id in origins.filter(|origin| origin.index == index).filter_map(|origin| origin.transaction_id) {
                out.complain(&mut self.counters, id, not_opened);
                told = true;
            }
            if let Some(waiting) = held.take_if(|held| matches!(held.wait, Wait::List | Wait::Turn)) {
                out.complain(&mut self.counters, waiting.transaction_id, not_opened);
                told = true;
            }
            if connection.configured && !told {
                // It has nothing under way, but may wait for indications.
                connection.out.complain(&mut self.counters, 0, not_opened);
            }
            connection.configured = false;
            connection.forget();
        }
        self.pending.fill(Pending::FREE);
    }

    /// Starts the next command of a program.
    fn forward(&mut self, now: Instant) {
        while self.can_start() {
            let shares = self.connections.len().max(1);
            let share = self.pending.len().saturating_sub(1).checked_div(shares).unwrap_or(0).max(1);
            let Some(place) = self.pending.iter().position(|pending| pending.0.is_none()) else {
                return;
            };
            let pending = &*self.pending;
            let taken = |index| pending.iter().filter(|p| p.0.is_some_and(|origin| origin.index == index)).count();
            let next = turn(&mut self.command_turn, self.connections, |index, connection| {
                let id = connection.holds(Wait::Turn)?;
                (taken(index) < share).then_some((index, id))
            });
            let Some((index, transaction_id)) = next else {
                return;
            };
            let Some(connection) = self.connections.get_mut(index) else {
                return;
            };
            let Ok(command) = connection.last() else {
                return;
            };
            let (service, cid, kind) = (command.service, command.cid, command.kind);
            let limit = self.config.command;
            match self.session.start(now, limit, service, cid, kind, &Raw(command.body)) {
                Ok(ticket) => {
                    count(&mut self.counters.forwarded);
                    connection.held = None;
                    if let Some(pending) = self.pending.get_mut(place) {
                        pending.0 = Some(Origin { ticket, index, transaction_id: Some(transaction_id), service, cid });
                    }
                }
                Err(SessionError::Encode(_)) => {
                    count(&mut self.counters.too_long);
                    connection.settle(&mut self.counters, Status::FAILURE, false);
                }
                // All slots are taken: the next answer frees one.
                Err(_) => return,
            }
        }
    }

    /// Takes the origin of a command that has ended.
    fn origin(&mut self, ticket: Ticket) -> Option<Origin> {
        let mut pending = self.pending.iter_mut();
        pending.find(|pending| pending.0.is_some_and(|origin| origin.ticket == ticket))?.0.take()
    }

    fn errand(&mut self, ticket: Ticket) -> Option<Errand> {
        self.errand.take_if(|errand| errand.ticket() == ticket)
    }

    /// A command was answered.
    pub(super) fn answer(&mut self, ticket: Ticket, place: Place, transfer: &[u8]) {
        let errand = self.errand(ticket);
        let origin = self.origin(ticket);
        let Ok(answer) = CommandDone::parse(self.session.payload(place, transfer)) else {
            return;
        };
        match errand {
            Some(Errand::Probe(_)) => return self.confirm(),
            Some(Errand::Subscribe(_, newcomer)) => {
                let status = answer.status;
                return self.list_done(newcomer, status);
            }
            None => {}
        }
        let Some(origin) = origin else {
            return;
        };
        match (origin.transaction_id, self.connections.get_mut(origin.index)) {
            (Some(id), Some(connection)) => {
                count(&mut self.counters.answered);
                connection.out.answer(&mut self.counters, id, &answer);
            }
            _ => count(&mut self.counters.swallowed),
        }
        if named::<extensions::Version>(answer.service, answer.cid) && answer.status == Status::SUCCESS {
            if let Ok(agreed) = VersionInfoView::new(answer.body).read() {
                self.agreed(VersionNotification {
                    mbim_version: agreed.mbim_version,
                    mbim_extended_version: agreed.mbim_extended_version,
                });
            }
        }
    }

    /// The function and one of the programs have agreed on versions, which hold for all.
    fn agreed(&mut self, version: VersionNotification) {
        self.version = Some(version);
        for connection in self.connections.iter_mut() {
            if connection.configured && connection.listening {
                let cid = proxy_control::Version::CID;
                connection.out.indicate(&mut self.counters, PROXY_CONTROL, cid, &version);
            }
        }
    }

    /// A command has no answer.
    pub(super) fn failed(&mut self, now: Instant, ticket: Ticket, failure: Failure) {
        match self.errand(ticket) {
            Some(Errand::Probe(_)) => {
                // A function that is busy with somebody's command is not taken away from it.
                let busy = self.pending.iter().any(|p| p.0.is_some_and(|origin| origin.transaction_id.is_some()));
                if busy || failure != Failure::Timeout {
                    return self.confirm();
                }
                count(&mut self.counters.resets);
                self.session.drop_function();
                self.reset();
                return self.admit(now);
            }
            Some(Errand::Subscribe(_, newcomer)) => return self.list_done(newcomer, Status::FAILURE),
            None => {}
        }
        let Some(origin) = self.origin(ticket) else {
            return;
        };
        count(&mut self.counters.failed);
        let (Some(id), Some(connection)) = (origin.transaction_id, self.connections.get_mut(origin.index)) else {
            return;
        };
        if let Failure::Function(error) = failure {
            return connection.out.complain(&mut self.counters, id, error);
        }
        let answer = CommandDone { service: origin.service, cid: origin.cid, status: Status::FAILURE, body: &[] };
        connection.out.answer(&mut self.counters, id, &answer);
    }

    pub(super) fn indication(&mut self, place: Place, transfer: &[u8]) {
        let Ok(indication) = IndicateStatus::parse(self.session.payload(place, transfer)) else {
            return;
        };
        count(&mut self.counters.indications);
        let IndicateStatus { service, cid, body } = indication;
        let mut wanted = false;
        for connection in self.connections.iter_mut().filter(|c| c.wants(service, cid)) {
            connection.out.indicate(&mut self.counters, service, cid, &Raw(body));
            wanted = true;
        }
        if !wanted {
            count(&mut self.counters.unwanted);
        }
    }
}
