//! Control messages over the control pipe, as MBIM and QMI have them: commands go out by SEND_ENCAPSULATED_COMMAND, the
//! function says on its interrupt pipe that an answer is there, and the host fetches it by GET_ENCAPSULATED_RESPONSE (MBIM 1.0
//! §8.1 and §8.3, CDC 1.2 §6.2).
//!
//! What a dropped future must not forget, which is how many answers are due, stands in [`Encapsulated`]: raised before the
//! fetch, lowered after it.

use core::fmt;

use embedded_io::ErrorKind;
use mbim_wire::usb::class_request::ClassRequest;
use mbim_wire::usb::notification::Notification;

use super::host::{ControlPipe, UsbError};
use crate::channel::framed::{AnyFraming, Framing, Verdict};
use crate::channel::{Clock, MessageChannel, TransferIn, yield_once};
use crate::time::{Instant, Millis};

/// The most bytes that are read from the interrupt pipe at once. Packets of interrupt pipes of modems have 8 to 64 bytes.
const PIECE: usize = 64;

/// The fewest: a notification without data.
const LEAST_PIECE: usize = 8;

/// How often in a row the interrupt pipe may stall, or the device answer nothing of use, before others get their turn or the
/// error is handed on.
const PATIENCE: u8 = 8;

/// When the host fetches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Fetch {
    /// Once for each notification, as MBIM has it, and as Linux does. When an answer does not come in time, the host asks
    /// once unasked, because a notification may have been lost.
    #[default]
    Counted,
    /// After a notification until the function has nothing more, and once at the beginning: for functions that notify once
    /// for several messages, and keep those that nobody fetched before. So it is usual with QMI.
    UntilEmpty,
}

/// Why a message was not sent or received.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EncapsulatedError<E> {
    /// The bus failed, or the device refused.
    Usb(E),
    /// The message does not fit: to send, it is longer than the function takes; received, longer than the buffer.
    TooLong {
        /// Bytes of the message.
        needed: usize,
    },
}

impl<E: fmt::Display> fmt::Display for EncapsulatedError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usb(error) => error.fmt(f),
            Self::TooLong { needed } => write!(f, "a message of {needed} bytes does not fit"),
        }
    }
}

impl<E: core::error::Error> core::error::Error for EncapsulatedError<E> {}

impl<E: embedded_io::Error> embedded_io::Error for EncapsulatedError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Usb(error) => error.kind(),
            Self::TooLong { .. } => ErrorKind::OutOfMemory,
        }
    }
}

/// What a function told about the network on its interrupt pipe. MBIM draws no conclusion from it; for NCM it is the carrier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct LinkState {
    /// NETWORK_CONNECTION: whether there is a network.
    pub connected: Option<bool>,
    /// CONNECTION_SPEED_CHANGE: bits per second to the host.
    pub downlink: Option<u32>,
    /// The same to the function.
    pub uplink: Option<u32>,
}

/// What an [`Encapsulated`] has met. Counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct EncapsulatedCounters {
    /// Notifications that a message is there.
    pub notifications: u32,
    /// Other notifications.
    pub others: u32,
    /// Fetches that found nothing.
    pub empty: u32,
    /// Of these, how many the function refused instead of answering with no bytes.
    pub stalled: u32,
    /// Messages that did not fit the buffer.
    pub too_long: u32,
    /// Bytes on the interrupt pipe that are no notification, and halves of notifications whose other half never came.
    pub garbage: u32,
    /// How often the interrupt pipe stalled.
    pub halted: u32,
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

/// The control messages of one function, as a channel. See the [module](self).
///
/// Two tasks of one device, such as two functions, each have a control pipe of their own.
#[derive(Debug)]
pub struct Encapsulated<C, I> {
    control: C,
    notifications: I,
    state: State,
}

/// All but the pipes.
#[derive(Debug)]
struct State {
    interface: u16,
    max_message: u16,
    /// Bytes of a packet of the interrupt pipe.
    packet: usize,
    framing: AnyFraming,
    fetch: Fetch,
    /// Answers to be fetched.
    due: u16,
    /// Answers are fetched until there is none, whatever the count.
    drain: bool,
    /// The beginning of a notification, and room for the next packet.
    pieces: [u8; PIECE * 2],
    have: usize,
    link: LinkState,
    counters: EncapsulatedCounters,
}

