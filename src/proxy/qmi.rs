//! The QMI proxy: one modem for several programs, in the protocol of qmi-proxy, sans-IO.
//!
//! To the modem, [`Proxy`] is a host. To each program it is a modem: the program says which device it wants (Proxy Open),
//! then whatever it likes. Client numbers are the modem's and pass as they are, so that a program may use a client that
//! another one has allocated.
//!
//! | message of a program | what happens |
//! |---|---|
//! | Proxy Open | the caller judges the path ([`Event::Open`]); the program is answered success, or an error |
//! | any request | sent with a transaction number of the proxy's, answered with the program's |
//! | Abort (WDS, NAS) | as any; the transaction number inside is translated too |
//! | Allocate CID | as any; the client is the program's then |
//! | any with a client that the program did not allocate | as any; when the modem knows the client, it is the program's too |
//! | Release CID | as any; but a client that another program has too stays that one's, and the answer is given here |
//! | Sync | frees the clients of that program, and no others; goes to the modem only if nobody else is there and nobody's clients are |
//! | what is not a request | ignored; what is no message at all ends the connection ([`Event::Garbage`]) |
//!
//! Indications go to every program that has the client; broadcasts once to every program that has a client of the service.
//! When the modem restarts (Sync indication), all clients are void: what is under way with them is answered
//! InvalidClientId, and every program gets the indication.
//!
//! # Programs that leave
//!
//! A program that leaves without releasing its clients may want another one to find them (`--client-no-release-cid`), or has
//! crashed. A client is then released
//!
//! * at once, if a request of the program's with it is not answered yet: nobody leaves that way on purpose;
//! * at once, if the program never heard that it was allocated;
//! * when the data session that was begun with it has ended, and [`Config::grace`] after that: sessions do not end because
//!   the program that began them has done so;
//! * otherwise after [`Config::grace`], or when the modem has no clients of the service left;
//! * not at all, if another program has used it meanwhile, whose it is then.
//!
//! # Other modems than those with QMUX
//!
//! Services with numbers of 16 bits (Internal Allocate CID QRTR, frames that begin with 2) are answered NotSupported, unless
//! [`Config::wide`] says that whatever carries the frames to the modem can carry these.
//!
//! | file | holds |
//! |---|---|
//! | `qmi` (here) | the interface |
//! | `programs`, `connection` | the side of the programs |
//! | `modem` | the side of the modem |
//! | `clients` | who has which client |
//! | `mailbox` | frames on their way to a program |
//!
//! # Run loop
//!
//! 1. Hand in what came: [`program_receive`](Proxy::program_receive), [`modem_receive`](Proxy::modem_receive),
//!    [`connect`](Proxy::connect), [`disconnect`](Proxy::disconnect).
//! 2. Take [`next_event`](Proxy::next_event) until `None`, and act on each.
//! 3. Send what [`transmit_modem`](Proxy::transmit_modem) and [`transmit_program`](Proxy::transmit_program) lend, until
//!    `None`.
//! 4. Wait for the next frame or for [`poll_at`](Proxy::poll_at); when that has come, call
//!    [`expire`](Proxy::expire), and go on with 2.
//!
//! A frame of a program for which the proxy has no room now is not lost: [`Refused::NotReady`] asks to offer it again.
//! Better, do not read from a connection before [`is_ready`](Proxy::is_ready).

use qmi_wire::frame::Frame;
use qmi_wire::service::Service;
use qmi_wire::service::ctl::internal_proxy_open;
use qmi_wire::{ProtocolError, View as _};

#[cfg(doc)]
use super::Refused;
use super::{ProgramId, count};
use crate::time::{Instant, Millis};

mod clients;
mod connection;
mod mailbox;
mod modem;
mod programs;

pub use clients::Client;
use clients::{Clients, Holder, orphaned_until};
pub use connection::Connection;
use connection::{Head, Held, Wait};
use modem::target;

