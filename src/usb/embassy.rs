//! Microcontrollers: host controllers with a driver for `embassy-usb-driver` (its traits `UsbHostAllocator` and `UsbPipe`).
//!
//! [`EmbassyDevice`] is one device, enumerated and addressed by somebody else, such as `embassy-usb-host`.
//!
//! Those drivers abort a transfer when its future is dropped. Where futures are dropped, which the clients do when a time
//! limit passes, put a [`Relay`](super::Relay) under the control messages and a [`ChunkedIn`](super::ChunkedIn) with pieces of
//! one packet over the bulk pipe to the host; then nothing is lost.

use core::fmt;
use core::marker::PhantomData;

use embassy_usb_driver::host::{HostError, PipeError, SplitInfo, UsbHostAllocator, UsbPipe, pipe};
use embassy_usb_driver::{Direction, EndpointAddress, EndpointInfo};
use embedded_io::ErrorKind;
use mbim_wire::usb::class_request::Setup;
use mbim_wire::usb::descriptor::Endpoint;
use mbim_wire::usb::standard_request::{Feature, Recipient, StandardRequest};

use super::host::{ControlPipe, UsbDevice, UsbError};
use crate::channel::{TransferIn, TransferOut};

/// Why a transfer failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct EmbassyError(pub HostError);

impl From<HostError> for EmbassyError {
    fn from(error: HostError) -> Self {
        Self(error)
    }
}

impl From<PipeError> for EmbassyError {
    fn from(error: PipeError) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for EmbassyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            HostError::PipeError(PipeError::Stall) => "the device refuses (STALL)",
            HostError::PipeError(PipeError::Disconnected) | HostError::NoSuchDevice => "the device is gone",
            HostError::PipeError(PipeError::Timeout) => "the device does not answer",
            HostError::PipeError(PipeError::BufferOverflow | PipeError::Babble) => "more bytes than there is room for",
            HostError::PipeError(_) => "a transfer failed",
            HostError::OutOfPipes | HostError::OutOfSlots => "the host controller has no pipe left",
            HostError::InsufficientMemory => "the host controller has no memory left",
            _ => "the host controller failed",
        })
    }
}

impl core::error::Error for EmbassyError {}

impl embedded_io::Error for EmbassyError {
    fn kind(&self) -> ErrorKind {
        match self.0 {
            HostError::PipeError(PipeError::Disconnected) | HostError::NoSuchDevice => ErrorKind::NotConnected,
            HostError::PipeError(PipeError::Timeout) => ErrorKind::TimedOut,
            HostError::PipeError(PipeError::BufferOverflow | PipeError::Babble) | HostError::InsufficientMemory => {
                ErrorKind::OutOfMemory
            }
            _ => ErrorKind::Other,
        }
    }
}

impl UsbError for EmbassyError {
    fn is_stall(&self) -> bool {
        self.0 == HostError::PipeError(PipeError::Stall)
    }
}

/// A device, enumerated and addressed.
#[derive(Clone, Debug)]
pub struct EmbassyDevice<'d, A> {
    allocator: A,
    address: u8,
    control_packet: u16,
    split: Option<SplitInfo>,
    driver: PhantomData<&'d ()>,
}

impl<A> EmbassyDevice<'_, A> {
    /// The device with that address; `control_packet` is the packet size of its control pipe (bMaxPacketSize0), and `split`
    /// says how it is reached through a hub, if it is.
    #[must_use]
    pub const fn new(allocator: A, address: u8, control_packet: u16, split: Option<SplitInfo>) -> Self {
        Self { allocator, address, control_packet, split, driver: PhantomData }
    }
}

impl<'d, A: UsbHostAllocator<'d>> EmbassyDevice<'d, A> {
    fn open<T: pipe::Type, D: pipe::Direction>(
        &self,
        address: u8,
        max_packet_size: u16,
        interval_ms: u8,
    ) -> Result<A::Pipe<T, D>, EmbassyError> {
        let direction = if address & 0x80 != 0 { Direction::In } else { Direction::Out };
        let addr = EndpointAddress::from_parts(usize::from(address & 0x7f), direction);
        let endpoint = EndpointInfo { addr, ep_type: T::ep_type(), max_packet_size, interval_ms };
        Ok(self.allocator.alloc_pipe(self.address, &endpoint, self.split)?)
    }

    fn open_control(&self) -> Result<EmbassyControl<'d, A>, EmbassyError> {
        Ok(EmbassyControl(self.open(0, self.control_packet, 0)?))
    }

    /// A request without data, on a control pipe that is given back at once.
    async fn request(&self, request: StandardRequest) -> Result<(), EmbassyError> {
        self.open_control()?.control_out(request.setup(), &[]).await
    }

    /// Ends the halt of an endpoint that answered with STALL; false if it is halted still.
    async fn clear_halt(&self, endpoint: u8) -> bool {
        let clear = StandardRequest::ClearFeature(Recipient::Endpoint(endpoint), Feature::ENDPOINT_HALT);
        self.request(clear).await.is_ok()
    }
}

