//! MBIM, the Mobile Broadband Interface Model: every control message, the blocks of the data plane, descriptors and class
//! requests, for host and function, without allocation.
//!
//! * [`message`]: the nine message types, their headers, protocol errors and statuses;
//! * [`fragment`]: splitting long messages in place, and putting them together again;
//! * [`service`]: one file per device service; each declares its structures and commands once, with [`mbim_struct!`] and
//!   [`mbim_command!`], and gets from that a lazy view to read, a plain struct to write, and a catalogue entry;
//! * [`field`], [`text`], [`bytes`], [`list`], [`tlv`], [`address`], [`uuid`]: the wire formats, each a type;
//! * [`ntb`]: transfer blocks with the datagrams of all sessions, read in place, and aggregated;
//! * [`usb`]: descriptors, class requests and notifications;
//! * `catalogue` (feature `catalogue`): names, types and JSON of everything declared, for tools on a host.
//!
//! Nothing here does I/O or knows time. What comes from the peer is never trusted: every getter checks its own bounds,
//! costs bounded time, and says on failure at which offset of which structure it stumbled.
//!
//! # Reading
//!
//! ```
//! use mbim_wire::message::{Body, Transfer};
//! use mbim_wire::service::basic_connect::{RadioStateInfoView, RadioSwitchState};
//! use mbim_wire::View;
//!
//! # const INDICATION: &[u8] = &[
//! #     7, 0, 0, 0x80, 0x34, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xa2, 0x89, 0xcc, 0x33, 0xbc, 0xbb, 0x8b, 0x4f,
//! #     0xb6, 0xb0, 0x13, 0x3e, 0xc2, 0xaa, 0xe6, 0xdf, 3, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];
//! let transfer = Transfer::parse(INDICATION)?;
//! let Body::IndicateStatus(fragment) = transfer.body else { panic!() };
//! let indication = fragment.indicate_status()?;
//! let state = RadioStateInfoView::new(indication.body);
//! assert_eq!(state.sw_radio_state()?, RadioSwitchState::ON);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Writing
//!
//! ```
//! use mbim_wire::message::write_set;
//! use mbim_wire::service::basic_connect::{Pin, PinOperation, PinSet, PinType};
//!
//! let mut buffer = [0; 128];
//! let pin = PinSet { pin_type: PinType::PIN1, pin_operation: PinOperation::ENTER, pin: "1234".into(), ..Default::default() };
//! let message = write_set::<Pin>(&mut buffer, 5, &pin)?;
//! assert_eq!(message.len(), 0x50);
//! # Ok::<(), mbim_wire::EncodeError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "catalogue")]
extern crate alloc;

mod codec;
#[macro_use]
mod macros;
#[macro_use]
mod packed;

pub mod address;
pub mod bytes;
#[cfg(feature = "catalogue")]
pub mod catalogue;
pub mod field;
pub mod fragment;
pub mod list;
pub mod message;
pub mod ntb;
pub mod service;
pub mod status;
pub mod subscription;
pub mod text;
pub mod tlv;
pub mod usb;
pub mod uuid;

pub use codec::{DecodeError, DecodeErrorKind, EncodeError, StructWriter, Writer};
pub use field::{Command, Count, Encode, Field, Notification, Query, Set, View};
pub use status::{ProtocolError, Status};
pub use uuid::Uuid;

/// What the exported macros need from here; not part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::field::offset;
    pub use bitflags;
    #[cfg(feature = "defmt")]
    pub use defmt;

    /// Writes the name of a value.
    #[cfg(feature = "defmt")]
    pub fn defmt_str(f: defmt::Formatter<'_>, name: &str) {
        defmt::write!(f, "{=str}", name);
    }

    /// Writes a value without a name, or a set of flags.
    #[cfg(feature = "defmt")]
    pub fn defmt_number(f: defmt::Formatter<'_>, value: u64) {
        defmt::write!(f, "{=u64:#x}", value);
    }

    /// Writes a structure the way it prints elsewhere, personal values masked.
    #[cfg(feature = "defmt")]
    pub fn defmt_debug(f: defmt::Formatter<'_>, value: &dyn core::fmt::Debug) {
        defmt::write!(f, "{}", defmt::Debug2Format(value));
    }

    /// Stands for a personal value in debug output.
    pub struct Masked;

    impl core::fmt::Debug for Masked {
        fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str("***")
        }
    }
}
