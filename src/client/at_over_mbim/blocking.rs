//! The blocking stream: the same as [`AtOverMbim`](super::AtOverMbim), for a thread that may wait.

use core::fmt;

use super::core::{Core, Goal, Next};
use super::methods::tunnel_methods;
use super::{AtService, Memory, TunnelError};
use crate::channel::blocking::{ByteStream, MessageChannel};
use crate::session::mbim::{Config, Counters};
use crate::time::{Instant, Millis};

/// A byte stream through an MBIM function, for blocking AT clients.
pub struct AtOverMbim<'s, C> {
    channel: C,
    core: Core<'s>,
}

/// Without the bytes of lines: codes and names of subscribers are among them.
impl<C> fmt::Debug for AtOverMbim<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AtOverMbim").field("core", &self.core).finish_non_exhaustive()
    }
}

impl<'s, C: MessageChannel> AtOverMbim<'s, C> {
    /// A stream through a function that is closed as far as we know.
    #[must_use]
    pub fn new(channel: C, config: Config, memory: Memory<'s>) -> Self {
        Self { channel, core: Core::new(config, memory) }
    }

    tunnel_methods!(C [] []);

    /// Does what there is to do; false once `deadline` has passed.
    fn drive(&mut self, goal: Goal, deadline: Instant) -> Result<bool, TunnelError<C::Error>> {
        let mut late = false;
        loop {
            match self.core.next(self.channel.now(), goal)? {
                Next::Send => {
                    let Some(transfer) = self.core.outgoing() else { continue };
                    self.channel.send(transfer).map_err(TunnelError::Channel)?;
                }
                Next::Receive(_) if late => return Ok(false),
                Next::Receive(until) => {
                    let until = until.min(deadline);
                    let length = self.channel.receive(self.core.transfer(), until).map_err(TunnelError::Channel)?;
                    let now = self.channel.now();
                    self.core.received(now, length);
                    late = now >= deadline;
                }
                Next::Done => return Ok(true),
            }
        }
    }
}

impl<C: MessageChannel> ByteStream for AtOverMbim<'_, C> {
    type Error = TunnelError<C::Error>;

    fn read(&mut self, buf: &mut [u8], deadline: Instant) -> Result<Option<usize>, Self::Error> {
        let read = self.drive(Goal::Read, deadline)?;
        Ok(if read { self.core.read(buf) } else { None })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Self::Error> {
        let (taken, whole) = self.core.write(bytes)?;
        if whole {
            self.drive(Goal::Sent, Instant::FAR)?;
        }
        Ok(taken)
    }

    fn now(&self) -> Instant {
        self.channel.now()
    }
}
