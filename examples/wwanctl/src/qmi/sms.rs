//! `sms`: short messages in the storages of the card and of the modem, and to others.

use serde_json::{Value, json};
use wwan::procedure::qmi::{ListTexts, SendText, ServiceCentre, StoredText};
use wwan::qmi_wire::ProtocolError;
use wwan::qmi_wire::service::wms;
use wwan::sms::{Inbox, Part, Stored, TextMessage};
use wwan::time::{Instant, Millis};

use super::phonebook::with_words;
use super::{Error, Modem};
use crate::args::Sms;
use crate::commands::report::Report;
use crate::commands::sms::{Listing, MOST, PARTS, check_number, message, tell_centre, tell_sent, text_of, unsendable};
use crate::error::Fail;
use crate::modem::{PAUSE, STARTING};
use crate::output::{Output, note};

/// Messages on the card are numbered from 1 on, those in the modem from here.
const MODEM: u32 = 1001;

pub(super) fn run(modem: &mut Modem, sms: &Sms, out: &mut Output) -> Result<(), Fail> {
    let mut report = Report::default();
    if let Sms::Centre { number: Some(number) } = sms {
        check_number(number)?;
    }
    ready(modem)?;
    match sms {
        Sms::Info => info(modem, &mut report)?,
        Sms::Centre { number } => centre(modem, number.as_deref(), &mut report)?,
        Sms::List { which } => list(modem, *which, &mut report)?,
        Sms::Send { number, text, report: wanted, flash } => {
            let text = text_of(&mut || modem.check(), text)?;
            send(modem, message(number, &text, *wanted, *flash), &mut report)?;
        }
        Sms::Delete { which } => {
            delete(modem, *which)?;
            report.table.row("Messages", "deleted");
            report.put("deleted", true);
        }
    }
    report.print(out)
}

/// Waits until there can be messages, which is a while after the SIM is ready.
fn ready(modem: &mut Modem) -> Result<(), Fail> {
    modem.settle()?;
    let until = modem.client.now() + modem.patience().min(STARTING);
    loop {
        match modem.client.ask::<wms::get_message_protocol::Message>(|_| {}) {
            Err(Error::Refused(refusal)) if refusal.error == ProtocolError::DEVICE_NOT_READY => {}
            // What else is wrong shows when messages are needed.
            _ => return Ok(()),
        }
        let now = modem.client.now();
        if now >= until {
            return Ok(());
        }
        modem.client.next_indication(until.min(now + PAUSE))?;
    }
}

fn lower(name: Option<&str>, number: u32) -> Value {
    name.map_or_else(|| number.into(), |name| name.to_ascii_lowercase().into())
}

fn info(modem: &mut Modem, report: &mut Report) -> Result<(), Fail> {
    let protocol = modem.client.ask::<wms::get_message_protocol::Message>(|_| {})?.message_protocol()?;
    let routes = modem.client.ask::<wms::get_routes::Message>(|_| {})?;
    let mut list = Vec::new();
    for route in routes.route_list()?.iter() {
        list.push(json!({
            "message_class": lower(route.message_class.name(), route.message_class.0.into()),
            "storage": lower(route.storage.name(), route.storage.0.into()),
            "receipt_action": lower(route.receipt_action.name(), route.receipt_action.0.into()),
        }));
    }
    let stored = stored(modem, Stored::All)?;
    let on_card = stored.iter().filter(|text| text.storage == wms::StorageType::UIM).count();
    let in_modem = stored.len().saturating_sub(on_card);
    let protocol = lower(protocol.name(), protocol.0.into());
    report.table.row("Format", if protocol == "cdma" { "cdma" } else { "pdu" });
    report.table.row("Stored", format!("{on_card} on the card, {in_modem} in the modem"));
    for route in &list {
        let text = |key: &str| route.get(key).and_then(Value::as_str).unwrap_or_default().replace('_', " ");
        report.table.row(
            "Route",
            format!("class {} {} {}", text("message_class").trim(), text("receipt_action"), text("storage")),
        );
    }
    report.put("message_protocol", protocol);
    report.put("stored", json!({ "uim": on_card, "nv": in_modem }));
    report.put("routes", list);
    Ok(())
}

/// The service centre is on the card.
fn centre(modem: &mut Modem, number: Option<&str>, report: &mut Report) -> Result<(), Fail> {
    modem.ready_sim()?;
    let mut centre = match number {
        Some(number) => ServiceCentre::set(number).map_err(|error| Fail::Usage(error.to_string()))?,
        None => ServiceCentre::read(),
    };
    modem.client.follow(&mut centre).map_err(|error| with_words(modem, error))?;
    tell_centre(centre.number(), report);
    Ok(())
}

