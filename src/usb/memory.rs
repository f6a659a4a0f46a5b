//! A USB bus in memory: joins a host with the function side of this crate ([`UsbFunction`]), so that both run in one thread
//! and in virtual time. What a controller and a cable add to whole transfers is not there: packets, and time on the wire.

use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::poll_fn;
use core::task::{Poll, Waker};

use embedded_io::ErrorKind;
use mbim_wire::usb::class_request::Setup;
use mbim_wire::usb::descriptor::Endpoint;
use mbim_wire::usb::standard_request::{Feature, Recipient, StandardRequest};

use super::host::{ControlPipe, UsbDevice, UsbError};
use crate::channel::clock::register;
use crate::channel::{Clock, TransferIn, TransferOut, unless};
use crate::device::usb::{Event, Stall, UsbFunction};
use crate::time::Instant;

/// Why a transfer failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum BusError {
    /// The modem answered with STALL.
    Stall,
    /// The modem is not plugged in.
    Unplugged,
}

impl From<Stall> for BusError {
    fn from(_: Stall) -> Self {
        Self::Stall
    }
}

impl fmt::Display for BusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stall => "the modem refuses (STALL)",
            Self::Unplugged => "the modem is unplugged",
        })
    }
}

impl core::error::Error for BusError {}

impl embedded_io::Error for BusError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Stall => ErrorKind::Other,
            Self::Unplugged => ErrorKind::NotConnected,
        }
    }
}

impl UsbError for BusError {
    fn is_stall(&self) -> bool {
        *self == Self::Stall
    }
}

/// What is behind the USB function: the modem.
pub trait Behind {
    /// Something came from the host.
    fn event(&mut self, now: Instant, event: Event<'_>);

    /// Gives the host what there is for it. Called after each transfer, and when [`poll_at`](Self::poll_at) has come.
    fn run(&mut self, now: Instant, usb: &mut UsbFunction<'_>);

    /// When [`run`](Self::run) has something to do of itself.
    fn poll_at(&self) -> Option<Instant> {
        None
    }
}

/// Both ends of the bus that are not the host.
#[derive(Debug)]
struct Far<'s, B> {
    usb: UsbFunction<'s>,
    behind: B,
}

/// A modem on a bus in memory. `&MemoryBus` is a [`UsbDevice`].
pub struct MemoryBus<'s, B, K> {
    far: RefCell<Far<'s, B>>,
    clock: K,
    /// Raised whenever the modem is plugged in: pipes of before stay dead.
    plugged: Cell<Option<u32>>,
    plugs: Cell<u32>,
    waker: Cell<Option<Waker>>,
    /// Transfers to the modem that ended with a full packet and had no empty one behind.
    unended: Cell<u32>,
}

impl<'s, B, K> MemoryBus<'s, B, K> {
    /// A bus with the modem plugged in.
    pub const fn new(usb: UsbFunction<'s>, behind: B, clock: K) -> Self {
        Self {
            far: RefCell::new(Far { usb, behind }),
            clock,
            plugged: Cell::new(Some(0)),
            plugs: Cell::new(0),
            waker: Cell::new(None),
            unended: Cell::new(0),
        }
    }

    /// Transfers to the modem that were a multiple of a packet long and not ended by an empty one. Where the modem does not
    /// know the length otherwise, it would wait for more on a real bus.
    pub fn unended(&self) -> u32 {
        self.unended.get()
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

impl<'s, B: Behind, K: Clock> MemoryBus<'s, B, K> {
    /// Looks at the modem or changes it; then it may give the host something.
    pub fn with<T>(&self, look: impl FnOnce(&mut UsbFunction<'s>, &mut B) -> T) -> T {
        let mut far = self.far.borrow_mut();
        let Far { usb, behind } = &mut *far;
        let result = look(usb, behind);
        behind.run(self.clock.now(), usb);
        drop(far);
        self.wake();
        result
    }

    /// Pulls the plug. All transfers fail from now on.
    pub fn unplug(&self) {
        self.plugged.set(None);
        let now = self.clock.now();
        self.with(|usb, behind| usb.bus_reset(&mut |event| behind.event(now, event)));
    }

    /// Plugs the modem in again. Its pipes have to be opened anew.
    pub fn plug(&self) {
        self.plugs.set(self.plugs.get().wrapping_add(1));
        self.plugged.set(Some(self.plugs.get()));
    }

    /// One transfer that takes no time.
    fn transfer<T>(
        &self,
        plug: Option<u32>,
        transfer: impl FnOnce(Instant, &mut UsbFunction<'s>, &mut dyn FnMut(Event<'_>)) -> Result<T, Stall>,
    ) -> Result<T, BusError> {
        if plug.is_none() || plug != self.plugged.get() {
            return Err(BusError::Unplugged);
        }
        let now = self.clock.now();
        Ok(self.with(|usb, behind| transfer(now, usb, &mut |event| behind.event(now, event)))?)
    }

    fn control(&self, plug: Option<u32>, setup: Setup, data: &[u8], reply: &mut [u8]) -> Result<usize, BusError> {
        self.transfer(plug, |_, usb, sink| usb.control(&setup, data, reply, sink))
    }

    /// Repeats a transfer until the modem takes part in it. A pipe that is halted is cleared for the next time.
    async fn until<T>(
        &self,
        plug: Option<u32>,
        endpoint: u8,
        mut once: impl FnMut(Instant, &mut UsbFunction<'s>, &mut dyn FnMut(Event<'_>)) -> Result<Option<T>, Stall>,
    ) -> Result<T, BusError> {
        loop {
            match self.transfer(plug, &mut once) {
                Ok(Some(done)) => return Ok(done),
                Ok(None) => {}
                Err(error) => {
                    if error.is_stall() {
                        let recipient = Recipient::Endpoint(endpoint);
                        let clear = StandardRequest::ClearFeature(recipient, Feature::ENDPOINT_HALT);
                        let _ = self.control(plug, clear.setup(), &[], &mut []);
                    }
                    return Err(error);
                }
            }
            let at = self.poll_at();
            let mut waited = false;
            let woken = poll_fn(|cx| {
                if core::mem::replace(&mut waited, true) {
                    return Poll::Ready(());
                }
                register(&self.waker, cx.waker());
                Poll::Pending
            });
            unless(woken, self.clock.wait_until(at)).await;
        }
    }

    fn poll_at(&self) -> Instant {
        let far = self.far.borrow();
        [far.usb.poll_at(), far.behind.poll_at()].into_iter().flatten().min().unwrap_or(Instant::FAR)
    }
}

impl<B, K> fmt::Debug for MemoryBus<'_, B, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBus").field("plugged", &self.plugged).finish_non_exhaustive()
    }
}

