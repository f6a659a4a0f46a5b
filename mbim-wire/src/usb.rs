//! The USB side of a function: what its descriptors say, what is asked of it on the control pipe, and what it tells on the
//! interrupt pipe (MBIM 1.0 §6, NCM 1.0 §5 and §6). Bytes only, for host and function.
//!
//! Names are those of the specifications, without the letters
//! in front that tell the type.
//!
//! * [`descriptor`]: what a function consists of;
//! * [`standard_request`]: what is asked of every device;
//! * [`class_request`]: what is asked of an MBIM or NCM function;
//! * [`serial`]: what is asked of a serial port, as modems have for AT commands beside such a function;
//! * [`notification`]: what the function tells.

pub mod class_request;
pub mod descriptor;
pub mod notification;
pub mod serial;
pub mod standard_request;
