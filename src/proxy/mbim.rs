//! The MBIM proxy: one function for several programs, in the protocol of mbim-proxy, sans-IO.
//!
//! To the function, [`Proxy`] is a host. To each program it is a function that is already open: the program says which
//! device it wants (PROXY_CONTROL CONFIGURATION), then OPEN, which the proxy answers by itself, then whatever it likes.
//!
//! | message of a program | what happens |
//! |---|---|
//! | CONFIGURATION | the caller judges the path ([`Event::Configure`]); the first one opens the function, a later one asks a function that has been silent whether it is still there |
//! | OPEN, CLOSE | answered here; the program's commands and subscriptions of before are forgotten, the function stays open |
//! | COMMAND | sent with a transaction id of the proxy's, answered with the program's |
//! | DEVICE_SERVICE_SUBSCRIBE_LIST | kept for each program; the function gets all lists joined when that changes something; the program gets its own list back |
//! | VERSION query | as any command; every program is told what the function answered (PROXY_CONTROL VERSION) |
//! | HOST_ERROR | the transaction is given up |
//!
//! Commands and answers pass whole: fragments of programs are put together here and cut again for the function, so that
//! two programs that send long commands at the same time cannot come between each other. A program that is gone, or that
//! does not fetch its messages, costs the others nothing: its commands that were not sent are dropped, answers to the
//! others are swallowed, and its share of the function's transactions stays its place's until then. Answers that do not
//! come within [`Config::command`] are answered with FAILURE, as are those that cannot be put together.
//!
//! Where mbim-proxy drops a connection whose device does not open, and says nothing when a command fails inside, this one
//! answers FAILURE. It serves one device; another path is refused. Whoever has several devices has a proxy for each, and one
//! more, without a device, for programs that have not said yet which they want.
//!
//! When the function is lost (it says NOT_OPENED, or the caller says so), every program is told NOT_OPENED, and each has
//! to begin again with CONFIGURATION, of which the first opens the function anew.
//!
//! | file | holds |
//! |---|---|
//! | `mbim` (here) | the interface |
//! | `programs`, `connection` | the side of the programs |
//! | `function` | the side of the function |
//! | `subscriptions`, `joined` | lists of subscriptions |
//! | `mailbox` | messages on their way to a program |
//!
//! # Run loop
//!
//! 1. Hand in what came: [`client_receive`](Proxy::client_receive), [`device_receive`](Proxy::device_receive),
//!    [`connect`](Proxy::connect), [`disconnect`](Proxy::disconnect).
//! 2. Take [`next_event`](Proxy::next_event) until `None`, and act on each.
//! 3. Send what [`transmit_device`](Proxy::transmit_device) and [`transmit_client`](Proxy::transmit_client) lend, until
//!    `None`.
//! 4. Wait for the next transfer or for [`poll_at`](Proxy::poll_at); when that has come, call
//!    [`expire`](Proxy::expire), and go on with 2.
//!
//! A transfer of a program for which the proxy has no room now is not lost: [`Refused::NotReady`] asks to offer it again.
//! Better, do not read from a connection before [`is_ready`](Proxy::is_ready).

use mbim_wire::message::Transfer;
use mbim_wire::service::proxy_control::{ConfigurationSetView, VersionNotification};
use mbim_wire::subscription::{Subscription, Subscriptions};
use mbim_wire::text::Utf16;
use mbim_wire::{Command, ProtocolError, Status, Uuid, View as _};

use super::{ProgramId, Refused, count, turn};
use crate::session::mbim::{self as session, OpenError, Session, Ticket};
use crate::time::{Instant, Millis};

mod connection;
mod function;
mod joined;
mod mailbox;
mod programs;
mod subscriptions;

pub use connection::Connection;
use connection::{Held, Wait};

