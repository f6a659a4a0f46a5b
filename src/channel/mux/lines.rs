//! The channels of one line, without I/O: what the [multiplexer's session](crate::session::cmux) tells goes into queues, and
//! what waits in queues goes out by turns.

use core::cell::Cell;
use core::fmt;
use core::task::Waker;

use at_wire::cmux::{Framing, OVERHEAD, Signals};

use crate::ring::Ring;
use crate::session::cmux::{self, Config, Expired, Incoming, Session};
use crate::time::{Instant, Millis};

/// What the longest frame of the control channel takes.
const LEAST: usize = 48;

/// Why a channel, or the whole multiplexer, is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Ended {
    /// It was closed, by either side.
    Closed,
    /// The modem refuses to open it.
    Refused,
    /// The modem did not answer when it was opened.
    NoAnswer,
    /// The line is gone, or nobody answers at its other end any more.
    Lost,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "the channel is closed",
            Self::Refused => "the modem refuses the channel",
            Self::NoAnswer => "the modem does not open the channel",
            Self::Lost => "the line to the modem is lost",
        })
    }
}

impl core::error::Error for Ended {}

impl embedded_io::Error for Ended {
    fn kind(&self) -> embedded_io::ErrorKind {
        match self {
            Self::Closed | Self::Lost => embedded_io::ErrorKind::NotConnected,
            Self::Refused => embedded_io::ErrorKind::ConnectionRefused,
            Self::NoAnswer => embedded_io::ErrorKind::TimedOut,
        }
    }
}

/// How far the multiplexer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum State {
    /// The line carries commands, or nothing.
    Closed,
    /// It, or a channel, is being opened.
    Opening,
    /// It is open, and each channel is open or refused.
    Open,
    /// It is being closed.
    Closing,
}

/// What went nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// What the session has seen.
    pub session: cmux::Counters,
    /// Bytes from the modem for which a channel had no room, or that nobody had read when the multiplexer was opened anew.
    pub lost: u32,
    /// Bytes to the modem that waited when their channel ended.
    pub unsent: u32,
}

/// How far a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// It was not opened yet: who waits for it goes on waiting.
    Waiting,
    Open,
    Ended(Ended),
}

/// A channel with its queues.
pub struct Lane<'m> {
    dlci: u8,
    phase: Phase,
    received: Ring<'m>,
    outgoing: Ring<'m>,
    /// The modem was asked to stop.
    held: bool,
    /// Some of its bytes are in a frame that has not left.
    leaving: bool,
    /// Ours, which outlive the channel.
    ours: Option<Signals>,
    signals: Signals,
    break_signal: Option<u8>,
    /// Who waits for bytes, and for room.
    pub(super) reader: Cell<Option<Waker>>,
    pub(super) writer: Cell<Option<Waker>>,
}

impl<'m> Lane<'m> {
    /// A channel of that number, 1 to 61, with memory for what has come and for what is to go.
    ///
    /// The modem is asked to stop when half of `received` is in use; what it sends until it obeys needs the other half: four
    /// frames or more. `outgoing` only makes writers wait less often; one byte would do.
    #[must_use]
    pub const fn new(dlci: u8, received: &'m mut [u8], outgoing: &'m mut [u8]) -> Self {
        Self {
            dlci,
            phase: Phase::Waiting,
            received: Ring::new(received),
            outgoing: Ring::new(outgoing),
            held: false,
            leaving: false,
            ours: None,
            signals: Signals(1),
            break_signal: None,
            reader: Cell::new(None),
            writer: Cell::new(None),
        }
    }

    /// Its number.
    #[must_use]
    pub const fn dlci(&self) -> u8 {
        self.dlci
    }

    fn wake(&self) {
        wake(&self.reader);
        wake(&self.writer);
    }

