//! Reads scenarios from TOML: what a modem is like at power-on. `README.md` beside the built-in scenarios describes the keys.
//!
//! Every key is optional, keys that mean nothing are errors, and every error names its line.

use std::fmt;
use std::ops::Range;

use mbim_wire::Uuid;
use toml::de::DeTable;
use wwan::device::modem::band::{BandSet, Bands, GsmBands};
use wwan::device::modem::bearer::{AccessPoint, Auth, BearerSetup, Credentials, IpKind};
use wwan::device::modem::data_path::{DataPathSetup, Formats, Link};
use wwan::device::modem::network::{Carrier, Cell, Neighbour, Network, NetworkSetup, Provider, Signal, Technologies};
use wwan::device::modem::profile::{Autoconnect, AutoconnectMode};
use wwan::device::modem::sar::SarSetup;
use wwan::device::modem::settings::CONFIGURATION_NAME;
use wwan::device::modem::sim::{Code, NetworkLock, NetworkUnblock, PUK_ATTEMPTS, Sim};
use wwan::device::modem::{Delays, Identity, Radio, SimSetup, Text};
use wwan::device::{at, mbim, qmi};

use super::Scenario;
use super::at_dialect::{At, line};
use super::extras::VENDOR_SERVICES;
use super::messages::Sms;
use super::play::{command, event, fault, message};
use super::read::{Digits, Flags, Keys, Problem, Table, Words, ipv4, ipv6, value};

/// Why a scenario cannot be played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    name: String,
    /// Number of the line, from 1, and its text.
    line: Option<(usize, String)>,
    message: String,
}

impl ScenarioError {
    pub(super) fn new(name: &str, line: Option<(usize, String)>, message: impl Into<String>) -> Self {
        Self { name: name.into(), line, message: message.into() }
    }

    /// The line that is wrong, from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.line.as_ref().map(|(number, _)| *number)
    }
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.line {
            Some((number, text)) => write!(f, "{}:{number}: {}\n  {text}", self.name, self.message),
            None => write!(f, "{}: {}", self.name, self.message),
        }
    }
}

impl std::error::Error for ScenarioError {}

impl Scenario {
    /// Reads a scenario; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// The first problem, with its line.
    pub fn parse(name: &str, source: &str) -> Result<Self, ScenarioError> {
        let mut scenario = Self::default();
        scenario.read(name, source)?;
        Ok(scenario)
    }

    /// Reads what a file says into what is so otherwise.
    pub(super) fn read(&mut self, name: &str, source: &str) -> Result<(), ScenarioError> {
        let root = DeTable::parse(source).map_err(|error| located(name, source, error.span(), error.message()))?;
        let mut table = Table::new(&root);
        let read = self.keys(&mut table).and_then(|()| table.finish());
        read.map_err(|problem| located(name, source, Some(problem.span()), problem.message()))
    }
}

fn located(name: &str, source: &str, span: Option<Range<usize>>, message: &str) -> ScenarioError {
    let before = span.and_then(|span| source.get(..span.start));
    let line = before.map(|before| {
        let index = before.matches('\n').count();
        let text = source.lines().nth(index).unwrap_or_default().trim();
        (index.saturating_add(1), text.to_owned())
    });
    ScenarioError::new(name, line, message)
}

impl Keys for Scenario {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        let setup = &mut self.setup;
        table.put("description", &mut self.description)?;
        table.put("identity", &mut setup.identity)?;
        table.put("delays", &mut setup.delays)?;
        let mut first = Slot::default();
        table.put("sim", &mut first)?;
        self.card = first.card.clone();
        setup.sim = first.setup();
        let mut number = 0_u8;
        table.each_table("slot", setup.more_slots.capacity(), &mut |table| {
            let mut slot = Slot::default();
            slot.keys(table)?;
            number = number.saturating_add(1);
            if slot.active {
                setup.slot = number;
            }
            setup.more_slots.extend([slot.setup()]);
            Ok(())
        })?;
        table.put("radio", &mut setup.radio)?;
        table.put("network", &mut InReach(&mut setup.network, &mut setup.configuration))?;
        table.put("bearer", &mut setup.bearer)?;
        table.put("data-path", &mut setup.data_path)?;
        table.put("sar", &mut setup.sar)?;
        table.put("ims", &mut setup.ims)?;
        table.put("clock", &mut setup.date)?;
        table.put("sms", &mut Sms(&mut setup.sms, setup.date))?;
        table.put("ussd", &mut setup.ussd)?;
        table.put("voice", &mut setup.voice)?;
        table.put("stk", &mut setup.stk)?;
        table.put("management", &mut setup.management)?;
        table.put("firmware", &mut setup.firmware)?;
        table.put("carrier-configs", &mut setup.carrier_configs)?;
        table.put("location", &mut setup.location)?;
        table.put("oma", &mut setup.oma)?;
        table.put("vendor", &mut setup.vendor)?;
        table.put("function", &mut self.function)?;
        table.put("qmi", &mut Qmi(&mut self.qmi, &mut self.qmi_over_mbim, &mut self.at_over_qmi))?;
        table.put("at", &mut At(&mut self.at.dialect, &mut self.data))?;
        let mut events = core::mem::take(&mut self.events);
        table.replace_tables("event", &mut events, usize::MAX, event)?;
        // They are few and usually in order, and a sort of the standard library is 4 kB.
        for event in events {
            let place = self.events.iter().rposition(|other| other.at <= event.at);
            self.events.insert(place.map_or(0, |place| place.saturating_add(1)), event);
        }
        table.replace_tables("fault", &mut self.faults, usize::MAX, fault)?;
        table.replace_tables("command", &mut self.commands, mbim::FAULTS, command)?;
        table.replace_tables("message", &mut self.messages, qmi::FAULTS, message)?;
        table.replace_tables("line", &mut self.lines, at::FAULTS, line)?;
        table.put("chance", &mut self.chance)
    }
}

