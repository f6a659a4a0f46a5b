//! The device services, one file each.

pub mod basic_connect;

/// Every device service declared here.
#[cfg(feature = "catalogue")]
pub static SERVICES: &[&crate::catalogue::ServiceInfo] = &[&basic_connect::SERVICE];
