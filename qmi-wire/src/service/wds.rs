//! WDS, wireless data: sessions, profiles, addresses, statistics.
//!
//! Three codings of one idea: a PDP type is 0 IPv4, 2 IPv6, 3 both; an IP family 4, 6, 8 unspecified; an IP support
//! type 0 IPv4, 1 IPv6, 2 both.
//! A session belongs to the client that started it: releasing the client ends it.

use crate::field::{As, Ipv4, Ipv6, SignedBool};
use crate::list::List;
use crate::service::{DataEndpointType, Service, SubscriptionType};
use crate::text::{Bytes, Rest, Str};

crate::open_enum! {
    /// Address allocation preference.
    pub struct AddressAllocationPreference(u8) {
        /// NAS.
        NAS = 0,
        /// DHCP.
        DHCP = 1,
    }
}

crate::flags! {
    /// APN type mask.
    pub struct ApnTypeMask(u64) {
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
        /// UT.
        UT = 1 << 10,
        /// Mission critical.
        MCX = 1 << 11,
    }
}

crate::open_enum! {
    /// Attach PDN list action.
    pub struct AttachPdnListAction(u32) {
        /// None.
        NONE = 1,
        /// Detach or PDN disconnect.
        DETACH_OR_PDN_DISCONNECT = 2,
    }
}

crate::flags! {
    /// Authentication.
    pub struct Authentication(u8) {
        /// None.
        NONE = 0x0,
        /// PAP.
        PAP = 1 << 0,
        /// CHAP.
        CHAP = 1 << 1,
    }
}

crate::open_enum! {
    /// Autoconnect setting.
    pub struct AutoconnectSetting(u8) {
        /// Disabled.
        DISABLED = 0,
        /// Enabled.
        ENABLED = 1,
        /// Paused.
        PAUSED = 2,
    }
}

crate::open_enum! {
    /// Autoconnect setting roaming.
    pub struct AutoconnectSettingRoaming(u8) {
        /// Allowed.
        ALLOWED = 0,
        /// Home only.
        HOME_ONLY = 1,
    }
}

crate::open_enum! {
    /// Why a session ended or did not begin: below 500 in general, from 500 CDMA, from 1000 3GPP, from 1500 EV-DO.
    pub struct CallEndReason(u16) {
        /// Unspecified.
        GENERIC_UNSPECIFIED = 1,
        /// Client end.
        GENERIC_CLIENT_END = 2,
        /// No service.
        GENERIC_NO_SERVICE = 3,
        /// Fade.
        GENERIC_FADE = 4,
        /// Release normal.
        GENERIC_RELEASE_NORMAL = 5,
        /// Access attempt in progress.
        GENERIC_ACCESS_ATTEMPT_IN_PROGRESS = 6,
        /// Access failure.
        GENERIC_ACCESS_FAILURE = 7,
        /// Redirection or handoff.
        GENERIC_REDIRECTION_OR_HANDOFF = 8,
        /// Close in progress.
        GENERIC_CLOSE_IN_PROGRESS = 9,
        /// Authentication failed.
        GENERIC_AUTHENTICATION_FAILED = 10,
        /// Internal error.
        GENERIC_INTERNAL_ERROR = 11,
        /// CDMA: lock.
        CDMA_LOCK = 500,
        /// CDMA: intercept.
        CDMA_INTERCEPT = 501,
        /// CDMA: reorder.
        CDMA_REORDER = 502,
        /// CDMA: release service option reject.
        CDMA_RELEASE_SO_REJECT = 503,
        /// CDMA: incoming call.
        CDMA_INCOMING_CALL = 504,
        /// CDMA: alert stop.
        CDMA_ALERT_STOP = 505,
        /// CDMA: activation.
        CDMA_ACTIVATION = 506,
        /// CDMA: greatest access probes.
        CDMA_MAX_ACCESS_PROBES = 507,
        /// CDMA: CCS not supported by base station.
        CDMA_CCS_NOT_SUPPORTED_BY_BS = 508,
        /// CDMA: no response from base station.
        CDMA_NO_RESPONSE_FROM_BS = 509,
        /// CDMA: rejected by base station.
        CDMA_REJECTED_BY_BS = 510,
        /// CDMA: incompatible.
        CDMA_INCOMPATIBLE = 511,
        /// CDMA: already in traffic channel.
        CDMA_ALREADY_IN_TC = 512,
        /// CDMA: user call originated during GPS.
        CDMA_USER_CALL_ORIGINATED_DURING_GPS = 513,
        /// CDMA: user call originated during SMS.
        CDMA_USER_CALL_ORIGINATED_DURING_SMS = 514,
        /// CDMA: no service.
        CDMA_NO_SERVICE = 515,
        /// 3GPP: conference failed.
        GSM_WCDMA_CONFERENCE_FAILED = 1000,
        /// 3GPP: incoming rejected.
        GSM_WCDMA_INCOMING_REJECTED = 1001,
        /// 3GPP: no service.
        GSM_WCDMA_NO_SERVICE = 1002,
        /// 3GPP: network end.
        GSM_WCDMA_NETWORK_END = 1003,
        /// 3GPP: LLC SNDCP failure.
        GSM_WCDMA_LLC_SNDCP_FAILURE = 1004,
        /// 3GPP: insufficient resources.
        GSM_WCDMA_INSUFFICIENT_RESOURCES = 1005,
        /// 3GPP: option temporarily out of order.
        GSM_WCDMA_OPTION_TEMPORARILY_OUT_OF_ORDER = 1006,
        /// 3GPP: NSAPI already used.
        GSM_WCDMA_NSAPI_ALREADY_USED = 1007,
        /// 3GPP: regular deactivation.
        GSM_WCDMA_REGULAR_DEACTIVATION = 1008,
        /// 3GPP: network failure.
        GSM_WCDMA_NETWORK_FAILURE = 1009,
        /// 3GPP: reattach required.
        GSM_WCDMA_REATTACH_REQUIRED = 1010,
        /// 3GPP: protocol error.
        GSM_WCDMA_PROTOCOL_ERROR = 1011,
        /// 3GPP: operator determined barring.
        GSM_WCDMA_OPERATOR_DETERMINED_BARRING = 1012,
        /// 3GPP: unknown APN.
        GSM_WCDMA_UNKNOWN_APN = 1013,
        /// 3GPP: unknown PDP.
        GSM_WCDMA_UNKNOWN_PDP = 1014,
        /// 3GPP: GGSN reject.
        GSM_WCDMA_GGSN_REJECT = 1015,
        /// 3GPP: activation reject.
        GSM_WCDMA_ACTIVATION_REJECT = 1016,
        /// 3GPP: option not supported.
        GSM_WCDMA_OPTION_NOT_SUPPORTED = 1017,
        /// 3GPP: option not subscribed to.
        GSM_WCDMA_OPTION_UNSUBSCRIBED = 1018,
        /// 3GPP: QoS not accepted.
        GSM_WCDMA_QOS_NOT_ACCEPTED = 1019,
        /// 3GPP: TFT semantic error.
        GSM_WCDMA_TFT_SEMANTIC_ERROR = 1020,
        /// 3GPP: TFT syntax error.
        GSM_WCDMA_TFT_SYNTAX_ERROR = 1021,
        /// 3GPP: unknown PDP context.
        GSM_WCDMA_UNKNOWN_PDP_CONTEXT = 1022,
        /// 3GPP: filter semantic error.
        GSM_WCDMA_FILTER_SEMANTIC_ERROR = 1023,
        /// 3GPP: filter syntax error.
        GSM_WCDMA_FILTER_SYNTAX_ERROR = 1024,
        /// 3GPP: PDP without active TFT.
        GSM_WCDMA_PDP_WITHOUT_ACTIVE_TFT = 1025,
        /// 3GPP: invalid transaction ID.
        GSM_WCDMA_INVALID_TRANSACTION_ID = 1026,
        /// 3GPP: message incorrect semantic.
        GSM_WCDMA_MESSAGE_INCORRECT_SEMANTIC = 1027,
        /// 3GPP: invalid mandatory information.
        GSM_WCDMA_INVALID_MANDATORY_INFO = 1028,
        /// 3GPP: message type unsupported.
        GSM_WCDMA_MESSAGE_TYPE_UNSUPPORTED = 1029,
        /// 3GPP: message type not compatible state.
        GSM_WCDMA_MESSAGE_TYPE_NONCOMPATIBLE_STATE = 1030,
        /// 3GPP: unknown information element.
        GSM_WCDMA_UNKNOWN_INFO_ELEMENT = 1031,
        /// 3GPP: conditional information element error.
        GSM_WCDMA_CONDITIONAL_IE_ERROR = 1032,
        /// 3GPP: message and protocol state incompatible.
        GSM_WCDMA_MESSAGE_AND_PROTOCOL_STATE_UNCOMPATIBLE = 1033,
        /// 3GPP: APN type conflict.
        GSM_WCDMA_APN_TYPE_CONFLICT = 1034,
        /// 3GPP: no GPRS context.
        GSM_WCDMA_NO_GPRS_CONTEXT = 1035,
        /// 3GPP: feature not supported.
        GSM_WCDMA_FEATURE_NOT_SUPPORTED = 1036,
        /// EV-DO: connection deny general or busy.
        EVDO_CONNECTION_DENY_GENERAL_OR_BUSY = 1500,
        /// EV-DO: connection deny billing or authentication failure.
        EVDO_CONNECTION_DENY_BILLING_OR_AUTHENTICATION_FAILURE = 1501,
        /// EV-DO: HDR change.
        EVDO_HDR_CHANGE = 1502,
        /// EV-DO: HDR exit.
        EVDO_HDR_EXIT = 1503,
        /// EV-DO: HDR no session.
        EVDO_HDR_NO_SESSION = 1504,
        /// EV-DO: HDR origination during GPS fix.
        EVDO_HDR_ORIGINATION_DURING_GPS_FIX = 1505,
        /// EV-DO: HDR connection setup timeout.
        EVDO_HDR_CONNECTION_SETUP_TIMEOUT = 1506,
        /// EV-DO: HDR released by call manager.
        EVDO_HDR_RELEASED_BY_CM = 1507,
    }
}

crate::open_enum! {
    /// Call type.
    pub struct CallType(u8) {
        /// For the host.
        LAPTOP = 0,
        /// For the device itself.
        EMBEDDED = 1,
    }
}

crate::open_enum! {
    /// Client type.
    pub struct ClientType(u32) {
        /// Tethered.
        TETHERED = 1,
        /// Undefined.
        UNDEFINED = 255,
    }
}

crate::open_enum! {
    /// State of the data session of the client that asks.
    pub struct ConnectionStatus(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// No session.
        DISCONNECTED = 1,
        /// The session is up.
        CONNECTED = 2,
        /// The session is up, no data pass at present.
        SUSPENDED = 3,
        /// The session is coming up.
        AUTHENTICATING = 4,
    }
}

crate::open_enum! {
    /// Data bearer technology.
    pub struct DataBearerTechnology(i8) {
        /// Not known.
        UNKNOWN = -1,
        /// CDMA2000 1x.
        CDMA20001X = 1,
        /// CDMA 1x EV-DO.
        _1XEVDO = 2,
        /// GSM.
        GSM = 3,
        /// UMTS.
        UMTS = 4,
        /// CDMA 1x EV-DO revision A.
        _1XEVDO_REVA = 5,
        /// EDGE.
        EDGE = 6,
        /// HSDPA.
        HSDPA = 7,
        /// HSUPA.
        HSUPA = 8,
        /// HSDPA HSUPA.
        HSDPA_HSUPDA = 9,
        /// LTE.
        LTE = 10,
        /// eHRPD.
        EHRPD = 11,
        /// HSPA+.
        HSDPAPLUS = 12,
        /// HSPA+ HSUPA.
        HSDPAPLUS_HSUPA = 13,
        /// Dual carrier HSPA+.
        DCHSDPAPLUS = 14,
        /// Dual carrier HSPA+ HSUPA.
        DCHSDPAPLUS_HSUPA = 15,
        /// HSPA+ with 64-QAM.
        HSDPAPLUS_PLUS64QAM = 16,
        /// HSPA+ with 64-QAM HSUPA.
        HSDPAPLUS_PLUS64QAM_HSUPA = 17,
        /// TD-SCDMA.
        TDSCDMA = 18,
        /// TD-SCDMA HSDPA.
        TDSCDMA_HSDPA = 19,
        /// TD-SCDMA HSUPA.
        TDSCDMA_HSUPA = 20,
    }
}

crate::open_enum! {
    /// Data call status.
    pub struct DataCallStatus(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Activated.
        ACTIVATED = 1,
        /// Terminated.
        TERMINATED = 2,
    }
}

crate::open_enum! {
    /// Data call type.
    pub struct DataCallType(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Embedded.
        EMBEDDED = 1,
        /// Tethered.
        TETHERED = 2,
        /// Modem embedded.
        MODEM_EMBEDDED = 3,
    }
}

crate::open_enum! {
    /// Data system.
    pub struct DataSystem(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// CDMA 1x.
        CDMA1X = 1,
        /// CDMA 1x EV-DO.
        CDMA1X_EVDO = 2,
        /// GPRS.
        GPRS = 3,
        /// WCDMA.
        WCDMA = 4,
        /// LTE.
        LTE = 5,
        /// TD-SCDMA.
        TDSCDMA = 6,
    }
}

crate::open_enum! {
    /// Data system network type.
    pub struct DataSystemNetworkType(u32) {
        /// 3GPP.
        _3GPP = 0,
        /// 3GPP2.
        _3GPP2 = 1,
    }
}

crate::open_enum! {
    /// Delivery order.
    pub struct DeliveryOrder(u8) {
        /// Subscribe.
        SUBSCRIBE = 0,
        /// On.
        ON = 1,
        /// Off.
        OFF = 2,
    }
}

crate::open_enum! {
    /// Dormancy status.
    pub struct DormancyStatus(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Rests.
        TRAFFIC_CHANNEL_DORMANT = 1,
        /// Active.
        TRAFFIC_CHANNEL_ACTIVE = 2,
    }
}

crate::open_enum! {
    /// Extended error of messages on profiles.
    pub struct DsProfileError(u16) {
        /// Not known.
        UNKNOWN = 0,
        /// Fail.
        FAIL = 1,
        /// Invalid handle.
        INVALID_HANDLE = 2,
        /// Invalid operation.
        INVALID_OPERATION = 3,
        /// Invalid profile type.
        INVALID_PROFILE_TYPE = 4,
        /// Invalid profile number.
        INVALID_PROFILE_NUMBER = 5,
        /// Invalid profile ID.
        INVALID_PROFILE_ID = 6,
        /// Invalid argument.
        INVALID_ARGUMENT = 7,
        /// Registry not initialized.
        REGISTRY_NOT_INITIALIZED = 8,
        /// Invalid parameter length.
        INVALID_PARAMETER_LENGTH = 9,
        /// List end.
        LIST_END = 10,
        /// Invalid subscription ID.
        INVALID_SUBSCRIPTION_ID = 11,
        /// Invalid profile family.
        INVALID_PROFILE_FAMILY = 12,
        /// 3GPP invalid profile family.
        _3GPP_INVALID_PROFILE_FAMILY = 1001,
        /// 3GPP access error.
        _3GPP_ACCESS_ERROR = 1002,
        /// 3GPP context not defined.
        _3GPP_CONTEXT_NOT_DEFINED = 1003,
        /// 3GPP valid flag not set.
        _3GPP_VALID_FLAG_NOT_SET = 1004,
        /// 3GPP read only flag set.
        _3GPP_READ_ONLY_FLAG_SET = 1005,
        /// 3GPP out of profiles.
        _3GPP_OUT_OF_PROFILES = 1006,
        /// 3GPP2 invalid profile ID.
        _3GPP2_INVALID_PROFILE_ID = 1101,
    }
}

