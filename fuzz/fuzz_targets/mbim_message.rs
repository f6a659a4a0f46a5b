//! Any bytes as a message, and as the information buffer of every declared structure: whatever can be read can be
//! written, and then reads the same.
//!
//! Input: version of the extensions, number of a structure (two bytes), bytes.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use mbim_wire::catalogue::{SERVICES, StructInfo, message_to_json};
use mbim_wire::message::{Body, CommandDone, CommandMessage, IndicateStatus, Transfer};

fuzz_target!(|data: &[u8]| {
    let [version, low, high, bytes @ ..] = data else { return };
    message(bytes, 1 + version % 3);
    let layouts = layouts();
    structure(layouts[usize::from(u16::from_le_bytes([*low, *high])) % layouts.len()], bytes);
});

/// What a command carries in any direction, all commands, all versions.
fn layouts() -> &'static [&'static StructInfo] {
    static ALL: OnceLock<Vec<&StructInfo>> = OnceLock::new();
    ALL.get_or_init(|| {
        let commands = SERVICES.iter().flat_map(|service| service.commands);
        commands
            .flat_map(|command| {
                let pairs = [command.query, command.set].into_iter().flatten();
                pairs.flat_map(|(sent, answered)| [sent, answered]).chain(command.notification)
            })
            .collect()
    })
}

fn message(bytes: &[u8], version: u8) {
    let _ = message_to_json(bytes, version, true);
    let shown = message_to_json(bytes, version, false);
    let transfer = match Transfer::parse(bytes) {
        Ok(transfer) => transfer,
        Err(error) => {
            assert!(shown.is_err(), "shown although {error}");
            return;
        }
    };
    assert!(transfer.length <= bytes.len());
    assert_eq!(Transfer::parse(&bytes[..transfer.length]), Ok(transfer), "bytes behind the message matter");
    let (Body::Command(fragment) | Body::CommandDone(fragment) | Body::IndicateStatus(fragment)) = transfer.body else {
        return;
    };
    assert!(fragment.current < fragment.total);
    assert_eq!(fragment.payload.len(), transfer.length - 20);
    let bodies = [
        CommandMessage::parse(fragment.payload).map(|message| message.body),
        CommandDone::parse(fragment.payload).map(|message| message.body),
        IndicateStatus::parse(fragment.payload).map(|message| message.body),
    ];
    for body in bodies.into_iter().flatten() {
        assert!(body.len() < fragment.payload.len());
    }
    let layout = shown.ok().and_then(|shown| shown.layout);
    if let (Some(layout), Ok(body)) =
        (layout, &bodies[if matches!(transfer.body, Body::IndicateStatus(_)) { 2 } else { 0 }])
    {
        structure(layout, body);
    }
}

fn structure(layout: &'static StructInfo, bytes: &[u8]) {
    // Padding that is written behind an open end would read as data: compare what is padded already.
    let bytes = &bytes[..bytes.len() & !3];
    let read = layout.decode(bytes, false);
    let _ = layout.decode(bytes, true);

    // By the values: what reads can be written, and reads as the same value.
    if let Ok(written) = (layout.rewrite)(bytes) {
        assert!(read.is_ok(), "{}: {:?}", layout.name, read);
        assert!(written.same, "{}", layout.name);
        let again = (layout.rewrite)(&written.bytes).expect(layout.name);
        assert_eq!(again.bytes, written.bytes, "{}", layout.name);
        assert!(again.same, "{}", layout.name);
    }

    // By JSON: once written, nothing changes any more.
    let Ok(value) = read else { return };
    let Ok(written) = layout.encode(&value) else { return };
    let again = layout.decode(&written, false).expect(layout.name);
    assert_eq!(layout.encode(&again).expect(layout.name), written, "{}", layout.name);
}
