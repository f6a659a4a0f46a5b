//! Blocks of the data plane: the bytes that the specification prescribes, the rules of placement, and every block that is
//! written read again.
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

use mbim_wire::catalogue::unhex;
use mbim_wire::ntb::{
    Aggregator, Aggregator16, Aggregator32, Config, Ending, Field, Format, Ntb, Ntb16, Ntb32, NtbErrorKind,
    NtbInputSize, NtbParameters, Placement, PushError, Receiver, Receiver16, Rules, Stream,
};
use proptest::collection::vec;
use proptest::prelude::*;

fn rules(max_size: u32) -> Rules {
    Rules { max_size, max_datagrams: 0, placement: Placement::default() }
}

/// One block of datagrams, all of which fit.
fn block<const WIDE: bool>(mut aggregator: Aggregator<'_, (), WIDE>, datagrams: &[(Stream, &[u8])]) -> Vec<u8> {
    for (stream, bytes) in datagrams {
        aggregator.push(*stream, bytes, ()).unwrap();
    }
    aggregator.take().unwrap().bytes.to_vec()
}

fn block16(config: Config, datagrams: &[(Stream, &[u8])]) -> Vec<u8> {
    block(Aggregator16::new(&mut [0xa5; 4096], config), datagrams)
}

fn read<const WIDE: bool>(transfer: &[u8]) -> Vec<(Stream, Vec<u8>)> {
    let ntb = Ntb::<WIDE>::parse(transfer).unwrap();
    ntb.datagrams().map(Result::unwrap).map(|datagram| (datagram.stream, datagram.bytes.to_vec())).collect()
}

#[test]
fn the_example_of_the_specification() {
    let payload: Vec<u8> = (0..40).collect();
    let head = unhex("4e434d48 0c00 0500 4400 0c00 49505302 1000 0000 1c00 2800 0000 0000").unwrap();
    let transfer = [head, payload.clone()].concat();
    let ntb = Ntb16::parse(&transfer).unwrap();
    assert_eq!((ntb.format(), ntb.sequence(), ntb.bytes().len()), (Format::Ntb16, 5, 0x44));
    assert_eq!(read::<false>(&transfer), [(Stream::Ips(2), payload.clone())]);
    assert_eq!(ntb.check(&rules(2048)), Ok(()));

    // Written with room for one datagram, the block has the same bytes.
    let mut memory = [0xa5; 128];
    let mut aggregator = Aggregator16::new(&mut memory, Config { max_datagrams: 1, ..Config::new(rules(2048)) });
    aggregator.set_sequence(5);
    aggregator.push(Stream::Ips(2), &payload, 7).unwrap();
    assert_eq!((aggregator.due(), aggregator.is_full()), (Some(7), true));
    assert_eq!(aggregator.push(Stream::Ips(2), &payload, 9), Err(PushError::Full));
    assert_eq!(aggregator.take().unwrap().bytes, transfer);
    assert_eq!((aggregator.due(), aggregator.sequence(), aggregator.take().is_none()), (None, 6, true));
}

#[test]
fn ntb32_has_wide_numbers() {
    let config = Config { max_datagrams: 1, ..Config::new(rules(2048)) };
    let expected = unhex(
        "6e636d68 1000 0000 33000000 10000000
         64737301 2000 0000 00000000 00000000 30000000 03000000 00000000 00000000 010203",
    );
    let bytes = block(Aggregator32::new(&mut [0xa5; 4096], config), &[(Stream::Dss(1), &[1, 2, 3])]);
    assert_eq!(Some(&bytes), expected.as_ref());
    assert_eq!(read::<true>(&bytes), [(Stream::Dss(1), vec![1, 2, 3])]);
    // Each format is a stranger to the other.
    assert_eq!(Format::of_block(&bytes), Some(Format::Ntb32));
    assert_eq!(
        (Format::of_block(b"NCMH"), Format::of_block(b"NCM"), Format::of_block(b"NCMh")),
        (Some(Format::Ntb16), None, None)
    );
    assert_eq!(Ntb16::parse(&bytes).map(drop).unwrap_err().field, Field::Signature);
    assert_eq!(Ntb32::parse(b"NCMH\x10\0\0\0\0\0\0\0\0\0\0\0").map(drop).unwrap_err().field, Field::Signature);
}

