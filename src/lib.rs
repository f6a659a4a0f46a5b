//! A protocol engine for cellular modems: MBIM, QMI and AT in `no_std` Rust, allocation-free, in both roles. `unsafe` stands
//! in two places of the Linux channels: an ioctl, and addresses of QRTR.
//!
//! Use it to talk to a modem from Linux or from a microcontroller that is the modem's USB host, with the same code; or to
//! *be* a modem that real hosts take for one. It does not configure network interfaces and decides no policy: it brings a
//! bearer up and hands out the addresses.
//!
//! ```
//! # #[cfg(all(feature = "mbim", feature = "std"))] {
//! use wwan::channel::linux::LinuxChannel;
//! use wwan::client::mbim::{ConnectRequest, Memory, Selection, blocking::Client};
//! use wwan::session::mbim::{self, Config, Slot};
//! use wwan::time::Millis;
//!
//! # fn connect() -> Result<(), Box<dyn core::error::Error>> {
//! let (mut slots, mut command, mut answer) = ([Slot::FREE; 2], [0; 1024], [0; 4096]);
//! let (mut transfer, mut indications) = ([0; 4096], [0; 1024]);
//! let session = mbim::Memory { slots: &mut slots, command: &mut command, answer: &mut answer, indication: &mut [] };
//! let memory = Memory { transfer: &mut transfer, indications: &mut indications, session };
//! let channel = LinuxChannel::open("/dev/cdc-wdm0")?;
//! let mut modem = Client::new(channel, Config::default(), memory);
//!
//! modem.open()?;
//! modem.unlock("1234")?;
//! modem.register(Selection::Automatic, Millis::from_secs(60))?;
//! modem.attach(Millis::from_secs(30))?;
//! modem.connect(&ConnectRequest { apn: "internet", ..Default::default() })?;
//! for address in modem.ip_configuration(0)?.ipv4_address()?.iter() {
//!     println!("{:?}", address?);
//! }
//! # Ok(())
//! # }
//! # }
//! ```
//!
//! # Layers
//!
//! | module | does |
//! |---|---|
//! | [`client`] | requests and answers, asynchronous or blocking |
//! | [`device`] | the other end: the function role, and a model of a modem behind it (feature `device`) |
//! | [`net`] | the data plane: packets of several sessions over one pipe, and network devices for IP stacks (feature `net`) |
//! | [`procedure`] | what to do step by step, without I/O, and what experience with modems has taught about it |
//! | [`proxy`] | one modem for several programs, in the protocols of mbim-proxy and qmi-proxy, without I/O |
//! | [`session`] | the protocols without I/O and without a clock: transactions, time limits, fragments |
//! | [`apdu`] | commands for the card, of any length |
//! | [`sms`] | short messages of all protocols, whole ones made of their parts (feature `sms`) |
//! | [`channel`] | one whole control message at a time, over anything |
//! | [`usb`] | the host side of USB: a modem's functions, found and set up (feature `usb`) |
//! | [`time`] | time as an argument |
//! | [`mbim_wire`], [`qmi_wire`], [`at_wire`] | the codecs: every message, lazily read |
//!
//! All memory is the caller's, given at construction. Futures may be dropped at any moment; each says under
//! *Cancellation* what that means.
//!
//! # Features
//!
//! `mbim`, `qmi`, `at`, `device`, `net`, `sms` and `usb` (all on by default), `std` (channels and clocks for Linux), `async-io` (the asynchronous ones),
//! `nusb` (devices of Linux' usbfs), `embassy-usb` (USB host controllers of microcontrollers), `embassy-net` and `smoltcp` (network devices for these IP stacks), `defmt`. Features add; none excludes another. The minimum supported Rust version is 1.87.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod apdu;
pub mod channel;
#[cfg(all(feature = "qmi", any(feature = "net", all(feature = "device", feature = "usb"))))]
mod checksum;
pub mod client;
#[cfg(feature = "device")]
pub mod device;
#[cfg(feature = "net")]
pub mod net;
#[cfg(feature = "mbim")]
mod outgoing;
pub mod procedure;
#[cfg(any(feature = "mbim", feature = "qmi"))]
pub mod proxy;
mod ring;
pub mod session;
#[cfg(feature = "sms")]
pub mod sms;
pub mod time;
#[cfg(feature = "usb")]
pub mod usb;

#[cfg(any(feature = "at", feature = "sms"))]
pub use at_wire;
#[cfg(any(feature = "mbim", feature = "usb"))]
pub use mbim_wire;
#[cfg(feature = "qmi")]
pub use qmi_wire;
