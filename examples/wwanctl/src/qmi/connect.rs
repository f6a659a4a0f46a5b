//! `connect` and `disconnect`.

use mbim_wire::catalogue::Value;
use wwan::client::qmi::{ConnectRequest, Error, Selection};
use wwan::procedure::qmi::Format;
use wwan::procedure::qmi::connect::{instance, session_end};
use wwan::qmi_wire::service::dms::OperatingMode;
use wwan::qmi_wire::service::wds::{Authentication, IpFamily};
use wwan::qmi_wire::service::{DataEndpointType, Service, wda};
use wwan::time::Instant;

use super::{Modem, SHORT, parts};
use crate::args::{Auth, Connect, Options};
use crate::commands::connect::{LISTEN, families};
use crate::commands::link;
use crate::commands::report::{self, Report};
use crate::device::DeviceError;
use crate::error::Fail;
use crate::output::{Output, note, put_in_order};
use crate::usb::Data;

const FAMILIES: [IpFamily; 2] = [IpFamily::IPV4, IpFamily::IPV6];

fn session(number: u32) -> Result<u8, Fail> {
    let number = u8::try_from(number).ok().filter(|number| *number < 128);
    number.ok_or_else(|| Fail::Usage("that session number is too high: there are 0 to 127".to_owned()))
}

pub(super) fn run(modem: &mut Modem, arguments: &Connect, options: &Options, out: &mut Output) -> Result<(), Fail> {
    let number = session(arguments.session.unwrap_or(0))?;
    if modem.sockets {
        return Err(Fail::Usage(
            "over QRTR a session ends with the program that has begun it; go through a proxy that lasts: --proxy"
                .to_owned(),
        ));
    }
    let pin = arguments.pin.as_deref().map(|pin| super::secret(modem, pin)).transpose()?;
    let password = arguments.password.as_deref().map(|password| super::secret(modem, password)).transpose()?;
    let patience = modem.patience();
    modem.client.unlock(pin.as_deref().unwrap_or_default(), patience)?;
    modem.client.set_mode(OperatingMode::ONLINE)?;
    super::register::wait(modem, Selection::Automatic)?;
    let data = match &arguments.tun {
        Some(_) => agree(modem)?,
        None => None,
    };
    let request = ConnectRequest {
        session: number,
        apn: &arguments.apn,
        ip_type: families(arguments.ip_type),
        user_name: arguments.user.as_deref().unwrap_or_default(),
        password: password.as_deref().unwrap_or_default(),
        authentication: match arguments.auth {
            Some(Auth::Chap) => Authentication::CHAP,
            Some(Auth::Pap) => Authentication::PAP,
            None if arguments.user.is_some() => Authentication::PAP,
            None => Authentication::empty(),
        },
        ..ConnectRequest::default()
    };
    let before = numbers(modem);
    let connected = modem.client.connect(&request).map(drop);
    let after = numbers(modem);
    for other in before.iter().filter(|other| **other != number && !after.contains(other)) {
        note(&format!("session {other} was ended: the modem has one at a time"));
    }
    if let Err(Error::Channel(_)) = connected {
        // The time is over or the user has had enough: what was begun shall not come up later. If the modem does not
        // take it, so be it.
        let _ = modem.client.disconnect(number);
    }
    connected?;
    let done = tell(modem, number, arguments).and_then(|(report, ip)| match &arguments.tun {
        None => report.print(out),
        Some(tun) => {
            if options.timeout.is_none() {
                modem.limited().until = Instant::FAR;
            }
            link::run(data, (tun, number), (report, &ip), out, || listen(modem, number))
        }
    });
    if (done.is_err() || arguments.tun.is_some()) && !matches!(done, Err(Fail::Unreachable(_))) {
        // A session that nobody knows the addresses of, or whose packets go nowhere, is of no use, and is not left behind.
        let now = modem.client.now();
        let until = &mut modem.limited().until;
        *until = (*until).max(now + SHORT);
        let _ = modem.client.disconnect(number);
    }
    done
}

