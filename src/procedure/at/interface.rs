//! Network interfaces that are connected by a maker's own command, and how the host gets its addresses then.
//!
//! The context is defined as for any other connection; who carries its packets is the maker's business. Whether it is
//! connected is asked for by the maker's command too, where there is one.

use core::net::IpAddr;

use at_wire::address;
use at_wire::command::packet::{cgact, cgdata};
use at_wire::command::vendor::{altair, cinterion, fibocom, huawei, icera, mbm, option, qualcomm, quectel, sierra};
use at_wire::command::vendor::{telit, ublox, xmm};
use at_wire::message::Line as _;
use at_wire::parameter::{LineWriter, parameters_of};

use super::IpType;
use super::connect::{Authentication, Bearer, Connect, ConnectRequest, Disconnect, Settings};
use super::{Outcome, POLL, Procedure, Question, Refusal, Step, Stop, ask, ask_own, ask_with, fail};
use crate::session::at::Exchange;
use crate::time::Instant;

/// How often the state is asked for until it is connected.
const CHECKS: u8 = 30;

/// Whose interface it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Interface {
    /// Altair: `%DPDNACT`.
    Altair,
    /// Cinterion: `^SWWAN`, by the adapter with that number, from 1 on.
    Cinterion(u8),
    /// Fibocom: `+GTRNDIS`.
    Fibocom,
    /// Huawei: `^NDISDUP`.
    Huawei,
    /// Icera: `%IPDPACT`.
    Icera,
    /// Ericsson: `*ENAP`.
    Mbm,
    /// Option: `_OWANCALL`.
    Option,
    /// Qualcomm, for makers without a command of their own: `$QCRMCALL`.
    Qualcomm,
    /// Quectel: `+QNETDEVCTL`.
    Quectel,
    /// Sierra: `!SCACT`.
    Sierra,
    /// Telit, with an interface of Ethernet by USB: `#ECM`.
    TelitEcm,
    /// Telit, with one of NCM: `#NCM`.
    TelitNcm,
    /// u-blox: activating the context does it; a router has addresses of its own (`+UIPADDR`).
    Ublox,
    /// Intel: `+XDATACHANNEL`, and `+CGDATA` with raw IP.
    Xmm,
}

impl Interface {
    /// Whether the context is activated as any other, and the maker's commands come behind that.
    const fn is_activated(self) -> bool {
        matches!(self, Self::Ublox | Self::Xmm)
    }

    /// Presents user name and password in a way of its own.
    fn authenticate(self) -> Option<Step> {
        Some(match self {
            // Part of the command that connects.
            Self::Huawei => return None,
            Self::Icera => ask_own::<icera::ipdpcfg::Set<'_>>(),
            Self::Mbm => ask_own::<mbm::eiaauw::Set<'_>>(),
            Self::Option => ask_own::<qualcomm::qcpdpp::Set<'_>>(),
            _ => return None,
        })
    }

    const fn authenticates(self) -> bool {
        matches!(self, Self::Huawei | Self::Icera | Self::Mbm | Self::Option)
    }

    /// Connects, or disconnects.
    fn activate(self, on: bool) -> Step {
        match self {
            Self::Altair => ask_own::<altair::dpdnact::Set>(),
            Self::Cinterion(_) => ask_own::<cinterion::swwan::Set>(),
            Self::Fibocom => ask_own::<fibocom::gtrndis::Set>(),
            Self::Huawei => ask_own::<huawei::ndisdup::Set<'_>>(),
            Self::Icera => ask_own::<icera::ipdpact::Set>(),
            Self::Mbm => ask_own::<mbm::enap::Set>(),
            Self::Option => ask_own::<option::owancall::Set>(),
            Self::Qualcomm => ask_own::<qualcomm::qcrmcall::Set>(),
            Self::Quectel => ask_own::<quectel::qnetdevctl::Set>(),
            Self::Sierra => ask_own::<sierra::scact::Set>(),
            Self::TelitEcm if on => ask_own::<telit::ecm::Set>(),
            Self::TelitEcm => ask_with::<telit::ecmd::Set>("0"),
            Self::TelitNcm => ask_own::<telit::ncm::Set<'_>>(),
            Self::Ublox => ask_own::<cgact::Set<'_>>(),
            Self::Xmm => ask_own::<xmm::xdatachannel::Set<'_>>(),
        }
    }

