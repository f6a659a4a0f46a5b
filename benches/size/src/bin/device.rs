//! The other end: the function role with the model of a modem behind it.
#![no_std]
#![no_main]

use wwan::device::mbim::{Config, Function, Memory};
use wwan::device::modem::{Modem, Setup};
use wwan::time::Instant;
use wwan_size::{bytes, memory, put, put_bytes, word};

struct Buffers {
    out: [u8; 4096],
    assembly: [u8; 2048],
    transfer: [u8; 4096],
}

wwan_size::record_size!(ram = size_of::<Function<'static>>() + size_of::<Modem>());
wwan_size::record_size!(function = size_of::<Function<'static>>());
wwan_size::record_size!(modem = size_of::<Modem>());

wwan_size::probe!({
    let buffers = memory::<Buffers>();
    let now = || Instant(u64::from(word()));
    let mut modem = Modem::new(now(), Setup::default());
    let memory = Memory { out: &mut buffers.out, assembly: &mut buffers.assembly };
    let mut function = Function::new(Config::default(), memory);
    while word() != 0 {
        let received = bytes(&mut buffers.transfer);
        function.receive(now(), &mut modem, received);
        while let Some(transfer) = function.transmit(now(), &mut modem) {
            put_bytes(transfer);
        }
        match function.poll_at(&modem) {
            Some(at) => put(at.since(now()).0),
            None => put(u32::MAX),
        }
    }
});
