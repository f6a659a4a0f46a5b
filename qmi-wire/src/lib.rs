//! Codec for QMI, the control protocol of Qualcomm modems: QMUX and QRTR framing, TLVs, services.
//!
//! The crate is reserved and empty: no message is declared yet.
#![no_std]
#![forbid(unsafe_code)]
