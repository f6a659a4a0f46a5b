//! The host side of USB: finds a modem's functions by the descriptors, sets them up, and turns their pipes into channels.
//!
//! Any host controller will do that implements [`UsbDevice`] for one device, enumerated and addressed.
//!
//! ```
//! use wwan::channel::Clock;
//! use wwan::usb::{self, MbimConfig, MbimLink, UsbDevice, find::Modem};
//!
//! /// Brings the MBIM function of a device up; `None` if it has none.
//! async fn mbim<D: UsbDevice, K: Clock>(device: &mut D, clock: K) -> Option<MbimLink<D, K>> {
//!     let mut buf = [0; 1024];
//!     let modem: Modem = usb::enumerate(&mut device.control().ok()?, &mut buf).await.ok()?;
//!     let function = modem.mbim().next()?;
//!     // Blocks of the data plane come in one transfer each; 4096 bytes are the room for one.
//!     usb::bring_up::mbim(device, modem.configuration, function, &MbimConfig::new(4096), clock).await.ok()
//! }
//! ```
//!
//! What that yields: `control`, the message channel for a client; `input` and `output`, the pipes of the data plane, with
//! `parameters`, which say how blocks on them are made.
//!
//! | file | holds |
//! |---|---|
//! | [`host`] | the traits between this and the host controller's driver |
//! | [`mod@enumerate`] | reads the descriptors, for hosts without an operating system that did |
//! | [`find`](mod@find) | the functions of a modem: MBIM, QMI, serial ports |
//! | [`quirk`] | what experience with modems has taught, as tables |
//! | [`bring_up`] | set-up of a function, step by step |
//! | [`encapsulated`] | control messages over the control pipe |
//! | [`relay`] | control transfers that are never broken off, over drivers that would |
//! | [`serial`] | serial ports as byte streams |
//! | [`chunked`] | whole transfers over controllers that are better given pieces of them |
//! | `memory` | a bus in memory, with the function side of this crate at its end (feature `device`) |
//! | `embassy` | host controllers with a driver for `embassy-usb-driver` (feature `embassy-usb`) |
//! | `nusb` | the host controllers of Linux: devices of usbfs (feature `nusb`) |

pub mod bring_up;
pub mod chunked;
#[cfg(feature = "embassy-usb")]
pub mod embassy;
pub mod encapsulated;
pub mod enumerate;
pub mod find;
pub mod host;
#[cfg(feature = "device")]
pub mod memory;
#[cfg(all(feature = "nusb", target_os = "linux"))]
pub mod nusb;
pub mod quirk;
pub mod relay;
pub mod serial;

pub use bring_up::{MbimConfig, MbimLink, QmiLink};
pub use chunked::{ChunkedIn, ChunkedOut};
pub use encapsulated::{Encapsulated, Notices};
pub use enumerate::enumerate;
pub use find::{Function, Modem, find};
pub use host::{ControlPipe, UsbDevice, UsbError};
#[cfg(feature = "device")]
pub use memory::MemoryBus;
pub use quirk::Quirks;
pub use relay::Relay;
pub use serial::SerialPort;
