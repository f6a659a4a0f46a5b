//! Any bytes as a stream of the multiplexer, in one piece and in pieces: the same frames; and what was read, written
//! again, reads as the same.
//!
//! Input: option and length of the pieces (one byte), bytes.
#![no_main]

use at_wire::Writer;
use at_wire::cmux::{ControlMessage, Decoder, Frame, Framing};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&options, stream)) = data.split_first() else { return };
    let framing = if options & 1 == 0 { Framing::Basic } else { Framing::Advanced };
    let whole = frames(framing, stream, stream.len());
    assert_eq!(frames(framing, stream, usize::from(options >> 1)), whole, "pieces matter");
    control(stream);
});

/// The frames, written again.
fn frames(framing: Framing, stream: &[u8], piece: usize) -> Vec<Vec<u8>> {
    let mut memory = [0; 200];
    let mut decoder = Decoder::new(framing, &mut memory);
    let mut found = Vec::new();
    for mut input in stream.chunks(piece.max(1)) {
        while let Some(frame) = decoder.next(&mut input) {
            let Ok(frame) = frame else { continue };
            let mut buffer = [0; 500];
            let bytes = frame.write(framing, &mut buffer).expect("as long as read").to_vec();
            reads_as(&frame, framing, &bytes);
            control(frame.information);
            found.push(bytes);
        }
    }
    found
}

fn reads_as(frame: &Frame<'_>, framing: Framing, bytes: &[u8]) {
    // An address or control octet that looks like a flag is no frame at the start of a stream.
    if framing == Framing::Basic && bytes.get(1..3).is_some_and(|head| head[0] == 0xf9) {
        return;
    }
    let mut memory = [0; 500];
    let mut decoder = Decoder::new(framing, &mut memory);
    assert_eq!(decoder.next(&mut &*bytes), Some(Ok(*frame)));
}

fn control(bytes: &[u8]) {
    let Ok((command, message, _)) = ControlMessage::read(bytes) else { return };
    let mut buffer = [0; 300];
    let mut writer = Writer::new(&mut buffer);
    message.write(command, &mut writer);
    let Ok(written) = writer.finish() else { return };
    let (same, _, rest) = ControlMessage::read(written).expect("what was written reads");
    assert!(same == command && rest.is_empty());
}
