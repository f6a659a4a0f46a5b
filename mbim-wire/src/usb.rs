//! The USB side of a function: what its descriptors say, what is asked of it on the control pipe, and what it tells on the
//! interrupt pipe (MBIM 1.0 §6, NCM 1.0 §5 and §6). Bytes only, for host and function.
//!
//! Names are those of the specifications, without the letters
//! in front that tell the type.

pub mod class_request;
pub mod descriptor;
pub mod notification;
