//! A modem without hardware, for whoever writes or tests modem software.
//!
//! The modem itself is [`wwan::device`]. Here are the [`scenario`]s that it plays, and the doors behind which it
//! stands:
//!
//! | door | for |
//! |---|---|
//! | [`InProcess`], [`AsyncInProcess`] | a client in the same program, in real time or faster than time |
//! | `virtual-modem pty` | programs that open a device node: mbimcli, qmicli, their proxies; gammu, picocom |
//! | `virtual-modem socket` | the serial port of an emulator, clients of a `qmux_socket`, and other streams |
//! | `virtual-modem vhci` | the drivers of this kernel, and whoever uses them: the modem is a USB device |
//! | `virtual-modem usbip` | those of a kernel elsewhere |
//!
//! It speaks MBIM, QMI or AT, a [`Face`] of the same modem each; on USB, several of them at the same time.
#![allow(clippy::std_instead_of_core, clippy::std_instead_of_alloc)] // a program for hosts

#[cfg(feature = "cli")]
pub mod doors;
mod in_process;
mod machine;
#[cfg(feature = "network")]
pub mod network;
#[cfg(feature = "at")]
mod pipes;
mod room;
pub mod scenario;
#[cfg(feature = "usb")]
pub mod usb;
#[cfg(feature = "usb")]
pub mod usbip;

pub use in_process::{AsyncInProcess, InProcess, Time};
#[cfg(feature = "at")]
pub use machine::CHANNELS;
pub use machine::{Face, InProcessError};
pub use room::Room;
pub use scenario::Scenario;
