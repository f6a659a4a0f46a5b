//! Contexts of the packet domain: setting one up, what it is configured with, and whether it is still there.
//!
//! Whether a context is active only the modem knows: an answer to the command that activates it proves nothing, neither
//! OK nor an error. `+CGACT?` is asked after each.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use at_wire::address;
use at_wire::command::call::dial;
use at_wire::command::general::ceer;
use at_wire::command::packet::{PdpType, cgact, cgauth, cgcontrdp, cgdata, cgdcont, cgpaddr, is_same_apn};
use at_wire::command::vendor::{cinterion, huawei, quectel, ublox};
use at_wire::message::Line as _;
use at_wire::parameter::{LineWriter, Str, parameters_of};
use at_wire::result::FinalResult;
use at_wire::urc::PacketEvent;
use at_wire::urc::standard::{CGev, CNecEsm};

use super::{Excerpt, IpType, Outcome, POLL, Procedure, Refusal, Step, Stop, ask, ask_own, fail};
use crate::time::Instant;

/// How often a context that is said to be active, and is not, is asked for again.
const CHECKS: u8 = 10;

const fn pdp_type(families: IpType) -> PdpType {
    match families {
        IpType::V4 => PdpType::Ipv4,
        IpType::V6 => PdpType::Ipv6,
        IpType::V4V6 => PdpType::Ipv4v6,
    }
}

/// How user name and password are presented (27.007 §10.1.31).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Authentication {
    /// Not at all.
    #[default]
    None,
    /// By PAP.
    Pap,
    /// By CHAP.
    Chap,
}

impl Authentication {
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Pap => 1,
            Self::Chap => 2,
        }
    }
}

/// How packets get through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Bearer {
    /// By a network interface of the modem: the context is activated. There are also interfaces that a maker's own command
    /// connects: see [`ConnectInterface`](super::ConnectInterface).
    #[default]
    Interface,
    /// Over this line, by PPP: the modem is in data mode afterwards, and nothing is read of settings.
    Dial,
    /// The same by `+CGDATA` (27.007 §10.1.12), for modems that do not dial.
    Data,
}

/// What to connect to. Its debug output leaves user name and password out.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct ConnectRequest<'a> {
    /// Number of the context; if absent, one that is defined so, or that is free, is taken.
    pub cid: Option<u8>,
    /// Access point name; empty for that of a context that is defined already, or of the network.
    pub apn: &'a str,
    /// Address families.
    pub ip_type: IpType,
    /// User name.
    pub user_name: &'a str,
    /// Password.
    pub password: &'a str,
    /// How they are presented.
    pub authentication: Authentication,
    /// How packets get through.
    pub bearer: Bearer,
}

impl core::fmt::Debug for ConnectRequest<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ConnectRequest")
            .field("cid", &self.cid)
            .field("apn", &self.apn)
            .field("ip_type", &self.ip_type)
            .field("authentication", &self.authentication)
            .field("bearer", &self.bearer)
            .finish_non_exhaustive()
    }
}

/// Settings of one family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FamilySettings<A> {
    /// The address.
    pub address: Option<A>,
    /// Length of its prefix; absent if the modem does not tell, and then as long as the address.
    pub prefix_length: Option<u8>,
    /// The gateway.
    pub gateway: Option<A>,
    /// Name servers.
    pub dns: [Option<A>; 2],
}

impl<A> Default for FamilySettings<A> {
    fn default() -> Self {
        Self { address: None, prefix_length: None, gateway: None, dns: [None, None] }
    }
}

impl<A: Copy + PartialEq> FamilySettings<A> {
    fn add_dns(&mut self, server: A) {
        if self.dns.contains(&Some(server)) {
            return;
        }
        // A third one has no place.
        if let Some(free) = self.dns.iter_mut().find(|dns| dns.is_none()) {
            *free = Some(server);
        }
    }
}

