//! Linux: a device of usbfs (`/dev/bus/usb`), through the crate `nusb`. No driver of the kernel is needed; those that have
//! the interfaces have to let go of them, and get them back at the end.
//!
//! | here | is |
//! |---|---|
//! | [`list`] | the devices that are plugged in |
//! | [`NusbDevice`] | one of them, opened |
//! | [`NusbControl`], [`NusbIn`], [`NusbOut`] | its pipes |
//!
//! Futures need no executor of a certain kind: a thread of `nusb` wakes them. What `nusb` does by a system call, such as
//! claiming an interface, blocks for as long as the call takes.
//!
//! # Speed
//!
//! The pipes keep several transfers under way, so that the bus is never idle while a program looks at what came.

extern crate alloc;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::future::{Future, IntoFuture as _, poll_fn};
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use ::nusb::transfer::{
    Buffer, Bulk, BulkOrInterrupt, Completion, ControlIn, ControlOut, ControlType, EndpointDirection, In, Interrupt,
    Out, Recipient, TransferError,
};
use ::nusb::{Device, Interface, MaybeFuture as _};
use embedded_io::ErrorKind;
use mbim_wire::usb::class_request::Setup;
use mbim_wire::usb::descriptor::{self, Configuration, Endpoint};

pub use ::nusb::DeviceInfo;

use super::find::{Modem, find};
use super::host::{ControlPipe, UsbDevice, UsbError};
use crate::channel::{TransferIn, TransferOut};
use crate::time::Millis;

/// How long a device may take for a control transfer (USB 2.0 §9.2.6.4).
pub const CONTROL_TIMEOUT: Millis = Millis::from_secs(5);

/// Transfers to the host that are under way on a bulk pipe.
const BULK_IN: usize = 4;
/// The same on an interrupt pipe. Notifications are few.
const INTERRUPT_IN: usize = 2;
/// Transfers to the device that may wait for it.
const AHEAD: usize = 4;
/// How long a pipe that closes waits for what is on the way to the device, and how long for transfers that it calls back.
const CLOSE: Duration = Duration::from_millis(500);

/// Bytes of a device descriptor.
const DEVICE_LEN: usize = 18;

/// How often a pause is made for an interface to be released, and how long it is.
const RELEASE_TRIES: usize = 50;
const RELEASE_PAUSE: Duration = Duration::from_millis(2);

/// What was asked of the system when it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Operation {
    /// Listing the devices.
    List,
    /// Opening one.
    Open,
    /// SET_CONFIGURATION.
    Configure,
    /// Taking an interface from its driver.
    Claim,
    /// SET_INTERFACE.
    SetInterface,
    /// Opening a pipe.
    OpenPipe,
    /// Ending the halt of a pipe.
    ClearHalt,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::List => "list of devices",
            Self::Open => "open",
            Self::Configure => "SET_CONFIGURATION",
            Self::Claim => "claim of an interface",
            Self::SetInterface => "SET_INTERFACE",
            Self::OpenPipe => "open of a pipe",
            Self::ClearHalt => "CLEAR_FEATURE of a halt",
        })
    }
}

/// Why usbfs failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NusbError {
    /// The device is gone, or this pipe of it.
    Gone,
    /// The device answers with STALL.
    Stall,
    /// A control transfer took too long.
    TimedOut,
    /// A transfer failed on the wire.
    Fault,
    /// A transfer was longer than the buffer; it is lost.
    TooLong {
        /// Its length in bytes.
        needed: usize,
    },
    /// The interface was not claimed.
    NotClaimed,
    /// The system refused a transfer.
    Transfer {
        /// The system's error number; 0 if it gave none.
        code: u32,
    },
    /// The system refused.
    System {
        /// What was tried.
        operation: Operation,
        /// Why, in general.
        kind: ErrorKind,
        /// The system's error number; 0 if it gave none.
        code: u32,
    },
}

