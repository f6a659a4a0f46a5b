//! Networks in reach, registration, packet service, signal.

use heapless::Vec;

use super::band::{Band, Bands};
use super::event::{Change, Origin};
use super::preferences::{Domain, Preferences, Restriction, Roaming};
use super::{Failure, Modem, Reason, Text, Ticket, Work, text};
use crate::time::Instant;

/// Networks that can be in reach.
pub const NETWORKS: usize = 8;
/// Preferred providers that can be stored.
pub const PREFERRED: usize = 8;
/// Home providers to choose from.
pub const HOME_PROVIDERS: usize = 4;
/// Cells nearby.
pub const NEIGHBOURS: usize = 8;
/// Carriers that a network can add.
pub const CARRIERS: usize = 4;

bitflags::bitflags! {
    /// Radio technologies. The bits are those of MBIM's data classes.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub struct Technologies: u32 {
        /// GPRS.
        const GPRS = 1 << 0;
        /// EDGE.
        const EDGE = 1 << 1;
        /// UMTS.
        const UMTS = 1 << 2;
        /// HSDPA.
        const HSDPA = 1 << 3;
        /// HSUPA.
        const HSUPA = 1 << 4;
        /// LTE.
        const LTE = 1 << 5;
        /// 5G beside LTE.
        const NR_NSA = 1 << 6;
        /// 5G alone.
        const NR_SA = 1 << 7;
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Technologies {
    fn format(&self, f: defmt::Formatter<'_>) {
        defmt::write!(f, "Technologies({=u32:#x})", self.bits());
    }
}

impl Technologies {
    /// All of the second generation.
    pub const SECOND: Self = Self::GPRS.union(Self::EDGE);
    /// All of the third generation.
    pub const THIRD: Self = Self::UMTS.union(Self::HSDPA).union(Self::HSUPA);
    /// All of the fourth generation.
    pub const FOURTH: Self = Self::LTE;
    /// All of the fifth generation.
    pub const FIFTH: Self = Self::NR_NSA.union(Self::NR_SA);

    /// The best one, alone.
    #[must_use]
    pub fn best(self) -> Self {
        self.iter().last().unwrap_or_default()
    }
}

/// A cell. Numbers that are not known are all ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Cell {
    /// Location area code (GSM, UMTS).
    pub lac: u32,
    /// Tracking area code (LTE, 5G).
    pub tac: u32,
    /// Cell identity: 16, 28 or 36 bits.
    pub id: u64,
    /// Physical cell identity.
    pub physical: u32,
    /// Channel number.
    pub channel: u32,
}

impl Default for Cell {
    fn default() -> Self {
        Self { lac: u32::MAX, tac: 0x1001, id: 0x00AB_CD01, physical: 101, channel: 1300 }
    }
}

/// A cell nearby, of any network and technology.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Neighbour {
    /// MCC and MNC, 5 or 6 digits.
    pub plmn: Text<6>,
    /// Its radio technology, one alone.
    pub technology: Technologies,
    /// The cell.
    pub cell: Cell,
    /// How it is received.
    pub signal: Signal,
}

impl Neighbour {
    /// A cell of a network.
    #[must_use]
    pub fn new(plmn: &str, technology: Technologies, cell: Cell) -> Self {
        let signal = Signal { rssi: Some(-97), error_rate: None, rsrp: Some(-112), rsrq: Some(-15), snr: Some(2) };
        Self { plmn: text(plmn), technology, cell, signal }
    }
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Network {
    /// MCC and MNC, 5 or 6 digits.
    pub plmn: Text<6>,
    /// Name.
    pub name: Text<40>,
    /// What to tell about roaming here.
    pub roaming_text: Text<63>,
    /// It is a roaming partner of the home network.
    pub partner: bool,
    /// The subscriber must not use it.
    pub forbidden: bool,
    /// Radio technologies of its cell.
    pub technologies: Technologies,
    /// Strength in dBm, as a scan finds it.
    pub rssi: i16,
    /// Refuses registration with this cause; 0 accepts.
    pub refuses: u32,
    /// Refuses packet service with this cause; 0 accepts.
    pub refuses_attach: u32,
    /// Uplink, bits per second.
    pub uplink: u64,
    /// Downlink, bits per second.
    pub downlink: u64,
    /// The cell.
    pub cell: Cell,
    /// Width of its carrier in kHz; 0: what is usual for the technology.
    pub bandwidth: u32,
    /// Further carriers that the network adds to a session (LTE).
    pub carriers: Vec<Carrier, CARRIERS>,
    /// How often a sleeping device listens: every so many radio frames, 32, 64, 128 or 256.
    pub paging: u16,
}

impl Network {
    /// A network with LTE.
    #[must_use]
    pub fn new(plmn: &str, name: &str) -> Self {
        Self {
            plmn: text(plmn),
            name: text(name),
            roaming_text: Text::new(),
            partner: false,
            forbidden: false,
            technologies: Technologies::LTE,
            rssi: -73,
            refuses: 0,
            refuses_attach: 0,
            uplink: 50_000_000,
            downlink: 150_000_000,
            cell: Cell::default(),
            bandwidth: 0,
            carriers: Vec::new(),
            paging: 128,
        }
    }