/// Longest pause between two fragments of one message.
const FRAGMENT_GAP: Millis = Millis(1250);
/// How long the function may take to show that it is still there.
const PROBE: Millis = Millis::from_secs(5);
/// A function that said something so lately is there.
const HEARD_LATELY: Millis = Millis::from_secs(5);
/// How long the function may take to accept a list of subscriptions.
const SUBSCRIBE: Millis = Millis::from_secs(30);
/// The shortest and the longest time that a program can grant for opening the function.
const OPENING: (Millis, Millis) = (Millis::from_secs(5), Millis::from_secs(300));

/// How a proxy behaves.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Config {
    /// How to treat the function. The time limit for opening is the first program's.
    pub session: session::Config,
    /// How long a command may stay unanswered. Programs have limits of their own; this one frees the transaction.
    pub command: Millis,
}

impl Default for Config {
    fn default() -> Self {
        Self { session: session::Config::default(), command: Millis::from_secs(300) }
    }
}

/// The memory a proxy works in.
#[derive(Debug)]
pub struct Memory<'s> {
    /// One for each program that may be connected at the same time.
    pub connections: &'s mut [Connection<'s>],
    /// One for each command that the function may have under way at the same time. They are shared out evenly: each
    /// program has as many as its share, at least one; one is the proxy's own.
    pub pending: &'s mut [Pending],
    /// The session's memory: as many slots as `pending`; `command` 20 bytes longer than the longest of the programs'.
    pub session: session::Memory<'s>,
    /// Subscriptions of all programs, beyond the services of the specification, which are always subscribed.
    pub subscribed: &'s mut [Subscription],
    /// As long as `subscribed`.
    pub proposed: &'s mut [Subscription],
}

/// Room for one command under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pending(Option<Origin>);

impl Pending {
    /// Unused room.
    pub const FREE: Self = Self(None);
}

/// Where a command came from.
#[derive(Clone, Copy, Debug)]
struct Origin {
    ticket: Ticket,
    /// Place of the connection.
    index: usize,
    /// The program's own transaction id; `None` when nobody waits for the answer any more.
    transaction_id: Option<u32>,
    service: Uuid,
    cid: u32,
}

/// Something for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Event<'p> {
    /// A program wants the device at `path`: find out whether that is the function's (follow symbolic links), and tell
    /// [`Proxy::configure`]. The program waits until then.
    Configure {
        /// The program.
        client: ProgramId,
        /// The path, as the program wrote it.
        path: Utf16<'p>,
        /// How long opening may take, as the program wrote it.
        timeout: Millis,
        /// The program's transaction id, for callers that have a proxy for each device and offer the CONFIGURATION to
        /// another one.
        transaction_id: u32,
    },
    /// A program does not fetch its messages and has lost some: disconnect it. It comes again for further losses.
    Stuck(ProgramId),
    /// The function is open.
    Opened,
    /// The function did not open. The programs that waited for it have been told.
    OpenFailed(OpenError),
    /// The function is lost: it was reset, or somebody else closed it. All programs have been told.
    Lost,
    /// The function is closed, as asked for with [`Proxy::close`].
    Closed,
}

/// What happened to the function, for the caller: the newest.
#[derive(Clone, Copy, Debug)]
enum News {
    Opened,
    OpenFailed(OpenError),
    Lost,
    Closed,
}

/// What happened so far. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Commands of programs that were sent to the function.
    pub forwarded: u32,
    /// Answers to them that were given to programs.
    pub answered: u32,
    /// Answers that nobody waited for any more.
    pub swallowed: u32,
    /// Commands that ended without an answer of the function.
    pub failed: u32,
    /// Indications of the function.
    pub indications: u32,
    /// Indications that no program wanted.
    pub unwanted: u32,
    /// Error messages to programs.
    pub function_errors: u32,
    /// Error messages from programs.
    pub host_errors: u32,
    /// Transfers of programs that are not messages, or not a host's.
    pub malformed: u32,
    /// Long messages of programs that were given up: fragments out of order, late, or too many.
    pub fragments: u32,
    /// Transfers that were offered too early.
    pub not_ready: u32,
    /// Connections for which there was no place.
    pub refused: u32,
    /// Messages that programs lost because they did not fetch what came before.
    pub lost: u32,
    /// Messages too long for the memory of the program that they were for, or for the session's.
    pub too_long: u32,
    /// Lists of subscriptions that the function, or the memory, did not take.
    pub lists_refused: u32,
    /// Times that the function was lost.
    pub resets: u32,
}

