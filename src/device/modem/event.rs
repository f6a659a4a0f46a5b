//! What happened to a modem, in order, for every face to read at its own pace.

use heapless::Deque;

use super::Radio;
use super::bearer::SessionStatus;
use super::carrier_config::ConfigChange;
use super::clock::Date;
use super::data_path::Loopback;
use super::flow::Flow;
use super::location::Positioning;
use super::management::{OperatingMode, Power};
use super::network::{PacketService, Registration, Signal};
use super::oma::OmaEvent;
use super::profile::ContextChange;
use super::refresh::RefreshStage;
use super::settings::ConfigurationState;
use super::sim::{ReadyState, SlotStatus};
use super::sms::MessageEvent;
use super::stk::Shown;
use super::vendor::Frequency;
use super::voice::CallEvent;

/// Events that are kept. A face that is slower misses the oldest ones, and is told how many.
pub const EVENTS: usize = 64;

/// Who caused an event. A face does not tell its own host what that host asked for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Origin(pub u8);

impl Origin {
    /// The network, the user, or the modem itself.
    pub const WORLD: Self = Self(0);
}

/// What changed, with the state right after the change where a later state would tell another story.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Change {
    /// The device restarted.
    Restarted,
    /// What is in a SIM slot.
    Slot(SlotStatus),
    /// Whether the SIM can be used.
    Subscriber(ReadyState),
    /// A code of the SIM, or the attempts left for it.
    Codes,
    /// A radio switch moved.
    Radio(Radio),
    /// Registration.
    Registration(Registration),
    /// Packet service.
    PacketService(PacketService),
    /// The attach and its context.
    Attach(PacketService),
    /// A session.
    Session(SessionStatus),
    /// Addresses, name servers or MTU of a session.
    IpConfiguration(u8),
    /// Protocol configuration options of a session.
    Pco(u8),
    /// The signal.
    Signal(Signal),
    /// The cell.
    Location,
    /// The scan under way has found another network: how many there are now.
    NetworkFound(u8),
    /// Emergency mode.
    Emergency(bool),
    /// The list of preferred providers.
    PreferredProviders,
    /// The list of home providers.
    HomeProviders,
    /// A session rests, or no longer.
    Dormancy {
        /// The session.
        session: u8,
        /// It rests.
        dormant: bool,
    },
    /// A flow of a session.
    Flow(Flow),
    /// Whether the network knows flows.
    FlowsKnown(bool),
    /// Whether packets come back.
    Loopback(Loopback),
    /// The stored contexts.
    Contexts(ContextChange),
    /// The contexts to attach with.
    AttachContexts,
    /// The providers that are denied, or whether one of them matters now.
    Denylist,
    /// How the device logs.
    Logging,
    /// The configuration for an operator.
    Configuration(ConfigurationState),
    /// The device has begun to transmit, or fallen silent.
    Transmission(bool),
    /// Short messages, or their store.
    Messages(MessageEvent),
    /// A page came: its number.
    Page(u32),
    /// The network, or another client, said something in a dialogue: the number of the reply.
    Ussd(u32),
    /// The card has changed files by itself; see [`Modem::refresh`](super::Modem::refresh).
    Refresh(RefreshStage),
    /// Calls.
    Call(CallEvent),
    /// The phonebook: whether it can be used, or what is in it.
    Phonebook,
    /// The carrier lock.
    CarrierLock,
    /// The frequency in use, if it is to be told.
    Frequencies(Option<Frequency>),
    /// A command of the SIM toolkit, for the host that wanted it.
    Proactive(Shown),
    /// The network told another date.
    Date(Date),
    /// Registration with IMS, or what can be done there.
    Ims,
    /// What of IMS is switched on.
    ImsSettings,
    /// Where settings of IMS come from.
    ImsPolicy,
    /// The operating mode.
    OperatingMode(OperatingMode),
    /// Where the power comes from.
    Power(Power),
    /// Positioning.
    Positioning(Positioning),
    /// Stored configurations for operators.
    CarrierConfig(ConfigChange),
    /// Device management by the operator's server.
    Oma(OmaEvent),
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Event {
    /// Who caused it.
    pub by: Origin,
    /// What changed.
    pub change: Change,
}

/// A place in the log: the number of the next event to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Cursor(u32);

/// What lies behind a cursor.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Reading {
    /// The next event.
    Event(Event),
    /// So many events are gone; the cursor stands at the oldest that is left.
    Missed(u32),
}

/// The log.
#[derive(Debug, Default)]
pub(super) struct Log {
    kept: Deque<Event, EVENTS>,
    /// Number of the next event.
    next: u32,
}

impl Log {
    pub(super) fn push(&mut self, by: Origin, change: Change) {
        if self.kept.is_full() {
            self.kept.pop_front();
        }
        if self.kept.push_back(Event { by, change }).is_ok() {
            self.next = self.next.wrapping_add(1);
        }
    }

    pub(super) fn newest(&self) -> Cursor {
        Cursor(self.next)
    }

    pub(super) fn read(&self, cursor: &mut Cursor) -> Option<Reading> {
        let behind = self.next.wrapping_sub(cursor.0);
        let kept = u32::try_from(self.kept.len()).unwrap_or(u32::MAX);
        if behind > kept {
            cursor.0 = self.next.wrapping_sub(kept);
            return Some(Reading::Missed(behind.saturating_sub(kept)));
        }
        let place = usize::try_from(kept.saturating_sub(behind)).ok()?;
        let event = self.kept.iter().nth(place)?;
        cursor.0 = cursor.0.wrapping_add(1);
        Some(Reading::Event(*event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_readers_see_every_event_and_a_slow_one_learns_what_it_missed() {
        let mut log = Log::default();
        let (mut fast, mut slow) = (log.newest(), log.newest());
        for n in 0..70 {
            log.push(Origin(1), Change::Emergency(n % 2 == 0));
            let event = Event { by: Origin(1), change: Change::Emergency(n % 2 == 0) };
            assert_eq!(log.read(&mut fast), Some(Reading::Event(event)));
            assert_eq!(log.read(&mut fast), None);
        }
        assert_eq!(log.read(&mut slow), Some(Reading::Missed(6)));
        let mut read = 0;
        while let Some(Reading::Event(_)) = log.read(&mut slow) {
            read += 1;
        }
        assert_eq!(read, EVENTS);
        assert_eq!(slow, log.newest());
    }
}
