//! A modem without a protocol: what all faces of one device share, and what scenarios play with.
//!
//! | file | holds |
//! |---|---|
//! | [`sim`] | the SIM: identity, codes and their attempts |
//! | [`card`] | the card that it lives on: APDUs, channels, files, the embedded SIM's administration |
//! | [`auth`] | authentication with the secrets of the SIM |
//! | [`network`] | networks in reach, registration, packet service, signal |
//! | [`band`] | which band a channel is in |
//! | [`preferences`] | what a host prefers: technologies, bands, roaming, domain |
//! | [`apn_types`] | what access points are used for |
//! | [`ims`] | registration with IMS, and its settings |
//! | [`bearer`] | sessions, access points, addresses, stored contexts, packet filters |
//! | [`profile`] | contexts as numbered profiles, connecting without being asked |
//! | [`flow`] | parts of a session that the network treats better |
//! | [`data_path`] | the format in which packets travel between host and modem |
//! | [`refresh`] | what the card has changed by itself |
//! | [`sms`] | short messages: the store, receiving, sending |
//! | [`broadcast`] | pages for everybody |
//! | [`ussd`] | dialogues with the network |
//! | [`voice`] | calls |
//! | [`clock`] | the date that the network tells |
//! | [`phonebook`] | the phonebook on the SIM |
//! | [`stk`] | the SIM toolkit: what the card asks for, and who answers |
//! | [`denylist`] | providers that a host denies |
//! | [`settings`] | logging, registration parameters, the configuration for an operator |
//! | [`sar`] | less power near a body, and whether the device transmits |
//! | [`wake`] | what has woken the host |
//! | [`management`] | the operating mode, power, codes, the user's data |
//! | [`firmware`] | stored firmware images, and which of them run |
//! | [`carrier_config`] | configurations for operators that are stored |
//! | [`location`] | positioning: the receiver, satellites, NMEA sentences |
//! | [`oma`] | device management by the operator's server |
//! | [`vendor`] | what only some makers' modems have |
//! | [`event`] | the log of what happened, which every face reads with its own cursor |
//!
//! Time is an argument. Whatever takes time (searching, activating, scanning) has a due time inside; [`Modem::poll`]
//! does what is due, in order, and [`Modem::poll_at`] says when to call it next. There is no chance in it: the same
//! calls at the same times lead to the same states.
//!
//! A request of a host that takes time returns a [`Ticket`]; its result is fetched with [`Modem::outcome`]. A request
//! that cannot even begin fails at once.
//!
//! ```
//! use wwan::device::modem::{Modem, Setup, network::RegistrationState};
//! use wwan::time::{Instant, Millis};
//!
//! let mut modem = Modem::new(Instant(0), Setup::default());
//! modem.poll(Instant(60_000));
//! assert_eq!(modem.registration().state, RegistrationState::Home);
//! modem.lose_signal(Instant(60_000));
//! assert_eq!(modem.registration().state, RegistrationState::Deregistered);
//! ```

use heapless::Vec;

use crate::time::{Instant, Millis};

pub mod apn_types;
pub mod auth;
pub mod band;
pub mod bearer;
pub mod broadcast;
pub mod card;
pub mod carrier_config;
pub mod clock;
pub mod data_path;
pub mod denylist;
pub mod event;
pub mod firmware;
pub mod flow;
pub mod ims;
pub mod location;
pub mod management;
pub mod network;
pub mod oma;
pub mod phonebook;
pub mod preferences;
pub mod profile;
pub mod refresh;
pub mod sar;
pub mod settings;
pub mod sim;
pub mod sms;
pub mod stk;
pub mod ussd;
pub mod vendor;
pub mod voice;
pub mod wake;

