//! The data path: the bytes that are known of every version, and everything that is written read again.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs
)]

use proptest::collection::vec;
use proptest::prelude::*;
use qmi_wire::EncodeError;
use qmi_wire::link::{EtherType, Ethernet, Frame as LinkFrame, IpVersion, LinkError};
use qmi_wire::qmap::{
    Aggregator, Body, Checksum, Command, CommandKind, CommandName, Config, Direction, Frames, PushError, Receiver,
    Version,
};
use qmi_wire::service::wda::{DataAggregationProtocol, LinkLayerProtocol};

use Direction::{Downlink, Uplink};

fn config(version: Version, direction: Direction) -> Config {
    Config { max_size: 4096, max_packets: 32, padding: true, ..Config::new(version, direction) }
}

type Packet = (u8, Vec<u8>, Checksum);

fn packets(transfer: &[u8], version: Version, direction: Direction) -> Vec<Packet> {
    let frames = Frames::new(transfer, version, direction).map(Result::unwrap);
    let packet = |frame: qmi_wire::qmap::Frame<'_>| match frame.body {
        Body::Packet { bytes, checksum } => (frame.mux_id, bytes.to_vec(), checksum),
        Body::Command(command) => panic!("{command:?}"),
    };
    frames.map(packet).collect()
}

#[test]
fn packets_of_version_1() {
    let mut memory = [0xa5; 128];
    let mut aggregator = Aggregator::new(&mut memory, config(Version::V1, Uplink));
    let (first, second) = ([0x45; 28], [0x46; 29]);
    aggregator.push(1, &first, 7).unwrap();
    aggregator.push(1, &second, 9).unwrap();
    assert_eq!(aggregator.due(), Some(7));
    let expected = [&[0x00, 1, 0, 0x1c][..], &first, &[0x03, 1, 0, 0x20], &second, &[0; 3]].concat();
    let transfer = aggregator.take().unwrap();
    assert_eq!((&*transfer.bytes, transfer.zero_length_packet), (&expected[..], false));
    let plain = |bytes: &[u8]| (1, bytes.to_vec(), Checksum::None);
    assert_eq!(packets(&expected, Version::V1, Uplink), [plain(&first), plain(&second)]);
    // As Linux does it: one packet, no padding.
    let mut aggregator = Aggregator::new(&mut memory, Config::new(Version::V1, Uplink));
    aggregator.push(1, &second, 0).unwrap();
    assert_eq!((aggregator.is_full(), aggregator.push(1, &first, 0)), (true, Err(PushError::Full)));
    assert_eq!(*aggregator.take().unwrap().bytes, *[&[0x00, 1, 0, 0x1d][..], &second].concat());
}

#[test]
fn checksums_of_version_4() {
    let (packet, mut memory) = ([0x45; 20], [0xa5; 128]);
    let computed = Checksum::Computed { start: 0, length: 20, checksum: 0x1234 };
    let mut down = Aggregator::new(&mut memory, config(Version::V4, Downlink));
    down.push_with(2, &packet, computed, ()).unwrap();
    down.push(2, &packet[..19], ()).unwrap();
    let expected =
        [&[0, 2, 0, 20][..], &packet, &[0, 1, 0, 0, 0, 20, 0x12, 0x34], &[1, 2, 0, 20], &packet[..19], &[0; 1 + 8]]
            .concat();
    assert_eq!(*down.take().unwrap().bytes, *expected);
    let read = packets(&expected, Version::V4, Downlink);
    assert_eq!(read, [(2, packet.to_vec(), computed), (2, packet[..19].to_vec(), Checksum::None)]);

    // UDP over IPv4: header of 20 bytes, the field 6 bytes into that of UDP.
    let wanted = Checksum::Wanted { start: 20, offset: 6, udp: true };
    let mut up = Aggregator::new(&mut memory, config(Version::V4, Uplink));
    up.push_with(3, &packet, wanted, ()).unwrap();
    up.push(3, &packet, ()).unwrap();
    let expected = [&[0, 3, 0, 20][..], &[0, 20, 0xc0, 6], &packet, &[0, 3, 0, 20], &[0; 4], &packet].concat();
    assert_eq!(*up.take().unwrap().bytes, *expected);
    let read = packets(&expected, Version::V4, Uplink);
    assert_eq!(read, [(3, packet.to_vec(), wanted), (3, packet.to_vec(), Checksum::None)]);

    // What cannot be said is not left out silently.
    for wrong in [Checksum::Flagged, computed, Checksum::Wanted { start: 0, offset: 0x4000, udp: false }] {
        assert_eq!(up.push_with(3, &packet, wrong, ()), Err(PushError::Checksum), "{wrong:?}");
    }
    assert_eq!((up.counters().refused, up.is_empty()), (3, true));
}

