//! A network device of smoltcp for each session.
//!
//! `&Port` is the device. It needs no executor: a loop that has one thread moves packets between a
//! [`Link`](super::Link) and the ports itself, by [`Port::put`] and [`Port::next`]; with an executor, a
//! [`Runner`](super::Runner) does, by [`split`].
//!
//! ```
//! # #[cfg(feature = "mbim")] {
//! use smoltcp::iface::{Config, Interface};
//! use smoltcp::wire::HardwareAddress;
//! use wwan::mbim_wire::ntb::{self, NtbParameters};
//! use wwan::net::{Ntb16Link, PushError, Session, smoltcp::Port};
//! use wwan::time::{Instant, Millis};
//!
//! let (mut received, mut sent, mut memory) = ([0; 6100], [0; 6100], [0; 4096]);
//! let port = Port::new(0, 1500, &mut received, &mut sent);
//! let mut device = &port;
//! let mut interface = Interface::new(Config::new(HardwareAddress::Ip), &mut device, smoltcp::time::Instant::ZERO);
//!
//! let sessions = [Session::new()];
//! sessions[0].open(0, 1500);
//! let config = ntb::Config::new(NtbParameters { out_max_size: 4096, ..NtbParameters::default() }.output());
//! let mut link = Ntb16Link::new(&mut memory, config, &sessions, Millis(1));
//!
//! // The loop: a transfer that came, what the stack makes of it, and transfers that leave.
//! # let (now, transfer, sockets) = (Instant(0), &[], &mut smoltcp::iface::SocketSet::new([]));
//! # let send = |_: wwan::net::Transfer<'_>| ();
//! link.receive(transfer, |packet| port.put(packet.bytes));
//! interface.poll(smoltcp::time::Instant::from_millis(now.0 as i64), &mut device, sockets);
//! while port.next(|packet| link.push(now, 0, packet) != Err(PushError::Full)) == Some(false) {
//!     link.flush().map(send);
//! }
//! link.transmit(now).map(send);
//! # }
//! ```

use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};

use ::smoltcp::phy::{self, Device, DeviceCapabilities, Medium};
use ::smoltcp::time::Instant;

use super::runner::{Port as Offers, in_turn};
use super::{Deliver, Offer, Supply};

/// Bytes of the length in front of each packet in a queue.
const LENGTH: usize = 2;

/// Packets in the caller's memory, each in a place as long as the longest.
#[derive(Debug)]
struct Queue<'b> {
    memory: &'b mut [u8],
    /// Bytes of a place.
    place: usize,
    places: usize,
    first: usize,
    used: usize,
}

impl<'b> Queue<'b> {
    fn new(memory: &'b mut [u8], mtu: usize) -> Self {
        let place = mtu.saturating_add(LENGTH);
        let places = memory.len().checked_div(place).unwrap_or(0);
        Self { memory, place, places, first: 0, used: 0 }
    }

    const fn is_full(&self) -> bool {
        self.used >= self.places
    }

    const fn is_empty(&self) -> bool {
        self.used == 0
    }

    /// Adds a packet that `fill` writes; gives `fill` back if there is no room.
    fn push<R, F: FnOnce(&mut [u8]) -> R>(&mut self, len: usize, fill: F) -> Result<R, F> {
        let after = self.first.saturating_add(self.used);
        let nth = if after >= self.places { after.saturating_sub(self.places) } else { after };
        let free = !self.is_full();
        let place = self.memory.chunks_exact_mut(self.place).nth(nth).filter(|_| free);
        let parts = place.and_then(|place| place.split_first_chunk_mut::<LENGTH>());
        let parts = parts.and_then(|(head, body)| Some((head, u16::try_from(len).ok()?, body.get_mut(..len)?)));
        let Some((head, length, body)) = parts else {
            return Err(fill);
        };
        *head = length.to_le_bytes();
        self.used = self.used.saturating_add(1);
        Ok(fill(body))
    }

    fn front(&self) -> Option<&[u8]> {
        let place = self.memory.chunks_exact(self.place).nth(self.first).filter(|_| self.used > 0)?;
        let (length, body) = place.split_first_chunk::<LENGTH>()?;
        body.get(..usize::from(u16::from_le_bytes(*length)))
    }

    const fn pop(&mut self) {
        if self.used > 0 {
            self.used = self.used.saturating_sub(1);
            self.first = self.first.saturating_add(1);
            if self.first >= self.places {
                self.first = 0;
            }
        }
    }
}

/// The place between a session and an IP stack: packets in both directions, in the caller's memory. Not for several threads.
pub struct Port<'b> {
    session: u8,
    mtu: usize,
    received: RefCell<Queue<'b>>,
    sent: RefCell<Queue<'b>>,
    /// Whoever waits for packets to the modem.
    for_sent: Cell<Option<Waker>>,
    /// Whoever waits for packets from the modem.
    for_received: Cell<Option<Waker>>,
    /// Packets of the stack that found no room.
    lost: Cell<u32>,
}

impl<'b> Port<'b> {
    /// A port of the session with that number. Each queue has room for as many packets as its memory holds `mtu` and two
    /// bytes; choose `mtu` as large as that of any bearer of the session.
    pub fn new(session: u8, mtu: u16, received: &'b mut [u8], sent: &'b mut [u8]) -> Self {
        let mtu = usize::from(mtu);
        Self {
            session,
            mtu,
            received: RefCell::new(Queue::new(received, mtu)),
            sent: RefCell::new(Queue::new(sent, mtu)),
            for_sent: Cell::new(None),
            for_received: Cell::new(None),
            lost: Cell::new(0),
        }
    }

