//! A serial line shared by two channels of a multiplexer (27.010): started by AT, bytes both ways on each, closed.
#![no_std]
#![no_main]

use core::future::Future;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use embedded_io_async::{Read, Write};
use wwan::channel::mux::{Channel, Config, Lane, Memory, Mux};
use wwan::session::cmux;
use wwan_size::at::{Line, config};
use wwan_size::{Timer, bytes, memory, put};

/// The multiplexer's buffers.
struct Lines {
    receive: [u8; 134],
    send: [u8; 134],
    input: [u8; 128],
    output: [u8; 134],
    rings: [[u8; 512]; 4],
}

wwan_size::record_size!(
    ram = size_of::<Mux<'static, 'static>>() + 2 * (size_of::<Lane<'static>>() + size_of::<cmux::Channel>())
);
wwan_size::record_size!(mux = size_of::<Mux<'static, 'static>>());
wwan_size::record_size!(lane = size_of::<Lane<'static>>() + size_of::<cmux::Channel>());

/// Data both ways.
async fn data(mut channel: Channel<'_, '_>) {
    let mut buf = [0; 32];
    loop {
        let length = bytes(&mut buf).len();
        if channel.write(buf.get(..length).unwrap_or_default()).await.is_err() {
            return;
        }
        match channel.read(&mut buf).await {
            Ok(length) => put(length as u32),
            Err(_) => return,
        }
    }
}

wwan_size::probe!({
    let lines = memory::<Lines>();
    let slots = memory::<[cmux::Channel; 2]>();
    let [first, second, third, fourth] = &mut lines.rings;
    let mut lanes = [Lane::new(1, first, second), Lane::new(2, third, fourth)];
    let session = cmux::Memory { receive: &mut lines.receive, send: &mut lines.send, channels: slots };
    let mut how = Config::default();
    how.at = config();
    let memory = Memory { session, lanes: &mut lanes, input: &mut lines.input, output: &mut lines.output };
    let mut mux = Mux::new(how, memory);
    let (mut runner, [first, second]) = mux.split(Line, Timer);
    let control = runner.control();
    let mut run = pin!(async {
        if runner.open().await.is_ok() {
            put(u32::from(runner.run().await.is_ok()));
        }
    });
    let mut one = pin!(async {
        data(first).await;
        control.close();
    });
    let mut other = pin!(data(second));
    // The smallest executor.
    let mut done = [false; 3];
    while done.iter().any(|done| !done) {
        let futures: [Pin<&mut dyn Future<Output = ()>>; 3] = [run.as_mut(), one.as_mut(), other.as_mut()];
        for (future, done) in futures.into_iter().zip(&mut done) {
            if !*done {
                *done = future.poll(&mut Context::from_waker(Waker::noop())) == Poll::Ready(());
            }
        }
    }
});
