//! The device services, one file each.

pub mod atds;
pub mod auth;
pub mod basic_connect;
pub mod compal;
pub mod dss;
pub mod fibocom;
pub mod google;
pub mod intel_at_tunnel;
pub mod intel_firmware_update;
pub mod intel_mutual_authentication;
pub mod intel_thermal_rf;
pub mod intel_tools;
pub mod known;
pub mod ms_basic_connect_extensions;
pub mod ms_firmware_id;
pub mod ms_host_shutdown;
pub mod ms_sar;
pub mod ms_uicc_low_level_access;
pub mod ms_voice_extensions;
pub mod phonebook;
pub mod proxy_control;
pub mod qdu;
pub mod qmi;
pub mod quectel;
pub mod sms;
pub mod stk;
pub mod ussd;

/// Every device service declared here.
#[cfg(feature = "catalogue")]
pub static SERVICES: &[&crate::catalogue::ServiceInfo] = &[
    &basic_connect::SERVICE,
    &sms::SERVICE,
    &ussd::SERVICE,
    &phonebook::SERVICE,
    &stk::SERVICE,
    &auth::SERVICE,
    &dss::SERVICE,
    &ms_basic_connect_extensions::SERVICE,
    &ms_firmware_id::SERVICE,
    &ms_host_shutdown::SERVICE,
    &ms_sar::SERVICE,
    &ms_uicc_low_level_access::SERVICE,
    &ms_voice_extensions::SERVICE,
    &proxy_control::SERVICE,
    &qmi::SERVICE,
    &qdu::SERVICE,
    &atds::SERVICE,
    &intel_firmware_update::SERVICE,
    &intel_thermal_rf::SERVICE,
    &intel_mutual_authentication::SERVICE,
    &intel_tools::SERVICE,
    &intel_at_tunnel::SERVICE,
    &quectel::SERVICE,
    &fibocom::SERVICE,
    &compal::SERVICE,
    &google::SERVICE,
];
