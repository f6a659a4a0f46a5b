//! Configurations for operators that are stored in the device (carrier profiles, MBN files): one is selected, activated by a
//! restart, and in effect from then on.

use heapless::Vec;

use super::event::{Change, Origin};
use super::{Failure, Modem, Reason, Text, Ticket, Work, text};
use crate::time::Instant;

/// Configurations that are stored.
pub const CONFIGS: usize = 8;
/// Bytes of the name of a configuration; most have 20.
pub const CONFIG_ID: usize = 32;
/// Bytes of a piece that is loaded.
pub const CHUNK: usize = 1024;

/// What a configuration is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum ConfigKind {
    /// The hardware.
    Platform,
    /// The software.
    Software,
}

/// Name of a configuration.
pub type ConfigId = Vec<u8, CONFIG_ID>;

/// A configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarrierConfig {
    /// What it is for.
    pub kind: ConfigKind,
    /// Its name.
    pub id: ConfigId,
    /// What it is called.
    pub description: Text<48>,
    /// Its version.
    pub version: u32,
    /// Its size in bytes.
    pub size: u32,
}

impl CarrierConfig {
    /// A configuration; of a name that is too long, the end is cut off.
    #[must_use]
    pub fn new(kind: ConfigKind, id: &[u8], description: &str) -> Self {
        let id = super::super::collect(id.iter().copied());
        Self { kind, id, description: text(description), version: 0x0501_0820, size: 20_480 }
    }
}

/// The configurations at power-on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CarrierConfigSetup {
    /// All of them.
    pub configs: Vec<CarrierConfig, CONFIGS>,
    /// Which one of the software is in effect, by its place in the list.
    pub active: Option<usize>,
    /// Bytes that all of one kind may take.
    pub room: u32,
}

impl Default for CarrierConfigSetup {
    fn default() -> Self {
        let mut configs = Vec::new();
        for (name, first) in [("ROW_Generic_3GPP", 0xa1), ("Test_Network", 0xb2)] {
            let mut id = [first; 20];
            for (byte, number) in id.iter_mut().skip(1).zip(1..) {
                *byte = number;
            }
            let _ = configs.push(CarrierConfig::new(ConfigKind::Software, &id, name));
        }
        Self { configs, active: Some(0), room: 1_048_576 }
    }
}

/// What happened to configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ConfigChange {
    /// Another one was selected.
    Selected(ConfigKind),
    /// The device begins to put another one into effect.
    Begun,
    /// Another one is in effect.
    Done,
}

/// What is in effect, and what will be.
#[derive(Clone, Debug, Default)]
struct Choice {
    active: Option<ConfigId>,
    pending: Option<ConfigId>,
    /// The pending one, or none, comes into effect with the next restart.
    activating: bool,
}

/// A file that is loaded piece by piece.
#[derive(Clone, Debug)]
struct Load {
    config: CarrierConfig,
    received: u32,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Loaded {
    /// Bytes that have come.
    pub received: u32,
    /// Bytes that are missing.
    pub remaining: u32,
}

#[derive(Debug)]
pub(super) struct CarrierConfigs {
    configs: Vec<CarrierConfig, CONFIGS>,
    room: u32,
    choices: [Choice; 2],
    load: Option<Load>,
}

const fn place(kind: ConfigKind) -> usize {
    match kind {
        ConfigKind::Platform => 0,
        ConfigKind::Software => 1,
    }
}

impl CarrierConfigs {
    pub(super) fn new(setup: CarrierConfigSetup) -> Self {
        let active = setup.active.and_then(|place| setup.configs.get(place)).map(|config| config.id.clone());
        let software = Choice { active, ..Choice::default() };
        Self { configs: setup.configs, room: setup.room, choices: [Choice::default(), software], load: None }
    }

    fn find(&self, kind: ConfigKind, id: &[u8]) -> Option<&CarrierConfig> {
        self.configs.iter().find(|config| config.kind == kind && config.id == *id)
    }

    fn choice(&mut self, kind: ConfigKind) -> Result<&mut Choice, Failure> {
        self.choices.get_mut(place(kind)).ok_or(Reason::Invalid.into())
    }

    fn used(&self, kind: ConfigKind) -> u32 {
        let sizes = self.configs.iter().filter(|config| config.kind == kind).map(|config| config.size);
        sizes.fold(0, u32::saturating_add)
    }

    /// Ends what a restart ends, and puts into effect what waits for it. Whether something came into effect.
    pub(super) fn restart(&mut self) -> bool {
        self.load = None;
        let mut changed = false;
        for choice in &mut self.choices {
            if core::mem::take(&mut choice.activating) {
                choice.active = choice.pending.take();
                changed = true;
            }
        }
        changed
    }
}

impl Modem {
    /// The configurations of a kind.
    pub fn carrier_configs(&self, kind: ConfigKind) -> impl Iterator<Item = &CarrierConfig> {
        self.carrier_configs.configs.iter().filter(move |config| config.kind == kind)
    }

    /// A configuration.
    #[must_use]
    pub fn carrier_config(&self, kind: ConfigKind, id: &[u8]) -> Option<&CarrierConfig> {
        self.carrier_configs.find(kind, id)
    }

    /// The configuration of a kind that is in effect, and the one that is selected to follow.
    #[must_use]
    pub fn selected_config(&self, kind: ConfigKind) -> (Option<&[u8]>, Option<&[u8]>) {
        let choice = self.carrier_configs.choices.get(place(kind));
        choice.map_or((None, None), |choice| (choice.active.as_deref(), choice.pending.as_deref()))
    }