impl Keys for Identity {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("manufacturer", &mut self.manufacturer)?;
        table.put("model", &mut self.model)?;
        table.put("firmware", &mut self.firmware)?;
        table.put("imei", &mut Digits::<14, 18>(&mut self.imei))?;
        if let Some(Uuid(id)) = table.get("firmware-id")? {
            self.firmware_id = id;
        }
        Ok(())
    }
}

impl Keys for Delays {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("boot", &mut self.boot)?;
        table.put("sim", &mut self.sim)?;
        table.put("search", &mut self.search)?;
        table.put("attach", &mut self.attach)?;
        table.put("detach", &mut self.detach)?;
        table.put("activate", &mut self.activate)?;
        table.put("deactivate", &mut self.deactivate)?;
        table.put("reconnect", &mut self.reconnect)?;
        table.put("scan", &mut self.scan)?;
        table.put("radio", &mut self.radio)?;
        table.put("restart", &mut self.restart)?;
        table.put("slot", &mut self.slot)?;
        table.put("configuration", &mut self.configuration)?;
        table.put("messages", &mut self.messages)?;
        table.put("send", &mut self.send)?;
        table.put("deliver", &mut self.deliver)?;
        table.put("report", &mut self.report)?;
        table.put("redeliver", &mut self.redeliver)?;
        table.put("ussd", &mut self.ussd)?;
        table.put("ussd-idle", &mut self.ussd_idle)?;
        table.put("stk", &mut self.stk)?;
        table.put("update-write", &mut self.update_write)?;
        table.put("no-answer", &mut self.no_answer)?;
        table.put("fix-cold", &mut self.fix_cold)?;
        table.put("fix-warm", &mut self.fix_warm)?;
        table.put("fix-hot", &mut self.fix_hot)?;
        table.put("fix-cell", &mut self.fix_cell)?;
        table.put("oma", &mut self.oma)?;
        table.put("ims", &mut self.ims)?;
        table.put("acknowledge", &mut self.acknowledge)?;
        table.put("refresh", &mut self.refresh)?;
        table.put("call-alert", &mut self.call_alert)?;
        table.put("call-answer", &mut self.call_answer)?;
        table.put("call-ring", &mut self.call_ring)?;
        Ok(())
    }
}

/// A SIM slot and its card.
struct Slot {
    inserted: bool,
    active: bool,
    card: Sim,
}

impl Default for Slot {
    fn default() -> Self {
        Self { inserted: true, active: false, card: Sim::default() }
    }
}

impl Slot {
    fn setup(self) -> SimSetup {
        if self.inserted { SimSetup::Card(self.card) } else { SimSetup::Empty }
    }
}