impl NusbError {
    fn system(operation: Operation, error: &::nusb::Error) -> Self {
        let kind = match error.kind() {
            ::nusb::ErrorKind::Disconnected => return Self::Gone,
            ::nusb::ErrorKind::Busy => ErrorKind::AddrInUse,
            ::nusb::ErrorKind::PermissionDenied => ErrorKind::PermissionDenied,
            ::nusb::ErrorKind::NotFound => ErrorKind::NotFound,
            ::nusb::ErrorKind::Unsupported => ErrorKind::Unsupported,
            _ => ErrorKind::Other,
        };
        Self::System { operation, kind, code: error.os_error().unwrap_or(0) }
    }

    /// What ended a transfer; `stopped` is what it means that somebody has stopped it.
    const fn transfer(error: TransferError, stopped: Self) -> Self {
        match error {
            TransferError::Cancelled => stopped,
            TransferError::Stall => Self::Stall,
            TransferError::Disconnected => Self::Gone,
            TransferError::Fault => Self::Fault,
            TransferError::InvalidArgument => Self::Transfer { code: 0 },
            TransferError::Unknown(code) => Self::Transfer { code },
        }
    }
}

/// The system's word for an error number.
struct Code(u32);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match i32::try_from(self.0) {
            Ok(0) | Err(_) => f.write_str("refused"),
            Ok(code) => std::io::Error::from_raw_os_error(code).fmt(f),
        }
    }
}

impl fmt::Display for NusbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Gone => f.write_str("the device is gone"),
            Self::Stall => f.write_str("the device refuses (STALL)"),
            Self::TimedOut => f.write_str("the device does not answer on its control pipe"),
            Self::Fault => f.write_str("a transfer failed on the wire"),
            Self::TooLong { needed } => write!(f, "a transfer of {needed} bytes does not fit"),
            Self::NotClaimed => f.write_str("the interface is not claimed"),
            Self::Transfer { code } => write!(f, "transfer: {}", Code(code)),
            Self::System { operation, kind: ErrorKind::AddrInUse, .. } => {
                write!(f, "{operation}: another program uses it")
            }
            Self::System { operation, code, .. } => write!(f, "{operation}: {}", Code(code)),
        }
    }
}

impl core::error::Error for NusbError {}

impl embedded_io::Error for NusbError {
    fn kind(&self) -> ErrorKind {
        match *self {
            Self::Gone => ErrorKind::NotConnected,
            Self::TimedOut => ErrorKind::TimedOut,
            Self::TooLong { .. } => ErrorKind::OutOfMemory,
            Self::NotClaimed => ErrorKind::InvalidInput,
            Self::Stall | Self::Fault | Self::Transfer { .. } => ErrorKind::Other,
            Self::System { kind, .. } => kind,
        }
    }
}

impl UsbError for NusbError {
    fn is_stall(&self) -> bool {
        *self == Self::Stall
    }
}

/// The devices that are plugged in, hubs of the machine itself left out. Asks sysfs only; no device is touched.
///
/// # Errors
///
/// [`NusbError::System`] if the machine has no USB, or does not show it.
pub fn list() -> Result<Vec<DeviceInfo>, NusbError> {
    let devices = ::nusb::list_devices().wait();
    devices.map(Iterator::collect).map_err(|error| NusbError::system(Operation::List, &error))
}

/// What functions of a modem a device has, in the configuration that serves a host best; `None` if it has none. Asks sysfs only,
/// so that any user may.
#[must_use]
pub fn modem(info: &DeviceInfo) -> Option<Modem> {
    let bytes = fs::read(info.sysfs_path().join("descriptors")).ok()?;
    let device = descriptor::Device::parse(&bytes).ok()?;
    let mut rest = bytes.get(DEVICE_LEN..)?;
    let configurations = core::iter::from_fn(|| {
        let head = Configuration::parse(rest).ok()?;
        let (configuration, behind) = rest.split_at_checked(usize::from(head.total_length).max(1))?;
        rest = behind;
        Some(configuration)
    });
    find(&device, configurations).filter(|modem| !modem.functions.is_empty())
}