/// Agrees with the modem that its data pipe carries bare packets, one in each transfer.
fn agree(modem: &mut Modem) -> Result<Option<Data>, Fail> {
    let data = modem.limited().take_data();
    let interface = data.as_ref().and_then(Data::qmi_interface);
    let endpoint = interface.map(|interface| wda::EndpointInfo {
        endpoint_type: DataEndpointType::HSUSB,
        interface_number: interface.into(),
    });
    let granted = modem.client.set_format(&Format { endpoint, ..Format::default() })?;
    if granted.link != wda::LinkLayerProtocol::RAW_IP {
        let reason = "the modem keeps to frames of Ethernet on its data pipe, which --tun does not know".to_owned();
        return Err(Fail::Refused { reason, hint: None });
    }
    Ok(data)
}

/// Waits for what the modem tells; whether the session goes on, in one family at least.
fn listen(modem: &mut Modem, number: u8) -> Result<bool, Fail> {
    let until = modem.client.now() + LISTEN;
    let ended = match modem.client.next_indication(until) {
        Ok(Some(told)) => session_end(&told),
        Ok(None) => None,
        // Both are how it ends.
        Err(Error::Channel(DeviceError::Deadline | DeviceError::Interrupted)) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let Some(reason) = ended else { return Ok(true) };
    let (connect, _) = configuration(modem, number)?;
    if report::text(&connect, "activation_state") == "activated" {
        return Ok(true);
    }
    Err(Fail::Refused { reason: format!("the session was ended: {reason}"), hint: None })
}

/// What a connection consists of, as a report, and its configuration alone.
fn tell(modem: &mut Modem, number: u8, arguments: &Connect) -> Result<(Report, Value), Fail> {
    let mut report = Report::default();
    report.put("device", modem.name.as_str());
    report.put("protocol", "qmi");
    report.table.heading(&modem.name);
    super::status::head(modem, &mut report)?;
    let registration = modem.client.registration()?;
    let (register, packets) = parts::registration(&registration);
    report::registration(&mut report.table, &register);
    report.put("register_state", register);
    // Not needed for a connection; some modems refuse to tell.
    if let Ok(signal) = modem.client.signal() {
        let signal = parts::signal(&signal);
        report::radios(&mut report.table, &signal);
        report.put("signal_state", signal);
    }
    report::packet_service(&mut report.table, &packets);
    report.put("packet_service", packets);
    if !arguments.apn.is_empty() {
        report.table.row("APN", &*arguments.apn);
    }
    report.put("access_string", &*arguments.apn);
    let (connect, ip) = configuration(modem, number)?;
    report::session(&mut report.table, &connect);
    report::ip_configuration(&mut report.table, &ip);
    report.put("connect", connect);
    report.put("ip_configuration", ip.clone());
    Ok((report, ip))
}

/// The sessions that this program has left up.
pub(super) fn numbers(modem: &mut Modem) -> Vec<u8> {
    let sessions = modem.client.clients().filter(|owned| owned.service == Service::WDS && owned.handle != 0);
    let mut numbers: Vec<u8> = sessions.map(|owned| owned.instance / 2).collect();
    put_in_order(&mut numbers, |a, b| a < b);
    numbers.dedup();
    numbers
}

/// Whether this program has a session of that number in that family.
fn is_up(modem: &mut Modem, number: u8, family: IpFamily) -> bool {
    let session = (Service::WDS, instance(number, family));
    modem.client.clients().any(|owned| (owned.service, owned.instance) == session && owned.handle != 0)
}

/// The session, and what it is configured with.
pub(super) fn configuration(modem: &mut Modem, number: u8) -> Result<(serde_json::Value, serde_json::Value), Fail> {
    let (mut up, mut ip) = (Vec::new(), parts::ip_configuration(number));
    for family in FAMILIES {
        // Only the client that has the session is told its settings.
        if is_up(modem, number, family) {
            parts::add_settings(&mut ip, &modem.client.settings(number, family)?);
            up.push(family);
        }
    }
    Ok((parts::session(number, &up), ip.into()))
}

pub(super) fn disconnect(modem: &mut Modem, number: u32, out: &mut Output) -> Result<(), Fail> {
    let number = session(number)?;
    let was_active = FAMILIES.iter().any(|family| is_up(modem, number, *family));
    modem.client.disconnect(number)?;
    report::disconnected(number.into(), was_active, out)
}