#[test]
fn checksums_of_version_5() {
    let (packet, mut memory) = ([0x60; 40], [0xa5; 128]);
    let mut aggregator = Aggregator::new(&mut memory, config(Version::V5, Downlink));
    aggregator.push_with(1, &packet, Checksum::Flagged, ()).unwrap();
    aggregator.push(1, &packet[..39], ()).unwrap();
    let expected =
        [&[0x40, 1, 0, 40, 4, 0x80, 0, 0][..], &packet, &[0x41, 1, 0, 40, 4, 0, 0, 0], &packet[..39], &[0]].concat();
    assert_eq!(*aggregator.take().unwrap().bytes, *expected);
    for direction in [Downlink, Uplink] {
        let read = packets(&expected, Version::V5, direction);
        assert_eq!(read, [(1, packet.to_vec(), Checksum::Flagged), (1, packet[..39].to_vec(), Checksum::None)]);
    }
}

#[test]
fn commands_are_answered_with_themselves() {
    let bytes = [2, 0xa4, 1, 2, 0, 0, 0, 9, 0x80, 1, 0, 5, 0, 0, 0, 7];
    let command = Command::parse(&bytes).unwrap();
    assert_eq!((command.name, command.kind()), (CommandName::FLOW_ENABLE, CommandKind::Request));
    assert_eq!((command.transaction, command.flow_sequence, command.qos_id), (9, 5, 7));
    assert_eq!(command.to_bytes(), bytes);
    let kinds = [CommandKind::Request, CommandKind::Ack, CommandKind::Unsupported, CommandKind::Invalid];
    for (bits, kind) in kinds.into_iter().enumerate() {
        let answer = command.answer(CommandKind::Invalid).answer(kind);
        assert_eq!(answer.kind(), kind);
        let mut expected = bytes;
        expected[1] |= u8::try_from(bits).unwrap();
        assert_eq!(answer.to_bytes(), expected);
    }
    assert_eq!(Command::request(CommandName::FLOW_DISABLE, 3).to_bytes()[..8], [1, 0, 0, 0, 0, 0, 0, 3]);
    assert_eq!(Command::parse(&bytes[..15]), None);

    // On the wire between packets, in every version.
    for (version, direction, trailer) in
        [(Version::V1, Downlink, 0), (Version::V4, Downlink, 8), (Version::V4, Uplink, 0), (Version::V5, Downlink, 0)]
    {
        let mut memory = [0xa5; 128];
        let mut aggregator = Aggregator::new(&mut memory, config(version, direction));
        aggregator.push(1, &[0x45; 20], ()).unwrap();
        aggregator.push_command(6, command, ()).unwrap();
        aggregator.push(1, &[0x45; 20], ()).unwrap();
        let transfer = aggregator.take().unwrap();
        let frame = [&[0x80, 6, 0, 16][..], &bytes, &vec![0; trailer]].concat();
        assert!(transfer.bytes.windows(frame.len()).any(|part| part == frame), "{version:?}");
        let mut receiver = Receiver::new(version, direction);
        let commands: Vec<_> = receiver
            .receive(transfer.bytes)
            .filter(|frame| frame.body == Body::Command(command) && frame.mux_id == 6)
            .collect();
        assert_eq!(commands.len(), 1);
        let counters = *receiver.counters();
        assert_eq!((counters.transfers, counters.packets, counters.bytes, counters.commands), (1, 2, 40, 1));
        assert_eq!((counters.refused, aggregator.counters().commands), (0, 1));
    }
}

