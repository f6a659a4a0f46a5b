//! The blocking MBIM client: the same as [`Client`](super::Client), for a thread that may wait.

use core::fmt;

use mbim_wire::bytes::Bytes;
use mbim_wire::field::Empty;
use mbim_wire::list::RefList;
use mbim_wire::message::{CommandDone, CommandType, IndicateStatus};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ms_basic_connect_extensions as bce;
use mbim_wire::service::ms_uicc_low_level_access as wire_uicc;
use mbim_wire::service::proxy_control::VersionNotification;
use mbim_wire::service::{ms_sar, phonebook};
use mbim_wire::{Command, Count, Encode, Query, Set, Uuid, View};

use super::core::{Core, Job, Next};
use super::methods::client_methods;
use super::services::{card_says, phonebook_filter, service_methods};
use super::{Error, Memory};
use crate::apdu::{Command as Apdu, StatusWords};
use crate::channel::blocking::MessageChannel;
use crate::procedure::mbim::{
    Ask, AskAny, AskEither, Attach, CommandId, ConfigureProxy, Connect, ConnectRequest, Detach, Disconnect, FilterSet,
    Filters, Indications, Layouts, Negotiate, PinState, Procedure, Question, Radio, Refusal, Register, Restart,
    Selection, SessionQuery, StoredContexts, Subscribe, SwitchSlot, UseCode, Version, WaitReady, basic_context, newest,
    proxy_versions, uicc,
};
#[cfg(feature = "sms")]
use crate::procedure::mbim::{ReadStore, SendText, StoreItem, Ussd, UssdMessage, sort_in, stored_flag};
use crate::session::mbim::{Config, Counters};
#[cfg(feature = "sms")]
use crate::sms::{Inbox, Stored, TextMessage};
use crate::time::{Instant, Millis};

/// An MBIM modem, seen from the host; its methods block.
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
    /// A client for the function at the other end of `channel`; call [`open`](Self::open) first.
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
    service_methods!([] []);

    /// The run loop.
    fn drive(&mut self, mut job: Job<'_>) -> Result<(), Error<C::Error>> {
        self.core.begin(self.channel.now(), &job);
        loop {
            match self.core.next(self.channel.now(), &mut job)? {
                // The channel knows how long it tries.
                Next::Send(_) => {
                    if let Some(transfer) = self.core.outgoing() {
                        self.channel.send(transfer).map_err(Error::Channel)?;
                    }
                }
                Next::Receive(until) => {
                    let length = self.channel.receive(self.core.transfer, until).map_err(Error::Channel)?;
                    // A channel that waits by itself knows when a message was broken off.
                    let _ = self.core.received(self.channel.now(), length);
                }
                Next::Done => return Ok(()),
            }
        }
    }
}
