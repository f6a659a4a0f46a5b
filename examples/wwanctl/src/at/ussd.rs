//! `ussd`: dialogues with the network.

use mbim_wire::service::ussd::UssdResponse;
use serde_json::json;

use super::{Error, Modem};
use crate::commands::ussd::{self, Answers, Dialogue, ENDED};
use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(modem: &mut Modem, code: &str, answers: &[String], out: &mut Output) -> Result<(), Fail> {
    for name in ["+CSCS", "+CUSD"] {
        modem.keep(name, 1)?;
    }
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
            report.table.row("", ENDED);
            done = ended.map_err(Fail::from);
        }
    }
    ussd::print(report, steps, out)?;
    done
}

/// Asks and answers, until the network or the answers come to an end.
fn hold(modem: &mut Modem, dialogue: &mut Dialogue, code: &str, answers: &[String]) -> Result<(), Fail> {
    let Dialogue { report, steps, is_open } = dialogue;
    let mut answers = Answers::new(answers);
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
        // The numbers of MBIM are the same (27.007 §7.15).
        let response = UssdResponse(u32::from(said.kind)).name().unwrap_or("UNKNOWN").to_ascii_lowercase();
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
        let Some(answer) = answers.next(&said.text, &mut || modem.check())? else { return Ok(()) };
        report.table.row("Answer", answer.as_str());
        step = answer;
    }
}
