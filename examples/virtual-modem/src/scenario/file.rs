//! Reads scenarios from TOML. Each structure here is one table of the file; `README.md` beside the built-in scenarios
//! describes the keys.
//!
//! Every key is optional, keys that mean nothing are errors, and every error names its line.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use mbim_wire::catalogue::SERVICES;
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect::BASIC_CONNECT;
use mbim_wire::{Status, Uuid};
use toml::Spanned;
use toml::de::DeTable;
use wwan::channel::Direction;
use wwan::channel::fault::{Fault, Rates, Scripted};
use wwan::device::mbim::{self, Effect};
use wwan::device::modem::bearer::{AccessPoint, Auth, Credentials, IpKind};
use wwan::device::modem::clock::Date;
use wwan::device::modem::network::{Cell, Neighbour, Network, Provider, Signal, Technologies};
use wwan::device::modem::settings::CONFIGURATION_NAME;
use wwan::device::modem::sim::{Code, NetworkLock, Sim};
use wwan::device::modem::wake::{WAKE_LEN, Wake, WakeCause};
use wwan::device::modem::{Delays, Setup, SimSetup, Text, text};
use wwan::time::Millis;

use super::extras::{PhonebookTable, ProactiveTable, StkTable, Vendor, VendorTable, offer, proactive};
use super::messages::{DateTable, SmsTable, UssdTable, hex};
use super::read::{Keys, Node, Problem, Read, table, wanted, word, words};
use super::{Action, Chance, Event, Scenario};

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
        let table = DeTable::parse(source).map_err(|error| located(name, source, error.span(), error.message()))?;
        File::from_keys(Keys::of(table.span(), table.get_ref()))
            .and_then(File::play)
            .map_err(|(span, message)| located(name, source, Some(span), &message))
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

/// Puts what the file says in place of the default.
pub(super) fn put<T>(place: &mut T, said: Option<impl Into<T>>) {
    if let Some(said) = said {
        *place = said.into();
    }
}

/// Text of at most `N` bytes.
#[derive(Debug)]
pub(super) struct Short<const N: usize>(pub(super) Text<N>);

impl<const N: usize> Read for Short<N> {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        let said = word(node)?;
        if said.len() > N {
            return Err((node.span(), format!("text of {} bytes, at most {N} fit", said.len())));
        }
        Ok(Self(text(said)))
    }
}

impl<const N: usize> From<Short<N>> for Text<N> {
    fn from(short: Short<N>) -> Self {
        short.0
    }
}

/// Between `MIN` and `MAX` decimal digits.
#[derive(Debug)]
pub(super) struct Digits<const MIN: usize, const MAX: usize>(Text<MAX>);

impl<const MIN: usize, const MAX: usize> Read for Digits<MIN, MAX> {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        let said = word(node)?;
        if !(MIN..=MAX).contains(&said.len()) || !said.bytes().all(|c| c.is_ascii_digit()) {
            return Err((node.span(), format!("{said:?} is not a text of {MIN} to {MAX} digits")));
        }
        Ok(Self(text(said)))
    }
}

impl<const MIN: usize, const MAX: usize> From<Digits<MIN, MAX>> for Text<MAX> {
    fn from(digits: Digits<MIN, MAX>) -> Self {
        digits.0
    }
}

/// A key of 16 bytes in hexadecimal.
#[derive(Debug)]
struct Key([u8; 16]);

impl Read for Key {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        let Hex(bytes) = Hex::read(node)?;
        bytes.try_into().map(Self).map_err(|_| wanted(node, "a key of 32 hexadecimal digits"))
    }
}

impl From<Key> for [u8; 16] {
    fn from(key: Key) -> Self {
        key.0
    }
}

/// Bytes in hexadecimal.
#[derive(Debug)]
pub(super) struct Hex(pub(super) Vec<u8>);

impl Read for Hex {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        let digits = word(node)?.as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(|pair| byte(pair).filter(|_| pair.len() == 2)).collect();
        bytes.map(Self).ok_or_else(|| wanted(node, "an even number of hexadecimal digits"))
    }
}

/// A UUID, such as that of a device service.
#[derive(Debug)]
struct Service(Uuid);

impl Read for Service {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        word(node)?.parse().map(Self).map_err(|_| wanted(node, "a UUID"))
    }
}

/// MCC and MNC.
pub(super) type Plmn = Digits<5, 6>;

/// A list of at most `most` entries.
pub(super) fn few<T>(said: Option<Spanned<Vec<T>>>, most: usize) -> Result<Option<Vec<T>>, Problem> {
    match said {
        Some(said) if said.as_ref().len() > most => Err((said.span(), format!("at most {most} entries fit"))),
        said => Ok(said.map(Spanned::into_inner)),
    }
}

