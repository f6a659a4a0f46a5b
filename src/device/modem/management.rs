//! Managing the device: its operating mode, its power, and what a host or a user keeps in it.

use heapless::Vec;

use super::super::collect;
use super::event::{Change, Origin};
use super::{Failure, Modem, Radio, Reason, Text, Ticket, Work, text};
use crate::time::Instant;

/// Bytes of the user's data.
pub const USER_DATA: usize = 512;
/// Bytes of the file of roaming indicators.
pub const ERI: usize = 256;
/// USB compositions.
pub const COMPOSITIONS: usize = 16;
/// Digits of the code for service.
pub const SERVICE_CODE: usize = 6;
/// Digits of the code of the user's lock.
pub const USER_CODE: usize = 4;

/// What the device does with its radio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum OperatingMode {
    /// It works.
    Online,
    /// The radio is off.
    LowPower,
    /// For tests in the factory; the radio is off for networks.
    FactoryTest,
    /// The radio is off until the device restarts.
    Offline,
    /// The device restarts. Never its state, only asked for.
    Reset,
    /// The device is on its way out; only power brings it back.
    ShuttingDown,
    /// The radio is off, also after restarts.
    PersistentLowPower,
    /// The radio is off, and the card with it.
    ModeOnlyLowPower,
}

/// Where the power comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Power {
    /// It comes from outside.
    pub external: bool,
    /// Charge of the battery in percent, if there is one.
    pub battery: Option<u8>,
    /// The battery is being charged.
    pub charging: bool,
    /// Something is wrong with it.
    pub fault: bool,
}

impl Default for Power {
    fn default() -> Self {
        Self { external: true, battery: None, charging: false, fault: false }
    }
}

/// Which interfaces the device shows on USB; changes hold from the next restart on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compositions {
    /// The one in use, a number of the maker.
    pub current: u32,
    /// Those that there are.
    pub supported: Vec<u32, COMPOSITIONS>,
}

/// The device as it is managed, at power-on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ManagementSetup {
    /// Revision of the hardware.
    pub hardware: Text<32>,
    /// Number of the variant that the maker sells.
    pub sku: Text<20>,
    /// Version of the software in the long form of the IMEI, two digits.
    pub imei_version: Text<2>,
    /// MEID of devices for CDMA; empty if there is none.
    pub meid: Text<14>,
    /// Electronic serial number of devices for CDMA; "0" if there is none.
    pub esn: Text<8>,
    /// Code for service, six digits.
    pub service_code: Text<SERVICE_CODE>,
    /// Code of the user's lock, four digits.
    pub user_code: Text<USER_CODE>,
    /// Power.
    pub power: Power,
    /// File of roaming indicators of devices for CDMA.
    pub eri: Vec<u8, ERI>,
    /// Version of the list of preferred roaming of devices for CDMA, and whether only that counts.
    pub prl: Option<(u16, bool)>,
    /// MAC address of a wireless LAN.
    pub wlan_mac: Option<[u8; 6]>,
    /// MAC address of Bluetooth.
    pub bluetooth_mac: Option<[u8; 6]>,
    /// USB compositions.
    pub compositions: Compositions,
    /// Answers that prove that a host may open the FCC lock, where a maker wants a text and a number.
    pub unlock_text: Text<32>,
    /// The number.
    pub unlock_number: u8,
}

impl Default for ManagementSetup {
    fn default() -> Self {
        Self {
            hardware: text("10000"),
            sku: text("9999999"),
            imei_version: text("01"),
            meid: Text::new(),
            esn: text("0"),
            service_code: text("000000"),
            user_code: text("0000"),
            power: Power::default(),
            eri: Vec::new(),
            prl: None,
            wlan_mac: None,
            bluetooth_mac: None,
            compositions: Compositions { current: 6, supported: collect([6, 8, 9]) },
            unlock_text: text("wwan"),
            unlock_number: 1,
        }
    }
}

#[derive(Debug)]
pub(super) struct Management {
    setup: ManagementSetup,
    /// A mode that the radio switch does not tell.
    special: Option<OperatingMode>,
    persistent: bool,
    /// The radio is off since a host wants as little as can be, not since it flies.
    minimal: bool,
    told: OperatingMode,
    power: Power,
    service_code: Text<SERVICE_CODE>,
    user_code: Text<USER_CODE>,
    user_lock: bool,
    user_data: Vec<u8, USER_DATA>,
    alternative_network: bool,
    /// The user's time: milliseconds of UTC since 1970, and when it was set.
    user_time: Option<(u64, Instant)>,
    composition: u32,
    next_composition: u32,
}

impl Management {
    pub(super) fn new(setup: ManagementSetup, radio: Radio) -> Self {
        let told = if radio.is_on() { OperatingMode::Online } else { OperatingMode::LowPower };
        Self {
            special: None,
            persistent: false,
            minimal: false,
            told,
            power: setup.power,
            service_code: setup.service_code.clone(),
            user_code: setup.user_code.clone(),
            user_lock: false,
            user_data: Vec::new(),
            alternative_network: false,
            user_time: None,
            composition: setup.compositions.current,
            next_composition: setup.compositions.current,
            setup,
        }
    }

