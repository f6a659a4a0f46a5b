//! What `connect --tun` does alike over all protocols: the session's packets pass through this program for as long as it
//! runs.

use mbim_wire::catalogue::Value;

use super::report::{self, Report};
use crate::args::{Connect, Options};
use crate::device::{Opened, Speaks};
use crate::error::Fail;
use crate::output::Output;
use crate::usb::{self, Data, Link};

/// What is wrong with the command line, or with this machine, shows before a modem is touched.
pub(crate) fn prepare(options: &Options, arguments: &Connect) -> Result<(), Fail> {
    match &arguments.tun {
        None => Ok(()),
        Some(tun) if options.device.as_deref().is_some_and(usb::is_usb) => usb::check(tun),
        Some(_) => Err(Fail::Usage(
            "--tun belongs to --device usb; with other devices the kernel's driver has the packets, and a network interface for them"
                .to_owned(),
        )),
    }
}

/// Whether what was opened can do what was asked for.
pub(crate) fn check(opened: &mut Opened, arguments: &Connect) -> Result<(), Fail> {
    let limited = opened.channel.channel_mut().channel_mut();
    match (&arguments.tun, limited.has_data_pipe()) {
        (Some(_), true) if opened.speaks == Speaks::Qmi && limited.has_mbim_data() => Err(Fail::Usage(
            "--tun: this is an MBIM function, whose packets belong to sessions of MBIM; `--protocol mbim` connects those"
                .to_owned(),
        )),
        (Some(_), false) => {
            Err(Fail::Usage("--tun: this is the AT port of the modem, which carries no packets".to_owned()))
        }
        (None, true) => Err(Fail::Usage(
            "on USB this program has the modem's packets: --tun NAME says which network interface they shall pass through"
                .to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Makes the interface, tells that it is up, and lets packets pass until `listen` says that it is over, or one of the ends is
/// gone. Tells then what has passed.
pub(crate) fn run(
    data: Option<Data>,
    (tun, session): (&str, u8),
    (mut report, ip): (Report, &Value),
    out: &mut Output,
    mut listen: impl FnMut() -> Result<bool, Fail>,
) -> Result<(), Fail> {
    let data = data.ok_or_else(|| Fail::Usage("--tun: the data pipe is in use".to_owned()))?;
    let link = Link::up(data, tun, session, ip)?;
    report.table.row("Interface", tun);
    report.put("interface", tun);
    report.print_line(out)?;
    let ended = loop {
        if !link.is_up() {
            break Ok(());
        }
        match listen() {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(fail) => break Err(fail),
        }
    };
    let (counters, failure) = link.down();
    told(&counters, out)?;
    failure.map_or(ended, Err)
}

/// What has passed.
fn told(counters: &Value, out: &mut Output) -> Result<(), Fail> {
    if out.json {
        return Ok(out.line(&serde_json::json!({ "packets": counters }))?);
    }
    let mut report = Report::default();
    for (label, key) in [("Received", "received"), ("Sent", "sent")] {
        let Some(direction) = counters.get(key) else { continue };
        let number = |name: &str| direction.get(name).and_then(Value::as_u64).unwrap_or(0);
        let beside = |name: &str| match number(name) {
            0 => String::new(),
            count => format!("{count} {name}"),
        };
        let passed = format!(
            "{} packets with {} bytes in {} transfers",
            number("packets"),
            number("bytes"),
            number("transfers")
        );
        report.table.row(label, report::joined(&[passed, beside("dropped"), beside("errors")]));
    }
    report.print(out)
}
