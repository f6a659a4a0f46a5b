//! Data sessions: starting and stopping them, what they are configured with, and whether they are still there.
//!
//! One client of WDS has one session of one address family. Both families are two sessions of two clients, which come up
//! and go down each by itself. The client of a session is found by its [`instance`].

use core::fmt;
use core::net::Ipv4Addr;

use qmi_wire::frame::MessageWriter;
use qmi_wire::service::wds;
use qmi_wire::{Builder as _, DecodeError, DecodeErrorKind, EncodeError, ProtocolError, TlvSet, View as _};

use super::{
    Empty, EndReason, IpType, MessageId, Outcome, POLL, Procedure, Question, Request, Step, Stop, broken, decode, fail,
    put_byte, put_text,
};
use crate::time::Instant;

/// The handle that stands for whatever session there is, such as one that the modem started by itself.
pub const GLOBAL_HANDLE: u32 = u32::MAX;

/// The client of WDS that has the session of that number and family: each number has two, IPv4 first. Numbers above 127 share
/// the last pair.
#[must_use]
pub fn instance(session: u8, family: wds::IpFamily) -> u8 {
    let first = session.min(127).saturating_mul(2);
    if family == wds::IpFamily::IPV6 { first.saturating_add(1) } else { first }
}

/// The link of a session among several on one interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Mux {
    /// What the data path runs over.
    pub endpoint_type: qmi_wire::service::DataEndpointType,
    /// Number of the interface, for USB as in its descriptor.
    pub interface_number: u32,
    /// The number of the link, as in the headers of its packets.
    pub id: u8,
}

/// What to connect to. Its debug output masks user name and password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ConnectRequest<'a> {
    /// Number of the session, to tell several apart; 0 for the first.
    pub session: u8,
    /// Access point name; empty for that of the profile, or the modem's own.
    pub apn: &'a str,
    /// Address families.
    pub ip_type: IpType,
    /// User name.
    pub user_name: &'a str,
    /// Password.
    pub password: &'a str,
    /// How user name and password may be presented.
    pub authentication: wds::Authentication,
    /// A 3GPP profile of the modem. Whatever else is given goes before what it says.
    pub profile: Option<u8>,
    /// The link, if there are several.
    pub mux: Option<Mux>,
}

impl fmt::Debug for ConnectRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectRequest")
            .field("session", &self.session)
            .field("apn", &self.apn)
            .field("ip_type", &self.ip_type)
            .field("authentication", &self.authentication)
            .field("profile", &self.profile)
            .field("mux", &self.mux)
            .finish_non_exhaustive()
    }
}

impl Default for ConnectRequest<'_> {
    /// Session 0, both address families, the modem's default access point, no authentication, a single link.
    fn default() -> Self {
        Self {
            session: 0,
            apn: "",
            ip_type: IpType::V4V6,
            user_name: "",
            password: "",
            authentication: wds::Authentication::empty(),
            profile: None,
            mux: None,
        }
    }
}

/// Starts a data session, or two for both address families: one that comes up is a success.
///
/// * A setting that has the modem connect by itself is switched off: a session of its own would be in the way.
/// * The answers that a session left over from an earlier run provokes, NO_EFFECT and POLICY_MISMATCH, are followed by
///   stopping whatever there is, at the second time for good, and by another start.
/// * Older firmware knows no families; the one it starts then is IPv4.
#[derive(Clone, Copy, Debug)]
pub struct Connect<'a> {
    request: ConnectRequest<'a>,
    family: wds::IpFamily,
    at: Connecting,
    /// How often a session that was in the way has been stopped.
    cleared: u8,
    /// How often it was waited for an earlier session to be down.
    waited: u8,
    /// The handles, IPv4 first; 0 if there is no session.
    handles: [u32; 2],
    /// Why the first family did not come up.
    stop: Option<Stop>,
    /// The modem was set to connect by itself, and is not any more.
    autoconnect: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connecting {
    /// Whether the modem connects by itself.
    Autoconnect,
    /// That it shall not.
    Disabling,
    /// Ties the client to a link.
    Binding,
    /// Which family the client is for.
    Family,
    Starting,
    /// Stops what is in the way.
    Clearing,
}