    /// Width of its carrier in kHz, with a technology.
    #[must_use]
    pub fn bandwidth(&self, technology: Technologies) -> u32 {
        match self.bandwidth {
            0 if technology.intersects(Technologies::FOURTH | Technologies::FIFTH) => 20_000,
            0 if technology.intersects(Technologies::THIRD) => 5_000,
            0 => 200,
            known => known,
        }
    }
}

/// A further carrier of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Carrier {
    /// Physical cell identity.
    pub physical: u32,
    /// Channel number.
    pub channel: u32,
    /// Width in kHz.
    pub bandwidth: u32,
}

impl Default for Carrier {
    fn default() -> Self {
        Self { physical: 201, channel: 6300, bandwidth: 10_000 }
    }
}

/// A provider in one of the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// MCC and MNC, 5 or 6 digits.
    pub plmn: Text<6>,
    /// Name.
    pub name: Text<40>,
    /// The radio technologies that the list names; empty: none in particular.
    pub technologies: Technologies,
}

impl Provider {
    /// A provider with no technology in particular.
    #[must_use]
    pub fn new(plmn: &str, name: &str) -> Self {
        Self { plmn: text(plmn), name: text(name), technologies: Technologies::empty() }
    }
}

/// Networks, and how the modem deals with them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NetworkSetup {
    /// What is in reach.
    pub networks: Vec<Network, NETWORKS>,
    /// What the device can do.
    pub technologies: Technologies,
    /// The host may choose the network.
    pub manual: bool,
    /// Packet service is attached right after registration.
    pub auto_attach: bool,
    /// Preferred providers, the most preferred first.
    pub preferred: Vec<Provider, PREFERRED>,
    /// Home providers to choose from; empty on devices that have only that of the SIM.
    pub home_providers: Vec<Provider, HOME_PROVIDERS>,
    /// The signal.
    pub signal: Signal,
    /// Cells nearby.
    pub neighbours: Vec<Neighbour, NEIGHBOURS>,
    /// Bands that the device can use, as far as it has their technologies.
    pub bands: Bands,
}

impl Default for NetworkSetup {
    fn default() -> Self {
        let mut networks = Vec::new();
        let _ = networks.push(Network::new("00101", "Test Network"));
        let partner = Network { partner: true, rssi: -89, ..Network::new("00102", "Partner Network") };
        let _ = networks.push(partner);
        let forbidden = Network { forbidden: true, refuses: 11, rssi: -95, ..Network::new("99970", "Private Network") };
        let _ = networks.push(forbidden);
        let mut neighbours = Vec::new();
        let lte = Cell { tac: 0x1001, id: 0x00AB_CD02, physical: 102, ..Cell::default() };
        let _ = neighbours.push(Neighbour::new("00101", Technologies::LTE, lte));
        let umts = Cell { lac: 0x2001, tac: u32::MAX, id: 0x0012_3401, physical: 311, channel: 10_663 };
        let _ = neighbours.push(Neighbour::new("00101", Technologies::UMTS, umts));
        let gsm = Cell { lac: 0x2001, tac: u32::MAX, id: 0x3401, physical: 22, channel: 62 };
        let _ = neighbours.push(Neighbour::new("00102", Technologies::GPRS, gsm));
        Self {
            networks,
            technologies: Technologies::UMTS | Technologies::HSDPA | Technologies::HSUPA | Technologies::LTE,
            manual: true,
            auto_attach: true,
            preferred: Vec::new(),
            home_providers: Vec::new(),
            signal: Signal::default(),
            neighbours,
            bands: Bands::default(),
        }
    }
}

/// What is received. `None` where there is nothing to measure. In UMTS the power and quality of the reference signal are
/// those of the pilot channel: RSCP and Ec/N0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Signal {
    /// Strength in dBm.
    pub rssi: Option<i16>,
    /// Bit error rate, class 0 to 7 of 3GPP TS 45.008.
    pub error_rate: Option<u8>,
    /// Reference signal power in dBm (UMTS, LTE, 5G).
    pub rsrp: Option<i16>,
    /// Reference signal quality in dB (UMTS, LTE, 5G).
    pub rsrq: Option<i16>,
    /// Signal to noise ratio in dB (LTE, 5G).
    pub snr: Option<i16>,
}