impl<C, I> Encapsulated<C, I> {
    /// The channel of the function with this control interface. `max_message` is wMaxControlMessage, the longest message that
    /// crosses the pipe in either direction; `packet_size` that of the interrupt pipe, and `framing` says of which protocol
    /// the messages are.
    #[must_use]
    pub fn new(
        control: C,
        notifications: I,
        interface: u8,
        max_message: u16,
        packet_size: u16,
        framing: impl Into<AnyFraming>,
        fetch: Fetch,
    ) -> Self {
        // One request at the beginning empties a function of what nobody fetched.
        let drain = fetch == Fetch::UntilEmpty;
        let state = State {
            interface: interface.into(),
            max_message,
            packet: usize::from(packet_size).clamp(LEAST_PIECE, PIECE),
            framing: framing.into(),
            fetch,
            due: drain.into(),
            drain,
            pieces: [0; PIECE * 2],
            have: 0,
            link: LinkState::default(),
            counters: EncapsulatedCounters::default(),
        };
        Self { control, notifications, state }
    }

    /// What the function told about the network, as of the last [`receive`](MessageChannel::receive).
    #[must_use]
    pub const fn link(&self) -> LinkState {
        self.state.link
    }

    /// What was met so far.
    #[must_use]
    pub const fn counters(&self) -> EncapsulatedCounters {
        self.state.counters
    }

    /// The same channel over another control pipe, such as one of a [`Relay`](super::Relay), and the one that it had.
    pub fn with_control<D>(self, control: D) -> (Encapsulated<D, I>, C) {
        (Encapsulated { control, notifications: self.notifications, state: self.state }, self.control)
    }

    /// The pipes again.
    pub fn into_parts(self) -> (C, I) {
        (self.control, self.notifications)
    }
}

impl State {
    /// So many bytes have come behind those that are there: looks for whole notifications.
    fn noticed(&mut self, arrived: usize) {
        let start = self.have;
        let end = start.saturating_add(arrived).min(self.pieces.len());
        let mut at = 0;
        // Where a half waits for the rest, this may be a new one instead: as a speed it would be 417 bits per second.
        if let Some([0xa1, 0x01, 0, 0, ..]) = self.pieces.get(start..end) {
            self.drop_half();
            at = start;
        }
        while let Some(bytes @ [first, ..]) = self.pieces.get(at..end) {
            let length = Notification::wire_len(bytes);
            if *first != 0xa1 || length.is_some_and(|length| length > PIECE) {
                count(&mut self.counters.garbage);
                at = end;
                break;
            }
            let Some(length) = length.filter(|length| *length <= bytes.len()) else {
                break;
            };
            match Notification::parse(bytes) {
                Ok((Notification::ResponseAvailable, _)) => {
                    count(&mut self.counters.notifications);
                    self.due = self.due.saturating_add(1);
                }
                Ok((other, _)) => {
                    count(&mut self.counters.others);
                    match other {
                        Notification::NetworkConnection { connected } => self.link.connected = Some(connected),
                        Notification::ConnectionSpeedChange { downlink, uplink } => {
                            (self.link.downlink, self.link.uplink) = (Some(downlink), Some(uplink));
                        }
                        _ => {}
                    }
                }
                Err(_) => count(&mut self.counters.garbage),
            }
            at = at.saturating_add(length);
        }
        // Byte by byte: it is a few at most, and the compiler's function for more takes as much flash as all this.
        for to in 0..end.saturating_sub(at) {
            let byte = self.pieces.get(at.saturating_add(to)).copied().unwrap_or_default();
            self.pieces.get_mut(to).into_iter().for_each(|place| *place = byte);
        }
        self.have = end.saturating_sub(at);
    }

    /// The rest of a notification will not come any more.
    fn drop_half(&mut self) {
        if self.have > 0 {
            count(&mut self.counters.garbage);
            self.have = 0;
        }
    }

    /// A fetch found nothing.
    fn emptied(&mut self) {
        count(&mut self.counters.empty);
        if self.drain || self.fetch == Fetch::UntilEmpty {
            // All that was notified before is fetched.
            self.due = 0;
        } else {
            self.due = self.due.saturating_sub(1);
        }
        self.drain = false;
    }

    /// A fetch found a message.
    fn fetched(&mut self) {
        if self.fetch == Fetch::Counted && !self.drain {
            self.due = self.due.saturating_sub(1);
        }
    }
}

impl<C: ControlPipe, I: TransferIn<Error = C::Error>> Encapsulated<C, I> {
    /// The longest message that the function and the control pipe take.
    fn longest(&self) -> u16 {
        let pipe = u16::try_from(self.control.max_transfer()).unwrap_or(u16::MAX);
        self.state.max_message.min(pipe)
    }

