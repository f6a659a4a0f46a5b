//! `monitor`: what the modem tells of itself, as it comes.

use std::time::{SystemTime, UNIX_EPOCH};

use at_wire::catalogue::{self, Value, answer_to_json};
use at_wire::command::general::cscs;
use at_wire::message::Form;
use at_wire::sms::Pdu;
use at_wire::text::charset::Charset;
use at_wire::text::hex;
use at_wire::urc::standard::CMti;
use serde_json::json;
use wwan::client::at::{Error, Urc};
use wwan::procedure::at::{TellTexts, UssdMessage, delivered_pdu};
use wwan::time::Instant;

use super::Modem;
use crate::commands::{report, sms};
use crate::device::DeviceError;
use crate::error::Fail;
use crate::output::{Output, note};

/// What makes modems tell something, and of how many parameters the setting consists. A modem may refuse each.
const SWITCHES: [(&str, usize, &str); 11] = [
    ("+CREG", 1, "2"),
    ("+CGREG", 1, "2"),
    ("+CEREG", 1, "2"),
    ("+C5GREG", 1, "2"),
    // Contexts.
    ("+CGEREP", 2, "2,1"),
    // Indicators, such as signal and service.
    ("+CMER", 5, "3,0,0,1"),
    ("+CUSD", 1, "1"),
    ("+CLIP", 1, "1"),
    ("+CRC", 1, "1"),
    ("+CSSN", 2, "1,1"),
    ("+CTZR", 1, "1"),
];

/// What telling of messages changes.
const MESSAGES: [(&str, usize); 2] = [("+CMGF", 1), ("+CNMI", 5)];

pub(super) fn run(modem: &mut Modem, out: &mut Output) -> Result<(), Fail> {
    for (name, parameters, on) in SWITCHES {
        let found = modem.keep(name, parameters)?;
        // More than is wanted here is no less.
        let is_more = |found: &String| parameters == 1 && found.as_str() > on;
        if !found.as_ref().is_some_and(is_more) {
            modem.line(&format!("AT{name}={on}"))?;
        }
    }
    for (name, parameters) in MESSAGES {
        modem.keep(name, parameters)?;
    }
    if let Err(reason) = report::refused(modem.client.follow(&mut TellTexts::new()).map_err(Fail::from))? {
        note(&format!("short messages are not told: {reason}"));
    }
    let charset = charset(modem)?;
    listen(modem, charset, out)
}

/// The character set of texts; that which modems start with, if they do not tell.
fn charset(modem: &mut Modem) -> Result<Charset, Fail> {
    let answer = report::refused(modem.client.send(&cscs::Read {}).map_err(Fail::from).map(|answer| {
        let name = answer.one::<cscs::ReadAnswer<'_>>().ok().and_then(|answer| answer.chset.as_str());
        name.and_then(Charset::from_name)
    }))?;
    Ok(answer.ok().flatten().unwrap_or(Charset::Gsm))
}

fn listen(modem: &mut Modem, charset: Charset, out: &mut Output) -> Result<(), Fail> {
    let start = modem.client.now();
    modem.channel().channel_mut().channel_mut().ends_with_output.set(true);
    let mut lost = modem.client.lost_urcs();
    while !out.is_closed() {
        let event = match modem.client.next_urc(Instant::FAR) {
            Ok(Some(urc)) => Event::of(&urc, charset),
            Ok(None) => continue,
            // Both are how a monitor ends.
            Err(Error::Channel(DeviceError::Deadline | DeviceError::Interrupted)) => break,
            Err(error) => return Err(error.into()),
        };
        let millis = modem.client.now().since(start).0;
        event.print(millis, out)?;
        let lost_now = modem.client.lost_urcs();
        if lost_now != lost {
            let more = lost_now.wrapping_sub(lost);
            note(&format!("{more} lines lost"));
            if out.json {
                out.line(&json!({ "type": "lost", "indications": more }))?;
            }
            lost = lost_now;
        }
    }
    Ok(())
}

