//! Any bytes as a transfer of QMAP, in every version and direction: what is lent lies in the transfer, in order and once; and
//! what was read is written the same.
//!
//! Input: version and direction (one byte), the transfer.
#![no_main]

use libfuzzer_sys::fuzz_target;
use qmi_wire::link::{Ethernet, Frame as LinkFrame};
use qmi_wire::qmap::{Aggregator, Body, Command, Config, Direction, Frame, Frames, Receiver, Version};
use qmi_wire::service::wda::LinkLayerProtocol;

fuzz_target!(|data: &[u8]| {
    let [kind, transfer @ ..] = data else { return };
    let version = [Version::V1, Version::V4, Version::V5][usize::from(kind % 3)];
    let direction = if kind & 0x80 == 0 { Direction::Downlink } else { Direction::Uplink };
    let frames: Vec<_> = Frames::new(transfer, version, direction).collect();
    let base = transfer.as_ptr() as usize;
    let mut end = 0;
    for frame in frames.iter().flatten() {
        assert!(frame.offset >= end);
        end = frame.offset + 4;
        if let Body::Packet { bytes, .. } = frame.body {
            let start = bytes.as_ptr() as usize - base;
            assert!(start >= end && !bytes.is_empty());
            end = start + bytes.len();
            link(bytes);
        }
        assert!(end <= transfer.len());
    }
    let mut receiver = Receiver::new(version, direction);
    let received: Vec<_> = receiver.receive(transfer).collect();
    assert_eq!(received, frames.iter().flatten().copied().collect::<Vec<_>>());
    assert_eq!(receiver.counters().refused as usize, frames.iter().filter(|frame| frame.is_err()).count());
    again(&received, version, direction, kind & 0x40 != 0);
});

/// Writes what was read, and reads it.
fn again(frames: &[Frame<'_>], version: Version, direction: Direction, padding: bool) {
    let mut memory = vec![0xa5; 1 << 20];
    let limits = Config::new(version, direction);
    let config = Config { max_size: u32::MAX, max_packets: u16::MAX, padding, ..limits };
    let mut aggregator = Aggregator::new(&mut memory, config);
    for frame in frames {
        let pushed = match frame.body {
            Body::Packet { bytes, checksum } => aggregator.push_with(frame.mux_id, bytes, checksum, ()),
            Body::Command(command) => aggregator.push_command(frame.mux_id, command, ()),
        };
        // Padding may make the longest of all too long.
        let longest = matches!(frame.body, Body::Packet { bytes, .. } if bytes.len() > 65532);
        assert!(pushed.is_ok() || longest, "{pushed:?}");
        if longest {
            return;
        }
    }
    let Some(transfer) = aggregator.take() else { return };
    let read = Frames::new(transfer.bytes, version, direction).map(|frame| frame.expect("what was written reads"));
    assert!(read.zip(frames).all(|(read, was)| (read.mux_id, read.body) == (was.mux_id, was.body)));
    let packet = |frame: &&Frame<'_>| matches!(frame.body, Body::Packet { .. });
    assert_eq!(aggregator.counters().packets as usize, frames.iter().filter(packet).count());
}

fn link(bytes: &[u8]) {
    for protocol in [LinkLayerProtocol::RAW_IP, LinkLayerProtocol::_802_3] {
        if let Ok(LinkFrame::Ethernet(header, payload)) = LinkFrame::parse(protocol, bytes) {
            assert_eq!([&header.to_bytes()[..], payload].concat(), bytes);
        }
    }
    assert_eq!(Ethernet::parse(bytes).is_ok(), bytes.len() >= Ethernet::LEN);
    if let Some(command) = Command::parse(bytes) {
        assert_eq!(command.to_bytes(), bytes[..Command::LEN]);
    }
}
