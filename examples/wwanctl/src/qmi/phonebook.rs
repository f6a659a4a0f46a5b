//! `phonebook`: the entries on the SIM, in the file where the card has them.

use serde_json::{Value, json};
use wwan::at_wire::phonebook::Entry;
use wwan::procedure::qmi::{Records, WriteEntry};
use wwan::qmi_wire::service::pbm;

use super::{Error, Modem};
use crate::args::Phonebook;
use crate::commands::phonebook::{tell_entries, tell_state};
use crate::commands::report::Report;
use crate::device::DeviceError;
use crate::error::Fail;
use crate::output::Output;

/// Bytes of a record that are not the name.
const NUMBER: u8 = 14;

pub(super) fn run(modem: &mut Modem, phonebook: &Phonebook, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    modem.ready_sim()?;
    let book = match modem.client.phonebook() {
        Ok(book) => book,
        Err(error) => return Err(with_words(modem, error)),
    };
    let book =
        book.ok_or_else(|| Fail::Refused { reason: "there is no phonebook on the card".to_owned(), hint: None })?;
    match phonebook {
        Phonebook::Info => {}
        Phonebook::List => tell_entries(&entries(modem, book)?, &mut report),
        Phonebook::Read { index } => {
            let Some(entry) = read(modem, book, at(book, *index)?)? else { return Err(none_at(*index)) };
            tell_entries(&[entry], &mut report);
        }
        Phonebook::Write { name, number, index } => {
            let index = index.map(|index| at(book, index)).transpose()?;
            let write = WriteEntry::new(book, index, &Entry::new(name, number));
            let mut write = write.map_err(|error| Fail::Usage(format!("the entry cannot be written: {error}")))?;
            follow(modem, &mut write)?;
        }
        Phonebook::Delete { index: Some(index) } => {
            let place = at(book, *index)?;
            if read(modem, book, place)?.is_none() {
                return Err(none_at(*index));
            }
            follow(modem, &mut WriteEntry::erase(book, place))?;
        }
        Phonebook::Delete { index: None } => {
            for place in 1..=book.count {
                if read(modem, book, place)?.is_some() {
                    follow(modem, &mut WriteEntry::erase(book, place))?;
                }
            }
        }
    }
    if !matches!(phonebook, Phonebook::List | Phonebook::Read { .. }) {
        let used = used(modem, book)?;
        let configuration = json!({
            "state": "initialized",
            "number_of_entries": book.count,
            "used_entries": used,
            "max_number_length": 20,
            "max_name": book.len.saturating_sub(NUMBER),
        });
        tell_state(configuration, &mut report);
    }
    report.print(out)
}

fn none_at(index: u32) -> Fail {
    Fail::Refused { reason: format!("there is no entry {index}"), hint: Some("`wwanctl phonebook list` tells them") }
}

/// The record of an index.
fn at(book: Records, index: u32) -> Result<u8, Fail> {
    let place = u8::try_from(index).ok().filter(|place| (1..=book.count).contains(place));
    place.ok_or_else(|| Fail::Usage(format!("{index}: the phonebook has places 1 to {}", book.count)))
}

fn follow(modem: &mut Modem, write: &mut WriteEntry) -> Result<(), Fail> {
    match modem.client.follow(write) {
        Err(Error::NoRoom { .. }) => {
            Err(Fail::Refused { reason: "the phonebook is full".to_owned(), hint: Some("delete an entry first") })
        }
        done => done.map_err(|error| with_words(modem, error)),
    }
}

/// A refusal, with what the card has said.
pub(super) fn with_words(modem: &Modem, error: Error<DeviceError>) -> Fail {
    let words = modem.client.last_answer().find(0x10).and_then(<[u8]>::first_chunk);
    match (Fail::from(error), words) {
        (Fail::Refused { reason, hint }, Some([sw1, sw2])) => {
            Fail::Refused { reason: format!("{reason}; status words {sw1:02X}{sw2:02X}"), hint }
        }
        (fail, _) => fail,
    }
}

/// An entry as JSON, `None` if its place is free.
fn read(modem: &mut Modem, book: Records, place: u8) -> Result<Option<Value>, Fail> {
    let record = match modem.client.phonebook_record(book, place) {
        Ok(record) => record,
        Err(error) => return Err(with_words(modem, error)),
    };
    Ok(match Entry::read(record) {
        Ok(None) => None,
        Ok(Some(entry)) => {
            // The digits beyond the twentieth are in a file of their own.
            let more = if entry.extension.is_some() { "..." } else { "" };
            let number = format!("{}{more}", entry.number);
            Some(json!({ "entry_index": place, "number": number, "name": entry.name.to_string() }))
        }
        Err(error) => Some(json!({ "entry_index": place, "error": error.to_string() })),
    })
}

fn entries(modem: &mut Modem, book: Records) -> Result<Vec<Value>, Fail> {
    let mut found = Vec::new();
    for place in 1..=book.count {
        modem.check()?;
        found.extend(read(modem, book, place)?);
    }
    Ok(found)
}

/// How many entries there are: the modem knows, or they are counted.
fn used(modem: &mut Modem, book: Records) -> Result<usize, Fail> {
    let wanted = pbm::PhonebookInformation {
        session_type: pbm::SessionType::GW_PRIMARY,
        phonebook_type: pbm::PhonebookType::ADN,
    };
    let told = modem.client.ask::<pbm::get_capabilities::Message>(|request| {
        request.phonebook_information(wanted);
    });
    let told = match told {
        Ok(told) => told.capability_basic_information()?,
        Err(Error::Refused(_) | Error::Failed { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    match told.filter(|told| told.maximum_records == u16::from(book.count)) {
        Some(told) => Ok(told.used_records.into()),
        None => Ok(entries(modem, book)?.len()),
    }
}
