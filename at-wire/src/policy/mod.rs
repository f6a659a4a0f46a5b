//! Command lines that are passed through: split as a modem splits them, and let through, refused or rewritten by rules.
//!
//! A line may hold several commands, in any case, with blanks anywhere; whoever judges only how it starts lets
//! `AT+CSQ;+CFUN=0` through. Here every command of the line is judged, and the first that is denied refuses the line.
//! Where modems differ in how they read a line, as with control characters and open quotes, the line is refused.
//!
//! This judges lines; [`Filter`] stands in a stream of bytes and lets nothing else through. [`lists`] are rules
//! against what makers' firmware is known to offer and nobody should reach from outside.
//!
//! ```
//! use at_wire::policy::{Action, Policy, Rule, Verdict, lists};
//!
//! let own = [Rule { name: "+CFUN", forms: Rule::SET, action: Action::Deny }];
//! let policy = Policy { rules: &[&own, lists::SHELL], default: Action::Allow };
//! let mut buffer = [0; 64];
//! assert_eq!(policy.judge(b"AT+CSQ;+CFUN?", &mut buffer)?, Verdict::Allowed);
//! assert_eq!(policy.judge(b"at +csq; + cfun = 0", &mut buffer)?, Verdict::Denied { offset: 9 });
//! assert_eq!(policy.judge(b"ATE0+QLinuxCmd=\"reboot\"", &mut buffer)?, Verdict::Denied { offset: 4 });
//! # Ok::<(), at_wire::policy::Refusal>(())
//! ```

use core::fmt;

use crate::codec::Writer;

pub mod filter;
pub mod lists;

pub use filter::Filter;

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Form {
    /// Without parameters, or a basic command.
    Execute,
    /// `?`
    Read,
    /// `=…`
    Set,
    /// `=?`
    Test,
}

/// One command of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Command<'a> {
    /// All of it as it stands there, with its blanks.
    pub text: &'a [u8],
    /// The name, with blanks that may be in it; compare with [`is`](Self::is).
    pub name: &'a [u8],
    /// The form.
    pub form: Form,
    /// What follows the name and the sign of the form.
    pub parameters: &'a [u8],
    /// Where it starts in the line.
    pub offset: usize,
}

/// The characters of a name that count.
fn significant(name: &[u8]) -> impl Iterator<Item = u8> + Clone {
    name.iter().filter(|byte| !byte.is_ascii_whitespace()).map(u8::to_ascii_uppercase)
}

impl Command<'_> {
    /// Whether this is its name: `+CFUN`, `D`, `&F`, `S0`, `A/`.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        significant(self.name).eq(significant(name.as_bytes()))
    }

    /// Whether its name fits `pattern`: a name, or the start of one with `*` behind it.
    #[must_use]
    pub fn fits(&self, pattern: &str) -> bool {
        match pattern.strip_suffix('*') {
            Some(start) => {
                let mut name = significant(self.name);
                significant(start.as_bytes()).all(|byte| name.next() == Some(byte))
            }
            None => self.is(pattern),
        }
    }
}

/// Why a line is refused whatever the rules say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Refusal {
    /// It does not start with `AT`.
    NoPrefix,
    /// A control character: modems skip it, act on it, or end the line there.
    Control {
        /// Where.
        offset: usize,
    },
    /// A byte from 0x80 on outside quotes: some modems drop its upper bit.
    EighthBit {
        /// Where.
        offset: usize,
    },
    /// A quote without its other, or behind a backslash: modems differ in where the string ends.
    Quote {
        /// Where the string starts, or the backslash is.
        offset: usize,
    },
    /// What is no command.
    Syntax {
        /// Where.
        offset: usize,
    },
    /// The rewritten line does not fit into the buffer.
    TooLong,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPrefix => f.write_str("no command line"),
            Self::Control { offset } => write!(f, "control character at offset {offset}"),
            Self::EighthBit { offset } => write!(f, "byte above 7 bits at offset {offset}"),
            Self::Quote { offset } => write!(f, "unclear string at offset {offset}"),
            Self::Syntax { offset } => write!(f, "no command at offset {offset}"),
            Self::TooLong => f.write_str("rewritten line too long"),
        }
    }
}

impl core::error::Error for Refusal {}

/// The commands of a line, in order.
#[derive(Clone, Copy, Debug)]
pub struct Commands<'a> {
    rest: &'a [u8],
    offset: usize,
    repeat: Option<&'a [u8]>,
}

