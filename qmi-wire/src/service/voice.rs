//! VOICE: calls, supplementary services, USSD.

use crate::list::List;
use crate::service::Service;
use crate::text::{Bytes, Rest, Str};

crate::open_enum! {
    /// Alerting type.
    pub struct AlertingType(u8) {
        /// Network.
        NETWORK = 0,
        /// Device.
        UE = 1,
    }
}

crate::open_enum! {
    /// Alpha data coding scheme.
    pub struct AlphaDataCodingScheme(u8) {
        /// GSM.
        GSM = 1,
        /// UCS2.
        UCS2 = 2,
    }
}

crate::open_enum! {
    /// Line.
    pub struct Als(u8) {
        /// Line1.
        LINE1 = 0,
        /// Line2.
        LINE2 = 1,
    }
}

crate::open_enum! {
    /// Call control result type.
    pub struct CallControlResultType(u8) {
        /// Voice.
        VOICE = 0,
        /// Supplementary service.
        SUPS = 1,
        /// USSD.
        USSD = 2,
    }
}

crate::open_enum! {
    /// Call control supplementary service type.
    pub struct CallControlSupplementaryServiceType(u8) {
        /// Activate.
        ACTIVATE = 1,
        /// Deactivate.
        DEACTIVATE = 2,
        /// Register.
        REGISTER = 3,
        /// Erase.
        ERASE = 4,
        /// Interrogate.
        INTERROGATE = 5,
        /// Register password.
        REGISTER_PASSWORD = 6,
        /// USSD.
        USSD = 7,
    }
}

crate::open_enum! {
    /// Call direction.
    pub struct CallDirection(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Called from here.
        MO = 1,
        /// Called from elsewhere.
        MT = 2,
    }
}

