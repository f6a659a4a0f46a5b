//! A QMI function: the face that a [`Modem`] shows to a QMI host, over QMUX.
//!
//! | file | holds |
//! |---|---|
//! | `mod` (here) | frames, clients coming and going, transactions, faults: all that is not about one service |
//! | `service` | one file for each service: what a request does to the modem, what its clients are told |
//! | `call` | a request on its way through a service |
//! | `tell` | a client that is told of a change |
//! | `clients`, `queue` | which clients there are, and what is on its way to them |
//!
//! [`Function::receive`] takes a frame from the host, [`Function::transmit`] gives the next one to the host until it has
//! none, [`Function::poll_at`] says when to call it again without being asked. Call `transmit` after every `receive` and
//! after every change of the modem.
//!
//! Requests are taken while others are under way, and answered when they are done, in whatever order that is. A request
//! for whose answer there may be no room is refused with NO_MEMORY and not done. Events of the modem wait in its log
//! while there is no room to tell of them. What is lost all the same is counted; after lost events every client is told
//! the newest state once.
//!
//! With an AT function inside ([`Function::with_at`]), the service ATR leads to it.
//!
//! When the modem has started, the Sync indication says that all clients are void.
//!
//! # How a service is added
//!
//! A file `service/<service>.rs` with a static `SERVICE: Service`, named in `SERVICES`, and in `states!` if it keeps
//! something for each client (registrations above all). Its table `messages` names each message and the function that
//! does it: `Served::of::<get_model::Message>(model)`. Such a function reads with `call.request::<get_model::Message>()`
//! (`?` turns what cannot be read into MISSING_ARGUMENT or MALFORMED_MESSAGE), changes `call.modem`, and ends with
//! `call.answer::<get_model::Message>(|response, modem| …)`, `Ok(Step::Success)`, `call.refuse::<…>(error, …)` if a
//! failure has more to tell, or `call.wait(ticket, context, then)` if the modem needs time. `tell` is called with
//! every change of the modem for every client of the service, whoever caused it.
//!
//! ```
//! use qmi_wire::View;
//! use qmi_wire::frame::{Frame, Framing};
//! use qmi_wire::message::write_request;
//! use qmi_wire::service::{Service, ctl::allocate_cid};
//! use wwan::device::modem::{Modem, Setup};
//! use wwan::device::qmi::{Config, Function, Memory};
//! use wwan::time::Instant;
//!
//! let mut out = [0; 4096];
//! let mut modem = Modem::new(Instant(0), Setup::default());
//! let mut function = Function::new(Config::default(), Memory { out: &mut out });
//! let sync = function.transmit(Instant(0), &mut modem).expect("the modem says that it has started");
//! assert_eq!(Frame::parse(sync)?.message.id(), 0x0027);
//!
//! let mut buffer = [0; 64];
//! let request = write_request::<allocate_cid::Message>(&mut buffer, Framing::host(0), 1, |request| {
//!     request.service(Service::DMS.into());
//! })?;
//! function.receive(Instant(0), &mut modem, request);
//! let answer = function.transmit(Instant(0), &mut modem).expect("an answer");
//! let response = allocate_cid::Response::from_tlvs(Frame::parse(answer)?.message.tlvs);
//! assert_eq!(response.allocation_info()?.cid, 1);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

use heapless::Vec;
use qmi_wire::frame::{BROADCAST, Frame, Framing, Head, HeaderError, Kind, MessageWriter, Sender};
use qmi_wire::service as wire;
use qmi_wire::{EncodeError, ProtocolError, TlvSet, Verdict};

use super::modem::Modem;
use super::modem::event::{Change, Cursor, Origin, Reading};
use super::modem::voice::{CallEvent, CallState};
use super::take_at;
pub use super::{FAULTS, TooManyFaults};
use crate::time::{Instant, Millis};

mod call;
mod clients;
mod queue;
mod service;
mod tell;

use call::{Asked, Call, Fill, On, Outcome, Refused, Released, Step, Wait};
use clients::Clients;
use queue::{AT_ONCE, Queue};
use service::{SERVICES, Service};
use tell::Tell;

/// Clients of all services together.
pub const CLIENTS: usize = 96;
/// Requests that may wait for the modem, and what services have to do later.
pub const PENDING: usize = 32;
/// Room in bytes that there must be before a request is done, or a client told of a change, unless nothing waits to be
/// sent: no message but the longest lists takes more.
pub const ROOM: usize = 1024;

