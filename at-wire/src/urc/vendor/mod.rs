//! Makers' own URCs, a module for each. A host listens to those of the modem that it has: some names mean different
//! things to different makers.

pub mod altair;
pub mod cinterion;
pub mod hisilicon;
pub mod huawei;
pub mod icera;
pub mod mbm;
pub mod mediatek;
pub mod nordic;
pub mod option;
pub mod quectel;
pub mod sequans;
pub mod sierra;
pub mod simcom;
pub mod telit;
pub mod ublox;
pub mod xmm;
pub mod zte;

/// The names of each module.
pub static NAMES: &[&[&str]] = &[
    altair::NAMES,
    cinterion::NAMES,
    hisilicon::NAMES,
    huawei::NAMES,
    icera::NAMES,
    mbm::NAMES,
    mediatek::NAMES,
    nordic::NAMES,
    option::NAMES,
    quectel::NAMES,
    sequans::NAMES,
    sierra::NAMES,
    simcom::NAMES,
    telit::NAMES,
    ublox::NAMES,
    xmm::NAMES,
    zte::NAMES,
];

/// All tables of the catalogue.
#[cfg(feature = "catalogue")]
pub static CATALOGUES: &[&[crate::catalogue::Info]] = &[
    altair::URC_CATALOGUE,
    cinterion::URC_CATALOGUE,
    hisilicon::URC_CATALOGUE,
    huawei::URC_CATALOGUE,
    icera::URC_CATALOGUE,
    mbm::URC_CATALOGUE,
    mediatek::URC_CATALOGUE,
    nordic::URC_CATALOGUE,
    option::URC_CATALOGUE,
    quectel::URC_CATALOGUE,
    sequans::URC_CATALOGUE,
    sierra::URC_CATALOGUE,
    simcom::URC_CATALOGUE,
    telit::URC_CATALOGUE,
    ublox::URC_CATALOGUE,
    xmm::URC_CATALOGUE,
    zte::URC_CATALOGUE,
];
