//! The side of the programs: their transfers become commands, or are answered here.

use mbim_wire::fragment::{AssemblyError, Progress};
use mbim_wire::message::{
    self, Body, CommandDone, CommandMessage, CommandType, Fragment, HeaderError, MIN_CONTROL_TRANSFER, Transfer,
};
use mbim_wire::service::basic_connect::{BASIC_CONNECT, DeviceServiceSubscribeList};
use mbim_wire::service::proxy_control::{self, ConfigurationSetView, PROXY_CONTROL};
use mbim_wire::{Command as _, ProtocolError, Status, View as _};

use super::connection::{Held, Wait};
use super::{FRAGMENT_GAP, Proxy, Refused, count, named};
use crate::time::{Instant, Millis};

impl Proxy<'_> {
    /// A transfer that comes too early. Only a second CONFIGURATION beside one that is under way is answered out of turn.
    pub(super) fn impatient(&mut self, index: usize, transfer: &[u8]) -> Result<(), Refused> {
        let Some(connection) = self.connections.get_mut(index) else {
            return Err(Refused::Disconnected);
        };
        let configuring =
            matches!(connection.held.map(|held| held.wait), Some(Wait::Judgement { .. } | Wait::Modem { .. }));
        let command = whole_command(transfer).filter(|_| configuring && !connection.out.is_crowded());
        match command {
            Some((id, command)) if named::<proxy_control::Configuration>(command.service, command.cid) => {
                connection.out.answer(&mut self.counters, id, &done(&command, Status::BUSY));
                Ok(())
            }
            _ => {
                count(&mut self.counters.not_ready);
                Err(Refused::NotReady)
            }
        }
    }

    /// Something that is no message; complained of as far as it has a transaction.
    pub(super) fn malformed(&mut self, index: usize, error: HeaderError, transfer: &[u8]) {
        count(&mut self.counters.malformed);
        let transaction_id = transfer.get(8..).and_then(<[u8]>::first_chunk);
        let error = match error {
            HeaderError::Type(_) => return,
            HeaderError::Fragment { .. } => ProtocolError::FRAGMENT_OUT_OF_SEQUENCE,
            _ => ProtocolError::LENGTH_MISMATCH,
        };
        if let (Some(id), Some(connection)) = (transaction_id, self.connections.get_mut(index)) {
            let id = u32::from_le_bytes(*id);
            connection.out.complain(&mut self.counters, id, error);
        }
    }

    pub(super) fn dispatch(&mut self, now: Instant, index: usize, transfer: &Transfer<'_>) {
        let id = transfer.transaction_id;
        match transfer.body {
            Body::Open { max_control_transfer } => {
                self.begin_again(index);
                if let Some(connection) = self.connections.get_mut(index) {
                    let limit = max_control_transfer.max(MIN_CONTROL_TRANSFER);
                    connection.limit = usize::try_from(limit).unwrap_or(usize::MAX);
                    connection.listening = true;
                    let status = if connection.configured { Status::SUCCESS } else { Status::FAILURE };
                    connection.out.push(&mut self.counters, |room| message::write_open_done(room, id, status));
                }
            }
            Body::Close => {
                self.begin_again(index);
                if let Some(connection) = self.connections.get_mut(index) {
                    connection.listening = false;
                    connection
                        .out
                        .push(&mut self.counters, |room| message::write_close_done(room, id, Status::SUCCESS));
                }
            }
            Body::Command(fragment) => self.fragment(now, index, &fragment),
            Body::HostError(_) => {
                count(&mut self.counters.host_errors);
                self.give_up(index, Some(id));
                let connection = self.connections.get_mut(index);
                if let Some(connection) = connection.filter(|c| c.command.pending() == Some(id)) {
                    connection.command.abort();
                    connection.late_at = Instant::FAR;
                }
            }
            _ => count(&mut self.counters.malformed),
        }
    }

    /// OPEN or CLOSE: a function forgets what was before.
    fn begin_again(&mut self, index: usize) {
        self.orphan(index);
        if let Some(connection) = self.connections.get_mut(index) {
            self.dirty |= connection.forget();
        }
    }

    /// Nobody waits for the commands of this connection any more.
    pub(super) fn orphan(&mut self, index: usize) {
        self.give_up(index, None);
    }

    /// Nobody waits for this command, or any command, of the connection any more. If nothing of it was sent, it never will
    /// be; otherwise its place is kept until the answer has come.
    fn give_up(&mut self, index: usize, transaction_id: Option<u32>) {
        for pending in self.pending.iter_mut() {
            let Some(origin) = &mut pending.0 else {
                continue;
            };
            if origin.index != index || origin.transaction_id.is_none() {
                continue;
            }
            if transaction_id.is_none() || transaction_id == origin.transaction_id {
                origin.transaction_id = None;
                if self.session.is_unsent(origin.ticket) {
                    self.session.abandon(origin.ticket);
                    pending.0 = None;
                }
            }
        }
    }

    fn fragment(&mut self, now: Instant, index: usize, fragment: &Fragment<'_>) {
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let id = fragment.transaction_id;
        let before = connection.command.pending();
        let progress = connection.command.push(fragment);
        let after = connection.command.pending();
        connection.late_at = if after.is_some() { now + FRAGMENT_GAP } else { Instant::FAR };
        let interrupted = before.filter(|before| *before != id && after != Some(*before));
        if let Some(interrupted) = interrupted {
            count(&mut self.counters.fragments);
            let error = ProtocolError::FRAGMENT_OUT_OF_SEQUENCE;
            connection.out.complain(&mut self.counters, interrupted, error);
        }
        let error = match progress {
            Ok(Progress::Pending) => return,
            Ok(Progress::Whole) => return self.command(index, id),
            Err(AssemblyError::TooLong { .. }) => ProtocolError::LENGTH_MISMATCH,
            Err(_) => ProtocolError::FRAGMENT_OUT_OF_SEQUENCE,
        };
        count(&mut self.counters.fragments);
        connection.out.complain(&mut self.counters, id, error);
    }

    /// A whole command is there.
    fn command(&mut self, index: usize, transaction_id: u32) {
        let duplicate = self
            .pending
            .iter()
            .filter_map(|pending| pending.0)
            .any(|origin| origin.index == index && origin.transaction_id == Some(transaction_id));
        let Some(connection) = self.connections.get_mut(index) else {
            return;
        };
        let Ok(command) = CommandMessage::parse(connection.command.payload()) else {
            count(&mut self.counters.malformed);
            let error = ProtocolError::LENGTH_MISMATCH;
            return connection.out.complain(&mut self.counters, transaction_id, error);
        };
        let counters = &mut self.counters;
        let wait = match (command.service, command.cid) {
            (PROXY_CONTROL, cid) => {
                let status = match configuration(&command) {
                    _ if cid != proxy_control::Configuration::CID => Status::NO_DEVICE_SUPPORT,
                    None => Status::INVALID_PARAMETERS,
                    Some(timeout) => {
                        let wait = Wait::Judgement { timeout, told: false };
                        connection.held = Some(Held { transaction_id, wait });
                        return;
                    }
                };
                let answer = done(&command, status);
                return connection.out.answer(counters, transaction_id, &answer);
            }
            _ if !connection.configured => {
                return connection.out.complain(counters, transaction_id, ProtocolError::NOT_OPENED);
            }
            _ if duplicate => {
                return connection.out.complain(counters, transaction_id, ProtocolError::DUPLICATED_TID);
            }
            (BASIC_CONNECT, DeviceServiceSubscribeList::CID) if command.kind == CommandType::SET => Wait::List,
            _ => Wait::Turn,
        };
        connection.listening = true;
        connection.held = Some(Held { transaction_id, wait });
    }
}

/// The COMMAND that a transfer holds, and its transaction, if it holds all of one.
fn whole_command(transfer: &[u8]) -> Option<(u32, CommandMessage<'_>)> {
    match Transfer::parse(transfer).ok()?.body {
        Body::Command(fragment) if fragment.is_whole() => Some((fragment.transaction_id, fragment.command().ok()?)),
        _ => None,
    }
}

/// An answer without content.
fn done(command: &CommandMessage<'_>, status: Status) -> CommandDone<'static> {
    CommandDone { service: command.service, cid: command.cid, status, body: &[] }
}

/// The time limit of a CONFIGURATION; `None` if it is not a set, or its path or time limit cannot be read.
fn configuration(command: &CommandMessage<'_>) -> Option<Millis> {
    let view = ConfigurationSetView::new(command.body);
    let path = view.device_path().ok()?;
    let seconds = view.timeout().ok()?;
    (command.kind == CommandType::SET && !path.is_empty()).then_some(Millis::from_secs(seconds))
}
