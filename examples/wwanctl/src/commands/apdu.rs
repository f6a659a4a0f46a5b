//! `apdu`: the card and the applications on it.

use mbim_wire::catalogue::{Value, hex};
use mbim_wire::service::ms_uicc_low_level_access as wire;
use wwan::apdu::{Command, StatusWords, USIM};
use wwan::procedure::mbim::uicc::Access;

use super::report::{self, Report};
use crate::args::Apdu;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::Output;

/// A number by which the channels of this program can be closed together.
const ACCESS: Access = Access { channel_group: 0x7777, class_byte_type: None };

/// Longest answer, in bytes: what an eSIM says to a question about itself is longer than a single APDU.
const LONGEST: usize = 0x1_0000;

pub(crate) fn run(modem: &mut Modem, apdu: &Apdu, out: &mut Output) -> Result<After, Fail> {
    let mut report = Report::default();
    if let Apdu::Send { commands, .. } = apdu {
        check(commands)?;
    }
    modem.settle()?;
    let done = match apdu {
        Apdu::List => list(modem, &mut report),
        Apdu::Atr => atr(modem, &mut report),
        Apdu::Send { aid, commands } => send(modem, aid.as_deref(), commands, &mut report),
    };
    // What the card has said until then is worth reading even if the rest failed.
    if !report.table.is_empty() {
        report.print(out)?;
    }
    done.map(|()| After::AsFound)
}

fn list(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let found = modem.ask::<wire::ApplicationList>()?;
    for application in found.get("applications").and_then(Value::as_array).into_iter().flatten() {
        let parts = [
            report::text(application, "application_id").to_owned(),
            report::text(application, "application_name").to_owned(),
        ];
        report.table.row(&report::words(application, "application_type").to_ascii_uppercase(), report::joined(&parts));
    }
    if report.table.is_empty() {
        report.table.row("Applications", "none");
    }
    report.put("application_list", found);
    Ok(())
}

fn atr(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let atr = modem.ask::<wire::Atr>()?;
    report.table.row("ATR", report::text(&atr, "atr"));
    report.put("atr", atr);
    Ok(())
}

fn send(modem: &mut Modem, aid: Option<&[u8]>, commands: &[Vec<u8>], report: &mut Report) -> Result<(), Fail> {
    let channel = modem.client.open_channel(aid.unwrap_or(USIM), ACCESS)?;
    let done = exchange(commands, report, |command, response| {
        Ok(modem.client.transmit(channel, ACCESS, command, response).map(|(words, said)| (words, said.len()))?)
    });
    let closed = modem.client.close_channel(channel);
    done.and(closed.map_err(Fail::from))
}

/// What is no APDU shows before the card is touched.
pub(crate) fn check(commands: &[Vec<u8>]) -> Result<(), Fail> {
    match commands.iter().find(|apdu| Command::parse(apdu).is_none()) {
        Some(wrong) => Err(Fail::Usage(format!("{} is no short APDU", hex(wrong)))),
        None => Ok(()),
    }
}

/// Has `transmit` send one command after the other, until the card refuses one; it returns the status words and how many
/// bytes the answer has.
pub(crate) fn exchange(
    commands: &[Vec<u8>],
    report: &mut Report,
    mut transmit: impl FnMut(Command<'_>, &mut [u8]) -> Result<(StatusWords, usize), Fail>,
) -> Result<(), Fail> {
    let mut exchanges = Vec::new();
    let mut response = vec![0; LONGEST];
    let mut done = Ok(());
    for apdu in commands {
        let Some(command) = Command::parse(apdu) else { continue };
        let (words, len) = match transmit(command, &mut response) {
            Ok(answer) => answer,
            Err(error) => {
                done = Err(error);
                break;
            }
        };
        let said = hex(response.get(..len).unwrap_or_default());
        report.table.row(&hex(apdu), format!("{said} {words}").trim_start());
        exchanges.push(serde_json::json!({
            "command": hex(apdu), "response": said, "status_words": words.to_string(),
        }));
        if !words.is_success() && !words.is_warning() {
            done = Err(Fail::Refused { reason: format!("the card refuses: status words {words}"), hint: None });
            break;
        }
    }
    report.put("apdu", exchanges);
    done
}