/// How a proxy behaves.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Config {
    /// How long a request may stay unanswered. Programs have limits of their own; this one frees the transaction.
    pub request: Millis,
    /// How long a client is kept that its program has left behind; `None`: for ever.
    pub grace: Option<Millis>,
    /// The way to the modem takes services with numbers of 16 bits.
    pub wide: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self { request: Millis::from_secs(300), grace: Some(Millis::from_secs(60)), wide: false }
    }
}

/// The memory a proxy works in.
#[derive(Debug)]
pub struct Memory<'s> {
    /// One for each program that may be connected at the same time.
    pub connections: &'s mut [Connection<'s>],
    /// One for each request that the modem may have under way at the same time, at least two. They are shared out evenly:
    /// each program has as many as its share, at least one; one is the proxy's own.
    pub pending: &'s mut [Pending],
    /// One for each client that programs may have, and one more for each program that shares one.
    pub clients: &'s mut [Client],
}

/// Room for one request under way.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pending(Option<Origin>);

impl Pending {
    /// Unused room.
    pub const FREE: Self = Self(None);
}

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
struct Origin {
    /// Its header, with the program's transaction number.
    head: Head,
    /// The number under which the modem knows it.
    transaction: u16,
    asker: Asker,
    /// The program did not have the client when it asked; if the modem knows that, it has now.
    adopts: bool,
    /// What it is to allocate or to release: a service and a client, 0 if that is not known yet.
    target: Option<(Service, u8)>,
    until: Instant,
}

impl Origin {
    /// Whether it goes to that client of a service.
    fn is_with(&self, service: Service, client: u8) -> bool {
        (self.head.service, self.head.client) == (service, client)
    }
}

/// Who waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asker {
    /// The program at that place.
    Program(usize),
    /// A program that was at that place, and does not wait any more.
    Gone(usize),
    /// The proxy itself.
    Proxy,
}

impl Asker {
    /// At whose expense it is.
    const fn place(self) -> Option<usize> {
        match self {
            Self::Program(index) | Self::Gone(index) => Some(index),
            Self::Proxy => None,
        }
    }
}

/// Something for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Event<'p> {
    /// A program wants the device at `path`: find out whether that is the modem's (follow symbolic links), and tell
    /// [`Proxy::open`]. The program waits until then; existing ones do so for five seconds.
    Open {
        /// The program.
        program: ProgramId,
        /// The path, as the program wrote it.
        path: &'p [u8],
        /// The program's transaction number, for callers that have a proxy for each device and offer the request to
        /// another one.
        transaction: u16,
    },
    /// A program does not fetch its messages and has lost some: disconnect it. It comes again for further losses.
    Stuck(ProgramId),
    /// A program sends what is no message: disconnect it.
    Garbage(ProgramId),
    /// The modem has restarted. All programs have been told.
    Restarted,
}

/// What happened so far. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Requests of programs that were sent to the modem.
    pub forwarded: u32,
    /// Answers to them that were given to programs.
    pub answered: u32,
    /// Answers that nobody waited for any more.
    pub swallowed: u32,
    /// Requests that the modem did not answer in time, or lost when it restarted.
    pub failed: u32,
    /// Requests that were refused here.
    pub denied: u32,
    /// Answers of the modem that belong to no request, or to another one.
    pub unexpected: u32,
    /// Indications of the modem.
    pub indications: u32,
    /// Indications that no program wanted.
    pub unwanted: u32,
    /// Frames of the modem that are no messages, or not a modem's.
    pub noise: u32,
    /// Frames of programs that are no messages, or not a host's.
    pub malformed: u32,
    /// Frames that were offered too early.
    pub not_ready: u32,
    /// Connections for which there was no place.
    pub refused: u32,
    /// Frames that programs lost because they did not fetch what came before.
    pub lost: u32,
    /// Frames too long for the memory of the program that they were for, or from.
    pub too_long: u32,
    /// Releases that a program asked for while another one had the client.
    pub kept: u32,
    /// Clients of programs that are gone that were released.
    pub released: u32,
    /// Clients that could not be released: the modem has fewer until it restarts.
    pub leaked: u32,
    /// Clients for which there was no room in [`Memory::clients`].
    pub untracked: u32,
    /// Times that the modem restarted or was lost.
    pub restarts: u32,
}

