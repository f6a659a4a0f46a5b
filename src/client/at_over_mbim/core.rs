//! What both streams do between sending and receiving. The streams themselves only move transfers and wait.

use core::convert::Infallible;
use core::fmt;
use core::ops::Range;

use mbim_wire::field::{Empty, Raw};
use mbim_wire::message::{CommandDone, CommandType};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::{compal, fibocom, intel_at_tunnel, qdu};
use mbim_wire::{Command, Encode, Status, Uuid, View as _};

use super::{AtService, Memory, TunnelError};
use crate::session::mbim::{Config, Counters, Expired, Failure, Incoming, Session, SessionError, Ticket};
use crate::time::{Instant, Millis};

/// How long the modem may take to tell its services.
const LISTING: Millis = Millis::from_secs(10);
/// How long the answer to a line is awaited. The AT session above keeps the time limits of its commands.
const PATIENCE: Millis = Millis::from_secs(300);
/// How long to wait after BUSY before a line is sent again, and how often that is done.
const BUSY_WAIT: Millis = Millis(1_000);
const BUSY_TRIES: u8 = 5;

/// What is to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// The function is open, and the service known.
    Open,
    Close,
    /// The line has left.
    Sent,
    /// There is something to read.
    Read,
}

/// What the stream has to do next.
pub(super) enum Next {
    /// Send what [`Core::outgoing`] lends.
    Send,
    /// Receive into [`Core::transfer`] until then, and tell [`Core::received`].
    Receive(Instant),
    /// Nothing: the goal is reached.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing is awaited.
    Idle,
    /// The services are to be asked for.
    List,
    Listing(Ticket),
    /// The line is to be sent then.
    Due(Instant),
    /// Its answer is awaited.
    Asked(Ticket),
}

/// The state of a stream.
pub(super) struct Core<'s> {
    session: Session<'s>,
    transfer: &'s mut [u8],
    line: &'s mut [u8],
    filled: usize,
    /// The line ended: the next byte begins another.
    ended: bool,
    answer: &'s mut [u8],
    /// Bytes of the answer that were not read yet.
    rest: Range<usize>,
    service: Option<AtService>,
    stage: Stage,
    tries: u8,
    others: u32,
    /// What went wrong, and nobody was told yet.
    wrong: Option<TunnelError<Infallible>>,
}

/// Without the bytes of lines.
impl fmt::Debug for Core<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("session", &self.session)
            .field("service", &self.service)
            .field("stage", &self.stage)
            .field("others", &self.others)
            .finish_non_exhaustive()
    }
}

impl AtService {
    /// The service and the command.
    const fn command(self) -> (Uuid, u32, CommandType) {
        match self {
            Self::Intel => (intel_at_tunnel::INTEL_AT_TUNNEL, intel_at_tunnel::AtCommand::CID, CommandType::SET),
            Self::Fibocom => (fibocom::FIBOCOM, fibocom::AtCommand::CID, CommandType::SET),
            Self::Compal => (compal::COMPAL, compal::AtCommand::CID, CommandType::QUERY),
            Self::Quectel => (qdu::QDU, qdu::Command::CID, CommandType::SET),
        }
    }

    /// Which of them the modem has.
    fn find(services: bc::DeviceServicesInfoView<'_>) -> Option<Self> {
        let all = [Self::Intel, Self::Fibocom, Self::Compal, Self::Quectel];
        let services = services.device_services().ok()?;
        let listed = |service: &Self| {
            let (uuid, cid, _) = service.command();
            let mut entries = services.iter().flatten();
            entries
                .any(|entry| entry.device_service_id == uuid && entry.cids.iter().flatten().any(|listed| listed == cid))
        };
        all.into_iter().find(listed)
    }
}

impl<'s> Core<'s> {
    pub(super) fn new(mut config: Config, memory: Memory<'s>) -> Self {
        let room = u32::try_from(memory.transfer.len()).unwrap_or(u32::MAX);
        config.max_control_transfer = config.max_control_transfer.min(room);
        Self {
            session: Session::new(config, memory.session),
            transfer: memory.transfer,
            line: memory.line,
            filled: 0,
            ended: false,
            answer: memory.answer,
            rest: 0..0,
            service: None,
            stage: Stage::Idle,
            tries: 0,
            others: 0,
            wrong: None,
        }
    }

    pub(super) fn choose(&mut self, service: AtService) {
        self.service = Some(service);
    }

    pub(super) const fn service(&self) -> Option<AtService> {
        self.service
    }

    pub(super) const fn others(&self) -> u32 {
        self.others
    }

    pub(super) const fn counters(&self) -> &Counters {
        self.session.counters()
    }

    pub(super) fn transfer(&mut self) -> &mut [u8] {
        self.transfer
    }

