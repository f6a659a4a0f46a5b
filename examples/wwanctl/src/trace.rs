//! `-v`: every message on one line of standard error, personal data masked.

use mbim_wire::catalogue::{Value, message_to_json_by};
use mbim_wire::message::{Body, IndicateStatus, Transfer};
use mbim_wire::service::proxy_control::{PROXY_CONTROL, Version, VersionNotificationView};
use mbim_wire::{Command as _, ProtocolError, Status, View as _};
use wwan::channel::{Direction, Sink};
use wwan::time::Instant;

use qmi_wire::catalogue::frame_to_json_by;

use crate::at::trace::Lines;
use crate::names;
use crate::output::note;

/// Prints messages, or does nothing; and notices when a proxy tells the version of the extensions.
#[derive(Debug)]
pub(crate) struct Trace {
    verbose: bool,
    start: Instant,
    /// The version of the extensions whose layouts hold.
    pub(crate) version: u8,
    /// What is traced are pieces of lines of AT.
    lines: Option<Lines>,
}

impl Trace {
    pub(crate) const fn new(verbose: bool, start: Instant) -> Self {
        Self { verbose, start, version: 1, lines: None }
    }

    /// Traces AT.
    pub(crate) fn of_lines(self) -> Self {
        Self { lines: Some(Lines::default()), ..self }
    }

    /// Whether traces are wanted.
    pub(crate) const fn is_verbose(&self) -> bool {
        self.verbose
    }
}

impl Sink for Trace {
    fn message(&mut self, at: Instant, direction: Direction, bytes: &[u8]) {
        let told = if self.lines.is_none() && direction == Direction::Received { told_version(bytes) } else { None };
        self.version = told.unwrap_or(self.version);
        if !self.verbose {
            return;
        }
        let time = at.since(self.start).0;
        let arrow = match direction {
            Direction::Sent => '>',
            Direction::Received => '<',
        };
        let (seconds, millis) = (time / 1000, time % 1000);
        let summaries = match &mut self.lines {
            Some(lines) => lines.take(direction, bytes),
            None => vec![summary(bytes, self.version)],
        };
        for summary in summaries {
            note(&format!("{seconds:4}.{millis:03} {arrow} {summary}"));
        }
    }
}

/// The version of the extensions, if that is what a proxy tells: another program may agree on one at any time, and it holds
/// for all.
fn told_version(bytes: &[u8]) -> Option<u8> {
    let Body::IndicateStatus(fragment) = Transfer::parse(bytes).ok()?.body else {
        return None;
    };
    let indication = IndicateStatus::parse(fragment.payload).ok()?;
    if !fragment.is_whole() || (indication.service, indication.cid) != (PROXY_CONTROL, Version::CID) {
        return None;
    }
    let version = VersionNotificationView::new(indication.body).mbim_extended_version().ok()? >> 8;
    u8::try_from(version).ok().filter(|version| (1..=3).contains(version))
}

/// A message in one line, without anything personal.
fn summary(bytes: &[u8], version: u8) -> String {
    // The length of a QMUX frame is where MBIM has zeros.
    if matches!(bytes, [1 | 2, low, high, ..] if (*low, *high) != (0, 0)) {
        return qmi_summary(bytes);
    }
    let shown = match message_to_json_by(wwan_catalogue::mbim(), bytes, version, true) {
        Ok(shown) => shown,
        Err(error) => return format!("{} bytes: {error}", bytes.len()),
    };
    let json = shown.json;
    let text = |key: &str| json.get(key).and_then(Value::as_str).unwrap_or_default();
    let number = |key: &str| {
        let number = json.get(key).and_then(Value::as_u64)?;
        u32::try_from(number).ok()
    };
    let mut line = format!("{} #{}", text("type").to_ascii_uppercase(), number("transaction_id").unwrap_or(0));
    let mut add = |part: &str| {
        if !part.is_empty() {
            line.push(' ');
            line.push_str(part);
        }
    };
    let (total, current) = (number("fragments_total"), number("fragment_current"));
    if let Some(total) = total.filter(|total| *total > 1) {
        // The bytes of a fragment may be personal and cannot be told apart.
        let nth = current.unwrap_or(0).saturating_add(1);
        add(&format!("fragment {nth} of {total}, {} bytes", bytes.len()));
        return line;
    }
    if let Ok(service) = text("service_uuid").parse() {
        add(&names::command(service, number("cid").unwrap_or(0)));
    }
    add(text("command_type"));
    if let Some(status) = number("status") {
        add(&names::status(Status(status)));
    }
    if let Some(error) = number("error") {
        add(&names::protocol_error(ProtocolError(error)));
    }
    if let Some(max) = number("max_control_transfer") {
        add(&format!("max_control_transfer {max}"));
    }
    match (shown.layout, json.get("fields")) {
        (Some(layout), Some(fields)) if !layout.fields.is_empty() => add(&names::named(layout, fields).to_string()),
        (None, None) => match number("information_buffer_length") {
            Some(length) if length > 0 => add(&format!("{length} bytes of unknown layout")),
            _ => {}
        },
        _ => {}
    }
    line
}

