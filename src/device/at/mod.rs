//! An AT modem: the face that a [`Modem`] shows to an AT host, on a serial line, a channel of a multiplexer, or inside
//! another protocol.
//!
//! | file | holds |
//! |---|---|
//! | `mod` (here) | the interpreter: lines, one command after the other, results, data, faults: all that is not about one command |
//! | `port` | a line whose host may start the multiplexer: several of these modems on it, [`Port`] |
//! | `settings` | registers, and all parameters that are only remembered |
//! | `command` | one file for each group of commands: what they do to the modem, what the host is told of it |
//! | `call` | a command on its way |
//! | `tell` | URCs |
//! | `failure` | reasons as `+CME ERROR` and `+CMS ERROR` |
//! | `dialect` | how one modem's AT differs from another's |
//! | `out` | bytes on their way to the host |
//!
//! [`Function::receive`] takes bytes from the host, in pieces of any size, [`Function::transmit`] gives bytes to the host
//! until it has none, [`Function::poll_at`] says when to call it again without being asked. Call `transmit` after every
//! `receive` and after every change of the modem.
//!
//! One line is done at a time (ITU-T V.250 §5). While a command waits for the modem, URCs wait in the modem's log, and
//! what the host types stops the command, if that can be stopped and does not follow at once; else it waits too. After
//! `CONNECT` and `+CMUX` the bytes are no commands any more: `receive` hands them back, [`Function::event`] says
//! what they are now, and the way back is [`Function::end_data`] and [`Function::end_multiplexer`]. What is behind a
//! connection answers with [`Function::send_data`]. [`Port`] serves the multiplexer, too.
//!
//! # How a command is added
//!
//! A function `fn csq(call: &mut Call<'_, '_>) -> Outcome` in the file of its group, and a row in the `SERVED` of that
//! file: `Served::new("+CSQ", "(0-31,99),(0-7,99)", csq)`, the text being the answer to the test command. It
//! looks at `call.form()`, reads with `call.request::<csq::Set>()` or `call.fields()`, changes `call.modem`, answers with
//! `call.say(…)` or `call.answer(…)`, and ends with `Ok(Step::Done)`, a refusal, or `call.wait(ticket, context, then)` if
//! the modem needs time. What is only remembered is a row of `stored!` in `settings` and no more. The `tell` of a
//! group is called with every change of the modem, whoever caused it.
//!
//! ```
//! use wwan::device::at::{Config, Function, Memory};
//! use wwan::device::modem::{Modem, Setup};
//! use wwan::time::Instant;
//!
//! let (mut line, mut out) = ([0; 1024], [0; 4096]);
//! let mut modem = Modem::new(Instant(0), Setup::default());
//! let mut function = Function::new(Config::default(), Memory { line: &mut line, out: &mut out });
//! function.receive(Instant(0), &mut modem, b"ATE0\r");
//! assert_eq!(function.transmit(Instant(0), &mut modem), Some(&b"ATE0\r\r\nOK\r\n"[..]));
//! function.receive(Instant(0), &mut modem, b"AT+CFUN?\r");
//! assert_eq!(function.transmit(Instant(0), &mut modem), Some(&b"\r\n+CFUN: 1\r\n\r\nOK\r\n"[..]));
//! ```

use at_wire::line::{Line, Typed};
use at_wire::parameter::LineWriter;
use at_wire::policy::{self, Command, Form, Refusal};
use at_wire::result::{Cause, FinalResult};
use at_wire::{Writer, result};
use heapless::Vec;

use super::modem::bearer::SessionState;
use super::modem::event::{Change, Cursor, Origin, Reading};
use super::modem::voice::CallState;
use super::modem::{Failure, Modem, Text};
use super::take_at;
pub use super::{FAULTS, TooManyFaults};
use crate::time::{Instant, Millis};

mod call;
mod command;
mod dialect;
mod failure;
mod out;
mod port;
mod settings;
mod tell;

use call::{Call, On, Outcome, Step, Wait};
use command::{Kind, Served};
pub use dialect::{BOOT_LINES, Dialect, Maker, RegistrationForm, UrcOrder};
use failure::{NOT_ALLOWED, NOT_SUPPORTED, Refused};
use out::Out;
pub use port::{DataSink, Port};
use settings::Settings;
use tell::{Tell, Told};

/// Bytes that wait while a command is done that cannot be stopped.
pub const AHEAD: usize = 512;
/// Room in bytes that there must be before a URC is told, or another line of a long answer, unless nothing waits to be
/// sent.
pub const ROOM: usize = 1024;
/// What has happened and was not asked for yet.
pub const EVENTS: usize = 4;
/// Bytes of a command's name in a fault.
pub const NAME: usize = 16;

/// So long after its end nothing stops a line: a line feed may follow (V.250 §5.6.1).
const DEAF: Millis = Millis(125);
/// So long a line that is not ended keeps URCs away.
const TYPING: Millis = Millis(2_000);
/// From one `RING` to the next.
const RING: Millis = Millis(5_000);

/// How the function behaves.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// This face among all faces of the modem: each has another one, and none is [`Origin::WORLD`].
    pub origin: Origin,
    /// How it speaks.
    pub dialect: Dialect,
    /// URCs are told. Not so where answers travel one by one, as inside another protocol.
    pub urcs: bool,
    /// Connections for data can be had.
    pub data: bool,
    /// The multiplexer can be had: whoever carries the bytes serves it.
    pub multiplexer: bool,
    /// Commands can prompt for more. Not so where a command and its answer are one message each: those that would are
    /// refused.
    pub prompts: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            origin: Origin(1),
            dialect: Dialect::default(),
            urcs: true,
            data: true,
            multiplexer: true,
            prompts: true,
        }
    }
}

