//! A policy in a stream of bytes: between somebody who is not trusted, the client, and a modem.
//!
//! What the client sends is read as a modem reads it, with editing, `A/` and all, and judged line by line. Nothing goes on
//! as it came: the modem gets whole lines that were allowed, written anew without control characters, one at a time, the
//! next one only after the result of the last. So it makes no difference how the bytes come in pieces, and nothing that
//! the client sends meets a modem that takes it for something else. What is denied is answered in the modem's place.
//!
//! | what | becomes of it |
//! |---|---|
//! | `A/` | the last line, judged again, whole; the modem never sees it |
//! | a line longer than there is room | refused |
//! | control characters; bytes from 0x80 on | dropped; refused in strings, unless [`Config::eight_bit`] |
//! | `V0`, `Q1`, setting `S2`…`S5`, `S12` | refused whatever the policy: without them neither side can tell where lines and answers end |
//! | `+CMUX` | refused: behind it are frames. Multiplex in the gateway, and put a filter on each channel |
//! | `D` but for voice, `O`, `+CGDATA` | refused, unless [`Config::data`] |
//! | what prompts for a text ([`Config::prompts`]), what connects | refused beside others on a line |
//! | a text behind a prompt | goes on whole; refused if there are commands in it that are denied, as modems give prompts up by themselves |
//!
//! A command that runs cannot be stopped by a byte: what the client sends meanwhile waits. Echo is the modem's, and comes
//! when the line is complete. Prompts of anything else get no text. Whoever opens the modem sees that `Q0`, `V1` and the
//! registers are as they should be, and gives up ([`Filter::give_up`]) on what is not answered in time: there is no clock
//! here.
//!
//! Some firmware takes counted bytes behind a command ([`lists::UPLOADS`](super::lists::UPLOADS)): they are to be denied
//! where such a modem may be, for what it takes for bytes is not what was judged.
//!
//! ```
//! use at_wire::policy::filter::{Config, Filter, Memory};
//! use at_wire::policy::{Action, Policy, lists};
//!
//! let policy = Policy { rules: &[lists::SHELL], default: Action::Allow };
//! let (mut ahead, mut line, mut out) = ([0; 64], [0; 64], [0; 64]);
//! let (mut answer, mut reply) = ([0; 64], [0; 64]);
//! let memory =
//!     Memory { ahead: &mut ahead, line: &mut line, out: &mut out, answer: &mut answer, reply: &mut reply };
//! let mut filter = Filter::new(Config::new(policy), memory);
//!
//! filter.client(b"AT+C");
//! assert_eq!(filter.for_modem(), b"");
//! filter.client(b"SQ\r\nat+qlinuxcmd=\"reboot\"\r");
//! assert_eq!(filter.for_modem(), b"AT+CSQ\r");
//! filter.sent(7);
//! let mut bytes = *b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n";
//! assert_eq!(filter.modem(&mut bytes), bytes.len());
//! assert_eq!((filter.for_modem(), filter.for_client()), (&b""[..], &b"\r\nERROR\r\n"[..]));
//! ```

use super::{Action, Command, Commands, Form, Policy, Verdict, commands};
use crate::codec::Writer;
use crate::command::sms::{CANCEL, END_OF_MESSAGE};
use crate::framer::{Event, Expected, Framer};
use crate::line::{Line, Typed};
use crate::result::{Cause, FinalResult, Options};

/// Commands of 3GPP TS 27.005 that prompt for a text or PDU, which Ctrl-Z ends.
pub const PROMPTS: &[&str] = &["+CMGS", "+CMGW", "+CMGC", "+CNMA"];

/// How a filter behaves.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Config<'p> {
    /// What may pass.
    pub policy: Policy<'p>,
    /// What the client is told of a line that may not: `ERROR`, or a `+CME ERROR`.
    pub refusal: FinalResult<'p>,
    /// What the client is told of a text that may not pass.
    pub text_refusal: FinalResult<'p>,
    /// Commands that prompt for a text ended by Ctrl-Z.
    pub prompts: &'p [&'p str],
    /// Connections for data may be made. What a client sends over one is not judged, and a client can wait for it to end
    /// and be the first to know: not for those that are not trusted.
    pub data: bool,
    /// Bytes from 0x80 on may be in strings and texts. Modems that drop the upper bit see quotes and line ends in some of
    /// them.
    pub eight_bit: bool,
}