impl Signal {
    /// Nothing is received.
    pub const NONE: Self = Self { rssi: None, error_rate: None, rsrp: None, rsrq: None, snr: None };

    /// In UMTS: received signal code power of the pilot channel in dBm (3GPP TS 25.215 §5.1.1). The strength beside it is
    /// that of the whole carrier.
    #[must_use]
    pub const fn rscp(self) -> Option<i16> {
        self.rsrp
    }

    /// In UMTS: energy of a chip of the pilot channel over the power in the band, in dB (3GPP TS 25.215 §5.1.5).
    #[must_use]
    pub const fn ecno(self) -> Option<i16> {
        self.rsrq
    }
}

impl Default for Signal {
    fn default() -> Self {
        Self { rssi: Some(-73), error_rate: Some(0), rsrp: Some(-95), rsrq: Some(-10), snr: Some(12) }
    }
}

/// Whether the device is registered with a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum RegistrationState {
    /// No.
    Deregistered,
    /// It is looking for one.
    Searching,
    /// At home.
    Home,
    /// With a roaming partner.
    Partner,
    /// With another network.
    Roaming,
    /// It was refused.
    Denied,
}

/// Registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Registration {
    /// Whether registered.
    pub state: RegistrationState,
    /// The host has chosen the network.
    pub manual: bool,
    /// The network's cause, 0 if none.
    pub cause: u32,
    /// The network, by its place among [`Modem::networks`].
    pub network: Option<u8>,
    /// Radio technologies there.
    pub available: Technologies,
    /// What the host prefers; empty: no preference.
    pub preferred: Technologies,
}

impl Registration {
    const NONE: Self = Self {
        state: RegistrationState::Deregistered,
        manual: false,
        cause: 0,
        network: None,
        available: Technologies::empty(),
        preferred: Technologies::empty(),
    };

    /// Whether the device is registered.
    #[must_use]
    pub const fn is_registered(&self) -> bool {
        matches!(self.state, RegistrationState::Home | RegistrationState::Partner | RegistrationState::Roaming)
    }
}

/// Whether packet service is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum PacketState {
    /// No.
    Detached,
    /// On the way.
    Attaching,
    /// Yes.
    Attached,
    /// On the way down.
    Detaching,
}

/// Packet service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PacketService {
    /// Whether attached.
    pub state: PacketState,
    /// The network's cause, 0 if none.
    pub cause: u32,
    /// The radio technology in use.
    pub technology: Technologies,
    /// Uplink, bits per second.
    pub uplink: u64,
    /// Downlink, bits per second.
    pub downlink: u64,
}

impl PacketService {
    const NONE: Self =
        Self { state: PacketState::Detached, cause: 0, technology: Technologies::empty(), uplink: 0, downlink: 0 };
}

/// Who chooses the network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// The modem: home first, then preferred networks, then partners, then others.
    #[default]
    Automatic,
    /// The host: this one, MCC and MNC.
    Manual(Text<6>),
}

/// The state behind all that.
#[derive(Debug)]
pub(super) struct Networks {
    setup: NetworkSetup,
    /// Anything is received.
    in_reach: bool,
    /// The network grants packet service.
    packet_granted: bool,
    registration: Registration,
    search_due: Option<Instant>,
    packet: PacketService,
    attach_due: Option<Instant>,
    /// The host has not detached.
    wants_packet: bool,
    /// The home provider that the host has chosen.
    home: Option<Provider>,
    /// What a host prefers, and what of that outlives a restart.
    pub(super) preferences: Preferences,
    pub(super) kept: Preferences,
    scan: Option<ScanState>,
}

/// A scan under way.
#[derive(Clone, Copy, Debug)]
struct ScanState {
    from: Instant,
    until: Instant,
    /// Networks found so far.
    found: u8,
}

impl Networks {
    pub(super) fn new(setup: NetworkSetup) -> Self {
        let bands = setup.bands.of_technologies(setup.technologies);
        let setup = NetworkSetup { bands, ..setup };
        let preferences = Preferences::new(setup.technologies, bands);
        Self {
            setup,
            in_reach: true,
            packet_granted: true,
            registration: Registration::NONE,
            search_due: None,
            packet: PacketService::NONE,
            attach_due: None,
            wants_packet: true,
            home: None,
            kept: preferences.clone(),
            preferences,
            scan: None,
        }
    }

    pub(super) fn power_off(&mut self) {
        self.preferences = self.kept.clone();
        let manual = self.preferences.selection != Selection::Automatic;
        self.registration = Registration { manual, ..Registration::NONE };
        self.search_due = None;
        self.packet = PacketService::NONE;
        self.attach_due = None;
        self.wants_packet = true;
        self.scan = None;
    }

    pub(super) fn search_due(&self) -> Option<Instant> {
        self.search_due
    }

    pub(super) fn attach_due(&self) -> Option<Instant> {
        self.attach_due
    }