/// The interfaces that were claimed, in that order. They are released when neither the device nor a pipe of it is left.
struct Claims {
    node: Node,
    interfaces: Mutex<Vec<(u8, Interface)>>,
}

impl Claims {
    fn of(&self, number: u8) -> Option<Interface> {
        let claims = self.interfaces.lock().unwrap_or_else(PoisonError::into_inner);
        claims.iter().find(|(claimed, _)| *claimed == number).map(|(_, interface)| interface.clone())
    }

    fn add(&self, number: u8, interface: Interface) {
        self.interfaces.lock().unwrap_or_else(PoisonError::into_inner).push((number, interface));
    }
}

impl Drop for Claims {
    /// The last first: a driver of several interfaces is found by the first of them, and takes the others only if they
    /// are free.
    fn drop(&mut self) {
        let interfaces = self.interfaces.get_mut().unwrap_or_else(PoisonError::into_inner);
        while let Some((number, interface)) = interfaces.pop() {
            // The thread that completes transfers may hold it for a moment more, and would release it too late then.
            if interface.release().wait().is_err() {
                let is_ours = || self.node.driver(number).is_some_and(|driver| is_usbfs(&driver));
                let _ = (0..RELEASE_TRIES).find(|_| {
                    std::thread::sleep(RELEASE_PAUSE);
                    !is_ours()
                });
            }
        }
    }
}

/// A device of usbfs.
///
/// Interfaces are released, and given back to the kernel's drivers where they were taken from one, when the device and
/// all of its pipes are dropped. A program that is killed cannot do that; then plug the modem in anew, or write the name of
/// the interface into the driver's `bind`.
pub struct NusbDevice {
    device: Device,
    claims: Arc<Claims>,
    control_timeout: Duration,
}

impl fmt::Debug for NusbDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NusbDevice").field("path", &self.claims.node.path).finish_non_exhaustive()
    }
}

impl NusbDevice {
    /// Opens a device. This takes nothing from anybody yet.
    ///
    /// # Errors
    ///
    /// [`NusbError::System`] if the system refuses: of kind [`PermissionDenied`](ErrorKind) for users that may not write to
    /// its node below `/dev/bus/usb`. [`NusbError::Gone`] if it is not there any more.
    pub fn open(info: &DeviceInfo) -> Result<Self, NusbError> {
        let device = info.open().wait().map_err(|error| NusbError::system(Operation::Open, &error))?;
        let node = Node { device: device.clone(), path: info.sysfs_path().to_path_buf() };
        Ok(Self {
            device,
            claims: Arc::new(Claims { node, interfaces: Mutex::new(Vec::new()) }),
            control_timeout: Duration::from_millis(CONTROL_TIMEOUT.0.into()),
        })
    }

    /// Sets how long the control transfers of pipes that are opened from now on may take; [`CONTROL_TIMEOUT`] by default.
    pub fn set_control_timeout(&mut self, timeout: Millis) {
        self.control_timeout = Duration::from_millis(timeout.0.into());
    }

    /// What SET_CONFIGURATION was given last; `None` while the device is not configured.
    #[must_use]
    pub fn configuration(&self) -> Option<u8> {
        self.claims.node.configuration()
    }
}

/// What sysfs knows of a device.
struct Node {
    device: Device,
    path: PathBuf,
}

impl Node {
    fn configuration(&self) -> Option<u8> {
        self.device.active_configuration().ok().map(|configuration| configuration.configuration_value())
    }

    /// The kernel's driver that has the interface, if one has.
    fn driver(&self, interface: u8) -> Option<PathBuf> {
        let configuration = self.configuration()?;
        let device = self.path.file_name().map(Path::new)?.display();
        fs::read_link(self.path.join(format!("{device}:{configuration}.{interface}/driver"))).ok()
    }
}

