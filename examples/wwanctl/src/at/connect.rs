//! `connect` and `disconnect`. A session is a context of the packet domain, and its number that of the context.

use wwan::procedure::at::{Authentication, Connect as Connecting, ConnectRequest, Power, Selection};

use super::{Modem, parts, register, status};
use crate::args::{Auth, Connect};
use crate::commands::connect::families;
use crate::commands::report::{self, Report};
use crate::error::Fail;
use crate::output::Output;

/// The highest number of a context that is dealt with.
const LAST: u32 = 31;

fn context(number: u32) -> Result<u8, Fail> {
    let number = u8::try_from(number).ok().filter(|number| u32::from(*number) <= LAST);
    number.ok_or_else(|| Fail::Usage(format!("that session number is too high: over AT there are 0 to {LAST}")))
}

pub(super) fn run(modem: &mut Modem, arguments: &Connect, out: &mut Output) -> Result<(), Fail> {
    let cid = arguments.session.map(context).transpose()?;
    let pin = arguments.pin.as_deref().map(|pin| super::secret(modem, pin)).transpose()?;
    let password = arguments.password.as_deref().map(|password| super::secret(modem, password)).transpose()?;
    let patience = modem.patience();
    modem.client.unlock(pin.as_deref().unwrap_or_default(), patience)?;
    modem.client.set_power(Power::FULL, patience)?;
    register::wait(modem, Selection::Automatic)?;
    // Not all modems have the command, and some networks attach by themselves.
    let _ = report::refused(modem.client.attach(true).map_err(Fail::from))?;
    let before = parts::contexts(modem)?;
    let request = ConnectRequest {
        cid,
        apn: &arguments.apn,
        ip_type: families(arguments.ip_type),
        user_name: arguments.user.as_deref().unwrap_or_default(),
        password: password.as_deref().unwrap_or_default(),
        authentication: match arguments.auth {
            Some(Auth::Chap) => Authentication::Chap,
            Some(Auth::Pap) => Authentication::Pap,
            None if arguments.user.is_some() => Authentication::Pap,
            None => Authentication::None,
        },
        ..ConnectRequest::default()
    };
    let mut connect = Connecting::new(request);
    let connected = modem.client.follow(&mut connect);
    let cid = connect.cid();
    let was_active = before.iter().any(|context| context.cid == cid && context.active);
    let done = match connected {
        Ok(()) => tell(modem, &connect, arguments, out),
        Err(error) => Err(error.into()),
    };
    let broken_off = matches!(done, Err(Fail::Interrupted | Fail::Timeout(_)));
    // What was begun shall not come up later, and a session that nobody knows the addresses of is of no use. If the modem
    // does not take it, so be it.
    if (broken_off || connected_but_untold(&done, &connect)) && !was_active && cid != 0 {
        modem.hurry();
        let _ = modem.client.disconnect(cid);
    }
    done
}

/// Whether the session is up, and what it is could not be told.
fn connected_but_untold(done: &Result<(), Fail>, connect: &Connecting<'_>) -> bool {
    let settings = connect.settings();
    done.is_err() && (settings.ipv4.address.is_some() || settings.ipv6.address.is_some())
}

/// Prints what a connection consists of.
fn tell(modem: &mut Modem, connect: &Connecting<'_>, arguments: &Connect, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    report.put("device", modem.name.as_str());
    report.put("protocol", "at");
    report.table.heading(&modem.name);
    status::head(modem, &mut report)?;
    status::registration(modem, &mut report)?;
    // Not needed for a connection; some modems refuse to tell.
    if let Ok(signal) = report::refused(modem.client.signal().map_err(Fail::from))? {
        let signal = parts::signal(&signal);
        report::radios(&mut report.table, &signal);
        report.put("signal_state", signal);
    }
    if !arguments.apn.is_empty() {
        report.table.row("APN", &*arguments.apn);
    }
    report.put("access_string", &*arguments.apn);
    let (session, ip) = parts::session(connect.cid(), connect.ip_type(), connect.settings());
    report::session(&mut report.table, &session);
    report::ip_configuration(&mut report.table, &ip);
    report.put("connect", session);
    report.put("ip_configuration", ip);
    report.print(out)
}

pub(super) fn disconnect(modem: &mut Modem, number: Option<u32>, out: &mut Output) -> Result<(), Fail> {
    let number = number.map(context).transpose()?;
    let active = parts::contexts(modem)?.into_iter().filter(|context| context.active).map(|context| context.cid);
    let active: Vec<u8> = active.collect();
    let cid = match (number, &*active) {
        (Some(number), _) => number,
        (None, [one]) => *one,
        (None, []) => 0,
        (None, several) => {
            let several: Vec<String> = several.iter().map(u8::to_string).collect();
            return Err(Fail::Usage(format!("several sessions are up: name one by --session: {}", several.join(", "))));
        }
    };
    let was_active = active.contains(&cid);
    if was_active {
        modem.client.disconnect(cid)?;
    }
    report::disconnected(cid.into(), was_active, out)
}