    /// Asks whether it is connected; `None` where that cannot be asked.
    const fn state(self) -> Option<Step> {
        Some(match self {
            Self::Cinterion(_) => ask::<cinterion::swwan::Read>(),
            Self::Fibocom => ask::<fibocom::gtrndis::Read>(),
            Self::Huawei => ask::<huawei::ndisstatqry::Read>(),
            Self::Icera => ask::<icera::ipdpact::Read>(),
            Self::Mbm => ask::<mbm::enap::Read>(),
            Self::Option => ask::<option::owancall::Read>(),
            Self::Qualcomm => ask::<qualcomm::qcrmcall::Read>(),
            Self::Quectel => ask::<quectel::qnetdevctl::Read>(),
            Self::Sierra => ask::<sierra::scact::Read>(),
            Self::TelitEcm => ask::<telit::ecm::Read>(),
            Self::Altair | Self::TelitNcm | Self::Ublox | Self::Xmm => return None,
        })
    }

    /// Asks for the addresses; `None` where DHCP tells them.
    fn addresses(self) -> Option<Step> {
        Some(match self {
            Self::Huawei => ask::<huawei::dhcp::Read>(),
            Self::Icera => ask_own::<icera::ipdpaddr::Set>(),
            Self::Mbm => ask::<mbm::e2ipcfg::Read>(),
            Self::Option => ask_own::<option::owandata::Set>(),
            Self::Ublox => ask_own::<ublox::uipaddr::Set>(),
            _ => return None,
        })
    }

    /// What a line says of the state of a context; `None` if it says nothing.
    fn read_state(self, line: &[u8], cid: u8) -> Option<bool> {
        let fields = |name: &str| parameters_of(name, line);
        let listed = |name: &str| {
            let mut fields = fields(name)?;
            let (told, state): (u8, u8) = (fields.value("cid").ok()?, fields.value("state").ok()?);
            (told == cid).then_some(state == 1)
        };
        let first = |name: &str| fields(name)?.value::<u8>("state").ok().map(|state| state == 1);
        match self {
            Self::Cinterion(_) => listed(cinterion::swwan::NAME),
            Self::Icera => listed(icera::ipdpact::NAME),
            Self::Option => listed(option::owancall::NAME),
            Self::Sierra => listed(sierra::scact::NAME),
            Self::TelitEcm => listed(telit::ecm::NAME),
            Self::Fibocom => first(fibocom::gtrndis::NAME),
            Self::Mbm => first(mbm::enap::NAME).or(first("*E2NAP")),
            Self::Qualcomm => fields(qualcomm::qcrmcall::NAME).map(|_| true),
            Self::Quectel => {
                let answer = quectel::qnetdevctl::ReadAnswer::parse(line).ok()?;
                (answer.cid == cid).then_some(answer.state == Some(1))
            }
            Self::Huawei => {
                let fields = fields(huawei::ndisstatqry::NAME).or(fields("^NDISSTAT"))?;
                let states = at_wire::parameter::Rest(fields.rest());
                Some(huawei::interface_states(states).any(|state| state.is_connected()))
            }
            Self::Altair | Self::TelitNcm | Self::Ublox | Self::Xmm => None,
        }
    }
}

