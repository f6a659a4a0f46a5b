//! USSD: dialogues with the network.
//!
//! What stands between the quotes of `+CUSD` follows `+CSCS`, or so it should: modems also write digits of octets in that
//! character set, or of packed septets.

use at_wire::EncodeError;
use at_wire::Writer;
use at_wire::command::services::cusd;
use at_wire::parameter::{LineWriter, Str, parameters_of};
use at_wire::text::charset::Charset;
use at_wire::text::{CbsCoding, hex};
use at_wire::ussd::{MAX_LEN, UssdString};
use heapless::String;

use super::charset::{Chosen, Turn, is_plain};
use super::{Outcome, Procedure, Step, Stop, ask_own, ask_with, fail};
use crate::time::Instant;

/// The coding that modems shall use on the air: the 7-bit alphabet, of no language in particular (23.038 §5).
const CODING: u8 = 15;
/// Bytes of the longest text in UTF-8: 182 characters, of two bytes each in the 7-bit alphabet, or 80 of three.
const TEXT: usize = 364;

/// Bytes of the longest text between quotes: 182 characters of four digits each.
const ESCAPED: usize = 4 * 182;

/// What the network said.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UssdMessage {
    /// 0 nothing more is needed, 1 the network waits for an answer, 2 it has ended the dialogue, 3 another client has
    /// answered, 4 not supported, 5 the network has not answered in time (27.007 §7.15).
    pub kind: u8,
    /// The text.
    pub text: String<TEXT>,
}

/// Without the text: it is personal.
impl core::fmt::Debug for UssdMessage {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("UssdMessage").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl UssdMessage {
    /// Whether the network waits for an answer.
    #[must_use]
    pub const fn goes_on(&self) -> bool {
        self.kind == 1
    }

    /// Reads a line `+CUSD: …` that the modem told, whose text is in that character set; `None` for any other line.
    #[must_use]
    pub fn read(line: &[u8], charset: Charset) -> Option<Self> {
        let mut fields = parameters_of(cusd::NAME, line)?;
        let mut message = Self { kind: fields.value("m").ok()?, text: String::new() };
        let rest = fields.rest();
        let text = fields.field().unquoted();
        let (text, coding): (_, Option<u8>) = match fields.value("dcs") {
            Ok(coding) => (text, coding),
            // The text has quotes in it, and commas.
            Err(_) => (between_quotes(rest).unwrap_or(text), None),
        };
        let mut buffer = [0; ESCAPED];
        let text = match charset {
            // What looks like a backslash in that set is a letter, and modems do not escape it.
            Charset::Gsm => text,
            _ => Str(text).unescape(&mut buffer).map_or(text, |text| text),
        };
        let wide = coding.is_some_and(|coding| matches!(coding, 0x11 | 0x48..=0x4b | 0x58..=0x5b));
        message.decode(text, wide, charset);
        Some(message)
    }

    fn fill(&mut self, characters: impl Iterator<Item = char>) {
        self.text.clear();
        for character in characters {
            if self.text.push(character).is_err() {
                return;
            }
        }
    }

    fn decode(&mut self, text: &[u8], wide: bool, charset: Charset) {
        let digits = text.len() >= 4 && text.len().is_multiple_of(2) && text.iter().all(u8::is_ascii_hexdigit);
        if digits && (wide || charset == Charset::Ucs2) {
            if let Ok(text) = Charset::Ucs2.text(text) {
                return self.fill(text.chars());
            }
        }
        let mut buffer = [0; TEXT];
        // A balance is of digits, too: something must be no digit of ten.
        let coded = digits && !text.iter().all(u8::is_ascii_digit);
        let octets = Some(text).filter(|_| coded).and_then(|text| hex::decode(text, &mut buffer).ok());
        if let Some(octets) = octets {
            if octets.iter().all(|octet| matches!(octet, b' '..=b'~' | b'\r' | b'\n')) {
                return self.fill(octets.iter().copied().map(char::from));
            }
            let packed = UssdString { coding: CbsCoding::GSM7, octets };
            if let Ok(text) = packed.text() {
                return self.fill(text.chars());
            }
        }
        match charset.text(text) {
            Ok(text) => self.fill(text.chars()),
            // Not in the set that is chosen: as it stands.
            Err(_) => self.fill(text.iter().copied().map(char::from)),
        }
    }
}

/// What stands between the first quote and the last.
fn between_quotes(text: &[u8]) -> Option<&[u8]> {
    let quote = |byte: &u8| *byte == b'"';
    text.get(text.iter().position(quote)?.saturating_add(1)..text.iter().rposition(quote)?)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// With the text in the set that is chosen.
    Asking,
    /// With digits instead of characters, or with characters instead of digits.
    AskingOtherwise,
    Hearing,
}

/// One step of a dialogue: sends a text, and waits for what the network says to it. A text that the modem's character set
/// does not have goes in UCS-2, for as long as this lasts.
#[derive(Clone)]
pub struct Ussd<'a> {
    text: Option<&'a str>,
    end: Instant,
    at: At,
    charset: Chosen,
    message: Option<UssdMessage>,
}