impl<'p> Config<'p> {
    /// Judges by `policy`, answers `ERROR` and `+CMS ERROR: 302` (operation not allowed), lets texts of 27.005 pass, and no
    /// data.
    #[must_use]
    pub const fn new(policy: Policy<'p>) -> Self {
        Self {
            policy,
            refusal: FinalResult::Error,
            text_refusal: FinalResult::Cms(Cause::Number(302)),
            prompts: PROMPTS,
            data: false,
            eight_bit: false,
        }
    }
}

/// Memory of a filter, the caller's.
#[derive(Debug)]
pub struct Memory<'s> {
    /// Bytes of the client that wait for their turn. What does not fit is dropped and counted, and the lines concerned are
    /// refused.
    pub ahead: &'s mut [u8],
    /// The line that is typed, and the text behind its prompt.
    pub line: &'s mut [u8],
    /// What goes to the modem: as long as `line`, or as the longest line that the policy writes.
    pub out: &'s mut [u8],
    /// A line of the modem. 64 bytes are enough: longer ones pass, and are no results.
    pub answer: &'s mut [u8],
    /// What is said in the modem's place. 64 bytes are enough; with more no URC is lost that comes while a prompt is called
    /// off.
    pub reply: &'s mut [u8],
}

/// What happened so far. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Lines that went to the modem.
    pub passed: u32,
    /// Those among them that were rewritten.
    pub rewritten: u32,
    /// Lines that were denied, by the policy or as the [module](self) says.
    pub denied: u32,
    /// Lines that modems read differently.
    pub refused: u32,
    /// Lines that were longer than there is room.
    pub too_long: u32,
    /// Texts that went to the modem.
    pub texts: u32,
    /// Texts that did not.
    pub texts_denied: u32,
    /// Bytes of the client for which there was no room.
    pub lost: u32,
    /// Refusals for which there was no room, and lines of the modem while a text was called off.
    pub untold: u32,
    /// Lines given up by [`Filter::give_up`].
    pub given_up: u32,
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

/// What the modem is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It takes a line.
    Idle,
    /// It does one.
    Waiting {
        /// A prompt is to come.
        prompts: bool,
        /// It may connect, or end with `NO CARRIER`.
        calls: bool,
    },
    /// It waits for a text.
    Prompted,
    /// A text or a command was called off; its result is not for the client.
    CallingOff,
    /// It carries data.
    Data,
}

/// Bytes on their way out.
#[derive(Debug)]
struct Pending<'s> {
    buf: &'s mut [u8],
    start: usize,
    len: usize,
}

impl<'s> Pending<'s> {
    fn new(buf: &'s mut [u8]) -> Self {
        Self { buf, start: 0, len: 0 }
    }

    fn bytes(&self) -> &[u8] {
        self.buf.get(self.start..self.start.saturating_add(self.len)).unwrap_or_default()
    }

    fn take(&mut self, count: usize) {
        let count = count.min(self.len);
        self.start = self.start.saturating_add(count);
        self.len = self.len.saturating_sub(count);
    }

    /// Appends, all or nothing.
    fn write(&mut self, write: &mut dyn FnMut(&mut Writer<'_>)) -> bool {
        if self.len == 0 {
            self.start = 0;
        }
        let Some(room) = self.buf.get_mut(self.start.saturating_add(self.len)..) else { return false };
        let mut writer = Writer::new(room);
        write(&mut writer);
        let Ok(written) = writer.finish() else { return false };
        self.len = self.len.saturating_add(written.len());
        true
    }

    /// Appends a line with its ends.
    fn line(&mut self, write: &mut dyn FnMut(&mut Writer<'_>)) -> bool {
        self.write(&mut |writer| {
            writer.bytes(b"\r\n");
            write(writer);
            writer.bytes(b"\r\n");
        })
    }
}

/// A policy in a stream of bytes. See the [module](self).
#[derive(Debug)]
pub struct Filter<'p, 's> {
    config: Config<'p>,
    state: State,
    ahead: &'s mut [u8],
    ahead_len: usize,
    /// Bytes of the client were lost behind those that wait.
    lost: bool,
    /// The text behind the prompt cannot pass.
    spoiled: bool,
    line: Line<'s>,
    out: Pending<'s>,
    /// How much of it the modem may echo as a line.
    echo_len: usize,
    framer: Framer<'s>,
    reply: Pending<'s>,
    /// How many bytes of the escape came last in data.
    escape: u8,
    counters: Counters,
}

/// What a line asks of the one that passes it on.
#[derive(Clone, Copy, Debug, Default)]
struct Nature {
    commands: usize,
    prompts: bool,
    connects: bool,
    calls: bool,
    reserved: bool,
}

/// What something that the modem says means here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    /// All is read.
    End,
    /// Nothing.
    Other,
    Result,
    Connected,
    Prompt,
}

impl<'p, 's> Filter<'p, 's> {
    /// A filter in front of a modem that takes lines: with `Q0`, `V1`, and registers as they are delivered.
    #[must_use]
    pub fn new(config: Config<'p>, memory: Memory<'s>) -> Self {
        Self {
            config,
            state: State::Idle,
            ahead: memory.ahead,
            ahead_len: 0,
            lost: false,
            spoiled: false,
            line: Line::new(memory.line),
            out: Pending::new(memory.out),
            echo_len: 0,
            framer: Framer::new(memory.answer),
            reply: Pending::new(memory.reply),
            escape: 0,
            counters: Counters::default(),
        }
    }