/// A pipe of a [`MemoryBus`]: the control pipe, or one of those to the host or to the modem.
#[derive(Debug)]
pub struct MemoryPipe<'b, 's, B, K> {
    bus: &'b MemoryBus<'s, B, K>,
    plug: Option<u32>,
    endpoint: u8,
    packet_size: usize,
}

impl<'b, 's, B: Behind, K: Clock> MemoryPipe<'b, 's, B, K> {
    fn open(bus: &'b MemoryBus<'s, B, K>, endpoint: u8, packet_size: u16) -> Result<Self, BusError> {
        let plug = Some(bus.plugged.get().ok_or(BusError::Unplugged)?);
        Ok(Self { bus, plug, endpoint, packet_size: packet_size.into() })
    }

    /// Whether so many bytes end with a full packet.
    fn is_full(&self, length: usize) -> bool {
        length != 0 && length.checked_rem(self.packet_size) == Some(0)
    }
}

impl<'b, 's, B: Behind, K: Clock> UsbDevice for &'b MemoryBus<'s, B, K> {
    type Error = BusError;
    type Control = MemoryPipe<'b, 's, B, K>;
    type In = MemoryPipe<'b, 's, B, K>;
    type Out = MemoryPipe<'b, 's, B, K>;

    async fn set_configuration(&mut self, value: u8) -> Result<(), BusError> {
        let setup = StandardRequest::SetConfiguration(value).setup();
        MemoryBus::control(self, self.plugged.get(), setup, &[], &mut []).map(|_| ())
    }

    async fn claim(&mut self, _interface: u8) -> Result<(), BusError> {
        self.plugged.get().map(|_| ()).ok_or(BusError::Unplugged)
    }

    async fn set_interface(&mut self, interface: u8, alternate: u8) -> Result<(), BusError> {
        let setup = StandardRequest::SetInterface { interface, alternate }.setup();
        MemoryBus::control(self, self.plugged.get(), setup, &[], &mut []).map(|_| ())
    }

    fn control(&mut self) -> Result<Self::Control, BusError> {
        MemoryPipe::open(self, 0, 64)
    }

    fn open_in(&mut self, _interface: u8, endpoint: &Endpoint) -> Result<Self::In, BusError> {
        MemoryPipe::open(self, endpoint.address, endpoint.max_packet_size)
    }

    fn open_out(&mut self, _interface: u8, endpoint: &Endpoint) -> Result<Self::Out, BusError> {
        MemoryPipe::open(self, endpoint.address, endpoint.max_packet_size)
    }
}

impl<B: Behind, K: Clock> ControlPipe for MemoryPipe<'_, '_, B, K> {
    type Error = BusError;

    // Nothing is waited for, so nothing can be broken off.
    async fn control_in(&mut self, setup: Setup, data: &mut [u8]) -> Result<usize, BusError> {
        self.bus.control(self.plug, setup, &[], data)
    }

    async fn control_out(&mut self, setup: Setup, data: &[u8]) -> Result<(), BusError> {
        self.bus.control(self.plug, setup, data, &mut []).map(|_| ())
    }
}

impl<B: Behind, K: Clock> TransferIn for MemoryPipe<'_, '_, B, K> {
    type Error = BusError;

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, BusError> {
        let endpoint = self.endpoint;
        let begun = self.bus.until(self.plug, endpoint, |now, usb, _| usb.transfer_in(now, endpoint, buf)).await?;
        let mut have = begun;
        // What ends with a full packet goes on, or is ended by an empty one, which the modem has at once.
        while self.is_full(have) {
            let Some(rest) = buf.get_mut(have..).filter(|rest| !rest.is_empty()) else {
                break;
            };
            match self.bus.transfer(self.plug, |now, usb, _| usb.transfer_in(now, endpoint, rest))? {
                Some(more) if more > 0 => have = have.saturating_add(more),
                _ => break,
            }
        }
        Ok(have)
    }
}

impl<B: Behind, K: Clock> TransferOut for MemoryPipe<'_, '_, B, K> {
    type Error = BusError;

    async fn send(&mut self, transfer: &[u8], terminate: bool) -> Result<(), BusError> {
        let endpoint = self.endpoint;
        if self.is_full(transfer.len()) && !terminate {
            self.bus.unended.set(self.bus.unended.get().saturating_add(1));
        }
        let once = |_, usb: &mut UsbFunction<'_>, sink: &mut dyn FnMut(Event<'_>)| {
            usb.transfer_out(endpoint, transfer, sink).map(|taken| taken.then_some(()))
        };
        self.bus.until(self.plug, endpoint, once).await
    }
}
