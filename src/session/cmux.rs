//! The multiplexer of 3GPP TS 27.010 in both roles, sans-IO: several channels over one line to a modem.
//!
//! [`Session`] opens and closes the multiplexer and its channels with all repetitions, answers what the other side asks,
//! obeys and exercises flow control, and sleeps and wakes. Each channel is a byte stream: an AT session, PPP, or positions.
//! The command that starts the multiplexer (`+CMUX`, see [`at_wire::command::general::cmux`]) is the caller's business, and
//! so is draining the line before.
//!
//! ```
//! use wwan::session::cmux::{Channel, Config, Incoming, Memory, Session};
//! use wwan::time::Instant;
//!
//! let (mut receive, mut send, mut channels) = ([0; 64], [0; 64], [Channel::FREE; 2]);
//! let memory = Memory { receive: &mut receive, send: &mut send, channels: &mut channels };
//! let mut session = Session::new(Config::default(), memory);
//! let now = Instant(0);
//! session.open(now);
//! assert_eq!(session.transmit(now), Some(&[0xf9, 0x03, 0x3f, 0x01, 0x1c, 0xf9][..]));
//! let mut input: &[u8] = &[0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9];
//! assert_eq!(session.receive(now, &mut input), Some(Incoming::Opened));
//! session.open_channel(now, 1)?;
//! # Ok::<(), wwan::session::cmux::SessionError>(())
//! ```

use core::fmt;

use at_wire::Writer;
use at_wire::cmux::{
    ChannelParameters, ControlMessage, Decoder, Frame, FrameError, FrameType, Framing, OVERHEAD, PortSettings, Role,
    Signals,
};
use heapless::{Deque, Vec};

use crate::time::{Instant, Millis};

/// Answers that can wait to be sent; more are counted as lost, and the other side asks again.
const REPLIES: usize = 8;
/// The longest control message that is answered with its own bytes.
const REPLY: usize = 40;
/// Flags that wake the other side.
const WAKE: usize = 8;
/// The longest frame of channel 0, escaped.
const SHORT: usize = 96;
/// EA and the break itself in the break octet.
const BREAK: u8 = 0x03;
/// Channels 62 and 63 have addresses that look like flags.
const LAST_CHANNEL: u8 = 61;

/// How a session behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Config {
    /// Who opens: the host is the initiator.
    pub role: Role,
    /// The option, as `+CMUX` said.
    pub framing: Framing,
    /// N1: the most bytes of a frame, both ways.
    pub max_frame_size: u16,
    /// T1: how long SABM and DISC may stay unanswered. The specification has 100 ms, which many modems do not keep.
    pub acknowledgement: Millis,
    /// T2: the same for control messages.
    pub control_response: Millis,
    /// T3: how long waking may take.
    pub wake_up: Millis,
    /// N2: how often something is repeated.
    pub retransmissions: u8,
    /// Whether channels are negotiated (PN) before they are opened.
    pub negotiate: bool,
    /// The channel with the highest number that the other side may open, 1 to 61.
    pub last_channel: u8,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            role: Role::Initiator,
            framing: Framing::Basic,
            max_frame_size: 31,
            acknowledgement: Millis(500),
            control_response: Millis(600),
            wake_up: Millis::from_secs(10),
            retransmissions: 3,
            negotiate: false,
            last_channel: LAST_CHANNEL,
        }
    }
}

/// The memory a session works in.
#[derive(Debug)]
pub struct Memory<'s> {
    /// The longest frame that comes: its bytes and 7 more, in the advanced option twice that.
    pub receive: &'s mut [u8],
    /// The longest frame that goes: the same.
    pub send: &'s mut [u8],
    /// One for each channel beside channel 0.
    pub channels: &'s mut [Channel],
}

/// Room for one channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Channel(Option<Line>);

impl Channel {
    /// An unused one.
    pub const FREE: Self = Self(None);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Known by its parameters only.
    Prepared,
    Negotiating,
    Opening,
    Open,
    Closing,
}

/// A channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line {
    dlci: u8,
    state: State,
    /// What is repeated until it is answered: SABM, DISC or PN.
    repeat: Repeat,
    /// The signals, told by MSC until the other side answers.
    telling: Repeat,
    ours: Signals,
    /// The other side takes no bytes.
    stopped: bool,
    max_frame_size: u16,
}

impl Line {
    fn new(dlci: u8, state: State, max_frame_size: u16) -> Self {
        let ours = Signals(Signals::READY.0 | Signals::DATA_VALID);
        Self { dlci, state, repeat: Repeat::IDLE, telling: Repeat::IDLE, ours, stopped: false, max_frame_size }
    }
}