    /// When the scan under way finds its next network.
    pub(super) fn found_due(&self) -> Option<Instant> {
        let scan = self.scan?;
        let all = u64::try_from(self.visible().count()).unwrap_or(u64::MAX);
        let next = u64::from(scan.found).saturating_add(1);
        // Evenly spread, so that the last one is found before the scan ends.
        let whole = scan.until.0.saturating_sub(scan.from.0);
        let after = whole.saturating_mul(next).checked_div(all.saturating_add(1))?;
        (next <= all).then(|| Instant(scan.from.0.saturating_add(after)))
    }

    pub(super) fn visible(&self) -> impl Iterator<Item = (u8, &Network)> {
        let networks = if self.in_reach { &*self.setup.networks } else { &[] };
        (0..).zip(networks)
    }
}

impl Modem {
    /// All networks, in reach or not.
    #[must_use]
    pub fn networks(&self) -> &[Network] {
        &self.networks.setup.networks
    }

    /// Changes the networks. Registrations that exist stay as they are.
    pub fn change_networks(&mut self, change: impl FnOnce(&mut Vec<Network, NETWORKS>)) {
        change(&mut self.networks.setup.networks);
    }

    /// Networks that are received now, with their places among all.
    pub fn visible_networks(&self) -> impl Iterator<Item = (u8, &Network)> {
        self.networks.visible()
    }

    /// The network with a place among all.
    #[must_use]
    pub fn network(&self, place: u8) -> Option<&Network> {
        self.networks.setup.networks.get(usize::from(place))
    }

    /// Registration.
    #[must_use]
    pub fn registration(&self) -> Registration {
        self.networks.registration
    }

    /// The network that the device is registered with.
    #[must_use]
    pub fn serving_network(&self) -> Option<&Network> {
        let registration = self.registration();
        let place = registration.network.filter(|_| registration.is_registered())?;
        self.network(place)
    }

    /// The radio technology that the device uses with the network it is registered with, alone; nothing unless registered.
    #[must_use]
    pub fn serving_technology(&self) -> Technologies {
        let Registration { available, preferred, .. } = self.registration();
        if !self.registration().is_registered() {
            return Technologies::empty();
        }
        let wanted = if (available & preferred).is_empty() { available } else { available & preferred };
        let first = self.networks.preferences.order.iter().find(|generation| wanted.intersects(**generation));
        first.map_or(wanted, |generation| wanted & *generation).best()
    }

    /// The radio technologies of a network that the device may use there, by technology and band.
    fn technologies_of(&self, network: &Network) -> Technologies {
        let usable = network.technologies & self.usable_technologies();
        // The cell's channel belongs to the best technology; the fifth generation beside LTE starts from an LTE cell.
        let best = (network.technologies & self.technologies()).best();
        let barred = Band::of(best, network.cell.channel)
            .is_some_and(|band| self.bands().contains(band) && !self.networks.preferences.bands.contains(band));
        match best {
            _ if !barred => usable,
            Technologies::NR_SA => usable.difference(Technologies::NR_SA),
            best if best.intersects(Technologies::FOURTH | Technologies::NR_NSA) => {
                usable.difference(Technologies::FOURTH | Technologies::NR_NSA)
            }
            best if best.intersects(Technologies::THIRD) => usable.difference(Technologies::THIRD),
            _ => usable.difference(Technologies::SECOND),
        }
    }

    /// Bands that the device can use.
    #[must_use]
    pub fn bands(&self) -> &Bands {
        &self.networks.setup.bands
    }

    /// Packet service.
    #[must_use]
    pub fn packet_service(&self) -> PacketService {
        self.networks.packet
    }

    /// Whether packet service is attached right after registration.
    #[must_use]
    pub fn attaches_by_itself(&self) -> bool {
        self.networks.setup.auto_attach
    }

    /// Whether the host may choose the network.
    #[must_use]
    pub fn allows_manual_selection(&self) -> bool {
        self.networks.setup.manual
    }

    /// What the device can do.
    #[must_use]
    pub fn technologies(&self) -> Technologies {
        self.networks.setup.technologies
    }

    /// What the device can do and a host has not forbidden.
    #[must_use]
    pub fn usable_technologies(&self) -> Technologies {
        self.technologies() & self.networks.preferences.technologies
    }

    /// A host says which radio technologies may be used; that holds over restarts. The modem looks for a network anew if
    /// that changes anything.
    ///
    /// # Errors
    ///
    /// [`Reason::NotSupported`] if none is left.
    pub fn set_usable_technologies(&mut self, now: Instant, usable: Technologies) -> Result<(), Failure> {
        self.poll(now);
        if (self.technologies() & usable).is_empty() {
            return Err(Reason::NotSupported.into());
        }
        let before = self.usable_technologies();
        self.networks.preferences.technologies = usable;
        self.networks.kept.technologies = usable;
        if before != self.usable_technologies() {
            self.end_packet_service(Reason::NotRegistered.into());
            self.begin_search(now);
        }
        Ok(())
    }

