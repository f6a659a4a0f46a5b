//! WDS: data sessions, their settings and counters, profiles.
//!
//! | file | holds |
//! |---|---|
//! | `mod` (here) | the table, what is kept for a client, bindings, registrations |
//! | `session` | starting and stopping |
//! | `settings` | addresses, counters, rates, rest, of the session that a client has |
//! | `profile` | profiles, which are the model's contexts; attaching; connecting by itself |
//! | `report` | what clients are told unasked |
//! | `words` | QMI's words for what the model says |
//!
//! A client has at most one session, of one IP version on one channel of the data path. A session that the modem began by
//! itself is every client's that is for its IP version and channel and has no session of its own.

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{DataEndpointType, Service as Wire, SubscriptionType, wds::*};

use super::{SIERRA, Served, Service, State, always};
use crate::device::modem::Modem;
use crate::device::modem::bearer::{IpKind, SessionState};
use crate::device::modem::event::Origin;
use crate::device::modem::network::Technologies;
use crate::device::qmi::call::{Call, Outcome, Refused, Step, supported};

mod profile;
mod report;
mod session;
mod settings;
mod words;

pub(in crate::device::qmi) static SERVICE: Service = Service {
    service: Wire::WDS,
    version: (1, 67),
    messages: &[
        Served::of::<reset::Message>(forget),
        Served::of::<set_event_report::Message>(report::set_event_report),
        Served::of::<abort::Message>(session::abort_start),
        Served::of::<indication_register::Message>(register),
        Served::of::<get_supported_messages::Message>(supported),
        Served::of::<start_network::Message>(session::start),
        Served::of::<stop_network::Message>(session::stop),
        Served::of::<get_packet_service_status::Message>(session::status),
        Served::of::<get_channel_rates::Message>(settings::channel_rates),
        Served::of::<get_packet_statistics::Message>(settings::statistics),
        Served::of::<go_dormant::Message>(settings::dormant),
        Served::of::<go_active::Message>(settings::active),
        Served::of::<create_profile::Message>(profile::create),
        Served::of::<modify_profile::Message>(profile::modify),
        Served::of::<delete_profile::Message>(profile::delete),
        Served::of::<get_profile_list::Message>(profile::list),
        Served::of::<get_profile_settings::Message>(profile::settings),
        Served::of::<get_default_settings::Message>(profile::defaults),
        Served::of::<get_current_settings::Message>(settings::current),
        Served::of::<get_dormancy_status::Message>(settings::dormancy),
        Served::of::<get_autoconnect_settings::Message>(profile::autoconnect),
        Served::of::<get_data_bearer_technology::Message>(settings::bearer_technology),
        Served::of::<get_current_data_bearer_technology::Message>(settings::current_bearer_technology),
        Served::of::<get_default_profile_number::Message>(profile::default_number),
        Served::of::<set_default_profile_number::Message>(profile::set_default_number),
        Served::of::<set_ip_family::Message>(set_family),
        Served::of::<set_autoconnect_settings::Message>(profile::set_autoconnect),
        Served::of::<get_pdn_throttle_info::Message>(settings::throttles),
        Served::of::<get_lte_attach_parameters::Message>(profile::attach_parameters),
        Served::of::<bind_data_port::Message>(bind_port),
        Served::of::<get_max_lte_attach_pdn_number::Message>(profile::attach_limit),
        Served::of::<set_lte_attach_pdn_list::Message>(profile::set_attach_list),
        Served::of::<get_lte_attach_pdn_list::Message>(profile::attach_list),
        Served::of::<bind_mux_data_port::Message>(bind_mux),
        Served::of::<configure_profile_event_list::Message>(profile::watch),
        Served::of::<bind_subscription::Message>(subscribe),
        Served::of::<get_bind_subscription::Message>(subscription),
        Served { vendor: Some(SIERRA), ..Served::of::<swi_create_profile_indexed::Message>(profile::create_indexed) },
    ],
    offered: always,
    client: || State::from(Client::default()),
    released: session::released,
    tell: report::tell,
};

