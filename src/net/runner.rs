//! Moves packets between the pipe of a link and whatever has IP, for as long as both are there.

use core::convert::Infallible;
use core::fmt;
use core::future::{Future as _, pending, poll_fn};
use core::pin::pin;
use core::task::{Context, Poll};

use super::framing::{Reader, Writer};
use super::link::{Downlink, Link, PushError, Uplink};
use crate::channel::{Clock, TransferIn, TransferOut, yield_once};

/// What becomes of a packet that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Offer {
    /// It was taken: the next one.
    Taken,
    /// Nothing of this session can go now: keep it, and go on with the other sessions.
    Later,
    /// Nothing can go now: keep it, and stop.
    Stop,
}

/// What has packets to the modem: the sending half of network devices.
pub trait Supply {
    /// Offers packets, one after the other, until [`Offer::Stop`] is the answer ([`Poll::Ready`]), or until there is no
    /// packet of a session that is not to wait ([`Poll::Pending`]; whoever waits is woken when there is another one). The
    /// sessions take turns, so that none starves.
    fn poll_offer(&mut self, cx: &mut Context<'_>, offer: &mut dyn FnMut(u8, &[u8]) -> Offer) -> Poll<()>;
}

/// What takes packets from the modem: the receiving half of network devices.
pub trait Deliver {
    /// Takes a packet of a session; `false` if there is no room for it, and it is lost.
    fn deliver(&mut self, session: u8, packet: &[u8]) -> bool;
}

/// A network device, as far as it has packets to the modem.
#[cfg(any(feature = "embassy-net", feature = "smoltcp"))]
pub(super) trait Port {
    /// Offers a packet, if there is one, and forgets it when it was taken.
    fn poll_offer(&mut self, cx: &mut Context<'_>, offer: &mut dyn FnMut(u8, &[u8]) -> Offer) -> Poll<Offer>;
}

/// Offers packets of one port after the other, beginning with that of the last packet that could not go.
#[cfg(any(feature = "embassy-net", feature = "smoltcp"))]
pub(super) fn in_turn<P: Port>(
    ports: &mut [P],
    turn: &mut usize,
    cx: &mut Context<'_>,
    offer: &mut dyn FnMut(u8, &[u8]) -> Offer,
) -> Poll<()> {
    loop {
        let mut taken = false;
        let (later, first) = ports.split_at_mut_checked(*turn).unwrap_or_default();
        let (start, len) = (*turn, later.len());
        for (nth, port) in (start..).zip(first).chain((0..len).zip(later)) {
            match port.poll_offer(cx, offer) {
                Poll::Ready(Offer::Taken) => taken = true,
                Poll::Ready(Offer::Later) | Poll::Pending => {}
                Poll::Ready(Offer::Stop) => {
                    *turn = nth;
                    return Poll::Ready(());
                }
            }
        }
        if !taken {
            return Poll::Pending;
        }
    }
}

/// Why a [`Runner`] has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RunError<I, O> {
    /// The pipe from the modem failed.
    Receive(I),
    /// The pipe to the modem failed; the transfer is lost.
    Send(O),
}

impl<I: fmt::Display, O: fmt::Display> fmt::Display for RunError<I, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Receive(error) => write!(f, "receiving packets: {error}"),
            Self::Send(error) => write!(f, "sending packets: {error}"),
        }
    }
}

impl<I: core::error::Error + 'static, O: core::error::Error + 'static> core::error::Error for RunError<I, O> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Receive(error) => Some(error),
            Self::Send(error) => Some(error),
        }
    }
}

/// A link with its pipe and a clock.
#[derive(Debug)]
pub struct Runner<'b, W: Writer, R, I, O, C> {
    link: Link<'b, W, R>,
    input: I,
    output: O,
    clock: C,
    transfer: &'b mut [u8],
}

