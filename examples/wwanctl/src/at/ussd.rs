//! `ussd`: dialogues with the network.

use serde_json::{Value, json};

use super::{Error, Modem};
use crate::commands::line;
use crate::commands::report::Report;
use crate::error::Fail;
use crate::output::{Output, note};

/// What the network wants, in the words of MBIM, whose numbers are the same (27.007 §7.15).
const RESPONSES: [&str; 6] = [
    "no_action_required",
    "action_required",
    "terminated_by_network",
    "other_local_client",
    "operation_not_supported",
    "network_timeout",
];

/// A dialogue, as far as it is.
#[derive(Debug, Default)]
struct Dialogue {
    report: Report,
    steps: Vec<Value>,
    /// The network may be waiting for an answer.
    is_open: bool,
}

pub(super) fn run(modem: &mut Modem, code: &str, answers: &[String], out: &mut Output) -> Result<(), Fail> {
    let mut dialogue = Dialogue::default();
    let mut done = hold(modem, &mut dialogue, code, answers);
    let Dialogue { mut report, steps, is_open } = dialogue;
    if is_open && !matches!(done, Err(Fail::Unreachable(_))) {
        // Nobody will be there to answer.
        modem.hurry();
        let ended = match modem.client.cancel_ussd() {
            // Then it was over.
            Err(Error::Stop(wwan::procedure::at::Stop::Refused(_))) => Ok(()),
            ended => ended,
        };
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
    done
}

/// Asks and answers, until the network or the answers come to an end.
fn hold(modem: &mut Modem, dialogue: &mut Dialogue, code: &str, answers: &[String]) -> Result<(), Fail> {
    let Dialogue { report, steps, is_open } = dialogue;
    let mut answers = answers.iter();
    let mut typing = false;
    let mut step = code.to_owned();
    loop {
        let patience = modem.patience();
        let said = match modem.client.ussd(&step, patience) {
            Ok(said) => said,
            Err(Error::Text(error)) => return Err(Fail::Usage(format!("{step:?}: {error}"))),
            Err(error) => {
                let fail = Fail::from(error);
                // Then it is as it was before: a dialogue that another program holds is not ours to end.
                *is_open |= !matches!(fail, Fail::Refused { .. });
                return Err(fail);
            }
        };
        *is_open = said.goes_on();
        let response = RESPONSES.get(usize::from(said.kind)).copied().unwrap_or("unknown");
        report.table.rows("Network", said.text.lines().map(str::to_owned));
        steps.push(json!({ "response": response, "text": said.text.as_str() }));
        match said.kind {
            1 => {}
            // Some modems say so of every last text.
            2 if !said.text.is_empty() => return Ok(()),
            0 | 3 => return Ok(()),
            5 => return Err(Fail::Timeout("the network did not answer".to_owned())),
            _ => {
                let reason = format!("the network refuses: {}", response.replace('_', " "));
                return Err(Fail::Refused { reason, hint: None });
            }
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
        step = answer;
    }
}