    /// Number of the session.
    #[must_use]
    pub const fn session(&self) -> u8 {
        self.session
    }

    /// Takes a packet from the modem; `false` if there is no room.
    pub fn put(&self, packet: &[u8]) -> bool {
        let put = self.received.try_borrow_mut().is_ok_and(|mut queue| {
            let copy = |place: &mut [u8]| place.copy_from_slice(packet);
            queue.push(packet.len(), copy).is_ok()
        });
        if let Some(waker) = self.for_received.take().filter(|_| put) {
            waker.wake();
        }
        put
    }

    /// Lends the next packet to the modem, which is forgotten when `take` says `true`; `None` if there is none, otherwise what
    /// `take` said.
    pub fn next(&self, take: impl FnOnce(&[u8]) -> bool) -> Option<bool> {
        let taken = self.sent.try_borrow().ok().and_then(|queue| queue.front().map(take))?;
        if let Ok(mut queue) = self.sent.try_borrow_mut().map_err(drop) {
            if taken {
                queue.pop();
            }
        }
        Some(taken)
    }

    /// Completes when there are packets for the stack: poll its interface then.
    ///
    /// # Cancellation
    ///
    /// Cancel-safe. Only one task can wait.
    pub async fn wait(&self) {
        poll_fn(|cx| {
            if self.received.try_borrow().is_ok_and(|queue| !queue.is_empty()) {
                return Poll::Ready(());
            }
            self.for_received.set(Some(cx.waker().clone()));
            Poll::Pending
        })
        .await;
    }

    /// Packets of the stack that were longer than the MTU, and lost.
    #[must_use]
    pub fn lost(&self) -> u32 {
        self.lost.get()
    }
}

impl fmt::Debug for Port<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port").field("session", &self.session).field("mtu", &self.mtu).finish_non_exhaustive()
    }
}

/// The half of the ports that takes packets from the modem.
#[derive(Debug)]
pub struct Receivers<'p, 'b>(&'p [&'p Port<'b>]);

/// The half of the ports that has packets to the modem.
#[derive(Debug)]
pub struct Senders<'p, 'b, const N: usize> {
    ports: [&'p Port<'b>; N],
    turn: usize,
}

/// Both halves of ports, for [`Runner::run`](super::Runner::run).
#[must_use]
pub const fn split<'p, 'b, const N: usize>(ports: &'p [&'p Port<'b>; N]) -> (Receivers<'p, 'b>, Senders<'p, 'b, N>) {
    (Receivers(ports), Senders { ports: *ports, turn: 0 })
}

impl Deliver for Receivers<'_, '_> {
    fn deliver(&mut self, session: u8, packet: &[u8]) -> bool {
        self.0.iter().find(|port| port.session == session).is_some_and(|port| port.put(packet))
    }
}

impl Offers for &Port<'_> {
    fn poll_offer(&mut self, cx: &mut Context<'_>, offer: &mut dyn FnMut(u8, &[u8]) -> Offer) -> Poll<Offer> {
        let mut answer = None;
        let _ = self.next(|packet| {
            let given = offer(self.session, packet);
            answer = Some(given);
            given == Offer::Taken
        });
        match answer {
            Some(answer) => Poll::Ready(answer),
            None => {
                self.for_sent.set(Some(cx.waker().clone()));
                Poll::Pending
            }
        }
    }
}

impl<const N: usize> Supply for Senders<'_, '_, N> {
    fn poll_offer(&mut self, cx: &mut Context<'_>, offer: &mut dyn FnMut(u8, &[u8]) -> Offer) -> Poll<()> {
        in_turn(&mut self.ports, &mut self.turn, cx, offer)
    }
}

impl<'p, 'b> Device for &'p Port<'b> {
    type RxToken<'a>
        = RxToken<'p, 'b>
    where
        Self: 'a;
    type TxToken<'a>
        = TxToken<'p, 'b>
    where
        Self: 'a;

    fn receive(&mut self, now: Instant) -> Option<(Self::RxToken<'_>, Self::TxToken<'_>)> {
        let waits = self.received.try_borrow().is_ok_and(|queue| !queue.is_empty());
        // Not before an answer would have room, too.
        let answer = self.transmit(now)?;
        waits.then_some((RxToken(self), answer))
    }

    fn transmit(&mut self, _: Instant) -> Option<Self::TxToken<'_>> {
        let room = self.sent.try_borrow().is_ok_and(|queue| !queue.is_full());
        room.then_some(TxToken(self))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = self.mtu;
        capabilities
    }
}

/// A packet from the modem.
#[derive(Debug)]
pub struct RxToken<'p, 'b>(&'p Port<'b>);

impl phy::RxToken for RxToken<'_, '_> {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        let done = match self.0.received.try_borrow() {
            Ok(queue) => f(queue.front().unwrap_or_default()),
            Err(_) => f(&[]),
        };
        if let Ok(mut queue) = self.0.received.try_borrow_mut() {
            queue.pop();
        }
        done
    }
}

/// Room for a packet to the modem.
#[derive(Debug)]
pub struct TxToken<'p, 'b>(&'p Port<'b>);

impl phy::TxToken for TxToken<'_, '_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let pushed = match self.0.sent.try_borrow_mut() {
            Ok(mut queue) => queue.push(len, f),
            Err(_) => Err(f),
        };
        match pushed {
            Ok(done) => {
                if let Some(waker) = self.0.for_sent.take() {
                    waker.wake();
                }
                done
            }
            // There was room for what the MTU allows, and the stack keeps to it.
            Err(f) => {
                self.0.lost.set(self.0.lost.get().saturating_add(1));
                f(&mut [])
            }
        }
    }
}
