//! Starting and stopping sessions.
//!
//! What stands in a client's way, a session of the same IP version on the same channel, makes a start fail: with NO_EFFECT
//! if it is what the client asks for, with POLICY_MISMATCH if not. It is another client's, whose host may have gone without
//! a word, or the modem's own. Stopping the handle 0xFFFFFFFF ends it, whoever began it.

use core::net::{Ipv4Addr, Ipv6Addr};

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::wds::*;
use qmi_wire::text::Rest;

use super::super::Kept;
use super::words::{Why, auth};
use super::{Client, GLOBAL, Last, Mine, is_ours};
use crate::device::modem::bearer::{Auth, Context, ContextRequest, IpKind, SESSIONS, SessionState};
use crate::device::modem::event::Origin;
use crate::device::modem::network::RegistrationState;
use crate::device::modem::profile::{Autoconnect, AutoconnectMode, Usage};
use crate::device::modem::{Failure, Modem, Text};
use crate::device::qmi::call::{Call, Outcome, Refused, Released, Step};

/// IP versions that a session can have; a session has one.
pub(super) fn family(family: IpFamily) -> Result<IpFamily, Refused> {
    match family {
        IpFamily::IPV4 | IpFamily::IPV6 | IpFamily::UNSPECIFIED => Ok(family),
        _ => Err(Refused(ProtocolError::INVALID_IP_FAMILY_PREFERENCE)),
    }
}

fn stored<const N: usize>(from: Rest<'_>) -> Result<Text<N>, Refused> {
    let text = from.to_str().ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    Text::try_from(text).map_err(|_| Refused(ProtocolError::ARGUMENT_TOO_LONG))
}

/// A session that is asked for.
struct Wanted {
    context: Context,
    family: IpFamily,
    auth: Option<Authentication>,
    embedded: bool,
    dns4: Vec<Ipv4Addr, 2>,
    dns6: Vec<Ipv6Addr, 2>,
}

/// What is asked for: a profile, and what is named beside it.
fn wanted(call: &Call<'_, '_>, own: IpFamily) -> Result<Result<Wanted, Why>, Refused> {
    let request = call.request::<start_network::Message>();
    let apn = request.apn()?.map(stored::<100>).transpose()?;
    let user = request.username()?.map(stored::<64>).transpose()?;
    let password = request.password()?.map(stored::<64>).transpose()?;
    let auth_wanted = request.authentication_preference()?;
    let technology = request.technology_preference()?;
    let extended = request.extended_technology_preference()?;
    let embedded = match request.call_type()? {
        None | Some(CallType::LAPTOP) => false,
        Some(CallType::EMBEDDED) => true,
        Some(_) => return Err(Refused(ProtocolError::INVALID_ARGUMENT)),
    };
    if technology.is_some_and(|technology| !technology.contains(TechnologyPreference::ALLOW3GPP))
        || extended == Some(ExtendedTechnologyPreference::CDMA)
    {
        return Err(Refused(ProtocolError::INVALID_TECHNOLOGY_PREFERENCE));
    }
    let family = match request.ip_family_preference()? {
        Some(wanted) => family(wanted.value)?,
        None => own,
    };
    let invalid = Refused(ProtocolError::INVALID_PROFILE);
    let mut context = match (request.profile_index_3gpp()?, request.profile_index_3gpp2()?) {
        (Some(index), _) => call.modem.context(index.into()).ok_or(invalid)?.clone(),
        (None, Some(_)) => return Err(invalid),
        (None, None) if apn.is_none() => {
            let usage = if embedded { Usage::Embedded } else { Usage::Tethered };
            let id = call.modem.default_context(usage);
            call.modem.context(id).cloned().unwrap_or_default()
        }
        (None, None) => Context { roaming: ANYWHERE, ..Context::default() },
    };
    if let Some(why) = barred(call.modem, &context) {
        return Ok(Err(why));
    }
    if let Some(apn) = apn {
        context.apn = apn;
    }
    if let Some(user) = user {
        context.user = user;
    }
    if let Some(password) = password {
        context.password = password;
    }
    let noted = super::profile::noted_authentication(call.modem, &context);
    let auth = auth_wanted.or(noted);
    // Name servers are a preference: the network has the last word.
    let (mut dns4, dns6) = super::profile::noted_name_servers(call.modem, context.id);
    let asked = [request.primary_dns_address_preference()?, request.secondary_dns_address_preference()?];
    if asked.iter().any(Option::is_some) {
        let asked = asked.into_iter().flatten().map(|server| server.0);
        dns4 = crate::device::collect(asked.filter(|server| !server.is_unspecified()));
    }
    Ok(Ok(Wanted { context, family, auth, embedded, dns4, dns6 }))
}