/// What a context is configured with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// IPv4.
    pub ipv4: FamilySettings<Ipv4Addr>,
    /// IPv6.
    pub ipv6: FamilySettings<Ipv6Addr>,
    /// The lower half of the IPv6 address, where the modem tells no more: the upper comes with router advertisements.
    pub interface_id: Option<u64>,
    /// An IPv4 address in a context of IPv6: that of a translator in the modem.
    pub translated: Option<Ipv4Addr>,
    /// The longest packet, in bytes.
    pub mtu: Option<u16>,
}

/// What blanks separate in one field, each with quotes or without: some put both families there.
fn tokens(field: &[u8]) -> impl Iterator<Item = &[u8]> {
    field.split(|byte| matches!(byte, b' ' | b'"')).filter(|token| !token.is_empty())
}

impl Settings {
    /// Sets an address, and the length of its prefix if that is known.
    pub(super) fn set_address(&mut self, address: IpAddr, prefix: Option<u8>) {
        match address {
            IpAddr::V4(_) => self.take_address(address::Masked { address, prefix }, IpType::V4),
            IpAddr::V6(_) => self.take_address(address::Masked { address, prefix }, IpType::V6),
        }
    }

    /// Sets the gateway of its family.
    pub(super) fn set_gateway(&mut self, gateway: IpAddr) {
        match gateway {
            IpAddr::V4(gateway) => self.ipv4.gateway = Some(gateway),
            IpAddr::V6(gateway) => self.ipv6.gateway = Some(gateway),
        }
    }

    /// Adds a name server to those of its family.
    pub(super) fn add_dns(&mut self, server: IpAddr) {
        match server {
            IpAddr::V4(server) => self.ipv4.add_dns(server),
            IpAddr::V6(server) => self.ipv6.add_dns(server),
        }
    }

    /// Takes an address of a context of that type.
    fn take_address(&mut self, told: address::Masked, ip_type: IpType) {
        match told.address {
            IpAddr::V4(address) if ip_type == IpType::V6 => self.translated = Some(address),
            IpAddr::V4(address) => {
                self.ipv4.address = Some(address);
                self.ipv4.prefix_length = told.prefix.or(self.ipv4.prefix_length);
            }
            IpAddr::V6(address) => {
                let [a, b, c, d, e, f, ..] = address.segments();
                if [a, b, c, d, e, f] == [0, 0, 0, 0, 1, 0] {
                    // That of a translator, embedded.
                    let [.., w, x, y, z] = address.octets();
                    self.translated = Some(Ipv4Addr::new(w, x, y, z));
                // Of the link, or without a network at all.
                } else if a & 0xffc0 == 0xfe80 || [a, b, c, d] == [0; 4] {
                    let [.., s, t, u, v, w, x, y, z] = address.octets();
                    self.interface_id = Some(u64::from_be_bytes([s, t, u, v, w, x, y, z]));
                } else {
                    self.ipv6.address = Some(address);
                    self.ipv6.prefix_length = told.prefix.or(self.ipv6.prefix_length);
                }
            }
        }
    }

    /// Reads a line of `+CGPADDR`.
    fn read_addresses(&mut self, line: &[u8], cid: u8, ip_type: IpType) {
        let Some(mut fields) = parameters_of(cgpaddr::NAME, line) else { return };
        if fields.value::<u8>("cid") != Ok(cid) {
            return;
        }
        for field in fields.take(2) {
            tokens(field.unquoted()).filter_map(address::masked).for_each(|told| self.take_address(told, ip_type));
        }
    }

