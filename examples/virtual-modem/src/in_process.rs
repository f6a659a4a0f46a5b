//! The door inside: a modem in the same program as the client, as a message channel.

use std::thread;
use std::time::Duration;

use wwan::channel::blocking::MessageChannel as Blocking;
use wwan::channel::fault::{FaultCounters, Faults, FaultsError, Held};
use wwan::channel::{AnyFraming, Clock, Direction, LinuxClock, MessageChannel};
#[cfg(feature = "at")]
use wwan::device::at;
#[cfg(feature = "at")]
use wwan::device::mbim::VendorServices;
use wwan::device::modem::Modem;
use wwan::device::modem::event::Origin;
use wwan::device::{mbim, qmi};
#[cfg(feature = "at")]
use wwan::session::cmux;
use wwan::time::{Instant, Millis};

use crate::machine::Machine;
use crate::scenario::Scenario;

#[cfg(feature = "at")]
pub use crate::machine::CHANNELS;
pub use crate::machine::{Face, InProcessError};

/// Messages that faults may hold back at the same time.
const HELD: usize = 32;
/// Bytes of them.
const HELD_BYTES: usize = 64 * 1024;
/// Bytes of messages that wait for the host.
const OUT: usize = 16 * 1024;
/// The longest AT line, and what is sent for its prompt, in bytes.
#[cfg(feature = "at")]
const LINE: usize = 4096;
/// Bytes that wait for an AT host on a channel of the multiplexer.
#[cfg(feature = "at")]
const CHANNEL_OUT: usize = 4096;
/// The longest frame of the multiplexer, escaped.
#[cfg(feature = "at")]
const MUX_FRAME: usize = 4096;
/// The longest command in fragments, in bytes.
const ASSEMBLY: usize = 64 * 1024;
/// The longest QMI frame that a host may send where the carrier has transfers, in bytes: what Linux carries.
const MAX_FRAME: usize = 4096;
/// The longest answer to an AT line inside MBIM, in bytes.
#[cfg(feature = "at")]
const ANSWER: usize = 8 * 1024;
/// The QMI function inside an MBIM function, among all faces.
const INSIDE: Origin = Origin(2);
/// The AT modem inside an MBIM function, and that inside a QMI function.
#[cfg(feature = "at")]
const AT_IN_MBIM: Origin = Origin(3);
#[cfg(feature = "at")]
const AT_IN_QMI: Origin = Origin(4);
/// Services of MBIM that carry AT lines.
#[cfg(feature = "at")]
const CARRY_AT: VendorServices = VendorServices::QDU
    .union(VendorServices::FIBOCOM)
    .union(VendorServices::COMPAL)
    .union(VendorServices::INTEL_AT_TUNNEL);

/// The memory of one modem, which has to live longer than the modem.
#[derive(Debug)]
pub struct Room {
    out: Vec<u8>,
    /// The same of a QMI function inside an MBIM function.
    inside: Vec<u8>,
    #[cfg(feature = "at")]
    at: AtRoom,
    /// The same of an AT modem inside a QMI function.
    #[cfg(feature = "at")]
    at_in_qmi: AtRoom,
    /// What an AT modem needs beside for its multiplexer.
    #[cfg(feature = "at")]
    multiplexer: MultiplexerRoom,
    assembly: Vec<u8>,
    slots: Vec<Held>,
    held: Vec<u8>,
}

/// The memory of an AT modem.
#[cfg(feature = "at")]
#[derive(Debug)]
struct AtRoom {
    /// The line that a host types.
    line: Vec<u8>,
    out: Vec<u8>,
    /// The answer to a line inside MBIM.
    answer: Vec<u8>,
}

#[cfg(feature = "at")]
impl AtRoom {
    fn new() -> Self {
        Self { line: vec![0; LINE], out: vec![0; OUT], answer: vec![0; ANSWER] }
    }
}

/// The memory of its multiplexer.
#[cfg(feature = "at")]
#[derive(Debug)]
struct MultiplexerRoom {
    /// Of each channel, the line that the host types, and what waits for it.
    channels: Vec<(Vec<u8>, Vec<u8>)>,
    receive: Vec<u8>,
    send: Vec<u8>,
    open: Vec<cmux::Channel>,
}

