//! Procedures: the steps from a cold modem to a connection, and what experience with real modems has taught about each.
//!
//! A procedure is sans-IO like a session: it is told what came of its last step, and says what to do next. It asks
//! nobody, waits for nobody and reads no clock, so that the same steps run in a client, under an executor or blocking, or
//! by hand on a session. For size too: what is written as a plain function costs a third of the same as a future.

#[cfg(feature = "at")]
pub mod at;
#[cfg(feature = "mbim")]
pub mod mbim;
#[cfg(feature = "qmi")]
pub mod qmi;

#[cfg(any(feature = "at", feature = "qmi"))]
mod ip_type;
#[cfg(any(feature = "at", feature = "qmi"))]
mod pin;