impl Keys for Slot {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("inserted", &mut self.inserted)?;
        table.put("active", &mut self.active)?;
        let sim = &mut self.card;
        table.put("iccid", &mut Digits::<1, 20>(&mut sim.iccid))?;
        table.put("imsi", &mut Digits::<6, 15>(&mut sim.imsi))?;
        let most = sim.numbers.capacity();
        table.replace("numbers", &mut sim.numbers, most, value)?;
        table.put("home", &mut Digits::<5, 6>(&mut sim.home))?;
        table.put("home-name", &mut sim.home_name)?;
        table.put("pin1", &mut sim.pin1)?;
        table.put("pin2", &mut sim.pin2)?;
        if let Some((lock, unblock)) = table.table("network-lock", network_lock)? {
            sim.network_lock = Some(lock);
            sim.network_unblock = unblock;
        }
        table.put("phonebook", &mut sim.phonebook)?;
        table.put("universal-pin", &mut sim.universal_pin)?;
        table.put("bad", &mut sim.bad)?;
        table.put("activated", &mut sim.activated)?;
        table.put("esim", &mut sim.esim)?;
        table.put("profile", &mut sim.profile)?;
        table.put("eid", &mut Digits::<32, 32>(&mut sim.eid))?;
        table.put("key", &mut sim.secrets.key)?;
        table.put("operator-key", &mut sim.secrets.operator)?;
        table.put("locked-at-start", &mut sim.locked_at_start)
    }
}

impl Keys for Code {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("enabled", &mut self.enabled)?;
        table.put("pin", &mut Digits::<4, 8>(&mut self.pin))?;
        table.put("puk", &mut Digits::<8, 8>(&mut self.puk))?;
        table.put("pin-attempts", &mut self.pin_attempts)?;
        table.put("puk-attempts", &mut self.puk_attempts)
    }
}

fn network_lock(table: &mut Table<'_>) -> Result<(NetworkLock, Option<NetworkUnblock>), Problem> {
    let mut lock = NetworkLock { code: Text::new(), attempts: 0 };
    table.need("code", &mut Digits::<1, 16>(&mut lock.code))?;
    table.need("attempts", &mut lock.attempts)?;
    let mut unblock = NetworkUnblock { key: Text::new(), attempts: PUK_ATTEMPTS };
    table.put("unblock", &mut Digits::<1, 16>(&mut unblock.key))?;
    table.put("unblock-attempts", &mut unblock.attempts)?;
    Ok((lock, Some(unblock).filter(|unblock| !unblock.key.is_empty())))
}

impl Keys for Radio {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("hardware", &mut self.hardware)?;
        table.put("software", &mut self.software)?;
        table.put("fcc-locked", &mut self.fcc_locked)
    }
}

const TECHNOLOGIES: &Words<Technologies> = &[
    ("gprs", Technologies::GPRS),
    ("edge", Technologies::EDGE),
    ("umts", Technologies::UMTS),
    ("hsdpa", Technologies::HSDPA),
    ("hsupa", Technologies::HSUPA),
    ("lte", Technologies::LTE),
    ("nr-nsa", Technologies::NR_NSA),
    ("nr-sa", Technologies::NR_SA),
];

/// `[network]`: networks, and the configuration for their operator.
struct InReach<'a>(&'a mut NetworkSetup, &'a mut Text<CONFIGURATION_NAME>);

impl Keys for InReach<'_> {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        let Self(setup, configuration) = self;
        table.put("configuration", *configuration)?;
        let most = setup.neighbours.capacity();
        table.replace_tables("neighbours", &mut setup.neighbours, most, neighbour)?;
        let most = setup.networks.capacity();
        table.replace_tables("in-reach", &mut setup.networks, most, network)?;
        table.put("technologies", &mut Flags(&mut setup.technologies, TECHNOLOGIES))?;
        table.put("bands", &mut setup.bands)?;
        table.put("manual", &mut setup.manual)?;
        table.put("auto-attach", &mut setup.auto_attach)?;
        let most = setup.preferred.capacity();
        table.replace_tables("preferred", &mut setup.preferred, most, provider)?;
        let most = setup.home_providers.capacity();
        table.replace_tables("home-providers", &mut setup.home_providers, most, provider)?;
        table.put("signal", &mut setup.signal)
    }
}

/// A network in reach.
fn network(table: &mut Table<'_>) -> Result<Network, Problem> {
    let mut network = Network::new("", "");
    table.need("plmn", &mut Digits::<5, 6>(&mut network.plmn))?;
    table.need("name", &mut network.name)?;
    table.put("roaming-text", &mut network.roaming_text)?;
    table.put("partner", &mut network.partner)?;
    table.put("forbidden", &mut network.forbidden)?;
    table.put("technologies", &mut Flags(&mut network.technologies, TECHNOLOGIES))?;
    table.put("rssi", &mut network.rssi)?;
    table.put("refuses", &mut network.refuses)?;
    table.put("refuses-attach", &mut network.refuses_attach)?;
    table.put("uplink", &mut network.uplink)?;
    table.put("downlink", &mut network.downlink)?;
    table.put("cell", &mut network.cell)?;
    table.put("bandwidth", &mut network.bandwidth)?;
    table.put("paging", &mut network.paging)?;
    if ![32, 64, 128, 256].contains(&network.paging) {
        return Err(table.problem_at("paging", "32, 64, 128 or 256 radio frames"));
    }
    let most = network.carriers.capacity();
    table.replace_tables("carriers", &mut network.carriers, most, carrier)?;
    Ok(network)
}

