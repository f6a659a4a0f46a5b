//! The data plane of MBIM both ways, with sessions: blocks of NTB16 taken apart, packets of sessions into blocks, and what was
//! dropped counted, through a link.
#![no_std]
#![no_main]

use wwan::mbim_wire::ntb::{Config, Placement, Rules};
use wwan::net::{Ntb16Link, PushError, Session, Transfer};
use wwan::time::{Instant, Millis};
use wwan_size::{bytes, memory, put, put_bytes, word};

wwan_size::record_size!(link = size_of::<Ntb16Link<'static>>());
wwan_size::record_size!(session = size_of::<Session>());

fn send(transfer: Transfer<'_>) {
    put_bytes(transfer.bytes);
    put(u32::from(transfer.terminate));
}

wwan_size::probe!({
    let (input, output, packet) = (memory::<[u8; 2048]>(), memory::<[u8; 2048]>(), memory::<[u8; 1500]>());
    let sessions = memory::<[Session; 2]>();
    {
        let placement = Placement::new(word() as u16, word() as u16, word() as u16, word());
        let rules = Rules { max_size: word(), max_datagrams: word() as u16, placement };
        for session in &*sessions {
            session.open(word() as u8, word() as u16);
        }
        let mut link = Ntb16Link::new(output, Config::new(rules), sessions, Millis(word()));
        while word() != 0 {
            link.receive(bytes(input), |packet| {
                put(u32::from(packet.session));
                put_bytes(packet.bytes);
                word() != 0
            });
            let (packet, session, now) = (bytes(packet), word() as u8, Instant(word().into()));
            while link.push(now, session, packet) == Err(PushError::Full) {
                if let Some(transfer) = link.flush() {
                    send(transfer);
                }
            }
            if let Some(transfer) = link.transmit(now) {
                send(transfer);
            }
        }
        put(link.counters().gaps);
        put(link.counters().unknown_session);
        for session in &*sessions {
            put(session.counters().received_no_room);
            put(session.counters().sent_too_long);
        }
    }
});