table! {
    struct File {
        description: String = String::new(),
        identity: IdentityTable,
        delays: DelaysTable,
        sim: SimTable,
        slot: Option<Spanned<Vec<SimTable>>>,
        radio: RadioTable,
        network: NetworkTable,
        bearer: BearerTable,
        sar: SarTable,
        sms: SmsTable,
        ussd: UssdTable,
        stk: StkTable,
        vendor: VendorTable,
        clock: DateTable,
        function: FunctionTable,
        event: Vec<Spanned<EventTable>>,
        fault: Vec<Spanned<FaultTable>>,
        command: Option<Spanned<Vec<Spanned<CommandTable>>>>,
        chance: ChanceTable,
    }
}

impl File {
    fn play(self) -> Result<Scenario, Problem> {
        let mut scenario = Scenario { description: self.description, ..Scenario::default() };
        let setup = &mut scenario.setup;
        put(&mut setup.identity.manufacturer, self.identity.manufacturer);
        put(&mut setup.identity.model, self.identity.model);
        put(&mut setup.identity.firmware, self.identity.firmware);
        put(&mut setup.identity.imei, self.identity.imei);
        put(&mut setup.identity.firmware_id, self.identity.firmware_id.map(|id| id.0.0));
        self.delays.apply(&mut setup.delays);
        let inserted = self.sim.inserted.unwrap_or(true);
        scenario.card = self.sim.card()?;
        setup.sim = if inserted { SimSetup::Card(scenario.card.clone()) } else { SimSetup::Empty };
        more_slots(self.slot, setup)?;
        put(&mut setup.radio.hardware, self.radio.hardware);
        put(&mut setup.radio.software, self.radio.software);
        put(&mut setup.radio.fcc_locked, self.radio.fcc_locked);
        self.network.apply(setup)?;
        self.bearer.apply(&mut setup.bearer)?;
        self.sar.apply(&mut setup.sar);
        self.clock.apply(&mut setup.date)?;
        self.sms.apply(&mut setup.sms, setup.date)?;
        self.ussd.apply(&mut setup.ussd)?;
        self.stk.apply(&mut setup.stk)?;
        self.vendor.apply(&mut setup.vendor)?;
        self.function.apply(&mut scenario.function)?;
        let events = self.event.into_iter().map(event);
        scenario.events = events.collect::<Result<_, _>>()?;
        scenario.events.sort_by_key(|event| event.at);
        let faults = self.fault.into_iter().map(fault);
        scenario.faults = faults.collect::<Result<_, _>>()?;
        let commands = few(self.command, mbim::FAULTS)?.unwrap_or_default();
        scenario.commands = commands.into_iter().map(command).collect::<Result<_, _>>()?;
        scenario.chance = Chance {
            seed: self.chance.seed,
            to_modem: self.chance.to_modem.rates(),
            from_modem: self.chance.from_modem.rates(),
        };
        Ok(scenario)
    }
}

table! {
    struct IdentityTable {
        manufacturer: Option<Short<32>>,
        model: Option<Short<30>>,
        firmware: Option<Short<30>>,
        imei: Option<Digits<14, 18>>,
        firmware_id: Option<Service>,
    }
}

table! {
    /// Milliseconds, all of them.
    struct DelaysTable {
        boot: Option<u32>,
        sim: Option<u32>,
        search: Option<u32>,
        attach: Option<u32>,
        detach: Option<u32>,
        activate: Option<u32>,
        deactivate: Option<u32>,
        scan: Option<u32>,
        radio: Option<u32>,
        restart: Option<u32>,
        slot: Option<u32>,
        configuration: Option<u32>,
        messages: Option<u32>,
        send: Option<u32>,
        deliver: Option<u32>,
        report: Option<u32>,
        redeliver: Option<u32>,
        ussd: Option<u32>,
        ussd_idle: Option<u32>,
        stk: Option<u32>,
        update_write: Option<u32>,
        no_answer: Option<u32>,
    }
}

impl DelaysTable {
    fn apply(&self, delays: &mut Delays) {
        put(&mut delays.boot, self.boot.map(Millis));
        put(&mut delays.sim, self.sim.map(Millis));
        put(&mut delays.search, self.search.map(Millis));
        put(&mut delays.attach, self.attach.map(Millis));
        put(&mut delays.detach, self.detach.map(Millis));
        put(&mut delays.activate, self.activate.map(Millis));
        put(&mut delays.deactivate, self.deactivate.map(Millis));
        put(&mut delays.scan, self.scan.map(Millis));
        put(&mut delays.radio, self.radio.map(Millis));
        put(&mut delays.restart, self.restart.map(Millis));
        put(&mut delays.slot, self.slot.map(Millis));
        put(&mut delays.configuration, self.configuration.map(Millis));
        put(&mut delays.messages, self.messages.map(Millis));
        put(&mut delays.send, self.send.map(Millis));
        put(&mut delays.deliver, self.deliver.map(Millis));
        put(&mut delays.report, self.report.map(Millis));
        put(&mut delays.redeliver, self.redeliver.map(Millis));
        put(&mut delays.ussd, self.ussd.map(Millis));
        put(&mut delays.ussd_idle, self.ussd_idle.map(Millis));
        put(&mut delays.stk, self.stk.map(Millis));
        put(&mut delays.update_write, self.update_write.map(Millis));
        put(&mut delays.no_answer, self.no_answer.map(Millis));
    }
}