/// Checks a line, without its line end, and splits it. An empty `AT` has no commands; `A/` is one named so.
///
/// # Errors
///
/// [`Refusal`], for lines that modems read differently.
pub fn commands(line: &[u8]) -> Result<Commands<'_>, Refusal> {
    let mut quote = None;
    let mut previous = 0;
    for (offset, byte) in line.iter().enumerate() {
        match byte {
            b'"' if previous == b'\\' => return Err(Refusal::Quote { offset: offset.saturating_sub(1) }),
            b'"' => quote = if quote.is_some() { None } else { Some(offset) },
            b'\t' => {}
            0..=0x1f | 0x7f => return Err(Refusal::Control { offset }),
            0x80.. if quote.is_none() => return Err(Refusal::EighthBit { offset }),
            _ => {}
        }
        previous = *byte;
    }
    if let Some(offset) = quote {
        return Err(Refusal::Quote { offset });
    }
    let start = line.len().saturating_sub(line.trim_ascii_start().len());
    let (_, text) = line.split_at_checked(start).ok_or(Refusal::NoPrefix)?;
    match text {
        [b'A' | b'a', b'/', rest @ ..] if rest.trim_ascii().is_empty() => {
            Ok(Commands { rest: &[], offset: start, repeat: Some(text) })
        }
        [b'A' | b'a', b'T' | b't', rest @ ..] => {
            let commands = Commands { rest, offset: start.saturating_add(2), repeat: None };
            commands.check()?;
            Ok(commands)
        }
        _ => Err(Refusal::NoPrefix),
    }
}

impl Commands<'_> {
    fn check(mut self) -> Result<(), Refusal> {
        loop {
            let offset = self.offset;
            match self.split() {
                None => return Ok(()),
                Some(None) => return Err(Refusal::Syntax { offset }),
                Some(Some(_)) => {}
            }
        }
    }
}

/// Characters that extended names start with.
fn is_sign(byte: u8) -> bool {
    matches!(byte, b'+' | b'^' | b'#' | b'$' | b'%' | b'*' | b'!' | b'_' | b'@' | b'-' | b'~')
}

/// Where the first byte stands that `fits`, strings aside.
fn outside(text: &[u8], fits: impl Fn(u8) -> bool) -> usize {
    let mut quoted = false;
    let at = text.iter().position(|byte| {
        quoted ^= *byte == b'"';
        !quoted && fits(*byte)
    });
    at.unwrap_or(text.len())
}

impl<'a> Commands<'a> {
    /// The next command; inner `None`: what stands there is none.
    fn split(&mut self) -> Option<Option<Command<'a>>> {
        // Blanks and separators in front.
        let lead = self.rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b';')).count();
        let (_, text) = self.rest.split_at_checked(lead)?;
        self.offset = self.offset.saturating_add(lead);
        let first = *text.first()?;
        let length = match first {
            // The number is all up to a semicolon, which belongs to it.
            b'D' | b'd' => outside(text, |byte| byte == b';').saturating_add(1).min(text.len()),
            _ if is_sign(first) => outside(text, |byte| byte == b';'),
            b'&' | b'\\' => 2_usize.saturating_add(tail(text, 2)).min(text.len()),
            b'S' | b's' => {
                let length = 1_usize.saturating_add(tail(text, 1));
                let (_, behind) = text.split_at_checked(length)?;
                let blanks = behind.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
                match behind.get(blanks) {
                    Some(b'?') => length.saturating_add(blanks).saturating_add(1),
                    Some(b'=') => {
                        let value = length.saturating_add(blanks).saturating_add(1);
                        match text.get(value..).unwrap_or_default().trim_ascii_start().first() {
                            Some(b'?') => outside(text, |byte| byte == b'?').saturating_add(1),
                            _ => value.saturating_add(tail(text, value)),
                        }
                    }
                    _ => length,
                }
            }
            _ if first.is_ascii_alphabetic() => 1_usize.saturating_add(tail(text, 1)),
            _ => {
                self.rest = &[];
                return Some(None);
            }
        };
        let (command, rest) = text.split_at_checked(length).unwrap_or((text, &[]));
        let offset = self.offset;
        self.rest = rest;
        self.offset = offset.saturating_add(command.len());
        Some(parse(command, offset))
    }
}

/// How many digits and blanks stand from `start` on.
fn tail(text: &[u8], start: usize) -> usize {
    text.iter().skip(start).take_while(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'\t')).count()
}

fn parse(text: &[u8], offset: usize) -> Option<Command<'_>> {
    let first = *text.first()?;
    let dials = matches!(first, b'D' | b'd');
    let register = matches!(first, b'S' | b's');
    let end = if is_sign(first) || register {
        outside(text, |byte| matches!(byte, b'=' | b'?'))
    } else if matches!(first, b'&' | b'\\') {
        2.min(text.len())
    } else {
        1
    };
    let (name, rest) = text.split_at_checked(end)?;
    // A sign and nothing else is no name, and names have no other characters.
    if !dials && significant(name).count() < if first.is_ascii_alphabetic() { 1 } else { 2 } {
        return None;
    }
    // Another sign in a name is where the next command may start for a modem: `%C0+CFUN=0`.
    let inside = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'/' | b':')
            || (first == b'+' && matches!(byte, b'-' | b'_'))
    };
    let leading = |byte: u8| byte.is_ascii_alphabetic() || is_sign(byte) || matches!(byte, b'&' | b'\\');
    let mut characters = significant(name);
    if !characters.next().is_some_and(leading) || !characters.all(inside) {
        return None;
    }
    let (form, parameters) = match rest.split_first() {
        _ if !(is_sign(first) || register) => (Form::Execute, rest),
        None => (Form::Execute, rest),
        // Some makers ask with a parameter; anything else behind the question is another command.
        Some((b'?', rest))
            if outside(rest, |byte| !matches!(byte, b'0'..=b'9' | b',' | b'"' | b' ' | b'\t')) < rest.len() =>
        {
            return None;
        }
        Some((b'?', rest)) => (Form::Read, rest),
        Some((_, rest)) if rest.trim_ascii() == b"?" => (Form::Test, &[][..]),
        Some((_, rest)) if rest.trim_ascii_start().starts_with(b"?") => return None,
        Some((_, rest)) => (Form::Set, rest),
    };
    Some(Command { text, name, form, parameters, offset })
}

