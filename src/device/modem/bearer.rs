//! Sessions, access points, addresses, stored contexts, packet filters.

use core::net::{Ipv4Addr, Ipv6Addr};

use heapless::Vec;

use super::super::collect;
use super::event::{Change, Origin};
use super::network::PacketState;
use super::profile::{Autoconnect, ContextChange};
use super::{Failure, Modem, Reason, Text, Ticket, Work, text};
use crate::time::{Instant, Millis};

/// Sessions that can be active at the same time.
pub const SESSIONS: usize = 16;
/// Access points that can be listed.
pub const ACCESS_POINTS: usize = 8;
/// Contexts that can be stored.
pub const CONTEXTS: usize = 8;
/// Name servers of a session and address family.
pub const NAME_SERVERS: usize = 4;
/// Packet filters of all sessions together.
pub const FILTERS: usize = 16;
/// Bytes of a packet filter.
pub const FILTER_LEN: usize = 64;
/// Bytes of protocol configuration options.
pub const PCO_LEN: usize = 64;

/// What a context is for: the UUID by which MBIM names it. Other protocols have only contexts for the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Purpose(pub [u8; 16]);

impl Purpose {
    /// The internet.
    pub const INTERNET: Self = Self(0x7e5e_2a7e_4e6f_7272_736b_656e_7e5e_2a7e_u128.to_be_bytes());
}

impl Default for Purpose {
    fn default() -> Self {
        Self::INTERNET
    }
}

/// Address families, as a host asks for them and as the network grants them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum IpKind {
    /// What the access point has.
    #[default]
    Default,
    /// IPv4.
    V4,
    /// IPv6.
    V6,
    /// Both in one context.
    V4V6,
    /// Both in a context each.
    V4AndV6,
}

impl IpKind {
    /// Whether IPv4 is in it.
    #[must_use]
    pub const fn has_v4(self) -> bool {
        !matches!(self, Self::V6)
    }

    /// Whether IPv6 is in it.
    #[must_use]
    pub const fn has_v6(self) -> bool {
        !matches!(self, Self::V4)
    }
}

/// How user name and password are presented.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Auth {
    /// Not at all.
    #[default]
    None,
    /// PAP.
    Pap,
    /// CHAP.
    Chap,
    /// MS-CHAP version 2.
    MsChapV2,
}

/// User name and password that an access point asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// User name.
    pub user: Text<64>,
    /// Password.
    pub password: Text<64>,
    /// The only way of presenting them that is accepted; [`Auth::None`] stands for any.
    pub auth: Auth,
}

/// An access point, and how it treats who asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AccessPoint {
    /// Name; upper and lower case are alike.
    pub name: Text<100>,
    /// Address families it has; [`IpKind::Default`] stands for both.
    pub ip: IpKind,
    /// Who asks for both families and gets one, is told so (causes 50 and 51).
    pub tells_limit: bool,
    /// What it asks for.
    pub credentials: Option<Credentials>,
    /// Refuses with this cause; 0 accepts.
    pub refuses: u32,
    /// Who was refused must wait so long; the modem itself refuses until then.
    pub back_off: Millis,
}

impl AccessPoint {
    /// An access point that grants everything to everybody.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: text(name),
            ip: IpKind::Default,
            tells_limit: true,
            credentials: None,
            refuses: 0,
            back_off: Millis(0),
        }
    }
}

/// Where addresses come from: session `n` has the `n`-th block.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddressPlan {
    /// Start of the IPv4 blocks of four addresses: network, gateway, session, broadcast.
    pub v4: Ipv4Addr,
    /// Start of the IPv6 blocks, a /64 each; the gateway is its `::1`, the session its `::2`.
    pub v6: Ipv6Addr,
    /// IPv4 name servers.
    pub dns4: Vec<Ipv4Addr, NAME_SERVERS>,
    /// IPv6 name servers.
    pub dns6: Vec<Ipv6Addr, NAME_SERVERS>,
    /// MTU in bytes.
    pub mtu: u16,
}

impl Default for AddressPlan {
    fn default() -> Self {
        let (mut dns4, mut dns6) = (Vec::new(), Vec::new());
        let _ = dns4.push(Ipv4Addr::new(192, 0, 2, 53));
        let _ = dns4.push(Ipv4Addr::new(198, 51, 100, 53));
        let _ = dns6.push(Ipv6Addr::new(0x2001, 0xdb8, 0x53, 0, 0, 0, 0, 0x35));
        Self {
            v4: Ipv4Addr::new(10, 64, 0, 0),
            v6: Ipv6Addr::new(0x2001, 0xdb8, 0x64, 0, 0, 0, 0, 0),
            dns4,
            dns6,
            mtu: 1500,
        }
    }
}

