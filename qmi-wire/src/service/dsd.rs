//! DSD, data system determination: which network carries data, and what a status display may call it.

use crate::list::List;
use crate::service::Service;
use crate::text::{Rest, Str};

crate::open_enum! {
    /// APN type.
    pub struct ApnType(u32) {
        /// Default.
        DEFAULT = 0,
        /// IMS.
        IMS = 1,
        /// MMS.
        MMS = 2,
        /// DUN.
        DUN = 3,
        /// SUPL.
        SUPL = 4,
        /// Hipri.
        HIPRI = 5,
        /// FOTA.
        FOTA = 6,
        /// CBS.
        CBS = 7,
        /// Initial attach.
        IA = 8,
        /// Emergency.
        EMERGENCY = 9,
    }
}

crate::flags! {
    /// APN type preference.
    pub struct ApnTypePreference(u64) {
        /// Default.
        DEFAULT = 1 << 0,
        /// IMS.
        IMS = 1 << 1,
        /// MMS.
        MMS = 1 << 2,
        /// DUN.
        DUN = 1 << 3,
        /// SUPL.
        SUPL = 1 << 4,
        /// Hipri.
        HIPRI = 1 << 5,
        /// FOTA.
        FOTA = 1 << 6,
        /// CBS.
        CBS = 1 << 7,
        /// Initial attach.
        IA = 1 << 8,
        /// Emergency.
        EMERGENCY = 1 << 9,
    }
}

crate::open_enum! {
    /// Data system network type.
    pub struct DataSystemNetworkType(u32) {
        /// 3GPP.
        _3GPP = 0,
        /// 3GPP2.
        _3GPP2 = 1,
        /// WLAN.
        WLAN = 2,
    }
}

crate::open_enum! {
    /// Radio access technology.
    pub struct RadioAccessTechnology(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// 3GPP WCDMA.
        _3GPP_WCDMA = 1,
        /// 3GPP GERAN.
        _3GPP_GERAN = 2,
        /// 3GPP LTE.
        _3GPP_LTE = 3,
        /// 3GPP TD-SCDMA.
        _3GPP_TDSCDMA = 4,
        /// 3GPP WLAN.
        _3GPP_WLAN = 5,
        /// 3gpp5g.
        _3GPP5G = 6,
        /// 3GPP2 CDMA 1x.
        _3GPP2_1X = 101,
        /// 3GPP2 HRPD.
        _3GPP2_HRPD = 102,
        /// 3GPP2 eHRPD.
        _3GPP2_EHRPD = 103,
        /// 3GPP2 WLAN.
        _3GPP2_WLAN = 104,
    }
}

