//! The multiplexer: frames of the fact sheet, damage, random streams.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    missing_docs
)]

use at_wire::Writer;
use at_wire::cmux::{
    ChannelParameters, ControlMessage, Decoder, Frame, FrameError, FrameType, Framing, PortSettings, Role, Signals,
};
use proptest::prelude::*;

/// Channel, C/R, control octet and information of a frame.
type Found = (u8, bool, u8, Vec<u8>);

/// Frames and errors in a stream, cut into pieces of `piece` bytes.
fn frames(framing: Framing, stream: &[u8], piece: usize) -> Vec<Result<Found, FrameError>> {
    let mut memory = [0; 300];
    let mut decoder = Decoder::new(framing, &mut memory);
    let mut found = Vec::new();
    for mut input in stream.chunks(piece.max(1)) {
        while let Some(frame) = decoder.next(&mut input) {
            found.push(
                frame.map(|frame| (frame.dlci, frame.command_response, frame.control(), frame.information.to_vec())),
            );
        }
        assert!(input.is_empty());
    }
    found
}

fn control(message: ControlMessage<'_>, command: bool) -> Vec<u8> {
    let mut buffer = [0; 160];
    let mut writer = Writer::new(&mut buffer);
    message.write(command, &mut writer);
    writer.finish().unwrap().to_vec()
}

