//! `decode at`: what a modem sends, and command lines between it, as in the record of a terminal.

use at_wire::DecodeError;
use at_wire::catalogue::{self, FieldInfo, Map, Value, answer_to_json, final_to_json, tpdu_to_json};
use at_wire::classify::{Class, Continuation, Pending, classify};
use at_wire::framer::{Event, Expected, Framer};
use at_wire::message::{CommandInfo, Form};
use at_wire::parameter::{Fields, parameters_of};
use at_wire::policy;
use at_wire::result::Options;
use at_wire::sms::Direction;
use at_wire::text::charset::Charset;
use at_wire::text::hex;
use at_wire::urc::TWO_LINES;
use serde_json::json;

use super::{outline, print};
use crate::args::Decode;
use crate::error::Fail;
use crate::output::{Output, clean};

pub(super) fn run(bytes: &[u8], arguments: &Decode, out: &mut Output) -> Result<(), Fail> {
    let charset = match &arguments.charset {
        Some(name) => Charset::from_name(name)
            .ok_or_else(|| Fail::Usage(format!("--charset {}: a name that +CSCS takes expected", clean(name))))?,
        None => Charset::Ira,
    };
    let Decoded { documents, complaint } = decode(bytes, arguments.command.as_deref(), charset)?;
    // What can be read is shown beside what cannot.
    if out.json {
        print(documents, out)?;
    } else {
        for (index, document) in documents.iter().enumerate() {
            if index > 0 {
                out.lines("")?;
            }
            out.lines(in_words(document).trim_end())?;
        }
    }
    complaint.map_or(Ok(()), |complaint| Err(Fail::Data(clean(&complaint))))
}

/// What lines say.
#[derive(Debug)]
pub(super) struct Decoded {
    /// One for each command, or for what came without one.
    pub(super) documents: Vec<Value>,
    /// The first that is wrong.
    pub(super) complaint: Option<String>,
}

/// A command, or what names an answer or a URC.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Subject {
    name: String,
    form: Form,
}

impl Subject {
    /// As it stands in a command line, with some parameter if it sets.
    fn line(&self) -> String {
        let sign = if self.form == Form::Set { "=1" } else { str::from_utf8(self.form.sign()).unwrap_or_default() };
        format!("{}{sign}", self.name)
    }

    /// What is declared of it.
    fn info(&self) -> CommandInfo {
        let known = wwan_catalogue::at()
            .iter()
            .find(|info| info.command.is_some() && info.name.eq_ignore_ascii_case(&self.name));
        known.and_then(|info| info.command).unwrap_or(CommandInfo::DEFAULT)
    }
}

/// The word of the vectors for a form.
const fn word(form: Form) -> &'static str {
    match form {
        Form::Execute => "exec",
        other => other.name(),
    }
}

/// A command with what answers it, or what a modem told without one.
#[derive(Debug, Default)]
struct Unit {
    commands: Vec<Subject>,
    /// What is shown of each line.
    lines: Vec<Value>,
    /// Of an answer, or of a URC.
    subject: Option<Subject>,
    /// The lines of the subject.
    answer: Vec<Vec<u8>>,
    result: Option<Value>,
    /// The line that is the result.
    end: Vec<u8>,
    success: Option<bool>,
}

impl Unit {
    fn is_empty(&self) -> bool {
        self.commands.is_empty() && self.lines.is_empty()
    }

    /// Takes a line with what it says, or what is wrong with it.
    fn push(
        &mut self,
        kind: &str,
        subject: &Subject,
        text: String,
        shown: Result<Option<Value>, DecodeError>,
    ) -> Result<(), String> {
        let mut line = json!({"kind": kind, "text": text, "name": subject.name, "form": word(subject.form)});
        let (key, value, done) = match shown {
            Ok(shown) => ("fields", shown.and_then(|shown| shown.get("fields").cloned()).unwrap_or_default(), Ok(())),
            Err(error) => {
                let why = format!("{} {}: {error}", subject.name, word(subject.form));
                ("error", error.to_string().into(), Err(why))
            }
        };
        if let Some(line) = line.as_object_mut() {
            line.insert(key.into(), value);
        }
        self.lines.push(line);
        done
    }

