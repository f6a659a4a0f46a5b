//! Lines, prompts and counted bytes out of what a modem sends (ITU-T V.250 §5.7).
//!
//! The [`Framer`] looks at one byte after the other, so how the bytes came in pieces makes no difference. It needs to
//! know what the command under way allows, the [`Expected`]: prompts have no line end, and counted bytes may hold
//! anything, so neither is looked for unless a command announced it.
//!
//! ```
//! use at_wire::framer::{Event, Expected, Framer};
//!
//! let mut buffer = [0; 64];
//! let mut framer = Framer::new(&mut buffer);
//! let mut input: &[u8] = b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n";
//! let expected = Expected::default();
//! assert_eq!(framer.next(&mut input, &expected), Some(Event::Line(b"+CSQ: 20,99")));
//! assert_eq!(framer.next(&mut input, &expected), Some(Event::Line(b"OK")));
//! assert_eq!(framer.next(&mut input, &expected), None);
//! ```

use core::fmt;

use crate::parameter::{Field, Fields, Value, parameters_of};

/// What a piece of the stream is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Event<'a> {
    /// A line without its end; never empty.
    Line(&'a [u8]),
    /// The line that was sent, come back.
    Echo,
    /// A line longer than the buffer: how it starts, and how long it was.
    Overlong {
        /// As much as the buffer held.
        start: &'a [u8],
        /// Bytes of the whole line.
        len: usize,
    },
    /// A prompt that was expected; its index in [`Expected::prompts`].
    Prompt(usize),
    /// A line that announces counted bytes: the line up to them, and how many come.
    Header {
        /// The line so far, without the quote in front of the bytes.
        line: &'a [u8],
        /// How many bytes come.
        len: u32,
    },
    /// Counted bytes, as many as were there.
    Payload {
        /// The bytes.
        bytes: &'a [u8],
        /// How many are still to come.
        left: u32,
    },
}

/// What separates counted bytes from the line that announces them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Delimiter {
    /// The line's end: `+QIRD: 5`, then the bytes.
    LineEnd,
    /// A quote: `+USORD: 0,5,"`, then the bytes and another quote.
    Quote,
    /// A colon behind the length: `+RECEIVE,0,5:` or `+IPD5:`; the line end that may follow it is not skipped.
    Colon,
    /// A colon and a line end: `+RECEIVE,0,5:`, then the bytes on the next line.
    ColonLineEnd,
}

/// How many bytes a line announces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Length {
    /// As the parameter with this number says, from 0.
    Parameter(usize),
    /// As the command under way said.
    Known(u32),
}

/// A line that announces counted bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Announcement<'p> {
    /// The name in front, without the colon.
    pub name: &'p str,
    /// How many bytes come.
    pub length: Length,
    /// What is between.
    pub delimiter: Delimiter,
}

/// Lines that announce counted bytes. Together with what looks for them, so that a program without such lines has none of
/// that in it.
#[derive(Clone, Copy)]
pub struct Announcements<'p> {
    all: &'p [Announcement<'p>],
    find: Option<Find>,
}

/// Looks for a length in a line so far, which ends with that delimiter.
type Find = fn(&[Announcement<'_>], Delimiter, &[u8]) -> Option<u32>;

impl<'p> Announcements<'p> {
    /// No such lines.
    pub const NONE: Self = Self { all: &[], find: None };

    /// These lines.
    #[must_use]
    pub const fn new(all: &'p [Announcement<'p>]) -> Self {
        Self { all, find: Some(find) }
    }

    /// The lines.
    #[must_use]
    pub const fn all(&self) -> &'p [Announcement<'p>] {
        self.all
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

impl Default for Announcements<'_> {
    fn default() -> Self {
        Self::NONE
    }
}

impl PartialEq for Announcements<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl Eq for Announcements<'_> {}

impl fmt::Debug for Announcements<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all.fmt(f)
    }
}

#[cfg(feature = "defmt")]
impl defmt::Format for Announcements<'_> {
    fn format(&self, f: defmt::Formatter<'_>) {
        self.all.format(f);
    }
}

