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

use crate::parameter::{Field, Fields, Value, has, parameters_of};

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
    /// A prompt that was expected.
    Prompt(u8),
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
    pub prompts: &'p [u8],
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
    /// A line feed that belongs to the header of counted bytes.
    LineFeed,
    /// Counted bytes come.
    Payload,
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
    /// Counted bytes still to come, and whether a quote follows them.
    left: u32,
    closed: bool,
    noise: u32,
}

impl<'b> Framer<'b> {
    /// Starts between two lines.
    pub fn new(buf: &'b mut [u8]) -> Self {
        Self { buf, len: 0, state: State::Start, quoted: false, left: 0, closed: false, noise: 0 }
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
            match self.state {
                State::LineFeed | State::Quote => {
                    let wanted = if self.state == State::Quote { b'"' } else { b'\n' };
                    self.state = if self.left > 0 { State::Payload } else { State::Start };
                    if byte == wanted {
                        *input = rest;
                    }
                    continue;
                }
                State::Payload => {
                    let wanted = usize::try_from(self.left).unwrap_or(usize::MAX).min(input.len());
                    let (bytes, rest) = input.split_at_checked(wanted)?;
                    *input = rest;
                    self.left = self.left.saturating_sub(u32::try_from(wanted).unwrap_or(u32::MAX));
                    self.count();
                    return Some(Event::Payload { bytes, left: self.left });
                }
                State::Connect => {
                    self.state = State::Start;
                    if byte == b'\n' {
                        *input = rest;
                    }
                    return Some(self.tell(Told::Line));
                }
                State::AfterPrompt if byte != b' ' => self.state = State::Start,
                State::AfterPrompt | State::Start | State::Line => {}
            }
            *input = rest;
            match self.byte(byte, expected) {
                Told::Nothing => {}
                told => return Some(self.tell(told)),
            }
        }
    }

    /// Goes on with counted bytes, if any are left.
    fn count(&mut self) {
        self.state = match self.left {
            0 if self.closed => State::Quote,
            0 => State::Start,
            _ => State::Payload,
        };
    }

    /// What is in the buffer, as an event.
    fn tell(&mut self, told: Told) -> Event<'_> {
        let len = core::mem::take(&mut self.len);
        let held = len.min(self.buf.len());
        let line = self.buf.get(..held).unwrap_or_default();
        match told {
            Told::Nothing | Told::Line if len > held => Event::Overlong { start: line, len },
            Told::Nothing | Told::Line => Event::Line(line),
            Told::Echo => Event::Echo,
            Told::Prompt => Event::Prompt(line.last().copied().unwrap_or_default()),
            Told::Header => Event::Header { line, len: self.left },
        }
    }

    fn line(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or_default()
    }

    /// Ends the line under way.
    #[inline(never)]
    fn end(&mut self, expected: &Expected<'_>) -> Told {
        self.quoted = false;
        self.state = State::Start;
        if self.line() == expected.echo && !expected.echo.is_empty() {
            return Told::Echo;
        }
        if expected.connects && self.line().starts_with(b"CONNECT") {
            self.state = State::Connect;
            return Told::Nothing;
        }
        if self.announced(Delimiter::LineEnd, expected) { Told::Header } else { Told::Line }
    }

    #[inline(never)]
    fn byte(&mut self, byte: u8, expected: &Expected<'_>) -> Told {
        let starting = self.state == State::Start;
        match byte {
            _ if self.state == State::AfterPrompt => return Told::Nothing,
            b'\r' | b'\n' if starting => return Told::Nothing,
            b'\r' | b'\n' if !(self.quoted && self.is_multiline(expected)) => return self.end(expected),
            b'\r' | b'\n' | b'\t' => {}
            0..=0x1f | 0x7f.. if !expected.eight_bit || byte == 0 && starting => {
                self.noise = self.noise.saturating_add(1);
                return Told::Nothing;
            }
            b'"' if self.announced(Delimiter::Quote, expected) => {
                self.quoted = false;
                return Told::Header;
            }
            b'"' => self.quoted = !self.quoted,
            b':' if !self.quoted && self.announced(Delimiter::Colon, expected) => return Told::Header,
            _ => {}
        }
        if let Some(place) = self.buf.get_mut(self.len) {
            *place = byte;
        }
        self.len = self.len.saturating_add(1);
        self.state = State::Line;
        if self.len == 1 && has(expected.prompts, byte) {
            self.state = State::AfterPrompt;
            return Told::Prompt;
        }
        Told::Nothing
    }

    /// Whether the line goes on behind a line end. With an odd quote in a text only the number behind shows that it does not.
    fn is_multiline(&self, expected: &Expected<'_>) -> bool {
        let line = self.line();
        let mut front = line.iter().rev().skip_while(|byte| matches!(byte, b'0'..=b'9' | b' '));
        let is_whole = front.next() == Some(&b',') && front.next() == Some(&b'"');
        !is_whole && expected.multiline.iter().any(|name| parameters_of(name, line).is_some())
    }

    /// Whether counted bytes come behind the line so far, if `delimiter` stands between.
    #[inline(never)]
    fn announced(&mut self, delimiter: Delimiter, expected: &Expected<'_>) -> bool {
        let find = |these: &Announcements<'_>| (these.find?)(these.all, delimiter, self.line());
        let Some(left) = expected.announcements.iter().find_map(find) else { return false };
        (self.left, self.closed) = (left, delimiter == Delimiter::Quote);
        self.count();
        if delimiter == Delimiter::LineEnd {
            self.state = State::LineFeed;
        }
        true
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

/// What came of a byte.
#[derive(Clone, Copy, Debug)]
enum Told {
    Nothing,
    Line,
    Echo,
    Prompt,
    Header,
}
