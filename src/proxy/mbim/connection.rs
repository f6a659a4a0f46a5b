//! One program's connection: what it has asked for, and the messages that wait for it.

use mbim_wire::fragment::Assembler;
use mbim_wire::message::{CommandDone, CommandMessage, DEFAULT_CONTROL_TRANSFER, HeaderError};
use mbim_wire::subscription::{STANDARD_SERVICES, Subscription, Subscriptions};
use mbim_wire::{Status, Uuid};

use super::Counters;
use super::mailbox::Mailbox;
use crate::time::{Instant, Millis};

/// Room for one program, and all that the proxy knows about it.
#[derive(Debug)]
pub struct Connection<'s> {
    pub(super) connected: bool,
    /// Counts the programs that have used this place, so that an old [`ProgramId`](crate::proxy::ProgramId) is known as such.
    pub(super) generation: u32,
    /// It has chosen the modem, and the modem is open.
    pub(super) configured: bool,
    /// It has not said CLOSE.
    pub(super) listening: bool,
    /// Largest transfer that it takes.
    pub(super) limit: usize,
    /// Its last command; the assembler keeps the payload until the next fragment.
    pub(super) command: Assembler<'s>,
    /// When the next fragment is late.
    pub(super) late_at: Instant,
    /// Its last command, while that cannot go on.
    pub(super) held: Option<Held>,
    /// The indications that it wants; `None` until it has said so.
    pub(super) wanted: bool,
    pub(super) list: Subscriptions<'s>,
    /// Subscriptions that `list` has room for.
    pub(super) room: usize,
    pub(super) out: Mailbox<'s>,
}

/// A command that waits in its connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) transaction_id: u32,
    pub(super) wait: Wait,
}

/// What a held command waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// CONFIGURATION: for the caller's judgement of the path. `told`: it was asked for.
    Judgement { timeout: Millis, told: bool },
    /// CONFIGURATION: for the modem to be open, or known to be still there.
    Modem { until: Instant },
    /// DEVICE_SERVICE_SUBSCRIBE_LIST: for the joined list to be accepted.
    List,
    /// Any other: for its turn.
    Turn,
}

impl<'s> Connection<'s> {
    /// Room for one program.
    ///
    /// * `command`: its longest command, 20 bytes less than the message; at least 28 and the path of the device node.
    /// * `out`: messages that wait to be fetched by it, whole ones. At least twice the longest answer; what finds no room
    ///   is lost to this program, and its connection is reported for disconnection.
    /// * `subscriptions`: the indications that it may ask for; a list that is longer is refused.
    #[must_use]
    pub fn new(command: &'s mut [u8], out: &'s mut [u8], subscriptions: &'s mut [Subscription]) -> Self {
        Self {
            connected: false,
            generation: 0,
            configured: false,
            listening: false,
            limit: 0,
            command: Assembler::new(command),
            late_at: Instant::FAR,
            held: None,
            wanted: false,
            room: subscriptions.len(),
            list: Subscriptions::new(subscriptions),
            out: Mailbox::new(out),
        }
    }

    /// A new program takes the place.
    pub(super) fn connect(&mut self) {
        self.leave();
        self.connected = true;
        self.limit = usize::try_from(DEFAULT_CONTROL_TRANSFER).unwrap_or(usize::MAX);
    }

    /// The program is gone.
    pub(super) fn leave(&mut self) {
        self.connected = false;
        self.generation = self.generation.wrapping_add(1);
        self.held = None;
        self.out.clear();
        self.forget();
        self.configured = false;
        self.listening = false;
    }

    /// Forgets fragments and subscriptions; returns whether there were subscriptions.
    pub(super) fn forget(&mut self) -> bool {
        self.command.abort();
        self.late_at = Instant::FAR;
        self.list.clear();
        core::mem::take(&mut self.wanted)
    }

    /// Whether the next transfer can be taken: nothing is held, and answers find room.
    pub(super) fn is_ready(&self) -> bool {
        self.held.is_none() && !self.out.is_crowded()
    }

    /// Whether it wants the indication. Until it has said what it wants, it gets the services of the specification.
    pub(super) fn wants(&self, service: Uuid, cid: u32) -> bool {
        let wanted = if self.wanted { self.list.contains(service, cid) } else { STANDARD_SERVICES.contains(&service) };
        self.configured && self.listening && wanted
    }

    /// Whether a CONFIGURATION waits, and for the modem until when.
    pub(super) fn waits_until(&self) -> Option<Instant> {
        match self.held?.wait {
            Wait::Modem { until } => Some(until),
            _ => None,
        }
    }

    /// The transaction of a command that waits for `wait`.
    pub(super) fn holds(&self, wait: Wait) -> Option<u32> {
        self.held.filter(|held| held.wait == wait).map(|held| held.transaction_id)
    }

    /// The last command.
    pub(super) fn last(&self) -> Result<CommandMessage<'_>, HeaderError> {
        CommandMessage::parse(self.command.payload())
    }

    /// Answers the last command: with its own information buffer, as lists are answered, or with none.
    pub(super) fn settle(&mut self, counters: &mut Counters, status: Status, echo: bool) {
        let Some(held) = self.held.take() else {
            return;
        };
        if let Ok(command) = CommandMessage::parse(self.command.payload()) {
            let answer = CommandDone {
                service: command.service,
                cid: command.cid,
                status,
                body: if echo { command.body } else { &[] },
            };
            self.out.answer(counters, held.transaction_id, &answer);
        }
    }
}
