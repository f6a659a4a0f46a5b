//! Sessions: the protocols without input and output.
//!
//! A session takes bytes and the time, and gives back what they meant, bytes to send, and the time at which it wants to
//! be called again. It owns no thread, no socket and no clock, and all its memory is the caller's; what it must remember
//! lives in the session and not in a future, so that a caller may give up waiting at any moment.
//!
//! The rules of the run loop are the same for every session:
//!
//! 1. change something: start a command, hand in a received transfer;
//! 2. send what `transmit` lends until it returns `None`;
//! 3. wait for the next transfer or for `poll_at`, whichever comes first;
//! 4. when the time has come, call `expire` until it returns `None`, and go on with 2.

#[cfg(feature = "at")]
pub mod at;
#[cfg(feature = "at")]
pub mod cmux;
#[cfg(feature = "mbim")]
pub mod mbim;
#[cfg(feature = "qmi")]
pub mod qmi;
