//! Codec for AT commands: line framer, parameters, result codes, SMS PDUs, character sets, CMUX frames.
//!
//! The crate is reserved and empty: no command is declared yet.
#![no_std]
#![forbid(unsafe_code)]