crate::flags! {
    /// Extended data bearer technology, 3GPP.
    pub struct ExtendedDataBearerTechnology3gpp(u16) {
        /// Not known.
        UNKNOWN = 0x0,
        /// WCDMA.
        WCDMA = 1 << 0,
        /// HSDPA.
        HSDPA = 1 << 1,
        /// HSUPA.
        HSUPA = 1 << 2,
        /// HSDPA plus.
        HSDPA_PLUS = 1 << 3,
        /// Dual carrier HSDPA plus.
        DC_HSDPA_PLUS = 1 << 4,
        /// 64-QAM.
        _64QAM = 1 << 5,
        /// HSPA.
        HSPA = 1 << 6,
        /// GPRS.
        GPRS = 1 << 7,
        /// EDGE.
        EDGE = 1 << 8,
        /// GSM.
        GSM = 1 << 9,
        /// S2b.
        S2B = 1 << 10,
        /// LTE limited service.
        LTE_LIMITED_SERVICE = 1 << 11,
        /// LTE FDD.
        LTE_FDD = 1 << 12,
        /// LTE TDD.
        LTE_TDD = 1 << 13,
    }
}

crate::flags! {
    /// Extended data bearer technology, 3GPP2.
    pub struct ExtendedDataBearerTechnology3gpp2(u16) {
        /// Not known.
        UNKNOWN = 0x0,
        /// Reserved.
        RESERVED = 1 << 0,
        /// CDMA 1x IS-95.
        CDMA1X_IS95 = 1 << 1,
        /// CDMA 1x IS-2000.
        CDMA1X_IS2000 = 1 << 2,
        /// CDMA 1x IS-2000 release A.
        CDMA1X_IS2000_REL_A = 1 << 3,
        /// HDR revision 0 DPA.
        HDR_REV0_DPA = 1 << 4,
        /// HDR revision A DPA.
        HDR_REV_A_DPA = 1 << 5,
        /// HDR revision B DPA.
        HDR_REV_B_DPA = 1 << 6,
        /// HDR revision A MPA.
        HDR_REV_A_MPA = 1 << 7,
        /// HDR revision B MPA.
        HDR_REV_B_MPA = 1 << 8,
        /// HDR revision A EMPA.
        HDR_REV_A_EMPA = 1 << 9,
        /// HDR revision B EMPA.
        HDR_REV_B_EMPA = 1 << 10,
        /// HDR revision B MMPA.
        HDR_REV_B_MMPA = 1 << 11,
        /// HDR EV-DO FMC.
        HDR_EVDO_FMC = 1 << 12,
    }
}

crate::open_enum! {
    /// Extended technology preference.
    pub struct ExtendedTechnologyPreference(u16) {
        /// CDMA.
        CDMA = 32769,
        /// UMTS.
        UMTS = 32772,
        /// EPC.
        EPC = 34944,
        /// eMBMS.
        EMBMS = 34946,
        /// Modem link local.
        MODEM_LINK_LOCAL = 34952,
    }
}

crate::open_enum! {
    /// IP version of a session.
    pub struct IpFamily(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// IPv4.
        IPV4 = 4,
        /// IPv6.
        IPV6 = 6,
        /// Either.
        UNSPECIFIED = 8,
        /// Ethernet.
        ETHERNET = 12,
    }
}

