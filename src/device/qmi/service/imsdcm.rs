//! IMSDCM: sessions for an IMS client outside the modem. Its number takes 16 bits, so it is there only where such services can be
//! reached ([`Config::wide`](super::super::Config::wide)).
//!
//! A request is answered at once; what became of it comes in an indication.

use core::fmt::Write;
use core::net::Ipv4Addr;

use heapless::Vec;
use qmi_wire::ProtocolError;
use qmi_wire::service::{Service as Wire, imsdcm as wire};

use super::super::call::{Call, On, Outcome, Refused, Released, Step};
use super::{Served, Service, State, tells_nothing};
use crate::device::modem::bearer::{ContextRequest, IpKind, SessionState};
use crate::device::modem::{Failure, Reason, Text};
use crate::device::{grouped, take_at};

pub(in super::super) static SERVICE: Service = Service {
    service: Wire::IMSDCM,
    version: (1, 0),
    messages: &[
        Served::of::<wire::pdp_activate_request::Message>(activate),
        Served::of::<wire::pdp_deactivate_request::Message>(deactivate),
    ],
    offered: |config| config.wide,
    client: || State::from(Client::default()),
    released,
    tell: tells_nothing,
};

/// Sessions of a client at most.
const SESSIONS: usize = 4;

/// The sessions that a client has.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Client {
    sessions: Vec<Session, SESSIONS>,
}

#[derive(Clone, Copy, Debug)]
struct Session {
    /// Number of the session in the modem; the host's is one more.
    id: u8,
    sequence: Option<u32>,
    instance: Option<wire::InstanceId>,
    family: wire::IpFamily,
}

/// The number by which a host knows a session.
fn pdp(id: u8) -> u8 {
    id.saturating_add(1)
}

fn activate(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::pdp_activate_request::Message>();
    let parameters = request.connection_parameters()?;
    let (sequence, instance) = (request.pdp_request_sequence_number()?, request.instance_id()?);
    // One card: read, so that nonsense is refused, and of no effect.
    request.pdp_subscription_id()?;
    request.pdp_slot_id()?;
    let apn = parameters.apn.to_str().ok_or(Refused(ProtocolError::INVALID_ARGUMENT))?;
    let ip = match parameters.ip_family {
        wire::IpFamily::V4 => IpKind::V4,
        wire::IpFamily::V6 => IpKind::V6,
        _ => return Err(Refused(ProtocolError::INVALID_IP_FAMILY_PREFERENCE)),
    };
    if call.state::<Client>()?.sessions.is_full() {
        return Err(Refused(ProtocolError::INSUFFICIENT_RESOURCES));
    }
    let id = call.modem.free_session().ok_or(Failure::from(Reason::TooManyContexts))?;
    let origin = call.origin();
    let wanted = ContextRequest { session: id.into(), apn, ip, ..ContextRequest::default() };
    let ticket = call.modem.request_activation(call.now, origin, &wanted)?;
    if let Err(error) = call.later(On::Modem(ticket), id.into(), activated) {
        call.modem.abandon(call.now, ticket);
        return Err(error);
    }
    let session = Session { id, sequence, instance, family: parameters.ip_family };
    let _ = call.state::<Client>()?.sessions.push(session);
    call.answer::<wire::pdp_activate_request::Message>(|r, _| {
        r.pdp_id(pdp(id));
        if let Some(sequence) = sequence {
            r.pdp_request_sequence_number(sequence);
        }
        if let Some(instance) = instance {
            r.instance_id(instance);
        }
    })
}

fn activated(call: &mut Call<'_, '_>, id: u32, outcome: Result<(), Failure>) -> Outcome {
    let sessions = &mut call.state::<Client>()?.sessions;
    let Some(place) = sessions.iter().position(|session| u32::from(session.id) == id) else {
        return Ok(Step::Answered);
    };
    let Some(session) = sessions.get(place).copied() else { return Ok(Step::Answered) };
    if outcome.is_err() {
        take_at(sessions, place);
    }
    call.indicate::<wire::pdp_activate_indication::Message>(|r, modem| {
        r.outcome(match outcome {
            Ok(()) => wire::ResultInfo { error_status: 0, error_code: 0 },
            Err(failure) => {
                wire::ResultInfo { error_status: 1, error_code: super::super::call::protocol_error(failure.reason).0 }
            }
        });
        r.pdp_id(pdp(session.id));
        if let Some(sequence) = session.sequence {
            r.pdp_request_sequence_number(sequence);
        }
        if let Some(configuration) = modem.ip_configuration(session.id) {
            let mut address: Text<48> = Text::new();
            let written = match (&configuration.v4, &configuration.v6) {
                (Some(v4), _) if session.family == wire::IpFamily::V4 => dotted(&mut address, v4.address),
                (_, Some(v6)) => grouped(&mut address, v6.address),
                _ => Ok(()),
            };
            if written.is_ok() && !address.is_empty() {
                r.address_info(wire::AddressInfo { ip_family: session.family, address: address.as_str().into() });
            }
        }
        if let Some(instance) = session.instance {
            r.instance_id(instance);
        }
    });
    Ok(Step::Answered)
}

fn deactivate(call: &mut Call<'_, '_>) -> Outcome {
    let request = call.request::<wire::pdp_deactivate_request::Message>();
    let (wanted, instance) = (request.pdp_id()?, request.instance_id()?);
    let sessions = &mut call.state::<Client>()?.sessions;
    let place = sessions.iter().position(|session| pdp(session.id) == wanted);
    let Some(session) = place.and_then(|place| take_at(sessions, place)) else {
        // The number is there in any case.
        return call.refuse::<wire::pdp_deactivate_request::Message>(ProtocolError::INVALID_HANDLE, |r, _| {
            r.pdp_id(wanted);
        });
    };
    let origin = call.origin();
    if let Ok(ticket) = call.modem.request_deactivation(call.now, origin, session.id.into()) {
        call.modem.abandon(call.now, ticket);
    }
    call.answer::<wire::pdp_deactivate_request::Message>(|r, _| {
        r.pdp_id(wanted);
        if let Some(instance) = instance {
            r.instance_id(instance);
        }
    })
}

/// Sessions of a client end with it.
fn released(r: &mut Released<'_>) {
    let sessions = r.state::<Client>().map(|client| core::mem::take(&mut client.sessions)).unwrap_or_default();
    for session in &sessions {
        let active = r.modem.session(session.id.into()).is_ok_and(|status| status.state != SessionState::Inactive);
        if let (true, Ok(ticket)) = (active, r.modem.request_deactivation(r.now, r.config.origin, session.id.into())) {
            r.modem.abandon(r.now, ticket);
        }
    }
}

// Not the text of `core` for addresses: it would link panics into firmware.

fn dotted(text: &mut impl Write, address: Ipv4Addr) -> core::fmt::Result {
    let [a, b, c, d] = address.octets();
    write!(text, "{a}.{b}.{c}.{d}")
}