/// A command of the proxy's own that is under way.
#[derive(Clone, Copy, Debug)]
enum Errand {
    /// Whether the function is still there.
    Probe(Ticket),
    /// The joined list, on behalf of a program whose list is new, or of nobody.
    Subscribe(Ticket, Option<ProgramId>),
}

impl Errand {
    const fn ticket(&self) -> Ticket {
        match self {
            Self::Probe(ticket) | Self::Subscribe(ticket, _) => *ticket,
        }
    }
}

/// A proxy. See the [module](self).
#[derive(Debug)]
pub struct Proxy<'s> {
    config: Config,
    session: Session<'s>,
    connections: &'s mut [Connection<'s>],
    pending: &'s mut [Pending],
    /// What the function is subscribed to beyond the services of the specification.
    subscribed: Subscriptions<'s>,
    /// What it is asked to be subscribed to, while that is under way.
    proposed: Subscriptions<'s>,
    /// A program's subscriptions are gone, and the function may not know yet.
    dirty: bool,
    errand: Option<Errand>,
    version: Option<VersionNotification>,
    /// When the function said something last.
    heard: Instant,
    /// Which connection is looked at first for a new list, a command to be sent, a message to be fetched.
    list_turn: usize,
    command_turn: usize,
    message_turn: usize,
    news: Option<News>,
    counters: Counters,
}

impl<'s> Proxy<'s> {
    /// A proxy for a function that is closed, without programs.
    #[must_use]
    pub fn new(config: Config, memory: Memory<'s>) -> Self {
        Self {
            session: Session::new(config.session, memory.session),
            config,
            connections: memory.connections,
            pending: memory.pending,
            subscribed: Subscriptions::new(memory.subscribed),
            proposed: Subscriptions::new(memory.proposed),
            dirty: false,
            errand: None,
            version: None,
            heard: Instant(0),
            list_turn: 0,
            command_turn: 0,
            message_turn: 0,
            news: None,
            counters: Counters::default(),
        }
    }

    /// Sets the largest transfer in bytes, both ways, from the next opening on: for a function that has taken the place of
    /// another one.
    pub fn set_max_control_transfer(&mut self, max: u32) {
        self.session.set_max_control_transfer(max);
    }

    /// Takes a new connection; `None` when all places are taken.
    pub fn connect(&mut self) -> Option<ProgramId> {
        let mut places = self.connections.iter_mut().enumerate();
        let Some((index, connection)) = places.find(|(_, connection)| !connection.connected) else {
            count(&mut self.counters.refused);
            return None;
        };
        connection.connect();
        Some(ProgramId { index, generation: connection.generation })
    }

    /// A connection has ended. What its program had under way is dropped or, when it was sent already, swallowed.
    pub fn disconnect(&mut self, client: ProgramId) {
        if self.connection(client).is_none() {
            return;
        }
        self.orphan(client.index);
        if let Some(connection) = self.connections.get_mut(client.index) {
            self.dirty |= connection.wanted;
            connection.leave();
        }
    }