    /// It is not there any more. Returns how many bytes will never go.
    fn end(&mut self, ended: Ended) -> usize {
        let unsent = self.outgoing.used();
        self.outgoing.clear();
        (self.phase, self.leaving, self.held) = (Phase::Ended(ended), false, false);
        self.wake();
        unsent
    }
}

impl fmt::Debug for Lane<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("dlci", &self.dlci)
            .field("phase", &self.phase)
            .field("received", &self.received.used())
            .field("outgoing", &self.outgoing.used())
            .finish_non_exhaustive()
    }
}

pub(super) fn wake(slot: &Cell<Option<Waker>>) {
    if let Some(waker) = slot.take() {
        waker.wake();
    }
}

fn add(counter: &mut u32, bytes: usize) {
    *counter = counter.saturating_add(u32::try_from(bytes).unwrap_or(u32::MAX));
}

/// All channels of a line. Programs that wait for several things themselves drive this; others use
/// [`Mux`](super::Mux) or [`blocking::Mux`](super::blocking::Mux).
///
/// Call [`expire`](Self::expire) when [`poll_at`](Self::poll_at) has come, [`receive`](Self::receive) with what comes,
/// and [`transmit`](Self::transmit) until it has nothing, after each of these and after each call for a channel.
#[derive(Debug)]
pub struct Lines<'m> {
    session: Session<'m>,
    lanes: &'m mut [Lane<'m>],
    /// Lengths of the session's memory.
    room: [usize; 2],
    state: State,
    /// Why it is closed.
    ended: Ended,
    /// The last answer is still to leave.
    leaving: bool,
    /// Whose turn it is to send.
    turn: usize,
    keep_alive: Millis,
    control_response: Millis,
    /// When the modem is asked whether it is there, and how often it was.
    ask_at: Instant,
    asked: u8,
    most_asked: u8,
    lost: u32,
    unsent: u32,
}

impl<'m> Lines<'m> {
    /// A multiplexer that is closed.
    #[must_use]
    pub fn new(memory: cmux::Memory<'m>, lanes: &'m mut [Lane<'m>]) -> Self {
        let room = [memory.receive.len(), memory.send.len()];
        let config = Config::default();
        let control_response = config.control_response;
        Self {
            session: Session::new(config, memory),
            lanes,
            room,
            state: State::Closed,
            ended: Ended::Closed,
            leaving: false,
            turn: 0,
            keep_alive: Millis(0),
            control_response,
            ask_at: Instant::FAR,
            asked: 0,
            most_asked: 0,
            lost: 0,
            unsent: 0,
        }
    }

    /// The most bytes that a frame can have with this memory, and `output` bytes of whoever sends it; zero if that is too
    /// little for any.
    #[must_use]
    pub fn max_frame_size(&self, framing: Framing, output: usize) -> u16 {
        let [receive, send] = self.room;
        let least = receive.min(send).min(output);
        if least < LEAST {
            return 0;
        }
        let least = if framing == Framing::Advanced { least.wrapping_shr(1) } else { least };
        u16::try_from(least.saturating_sub(OVERHEAD)).unwrap_or(u16::MAX)
    }

    /// Opens the multiplexer and its channels, on a modem that has just answered `+CMUX` with `OK`. If nothing comes from
    /// the modem for `keep_alive` it is asked whether it is there, and is lost if nothing comes then either; zero: never.
    pub fn open(&mut self, now: Instant, config: Config, keep_alive: Millis) {
        self.session.configure(config);
        self.session.open(now);
        for lane in self.lanes.iter_mut() {
            add(&mut self.lost, lane.received.used());
            lane.received.clear();
            (lane.phase, lane.held, lane.leaving) = (Phase::Waiting, false, false);
            (lane.signals, lane.break_signal) = (Signals(1), None);
        }
        (self.state, self.ended, self.leaving) = (State::Opening, Ended::Closed, false);
        (self.keep_alive, self.control_response) = (keep_alive, config.control_response);
        (self.asked, self.most_asked, self.ask_at) = (0, config.retransmissions, Instant::FAR);
    }

    /// Closes all channels and the multiplexer, which takes a while: until the [`state`](Self::state) is
    /// [`Closed`](State::Closed). What has not left by now does not leave any more, and is counted.
    pub fn close(&mut self, now: Instant) {
        if matches!(self.state, State::Opening | State::Open) {
            self.session.close(now);
            self.state = State::Closing;
            self.end_all(Ended::Closed);
        }
    }

    /// The line is gone: all channels end.
    pub fn lose(&mut self, now: Instant) {
        let config = Config::default();
        self.session.configure(config);
        let _ = now;
        self.over(Ended::Lost);
        self.leaving = false;
        self.state = State::Closed;
    }

    /// How far it is.
    #[must_use]
    pub fn state(&self) -> State {
        let waits = || self.lanes.iter().any(|lane| lane.phase == Phase::Waiting);
        match self.state {
            State::Open if waits() => State::Opening,
            State::Closed if self.leaving => State::Closing,
            state => state,
        }
    }

    /// Why it is closed.
    #[must_use]
    pub const fn ended(&self) -> Ended {
        self.ended
    }

    /// How many channels there are, opened or not.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.lanes.len()
    }

