//! `sms`: short messages in the store of the modem, and to others.

use std::process;

use mbim_wire::Status;
use mbim_wire::catalogue::Value;
use mbim_wire::service::sms as wire;
use wwan::at_wire::sms::{Direction, Pdu};
use wwan::client::mbim::Error;
use wwan::procedure::mbim::{SendText, StoreItem, cdma_text};
use wwan::sms::{Inbox, Message, Part, Received, Stored, TextMessage};
use wwan::time::Millis;

use super::report::{self, Report};
use super::{Check, input};
use crate::args::Sms;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::{Output, note, put_in_order};

/// Parts of long messages that are put together: more than any SIM stores.
pub(crate) const PARTS: usize = 512;
/// Parts of a message at most.
pub(crate) const MOST: usize = 255;

pub(crate) fn run(modem: &mut Modem, sms: &Sms, out: &mut Output) -> Result<After, Fail> {
    let mut report = Report::default();
    if let Sms::Centre { number: Some(number) } = sms {
        check_number(number)?;
    }
    modem.settle_store::<wire::Configuration>("sms_storage_state")?;
    match sms {
        Sms::Info => info(modem, &mut report)?,
        Sms::Centre { number } => centre(modem, number.as_deref(), &mut report)?,
        Sms::List { which } => list(modem, *which, &mut report)?,
        Sms::Send { number, text, report: wanted, flash } => {
            let text = text_of(&mut || modem.check(), text)?;
            let mut references = [0; MOST];
            let mut sending = SendText::new(message(number, &text, *wanted, *flash), &mut references)
                .map_err(|error| unsendable(&error))?;
            let done = modem.client.follow(&mut sending);
            let progress = (sending.sent(), sending.parts());
            tell_sent(done.map_err(Fail::from), progress, &references, &mut report)?;
        }
        Sms::Delete { which } => {
            modem.client.delete_texts(*which)?;
            report.table.row("Messages", "deleted");
            report.put("deleted", true);
        }
    }
    report.print(out)?;
    Ok(After::AsFound)
}

fn info(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let configuration = modem.ask::<wire::Configuration>()?;
    let status = modem.ask::<wire::MessageStoreStatus>()?;
    let state = match report::text(&configuration, "sms_storage_state") {
        "initialized" => "ready".to_owned(),
        _ => "not ready yet".to_owned(),
    };
    let room = report::number(&configuration, "max_messages").unwrap_or(0);
    report.table.row("Store", format!("{state}, room for {room} messages, {}", report::text(&configuration, "format")));
    let news = report::words(&status, "flag");
    report.table.row("State", if news.is_empty() { "nothing new".to_owned() } else { news });
    report.table.row("Service centre", report::text(&configuration, "sc_address"));
    report.put("configuration", configuration);
    report.put("message_store_status", status);
    Ok(())
}

fn centre(modem: &mut Modem, number: Option<&str>, report: &mut Report) -> Result<(), Fail> {
    let mut configuration = modem.ask::<wire::Configuration>()?;
    if let Some(number) = number {
        let format = configuration.get("format").cloned().unwrap_or_default();
        let params = serde_json::json!({ "Format": format, "ScAddress": number });
        configuration = modem.set::<wire::Configuration>(&params)?;
    }
    tell_centre(report::text(&configuration, "sc_address"), report);
    Ok(())
}

/// Whether that can be the number of a service centre.
pub(crate) fn check_number(number: &str) -> Result<(), Fail> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    if digits.is_empty() || digits.len() > 20 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Fail::Usage(format!("{number:?}: up to 20 digits expected, with + in front or not")));
    }
    Ok(())
}

pub(crate) fn tell_centre(number: &str, report: &mut Report) {
    report.table.row("Service centre", number);
    report.put("sc_address", number);
}