table! {
    struct SimTable {
        inserted: Option<bool>,
        iccid: Option<Digits<1, 20>>,
        imsi: Option<Digits<6, 15>>,
        numbers: Option<Vec<Short<20>>>,
        home: Option<Plmn>,
        home_name: Option<Short<40>>,
        pin1: CodeTable,
        pin2: CodeTable,
        network_lock: Option<NetworkLockTable>,
        phonebook: PhonebookTable,
        bad: Option<bool>,
        activated: Option<bool>,
        esim: Option<bool>,
        profile: Option<bool>,
        eid: Option<Digits<32, 32>>,
        key: Option<Key>,
        operator_key: Option<Key>,
        locked_at_start: Option<bool>,
        active: Option<bool>,
    }
}

/// The slots behind the first one, and which slot is in use.
fn more_slots(said: Option<Spanned<Vec<SimTable>>>, setup: &mut Setup) -> Result<(), Problem> {
    for (number, table) in (1..).zip(few(said, setup.more_slots.capacity())?.unwrap_or_default()) {
        if table.active == Some(true) {
            setup.slot = number;
        }
        let inserted = table.inserted.unwrap_or(true);
        let card = table.card()?;
        // There are no more than fit.
        let _ = setup.more_slots.push(if inserted { SimSetup::Card(card) } else { SimSetup::Empty });
    }
    Ok(())
}

impl SimTable {
    fn card(self) -> Result<Sim, Problem> {
        let mut sim = Sim::default();
        put(&mut sim.iccid, self.iccid);
        put(&mut sim.imsi, self.imsi);
        if let Some(numbers) = self.numbers {
            let most = sim.numbers.capacity();
            sim.numbers.clear();
            sim.numbers.extend(numbers.into_iter().take(most).map(|number| number.0));
        }
        put(&mut sim.home, self.home);
        put(&mut sim.home_name, self.home_name);
        self.pin1.apply(&mut sim.pin1);
        self.pin2.apply(&mut sim.pin2);
        sim.network_lock =
            self.network_lock.map(|lock| NetworkLock { code: lock.code.into(), attempts: lock.attempts });
        put(&mut sim.bad, self.bad);
        put(&mut sim.activated, self.activated);
        put(&mut sim.esim, self.esim);
        put(&mut sim.profile, self.profile);
        put(&mut sim.eid, self.eid);
        put(&mut sim.secrets.key, self.key);
        put(&mut sim.secrets.operator, self.operator_key);
        put(&mut sim.locked_at_start, self.locked_at_start);
        self.phonebook.apply(&mut sim.phonebook)?;
        Ok(sim)
    }
}

table! {
    struct CodeTable {
        enabled: Option<bool>,
        pin: Option<Digits<4, 8>>,
        puk: Option<Digits<8, 8>>,
        pin_attempts: Option<u8>,
        puk_attempts: Option<u8>,
    }
}

impl CodeTable {
    fn apply(self, code: &mut Code) {
        put(&mut code.enabled, self.enabled);
        put(&mut code.pin, self.pin);
        put(&mut code.puk, self.puk);
        put(&mut code.pin_attempts, self.pin_attempts);
        put(&mut code.puk_attempts, self.puk_attempts);
    }
}

table! {
    struct NetworkLockTable {
        code: Digits<1, 16>,
        attempts: u8,
    }
}

table! {
    struct RadioTable {
        hardware: Option<bool>,
        software: Option<bool>,
        fcc_locked: Option<bool>,
    }
}

words! {
    enum Technology {
        Gprs = "gprs",
        Edge = "edge",
        Umts = "umts",
        Hsdpa = "hsdpa",
        Hsupa = "hsupa",
        Lte = "lte",
        NrNsa = "nr-nsa",
        NrSa = "nr-sa",
    }
}

fn technologies(said: Vec<Technology>) -> Technologies {
    said.into_iter().fold(Technologies::empty(), |all, one| {
        all | match one {
            Technology::Gprs => Technologies::GPRS,
            Technology::Edge => Technologies::EDGE,
            Technology::Umts => Technologies::UMTS,
            Technology::Hsdpa => Technologies::HSDPA,
            Technology::Hsupa => Technologies::HSUPA,
            Technology::Lte => Technologies::LTE,
            Technology::NrNsa => Technologies::NR_NSA,
            Technology::NrSa => Technologies::NR_SA,
        }
    })
}

table! {
    struct NetworkTable {
        in_reach: Option<Spanned<Vec<CellTable>>>,
        technologies: Option<Vec<Technology>>,
        manual: Option<bool>,
        auto_attach: Option<bool>,
        preferred: Option<Spanned<Vec<ProviderTable>>>,
        home_providers: Option<Spanned<Vec<ProviderTable>>>,
        signal: SignalTable,
        neighbours: Option<Spanned<Vec<NeighbourTable>>>,
        configuration: Option<Short<CONFIGURATION_NAME>>,
    }
}

