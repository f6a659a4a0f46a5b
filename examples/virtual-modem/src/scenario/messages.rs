//! The tables of a scenario for short messages, dialogues with the network, and the date.

use wwan::device::modem::clock::Date;
use wwan::device::modem::sms::{
    Content, Destination, Format, Incoming, Message, MessageStatus, Number, SmsSetup, Verdict, is_number,
};
use wwan::device::modem::ussd::{Answer, Says, UssdSetup};

use super::read::{Keys, Node, Problem, Read, Table, Words, bytes, plain, wanted};

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
        let date = local(plain(node));
        *self.0 = date.ok_or_else(|| wanted(node, "a date from 2000 on, such as 2026-01-31T12:00:00+01:00,"))?;
        Ok(())
    }
}

/// RFC 3339, as in TOML; without a zone it is that of Greenwich. Fractions of seconds mean nothing.
fn local(said: &str) -> Option<Date> {
    let parts = |said: &str, lengths: &[usize], mark: char| {
        let parts: Vec<&str> = said.split(mark).collect();
        let fits = parts.iter().map(|part| part.len()).eq(lengths.iter().copied());
        let number = |part: &str| part.parse().ok().filter(|_| part.bytes().all(|c| c.is_ascii_digit()));
        parts.into_iter().map(number).collect::<Option<Vec<u16>>>().filter(|_| fits)
    };
    let byte = |number: u16| u8::try_from(number).ok();
    let (day, rest) = said.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (time, zone) = rest.split_at_checked(rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len()))?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    if fraction.is_empty() || !fraction.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let [year, month, day] = parts(day, &[4, 2, 2], '-')?.try_into().ok()?;
    let (hour, minute, second) = match *parts(time, &[2, 2, 2], ':').or_else(|| parts(time, &[2, 2], ':'))? {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let quarters = |zone: &str| match *parts(zone, &[2, 2], ':')? {
        [hours @ 0..24, minutes @ 0..60] => {
            i8::try_from(hours.checked_mul(4)?.checked_add(minutes.checked_div(15)?)?).ok()
        }
        _ => None,
    };
    let zone = match zone.split_at_checked(1) {
        None | Some(("Z" | "z", "")) => 0,
        Some(("+", zone)) => quarters(zone)?,
        Some(("-", zone)) => quarters(zone)?.checked_neg()?,
        Some(_) => return None,
    };
    let date = Date {
        year,
        month: byte(month)?,
        day: byte(day)?,
        hour: byte(hour)?,
        minute: byte(minute)?,
        second: byte(second)?,
        zone,
        daylight: 0,
    };
    date.is_valid().then_some(date)
}
