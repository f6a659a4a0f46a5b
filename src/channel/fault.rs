//! Loses, repeats, damages, cuts, delays and reorders messages on purpose, to test what sits on top of a channel.
//!
//! Faults come by chance, from a seed, so that every run is the same; and by script, for one certain message. Messages
//! held back live in memory that the caller gives.

use core::fmt;

use embedded_io::{Error, ErrorKind};

use super::{Clock, Direction, MessageChannel, blocking, copy_to, unless};
use crate::time::{Instant, Millis};

/// What can happen to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Fault {
    /// It never arrives.
    Lose,
    /// It arrives twice.
    Duplicate,
    /// The byte at offset `at` arrives XORed with `with`. Nothing happens to a shorter message.
    Corrupt {
        /// Offset in bytes.
        at: usize,
        /// Bits to flip.
        with: u8,
    },
    /// Only its first `to` bytes arrive. Nothing happens to a message that is no longer.
    Truncate {
        /// Length in bytes.
        to: usize,
    },
    /// It arrives so much later.
    Delay(Millis),
    /// It arrives after the next message of its direction; without a next one, never.
    Reorder,
}

/// A fault for one certain message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Scripted {
    /// Of the messages of this direction,
    pub direction: Direction,
    /// the one with this number, counted from 0,
    pub number: u32,
    /// suffers this.
    pub fault: Fault,
}

/// How often each fault happens by chance: so many of 1000 messages. At most one fault hits a message; where the sum
/// is above 1000, those named first win.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rates {
    /// [`Fault::Lose`].
    pub lose: u16,
    /// [`Fault::Duplicate`].
    pub duplicate: u16,
    /// [`Fault::Corrupt`], at a random place.
    pub corrupt: u16,
    /// [`Fault::Truncate`], to a random length, one byte at least.
    pub truncate: u16,
    /// [`Fault::Reorder`].
    pub reorder: u16,
    /// [`Fault::Delay`], by a random time up to `delay_up_to`.
    pub delay: u16,
    /// The longest random delay.
    pub delay_up_to: Millis,
}

/// What was done to the messages of one direction. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct FaultCounters {
    /// Messages that came, unhurt ones included.
    pub seen: u32,
    /// Messages lost.
    pub lost: u32,
    /// Messages repeated.
    pub duplicated: u32,
    /// Messages with a changed byte.
    pub corrupted: u32,
    /// Messages cut.
    pub truncated: u32,
    /// Messages delayed.
    pub delayed: u32,
    /// Messages held back behind the next one.
    pub reordered: u32,
    /// Faults that did not happen, because there was no room to hold the message; it passed unhurt.
    pub no_room: u32,
}

/// A place for a message held back. Give [`Faults`] some: `[Held::default(); 4]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    direction: Direction,
    /// [`Instant::FAR`]: when the next message of its direction has passed.
    due: Instant,
    length: usize,
}

impl Default for Held {
    fn default() -> Self {
        Self { direction: Direction::Sent, due: Instant::FAR, length: 0 }
    }
}

/// The messages held back: their bytes lie in `memory` without gaps, in the order of `slots`.
#[derive(Debug)]
struct Store<'m> {
    slots: &'m mut [Held],
    memory: &'m mut [u8],
    count: usize,
}