/// Memory of the function, the caller's.
#[derive(Debug)]
pub struct Memory<'s> {
    /// The line that is typed, and behind it what is sent for a prompt. 1 KiB is enough for every command.
    pub line: &'s mut [u8],
    /// Bytes on their way to the host. 4 KiB are enough for all but hosts that do not fetch their answers.
    pub out: &'s mut [u8],
}

/// What happened so far. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Bytes from the host, data aside.
    pub received: u32,
    /// Bytes to the host.
    pub transmitted: u32,
    /// Lines with commands.
    pub lines: u32,
    /// Commands.
    pub commands: u32,
    /// Lines that were longer than there is room.
    pub too_long: u32,
    /// Commands that the host stopped.
    pub aborted: u32,
    /// URCs.
    pub urcs: u32,
    /// URCs and echoes for which there was no room.
    pub urcs_lost: u32,
    /// Events that came and went while there was no room; the newest state was, or will be, told.
    pub events_missed: u32,
    /// Answers for which there was no room; the line ended with an error.
    pub answers_too_long: u32,
    /// Bytes that came while a command was done, and for which there was no room.
    pub ahead_lost: u32,
    /// Bytes that came while the modem was starting or mute.
    pub muted: u32,
    /// Commands, results and URCs that a fault swallowed.
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
    /// The command is not done; the line ends with this `+CME ERROR`, or `ERROR` without `+CMEE`; if it is one of 27.005,
    /// with this `+CMS ERROR`.
    Refuse(u16),
    /// It is done so much later.
    Delay(Millis),
    /// It is neither done nor answered, and the line with it: the next line is.
    Swallow,
    /// It is done, and its answers are told; what is missing is the result of the line.
    NoResult,
    /// It is done; what is withheld are its URCs, by their name.
    Withhold,
}

/// A misbehaviour to test hosts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The command with this name, or the URC,
    pub name: Text<NAME>,
    /// suffers this,
    pub effect: Effect,
    /// the next one only, or all of them.
    pub once: bool,
}

/// A connection for data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Online {
    /// The context, as the host numbers them.
    pub cid: u8,
    /// The session of the modem that carries it.
    pub session: u8,
}

/// What the bytes of the line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Mode {
    /// Commands.
    Command,
    /// Data of a connection.
    Data(Online),
    /// Frames of the multiplexer.
    Multiplexer,
}

/// What the one who carries the bytes must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Event {
    /// From the next byte on the line carries data, once everything is sent that [`Function::transmit`] has.
    Connected(Online),
    /// It carries commands again; the connection lives on.
    Escaped(Online),
    /// The connection has ended.
    Disconnected(Online),
    /// From the next byte on the line carries frames of the multiplexer, once everything is sent.
    Multiplexer(Multiplexing),
    /// The host has asked for another rate in bits per second, 0 for any (`+IPR`); it holds once everything is sent.
    Rate(u32),
}

/// What the host has asked of the multiplexer (3GPP TS 27.007 §5.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Multiplexing {
    /// The advanced option, not the basic one.
    pub advanced: bool,
    /// Octets of information in a frame (N1).
    pub frame_size: u16,
    /// Until an answer is overdue (T1), in hundredths of a second.
    pub acknowledgement: u8,
    /// Repetitions (N2).
    pub retransmissions: u8,
    /// The same for control messages (T2), in hundredths of a second.
    pub response: u8,
    /// Until waking up has failed (T3), in seconds.
    pub wake_up: u8,
}

/// A line that waits.
#[derive(Clone, Copy, Debug)]
struct Running {
    /// Where the command stands that waits.
    at: usize,
    /// Where the next one does.
    next: usize,
    wait: Wait,
}

/// What the interpreter does.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// It takes a line.
    Idle,
    /// A command waits.
    Waiting(Running),
    /// The line carries data.
    Online(Online),
    /// The line carries frames.
    Multiplexed,
}

/// `+++` in data.
#[derive(Clone, Copy, Debug, Default)]
struct Escape {
    /// How many have come, behind silence.
    seen: u8,
    /// When the last byte came.
    last: Instant,
}

#[derive(Debug)]
struct Core<'s> {
    config: Config,
    settings: Settings,
    /// What `Z` goes back to.
    profile: Settings,
    /// What `+CRES` goes back to.
    saved: Option<command::Saved>,
    out: Out<'s>,
    counters: Counters,
    faults: Vec<Fault, FAULTS>,
    events: Vec<Event, EVENTS>,
    /// The next information text is the first of its command.
    first: bool,
    /// A fault keeps the result of the line back.
    no_result: bool,
    /// A connection that the host has escaped from.
    escaped: Option<Online>,
    multiplexing: Multiplexing,
    /// The most octets of information that a frame of the multiplexer can have.
    frame_limit: u16,
    /// It tells what no host has asked for, too, such as that somebody calls.
    leads: bool,
    /// The next event to tell.
    cursor: Cursor,
    /// What was told last.
    told: Told,
    /// What commands keep.
    kept: command::Kept,
}

/// An AT modem. See the [module](self).
#[derive(Debug)]
pub struct Function<'s> {
    core: Core<'s>,
    line: Line<'s>,
    stage: Stage,
    /// What came while a command waited.
    ahead: Vec<u8, AHEAD>,
    /// When the last byte of a line came.
    typed_at: Instant,
    escape: Escape,
    /// How often the modem had restarted.
    restarts: u32,
    started: bool,
    mute: bool,
}

