//! Which indications a host wants: the list of DEVICE_SERVICE_SUBSCRIBE_LIST as a set of services and commands.
//!
//! A list replaces the one before it. An entry without commands stands for all commands of its service. The services
//! of the specification itself count as subscribed while a host has sent no list; whoever serves several hosts joins
//! their lists and leaves those services out.

use crate::codec::DecodeError;
use crate::service::basic_connect::{BASIC_CONNECT, DeviceServiceSubscribeListInfoView};
use crate::service::{auth, dss, phonebook, sms, stk, ussd};
use crate::uuid::Uuid;

/// The services of MBIM 1.0.
pub const STANDARD_SERVICES: [Uuid; 7] =
    [BASIC_CONNECT, sms::SMS, ussd::USSD, phonebook::PHONEBOOK, stk::STK, auth::AUTH, dss::DSS];

/// Why a list was not taken over completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SubscribeError {
    /// The list cannot be read.
    Decode(DecodeError),
    /// There is no room for more entries.
    Full,
}

impl core::fmt::Display for SubscribeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Decode(error) => error.fmt(f),
            Self::Full => f.write_str("no room for more subscriptions"),
        }
    }
}

impl core::error::Error for SubscribeError {}

impl From<DecodeError> for SubscribeError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

/// One subscription: a command of a service, or all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Subscription {
    /// The service.
    pub service: Uuid,
    /// The command; `None` for all of the service.
    pub cid: Option<u32>,
}

/// A set of subscriptions, in a caller's memory, in the order in which they came.
#[derive(Debug)]
pub struct Subscriptions<'m> {
    memory: &'m mut [Subscription],
    len: usize,
}

impl<'m> Subscriptions<'m> {
    /// An empty set for at most as many subscriptions as `memory` has room for.
    pub fn new(memory: &'m mut [Subscription]) -> Self {
        Self { memory, len: 0 }
    }

    /// The subscriptions.
    #[must_use]
    pub fn as_slice(&self) -> &[Subscription] {
        self.memory.get(..self.len).unwrap_or(&[])
    }

    /// Removes all.
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Whether indications of the command are wanted.
    #[must_use]
    pub fn contains(&self, service: Uuid, cid: u32) -> bool {
        self.as_slice().iter().any(|entry| entry.service == service && entry.cid.is_none_or(|known| known == cid))
    }

    /// Adds one subscription, unless it is there already.
    ///
    /// # Errors
    ///
    /// [`SubscribeError::Full`].
    pub fn add(&mut self, subscription: Subscription) -> Result<(), SubscribeError> {
        if self.as_slice().contains(&subscription) {
            return Ok(());
        }
        *self.memory.get_mut(self.len).ok_or(SubscribeError::Full)? = subscription;
        self.len = self.len.saturating_add(1);
        Ok(())
    }

    /// Adds a host's list.
    ///
    /// # Errors
    ///
    /// [`SubscribeError`]; what came before the error is added.
    pub fn add_list(&mut self, list: &DeviceServiceSubscribeListInfoView<'_>) -> Result<(), SubscribeError> {
        self.add_some(list, |_| true)
    }

    /// Adds a host's list, without the services that are always subscribed.
    ///
    /// # Errors
    ///
    /// As [`add_list`](Self::add_list).
    pub fn add_beyond_standard(&mut self, list: &DeviceServiceSubscribeListInfoView<'_>) -> Result<(), SubscribeError> {
        self.add_some(list, |service| !STANDARD_SERVICES.contains(&service))
    }

    fn add_some(
        &mut self,
        list: &DeviceServiceSubscribeListInfoView<'_>,
        wanted: impl Fn(Uuid) -> bool,
    ) -> Result<(), SubscribeError> {
        for entry in list.events()?.iter() {
            let entry = entry?;
            let service = entry.device_service_id;
            if !wanted(service) {
                continue;
            }
            if entry.cids.is_empty() {
                self.add(Subscription { service, cid: None })?;
            }
            for cid in entry.cids.iter() {
                self.add(Subscription { service, cid: Some(cid?) })?;
            }
        }
        Ok(())
    }
}