#[test]
fn the_ndp_behind_all_datagrams() {
    let config = Config::new(rules(2048));
    let expected = unhex(
        "4e434d48 0c00 0000 2c00 1800 0102030405 000000 06070000
         49505300 1400 0000 0c00 0500 1400 0200 0000 0000",
    );
    let datagrams: [(Stream, &[u8]); 2] = [(Stream::Ips(0), &[1, 2, 3, 4, 5]), (Stream::Ips(0), &[6, 7])];
    assert_eq!(Some(block(Aggregator16::with_ndp_last(&mut [0xa5; 4096], config), &datagrams)), expected);

    // Only one NDP, so only one stream.
    let mut memory = [0; 2048];
    let mut aggregator = Aggregator16::with_ndp_last(&mut memory, config);
    aggregator.push(Stream::Ips(0), &[1], ()).unwrap();
    assert_eq!(aggregator.push(Stream::Ips(1), &[1], ()), Err(PushError::Full));
    aggregator.take().unwrap();
    assert_eq!(aggregator.push(Stream::Ips(1), &[1], ()), Ok(()));
}

#[test]
fn streams_have_an_ndp_each_in_a_chain() {
    let config = Config { max_datagrams: 4, ..Config::new(rules(2048)) };
    let datagrams: [(Stream, &[u8]); 4] =
        [(Stream::Ips(0), b"a"), (Stream::Ips(7), b"bb"), (Stream::Ips(0), b"ccc"), (Stream::Dss(7), b"dddd")];
    let bytes = block16(config, &datagrams);
    let ntb = Ntb16::parse(&bytes).unwrap();
    let ndps: Vec<_> = ntb.ndps().map(|ndp| (ndp.stream().unwrap(), ndp.entries().count())).collect();
    assert_eq!(ndps, [(Stream::Ips(0), 2), (Stream::Ips(7), 1), (Stream::Dss(7), 1)]);
    let mut expected = datagrams.map(|(stream, bytes)| (stream, bytes.to_vec())).to_vec();
    expected.sort_by_key(|(stream, _)| *stream);
    assert_eq!(read::<false>(&bytes), expected);
    assert_eq!(ntb.check(&rules(2048)), Ok(()));
}

#[test]
fn parameters_are_28_bytes_and_wrong_placements_are_mended() {
    let bytes = unhex("1c00 0300 00400000 0400 0000 0400 0000 00200000 2000 0e00 0800 1000").unwrap();
    let parameters = NtbParameters::parse(&bytes).unwrap();
    assert_eq!(parameters.to_bytes().as_slice(), bytes);
    assert!(parameters.supports_ntb32());
    let output = parameters.output();
    assert_eq!((output.max_size, output.max_datagrams), (8192, 16));
    assert_eq!((output.placement.divisor(), output.placement.remainder(), output.placement.alignment()), (32, 14, 8));
    assert_eq!((parameters.input().max_size, parameters.input().placement), (16384, Placement::default()));
    assert_eq!(NtbParameters::parse(&bytes[..27]).unwrap_err().offset, 26);

    for (divisor, remainder, alignment) in [(0, 0, 0), (3, 0, 2), (2048, 0, 4096), (4, 4, 12), (6, 5, 1)] {
        assert_eq!(Placement::new(divisor, remainder, alignment, 2048), Placement::default());
    }
    let own = NtbParameters::of_function(4096);
    assert_eq!(own.to_bytes()[..2], [28, 0]);
    let size = NtbInputSize { max_size: 2048, max_datagrams: None };
    assert_eq!(own.input().with_input_size(size).max_size, 2048);
}

#[test]
fn input_sizes_have_two_forms() {
    let short = NtbInputSize::parse(&[0, 8, 0, 0]).unwrap();
    assert_eq!((short.max_size, short.max_datagrams, short.wire_len()), (2048, None, 4));
    let long = NtbInputSize::parse(&[0, 8, 0, 0, 5, 0, 0, 0]).unwrap();
    assert_eq!((long.max_size, long.max_datagrams, long.wire_len()), (2048, Some(5), 8));
    assert_eq!(long.to_bytes(), [0, 8, 0, 0, 5, 0, 0, 0]);
    for wrong in [0, 3, 5, 7, 9] {
        assert!(NtbInputSize::parse(&vec![0; wrong]).is_err());
    }
}