/// A further carrier of a network.
fn carrier(table: &mut Table<'_>) -> Result<Carrier, Problem> {
    let mut carrier = Carrier::default();
    table.put("physical", &mut carrier.physical)?;
    table.put("channel", &mut carrier.channel)?;
    table.put("bandwidth", &mut carrier.bandwidth)?;
    Ok(carrier)
}

/// Bands that the device can use, by their numbers; those of GSM by MHz.
impl Keys for Bands {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        if table.has("gsm") {
            let mut bands: Vec<u16> = Vec::new();
            table.replace("gsm", &mut bands, usize::MAX, value::<u16>)?;
            self.gsm = bands.into_iter().map(GsmBands::of).collect();
        }
        set_of_bands(table, "umts", &mut self.umts)?;
        set_of_bands(table, "lte", &mut self.lte)?;
        set_of_bands(table, "nr-sa", &mut self.nr_sa)?;
        set_of_bands(table, "nr-nsa", &mut self.nr_nsa)
    }
}

fn set_of_bands<const N: usize>(table: &mut Table<'_>, key: &'static str, set: &mut BandSet<N>) -> Result<(), Problem> {
    if table.has(key) {
        let mut bands: Vec<u16> = Vec::new();
        table.replace(key, &mut bands, usize::MAX, value::<u16>)?;
        *set = BandSet::of(&bands);
        if let Some(lost) = bands.iter().find(|band| !set.contains(**band)) {
            return Err(table.problem_at(key, &format!("there is no band {lost}")));
        }
    }
    Ok(())
}

/// A cell nearby.
fn neighbour(table: &mut Table<'_>) -> Result<Neighbour, Problem> {
    let mut neighbour = Neighbour::new("", Technologies::empty(), Cell::default());
    table.need("plmn", &mut Digits::<5, 6>(&mut neighbour.plmn))?;
    neighbour.technology = table.must_choose("technology", TECHNOLOGIES)?;
    table.put("cell", &mut neighbour.cell)?;
    table.put("signal", &mut neighbour.signal)?;
    Ok(neighbour)
}

/// Where a cell is among cells; also the parameters of the event `cell`.
impl Keys for Cell {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("lac", &mut self.lac)?;
        table.put("tac", &mut self.tac)?;
        table.put("id", &mut self.id)?;
        table.put("physical", &mut self.physical)?;
        table.put("channel", &mut self.channel)
    }
}

fn provider(table: &mut Table<'_>) -> Result<Provider, Problem> {
    let mut provider = Provider::new("", "");
    table.need("plmn", &mut Digits::<5, 6>(&mut provider.plmn))?;
    table.need("name", &mut provider.name)?;
    table.put("technologies", &mut Flags(&mut provider.technologies, TECHNOLOGIES))?;
    Ok(provider)
}

/// What is received; also the parameters of the event `signal`.
impl Keys for Signal {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("rssi", &mut self.rssi)?;
        table.put("error-rate", &mut self.error_rate)?;
        table.put("rsrp", &mut self.rsrp)?;
        table.put("rsrq", &mut self.rsrq)?;
        table.put("snr", &mut self.snr)
    }
}

const IP_KINDS: &Words<IpKind> = &[("v4", IpKind::V4), ("v6", IpKind::V6), ("v4v6", IpKind::V4V6)];

const AUTHS: &Words<Auth> =
    &[("any", Auth::None), ("pap", Auth::Pap), ("chap", Auth::Chap), ("ms-chap-v2", Auth::MsChapV2)];

impl Keys for BearerSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("max-sessions", &mut self.max_sessions)?;
        let most = self.access_points.capacity();
        table.replace_tables("access-point", &mut self.access_points, most, access_point)?;
        table.put("refuses-others", &mut self.refuses_others)?;
        table.put("autoconnect", &mut self.autoconnect)?;
        let plan = &mut self.addresses;
        table.put("mtu", &mut plan.mtu)?;
        table.put("v4", &mut plan.v4)?;
        table.put("v6", &mut plan.v6)?;
        let most = plan.dns4.capacity();
        table.replace("dns4", &mut plan.dns4, most, ipv4)?;
        let most = plan.dns6.capacity();
        table.replace("dns6", &mut plan.dns6, most, ipv6)
    }
}

const AUTOCONNECT: &Words<AutoconnectMode> =
    &[("off", AutoconnectMode::Off), ("on", AutoconnectMode::On), ("paused", AutoconnectMode::Paused)];