impl<'a> Iterator for Commands<'a> {
    type Item = Command<'a>;

    fn next(&mut self) -> Option<Command<'a>> {
        if let Some(text) = self.repeat.take() {
            let name = text.get(..2).unwrap_or(text);
            return Some(Command { text, name, form: Form::Execute, parameters: &[], offset: self.offset });
        }
        self.split().flatten()
    }
}

/// What is done with a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Action<'p> {
    /// It passes.
    Allow,
    /// The whole line is denied.
    Deny,
    /// This stands in its place: one command, without `AT` and separators; empty leaves it out.
    Rewrite(&'p str),
}

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Rule<'p> {
    /// The name, or its start with `*` behind it.
    pub name: &'p str,
    /// Which forms it is about: [`Self::EXECUTE`], [`Self::READ`], [`Self::SET`], [`Self::TEST`], added up.
    pub forms: u8,
    /// What is done.
    pub action: Action<'p>,
}

impl Rule<'_> {
    /// Without parameters.
    pub const EXECUTE: u8 = 1;
    /// `?`
    pub const READ: u8 = 2;
    /// `=…`
    pub const SET: u8 = 4;
    /// `=?`
    pub const TEST: u8 = 8;
    /// All forms.
    pub const ALL: u8 = 15;

    fn is_about(&self, command: &Command<'_>) -> bool {
        let form = match command.form {
            Form::Execute => Self::EXECUTE,
            Form::Read => Self::READ,
            Form::Set => Self::SET,
            Form::Test => Self::TEST,
        };
        self.forms & form != 0 && command.fits(self.name)
    }
}

/// Tables of rules, of which the first that fits holds, and what holds for everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Policy<'p> {
    /// The tables, in order: one's own, [`lists`].
    pub rules: &'p [&'p [Rule<'p>]],
    /// For commands that no rule is about.
    pub default: Action<'p>,
}

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Verdict<'b> {
    /// It passes as it is.
    Allowed,
    /// It does not pass.
    Denied {
        /// Where the command stands that is denied.
        offset: usize,
    },
    /// This passes instead.
    Rewritten(&'b [u8]),
}

impl<'p> Policy<'p> {
    /// The rule that holds for a command, if one does.
    fn rule(&self, command: &Command<'_>) -> Option<&'p Rule<'p>> {
        self.rules.iter().flat_map(|table| table.iter()).find(|rule| rule.is_about(command))
    }

    /// What is done with one command.
    #[must_use]
    pub fn action(&self, command: &Command<'_>) -> Action<'p> {
        self.rule(command).map_or(self.default, |rule| rule.action)
    }

    /// Judges a line without its line end; a rewritten one is written into `buf`. `A/` repeats what was judged before,
    /// in the modem; a policy whose rules change at run time should deny it.
    ///
    /// # Errors
    ///
    /// [`Refusal`], for lines that modems read differently.
    pub fn judge<'b>(&self, line: &[u8], buf: &'b mut [u8]) -> Result<Verdict<'b>, Refusal> {
        let commands = commands(line)?;
        let mut rewritten = false;
        for command in commands {
            match self.action(&command) {
                Action::Allow => {}
                Action::Deny => return Ok(Verdict::Denied { offset: command.offset }),
                Action::Rewrite(_) => rewritten = true,
            }
        }
        if !rewritten {
            return Ok(Verdict::Allowed);
        }
        let mut writer = Writer::new(buf);
        writer.bytes(b"AT");
        let mut separate = false;
        for command in commands {
            let text = match self.action(&command) {
                Action::Rewrite(text) => text.as_bytes(),
                _ => command.text,
            };
            if text.is_empty() {
                continue;
            }
            if core::mem::take(&mut separate) {
                writer.byte(b';');
            }
            writer.bytes(text);
            separate = text.first().is_some_and(|first| is_sign(*first));
        }
        writer.finish().map(|line| Verdict::Rewritten(line)).map_err(|_| Refusal::TooLong)
    }
}
