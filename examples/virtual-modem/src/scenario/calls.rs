//! The tables of a scenario for calls, and events of the network and the card that a host must deal with at once.

use wwan::device::modem::Text;
use wwan::device::modem::broadcast::Page;
use wwan::device::modem::refresh::{Path, Refresh, RefreshMode};
use wwan::device::modem::sms::{Number, is_number};
use wwan::device::modem::voice::{Conduct, EmergencyNumber, Party, VoiceSetup};
use wwan::time::Millis;

use super::Action;
use super::read::{Hex, Keys, Node, Problem, Table, Words, value};

impl Keys for VoiceSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("enabled", &mut self.enabled)?;
        table.put("call-waiting", &mut self.call_waiting)?;
        if let Some(number) = table.get::<Number>("forward-to")? {
            self.forward_to = checked(table, "forward-to", number)?;
        }
        let most = self.parties.capacity();
        table.replace_tables("party", &mut self.parties, most, party)?;
        let most = self.emergency.capacity();
        table.replace_tables("emergency", &mut self.emergency, most, emergency)
    }
}

fn checked(table: &Table<'_>, key: &'static str, number: Number) -> Result<Number, Problem> {
    if is_number(&number) {
        return Ok(number);
    }
    Err(table.problem_at(key, &format!("{number:?} is no telephone number")))
}

const CONDUCTS: &Words<Conduct> = &[
    ("answers", Conduct::Answers),
    ("waits", Conduct::Waits),
    ("forwards", Conduct::Forwards),
    ("busy", Conduct::Busy),
    ("silent", Conduct::Silent),
    ("rejects", Conduct::Rejects),
    ("unassigned", Conduct::Unassigned),
];

/// Somebody who can be called: `does`, or `answers-for` a time.
fn party(table: &mut Table<'_>) -> Result<Party, Problem> {
    let number = table.must("number")?;
    let number = checked(table, "number", number)?;
    let (does, time) = (table.choice("does", CONDUCTS)?, table.get::<Millis>("answers-for")?);
    table.finish()?;
    match (does, time) {
        (Some(conduct), None) => Ok(Party { number, conduct }),
        (None, Some(time)) => Ok(Party { number, conduct: Conduct::AnswersFor(time) }),
        _ => Err(table.problem("one of `does` and `answers-for` is wanted beside `number`")),
    }
}

const SERVICES: &Words<u8> =
    &[("police", 1), ("ambulance", 1 << 1), ("fire-brigade", 1 << 2), ("marine", 1 << 3), ("mountain", 1 << 4)];

fn emergency(table: &mut Table<'_>) -> Result<EmergencyNumber, Problem> {
    let number: Text<6> = table.must("number")?;
    let mut services: Vec<String> = Vec::new();
    table.replace("services", &mut services, SERVICES.len(), value)?;
    let mut bits = 0;
    for service in &services {
        let known = SERVICES.iter().find(|(name, _)| name == service);
        let message = format!("{service:?} is none of police, ambulance, fire-brigade, marine and mountain");
        bits |= known.ok_or_else(|| table.problem_at("services", &message))?.1;
    }
    Ok(EmergencyNumber { number, services: bits })
}

/// Somebody calls.
pub(super) fn call(table: &mut Table<'_>) -> Result<Action, Problem> {
    let from: Number = table.get("from")?.unwrap_or_default();
    let from = if from.is_empty() { from } else { checked(table, "from", from)? };
    Ok(Action::ReceiveCall { from })
}

const MODES: &Words<RefreshMode> = &[
    ("reset", RefreshMode::Reset),
    ("init", RefreshMode::Init),
    ("init-files", RefreshMode::InitFiles),
    ("files", RefreshMode::Files),
    ("init-all", RefreshMode::InitAll),
    ("application", RefreshMode::Application),
    ("session", RefreshMode::Session),
];

/// The card wants a refresh.
pub(super) fn refresh(table: &mut Table<'_>) -> Result<Action, Problem> {
    let mut refresh = Refresh { mode: table.must_choose("mode", MODES)?, files: Default::default() };
    let most = refresh.files.capacity();
    table.replace("files", &mut refresh.files, most, path)?;
    Ok(Action::Refresh(refresh))
}

fn path(node: &Node<'_>) -> Result<Path, Problem> {
    let Hex(path) = value(node)?;
    let fits = path.len() >= 2 && path.len().is_multiple_of(2);
    let path = Path::from_slice(&path).ok().filter(|_| fits);
    path.ok_or_else(|| super::read::wanted(node, "a path of at most four file identifiers"))
}

/// The network sends a page to everybody.
pub(super) fn broadcast(table: &mut Table<'_>) -> Result<Action, Problem> {
    let (channel, text) = (table.must("channel")?, table.must::<String>("text")?);
    let serial = table.get("serial")?.unwrap_or(1);
    let page = Page::text(serial, channel, &text).map_err(|_| table.problem_at("text", "a text is wanted"))?;
    Ok(Action::Broadcast(page))
}