/// The model's number for contexts that can be used everywhere.
pub(super) const ANYWHERE: u32 = 6;
/// The model's number for contexts that can be used in the home network only.
pub(super) const AT_HOME: u32 = 0;

/// Why a stored context cannot be used now.
fn barred(modem: &Modem, context: &Context) -> Option<Why> {
    use VerboseCallEndReasonInternal as Internal;
    let away = matches!(modem.registration().state, RegistrationState::Partner | RegistrationState::Roaming);
    if context.disabled {
        Some(Why::internal(CallEndReason::GENERIC_INTERNAL_ERROR, Internal::APN_DISABLED))
    } else if context.id != 0 && context.roaming == AT_HOME && away {
        Some(Why::internal(CallEndReason::GENERIC_NO_SERVICE, Internal::APN_DISALLOWED_ON_ROAMING))
    } else {
        None
    }
}

/// How to authenticate: as the host says; of both, as the access point wants it.
fn presented(modem: &mut Modem, wanted: &Wanted) -> Auth {
    let Some(preference) = wanted.auth else {
        return wanted.context.auth;
    };
    let both = Authentication::PAP | Authentication::CHAP;
    let apn = &wanted.context.apn;
    let asks_pap = |auth: Auth| preference.contains(both) && auth == Auth::Pap;
    let point = modem.access_points().iter().find(|point| apn.is_empty() || point.name.eq_ignore_ascii_case(apn));
    let asked = point.and_then(|point| point.credentials.as_ref()).map_or(Auth::None, |wants| wants.auth);
    if asks_pap(asked) { Auth::Pap } else { auth(preference) }
}

/// Address families that a session of that IP version has.
fn ip_kind(family: IpFamily, context: &Context) -> IpKind {
    match family {
        IpFamily::IPV4 => IpKind::V4,
        IpFamily::IPV6 => IpKind::V6,
        _ if context.id != 0 && context.ip == IpKind::V6 => IpKind::V6,
        _ => IpKind::V4,
    }
}

/// Sessions of one IP version on one channel that are not over.
fn in_the_way(modem: &Modem, face: Origin, channel: u8, ip: Option<IpKind>) -> Vec<u8, SESSIONS> {
    let overlaps = |status: IpKind| match ip {
        None => true,
        Some(ip) => ip.has_v4() && status.has_v4() || ip.has_v6() && status.has_v6(),
    };
    let found = modem.sessions().filter(|status| {
        let here = modem.session_origin(status.session).is_some_and(|origin| origin.channel == channel);
        here && overlaps(status.ip) && is_ours(modem, status.session, face)
    });
    crate::device::collect(found.map(|status| status.session))
}

/// What is there is going down.
const CLOSING: Why =
    Why::internal(CallEndReason::GENERIC_CLOSE_IN_PROGRESS, VerboseCallEndReasonInternal::CLOSE_IN_PROGRESS);

fn failed(call: &mut Call<'_, '_>, why: Why) -> Outcome {
    call.refuse::<start_network::Message>(ProtocolError::CALL_FAILED, |r, _| {
        r.call_end_reason(why.reason).verbose_call_end_reason(why.verbose());
    })
}

