//! Less transmit power near a body (specific absorption rate), and whether the device transmits.

use heapless::Vec;

use super::super::collect;
use super::event::{Change, Origin};
use super::{Failure, Modem, Reason};
use crate::time::{Instant, Millis};

/// Antennas at most.
pub const ANTENNAS: usize = 8;
/// Silence after which a transmission is over, in seconds, at least and at most.
pub const HYSTERESIS: (u32, u32) = (1, 5);

/// What the device has for that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct SarSetup {
    /// Antennas, at most [`ANTENNAS`].
    pub antennas: u8,
    /// Rows of the maker's table of backoffs.
    pub backoffs: u32,
    /// Antennas are shared with Wi-Fi.
    pub wifi: bool,
}

impl Default for SarSetup {
    fn default() -> Self {
        Self { antennas: 2, backoffs: 8, wifi: false }
    }
}

/// Backoff of one antenna.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Antenna {
    /// Number of the antenna, from 0.
    pub antenna: u32,
    /// Row of the maker's table of backoffs, from 0.
    pub backoff: u32,
}

/// The backoff in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The host decides, not the device by its sensors.
    pub by_host: bool,
    /// Power is reduced.
    pub on: bool,
    /// Each antenna once, in the order of their numbers.
    pub antennas: Vec<Antenna, ANTENNAS>,
}

/// The state behind all that.
#[derive(Debug)]
pub(super) struct Sar {
    setup: SarSetup,
    backoff: Backoff,
    /// Changes are told.
    tells: bool,
    hysteresis: u32,
    /// When the transmission that goes on is over, if nothing more is sent.
    silent_at: Option<Instant>,
}

impl Sar {
    pub(super) fn new(setup: SarSetup) -> Self {
        let antennas = (0..u32::from(setup.antennas)).map(|antenna| Antenna { antenna, backoff: 0 });
        let backoff = Backoff { by_host: false, on: false, antennas: collect(antennas) };
        Self { setup, backoff, tells: false, hysteresis: HYSTERESIS.0, silent_at: None }
    }

    pub(super) fn power_off(&mut self) {
        *self = Self::new(self.setup);
    }

    pub(super) fn silent_at(&self) -> Option<Instant> {
        self.silent_at
    }
}

impl Modem {
    /// The backoff in force.
    #[must_use]
    pub fn backoff(&self) -> &Backoff {
        &self.sar.backoff
    }

    /// Whether antennas are shared with Wi-Fi.
    #[must_use]
    pub fn shares_antennas(&self) -> bool {
        self.sar.setup.wifi
    }

    /// A host sets the backoff; antennas that are not named keep theirs.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] for an antenna or a row that there is not; nothing is changed then.
    pub fn set_backoff(&mut self, by_host: bool, on: bool, antennas: &[Antenna]) -> Result<(), Failure> {
        let mut backoff = Backoff { by_host, on, antennas: self.sar.backoff.antennas.clone() };
        for wanted in antennas {
            let found = backoff.antennas.iter_mut().find(|antenna| antenna.antenna == wanted.antenna);
            let antenna = found.filter(|_| wanted.backoff < self.sar.setup.backoffs);
            *antenna.ok_or(Failure::from(Reason::Invalid))? = *wanted;
        }
        self.sar.backoff = backoff;
        Ok(())
    }

    /// Whether the device transmits, or has a moment ago.
    #[must_use]
    pub fn is_transmitting(&self) -> bool {
        self.sar.silent_at.is_some()
    }

    /// Whether the beginning and end of transmissions are told, and after how many seconds of silence they are over.
    #[must_use]
    pub fn transmission_reporting(&self) -> (bool, u32) {
        (self.sar.tells, self.sar.hysteresis)
    }

    /// A host says whether to tell that, and after how many seconds of silence a transmission is over: from the next
    /// thing that is sent.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] unless the seconds are within [`HYSTERESIS`].
    pub fn set_transmission_reporting(&mut self, tells: bool, hysteresis: u32) -> Result<(), Failure> {
        let (least, most) = HYSTERESIS;
        if !(least..=most).contains(&hysteresis) {
            return Err(Reason::Invalid.into());
        }
        self.sar.tells = tells;
        self.sar.hysteresis = hysteresis;
        Ok(())
    }

    /// The device sends something: a packet, or signalling.
    pub(super) fn transmits(&mut self, now: Instant) {
        let began = self.sar.silent_at.is_none();
        self.sar.silent_at = Some(now + Millis::from_secs(self.sar.hysteresis));
        if began {
            self.tell_transmission(true);
        }
    }

    pub(super) fn fall_silent(&mut self) {
        self.sar.silent_at = None;
        self.tell_transmission(false);
    }

    fn tell_transmission(&mut self, on: bool) {
        if self.sar.tells {
            self.log.push(Origin::WORLD, Change::Transmission(on));
        }
    }
}