impl NetworkTable {
    fn apply(self, setup: &mut Setup) -> Result<(), Problem> {
        put(&mut setup.configuration, self.configuration);
        let setup = &mut setup.network;
        if let Some(said) = few(self.neighbours, setup.neighbours.capacity())? {
            setup.neighbours.clear();
            setup.neighbours.extend(said.into_iter().map(NeighbourTable::neighbour));
        }
        if let Some(said) = few(self.in_reach, setup.networks.capacity())? {
            setup.networks.clear();
            setup.networks.extend(said.into_iter().map(CellTable::network));
        }
        put(&mut setup.technologies, self.technologies.map(technologies));
        put(&mut setup.manual, self.manual);
        put(&mut setup.auto_attach, self.auto_attach);
        if let Some(said) = few(self.preferred, setup.preferred.capacity())? {
            setup.preferred.clear();
            setup.preferred.extend(said.into_iter().map(ProviderTable::provider));
        }
        if let Some(said) = few(self.home_providers, setup.home_providers.capacity())? {
            setup.home_providers.clear();
            setup.home_providers.extend(said.into_iter().map(ProviderTable::provider));
        }
        self.signal.apply(&mut setup.signal);
        Ok(())
    }
}

table! {
    /// A network in reach.
    struct CellTable {
        plmn: Plmn,
        name: Short<40>,
        roaming_text: Option<Short<63>>,
        partner: Option<bool>,
        forbidden: Option<bool>,
        technologies: Option<Vec<Technology>>,
        rssi: Option<i16>,
        refuses: Option<u32>,
        refuses_attach: Option<u32>,
        uplink: Option<u64>,
        downlink: Option<u64>,
        cell: PlaceTable,
    }
}

table! {
    /// Where a cell is among cells; also the parameters of the event `cell`.
    #[derive(Clone, Copy)]
    struct PlaceTable {
        lac: Option<u32>,
        tac: Option<u32>,
        id: Option<u64>,
        physical: Option<u32>,
        channel: Option<u32>,
    }
}

impl PlaceTable {
    fn apply(self, cell: &mut Cell) {
        put(&mut cell.lac, self.lac);
        put(&mut cell.tac, self.tac);
        put(&mut cell.id, self.id);
        put(&mut cell.physical, self.physical);
        put(&mut cell.channel, self.channel);
    }
}

table! {
    /// A cell nearby.
    struct NeighbourTable {
        plmn: Plmn,
        technology: Technology,
        cell: PlaceTable,
        signal: SignalTable,
    }
}

impl NeighbourTable {
    fn neighbour(self) -> Neighbour {
        let technology = technologies(vec![self.technology]);
        let mut neighbour = Neighbour::new(&self.plmn.0, technology, Cell::default());
        self.cell.apply(&mut neighbour.cell);
        self.signal.apply(&mut neighbour.signal);
        neighbour
    }
}

table! {
    /// Transmit power near a body.
    struct SarTable {
        antennas: Option<u8>,
        backoffs: Option<u32>,
        wifi: Option<bool>,
    }
}

impl SarTable {
    fn apply(self, setup: &mut wwan::device::modem::sar::SarSetup) {
        put(&mut setup.antennas, self.antennas);
        put(&mut setup.backoffs, self.backoffs);
        put(&mut setup.wifi, self.wifi);
    }
}

impl CellTable {
    fn network(self) -> Network {
        let mut network = Network::new(&self.plmn.0, &self.name.0);
        put(&mut network.roaming_text, self.roaming_text);
        put(&mut network.partner, self.partner);
        put(&mut network.forbidden, self.forbidden);
        put(&mut network.technologies, self.technologies.map(technologies));
        put(&mut network.rssi, self.rssi);
        put(&mut network.refuses, self.refuses);
        put(&mut network.refuses_attach, self.refuses_attach);
        put(&mut network.uplink, self.uplink);
        put(&mut network.downlink, self.downlink);
        self.cell.apply(&mut network.cell);
        network
    }
}

table! {
    struct ProviderTable {
        plmn: Plmn,
        name: Short<40>,
    }
}

impl ProviderTable {
    fn provider(self) -> Provider {
        Provider { plmn: self.plmn.into(), name: self.name.into() }
    }
}

table! {
    /// What is received; also the parameters of the event `signal`.
    #[derive(Clone, Copy)]
    struct SignalTable {
        rssi: Option<i16>,
        error_rate: Option<u8>,
        rsrp: Option<i16>,
        rsrq: Option<i16>,
        snr: Option<i16>,
    }
}

impl SignalTable {
    fn apply(self, signal: &mut Signal) {
        signal.rssi = self.rssi.or(signal.rssi);
        signal.error_rate = self.error_rate.or(signal.error_rate);
        signal.rsrp = self.rsrp.or(signal.rsrp);
        signal.rsrq = self.rsrq.or(signal.rsrq);
        signal.snr = self.snr.or(signal.snr);
    }
}