    /// Reads a line of `+CGCONTRDP`, of which a context of both families may have two. Fields are what stands between
    /// commas, empty or not: only the fourth and fifth are address and gateway.
    fn read_parameters(&mut self, line: &[u8], cid: u8, ip_type: IpType) {
        let Some(mut fields) = parameters_of(cgcontrdp::NAME, line) else { return };
        if fields.value::<u8>("cid") != Ok(cid) {
            return;
        }
        let (_, _) = (fields.field(), fields.field());
        let (addresses, mut gateway) = (fields.field().unquoted(), fields.field().unquoted());
        // With a mask behind it, if there is one; what cannot be read so are addresses of both families.
        let whole = address::masked(addresses);
        let each = tokens(addresses).filter_map(address::masked).filter(|_| whole.is_none());
        for mut told in whole.into_iter().chain(each) {
            // Before release 9.4 the mask was the next field. No gateway starts like one.
            if told.prefix.is_none() && told.address.is_ipv4() && gateway.starts_with(b"255.") {
                if let Some(IpAddr::V4(mask)) = address::ip(gateway) {
                    told.prefix = address::prefix_of(&mask.octets());
                }
                gateway = fields.field().unquoted();
            }
            self.take_address(told, ip_type);
        }
        // Some have the address of the other family in a field of its own.
        if let (Some(IpAddr::V4(_)), Some(other @ IpAddr::V6(_))) =
            (whole.map(|told| told.address), address::ip(gateway))
        {
            self.set_address(other, None);
            gateway = fields.field().unquoted();
        }
        tokens(gateway).filter_map(address::ip).for_each(|gateway| self.set_gateway(gateway));
        for _ in 0..2 {
            tokens(fields.field().unquoted()).filter_map(address::ip).for_each(|server| self.add_dns(server));
        }
        // Servers of the IMS, signalling, LIPA.
        let (_, _, _, _) = (fields.field(), fields.field(), fields.field(), fields.field());
        let mtu: Option<u16> = fields.value("ipv4_mtu").unwrap_or(None);
        self.mtu = mtu.filter(|mtu| *mtu != 0).or(self.mtu);
    }
}

/// Contexts, as a set of their numbers. Those above 31 are the modem's own business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cids(u32);

impl Cids {
    fn bit(cid: u8) -> u32 {
        1_u32.checked_shl(cid.into()).unwrap_or(0)
    }

    fn insert(&mut self, cid: u8) {
        self.0 |= Self::bit(cid);
    }

    fn contains(self, cid: u8) -> bool {
        self.0 & Self::bit(cid) != 0
    }

    fn first(self) -> Option<u8> {
        (0..32).find(|cid| self.contains(*cid))
    }

    /// Reads a line of `+CGACT?`.
    fn read_active(&mut self, line: &[u8]) {
        if let Ok(cgact::ReadAnswer { cid, state: 1 }) = cgact::ReadAnswer::parse(line) {
            self.insert(cid);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Defined,
    Active,
    Ranges,
    Define,
    Authenticate(u8),
    Activate,
    Dial,
    Check,
    Cause,
    Addresses,
    Parameters,
}

/// Sets a context up: defines it if none is defined so, never one that is active otherwise; activates it unless it is
/// active; and reads its settings.
///
/// * A network that allows only one family is given that one, once. So is one that refuses both without saying why: IPv4.
/// * User name and password go in by the command of 27.007, or else by that of a maker.
/// * A refusal comes with the cause that `+CEER` tells.
#[derive(Clone, Copy, Debug)]
pub struct Connect<'a> {
    request: ConnectRequest<'a>,
    /// The context is only defined, with user name and password.
    define_only: bool,
    at: At,
    cid: u8,
    ip_type: IpType,
    defined: Cids,
    /// Those that are defined as is asked for.
    alike: Cids,
    active: Cids,
    /// The numbers that contexts of the type can have.
    range: Option<(u8, u8)>,
    refusal: Option<Refusal>,
    /// The cause that the network gave, in numbers of 3GPP TS 24.301 §9.9.4.4.
    cause: Option<u16>,
    checks: u8,
    adopted: bool,
    settings: Settings,
}

impl<'a> Connect<'a> {
    /// Connects so.
    #[must_use]
    pub fn new(request: ConnectRequest<'a>) -> Self {
        Self {
            request,
            define_only: false,
            at: At::Defined,
            cid: 0,
            ip_type: request.ip_type,
            defined: Cids::default(),
            alike: Cids::default(),
            active: Cids::default(),
            range: None,
            refusal: None,
            cause: None,
            checks: 0,
            adopted: false,
            settings: Settings::default(),
        }
    }

    /// Defines the context, and leaves its activation to others.
    pub(super) fn define_only(request: ConnectRequest<'a>) -> Self {
        Self { define_only: true, ..Self::new(request) }
    }

