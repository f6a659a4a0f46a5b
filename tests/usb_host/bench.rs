//! Descriptors of modems and a device that does as it is told, for tests of the host side of USB.

use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::collections::VecDeque;

use embedded_io::ErrorKind;
use wwan::channel::{TransferIn, TransferOut, VirtualClock};
use wwan::mbim_wire::usb::class_request::Setup;
use wwan::mbim_wire::usb::descriptor::{Device, Endpoint};
use wwan::usb::{ControlPipe, UsbDevice, UsbError};

/// A device descriptor.
pub fn device(vendor_id: u16, product_id: u16) -> Device {
    Device { usb_version: 0x0200, max_packet_size: 64, vendor_id, product_id, configurations: 1, ..Device::default() }
}

/// The bytes of an interface descriptor.
pub fn interface(number: u8, alternate: u8, endpoints: u8, (class, subclass, protocol): (u8, u8, u8)) -> Vec<u8> {
    vec![9, 4, number, alternate, endpoints, class, subclass, protocol, 0]
}

/// The bytes of an endpoint descriptor of an interrupt pipe.
pub fn interrupt(address: u8, size: u16) -> Vec<u8> {
    let [low, high] = size.to_le_bytes();
    vec![7, 5, address, 3, low, high, 9]
}

/// The bytes of two endpoint descriptors of bulk pipes, `number` both ways.
pub fn bulk(number: u8, size: u16) -> Vec<u8> {
    let [low, high] = size.to_le_bytes();
    vec![7, 5, number | 0x80, 2, low, high, 0, 7, 5, number, 2, low, high, 0]
}

/// The bytes of a configuration with that value and those descriptors behind it.
pub fn configuration(value: u8, descriptors: &[Vec<u8>]) -> Vec<u8> {
    let rest: Vec<u8> = descriptors.concat();
    let [low, high] = u16::try_from(rest.len() + 9).unwrap().to_le_bytes();
    let mut bytes = vec![9, 2, low, high, 0, value, 0, 0xa0, 250];
    bytes.extend(rest);
    bytes
}

/// CDC header, union of those interfaces, MBIM descriptor (control messages of 4096 bytes, datagrams of 2048 bytes, that
/// capability byte) and extended one (MTU 1500).
pub fn mbim_functional(control: u8, data: u8, capabilities: u8) -> Vec<u8> {
    let mut bytes = vec![5, 0x24, 0x00, 0x20, 0x01];
    bytes.extend([5, 0x24, 0x06, control, data]);
    bytes.extend([0x0c, 0x24, 0x1b, 0x00, 0x01, 0x00, 0x10, 0x20, 0x80, 0x00, 0x08, capabilities]);
    bytes.extend([8, 0x24, 0x1c, 0x00, 0x01, 1, 0xdc, 0x05]);
    bytes
}

/// An MBIM function of two interfaces.
pub fn mbim_function(control: u8, data: u8, capabilities: u8) -> Vec<u8> {
    [
        interface(control, 0, 1, (0x02, 0x0e, 0x00)),
        mbim_functional(control, data, capabilities),
        interrupt(0x81, 64),
        interface(data, 0, 0, (0x0a, 0x00, 0x02)),
        interface(data, 1, 2, (0x0a, 0x00, 0x02)),
        bulk(2, 512),
    ]
    .concat()
}

/// A vendor's interface with an interrupt endpoint (unless `number` is that of diagnostics, 0) and two bulk endpoints.
pub fn vendor_port(number: u8, class: (u8, u8, u8), notifies: bool) -> Vec<u8> {
    let mut bytes = interface(number, 0, 2 + u8::from(notifies), class);
    if notifies {
        bytes.extend(interrupt(0x80 | (2 * number + 1), 10));
    }
    bytes.extend(bulk(2 * number + 2, 512));
    bytes
}

/// What can go wrong on the scripted bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusError {
    Stall,
    Timeout,
    Gone,
}

impl fmt::Display for BusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl core::error::Error for BusError {}

impl embedded_io::Error for BusError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Stall => ErrorKind::Other,
            Self::Timeout => ErrorKind::TimedOut,
            Self::Gone => ErrorKind::NotConnected,
        }
    }
}

impl UsbError for BusError {
    fn is_stall(&self) -> bool {
        *self == Self::Stall
    }
}

/// What happens instead of what the script says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    Fails(BusError),
    Answers(Vec<u8>),
}

/// A device that writes down what is asked of it, answers from a list, and fails where it is told to.
#[derive(Default)]
pub struct Bench {
    /// All that was asked, in order.
    pub log: RefCell<Vec<String>>,
    /// What to do at the nth thing that is asked.
    pub fault: RefCell<Option<(usize, Fault)>>,
    /// Answers to requests that ask for data, by bRequest.
    pub answers: RefCell<Vec<(u8, Vec<u8>)>>,
    /// Answers to GET_ENCAPSULATED_RESPONSE, each given once; `None` stalls.
    pub responses: RefCell<VecDeque<Option<Vec<u8>>>>,
    /// Pieces on interrupt and bulk pipes to the host.
    pub pieces: RefCell<VecDeque<Result<Vec<u8>, BusError>>>,
    /// What came on bulk pipes, with the mark for an empty packet.
    pub sent: RefCell<Vec<(Vec<u8>, bool)>>,
    /// How many polls a transfer takes before it is done.
    pub slowness: Cell<usize>,
}

impl Bench {
    /// Notes what is asked; the fault that is due at this point, if any.
    fn note(&self, what: String) -> Option<Fault> {
        let mut log = self.log.borrow_mut();
        let nth = log.len();
        log.push(what);
        self.fault.borrow().as_ref().filter(|(at, _)| *at == nth).map(|(_, fault)| fault.clone())
    }