#[test]
fn writes_the_frames_of_the_fact_sheet() {
    let host = Role::Initiator;
    let modem = Role::Responder;
    let ready = ControlMessage::ModemStatus { dlci: 1, signals: Signals::READY, break_signal: None };
    let parameters = ChannelParameters {
        dlci: 1,
        frame_type: 0,
        convergence_layer: 0,
        priority: 7,
        acknowledgement_timer: 10,
        max_frame_size: 31,
        retransmissions: 3,
        window: 2,
    };
    let (close, closed) = (control(ControlMessage::CloseDown, true), control(ControlMessage::CloseDown, false));
    let (status, answer) = (control(ready, true), control(ready, false));
    let test = control(ControlMessage::Test(b"abc"), true);
    let negotiation = control(ControlMessage::ParameterNegotiation(parameters), true);
    let cases: &[(Frame<'_>, Framing, &[u8])] = &[
        (Frame::command(host, 0, FrameType::SABM, &[]), Framing::Basic, &[0xf9, 3, 0x3f, 1, 0x1c, 0xf9]),
        (Frame::response(modem, 0, FrameType::UA), Framing::Basic, &[0xf9, 3, 0x73, 1, 0xd7, 0xf9]),
        (Frame::command(host, 2, FrameType::SABM, &[]), Framing::Basic, &[0xf9, 0x0b, 0x3f, 1, 0x59, 0xf9]),
        (Frame::command(host, 1, FrameType::DISC, &[]), Framing::Basic, &[0xf9, 7, 0x53, 1, 0x3f, 0xf9]),
        (Frame::response(modem, 1, FrameType::DM), Framing::Basic, &[0xf9, 7, 0x1f, 1, 0xf4, 0xf9]),
        (Frame::data(host, 1, b"AT\r"), Framing::Basic, &[0xf9, 7, 0xef, 7, 0x41, 0x54, 0x0d, 0xd3, 0xf9]),
        (
            Frame::data(modem, 1, b"\r\nOK\r\n"),
            Framing::Basic,
            &[0xf9, 5, 0xef, 0x0d, 0x0d, 0x0a, 0x4f, 0x4b, 0x0d, 0x0a, 0x5f, 0xf9],
        ),
        (Frame::data(host, 0, &close), Framing::Basic, &[0xf9, 3, 0xef, 5, 0xc3, 1, 0xf2, 0xf9]),
        (Frame::data(modem, 0, &closed), Framing::Basic, &[0xf9, 1, 0xef, 5, 0xc1, 1, 0x93, 0xf9]),
        (Frame::data(host, 0, &status), Framing::Basic, &[0xf9, 3, 0xef, 9, 0xe3, 5, 7, 0x0d, 0xfb, 0xf9]),
        (Frame::data(modem, 0, &answer), Framing::Basic, &[0xf9, 1, 0xef, 9, 0xe1, 5, 7, 0x0d, 0x9a, 0xf9]),
        (Frame::data(host, 0, &test), Framing::Basic, &[0xf9, 3, 0xef, 0x0b, 0x23, 7, 0x61, 0x62, 0x63, 0x18, 0xf9]),
        (
            Frame::data(host, 0, &negotiation),
            Framing::Basic,
            &[0xf9, 3, 0xef, 0x15, 0x83, 0x11, 1, 0, 7, 0x0a, 0x1f, 0, 3, 2, 0xee, 0xf9],
        ),
        (
            Frame::command(host, 1, FrameType::UI, b"AT\r"),
            Framing::Basic,
            &[0xf9, 7, 3, 7, 0x41, 0x54, 0x0d, 0x44, 0xf9],
        ),
        (Frame::command(host, 0, FrameType::SABM, &[]), Framing::Advanced, &[0x7e, 3, 0x3f, 0xfc, 0x7e]),
        (Frame::response(modem, 0, FrameType::UA), Framing::Advanced, &[0x7e, 3, 0x73, 0x85, 0x7e]),
        (Frame::data(host, 1, b"AT\r"), Framing::Advanced, &[0x7e, 7, 0xef, 0x41, 0x54, 0x0d, 5, 0x7e]),
    ];
    for (frame, framing, bytes) in cases {
        let mut buffer = [0; 64];
        assert_eq!(frame.write(*framing, &mut buffer).unwrap(), *bytes, "{frame:?}");
        let read = frames(*framing, bytes, 1);
        assert_eq!(read, [Ok((frame.dlci, frame.command_response, frame.control(), frame.information.to_vec()))]);
    }
    let long = [0x55; 128];
    let mut buffer = [0; 160];
    let bytes = Frame::data(host, 1, &long).write(Framing::Basic, &mut buffer).unwrap();
    assert_eq!(&bytes[..5], [0xf9, 7, 0xef, 0, 1]);
    assert_eq!(bytes[bytes.len() - 2..], [0x9d, 0xf9]);
}

#[test]
fn finds_frames_again_after_damage() {
    let good = [0xf9, 7, 0xef, 7, 0x41, 0x54, 0x0d, 0xd3, 0xf9];
    let frame = Ok((1, true, 0xef, b"AT\r".to_vec()));
    // One flag between two frames.
    let shared = [&good[..], &good[1..]].concat();
    assert_eq!(frames(Framing::Basic, &shared, 100), [frame.clone(), frame.clone()]);
    // A wrong check, then a good frame.
    let mut bad = good;
    bad[7] ^= 1;
    let stream = [&bad[..], &good].concat();
    assert_eq!(frames(Framing::Basic, &stream, 3), [Err(FrameError::Check), frame.clone()]);
    // A length that reaches over the next frame.
    let mut bad = good;
    bad[3] = 21;
    let stream = [&bad[..], &good, &good, &good].concat();
    let found = frames(Framing::Basic, &stream, 1);
    assert_eq!(found.iter().filter(|found| found.is_ok()).count(), 3, "{found:?}");
    // One that is more than the memory.
    let stream = [&[0xf9, 7, 0xef, 0xfe, 0xff][..], &good].concat();
    assert_eq!(frames(Framing::Basic, &stream, 2), [Err(FrameError::TooLong), frame]);
}

#[test]
fn reads_what_it_writes_of_control_messages() {
    let port = PortSettings { rate: 7, format: 3, flow_control: 0, xon: 0x11, xoff: 0x13, mask: 0x3f01 };
    let messages = [
        ControlMessage::PowerSaving,
        ControlMessage::CloseDown,
        ControlMessage::Test(b"xyz"),
        ControlMessage::FlowOn,
        ControlMessage::FlowOff,
        ControlMessage::ModemStatus { dlci: 3, signals: Signals(0x8d), break_signal: Some(0x13) },
        ControlMessage::NotSupported(0x93),
        ControlMessage::RemotePort { dlci: 4, settings: None },
        ControlMessage::RemotePort { dlci: 4, settings: Some(port) },
        ControlMessage::LineStatus { dlci: 5, status: 3 },
        ControlMessage::ServiceNegotiation { dlci: 6, service: 1, codec: 2 },
        ControlMessage::Other(0x71, b"?"),
    ];
    for message in messages {
        for command in [true, false] {
            let bytes = control(message, command);
            let (read, same, rest) = ControlMessage::read(&bytes).unwrap();
            assert_eq!((read, same, rest), (command, message, &[][..]));
            for end in 0..bytes.len() {
                assert!(ControlMessage::read(&bytes[..end]).is_err(), "{message:?} cut at {end}");
            }
        }
    }
    // A type that goes on in a second octet is none of these, though its other bits are those of MSC.
    assert!(ControlMessage::read(&[0xe0, 1]).is_err());
    assert_eq!(control(ControlMessage::FlowOn, true), [0xa3, 1]);
    assert_eq!(control(ControlMessage::FlowOff, true), [0x63, 1]);
    assert_eq!(control(ControlMessage::NotSupported(0x73), false), [0x11, 3, 0x73]);
    assert_eq!(ControlMessage::Other(0x71, b"").response(), Some(ControlMessage::NotSupported(0x73)));
}

proptest! {
    #[test]
    fn frames_come_back(
        advanced in any::<bool>(), dlci in 0..64_u8, initiator in any::<bool>(), unchecked in any::<bool>(),
        information in proptest::collection::vec(any::<u8>(), 0..140), piece in 1..40_usize, noise in proptest::collection::vec(0..0x70_u8, 0..9),
    ) {
        let framing = if advanced { Framing::Advanced } else { Framing::Basic };
        let role = if initiator { Role::Initiator } else { Role::Responder };
        let kind = if unchecked { FrameType::UIH } else { FrameType::UI };
        // Channels whose address looks like a flag are reserved.
        prop_assume!(dlci != 62 && (dlci != 31 || !advanced));
        let frame = Frame::command(role, dlci, kind, &information);
        let mut buffer = [0; 400];
        let bytes = frame.write(framing, &mut buffer).unwrap().to_vec();
        let stream = [&noise[..], &bytes, &bytes].concat();
        let found: Vec<_> = frames(framing, &stream, piece).into_iter().filter_map(Result::ok).collect();
        let wanted = (dlci, initiator, frame.control(), information);
        prop_assert_eq!(found, [wanted.clone(), wanted]);
    }

    #[test]
    fn any_stream_is_survived(stream in proptest::collection::vec(prop_oneof![Just(0xf9), Just(0x7e), Just(0x7d), any::<u8>()], 0..600), piece in 1..50_usize) {
        for framing in [Framing::Basic, Framing::Advanced] {
            let whole = frames(framing, &stream, stream.len());
            let ok = |found: &[Result<_, FrameError>]| found.iter().flatten().cloned().collect::<Vec<Found>>();
            prop_assert_eq!(ok(&frames(framing, &stream, piece)), ok(&whole));
        }
        let _ = ControlMessage::read(&stream);
    }
}
