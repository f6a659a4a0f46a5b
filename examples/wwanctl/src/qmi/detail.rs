//! What indications of short messages and dialogues say, as text; and which messages are to be acknowledged.

use serde_json::{Value, json};
use wwan::client::qmi::Indication;
use wwan::procedure::qmi::UssdMessage;
use wwan::qmi_wire::service::{Service, wms};
use wwan::qmi_wire::{DecodeError, Message as _, View as _};

use super::sms::number;
use crate::commands::sms;

/// What an indication says, beside its fields.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Detail {
    /// A key of the JSON, and its value.
    pub(super) json: Option<(&'static str, Value)>,
    pub(super) text: String,
    /// A message that is stored nowhere, and comes again unless somebody acknowledges it: its number and protocol.
    pub(super) acknowledge: Option<(u32, wms::MessageProtocol)>,
}

/// Looks into an indication.
pub(super) fn of(told: &Indication<'_>) -> Result<Detail, DecodeError> {
    if let Some(said) = UssdMessage::read(told)? {
        let text: String = said.chars().collect();
        return Ok(Detail {
            json: Some(("ussd", json!({ "text": text, "goes_on": said.goes_on, "ended": said.ended.is_some() }))),
            text,
            acknowledge: None,
        });
    }
    if (told.service(), told.id()) != (Service::WMS, wms::event_report_indication::Message::ID) {
        return Ok(Detail::default());
    }
    let report = wms::event_report_indication::Indication::from_tlvs(told.tlvs);
    if let Some(stored) = report.mt_message()? {
        let index = number(stored.storage_type, stored.memory_index);
        let text = format!("stored: `wwanctl sms read {index}` shows it");
        return Ok(Detail { json: Some(("sms", json!({ "index": index }))), text, acknowledge: None });
    }
    Ok(report.transfer_route_mt_message()?.map_or_else(Detail::default, |message| handed_over(&message)))
}

/// A message that comes as it is.
fn handed_over(message: &wms::TransferRouteMtMessage<'_>) -> Detail {
    let is_cdma = message.format == wms::MessageFormat::CDMA;
    let protocol = if is_cdma { wms::MessageProtocol::CDMA } else { wms::MessageProtocol::WCDMA };
    let wanted = message.ack_indicator == wms::AckIndicator::SEND;
    let mut detail = Detail { acknowledge: wanted.then_some((message.transaction_id, protocol)), ..Detail::default() };
    if message.format != wms::MessageFormat::GSM_WCDMA_POINT_TO_POINT {
        return detail;
    }
    let (value, text) = sms::delivered(message.raw_data.bytes);
    (detail.json, detail.text) = (Some(("sms", value)), text);
    detail
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn message(ack_indicator: wms::AckIndicator, raw: &[u8]) -> Detail {
        let format = wms::MessageFormat::GSM_WCDMA_POINT_TO_POINT;
        let raw_data = raw.into();
        handed_over(&wms::TransferRouteMtMessage { ack_indicator, transaction_id: 7, format, raw_data })
    }

    #[test]
    fn messages_that_are_stored_nowhere_are_shown_and_acknowledged_if_they_must_be() {
        // SMS-DELIVER from +15550124, class 0: "hello" (3GPP TS 23.040 §9.2.2.1).
        let pdu = [
            0, 0x04, 0x08, 0x91, 0x51, 0x55, 0x10, 0x42, 0, 0x10, 0x62, 0x10, 0x10, 0, 0, 0, 0, 5, 0xe8, 0x32, 0x9b,
            0xfd, 0x06,
        ];
        let detail = message(wms::AckIndicator::SEND, &pdu);
        assert_eq!(detail.acknowledge, Some((7, wms::MessageProtocol::WCDMA)));
        assert_eq!(detail.text, "+15550124, 2026-01-01T00:00:00Z, class 0: hello");
        let (key, value) = detail.json.unwrap();
        assert_eq!((key, &value["text"], &value["class"]), ("sms", &json!("hello"), &json!(0)));
        assert_eq!(message(wms::AckIndicator::DO_NOT_SEND, &pdu).acknowledge, None);
        // What cannot be read must not come for ever either.
        let detail = message(wms::AckIndicator::SEND, &pdu[..9]);
        assert_eq!((detail.acknowledge.unwrap().0, detail.text.as_str()), (7, ""));
        assert!(detail.json.unwrap().1["error"].is_string());
    }
}
