//! The services beside Basic Connect, byte for byte: bytes captured from mbimcli or asserted by the tests of libmbim and
//! oFono where a test says so, else laid out by hand from the documented offsets.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use mbim_wire::bytes::{Bytes, BytesLengthFirst, PrefixedBytes, Rest, RestUnpadded};
use mbim_wire::field::{Inline, When};
use mbim_wire::list::RefList;
use mbim_wire::message::{write_query, write_set};
use mbim_wire::service::ms_uicc_low_level_access::{self as uicc, TerminalCapabilityInfo, TerminalCapabilityList};
use mbim_wire::service::sms::{
    ReadInfo, ReadInfoView, SendSet, SendSetView, SmsCdmaSendRecord, SmsFormat, SmsPduReadRecord, SmsPduSendRecord,
    SmsStatus,
};
use mbim_wire::service::{compal, dss, fibocom, google, intel_at_tunnel, proxy_control, qdu, qmi, sms, stk};
use mbim_wire::{Count, DecodeErrorKind, Encode, EncodeError, View, Writer};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks_exact(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
}

fn written(value: &dyn Encode) -> Result<Vec<u8>, EncodeError> {
    let mut buffer = [0xa5; 512];
    let mut writer = Writer::new(&mut buffer);
    writer.structure(value);
    writer.finish().map(|bytes| bytes.to_vec())
}

