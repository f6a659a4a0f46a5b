//! A network device of embassy-net for each session.
//!
//! For each session there is an `embassy_net_driver_channel::State` in a static, from which
//! `embassy_net_driver_channel::new(state, HardwareAddress::Ip)` makes a runner and a device: the device is for
//! `embassy_net::new`, the runner for [`Devices`]. Whether the bearer is up is told by the runner's `state_runner`, which can be
//! had before; the device's `MTU` bounds the packets in both directions, so choose it as large as any session's.
//!
//! ```no_run
//! use embassy_net_driver_channel::{self as ch, driver::{HardwareAddress, LinkState}};
//! use wwan::channel::{Clock, TransferIn, TransferOut};
//! use wwan::net::{Ntb16Link, Runner, Session, embassy::Devices};
//! # use wwan::{mbim_wire::ntb::{Config, NtbParameters}, time::Millis};
//!
//! # async fn example(input: impl TransferIn, output: impl TransferOut, clock: impl Clock, parameters: NtbParameters) {
//! let mut state = ch::State::<1500, 4, 4>::new();
//! let (runner, device) = ch::new(&mut state, HardwareAddress::Ip);
//! // `device` goes to embassy-net.
//! # let _ = device;
//! let bearer = runner.state_runner();
//! let mut devices = Devices::new([(0, runner)]);
//!
//! let sessions = [Session::new()];
//! let (mut memory, mut transfer) = ([0; 4096], [0; 4096]);
//! let link = Ntb16Link::new(&mut memory, Config::new(parameters.output()), &sessions, Millis(1));
//! // When CONNECT has said that session 0 is up:
//! sessions[0].open(0, 1500);
//! bearer.set_link_state(LinkState::Up);
//!
//! let mut runner = Runner::new(link, input, output, clock, &mut transfer);
//! let (mut receivers, mut senders) = devices.split();
//! let error = runner.run(&mut receivers, &mut senders).await.unwrap_err();
//! # let _ = error;
//! # }
//! ```

use core::fmt;
use core::task::{Context, Poll, ready};

use embassy_net_driver_channel::{Runner, RxRunner, TxRunner};

use super::runner::{Port, in_turn};
use super::{Deliver, Offer, Supply};

/// The runners of the network devices, with the number of the session of each.
pub struct Devices<'d, const MTU: usize, const N: usize> {
    runners: [(u8, Runner<'d, MTU>); N],
    turn: usize,
}

/// The half of the devices that takes packets from the modem.
pub struct Receivers<'d, const MTU: usize, const N: usize>([(u8, RxRunner<'d, MTU>); N]);

/// The half of the devices that has packets to the modem.
pub struct Senders<'d, const MTU: usize, const N: usize> {
    runners: [Option<(u8, TxRunner<'d, MTU>)>; N],
    /// Whose turn it is.
    turn: &'d mut usize,
}

impl<'d, const MTU: usize, const N: usize> Devices<'d, MTU, N> {
    /// Devices for these sessions.
    pub const fn new(runners: [(u8, Runner<'d, MTU>); N]) -> Self {
        Self { runners, turn: 0 }
    }

    /// Both halves, for [`Runner::run`](super::Runner::run).
    pub fn split(&mut self) -> (Receivers<'_, MTU, N>, Senders<'_, MTU, N>) {
        let mut senders = [const { None }; N];
        let mut places = senders.iter_mut();
        let receivers = self.runners.each_mut().map(|(session, runner)| {
            let (_, receiver, sender) = runner.borrow_split();
            if let Some(place) = places.next() {
                *place = Some((*session, sender));
            }
            (*session, receiver)
        });
        (Receivers(receivers), Senders { runners: senders, turn: &mut self.turn })
    }
}

impl<const MTU: usize, const N: usize> Deliver for Receivers<'_, MTU, N> {
    fn deliver(&mut self, session: u8, packet: &[u8]) -> bool {
        let Some((_, runner)) = self.0.iter_mut().find(|(of, _)| *of == session) else {
            return false;
        };
        let Some(room) = runner.try_rx_buf().and_then(|buffer| buffer.get_mut(..packet.len())) else {
            return false;
        };
        room.copy_from_slice(packet);
        runner.rx_done(packet.len());
        true
    }
}

impl<const MTU: usize> Port for Option<(u8, TxRunner<'_, MTU>)> {
    fn poll_offer(&mut self, cx: &mut Context<'_>, offer: &mut dyn FnMut(u8, &[u8]) -> Offer) -> Poll<Offer> {
        let Some((session, runner)) = self else {
            return Poll::Pending;
        };
        let answer = offer(*session, ready!(runner.poll_tx_buf(cx)));
        if answer == Offer::Taken {
            runner.tx_done();
        }
        Poll::Ready(answer)
    }
}

impl<const MTU: usize, const N: usize> Supply for Senders<'_, MTU, N> {
    fn poll_offer(&mut self, cx: &mut Context<'_>, offer: &mut dyn FnMut(u8, &[u8]) -> Offer) -> Poll<()> {
        in_turn(&mut self.runners, self.turn, cx, offer)
    }
}

impl<const MTU: usize, const N: usize> fmt::Debug for Devices<'_, MTU, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.runners.iter().map(|(session, _)| session)).finish()
    }
}

impl<const MTU: usize, const N: usize> fmt::Debug for Receivers<'_, MTU, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(session, _)| session)).finish()
    }
}

impl<const MTU: usize, const N: usize> fmt::Debug for Senders<'_, MTU, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.runners.iter().flatten().map(|(session, _)| session)).finish()
    }
}
