//! The door inside: a modem in the same program as the client, as a message channel.

use std::thread;
use std::time::Duration;

use wwan::channel::blocking::MessageChannel as Blocking;
use wwan::channel::fault::{FaultCounters, Faults, FaultsError};
use wwan::channel::{AnyFraming, Clock, Direction, LinuxClock, MessageChannel};
use wwan::device::modem::Modem;
use wwan::time::{Instant, Millis};

use crate::machine::{Face, InProcessError, Machine};
use crate::room::{Room, Speaks, face, with_faults};
use crate::scenario::Scenario;

/// The only face that a modem here has.
const FACE: usize = 0;
/// The longest QMI frame that a host may send where the carrier has transfers, in bytes: what Linux carries.
const MAX_FRAME: usize = 4096;

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
        self.machine.receive(self.time.now(), FACE, message)
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, InProcessError> {
        loop {
            let now = self.time.now();
            if let Some(length) = self.machine.transmit(now, FACE, buf)? {
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
        self.machine.receive(self.time.now(), FACE, message)
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, InProcessError> {
        loop {
            if let Some(length) = self.machine.transmit(self.time.now(), FACE, buf)? {
                return Ok(length);
            }
            self.time.wait_until(self.machine.poll_at()).await;
        }
    }

    fn max_message(&self) -> usize {
        self.max_message
    }
}

/// Puts machine and faults together.
fn build<'m, T>(
    speaks: Speaks,
    scenario: &'m Scenario,
    now: Instant,
    time: T,
    room: &'m mut Room,
) -> Faults<'m, Bare<'m, T>> {
    let max_message = match speaks {
        Speaks::Mbim => usize::from(scenario.function.max_control_transfer),
        Speaks::Qmi => MAX_FRAME,
        #[cfg(feature = "at")]
        Speaks::At => usize::MAX,
    };
    let (face, held) = face(speaks, scenario, room);
    let bare = Bare { machine: Machine::new(now, scenario, face, Vec::new()), max_message, time };
    with_faults(bare, scenario, held)
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
        self.channel.channel_mut().machine.face()
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
        bare.machine.close(bare.time.now(), FACE);
    }

    /// What an AT host has sent on a connection since the last call, if the program is behind it
    /// ([`Behind::Program`](crate::scenario::Behind)). `channel` is 0 for the line itself, or one of the multiplexer.
    #[cfg(feature = "at")]
    pub fn data_from_host(&mut self, channel: u8) -> Vec<u8> {
        self.channel.channel_mut().machine.pipes().read(channel)
    }

    /// Lets an AT host have bytes on a connection, as soon as it takes them. If there is none they are lost.
    #[cfg(feature = "at")]
    pub fn data_to_host(&mut self, channel: u8, data: &[u8]) {
        self.channel.channel_mut().machine.pipes().write(channel, data);
    }

    /// Bytes that AT hosts have sent on connections and for which there was no room.
    #[cfg(feature = "at")]
    #[must_use]
    pub fn data_lost(&mut self) -> u64 {
        self.channel.channel_mut().machine.pipes().lost()
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
        self.channel.channel_mut().machine.face()
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