crate::open_enum! {
    /// Call end reason.
    pub struct CallEndReason(u16) {
        /// Offline.
        OFFLINE = 0,
        /// CDMA lock.
        CDMA_LOCK = 20,
        /// No service.
        NO_SERVICE = 21,
        /// Fade.
        FADE = 22,
        /// Intercept.
        INTERCEPT = 23,
        /// Reorder.
        REORDER = 24,
        /// Release normal.
        RELEASE_NORMAL = 25,
        /// Release service option reject.
        RELEASE_SO_REJECT = 26,
        /// Incoming call.
        INCOMING_CALL = 27,
        /// Alert stop.
        ALERT_STOP = 28,
        /// Client end.
        CLIENT_END = 29,
        /// Activation.
        ACTIVATION = 30,
        /// Main control abort.
        MC_ABORT = 31,
        /// Greatest access probe.
        MAX_ACCESS_PROBE = 32,
        /// Persistence N.
        PSIST_N = 33,
        /// UIM not present.
        UIM_NOT_PRESENT = 34,
        /// Access attempt in progress.
        ACCESS_ATTEMPT_IN_PROGRESS = 35,
        /// Access failure.
        ACCESS_FAILURE = 36,
        /// Access retry order.
        ACCESS_RETRY_ORDER = 37,
        /// CCS not supported by base station.
        CCS_NOT_SUPPORTED_BY_BS = 38,
        /// No response from base station.
        NO_RESPONSE_FROM_BS = 39,
        /// Rejected by base station.
        REJECTED_BY_BS = 40,
        /// Incompatible.
        INCOMPATIBLE = 41,
        /// Access block.
        ACCESS_BLOCK = 42,
        /// Already in traffic channel.
        ALREADY_IN_TC = 43,
        /// Emergency flashed.
        EMERGENCY_FLASHED = 44,
        /// User call originated during GPS.
        USER_CALL_ORIGINATED_DURING_GPS = 45,
        /// User call originated during SMS.
        USER_CALL_ORIGINATED_DURING_SMS = 46,
        /// User call originated during data.
        USER_CALL_ORIGINATED_DURING_DATA = 47,
        /// Redirection or handoff.
        REDIRECTION_OR_HANDOFF = 48,
        /// Access block all.
        ACCESS_BLOCK_ALL = 49,
        /// OTASP SPC error.
        OTASP_SPC_ERR = 50,
        /// IS-707B greatest access probes.
        IS707B_MAX_ACCESS_PROBES = 51,
        /// Access failure reject order.
        ACCESS_FAILURE_REJECT_ORDER = 52,
        /// Access failure retry order.
        ACCESS_FAILURE_RETRY_ORDER = 53,
        /// Timeout T42.
        TIMEOUT_T42 = 54,
        /// Timeout T40.
        TIMEOUT_T40 = 55,
        /// Service initialisation failure.
        SERVICE_INIT_FAILURE = 56,
        /// Timeout T50.
        TIMEOUT_T50 = 57,
        /// Timeout T51.
        TIMEOUT_T51 = 58,
        /// Reverse link acknowledgement timeout.
        RL_ACK_TIMEOUT = 59,
        /// Bad forward link.
        BAD_FORWARD_LINK = 60,
        /// TRM request failed.
        TRM_REQUEST_FAILED = 61,
        /// Timeout T41.
        TIMEOUT_T41 = 62,
        /// Incoming rejected.
        INCOMING_REJECTED = 102,
        /// Setup rejected.
        SETUP_REJECTED = 103,
        /// Network end.
        NETWORK_END = 104,
        /// No funds.
        NO_FUNDS = 105,
        /// No 3GPP service.
        NO_GW_SERVICE = 106,
        /// No CDMA service.
        NO_CDMA_SERVICE = 107,
        /// No full service.
        NO_FULL_SERVICE = 108,
        /// Greatest PS calls.
        MAX_PS_CALLS = 109,
        /// Unknown subscriber.
        UNKNOWN_SUBSCRIBER = 110,
        /// Illegal subscriber.
        ILLEGAL_SUBSCRIBER = 111,
        /// Bearer service not provisioned.
        BEARER_SERVICE_NOT_PROVISIONED = 112,
        /// Tele service not provisioned.
        TELE_SERVICE_NOT_PROVISIONED = 113,
        /// Illegal equipment.
        ILLEGAL_EQUIPMENT = 114,
        /// Call barred.
        CALL_BARRED = 115,
        /// Illegal supplementary service operation.
        ILLEGAL_SS_OPERATION = 116,
        /// Supplementary service error status.
        SS_ERROR_STATUS = 117,
        /// Supplementary service not available.
        SS_NOT_AVAILABLE = 118,
        /// Supplementary service subscription violation.
        SS_SUBSCRIPTION_VIOLATION = 119,
        /// Supplementary service incompatibility.
        SS_INCOMPATIBILITY = 120,
        /// Facility not supported.
        FACILITY_NOT_SUPPORTED = 121,
        /// Absent subscriber.
        ABSENT_SUBSCRIBER = 122,
        /// Short term denial.
        SHORT_TERM_DENIAL = 123,
        /// Long term denial.
        LONG_TERM_DENIAL = 124,
        /// System failure.
        SYSTEM_FAILURE = 125,
        /// Data missing.
        DATA_MISSING = 126,
        /// Unexpected data value.
        UNEXPECTED_DATA_VALUE = 127,
        /// Password registration failure.
        PASSWORD_REGISTRATION_FAILURE = 128,
        /// Negative password check.
        NEGATIVE_PASSWORD_CHECK = 129,
        /// Number of password attempts violation.
        NUM_OF_PASSWORD_ATTEMPTS_VIOLATION = 130,
        /// Position method failure.
        POSITION_METHOD_FAILURE = 131,
        /// Unknown alphabet.
        UNKNOWN_ALPHABET = 132,
        /// USSD busy.
        USSD_BUSY = 133,
        /// Rejected by user.
        REJECTED_BY_USER = 134,
        /// Rejected by network.
        REJECTED_BY_NETWORK = 135,
        /// Deflection to served subscriber.
        DEFLECTION_TO_SERVED_SUBSCRIBER = 136,
        /// Special service code.
        SPECIAL_SERVICE_CODE = 137,
        /// Invalid deflected to number.
        INVALID_DEFLECTED_TO_NUMBER = 138,
        /// Multiparty participants exceeded.
        MULTIPARTY_PARTICIPANTS_EXCEEDED = 139,
        /// Resources not available.
        RESOURCES_NOT_AVAILABLE = 140,
        /// Unassigned number.
        UNASSIGNED_NUMBER = 141,
        /// No route to destination.
        NO_ROUTE_TO_DESTINATION = 142,
        /// Channel unacceptable.
        CHANNEL_UNACCEPTABLE = 143,
        /// Operator determined barring.
        OPERATOR_DETERMINED_BARRING = 144,
        /// Normal call clearing.
        NORMAL_CALL_CLEARING = 145,
        /// User busy.
        USER_BUSY = 146,
        /// No user responding.
        NO_USER_RESPONDING = 147,
        /// User alerting no answer.
        USER_ALERTING_NO_ANSWER = 148,
        /// Call rejected.
        CALL_REJECTED = 149,
        /// Number changed.
        NUMBER_CHANGED = 150,
        /// Preemption.
        PREEMPTION = 151,
        /// Destination out of order.
        DESTINATION_OUT_OF_ORDER = 152,
        /// Invalid number format.
        INVALID_NUMBER_FORMAT = 153,
        /// Facility rejected.
        FACILITY_REJECTED = 154,
        /// Response to status enquiry.
        RESPONSE_TO_STATUS_ENQUIRY = 155,
        /// Normal unspecified.
        NORMAL_UNSPECIFIED = 156,
        /// No circuit or channel available.
        NO_CIRCUIT_OR_CHANNEL_AVAILABLE = 157,
        /// Network out of order.
        NETWORK_OUT_OF_ORDER = 158,
        /// Temporary failure.
        TEMPORARY_FAILURE = 159,
        /// Switching equipment congestion.
        SWITCHING_EQUIPMENT_CONGESTION = 160,
        /// Access information discarded.
        ACCESS_INFORMATION_DISCARDED = 161,
        /// Requested circuit or channel not available.
        REQUESTED_CIRCUIT_OR_CHANNEL_NOT_AVAILABLE = 162,
        /// Resources unavailable or unspecified.
        RESOURCES_UNAVAILABLE_OR_UNSPECIFIED = 163,
        /// QoS unavailable.
        QOS_UNAVAILABLE = 164,
        /// Requested facility not subscribed.
        REQUESTED_FACILITY_NOT_SUBSCRIBED = 165,
        /// Incoming calls barred within CUG.
        INCOMING_CALLS_BARRED_WITHIN_CUG = 166,
        /// Bearer capability not authentication.
        BEARER_CAPABILITY_NOT_AUTH = 167,
        /// Bearer capability unavailable.
        BEARER_CAPABILITY_UNAVAILABLE = 168,
        /// Service option not available.
        SERVICE_OPTION_NOT_AVAILABLE = 169,
        /// ACM limit exceeded.
        ACM_LIMIT_EXCEEDED = 170,
        /// Bearer service not implemented.
        BEARER_SERVICE_NOT_IMPLEMENTED = 171,
        /// Requested facility not implemented.
        REQUESTED_FACILITY_NOT_IMPLEMENTED = 172,
        /// Only digital information bearer available.
        ONLY_DIGITAL_INFORMATION_BEARER_AVAILABLE = 173,
        /// Service or option not implemented.
        SERVICE_OR_OPTION_NOT_IMPLEMENTED = 174,
        /// Invalid transaction identifier.
        INVALID_TRANSACTION_IDENTIFIER = 175,
        /// User not member of CUG.
        USER_NOT_MEMBER_OF_CUG = 176,
        /// Incompatible destination.
        INCOMPATIBLE_DESTINATION = 177,
        /// Invalid transit network selection.
        INVALID_TRANSIT_NETWORK_SELECTION = 178,
        /// Semantically incorrect message.
        SEMANTICALLY_INCORRECT_MESSAGE = 179,
        /// Invalid mandatory information.
        INVALID_MANDATORY_INFORMATION = 180,
        /// Message type not implemented.
        MESSAGE_TYPE_NOT_IMPLEMENTED = 181,
        /// Message type not compatible with protocol state.
        MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE = 182,
        /// Information element not existent.
        INFORMATION_ELEMENT_NON_EXISTENT = 183,
        /// Conditional information element error.
        CONDITIONAL_IE_ERROR = 184,
        /// Message not compatible with protocol state.
        MESSAGE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE = 185,
        /// Recovery on timer expired.
        RECOVERY_ON_TIMER_EXPIRED = 186,
        /// Protocol error unspecified.
        PROTOCOL_ERROR_UNSPECIFIED = 187,
        /// Interworking unspecified.
        INTERWORKING_UNSPECIFIED = 188,
        /// Outgoing calls barred within CUG.
        OUTGOING_CALLS_BARRED_WITHIN_CUG = 189,
        /// No CUG selection.
        NO_CUG_SELECTION = 190,
        /// Unknown CUG index.
        UNKNOWN_CUG_INDEX = 191,
        /// CUG index incompatible.
        CUG_INDEX_INCOMPATIBLE = 192,
        /// CUG call failure unspecified.
        CUG_CALL_FAILURE_UNSPECIFIED = 193,
        /// CLIR not subscribed.
        CLIR_NOT_SUBSCRIBED = 194,
        /// CCBS possible.
        CCBS_POSSIBLE = 195,
        /// CCBS not possible.
        CCBS_NOT_POSSIBLE = 196,
        /// IMSI unknown in HLR.
        IMSI_UNKNOWN_IN_HLR = 197,
        /// Illegal mobile station.
        ILLEGAL_MS = 198,
        /// IMSI unknown in VLR.
        IMSI_UNKNOWN_IN_VLR = 199,
        /// IMEI not accepted.
        IMEI_NOT_ACCEPTED = 200,
        /// Illegal equipment.
        ILLEGAL_ME = 201,
        /// PLMN not allowed.
        PLMN_NOT_ALLOWED = 202,
        /// Location area not allowed.
        LOCATION_AREA_NOT_ALLOWED = 203,
        /// Roaming not allowed in this location area.
        ROAMING_NOT_ALLOWED_IN_THIS_LOCATION_AREA = 204,
        /// No suitable cells in location area.
        NO_SUITABLE_CELLS_IN_LOCATION_AREA = 205,
        /// Network failure.
        NETWORK_FAILURE = 206,
        /// MAC failure.
        MAC_FAILURE = 207,
        /// Synchronisation failure.
        SYNCH_FAILURE = 208,
        /// Network congestion.
        NETWORK_CONGESTION = 209,
        /// GSM authentication unacceptable.
        GSM_AUTHENTICATION_UNACCEPTABLE = 210,
        /// Service not subscribed.
        SERVICE_NOT_SUBSCRIBED = 211,
        /// Service temporarily out of order.
        SERVICE_TEMPORARILY_OUT_OF_ORDER = 212,
        /// Call cannot be identified.
        CALL_CANNOT_BE_IDENTIFIED = 213,
        /// Incorrect semantics in message.
        INCORRECT_SEMANTICS_IN_MESSAGE = 214,
        /// Mandatory information invalid.
        MANDATORY_INFORMATION_INVALID = 215,
        /// Access stratum failure.
        ACCESS_STRATUM_FAILURE = 216,
        /// Invalid SIM.
        INVALID_SIM = 217,
        /// Wrong state.
        WRONG_STATE = 218,
        /// Access class blocked.
        ACCESS_CLASS_BLOCKED = 219,
        /// No resources.
        NO_RESOURCES = 220,
        /// Invalid user data.
        INVALID_USER_DATA = 221,
        /// Timer T3230 expired.
        TIMER_T3230_EXPIRED = 222,
        /// No cell available.
        NO_CELL_AVAILABLE = 223,
        /// Abort message received.
        ABORT_MESSAGE_RECEIVED = 224,
        /// Radio link lost.
        RADIO_LINK_LOST = 225,
        /// Timer T303 expired.
        TIMER_T303_EXPIRED = 226,
        /// CNM MM release pending.
        CNM_MM_RELEASE_PENDING = 227,
        /// Access stratum reject RR release indication.
        ACCESS_STRATUM_REJECT_RR_RELEASE_INDICATION = 228,
        /// Access stratum reject RR random access failure.
        ACCESS_STRATUM_REJECT_RR_RANDOM_ACCESS_FAILURE = 229,
        /// Access stratum reject RRC release indication.
        ACCESS_STRATUM_REJECT_RRC_RELEASE_INDICATION = 230,
        /// Access stratum reject RRC close session indication.
        ACCESS_STRATUM_REJECT_RRC_CLOSE_SESSION_INDICATION = 231,
        /// Access stratum reject RRC open session failure.
        ACCESS_STRATUM_REJECT_RRC_OPEN_SESSION_FAILURE = 232,
        /// Access stratum reject low level failure.
        ACCESS_STRATUM_REJECT_LOW_LEVEL_FAILURE = 233,
        /// Access stratum reject low level failure redial not allowed.
        ACCESS_STRATUM_REJECT_LOW_LEVEL_FAILURE_REDIAL_NOT_ALLOWED = 234,
        /// Access stratum reject low level immediate retry.
        ACCESS_STRATUM_REJECT_LOW_LEVEL_IMMEDIATE_RETRY = 235,
        /// Access stratum reject abort radio unavailable.
        ACCESS_STRATUM_REJECT_ABORT_RADIO_UNAVAILABLE = 236,
        /// Service option not supported.
        SERVICE_OPTION_NOT_SUPPORTED = 237,
        /// Bad request wait invite.
        BAD_REQUEST_WAIT_INVITE = 300,
        /// Bad request wait reinvite.
        BAD_REQUEST_WAIT_REINVITE = 301,
        /// Invalid remote URI.
        INVALID_REMOTE_URI = 302,
        /// Remote unsupported media type.
        REMOTE_UNSUPPORTED_MEDIA_TYPE = 303,
        /// Peer not reachable.
        PEER_NOT_REACHABLE = 304,
        /// Network no response timeout.
        NETWORK_NO_RESPONSE_TIMEOUT = 305,
        /// Network no response hold failure.
        NETWORK_NO_RESPONSE_HOLD_FAILURE = 306,
        /// Data connection lost.
        DATA_CONNECTION_LOST = 307,
        /// Upgrade downgrade rejected.
        UPGRADE_DOWNGRADE_REJECTED = 308,
        /// SIP403 forbidden.
        SIP403_FORBIDDEN = 309,
        /// No network response.
        NO_NETWORK_RESPONSE = 310,
        /// Upgrade downgrade failed.
        UPGRADE_DOWNGRADE_FAILED = 311,
        /// Upgrade downgrade cancelled.
        UPGRADE_DOWNGRADE_CANCELLED = 312,
        /// SSAC reject.
        SSAC_REJECT = 313,
        /// Thermal emergency.
        THERMAL_EMERGENCY = 314,
        /// 1xcsfb soft failure.
        _1XCSFB_SOFT_FAILURE = 315,
        /// 1xcsfb hard failure.
        _1XCSFB_HARD_FAILURE = 316,
    }
}