/// How the function behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// This face among all faces of the modem: each has another one, and none is [`Origin::WORLD`].
    pub origin: Origin,
    /// USB vendor number of the device; the messages of this vendor are served.
    pub vendor: u16,
    /// Clients that each service can have, 1 to 254. Real modems have about ten.
    pub clients_per_service: u8,
    /// The Sync indication tells hosts when the modem has started.
    pub sync_at_boot: bool,
    /// The messages of DMS about the card are served; newer firmware refuses them and has UIM.
    pub dms_uim: bool,
    /// The format of the data path can be set: not so if the frames travel inside MBIM.
    pub data_format: bool,
    /// Frames with a number of 16 bits for the service are taken and sent ([`Framing::Wide`]), and clients of such services can
    /// be allocated: as what stands between QRTR and hosts does. Without, these services are not there.
    pub wide: bool,
    /// There is an AT function inside.
    #[cfg(feature = "at")]
    answers_at: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            origin: Origin(1),
            vendor: 0x05c6,
            clients_per_service: 16,
            sync_at_boot: true,
            dms_uim: true,
            data_format: true,
            wide: false,
            #[cfg(feature = "at")]
            answers_at: false,
        }
    }
}

/// Memory of the function, the caller's.
#[derive(Debug)]
pub struct Memory<'s> {
    /// Frames on their way to the host. 4 KiB are enough for all but hosts that do not fetch their answers.
    pub out: &'s mut [u8],
}

/// What happened so far. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Frames from the host.
    pub received: u32,
    /// Frames to the host.
    pub transmitted: u32,
    /// Requests from the host.
    pub requests: u32,
    /// Indications to the host.
    pub indications: u32,
    /// Indications for which there was no room.
    pub indications_lost: u32,
    /// Events that came and went while there was no room; the newest state was, or will be, told.
    pub events_missed: u32,
    /// Answers longer than the queue; the host was told INTERNAL.
    pub answers_too_long: u32,
    /// Requests refused with NO_MEMORY because too many were under way.
    pub busy: u32,
    /// Answers for which there was no room at all.
    pub lost: u32,
    /// Frames that cannot be read, and messages that only a modem sends.
    pub garbage: u32,
    /// Requests of clients that were not allocated.
    pub strangers: u32,
    /// Frames that came while the modem was starting or mute.
    pub muted: u32,
    /// Requests and indications that a fault swallowed.
    pub swallowed: u32,
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

/// What a fault does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Effect {
    /// The request is not done, and answered with this error.
    Refuse(ProtocolError),
    /// It is done, and answered so much later.
    Delay(Millis),
    /// It is neither done nor answered.
    Swallow,
    /// It is done and answered; what is withheld are its indications.
    Withhold,
    /// It is done; the answer has the transaction number of another request.
    WrongTransaction,
    /// It is done; the answer does not say how it went.
    NoResult,
    /// It is done, and answered twice.
    Duplicate,
}

/// A misbehaviour to test hosts with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Fault {
    /// Requests to, or indications of, this service,
    pub service: wire::Service,
    /// with this number,
    pub message: u16,
    /// suffer this,
    pub effect: Effect,
    /// the next one only, or all of them.
    pub once: bool,
}

/// What the device keeps for the protocol that is no client's.
#[derive(Clone, Copy, Debug, Default)]
struct Shared {
    /// Handles of sessions given so far.
    handles: u32,
}

impl Shared {
    /// A handle that no session has had: neither 0, nor all ones, which stand for the modem's own session.
    fn new_handle(&mut self) -> u32 {
        self.handles = self.handles.wrapping_add(1) & 0x00ff_ffff;
        self.handles | 0x1000_0000
    }
}

/// Something to be done later.
#[derive(Clone, Copy, Debug)]
struct Pending {
    asked: Asked,
    wait: Wait,
    /// The host waits for an answer.
    owed: bool,
}

/// The way out: the queue, and who keeps messages from it.
#[derive(Debug)]
struct Outbox<'s> {
    queue: Queue<'s>,
    faults: Vec<Fault, FAULTS>,
    counters: Counters,
}

