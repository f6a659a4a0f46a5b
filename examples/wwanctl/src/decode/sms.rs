//! `decode sms`: short messages of 3GPP and CDMA networks, and pages of cell broadcasts.

use at_wire::catalogue::{Centre, Value, cdma_to_json, page_to_json, tpdu_to_json};
use at_wire::sms::broadcast::{PAGE_LEN, Page};
use at_wire::sms::{Direction, cdma};

use super::{outline, print};
use crate::args::{Decode, SmsKind};
use crate::error::Fail;
use crate::output::Output;

pub(super) fn run(bytes: &[u8], arguments: &Decode, out: &mut Output) -> Result<(), Fail> {
    let shown = decode(bytes, arguments.kind, arguments.direction)?;
    if out.json {
        return print(vec![shown], out);
    }
    let mut lines = Vec::new();
    outline(&shown, 0, &mut lines);
    Ok(out.lines(&lines.join("\n"))?)
}

/// A message as JSON. What kind it is, the octets say well enough unless `kind` does.
pub(super) fn decode(bytes: &[u8], kind: Option<SmsKind>, direction: Direction) -> Result<Value, Fail> {
    let kind = kind.unwrap_or_else(|| guess(bytes, direction));
    let (what, shown) = match kind {
        SmsKind::Pdu => ("PDU", tpdu_to_json(bytes, direction, Centre::InFront, None)),
        SmsKind::Tpdu => ("TPDU", tpdu_to_json(bytes, direction, Centre::Missing, None)),
        SmsKind::Broadcast => ("page of a cell broadcast", Page::parse(bytes).map(|page| page_to_json(&page))),
        SmsKind::Cdma => ("message of 3GPP2", cdma::Message::parse(bytes).and_then(|message| cdma_to_json(&message))),
    };
    shown.map_err(|error| Fail::Data(format!("{what}: {error}")))
}

fn guess(bytes: &[u8], direction: Direction) -> SmsKind {
    let reads = |centre| tpdu_to_json(bytes, direction, centre, None).is_ok();
    if is_cdma(bytes) {
        SmsKind::Cdma
    } else if has_centre(bytes) && reads(Centre::InFront) {
        SmsKind::Pdu
    } else if bytes.len() == PAGE_LEN || (bytes.len().saturating_add(1) == PAGE_LEN && Page::parse(bytes).is_ok()) {
        SmsKind::Broadcast
    } else if reads(Centre::Missing) && !has_centre(bytes) {
        SmsKind::Tpdu
    } else if has_centre(bytes) || reads(Centre::InFront) {
        SmsKind::Pdu
    } else {
        SmsKind::Tpdu
    }
}

/// Whether an address of a service centre may stand in front: none, or a few digits of a kind.
fn has_centre(bytes: &[u8]) -> bool {
    matches!(bytes, [0, _, ..] | [2..=12, 0x80..=0xff, ..])
}

/// Whether the octets are parameters of 3GPP2 from end to end, the teleservice first.
fn is_cdma(bytes: &[u8]) -> bool {
    matches!(bytes, [0..=2, 0, 2, ..]) && cdma::Message::parse(bytes).is_ok()
}