crate::open_enum! {
    /// Call mode.
    pub struct CallMode(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// CDMA.
        CDMA = 1,
        /// GSM.
        GSM = 2,
        /// UMTS.
        UMTS = 3,
        /// LTE.
        LTE = 4,
    }
}

crate::open_enum! {
    /// State of a call.
    pub struct CallState(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Origination.
        ORIGINATION = 1,
        /// Incoming.
        INCOMING = 2,
        /// Conversation.
        CONVERSATION = 3,
        /// CC in progress.
        CC_IN_PROGRESS = 4,
        /// Alerting.
        ALERTING = 5,
        /// Hold.
        HOLD = 6,
        /// Waiting.
        WAITING = 7,
        /// Disconnecting.
        DISCONNECTING = 8,
        /// End.
        END = 9,
        /// Setup.
        SETUP = 10,
    }
}

crate::open_enum! {
    /// Call type.
    pub struct CallType(u8) {
        /// Voice.
        VOICE = 0,
        /// Voice IP.
        VOICE_IP = 2,
        /// OTAPA.
        OTAPA = 6,
        /// Not standard OTASP.
        NON_STD_OTASP = 8,
        /// Emergency.
        EMERGENCY = 9,
        /// Supplementary service.
        SUPS = 10,
    }
}

crate::open_enum! {
    /// Domain.
    pub struct Domain(u8) {
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
    /// Presentation.
    pub struct Presentation(u8) {
        /// Allowed.
        ALLOWED = 0,
        /// Restricted.
        RESTRICTED = 1,
        /// Unavailable.
        UNAVAILABLE = 2,
        /// Payphone.
        PAYPHONE = 4,
    }
}

crate::open_enum! {
    /// Privacy.
    pub struct Privacy(u8) {
        /// Standard.
        STANDARD = 0,
        /// Enhanced.
        ENHANCED = 1,
    }
}

crate::open_enum! {
    /// Service option.
    pub struct ServiceOption(u16) {
        /// Wild.
        WILD = 0,
        /// IS-96A.
        IS96A = 1,
        /// Evrc.
        EVRC = 3,
        /// 13k IS-733.
        _13K_IS733 = 17,
        /// Selectable mode vocoder.
        SELECTABLE_MODE_VOCODER = 56,
        /// 4gv narrow band.
        _4GV_NARROW_BAND = 68,
        /// 4gv wide band.
        _4GV_WIDE_BAND = 70,
        /// 13k.
        _13K = 32768,
        /// IS-96.
        IS96 = 32769,
        /// Wvrc.
        WVRC = 32803,
    }
}

crate::open_enum! {
    /// Supplementary service action.
    pub struct SupplementaryServiceAction(u8) {
        /// Activate.
        ACTIVATE = 1,
        /// Deactivate.
        DEACTIVATE = 2,
        /// Register.
        REGISTER = 3,
        /// Erase.
        ERASE = 4,
    }
}

crate::open_enum! {
    /// Supplementary service notification type.
    pub struct SupplementaryServiceNotificationType(u8) {
        /// Outgoing call is forwarded.
        OUTGOING_CALL_IS_FORWARDED = 1,
        /// Outgoing call is waiting.
        OUTGOING_CALL_IS_WAITING = 2,
        /// Outgoing CUG call.
        OUTGOING_CUG_CALL = 3,
        /// Outgoing calls barred.
        OUTGOING_CALLS_BARRED = 4,
        /// Outgoing call is deflected.
        OUTGOING_CALL_IS_DEFLECTED = 5,
        /// Incoming CUG call.
        INCOMING_CUG_CALL = 6,
        /// Incoming calls barred.
        INCOMING_CALLS_BARRED = 7,
        /// Incoming forwarded call.
        INCOMING_FORWARDED_CALL = 8,
        /// Incoming deflected call.
        INCOMING_DEFLECTED_CALL = 9,
        /// Incoming call is forwarded.
        INCOMING_CALL_IS_FORWARDED = 10,
        /// Unconditional call forward active.
        UNCONDITIONAL_CALL_FORWARD_ACTIVE = 11,
        /// Conditional call forward active.
        CONDITIONAL_CALL_FORWARD_ACTIVE = 12,
        /// CLIR suppression rejected.
        CLIR_SUPPRESSION_REJECTED = 13,
        /// Call is on hold.
        CALL_IS_ON_HOLD = 14,
        /// Call is retrieved.
        CALL_IS_RETRIEVED = 15,
        /// Call is in multiparty.
        CALL_IS_IN_MULTIPARTY = 16,
        /// Incoming call is ECT.
        INCOMING_CALL_IS_ECT = 17,
    }
}

crate::open_enum! {
    /// Supplementary service reason.
    pub struct SupplementaryServiceReason(u8) {
        /// Forward unconditional.
        FORWARD_UNCONDITIONAL = 1,
        /// Forward mobile busy.
        FORWARD_MOBILE_BUSY = 2,
        /// Forward no reply.
        FORWARD_NO_REPLY = 3,
        /// Forward unreachable.
        FORWARD_UNREACHABLE = 4,
        /// Forward all.
        FORWARD_ALL = 5,
        /// Forward all conditional.
        FORWARD_ALL_CONDITIONAL = 6,
        /// All outgoing.
        ALL_OUTGOING = 7,
        /// Outgoing internal.
        OUTGOING_INTERNAL = 8,
        /// Outgoing internal external to home.
        OUTGOING_INTERNAL_EXTERNAL_TO_HOME = 9,
        /// All incoming.
        ALL_INCOMING = 10,
        /// Incoming roaming.
        INCOMING_ROAMING = 11,
        /// Bar all.
        BAR_ALL = 12,
        /// Bar all outgoing.
        BAR_ALL_OUTGOING = 13,
        /// Bar all incoming.
        BAR_ALL_INCOMING = 14,
        /// Call waiting.
        CALL_WAITING = 15,
    }
}

crate::open_enum! {
    /// Supplementary service type.
    pub struct SupplementaryServiceType(u8) {
        /// Release held or waiting.
        RELEASE_HELD_OR_WAITING = 1,
        /// Release active accept held or waiting.
        RELEASE_ACTIVE_ACCEPT_HELD_OR_WAITING = 2,
        /// Hold active accept waiting or held.
        HOLD_ACTIVE_ACCEPT_WAITING_OR_HELD = 3,
        /// Hold all except specified call.
        HOLD_ALL_EXCEPT_SPECIFIED_CALL = 4,
        /// Make conference call.
        MAKE_CONFERENCE_CALL = 5,
        /// Explicit call transfer.
        EXPLICIT_CALL_TRANSFER = 6,
        /// CCBS activation.
        CCBS_ACTIVATION = 7,
        /// End all calls.
        END_ALL_CALLS = 8,
        /// Release specified call.
        RELEASE_SPECIFIED_CALL = 9,
        /// Local hold.
        LOCAL_HOLD = 10,
        /// Local unhold.
        LOCAL_UNHOLD = 11,
    }
}

crate::open_enum! {
    /// TTY mode.
    pub struct TtyMode(u8) {
        /// Full.
        FULL = 0,
        /// VCO.
        VCO = 1,
        /// HCO.
        HCO = 2,
        /// Off.
        OFF = 3,
    }
}

crate::open_enum! {
    /// User action.
    pub struct UserAction(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Not required.
        NOT_REQUIRED = 1,
        /// Required.
        REQUIRED = 2,
    }
}

crate::open_enum! {
    /// Coding of USSD text. Some firmware sends packed GSM 7-bit as ASCII; prefer the text in UTF-16 if there.
    pub struct UssDataCodingScheme(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// ASCII.
        ASCII = 1,
        /// 8bit.
        _8BIT = 2,
        /// UCS2.
        UCS2 = 3,
    }
}

crate::flags! {
    /// WCDMA AMR status.
    pub struct WcdmaAmrStatus(u8) {
        /// Not supported.
        NOT_SUPPORTED = 1 << 0,
        /// WCDMA AMR wide band.
        WCDMA_AMR_WB = 1 << 1,
        /// GSM hr AMR.
        GSM_HR_AMR = 1 << 2,
        /// GSM AMR wide band.
        GSM_AMR_WB = 1 << 3,
        /// GSM AMR narrow band.
        GSM_AMR_NB = 1 << 4,
    }
}

crate::wire_struct! {
    /// Call information.
    pub struct CallInformation {
        /// ID.
        id: u8,
        /// State.
        state: CallState,
        /// Type.
        kind "type": CallType,
        /// Direction.
        direction: CallDirection,
        /// The mode.
        mode: CallMode,
        /// Multipart indicator.
        multipart_indicator: bool,
        /// Line.
        als: Als,
    }
}

crate::wire_struct! {
    /// Remote party number.
    pub struct RemotePartyNumber<'a> {
        /// ID.
        id: u8,
        /// Presentation indicator.
        presentation_indicator: Presentation,
        /// Type.
        kind "type": Str<'a>,
    }
}