#[derive(Debug)]
struct Core<'s> {
    config: Config,
    outbox: Outbox<'s>,
    clients: Clients,
    pending: Vec<Pending, PENDING>,
    shared: Shared,
    /// The next event to tell.
    cursor: Cursor,
    /// Clients that have been told of the change under the cursor.
    told: usize,
    /// After missed events: the next of the states to tell everybody.
    repeat: Option<usize>,
    /// Hosts are answered.
    started: bool,
    /// The AT function inside.
    #[cfg(feature = "at")]
    line: Option<service::atr::Line<'s>>,
}

/// A QMI function. See the [module](self).
#[derive(Debug)]
pub struct Function<'s> {
    core: Core<'s>,
    mute: bool,
}

impl<'s> Function<'s> {
    /// A function without clients.
    #[must_use]
    pub fn new(config: Config, memory: Memory<'s>) -> Self {
        let outbox = Outbox { queue: Queue::new(memory.out), faults: Vec::new(), counters: Counters::default() };
        Self {
            core: Core {
                config,
                outbox,
                clients: Clients::default(),
                pending: Vec::new(),
                shared: Shared::default(),
                cursor: Cursor::default(),
                told: 0,
                repeat: None,
                started: false,
                #[cfg(feature = "at")]
                line: None,
            },
            mute: false,
        }
    }

    /// The same with an AT function inside: the service ATR is there, whose messages carry AT commands and their answers.
    ///
    /// Give it another [`origin`](super::at::Config::origin) than this function's. It gets neither data connections nor
    /// the multiplexer, whatever its configuration says, because messages carry neither.
    #[cfg(feature = "at")]
    #[must_use]
    pub fn with_at(mut self, function: super::at::Function<'s>) -> Self {
        self.core.config.answers_at = true;
        self.core.line = Some(service::atr::Line::new(function));
        self
    }

    /// The AT function inside, to look at it, or to misuse it.
    #[cfg(feature = "at")]
    pub fn at(&mut self) -> Option<&mut super::at::Function<'s>> {
        self.core.line.as_mut().map(|line| &mut line.function)
    }

    /// Takes a frame from the host, a whole one.
    pub fn receive(&mut self, now: Instant, modem: &mut Modem, frame: &[u8]) {
        count(&mut self.core.outbox.counters.received);
        if self.mute {
            return count(&mut self.core.outbox.counters.muted);
        }
        self.core.advance(now, modem);
        if !self.core.started {
            return count(&mut self.core.outbox.counters.muted);
        }
        self.core.dispatch(now, modem, frame);
        self.core.advance(now, modem);
    }

    /// The next frame to the host; `None` when there is none now.
    pub fn transmit(&mut self, now: Instant, modem: &mut Modem) -> Option<&[u8]> {
        if self.mute {
            return None;
        }
        self.core.advance(now, modem);
        let frame = self.core.outbox.queue.next(now)?;
        count(&mut self.core.outbox.counters.transmitted);
        Some(frame)
    }

    /// When [`transmit`](Self::transmit) may have something next; an instant that is past means now.
    #[must_use]
    pub fn poll_at(&self, modem: &Modem) -> Option<Instant> {
        let core = &self.core;
        if self.mute {
            return modem.poll_at();
        }
        if !core.started {
            return Some(modem.boots_at().unwrap_or_default());
        }
        if core.repeat.is_some() || core.cursor != modem.newest() {
            return Some(Instant(0));
        }
        let pending = core.pending.iter().filter_map(|pending| match pending.wait.on {
            On::Time(at) => Some(at),
            On::Modem(_) => None,
        });
        #[cfg(feature = "at")]
        let inside = core.line.as_ref().and_then(|line| line.poll_at(modem));
        #[cfg(not(feature = "at"))]
        let inside = None;
        let single = [core.outbox.queue.due(), inside, modem.poll_at()];
        single.into_iter().flatten().chain(pending).min()
    }

    /// The host is gone, as when the bus was reset: all clients are released, and nothing is sent about it.
    pub fn reset(&mut self, now: Instant, modem: &mut Modem) {
        self.core.release_all(now, modem);
        #[cfg(feature = "at")]
        if let Some(line) = &mut self.core.line {
            line.reset(now, modem);
        }
        self.core.outbox.queue.clear();
    }

    /// The clients: service and number.
    pub fn clients(&self) -> impl Iterator<Item = (wire::Service, u8)> {
        self.core.clients.iter().map(|client| (client.service.service, client.cid))
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.core.outbox.counters
    }

    // Misbehaviour, to test hosts with.

    /// Sets a fault. Of several that fit a message, the one set first counts.
    ///
    /// # Errors
    ///
    /// [`TooManyFaults`].
    pub fn inject(&mut self, fault: Fault) -> Result<(), TooManyFaults> {
        self.core.outbox.faults.push(fault).map_err(|_| TooManyFaults)
    }

    /// Refuses requests to `service` with that number, the next one or all.
    ///
    /// # Errors
    ///
    /// [`TooManyFaults`].
    pub fn refuse(
        &mut self,
        service: wire::Service,
        message: u16,
        error: ProtocolError,
        once: bool,
    ) -> Result<(), TooManyFaults> {
        self.inject(Fault { service, message, effect: Effect::Refuse(error), once })
    }

    /// Delays the answers to requests to `service` with that number, the next one or all.
    ///
    /// # Errors
    ///
    /// [`TooManyFaults`].
    pub fn delay(&mut self, service: wire::Service, message: u16, by: Millis, once: bool) -> Result<(), TooManyFaults> {
        self.inject(Fault { service, message, effect: Effect::Delay(by), once })
    }

    /// Ends all faults.
    pub fn clear_faults(&mut self) {
        self.core.outbox.faults.clear();
    }

    /// Mute: takes frames without looking at them, and sends none. What waits to be sent goes on waiting.
    pub fn set_mute(&mut self, mute: bool) {
        self.mute = mute;
    }
}

