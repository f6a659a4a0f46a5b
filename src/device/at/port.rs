//! An AT modem on a line whose host may start the multiplexer: then each channel has a modem's face of its own, with what
//! its host has set, and all show the one [`Modem`] (3GPP TS 27.010, 27.007 §5.7).
//!
//! The channels have the numbers from 1 on; 0 is the line itself. What a host has asked to be told it is told on the channel
//! where it has asked, and what nobody has asked for, such as `RING`, on the first channel that is open.

use at_wire::cmux::{Framing, OVERHEAD, Role, Signals};
use heapless::Deque;

use super::{Config, Event, Fault, Function, Memory, Mode, Multiplexing, TooManyFaults, command};
use crate::device::modem::Modem;
use crate::device::modem::event::Origin;
use crate::session::cmux::{self, Expired, Incoming};
use crate::time::{Instant, Millis};

/// So long after `+CMUX` the line carries commands again if the host does not open the multiplexer.
const OPENING: Millis = Millis::from_secs(5);
/// How often time is looked at for a channel whose host takes nothing.
const PATIENCE: Millis = Millis(100);
/// What has happened and was not asked for yet.
const EVENTS: usize = 8;

/// What the line carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Commands, or data of one connection.
    Single,
    /// Frames, until then if none opens the multiplexer.
    Opening(Instant),
    /// Frames.
    Open,
    /// What is left of them.
    Closing,
}

/// A channel, and the function behind it.
#[derive(Debug)]
struct Channel<'s> {
    function: Function<'s>,
    /// The host's DTR.
    ready: bool,
    /// What the host was told of the lines beside the bytes.
    told: Signals,
    /// Its host may send nothing.
    held: bool,
}

/// Takes data of a connection: the channel, 0 for the line itself, and the bytes.
pub type DataSink<'d> = dyn FnMut(u8, &[u8]) + 'd;

/// An AT modem with `N` channels behind the multiplexer, which its host starts with `+CMUX`.
///
/// The channels have the numbers from 1 on; 0 is the line itself. Each has what its host has set, and all show one [`Modem`].
/// What a host has asked to be told it is told on the channel where it has asked, and what nobody has asked for, such as
/// `RING`, on the first channel that is open.
///
/// ```
/// use wwan::device::at::{Config, Memory, Port};
/// use wwan::device::modem::{Modem, Setup};
/// use wwan::session::cmux;
/// use wwan::time::Instant;
///
/// let mut lines = [[0; 512]; 2];
/// let mut outs = [[0; 2048]; 2];
/// let ([line, channel_line], [out, channel_out]) = (&mut lines, &mut outs);
/// let (mut receive, mut send, mut channels) = ([0; 256], [0; 256], [cmux::Channel::FREE; 1]);
/// let mut port = Port::new(
///     Config::default(),
///     Memory { line, out },
///     [Memory { line: channel_line, out: channel_out }],
///     cmux::Memory { receive: &mut receive, send: &mut send, channels: &mut channels },
/// );
/// let (now, mut modem) = (Instant(0), Modem::new(Instant(0), Setup::default()));
/// port.receive(now, &mut modem, b"AT+CMUX=0\r", &mut |_, _| {});
/// assert_eq!(port.transmit(now, &mut modem), Some(&b"AT+CMUX=0\r\r\nOK\r\n"[..]));
/// port.receive(now, &mut modem, &[0xf9, 0x03, 0x3f, 0x01, 0x1c, 0xf9], &mut |_, _| {});
/// assert_eq!(port.transmit(now, &mut modem), Some(&[0xf9, 0x03, 0x73, 0x01, 0xd7, 0xf9][..]));
/// ```
#[derive(Debug)]
pub struct Port<'s, const N: usize> {
    line: Function<'s>,
    channels: [Channel<'s>; N],
    session: cmux::Session<'s>,
    stage: Stage,
    /// Whose turn it is to send.
    turn: usize,
    events: Deque<(u8, Event), EVENTS>,
    /// When the host was given something last.
    last: Instant,
    mute: bool,
}

