//! The host side of USB against a device that does as it is told: what is found in descriptors, how functions are brought
//! up, and that no message is lost whenever a future is dropped.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::std_instead_of_alloc,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub
)]
#![cfg(feature = "usb")]

mod bench;
mod bring_up;
#[cfg(all(feature = "device", feature = "mbim", feature = "qmi", feature = "at"))]
mod bus;
#[cfg(feature = "embassy-usb")]
mod embassy;
mod encapsulated;
mod find;
mod pipes;
mod relay;