/// What may come besides lines. All empty: nothing but lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Expected<'p> {
    /// The command line that was sent, without its end, while echo may be on; else empty.
    pub echo: &'p [u8],
    /// Prompts of the command under way, such as `>` or `@`; a blank behind them is skipped.
    pub prompts: &'p [&'p [u8]],
    /// Lines that announce counted bytes, answers and URCs: those of the command under way, and those of the make.
    pub announcements: [Announcements<'p>; 2],
    /// Names whose strings may have line ends in them, such as `+CUSD`.
    pub multiline: &'p [&'p str],
    /// Whether `CONNECT` starts data: the line is then told only with its line feed, and nothing behind it is taken.
    pub connects: bool,
    /// Whether control characters and bytes from 0x80 on belong to texts; else they are dropped and counted.
    pub eight_bit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between lines.
    Start,
    /// In a line.
    Line,
    /// `CONNECT` is told when its line feed was seen.
    Connect,
    /// Counted bytes come, perhaps behind a line feed that belongs to the header.
    Payload { left: u32, line_feed: bool, quote: bool },
    /// The quote behind counted bytes.
    Quote,
    /// A blank behind a prompt.
    AfterPrompt,
}

/// Makes events of bytes, in the caller's buffer, which bounds the longest line.
#[derive(Debug)]
pub struct Framer<'b> {
    buf: &'b mut [u8],
    /// Bytes of the line under way, those that the buffer could not take included.
    len: usize,
    state: State,
    quoted: bool,
    noise: u32,
}

impl<'b> Framer<'b> {
    /// Starts between two lines.
    pub fn new(buf: &'b mut [u8]) -> Self {
        Self { buf, len: 0, state: State::Start, quoted: false, noise: 0 }
    }

    /// Forgets the line or the bytes under way: for a new start after a time-out or a reset.
    pub fn reset(&mut self) {
        self.len = 0;
        self.state = State::Start;
        self.quoted = false;
    }

    /// Bytes dropped since the start because they belong to no text.
    #[must_use]
    pub fn noise(&self) -> u32 {
        self.noise
    }

    /// Whether a line or counted bytes are under way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        !matches!(self.state, State::Start | State::AfterPrompt)
    }

    /// The next event in `input`, from whose front it takes what belongs to it; `None` when all of it was taken.
    #[inline(never)]
    pub fn next<'s, 'i: 's>(&'s mut self, input: &mut &'i [u8], expected: &Expected<'_>) -> Option<Event<'s>> {
        loop {
            let (&byte, rest) = input.split_first()?;
            if let State::Payload { left, line_feed, quote } = self.state {
                if line_feed && byte == b'\n' {
                    *input = rest;
                    self.state = self.payload(left, false, quote);
                    continue;
                }
                let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                let (bytes, rest) = input.split_at_checked(wanted)?;
                *input = rest;
                let left = left.saturating_sub(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
                self.state = self.payload(left, false, quote);
                return Some(Event::Payload { bytes, left });
            }
            let taken = self.byte(byte, expected);
            if taken.consumed {
                *input = rest;
            }
            if let Some(told) = taken.told {
                return Some(self.tell(told));
            }
        }
    }

    fn payload(&self, left: u32, line_feed: bool, quote: bool) -> State {
        match (left, line_feed, quote) {
            (0, false, true) => State::Quote,
            (0, false, false) => State::Start,
            _ => State::Payload { left, line_feed, quote },
        }
    }

    /// What is in the buffer, as an event.
    fn tell(&mut self, told: Told) -> Event<'_> {
        let len = core::mem::take(&mut self.len);
        let held = len.min(self.buf.len());
        let line = self.buf.get(..held).unwrap_or_default();
        match told {
            Told::Line if len > held => Event::Overlong { start: line, len },
            Told::Line => Event::Line(line),
            Told::Echo => Event::Echo,
            Told::Prompt(index) => Event::Prompt(index),
            Told::Header(len) => Event::Header { line, len },
        }
    }

    fn line(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or_default()
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.buf.get_mut(self.len) {
            *place = byte;
        }
        self.len = self.len.saturating_add(1);
    }

    /// Ends the line under way.
    #[inline(never)]
    fn end(&mut self, expected: &Expected<'_>) -> Step {
        self.quoted = false;
        self.state = State::Start;
        if self.line() == expected.echo && !expected.echo.is_empty() {
            return Step::tell(Told::Echo);
        }
        if expected.connects && self.line().starts_with(b"CONNECT") {
            self.state = State::Connect;
            return Step::TAKEN;
        }
        if let Some(len) = self.announced(Delimiter::LineEnd, expected) {
            self.state = self.payload(len, true, false);
            return Step::tell(Told::Header(len));
        }
        Step::tell(Told::Line)
    }

    #[inline(never)]
    fn byte(&mut self, byte: u8, expected: &Expected<'_>) -> Step {
        match self.state {
            State::Connect => {
                self.state = State::Start;
                return Step { consumed: byte == b'\n', told: Some(Told::Line) };
            }
            State::Quote => {
                self.state = State::Start;
                return Step { consumed: byte == b'"', told: None };
            }
            State::AfterPrompt if byte == b' ' => return Step::TAKEN,
            State::AfterPrompt => self.state = State::Start,
            State::Payload { .. } | State::Start | State::Line => {}
        }
        let starting = self.state == State::Start;
        match byte {
            b'\r' | b'\n' if starting => return Step::TAKEN,
            b'\r' | b'\n' if !(self.quoted && self.is_multiline(expected)) => return self.end(expected),
            b'\r' | b'\n' => {}
            0 if !expected.eight_bit || starting => return self.drop(),
            0x01..=0x08 | 0x0b | 0x0c | 0x0e..=0x1f | 0x7f.. if !expected.eight_bit => return self.drop(),
            b'"' => {
                if let Some(len) = self.announced(Delimiter::Quote, expected) {
                    self.quoted = false;
                    self.state = self.payload(len, false, true);
                    return Step::tell(Told::Header(len));
                }
                self.quoted = !self.quoted;
            }
            b':' if !self.quoted => {
                if let Some(len) = self.announced(Delimiter::Colon, expected) {
                    self.state = self.payload(len, false, false);
                    return Step::tell(Told::Header(len));
                }
            }
            _ => {}
        }
        self.push(byte);
        self.state = State::Line;
        if let Some(index) = expected.prompts.iter().position(|prompt| self.line() == *prompt) {
            self.state = State::AfterPrompt;
            self.quoted = false;
            return Step::tell(Told::Prompt(index));
        }
        Step::TAKEN
    }

    fn drop(&mut self) -> Step {
        self.noise = self.noise.saturating_add(1);
        Step::TAKEN
    }

    fn is_multiline(&self, expected: &Expected<'_>) -> bool {
        expected.multiline.iter().any(|name| parameters_of(name, self.line()).is_some())
    }

    /// How many bytes come behind the line so far, if `delimiter` stands between.
    #[inline(never)]
    fn announced(&self, delimiter: Delimiter, expected: &Expected<'_>) -> Option<u32> {
        expected.announcements.iter().find_map(|these| (these.find?)(these.all, delimiter, self.line()))
    }
}

