//! IMS: whether the modem registers for calls and messages over packets, and the settings for that.
//!
//! The modem registers by itself when packet service is attached over LTE or 5G, if the network has IMS and a host has not
//! switched it off.

use super::event::{Change, Origin};
use super::network::{PacketState, Technologies};
use super::{Modem, Text, text};
use crate::time::Instant;

/// Access point names of the policy.
pub const IMS_APNS: usize = 6;
/// Bytes of each.
pub const IMS_APN: usize = 32;

bitflags::bitflags! {
    /// What is switched on.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct ImsServices: u16 {
        /// Registering at all.
        const REGISTRATION = 1 << 0;
        /// Calls.
        const VOICE = 1 << 1;
        /// Calls with pictures.
        const VIDEO = 1 << 2;
        /// Calls over Wi-Fi.
        const WIFI = 1 << 3;
        /// Supplementary services.
        const UT = 1 << 4;
        /// Messages.
        const SMS = 1 << 5;
        /// Dialogues.
        const USSD = 1 << 6;
        /// Presence.
        const PRESENCE = 1 << 7;
        /// Configuration by the network.
        const AUTOCONFIG = 1 << 8;
        /// Documents of the subscriber on a server.
        const XDM = 1 << 9;
        /// Rich communication.
        const RCS = 1 << 10;
        /// The operator's configuration.
        const CARRIER_CONFIG = 1 << 11;
    }
}

impl ImsServices {
    /// What is on when a device is delivered.
    pub const USUAL: Self = Self::REGISTRATION
        .union(Self::VOICE)
        .union(Self::UT)
        .union(Self::SMS)
        .union(Self::USSD)
        .union(Self::CARRIER_CONFIG);
}

/// Which way calls go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum CallMode {
    /// It does not matter.
    None,
    /// Over the cellular network, if possible.
    #[default]
    Cellular,
    /// Over Wi-Fi, if possible.
    Wifi,
    /// Over Wi-Fi only.
    WifiOnly,
    /// Over the cellular network only.
    CellularOnly,
    /// Over IMS.
    Ims,
}

/// Where settings of the subscriber come from, the lowest number first, and which access points are used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImsPolicy {
    /// A server of the operator.
    pub acs: u8,
    /// The card's application for IMS.
    pub isim: u8,
    /// The device's memory.
    pub nv: u8,
    /// The network, when a session begins.
    pub pco: u8,
    /// Services, by the maker's bits.
    pub services: u64,
    /// Access point names.
    pub apns: [Text<IMS_APN>; IMS_APNS],
}

/// What there is of IMS.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImsSetup {
    /// Networks have it.
    pub network: bool,
    /// Registering is refused with this SIP code; 0 accepts.
    pub refuses: u16,
    /// What the network says to that.
    pub reason: Text<40>,
    /// What is switched on when the device is delivered.
    pub services: ImsServices,
    /// Settings when the device is delivered.
    pub policy: ImsPolicy,
}

impl Default for ImsSetup {
    fn default() -> Self {
        let mut policy = ImsPolicy { acs: 4, isim: 2, nv: 3, pco: 1, services: 0, ..ImsPolicy::default() };
        policy.apns = [text("ims"), text("internet"), text("rcs"), text("ut"), text("sos"), Text::new()];
        Self { network: true, refuses: 0, reason: Text::new(), services: ImsServices::USUAL, policy }
    }
}

/// Whether the modem is registered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ImsState {
    /// No.
    #[default]
    NotRegistered,
    /// On the way.
    Registering,
    /// Yes.
    Registered,
}

/// The state behind all that.
#[derive(Debug)]
pub(super) struct Ims {
    setup: ImsSetup,
    call_mode: CallMode,
    state: ImsState,
    /// Code of the refusal, 0 if there was none.
    code: u16,
    due: Option<Instant>,
}

impl Ims {
    pub(super) fn new(setup: ImsSetup) -> Self {
        Self { setup, call_mode: CallMode::default(), state: ImsState::NotRegistered, code: 0, due: None }
    }

    pub(super) fn power_off(&mut self) {
        (self.state, self.code, self.due) = (ImsState::NotRegistered, 0, None);
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }
}

impl Modem {
    /// Whether the modem is registered with IMS, the code of the last refusal (0: none), and what was said to it.
    #[must_use]
    pub fn ims(&self) -> (ImsState, u16, &str) {
        let reason = if self.ims.code == 0 { "" } else { self.ims.setup.reason.as_str() };
        (self.ims.state, self.ims.code, reason)
    }

    /// Whether calls go over IMS now.
    #[must_use]
    pub fn ims_voice(&self) -> bool {
        self.ims.state == ImsState::Registered && self.ims.setup.services.contains(ImsServices::VOICE)
    }