#[cfg(feature = "at")]
impl MultiplexerRoom {
    fn new() -> Self {
        Self {
            channels: (0..CHANNELS).map(|_| (vec![0; LINE], vec![0; CHANNEL_OUT])).collect(),
            receive: vec![0; MUX_FRAME],
            send: vec![0; MUX_FRAME],
            open: vec![cmux::Channel::FREE; CHANNELS],
        }
    }
}

impl Room {
    /// Memory for one modem, about 200 KiB.
    #[must_use]
    pub fn new() -> Self {
        Self {
            out: vec![0; OUT],
            inside: vec![0; OUT],
            #[cfg(feature = "at")]
            at: AtRoom::new(),
            #[cfg(feature = "at")]
            at_in_qmi: AtRoom::new(),
            #[cfg(feature = "at")]
            multiplexer: MultiplexerRoom::new(),
            assembly: vec![0; ASSEMBLY],
            slots: vec![Held::default(); HELD],
            held: vec![0; HELD_BYTES],
        }
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}

/// Which time a blocking modem lives in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// That of the monotonic clock; waiting takes as long as it says.
    Real,
    /// Its own, which begins at 0 and stands still except while the client waits for a message: then it jumps to whatever
    /// happens next. Whole conversations with all their timeouts run in no time, and every run is the same.
    Virtual,
}

/// The time of the modem: T is [`Stage`] for blocking modems, a [`Clock`] for async ones.
#[derive(Debug)]
struct Bare<'m, T> {
    machine: Machine<'m>,
    max_message: usize,
    time: T,
}

/// Time of a blocking modem.
#[derive(Clone, Copy, Debug)]
enum Stage {
    Real,
    Virtual(Instant),
}

impl Stage {
    fn now(self) -> Instant {
        match self {
            Self::Real => LinuxClock::now(),
            Self::Virtual(now) => now,
        }
    }

    /// Lets time pass until `at`.
    fn pass(&mut self, at: Instant) {
        match self {
            Self::Real => {
                let left = at.0.saturating_sub(LinuxClock::now().0);
                thread::sleep(Duration::from_millis(left));
            }
            Self::Virtual(now) => *now = at.max(*now),
        }
    }
}

impl<T> Bare<'_, T> {
    fn check_length(&self, message: &[u8]) -> Result<(), InProcessError> {
        if message.len() > self.max_message {
            return Err(InProcessError::TooLong { needed: message.len() });
        }
        Ok(())
    }
}

impl Blocking for Bare<'_, Stage> {
    type Error = InProcessError;

    fn send(&mut self, message: &[u8]) -> Result<(), InProcessError> {
        self.check_length(message)?;
        self.machine.receive(self.time.now(), message)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, InProcessError> {
        loop {
            let now = self.time.now();
            if let Some(length) = self.machine.transmit(now, buf)? {
                return Ok(Some(length));
            }
            if deadline <= now {
                return Ok(None);
            }
            let at = self.machine.poll_at().min(deadline);
            if at == Instant::FAR && matches!(self.time, Stage::Virtual(_)) {
                return Err(InProcessError::NeverAgain);
            }
            self.time.pass(at);
        }
    }

    fn max_message(&self) -> usize {
        self.max_message
    }

    fn now(&self) -> Instant {
        self.time.now()
    }
}

impl<K: Clock> MessageChannel for Bare<'_, K> {
    type Error = InProcessError;

    async fn send(&mut self, message: &[u8]) -> Result<(), InProcessError> {
        self.check_length(message)?;
        self.machine.receive(self.time.now(), message)
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, InProcessError> {
        loop {
            if let Some(length) = self.machine.transmit(self.time.now(), buf)? {
                return Ok(length);
            }
            self.time.wait_until(self.machine.poll_at()).await;
        }
    }

    fn max_message(&self) -> usize {
        self.max_message
    }
}

/// Protocols that the modem speaks to its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Speaks {
    Mbim,
    Qmi,
    #[cfg(feature = "at")]
    At,
}

