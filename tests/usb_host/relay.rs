//! Control transfers over a driver that breaks them off when their future is dropped.

use core::convert::Infallible;
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};

use wwan::channel::MessageChannel;
use wwan::channel::framed::MbimFraming;
use wwan::mbim_wire::usb::class_request::Setup;
use wwan::usb::encapsulated::{EncapsulatedError, Fetch};
use wwan::usb::{ControlPipe, Encapsulated, Relay};

use crate::bench::{Bench, BusError, Control, In, polls, slowly};

/// Aborts: what the device gave is lost with the future, and it never gives it again.
struct Forgetful<'b>(&'b Bench);

impl ControlPipe for Forgetful<'_> {
    type Error = BusError;

    async fn control_in(&mut self, setup: Setup, data: &mut [u8]) -> Result<usize, BusError> {
        assert_eq!(setup.request, 1);
        let answer = self.0.responses.borrow_mut().pop_front().unwrap_or_default().unwrap_or_default();
        slowly(self.0).await;
        data[..answer.len()].copy_from_slice(&answer);
        Ok(answer.len())
    }

    async fn control_out(&mut self, _: Setup, data: &[u8]) -> Result<(), BusError> {
        slowly(self.0).await;
        self.0.sent.borrow_mut().push((data.to_vec(), false));
        Ok(())
    }
}

const AVAILABLE: [u8; 8] = [0xa1, 0x01, 0, 0, 3, 0, 0, 0];

/// CLOSE_DONE with that transaction.
fn message(number: u8) -> Vec<u8> {
    vec![0x02, 0, 0, 0x80, 16, 0, 0, 0, number, 0, 0, 0, 0, 0, 0, 0]
}

fn bench(slowness: usize) -> Bench {
    let bench = Bench::default();
    bench.slowness.set(slowness);
    for number in 1..=10 {
        bench.pieces.borrow_mut().push_back(Ok(AVAILABLE.to_vec()));
        bench.responses.borrow_mut().push_back(Some(message(number)));
    }
    bench
}

/// Receives with futures that are dropped after every poll but the first few; sends in between.
fn talk<C: ControlPipe<Error = BusError>>(
    bench: &Bench,
    control: C,
    mut runner: Option<Pin<&mut dyn Future<Output = Infallible>>>,
) -> Vec<u8> {
    let mut channel = Encapsulated::new(control, In(bench), 3, 64, 64, MbimFraming::default(), Fetch::Counted);
    let mut received = Vec::new();
    let mut cx = Context::from_waker(Waker::noop());
    for round in 0..500 {
        let mut buf = [0; 64];
        if let Some(result) = polls(3, channel.receive(&mut buf)) {
            received.push(buf[..result.unwrap()][8]);
        }
        // A command between a dropped fetch and the next one.
        if round % 5 == 0 {
            let _ = polls(2, channel.send(&[round as u8; 12]));
        }
        if let Some(runner) = &mut runner {
            assert!(runner.as_mut().poll(&mut cx).is_pending());
        }
    }
    received
}

#[test]
fn a_relay_loses_no_message() {
    let expected: Vec<u8> = (1..=10).collect();
    for slowness in 0..3 {
        let bench = bench(slowness);
        let (mut input, mut output) = ([0; 64], [0; 64]);
        let relay = Relay::new(&mut input, &mut output);
        let runner = pin!(relay.run(Forgetful(&bench)));
        assert_eq!(talk(&bench, relay.control(), Some(runner)), expected, "{slowness} pauses");
        assert!(bench.sent.borrow().len() > 90, "commands get through: {}", bench.sent.borrow().len());
    }
    // Without one they are lost: the test can tell.
    let bench = bench(2);
    assert!(talk(&bench, Forgetful(&bench), None).len() < expected.len());
}

#[test]
fn no_message_is_cut_to_the_memory_of_a_relay() {
    let bench = Bench::default();
    let (mut input, mut output) = ([0; 32], [0; 16]);
    let relay: Relay<'_, BusError> = Relay::new(&mut input, &mut output);
    let pipe = Control::new(&bench);
    let channel = Encapsulated::new(pipe, In(&bench), 3, 64, 64, MbimFraming::default(), Fetch::Counted);
    let (mut channel, pipe) = channel.with_control(relay.control());
    assert_eq!(channel.max_message(), 16);
    assert_eq!(polls(1, channel.send(&[0; 17])), Some(Err(EncapsulatedError::TooLong { needed: 17 })));
    // What is longer is not handed on in part.
    let mut long = message(1);
    long.resize(40, 0);
    long[4] = 40;
    bench.pieces.borrow_mut().push_back(Ok(AVAILABLE.to_vec()));
    bench.responses.borrow_mut().push_back(Some(long));
    let mut runner = pin!(relay.run(pipe));
    let mut cx = Context::from_waker(Waker::noop());
    let mut buf = [0; 64];
    let mut receiving = pin!(channel.receive(&mut buf));
    let received = (0..3).find_map(|_| {
        let received = receiving.as_mut().poll(&mut cx);
        assert!(runner.as_mut().poll(&mut cx).is_pending());
        if let Poll::Ready(result) = received { Some(result) } else { None }
    });
    assert_eq!(received, Some(Err(EncapsulatedError::TooLong { needed: 40 })));
}
