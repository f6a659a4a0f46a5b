//! What a host types, as the modem reads it: command lines with their editing, and what it sends behind a prompt
//! (ITU-T V.250 §5.2).
//!
//! ```
//! use at_wire::line::{Line, Typed};
//!
//! let mut buffer = [0; 64];
//! let mut line = Line::new(&mut buffer);
//! let end = b"AT+CSX\x08Q\r".iter().map(|byte| line.typed(*byte, b'\r', 8)).last();
//! assert_eq!((end, line.text()), (Some(Typed::Line), &b"AT+CSQ"[..]));
//! ```

/// What a byte has completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Typed {
    /// Nothing yet.
    More,
    /// A line: its commands can be done.
    Line,
    /// `A/`: the last line again.
    Repeat,
    /// A line that cannot be done: longer than there is room.
    TooLong,
}

/// How far a line has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Nothing of it.
    Idle,
    /// Its `A`, or `a`.
    Prefix(u8),
    /// `AT` and more.
    Body,
    /// Something else than a command line; skipped up to its end.
    Garbage,
}

/// The line being typed, or the last one; behind it what was sent for a prompt.
#[derive(Debug)]
pub struct Line<'s> {
    buf: &'s mut [u8],
    len: usize,
    payload: usize,
    stage: Stage,
    overflow: bool,
    quoted: bool,
}

impl<'s> Line<'s> {
    /// Nothing typed yet; `buf` bounds the line, and the line together with what follows its prompt.
    #[must_use]
    pub fn new(buf: &'s mut [u8]) -> Self {
        Self { buf, len: 0, payload: 0, stage: Stage::Idle, overflow: false, quoted: false }
    }

    /// Forgets everything, the last line too.
    pub fn clear(&mut self) {
        (self.len, self.payload, self.stage) = (0, 0, Stage::Idle);
    }

    /// Whether a line has begun and not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.stage != Stage::Idle
    }

    /// The last line, `AT` and what follows; empty if there was none.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        self.buf.get(..self.len).unwrap_or_default()
    }

    /// The last line, and what was sent for its prompt.
    #[must_use]
    pub fn parts(&self) -> (&[u8], &[u8]) {
        let end = self.len.saturating_add(self.payload);
        (self.text(), self.buf.get(self.len..end).unwrap_or_default())
    }

    fn push(&mut self, byte: u8) {
        match self.buf.get_mut(self.len) {
            Some(place) => {
                *place = byte;
                self.len = self.len.saturating_add(1);
            }
            None => self.overflow = true,
        }
    }

    /// Takes a byte of a command line. `end` ends it (S3), `edit` deletes the byte before it (S5).
    pub fn typed(&mut self, byte: u8, end: u8, edit: u8) -> Typed {
        match self.stage {
            _ if byte == end => return self.ended(),
            Stage::Idle => match byte {
                b'A' | b'a' => self.stage = Stage::Prefix(byte),
                // Between lines anything may stand that is not printed, such as frames of a multiplexer that was left.
                0..=0x20 | 0x7f.. => {}
                _ => self.stage = Stage::Garbage,
            },
            Stage::Prefix(first) => match byte {
                b'/' => {
                    self.stage = Stage::Idle;
                    return Typed::Repeat;
                }
                b'T' | b't' => {
                    self.clear();
                    (self.stage, self.overflow, self.quoted) = (Stage::Body, false, false);
                    self.push(first);
                    self.push(byte);
                }
                // The bytes in front of a command are often repeated, or lost.
                b'A' | b'a' => {}
                _ if byte == edit => self.stage = Stage::Idle,
                _ => self.stage = Stage::Garbage,
            },
            Stage::Body if byte == edit => {
                self.overflow = false;
                // The prefix cannot be deleted.
                if self.len > 2 {
                    self.len = self.len.saturating_sub(1);
                    let gone = self.buf.get(self.len);
                    self.quoted ^= gone == Some(&b'"');
                }
            }
            // Control characters are passed over.
            Stage::Body if byte < 0x20 || byte == 0x7f => {}
            Stage::Body => {
                self.quoted ^= byte == b'"';
                // Outside strings the eighth bit does not count.
                self.push(if self.quoted { byte } else { byte & 0x7f });
            }
            // The frames of a connection, or of a multiplexer, that has ended begin and end so.
            Stage::Garbage if matches!(byte, 0x7e | 0xf9) => self.stage = Stage::Idle,
            Stage::Garbage => {}
        }
        Typed::More
    }

    fn ended(&mut self) -> Typed {
        match core::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Body if self.overflow => {
                self.len = 0;
                Typed::TooLong
            }
            Stage::Body => Typed::Line,
            _ => Typed::More,
        }
    }

    /// Forgets what was sent for the last prompt.
    pub fn begin_payload(&mut self) {
        self.payload = 0;
        self.overflow = false;
    }

    /// Takes a byte behind a prompt.
    pub fn payload(&mut self, byte: u8) {
        let at = self.len.saturating_add(self.payload);
        match self.buf.get_mut(at) {
            Some(place) => {
                *place = byte;
                self.payload = self.payload.saturating_add(1);
            }
            None => self.overflow = true,
        }
    }

    /// Takes the last byte behind the prompt back.
    pub fn unsend(&mut self) {
        self.payload = self.payload.saturating_sub(1);
    }

    /// Whether more was sent behind the prompt than there was room for.
    #[must_use]
    pub fn payload_overflowed(&self) -> bool {
        self.overflow
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn type_all(line: &mut Line<'_>, text: &[u8]) -> Typed {
        text.iter().fold(Typed::More, |_, byte| line.typed(*byte, b'\r', 8))
    }

    #[test]
    fn lines_are_edited_and_repeated() {
        let mut buf = [0; 16];
        let mut line = Line::new(&mut buf);
        assert_eq!(type_all(&mut line, b"AT+CSX\x08Q\r"), Typed::Line);
        assert_eq!(line.text(), b"AT+CSQ");
        assert_eq!(type_all(&mut line, b"\nA/"), Typed::Repeat);
        assert_eq!(line.text(), b"AT+CSQ");
        assert_eq!(type_all(&mut line, b"noise ATI\r"), Typed::More);
        assert_eq!(type_all(&mut line, b"\xf9\x03\xef\x05\xc3\x01\xf2\xf9\x03\x53\x01\xfd\xf9AT\r"), Typed::Line);
        assert_eq!(type_all(&mut line, b"AAAT\x08\x08\x08I\r"), Typed::Line);
        assert_eq!(line.text(), b"ATI");
        assert_eq!(type_all(&mut line, b"AT+0123456789ABCDEF\r"), Typed::TooLong);
        assert_eq!(type_all(&mut line, b"AT\0+\x01C\xd3\"\xc3\xa4\"\r"), Typed::Line);
        assert_eq!(line.text(), b"AT+CS\"\xc3\xa4\"");
    }
}