#[test]
fn open_channel_as_mbimcli_sends_it() {
    let mut buffer = [0; 128];
    let app_id = hex("a0000005591010ffffffff8900000100");
    let set = uicc::OpenChannelSet { app_id: BytesLengthFirst(&app_id), select_p2_arg: 0, channel_group: 1 };
    let expected =
        hex("03000000 50000000 05000000 01000000 00000000 c2f6588ef0374bc98665f4d44bd09367 02000000 01000000 20000000
         10000000 10000000 00000000 01000000 a0000005591010ffffffff8900000100");
    assert_eq!(write_set::<uicc::OpenChannel>(&mut buffer, 5, &set).unwrap(), expected);
}

#[test]
fn dss_connect_as_mbimcli_sends_it() {
    let mut buffer = [0; 128];
    let set =
        dss::ConnectSet { device_service_id: dss::DSS, dss_session_id: 0, dss_link_state: dss::DssLinkState::ACTIVATE };
    let expected =
        hex("03000000 48000000 05000000 01000000 00000000 c08a26dd7718438284826e0d583c4d0e 01000000 01000000 18000000
         c08a26dd7718438284826e0d583c4d0e 00000000 01000000");
    assert_eq!(write_set::<dss::Connect>(&mut buffer, 5, &set).unwrap(), expected);
}

#[test]
fn proxy_configuration_as_mbimcli_sends_it() {
    let set = proxy_control::ConfigurationSet { device_path: "/dev/null".into(), timeout: 30 };
    let expected = hex("0c000000 12000000 1e000000 2f006400650076002f006e0075006c006c000000");
    assert_eq!(written(&set).unwrap(), expected);
}

#[test]
fn terminal_capabilities_as_libmbim_builds_them() {
    let (first, second) = (hex("0a0b0c0d0a"), hex("a0b0c0"));
    let objects = [&first, &second].map(|data| TerminalCapabilityInfo { terminal_capability_data: RestUnpadded(data) });
    let list =
        TerminalCapabilityList { terminal_capability_count: Count::AUTO, terminal_capability: RefList::new(&objects) };
    // Sizes are exact although the objects are padded.
    let expected = hex("02000000 14000000 05000000 1c000000 03000000 0a0b0c0d0a000000 a0b0c000");
    assert_eq!(written(&list).unwrap(), expected);
    let read = uicc::TerminalCapabilityListView::new(&expected).read().unwrap();
    assert_eq!(read, list);
}

#[test]
fn messages_as_libmbim_reads_them() {
    let bytes = hex("00000000 02000000 18000000 20000000 38000000 24000000
         06000000 03000000 10000000 10000000 0102030405060708090a0b0c0d0e0f00
         07000000 03000000 10000000 10000000 00 0102030405060708090a0b0c0d0e0f");
    // The second size runs past the end, but the element's own fields fit: libmbim reads it, and asserts these values.
    let view = ReadInfoView::new(&bytes);
    let info = view.read().unwrap();
    assert_eq!((info.format, info.messages_count.get()), (SmsFormat::PDU, 2));
    assert!(info.cdma_messages.0.is_none());
    let records: Vec<SmsPduReadRecord<'_>> = info.pdu_messages.0.unwrap().iter().map(Result::unwrap).collect();
    assert_eq!([records[0].message_index, records[1].message_index], [6, 7]);
    assert!(records.iter().all(|record| record.message_status == SmsStatus::SENT));
    assert_eq!(records[0].pdu_data.0, hex("0102030405060708090a0b0c0d0e0f00"));
    assert_eq!(records[1].pdu_data.0, hex("000102030405060708090a0b0c0d0e0f"));
}

#[test]
fn no_messages_as_ofono_reads_them() {
    let bytes = hex("00000000 00000000");
    let info = ReadInfoView::new(&bytes).read().unwrap();
    assert!(info.pdu_messages.0.unwrap().is_empty());
    assert_eq!(written(&ReadInfo::default()).unwrap(), bytes);
}

#[test]
fn offsets_of_a_message_to_send_count_from_its_record() {
    let pdu = hex("0011000b914477");
    let record = SmsPduSendRecord { pdu_data: Bytes(&pdu) };
    let set =
        SendSet { format: SmsFormat::PDU, pdu_message: When(Some(Inline::Value(record))), cdma_message: When(None) };
    // The record starts at 4, its data at 12.
    let expected = hex("00000000 08000000 07000000 0011000b 91447700");
    assert_eq!(written(&set).unwrap(), expected);
    let read = SendSetView::new(&expected).read().unwrap();
    assert_eq!(read, set);
    assert_eq!(read.pdu_message.0.unwrap().read().unwrap().pdu_data.0, pdu);
}

#[test]
fn a_cdma_message_to_send() {
    let record = SmsCdmaSendRecord {
        encoding: sms::SmsCdmaEncoding::UNICODE,
        language: sms::SmsCdmaLang::ENGLISH,
        address: "+1".into(),
        encoded_message: Bytes(&[0, b'a']),
        encoded_message_size_in_characters: 1,
    };
    let set = SendSet { format: SmsFormat::CDMA, pdu_message: When(None), cdma_message: Inline::Value(record).into() };
    let expected = hex("01000000 04000000 01000000 1c000000 04000000 20000000 02000000 01000000 2b003100 00610000");
    assert_eq!(written(&set).unwrap(), expected);
    assert_eq!(SendSetView::new(&expected).read().unwrap(), set);
    assert!(!format!("{set:?}").contains('+'), "numbers do not show in logs");
}

#[test]
fn the_format_decides_which_record_is_there() {
    let record = Inline::Value(SmsPduSendRecord { pdu_data: Bytes(&[0]) });
    let wrong = SendSet { format: SmsFormat::CDMA, pdu_message: When(Some(record)), cdma_message: When(None) };
    assert_eq!(written(&wrong), Err(EncodeError::Condition));
    let missing = SendSet { format: SmsFormat::PDU, pdu_message: When(None), cdma_message: When(None) };
    assert_eq!(written(&missing), Err(EncodeError::Condition));
    // A format that nobody knows yet: neither.
    let bytes = hex("02000000 ffffffff");
    let info = ReadInfoView::new(&bytes).read().unwrap();
    assert!(info.pdu_messages.0.is_none() && info.cdma_messages.0.is_none());
    // A known one with a count that cannot be.
    let bytes = hex("00000000 ffffffff 00000000 00000000");
    assert_eq!(ReadInfoView::new(&bytes).read().unwrap_err().kind, DecodeErrorKind::Count);
}

#[test]
fn tunnels_are_not_padded() {
    let frame = hex("010f00000000000122000401000102ff");
    let frame = &frame[..13];
    let mut buffer = [0; 128];
    let message = write_set::<qmi::Msg>(&mut buffer, 1, &qmi::MsgSet { qmi_msg: RestUnpadded(frame) }).unwrap();
    assert_eq!((&message[44..48], &message[48..]), (&[13, 0, 0, 0][..], frame));
    assert_eq!(message[4..8], 61u32.to_le_bytes());

    let line = RestUnpadded(&b"ATI\r\n"[..]);
    let set = fibocom::AtCommandSet { command_req: line };
    assert_eq!(write_set::<fibocom::AtCommand>(&mut buffer, 1, &set).unwrap().len(), 53);
    let set = intel_at_tunnel::AtCommandSet { command_req: line };
    assert_eq!(write_set::<intel_at_tunnel::AtCommand>(&mut buffer, 1, &set).unwrap().len(), 53);
    let query = compal::AtCommandQuery { command_req: line };
    assert_eq!(write_query::<compal::AtCommand>(&mut buffer, 1, &query).unwrap().len(), 53);
}

#[test]
fn quectel_has_buffers_of_two_bytes() {
    let set = qdu::QuectelRebootSet { reboot_type: qdu::QduQuectelRebootType::EDL };
    assert_eq!(written(&set).unwrap(), [0x11, 0]);
    let set = qdu::QuectelReadVersionSet { version_type: qdu::QduQuectelVersionType::FW_BUILD_ID };
    assert_eq!(written(&set).unwrap(), [0, 1]);
}

#[test]
fn lengths_in_front_of_bytes_in_place() {
    let set = google::CarrierLockSet { data: PrefixedBytes(&[1, 2, 3, 4, 5]) };
    let expected = hex("05000000 0102030405 000000");
    assert_eq!(written(&set).unwrap(), expected);
    assert_eq!(google::CarrierLockSetView::new(&expected).data().unwrap().0, [1, 2, 3, 4, 5]);
    let set = stk::EnvelopeSet { data: Rest(&[1, 2, 3, 4, 5]) };
    assert_eq!(written(&set).unwrap(), hex("0102030405 000000"));
}

#[test]
fn the_list_of_applications_finds_its_count() {
    let bytes = hex("01000000 01000000 00000000 24000000 18000000 24000000
         04000000 1c000000 02000000 20000000 04000000 01000000 00000000 a0000000");
    // The element's offsets count from the element; its last pair is cut here, so that only the first fields are read.
    let list = uicc::ApplicationListInfoView::new(&bytes).applications().unwrap();
    let application = list.views().next().unwrap().unwrap();
    assert_eq!(application.application_type().unwrap(), uicc::UiccApplicationType::USIM);
    assert_eq!(application.application_id().unwrap().0, [0xa0, 0]);
    assert_eq!(application.application_name().unwrap_err().kind, DecodeErrorKind::OutOfBounds);
    assert_eq!(list.len(), 1);
}