use apn_types::ApnTable;
use bearer::{BearerSetup, Bearers};
use broadcast::Broadcasts;
use carrier_config::{CarrierConfigSetup, CarrierConfigs, ConfigKind};
use clock::{Clock, Date};
use data_path::{DataPath, DataPathSetup};
use denylist::{DENIED, Denied};
use event::{Change, Cursor, Log, Origin, Reading};
use firmware::{Firmware, FirmwareSetup};
use flow::Flows;
use ims::{Ims, ImsSetup};
use location::{Location, LocationSetup};
use management::{Management, ManagementSetup, OperatingMode};
use network::{NetworkSetup, Networks, RegistrationState};
use oma::{Oma, OmaSetup};
use profile::Profiles;
use refresh::{RefreshStage, Refreshing};
use sar::{Sar, SarSetup};
use settings::{CONFIGURATION_NAME, Settings};
use sim::{ReadyState, Sim, SimSlot, SpareSlot};
use sms::{Sms, SmsSetup};
use stk::{Stk, StkSetup};
use ussd::{Ussd, UssdSetup};
use vendor::{Vendor, VendorSetup};
use voice::{Voice, VoiceSetup};

/// Text of at most `N` bytes of UTF-8.
pub type Text<const N: usize> = heapless::String<N>;

/// Text from a string; what does not fit is cut off.
///
/// ```
/// use wwan::device::modem::{Text, text};
///
/// let name: Text<4> = text("Example");
/// assert_eq!(name, "Exam");
/// ```
#[must_use]
pub fn text<const N: usize>(source: &str) -> Text<N> {
    let mut text = Text::new();
    for c in source.chars() {
        if text.push(c).is_err() {
            break;
        }
    }
    text
}

/// Requests under way at the same time.
pub const OPERATIONS: usize = 12;

/// Who the device is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// Maker.
    pub manufacturer: Text<32>,
    /// Model; faces that have only one text for the hardware tell this.
    pub model: Text<30>,
    /// Version of the firmware.
    pub firmware: Text<30>,
    /// IMEI, 15 digits.
    pub imei: Text<18>,
    /// UUID by which the maker tells variants of the firmware apart.
    pub firmware_id: [u8; 16],
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            manufacturer: text("wwan"),
            model: text("Virtual Modem"),
            firmware: text("1.0.0"),
            imei: text("490154203237518"),
            firmware_id: 0x5c6c_5f4d_4a1e_4f0b_9d3e_6d1b_2f80_77aa_u128.to_be_bytes(),
        }
    }
}

/// How long things take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Delays {
    /// From power-on until hosts are answered.
    pub boot: Millis,
    /// From power-on, or insertion, until the SIM can be used.
    pub sim: Millis,
    /// Looking for a network to register with.
    pub search: Millis,
    /// Attaching to packet service.
    pub attach: Millis,
    /// Detaching from packet service by request.
    pub detach: Millis,
    /// Activating a session.
    pub activate: Millis,
    /// Deactivating a session by request.
    pub deactivate: Millis,
    /// Until the modem tries again to connect by itself.
    pub reconnect: Millis,
    /// Listing all networks.
    pub scan: Millis,
    /// Moving the software radio switch.
    pub radio: Millis,
    /// Changing to another SIM slot.
    pub slot: Millis,
    /// Changing to the configuration for another operator.
    pub configuration: Millis,
    /// From the request for a restart until the device leaves the bus.
    pub restart: Millis,
    /// Fetching a command of the SIM toolkit, and doing what the modem does itself.
    pub stk: Millis,
    /// From when the SIM can be used until messages can.
    pub messages: Millis,
    /// Sending a message.
    pub send: Millis,
    /// From when the service centre has a message until it arrives.
    pub deliver: Millis,
    /// From when the service centre has a message until the report about it arrives.
    pub report: Millis,
    /// Until the network tries again to deliver a message for which there was no room.
    pub redeliver: Millis,
    /// The network's answer in a dialogue.
    pub ussd: Millis,
    /// The network's patience in a dialogue.
    pub ussd_idle: Millis,
    /// The modem's patience with a network that does not answer.
    pub no_answer: Millis,
    /// Writing a piece of a firmware update.
    pub update_write: Millis,
    /// Until the first position, if the receiver knows nothing.
    pub fix_cold: Millis,
    /// The same, if it knows the time and roughly where it is, or has loaded orbits.
    pub fix_warm: Millis,
    /// The same, if it had a position not long ago.
    pub fix_hot: Millis,
    /// The same, from the cell.
    pub fix_cell: Millis,
    /// Each step of a session with the operator's server.
    pub oma: Millis,
    /// How long the network waits for the host that is to acknowledge a message.
    pub acknowledge: Millis,
    /// How long a refresh of the card waits for those who read files.
    pub refresh: Millis,
    /// From when a number is dialled until it rings there.
    pub call_alert: Millis,
    /// From when it rings there until the other party answers.
    pub call_answer: Millis,
    /// How long a call rings that nobody answers.
    pub call_ring: Millis,
    /// Registering with IMS.
    pub ims: Millis,
}