fn send(modem: &mut Modem, message: TextMessage<'_>, report: &mut Report) -> Result<(), Fail> {
    let mut references = [0; MOST];
    let mut sending = SendText::new(message, &mut references).map_err(|error| unsendable(&error))?;
    let done = modem.client.follow(&mut sending);
    let (progress, cause) = ((sending.sent(), sending.parts()), sending.cause());
    let done = match done {
        Err(Error::Refused(refusal)) if refusal.error == ProtocolError::WMS_CAUSE_CODE => {
            Err(Fail::Refused { reason: format!("the network refuses the message: {cause}"), hint: None })
        }
        done => done.map_err(Fail::from),
    };
    tell_sent(done, progress, &references, report)
}

/// The number that a person uses for a stored message.
pub(super) const fn number(storage: wms::StorageType, index: u32) -> u32 {
    let first = match storage {
        wms::StorageType::UIM => 1,
        _ => MODEM,
    };
    index.saturating_add(first)
}

fn is_wanted(text: &StoredText, which: Stored) -> bool {
    match which {
        Stored::All => true,
        Stored::At(wanted) => number(text.storage, text.index) == wanted,
        Stored::New => text.tag == wms::MessageTagType::MT_NOT_READ,
        Stored::Old => text.tag == wms::MessageTagType::MT_READ,
        Stored::Sent => text.tag == wms::MessageTagType::MO_SENT,
        Stored::Draft => text.tag == wms::MessageTagType::MO_NOT_SENT,
    }
}

/// The messages that are meant; a single one must be there.
fn stored(modem: &mut Modem, which: Stored) -> Result<Vec<StoredText>, Fail> {
    let mut listing = Box::new(ListTexts::<PARTS>::new());
    modem.client.follow(&mut *listing)?;
    if listing.lost() > 0 {
        note(&format!("{} more messages are not listed", listing.lost()));
    }
    let found: Vec<StoredText> = listing.found().iter().filter(|text| is_wanted(text, which)).copied().collect();
    match which {
        Stored::At(wanted) if found.is_empty() => Err(Fail::Refused {
            reason: format!("there is no message {wanted}"),
            hint: Some("`wwanctl sms list` tells the numbers: those on the card from 1, those in the modem from 1001"),
        }),
        _ => Ok(found),
    }
}

fn delete(modem: &mut Modem, which: Stored) -> Result<(), Fail> {
    for text in stored(modem, which)? {
        // One by one: without an index some firmware deletes more than it was asked to.
        let done = modem.client.ask::<wms::delete::Message>(|request| {
            request.memory_storage(text.storage).memory_index(text.index).message_mode(text.mode);
        });
        match done {
            Err(Error::Refused(refusal)) if refusal.error == ProtocolError::NO_ENTRY => {}
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
    }
    Ok(())
}

fn status(tag: wms::MessageTagType) -> String {
    match tag {
        wms::MessageTagType::MT_NOT_READ => "new".to_owned(),
        wms::MessageTagType::MT_READ => "old".to_owned(),
        wms::MessageTagType::MO_SENT => "sent".to_owned(),
        wms::MessageTagType::MO_NOT_SENT => "draft".to_owned(),
        other => other.0.to_string(),
    }
}

fn list(modem: &mut Modem, which: Stored, report: &mut Report) -> Result<(), Fail> {
    let mut parts = vec![Part::FREE; PARTS];
    let mut inbox = Inbox::new(&mut parts, Millis(u32::MAX));
    let mut listing = Listing::default();
    for text in stored(modem, which)? {
        let index = number(text.storage, text.index);
        let answer = modem.client.ask::<wms::raw_read::Message>(|request| {
            let (storage_type, memory_index) = (text.storage, text.index);
            request
                .message_memory_storage_id(wms::MessageMemoryStorageId { storage_type, memory_index })
                .message_mode(text.mode);
        });
        let message = match answer {
            Ok(answer) => answer.raw_message_data()?,
            // It was deleted meanwhile, or is one that cannot be read: the others can.
            Err(Error::Refused(refusal)) => {
                listing.push(json!({ "indexes": [index], "error": refusal.error.to_string() }));
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        // Reading has marked it as read.
        let status = status(text.tag);
        if message.format != wms::MessageFormat::GSM_WCDMA_POINT_TO_POINT {
            let data = mbim_wire::catalogue::hex(message.raw_data.bytes);
            let format = lower(message.format.name(), message.format.0.into());
            listing.push(json!({ "indexes": [index], "status": status, "format": format, "data": data }));
            continue;
        }
        match inbox.take(Instant(0), message.raw_data.bytes, index) {
            Ok(received) => listing.take(index, status, received),
            Err(error) => listing.push(json!({ "indexes": [index], "error": error.to_string() })),
        }
    }
    listing.tell(&inbox, false, report);
    Ok(())
}
