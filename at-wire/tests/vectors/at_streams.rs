//! Streams: what comes of them through the framer and the classifier, in one piece and byte by byte.

use at_wire::classify::{Class, Pending, classify};
use at_wire::command;
use at_wire::framer::{Announcement, Announcements, Delimiter, Event, Expected, Framer, Length};
use at_wire::message::CommandInfo;
use at_wire::result::{Cause, FinalResult, Options, cme_text, cms_text};
use serde_json::{Value, json};

use crate::{Case, Outcome, equal, matches};

/// Answers with bytes in them that may be anything.
const ANNOUNCED: &[Announcement<'_>] =
    &[Announcement { name: "+URDBLOCK", length: Length::Parameter(1), delimiter: Delimiter::Quote }];

/// The command lines in a stream: what was sent shows in the echo.
fn sent(text: &str) -> Vec<&str> {
    text.split(['\r', '\n']).filter(|line| line.starts_with("AT")).collect()
}

/// What is declared of the command in a line.
fn info(line: &str) -> CommandInfo {
    let name = line.trim_start_matches("AT").split(['=', '?']).next().unwrap_or("");
    let tables = [command::vendor::ublox::COMMANDS, command::general::COMMANDS, command::equipment::COMMANDS];
    let mut declared = tables.iter().flat_map(|table| table.iter());
    declared.find(|info| info.name == name).copied().unwrap_or(CommandInfo::DEFAULT)
}

fn failure(kind: &str, cause: Cause<'_>, text_of: fn(u32) -> Option<&'static str>) -> Value {
    match cause {
        Cause::Number(code) => {
            let name = text_of(code).map(|text| text.to_lowercase().replace(' ', "-"));
            json!({"kind": kind, "code": code, "name": name})
        }
        Cause::Text(text) => json!({"kind": kind, "text": String::from_utf8_lossy(text)}),
    }
}

/// What comes of a stream, cut into pieces of `piece` bytes: answers, failures, URCs, prompts.
fn results(text: &str, urcs: &[&str], size: usize, piece: usize) -> Vec<Value> {
    let mut lines = sent(text).into_iter().peekable();
    let mut buffer = vec![0; size];
    let mut framer = Framer::new(&mut buffer);
    let (mut results, mut answer) = (Vec::new(), Vec::<String>::new());
    for mut input in text.as_bytes().chunks(piece) {
        loop {
            let line = lines.peek().copied().unwrap_or("");
            let info = info(line);
            let prompt: Vec<u8> = info.prompt.sign().into_iter().collect();
            let expected = Expected {
                echo: line.as_bytes(),
                prompts: &prompt,
                announcements: [Announcements::new(ANNOUNCED), Announcements::NONE],
                ..Expected::default()
            };
            let Some(event) = framer.next(&mut input, &expected) else { break };
            // Any command: what it is, only the echo says.
            let pending = Pending { bare: true, calls: true, ..Pending::default() };
            match event {
                Event::Echo => answer.clear(),
                Event::Overlong { .. } => {}
                Event::Prompt(_) => results.push(json!({"kind": "prompt", "text": info.prompt.text()})),
                Event::Header { line, .. } => answer.push(format!("{}\"", String::from_utf8_lossy(line))),
                Event::Payload { bytes, left } => {
                    let last = answer.last_mut().expect("a line that announced it");
                    last.push_str(&String::from_utf8_lossy(bytes));
                    last.push_str(if left == 0 { "\"" } else { "" });
                }
                Event::Line(line) => {
                    let text = String::from_utf8_lossy(line).into_owned();
                    let result = match classify(line, Some(&pending), urcs, Options::LENIENT) {
                        Class::Unsolicited(_) => {
                            results.push(json!({"kind": "urc", "text": text}));
                            continue;
                        }
                        Class::Final(result) => result.resolved(),
                        _ => {
                            answer.push(text);
                            continue;
                        }
                    };
                    results.push(match result {
                        FinalResult::Ok => json!({"kind": "response", "text": answer.join("\r\n")}),
                        FinalResult::Error => json!({"kind": "error"}),
                        FinalResult::Busy => json!({"kind": "busy"}),
                        FinalResult::NoAnswer => json!({"kind": "no-answer"}),
                        FinalResult::NoDialtone => json!({"kind": "no-dialtone"}),
                        FinalResult::Cme(cause) => failure("cme-error", cause, cme_text),
                        FinalResult::Cms(cause) => failure("cms-error", cause, cms_text),
                        other => json!({"kind": format!("{other:?}")}),
                    });
                    answer.clear();
                    let _ = lines.next();
                }
            }
        }
    }
    results
}

pub(super) fn stream(case: &Case<'_>, text: &str) -> Outcome {
    let context = &case.vector["context"];
    let urcs: Vec<_> = context["urc_prefixes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let size = context["buffer_size"].as_u64().map_or(1024, |size| size as usize);
    // Where only one step of the original is told, what it left is not its result.
    let left = if case.expect.get("taken").is_some() { case.text("left").unwrap_or("") } else { "" };
    let text = text.strip_suffix(left).ok_or("what is left is not the end")?;
    let whole = results(text, &urcs, size, text.len().max(1));
    for piece in 1..text.len() {
        equal("results in pieces", &results(text, &urcs, size, piece), &whole)?;
    }
    // A line feed ends a line, so that URCs with one between them are two.
    let lines = |result: &Value| match (result["kind"].as_str(), result["text"].as_str()) {
        (Some("urc"), Some(text)) => text.split('\n').map(|text| json!({"kind": "urc", "text": text})).collect(),
        _ => vec![result.clone()],
    };
    let theirs: Vec<_> = case.expect["results"].as_array().ok_or("no results")?.iter().flat_map(lines).collect();
    matches("results", &whole.into(), &theirs.into())
}

/// What follows the echo is told, and nothing of it. What the echo is, the command line that was sent says here; the
/// originals take it for what stands in front of the first line end.
pub(super) fn echo(case: &Case<'_>, text: &str) -> Outcome {
    let behind = case.text("left").or(case.text("result")).ok_or("nothing is said to be left")?;
    let echo = text.strip_suffix(behind).ok_or("what is left is not the end")?;
    if let Some(length) = case.number("echo_length") {
        equal("echo_length", &echo.len(), &length)?;
    }
    let events = |text: &str, echo: &str| {
        let mut buffer = [0; 128];
        let mut framer = Framer::new(&mut buffer);
        let expected = Expected { echo: echo.trim_end().as_bytes(), ..Expected::default() };
        let (mut echoes, mut lines) = (0, Vec::new());
        for mut input in text.as_bytes().chunks(1) {
            match framer.next(&mut input, &expected) {
                Some(Event::Echo) => echoes += 1,
                Some(Event::Line(line)) => lines.push(String::from_utf8_lossy(line).into_owned()),
                _ => {}
            }
        }
        (echoes, lines)
    };
    let (echoes, lines) = events(text, echo);
    equal("echoes", &echoes, &usize::from(!echo.is_empty()))?;
    equal("lines", &lines, &events(behind, "").1)
}