#[test]
fn limits_are_kept_and_ends_are_marked() {
    let mut memory = [0; 256];
    let limits = Config { max_size: 64, max_packets: 3, packet_size: 64, ..config(Version::V1, Uplink) };
    let mut aggregator = Aggregator::new(&mut memory, limits);
    assert_eq!(aggregator.push(1, &[], ()), Err(PushError::Empty));
    assert_eq!(aggregator.push(1, &[1; 61], ()), Err(PushError::TooLong));
    assert_eq!(aggregator.push(1, &[1; 40], ()), Ok(()));
    assert_eq!(aggregator.push(1, &[1; 17], ()), Err(PushError::Full));
    assert_eq!(aggregator.push(1, &[1; 16], ()), Ok(()));
    let transfer = aggregator.take().unwrap();
    assert_eq!((transfer.bytes.len(), transfer.zero_length_packet), (64, true));
    assert!(aggregator.take().is_none());
    for _ in 0..3 {
        assert_eq!(aggregator.push(1, &[1; 4], ()), Ok(()));
    }
    assert_eq!((aggregator.is_full(), aggregator.push(1, &[1; 4], ())), (true, Err(PushError::Full)));
    assert_eq!(aggregator.take().unwrap().bytes.len(), 24);
    let counters = aggregator.counters();
    assert_eq!((counters.transfers, counters.packets, counters.bytes, counters.refused), (2, 5, 68, 2));
    // No header can tell more than 65535 bytes.
    let mut memory = vec![0; 70000];
    let mut aggregator =
        Aggregator::new(&mut memory, Config { max_size: u32::MAX, padding: false, ..config(Version::V1, Uplink) });
    aggregator.push(1, &[1], ()).unwrap();
    assert_eq!(aggregator.push(1, &vec![1; 65536], ()), Err(PushError::TooLong));
    assert_eq!(aggregator.push(1, &vec![1; 65535], ()), Ok(()));
}

#[test]
fn versions_have_the_numbers_of_wda() {
    for (version, number) in [(Version::V1, 5), (Version::V4, 8), (Version::V5, 9)] {
        assert_eq!(version.protocol(), DataAggregationProtocol(number));
        assert_eq!(Version::from_protocol(version.protocol()), Some(version));
    }
    for other in [0, 3, 6, 7, 10] {
        assert_eq!(Version::from_protocol(DataAggregationProtocol(other)), None);
    }
}

#[test]
fn raw_ip_and_802_3() {
    let header = Ethernet {
        destination: [2, 0x50, 0xf3, 0, 0, 1],
        source: [2, 0x50, 0xf3, 0, 0, 2],
        ether_type: IpVersion::V4.ether_type(),
    };
    let mut buffer = [0; 64];
    let frame = header.write(&[0x45, 1, 2], &mut buffer).unwrap();
    assert_eq!(frame, [2, 0x50, 0xf3, 0, 0, 1, 2, 0x50, 0xf3, 0, 0, 2, 8, 0, 0x45, 1, 2]);
    assert_eq!(LinkFrame::parse(LinkLayerProtocol::_802_3, frame), Ok(LinkFrame::Ethernet(header, &[0x45, 1, 2])));
    assert_eq!(IpVersion::V6.ether_type(), EtherType::IPV6);
    // Firmware that is in raw IP whatever was agreed.
    let raw = LinkFrame::Ip(IpVersion::V6, &[0x60, 0, 0]);
    assert_eq!(LinkFrame::parse(LinkLayerProtocol::_802_3, &[0x60, 0, 0]), Ok(raw));
    assert_eq!(LinkFrame::parse(LinkLayerProtocol::RAW_IP, &[0x60, 0, 0]), Ok(raw));
    assert_eq!(LinkFrame::parse(LinkLayerProtocol::RAW_IP, &[0x50]), Err(LinkError::Version));
    assert_eq!(LinkFrame::parse(LinkLayerProtocol::RAW_IP, &[]), Err(LinkError::Version));
    assert_eq!(LinkFrame::parse(LinkLayerProtocol::_802_3, &[2; 13]), Err(LinkError::Incomplete));
    let pdu = LinkLayerProtocol::ETHERNET_PDU;
    assert_eq!(LinkFrame::parse(pdu, &[2; 14]), Err(LinkError::Protocol(pdu)));
    assert_eq!(
        header.write(&[1], &mut [0; 14]).map(|frame| frame.len()),
        Err(EncodeError::BufferTooSmall { needed: 15 })
    );
}