impl Keys for Autoconnect {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        if let Some(mode) = table.choice("mode", AUTOCONNECT)? {
            self.mode = mode;
        }
        table.put("home-only", &mut self.home_only)
    }
}

const FORMATS: &Words<Formats> = &[
    ("ethernet", Formats::ETHERNET),
    ("raw-ip", Formats::RAW_IP),
    ("qmap", Formats::QMAP),
    ("qmap-v4", Formats::QMAP_V4),
    ("qmap-v5", Formats::QMAP_V5),
];

const LINKS: &Words<Link> = &[("ethernet", Link::Ethernet), ("raw-ip", Link::RawIp)];

/// Formats of the data path.
impl Keys for DataPathSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("formats", &mut Flags(&mut self.formats, FORMATS))?;
        if let Some(link) = table.choice("link", LINKS)? {
            self.link = link;
        }
        table.put("max-datagrams-up", &mut self.up_limits.datagrams)?;
        table.put("max-size-up", &mut self.up_limits.size)?;
        table.put("max-datagrams-down", &mut self.down_limits.datagrams)?;
        table.put("max-size-down", &mut self.down_limits.size)?;
        table.put("needs-endpoint", &mut self.needs_endpoint)?;
        table.put("ethernet-pdu", &mut self.ethernet_pdu)
    }
}

fn access_point(table: &mut Table<'_>) -> Result<AccessPoint, Problem> {
    let mut point = AccessPoint::new("");
    table.need("name", &mut point.name)?;
    if let Some(ip) = table.choice("ip", IP_KINDS)? {
        point.ip = ip;
    }
    table.put("tells-limit", &mut point.tells_limit)?;
    table.put("refuses", &mut point.refuses)?;
    table.put("back-off", &mut point.back_off)?;
    point.credentials = table.table("login", |table| {
        let auth = table.choice("auth", AUTHS)?.unwrap_or_default();
        Ok(Credentials { user: table.must("user")?, password: table.must("password")?, auth })
    })?;
    Ok(point)
}

/// Transmit power near a body.
impl Keys for SarSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("antennas", &mut self.antennas)?;
        table.put("backoffs", &mut self.backoffs)?;
        table.put("wifi", &mut self.wifi)
    }
}

const VERSIONS: &Words<u16> = &[("1.0", 0x0100), ("2.0", 0x0200), ("3.0", 0x0300)];

impl Keys for mbim::Config {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("max-control-transfer", &mut self.max_control_transfer)?;
        if !(64..=4096).contains(&self.max_control_transfer) {
            return Err(table.problem_at("max-control-transfer", "max-control-transfer is 64 to 4096 bytes"));
        }
        if let Some(version) = table.choice("mbimex", VERSIONS)? {
            self.extended_version = version;
        }
        table.put("open-delay", &mut self.open_delay)?;
        table.put("pin-attempts-on-failure", &mut self.pin_attempts_on_failure)?;
        table.put("custom-data-class", &mut self.custom_data_class)?;
        table.put("vendor-services", &mut Flags(&mut self.vendor_services, VENDOR_SERVICES))?;
        let most = self.streams.capacity();
        table.replace_tables("streams", &mut self.streams, most, streams)
    }
}

/// `[qmi]`: the QMI function, whether it is inside an MBIM function, too, and whether it carries AT.
struct Qmi<'a>(&'a mut qmi::Config, &'a mut bool, &'a mut bool);

impl Keys for Qmi<'_> {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        let Self(config, over_mbim, carries_at) = self;
        table.put("over-mbim", *over_mbim)?;
        table.put("carries-at", *carries_at)?;
        table.put("vendor", &mut config.vendor)?;
        table.put("clients-per-service", &mut config.clients_per_service)?;
        if !(1..=254).contains(&config.clients_per_service) {
            return Err(table.problem_at("clients-per-service", "clients-per-service is 1 to 254"));
        }
        table.put("sync-at-boot", &mut config.sync_at_boot)?;
        table.put("dms-uim", &mut config.dms_uim)?;
        table.put("data-format", &mut config.data_format)
    }
}

/// Streams of a device service.
fn streams(table: &mut Table<'_>) -> Result<mbim::Streams, Problem> {
    let mut streams = mbim::Streams { service: Uuid::default(), instances: 0, from_host: false, to_host: false };
    table.need("service", &mut streams.service)?;
    table.need("instances", &mut streams.instances)?;
    table.put("from-host", &mut streams.from_host)?;
    table.put("to-host", &mut streams.to_host)?;
    Ok(streams)
}