/// IPv4 of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ipv4Configuration {
    /// Address.
    pub address: Ipv4Addr,
    /// Bits of the on-link prefix.
    pub prefix: u8,
    /// Gateway.
    pub gateway: Ipv4Addr,
    /// Name servers.
    pub dns: Vec<Ipv4Addr, NAME_SERVERS>,
}

/// IPv6 of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ipv6Configuration {
    /// Address.
    pub address: Ipv6Addr,
    /// Bits of the on-link prefix.
    pub prefix: u8,
    /// Gateway.
    pub gateway: Ipv6Addr,
    /// Name servers.
    pub dns: Vec<Ipv6Addr, NAME_SERVERS>,
}

/// Addresses of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IpConfiguration {
    /// IPv4, if granted.
    pub v4: Option<Ipv4Configuration>,
    /// IPv6, if granted.
    pub v6: Option<Ipv6Configuration>,
    /// MTU in bytes.
    pub mtu: u16,
}

impl IpConfiguration {
    /// Addresses from the plan. `preferred` is what the host has asked for: where the plan says anything, it counts.
    fn new(plan: &AddressPlan, session: u8, ip: IpKind, preferred: &NameServers) -> Self {
        let block = u32::from(plan.v4).saturating_add(u32::from(session).saturating_mul(4));
        let v4 = |host: u32| Ipv4Addr::from(block.saturating_add(host));
        let block = u128::from(plan.v6).saturating_add(u128::from(session) << 64);
        let v6 = |host: u128| Ipv6Addr::from(block.saturating_add(host));
        Self {
            v4: ip.has_v4().then(|| Ipv4Configuration {
                address: v4(2),
                prefix: 30,
                gateway: v4(1),
                dns: if plan.dns4.is_empty() { collect(preferred.v4.iter().copied()) } else { plan.dns4.clone() },
            }),
            v6: ip.has_v6().then(|| Ipv6Configuration {
                address: v6(2),
                prefix: 64,
                gateway: v6(1),
                dns: if plan.dns6.is_empty() { collect(preferred.v6.iter().copied()) } else { plan.dns6.clone() },
            }),
            mtu: plan.mtu,
        }
    }
}

/// A stored context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Number, from 1.
    pub id: u32,
    /// Name that a host has given it.
    pub name: Text<32>,
    /// What it is for.
    pub purpose: Purpose,
    /// Access point name.
    pub apn: Text<100>,
    /// User name.
    pub user: Text<64>,
    /// Password.
    pub password: Text<64>,
    /// How they are presented.
    pub auth: Auth,
    /// Compression is wanted.
    pub compression: bool,
    /// Address families.
    pub ip: IpKind,
    /// It must not be used.
    pub disabled: bool,
    /// Where it may be used, by MBIM's number.
    pub roaming: u32,
    /// Over which access networks, by MBIM's number.
    pub media: u32,
    /// Who has made it, by MBIM's number.
    pub source: u32,
    /// Network it belongs to, MCC and MNC; empty: any.
    pub provider: Text<6>,
}

/// What contexts to attach with there are, in this order.
pub const ATTACH_CONTEXTS: usize = 3;

/// Sessions, access points and addresses.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BearerSetup {
    /// Session ids are smaller than this, at most 256. No more than [`SESSIONS`] are active at the same time.
    pub max_sessions: u16,
    /// Access points; the first one is taken by who asks for none.
    pub access_points: Vec<AccessPoint, ACCESS_POINTS>,
    /// Refuses all others with this cause; 0 accepts.
    pub refuses_others: u32,
    /// Addresses.
    pub addresses: AddressPlan,
    /// Contexts stored when the device is delivered.
    pub contexts: Vec<Context, CONTEXTS>,
    /// Contexts to attach with when the device is delivered: home, partner, others.
    pub attach: [Context; ATTACH_CONTEXTS],
    /// Whether the modem connects by itself when it is delivered.
    pub autoconnect: Autoconnect,
}

impl Default for BearerSetup {
    fn default() -> Self {
        let mut access_points = Vec::new();
        let _ = access_points.push(AccessPoint::new("internet"));
        let context =
            Context { id: 1, apn: text("internet"), ip: IpKind::V4V6, roaming: 6, source: 2, ..Context::default() };
        let mut contexts = Vec::new();
        let _ = contexts.push(context.clone());
        Self {
            max_sessions: 8,
            access_points,
            refuses_others: 0,
            addresses: AddressPlan::default(),
            contexts,
            attach: [context.clone(), context.clone(), context],
            autoconnect: Autoconnect::default(),
        }
    }
}

/// Whether a session is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum SessionState {
    /// No.
    Inactive,
    /// On the way up.
    Activating,
    /// Yes.
    Active,
    /// On the way down.
    Deactivating,
}