/// Something that is sent until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Repeat {
    /// To be sent now.
    due: bool,
    tries: u8,
    until: Instant,
}

impl Repeat {
    const IDLE: Self = Self { due: false, tries: 0, until: Instant::FAR };
    const DUE: Self = Self { due: true, tries: 0, until: Instant::FAR };

    /// Takes the turn to be sent.
    fn take(&mut self, now: Instant, wait: Millis) -> bool {
        let due = core::mem::take(&mut self.due);
        if due {
            self.tries = self.tries.saturating_add(1);
            self.until = now + wait;
        }
        due
    }

    /// The time is up: once more, or (true) that was all.
    fn expire(&mut self, now: Instant, retransmissions: u8) -> Option<bool> {
        if self.until > now {
            return None;
        }
        let over = self.tries > retransmissions;
        *self = if over { Self::IDLE } else { Self { due: true, until: Instant::FAR, ..*self } };
        Some(over)
    }
}

/// Why a session refused a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SessionError {
    /// The multiplexer, or the channel, is not open.
    NotOpen,
    /// No such channel can be opened: 1 to 61 can.
    Number,
    /// All channels are taken.
    NoChannel,
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotOpen => "not open",
            Self::Number => "no such channel",
            Self::NoChannel => "too many channels",
        })
    }
}

impl core::error::Error for SessionError {}

/// What bytes meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Incoming<'m> {
    /// The multiplexer is open.
    Opened,
    /// The multiplexer is closed: the line carries commands again.
    Closed,
    /// The other side refuses the multiplexer.
    Refused,
    /// A channel is open.
    ChannelOpened(u8),
    /// A channel is closed, by whomever.
    ChannelClosed(u8),
    /// The other side does not open a channel.
    ChannelRefused(u8),
    /// Bytes of a channel.
    Data {
        /// The channel.
        dlci: u8,
        /// The bytes.
        bytes: &'m [u8],
    },
    /// The signals of a channel at the other side, and a break.
    Signals {
        /// The channel.
        dlci: u8,
        /// The signals.
        signals: Signals,
        /// The break octet, if there was one.
        break_signal: Option<u8>,
    },
    /// The other side sets a port.
    Port {
        /// The channel.
        dlci: u8,
        /// How.
        settings: PortSettings,
    },
    /// The other side tells errors of a port: see [`ControlMessage::LineStatus`].
    LineStatus {
        /// The channel.
        dlci: u8,
        /// The errors.
        status: u8,
    },
    /// Test bytes came back.
    Tested(&'m [u8]),
    /// The line sleeps.
    Asleep,
    /// Nothing for the caller.
    Nothing,
    /// No frame.
    Malformed(FrameError),
}

/// What the passing of time meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expired {
    /// The multiplexer did not open.
    OpenFailed,
    /// A channel did not open.
    ChannelFailed(u8),
    /// A channel did not answer that it is to be closed; it counts as closed.
    ChannelClosed(u8),
    /// The multiplexer did not answer that it is to be closed; it counts as closed.
    Closed,
    /// The other side does not wake.
    WakeFailed,
}

/// What a session has seen that went nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Pieces that are no frames.
    pub malformed: u32,
    /// Bytes between frames.
    pub dropped: u32,
    /// Frames of channels that are not open.
    pub foreign: u32,
    /// Frames of a type that is not supported, and control messages that cannot be read.
    pub unsupported: u32,
    /// Answers that could not wait to be sent.
    pub replies_lost: u32,
    /// Things said again.
    pub retransmissions: u32,
    /// Control messages that were never answered.
    pub unanswered: u32,
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mux {
    Closed,
    Opening,
    Open,
    /// Channels are being closed, then the multiplexer.
    Closing,
    /// The answer to the other side's close-down leaves.
    Leaving,
}

/// One end of a multiplexer. See the [module](self) and the run loop in [`session`](super).
#[derive(Debug)]
pub struct Session<'s> {
    decoder: Decoder<'s>,
    inner: Inner<'s>,
}

/// All but the decoder, which lends the frames.
#[derive(Debug)]
struct Inner<'s> {
    config: Config,
    mux: Mux,
    repeat: Repeat,
    channels: &'s mut [Channel],
    /// UA and DM.
    answers: Deque<(u8, FrameType), REPLIES>,
    /// Control messages without repetition: answers, flow control, tests.
    replies: Deque<Vec<u8, REPLY>, REPLIES>,
    /// The other side takes nothing on any channel.
    stopped: bool,
    power_saving: Repeat,
    asleep: bool,
    /// Asleep as soon as the answer has left that the other side may sleep.
    drowsy: bool,
    wake: Repeat,
    send: &'s mut [u8],
    /// A frame of data in `send`.
    frame: usize,
    short: [u8; SHORT],
    counters: Counters,
}