    pub(super) fn outgoing(&mut self) -> Option<&[u8]> {
        self.session.transmit()
    }

    fn begin(&mut self, stage: Stage) {
        (self.stage, self.wrong, self.rest, self.filled, self.ended) = (stage, None, 0..0, 0, false);
    }

    pub(super) fn open(&mut self, now: Instant) {
        self.begin(if self.service.is_none() { Stage::List } else { Stage::Idle });
        self.session.open(now);
    }

    pub(super) fn take_over(&mut self) {
        // Whether it is open shows when it answers.
        self.begin(Stage::List);
        self.session.assume_open();
    }

    pub(super) fn close(&mut self, now: Instant) {
        self.begin(Stage::Idle);
        self.session.close(now);
    }

    /// Takes bytes of a line, up to its end; how many, and whether a line is to be sent now. What was asked before is given
    /// up then.
    pub(super) fn write<E>(&mut self, bytes: &[u8]) -> Result<(usize, bool), TunnelError<E>> {
        let mut taken = 0_usize;
        for byte in bytes {
            taken = taken.saturating_add(1);
            // The line feed belongs to the end before it.
            if *byte == b'\n' && self.ended {
                continue;
            }
            if core::mem::take(&mut self.ended) {
                self.filled = 0;
            }
            match byte {
                b'\r' | b'\n' => {
                    self.ended = true;
                    if let Stage::Asked(ticket) = self.stage {
                        self.session.abandon(ticket);
                    }
                    let fits = self.end_line();
                    self.rest = 0..0;
                    self.tries = 0;
                    self.stage = if self.filled > 0 && fits { Stage::Due(Instant(0)) } else { Stage::Idle };
                    if !fits {
                        return Err(TunnelError::NoRoom(self.filled));
                    }
                    if self.filled > 0 {
                        return Ok((taken, true));
                    }
                }
                // What ends a text, or begins a line with nothing, does not travel.
                0..0x20 | 0x7f => {}
                b' ' if self.filled == 0 => {}
                byte => {
                    if let Some(place) = self.line.get_mut(self.filled) {
                        *place = *byte;
                    }
                    self.filled = self.filled.saturating_add(1);
                }
            }
        }
        Ok((taken, false))
    }

    /// Hands out what is there.
    pub(super) fn read(&mut self, buf: &mut [u8]) -> Option<usize> {
        let rest = self.answer.get(self.rest.clone()).filter(|rest| !rest.is_empty())?;
        let count = rest.len().min(buf.len());
        // Not `copy_from_slice`, which can panic as far as the compiler knows.
        buf.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        self.rest.start = self.rest.start.saturating_add(count);
        Some(count)
    }

    /// Goes on as far as it goes without the modem.
    pub(super) fn next<E>(&mut self, now: Instant, goal: Goal) -> Result<Next, TunnelError<E>> {
        while let Some(expired) = self.session.expire(now) {
            match expired {
                Expired::Failed { ticket, failure } => self.failed(ticket, failure),
                Expired::OpenFailed(error) => self.wrong = Some(TunnelError::Open(error)),
                Expired::Opened | Expired::Closed => {}
            }
        }
        if self.session.has_due() {
            return Ok(Next::Send);
        }
        if let Some(wrong) = self.wrong.take() {
            return Err(carry(wrong));
        }
        let mut due = Instant::FAR;
        match self.stage {
            Stage::List if self.session.is_open() => {
                let ticket = self.list(now).map_err(TunnelError::Session)?;
                self.stage = Stage::Listing(ticket);
                return Ok(Next::Send);
            }
            Stage::Due(at) if at > now => due = at,
            Stage::Due(_) => {
                self.stage = Stage::Idle;
                let service = self.service.ok_or(TunnelError::NoService)?;
                let ticket = self.send(now, service).map_err(TunnelError::Session)?;
                self.stage = Stage::Asked(ticket);
                return Ok(Next::Send);
            }
            Stage::Idle | Stage::List | Stage::Listing(_) | Stage::Asked(_) => {}
        }
        let reached = match goal {
            Goal::Open => self.session.is_open() && self.stage == Stage::Idle,
            Goal::Close => self.session.is_closed(),
            Goal::Sent => true,
            Goal::Read => !self.rest.is_empty(),
        };
        Ok(if reached { Next::Done } else { Next::Receive(self.session.poll_at().min(due)) })
    }
    /// Appends the end that the line travels with; false if there is no room.
    fn end_line(&mut self) -> bool {
        let end = self.line.get_mut(self.filled..).and_then(<[u8]>::first_chunk_mut);
        end.map(|end| *end = *b"\r\n").is_some()
    }