#[test]
fn the_end_of_a_transfer_is_marked_where_it_could_not_be_seen() {
    // Header and NDP take 28 bytes with room for one datagram.
    for (ending, datagram, expected) in [
        (Ending::ZeroLengthPacket, 36, (64, true)),
        (Ending::ZeroLengthPacket, 35, (63, false)),
        (Ending::ZeroLengthPacket, 100, (128, false)),
        (Ending::AlwaysZeroLengthPacket, 36, (64, true)),
        (Ending::AlwaysZeroLengthPacket, 100, (128, true)),
        (Ending::AlwaysZeroLengthPacket, 99, (127, false)),
        (Ending::ExtraByte, 36, (65, false)),
        (Ending::ExtraByte, 35, (63, false)),
        (Ending::ExtraByte, 100, (128, false)),
    ] {
        let config = Config { max_datagrams: 1, packet_size: 64, ending, ..Config::new(rules(128)) };
        let mut memory = [0xa5; 200];
        let mut aggregator = Aggregator16::new(&mut memory, config);
        aggregator.push(Stream::Ips(0), &vec![1; datagram], ()).unwrap();
        let block = aggregator.take().unwrap();
        assert_eq!((block.bytes.len(), block.zero_length_packet), expected, "{ending:?} {datagram}");
        assert_eq!(read::<false>(block.bytes)[0].1.len(), datagram);
    }
    // A block fills the memory, but not what the receiver takes: there is no room for the byte.
    let config = Config { max_datagrams: 1, packet_size: 64, ending: Ending::ExtraByte, ..Config::new(rules(4096)) };
    let mut memory = [0; 64];
    let mut aggregator = Aggregator16::new(&mut memory, config);
    aggregator.push(Stream::Ips(0), &[1; 36], ()).unwrap();
    assert!(aggregator.take().unwrap().zero_length_packet);
}

#[test]
fn what_does_not_fit_is_told_apart_from_what_never_fits() {
    let mut memory = [0; 4096];
    let mut aggregator = Aggregator16::new(&mut memory, Config { max_datagrams: 4, ..Config::new(rules(256)) });
    assert_eq!(aggregator.push(Stream::Ips(0), &[], ()), Err(PushError::Empty));
    assert_eq!(aggregator.push(Stream::Ips(0), &[0; 217], ()), Err(PushError::TooLong));
    assert_eq!(aggregator.push(Stream::Ips(0), &[0; 216], ()), Ok(()));
    assert_eq!(aggregator.push(Stream::Ips(0), &[0; 1], ()), Err(PushError::Full));
    assert_eq!(aggregator.take().unwrap().bytes.len(), 256);
    let counters = *aggregator.counters();
    assert_eq!((counters.blocks, counters.datagrams, counters.bytes, counters.refused_datagrams), (1, 1, 216, 2));
    // The receiver's limit of datagrams counts as well.
    let config = Config::new(Rules { max_datagrams: 2, ..rules(2048) });
    let mut aggregator = Aggregator16::new(&mut memory, config);
    let taken = (0..5).take_while(|_| aggregator.push(Stream::Ips(0), b"x", ()).is_ok()).count();
    assert_eq!((taken, aggregator.is_full()), (2, true));
    // Memory without room for anything.
    for len in 0..28 {
        let mut memory = vec![0; len];
        let mut aggregator = Aggregator16::new(&mut memory, Config::new(rules(2048)));
        assert_eq!(aggregator.push(Stream::Ips(0), b"x", ()), Err(PushError::TooLong));
        assert!(aggregator.take().is_none());
    }
}