/// A session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SessionStatus {
    /// Its number.
    pub session: u8,
    /// Whether active.
    pub state: SessionState,
    /// Address families, granted ones once active.
    pub ip: IpKind,
    /// What it is for.
    pub purpose: Purpose,
    /// The network's cause, 0 if none.
    pub cause: u32,
}

/// What a host asks for with a session.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContextRequest<'a> {
    /// Number of the session.
    pub session: u32,
    /// Access point name; empty: the network chooses.
    pub apn: &'a str,
    /// User name.
    pub user: &'a str,
    /// Password.
    pub password: &'a str,
    /// How they are presented.
    pub auth: Auth,
    /// Address families.
    pub ip: IpKind,
    /// What it is for.
    pub purpose: Purpose,
    /// Channel of the data path that carries it; 0: the one that has no number.
    pub channel: u8,
    /// Number of the stored context that all this was taken from; 0: none.
    pub context: u32,
    /// IPv4 name servers for the case that the network names none; two at most are taken.
    pub dns4: &'a [Ipv4Addr],
    /// The same for IPv6.
    pub dns6: &'a [Ipv6Addr],
}

/// How a session came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionOrigin {
    /// Who asked for it; [`Origin::WORLD`] if the modem began it by itself.
    pub owner: Origin,
    /// User name.
    pub user: Text<64>,
    /// How it was presented.
    pub auth: Auth,
    /// Channel of the data path that carries it; 0: the one that has no number.
    pub channel: u8,
    /// Number of the stored context that it was taken from; 0: none.
    pub context: u32,
}

/// Who was refused and must wait.
#[derive(Debug)]
struct Throttle {
    apn: Text<100>,
    v4: Instant,
    v6: Instant,
    failure: Failure,
}

/// Name servers that a host has asked for.
#[derive(Debug)]
struct NameServers {
    v4: Vec<Ipv4Addr, 2>,
    v6: Vec<Ipv6Addr, 2>,
}

#[derive(Debug)]
struct Session {
    status: SessionStatus,
    origin: SessionOrigin,
    apn: Text<100>,
    traffic: Statistics,
    dormant: bool,
    configuration: IpConfiguration,
    preferred: NameServers,
    pco: Vec<u8, PCO_LEN>,
    due: Option<Instant>,
    /// What the network will say when an activation is due: families granted and a cause.
    verdict: Result<(IpKind, u32), Failure>,
    stalled: bool,
    /// The modem itself refuses, because it has to wait.
    throttled: bool,
}

/// A packet filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The session.
    pub session: u8,
    /// Number that the host gave it.
    pub id: u32,
    /// The pattern.
    pub pattern: Vec<u8, FILTER_LEN>,
    /// The bits that count; as long as the pattern.
    pub mask: Vec<u8, FILTER_LEN>,
}

/// Which way a packet goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Way {
    /// To the host.
    Down,
    /// From the host.
    Up,
}

/// Packets of a session, or of all since power-on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Statistics {
    /// Bytes to the host.
    pub in_octets: u64,
    /// Packets to the host.
    pub in_packets: u64,
    /// Packets to the host thrown away.
    pub in_discards: u32,
    /// Bytes from the host.
    pub out_octets: u64,
    /// Packets from the host.
    pub out_packets: u64,
    /// Packets from the host thrown away.
    pub out_discards: u32,
}

impl Statistics {
    fn count(&mut self, way: Way, carried: bool, octets: u64) {
        let (bytes, packets, discards) = match way {
            Way::Down => (&mut self.in_octets, &mut self.in_packets, &mut self.in_discards),
            Way::Up => (&mut self.out_octets, &mut self.out_packets, &mut self.out_discards),
        };
        if carried {
            *bytes = bytes.saturating_add(octets);
            *packets = packets.saturating_add(1);
        } else {
            *discards = discards.saturating_add(1);
        }
    }
}

/// The state behind all that.
#[derive(Debug)]
pub(super) struct Bearers {
    setup: BearerSetup,
    sessions: Vec<Session, SESSIONS>,
    contexts: Vec<Context, CONTEXTS>,
    attach: [Context; ATTACH_CONTEXTS],
    filters: Vec<Filter, FILTERS>,
    statistics: Statistics,
    throttles: Vec<Throttle, ACCESS_POINTS>,
}

impl Bearers {
    pub(super) fn new(setup: BearerSetup) -> Self {
        Self {
            sessions: Vec::new(),
            contexts: setup.contexts.clone(),
            attach: setup.attach.clone(),
            filters: Vec::new(),
            statistics: Statistics::default(),
            throttles: Vec::new(),
            setup,
        }
    }

    pub(super) fn power_off(&mut self) {
        self.sessions.clear();
        self.filters.clear();
        self.statistics = Statistics::default();
        self.throttles.clear();
    }