/// Without the text: it is personal.
impl core::fmt::Debug for Ussd<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Ussd").field("at", &self.at).field("message", &self.message).finish_non_exhaustive()
    }
}

impl<'a> Ussd<'a> {
    /// Begins a dialogue with `text`, such as `*100#`, or answers the network's question; waits until `end` at most, which
    /// should be two minutes.
    ///
    /// # Errors
    ///
    /// An empty text, or one of more than 182 characters.
    pub fn send(text: &'a str, end: Instant) -> Result<Self, EncodeError> {
        if text.is_empty() {
            return Err(EncodeError::Value { field: "ussd_string" });
        }
        if text.chars().count() > 182 {
            return Err(EncodeError::TooLong { field: "ussd_string", limit: MAX_LEN });
        }
        Ok(Self { text: Some(text), end, at: At::Asking, charset: Chosen::new(), message: None })
    }

    /// Ends the dialogue.
    #[must_use]
    pub const fn cancel() -> Self {
        Self { text: None, end: Instant(0), at: At::Asking, charset: Chosen::new(), message: None }
    }

    /// What the network said.
    #[must_use]
    pub const fn message(&self) -> Option<&UssdMessage> {
        self.message.as_ref()
    }

    /// The character set that later texts are in, as the modem says.
    #[must_use]
    pub fn charset(&self) -> Charset {
        self.charset.found()
    }
}

impl Procedure for Ussd<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        let Some(text) = self.text else {
            return match outcome {
                Outcome::Begin => ask_with::<cusd::Set<'_>>("2"),
                Outcome::Done => Step::Done,
                outcome => fail(cusd::NAME, outcome),
            };
        };
        let outcome = match self.charset.turn(outcome, |_| !is_plain(text)) {
            Turn::Set(step) => return step,
            Turn::Procedure(outcome) => outcome,
        };
        let step = match (self.at, outcome) {
            (_, Outcome::Begin) => {
                (self.at, self.message) = (At::Asking, None);
                ask_own::<cusd::Set<'_>>()
            }
            (At::Asking, Outcome::Refused(_)) => {
                self.at = At::AskingOtherwise;
                ask_own::<cusd::Set<'_>>()
            }
            (_, Outcome::Done) if self.message.is_some() => Step::Done,
            (_, Outcome::Done) => {
                self.at = At::Hearing;
                Step::Wait(self.end)
            }
            (At::Hearing, Outcome::Told) => Step::Done,
            (At::Hearing, Outcome::Rested) => Step::Fail(Stop::NotReached),
            (_, outcome) => fail(cusd::NAME, outcome),
        };
        self.charset.leave(step)
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        if self.charset.is_asking() {
            return self.charset.parameters(line);
        }
        let text = self.text.unwrap_or_default();
        let charset = self.charset.get();
        let mut buffer = [0; ESCAPED];
        let mut writer = Writer::new(&mut buffer);
        charset.write(text.into(), &mut writer);
        line.integer(1);
        match (writer.finish(), self.at) {
            // Dialling characters are in all sets; with others than those the modem has to do what it can.
            (Err(_), _) => line.quoted(text.as_bytes()),
            (Ok(_), At::AskingOtherwise) if charset == Charset::Ucs2 => line.quoted(text.as_bytes()),
            (Ok(octets), At::AskingOtherwise) => line.octets(octets),
            (Ok(octets), _) => line.quoted(octets),
        }
        line.integer(CODING.into());
    }

    fn line(&mut self, line: &[u8], _: bool) {
        if self.charset.is_asking() {
            self.charset.line(line);
        }
    }

    fn told(&mut self, line: &[u8], _: bool) -> bool {
        if self.text.is_none() || self.charset.is_asking() {
            return false;
        }
        match UssdMessage::read(line, self.charset.get()) {
            Some(message) => {
                self.message = Some(message);
                true
            }
            None => false,
        }
    }
}
