//! What a host prefers when the modem looks for a network: technologies, bands, home or roaming, calls or packets.
//!
//! Preferences hold at once. Those that a host wants to keep also outlive a restart.

use heapless::Vec;

use super::band::Bands;
use super::network::{Selection, Technologies};
use super::{Failure, Modem, Reason};
use crate::time::Instant;

/// Generations of technologies in an order.
pub const GENERATIONS: usize = 4;

/// Which networks may be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Roaming {
    /// All.
    #[default]
    Any,
    /// Only the home network.
    HomeOnly,
    /// Only others.
    RoamingOnly,
}

/// Which parts of the network are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Domain {
    /// Calls (circuit switched) and packets.
    #[default]
    Both,
    /// Calls only: packet service is not attached by itself.
    Circuit,
    /// Packets only.
    Packet,
}

/// Whether the modem registers with the networks that it finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Restriction {
    /// It does.
    #[default]
    None,
    /// It only listens to them.
    CampedOnly,
    /// It listens as a device without a SIM does.
    Limited,
}

/// What the device is used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Usage {
    /// Calls above all.
    Voice,
    /// Data above all.
    #[default]
    Data,
}

/// How calls are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum VoiceDomain {
    /// Circuit switched only.
    Circuit,
    /// Over packets only.
    Packet,
    /// Circuit switched, where possible.
    CircuitPreferred,
    /// Over packets, where possible.
    #[default]
    PacketPreferred,
}

/// All of that.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preferences {
    /// The host says that there is an emergency.
    pub emergency: bool,
    /// Radio technologies that may be used; those that the device does not have do not matter.
    pub technologies: Technologies,
    /// Bands that may be used.
    pub bands: Bands,
    /// Which networks may be used.
    pub roaming: Roaming,
    /// Which parts of the network are used.
    pub domain: Domain,
    /// Generations, the most wanted first; those that are missing come last.
    pub order: Vec<Technologies, GENERATIONS>,
    /// Whether the modem registers.
    pub restriction: Restriction,
    /// What the device is used for.
    pub usage: Usage,
    /// How calls are made.
    pub voice: VoiceDomain,
    /// Who chooses the network.
    pub selection: Selection,
}

/// The generations, newest first.
pub const NEWEST_FIRST: [Technologies; GENERATIONS] =
    [Technologies::FIFTH, Technologies::FOURTH, Technologies::THIRD, Technologies::SECOND];

impl Preferences {
    pub(super) fn new(technologies: Technologies, bands: Bands) -> Self {
        let mut order = Vec::new();
        for generation in NEWEST_FIRST.iter().filter(|generation| technologies.intersects(**generation)) {
            let _ = order.push(*generation);
        }
        Self {
            emergency: false,
            technologies: Technologies::all(),
            bands,
            roaming: Roaming::default(),
            domain: Domain::default(),
            order,
            restriction: Restriction::default(),
            usage: Usage::default(),
            voice: VoiceDomain::default(),
            selection: Selection::Automatic,
        }
    }

    /// Whether the modem must look anew to obey these instead of others.
    fn looks_anew(&self, before: &Self, device: Technologies) -> bool {
        self.technologies & device != before.technologies & device
            || self.bands != before.bands
            || self.roaming != before.roaming
            || self.order != before.order
            || self.restriction != before.restriction
    }
}

impl Modem {
    /// What is preferred now.
    #[must_use]
    pub fn preferences(&self) -> &Preferences {
        &self.networks.preferences
    }

    /// What will be preferred after a restart.
    #[must_use]
    pub fn kept_preferences(&self) -> &Preferences {
        &self.networks.kept
    }

    /// The choice of the network outlives a restart, too.
    pub fn keep_selection(&mut self) {
        self.networks.kept.selection = self.networks.preferences.selection.clone();
    }

    /// A host changes what is preferred: until the device restarts, or for good. The modem looks for a network anew if it
    /// must to obey, which goes on after the call, and needs neither a SIM nor the radio now.
    ///
    /// # Errors
    ///
    /// [`Reason::NotSupported`] if no technology or band is left, or for a network of the host's choice if the device
    /// chooses alone; [`Reason::Invalid`] for a network without 5 or 6 digits; [`Reason::NotAllowed`] for one that is
    /// denied. Nothing is changed then.
    pub fn prefer(&mut self, now: Instant, kept: bool, change: impl Fn(&mut Preferences)) -> Result<(), Failure> {
        self.poll(now);
        let before = self.networks.preferences.clone();
        let mut after = before.clone();
        change(&mut after);
        after.bands = after.bands.and(self.bands());
        let device = self.technologies();
        let bands = after.bands;
        let no_band = [
            (Technologies::SECOND, bands.gsm.is_empty()),
            (Technologies::THIRD, bands.umts.is_empty()),
            (Technologies::FOURTH | Technologies::NR_NSA, bands.lte.is_empty()),
            (Technologies::NR_SA, bands.nr_sa.is_empty()),
        ];
        let barred = no_band.iter().filter(|(_, none)| *none).fold(Technologies::empty(), |all, (some, _)| all | *some);
        if (device & after.technologies).difference(barred).is_empty() {
            return Err(Reason::NotSupported.into());
        }
        if let Selection::Manual(plmn) = &after.selection {
            self.may_choose(plmn)?;
        }
        let reselects = after.selection != before.selection;
        let looks = reselects || after.looks_anew(&before, device);
        let domain = after.domain;
        if kept {
            change(&mut self.networks.kept);
            self.networks.kept.bands = self.networks.kept.bands.and(self.bands());
        }
        if reselects {
            self.select(after.selection.clone());
        }
        self.networks.preferences = after;
        if looks {
            self.end_packet_service(Reason::NotRegistered.into());
            self.begin_search(now);
        } else if domain != before.domain {
            match domain {
                Domain::Circuit => self.end_packet_service(Reason::Detached.into()),
                Domain::Both | Domain::Packet => self.attach_if_wanted(now),
            }
        }
        Ok(())
    }
}