    /// All that is known about it, and what is wrong with it together.
    fn document(self, charset: Charset) -> (Value, Option<String>) {
        let (mut map, mut complaint) = (Map::new(), None);
        let subject = self.commands.into_iter().next().or(self.subject);
        if let Some(subject) = subject {
            map.insert("command".into(), subject.name.as_str().into());
            map.insert("form".into(), word(subject.form).into());
            let mut lines: Vec<_> = self.answer.iter().map(Vec::as_slice).collect();
            if lines.is_empty() && subject.name == "+CPIN" && subject.form == Form::Read && self.success == Some(false)
            {
                // Which code is needed is open then, and that is told.
                lines.push(&self.end);
            }
            if !lines.is_empty() {
                match answer_to_json(&subject.name, subject.form, &lines, charset) {
                    Ok(Some(Value::Object(told))) => map.extend(told),
                    Ok(_) => {}
                    Err(error) => complaint = Some(format!("{} {}: {error}", subject.name, word(subject.form))),
                }
            }
        }
        map.insert("lines".into(), self.lines.into());
        map.insert("final".into(), self.result.unwrap_or_default());
        map.insert("is_error".into(), self.success.map(|success| !success).into());
        (Value::Object(map), complaint)
    }
}

/// Everything that the bytes say.
pub(super) fn decode(bytes: &[u8], command: Option<&str>, charset: Charset) -> Result<Decoded, Fail> {
    let mut unit = Unit::default();
    if let Some(line) = command {
        let (commands, ..) = command_line(line.as_bytes()).map_err(|why| Fail::Usage(format!("--command: {why}")))?;
        unit.commands = commands;
    }
    let (mut documents, mut complaint) = (Vec::new(), None);
    let mut finish = |unit: Unit, complaint: &mut Option<String>| {
        if !unit.is_empty() {
            let (document, wrong) = unit.document(charset);
            documents.push(document);
            *complaint = complaint.take().or(wrong);
        }
    };
    // One more, so that the last line is complete.
    let mut memory = vec![0; bytes.len()];
    let mut framer = Framer::new(&mut memory);
    let ended = [bytes, b"\r"].concat();
    let mut input = ended.as_slice();
    let expected = Expected { multiline: &["+CUSD", "+CNAP"], prompts: b">", eight_bit: true, ..Expected::default() };
    let urcs: Vec<&str> =
        wwan_catalogue::at().iter().filter(|info| info.command.is_none()).map(|info| info.name).collect();
    let mut continuation = Continuation::default();
    let mut count = 0_usize;
    while let Some(event) = framer.next(&mut input, &expected) {
        let line = match event {
            Event::Line(line) => line,
            Event::Prompt(_) => {
                unit.lines.push(json!({"kind": "prompt", "text": ">"}));
                continue;
            }
            _ => continue,
        };
        count = count.saturating_add(1);
        let second = continuation.take();
        if second.is_none() && is_command_line(line, command) {
            if command.is_none() || unit.result.is_some() {
                finish(core::mem::take(&mut unit), &mut complaint);
            }
            let wrong = match command_line(line) {
                Ok((commands, shown, wrong)) => {
                    unit.lines.push(json!({"kind": "command", "text": string(line), "commands": shown}));
                    unit.commands = commands;
                    wrong
                }
                Err(why) => Some(why),
            };
            complaint = complaint.or(wrong.map(|why| format!("line {count}, a command line: {why}")));
            continue;
        }
        if let Some(of_answer) = second {
            second_line(&mut unit, line, of_answer);
            continue;
        }
        let wrong = told(&mut unit, line, &urcs, &mut continuation).err();
        complaint = complaint.or(wrong.map(|why| format!("line {count}, {why}")));
    }
    finish(unit, &mut complaint);
    if documents.is_empty() {
        return Err(Fail::Data(complaint.unwrap_or_else(|| "no line".to_owned())));
    }
    Ok(Decoded { documents, complaint })
}

fn string(line: &[u8]) -> String {
    String::from_utf8_lossy(line).into_owned()
}

/// Whether a command was sent with the line, rather than that it answers one.
fn is_command_line(line: &[u8], given: Option<&str>) -> bool {
    let line = line.trim_ascii();
    match given {
        // Only its echo: what answers may begin as a command line does.
        Some(given) => line.eq_ignore_ascii_case(given.trim().as_bytes()),
        None => {
            let prefix = line.get(..2).is_some_and(|prefix| prefix.eq_ignore_ascii_case(b"AT"));
            // Names of operators may begin so too.
            prefix && line.get(2).is_none_or(|next| !matches!(next, b' ')) && policy::commands(line).is_ok()
        }
    }
}

/// The commands in a line, what is shown of them, and what is wrong with the first that is.
type Commands = (Vec<Subject>, Vec<Value>, Option<String>);

