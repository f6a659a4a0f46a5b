//! `-v` for AT: lines are put together from the pieces that come, and shown without what is personal in them.

use at_wire::catalogue::Info;
use at_wire::parameter::parameters_of;
use at_wire::policy;
use at_wire::result::{FinalResult, Options};
use wwan::channel::Direction;

/// Longest line that is waited for, in bytes; what is longer is shown in parts.
const LONGEST: usize = 0x1_0000;

/// URCs behind which a line stands that is personal.
const WITH_SECOND: [&str; 4] = ["+CMT", "+CDS", "+CBM", "+CDSI"];

/// What of a line has come, and how the next one is to be read.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    begun: Vec<u8>,
    /// The answer to the command under way is personal.
    personal: bool,
    /// The next line belongs to one that is personal.
    second: bool,
}

impl Lines {
    /// The lines that end in a piece.
    pub(crate) fn take(&mut self, direction: Direction, bytes: &[u8]) -> Vec<String> {
        if direction == Direction::Sent {
            return vec![self.sent(bytes)];
        }
        let mut lines = Vec::new();
        for byte in bytes {
            if matches!(byte, b'\r' | b'\n') || self.begun.len() >= LONGEST {
                let line = core::mem::take(&mut self.begun);
                if !line.is_empty() {
                    lines.push(self.received(&line));
                }
            } else {
                self.begun.push(*byte);
            }
        }
        if self.begun == b"> " {
            self.begun.clear();
            lines.push(">".to_owned());
        }
        lines
    }

    fn sent(&mut self, bytes: &[u8]) -> String {
        let line = bytes.trim_ascii_end();
        let Ok(commands) = policy::commands(line) else {
            return format!("{} bytes", bytes.len());
        };
        self.personal = false;
        let mut shown = "AT".to_owned();
        for (index, command) in commands.enumerate() {
            let is_personal = command_info(command.name).is_none_or(|info| info.command.is_some_and(|it| it.personal));
            self.personal |= is_personal;
            let separator = if index > 0 && shown.ends_with(|c: char| c != ';') { ";" } else { "" };
            let text = match command.form {
                policy::Form::Set if is_personal => [command.name, b"=***"].concat(),
                policy::Form::Execute if is_personal && !command.parameters.is_empty() => {
                    [command.name, b"***"].concat()
                }
                _ => command.text.to_vec(),
            };
            shown.push_str(separator);
            shown.push_str(String::from_utf8_lossy(&text).trim());
        }
        shown
    }

    fn received(&mut self, line: &[u8]) -> String {
        if core::mem::take(&mut self.second) {
            return "***".to_owned();
        }
        // An echo.
        if line.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(b"AT")) && policy::commands(line).is_ok() {
            return self.sent(line);
        }
        if FinalResult::of(line, Options::LENIENT).is_some() {
            return String::from_utf8_lossy(line).into_owned();
        }
        let text = String::from_utf8_lossy(line);
        let named = || wwan_catalogue::at().iter().filter(|info| parameters_of(info.name, line).is_some());
        let Some(info) = named().next() else {
            return if self.personal { "***".to_owned() } else { text.into_owned() };
        };
        self.second = WITH_SECOND.contains(&info.name);
        // A name may be that of a command and of a URC.
        let is_personal = named().any(|info| match info.command {
            Some(command) => command.personal,
            // Nothing is known of what a URC tells but its texts.
            None => text.contains('"'),
        });
        if is_personal && info.name != "+CPIN" { format!("{}: ***", info.name) } else { text.into_owned() }
    }
}

/// The command of that name.
fn command_info(name: &[u8]) -> Option<&'static Info> {
    let name: Vec<u8> = name.iter().filter(|byte| !byte.is_ascii_whitespace()).copied().collect();
    wwan_catalogue::at().iter().find(|info| info.command.is_some() && info.name.as_bytes().eq_ignore_ascii_case(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(lines: &mut Lines, direction: Direction, bytes: &[u8]) -> Vec<String> {
        lines.take(direction, bytes)
    }

    #[test]
    fn lines_are_put_together_and_personal_ones_left_out() {
        let mut lines = Lines::default();
        let sent = |lines: &mut Lines, bytes: &[u8]| shown(lines, Direction::Sent, bytes);
        let received = |lines: &mut Lines, bytes: &[u8]| shown(lines, Direction::Received, bytes);
        assert_eq!(sent(&mut lines, b"AT+CPIN=\"1234\"\r"), ["AT+CPIN=***"]);
        assert_eq!(received(&mut lines, b"\r\nO"), [""; 0]);
        assert_eq!(received(&mut lines, b"K\r\n"), ["OK"]);
        assert_eq!(sent(&mut lines, b"AT+CIMI\r"), ["AT+CIMI"]);
        assert_eq!(received(&mut lines, b"\r\n001010123456789\r\n\r\nOK\r\n"), ["***", "OK"]);
        assert_eq!(sent(&mut lines, b"AT+CSQ;+CPIN?\r"), ["AT+CSQ;+CPIN?"]);
        assert_eq!(received(&mut lines, b"+CSQ: 20,99\r\n+CPIN: READY\r\n"), ["+CSQ: 20,99", "+CPIN: READY"]);
        assert_eq!(received(&mut lines, b"\r\n+CMT: ,23\r\n0791\r\nRING\r\n"), ["+CMT: ,23", "***", "RING"]);
        assert_eq!(received(&mut lines, b"> "), [">"]);
        assert_eq!(sent(&mut lines, b"Hello\x1a"), ["6 bytes"]);
        assert_eq!(received(&mut lines, b"+CLIP: \"+15550123\",145\r\n"), ["+CLIP: ***"]);
    }
}
