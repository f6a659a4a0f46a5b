//! `at`: command lines as they are, and what the modem says to them.

use at_wire::DecodeErrorKind;
use at_wire::catalogue::{Info, Value};
use at_wire::message::{CommandInfo, Encode, Form, Parameters, Prompt, Request};
use at_wire::parameter::{LineWriter, Values};
use at_wire::policy::{self, Action, Command, Policy, Rule, Verdict};
use serde_json::json;
use wwan::channel::blocking::ByteStream;
use wwan::client::at::blocking::Client;
use wwan::client::at::{Answer, Error};
use wwan::session::at::Exchange;
use wwan::time::{Instant, Millis};

use super::{hint, line_failed, number_of, patience};
use crate::args::At;
use crate::device::USUAL;
use crate::error::Fail;
use crate::output::{Output, clean, note};

const fn rule(name: &'static str, forms: u8) -> Rule<'static> {
    Rule { name, forms, action: Action::Deny }
}

/// What takes the line away, or changes how it is spoken on, so that nothing after it would be understood.
const RULES: &[Rule<'static>] = &[
    // Data mode and the multiplexer.
    rule("A/", Rule::ALL),
    rule("D", Rule::ALL),
    rule("A", Rule::ALL),
    rule("O", Rule::ALL),
    rule("+CGDATA", Rule::SET | Rule::EXECUTE),
    rule("+CMUX", Rule::SET | Rule::EXECUTE),
    // Echo, form of results, line ends, speed, flow control; and all of these from a profile.
    rule("E", Rule::ALL),
    rule("V", Rule::ALL),
    rule("Q", Rule::ALL),
    rule("Z", Rule::ALL),
    rule("&F", Rule::ALL),
    rule("&W", Rule::ALL),
    rule("S3", Rule::SET),
    rule("S4", Rule::SET),
    rule("S5", Rule::SET),
    rule("+IPR", Rule::SET),
    rule("+ICF", Rule::SET),
    rule("+IFC", Rule::SET),
];

/// A command line as it was given.
#[derive(Debug)]
struct Raw<'a>(&'a [u8]);

impl Encode for Raw<'_> {
    fn write(&self, line: &mut LineWriter<'_, '_>) {
        line.parameters(self.0);
    }
}

impl<'a> Parameters<'a> for Raw<'a> {
    const NAMES: &'static str = "line,";

    fn take(values: &mut Values<'a>) -> Self {
        values.refuse(DecodeErrorKind::Value);
        Self(&[])
    }
}

impl<'a> Request<'a> for Raw<'a> {
    const COMMAND: CommandInfo = CommandInfo { bare: true, prompt: Prompt::Greater, ..CommandInfo::DEFAULT };
    const FORM: Form = Form::Execute;
}