/// The command that stands at a place of a line, or behind it. What is wrong behind it does not matter yet.
fn command_at(line: &[u8], at: usize) -> Result<Option<Command<'_>>, Refusal> {
    let is_behind = |command: &Command<'_>| command.offset >= at;
    match policy::commands(line) {
        Ok(mut commands) => Ok(commands.find(is_behind)),
        Err(refusal @ Refusal::Syntax { offset }) => {
            let mut sound = policy::commands(line.get(..offset).unwrap_or_default()).map_err(|_| refusal)?;
            sound.find(is_behind).map(Some).ok_or(refusal)
        }
        Err(refusal) => Err(refusal),
    }
}

impl<'s> Function<'s> {
    /// A modem that nobody has typed anything to.
    #[must_use]
    pub fn new(config: Config, memory: Memory<'s>) -> Self {
        let settings = Settings::factory(&config.dialect);
        Self {
            core: Core {
                settings,
                profile: settings,
                saved: None,
                config,
                out: Out::new(memory.out),
                counters: Counters::default(),
                faults: Vec::new(),
                events: Vec::new(),
                first: true,
                no_result: false,
                escaped: None,
                multiplexing: Multiplexing::DEFAULT,
                frame_limit: 32_768,
                leads: true,
                cursor: Cursor::default(),
                told: Told::default(),
                kept: command::Kept::default(),
            },
            line: Line::new(memory.line),
            stage: Stage::Idle,
            ahead: Vec::new(),
            typed_at: Instant(0),
            escape: Escape::default(),
            restarts: 0,
            started: false,
            mute: false,
        }
    }

