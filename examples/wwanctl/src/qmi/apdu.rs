//! `apdu`: the card and the applications on it.

use serde_json::json;
use wwan::apdu::USIM;
use wwan::client::qmi::Error;
use wwan::procedure::qmi::SimState;
use wwan::procedure::qmi::card::{CloseChannel, OpenChannel, Transmit};
use wwan::qmi_wire::service::uim;

use super::Modem;
use crate::args::Apdu;
use crate::commands::apdu::{check, exchange};
use crate::commands::report::Report;
use crate::error::Fail;
use crate::output::Output;

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
            report.table.row(&kind.to_ascii_uppercase(), format!("{id}, {}", state.replace('_', " ")));
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
    check(commands)?;
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
    let done = exchange(commands, report, |command, response| {
        let mut transmit = Transmit::new(slot, channel, command, response);
        modem.client.follow(&mut transmit)?;
        Ok((transmit.words(), transmit.response().len()))
    });
    let closed = modem.client.follow(&mut CloseChannel::new(slot, channel));
    done.and(closed.map_err(Fail::from))
}