fn layout() -> impl Strategy<Value = (Version, Direction)> {
    (prop_oneof![Just(Version::V1), Just(Version::V4), Just(Version::V5)], prop_oneof![Just(Downlink), Just(Uplink)])
}

/// A statement about the checksum that the version can make.
fn fitting((version, direction): (Version, Direction), seed: u32) -> Checksum {
    let [low, high] = [seed as u16, (seed >> 16) as u16];
    match (version, direction) {
        _ if seed.is_multiple_of(3) => Checksum::None,
        (Version::V1, _) => Checksum::None,
        (Version::V4, Downlink) => Checksum::Computed { start: low, length: high, checksum: low ^ high },
        (Version::V4, Uplink) => Checksum::Wanted { start: low, offset: high & 0x3fff, udp: high >> 15 == 1 },
        (Version::V5, _) => Checksum::Flagged,
    }
}

proptest! {
    /// All that is pushed comes out again, in order, in transfers within the limits.
    #[test]
    fn what_is_written_is_read(
        pushed in vec((1..255_u8, vec(any::<u8>(), 1..200), any::<u32>()), 1..40),
        layout in layout(),
        padding in any::<bool>(),
        (max_size, max_packets) in (256..2000_u32, 0..20_u16),
        dirt in any::<u8>(),
    ) {
        let (version, direction) = layout;
        let config = Config { version, direction, max_size, max_packets, padding, packet_size: 64 };
        let mut memory = vec![dirt; 2000];
        let mut aggregator = Aggregator::new(&mut memory, config);
        let mut got = Vec::new();
        let take = |aggregator: &mut Aggregator<'_, usize>, got: &mut Vec<Packet>| {
            let transfer = aggregator.take().unwrap();
            assert_eq!(transfer.zero_length_packet, transfer.bytes.len().is_multiple_of(64));
            assert!(transfer.bytes.len() <= max_size as usize);
            assert!(!padding || transfer.bytes.len().is_multiple_of(4));
            let read = packets(transfer.bytes, version, direction);
            assert!(read.len() <= usize::from(max_packets.max(1)));
            got.extend(read);
        };
        for (nth, (mux_id, bytes, seed)) in pushed.iter().enumerate() {
            let checksum = fitting(layout, *seed);
            if let Err(error) = aggregator.push_with(*mux_id, bytes, checksum, nth) {
                prop_assert_eq!(error, PushError::Full);
                take(&mut aggregator, &mut got);
                prop_assert_eq!(aggregator.push_with(*mux_id, bytes, checksum, nth), Ok(()));
            }
        }
        take(&mut aggregator, &mut got);
        let expected: Vec<_> =
            pushed.into_iter().map(|(mux_id, bytes, seed)| (mux_id, bytes, fitting(layout, seed))).collect();
        prop_assert_eq!(got, expected);
    }

    /// No bytes make a reader stumble, and what it lends is no more than there was.
    #[test]
    fn any_bytes(
        bytes in vec(prop_oneof![Just(0_u8), Just(4), Just(0x40), Just(0x80), any::<u8>()], 0..300),
        (version, direction) in layout(),
    ) {
        let mut lent = 0;
        let mut end = 0;
        for frame in Frames::new(&bytes, version, direction).flatten() {
            prop_assert!(frame.offset >= end);
            end = frame.offset + 4;
            if let Body::Packet { bytes, .. } = frame.body {
                lent += bytes.len() + 4;
            }
        }
        prop_assert!(lent <= bytes.len());
    }
}