crate::open_enum! {
    /// IP versions of a connection at attach.
    pub struct IpSupportType(u8) {
        /// IPv4.
        IPV4 = 0,
        /// IPv6.
        IPV6 = 1,
        /// IPv4v6.
        IPV4V6 = 2,
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
    /// Packet statistics mask flag.
    pub struct PacketStatisticsMaskFlag(u32) {
        /// TX packets ok.
        TX_PACKETS_OK = 1 << 0,
        /// RX packets ok.
        RX_PACKETS_OK = 1 << 1,
        /// TX packets error.
        TX_PACKETS_ERROR = 1 << 2,
        /// RX packets error.
        RX_PACKETS_ERROR = 1 << 3,
        /// TX overflows.
        TX_OVERFLOWS = 1 << 4,
        /// RX overflows.
        RX_OVERFLOWS = 1 << 5,
        /// TX bytes ok.
        TX_BYTES_OK = 1 << 6,
        /// RX bytes ok.
        RX_BYTES_OK = 1 << 7,
        /// TX packets dropped.
        TX_PACKETS_DROPPED = 1 << 8,
        /// RX packets dropped.
        RX_PACKETS_DROPPED = 1 << 9,
    }
}

crate::open_enum! {
    /// PDP access control.
    pub struct PdpAccessControl(u8) {
        /// None.
        NONE = 0,
        /// Reject.
        REJECT = 1,
        /// Permission.
        PERMISSION = 2,
    }
}

crate::open_enum! {
    /// PDP data compression type.
    pub struct PdpDataCompressionType(u8) {
        /// Off.
        OFF = 0,
        /// Manufacturer preferred.
        MANUFACTURER_PREFERRED = 1,
        /// V42bis.
        V42BIS = 2,
        /// V44.
        V44 = 3,
    }
}

crate::open_enum! {
    /// PDP header compression type.
    pub struct PdpHeaderCompressionType(u8) {
        /// Off.
        OFF = 0,
        /// Manufacturer preferred.
        MANUFACTURER_PREFERRED = 1,
        /// RFC1144.
        RFC1144 = 2,
        /// RFC2507.
        RFC2507 = 3,
        /// RFC3095.
        RFC3095 = 4,
    }
}

crate::open_enum! {
    /// Type of packet data of a profile.
    pub struct PdpType(u8) {
        /// IPv4.
        IPV4 = 0,
        /// PPP.
        PPP = 1,
        /// IPv6.
        IPV6 = 2,
        /// IPv4 or IPv6.
        IPV4_OR_IPV6 = 3,
        /// Not IP.
        NON_IP = 4,
    }
}

crate::open_enum! {
    /// Profile change event.
    pub struct ProfileChangeEvent(u8) {
        /// Create event.
        CREATE_EVENT = 1,
        /// Delete event.
        DELETE_EVENT = 2,
        /// Modify event.
        MODIFY_EVENT = 3,
        /// Subscription change event.
        SUBSCRIPTION_CHANGE_EVENT = 4,
    }
}

crate::open_enum! {
    /// Profile family.
    pub struct ProfileFamily(u8) {
        /// Embedded.
        EMBEDDED = 0,
        /// Tethered.
        TETHERED = 1,
    }
}

crate::open_enum! {
    /// Profile type.
    pub struct ProfileType(u8) {
        /// 3GPP.
        _3GPP = 0,
        /// 3GPP2.
        _3GPP2 = 1,
        /// EPC.
        EPC = 2,
        /// All.
        ALL = 255,
    }
}

crate::open_enum! {
    /// QoS class identifier.
    pub struct QosClassIdentifier(u8) {
        /// Network assign.
        NETWORK_ASSIGN = 0,
        /// Guaranteed bitrate1.
        GUARANTEED_BITRATE1 = 1,
        /// Guaranteed bitrate2.
        GUARANTEED_BITRATE2 = 2,
        /// Guaranteed bitrate3.
        GUARANTEED_BITRATE3 = 3,
        /// Guaranteed bitrate4.
        GUARANTEED_BITRATE4 = 4,
        /// Not guaranteed bitrate5.
        NON_GUARANTEED_BITRATE5 = 5,
        /// Not guaranteed bitrate6.
        NON_GUARANTEED_BITRATE6 = 6,
        /// Not guaranteed bitrate7.
        NON_GUARANTEED_BITRATE7 = 7,
        /// Not guaranteed bitrate8.
        NON_GUARANTEED_BITRATE8 = 8,
    }
}

crate::open_enum! {
    /// Radio access technology.
    pub struct RadioAccessTechnology(u32) {
        /// Null bearer.
        NULL_BEARER = 0,
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
        /// 3GPP maximum.
        _3GPP_MAXIMUM = 100,
        /// 3GPP2 CDMA 1x.
        _3GPP2_1X = 101,
        /// 3GPP2 HRPD.
        _3GPP2_HRPD = 102,
        /// 3GPP2 eHRPD.
        _3GPP2_EHRPD = 103,
        /// 3GPP2 WLAN.
        _3GPP2_WLAN = 104,
        /// 3GPP2 maximum.
        _3GPP2_MAXIMUM = 200,
    }
}

crate::flags! {
    /// Rat3gpp.
    pub struct Rat3gpp(u32) {
        /// None.
        NONE = 0x0,
        /// WCDMA.
        WCDMA = 1 << 0,
        /// GPRS.
        GPRS = 1 << 1,
        /// HSDPA.
        HSDPA = 1 << 2,
        /// HSUPA.
        HSUPA = 1 << 3,
        /// EDGE.
        EDGE = 1 << 4,
        /// LTE.
        LTE = 1 << 5,
        /// HSPA+.
        HSDPAPLUS = 1 << 6,
        /// Dual carrier HSPA+.
        DCHSDPAPLUS = 1 << 7,
        /// 64-QAM.
        _64QAM = 1 << 8,
        /// TD-SCDMA.
        TDSCDMA = 1 << 9,
        /// 5G NR.
        _5GNR = 1 << 10,
        /// Null bearer.
        NULL_BEARER = 1 << 15,
    }
}

crate::flags! {
    /// Rat3gpp2.
    pub struct Rat3gpp2(u32) {
        /// None.
        NONE = 0x0,
        /// CDMA 1x.
        CDMA1X = 1 << 0,
        /// EV-DO revision 0.
        EVDO_REV0 = 1 << 1,
        /// EV-DO revision A.
        EVDO_REVA = 1 << 2,
        /// EV-DO revision B.
        EVDO_REVB = 1 << 3,
        /// eHRPD.
        EHRPD = 1 << 4,
        /// FMC.
        FMC = 1 << 5,
        /// Null bearer.
        NULL_BEARER = 1 << 15,
    }
}

crate::flags! {
    /// Requested settings.
    pub struct RequestedSettings(u32) {
        /// None.
        NONE = 0x0,
        /// Profile ID.
        PROFILE_ID = 1 << 0,
        /// Profile name.
        PROFILE_NAME = 1 << 1,
        /// PDP type.
        PDP_TYPE = 1 << 2,
        /// APN name.
        APN_NAME = 1 << 3,
        /// DNS address.
        DNS_ADDRESS = 1 << 4,
        /// Granted QoS.
        GRANTED_QOS = 1 << 5,
        /// Username.
        USERNAME = 1 << 6,
        /// Authentication protocol.
        AUTH_PROTOCOL = 1 << 7,
        /// IP address.
        IP_ADDRESS = 1 << 8,
        /// Gateway information.
        GATEWAY_INFO = 1 << 9,
        /// P-CSCF address.
        PCSCF_ADDRESS = 1 << 10,
        /// P-CSCF server address list.
        PCSCF_SERVER_ADDRESS_LIST = 1 << 11,
        /// P-CSCF domain name list.
        PCSCF_DOMAIN_NAME_LIST = 1 << 12,
        /// MTU.
        MTU = 1 << 13,
        /// Domain name list.
        DOMAIN_NAME_LIST = 1 << 14,
        /// IP family.
        IP_FAMILY = 1 << 15,
        /// IMCN flag.
        IMCN_FLAG = 1 << 16,
        /// Extended technology.
        EXTENDED_TECHNOLOGY = 1 << 17,
        /// Operator reserved PCO.
        OPERATOR_RESERVED_PCO = 1 << 18,
    }
}

crate::open_enum! {
    /// SDU erroneous delivery.
    pub struct SduErroneousDelivery(u8) {
        /// Subscribe.
        SUBSCRIBE = 0,
        /// No detection.
        NO_DETECTION = 1,
        /// Enabled.
        ENABLED = 2,
        /// Disabled.
        DISABLED = 3,
    }
}

crate::open_enum! {
    /// SDU error ratio.
    pub struct SduErrorRatio(u8) {
        /// Subscribe.
        SUBSCRIBE = 0,
        /// 1 in 10 to the power of 2.
        _1E2 = 1,
        /// 7 in 10 to the power of 3.
        _7E3 = 2,
        /// 1 in 10 to the power of 3.
        _1E3 = 3,
        /// 1 in 10 to the power of 4.
        _1E4 = 4,
        /// 1 in 10 to the power of 5.
        _1E5 = 5,
        /// 1 in 10 to the power of 6.
        _1E6 = 6,
        /// 1 in 10 to the power of 1.
        _1E1 = 7,
    }
}

crate::open_enum! {
    /// SDU residual bit error ratio.
    pub struct SduResidualBitErrorRatio(u8) {
        /// Subscribe.
        SUBSCRIBE = 0,
        /// 5 in 10 to the power of 2.
        _5E2 = 1,
        /// 1 in 10 to the power of 2.
        _1E2 = 2,
        /// 5 in 10 to the power of 3.
        _5E3 = 3,
        /// 4 in 10 to the power of 3.
        _4E3 = 4,
        /// 1 in 10 to the power of 3.
        _1E3 = 5,
        /// 1 in 10 to the power of 4.
        _1E4 = 6,
        /// 1 in 10 to the power of 5.
        _1E5 = 7,
        /// 1 in 10 to the power of 6.
        _1E6 = 8,
        /// 6 in 10 to the power of 8.
        _6E8 = 9,
    }
}

crate::flags! {
    /// Set event report transfer statistics.
    pub struct SetEventReportTransferStatistics(i32) {
        /// Report TX packets ok.
        REPORT_TX_PACKETS_OK = 1 << 0,
        /// Report RX packets ok.
        REPORT_RX_PACKETS_OK = 1 << 1,
        /// Report TX packets error.
        REPORT_TX_PACKETS_ERROR = 1 << 2,
        /// Report RX packets error.
        REPORT_RX_PACKETS_ERROR = 1 << 3,
        /// Report TX overflows.
        REPORT_TX_OVERFLOWS = 1 << 4,
        /// Report RX overflows.
        REPORT_RX_OVERFLOWS = 1 << 5,
        /// Report TX bytes ok.
        REPORT_TX_BYTES_OK = 1 << 6,
        /// Report RX bytes ok.
        REPORT_RX_BYTES_OK = 1 << 7,
        /// Report TX packets dropped.
        REPORT_TX_PACKETS_DROPPED = 1 << 8,
        /// Report RX packets dropped.
        REPORT_RX_PACKETS_DROPPED = 1 << 9,
    }
}

crate::open_enum! {
    /// Sio port.
    pub struct SioPort "QmiSioPort" (u16) {
        /// None.
        NONE = 0,
        /// A2 mux RMNET0.
        A2_MUX_RMNET0 = 3588,
        /// A2 mux RMNET1.
        A2_MUX_RMNET1 = 3589,
        /// A2 mux RMNET2.
        A2_MUX_RMNET2 = 3590,
        /// A2 mux RMNET3.
        A2_MUX_RMNET3 = 3591,
        /// A2 mux RMNET4.
        A2_MUX_RMNET4 = 3592,
        /// A2 mux RMNET5.
        A2_MUX_RMNET5 = 3593,
        /// A2 mux RMNET6.
        A2_MUX_RMNET6 = 3594,
        /// A2 mux RMNET7.
        A2_MUX_RMNET7 = 3595,
    }
}

crate::flags! {
    /// Service option CDMA 1x.
    pub struct SoCdma1x(u32) {
        /// None.
        NONE = 0x0,
        /// IS-95.
        IS95 = 1 << 0,
        /// IS-2000.
        IS2000 = 1 << 1,
        /// IS-2000 release A.
        IS2000_REL_A = 1 << 2,
    }
}

crate::flags! {
    /// Service option EV-DO revision 0.
    pub struct SoEvdoRev0(u32) {
        /// None.
        NONE = 0x0,
        /// DPA.
        DPA = 1 << 0,
    }
}

crate::flags! {
    /// Service option EV-DO revision A.
    pub struct SoEvdoRevA(u32) {
        /// None.
        NONE = 0x0,
        /// DPA.
        DPA = 1 << 0,
        /// MFPA.
        MFPA = 1 << 1,
        /// EMPA.
        EMPA = 1 << 2,
        /// EMPA eHRPD.
        EMPA_EHRPD = 1 << 3,
    }
}

crate::flags! {
    /// Service option EV-DO revision B.
    pub struct SoEvdoRevB(u32) {
        /// None.
        NONE = 0x0,
        /// DPA.
        DPA = 1 << 0,
        /// MFPA.
        MFPA = 1 << 1,
        /// EMPA.
        EMPA = 1 << 2,
        /// EMPA eHRPD.
        EMPA_EHRPD = 1 << 3,
        /// MMPA.
        MMPA = 1 << 4,
        /// MMPA eHRPD.
        MMPA_EHRPD = 1 << 5,
    }
}

crate::flags! {
    /// Technology preference.
    pub struct TechnologyPreference(u8) {
        /// Allow3gpp.
        ALLOW3GPP = 1 << 0,
        /// Allow3gpp2.
        ALLOW3GPP2 = 1 << 1,
    }
}

crate::open_enum! {
    /// Tethered call type.
    pub struct TetheredCallType(u8) {
        /// Not tethered.
        NON_TETHERED = 0,
        /// RmNet.
        RMNET = 1,
        /// DUN.
        DUN = 2,
    }
}

crate::open_enum! {
    /// Traffic class.
    pub struct TrafficClass(u8) {
        /// Subscribed.
        SUBSCRIBED = 0,
        /// Conversational.
        CONVERSATIONAL = 1,
        /// Streaming.
        STREAMING = 2,
        /// Interactive.
        INTERACTIVE = 3,
        /// Background.
        BACKGROUND = 4,
    }
}

crate::open_enum! {
    /// Reasons of a 3GPP network: session management causes (3GPP TS 24.008, TS 24.301).
    pub struct VerboseCallEndReason3gpp(i16) {
        /// Operator determined barring.
        OPERATOR_DETERMINED_BARRING = 8,
        /// LLC SNDCP failure.
        LLC_SNDCP_FAILURE = 25,
        /// Insufficient resources.
        INSUFFICIENT_RESOURCES = 26,
        /// Unknown APN.
        UNKNOWN_APN = 27,
        /// Unknown PDP.
        UNKNOWN_PDP = 28,
        /// Authentication failed.
        AUTHENTICATION_FAILED = 29,
        /// GGSN reject.
        GGSN_REJECT = 30,
        /// Activation reject.
        ACTIVATION_REJECT = 31,
        /// Option not supported.
        OPTION_NOT_SUPPORTED = 32,
        /// Option not subscribed to.
        OPTION_UNSUBSCRIBED = 33,
        /// Option temporarily out of order.
        OPTION_TEMPORARILY_OUT_OF_ORDER = 34,
        /// NSAPI already used.
        NSAPI_ALREADY_USED = 35,
        /// Regular deactivation.
        REGULAR_DEACTIVATION = 36,
        /// QoS not accepted.
        QOS_NOT_ACCEPTED = 37,
        /// Network failure.
        NETWORK_FAILURE = 38,
        /// Reattach required.
        REATTACH_REQUIRED = 39,
        /// Feature not supported.
        FEATURE_NOT_SUPPORTED = 40,
        /// TFT semantic error.
        TFT_SEMANTIC_ERROR = 41,
        /// TFT syntax error.
        TFT_SYNTAX_ERROR = 42,
        /// Unknown PDP context.
        UNKNOWN_PDP_CONTEXT = 43,
        /// Filter semantic error.
        FILTER_SEMANTIC_ERROR = 44,
        /// Filter syntax error.
        FILTER_SYNTAX_ERROR = 45,
        /// PDP without active TFT.
        PDP_WITHOUT_ACTIVE_TFT = 46,
        /// IPv4 only allowed.
        IPV4_ONLY_ALLOWED = 50,
        /// IPv6 only allowed.
        IPV6_ONLY_ALLOWED = 51,
        /// Single address bearer only.
        SINGLE_ADDRESS_BEARER_ONLY = 52,
        /// ESM information not received.
        ESM_INFO_NOT_RECEIVED = 53,
        /// PDN connection does not exist.
        PDN_CONNECTION_DOES_NOT_EXIST = 54,
        /// Multiple connection to same PDN not allowed.
        MULTIPLE_CONNECTION_TO_SAME_PDN_NOT_ALLOWED = 55,
        /// Invalid transaction ID.
        INVALID_TRANSACTION_ID = 81,
        /// Message incorrect semantic.
        MESSAGE_INCORRECT_SEMANTIC = 95,
        /// Invalid mandatory information.
        INVALID_MANDATORY_INFO = 96,
        /// Message type unsupported.
        MESSAGE_TYPE_UNSUPPORTED = 97,
        /// Message type not compatible state.
        MESSAGE_TYPE_NONCOMPATIBLE_STATE = 98,
        /// Unknown information element.
        UNKNOWN_INFO_ELEMENT = 99,
        /// Conditional information element error.
        CONDITIONAL_IE_ERROR = 100,
        /// Message and protocol state incompatible.
        MESSAGE_AND_PROTOCOL_STATE_UNCOMPATIBLE = 101,
        /// Protocol error.
        PROTOCOL_ERROR = 111,
        /// APN type conflict.
        APN_TYPE_CONFLICT = 112,
        /// Invalid proxy call session control function address.
        INVALID_PROXY_CALL_SESSION_CONTROL_FUNCTION_ADDRESS = 113,
        /// Internal call preempted by high priority APN.
        INTERNAL_CALL_PREEMPTED_BY_HIGH_PRIORITY_APN = 114,
        /// EMM access barred.
        EMM_ACCESS_BARRED = 115,
        /// Emergency interface only.
        EMERGENCY_INTERFACE_ONLY = 116,
        /// Interface mismatch.
        INTERFACE_MISMATCH = 117,
        /// Companion interface in use.
        COMPANION_INTERFACE_IN_USE = 118,
        /// IP address mismatch.
        IP_ADDRESS_MISMATCH = 119,
        /// Interface and policy family mismatch.
        INTERFACE_AND_POLICY_FAMILY_MISMATCH = 120,
        /// EMM access barred infinite retry.
        EMM_ACCESS_BARRED_INFINITE_RETRY = 121,
        /// Authentication failure on emergency call.
        AUTHENTICATION_FAILURE_ON_EMERGENCY_CALL = 122,
        /// Invalid DNS address.
        INVALID_DNS_ADDRESS = 123,
        /// Invalid proxy call session control function DNS address.
        INVALID_PROXY_CALL_SESSION_CONTROL_FUNCTION_DNS_ADDRESS = 124,
        /// Test loopback mode A or B enabled.
        TEST_LOOPBACK_MODE_A_OR_B_ENABLED = 125,
        /// EMM access barred EAB.
        EMM_ACCESS_BARRED_EAB = 126,
        /// Call preempted by emergency APN.
        CALL_PREEMPTED_BY_EMERGENCY_APN = 127,
        /// Device initialisation detach or disconnect.
        UE_INIT_DETACH_OR_DISCONNECT = 128,
    }
}

crate::open_enum! {
    /// Reasons of the call manager.
    pub struct VerboseCallEndReasonCm(i16) {
        /// CDMA lock.
        CDMA_LOCK = 500,
        /// Intercept.
        INTERCEPT = 501,
        /// Reorder.
        REORDER = 502,
        /// Release service option reject.
        RELEASE_SO_REJECT = 503,
        /// Incoming call.
        INCOMING_CALL = 504,
        /// Alert stop.
        ALERT_STOP = 505,
        /// Activation.
        ACTIVATION = 506,
        /// Greatest access probes.
        MAX_ACCESS_PROBES = 507,
        /// CCS not supported by base station.
        CCS_NOT_SUPPORTED_BY_BS = 508,
        /// No response from base station.
        NO_RESPONSE_FROM_BS = 509,
        /// Rejected by base station.
        REJECTED_BY_BS = 510,
        /// Incompatible.
        INCOMPATIBLE = 511,
        /// Already in traffic channel.
        ALREADY_IN_TC = 512,
        /// User call originated during GPS.
        USER_CALL_ORIGINATED_DURING_GPS = 513,
        /// User call originated during SMS.
        USER_CALL_ORIGINATED_DURING_SMS = 514,
        /// No CDMA service.
        NO_CDMA_SERVICE = 515,
        /// Main control abort.
        MC_ABORT = 516,
        /// Persistence ng.
        PSIST_NG = 517,
        /// UIM not present.
        UIM_NOT_PRESENT = 518,
        /// Retry order.
        RETRY_ORDER = 519,
        /// Access block.
        ACCESS_BLOCK = 520,
        /// Access block all.
        ACCESS_BLOCK_ALL = 521,
        /// IS-707B greatest access probes.
        IS707B_MAX_ACCESS_PROBES = 522,
        /// Thermal emergency.
        THERMAL_EMERGENCY = 523,
        /// Call origination throttled.
        CALL_ORIGINATION_THROTTLED = 524,
        /// User call originated.
        USER_CALL_ORIGINATED = 525,
        /// Conference failed.
        CONFERENCE_FAILED = 1000,
        /// Incoming rejected.
        INCOMING_REJECTED = 1001,
        /// No gateway service.
        NO_GATEWAY_SERVICE = 1002,
        /// No GPRS context.
        NO_GPRS_CONTEXT = 1003,
        /// Illegal mobile station.
        ILLEGAL_MS = 1004,
        /// Illegal equipment.
        ILLEGAL_ME = 1005,
        /// GPRS and not GPRS services not allowed.
        GPRS_AND_NON_GPRS_SERVICES_NOT_ALLOWED = 1006,
        /// GPRS services not allowed.
        GPRS_SERVICES_NOT_ALLOWED = 1007,
        /// Mobile station identity not derived by the network.
        MS_IDENTITY_NOT_DERIVED_BY_THE_NETWORK = 1008,
        /// Implicitly detached.
        IMPLICITLY_DETACHED = 1009,
        /// PLMN not allowed.
        PLMN_NOT_ALLOWED = 1010,
        /// La not allowed.
        LA_NOT_ALLOWED = 1011,
        /// GPRS services not allowed in PLMN.
        GPRS_SERVICES_NOT_ALLOWED_IN_PLMN = 1012,
        /// PDP duplicate.
        PDP_DUPLICATE = 1013,
        /// Device RAT change.
        UE_RAT_CHANGE = 1014,
        /// Congestion.
        CONGESTION = 1015,
        /// No PDP context activated.
        NO_PDP_CONTEXT_ACTIVATED = 1016,
        /// Access class DSAC rejection.
        ACCESS_CLASS_DSAC_REJECTION = 1017,
        /// PDP activate greatest retry failed.
        PDP_ACTIVATE_MAX_RETRY_FAILED = 1018,
        /// Rab failure.
        RAB_FAILURE = 1019,
        /// EPS service not allowed.
        EPS_SERVICE_NOT_ALLOWED = 1020,
        /// Tracking area not allowed.
        TRACKING_AREA_NOT_ALLOWED = 1021,
        /// Roaming not allowed in tracking area.
        ROAMING_NOT_ALLOWED_IN_TRACKING_AREA = 1022,
        /// No suitable cells in tracking area.
        NO_SUITABLE_CELLS_IN_TRACKING_AREA = 1023,
        /// Not authorized closed subscriber group.
        NOT_AUTHORIZED_CLOSED_SUBSCRIBER_GROUP = 1024,
        /// ESM unknown EPS bearer context.
        ESM_UNKNOWN_EPS_BEARER_CONTEXT = 1025,
        /// Drb released AT RRC.
        DRB_RELEASED_AT_RRC = 1026,
        /// NAS signal connection released.
        NAS_SIGNAL_CONNECTION_RELEASED = 1027,
        /// EMM detached.
        EMM_DETACHED = 1028,
        /// EMM attach failed.
        EMM_ATTACH_FAILED = 1029,
        /// EMM attach started.
        EMM_ATTACH_STARTED = 1030,
        /// LTE NAS service request failed.
        LTE_NAS_SERVICE_REQUEST_FAILED = 1031,
        /// ESM active dedicated bearer reactivated by network.
        ESM_ACTIVE_DEDICATED_BEARER_REACTIVATED_BY_NW = 1032,
        /// ESM lower layer failure.
        ESM_LOWER_LAYER_FAILURE = 1033,
        /// ESM sync up with network.
        ESM_SYNC_UP_WITH_NW = 1034,
        /// ESM network activated dedicated bearer with ID of default bearer.
        ESM_NW_ACTIVATED_DEDICATED_BEARER_WITH_ID_OF_DEFAULT_BEARER = 1035,
        /// ESM bad OTA message.
        ESM_BAD_OTA_MESSAGE = 1036,
        /// ESM ds rejected call.
        ESM_DS_REJECTED_CALL = 1037,
        /// ESM context transferred due to change of radio technology.
        ESM_CONTEXT_TRANSFERRED_DUE_TO_IRAT = 1038,
        /// Ds explicit deactivation.
        DS_EXPLICIT_DEACT = 1039,
        /// ESM local cause none.
        ESM_LOCAL_CAUSE_NONE = 1040,
        /// LTE NAS service request failed no throttle.
        LTE_NAS_SERVICE_REQUEST_FAILED_NO_THROTTLE = 1041,
        /// ACL failure.
        ACL_FAILURE = 1042,
        /// LTE NAS service request failed ds disallow.
        LTE_NAS_SERVICE_REQUEST_FAILED_DS_DISALLOW = 1043,
        /// EMM T3417 expired.
        EMM_T3417_EXPIRED = 1044,
        /// EMM T3417 extended expired.
        EMM_T3417_EXT_EXPIRED = 1045,
        /// Lrrc UL data confirmation failure transaction.
        LRRC_UL_DATA_CONFIRMATION_FAILURE_TXN = 1046,
        /// Lrrc UL data confirmation failure handover.
        LRRC_UL_DATA_CONFIRMATION_FAILURE_HANDOVER = 1047,
        /// Lrrc UL data confirmation failure connection release.
        LRRC_UL_DATA_CONFIRMATION_FAILURE_CONN_REL = 1048,
        /// Lrrc UL data confirmation failure rlf.
        LRRC_UL_DATA_CONFIRMATION_FAILURE_RLF = 1049,
        /// Lrrc UL data confirmation failure ctrl not connection.
        LRRC_UL_DATA_CONFIRMATION_FAILURE_CTRL_NOT_CONN = 1050,
        /// Lrrc connection establishment failure.
        LRRC_CONNECTION_ESTABLISHMENT_FAILURE = 1051,
        /// Lrrc connection establishment failure aborted.
        LRRC_CONNECTION_ESTABLISHMENT_FAILURE_ABORTED = 1052,
        /// Lrrc connection establishment failure access barred.
        LRRC_CONNECTION_ESTABLISHMENT_FAILURE_ACCESS_BARRED = 1053,
        /// Lrrc connection establishment failure cell reselection.
        LRRC_CONNECTION_ESTABLISHMENT_FAILURE_CELL_RESELECTION = 1054,
        /// Lrrc connection establishment failure configuration failure.
        LRRC_CONNECTION_ESTABLISHMENT_FAILURE_CONFIG_FAILURE = 1055,
        /// Lrrc connection establishment failure timer expired.
        LRRC_CONNECTION_ESTABLISHMENT_FAILURE_TIMER_EXPIRED = 1056,
        /// Lrrc connection establishment failure link failure.
        LRRC_CONNECTION_ESTABLISHMENT_FAILURE_LINK_FAILURE = 1057,
        /// Lrrc connection establishment failure not camped.
        LRRC_CONNECTION_ESTABLISHMENT_FAILURE_NOT_CAMPED = 1058,
        /// Lrrc connection establishment failure si failure.
        LRRC_CONNECTION_ESTABLISHMENT_FAILURE_SI_FAILURE = 1059,
        /// Lrrc connection establishment failure rejected.
        LRRC_CONNECTION_ESTABLISHMENT_FAILURE_REJECTED = 1060,
        /// Lrrc connection release normal.
        LRRC_CONNECTION_RELEASE_NORMAL = 1061,
        /// Lrrc connection release rlf.
        LRRC_CONNECTION_RELEASE_RLF = 1062,
        /// Lrrc connection release CRE failure.
        LRRC_CONNECTION_RELEASE_CRE_FAILURE = 1063,
        /// Lrrc connection release out of service during CRE.
        LRRC_CONNECTION_RELEASE_OOS_DURING_CRE = 1064,
        /// Lrrc connection release aborted.
        LRRC_CONNECTION_RELEASE_ABORTED = 1065,
        /// Lrrc connection release sib read error.
        LRRC_CONNECTION_RELEASE_SIB_READ_ERROR = 1066,
        /// Detach with reattach LTE network detach.
        DETACH_WITH_REATTACH_LTE_NW_DETACH = 1067,
        /// Detach without reattach LTE network detach.
        DETACH_WITHOUT_REATTACH_LTE_NW_DETACH = 1068,
        /// ESM procedure timeout.
        ESM_PROC_TIMEOUT = 1069,
        /// Invalid connection ID.
        INVALID_CONNECTION_ID = 1070,
        /// Invalid NSAPI.
        INVALID_NSAPI = 1071,
        /// Invalid PRI NSAPI.
        INVALID_PRI_NSAPI = 1072,
        /// Invalid field.
        INVALID_FIELD = 1073,
        /// Radio access bearer setup failure.
        RADIO_ACCESS_BEARER_SETUP_FAILURE = 1074,
        /// PDP establish greatest timeout.
        PDP_ESTABLISH_MAX_TIMEOUT = 1075,
        /// PDP modify greatest timeout.
        PDP_MODIFY_MAX_TIMEOUT = 1076,
        /// PDP inactive greatest timeout.
        PDP_INACTIVE_MAX_TIMEOUT = 1077,
        /// PDP lower layer error.
        PDP_LOWERLAYER_ERROR = 1078,
        /// PPD unknown reason.
        PPD_UNKNOWN_REASON = 1079,
        /// PDP modify collision.
        PDP_MODIFY_COLLISION = 1080,
        /// PDP MBMS request collision.
        PDP_MBMS_REQUEST_COLLISION = 1081,
        /// MBMS duplicate.
        MBMS_DUPLICATE = 1082,
        /// SM PS detached.
        SM_PS_DETACHED = 1083,
        /// SM no radio available.
        SM_NO_RADIO_AVAILABLE = 1084,
        /// SM abort service not available.
        SM_ABORT_SERVICE_NOT_AVAILABLE = 1085,
        /// Message exceeds greatest layer 2 limit.
        MESSAGE_EXCEEDS_MAX_L2_LIMIT = 1086,
        /// SM NAS service request failure.
        SM_NAS_SERVICE_REQUEST_FAILURE = 1087,
        /// RRC connection establishment failure request error.
        RRC_CONNECTION_ESTABLISHMENT_FAILURE_REQUEST_ERROR = 1088,
        /// RRC connection establishment failure TAI change.
        RRC_CONNECTION_ESTABLISHMENT_FAILURE_TAI_CHANGE = 1089,
        /// RRC connection establishment failure RF unavailable.
        RRC_CONNECTION_ESTABLISHMENT_FAILURE_RF_UNAVAILABLE = 1090,
        /// RRC connection release aborted inter RAT success.
        RRC_CONNECTION_RELEASE_ABORTED_INTER_RAT_SUCCESS = 1091,
        /// RRC connection release rlf seconds not active.
        RRC_CONNECTION_RELEASE_RLF_SEC_NOT_ACTIVE = 1092,
        /// RRC connection release inter RAT to LTE aborted.
        RRC_CONNECTION_RELEASE_INTER_RAT_TO_LTE_ABORTED = 1093,
        /// RRC connection release inter RAT from LTE to GERAN cco success.
        RRC_CONNECTION_RELEASE_INTER_RAT_FROM_LTE_TO_GERAN_CCO_SUCCESS = 1094,
        /// RRC connection release inter RAT from LTE to GERAN cco aborted.
        RRC_CONNECTION_RELEASE_INTER_RAT_FROM_LTE_TO_GERAN_CCO_ABORTED = 1095,
        /// IMSI unknown in home subscriber server.
        IMSI_UNKNOWN_IN_HOME_SUBSCRIBER_SERVER = 1096,
        /// IMEI not accepted.
        IMEI_NOT_ACCEPTED = 1097,
        /// EPS services and not EPS services not allowed.
        EPS_SERVICES_AND_NON_EPS_SERVICES_NOT_ALLOWED = 1098,
        /// EPS services not allowed in PLMN.
        EPS_SERVICES_NOT_ALLOWED_IN_PLMN = 1099,
        /// MSC temporarily not reachable.
        MSC_TEMPORARILY_NOT_REACHABLE = 1100,
        /// CS domain not available.
        CS_DOMAIN_NOT_AVAILABLE = 1101,
        /// ESM failure.
        ESM_FAILURE = 1102,
        /// MAC failure.
        MAC_FAILURE = 1103,
        /// Synchronization failure.
        SYNCHRONIZATION_FAILURE = 1104,
        /// Device security capabilities mismatch.
        UE_SECURITY_CAPABILITIES_MISMATCH = 1105,
        /// Security mode reject unspecified.
        SECURITY_MODE_REJECT_UNSPECIFIED = 1106,
        /// Not EPS authentication unacceptable.
        NON_EPS_AUTH_UNACCEPTABLE = 1107,
        /// CS fallback call establishment not allowed.
        CS_FALLBACK_CALL_ESTABLISHMENT_NOT_ALLOWED = 1108,
        /// No EPS bearer context activated.
        NO_EPS_BEARER_CONTEXT_ACTIVATED = 1109,
        /// EMM invalid state.
        EMM_INVALID_STATE = 1110,
        /// NAS layer failure.
        NAS_LAYER_FAILURE = 1111,
        /// Multi PDN not allowed.
        MULTI_PDN_NOT_ALLOWED = 1112,
        /// eMBMS not enabled.
        EMBMS_NOT_ENABLED = 1113,
        /// Pending redial call cleanup.
        PENDING_REDIAL_CALL_CLEANUP = 1114,
        /// eMBMS regular deactivation.
        EMBMS_REGULAR_DEACTIVATION = 1115,
        /// TLB regular deactivation.
        TLB_REGULAR_DEACTIVATION = 1116,
        /// Lower layer registration failure.
        LOWER_LAYER_REGISTRATION_FAILURE = 1117,
        /// Detach EPS services not allowed.
        DETACH_EPS_SERVICES_NOT_ALLOWED = 1118,
        /// SM internal PDP deactivation.
        SM_INTERNAL_PDP_DEACTIVATION = 1119,
        /// Connection deny general or busy.
        CONNECTION_DENY_GENERAL_OR_BUSY = 1500,
        /// Connection deny billing or authentication failure.
        CONNECTION_DENY_BILLING_OR_AUTHENTICATION_FAILURE = 1501,
        /// HDR change.
        HDR_CHANGE = 1502,
        /// HDR exit.
        HDR_EXIT = 1503,
        /// HDR no session.
        HDR_NO_SESSION = 1504,
        /// HDR origination during GPS fix.
        HDR_ORIGINATION_DURING_GPS_FIX = 1505,
        /// HDR connection setup timeout.
        HDR_CONNECTION_SETUP_TIMEOUT = 1506,
        /// HDR released by call manager.
        HDR_RELEASED_BY_CM = 1507,
        /// HDR collocated acquisition failed.
        HDR_COLLOCATED_ACQUISITION_FAILED = 1508,
        /// OTASP commit in progress.
        OTASP_COMMIT_IN_PROGRESS = 1509,
        /// HDR no hybrid service.
        HDR_NO_HYBRID_SERVICE = 1510,
        /// HDR no lock granted.
        HDR_NO_LOCK_GRANTED = 1511,
        /// Hold other in progress.
        HOLD_OTHER_IN_PROGRESS = 1512,
        /// HDR fade.
        HDR_FADE = 1513,
        /// HDR access failure.
        HDR_ACCESS_FAILURE = 1514,
        /// Unsupported1x previous.
        UNSUPPORTED1X_PREV = 1515,
        /// Client end.
        CLIENT_END = 2000,
        /// No service.
        NO_SERVICE = 2001,
        /// Fade.
        FADE = 2002,
        /// Release normal.
        RELEASE_NORMAL = 2003,
        /// Access attempt in progress.
        ACCESS_ATTEMPT_IN_PROGRESS = 2004,
        /// Access failure.
        ACCESS_FAILURE = 2005,
        /// Redirection or handoff.
        REDIRECTION_OR_HANDOFF = 2006,
        /// Offline.
        OFFLINE = 2500,
        /// Emergency mode.
        EMERGENCY_MODE = 2501,
        /// Phone in use.
        PHONE_IN_USE = 2502,
        /// Invalid mode.
        INVALID_MODE = 2503,
        /// Invalid SIM state.
        INVALID_SIM_STATE = 2504,
        /// No collocated HDR.
        NO_COLLOCATED_HDR = 2505,
        /// Call control rejected.
        CALL_CONTROL_REJECTED = 2506,
        /// EMM detached PSM.
        EMM_DETACHED_PSM = 2507,
        /// Dual switch.
        DUAL_SWITCH = 2508,
        /// Call manager.
        CALL_MANAGER = 2509,
        /// Invalid class 3 APN.
        INVALID_CLASS3_APN = 2510,
        /// Mplmn in progress.
        MPLMN_IN_PROGRESS = 2511,
    }
}

crate::open_enum! {
    /// Reasons of eHRPD.
    pub struct VerboseCallEndReasonEhrpd(i16) {
        /// Subscription limited to IPv4.
        SUBSCRIPTION_LIMITED_TO_IPV4 = 1,
        /// Subscription limited to IPv6.
        SUBSCRIPTION_LIMITED_TO_IPV6 = 2,
        /// Vsncp timeout.
        VSNCP_TIMEOUT = 4,
        /// Vsncp failure.
        VSNCP_FAILURE = 5,
        /// Vsncp3gpp2 general error.
        VSNCP3GPP2_GENERAL_ERROR = 6,
        /// Vsncp3gpp2 unauthenticated APN.
        VSNCP3GPP2_UNAUTHENTICATED_APN = 7,
        /// Vsncp3gpp2 PDN limit exceeded.
        VSNCP3GPP2_PDN_LIMIT_EXCEEDED = 8,
        /// Vsncp3gpp2 no PDN gateway.
        VSNCP3GPP2_NO_PDN_GATEWAY = 9,
        /// Vsncp3gpp2 PDN gateway unreachable.
        VSNCP3GPP2_PDN_GATEWAY_UNREACHABLE = 10,
        /// Vsncp3gpp2 PDN gateway rejected.
        VSNCP3GPP2_PDN_GATEWAY_REJECTED = 11,
        /// Vsncp3gpp2 insufficient parameters.
        VSNCP3GPP2_INSUFFICIENT_PARAMETERS = 12,
        /// Vsncp3gpp2 resource unavailable.
        VSNCP3GPP2_RESOURCE_UNAVAILABLE = 13,
        /// Vsncp3gpp2 administratively prohibited.
        VSNCP3GPP2_ADMINISTRATIVELY_PROHIBITED = 14,
        /// Vsncp3gpp2 PDN ID in use.
        VSNCP3GPP2_PDN_ID_IN_USE = 15,
        /// Vsncp3gpp2 subscription limitation.
        VSNCP3GPP2_SUBSCRIPTION_LIMITATION = 16,
        /// Vsncp3gpp2 PDN exists for this APN.
        VSNCP3GPP2_PDN_EXISTS_FOR_THIS_APN = 17,
    }
}

crate::open_enum! {
    /// Reasons inside the modem.
    pub struct VerboseCallEndReasonInternal(i16) {
        /// Error.
        ERROR = 201,
        /// Call ended.
        CALL_ENDED = 202,
        /// Unknown internal cause.
        UNKNOWN_INTERNAL_CAUSE = 203,
        /// Unknown cause.
        UNKNOWN_CAUSE = 204,
        /// Close in progress.
        CLOSE_IN_PROGRESS = 205,
        /// Network initiated termination.
        NETWORK_INITIATED_TERMINATION = 206,
        /// Application preempted.
        APP_PREEMPTED = 207,
        /// PDN IPv4 call disallowed.
        PDN_IPV4_CALL_DISALLOWED = 208,
        /// PDN IPv4 call throttled.
        PDN_IPV4_CALL_THROTTLED = 209,
        /// PDN IPv6 call disallowed.
        PDN_IPV6_CALL_DISALLOWED = 210,
        /// PDN IPv6 call throttled.
        PDN_IPV6_CALL_THROTTLED = 211,
        /// Modem restart.
        MODEM_RESTART = 212,
        /// PDP PPP not supported.
        PDP_PPP_NOT_SUPPORTED = 213,
        /// Unpreferred RAT.
        UNPREFERRED_RAT = 214,
        /// Physical link close in progress.
        PHYSICAL_LINK_CLOSE_IN_PROGRESS = 215,
        /// APN pending handover.
        APN_PENDING_HANDOVER = 216,
        /// Profile bearer incompatible.
        PROFILE_BEARER_INCOMPATIBLE = 217,
        /// Mmgdsi card event.
        MMGDSI_CARD_EVENT = 218,
        /// LPM or power down.
        LPM_OR_POWER_DOWN = 219,
        /// APN disabled.
        APN_DISABLED = 220,
        /// Mpit expired.
        MPIT_EXPIRED = 221,
        /// IPv6 address transfer failed.
        IPV6_ADDRESS_TRANSFER_FAILED = 222,
        /// Trat swap failed.
        TRAT_SWAP_FAILED = 223,
        /// eHRPD to HRPD fallback.
        EHRPD_TO_HRPD_FALLBACK = 224,
        /// Mandatory APN disabled.
        MANDATORY_APN_DISABLED = 225,
        /// Mip configuration failure.
        MIP_CONFIG_FAILURE = 226,
        /// PDN inactivity timer expired.
        PDN_INACTIVITY_TIMER_EXPIRED = 227,
        /// Greatest v4 connections.
        MAX_V4_CONNECTIONS = 228,
        /// Greatest v6 connections.
        MAX_V6_CONNECTIONS = 229,
        /// APN mismatch.
        APN_MISMATCH = 230,
        /// IP version mismatch.
        IP_VERSION_MISMATCH = 231,
        /// DUN call disallowed.
        DUN_CALL_DISALLOWED = 232,
        /// Invalid profile.
        INVALID_PROFILE = 233,
        /// EPC nonepc transition.
        EPC_NONEPC_TRANSITION = 234,
        /// Invalid profile ID.
        INVALID_PROFILE_ID = 235,
        /// Call already present.
        CALL_ALREADY_PRESENT = 236,
        /// Interface in use.
        INTERFACE_IN_USE = 237,
        /// IP PDP mismatch.
        IP_PDP_MISMATCH = 238,
        /// APN disallowed on roaming.
        APN_DISALLOWED_ON_ROAMING = 239,
        /// APN parameter change.
        APN_PARAMETER_CHANGE = 240,
        /// Interface in use configuration match.
        INTERFACE_IN_USE_CONFIG_MATCH = 241,
        /// Null APN disallowed.
        NULL_APN_DISALLOWED = 242,
        /// Thermal mitigation.
        THERMAL_MITIGATION = 243,
        /// Subs ID mismatch.
        SUBS_ID_MISMATCH = 244,
        /// Data settings disabled.
        DATA_SETTINGS_DISABLED = 245,
        /// Data roaming settings disabled.
        DATA_ROAMING_SETTINGS_DISABLED = 246,
        /// APN format invalid.
        APN_FORMAT_INVALID = 247,
        /// Dds call abort.
        DDS_CALL_ABORT = 248,
        /// Validation failure.
        VALIDATION_FAILURE = 249,
        /// Profiles not compatible.
        PROFILES_NOT_COMPATIBLE = 251,
        /// Null resolved APN no match.
        NULL_RESOLVED_APN_NO_MATCH = 252,
        /// Invalid APN name.
        INVALID_APN_NAME = 253,
        /// Dds switch in progress.
        DDS_SWITCH_IN_PROGRESS = 254,
        /// Call disallowed in roaming.
        CALL_DISALLOWED_IN_ROAMING = 255,
        /// MO exceptional not supported.
        MO_EXCEPTIONAL_NOT_SUPPORTED = 256,
        /// Not IP not supported.
        NON_IP_NOT_SUPPORTED = 257,
        /// Error PDN not IP call throttled.
        ERROR_PDN_NON_IP_CALL_THROTTLED = 258,
        /// Error PDN not IP call disallowed.
        ERROR_PDN_NON_IP_CALL_DISALLOWED = 259,
        /// Error not IP type mismatch.
        ERROR_NON_IP_TYPE_MISMATCH = 261,
        /// Error greatest narrow band PDN reached.
        ERROR_MAX_NB_PDN_REACHED = 262,
        /// Invalid APN.
        INVALID_APN = 263,
        /// Slice not allowed.
        SLICE_NOT_ALLOWED = 264,
        /// Routing fail.
        ROUTING_FAIL = 265,
        /// Routing changed.
        ROUTING_CHANGED = 266,
        /// Local area data network data network name not available.
        LOCAL_AREA_DATA_NETWORK_DATA_NETWORK_NAME_NOT_AVAILABLE = 267,
        /// APN type mismatch.
        APN_TYPE_MISMATCH = 268,
    }
}

crate::open_enum! {
    /// Reasons of IPv6.
    pub struct VerboseCallEndReasonIpv6(i16) {
        /// Prefix unavailable.
        PREFIX_UNAVAILABLE = 1,
        /// HRPD IPv6 disabled.
        HRPD_IPV6_DISABLED = 2,
        /// Disabled.
        DISABLED = 3,
    }
}

crate::open_enum! {
    /// Reasons of Mobile IP.
    pub struct VerboseCallEndReasonMip(i16) {
        /// Error reason unknown.
        ERROR_REASON_UNKNOWN = -1,
        /// FA error reason unspecified.
        FA_ERROR_REASON_UNSPECIFIED = 64,
        /// FA error administratively prohibited.
        FA_ERROR_ADMINISTRATIVELY_PROHIBITED = 65,
        /// FA error insufficient resources.
        FA_ERROR_INSUFFICIENT_RESOURCES = 66,
        /// FA error mobile node authentication failure.
        FA_ERROR_MOBILE_NODE_AUTHENTICATION_FAILURE = 67,
        /// FA error HA authentication failure.
        FA_ERROR_HA_AUTHENTICATION_FAILURE = 68,
        /// FA error requested lifetime too long.
        FA_ERROR_REQUESTED_LIFETIME_TOO_LONG = 69,
        /// FA error malformed request.
        FA_ERROR_MALFORMED_REQUEST = 70,
        /// FA error malformed reply.
        FA_ERROR_MALFORMED_REPLY = 71,
        /// FA error encapsulation unavailable.
        FA_ERROR_ENCAPSULATION_UNAVAILABLE = 72,
        /// FA error VJHC unavailable.
        FA_ERROR_VJHC_UNAVAILABLE = 73,
        /// FA error reverse tunnel unavailable.
        FA_ERROR_REVERSE_TUNNEL_UNAVAILABLE = 74,
        /// FA error reverse tunnel mandatory and T bit not set.
        FA_ERROR_REVERSE_TUNNEL_MANDATORY_AND_T_BIT_NOT_SET = 75,
        /// FA error delivery style not supported.
        FA_ERROR_DELIVERY_STYLE_NOT_SUPPORTED = 79,
        /// FA error missing NAI.
        FA_ERROR_MISSING_NAI = 97,
        /// FA error missing HA.
        FA_ERROR_MISSING_HA = 98,
        /// FA error missing home address.
        FA_ERROR_MISSING_HOME_ADDRESS = 99,
        /// FA error unknown challenge.
        FA_ERROR_UNKNOWN_CHALLENGE = 104,
        /// FA error missing challenge.
        FA_ERROR_MISSING_CHALLENGE = 105,
        /// FA error stale challenge.
        FA_ERROR_STALE_CHALLENGE = 106,
        /// HA error reason unspecified.
        HA_ERROR_REASON_UNSPECIFIED = 128,
        /// HA error administratively prohibited.
        HA_ERROR_ADMINISTRATIVELY_PROHIBITED = 129,
        /// HA error insufficient resources.
        HA_ERROR_INSUFFICIENT_RESOURCES = 130,
        /// HA error mobile node authentication failure.
        HA_ERROR_MOBILE_NODE_AUTHENTICATION_FAILURE = 131,
        /// HA error FA authentication failure.
        HA_ERROR_FA_AUTHENTICATION_FAILURE = 132,
        /// HA error registration ID mismatch.
        HA_ERROR_REGISTRATION_ID_MISMATCH = 133,
        /// HA error malformed request.
        HA_ERROR_MALFORMED_REQUEST = 134,
        /// HA error unknown HA address.
        HA_ERROR_UNKNOWN_HA_ADDRESS = 136,
        /// HA error reverse tunnel unavailable.
        HA_ERROR_REVERSE_TUNNEL_UNAVAILABLE = 137,
        /// HA error reverse tunnel mandatory and T bit not set.
        HA_ERROR_REVERSE_TUNNEL_MANDATORY_AND_T_BIT_NOT_SET = 138,
        /// HA error encapsulation unavailable.
        HA_ERROR_ENCAPSULATION_UNAVAILABLE = 139,
    }
}

crate::open_enum! {
    /// Reasons of PPP.
    pub struct VerboseCallEndReasonPpp(i16) {
        /// Not known.
        UNKNOWN = -1,
        /// Timeout.
        TIMEOUT = 1,
        /// Authentication failure.
        AUTHENTICATION_FAILURE = 2,
        /// Option mismatch.
        OPTION_MISMATCH = 3,
        /// PAP failure.
        PAP_FAILURE = 31,
        /// CHAP failure.
        CHAP_FAILURE = 32,
        /// Close in progress.
        CLOSE_IN_PROGRESS = 33,
    }
}

crate::open_enum! {
    /// In which list to look the reason up.
    pub struct VerboseCallEndReasonType(u16) {
        /// Mip.
        MIP = 1,
        /// Internal.
        INTERNAL = 2,
        /// Call manager.
        CM = 3,
        /// 3GPP.
        _3GPP = 6,
        /// PPP.
        PPP = 7,
        /// eHRPD.
        EHRPD = 8,
        /// IPv6.
        IPV6 = 9,
    }
}

crate::wire_struct! {
    /// Transfer statistics.
    pub struct TransferStatistics {
        /// Interval seconds. In seconds.
        interval_seconds: u8,
        /// Indicators.
        indicators: SetEventReportTransferStatistics,
    }
}

crate::wire_struct! {
    /// Channel rates.
    pub struct ChannelRates {
        /// TX rate (bit/s). In bit/s.
        tx_rate_bps: i32,
        /// RX rate (bit/s). In bit/s.
        rx_rate_bps: i32,
    }
}

crate::wire_struct! {
    /// Current data bearer technology.
    pub struct CurrentDataBearerTechnology {
        /// Network type.
        network_type: NetworkType,
        /// RAT mask. Depends on the network: [`Rat3gpp`], [`Rat3gpp2`].
        rat_mask: u32,
        /// Service option mask. Depends on the network: [`SoCdma1x`], [`SoEvdoRev0`], [`SoEvdoRevA`], [`SoEvdoRevB`].
        so_mask: u32,
    }
}

crate::wire_struct! {
    /// Data call type.
    pub struct DataCallTypeInfo {
        /// Data call type.
        data_call_type: DataCallType,
        /// Tethered call type.
        tethered_call_type: TetheredCallType,
    }
}

crate::wire_struct! {
    /// EV-DO page monitor period change.
    pub struct EvdoPageMonitorPeriodChange {
        /// Period change.
        period_change: u8,
        /// Force long sleep.
        force_long_sleep: bool,
    }
}

crate::wire_struct! {
    /// Network.
    pub struct DataSystemNetwork {
        /// Network type.
        network_type: As<DataSystemNetworkType, u8>,
        /// RAT mask. Depends on the network: [`Rat3gpp`], [`Rat3gpp2`].
        rat_mask: u32,
        /// Service option mask. Depends on the network: [`SoCdma1x`], [`SoEvdoRev0`], [`SoEvdoRevA`], [`SoEvdoRevB`].
        so_mask: u32,
    }
}

crate::wire_struct! {
    /// Data systems.
    pub struct DataSystems<'a> {
        /// Preferred network type.
        preferred_network_type: As<DataSystemNetworkType, u8>,
        /// Networks.
        networks: List<'a, DataSystemNetwork>,
    }
}