/// The handle of the session that the modem began by itself, and of whatever stands in a client's way.
const GLOBAL: u32 = u32::MAX;

/// Profiles whose changes a client can ask for.
const WATCHED: usize = 16;

/// The session of a client.
#[derive(Clone, Copy, Debug)]
struct Mine {
    /// Its number in the model.
    session: u8,
    handle: u32,
    family: IpFamily,
    /// It has been active.
    is_up: bool,
    /// The client has asked for its end.
    stopping: bool,
    /// For the device itself, not for the host.
    embedded: bool,
}

/// What is known of a session that is over.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    handle: Option<u32>,
    tx: u64,
    rx: u64,
    technology: Option<Technologies>,
}

/// What is kept for a client.
#[derive(Clone, Debug)]
pub(in crate::device::qmi) struct Client {
    family: IpFamily,
    /// Channel of the data path; 0: the one without a number.
    channel: u8,
    subscription: SubscriptionType,
    mine: Option<Mine>,
    last: Last,
    /// It has been told that the modem's own session is up.
    told_up: bool,
    reports: report::Reports,
    /// Changes of addresses are told.
    tells_settings: bool,
    /// Changes of all profiles are told.
    tells_profiles: bool,
    watched: Vec<ProfileEventRegistration, WATCHED>,
    /// Addresses as they were told last.
    digest: settings::Digest,
}

impl Default for Client {
    fn default() -> Self {
        Self {
            family: IpFamily::UNSPECIFIED,
            channel: 0,
            subscription: SubscriptionType::DEFAULT,
            mine: None,
            last: Last::default(),
            told_up: false,
            reports: report::Reports::default(),
            tells_settings: false,
            tells_profiles: false,
            watched: Vec::new(),
            digest: settings::Digest::default(),
        }
    }
}

impl Client {
    /// Whether a session of those address families is for this client's IP version.
    fn is_for(&self, ip: IpKind) -> bool {
        match self.family {
            IpFamily::IPV4 => ip.has_v4(),
            IpFamily::IPV6 => ip.has_v6(),
            _ => true,
        }
    }

    /// The session that the modem began by itself, if it is this client's too.
    fn global(&self, modem: &Modem) -> Option<u8> {
        let session = modem.own_session().filter(|_| self.mine.is_none())?;
        let status = modem.session(session.into()).ok()?;
        let here = modem.session_origin(session)?.channel == self.channel;
        (here && self.is_for(status.ip)).then_some(session)
    }

    /// The active session that this client can ask about.
    fn session(&self, modem: &Modem) -> Option<u8> {
        let session = self.mine.map(|mine| mine.session).or_else(|| self.global(modem))?;
        modem.session(session.into()).ok().filter(|status| status.state == SessionState::Active)?;
        Some(session)
    }

    /// Its IP version, where a session of those address families has one.
    fn family_of(&self, ip: IpKind) -> IpFamily {
        match self.mine.map_or(self.family, |mine| mine.family) {
            family @ (IpFamily::IPV4 | IpFamily::IPV6) => family,
            _ if ip.has_v4() => IpFamily::IPV4,
            _ => IpFamily::IPV6,
        }
    }
}

/// The active session that the client can ask about.
fn session_of(call: &mut Call<'_, '_>) -> Result<u8, Refused> {
    let client = call.core.clients.get(call.asked.service, call.asked.client);
    let client = client.and_then(|client| <Client as super::Kept>::of(&mut client.state));
    let session = client.and_then(|client| client.session(call.modem));
    session.ok_or(Refused(ProtocolError::OUT_OF_CALL))
}

/// Ends registrations and choices; the session and what it is bound to stay.
fn forget(call: &mut Call<'_, '_>) -> Outcome {
    report::stop_counting(call);
    let client = call.state::<Client>()?;
    *client = Client {
        family: if client.mine.is_some() { client.family } else { IpFamily::UNSPECIFIED },
        channel: client.channel,
        subscription: client.subscription,
        mine: client.mine,
        last: client.last,
        told_up: client.told_up,
        digest: client.digest,
        ..Client::default()
    };
    Ok(Step::Success)
}

