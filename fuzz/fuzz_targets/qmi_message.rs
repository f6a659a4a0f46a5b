//! Any bytes as a frame, and as the value of every declared TLV: the declared type and the tables of the catalogue agree on
//! what can be read, and what was written once reads the same.
//!
//! Input: number of a TLV of the catalogue (two bytes), bytes.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use qmi_wire::catalogue::{self, SERVICES, TlvInfo, frame_to_json, message_to_json};
use qmi_wire::frame::{Frame, Head, frame_len};

fuzz_target!(|data: &[u8]| {
    let [low, high, bytes @ ..] = data else { return };
    frame(bytes);
    let tlvs = tlvs();
    tlv(tlvs[usize::from(u16::from_le_bytes([*low, *high])) % tlvs.len()], bytes);
});

/// The TLVs of all messages, in all directions.
fn tlvs() -> &'static [&'static TlvInfo] {
    static ALL: OnceLock<Vec<&TlvInfo>> = OnceLock::new();
    ALL.get_or_init(|| {
        let messages = SERVICES.iter().flat_map(|service| service.messages);
        messages.flat_map(|message| message.input.unwrap_or_default().iter().chain(message.output)).collect()
    })
}

fn frame(bytes: &[u8]) {
    let _ = frame_to_json(bytes, None, true);
    let shown = frame_to_json(bytes, None, false);
    let frame = match Frame::parse(bytes) {
        Ok(frame) => frame,
        Err(error) => {
            assert!(shown.is_err(), "shown although {error}");
            return;
        }
    };
    let length = frame_len(bytes).expect("the length of a frame");
    assert_eq!(Frame::parse(&bytes[..length]), Ok(frame), "bytes behind the frame matter");
    let message = frame.message;
    let service = message.service();
    assert!(message_to_json(service, &bytes[6..length], None, false).is_ok());
    // TLVs copied one by one make the same message, but for the header's flags, which may have bits without meaning.
    let copied: Vec<_> = message.tlvs.iter().map(|tlv| (tlv.kind, tlv.value.to_vec())).collect();
    let (kind, transaction, id) = (message.kind(), message.transaction, message.id());
    let head = Head { framing: frame.framing, service, kind, transaction, id };
    let mut again = catalogue::build(&head, &copied).expect("as long as before");
    again[6] = bytes[6];
    assert_eq!(again, &bytes[..length]);
}

fn tlv(tlv: &TlvInfo, bytes: &[u8]) {
    let read = tlv.decode(bytes, false);
    let _ = tlv.decode(bytes, true);
    let typed = (tlv.rewrite)(bytes);
    assert_eq!(typed.is_ok(), read.is_ok(), "{}", tlv.name());

    // By the type: what reads can be written, and reads as the same value.
    let (Ok(typed), Ok(read)) = (typed, read) else { return };
    let again = (tlv.rewrite)(&typed.bytes).expect("what was written reads");
    assert_eq!(again.bytes, typed.bytes, "{}", tlv.name());

    // By JSON: once written, nothing changes any more.
    let Ok(written) = tlv.encode(&read) else { return };
    let again = tlv.decode(&written, false).expect("what was written reads");
    assert_eq!(tlv.encode(&again).expect("what was read writes"), written, "{}", tlv.name());
}