fn find(all: &[Announcement<'_>], delimiter: Delimiter, line: &[u8]) -> Option<u32> {
    all.iter().find_map(|announcement| {
        let line = match (announcement.delimiter, delimiter) {
            (Delimiter::ColonLineEnd, Delimiter::LineEnd) => line.strip_suffix(b":")?,
            // The bytes are the parameter right behind the length.
            (Delimiter::Quote, Delimiter::Quote) => line.trim_ascii_end().strip_suffix(b",")?,
            (one, other) if one == other => line,
            _ => return None,
        };
        if let (Delimiter::Quote, Length::Parameter(index)) = (delimiter, announcement.length) {
            let behind = parameters_of(announcement.name, line)?.nth(index.saturating_add(1));
            if behind.is_some() {
                return None;
            }
        }
        announced(announcement, line)
    })
}

/// The length in `line`, if it is the one that `announcement` is about.
fn announced(announcement: &Announcement<'_>, line: &[u8]) -> Option<u32> {
    let fields = parameters_of(announcement.name, line).or_else(|| {
        // `+RECEIVE,0,5:` and `+IPD5:` have no colon behind the name.
        let (name, rest) = line.split_at_checked(announcement.name.len())?;
        let bare = name == announcement.name.as_bytes() && !rest.is_empty();
        let numbers = rest.iter().all(|byte| matches!(byte, b'0'..=b'9' | b',' | b' '));
        (bare && numbers).then(|| Fields::new(rest.strip_prefix(b",").unwrap_or(rest)))
    })?;
    match announcement.length {
        Length::Known(len) => Some(len),
        Length::Parameter(index) => {
            let mut fields = fields;
            let field: Field<'_> = fields.nth(index)?;
            u32::read(field).ok()
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Told {
    Line,
    Echo,
    Prompt(usize),
    Header(u32),
}

/// What came of a byte.
#[derive(Clone, Copy, Debug)]
struct Step {
    consumed: bool,
    told: Option<Told>,
}

impl Step {
    const TAKEN: Self = Self { consumed: true, told: None };

    fn tell(told: Told) -> Self {
        Self { consumed: true, told: Some(told) }
    }
}