crate::wire_struct! {
    /// PDN filters removed.
    pub struct PdnFiltersRemoved<'a> {
        /// PDN filter handler.
        pdn_filter_handler: List<'a, u32>,
    }
}

crate::wire_struct! {
    /// Extended data bearer technology.
    pub struct ExtendedDataBearerTechnology {
        /// Data bearer technology.
        data_bearer_technology: DataSystemNetworkType,
        /// Radio access technology.
        radio_access_technology: RadioAccessTechnology,
        /// Extended data bearer technology 3GPP.
        extended_data_bearer_technology_3gpp: ExtendedDataBearerTechnology3gpp,
        /// Reserved1.
        reserved1: u8,
        /// Extended data bearer technology 3GPP2.
        extended_data_bearer_technology_3gpp2: ExtendedDataBearerTechnology3gpp2,
        /// Reserved2.
        reserved2: u8,
        /// Reserved3.
        reserved3: u8,
        /// Reserved4.
        reserved4: u8,
    }
}

crate::wire_struct! {
    /// Verbose call end reason.
    pub struct VerboseCallEndReason {
        /// Type.
        kind "type": VerboseCallEndReasonType,
        /// Reason. Its meaning depends on the type: see [`VerboseCallEndReason::name`].
        reason: i16,
    }
}