crate::wire_struct! {
    /// Alerting type.
    pub struct AlertingTypeInfo {
        /// ID.
        id: u8,
        /// Alerttype.
        alerttype: AlertingType,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct SupplementaryServiceIndInfo {
        /// Number of the call.
        call_id: u8,
        /// Notification type.
        notification_type: SupplementaryServiceNotificationType,
    }
}

crate::wire_struct! {
    /// Supplementary service information.
    pub struct SupplementaryServiceInformation {
        /// Supplementary service action.
        supplementary_service_action: SupplementaryServiceAction,
        /// Supplementary service reason.
        supplementary_service_reason: SupplementaryServiceReason,
    }
}

crate::wire_struct! {
    /// Service status.
    pub struct ServiceStatus {
        /// Active.
        active: bool,
        /// Provisioned.
        provisioned: bool,
    }
}

crate::wire_struct! {
    /// USSD data.
    pub struct UssData<'a> {
        /// Data coding scheme.
        data_coding_scheme: UssDataCodingScheme,
        /// Data. Coded as the field beside it says.
        data personal: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Alpha identifier.
    pub struct AlphaIdentifier<'a> {
        /// Data coding scheme.
        data_coding_scheme: AlphaDataCodingScheme,
        /// Alpha.
        alpha personal: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Air timer count.
    pub struct AirTimerCount {
        /// NAM ID.
        nam_id: u8,
        /// Air timer.
        air_timer: u32,
    }
}

crate::wire_struct! {
    /// Roam timer count.
    pub struct RoamTimerCount {
        /// NAM ID.
        nam_id: u8,
        /// Roam timer.
        roam_timer: u32,
    }
}

crate::wire_struct! {
    /// Current preferred voice service option.
    pub struct CurrentPreferredVoiceSo {
        /// NAM ID.
        nam_id: u8,
        /// Evrc capability.
        evrc_capability: bool,
        /// Home page voice service option.
        home_page_voice_service_option: ServiceOption,
        /// Home origination voice service option.
        home_origination_voice_service_option: ServiceOption,
        /// Roaming origination voice service option.
        roaming_origination_voice_service_option: ServiceOption,
    }
}

crate::wire_struct! {
    /// Current AMR status.
    pub struct CurrentAmrStatus {
        /// GSM.
        gsm: bool,
        /// WCDMA.
        wcdma: WcdmaAmrStatus,
    }
}

crate::wire_struct! {
    /// Data.
    pub struct BurstDtmfData<'a> {
        /// Number of the call.
        call_id: u8,
        /// Digit buffer.
        digit_buffer: Str<'a>,
    }
}