impl<'s> Session<'s> {
    /// A multiplexer that is closed.
    pub fn new(config: Config, memory: Memory<'s>) -> Self {
        Self {
            decoder: Decoder::new(config.framing, memory.receive),
            inner: Inner {
                config,
                mux: Mux::Closed,
                repeat: Repeat::IDLE,
                channels: memory.channels,
                answers: Deque::new(),
                replies: Deque::new(),
                stopped: false,
                power_saving: Repeat::IDLE,
                asleep: false,
                drowsy: false,
                wake: Repeat::IDLE,
                send: memory.send,
                frame: 0,
                short: [0; SHORT],
                counters: Counters::default(),
            },
        }
    }

    /// Behaves otherwise from now on. Everything is closed, and nobody is told.
    pub fn configure(&mut self, config: Config) {
        self.decoder.set_framing(config.framing);
        self.inner.config = config;
        self.inner.reset();
    }

    /// Opens the multiplexer; the responder waits for the initiator. Ends with [`Incoming::Opened`],
    /// [`Incoming::Refused`] or [`Expired::OpenFailed`].
    pub fn open(&mut self, _now: Instant) {
        self.decoder.reset();
        self.inner.reset();
        if self.inner.config.role == Role::Initiator {
            (self.inner.mux, self.inner.repeat) = (Mux::Opening, Repeat::DUE);
        }
    }