crate::wire_struct! {
    /// Connection status.
    pub struct ConnectionStatusInfo {
        /// Status.
        status: ConnectionStatus,
        /// Whether settings have changed: ask for them again.
        reconfiguration_required: bool,
    }
}

crate::wire_struct! {
    /// Channel rates.
    pub struct ChannelRatesInfo {
        /// Channel TX rate (bit/s). In bit/s.
        channel_tx_rate_bps: u32,
        /// Channel RX rate (bit/s). In bit/s.
        channel_rx_rate_bps: u32,
        /// Greatest channel TX rate (bit/s). In bit/s.
        max_channel_tx_rate_bps: u32,
        /// Greatest channel RX rate (bit/s). In bit/s.
        max_channel_rx_rate_bps: u32,
    }
}

crate::wire_struct! {
    /// UMTS requested QoS.
    pub struct UmtsRequestedQos {
        /// Traffic class.
        traffic_class: TrafficClass,
        /// Greatest uplink bitrate. In bit/s.
        max_uplink_bitrate: u32,
        /// Greatest downlink bitrate. In bit/s.
        max_downlink_bitrate: u32,
        /// Guaranteed uplink bitrate. In bit/s.
        guaranteed_uplink_bitrate: u32,
        /// Guaranteed downlink bitrate. In bit/s.
        guaranteed_downlink_bitrate: u32,
        /// QoS delivery order.
        qos_delivery_order: DeliveryOrder,
        /// Maximum SDU size.
        maximum_sdu_size: u32,
        /// SDU error ratio.
        sdu_error_ratio: SduErrorRatio,
        /// Residual bit error ratio.
        residual_bit_error_ratio: SduResidualBitErrorRatio,
        /// Delivery erroneous SDU.
        delivery_erroneous_sdu: SduErroneousDelivery,
        /// Transfer delay.
        transfer_delay: u32,
        /// Traffic handling priority.
        traffic_handling_priority: u32,
    }
}

crate::wire_struct! {
    /// UMTS minimum QoS.
    pub struct UmtsMinimumQos {
        /// Traffic class.
        traffic_class: TrafficClass,
        /// Greatest uplink bitrate. In bit/s.
        max_uplink_bitrate: u32,
        /// Greatest downlink bitrate. In bit/s.
        max_downlink_bitrate: u32,
        /// Guaranteed uplink bitrate. In bit/s.
        guaranteed_uplink_bitrate: u32,
        /// Guaranteed downlink bitrate. In bit/s.
        guaranteed_downlink_bitrate: u32,
        /// QoS delivery order.
        qos_delivery_order: DeliveryOrder,
        /// Maximum SDU size.
        maximum_sdu_size: u32,
        /// SDU error ratio.
        sdu_error_ratio: SduErrorRatio,
        /// Residual bit error ratio.
        residual_bit_error_ratio: SduResidualBitErrorRatio,
        /// Delivery erroneous SDU.
        delivery_erroneous_sdu: SduErroneousDelivery,
        /// Transfer delay.
        transfer_delay: u32,
        /// Traffic handling priority.
        traffic_handling_priority: u32,
    }
}

crate::wire_struct! {
    /// GPRS requested QoS.
    pub struct GprsRequestedQos {
        /// Precedence class.
        precedence_class: u32,
        /// Delay class.
        delay_class: u32,
        /// Reliability class.
        reliability_class: u32,
        /// Peak throughput class.
        peak_throughput_class: u32,
        /// Mean throughput class.
        mean_throughput_class: u32,
    }
}

crate::wire_struct! {
    /// GPRS minimum QoS.
    pub struct GprsMinimumQos {
        /// Precedence class.
        precedence_class: u32,
        /// Delay class.
        delay_class: u32,
        /// Reliability class.
        reliability_class: u32,
        /// Peak throughput class.
        peak_throughput_class: u32,
        /// Mean throughput class.
        mean_throughput_class: u32,
    }
}

crate::wire_struct! {
    /// IPv6 address preference.
    pub struct Ipv6AddressPreference {
        /// Address.
        address: Ipv6,
    }
}

crate::wire_struct! {
    /// UMTS requested QoS with signaling indication flag.
    pub struct UmtsRequestedQosWithSignalingIndicationFlag {
        /// Traffic class.
        traffic_class: TrafficClass,
        /// Greatest uplink bitrate. In bit/s.
        max_uplink_bitrate: u32,
        /// Greatest downlink bitrate. In bit/s.
        max_downlink_bitrate: u32,
        /// Guaranteed uplink bitrate. In bit/s.
        guaranteed_uplink_bitrate: u32,
        /// Guaranteed downlink bitrate. In bit/s.
        guaranteed_downlink_bitrate: u32,
        /// QoS delivery order.
        qos_delivery_order: DeliveryOrder,
        /// Maximum SDU size.
        maximum_sdu_size: u32,
        /// SDU error ratio.
        sdu_error_ratio: SduErrorRatio,
        /// Residual bit error ratio.
        residual_bit_error_ratio: SduResidualBitErrorRatio,
        /// Delivery erroneous SDU.
        delivery_erroneous_sdu: SduErroneousDelivery,
        /// Transfer delay.
        transfer_delay: u32,
        /// Traffic handling priority.
        traffic_handling_priority: u32,
        /// Signaling indication.
        signaling_indication: i8,
    }
}

