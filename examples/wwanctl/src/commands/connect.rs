//! `connect` and `disconnect`.

use mbim_wire::catalogue::{Form, Value};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command as _, Status};
use wwan::client::mbim::{ConnectRequest, Error, Selection};
use wwan::procedure::at::IpType as Families;
use wwan::time::Millis;

use super::link;
use super::report::{self, Report};
use super::secret;
use crate::args::{Auth, Connect, IpType, Options};
use crate::device::DeviceError;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::names;
use crate::output::Output;

/// How often it is looked whether packets still pass.
pub(crate) const LISTEN: Millis = Millis(500);

/// The address families that the user wants, for the protocols without a type of their own for it.
pub(crate) const fn families(wanted: IpType) -> Families {
    match wanted {
        IpType::V4 => Families::V4,
        IpType::V6 => Families::V6,
        IpType::V4v6 => Families::V4V6,
    }
}

pub(crate) fn run(modem: &mut Modem, arguments: &Connect, options: &Options, out: &mut Output) -> Result<After, Fail> {
    let pin = arguments.pin.as_deref().map(|pin| secret(&mut || modem.check(), pin)).transpose()?;
    let password = arguments.password.as_deref().map(|password| secret(&mut || modem.check(), password)).transpose()?;
    let caps = modem.ask::<bc::DeviceCaps>()?;
    let most = report::number(&caps, "max_sessions").unwrap_or(0);
    if most > 0 && arguments.session.unwrap_or(0) >= most {
        return Err(Fail::Usage(format!(
            "session {} is too high: the modem has 0 to {}",
            arguments.session.unwrap_or(0),
            most.saturating_sub(1)
        )));
    }
    make_ready(modem, pin.as_deref())?;
    let request = ConnectRequest {
        session_id: arguments.session.unwrap_or(0),
        apn: &arguments.apn,
        ip_type: match arguments.ip_type {
            IpType::V4 => bc::ContextIpType::IPV4,
            IpType::V6 => bc::ContextIpType::IPV6,
            IpType::V4v6 => bc::ContextIpType::IPV4V6,
        },
        user_name: arguments.user.as_deref().unwrap_or_default(),
        password: password.as_deref().unwrap_or_default(),
        auth_protocol: match arguments.auth {
            Some(Auth::Chap) => bc::AuthProtocol::CHAP,
            Some(Auth::Pap) => bc::AuthProtocol::PAP,
            None if arguments.user.is_some() => bc::AuthProtocol::PAP,
            None => bc::AuthProtocol::NONE,
        },
    };
    let connected = modem.client.connect(&request).map(drop);
    if let Err(Error::Channel(_)) = connected {
        // The time is over or the user has had enough: what was begun shall not come up later. If the modem does not
        // take it, so be it.
        let _ = modem.client.disconnect(arguments.session.unwrap_or(0));
    }
    connected?;
    let done = tell(modem, &caps, arguments).and_then(|(report, ip)| match &arguments.tun {
        None => report.print(out).map(|()| After::Open),
        Some(tun) => pass(modem, (tun, request.session_id), (report, &ip), options, out).map(|()| After::AsFound),
    });
    if !matches!(done, Ok(After::Open) | Err(Fail::Unreachable(_))) {
        // A session that nobody knows the addresses of, or whose packets go nowhere, is of no use, and is not left behind.
        modem.grant_time();
        let _ = modem.client.disconnect(arguments.session.unwrap_or(0));
    }
    done
}

/// Lets the packets of a session pass, until the user or the network ends it.
fn pass(
    modem: &mut Modem,
    (tun, session): (&str, u32),
    report: (Report, &Value),
    options: &Options,
    out: &mut Output,
) -> Result<(), Fail> {
    let number = u8::try_from(session).map_err(|_| Fail::Usage("--tun: sessions are 0 to 255".to_owned()))?;
    if options.timeout.is_none() {
        modem.lift_limit();
    }
    // Who had the modem open before may have wanted none. A modem that refuses tells all the same what the specification
    // has it tell.
    let _ = report::refused(modem.subscribe(&[(bc::BASIC_CONNECT, vec![bc::Connect::CID])]))?;
    let data = modem.take_data();
    link::run(data, (tun, number), report, out, || listen(modem, session))
}