crate::flags! {
    /// Service option mask.
    pub struct SoMask(u64) {
        /// 3GPP: Wcdma.
        _3GPP_SO_MASK_WCDMA = 1 << 0,
        /// 3GPP: Hsdpa.
        _3GPP_SO_MASK_HSDPA = 1 << 1,
        /// 3GPP: Hsupa.
        _3GPP_SO_MASK_HSUPA = 1 << 2,
        /// 3GPP: Hsdpaplus.
        _3GPP_SO_MASK_HSDPAPLUS = 1 << 3,
        /// 3GPP: Dc Hsdpaplus.
        _3GPP_SO_MASK_DC_HSDPAPLUS = 1 << 4,
        /// 3GPP: 64 Qam.
        _3GPP_SO_MASK64_QAM = 1 << 5,
        /// 3GPP: Hspa.
        _3GPP_SO_MASK_HSPA = 1 << 6,
        /// 3GPP: Gprs.
        _3GPP_SO_MASK_GPRS = 1 << 7,
        /// 3GPP: Edge.
        _3GPP_SO_MASK_EDGE = 1 << 8,
        /// 3GPP: Gsm.
        _3GPP_SO_MASK_GSM = 1 << 9,
        /// 3GPP: S2b.
        _3GPP_SO_MASK_S2B = 1 << 10,
        /// 3GPP: Lte Limited Srvc.
        _3GPP_SO_MASK_LTE_LIMITED_SRVC = 1 << 11,
        /// 3GPP: Lte Fdd.
        _3GPP_SO_MASK_LTE_FDD = 1 << 12,
        /// 3GPP: Lte Tdd.
        _3GPP_SO_MASK_LTE_TDD = 1 << 13,
        /// 3GPP: Tdscdma.
        _3GPP_SO_MASK_TDSCDMA = 1 << 14,
        /// 3GPP: Dc Hsupa.
        _3GPP_SO_MASK_DC_HSUPA = 1 << 15,
        /// 3GPP: Lte Ca Dl.
        _3GPP_SO_MASK_LTE_CA_DL = 1 << 16,
        /// 3GPP: Lte Ca Ul.
        _3GPP_SO_MASK_LTE_CA_UL = 1 << 17,
        /// 3GPP: S2b Limited Srvc.
        _3GPP_SO_MASK_S2B_LIMITED_SRVC = 1 << 18,
        /// 3GPP: Four Point Five G.
        _3GPP_SO_MASK_FOUR_POINT_FIVE_G = 1 << 19,
        /// 3GPP: Four Point Five GP lus.
        _3GPP_SO_MASK_FOUR_POINT_FIVE_G_PLUS = 1 << 20,
        /// 3GPP2: 1x Is95.
        _3GPP2_SO_MASK1X_IS95 = 1 << 24,
        /// 3GPP2: 1x Is2000.
        _3GPP2_SO_MASK1X_IS2000 = 1 << 25,
        /// 3GPP2: 1x Is2000 Rel A.
        _3GPP2_SO_MASK1X_IS2000_REL_A = 1 << 26,
        /// 3GPP2: Hdr Rev0 Dpa.
        _3GPP2_SO_MASK_HDR_REV0_DPA = 1 << 27,
        /// 3GPP2: Hdr Reva Dpa.
        _3GPP2_SO_MASK_HDR_REVA_DPA = 1 << 28,
        /// 3GPP2: Hdr Revb Dpa.
        _3GPP2_SO_MASK_HDR_REVB_DPA = 1 << 29,
        /// 3GPP2: Hdr Reva Mpa.
        _3GPP2_SO_MASK_HDR_REVA_MPA = 1 << 30,
        /// 3GPP2: Hdr Revb Mpa.
        _3GPP2_SO_MASK_HDR_REVB_MPA = 1 << 31,
        /// 3GPP2: Hdr Reva Empa.
        _3GPP2_SO_MASK_HDR_REVA_EMPA = 1 << 32,
        /// 3GPP2: Hdr Revb Empa.
        _3GPP2_SO_MASK_HDR_REVB_EMPA = 1 << 33,
        /// 3GPP2: Hdr Revb Mmpa.
        _3GPP2_SO_MASK_HDR_REVB_MMPA = 1 << 34,
        /// 3GPP2: Hdr Evdo Fmc.
        _3GPP2_SO_MASK_HDR_EVDO_FMC = 1 << 35,
        /// 3GPP2: 1x Cs.
        _3GPP2_SO_MASK1X_CS = 1 << 36,
        /// 3GPP: 5g Tdd.
        _3GPP_SO_MASK5G_TDD = 1 << 40,
        /// 3GPP: 5g Sub6.
        _3GPP_SO_MASK5G_SUB6 = 1 << 41,
        /// 3GPP: 5g Mmwave.
        _3GPP_SO_MASK5G_MMWAVE = 1 << 42,
        /// 3GPP: 5g Nsa.
        _3GPP_SO_MASK5G_NSA = 1 << 43,
        /// 3GPP: 5g Sa.
        _3GPP_SO_MASK5G_SA = 1 << 44,
    }
}

crate::wire_struct! {
    /// Available system.
    pub struct AvailableSystem {
        /// Technology.
        technology: DataSystemNetworkType,
        /// RAT.
        rat: RadioAccessTechnology,
        /// Service option mask.
        so_mask: SoMask,
    }
}

crate::wire_struct! {
    /// APN type.
    pub struct ApnTypeInfo<'a> {
        /// Name.
        name: Str<'a>,
        /// Type.
        kind "type": ApnTypePreference,
    }
}

crate::qmi_service! {
    Service::DSD, "DSD";

    /// Asks for the system status.
    pub mod get_system_status "Get System Status" = 0x0024 {
        request {}
        response {
            /// Available systems.
            0x10 => available_systems: List<'a, AvailableSystem>,
        }
    }

    /// Chooses whether changes of the system status are reported.
    pub mod system_status_change "System Status Change" = 0x0025 {
        request {
            /// Register indication.
            0x11 => register_indication: bool,
        }
        response {}
    }

    /// Tells of a change, as registered for: system status.
    pub mod system_status_indication "System Status" = 0x0026 {
        indication {
            /// Available systems.
            0x10 => available_systems: List<'a, AvailableSystem>,
        }
    }

    /// Asks for the name of an access point, by what it is for.
    pub mod get_apn_info "Get APN Info" = 0x0033 {
        request {
            /// APN type.
            0x01 required => apn_type "APN Type": ApnType,
        }
        response {
            /// Access point name.
            0x10 => apn_name "APN Name": Rest<'a>,
        }
    }

    /// Sets the APN type.
    pub mod set_apn_type "Set APN Type" = 0x0051 {
        request {
            /// APN type.
            0x01 required => apn_type "APN Type": ApnTypeInfo<'a>,
            /// APN type preference mask.
            0x10 => apn_type_preference_mask "APN Type Preference Mask": ApnTypePreference,
        }
        response {}
    }
}