    /// What went nowhere.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters { session: self.session.counters(), lost: self.lost, unsent: self.unsent }
    }

    /// Lets the line sleep: see [`Session::sleep`]. Whatever is to be sent wakes it.
    pub fn sleep(&mut self) {
        if self.state == State::Open {
            self.session.sleep();
        }
    }

    /// Whether the line sleeps.
    #[must_use]
    pub fn is_asleep(&self) -> bool {
        self.session.is_asleep()
    }

    /// What is to be sent next, if anything is. When it has left say so: [`sent`](Self::sent).
    pub fn transmit(&mut self, now: Instant) -> Option<&[u8]> {
        self.fill();
        let Self { session, leaving, .. } = self;
        let bytes = session.transmit(now);
        *leaving &= bytes.is_some();
        bytes
    }

    /// What was lent last has left.
    pub fn sent(&mut self) {
        if !self.session.is_sending() {
            for lane in self.lanes.iter_mut() {
                if core::mem::take(&mut lane.leaving) {
                    wake(&lane.writer);
                }
            }
        }
    }

    /// Takes what has come.
    pub fn receive(&mut self, now: Instant, mut bytes: &[u8]) {
        loop {
            let Some(incoming) = self.session.receive(now, &mut bytes) else { return };
            if !matches!(incoming, Incoming::Malformed(_)) {
                let rests = self.keep_alive == Millis(0) || self.state != State::Open;
                (self.asked, self.ask_at) = (0, if rests { Instant::FAR } else { now + self.keep_alive });
            }
            match incoming {
                Incoming::Data { dlci, bytes } => {
                    let Some(lane) = self.lanes.iter_mut().find(|lane| lane.dlci == dlci) else {
                        add(&mut self.lost, bytes.len());
                        continue;
                    };
                    let taken = lane.received.push(bytes);
                    add(&mut self.lost, bytes.len().saturating_sub(taken));
                    wake(&lane.reader);
                    if !lane.held && lane.received.used() > lane.received.capacity().wrapping_shr(1) {
                        lane.held = self.session.hold(dlci, true).is_ok();
                    }
                }
                Incoming::Signals { dlci, signals, break_signal } => {
                    if let Some(lane) = self.lane(dlci) {
                        lane.signals = signals;
                        lane.break_signal = break_signal.or(lane.break_signal);
                        lane.wake();
                    }
                }
                Incoming::Opened => self.opened(now),
                Incoming::ChannelOpened(dlci) => self.channel_opened(dlci),
                Incoming::ChannelClosed(dlci) => self.end(dlci, Ended::Closed),
                Incoming::ChannelRefused(dlci) => self.end(dlci, Ended::Refused),
                Incoming::Closed => self.over(Ended::Closed),
                Incoming::Refused => self.over(Ended::Refused),
                Incoming::Asleep => self.ask_at = Instant::FAR,
                // All else is answered by the session, or counted there.
                _ => {}
            }
        }
    }

    /// When [`expire`](Self::expire) is to be called next.
    #[must_use]
    pub fn poll_at(&self) -> Instant {
        self.session.poll_at().min(self.ask_at)
    }

    /// Does what the time has brought.
    pub fn expire(&mut self, now: Instant) {
        while let Some(expired) = self.session.expire(now) {
            match expired {
                Expired::ChannelFailed(dlci) => self.end(dlci, Ended::NoAnswer),
                Expired::ChannelClosed(dlci) => self.end(dlci, Ended::Closed),
                Expired::OpenFailed => self.over(Ended::NoAnswer),
                Expired::Closed => self.over(Ended::Closed),
                Expired::WakeFailed => self.lose(now),
            }
        }
        if self.ask_at <= now {
            if self.asked > self.most_asked {
                return self.lose(now);
            }
            self.session.test(b"");
            (self.asked, self.ask_at) = (self.asked.saturating_add(1), now + self.control_response);
        }
    }

    /// Takes bytes that have come on the channel in that place; zero if there are none.
    ///
    /// # Errors
    ///
    /// Why the channel is not there, once all bytes are taken.
    pub fn read(&mut self, place: usize, buf: &mut [u8]) -> Result<usize, Ended> {
        let Some(lane) = self.lanes.get_mut(place) else { return Err(Ended::Closed) };
        let count = lane.received.pop(buf);
        if lane.held && lane.received.used() <= lane.received.capacity().wrapping_shr(2) {
            lane.held = self.session.hold(lane.dlci, false).is_err();
        }
        match lane.phase {
            Phase::Ended(ended) if count == 0 && !buf.is_empty() => Err(ended),
            _ => Ok(count),
        }
    }

    /// Takes as many bytes for the channel in that place as there is room for; zero while it is being opened, and while
    /// the modem takes none.
    ///
    /// # Errors
    ///
    /// Why the channel is not there.
    pub fn write(&mut self, place: usize, bytes: &[u8]) -> Result<usize, Ended> {
        match self.lanes.get_mut(place) {
            Some(lane) => match lane.phase {
                Phase::Waiting => Ok(0),
                Phase::Open => Ok(lane.outgoing.push(bytes)),
                Phase::Ended(ended) => Err(ended),
            },
            None => Err(Ended::Closed),
        }
    }

    /// Whether all that was written on the channel in that place has left.
    ///
    /// # Errors
    ///
    /// Why the channel is not there.
    pub fn is_flushed(&self, place: usize) -> Result<bool, Ended> {
        match self.lanes.get(place) {
            Some(lane) => match lane.phase {
                Phase::Ended(ended) => Err(ended),
                _ => Ok(lane.outgoing.used() == 0 && !lane.leaving),
            },
            None => Err(Ended::Closed),
        }
    }

    /// Closes the channel in that place, or opens it again; nothing while the multiplexer is not open.
    pub fn set_open(&mut self, now: Instant, place: usize, open: bool) {
        let Some(lane) = self.lanes.get_mut(place).filter(|_| self.state == State::Open) else { return };
        match (open, lane.phase) {
            (true, Phase::Ended(_)) => {
                lane.phase = match self.session.open_channel(now, lane.dlci) {
                    Ok(()) => Phase::Waiting,
                    Err(_) => Phase::Ended(Ended::Refused),
                };
            }
            (false, Phase::Waiting | Phase::Open) => {
                let _ = self.session.close_channel(now, lane.dlci);
                let unsent = lane.end(Ended::Closed);
                add(&mut self.unsent, unsent);
            }
            _ => {}
        }
    }

    /// The modem's signals on the channel in that place: whether it is ready, the carrier, a call.
    #[must_use]
    pub fn signals(&self, place: usize) -> Signals {
        self.lanes.get(place).map_or(Signals(1), |lane| lane.signals)
    }

    /// The break octet that came last on the channel in that place, once.
    pub fn take_break(&mut self, place: usize) -> Option<u8> {
        self.lanes.get_mut(place)?.break_signal.take()
    }

    /// Changes our signals on the channel in that place, such as DTR; they are kept when it is opened again.
    pub fn set_signals(&mut self, place: usize, signals: Signals) {
        if let Some(lane) = self.lanes.get_mut(place) {
            lane.ours = Some(signals);
            let _ = self.session.set_signals(lane.dlci, signals);
        }
    }

    /// Sends a break on the channel in that place: see [`Session::send_break`].
    ///
    /// # Errors
    ///
    /// Why the channel is not there.
    pub fn send_break(&mut self, place: usize, length: u8) -> Result<(), Ended> {
        let lane = self.lanes.get(place).ok_or(Ended::Closed)?;
        self.session.send_break(lane.dlci, length).map_err(|_| match lane.phase {
            Phase::Ended(ended) => ended,
            _ => Ended::Closed,
        })
    }

    /// The channel in that place, to wait for it.
    pub(super) fn place(&self, place: usize) -> Option<&Lane<'m>> {
        self.lanes.get(place)
    }

    fn lane(&mut self, dlci: u8) -> Option<&mut Lane<'m>> {
        self.lanes.iter_mut().find(|lane| lane.dlci == dlci)
    }

    fn opened(&mut self, now: Instant) {
        self.state = State::Open;
        if self.keep_alive > Millis(0) {
            self.ask_at = now + self.keep_alive;
        }
        for lane in self.lanes.iter_mut() {
            if self.session.open_channel(now, lane.dlci).is_err() {
                add(&mut self.unsent, lane.end(Ended::Refused));
            }
        }
    }

    fn channel_opened(&mut self, dlci: u8) {
        match self.lanes.iter_mut().find(|lane| lane.dlci == dlci) {
            Some(lane) => {
                (lane.phase, lane.held) = (Phase::Open, false);
                if let Some(signals) = lane.ours {
                    let _ = self.session.set_signals(dlci, signals);
                }
                lane.wake();
            }
            // One that the modem has opened, and nobody here reads.
            None => {
                let _ = self.session.close_channel(Instant(0), dlci);
            }
        }
    }

    fn end(&mut self, dlci: u8, ended: Ended) {
        let lane = self.lane(dlci).filter(|lane| !matches!(lane.phase, Phase::Ended(_)));
        let unsent = lane.map_or(0, |lane| lane.end(ended));
        add(&mut self.unsent, unsent);
    }

    fn end_all(&mut self, ended: Ended) {
        for lane in self.lanes.iter_mut().filter(|lane| !matches!(lane.phase, Phase::Ended(_))) {
            let unsent = lane.end(ended);
            add(&mut self.unsent, unsent);
        }
    }

    /// All is over, but for the last answer.
    fn over(&mut self, ended: Ended) {
        self.end_all(ended);
        (self.state, self.ended, self.leaving, self.ask_at) = (State::Closed, ended, true, Instant::FAR);
    }

    /// Gives the session bytes of the next channel that has some, and may send.
    fn fill(&mut self) {
        if self.session.is_sending() {
            return;
        }
        let count = self.lanes.len();
        for _ in 0..count {
            let place = self.turn.checked_rem(count).unwrap_or(0);
            self.turn = place.saturating_add(1);
            let Some(lane) = self.lanes.get_mut(place) else { return };
            let taken = self.session.send(lane.dlci, lane.outgoing.front()).unwrap_or(0);
            if taken > 0 {
                lane.outgoing.skip(taken);
                lane.leaving = true;
                wake(&lane.writer);
                return;
            }
        }
    }
}