#[test]
fn a_receiver_counts() {
    let mut memory = [0; 256];
    let mut aggregator = Aggregator16::new(&mut memory, Config { max_datagrams: 2, ..Config::new(rules(2048)) });
    let mut receiver = Receiver16::new();
    for sequence in [0xfffe, 0xffff, 0, 2, 3] {
        aggregator.set_sequence(sequence);
        aggregator.push(Stream::Ips(0), b"one", ()).unwrap();
        aggregator.push(Stream::Ips(0), b"two", ()).unwrap();
        let block = aggregator.take().unwrap();
        assert_eq!(receiver.receive(block.bytes).unwrap().count(), 2);
    }
    assert_eq!(receiver.receive(&[]).unwrap().count(), 0);
    assert!(receiver.receive(b"nonsense of some length").is_err());
    // A wrong entry does not hurt the other; an unknown kind of NDP is passed over.
    aggregator.push(Stream::Ips(0), b"one", ()).unwrap();
    aggregator.push(Stream::Ips(0), b"two", ()).unwrap();
    let bytes = aggregator.take().unwrap().bytes;
    bytes[20] = 0xff;
    assert_eq!(receiver.receive(bytes).unwrap().map(|datagram| datagram.bytes).collect::<Vec<_>>(), [b"two"]);
    bytes[12] = b'X';
    assert_eq!(receiver.receive(bytes).unwrap().count(), 0);
    let counters = receiver.counters();
    assert_eq!((counters.blocks, counters.datagrams, counters.bytes), (7, 11, 33));
    assert_eq!((counters.sequence_gaps, counters.refused_blocks), (2, 1));
    assert_eq!((counters.refused_datagrams, counters.unknown_ndps), (1, 1));
}

#[test]
fn blocks_by_others_are_judged() {
    let good = block16(Config { max_datagrams: 2, ..Config::new(rules(2048)) }, &[(Stream::Ips(0), &[1; 20])]);
    let kinds = |rules: Rules| Ntb16::parse(&good).unwrap().check(&rules).unwrap_err();
    let strict = |divisor, alignment| Rules { placement: Placement::new(divisor, 0, alignment, 2048), ..rules(2048) };
    assert_eq!(kinds(rules(40)).field, Field::BlockLength);
    assert_eq!(kinds(strict(4, 64)).field, Field::NdpIndex);
    assert_eq!(kinds(strict(64, 4)).field, Field::DatagramIndex);
    assert_eq!(kinds(strict(64, 4)).kind, NtbErrorKind::Alignment);
    assert_eq!(kinds(strict(64, 4)).offset, 20);
    let two = block16(Config::new(rules(2048)), &[(Stream::Ips(0), b"a"), (Stream::Ips(0), b"b")]);
    let few = Rules { max_datagrams: 1, ..rules(2048) };
    assert_eq!(Ntb16::parse(&two).unwrap().check(&few).unwrap_err().kind, NtbErrorKind::TooMany);
}

fn stream() -> impl Strategy<Value = Stream> {
    prop_oneof![
        6 => (0..4_u8).prop_map(Stream::Ips),
        1 => any::<u8>().prop_map(Stream::Ips),
        1 => any::<u8>().prop_map(Stream::Dss),
    ]
}

fn power_of_two() -> impl Strategy<Value = u16> {
    (2..10_u32).prop_map(|bits| 1 << bits)
}

/// How many bytes are lent out of any bytes.
fn lent<const WIDE: bool>(bytes: &[u8]) -> usize {
    let Ok(ntb) = Ntb::<WIDE>::parse(bytes) else { return 0 };
    let _ = ntb.check(&rules(2048));
    ntb.datagrams().flatten().map(|datagram| datagram.bytes.len()).sum()
}

/// Datagrams, and how they are to be written.
#[derive(Debug)]
struct Case {
    datagrams: Vec<(Stream, Vec<u8>)>,
    config: Config,
    wide: bool,
    last: bool,
    memory: Vec<u8>,
}

fn case() -> impl Strategy<Value = Case> {
    let ending =
        prop_oneof![Just(Ending::ZeroLengthPacket), Just(Ending::AlwaysZeroLengthPacket), Just(Ending::ExtraByte)];
    let packet_size = prop_oneof![Just(0_u16), Just(64), Just(512), Just(1024)];
    let datagrams = vec((stream(), vec(any::<u8>(), 1..300)), 1..60);
    let placement = (power_of_two(), any::<u16>(), power_of_two());
    let limits = (2048..9000_u32, 0..50_u16, 0..50_u16);
    let memory = (2048..10000_usize, any::<u8>());
    (datagrams, placement, limits, ending, packet_size, any::<[bool; 2]>(), memory).prop_map(
        |(datagrams, (divisor, remainder, alignment), limits, ending, packet_size, [wide, last], (room, dirt))| {
            let (max_size, theirs, own) = limits;
            let placement = Placement::new(divisor, remainder, alignment, max_size);
            let rules = Rules { max_size, max_datagrams: theirs, placement };
            let config = Config { rules, max_datagrams: own, packet_size, ending };
            Case { datagrams, config, wide, last, memory: vec![dirt; room] }
        },
    )
}