    /// The signal; nothing while the radio is off or no network in reach.
    #[must_use]
    pub fn signal(&self) -> Signal {
        if self.radio.is_on() && self.networks.in_reach { self.networks.setup.signal } else { Signal::NONE }
    }

    /// Cells nearby that are received now.
    #[must_use]
    pub fn neighbours(&self) -> &[Neighbour] {
        if self.radio.is_on() && self.networks.in_reach { &self.networks.setup.neighbours } else { &[] }
    }

    /// Changes the cells nearby.
    pub fn change_neighbours(&mut self, change: impl FnOnce(&mut Vec<Neighbour, NEIGHBOURS>)) {
        change(&mut self.networks.setup.neighbours);
    }

    /// Preferred providers.
    #[must_use]
    pub fn preferred_providers(&self) -> &[Provider] {
        &self.networks.setup.preferred
    }

    /// Replaces the preferred providers.
    pub fn set_preferred_providers(&mut self, by: Origin, providers: Vec<Provider, PREFERRED>) {
        self.networks.setup.preferred = providers;
        self.log.push(by, Change::PreferredProviders);
    }

    /// Home providers to choose from; empty on most devices.
    #[must_use]
    pub fn home_providers(&self) -> &[Provider] {
        &self.networks.setup.home_providers
    }

    /// Replaces the home providers to choose from.
    pub fn set_home_providers(&mut self, by: Origin, providers: Vec<Provider, HOME_PROVIDERS>) {
        self.networks.setup.home_providers = providers;
        self.log.push(by, Change::HomeProviders);
    }

    /// The home provider: the one chosen, or that of the SIM.
    ///
    /// # Errors
    ///
    /// Without a SIM that can be used.
    pub fn home_provider(&self) -> Result<Provider, Failure> {
        let sim = self.usable_sim()?;
        Ok(self.networks.home.clone().unwrap_or_else(|| Provider::new(&sim.home, &sim.home_name)))
    }

    /// Chooses one of the home providers.
    ///
    /// # Errors
    ///
    /// [`Reason::NotSupported`] if it is not among them.
    pub fn choose_home_provider(&mut self, plmn: &str) -> Result<(), Failure> {
        let known = self.networks.setup.home_providers.iter();
        let found = known.clone().find(|provider| provider.plmn == *plmn);
        self.networks.home = Some(found.ok_or(Failure::from(Reason::NotSupported))?.clone());
        Ok(())
    }

    /// Whether a network is the home of this SIM.
    #[must_use]
    pub fn is_home(&self, plmn: &str) -> bool {
        self.home_provider().is_ok_and(|home| home.plmn == *plmn)
    }

    /// Whether a network is among the preferred ones.
    #[must_use]
    pub fn is_preferred(&self, plmn: &str) -> bool {
        self.preferred_providers().iter().any(|provider| provider.plmn == *plmn)
    }

    // What the world does.

    /// Changes the signal.
    pub fn set_signal(&mut self, now: Instant, signal: Signal) {
        self.poll(now);
        let before = self.signal();
        self.networks.setup.signal = signal;
        self.tell_signal(before);
    }

    fn tell_signal(&mut self, before: Signal) {
        let signal = self.signal();
        if before != signal {
            self.log.push(Origin::WORLD, Change::Signal(signal));
        }
    }

    /// No network is in reach any more: sessions end, then packet service, then registration.
    pub fn lose_signal(&mut self, now: Instant) {
        self.poll(now);
        if !self.networks.in_reach {
            return;
        }
        let before = self.signal();
        self.end_registration(RegistrationState::Deregistered, Reason::NoNetworks.into());
        self.networks.in_reach = false;
        self.tell_signal(before);
    }

    /// The networks are back; the modem looks for one.
    pub fn restore_signal(&mut self, now: Instant) {
        self.poll(now);
        if self.networks.in_reach {
            return;
        }
        self.networks.in_reach = true;
        self.tell_signal(Signal::NONE);
        self.begin_search(now);
    }

    /// The network ends the registration, as a refusal if there is a cause. The modem stays so until something changes.
    pub fn network_deregisters(&mut self, now: Instant, cause: u32) {
        self.poll(now);
        if self.registration().is_registered() {
            let state = match cause {
                0 => RegistrationState::Deregistered,
                _ => RegistrationState::Denied,
            };
            let reason = Reason::Refused;
            self.end_registration(state, Failure { reason, cause });
        }
    }