impl Outbox<'_> {
    /// There is room for any message but the longest lists, or nothing waits.
    fn has_room(&self) -> bool {
        self.queue.is_empty() || self.queue.room() >= ROOM
    }

    /// A fault that fits, indications' or requests'; one that is for once only ends.
    fn fault(&mut self, service: wire::Service, message: u16, indication: bool) -> Option<Effect> {
        let fits = |fault: &Fault| {
            (fault.service, fault.message) == (service, message) && (fault.effect == Effect::Withhold) == indication
        };
        let place = self.faults.iter().position(fits)?;
        let fault = *self.faults.get(place)?;
        if fault.once {
            take_at(&mut self.faults, place);
        }
        Some(fault.effect)
    }

    fn write(
        &mut self,
        at: Instant,
        head: &Head,
        verdict: Option<Verdict>,
        fill: Fill<'_>,
    ) -> Result<usize, EncodeError> {
        self.queue.push(at, &mut |buf| {
            let mut writer = MessageWriter::new(buf, head);
            if let Some(verdict) = verdict {
                writer.put(Verdict::TLV, &verdict);
            }
            fill(writer)
        })
    }

    fn indicate(&mut self, at: Instant, service: wire::Service, id: u16, client: u8, fill: Fill<'_>) {
        if self.fault(service, id, true).is_some() {
            return count(&mut self.counters.swallowed);
        }
        let framing = call::framing(service, client);
        let head = Head { framing, service, kind: Kind::Indication, transaction: 1, id };
        match self.write(at, &head, None, fill) {
            Ok(_) => count(&mut self.counters.indications),
            Err(_) => count(&mut self.counters.indications_lost),
        }
    }
}

fn end(writer: MessageWriter<'_>) -> Result<usize, EncodeError> {
    writer.finish().map(|frame| frame.len())
}