    /// The context.
    #[must_use]
    pub const fn cid(&self) -> u8 {
        self.cid
    }

    /// The families that it was defined with in the end.
    #[must_use]
    pub const fn ip_type(&self) -> IpType {
        self.ip_type
    }

    /// Whether it was active before.
    #[must_use]
    pub const fn adopted(&self) -> bool {
        self.adopted
    }

    /// What it is configured with; nothing if it was dialled.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    fn go(&mut self, at: At) -> Step {
        self.at = at;
        match at {
            At::Defined => ask::<cgdcont::Read>(),
            At::Active | At::Check => {
                self.active = Cids::default();
                ask::<cgact::Read>()
            }
            At::Ranges => ask::<cgdcont::Test>(),
            At::Define => ask_own::<cgdcont::Set<'_>>(),
            At::Authenticate(_) if self.request.authentication == Authentication::None => self.activate(),
            At::Authenticate(0) => ask_own::<cgauth::Set<'_>>(),
            At::Authenticate(1) => ask_own::<ublox::uauthreq::Set<'_>>(),
            At::Authenticate(2) => ask_own::<cinterion::sgauth::Set<'_>>(),
            At::Authenticate(3) => ask_own::<huawei::authdata::Set<'_>>(),
            At::Authenticate(_) => ask_own::<quectel::qicsgp::Set<'_>>(),
            At::Activate => ask_own::<cgact::Set<'_>>(),
            At::Dial if self.request.bearer == Bearer::Data => ask_own::<cgdata::Set<'_>>(),
            At::Dial => ask_own::<dial::Execute<'_>>(),
            At::Cause => ask::<ceer::Execute>(),
            At::Addresses => ask_own::<cgpaddr::Set<'_>>(),
            At::Parameters => ask_own::<cgcontrdp::Set>(),
        }
    }

    fn activate(&mut self) -> Step {
        (self.refusal, self.cause) = (None, None);
        match self.request.bearer {
            _ if self.define_only => Step::Done,
            Bearer::Interface => self.go(At::Activate),
            Bearer::Dial | Bearer::Data => self.go(At::Dial),
        }
    }

    /// The context is known, and defined as it should be.
    fn use_defined(&mut self, cid: u8) -> Step {
        self.cid = cid;
        if self.active.contains(cid) && self.request.bearer == Bearer::Interface && !self.define_only {
            self.adopted = true;
            return self.go(At::Addresses);
        }
        self.go(At::Authenticate(0))
    }

    fn choose(&mut self) -> Step {
        match self.request.cid {
            Some(cid) if self.alike.contains(cid) => self.use_defined(cid),
            Some(cid) if self.active.contains(cid) => Step::Fail(Stop::NoContext),
            Some(cid) => {
                self.cid = cid;
                self.go(At::Define)
            }
            None => match Cids(self.alike.0 & self.active.0).first().or(self.alike.first()) {
                Some(cid) => self.use_defined(cid),
                None => self.go(At::Ranges),
            },
        }
    }

    /// One that is free; or else one that is not active, the last first, as the first may be the modem's own.
    fn define(&mut self) -> Step {
        let (low, high) = self.range.unwrap_or((1, 1));
        let mut places = low.max(1)..=high.min(31);
        let free = places.clone().find(|cid| !self.defined.contains(*cid));
        match free.or_else(|| places.rfind(|cid| !self.active.contains(*cid))) {
            Some(cid) => {
                self.cid = cid;
                self.go(At::Define)
            }
            None => Step::Fail(Stop::NoContext),
        }
    }

    /// The family that alone is allowed; IPv4 if it is not said, but may be that.
    fn other_type(&self, refusal: &Refusal) -> Option<IpType> {
        if self.ip_type != IpType::V4V6 {
            return None;
        }
        match (refusal.cme(), self.cause) {
            (Some(192), _) | (_, Some(50)) => Some(IpType::V4),
            (Some(193), _) | (_, Some(51)) => Some(IpType::V6),
            (Some(128 | 132 | 133 | 148), _) => Some(IpType::V4),
            (None, None) if matches!(refusal.result, FinalResult::Error | FinalResult::NoCarrier) => Some(IpType::V4),
            _ => None,
        }
    }