impl Default for Delays {
    fn default() -> Self {
        Self {
            boot: Millis(0),
            sim: Millis(300),
            search: Millis(800),
            attach: Millis(200),
            detach: Millis(100),
            activate: Millis(400),
            deactivate: Millis(100),
            reconnect: Millis(5_000),
            scan: Millis(5_000),
            radio: Millis(50),
            slot: Millis(200),
            configuration: Millis(2_000),
            restart: Millis(100),
            stk: Millis(100),
            messages: Millis(200),
            send: Millis(600),
            deliver: Millis(400),
            report: Millis(1_000),
            redeliver: Millis(30_000),
            ussd: Millis(500),
            ussd_idle: Millis(60_000),
            no_answer: Millis(20_000),
            update_write: Millis(10),
            fix_cold: Millis(8_000),
            fix_warm: Millis(3_000),
            fix_hot: Millis(1_000),
            fix_cell: Millis(1_000),
            oma: Millis(500),
            acknowledge: Millis(15_000),
            refresh: Millis(2_000),
            call_alert: Millis(500),
            call_answer: Millis(2_000),
            call_ring: Millis(30_000),
            ims: Millis(400),
        }
    }
}

/// The software and hardware radio switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Radio {
    /// The hardware switch is on.
    pub hardware: bool,
    /// The software switch is on.
    pub software: bool,
    /// The software switch cannot be set on before the host has unlocked the device (FCC lock).
    pub fcc_locked: bool,
}

impl Default for Radio {
    fn default() -> Self {
        Self { hardware: true, software: true, fcc_locked: false }
    }
}

impl Radio {
    /// Whether the radio is on: both switches are.
    #[must_use]
    pub const fn is_on(self) -> bool {
        self.hardware && self.software
    }
}

/// How a modem starts, and what surrounds it. Everything has a default: a home network 001-01 in reach, a SIM without
/// a code, any access point name accepted.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Setup {
    /// Who the device is.
    pub identity: Identity,
    /// How long things take.
    pub delays: Delays,
    /// What is in the first SIM slot.
    pub sim: SimSetup,
    /// What is in the others: one entry for each, at most [`sim::SLOTS`] less one.
    pub more_slots: Vec<SimSetup, { sim::SLOTS - 1 }>,
    /// The slot in use when the device is delivered, from 0.
    pub slot: u8,
    /// Positions of the radio switches at power-on.
    pub radio: Radio,
    /// Networks, and how the modem deals with them.
    pub network: NetworkSetup,
    /// Sessions, access points and addresses.
    pub bearer: BearerSetup,
    /// Formats in which packets can travel between host and modem.
    pub data_path: DataPathSetup,
    /// Antennas, and what there is to reduce their power.
    pub sar: SarSetup,
    /// What there is of IMS.
    pub ims: ImsSetup,
    /// The configuration for an operator; empty: none.
    pub configuration: Text<CONFIGURATION_NAME>,
    /// The SIM toolkit.
    pub stk: StkSetup,
    /// Short messages.
    pub sms: SmsSetup,
    /// Dialogues with the network.
    pub ussd: UssdSetup,
    /// Calls.
    pub voice: VoiceSetup,
    /// The device as it is managed.
    pub management: ManagementSetup,
    /// Firmware images.
    pub firmware: FirmwareSetup,
    /// Configurations for operators.
    pub carrier_configs: CarrierConfigSetup,
    /// Positioning.
    pub location: LocationSetup,
    /// Device management by the operator's server.
    pub oma: OmaSetup,
    /// What only some makers' modems have.
    pub vendor: VendorSetup,
    /// The date at power-on, which goes on with virtual time.
    pub date: Date,
}

/// What is in a SIM slot at power-on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant)] // lives once, inside the modem
pub enum SimSetup {
    /// A card.
    Card(Sim),
    /// Nothing.
    Empty,
}

