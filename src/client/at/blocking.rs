//! The blocking AT client: the same as [`Client`](super::Client), for a thread that may wait.

use core::fmt;

use at_wire::message::{Encode, Request};
use at_wire::policy::{Policy, Verdict};

use super::core::{Core, Fault, Job, Next};
use super::jobs::{self, Declared};
use super::methods::client_methods;
use super::procedures::procedure_methods;
use super::services::service_methods;
use super::{Answer, Error, Memory, Urc};
use crate::apdu::{Command, StatusWords};
use crate::channel::blocking::ByteStream;
use crate::procedure::at::{
    Access, AccessFile, Attach, Attempts, CheckContext, CloseChannel, Connect, ConnectInterface, ConnectRequest,
    Contact, Disconnect, DisconnectInterface, File, FileStatus, Follow, Identity, Interface, OpenChannel, PinOperation,
    Power, Procedure, ReadAttempts, ReadIdentity, ReadPhonebook, ReadPower, ReadProtection, ReadRegistration,
    ReadSignal, ReadSim, Register, Registration, Restart, Scan, Selection, SetPower, Signal, SimState, Transmit,
    UseCode, Ussd, UssdMessage, WriteContact,
};
#[cfg(feature = "sms")]
use crate::procedure::at::{
    DeleteTexts, FindMessageFormat, MessageFormat, ReadServiceCentre, ReadTextMode, ReadTexts, SendText, SendTextMode,
    ServiceCentre, SetServiceCentre, StoredText, TellTexts,
};
use crate::session::at::{Config, Counters, Ending, Exchange, Outgoing, SessionError};
#[cfg(feature = "sms")]
use crate::sms::{Stored, TextMessage};
use crate::time::{Instant, Millis};

/// An AT modem, seen from the host; its methods block.
pub struct Client<'s, C> {
    stream: C,
    core: Core<'s>,
}

/// Without the stream and without the bytes of lines: codes and names of subscribers are among them.
impl<C> fmt::Debug for Client<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("core", &self.core).finish_non_exhaustive()
    }
}

impl<'s, C: ByteStream> Client<'s, C> {
    /// A client for the modem at the other end of `stream`; call [`open`](Self::open) first.
    pub fn new(stream: C, config: Config<'s>, memory: Memory<'s>) -> Self {
        Self { stream, core: Core::new(config, memory) }
    }

    /// The stream.
    pub const fn stream(&mut self) -> &mut C {
        &mut self.stream
    }

    /// Now, by the stream's clock.
    pub fn now(&self) -> Instant {
        self.stream.now()
    }

    client_methods!([] []);
    procedure_methods!([] []);
    service_methods!([] []);

    /// Writes to the modem in data mode.
    ///
    /// # Errors
    ///
    /// [`Error::Channel`]; [`Error::Session`] if the modem is not in data mode.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), Error<C::Error>> {
        self.core.check_data()?;
        write_all(&mut self.stream, bytes).map_err(|fault| self.core.error(fault))
    }

    /// The run loop.
    fn drive(&mut self, job: &mut dyn Job) -> Result<(), Fault<C::Error>> {
        self.core.begin(self.stream.now(), job);
        loop {
            match self.core.next(self.stream.now(), job) {
                Next::Send => match self.core.session.transmit(self.stream.now()) {
                    Some(Outgoing::Bytes(bytes)) => {
                        write_all(&mut self.stream, bytes)?;
                        self.core.session.sent(self.stream.now());
                    }
                    Some(Outgoing::Dtr(up)) => self.stream.set_dtr(up).map_err(Fault::Channel)?,
                    Some(Outgoing::Speed(speed)) => self.stream.set_speed(speed).map_err(Fault::Channel)?,
                    None => {}
                },
                Next::Receive => {
                    let until = self.core.state.until;
                    let length = self.stream.read(self.core.transfer, until).map_err(Fault::Channel)?;
                    if !self.core.received(length) {
                        return Err(Fault::Closed);
                    }
                }
                Next::Done => return Ok(()),
                Next::Failed => return Err(Fault::Job),
            }
        }
    }
}

fn write_all<C: ByteStream>(stream: &mut C, mut bytes: &[u8]) -> Result<(), Fault<C::Error>> {
    while !bytes.is_empty() {
        let written = stream.write(bytes).map_err(Fault::Channel)?;
        bytes = bytes.get(written..).filter(|_| written > 0).ok_or(Fault::Closed)?;
    }
    stream.flush().map_err(Fault::Channel)
}