/// Whether it is the one that interfaces belong to which a program has claimed.
fn is_usbfs(driver: &Path) -> bool {
    driver.file_name().is_some_and(|name| name == "usbfs")
}

impl UsbDevice for NusbDevice {
    type Error = NusbError;
    type Control = NusbControl;
    type In = NusbIn;
    type Out = NusbOut;

    async fn set_configuration(&mut self, value: u8) -> Result<(), NusbError> {
        if self.configuration() == Some(value) {
            return Ok(());
        }
        let former = self.device.active_configuration();
        let interfaces = former.iter().flat_map(::nusb::descriptors::ConfigurationDescriptor::interfaces);
        for number in interfaces.map(|interface| interface.interface_number()) {
            // The kernel refuses while a driver has one. Those of the new configuration come by themselves.
            if self.claims.node.driver(number).is_some_and(|driver| !is_usbfs(&driver)) {
                let _ = self.device.detach_kernel_driver(number);
            }
        }
        let done = self.device.set_configuration(value).wait();
        done.map_err(|error| NusbError::system(Operation::Configure, &error))
    }

    async fn claim(&mut self, interface: u8) -> Result<(), NusbError> {
        if self.claims.of(interface).is_some() {
            return Ok(());
        }
        let claimed = if self.claims.node.driver(interface).is_some() {
            self.device.detach_and_claim_interface(interface).wait()
        } else {
            self.device.claim_interface(interface).wait()
        };
        let claimed = claimed.map_err(|error| NusbError::system(Operation::Claim, &error))?;
        self.claims.add(interface, claimed);
        Ok(())
    }

    async fn set_interface(&mut self, interface: u8, alternate: u8) -> Result<(), NusbError> {
        let claimed = self.claims.of(interface).ok_or(NusbError::NotClaimed)?;
        let done = claimed.set_alt_setting(alternate).wait();
        done.map_err(|error| NusbError::system(Operation::SetInterface, &error))
    }

    fn control(&mut self) -> Result<NusbControl, NusbError> {
        Ok(NusbControl {
            device: self.device.clone(),
            timeout: self.control_timeout,
            under_way: None,
            fetched: None,
            _claims: Arc::clone(&self.claims),
        })
    }

    fn open_in(&mut self, interface: u8, endpoint: &Endpoint) -> Result<NusbIn, NusbError> {
        Ok(NusbIn {
            pipe: if endpoint.is_interrupt() {
                AnyIn::Interrupt(self.pipe(interface, endpoint, INTERRUPT_IN)?)
            } else {
                AnyIn::Bulk(self.pipe(interface, endpoint, BULK_IN)?)
            },
            _claims: Arc::clone(&self.claims),
        })
    }

    fn open_out(&mut self, interface: u8, endpoint: &Endpoint) -> Result<NusbOut, NusbError> {
        Ok(NusbOut { pipe: self.pipe(interface, endpoint, AHEAD)?, _claims: Arc::clone(&self.claims) })
    }
}

impl NusbDevice {
    fn pipe<T, D>(&self, interface: u8, endpoint: &Endpoint, depth: usize) -> Result<Pipe<T, D>, NusbError>
    where
        T: BulkOrInterrupt,
        D: EndpointDirection,
    {
        let claimed = self.claims.of(interface).ok_or(NusbError::NotClaimed)?;
        let opened = claimed.endpoint::<T, D>(endpoint.address);
        let endpoint = opened.map_err(|error| NusbError::system(Operation::OpenPipe, &error))?;
        Ok(Pipe { endpoint, depth, halted: None, kept: VecDeque::new() })
    }
}

/// A transfer to the host, on its way.
type UnderWay = Pin<Box<dyn Future<Output = Result<Vec<u8>, TransferError>> + Send>>;

