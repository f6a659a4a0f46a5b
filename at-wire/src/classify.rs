//! Whose a line is: the answer to the command under way, its end, or told by the modem of itself.
//!
//! Names alone do not decide: `+CREG` answers a question and tells of a change. The rules are tried in a fixed order,
//! with the [`Pending`] command and, for names with two meanings, with the shape of the parameters.

use crate::parameter::{Field, parameters_of, trim};
use crate::result::{FinalResult, Options, find};

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Class<'a> {
    /// Part of the answer to the command under way.
    Response,
    /// The end of the answer.
    Final(FinalResult<'a>),
    /// Unsolicited; its index among the names given.
    Unsolicited(usize),
    /// A final result without a command, to be counted; `NO CARRIER` tells of a call that ended.
    Stray(FinalResult<'a>),
    /// None of these.
    Unknown,
}

/// The command under way, as far as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Pending<'p> {
    /// Names of the lines that answer it.
    pub names: &'p [&'p str],
    /// Whether it is the reading form (`?`), whose answers to names with two meanings have a parameter more.
    pub reads: bool,
    /// Whether lines without a name answer it, as for `+CGMI`.
    pub bare: bool,
    /// Whether it dials, answers or hangs up, so that `NO CARRIER` and the like end it.
    pub calls: bool,
    /// Its own final lines, such as `SEND OK`; they are answers with [`FinalResult::Ok`].
    pub finals: &'p [&'p str],
}

/// Tells what `line` is. `unsolicited` are the names of URCs, or their whole lines.
///
/// ```
/// use at_wire::classify::{Class, Pending, classify};
/// use at_wire::result::Options;
///
/// let pending = Pending { names: &["+CREG"], reads: true, ..Pending::default() };
/// let urcs = ["+CREG"];
/// let told = classify(b"+CREG: 1,\"CE00\",\"01CEAD8F\"", Some(&pending), &urcs, Options::LENIENT);
/// assert_eq!(told, Class::Unsolicited(0));
/// let answer = classify(b"+CREG: 2,1,\"CE00\",\"01CEAD8F\"", Some(&pending), &urcs, Options::LENIENT);
/// assert_eq!(answer, Class::Response);
/// ```
#[must_use]
pub fn classify<'a>(
    line: &'a [u8],
    pending: Option<&Pending<'_>>,
    unsolicited: &[&str],
    options: Options,
) -> Class<'a> {
    if let Some(pending) = pending {
        if pending.names.iter().any(|name| answers(name, line, pending.reads)) {
            return Class::Response;
        }
        if pending.finals.iter().any(|text| text.as_bytes() == trim(line)) {
            return Class::Final(FinalResult::Ok);
        }
    }
    if let Some(index) = unsolicited.iter().position(|name| starts(name, line)) {
        return Class::Unsolicited(index);
    }
    match (FinalResult::of(line, options), pending) {
        (Some(result), None) => Class::Stray(result),
        (Some(result), Some(pending)) if result.needs_call() && !pending.calls => Class::Stray(result),
        (Some(result), Some(_)) => Class::Final(result),
        (None, Some(pending)) if pending.bare && !is_foreign(line, pending.names) => Class::Response,
        (None, _) => Class::Unknown,
    }
}

/// Whether a line without one of these names has another, as only URCs do. Those of basic commands, and of none, answer with
/// whatever names there are.
fn is_foreign(line: &[u8], names: &[&str]) -> bool {
    let is_sign = |byte: Option<&u8>| {
        byte.is_some_and(|byte| matches!(byte, b'+' | b'^' | b'%' | b'#' | b'*' | b'$' | b'!' | b'_'))
    };
    let is_extended = names.iter().any(|name| is_sign(name.as_bytes().first()));
    let text = trim(line);
    let name = text.split(|byte| *byte == b':').next().filter(|name| name.len() < text.len()).unwrap_or_default();
    let is_name = name.len() > 2 && name.iter().skip(1).all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_extended && is_name && is_sign(name.first())
}

/// Whether `line` is a URC with this name: a name and its parameters, or the whole line.
fn starts(name: &str, line: &[u8]) -> bool {
    // A colon ends a name; without one the text must end there or go on with a blank or comma.
    behind(name, line).is_some_and(|next| matches!(next, None | Some(b':' | b',' | b' ')))
}

/// What follows the name that `line` starts with, or the whole line if that is it; blanks around it do not count.
#[inline(never)]
#[must_use]
pub fn behind(name: &str, line: &[u8]) -> Option<Option<u8>> {
    trim(line).strip_prefix(name.as_bytes()).map(|rest| rest.first().copied())
}

/// Names with two meanings, each with a line end behind it: first those of registration, then those with a setting in front,
/// where the URC has a number or name; a dialogue; a connection.
const TWO_MEANINGS: &[u8] = b"+CREG\n+CGREG\n+CEREG\n+C5GREG\n+CLIP\n+CDIP\n+CNAP\n+CCWA\n+COLP\n+CUSD\n+CSCON\n";

/// Whether `line` has this name, and the shape of an answer with it; `reads` if the command was `?`.
#[inline(never)]
#[must_use]
pub fn answers(name: &str, line: &[u8], reads: bool) -> bool {
    let Some(mut fields) = parameters_of(name, line) else { return false };
    match find(TWO_MEANINGS, name.as_bytes(), b'\n') {
        None => true,
        Some((4..=8, _)) => !fields.field().is_quoted(),
        Some(_) if !reads => false,
        Some((0..=3, _)) => is_registration_answer(fields),
        Some((9, _)) => fields.count() == 1,
        Some(_) => fields.count() >= 2,
    }
}

/// Whether the parameters of `+CREG` and its kin are those of an answer, which start with the setting, and not of a URC,
/// which start with the state: then an area code stands second.
#[inline(never)]
#[must_use]
pub fn is_registration_answer(fields: crate::parameter::Fields<'_>) -> bool {
    let count = fields.count();
    let mut fields = fields;
    let (_, second) = (fields.field(), fields.field());
    match count {
        0 | 1 => false,
        2 => true,
        // `2,,` is searching without a place.
        3 => !is_area(second) && !second.is_empty(),
        _ => !is_area(second),
    }
}

/// Whether it looks like an area code rather than a state of one or two digits.
fn is_area(field: Field<'_>) -> bool {
    let text = field.unquoted();
    field.is_quoted()
        || text.len() > 3
        || (text.len() > 2 && text.first() != Some(&b'0'))
        || text.iter().any(u8::is_ascii_alphabetic)
}

/// Keeps the lines of a unit together that has two, such as `+CMT` and its PDU: the second belongs to whom the first
/// did, whatever it looks like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Continuation {
    second_of: Option<bool>,
}

impl Continuation {
    /// What `class` and `line` say about the line behind it: whether it has a second one. `two_lines` says so of a
    /// name.
    pub fn first(&mut self, class: &Class<'_>, line: &[u8], two_lines: &[&str]) {
        self.begin(class, two_lines.iter().any(|name| parameters_of(name, line).is_some()));
    }

    /// The same for who knows already whether there is a second line.
    pub fn begin(&mut self, class: &Class<'_>, has_second: bool) {
        self.second_of = match class {
            Class::Response if has_second => Some(true),
            Class::Unsolicited(_) if has_second => Some(false),
            _ => None,
        };
    }

    /// Whether the next line is the second of a unit: of an answer (`true`) or of a URC (`false`).
    pub fn take(&mut self) -> Option<bool> {
        self.second_of.take()
    }
}