    pub(super) fn contexts(&self) -> &[Context] {
        &self.contexts
    }

    pub(super) const fn delivered_autoconnect(&self) -> Autoconnect {
        self.setup.autoconnect
    }

    pub(super) fn forget_context(&mut self, id: u32) {
        self.contexts.retain(|context| context.id != id);
    }

    /// What the modem itself says to a request that must wait.
    fn throttled(&self, now: Instant, request: &ContextRequest<'_>) -> Option<Failure> {
        let found = self.throttles.iter().find(|one| one.apn.eq_ignore_ascii_case(request.apn))?;
        let until = match (request.ip.has_v4(), request.ip.has_v6()) {
            (true, false) => found.v4,
            (false, _) => found.v6,
            _ => found.v4.min(found.v6),
        };
        (now < until).then_some(found.failure)
    }

    /// The network has refused: whoever asks for that again waits.
    fn throttle(&mut self, now: Instant, apn: &Text<100>, ip: IpKind, failure: Failure) {
        let points = self.setup.access_points.iter();
        let point = points.clone().find(|point| point.name.eq_ignore_ascii_case(apn));
        let wait = point.map_or(Millis(0), |point| point.back_off);
        if wait == Millis(0) {
            return;
        }
        let old = self.throttles.iter().find(|one| one.apn == *apn);
        let (mut v4, mut v6) = old.map_or((now, now), |old| (old.v4, old.v6));
        if ip.has_v4() {
            v4 = now + wait;
        }
        if ip.has_v6() {
            v6 = now + wait;
        }
        self.throttles.retain(|one| one.apn != *apn && one.v4.max(one.v6) > now);
        let _ = self.throttles.push(Throttle { apn: apn.clone(), v4, v6, failure });
    }

    pub(super) fn due(&self) -> impl Iterator<Item = (Instant, u8)> {
        let sessions = self.sessions.iter();
        sessions.filter_map(|session| session.due.map(|at| (at, session.status.session)))
    }

    fn get(&self, id: u8) -> Option<&Session> {
        self.sessions.iter().find(|session| session.status.session == id)
    }

    fn get_mut(&mut self, id: u8) -> Option<&mut Session> {
        self.sessions.iter_mut().find(|session| session.status.session == id)
    }

    /// Makes room for a session.
    fn insert(&mut self, session: Session) -> Result<(), Failure> {
        let id = session.status.session;
        self.sessions.retain(|old| old.status.session != id);
        if self.sessions.is_full() {
            // What is said about sessions that are over is forgotten.
            self.sessions.retain(|old| old.status.state != SessionState::Inactive);
        }
        let room = self.sessions.push(session);
        room.map_err(|_| Reason::TooManyContexts.into())
    }

    /// What the network says to a request.
    fn verdict(&self, request: &ContextRequest<'_>) -> Result<(IpKind, u32), Failure> {
        let points = &self.setup.access_points;
        let point = if request.apn.is_empty() {
            points.first()
        } else {
            points.iter().find(|point| point.name.eq_ignore_ascii_case(request.apn))
        };
        let refuses = point.map_or(self.setup.refuses_others, |point| point.refuses);
        if refuses != 0 {
            // Missing or unknown access point name, or not supported here.
            let reason = match refuses {
                27 | 66 => Reason::AccessPoint,
                29 => Reason::Credentials,
                _ => Reason::Refused,
            };
            let cause = refuses;
            return Err(Failure { reason, cause });
        }
        if let Some(wanted) = point.and_then(|point| point.credentials.as_ref()) {
            let presented =
                request.auth != Auth::None && matches!(wanted.auth, Auth::None) || request.auth == wanted.auth;
            if !presented || wanted.user != *request.user || wanted.password != *request.password {
                return Err(Failure { reason: Reason::Credentials, cause: 29 });
            }
        }
        let has = point.map_or(IpKind::Default, |point| point.ip);
        let tells = point.is_some_and(|point| point.tells_limit);
        let reason = Reason::Refused;
        match (request.ip, has.has_v4(), has.has_v6()) {
            (_, false, false) => Err(Failure { reason, cause: 28 }),
            (IpKind::V6, _, false) => Err(Failure { reason, cause: 50 }),
            (IpKind::V4, false, _) => Err(Failure { reason, cause: 51 }),
            (IpKind::V4V6 | IpKind::V4AndV6, true, false) => Ok((IpKind::V4, if tells { 50 } else { 0 })),
            (IpKind::V4V6 | IpKind::V4AndV6, false, true) => Ok((IpKind::V6, if tells { 51 } else { 0 })),
            (IpKind::Default, true, false) => Ok((IpKind::V4, 0)),
            (IpKind::Default, false, true) => Ok((IpKind::V6, 0)),
            (IpKind::Default, true, true) => Ok((IpKind::V4V6, 0)),
            (asked, _, _) => Ok((asked, 0)),
        }
    }
}

