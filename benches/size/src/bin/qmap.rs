//! The data path of QMI both ways: QMAP transfers taken apart, packets of several sessions aggregated by number, size and
//! deadline, and the modem's flow control answered. The version is not known before the modem has granted it.
#![no_std]
#![no_main]

use qmi_wire::qmap::{Aggregator, Body, CommandKind, Config, Direction, PushError, Receiver, Version};
use qmi_wire::service::wda::DataAggregationProtocol;
use wwan_size::{bytes, memory, put, put_bytes, word};

// The program's own, beside its buffers; the codec keeps nothing.
wwan_size::record_size!(aggregator = size_of::<Aggregator<'static, u32>>());
wwan_size::record_size!(receiver = size_of::<Receiver>());

wwan_size::probe!({
    let (input, output, packet) = (memory::<[u8; 2048]>(), memory::<[u8; 2048]>(), memory::<[u8; 1500]>());
    if let Some(version) = Version::from_protocol(DataAggregationProtocol(word())) {
        let config = Config { max_packets: 11, ..Config::new(version, Direction::Uplink) };
        let mut aggregator = Aggregator::new(output, config);
        let mut receiver = Receiver::new(version, Direction::Downlink);
        while word() != 0 {
            for frame in receiver.receive(bytes(input)) {
                put(u32::from(frame.mux_id));
                match frame.body {
                    Body::Packet { bytes, .. } => put_bytes(bytes),
                    Body::Command(command) => {
                        let answer = command.answer(CommandKind::Ack);
                        put(u32::from(aggregator.push_command(frame.mux_id, answer, word()).is_ok()));
                    }
                }
            }
            let (packet, now) = (bytes(packet), word());
            let pushed = aggregator.push(now as u8, packet, now.wrapping_add(1));
            let full = pushed == Err(PushError::Full);
            if full || aggregator.is_full() || aggregator.due().is_some_and(|due| due <= now) {
                if let Some(transfer) = aggregator.take() {
                    put_bytes(transfer.bytes);
                    put(u32::from(transfer.zero_length_packet));
                }
                if full {
                    put(u32::from(aggregator.push(now as u8, packet, now).is_ok()));
                }
            }
        }
        put(receiver.counters().refused);
        put(aggregator.counters().refused);
    }
});