crate::wire_struct! {
    /// Data.
    pub struct StartContinuousDtmfData {
        /// Number of the call.
        call_id: u8,
        /// Digit.
        digit: u8,
    }
}

crate::wire_struct! {
    /// Data.
    pub struct StopContinuousDtmfData {
        /// Number of the call.
        call_id: u8,
    }
}

crate::qmi_service! {
    Service::VOICE, "VOICE";

    /// Chooses which indications this client gets.
    pub mod indication_register "Indication Register" = 0x0003 {
        request {
            /// DTMF events.
            0x10 => dtmf_events "DTMF Events": bool,
            /// Voice privacy events.
            0x11 => voice_privacy_events: bool,
            /// Supplementary service notification events.
            0x12 => supplementary_service_notification_events: bool,
            /// Call notification events.
            0x13 => call_notification_events: bool,
            /// Handover events.
            0x14 => handover_events: bool,
            /// Speech codec events.
            0x15 => speech_codec_events: bool,
            /// USSD notification events.
            0x16 => ussd_notification_events "USSD Notification Events": bool,
            /// Modification events.
            0x18 => modification_events: bool,
            /// UUS events.
            0x19 => uus_events "UUS Events": bool,
            /// AOC events.
            0x1a => aoc_events "AOC Events": bool,
            /// Conference events.
            0x1b => conference_events: bool,
            /// Extended burst type international information events.
            0x1c => extended_burst_type_international_information_events: bool,
            /// MT page miss information events.
            0x1d => mt_page_miss_information_events "MT Page Miss Information Events": bool,
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

    /// Calls a number.
    pub mod dial_call "Dial Call" = 0x0020 {
        request {
            /// The number to call.
            0x01 required => calling_number personal: Rest<'a>,
        }
        response {
            /// Number of the call.
            0x10 => call_id "Call ID": u8,
        }
    }

    /// Ends a call.
    pub mod end_call "End Call" = 0x0021 {
        request {
            /// Number of the call.
            0x01 required => call_id "Call ID": u8,
        }
        response {
            /// Number of the call.
            0x10 => call_id "Call ID": u8,
        }
    }

    /// Answers a call.
    pub mod answer_call "Answer Call" = 0x0022 {
        request {
            /// Number of the call.
            0x01 required => call_id "Call ID": u8,
        }
        response {
            /// Number of the call.
            0x10 => call_id "Call ID": u8,
        }
    }

    /// A call has changed: here are all calls there are.
    pub mod all_call_status_indication "All Call Status" = 0x002e {
        indication {
            /// Call information.
            0x01 required => call_information: List<'a, CallInformation>,
            /// Numbers of the other ends.
            0x10 => remote_party_number personal: List<'a, RemotePartyNumber<'a>>,
            /// Alerting type.
            0x12 => alerting_type: List<'a, AlertingTypeInfo>,
        }
    }

    /// Asks for all calls there are.
    pub mod get_all_call_info "Get All Call Info" = 0x002f {
        request {}
        response {
            /// Call information.
            0x10 success => call_information: List<'a, CallInformation>,
            /// Numbers of the other ends.
            0x11 success => remote_party_number personal: List<'a, RemotePartyNumber<'a>>,
            /// Alerting type.
            0x13 success => alerting_type: List<'a, AlertingTypeInfo>,
        }
    }

    /// Holds, joins, releases calls.
    pub mod manage_calls "Manage Calls" = 0x0031 {
        request {
            /// Service type.
            0x01 required => service_type: SupplementaryServiceType,
            /// Number of the call.
            0x10 => call_id "Call ID": u8,
        }
        response {}
    }

    /// The network tells something about a call: held, waiting, forwarded.
    pub mod supplementary_service_indication "Supplementary Service" = 0x0032 {
        indication {
            /// Information.
            0x01 required => info: SupplementaryServiceIndInfo,
        }
    }

    /// Activates, registers or erases a supplementary service of the network.
    pub mod set_supplementary_service "Set Supplementary Service" = 0x0033 {
        request {
            /// Supplementary service information.
            0x01 required => supplementary_service_information: SupplementaryServiceInformation,
        }
        response {
            /// Service status.
            0x15 success => service_status: ServiceStatus,
        }
    }

    /// Asks whether call waiting is active.
    pub mod get_call_waiting "Get Call Waiting" = 0x0034 {
        request {
            /// Service class.
            0x10 => service_class: u8,
        }
        response {
            /// Service class.
            0x10 success => service_class: u8,
        }
    }

    /// Starts a dialogue with the network; the answer waits for the network's.
    pub mod originate_ussd "Originate USSD" = 0x003a {
        request {
            /// The text.
            0x01 required => uss_data "USS Data": UssData<'a>,
        }
        response {
            /// Failure cause.
            0x10 => failure_cause: CallEndReason,
            /// Alpha identifier.
            0x11 => alpha_identifier: AlphaIdentifier<'a>,
            /// The text.
            0x12 => uss_data "USS Data": UssData<'a>,
            /// Call control result type.
            0x13 => call_control_result_type: CallControlResultType,
            /// Number of the call.
            0x14 => call_id "Call ID": u8,
            /// Call control supplementary service type.
            0x15 => call_control_supplementary_service_type: CallControlSupplementaryServiceType,
            /// The text in UTF-16: prefer it. Units of UTF-16.
            0x16 => uss_data_utf16 "USS Data UTF16" personal: List<'a, u16>,
        }
    }

    /// Answers the network's question.
    pub mod answer_ussd "Answer USSD" = 0x003b {
        request {
            /// The text.
            0x01 required => uss_data "USS Data": UssData<'a>,
        }
        response {}
    }

    /// Ends the dialogue with the network.
    pub mod cancel_ussd "Cancel USSD" = 0x003c {
        request {}
        response {}
    }

    /// The network ended the dialogue.
    pub mod release_ussd_indication "Release USSD" = 0x003d {
        indication {}
    }

    /// The network says or asks something.
    pub mod ussd_indication "USSD" = 0x003e {
        indication {
            /// User action.
            0x01 required => user_action: UserAction,
            /// The text.
            0x10 => uss_data "USS Data": UssData<'a>,
            /// The text in UTF-16: prefer it. Units of UTF-16.
            0x11 => uss_data_utf16 "USS Data UTF16" personal: List<'a, u16>,
        }
    }

    /// Asks for the configuration.
    pub mod get_config "Get Config" = 0x0041 {
        request {
            /// Auto answer.
            0x10 => auto_answer: bool,
            /// Air timer.
            0x11 => air_timer: bool,
            /// Roam timer.
            0x12 => roam_timer: bool,
            /// TTY mode.
            0x13 => tty_mode "TTY Mode": bool,
            /// Preferred voice service option.
            0x14 => preferred_voice_service_option: bool,
            /// AMR status.
            0x15 => amr_status "AMR Status": bool,
            /// Preferred voice privacy.
            0x16 => preferred_voice_privacy: bool,
            /// NAM index.
            0x17 => nam_index "NAM Index": bool,
            /// Voice domain preference.
            0x18 => voice_domain_preference: bool,
        }
        response {
            /// Auto answer status.
            0x10 => auto_answer_status: bool,
            /// Air timer count.
            0x11 => air_timer_count: AirTimerCount,
            /// Roam timer count.
            0x12 => roam_timer_count: RoamTimerCount,
            /// Current TTY mode.
            0x13 => current_tty_mode "Current TTY Mode": TtyMode,
            /// Current preferred voice service option.
            0x14 => current_preferred_voice_so "Current Preferred Voice SO": CurrentPreferredVoiceSo,
            /// Current AMR status.
            0x15 => current_amr_status "Current AMR Status": CurrentAmrStatus,
            /// Current voice privacy preference.
            0x16 => current_voice_privacy_preference: Privacy,
            /// Current voice domain preference.
            0x17 => current_voice_domain_preference: Domain,
        }
    }

    /// Starts a dialogue with the network; its answer comes as an indication.
    pub mod originate_ussd_no_wait "Originate USSD No Wait" = 0x0043 {
        request {
            /// The text.
            0x01 required => uss_data "USS Data": UssData<'a>,
        }
        response {}
    }

    /// What the network answered.
    pub mod originate_ussd_no_wait_indication "Originate USSD No Wait" = 0x0043 {
        indication {
            /// Error code.
            0x10 => error_code: u16,
            /// Failure cause.
            0x11 => failure_cause: CallEndReason,
            /// The text.
            0x12 => uss_data "USS Data": UssData<'a>,
            /// Alpha identifier.
            0x13 => alpha_identifier: AlphaIdentifier<'a>,
            /// The text in UTF-16: prefer it. Units of UTF-16.
            0x14 => uss_data_utf16 "USS Data UTF16" personal: List<'a, u16>,
        }
    }

    /// Sends tones.
    pub mod burst_dtmf "Burst DTMF" = 0x0028 {
        request {
            /// Data.
            0x01 required => data personal: BurstDtmfData<'a>,
        }
        response {
            /// Number of the call.
            0x10 success => call_id "Call ID" personal: u8,
        }
    }

    /// Begins a tone.
    pub mod start_continuous_dtmf "Start Continuous DTMF" = 0x0029 {
        request {
            /// Data.
            0x01 required => data personal: StartContinuousDtmfData,
        }
        response {
            /// Number of the call.
            0x10 success => call_id "Call ID" personal: u8,
        }
    }

    /// Ends a tone.
    pub mod stop_continuous_dtmf "Stop Continuous DTMF" = 0x002a {
        request {
            /// Data.
            0x01 required => data personal: StopContinuousDtmfData,
        }
        response {
            /// Number of the call.
            0x10 success => call_id "Call ID" personal: u8,
        }
    }
}
