//! The blocking QMI client: the same as [`Client`](super::Client), for a thread that may wait.

use core::fmt;

use qmi_wire::service::{Service, dms, nas, wds};
use qmi_wire::{Exchange, TlvSet, Verdict, View};

use super::core::{Core, Job, Next, Release};
use super::methods::client_methods;
use super::{Error, Indication, Memory, MessageId, Owned, Question, Record};
use crate::channel::blocking::MessageChannel;
use crate::procedure::qmi::connect::{self, DataStatus};
use crate::procedure::qmi::{
    Ask, AskAny, CheckSession, Connect, ConnectRequest, Disconnect, Fill, Format, Granted, Identity, OpenProxy,
    PinOperation, Procedure, ReadIdentity, ReadRegistration, ReadSettings, ReadSignal, ReadSim, Register, Registration,
    Restart, Scan, Selection, SessionStatus, SetFormat, SetMode, Settings, Signal, Sim, UseCode,
};
#[cfg(feature = "sms")]
use crate::procedure::qmi::{FindPhonebook, ReadRecord, Records};
use crate::session::qmi::{Config, Counters, Failure, SessionError};
use crate::time::{Instant, Millis};

/// A QMI modem, seen from the host; its methods block.
pub struct Client<'s, C> {
    channel: C,
    core: Core<'s>,
}

/// Without the channel and without the bytes of messages: codes and names of subscribers are among them.
impl<C> fmt::Debug for Client<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("core", &self.core).finish_non_exhaustive()
    }
}

impl<'s, C: MessageChannel> Client<'s, C> {
    /// A client for the modem at the other end of `channel`, whose messages are QMUX frames; call [`open`](Self::open)
    /// first.
    pub fn new(channel: C, config: Config, memory: Memory<'s>) -> Self {
        Self { channel, core: Core::new(config, memory) }
    }

    /// The channel, for whoever put a tracer or a tap into it.
    pub const fn channel(&mut self) -> &mut C {
        &mut self.channel
    }

    /// Now, by the channel's clock.
    pub fn now(&self) -> Instant {
        self.channel.now()
    }

    client_methods!([] []);

    /// The run loop.
    fn drive(&mut self, mut job: Job<'_>) -> Result<(), Error<C::Error>> {
        self.core.begin(self.channel.now(), &job);
        loop {
            // The channel knows how long it tries.
            if let Some(frame) = self.core.outgoing() {
                self.channel.send(frame).map_err(Error::Channel)?;
                continue;
            }
            match self.core.next(self.channel.now(), &mut job)? {
                Next::Send => {}
                // A channel that waits by itself knows when a message was broken off.
                Next::Receive(until) => {
                    let length = self.channel.receive(self.core.transfer, until).map_err(Error::Channel)?;
                    self.core.received(self.channel.now(), length);
                }
                Next::Done => return Ok(()),
            }
        }
    }
}