    /// The network ends packet service, and grants it no more.
    pub fn lose_packet_service(&mut self, now: Instant, cause: u32) {
        self.poll(now);
        self.networks.packet_granted = false;
        let reason = Reason::Refused;
        self.end_packet_service(Failure { reason, cause });
    }

    /// The network grants packet service again.
    pub fn restore_packet_service(&mut self, now: Instant) {
        self.poll(now);
        self.networks.packet_granted = true;
        self.attach_if_wanted(now);
    }

    /// The serving network has another cell now.
    pub fn set_cell(&mut self, now: Instant, cell: Cell) {
        self.poll(now);
        let place = self.networks.registration.network.map(usize::from);
        let network = place.and_then(|place| self.networks.setup.networks.get_mut(place));
        if let Some(network) = network.filter(|network| network.cell != cell) {
            network.cell = cell;
            self.log.push(Origin::WORLD, Change::Location);
            self.notice_vendor();
        }
    }

    // Registration.

    /// A host registers. With the network that the device is registered with already, nothing happens.
    ///
    /// # Errors
    ///
    /// [`Reason::RadioOff`], the state of the SIM, [`Reason::Invalid`], [`Reason::NotSupported`], [`Reason::NotAllowed`]
    /// for providers that are denied and by the carrier lock, [`Reason::Busy`]. The outcome may be
    /// [`Reason::NoNetworks`], [`Reason::NotVisible`], or [`Reason::Refused`] with a cause.
    pub fn request_registration(
        &mut self,
        now: Instant,
        by: Origin,
        selection: Selection,
        preferred: Technologies,
    ) -> Result<Ticket, Failure> {
        self.poll(now);
        self.usable_sim()?;
        if !self.radio.is_on() {
            return Err(Reason::RadioOff.into());
        }
        if self.is_carrier_locked() {
            return Err(Reason::NotAllowed.into());
        }
        if let Selection::Manual(plmn) = &selection {
            self.may_choose(plmn)?;
        }
        if self.is_sim_denied() {
            return Err(Reason::NotAllowed.into());
        }
        if self.is_waiting(Work::Register) {
            return Err(Reason::Busy.into());
        }
        let stays = match (&selection, self.serving_network()) {
            (_, None) => false,
            (Selection::Automatic, Some(_)) => true,
            (Selection::Manual(plmn), Some(network)) => network.plmn == *plmn,
        };
        let ticket = if stays { self.begin_done(by, Work::Register)? } else { self.begin(by, Work::Register, None)? };
        // Who registers is there.
        self.shut_down = false;
        self.select(selection);
        self.networks.registration.preferred = preferred;
        if !stays {
            self.end_packet_service(Reason::NotRegistered.into());
            self.begin_search(now);
        }
        Ok(ticket)
    }

    /// Whether a host may choose this network.
    pub(super) fn may_choose(&self, plmn: &str) -> Result<(), Failure> {
        if !self.networks.setup.manual {
            return Err(Reason::NotSupported.into());
        }
        if plmn.len() < 5 || !plmn.bytes().all(|c| c.is_ascii_digit()) {
            return Err(Reason::Invalid.into());
        }
        if self.is_denied(plmn) {
            return Err(Reason::NotAllowed.into());
        }
        Ok(())
    }

    /// From now on this is chosen.
    pub(super) fn select(&mut self, selection: Selection) {
        self.networks.registration.manual = selection != Selection::Automatic;
        self.networks.preferences.selection = selection;
    }

    /// Looks for a network, if SIM and radio allow it.
    pub(super) fn begin_search(&mut self, now: Instant) {
        let barred = self.is_sim_denied() || self.is_carrier_locked() || self.shut_down;
        if self.usable_sim().is_err() || !self.radio.is_on() || barred {
            return;
        }
        self.transmits(now);
        self.networks.search_due = Some(now + self.delays.search);
        self.set_registration(RegistrationState::Searching, 0, None);
    }

    fn set_registration(&mut self, state: RegistrationState, cause: u32, network: Option<u8>) {
        let available = network.and_then(|place| self.network(place));
        let available = available.map_or(Technologies::empty(), |network| self.technologies_of(network));
        let before = self.networks.registration;
        let after = Registration { state, cause, network, available, ..before };
        self.networks.registration = after;
        if (before.state, before.cause, before.network) != (state, cause, network) {
            self.log.push(Origin::WORLD, Change::Registration(after));
            self.notice_vendor();
        }
    }

    /// Lower is better; `None`: never chosen by the modem.
    fn rank(&self, network: &Network) -> Option<u8> {
        let may = !self.technologies_of(network).is_empty() && self.may_roam(network);
        match () {
            () if !may || network.forbidden || self.is_denied(&network.plmn) => None,
            () if self.is_home(&network.plmn) => Some(0),
            () if self.is_preferred(&network.plmn) => Some(1),
            () if network.partner => Some(2),
            () => Some(3),
        }
    }