    /// Whether the multiplexer is open.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.inner.mux == Mux::Open
    }

    /// Whether a channel is open.
    #[must_use]
    pub fn is_channel_open(&self, dlci: u8) -> bool {
        self.inner.line(dlci).is_some_and(|line| line.state == State::Open)
    }

    /// Whether the other side takes no bytes of a channel at the moment.
    #[must_use]
    pub fn is_stopped(&self, dlci: u8) -> bool {
        self.inner.stopped || self.inner.line(dlci).is_some_and(|line| line.stopped)
    }

    /// Closes all channels and the multiplexer. Ends with [`Incoming::Closed`] or [`Expired::Closed`].
    pub fn close(&mut self, _now: Instant) {
        let inner = &mut self.inner;
        if inner.mux == Mux::Closed {
            return;
        }
        inner.mux = Mux::Closing;
        for line in inner.channels.iter_mut().filter_map(|channel| channel.0.as_mut()) {
            (line.state, line.repeat, line.telling) = (State::Closing, Repeat::DUE, Repeat::IDLE);
        }
        inner.frame = 0;
        inner.repeat = Repeat::IDLE;
        inner.go_on_closing();
    }

    /// Opens a channel. Ends with [`Incoming::ChannelOpened`], [`Incoming::ChannelRefused`] or
    /// [`Expired::ChannelFailed`]. One that is open already stays so.
    ///
    /// # Errors
    ///
    /// [`SessionError`].
    pub fn open_channel(&mut self, _now: Instant, dlci: u8) -> Result<(), SessionError> {
        let inner = &mut self.inner;
        if inner.mux != Mux::Open {
            return Err(SessionError::NotOpen);
        }
        let state = if inner.config.negotiate { State::Negotiating } else { State::Opening };
        let line = inner.make_line(dlci)?;
        if matches!(line.state, State::Prepared | State::Closing) {
            (line.state, line.repeat) = (state, Repeat::DUE);
        }
        Ok(())
    }

    /// Closes a channel. Ends with [`Incoming::ChannelClosed`] or [`Expired::ChannelClosed`].
    ///
    /// # Errors
    ///
    /// [`SessionError::NotOpen`].
    pub fn close_channel(&mut self, _now: Instant, dlci: u8) -> Result<(), SessionError> {
        let line = self.inner.line_mut(dlci).ok_or(SessionError::NotOpen)?;
        (line.state, line.repeat, line.telling) = (State::Closing, Repeat::DUE, Repeat::IDLE);
        Ok(())
    }

    /// Hands in bytes for a channel and returns how many were taken: none while an earlier frame has not left, or the other
    /// side takes none.
    ///
    /// # Errors
    ///
    /// [`SessionError::NotOpen`].
    pub fn send(&mut self, dlci: u8, bytes: &[u8]) -> Result<usize, SessionError> {
        self.inner.send(dlci, bytes)
    }

    /// Lets the other side stop sending on a channel, or go on: for a caller that has no room.
    ///
    /// # Errors
    ///
    /// [`SessionError::NotOpen`].
    pub fn hold(&mut self, dlci: u8, hold: bool) -> Result<(), SessionError> {
        let line = self.inner.line_mut(dlci).ok_or(SessionError::NotOpen)?;
        let bits = line.ours.0 & !Signals::FLOW_CONTROL;
        line.ours = Signals(if hold { bits | Signals::FLOW_CONTROL } else { bits });
        line.telling = Repeat::DUE;
        Ok(())
    }

    /// Lets the other side stop sending on all channels, or go on.
    pub fn hold_all(&mut self, hold: bool) {
        self.inner.reply(if hold { ControlMessage::FlowOff } else { ControlMessage::FlowOn }, true);
    }

    /// Changes the signals of a channel at this side, such as DTR or a ring; flow control is [`hold`](Self::hold)'s.
    ///
    /// # Errors
    ///
    /// [`SessionError::NotOpen`].
    pub fn set_signals(&mut self, dlci: u8, signals: Signals) -> Result<(), SessionError> {
        let line = self.inner.line_mut(dlci).ok_or(SessionError::NotOpen)?;
        line.ours = Signals(line.ours.0 & Signals::FLOW_CONTROL | signals.0 & !Signals::FLOW_CONTROL);
        line.telling = Repeat::DUE;
        Ok(())
    }

    /// Sends a break on a channel, of so many times 200 ms, at most 15 (27.010 §5.4.6.3.7). It is sent once, and not again
    /// if it is lost.
    ///
    /// # Errors
    ///
    /// [`SessionError::NotOpen`].
    pub fn send_break(&mut self, dlci: u8, length: u8) -> Result<(), SessionError> {
        let signals = self.inner.line(dlci).ok_or(SessionError::NotOpen)?.ours;
        let break_signal = Some(length.min(15).wrapping_shl(4) | BREAK);
        self.inner.reply(ControlMessage::ModemStatus { dlci, signals, break_signal }, true);
        Ok(())
    }

    /// Whether bytes that [`send`](Self::send) took wait to be transmitted.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        self.inner.frame > 0
    }

    /// Sets the port behind a channel at the other side, or asks how it is set (`None`).
    pub fn set_port(&mut self, dlci: u8, settings: Option<PortSettings>) {
        self.inner.reply(ControlMessage::RemotePort { dlci, settings }, true);
    }

    /// Sends bytes that come back as [`Incoming::Tested`], at most 38.
    pub fn test(&mut self, bytes: &[u8]) {
        self.inner.reply(ControlMessage::Test(bytes), true);
    }

    /// Lets the line sleep. Ends with [`Incoming::Asleep`], or not at all if the other side does not want to. Whatever is
    /// to be sent wakes it.
    pub fn sleep(&mut self) {
        self.inner.power_saving = Repeat::DUE;
    }

    /// Whether the line sleeps.
    #[must_use]
    pub fn is_asleep(&self) -> bool {
        self.inner.asleep
    }

    /// What was seen that went nowhere.
    #[must_use]
    pub fn counters(&self) -> Counters {
        Counters { dropped: self.decoder.dropped(), ..self.inner.counters }
    }

    /// What is to be sent next, if anything is.
    pub fn transmit(&mut self, now: Instant) -> Option<&[u8]> {
        self.inner.transmit(now)
    }

    /// Takes what has come from the front of `input` and tells what it means; `None` when all is taken.
    pub fn receive<'m>(&'m mut self, now: Instant, input: &mut &[u8]) -> Option<Incoming<'m>> {
        let Self { decoder, inner } = self;
        if inner.mux == Mux::Closed && inner.config.role == Role::Initiator {
            *input = &[];
            return None;
        }
        if !input.is_empty() && (inner.asleep || inner.wake != Repeat::IDLE) {
            // Any byte says that the other side is awake; it waits for one of ours.
            inner.wake_up();
        }
        Some(match decoder.next(input)? {
            Ok(frame) => inner.frame(now, &frame),
            Err(error) => {
                count(&mut inner.counters.malformed);
                Incoming::Malformed(error)
            }
        })
    }

    /// When [`expire`](Self::expire) is to be called next.
    #[must_use]
    pub fn poll_at(&self) -> Instant {
        let inner = &self.inner;
        let lines = inner.channels.iter().filter_map(|channel| channel.0);
        let own = inner.repeat.until.min(inner.power_saving.until).min(inner.wake.until);
        lines.fold(own, |until, line| until.min(line.repeat.until).min(line.telling.until))
    }

    /// Says what the time has brought, until it returns `None`.
    pub fn expire(&mut self, now: Instant) -> Option<Expired> {
        self.inner.expire(now)
    }
}

