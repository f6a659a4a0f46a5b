//! Sharing a modem: several programs, one modem, and none of them notices the others.
//!
//! A modem takes one host only. The proxy is that host, and plays the modem for everybody else, in the protocol of the
//! proxies that existing programs know. Like a session it takes bytes and the time, and gives back bytes and the time at
//! which it wants to be called again; sockets and files are its caller's business.

#[cfg(feature = "mbim")]
pub mod mbim;