    /// Whether the host allows this network by being home or not.
    fn may_roam(&self, network: &Network) -> bool {
        match self.networks.preferences.roaming {
            Roaming::Any => true,
            Roaming::HomeOnly => self.is_home(&network.plmn),
            Roaming::RoamingOnly => !self.is_home(&network.plmn),
        }
    }

    pub(super) fn search_done(&mut self, now: Instant) {
        self.networks.search_due = None;
        if self.networks.preferences.restriction != Restriction::None {
            // It may listen to a network, but not talk to it.
            self.set_registration(RegistrationState::Deregistered, 0, None);
            self.finish(Work::Register, Err(Reason::NotAllowed.into()));
            return;
        }
        let visible = || self.networks.visible();
        let choice = match &self.networks.preferences.selection {
            Selection::Manual(plmn) => visible().find(|(_, network)| {
                let usable = !self.technologies_of(network).is_empty() && self.may_roam(network);
                network.plmn == *plmn && usable && !self.is_denied(&network.plmn)
            }),
            Selection::Automatic => visible()
                .filter_map(|(place, network)| Some((self.rank(network)?, (place, network))))
                .min_by_key(|(rank, (_, network))| (network.refuses != 0, *rank))
                .map(|(_, choice)| choice),
        };
        let manual = self.networks.registration.manual;
        let Some((place, network)) = choice else {
            let reason = if manual { Reason::NotVisible } else { Reason::NoNetworks };
            if manual {
                self.set_registration(RegistrationState::Deregistered, 0, None);
            }
            // By itself the modem goes on looking: the next change of the networks ends that.
            self.finish(Work::Register, Err(reason.into()));
            return;
        };
        let cause = network.refuses;
        if cause != 0 {
            self.set_registration(RegistrationState::Denied, cause, Some(place));
            let reason = Reason::Refused;
            self.finish(Work::Register, Err(Failure { reason, cause }));
            return;
        }
        let state = if self.is_home(&network.plmn) {
            RegistrationState::Home
        } else if network.partner {
            RegistrationState::Partner
        } else {
            RegistrationState::Roaming
        };
        self.set_registration(state, 0, Some(place));
        self.log.push(Origin::WORLD, Change::Location);
        self.log.push(Origin::WORLD, Change::Date(self.date(now)));
        self.finish(Work::Register, Ok(()));
        if self.networks.setup.auto_attach {
            self.attach_if_wanted(now);
        }
    }

    /// Ends sessions, then packet service, then registration.
    pub(super) fn end_registration(&mut self, state: RegistrationState, why: Failure) {
        self.networks.search_due = None;
        self.finish(Work::Register, Err(why));
        self.ussd_lost(why);
        self.calls_lost();
        self.end_packet_service(why);
        self.set_registration(state, why.cause, None);
    }

    // Packet service.

    pub(super) fn attach_if_wanted(&mut self, now: Instant) {
        let wanted = self.networks.wants_packet && self.networks.preferences.domain != Domain::Circuit;
        if wanted && self.networks.packet_granted && self.registration().is_registered() {
            self.begin_attach(now);
        }
    }

    fn begin_attach(&mut self, now: Instant) {
        if self.networks.packet.state == PacketState::Detached {
            self.transmits(now);
            self.networks.attach_due = Some(now + self.delays.attach);
            self.set_packet_service(PacketState::Attaching, 0);
        }
    }

    fn set_packet_service(&mut self, state: PacketState, cause: u32) {
        let mut packet = PacketService { state, cause, ..PacketService::NONE };
        if let Some(network) = self.serving_network().filter(|_| state == PacketState::Attached) {
            packet.technology = self.serving_technology();
            packet.uplink = network.uplink;
            packet.downlink = network.downlink;
        }
        let before = self.networks.packet;
        self.networks.packet = packet;
        if before != packet {
            self.log.push(Origin::WORLD, Change::PacketService(packet));
        }
        let attached = state == PacketState::Attached;
        if !attached {
            self.end_ims();
        }
        if attached != (before.state == PacketState::Attached) && state != PacketState::Attaching {
            self.log.push(Origin::WORLD, Change::Attach(packet));
        }
    }

    /// A host attaches packet service. When it is attached already, nothing happens.
    ///
    /// # Errors
    ///
    /// [`Reason::RadioOff`], the state of the SIM, [`Reason::NotRegistered`], [`Reason::Busy`]. The outcome may be
    /// [`Reason::Refused`] with a cause.
    pub fn request_attach(&mut self, now: Instant, by: Origin) -> Result<Ticket, Failure> {
        self.poll(now);
        self.usable_sim()?;
        if !self.radio.is_on() {
            return Err(Reason::RadioOff.into());
        }
        if !self.registration().is_registered() {
            return Err(Reason::NotRegistered.into());
        }
        if self.is_waiting(Work::Detach) {
            return Err(Reason::Busy.into());
        }
        self.networks.wants_packet = true;
        if self.networks.packet.state == PacketState::Attached {
            return self.begin_done(by, Work::Attach);
        }
        let ticket = self.begin(by, Work::Attach, None)?;
        self.begin_attach(now);
        Ok(ticket)
    }

