//! What is asked of the driver of a USB host controller: one device, enumerated and addressed, with its control pipe and
//! whole transfers on its other pipes.

use mbim_wire::usb::class_request::Setup;
use mbim_wire::usb::descriptor::Endpoint;

use crate::channel::{TransferIn, TransferOut};

/// What can go wrong on the bus.
///
/// [`kind`](embedded_io::Error::kind) is [`NotConnected`](embedded_io::ErrorKind) once the device is gone.
pub trait UsbError: embedded_io::Error {
    /// Whether the device answered with STALL: it refuses the request. On a control pipe the next request may follow at once.
    fn is_stall(&self) -> bool;
}

/// A device, enumerated and addressed, seen by its host.
#[allow(async_fn_in_trait)] // as with channels, Send bounds are the business of the device's owner
pub trait UsbDevice {
    /// What can go wrong; the same for all pipes.
    type Error: UsbError;
    /// The control pipe.
    type Control: ControlPipe<Error = Self::Error>;
    /// A bulk or interrupt pipe to the host.
    type In: TransferIn<Error = Self::Error>;
    /// A bulk pipe to the device.
    type Out: TransferOut<Error = Self::Error>;

    /// SET_CONFIGURATION, if the device has not that configuration already.
    ///
    /// # Errors
    ///
    /// Whatever the bus reports; STALL if there is no such configuration.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves open which configuration is set.
    async fn set_configuration(&mut self, value: u8) -> Result<(), Self::Error>;

    /// Takes an interface from whoever has it, such as a driver of the operating system. Hosts without such a thing do nothing.
    ///
    /// # Errors
    ///
    /// Whatever the host reports, such as that another program has it.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves open whether it is taken; ask again.
    async fn claim(&mut self, interface: u8) -> Result<(), Self::Error>;

    /// SET_INTERFACE. Pipes of the former setting end; open those of the new one.
    ///
    /// # Errors
    ///
    /// Whatever the bus reports; STALL if there is no such setting.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves open which setting is current.
    async fn set_interface(&mut self, interface: u8, alternate: u8) -> Result<(), Self::Error>;

    /// The control pipe. May be called several times: each task has its own, and their transfers take turns.
    ///
    /// # Errors
    ///
    /// Whatever the host reports, such as that it has no more of them.
    fn control(&mut self) -> Result<Self::Control, Self::Error>;

    /// Opens a bulk or interrupt pipe to the host, of the current setting of `interface`.
    ///
    /// A pipe that reported STALL is halted; clearing that (CLEAR_FEATURE(ENDPOINT_HALT), and the data toggle of the host's
    /// side) before the next transfer is the implementation's duty, here and for pipes to the device.
    ///
    /// # Errors
    ///
    /// Whatever the host reports, such as that it has no more pipes.
    fn open_in(&mut self, interface: u8, endpoint: &Endpoint) -> Result<Self::In, Self::Error>;

    /// Opens a bulk pipe to the device, of the current setting of `interface`.
    ///
    /// # Errors
    ///
    /// As for [`open_in`](Self::open_in).
    fn open_out(&mut self, interface: u8, endpoint: &Endpoint) -> Result<Self::Out, Self::Error>;
}

/// Transfers on the control pipe. The implementation limits their time (USB 2.0 §9.2.6.4 allows a device five seconds);
/// what has no limit is an error that never comes.
#[allow(async_fn_in_trait)]
pub trait ControlPipe {
    /// What can go wrong.
    type Error: UsbError;

    /// A transfer whose data goes to the host: into `data`, as many bytes as it has or `setup` asks for, whichever is fewer.
    /// Returns how many came.
    ///
    /// # Errors
    ///
    /// Whatever the bus reports; STALL if the device refuses.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses nothing that the device gives only once: a transfer that the implementation cannot take
    /// back it finishes, and hands the data to the next call if that is the same request (the same `setup`); an error it
    /// hands out in the same way. Another request never gets the data of this one.
    async fn control_in(&mut self, setup: Setup, data: &mut [u8]) -> Result<usize, Self::Error>;

    /// A transfer whose data goes to the device, or that has none. `setup.length` is the length of `data`.
    ///
    /// # Errors
    ///
    /// Whatever the bus reports; STALL if the device refuses.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves open whether the device has the request. The pipe stays usable.
    async fn control_out(&mut self, setup: Setup, data: &[u8]) -> Result<(), Self::Error>;

    /// The most bytes of data that a transfer can have. Nobody asks for more: it would be cut.
    fn max_transfer(&self) -> usize {
        u16::MAX.into()
    }
}

impl<T: ControlPipe + ?Sized> ControlPipe for &mut T {
    type Error = T::Error;

    async fn control_in(&mut self, setup: Setup, data: &mut [u8]) -> Result<usize, Self::Error> {
        T::control_in(self, setup, data).await
    }

    async fn control_out(&mut self, setup: Setup, data: &[u8]) -> Result<(), Self::Error> {
        T::control_out(self, setup, data).await
    }

    fn max_transfer(&self) -> usize {
        T::max_transfer(self)
    }
}