impl Core<'_> {
    // Requests.

    fn dispatch(&mut self, now: Instant, modem: &mut Modem, bytes: &[u8]) {
        let frame = match Frame::parse(bytes) {
            Ok(frame) => frame,
            Err(error) => return self.malformed(now, bytes, error),
        };
        let asked = match asked(now, frame.framing, frame.message.service()) {
            Some(asked) if self.is_framed(asked.framing) && frame.message.kind() == Kind::Request => {
                Asked { transaction: frame.message.transaction, id: frame.message.id(), ..asked }
            }
            _ => return count(&mut self.outbox.counters.garbage),
        };
        count(&mut self.outbox.counters.requests);
        self.request(now, modem, asked, frame.message.tlvs);
    }

    fn is_framed(&self, framing: Framing) -> bool {
        self.config.wide || !matches!(framing, Framing::Wide { .. })
    }

    /// A frame that cannot be read. If its headers can, it is answered.
    fn malformed(&mut self, now: Instant, bytes: &[u8], error: HeaderError) {
        let answered = matches!(error, HeaderError::TlvLength { .. } | HeaderError::Tlv { .. });
        match head_of(now, bytes) {
            Some(asked) if answered && self.is_framed(asked.framing) => {
                self.verdict(&asked, ProtocolError::MALFORMED_MESSAGE);
            }
            _ => count(&mut self.outbox.counters.garbage),
        }
    }

    fn request(&mut self, now: Instant, modem: &mut Modem, mut asked: Asked, tlvs: TlvSet<'_>) {
        let service = Service::find(asked.service, &self.config);
        let is_known = asked.service == wire::Service::CTL || self.clients.get(asked.service, asked.client).is_some();
        let Some(service) = service.filter(|_| is_known) else {
            count(&mut self.outbox.counters.strangers);
            return self.verdict(&asked, ProtocolError::INVALID_CLIENT_ID);
        };
        match self.outbox.fault(asked.service, asked.id, false) {
            Some(Effect::Swallow) => return count(&mut self.outbox.counters.swallowed),
            Some(Effect::Refuse(error)) => return self.verdict(&asked, error),
            Some(Effect::Delay(by)) => asked.at = now + by,
            effect => asked.effect = effect,
        }
        let Some(served) = service.message(asked.id, &self.config) else {
            return self.verdict(&asked, ProtocolError::INVALID_QMI_COMMAND);
        };
        // What waits is called off through CTL, which itself never waits.
        let may_wait = asked.service != wire::Service::CTL;
        if !self.outbox.has_room() || may_wait && self.pending.is_full() {
            count(&mut self.outbox.counters.busy);
            return self.verdict(&asked, ProtocolError::NO_MEMORY);
        }
        let outcome = (served.run)(&mut Call { now, modem, core: self, asked, tlvs });
        self.settle(&asked, true, outcome);
    }

    /// What a service made of a request: answers it, if that is not done.
    fn settle(&mut self, asked: &Asked, owed: bool, outcome: Outcome) {
        match outcome {
            Ok(Step::Wait(wait)) if self.pend(asked, wait, owed).is_err() && owed => {
                self.verdict(asked, ProtocolError::NO_MEMORY);
            }
            Ok(Step::Success) if owed => self.answer(asked, Verdict::SUCCESS, &mut end),
            Err(Refused(error)) if owed => self.verdict(asked, error),
            _ => {}
        }
    }

    fn pend(&mut self, asked: &Asked, wait: Wait, owed: bool) -> Result<(), Pending> {
        self.pending.push(Pending { asked: *asked, wait, owed })
    }

    fn verdict(&mut self, asked: &Asked, error: ProtocolError) {
        self.answer(asked, Verdict::failure(error), &mut end);
    }

    fn answer(&mut self, asked: &Asked, verdict: Verdict, fill: Fill<'_>) {
        let &Asked { framing, service, transaction, id, at, effect, .. } = asked;
        let mut head = Head { framing, service, kind: Kind::Response, transaction, id };
        if effect == Some(Effect::WrongTransaction) {
            head.transaction ^= 0x55;
        }
        let said = Some(verdict).filter(|_| effect != Some(Effect::NoResult));
        let mut written = self.outbox.write(at, &head, said, fill);
        if written.is_ok() && effect == Some(Effect::Duplicate) {
            written = self.outbox.write(at, &head, said, fill);
        }
        if written.is_err() {
            count(&mut self.outbox.counters.answers_too_long);
            let error = if verdict.status == 0 { ProtocolError::INTERNAL } else { verdict.error };
            if self.outbox.write(at, &head, Some(Verdict::failure(error)), &mut end).is_err() {
                count(&mut self.outbox.counters.lost);
            }
        }
    }

    fn indicate(&mut self, at: Instant, service: wire::Service, id: u16, client: u8, fill: Fill<'_>) {
        self.outbox.indicate(at, service, id, client, fill);
    }

    fn abort(&mut self, now: Instant, modem: &mut Modem, by: &Asked, transaction: u16) -> bool {
        let waits = |pending: &Pending| {
            let asked = &pending.asked;
            pending.owed && (asked.service, asked.client, asked.transaction) == (by.service, by.client, transaction)
        };
        let Some(place) = self.pending.iter().position(waits) else {
            return false;
        };
        if let Some(pending) = take_at(&mut self.pending, place) {
            if let On::Modem(ticket) = pending.wait.on {
                modem.abandon(now, ticket);
            }
            self.verdict(&pending.asked, ProtocolError::ABORTED);
        }
        true
    }

    // Clients.

    /// Ends a client: what it waits for, what it started, what it registered for. Whether there was one.
    fn release(&mut self, now: Instant, modem: &mut Modem, service: wire::Service, cid: u8) -> bool {
        let of_it = |pending: &Pending| (pending.asked.service, pending.asked.client) == (service, cid);
        while let Some(place) = self.pending.iter().position(of_it) {
            if let Some(Pending { wait: Wait { on: On::Modem(ticket), .. }, .. }) = take_at(&mut self.pending, place) {
                modem.abandon(now, ticket);
            }
        }
        if let Some(place) =
            self.clients.iter().position(|client| (client.service.service, client.cid) == (service, cid))
        {
            // Those behind it move up.
            self.told = self.told.saturating_sub(usize::from(place < self.told));
        }
        let Some(mut client) = self.clients.release(service, cid) else {
            return false;
        };
        #[cfg(feature = "at")]
        if let Some(line) = self.line.as_mut().filter(|_| service == wire::Service::ATR) {
            line.leave(now, modem, cid);
        }
        (client.service.released)(&mut Released::new(now, modem, &self.config, cid, &mut client.state));
        true
    }

    /// Ends all clients.
    fn release_all(&mut self, now: Instant, modem: &mut Modem) {
        while let Some((service, cid)) = self.clients.first() {
            self.release(now, modem, service, cid);
        }
        self.pending.clear();
        modem.forget_host(now, self.config.origin);
    }

    /// The modem has restarted: there are no clients any more, and nothing of theirs.
    fn forget(&mut self) {
        while self.clients.pop().is_some() {}
        #[cfg(feature = "at")]
        if let Some(line) = &mut self.line {
            line.forget();
        }
        self.pending.clear();
        self.outbox.queue.clear();
        self.told = 0;
        self.repeat = None;
        self.started = false;
    }

    // What leaves by itself.

    /// Everything that time has brought: events first, in their order; then what was waited for.
    fn advance(&mut self, now: Instant, modem: &mut Modem) {
        modem.poll(now);
        self.start(modem);
        if !self.started {
            return;
        }
        if self.tell_events(now, modem) {
            self.go_on(now, modem);
        }
        #[cfg(feature = "at")]
        self.tell_at(now, modem);
    }

    fn start(&mut self, modem: &Modem) {
        if self.started || modem.boots_at().is_some() {
            return;
        }
        self.started = true;
        self.cursor = modem.newest();
        if self.config.sync_at_boot {
            self.indicate(AT_ONCE, wire::Service::CTL, SYNC, 0, &mut end);
        }
    }

    /// Whether all events are told.
    fn tell_events(&mut self, now: Instant, modem: &Modem) -> bool {
        loop {
            let mut cursor = self.cursor;
            match modem.event(&mut cursor) {
                None => break,
                Some(Reading::Missed(n)) => {
                    let missed = &mut self.outbox.counters.events_missed;
                    *missed = missed.saturating_add(n);
                    self.repeat = Some(0);
                }
                Some(Reading::Event(event)) => {
                    if event.change == Change::Restarted {
                        self.forget();
                        self.cursor = cursor;
                        self.start(modem);
                        return self.started;
                    }
                    if !self.tell_everybody(now, modem, &event.change) {
                        return false;
                    }
                }
            }
            self.cursor = cursor;
        }
        while let Some(place) = self.repeat {
            let Some(change) = state(modem, place) else {
                self.repeat = None;
                break;
            };
            if change.is_some_and(|change| !self.tell_everybody(now, modem, &change)) {
                return false;
            }
            self.repeat = Some(place.saturating_add(1));
        }
        true
    }

    /// Tells every client that is to know. `false` when there is no room for more; those that have been told are not
    /// told again.
    fn tell_everybody(&mut self, now: Instant, modem: &Modem, change: &Change) -> bool {
        while let Some(client) = self.clients.at(self.told) {
            if !self.outbox.has_room() {
                return false;
            }
            let (cid, service) = (client.cid, client.service);
            let (config, outbox) = (&self.config, &mut self.outbox);
            let mut tell = Tell { now, modem, config, cid, state: &mut client.state, outbox };
            (service.tell)(&mut tell, change);
            self.told = self.told.saturating_add(1);
        }
        self.told = 0;
        true
    }

    /// Goes on with what has waited long enough.
    fn go_on(&mut self, now: Instant, modem: &mut Modem) {
        let mut place = 0;
        while let Some(pending) = self.pending.get(place).copied() {
            if !self.outbox.has_room() {
                return;
            }
            let outcome = match pending.wait.on {
                On::Modem(ticket) => modem.outcome(ticket),
                On::Time(at) => Some(Ok(())).filter(|_| at <= now),
            };
            let Some(outcome) = outcome else {
                place = place.saturating_add(1);
                continue;
            };
            take_at(&mut self.pending, place);
            let Pending { asked, wait, owed } = pending;
            let tlvs = TlvSet::empty(asked.service, asked.id);
            let done = (wait.then)(&mut Call { now, modem, core: self, asked, tlvs }, wait.context, outcome);
            self.settle(&asked, owed, done);
        }
    }
}