    /// It is not active, and will not be so.
    fn refused(&mut self) -> Step {
        let Some(refusal) = self.refusal else { return Step::Fail(Stop::NotReached) };
        match self.other_type(&refusal) {
            Some(ip_type) => {
                self.ip_type = ip_type;
                self.go(At::Define)
            }
            None => Step::Fail(Stop::Refused(refusal)),
        }
    }
}

/// The cause that a report tells as text or number.
fn cause_of(report: &[u8]) -> Option<u16> {
    let says = |text: &[u8]| report.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text));
    if says(b"IPv4 only") {
        return Some(50);
    }
    if says(b"IPv6 only") {
        return Some(51);
    }
    let numbers = report.split(|byte| !byte.is_ascii_digit());
    numbers.filter_map(|digits| core::str::from_utf8(digits).ok()?.parse().ok()).find(|cause| matches!(cause, 50 | 51))
}

impl Procedure for Connect<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step {
        if let (Outcome::Refused(result), Some(command)) = (outcome, self.command()) {
            // The first refusal says most.
            let refusal = Refusal::new(command, result);
            if matches!(self.at, At::Activate | At::Dial) || self.refusal.is_none() {
                self.refusal = Some(refusal);
            }
        }
        match (self.at, outcome) {
            (_, Outcome::Begin) => {
                *self = Self { define_only: self.define_only, ..Self::new(self.request) };
                self.go(At::Defined)
            }
            (At::Defined, Outcome::Done | Outcome::Refused(_)) => self.go(At::Active),
            (At::Active, Outcome::Done | Outcome::Refused(_)) => self.choose(),
            (At::Ranges, Outcome::Done | Outcome::Refused(_)) => self.define(),
            (At::Define, Outcome::Done) => self.go(At::Authenticate(0)),
            (At::Define, Outcome::Refused(_)) if self.ip_type == IpType::V4V6 => {
                self.ip_type = IpType::V4;
                self.go(At::Define)
            }
            (At::Authenticate(_), Outcome::Done) => self.activate(),
            (At::Authenticate(nth @ 0..4), Outcome::Refused(_)) => self.go(At::Authenticate(nth.saturating_add(1))),
            (At::Authenticate(_), Outcome::Refused(_)) => match self.refusal {
                Some(refusal) => Step::Fail(Stop::Refused(refusal)),
                None => Step::Fail(Stop::NotReached),
            },
            (At::Dial, Outcome::Connected) => Step::Done,
            (At::Dial, Outcome::Refused(_)) => self.go(At::Cause),
            (At::Activate, Outcome::Done | Outcome::Refused(_) | Outcome::Connected) => self.go(At::Check),
            (At::Check, Outcome::Told | Outcome::Rested) => self.go(At::Check),
            (At::Check, Outcome::Done) if self.active.contains(self.cid) => {
                self.adopted = self.refusal.is_some();
                self.go(At::Addresses)
            }
            // It cannot be asked: what it said before has to do.
            (At::Check, Outcome::Refused(_)) if self.refusal.is_none() => self.go(At::Addresses),
            (At::Check, Outcome::Done | Outcome::Refused(_)) if self.refusal.is_some() => self.go(At::Cause),
            (At::Check, Outcome::Done) if self.checks < CHECKS => {
                self.checks = self.checks.saturating_add(1);
                Step::Wait(now + POLL)
            }
            (At::Cause, Outcome::Done | Outcome::Refused(_)) => self.refused(),
            (At::Addresses, Outcome::Done | Outcome::Refused(_)) => self.go(At::Parameters),
            (At::Parameters, Outcome::Done | Outcome::Refused(_)) => Step::Done,
            (_, outcome) => fail(self.command().unwrap_or(cgact::NAME), outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        let ConnectRequest { apn, user_name, password, authentication, .. } = self.request;
        let protocol = authentication.number().into();
        let cid = i64::from(self.cid);
        let credentials = |line: &mut LineWriter<'_, '_>| {
            line.quoted(user_name.as_bytes());
            line.quoted(password.as_bytes());
        };
        match self.at {
            At::Define => {
                line.integer(cid);
                line.quoted(pdp_type(self.ip_type).name().as_bytes());
                if !apn.is_empty() {
                    line.quoted(apn.as_bytes());
                }
            }
            At::Authenticate(3) => {
                line.integer(cid);
                line.integer(protocol);
                line.quoted(b"");
                line.quoted(password.as_bytes());
                line.quoted(user_name.as_bytes());
            }
            At::Authenticate(4) => {
                line.integer(cid);
                line.integer(match self.ip_type {
                    IpType::V4 => 1,
                    IpType::V6 => 2,
                    IpType::V4V6 => 3,
                });
                line.quoted(apn.as_bytes());
                credentials(line);
                line.integer(protocol);
            }
            At::Authenticate(_) => {
                line.integer(cid);
                line.integer(protocol);
                credentials(line);
            }
            At::Activate => {
                line.integer(1);
                line.integer(cid);
            }
            At::Dial if self.request.bearer == Bearer::Data => {
                line.quoted(b"PPP");
                line.integer(cid);
            }
            At::Dial => {
                let mut number = heapless::String::<12>::new();
                let written = core::fmt::write(&mut number, format_args!("*99***{cid}#"));
                debug_assert!(written.is_ok(), "three digits fit");
                line.word(number.as_bytes());
            }
            _ => line.integer(cid),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        match self.at {
            At::Defined => {
                // Whatever stands behind: one that cannot be read would be taken for free.
                let Some(mut fields) = parameters_of(cgdcont::NAME, line) else { return };
                let Ok(cid) = fields.value("cid") else { return };
                self.defined.insert(cid);
                let (kind, told) = (Str(fields.field().unquoted()), Str(fields.field().unquoted()));
                let apn = self.request.apn;
                let same = PdpType::of(kind) == Some(pdp_type(self.ip_type));
                if same && (apn.is_empty() || is_same_apn(told.as_str().unwrap_or_default(), apn)) {
                    self.alike.insert(cid);
                }
            }
            At::Active | At::Check => self.active.read_active(line),
            At::Ranges => {
                let Ok(offer) = cgdcont::TestAnswer::parse(line) else { return };
                if PdpType::of(offer.pdp_type) == Some(pdp_type(self.ip_type)) && self.range.is_none() {
                    let bound = |number: i64| u8::try_from(number).unwrap_or(u8::MAX);
                    self.range = offer.cid.ranges().next().map(|(low, high)| (bound(low), bound(high)));
                }
            }
            At::Cause => {
                let Some(report) = parameters_of(ceer::NAME, line).map(|fields| fields.rest().trim_ascii()) else {
                    return;
                };
                self.cause = self.cause.or(cause_of(report));
                if let Some(refusal) = &mut self.refusal {
                    *refusal = Refusal { result: refusal.resolved(), text: Excerpt::of(report), ..*refusal };
                }
            }
            At::Addresses => self.settings.read_addresses(line, self.cid, self.ip_type),
            At::Parameters => self.settings.read_parameters(line, self.cid, self.ip_type),
            _ => {}
        }
    }

    fn told(&mut self, line: &[u8], _: bool) -> bool {
        if let Ok(error) = CNecEsm::parse(line) {
            if error.cid.is_none_or(|cid| cid == self.cid) {
                self.cause = Some(error.cause);
            }
        }
        matches!(event(line), Some(PacketEvent::ActivatePdn(..) | PacketEvent::Activate(..)))
    }
}

impl Connect<'_> {
    /// The command whose refusal may end it.
    const fn command(&self) -> Option<&'static str> {
        match self.at {
            At::Define => Some(cgdcont::NAME),
            At::Authenticate(_) => Some(cgauth::NAME),
            At::Activate => Some(cgact::NAME),
            At::Dial => Some(if matches!(self.request.bearer, Bearer::Data) { cgdata::NAME } else { dial::NAME }),
            _ => None,
        }
    }
}