/// Parameters of the commands that connect and disconnect.
fn write_activation(
    interface: Interface,
    on: bool,
    request: &ConnectRequest<'_>,
    cid: u8,
    line: &mut LineWriter<'_, '_>,
) {
    let (cid, on) = (cid.into(), i64::from(on));
    let mut both = |first, second| {
        line.integer(first);
        line.integer(second);
    };
    match interface {
        Interface::Altair => line.integer(on),
        Interface::Cinterion(adapter) => {
            both(on, cid);
            line.integer(adapter.into());
        }
        Interface::Huawei => {
            both(cid, on);
            if on == 0 {
                return;
            }
            line.quoted(request.apn.as_bytes());
            if request.authentication != Authentication::None {
                line.quoted(request.user_name.as_bytes());
                line.quoted(request.password.as_bytes());
                line.integer(request.authentication.number().into());
            }
        }
        Interface::Icera => both(cid, on),
        // It knows one connection, and disconnects that.
        Interface::Mbm if on == 0 => line.integer(on),
        Interface::Option => {
            both(cid, on);
            line.integer(1);
        }
        Interface::Qualcomm => {
            both(on, 1);
            if on != 0 {
                line.integer(match request.ip_type {
                    IpType::V4 => 1,
                    IpType::V6 => 2,
                    IpType::V4V6 => 3,
                });
            }
        }
        Interface::Quectel => {
            both(on, cid);
            line.integer(1);
        }
        Interface::TelitEcm => both(cid, 0),
        Interface::Xmm => {
            both(on, 1);
            line.quoted(b"/USBCDC/0");
            line.quoted(b"/USBHS/NCM/0");
            line.integer(0);
            line.integer(cid);
        }
        Interface::Fibocom | Interface::Mbm | Interface::Sierra | Interface::TelitNcm | Interface::Ublox => {
            both(on, cid)
        }
    }
}

/// `CONNECT` is a result like any other: the packets go elsewhere.
const RAW_IP: Exchange = {
    let mut exchange = Exchange::of::<cgdata::Set<'_>>();
    exchange.finals = &["CONNECT"];
    exchange
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// The context is defined, or also activated.
    Context,
    Authenticate,
    Activate,
    State,
    Data,
    Addresses,
}

/// Connects a maker's network interface to a context, which is defined if none is defined so, and reads what the modem
/// tells of its addresses. A modem that refuses to connect what is connected already has connected it.
#[derive(Clone, Debug)]
pub struct ConnectInterface<'a> {
    interface: Interface,
    request: ConnectRequest<'a>,
    context: Connect<'a>,
    at: At,
    checks: u8,
    connected: Option<bool>,
    refusal: Option<Refusal>,
    settings: Settings,
}

impl<'a> ConnectInterface<'a> {
    /// Connects that interface so; [`ConnectRequest::bearer`] is not looked at.
    #[must_use]
    pub fn new(interface: Interface, request: ConnectRequest<'a>) -> Self {
        let authentication = match interface.authenticates() {
            true => Authentication::None,
            false => request.authentication,
        };
        let inner = ConnectRequest { bearer: Bearer::Interface, authentication, ..request };
        let context = match interface.is_activated() {
            true => Connect::new(inner),
            false => Connect::define_only(inner),
        };
        Self {
            interface,
            request,
            context,
            at: At::Context,
            checks: 0,
            connected: None,
            refusal: None,
            settings: Settings::default(),
        }
    }

    /// The context.
    #[must_use]
    pub const fn cid(&self) -> u8 {
        self.context.cid()
    }

    /// The families that it was defined with in the end.
    #[must_use]
    pub const fn ip_type(&self) -> IpType {
        self.context.ip_type()
    }

