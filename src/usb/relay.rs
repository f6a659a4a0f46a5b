//! Control transfers that are never broken off: for drivers of host controllers that abort a transfer when its future is
//! dropped, and with it an answer that the device gives only once.
//!
//! A [`Relay`] stands between: a task of its own runs the transfers to their end ([`Relay::run`]), and what a dropped future
//! did not take is there when the same is asked again.

use core::cell::Cell;
use core::convert::Infallible;
use core::fmt;
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};

use mbim_wire::usb::class_request::Setup;

use super::host::{ControlPipe, UsbError};
use crate::channel::clock::register;

/// How far a transfer is.
#[derive(Clone, Copy, Debug, Default)]
enum Phase<E> {
    /// There is none.
    #[default]
    Idle,
    /// It is asked for, of that many bytes, and not begun.
    Asked(Setup, usize),
    /// It is under way.
    Running,
    /// It is done.
    Done(Setup, Result<usize, E>),
}

/// Transfers of one direction, one at a time.
#[derive(Debug)]
struct Lane<'m, E> {
    phase: Phase<E>,
    memory: &'m mut [u8],
}

impl<E> Default for Lane<'_, E> {
    fn default() -> Self {
        Self { phase: Phase::Idle, memory: &mut [] }
    }
}

/// Looks at a lane and changes it. It is taken out meanwhile: other than a `RefCell`, this cannot fail.
fn with<'m, E, T>(lane: &Cell<Lane<'m, E>>, look: impl FnOnce(&mut Lane<'m, E>) -> T) -> T {
    let mut there = lane.take();
    let seen = look(&mut there);
    lane.set(there);
    seen
}

impl<E: Copy> Lane<'_, E> {
    /// What is asked for; it is under way from now on.
    fn begin(&mut self) -> Option<(Setup, usize)> {
        let Phase::Asked(setup, length) = self.phase else {
            return None;
        };
        self.phase = Phase::Running;
        Some((setup, length))
    }

    /// The result of that request, if it is done. If nothing is under way it is asked for; the result of another one is
    /// not wanted any more.
    fn poll(&mut self, setup: Setup, length: usize) -> Option<Result<usize, E>> {
        match self.phase {
            Phase::Done(done, result) if done == setup => {
                self.phase = Phase::Idle;
                return Some(result);
            }
            Phase::Running => {}
            _ => self.phase = Phase::Asked(setup, length),
        }
        None
    }
}

/// Runs the control transfers of one function. See the [module](self).
pub struct Relay<'m, E> {
    input: Cell<Lane<'m, E>>,
    output: Cell<Lane<'m, E>>,
    /// Bytes of the longest transfer.
    longest: usize,
    /// Who runs the transfers.
    runner: Cell<Option<Waker>>,
    /// Who waits for one.
    waiting: Cell<Option<Waker>>,
}

impl<'m, E: UsbError + Copy> Relay<'m, E> {
    /// A relay with memory for the longest transfer in either direction: wMaxControlMessage, 4096 for QMI. With less,
    /// [`Encapsulated`](super::Encapsulated) takes no longer messages than fit.
    #[must_use]
    pub const fn new(input: &'m mut [u8], output: &'m mut [u8]) -> Self {
        let longest = if input.len() < output.len() { input.len() } else { output.len() };
        Self {
            input: Cell::new(Lane { phase: Phase::Idle, memory: input }),
            output: Cell::new(Lane { phase: Phase::Idle, memory: output }),
            longest,
            runner: Cell::new(None),
            waiting: Cell::new(None),
        }
    }

    /// The pipe to give to [`Encapsulated`](super::Encapsulated::with_control). One at a time.
    pub const fn control(&self) -> RelayedControl<'_, 'm, E> {
        RelayedControl { relay: self }
    }

    /// Runs the transfers over `pipe`, without end.
    ///
    /// # Cancellation
    ///
    /// A transfer under way is broken off as the pipe does it, and those who use the relay wait for ever: run it as long as
    /// they live.
    pub async fn run<C: ControlPipe<Error = E>>(&self, mut pipe: C) -> Infallible {
        loop {
            // Commands go first, so that a function that is never done answering still hears.
            let (is_output, setup, length) = poll_fn(|cx| {
                let output = with(&self.output, Lane::begin).map(|(setup, length)| (true, setup, length));
                let begun =
                    output.or_else(|| with(&self.input, Lane::begin).map(|(setup, length)| (false, setup, length)));
                match begun {
                    Some(begun) => Poll::Ready(begun),
                    None => {
                        register(&self.runner, cx.waker());
                        Poll::Pending
                    }
                }
            })
            .await;
            let lane = if is_output { &self.output } else { &self.input };
            let memory = with(lane, |lane| core::mem::take(&mut lane.memory));
            let room = memory.get_mut(..length).unwrap_or_default();
            let result = if is_output {
                pipe.control_out(setup, room).await.map(|()| length)
            } else {
                pipe.control_in(setup, room).await
            };
            lane.set(Lane { phase: Phase::Done(setup, result), memory });
            if let Some(waker) = self.waiting.take() {
                waker.wake();
            }
        }
    }

    /// Waits for a transfer that the runner does.
    fn wait(&self, cx: &Context<'_>) {
        register(&self.waiting, cx.waker());
        if let Some(waker) = self.runner.take() {
            waker.wake();
        }
    }
}

impl<E> fmt::Debug for Relay<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay").finish_non_exhaustive()
    }
}

/// A control pipe whose transfers a [`Relay`] runs.
#[derive(Debug)]
pub struct RelayedControl<'r, 'm, E> {
    relay: &'r Relay<'m, E>,
}

impl<E: UsbError + Copy> ControlPipe for RelayedControl<'_, '_, E> {
    type Error = E;

    async fn control_in(&mut self, setup: Setup, data: &mut [u8]) -> Result<usize, E> {
        poll_fn(|cx| {
            let done = with(&self.relay.input, |lane| {
                let length = data.len().min(lane.memory.len());
                let result = lane.poll(setup, length)?;
                Some(result.map(|count| {
                    let whole = lane.memory.get(..count).unwrap_or_default();
                    whole.iter().zip(data.iter_mut()).map(|(from, to)| *to = *from).count()
                }))
            });
            if let Some(result) = done {
                return Poll::Ready(result);
            }
            self.relay.wait(cx);
            Poll::Pending
        })
        .await
    }

    async fn control_out(&mut self, setup: Setup, data: &[u8]) -> Result<(), E> {
        // Each command is another one, whatever its setup packet says.
        let mut ask = true;
        poll_fn(|cx| {
            let done = with(&self.relay.output, |lane| {
                if ask && !matches!(lane.phase, Phase::Running) {
                    let length = data.len().min(lane.memory.len());
                    lane.memory.iter_mut().zip(data).for_each(|(to, from)| *to = *from);
                    lane.phase = Phase::Asked(setup, length);
                    ask = false;
                }
                match lane.phase {
                    Phase::Done(_, result) if !ask => {
                        lane.phase = Phase::Idle;
                        Some(result)
                    }
                    _ => None,
                }
            });
            if let Some(result) = done {
                return Poll::Ready(result.map(|_| ()));
            }
            self.relay.wait(cx);
            Poll::Pending
        })
        .await
    }

    fn max_transfer(&self) -> usize {
        self.relay.longest
    }
}