crate::wire_struct! {
    /// UMTS minimum QoS with signaling indication flag.
    pub struct UmtsMinimumQosWithSignalingIndicationFlag {
        /// Traffic class.
        traffic_class: TrafficClass,
        /// Greatest uplink bitrate. In bit/s.
        max_uplink_bitrate: u32,
        /// Greatest downlink bitrate. In bit/s.
        max_downlink_bitrate: u32,
        /// Guaranteed uplink bitrate. In bit/s.
        guaranteed_uplink_bitrate: u32,
        /// Guaranteed downlink bitrate. In bit/s.
        guaranteed_downlink_bitrate: u32,
        /// QoS delivery order.
        qos_delivery_order: DeliveryOrder,
        /// Maximum SDU size.
        maximum_sdu_size: u32,
        /// SDU error ratio.
        sdu_error_ratio: SduErrorRatio,
        /// Residual bit error ratio.
        residual_bit_error_ratio: SduResidualBitErrorRatio,
        /// Delivery erroneous SDU.
        delivery_erroneous_sdu: SduErroneousDelivery,
        /// Transfer delay.
        transfer_delay: u32,
        /// Traffic handling priority.
        traffic_handling_priority: u32,
        /// Signaling indication.
        signaling_indication: i8,
    }
}

crate::wire_struct! {
    /// LTE QoS parameters.
    pub struct LteQosParameters {
        /// QoS class identifier.
        qos_class_identifier: QosClassIdentifier,
        /// Guaranteed downlink bitrate. In bit/s.
        guaranteed_downlink_bitrate: u32,
        /// Greatest downlink bitrate. In bit/s.
        max_downlink_bitrate: u32,
        /// Guaranteed uplink bitrate. In bit/s.
        guaranteed_uplink_bitrate: u32,
        /// Greatest uplink bitrate. In bit/s.
        max_uplink_bitrate: u32,
    }
}

crate::wire_struct! {
    /// VLAN ID type.
    pub struct VlanIdType {
        /// VLAN ID range start.
        vlan_id_range_start: u16,
        /// VLAN ID range end.
        vlan_id_range_end: u16,
    }
}

crate::wire_struct! {
    /// Profile identifier.
    pub struct ProfileIdentifier {
        /// Kind of profile.
        profile_type: ProfileType,
        /// Number of the profile.
        profile_index: u8,
    }
}

crate::wire_struct! {
    /// Profile.
    pub struct Profile<'a> {
        /// Kind of profile.
        profile_type: ProfileType,
        /// Number of the profile.
        profile_index: u8,
        /// Name of the profile.
        profile_name: Str<'a>,
    }
}

crate::wire_struct! {
    /// Profile ID.
    pub struct ProfileId {
        /// Kind of profile.
        profile_type: ProfileType,
        /// Number of the profile.
        profile_index: u8,
    }
}

crate::wire_struct! {
    /// UMTS granted QoS.
    pub struct UmtsGrantedQos {
        /// Traffic class.
        traffic_class: TrafficClass,
        /// Greatest uplink bitrate. In bit/s.
        max_uplink_bitrate: u32,
        /// Greatest downlink bitrate. In bit/s.
        max_downlink_bitrate: u32,
        /// Guaranteed uplink bitrate. In bit/s.
        guaranteed_uplink_bitrate: u32,
        /// Guaranteed downlink bitrate. In bit/s.
        guaranteed_downlink_bitrate: u32,
        /// QoS delivery order.
        qos_delivery_order: DeliveryOrder,
        /// Maximum SDU size.
        maximum_sdu_size: u32,
        /// SDU error ratio.
        sdu_error_ratio: SduErrorRatio,
        /// Residual bit error ratio.
        residual_bit_error_ratio: SduResidualBitErrorRatio,
        /// Delivery erroneous SDU.
        delivery_erroneous_sdu: SduErroneousDelivery,
        /// Transfer delay.
        transfer_delay: u32,
        /// Traffic handling priority.
        traffic_handling_priority: u32,
    }
}

crate::wire_struct! {
    /// GPRS granted QoS.
    pub struct GprsGrantedQos {
        /// Precedence class.
        precedence_class: u32,
        /// Delay class.
        delay_class: u32,
        /// Reliability class.
        reliability_class: u32,
        /// Peak throughput class.
        peak_throughput_class: u32,
        /// Mean throughput class.
        mean_throughput_class: u32,
    }
}

crate::wire_struct! {
    /// IPv6 address.
    pub struct Ipv6Address {
        /// Address.
        address: Ipv6,
        /// Length of the prefix.
        prefix_length: u8,
    }
}

crate::wire_struct! {
    /// IPv6 gateway address.
    pub struct Ipv6GatewayAddress {
        /// Address.
        address: Ipv6,
        /// Length of the prefix.
        prefix_length: u8,
    }
}

crate::wire_struct! {
    /// Operator reserved PCO.
    pub struct OperatorReservedPco<'a> {
        /// MCC.
        mcc: u16,
        /// MNC.
        mnc: u16,
        /// Whether the MNC has three digits.
        mnc_includes_pcs_digit: bool,
        /// Application specific information.
        app_specific_info: Bytes<'a>,
        /// Container ID.
        container_id: u16,
    }
}

crate::wire_struct! {
    /// Current.
    pub struct DataBearerTechnologyInfo {
        /// Network type.
        network_type: NetworkType,
        /// RAT mask. Depends on the network: [`Rat3gpp`], [`Rat3gpp2`].
        rat_mask: u32,
        /// Service option mask. Depends on the network: [`SoCdma1x`], [`SoEvdoRev0`], [`SoEvdoRevA`], [`SoEvdoRevB`].
        so_mask: u32,
    }
}

crate::wire_struct! {
    /// Profile type.
    pub struct ProfileTypeInfo {
        /// Type.
        kind "type": ProfileType,
        /// Family.
        family: ProfileFamily,
    }
}

crate::wire_struct! {
    /// Profile identifier.
    pub struct DefaultProfileIdentifier {
        /// Type.
        kind "type": ProfileType,
        /// Family.
        family: ProfileFamily,
        /// Index.
        index: u8,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct PdnThrottleInfo<'a> {
        /// IPv4 throttled.
        ipv4_throttled: SignedBool,
        /// IPv6 throttled.
        ipv6_throttled: SignedBool,
        /// IPv4 throttle time left mobile station. In milliseconds.
        ipv4_throttle_time_left_ms: u32,
        /// IPv6 throttle time left mobile station. In milliseconds.
        ipv6_throttle_time_left_ms: u32,
        /// Access point name.
        apn: Str<'a>,
    }
}

crate::wire_struct! {
    /// Endpoint information.
    pub struct EndpointInfo {
        /// What the data path runs over.
        endpoint_type: DataEndpointType,
        /// Number of the interface, for USB as in its descriptor.
        interface_number: u32,
    }
}

crate::wire_struct! {
    /// Register.
    pub struct ProfileEventRegistration {
        /// Kind of profile.
        profile_type: ProfileType,
        /// Number of the profile.
        profile_index: u8,
    }
}

crate::wire_struct! {
    /// Profile event.
    pub struct ProfileEvent {
        /// Kind of profile.
        profile_type: ProfileType,
        /// Number of the profile.
        profile_index: u8,
        /// Change event.
        change_event: ProfileChangeEvent,
    }
}

impl VerboseCallEndReason {
    /// The name of the reason, from the list that its type says.
    #[must_use]
    pub const fn name(&self) -> Option<&'static str> {
        match self.kind {
            VerboseCallEndReasonType::MIP => VerboseCallEndReasonMip(self.reason).name(),
            VerboseCallEndReasonType::INTERNAL => VerboseCallEndReasonInternal(self.reason).name(),
            VerboseCallEndReasonType::CM => VerboseCallEndReasonCm(self.reason).name(),
            VerboseCallEndReasonType::_3GPP => VerboseCallEndReason3gpp(self.reason).name(),
            VerboseCallEndReasonType::PPP => VerboseCallEndReasonPpp(self.reason).name(),
            VerboseCallEndReasonType::EHRPD => VerboseCallEndReasonEhrpd(self.reason).name(),
            VerboseCallEndReasonType::IPV6 => VerboseCallEndReasonIpv6(self.reason).name(),
            _ => None,
        }
    }
}