pub(super) fn start(call: &mut Call<'_, '_>) -> Outcome {
    let autoconnect = call.request::<start_network::Message>().enable_autoconnect()?;
    let client = call.state::<Client>()?;
    let (own, channel, mine) = (client.family, client.channel, client.mine);
    let wanted = match wanted(call, own)? {
        Ok(wanted) => wanted,
        Err(why) => return failed(call, why),
    };
    match mine {
        Some(Mine { is_up: true, stopping: false, .. }) => return Err(Refused(ProtocolError::NO_EFFECT)),
        Some(Mine { stopping: true, .. }) => {
            return failed(call, CLOSING);
        }
        Some(_) => {
            let reason = CallEndReason::GENERIC_ACCESS_ATTEMPT_IN_PROGRESS;
            return failed(call, Why::manager(reason, VerboseCallEndReasonCm::ACCESS_ATTEMPT_IN_PROGRESS));
        }
        None => {}
    }
    let (now, face) = (call.now, call.origin());
    let ip = ip_kind(wanted.family, &wanted.context);
    if let Some(other) = in_the_way(call.modem, face, channel, Some(ip)).first() {
        if call.modem.session((*other).into())?.state == SessionState::Deactivating {
            return failed(call, CLOSING);
        }
        let same = call.modem.session_apn(*other).eq_ignore_ascii_case(&wanted.context.apn);
        return Err(Refused(if same { ProtocolError::NO_EFFECT } else { ProtocolError::POLICY_MISMATCH }));
    }
    let session = call.modem.free_session().ok_or(Refused(ProtocolError::INSUFFICIENT_RESOURCES))?;
    let by = if autoconnect == Some(true) { Origin::WORLD } else { face };
    let auth = presented(call.modem, &wanted);
    let request = ContextRequest {
        session: session.into(),
        apn: &wanted.context.apn,
        user: &wanted.context.user,
        password: &wanted.context.password,
        auth,
        ip,
        channel,
        context: wanted.context.id,
        dns4: &wanted.dns4,
        dns6: &wanted.dns6,
        ..ContextRequest::default()
    };
    let ticket = match call.modem.request_activation(now, by, &request) {
        Ok(ticket) => ticket,
        Err(failure) => return start_failed(call, failure),
    };
    let handle = match autoconnect {
        Some(true) => GLOBAL,
        _ => call.shared().new_handle(),
    };
    if let Some(on) = autoconnect {
        let mode = if on { AutoconnectMode::On } else { AutoconnectMode::Off };
        let autoconnect = Autoconnect { mode, ..call.modem.autoconnect() };
        call.modem.set_autoconnect(now, autoconnect);
    }
    let family = if ip == IpKind::V6 { IpFamily::IPV6 } else { IpFamily::IPV4 };
    let mine = Mine { session, handle, family, is_up: false, stopping: false, embedded: wanted.embedded };
    call.state::<Client>()?.mine = Some(mine);
    call.wait(ticket, handle, started)
}

fn start_failed(call: &mut Call<'_, '_>, failure: Failure) -> Outcome {
    let why = Why::of_start(failure)?;
    failed(call, why)
}

/// The modem has begun the session, or has not.
fn started(call: &mut Call<'_, '_>, handle: u32, outcome: Result<(), Failure>) -> Outcome {
    if let Err(failure) = outcome {
        call.state::<Client>()?.mine = None;
        return start_failed(call, failure);
    }
    let answered = call.answer::<start_network::Message>(|r, _| {
        r.packet_data_handle(handle);
    });
    if let Some(mine) = &mut call.state::<Client>()?.mine {
        mine.is_up = true;
        let family = mine.family;
        call.indicate::<packet_service_status_indication::Message>(|r, _| super::report::connected(r, family, false));
    }
    answered
}

/// A request to start can be called off, and no other.
pub(super) fn abort_start(call: &mut Call<'_, '_>) -> Outcome {
    const START: u16 = <start_network::Message as qmi_wire::Message>::ID;
    let transaction = call.request::<abort::Message>().transaction_id()?;
    let (service, client) = (call.asked.service, call.client());
    // What is done later for a client may have begun with a request of the same number.
    let mut pending = call.core.pending.iter().filter(|pending| pending.owed).map(|pending| pending.asked);
    let victim =
        pending.find(|asked| (asked.service, asked.client, asked.transaction) == (service, client, transaction));
    match victim {
        None => Err(Refused(ProtocolError::INVALID_TRANSACTION_ID)),
        Some(asked) if asked.id != START => Err(Refused(ProtocolError::UNABORTABLE_TRANSACTION)),
        Some(_) => {
            call.abort(transaction);
            call.state::<Client>()?.mine = None;
            Ok(Step::Success)
        }
    }
}