    /// Whether networks have IMS.
    #[must_use]
    pub fn ims_network(&self) -> bool {
        self.ims.setup.network
    }

    /// What is switched on.
    #[must_use]
    pub fn ims_services(&self) -> ImsServices {
        self.ims.setup.services
    }

    /// Which way calls go.
    #[must_use]
    pub fn ims_call_mode(&self) -> CallMode {
        self.ims.call_mode
    }

    /// A host switches services on or off, and says which way calls go.
    pub fn set_ims_services(&mut self, now: Instant, by: Origin, services: ImsServices, call_mode: CallMode) {
        self.poll(now);
        let before = (self.ims.setup.services, self.ims.call_mode);
        self.ims.setup.services = services;
        self.ims.call_mode = call_mode;
        if before == (services, call_mode) {
            return;
        }
        self.log.push(by, Change::ImsSettings);
        if services.contains(ImsServices::REGISTRATION) {
            if self.ims.state == ImsState::Registered {
                // What can be done now is another thing.
                self.log.push(Origin::WORLD, Change::Ims);
            }
            self.begin_ims(now);
        } else {
            self.end_ims();
        }
    }

    /// Where settings come from.
    #[must_use]
    pub fn ims_policy(&self) -> &ImsPolicy {
        &self.ims.setup.policy
    }

    /// A host says where settings come from.
    pub fn set_ims_policy(&mut self, by: Origin, policy: ImsPolicy) {
        if self.ims.setup.policy != policy {
            self.ims.setup.policy = policy;
            self.log.push(by, Change::ImsPolicy);
        }
    }

    /// The network begins or ceases to refuse (a SIP code, or 0 to accept): it ends the registration that there is, and the
    /// modem tries again.
    pub fn refuse_ims(&mut self, now: Instant, code: u16, reason: &str) {
        self.poll(now);
        self.ims.setup.refuses = code;
        self.ims.setup.reason = text(reason);
        self.end_ims();
        self.begin_ims(now);
    }

    fn may_use_ims(&self) -> bool {
        let packet = self.packet_service();
        self.ims.setup.network
            && self.ims.setup.services.contains(ImsServices::REGISTRATION)
            && packet.state == PacketState::Attached
            && packet.technology.intersects(Technologies::FOURTH | Technologies::FIFTH)
    }

    /// Registers, if everything is there for that.
    pub(super) fn begin_ims(&mut self, now: Instant) {
        if self.ims.state == ImsState::NotRegistered && self.may_use_ims() {
            self.ims.due = Some(now + self.delays.ims);
            self.set_ims(ImsState::Registering, 0);
        }
    }

    pub(super) fn ims_due(&mut self) {
        self.ims.due = None;
        match self.ims.setup.refuses {
            0 => self.set_ims(ImsState::Registered, 0),
            code => self.set_ims(ImsState::NotRegistered, code),
        }
    }

    /// There is no way to the network any more, or no wish to be registered.
    pub(super) fn end_ims(&mut self) {
        self.ims.due = None;
        self.set_ims(ImsState::NotRegistered, 0);
    }

    fn set_ims(&mut self, state: ImsState, code: u16) {
        if (self.ims.state, self.ims.code) != (state, code) {
            (self.ims.state, self.ims.code) = (state, code);
            self.log.push(Origin::WORLD, Change::Ims);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Setup;
    use super::*;

    #[test]
    fn the_modem_registers_when_it_may_and_not_else() {
        let mut modem = Modem::new(Instant(0), Setup::default());
        modem.poll(Instant(1_300));
        assert_eq!(modem.packet_service().state, PacketState::Attached);
        assert_eq!(modem.ims().0, ImsState::Registering);
        modem.poll(Instant(10_000));
        assert_eq!(modem.ims(), (ImsState::Registered, 0, ""));
        assert!(modem.ims_voice());
        let off = modem.ims_services().difference(ImsServices::REGISTRATION);
        modem.set_ims_services(Instant(10_000), Origin(1), off, CallMode::Cellular);
        assert_eq!(modem.ims().0, ImsState::NotRegistered);
        modem.set_ims_services(Instant(10_000), Origin(1), ImsServices::all(), CallMode::Cellular);
        modem.poll(Instant(20_000));
        assert_eq!(modem.ims().0, ImsState::Registered);
        modem.refuse_ims(Instant(20_000), 403, "Forbidden");
        modem.poll(Instant(30_000));
        assert_eq!(modem.ims(), (ImsState::NotRegistered, 403, "Forbidden"));
        modem.refuse_ims(Instant(30_000), 0, "");
        modem.poll(Instant(40_000));
        assert!(modem.ims_voice());
        modem.lose_signal(Instant(40_000));
        assert_eq!(modem.ims().0, ImsState::NotRegistered);
    }
}
