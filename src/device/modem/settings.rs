//! What a host sets once and the device keeps: logging, what to ask for when registering, the operator's configuration.

use heapless::Vec;

use super::event::{Change, Origin};
use super::network::Technologies;
use super::{Failure, Modem, Reason, Text};
use crate::time::Instant;

/// Bytes of the name of a configuration.
pub const CONFIGURATION_NAME: usize = 64;
/// Further elements of the registration parameters.
pub const ELEMENTS: usize = 4;
/// Bytes of such an element.
pub const ELEMENT_LEN: usize = 32;

/// How much is logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LogLevel {
    /// As in the field.
    #[default]
    Field,
    /// Laboratory, everything.
    LabVerbose,
    /// Laboratory, some.
    LabMedium,
    /// Laboratory, little.
    LabLow,
    /// As the maker of the host wants.
    Oem,
}

/// How the device logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Logging {
    /// Largest piece, KiB.
    pub segment: u32,
    /// Longest time until a piece is sent, milliseconds.
    pub flush: u32,
    /// How much.
    pub level: LogLevel,
}

impl Default for Logging {
    fn default() -> Self {
        Self { segment: 64, flush: 1_000, level: LogLevel::Field }
    }
}

/// Mobile initiated connections only (5G).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Mico {
    /// Off.
    Off,
    /// On.
    On,
    /// The device cannot.
    Unsupported,
    /// The device decides.
    Default,
}

/// How often a sleeping device listens (5G).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Drx {
    /// The network decides.
    Unspecified,
    /// The device cannot choose.
    Unsupported,
    /// Every so many radio frames: 32, 64, 128 or 256.
    Frames(u16),
}

/// A further element: network slices and the like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// Type, by MBIM's number.
    pub kind: u16,
    /// Its bytes.
    pub data: Vec<u8, ELEMENT_LEN>,
}

/// What to ask for when registering with 5G.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationParameters {
    /// Mobile initiated connections only.
    pub mico: Mico,
    /// Listening while asleep.
    pub drx: Drx,
    /// Local area data networks are asked for.
    pub ladn: bool,
    /// A default session will follow soon.
    pub default_session: bool,
    /// The device registers again if that is needed for a change to take effect.
    pub registers_again: bool,
    /// Further elements.
    pub elements: Vec<Element, ELEMENTS>,
}

impl RegistrationParameters {
    fn new(technologies: Technologies) -> Self {
        let is_5g = has_5g(technologies);
        Self {
            mico: if is_5g { Mico::Off } else { Mico::Unsupported },
            drx: if is_5g { Drx::Unspecified } else { Drx::Unsupported },
            ladn: false,
            default_session: false,
            registers_again: false,
            elements: Vec::new(),
        }
    }
}

fn has_5g(technologies: Technologies) -> bool {
    technologies.intersects(Technologies::NR_NSA | Technologies::NR_SA)
}

/// How far the device is with the configuration for an operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ConfigurationState {
    /// It has none.
    Unknown,
    /// It is being changed.
    Started,
    /// It holds.
    #[default]
    Completed,
}

/// All of that.
#[derive(Debug)]
pub(super) struct Settings {
    logging: Logging,
    registration: RegistrationParameters,
    configuration: Text<CONFIGURATION_NAME>,
    configuration_state: ConfigurationState,
    configured_at: Option<Instant>,
}

impl Settings {
    pub(super) fn new(technologies: Technologies, configuration: Text<CONFIGURATION_NAME>) -> Self {
        let known = !configuration.is_empty();
        Self {
            logging: Logging::default(),
            registration: RegistrationParameters::new(technologies),
            configuration,
            configuration_state: if known { ConfigurationState::Completed } else { ConfigurationState::Unknown },
            configured_at: None,
        }
    }

    pub(super) fn configured_at(&self) -> Option<Instant> {
        self.configured_at
    }
}

impl Modem {
    /// How the device logs.
    #[must_use]
    pub fn logging(&self) -> Logging {
        self.settings.logging
    }

    /// A host says how to log.
    pub fn set_logging(&mut self, by: Origin, logging: Logging) {
        self.settings.logging = logging;
        self.log.push(by, Change::Logging);
    }

    /// What is asked for when registering with 5G.
    #[must_use]
    pub fn registration_parameters(&self) -> &RegistrationParameters {
        &self.settings.registration
    }

    /// A host says what to ask for. A device that is registered registers again for a change, if it shall.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] for numbers of frames that there are not; [`Reason::NotSupported`] for what a device without
    /// 5G cannot do.
    pub fn set_registration_parameters(
        &mut self,
        now: Instant,
        parameters: RegistrationParameters,
    ) -> Result<(), Failure> {
        self.poll(now);
        if matches!(parameters.drx, Drx::Frames(frames) if ![32, 64, 128, 256].contains(&frames)) {
            return Err(Reason::Invalid.into());
        }
        let asks = parameters.mico == Mico::On || matches!(parameters.drx, Drx::Frames(_));
        if asks && !has_5g(self.technologies()) {
            return Err(Reason::NotSupported.into());
        }
        let changed = self.settings.registration != parameters;
        let again = parameters.registers_again;
        self.settings.registration = parameters;
        if changed && again && self.registration().is_registered() {
            self.end_packet_service(Reason::NotRegistered.into());
            self.begin_search(now);
        }
        Ok(())
    }

    /// The configuration for an operator, and how far the device is with it.
    #[must_use]
    pub fn configuration(&self) -> (ConfigurationState, &str) {
        (self.settings.configuration_state, &self.settings.configuration)
    }

    /// The device changes to the configuration of another operator, which takes a while.
    pub fn configure(&mut self, now: Instant, name: Text<CONFIGURATION_NAME>) {
        self.poll(now);
        self.settings.configuration = name;
        self.settings.configuration_state = ConfigurationState::Started;
        self.settings.configured_at = Some(now + self.delays.configuration);
        self.log.push(Origin::WORLD, Change::Configuration(ConfigurationState::Started));
    }

    pub(super) fn configured(&mut self) {
        self.settings.configured_at = None;
        self.settings.configuration_state = ConfigurationState::Completed;
        self.log.push(Origin::WORLD, Change::Configuration(ConfigurationState::Completed));
    }
}