/// All that is pushed comes out again: each stream in order, nothing twice, in blocks that keep to the rules.
fn round_trip<const WIDE: bool>(case: &Case) -> Result<(), TestCaseError> {
    let (mut memory, rules) = (case.memory.clone(), case.config.rules);
    let room = memory.len();
    let mut aggregator = match case.last {
        true => Aggregator::<usize, WIDE>::with_ndp_last(&mut memory, case.config),
        false => Aggregator::<usize, WIDE>::new(&mut memory, case.config),
    };
    let mut receiver = Receiver::<WIDE>::new();
    let mut got = Vec::new();
    let mut blocks = 0;
    let mut take = |aggregator: &mut Aggregator<'_, usize, WIDE>, got: &mut Vec<_>| {
        let block = aggregator.take().unwrap();
        let ntb = Ntb::<WIDE>::parse(block.bytes).unwrap();
        assert_eq!(ntb.sequence(), blocks);
        blocks += 1;
        ntb.check(&rules).unwrap();
        assert!(block.bytes.len() <= room);
        got.extend(receiver.receive(block.bytes).unwrap().map(|datagram| (datagram.stream, datagram.bytes.to_vec())));
    };
    for (nth, (stream, bytes)) in case.datagrams.iter().enumerate() {
        if let Err(error) = aggregator.push(*stream, bytes, nth) {
            prop_assert_eq!(error, PushError::Full);
            prop_assert!(aggregator.due().unwrap() < nth);
            take(&mut aggregator, &mut got);
            prop_assert_eq!(aggregator.push(*stream, bytes, nth), Ok(()));
            prop_assert_eq!(aggregator.due(), Some(nth));
        }
    }
    take(&mut aggregator, &mut got);
    prop_assert_eq!(got.len(), case.datagrams.len());
    for (stream, _) in &case.datagrams {
        let of = |all: &[(Stream, Vec<u8>)]| {
            all.iter().filter(|(other, _)| other == stream).map(|(_, bytes)| bytes.clone()).collect::<Vec<_>>()
        };
        prop_assert_eq!(of(&got), of(&case.datagrams));
    }
    prop_assert_eq!(receiver.counters().datagrams, aggregator.counters().datagrams);
    prop_assert_eq!(receiver.counters().bytes, aggregator.counters().bytes);
    prop_assert_eq!(receiver.counters().refused_datagrams, 0);
    prop_assert_eq!(receiver.counters().sequence_gaps, 0);
    Ok(())
}

proptest! {
    #[test]
    fn what_is_written_is_read(case in case()) {
        if case.wide { round_trip::<true>(&case)? } else { round_trip::<false>(&case)? }
    }

    /// No bytes make a reader stumble, and what it lends is no more than there was.
    #[test]
    fn any_bytes(mut bytes in vec(any::<u8>(), 0..400), wide in any::<bool>(), ndp in 0..64_u8, session in any::<u8>()) {
        // Most of a block is right, or nothing of interest happens.
        let head: &[u8] = if wide { b"ncmh\x10\0\0\0\0\0\0\0" } else { b"NCMH\x0c\0\0\0\0\0" };
        if bytes.len() > 200 {
            bytes[..head.len()].copy_from_slice(head);
            bytes[head.len()..head.len() + 4].fill(0);
            bytes[head.len()] = ndp;
            let name: &[u8; 3] = if wide { b"ips" } else { b"IPS" };
            let at = usize::from(ndp);
            bytes[at..at + 3].copy_from_slice(name);
            bytes[at + 3] = session;
            bytes[at + 5] = 0;
        }
        prop_assert!(lent::<false>(&bytes) < bytes.len().max(1));
        prop_assert!(lent::<true>(&bytes) < bytes.len().max(1));
    }
}