    /// Ends what a restart ends. Whether the radio stays off.
    pub(super) fn restart(&mut self) -> bool {
        (self.special, self.minimal) = (None, false);
        self.composition = self.next_composition;
        self.persistent
    }

    /// Only a restart brings the radio back.
    pub(super) fn is_offline(&self) -> bool {
        matches!(self.special, Some(OperatingMode::Offline | OperatingMode::ShuttingDown))
    }

    /// The software switch of the radio was moved by itself.
    pub(super) fn switch_moved(&mut self) {
        self.minimal = false;
        if !self.is_offline() {
            self.special = None;
            self.persistent = false;
        }
    }

    fn mode(&self, radio: Radio) -> OperatingMode {
        match self.special {
            Some(mode) => mode,
            None if radio.is_on() => OperatingMode::Online,
            None if self.persistent => OperatingMode::PersistentLowPower,
            None => OperatingMode::LowPower,
        }
    }
}

impl Modem {
    /// What the device is, as it is managed.
    #[must_use]
    pub fn management(&self) -> &ManagementSetup {
        &self.management.setup
    }

    // The operating mode.

    /// What the device does with its radio.
    #[must_use]
    pub fn operating_mode(&self) -> OperatingMode {
        self.management.mode(self.radio())
    }

    /// Whether the radio is off since a host wants as little as can be: 0 of `+CFUN`, which does the same as 4 here.
    #[cfg(feature = "at")]
    pub(in crate::device) fn is_minimal(&self) -> bool {
        self.management.minimal && !self.radio().is_on()
    }

    /// Says why a host has switched the radio off.
    #[cfg(feature = "at")]
    pub(in crate::device) fn set_minimal(&mut self, minimal: bool) {
        self.management.minimal = minimal;
    }

    /// A host asks for another mode. A restart can be asked for only of a device that is offline, and nothing else of it but
    /// to shut down.
    ///
    /// # Errors
    ///
    /// [`Reason::NotAllowed`] for what cannot follow, also while FCC-locked; [`Reason::RadioOff`] if the hardware switch is
    /// off; [`Reason::Busy`].
    pub fn request_operating_mode(&mut self, now: Instant, by: Origin, mode: OperatingMode) -> Result<Ticket, Failure> {
        self.poll(now);
        let present = self.operating_mode();
        match (present, mode) {
            (OperatingMode::Offline, OperatingMode::Reset) => {
                self.request_restart(now);
                return self.begin_done(by, Work::Mode(mode));
            }
            (_, OperatingMode::Reset) | (OperatingMode::ShuttingDown, _) => return Err(Reason::NotAllowed.into()),
            (OperatingMode::Offline, mode) if !matches!(mode, OperatingMode::Offline | OperatingMode::ShuttingDown) => {
                return Err(Reason::NotAllowed.into());
            }
            (_, OperatingMode::Online) if self.radio().fcc_locked => return Err(Reason::NotAllowed.into()),
            (_, OperatingMode::Online) if !self.radio().hardware => return Err(Reason::RadioOff.into()),
            _ => {}
        }
        let due = now + self.delays.radio;
        self.begin(by, Work::Mode(mode), Some(due))
    }

    /// The device enters a mode.
    pub(super) fn enter_mode(&mut self, now: Instant, by: Origin, mode: OperatingMode) {
        let management = &mut self.management;
        management.special = match mode {
            OperatingMode::FactoryTest
            | OperatingMode::Offline
            | OperatingMode::ShuttingDown
            | OperatingMode::ModeOnlyLowPower => Some(mode),
            _ => None,
        };
        management.minimal = false;
        management.persistent = mode == OperatingMode::PersistentLowPower;
        let radio = Radio { software: mode == OperatingMode::Online, ..self.radio };
        self.move_switches(now, by, radio);
        if self.management.is_offline() {
            self.end_positioning(now, by);
        }
        self.tell_mode(by);
    }

    /// Tells the mode, if it is another one than was told last.
    pub(super) fn tell_mode(&mut self, by: Origin) {
        let mode = self.operating_mode();
        if mode != self.management.told {
            self.management.told = mode;
            self.log.push(by, Change::OperatingMode(mode));
        }
    }

    // Power.

    /// Where the power comes from.
    #[must_use]
    pub fn power(&self) -> Power {
        self.management.power
    }

    /// The power comes from elsewhere, or the charge has changed.
    pub fn set_power(&mut self, now: Instant, power: Power) {
        self.poll(now);
        if self.management.power != power {
            self.management.power = power;
            self.log.push(Origin::WORLD, Change::Power(power));
        }
    }

    // Codes and data.

    /// Whether the user's lock is on.
    #[must_use]
    pub fn user_lock(&self) -> bool {
        self.management.user_lock
    }

    fn check_user_code(&self, code: &str) -> Result<(), Failure> {
        if self.management.user_code == *code { Ok(()) } else { Err(Reason::CodeWrong.into()) }
    }