/// What the modem has told.
#[derive(Debug)]
struct Event {
    line: String,
    second: Option<String>,
    name: Option<String>,
    fields: Value,
    /// What it says beside: a key of the JSON and its value, and a text.
    detail: Option<(&'static str, Value)>,
    text: String,
}

impl Event {
    fn of(urc: &Urc<'_>, charset: Charset) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let read = catalogue::decode_by(wwan_catalogue::at(), urc.line, None).ok();
        let part = |key: &str| read.as_ref().and_then(|read| read.get(key)).cloned();
        let (detail, words) = detail(urc, charset);
        let name = part("name").and_then(|name| name.as_str().map(ToOwned::to_owned));
        // What the parameters mean says more than what they are, where it is known.
        let lines: Vec<&[u8]> = [Some(urc.line), urc.second].into_iter().flatten().collect();
        let meaning = name.as_deref().and_then(|name| answer_to_json(name, Form::Unsolicited, &lines, charset).ok()?);
        Self {
            line: text(urc.line),
            second: urc.second.map(text),
            name,
            fields: meaning.filter(Value::is_object).or_else(|| part("fields")).unwrap_or_default(),
            detail,
            text: words,
        }
    }

    /// One line for it.
    fn print(&self, millis: u32, out: &mut Output) -> Result<(), Fail> {
        if out.json {
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let mut event = json!({
                "time": since_1970.as_secs_f64(),
                "type": "urc",
                "name": self.name,
                "line": self.line,
                "second": self.second,
                "fields": self.fields,
            });
            if let (Value::Object(map), Some((key, value))) = (&mut event, &self.detail) {
                map.insert((*key).to_owned(), value.clone());
            }
            return Ok(out.line(&event)?);
        }
        let (seconds, millis) = (millis / 1000, millis % 1000);
        out.lines(&format!("{seconds:6}.{millis:03}  {}", self.line))?;
        let words: Vec<String> = if self.text.is_empty() { self.words() } else { vec![self.text.clone()] };
        for line in words.iter().flat_map(|text| text.lines()) {
            out.lines(&format!("            {line}"))?;
        }
        Ok(())
    }

    /// The fields that have a value, for a person.
    fn words(&self) -> Vec<String> {
        let fields = self.fields.as_object().into_iter().flatten();
        let words = fields.filter(|(_, value)| !value.is_null()).map(|(name, value)| match value {
            Value::String(text) => format!("{} {text}", name.replace('_', " ")),
            value => format!("{} {value}", name.replace('_', " ")),
        });
        let words: Vec<String> = words.chain(self.second.clone()).collect();
        if words.is_empty() { words } else { vec![words.join(", ")] }
    }
}

/// What messages and dialogues say.
fn detail(urc: &Urc<'_>, charset: Charset) -> (Option<(&'static str, Value)>, String) {
    if let Some(said) = UssdMessage::read(urc.line, charset) {
        let text = said.text.as_str().to_owned();
        let value = json!({ "text": text, "goes_on": said.goes_on(), "ended": said.kind == 2 });
        return (Some(("ussd", value)), text);
    }
    if let Some(Ok(stored)) = urc.parse::<CMti<'_>>() {
        let index = stored.index;
        return (Some(("sms", json!({ "index": index }))), format!("stored: `wwanctl sms read {index}` shows it"));
    }
    if let (true, Some(second)) = (urc.is("+CMT"), urc.second) {
        // In text mode there is a number or name in front.
        let mut pdu = vec![0; second.len().max(Pdu::MAX_LEN)];
        let pdu = match delivered_pdu(urc.line, second, charset, &mut pdu) {
            Some(pdu) => Some(pdu.to_vec()),
            None => hex::decode(second, &mut pdu).ok().map(|pdu| pdu.to_vec()),
        };
        if let Some(pdu) = pdu {
            let (value, text) = sms::delivered(&pdu);
            return (Some(("sms", value)), text);
        }
    }
    (None, String::new())
}
