//! The commands of ITU-T V.250, 3GPP TS 27.007 and 27.005, and of makers.

pub mod broadcast;
pub mod call;
pub mod cdma;
pub mod equipment;
pub mod general;
pub mod group;
pub mod location;
pub mod network;
pub mod packet;
pub mod phonebook;
pub mod services;
pub mod sim;
pub mod sms;
pub mod vendor;

/// All tables of the catalogue.
#[cfg(feature = "catalogue")]
pub static CATALOGUES: &[&[crate::catalogue::Info]] = &[
    general::CATALOGUE,
    call::CATALOGUE,
    services::CATALOGUE,
    network::CATALOGUE,
    equipment::CATALOGUE,
    sim::CATALOGUE,
    packet::CATALOGUE,
    phonebook::CATALOGUE,
    sms::CATALOGUE,
    group::CATALOGUE,
    location::CATALOGUE,
    broadcast::CATALOGUE,
    cdma::CATALOGUE,
    vendor::huawei::CATALOGUE,
    vendor::telit::CATALOGUE,
    vendor::cinterion::CATALOGUE,
    vendor::ublox::CATALOGUE,
    vendor::xmm::CATALOGUE,
    vendor::altair::CATALOGUE,
    vendor::simcom::CATALOGUE,
    vendor::icera::CATALOGUE,
    vendor::quectel::CATALOGUE,
    vendor::mbm::CATALOGUE,
    vendor::sierra::CATALOGUE,
    vendor::linktop::CATALOGUE,
    vendor::nordic::CATALOGUE,
    vendor::option::CATALOGUE,
    vendor::qualcomm::CATALOGUE,
    vendor::fibocom::CATALOGUE,
    vendor::mediatek::CATALOGUE,
    vendor::zte::CATALOGUE,
];