impl<'b, W, R, I, O, C> Runner<'b, W, R, I, O, C>
where
    W: Writer,
    R: Reader<Flow = W::Flow>,
    I: TransferIn,
    O: TransferOut,
    C: Clock,
{
    /// A runner that receives transfers into `transfer`: as long as those of the modem can be, dwNtbInMaxSize of MBIM or the
    /// size that WDA granted.
    pub fn new(link: Link<'b, W, R>, input: I, output: O, clock: C, transfer: &'b mut [u8]) -> Self {
        Self { link, input, output, clock, transfer }
    }

    /// The link, such as for its counters.
    pub const fn link(&self) -> &Link<'b, W, R> {
        &self.link
    }

    /// The link, such as for a [reset](Link::reset).
    pub const fn link_mut(&mut self) -> &mut Link<'b, W, R> {
        &mut self.link
    }

    /// Moves packets until a pipe fails. It can be run again then.
    ///
    /// # Errors
    ///
    /// [`RunError`] of the pipe that failed.
    ///
    /// # Cancellation
    ///
    /// Cancel-safe: packets that wait are there at the next run. Only of a transfer that was just being sent nobody knows
    /// whether it went; that is counted.
    pub async fn run<D: Deliver, S: Supply>(
        &mut self,
        deliver: &mut D,
        supply: &mut S,
    ) -> Result<Infallible, RunError<I::Error, O::Error>> {
        let (up, down, flow) = self.link.split();
        if up.sending {
            up.interrupt();
        }
        let (input, output, clock) = (&mut self.input, &mut self.output, &self.clock);
        let mut receiving = pin!(receive(down, flow, input, self.transfer, deliver));
        let mut sending = pin!(send(up, flow, output, clock, supply));
        poll_fn(|cx| {
            // In this order: what was received can change what may be sent.
            match receiving.as_mut().poll(cx) {
                Poll::Ready(error) => Poll::Ready(Err(RunError::Receive(error))),
                Poll::Pending => sending.as_mut().poll(cx).map(|error| Err(RunError::Send(error))),
            }
        })
        .await
    }
}

/// Receives until that fails.
async fn receive<R: Reader, I: TransferIn, D: Deliver>(
    down: &mut Downlink<'_, R>,
    flow: &R::Flow,
    input: &mut I,
    buffer: &mut [u8],
    deliver: &mut D,
) -> I::Error {
    loop {
        let length = match input.receive(buffer).await {
            Ok(length) => length,
            Err(error) => return error,
        };
        let transfer = buffer.get(..length).unwrap_or_default();
        down.receive(transfer, flow, |packet| deliver.deliver(packet.session, packet.bytes));
        // A pipe that always has more must not keep everything else waiting.
        yield_once().await;
    }
}

/// Sends until that fails.
async fn send<W: Writer, O: TransferOut, C: Clock, S: Supply>(
    up: &mut Uplink<'_, W>,
    flow: &W::Flow,
    output: &mut O,
    clock: &C,
    supply: &mut S,
) -> O::Error {
    loop {
        let due = up.poll_at(flow);
        let mut wait = pin!(async {
            match due {
                Some(at) => clock.wait_until(at).await,
                None => pending().await,
            }
        });
        let leaves = poll_fn(|cx| {
            let now = clock.now();
            let mut offer = |session, packet: &[u8]| match up.push(now, session, packet, flow) {
                Err(PushError::Full) => Offer::Stop,
                Err(PushError::Blocked) => Offer::Later,
                // What is lost was counted.
                Ok(()) | Err(_) => Offer::Taken,
            };
            let stopped = supply.poll_offer(cx, &mut offer).is_ready();
            if stopped || up.is_due(now, flow) {
                return Poll::Ready(true);
            }
            if up.poll_at(flow) != due {
                // The first packet of a transfer: another time to wait for.
                return Poll::Ready(false);
            }
            wait.as_mut().poll(cx).map(|()| true)
        })
        .await;
        if leaves {
            up.sending = true;
            if let Some(transfer) = up.take() {
                if let Err(error) = output.send(transfer.bytes, transfer.terminate).await {
                    return error;
                }
            }
            up.sending = false;
        }
    }
}
