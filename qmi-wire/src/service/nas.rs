//! NAS, network access: registration, signal, scanning, preferences, time.
//!
//! Values in the structures of system information count only if the `…_valid` in front of them says so. An MNC as a
//! number is ambiguous (01 and 001): whether it has three digits says a TLV of its own.

use crate::field::{As, SignedBool};
use crate::list::List;
use crate::service::Service;
use crate::text::{Bytes, Fixed, Rest, Str};

crate::open_enum! {
    /// Active band.
    pub struct ActiveBand(u16) {
        /// CDMA band class 0.
        BC0 = 0,
        /// CDMA band class 1.
        BC1 = 1,
        /// CDMA band class 2.
        BC2 = 2,
        /// CDMA band class 3.
        BC3 = 3,
        /// CDMA band class 4.
        BC4 = 4,
        /// CDMA band class 5.
        BC5 = 5,
        /// CDMA band class 6.
        BC6 = 6,
        /// CDMA band class 7.
        BC7 = 7,
        /// CDMA band class 8.
        BC8 = 8,
        /// CDMA band class 9.
        BC9 = 9,
        /// CDMA band class 10.
        BC10 = 10,
        /// CDMA band class 11.
        BC11 = 11,
        /// CDMA band class 12.
        BC12 = 12,
        /// CDMA band class 13.
        BC13 = 13,
        /// CDMA band class 14.
        BC14 = 14,
        /// CDMA band class 15.
        BC15 = 15,
        /// CDMA band class 16.
        BC16 = 16,
        /// CDMA band class 17.
        BC17 = 17,
        /// CDMA band class 18.
        BC18 = 18,
        /// CDMA band class 19.
        BC19 = 19,
        /// GSM 450.
        GSM450 = 40,
        /// GSM 480.
        GSM480 = 41,
        /// GSM 750.
        GSM750 = 42,
        /// GSM 850.
        GSM850 = 43,
        /// GSM 900 extended.
        GSM900_EXTENDED = 44,
        /// GSM 900 primary.
        GSM900_PRIMARY = 45,
        /// GSM 900 railways.
        GSM900_RAILWAYS = 46,
        /// GSM DCS 1800.
        GSM_DCS1800 = 47,
        /// GSM PCS 1900.
        GSM_PCS1900 = 48,
        /// WCDMA 2100.
        WCDMA2100 = 80,
        /// WCDMA PCS 1900.
        WCDMA_PCS1900 = 81,
        /// WCDMA DCS 1800.
        WCDMA_DCS1800 = 82,
        /// WCDMA 1700 US.
        WCDMA1700_US = 83,
        /// WCDMA 850.
        WCDMA850 = 84,
        /// WCDMA 800.
        WCDMA800 = 85,
        /// WCDMA 2600.
        WCDMA2600 = 86,
        /// WCDMA 900.
        WCDMA900 = 87,
        /// WCDMA 1700 Japan.
        WCDMA1700_JAPAN = 88,
        /// WCDMA 1500 Japan.
        WCDMA1500_JAPAN = 90,
        /// WCDMA 850 Japan.
        WCDMA850_JAPAN = 91,
        /// E-UTRA band 1.
        EUTRAN1 = 120,
        /// E-UTRA band 2.
        EUTRAN2 = 121,
        /// E-UTRA band 3.
        EUTRAN3 = 122,
        /// E-UTRA band 4.
        EUTRAN4 = 123,
        /// E-UTRA band 5.
        EUTRAN5 = 124,
        /// E-UTRA band 6.
        EUTRAN6 = 125,
        /// E-UTRA band 7.
        EUTRAN7 = 126,
        /// E-UTRA band 8.
        EUTRAN8 = 127,
        /// E-UTRA band 9.
        EUTRAN9 = 128,
        /// E-UTRA band 10.
        EUTRAN10 = 129,
        /// E-UTRA band 11.
        EUTRAN11 = 130,
        /// E-UTRA band 12.
        EUTRAN12 = 131,
        /// E-UTRA band 13.
        EUTRAN13 = 132,
        /// E-UTRA band 14.
        EUTRAN14 = 133,
        /// E-UTRA band 17.
        EUTRAN17 = 134,
        /// E-UTRA band 18.
        EUTRAN18 = 143,
        /// E-UTRA band 19.
        EUTRAN19 = 144,
        /// E-UTRA band 20.
        EUTRAN20 = 145,
        /// E-UTRA band 21.
        EUTRAN21 = 146,
        /// E-UTRA band 23.
        EUTRAN23 = 152,
        /// E-UTRA band 24.
        EUTRAN24 = 147,
        /// E-UTRA band 25.
        EUTRAN25 = 148,
        /// E-UTRA band 26.
        EUTRAN26 = 153,
        /// E-UTRA band 27.
        EUTRAN27 = 164,
        /// E-UTRA band 28.
        EUTRAN28 = 158,
        /// E-UTRA band 29.
        EUTRAN29 = 159,
        /// E-UTRA band 30.
        EUTRAN30 = 160,
        /// E-UTRA band 31.
        EUTRAN31 = 165,
        /// E-UTRA band 32.
        EUTRAN32 = 154,
        /// E-UTRA band 33.
        EUTRAN33 = 135,
        /// E-UTRA band 34.
        EUTRAN34 = 136,
        /// E-UTRA band 35.
        EUTRAN35 = 137,
        /// E-UTRA band 36.
        EUTRAN36 = 138,
        /// E-UTRA band 37.
        EUTRAN37 = 139,
        /// E-UTRA band 38.
        EUTRAN38 = 140,
        /// E-UTRA band 39.
        EUTRAN39 = 141,
        /// E-UTRA band 40.
        EUTRAN40 = 142,
        /// E-UTRA band 41.
        EUTRAN41 = 149,
        /// E-UTRA band 42.
        EUTRAN42 = 150,
        /// E-UTRA band 43.
        EUTRAN43 = 151,
        /// E-UTRA band 46.
        EUTRAN46 = 163,
        /// E-UTRA band 47.
        EUTRAN47 = 166,
        /// E-UTRA band 48.
        EUTRAN48 = 167,
        /// E-UTRA band 66.
        EUTRAN66 = 161,
        /// E-UTRA band 71.
        EUTRAN71 = 168,
        /// E-UTRA band 125.
        EUTRAN125 = 155,
        /// E-UTRA band 126.
        EUTRAN126 = 156,
        /// E-UTRA band 127.
        EUTRAN127 = 157,
        /// E-UTRA band 250.
        EUTRAN250 = 162,
        /// TD-SCDMA A.
        TDSCDMA_A = 200,
        /// TD-SCDMA B.
        TDSCDMA_B = 201,
        /// TD-SCDMA C.
        TDSCDMA_C = 202,
        /// TD-SCDMA D.
        TDSCDMA_D = 203,
        /// TD-SCDMA E.
        TDSCDMA_E = 204,
        /// TD-SCDMA F.
        TDSCDMA_F = 205,
        /// NR band n1.
        NR5G1 = 250,
        /// NR band n2.
        NR5G2 = 251,
        /// NR band n3.
        NR5G3 = 252,
        /// NR band n5.
        NR5G5 = 253,
        /// NR band n7.
        NR5G7 = 254,
        /// NR band n8.
        NR5G8 = 255,
        /// NR band n20.
        NR5G20 = 256,
        /// NR band n28.
        NR5G28 = 257,
        /// NR band n38.
        NR5G38 = 258,
        /// NR band n41.
        NR5G41 = 259,
        /// NR band n50.
        NR5G50 = 260,
        /// NR band n51.
        NR5G51 = 261,
        /// NR band n66.
        NR5G66 = 262,
        /// NR band n70.
        NR5G70 = 263,
        /// NR band n71.
        NR5G71 = 264,
        /// NR band n74.
        NR5G74 = 265,
        /// NR band n75.
        NR5G75 = 266,
        /// NR band n76.
        NR5G76 = 267,
        /// NR band n77.
        NR5G77 = 268,
        /// NR band n78.
        NR5G78 = 269,
        /// NR band n79.
        NR5G79 = 270,
        /// NR band n80.
        NR5G80 = 271,
        /// NR band n81.
        NR5G81 = 272,
        /// NR band n82.
        NR5G82 = 273,
        /// NR band n83.
        NR5G83 = 274,
        /// NR band n84.
        NR5G84 = 275,
        /// NR band n85.
        NR5G85 = 276,
        /// NR band n257.
        NR5G257 = 277,
        /// NR band n258.
        NR5G258 = 278,
        /// NR band n259.
        NR5G259 = 279,
        /// NR band n260.
        NR5G260 = 280,
        /// NR band n261.
        NR5G261 = 281,
        /// NR band n12.
        NR5G12 = 282,
        /// NR band n25.
        NR5G25 = 283,
        /// NR band n34.
        NR5G34 = 284,
        /// NR band n39.
        NR5G39 = 285,
        /// NR band n40.
        NR5G40 = 286,
        /// NR band n65.
        NR5G65 = 287,
        /// NR band n86.
        NR5G86 = 288,
        /// NR band n48.
        NR5G48 = 289,
        /// NR band n14.
        NR5G14 = 290,
        /// NR band n13.
        NR5G13 = 291,
        /// NR band n18.
        NR5G18 = 292,
        /// NR band n26.
        NR5G26 = 293,
        /// NR band n30.
        NR5G30 = 294,
        /// NR band n29.
        NR5G29 = 295,
        /// NR band n53.
        NR5G53 = 296,
        /// NR band n46.
        NR5G46 = 297,
        /// NR band n91.
        NR5G91 = 298,
        /// NR band n92.
        NR5G92 = 299,
        /// NR band n93.
        NR5G93 = 300,
        /// NR band n94.
        NR5G94 = 301,
    }
}

crate::open_enum! {
    /// Attach state.
    pub struct AttachState(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Attached.
        ATTACHED = 1,
        /// Detached.
        DETACHED = 2,
    }
}

crate::flags! {
    /// Band preference.
    pub struct BandPreference(u64) {
        /// CDMA band class 0 A system.
        BC0_A_SYSTEM = 1 << 0,
        /// CDMA band class 0 B system.
        BC0_B_SYSTEM = 1 << 1,
        /// CDMA band class 1 all blocks.
        BC1_ALL_BLOCKS = 1 << 2,
        /// CDMA band class 2.
        BC2 = 1 << 3,
        /// CDMA band class 3 A system.
        BC3_A_SYSTEM = 1 << 4,
        /// CDMA band class 4 all blocks.
        BC4_ALL_BLOCKS = 1 << 5,
        /// CDMA band class 5 all blocks.
        BC5_ALL_BLOCKS = 1 << 6,
        /// GSM DCS 1800.
        GSM_DCS1800 = 1 << 7,
        /// GSM 900 extended.
        GSM900_EXTENDED = 1 << 8,
        /// GSM 900 primary.
        GSM900_PRIMARY = 1 << 9,
        /// CDMA band class 6.
        BC6 = 1 << 10,
        /// CDMA band class 7.
        BC7 = 1 << 11,
        /// CDMA band class 8.
        BC8 = 1 << 12,
        /// CDMA band class 9.
        BC9 = 1 << 13,
        /// CDMA band class 10.
        BC10 = 1 << 14,
        /// CDMA band class 11.
        BC11 = 1 << 15,
        /// GSM 450.
        GSM450 = 1 << 16,
        /// GSM 480.
        GSM480 = 1 << 17,
        /// GSM 750.
        GSM750 = 1 << 18,
        /// GSM 850.
        GSM850 = 1 << 19,
        /// GSM 900 railways.
        GSM900_RAILWAYS = 1 << 20,
        /// GSM PCS 1900.
        GSM_PCS1900 = 1 << 21,
        /// WCDMA 2100.
        WCDMA2100 = 1 << 22,
        /// WCDMA PCS 1900.
        WCDMA_PCS1900 = 1 << 23,
        /// WCDMA DCS 1800.
        WCDMA_DCS1800 = 1 << 24,
        /// WCDMA 1700 US.
        WCDMA1700_US = 1 << 25,
        /// WCDMA 850 US.
        WCDMA850_US = 1 << 26,
        /// WCDMA 800.
        WCDMA800 = 1 << 27,
        /// CDMA band class 12.
        BC12 = 1 << 28,
        /// CDMA band class 14.
        BC14 = 1 << 29,
        /// CDMA band class 15.
        BC15 = 1 << 31,
        /// WCDMA 2600.
        WCDMA2600 = 1 << 48,
        /// WCDMA 900.
        WCDMA900 = 1 << 49,
        /// WCDMA 1700 Japan.
        WCDMA1700_JAPAN = 1 << 50,
        /// CDMA band class 16.
        BC16 = 1 << 56,
        /// CDMA band class 17.
        BC17 = 1 << 57,
        /// CDMA band class 18.
        BC18 = 1 << 58,
        /// CDMA band class 19.
        BC19 = 1 << 59,
        /// WCDMA 850 Japan.
        WCDMA850_JAPAN = 1 << 60,
        /// WCDMA 1500.
        WCDMA1500 = 1 << 61,
    }
}

crate::open_enum! {
    /// Boolean.
    pub struct Boolean(u32) {
        /// False.
        FALSE = 0,
        /// True.
        TRUE = 1,
        /// Not known.
        UNKNOWN = 2,
    }
}

crate::open_enum! {
    /// Call barring status.
    pub struct CallBarringStatus(i32) {
        /// Normal only.
        NORMAL_ONLY = 0,
        /// Emergency only.
        EMERGENCY_ONLY = 1,
        /// No calls.
        NO_CALLS = 2,
        /// All calls.
        ALL_CALLS = 3,
        /// Not known.
        UNKNOWN = -1,
    }
}

crate::open_enum! {
    /// CDMA pilot type.
    pub struct CdmaPilotType(u32) {
        /// Active.
        ACTIVE = 0,
        /// Neighbor.
        NEIGHBOR = 1,
    }
}

crate::open_enum! {
    /// CDMA PRL preference.
    pub struct CdmaPrlPreference(u16) {
        /// A side only.
        A_SIDE_ONLY = 1,
        /// B side only.
        B_SIDE_ONLY = 2,
        /// Any.
        ANY = 16383,
    }
}

crate::open_enum! {
    /// Cell broadcast capability.
    pub struct CellBroadcastCapability(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// Off.
        OFF = 1,
        /// On.
        ON = 2,
    }
}

crate::open_enum! {
    /// Change duration.
    pub struct ChangeDuration(u8) {
        /// Power cycle.
        POWER_CYCLE = 0,
        /// Permanent.
        PERMANENT = 1,
    }
}

crate::open_enum! {
    /// Data capability.
    pub struct DataCapability(u8) {
        /// None.
        NONE = 0,
        /// GPRS.
        GPRS = 1,
        /// EDGE.
        EDGE = 2,
        /// HSDPA.
        HSDPA = 3,
        /// HSUPA.
        HSUPA = 4,
        /// WCDMA.
        WCDMA = 5,
        /// CDMA.
        CDMA = 6,
        /// EV-DO revision 0.
        EVDO_REV0 = 7,
        /// EV-DO revision A.
        EVDO_REV_A = 8,
        /// GSM.
        GSM = 9,
        /// EV-DO revision B.
        EVDO_REV_B = 10,
        /// LTE.
        LTE = 11,
        /// HSDPA plus.
        HSDPA_PLUS = 12,
        /// Dual carrier HSDPA plus.
        DC_HSDPA_PLUS = 13,
    }
}

crate::open_enum! {
    /// Day of week.
    pub struct DayOfWeek(u8) {
        /// Monday.
        MONDAY = 0,
        /// Tuesday.
        TUESDAY = 1,
        /// Wednesday.
        WEDNESDAY = 2,
        /// Thursday.
        THURSDAY = 3,
        /// Friday.
        FRIDAY = 4,
        /// Saturday.
        SATURDAY = 5,
        /// Sunday.
        SUNDAY = 6,
    }
}

crate::open_enum! {
    /// Daylight savings adjustment.
    pub struct DaylightSavingsAdjustment(u8) {
        /// None.
        NONE = 0,
        /// One hour.
        ONE_HOUR = 1,
        /// Two hours.
        TWO_HOURS = 2,
    }
}