fn register(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<indication_register::Message>();
    let settings = request.report_extended_ip_configuration_change()?;
    let profiles = request.report_profile_changes()?;
    let client = call.state::<Client>()?;
    client.tells_settings = settings.unwrap_or(client.tells_settings);
    client.tells_profiles = profiles.unwrap_or(client.tells_profiles);
    Ok(Step::Success)
}

/// A choice that cannot be made while the client has a session.
fn is_free(client: &Client) -> Result<(), Refused> {
    match client.mine {
        None => Ok(()),
        Some(_) => Err(Refused(ProtocolError::INCOMPATIBLE_STATE)),
    }
}

fn set_family(call: &mut Call<'_, '_>) -> Outcome {
    let family = session::family(call.request::<set_ip_family::Message>().preference()?.value)?;
    let client = call.state::<Client>()?;
    if client.family != family {
        is_free(client)?;
        client.family = family;
    }
    Ok(Step::Success)
}

fn bind(call: &mut Call<'_, '_>, channel: u8) -> Outcome {
    let client = call.state::<Client>()?;
    if client.channel == channel {
        return Err(Refused(ProtocolError::NO_EFFECT));
    }
    is_free(client)?;
    client.channel = channel;
    Ok(Step::Success)
}

/// The ports of the older data path are channels from 1 on, but for the first one, which needs no number.
fn bind_port(call: &mut Call<'_, '_>) -> Outcome {
    let port = call.request::<bind_data_port::Message>().data_port()?;
    let invalid = Refused(ProtocolError::INVALID_ARGUMENT);
    let channel = match port {
        SioPort::NONE => 0,
        port if port.name().is_some() => {
            u8::try_from(port.0.saturating_sub(SioPort::A2_MUX_RMNET0.0)).map_err(|_| invalid)?
        }
        _ => return Err(invalid),
    };
    bind(call, channel)
}

fn bind_mux(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<bind_mux_data_port::Message>();
    let (endpoint, channel, kind) = (request.endpoint_info()?, request.mux_id()?, request.client_type()?);
    let is_known = |endpoint: EndpointInfo| {
        endpoint.endpoint_type.name().is_some() && endpoint.endpoint_type != DataEndpointType::UNKNOWN
    };
    if endpoint.is_none() && channel.is_none() {
        return Err(Refused(ProtocolError::MISSING_ARGUMENT));
    }
    if endpoint.is_some_and(|endpoint| !is_known(endpoint)) {
        return Err(Refused(ProtocolError::INTERFACE_NOT_FOUND));
    }
    let channel = channel.unwrap_or(0);
    if channel == u8::MAX || kind.is_some_and(|kind| kind.name().is_none()) {
        return Err(Refused(ProtocolError::INVALID_ARGUMENT));
    }
    bind(call, channel)
}

/// Of several cards, one is in use: all that a client can be bound to.
pub(super) fn one_subscription(subscription: SubscriptionType) -> Result<(), Refused> {
    match subscription {
        SubscriptionType::DEFAULT | SubscriptionType::PRIMARY | SubscriptionType::ANY => Ok(()),
        known if known.name().is_some() => Err(Refused(ProtocolError::NO_SUBSCRIPTION)),
        _ => Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    }
}

fn subscribe(call: &mut Call<'_, '_>) -> Outcome {
    let subscription = call.request::<bind_subscription::Message>().subscription_id()?;
    one_subscription(subscription)?;
    call.state::<Client>()?.subscription = subscription;
    Ok(Step::Success)
}

fn subscription(call: &mut Call<'_, '_>) -> Outcome {
    let subscription = call.state::<Client>()?.subscription;
    call.answer::<get_bind_subscription::Message>(|r, _| {
        r.subscription_id(subscription);
    })
}

/// Whether a session of the model belongs to this face: one of its clients' or the modem's own.
fn is_ours(modem: &Modem, session: u8, face: Origin) -> bool {
    modem.session_owner(session).is_some_and(|owner| owner == face || owner == Origin::WORLD)
}