impl Store<'_> {
    fn held(&self) -> impl Iterator<Item = &Held> {
        self.slots.iter().take(self.count)
    }

    /// Where the bytes of slot `index` begin.
    fn offset(&self, index: usize) -> usize {
        self.held().take(index).fold(0, |sum, held| sum.saturating_add(held.length))
    }

    fn bytes(&self, index: usize) -> &[u8] {
        let length = self.slots.get(index).map_or(0, |held| held.length);
        self.memory.get(self.offset(index)..).and_then(|from| from.get(..length)).unwrap_or(&[])
    }

    /// Keeps a copy, and lends it for damage; `None` without room.
    fn hold(&mut self, direction: Direction, due: Instant, message: &[u8]) -> Option<&mut [u8]> {
        let offset = self.offset(self.count);
        let slot = self.slots.get_mut(self.count)?;
        let room = self.memory.get_mut(offset..)?;
        let length = copy_to(message, room)?;
        *slot = Held { direction, due, length };
        self.count = self.count.saturating_add(1);
        room.get_mut(..length)
    }

    /// The message of `direction` that has been due longest.
    fn due(&self, direction: Direction, now: Instant) -> Option<usize> {
        let due = self.held().enumerate().filter(|(_, held)| held.direction == direction && held.due <= now);
        due.min_by_key(|(_, held)| held.due).map(|(index, _)| index)
    }

    fn next_due(&self) -> Instant {
        self.held().map(|held| held.due).min().unwrap_or(Instant::FAR)
    }

    /// A message of `direction` passes at `now`: those that waited for it may go.
    fn release(&mut self, direction: Direction, now: Instant) {
        for held in self.slots.iter_mut().take(self.count) {
            if held.direction == direction && held.due == Instant::FAR {
                held.due = now;
            }
        }
    }

    fn remove(&mut self, index: usize) {
        let offset = self.offset(index);
        let end = self.offset(self.count);
        let Some(held) = self.slots.get(index).copied() else {
            return;
        };
        if let Some(tail) = self.memory.get_mut(offset..end) {
            if held.length <= tail.len() {
                tail.copy_within(held.length.., 0);
            }
        }
        if let Some(tail) = self.slots.get_mut(index..self.count) {
            if !tail.is_empty() {
                tail.rotate_left(1);
            }
        }
        self.count = self.count.saturating_sub(1);
    }
}

/// A small generator of repeatable chance (SplitMix64).
#[derive(Debug)]
struct Chance(u64);

impl Chance {
    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `limit`; 0 if there is none.
    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        self.next().checked_rem(limit).and_then(|n| usize::try_from(n).ok()).unwrap_or(0)
    }
}

/// What concerns one direction.
#[derive(Debug)]
struct Lane {
    chance: Chance,
    rates: Rates,
    counters: FaultCounters,
}

impl Lane {
    const fn new(seed: u64) -> Self {
        const NEVER: Rates =
            Rates { lose: 0, duplicate: 0, corrupt: 0, truncate: 0, reorder: 0, delay: 0, delay_up_to: Millis(0) };
        const NONE: FaultCounters = FaultCounters {
            seen: 0,
            lost: 0,
            duplicated: 0,
            corrupted: 0,
            truncated: 0,
            delayed: 0,
            reordered: 0,
            no_room: 0,
        };
        Self { chance: Chance(seed), rates: NEVER, counters: NONE }
    }

    /// Draws the same count of numbers for every message, so that a changed rate leaves other messages' luck alone.
    fn draw(&mut self, length: usize) -> Option<Fault> {
        let dice = self.chance.below(1000);
        let place = self.chance.below(length);
        let [with, ..] = self.chance.next().to_le_bytes();
        let span = self.chance.below(usize::try_from(self.rates.delay_up_to.0).unwrap_or(usize::MAX).saturating_add(1));
        let rates = self.rates;
        let choices = [
            (rates.lose, Fault::Lose),
            (rates.duplicate, Fault::Duplicate),
            (rates.corrupt, Fault::Corrupt { at: place, with: with | 1 }),
            (rates.truncate, Fault::Truncate { to: place.max(1) }),
            (rates.reorder, Fault::Reorder),
            (rates.delay, Fault::Delay(Millis(u32::try_from(span).unwrap_or(u32::MAX)))),
        ];
        let mut below = 0_usize;
        choices.into_iter().find_map(|(rate, fault)| {
            below = below.saturating_add(usize::from(rate));
            (dice < below).then_some(fault)
        })
    }

    const fn count(&mut self, fault: Fault) {
        let counter = match fault {
            Fault::Lose => &mut self.counters.lost,
            Fault::Duplicate => &mut self.counters.duplicated,
            Fault::Corrupt { .. } => &mut self.counters.corrupted,
            Fault::Truncate { .. } => &mut self.counters.truncated,
            Fault::Delay(_) => &mut self.counters.delayed,
            Fault::Reorder => &mut self.counters.reordered,
        };
        *counter = counter.saturating_add(1);
    }
}