/// The text to send; `-` stands for standard input.
pub(crate) fn text_of(check: Check<'_>, text: &str) -> Result<String, Fail> {
    match text {
        "-" => Ok(input(check, None)?.trim_end_matches(['\r', '\n']).to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// The message of the command line.
pub(crate) fn message<'a>(number: &'a str, text: &'a str, status_report: bool, flash: bool) -> TextMessage<'a> {
    // Parts of two long texts to one receiver must not be taken for each other's.
    let reference = process::id().to_le_bytes()[0];
    TextMessage { number, text, reference, status_report, flash, ..TextMessage::default() }
}

pub(crate) fn unsendable(error: &dyn core::fmt::Display) -> Fail {
    Fail::Usage(format!("the message cannot be sent: {error}"))
}

/// What came of sending, and how many parts of how many were accepted.
pub(crate) fn tell_sent(
    done: Result<(), Fail>,
    (sent, parts): (u8, u8),
    references: &[u32],
    report: &mut Report,
) -> Result<(), Fail> {
    if done.is_err() && sent > 0 {
        note(&format!("{sent} of {parts} parts were sent before"));
    }
    done?;
    let references = references.get(..usize::from(parts)).unwrap_or_default();
    let shown: Vec<String> = references.iter().map(u32::to_string).collect();
    let many = if parts == 1 { "" } else { "s" };
    report.table.row("Message", format!("sent in {parts} part{many}, reference{many} {}", shown.join(", ")));
    report.put("message_references", references);
    Ok(())
}

/// Messages as they are found.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    found: Vec<Value>,
    /// The states of parts.
    states: Vec<(u32, String)>,
}

impl Listing {
    pub(crate) fn push(&mut self, message: Value) {
        self.found.push(message);
    }

    /// Takes what an inbox has made of a message.
    pub(crate) fn take(&mut self, index: u32, status: String, received: Received<'_>) {
        self.found.push(match received {
            Received::Whole(message) => shown(&message, &status),
            Received::Part(_) => return self.states.push((index, status)),
            Received::Duplicate(message) => serde_json::json!({
                "indexes": [index],
                "status": status,
                "number": message.address().map(|address| address.to_string()),
                "error": "a second copy of a part of a long message",
            }),
            Received::Report(report) => serde_json::json!({
                "indexes": [index],
                "status": status,
                "number": report.recipient_address.to_string(),
                "report": format!("{:?}", report.status),
                "message_reference": report.message_reference,
                "time": report.discharge_time.to_string(),
            }),
            Received::Full => serde_json::json!({
                "indexes": [index],
                "status": status,
                "error": "a part of a long message, for which there is no room",
            }),
        });
    }

    /// Tells all of them, and those of which parts are missing.
    pub(crate) fn tell(self, inbox: &Inbox<'_>, more: bool, report: &mut Report) {
        let Self { mut found, states } = self;
        for message in inbox.incomplete() {
            let status = message.indexes().find_map(|index| states.iter().find(|(known, _)| *known == index));
            found.push(shown(&message, status.map_or("", |(_, state)| state.as_str())));
        }
        let index = |message: &Value| message.pointer("/indexes/0").and_then(Value::as_u64);
        put_in_order(&mut found, |a, b| index(a) < index(b));
        for message in &found {
            rows(message, report);
        }
        if report.table.is_empty() {
            report.table.row("Messages", "none");
        }
        report.put("messages", found);
        report.put("more", more);
    }
}

fn list(modem: &mut Modem, which: Stored, report: &mut Report) -> Result<(), Fail> {
    let mut parts = vec![Part::FREE; PARTS];
    let mut inbox = Inbox::new(&mut parts, Millis(u32::MAX));
    let mut listing = Listing::default();
    let received = modem.client.receive_texts(which, &mut inbox, &mut |item| match item {
        StoreItem::Pdu { index, status, received } => listing.take(index, state(status), received),
        StoreItem::Cdma(record) => listing.push(cdma(&record)),
        StoreItem::Unreadable { index, error } => {
            listing.push(serde_json::json!({ "indexes": [index], "error": error.to_string() }));
        }
    });
    let more = match received {
        // Not all modems have an empty list for what they do not have.
        Err(Error::Refused(refusal)) if refusal.status == Status::INVALID_MEMORY_INDEX && which == Stored::All => false,
        received => received?,
    };
    if more {
        note("the modem has more messages than it tells at once: delete some, and list again");
    }
    listing.tell(&inbox, more, report);
    Ok(())
}

fn state(status: wire::SmsStatus) -> String {
    status.name().map_or_else(|| status.0.to_string(), str::to_ascii_lowercase)
}

/// A message as JSON.
pub(crate) fn shown(message: &Message<'_>, status: &str) -> Value {
    let mut value = serde_json::json!({
        "indexes": message.indexes().collect::<Vec<_>>(),
        "status": status,
        "number": message.address().map(|address| address.to_string()),
        "time": message.timestamp().map(|time| time.to_string()),
        "text": message.chars().collect::<String>(),
        "missing_parts": message.missing().collect::<Vec<_>>(),
    });
    let data: Vec<String> = message.data().map(mbim_wire::catalogue::hex).collect();
    if let (Value::Object(map), false) = (&mut value, data.is_empty()) {
        map.insert("data".into(), data.concat().into());
    }
    value
}

/// A message that comes as it is, service centre in front: as JSON, and as a line for a person.
pub(crate) fn delivered(pdu: &[u8]) -> (Value, String) {
    let content = match Pdu::parse(pdu, Direction::ToMobile) {
        Ok(pdu) => Message::of(pdu.tpdu, 0),
        Err(error) => return (serde_json::json!({ "error": error.to_string() }), String::new()),
    };
    let mut value = shown(&content, "new");
    let class = content.class().map(|class| format!("class {class}")).unwrap_or_default();
    let from = [report::text(&value, "number").to_owned(), report::text(&value, "time").to_owned(), class];
    let text = format!("{}: {}", report::joined(&from), report::text(&value, "text"));
    if let Value::Object(map) = &mut value {
        map.remove("indexes");
        map.insert("class".to_owned(), content.class().into());
    }
    (value, text)
}

fn cdma(record: &wire::SmsCdmaReadRecord<'_>) -> Value {
    serde_json::json!({
        "indexes": [record.message_index],
        "status": state(record.message_status),
        "number": record.address.to_string(),
        "time": record.timestamp.to_string(),
        "text": cdma_text(record).map(|text| text.collect::<String>()),
        "data": mbim_wire::catalogue::hex(record.encoded_message.0),
    })
}

/// A message as rows: who and when, then the text.
fn rows(message: &Value, report: &mut Report) {
    let indexes = message.get("indexes").and_then(Value::as_array);
    let indexes: Vec<String> = indexes.into_iter().flatten().map(Value::to_string).collect();
    let missing = message.get("missing_parts").and_then(Value::as_array).filter(|missing| !missing.is_empty());
    let parts = [
        report::text(message, "status").to_owned(),
        report::text(message, "number").to_owned(),
        report::text(message, "time").to_owned(),
        missing.map_or_else(String::new, |missing| match missing.len() {
            1 => "1 part missing".to_owned(),
            parts => format!("{parts} parts missing"),
        }),
    ];
    report.table.row(&indexes.join(","), report::joined(&parts));
    for key in ["report", "error", "text"] {
        report.table.rows("", report::text(message, key).lines().map(str::to_owned));
    }
    if report::text(message, "text").is_empty() {
        report.table.rows("", report::text(message, "data").lines().map(str::to_owned));
    }
}
