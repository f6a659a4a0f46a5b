//! A modem behind its door, with whoever watches: a printer and a recorder.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use mbim_wire::catalogue::{Value, message_to_json};
use wwan::channel::pcapng::StdWriter;
use wwan::channel::{Direction, LinuxClock, PcapngTap, Sink, Tracer};
use wwan::time::Instant;

use super::DoorError;
use crate::InProcess;

/// A modem that is watched.
pub type Watched<'m> = PcapngTap<Tracer<InProcess<'m>, Printer>, StdWriter<Box<dyn io::Write>>>;

/// Watches a modem: `verbose` 1 prints a line for each message on standard error, 2 its fields too; `pcap` records.
///
/// # Errors
///
/// If the file cannot be created.
pub fn watch<'m>(modem: InProcess<'m>, verbose: u8, pcap: Option<&Path>) -> Result<Watched<'m>, DoorError> {
    let writer: Box<dyn io::Write> = match pcap {
        Some(path) => Box::new(File::create(path).map_err(DoorError::io(format!("create {}", path.display())))?),
        None => Box::new(io::sink()),
    };
    let printer = Printer { verbose, start: LinuxClock::now(), version: 1 };
    // Wall-clock time at which the monotonic clock showed 0.
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let unix = u64::try_from(unix.as_millis()).unwrap_or(0);
    let epoch = unix.saturating_sub(LinuxClock::now().0);
    Ok(PcapngTap::new(Tracer::new(modem, printer), StdWriter(writer), epoch))
}

/// The modem behind the watchers.
pub(super) fn modem<'a, 'm>(watched: &'a mut Watched<'m>) -> &'a mut InProcess<'m> {
    watched.channel_mut().channel_mut()
}

/// Prints messages on standard error.
#[derive(Debug)]
pub struct Printer {
    verbose: u8,
    start: Instant,
    /// Version of the Microsoft extensions that host and modem agreed upon.
    version: u8,
}

impl Sink for Printer {
    fn message(&mut self, at: Instant, direction: Direction, bytes: &[u8]) {
        if self.verbose == 0 {
            return;
        }
        let line = match message_to_json(bytes, self.version, true) {
            Ok(shown) => {
                self.follow(&shown.json);
                summary(&shown.json, self.verbose)
            }
            Err(error) => format!("{} bytes: {error}", bytes.len()),
        };
        let way = match direction {
            Direction::Sent => '>',
            Direction::Received => '<',
        };
        let time = (at - self.start).0;
        // Nothing can be done if nobody listens.
        let _ = writeln!(io::stderr(), "{}.{:03} {way} {line}", time / 1000, time % 1000);
    }
}

impl Printer {
    /// Learns the version of the extensions from its negotiation.
    fn follow(&mut self, message: &Value) {
        match message.get("type").and_then(Value::as_str) {
            Some("open" | "open_done") => self.version = 1,
            Some("command_done") if message.get("command").and_then(Value::as_str) == Some("VERSION") => {
                let version = message.pointer("/fields/MbimExtendedVersion").and_then(Value::as_u64);
                self.version = version.and_then(|version| u8::try_from(version >> 8).ok()).unwrap_or(1);
            }
            _ => {}
        }
    }
}

/// One line: type, transaction, command, status; and the fields if asked for.
fn summary(message: &Value, verbose: u8) -> String {
    let mut line = String::new();
    for key in ["type", "transaction_id", "service", "command", "cid", "command_type", "status", "error"] {
        let text = match message.get(key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) if key == "status" || key == "error" => format!("{key} {number}"),
            Some(Value::Number(number)) if key == "transaction_id" => format!("#{number}"),
            Some(Value::Number(number)) if message.get("command").is_none() => format!("{key} {number}"),
            _ => continue,
        };
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&text);
    }
    match message.get("fields") {
        Some(fields) if verbose > 1 => format!("{line} {fields}"),
        _ => line,
    }
}