    fn simple(&self, what: String) -> Result<(), BusError> {
        match self.note(what) {
            Some(Fault::Fails(error)) => Err(error),
            _ => Ok(()),
        }
    }

    pub fn taken(&self) -> Vec<String> {
        self.log.borrow_mut().drain(..).collect()
    }
}

/// Pending as often as the bench is slow.
pub async fn slowly(bench: &Bench) {
    let mut left = bench.slowness.get();
    poll_fn(|_| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        Poll::Pending
    })
    .await;
}

impl<'b> UsbDevice for &'b Bench {
    type Error = BusError;
    type Control = Control<'b>;
    type In = In<'b>;
    type Out = Out<'b>;

    async fn set_configuration(&mut self, value: u8) -> Result<(), BusError> {
        self.simple(format!("configuration {value}"))
    }

    async fn claim(&mut self, interface: u8) -> Result<(), BusError> {
        self.simple(format!("claim {interface}"))
    }

    async fn set_interface(&mut self, interface: u8, alternate: u8) -> Result<(), BusError> {
        self.simple(format!("interface {interface} setting {alternate}"))
    }

    fn control(&mut self) -> Result<Control<'b>, BusError> {
        self.simple("control pipe".into())?;
        Ok(Control { bench: self, broken_off: None })
    }

    fn open_in(&mut self, interface: u8, endpoint: &Endpoint) -> Result<In<'b>, BusError> {
        self.simple(format!("open {interface} {:02x}", endpoint.address))?;
        Ok(In(self))
    }

    fn open_out(&mut self, interface: u8, endpoint: &Endpoint) -> Result<Out<'b>, BusError> {
        self.simple(format!("open {interface} {:02x}", endpoint.address))?;
        Ok(Out(self))
    }
}

/// The control pipe of a [`Bench`]. A transfer that was broken off is finished, and the same request gets its data.
pub struct Control<'b> {
    pub bench: &'b Bench,
    broken_off: Option<(Setup, Result<Vec<u8>, BusError>)>,
}

impl<'b> Control<'b> {
    pub fn new(bench: &'b Bench) -> Self {
        Self { bench, broken_off: None }
    }
}

impl ControlPipe for Control<'_> {
    type Error = BusError;

    async fn control_in(&mut self, setup: Setup, data: &mut [u8]) -> Result<usize, BusError> {
        let bench = self.bench;
        if self.broken_off.as_ref().is_none_or(|(other, _)| *other != setup) {
            assert_eq!(setup.request_type & 0x80, 0x80, "a request for data");
            let fault = bench.note(format!("in {:02x} {:02x} {}", setup.request_type, setup.request, setup.index));
            let answer = match fault {
                Some(Fault::Fails(error)) => Err(error),
                Some(Fault::Answers(bytes)) => Ok(bytes),
                None if setup.request == 1 && setup.request_type == 0xa1 => {
                    bench.responses.borrow_mut().pop_front().unwrap_or(Some(Vec::new())).ok_or(BusError::Stall)
                }
                None => {
                    let answers = bench.answers.borrow();
                    let answer = answers.iter().find(|(request, _)| *request == setup.request);
                    answer.map(|(_, bytes)| bytes.clone()).ok_or(BusError::Stall)
                }
            };
            self.broken_off = Some((setup, answer));
        }
        slowly(bench).await;
        let (_, answer) = self.broken_off.take().unwrap();
        let answer = answer?;
        let count = answer.len().min(data.len()).min(setup.length.into());
        data[..count].copy_from_slice(&answer[..count]);
        Ok(count)
    }

    async fn control_out(&mut self, setup: Setup, data: &[u8]) -> Result<(), BusError> {
        assert_eq!(
            (setup.request_type & 0x80, usize::from(setup.length)),
            (0, data.len()),
            "a request without data to us"
        );
        slowly(self.bench).await;
        let Setup { request_type, request, value, index, .. } = setup;
        self.bench.simple(format!("out {request_type:02x} {request:02x} {value} {index} {data:02x?}"))
    }
}

/// A pipe of a [`Bench`] to the host.
pub struct In<'b>(pub &'b Bench);

impl TransferIn for In<'_> {
    type Error = BusError;

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, BusError> {
        slowly(self.0).await;
        poll_fn(|_| {
            let mut pieces = self.0.pieces.borrow_mut();
            let Some(piece) = pieces.pop_front() else {
                return Poll::Pending;
            };
            Poll::Ready(piece.map(|piece| {
                assert!(piece.len() <= buf.len(), "a piece of {} bytes for room of {}", piece.len(), buf.len());
                buf[..piece.len()].copy_from_slice(&piece);
                piece.len()
            }))
        })
        .await
    }
}

/// A pipe of a [`Bench`] to the device.
pub struct Out<'b>(pub &'b Bench);

impl TransferOut for Out<'_> {
    type Error = BusError;

    async fn send(&mut self, transfer: &[u8], terminate: bool) -> Result<(), BusError> {
        slowly(self.0).await;
        self.0.sent.borrow_mut().push((transfer.to_vec(), terminate));
        Ok(())
    }
}

/// Polls `future` at most `polls` times, then drops it.
pub fn polls<F: Future>(polls: usize, future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    (0..polls).find_map(|_| match future.as_mut().poll(&mut cx) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    })
}

/// Runs a future that must not wait for ever.
pub fn run<F: Future>(future: F) -> F::Output {
    polls(100_000, future).expect("the future never completes")
}

/// A clock at whose hands somebody turns whenever a future waits.
pub fn timed<T>(clock: &VirtualClock, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    for _ in 0..100_000 {
        // A future that gave way is ready again at once.
        if let Some(output) = polls(3, future.as_mut()) {
            return output;
        }
        clock.advance();
    }
    panic!("the future never completes");
}
