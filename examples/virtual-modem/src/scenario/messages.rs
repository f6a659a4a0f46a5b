//! The tables of a scenario for short messages, dialogues with the network, and the date.

use toml::de::DeValue;
use wwan::device::modem::clock::Date;
use wwan::device::modem::sms::{
    Content, Destination, Format, Incoming, Message, MessageStatus, Number, SmsSetup, Verdict, is_number,
};
use wwan::device::modem::ussd::{Answer, Says, UssdSetup};

use super::read::{Keys, Node, Problem, Read, Table, Words, bytes, wanted};

/// A message that can arrive, from hexadecimal digits.
pub(super) fn hex(digits: &str) -> Option<Vec<u8>> {
    bytes(digits).filter(|bytes| Content::arriving(bytes).is_ok())
}

/// Whether a text can be sent to the modem.
pub(super) fn check(from: &str, text: &str, class: Option<u8>) -> Result<(), String> {
    let incoming = Incoming { from, text, class, date: None };
    match Content::texts(Format::Pdu, "", incoming, Date::default(), 0) {
        Ok(_) => Ok(()),
        Err(failure) => Err(format!("no such message can arrive: {:?}", failure.reason)),
    }
}

const FORMATS: &Words<Format> = &[("pdu", Format::Pdu), ("cdma", Format::Cdma)];

const STATUSES: &Words<MessageStatus> = &[
    ("new", MessageStatus::New),
    ("old", MessageStatus::Old),
    ("draft", MessageStatus::Draft),
    ("sent", MessageStatus::Sent),
];

/// `[sms]`; messages arrived at that date.
pub(super) struct Sms<'a>(pub(super) &'a mut SmsSetup, pub(super) Date);

impl Keys for Sms<'_> {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        let Self(setup, date) = self;
        table.put("enabled", &mut setup.enabled)?;
        if let Some(format) = table.choice("format", FORMATS)? {
            setup.format = format;
        }
        let most = setup.stored.capacity();
        let full = format!("at most {most} messages fit");
        table.put("capacity", &mut setup.capacity)?;
        if usize::from(setup.capacity) > most {
            return Err(table.problem_at("capacity", &full));
        }
        table.put("service-centre", &mut setup.service_centre)?;
        if !setup.service_centre.is_empty() && !is_number(&setup.service_centre) {
            let message = format!("{:?} is no telephone number", setup.service_centre);
            return Err(table.problem_at("service-centre", &message));
        }
        table.put("loop-back", &mut setup.loop_back)?;
        table.each_table("stored", usize::from(setup.capacity), &mut |table| {
            for message in stored(table, setup, *date)? {
                setup.stored.push(message).map_err(|_| table.problem(&full))?;
            }
            Ok(())
        })?;
        let most = setup.destinations.capacity();
        table.replace_tables("destination", &mut setup.destinations, most, destination)
    }
}

/// A message in the store: `pdu`, or `from` and `text` for one that was received.
fn stored(table: &mut Table<'_>, setup: &SmsSetup, date: Date) -> Result<Vec<Message>, Problem> {
    let status = table.must_choose("status", STATUSES)?;
    let (pdu, from, text) = (table.get::<String>("pdu")?, table.get::<String>("from")?, table.get::<String>("text")?);
    table.finish()?;
    match (pdu, from, text) {
        (Some(pdu), None, None) => {
            let content = bytes(&pdu).and_then(|bytes| Content::pdu(&bytes).ok());
            let content =
                content.ok_or_else(|| table.problem("`pdu` is not at most 176 bytes in hexadecimal digits"))?;
            Ok(vec![Message { status, content }])
        }
        (None, Some(from), Some(text)) => {
            let incoming = Incoming { from: &from, text: &text, class: None, date: None };
            let parts = Content::texts(setup.format, &setup.service_centre, incoming, date, 0);
            let parts = parts.map_err(|_| table.problem("no such message can arrive"))?;
            Ok(parts.into_iter().map(|content| Message { status, content }).collect())
        }
        _ => Err(table.problem("`pdu`, or `from` and `text`, are wanted beside `status`")),
    }
}

