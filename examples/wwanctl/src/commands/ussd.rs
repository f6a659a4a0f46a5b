//! `ussd`: dialogues with the network.

use std::io;

use mbim_wire::Command as _;
use mbim_wire::service::ussd as wire;
use wwan::procedure::mbim::{Ussd, UssdMessage};
use wwan::time::Millis;

use super::report::Report;
use crate::error::Fail;
use crate::modem::{After, Modem};
use crate::output::{Output, note};

/// How long some modems take for the indication that follows an empty answer.
const LATE: Millis = Millis::from_secs(30);

/// What the network said, kept.
#[derive(Debug)]
struct Said {
    response: wire::UssdResponse,
    goes_on: bool,
    text: String,
}

impl Said {
    fn new(message: &UssdMessage<'_>) -> Result<Self, Fail> {
        let text = message.text().map_err(|error| Fail::Data(format!("what the network said: {error}")))?;
        Ok(Self { response: message.response, goes_on: message.goes_on(), text: text.to_string() })
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.response == wire::UssdResponse::NO_ACTION_REQUIRED
    }
}

pub(crate) fn run(modem: &mut Modem, code: &str, answers: &[String], out: &mut Output) -> Result<After, Fail> {
    let mut report = Report::default();
    let mut steps = Vec::new();
    let mut answers = answers.iter();
    let mut typing = false;
    let mut step = Ussd::initiate(code).map_err(|error| Fail::Usage(format!("{code:?}: {error}")))?;
    let refused = loop {
        let said = take(modem, step)?;
        let kind = said.response.name().unwrap_or("UNKNOWN").to_ascii_lowercase();
        report.table.rows("Network", said.text.lines().map(str::to_owned));
        steps.push(serde_json::json!({ "response": kind, "text": said.text }));
        if !said.goes_on {
            break refusal(said.response, &kind);
        }
        let mut answer = if typing { None } else { answers.next().cloned() };
        typing |= answer.as_deref() == Some("-");
        if typing {
            // Who types answers needs to read the question first.
            note(&said.text);
            answer = line()?;
        }
        let Some(answer) = answer else {
            modem.client.ussd(Ussd::cancel())?;
            report.table.row("", "(the network waits for an answer; none was left, and the dialogue was ended)");
            break None;
        };
        report.table.row("Answer", answer.as_str());
        step = Ussd::reply(&answer).map_err(|error| Fail::Usage(format!("{answer:?}: {error}")))?;
    };
    report.put("ussd", steps);
    if !report.table.is_empty() {
        report.print(out)?;
    }
    match refused {
        Some(fail) => Err(fail),
        None => Ok(After::AsFound),
    }
}

/// One step of the dialogue; what the network says to it.
fn take(modem: &mut Modem, step: Ussd) -> Result<Said, Fail> {
    let said = Said::new(&modem.client.ussd(step)?)?;
    if !said.is_empty() {
        return Ok(said);
    }
    let until = modem.now() + modem.patience().min(LATE);
    while let Some(indication) = modem.client.next_indication(until)? {
        if (indication.service, indication.cid) == (wire::USSD, wire::Ussd::CID) {
            let message = UssdMessage::read(indication.body);
            return Said::new(&message.map_err(|error| Fail::Data(format!("indication of USSD: {error}")))?);
        }
    }
    Ok(said)
}

/// A line of standard input; `None` at its end, and for an empty one.
fn line() -> Result<Option<String>, Fail> {
    let mut line = String::new();
    io::stdin().read_line(&mut line).map_err(|error| Fail::Usage(format!("standard input: {error}")))?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(Some(line).filter(|line| !line.is_empty()))
}

/// How a dialogue ended that did not end well.
fn refusal(response: wire::UssdResponse, kind: &str) -> Option<Fail> {
    match response {
        wire::UssdResponse::NO_ACTION_REQUIRED | wire::UssdResponse::OTHER_LOCAL_CLIENT => None,
        wire::UssdResponse::NETWORK_TIMEOUT => Some(Fail::Timeout("the network did not answer".to_owned())),
        _ => Some(Fail::Refused { reason: format!("the network refuses: {}", kind.replace('_', " ")), hint: None }),
    }
}