/// A proxy. See the [module](self).
#[derive(Debug)]
pub struct Proxy<'s> {
    config: Config,
    connections: &'s mut [Connection<'s>],
    pending: &'s mut [Pending],
    clients: Clients<'s>,
    /// The last request of the proxy's own.
    errand: [u8; ERRAND],
    /// The transaction numbers given last: of the control service, and of all others.
    last_control: u8,
    last_transaction: u16,
    /// Which connection is looked at first for a request to be sent, a frame to be fetched.
    request_turn: usize,
    message_turn: usize,
    restarted: bool,
    counters: Counters,
}

/// Bytes of Internal Release CID QRTR, the longest request of the proxy's own.
const ERRAND: usize = 18;

impl<'s> Proxy<'s> {
    /// A proxy without programs.
    #[must_use]
    pub fn new(config: Config, memory: Memory<'s>) -> Self {
        Self {
            config,
            connections: memory.connections,
            pending: memory.pending,
            clients: Clients::new(memory.clients),
            errand: [0; ERRAND],
            last_control: 0,
            last_transaction: 0,
            request_turn: 0,
            message_turn: 0,
            restarted: false,
            counters: Counters::default(),
        }
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

    /// A connection has ended. What its program had under way is dropped or, when it was sent already, swallowed; the module
    /// says what becomes of its clients.
    pub fn disconnect(&mut self, now: Instant, program: ProgramId) {
        if self.connection(program).is_none() {
            return;
        }
        let index = program.index;
        let until = orphaned_until(now, self.config.grace);
        let (pending, connections) = (&*self.pending, &*self.connections);
        // One that is held is under way as well, and one that is to release a client does.
        let held = connections.get(index).and_then(|connection| {
            let Held { head, len, .. } = connection.holds(Wait::Turn)?;
            match head.service {
                Service::CTL => target(connection.request.get(..len)?),
                service => Some((service, head.client)),
            }
        });
        self.clients.leave(index, |service, client, session| {
            let mut asked = pending.iter().filter_map(|pending| pending.0);
            let asking = |origin: Origin| origin.asker == Asker::Program(index) && origin.is_with(service, client);
            if (held == Some((service, client)) || asked.any(asking)) && !session {
                Holder::Doomed
            } else {
                Holder::Nobody(until)
            }
        });
        for origin in self.pending.iter_mut().filter_map(|pending| pending.0.as_mut()) {
            if origin.asker == Asker::Program(index) {
                origin.asker = Asker::Gone(index);
            }
        }
        if let Some(connection) = self.connections.get_mut(index) {
            connection.leave();
        }
    }

    /// The connected programs.
    pub fn programs(&self) -> impl Iterator<Item = ProgramId> + '_ {
        let places = self.connections.iter().enumerate();
        places.filter(|(_, c)| c.connected).map(|(index, c)| ProgramId { index, generation: c.generation })
    }

    /// Whether a frame of the program can be taken now.
    #[must_use]
    pub fn is_ready(&self, program: ProgramId) -> bool {
        self.connection(program).is_some_and(Connection::is_ready)
    }

    /// Frames that a connected program has lost because it did not fetch what came before.
    #[must_use]
    pub fn lost(&self, program: ProgramId) -> u32 {
        self.connection(program).map_or(0, |connection| connection.out.lost())
    }

    /// What happened so far.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Releases what can be released now, for a proxy that is about to end: the clients that programs have left behind, except
    /// those with a data session, and those that are kept for ever. It is done when [`is_tidy`](Self::is_tidy).
    pub fn tidy(&mut self) {
        self.clients.doom_all();
    }