impl Modem {
    /// Session ids are smaller than this.
    #[must_use]
    pub fn max_sessions(&self) -> u32 {
        u32::from(self.bearers.setup.max_sessions.min(256))
    }

    fn session_id(&self, session: u32) -> Result<u8, Failure> {
        let id = Some(session).filter(|id| *id < self.max_sessions());
        id.and_then(|id| u8::try_from(id).ok()).ok_or(Reason::Invalid.into())
    }

    /// The state of a session.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] if there is no session of that number.
    pub fn session(&self, session: u32) -> Result<SessionStatus, Failure> {
        let id = self.session_id(session)?;
        Ok(self.bearers.get(id).map_or(
            SessionStatus {
                session: id,
                state: SessionState::Inactive,
                ip: IpKind::Default,
                purpose: Purpose::INTERNET,
                cause: 0,
            },
            |session| session.status,
        ))
    }

    /// Whether anything is known about a session: it is active, or was.
    #[must_use]
    pub fn knows_session(&self, session: u32) -> bool {
        u8::try_from(session).is_ok_and(|id| self.bearers.get(id).is_some())
    }

    /// Sessions that are not inactive.
    pub fn sessions(&self) -> impl Iterator<Item = SessionStatus> {
        let sessions = self.bearers.sessions.iter().map(|session| session.status);
        sessions.filter(|status| status.state != SessionState::Inactive)
    }

    /// Whether any session is active.
    pub(super) fn has_active_session(&self) -> bool {
        self.sessions().any(|status| status.state == SessionState::Active)
    }

    fn active(&self, session: u8) -> Option<&Session> {
        let session = self.bearers.get(session)?;
        Some(session).filter(|session| session.status.state == SessionState::Active)
    }

    /// Addresses of an active session.
    #[must_use]
    pub fn ip_configuration(&self, session: u8) -> Option<&IpConfiguration> {
        self.active(session).map(|session| &session.configuration)
    }

    fn inactive_sessions(&self) -> impl DoubleEndedIterator<Item = u8> {
        let last = u8::try_from(self.max_sessions().saturating_sub(1)).unwrap_or(u8::MAX);
        (0..=last).filter(|id| self.session((*id).into()).is_ok_and(|status| status.state == SessionState::Inactive))
    }

    /// The lowest number of a session that is not active.
    #[must_use]
    pub fn free_session(&self) -> Option<u8> {
        self.inactive_sessions().next()
    }

    /// The highest number of a session that is not active: for the modem itself, since hosts begin with the lowest.
    pub(super) fn last_free_session(&self) -> Option<u8> {
        self.inactive_sessions().next_back()
    }

    /// How a session came to be; what is over is forgotten at some time.
    #[must_use]
    pub fn session_origin(&self, session: u8) -> Option<&SessionOrigin> {
        self.bearers.get(session).map(|session| &session.origin)
    }

    /// Who asked for a session.
    #[must_use]
    pub fn session_owner(&self, session: u8) -> Option<Origin> {
        self.session_origin(session).map(|origin| origin.owner)
    }

    /// The active session that carries packets of one IP version on a channel of the data path.
    #[must_use]
    pub fn session_on_channel(&self, channel: u8, v6: bool) -> Option<u8> {
        let mut sessions = self.bearers.sessions.iter();
        let found = sessions.find(|session| {
            let carried = if v6 { session.configuration.v6.is_some() } else { session.configuration.v4.is_some() };
            session.status.state == SessionState::Active && session.origin.channel == channel && carried
        });
        found.map(|session| session.status.session)
    }

    /// Packets of a session since it became active.
    #[must_use]
    pub fn session_statistics(&self, session: u8) -> Statistics {
        self.bearers.get(session).map_or(Statistics::default(), |session| session.traffic)
    }

    /// Whether a session rests: it is active, but has no radio channel until the next packet.
    #[must_use]
    pub fn is_dormant(&self, session: u8) -> bool {
        self.active(session).is_some_and(|session| session.dormant)
    }

    /// Lets an active session rest, or wakes it. `false` if it was so already, or is not active.
    pub fn set_dormant(&mut self, now: Instant, by: Origin, session: u8, dormant: bool) -> bool {
        self.poll(now);
        let found = self.bearers.get_mut(session);
        let found = found.filter(|session| session.status.state == SessionState::Active && session.dormant != dormant);
        let Some(found) = found else { return false };
        found.dormant = dormant;
        self.log.push(by, Change::Dormancy { session, dormant });
        if !dormant {
            self.transmits(now);
        }
        true
    }