    /// What the modem tells of addresses. Without an address the interface has them by DHCP, and by router advertisements.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    fn go(&mut self, at: At) -> Step {
        self.at = at;
        let interface = self.interface;
        match at {
            At::Context => self.context.step(Instant(0), Outcome::Begin),
            At::Authenticate => match interface.authenticate() {
                Some(step) if self.request.authentication != Authentication::None => step,
                _ => self.go(At::Activate),
            },
            At::Activate if interface == Interface::Ublox => self.go(At::Addresses),
            At::Activate => interface.activate(true),
            At::State => {
                self.connected = None;
                match interface.state() {
                    Some(step) => step,
                    None => self.judge(None),
                }
            }
            At::Data if interface == Interface::Xmm => {
                Step::Ask(Question { exchange: const { &RAW_IP }, parameters: None })
            }
            At::Data => self.go(At::Addresses),
            At::Addresses => interface.addresses().unwrap_or(Step::Done),
        }
    }

    /// What follows from the state. Where it cannot be told, what the modem said to the command counts.
    fn judge(&mut self, now: Option<Instant>) -> Step {
        match (self.connected, self.refusal, now) {
            (Some(true), ..) | (None, None, _) => self.go(At::Data),
            (_, Some(refusal), _) => Step::Fail(Stop::Refused(refusal)),
            (Some(false), None, Some(now)) if self.checks < CHECKS => {
                self.checks = self.checks.saturating_add(1);
                Step::Wait(now + POLL)
            }
            (Some(false), None, _) => Step::Fail(Stop::NotReached),
        }
    }

    fn read_addresses(&mut self, line: &[u8]) {
        let settings = &mut self.settings;
        match self.interface {
            Interface::Huawei => {
                let Ok(told) = huawei::dhcp::ReadAnswer::parse(line) else { return };
                let ip = huawei::dhcp::ReadAnswer::ipv4;
                settings.ipv4.address = Some(ip(told.address)).filter(|address| !address.is_unspecified());
                settings.ipv4.prefix_length = told.prefix();
                settings.ipv4.gateway = Some(ip(told.gateway)).filter(|gateway| !gateway.is_unspecified());
                told.dns().for_each(|server| settings.add_dns(server));
            }
            Interface::Icera => {
                let Ok(told) = icera::ipdpaddr::SetAnswer::parse(line) else { return };
                let (v4, v6) = icera::addresses(told);
                for family in [v4, v6] {
                    if let Some(address) = family.address {
                        settings.set_address(address, family.prefix);
                    }
                    family.gateway.into_iter().for_each(|gateway| settings.set_gateway(gateway));
                    family.dns.into_iter().flatten().for_each(|server| settings.add_dns(server));
                }
            }
            Interface::Mbm => {
                let Ok(told) = mbm::e2ipcfg::ReadAnswer::parse(line) else { return };
                for (kind, address) in mbm::addresses(told) {
                    match kind {
                        mbm::AddressKind::Address => settings.set_address(address, None),
                        mbm::AddressKind::Gateway => settings.set_gateway(address),
                        mbm::AddressKind::Dns => settings.add_dns(address),
                    }
                }
            }
            Interface::Option => {
                let Ok(told) = option::owandata::SetAnswer::parse(line) else { return };
                let (own, servers) = option::addresses(told);
                own.into_iter().for_each(|own| settings.set_address(own, None));
                servers.for_each(|server| settings.add_dns(server));
            }
            Interface::Ublox => {
                // The modem's own address is the way out, and its mask that of the link.
                let Ok(told) = ublox::uipaddr::SetAnswer::parse(line) else { return };
                let [gateway, mask] =
                    [told.ipv4_address, told.ipv4_netmask].map(|text| text.and_then(|text| address::ip(text.0)));
                if let Some(gateway) = gateway {
                    settings.set_gateway(gateway);
                }
                if let Some(IpAddr::V4(mask)) = mask {
                    settings.ipv4.prefix_length = address::prefix_of(&mask.octets());
                }
            }
            _ => {}
        }
    }
}