/// Puts machine and faults together.
fn build<'m, T>(
    speaks: Speaks,
    scenario: &'m Scenario,
    now: Instant,
    time: T,
    room: &'m mut Room,
) -> Faults<'m, Bare<'m, T>> {
    let Room { out, inside, assembly, slots, held, .. } = room;
    let places = Places {
        out,
        inside,
        assembly,
        #[cfg(feature = "at")]
        at: &mut room.at,
        #[cfg(feature = "at")]
        at_in_qmi: &mut room.at_in_qmi,
    };
    let (face, max_message) = match speaks {
        Speaks::Mbim => (mbim_face(scenario, places), usize::from(scenario.function.max_control_transfer)),
        Speaks::Qmi => (qmi_face(scenario, places), MAX_FRAME),
        #[cfg(feature = "at")]
        Speaks::At => (at_face(scenario, places.at, &mut room.multiplexer), usize::MAX),
    };
    let bare = Bare { machine: Machine::new(now, scenario, face), max_message, time };
    Faults::new(bare, scenario.chance.seed, slots, held)
        .script(&scenario.faults)
        .rates(Direction::Sent, scenario.chance.to_modem)
        .rates(Direction::Received, scenario.chance.from_modem)
}

/// The parts of a [`Room`] that functions work in.
struct Places<'m> {
    out: &'m mut [u8],
    inside: &'m mut [u8],
    assembly: &'m mut [u8],
    #[cfg(feature = "at")]
    at: &'m mut AtRoom,
    #[cfg(feature = "at")]
    at_in_qmi: &'m mut AtRoom,
}

// Functions are large; each is moved into its box by a call of its own, whose stack then is free again.
#[inline(never)]
fn mbim_face<'m>(scenario: &Scenario, places: Places<'m>) -> Box<Face<'m>> {
    let memory = mbim::Memory { out: places.out, assembly: places.assembly };
    let mut function = mbim::Function::new(scenario.function.clone(), memory);
    for fault in &scenario.commands {
        // A scenario from a file has no more than fit.
        let _ = function.inject(*fault);
    }
    if scenario.qmi_over_mbim {
        let mut config = scenario.qmi.clone();
        config.origin = INSIDE;
        config.data_format = false;
        let inside = qmi_function(scenario, config, places.inside);
        #[cfg(feature = "at")]
        let inside = with_at(scenario, inside, places.at_in_qmi);
        function = function.with_qmi(inside);
    }
    #[cfg(feature = "at")]
    if scenario.function.vendor_services.intersects(CARRY_AT) {
        let AtRoom { line, out, answer } = places.at;
        function = function.with_at(at_function(scenario, AT_IN_MBIM, at::Memory { line, out }), answer);
    }
    Box::new(Face::Mbim(function))
}

#[inline(never)]
fn qmi_face<'m>(scenario: &Scenario, places: Places<'m>) -> Box<Face<'m>> {
    let function = qmi_function(scenario, scenario.qmi.clone(), places.out);
    #[cfg(feature = "at")]
    let function = with_at(scenario, function, places.at_in_qmi);
    Box::new(Face::Qmi(function))
}

/// The same with an AT modem inside, if the scenario wants one.
#[cfg(feature = "at")]
fn with_at<'m>(scenario: &Scenario, function: qmi::Function<'m>, room: &'m mut AtRoom) -> qmi::Function<'m> {
    if !scenario.at_over_qmi {
        return function;
    }
    function.with_at(at_function(scenario, AT_IN_QMI, at::Memory { line: &mut room.line, out: &mut room.out }))
}

#[cfg(feature = "at")]
fn at_function<'m>(scenario: &Scenario, origin: Origin, memory: at::Memory<'m>) -> at::Function<'m> {
    let mut config = scenario.at.clone();
    config.origin = origin;
    // Nobody there takes its frames apart.
    config.multiplexer = false;
    let mut function = at::Function::new(config, memory);
    for fault in &scenario.lines {
        let _ = function.set_fault(fault.clone());
    }
    function
}

#[cfg(feature = "at")]
#[inline(never)]
fn at_face<'m>(scenario: &Scenario, room: &'m mut AtRoom, multiplexer: &'m mut MultiplexerRoom) -> Box<Face<'m>> {
    let memory = at::Memory { line: &mut room.line, out: &mut room.out };
    let MultiplexerRoom { channels, receive, send, open } = multiplexer;
    let mut channels = channels.iter_mut();
    let channels = std::array::from_fn(|_| {
        let (line, out) = channels.next().map(|(line, out)| (&mut line[..], &mut out[..])).unwrap_or_default();
        at::Memory { line, out }
    });
    let multiplexer = cmux::Memory { receive, send, channels: open };
    let mut port = at::Port::new(scenario.at.clone(), memory, channels, multiplexer);
    for fault in &scenario.lines {
        let _ = port.set_fault(fault);
    }
    Box::new(Face::At(port))
}

