//! The packet domain: contexts, attaching, activating, addresses, data (3GPP TS 27.007 §10).

use core::fmt::Write as _;
use core::net::{Ipv4Addr, Ipv6Addr};

use at_wire::command::packet as wire;
use at_wire::parameter::{Fields, LineWriter, Str};
use at_wire::policy::Form;
use at_wire::result::FinalResult;
use heapless::Vec;

use super::super::Online;
use super::super::call::{Call, On, Outcome, Step, Then, Wait};
use super::super::failure::{INVALID, NOT_ALLOWED, NOT_SUPPORTED, Refused, of_session};
use super::super::tell::Tell;
use super::Served;
use crate::device::grouped;
use crate::device::modem::bearer::{
    Auth, CONTEXTS, Context, ContextRequest, IpConfiguration, IpKind, Purpose, SessionState,
};
use crate::device::modem::event::{Change, Origin};
use crate::device::modem::network::PacketState;
use crate::device::modem::{Failure, Modem, Reason, Text, Ticket, text};

pub(super) static SERVED: &[Served] = &[
    Served::whole("+CGDCONT", define),
    Served::new("+CGAUTH", "(1-16),(0-2),64,64", authentication),
    Served::new("+CGATT", "(0,1)", attach),
    Served::new("+CGACT", "(0,1)", activate),
    Served::new("+CGDATA", "(\"PPP\")", data),
    Served::whole("+CGPADDR", addresses),
    Served::whole("+CGCONTRDP", dynamic),
    Served::new("+CGCLASS", "(\"A\")", class),
];

/// Contexts have the numbers from 1 to this.
const HIGHEST: u8 = 16;

pub(in super::super) fn is_attached(modem: &Modem) -> bool {
    modem.packet_service().state == PacketState::Attached
}

pub(super) fn is_up(modem: &Modem, session: u8) -> bool {
    modem.session(session.into()).is_ok_and(|session| session.state == SessionState::Active)
}

/// What a context's kind of address is called.
fn type_of(ip: IpKind) -> &'static str {
    match ip {
        IpKind::Default | IpKind::V4 => "IP",
        IpKind::V6 => "IPV6",
        IpKind::V4V6 | IpKind::V4AndV6 => "IPV4V6",
    }
}

fn kind_of(name: &str) -> Option<IpKind> {
    Some(match name {
        _ if name.eq_ignore_ascii_case("IP") => IpKind::V4,
        _ if name.eq_ignore_ascii_case("IPV6") => IpKind::V6,
        _ if name.eq_ignore_ascii_case("IPV4V6") => IpKind::V4V6,
        _ => return None,
    })
}

/// The number of a context, if it can be one.
fn number(cid: u8) -> Result<u32, Refused> {
    if (1..=HIGHEST).contains(&cid) { Ok(cid.into()) } else { Err(INVALID) }
}

/// The contexts that a host can have numbered so.
fn contexts(modem: &Modem) -> Vec<Context, CONTEXTS> {
    let numbered = |context: &&Context| (1..=u32::from(HIGHEST)).contains(&context.id);
    let mut list: Vec<Context, CONTEXTS> = crate::device::collect(modem.contexts().iter().filter(numbered).cloned());
    list.sort_unstable_by_key(|context| context.id);
    list
}

/// The session that has come from a context and is not down.
fn session_of(modem: &Modem, cid: u32) -> Option<(u8, SessionState)> {
    let mut sessions = modem.sessions();
    let found =
        sessions.find(|status| modem.session_origin(status.session).is_some_and(|origin| origin.context == cid))?;
    Some((found.session, found.state))
}

fn cid_of(modem: &Modem, session: u8) -> Option<u8> {
    let cid = modem.session_origin(session)?.context;
    u8::try_from(cid).ok().filter(|cid| (1..=HIGHEST).contains(cid))
}