fn command_line(line: &[u8]) -> Result<Commands, String> {
    let (mut subjects, mut shown, mut wrong) = (Vec::new(), Vec::new(), None);
    let trimmed = line.trim_ascii();
    for command in policy::commands(trimmed).map_err(|refusal| refusal.to_string())? {
        let name: String = string(command.name).split_whitespace().collect::<String>().to_ascii_uppercase();
        let form = match command.form {
            policy::Form::Execute => Form::Execute,
            policy::Form::Read => Form::Read,
            policy::Form::Set => Form::Set,
            policy::Form::Test => Form::Test,
        };
        let subject = Subject { name, form };
        let mut entry = json!({"command": subject.name.as_str(), "form": word(form)});
        let parameters = command.parameters.trim_ascii();
        let behind = command.parameters.len().saturating_sub(command.parameters.trim_ascii_start().len());
        // Where the parameters start in the line.
        let place = command.offset.saturating_add(command.text.len()).saturating_sub(command.parameters.len());
        if let Some(entry) = entry.as_object_mut() {
            entry.insert("parameters".into(), string(parameters).into());
            match fields_of(&subject, parameters, place.saturating_add(behind)) {
                Ok(None) => {}
                Ok(Some(fields)) => {
                    entry.insert("fields".into(), fields);
                }
                Err(why) => {
                    entry.insert("error".into(), why.as_str().into());
                    wrong = wrong.or(Some(why));
                }
            }
        }
        shown.push(entry);
        subjects.push(subject);
    }
    Ok((subjects, shown, wrong))
}

/// The parameters of a command by the first declaration that takes them; `None` if there is none of the name.
fn fields_of(subject: &Subject, parameters: &[u8], offset: usize) -> Result<Option<Value>, String> {
    let named = wwan_catalogue::at()
        .iter()
        .filter(|info| info.command.is_some() && info.name.eq_ignore_ascii_case(&subject.name));
    let forms = named.flat_map(|info| info.forms).filter(|form| form.form == subject.form);
    let mut wrong = None;
    for form in forms {
        let mut fields = Fields::starting_at(parameters, offset);
        match FieldInfo::read_all(form.parameters(), &mut fields) {
            Ok(fields) => return Ok(Some(Value::Object(fields))),
            Err(error) => wrong = Some(error),
        }
    }
    wrong.map_or(Ok(None), |error: DecodeError| Err(format!("{} {}: {error}", subject.name, word(subject.form))))
}

/// A line of the modem; the error says what is wrong with it.
fn told(unit: &mut Unit, line: &[u8], urcs: &[&str], continuation: &mut Continuation) -> Result<(), String> {
    let names: Vec<&str> = unit.commands.iter().map(|command| command.name.as_str()).collect();
    let infos: Vec<CommandInfo> = unit.commands.iter().map(Subject::info).collect();
    let pending = Pending {
        names: &names,
        reads: unit.commands.iter().any(|command| command.form == Form::Read),
        bare: infos.iter().any(|info| info.bare),
        calls: unit.commands.iter().any(|command| matches!(&*command.name, "D" | "A" | "H" | "O")),
        finals: &[],
    };
    let under_way = Some(&pending).filter(|_| !unit.commands.is_empty() && unit.result.is_none());
    // Some put a star in front of what is in use.
    let line = line.strip_prefix(b"* ").unwrap_or(line);
    let class = classify(line, under_way, urcs, Options::LENIENT);
    let two: Vec<&str> =
        TWO_LINES.iter().copied().chain(infos.iter().filter(|info| info.two_lines).map(|info| info.name)).collect();
    continuation.first(&class, line, &two);
    let text = string(line);
    match class {
        Class::Final(result) | Class::Stray(result) => {
            let shown = final_to_json(&result);
            unit.lines.push(json!({"kind": "final", "text": text}));
            if unit.result.is_none() {
                unit.success = Some(result.is_success());
                unit.result = Some(shown);
                unit.end = line.to_vec();
            }
        }
        Class::Response => {
            let named = |command: &&Subject| parameters_of(&command.name, line).is_some();
            let subject = unit.commands.iter().find(named).or(unit.commands.last()).cloned();
            let Some(subject) = subject else { return Ok(()) };
            unit.push("answer", &subject, text, answer(&subject, line))?;
            if unit.commands.first() == Some(&subject) {
                unit.answer.push(line.to_vec());
            }
        }
        Class::Unsolicited(_) => {
            let name = urcs.iter().filter(|name| line.starts_with(name.as_bytes())).max_by_key(|name| name.len());
            let subject =
                Subject { name: name.map_or_else(String::new, |name| (*name).to_owned()), form: Form::Unsolicited };
            // What is declared takes a line that classifies as one, or it is damaged.
            unit.push("urc", &subject, text, catalogue::decode_by(wwan_catalogue::at(), line, None).map(Some))?;
            tell_of(unit, subject, line);
        }
        Class::Unknown => {
            // An answer whose command is not known may be any of the forms of its name.
            if let Some((subject, shown)) = guess(line) {
                unit.push("answer", &subject, text, Ok(Some(shown)))?;
                tell_of(unit, subject, line);
                return Ok(());
            }
            let wrong = |subject: Subject| answer(&subject, line).err().map(|error| (subject, error));
            if let Some((subject, error)) = named(line).and_then(wrong) {
                return unit.push("answer", &subject, text, Err(error));
            }
            unit.lines.push(json!({"kind": "text", "text": text}));
            // Modems break long answers into lines.
            if !unit.commands.is_empty() && unit.result.is_none() {
                unit.answer.push(line.to_vec());
            }
        }
    }
    Ok(())
}