    /// The connected programs.
    pub fn clients(&self) -> impl Iterator<Item = ProgramId> + '_ {
        let places = self.connections.iter().enumerate();
        places.filter(|(_, c)| c.connected).map(|(index, c)| ProgramId { index, generation: c.generation })
    }

    /// Whether a transfer of the program can be taken now.
    #[must_use]
    pub fn is_ready(&self, client: ProgramId) -> bool {
        self.connection(client).is_some_and(Connection::is_ready)
    }

    /// Messages that a connected program has lost because it did not fetch what came before.
    #[must_use]
    pub fn lost(&self, client: ProgramId) -> u32 {
        self.connection(client).map_or(0, |connection| connection.out.lost())
    }

    /// Whether the function is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.session.is_open()
    }

    /// The versions that a program agreed upon with the function since it was opened.
    #[must_use]
    pub const fn version(&self) -> Option<VersionNotification> {
        self.version
    }

    /// What happened so far.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What the session with the function has seen that went nowhere.
    #[must_use]
    pub const fn session_counters(&self) -> &session::Counters {
        self.session.counters()
    }

    /// Closes the function, for instance when no program has been there for a while; [`Event::Closed`] follows. Programs
    /// that are connected lose it. The next CONFIGURATION opens it again.
    pub fn close(&mut self, now: Instant) {
        self.reset();
        self.session.close(now);
    }

    /// The function's carrier is gone. Programs lose the function, and those that waited for it to open are answered
    /// FAILURE; the next CONFIGURATION opens it, over the same carrier or another.
    pub fn device_gone(&mut self) {
        count(&mut self.counters.resets);
        self.session.drop_function();
        self.reset();
        self.turn_away();
        self.news = Some(News::Lost);
    }

    /// Something for the caller; call until `None`.
    pub fn next_event(&mut self) -> Option<Event<'_>> {
        if let Some(news) = self.news.take() {
            return Some(match news {
                News::Opened => Event::Opened,
                News::OpenFailed(error) => Event::OpenFailed(error),
                News::Lost => Event::Lost,
                News::Closed => Event::Closed,
            });
        }
        let mut asking = None;
        for (index, connection) in self.connections.iter_mut().enumerate() {
            let client = ProgramId { index, generation: connection.generation };
            if connection.out.take_stuck() {
                return Some(Event::Stuck(client));
            }
            if let Some(Held { wait: Wait::Judgement { timeout, told: false }, transaction_id }) = connection.held {
                asking = asking.or(Some((client, timeout, transaction_id)));
            }
        }
        let (client, timeout, transaction_id) = asking?;
        let connection = self.connections.get_mut(client.index)?;
        if let Some(held) = &mut connection.held {
            held.wait = Wait::Judgement { timeout, told: true };
        }
        let command = connection.last().ok()?;
        let path = *ConfigurationSetView::new(command.body).device_path().ok()?;
        Some(Event::Configure { client, path, timeout, transaction_id })
    }

    /// The caller's judgement of the path in [`Event::Configure`]: whether it is the function's. If not, the program is
    /// answered FAILURE. If so, it is answered as soon as the function is known to be open, or FAILURE when it does not
    /// open within the program's time.
    pub fn configure(&mut self, now: Instant, client: ProgramId, accept: bool) {
        let Some(connection) = Self::find(self.connections, client) else {
            return;
        };
        let Some(Held { wait: Wait::Judgement { timeout, .. }, transaction_id }) = connection.held else {
            return;
        };
        if !accept {
            connection.settle(&mut self.counters, Status::FAILURE, false);
        } else if connection.configured {
            connection.settle(&mut self.counters, Status::SUCCESS, false);
        } else {
            let until = now + timeout.clamp(OPENING.0, OPENING.1);
            connection.held = Some(Held { transaction_id, wait: Wait::Modem { until } });
        }
        self.pump(now);
    }

    /// Takes one transfer of a program.
    ///
    /// # Errors
    ///
    /// [`Refused`]; nothing has changed then.
    pub fn client_receive(&mut self, now: Instant, client: ProgramId, transfer: &[u8]) -> Result<(), Refused> {
        let connection = Self::find(self.connections, client).ok_or(Refused::Disconnected)?;
        if !connection.is_ready() {
            return self.impatient(client.index, transfer);
        }
        match Transfer::parse(transfer) {
            Ok(transfer) => self.dispatch(now, client.index, &transfer),
            Err(error) => self.malformed(client.index, error, transfer),
        }
        self.pump(now);
        Ok(())
    }

    /// Takes one transfer of the function.
    pub fn device_receive(&mut self, now: Instant, transfer: &[u8]) {
        self.heard = now;
        match self.session.classify(now, transfer) {
            session::Event::Opened => self.opened(),
            session::Event::OpenFailed(error) => self.open_failed(error),
            session::Event::Closed => self.news = Some(News::Closed),
            session::Event::Answer { ticket, place } => self.answer(ticket, place, transfer),
            session::Event::Failed { ticket, failure } => self.failed(now, ticket, failure),
            session::Event::Indication { place } => self.indication(place, transfer),
            session::Event::Lost => {
                count(&mut self.counters.resets);
                self.reset();
                self.news = Some(News::Lost);
            }
            // Counted by the session.
            session::Event::FunctionError(_) | session::Event::Nothing | session::Event::Ignored(_) => {}
        }
        self.pump(now);
    }

    /// The next transfer for the function; `None` when there is none.
    pub fn transmit_device(&mut self, now: Instant) -> Option<&[u8]> {
        self.pump(now);
        self.session.transmit()
    }

    /// The next transfer for any of the programs for which `can_take` says yes; `None` when there is none. Programs take
    /// turns, so that one with many messages does not hold up the others.
    pub fn transmit_client(&mut self, mut can_take: impl FnMut(ProgramId) -> bool) -> Option<(ProgramId, &[u8])> {
        let client = turn(&mut self.message_turn, self.connections, |index, connection| {
            let client = ProgramId { index, generation: connection.generation };
            (!connection.out.is_empty() && can_take(client)).then_some(client)
        })?;
        let connection = self.connections.get_mut(client.index)?;
        let transfer = connection.out.next(connection.limit)?;
        Some((client, transfer))
    }

    /// The earliest time at which [`expire`](Self::expire) has something to do.
    #[must_use]
    pub fn poll_at(&self) -> Instant {
        let connections = self.connections.iter();
        connections.fold(self.session.poll_at(), |earliest, connection| {
            let opening = connection.waits_until().unwrap_or(Instant::FAR);
            earliest.min(connection.late_at).min(opening)
        })
    }

    /// Acts on the time that has passed.
    pub fn expire(&mut self, now: Instant) {
        while let Some(expired) = self.session.expire(now) {
            match expired {
                session::Expired::Failed { ticket, failure } => self.failed(now, ticket, failure),
                session::Expired::Opened => self.opened(),
                session::Expired::OpenFailed(error) => self.open_failed(error),
                session::Expired::Closed => self.news = Some(News::Closed),
            }
        }
        for connection in self.connections.iter_mut() {
            if connection.late_at <= now {
                connection.late_at = Instant::FAR;
                count(&mut self.counters.fragments);
                if let Some(id) = connection.command.abort() {
                    let error = ProtocolError::TIMEOUT_FRAGMENT;
                    connection.out.complain(&mut self.counters, id, error);
                }
            }
            if connection.waits_until().is_some_and(|until| until <= now) {
                connection.settle(&mut self.counters, Status::FAILURE, false);
            }
        }
        self.pump(now);
    }

    fn connection(&self, client: ProgramId) -> Option<&Connection<'s>> {
        let connection = self.connections.get(client.index)?;
        (connection.connected && connection.generation == client.generation).then_some(connection)
    }

    fn find<'c>(connections: &'c mut [Connection<'s>], client: ProgramId) -> Option<&'c mut Connection<'s>> {
        let connection = connections.get_mut(client.index)?;
        (connection.connected && connection.generation == client.generation).then_some(connection)
    }
}

/// Whether service and number are those of the command `C`.
fn named<C: Command>(service: Uuid, cid: u32) -> bool {
    (service, cid) == (C::SERVICE, C::CID)
}