fn define(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Set => {
            let request = call.request::<wire::cgdcont::Set<'_>>()?;
            let id = number(request.cid)?;
            let by = call.origin();
            let Some(kind) = request.pdp_type else {
                // A number alone undefines the context.
                if session_of(call.modem, id).is_some() {
                    return Err(NOT_ALLOWED);
                }
                return match call.modem.delete_context(by, id) {
                    Ok(()) => Ok(Step::Done),
                    Err(failure) if failure.reason == Reason::InvalidIndex => Ok(Step::Done),
                    Err(failure) => Err(failure.into()),
                };
            };
            // Nothing is compressed.
            if request.d_comp.unwrap_or(0) != 0 || request.h_comp.unwrap_or(0) != 0 {
                return Err(INVALID);
            }
            let ip = kind_of(kind.as_str().unwrap_or_default()).ok_or(INVALID)?;
            let apn: Text<100> = request.apn.map_or_else(|| Ok(Text::new()), |apn| call.plain(apn))?;
            let old = call.modem.context(id).cloned();
            let new = Context { purpose: Purpose::INTERNET, ..Context::default() };
            let context = Context { id, apn, ip, ..old.unwrap_or(new) };
            call.modem.store_context(by, context)?;
            Ok(Step::Done)
        }
        Form::Read => {
            for context in &contexts(call.modem) {
                call.say(&mut |line| {
                    line.integer(context.id.into());
                    line.quoted(type_of(context.ip).as_bytes());
                    line.quoted(context.apn.as_bytes());
                    line.quoted(b"");
                    line.integer(0);
                    line.integer(0);
                })?;
            }
            Ok(Step::Done)
        }
        Form::Test => {
            for kind in ["IP", "IPV6", "IPV4V6"] {
                call.say(&mut |line| {
                    line.parameters(b"(1-16)");
                    line.quoted(kind.as_bytes());
                    (0..2).for_each(|_| line.skip());
                    line.parameters(b"(0),(0)");
                })?;
            }
            Ok(Step::Done)
        }
        Form::Execute => Err(NOT_SUPPORTED),
    }
}

fn authentication(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Set => {
            let request = call.request::<wire::cgauth::Set<'_>>()?;
            let id = number(request.cid)?;
            let auth = match request.auth_prot.unwrap_or(0) {
                0 => Auth::None,
                1 => Auth::Pap,
                2 => Auth::Chap,
                _ => return Err(INVALID),
            };
            let mut credentials = (Text::new(), Text::new());
            if auth != Auth::None {
                let (Some(user), Some(password)) = (request.userid, request.password) else { return Err(INVALID) };
                credentials = (call.plain(user)?, call.plain(password)?);
            }
            let old = call.modem.context(id).cloned().ok_or(INVALID)?;
            let (user, password) = credentials;
            call.modem.store_context(call.origin(), Context { auth, user, password, ..old })?;
            Ok(Step::Done)
        }
        Form::Read => {
            for context in &contexts(call.modem) {
                let auth = match context.auth {
                    Auth::None => 0_u8,
                    Auth::Pap => 1,
                    Auth::Chap | Auth::MsChapV2 => 2,
                };
                call.say(&mut |line| {
                    line.integer(context.id.into());
                    line.integer(auth.into());
                    if auth > 0 {
                        // The password is not told.
                        line.quoted(context.user.as_bytes());
                        line.quoted(b"");
                    }
                })?;
            }
            Ok(Step::Done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

fn attach(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            let attached = u8::from(is_attached(call.modem));
            call.say_number(attached)
        }
        Form::Set => {
            let (now, by) = (call.now, call.origin());
            let ticket = match call.request::<wire::cgatt::Set>()?.state {
                0 => {
                    let ticket = call.modem.request_detach(now, by)?;
                    call.core.kept.detaches = true;
                    ticket
                }
                1 => call.modem.request_attach(now, by)?,
                _ => return Err(INVALID),
            };
            call.wait_abortable(ticket, 0, super::control::done)
        }
        _ => Err(NOT_SUPPORTED),
    }
}

// Activating.

/// Begins to activate a context; nothing if it is active.
fn begin(call: &mut Call<'_, '_>, cid: u32) -> Result<Option<Ticket>, Refused> {
    if matches!(session_of(call.modem, cid), Some((_, SessionState::Active))) {
        return Ok(None);
    }
    let context = call.modem.context(cid).cloned().ok_or(Refused::Cme(143))?;
    let session = call.modem.free_session().ok_or(Refused::from(Reason::TooManyContexts))?;
    let request = ContextRequest {
        session: session.into(),
        apn: &context.apn,
        user: &context.user,
        password: &context.password,
        auth: context.auth,
        ip: context.ip,
        purpose: context.purpose,
        context: cid,
        ..ContextRequest::default()
    };
    Ok(Some(call.modem.request_activation(call.now, call.origin(), &request)?))
}

fn activate(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => {
            for context in &contexts(call.modem) {
                let up = matches!(session_of(call.modem, context.id), Some((_, SessionState::Active)));
                call.say(&mut |line| {
                    line.integer(context.id.into());
                    line.integer(i64::from(up));
                })?;
            }
            Ok(Step::Done)
        }
        Form::Set => activate_from(call, 0, Ok(())),
        _ => Err(NOT_SUPPORTED),
    }
}