/// The control pipe of a device. Each has its own transfers; those of all of them take turns on the bus.
///
/// More than [`ControlPipe`] asks for, dropping the future of [`control_in`](ControlPipe::control_in) loses nothing if the
/// same request is made next: it goes on where it was left. So no encapsulated answer is lost by waiting for it with a
/// limit.
pub struct NusbControl {
    device: Device,
    timeout: Duration,
    /// A request whose future was dropped.
    under_way: Option<(Setup, UnderWay)>,
    /// What such a request has brought before another one was made.
    fetched: Option<(Setup, Result<Vec<u8>, TransferError>)>,
    /// Keeps the interfaces that requests go to.
    _claims: Arc<Claims>,
}

impl fmt::Debug for NusbControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NusbControl").field("timeout", &self.timeout).finish_non_exhaustive()
    }
}

impl NusbControl {
    /// Waits until a request that nobody waits for any more is done, and keeps what it has brought.
    async fn finish(&mut self) {
        if let Some((setup, transfer)) = &mut self.under_way {
            let done = transfer.as_mut().await;
            self.fetched = Some((*setup, done));
            self.under_way = None;
        }
    }
}

/// The kind and the recipient of a request (bmRequestType).
const fn addressed(setup: &Setup) -> (ControlType, Recipient) {
    let control_type = match (setup.request_type >> 5) & 3 {
        0 => ControlType::Standard,
        1 => ControlType::Class,
        _ => ControlType::Vendor,
    };
    let recipient = match setup.request_type & 0x1f {
        0 => Recipient::Device,
        1 => Recipient::Interface,
        2 => Recipient::Endpoint,
        _ => Recipient::Other,
    };
    (control_type, recipient)
}

impl ControlPipe for NusbControl {
    type Error = NusbError;

    async fn control_in(&mut self, setup: Setup, data: &mut [u8]) -> Result<usize, NusbError> {
        let done = match self.fetched.take_if(|(same, _)| *same == setup) {
            Some((_, done)) => done,
            None => {
                if self.under_way.as_ref().is_none_or(|(same, _)| *same != setup) {
                    self.finish().await;
                    let (control_type, recipient) = addressed(&setup);
                    let Setup { request, value, index, length, .. } = setup;
                    let wanted = ControlIn { control_type, recipient, request, value, index, length };
                    let transfer = self.device.control_in(wanted, self.timeout).into_future();
                    self.under_way = Some((setup, Box::pin(transfer)));
                }
                let done = match &mut self.under_way {
                    Some((_, transfer)) => transfer.as_mut().await,
                    None => Err(TransferError::InvalidArgument),
                };
                self.under_way = None;
                done
            }
        };
        let bytes = done.map_err(|error| NusbError::transfer(error, NusbError::TimedOut))?;
        let length = bytes.len().min(data.len());
        for (to, from) in data.iter_mut().zip(&bytes) {
            *to = *from;
        }
        Ok(length)
    }

    async fn control_out(&mut self, setup: Setup, data: &[u8]) -> Result<(), NusbError> {
        self.finish().await;
        let (control_type, recipient) = addressed(&setup);
        let Setup { request, value, index, .. } = setup;
        let wanted = ControlOut { control_type, recipient, request, value, index, data };
        let done = self.device.control_out(wanted, self.timeout).await;
        done.map_err(|error| NusbError::transfer(error, NusbError::TimedOut))
    }
}

/// What both directions have: a pipe with several transfers under way, and the way back from a halt.
struct Pipe<T: BulkOrInterrupt, D: EndpointDirection> {
    endpoint: ::nusb::Endpoint<T, D>,
    /// How many transfers may be under way.
    depth: usize,
    /// The error after which the others are called back, until all are.
    halted: Option<NusbError>,
    /// What had come before they were.
    kept: VecDeque<Buffer>,
}