    /// Bytes that configurations of a kind may take, and that they take.
    #[must_use]
    pub fn config_room(&self, kind: ConfigKind) -> (u32, u32) {
        (self.carrier_configs.room, self.carrier_configs.used(kind))
    }

    /// Selects the configuration that follows.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if there is none of that name.
    pub fn select_config(&mut self, by: Origin, kind: ConfigKind, id: &[u8]) -> Result<(), Failure> {
        let found = self.carrier_configs.find(kind, id).ok_or(Failure::from(Reason::InvalidIndex))?;
        let pending = Some(found.id.clone());
        self.carrier_configs.choice(kind)?.pending = pending;
        self.log.push(by, Change::CarrierConfig(ConfigChange::Selected(kind)));
        Ok(())
    }

    /// Puts the selected configuration into effect: the ticket is done after a while, and the device restarts.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if none is selected; [`Reason::Busy`].
    pub fn request_activate_config(&mut self, now: Instant, by: Origin, kind: ConfigKind) -> Result<Ticket, Failure> {
        self.poll(now);
        if self.carrier_configs.choice(kind)?.pending.is_none() {
            return Err(Reason::InvalidIndex.into());
        }
        let due = now + self.delays.configuration;
        self.begin(by, Work::ActivateConfig(kind), Some(due))
    }

    pub(super) fn activate_config(&mut self, now: Instant, kind: ConfigKind) {
        if let Ok(choice) = self.carrier_configs.choice(kind) {
            choice.activating = true;
        }
        self.log.push(Origin::WORLD, Change::CarrierConfig(ConfigChange::Begun));
        self.request_restart(now);
    }

    /// Takes the configuration out of effect, at once.
    ///
    /// # Errors
    ///
    /// [`Reason::NotActive`] if none is in effect.
    pub fn deactivate_config(&mut self, kind: ConfigKind) -> Result<(), Failure> {
        let choice = self.carrier_configs.choice(kind)?;
        choice.active.take().ok_or(Failure::from(Reason::NotActive))?;
        choice.activating = false;
        self.log.push(Origin::WORLD, Change::CarrierConfig(ConfigChange::Begun));
        self.log.push(Origin::WORLD, Change::CarrierConfig(ConfigChange::Done));
        Ok(())
    }

    /// Deletes a configuration.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if there is none of that name; [`Reason::NotAllowed`] if it is in effect.
    pub fn delete_config(&mut self, kind: ConfigKind, id: &[u8]) -> Result<(), Failure> {
        if self.carrier_configs.find(kind, id).is_none() {
            return Err(Reason::InvalidIndex.into());
        }
        let choice = self.carrier_configs.choice(kind)?;
        if choice.active.as_deref() == Some(id) {
            return Err(Reason::NotAllowed.into());
        }
        if choice.pending.as_deref() == Some(id) {
            choice.pending = None;
            choice.activating = false;
        }
        self.carrier_configs.configs.retain(|config| config.kind != kind || config.id != *id);
        Ok(())
    }

    /// A host loads the next piece of a configuration; a piece of another one begins that one instead. The model counts
    /// bytes and does not keep them. `None`: the piece goes beyond the end, and the file must be begun again.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`] for a name or a piece that is too long; [`Reason::Invalid`] for an empty one; [`Reason::Full`] if
    /// there is no room.
    pub fn load_config(
        &mut self,
        (kind, id): (ConfigKind, &[u8]),
        size: u32,
        len: usize,
    ) -> Result<Option<Loaded>, Failure> {
        let piece = u32::try_from(len).ok().filter(|_| len <= CHUNK && id.len() <= CONFIG_ID);
        let piece = piece.ok_or(Failure::from(Reason::TooLong))?;
        if piece == 0 || size == 0 || id.is_empty() {
            return Err(Reason::Invalid.into());
        }
        let configs = &mut self.carrier_configs;
        let known = configs.find(kind, id).is_some();
        let full = configs.used(kind).saturating_add(size) > configs.room || configs.configs.is_full();
        if full && !known {
            return Err(Reason::Full.into());
        }
        let load = configs.load.take();
        let same = |load: &Load| load.config.kind == kind && load.config.id == *id && load.config.size == size;
        let mut load = load.filter(same).unwrap_or_else(|| {
            let config = CarrierConfig { size, ..CarrierConfig::new(kind, id, "Loaded") };
            Load { config, received: 0 }
        });
        load.received = load.received.saturating_add(piece);
        let Some(remaining) = size.checked_sub(load.received) else {
            return Ok(None);
        };
        let loaded = Loaded { received: load.received, remaining };
        if remaining > 0 {
            configs.load = Some(load);
        } else {
            configs.configs.retain(|config| config.kind != kind || config.id != *id);
            configs.configs.push(load.config).map_err(|_| Failure::from(Reason::Full))?;
        }
        Ok(Some(loaded))
    }

    /// After a restart that put a configuration into effect: tells it, also to those who only know its name.
    pub(super) fn config_restarted(&mut self, now: Instant) {
        let (active, _) = self.selected_config(ConfigKind::Software);
        let name = active.and_then(|id| self.carrier_config(ConfigKind::Software, id));
        let name = name.map(|config| text(&config.description));
        self.log.push(Origin::WORLD, Change::CarrierConfig(ConfigChange::Done));
        if let Some(name) = name {
            self.configure(now, name);
        }
    }
}