/// The contexts that a list of numbers names; none names all.
fn listed(call: &Call<'_, '_>, mut fields: Fields<'_>) -> Result<Vec<u32, CONTEXTS>, Refused> {
    let mut list: Vec<u32, CONTEXTS> = Vec::new();
    while !fields.rest().trim_ascii().is_empty() {
        let cid = number(fields.value("cid")?)?;
        if call.modem.context(cid).is_none() {
            return Err(INVALID);
        }
        list.push(cid).map_err(|_| INVALID)?;
    }
    if list.is_empty() {
        list = crate::device::collect(contexts(call.modem).iter().map(|context| context.id));
    }
    Ok(list)
}

/// Attaches, which activating begins with where that is not done or is still under way; nothing if it is done.
fn attach_first(call: &mut Call<'_, '_>) -> Result<Option<Ticket>, Refused> {
    if is_attached(call.modem) {
        return Ok(None);
    }
    Ok(Some(call.modem.request_attach(call.now, call.origin())?))
}

/// Activates or deactivates the listed contexts from one on, each when the one before is done (27.007 §10.1.10).
fn activate_from(call: &mut Call<'_, '_>, place: u32, outcome: Result<(), Failure>) -> Outcome {
    if let Err(failure) = outcome {
        call.core.kept.last_cause = failure.cause;
        // It may be attaching that has failed.
        return Err(if is_attached(call.modem) { of_session(failure) } else { failure.into() });
    }
    let request = call.request::<wire::cgact::Set<'_>>()?;
    let list = listed(call, request.cids.fields())?;
    if request.state > 1 {
        return Err(INVALID);
    }
    for (place, cid) in (0_u32..).zip(&list).skip(usize::try_from(place).unwrap_or(usize::MAX)) {
        if request.state == 1 {
            if let Some(ticket) = attach_first(call)? {
                return call.wait_abortable(ticket, place, activate_from);
            }
        }
        let ticket = match (request.state, session_of(call.modem, *cid)) {
            (1, _) => begin(call, *cid)?,
            (_, Some((session, _))) => {
                Some(call.modem.request_deactivation(call.now, call.origin(), session.into())?)
            }
            (_, None) => None,
        };
        if let Some(ticket) = ticket {
            return call.wait_abortable(ticket, place.saturating_add(1), activate_from);
        }
    }
    Ok(Step::Done)
}

/// `*99***1#` and the like (27.007 §10.2.1).
pub(super) fn dial(call: &mut Call<'_, '_>, string: &[u8]) -> Outcome {
    let refused = Refused::Result(FinalResult::NoCarrier);
    let inner = string.strip_suffix(b"#").unwrap_or(string);
    let inner = inner.strip_prefix(b"*99").or_else(|| inner.strip_prefix(b"*98")).ok_or(refused)?;
    let parts = inner.split(|byte| *byte == b'*').skip(1);
    let last = parts.filter(|part| !part.is_empty()).last();
    let cid = match last.map(core::str::from_utf8) {
        None => 1,
        Some(Ok(digits)) => digits.parse().map_err(|_| refused)?,
        Some(Err(_)) => return Err(refused),
    };
    connect(call, cid)
}

fn data(call: &mut Call<'_, '_>) -> Outcome {
    if call.form() != Form::Set {
        return Err(NOT_SUPPORTED);
    }
    let request = call.request::<wire::cgdata::Set<'_>>()?;
    if !request.l2p.0.eq_ignore_ascii_case(b"PPP") {
        return Err(NOT_SUPPORTED);
    }
    let cid = request.cids.fields().value::<Option<u8>>("cid")?.unwrap_or(1);
    connect(call, cid)
}

fn connect(call: &mut Call<'_, '_>, cid: u8) -> Outcome {
    let id = number(cid)?;
    if !call.core.config.data {
        return Err(NOT_ALLOWED);
    }
    let failed = |refused: Refused| match refused {
        // Hosts that dial know no more than this.
        Refused::Failed(Failure { reason: Reason::RadioOff | Reason::NotRegistered | Reason::Detached, .. }) => {
            Refused::Result(FinalResult::NoCarrier)
        }
        other => other,
    };
    if call.modem.context(id).is_none() && cid == 1 {
        // Without a context the network chooses.
        let context = Context { id, purpose: Purpose::INTERNET, ip: IpKind::V4, ..Context::default() };
        call.modem.store_context(call.origin(), context)?;
    }
    let (ticket, then): (_, Then) = if let Some(ticket) = attach_first(call).map_err(failed)? {
        (ticket, attached)
    } else if let Some(ticket) = begin(call, id).map_err(failed)? {
        (ticket, connected)
    } else {
        return connected(call, id, Ok(()));
    };
    Ok(Step::Wait(Wait { on: On::Modem(ticket), context: id, then, abort: Some(FinalResult::NoCarrier) }))
}