fn qmi_function<'m>(scenario: &Scenario, config: qmi::Config, out: &'m mut [u8]) -> qmi::Function<'m> {
    let mut function = qmi::Function::new(config, qmi::Memory { out });
    for fault in &scenario.messages {
        let _ = function.inject(*fault);
    }
    function
}

/// A modem in the same program, for blocking clients.
///
/// ```
/// use virtual_modem::{InProcess, Room, Scenario, Time};
/// use wwan::channel::blocking::MessageChannel;
/// use wwan::time::Millis;
///
/// let (scenario, mut room) = (Scenario::default(), Room::new());
/// let mut modem = InProcess::mbim(&scenario, Time::Virtual, &mut room);
/// modem.send(&[1, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0, 0, 16, 0, 0])?; // OPEN
/// let mut answer = [0; 64];
/// let deadline = modem.now() + Millis::from_secs(5);
/// assert_eq!(modem.receive(&mut answer, deadline)?, Some(16));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Give a [`Client`](wwan::client::mbim::Client) no larger transfers than
/// [`max_message`](wwan::channel::blocking::MessageChannel::max_message).
#[derive(Debug)]
pub struct InProcess<'m> {
    channel: Faults<'m, Bare<'m, Stage>>,
}

impl<'m> InProcess<'m> {
    /// A modem that speaks MBIM, powered on now.
    pub fn mbim(scenario: &'m Scenario, time: Time, room: &'m mut Room) -> Self {
        Self::new(Speaks::Mbim, scenario, time, room)
    }

    /// A modem that speaks QMI, in QMUX frames, powered on now.
    pub fn qmi(scenario: &'m Scenario, time: Time, room: &'m mut Room) -> Self {
        Self::new(Speaks::Qmi, scenario, time, room)
    }

    /// A modem that speaks AT, powered on now. Its messages are pieces of a stream of bytes, of any length.
    #[cfg(feature = "at")]
    pub fn at(scenario: &'m Scenario, time: Time, room: &'m mut Room) -> Self {
        Self::new(Speaks::At, scenario, time, room)
    }

    fn new(speaks: Speaks, scenario: &'m Scenario, time: Time, room: &'m mut Room) -> Self {
        let stage = match time {
            Time::Real => Stage::Real,
            Time::Virtual => Stage::Virtual(Instant(0)),
        };
        Self { channel: build(speaks, scenario, stage.now(), stage, room) }
    }

    /// Takes messages of any length from the host: behind a byte stream there is no descriptor that would tell a host how
    /// long its transfers may be. What the modem sends keeps to the scenario.
    #[must_use]
    pub fn behind_a_stream(mut self) -> Self {
        self.channel.channel_mut().max_message = usize::MAX;
        self
    }

    /// The modem itself, to look at it, or to do to it what no scenario foresees.
    pub fn modem(&mut self) -> &mut Modem {
        &mut self.channel.channel_mut().machine.modem
    }

