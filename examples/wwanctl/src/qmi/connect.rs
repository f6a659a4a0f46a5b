//! `connect` and `disconnect`.

use wwan::client::qmi::{ConnectRequest, Error, Selection};
use wwan::procedure::qmi::{IpType as Families, Settings};
use wwan::qmi_wire::service::Service;
use wwan::qmi_wire::service::wds::{Authentication, IpFamily};

use super::Modem;
use crate::args::{Auth, Connect, IpType};
use crate::commands::report::Report;
use crate::error::Fail;
use crate::output::Output;

fn session(number: u32) -> Result<u8, Fail> {
    u8::try_from(number)
        .ok()
        .filter(|number| *number < 64)
        .ok_or_else(|| Fail::Usage(format!("session {number} is too high: there are 0 to 63")))
}

pub(super) fn run(modem: &mut Modem, arguments: &Connect, out: &mut Output) -> Result<(), Fail> {
    let number = session(arguments.session)?;
    let patience = modem.patience();
    modem.client.register(Selection::Automatic, patience)?;
    let request = ConnectRequest {
        session: number,
        apn: &arguments.apn,
        ip_type: match arguments.ip_type {
            IpType::V4 => Families::V4,
            IpType::V6 => Families::V6,
            IpType::V4v6 => Families::V4V6,
        },
        user_name: arguments.user.as_deref().unwrap_or_default(),
        password: arguments.password.as_deref().unwrap_or_default(),
        authentication: match arguments.auth {
            Some(Auth::Chap) => Authentication::CHAP,
            Some(Auth::Pap) => Authentication::PAP,
            None if arguments.user.is_some() => Authentication::PAP,
            None => Authentication::empty(),
        },
        ..ConnectRequest::default()
    };
    modem.client.connect(&request)?;
    for instance in 0..=u8::MAX {
        modem.client.keep(Service::WDS, instance, true);
    }
    let mut report = Report::default();
    report.put("device", modem.name.as_str());
    report.put("protocol", "qmi");
    report.table.heading(&modem.name);
    report.put("access_string", &*arguments.apn);
    report.table.row("APN", &*arguments.apn);
    for (family, name) in [(IpFamily::IPV4, "IPv4"), (IpFamily::IPV6, "IPv6")] {
        let settings = match modem.client.settings(number, family) {
            Ok(settings) => settings,
            // There is no session of this family.
            Err(Error::Session(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        tell(&mut report, name, &settings);
    }
    report.print(out)
}

fn tell(report: &mut Report, name: &str, settings: &Settings) {
    report.table.row(name, format!("{settings:?}"));
}

pub(super) fn disconnect(modem: &mut Modem, number: u32, out: &mut Output) -> Result<(), Fail> {
    modem.client.disconnect(session(number)?)?;
    out.lines(&format!("session {number} disconnected"))?;
    Ok(())
}
