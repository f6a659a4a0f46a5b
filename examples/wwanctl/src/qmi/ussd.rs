//! `ussd`: dialogues with the network.

use serde_json::{Value, json};
use wwan::client::qmi::Error;
use wwan::procedure::qmi::{Ussd, UssdMessage};
use wwan::qmi_wire::service::voice;
use wwan::time::Millis;

use super::Modem;
use crate::commands::report::Report;
use crate::commands::ussd::{self, Answers, ENDED};
use crate::error::Fail;
use crate::output::Output;

/// How long the indication may take that says whether the network waits for an answer, after its text came in the answer.
const LATE: Millis = Millis::from_secs(2);

/// What the network said, kept.
#[derive(Debug, Default)]
struct Said {
    text: String,
    goes_on: Option<bool>,
    /// The dialogue was ended, and why if there is a reason.
    ended: Option<String>,
}

impl Said {
    fn new(message: &UssdMessage<'_>) -> Self {
        let ended = message.ended.map(|reason| reason.map_or_else(|| "network_end".to_owned(), reason_name));
        Self { text: message.chars().collect(), goes_on: message.goes_on, ended }
    }

    const fn response(&self) -> &'static str {
        match (&self.ended, self.goes_on) {
            (Some(_), _) => "terminated_by_network",
            (None, Some(true)) => "action_required",
            (None, _) => "no_action_required",
        }
    }
}

/// A dialogue, as far as it is.
#[derive(Debug)]
struct Dialogue {
    report: Report,
    steps: Vec<Value>,
    /// The network may be waiting for an answer; `None` where the modem does not say.
    open: Option<bool>,
}

impl Dialogue {
    /// What was said last turned out to be a question.
    fn was_question(&mut self) {
        if let Some(Value::Object(step)) = self.steps.last_mut() {
            step.insert("response".into(), "action_required".into());
        }
    }
}

pub(super) fn run(modem: &mut Modem, code: &str, answers: &[String], out: &mut Output) -> Result<(), Fail> {
    let mut dialogue = Dialogue { report: Report::default(), steps: Vec::new(), open: Some(false) };
    let mut done = hold(modem, &mut dialogue, code, answers);
    if dialogue.open != Some(false) && !matches!(done, Err(Fail::Unreachable(_))) {
        // Nobody will be there to answer.
        let until = modem.client.now() + super::SHORT;
        modem.channel().channel_mut().channel_mut().until = until;
        let ended = modem.client.ask::<voice::cancel_ussd::Message>(|_| {}).map(drop);
        match ended {
            Ok(()) => {
                dialogue.was_question();
                dialogue.report.table.row("", ENDED);
            }
            // Then it was over.
            Err(Error::Refused(_)) => {}
            Err(error) if done.is_ok() => done = Err(error.into()),
            Err(_) => {}
        }
    }
    let Dialogue { report, steps, .. } = dialogue;
    ussd::print(report, steps, out)?;
    done
}

/// Asks and answers, until the network or the answers come to an end.
fn hold(modem: &mut Modem, dialogue: &mut Dialogue, code: &str, answers: &[String]) -> Result<(), Fail> {
    let mut answers = Answers::new(answers);
    let mut answered = None::<String>;
    let mut step = Ussd::begin(code).map_err(|error| Fail::Usage(format!("{code:?}: {error}")))?;
    modem.settle()?;
    loop {
        let said = match take(modem, &mut step, answered.is_none()) {
            // It was no question, and the dialogue is over.
            Err(Fail::Refused { .. }) if answered.is_some() && dialogue.open.is_none() => {
                dialogue.open = Some(false);
                return Ok(());
            }
            // Then it is as it was before: a dialogue that another program holds is not ours to end.
            Err(fail @ Fail::Refused { .. }) => return Err(fail),
            Err(fail) => {
                dialogue.open = Some(true);
                return Err(fail);
            }
            Ok(said) => said,
        };
        if let Some(answer) = &answered {
            dialogue.was_question();
            dialogue.report.table.row("Answer", answer.as_str());
        }
        dialogue.open = said.goes_on;
        dialogue.report.table.rows("Network", said.text.lines().map(str::to_owned));
        dialogue.steps.push(json!({ "response": said.response(), "text": said.text }));
        if let Some(reason) = said.ended {
            let reason = format!("the network has ended the dialogue: {}", reason.replace('_', " "));
            return Err(Fail::Refused { reason, hint: None });
        }
        if dialogue.open == Some(false) {
            return Ok(());
        }
        let Some(answer) = answers.next(&said.text, &mut || modem.check())? else { return Ok(()) };
        step = Ussd::answer(&answer).map_err(|error| Fail::Usage(format!("{answer:?}: {error}")))?;
        answered = Some(answer);
    }
}

/// One step of the dialogue; what the network says to it.
fn take(modem: &mut Modem, step: &mut Ussd, begins: bool) -> Result<Said, Fail> {
    if let Err(error) = modem.client.follow(step) {
        let cause = modem.client.last_answer().get::<u16>(0x10).ok().flatten().map(voice::CallEndReason);
        return Err(match (Fail::from(error), cause) {
            (Fail::Refused { reason, hint }, Some(cause)) if begins => {
                Fail::Refused { reason: format!("{reason}; cause {}", reason_name(cause)), hint }
            }
            (fail, _) => fail,
        });
    }
    let mut said = Said::default();
    if begins {
        let answer = UssdMessage::answer(modem.client.last_answer())?;
        if answer.has_text() {
            said = Said::new(&answer);
        }
    }
    let patience = modem.patience();
    let limit = if said.text.is_empty() { patience } else { patience.min(LATE) };
    let until = modem.client.now() + limit;
    while let Some(indication) = modem.client.next_indication(until)? {
        let Some(message) = UssdMessage::read(&indication)? else { continue };
        // One without an action repeats the answer, or is it.
        if message.goes_on.is_some() || said.text.is_empty() {
            let told = Said::new(&message);
            said = Said { text: if told.text.is_empty() { said.text } else { told.text }, ..told };
            if said.goes_on.is_some() {
                return Ok(said);
            }
        }
    }
    if said.text.is_empty() {
        return Err(Fail::Timeout("the network did not answer".to_owned()));
    }
    Ok(said)
}

fn reason_name(cause: voice::CallEndReason) -> String {
    cause.name().map_or_else(|| cause.0.to_string(), str::to_ascii_lowercase)
}