    /// What it shows to its host, to look at it, or to misuse it.
    pub fn face(&mut self) -> &mut Face<'m> {
        &mut self.channel.channel_mut().machine.face
    }

    /// How a stream of its messages is cut; `None` for a modem that speaks AT, whose stream is bytes.
    pub fn framing(&mut self) -> Option<AnyFraming> {
        self.face().framing()
    }

    /// What the scenario's faults have done to the messages of one direction.
    #[must_use]
    pub const fn fault_counters(&self, direction: Direction) -> FaultCounters {
        self.channel.counters(direction)
    }

    /// Whether the modem is on its carrier. While it is not, sending and receiving fail with an error of kind
    /// [`NotConnected`](embedded_io::ErrorKind); [`pass`](Self::pass) waits.
    #[must_use]
    pub fn is_plugged(&mut self) -> bool {
        self.channel.channel_mut().machine.is_plugged()
    }

    /// The client has closed the stream that carries the messages.
    pub fn close(&mut self) {
        let bare = self.channel.channel_mut();
        bare.machine.close(bare.time.now());
    }

    /// What an AT host has sent on a connection since the last call, if the program is behind it
    /// ([`Behind::Program`](crate::scenario::Behind)). `channel` is 0 for the line itself, or one of the multiplexer.
    #[cfg(feature = "at")]
    pub fn data_from_host(&mut self, channel: u8) -> Vec<u8> {
        self.channel.channel_mut().machine.pipes.read(channel)
    }

    /// Lets an AT host have bytes on a connection, as soon as it takes them. If there is none they are lost.
    #[cfg(feature = "at")]
    pub fn data_to_host(&mut self, channel: u8, data: &[u8]) {
        self.channel.channel_mut().machine.pipes.write(channel, data);
    }

    /// Bytes that AT hosts have sent on connections and for which there was no room.
    #[cfg(feature = "at")]
    #[must_use]
    pub fn data_lost(&mut self) -> u64 {
        self.channel.channel_mut().machine.pipes.lost()
    }

    /// Does what is due by now in the scenario and in the modem. Sending and receiving do that, too.
    pub fn run(&mut self) {
        let bare = self.channel.channel_mut();
        bare.machine.run(bare.time.now());
    }

    /// Lets time pass; messages wait meanwhile.
    pub fn pass(&mut self, time: Millis) {
        let bare = self.channel.channel_mut();
        let until = bare.time.now() + time;
        bare.time.pass(until);
        self.run();
    }

    /// When there is something to do next, [`Instant::FAR`] for never; a past instant means now.
    #[must_use]
    pub fn poll_at(&mut self) -> Instant {
        let held = self.channel.poll_at();
        self.channel.channel_mut().machine.poll_at().min(held)
    }
}

impl Blocking for InProcess<'_> {
    type Error = FaultsError<InProcessError>;

    fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        Blocking::send(&mut self.channel, message)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        Blocking::receive(&mut self.channel, buf, deadline)
    }

    fn max_message(&self) -> usize {
        Blocking::max_message(&self.channel)
    }

    fn now(&self) -> Instant {
        Blocking::now(&self.channel)
    }
}

/// A modem in the same program, for async clients, in the time of a [`Clock`]: a
/// [`VirtualClock`](wwan::channel::VirtualClock) that client and modem share makes it virtual.
///
/// # Cancellation
///
/// Receiving is cancel-safe. When sending is dropped while it passes on a message that a fault held back, that message
/// may arrive twice.
#[derive(Debug)]
pub struct AsyncInProcess<'m, K: Clock + Copy> {
    channel: Faults<'m, Bare<'m, K>, K>,
}

impl<'m, K: Clock + Copy> AsyncInProcess<'m, K> {
    /// A modem that speaks MBIM, powered on now.
    pub fn mbim(scenario: &'m Scenario, clock: K, room: &'m mut Room) -> Self {
        Self { channel: build(Speaks::Mbim, scenario, clock.now(), clock, room).clock(clock) }
    }

    /// A modem that speaks QMI, in QMUX frames, powered on now.
    pub fn qmi(scenario: &'m Scenario, clock: K, room: &'m mut Room) -> Self {
        Self { channel: build(Speaks::Qmi, scenario, clock.now(), clock, room).clock(clock) }
    }

    /// A modem that speaks AT, powered on now. Its messages are pieces of a stream of bytes, of any length.
    #[cfg(feature = "at")]
    pub fn at(scenario: &'m Scenario, clock: K, room: &'m mut Room) -> Self {
        Self { channel: build(Speaks::At, scenario, clock.now(), clock, room).clock(clock) }
    }

    /// The modem itself, to look at it, or to do to it what no scenario foresees.
    pub fn modem(&mut self) -> &mut Modem {
        &mut self.channel.channel_mut().machine.modem
    }

    /// What it shows to its host, to look at it, or to misuse it.
    pub fn face(&mut self) -> &mut Face<'m> {
        &mut self.channel.channel_mut().machine.face
    }
}

impl<K: Clock + Copy> MessageChannel for AsyncInProcess<'_, K> {
    type Error = FaultsError<InProcessError>;

    async fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        MessageChannel::send(&mut self.channel, message).await
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        MessageChannel::receive(&mut self.channel, buf).await
    }

    fn max_message(&self) -> usize {
        MessageChannel::max_message(&self.channel)
    }
}
