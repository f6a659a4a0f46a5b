//! `apdu`: the card and the applications on it.

use mbim_wire::catalogue::{Form, Value, hex};
use mbim_wire::service::ms_uicc_low_level_access as uicc;
use mbim_wire::{Command as _, Status};

use super::report::{self, Report};
use crate::args::Apdu;
use crate::error::Fail;
use crate::modem::{After, Answer, Modem};
use crate::output::Output;

/// A number of our own, by which the channels of this program could be closed together.
const GROUP: u32 = 0x7777;

pub(crate) fn run(modem: &mut Modem, apdu: &Apdu, out: &mut Output) -> Result<After, Fail> {
    let mut report = Report::default();
    let done = match apdu {
        Apdu::List => list(modem, &mut report),
        Apdu::Atr => atr(modem, &mut report),
        Apdu::Channel { aid } => with_channel(modem, aid, &mut report, |_, _, _| Ok(())),
        Apdu::Send { aid: Some(aid), commands } => {
            with_channel(modem, aid, &mut report, |modem, channel, report| send(modem, channel, commands, report))
        }
        Apdu::Send { aid: None, commands } => send(modem, 0, commands, &mut report),
    };
    // What the card has said until then is worth reading even if the rest failed.
    if !report.table.is_empty() {
        report.print(out)?;
    }
    done.map(|()| After::AsFound)
}

fn list(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let found = modem.ask::<uicc::ApplicationList>()?;
    for application in found.get("applications").and_then(Value::as_array).into_iter().flatten() {
        let parts = [
            report::text(application, "application_id").to_owned(),
            report::text(application, "application_name").to_owned(),
        ];
        report.table.row(&report::words(application, "application_type").to_uppercase(), report::joined(&parts));
    }
    if report.table.is_empty() {
        report.table.row("Applications", "none");
    }
    report.put("application_list", found);
    Ok(())
}

fn atr(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let atr = modem.ask::<uicc::Atr>()?;
    report.table.row("ATR", report::text(&atr, "atr"));
    report.put("atr", atr);
    Ok(())
}

/// Opens a channel to an application for as long as `act` uses it.
fn with_channel(
    modem: &mut Modem,
    aid: &[u8],
    report: &mut Report,
    act: impl FnOnce(&mut Modem, u32, &mut Report) -> Result<(), Fail>,
) -> Result<(), Fail> {
    // Cards differ in which answer to the selection they are ready to give.
    let mut answer = open(modem, aid, 0x0c)?;
    if answer.status == mbim_wire::Status(SELECT_FAILED) {
        answer = open(modem, aid, 0x00)?;
    }
    if answer.status != Status::SUCCESS {
        return Err(refusal(&answer));
    }
    let fields = answer.fields()?;
    let channel = report::number(&fields, "channel").unwrap_or(0);
    report.table.row("Channel", channel.to_string());
    report.table.row("Selected", report::text(&fields, "response"));
    report.put("open_channel", fields);
    let done = act(modem, channel, report);
    let params = serde_json::json!({ "Channel": channel, "ChannelGroup": GROUP });
    let closed = modem.set::<uicc::CloseChannel>(&params);
    done.and(closed.map(drop))
}

/// The card has no such application, or does not answer its selection in that way.
const SELECT_FAILED: u32 = 0x8743_0002;

fn open(modem: &mut Modem, aid: &[u8], select_p2: u32) -> Result<Answer, Fail> {
    let params = serde_json::json!({ "AppId": hex(aid), "SelectP2Arg": select_p2, "ChannelGroup": GROUP });
    modem.command(uicc::MS_UICC_LOW_LEVEL_ACCESS, uicc::OpenChannel::CID, Form::Set, &params)
}

fn send(modem: &mut Modem, channel: u32, commands: &[Vec<u8>], report: &mut Report) -> Result<(), Fail> {
    let mut exchanges = Vec::new();
    let mut done = Ok(());
    for command in commands {
        let params = serde_json::json!({
            "Channel": channel,
            "SecureMessaging": "none",
            "ClassByteType": if channel > 3 { "extended" } else { "inter_industry" },
            "Command": hex(command),
        });
        let answer = modem.command(uicc::MS_UICC_LOW_LEVEL_ACCESS, uicc::Apdu::CID, Form::Set, &params)?;
        if answer.status != Status::SUCCESS {
            done = Err(refusal(&answer));
            break;
        }
        let fields = answer.fields()?;
        let words = status_words(&fields);
        let response = report::text(&fields, "response").to_owned();
        report.table.row(&hex(command), format!("{response} {words:04X}").trim_start());
        exchanges.push(serde_json::json!({
            "command": hex(command), "response": response, "status_words": format!("{words:04X}"),
        }));
        if !is_success(words) {
            done = Err(refused(words));
            break;
        }
    }
    report.put("apdu", exchanges);
    done
}

/// Both status words; the first stands in the low byte.
fn status_words(fields: &Value) -> u16 {
    let [first, second, ..] = report::number(fields, "status").unwrap_or(0).to_le_bytes();
    u16::from_be_bytes([first, second])
}

/// Normal ending, or a warning with data (ETSI TS 102 221 §10.2).
const fn is_success(words: u16) -> bool {
    matches!(words >> 8, 0x90..=0x92 | 0x61 | 0x62 | 0x63)
}

fn refused(words: u16) -> Fail {
    Fail::Refused { reason: format!("the card refuses: status words {words:04X}"), hint: None }
}

/// The refusal, with the status words if they came along.
fn refusal(answer: &Answer) -> Fail {
    let words = answer.body.first_chunk::<2>().map(|words| u16::from_be_bytes(*words));
    match words.filter(|words| *words != 0) {
        Some(words) => Fail::Refused { reason: format!("{}; status words {words:04X}", answer.refusal()), hint: None },
        None => answer.refusal(),
    }
}