impl<T: BulkOrInterrupt, D: EndpointDirection> Pipe<T, D> {
    /// The next transfer that is done, if one is under way. After an error the others are called back first; a halt is
    /// ended then, so that the pipe is as new.
    fn poll_done(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Buffer>, NusbError>> {
        loop {
            if self.endpoint.pending() == 0 {
                return Poll::Ready(match self.halted.take() {
                    Some(error) => Err(self.recover(error)),
                    None => Ok(None),
                });
            }
            let Completion { buffer, status, .. } = match self.endpoint.poll_next_complete(cx) {
                Poll::Ready(done) => done,
                Poll::Pending => return Poll::Pending,
            };
            match (status, self.halted) {
                (Ok(()), None) => return Poll::Ready(Ok(Some(buffer))),
                (Ok(()), Some(_)) => self.kept.push_back(buffer),
                (Err(error), None) => {
                    self.halted = Some(NusbError::transfer(error, NusbError::Gone));
                    self.endpoint.cancel_all();
                }
                (Err(_), Some(_)) => {}
            }
        }
    }

    /// Ends a halt. The error is the one to tell, unless this fails, too.
    fn recover(&mut self, error: NusbError) -> NusbError {
        if error != NusbError::Stall {
            return error;
        }
        match self.endpoint.clear_halt().wait() {
            Ok(()) => error,
            Err(failed) => NusbError::system(Operation::ClearHalt, &failed),
        }
    }
}

impl<T: BulkOrInterrupt, D: EndpointDirection> Drop for Pipe<T, D> {
    /// Interfaces can be released only when no transfer is under way.
    fn drop(&mut self) {
        if D::DIR == ::nusb::transfer::Direction::Out {
            while self.endpoint.pending() > 0 && self.endpoint.wait_next_complete(CLOSE).is_some() {}
        }
        self.endpoint.cancel_all();
        while self.endpoint.pending() > 0 && self.endpoint.wait_next_complete(CLOSE).is_some() {}
    }
}

impl<T: BulkOrInterrupt> Pipe<T, In> {
    /// Receives with transfers of `length` bytes, a multiple of the packet size.
    async fn receive(&mut self, buf: &mut [u8], length: usize) -> Result<usize, NusbError> {
        let done = match self.kept.pop_front() {
            Some(done) => done,
            None => {
                while self.halted.is_none() && self.endpoint.pending() < self.depth {
                    self.endpoint.submit(Buffer::new(length));
                }
                let done = poll_fn(|cx| self.poll_done(cx)).await?;
                done.ok_or(NusbError::Gone)?
            }
        };
        let received = done.len();
        match buf.get_mut(..received) {
            Some(room) => room.copy_from_slice(&done),
            None => return Err(NusbError::TooLong { needed: received }),
        }
        // The memory goes around, unless the caller has changed the size.
        if self.halted.is_none() && done.requested_len() == length && self.endpoint.pending() < self.depth {
            self.endpoint.submit(done);
        }
        Ok(received)
    }

    fn packet(&self) -> usize {
        self.endpoint.max_packet_size().max(1)
    }
}

/// A pipe to the host.
enum AnyIn {
    Bulk(Pipe<Bulk, In>),
    Interrupt(Pipe<Interrupt, In>),
}

/// A bulk or interrupt pipe to the host.
///
/// Give every [`receive`](TransferIn::receive) of a bulk pipe a buffer of the same length: it is how much the transfers ask
/// for that are under way already. On an interrupt pipe every packet is a transfer, however long: a notification that
/// fills its packets has no short one behind it.
///
/// After [`NusbError::Stall`] the halt has been ended, and the next transfer can be received.
pub struct NusbIn {
    pipe: AnyIn,
    /// Behind the pipe, which must be closed first.
    _claims: Arc<Claims>,
}

impl fmt::Debug for NusbIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NusbIn").finish_non_exhaustive()
    }
}

impl TransferIn for NusbIn {
    type Error = NusbError;

    async fn receive(&mut self, buf: &mut [u8]) -> Result<usize, NusbError> {
        match &mut self.pipe {
            AnyIn::Bulk(pipe) => {
                let length = whole_packets(buf.len(), pipe.packet());
                pipe.receive(buf, length).await
            }
            AnyIn::Interrupt(pipe) => {
                let packet = pipe.packet();
                pipe.receive(buf, packet).await
            }
        }
    }
}

