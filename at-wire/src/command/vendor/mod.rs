//! Makers' own commands, a module for each.

pub mod altair;
pub mod cinterion;
pub mod fibocom;
pub mod huawei;
pub mod icera;
pub mod linktop;
pub mod mbm;
pub mod mediatek;
pub mod nordic;
pub mod option;
pub mod qualcomm;
pub mod quectel;
pub mod sierra;
pub mod simcom;
pub mod telit;
pub mod ublox;
pub mod xmm;
pub mod zte;

/// The tables of the catalogue.
#[cfg(feature = "catalogue")]
pub static CATALOGUES: &[&[crate::catalogue::Info]] = &[
    altair::CATALOGUE,
    cinterion::CATALOGUE,
    fibocom::CATALOGUE,
    huawei::CATALOGUE,
    icera::CATALOGUE,
    linktop::CATALOGUE,
    mbm::CATALOGUE,
    mediatek::CATALOGUE,
    nordic::CATALOGUE,
    option::CATALOGUE,
    qualcomm::CATALOGUE,
    quectel::CATALOGUE,
    sierra::CATALOGUE,
    simcom::CATALOGUE,
    telit::CATALOGUE,
    ublox::CATALOGUE,
    xmm::CATALOGUE,
    zte::CATALOGUE,
];
