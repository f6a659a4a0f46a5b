//! `ussd`: dialogues with the network.

use mbim_wire::Command as _;
use mbim_wire::catalogue::{Value, hex};
use mbim_wire::service::ussd as wire;
use wwan::procedure::mbim::{Ussd, UssdMessage};
use wwan::time::Millis;

use super::report::Report;
use super::{Check, line};
use crate::error::Fail;
use crate::modem::{After, Modem, is_reachable};
use crate::output::{Output, note};

/// How long some modems take for the indication that follows an empty answer.
const LATE: Millis = Millis::from_secs(30);

/// What is told of a dialogue that the program had to end.
pub(crate) const ENDED: &str = "(the network waits for an answer; none was left, and the dialogue was ended)";

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
pub(crate) struct Dialogue {
    pub(crate) report: Report,
    pub(crate) steps: Vec<Value>,
    /// The network may be waiting for an answer.
    pub(crate) is_open: bool,
}

/// Answers that the user has for the network: those of the command line, and what is typed from a `-` on.
#[derive(Debug)]
pub(crate) struct Answers<'a> {
    given: core::slice::Iter<'a, String>,
    typing: bool,
}

impl<'a> Answers<'a> {
    pub(crate) fn new(given: &'a [String]) -> Self {
        Self { given: given.iter(), typing: false }
    }

    /// The next one, to the question that was asked; `None` if there is none left.
    pub(crate) fn next(&mut self, question: &str, check: Check<'_>) -> Result<Option<String>, Fail> {
        let answer = if self.typing { None } else { self.given.next().cloned() };
        self.typing |= answer.as_deref() == Some("-");
        if !self.typing {
            return Ok(answer);
        }
        // Who types answers needs to read the question first.
        note(question);
        Ok(line(check)?.filter(|answer| !answer.is_empty()))
    }
}

/// Prints what the network has said: it is worth reading even if the rest failed.
pub(crate) fn print(mut report: Report, steps: Vec<Value>, out: &mut Output) -> Result<(), Fail> {
    if steps.is_empty() {
        return Ok(());
    }
    report.put("ussd", steps);
    report.print(out)
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
            report.table.row("", ENDED);
            done = ended.map_err(Fail::from);
        }
    }
    print(report, steps, out)?;
    done.map(|()| After::AsFound)
}

/// Asks and answers, until the network or the answers come to an end.
fn hold(modem: &mut Modem, dialogue: &mut Dialogue, code: &str, answers: &[String]) -> Result<(), Fail> {
    let Dialogue { report, steps, is_open } = dialogue;
    let mut answers = Answers::new(answers);
    let mut step = Ussd::initiate(code).map_err(|error| Fail::Usage(format!("{code:?}: {error}")))?;
    modem.settle()?;
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
        let Some(answer) = answers.next(&said.text, &mut || modem.check())? else { return Ok(()) };
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