impl Inner<'_> {
    fn reset(&mut self) {
        self.mux = Mux::Closed;
        self.channels.iter_mut().for_each(|channel| *channel = Channel::FREE);
        (self.repeat, self.power_saving, self.wake) = (Repeat::IDLE, Repeat::IDLE, Repeat::IDLE);
        (self.stopped, self.asleep, self.drowsy, self.frame) = (false, false, false, 0);
        self.answers.clear();
        self.replies.clear();
    }

    fn line(&self, dlci: u8) -> Option<&Line> {
        self.channels.iter().filter_map(|channel| channel.0.as_ref()).find(|line| line.dlci == dlci)
    }

    fn line_mut(&mut self, dlci: u8) -> Option<&mut Line> {
        self.channels.iter_mut().filter_map(|channel| channel.0.as_mut()).find(|line| line.dlci == dlci)
    }

    /// The channel, if need be a new one.
    fn make_line(&mut self, dlci: u8) -> Result<&mut Line, SessionError> {
        if dlci == 0 || dlci > self.config.last_channel.min(LAST_CHANNEL) {
            return Err(SessionError::Number);
        }
        let size = self.config.max_frame_size;
        let is_it = |channel: &Channel| channel.0.is_some_and(|line| line.dlci == dlci);
        let known = self.channels.iter().position(is_it);
        let place = known.or_else(|| self.channels.iter().position(|channel| channel.0.is_none()));
        let channel = place.and_then(|place| self.channels.get_mut(place)).ok_or(SessionError::NoChannel)?;
        Ok(channel.0.get_or_insert(Line::new(dlci, State::Prepared, size)))
    }

    /// Forgets a channel; says whether it was there, and open.
    fn drop_line(&mut self, dlci: u8) -> Option<State> {
        let is_it = |channel: &&mut Channel| channel.0.is_some_and(|line| line.dlci == dlci);
        let line = self.channels.iter_mut().find(is_it)?.0.take()?;
        Some(line.state)
    }

    fn send(&mut self, dlci: u8, bytes: &[u8]) -> Result<usize, SessionError> {
        let line = self.line(dlci).filter(|line| line.state == State::Open).ok_or(SessionError::NotOpen)?;
        if self.mux != Mux::Open {
            return Err(SessionError::NotOpen);
        }
        if self.frame > 0 || self.stopped || line.stopped {
            return Ok(0);
        }
        let room = self.send.len().saturating_sub(OVERHEAD);
        // Each byte may need an escape.
        let room = if self.config.framing == Framing::Advanced { room.wrapping_shr(1) } else { room };
        let taken = bytes.len().min(room).min(line.max_frame_size.into());
        let Some(bytes) = bytes.get(..taken).filter(|bytes| !bytes.is_empty()) else { return Ok(0) };
        let frame = Frame::data(self.config.role, dlci, bytes);
        self.frame = frame.write(self.config.framing, self.send).map_or(0, |written| written.len());
        Ok(if self.frame > 0 { taken } else { 0 })
    }

    /// Lets a control message go out once.
    fn reply(&mut self, message: ControlMessage<'_>, command: bool) {
        let mut bytes = [0; REPLY];
        let mut writer = Writer::new(&mut bytes);
        message.write(command, &mut writer);
        let written = writer.finish().ok().and_then(|written| Vec::from_slice(written).ok());
        if written.is_none_or(|message| self.replies.push_back(message).is_err()) {
            count(&mut self.counters.replies_lost);
        }
    }

    fn answer(&mut self, dlci: u8, kind: FrameType) {
        if self.answers.push_back((dlci, kind)).is_err() {
            count(&mut self.counters.replies_lost);
        }
    }

    fn wake_up(&mut self) {
        if core::mem::take(&mut self.asleep) && self.wake == Repeat::IDLE {
            // One flag back is enough; what is due goes with it.
            self.frame_of_flags();
        }
        self.wake = Repeat::IDLE;
    }

    fn frame_of_flags(&mut self) {
        if self.frame == 0 {
            self.frame = self.flags_into_send();
        }
    }

    fn flags_into_send(&mut self) -> usize {
        let flag = self.flag();
        let len = self.send.len().min(WAKE);
        self.send.iter_mut().take(len).for_each(|byte| *byte = flag);
        len
    }

    fn flag(&self) -> u8 {
        match self.config.framing {
            Framing::Basic => 0xf9,
            Framing::Advanced => 0x7e,
        }
    }

    /// Whether something waits to be sent.
    fn has_due(&self) -> bool {
        let lines = self.channels.iter().filter_map(|channel| channel.0);
        let own = self.repeat.due || self.frame > 0 || !self.answers.is_empty() || !self.replies.is_empty();
        own || lines.into_iter().any(|line| line.repeat.due || line.telling.due)
    }

    fn transmit(&mut self, now: Instant) -> Option<&[u8]> {
        if self.asleep || self.wake != Repeat::IDLE {
            if self.wake == Repeat::IDLE && self.has_due() {
                self.wake = Repeat::DUE;
                self.asleep = false;
            }
            let tries = u32::from(self.config.retransmissions).saturating_add(1);
            let pause = Millis(self.config.wake_up.0.checked_div(tries).unwrap_or(0));
            if !self.wake.take(now, pause) {
                return None;
            }
            let flag = self.flag();
            self.short.iter_mut().take(WAKE).for_each(|byte| *byte = flag);
            return self.short.get(..WAKE);
        }
        let config = self.config;
        let (role, framing) = (config.role, config.framing);
        if let Some((dlci, kind)) = self.answers.pop_front() {
            return written(Frame::response(role, dlci, kind), framing, &mut self.short);
        }
        if self.mux == Mux::Opening && self.repeat.take(now, config.acknowledgement) {
            return written(Frame::command(role, 0, FrameType::SABM, &[]), framing, &mut self.short);
        }
        if let Some(message) = self.replies.pop_front() {
            if self.replies.is_empty() && core::mem::take(&mut self.drowsy) {
                self.asleep = true;
            }
            return written(Frame::data(role, 0, &message), framing, &mut self.short);
        }
        if self.mux == Mux::Leaving {
            self.reset();
            return None;
        }
        for line in self.channels.iter_mut().filter_map(|channel| channel.0.as_mut()) {
            let kind = match line.state {
                State::Opening => FrameType::SABM,
                State::Closing => FrameType::DISC,
                State::Negotiating if line.repeat.take(now, config.control_response) => {
                    let parameters = ChannelParameters {
                        dlci: line.dlci,
                        frame_type: 0,
                        convergence_layer: 0,
                        priority: (line.dlci | 7).min(LAST_CHANNEL),
                        acknowledgement_timer: u8::try_from(config.acknowledgement.0.wrapping_div(10))
                            .unwrap_or(u8::MAX),
                        max_frame_size: line.max_frame_size,
                        retransmissions: config.retransmissions,
                        window: 2,
                    };
                    let message = ControlMessage::ParameterNegotiation(parameters);
                    return command(message, role, framing, &mut self.short);
                }
                _ => {
                    if line.telling.take(now, config.control_response) {
                        let (dlci, signals) = (line.dlci, line.ours);
                        let message = ControlMessage::ModemStatus { dlci, signals, break_signal: None };
                        return command(message, role, framing, &mut self.short);
                    }
                    continue;
                }
            };
            if line.repeat.take(now, config.acknowledgement) {
                return written(Frame::command(role, line.dlci, kind, &[]), framing, &mut self.short);
            }
        }
        if self.mux == Mux::Closing && self.repeat.take(now, config.control_response) {
            return command(ControlMessage::CloseDown, role, framing, &mut self.short);
        }
        if self.power_saving.take(now, config.control_response) {
            return command(ControlMessage::PowerSaving, role, framing, &mut self.short);
        }
        let len = core::mem::take(&mut self.frame);
        self.send.get(..len).filter(|frame| !frame.is_empty())
    }

    /// All channels are closed: now the multiplexer.
    fn go_on_closing(&mut self) {
        let left = self.channels.iter().any(|channel| channel.0.is_some());
        if self.mux == Mux::Closing && !left && self.repeat == Repeat::IDLE {
            self.repeat = Repeat::DUE;
        }
    }

    fn frame<'m>(&mut self, _now: Instant, frame: &Frame<'m>) -> Incoming<'m> {
        let dlci = frame.dlci;
        match frame.frame_type {
            FrameType::SABM => self.sabm(dlci),
            FrameType::DISC => {
                if dlci == 0 {
                    self.answer(0, FrameType::UA);
                    self.mux = Mux::Leaving;
                    return Incoming::Closed;
                }
                let known = self.drop_line(dlci);
                self.answer(dlci, if known.is_some() { FrameType::UA } else { FrameType::DM });
                self.go_on_closing();
                if known.is_some() { Incoming::ChannelClosed(dlci) } else { Incoming::Nothing }
            }
            FrameType::UA | FrameType::DM => self.answered(dlci, frame.frame_type == FrameType::UA),
            FrameType::UIH | FrameType::UI if dlci == 0 => self.control(frame.information),
            FrameType::UIH | FrameType::UI => {
                if self.line(dlci).is_some_and(|line| matches!(line.state, State::Open | State::Closing)) {
                    return Incoming::Data { dlci, bytes: frame.information };
                }
                count(&mut self.counters.foreign);
                // The other side takes it for open.
                self.answer(dlci, FrameType::DM);
                Incoming::Nothing
            }
            _ => {
                count(&mut self.counters.unsupported);
                Incoming::Nothing
            }
        }
    }

    fn sabm<'m>(&mut self, dlci: u8) -> Incoming<'m> {
        if dlci == 0 {
            // It may be a repetition, if our answer was lost; or the other side starts anew.
            let new = self.mux != Mux::Open;
            if new {
                self.reset();
                self.mux = Mux::Open;
            }
            self.answer(0, FrameType::UA);
            return if new { Incoming::Opened } else { Incoming::Nothing };
        }
        if self.mux != Mux::Open {
            self.answer(dlci, FrameType::DM);
            return Incoming::Nothing;
        }
        let Ok(line) = self.make_line(dlci) else {
            self.answer(dlci, FrameType::DM);
            return Incoming::Nothing;
        };
        let new = line.state != State::Open;
        if new {
            (line.state, line.repeat, line.telling) = (State::Open, Repeat::IDLE, Repeat::DUE);
        }
        self.answer(dlci, FrameType::UA);
        if new { Incoming::ChannelOpened(dlci) } else { Incoming::Nothing }
    }

    fn answered<'m>(&mut self, dlci: u8, agreed: bool) -> Incoming<'m> {
        if dlci == 0 {
            return match (self.mux, agreed) {
                (Mux::Opening, true) => {
                    (self.mux, self.repeat) = (Mux::Open, Repeat::IDLE);
                    Incoming::Opened
                }
                (Mux::Opening, false) => {
                    self.reset();
                    Incoming::Refused
                }
                (Mux::Open, true) => Incoming::Nothing,
                (Mux::Closed, _) => Incoming::Nothing,
                _ => {
                    self.reset();
                    Incoming::Closed
                }
            };
        }
        let Some(line) = self.line_mut(dlci) else {
            count(&mut self.counters.foreign);
            return Incoming::Nothing;
        };
        match (line.state, agreed) {
            (State::Opening, true) => {
                // The signals go before any data.
                (line.state, line.repeat, line.telling) = (State::Open, Repeat::IDLE, Repeat::DUE);
                Incoming::ChannelOpened(dlci)
            }
            (State::Closing, _) | (State::Open, false) => {
                let _ = self.drop_line(dlci);
                self.go_on_closing();
                Incoming::ChannelClosed(dlci)
            }
            (State::Opening | State::Negotiating, false) => {
                let _ = self.drop_line(dlci);
                Incoming::ChannelRefused(dlci)
            }
            _ => Incoming::Nothing,
        }
    }

    fn control<'m>(&mut self, information: &'m [u8]) -> Incoming<'m> {
        let Ok((is_command, message, _)) = ControlMessage::read(information) else {
            count(&mut self.counters.unsupported);
            return Incoming::Nothing;
        };
        if is_command { self.commanded(message) } else { self.replied(message) }
    }

    fn commanded<'m>(&mut self, message: ControlMessage<'m>) -> Incoming<'m> {
        let mut told = Incoming::Nothing;
        let answer = match message {
            ControlMessage::ParameterNegotiation(mut asked) => {
                let size = asked.max_frame_size.clamp(1, self.config.max_frame_size.max(1));
                // Neither I frames nor other layers: the other side sees it in the answer.
                (asked.max_frame_size, asked.frame_type, asked.convergence_layer) = (size, 0, 0);
                match self.make_line(asked.dlci) {
                    Ok(line) => line.max_frame_size = size,
                    Err(_) => {
                        self.answer(asked.dlci, FrameType::DM);
                        return Incoming::Nothing;
                    }
                }
                Some(ControlMessage::ParameterNegotiation(asked))
            }
            ControlMessage::ModemStatus { dlci, signals, break_signal } => {
                if let Some(line) = self.line_mut(dlci) {
                    line.stopped = signals.has(Signals::FLOW_CONTROL) || !signals.has(Signals::READY_TO_RECEIVE);
                    told = Incoming::Signals { dlci, signals, break_signal };
                } else {
                    count(&mut self.counters.foreign);
                }
                message.response()
            }
            ControlMessage::FlowOff | ControlMessage::FlowOn => {
                self.stopped = matches!(message, ControlMessage::FlowOff);
                message.response()
            }
            ControlMessage::CloseDown => {
                self.reply(ControlMessage::CloseDown, false);
                self.mux = Mux::Leaving;
                return Incoming::Closed;
            }
            ControlMessage::PowerSaving => {
                // The answer must leave first.
                self.reply(ControlMessage::PowerSaving, false);
                (self.power_saving, self.drowsy) = (Repeat::IDLE, true);
                return Incoming::Asleep;
            }
            ControlMessage::RemotePort { dlci, settings: None } => {
                let settings = PortSettings { rate: 7, format: 3, flow_control: 0, xon: 0x11, xoff: 0x13, mask: 0 };
                Some(ControlMessage::RemotePort { dlci, settings: Some(settings) })
            }
            ControlMessage::RemotePort { dlci, settings: Some(settings) } => {
                told = Incoming::Port { dlci, settings };
                message.response()
            }
            ControlMessage::LineStatus { dlci, status } => {
                told = Incoming::LineStatus { dlci, status };
                message.response()
            }
            _ => message.response(),
        };
        if let Some(answer) = answer {
            self.reply(answer, false);
        }
        told
    }

    fn replied<'m>(&mut self, message: ControlMessage<'m>) -> Incoming<'m> {
        match message {
            ControlMessage::ParameterNegotiation(granted) => {
                if let Some(line) = self.line_mut(granted.dlci).filter(|line| line.state == State::Negotiating) {
                    line.max_frame_size = granted.max_frame_size.clamp(1, line.max_frame_size.max(1));
                    (line.state, line.repeat) = (State::Opening, Repeat::DUE);
                }
                Incoming::Nothing
            }
            ControlMessage::ModemStatus { dlci, signals, .. } => {
                // The answer to what was said before must not pass for that to what holds now: if that was lost, the
                // other side would be stopped for ever.
                let flow = |signals: Signals| signals.0 & Signals::FLOW_CONTROL;
                let is_it = |line: &&mut Line| !line.telling.due && flow(signals) == flow(line.ours);
                if let Some(line) = self.line_mut(dlci).filter(is_it) {
                    line.telling = Repeat::IDLE;
                }
                Incoming::Nothing
            }
            ControlMessage::CloseDown if self.mux == Mux::Closing => {
                self.reset();
                Incoming::Closed
            }
            ControlMessage::PowerSaving if self.power_saving != Repeat::IDLE => {
                (self.power_saving, self.asleep) = (Repeat::IDLE, true);
                Incoming::Asleep
            }
            ControlMessage::Test(bytes) => Incoming::Tested(bytes),
            ControlMessage::RemotePort { dlci, settings: Some(settings) } => Incoming::Port { dlci, settings },
            ControlMessage::NotSupported(_) => {
                count(&mut self.counters.unanswered);
                // Whatever it was: nothing of it is repeated for ever, and a channel opens without negotiation too.
                for line in self.channels.iter_mut().filter_map(|channel| channel.0.as_mut()) {
                    if line.state == State::Negotiating {
                        (line.state, line.repeat) = (State::Opening, Repeat::DUE);
                    }
                }
                Incoming::Nothing
            }
            _ => Incoming::Nothing,
        }
    }

    fn expire(&mut self, now: Instant) -> Option<Expired> {
        let tries = self.config.retransmissions;
        if let Some(over) = self.wake.expire(now, tries) {
            if over {
                self.reset();
                return Some(Expired::WakeFailed);
            }
        }
        if let Some(over) = self.repeat.expire(now, tries) {
            if over {
                let opening = self.mux == Mux::Opening;
                self.reset();
                return Some(if opening { Expired::OpenFailed } else { Expired::Closed });
            }
            count(&mut self.counters.retransmissions);
        }
        if let Some(over) = self.power_saving.expire(now, tries) {
            // The other side does not want to sleep.
            count(if over { &mut self.counters.unanswered } else { &mut self.counters.retransmissions });
        }
        let mut ended = None;
        for channel in self.channels.iter_mut() {
            let Some(line) = &mut channel.0 else { continue };
            if let Some(over) = line.telling.expire(now, tries) {
                // Some never answer that.
                count(if over { &mut self.counters.unanswered } else { &mut self.counters.retransmissions });
            }
            match (line.repeat.expire(now, tries), line.state) {
                (None, _) => continue,
                (Some(false), _) => count(&mut self.counters.retransmissions),
                // Then without.
                (Some(true), State::Negotiating) => (line.state, line.repeat) = (State::Opening, Repeat::DUE),
                (Some(true), state) => {
                    let dlci = line.dlci;
                    channel.0 = None;
                    ended = Some(match state {
                        State::Closing => Expired::ChannelClosed(dlci),
                        _ => Expired::ChannelFailed(dlci),
                    });
                    break;
                }
            }
        }
        self.go_on_closing();
        ended
    }
}

fn written<'b>(frame: Frame<'_>, framing: Framing, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    frame.write(framing, buffer).ok().map(|written| &*written)
}

fn command<'b>(message: ControlMessage<'_>, role: Role, framing: Framing, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let mut bytes = [0; REPLY];
    let mut writer = Writer::new(&mut bytes);
    message.write(true, &mut writer);
    written(Frame::data(role, 0, writer.finish().ok()?), framing, buffer)
}
