//! Any bytes as a block of the data plane: what is lent lies in the block, once and outside of its tables; and whatever is
//! aggregated is read again, in blocks that keep to the rules.
//!
//! Input: the block, which also decides what is aggregated and by which rules.
#![no_main]

use arbitrary::{Arbitrary, Unstructured};
use libfuzzer_sys::fuzz_target;
use mbim_wire::ntb::{
    Aggregator, Config, Ending, Ntb, NtbInputSize, NtbParameters, Placement, PushError, Receiver, Rules, Stream,
};

fuzz_target!(|data: &[u8]| {
    read::<false>(data);
    read::<true>(data);
    parameters(data);
    let mut input = Unstructured::new(data);
    let _ = match bool::arbitrary(&mut input) {
        Ok(true) => write::<true>(&mut input),
        _ => write::<false>(&mut input),
    };
});

fn read<const WIDE: bool>(data: &[u8]) {
    let mut receiver = Receiver::<WIDE>::new();
    let ntb = match Ntb::<WIDE>::parse(data) {
        Ok(ntb) => ntb,
        Err(error) => {
            assert_eq!(receiver.receive(data).is_err(), !data.is_empty(), "{error}");
            return;
        }
    };
    let base = data.as_ptr() as usize;
    let tables: Vec<_> = ntb.ndps().map(|ndp| ndp.index()..ndp.index() + ndp.length()).collect();
    for (nth, table) in tables.iter().enumerate() {
        assert!(table.start >= ntb.format().nth_len() && table.end <= ntb.bytes().len());
        assert!(tables[..nth].iter().all(|other| table.end <= other.start || other.end <= table.start));
    }
    let mut lent = Vec::new();
    for datagram in ntb.datagrams().flatten() {
        let start = datagram.bytes.as_ptr() as usize - base;
        let end = start + datagram.bytes.len();
        assert!(start < end && start >= ntb.format().nth_len() && end <= ntb.bytes().len());
        assert!(tables.iter().all(|table| end <= table.start || table.end <= start));
        lent.push(datagram);
    }
    assert!(lent.iter().map(|datagram| datagram.bytes.len()).sum::<usize>() < data.len());
    let received: Vec<_> = receiver.receive(data).expect("read before").collect();
    assert_eq!(received, lent);
    let entries = ntb.ndps().filter(|ndp| ndp.stream().is_some()).flat_map(|ndp| ndp.entries()).count();
    let counters = receiver.counters();
    assert!(counters.datagrams + counters.refused_datagrams <= entries as u32);
    let rules = Rules { max_size: 65535, max_datagrams: 0, placement: Placement::default() };
    if ntb.check(&rules).is_ok() {
        assert_eq!(counters.refused_datagrams, 0);
    }
}

fn parameters(data: &[u8]) {
    if let Ok(parameters) = NtbParameters::parse(data) {
        assert_eq!(parameters.to_bytes(), data[..NtbParameters::LEN]);
        for placement in [parameters.input().placement, parameters.output().placement] {
            assert!(placement.divisor().is_power_of_two() && placement.alignment().is_power_of_two());
            assert!(placement.remainder() < placement.divisor());
        }
    }
    if let Ok(size) = NtbInputSize::parse(data) {
        assert_eq!(usize::from(size.wire_len()), data.len());
        assert_eq!(NtbInputSize::parse(&size.to_bytes()[..data.len()]), Ok(size));
    }
}

fn write<const WIDE: bool>(input: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let max_size = u32::from(u16::arbitrary(input)?);
    let placement = Placement::new(u16::arbitrary(input)?, u16::arbitrary(input)?, u16::arbitrary(input)?, max_size);
    let rules = Rules { max_size, max_datagrams: u8::arbitrary(input)?.into(), placement };
    let config = Config {
        rules,
        max_datagrams: u8::arbitrary(input)?.into(),
        packet_size: *input.choose(&[0, 1, 64, 512])?,
        ending: *input.choose(&[Ending::ZeroLengthPacket, Ending::AlwaysZeroLengthPacket, Ending::ExtraByte])?,
    };
    let mut memory = vec![u8::arbitrary(input)?; usize::from(u16::arbitrary(input)?)];
    let payload: Vec<u8> = (0..=255).cycle().take(70000).collect();
    let last = bool::arbitrary(input)?;
    let mut aggregator = match last {
        true => Aggregator::<(), WIDE>::with_ndp_last(&mut memory, config),
        false => Aggregator::<(), WIDE>::new(&mut memory, config),
    };
    let mut receiver = Receiver::<WIDE>::new();
    let mut expected: Vec<(Stream, &[u8])> = Vec::new();
    let mut take = |aggregator: &mut Aggregator<'_, (), WIDE>, expected: &mut Vec<(Stream, &[u8])>| {
        let Some(block) = aggregator.take() else {
            assert!(expected.is_empty());
            return;
        };
        Ntb::<WIDE>::parse(block.bytes).expect("read").check(&rules).expect("keeps to the rules");
        let mut got: Vec<_> = receiver.receive(block.bytes).expect("read").map(|one| (one.stream, one.bytes)).collect();
        got.sort_by_key(|(stream, _)| *stream);
        expected.sort_by_key(|(stream, _)| *stream);
        assert_eq!(got, *expected);
        expected.clear();
    };
    while !input.is_empty() {
        let kind = u8::arbitrary(input)?;
        let stream = if kind < 200 { Stream::Ips(kind % 4) } else { Stream::Dss(kind) };
        let start = usize::from(kind);
        let bytes = &payload[start..start + usize::from(u16::arbitrary(input)?)];
        let mut done = aggregator.push(stream, bytes, ());
        if done == Err(PushError::Full) {
            take(&mut aggregator, &mut expected);
            done = aggregator.push(stream, bytes, ());
            assert_ne!(done, Err(PushError::Full));
        }
        if done.is_ok() {
            expected.push((stream, bytes));
        }
    }
    take(&mut aggregator, &mut expected);
    assert_eq!(receiver.counters().datagrams, aggregator.counters().datagrams);
    assert_eq!(receiver.counters().sequence_gaps, 0);
    Ok(())
}