impl Connecting {
    #[inline(never)]
    fn message(self) -> &'static MessageId {
        match self {
            Self::Autoconnect => MessageId::of::<wds::get_autoconnect_settings::Message>(),
            Self::Disabling => MessageId::of::<wds::set_autoconnect_settings::Message>(),
            Self::Binding => MessageId::of::<wds::bind_mux_data_port::Message>(),
            Self::Family => MessageId::of::<wds::set_ip_family::Message>(),
            Self::Starting => MessageId::of::<wds::start_network::Message>(),
            Self::Clearing => MessageId::of::<wds::stop_network::Message>(),
        }
    }
}

impl<'a> Connect<'a> {
    /// Connects as the request says.
    #[must_use]
    pub fn new(request: &ConnectRequest<'a>) -> Self {
        Self {
            request: *request,
            family: wds::IpFamily::IPV4,
            at: Connecting::Autoconnect,
            cleared: 0,
            waited: 0,
            handles: [0; 2],
            stop: None,
            autoconnect: false,
        }
    }

    /// Whether the session of IPv4 is up.
    #[must_use]
    pub fn has_ipv4(&self) -> bool {
        let [handle, _] = self.handles;
        handle != 0
    }

    /// Whether the session of IPv6 is up.
    #[must_use]
    pub fn has_ipv6(&self) -> bool {
        let [_, handle] = self.handles;
        handle != 0
    }

    /// The handles, IPv4 first; 0 where there is no session, [`GLOBAL_HANDLE`] where it belongs to nobody.
    #[must_use]
    pub const fn handles(&self) -> [u32; 2] {
        self.handles
    }

    /// Why one of the families did not come up, if only one did.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Stop> {
        self.stop.as_ref()
    }

    /// Whether the modem was set to connect by itself, which was switched off.
    #[must_use]
    pub const fn was_autoconnect(&self) -> bool {
        self.autoconnect
    }

    #[inline(never)]
    fn ask(&mut self, at: Connecting) -> Step<'_> {
        self.at = at;
        let instance = instance(self.request.session, self.family);
        Step::Ask(Question::new(at.message(), self).by(instance))
    }

    fn begin_family(&mut self, family: wds::IpFamily) -> Connecting {
        (self.family, self.cleared, self.waited) = (family, 0, 0);
        if self.request.mux.is_some() { Connecting::Binding } else { Connecting::Family }
    }

    /// A family has come up, or not: goes on with the other one, or ends.
    fn next(&mut self, handle: u32, stop: Option<Stop>) -> Step<'_> {
        let second = self.family == wds::IpFamily::IPV6;
        let [first, other] = &mut self.handles;
        *(if second { other } else { first }) = handle;
        // The reason of the first family counts more.
        self.stop = self.stop.or(stop);
        if !second && self.request.ip_type == IpType::V4V6 {
            let at = self.begin_family(wds::IpFamily::IPV6);
            return self.ask(at);
        }
        match self.stop {
            Some(stop) if self.handles == [0; 2] => Step::Fail(stop),
            _ => Step::Done,
        }
    }
}