    /// Waits for something on the interrupt pipe.
    async fn wait(&mut self) -> Result<(), C::Error> {
        for attempt in 0..=PATIENCE {
            let start = self.state.have;
            let room = self.state.pieces.get_mut(start..start.saturating_add(self.state.packet)).unwrap_or_default();
            match self.notifications.receive(room).await {
                Ok(0) => self.state.drop_half(),
                Ok(arrived) => self.state.noticed(arrived),
                Err(error) if error.is_stall() && attempt < PATIENCE => {
                    count(&mut self.state.counters.halted);
                    continue;
                }
                Err(error) => return Err(error),
            }
            break;
        }
        Ok(())
    }

    /// Asks for a message; `None` if there is none.
    async fn fetch(&mut self, buf: &mut [u8]) -> Result<Option<usize>, EncapsulatedError<C::Error>> {
        let length = u16::try_from(buf.len()).unwrap_or(u16::MAX).min(self.longest());
        let room = buf.get_mut(..usize::from(length)).unwrap_or_default();
        let setup = ClassRequest::GetEncapsulatedResponse { length }.setup(self.state.interface);
        let received = match self.control.control_in(setup, room).await {
            Err(error) if error.is_stall() => {
                count(&mut self.state.counters.stalled);
                0
            }
            result => result.map_err(EncapsulatedError::Usb)?.min(room.len()),
        };
        if received == 0 {
            self.state.emptied();
            return Ok(None);
        }
        self.state.fetched();
        let message = room.get(..received).unwrap_or_default();
        match self.state.framing.judge(message) {
            // Cut by what was asked for, and not by what the function has.
            Verdict::Message(needed) if needed > received && received == room.len() => {
                count(&mut self.state.counters.too_long);
                Err(EncapsulatedError::TooLong { needed })
            }
            _ => Ok(Some(received)),
        }
    }
}

impl<C: ControlPipe, I: TransferIn<Error = C::Error>> MessageChannel for Encapsulated<C, I> {
    type Error = EncapsulatedError<C::Error>;

    async fn send(&mut self, message: &[u8]) -> Result<(), Self::Error> {
        let length = u16::try_from(message.len()).ok().filter(|length| *length <= self.longest());
        let length = length.ok_or(EncapsulatedError::TooLong { needed: message.len() })?;
        let setup = ClassRequest::SendEncapsulatedCommand { length }.setup(self.state.interface);
        self.control.control_out(setup, message).await.map_err(EncapsulatedError::Usb)
    }

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, Self::Error> {
        loop {
            for _ in 0..PATIENCE {
                if self.state.due == 0 {
                    self.wait().await.map_err(EncapsulatedError::Usb)?;
                } else if let Some(length) = self.fetch(buf).await? {
                    return Ok(length);
                }
            }
            // A device that keeps talking without saying anything must not keep the processor.
            yield_once().await;
        }
    }

    fn max_message(&self) -> usize {
        self.longest().into()
    }

    fn boundary(&mut self) {
        self.state.drop_half();
        self.state.due = self.state.due.max(1);
        self.state.drain = true;
    }
}

/// Where notifications come from: the interrupt pipe of the function; or, where there is none or the controller cannot keep a
/// transfer pending on it, a clock. Then the host asks at intervals.
#[derive(Debug)]
pub enum Notices<I, K> {
    /// The interrupt pipe.
    Pipe(I),
    /// A clock.
    Ticks {
        /// It.
        clock: K,
        /// The interval.
        every: Millis,
        /// The next time.
        next: Option<Instant>,
    },
}

impl<I, K> Notices<I, K> {
    /// Asks at intervals.
    #[must_use]
    pub const fn ticks(clock: K, every: Millis) -> Self {
        Self::Ticks { clock, every, next: None }
    }
}

impl<I: TransferIn, K: Clock> TransferIn for Notices<I, K> {
    type Error = I::Error;

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, I::Error> {
        match self {
            Self::Pipe(pipe) => pipe.receive(buf).await,
            Self::Ticks { clock, every, next } => {
                let at = *next.get_or_insert_with(|| clock.now() + *every);
                clock.wait_until(at).await;
                *next = None;
                // The time has come that the function may have something.
                Ok(Notification::ResponseAvailable.write(0, buf).map_or(0, |notification| notification.len()))
            }
        }
    }
}