impl Default for SimSetup {
    fn default() -> Self {
        Self::Card(Sim::default())
    }
}

/// Why a request failed, in no protocol's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Reason {
    /// Too much at once; ask again.
    Busy,
    /// The network or the card refused, see [`Failure::cause`].
    Refused,
    /// There is no SIM.
    SimAbsent,
    /// The SIM cannot be used.
    SimBad,
    /// The SIM or the device is not ready yet.
    NotReady,
    /// A code must be entered first.
    CodeRequired,
    /// The code is not in use.
    CodeDisabled,
    /// The code was wrong, or too many wrong ones were entered.
    CodeWrong,
    /// A parameter makes no sense.
    Invalid,
    /// A text is longer than the device can store.
    TooLong,
    /// The device cannot do it.
    NotSupported,
    /// The device may not do it now (FCC lock).
    NotAllowed,
    /// The radio is off.
    RadioOff,
    /// Not registered with a network.
    NotRegistered,
    /// No network in reach.
    NoNetworks,
    /// The network asked for is not in reach.
    NotVisible,
    /// Packet service is detached.
    Detached,
    /// The session is active already, or no more can be.
    TooManyContexts,
    /// The session is not active.
    NotActive,
    /// The access point name was refused.
    AccessPoint,
    /// User name or password was refused.
    Credentials,
    /// The subscription is not activated.
    NotActivated,
    /// No room for so many filters, or such long ones.
    Filters,
    /// The store is full.
    Full,
    /// There is no such SIM slot.
    NoSlot,
    /// There is nothing at this index.
    InvalidIndex,
    /// There is no phonebook.
    NoPhonebook,
    /// The SIM toolkit has a command under way.
    StkBusy,
    /// The service centre is not known.
    ServiceCentre,
    /// The network did not answer.
    NetworkTimeout,
    /// The network does not carry messages in this format.
    Format,
}

/// A request that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// The network's cause (3GPP TS 24.008, 24.301, 24.501), 0 if it had none.
    pub cause: u32,
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self { reason, cause: 0 }
    }
}

impl core::fmt::Display for Failure {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?} (cause {})", self.reason, self.cause)
    }
}

impl core::error::Error for Failure {}

/// A request under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Ticket(u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Work {
    Activate(u8),
    Deactivate(u8),
    Register,
    Attach,
    Detach,
    Scan,
    Radio(bool),
    Slot(u8),
    /// The message with this reference.
    Send(u8),
    Ussd,
    Mode(OperatingMode),
    ActivateConfig(ConfigKind),
    UpdateWrite {
        number: u16,
        len: u32,
    },
}

#[derive(Clone, Copy, Debug)]
struct Operation {
    ticket: Ticket,
    by: Origin,
    work: Work,
    /// When it is done, for work that waits for nothing but time.
    due: Option<Instant>,
    outcome: Option<Result<(), Failure>>,
}

/// What is due next.
#[derive(Clone, Copy, Debug)]
enum Due {
    Restart,
    Boot,
    Sim,
    Search,
    Attach,
    NetworkFound,
    Ims,
    Session(u8),
    Autoconnect,
    Silence,
    Configuration,
    Stk,
    Operation(Ticket),
    MessagesReady,
    Sent(u8),
    Arrival,
    Unacknowledged,
    Ussd,
    Call(u8),
    Refresh,
    Location,
    Oma,
}

/// The modem.
#[derive(Debug)]
pub struct Modem {
    identity: Identity,
    delays: Delays,
    log: Log,
    operations: Vec<Operation, OPERATIONS>,
    next_ticket: u32,
    /// When it answers hosts; `None` once it does.
    boots_at: Option<Instant>,
    restarts_at: Option<Instant>,
    radio: Radio,
    power_on_radio: Radio,
    /// The slot in use.
    slot: SimSlot,
    spare_slots: Vec<SpareSlot, { sim::SLOTS - 1 }>,
    /// Ready state that was told last.
    told: ReadyState,
    networks: Networks,
    bearers: Bearers,
    profiles: Profiles,
    flows: Flows,
    data_path: DataPath,
    denylist: Vec<Denied, DENIED>,
    settings: Settings,
    sar: Sar,
    ims: Ims,
    apn_types: ApnTable,
    wake: Option<wake::Wake>,
    /// The host has said good-bye.
    shut_down: bool,
    stk: Stk,
    management: Management,
    firmware: Firmware,
    carrier_configs: CarrierConfigs,
    location: Location,
    oma: Oma,
    vendor: Vendor,
    /// Whether faces were told that the phonebook can be used.
    phonebook_told: bool,
    sms: Sms,
    broadcasts: Broadcasts,
    ussd: Ussd,
    voice: Voice,
    refreshing: Refreshing,
    clock: Clock,
    emergency: bool,
    idle_hint: bool,
    restarts: u32,
}