/// The numbers of TLVs are those of the messages that `Connecting::message` names; their declared builders would make this twice
/// as large.
impl Request for Connect<'_> {
    fn write<'b>(&self, mut message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let request = &self.request;
        let [family, ..] = self.family.0.to_le_bytes();
        match self.at {
            Connecting::Autoconnect => {}
            Connecting::Disabling => put_byte(&mut message, 0x01, wds::AutoconnectSetting::DISABLED.0),
            Connecting::Binding => {
                if let Some(Mux { endpoint_type, interface_number, id }) = request.mux {
                    // As EndpointInfo.
                    let ([e0, e1, e2, e3], [n0, n1, n2, n3]) =
                        (endpoint_type.0.to_le_bytes(), interface_number.to_le_bytes());
                    message.put_bytes(0x10, &[e0, e1, e2, e3, n0, n1, n2, n3]);
                    put_byte(&mut message, 0x11, id);
                }
            }
            Connecting::Family => put_byte(&mut message, 0x01, family),
            Connecting::Starting => {
                put_text(&mut message, 0x14, request.apn);
                if !request.user_name.is_empty() || !request.authentication.is_empty() {
                    put_byte(&mut message, 0x16, request.authentication.bits());
                }
                put_text(&mut message, 0x17, request.user_name);
                put_text(&mut message, 0x18, request.password);
                put_byte(&mut message, 0x19, family);
                if let Some(profile) = request.profile {
                    put_byte(&mut message, 0x31, profile);
                }
            }
            Connecting::Clearing => {
                // As Disconnect.
                message.put_bytes(0x01, &GLOBAL_HANDLE.to_le_bytes());
                if self.cleared > 1 {
                    put_byte(&mut message, 0x10, 1);
                }
            }
        }
        message.finish()
    }
}

impl Procedure for Connect<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let first = match self.request.ip_type {
            IpType::V6 => wds::IpFamily::IPV6,
            _ => wds::IpFamily::IPV4,
        };
        let at = match (outcome, self.at) {
            (Outcome::Begin, _) => {
                *self = Self::new(&self.request);
                self.family = first;
                Connecting::Autoconnect
            }
            (Outcome::Answer(tlvs), Connecting::Autoconnect)
                if tlvs.find(0x01).and_then(<[u8]>::first) == Some(&wds::AutoconnectSetting::ENABLED.0) =>
            {
                self.autoconnect = true;
                Connecting::Disabling
            }
            // Many modems have no such setting.
            (Outcome::Answer(_) | Outcome::Refused(..), Connecting::Autoconnect | Connecting::Disabling) => {
                self.begin_family(first)
            }
            (Outcome::Answer(_) | Outcome::Refused(ProtocolError::NO_EFFECT, _), Connecting::Binding) => {
                Connecting::Family
            }
            (Outcome::Answer(_) | Outcome::Refused(..), Connecting::Family | Connecting::Clearing) => {
                Connecting::Starting
            }
            (Outcome::Answer(tlvs), Connecting::Starting) => {
                return match tlvs.require(0x01) {
                    Ok(handle) => self.next(handle, None),
                    Err(error) => decode(error),
                };
            }
            (Outcome::Refused(ProtocolError::NO_EFFECT | ProtocolError::POLICY_MISMATCH, _), Connecting::Starting)
                if self.cleared < 2 =>
            {
                self.cleared = self.cleared.saturating_add(1);
                Connecting::Clearing
            }
            // The session of an earlier run is on its way down.
            (Outcome::Refused(ProtocolError::CALL_FAILED, tlvs), Connecting::Starting)
                if self.waited < 5
                    && tlvs.find(0x10).and_then(<[u8]>::first_chunk)
                        == Some(&wds::CallEndReason::GENERIC_CLOSE_IN_PROGRESS.0.to_le_bytes()) =>
            {
                self.waited = self.waited.saturating_add(1);
                return Step::Rest(now + POLL);
            }
            (Outcome::Rested, Connecting::Starting) => Connecting::Starting,
            // It is up all the same, and cannot be had in another way.
            (Outcome::Refused(ProtocolError::NO_EFFECT, _), Connecting::Starting) => {
                return self.next(GLOBAL_HANDLE, None);
            }
            (outcome, at) => {
                let step = fail(at.message(), outcome);
                return match step {
                    Step::Fail(stop) if matches!(at, Connecting::Starting | Connecting::Binding) => {
                        self.next(0, Some(stop))
                    }
                    step => step,
                };
            }
        };
        self.ask(at)
    }
}

/// Stops a data session; one that is down already counts as done.
#[derive(Clone, Copy, Debug)]
pub struct Disconnect {
    instance: u8,
    handle: u32,
    /// Keep the modem from starting it again.
    disable: bool,
}