words! {
    enum IpTable {
        V4 = "v4",
        V6 = "v6",
        V4v6 = "v4v6",
    }
}

words! {
    enum AuthTable {
        Any = "any",
        Pap = "pap",
        Chap = "chap",
        MsChapV2 = "ms-chap-v2",
    }
}

table! {
    struct BearerTable {
        max_sessions: Option<u16>,
        access_point: Option<Spanned<Vec<AccessPointTable>>>,
        refuses_others: Option<u32>,
        mtu: Option<u16>,
        v4: Option<Ipv4Addr>,
        v6: Option<Ipv6Addr>,
        dns4: Option<Spanned<Vec<Ipv4Addr>>>,
        dns6: Option<Spanned<Vec<Ipv6Addr>>>,
    }
}

impl BearerTable {
    fn apply(self, setup: &mut wwan::device::modem::bearer::BearerSetup) -> Result<(), Problem> {
        put(&mut setup.max_sessions, self.max_sessions);
        if let Some(said) = few(self.access_point, setup.access_points.capacity())? {
            setup.access_points.clear();
            setup.access_points.extend(said.into_iter().map(AccessPointTable::access_point));
        }
        put(&mut setup.refuses_others, self.refuses_others);
        let plan = &mut setup.addresses;
        put(&mut plan.mtu, self.mtu);
        put(&mut plan.v4, self.v4);
        put(&mut plan.v6, self.v6);
        if let Some(said) = few(self.dns4, plan.dns4.capacity())? {
            plan.dns4.clear();
            plan.dns4.extend(said);
        }
        if let Some(said) = few(self.dns6, plan.dns6.capacity())? {
            plan.dns6.clear();
            plan.dns6.extend(said);
        }
        Ok(())
    }
}

table! {
    struct AccessPointTable {
        name: Short<100>,
        ip: Option<IpTable>,
        tells_limit: Option<bool>,
        refuses: Option<u32>,
        login: Option<LoginTable>,
    }
}

impl AccessPointTable {
    fn access_point(self) -> AccessPoint {
        let mut point = AccessPoint::new(&self.name.0);
        put(
            &mut point.ip,
            self.ip.map(|ip| match ip {
                IpTable::V4 => IpKind::V4,
                IpTable::V6 => IpKind::V6,
                IpTable::V4v6 => IpKind::V4V6,
            }),
        );
        put(&mut point.tells_limit, self.tells_limit);
        put(&mut point.refuses, self.refuses);
        point.credentials = self.login.map(|login| Credentials {
            user: login.user.into(),
            password: login.password.into(),
            auth: match login.auth {
                None | Some(AuthTable::Any) => Auth::None,
                Some(AuthTable::Pap) => Auth::Pap,
                Some(AuthTable::Chap) => Auth::Chap,
                Some(AuthTable::MsChapV2) => Auth::MsChapV2,
            },
        });
        point
    }
}

table! {
    struct LoginTable {
        user: Short<64>,
        password: Short<64>,
        auth: Option<AuthTable>,
    }
}

table! {
    struct FunctionTable {
        max_control_transfer: Option<Spanned<u16>>,
        mbimex: Option<Spanned<String>>,
        open_delay: Option<u32>,
        pin_attempts_on_failure: Option<bool>,
        custom_data_class: Option<Short<11>>,
        streams: Option<Spanned<Vec<StreamsTable>>>,
        vendor_services: Vec<Vendor>,
    }
}

table! {
    /// Streams of a device service.
    struct StreamsTable {
        service: Service,
        instances: u8,
        from_host: bool = false,
        to_host: bool = false,
    }
}

impl FunctionTable {
    fn apply(self, config: &mut mbim::Config) -> Result<(), Problem> {
        if let Some(said) = self.max_control_transfer {
            if !(64..=4096).contains(said.as_ref()) {
                return Err((said.span(), "max-control-transfer is 64 to 4096 bytes".into()));
            }
            config.max_control_transfer = said.into_inner();
        }
        if let Some(said) = self.mbimex {
            config.extended_version = match said.as_ref().as_str() {
                "1.0" => 0x0100,
                "2.0" => 0x0200,
                "3.0" => 0x0300,
                _ => return Err((said.span(), "mbimex is \"1.0\", \"2.0\" or \"3.0\"".into())),
            };
        }
        put(&mut config.open_delay, self.open_delay.map(Millis));
        put(&mut config.pin_attempts_on_failure, self.pin_attempts_on_failure);
        put(&mut config.custom_data_class, self.custom_data_class);
        offer(self.vendor_services, config);
        if let Some(said) = few(self.streams, config.streams.capacity())? {
            config.streams.clear();
            config.streams.extend(said.into_iter().map(|streams| mbim::Streams {
                service: streams.service.0,
                instances: streams.instances,
                from_host: streams.from_host,
                to_host: streams.to_host,
            }));
        }
        Ok(())
    }
}