/// The most bytes in whole packets that fit a buffer; one packet at least.
fn whole_packets(room: usize, packet: usize) -> usize {
    room.checked_rem(packet).map_or(packet, |rest| room.saturating_sub(rest)).max(packet)
}

/// A bulk pipe to the device.
///
/// A transfer counts as sent when it is under way, unless too many others are: then it waits for them. So an error may be
/// that of an earlier transfer; the one that the call was about is not sent then.
pub struct NusbOut {
    pipe: Pipe<Bulk, Out>,
    /// Behind the pipe, which must be closed first.
    _claims: Arc<Claims>,
}

impl fmt::Debug for NusbOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NusbOut").finish_non_exhaustive()
    }
}

impl TransferOut for NusbOut {
    type Error = NusbError;

    async fn send(&mut self, transfer: &[u8], terminate: bool) -> Result<(), NusbError> {
        let pipe = &mut self.pipe;
        // Takes the ones that are done away, and waits where nothing else helps.
        poll_fn(|cx| {
            while pipe.halted.is_some() || pipe.endpoint.pending() > 0 {
                match pipe.poll_done(cx) {
                    Poll::Ready(Ok(_)) => pipe.kept.clear(),
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Pending if pipe.halted.is_none() && pipe.endpoint.pending() < pipe.depth => break,
                    Poll::Pending => return Poll::Pending,
                }
            }
            Poll::Ready(Ok(()))
        })
        .await?;
        pipe.endpoint.submit(Buffer::from(transfer));
        let packet = pipe.endpoint.max_packet_size().max(1);
        // A transfer of no bytes is an empty packet already.
        if terminate && !transfer.is_empty() && transfer.len().checked_rem(packet) == Some(0) {
            pipe.endpoint.submit(Buffer::new(0));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use embedded_io::Error as _;

    use super::*;

    #[test]
    fn transfers_are_of_whole_packets() {
        assert_eq!(whole_packets(16384, 512), 16384);
        assert_eq!(whole_packets(16383, 512), 15872);
        assert_eq!(whole_packets(64, 512), 512);
        assert_eq!(whole_packets(0, 512), 512);
        assert_eq!(whole_packets(100, 1), 100);
    }

    #[test]
    fn requests_keep_their_kind_and_recipient() {
        let of = |request_type| addressed(&Setup { request_type, ..Setup::default() });
        assert_eq!(of(0xa1), (ControlType::Class, Recipient::Interface));
        assert_eq!(of(0x21), (ControlType::Class, Recipient::Interface));
        assert_eq!(of(0x80), (ControlType::Standard, Recipient::Device));
        assert_eq!(of(0x02), (ControlType::Standard, Recipient::Endpoint));
        assert_eq!(of(0xc0), (ControlType::Vendor, Recipient::Device));
    }

    #[test]
    fn errors_have_the_kinds_that_channels_go_by() {
        let of = |error| NusbError::transfer(error, NusbError::TimedOut);
        assert_eq!(of(TransferError::Disconnected).kind(), ErrorKind::NotConnected);
        assert_eq!(of(TransferError::Cancelled).kind(), ErrorKind::TimedOut);
        assert!(of(TransferError::Stall).is_stall());
        assert!(!of(TransferError::Fault).is_stall());
        assert_eq!(NusbError::TooLong { needed: 9 }.kind(), ErrorKind::OutOfMemory);
        assert_eq!(NusbError::Transfer { code: 12 }.kind(), ErrorKind::Other);
    }

    #[test]
    fn interfaces_of_other_programs_are_known() {
        assert!(is_usbfs(Path::new("../../../../../bus/usb/drivers/usbfs")));
        assert!(!is_usbfs(Path::new("../../../../../bus/usb/drivers/cdc_mbim")));
    }
}