/// The line is of the unit's subject, or makes it one.
fn tell_of(unit: &mut Unit, subject: Subject, line: &[u8]) {
    if unit.commands.is_empty() && *unit.subject.get_or_insert_with(|| subject.clone()) == subject {
        unit.answer.push(line.to_vec());
    }
}

/// The line behind one that has two: a PDU, or a text.
fn second_line(unit: &mut Unit, line: &[u8], of_answer: bool) {
    if let Some(before) = unit.lines.last_mut().and_then(Value::as_object_mut) {
        before.insert("second_line".into(), string(line).into());
        let mut octets = vec![0; line.len()];
        if let Ok(octets) = hex::decode(line, &mut octets) {
            let page = before.get("name").and_then(Value::as_str) == Some("+CBM");
            let shown = if page {
                at_wire::sms::broadcast::Page::parse(octets).map(|page| catalogue::page_to_json(&page))
            } else {
                tpdu_to_json(octets, Direction::Stored, catalogue::Centre::InFront, None)
            };
            if let Ok(shown) = shown {
                before.insert("message".into(), shown);
            }
        }
    }
    if of_answer || unit.subject.is_some() {
        unit.answer.push(line.to_vec());
    }
}

/// A line by what is declared of the command, or of the URC that looks the same; `None` if nothing is.
fn answer(subject: &Subject, line: &[u8]) -> Result<Option<Value>, DecodeError> {
    match catalogue::decode_by(wwan_catalogue::at(), line, Some(&subject.line())) {
        Ok(shown) => Ok(Some(shown)),
        Err(error) if error.field == "name" => Ok(catalogue::decode_by(wwan_catalogue::at(), line, None).ok()),
        Err(error) => Err(error),
    }
}

/// What a line says that answers a command that is not given.
fn guess(line: &[u8]) -> Option<(Subject, Value)> {
    let named =
        wwan_catalogue::at().iter().filter(|info| info.command.is_some() && parameters_of(info.name, line).is_some());
    named.flat_map(|info| info.forms.iter().map(move |form| (info, form))).find_map(|(info, form)| {
        if form.answer().is_empty() {
            return None;
        }
        let fields = form.decode(info.name, line).ok()?;
        let subject = Subject { name: info.name.to_owned(), form: form.form };
        Some((subject, json!({ "fields": fields })))
    })
}

/// The command whose name a line has.
fn named(line: &[u8]) -> Option<Subject> {
    let mut known =
        wwan_catalogue::at().iter().filter(|info| info.name.starts_with(|c: char| !c.is_ascii_alphanumeric()));
    let info = known.find(|info| parameters_of(info.name, line).is_some())?;
    let form = info.forms.iter().find(|form| !form.answer().is_empty())?;
    Some(Subject { name: info.name.to_owned(), form: form.form })
}

/// A document as text.
fn in_words(document: &Value) -> String {
    let mut lines = Vec::new();
    for line in document.get("lines").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| line.get(key).and_then(Value::as_str).unwrap_or_default();
        let kind = match (text("kind"), text("name"), text("form")) {
            (kind, "", _) => kind.to_owned(),
            (kind, name, form) => format!("{kind}, {name} {form}"),
        };
        lines.push(format!("{}  ({})", clean(text("text")), clean(&kind)));
        for key in ["fields", "commands"] {
            outline(line.get(key).unwrap_or(&Value::Null), 2, &mut lines);
        }
        if !text("error").is_empty() {
            lines.push(format!("  error: {}", clean(text("error"))));
        }
        if !text("second_line").is_empty() {
            lines.push(clean(text("second_line")));
            outline(line.get("message").unwrap_or(&Value::Null), 2, &mut lines);
        }
    }
    if let Some(map) = document.as_object() {
        let said: Map<String, Value> = map
            .iter()
            .filter(|(key, _)| !matches!(&***key, "lines" | "command" | "form" | "is_error"))
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        if !said.is_empty() {
            lines.push("Meaning:".to_owned());
            outline(&Value::Object(said), 2, &mut lines);
        }
    }
    lines.join("\n")
}