fn attached(call: &mut Call<'_, '_>, id: u32, outcome: Result<(), Failure>) -> Outcome {
    match (outcome, u8::try_from(id)) {
        (Ok(()), Ok(cid)) => connect(call, cid),
        _ => connected(call, id, outcome),
    }
}

fn connected(call: &mut Call<'_, '_>, id: u32, outcome: Result<(), Failure>) -> Outcome {
    if let Err(failure) = outcome {
        call.core.kept.last_cause = failure.cause;
        return Ok(Step::Final(FinalResult::NoCarrier));
    }
    match (session_of(call.modem, id), u8::try_from(id)) {
        (Some((session, SessionState::Active)), Ok(cid)) => Ok(Step::Connect(Online { cid, session })),
        _ => Ok(Step::Final(FinalResult::NoCarrier)),
    }
}

// Addresses.

/// An address as numbers with points between; one of version 6 as `+CGPIAF` wants it.
fn address_v6(address: Ipv6Addr, colons: bool) -> Text<64> {
    let mut text = Text::new();
    if colons {
        let _ = grouped(&mut text, address);
    } else {
        dotted(&address.octets(), &mut text);
    }
    text
}

fn dotted<const N: usize>(octets: &[u8], text: &mut Text<N>) {
    for octet in octets {
        if !text.is_empty() {
            let _ = text.push('.');
        }
        let _ = write!(text, "{octet}");
    }
}

fn configuration(modem: &Modem, cid: u32) -> Option<(u8, IpConfiguration)> {
    let (session, SessionState::Active) = session_of(modem, cid)? else { return None };
    Some((session, modem.ip_configuration(session)?.clone()))
}

fn chosen(call: &Call<'_, '_>) -> Result<Vec<u32, CONTEXTS>, Refused> {
    match call.form() {
        Form::Set => listed(call, call.fields()),
        _ => listed(call, Fields::new(b"")),
    }
}

/// The contexts that are active, for test commands.
fn active(call: &mut Call<'_, '_>) -> Outcome {
    let list = contexts(call.modem);
    let mut told: Text<64> = Text::new();
    let _ = told.push('(');
    for context in list.iter().filter(|context| session_of(call.modem, context.id).is_some()) {
        let comma = if told.len() > 1 { "," } else { "" };
        let _ = write!(told, "{comma}{}", context.id);
    }
    let _ = told.push(')');
    call.say_raw(&told)
}

fn addresses(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Test => return active(call),
        Form::Read => return Err(NOT_SUPPORTED),
        Form::Execute | Form::Set => {}
    }
    let colons = call.settings().values.cgpiaf_format == 1;
    for cid in chosen(call)?.iter().copied() {
        let configuration = configuration(call.modem, cid);
        let v4 = configuration.as_ref().and_then(|(_, ip)| ip.v4.as_ref()).map(|v4| v4.address);
        let v6 = configuration.as_ref().and_then(|(_, ip)| ip.v6.as_ref()).map(|v6| v6.address);
        call.say(&mut |line| {
            line.integer(cid.into());
            if let Some(address) = v4 {
                let mut text: Text<16> = Text::new();
                dotted(&address.octets(), &mut text);
                line.quoted(text.as_bytes());
            }
            if let Some(address) = v6 {
                line.quoted(address_v6(address, colons).as_bytes());
            }
        })?;
    }
    Ok(Step::Done)
}

/// The mask of so many bits.
fn mask<const N: usize>(bits: u8) -> [u8; N] {
    let mut left = u32::from(bits);
    [(); N].map(|()| {
        let here = left.min(8);
        left = left.saturating_sub(here);
        u8::try_from(0xff00_u32.wrapping_shr(here) & 0xff).unwrap_or(0)
    })
}

/// Address and mask, gateway, two name servers.
fn write_v4(line: &mut LineWriter<'_, '_>, address: Ipv4Addr, prefix: u8, rest: [Option<Ipv4Addr>; 3]) {
    let mut text: Text<40> = Text::new();
    dotted(&address.octets(), &mut text);
    dotted(&mask::<4>(prefix), &mut text);
    line.quoted(text.as_bytes());
    for other in rest {
        match other {
            Some(other) => {
                let mut text: Text<16> = Text::new();
                dotted(&other.octets(), &mut text);
                line.quoted(text.as_bytes());
            }
            None => line.skip(),
        }
    }
}