impl Modem {
    /// A modem that is powered on `now`.
    #[must_use]
    pub fn new(now: Instant, setup: Setup) -> Self {
        let (slot, spare_slots) = SimSlot::all(setup.sim, setup.more_slots, setup.slot);
        let mut modem = Self {
            identity: setup.identity,
            delays: setup.delays,
            log: Log::default(),
            operations: Vec::new(),
            next_ticket: 1,
            boots_at: None,
            restarts_at: None,
            radio: setup.radio,
            power_on_radio: setup.radio,
            slot,
            spare_slots,
            told: ReadyState::NotInitialized,
            settings: Settings::new(setup.network.technologies, setup.configuration),
            networks: Networks::new(setup.network),
            denylist: Vec::new(),
            sar: Sar::new(setup.sar),
            ims: Ims::new(setup.ims),
            apn_types: ApnTable::default(),
            wake: None,
            shut_down: false,
            profiles: Profiles::new(setup.bearer.autoconnect),
            bearers: Bearers::new(setup.bearer),
            flows: Flows::default(),
            data_path: DataPath::new(setup.data_path),
            stk: Stk::new(setup.stk),
            management: Management::new(setup.management, setup.radio),
            firmware: Firmware::new(setup.firmware),
            carrier_configs: CarrierConfigs::new(setup.carrier_configs),
            location: Location::new(setup.location, now),
            oma: Oma::new(setup.oma),
            vendor: Vendor::new(setup.vendor),
            phonebook_told: false,
            sms: Sms::new(setup.sms),
            broadcasts: Broadcasts::default(),
            ussd: Ussd::new(setup.ussd),
            voice: Voice::new(setup.voice),
            refreshing: Refreshing::default(),
            clock: Clock { at: now, date: setup.date },
            emergency: false,
            idle_hint: false,
            restarts: 0,
        };
        modem.power_on(now);
        modem
    }

    /// Does everything that is due, in order.
    pub fn poll(&mut self, now: Instant) {
        while let Some((at, due)) = self.next_due() {
            if at > now {
                break;
            }
            self.profiles.polled(at);
            self.run(at, due);
        }
        self.profiles.polled(now);
    }

    /// When [`poll`](Self::poll) has something to do next.
    #[must_use]
    pub fn poll_at(&self) -> Option<Instant> {
        self.next_due().map(|(at, _)| at)
    }

    /// Reads the event behind `cursor`, and moves it past that event.
    pub fn event(&self, cursor: &mut Cursor) -> Option<Reading> {
        self.log.read(cursor)
    }

    /// The place behind the newest event.
    #[must_use]
    pub fn newest(&self) -> Cursor {
        self.log.newest()
    }

    /// Who the device is.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// How long things take; changes hold from the next time on.
    pub fn delays(&mut self) -> &mut Delays {
        &mut self.delays
    }

    /// When the device answers hosts, if it does not yet.
    #[must_use]
    pub fn boots_at(&self) -> Option<Instant> {
        self.boots_at
    }

    /// How often the device has restarted. Whoever carries its messages takes it off the bus when this changes.
    #[must_use]
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    /// The radio switches.
    #[must_use]
    pub fn radio(&self) -> Radio {
        self.radio
    }

    /// Whether an emergency call goes on.
    #[must_use]
    pub fn emergency(&self) -> bool {
        self.emergency
    }

    /// Says whether an emergency call goes on.
    pub fn set_emergency(&mut self, by: Origin, on: bool) {
        if self.emergency != on {
            self.emergency = on;
            self.log.push(by, Change::Emergency(on));
        }
    }