crate::open_enum! {
    /// Width of a channel.
    pub struct DlBandwidth "QmiNasDLBandwidth" (u32) {
        /// LTE, 1.4 MHz.
        _1_4 = 0,
        /// LTE, 3 MHz.
        _3 = 1,
        /// LTE, 5 MHz.
        _5 = 2,
        /// LTE, 10 MHz.
        _10 = 3,
        /// LTE, 15 MHz.
        _15 = 4,
        /// LTE, 20 MHz.
        _20 = 5,
        /// 5G NR, 5 MHz.
        _5GNR5 = 6,
        /// 5G NR, 10 MHz.
        _5GNR10 = 7,
        /// 5G NR, 15 MHz.
        _5GNR15 = 8,
        /// 5G NR, 20 MHz.
        _5GNR20 = 9,
        /// 5G NR, 25 MHz.
        _5GNR25 = 10,
        /// 5G NR, 30 MHz.
        _5GNR30 = 11,
        /// 5G NR, 40 MHz.
        _5GNR40 = 12,
        /// 5G NR, 50 MHz.
        _5GNR50 = 13,
        /// 5G NR, 60 MHz.
        _5GNR60 = 14,
        /// 5G NR, 80 MHz.
        _5GNR80 = 15,
        /// 5G NR, 90 MHz.
        _5GNR90 = 16,
        /// 5G NR, 100 MHz.
        _5GNR100 = 17,
        /// 5G NR, 200 MHz.
        _5GNR200 = 18,
        /// 5G NR, 400 MHz.
        _5GNR400 = 19,
        /// GSM, 0.2 MHz.
        GSM02 = 20,
        /// TD-SCDMA, 1.6 MHz.
        TDSCDMA16 = 21,
        /// WCDMA, 5 MHz.
        WCDMA5 = 22,
        /// WCDMA, 10 MHz.
        WCDMA10 = 23,
        /// 5G NR, 70 MHz.
        _5GNR70 = 24,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::open_enum! {
    /// DRX.
    pub struct Drx(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// 32 radio frames (0.32 s).
        CN6_T32 = 6,
        /// 64 radio frames (0.64 s).
        CN7_T64 = 7,
        /// 128 radio frames (1.28 s).
        CN8_T128 = 8,
        /// 256 radio frames (2.56 s).
        CN9_T256 = 9,
    }
}

crate::open_enum! {
    /// SINR in steps: -9, -6, -4.5, -3, -2, 1, 3, 6, 9 dB.
    pub struct EvdoSinrLevel(u8) {
        /// -9 dB.
        _0 = 0,
        /// -6 dB.
        _1 = 1,
        /// -4.5 dB.
        _2 = 2,
        /// -3 dB.
        _3 = 3,
        /// -2 dB.
        _4 = 4,
        /// 1 dB.
        _5 = 5,
        /// 3 dB.
        _6 = 6,
        /// 6 dB.
        _7 = 7,
        /// 9 dB.
        _8 = 8,
    }
}

crate::open_enum! {
    /// GSM WCDMA acquisition order preference.
    pub struct GsmWcdmaAcquisitionOrderPreference(u32) {
        /// Automatic.
        AUTOMATIC = 0,
        /// GSM.
        GSM = 1,
        /// WCDMA.
        WCDMA = 2,
    }
}

crate::open_enum! {
    /// HDR personality.
    pub struct HdrPersonality(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// HRPD.
        HRPD = 1,
        /// eHRPD.
        EHRPD = 2,
    }
}

crate::open_enum! {
    /// HDR protocol revision.
    pub struct HdrProtocolRevision(u8) {
        /// None.
        NONE = 0,
        /// Release 0.
        REL0 = 1,
        /// Release A.
        REL_A = 2,
        /// Release B.
        REL_B = 3,
    }
}

crate::open_enum! {
    /// Incremental network scan status.
    pub struct IncrementalNetworkScanStatus(u32) {
        /// Complete.
        COMPLETE = 0,
        /// Partial.
        PARTIAL = 1,
        /// Aborted.
        ABORTED = 2,
    }
}

crate::flags! {
    /// LTE band preference.
    pub struct LteBandPreference(u64) {
        /// E-UTRA band 1.
        EUTRAN1 = 1 << 0,
        /// E-UTRA band 2.
        EUTRAN2 = 1 << 1,
        /// E-UTRA band 3.
        EUTRAN3 = 1 << 2,
        /// E-UTRA band 4.
        EUTRAN4 = 1 << 3,
        /// E-UTRA band 5.
        EUTRAN5 = 1 << 4,
        /// E-UTRA band 6.
        EUTRAN6 = 1 << 5,
        /// E-UTRA band 7.
        EUTRAN7 = 1 << 6,
        /// E-UTRA band 8.
        EUTRAN8 = 1 << 7,
        /// E-UTRA band 9.
        EUTRAN9 = 1 << 8,
        /// E-UTRA band 10.
        EUTRAN10 = 1 << 9,
        /// E-UTRA band 11.
        EUTRAN11 = 1 << 10,
        /// E-UTRA band 12.
        EUTRAN12 = 1 << 11,
        /// E-UTRA band 13.
        EUTRAN13 = 1 << 12,
        /// E-UTRA band 14.
        EUTRAN14 = 1 << 13,
        /// E-UTRA band 17.
        EUTRAN17 = 1 << 16,
        /// E-UTRA band 18.
        EUTRAN18 = 1 << 17,
        /// E-UTRA band 19.
        EUTRAN19 = 1 << 18,
        /// E-UTRA band 20.
        EUTRAN20 = 1 << 19,
        /// E-UTRA band 21.
        EUTRAN21 = 1 << 20,
        /// E-UTRA band 24.
        EUTRAN24 = 1 << 23,
        /// E-UTRA band 25.
        EUTRAN25 = 1 << 24,
        /// E-UTRA band 26.
        EUTRAN26 = 1 << 25,
        /// E-UTRA band 27.
        EUTRAN27 = 1 << 26,
        /// E-UTRA band 28.
        EUTRAN28 = 1 << 27,
        /// E-UTRA band 29.
        EUTRAN29 = 1 << 28,
        /// E-UTRA band 30.
        EUTRAN30 = 1 << 29,
        /// E-UTRA band 31.
        EUTRAN31 = 1 << 30,
        /// E-UTRA band 32.
        EUTRAN32 = 1 << 31,
        /// E-UTRA band 33.
        EUTRAN33 = 1 << 32,
        /// E-UTRA band 34.
        EUTRAN34 = 1 << 33,
        /// E-UTRA band 35.
        EUTRAN35 = 1 << 34,
        /// E-UTRA band 36.
        EUTRAN36 = 1 << 35,
        /// E-UTRA band 37.
        EUTRAN37 = 1 << 36,
        /// E-UTRA band 38.
        EUTRAN38 = 1 << 37,
        /// E-UTRA band 39.
        EUTRAN39 = 1 << 38,
        /// E-UTRA band 40.
        EUTRAN40 = 1 << 39,
        /// E-UTRA band 41.
        EUTRAN41 = 1 << 40,
        /// E-UTRA band 42.
        EUTRAN42 = 1 << 41,
        /// E-UTRA band 43.
        EUTRAN43 = 1 << 42,
    }
}

crate::open_enum! {
    /// LTE cell access status.
    pub struct LteCellAccessStatus(u32) {
        /// Normal only.
        NORMAL_ONLY = 0,
        /// Emergency only.
        EMERGENCY_ONLY = 1,
        /// No calls.
        NO_CALLS = 2,
        /// All calls.
        ALL_CALLS = 3,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::open_enum! {
    /// LTE registration domain.
    pub struct LteRegistrationDomain(u32) {
        /// Not applicable.
        NOT_APPLICABLE = 0,
        /// CS only.
        CS_ONLY = 1,
        /// PS only.
        PS_ONLY = 2,
        /// CS PS.
        CS_PS = 3,
        /// Limited service.
        LIMITED_SERVICE = 4,
    }
}

crate::open_enum! {
    /// LTE voice domain.
    pub struct LteVoiceDomain(u32) {
        /// None.
        NONE = 0,
        /// IMS.
        IMS = 1,
        /// CDMA 1x.
        _1X = 2,
        /// 3GPP.
        _3GPP = 3,
    }
}

crate::open_enum! {
    /// Network description display.
    pub struct NetworkDescriptionDisplay(u8) {
        /// No.
        NO = 0,
        /// Yes.
        YES = 1,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::open_enum! {
    /// Coding of a network name.
    pub struct NetworkDescriptionEncoding(u8) {
        /// Unspecified.
        UNSPECIFIED = 0,
        /// Ascii7.
        ASCII7 = 1,
        /// Unicode.
        UNICODE = 4,
        /// GSM.
        GSM = 9,
    }
}

crate::flags! {
    /// Network name display condition.
    pub struct NetworkNameDisplayCondition(u8) {
        /// Display registered PLMN if known network.
        DISPLAY_REGISTERED_PLMN_IF_KNOWN_NETWORK = 1 << 0,
        /// Display SPN not required if unknown network.
        DISPLAY_SPN_NOT_REQUIRED_IF_UNKNOWN_NETWORK = 1 << 1,
    }
}

crate::open_enum! {
    /// Network name source.
    pub struct NetworkNameSource(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// Operator PLMN list and PLMN network name.
        OPERATOR_PLMN_LIST_AND_PLMN_NETWORK_NAME = 1,
        /// Common PCN handset specification and operator name string.
        COMMON_PCN_HANDSET_SPECIFICATION_AND_OPERATOR_NAME_STRING = 2,
        /// NITZ.
        NITZ = 3,
        /// Se13.
        SE13 = 4,
        /// MCC MNC.
        MCC_MNC = 5,
        /// Service provider name.
        SERVICE_PROVIDER_NAME = 6,
    }
}

crate::open_enum! {
    /// Network register type.
    pub struct NetworkRegisterType(u8) {
        /// Automatic.
        AUTOMATIC = 1,
        /// Manual.
        MANUAL = 2,
    }
}

crate::open_enum! {
    /// Network scan result.
    pub struct NetworkScanResult(u32) {
        /// Success.
        SUCCESS = 0,
        /// Abort.
        ABORT = 1,
        /// Radio link failure.
        RADIO_LINK_FAILURE = 2,
    }
}

crate::flags! {
    /// Network scan type.
    pub struct NetworkScanType(u8) {
        /// GSM.
        GSM = 1 << 0,
        /// UMTS.
        UMTS = 1 << 1,
        /// LTE.
        LTE = 1 << 2,
        /// TD scdma.
        TD_SCDMA = 1 << 3,
        /// 5G NR.
        _5GNR = 1 << 4,
    }
}

crate::open_enum! {
    /// Network selection preference.
    pub struct NetworkSelectionPreference(u8) {
        /// Automatic.
        AUTOMATIC = 0,
        /// Manual.
        MANUAL = 1,
    }
}

crate::open_enum! {
    /// Network selection registration restriction.
    pub struct NetworkSelectionRegistrationRestriction(u32) {
        /// Unrestricted.
        UNRESTRICTED = 0,
        /// Camped only.
        CAMPED_ONLY = 1,
        /// Limited.
        LIMITED = 2,
    }
}

crate::open_enum! {
    /// Network service domain.
    pub struct NetworkServiceDomain(u8) {
        /// None.
        NONE = 0,
        /// CS.
        CS = 1,
        /// PS.
        PS = 2,
        /// CS PS.
        CS_PS = 3,
        /// Camped.
        CAMPED = 4,
    }
}

crate::flags! {
    /// Network status.
    pub struct NetworkStatus(u8) {
        /// Current serving.
        CURRENT_SERVING = 1 << 0,
        /// Available.
        AVAILABLE = 1 << 1,
        /// Home.
        HOME = 1 << 2,
        /// Roaming.
        ROAMING = 1 << 3,
        /// Forbidden.
        FORBIDDEN = 1 << 4,
        /// Not forbidden.
        NOT_FORBIDDEN = 1 << 5,
        /// Preferred.
        PREFERRED = 1 << 6,
        /// Not preferred.
        NOT_PREFERRED = 1 << 7,
    }
}

crate::open_enum! {
    /// Network type.
    pub struct NetworkType(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// 3GPP2.
        _3GPP2 = 1,
        /// 3GPP.
        _3GPP = 2,
    }
}

crate::flags! {
    /// PLMN access technology identifier.
    pub struct PlmnAccessTechnologyIdentifier(u16) {
        /// Unspecified.
        UNSPECIFIED = 0x0,
        /// GSM compact.
        GSM_COMPACT = 1 << 6,
        /// GSM.
        GSM = 1 << 7,
        /// Ngran.
        NGRAN = 1 << 11,
        /// E-UTRA.
        EUTRAN = 1 << 14,
        /// UTRAN.
        UTRAN = 1 << 15,
        /// All.
        ALL = 0xffff,
    }
}

crate::open_enum! {
    /// Coding of a network name: packed GSM 7-bit or UCS-2 little-endian.
    pub struct PlmnEncodingScheme(u8) {
        /// GSM.
        GSM = 0,
        /// Ucs2le.
        UCS2LE = 1,
    }
}

crate::open_enum! {
    /// PLMN language ID.
    pub struct PlmnLanguageId(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// Zh trad.
        ZH_TRAD = 1,
        /// Zh simp.
        ZH_SIMP = 2,
    }
}

crate::open_enum! {
    /// PLMN name country initials.
    pub struct PlmnNameCountryInitials(u8) {
        /// Initials do not add.
        INITIALS_DO_NOT_ADD = 0,
        /// Initials add.
        INIITALS_ADD = 1,
        /// Initials unspecified.
        INIITALS_UNSPECIFIED = 255,
    }
}

crate::open_enum! {
    /// PLMN name spare bits.
    pub struct PlmnNameSpareBits(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Bit8.
        BIT8 = 1,
        /// Bits78.
        BITS78 = 2,
        /// Bits68.
        BITS68 = 3,
        /// Bits58.
        BITS58 = 4,
        /// Bits48.
        BITS48 = 5,
        /// Bits38.
        BITS38 = 6,
        /// Bits28.
        BITS28 = 7,
    }
}

crate::open_enum! {
    /// Preference duration.
    pub struct PreferenceDuration(u8) {
        /// Permanent.
        PERMANENT = 0,
        /// Power cycle.
        POWER_CYCLE = 1,
        /// One call.
        ONE_CALL = 2,
        /// One call or time.
        ONE_CALL_OR_TIME = 3,
        /// Internal one call 1.
        INTERNAL_ONE_CALL1 = 4,
        /// Internal one call 2.
        INTERNAL_ONE_CALL2 = 5,
        /// Internal one call 3.
        INTERNAL_ONE_CALL3 = 6,
    }
}

crate::open_enum! {
    /// PS attach action.
    pub struct PsAttachAction(u8) {
        /// Attach.
        ATTACH = 1,
        /// Detach.
        DETACH = 2,
    }
}

crate::open_enum! {
    /// A radio interface. -1: unknown; in a request: no change.
    pub struct RadioInterface(i8) {
        /// Not known.
        UNKNOWN = -1,
        /// None.
        NONE = 0,
        /// CDMA 1x.
        CDMA1X = 1,
        /// CDMA 1x EV-DO.
        CDMA1XEVDO = 2,
        /// AMPS.
        AMPS = 3,
        /// GSM.
        GSM = 4,
        /// UMTS.
        UMTS = 5,
        /// LTE.
        LTE = 8,
        /// TD scdma.
        TD_SCDMA = 9,
        /// 5G NR.
        _5GNR = 12,
    }
}

crate::flags! {
    /// Radio technology preference.
    pub struct RadioTechnologyPreference(u16) {
        /// Auto.
        AUTO = 0x0,
        /// 3GPP2.
        _3GPP2 = 1 << 0,
        /// 3GPP.
        _3GPP = 1 << 1,
        /// AMPS or GSM.
        AMPS_OR_GSM = 1 << 2,
        /// CDMA or WCDMA.
        CDMA_OR_WCDMA = 1 << 3,
        /// HDR.
        HDR = 1 << 4,
        /// LTE.
        LTE = 1 << 5,
    }
}

crate::flags! {
    /// RAT mode preference.
    pub struct RatModePreference(u16) {
        /// CDMA 1x.
        CDMA1X = 1 << 0,
        /// CDMA 1x EV-DO.
        CDMA1XEVDO = 1 << 1,
        /// GSM.
        GSM = 1 << 2,
        /// UMTS.
        UMTS = 1 << 3,
        /// LTE.
        LTE = 1 << 4,
        /// TD scdma.
        TD_SCDMA = 1 << 5,
        /// 5G NR.
        _5GNR = 1 << 6,
    }
}

crate::open_enum! {
    /// Whether the device is registered with a network.
    pub struct RegistrationState(u8) {
        /// Not registered, not searching.
        NOT_REGISTERED = 0,
        /// Registered with a network.
        REGISTERED = 1,
        /// Not registered, searching.
        NOT_REGISTERED_SEARCHING = 2,
        /// A network refused.
        REGISTRATION_DENIED = 3,
        /// Not known.
        UNKNOWN = 4,
    }
}

crate::open_enum! {
    /// Why a network refused (3GPP TS 24.008, TS 24.301).
    pub struct RejectCause(u8) {
        /// None.
        NONE = 0,
        /// IMSI unknown in HLR.
        IMSI_UNKNOWN_IN_HLR = 2,
        /// Illegal device.
        ILLEGAL_UE = 3,
        /// IMSI unknown in VLR.
        IMSI_UNKNOWN_IN_VLR = 4,
        /// IMEI not accepted.
        IMEI_NOT_ACCEPTED = 5,
        /// Illegal equipment.
        ILLEGAL_ME = 6,
        /// PS services not allowed.
        PS_SERVICES_NOT_ALLOWED = 7,
        /// PS and not PS services not allowed.
        PS_AND_NON_PS_SERVICES_NOT_ALLOWED = 8,
        /// Device identity not derived by network.
        UE_IDENTITY_NOT_DERIVED_BY_NETWORK = 9,
        /// Implicitly detached.
        IMPLICITLY_DETACHED = 10,
        /// PLMN not allowed.
        PLMN_NOT_ALLOWED = 11,
        /// Location area not allowed.
        LOCATION_AREA_NOT_ALLOWED = 12,
        /// Roaming in location area not allowed.
        ROAMING_IN_LOCATION_AREA_NOT_ALLOWED = 13,
        /// PS services in location area not allowed.
        PS_SERVICES_IN_LOCATION_AREA_NOT_ALLOWED = 14,
        /// No suitable cells in location area.
        NO_SUITABLE_CELLS_IN_LOCATION_AREA = 15,
        /// MSC temporarily not reachable.
        MSC_TEMPORARILY_NOT_REACHABLE = 16,
        /// Network failure.
        NETWORK_FAILURE = 17,
        /// CS domain not available.
        CS_DOMAIN_NOT_AVAILABLE = 18,
        /// ESM failure.
        ESM_FAILURE = 19,
        /// MAC failure.
        MAC_FAILURE = 20,
        /// Synchronisation failure.
        SYNCH_FAILURE = 21,
        /// Congestion.
        CONGESTION = 22,
        /// Device security capabilities mismatch.
        UE_SECURITY_CAPABILITIES_MISMATCH = 23,
        /// Security mode rejected unspecified.
        SECURITY_MODE_REJECTED_UNSPECIFIED = 24,
        /// CSG not authorized.
        CSG_NOT_AUTHORIZED = 25,
        /// Not EPS authentication unacceptable.
        NON_EPS_AUTHENTICATION_UNACCEPTABLE = 26,
        /// SMS provided by GPRS in routing area.
        SMS_PROVIDED_BY_GPRS_IN_ROUTING_AREA = 28,
        /// Redirection to 5GCN required.
        REDIRECTION_TO5GCN_REQUIRED = 31,
        /// Service option not supported.
        SERVICE_OPTION_NOT_SUPPORTED = 32,
        /// Requested service option not subscribed.
        REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED = 33,
        /// Service option temporarily out of order.
        SERVICE_OPTION_TEMPORARILY_OUT_OF_ORDER = 34,
        /// Requested service option not authorized.
        REQUESTED_SERVICE_OPTION_NOT_AUTHORIZED = 35,
        /// Call cannot be identified.
        CALL_CANNOT_BE_IDENTIFIED = 38,
        /// CS service temporarily not available.
        CS_SERVICE_TEMPORARILY_NOT_AVAILABLE = 39,
        /// No EPS bearer context activated.
        NO_EPS_BEARER_CONTEXT_ACTIVATED = 40,
        /// Severe network failure.
        SEVERE_NETWORK_FAILURE = 42,
        /// Retry upon entry into new cell 0.
        RETRY_UPON_ENTRY_INTO_NEW_CELL0 = 48,
        /// Retry upon entry into new cell 1.
        RETRY_UPON_ENTRY_INTO_NEW_CELL1 = 49,
        /// Retry upon entry into new cell 2.
        RETRY_UPON_ENTRY_INTO_NEW_CELL2 = 50,
        /// Retry upon entry into new cell 3.
        RETRY_UPON_ENTRY_INTO_NEW_CELL3 = 51,
        /// Retry upon entry into new cell 4.
        RETRY_UPON_ENTRY_INTO_NEW_CELL4 = 52,
        /// Retry upon entry into new cell 5.
        RETRY_UPON_ENTRY_INTO_NEW_CELL5 = 53,
        /// Retry upon entry into new cell 6.
        RETRY_UPON_ENTRY_INTO_NEW_CELL6 = 54,
        /// Retry upon entry into new cell 7.
        RETRY_UPON_ENTRY_INTO_NEW_CELL7 = 55,
        /// Retry upon entry into new cell 8.
        RETRY_UPON_ENTRY_INTO_NEW_CELL8 = 56,
        /// Retry upon entry into new cell 9.
        RETRY_UPON_ENTRY_INTO_NEW_CELL9 = 57,
        /// Retry upon entry into new cell 10.
        RETRY_UPON_ENTRY_INTO_NEW_CELL10 = 58,
        /// Retry upon entry into new cell 11.
        RETRY_UPON_ENTRY_INTO_NEW_CELL11 = 59,
        /// Retry upon entry into new cell 12.
        RETRY_UPON_ENTRY_INTO_NEW_CELL12 = 60,
        /// Retry upon entry into new cell 13.
        RETRY_UPON_ENTRY_INTO_NEW_CELL13 = 61,
        /// Retry upon entry into new cell 14.
        RETRY_UPON_ENTRY_INTO_NEW_CELL14 = 62,
        /// Retry upon entry into new cell 15.
        RETRY_UPON_ENTRY_INTO_NEW_CELL15 = 63,
        /// Semantically incorrect message.
        SEMANTICALLY_INCORRECT_MESSAGE = 95,
        /// Invalid mandatory information.
        INVALID_MANDATORY_INFORMATION = 96,
        /// Message type not existent.
        MESSAGE_TYPE_NON_EXISTENT = 97,
        /// Message type not compatible.
        MESSAGE_TYPE_NOT_COMPATIBLE = 98,
        /// Information element not existent.
        INFORMATION_ELEMENT_NON_EXISTENT = 99,
        /// Conditional information element error.
        CONDITIONAL_INFORMATION_ELEMENT_ERROR = 100,
        /// Message not compatible.
        MESSAGE_NOT_COMPATIBLE = 101,
        /// Unspecified protocol error.
        UNSPECIFIED_PROTOCOL_ERROR = 111,
    }
}

crate::open_enum! {
    /// Roaming indicator status.
    pub struct RoamingIndicatorStatus(u8) {
        /// On.
        ON = 0,
        /// Off.
        OFF = 1,
    }
}

crate::open_enum! {
    /// Roaming preference.
    pub struct RoamingPreference(u16) {
        /// Off.
        OFF = 1,
        /// Not off.
        NOT_OFF = 2,
        /// Not flashing.
        NOT_FLASHING = 3,
        /// Any.
        ANY = 255,
    }
}

crate::open_enum! {
    /// Roaming status.
    pub struct RoamingStatus(u8) {
        /// Off.
        OFF = 0,
        /// On.
        ON = 1,
        /// Blink.
        BLINK = 2,
        /// Out of neighborhood.
        OUT_OF_NEIGHBORHOOD = 3,
        /// Out of building.
        OUT_OF_BUILDING = 4,
        /// Preferred system.
        PREFERRED_SYSTEM = 5,
        /// Available system.
        AVAILABLE_SYSTEM = 6,
        /// Alliance partner.
        ALLIANCE_PARTNER = 7,
        /// Premium partner.
        PREMIUM_PARTNER = 8,
        /// Full service.
        FULL_SERVICE = 9,
        /// Partial service.
        PARTIAL_SERVICE = 10,
        /// Banner on.
        BANNER_ON = 11,
        /// Banner off.
        BANNER_OFF = 12,
    }
}

crate::open_enum! {
    /// SCELL state.
    pub struct ScellState(u32) {
        /// Deconfigured.
        DECONFIGURED = 0,
        /// Deactivated.
        DEACTIVATED = 1,
        /// Activated.
        ACTIVATED = 2,
    }
}

crate::open_enum! {
    /// Service domain preference.
    pub struct ServiceDomainPreference(u32) {
        /// CS only.
        CS_ONLY = 0,
        /// PS only.
        PS_ONLY = 1,
        /// CS PS.
        CS_PS = 2,
        /// PS attach.
        PS_ATTACH = 3,
        /// PS detach.
        PS_DETACH = 4,
    }
}

crate::open_enum! {
    /// Service status.
    pub struct ServiceStatus(u8) {
        /// None.
        NONE = 0,
        /// Limited.
        LIMITED = 1,
        /// Available.
        AVAILABLE = 2,
        /// Limited regional.
        LIMITED_REGIONAL = 3,
        /// Power save.
        POWER_SAVE = 4,
    }
}

crate::flags! {
    /// Signal strength request.
    pub struct SignalStrengthRequest(u16) {
        /// None.
        NONE = 0x0,
        /// RSSI.
        RSSI = 1 << 0,
        /// ECIO.
        ECIO = 1 << 1,
        /// Io.
        IO = 1 << 2,
        /// SINR.
        SINR = 1 << 3,
        /// Error rate.
        ERROR_RATE = 1 << 4,
        /// RSRQ.
        RSRQ = 1 << 5,
        /// LTE SNR.
        LTE_SNR = 1 << 6,
        /// LTE RSRP.
        LTE_RSRP = 1 << 7,
    }
}

crate::open_enum! {
    /// SIM reject state.
    pub struct SimRejectState(u32) {
        /// SIM unavailable.
        SIM_UNAVAILABLE = 0,
        /// SIM available.
        SIM_AVAILABLE = 1,
        /// SIM CS invalid.
        SIM_CS_INVALID = 2,
        /// SIM PS invalid.
        SIM_PS_INVALID = 3,
        /// SIM CS PS invalid.
        SIM_CS_PS_INVALID = 4,
    }
}

crate::open_enum! {
    /// Sierra EMM connection state.
    pub struct SwiEmmConnectionState(u8) {
        /// RRC idle.
        RRC_IDLE = 0,
        /// Waiting RRC confirmation.
        WAITING_RRC_CFM = 1,
        /// RRC connecting.
        RRC_CONNECTING = 2,
        /// RRC releasing.
        RRC_RELEASING = 3,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::open_enum! {
    /// Sierra EMM state.
    pub struct SwiEmmState(u8) {
        /// Deregistered.
        DEREGISTERED = 0,
        /// Registration initiated.
        REG_INITIATED = 1,
        /// Registered.
        REGISTERED = 2,
        /// TAU initiated.
        TAU_INITIATED = 3,
        /// Sr initiated.
        SR_INITIATED = 4,
        /// Dereg initiated.
        DEREG_INITIATED = 5,
        /// Invalid.
        INVALID = 6,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::open_enum! {
    /// Sierra IMS registration state.
    pub struct SwiImsRegState(u8) {
        /// No service.
        NO_SRV = 0,
        /// In in progress.
        IN_PROG = 1,
        /// Failed.
        FAILED = 2,
        /// Limited.
        LIMITED = 3,
        /// Full service.
        FULL_SRV = 4,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::open_enum! {
    /// Sierra modem mode.
    pub struct SwiModemMode(u8) {
        /// Powering off.
        POWERING_OFF = 0,
        /// Factory test.
        FACTORY_TEST = 1,
        /// Offline.
        OFFLINE = 2,
        /// Offline AMPS.
        OFFLINE_AMPS = 3,
        /// Offline CDMA.
        OFFLINE_CDMA = 4,
        /// Online.
        ONLINE = 5,
        /// Low power.
        LOW_POWER = 6,
        /// Resetting.
        RESETTING = 7,
        /// Network test.
        NETWORK_TEST = 8,
        /// Offline request.
        OFFLINE_REQUEST = 9,
        /// Pseudo online.
        PSEUDO_ONLINE = 10,
        /// Resetting modem.
        RESETTING_MODEM = 11,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::open_enum! {
    /// Sierra PS state.
    pub struct SwiPsState(u8) {
        /// Attached.
        ATTACHED = 0,
        /// Detached.
        DETACHED = 1,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::open_enum! {
    /// Sierra system mode.
    pub struct SwiSystemMode(u8) {
        /// No service.
        NO_SERVICE = 0,
        /// AMPS.
        AMPS = 1,
        /// CDMA.
        CDMA = 2,
        /// GSM.
        GSM = 3,
        /// HDR.
        HDR = 4,
        /// WCDMA.
        WCDMA = 5,
        /// GPS.
        GPS = 6,
        /// WLAN.
        WLAN = 8,
        /// LTE.
        LTE = 9,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::flags! {
    /// TD scdma band preference.
    pub struct TdScdmaBandPreference(u64) {
        /// A.
        A = 1 << 0,
        /// B.
        B = 1 << 1,
        /// C.
        C = 1 << 2,
        /// D.
        D = 1 << 3,
        /// E.
        E = 1 << 4,
        /// F.
        F = 1 << 5,
    }
}

crate::open_enum! {
    /// Usage preference.
    pub struct UsagePreference(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// Voice centric.
        VOICE_CENTRIC = 1,
        /// Data centric.
        DATA_CENTRIC = 2,
    }
}

crate::open_enum! {
    /// Voice domain preference.
    pub struct VoiceDomainPreference(u32) {
        /// CS only.
        CS_ONLY = 0,
        /// PS only.
        PS_ONLY = 1,
        /// CS preferred.
        CS_PREFERRED = 2,
        /// PS preferred.
        PS_PREFERRED = 3,
    }
}

crate::open_enum! {
    /// WCDMA high speed service.
    pub struct WcdmaHsService(u8) {
        /// HSDPA HSUPA unsupported.
        HSDPA_HSUPA_UNSUPPORTED = 0,
        /// HSDPA supported.
        HSDPA_SUPPORTED = 1,
        /// HSUPA supported.
        HSUPA_SUPPORTED = 2,
        /// HSDPA HSUPA supported.
        HSDPA_HSUPA_SUPPORTED = 3,
        /// HSDPA plus supported.
        HSDPA_PLUS_SUPPORTED = 4,
        /// HSDPA plus HSUPA supported.
        HSDPA_PLUS_HSUPA_SUPPORTED = 5,
        /// Dual carrier HSDPA plus supported.
        DC_HSDPA_PLUS_SUPPORTED = 6,
        /// Dual carrier HSDPA plus HSUPA supported.
        DC_HSDPA_PLUS_HSUPA_SUPPORTED = 7,
    }
}

crate::open_enum! {
    /// WCDMA RRC state.
    pub struct WcdmaRrcState(u32) {
        /// Disconnected.
        DISCONNECTED = 0,
        /// Cell PCH.
        CELL_PCH = 1,
        /// Ura PCH.
        URA_PCH = 2,
        /// Cell FACH.
        CELL_FACH = 3,
        /// Cell DCH.
        CELL_DCH = 4,
    }
}

crate::wire_struct! {
    /// Signal strength indicator.
    pub struct SignalStrengthIndicator<'a> {
        /// Report.
        report: bool,
        /// Thresholds. In dB(m).
        thresholds: List<'a, i8>,
    }
}

crate::wire_struct! {
    /// RSSI indicator.
    pub struct RssiIndicator {
        /// Report.
        report: bool,
        /// RSSI delta. In dB(m).
        rssi_delta: u8,
    }
}

crate::wire_struct! {
    /// ECIO indicator.
    pub struct EcioIndicator {
        /// Report.
        report: bool,
        /// ECIO delta. ECIO: in units of -0.5 dB.
        ecio_delta: u8,
    }
}

crate::wire_struct! {
    /// IO indicator.
    pub struct IoIndicator {
        /// Report.
        report: bool,
        /// Io delta. In dB(m).
        io_delta: u8,
    }
}

crate::wire_struct! {
    /// SINR indicator.
    pub struct SinrIndicator {
        /// Report.
        report: bool,
        /// SINR delta. In the levels of [`EvdoSinrLevel`].
        sinr_delta: u8,
    }
}

crate::wire_struct! {
    /// ECIO threshold.
    pub struct EcioThreshold<'a> {
        /// Report.
        report: bool,
        /// Thresholds. ECIO: in units of -0.5 dB.
        thresholds: List<'a, i16>,
    }
}

crate::wire_struct! {
    /// SINR threshold.
    pub struct SinrThreshold<'a> {
        /// Report.
        report: bool,
        /// Thresholds. In the levels of [`EvdoSinrLevel`].
        thresholds: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// LTE SNR delta.
    pub struct LteSnrDelta {
        /// Report.
        report: bool,
        /// SNR delta. In dB(m).
        snr_delta: u8,
    }
}

crate::wire_struct! {
    /// LTE RSRP delta.
    pub struct LteRsrpDelta {
        /// Report.
        report: bool,
        /// RSRP delta. In dB(m).
        rsrp_delta: u8,
    }
}

crate::wire_struct! {
    /// Signal strength.
    pub struct SignalStrength {
        /// Strength. In dBm.
        strength: i8,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// RF band information.
    pub struct RfBandInformation {
        /// Radio interface.
        radio_interface: RadioInterface,
        /// Active band class.
        active_band_class: ActiveBand,
        /// Active channel.
        active_channel: u16,
    }
}

crate::wire_struct! {
    /// Registration reject reason.
    pub struct RegistrationRejectReason {
        /// Service domain.
        service_domain: NetworkServiceDomain,
        /// Reject cause. Cause of 3GPP TS 24.008 and 24.301.
        reject_cause: u16,
    }
}

crate::wire_struct! {
    /// RSSI.
    pub struct RssiReport {
        /// RSSI. The level is minus this, in dBm.
        rssi: u8,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// ECIO.
    pub struct EcioReport {
        /// ECIO. The ratio is -0.5 dB times this.
        ecio: u8,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// Error rate.
    pub struct ErrorRate {
        /// Rate.
        rate: u16,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// RSRQ.
    pub struct RsrqReport {
        /// RSRQ. In dB.
        rsrq: i8,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// Network reject information.
    pub struct NetworkRejectInformation {
        /// Enable network reject indications.
        enable_network_reject_indications: bool,
        /// Supress system information indications.
        supress_system_info_indications: bool,
    }
}

crate::wire_struct! {
    /// Strength.
    pub struct StrengthEntry {
        /// Strength. In dBm.
        strength: i8,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// RSSI.
    pub struct RssiEntry {
        /// RSSI. The level is minus this, in dBm.
        rssi: u8,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// ECIO.
    pub struct EcioEntry {
        /// ECIO. The ratio is -0.5 dB times this.
        ecio: u8,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// RSRQ.
    pub struct RsrqEntry {
        /// RSRQ. In dB.
        rsrq: i8,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// Network information.
    pub struct NetworkInformation<'a> {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Network status.
        network_status: NetworkStatus,
        /// Name of the network. Its coding is not told: UTF-8, packed GSM 7-bit or UCS-2.
        description: Str<'a>,
    }
}

crate::wire_struct! {
    /// Radio access technology.
    pub struct RadioAccessTechnology {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// MNC PCS digit include status.
    pub struct MncPcsDigitIncludeStatus {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Whether the MNC has three digits.
        includes_pcs_digit: bool,
    }
}

crate::wire_struct! {
    /// Manual registration information 3GPP.
    pub struct ManualRegistrationInfo3gpp {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// Serving system.
    pub struct ServingSystem<'a> {
        /// Whether registered.
        registration_state: RegistrationState,
        /// Whether attached to the circuit-switched domain.
        cs_attach_state: AttachState,
        /// Whether attached to the packet-switched domain.
        ps_attach_state: AttachState,
        /// Kind of network.
        selected_network: NetworkType,
        /// Radio interfaces in use.
        radio_interfaces: List<'a, RadioInterface>,
    }
}

crate::wire_struct! {
    /// Current PLMN.
    pub struct CurrentPlmn<'a> {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Name of the network. Its coding is not told: UTF-8, packed GSM 7-bit or UCS-2.
        description: Str<'a>,
    }
}

crate::wire_struct! {
    /// CDMA system ID.
    pub struct CdmaSystemId {
        /// SID.
        sid: u16,
        /// NID.
        nid: u16,
    }
}

crate::wire_struct! {
    /// CDMA base station information.
    pub struct CdmaBaseStationInfo {
        /// Base station ID.
        base_station_id: u16,
        /// Base station latitude. In quarters of an arc second.
        base_station_latitude: i32,
        /// Base station longitude. In quarters of an arc second.
        base_station_longitude: i32,
    }
}

crate::wire_struct! {
    /// Roaming indicator.
    pub struct RoamingIndicator {
        /// Radio interface.
        radio_interface: As<RadioInterface, u8>,
        /// Whether roaming.
        roaming_indicator: RoamingIndicatorStatus,
    }
}

crate::wire_struct! {
    /// Time zone 3GPP2.
    pub struct TimeZone3gpp2 {
        /// Leap seconds.
        leap_seconds: u8,
        /// Local time offset. In quarters of an hour from UTC.
        local_time_offset: i8,
        /// Daylight saving time.
        daylight_saving_time: bool,
    }
}

crate::wire_struct! {
    /// Detailed service status.
    pub struct DetailedServiceStatus {
        /// Status.
        status: ServiceStatus,
        /// Capability.
        capability: NetworkServiceDomain,
        /// HDR status.
        hdr_status: ServiceStatus,
        /// HDR hybrid.
        hdr_hybrid: bool,
        /// Forbidden.
        forbidden: bool,
    }
}

crate::wire_struct! {
    /// CDMA system information.
    pub struct CdmaSystemInfo {
        /// Mobile country code.
        mcc: u16,
        /// IMSI 11 12.
        imsi_11_12: u8,
    }
}

crate::wire_struct! {
    /// Call barring status.
    pub struct CallBarringStatusInfo {
        /// CS status.
        cs_status: CallBarringStatus,
        /// PS status.
        ps_status: CallBarringStatus,
    }
}

crate::wire_struct! {
    /// Universal time and local time zone 3GPP.
    pub struct UniversalTimeAndLocalTimeZone3gpp {
        /// Year.
        year: u16,
        /// Month.
        month: u8,
        /// Day.
        day: u8,
        /// Hour.
        hour: u8,
        /// Minute.
        minute: u8,
        /// Second.
        second: u8,
        /// Time zone. In quarters of an hour from UTC.
        time_zone: u8,
    }
}

crate::wire_struct! {
    /// Home network.
    pub struct HomeNetwork<'a> {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Name of the network. Its coding is not told: UTF-8, packed GSM 7-bit or UCS-2.
        description: Str<'a>,
    }
}

crate::wire_struct! {
    /// Home system ID.
    pub struct HomeSystemId {
        /// SID.
        sid: u16,
        /// NID.
        nid: u16,
    }
}

crate::wire_struct! {
    /// Home network 3GPP2 extended.
    pub struct HomeNetwork3gpp2Ext<'a> {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Display description.
        display_description: NetworkDescriptionDisplay,
        /// Description encoding.
        description_encoding: NetworkDescriptionEncoding,
        /// Name of the network. Its coding is not told: UTF-8, packed GSM 7-bit or UCS-2. Coded as the field beside it
        /// says.
        description: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Home network 3GPP MNC.
    pub struct HomeNetwork3gppMnc {
        /// Is 3GPP.
        is_3gpp: bool,
        /// Whether the MNC has three digits.
        includes_pcs_digit: bool,
    }
}

crate::wire_struct! {
    /// Preferred network.
    pub struct PreferredNetwork {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Radio access technology.
        radio_access_technology: PlmnAccessTechnologyIdentifier,
    }
}

crate::wire_struct! {
    /// Static preferred network.
    pub struct StaticPreferredNetwork {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Radio access technology.
        radio_access_technology: PlmnAccessTechnologyIdentifier,
    }
}

crate::wire_struct! {
    /// Static MNC PCS digit include status.
    pub struct StaticMncPcsDigitIncludeStatus {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Whether the MNC has three digits.
        includes_pcs_digit: bool,
    }
}

crate::wire_struct! {
    /// Current.
    pub struct TechnologyPreference {
        /// Technology preference.
        technology_preference: RadioTechnologyPreference,
        /// Technology preference duration.
        technology_preference_duration: PreferenceDuration,
    }
}

crate::wire_struct! {
    /// List.
    pub struct RfBand {
        /// Radio interface.
        radio_interface: RadioInterface,
        /// Active band class.
        active_band_class: ActiveBand,
        /// Active channel.
        active_channel: u16,
    }
}

crate::wire_struct! {
    /// Extended.
    pub struct ExtendedRfBand {
        /// Radio interface.
        radio_interface: RadioInterface,
        /// Active band class.
        active_band_class: ActiveBand,
        /// Active channel.
        active_channel: u32,
    }
}

crate::wire_struct! {
    /// Bandwidth.
    pub struct RfBandwidth {
        /// Radio interface.
        radio_interface: RadioInterface,
        /// Bandwidth.
        bandwidth: DlBandwidth,
    }
}

crate::wire_struct! {
    /// Network selection preference.
    pub struct NetworkSelectionPreferenceInfo {
        /// The mode.
        mode: NetworkSelectionPreference,
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
    }
}

crate::wire_struct! {
    /// Extended LTE band preference.
    pub struct ExtendedLteBandPreference {
        /// Mask low. Bit n stands for the band n + 1 of these 64.
        mask_low: u64,
        /// Mask middle low. Bit n stands for the band n + 1 of these 64.
        mask_mid_low: u64,
        /// Mask middle high. Bit n stands for the band n + 1 of these 64.
        mask_mid_high: u64,
        /// Mask high. Bit n stands for the band n + 1 of these 64.
        mask_high: u64,
    }
}

crate::wire_struct! {
    /// 5G NR SA band preference.
    pub struct Nr5gSaBandPreference {
        /// Mask 0. Bit n stands for the band n + 1 of these 64.
        mask_0: u64,
        /// Mask 1. Bit n stands for the band n + 1 of these 64.
        mask_1: u64,
        /// Mask 2. Bit n stands for the band n + 1 of these 64.
        mask_2: u64,
        /// Mask 3. Bit n stands for the band n + 1 of these 64.
        mask_3: u64,
        /// Mask 4. Bit n stands for the band n + 1 of these 64.
        mask_4: u64,
        /// Mask 5. Bit n stands for the band n + 1 of these 64.
        mask_5: u64,
        /// Mask 6. Bit n stands for the band n + 1 of these 64.
        mask_6: u64,
        /// Mask 7. Bit n stands for the band n + 1 of these 64.
        mask_7: u64,
    }
}

crate::wire_struct! {
    /// 5G NR NSA band preference.
    pub struct Nr5gNsaBandPreference {
        /// Mask 0. Bit n stands for the band n + 1 of these 64.
        mask_0: u64,
        /// Mask 1. Bit n stands for the band n + 1 of these 64.
        mask_1: u64,
        /// Mask 2. Bit n stands for the band n + 1 of these 64.
        mask_2: u64,
        /// Mask 3. Bit n stands for the band n + 1 of these 64.
        mask_3: u64,
        /// Mask 4. Bit n stands for the band n + 1 of these 64.
        mask_4: u64,
        /// Mask 5. Bit n stands for the band n + 1 of these 64.
        mask_5: u64,
        /// Mask 6. Bit n stands for the band n + 1 of these 64.
        mask_6: u64,
        /// Mask 7. Bit n stands for the band n + 1 of these 64.
        mask_7: u64,
    }
}

crate::wire_struct! {
    /// Manual network selection.
    pub struct ManualNetworkSelection {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Whether the MNC has three digits.
        includes_pcs_digit: bool,
    }
}

crate::wire_struct! {
    /// Service provider name.
    pub struct ServiceProviderName<'a> {
        /// Name display condition.
        name_display_condition: NetworkNameDisplayCondition,
        /// Name.
        name: Str<'a>,
    }
}

crate::wire_struct! {
    /// Operator PLMN.
    pub struct OperatorPlmn<'a> {
        /// MCC.
        mcc: Fixed<'a, 3>,
        /// MNC.
        mnc: Fixed<'a, 3>,
        /// Lac1.
        lac1: u16,
        /// Lac2.
        lac2: u16,
        /// PLMN name record identifier.
        plmn_name_record_identifier: u8,
    }
}

crate::wire_struct! {
    /// Operator PLMN name.
    pub struct OperatorPlmnName<'a> {
        /// Name encoding.
        name_encoding: PlmnEncodingScheme,
        /// Short country initials.
        short_country_initials: PlmnNameCountryInitials,
        /// Long name spare bits.
        long_name_spare_bits: PlmnNameSpareBits,
        /// Short name spare bits.
        short_name_spare_bits: PlmnNameSpareBits,
        /// Long name. Coded as the field beside it says.
        long_name: Bytes<'a>,
        /// Short name. Coded as the field beside it says.
        short_name: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// NITZ information.
    pub struct NitzInformation<'a> {
        /// Name encoding.
        name_encoding: PlmnEncodingScheme,
        /// Short country initials.
        short_country_initials: PlmnNameCountryInitials,
        /// Long name spare bits.
        long_name_spare_bits: PlmnNameSpareBits,
        /// Short name spare bits.
        short_name_spare_bits: PlmnNameSpareBits,
        /// Long name. Coded as the field beside it says.
        long_name: Bytes<'a>,
        /// Short name. Coded as the field beside it says.
        short_name: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Cell.
    pub struct GeranInfoV2Cell {
        /// Cell ID.
        cell_id: u32,
        /// The network. Digits in packed form: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1; 0xF: no third digit of the MNC.
        plmn: [u8; 3],
        /// Location area code.
        lac: u16,
        /// Channel number (ARFCN).
        geran_absolute_rf_channel_number: u16,
        /// Base station identity code (BSIC).
        base_station_identity_code: u8,
        /// RX level. n stands for -111 + n to -110 + n dBm; 0: below -110, 63: above -48.
        rx_level: u16,
    }
}

crate::wire_struct! {
    /// GERAN information (second layout).
    pub struct GeranInfoV2<'a> {
        /// Cell ID. 0xFFFFFFFF: none.
        cell_id: u32,
        /// The network. Digits in packed form: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1; 0xF: no third digit of the MNC.
        plmn: [u8; 3],
        /// Location area code.
        lac: u16,
        /// Channel number (ARFCN).
        geran_absolute_rf_channel_number: u16,
        /// Base station identity code (BSIC).
        base_station_identity_code: u8,
        /// Timing advance. In bit periods (48/13 µs). 0xFFFFFFFF: none.
        timing_advance: u32,
        /// RX level. n stands for -111 + n to -110 + n dBm; 0: below -110, 63: above -48.
        rx_level: u16,
        /// Cell.
        cell: List<'a, GeranInfoV2Cell>,
    }
}

crate::wire_struct! {
    /// Cell.
    pub struct UmtsInfoV2Cell {
        /// Channel number (UARFCN).
        utra_absolute_rf_channel_number: u16,
        /// Primary scrambling code.
        primary_scrambling_code: u16,
        /// RSCP. In dBm.
        rscp: i16,
        /// ECIO. The ratio is -0.5 dB times this.
        ecio: i16,
    }
}

crate::wire_struct! {
    /// Neighboring GERAN.
    pub struct NeighboringGeran {
        /// Channel number (ARFCN).
        geran_absolute_rf_channel_number: u16,
        /// Network color code.
        network_color_code: u8,
        /// Base station color code.
        base_station_color_code: u8,
        /// RSSI. In tenths of dB(m).
        rssi: i16,
    }
}

crate::wire_struct! {
    /// UMTS information (second layout).
    pub struct UmtsInfoV2<'a> {
        /// Cell ID.
        cell_id: u16,
        /// The network. Digits in packed form: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1; 0xF: no third digit of the MNC.
        plmn: [u8; 3],
        /// Location area code.
        lac: u16,
        /// Channel number (UARFCN).
        utra_absolute_rf_channel_number: u16,
        /// Primary scrambling code.
        primary_scrambling_code: u16,
        /// RSCP. In dBm.
        rscp: i16,
        /// ECIO. The ratio is -0.5 dB times this.
        ecio: i16,
        /// Cell.
        cell: List<'a, UmtsInfoV2Cell>,
        /// Neighboring GERAN.
        neighboring_geran: List<'a, NeighboringGeran>,
    }
}

crate::wire_struct! {
    /// CDMA information.
    pub struct CdmaInfo {
        /// System ID.
        system_id: u16,
        /// Network ID.
        network_id: u16,
        /// Base station ID.
        base_station_id: u16,
        /// Reference PN.
        reference_pn: u16,
        /// Latitude. In quarters of an arc second.
        latitude: u32,
        /// Longitude. In quarters of an arc second.
        longitude: u32,
    }
}

crate::wire_struct! {
    /// Cell.
    pub struct IntrafrequencyLteInfoV2Cell {
        /// Physical cell identity.
        physical_cell_id: u16,
        /// RSRQ. In tenths of dB(m).
        rsrq: i16,
        /// RSRP. In tenths of dB(m).
        rsrp: i16,
        /// RSSI. In tenths of dB(m).
        rssi: i16,
        /// Cell selection RX level.
        cell_selection_rx_level: i16,
    }
}

crate::wire_struct! {
    /// Intrafrequency LTE information (second layout).
    pub struct IntrafrequencyLteInfoV2<'a> {
        /// Device in idle.
        ue_in_idle: bool,
        /// The network. Digits in packed form: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1; 0xF: no third digit of the MNC.
        plmn: [u8; 3],
        /// Tracking area code.
        tracking_area_code: u16,
        /// Global cell identity.
        global_cell_id: u32,
        /// Channel number (EARFCN).
        eutra_absolute_rf_channel_number: u16,
        /// Serving cell ID.
        serving_cell_id: u16,
        /// Cell reselection priority.
        cell_reselection_priority: u8,
        /// S not intra search threshold.
        s_non_intra_search_threshold: u8,
        /// Serving cell low threshold.
        serving_cell_low_threshold: u8,
        /// S intra search threshold.
        s_intra_search_threshold: u8,
        /// Cell.
        cell: List<'a, IntrafrequencyLteInfoV2Cell>,
    }
}

crate::wire_struct! {
    /// Cell.
    pub struct InterfrequencyLteInfoCell {
        /// Physical cell identity.
        physical_cell_id: u16,
        /// RSRQ. In tenths of dB(m).
        rsrq: i16,
        /// RSRP. In tenths of dB(m).
        rsrp: i16,
        /// RSSI. In tenths of dB(m).
        rssi: i16,
        /// Cell selection RX level.
        cell_selection_rx_level: i16,
    }
}

crate::wire_struct! {
    /// Frequency.
    pub struct InterfrequencyLteInfoFrequency<'a> {
        /// Channel number (EARFCN).
        eutra_absolute_rf_channel_number: u16,
        /// Cell selection RX level low threshold.
        cell_selection_rx_level_low_threshold: u8,
        /// Cell selection RX level high threshold.
        cell_selection_rx_level_high_threshold: u8,
        /// Cell reselection priority.
        cell_reselection_priority: u8,
        /// Cell.
        cell: List<'a, InterfrequencyLteInfoCell>,
    }
}

crate::wire_struct! {
    /// Interfrequency LTE information.
    pub struct InterfrequencyLteInfo<'a> {
        /// Device in idle.
        ue_in_idle: bool,
        /// Frequency.
        frequency: List<'a, InterfrequencyLteInfoFrequency<'a>>,
    }
}

crate::wire_struct! {
    /// Cell.
    pub struct LteInfoNeighboringGsmCell {
        /// Channel number (ARFCN).
        geran_absolute_rf_channel_number: u16,
        /// Band is 1900.
        band_is_1900: bool,
        /// Whether `cell_id` counts.
        cell_id_valid: bool,
        /// Base station identity code (BSIC).
        base_station_identity_code: u8,
        /// RSSI. In tenths of dB(m).
        rssi: i16,
        /// Cell selection RX level.
        cell_selection_rx_level: i16,
    }
}

crate::wire_struct! {
    /// Frequency.
    pub struct LteInfoNeighboringGsmFrequency<'a> {
        /// Cell reselection priority.
        cell_reselection_priority: u8,
        /// Cell reselection high threshold.
        cell_reselection_high_threshold: u8,
        /// Cell reselection low threshold.
        cell_reselection_low_threshold: u8,
        /// Ncc permitted.
        ncc_permitted: u8,
        /// Cell.
        cell: List<'a, LteInfoNeighboringGsmCell>,
    }
}

crate::wire_struct! {
    /// LTE information neighboring GSM.
    pub struct LteInfoNeighboringGsm<'a> {
        /// Device in idle.
        ue_in_idle: bool,
        /// Frequency.
        frequency: List<'a, LteInfoNeighboringGsmFrequency<'a>>,
    }
}

crate::wire_struct! {
    /// Cell.
    pub struct LteInfoNeighboringWcdmaCell {
        /// Primary scrambling code.
        primary_scrambling_code: u16,
        /// CPICH RSCP. In 0.1 dBm.
        cpich_rscp: i16,
        /// CPICH Ec/No. In 0.1 dB.
        cpich_ecno: i16,
        /// Cell selection RX level.
        cell_selection_rx_level: i16,
    }
}

crate::wire_struct! {
    /// Frequency.
    pub struct LteInfoNeighboringWcdmaFrequency<'a> {
        /// Channel number (UARFCN).
        utra_absolute_rf_channel_number: u16,
        /// Cell reselection priority.
        cell_reselection_priority: u8,
        /// Cell reselection high threshold.
        cell_reselection_high_threshold: u16,
        /// Cell reselection low threshold.
        cell_reselection_low_threshold: u16,
        /// Cell.
        cell: List<'a, LteInfoNeighboringWcdmaCell>,
    }
}

crate::wire_struct! {
    /// LTE information neighboring WCDMA.
    pub struct LteInfoNeighboringWcdma<'a> {
        /// Device in idle.
        ue_in_idle: bool,
        /// Frequency.
        frequency: List<'a, LteInfoNeighboringWcdmaFrequency<'a>>,
    }
}

crate::wire_struct! {
    /// Frequency.
    pub struct UmtsInfoNeighboringLteFrequency {
        /// Channel number (EARFCN).
        eutra_absolute_rf_channel_number: u16,
        /// Physical cell identity.
        physical_cell_id: u16,
        /// RSRP. In tenths of dB(m).
        rsrp: f32,
        /// RSRQ. In tenths of dB(m).
        rsrq: f32,
        /// Cell selection RX level.
        cell_selection_rx_level: i16,
        /// Is TDD.
        is_tdd: bool,
    }
}

crate::wire_struct! {
    /// UMTS information neighboring LTE.
    pub struct UmtsInfoNeighboringLte<'a> {
        /// RRC state.
        rrc_state: WcdmaRrcState,
        /// Frequency.
        frequency: List<'a, UmtsInfoNeighboringLteFrequency>,
    }
}

crate::wire_struct! {
    /// 5G NR cell information.
    pub struct Nr5gCellInformation {
        /// The network. Digits in packed form: MCC2 MCC1, MNC3 MCC3, MNC2 MNC1; 0xF: no third digit of the MNC.
        plmn: [u8; 3],
        /// Tracking area code.
        tracking_area_code: [u8; 3],
        /// Global cell identity.
        global_cell_id: u64,
        /// Physical cell identity.
        physical_cell_id: u16,
        /// RSRQ. In tenths of dB(m). -32768: not available.
        rsrq: i16,
        /// RSRP. In tenths of dB(m). -32768: not available.
        rsrp: i16,
        /// SNR. In tenths of dB. -32768: not available.
        snr: i16,
    }
}

crate::wire_struct! {
    /// PLMN.
    pub struct PlmnQuery {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
    }
}

crate::wire_struct! {
    /// 3GPP EONS PLMN name.
    pub struct EonsPlmnName3gpp<'a> {
        /// Service provider name encoding.
        service_provider_name_encoding: NetworkDescriptionEncoding,
        /// Service provider name. Coded as the field beside it says.
        service_provider_name: Bytes<'a>,
        /// Short name encoding.
        short_name_encoding: NetworkDescriptionEncoding,
        /// Short name country initials.
        short_name_country_initials: PlmnNameCountryInitials,
        /// Short name spare bits.
        short_name_spare_bits: PlmnNameSpareBits,
        /// Short name. Coded as the field beside it says.
        short_name: Bytes<'a>,
        /// Long name encoding.
        long_name_encoding: NetworkDescriptionEncoding,
        /// Long name country initials.
        long_name_country_initials: PlmnNameCountryInitials,
        /// Long name spare bits.
        long_name_spare_bits: PlmnNameSpareBits,
        /// Long name. Coded as the field beside it says.
        long_name: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Display bit information.
    pub struct DisplayBitInformation {
        /// Service provider name set.
        service_provider_name_set: Boolean,
        /// PLMN name set.
        plmn_name_set: Boolean,
    }
}

crate::wire_struct! {
    /// PLMN name with language ID.
    pub struct PlmnNameWithLanguageId<'a> {
        /// Long name. In units of UTF-16.
        long_name: List<'a, u16>,
        /// Short name. In units of UTF-16.
        short_name: List<'a, u16>,
        /// Language ID.
        language_id: PlmnLanguageId,
    }
}

crate::wire_struct! {
    /// Universal time.
    pub struct UniversalTime {
        /// Year.
        year: u16,
        /// Month.
        month: u8,
        /// Day.
        day: u8,
        /// Hour.
        hour: u8,
        /// Minute.
        minute: u8,
        /// Second.
        second: u8,
        /// Day of week.
        day_of_week: DayOfWeek,
    }
}

crate::wire_struct! {
    /// CDMA service status.
    pub struct CdmaServiceStatus {
        /// Service status.
        service_status: ServiceStatus,
        /// Preferred data path.
        preferred_data_path: bool,
    }
}

crate::wire_struct! {
    /// HDR service status.
    pub struct HdrServiceStatus {
        /// Service status.
        service_status: ServiceStatus,
        /// Preferred data path.
        preferred_data_path: bool,
    }
}

crate::wire_struct! {
    /// GSM service status.
    pub struct GsmServiceStatus {
        /// Service status.
        service_status: ServiceStatus,
        /// True service status.
        true_service_status: ServiceStatus,
        /// Preferred data path.
        preferred_data_path: bool,
    }
}

crate::wire_struct! {
    /// WCDMA service status.
    pub struct WcdmaServiceStatus {
        /// Service status.
        service_status: ServiceStatus,
        /// True service status.
        true_service_status: ServiceStatus,
        /// Preferred data path.
        preferred_data_path: bool,
    }
}

crate::wire_struct! {
    /// LTE service status.
    pub struct LteServiceStatus {
        /// Service status.
        service_status: ServiceStatus,
        /// True service status.
        true_service_status: ServiceStatus,
        /// Preferred data path.
        preferred_data_path: bool,
    }
}

crate::wire_struct! {
    /// CDMA system information.
    pub struct CdmaSystemDetails<'a> {
        /// Whether `domain` counts.
        domain_valid: bool,
        /// Domain.
        domain: NetworkServiceDomain,
        /// Whether `service_capability` counts.
        service_capability_valid: bool,
        /// Service capability.
        service_capability: NetworkServiceDomain,
        /// Whether `roaming_status` counts.
        roaming_status_valid: bool,
        /// Roaming status.
        roaming_status: RoamingStatus,
        /// Whether `forbidden` counts.
        forbidden_valid: bool,
        /// Forbidden.
        forbidden: bool,
        /// Whether `prl_match` counts.
        prl_match_valid: bool,
        /// PRL match.
        prl_match: bool,
        /// Whether `p_rev` counts.
        p_rev_valid: bool,
        /// P revision.
        p_rev: u8,
        /// Whether `base_station_p_rev` counts.
        base_station_p_rev_valid: bool,
        /// Base station p revision.
        base_station_p_rev: u8,
        /// Whether `concurrent_service_support` counts.
        concurrent_service_support_valid: bool,
        /// Concurrent service support.
        concurrent_service_support: bool,
        /// Whether `cdma_system_id` counts.
        cdma_system_id_valid: bool,
        /// SID.
        sid: u16,
        /// NID.
        nid: u16,
        /// Whether `base_station_info` counts.
        base_station_info_valid: bool,
        /// Base station ID.
        base_station_id: u16,
        /// Base station latitude. In quarters of an arc second.
        base_station_latitude: i32,
        /// Base station longitude. In quarters of an arc second.
        base_station_longitude: i32,
        /// Whether `packet_zone` counts.
        packet_zone_valid: bool,
        /// Packet zone.
        packet_zone: u16,
        /// Whether `mcc` and `mnc` count.
        network_id_valid: bool,
        /// MCC.
        mcc: Fixed<'a, 3>,
        /// MNC.
        mnc: Fixed<'a, 3>,
    }
}

crate::wire_struct! {
    /// HDR system information.
    pub struct HdrSystemInfo<'a> {
        /// Whether `domain` counts.
        domain_valid: bool,
        /// Domain.
        domain: NetworkServiceDomain,
        /// Whether `service_capability` counts.
        service_capability_valid: bool,
        /// Service capability.
        service_capability: NetworkServiceDomain,
        /// Whether `roaming_status` counts.
        roaming_status_valid: bool,
        /// Roaming status.
        roaming_status: RoamingStatus,
        /// Whether `forbidden` counts.
        forbidden_valid: bool,
        /// Forbidden.
        forbidden: bool,
        /// Whether `prl_match` counts.
        prl_match_valid: bool,
        /// PRL match.
        prl_match: bool,
        /// Whether `personality` counts.
        personality_valid: bool,
        /// Personality.
        personality: HdrPersonality,
        /// Whether `protocol_revision` counts.
        protocol_revision_valid: bool,
        /// Protocol revision.
        protocol_revision: HdrProtocolRevision,
        /// Whether `is_856_system_id` counts.
        is_856_system_id_valid: bool,
        /// Is 856 system ID.
        is_856_system_id: Fixed<'a, 16>,
    }
}

crate::wire_struct! {
    /// GSM system information (second layout).
    pub struct GsmSystemInfoV2<'a> {
        /// Whether `domain` counts.
        domain_valid: bool,
        /// Domain.
        domain: NetworkServiceDomain,
        /// Whether `service_capability` counts.
        service_capability_valid: bool,
        /// Service capability.
        service_capability: NetworkServiceDomain,
        /// Whether `roaming_status` counts.
        roaming_status_valid: bool,
        /// Roaming status.
        roaming_status: RoamingStatus,
        /// Whether `forbidden` counts.
        forbidden_valid: bool,
        /// Forbidden.
        forbidden: bool,
        /// Whether `lac` counts.
        lac_valid: bool,
        /// Location area code.
        lac: u16,
        /// Whether `cid` counts.
        cid_valid: bool,
        /// Client number.
        cid: u32,
        /// Whether `registration_reject_info` counts.
        registration_reject_info_valid: bool,
        /// Registration reject domain.
        registration_reject_domain: NetworkServiceDomain,
        /// Registration reject cause.
        registration_reject_cause: RejectCause,
        /// Whether `mcc` and `mnc` count.
        network_id_valid: bool,
        /// MCC.
        mcc: Fixed<'a, 3>,
        /// MNC.
        mnc: Fixed<'a, 3>,
        /// Whether `egprs_support` counts.
        egprs_support_valid: bool,
        /// Egprs support.
        egprs_support: bool,
        /// Whether `dtm_support` counts.
        dtm_support_valid: bool,
        /// DTM support.
        dtm_support: bool,
    }
}

crate::wire_struct! {
    /// WCDMA system information (second layout).
    pub struct WcdmaSystemInfoV2<'a> {
        /// Whether `domain` counts.
        domain_valid: bool,
        /// Domain.
        domain: NetworkServiceDomain,
        /// Whether `service_capability` counts.
        service_capability_valid: bool,
        /// Service capability.
        service_capability: NetworkServiceDomain,
        /// Whether `roaming_status` counts.
        roaming_status_valid: bool,
        /// Roaming status.
        roaming_status: RoamingStatus,
        /// Whether `forbidden` counts.
        forbidden_valid: bool,
        /// Forbidden.
        forbidden: bool,
        /// Whether `lac` counts.
        lac_valid: bool,
        /// Location area code.
        lac: u16,
        /// Whether `cid` counts.
        cid_valid: bool,
        /// Client number.
        cid: u32,
        /// Whether `registration_reject_info` counts.
        registration_reject_info_valid: bool,
        /// Registration reject domain.
        registration_reject_domain: NetworkServiceDomain,
        /// Registration reject cause.
        registration_reject_cause: RejectCause,
        /// Whether `mcc` and `mnc` count.
        network_id_valid: bool,
        /// MCC.
        mcc: Fixed<'a, 3>,
        /// MNC.
        mnc: Fixed<'a, 3>,
        /// Whether `hs_call_status` counts.
        hs_call_status_valid: bool,
        /// High speed call status.
        hs_call_status: WcdmaHsService,
        /// Whether `hs_service` counts.
        hs_service_valid: bool,
        /// High speed service.
        hs_service: WcdmaHsService,
        /// Whether `primary_scrambling_code` counts.
        primary_scrambling_code_valid: bool,
        /// Primary scrambling code.
        primary_scrambling_code: u16,
    }
}

crate::wire_struct! {
    /// LTE system information (second layout).
    pub struct LteSystemInfoV2<'a> {
        /// Whether `domain` counts.
        domain_valid: bool,
        /// Domain.
        domain: NetworkServiceDomain,
        /// Whether `service_capability` counts.
        service_capability_valid: bool,
        /// Service capability.
        service_capability: NetworkServiceDomain,
        /// Whether `roaming_status` counts.
        roaming_status_valid: bool,
        /// Roaming status.
        roaming_status: RoamingStatus,
        /// Whether `forbidden` counts.
        forbidden_valid: bool,
        /// Forbidden.
        forbidden: bool,
        /// Whether `lac` counts.
        lac_valid: bool,
        /// Location area code.
        lac: u16,
        /// Whether `cid` counts.
        cid_valid: bool,
        /// Client number.
        cid: u32,
        /// Whether `registration_reject_info` counts.
        registration_reject_info_valid: bool,
        /// Registration reject domain.
        registration_reject_domain: NetworkServiceDomain,
        /// Registration reject cause.
        registration_reject_cause: RejectCause,
        /// Whether `mcc` and `mnc` count.
        network_id_valid: bool,
        /// MCC.
        mcc: Fixed<'a, 3>,
        /// MNC.
        mnc: Fixed<'a, 3>,
        /// Whether `tac` counts.
        tac_valid: bool,
        /// Tracking area code.
        tac: u16,
    }
}

crate::wire_struct! {
    /// Additional CDMA system information.
    pub struct AdditionalCdmaSystemInfo {
        /// Geo system index.
        geo_system_index: u16,
        /// Registration period.
        registration_period: u16,
    }
}

crate::wire_struct! {
    /// Additional HDR system information.
    pub struct AdditionalHdrSystemInfo {
        /// Geo system index.
        geo_system_index: u16,
    }
}

crate::wire_struct! {
    /// Additional GSM system information.
    pub struct AdditionalGsmSystemInfo {
        /// Geo system index.
        geo_system_index: u16,
        /// Cell broadcast support.
        cell_broadcast_support: CellBroadcastCapability,
    }
}

crate::wire_struct! {
    /// Additional WCDMA system information.
    pub struct AdditionalWcdmaSystemInfo {
        /// Geo system index.
        geo_system_index: u16,
        /// Cell broadcast support.
        cell_broadcast_support: CellBroadcastCapability,
    }
}

crate::wire_struct! {
    /// Additional LTE system information.
    pub struct AdditionalLteSystemInfo {
        /// Geo system index.
        geo_system_index: u16,
    }
}

crate::wire_struct! {
    /// GSM call barring status.
    pub struct GsmCallBarringStatus {
        /// CS status.
        cs_status: CallBarringStatus,
        /// PS status.
        ps_status: CallBarringStatus,
    }
}

crate::wire_struct! {
    /// WCDMA call barring status.
    pub struct WcdmaCallBarringStatus {
        /// CS status.
        cs_status: CallBarringStatus,
        /// PS status.
        ps_status: CallBarringStatus,
    }
}

crate::wire_struct! {
    /// TD SCDMA service status.
    pub struct TdScdmaServiceStatus {
        /// Service status.
        service_status: ServiceStatus,
        /// True service status.
        true_service_status: ServiceStatus,
        /// Preferred data path.
        preferred_data_path: bool,
    }
}

crate::wire_struct! {
    /// TD SCDMA system information (second layout).
    pub struct TdScdmaSystemInfoV2<'a> {
        /// Whether `domain` counts.
        domain_valid: bool,
        /// Domain.
        domain: NetworkServiceDomain,
        /// Whether `service_capability` counts.
        service_capability_valid: bool,
        /// Service capability.
        service_capability: NetworkServiceDomain,
        /// Whether `roaming_status` counts.
        roaming_status_valid: bool,
        /// Roaming status.
        roaming_status: RoamingStatus,
        /// Whether `forbidden` counts.
        forbidden_valid: bool,
        /// Forbidden.
        forbidden: bool,
        /// Whether `lac` counts.
        lac_valid: bool,
        /// Location area code.
        lac: u16,
        /// Whether `cid` counts.
        cid_valid: bool,
        /// Client number.
        cid: u32,
        /// Whether `registration_reject_info` counts.
        registration_reject_info_valid: bool,
        /// Registration reject domain.
        registration_reject_domain: NetworkServiceDomain,
        /// Registration reject cause.
        registration_reject_cause: RejectCause,
        /// Whether `mcc` and `mnc` count.
        network_id_valid: bool,
        /// MCC.
        mcc: Fixed<'a, 3>,
        /// MNC.
        mnc: Fixed<'a, 3>,
        /// Whether `hs_call_status` counts.
        hs_call_status_valid: bool,
        /// High speed call status.
        hs_call_status: WcdmaHsService,
        /// Whether `hs_service` counts.
        hs_service_valid: bool,
        /// High speed service.
        hs_service: WcdmaHsService,
        /// Whether `cell_parameter_id` counts.
        cell_parameter_id_valid: bool,
        /// Cell parameter ID.
        cell_parameter_id: u16,
        /// Whether `cell_broadcast_support` counts.
        cell_broadcast_support_valid: bool,
        /// Cell broadcast support.
        cell_broadcast_support: CellBroadcastCapability,
        /// Whether `cs_call_barring_status` counts.
        cs_call_barring_status_valid: bool,
        /// CS call barring status.
        cs_call_barring_status: CallBarringStatus,
        /// Whether `ps_call_barring_status` counts.
        ps_call_barring_status_valid: bool,
        /// PS call barring status.
        ps_call_barring_status: CallBarringStatus,
        /// Whether `cipher_domain` counts.
        cipher_domain_valid: bool,
        /// Cipher domain.
        cipher_domain: NetworkServiceDomain,
    }
}

crate::wire_struct! {
    /// 5G NR service status information.
    pub struct Nr5gServiceStatusInfo {
        /// Service status.
        service_status: ServiceStatus,
        /// True service status.
        true_service_status: ServiceStatus,
        /// Preferred data path.
        preferred_data_path: bool,
    }
}

crate::wire_struct! {
    /// 5G NR system information.
    pub struct Nr5gSystemInfo<'a> {
        /// Whether `domain` counts.
        domain_valid: bool,
        /// Domain.
        domain: NetworkServiceDomain,
        /// Whether `service_capability` counts.
        service_capability_valid: bool,
        /// Service capability.
        service_capability: NetworkServiceDomain,
        /// Whether `roaming_status` counts.
        roaming_status_valid: bool,
        /// Roaming status.
        roaming_status: RoamingStatus,
        /// Whether `forbidden` counts.
        forbidden_valid: bool,
        /// Forbidden.
        forbidden: bool,
        /// Whether `lac` counts.
        lac_valid: bool,
        /// Location area code.
        lac: u16,
        /// Whether `cid` counts.
        cid_valid: bool,
        /// Client number.
        cid: u32,
        /// Whether `registration_reject_info` counts.
        registration_reject_info_valid: bool,
        /// Registration reject domain.
        registration_reject_domain: NetworkServiceDomain,
        /// Registration reject cause. Cause of 3GPP TS 24.008 and 24.301.
        registration_reject_cause: u8,
        /// Whether `mcc` and `mnc` count.
        network_id_valid: bool,
        /// MCC.
        mcc: Fixed<'a, 3>,
        /// MNC.
        mnc: Fixed<'a, 3>,
        /// Whether `tac` counts.
        tac_valid: bool,
        /// Tracking area code.
        tac: u16,
    }
}

crate::wire_struct! {
    /// CDMA signal strength.
    pub struct CdmaSignalStrength {
        /// RSSI. In dBm.
        rssi: i8,
        /// ECIO. The ratio is -0.5 dB times this.
        ecio: i16,
    }
}

crate::wire_struct! {
    /// HDR signal strength.
    pub struct HdrSignalStrength {
        /// RSSI. In dBm.
        rssi: i8,
        /// ECIO. The ratio is -0.5 dB times this.
        ecio: i16,
        /// SINR.
        sinr: EvdoSinrLevel,
        /// Io. In dBm.
        io: i32,
    }
}

crate::wire_struct! {
    /// WCDMA signal strength.
    pub struct WcdmaSignalStrength {
        /// RSSI. In dBm.
        rssi: i8,
        /// ECIO. The ratio is -0.5 dB times this.
        ecio: i16,
    }
}

crate::wire_struct! {
    /// LTE signal strength.
    pub struct LteSignalStrength {
        /// RSSI. In dBm.
        rssi: i8,
        /// RSRQ. In dB.
        rsrq: i8,
        /// RSRP. In dBm.
        rsrp: i16,
        /// SNR. In tenths of dB.
        snr: i16,
    }
}

crate::wire_struct! {
    /// TDMA signal strength extended.
    pub struct TdmaSignalStrengthExtended {
        /// RSSI. In dBm.
        rssi: i32,
        /// RSCP. In dBm.
        rscp: i32,
        /// ECIO. The ratio is -0.5 dB times this.
        ecio: i32,
        /// SINR.
        sinr: i32,
    }
}

crate::wire_struct! {
    /// 5G signal strength.
    pub struct SignalStrength5g {
        /// RSRP. In dBm. -32768: not available.
        rsrp: i16,
        /// SNR. In tenths of dB. -32768: not available.
        snr: i16,
    }
}

crate::wire_struct! {
    /// LTE report.
    pub struct LteReport {
        /// Rate.
        rate: u8,
        /// Average period.
        average_period: u8,
    }
}

crate::wire_struct! {
    /// 5G NR report.
    pub struct Nr5gReport {
        /// Rate.
        rate: u8,
        /// Average period.
        average_period: u8,
    }
}

crate::wire_struct! {
    /// RX chain 0 information.
    pub struct RxChain0Info {
        /// Is radio tuned.
        is_radio_tuned: bool,
        /// RX power. In tenths of dB(m).
        rx_power: i32,
        /// ECIO. In tenths of dB(m).
        ecio: i32,
        /// RSCP. In tenths of dB(m).
        rscp: i32,
        /// RSRP. In tenths of dB(m).
        rsrp: i32,
        /// Phase.
        phase: u32,
    }
}

crate::wire_struct! {
    /// RX chain 1 information.
    pub struct RxChain1Info {
        /// Is radio tuned.
        is_radio_tuned: bool,
        /// RX power. In tenths of dB(m).
        rx_power: i32,
        /// ECIO. In tenths of dB(m).
        ecio: i32,
        /// RSCP. In tenths of dB(m).
        rscp: i32,
        /// RSRP. In tenths of dB(m).
        rsrp: i32,
        /// Phase.
        phase: u32,
    }
}

crate::wire_struct! {
    /// TX information.
    pub struct TxInfo {
        /// Is in traffic.
        is_in_traffic: bool,
        /// TX power. In tenths of dB(m).
        tx_power: i32,
    }
}

crate::wire_struct! {
    /// RX chain 2 information.
    pub struct RxChain2Info {
        /// Is radio tuned.
        is_radio_tuned: bool,
        /// RX power. In tenths of dB(m).
        rx_power: i32,
        /// ECIO. In tenths of dB(m).
        ecio: i32,
        /// RSCP. In tenths of dB(m).
        rscp: i32,
        /// RSRP. In tenths of dB(m).
        rsrp: i32,
        /// Phase.
        phase: u32,
    }
}

crate::wire_struct! {
    /// RX chain 3 information.
    pub struct RxChain3Info {
        /// Is radio tuned.
        is_radio_tuned: bool,
        /// RX power. In tenths of dB(m).
        rx_power: i32,
        /// ECIO. In tenths of dB(m).
        ecio: i32,
        /// RSCP. In tenths of dB(m).
        rscp: i32,
        /// RSRP. In tenths of dB(m).
        rsrp: i32,
        /// Phase.
        phase: u32,
    }
}

crate::wire_struct! {
    /// Basestation.
    pub struct Basestation {
        /// Pilot type.
        pilot_type: CdmaPilotType,
        /// System ID.
        system_id: u16,
        /// Network ID.
        network_id: u16,
        /// Base station ID.
        base_station_id: u16,
        /// Pilot PN.
        pilot_pn: u16,
        /// Pilot strength.
        pilot_strength: u16,
        /// Latitude. In quarters of an arc second.
        latitude: i32,
        /// Longitude. In quarters of an arc second.
        longitude: i32,
        /// GPS time in milliseconds.
        gps_time_in_milliseconds: u64,
    }
}

crate::wire_struct! {
    /// CDMA position information.
    pub struct CdmaPositionInfo<'a> {
        /// Ui in idle mode.
        ui_in_idle_mode: i8,
        /// Basestations.
        basestations: List<'a, Basestation>,
    }
}

crate::wire_struct! {
    /// PLMN.
    pub struct RejectingPlmn {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Whether the MNC has three digits.
        includes_pcs_digit: bool,
    }
}

crate::wire_struct! {
    /// 3GPP2 time.
    pub struct Time3gpp2 {
        /// Universal time.
        universal_time: UniversalTime,
        /// Timezone offset. In quarters of an hour from UTC.
        timezone_offset: i8,
        /// Daylight savings adjustment.
        daylight_savings_adjustment: DaylightSavingsAdjustment,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// 3GPP time.
    pub struct Time3gpp {
        /// Universal time.
        universal_time: UniversalTime,
        /// Timezone offset. In quarters of an hour from UTC.
        timezone_offset: i8,
        /// Daylight savings adjustment.
        daylight_savings_adjustment: DaylightSavingsAdjustment,
        /// Radio interface.
        radio_interface: RadioInterface,
    }
}

crate::wire_struct! {
    /// Network information.
    pub struct ScannedNetwork<'a> {
        /// Mobile country code.
        mcc: u16,
        /// Mobile network code; whether of three digits is said elsewhere.
        mnc: u16,
        /// Network status.
        network_status: NetworkStatus,
        /// Radio interface.
        radio_interface: RadioInterface,
        /// Whether the MNC has three digits.
        includes_pcs_digit: bool,
        /// Name of the network. Its coding is not told: UTF-8, packed GSM 7-bit or UCS-2.
        description: Str<'a>,
    }
}

crate::wire_struct! {
    /// Phy carrier aggregation agg SCELL information.
    pub struct PhyCaAggScellInfo {
        /// Physical cell identity.
        physical_cell_id: u16,
        /// RX channel.
        rx_channel: u16,
        /// DL bandwidth.
        dl_bandwidth: DlBandwidth,
        /// LTE band.
        lte_band: ActiveBand,
        /// State.
        state: ScellState,
    }
}

crate::wire_struct! {
    /// Phy carrier aggregation agg pcell information.
    pub struct PhyCaAggPcellInfo {
        /// Physical cell identity.
        physical_cell_id: u16,
        /// RX channel.
        rx_channel: u16,
        /// DL bandwidth.
        dl_bandwidth: DlBandwidth,
        /// LTE band.
        lte_band: ActiveBand,
    }
}

crate::wire_struct! {
    /// Phy carrier aggregation agg secondary cell.
    pub struct PhyCaAggSecondaryCell {
        /// Physical cell identity.
        physical_cell_id: u16,
        /// RX channel.
        rx_channel: u16,
        /// DL bandwidth.
        dl_bandwidth: DlBandwidth,
        /// LTE band.
        lte_band: ActiveBand,
        /// State.
        state: ScellState,
        /// Cell index.
        cell_index: u8,
    }
}

crate::wire_struct! {
    /// Common information (second layout).
    pub struct CommonInfoV2 {
        /// Temperature. In degrees Celsius.
        temperature: i8,
        /// Modem mode.
        modem_mode: SwiModemMode,
        /// System mode.
        system_mode: SwiSystemMode,
        /// IMS registration state.
        ims_registration_state: SwiImsRegState,
        /// Packet service state.
        packet_service_state: SwiPsState,
    }
}

crate::wire_struct! {
    /// LTE information.
    pub struct LteInfo {
        /// Band.
        band: As<ActiveBand, u8>,
        /// Bandwidth.
        bandwidth: As<DlBandwidth, u8>,
        /// RX channel.
        rx_channel: u16,
        /// TX channel.
        tx_channel: u16,
        /// EMM state.
        emm_state: SwiEmmState,
        /// EMM sub state.
        emm_sub_state: u8,
        /// EMM connection state.
        emm_connection_state: SwiEmmConnectionState,
    }
}

crate::qmi_service! {
    Service::NAS, "NAS";

    /// Forgets what this client registered for and set.
    pub mod reset "Reset" = 0x0000 {
        request {}
        response {}
    }

    /// Calls a network scan off.
    pub mod abort "Abort" = 0x0001 {
        request {
            /// Transaction number of the request to call off.
            0x01 required => transaction_id "Transaction ID": u16,
        }
        response {}
    }

    /// Chooses which events this client is told. What is not named stays.
    pub mod set_event_report "Set Event Report" = 0x0002 {
        request {
            /// Signal strength indicator.
            0x10 => signal_strength_indicator: SignalStrengthIndicator<'a>,
            /// RF band information.
            0x11 => rf_band_information "RF Band Information": bool,
            /// Registration reject reason.
            0x12 => registration_reject_reason: bool,
            /// RSSI indicator.
            0x13 => rssi_indicator "RSSI Indicator": RssiIndicator,
            /// ECIO indicator.
            0x14 => ecio_indicator "ECIO Indicator": EcioIndicator,
            /// IO indicator.
            0x15 => io_indicator "IO Indicator": IoIndicator,
            /// SINR indicator.
            0x16 => sinr_indicator "SINR Indicator": SinrIndicator,
            /// Error rate indicator.
            0x17 => error_rate_indicator: bool,
            /// ECIO threshold.
            0x19 => ecio_threshold "ECIO Threshold": EcioThreshold<'a>,
            /// SINR threshold.
            0x1a => sinr_threshold "SINR Threshold": SinrThreshold<'a>,
            /// LTE SNR delta.
            0x1b => lte_snr_delta "LTE SNR Delta": LteSnrDelta,
            /// LTE RSRP delta.
            0x1c => lte_rsrp_delta "LTE RSRP Delta": LteRsrpDelta,
        }
        response {}
    }

    /// Something that was asked for with [`set_event_report`] has changed.
    pub mod event_report_indication "Event Report" = 0x0002 {
        indication {
            /// Signal strength.
            0x10 => signal_strength: SignalStrength,
            /// RF band information.
            0x11 => rf_band_information "RF Band Information": List<'a, RfBandInformation>,
            /// Registration reject reason.
            0x12 => registration_reject_reason: RegistrationRejectReason,
            /// RSSI.
            0x13 => rssi "RSSI": RssiReport,
            /// ECIO.
            0x14 => ecio "ECIO": EcioReport,
            /// IO. In dBm.
            0x15 => io "IO": i32,
            /// SINR.
            0x16 => sinr "SINR": EvdoSinrLevel,
            /// Error rate.
            0x17 => error_rate: ErrorRate,
            /// RSRQ.
            0x18 => rsrq "RSRQ": RsrqReport,
            /// LTE SNR. In tenths of dB.
            0x19 => lte_snr "LTE SNR": i16,
            /// LTE RSRP. In dBm.
            0x1a => lte_rsrp "LTE RSRP": i16,
        }
    }

    /// Chooses which indications this client gets.
    pub mod register_indications "Register Indications" = 0x0003 {
        request {
            /// System selection preference.
            0x10 => system_selection_preference: bool,
            /// DDTM events.
            0x12 => ddtm_events "DDTM Events": bool,
            /// Serving system events.
            0x13 => serving_system_events: bool,
            /// Dual standby preference.
            0x14 => dual_standby_preference: bool,
            /// Subscription information.
            0x15 => subscription_info: bool,
            /// Network time.
            0x17 => network_time: bool,
            /// System information.
            0x18 => system_info: bool,
            /// Signal information.
            0x19 => signal_info: bool,
            /// Error rate.
            0x1a => error_rate: bool,
            /// HDR new UATI assigned.
            0x1b => hdr_new_uati_assigned "HDR New UATI Assigned": bool,
            /// HDR session closed.
            0x1c => hdr_session_closed "HDR Session Closed": bool,
            /// Managed roaming.
            0x1d => managed_roaming: bool,
            /// Current PLMN name.
            0x1e => current_plmn_name "Current PLMN Name": bool,
            /// eMBMS status.
            0x1f => embms_status "eMBMS Status": bool,
            /// RF band information.
            0x20 => rf_band_information "RF Band Information": bool,
            /// Network reject information.
            0x21 => network_reject_information: NetworkRejectInformation,
        }
        response {}
    }

    /// Asks which messages the service knows.
    pub mod get_supported_messages "Get Supported Messages" = 0x001e {
        request {}
        response {
            /// List. Byte n / 8, bit n % 8 stands for message n.
            0x10 success => list: Bytes<'a, u16>,
        }
    }

    /// Asks for the signal, in the older way: ask [`get_signal_info`] first.
    pub mod get_signal_strength "Get Signal Strength" = 0x0020 {
        request {
            /// Request mask.
            0x10 => request_mask: SignalStrengthRequest,
        }
        response {
            /// Signal strength.
            0x01 required => signal_strength: SignalStrength,
            /// Strength list.
            0x10 => strength_list: List<'a, StrengthEntry, u16>,
            /// RSSI list.
            0x11 => rssi_list "RSSI List": List<'a, RssiEntry, u16>,
            /// ECIO list.
            0x12 => ecio_list "ECIO List": List<'a, EcioEntry, u16>,
            /// IO. In dBm.
            0x13 => io "IO": i32,
            /// SINR.
            0x14 => sinr "SINR": EvdoSinrLevel,
            /// Error rate list.
            0x15 => error_rate_list: List<'a, ErrorRate, u16>,
            /// RSRQ.
            0x16 => rsrq "RSRQ": RsrqEntry,
            /// LTE SNR. In tenths of dB.
            0x17 => lte_snr "LTE SNR": i16,
            /// LTE RSRP. In dBm.
            0x18 => lte_rsrp "LTE RSRP": i16,
        }
    }

    /// Asks for the networks in reach. Takes minutes. The lists belong together by network; the list of radio
    /// interfaces may have several entries for one network.
    pub mod network_scan "Network Scan" = 0x0021 [abortable] {
        request {
            /// Network type.
            0x10 => network_type: NetworkScanType,
        }
        response {
            /// The networks.
            0x10 => network_information: List<'a, NetworkInformation<'a>, u16>,
            /// Radio access technology.
            0x11 => radio_access_technology: List<'a, RadioAccessTechnology, u16>,
            /// Whether the MNC has three digits.
            0x12 => mnc_pcs_digit_include_status "MNC PCS Digit Include Status": List<'a, MncPcsDigitIncludeStatus, u16>,
            /// Network scan result.
            0x13 => network_scan_result: NetworkScanResult,
        }
    }

    /// Registers with a network: automatically, or with the one that is named.
    pub mod initiate_network_register "Initiate Network Register" = 0x0022 {
        request {
            /// Action.
            0x01 required => action: NetworkRegisterType,
            /// Manual registration information 3GPP.
            0x10 => manual_registration_info_3gpp "Manual Registration Info 3GPP": ManualRegistrationInfo3gpp,
            /// Change duration.
            0x11 => change_duration: ChangeDuration,
            /// Whether the MNC has three digits.
            0x12 => mnc_pcs_digit_include_status "MNC PCS Digit Include Status": bool,
        }
        response {}
    }

    /// Attaches to packet service, or detaches.
    pub mod attach_detach "Attach Detach" = 0x0023 {
        request {
            /// Action.
            0x10 required => action: PsAttachAction,
        }
        response {}
    }

    /// Asks where the device is registered. The indication has other TLV numbers from 0x19 on.
    pub mod get_serving_system "Get Serving System" = 0x0024 {
        request {}
        response {
            /// Where the device is registered.
            0x01 required => serving_system: ServingSystem<'a>,
            /// Whether roaming.
            0x10 => roaming_indicator: RoamingIndicatorStatus,
            /// Data service capability.
            0x11 => data_service_capability: List<'a, DataCapability>,
            /// The network, with its name.
            0x12 => current_plmn "Current PLMN": CurrentPlmn<'a>,
            /// CDMA system ID.
            0x13 => cdma_system_id "CDMA System ID": CdmaSystemId,
            /// CDMA base station information.
            0x14 => cdma_base_station_info "CDMA Base Station Info": CdmaBaseStationInfo,
            /// Roaming indicator list.
            0x15 => roaming_indicator_list: List<'a, RoamingIndicator>,
            /// Default roaming indicator.
            0x16 => default_roaming_indicator: RoamingIndicatorStatus,
            /// Time zone 3GPP2.
            0x17 => time_zone_3gpp2 "Time Zone 3GPP2": TimeZone3gpp2,
            /// CDMA P revision.
            0x18 => cdma_p_rev "CDMA P Rev": u8,
            /// Time zone 3GPP. In quarters of an hour from UTC.
            0x1a => time_zone_3gpp "Time Zone 3GPP": i8,
            /// Daylight saving time adjustment 3GPP. In hours.
            0x1b => daylight_saving_time_adjustment_3gpp "Daylight Saving Time Adjustment 3GPP": u8,
            /// Location area code.
            0x1c => lac_3gpp "LAC 3GPP": u16,
            /// Cell identity.
            0x1d => cid_3gpp "CID 3GPP": u32,
            /// Concurrent service information 3GPP2.
            0x1e => concurrent_service_info_3gpp2 "Concurrent Service Info 3GPP2": bool,
            /// PRL indicator 3GPP2.
            0x1f => prl_indicator_3gpp2 "PRL Indicator 3GPP2": bool,
            /// DTM support.
            0x20 => dtm_support "DTM Support": bool,
            /// Detailed service status.
            0x21 => detailed_service_status: DetailedServiceStatus,
            /// CDMA system information.
            0x22 => cdma_system_info "CDMA System Info": CdmaSystemInfo,
            /// HDR personality.
            0x23 => hdr_personality "HDR Personality": HdrPersonality,
            /// Tracking area code.
            0x24 => lte_tac "LTE TAC": u16,
            /// Call barring status.
            0x25 => call_barring_status: CallBarringStatusInfo,
            /// UMTS primary scrambling code.
            0x26 => umts_primary_scrambling_code "UMTS Primary Scrambling Code": u16,
            /// Whether the MNC has three digits.
            0x27 => mnc_pcs_digit_include_status "MNC PCS Digit Include Status": MncPcsDigitIncludeStatus,
            /// Network name source.
            0x29 => network_name_source: NetworkNameSource,
        }
    }

    /// Where the device is registered has changed. The response has other TLV numbers from 0x19 on.
    pub mod serving_system_indication "Serving System" = 0x0024 {
        indication {
            /// Where the device is registered.
            0x01 required => serving_system: ServingSystem<'a>,
            /// Whether roaming.
            0x10 => roaming_indicator: RoamingIndicatorStatus,
            /// Data service capability.
            0x11 => data_service_capability: List<'a, DataCapability>,
            /// The network, with its name.
            0x12 => current_plmn "Current PLMN": CurrentPlmn<'a>,
            /// CDMA system ID.
            0x13 => cdma_system_id "CDMA System ID": CdmaSystemId,
            /// CDMA base station information.
            0x14 => cdma_base_station_info "CDMA Base Station Info": CdmaBaseStationInfo,
            /// Roaming indicator list.
            0x15 => roaming_indicator_list: List<'a, RoamingIndicator>,
            /// Default roaming indicator.
            0x16 => default_roaming_indicator: RoamingIndicatorStatus,
            /// Time zone 3GPP2.
            0x17 => time_zone_3gpp2 "Time Zone 3GPP2": TimeZone3gpp2,
            /// CDMA P revision.
            0x18 => cdma_p_rev "CDMA P Rev": u8,
            /// PLMN name flag 3GPP.
            0x19 => plmn_name_flag_3gpp "PLMN Name Flag 3GPP": SignedBool,
            /// Time zone 3GPP. In quarters of an hour from UTC.
            0x1a => time_zone_3gpp "Time Zone 3GPP": i8,
            /// Daylight saving time adjustment 3GPP. In hours.
            0x1b => daylight_saving_time_adjustment_3gpp "Daylight Saving Time Adjustment 3GPP": u8,
            /// Universal time and local time zone 3GPP.
            0x1c => universal_time_and_local_time_zone_3gpp "Universal Time and Local Time Zone 3GPP": UniversalTimeAndLocalTimeZone3gpp,
            /// Location area code.
            0x1d => lac_3gpp "LAC 3GPP": u16,
            /// Cell identity.
            0x1e => cid_3gpp "CID 3GPP": u32,
            /// Concurrent service information 3GPP2.
            0x1f => concurrent_service_info_3gpp2 "Concurrent Service Info 3GPP2": bool,
            /// PRL indicator 3GPP2.
            0x20 => prl_indicator_3gpp2 "PRL Indicator 3GPP2": bool,
            /// DTM support.
            0x21 => dtm_support "DTM Support": bool,
            /// Detailed service status.
            0x22 => detailed_service_status: DetailedServiceStatus,
            /// CDMA system information.
            0x23 => cdma_system_info "CDMA System Info": CdmaSystemInfo,
            /// HDR personality.
            0x24 => hdr_personality "HDR Personality": HdrPersonality,
            /// Tracking area code.
            0x25 => lte_tac "LTE TAC": u16,
            /// Call barring status.
            0x26 => call_barring_status: CallBarringStatusInfo,
            /// PLMN not changed indication.
            0x27 => plmn_not_changed_indication "PLMN Not Changed Indication": bool,
            /// UMTS primary scrambling code.
            0x28 => umts_primary_scrambling_code "UMTS Primary Scrambling Code": u16,
            /// Whether the MNC has three digits.
            0x29 => mnc_pcs_digit_include_status "MNC PCS Digit Include Status": MncPcsDigitIncludeStatus,
            /// Network name source.
            0x2b => network_name_source: NetworkNameSource,
        }
    }

    /// Asks for the network that issued the card.
    pub mod get_home_network "Get Home Network" = 0x0025 {
        request {}
        response {
            /// Home network.
            0x01 required => home_network: HomeNetwork<'a>,
            /// Home system ID.
            0x10 => home_system_id "Home System ID": HomeSystemId,
            /// Home network 3GPP2 extended.
            0x11 => home_network_3gpp2_ext "Home Network 3GPP2 Ext": HomeNetwork3gpp2Ext<'a>,
            /// Home network 3GPP MNC.
            0x12 => home_network_3gpp_mnc "Home Network 3GPP MNC": HomeNetwork3gppMnc,
            /// Network name source.
            0x13 => network_name_source: NetworkNameSource,
        }
    }

    /// Asks for the preferred networks.
    pub mod get_preferred_networks "Get Preferred Networks" = 0x0026 {
        request {}
        response {
            /// Preferred networks.
            0x10 success => preferred_networks: List<'a, PreferredNetwork, u16>,
            /// Static preferred networks.
            0x11 success => static_preferred_networks: List<'a, StaticPreferredNetwork, u16>,
            /// Whether the MNC has three digits.
            0x12 success => mnc_pcs_digit_include_status "MNC PCS Digit Include Status": List<'a, MncPcsDigitIncludeStatus>,
            /// Static MNC PCS digit include status.
            0x13 => static_mnc_pcs_digit_include_status "Static MNC PCS Digit Include Status": List<'a, StaticMncPcsDigitIncludeStatus>,
        }
    }

    /// Sets the preferred networks.
    pub mod set_preferred_networks "Set Preferred Networks" = 0x0027 {
        request {
            /// Preferred networks.
            0x10 => preferred_networks: List<'a, PreferredNetwork, u16>,
            /// Whether the MNC has three digits.
            0x11 => mnc_pcs_digit_include_status "MNC PCS Digit Include Status": List<'a, MncPcsDigitIncludeStatus>,
            /// Clear previous preferred networks.
            0x12 => clear_previous_preferred_networks: bool,
        }
        response {}
    }

    /// Sets the technology preference.
    pub mod set_technology_preference "Set Technology Preference" = 0x002a {
        request {
            /// Current.
            0x01 required => current: TechnologyPreference,
        }
        response {}
    }

    /// Asks for the technology preference.
    pub mod get_technology_preference "Get Technology Preference" = 0x002b {
        request {}
        response {
            /// Active.
            0x01 required => active: TechnologyPreference,
            /// Persistent.
            0x10 => persistent: RadioTechnologyPreference,
        }
    }

    /// Asks for the bands and channels in use.
    pub mod get_rf_band_information "Get RF Band Information" = 0x0031 {
        request {}
        response {
            /// List.
            0x01 always => list: List<'a, RfBand>,
            /// Extended list.
            0x11 => extended_list: List<'a, ExtendedRfBand>,
            /// Bandwidth list.
            0x12 => bandwidth_list: List<'a, RfBandwidth>,
        }
    }

    /// Chooses radio interfaces, bands, roaming and network. What is not named stays. The request to get them has other
    /// TLV numbers.
    pub mod set_system_selection_preference "Set System Selection Preference" = 0x0033 {
        request {
            /// Emergency mode.
            0x10 => emergency_mode "Emergency mode": bool,
            /// Mode preference.
            0x11 => mode_preference: RatModePreference,
            /// Band preference.
            0x12 => band_preference: BandPreference,
            /// CDMA PRL preference.
            0x13 => cdma_prl_preference "CDMA PRL Preference": CdmaPrlPreference,
            /// Roaming preference.
            0x14 => roaming_preference: RoamingPreference,
            /// LTE band preference.
            0x15 => lte_band_preference "LTE Band Preference": LteBandPreference,
            /// Network selection preference.
            0x16 => network_selection_preference: NetworkSelectionPreferenceInfo,
            /// Change duration.
            0x17 => change_duration: ChangeDuration,
            /// Service domain preference.
            0x18 => service_domain_preference: ServiceDomainPreference,
            /// GSM WCDMA acquisition order preference.
            0x19 => gsm_wcdma_acquisition_order_preference "GSM WCDMA Acquisition Order Preference": GsmWcdmaAcquisitionOrderPreference,
            /// Whether the MNC has three digits.
            0x1a => mnc_pcs_digit_include_status "MNC PCS Digit Include Status": bool,
            /// TD SCDMA band preference.
            0x1d => td_scdma_band_preference "TD SCDMA Band Preference": TdScdmaBandPreference,
            /// Acquisition order preference.
            0x1e => acquisition_order_preference: List<'a, RadioInterface>,
            /// Network selection registration restriction.
            0x1f => network_selection_registration_restriction: NetworkSelectionRegistrationRestriction,
            /// Usage preference.
            0x21 => usage_preference: UsagePreference,
            /// Voice domain preference.
            0x23 => voice_domain_preference: VoiceDomainPreference,
            /// Extended LTE band preference.
            0x24 => extended_lte_band_preference "Extended LTE Band Preference": ExtendedLteBandPreference,
            /// 5G NR SA band preference.
            0x2f => nr5g_sa_band_preference "NR5G SA Band Preference": Nr5gSaBandPreference,
            /// 5G NR NSA band preference.
            0x30 => nr5g_nsa_band_preference "NR5G NSA Band Preference": Nr5gNsaBandPreference,
        }
        response {}
    }

    /// Asks for chosen radio interfaces, bands, roaming and network. The request to set them has other TLV numbers.
    pub mod get_system_selection_preference "Get System Selection Preference" = 0x0034 {
        request {}
        response {
            /// Emergency mode.
            0x10 => emergency_mode "Emergency mode": bool,
            /// Mode preference.
            0x11 => mode_preference: RatModePreference,
            /// Band preference.
            0x12 => band_preference: BandPreference,
            /// CDMA PRL preference.
            0x13 => cdma_prl_preference "CDMA PRL Preference": CdmaPrlPreference,
            /// Roaming preference.
            0x14 => roaming_preference: RoamingPreference,
            /// LTE band preference.
            0x15 => lte_band_preference "LTE Band Preference": LteBandPreference,
            /// Network selection preference.
            0x16 => network_selection_preference: NetworkSelectionPreference,
            /// Service domain preference.
            0x18 => service_domain_preference: ServiceDomainPreference,
            /// GSM WCDMA acquisition order preference.
            0x19 => gsm_wcdma_acquisition_order_preference "GSM WCDMA Acquisition Order Preference": GsmWcdmaAcquisitionOrderPreference,
            /// TD SCDMA band preference.
            0x1a => td_scdma_band_preference "TD SCDMA Band Preference": TdScdmaBandPreference,
            /// Acquisition order preference.
            0x1c => acquisition_order_preference: List<'a, RadioInterface>,
            /// Manual network selection.
            0x1b => manual_network_selection: ManualNetworkSelection,
            /// Network selection registration restriction.
            0x1d => network_selection_registration_restriction: NetworkSelectionRegistrationRestriction,
            /// Usage preference.
            0x1f => usage_preference: UsagePreference,
            /// Voice domain preference.
            0x20 => voice_domain_preference: VoiceDomainPreference,
            /// Disabled modes.
            0x22 => disabled_modes: RatModePreference,
            /// Extended LTE band preference.
            0x23 => extended_lte_band_preference "Extended LTE Band Preference": ExtendedLteBandPreference,
            /// 5G NR SA band preference.
            0x2c => nr5g_sa_band_preference "NR5G SA Band Preference": Nr5gSaBandPreference,
            /// 5G NR NSA band preference.
            0x2d => nr5g_nsa_band_preference "NR5G NSA Band Preference": Nr5gNsaBandPreference,
        }
    }

    /// Asks for the names of the operator, from card and network.
    pub mod get_operator_name "Get Operator Name" = 0x0039 {
        request {}
        response {
            /// Service provider name.
            0x10 success => service_provider_name: ServiceProviderName<'a>,
            /// Operator PLMN list.
            0x11 success => operator_plmn_list "Operator PLMN List": List<'a, OperatorPlmn<'a>, u16>,
            /// Operator PLMN name.
            0x12 success => operator_plmn_name "Operator PLMN Name": List<'a, OperatorPlmnName<'a>>,
            /// Operator string name.
            0x13 success => operator_string_name: Rest<'a>,
            /// NITZ information.
            0x14 success => nitz_information "NITZ Information": NitzInformation<'a>,
        }
    }

    /// The names of the operator have changed.
    pub mod operator_name_indication "Operator Name" = 0x003a {
        indication {
            /// Service provider name.
            0x10 => service_provider_name: ServiceProviderName<'a>,
            /// Operator PLMN list.
            0x11 => operator_plmn_list "Operator PLMN List": List<'a, OperatorPlmn<'a>, u16>,
            /// Operator PLMN name.
            0x12 => operator_plmn_name "Operator PLMN Name": List<'a, OperatorPlmnName<'a>>,
            /// Operator string name.
            0x13 => operator_string_name: Rest<'a>,
            /// NITZ information.
            0x14 => nitz_information "NITZ Information": NitzInformation<'a>,
        }
    }

    /// Asks for the serving cell and its neighbours, with their signals.
    pub mod get_cell_location_info "Get Cell Location Info" = 0x0043 {
        request {}
        response {
            /// GERAN information (second layout).
            0x10 => geran_info_v2 "GERAN Info v2": GeranInfoV2<'a>,
            /// UMTS information (second layout).
            0x11 => umts_info_v2 "UMTS Info v2": UmtsInfoV2<'a>,
            /// CDMA information.
            0x12 => cdma_info "CDMA Info": CdmaInfo,
            /// Intrafrequency LTE information (second layout).
            0x13 => intrafrequency_lte_info_v2 "Intrafrequency LTE Info v2": IntrafrequencyLteInfoV2<'a>,
            /// Interfrequency LTE information.
            0x14 => interfrequency_lte_info "Interfrequency LTE Info": InterfrequencyLteInfo<'a>,
            /// LTE information neighboring GSM.
            0x15 => lte_info_neighboring_gsm "LTE Info Neighboring GSM": LteInfoNeighboringGsm<'a>,
            /// LTE information neighboring WCDMA.
            0x16 => lte_info_neighboring_wcdma "LTE Info Neighboring WCDMA": LteInfoNeighboringWcdma<'a>,
            /// UMTS cell ID.
            0x17 => umts_cell_id "UMTS Cell ID": u32,
            /// UMTS information neighboring LTE.
            0x18 => umts_info_neighboring_lte "UMTS Info Neighboring LTE": UmtsInfoNeighboringLte<'a>,
            /// LTE information timing advance. In µs. 0xFFFFFFFF: not known.
            0x1e => lte_info_timing_advance "LTE Info Timing Advance": u32,
            /// Channel number (NR-ARFCN).
            0x2e => nr5g_arfcn "NR5G ARFCN": u32,
            /// 5G NR cell information.
            0x2f => nr5g_cell_information "NR5G Cell Information": Nr5gCellInformation,
        }
    }

    /// Asks for the name of a network.
    pub mod get_plmn_name "Get PLMN Name" = 0x0044 {
        request {
            /// PLMN.
            0x01 required => plmn "PLMN": PlmnQuery,
            /// Suppress SIM error.
            0x10 => suppress_sim_error "Suppress SIM Error": bool,
            /// Whether the MNC has three digits.
            0x11 => mnc_pcs_digit_include_status "MNC PCS Digit Include Status": bool,
            /// Always send PLMN name.
            0x12 => always_send_plmn_name "Always Send PLMN Name": bool,
            /// Use static table only.
            0x13 => use_static_table_only: bool,
            /// CSG ID.
            0x14 => csg_id "CSG ID": u32,
            /// Radio access technology.
            0x15 => radio_access_technology: As<RadioInterface, u8>,
            /// Send all information.
            0x16 => send_all_information: bool,
        }
        response {
            /// 3GPP EONS PLMN name.
            0x10 => eons_plmn_name_3gpp "3GPP EONS PLMN Name": EonsPlmnName3gpp<'a>,
            /// Display bit information.
            0x11 => display_bit_information: DisplayBitInformation,
            /// The networks.
            0x12 => network_information: Boolean,
            /// PLMN name with language ID.
            0x13 => plmn_name_with_language_id "PLMN Name With Language Id": List<'a, PlmnNameWithLanguageId<'a>>,
            /// Additional information.
            0x14 => additional_information: List<'a, u16>,
            /// Network name source.
            0x15 => network_name_source: NetworkNameSource,
        }
    }

    /// The network told the time.
    pub mod network_time_indication "Network Time" = 0x004c {
        indication {
            /// Universal time.
            0x01 required => universal_time: UniversalTime,
            /// Timezone offset. In quarters of an hour from UTC.
            0x10 => timezone_offset: i8,
            /// Daylight savings adjustment.
            0x11 => daylight_savings_adjustment: DaylightSavingsAdjustment,
            /// Radio interface.
            0x12 => radio_interface: RadioInterface,
        }
    }

    /// Asks for service, registration and cell of each radio interface. The indication has other TLV numbers from 0x24
    /// on.
    pub mod get_system_info "Get System Info" = 0x004d {
        request {}
        response {
            /// CDMA service status.
            0x10 => cdma_service_status "CDMA Service Status": CdmaServiceStatus,
            /// HDR service status.
            0x11 => hdr_service_status "HDR Service Status": HdrServiceStatus,
            /// GSM service status.
            0x12 => gsm_service_status "GSM Service Status": GsmServiceStatus,
            /// WCDMA service status.
            0x13 => wcdma_service_status "WCDMA Service Status": WcdmaServiceStatus,
            /// LTE service status.
            0x14 => lte_service_status "LTE Service Status": LteServiceStatus,
            /// CDMA system information.
            0x15 => cdma_system_info "CDMA System Info": CdmaSystemDetails<'a>,
            /// HDR system information.
            0x16 => hdr_system_info "HDR System Info": HdrSystemInfo<'a>,
            /// GSM system information (second layout).
            0x17 => gsm_system_info_v2 "GSM System Info v2": GsmSystemInfoV2<'a>,
            /// WCDMA system information (second layout).
            0x18 => wcdma_system_info_v2 "WCDMA System Info v2": WcdmaSystemInfoV2<'a>,
            /// LTE system information (second layout).
            0x19 => lte_system_info_v2 "LTE System Info v2": LteSystemInfoV2<'a>,
            /// Additional CDMA system information.
            0x1a => additional_cdma_system_info "Additional CDMA System Info": AdditionalCdmaSystemInfo,
            /// Additional HDR system information.
            0x1b => additional_hdr_system_info "Additional HDR System Info": AdditionalHdrSystemInfo,
            /// Additional GSM system information.
            0x1c => additional_gsm_system_info "Additional GSM System Info": AdditionalGsmSystemInfo,
            /// Additional WCDMA system information.
            0x1d => additional_wcdma_system_info "Additional WCDMA System Info": AdditionalWcdmaSystemInfo,
            /// Additional LTE system information.
            0x1e => additional_lte_system_info "Additional LTE System Info": AdditionalLteSystemInfo,
            /// GSM call barring status.
            0x1f => gsm_call_barring_status "GSM Call Barring Status": GsmCallBarringStatus,
            /// WCDMA call barring status.
            0x20 => wcdma_call_barring_status "WCDMA Call Barring Status": WcdmaCallBarringStatus,
            /// LTE voice support.
            0x21 => lte_voice_support "LTE Voice Support": bool,
            /// GSM cipher domain.
            0x22 => gsm_cipher_domain "GSM Cipher Domain": NetworkServiceDomain,
            /// WCDMA cipher domain.
            0x23 => wcdma_cipher_domain "WCDMA Cipher Domain": NetworkServiceDomain,
            /// TD SCDMA service status.
            0x24 => td_scdma_service_status "TD SCDMA Service Status": TdScdmaServiceStatus,
            /// TD SCDMA system information (second layout).
            0x25 => td_scdma_system_info_v2 "TD SCDMA System Info v2": TdScdmaSystemInfoV2<'a>,
            /// LTE eMBMS coverage information support.
            0x26 => lte_embms_coverage_info_support "LTE eMBMS Coverage Info Support": bool,
            /// SIM reject information.
            0x27 => sim_reject_info "SIM Reject Info": SimRejectState,
            /// IMS voice support.
            0x29 => ims_voice_support "IMS Voice Support": bool,
            /// LTE voice domain.
            0x2a => lte_voice_domain "LTE Voice Domain": LteVoiceDomain,
            /// CDMA registration zone ID.
            0x2b => cdma_registration_zone_id "CDMA Registration Zone ID": u16,
            /// GSM routing area code.
            0x2c => gsm_routing_area_code "GSM Routing Area Code": u8,
            /// WCDMA routing area code.
            0x2d => wcdma_routing_area_code "WCDMA Routing Area Code": u8,
            /// CDMA resolved MCC.
            0x2e => cdma_resolved_mcc "CDMA Resolved MCC": u16,
            /// Network selection registration restriction.
            0x2f => network_selection_registration_restriction: NetworkSelectionRegistrationRestriction,
            /// LTE registration domain.
            0x31 => lte_registration_domain "LTE Registration Domain": LteRegistrationDomain,
            /// LTE eMBMS coverage information trace ID.
            0x34 => lte_embms_coverage_info_trace_id "LTE eMBMS Coverage Info Trace ID": u16,
            /// LTE cell access status.
            0x44 => lte_cell_access_status "LTE Cell Access Status": LteCellAccessStatus,
            /// 5G NR service status information.
            0x4a => nr5g_service_status_info "NR5G Service Status Info": Nr5gServiceStatusInfo,
            /// 5G NR system information.
            0x4b => nr5g_system_info "NR5G System Info": Nr5gSystemInfo<'a>,
            /// EUTRA with 5G NR availability.
            0x4e => eutra_with_nr5g_availability "EUTRA with NR5G availability": bool,
            /// DCNR restriction information.
            0x4f => dcnr_restriction_info "DCNR restriction Info": bool,
            /// 5G NR tracking area code.
            0x50 => nr5g_tracking_area_code "NR5G Tracking Area Code": [u8; 3],
        }
    }

    /// Service, registration or cell has changed. The response has other TLV numbers from 0x24 on.
    pub mod system_info_indication "System Info" = 0x004e {
        indication {
            /// CDMA service status.
            0x10 => cdma_service_status "CDMA Service Status": CdmaServiceStatus,
            /// HDR service status.
            0x11 => hdr_service_status "HDR Service Status": HdrServiceStatus,
            /// GSM service status.
            0x12 => gsm_service_status "GSM Service Status": GsmServiceStatus,
            /// WCDMA service status.
            0x13 => wcdma_service_status "WCDMA Service Status": WcdmaServiceStatus,
            /// LTE service status.
            0x14 => lte_service_status "LTE Service Status": LteServiceStatus,
            /// CDMA system information.
            0x15 => cdma_system_info "CDMA System Info": CdmaSystemDetails<'a>,
            /// HDR system information.
            0x16 => hdr_system_info "HDR System Info": HdrSystemInfo<'a>,
            /// GSM system information (second layout).
            0x17 => gsm_system_info_v2 "GSM System Info v2": GsmSystemInfoV2<'a>,
            /// WCDMA system information (second layout).
            0x18 => wcdma_system_info_v2 "WCDMA System Info v2": WcdmaSystemInfoV2<'a>,
            /// LTE system information (second layout).
            0x19 => lte_system_info_v2 "LTE System Info v2": LteSystemInfoV2<'a>,
            /// Additional CDMA system information.
            0x1a => additional_cdma_system_info "Additional CDMA System Info": AdditionalCdmaSystemInfo,
            /// Additional HDR system information.
            0x1b => additional_hdr_system_info "Additional HDR System Info": AdditionalHdrSystemInfo,
            /// Additional GSM system information.
            0x1c => additional_gsm_system_info "Additional GSM System Info": AdditionalGsmSystemInfo,
            /// Additional WCDMA system information.
            0x1d => additional_wcdma_system_info "Additional WCDMA System Info": AdditionalWcdmaSystemInfo,
            /// Additional LTE system information.
            0x1e => additional_lte_system_info "Additional LTE System Info": AdditionalLteSystemInfo,
            /// GSM call barring status.
            0x1f => gsm_call_barring_status "GSM Call Barring Status": GsmCallBarringStatus,
            /// WCDMA call barring status.
            0x20 => wcdma_call_barring_status "WCDMA Call Barring Status": WcdmaCallBarringStatus,
            /// LTE voice support.
            0x21 => lte_voice_support "LTE Voice Support": bool,
            /// GSM cipher domain.
            0x22 => gsm_cipher_domain "GSM Cipher Domain": NetworkServiceDomain,
            /// WCDMA cipher domain.
            0x23 => wcdma_cipher_domain "WCDMA Cipher Domain": NetworkServiceDomain,
            /// PLMN not changed indication.
            0x24 => plmn_not_changed_indication "PLMN Not Changed Indication": bool,
            /// TD SCDMA service status.
            0x25 => td_scdma_service_status "TD SCDMA Service Status": TdScdmaServiceStatus,
            /// TD SCDMA system information (second layout).
            0x26 => td_scma_system_info_v2 "TD SCMA System Info v2": TdScdmaSystemInfoV2<'a>,
            /// LTE eMBMS coverage information support.
            0x27 => lte_embms_coverage_info_support "LTE eMBMS Coverage Info Support": bool,
            /// SIM reject information.
            0x28 => sim_reject_info "SIM Reject Info": SimRejectState,
            /// 5G NR service status information.
            0x4c => nr5g_service_status_info "NR5G Service Status Info": Nr5gServiceStatusInfo,
            /// 5G NR system information.
            0x4d => nr5g_system_info "NR5G System Info": Nr5gSystemInfo<'a>,
            /// EUTRA with 5G NR availability.
            0x50 => eutra_with_nr5g_availability "EUTRA with NR5G availability": bool,
            /// DCNR restriction information.
            0x51 => dcnr_restriction_info "DCNR restriction Info": bool,
            /// 5G NR tracking area code.
            0x52 => nr5g_tracking_area_code "NR5G Tracking Area Code": [u8; 3],
        }
    }

    /// Asks for the signal of each radio interface in use.
    pub mod get_signal_info "Get Signal Info" = 0x004f {
        request {}
        response {
            /// CDMA signal strength.
            0x10 => cdma_signal_strength "CDMA Signal Strength": CdmaSignalStrength,
            /// HDR signal strength.
            0x11 => hdr_signal_strength "HDR Signal Strength": HdrSignalStrength,
            /// GSM signal strength. In dBm.
            0x12 => gsm_signal_strength "GSM Signal Strength": i8,
            /// WCDMA signal strength.
            0x13 => wcdma_signal_strength "WCDMA Signal Strength": WcdmaSignalStrength,
            /// LTE signal strength.
            0x14 => lte_signal_strength "LTE Signal Strength": LteSignalStrength,
            /// TDMA signal strength. In dBm.
            0x15 => tdma_signal_strength "TDMA Signal Strength": i8,
            /// TDMA signal strength extended.
            0x16 => tdma_signal_strength_extended "TDMA Signal Strength Extended": TdmaSignalStrengthExtended,
            /// 5G signal strength.
            0x17 => signal_strength_5g "5G Signal Strength": SignalStrength5g,
            /// 5G signal strength extended. RSRQ in dB. -32768: not available.
            0x18 => signal_strength_extended_5g "5G Signal Strength Extended": i16,
            /// WCDMA RSCP. The level is minus this, in dBm.
            0x19 => wcdma_rscp "WCDMA RSCP": i16,
        }
    }

    /// Chooses at which thresholds the signal is reported.
    pub mod config_signal_info "Config Signal Info" = 0x0050 {
        request {
            /// RSSI threshold. In dB(m).
            0x10 => rssi_threshold "RSSI Threshold": List<'a, i8>,
            /// ECIO threshold. ECIO: in units of -0.5 dB.
            0x11 => ecio_threshold "ECIO Threshold": List<'a, i16>,
            /// SINR threshold. In the levels of [`EvdoSinrLevel`].
            0x12 => sinr_threshold "SINR Threshold": Bytes<'a>,
            /// LTE SNR threshold. In dB(m).
            0x13 => lte_snr_threshold "LTE SNR Threshold": List<'a, i16>,
            /// IO threshold. In dB(m).
            0x14 => io_threshold "IO Threshold": List<'a, i32>,
            /// RSRQ threshold. In dB(m).
            0x15 => rsrq_threshold "RSRQ Threshold": List<'a, i8>,
            /// RSRP threshold. In dB(m).
            0x16 => rsrp_threshold "RSRP Threshold": List<'a, i16>,
            /// LTE report.
            0x17 => lte_report "LTE Report": LteReport,
            /// RSCP threshold. In dB(m).
            0x18 => rscp_threshold "RSCP Threshold": List<'a, i8>,
        }
        response {}
    }

    /// Chooses at which thresholds, or after which change, the signal is reported; in tenths of dB.
    pub mod config_signal_info_v2 "Config Signal Info v2" = 0x006c {
        request {
            /// CDMA RSSI threshold list. In tenths of dB(m).
            0x10 => cdma_rssi_threshold_list "CDMA RSSI Threshold List": List<'a, i16>,
            /// CDMA RSSI delta. In tenths of dB(m).
            0x11 => cdma_rssi_delta "CDMA RSSI Delta": u16,
            /// CDMA ECIO threshold list. In tenths of dB(m).
            0x12 => cdma_ecio_threshold_list "CDMA ECIO Threshold List": List<'a, i16>,
            /// CDMA ECIO delta. In tenths of dB(m).
            0x13 => cdma_ecio_delta "CDMA ECIO Delta": u16,
            /// HDR RSSI threshold list. In tenths of dB(m).
            0x14 => hdr_rssi_threshold_list "HDR RSSI Threshold List": List<'a, i16>,
            /// HDR RSSI delta. In tenths of dB(m).
            0x15 => hdr_rssi_delta "HDR RSSI Delta": u16,
            /// HDR ECIO threshold list. In tenths of dB(m).
            0x16 => hdr_ecio_threshold_list "HDR ECIO Threshold List": List<'a, i16>,
            /// HDR ECIO delta. In tenths of dB(m).
            0x17 => hdr_ecio_delta "HDR ECIO Delta": u16,
            /// HDR SINR threshold list. In tenths of dB(m).
            0x18 => hdr_sinr_threshold_list "HDR SINR Threshold List": List<'a, i16>,
            /// HDR SINR delta. In tenths of dB(m).
            0x19 => hdr_sinr_delta "HDR SINR Delta": u16,
            /// HDR IO threshold list. In tenths of dB(m).
            0x1a => hdr_io_threshold_list "HDR IO Threshold List": List<'a, i16>,
            /// HDR IO delta. In tenths of dB(m).
            0x1b => hdr_io_delta "HDR IO Delta": u16,
            /// GSM RSSI threshold list. In tenths of dB(m).
            0x1c => gsm_rssi_threshold_list "GSM RSSI Threshold List": List<'a, i16>,
            /// GSM RSSI delta. In tenths of dB(m).
            0x1d => gsm_rssi_delta "GSM RSSI Delta": u16,
            /// WCDMA RSSI threshold list. In tenths of dB(m).
            0x1e => wcdma_rssi_threshold_list "WCDMA RSSI Threshold List": List<'a, i16>,
            /// WCDMA RSSI delta. In tenths of dB(m).
            0x1f => wcdma_rssi_delta "WCDMA RSSI Delta": u16,
            /// WCDMA ECIO threshold list. In tenths of dB(m).
            0x20 => wcdma_ecio_threshold_list "WCDMA ECIO Threshold List": List<'a, i16>,
            /// WCDMA ECIO delta. In tenths of dB(m).
            0x21 => wcdma_ecio_delta "WCDMA ECIO Delta": u16,
            /// LTE RSSI threshold list. In tenths of dB(m).
            0x22 => lte_rssi_threshold_list "LTE RSSI Threshold List": List<'a, i16>,
            /// LTE RSSI delta. In tenths of dB(m).
            0x23 => lte_rssi_delta "LTE RSSI Delta": u16,
            /// LTE SNR threshold list. In tenths of dB(m).
            0x24 => lte_snr_threshold_list "LTE SNR Threshold List": List<'a, i16>,
            /// LTE SNR delta. In tenths of dB(m).
            0x25 => lte_snr_delta "LTE SNR Delta": u16,
            /// LTE RSRQ threshold list. In tenths of dB(m).
            0x26 => lte_rsrq_threshold_list "LTE RSRQ Threshold List": List<'a, i16>,
            /// LTE RSRQ delta. In tenths of dB(m).
            0x27 => lte_rsrq_delta "LTE RSRQ Delta": u16,
            /// LTE RSRP threshold list. In tenths of dB(m).
            0x28 => lte_rsrp_threshold_list "LTE RSRP Threshold List": List<'a, i16>,
            /// LTE RSRP delta. In tenths of dB(m).
            0x29 => lte_rsrp_delta "LTE RSRP Delta": u16,
            /// LTE report.
            0x2a => lte_report "LTE Report": LteReport,
            /// 5G NR SNR threshold list. In tenths of dB(m).
            0x33 => nr5g_snr_threshold_list "NR5G SNR Threshold List": List<'a, i16>,
            /// 5G NR SNR delta. In tenths of dB(m).
            0x34 => nr5g_snr_delta "NR5G SNR Delta": u16,
            /// 5G NR RSRP threshold list. In tenths of dB(m).
            0x35 => nr5g_rsrp_threshold_list "NR5G RSRP Threshold List": List<'a, i16>,
            /// 5G NR RSRP delta. In tenths of dB(m).
            0x36 => nr5g_rsrp_delta "NR5G RSRP Delta": u16,
            /// 5G NR report.
            0x37 => nr5g_report "NR5G Report": Nr5gReport,
            /// 5G NR RSRQ threshold list. In tenths of dB(m).
            0x38 => nr5g_rsrq_threshold_list "NR5G RSRQ Threshold List": List<'a, i16>,
            /// 5G NR RSRQ delta. In tenths of dB(m).
            0x39 => nr5g_rsrq_delta "NR5G RSRQ Delta": u16,
            /// WCDMA RSCP threshold list. In tenths of dB(m).
            0x3a => wcdma_rscp_threshold_list "WCDMA RSCP Threshold List": List<'a, i16>,
            /// WCDMA RSCP delta. In tenths of dB(m).
            0x3b => wcdma_rscp_delta "WCDMA RSCP Delta": u16,
        }
        response {}
    }

    /// The signal has crossed a threshold, or changed by as much as was asked for.
    pub mod signal_info_indication "Signal Info" = 0x0051 {
        indication {
            /// CDMA signal strength.
            0x10 => cdma_signal_strength "CDMA Signal Strength": CdmaSignalStrength,
            /// HDR signal strength.
            0x11 => hdr_signal_strength "HDR Signal Strength": HdrSignalStrength,
            /// GSM signal strength. In dBm.
            0x12 => gsm_signal_strength "GSM Signal Strength": i8,
            /// WCDMA signal strength.
            0x13 => wcdma_signal_strength "WCDMA Signal Strength": WcdmaSignalStrength,
            /// LTE signal strength.
            0x14 => lte_signal_strength "LTE Signal Strength": LteSignalStrength,
            /// TDMA signal strength. In dBm.
            0x15 => tdma_signal_strength "TDMA Signal Strength": i8,
            /// 5G signal strength.
            0x17 => signal_strength_5g "5G Signal Strength": SignalStrength5g,
            /// 5G signal strength extended. RSRQ in dB. -32768: not available.
            0x18 => signal_strength_extended_5g "5G Signal Strength Extended": i16,
            /// WCDMA RSCP. The level is minus this, in dBm.
            0x19 => wcdma_rscp "WCDMA RSCP": i16,
        }
    }

    /// Asks for levels at the antennas. Values of reception count if the radio is tuned, of transmission if in traffic.
    pub mod get_tx_rx_info "Get Tx Rx Info" = 0x005a {
        request {
            /// Radio interface.
            0x01 required => radio_interface: RadioInterface,
        }
        response {
            /// RX chain 0 information.
            0x10 success => rx_chain_0_info: RxChain0Info,
            /// RX chain 1 information.
            0x11 success => rx_chain_1_info: RxChain1Info,
            /// TX information.
            0x12 success => tx_info: TxInfo,
            /// RX chain 2 information.
            0x15 success => rx_chain_2_info: RxChain2Info,
            /// RX chain 3 information.
            0x16 success => rx_chain_3_info: RxChain3Info,
        }
    }

    /// Asks for the CDMA position information.
    pub mod get_cdma_position_info "Get CDMA Position Info" = 0x0065 {
        request {}
        response {
            /// CDMA position information.
            0x10 success => cdma_position_info "CDMA Position Info": CdmaPositionInfo<'a>,
        }
    }

    /// Searches for networks now.
    pub mod force_network_search "Force Network Search" = 0x0067 {
        request {}
        response {}
    }

    /// A network refused.
    pub mod network_reject_indication "Network Reject" = 0x0068 {
        indication {
            /// Radio interface.
            0x01 required => radio_interface: As<RadioInterface, u8>,
            /// Service domain.
            0x02 required => service_domain: NetworkServiceDomain,
            /// Reject cause.
            0x03 required => reject_cause: RejectCause,
            /// PLMN.
            0x10 => plmn "PLMN": RejectingPlmn,
            /// Closed subscriber group.
            0x11 => closed_subscriber_group: u32,
        }
    }

    /// Asks for the time as the networks told it.
    pub mod get_network_time "Get Network Time" = 0x007d {
        request {}
        response {
            /// 3GPP2 time.
            0x10 => time_3gpp2 "3GPP2 Time": Time3gpp2,
            /// 3GPP time.
            0x11 => time_3gpp "3GPP Time": Time3gpp,
        }
    }

    /// Asks for the networks in reach; they come one by one, as indications.
    pub mod incremental_network_scan "Incremental Network Scan" = 0x0085 [abortable] {
        request {
            /// Network type.
            0x10 => network_type: NetworkScanType,
        }
        response {}
    }

    /// Networks found so far, and whether the scan goes on.
    pub mod incremental_network_scan_indication "Incremental Network Scan" = 0x0085 {
        indication {
            /// Status.
            0x01 required => status: IncrementalNetworkScanStatus,
            /// The networks.
            0x10 => network_information: List<'a, ScannedNetwork<'a>, u16>,
        }
    }

    /// Asks for the cycle of discontinuous reception.
    pub mod get_drx "Get DRX" = 0x0089 {
        request {}
        response {
            /// Information.
            0x10 success => info: Drx,
        }
    }

    /// Asks for the LTE cells that are used together.
    pub mod get_lte_cphy_ca_info "Get LTE Cphy CA Info" = 0x00ac {
        request {}
        response {
            /// DL bandwidth.
            0x11 success => dl_bandwidth "DL Bandwidth": DlBandwidth,
            /// Phy carrier aggregation agg SCELL information.
            0x12 success => phy_ca_agg_scell_info "Phy CA Agg SCell Info": PhyCaAggScellInfo,
            /// Phy carrier aggregation agg pcell information.
            0x13 success => phy_ca_agg_pcell_info "Phy CA Agg PCell Info": PhyCaAggPcellInfo,
            /// SCELL index.
            0x14 success => scell_index "SCell index": u8,
            /// Phy carrier aggregation agg secondary cells.
            0x15 success => phy_ca_agg_secondary_cells "Phy CA Agg Secondary Cells": List<'a, PhyCaAggSecondaryCell>,
        }
    }

    /// Asks whether LTE and 5G may be used together.
    pub mod get_endc_config "Get ENDC Config" = 0x00e8 {
        request {}
        response {
            /// Enabled.
            0x10 success => enabled: bool,
            /// Immediate SCG release.
            0x11 success => immediate_scg_release "Immediate SCG Release": bool,
        }
    }

    /// Asks for temperature, modes and the LTE cell (Sierra).
    pub mod swi_get_status "Swi Get Status" = 0x5556 (vendor 0x1199) {
        request {}
        response {
            /// Common information (second layout).
            0x01 required => common_info_v2 "Common Info v2": CommonInfoV2,
            /// LTE information.
            0x10 success => lte_info "LTE Info": LteInfo,
        }
    }
}