/// Why [`Faults`] failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum FaultsError<E> {
    /// The channel failed, with the message at hand or with one held back.
    Channel(E),
    /// A message held back is longer than the buffer given this time; it was consumed.
    TooLong {
        /// Its length in bytes.
        needed: usize,
    },
}

impl<E: fmt::Display> fmt::Display for FaultsError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Channel(error) => error.fmt(f),
            Self::TooLong { needed } => write!(f, "a message of {needed} bytes does not fit the buffer"),
        }
    }
}

impl<E: fmt::Debug + fmt::Display> core::error::Error for FaultsError<E> {}

impl<E: Error> Error for FaultsError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Channel(error) => error.kind(),
            Self::TooLong { .. } => ErrorKind::OutOfMemory,
        }
    }
}

/// Middleware that hurts messages. It does nothing until [`rates`](Self::rates) or a [`script`](Self::script) are set.
///
/// Messages held back go on inside later calls of `send` and `receive`, whichever comes first.
///
/// ```
/// use wwan::channel::fault::{Fault, Faults, Held, Rates, Scripted};
/// use wwan::channel::{Direction, Pipe};
///
/// let (mut down, mut up) = ([0; 256], [0; 256]);
/// let mut pipe = Pipe::new(&mut down, &mut up);
/// let (host, function) = pipe.split();
/// let (mut slots, mut memory) = ([Held::default(); 4], [0; 512]);
/// let script = [Scripted { direction: Direction::Sent, number: 2, fault: Fault::Lose }];
/// let host = Faults::new(host, 1, &mut slots, &mut memory)
///     .rates(Direction::Received, Rates { duplicate: 50, ..Rates::default() })
///     .script(&script);
/// ```
///
/// # Cancellation
///
/// `receive` is cancel-safe if the inner channel's is. When it or `send` is dropped while it passes on a message that
/// was held back, that message may arrive twice.
#[derive(Debug)]
pub struct Faults<'m, C, K = ()> {
    channel: C,
    clock: K,
    store: Store<'m>,
    script: &'m [Scripted],
    sent: Lane,
    received: Lane,
}

impl<'m, C> Faults<'m, C> {
    /// Wraps a channel. At most `slots.len()` messages with `memory.len()` bytes together are held back at a time.
    /// An async channel needs a clock besides: [`clock`](Self::clock).
    pub const fn new(channel: C, seed: u64, slots: &'m mut [Held], memory: &'m mut [u8]) -> Self {
        let store = Store { slots, memory, count: 0 };
        // The directions have their own luck: how they interleave changes nothing.
        Self { channel, clock: (), store, script: &[], sent: Lane::new(seed), received: Lane::new(!seed) }
    }

    /// Gives the clock that an async channel needs; it may be a reference.
    pub fn clock<K: Clock>(self, clock: K) -> Faults<'m, C, K> {
        let Self { channel, store, script, sent, received, .. } = self;
        Faults { channel, clock, store, script, sent, received }
    }
}

impl<'m, C, K> Faults<'m, C, K> {
    /// Sets what happens by chance to the messages of one direction.
    #[must_use]
    pub const fn rates(mut self, direction: Direction, rates: Rates) -> Self {
        self.lane(direction).rates = rates;
        self
    }

    /// Sets what happens to certain messages. It goes before chance; the first fitting line counts.
    #[must_use]
    pub const fn script(mut self, script: &'m [Scripted]) -> Self {
        self.script = script;
        self
    }

    /// What was done so far.
    pub const fn counters(&self, direction: Direction) -> FaultCounters {
        match direction {
            Direction::Sent => self.sent.counters,
            Direction::Received => self.received.counters,
        }
    }

    /// How many messages are held back at the moment.
    pub const fn held(&self) -> usize {
        self.store.count
    }

    /// When a message held back goes on by itself; [`Instant::FAR`] if none does. For whoever looks for messages instead
    /// of waiting for them.
    pub fn poll_at(&self) -> Instant {
        self.store.next_due()
    }

    /// The wrapped channel.
    pub const fn channel_mut(&mut self) -> &mut C {
        &mut self.channel
    }

    /// Gives the channel back; messages held back are lost.
    pub fn into_inner(self) -> C {
        self.channel
    }