/// The same for a frame of QMI. The vendor of the device is not known here, so that the more common meaning of a number is
/// taken.
fn qmi_summary(bytes: &[u8]) -> String {
    let shown = match frame_to_json_by(wwan_catalogue::qmi(), bytes, None, true) {
        Ok(shown) => shown,
        Err(error) => return format!("{} bytes: {error}", bytes.len()),
    };
    let text = |key: &str| shown.json.get(key).and_then(Value::as_str);
    let number = |key: &str| shown.json.get(key).and_then(Value::as_u64).unwrap_or(0);
    let kind = text("kind").unwrap_or_default().to_ascii_uppercase();
    let transaction = number("transaction_id");
    let service = text("service").map_or_else(|| format!("{:#04x}", number("service_id")), ToOwned::to_owned);
    let message = text("message").map_or_else(|| format!("{:#06x}", number("message_id")), ToOwned::to_owned);
    let client = match number("client_id") {
        0 => String::new(),
        0xff => " for all".to_owned(),
        client => format!(" client {client}"),
    };
    let verdict = match names::qmi::verdict(&shown) {
        None => String::new(),
        Some(verdict) if verdict.status == 0 => " SUCCESS".to_owned(),
        Some(verdict) => format!(" {}", names::qmi::protocol_error(verdict.error)),
    };
    let mut line = format!("{kind} #{transaction} {service} {message}{client}{verdict}");
    let fields = names::qmi::named(&shown);
    if fields.as_object().is_some_and(|fields| !fields.is_empty()) {
        line.push(' ');
        line.push_str(&fields.to_string());
    }
    line
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use mbim_wire::catalogue::unhex;

    /// PIN set: PIN1, enter, "1234"; from the wire.
    const PIN: &str = "03000000 50000000 05000000 01000000 00000000 a289cc33bcbb8b4fb6b0133ec2aae6df 04000000 01000000
        20000000 02000000 00000000 18000000 08000000 00000000 00000000 3100320033003400";

    #[test]
    fn codes_do_not_appear() {
        let line = summary(&unhex(PIN).unwrap(), 1);
        assert_eq!(
            line,
            "COMMAND #5 Basic Connect Pin set {\"pin_type\":\"pin1\",\"pin_operation\":\"enter\",\"pin\":\"***\",\
             \"new_pin\":null}"
        );
    }

    #[test]
    fn frames_of_qmi_are_told_without_what_is_personal() {
        let line = |frame: &str| summary(&unhex(frame).unwrap(), 1);
        // Answers to DMS Get Model, and a refusal of WDS Start Network, from the wire or made as on it.
        let imei = "011a0080020102050025000e0002040000000000110400 31323334";
        assert_eq!(line(imei), "RESPONSE #5 DMS Get IDs client 1 SUCCESS {\"imei\":\"***\"}");
        let refused = "01 1800 80 01 01 02 0700 2000 0c00 02 0400 0100 0e00 10 0200 0100";
        let refused = line(refused);
        assert!(refused.starts_with("RESPONSE #7 WDS Start Network client 1 CALL_FAILED (14) {"), "{refused}");
        let unknown = "01 1000 00 02 01 00 0900 efee 0400 01 0100 ff";
        assert_eq!(line(unknown), "REQUEST #9 DMS 0xeeef client 1 {\"tlv_0x01\":\"1 bytes\"}");
    }

    #[test]
    fn a_version_that_a_proxy_tells_holds() {
        use mbim_wire::message::write_indicate_status;
        use mbim_wire::service::proxy_control::VersionNotification;
        let mut buf = [0; 64];
        let mut told = |version| {
            let told = VersionNotification { mbim_version: 0x0100, mbim_extended_version: version };
            write_indicate_status(&mut buf, PROXY_CONTROL, Version::CID, &told).unwrap().to_vec()
        };
        let mut trace = Trace::new(false, Instant(0));
        trace.message(Instant(0), Direction::Sent, &told(0x0300));
        trace.message(Instant(0), Direction::Received, &unhex(PIN).unwrap());
        assert_eq!(trace.version, 1);
        trace.message(Instant(0), Direction::Received, &told(0x0300));
        assert_eq!(trace.version, 3);
        for nonsense in [0x0000, 0x0400, 0xff00] {
            trace.message(Instant(0), Direction::Received, &told(nonsense));
            assert_eq!(trace.version, 3);
        }
        trace.message(Instant(0), Direction::Received, &told(0x0200));
        assert_eq!(trace.version, 2);
    }

    #[test]
    fn fragments_are_not_shown() {
        let mut bytes = unhex(PIN).unwrap();
        *bytes.get_mut(12).unwrap() = 2;
        assert_eq!(summary(&bytes, 1), "COMMAND #5 fragment 1 of 2, 80 bytes");
    }
}
