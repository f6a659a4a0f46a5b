//! Providers that a host denies (Microsoft's "network denylist"). The list outlives restarts and changes of the SIM.

use heapless::Vec;

use super::Modem;
use super::event::{Change, Origin};
use super::network::RegistrationState;
use super::{Failure, Reason};
use crate::time::Instant;

/// Entries of the list.
pub const DENIED: usize = 16;

/// What an entry is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum DeniedAs {
    /// The provider of the SIM: with such a card the device does not register.
    Sim,
    /// A network: the device does not register there.
    Network,
}

/// A provider that is denied, by its numbers: the digits of the network code are not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Denied {
    /// Country code, 0 to 999.
    pub mcc: u16,
    /// Network code, 0 to 999.
    pub mnc: u16,
    /// What it is compared with.
    pub kind: DeniedAs,
}

impl Denied {
    fn is(&self, plmn: &str, kind: DeniedAs) -> bool {
        let number = |digits: Option<&str>| digits.and_then(|digits| digits.parse().ok());
        self.kind == kind && number(plmn.get(..3)) == Some(self.mcc) && number(plmn.get(3..)) == Some(self.mnc)
    }
}

/// Whether an entry of the list applies now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Denial {
    /// The provider of the SIM is denied.
    pub sim: bool,
    /// A network in reach is denied.
    pub network: bool,
}

impl Modem {
    /// The providers that are denied.
    #[must_use]
    pub fn denylist(&self) -> &[Denied] {
        &self.denylist
    }

    /// Whether an entry applies now.
    #[must_use]
    pub fn denial(&self) -> Denial {
        let network = self.visible_networks().any(|(_, network)| self.is_denied(&network.plmn));
        Denial { sim: self.is_sim_denied(), network }
    }

    /// Whether the device must not register with a network.
    #[must_use]
    pub fn is_denied(&self, plmn: &str) -> bool {
        self.denylist.iter().any(|denied| denied.is(plmn, DeniedAs::Network))
    }

    pub(super) fn is_sim_denied(&self) -> bool {
        let home = self.sim().map(|sim| sim.home.as_str());
        home.is_some_and(|home| self.denylist.iter().any(|denied| denied.is(home, DeniedAs::Sim)))
    }

    /// Replaces the list. A device that is where it must not be leaves, and looks for another network if it may.
    pub fn set_denylist(&mut self, now: Instant, by: Origin, list: Vec<Denied, DENIED>) {
        self.poll(now);
        let changed = *self.denylist != *list;
        self.denylist = list;
        self.log.push(by, Change::Denylist);
        if !changed {
            return;
        }
        let why = Failure::from(Reason::NotAllowed);
        let leaves = self.serving_network().is_some_and(|network| self.is_denied(&network.plmn));
        if self.is_sim_denied() || leaves {
            self.end_registration(RegistrationState::Deregistered, why);
        }
        if !self.registration().is_registered() {
            self.begin_search(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn providers_are_compared_by_number() {
        let denied = Denied { mcc: 1, mnc: 1, kind: DeniedAs::Network };
        assert!(denied.is("00101", DeniedAs::Network));
        assert!(denied.is("001001", DeniedAs::Network), "the digits of the code are not known");
        assert!(!denied.is("00102", DeniedAs::Network));
        assert!(!denied.is("00101", DeniedAs::Sim));
        assert!(!denied.is("", DeniedAs::Network));
    }
}