words! {
    /// What happens: the value of `do`, whose parameters stand beside it.
    enum Doing {
        InsertSim = "insert-sim",
        RemoveSim = "remove-sim",
        LoseSignal = "lose-signal",
        RestoreSignal = "restore-signal",
        Signal = "signal",
        NetworkDeregisters = "network-deregisters",
        LosePacketService = "lose-packet-service",
        RestorePacketService = "restore-packet-service",
        NetworkDeactivates = "network-deactivates",
        ChangeDns = "change-dns",
        HardwareRadio = "hardware-radio",
        Configure = "configure",
        Pco = "pco",
        Cell = "cell",
        Traffic = "traffic",
        Wake = "wake",
        ProactiveCommand = "proactive-command",
        CarrierPolicy = "carrier-policy",
        Reboot = "reboot",
        Unplug = "unplug",
        Plug = "plug",
        Mute = "mute",
        Unmute = "unmute",
        Sms = "sms",
        Ussd = "ussd",
        EndUssd = "end-ussd",
        OtherUssdClient = "other-ussd-client",
        Date = "date",
    }
}

table! {
    struct EventTable {
        /// Milliseconds since power-on.
        at: u32,
        r#do: Doing,
        session: Option<Spanned<u8>>,
        cause: Option<Spanned<u32>>,
        on: Option<Spanned<bool>>,
        signal: Option<Spanned<SignalTable>>,
        dns4: Option<Spanned<Vec<Ipv4Addr>>>,
        dns6: Option<Spanned<Vec<Ipv6Addr>>>,
        slot: Option<Spanned<u8>>,
        configuration: Option<Spanned<Short<CONFIGURATION_NAME>>>,
        pco: Option<Spanned<Hex>>,
        cell: Option<Spanned<PlaceTable>>,
        octets: Option<Spanned<usize>>,
        wake: Option<Spanned<WakeTable>>,
        from: Option<Spanned<String>>,
        text: Option<Spanned<String>>,
        class: Option<Spanned<u8>>,
        pdu: Option<Spanned<String>>,
        question: Option<Spanned<bool>>,
        clock: Option<Spanned<DateTable>>,
        proactive: Option<Spanned<ProactiveTable>>,
        policy: Option<Spanned<Hex>>,
    }
}

/// The parameters of an event or a fault: each is asked for at most once, what is left means nothing.
fn asked<T>(said: &mut Option<Spanned<T>>) -> Option<T> {
    said.take().map(Spanned::into_inner)
}

/// That nothing is left.
fn nothing_left(left: &[(&str, Option<Range<usize>>)]) -> Result<(), Problem> {
    match left.iter().find_map(|(key, span)| Some((key, span.clone()?))) {
        Some((key, span)) => Err((span, format!("`{key}` means nothing here"))),
        None => Ok(()),
    }
}