    pub(super) fn attach_done(&mut self) {
        self.networks.attach_due = None;
        let refuses = self.serving_network().map_or(0, |network| network.refuses_attach);
        let cause = match refuses {
            // "packet services not allowed" stands for a network that grants none.
            0 if !self.networks.packet_granted => 7,
            cause => cause,
        };
        if cause == 0 {
            self.profiles.attached();
            self.set_packet_service(PacketState::Attached, 0);
            self.finish(Work::Attach, Ok(()));
        } else {
            self.set_packet_service(PacketState::Detached, cause);
            let reason = Reason::Refused;
            self.finish(Work::Attach, Err(Failure { reason, cause }));
        }
    }

    /// A host detaches packet service: sessions end at once. When it is detached already, nothing happens.
    ///
    /// # Errors
    ///
    /// [`Reason::Busy`].
    pub fn request_detach(&mut self, now: Instant, by: Origin) -> Result<Ticket, Failure> {
        self.poll(now);
        self.networks.wants_packet = false;
        if self.networks.packet.state == PacketState::Detached {
            return self.begin_done(by, Work::Detach);
        }
        let due = now + self.delays.detach;
        let ticket = self.begin(by, Work::Detach, Some(due))?;
        self.transmits(now);
        self.end_sessions(Reason::Detached.into());
        self.networks.attach_due = None;
        self.finish(Work::Attach, Err(Reason::Detached.into()));
        self.set_packet_service(PacketState::Detaching, 0);
        Ok(ticket)
    }

    pub(super) fn detach_done(&mut self) {
        self.set_packet_service(PacketState::Detached, 0);
    }

    /// Ends sessions, then packet service.
    pub(super) fn end_packet_service(&mut self, why: Failure) {
        self.end_sessions(why);
        self.networks.attach_due = None;
        self.finish(Work::Attach, Err(why));
        self.finish(Work::Detach, Ok(()));
        if self.networks.packet.state != PacketState::Detached {
            self.set_packet_service(PacketState::Detached, why.cause);
        }
    }

    // Scanning.

    /// A host asks for all networks; [`visible_networks`](Self::visible_networks) lists them after a good outcome.
    ///
    /// # Errors
    ///
    /// The state of the SIM, [`Reason::RadioOff`], [`Reason::Busy`] while another scan goes on. The outcome may be
    /// [`Reason::NoNetworks`].
    pub fn request_scan(&mut self, now: Instant, by: Origin) -> Result<Ticket, Failure> {
        self.poll(now);
        self.usable_sim()?;
        if !self.radio.is_on() {
            return Err(Reason::RadioOff.into());
        }
        if self.is_waiting(Work::Scan) {
            return Err(Reason::Busy.into());
        }
        let until = now + self.delays.scan;
        let ticket = self.begin(by, Work::Scan, Some(until))?;
        self.networks.scan = Some(ScanState { from: now, until, found: 0 });
        Ok(ticket)
    }

    /// Networks that the scan under way has found so far, with their places among all; all that are received, if there is
    /// none.
    pub fn found_networks(&self) -> impl Iterator<Item = (u8, &Network)> {
        let found = self.networks.scan.map_or(usize::MAX, |scan| scan.found.into());
        self.visible_networks().take(found)
    }

    pub(super) fn network_found(&mut self) {
        if let Some(scan) = &mut self.networks.scan {
            scan.found = scan.found.saturating_add(1);
            let found = scan.found;
            self.log.push(Origin::WORLD, Change::NetworkFound(found));
        }
    }

    /// Ends the scan under way: its outcome is [`Reason::NoNetworks`].
    pub fn stop_scan(&mut self, now: Instant) {
        self.poll(now);
        self.end_scan();
        self.finish(Work::Scan, Err(Reason::NoNetworks.into()));
    }

    pub(super) fn end_scan(&mut self) {
        self.networks.scan = None;
    }

    /// Looks for a network unless the device is registered with one.
    ///
    /// # Errors
    ///
    /// The state of the SIM, [`Reason::RadioOff`].
    pub fn search_again(&mut self, now: Instant) -> Result<(), Failure> {
        self.poll(now);
        self.usable_sim()?;
        if !self.radio.is_on() {
            return Err(Reason::RadioOff.into());
        }
        if !self.registration().is_registered() {
            self.begin_search(now);
        }
        Ok(())
    }
}
