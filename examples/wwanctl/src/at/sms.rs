//! `sms`: short messages in the memories of the card and of the modem, and to others.

use at_wire::command::sms::{Memory, cpms};
use at_wire::parameter::Str;
use at_wire::result::{Cause, FinalResult};
use serde_json::json;
use wwan::client::at::Error;
use wwan::procedure::at::{MessageFormat, SendText, SendTextMode, Stop, StoredText};
use wwan::sms::{Inbox, Part, Stored, TextMessage};
use wwan::time::{Instant, Millis};

use super::Modem;
use crate::args::Sms;
use crate::commands::report::Report;
use crate::commands::sms::{Listing, MOST, PARTS, check_number, message, tell_centre, tell_sent, text_of, unsendable};
use crate::error::Fail;
use crate::output::{Output, note};

/// Messages on the card have their own numbers, those in the modem count from here.
const MODEM: u32 = 1000;

/// The memories that hold messages: on the card, and in the modem.
const MEMORIES: [(Memory, u32); 2] = [(Memory::Card, 0), (Memory::Equipment, MODEM)];

pub(super) fn run(modem: &mut Modem, sms: &Sms, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    if let Sms::Centre { number: Some(number) } = sms {
        check_number(number)?;
    }
    modem.ready_sim()?;
    match sms {
        Sms::Info => {
            let format = format(modem)?;
            let memories = memories(modem)?;
            info(modem, &memories, format, &mut report)?;
        }
        Sms::Centre { number } => centre(modem, number.as_deref(), &mut report)?,
        Sms::List { which } => {
            let memories = memories(modem)?;
            list(modem, &memories, *which, &mut report)?;
        }
        Sms::Send { number, text, report: wanted, flash } => {
            let text = text_of(&mut || modem.check(), text)?;
            send(modem, message(number, &text, *wanted, *flash), &mut report)?;
        }
        Sms::Delete { which } => {
            let memories = memories(modem)?;
            delete(modem, &memories, *which)?;
            report.table.row("Messages", "deleted");
            report.put("deleted", true);
        }
    }
    report.print(out)
}

/// How the modem writes messages. What that changes is put back in the end.
fn format(modem: &mut Modem) -> Result<MessageFormat, Fail> {
    for (name, parameters) in [("+CMGF", 1), ("+CSDH", 1), ("+CSMP", 4), ("+CSCS", 1)] {
        modem.keep(name, parameters)?;
    }
    Ok(modem.client.message_format()?)
}

/// The memories that the modem has. Which one is selected is put back in the end.
fn memories(modem: &mut Modem) -> Result<Vec<(Memory, u32)>, Fail> {
    modem.settle::<cpms::Read>()?;
    modem.keep("+CPMS", 1)?;
    let known: Vec<Memory> = match modem.client.send(&cpms::Test {}) {
        Ok(answer) => match answer.all::<cpms::TestAnswer<'_>>().find_map(Result::ok) {
            Some(told) => told.memories(0).collect(),
            None => Vec::new(),
        },
        Err(Error::Refused { .. }) => vec![Memory::Card],
        Err(error) => return Err(error.into()),
    };
    Ok(MEMORIES.into_iter().filter(|(memory, _)| known.contains(memory)).collect())
}

fn info(modem: &mut Modem, memories: &[(Memory, u32)], format: MessageFormat, report: &mut Report) -> Result<(), Fail> {
    let (mut stored, mut list) = (serde_json::Map::new(), Vec::new());
    let format = if format == MessageFormat::Text { "text" } else { "pdu" };
    report.table.row("Format", format);
    report.put("format", format);
    for (memory, _) in memories {
        let answer = modem.client.send(&cpms::Set { mem1: Str(memory.name().as_bytes()), mem2: None, mem3: None })?;
        let Some(told) = answer.all::<cpms::SetAnswer>().find_map(Result::ok) else { continue };
        let (place, key) = if *memory == Memory::Card { ("on the card", "uim") } else { ("in the modem", "nv") };
        report.table.row("Stored", format!("{} of {} {place}", told.used1, told.total1));
        stored.insert(key.into(), told.used1.into());
        list.push(json!({ "memory": memory.name(), "used": told.used1, "total": told.total1 }));
    }
    report.put("message_protocol", "wcdma");
    report.put("stored", stored);
    report.put("memories", list);
    Ok(())
}

fn centre(modem: &mut Modem, number: Option<&str>, report: &mut Report) -> Result<(), Fail> {
    if let Some(number) = number {
        modem.client.set_service_centre(number)?;
    }
    tell_centre(&modem.client.service_centre()?, report);
    Ok(())
}

fn send(modem: &mut Modem, message: TextMessage<'_>, report: &mut Report) -> Result<(), Fail> {
    let mut references = [0; MOST];
    let (done, progress) = match format(modem)? {
        MessageFormat::Pdu => {
            let mut sending = SendText::new(message, &mut references).map_err(|error| unsendable(&error))?;
            let done = modem.client.follow(&mut sending);
            let progress = (sending.sent(), sending.parts());
            match &done {
                // It has the PDU mode, and does not take PDUs in it.
                Err(Error::Stop(Stop::Refused(refusal))) if progress.0 == 0 && is_no_pdu(refusal.result) => {
                    let mut sending =
                        SendTextMode::new(message, &mut references).map_err(|error| unsendable(&error))?;
                    let done = modem.client.follow(&mut sending);
                    (done, (sending.sent(), sending.parts()))
                }
                _ => (done, progress),
            }
        }
        MessageFormat::Text => {
            let mut sending = SendTextMode::new(message, &mut references).map_err(|error| unsendable(&error))?;
            let done = modem.client.follow(&mut sending);
            (done, (sending.sent(), sending.parts()))
        }
    };
    tell_sent(done.map_err(Fail::from), progress, &references, report)
}