fn event(said: Spanned<EventTable>) -> Result<Event, Problem> {
    let span = said.span();
    let mut table = said.into_inner();
    let missing = |key: &str| (span.clone(), format!("`{key}` is missing"));
    let action = match table.r#do {
        Doing::InsertSim => Action::InsertSim { slot: asked(&mut table.slot) },
        Doing::RemoveSim => Action::RemoveSim { slot: asked(&mut table.slot) },
        Doing::LoseSignal => Action::LoseSignal,
        Doing::RestoreSignal => Action::RestoreSignal,
        Doing::Signal => {
            let said = asked(&mut table.signal).ok_or_else(|| missing("signal"))?;
            Action::SetSignal(Signal {
                rssi: said.rssi,
                error_rate: said.error_rate,
                rsrp: said.rsrp,
                rsrq: said.rsrq,
                snr: said.snr,
            })
        }
        Doing::NetworkDeregisters => Action::NetworkDeregisters { cause: asked(&mut table.cause).unwrap_or(0) },
        Doing::LosePacketService => Action::LosePacketService { cause: asked(&mut table.cause).unwrap_or(0) },
        Doing::RestorePacketService => Action::RestorePacketService,
        Doing::NetworkDeactivates => Action::NetworkDeactivates {
            session: asked(&mut table.session).unwrap_or(0),
            cause: asked(&mut table.cause).unwrap_or(0),
        },
        Doing::ChangeDns => Action::ChangeDns {
            session: asked(&mut table.session).unwrap_or(0),
            v4: asked(&mut table.dns4).unwrap_or_default(),
            v6: asked(&mut table.dns6).unwrap_or_default(),
        },
        Doing::HardwareRadio => Action::HardwareRadio { on: asked(&mut table.on).ok_or_else(|| missing("on"))? },
        Doing::Configure => {
            Action::Configure { name: asked(&mut table.configuration).ok_or_else(|| missing("configuration"))?.into() }
        }
        Doing::Pco => Action::Pco {
            session: asked(&mut table.session).unwrap_or(0),
            options: asked(&mut table.pco).ok_or_else(|| missing("pco"))?.0,
        },
        Doing::Cell => {
            let mut cell = Cell::default();
            asked(&mut table.cell).ok_or_else(|| missing("cell"))?.apply(&mut cell);
            Action::SetCell(cell)
        }
        Doing::Traffic => Action::Traffic {
            session: asked(&mut table.session).unwrap_or(0),
            octets: asked(&mut table.octets).ok_or_else(|| missing("octets"))?,
        },
        Doing::Wake => {
            let said = table.wake.take().ok_or_else(|| missing("wake"))?;
            Action::Wake(wake(said)?)
        }
        Doing::Reboot => Action::Reboot,
        Doing::Unplug => Action::Unplug,
        Doing::Plug => Action::Plug,
        Doing::Mute => Action::Mute,
        Doing::Unmute => Action::Unmute,
        Doing::Sms => match asked(&mut table.pdu) {
            Some(pdu) => Action::ReceivePdu(hex(&pdu).ok_or_else(|| {
                (span.clone(), "`pdu` is no message that can arrive, in hexadecimal digits".to_owned())
            })?),
            None => {
                let from = asked(&mut table.from).ok_or_else(|| missing("from"))?;
                let text = asked(&mut table.text).ok_or_else(|| missing("text"))?;
                let class = asked(&mut table.class);
                super::messages::check(&from, &text, class).map_err(|message| (span.clone(), message))?;
                Action::ReceiveText { from, text, class }
            }
        },
        Doing::Ussd => Action::NetworkUssd {
            text: asked(&mut table.text).ok_or_else(|| missing("text"))?,
            question: asked(&mut table.question).unwrap_or(false),
        },
        Doing::EndUssd => Action::EndUssd,
        Doing::OtherUssdClient => Action::OtherUssdClient,
        Doing::Date => {
            let mut date = Date::default();
            asked(&mut table.clock).ok_or_else(|| missing("clock"))?.apply(&mut date)?;
            Action::SetDate(date)
        }
        Doing::ProactiveCommand => {
            Action::Proactive(proactive(table.proactive.take().ok_or_else(|| missing("proactive"))?)?)
        }
        Doing::CarrierPolicy => Action::CarrierPolicy(asked(&mut table.policy).ok_or_else(|| missing("policy"))?.0),
    };
    nothing_left(&[
        ("session", table.session.as_ref().map(Spanned::span)),
        ("cause", table.cause.as_ref().map(Spanned::span)),
        ("on", table.on.as_ref().map(Spanned::span)),
        ("signal", table.signal.as_ref().map(Spanned::span)),
        ("dns4", table.dns4.as_ref().map(Spanned::span)),
        ("dns6", table.dns6.as_ref().map(Spanned::span)),
        ("slot", table.slot.as_ref().map(Spanned::span)),
        ("configuration", table.configuration.as_ref().map(Spanned::span)),
        ("pco", table.pco.as_ref().map(Spanned::span)),
        ("cell", table.cell.as_ref().map(Spanned::span)),
        ("octets", table.octets.as_ref().map(Spanned::span)),
        ("wake", table.wake.as_ref().map(Spanned::span)),
        ("from", table.from.as_ref().map(Spanned::span)),
        ("text", table.text.as_ref().map(Spanned::span)),
        ("class", table.class.as_ref().map(Spanned::span)),
        ("pdu", table.pdu.as_ref().map(Spanned::span)),
        ("question", table.question.as_ref().map(Spanned::span)),
        ("clock", table.clock.as_ref().map(Spanned::span)),
        ("proactive", table.proactive.as_ref().map(Spanned::span)),
        ("policy", table.policy.as_ref().map(Spanned::span)),
    ])?;
    Ok(Event { at: Millis(table.at), action })
}

table! {
    /// What wakes the host: a message of a device service, or a packet.
    struct WakeTable {
        service: Option<Service>,
        cid: Option<u32>,
        indication: Option<bool>,
        session: Option<u8>,
        filter: Option<u32>,
        size: Option<u32>,
        data: Hex,
    }
}

fn wake(said: Spanned<WakeTable>) -> Result<Wake, Problem> {
    let span = said.span();
    let said = said.into_inner();
    let length = u32::try_from(said.data.0.len()).unwrap_or(u32::MAX);
    let cause = match said {
        WakeTable { service: Some(service), cid: Some(cid), session: None, filter: None, size: None, .. } => {
            let service = service.0.0;
            if said.indication.unwrap_or(false) {
                WakeCause::Indication { service, cid }
            } else {
                WakeCause::Answer { service, cid }
            }
        }
        WakeTable { service: None, cid: None, indication: None, .. } => WakeCause::Packet {
            session: said.session.unwrap_or(0),
            filter: said.filter.unwrap_or(0),
            size: said.size.unwrap_or(length),
        },
        _ => return Err((span, "either `service` and `cid`, or a packet's `session`, `filter` and `size`".into())),
    };
    Wake::new(cause, &said.data.0).ok_or_else(|| (span, format!("at most {WAKE_LEN} bytes fit")))
}

words! {
    enum Way {
        ToModem = "to-modem",
        FromModem = "from-modem",
    }
}

