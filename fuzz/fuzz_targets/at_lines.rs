//! Any bytes as what a modem sends, in one piece and in pieces; every line as an answer, a URC, a result code, a command
//! line.
//!
//! Input: how long the pieces are (one byte), bytes.
#![no_main]

use at_wire::classify::{Pending, classify};
use at_wire::framer::{Announcement, Announcements, Delimiter, Event, Expected, Framer, Length};
use at_wire::result::Options;
use at_wire::urc::PacketEvent;
use at_wire::{catalogue, command, policy};
use libfuzzer_sys::fuzz_target;

#[path = "../../at-wire/tests/meanings/mod.rs"]
mod meanings;
use meanings::meanings;

const ANNOUNCED: &[Announcement<'_>] = &[
    Announcement { name: "+USORD", length: Length::Parameter(1), delimiter: Delimiter::Quote },
    Announcement { name: "+QIRD", length: Length::Parameter(0), delimiter: Delimiter::LineEnd },
    Announcement { name: "+RECEIVE", length: Length::Parameter(1), delimiter: Delimiter::ColonLineEnd },
    Announcement { name: "+IPD", length: Length::Parameter(0), delimiter: Delimiter::Colon },
];

fuzz_target!(|data: &[u8]| {
    let Some((&piece, stream)) = data.split_first() else { return };
    let whole = events(stream, stream.len());
    assert_eq!(events(stream, usize::from(piece)), whole, "pieces matter");
    line(stream);
});

/// The events, with counted bytes joined.
fn events(stream: &[u8], piece: usize) -> Vec<(u8, Vec<u8>)> {
    let expected = Expected {
        echo: b"AT",
        prompts: b">@",
        announcements: [Announcements::new(ANNOUNCED), Announcements::NONE],
        multiline: &["+CUSD"],
        connects: true,
        eight_bit: false,
    };
    let mut buffer = [0; 64];
    let mut framer = Framer::new(&mut buffer);
    let mut told: Vec<(u8, Vec<u8>)> = Vec::new();
    for mut input in stream.chunks(piece.max(1)) {
        while let Some(event) = framer.next(&mut input, &expected) {
            let event = match event {
                Event::Line(text) => {
                    line(text);
                    (0, text.to_vec())
                }
                Event::Echo => (1, Vec::new()),
                Event::Overlong { start, len } => (2, [start, &len.to_le_bytes()].concat()),
                Event::Prompt(sign) => (3, vec![sign]),
                Event::Header { line, len } => (4, [line, &len.to_le_bytes()].concat()),
                Event::Payload { bytes, .. } => {
                    match told.last_mut().filter(|last| last.0 == 5) {
                        Some(last) => last.1.extend_from_slice(bytes),
                        None => told.push((5, bytes.to_vec())),
                    }
                    continue;
                }
            };
            told.push(event);
        }
    }
    told
}

fn line(line: &[u8]) {
    let pending = Pending { names: &["+CREG", "+CUSD"], reads: true, ..Pending::default() };
    let _ = classify(line, Some(&pending), at_wire::urc::standard::NAMES, Options::LENIENT);
    let _ = catalogue::decode(line, None);
    for command in ["+CREG?", "+COPS=?", "+CSIM=1", "^SYSCFGEX=?", "+CGDCONT?"] {
        let _ = catalogue::decode(line, Some(command));
    }
    let _ = command::network::operators(line).count();
    let _ = command::network::Registration::parse("+CEREG", line);
    let _ = PacketEvent::parse(line);
    meanings(line);
    if let Ok(commands) = policy::commands(line) {
        assert!(commands.count() <= line.len());
    }
}