/// What is known of a command.
fn info(command: &Command<'_>) -> Option<&'static Info> {
    wwan_catalogue::at().iter().find(|info| info.command.is_some() && command.is(info.name))
}

/// Checks the lines, and tells how long they may take, all together.
pub(crate) fn prepare(at: &At) -> Result<Millis, Fail> {
    let policy = Policy { rules: if at.force { &[] } else { &[RULES] }, default: Action::Allow };
    let mut longest = USUAL;
    for line in &at.lines {
        let wrong = |what: &str| Fail::Usage(format!("at: {:?}: {what}", clean(line)));
        let commands = policy::commands(line.as_bytes()).map_err(|refusal| wrong(&refusal.to_string()))?;
        if let Ok(Verdict::Denied { offset }) = policy.judge(line.as_bytes(), &mut []) {
            return Err(wrong(&format!(
                "the command at offset {offset} takes the line away or changes how it is spoken on; --force sends it all the same"
            )));
        }
        for info in
            commands.filter_map(|command| if command.form == policy::Form::Test { None } else { info(&command) })
        {
            let Some(command) = info.command else { continue };
            longest = Millis(longest.0.saturating_add(u32::from(command.timeout).saturating_mul(1000)));
        }
    }
    let last = at.lines.last().and_then(|line| policy::commands(line.as_bytes()).ok()?.last());
    let prompts = last.as_ref().filter(|command| command.form == policy::Form::Set).and_then(info);
    let prompts = prompts.is_some_and(|info| info.command.is_some_and(|command| command.prompt == Prompt::Greater));
    if prompts && at.text.is_none() {
        return Err(Fail::Usage("at: this command asks for a text: --text TEXT gives it".to_owned()));
    }
    Ok(longest)
}

/// Sends the lines, until then at the latest.
pub(super) fn run<C: ByteStream>(
    client: &mut Client<'_, C>,
    until: Instant,
    at: &At,
    out: &mut Output,
) -> Result<(), Fail>
where
    Fail: From<C::Error>,
{
    let mut said = Vec::new();
    let mut done = Ok(());
    for (index, line) in at.lines.iter().enumerate() {
        let last = index.saturating_add(1) == at.lines.len();
        let text = at.text.as_deref().filter(|_| last);
        let (value, ended) = match one(client, until, line, text, out) {
            Ok((value, ended)) => (Some(value), ended),
            Err(fail) => (None, Err(fail)),
        };
        said.extend(value);
        done = ended;
        if done.is_err() {
            break;
        }
    }
    let mut told = Vec::new();
    let now = client.now();
    while let Ok(Some(urc)) = client.next_urc(now) {
        for line in [Some(urc.line), urc.second].into_iter().flatten() {
            let line = String::from_utf8_lossy(line).into_owned();
            if !out.json {
                note(&format!("unsolicited: {line}"));
            }
            told.push(line);
        }
    }
    // Without any answer the failure is the document.
    if out.json && !said.is_empty() {
        out.document(&json!({ "at": said, "unsolicited": told }))?;
    }
    done
}

/// Sends one line: what it says, and whether the modem did it.
fn one<C: ByteStream>(
    client: &mut Client<'_, C>,
    until: Instant,
    line: &str,
    text: Option<&str>,
    out: &mut Output,
) -> Result<(Value, Result<(), Fail>), Fail>
where
    Fail: From<C::Error>,
{
    let patience = patience(client.now(), until);
    let bytes = line.as_bytes();
    let answer = match text {
        None => client.send_line(bytes, patience),
        Some(text) => {
            let exchange = Exchange { timeout: patience, ..Exchange::of::<Raw<'_>>() };
            let command = bytes.get(2..).unwrap_or_default();
            client.send_as(&Raw(command), &exchange, text.as_bytes())
        }
    };
    let lines = |answer: &Answer<'_>| -> Vec<String> {
        answer.lines().map(|line| String::from_utf8_lossy(line).into_owned()).collect()
    };
    let (lines, reason, connected) = match answer {
        Ok(answer) => (lines(&answer), answer.reason(), answer.is_connected()),
        Err(Error::Refused { reason, .. }) => (Vec::new(), Some(reason), false),
        Err(error) => return Err(line_failed(line, error)),
    };
    let told = String::from_utf8_lossy(client.reason()).into_owned();
    if connected {
        note("the modem was in data mode, and was taken out of it");
        // Nothing can be done about a modem that does not come back.
        if client.escape().is_ok() {
            let _ = client.send_line(b"ATH", patience);
        }
    }
    let result = match reason {
        None if connected => "CONNECT".to_owned(),
        None => "OK".to_owned(),
        Some(reason) if told.is_empty() => reason.to_string(),
        Some(reason) => format!("{reason}: {told}"),
    };
    if !out.json {
        let shown = if lines.is_empty() && reason.is_none() { result.clone() } else { lines.join("\n") };
        if !shown.is_empty() {
            out.lines(&shown)?;
        }
    }
    let value = json!({ "line": line, "answer": lines, "result": result });
    let done = match reason {
        None => Ok(()),
        Some(reason) => {
            let text = format!("{}: the modem refuses: {result}", clean(line));
            Err(Fail::Refused { reason: text, hint: hint(number_of(reason)) })
        }
    };
    Ok((value, done))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn at(line: &str, text: Option<&str>, force: bool) -> Result<Millis, Fail> {
        prepare(&At { lines: vec![line.to_owned()], text: text.map(ToOwned::to_owned), force })
    }

    #[test]
    fn what_would_take_the_line_away_is_refused() {
        for line in
            ["ATD*99#", "AT+CSQ;D123", "atz", "AT E1", "AT+CMUX=0", "at+ipr = 9600", "A/", "ATS3=10", "ATA", "ATO"]
        {
            assert!(matches!(at(line, None, false), Err(Fail::Usage(_))), "{line}");
            assert!(at(line, None, true).is_ok(), "{line}");
        }
        for line in ["", "CSQ", "AT+CSQ\r", "AT+X=\"", "AT\u{e9}"] {
            assert!(matches!(at(line, None, true), Err(Fail::Usage(_))), "{line}");
        }
        for line in ["AT", "ATI", "AT+CSQ", "at+cfun=1", "AT+IPR?", "AT+CMUX?", "ATE?0"] {
            let _ = at(line, None, false);
        }
    }

    #[test]
    fn time_and_text_are_those_of_the_command() {
        assert!(at("AT+COPS=?", None, false).unwrap() >= USUAL);
        assert!(at("AT+CGACT=1,1", None, false).unwrap() > USUAL);
        assert!(matches!(at("AT+CMGS=23", None, false), Err(Fail::Usage(_))));
        assert!(at("AT+CMGS=23", Some("00"), false).is_ok());
    }
}
