//! A device on the wire of USB/IP, which Linux speaks in the kernel (`vhci_hcd`) and between machines (`usbip`).
//!
//! | file | holds |
//! |---|---|
//! | [`wire`] | the frames |
//! | [`urbs`] | the transfers of one host: which wait, which are done, and what they bring |
//!
//! Servers that exist (crate `usbip`) answer each transfer at once and hand on what is plugged in; a device of its own has
//! endpoints that say "not now" for minutes, and a time of its own.

pub mod urbs;
pub mod wire;