    /// Access points that must wait: name, and how long for IPv4 and IPv6.
    pub fn throttles(&self, now: Instant) -> impl Iterator<Item = (&str, Millis, Millis)> {
        let throttles = self.bearers.throttles.iter();
        let left = throttles.map(move |one| (one.apn.as_str(), one.v4.since(now), one.v6.since(now)));
        left.filter(|(_, v4, v6)| *v4 != Millis(0) || *v6 != Millis(0))
    }

    /// Access point name of a session.
    #[must_use]
    pub fn session_apn(&self, session: u8) -> &str {
        self.bearers.get(session).map_or("", |session| &session.apn)
    }

    /// Protocol configuration options of a session.
    #[must_use]
    pub fn pco(&self, session: u8) -> &[u8] {
        self.active(session).map_or(&[], |session| &session.pco)
    }

    /// How the network treats who asks for an access point; changes hold from the next request on.
    pub fn access_points(&mut self) -> &mut Vec<AccessPoint, ACCESS_POINTS> {
        &mut self.bearers.setup.access_points
    }

    /// The cause by which access points that are not listed are refused; 0 accepts.
    pub fn refuse_other_access_points(&mut self, cause: u32) {
        self.bearers.setup.refuses_others = cause;
    }

    // What hosts ask for.

    /// A host activates a session.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`], the state of the SIM, [`Reason::RadioOff`], [`Reason::NotRegistered`], [`Reason::Detached`],
    /// [`Reason::TooManyContexts`], [`Reason::TooLong`], [`Reason::Busy`]. The outcome may be [`Reason::AccessPoint`],
    /// [`Reason::Credentials`] or [`Reason::Refused`], each with a cause.
    pub fn request_activation(
        &mut self,
        now: Instant,
        by: Origin,
        request: &ContextRequest<'_>,
    ) -> Result<Ticket, Failure> {
        let id = self.activate(now, by, request)?;
        let ticket = self.begin(by, Work::Activate(id), None);
        if let Err(failure) = ticket {
            self.end_session(id, by, failure);
        }
        ticket
    }

    /// Begins to activate a session.
    pub(super) fn activate(&mut self, now: Instant, by: Origin, request: &ContextRequest<'_>) -> Result<u8, Failure> {
        self.poll(now);
        let id = self.session_id(request.session)?;
        self.usable_sim()?;
        if !self.radio.is_on() {
            return Err(Reason::RadioOff.into());
        }
        if !self.registration().is_registered() {
            return Err(Reason::NotRegistered.into());
        }
        if self.packet_service().state != PacketState::Attached {
            return Err(Reason::Detached.into());
        }
        if self.bearers.get(id).is_some_and(|session| session.status.state != SessionState::Inactive) {
            return Err(Reason::TooManyContexts.into());
        }
        let apn = Text::try_from(request.apn).map_err(|_| Failure::from(Reason::TooLong))?;
        let throttled = self.bearers.throttled(now, request);
        let session = Session {
            status: SessionStatus {
                session: id,
                state: SessionState::Activating,
                ip: request.ip,
                purpose: request.purpose,
                cause: 0,
            },
            origin: SessionOrigin {
                owner: by,
                user: text(request.user),
                auth: request.auth,
                channel: request.channel,
                context: request.context,
            },
            apn,
            traffic: Statistics::default(),
            dormant: false,
            configuration: IpConfiguration::default(),
            preferred: NameServers {
                v4: collect(request.dns4.iter().copied()),
                v6: collect(request.dns6.iter().copied()),
            },
            pco: Vec::new(),
            due: Some(now + if throttled.is_some() { Millis(0) } else { self.delays.activate }),
            verdict: throttled.map_or_else(|| self.bearers.verdict(request), Err),
            stalled: false,
            throttled: throttled.is_some(),
        };
        self.bearers.insert(session)?;
        self.transmits(now);
        self.tell_session(id, by);
        Ok(id)
    }

    /// A host deactivates a session.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`], [`Reason::NotActive`], [`Reason::Busy`].
    pub fn request_deactivation(&mut self, now: Instant, by: Origin, session: u32) -> Result<Ticket, Failure> {
        self.poll(now);
        let id = self.session_id(session)?;
        let due = now + self.delays.deactivate;
        match self.session(session)?.state {
            SessionState::Inactive => Err(Reason::NotActive.into()),
            SessionState::Deactivating => Err(Reason::Busy.into()),
            SessionState::Activating => {
                let ticket = self.begin(by, Work::Deactivate(id), None)?;
                self.end_session(id, by, Reason::NotActive.into());
                Ok(ticket)
            }
            SessionState::Active => {
                let ticket = self.begin(by, Work::Deactivate(id), None)?;
                if let Some(session) = self.bearers.get_mut(id) {
                    session.status.state = SessionState::Deactivating;
                    session.status.cause = 0;
                    session.due = Some(due);
                }
                self.transmits(now);
                self.tell_session(id, by);
                Ok(ticket)
            }
        }
    }