fn event(line: &[u8]) -> Option<PacketEvent<'_>> {
    CGev::parse(line).ok().map(|told| PacketEvent::parse(told.event.0))
}

/// Whether a line that the modem told says that the context is active no more, by `+CGEV` (27.007 §10.1.19).
#[must_use]
pub fn is_ended(line: &[u8], cid: u8) -> bool {
    match event(line) {
        Some(PacketEvent::Detach(_)) => true,
        Some(PacketEvent::DeactivatePdn(_, ended)) => ended == cid,
        Some(PacketEvent::DeactivatePdp(_, context)) => context.cid.is_none_or(|ended| ended == cid),
        _ => false,
    }
}

/// Asks whether a context is active.
#[derive(Clone, Copy, Debug)]
pub struct CheckContext {
    cid: u8,
    active: Cids,
}

impl CheckContext {
    /// Asks for that one.
    #[must_use]
    pub const fn new(cid: u8) -> Self {
        Self { cid, active: Cids(0) }
    }

    /// Whether it is active.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.active.contains(self.cid)
    }
}

impl Procedure for CheckContext {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => {
                self.active = Cids::default();
                ask::<cgact::Read>()
            }
            Outcome::Done => Step::Done,
            outcome => fail(cgact::NAME, outcome),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        self.active.read_active(line);
    }
}

