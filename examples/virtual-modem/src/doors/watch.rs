//! A modem behind its door, with whoever watches: a printer and a recorder.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use mbim_wire::catalogue::{Value, message_to_json};
use qmi_wire::ProtocolError;
use qmi_wire::catalogue::frame_to_json;
use wwan::channel::pcapng::{self, StdWriter};
use wwan::channel::{AnyFraming, Direction, LinuxClock, PcapngTap, Sink, Tracer};
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
pub fn watch<'m>(mut modem: InProcess<'m>, verbose: u8, pcap: Option<&Path>) -> Result<Watched<'m>, DoorError> {
    let writer: Box<dyn io::Write> = match pcap {
        Some(path) => Box::new(File::create(path).map_err(DoorError::io(format!("create {}", path.display())))?),
        None => Box::new(io::sink()),
    };
    let framing = modem.framing();
    let link_type = match framing {
        Some(AnyFraming::Qmux(_)) => pcapng::LINK_TYPE_QMUX,
        // AT is not recorded.
        Some(AnyFraming::Mbim(_)) | None => pcapng::LINK_TYPE,
    };
    let printer = Printer::new(framing, verbose);
    // Wall-clock time at which the monotonic clock showed 0.
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let unix = u64::try_from(unix.as_millis()).unwrap_or(0);
    let epoch = unix.saturating_sub(LinuxClock::now().0);
    Ok(PcapngTap::new(Tracer::new(modem, printer), StdWriter(writer), epoch).link_type(link_type))
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
    speaks: Speaks,
}

/// How messages are read.
#[derive(Debug)]
enum Speaks {
    Mbim {
        /// Version of the Microsoft extensions that host and modem agreed upon.
        version: u8,
    },
    Qmi,
    At,
}

impl Printer {
    /// Prints a line for each message from 1 on, and its fields from 2 on. `framing` is that of the modem's messages; of AT
    /// there is none.
    #[must_use]
    pub fn new(framing: Option<AnyFraming>, verbose: u8) -> Self {
        let speaks = match framing {
            Some(AnyFraming::Mbim(_)) => Speaks::Mbim { version: 1 },
            Some(AnyFraming::Qmux(_)) => Speaks::Qmi,
            None => Speaks::At,
        };
        Self { verbose, start: LinuxClock::now(), speaks }
    }
}

impl Sink for Printer {
    fn message(&mut self, at: Instant, direction: Direction, bytes: &[u8]) {
        if self.verbose == 0 {
            return;
        }
        let line = match &mut self.speaks {
            Speaks::Mbim { version } => {
                message_to_json(bytes, *version, true).map_err(|error| error.to_string()).map(|shown| {
                    follow(version, &shown.json);
                    summary(&shown.json, self.verbose)
                })
            }
            Speaks::Qmi => frame_to_json(bytes, None, true)
                .map(|shown| qmi_summary(&shown.json, self.verbose))
                .map_err(|error| error.to_string()),
            Speaks::At => Ok(bytes.escape_ascii().to_string()),
        };
        let line = line.unwrap_or_else(|error| format!("{} bytes: {error}", bytes.len()));
        let way = match direction {
            Direction::Sent => '>',
            Direction::Received => '<',
        };
        let time = (at - self.start).0;
        // Nothing can be done if nobody listens.
        let _ = writeln!(io::stderr(), "{}.{:03} {way} {line}", time / 1000, time % 1000);
    }
}

/// Learns the version of the extensions from its negotiation.
fn follow(version: &mut u8, message: &Value) {
    match message.get("type").and_then(Value::as_str) {
        Some("open" | "open_done") => *version = 1,
        Some("command_done") if message.get("command").and_then(Value::as_str) == Some("VERSION") => {
            let agreed = message.pointer("/fields/MbimExtendedVersion").and_then(Value::as_u64);
            *version = agreed.and_then(|agreed| u8::try_from(agreed >> 8).ok()).unwrap_or(1);
        }
        _ => {}
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

/// One line: kind, transaction, service and client, message, how it went; and the TLVs if asked for.
fn qmi_summary(message: &Value, verbose: u8) -> String {
    let text = |key: &str| message.get(key).and_then(Value::as_str);
    let number = |key: &str| message.get(key).and_then(Value::as_u64).unwrap_or(0);
    let service = text("service").map_or_else(|| format!("service {}", number("service_id")), str::to_owned);
    let name = text("message").map_or_else(|| format!("message {:#06x}", number("message_id")), str::to_owned);
    let (kind, transaction, client) = (text("kind").unwrap_or_default(), number("transaction_id"), number("client_id"));
    let mut line = format!("{kind} #{transaction} {service}");
    if client != 0 {
        line.push_str(&format!("/{client}"));
    }
    line.push_str(&format!(" {name}"));
    let tlvs = message.get("tlvs");
    let mut list = tlvs.and_then(Value::as_array).into_iter().flatten();
    let result = list.find(|tlv| kind == "response" && tlv.get("tlv").and_then(Value::as_str) == Some("0x02"));
    if let Some(code) = result.and_then(|result| result.pointer("/value/error_code")).and_then(Value::as_u64) {
        match ProtocolError(u16::try_from(code).unwrap_or(u16::MAX)) {
            ProtocolError::NONE => line.push_str(" success"),
            error => line.push_str(&error.name().map_or_else(|| format!(" error {code}"), |name| format!(" {name}"))),
        }
    }
    match tlvs {
        Some(tlvs) if verbose > 1 => format!("{line} {tlvs}"),
        _ => line,
    }
}
