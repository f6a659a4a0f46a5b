//! The host side of USB: finds a modem's functions by the descriptors, sets them up, and turns their pipes into channels.
//!
//! Any host controller will do that implements [`UsbDevice`] for one device, enumerated and addressed.
//!
//! | file | holds |
//! |---|---|
//! | [`host`] | the traits between this and the host controller's driver |
//! | `nusb` | that driver on Linux: devices of usbfs (feature `nusb`) |

pub mod host;
#[cfg(all(feature = "nusb", target_os = "linux"))]
pub mod nusb;

pub use host::{ControlPipe, UsbDevice, UsbError};