/// Deactivates a context. One that is not active in the end is a success, whatever the modem said to it.
#[derive(Clone, Copy, Debug)]
pub struct Disconnect {
    check: CheckContext,
    refusal: Option<Refusal>,
}

impl Disconnect {
    /// Deactivates that one. Data mode must have been left before.
    #[must_use]
    pub const fn new(cid: u8) -> Self {
        Self { check: CheckContext::new(cid), refusal: None }
    }
}

impl Procedure for Disconnect {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step {
        match (outcome, self.refusal) {
            (Outcome::Begin, _) => {
                self.refusal = None;
                ask_own::<cgact::Set<'_>>()
            }
            (Outcome::Refused(result), None) => {
                self.refusal = Some(Refusal::new(cgact::NAME, result));
                self.check.step(now, Outcome::Begin)
            }
            (Outcome::Done, None) => Step::Done,
            (Outcome::Done, Some(_)) if !self.check.is_active() => Step::Done,
            (Outcome::Done | Outcome::Refused(_), Some(refusal)) => Step::Fail(Stop::Refused(refusal)),
            (outcome, _) => fail(cgact::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        line.integer(0);
        line.integer(self.check.cid.into());
    }

    fn line(&mut self, line: &[u8], second: bool) {
        self.check.line(line, second);
    }
}

/// Reads what an active context is configured with. What the modem does not tell is absent.
#[derive(Clone, Copy, Debug)]
pub struct ReadSettings {
    cid: u8,
    ip_type: IpType,
    parameters: bool,
    settings: Settings,
}

impl ReadSettings {
    /// Reads those of that one, which was defined with these families.
    #[must_use]
    pub fn new(cid: u8, ip_type: IpType) -> Self {
        Self { cid, ip_type, parameters: false, settings: Settings::default() }
    }

    /// What was found.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl Procedure for ReadSettings {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => {
                *self = Self::new(self.cid, self.ip_type);
                ask_own::<cgpaddr::Set<'_>>()
            }
            Outcome::Done | Outcome::Refused(_) if self.parameters => Step::Done,
            Outcome::Done | Outcome::Refused(_) => {
                self.parameters = true;
                ask_own::<cgcontrdp::Set>()
            }
            outcome if self.parameters => fail(cgcontrdp::NAME, outcome),
            outcome => fail(cgpaddr::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        line.integer(self.cid.into());
    }

    fn line(&mut self, line: &[u8], _: bool) {
        if self.parameters {
            self.settings.read_parameters(line, self.cid, self.ip_type);
        } else {
            self.settings.read_addresses(line, self.cid, self.ip_type);
        }
    }
}