/// The memory of a number that a person uses, and the place in it.
fn place(number: u32) -> (Memory, u32) {
    match number.checked_sub(MODEM) {
        Some(index) => (Memory::Equipment, index),
        None => (Memory::Card, number),
    }
}

fn missing(number: u32) -> Fail {
    Fail::Refused {
        reason: format!("there is no message {number}"),
        hint: Some("`wwanctl sms list` tells the numbers: those on the card below 1000, those in the modem above"),
    }
}

/// Whether the modem refuses because nothing is at the place (27.005 §3.2.5, 27.007 §9.2).
fn is_nowhere(error: &Error<crate::device::DeviceError>) -> bool {
    match error {
        Error::Stop(Stop::Missing { .. }) => true,
        Error::Stop(Stop::Refused(refusal)) => {
            matches!(refusal.result, FinalResult::Cms(Cause::Number(321))) || matches!(refusal.cme(), Some(21 | 22))
        }
        _ => false,
    }
}

/// Whether the modem refuses a PDU for being one (27.005 §3.2.5).
const fn is_no_pdu(result: FinalResult<'_>) -> bool {
    matches!(result, FinalResult::Cms(Cause::Number(302..=304)))
}

const fn status(stat: u8) -> &'static str {
    match stat {
        0 => "new",
        1 => "old",
        2 => "draft",
        3 => "sent",
        _ => "unknown",
    }
}

/// Reads the messages that are meant, each with the number that a person uses; a single one must be there.
fn read(
    modem: &mut Modem,
    memories: &[(Memory, u32)],
    which: Stored,
    take: &mut dyn FnMut(u32, StoredText, &[u8]),
) -> Result<(), Fail> {
    let format = format(modem)?;
    let mut unreadable = 0_u32;
    let stored = |modem: &mut Modem, which, memory: Memory, take: &mut dyn FnMut(StoredText, &[u8])| {
        if format == MessageFormat::Text {
            return modem.client.read_text_mode(which, memory.name(), take);
        }
        let mut found = false;
        let read = modem.client.read_texts(which, memory.name(), &mut |text, pdu| {
            found = true;
            take(text, pdu);
        });
        // There are modems that have the PDU mode, and nothing useful in it.
        let useless = match &read {
            Ok(unreadable) => *unreadable > 0,
            Err(error @ Error::Stop(Stop::Refused(_))) => !is_nowhere(error),
            Err(_) => false,
        };
        match useless && !found {
            true => modem.client.read_text_mode(which, memory.name(), take).or(read),
            false => read,
        }
    };
    match which {
        Stored::At(number) => {
            let (memory, index) = place(number);
            if !memories.iter().any(|(known, _)| *known == memory) {
                return Err(missing(number));
            }
            let read = stored(modem, Stored::At(index), memory, &mut |text, pdu| take(number, text, pdu));
            match read {
                Err(error) if is_nowhere(&error) => return Err(missing(number)),
                read => unreadable = unreadable.saturating_add(read?),
            }
        }
        which => {
            for (memory, first) in memories {
                let read = stored(modem, which, *memory, &mut |text, pdu| {
                    take(text.index.saturating_add(*first), text, pdu);
                })?;
                unreadable = unreadable.saturating_add(read);
            }
        }
    }
    if unreadable > 0 {
        let why = match format {
            MessageFormat::Text => "; in text mode some texts cannot be told from answers",
            MessageFormat::Pdu => "",
        };
        note(&format!("{unreadable} messages cannot be read{why}"));
    }
    Ok(())
}

fn list(modem: &mut Modem, memories: &[(Memory, u32)], which: Stored, report: &mut Report) -> Result<(), Fail> {
    let mut parts = vec![Part::FREE; PARTS];
    let mut inbox = Inbox::new(&mut parts, Millis(u32::MAX));
    let mut listing = Listing::default();
    read(modem, memories, which, &mut |number, text, pdu| match inbox.take(Instant(0), pdu, number) {
        Ok(received) => listing.take(number, status(text.stat).to_owned(), received),
        Err(error) => listing.push(json!({ "indexes": [number], "error": error.to_string() })),
    })?;
    listing.tell(&inbox, false, report);
    Ok(())
}

fn delete(modem: &mut Modem, memories: &[(Memory, u32)], which: Stored) -> Result<(), Fail> {
    let mut found = Vec::new();
    if let Stored::All = which {
        for (memory, _) in memories {
            modem.client.delete_texts(memory.name(), None)?;
        }
        return Ok(());
    }
    // One by one: what modems delete of a kind differs.
    read(modem, memories, which, &mut |number, _, _| found.push(number))?;
    for number in found {
        let (memory, index) = place(number);
        modem.client.delete_texts(memory.name(), Some(index))?;
    }
    Ok(())
}