/// Waits for what the modem tells; whether the session goes on.
fn listen(modem: &mut Modem, session: u32) -> Result<bool, Fail> {
    let until = modem.now() + LISTEN;
    let (service, cid, body) = match modem.client.next_indication(until) {
        Ok(Some(told)) => (told.service, told.cid, told.body.to_vec()),
        Ok(None) => return Ok(true),
        // Both are how it ends.
        Err(Error::Channel(DeviceError::Deadline | DeviceError::Interrupted)) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    if (service, cid) != (bc::BASIC_CONNECT, bc::Connect::CID) {
        return Ok(true);
    }
    let layout = names::layout(service, cid, Form::Notification, modem.version);
    let Some(Ok(state)) = layout.map(|layout| layout.decode(&body, false).map(|fields| names::named(layout, &fields)))
    else {
        return Ok(true);
    };
    if report::number(&state, "session_id") != Some(session)
        || report::text(&state, "activation_state") != "deactivated"
    {
        return Ok(true);
    }
    let reason = report::nw_error(&state).unwrap_or_else(|| "the network gave no reason (NwError 0)".to_owned());
    Err(Fail::Refused { reason: format!("the session was ended: {reason}"), hint: None })
}

/// From a modem that has just started to one that is attached.
fn make_ready(modem: &mut Modem, pin: Option<&str>) -> Result<(), Fail> {
    use bc::SubscriberReadyState as Ready;
    let patience = modem.patience();
    let what = "the SIM is not usable";
    match modem.client.wait_ready(patience)? {
        Ready::SIM_NOT_INSERTED => return Err(Fail::state(Status::SIM_NOT_INSERTED, what)),
        Ready::BAD_SIM => return Err(Fail::state(Status::BAD_SIM, what)),
        Ready::FAILURE => return Err(Fail::state(Status::FAILURE, "the SIM cannot be read")),
        Ready::NOT_ACTIVATED => return Err(Fail::state(Status::SERVICE_NOT_ACTIVATED, what)),
        Ready::NOT_INITIALIZED => return Err(Fail::state(Status::NOT_INITIALIZED, what)),
        Ready::NO_ESIM_PROFILE => {
            return Err(Fail::state(Status::SIM_NOT_INSERTED, "the embedded SIM has no enabled profile"));
        }
        _ => {}
    }
    modem.client.unlock(pin.unwrap_or_default())?;
    let radio = modem.client.radio_on()?;
    if radio.hw_radio_state == bc::RadioSwitchState::OFF {
        return Err(Fail::state(Status::RADIO_POWER_OFF, "the hardware switch keeps the radio off"));
    }
    let patience = modem.patience();
    match modem.client.register(Selection::Automatic, patience) {
        Ok(_) => {}
        Err(Error::NotReached) => return Err(not_registered(modem)),
        Err(error) => return Err(error.into()),
    }
    let patience = modem.patience();
    match modem.client.attach(patience) {
        Err(Error::NotReached) => {
            Err(Fail::state(Status::PACKET_SERVICE_DETACHED, "the network gave no packet service in time"))
        }
        other => Ok(other?),
    }
}

/// Why there is no service, as far as the modem tells.
pub(crate) fn not_registered(modem: &mut Modem) -> Fail {
    let state = modem.ask::<bc::RegisterState>().unwrap_or_default();
    let what = match report::nw_error(&state) {
        Some(reason) => format!("not registered in time, {}; {reason}", report::words(&state, "register_state")),
        None => format!(
            "not registered in time, {}; the network gave no reason (NwError 0)",
            report::words(&state, "register_state")
        ),
    };
    Fail::state(Status::NOT_REGISTERED, &what)
}

/// What a connection consists of, as a report, and its configuration alone.
fn tell(modem: &mut Modem, caps: &Value, arguments: &Connect) -> Result<(Report, Value), Fail> {
    let asked = serde_json::json!({ "SessionId": arguments.session.unwrap_or(0) });
    let mut report = Report::default();
    report.put("device", modem.name.as_str());
    report.put("protocol", "mbim");
    report.table.heading(&modem.name);
    report::modem(&mut report.table, caps);
    report.put("device_caps", caps.clone());
    let sim = modem.ask::<bc::SubscriberReadyStatus>()?;
    report::sim(&mut report.table, &sim);
    report.put("subscriber_ready_status", sim);
    let registration = modem.ask::<bc::RegisterState>()?;
    report::registration(&mut report.table, &registration);
    report.put("register_state", registration);
    // Neither of these two is needed for a connection; some modems refuse to tell.
    if let Ok(signal) = modem.ask::<bc::SignalState>() {
        report::signal(&mut report.table, &signal);
        report.put("signal_state", report::with_dbm(signal));
    }
    if let Ok(packets) = modem.ask::<bc::PacketService>() {
        report::packet_service(&mut report.table, &packets);
        report.put("packet_service", packets);
    }
    let connect = modem.ask_with::<bc::Connect>(&asked)?;
    let ip = modem.ask_with::<bc::IpConfiguration>(&asked)?;
    if !arguments.apn.is_empty() {
        report.table.row("APN", &*arguments.apn);
    }
    report.put("access_string", &*arguments.apn);
    report::session(&mut report.table, &connect);
    report::ip_configuration(&mut report.table, &ip);
    report.put("connect", connect);
    report.put("ip_configuration", ip.clone());
    Ok((report, ip))
}

pub(crate) fn disconnect(modem: &mut Modem, session: u32, out: &mut Output) -> Result<After, Fail> {
    let params = serde_json::json!({
        "SessionId": session,
        "ActivationCommand": "deactivate",
        "ContextType": bc::context_type::INTERNET.to_string(),
    });
    let set = Form::Set;
    let answer = modem.command(bc::BASIC_CONNECT, bc::Connect::CID, set, &params)?;
    let was_active = match answer.status {
        Status::SUCCESS => true,
        // Without its SIM no session is active either, and some modems say that instead.
        Status::CONTEXT_NOT_ACTIVATED | Status::SIM_NOT_INSERTED => false,
        _ => return Err(answer.refusal()),
    };
    report::disconnected(session, was_active, out)?;
    Ok(After::AsFound)
}