    /// Takes bytes from the host, and returns those that are no commands: data of a connection, or frames of the
    /// multiplexer, see [`mode`](Self::mode). They are all bytes from some place on, or none.
    pub fn receive<'b>(&mut self, now: Instant, modem: &mut Modem, bytes: &'b [u8]) -> &'b [u8] {
        self.advance(now, modem);
        let mut rest = bytes;
        while let Some((byte, behind)) = rest.split_first() {
            match self.stage {
                Stage::Online(_) => {
                    self.watch(now, rest);
                    return rest;
                }
                Stage::Multiplexed => return rest,
                Stage::Idle | Stage::Waiting(_) => {}
            }
            rest = behind;
            if self.mute || !self.started {
                count(&mut self.core.counters.muted);
            } else {
                count(&mut self.core.counters.received);
                self.byte(now, modem, *byte);
            }
        }
        self.advance(now, modem);
        &[]
    }

    /// Bytes for the host, all that there are; `None` when there are none now.
    pub fn transmit(&mut self, now: Instant, modem: &mut Modem) -> Option<&[u8]> {
        self.transmit_up_to(now, modem, usize::MAX)
    }

    /// At most so many bytes for the host, for carriers that take pieces; if those are not all, whole lines if there is
    /// one.
    pub fn transmit_up_to(&mut self, now: Instant, modem: &mut Modem, most: usize) -> Option<&[u8]> {
        if self.mute {
            return None;
        }
        self.advance(now, modem);
        let bytes = self.core.out.take(most)?;
        let sent = &mut self.core.counters.transmitted;
        *sent = sent.saturating_add(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        Some(bytes)
    }

    /// Hands in bytes for the host from what is behind its connection, and returns how many were taken: those that there is
    /// room for, none when the line carries commands.
    pub fn send_data(&mut self, bytes: &[u8]) -> usize {
        let taken = bytes.get(..bytes.len().min(self.core.out.room())).unwrap_or_default();
        if !matches!(self.stage, Stage::Online(_)) || !self.core.push(&mut |writer| writer.bytes(taken)) {
            return 0;
        }
        taken.len()
    }

    /// Bytes for the host as [`transmit`](Self::transmit) has them, that wait until they are [`sent`](Self::sent).
    fn waiting(&mut self, now: Instant, modem: &mut Modem) -> &[u8] {
        if self.mute {
            return &[];
        }
        self.advance(now, modem);
        self.core.out.waiting()
    }

    /// So many of them were sent.
    fn sent(&mut self, count: usize) {
        self.core.out.sent(count);
        let sent = &mut self.core.counters.transmitted;
        *sent = sent.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// When [`transmit`](Self::transmit) may have something next; an instant that is past means now.
    #[must_use]
    pub fn poll_at(&self, modem: &Modem) -> Option<Instant> {
        if self.mute {
            return modem.poll_at();
        }
        if !self.started || self.restarts != modem.restarts() {
            return Some(modem.boots_at().unwrap_or_default());
        }
        if !self.core.out.is_empty() {
            return Some(Instant(0));
        }
        let own = match self.stage {
            Stage::Idle if self.core.cursor != modem.newest() => {
                Some(if self.line.is_open() { self.typed_at + TYPING } else { Instant(0) })
            }
            Stage::Idle if self.line.is_open() => self.core.told.ring_at.map(|at| at.max(self.typed_at + TYPING)),
            Stage::Idle => self.core.told.ring_at,
            Stage::Waiting(Running { wait: Wait { on: On::Time(at), .. }, .. }) => Some(at),
            Stage::Waiting(Running { wait: Wait { on: On::Room, .. }, .. }) => Some(Instant(0)),
            Stage::Waiting(Running { wait: Wait { on, .. }, .. })
                if self.core.config.dialect.urcs == UrcOrder::AtOnce
                    && on != On::Prompt
                    && self.core.cursor != modem.newest() =>
            {
                Some(Instant(0))
            }
            Stage::Online(_) if self.escape.seen == 3 => Some(self.escape.last + self.guard()),
            Stage::Waiting(_) | Stage::Online(_) | Stage::Multiplexed => None,
        };
        [own, modem.poll_at()].into_iter().flatten().min()
    }

    /// What the bytes of the line are now.
    #[must_use]
    pub fn mode(&self) -> Mode {
        match self.stage {
            Stage::Idle | Stage::Waiting(_) => Mode::Command,
            Stage::Online(online) => Mode::Data(online),
            Stage::Multiplexed => Mode::Multiplexer,
        }
    }

    /// Whether a line is under way, or waits behind one that is: what the host types now does not begin another.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self.stage, Stage::Waiting(_)) || !self.ahead.is_empty()
    }

    /// Whether a command waits for what the host sends behind the prompt.
    #[must_use]
    pub fn is_prompting(&self) -> bool {
        matches!(self.stage, Stage::Waiting(running) if running.wait.on == On::Prompt)
    }

    /// The byte that ends a line (S3).
    #[must_use]
    pub fn line_end(&self) -> u8 {
        self.core.settings.end()
    }

    /// The oldest of what has happened and was not asked for yet.
    pub fn event(&mut self) -> Option<Event> {
        take_at(&mut self.core.events, 0)
    }

    /// Whether the carrier detect line is on (`&C`).
    #[must_use]
    pub fn carrier_detect(&self) -> bool {
        self.core.settings.carrier_detect == 0 || self.has_connection()
    }

    /// Whether there is a connection for data, be the line in it or escaped from it.
    #[must_use]
    pub fn has_connection(&self) -> bool {
        matches!(self.stage, Stage::Online(_)) || self.core.escaped.is_some()
    }

    /// Whether somebody calls, and has not been answered: the ring line.
    #[must_use]
    pub fn ring_indicator(&self) -> bool {
        self.core.told.ring_at.is_some()
    }

    /// A channel was opened to it: nothing is as a host has left it, and what happened before is not told.
    fn opened(&mut self, now: Instant, modem: &mut Modem) {
        self.reset(now, modem);
        self.core.forget();
        self.core.events.clear();
        self.escape = Escape::default();
        self.started = modem.boots_at().is_none();
        self.restarts = modem.restarts();
        self.skip(modem);
    }

    /// What has happened so far is not told.
    fn skip(&mut self, modem: &Modem) {
        self.core.cursor = modem.newest();
        self.core.told = Told::now(modem);
        self.core.ring_if_called(modem);
    }

    /// The connection has ended at its own layer, as when the host has closed PPP: the host is told `NO CARRIER`, and
    /// types commands again.
    pub fn end_data(&mut self, now: Instant, modem: &mut Modem) {
        if let Stage::Online(online) = self.stage {
            modem.drop_session(now, self.core.config.origin, online.session);
            self.disconnected(online);
        }
    }

    /// The multiplexer was closed: the host types commands again.
    pub fn end_multiplexer(&mut self) {
        if matches!(self.stage, Stage::Multiplexed) {
            self.stage = Stage::Idle;
        }
    }

    /// The host drops DTR: `&D` says what that does, and `+CVHU` whether it ends calls (27.007 §6.20).
    pub fn terminal_not_ready(&mut self, now: Instant, modem: &mut Modem) {
        match (self.core.settings.terminal_ready, self.stage) {
            (1, Stage::Online(online)) => self.escaped(online),
            (2, stage) => {
                if let Stage::Online(online) = stage {
                    self.end_data(now, modem);
                    self.core.escaped = self.core.escaped.filter(|other| *other != online);
                }
                let calls = self.core.settings.values.cvhu == 2;
                self.core.hang_up(now, modem, calls);
            }
            _ => {}
        }
    }

    /// The host does not want the line any more that is under way: it ends if it can be stopped, and what was typed behind
    /// it is forgotten. Says whether none is under way now.
    pub fn abort(&mut self, now: Instant, modem: &mut Modem) -> bool {
        self.ahead.clear();
        if let Stage::Waiting(Running { wait, .. }) = self.stage {
            if let Some(result) = wait.abort {
                self.stop(now, modem, wait.on, result);
            } else if wait.on == On::Prompt {
                self.end(FinalResult::Ok);
            }
        }
        !self.is_busy()
    }

    /// The host has closed the line: what it has half typed is forgotten, a connection that it carries ends, and nothing is
    /// sent about it. What it has set stays, and so do contexts that are active without the line.
    pub fn close(&mut self, now: Instant, modem: &mut Modem) {
        match self.stage {
            Stage::Online(online) => {
                modem.drop_session(now, self.core.config.origin, online.session);
                self.core.happened(Event::Disconnected(online));
                self.stage = Stage::Idle;
            }
            // The command goes on; its answer is for nobody.
            Stage::Waiting(running) if running.wait.on != On::Prompt => {}
            _ => self.stage = Stage::Idle,
        }
        if self.line.is_open() {
            self.line.clear();
        }
        self.ahead.clear();
        self.core.out.clear();
    }

    /// The host is gone for good: what it typed and what it connected ends, and nothing is sent about it. What it has
    /// set stays.
    pub fn reset(&mut self, now: Instant, modem: &mut Modem) {
        modem.forget_host(now, self.core.config.origin);
        self.stage = Stage::Idle;
        self.line.clear();
        self.ahead.clear();
        self.core.escaped = None;
        self.core.events.clear();
        self.core.out.clear();
    }

    /// From now on it stands behind messages of another protocol: their bytes are neither data of a connection nor frames.
    /// If a message and its answer are all there is, nothing is told unasked, and nothing is prompted for.
    #[cfg(any(feature = "mbim", feature = "qmi"))]
    pub(super) fn put_inside(&mut self, answers_only: bool) {
        let config = &mut self.core.config;
        (config.data, config.multiplexer) = (false, false);
        config.urcs &= !answers_only;
        config.prompts &= !answers_only;
    }

    /// Whether what is typed comes back.
    #[cfg(feature = "mbim")]
    pub(super) fn echoes(&self) -> bool {
        self.core.settings.echo
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.core.counters
    }

    // Misbehaviour, to test hosts with.

    /// Sets a fault. Of several that fit a command, the one set first counts.
    ///
    /// # Errors
    ///
    /// [`TooManyFaults`].
    pub fn set_fault(&mut self, fault: Fault) -> Result<(), TooManyFaults> {
        self.core.faults.push(fault).map_err(|_| TooManyFaults)
    }

    /// Takes all faults away.
    pub fn clear_faults(&mut self) {
        self.core.faults.clear();
    }

    /// Answers nothing, and sends nothing, for as long as this is on.
    pub fn set_mute(&mut self, mute: bool) {
        self.mute = mute;
    }

    // What the host types.

    fn byte(&mut self, now: Instant, modem: &mut Modem, byte: u8) {
        match self.stage {
            Stage::Idle => self.typed(now, modem, byte),
            Stage::Waiting(running) if running.wait.on == On::Prompt => self.prompted(now, modem, running, byte),
            Stage::Waiting(running) => self.interrupted(now, modem, running, byte),
            // Whoever carries the bytes keeps them.
            Stage::Online(_) | Stage::Multiplexed => count(&mut self.core.counters.ahead_lost),
        }
    }

    fn typed(&mut self, now: Instant, modem: &mut Modem, byte: u8) {
        let settings = &self.core.settings;
        let (end, edit) = (settings.end(), settings.register(5));
        if settings.echo && (self.line.is_open() || byte.is_ascii_graphic()) {
            self.core.echo(byte);
        }
        self.typed_at = now;
        match self.line.typed(byte, end, edit) {
            Typed::More => {}
            Typed::Line => self.begin(now, modem),
            Typed::Repeat if self.line.text().is_empty() => self.core.result(FinalResult::Error),
            Typed::Repeat => self.begin(now, modem),
            Typed::TooLong => {
                count(&mut self.core.counters.too_long);
                self.core.result(FinalResult::Error);
            }
        }
    }

    /// A byte while a command waits for the modem.
    fn interrupted(&mut self, now: Instant, modem: &mut Modem, running: Running, byte: u8) {
        let Some(result) = running.wait.abort.filter(|_| now.since(self.typed_at) >= DEAF) else {
            // What follows the end of a line directly is part of it.
            let follows = self.ahead.is_empty() && byte == self.core.settings.format();
            if !follows && self.ahead.push(byte).is_err() {
                count(&mut self.core.counters.ahead_lost);
            }
            return;
        };
        self.stop(now, modem, running.wait.on, result);
    }

    /// Stops the command that waits.
    fn stop(&mut self, now: Instant, modem: &mut Modem, on: On, result: FinalResult<'static>) {
        count(&mut self.core.counters.aborted);
        match on {
            On::Modem(ticket) => modem.abandon(now, ticket),
            On::Call(id) => {
                let _ = modem.end_call(now, self.core.config.origin, id);
            }
            On::Time(_) | On::Room | On::Prompt => {}
        }
        self.end(result);
    }

    /// A byte behind a prompt.
    fn prompted(&mut self, now: Instant, modem: &mut Modem, running: Running, byte: u8) {
        let settings = &self.core.settings;
        let text_mode = settings.values.cmgf == 1;
        let edit = settings.register(5);
        self.typed_at = now;
        match byte {
            at_wire::command::sms::CANCEL => self.end(FinalResult::Ok),
            at_wire::command::sms::END_OF_MESSAGE => self.resume(now, modem, running, Ok(())),
            // The line feed behind the line.
            b'\n' if self.line.parts().1.is_empty() => {}
            b'\r' if text_mode => {
                self.line.payload(b'\n');
                self.core.echo_if(byte);
                self.core.prompt();
            }
            _ if byte == edit => {
                self.line.unsend();
                self.core.echo_if(byte);
            }
            _ => {
                self.line.payload(byte);
                self.core.echo_if(byte);
            }
        }
    }

    /// Looks for the escape in data.
    fn watch(&mut self, now: Instant, data: &[u8]) {
        let character = self.core.settings.register(2);
        let silence = now.since(self.escape.last) >= self.guard();
        if silence {
            self.escape.seen = 0;
        }
        for byte in data {
            let counts = *byte == character && character < 128 && (self.escape.seen > 0 || silence);
            // A fourth one, or one among other bytes, is none.
            self.escape.seen = if counts { self.escape.seen.saturating_add(1) } else { u8::MAX };
        }
        if self.escape.seen > 3 {
            self.escape.seen = 0;
        }
        self.escape.last = now;
    }

    /// How long nothing comes in front of an escape and behind it (S12).
    fn guard(&self) -> Millis {
        Millis(u32::from(self.core.settings.register(12)).saturating_mul(20))
    }

    // The line, command by command.

    fn begin(&mut self, now: Instant, modem: &mut Modem) {
        count(&mut self.core.counters.lines);
        self.core.no_result = false;
        self.carry_on(now, modem, 0);
    }

    /// Does the commands of the line from a place on, until one waits or the line ends.
    fn carry_on(&mut self, now: Instant, modem: &mut Modem, mut at: usize) {
        loop {
            let (text, payload) = self.line.parts();
            let command = match command_at(text, at) {
                Ok(Some(command)) => command,
                Ok(None) => {
                    if self.core.config.dialect.urcs == UrcOrder::BeforeResult {
                        self.core.tell_events(now, modem);
                    }
                    return self.end(FinalResult::Ok);
                }
                Err(_) => return self.end(FinalResult::Error),
            };
            count(&mut self.core.counters.commands);
            let (start, next) = (command.offset, command.offset.saturating_add(command.text.len().max(1)));
            self.core.first = true;
            let outcome = self.core.execute(now, modem, command, payload);
            match self.settle(now, modem, (start, next), outcome) {
                Some(next) => at = next,
                None => return,
            }
        }
    }

    /// Goes on with a command that has waited.
    fn resume(&mut self, now: Instant, modem: &mut Modem, running: Running, outcome: Result<(), Failure>) {
        let (text, payload) = self.line.parts();
        let overflow = running.wait.on == On::Prompt && self.line.payload_overflowed();
        let Ok(Some(command)) = command_at(text, running.at) else {
            return self.end(FinalResult::Error);
        };
        self.stage = Stage::Idle;
        let outcome = match overflow {
            true => Err(Refused::Cms(305)),
            false => self.core.resume(now, modem, command, payload, &running.wait, outcome),
        };
        if let Some(next) = self.settle(now, modem, (running.at, running.next), outcome) {
            self.carry_on(now, modem, next);
        }
    }

    /// What became of a command that stands at `place`, and where the next one does. Returns that if the line goes on.
    fn settle(&mut self, now: Instant, modem: &mut Modem, place: (usize, usize), outcome: Outcome) -> Option<usize> {
        let (at, next) = place;
        match outcome {
            Ok(Step::Done) => return Some(next),
            Ok(Step::Wait(Wait { on: On::Prompt, .. })) if !self.core.config.prompts => self.refuse(modem, NOT_ALLOWED),
            Ok(Step::Wait(wait)) => {
                if wait.on == On::Prompt {
                    self.line.begin_payload();
                    self.core.prompt();
                }
                self.stage = Stage::Waiting(Running { at, next, wait });
            }
            Ok(Step::Final(result)) => self.end(result),
            Ok(Step::Connect(online)) => self.connect(now, online),
            Ok(Step::Multiplex) => {
                self.end(FinalResult::Ok);
                self.stage = Stage::Multiplexed;
                let multiplexing = self.core.multiplexing;
                self.core.happened(Event::Multiplexer(multiplexing));
            }
            Err(refused) => self.refuse(modem, refused),
        }
        None
    }

    fn refuse(&mut self, modem: &Modem, refused: Refused) {
        let (number, is_cms) = match refused {
            Refused::Error => return self.end(FinalResult::Error),
            Refused::Result(result) => return self.end(result),
            Refused::Cme(number) => (number, false),
            Refused::Cms(number) => (number, true),
            Refused::Failed(failure) if self.core.kept.kind == Kind::Message => (failure::cms(failure, modem), true),
            Refused::Failed(failure) => (failure::cme(failure, modem), false),
        };
        let words = if is_cms { result::cms_text } else { result::cme_text };
        let cause = match self.core.settings.values.cmee {
            // There is no other way to tell what is wrong with a message.
            0 if !is_cms => return self.end(FinalResult::Error),
            2 => words(u32::from(number)).map(|text| Cause::Text(text.as_bytes())),
            _ => None,
        };
        let cause = cause.unwrap_or(Cause::Number(u32::from(number)));
        self.end(if is_cms { FinalResult::Cms(cause) } else { FinalResult::Cme(cause) });
    }

    /// Ends the line.
    fn end(&mut self, result: FinalResult<'_>) {
        self.stage = Stage::Idle;
        if core::mem::take(&mut self.core.no_result) {
            return count(&mut self.core.counters.swallowed);
        }
        self.core.result(result);
    }

    // Data.

    fn connect(&mut self, now: Instant, online: Online) {
        let text = self.core.config.dialect.connect.clone();
        let text = if self.core.settings.progress > 0 { text.as_bytes() } else { b"" };
        self.end(FinalResult::Connect(text));
        self.core.escaped = None;
        self.escape = Escape { seen: 0, last: now };
        self.stage = Stage::Online(online);
        self.core.happened(Event::Connected(online));
    }

    fn disconnected(&mut self, online: Online) {
        self.end(FinalResult::NoCarrier);
        self.core.happened(Event::Disconnected(online));
    }

    fn escaped(&mut self, online: Online) {
        self.end(FinalResult::Ok);
        self.core.escaped = Some(online);
        self.core.happened(Event::Escaped(online));
    }

    // What happens by itself.

    /// Everything that time has brought.
    fn advance(&mut self, now: Instant, modem: &mut Modem) {
        modem.poll(now);
        if self.mute || !self.start(modem) {
            return;
        }
        // What waited is done first; then what was typed meanwhile. Each round ends a line.
        loop {
            match self.stage {
                Stage::Idle => {
                    if !self.line.is_open() || now.since(self.typed_at) >= TYPING {
                        self.core.tell_events(now, modem);
                    }
                    if self.ahead.is_empty() {
                        return;
                    }
                    for byte in core::mem::take(&mut self.ahead).iter() {
                        self.byte(now, modem, *byte);
                    }
                }
                Stage::Waiting(running) => {
                    let Some(outcome) = self.core.outcome(now, modem, running.wait.on) else {
                        if self.core.config.dialect.urcs == UrcOrder::AtOnce && running.wait.on != On::Prompt {
                            self.core.tell_events(now, modem);
                        }
                        return;
                    };
                    self.resume(now, modem, running, outcome);
                    if matches!(self.stage, Stage::Waiting(Running { wait: Wait { on: On::Room, .. }, .. })) {
                        return;
                    }
                }
                Stage::Online(online) => {
                    let state = modem.session(online.session.into()).map(|session| session.state);
                    if state != Ok(SessionState::Active) {
                        self.disconnected(online);
                    } else if self.escape.seen == 3 && now.since(self.escape.last) >= self.guard() {
                        self.escape.seen = 0;
                        self.escaped(online);
                    } else {
                        return;
                    }
                }
                Stage::Multiplexed => return,
            }
        }
    }

    /// Whether the modem has started. If it has done so again, everything is as at the start.
    fn start(&mut self, modem: &Modem) -> bool {
        if self.started && self.restarts != modem.restarts() {
            if let Stage::Online(online) = self.stage {
                self.core.happened(Event::Disconnected(online));
            }
            self.started = false;
            self.stage = Stage::Idle;
            self.line.clear();
            self.ahead.clear();
            self.core.forget();
        }
        if !self.started && modem.boots_at().is_none() {
            self.started = true;
            self.restarts = modem.restarts();
            self.core.cursor = modem.newest();
            self.core.started(modem);
        }
        self.started
    }
}

