//! `apdu`: the card and the applications on it.

use serde_json::json;
use wwan::client::qmi::Error;
use wwan::procedure::qmi::SimState;
use wwan::procedure::qmi::card::{CloseChannel, Command, OpenChannel, StatusWords, Transmit};
use wwan::qmi_wire::service::uim;

use super::Modem;
use crate::args::Apdu;
use crate::commands::report::Report;
use crate::error::Fail;
use crate::output::Output;

/// The USIM, whoever has issued it (3GPP TS 31.102).
const USIM: &[u8] = &[0xa0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02];

/// Longest answer, in bytes: what an eSIM says to a question about itself is longer than a single APDU.
const LONGEST: usize = 0x1_0000;

pub(super) fn run(modem: &mut Modem, apdu: &Apdu, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    let done = match apdu {
        Apdu::List => list(modem, &mut report),
        Apdu::Atr => atr(modem, &mut report),
        Apdu::Send { aid, commands } => send(modem, aid.as_deref(), commands, &mut report),
    };
    // What the card has said until then is worth reading even if the rest failed.
    if !report.table.is_empty() {
        report.print(out)?;
    }
    done
}

fn hex(bytes: &[u8]) -> String {
    mbim_wire::catalogue::hex(bytes)
}

/// The slot of the card that serves, from 1.
fn slot(modem: &mut Modem) -> Result<u8, Fail> {
    let patience = modem.patience();
    let sim = modem.client.sim(patience)?;
    match sim.state {
        SimState::NotInserted => Err(Error::Sim(sim.state).into()),
        _ => Ok(sim.slot.saturating_add(1)),
    }
}

fn list(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let slot = slot(modem)?;
    let answer = modem.client.ask::<uim::get_card_status::Message>(|_| {})?;
    let mut found = Vec::new();
    if let Some(status) = answer.card_status()? {
        let card = status.cards.iter().nth(usize::from(slot.saturating_sub(1)));
        for application in card.iter().flat_map(|card| card.applications.iter()) {
            let kind = application.kind.name().map_or_else(|| application.kind.0.to_string(), str::to_ascii_lowercase);
            let state =
                application.state.name().map_or_else(|| application.state.0.to_string(), str::to_ascii_lowercase);
            let id = hex(application.application_identifier_value.bytes);
            report.table.row(&kind.to_uppercase(), format!("{id}, {}", state.replace('_', " ")));
            found.push(json!({ "application_type": kind, "application_id": id, "state": state }));
        }
    }
    if report.table.is_empty() {
        report.table.row("Applications", "none");
    }
    report.put("application_list", json!({ "applications": found }));
    Ok(())
}

fn atr(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let slot = slot(modem)?;
    let answer = modem.client.ask::<uim::get_slot_status::Message>(|_| {})?;
    let (states, information) = (answer.physical_slot_status()?, answer.physical_slot_information()?);
    let place = states.iter().flat_map(|states| states.iter()).position(|state| state.logical_slot == slot);
    let card = information.iter().flat_map(|cards| cards.iter()).nth(place.unwrap_or(0));
    let Some(card) = card.filter(|card| !card.atr_value.bytes.is_empty()) else {
        return Err(Fail::Refused { reason: "the modem does not tell the ATR".to_owned(), hint: None });
    };
    let atr = hex(card.atr_value.bytes);
    report.table.row("ATR", atr.as_str());
    report.put("atr", json!({ "atr": atr }));
    Ok(())
}

fn send(modem: &mut Modem, aid: Option<&[u8]>, commands: &[Vec<u8>], report: &mut Report) -> Result<(), Fail> {
    // What is no APDU shows before the card is touched.
    if let Some(wrong) = commands.iter().find(|apdu| Command::parse(apdu).is_none()) {
        return Err(Fail::Usage(format!("{} is no short APDU", hex(wrong))));
    }
    let slot = slot(modem)?;
    let mut open = OpenChannel::new(slot, aid.unwrap_or(USIM));
    let opened = modem.client.follow(&mut open);
    if let (Err(Error::Refused(refusal)), Some(words)) = (&opened, open.words()) {
        return Err(Fail::Refused {
            reason: format!("the card refuses: status words {words} ({refusal})"),
            hint: None,
        });
    }
    opened?;
    let channel = open.channel();
    let done = exchange(modem, slot, channel, commands, report);
    let closed = modem.client.follow(&mut CloseChannel::new(slot, channel));
    done.and(closed.map_err(Fail::from))
}

fn exchange(modem: &mut Modem, slot: u8, channel: u8, commands: &[Vec<u8>], report: &mut Report) -> Result<(), Fail> {
    let mut exchanges = Vec::new();
    let mut response = vec![0; LONGEST];
    let mut done = Ok(());
    for apdu in commands {
        let Some(command) = Command::parse(apdu) else { continue };
        let mut transmit = Transmit::new(slot, channel, command, &mut response);
        let sent = modem.client.follow(&mut transmit);
        let (words, len) = (transmit.words(), transmit.response_len());
        if let Err(error) = sent {
            done = Err(error.into());
            break;
        }
        let said = hex(response.get(..len).unwrap_or_default());
        report.table.row(&hex(apdu), format!("{said} {words}").trim_start());
        exchanges.push(json!({ "command": hex(apdu), "response": said, "status_words": words.to_string() }));
        if !is_success(words) {
            done = Err(Fail::Refused { reason: format!("the card refuses: status words {words}"), hint: None });
            break;
        }
    }
    report.put("apdu", exchanges);
    done
}

/// Normal ending, or a warning with data (ETSI TS 102 221 §10.2).
const fn is_success(words: StatusWords) -> bool {
    words.is_success() || matches!(words.sw1, 0x62 | 0x63)
}