    fn list(&mut self, now: Instant) -> Result<Ticket, SessionError> {
        type List = bc::DeviceServices;
        self.session.start(now, LISTING, List::SERVICE, List::CID, CommandType::QUERY, &Empty {})
    }

    fn send(&mut self, now: Instant, service: AtService) -> Result<Ticket, SessionError> {
        let (uuid, cid, kind) = service.command();
        let line = self.line.get(..self.filled).unwrap_or_default();
        let ended = self.line.get(..self.filled.saturating_add(2)).unwrap_or(line);
        let quectels = qdu::CommandSet { command_type: qdu::QuectelCommandType::AT, command_string: line.into() };
        let plain = Raw(ended);
        let body: &dyn Encode = if service == AtService::Quectel { &quectels } else { &plain };
        self.session.start(now, PATIENCE, uuid, cid, kind, body)
    }

    fn failed(&mut self, ticket: Ticket, failure: Failure) {
        if matches!(self.stage, Stage::Asked(ours) | Stage::Listing(ours) if ours == ticket) {
            self.stage = Stage::Idle;
            self.wrong = Some(TunnelError::Failed(failure));
        }
    }

    /// Hands on what was received: the length of a transfer, or that the time was up.
    pub(super) fn received(&mut self, now: Instant, length: Option<usize>) {
        let Some(transfer) = length.and_then(|length| self.transfer.get(..length)) else { return };
        match self.session.receive(now, transfer) {
            Incoming::Answer { ticket, answer } if self.stage == Stage::Listing(ticket) => {
                self.stage = Stage::Idle;
                let listed = bc::DeviceServicesInfoView::new(answer.body);
                self.service = self.service.or_else(|| AtService::find(listed));
                self.wrong = match (answer.status, self.service) {
                    (Status::SUCCESS, None) => Some(TunnelError::NoService),
                    (Status::SUCCESS, _) => None,
                    (status, _) => Some(TunnelError::Refused(status)),
                };
            }
            Incoming::Answer { ticket, answer } if self.stage == Stage::Asked(ticket) => {
                self.stage = Stage::Idle;
                if answer.status == Status::BUSY && self.tries < BUSY_TRIES {
                    self.tries = self.tries.saturating_add(1);
                    self.stage = Stage::Due(now + BUSY_WAIT);
                    self.session.count_busy();
                    return;
                }
                let text = text(self.service, &answer);
                if answer.status != Status::SUCCESS && text.is_empty() {
                    self.wrong = Some(TunnelError::Refused(answer.status));
                    return;
                }
                match keep(self.answer, text) {
                    Ok(length) => self.rest = 0..length,
                    Err(needed) => self.wrong = Some(TunnelError::NoRoom(needed)),
                }
            }
            Incoming::Failed { ticket, failure } => self.failed(ticket, failure),
            Incoming::OpenFailed(error) => self.wrong = Some(TunnelError::Open(error)),
            Incoming::Lost => {
                self.stage = Stage::Idle;
                self.wrong = Some(TunnelError::Lost);
            }
            Incoming::Indication(_) => self.others = self.others.saturating_add(1),
            _ => {}
        }
    }
}

/// What the modem has said, without the filler behind it.
fn text<'a>(service: Option<AtService>, answer: &CommandDone<'a>) -> &'a [u8] {
    let quectels = || qdu::CommandInfoView::new(answer.body).command_response_string().map_or(&[][..], |text| text.0);
    let text = if service == Some(AtService::Quectel) { quectels() } else { answer.body };
    let end = text.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    text.get(..end).unwrap_or_default()
}

/// Keeps an answer, and ends its last line if it does not end; the bytes needed if there is no room.
fn keep(memory: &mut [u8], text: &[u8]) -> Result<usize, usize> {
    let end: &[u8] = if text.ends_with(b"\n") || text.is_empty() { b"" } else { b"\r\n" };
    let needed = text.len().saturating_add(end.len());
    let room = memory.get_mut(..needed).ok_or(needed)?;
    room.iter_mut().zip(text.iter().chain(end)).for_each(|(to, from)| *to = *from);
    Ok(needed)
}

/// The same error, over any channel.
fn carry<E>(error: TunnelError<Infallible>) -> TunnelError<E> {
    match error {
        TunnelError::Channel(never) => match never {},
        TunnelError::Open(error) => TunnelError::Open(error),
        TunnelError::Lost => TunnelError::Lost,
        TunnelError::NoService => TunnelError::NoService,
        TunnelError::Refused(status) => TunnelError::Refused(status),
        TunnelError::Failed(failure) => TunnelError::Failed(failure),
        TunnelError::Session(error) => TunnelError::Session(error),
        TunnelError::NoRoom(needed) => TunnelError::NoRoom(needed),
    }
}