impl Multiplexing {
    /// What holds if the host says no more than that it wants it.
    pub const DEFAULT: Self =
        Self { advanced: false, frame_size: 31, acknowledgement: 10, retransmissions: 3, response: 30, wake_up: 10 };
}

impl Core<'_> {
    // What is sent.

    fn push(&mut self, write: &mut dyn FnMut(&mut Writer<'_>)) -> bool {
        self.out.write(write).is_ok()
    }

    fn echo(&mut self, byte: u8) {
        if !self.push(&mut |writer| writer.byte(byte)) {
            count(&mut self.counters.urcs_lost);
        }
    }

    fn echo_if(&mut self, byte: u8) {
        if self.settings.echo {
            self.echo(byte);
        }
    }

    /// What comes between the name and the first parameter.
    fn lead(&self) -> &'static [u8] {
        if self.config.dialect.blank { b": " } else { b":" }
    }

    /// A line of information (V.250 §5.7.1): the lines of one command belong together.
    fn information(&mut self, write: &mut dyn FnMut(&mut Writer<'_>)) -> Result<(), Refused> {
        let (end, format) = (self.settings.end(), self.settings.format());
        let leads = core::mem::take(&mut self.first) && self.settings.verbose;
        let written = self.out.write(&mut |writer| {
            if leads {
                writer.bytes(&[end, format]);
            }
            write(writer);
            writer.bytes(&[end, format]);
        });
        written.map_err(|error| match error {
            at_wire::EncodeError::BufferTooSmall { .. } => {
                count(&mut self.counters.answers_too_long);
                Refused::Cme(60)
            }
            _ => Refused::Cme(100),
        })
    }

    fn prompt(&mut self) {
        let (end, format) = (self.settings.end(), self.settings.format());
        let prompt: &[u8] = if self.config.dialect.bare_prompt { b">" } else { b"> " };
        self.push(&mut |writer| {
            writer.bytes(&[end, format]);
            writer.bytes(prompt);
        });
    }

    /// A result code.
    fn result(&mut self, result: FinalResult<'_>) {
        if self.settings.quiet {
            return;
        }
        let progress = self.settings.progress;
        let result = match result {
            FinalResult::Connect(_) if progress == 0 => FinalResult::Connect(b""),
            FinalResult::Busy if progress < 3 => FinalResult::NoCarrier,
            FinalResult::NoDialtone if progress != 2 && progress != 4 => FinalResult::NoCarrier,
            other => other,
        };
        let (end, format, verbose) = (self.settings.end(), self.settings.format(), self.settings.verbose);
        let written = self.push(&mut |writer| {
            if verbose {
                writer.bytes(&[end, format]);
            }
            result.write(!verbose, writer);
            writer.byte(end);
            if verbose {
                writer.byte(format);
            }
        });
        if !written {
            count(&mut self.counters.answers_too_long);
        }
    }

    fn happened(&mut self, event: Event) {
        if self.events.is_full() {
            take_at(&mut self.events, 0);
        }
        let _ = self.events.push(event);
    }

    // Commands.

    /// The effect of the first fault that fits.
    fn fault(&mut self, urc: bool, is: impl Fn(&str) -> bool) -> Option<Effect> {
        let fits = |fault: &Fault| (fault.effect == Effect::Withhold) == urc && is(&fault.name);
        let place = self.faults.iter().position(fits)?;
        let fault = self.faults.get(place)?;
        let (effect, once) = (fault.effect, fault.once);
        if once {
            take_at(&mut self.faults, place);
        }
        Some(effect)
    }

    fn execute(&mut self, now: Instant, modem: &mut Modem, command: Command<'_>, payload: &[u8]) -> Outcome {
        let served = Served::find(&command, &self.config.dialect);
        self.kept.kind = served.map_or(Kind::General, |served| served.kind);
        match self.fault(false, |name| command.is(name)) {
            Some(Effect::Refuse(number)) => {
                let of_message = self.kept.kind == Kind::Message;
                return Err(if of_message { Refused::Cms(number) } else { Refused::Cme(number) });
            }
            Some(Effect::Swallow) => {
                self.no_result = true;
                return Ok(Step::Final(FinalResult::Ok));
            }
            Some(Effect::NoResult) => self.no_result = true,
            Some(Effect::Delay(by)) => {
                let then: call::Then = |call, _, _| call.run();
                return Ok(Step::Wait(Wait { on: On::Time(now + by), context: 0, then, abort: None }));
            }
            Some(Effect::Withhold) | None => {}
        }
        let Some(served) = served else {
            // Unknown names of V.250 are errors of V.250.
            let extended = !command.name.first().is_some_and(u8::is_ascii_alphabetic);
            return Err(if extended { NOT_SUPPORTED } else { Refused::Error });
        };
        Call { now, modem, core: self, command, name: served.name, payload }.run()
    }

    fn resume(
        &mut self,
        now: Instant,
        modem: &mut Modem,
        command: Command<'_>,
        payload: &[u8],
        wait: &Wait,
        outcome: Result<(), Failure>,
    ) -> Outcome {
        let served = Served::find(&command, &self.config.dialect).ok_or(NOT_SUPPORTED)?;
        self.kept.kind = served.kind;
        let mut call = Call { now, modem, core: self, command, name: served.name, payload };
        (wait.then)(&mut call, wait.context, outcome)
    }

    /// How what is waited for has ended, if it has.
    fn outcome(&mut self, now: Instant, modem: &mut Modem, on: On) -> Option<Result<(), Failure>> {
        let ready = match on {
            On::Modem(ticket) => return modem.outcome(ticket),
            On::Call(id) => {
                let mut calls = modem.calls().iter();
                let state = calls.find(|call| call.id == id).map(|call| call.state);
                !matches!(state, Some(CallState::Dialling | CallState::Alerting))
            }
            On::Time(at) => at <= now,
            On::Room => self.out.is_empty() || self.out.room() >= ROOM,
            On::Prompt => false,
        };
        ready.then_some(Ok(()))
    }

    /// Ends what is connected: data that the host has escaped from, and calls if they are meant.
    fn hang_up(&mut self, now: Instant, modem: &mut Modem, calls: bool) {
        let by = self.config.origin;
        if let Some(online) = self.escaped.take() {
            modem.drop_session(now, by, online.session);
            self.happened(Event::Disconnected(online));
        }
        if calls {
            let _ = modem.manage_calls(now, by, super::modem::voice::Manage::EndAll);
        }
    }

    // URCs.

    /// Whether there is room to tell of a change.
    fn has_room(&self) -> bool {
        self.out.is_empty() || self.out.room() >= ROOM
    }

    fn started(&mut self, modem: &Modem) {
        self.told = Told::now(modem);
        if !self.config.urcs {
            return;
        }
        let boot = self.config.dialect.boot.clone();
        for line in &boot {
            self.urc(&mut |writer| writer.bytes(line.as_bytes()));
        }
    }

    /// The modem has restarted: nothing is as hosts have set it.
    fn forget(&mut self) {
        self.settings = self.profile;
        self.out.clear();
        self.escaped = None;
        self.no_result = false;
        self.told = Told::default();
        self.kept = command::Kept::default();
    }

    /// Sends a URC, whole.
    fn urc(&mut self, write: &mut dyn FnMut(&mut Writer<'_>)) {
        if self.settings.quiet {
            return;
        }
        let (end, format, verbose) = (self.settings.end(), self.settings.format(), self.settings.verbose);
        let written = self.push(&mut |writer| {
            if verbose {
                writer.bytes(&[end, format]);
            }
            write(writer);
            writer.bytes(&[end, format]);
        });
        count(if written { &mut self.counters.urcs } else { &mut self.counters.urcs_lost });
    }

    /// `RING`, in words or as a number.
    fn ring_result(&mut self, verbose: bool) {
        let end = self.settings.end();
        if verbose {
            self.urc(&mut |writer| writer.bytes(b"RING"));
        } else if !self.settings.quiet {
            self.push(&mut |writer| writer.bytes(&[b'2', end]));
        }
    }

    /// The same with a name and parameters.
    fn urc_line(&mut self, name: &str, parameters: &mut dyn FnMut(&mut LineWriter<'_, '_>)) {
        if self.fault(true, |fault| fault.eq_ignore_ascii_case(name)).is_some() {
            return count(&mut self.counters.swallowed);
        }
        let lead = self.lead();
        self.urc(&mut |writer| {
            writer.bytes(name.as_bytes());
            parameters(&mut LineWriter::answer(writer, lead));
        });
    }

    /// Tells the events that wait in the modem's log, as far as there is room.
    fn tell_events(&mut self, now: Instant, modem: &mut Modem) {
        while self.has_room() {
            let mut cursor = self.cursor;
            match modem.event(&mut cursor) {
                None => break,
                Some(Reading::Missed(n)) => {
                    self.counters.events_missed = self.counters.events_missed.saturating_add(n);
                    // What was told last is compared with what is.
                    for change in [
                        Change::Registration(modem.registration()),
                        Change::PacketService(modem.packet_service()),
                        Change::Signal(modem.signal()),
                    ] {
                        self.tell(now, modem, Origin::WORLD, &change);
                    }
                }
                Some(Reading::Event(event)) => self.tell(now, modem, event.by, &event.change),
            }
            self.cursor = cursor;
        }
        if self.has_room() {
            command::later(&mut Tell { now, modem, core: self, by: Origin::WORLD });
        }
        self.ring(now, modem);
    }

    fn tell(&mut self, now: Instant, modem: &mut Modem, by: Origin, change: &Change) {
        if self.config.urcs {
            command::tell(&mut Tell { now, modem, core: self, by }, change);
        }
    }

    /// Rings at once if somebody calls, for a line that was not there when the call came.
    fn ring_if_called(&mut self, modem: &Modem) {
        let mut calls = modem.calls().iter();
        if self.config.urcs && self.told.ring_at.is_none() && calls.any(|call| call.state == CallState::Incoming) {
            self.told.ring_at = Some(Instant(0));
        }
    }

    /// Rings again, if a call does.
    fn ring(&mut self, now: Instant, modem: &mut Modem) {
        if self.config.urcs && self.told.ring_at.is_some_and(|at| at <= now) && self.has_room() {
            command::ring(&mut Tell { now, modem, core: self, by: Origin::WORLD });
        }
    }
}

impl Call<'_, '_> {
    /// Does the command.
    fn run(&mut self) -> Outcome {
        let served = Served::find(&self.command, &self.core.config.dialect).ok_or(NOT_SUPPORTED)?;
        match (self.form(), served.test) {
            (Form::Test, Some("")) => Ok(Step::Done),
            (Form::Test, Some(test)) => self.say_raw(test),
            _ => (served.run)(self),
        }
    }
}

/// The names of all commands that functions can serve, those of makers included.
pub fn served_commands() -> impl Iterator<Item = &'static str> {
    command::names()
}