fn destination(table: &mut Table<'_>) -> Result<Destination, Problem> {
    let number: Number = table.must("number")?;
    if !is_number(&number) {
        return Err(table.problem_at("number", &format!("{number:?} is no telephone number")));
    }
    let (refuses, silent, report) = (table.get("refuses")?, table.get("silent")?, table.get("report")?);
    table.finish()?;
    let verdict = match (refuses, silent.unwrap_or(false), report) {
        (Some(cause), false, None) => Verdict::Refused(cause),
        (None, true, None) => Verdict::Silent,
        (None, false, Some(status)) => Verdict::Taken(status),
        _ => return Err(table.problem("one of `refuses`, `silent` and `report` is wanted beside `number`")),
    };
    Ok(Destination { number, verdict })
}

impl Keys for UssdSetup {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("enabled", &mut self.enabled)?;
        let most = self.answers.capacity();
        table.replace_tables("answer", &mut self.answers, most, answer)
    }
}

/// What the network says: `text` and `question` are its words.
fn answer(table: &mut Table<'_>) -> Result<Answer, Problem> {
    let to = table.must("to")?;
    let (text, question) = (table.get("text")?, table.get("question")?);
    let (mut ends, mut silent, mut ucs2) = (false, false, false);
    table.put("ends", &mut ends)?;
    table.put("silent", &mut silent)?;
    table.put("ucs2", &mut ucs2)?;
    table.finish()?;
    let says = match (text, question, ends, silent) {
        (Some(text), None, false, false) => Says::Text(text),
        (None, Some(text), false, false) => Says::Question(text),
        (None, None, true, false) => Says::Ends,
        (None, None, false, true) => Says::Silence,
        _ => return Err(table.problem("one of `text`, `question`, `ends` and `silent` is wanted")),
    };
    Ok(Answer { to, says, ucs2 })
}

/// A date and time with its zone.
impl Keys for Date {
    fn keys(&mut self, table: &mut Table<'_>) -> Result<(), Problem> {
        table.put("date", &mut Local(self))?;
        table.put("daylight", &mut self.daylight)?;
        if !self.is_valid() {
            return Err(table.problem_at("daylight", "daylight saving is 0, 1 or 2 hours"));
        }
        Ok(())
    }
}

/// A date with time of day and zone.
struct Local<'a>(&'a mut Date);

impl Read for Local<'_> {
    fn read(&mut self, node: &Node<'_>) -> Result<(), Problem> {
        let date = local(node.get_ref());
        *self.0 = date.ok_or_else(|| wanted(node, "a date from 2000 on, such as 2026-01-31T12:00:00+01:00,"))?;
        Ok(())
    }
}

fn local(said: &DeValue<'_>) -> Option<Date> {
    let DeValue::Datetime(said) = said else { return None };
    let (day, time) = (said.date?, said.time?);
    // Its type has no name outside of its crate, but prints as `Z` or `+01:00`.
    let zone = said.offset.map_or("Z".into(), |offset| offset.to_string());
    let quarters = |zone: &str| {
        let (hours, minutes) = zone.split_once(':')?;
        hours.parse::<i8>().ok()?.checked_mul(4)?.checked_add(minutes.parse::<i8>().ok()?.checked_div(15)?)
    };
    let zone = match zone.split_at_checked(1)? {
        ("+", zone) => quarters(zone)?,
        ("-", zone) => quarters(zone)?.checked_neg()?,
        _ => 0,
    };
    let (second, daylight) = (time.second.unwrap_or(0), 0);
    let date = Date {
        year: day.year,
        month: day.month,
        day: day.day,
        hour: time.hour,
        minute: time.minute,
        second,
        zone,
        daylight,
    };
    date.is_valid().then_some(date)
}