    /// What happened so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Whether the modem has a line, or the client is to send a text: then [`give_up`](Self::give_up) ends it.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !matches!(self.state, State::Idle | State::Data)
    }

    /// Whether what passes are data, and not judged.
    #[must_use]
    pub fn is_data(&self) -> bool {
        self.state == State::Data
    }

    /// How many bytes of the client can be taken now without losing one.
    #[must_use]
    pub fn room(&self) -> usize {
        if self.lost { 0 } else { self.ahead.len().saturating_sub(self.ahead_len) }
    }

    /// Takes bytes of the client.
    pub fn client(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.room() == 0 {
                self.work();
            }
            match self.ahead.get_mut(self.ahead_len) {
                // Behind what was lost nothing is whole until everything is done that waits.
                Some(place) if !self.lost => {
                    *place = *byte;
                    self.ahead_len = self.ahead_len.saturating_add(1);
                }
                _ => {
                    count(&mut self.counters.lost);
                    self.lost = true;
                }
            }
        }
        self.work();
    }

    /// Takes bytes of the modem. Those that the client may see are moved to the front; returns how many.
    pub fn modem(&mut self, bytes: &mut [u8]) -> usize {
        let (mut read, mut kept) = (0_usize, 0_usize);
        while read < bytes.len() {
            let hidden = self.state == State::CallingOff;
            let (length, heard) = {
                let all = bytes.get(read..).unwrap_or_default();
                let mut rest = all;
                let heard = self.hear(&mut rest);
                (all.len().saturating_sub(rest.len()), heard)
            };
            let end = read.saturating_add(length);
            if !hidden && kept.saturating_add(length) <= bytes.len() {
                bytes.copy_within(read..end, kept);
                kept = kept.saturating_add(length);
            }
            read = end;
            self.happened(heard);
            if heard == Heard::End {
                break;
            }
        }
        self.work();
        kept
    }

    /// What is to be written to the modem now; [`sent`](Self::sent) takes it away.
    #[must_use]
    pub fn for_modem(&self) -> &[u8] {
        if self.out.len == 0 && self.state == State::Data {
            return self.ahead.get(..self.ahead_len).unwrap_or_default();
        }
        self.out.bytes()
    }

    /// So many bytes of [`for_modem`](Self::for_modem) were written.
    pub fn sent(&mut self, count: usize) {
        if self.out.len == 0 && self.state == State::Data {
            for byte in self.ahead.get(..self.ahead_len.min(count)).unwrap_or_default() {
                self.escape = if *byte == b'+' { self.escape.saturating_add(1) } else { 0 };
            }
            self.take_ahead(count);
        } else {
            self.out.take(count);
        }
        self.work();
    }

    /// What is to be written to the client now, between the modem's lines; [`told`](Self::told) takes it away.
    #[must_use]
    pub fn for_client(&self) -> &[u8] {
        if self.framer.is_busy() && self.state != State::Data { &[] } else { self.reply.bytes() }
    }

    /// So many bytes of [`for_client`](Self::for_client) were written.
    pub fn told(&mut self, count: usize) {
        self.reply.take(count);
        self.work();
    }

    /// The modem does not answer, or the client sends no text: what is under way is called off with an escape character.
    /// If that has no result either, giving up once more lets the next line follow; see before that the modem takes lines.
    /// The client is refused in the end.
    pub fn give_up(&mut self) {
        match self.state {
            State::Idle | State::Data => return,
            State::Prompted | State::Waiting { .. } => self.call_off(),
            State::CallingOff => {
                self.framer.reset();
                self.state = State::Idle;
                self.refuse(self.config.refusal);
            }
        }
        count(&mut self.counters.given_up);
        self.work();
    }

    /// The connection for data has ended, as the carrier detect line tells, or the gateway has ended it.
    pub fn end_data(&mut self) {
        if self.state == State::Data {
            self.ahead_len = 0;
            self.framer.reset();
            self.state = State::Idle;
        }
    }

    /// The client has gone, another one may come: what it had not ended is forgotten, its last line too. What the modem
    /// still answers passes. Data it has connected are the gateway's to end.
    pub fn forget_client(&mut self) {
        (self.ahead_len, self.lost, self.reply.len) = (0, false, 0);
        self.line.clear();
        match self.state {
            State::Prompted => self.call_off(),
            // The text is nobody's.
            State::Waiting { calls, .. } => self.state = State::Waiting { prompts: false, calls },
            State::Idle | State::CallingOff | State::Data => {}
        }
    }

    // The client's side.

    fn take_ahead(&mut self, count: usize) {
        let count = count.min(self.ahead_len);
        self.ahead.copy_within(count..self.ahead_len, 0);
        self.ahead_len = self.ahead_len.saturating_sub(count);
    }

    /// Reads what waits, as far as the modem and the client have taken what there is for them.
    fn work(&mut self) {
        let mut done = 0_usize;
        while self.takes() {
            let Some(byte) = self.ahead.get(..self.ahead_len).and_then(|ahead| ahead.get(done)).copied() else { break };
            done = done.saturating_add(1);
            if self.state == State::Prompted { self.text(byte) } else { self.typed(byte) }
        }
        self.take_ahead(done);
        if !self.lost || self.ahead_len > 0 {
            return;
        }
        if self.state == State::Data {
            self.lost = false;
        } else if self.takes() {
            self.lost = false;
            if self.state == State::Prompted {
                self.spoiled = true;
            } else {
                self.line.clear();
                self.refuse(self.config.refusal);
            }
        }
    }

    /// Whether the client's next byte can be read now.
    fn takes(&self) -> bool {
        matches!(self.state, State::Idle | State::Prompted) && self.out.len == 0 && self.reply.len == 0
    }

    /// A byte of a line. The registers are as they are delivered: setting them is refused.
    fn typed(&mut self, byte: u8) {
        match self.line.typed(byte, b'\r', 8) {
            Typed::More => {}
            Typed::Line => self.judge(),
            Typed::Repeat if self.line.text().is_empty() => self.refuse(self.config.refusal),
            Typed::Repeat => self.judge(),
            Typed::TooLong => {
                count(&mut self.counters.too_long);
                self.refuse(self.config.refusal);
            }
        }
    }

    /// Judges the line, and passes it on or refuses it.
    fn judge(&mut self) {
        let line = self.line.text();
        let eighth = !self.config.eight_bit && !line.is_ascii();
        let Some(nature) = self.nature(line).filter(|_| !eighth) else {
            count(&mut self.counters.refused);
            return self.refuse(self.config.refusal);
        };
        let alone = nature.commands == 1 || !(nature.prompts || nature.connects);
        if nature.reserved || !alone || (nature.connects && !self.config.data) {
            count(&mut self.counters.denied);
            return self.refuse(self.config.refusal);
        }
        let buf = &mut *self.out.buf;
        let passed = match self.config.policy.judge(line, buf) {
            Ok(Verdict::Rewritten(line)) => {
                count(&mut self.counters.rewritten);
                Some(line.len())
            }
            Ok(Verdict::Allowed) => buf.get_mut(..line.len()).map(|place| {
                place.copy_from_slice(line);
                line.len()
            }),
            Ok(Verdict::Denied { .. }) => {
                count(&mut self.counters.denied);
                return self.refuse(self.config.refusal);
            }
            Err(_) => None,
        };
        let Some((length, end)) = passed.and_then(|length| Some((length, self.out.buf.get_mut(length)?))) else {
            count(&mut self.counters.too_long);
            return self.refuse(self.config.refusal);
        };
        *end = b'\r';
        // Some modems skip a prefix of which only one letter is small, and answer nothing.
        if let Some(prefix) = self.out.buf.get_mut(..2) {
            prefix.copy_from_slice(b"AT");
        }
        (self.out.start, self.out.len, self.echo_len) = (0, length.saturating_add(1), length);
        count(&mut self.counters.passed);
        // What the policy has written may be something else.
        let nature = self.nature(self.out.buf.get(..length).unwrap_or_default()).unwrap_or(nature);
        self.state = State::Waiting { prompts: nature.prompts, calls: nature.calls };
    }

    /// What the commands of a line ask for; `None` if modems read it differently.
    fn nature(&self, line: &[u8]) -> Option<Nature> {
        let mut nature = Nature::default();
        for command in commands(line).ok()? {
            let acts = matches!(command.form, Form::Execute | Form::Set);
            let connects = acts && connects(&command);
            nature.commands = nature.commands.saturating_add(1);
            nature.prompts |= acts && self.config.prompts.iter().any(|name| command.is(name));
            nature.connects |= connects;
            nature.calls |= connects || command.is("A") || command.is("D");
            nature.reserved |= is_reserved(&command);
        }
        Some(nature)
    }

    /// A byte behind a prompt.
    fn text(&mut self, byte: u8) {
        match byte {
            CANCEL => {
                self.send(CANCEL);
                self.state = State::Waiting { prompts: false, calls: false };
            }
            END_OF_MESSAGE => self.judge_text(),
            // The line feed behind the line.
            b'\n' if self.line.parts().1.is_empty() => {}
            8 => self.line.unsend(),
            _ => self.line.payload(byte),
        }
    }

    /// Judges the text behind a prompt, and passes it on or calls it off.
    fn judge_text(&mut self) {
        let (_, text) = self.line.parts();
        let passes = !self.spoiled && !self.line.payload_overflowed() && self.text_passes(text);
        let mut whole = |writer: &mut Writer<'_>| {
            writer.bytes(text);
            writer.byte(END_OF_MESSAGE);
        };
        if passes && self.out.write(&mut whole) {
            self.echo_len = text.len();
            count(&mut self.counters.texts);
            self.state = State::Waiting { prompts: false, calls: false };
        } else {
            count(&mut self.counters.texts_denied);
            self.call_off();
        }
    }

    /// Whether a text may go to the modem: it may have given up the prompt meanwhile, and read it as command lines.
    fn text_passes(&self, text: &[u8]) -> bool {
        let plain = |byte: &u8| match byte {
            b'\r' | b'\n' | b'\t' | 0x20..=0x7e => true,
            0x80.. => self.config.eight_bit,
            _ => false,
        };
        if !text.iter().all(plain) {
            return false;
        }
        text.split(|byte| matches!(byte, b'\r' | b'\n')).all(|line| {
            // Some modems find a command line wherever there is one.
            let starts = line.windows(2).enumerate().filter(|(_, two)| two.eq_ignore_ascii_case(b"AT"));
            starts.map(|(at, _)| at.saturating_add(2)).all(|at| self.is_harmless(line, at))
        })
    }

    /// Whether no denied command would be done if what stands from `at` on were the rest of a command line.
    fn is_harmless(&self, line: &[u8], at: usize) -> bool {
        let rest = line.get(at..).unwrap_or_default();
        let mut commands = Commands { rest, offset: at, repeat: None };
        while let Some(Some(command)) = commands.split() {
            let rule = self.config.policy.rule(&command).map(|rule| rule.action);
            // Words look like basic commands; these count only if a rule names them.
            let basic = command.name.first().is_some_and(u8::is_ascii_alphabetic);
            let action = rule.unwrap_or(if basic { Action::Allow } else { self.config.policy.default });
            // A register that ends lines would let the next line be read differently; a lone letter is part of a word.
            let register = command.form == Form::Set || super::significant(command.name).count() > 1;
            if action == Action::Deny || (register && is_reserved(&command)) {
                return false;
            }
        }
        true
    }

    // What goes out.

    fn send(&mut self, byte: u8) {
        self.echo_len = 0;
        self.out.write(&mut |writer| writer.byte(byte));
    }

    /// Ends what is under way; its result is then told by us.
    fn call_off(&mut self) {
        self.send(CANCEL);
        self.state = State::CallingOff;
    }

    /// Tells the client in the modem's place.
    fn refuse(&mut self, result: FinalResult<'_>) {
        if !self.reply.line(&mut |writer| result.write(false, writer)) {
            count(&mut self.counters.untold);
        }
    }

    // The modem's side.

    /// The next thing that the modem says, from the front of `rest`.
    fn hear(&mut self, rest: &mut &[u8]) -> Heard {
        let (prompts, calls, waiting) = match self.state {
            State::Waiting { prompts, calls } => (prompts, calls, true),
            State::CallingOff => (false, true, true),
            State::Prompted => (false, false, true),
            State::Data => (false, true, false),
            State::Idle => (false, false, false),
        };
        let expected = Expected {
            echo: if waiting { self.out.buf.get(..self.echo_len).unwrap_or_default() } else { &[] },
            prompts: if prompts { b">" } else { b"" },
            connects: waiting,
            ..Expected::default()
        };
        let result = match self.framer.next(rest, &expected) {
            None => return Heard::End,
            Some(Event::Prompt(_)) => return Heard::Prompt,
            Some(Event::Line(line)) => {
                let result = FinalResult::of(line, Options::LENIENT).filter(|result| calls || !result.needs_call());
                if result.is_none() && self.state == State::CallingOff {
                    // A URC, which the client is to see.
                    if !self.reply.line(&mut |writer| writer.bytes(line)) {
                        count(&mut self.counters.untold);
                    }
                }
                result
            }
            Some(Event::Overlong { .. }) if self.state == State::CallingOff => {
                count(&mut self.counters.untold);
                None
            }
            Some(_) => None,
        };
        match result {
            None => Heard::Other,
            Some(FinalResult::Connect(_)) => Heard::Connected,
            Some(_) if waiting => Heard::Result,
            // In data these end a connection only as the last thing said, and `OK` only behind an escape.
            Some(result) if self.state == State::Data && rest.iter().all(|byte| matches!(byte, b'\r' | b'\n')) => {
                let ends = result == FinalResult::NoCarrier || (result == FinalResult::Ok && self.escape == 3);
                if ends { Heard::Result } else { Heard::Other }
            }
            Some(_) => Heard::Other,
        }
    }

    fn happened(&mut self, heard: Heard) {
        match (heard, self.state) {
            (Heard::Result, State::CallingOff) => {
                self.state = State::Idle;
                self.refuse(self.config.text_refusal);
            }
            (Heard::Result, _) => self.state = State::Idle,
            (Heard::Connected, State::Waiting { calls: true, .. }) if self.config.data => {
                self.escape = 0;
                self.state = State::Data;
            }
            // Data that nobody may send: nothing passes until the modem ends them.
            (Heard::Connected, State::Waiting { .. }) => self.state = State::Waiting { prompts: false, calls: true },
            (Heard::Prompt, State::Waiting { .. }) => {
                self.line.begin_payload();
                self.spoiled = false;
                self.state = State::Prompted;
            }
            _ => {}
        }
    }
}

/// Whether a command leads to data: everything but a voice call.
fn connects(command: &Command<'_>) -> bool {
    let voice = command.text.trim_ascii_end().ends_with(b";");
    (command.is("D") && !voice) || command.is("O") || command.is("+CGDATA")
}

/// Whether a command is refused whatever the policy, as it would change what the bytes of the line mean.
fn is_reserved(command: &Command<'_>) -> bool {
    let acts = matches!(command.form, Form::Execute | Form::Set);
    let number = command.parameters.trim_ascii();
    let mut name = super::significant(command.name);
    match (name.next(), name.clone().next()) {
        (Some(b'V'), None) => number != b"1",
        (Some(b'Q'), None) => !number.iter().all(|digit| *digit == b'0'),
        // Of registers also the mere choice of one, which a later command may set.
        (Some(b'S'), _) => {
            let number = name.try_fold(0_u32, |number, digit| {
                let digit = char::from(digit).to_digit(10)?;
                number.checked_mul(10)?.checked_add(digit)
            });
            let bare = super::significant(command.name).count() < 2;
            acts && (bare || !matches!(number, Some(0 | 1 | 6..=11 | 13..=255)))
        }
        _ => acts && command.is("+CMUX"),
    }
}