fn write_v6(line: &mut LineWriter<'_, '_>, address: Ipv6Addr, prefix: u8, rest: [Option<Ipv6Addr>; 3], colons: bool) {
    let mut text: Text<130> = Text::new();
    if colons {
        let _ = grouped(&mut text, address).and_then(|()| write!(text, "/{prefix}"));
    } else {
        dotted(&address.octets(), &mut text);
        dotted(&mask::<16>(prefix), &mut text);
    }
    line.quoted(text.as_bytes());
    for other in rest {
        match other {
            Some(other) => line.quoted(address_v6(other, colons).as_bytes()),
            None => line.skip(),
        }
    }
}

fn dynamic(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Test => return active(call),
        Form::Read => return Err(NOT_SUPPORTED),
        Form::Execute | Form::Set => {}
    }
    let colons = call.settings().values.cgpiaf_format == 1;
    for cid in chosen(call)?.iter().copied() {
        let Some((session, ip)) = configuration(call.modem, cid) else { continue };
        let apn: Text<100> = text(call.modem.session_apn(session));
        // The default bearers of LTE have the numbers from 5 on.
        let bearer = u32::from(session).saturating_add(5);
        let mut say = |write: &mut dyn FnMut(&mut LineWriter<'_, '_>)| {
            call.say(&mut |line| {
                line.integer(cid.into());
                line.integer(bearer.into());
                line.quoted(apn.as_bytes());
                write(line);
                // No P-CSCF, no signalling, no local access.
                (0..4).for_each(|_| line.skip());
                line.integer(ip.mtu.into());
            })
        };
        if let Some(v4) = &ip.v4 {
            let mut dns = v4.dns.iter().copied();
            let rest = [Some(v4.gateway), dns.next(), dns.next()];
            say(&mut |line| write_v4(line, v4.address, v4.prefix, rest))?;
        }
        if let Some(v6) = &ip.v6 {
            let mut dns = v6.dns.iter().copied();
            let rest = [Some(v6.gateway), dns.next(), dns.next()];
            say(&mut |line| write_v6(line, v6.address, v6.prefix, rest, colons))?;
        }
    }
    Ok(Step::Done)
}

fn class(call: &mut Call<'_, '_>) -> Outcome {
    match call.form() {
        Form::Read => call.answer(&wire::cgclass::ReadAnswer { class: Str::from("A") }),
        Form::Set => match call.request::<wire::cgclass::Set<'_>>()?.class.0 {
            b"A" => Ok(Step::Done),
            _ => Err(INVALID),
        },
        _ => Err(NOT_SUPPORTED),
    }
}

// What the host is told.

pub(super) fn tell(tell: &mut Tell<'_, '_>, change: &Change) {
    // What a host has not asked for, the network has.
    let who: &[u8] = if tell.by == Origin::WORLD { b"NW" } else { b"ME" };
    let wanted = tell.settings().values.cgerep_mode > 0;
    match change {
        Change::PacketService(service) => {
            let attached = service.state == PacketState::Attached;
            let was = core::mem::replace(&mut tell.core.told.attached, attached);
            let who = if core::mem::take(&mut tell.core.kept.detaches) { b"ME" } else { who };
            if wanted && was && !attached {
                event(tell, &[who, b" DETACH"]);
            }
        }
        Change::Session(status) => {
            let bit = 1_u16.checked_shl(status.session.into()).unwrap_or(0);
            let told = &mut tell.core.told.sessions;
            let was = *told & bit != 0;
            let is = status.state == SessionState::Active;
            *told = if is { *told | bit } else { *told & !bit };
            let Some(cid) = cid_of(tell.modem, status.session) else { return };
            let mut number: Text<4> = Text::new();
            let _ = write!(number, "{cid}");
            if wanted && is && !was {
                event(tell, &[b"ME PDN ACT ", number.as_bytes()]);
            } else if wanted && was && status.state == SessionState::Inactive && is_attached(tell.modem) {
                // A detach implies it: 27.007 §10.1.19.
                event(tell, &[who, b" PDN DEACT ", number.as_bytes()]);
            } else if was && !is && status.state != SessionState::Inactive {
                // On its way down; it is told when it is down.
                tell.core.told.sessions |= bit;
            }
        }
        _ => {}
    }
}

fn event(tell: &mut Tell<'_, '_>, parts: &[&[u8]]) {
    let mut text: Vec<u8, 32> = Vec::new();
    for part in parts {
        let _ = text.extend_from_slice(part);
    }
    tell.urc("+CGEV", &mut |line| line.parameters(&text));
}