impl<'d, A: UsbHostAllocator<'d>> UsbDevice for EmbassyDevice<'d, A> {
    type Error = EmbassyError;
    type Control = EmbassyControl<'d, A>;
    type In = EmbassyIn<'d, A>;
    type Out = EmbassyOut<'d, A>;

    async fn set_configuration(&mut self, value: u8) -> Result<(), EmbassyError> {
        self.request(StandardRequest::SetConfiguration(value)).await
    }

    async fn claim(&mut self, _interface: u8) -> Result<(), EmbassyError> {
        Ok(())
    }

    async fn set_interface(&mut self, interface: u8, alternate: u8) -> Result<(), EmbassyError> {
        self.request(StandardRequest::SetInterface { interface, alternate }).await
    }

    fn control(&mut self) -> Result<Self::Control, EmbassyError> {
        self.open_control()
    }

    fn open_in(&mut self, _interface: u8, endpoint: &Endpoint) -> Result<Self::In, EmbassyError> {
        let Endpoint { address, max_packet_size, interval, .. } = *endpoint;
        let pipe = if endpoint.is_interrupt() {
            InPipe::Interrupt(self.open(address, max_packet_size, interval)?)
        } else {
            InPipe::Bulk(self.open(address, max_packet_size, interval)?)
        };
        let device = Self { allocator: self.allocator.clone(), ..*self };
        Ok(EmbassyIn { pipe, device, endpoint: address, halted: false })
    }

    fn open_out(&mut self, _interface: u8, endpoint: &Endpoint) -> Result<Self::Out, EmbassyError> {
        let Endpoint { address, max_packet_size, interval, .. } = *endpoint;
        let device = Self { allocator: self.allocator.clone(), ..*self };
        Ok(EmbassyOut {
            pipe: self.open(address, max_packet_size, interval)?,
            device,
            endpoint: address,
            halted: false,
        })
    }
}

/// A control pipe. A transfer whose future is dropped is aborted.
pub struct EmbassyControl<'d, A: UsbHostAllocator<'d>>(A::Pipe<pipe::Control, pipe::InOut>);

impl<'d, A: UsbHostAllocator<'d>> ControlPipe for EmbassyControl<'d, A> {
    type Error = EmbassyError;

    async fn control_in(&mut self, setup: Setup, data: &mut [u8]) -> Result<usize, EmbassyError> {
        Ok(self.0.control_in(&setup.to_bytes(), data).await?)
    }

    async fn control_out(&mut self, setup: Setup, data: &[u8]) -> Result<(), EmbassyError> {
        Ok(self.0.control_out(&setup.to_bytes(), data).await?)
    }
}

/// The kinds of pipes to the host.
enum InPipe<'d, A: UsbHostAllocator<'d>> {
    Bulk(A::Pipe<pipe::Bulk, pipe::In>),
    Interrupt(A::Pipe<pipe::Interrupt, pipe::In>),
}

/// A pipe to the host. A transfer whose future is dropped is aborted: what had come of it is lost, unless there is a
/// [`ChunkedIn`](super::ChunkedIn).
pub struct EmbassyIn<'d, A: UsbHostAllocator<'d>> {
    pipe: InPipe<'d, A>,
    device: EmbassyDevice<'d, A>,
    endpoint: u8,
    /// It answered with STALL, which is to be cleared.
    halted: bool,
}

impl<'d, A: UsbHostAllocator<'d>> TransferIn for EmbassyIn<'d, A> {
    type Error = EmbassyError;

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, EmbassyError> {
        if self.halted && self.device.clear_halt(self.endpoint).await {
            match &mut self.pipe {
                InPipe::Bulk(pipe) => pipe.reset_data_toggle(),
                InPipe::Interrupt(pipe) => pipe.reset_data_toggle(),
            }
            self.halted = false;
        }
        let received = match &mut self.pipe {
            InPipe::Bulk(pipe) => pipe.request_in(buf).await,
            InPipe::Interrupt(pipe) => pipe.request_in(buf).await,
        };
        self.halted |= received == Err(PipeError::Stall);
        Ok(received?)
    }
}

/// A pipe to the device. A transfer whose future is dropped is aborted; [`ChunkedOut`](super::ChunkedOut) ends it before the
/// next one.
pub struct EmbassyOut<'d, A: UsbHostAllocator<'d>> {
    pipe: A::Pipe<pipe::Bulk, pipe::Out>,
    device: EmbassyDevice<'d, A>,
    endpoint: u8,
    /// It answered with STALL, which is to be cleared.
    halted: bool,
}

impl<'d, A: UsbHostAllocator<'d>> TransferOut for EmbassyOut<'d, A> {
    type Error = EmbassyError;

    async fn send(&mut self, transfer: &[u8], terminate: bool) -> Result<(), EmbassyError> {
        if self.halted && self.device.clear_halt(self.endpoint).await {
            self.pipe.reset_data_toggle();
            self.halted = false;
        }
        let sent = self.pipe.request_out(transfer, terminate || transfer.is_empty()).await;
        self.halted |= sent == Err(PipeError::Stall);
        Ok(sent?)
    }
}

macro_rules! debug {
    ($($name:ident),*) => { $(
        impl<'d, A: UsbHostAllocator<'d>> fmt::Debug for $name<'d, A> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )* };
}

debug!(EmbassyControl, EmbassyIn, EmbassyOut);
