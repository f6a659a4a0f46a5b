//! Reads the descriptors of a device that has an address, and picks the configuration that serves best: for hosts whose
//! operating system has not done so already.

use core::fmt;

use embedded_io::{Error as _, ErrorKind};
use mbim_wire::usb::descriptor::{Configuration, Device};
use mbim_wire::usb::standard_request::StandardRequest;

use super::find::Modem;
use super::host::ControlPipe;

/// The most configurations that are read. Modems have up to four.
const MAX_CONFIGURATIONS: u8 = 8;

/// Type numbers of descriptors (USB 2.0 table 9-5).
const DEVICE: u8 = 1;
const CONFIGURATION: u8 = 2;

/// Why a device was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum EnumerateError<E> {
    /// The bus failed, or the device refused.
    Usb(E),
    /// It has no device descriptor.
    Descriptor,
    /// It has no configuration that can be read in the memory given.
    NoConfiguration {
        /// Bytes that the longest one needs; 0 if none tells.
        needed: usize,
    },
}

impl<E: fmt::Display> fmt::Display for EnumerateError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usb(error) => error.fmt(f),
            Self::Descriptor => f.write_str("no device descriptor"),
            Self::NoConfiguration { needed: 0 } => f.write_str("no configuration"),
            Self::NoConfiguration { needed } => write!(f, "a configuration needs room for {needed} bytes"),
        }
    }
}

impl<E: core::error::Error> core::error::Error for EnumerateError<E> {}

impl<E: embedded_io::Error> embedded_io::Error for EnumerateError<E> {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Usb(error) => error.kind(),
            Self::Descriptor => ErrorKind::InvalidData,
            Self::NoConfiguration { needed: 0 } => ErrorKind::NotFound,
            Self::NoConfiguration { .. } => ErrorKind::OutOfMemory,
        }
    }
}

/// Asks for a descriptor; returns how many bytes came.
async fn descriptor<C: ControlPipe>(control: &mut C, kind: u8, nth: u8, buf: &mut [u8]) -> Result<usize, C::Error> {
    let length = u16::try_from(buf.len()).unwrap_or(u16::MAX);
    let setup = StandardRequest::GetDescriptor { kind, nth, language: 0, length }.setup();
    control.control_in(setup, buf).await
}

/// Reads device and configurations, and returns the configuration that serves a host best. `buf` is for one configuration at
/// a time: those of modems have 100 to 700 bytes. One that is longer, or that the device does not give, is passed over if
/// there is another.
///
/// # Errors
///
/// [`EnumerateError`].
///
/// # Cancellation
///
/// Nothing is changed in the device; ask again.
pub async fn enumerate<C: ControlPipe>(control: &mut C, buf: &mut [u8]) -> Result<Modem, EnumerateError<C::Error>> {
    let mut bytes = [0; Device::LEN];
    let length = descriptor(control, DEVICE, 0, &mut bytes).await.map_err(EnumerateError::Usb)?;
    let device = Device::parse(bytes.get(..length).unwrap_or_default()).map_err(|_| EnumerateError::Descriptor)?;
    let mut best: Option<Modem> = None;
    let mut needed = 0;
    for nth in 0..device.configurations.min(MAX_CONFIGURATIONS) {
        let mut head = [0; Configuration::LEN];
        let read = match descriptor(control, CONFIGURATION, nth, &mut head).await {
            Err(error) if error.kind() == ErrorKind::NotConnected => return Err(EnumerateError::Usb(error)),
            Err(_) => continue,
            Ok(read) => read,
        };
        let Ok(head) = Configuration::parse(head.get(..read).unwrap_or_default()) else {
            continue;
        };
        let length = usize::from(head.total_length);
        let Some(room) = buf.get_mut(..length) else {
            needed = needed.max(length);
            continue;
        };
        let read = match descriptor(control, CONFIGURATION, nth, room).await {
            Err(error) if error.kind() == ErrorKind::NotConnected => return Err(EnumerateError::Usb(error)),
            Err(_) => continue,
            Ok(read) => read,
        };
        let modem = Modem::look(&device, room.get(..read).unwrap_or_default());
        if best.as_ref().is_none_or(|best| modem.is_better_than(best)) {
            best = Some(modem);
        }
    }
    best.ok_or(EnumerateError::NoConfiguration { needed })
}
