//! The data plane of MBIM both ways: blocks of NTB16 taken apart and their datagrams lent, datagrams of several sessions
//! aggregated by number, size and deadline.
#![no_std]
#![no_main]

use mbim_wire::ntb::{Aggregator16, Config, Placement, PushError, Receiver16, Rules, Stream};
use wwan_size::{bytes, memory, put, put_bytes, word};

// The program's own, beside its buffers; the codec keeps nothing.
wwan_size::record_size!(aggregator = size_of::<Aggregator16<'static, u32>>());
wwan_size::record_size!(receiver = size_of::<Receiver16>());

wwan_size::probe!({
    let (input, output, packet) = (memory::<[u8; 2048]>(), memory::<[u8; 2048]>(), memory::<[u8; 1500]>());
    {
        let placement = Placement::new(word() as u16, word() as u16, word() as u16, word());
        let rules = Rules { max_size: word(), max_datagrams: word() as u16, placement };
        let mut aggregator = Aggregator16::new(output, Config::new(rules));
        let mut receiver = Receiver16::new();
        while word() != 0 {
            match receiver.receive(bytes(input)) {
                Ok(datagrams) => datagrams.for_each(|datagram| {
                    put(u32::from(datagram.stream == Stream::Ips(0)));
                    put_bytes(datagram.bytes);
                }),
                Err(error) => put(error.offset),
            }
            let (packet, now) = (bytes(packet), word());
            loop {
                let pushed = aggregator.push(Stream::Ips(now as u8), packet, now.wrapping_add(1));
                let full = pushed == Err(PushError::Full) || aggregator.is_full();
                if full || aggregator.due().is_some_and(|due| due <= now) {
                    if let Some(block) = aggregator.take() {
                        put_bytes(block.bytes);
                        put(u32::from(block.zero_length_packet));
                    }
                }
                if pushed != Err(PushError::Full) {
                    break;
                }
            }
        }
        put(receiver.counters().refused_datagrams);
        put(aggregator.counters().refused_datagrams);
    }
});
