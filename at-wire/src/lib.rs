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
//! # From bytes to an answer
//!
//! The [`Framer`](framer::Framer) cuts what the modem sends, [`classify`](mod@classify) says whose a line is, and the types of
//! [`command`] and [`urc`] read it. Nothing else is needed to speak to a modem:
//!
//! ```
//! use at_wire::classify::{Class, Pending, classify};
//! use at_wire::command::network::csq;
//! use at_wire::framer::{Event, Expected, Framer};
//! use at_wire::message::{Line, Request};
//! use at_wire::result::{FinalResult, Options};
//! use at_wire::urc::standard::{CMti, NAMES};
//!
//! let mut buffer = [0; 32];
//! assert_eq!(csq::Execute {}.to_line(&mut buffer)?, b"AT+CSQ\r");
//!
//! // A message arrives while the answer is under way.
//! let mut input: &[u8] = b"\r\n+CMTI: \"SM\",3\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n";
//! let pending = Pending { names: &[csq::NAME], ..Pending::default() };
//! let (mut memory, expected) = ([0; 256], Expected::default());
//! let mut framer = Framer::new(&mut memory);
//! let (mut rssi, mut index, mut done) = (None, None, false);
//! while let Some(event) = framer.next(&mut input, &expected) {
//!     let Event::Line(line) = event else { continue };
//!     match classify(line, Some(&pending), NAMES, Options::LENIENT) {
//!         Class::Response => rssi = Some(csq::ExecuteAnswer::parse(line)?.rssi),
//!         Class::Unsolicited(_) => index = Some(CMti::parse(line)?.index),
//!         Class::Final(result) => done = result == FinalResult::Ok,
//!         Class::Stray(_) | Class::Unknown => {}
//!     }
//! }
//! assert_eq!((rssi, index, done), (Some(20), Some(3), true));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # A message out of its PDU
//!
//! ```
//! use at_wire::sms::{Direction, Pdu, Tpdu};
//! use at_wire::text::hex;
//!
//! let line = b"07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";
//! let mut octets = [0; Pdu::MAX_LEN];
//! let octets = hex::decode(line, &mut octets)?;
//! let Tpdu::Deliver(message) = Pdu::parse(octets, Direction::ToMobile)?.tpdu else { panic!("a DELIVER") };
//! let text: Option<String> = message.user_data.text().map(|text| text.chars().collect());
//! assert_eq!(text.as_deref(), Some("How are you?"));
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! # Bounds
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