    /// Whether a host expects little traffic.
    #[must_use]
    pub fn idle_hint(&self) -> bool {
        self.idle_hint
    }

    /// Says whether little traffic is expected.
    pub fn set_idle_hint(&mut self, on: bool) {
        self.idle_hint = on;
    }

    // Power.

    fn power_on(&mut self, now: Instant) {
        self.boots_at = Some(now + self.delays.boot);
        let stays_off = self.management.restart();
        self.radio.software = self.power_on_radio.software && !stays_off;
        self.radio.fcc_locked = self.power_on_radio.fcc_locked;
        self.slot.start(now + self.delays.boot + self.delays.sim);
        self.told = self.ready_state();
        self.phonebook_told = self.has_phonebook();
    }

    /// Restarts the device: the radio connection ends without notice, the SIM starts anew, hosts are not answered until
    /// [`Delays::boot`] is over. Faces see [`Change::Restarted`] and forget their hosts.
    pub fn reboot(&mut self, now: Instant) {
        self.poll(now);
        self.restart(now);
    }

    /// Restarts the device a little later, so that the request can be answered; what was asked for before and comes
    /// sooner holds.
    pub fn request_restart(&mut self, now: Instant) {
        let at = now + self.delays.restart;
        self.restarts_at = Some(self.restarts_at.map_or(at, |sooner| sooner.min(at)));
    }

    fn restart(&mut self, now: Instant) {
        self.restarts_at = None;
        self.restarts = self.restarts.wrapping_add(1);
        self.operations.clear();
        self.networks.power_off();
        self.ims.power_off();
        self.end_flows(None);
        self.bearers.power_off();
        self.profiles.power_off();
        self.data_path.power_off();
        self.sar.power_off();
        self.wake = None;
        self.shut_down = false;
        self.stk.power_off();
        self.sms.power_off();
        self.broadcasts.power_off();
        self.ussd.power_off();
        self.voice.power_off();
        self.refreshing.power_off();
        self.location.power_off();
        self.oma.power_off();
        if let Some(version) = self.firmware.restart() {
            self.identity.firmware = version;
        }
        if let Some(version) = self.vendor.restart() {
            self.identity.firmware = version;
        }
        let configured = self.carrier_configs.restart();
        self.emergency = false;
        self.idle_hint = false;
        self.log.push(Origin::WORLD, Change::Restarted);
        self.power_on(now);
        self.tell_mode(Origin::WORLD);
        if configured {
            self.config_restarted(now);
        }
    }

    /// A host is about to lose its power: the device leaves the network, as it would before losing its own. It comes back
    /// when [`host_returns`](Self::host_returns), or when a host registers it.
    pub fn host_shuts_down(&mut self, now: Instant) {
        self.poll(now);
        self.shut_down = true;
        self.end_registration(RegistrationState::Deregistered, Reason::NotRegistered.into());
    }

    /// Whether the device stays away from networks because a host is about to lose its power, or wants it so.
    #[must_use]
    pub fn host_is_down(&self) -> bool {
        self.shut_down
    }

    /// A host is there, whether or not it had shut down.
    pub fn host_returns(&mut self, now: Instant) {
        self.poll(now);
        if core::mem::take(&mut self.shut_down) {
            self.begin_search(now);
        }
    }

    // The radio switches.

    /// A host moves the software switch.
    ///
    /// # Errors
    ///
    /// [`Reason::NotAllowed`] while FCC-locked, [`Reason::Busy`].
    pub fn request_radio(&mut self, now: Instant, by: Origin, on: bool) -> Result<Ticket, Failure> {
        self.poll(now);
        if on && (self.radio.fcc_locked || self.management.is_offline()) {
            return Err(Reason::NotAllowed.into());
        }
        let due = now + self.delays.radio;
        self.begin(by, Work::Radio(on), Some(due))
    }

    /// Somebody moves the hardware switch.
    pub fn set_hw_radio(&mut self, now: Instant, on: bool) {
        self.poll(now);
        if self.radio.hardware != on {
            self.move_switches(now, Origin::WORLD, Radio { hardware: on, ..self.radio });
        }
    }