crate::qmi_service! {
    Service::WDS, "WDS";

    /// Forgets what this client registered for and set.
    pub mod reset "Reset" = 0x0000 {
        request {}
        response {}
    }

    /// Chooses which events this client is told. What is not named stays.
    pub mod set_event_report "Set Event Report" = 0x0001 {
        request {
            /// Channel rate.
            0x10 => channel_rate: bool,
            /// Transfer statistics.
            0x11 => transfer_statistics: TransferStatistics,
            /// Data bearer technology.
            0x12 => data_bearer_technology: bool,
            /// Dormancy status.
            0x13 => dormancy_status: bool,
            /// MIP status.
            0x14 => mip_status "MIP Status": u8,
            /// Current data bearer technology.
            0x15 => current_data_bearer_technology: bool,
            /// Data call status.
            0x17 => data_call_status: bool,
            /// Preferred data system.
            0x18 => preferred_data_system: bool,
            /// EV-DO power management change.
            0x19 => evdo_pm_change "EVDO PM Change": bool,
            /// Data systems.
            0x1a => data_systems: bool,
            /// Uplink flow control.
            0x1b => uplink_flow_control: bool,
            /// Limited data system status.
            0x1c => limited_data_system_status: bool,
            /// PDN filter removals.
            0x1d => pdn_filter_removals "PDN Filter Removals": bool,
            /// Extended data bearer technology.
            0x1e => extended_data_bearer_technology: bool,
        }
        response {}
    }

    /// Something that was asked for with [`set_event_report`] has changed. The TLV numbers are others than there.
    pub mod event_report_indication "Event Report" = 0x0001 {
        indication {
            /// TX packets ok.
            0x10 => tx_packets_ok: u32,
            /// RX packets ok.
            0x11 => rx_packets_ok: u32,
            /// TX packets error.
            0x12 => tx_packets_error: u32,
            /// RX packets error.
            0x13 => rx_packets_error: u32,
            /// TX overflows.
            0x14 => tx_overflows: u32,
            /// RX overflows.
            0x15 => rx_overflows: u32,
            /// Channel rates.
            0x16 => channel_rates: ChannelRates,
            /// Data bearer technology.
            0x17 => data_bearer_technology: DataBearerTechnology,
            /// Dormancy status.
            0x18 => dormancy_status: DormancyStatus,
            /// TX bytes ok.
            0x19 => tx_bytes_ok: u64,
            /// RX bytes ok.
            0x1a => rx_bytes_ok: u64,
            /// MIP status.
            0x1b => mip_status "MIP Status": bool,
            /// Current data bearer technology.
            0x1d => current_data_bearer_technology: CurrentDataBearerTechnology,
            /// Data call status.
            0x1f => data_call_status: DataCallStatus,
            /// Preferred data system.
            0x20 => preferred_data_system: DataSystem,
            /// Data call type.
            0x22 => data_call_type: DataCallTypeInfo,
            /// EV-DO page monitor period change.
            0x23 => evdo_page_monitor_period_change "EVDO Page Monitor Period Change": EvdoPageMonitorPeriodChange,
            /// Data systems.
            0x24 => data_systems: DataSystems<'a>,
            /// TX packets dropped.
            0x25 => tx_packets_dropped: u32,
            /// RX packets dropped.
            0x26 => rx_packets_dropped: u32,
            /// Uplink flow control enabled.
            0x27 => uplink_flow_control_enabled: SignedBool,
            /// Data call address family.
            0x28 => data_call_address_family: IpFamily,
            /// PDN filters removed.
            0x29 => pdn_filters_removed "PDN Filters Removed": PdnFiltersRemoved<'a>,
            /// Extended data bearer technology.
            0x2a => extended_data_bearer_technology: ExtendedDataBearerTechnology,
        }
    }

    /// Calls a pending request to start a session off.
    pub mod abort "Abort" = 0x0002 {
        request {
            /// Transaction number of the request to call off.
            0x01 required => transaction_id "Transaction ID": u16,
        }
        response {}
    }

    /// Chooses which indications this client gets.
    pub mod indication_register "Indication Register" = 0x0003 {
        request {
            /// Report extended IP configuration change.
            0x12 => report_extended_ip_configuration_change "Report Extended IP Configuration Change": bool,
            /// Report profile changes.
            0x19 => report_profile_changes: bool,
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

    /// Starts a data session for this client. The handle in the answer ends it; if it fails with `CALL_FAILED`, the
    /// call end reason says why.
    pub mod start_network "Start Network" = 0x0020 [abortable] {
        request {
            /// Primary DNS address preference.
            0x10 => primary_dns_address_preference "Primary DNS Address Preference": Ipv4,
            /// Secondary DNS address preference.
            0x11 => secondary_dns_address_preference "Secondary DNS Address Preference": Ipv4,
            /// Primary NBNS address preference.
            0x12 => primary_nbns_address_preference "Primary NBNS Address Preference": Ipv4,
            /// Secondary NBNS address preference.
            0x13 => secondary_nbns_address_preference "Secondary NBNS Address Preference": Ipv4,
            /// Access point name.
            0x14 => apn "APN": Rest<'a>,
            /// IPv4 address preference.
            0x15 => ipv4_address_preference "IPv4 Address Preference": Ipv4,
            /// How to authenticate; both bits: either.
            0x16 => authentication_preference: Authentication,
            /// User name for the access point.
            0x17 => username personal: Rest<'a>,
            /// Password for the access point.
            0x18 => password personal: Rest<'a>,
            /// IP version wanted.
            0x19 => ip_family_preference "IP Family Preference": As<IpFamily, u8>,
            /// Technology preference.
            0x30 => technology_preference: TechnologyPreference,
            /// Number of the 3GPP profile to take settings from.
            0x31 => profile_index_3gpp "Profile Index 3GPP": u8,
            /// Number of the 3GPP2 profile to take settings from.
            0x32 => profile_index_3gpp2 "Profile Index 3GPP2": u8,
            /// The modem connects by itself from now on, after a restart too. The session then has the handle
            /// 0xFFFFFFFF.
            0x33 => enable_autoconnect: bool,
            /// Extended technology preference.
            0x34 => extended_technology_preference: ExtendedTechnologyPreference,
            /// Whether for the host or for the device itself.
            0x35 => call_type: CallType,
        }
        response {
            /// Handle of the session. 0xFFFFFFFF: the session that the modem started by itself.
            0x01 required => packet_data_handle: u32,
            /// Why the session ended or did not begin. If that was the error.
            0x10 call_failed => call_end_reason: CallEndReason,
            /// Why, as the network or the part of the modem said it. If that was the error.
            0x11 call_failed => verbose_call_end_reason: VerboseCallEndReason,
        }
    }

    /// Ends a data session.
    pub mod stop_network "Stop Network" = 0x0021 {
        request {
            /// Handle of the session. 0xFFFFFFFF: the session that the modem started by itself.
            0x01 required => packet_data_handle: u32,
            /// The modem does not connect by itself any more.
            0x10 => disable_autoconnect: bool,
        }
        response {}
    }

    /// Asks for the state of this client's session, and of no other.
    pub mod get_packet_service_status "Get Packet Service Status" = 0x0022 {
        request {}
        response {
            /// State of the session.
            0x01 required => connection_status: ConnectionStatus,
        }
    }

    /// The state of this client's session has changed. Needs no registration.
    pub mod packet_service_status_indication "Packet Service Status" = 0x0022 {
        indication {
            /// State of the session.
            0x01 required => connection_status: ConnectionStatusInfo,
            /// Why the session ended or did not begin.
            0x10 => call_end_reason: CallEndReason,
            /// Why, as the network or the part of the modem said it.
            0x11 => verbose_call_end_reason: VerboseCallEndReason,
            /// IP version.
            0x12 => ip_family "IP Family": As<IpFamily, u8>,
            /// Bearer ID.
            0x14 => bearer_id "Bearer ID": u8,
            /// XLAT capability.
            0x15 => xlat_capability "XLAT Capability": bool,
            /// Extended technology preference.
            0x34 => extended_technology_preference: ExtendedTechnologyPreference,
        }
    }

    /// Asks for the channel rates.
    pub mod get_channel_rates "Get Channel Rates" = 0x0023 {
        request {}
        response {
            /// Channel rates.
            0x01 always => channel_rates: ChannelRatesInfo,
        }
    }

    /// Asks for counters of this client's session.
    pub mod get_packet_statistics "Get Packet Statistics" = 0x0024 {
        request {
            /// Which of them.
            0x01 required => mask: PacketStatisticsMaskFlag,
        }
        response {
            /// TX packets ok.
            0x10 success => tx_packets_ok: u32,
            /// RX packets ok.
            0x11 success => rx_packets_ok: u32,
            /// TX packets error.
            0x12 success => tx_packets_error: u32,
            /// RX packets error.
            0x13 success => rx_packets_error: u32,
            /// TX overflows.
            0x14 success => tx_overflows: u32,
            /// RX overflows.
            0x15 success => rx_overflows: u32,
            /// TX bytes ok.
            0x19 success => tx_bytes_ok: u64,
            /// RX bytes ok.
            0x1a success => rx_bytes_ok: u64,
            /// Last call TX bytes ok.
            0x1b => last_call_tx_bytes_ok: u64,
            /// Last call RX bytes ok.
            0x1c => last_call_rx_bytes_ok: u64,
            /// TX packets dropped.
            0x1d success => tx_packets_dropped: u32,
            /// RX packets dropped.
            0x1e success => rx_packets_dropped: u32,
        }
    }

    /// Lets the session rest.
    pub mod go_dormant "Go Dormant" = 0x0025 {
        request {}
        response {}
    }

    /// Wakes the session.
    pub mod go_active "Go Active" = 0x0026 {
        request {}
        response {}
    }

    /// Makes a profile; its number is in the answer.
    pub mod create_profile "Create Profile" = 0x0027 {
        request {
            /// Kind of profile.
            0x01 required => profile_type: ProfileType,
            /// Name of the profile.
            0x10 => profile_name: Rest<'a>,
            /// Type of packet data.
            0x11 => pdp_type "PDP Type": PdpType,
            /// PDP header compression type.
            0x12 => pdp_header_compression_type "PDP Header Compression Type": PdpHeaderCompressionType,
            /// PDP data compression type.
            0x13 => pdp_data_compression_type "PDP Data Compression Type": PdpDataCompressionType,
            /// Access point name.
            0x14 => apn_name "APN Name": Rest<'a>,
            /// First name server.
            0x15 => primary_ipv4_dns_address "Primary IPv4 DNS Address": Ipv4,
            /// Second name server.
            0x16 => secondary_ipv4_dns_address "Secondary IPv4 DNS Address": Ipv4,
            /// UMTS requested QoS.
            0x17 => umts_requested_qos "UMTS Requested QoS": UmtsRequestedQos,
            /// UMTS minimum QoS.
            0x18 => umts_minimum_qos "UMTS Minimum QoS": UmtsMinimumQos,
            /// GPRS requested QoS.
            0x19 => gprs_requested_qos "GPRS Requested QoS": GprsRequestedQos,
            /// GPRS minimum QoS.
            0x1a => gprs_minimum_qos "GPRS Minimum QoS": GprsMinimumQos,
            /// User name for the access point.
            0x1b => username personal: Rest<'a>,
            /// Password for the access point.
            0x1c => password personal: Rest<'a>,
            /// How to authenticate.
            0x1d => authentication: Authentication,
            /// IPv4 address preference.
            0x1e => ipv4_address_preference "IPv4 Address Preference": Ipv4,
            /// P-CSCF address using PCO.
            0x1f => pcscf_address_using_pco "PCSCF Address Using PCO": bool,
            /// PDP access control.
            0x20 => pdp_access_control "PDP Access Control": PdpAccessControl,
            /// P-CSCF address using DHCP.
            0x21 => pcscf_address_using_dhcp "PCSCF Address Using DHCP": bool,
            /// IMCN flag.
            0x22 => imcn_flag "IMCN Flag": bool,
            /// PDP context number.
            0x25 => pdp_context_number "PDP Context Number": u8,
            /// PDP context secondary flag.
            0x26 => pdp_context_secondary_flag "PDP Context Secondary Flag": bool,
            /// PDP context primary ID.
            0x27 => pdp_context_primary_id "PDP Context Primary ID": u8,
            /// IPv6 address preference.
            0x28 => ipv6_address_preference "IPv6 Address Preference": Ipv6AddressPreference,
            /// UMTS requested QoS with signaling indication flag.
            0x29 => umts_requested_qos_with_signaling_indication_flag "UMTS Requested QoS With Signaling Indication Flag": UmtsRequestedQosWithSignalingIndicationFlag,
            /// UMTS minimum QoS with signaling indication flag.
            0x2a => umts_minimum_qos_with_signaling_indication_flag "UMTS Minimum QoS With Signaling Indication Flag": UmtsMinimumQosWithSignalingIndicationFlag,
            /// IPv6 primary DNS address preference.
            0x2b => ipv6_primary_dns_address_preference "IPv6 Primary DNS Address Preference": Ipv6,
            /// IPv6 secondary DNS address preference.
            0x2c => ipv6_secondary_dns_address_preference "IPv6 Secondary DNS Address Preference": Ipv6,
            /// Address allocation preference.
            0x2d => address_allocation_preference: AddressAllocationPreference,
            /// LTE QoS parameters.
            0x2e => lte_qos_parameters "LTE QoS Parameters": LteQosParameters,
            /// APN disabled flag.
            0x2f => apn_disabled_flag "APN Disabled Flag": bool,
            /// Roaming disallowed flag.
            0x3e => roaming_disallowed_flag: bool,
            /// VLAN ID type.
            0x50 => vlan_id_type "VLAN ID Type": VlanIdType,
            /// What the access point is for.
            0xdd => apn_type_mask "APN Type Mask": ApnTypeMask,
        }
        response {
            /// The profile.
            0x01 required => profile_identifier: ProfileIdentifier,
            /// The reason. If that was the error.
            0xe0 extended_internal => extended_error_code: DsProfileError,
        }
    }

    /// Changes a profile. What is not named stays.
    pub mod modify_profile "Modify Profile" = 0x0028 {
        request {
            /// The profile.
            0x01 required => profile_identifier: ProfileIdentifier,
            /// Name of the profile.
            0x10 => profile_name: Rest<'a>,
            /// Type of packet data.
            0x11 => pdp_type "PDP Type": PdpType,
            /// PDP header compression type.
            0x12 => pdp_header_compression_type "PDP Header Compression Type": PdpHeaderCompressionType,
            /// PDP data compression type.
            0x13 => pdp_data_compression_type "PDP Data Compression Type": PdpDataCompressionType,
            /// Access point name.
            0x14 => apn_name "APN Name": Rest<'a>,
            /// First name server.
            0x15 => primary_ipv4_dns_address "Primary IPv4 DNS Address": Ipv4,
            /// Second name server.
            0x16 => secondary_ipv4_dns_address "Secondary IPv4 DNS Address": Ipv4,
            /// UMTS requested QoS.
            0x17 => umts_requested_qos "UMTS Requested QoS": UmtsRequestedQos,
            /// UMTS minimum QoS.
            0x18 => umts_minimum_qos "UMTS Minimum QoS": UmtsMinimumQos,
            /// GPRS requested QoS.
            0x19 => gprs_requested_qos "GPRS Requested QoS": GprsRequestedQos,
            /// GPRS minimum QoS.
            0x1a => gprs_minimum_qos "GPRS Minimum QoS": GprsMinimumQos,
            /// User name for the access point.
            0x1b => username personal: Rest<'a>,
            /// Password for the access point.
            0x1c => password personal: Rest<'a>,
            /// How to authenticate.
            0x1d => authentication: Authentication,
            /// IPv4 address preference.
            0x1e => ipv4_address_preference "IPv4 Address Preference": Ipv4,
            /// P-CSCF address using PCO.
            0x1f => pcscf_address_using_pco "PCSCF Address Using PCO": bool,
            /// PDP access control.
            0x20 => pdp_access_control "PDP Access Control": PdpAccessControl,
            /// P-CSCF address using DHCP.
            0x21 => pcscf_address_using_dhcp "PCSCF Address Using DHCP": bool,
            /// IMCN flag.
            0x22 => imcn_flag "IMCN Flag": bool,
            /// PDP context number.
            0x25 => pdp_context_number "PDP Context Number": u8,
            /// PDP context secondary flag.
            0x26 => pdp_context_secondary_flag "PDP Context Secondary Flag": bool,
            /// PDP context primary ID.
            0x27 => pdp_context_primary_id "PDP Context Primary ID": u8,
            /// IPv6 address preference.
            0x28 => ipv6_address_preference "IPv6 Address Preference": Ipv6AddressPreference,
            /// UMTS requested QoS with signaling indication flag.
            0x29 => umts_requested_qos_with_signaling_indication_flag "UMTS Requested QoS With Signaling Indication Flag": UmtsRequestedQosWithSignalingIndicationFlag,
            /// UMTS minimum QoS with signaling indication flag.
            0x2a => umts_minimum_qos_with_signaling_indication_flag "UMTS Minimum QoS With Signaling Indication Flag": UmtsMinimumQosWithSignalingIndicationFlag,
            /// IPv6 primary DNS address preference.
            0x2b => ipv6_primary_dns_address_preference "IPv6 Primary DNS Address Preference": Ipv6,
            /// IPv6 secondary DNS address preference.
            0x2c => ipv6_secondary_dns_address_preference "IPv6 Secondary DNS Address Preference": Ipv6,
            /// Address allocation preference.
            0x2d => address_allocation_preference: AddressAllocationPreference,
            /// LTE QoS parameters.
            0x2e => lte_qos_parameters "LTE QoS Parameters": LteQosParameters,
            /// APN disabled flag.
            0x2f => apn_disabled_flag "APN Disabled Flag": bool,
            /// Roaming disallowed flag.
            0x3e => roaming_disallowed_flag: bool,
            /// VLAN ID type.
            0x50 => vlan_id_type "VLAN ID Type": VlanIdType,
            /// What the access point is for.
            0xdd => apn_type_mask "APN Type Mask": ApnTypeMask,
            /// CLAT enabled.
            0xde => clat_enabled "CLAT Enabled": bool,
            /// IPv6 prefix delegation.
            0xdf => ipv6_prefix_delegation "IPv6 Prefix Delegation": bool,
        }
        response {
            /// The reason. If that was the error.
            0xe0 extended_internal => extended_error_code: DsProfileError,
        }
    }

    /// Deletes a profile.
    pub mod delete_profile "Delete Profile" = 0x0029 {
        request {
            /// The profile.
            0x01 required => profile_identifier: ProfileIdentifier,
        }
        response {
            /// The reason. If that was the error.
            0xe0 extended_internal => extended_error_code: DsProfileError,
        }
    }

    /// Asks for numbers and names of all profiles.
    pub mod get_profile_list "Get Profile List" = 0x002a {
        request {
            /// Kind of profile.
            0x10 => profile_type: ProfileType,
        }
        response {
            /// Profile list.
            0x01 required => profile_list: List<'a, Profile<'a>>,
            /// The reason. If that was the error.
            0xe0 extended_internal => extended_error_code: DsProfileError,
        }
    }

    /// Asks for a profile.
    pub mod get_profile_settings "Get Profile Settings" = 0x002b {
        request {
            /// Profile ID.
            0x01 required => profile_id "Profile ID": ProfileId,
        }
        response {
            /// Name of the profile.
            0x10 success => profile_name: Rest<'a>,
            /// Type of packet data.
            0x11 success => pdp_type "PDP Type": PdpType,
            /// PDP header compression type.
            0x12 success => pdp_header_compression_type "PDP Header Compression Type": PdpHeaderCompressionType,
            /// PDP data compression type.
            0x13 success => pdp_data_compression_type "PDP Data Compression Type": PdpDataCompressionType,
            /// Access point name.
            0x14 success => apn_name "APN Name": Rest<'a>,
            /// First name server.
            0x15 success => primary_ipv4_dns_address "Primary IPv4 DNS Address": Ipv4,
            /// Second name server.
            0x16 success => secondary_ipv4_dns_address "Secondary IPv4 DNS Address": Ipv4,
            /// UMTS requested QoS.
            0x17 success => umts_requested_qos "UMTS Requested QoS": UmtsRequestedQos,
            /// UMTS minimum QoS.
            0x18 success => umts_minimum_qos "UMTS Minimum QoS": UmtsMinimumQos,
            /// GPRS requested QoS.
            0x19 success => gprs_requested_qos "GPRS Requested QoS": GprsRequestedQos,
            /// GPRS minimum QoS.
            0x1a success => gprs_minimum_qos "GPRS Minimum QoS": GprsMinimumQos,
            /// User name for the access point.
            0x1b success => username personal: Rest<'a>,
            /// Password for the access point.
            0x1c success => password personal: Rest<'a>,
            /// How to authenticate.
            0x1d success => authentication: Authentication,
            /// IPv4 address preference.
            0x1e success => ipv4_address_preference "IPv4 Address Preference": Ipv4,
            /// P-CSCF address using PCO.
            0x1f success => pcscf_address_using_pco "PCSCF Address Using PCO": bool,
            /// PDP access control.
            0x20 success => pdp_access_control "PDP Access Control": PdpAccessControl,
            /// P-CSCF address using DHCP.
            0x21 success => pcscf_address_using_dhcp "PCSCF Address Using DHCP": bool,
            /// IMCN flag.
            0x22 success => imcn_flag "IMCN Flag": bool,
            /// PDP context number.
            0x25 success => pdp_context_number "PDP Context Number": u8,
            /// PDP context secondary flag.
            0x26 success => pdp_context_secondary_flag "PDP Context Secondary Flag": bool,
            /// PDP context primary ID.
            0x27 success => pdp_context_primary_id "PDP Context Primary ID": u8,
            /// IPv6 address preference.
            0x28 success => ipv6_address_preference "IPv6 Address Preference": Ipv6AddressPreference,
            /// UMTS requested QoS with signaling indication flag.
            0x29 success => umts_requested_qos_with_signaling_indication_flag "UMTS Requested QoS With Signaling Indication Flag": UmtsRequestedQosWithSignalingIndicationFlag,
            /// UMTS minimum QoS with signaling indication flag.
            0x2a success => umts_minimum_qos_with_signaling_indication_flag "UMTS Minimum QoS With Signaling Indication Flag": UmtsMinimumQosWithSignalingIndicationFlag,
            /// IPv6 primary DNS address preference.
            0x2b success => ipv6_primary_dns_address_preference "IPv6 Primary DNS Address Preference": Ipv6,
            /// IPv6 secondary DNS address preference.
            0x2c success => ipv6_secondary_dns_address_preference "IPv6 Secondary DNS Address Preference": Ipv6,
            /// Address allocation preference.
            0x2d success => address_allocation_preference: AddressAllocationPreference,
            /// LTE QoS parameters.
            0x2e success => lte_qos_parameters "LTE QoS Parameters": LteQosParameters,
            /// APN disabled flag.
            0x2f success => apn_disabled_flag "APN Disabled Flag": bool,
            /// Roaming disallowed flag.
            0x3e success => roaming_disallowed_flag: bool,
            /// VLAN ID type.
            0x50 success => vlan_id_type "VLAN ID Type": VlanIdType,
            /// What the access point is for.
            0xdd success => apn_type_mask "APN Type Mask": ApnTypeMask,
            /// CLAT enabled.
            0xde success => clat_enabled "CLAT Enabled": bool,
            /// IPv6 prefix delegation.
            0xdf success => ipv6_prefix_delegation "IPv6 Prefix Delegation": bool,
            /// The reason. If that was the error.
            0xe0 extended_internal => extended_error_code: DsProfileError,
        }
    }

    /// Asks for the settings of a new profile.
    pub mod get_default_settings "Get Default Settings" = 0x002c {
        request {
            /// Kind of profile.
            0x01 required => profile_type: ProfileType,
        }
        response {
            /// Name of the profile.
            0x10 success => profile_name: Rest<'a>,
            /// Type of packet data.
            0x11 success => pdp_type "PDP Type": PdpType,
            /// PDP header compression type.
            0x12 success => pdp_header_compression_type "PDP Header Compression Type": PdpHeaderCompressionType,
            /// PDP data compression type.
            0x13 success => pdp_data_compression_type "PDP Data Compression Type": PdpDataCompressionType,
            /// Access point name.
            0x14 success => apn_name "APN Name": Rest<'a>,
            /// First name server.
            0x15 success => primary_ipv4_dns_address "Primary IPv4 DNS Address": Ipv4,
            /// Second name server.
            0x16 success => secondary_ipv4_dns_address "Secondary IPv4 DNS Address": Ipv4,
            /// UMTS requested QoS.
            0x17 success => umts_requested_qos "UMTS Requested QoS": UmtsRequestedQos,
            /// UMTS minimum QoS.
            0x18 success => umts_minimum_qos "UMTS Minimum QoS": UmtsMinimumQos,
            /// GPRS requested QoS.
            0x19 success => gprs_requested_qos "GPRS Requested QoS": GprsRequestedQos,
            /// GPRS minimum QoS.
            0x1a success => gprs_minimum_qos "GPRS Minimum QoS": GprsMinimumQos,
            /// User name for the access point.
            0x1b success => username personal: Rest<'a>,
            /// Password for the access point.
            0x1c success => password personal: Rest<'a>,
            /// How to authenticate.
            0x1d success => authentication: Authentication,
            /// IPv4 address preference.
            0x1e success => ipv4_address_preference "IPv4 Address Preference": Ipv4,
            /// P-CSCF address using PCO.
            0x1f success => pcscf_address_using_pco "PCSCF Address Using PCO": bool,
            /// PDP access control.
            0x20 success => pdp_access_control "PDP Access Control": PdpAccessControl,
            /// P-CSCF address using DHCP.
            0x21 success => pcscf_address_using_dhcp "PCSCF Address Using DHCP": bool,
            /// IMCN flag.
            0x22 success => imcn_flag "IMCN Flag": bool,
            /// PDP context number.
            0x25 success => pdp_context_number "PDP Context Number": u8,
            /// PDP context secondary flag.
            0x26 success => pdp_context_secondary_flag "PDP Context Secondary Flag": bool,
            /// PDP context primary ID.
            0x27 success => pdp_context_primary_id "PDP Context Primary ID": u8,
            /// IPv6 address preference.
            0x28 success => ipv6_address_preference "IPv6 Address Preference": Ipv6AddressPreference,
            /// UMTS requested QoS with signaling indication flag.
            0x29 success => umts_requested_qos_with_signaling_indication_flag "UMTS Requested QoS With Signaling Indication Flag": UmtsRequestedQosWithSignalingIndicationFlag,
            /// UMTS minimum QoS with signaling indication flag.
            0x2a success => umts_minimum_qos_with_signaling_indication_flag "UMTS Minimum QoS With Signaling Indication Flag": UmtsMinimumQosWithSignalingIndicationFlag,
            /// IPv6 primary DNS address preference.
            0x2b success => ipv6_primary_dns_address_preference "IPv6 Primary DNS Address Preference": Ipv6,
            /// IPv6 secondary DNS address preference.
            0x2c success => ipv6_secondary_dns_address_preference "IPv6 Secondary DNS Address Preference": Ipv6,
            /// Address allocation preference.
            0x2d success => address_allocation_preference: AddressAllocationPreference,
            /// LTE QoS parameters.
            0x2e success => lte_qos_parameters "LTE QoS Parameters": LteQosParameters,
            /// APN disabled flag.
            0x2f success => apn_disabled_flag "APN Disabled Flag": bool,
            /// VLAN ID type.
            0x50 success => vlan_id_type "VLAN ID Type": VlanIdType,
            /// The reason. If that was the error.
            0xe0 extended_internal => extended_error_code: DsProfileError,
        }
    }

    /// Asks for addresses and other settings of this client's session: those that the mask names, as far as known.
    pub mod get_current_settings "Get Current Settings" = 0x002d {
        request {
            /// Which of them.
            0x10 required => requested_settings: RequestedSettings,
        }
        response {
            /// Name of the profile.
            0x10 success => profile_name: Rest<'a>,
            /// Type of packet data.
            0x11 success => pdp_type "PDP Type": PdpType,
            /// Access point name.
            0x14 success => apn_name "APN Name": Rest<'a>,
            /// First name server.
            0x15 success => primary_ipv4_dns_address "Primary IPv4 DNS Address": Ipv4,
            /// Second name server.
            0x16 success => secondary_ipv4_dns_address "Secondary IPv4 DNS Address": Ipv4,
            /// UMTS granted QoS.
            0x17 success => umts_granted_qos "UMTS Granted QoS": UmtsGrantedQos,
            /// GPRS granted QoS.
            0x19 success => gprs_granted_qos "GPRS Granted QoS": GprsGrantedQos,
            /// User name for the access point.
            0x1b success => username personal: Rest<'a>,
            /// How to authenticate.
            0x1d success => authentication: Authentication,
            /// Address.
            0x1e success => ipv4_address "IPv4 Address": Ipv4,
            /// Profile ID.
            0x1f success => profile_id "Profile ID": ProfileId,
            /// Gateway; 0 if there is none.
            0x20 success => ipv4_gateway_address "IPv4 Gateway Address": Ipv4,
            /// Subnet mask: an invention of the firmware. Missing or 0: all ones.
            0x21 success => ipv4_gateway_subnet_mask "IPv4 Gateway Subnet Mask": Ipv4,
            /// P-CSCF address using PCO.
            0x22 success => pcscf_address_using_pco "PCSCF Address Using PCO": u8,
            /// P-CSCF servers.
            0x23 success => pcscf_server_address_list "PCSCF Server Address List": List<'a, Ipv4>,
            /// Names of P-CSCF servers.
            0x24 success => pcscf_domain_name_list "PCSCF Domain Name List": List<'a, Str<'a, u16>>,
            /// IPv6 address.
            0x25 success => ipv6_address "IPv6 Address": Ipv6Address,
            /// IPv6 gateway address.
            0x26 success => ipv6_gateway_address "IPv6 Gateway Address": Ipv6GatewayAddress,
            /// First name server, IPv6.
            0x27 success => ipv6_primary_dns_address "IPv6 Primary DNS Address": Ipv6,
            /// Second name server, IPv6.
            0x28 success => ipv6_secondary_dns_address "IPv6 Secondary DNS Address": Ipv6,
            /// Longest packet. In bytes.
            0x29 success => mtu "MTU": u32,
            /// Domain names.
            0x2a success => domain_name_list: List<'a, Str<'a, u16>>,
            /// IP version.
            0x2b success => ip_family "IP Family": As<IpFamily, u8>,
            /// IMCN flag.
            0x2c success => imcn_flag "IMCN Flag": i8,
            /// Extended technology preference.
            0x2d success => extended_technology_preference: ExtendedTechnologyPreference,
            /// Operator reserved PCO.
            0x2f success => operator_reserved_pco "Operator Reserved PCO": OperatorReservedPco<'a>,
        }
    }

    /// Asks for the dormancy status.
    pub mod get_dormancy_status "Get Dormancy Status" = 0x0030 {
        request {}
        response {
            /// Dormancy status.
            0x01 required => dormancy_status: DormancyStatus,
        }
    }

    /// Asks whether the modem starts sessions by itself.
    pub mod get_autoconnect_settings "Get Autoconnect Settings" = 0x0034 {
        request {}
        response {
            /// Status.
            0x01 required => status: AutoconnectSetting,
            /// Roaming.
            0x10 success => roaming: AutoconnectSettingRoaming,
        }
    }

    /// Asks over which technology data pass, in the older way.
    pub mod get_data_bearer_technology "Get Data Bearer Technology" = 0x0037 {
        request {}
        response {
            /// Current.
            0x01 required => current: DataBearerTechnology,
            /// Last. If that was the error.
            0x10 out_of_call => last: DataBearerTechnology,
        }
    }

    /// Asks over which technology data pass.
    pub mod get_current_data_bearer_technology "Get Current Data Bearer Technology" = 0x0044 {
        request {}
        response {
            /// Current.
            0x01 required => current: DataBearerTechnologyInfo,
            /// Last.
            0x10 => last: DataBearerTechnologyInfo,
        }
    }

    /// Asks which profile is taken if none is named.
    pub mod get_default_profile_number "Get Default Profile Number" = 0x0049 {
        request {
            /// Kind of profile.
            0x01 required => profile_type: ProfileTypeInfo,
        }
        response {
            /// Index.
            0x01 required => index: u8,
            /// The reason. If that was the error.
            0xe0 extended_internal => extended_error_code: DsProfileError,
        }
    }

    /// Chooses which profile is taken if none is named.
    pub mod set_default_profile_number "Set Default Profile Number" = 0x004a {
        request {
            /// The profile.
            0x01 required => profile_identifier: DefaultProfileIdentifier,
        }
        response {
            /// The reason. If that was the error.
            0xe0 extended_internal => extended_error_code: DsProfileError,
        }
    }

    /// Chooses IPv4 or IPv6 for this client. Each needs a client of its own.
    pub mod set_ip_family "Set IP Family" = 0x004d {
        request {
            /// Preference.
            0x01 required => preference: As<IpFamily, u8>,
        }
        response {}
    }

    /// Chooses whether the modem starts sessions by itself.
    pub mod set_autoconnect_settings "Set Autoconnect Settings" = 0x0051 {
        request {
            /// Status.
            0x01 required => status: AutoconnectSetting,
            /// Roaming.
            0x10 => roaming: AutoconnectSettingRoaming,
        }
        response {}
    }

    /// Asks which access points must wait, because the network refused, and for how long.
    pub mod get_pdn_throttle_info "Get PDN Throttle Info" = 0x006c {
        request {
            /// Network type.
            0x01 required => network_type: As<DataSystemNetworkType, u8>,
        }
        response {
            /// Information.
            0x10 success => info: List<'a, PdnThrottleInfo<'a>>,
        }
    }

    /// Asks with what the device attached to LTE.
    pub mod get_lte_attach_parameters "Get LTE Attach Parameters" = 0x0085 {
        request {}
        response {
            /// Access point name.
            0x10 success => apn "APN": Rest<'a>,
            /// IP support type.
            0x11 success => ip_support_type "IP Support Type": IpSupportType,
            /// OTA attach performed.
            0x12 success => ota_attach_performed "OTA Attach Performed": bool,
        }
    }

    /// Binds this client to a port of the data path.
    pub mod bind_data_port "Bind Data Port" = 0x0089 {
        request {
            /// Data port.
            0x01 required => data_port: SioPort,
        }
        response {}
    }

    /// Settings of this client's session have changed: ask for them again.
    pub mod extended_ip_config_indication "Extended Ip Config" = 0x008c {
        indication {
            /// Changed IP configuration.
            0x10 => changed_ip_configuration "Changed IP Configuration": RequestedSettings,
        }
    }

    /// Asks how many connections the list for the LTE attach may have.
    pub mod get_max_lte_attach_pdn_number "Get Max LTE Attach PDN Number" = 0x0092 {
        request {}
        response {
            /// Information.
            0x10 success => info: u8,
        }
    }

    /// Chooses the profiles to attach to LTE with.
    pub mod set_lte_attach_pdn_list "Set LTE Attach PDN List" = 0x0093 {
        request {
            /// List.
            0x01 required => list: List<'a, u16>,
            /// Action.
            0x10 => action: AttachPdnListAction,
        }
        response {}
    }

    /// How the request of the same number went.
    pub mod set_lte_attach_pdn_list_indication "Set LTE Attach PDN List" = 0x0093 {
        indication {
            /// Action result.
            0x01 required => action_result: bool,
        }
    }

    /// Asks for the profiles to attach to LTE with.
    pub mod get_lte_attach_pdn_list "Get LTE Attach PDN List" = 0x0094 {
        request {}
        response {
            /// Current list.
            0x10 success => current_list: List<'a, u16>,
            /// Pending list.
            0x11 success => pending_list: List<'a, u16>,
        }
    }

    /// Binds this client to an endpoint and a channel of the data path.
    pub mod bind_mux_data_port "Bind Mux Data Port" = 0x00a2 {
        request {
            /// Endpoint of the data path.
            0x10 => endpoint_info: EndpointInfo,
            /// Channel of the data path (QMAP).
            0x11 => mux_id "Mux ID": u8,
            /// Whether this client is of the host.
            0x13 => client_type: ClientType,
        }
        response {}
    }

    /// Chooses which changes of profiles are reported.
    pub mod configure_profile_event_list "Configure Profile Event List" = 0x00a7 {
        request {
            /// Register.
            0x10 => register: List<'a, ProfileEventRegistration>,
        }
        response {}
    }

    /// A profile was made, changed or deleted.
    pub mod profile_changed_indication "Profile Changed" = 0x00a8 {
        indication {
            /// Profile event.
            0x10 => profile_event: ProfileEvent,
        }
    }

    /// Binds this client to one of several subscriptions.
    pub mod bind_subscription "Bind Subscription" = 0x00af {
        request {
            /// Subscription ID.
            0x01 required => subscription_id: SubscriptionType,
        }
        response {}
    }

    /// Asks to which subscription this client is bound.
    pub mod get_bind_subscription "Get Bind Subscription" = 0x00b0 {
        request {}
        response {
            /// Subscription ID.
            0x10 success => subscription_id: SubscriptionType,
        }
    }

    /// Makes a profile of that number (Sierra).
    pub mod swi_create_profile_indexed "Swi Create Profile Indexed" = 0x5558 {
        request {
            /// The profile.
            0x01 required => profile_identifier: ProfileIdentifier,
            /// Name of the profile.
            0x10 => profile_name: Rest<'a>,
            /// Type of packet data.
            0x11 => pdp_type "PDP Type": PdpType,
            /// Access point name.
            0x14 => apn_name "APN Name": Rest<'a>,
            /// First name server.
            0x15 => primary_ipv4_dns_address "Primary IPv4 DNS Address": Ipv4,
            /// Second name server.
            0x16 => secondary_ipv4_dns_address "Secondary IPv4 DNS Address": Ipv4,
            /// User name for the access point.
            0x1b => username personal: Rest<'a>,
            /// Password for the access point.
            0x1c => password personal: Rest<'a>,
            /// How to authenticate.
            0x1d => authentication: Authentication,
            /// IPv4 address preference.
            0x1e => ipv4_address_preference "IPv4 Address Preference": Ipv4,
            /// PDP context number.
            0x25 => pdp_context_number "PDP Context Number": u8,
            /// APN disabled flag.
            0x2f => apn_disabled_flag "APN Disabled Flag": bool,
            /// Roaming disallowed flag.
            0x3e => roaming_disallowed_flag: bool,
        }
        response {
            /// The profile.
            0x01 required => profile_identifier: ProfileIdentifier,
        }
    }
}
