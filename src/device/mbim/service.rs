//! The device services that are served, one file each.

pub(super) mod atds;
pub(super) mod auth;
pub(super) mod basic_connect;
#[cfg(feature = "at")]
pub(super) mod compal;
pub(super) mod dss;
#[cfg(feature = "at")]
pub(super) mod fibocom;
pub(super) mod google;
#[cfg(feature = "at")]
pub(super) mod intel_at_tunnel;
pub(super) mod intel_firmware_update;
pub(super) mod intel_mutual_authentication;
pub(super) mod intel_thermal_rf;
pub(super) mod intel_tools;
pub(super) mod ms_basic_connect_extensions;
pub(super) mod ms_firmware_id;
pub(super) mod ms_host_shutdown;
pub(super) mod ms_sar;
pub(super) mod ms_uicc_low_level_access;
pub(super) mod ms_voice_extensions;
pub(super) mod phonebook;
pub(super) mod qdu;
#[cfg(feature = "qmi")]
pub(super) mod qmi;
pub(super) mod quectel;
pub(super) mod sms;
pub(super) mod stk;
pub(super) mod ussd;

use mbim_wire::service::{self as wire, basic_connect as bc, ms_basic_connect_extensions as ext};
use mbim_wire::{Command, Uuid};

use super::commands::Service;

/// A state that is told again after events were missed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeated {
    pub(super) service: &'static Service,
    pub(super) cid: u32,
    /// Every session has one, or every SIM slot.
    pub(super) each_session: bool,
}

const fn basic<C: Command>() -> Repeated {
    Repeated { service: &basic_connect::SERVICE, cid: C::CID, each_session: false }
}

const fn extended<C: Command>() -> Repeated {
    Repeated { service: &ms_basic_connect_extensions::SERVICE, cid: C::CID, each_session: false }
}

const fn message<C: Command>() -> Repeated {
    Repeated { service: &sms::SERVICE, cid: C::CID, each_session: false }
}

/// The states that are told again, in the order in which that is done.
pub(super) static STATES: &[Repeated] = &[
    Repeated { each_session: true, ..extended::<ext::SlotInfoStatus>() },
    Repeated { each_session: true, ..basic::<bc::Connect>() },
    basic::<bc::PacketService>(),
    basic::<bc::RegisterState>(),
    basic::<bc::RadioState>(),
    basic::<bc::SubscriberReadyStatus>(),
    basic::<bc::SignalState>(),
    Repeated { each_session: true, ..basic::<bc::IpConfiguration>() },
    extended::<ext::LteAttachInfo>(),
    extended::<ext::LocationInfoStatus>(),
    basic::<bc::EmergencyMode>(),
    basic::<bc::PreferredProviders>(),
    basic::<bc::MulticarrierProviders>(),
    basic::<bc::ProvisionedContexts>(),
    extended::<ext::ProvisionedContexts>(),
    extended::<ext::LteAttachConfiguration>(),
    extended::<ext::NetworkDenylist>(),
    extended::<ext::ModemLoggingConfig>(),
    extended::<ext::ModemConfiguration>(),
    Repeated { service: &ms_sar::SERVICE, cid: wire::ms_sar::TransmissionStatus::CID, each_session: false },
    Repeated { service: &phonebook::SERVICE, cid: wire::phonebook::Configuration::CID, each_session: false },
    message::<wire::sms::Configuration>(),
    message::<wire::sms::MessageStoreStatus>(),
    Repeated { service: &google::SERVICE, cid: wire::google::CarrierLock::CID, each_session: false },
    Repeated { service: &intel_thermal_rf::SERVICE, cid: wire::intel_thermal_rf::Rfim::CID, each_session: false },
];

/// Whether a command may come before the versions are agreed upon, which any other command ends (MBIMEx 2.0).
pub(super) fn before_negotiation(service: Uuid, cid: u32) -> bool {
    (service, cid) == (bc::BASIC_CONNECT, bc::DeviceServices::CID)
        || (service, cid) == (ext::MS_BASIC_CONNECT_EXTENSIONS, ext::Version::CID)
}