    /// Locks the software switch off, or unlocks it. Locking does not move it.
    pub fn set_fcc_lock(&mut self, locked: bool) {
        self.radio.fcc_locked = locked;
    }

    fn move_switches(&mut self, now: Instant, by: Origin, radio: Radio) {
        let was_on = self.radio.is_on();
        let moved = (self.radio.hardware, self.radio.software) != (radio.hardware, radio.software);
        if was_on && !radio.is_on() {
            self.end_registration(RegistrationState::Deregistered, Reason::RadioOff.into());
        }
        self.radio = radio;
        if moved {
            self.log.push(by, Change::Radio(radio));
            self.tell_mode(by);
            self.notice_vendor();
        }
        if !was_on && radio.is_on() {
            self.begin_search(now);
        }
    }

    // Requests under way.

    fn begin(&mut self, by: Origin, work: Work, due: Option<Instant>) -> Result<Ticket, Failure> {
        let ticket = Ticket(self.next_ticket);
        let operation = Operation { ticket, by, work, due, outcome: None };
        self.operations.push(operation).map_err(|_| Failure::from(Reason::Busy))?;
        self.next_ticket = self.next_ticket.wrapping_add(1);
        Ok(ticket)
    }

    /// A request that is done as soon as it is made.
    fn begin_done(&mut self, by: Origin, work: Work) -> Result<Ticket, Failure> {
        let ticket = self.begin(by, work, None)?;
        self.finish(work, Ok(()));
        Ok(ticket)
    }

    /// Gives every waiting request for `work` its outcome.
    fn finish(&mut self, work: Work, outcome: Result<(), Failure>) {
        for operation in &mut self.operations {
            if operation.work == work && operation.outcome.is_none() {
                operation.outcome = Some(outcome);
                operation.due = None;
            }
        }
    }

    fn is_waiting(&self, work: Work) -> bool {
        self.operations.iter().any(|operation| operation.work == work && operation.outcome.is_none())
    }

    fn operation(&self, ticket: Ticket) -> Option<Operation> {
        let mut operations = self.operations.iter().copied();
        operations.find(|operation| operation.ticket == ticket)
    }

    /// How a request ended, if it has. The ticket is gone with the answer.
    pub fn outcome(&mut self, ticket: Ticket) -> Option<Result<(), Failure>> {
        let outcome = self.operation(ticket)?.outcome?;
        self.operations.retain(|operation| operation.ticket != ticket);
        Some(outcome)
    }

    /// Gives a request up: a session that was on its way up goes down, a scan ends; what is otherwise under way, goes
    /// on without an asker.
    pub fn abandon(&mut self, now: Instant, ticket: Ticket) {
        self.poll(now);
        let Some(operation) = self.operation(ticket) else {
            return;
        };
        self.operations.retain(|operation| operation.ticket != ticket);
        match (operation.work, operation.outcome) {
            (Work::Activate(session), None) => self.end_session(session, operation.by, Reason::NotActive.into()),
            (Work::Mode(mode), None) => self.enter_mode(now, operation.by, mode),
            (Work::Radio(on), None) => self.set_software_radio(now, operation.by, on),
            (Work::Slot(slot), None) => self.slot_due(now, slot),
            (Work::Detach, None) => self.detach_done(),
            (Work::Ussd, None) => self.forget_ussd_of(operation.by),
            (Work::UpdateWrite { len, .. }, None) => self.update_written(len),
            (Work::Scan, None) => self.end_scan(),
            _ => {}
        }
    }

    fn set_software_radio(&mut self, now: Instant, by: Origin, on: bool) {
        self.management.switch_moved();
        let radio = Radio { software: on, ..self.radio };
        self.move_switches(now, by, radio);
        self.tell_mode(by);
    }