impl Disconnect {
    /// Stops the session of that client, which has that handle; [`GLOBAL_HANDLE`] stops whatever there is, and keeps the modem
    /// from starting it again by itself.
    #[must_use]
    pub const fn new(instance: u8, handle: u32) -> Self {
        Self { instance, handle, disable: handle == GLOBAL_HANDLE }
    }
}

impl Request for Disconnect {
    fn write<'b>(&self, mut message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        message.put_bytes(0x01, &self.handle.to_le_bytes());
        if self.disable {
            put_byte(&mut message, 0x10, 1);
        }
        message.finish()
    }
}

impl Procedure for Disconnect {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        use ProtocolError as Error;
        let message = MessageId::of::<wds::stop_network::Message>();
        match outcome {
            Outcome::Begin => Step::Ask(Question::new(message, self).by(self.instance)),
            Outcome::Answer(_) => Step::Done,
            Outcome::Refused(
                Error::NO_EFFECT | Error::INVALID_HANDLE | Error::OUT_OF_CALL | Error::INVALID_CLIENT_ID,
                _,
            ) => Step::Done,
            outcome => fail(message, outcome),
        }
    }
}

/// What an IPv4 session is configured with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv4Settings {
    /// Own address.
    pub address: Ipv4Addr,
    /// Length of the prefix; 32, with the gateway on the link, if the modem told no mask.
    pub prefix_length: u8,
    /// The way to the network.
    pub gateway: Option<Ipv4Addr>,
    /// Name servers.
    pub dns: [Option<Ipv4Addr>; 2],
}

/// What an IPv6 session is configured with. The octets of the addresses stay in the answer; `Ipv6Addr::from` makes one of
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ipv6Settings<'a> {
    /// Own address.
    pub address: &'a [u8; 16],
    /// Length of the prefix.
    pub prefix_length: u8,
    /// The way to the network.
    pub gateway: Option<&'a [u8; 16]>,
    /// Name servers.
    pub dns: [Option<&'a [u8; 16]>; 2],
}

/// What a session is configured with: of one family only, or of none, if the modem does not tell. A view of the answer to
/// Get Current Settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings<'a>(TlvSet<'a>);

impl<'a> Settings<'a> {
    /// The numbers of the TLVs that are read here, and how long they are at least.
    const FIELDS: [(u8, u8); 10] = [
        (0x15, 4),
        (0x16, 4),
        (0x1e, 4),
        (0x20, 4),
        (0x21, 4),
        (0x25, 16),
        (0x26, 16),
        (0x27, 16),
        (0x28, 16),
        (0x29, 4),
    ];

    /// A view of an answer.
    ///
    /// # Errors
    ///
    /// [`DecodeError`]: the first of its fields that cannot be read.
    #[inline(never)]
    pub fn new(tlvs: TlvSet<'a>) -> Result<Self, DecodeError> {
        for (tlv, length) in Self::FIELDS {
            if tlvs.find(tlv).is_some_and(|value| value.len() < length.into()) {
                return Err(broken(tlvs, tlv, DecodeErrorKind::OutOfBounds, 0));
            }
        }
        Ok(Self(tlvs))
    }

    /// Those of IPv4.
    #[must_use]
    pub fn ipv4(&self) -> Option<Ipv4Settings> {
        // Addresses come as numbers.
        let address = |number| self.word(number).map(Ipv4Addr::from_bits);
        Some(Ipv4Settings {
            address: address(0x1e)?,
            prefix_length: self.word(0x21).map_or(32, prefix_length),
            gateway: address(0x20),
            dns: [address(0x15), address(0x16)],
        })
    }

