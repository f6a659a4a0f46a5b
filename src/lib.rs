//! Protocol engine for cellular modems.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(test, feature = "std"))]
extern crate std;

pub mod channel;
pub mod client;
pub mod session;
pub mod time;

#[cfg(feature = "mbim")]
pub use mbim_wire;