impl Procedure for ConnectInterface<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step {
        if let Outcome::Begin = outcome {
            *self = Self::new(self.interface, self.request);
            return self.go(At::Context);
        }
        let command = match self.interface.activate(true) {
            Step::Ask(question) => question.exchange.info.name,
            _ => "",
        };
        match (self.at, outcome) {
            (At::Context, outcome) => match self.context.step(now, outcome) {
                Step::Done => {
                    self.settings = *self.context.settings();
                    self.go(At::Authenticate)
                }
                step => step,
            },
            (At::Authenticate, Outcome::Done) => self.go(At::Activate),
            (At::Activate, Outcome::Done | Outcome::Connected) => self.go(At::State),
            (At::Activate, Outcome::Refused(result)) => {
                self.refusal = Some(Refusal::new(command, result));
                self.go(At::State)
            }
            (At::State, Outcome::Done) => {
                // One that is not listed is not connected.
                self.connected = self.connected.or(Some(false));
                self.judge(Some(now))
            }
            (At::State, Outcome::Refused(_)) => self.judge(Some(now)),
            (At::State, Outcome::Rested | Outcome::Told) => self.go(At::State),
            (At::Data, Outcome::Done | Outcome::Connected) => self.go(At::Addresses),
            (At::Addresses, Outcome::Done | Outcome::Refused(_)) => Step::Done,
            (At::Data, outcome) => fail(cgdata::NAME, outcome),
            (_, outcome) => fail(command, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        let ConnectRequest { user_name, password, authentication, .. } = self.request;
        let cid = self.cid();
        let mut all = |numbers: &[u8], first: &str, second: &str| {
            numbers.iter().for_each(|number| line.integer((*number).into()));
            line.quoted(first.as_bytes());
            line.quoted(second.as_bytes());
        };
        match (self.at, self.interface) {
            (At::Context, _) => self.context.parameters(line),
            (At::Authenticate, Interface::Icera) => all(&[cid, 0, authentication.number()], user_name, password),
            (At::Authenticate, Interface::Option) => all(&[cid, authentication.number()], password, user_name),
            (At::Authenticate, _) => all(&[cid, 1], user_name, password),
            (At::Activate, interface) => write_activation(interface, true, &self.request, cid, line),
            (At::Data, _) => {
                line.quoted(b"M-RAW_IP");
                line.integer(cid.into());
            }
            _ => line.integer(cid.into()),
        }
    }

    fn line(&mut self, line: &[u8], second: bool) {
        match self.at {
            At::Context => self.context.line(line, second),
            At::State => {
                let told = self.interface.read_state(line, self.cid());
                // Of several families one is enough.
                self.connected = if self.connected == Some(true) { self.connected } else { told.or(self.connected) };
            }
            At::Addresses => self.read_addresses(line),
            _ => {}
        }
    }

    fn told(&mut self, line: &[u8], second: bool) -> bool {
        match self.at {
            At::Context => self.context.told(line, second),
            _ => self.interface.read_state(line, self.cid()).is_some(),
        }
    }
}

/// Disconnects a maker's network interface. One that is not connected in the end is a success, whatever the modem said.
#[derive(Clone, Copy, Debug)]
pub struct DisconnectInterface {
    interface: Interface,
    cid: u8,
    context: Disconnect,
    connected: bool,
    checking: bool,
    refusal: Option<Refusal>,
}

impl DisconnectInterface {
    /// Disconnects that interface from that context.
    #[must_use]
    pub const fn new(interface: Interface, cid: u8) -> Self {
        let context = Disconnect::new(cid);
        Self { interface, cid, context, connected: false, checking: false, refusal: None }
    }
}

impl Procedure for DisconnectInterface {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step {
        if self.interface.is_activated() {
            return self.context.step(now, outcome);
        }
        let activation = self.interface.activate(false);
        let command = match activation {
            Step::Ask(question) => question.exchange.info.name,
            _ => "",
        };
        match (outcome, self.checking) {
            (Outcome::Begin, _) => {
                *self = Self::new(self.interface, self.cid);
                activation
            }
            (Outcome::Done, false) => Step::Done,
            (Outcome::Refused(result), false) => {
                let refusal = Refusal::new(command, result);
                (self.refusal, self.checking) = (Some(refusal), true);
                self.interface.state().unwrap_or(Step::Fail(Stop::Refused(refusal)))
            }
            (Outcome::Done, true) if !self.connected => Step::Done,
            (Outcome::Done | Outcome::Refused(_), true) => match self.refusal {
                Some(refusal) => Step::Fail(Stop::Refused(refusal)),
                None => Step::Done,
            },
            (outcome, _) => fail(command, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        if self.interface.is_activated() {
            return self.context.parameters(line);
        }
        write_activation(self.interface, false, &ConnectRequest::default(), self.cid, line);
    }

    fn line(&mut self, line: &[u8], second: bool) {
        self.context.line(line, second);
        self.connected |= self.checking && self.interface.read_state(line, self.cid) == Some(true);
    }
}
