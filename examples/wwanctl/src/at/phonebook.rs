//! `phonebook`: the entries on the SIM.

use at_wire::command::phonebook::{cpbr, cpbs};
use at_wire::parameter::Str;
use serde_json::{Value, json};
use wwan::at_wire::phonebook::{Entry, NUMBER_LEN};

use super::Modem;
use crate::args::Phonebook;
use crate::commands::phonebook::{tell_entries, tell_state};
use crate::commands::report::Report;
use crate::error::Fail;
use crate::output::Output;

/// The phonebook on the card (27.007 §8.11).
const CARD: &str = "SM";

/// What fits.
#[derive(Debug)]
struct Room {
    places: u16,
    used: Option<u16>,
    number: Option<u16>,
    name: Option<u16>,
}

pub(super) fn run(modem: &mut Modem, phonebook: &Phonebook, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    modem.ready_sim()?;
    modem.settle::<cpbs::Read>()?;
    modem.keep("+CPBS", 1)?;
    modem.keep("+CSCS", 1)?;
    match phonebook {
        Phonebook::Info => {}
        Phonebook::List => tell_entries(&entries(modem, None)?, &mut report),
        Phonebook::Read { index } => {
            let found = entry(modem, *index)?;
            tell_entries(&[found], &mut report);
        }
        Phonebook::Write { name, number, index } => {
            // What no card has a code for shows before the modem is asked.
            let mut record = [0; NUMBER_LEN + 241];
            let unwritable = |error| Fail::Usage(format!("the entry cannot be written: {error}"));
            Entry::new(name, number).write(&mut record).map_err(unwritable)?;
            let index = index.map(|index| at(modem, index)).transpose()?;
            modem.client.phonebook_write(CARD, index, number, name)?;
        }
        Phonebook::Delete { index: Some(index) } => {
            entry(modem, *index)?;
            let index = at(modem, *index)?;
            modem.client.phonebook_delete(CARD, index)?;
        }
        Phonebook::Delete { index: None } => {
            for found in entries(modem, None)? {
                let index = found.get("entry_index").and_then(Value::as_u64);
                if let Some(index) = index.and_then(|index| u16::try_from(index).ok()) {
                    modem.client.phonebook_delete(CARD, index)?;
                }
            }
        }
    }
    if !matches!(phonebook, Phonebook::List | Phonebook::Read { .. }) {
        let room = room(modem)?;
        let used = match room.used {
            Some(used) => usize::from(used),
            None => entries(modem, None)?.len(),
        };
        let configuration = json!({
            "state": "initialized",
            "number_of_entries": room.places,
            "used_entries": used,
            "max_number_length": room.number,
            "max_name": room.name,
        });
        tell_state(configuration, &mut report);
    }
    report.print(out)
}

/// How much fits into the phonebook, and how much is there.
fn room(modem: &mut Modem) -> Result<Room, Fail> {
    modem.client.send(&cpbs::Set { storage: Str(CARD.as_bytes()), password: None })?;
    let answer = modem.client.send(&cpbs::Read {})?;
    let state = answer.all::<cpbs::ReadAnswer<'_>>().find_map(Result::ok);
    let (used, total) = state.map_or((None, None), |state| (state.used, state.total));
    let answer = modem.client.send(&cpbr::Test {})?;
    let room = answer.all::<cpbr::TestAnswer<'_>>().find_map(Result::ok);
    let places = room.and_then(|room| room.index.bounds()).and_then(|(_, high)| u16::try_from(high).ok());
    Ok(Room {
        places: places.or(total).unwrap_or(0),
        used,
        number: room.and_then(|room| room.nlength),
        name: room.and_then(|room| room.tlength),
    })
}

/// The place of an index.
fn at(modem: &mut Modem, index: u32) -> Result<u16, Fail> {
    let places = room(modem)?.places;
    let place = u16::try_from(index).ok().filter(|place| (1..=places).contains(place));
    place.ok_or_else(|| Fail::Usage(format!("{index}: the phonebook has places 1 to {places}")))
}

/// The entry of an index, which must be there.
fn entry(modem: &mut Modem, index: u32) -> Result<Value, Fail> {
    let place = at(modem, index)?;
    let found = entries(modem, Some(place))?.into_iter().next();
    found.ok_or_else(|| Fail::Refused {
        reason: format!("there is no entry {index}"),
        hint: Some("`wwanctl phonebook list` tells them"),
    })
}

/// All entries, or that at one place.
fn entries(modem: &mut Modem, index: Option<u16>) -> Result<Vec<Value>, Fail> {
    let mut found = Vec::new();
    let read = modem.client.phonebook_read(CARD, index, &mut |contact| {
        let (number, name) = (contact.number.as_str(), contact.name.as_str());
        found.push(json!({ "entry_index": contact.index, "number": number, "name": name }));
    });
    read?;
    Ok(found)
}
