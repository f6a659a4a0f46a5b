//! AT for cellular modems, and the 3GPP text formats that MBIM and QMI carry too: without allocation, for both roles.
//!
//! AT, from the bytes up:
//!
//! * [`cmux`]: the multiplexer of 3GPP TS 27.010, if there is one;
//! * [`framer`]: lines, prompts and counted bytes out of what a modem sends;
//! * [`classify`](mod@classify): whose a line is; [`result`]: what ends an answer;
//! * [`parameter`]: what stands between the commas, read and written;
//! * [`message`]: commands, their answers and URCs as types, and [`at_commands!`] and [`at_urcs!`], which declare them;
//!   [`command`] and [`urc`] hold those of the specifications and of many makers;
//! * [`radio`], [`address`], [`time`](mod@time), [`identity`]: what the numbers and texts in answers mean; [`input`]: checks of what
//!   people give for commands;
//! * [`line`](mod@line): what a host types, as a modem reads it;
//! * [`policy`]: splits a command line as a modem does, and lets through what the rules allow; in a stream of bytes too.
//!
//! Texts:
//!
//! * [`text`]: the character sets: the 7-bit alphabets with their national tables, packed or not, UCS-2, the SIM's
//!   codings, operator names, those of `+CSCS`; [`text::Text`] reads them all;
//! * [`phonebook`]: entries of the phone book on a SIM;
//! * [`sms`]: TPDUs of short messages, the parts of long ones, cell broadcast pages, and the CDMA format;
//! * [`ussd`]: texts of supplementary service dialogues with their coding scheme.
//!
//! Nothing here does I/O or knows time. What comes from the peer is never trusted: every reader checks its bounds,
//! costs bounded time, and says on failure which field at which offset it stumbled over.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "catalogue")]
extern crate alloc;

mod codec;
mod macros;

pub mod address;
#[cfg(feature = "catalogue")]
pub mod catalogue;
pub mod classify;
pub mod cmux;
pub mod command;
pub mod framer;
pub mod identity;
pub mod input;
pub mod line;
pub mod message;
pub mod parameter;
pub mod phonebook;
pub mod policy;
pub mod radio;
pub mod result;
pub mod sms;
pub mod text;
pub mod time;
pub mod urc;
pub mod ussd;

pub use codec::{DecodeError, DecodeErrorKind, EncodeError, Writer};

/// What the macros need.
#[doc(hidden)]
pub mod __private {
    #[cfg(feature = "defmt")]
    pub use defmt;
    #[cfg(feature = "catalogue")]
    pub use serde_json;

    /// Shows a value as it shows itself to people.
    #[cfg(feature = "defmt")]
    pub fn defmt_debug(f: defmt::Formatter<'_>, value: &dyn core::fmt::Debug) {
        defmt::write!(f, "{}", defmt::Debug2Format(value));
    }
}
