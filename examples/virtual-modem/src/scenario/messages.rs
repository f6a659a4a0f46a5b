//! The tables of a scenario for short messages, dialogues with the network, and the date.

use toml::Spanned;
use toml::de::DeValue;
use wwan::device::modem::clock::Date;
use wwan::device::modem::sms::{
    Content, Destination, Format, Incoming, Message, MessageStatus, Number, SmsSetup, Verdict, is_number,
};
use wwan::device::modem::ussd::{Answer, Says, UssdSetup};

use super::file::{Short, few, put};
use super::read::{Node, Problem, Read, table, wanted, word, words};

/// Bytes from hexadecimal digits.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at.checked_add(2)?)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}

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

/// A telephone number.
#[derive(Debug)]
struct Telephone(Number);

impl Read for Telephone {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        let said = word(node)?;
        if !is_number(said) {
            return Err((node.span(), format!("{said:?} is no telephone number")));
        }
        Short::read(node).map(|number| Self(number.0))
    }
}

words! {
    enum FormatTable {
        Pdu = "pdu",
        Cdma = "cdma",
    }
}

words! {
    enum StatusTable {
        New = "new",
        Old = "old",
        Draft = "draft",
        Sent = "sent",
    }
}

table! {
    pub(super) struct SmsTable {
        enabled: Option<bool>,
        format: Option<FormatTable>,
        capacity: Option<Spanned<u8>>,
        service_centre: Option<Spanned<String>>,
        loop_back: Option<bool>,
        stored: Option<Spanned<Vec<Spanned<StoredTable>>>>,
        destination: Option<Spanned<Vec<Spanned<DestinationTable>>>>,
    }
}

impl SmsTable {
    pub(super) fn apply(self, setup: &mut SmsSetup, date: Date) -> Result<(), Problem> {
        put(&mut setup.enabled, self.enabled);
        setup.format = match self.format {
            Some(FormatTable::Cdma) => Format::Cdma,
            Some(FormatTable::Pdu) | None => Format::Pdu,
        };
        let most = setup.stored.capacity();
        if let Some(said) = self.capacity {
            if usize::from(*said.as_ref()) > most {
                return Err((said.span(), format!("at most {most} messages fit")));
            }
            setup.capacity = said.into_inner();
        }
        if let Some(said) = self.service_centre {
            if !said.as_ref().is_empty() && !is_number(said.as_ref()) {
                return Err((said.span(), format!("{:?} is no telephone number", said.as_ref())));
            }
            setup.service_centre = wwan::device::modem::text(said.as_ref());
        }
        put(&mut setup.loop_back, self.loop_back);
        for said in few(self.stored, usize::from(setup.capacity))?.unwrap_or_default() {
            let span = said.span();
            let parts = said.into_inner().messages(setup, date).map_err(|problem| (span.clone(), problem.into()))?;
            for message in parts {
                setup.stored.push(message).map_err(|_| (span.clone(), format!("at most {most} messages fit")))?;
            }
        }
        let destinations = few(self.destination, setup.destinations.capacity())?.unwrap_or_default();
        for said in destinations {
            let span = said.span();
            let destination = said.into_inner().destination();
            let destination = destination
                .ok_or((span, "one of `refuses`, `silent` and `report` is wanted beside `number`".to_owned()))?;
            setup.destinations.extend([destination]);
        }
        Ok(())
    }
}

table! {
    /// A message in the store: `pdu`, or `from` and `text` for one that was received.
    struct StoredTable {
        status: StatusTable,
        pdu: Option<String>,
        from: Option<String>,
        text: Option<String>,
    }
}

