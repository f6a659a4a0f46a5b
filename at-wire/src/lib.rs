//! AT for cellular modems, and the 3GPP text formats that MBIM and QMI carry too: without allocation, for both roles.
//!
//! * [`text`]: the character sets: the 7-bit alphabets with their national tables, packed or not, UCS-2, the SIM's
//!   codings, operator names, those of `+CSCS`; [`text::Text`] reads them all;
//! * [`sms`]: TPDUs of short messages, the parts of long ones, cell broadcast pages, and the CDMA format;
//! * [`ussd`]: texts of supplementary service dialogues with their coding scheme.
//!
//! Nothing here does I/O or knows time. What comes from the peer is never trusted: every reader checks its bounds,
//! costs bounded time, and says on failure which field at which offset it stumbled over.
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod codec;

pub mod sms;
pub mod text;
pub mod ussd;

pub use codec::{DecodeError, DecodeErrorKind, EncodeError, Writer};