impl<'s, const N: usize> Port<'s, N> {
    /// A modem that nobody has typed anything to. The functions of the channels take the origins behind that of `config`.
    ///
    /// A frame can have as many octets as fit into both buffers of `multiplexer`, with 7 more, and twice that in the advanced
    /// option; it needs as many channels as there are here.
    #[must_use]
    pub fn new(config: Config, line: Memory<'s>, channels: [Memory<'s>; N], multiplexer: cmux::Memory<'s>) -> Self {
        let least = multiplexer.receive.len().min(multiplexer.send.len()).saturating_sub(OVERHEAD);
        let mut origin = config.origin;
        let channels = channels.map(|memory| {
            origin = Origin(origin.0.saturating_add(1));
            let config = Config { origin, multiplexer: false, ..config.clone() };
            Channel { function: Function::new(config, memory), ready: true, told: Signals(0), held: false }
        });
        let mut line = Function::new(config, line);
        line.core.frame_limit = u16::try_from(least.wrapping_shr(1)).unwrap_or(u16::MAX).clamp(1, 32_768);
        Self {
            line,
            channels,
            session: cmux::Session::new(session_config::<N>(&Multiplexing::DEFAULT), multiplexer),
            stage: Stage::Single,
            turn: 0,
            events: Deque::new(),
            last: Instant(0),
            mute: false,
        }
    }

    /// Takes bytes from the host. Those of connections for data go to `data`.
    pub fn receive(&mut self, now: Instant, modem: &mut Modem, bytes: &[u8], data: &mut DataSink<'_>) {
        if self.mute {
            return;
        }
        self.advance(now, modem);
        let mut input = bytes;
        if self.stage == Stage::Single {
            input = self.line.receive(now, modem, bytes);
            self.advance(now, modem);
            if self.stage == Stage::Single {
                if matches!(self.line.mode(), Mode::Data(_)) && !input.is_empty() {
                    data(0, input);
                }
                return;
            }
        }
        while let Some(incoming) = self.session.receive(now, &mut input) {
            match incoming {
                Incoming::Opened => self.stage = Stage::Open,
                // The other side has its answer first.
                Incoming::Closed => {
                    self.stage = Stage::Closing;
                    self.close_channels(now, modem);
                }
                Incoming::Data { dlci, bytes } => {
                    if let Some(channel) = channel_mut(&mut self.channels, dlci) {
                        let rest = channel.function.receive(now, modem, bytes);
                        if matches!(channel.function.mode(), Mode::Data(_)) && !rest.is_empty() {
                            data(dlci, rest);
                        }
                    }
                }
                Incoming::ChannelOpened(dlci) => {
                    if let Some(channel) = channel_mut(&mut self.channels, dlci) {
                        channel.function.opened(now, modem);
                        (channel.ready, channel.told, channel.held) = (true, Signals(0), false);
                    }
                    self.choose_leader(modem);
                }
                Incoming::ChannelClosed(dlci) => self.channel_closed(now, modem, dlci),
                Incoming::Signals { dlci, signals, .. } => {
                    if let Some(channel) = channel_mut(&mut self.channels, dlci) {
                        let ready = signals.has(Signals::READY_TO_COMMUNICATE);
                        if core::mem::replace(&mut channel.ready, ready) && !ready {
                            channel.function.terminal_not_ready(now, modem);
                        }
                    }
                }
                // What is no frame is counted.
                _ => {}
            }
        }
        self.advance(now, modem);
    }

    /// Bytes for the host; call it until it has none.
    pub fn transmit(&mut self, now: Instant, modem: &mut Modem) -> Option<&[u8]> {
        if self.mute {
            return None;
        }
        self.last = now;
        self.advance(now, modem);
        if !self.line.waiting(now, modem).is_empty() {
            return self.line.transmit(now, modem);
        }
        if self.stage == Stage::Single {
            return None;
        }
        if self.stage == Stage::Open {
            self.fill(now, modem);
        }
        if let Some(frame) = self.session.transmit(now) {
            return Some(frame);
        }
        if self.stage == Stage::Closing {
            // It has said its last word.
            self.stage = Stage::Single;
            self.line.end_multiplexer();
            self.line.skip(modem);
        }
        None
    }

    /// When [`transmit`](Self::transmit) may have something next; an instant that is past means now.
    #[must_use]
    pub fn poll_at(&self, modem: &Modem) -> Option<Instant> {
        if self.mute {
            return modem.poll_at();
        }
        let line = self.line.poll_at(modem);
        let opening = match self.stage {
            Stage::Single => return line,
            Stage::Closing => return Some(Instant(0)),
            Stage::Opening(until) => Some(until),
            Stage::Open => None,
        };
        let session = Some(self.session.poll_at()).filter(|at| *at != Instant::FAR);
        let own = [line, opening, session].into_iter().flatten().min();
        let channels = (1..).zip(&self.channels).filter(|(dlci, _)| self.session.is_channel_open(*dlci));
        let channels = channels.filter_map(|(dlci, channel)| {
            let at = channel.function.poll_at(modem)?;
            // Whoever takes nothing is not told anything.
            Some(if self.session.is_stopped(dlci) { at.max(self.last + PATIENCE) } else { at })
        });
        channels.chain(own).min()
    }

    /// The oldest of what has happened and was not asked for yet, with its channel; 0 is the line itself.
    pub fn event(&mut self) -> Option<(u8, Event)> {
        self.events.pop_front()
    }

    /// What the bytes of a channel are, 0 being the line itself.
    #[must_use]
    pub fn mode(&self, channel: u8) -> Option<Mode> {
        if channel == 0 {
            return Some(self.line.mode());
        }
        self.function(channel).filter(|_| self.session.is_channel_open(channel)).map(Function::mode)
    }

    /// Hands in bytes of data for the host, as [`Function::send_data`] does.
    pub fn send_data(&mut self, channel: u8, bytes: &[u8]) -> usize {
        match channel_mut(&mut self.channels, channel) {
            Some(channel) => channel.function.send_data(bytes),
            None if channel == 0 => self.line.send_data(bytes),
            None => 0,
        }
    }

    /// Lets the host stop sending on a channel, or go on, for one that has no room for its data. On the line itself
    /// nothing says so: its bytes are left unread.
    pub fn hold(&mut self, channel: u8, hold: bool) {
        let Some(known) = channel_mut(&mut self.channels, channel) else { return };
        if core::mem::replace(&mut known.held, hold) != hold {
            let _ = self.session.hold(channel, hold);
        }
    }

    /// The connection of a channel has ended at its own layer, as [`Function::end_data`].
    pub fn end_data(&mut self, now: Instant, modem: &mut Modem, channel: u8) {
        match channel_mut(&mut self.channels, channel) {
            Some(channel) => channel.function.end_data(now, modem),
            None if channel == 0 => self.line.end_data(now, modem),
            None => {}
        }
    }

    /// Lets the line sleep while the multiplexer is open (27.010 §5.4.6.3.2), if the host wants it, too.
    pub fn sleep(&mut self) {
        if self.stage == Stage::Open {
            self.session.sleep();
        }
    }

    /// The function of the line itself (0), or of a channel.
    #[must_use]
    pub fn function(&self, channel: u8) -> Option<&Function<'s>> {
        match usize::from(channel).checked_sub(1) {
            None => Some(&self.line),
            Some(place) => self.channels.get(place).map(|channel| &channel.function),
        }
    }

    /// What the multiplexer has seen that went nowhere.
    #[must_use]
    pub fn multiplexer_counters(&self) -> cmux::Counters {
        self.session.counters()
    }

    /// The host has closed the line, as [`Function::close`]; with it goes the multiplexer.
    pub fn close(&mut self, now: Instant, modem: &mut Modem) {
        self.stop(now, modem);
        self.line.close(now, modem);
        self.collect();
    }

    /// The host is gone for good, as [`Function::reset`].
    pub fn reset(&mut self, now: Instant, modem: &mut Modem) {
        self.stop(now, modem);
        self.channels.iter_mut().for_each(|channel| channel.function.reset(now, modem));
        self.line.reset(now, modem);
        self.events.clear();
    }

    /// The host drops DTR, as [`Function::terminal_not_ready`]. While the multiplexer is open each channel has its own.
    pub fn terminal_not_ready(&mut self, now: Instant, modem: &mut Modem) {
        if self.stage == Stage::Single {
            self.line.terminal_not_ready(now, modem);
        }
    }

    // Misbehaviour, to test hosts with.

    /// Sets a fault for the line, and for each channel.
    ///
    /// # Errors
    ///
    /// [`TooManyFaults`].
    pub fn set_fault(&mut self, fault: &Fault) -> Result<(), TooManyFaults> {
        self.channels.iter_mut().try_for_each(|channel| channel.function.set_fault(fault.clone()))?;
        self.line.set_fault(fault.clone())
    }

    /// Takes all faults away.
    pub fn clear_faults(&mut self) {
        self.line.clear_faults();
        self.channels.iter_mut().for_each(|channel| channel.function.clear_faults());
    }

    /// Takes nothing and sends nothing, for as long as this is on.
    pub fn set_mute(&mut self, mute: bool) {
        self.mute = mute;
        self.line.set_mute(mute);
        self.channels.iter_mut().for_each(|channel| channel.function.set_mute(mute));
    }

    // What happens by itself.

    fn advance(&mut self, now: Instant, modem: &mut Modem) {
        // It notices a restart.
        let _ = self.line.waiting(now, modem);
        if self.stage != Stage::Single && self.line.mode() != Mode::Multiplexer {
            self.stop(now, modem);
        }
        if matches!(self.stage, Stage::Opening(until) if until <= now) {
            self.stop(now, modem);
            self.line.skip(modem);
        }
        while let Some(expired) = self.session.expire(now) {
            match expired {
                Expired::ChannelFailed(dlci) | Expired::ChannelClosed(dlci) => self.channel_closed(now, modem, dlci),
                Expired::OpenFailed | Expired::Closed | Expired::WakeFailed => {
                    self.stop(now, modem);
                    self.line.skip(modem);
                }
            }
        }
        self.collect();
        if self.stage == Stage::Open {
            self.tell_signals();
        }
    }

    /// Collects what has happened, and starts the multiplexer if the host has asked for it.
    fn collect(&mut self) {
        let mut started = None;
        let line = core::iter::once((0, &mut self.line));
        let channels = (1..).zip(&mut self.channels).map(|(dlci, channel)| (dlci, &mut channel.function));
        for (channel, function) in line.chain(channels) {
            while let Some(event) = function.event() {
                if let Event::Multiplexer(asked) = event {
                    started = Some(asked);
                }
                if self.events.is_full() {
                    let _ = self.events.pop_front();
                }
                let _ = self.events.push_back((channel, event));
            }
        }
        if let Some(asked) = started {
            self.session.configure(session_config::<N>(&asked));
            self.stage = Stage::Opening(self.line.typed_at + OPENING);
        }
    }

    /// DCD and RI of each channel.
    fn tell_signals(&mut self) {
        for (dlci, channel) in (1..).zip(&mut self.channels).filter(|(_, channel)| !channel.held) {
            if !self.session.is_channel_open(dlci) {
                continue;
            }
            let carrier = if channel.function.carrier_detect() { Signals::DATA_VALID } else { 0 };
            let ring = if channel.function.ring_indicator() { Signals::INCOMING_CALL } else { 0 };
            let signals = Signals(Signals::READY.0 | carrier | ring);
            if core::mem::replace(&mut channel.told, signals) != signals {
                let _ = self.session.set_signals(dlci, signals);
            }
        }
    }

    /// Puts what one of the channels has to say into a frame, each in its turn.
    fn fill(&mut self, now: Instant, modem: &mut Modem) {
        let turn = self.turn;
        for place in (turn..N).chain(0..turn) {
            let (Some(channel), Ok(dlci)) = (self.channels.get_mut(place), u8::try_from(place.saturating_add(1)))
            else {
                continue;
            };
            if !self.session.is_channel_open(dlci) {
                continue;
            }
            let waiting = channel.function.waiting(now, modem);
            let taken = self.session.send(dlci, waiting).unwrap_or(0);
            channel.function.sent(taken);
            if taken > 0 {
                self.turn = if place.saturating_add(1) < N { place.saturating_add(1) } else { 0 };
                return;
            }
        }
    }

    fn channel_closed(&mut self, now: Instant, modem: &mut Modem, dlci: u8) {
        let mut routed = false;
        if let Some(channel) = channel_mut(&mut self.channels, dlci) {
            channel.function.close(now, modem);
            routed = command::routes_end(&mut channel.function.core, modem);
        }
        if routed {
            self.route_again(modem);
        }
        self.choose_leader(modem);
    }

    /// Messages go where those want them who are still there.
    fn route_again(&self, modem: &mut Modem) {
        let channels = self.channels.iter().map(|channel| &channel.function);
        core::iter::once(&self.line).chain(channels).for_each(|function| command::routes_stay(&function.core, modem));
    }

    /// All channels are closed.
    fn close_channels(&mut self, now: Instant, modem: &mut Modem) {
        let mut routed = false;
        for channel in &mut self.channels {
            channel.function.close(now, modem);
            routed |= command::routes_end(&mut channel.function.core, modem);
        }
        if routed {
            self.route_again(modem);
        }
    }

    /// The first channel that is open is told what nobody has asked for.
    fn choose_leader(&mut self, modem: &Modem) {
        let mut is_led = false;
        for (dlci, channel) in (1..).zip(&mut self.channels) {
            let is_open = self.session.is_channel_open(dlci);
            let leads = is_open && !is_led;
            if !core::mem::replace(&mut channel.function.core.leads, leads) && leads {
                channel.function.core.ring_if_called(modem);
            }
            is_led |= is_open;
        }
    }

    /// Ends the multiplexer without a word.
    fn stop(&mut self, now: Instant, modem: &mut Modem) {
        if core::mem::replace(&mut self.stage, Stage::Single) == Stage::Single {
            return;
        }
        self.session.configure(session_config::<N>(&Multiplexing::DEFAULT));
        self.close_channels(now, modem);
        self.line.end_multiplexer();
    }
}

fn channel_mut<'c, 's>(channels: &'c mut [Channel<'s>], dlci: u8) -> Option<&'c mut Channel<'s>> {
    channels.get_mut(usize::from(dlci).checked_sub(1)?)
}

fn session_config<const N: usize>(asked: &Multiplexing) -> cmux::Config {
    let hundredths = |count: u8| Millis(u32::from(count).saturating_mul(10));
    cmux::Config {
        role: Role::Responder,
        framing: if asked.advanced { Framing::Advanced } else { Framing::Basic },
        max_frame_size: asked.frame_size,
        acknowledgement: hundredths(asked.acknowledgement),
        control_response: hundredths(asked.response),
        wake_up: Millis::from_secs(asked.wake_up.into()),
        retransmissions: asked.retransmissions,
        last_channel: u8::try_from(N).unwrap_or(u8::MAX),
        ..cmux::Config::default()
    }
}