    /// Ends the sessions that a host has activated, gives its requests up, and closes its channels to the card, because it
    /// is gone.
    pub fn forget_host(&mut self, now: Instant, host: Origin) {
        self.poll(now);
        while let Some(operation) = self.operations.iter().find(|operation| operation.by == host) {
            let ticket = operation.ticket;
            self.abandon(now, ticket);
        }
        self.slot.card_mut().close_all(host, None);
        self.stk_forget_host(now, host);
        self.forget_ussd_of(host);
        self.stop_positioning_of(now, host);
        for id in 0..=u8::MAX {
            if self.bearers.get(id).is_some_and(|session| session.origin.owner == host) {
                self.end_session(id, host, Reason::NotActive.into());
            }
        }
    }

    fn tell_session(&mut self, id: u8, by: Origin) {
        if let Some(session) = self.bearers.get(id) {
            self.log.push(by, Change::Session(session.status));
            self.notice_vendor();
        }
    }

    pub(super) fn session_due(&mut self, now: Instant, id: u8) {
        let Bearers { setup, sessions, .. } = &mut self.bearers;
        let found = sessions.iter_mut().find(|session| session.status.session == id);
        let Some(session) = found else { return };
        session.due = None;
        let owner = session.origin.owner;
        match (session.status.state, session.verdict) {
            (SessionState::Activating, Ok((ip, cause))) => {
                session.status.state = SessionState::Active;
                session.status.ip = ip;
                session.status.cause = cause;
                session.configuration = IpConfiguration::new(&setup.addresses, id, ip, &session.preferred);
                self.tell_session(id, owner);
                self.finish(Work::Activate(id), Ok(()));
            }
            (SessionState::Activating, Err(failure)) => {
                let (apn, ip) = (session.apn.clone(), session.status.ip);
                if !session.throttled {
                    self.bearers.throttle(now, &apn, ip, failure);
                }
                self.end_session(id, owner, failure);
            }
            _ => {
                let by = self.asker(Work::Deactivate(id)).unwrap_or(owner);
                self.end_session(id, by, Reason::NotActive.into());
            }
        }
    }

    fn asker(&self, work: Work) -> Option<Origin> {
        let operation = self.operations.iter().find(|operation| operation.work == work);
        operation.map(|operation| operation.by)
    }

    pub(super) fn end_session(&mut self, id: u8, by: Origin, why: Failure) {
        let Some(session) = self.bearers.get_mut(id) else {
            return;
        };
        if session.status.state == SessionState::Inactive {
            return;
        }
        session.status.state = SessionState::Inactive;
        session.status.cause = why.cause;
        session.due = None;
        session.configuration = IpConfiguration::default();
        self.bearers.filters.retain(|filter| filter.session != id);
        self.end_flows(Some(id));
        self.profiles.may_connect();
        self.tell_session(id, by);
        self.finish(Work::Activate(id), Err(why));
        self.finish(Work::Deactivate(id), Ok(()));
    }

    /// Ends all sessions, in the order of their numbers.
    pub(super) fn end_sessions(&mut self, why: Failure) {
        for id in 0..=u8::MAX {
            self.end_session(id, Origin::WORLD, why);
        }
    }

    // What the network does.

    /// The network ends a session.
    pub fn network_deactivates(&mut self, now: Instant, session: u8, cause: u32) {
        self.poll(now);
        let reason = Reason::Refused;
        self.end_session(session, Origin::WORLD, Failure { reason, cause });
    }

    /// The network changes addresses, name servers or MTU of an active session.
    pub fn change_ip_configuration(&mut self, now: Instant, session: u8, change: impl FnOnce(&mut IpConfiguration)) {
        self.poll(now);
        let found = self.bearers.get_mut(session);
        if let Some(found) = found.filter(|session| session.status.state == SessionState::Active) {
            change(&mut found.configuration);
            self.log.push(Origin::WORLD, Change::IpConfiguration(session));
        }
    }

    /// The network changes the name servers of an active session; what does not fit is left out.
    pub fn change_dns(&mut self, now: Instant, session: u8, v4: &[Ipv4Addr], v6: &[Ipv6Addr]) {
        self.change_ip_configuration(now, session, |configuration| {
            if let Some(family) = &mut configuration.v4 {
                family.dns = collect(v4.iter().copied());
            }
            if let Some(family) = &mut configuration.v6 {
                family.dns = collect(v6.iter().copied());
            }
        });
    }

    /// The network sends protocol configuration options; what is too long is cut off.
    pub fn set_pco(&mut self, now: Instant, session: u8, options: &[u8]) {
        self.poll(now);
        let found = self.bearers.get_mut(session);
        if let Some(found) = found.filter(|session| session.status.state == SessionState::Active) {
            found.pco = collect(options.iter().copied());
            self.log.push(Origin::WORLD, Change::Pco(session));
        }
    }

