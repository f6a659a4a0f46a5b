//! Everything that is printed goes through here: text from a modem is untrusted, and standard output may be closed.

use std::io::{self, Write as _};

use core::fmt::{self, Write as _};

use mbim_wire::catalogue::Value;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::error::Fail;

/// Whether a character must not reach a terminal as it is: controls move the cursor or worse, and direction marks make
/// text look like another.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Text with everything escaped that a terminal could act on; line feeds too.
pub(crate) fn clean(text: &str) -> String {
    let mut clean = String::new();
    for c in text.chars() {
        if is_unsafe(c) {
            clean.extend(c.escape_unicode());
        } else {
            clean.push(c);
        }
    }
    clean
}

/// The same for text of several lines.
fn clean_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(clean).collect();
    lines.join("\n")
}

/// A JSON document, escaped beyond what JSON demands. Control characters can only stand inside its strings.
fn json_text(text: &str) -> String {
    let mut clean = String::new();
    for c in text.chars() {
        if c != '\n' && is_unsafe(c) {
            let _ = write!(clean, "\\u{:04x}", u32::from(c));
        } else {
            clean.push(c);
        }
    }
    clean
}

/// Whether standard output leads to somebody who reads no more.
pub(crate) fn has_no_reader() -> bool {
    let stdout = io::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let polled = poll(&mut fds, Some(&at_once));
    polled.is_ok() && fds.iter().any(|fd| fd.revents().contains(PollFlags::ERR))
}

/// Standard output.
#[derive(Debug)]
pub(crate) struct Output {
    /// Print JSON.
    pub(crate) json: bool,
    /// Something was printed.
    begun: bool,
    closed: bool,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json, begun: false, closed: false }
    }

    /// Whether nobody reads any more.
    pub(crate) const fn is_closed(&self) -> bool {
        self.closed
    }

    /// Prints lines and flushes them.
    pub(crate) fn lines(&mut self, text: &str) -> io::Result<()> {
        self.write(&clean_lines(text))
    }

    /// Prints a JSON document over several lines.
    pub(crate) fn document(&mut self, value: &Value) -> io::Result<()> {
        self.write(&json_text(&format!("{value:#}")))
    }

    /// Prints a JSON document on one line.
    pub(crate) fn line(&mut self, value: &Value) -> io::Result<()> {
        self.write(&json_text(&value.to_string()))
    }

    /// Prints why the run failed, for programs: a run of `--json` is never without its document.
    pub(crate) fn failure(&mut self, fail: &Fail) -> io::Result<()> {
        if !self.json || self.begun {
            return Ok(());
        }
        let (reason, hint) = fail.parts();
        self.document(&serde_json::json!({
            "error": { "exit_status": fail.code(), "reason": reason, "hint": hint },
        }))
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.begun = true;
        if self.closed {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
        match written {
            // Whoever reads has seen enough: that is no failure.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            other => other,
        }
    }
}

/// Puts items in order; equal ones stay as they are to each other. For few items: what the standard library has for many is
/// 4 kB for each kind of item.
pub(crate) fn put_in_order<T>(items: &mut [T], mut is_before: impl FnMut(&T, &T) -> bool) {
    for end in 1..=items.len() {
        let mut rest = items.get_mut(..end).unwrap_or_default();
        while let [before @ .., one, last] = rest {
            if !is_before(last, one) {
                break;
            }
            core::mem::swap(one, last);
            let left = before.len().saturating_add(1);
            rest = rest.get_mut(..left).unwrap_or_default();
        }
    }
}

/// Prints a line to standard error.
pub(crate) fn note(text: &str) {
    // Nobody can be told if this fails.
    let _ = writeln!(io::stderr(), "{}", clean_lines(text));
}

/// What a command has to say for a person: labels and texts in columns, under headings.
#[derive(Debug, Default)]
pub(crate) struct Table(Vec<Line>);

#[derive(Debug)]
enum Line {
    Heading(String),
    Row(String, String),
}

impl Table {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn heading(&mut self, text: &str) {
        self.0.push(Line::Heading(text.to_owned()));
    }

    pub(crate) fn row(&mut self, label: &str, text: impl Into<String>) {
        self.0.push(Line::Row(label.to_owned(), text.into()));
    }

    /// One row for each text; the label stands in front of the first.
    pub(crate) fn rows(&mut self, label: &str, texts: impl IntoIterator<Item = String>) {
        let mut label = label;
        for text in texts {
            self.row(label, text);
            label = "";
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |line: &Line| match line {
            Line::Row(label, _) => label.chars().count(),
            Line::Heading(_) => 0,
        };
        let width = self.0.iter().map(width).max().unwrap_or(0);
        let headed = self.0.iter().any(|line| matches!(line, Line::Heading(_)));
        let indent = if headed { "  " } else { "" };
        for (i, line) in self.0.iter().enumerate() {
            match line {
                Line::Heading(text) => writeln!(f, "{}{text}", if i == 0 { "" } else { "\n" })?,
                Line::Row(label, text) => writeln!(f, "{indent}{label:width$}  {}", clean(text))?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_acts_on_is_escaped() {
        assert_eq!(clean("a\u{1b}[31mb\u{9b}\r\n"), "a\\u{1b}[31mb\\u{9b}\\u{d}\\u{a}");
        assert_eq!(clean("Überall 日本"), "Überall 日本");
        assert_eq!(clean("\u{202e}gnp\u{feff}"), "\\u{202e}gnp\\u{feff}");
    }

    #[test]
    fn items_come_in_order() {
        let mut items = [(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd'), (1, 'e'), (0, 'f')];
        put_in_order(&mut items, |a, b| a.0 < b.0);
        assert_eq!(items, [(0, 'f'), (1, 'b'), (1, 'e'), (2, 'd'), (3, 'a'), (3, 'c')]);
        put_in_order(&mut [0_u8; 0], |a, b| a < b);
    }

    #[test]
    fn json_stays_json() {
        let value = Value::from("a\u{1b}\u{9b}\u{202e}\n");
        let text = json_text(&value.to_string());
        assert!(text.is_ascii(), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn columns_line_up() {
        let mut table = Table::default();
        table.heading("One");
        table.row("a", "1");
        table.rows("long", ["2".to_owned(), "3".to_owned()]);
        table.heading("Two");
        assert_eq!(table.to_string(), "One\n  a     1\n  long  2\n        3\n\nTwo\n");
    }
}