    /// Switches the user's lock.
    ///
    /// # Errors
    ///
    /// [`Reason::CodeWrong`].
    pub fn set_user_lock(&mut self, on: bool, code: &str) -> Result<(), Failure> {
        self.check_user_code(code)?;
        self.management.user_lock = on;
        Ok(())
    }

    /// Replaces the code of the user's lock.
    ///
    /// # Errors
    ///
    /// [`Reason::CodeWrong`], [`Reason::Invalid`] if the new one is not of [`USER_CODE`] digits.
    pub fn change_user_code(&mut self, old: &str, new: &str) -> Result<(), Failure> {
        self.check_user_code(old)?;
        if !is_code(new, USER_CODE) {
            return Err(Reason::Invalid.into());
        }
        self.management.user_code = text(new);
        Ok(())
    }

    /// What a user has written.
    #[must_use]
    pub fn user_data(&self) -> &[u8] {
        &self.management.user_data
    }

    /// A user writes.
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`].
    pub fn set_user_data(&mut self, data: &[u8]) -> Result<(), Failure> {
        self.management.user_data = Vec::from_slice(data).map_err(|_| Failure::from(Reason::TooLong))?;
        Ok(())
    }

    /// Whether this is the code for service.
    ///
    /// # Errors
    ///
    /// [`Reason::CodeWrong`].
    pub fn check_service_code(&self, code: &str) -> Result<(), Failure> {
        if self.management.service_code == *code { Ok(()) } else { Err(Reason::CodeWrong.into()) }
    }

    /// Replaces the code for service.
    ///
    /// # Errors
    ///
    /// [`Reason::CodeWrong`], [`Reason::Invalid`] if the new one is not of [`SERVICE_CODE`] digits.
    pub fn change_service_code(&mut self, old: &str, new: &str) -> Result<(), Failure> {
        self.check_service_code(old)?;
        if !is_code(new, SERVICE_CODE) {
            return Err(Reason::Invalid.into());
        }
        self.management.service_code = text(new);
        Ok(())
    }

    /// Makes what hosts have set of the device and of positioning as it was delivered, with the stored contexts and how
    /// they are used. Sessions that are active stay.
    ///
    /// # Errors
    ///
    /// [`Reason::CodeWrong`]: the code for service is needed.
    pub fn restore_factory_defaults(&mut self, now: Instant, by: Origin, code: &str) -> Result<(), Failure> {
        self.poll(now);
        self.check_service_code(code)?;
        let management = &mut self.management;
        management.service_code = management.setup.service_code.clone();
        management.user_code = management.setup.user_code.clone();
        management.user_lock = false;
        management.user_data.clear();
        management.alternative_network = false;
        management.user_time = None;
        management.persistent = false;
        management.next_composition = management.setup.compositions.current;
        self.restore_profiles(by);
        self.location.restore();
        self.firmware.restore();
        self.oma.restore();
        Ok(())
    }

    /// Whether the alternative network configuration is in use.
    #[must_use]
    pub fn alternative_network(&self) -> bool {
        self.management.alternative_network
    }

    /// Chooses whether the alternative network configuration is in use.
    pub fn set_alternative_network(&mut self, on: bool) {
        self.management.alternative_network = on;
    }

    // Time.

    /// The time that the user has set: milliseconds of UTC since 1970; the network's if it was not set.
    #[must_use]
    pub fn user_time(&self, now: Instant) -> u64 {
        match self.management.user_time {
            None => self.utc_millis(now),
            Some((time, at)) => time.saturating_add(u64::from(now.since(at).0)),
        }
    }

    /// The user sets the time, in milliseconds of UTC since 1970.
    pub fn set_user_time(&mut self, now: Instant, time: u64) {
        self.management.user_time = Some((time, now));
    }

    // USB compositions.

    /// The USB composition in use, and the one after the next restart.
    #[must_use]
    pub fn composition(&self) -> (u32, u32) {
        (self.management.composition, self.management.next_composition)
    }

    /// Chooses the USB composition from the next restart on.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] if there is none of that number.
    pub fn set_composition(&mut self, number: u32) -> Result<(), Failure> {
        if !self.management.setup.compositions.supported.contains(&number) {
            return Err(Reason::Invalid.into());
        }
        self.management.next_composition = number;
        Ok(())
    }

    /// A host proves with a text and a number that it may open the FCC lock.
    ///
    /// # Errors
    ///
    /// [`Reason::Refused`]. Without a lock every answer is right.
    pub fn prove_unlock(&mut self, proof: (&str, u8)) -> Result<(), Failure> {
        let setup = &self.management.setup;
        if self.radio.fcc_locked && (setup.unlock_text != *proof.0 || setup.unlock_number != proof.1) {
            return Err(Reason::Refused.into());
        }
        self.set_fcc_lock(false);
        Ok(())
    }
}

fn is_code(code: &str, digits: usize) -> bool {
    code.len() == digits && code.bytes().all(|byte| byte.is_ascii_digit())
}