    fn next_due(&self) -> Option<(Instant, Due)> {
        let single = [
            (self.restarts_at, Due::Restart),
            (self.boots_at, Due::Boot),
            (self.slot.starts_at(), Due::Sim),
            (self.networks.search_due(), Due::Search),
            (self.networks.attach_due(), Due::Attach),
            (self.networks.found_due(), Due::NetworkFound),
            (self.ims.due(), Due::Ims),
            (self.settings.configured_at(), Due::Configuration),
            (self.sar.silent_at(), Due::Silence),
            (self.stk.due(), Due::Stk),
            (self.sms.ready_due(), Due::MessagesReady),
            (self.arrival_due(), Due::Arrival),
            (self.sms.acknowledge_due(), Due::Unacknowledged),
            (self.ussd.due(), Due::Ussd),
            (self.location.due(), Due::Location),
            (self.oma.due(), Due::Oma),
            (self.autoconnect_due(), Due::Autoconnect),
            (self.refreshing.due(), Due::Refresh),
        ];
        let single = single.into_iter().filter_map(|(at, due)| at.map(|at| (at, due)));
        let call = self.voice.due().map(|(at, id)| (at, Due::Call(id)));
        let sending = self.sms.sending_due().map(|(at, reference)| (at, Due::Sent(reference)));
        let sessions = self.bearers.due().map(|(at, session)| (at, Due::Session(session)));
        let operations = self.operations.iter();
        let operations =
            operations.filter_map(|operation| operation.due.map(|at| (at, Due::Operation(operation.ticket))));
        // The first of those that are due together comes first, so the order above is the order of things.
        single.chain(call).chain(sending).chain(sessions).chain(operations).min_by_key(|(at, _)| *at)
    }

    fn run(&mut self, at: Instant, due: Due) {
        match due {
            Due::Restart => self.restart(at),
            Due::Boot => self.boots_at = None,
            Due::Sim => {
                self.slot.started();
                if self.slot.pass_through() {
                    self.log.push(Origin::WORLD, self.slot_change());
                }
                self.sim_changed(at, Origin::WORLD);
            }
            Due::Search => self.search_done(at),
            Due::Attach => {
                self.attach_done();
                self.begin_ims(at);
            }
            Due::Ims => self.ims_due(),
            Due::NetworkFound => self.network_found(),
            Due::Configuration => self.configured(),
            Due::Silence => self.fall_silent(),
            Due::Session(session) => self.session_due(at, session),
            Due::Autoconnect => self.connect_by_itself(at),
            Due::Stk => self.stk_due(at),
            Due::Operation(ticket) => self.operation_due(at, ticket),
            Due::MessagesReady => self.messages_are_ready(),
            Due::Sent(reference) => self.message_sent(at, reference),
            Due::Arrival => self.message_arrives(at),
            Due::Unacknowledged => {
                self.message_comes_again(at);
                self.log.push(Origin::WORLD, Change::Messages(sms::MessageEvent::NotAcknowledged));
            }
            Due::Ussd => self.ussd_due(at),
            Due::Location => self.location_due(at),
            Due::Oma => self.oma_due(at),
            Due::Call(id) => self.call_due(at, id),
            Due::Refresh => self.end_refresh(Origin::WORLD, RefreshStage::Done),
        }
    }

    fn operation_due(&mut self, at: Instant, ticket: Ticket) {
        let found = self.operations.iter_mut().find(|operation| operation.ticket == ticket);
        let Some(operation) = found else { return };
        operation.due = None;
        let (work, by) = (operation.work, operation.by);
        match work {
            Work::Radio(on) => {
                self.set_software_radio(at, by, on);
                self.finish(work, Ok(()));
            }
            Work::Mode(mode) => {
                self.enter_mode(at, by, mode);
                self.finish(work, Ok(()));
            }
            Work::ActivateConfig(kind) => {
                self.activate_config(at, kind);
                self.finish(work, Ok(()));
            }
            Work::Detach => {
                self.detach_done();
                self.finish(work, Ok(()));
            }
            Work::Slot(slot) => {
                self.slot_due(at, slot);
                self.finish(work, Ok(()));
            }
            Work::UpdateWrite { len, .. } => {
                self.update_written(len);
                self.finish(work, Ok(()));
            }
            Work::Scan => {
                self.end_scan();
                let found = self.radio.is_on() && self.networks.visible().next().is_some();
                let outcome = if found { Ok(()) } else { Err(Reason::NoNetworks.into()) };
                self.finish(work, outcome);
            }
            Work::Activate(_) | Work::Deactivate(_) | Work::Register | Work::Attach | Work::Send(_) | Work::Ussd => {}
        }
    }
}