impl StoredTable {
    fn messages(self, setup: &SmsSetup, date: Date) -> Result<Vec<Message>, &'static str> {
        let status = match self.status {
            StatusTable::New => MessageStatus::New,
            StatusTable::Old => MessageStatus::Old,
            StatusTable::Draft => MessageStatus::Draft,
            StatusTable::Sent => MessageStatus::Sent,
        };
        match (self.pdu, self.from, self.text) {
            (Some(pdu), None, None) => {
                let content = bytes(&pdu).and_then(|bytes| Content::pdu(&bytes).ok());
                let content = content.ok_or("`pdu` is not at most 176 bytes in hexadecimal digits")?;
                Ok(vec![Message { status, content }])
            }
            (None, Some(from), Some(text)) => {
                let incoming = Incoming { from: &from, text: &text, class: None, date: None };
                let parts = Content::texts(setup.format, &setup.service_centre, incoming, date, 0);
                let parts = parts.map_err(|_| "no such message can arrive")?;
                Ok(parts.into_iter().map(|content| Message { status, content }).collect())
            }
            _ => Err("`pdu`, or `from` and `text`, are wanted beside `status`"),
        }
    }
}

table! {
    struct DestinationTable {
        number: Telephone,
        refuses: Option<u8>,
        silent: bool = false,
        report: Option<u8>,
    }
}

impl DestinationTable {
    fn destination(self) -> Option<Destination> {
        let verdict = match (self.refuses, self.silent, self.report) {
            (Some(cause), false, None) => Verdict::Refused(cause),
            (None, true, None) => Verdict::Silent,
            (None, false, Some(status)) => Verdict::Taken(status),
            _ => return None,
        };
        Some(Destination { number: self.number.0, verdict })
    }
}

table! {
    pub(super) struct UssdTable {
        enabled: Option<bool>,
        answer: Option<Spanned<Vec<Spanned<AnswerTable>>>>,
    }
}

impl UssdTable {
    pub(super) fn apply(self, setup: &mut UssdSetup) -> Result<(), Problem> {
        put(&mut setup.enabled, self.enabled);
        if let Some(said) = few(self.answer, setup.answers.capacity())? {
            setup.answers.clear();
            for said in said {
                let span = said.span();
                let answer = said.into_inner().answer();
                let answer =
                    answer.ok_or((span, "one of `text`, `question`, `ends` and `silent` is wanted".to_owned()))?;
                setup.answers.extend([answer]);
            }
        }
        Ok(())
    }
}

table! {
    /// What the network says: `text` and `question` are its words.
    struct AnswerTable {
        to: Short<64>,
        text: Option<Short<256>>,
        question: Option<Short<256>>,
        ends: bool = false,
        silent: bool = false,
        ucs2: bool = false,
    }
}

impl AnswerTable {
    fn answer(self) -> Option<Answer> {
        let says = match (self.text, self.question, self.ends, self.silent) {
            (Some(text), None, false, false) => Says::Text(text.into()),
            (None, Some(text), false, false) => Says::Question(text.into()),
            (None, None, true, false) => Says::Ends,
            (None, None, false, true) => Says::Silence,
            _ => return None,
        };
        Some(Answer { to: self.to.into(), says, ucs2: self.ucs2 })
    }
}

table! {
    /// A date and time with its zone.
    pub(super) struct DateTable {
        date: Option<Local>,
        daylight: Option<Spanned<u8>>,
    }
}

impl DateTable {
    pub(super) fn apply(self, place: &mut Date) -> Result<(), Problem> {
        put(place, self.date.map(|Local(date)| date));
        if let Some(said) = self.daylight {
            place.daylight = *said.as_ref();
            if !place.is_valid() {
                return Err((said.span(), "daylight saving is 0, 1 or 2 hours".into()));
            }
        }
        Ok(())
    }
}

/// A date with time of day and zone.
#[derive(Debug)]
struct Local(Date);

impl Read for Local {
    fn read(node: &Node<'_>) -> Result<Self, Problem> {
        let date = local(node.get_ref());
        date.map(Self).ok_or_else(|| wanted(node, "a date from 2000 on, such as 2026-01-31T12:00:00+01:00,"))
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