pub(super) fn stop(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<stop_network::Message>();
    let (handle, disable) = (request.packet_data_handle()?, request.disable_autoconnect()? == Some(true));
    let (now, face) = (call.now, call.origin());
    let was_on = call.modem.autoconnect().mode != AutoconnectMode::Off;
    if disable && was_on {
        let autoconnect = Autoconnect { mode: AutoconnectMode::Off, ..call.modem.autoconnect() };
        call.modem.set_autoconnect(now, autoconnect);
    }
    let client = call.state::<Client>()?;
    let (mine, last, channel) = (client.mine, client.last, client.channel);
    let ip = match client.family {
        IpFamily::IPV4 => Some(IpKind::V4),
        IpFamily::IPV6 => Some(IpKind::V6),
        _ => None,
    };
    let session = match mine {
        Some(mine) if handle == mine.handle || handle == GLOBAL => mine.session,
        _ if handle == GLOBAL => {
            let others = in_the_way(call.modem, face, channel, ip);
            let Some((first, others)) = others.split_first() else {
                // With the modem's own will to connect there was something to stop.
                let effect = disable && was_on;
                return if effect { Ok(Step::Success) } else { Err(Refused(ProtocolError::NO_EFFECT)) };
            };
            for other in others {
                call.modem.drop_session(now, face, *other);
            }
            *first
        }
        _ if last.handle == Some(handle) => return Err(Refused(ProtocolError::NO_EFFECT)),
        _ => return Err(Refused(ProtocolError::INVALID_HANDLE)),
    };
    if let Some(mine) = &mut call.state::<Client>()?.mine {
        mine.stopping = true;
    }
    let ticket = call.modem.request_deactivation(now, face, session.into());
    // It goes down already.
    let ticket = ticket.map_err(|_| Refused(ProtocolError::NO_EFFECT))?;
    call.wait(ticket, 0, |_, _, outcome| match outcome {
        Ok(()) => Ok(Step::Success),
        Err(failure) => Err(failure.into()),
    })
}

pub(super) fn status(call: &mut Call<'_, '_>) -> Outcome {
    let client = call.core.clients.get(call.asked.service, call.asked.client);
    let client = client.and_then(|client| Client::of(&mut client.state));
    let client = client.ok_or(Refused(ProtocolError::INVALID_CLIENT_ID))?;
    let session = client.mine.map(|mine| mine.session).or_else(|| client.global(call.modem));
    let state = session.and_then(|session| call.modem.session(session.into()).ok()).map(|status| status.state);
    let status = match state {
        Some(SessionState::Active | SessionState::Deactivating) => ConnectionStatus::CONNECTED,
        Some(SessionState::Activating) => ConnectionStatus::AUTHENTICATING,
        _ => ConnectionStatus::DISCONNECTED,
    };
    call.answer::<get_packet_service_status::Message>(|r, _| {
        r.connection_status(status);
    })
}

/// The client's session ends with it, unless it has become the modem's own.
pub(super) fn released(gone: &mut Released<'_>) {
    let (now, face) = (gone.now, gone.config.origin);
    let Some(Mine { session, .. }) = gone.state::<Client>().and_then(|client| client.mine) else {
        return;
    };
    if gone.modem.session_owner(session) == Some(face) {
        gone.modem.drop_session(now, face, session);
    }
}

impl Client {
    /// The session is over: what can still be asked about it is kept.
    pub(super) fn ended(&mut self, modem: &Modem, session: u8) {
        let traffic = modem.session_statistics(session);
        self.last = Last {
            handle: self.mine.map(|mine| mine.handle).or(self.last.handle),
            tx: traffic.out_octets,
            rx: traffic.in_octets,
            technology: self.last.technology,
        };
        self.mine = None;
        self.told_up = false;
    }
}