    const fn lane(&mut self, direction: Direction) -> &mut Lane {
        match direction {
            Direction::Sent => &mut self.sent,
            Direction::Received => &mut self.received,
        }
    }

    /// The fault for the next message of a direction, if it can be done to one of this length.
    fn decide(&mut self, direction: Direction, length: usize) -> Option<Fault> {
        let script = self.script;
        let lane = self.lane(direction);
        let number = lane.counters.seen;
        lane.counters.seen = number.saturating_add(1);
        let drawn = lane.draw(length);
        let scripted = script.iter().find(|line| line.direction == direction && line.number == number);
        let fault = scripted.map_or(drawn, |line| Some(line.fault))?;
        match fault {
            Fault::Corrupt { at, .. } if at >= length => None,
            Fault::Truncate { to } if to >= length => None,
            _ => Some(fault),
        }
    }

    /// Decides about a message of `length` bytes in `buf` that either direction brings, keeps copies, and returns
    /// what of `buf` goes on at once.
    fn pass(&mut self, direction: Direction, now: Instant, message: &[u8]) -> Pass {
        self.store.release(direction, now);
        let Some(fault) = self.decide(direction, message.len()) else {
            return Pass::On;
        };
        let (held, pass) = match fault {
            Fault::Lose => (true, Pass::Nothing),
            Fault::Duplicate => (self.store.hold(direction, now, message).is_some(), Pass::On),
            Fault::Delay(span) => {
                // FAR has a meaning of its own in the store.
                let due = (now + span).min(Instant(u64::MAX.saturating_sub(1)));
                (self.store.hold(direction, due, message).is_some(), Pass::Nothing)
            }
            Fault::Reorder => (self.store.hold(direction, Instant::FAR, message).is_some(), Pass::Nothing),
            Fault::Truncate { to } => {
                let cut = message.get(..to).unwrap_or(message);
                (self.store.hold(direction, now, cut).is_some(), Pass::Nothing)
            }
            Fault::Corrupt { at, with } => {
                let byte = self.store.hold(direction, now, message).and_then(|copy| copy.get_mut(at));
                (byte.map(|byte| *byte ^= with).is_some(), Pass::Nothing)
            }
        };
        let lane = self.lane(direction);
        if held {
            lane.count(fault);
            return pass;
        }
        lane.counters.no_room = lane.counters.no_room.saturating_add(1);
        Pass::On
    }

    /// Hands out a message held back on its way in.
    fn take<E>(&mut self, now: Instant, buf: &mut [u8]) -> Option<Result<usize, FaultsError<E>>> {
        let index = self.store.due(Direction::Received, now)?;
        let bytes = self.store.bytes(index);
        let copied = copy_to(bytes, buf).ok_or(FaultsError::TooLong { needed: bytes.len() });
        self.store.remove(index);
        Some(copied)
    }
}

/// What becomes of a message at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pass {
    On,
    Nothing,
}

impl<C: MessageChannel, K: Clock> Faults<'_, C, K> {
    /// Sends what was held back and is due.
    async fn pump(&mut self) -> Result<(), FaultsError<C::Error>> {
        while let Some(index) = self.store.due(Direction::Sent, self.clock.now()) {
            let sent = self.channel.send(self.store.bytes(index)).await;
            self.store.remove(index);
            sent.map_err(FaultsError::Channel)?;
        }
        Ok(())
    }
}

impl<C: MessageChannel, K: Clock> MessageChannel for Faults<'_, C, K> {
    type Error = FaultsError<C::Error>;

    async fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        let fits = message.len() <= self.channel.max_message();
        if !fits || self.pass(Direction::Sent, self.clock.now(), message) == Pass::On {
            self.channel.send(message).await.map_err(FaultsError::Channel)?;
        }
        self.pump().await
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        loop {
            self.pump().await?;
            if let Some(taken) = self.take(self.clock.now(), buf) {
                return taken;
            }
            let due = self.clock.wait_until(self.store.next_due());
            let Some(received) = unless(self.channel.receive(buf), due).await else {
                continue;
            };
            let length = received.map_err(FaultsError::Channel)?;
            let message = buf.get(..length).unwrap_or(&[]);
            if self.pass(Direction::Received, self.clock.now(), message) == Pass::On {
                return Ok(length);
            }
        }
    }

    fn max_message(&self) -> usize {
        self.channel.max_message()
    }

    fn boundary(&mut self) {
        self.channel.boundary();
    }
}

