//! `ussd`: dialogues with the network.

use mbim_wire::Command as _;
use mbim_wire::catalogue::{Value, hex};
use mbim_wire::service::ussd as wire;
use wwan::procedure::mbim::{Ussd, UssdMessage};
use wwan::time::Millis;

use super::line;
use super::report::Report;
use crate::error::Fail;
use crate::modem::{After, Modem, is_reachable};
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
    fn new(message: &UssdMessage<'_>) -> Self {
        // What is no text is shown all the same: it may be a question.
        let text = message.text().map_or_else(|_| hex(message.string.octets), |text| text.to_string());
        Self { response: message.response, goes_on: message.goes_on(), text }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.response == wire::UssdResponse::NO_ACTION_REQUIRED
    }
}

/// A dialogue, as far as it is.
#[derive(Debug, Default)]
struct Dialogue {
    report: Report,
    steps: Vec<Value>,
    /// The network may be waiting for an answer.
    is_open: bool,
}

pub(crate) fn run(modem: &mut Modem, code: &str, answers: &[String], out: &mut Output) -> Result<After, Fail> {
    let mut dialogue = Dialogue::default();
    let mut done = hold(modem, &mut dialogue, code, answers);
    let Dialogue { mut report, steps, is_open } = dialogue;
    if is_open && done.as_ref().err().is_none_or(is_reachable) {
        // Nobody will be there to answer.
        modem.hurry();
        let ended = modem.client.ussd(Ussd::cancel()).map(drop);
        if done.is_ok() {
            report.table.row("", "(the network waits for an answer; none was left, and the dialogue was ended)");
            done = ended.map_err(Fail::from);
        }
    }
    // What the network has said is worth reading even if the rest failed.
    if !steps.is_empty() {
        report.put("ussd", steps);
        report.print(out)?;
    }
    done.map(|()| After::AsFound)
}

/// Asks and answers, until the network or the answers come to an end.
fn hold(modem: &mut Modem, dialogue: &mut Dialogue, code: &str, answers: &[String]) -> Result<(), Fail> {
    let Dialogue { report, steps, is_open } = dialogue;
    let mut answers = answers.iter();
    let mut typing = false;
    let mut step = Ussd::initiate(code).map_err(|error| Fail::Usage(format!("{code:?}: {error}")))?;
    loop {
        let said = match take(modem, step) {
            // Then it is as it was before: a dialogue that another program holds is not ours to end.
            Err(fail @ Fail::Refused { .. }) => return Err(fail),
            said => {
                *is_open = true;
                said?
            }
        };
        *is_open = said.goes_on;
        let kind = said.response.name().unwrap_or("UNKNOWN").to_ascii_lowercase();
        report.table.rows("Network", said.text.lines().map(str::to_owned));
        steps.push(serde_json::json!({ "response": kind, "text": said.text }));
        if !said.goes_on {
            return refusal(said.response, &kind).map_or(Ok(()), Err);
        }
        let mut answer = if typing { None } else { answers.next().cloned() };
        typing |= answer.as_deref() == Some("-");
        if typing {
            // Who types answers needs to read the question first.
            note(&said.text);
            answer = line(&mut || modem.check())?.filter(|answer| !answer.is_empty());
        }
        let Some(answer) = answer else { return Ok(()) };
        report.table.row("Answer", answer.as_str());
        step = Ussd::reply(&answer).map_err(|error| Fail::Usage(format!("{answer:?}: {error}")))?;
    }
}

/// One step of the dialogue; what the network says to it.
fn take(modem: &mut Modem, step: Ussd) -> Result<Said, Fail> {
    let said = Said::new(&modem.client.ussd(step)?);
    if !said.is_empty() {
        return Ok(said);
    }
    let until = modem.now() + modem.patience().min(LATE);
    while let Some(indication) = modem.client.next_indication(until)? {
        if (indication.service, indication.cid) == (wire::USSD, wire::Ussd::CID) {
            let message = UssdMessage::read(indication.body);
            return Ok(Said::new(&message.map_err(|error| Fail::Data(format!("indication of USSD: {error}")))?));
        }
    }
    Ok(said)
}

/// How a dialogue ended that did not end well.
fn refusal(response: wire::UssdResponse, kind: &str) -> Option<Fail> {
    match response {
        wire::UssdResponse::NO_ACTION_REQUIRED | wire::UssdResponse::OTHER_LOCAL_CLIENT => None,
        wire::UssdResponse::NETWORK_TIMEOUT => Some(Fail::Timeout("the network did not answer".to_owned())),
        _ => Some(Fail::Refused { reason: format!("the network refuses: {}", kind.replace('_', " ")), hint: None }),
    }
}