words! {
    enum Harm {
        Lose = "lose",
        Duplicate = "duplicate",
        Corrupt = "corrupt",
        Truncate = "truncate",
        Delay = "delay",
        Reorder = "reorder",
    }
}

table! {
    struct FaultTable {
        way: Way,
        /// From 1.
        nth: Spanned<u32>,
        r#do: Harm,
        offset: Option<Spanned<usize>>,
        xor: Option<Spanned<u8>>,
        to: Option<Spanned<usize>>,
        by: Option<Spanned<u32>>,
    }
}

fn fault(said: Spanned<FaultTable>) -> Result<Scripted, Problem> {
    let span = said.span();
    let mut table = said.into_inner();
    let missing = |key: &str| (span.clone(), format!("`{key}` is missing"));
    let fault = match table.r#do {
        Harm::Lose => Fault::Lose,
        Harm::Duplicate => Fault::Duplicate,
        Harm::Corrupt => Fault::Corrupt {
            at: asked(&mut table.offset).ok_or_else(|| missing("offset"))?,
            with: asked(&mut table.xor).ok_or_else(|| missing("xor"))?,
        },
        Harm::Truncate => Fault::Truncate { to: asked(&mut table.to).ok_or_else(|| missing("to"))? },
        Harm::Delay => Fault::Delay(Millis(asked(&mut table.by).ok_or_else(|| missing("by"))?)),
        Harm::Reorder => Fault::Reorder,
    };
    nothing_left(&[
        ("offset", table.offset.as_ref().map(Spanned::span)),
        ("xor", table.xor.as_ref().map(Spanned::span)),
        ("to", table.to.as_ref().map(Spanned::span)),
        ("by", table.by.as_ref().map(Spanned::span)),
    ])?;
    let number = table.nth.as_ref().checked_sub(1);
    Ok(Scripted {
        direction: match table.way {
            Way::ToModem => Direction::Sent,
            Way::FromModem => Direction::Received,
        },
        number: number.ok_or_else(|| (table.nth.span(), "messages are counted from 1".to_owned()))?,
        fault,
    })
}

words! {
    enum Form {
        Query = "query",
        Set = "set",
    }
}

table! {
    /// What happens to a command: one of `refuse`, `delay` and `swallow`.
    struct CommandTable {
        service: Option<Spanned<String>>,
        name: Spanned<String>,
        form: Option<Form>,
        refuse: Option<u32>,
        delay: Option<u32>,
        swallow: bool = false,
        once: bool = false,
    }
}

fn command(said: Spanned<CommandTable>) -> Result<mbim::Fault, Problem> {
    let span = said.span();
    let table = said.into_inner();
    let service = match &table.service {
        None => SERVICES.iter().find(|service| service.uuid == BASIC_CONNECT),
        Some(name) => SERVICES.iter().find(|service| is_name(service.name, name.as_ref())),
    };
    let Some(service) = service else {
        let span = table.service.map_or(span, |name| name.span());
        return Err((span, "no service of that name".into()));
    };
    let mut commands = service.commands.iter();
    let Some(command) = commands.find(|command| is_name(&command.name(), table.name.as_ref())) else {
        let message = format!("no command of that name in service {}", service.name);
        return Err((table.name.span(), message));
    };
    let effect = match (table.refuse, table.delay, table.swallow) {
        (Some(status), None, false) => Effect::Refuse(Status(status)),
        (None, Some(delay), false) => Effect::Delay(Millis(delay)),
        (None, None, true) => Effect::Swallow,
        _ => return Err((span, "one of `refuse`, `delay` and `swallow` is wanted".into())),
    };
    Ok(mbim::Fault {
        service: service.uuid,
        cid: command.cid,
        kind: table.form.map(|form| match form {
            Form::Query => CommandType::QUERY,
            Form::Set => CommandType::SET,
        }),
        effect,
        once: table.once,
    })
}

/// Whether two names are the same but for case, spaces and hyphens.
fn is_name(one: &str, other: &str) -> bool {
    let plain = |c: &char| c.is_ascii_alphanumeric();
    let one = one.chars().filter(plain).map(|c| c.to_ascii_lowercase());
    one.eq(other.chars().filter(plain).map(|c| c.to_ascii_lowercase()))
}

table! {
    struct ChanceTable {
        seed: u64 = 0,
        to_modem: RatesTable,
        from_modem: RatesTable,
    }
}

table! {
    /// So many of 1000 messages.
    #[derive(Clone, Copy)]
    struct RatesTable {
        lose: u16 = 0,
        duplicate: u16 = 0,
        corrupt: u16 = 0,
        truncate: u16 = 0,
        reorder: u16 = 0,
        delay: u16 = 0,
        delay_up_to: u32 = 0,
    }
}

impl RatesTable {
    const fn rates(self) -> Rates {
        Rates {
            lose: self.lose,
            duplicate: self.duplicate,
            corrupt: self.corrupt,
            truncate: self.truncate,
            reorder: self.reorder,
            delay: self.delay,
            delay_up_to: Millis(self.delay_up_to),
        }
    }
}