impl<C: blocking::MessageChannel, K> Faults<'_, C, K> {
    /// Sends what was held back and is due.
    fn pump_blocking(&mut self) -> Result<(), FaultsError<C::Error>> {
        while let Some(index) = self.store.due(Direction::Sent, self.channel.now()) {
            let sent = self.channel.send(self.store.bytes(index));
            self.store.remove(index);
            sent.map_err(FaultsError::Channel)?;
        }
        Ok(())
    }
}

impl<C: blocking::MessageChannel, K> blocking::MessageChannel for Faults<'_, C, K> {
    type Error = FaultsError<C::Error>;

    fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        let fits = message.len() <= self.channel.max_message();
        if !fits || self.pass(Direction::Sent, self.channel.now(), message) == Pass::On {
            self.channel.send(message).map_err(FaultsError::Channel)?;
        }
        self.pump_blocking()
    }

    fn receive(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        loop {
            self.pump_blocking()?;
            if let Some(taken) = self.take(self.channel.now(), buf) {
                return taken.map(Some);
            }
            let until = deadline.min(self.store.next_due());
            match self.channel.receive(buf, until).map_err(FaultsError::Channel)? {
                Some(length) => {
                    let message = buf.get(..length).unwrap_or(&[]);
                    if self.pass(Direction::Received, self.channel.now(), message) == Pass::On {
                        return Ok(Some(length));
                    }
                }
                None if until >= deadline => {
                    self.pump_blocking()?;
                    return self.take(self.channel.now(), buf).transpose();
                }
                None => {}
            }
        }
    }

    fn max_message(&self) -> usize {
        self.channel.max_message()
    }

    fn now(&self) -> Instant {
        self.channel.now()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::std_instead_of_alloc)]
mod tests {
    use core::pin::pin;
    use core::task::Poll;
    use std::vec::Vec;

    use super::{
        Direction, Error, ErrorKind, Fault, FaultCounters, Faults, FaultsError, Held, Instant, Millis, Rates, Scripted,
        blocking,
    };
    use crate::channel::testing::{block_on, poll_once};
    use crate::channel::{Pipe, PipeEnd};

    const SENT: Direction = Direction::Sent;
    const RECEIVED: Direction = Direction::Received;

