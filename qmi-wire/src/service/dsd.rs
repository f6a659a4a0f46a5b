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
        /// High priority.
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
        /// High priority.
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
        /// 3GPP 5G.
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
        /// 3GPP: WCDMA.
        _3GPP_SO_MASK_WCDMA = 1 << 0,
        /// 3GPP: HSDPA.
        _3GPP_SO_MASK_HSDPA = 1 << 1,
        /// 3GPP: HSUPA.
        _3GPP_SO_MASK_HSUPA = 1 << 2,
        /// 3GPP: HSPA+.
        _3GPP_SO_MASK_HSDPAPLUS = 1 << 3,
        /// 3GPP: dual carrier HSPA+.
        _3GPP_SO_MASK_DC_HSDPAPLUS = 1 << 4,
        /// 3GPP: 64 qam.
        _3GPP_SO_MASK64_QAM = 1 << 5,
        /// 3GPP: HSPA.
        _3GPP_SO_MASK_HSPA = 1 << 6,
        /// 3GPP: GPRS.
        _3GPP_SO_MASK_GPRS = 1 << 7,
        /// 3GPP: EDGE.
        _3GPP_SO_MASK_EDGE = 1 << 8,
        /// 3GPP: GSM.
        _3GPP_SO_MASK_GSM = 1 << 9,
        /// 3GPP: S 2b.
        _3GPP_SO_MASK_S2B = 1 << 10,
        /// 3GPP: LTE limited service.
        _3GPP_SO_MASK_LTE_LIMITED_SRVC = 1 << 11,
        /// 3GPP: LTE FDD.
        _3GPP_SO_MASK_LTE_FDD = 1 << 12,
        /// 3GPP: LTE TDD.
        _3GPP_SO_MASK_LTE_TDD = 1 << 13,
        /// 3GPP: TD-SCDMA.
        _3GPP_SO_MASK_TDSCDMA = 1 << 14,
        /// 3GPP: dual carrier HSUPA.
        _3GPP_SO_MASK_DC_HSUPA = 1 << 15,
        /// 3GPP: LTE carrier aggregation DL.
        _3GPP_SO_MASK_LTE_CA_DL = 1 << 16,
        /// 3GPP: LTE carrier aggregation UL.
        _3GPP_SO_MASK_LTE_CA_UL = 1 << 17,
        /// 3GPP: S 2b limited service.
        _3GPP_SO_MASK_S2B_LIMITED_SRVC = 1 << 18,
        /// 3GPP: 4.5G.
        _3GPP_SO_MASK_FOUR_POINT_FIVE_G = 1 << 19,
        /// 3GPP: 4.5G+.
        _3GPP_SO_MASK_FOUR_POINT_FIVE_G_PLUS = 1 << 20,
        /// 3GPP2: CDMA 1x IS-95.
        _3GPP2_SO_MASK1X_IS95 = 1 << 24,
        /// 3GPP2: CDMA 1x IS-2000.
        _3GPP2_SO_MASK1X_IS2000 = 1 << 25,
        /// 3GPP2: CDMA 1x IS-2000 release A.
        _3GPP2_SO_MASK1X_IS2000_REL_A = 1 << 26,
        /// 3GPP2: HDR revision 0 DPA.
        _3GPP2_SO_MASK_HDR_REV0_DPA = 1 << 27,
        /// 3GPP2: HDR revision A DPA.
        _3GPP2_SO_MASK_HDR_REVA_DPA = 1 << 28,
        /// 3GPP2: HDR revision B DPA.
        _3GPP2_SO_MASK_HDR_REVB_DPA = 1 << 29,
        /// 3GPP2: HDR revision A MPA.
        _3GPP2_SO_MASK_HDR_REVA_MPA = 1 << 30,
        /// 3GPP2: HDR revision B MPA.
        _3GPP2_SO_MASK_HDR_REVB_MPA = 1 << 31,
        /// 3GPP2: HDR revision A EMPA.
        _3GPP2_SO_MASK_HDR_REVA_EMPA = 1 << 32,
        /// 3GPP2: HDR revision B EMPA.
        _3GPP2_SO_MASK_HDR_REVB_EMPA = 1 << 33,
        /// 3GPP2: HDR revision B MMPA.
        _3GPP2_SO_MASK_HDR_REVB_MMPA = 1 << 34,
        /// 3GPP2: HDR EV-DO FMC.
        _3GPP2_SO_MASK_HDR_EVDO_FMC = 1 << 35,
        /// 3GPP2: CDMA 1x CS.
        _3GPP2_SO_MASK1X_CS = 1 << 36,
        /// 3GPP: 5G TDD.
        _3GPP_SO_MASK5G_TDD = 1 << 40,
        /// 3GPP: 5G below 6 GHz.
        _3GPP_SO_MASK5G_SUB6 = 1 << 41,
        /// 3GPP: 5G millimetre wave.
        _3GPP_SO_MASK5G_MMWAVE = 1 << 42,
        /// 3GPP: 5G NSA.
        _3GPP_SO_MASK5G_NSA = 1 << 43,
        /// 3GPP: 5G SA.
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

    /// Asks what carries data.
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

    /// What carries data has changed.
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

    /// Says what an access point is for.
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