const SYNC: u16 = <wire::ctl::sync_indication::Message as qmi_wire::Message>::ID;

/// The state of everything, one after the other, as if it had just come to be so; `Some(None)`: there is none here.
fn state(modem: &Modem, place: usize) -> Option<Option<Change>> {
    let single = [
        Change::Slot(modem.active_slot()),
        Change::Subscriber(modem.ready_state()),
        Change::Radio(modem.radio()),
        Change::Registration(modem.registration()),
        Change::PacketService(modem.packet_service()),
        Change::Signal(modem.signal()),
        Change::Ims,
        Change::ImsSettings,
        Change::ImsPolicy,
        Change::Phonebook,
        // All calls, whichever has changed.
        Change::Call(CallEvent::State(0, CallState::Active)),
    ];
    if let Some(change) = single.get(place) {
        return Some(Some(*change));
    }
    let session = u32::try_from(place.saturating_sub(single.len())).ok()?;
    if session >= modem.max_sessions() {
        return None;
    }
    Some(modem.session(session).ok().map(Change::Session))
}

/// What is known of a request before its headers are.
fn asked(now: Instant, framing: Framing, service: wire::Service) -> Option<Asked> {
    let client = framing.client()?;
    let framing = match framing {
        Framing::Qmux { client, .. } => Framing::Qmux { sender: Sender::MODEM, client },
        other => other,
    };
    if client == BROADCAST || (service == wire::Service::CTL && client != 0) {
        return None;
    }
    Some(Asked { framing, service, client, transaction: 0, id: 0, at: now, effect: None })
}