    /// Runs `body` with a faulty host end and a plain function end.
    fn with<R>(script: &[Scripted], body: impl FnOnce(Faults<'_, PipeEnd<'_, '_>>, PipeEnd<'_, '_>) -> R) -> R {
        let (mut a, mut b) = ([0; 4096], [0; 4096]);
        let mut pipe = Pipe::new(&mut a, &mut b);
        let (host, function) = pipe.split();
        let (mut slots, mut memory) = ([Held::default(); 4], [0; 64]);
        body(Faults::new(host, 7, &mut slots, &mut memory).script(script), function)
    }

    fn all(channel: &mut impl blocking::MessageChannel) -> Vec<Vec<u8>> {
        let mut buf = [0xa5; 256];
        let mut messages = Vec::new();
        while let Some(n) = channel.receive(&mut buf, channel.now()).unwrap() {
            messages.push(buf[..n].to_vec());
        }
        messages
    }

    fn line(direction: Direction, number: u32, fault: Fault) -> Scripted {
        Scripted { direction, number, fault }
    }

    #[test]
    fn scripted_faults_on_the_way_out() {
        use blocking::MessageChannel;
        let script = [
            line(SENT, 0, Fault::Lose),
            line(SENT, 1, Fault::Duplicate),
            line(SENT, 2, Fault::Corrupt { at: 1, with: 0x80 }),
            line(SENT, 3, Fault::Truncate { to: 2 }),
            line(SENT, 4, Fault::Reorder),
            line(SENT, 7, Fault::Corrupt { at: 3, with: 1 }), // no such byte
        ];
        with(&script, |mut host, mut function| {
            for number in 0..8 {
                host.send(&[number, 0, 9]).unwrap();
            }
            let expected: [&[u8]; 8] =
                [&[1, 0, 9], &[1, 0, 9], &[2, 0x80, 9], &[3, 0], &[5, 0, 9], &[4, 0, 9], &[6, 0, 9], &[7, 0, 9]];
            assert_eq!(all(&mut function), expected);
            let counters = FaultCounters {
                seen: 8,
                lost: 1,
                duplicated: 1,
                corrupted: 1,
                truncated: 1,
                reordered: 1,
                ..FaultCounters::default()
            };
            assert_eq!((host.counters(SENT), host.counters(RECEIVED)), (counters, FaultCounters::default()));
        });
    }

    #[test]
    fn scripted_faults_on_the_way_in() {
        use blocking::MessageChannel;
        let script = [
            line(RECEIVED, 0, Fault::Lose),
            line(RECEIVED, 1, Fault::Duplicate),
            line(RECEIVED, 2, Fault::Corrupt { at: 1, with: 0x80 }),
            line(RECEIVED, 3, Fault::Truncate { to: 2 }),
            line(RECEIVED, 4, Fault::Reorder),
        ];
        with(&script, |mut host, mut function| {
            for number in 0..7 {
                function.send(&[number, 0, 9]).unwrap();
            }
            let expected: [&[u8]; 7] =
                [&[1, 0, 9], &[1, 0, 9], &[2, 0x80, 9], &[3, 0], &[5, 0, 9], &[4, 0, 9], &[6, 0, 9]];
            assert_eq!(all(&mut host), expected);
        });
    }

    #[test]
    fn delays_by_the_clock_blocking() {
        use blocking::MessageChannel;
        let script = [line(SENT, 0, Fault::Delay(Millis(100))), line(RECEIVED, 0, Fault::Delay(Millis(40)))];
        with(&script, |mut host, mut function| {
            let mut buf = [0; 16];
            host.send(b"late").unwrap();
            host.send(b"soon").unwrap();
            function.send(b"in").unwrap();
            assert_eq!(all(&mut function), [b"soon"]);
            assert_eq!(host.receive(&mut buf, Instant(39)), Ok(None));
            assert_eq!(host.receive(&mut buf, Instant(40)), Ok(Some(2)));
            assert_eq!(host.held(), 1);
            assert_eq!(host.receive(&mut buf, Instant(99)), Ok(None));
            assert_eq!(all(&mut function), [b""; 0]);
            assert_eq!(host.receive(&mut buf, Instant(200)), Ok(None));
            assert_eq!((all(&mut function), host.held()), (std::vec![b"late".to_vec()], 0));
        });
    }

    #[test]
    fn delays_by_the_clock_async() {
        use crate::channel::MessageChannel;
        let script = [line(RECEIVED, 0, Fault::Delay(Millis(40))), line(SENT, 0, Fault::Delay(Millis(60)))];
        with(&script, |host, mut function| {
            let clock = function.clock();
            let mut host = host.clock(clock);
            let mut buf = [0; 16];
            block_on(MessageChannel::send(&mut function, b"in")).unwrap();
            block_on(MessageChannel::send(&mut host, b"out")).unwrap();
            {
                let mut receive = pin!(MessageChannel::receive(&mut host, &mut buf));
                assert!(poll_once(receive.as_mut()).is_pending());
                assert_eq!(clock.advance(), Some(Instant(40)));
                assert_eq!(poll_once(receive.as_mut()), Poll::Ready(Ok(2)));
            }
            let mut receive = pin!(MessageChannel::receive(&mut host, &mut buf));
            assert!(poll_once(receive.as_mut()).is_pending());
            assert_eq!(all(&mut function), [b""; 0]);
            assert_eq!(clock.advance(), Some(Instant(60)));
            assert!(poll_once(receive.as_mut()).is_pending());
            assert_eq!(all(&mut function), [b"out"], "passed on inside receive");
        });
    }

    #[test]
    fn a_dropped_receive_loses_nothing() {
        use crate::channel::MessageChannel;
        let script = [line(RECEIVED, 0, Fault::Delay(Millis(40))), line(RECEIVED, 1, Fault::Duplicate)];
        with(&script, |host, mut function| {
            let clock = function.clock();
            let mut host = host.clock(clock);
            let mut buf = [0; 16];
            let mut got = Vec::new();
            for (step, message) in [&b"a"[..], b"b", b"c"].into_iter().enumerate() {
                block_on(MessageChannel::send(&mut function, message)).unwrap();
                clock.set(Instant(u64::try_from(step).unwrap() * 30));
                // Each future is polled once and dropped.
                let mut once = |buf: &mut [u8]| poll_once(pin!(MessageChannel::receive(&mut host, buf)));
                while let Poll::Ready(n) = once(&mut buf) {
                    got.push(buf[..n.unwrap()].to_vec());
                }
            }
            assert_eq!(got, [b"b", b"b", b"a", b"c"]);
        });
    }

    #[test]
    fn without_room_messages_pass_and_are_counted() {
        use blocking::MessageChannel;
        let script: Vec<_> = (0..6).map(|number| line(SENT, number, Fault::Delay(Millis(1)))).collect();
        with(&script, |mut host, mut function| {
            for _ in 0..5 {
                host.send(b"x").unwrap(); // 4 slots
            }
            assert_eq!((all(&mut function).len(), host.counters(SENT).no_room), (1, 1));
            assert_eq!(host.receive(&mut [0; 8], Instant(5)), Ok(None));
            assert_eq!(all(&mut function).len(), 4);
            host.send(&[0; 65]).unwrap(); // 64 bytes
            assert_eq!((all(&mut function).len(), host.counters(SENT).no_room), (1, 2));
        });
    }

    #[test]
    fn reports_what_does_not_fit() {
        use blocking::MessageChannel;
        let script = [line(RECEIVED, 0, Fault::Duplicate), line(SENT, 0, Fault::Lose)];
        with(&script, |mut host, mut function| {
            function.send(b"long message").unwrap();
            let mut buf = [0; 16];
            assert_eq!(host.receive(&mut buf, Instant(0)), Ok(Some(12)));
            let error = host.receive(&mut buf[..4], Instant(0)).unwrap_err();
            assert_eq!((error, error.kind()), (FaultsError::TooLong { needed: 12 }, ErrorKind::OutOfMemory));
            assert_eq!(host.send(&[0; 5000]).unwrap_err().kind(), ErrorKind::OutOfMemory, "not lost: refused");
        });
    }

    #[test]
    fn chance_is_repeatable_and_follows_the_rates() {
        use blocking::MessageChannel;
        let run = |seed, received_too: bool| {
            let (mut a, mut b) = ([0; 4096], [0; 4096]);
            let mut pipe = Pipe::new(&mut a, &mut b);
            let (host, mut function) = pipe.split();
            let (mut slots, mut memory) = ([Held::default(); 32], [0; 2048]);
            let rates = Rates {
                lose: 100,
                duplicate: 100,
                corrupt: 100,
                truncate: 100,
                reorder: 100,
                delay: 100,
                delay_up_to: Millis(5),
            };
            let mut host = Faults::new(host, seed, &mut slots, &mut memory).rates(SENT, rates);
            if received_too {
                host = host.rates(RECEIVED, rates);
            }
            let mut log = Vec::new();
            for number in 0..2000_u64 {
                host.send(&number.to_le_bytes()).unwrap();
                if received_too {
                    function.send(b"noise").unwrap();
                }
                function.clock().set(Instant(number));
                all(&mut host);
                log.extend(all(&mut function));
            }
            (log, host.counters(SENT))
        };
        let (log, counters) = run(1, false);
        assert_eq!((&log, counters), (&run(1, false).0, counters));
        assert_ne!(log, run(2, false).0);
        assert_eq!(counters, run(1, true).1, "the other direction changes nothing");
        let FaultCounters { seen, lost, duplicated, corrupted, truncated, delayed, reordered, no_room } = counters;
        assert_eq!((seen, no_room), (2000, 0));
        for count in [lost, duplicated, corrupted, truncated, delayed, reordered] {
            assert!((140..260).contains(&count), "{counters:?}");
        }
    }
}