    /// Those of IPv6.
    #[must_use]
    pub fn ipv6(&self) -> Option<Ipv6Settings<'a>> {
        Some(Ipv6Settings {
            address: self.octets(0x25)?,
            prefix_length: self.0.find(0x25).and_then(|value| value.get(16)).copied().unwrap_or(64),
            gateway: self.octets(0x26),
            dns: [self.octets(0x27), self.octets(0x28)],
        })
    }

    /// The longest packet, in bytes.
    #[must_use]
    pub fn mtu(&self) -> Option<u32> {
        self.word(0x29)
    }

    /// A number; modems send zero for what they do not know.
    #[inline(never)]
    fn word(&self, number: u8) -> Option<u32> {
        self.0.find(number)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes)).filter(|word| *word != 0)
    }

    /// An address of IPv6; the same with it.
    #[inline(never)]
    fn octets(&self, number: u8) -> Option<&'a [u8; 16]> {
        self.0.find(number)?.first_chunk().filter(|octets| u128::from_ne_bytes(**octets) != 0)
    }
}

/// The leading ones of a mask.
fn prefix_length(mask: u32) -> u8 {
    u8::try_from(mask.leading_ones()).unwrap_or(32)
}

/// Asks what a session is configured with; [`Settings`] reads the answer.
#[derive(Clone, Copy, Debug)]
pub struct ReadSettings {
    instance: u8,
}

impl ReadSettings {
    /// Asks for the session of that client.
    #[must_use]
    pub const fn new(instance: u8) -> Self {
        Self { instance }
    }
}

impl Request for ReadSettings {
    fn write<'b>(&self, mut message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        use wds::RequestedSettings as Wanted;
        let wanted = Wanted::DNS_ADDRESS | Wanted::IP_ADDRESS | Wanted::GATEWAY_INFO | Wanted::MTU | Wanted::IP_FAMILY;
        // What the builder's one method does.
        message.put_bytes(0x10, &wanted.bits().to_le_bytes());
        message.finish()
    }
}

impl Procedure for ReadSettings {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = MessageId::of::<wds::get_current_settings::Message>();
        match outcome {
            Outcome::Begin => Step::Ask(Question::new(message, self).by(self.instance)),
            Outcome::Answer(_) => Step::Done,
            outcome => fail(message, outcome),
        }
    }
}

/// Asks a client whether its session is up. What another client started, or the modem by itself, does not show.
#[derive(Clone, Copy, Debug)]
pub struct SessionStatus {
    instance: u8,
    status: wds::ConnectionStatus,
}

impl SessionStatus {
    /// Asks that client.
    #[must_use]
    pub const fn new(instance: u8) -> Self {
        Self { instance, status: wds::ConnectionStatus::UNKNOWN }
    }

    /// The status; without a session, or without the client, it is disconnected.
    #[must_use]
    pub const fn status(&self) -> wds::ConnectionStatus {
        self.status
    }

    /// Whether the session is up, be it suspended.
    #[must_use]
    pub const fn is_connected(&self) -> bool {
        matches!(self.status, wds::ConnectionStatus::CONNECTED | wds::ConnectionStatus::SUSPENDED)
    }
}

impl Procedure for SessionStatus {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = MessageId::of::<wds::get_packet_service_status::Message>();
        match outcome {
            Outcome::Begin => {
                self.status = wds::ConnectionStatus::UNKNOWN;
                Step::Ask(Question::new(message, &Empty).by(self.instance))
            }
            Outcome::Answer(tlvs) => {
                match wds::get_packet_service_status::Response::from_tlvs(tlvs).connection_status() {
                    Ok(status) => {
                        self.status = status;
                        Step::Done
                    }
                    Err(error) => decode(error),
                }
            }
            Outcome::Refused(ProtocolError::OUT_OF_CALL | ProtocolError::INVALID_CLIENT_ID, _) => {
                self.status = wds::ConnectionStatus::DISCONNECTED;
                Step::Done
            }
            outcome => fail(message, outcome),
        }
    }
}

/// Whether a session carries data, as far as the modem can say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct DataStatus {
    /// What its own client says.
    pub connected: bool,
    /// It is configured: a session without an address carries nothing.
    pub configured: bool,
    /// The modem is registered and attached to packet service: without, the network has dropped the session, which the
    /// modem may not have noticed.
    pub attached: bool,
    /// Bytes that came in since it was started, if the modem counts.
    pub received: Option<u64>,
    /// Bytes that went out.
    pub sent: Option<u64>,
}