    /// Packets of a session are lost although it stays active, or no longer.
    pub fn set_stalled(&mut self, session: u8, stalled: bool) {
        if let Some(session) = self.bearers.get_mut(session) {
            session.stalled = stalled;
        }
    }

    /// Whether packets of a session get through: it is active and not stalled.
    #[must_use]
    pub fn carries(&self, session: u8) -> bool {
        self.active(session).is_some_and(|session| !session.stalled)
    }

    /// Counts a packet; `false` if it must be thrown away, because the session is not active or stalled.
    pub fn carry(&mut self, now: Instant, session: u8, way: Way, octets: usize) -> bool {
        self.poll(now);
        let carried = self.carries(session);
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        self.bearers.statistics.count(way, carried, octets);
        if let Some(session) = self.bearers.get_mut(session) {
            session.traffic.count(way, carried, octets);
        }
        if carried {
            self.set_dormant(now, Origin::WORLD, session, false);
        }
        if carried && way == Way::Up {
            self.transmits(now);
        }
        carried
    }

    /// Packets of all sessions.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.bearers.statistics
    }

    // What is stored.

    /// Stored contexts.
    #[must_use]
    pub fn contexts(&self) -> &[Context] {
        &self.bearers.contexts
    }

    /// Stores a context in place of the one with its number; with number 0, in place of the first one for its purpose,
    /// or as a new one.
    ///
    /// # Errors
    ///
    /// [`Reason::Full`].
    pub fn store_context(&mut self, by: Origin, mut context: Context) -> Result<(), Failure> {
        let change;
        let contexts = &mut self.bearers.contexts;
        let same = |old: &&mut Context| match context.id {
            0 => old.purpose == context.purpose,
            id => old.id == id,
        };
        match contexts.iter_mut().find(same) {
            Some(place) => {
                context.id = place.id;
                if context.name.is_empty() {
                    // Not every protocol has names.
                    context.name = place.name.clone();
                }
                change = ContextChange::Modified(context.id);
                *place = context;
            }
            None => {
                if context.id == 0 {
                    let highest = contexts.iter().map(|old| old.id).max().unwrap_or(0);
                    context.id = highest.saturating_add(1);
                }
                change = ContextChange::Created(context.id);
                contexts.push(context).map_err(|_| Failure::from(Reason::Full))?;
            }
        }
        self.profiles.may_connect();
        self.log.push(by, Change::Contexts(change));
        Ok(())
    }

    /// Deletes the stored contexts for a purpose.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] if there is none.
    pub fn delete_contexts(&mut self, by: Origin, purpose: Purpose) -> Result<(), Failure> {
        let before = self.bearers.contexts.len();
        self.bearers.contexts.retain(|context| context.purpose != purpose);
        if self.bearers.contexts.len() == before {
            return Err(Reason::Invalid.into());
        }
        self.log.push(by, Change::Contexts(ContextChange::All));
        Ok(())
    }

    /// Goes back to the contexts that the device was delivered with.
    pub fn restore_contexts(&mut self, by: Origin) {
        self.bearers.contexts = self.bearers.setup.contexts.clone();
        self.profiles.forget_notes();
        self.log.push(by, Change::Contexts(ContextChange::All));
    }

    /// Contexts to attach with: home, partner, others.
    #[must_use]
    pub fn attach_contexts(&self) -> &[Context; ATTACH_CONTEXTS] {
        &self.bearers.attach
    }

    /// Replaces the contexts to attach with; `None` goes back to those that the device was delivered with.
    pub fn set_attach_contexts(&mut self, by: Origin, contexts: Option<[Context; ATTACH_CONTEXTS]>) {
        self.bearers.attach = contexts.unwrap_or_else(|| self.bearers.setup.attach.clone());
        self.log.push(by, Change::AttachContexts);
    }

    /// Packet filters of a session.
    pub fn filters(&self, session: u8) -> impl Iterator<Item = &Filter> {
        let filters = self.bearers.filters.iter();
        filters.filter(move |filter| filter.session == session)
    }

    /// Replaces the packet filters of a session. Either all are stored or none.
    ///
    /// # Errors
    ///
    /// [`Reason::Filters`] if there is no room.
    pub fn set_filters(&mut self, session: u8, filters: Vec<Filter, FILTERS>) -> Result<(), Failure> {
        let others = self.bearers.filters.iter().filter(|filter| filter.session != session);
        if others.count().saturating_add(filters.len()) > FILTERS {
            return Err(Reason::Filters.into());
        }
        self.bearers.filters.retain(|filter| filter.session != session);
        for filter in filters {
            let _ = self.bearers.filters.push(filter);
        }
        Ok(())
    }
}