/// The headers of a request whose TLVs cannot be read.
fn head_of(now: Instant, bytes: &[u8]) -> Option<Asked> {
    let (&[marker, _, _, a, b, client], rest) = bytes.split_first_chunk()?;
    let (framing, service) = match marker {
        qmi_wire::frame::WIDE_MARKER => (Framing::Wide { client }, wire::Service(u16::from_le_bytes([a, b]))),
        _ => (Framing::Qmux { sender: Sender::HOST, client }, wire::Service(u16::from(b))),
    };
    let asked = asked(now, framing, service)?;
    let (flags, transaction, id) = match (service, rest) {
        (wire::Service::CTL, [flags, transaction, low, high, ..]) => {
            (*flags, u16::from(*transaction), u16::from_le_bytes([*low, *high]))
        }
        (wire::Service::CTL, _) => return None,
        (_, [flags, t0, t1, low, high, ..]) => {
            (*flags, u16::from_le_bytes([*t0, *t1]), u16::from_le_bytes([*low, *high]))
        }
        _ => return None,
    };
    let is_request = qmi_wire::frame::Flags(flags).kind(service) == Kind::Request;
    is_request.then_some(Asked { transaction, id, ..asked })
}

/// The messages that functions can serve, with service and vendor. What one function really serves depends on its [`Config`].
pub fn served_messages() -> impl Iterator<Item = (wire::Service, u16, Option<u16>)> {
    SERVICES
        .iter()
        .flat_map(|service| service.messages.iter().map(|served| (service.service, served.id, served.vendor)))
}