impl DataStatus {
    /// Whether nothing speaks against the session. A session can be dead all the same: then `received` stands still while
    /// `sent` grows.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        self.connected && self.configured && self.attached
    }
}

/// Finds out whether a session carries data. Modems say "connected" of sessions that the network has dropped, and
/// "disconnected" to clients that did not start them; so this asks the session's own client, its settings, the
/// registration and the counters.
#[derive(Clone, Copy, Debug)]
pub struct CheckSession {
    instance: u8,
    status: DataStatus,
    at: u8,
}

impl CheckSession {
    /// Checks the session of that client.
    #[must_use]
    pub fn new(instance: u8) -> Self {
        Self { instance, status: DataStatus::default(), at: 0 }
    }

    /// What was found out.
    #[must_use]
    pub const fn status(&self) -> DataStatus {
        self.status
    }
}

/// Asks for the bytes that were counted.
struct Count;

impl Request for Count {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = wds::get_packet_statistics::RequestBuilder::continuing(message);
        request.mask(wds::PacketStatisticsMaskFlag::TX_BYTES_OK | wds::PacketStatisticsMaskFlag::RX_BYTES_OK);
        request.finish()
    }
}

impl Procedure for CheckSession {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let serving = MessageId::of::<qmi_wire::service::nas::get_serving_system::Message>();
        let status = &mut self.status;
        match (outcome, self.at) {
            (Outcome::Begin, _) => *self = Self { at: 0, ..Self::new(self.instance) },
            (Outcome::Answer(tlvs), 0) => {
                let answer = wds::get_packet_service_status::Response::from_tlvs(tlvs).connection_status();
                status.connected =
                    matches!(answer, Ok(wds::ConnectionStatus::CONNECTED | wds::ConnectionStatus::SUSPENDED));
                self.at = 1;
            }
            (Outcome::Answer(tlvs), 1) => {
                let settings = Settings::new(tlvs);
                status.configured = settings.is_ok_and(|told| told.ipv4().is_some() || told.ipv6().is_some());
                self.at = 2;
            }
            (Outcome::Answer(tlvs), 2) => {
                let serving = super::network::Registration::from_serving_system(tlvs);
                status.attached = serving.is_ok_and(|serving| serving.is_registered() && serving.attached);
                self.at = 3;
            }
            (Outcome::Answer(tlvs), _) => {
                let answer = wds::get_packet_statistics::Response::from_tlvs(tlvs);
                status.received = answer.rx_bytes_ok().ok().flatten();
                status.sent = answer.tx_bytes_ok().ok().flatten();
                return Step::Done;
            }
            // What is refused does not speak for the session.
            (Outcome::Refused(..), 3) => return Step::Done,
            (Outcome::Refused(..), _) => self.at = self.at.saturating_add(1),
            (outcome, _) => return fail(serving, outcome),
        }
        let question = match self.at {
            0 => Question::new(MessageId::of::<wds::get_packet_service_status::Message>(), &Empty),
            1 => Question::new(
                MessageId::of::<wds::get_current_settings::Message>(),
                &const { ReadSettings { instance: 0 } },
            ),
            2 => return super::ask(serving, &Empty),
            _ => Question::new(MessageId::of::<wds::get_packet_statistics::Message>(), &Count),
        };
        Step::Ask(question.by(self.instance))
    }
}

/// Why a session ended, from its indication; `None` if it is up, or this is another indication.
#[must_use]
pub fn session_end(told: &crate::session::qmi::Indication<'_>) -> Option<EndReason> {
    told.read::<wds::packet_service_status_indication::Message>()?;
    let status = told.tlvs.find(0x01)?.first()?;
    (*status == wds::ConnectionStatus::DISCONNECTED.0).then(|| EndReason::new(told.tlvs))
}
