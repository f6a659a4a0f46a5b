//! QMI, the control protocol of Qualcomm modems: every message, and the frames of the data path, for host and modem, without
//! allocation.
//!
//! * [`frame`]: QMUX frames, headers of messages, plain messages as over QRTR; [`qrtr`]: how services are found there;
//! * [`tlv`]: the TLVs of a message;
//! * [`service`]: one file per service; each declares its messages once, with [`qmi_service!`], and gets from that a lazy view to
//!   read, a builder to write, and a catalogue entry;
//! * [`field`], [`text`], [`list`]: the wire formats, each a type;
//! * [`status`]: how a request went;
//! * [`qmap`]: packets of all data sessions in one transfer; [`link`]: what a packet begins with;
//! * `catalogue` (feature `catalogue`): names, types and JSON of everything declared, for tools on a host.
//!
//! Nothing here does I/O or knows time. What comes from the peer is never trusted: every getter checks its own bounds,
//! costs bounded time, and says on failure at which offset of which TLV of which message it stumbled.
//!
//! # Reading
//!
//! ```
//! use qmi_wire::View;
//! use qmi_wire::frame::{Frame, Kind};
//! use qmi_wire::service::{Service, ctl::allocate_cid};
//!
//! let bytes = [1, 23, 0, 0x80, 0, 0, 1, 2, 0x22, 0, 12, 0, 2, 4, 0, 0, 0, 0, 0, 1, 2, 0, 1, 1];
//! let message = Frame::parse(&bytes)?.message;
//! assert_eq!((message.kind(), message.transaction), (Kind::Response, 2));
//! let response = allocate_cid::Response::from_tlvs(message.tlvs);
//! response.result()?.ok()?;
//! let allocated = response.allocation_info()?;
//! assert_eq!((allocated.service.value, allocated.cid), (Service::WDS, 1));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Writing
//!
//! ```
//! use qmi_wire::frame::Framing;
//! use qmi_wire::message::write_request;
//! use qmi_wire::service::{Service, ctl::allocate_cid};
//!
//! let mut buffer = [0; 64];
//! let request = write_request::<allocate_cid::Message>(&mut buffer, Framing::host(0), 2, |request| {
//!     request.service(Service::WDS.into());
//! })?;
//! assert_eq!(request, [1, 15, 0, 0, 0, 0, 0, 2, 0x22, 0, 4, 0, 1, 1, 0, 1]);
//! # Ok::<(), qmi_wire::EncodeError>(())
//! ```
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "catalogue")]
extern crate alloc;

#[macro_use]
mod macros;

#[cfg(feature = "catalogue")]
pub mod catalogue;
mod codec;
pub mod field;
pub mod frame;
pub mod link;
pub mod list;
pub mod message;
mod names;
pub mod qmap;
pub mod qrtr;
pub mod service;
pub mod status;
pub mod text;
pub mod tlv;

pub use codec::{DecodeError, DecodeErrorKind, EncodeError, Reader, Writer};
pub use field::{Decode, Encode};
pub use message::{Builder, Exchange, Indicated, Message, View};
pub use status::{ProtocolError, Verdict};
pub use tlv::TlvSet;

/// What the exported macros need from here; not part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::names::named;
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
    pub fn defmt_number(f: defmt::Formatter<'_>, value: i64) {
        defmt::write!(f, "{=i64:#x}", value);
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