    /// Whether no client is still to be released.
    #[must_use]
    pub fn is_tidy(&self) -> bool {
        let mut pending = self.pending.iter().filter_map(|pending| pending.0);
        self.clients.doomed().is_none() && !pending.any(|origin| origin.asker == Asker::Proxy)
    }

    /// The modem is gone. What programs had under way is answered; each has to be disconnected, for the protocol has no way
    /// to begin again.
    pub fn modem_gone(&mut self) {
        count(&mut self.counters.restarts);
        self.clients.clear();
        for place in 0..self.pending.len() {
            self.fail(place, ProtocolError::INTERNAL);
        }
        for connection in self.connections.iter_mut() {
            connection.configured = false;
            if let Some(held) = connection.held.take() {
                connection.out.refuse(&mut self.counters, &held.head, ProtocolError::INTERNAL);
            }
        }
    }

    /// Something for the caller; call until `None`.
    pub fn next_event(&mut self) -> Option<Event<'_>> {
        if core::mem::take(&mut self.restarted) {
            return Some(Event::Restarted);
        }
        let mut asking = None;
        for (index, connection) in self.connections.iter_mut().enumerate() {
            let program = ProgramId { index, generation: connection.generation };
            if connection.out.take_stuck() {
                return Some(Event::Stuck(program));
            }
            if core::mem::take(&mut connection.garbage) {
                return Some(Event::Garbage(program));
            }
            if connection.holds(Wait::Judgement { told: false }).is_some() {
                asking = asking.or(Some(program));
            }
        }
        let program = asking?;
        let connection = self.connections.get_mut(program.index)?;
        let held = connection.held.as_mut()?;
        held.wait = Wait::Judgement { told: true };
        let frame = Frame::parse(connection.request.get(..held.len)?).ok()?;
        let request = internal_proxy_open::Request::from_tlvs(frame.message.tlvs);
        let path = request.device_path().ok()?.bytes;
        Some(Event::Open { program, path, transaction: held.head.transaction })
    }

    /// The caller's judgement of the path in [`Event::Open`]: whether it is the modem's, or what the program is to be told
    /// instead.
    pub fn open(&mut self, program: ProgramId, judgement: Result<(), ProtocolError>) {
        let Some(connection) = Self::find(self.connections, program) else {
            return;
        };
        let Some(held) = connection.held.take_if(|held| matches!(held.wait, Wait::Judgement { .. })) else {
            return;
        };
        match judgement {
            Ok(()) => {
                connection.configured = true;
                connection.out.grant(&mut self.counters, &held.head);
            }
            Err(error) => {
                count(&mut self.counters.denied);
                connection.out.refuse(&mut self.counters, &held.head, error);
            }
        }
    }

    /// The earliest time at which [`expire`](Self::expire) has something to do.
    #[must_use]
    pub fn poll_at(&self) -> Instant {
        let origins = self.pending.iter().filter_map(|pending| pending.0);
        origins.map(|origin| origin.until).fold(self.clients.earliest(), Instant::min)
    }

    /// Acts on the time that has passed.
    pub fn expire(&mut self, now: Instant) {
        self.clients.expire(now);
        for place in 0..self.pending.len() {
            let origin = self.pending.get(place).and_then(|pending| pending.0);
            if origin.is_some_and(|origin| origin.until <= now) {
                self.fail(place, ProtocolError::INTERNAL);
            }
        }
    }

    fn connection(&self, program: ProgramId) -> Option<&Connection<'s>> {
        let connection = self.connections.get(program.index)?;
        (connection.connected && connection.generation == program.generation).then_some(connection)
    }

    fn find<'c>(connections: &'c mut [Connection<'s>], program: ProgramId) -> Option<&'c mut Connection<'s>> {
        let connection = connections.get_mut(program.index)?;
        (connection.connected && connection.generation == program.generation).then_some(connection)
    }
}
