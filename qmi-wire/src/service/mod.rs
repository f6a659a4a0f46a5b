//! The services, one file each, and what they share.

use core::fmt;

pub mod atr;
pub mod ctl;
pub mod dms;
pub mod dpm;
pub mod dsd;
pub mod fox;
pub mod gas;
pub mod gms;
pub mod ims;
pub mod imsa;
pub mod imsdcm;
pub mod imsp;
pub mod loc;
pub mod nas;
pub mod oma;
pub mod pbm;
pub mod pdc;
pub mod pds;
pub mod qos;
pub mod sar;
pub mod ssc;
pub mod uim;
pub mod voice;
pub mod wda;
pub mod wds;
pub mod wms;

crate::open_enum! {
    /// A service. QMUX frames carry 8 bits of the number.
    pub struct Service "QmiService" (u16) {
        /// Control: clients, versions, synchronising.
        CTL = 0,
        /// Wireless data: sessions, profiles, addresses.
        WDS = 1,
        /// Device management.
        DMS = 2,
        /// Network access.
        NAS = 3,
        /// Quality of service.
        QOS = 4,
        /// Short messages.
        WMS = 5,
        /// Positioning, older.
        PDS = 6,
        /// EAP authentication.
        AUTH = 7,
        /// AT commands for programs on the host.
        AT = 8,
        /// Calls and USSD.
        VOICE = 9,
        /// Card application toolkit.
        CAT2 = 10,
        /// Cards.
        UIM = 11,
        /// Phone books.
        PBM = 12,
        /// Push to talk.
        QCHAT = 13,
        /// Remote file system.
        RMTFS = 14,
        /// Tests.
        TEST = 15,
        /// Positioning.
        LOC = 16,
        /// Transmit power near a body.
        SAR = 17,
        /// IMS settings.
        IMS = 18,
        /// Analogue to digital converter.
        ADC = 19,
        /// Sound driver.
        CSD = 20,
        /// File system of the modem.
        MFS = 21,
        /// Time.
        TIME = 22,
        /// Thermal sensors.
        TS = 23,
        /// Thermal mitigation.
        TMD = 24,
        /// Service access proxy.
        SAP = 25,
        /// Data path administration.
        WDA = 26,
        /// Time synchronisation.
        TSYNC = 27,
        /// Remote file system access.
        RFSA = 28,
        /// Circuit-switched video telephony.
        CSVT = 29,
        /// Mobile access point.
        QCMAP = 30,
        /// IMS presence.
        IMSP = 31,
        /// IMS video telephony.
        IMSVT = 32,
        /// IMS application.
        IMSA = 33,
        /// Coexistence with other radios.
        COEX = 34,
        /// Carrier profiles.
        PDC = 36,
        /// Simultaneous transmission.
        STX = 38,
        /// Bearer independent transport.
        BIT = 39,
        /// IMS media.
        IMSRTP = 40,
        /// Radiated performance.
        RFRPE = 41,
        /// Data system determination.
        DSD = 42,
        /// Subsystem control.
        SSCTL = 43,
        /// Data port mapper.
        DPM = 47,
        /// Remote card.
        UIM_RMT = 50,
        /// HTTP over the card.
        UIM_HTTP = 71,
        /// Card application toolkit, older.
        CAT = 224,
        /// Remote management.
        RMS = 225,
        /// Device management by carriers.
        OMA = 226,
        /// Foxconn.
        FOX = 227,
        /// Firmware over the air.
        FOTA = 230,
        /// Telit, tests.
        GMS = 231,
        /// Telit.
        GAS = 232,
        /// AT relay.
        ATR = 237,
        /// Sensors, 16 bits.
        SSC = 400,
        /// IMS data connections, 16 bits.
        IMSDCM = 770,
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "service {:#06x}", self.0),
        }
    }
}

crate::open_enum! {
    /// What the data path runs over.
    pub struct DataEndpointType "QmiDataEndpointType" (u32) {
        /// Not known.
        UNKNOWN = 0,
        /// HSIC.
        HSIC = 1,
        /// Hsusb.
        HSUSB = 2,
        /// PCIE.
        PCIE = 3,
        /// Embedded.
        EMBEDDED = 4,
        /// Bam dmux.
        BAM_DMUX = 5,
        /// Ethernet.
        ETHERNET = 6,
        /// Undefined.
        UNDEFINED = 255,
    }
}

crate::open_enum! {
    /// A subscription, on devices with several cards.
    pub struct SubscriptionType "QmiSubscriptionType" (u32) {
        /// Default.
        DEFAULT = 0,
        /// The first.
        PRIMARY = 1,
        /// The second.
        SECONDARY = 2,
        /// Tertiary.
        TERITIARY = 3,
        /// Any.
        ANY = 255,
    }
}

/// Every service declared here.
#[cfg(feature = "catalogue")]
pub static SERVICES: &[&crate::catalogue::ServiceInfo] = &[
    &ctl::SERVICE,
    &wds::SERVICE,
    &dms::SERVICE,
    &nas::SERVICE,
    &qos::SERVICE,
    &wms::SERVICE,
    &pds::SERVICE,
    &voice::SERVICE,
    &uim::SERVICE,
    &pbm::SERVICE,
    &loc::SERVICE,
    &sar::SERVICE,
    &ims::SERVICE,
    &wda::SERVICE,
    &imsp::SERVICE,
    &imsa::SERVICE,
    &pdc::SERVICE,
    &dsd::SERVICE,
    &dpm::SERVICE,
    &oma::SERVICE,
    &fox::SERVICE,
    &gms::SERVICE,
    &gas::SERVICE,
    &atr::SERVICE,
    &ssc::SERVICE,
    &imsdcm::SERVICE,
];
