//! Basic Connect (MBIM 1.0 §10.5): identity, SIM, radio, registration, packet service, contexts, addresses, statistics.
//!
//! Commands whose layout the Microsoft extensions changed exist several times: [`RegisterState`] is MBIM 1.0,
//! [`RegisterStateV2`] holds from version 2.0 on, and so on. The version agreed upon when the session was opened decides
//! which one a message is, never its length. A versioned command repeats the forms that did not change.

use core::fmt;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::address::{Address, RefAddress};
use crate::bytes::{Rest, SizedBytes};
use crate::field::{Count, EmptyView, Inline};
use crate::list::{Array, ElementArray, RefArray, RefList, RefSequence, TextList};
use crate::text::Text;
use crate::tlv::{TlvList, TlvText};
use crate::uuid::Uuid;

/// Longest text of access point name, user name and password, PIN, and provider, in bytes of UTF-16.
pub(crate) mod limit {
    pub(crate) const ACCESS_STRING: usize = 200;
    pub(crate) const USER_NAME: usize = 510;
    pub(crate) const PASSWORD: usize = 510;
    pub(crate) const PIN: usize = 32;
    pub(crate) const PROVIDER_ID: usize = 12;
    pub(crate) const PROVIDER_NAME: usize = 40;
    pub(crate) const ROAMING_TEXT: usize = 126;
    pub(crate) const SUBSCRIBER_ID: usize = 30;
    pub(crate) const SIM_ICC_ID: usize = 40;
    pub(crate) const CUSTOM_DATA_CLASS: usize = 22;
    pub(crate) const DEVICE_ID: usize = 36;
    pub(crate) const DEVICE_INFO: usize = 60;
}

/// What a context is for (MBIM 1.0 §10.5.12, extended by Microsoft): UUIDs, sent like any other.
pub mod context_type {
    use crate::uuid::Uuid;

    macro_rules! context_types {
        ($($(#[$m:meta])* $name:ident $text:literal = $number:literal;)*) => {
            $($(#[$m])* pub const $name: Uuid = Uuid::new($number);)*

            /// All types known, with their names.
            pub const ALL: &[(&str, Uuid)] = &[$(($text, $name)),*];
        };
    }

    context_types! {
        /// Not yet provisioned.
        NONE "None" = 0xb43f758c_a560_4b46_b35e_c5869641fb54;
        /// The internet: what the default bearer is for.
        INTERNET "Internet" = 0x7e5e2a7e_4e6f_7272_736b_656e7e5e2a7e;
        /// A virtual private network, such as a company's.
        VPN "Vpn" = 0x9b9f7bbe_8952_44b7_83ac_ca41318df7a0;
        /// Voice over IP.
        VOICE "Voice" = 0x88918294_0ef4_4396_8cca_a8588fbc02b2;
        /// Video sharing.
        VIDEO_SHARE "VideoShare" = 0x05a2a716_7c34_4b4d_9a91_c5ef0c7aaacc;
        /// Buying connectivity.
        PURCHASE "Purchase" = 0xb3272496_ac6c_422b_a8c0_acf687a27217;
        /// IP multimedia subsystem.
        IMS "Ims" = 0x21610d01_3074_4bce_9425_b53a07d697d6;
        /// Multimedia messages.
        MMS "Mms" = 0x46726664_7269_6bc6_9624_d1d35389aca9;
        /// Ends at the device itself.
        LOCAL "Local" = 0xa57a9afc_b09f_45d7_bb40_033c39f60db9;
        /// Administration of the device.
        ADMIN "Admin" = 0x5f7e4c2e_e80b_40a9_a239_f0abcfd11f4b;
        /// Applications.
        APP "App" = 0x74d88a3d_dfbd_4799_9a8c_7310a37bb2ee;
        /// Configuration of services over XML (XCAP).
        XCAP "Xcap" = 0x50d378a7_baa5_4a50_b872_3fe5bb463411;
        /// Sharing the connection with other machines.
        TETHERING "Tethering" = 0x5e4e0601_48dc_4e2b_acb8_08b4016bbaac;
        /// Emergency calls.
        EMERGENCY_CALLING "EmergencyCalling" = 0x5f41adb8_204e_4d31_9da8_b3c970e360f2;
    }

    /// The name of a type, if it is known.
    #[must_use]
    pub fn name(uuid: Uuid) -> Option<&'static str> {
        ALL.iter().find(|(_, known)| *known == uuid).map(|(name, _)| *name)
    }

    /// The type with a name, upper and lower case alike.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Uuid> {
        ALL.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, uuid)| *uuid)
    }
}

/// Declares [`NwError`] and its texts in one table.
macro_rules! nw_error {
    ($(#[$m:meta])* $name:ident { $($value:ident = $n:literal, $text:literal;)* }) => {
        crate::open_enum! {
            $(#[$m])*
            pub struct $name(u32) {
                $(#[doc = $text] $value = $n,)*
            }
        }

        impl $name {
            /// What the cause means, for a person; no full stop.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)*
                    _ => "cause unknown here",
                }
            }
        }
    };
}

nw_error! {
    /// Why the network refused (3GPP TS 24.008 §10.5.3.6, §10.5.5.14, §10.5.6.6; TS 24.301 §9.9.3.9, §9.9.4.4; TS 24.501
    /// §9.11.3.2, §9.11.4.2). One number may mean different things for registration and for a context; then the text
    /// says both. Prints as text and number.
    NwError {
        NONE = 0, "no error";
        IMSI_UNKNOWN_IN_HLR = 2, "subscriber (IMSI) unknown in the home network";
        ILLEGAL_MS = 3, "subscriber not accepted (illegal mobile station)";
        IMSI_UNKNOWN_IN_VLR = 4, "subscriber (IMSI) unknown in the visited network";
        IMEI_NOT_ACCEPTED = 5, "device identity (IMEI) not accepted";
        ILLEGAL_ME = 6, "device not accepted (illegal mobile equipment)";
        GPRS_NOT_ALLOWED = 7, "packet services not allowed";
        GPRS_AND_NON_GPRS_NOT_ALLOWED = 8, "no services allowed; for a context: barred by the operator";
        MS_IDENTITY_NOT_DERIVED_BY_NETWORK = 9, "network could not derive the identity of the device";
        IMPLICITLY_DETACHED = 10, "implicitly detached";
        PLMN_NOT_ALLOWED = 11, "network not allowed";
        LOCATION_AREA_NOT_ALLOWED = 12, "location or tracking area not allowed";
        ROAMING_NOT_ALLOWED_IN_LOCATION_AREA = 13, "roaming not allowed in this area";
        GPRS_NOT_ALLOWED_IN_PLMN = 14, "packet services not allowed in this network";
        NO_CELLS_IN_LOCATION_AREA = 15, "no suitable cells in this area";
        MSC_TEMPORARILY_NOT_REACHABLE = 16, "switching centre temporarily not reachable";
        NETWORK_FAILURE = 17, "network failure";
        CS_DOMAIN_NOT_AVAILABLE = 18, "circuit-switched domain not available";
        ESM_FAILURE = 19, "session management failure; often a wrong access point name for the attach";
        MAC_FAILURE = 20, "authentication failed: message authentication code wrong";
        SYNCH_FAILURE = 21, "authentication failed: sequence number out of range";
        CONGESTION = 22, "congestion";
        GSM_AUTHENTICATION_UNACCEPTABLE = 23, "GSM authentication unacceptable; on LTE: security capabilities mismatch";
        NOT_AUTHORIZED_FOR_CSG = 25, "not authorized for this closed subscriber group";
        INSUFFICIENT_RESOURCES = 26, "insufficient resources";
        MISSING_OR_UNKNOWN_APN = 27, "access point name missing or unknown";
        UNKNOWN_PDP_ADDRESS_OR_TYPE = 28, "address type unknown";
        USER_AUTHENTICATION_FAILED = 29, "user authentication failed";
        ACTIVATION_REJECTED_BY_GGSN_OR_GW = 30, "activation rejected by the gateway";
        ACTIVATION_REJECTED_UNSPECIFIED = 31, "activation rejected, no reason given";
        SERVICE_OPTION_NOT_SUPPORTED = 32, "service option not supported";
        REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED = 33, "service option not subscribed";
        SERVICE_OPTION_TEMPORARILY_OUT_OF_ORDER = 34, "service option temporarily out of order";
        REGULAR_DEACTIVATION = 36, "regular deactivation";
        QOS_NOT_ACCEPTED = 37, "quality of service not accepted";
        NETWORK_FAILURE_FOR_CONTEXT = 38, "network failure while handling the context";
        REACTIVATION_REQUESTED = 39, "network asks to activate the context again";
        NO_PDP_CONTEXT_ACTIVATED = 40, "no context activated";
        SEMANTIC_ERROR_IN_THE_TFT_OPERATION = 41, "semantic error in the traffic flow template operation";
        SYNTACTICAL_ERROR_IN_THE_TFT_OPERATION = 42, "syntax error in the traffic flow template operation";
        UNKNOWN_PDP_CONTEXT = 43, "context unknown to the network";
        SEMANTIC_ERRORS_IN_PACKET_FILTER = 44, "semantic errors in a packet filter";
        SYNTACTICAL_ERRORS_IN_PACKET_FILTER = 45, "syntax errors in a packet filter";
        PDP_CONTEXT_WITHOUT_TFT_ALREADY_ACTIVATED = 46, "a context without traffic flow template is already active";
        REQUEST_REJECTED_OR_BEARER_CONTROL_MODE_VIOLATION = 48, "request rejected, or bearer control mode violated";
        LAST_PDN_DISCONNECTION_NOT_ALLOWED = 49, "the last connection must not be closed";
        PDP_TYPE_IPV4_ONLY_ALLOWED = 50, "only IPv4 allowed";
        PDP_TYPE_IPV6_ONLY_ALLOWED = 51, "only IPv6 allowed";
        SINGLE_ADDRESS_BEARERS_ONLY_ALLOWED = 52, "only contexts with one address type allowed";
        ESM_INFORMATION_NOT_RECEIVED = 53, "session information not received";
        PDN_CONNECTION_DOES_NOT_EXIST = 54, "connection does not exist";
        MULTIPLE_CONNECTIONS_FOR_APN_NOT_ALLOWED = 55, "several connections to one access point not allowed";
        PDN_TYPE_IPV4V6_ONLY_ALLOWED = 57, "only IPv4v6 allowed";
        NO_NETWORK_SLICES_AVAILABLE = 62, "no network slices available";
        MAXIMUM_NUMBER_OF_PDP_CONTEXTS_REACHED = 65, "maximum number of contexts reached";
        REQUESTED_APN_NOT_SUPPORTED_IN_CURRENT_RAT_AND_PLMN = 66,
            "access point not supported in this network with this radio technology";
        INSUFFICIENT_RESOURCES_FOR_SPECIFIC_SLICE_AND_DNN = 67, "insufficient resources for this slice and data network";
        INSUFFICIENT_RESOURCES_FOR_SPECIFIC_SLICE = 69, "insufficient resources for this slice";
        NGKSI_ALREADY_IN_USE = 71, "security key set identifier already in use";
        NON_3GPP_ACCESS_TO_5GCN_NOT_ALLOWED = 72, "access to the 5G core over other networks not allowed";
        SERVING_NETWORK_NOT_AUTHORIZED = 73, "serving network not authorized";
        TEMPORARILY_NOT_AUTHORIZED_FOR_THIS_SNPN = 74, "temporarily not authorized for this private network";
        PERMANENTLY_NOT_AUTHORIZED_FOR_THIS_SNPN = 75, "permanently not authorized for this private network";
        NOT_AUTHORIZED_FOR_THIS_CAG_OR_AUTHORIZED_FOR_CAG_CELLS_ONLY = 76,
            "not authorized for this closed access group, or authorized for its cells only";
        WIRELINE_ACCESS_AREA_NOT_ALLOWED = 77, "wireline access area not allowed";
        PAYLOAD_WAS_NOT_FORWARDED = 90, "payload was not forwarded";
        DNN_NOT_SUPPORTED_OR_NOT_SUBSCRIBED_IN_THE_SLICE = 91, "data network not supported or not subscribed in the slice";
        INSUFFICIENT_USER_PLANE_RESOURCES_FOR_THE_PDU_SESSION = 92, "insufficient user plane resources for the session";
        SEMANTICALLY_INCORRECT_MESSAGE = 95, "semantically incorrect message";
        INVALID_MANDATORY_INFORMATION = 96, "invalid mandatory information";
        MESSAGE_TYPE_NON_EXISTENT_OR_NOT_IMPLEMENTED = 97, "message type does not exist or is not implemented";
        MESSAGE_TYPE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE = 98, "message type does not fit the protocol state";
        INFORMATION_ELEMENT_NON_EXISTENT_OR_NOT_IMPLEMENTED = 99,
            "information element does not exist or is not implemented";
        CONDITIONAL_IE_ERROR = 100, "error in a conditional information element";
        MESSAGE_NOT_COMPATIBLE_WITH_PROTOCOL_STATE = 101, "message does not fit the protocol state";
        PROTOCOL_ERROR_UNSPECIFIED = 111, "protocol error, no reason given";
        APN_RESTRICTION_VALUE_INCOMPATIBLE_WITH_ACTIVE_PDP_CONTEXT = 112,
            "restriction of the access point does not agree with an active context";
        MULTIPLE_ACCESSES_TO_A_PDN_CONNECTION_NOT_ALLOWED = 113, "several accesses to a connection not allowed";
    }
}

impl fmt::Display for NwError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (cause {})", self.text(), self.0)
    }
}

crate::open_enum! {
    /// How the device is built in.
    pub struct DeviceType(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// Part of the machine.
        EMBEDDED = 1,
        /// Can be unplugged.
        REMOVABLE = 2,
        /// Elsewhere, such as a tethered phone.
        REMOTE = 3,
    }
}

crate::flags! {
    /// Families of cellular networks.
    pub struct CellularClass(u32) {
        /// 3GPP: GSM, UMTS, LTE, 5G.
        GSM = 1 << 0,
        /// 3GPP2: CDMA.
        CDMA = 1 << 1,
    }
}

crate::open_enum! {
    /// Whether the device can do voice calls.
    pub struct VoiceClass(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// No voice.
        NO_VOICE = 1,
        /// Voice, or data, but not both at once.
        SEPARATED_VOICE_DATA = 2,
        /// Voice and data at once.
        SIMULTANEOUS_VOICE_DATA = 3,
    }
}

crate::flags! {
    /// How the SIM is built.
    pub struct SimClass(u32) {
        /// No physical card.
        LOGICAL = 1 << 0,
        /// A card that can be taken out.
        REMOVABLE = 1 << 1,
    }
}

crate::flags! {
    /// Radio technologies, as in MBIM 1.0 and version 2.0 of the extensions; for 3.0 see [`DataClassV3`].
    pub struct DataClass(u32) {
        /// GPRS.
        GPRS = 1 << 0,
        /// EDGE.
        EDGE = 1 << 1,
        /// UMTS.
        UMTS = 1 << 2,
        /// HSDPA.
        HSDPA = 1 << 3,
        /// HSUPA.
        HSUPA = 1 << 4,
        /// LTE.
        LTE = 1 << 5,
        /// 5G, non-standalone.
        _5G_NSA = 1 << 6,
        /// 5G, standalone.
        _5G_SA = 1 << 7,
        /// CDMA2000 1xRTT.
        _1XRTT = 1 << 16,
        /// CDMA2000 1xEV-DO.
        _1XEVDO = 1 << 17,
        /// CDMA2000 1xEV-DO revision A.
        _1XEVDO_REVA = 1 << 18,
        /// CDMA2000 1xEV-DV.
        _1XEVDV = 1 << 19,
        /// CDMA2000 3xRTT.
        _3XRTT = 1 << 20,
        /// CDMA2000 1xEV-DO revision B.
        _1XEVDO_REVB = 1 << 21,
        /// Ultra Mobile Broadband.
        UMB = 1 << 22,
        /// What the custom data class says, as text: some modems announce 5G only there.
        CUSTOM = 1 << 31,
    }
}

crate::flags! {
    /// What the device can do with short messages.
    pub struct SmsCaps(u32) {
        /// Receive in PDU format.
        PDU_RECEIVE = 1 << 0,
        /// Send in PDU format.
        PDU_SEND = 1 << 1,
        /// Receive as text (CDMA).
        TEXT_RECEIVE = 1 << 2,
        /// Send as text (CDMA).
        TEXT_SEND = 1 << 3,
    }
}

crate::flags! {
    /// What the host can control.
    pub struct CtrlCaps(u32) {
        /// Manual choice of the network.
        REG_MANUAL = 1 << 0,
        /// There is a hardware radio switch.
        HW_RADIO_SWITCH = 1 << 1,
        /// CDMA mobile IP.
        CDMA_MOBILE_IP = 1 << 2,
        /// CDMA simple IP.
        CDMA_SIMPLE_IP = 1 << 3,
        /// Several home providers.
        MULTI_CARRIER = 1 << 4,
        /// Embedded SIM.
        ESIM = 1 << 5,
        /// Route selection by UE policy (version 3.0).
        UE_POLICY_ROUTE_SELECTION = 1 << 6,
        /// The SIM may be changed while powered.
        SIM_HOT_SWAP_CAPABLE = 1 << 7,
    }
}

crate::mbim_struct! {
    /// What the device is and can do.
    pub struct DeviceCapsInfo<'a>, DeviceCapsInfoView {
        /// How it is built in.
        device_type: DeviceType,
        /// Families of networks.
        cellular_class: CellularClass,
        /// Voice calls.
        voice_class: VoiceClass,
        /// How the SIM is built.
        sim_class: SimClass,
        /// Radio technologies.
        data_class: DataClass,
        /// Short messages.
        sms_caps: SmsCaps,
        /// What the host can control.
        control_caps: CtrlCaps,
        /// Number of IP sessions at the same time; session ids are smaller than this.
        max_sessions: u32,
        /// Name of radio technologies that have no flag, at most 11 characters.
        custom_data_class: Text<'a, { limit::CUSTOM_DATA_CLASS }>,
        /// IMEI, MEID or ESN. Microsoft asks for at most 13 characters; 18 are accepted.
        device_id personal: Text<'a, { limit::DEVICE_ID }>,
        /// Version of the firmware, at most 30 characters.
        firmware_info: Text<'a, { limit::DEVICE_INFO }>,
        /// Name or version of the hardware, at most 30 characters.
        hardware_info: Text<'a, { limit::DEVICE_INFO }>,
    }
}

crate::open_enum! {
    /// Whether the SIM can be used.
    pub struct SubscriberReadyState(u32) {
        /// Not yet: wait for the next indication. Not the same as locked.
        NOT_INITIALIZED = 0,
        /// Ready.
        INITIALIZED = 1,
        /// No SIM.
        SIM_NOT_INSERTED = 2,
        /// Unusable SIM: wrong kind, or unblocking attempts used up.
        BAD_SIM = 3,
        /// Reading it failed.
        FAILURE = 4,
        /// The subscription is not activated.
        NOT_ACTIVATED = 5,
        /// A PIN or another unlock is needed.
        DEVICE_LOCKED = 6,
        /// Embedded SIM without an enabled profile.
        NO_ESIM_PROFILE = 7,
    }
}

crate::flags! {
    /// What to mind with the subscriber's identity.
    pub struct ReadyInfoFlag(u32) {
        /// The host must not show the identity.
        PROTECT_UNIQUE_ID = 1 << 0,
    }
}

crate::mbim_struct! {
    /// The state of the SIM and its identity, as in MBIM 1.0 and version 2.0.
    pub struct SubscriberReadyStatusInfo<'a>, SubscriberReadyStatusInfoView {
        /// Whether the SIM can be used.
        ready_state: SubscriberReadyState,
        /// IMSI, MIN or IRM; at most 15 digits.
        subscriber_id personal: Text<'a, { limit::SUBSCRIBER_ID }>,
        /// Number of the card (ICCID), at most 20 digits.
        sim_icc_id personal: Text<'a, { limit::SIM_ICC_ID }>,
        /// What to mind with the identity.
        ready_info: ReadyInfoFlag,
        /// Number of telephone numbers.
        telephone_numbers_count: Count,
        /// Telephone numbers stored on the SIM.
        telephone_numbers personal: TextList<'a>,
    }
}

crate::open_enum! {
    /// Position of a radio switch.
    pub struct RadioSwitchState(u32) {
        /// Off.
        OFF = 0,
        /// On.
        ON = 1,
    }
}

crate::mbim_struct! {
    /// Asks for a position of the software switch.
    pub struct RadioStateSet, RadioStateSetView {
        /// Wanted position.
        radio_state: RadioSwitchState,
    }
}

crate::mbim_struct! {
    /// Both radio switches; the radio is on only if both are.
    pub struct RadioStateInfo, RadioStateInfoView {
        /// The hardware switch.
        hw_radio_state: RadioSwitchState,
        /// The software switch.
        sw_radio_state: RadioSwitchState,
    }
}

crate::open_enum! {
    /// Kinds of locks: codes of the SIM, personalisations of the device, and what unblocks them.
    pub struct PinType(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// Of the vendor.
        CUSTOM = 1,
        /// PIN 1 of the SIM.
        PIN1 = 2,
        /// PIN 2 of the SIM; being locked does not prevent service.
        PIN2 = 3,
        /// Ties the device to a SIM.
        DEVICE_SIM_PIN = 4,
        /// Ties the device to the first SIM ever inserted.
        DEVICE_FIRST_SIM_PIN = 5,
        /// Ties the device to a network.
        NETWORK_PIN = 6,
        /// Ties the device to a part of a network.
        NETWORK_SUBSET_PIN = 7,
        /// Ties the device to a service provider.
        SERVICE_PROVIDER_PIN = 8,
        /// Ties the device to a company.
        CORPORATE_PIN = 9,
        /// Until a subsidy is paid off.
        SUBSIDY_PIN = 10,
        /// Unblocks PIN 1.
        PUK1 = 11,
        /// Unblocks PIN 2.
        PUK2 = 12,
        /// Unblocks the first-SIM personalisation.
        DEVICE_FIRST_SIM_PUK = 13,
        /// Unblocks the network personalisation.
        NETWORK_PUK = 14,
        /// Unblocks the network subset personalisation.
        NETWORK_SUBSET_PUK = 15,
        /// Unblocks the service provider personalisation.
        SERVICE_PROVIDER_PUK = 16,
        /// Unblocks the corporate personalisation.
        CORPORATE_PUK = 17,
        /// Code of the network for enhanced verification.
        NEV = 18,
        /// Administrative code.
        ADM = 19,
    }
}

crate::open_enum! {
    /// Whether a code is needed.
    pub struct PinState(u32) {
        /// Nothing is needed.
        UNLOCKED = 0,
        /// The code is needed.
        LOCKED = 1,
    }
}

crate::open_enum! {
    /// What to do with a code.
    pub struct PinOperation(u32) {
        /// Enter it.
        ENTER = 0,
        /// Ask for it from now on.
        ENABLE = 1,
        /// Ask for it no longer.
        DISABLE = 2,
        /// Change it.
        CHANGE = 3,
    }
}

crate::mbim_struct! {
    /// Enters, enables, disables or changes a code. To unblock with a PUK: type PUK, operation enter, the PUK as `pin`,
    /// and the PIN to be as `new_pin`.
    pub struct PinSet<'a>, PinSetView {
        /// Which code.
        pin_type: PinType,
        /// What to do.
        pin_operation: PinOperation,
        /// The code, at most 16 characters.
        pin personal: Text<'a, { limit::PIN }>,
        /// The new code, for a change or behind a PUK; at most 16 characters.
        new_pin personal: Text<'a, { limit::PIN }>,
    }
}

crate::mbim_struct! {
    /// The code that is needed now. Many modems send this with a failed set as well.
    pub struct PinInfo, PinInfoView {
        /// Which code.
        pin_type: PinType,
        /// Whether it is needed.
        pin_state: PinState,
        /// Attempts left; 0xFFFFFFFF unknown.
        remaining_attempts: u32,
    }
}

crate::open_enum! {
    /// Whether a lock is used.
    pub struct PinMode(u32) {
        /// The device does not have it.
        NOT_SUPPORTED = 0,
        /// In use.
        ENABLED = 1,
        /// Not in use.
        DISABLED = 2,
    }
}

crate::open_enum! {
    /// Characters of a code.
    pub struct PinFormat(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// Digits.
        NUMERIC = 1,
        /// Letters and digits.
        ALPHANUMERIC = 2,
    }
}

crate::mbim_struct! {
    /// One kind of lock.
    pub struct PinDesc, PinDescView {
        /// Whether it is used.
        pin_mode: PinMode,
        /// Characters.
        pin_format: PinFormat,
        /// Characters at least; 0xFFFFFFFF unknown.
        pin_length_min: u32,
        /// Characters at most; 0xFFFFFFFF unknown.
        pin_length_max: u32,
    }
}

crate::mbim_struct! {
    /// All kinds of locks.
    pub struct PinListInfo<'a>, PinListInfoView {
        /// PIN 1.
        pin_desc_pin1: Inline<'a, PinDescView<'a>>,
        /// PIN 2.
        pin_desc_pin2: Inline<'a, PinDescView<'a>>,
        /// Tied to a SIM.
        pin_desc_device_sim_pin: Inline<'a, PinDescView<'a>>,
        /// Tied to the first SIM.
        pin_desc_device_first_sim_pin: Inline<'a, PinDescView<'a>>,
        /// Tied to a network.
        pin_desc_network_pin: Inline<'a, PinDescView<'a>>,
        /// Tied to a part of a network.
        pin_desc_network_subset_pin: Inline<'a, PinDescView<'a>>,
        /// Tied to a service provider.
        pin_desc_service_provider_pin: Inline<'a, PinDescView<'a>>,
        /// Tied to a company.
        pin_desc_corporate_pin: Inline<'a, PinDescView<'a>>,
        /// Subsidy lock.
        pin_desc_subsidy_lock: Inline<'a, PinDescView<'a>>,
        /// Of the vendor.
        pin_desc_custom: Inline<'a, PinDescView<'a>>,
    }
}

crate::flags! {
    /// What a provider is to this subscriber; no flag: unknown.
    pub struct ProviderState(u32) {
        /// The home provider.
        HOME = 1 << 0,
        /// Forbidden.
        FORBIDDEN = 1 << 1,
        /// Preferred.
        PREFERRED = 1 << 2,
        /// Received here.
        VISIBLE = 1 << 3,
        /// Registered with it.
        REGISTERED = 1 << 4,
        /// Preferred home provider of a device with several.
        PREFERRED_MULTICARRIER = 1 << 5,
    }
}

crate::mbim_struct! {
    /// A network operator.
    pub struct Provider<'a>, ProviderView {
        /// MCC and MNC (GSM) or SID (CDMA), 5 or 6 digits; the MNC has as many digits as are sent.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// What it is to the subscriber.
        provider_state: ProviderState,
        /// Name, at most 20 characters.
        provider_name: Text<'a, { limit::PROVIDER_NAME }>,
        /// Family of the network.
        cellular_class: CellularClass,
        /// Signal strength: n means -113 + 2n dBm for n in 0 to 31; 99 unknown.
        rssi: u32,
        /// Bit error rate, coded 0 to 7; 99 unknown.
        error_rate: u32,
    }
}

crate::mbim_struct! {
    /// The home provider.
    pub struct HomeProviderInfo<'a>, HomeProviderInfoView {
        /// The provider.
        provider: Inline<'a, ProviderView<'a>>,
    }
}

/// Chooses the home provider: the layout of the answer.
pub type HomeProviderSet<'a> = HomeProviderInfo<'a>;
/// Reads [`HomeProviderSet`] in place.
pub type HomeProviderSetView<'a> = HomeProviderInfoView<'a>;

crate::mbim_struct! {
    /// A list of providers.
    pub struct ProvidersInfo<'a>, ProvidersInfoView {
        /// Number of providers.
        providers_count: Count,
        /// The providers.
        providers: RefList<'a, ProviderView<'a>>,
    }
}

/// Preferred providers, the most preferred first.
pub type PreferredProvidersInfo<'a> = ProvidersInfo<'a>;
/// Reads [`PreferredProvidersInfo`] in place.
pub type PreferredProvidersInfoView<'a> = ProvidersInfoView<'a>;
/// Replaces the preferred providers.
pub type PreferredProvidersSet<'a> = ProvidersInfo<'a>;
/// Reads [`PreferredProvidersSet`] in place.
pub type PreferredProvidersSetView<'a> = ProvidersInfoView<'a>;

crate::open_enum! {
    /// How much to look for.
    pub struct VisibleProvidersAction(u32) {
        /// Everything.
        FULL_SCAN = 0,
        /// Only home providers of a device with several.
        RESTRICTED_SCAN = 1,
    }
}

crate::mbim_struct! {
    /// Looks for networks. The answer may take minutes.
    pub struct VisibleProvidersQuery, VisibleProvidersQueryView {
        /// How much to look for.
        action: VisibleProvidersAction,
    }
}

/// Networks that were found.
pub type VisibleProvidersInfo<'a> = ProvidersInfo<'a>;
/// Reads [`VisibleProvidersInfo`] in place.
pub type VisibleProvidersInfoView<'a> = ProvidersInfoView<'a>;

crate::open_enum! {
    /// Who chooses the network.
    pub struct RegisterAction(u32) {
        /// The device.
        AUTOMATIC = 0,
        /// The host.
        MANUAL = 1,
    }
}

crate::open_enum! {
    /// Whether the device is registered with a network (`MbimRegisterState`).
    pub struct RegistrationState(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// Not registered.
        DEREGISTERED = 1,
        /// Looking for a network.
        SEARCHING = 2,
        /// At home.
        HOME = 3,
        /// Roaming.
        ROAMING = 4,
        /// With a roaming partner.
        PARTNER = 5,
        /// Refused.
        DENIED = 6,
    }
}

crate::open_enum! {
    /// Who has chosen the network.
    pub struct RegisterMode(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// The device.
        AUTOMATIC = 1,
        /// The host.
        MANUAL = 2,
    }
}

crate::flags! {
    /// Particulars of a registration.
    pub struct RegistrationFlag(u32) {
        /// The host cannot choose the network now.
        MANUAL_SELECTION_NOT_AVAILABLE = 1 << 0,
        /// The device attaches to packet service by itself.
        PACKET_SERVICE_AUTOMATIC_ATTACH = 1 << 1,
    }
}

crate::mbim_struct! {
    /// Registers. The answer may come only after registration.
    pub struct RegisterStateSet<'a>, RegisterStateSetView {
        /// The network wanted, MCC and MNC; empty if the device is to choose.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Who chooses.
        register_action: RegisterAction,
        /// Radio technologies preferred; no flag: no preference, though some modems then forget earlier ones.
        data_class: DataClass,
    }
}

crate::mbim_struct! {
    /// The registration, as in MBIM 1.0.
    pub struct RegisterStateInfo<'a>, RegisterStateInfoView {
        /// Why the network refused, if it did.
        nw_error: NwError,
        /// Whether the device is registered.
        register_state: RegistrationState,
        /// Who has chosen the network.
        register_mode: RegisterMode,
        /// Radio technologies of the cell.
        available_data_classes: DataClass,
        /// Family of the network.
        current_cellular_class: CellularClass,
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Name of the network, at most 20 characters.
        provider_name: Text<'a, { limit::PROVIDER_NAME }>,
        /// What to tell about roaming, at most 63 characters.
        roaming_text: Text<'a, { limit::ROAMING_TEXT }>,
        /// Particulars.
        registration_flag: RegistrationFlag,
    }
}

crate::open_enum! {
    /// What to do with packet service.
    pub struct PacketServiceAction(u32) {
        /// Attach.
        ATTACH = 0,
        /// Detach.
        DETACH = 1,
    }
}

crate::open_enum! {
    /// Whether the device is attached to packet service.
    pub struct PacketServiceState(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// Attaching.
        ATTACHING = 1,
        /// Attached.
        ATTACHED = 2,
        /// Detaching.
        DETACHING = 3,
        /// Detached.
        DETACHED = 4,
    }
}

crate::mbim_struct! {
    /// Attaches or detaches. On LTE attaching is implied; some modems then refuse a set as already done.
    pub struct PacketServiceSet, PacketServiceSetView {
        /// What to do.
        packet_service_action: PacketServiceAction,
    }
}

crate::mbim_struct! {
    /// Packet service, as in MBIM 1.0.
    pub struct PacketServiceInfo, PacketServiceInfoView {
        /// Why the network refused, if it did.
        nw_error: NwError,
        /// Whether attached.
        packet_service_state: PacketServiceState,
        /// The best radio technology of the cell: one flag.
        highest_available_data_class: DataClass,
        /// Uplink, bits per second.
        uplink_speed: u64,
        /// Downlink, bits per second.
        downlink_speed: u64,
    }
}

crate::mbim_struct! {
    /// When to indicate the signal. 0 chooses the device's default; for a threshold 0xFFFFFFFF means that it does not
    /// matter.
    pub struct SignalStateSet, SignalStateSetView {
        /// Seconds between indications.
        signal_strength_interval: u32,
        /// Change of the coded signal strength, 2 dB each.
        rssi_threshold: u32,
        /// Change of the coded error rate.
        error_rate_threshold: u32,
    }
}

crate::mbim_struct! {
    /// The signal, as in MBIM 1.0.
    pub struct SignalStateInfo, SignalStateInfoView {
        /// Signal strength: n means -113 + 2n dBm for n in 0 to 31; 99 unknown.
        rssi: u32,
        /// Bit error rate, coded 0 to 7; 99 unknown.
        error_rate: u32,
        /// Seconds between indications.
        signal_strength_interval: u32,
        /// Change of `rssi` that is indicated; 0xFFFFFFFF none.
        rssi_threshold: u32,
        /// Change of `error_rate` that is indicated; 0xFFFFFFFF none.
        error_rate_threshold: u32,
    }
}

crate::open_enum! {
    /// What to do with a session.
    pub struct ActivationCommand(u32) {
        /// Deactivate.
        DEACTIVATE = 0,
        /// Activate.
        ACTIVATE = 1,
    }
}

crate::open_enum! {
    /// Compression of headers and data.
    pub struct Compression(u32) {
        /// None.
        NONE = 0,
        /// Enabled.
        ENABLE = 1,
    }
}

crate::open_enum! {
    /// How user name and password are presented.
    pub struct AuthProtocol(u32) {
        /// Not at all.
        NONE = 0,
        /// PAP.
        PAP = 1,
        /// CHAP.
        CHAP = 2,
        /// MS-CHAP version 2.
        MSCHAPV2 = 3,
    }
}

crate::open_enum! {
    /// Address families of a context.
    pub struct ContextIpType(u32) {
        /// The device decides.
        DEFAULT = 0,
        /// IPv4.
        IPV4 = 1,
        /// IPv6.
        IPV6 = 2,
        /// One context with both.
        IPV4V6 = 3,
        /// Two contexts, one each.
        IPV4_AND_IPV6 = 4,
    }
}

crate::open_enum! {
    /// Whether a session is active.
    pub struct ActivationState(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// Active.
        ACTIVATED = 1,
        /// On the way up.
        ACTIVATING = 2,
        /// Not active.
        DEACTIVATED = 3,
        /// On the way down.
        DEACTIVATING = 4,
    }
}

crate::open_enum! {
    /// Whether a voice call holds up the session.
    pub struct VoiceCallState(u32) {
        /// No call.
        NONE = 0,
        /// A call goes on.
        IN_PROGRESS = 1,
        /// A call has ended.
        HANG_UP = 2,
    }
}

crate::mbim_struct! {
    /// Activates or deactivates a session, as in MBIM 1.0 and version 2.0.
    pub struct ConnectSet<'a>, ConnectSetView {
        /// The session, smaller than the device's `max_sessions`.
        session_id: u32,
        /// What to do.
        activation_command: ActivationCommand,
        /// Access point name, at most 100 characters.
        access_string: Text<'a, { limit::ACCESS_STRING }>,
        /// User name, at most 255 characters.
        user_name personal: Text<'a, { limit::USER_NAME }>,
        /// Password, at most 255 characters.
        password personal: Text<'a, { limit::PASSWORD }>,
        /// Compression.
        compression: Compression,
        /// How user name and password are presented.
        auth_protocol: AuthProtocol,
        /// Address families wanted.
        ip_type: ContextIpType,
        /// What the context is for, see [`context_type`]; some modems compare it on deactivation too.
        context_type: Uuid,
    }
}

crate::mbim_struct! {
    /// A session, as in MBIM 1.0 and version 2.0. A failed set may bring it as well.
    pub struct ConnectInfo, ConnectInfoView {
        /// The session.
        session_id: u32,
        /// Whether it is active.
        activation_state: ActivationState,
        /// Whether a voice call holds it up.
        voice_call_state: VoiceCallState,
        /// Address families granted.
        ip_type: ContextIpType,
        /// What the context is for; some modems answer another type than asked, so go by `session_id`.
        context_type: Uuid,
        /// Why the network refused, if it did.
        nw_error: NwError,
    }
}

/// Asks for a session: the layout of the answer, only `session_id` counts.
pub type ConnectQuery = ConnectInfo;
/// Reads [`ConnectQuery`] in place.
pub type ConnectQueryView<'a> = ConnectInfoView<'a>;

crate::mbim_struct! {
    /// A context stored in the device or on the SIM.
    pub struct ProvisionedContextElement<'a>, ProvisionedContextElementView {
        /// Number of the context.
        context_id: u32,
        /// What it is for, see [`context_type`].
        context_type: Uuid,
        /// Access point name.
        access_string: Text<'a, { limit::ACCESS_STRING }>,
        /// User name.
        user_name personal: Text<'a, { limit::USER_NAME }>,
        /// Password.
        password personal: Text<'a, { limit::PASSWORD }>,
        /// Compression.
        compression: Compression,
        /// How user name and password are presented.
        auth_protocol: AuthProtocol,
    }
}

crate::mbim_struct! {
    /// Stores a context.
    pub struct ProvisionedContextsSet<'a>, ProvisionedContextsSetView {
        /// Number of the context.
        context_id: u32,
        /// What it is for, see [`context_type`].
        context_type: Uuid,
        /// Access point name.
        access_string: Text<'a, { limit::ACCESS_STRING }>,
        /// User name.
        user_name personal: Text<'a, { limit::USER_NAME }>,
        /// Password.
        password personal: Text<'a, { limit::PASSWORD }>,
        /// Compression.
        compression: Compression,
        /// How user name and password are presented.
        auth_protocol: AuthProtocol,
        /// The network it belongs to, MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
    }
}

crate::mbim_struct! {
    /// The stored contexts.
    pub struct ProvisionedContextsInfo<'a>, ProvisionedContextsInfoView {
        /// Number of contexts.
        provisioned_contexts_count: Count,
        /// The contexts.
        provisioned_contexts: RefList<'a, ProvisionedContextElementView<'a>>,
    }
}

crate::mbim_struct! {
    /// Data of an operator to activate a subscription.
    pub struct ServiceActivationSet<'a>, ServiceActivationSetView {
        /// What the operator defined.
        buffer: Rest<'a>,
    }
}

crate::mbim_struct! {
    /// Outcome of an activation; comes with a failure too.
    pub struct ServiceActivationInfo<'a>, ServiceActivationInfoView {
        /// Why the network refused, if it did.
        nw_error: NwError,
        /// What the operator defined.
        buffer: Rest<'a>,
    }
}

crate::flags! {
    /// Which parts of an IP configuration are there.
    pub struct IpConfigurationAvailableFlag(u32) {
        /// Addresses.
        ADDRESS = 1 << 0,
        /// The gateway.
        GATEWAY = 1 << 1,
        /// Name servers.
        DNS = 1 << 2,
        /// The MTU.
        MTU = 1 << 3,
    }
}

crate::mbim_struct! {
    /// An IPv4 address with its prefix.
    pub struct Ipv4Element, Ipv4ElementView {
        /// Bits of the on-link prefix.
        on_link_prefix_length: u32,
        /// The address.
        ipv4_address "IPv4Address": Address<Ipv4Addr>,
    }
}

crate::mbim_struct! {
    /// An IPv6 address with its prefix.
    pub struct Ipv6Element, Ipv6ElementView {
        /// Bits of the on-link prefix.
        on_link_prefix_length: u32,
        /// The address.
        ipv6_address "IPv6Address": Address<Ipv6Addr>,
    }
}

crate::mbim_struct! {
    /// The IP configuration of a session. Every indication repeats all of it. What the flags do not announce is to be
    /// asked of the network (DHCP, router advertisements).
    pub struct IpConfigurationInfo<'a>, IpConfigurationInfoView {
        /// The session.
        session_id: u32,
        /// What is there of IPv4.
        ipv4_configuration_available "IPv4ConfigurationAvailable": IpConfigurationAvailableFlag,
        /// What is there of IPv6.
        ipv6_configuration_available "IPv6ConfigurationAvailable": IpConfigurationAvailableFlag,
        /// Number of IPv4 addresses.
        ipv4_address_count "IPv4AddressCount": Count,
        /// IPv4 addresses with prefixes.
        ipv4_address "IPv4Address": ElementArray<'a, Ipv4ElementView<'a>>,
        /// Number of IPv6 addresses.
        ipv6_address_count "IPv6AddressCount": Count,
        /// IPv6 addresses with prefixes.
        ipv6_address "IPv6Address": ElementArray<'a, Ipv6ElementView<'a>>,
        /// IPv4 gateway.
        ipv4_gateway "IPv4Gateway": RefAddress<Ipv4Addr>,
        /// IPv6 gateway.
        ipv6_gateway "IPv6Gateway": RefAddress<Ipv6Addr>,
        /// Number of IPv4 name servers.
        ipv4_dns_server_count "IPv4DnsServerCount": Count,
        /// IPv4 name servers.
        ipv4_dns_server "IPv4DnsServer": RefArray<'a, Ipv4Addr>,
        /// Number of IPv6 name servers.
        ipv6_dns_server_count "IPv6DnsServerCount": Count,
        /// IPv6 name servers.
        ipv6_dns_server "IPv6DnsServer": RefArray<'a, Ipv6Addr>,
        /// MTU of IPv4 in bytes.
        ipv4_mtu "IPv4Mtu": u32,
        /// MTU of IPv6 in bytes.
        ipv6_mtu "IPv6Mtu": u32,
    }
}

/// Asks for the IP configuration of a session: the layout of the answer, only `session_id` counts.
pub type IpConfigurationQuery<'a> = IpConfigurationInfo<'a>;
/// Reads [`IpConfigurationQuery`] in place.
pub type IpConfigurationQueryView<'a> = IpConfigurationInfoView<'a>;

crate::flags! {
    /// Directions of device service streams.
    pub struct DssPayload(u32) {
        /// From host to device.
        FROM_HOST = 1 << 0,
        /// From device to host.
        FROM_DEVICE = 1 << 1,
    }
}

crate::mbim_struct! {
    /// A device service and its commands.
    pub struct DeviceServiceElement<'a>, DeviceServiceElementView {
        /// The service.
        device_service_id: Uuid,
        /// Directions of its streams.
        dss_payload: DssPayload,
        /// Number of streams at the same time; 0 none.
        max_dss_instances: u32,
        /// Number of commands.
        cids_count: Count,
        /// Command identifiers.
        cids: Array<'a, u32>,
    }
}

crate::mbim_struct! {
    /// All device services. Must be answered before the SIM is ready.
    pub struct DeviceServicesInfo<'a>, DeviceServicesInfoView {
        /// Number of services.
        device_services_count: Count,
        /// Number of device service streams at the same time.
        max_dss_sessions: u32,
        /// The services.
        device_services: RefList<'a, DeviceServiceElementView<'a>, 8>,
    }
}

crate::mbim_struct! {
    /// What to indicate of a device service.
    pub struct EventEntry<'a>, EventEntryView {
        /// The service.
        device_service_id: Uuid,
        /// Number of commands; 0 means all.
        cids_count: Count,
        /// Commands whose indications are wanted.
        cids: Array<'a, u32>,
    }
}

crate::mbim_struct! {
    /// The list of indications that the device sends.
    pub struct DeviceServiceSubscribeListInfo<'a>, DeviceServiceSubscribeListInfoView {
        /// Number of services.
        events_count: Count,
        /// The services.
        events: RefList<'a, EventEntryView<'a>>,
    }
}

/// Replaces the whole list.
pub type DeviceServiceSubscribeListSet<'a> = DeviceServiceSubscribeListInfo<'a>;
/// Reads [`DeviceServiceSubscribeListSet`] in place.
pub type DeviceServiceSubscribeListSetView<'a> = DeviceServiceSubscribeListInfoView<'a>;

crate::mbim_struct! {
    /// Counters of all sessions together, since the device was powered.
    pub struct PacketStatisticsInfo, PacketStatisticsInfoView {
        /// Received packets thrown away.
        in_discards: u32,
        /// Received packets with errors.
        in_errors: u32,
        /// Received bytes.
        in_octets: u64,
        /// Received packets.
        in_packets: u64,
        /// Sent bytes.
        out_octets: u64,
        /// Sent packets.
        out_packets: u64,
        /// Packets not sent for errors.
        out_errors: u32,
        /// Packets to be sent thrown away.
        out_discards: u32,
    }
}

crate::open_enum! {
    /// Whether the host expects little traffic.
    pub struct NetworkIdleHintState(u32) {
        /// No.
        DISABLED = 0,
        /// Yes: the device may release the radio connection early.
        ENABLED = 1,
    }
}

crate::mbim_struct! {
    /// Whether the host expects little traffic.
    pub struct NetworkIdleHintInfo, NetworkIdleHintInfoView {
        /// Whether it does.
        state: NetworkIdleHintState,
    }
}

/// Gives the hint.
pub type NetworkIdleHintSet = NetworkIdleHintInfo;
/// Reads [`NetworkIdleHintSet`] in place.
pub type NetworkIdleHintSetView<'a> = NetworkIdleHintInfoView<'a>;

crate::open_enum! {
    /// Whether an emergency call goes on.
    pub struct EmergencyModeState(u32) {
        /// No.
        OFF = 0,
        /// Yes.
        ON = 1,
    }
}

crate::mbim_struct! {
    /// Emergency mode.
    pub struct EmergencyModeInfo, EmergencyModeInfoView {
        /// Whether it is on.
        state: EmergencyModeState,
    }
}

/// Sets emergency mode. Not in MBIM 1.0; some modems have it.
pub type EmergencyModeSet = EmergencyModeInfo;
/// Reads [`EmergencyModeSet`] in place.
pub type EmergencyModeSetView<'a> = EmergencyModeInfoView<'a>;

crate::mbim_struct! {
    /// A pattern that packets are compared with: a packet passes if its bits under the mask equal the filter's.
    pub struct PacketFilter<'a>, PacketFilterView {
        /// Bytes of filter and mask each.
        filter_size: Count,
        /// The pattern.
        packet_filter: SizedBytes<'a, 4>,
        /// The bits that count; as long as the pattern.
        packet_mask: SizedBytes<'a, 8>,
    }
}

crate::mbim_struct! {
    /// Filters of a session: only packets that pass one of them wake the host.
    pub struct IpPacketFiltersInfo<'a>, IpPacketFiltersInfoView {
        /// The session.
        session_id: u32,
        /// Number of filters; 0 means that everything passes.
        packet_filters_count: Count,
        /// The filters.
        packet_filters: RefList<'a, PacketFilterView<'a>>,
    }
}

/// Asks for the filters of a session: the layout of the answer without filters.
pub type IpPacketFiltersQuery<'a> = IpPacketFiltersInfo<'a>;
/// Reads [`IpPacketFiltersQuery`] in place.
pub type IpPacketFiltersQueryView<'a> = IpPacketFiltersInfoView<'a>;
/// Replaces the filters of a session.
pub type IpPacketFiltersSet<'a> = IpPacketFiltersInfo<'a>;
/// Reads [`IpPacketFiltersSet`] in place.
pub type IpPacketFiltersSetView<'a> = IpPacketFiltersInfoView<'a>;

/// Home providers of a device with several.
pub type MulticarrierProvidersInfo<'a> = ProvidersInfo<'a>;
/// Reads [`MulticarrierProvidersInfo`] in place.
pub type MulticarrierProvidersInfoView<'a> = ProvidersInfoView<'a>;
/// Replaces the home providers.
pub type MulticarrierProvidersSet<'a> = ProvidersInfo<'a>;
/// Reads [`MulticarrierProvidersSet`] in place.
pub type MulticarrierProvidersSetView<'a> = ProvidersInfoView<'a>;

// Version 2.0 of the Microsoft extensions.

crate::mbim_struct! {
    /// The registration (version 2.0).
    pub struct RegisterStateInfoV2<'a>, RegisterStateInfoV2View {
        /// Why the network refused, if it did.
        nw_error: NwError,
        /// Whether the device is registered.
        register_state: RegistrationState,
        /// Who has chosen the network.
        register_mode: RegisterMode,
        /// Radio technologies of the cell.
        available_data_classes: DataClass,
        /// Family of the network.
        current_cellular_class: CellularClass,
        /// MCC and MNC.
        provider_id: Text<'a, { limit::PROVIDER_ID }>,
        /// Name of the network, at most 20 characters.
        provider_name: Text<'a, { limit::PROVIDER_NAME }>,
        /// What to tell about roaming, at most 63 characters.
        roaming_text: Text<'a, { limit::ROAMING_TEXT }>,
        /// Particulars.
        registration_flag: RegistrationFlag,
        /// Radio technologies that the host prefers.
        preferred_data_classes: DataClass,
    }
}

crate::flags! {
    /// Frequency ranges of 5G; no flag: unknown.
    pub struct FrequencyRange(u32) {
        /// FR1, below 7.125 GHz.
        RANGE_1 = 1 << 0,
        /// FR2, millimetre waves.
        RANGE_2 = 1 << 1,
    }
}

crate::mbim_struct! {
    /// Packet service (version 2.0).
    pub struct PacketServiceInfoV2, PacketServiceInfoV2View {
        /// Why the network refused, if it did.
        nw_error: NwError,
        /// Whether attached.
        packet_service_state: PacketServiceState,
        /// The radio technology in use: one flag.
        current_data_class: DataClass,
        /// Uplink, bits per second.
        uplink_speed: u64,
        /// Downlink, bits per second.
        downlink_speed: u64,
        /// Frequency ranges in use.
        frequency_range: FrequencyRange,
    }
}

crate::mbim_struct! {
    /// Signal of one radio technology (version 2.0). Some modems send 0xFFFFFFFF for what they do not know.
    pub struct RsrpSnrInfo, RsrpSnrInfoView {
        /// Reference signal received power: n means from -157 + n up to -156 + n dBm for n in 0 to 126; 127 unknown.
        rsrp: u32,
        /// Signal to noise ratio: n means from -23.5 + n/2 up to -23 + n/2 dB for n in 0 to 127; 128 unknown.
        snr: u32,
        /// Change of `rsrp` that is indicated; 0 default, 0xFFFFFFFF none.
        rsrp_threshold: u32,
        /// Change of `snr` that is indicated; 0 default, 0xFFFFFFFF none.
        snr_threshold: u32,
        /// The radio technology: one flag.
        system_type: DataClass,
    }
}

crate::mbim_struct! {
    /// The signal (version 2.0).
    pub struct SignalStateInfoV2<'a>, SignalStateInfoV2View {
        /// Signal strength: n means -113 + 2n dBm for n in 0 to 31; 99 unknown, or told as RSRP.
        rssi: u32,
        /// Bit error rate, coded 0 to 7; 99 unknown.
        error_rate: u32,
        /// Seconds between indications.
        signal_strength_interval: u32,
        /// Change of `rssi` that is indicated; 0xFFFFFFFF none.
        rssi_threshold: u32,
        /// Change of `error_rate` that is indicated; 0xFFFFFFFF none.
        error_rate_threshold: u32,
        /// LTE and 5G, if measured.
        rsrp_snr: RefSequence<'a, RsrpSnrInfoView<'a>>,
    }
}

// Version 3.0 of the Microsoft extensions.

crate::flags! {
    /// Radio technologies (version 3.0): 5G is one of them, told apart by [`DataSubclass`].
    pub struct DataClassV3(u32) {
        /// GPRS.
        GPRS = 1 << 0,
        /// EDGE.
        EDGE = 1 << 1,
        /// UMTS.
        UMTS = 1 << 2,
        /// HSDPA.
        HSDPA = 1 << 3,
        /// HSUPA.
        HSUPA = 1 << 4,
        /// LTE.
        LTE = 1 << 5,
        /// 5G.
        _5G = 1 << 6,
        /// CDMA2000 1xRTT.
        _1XRTT = 1 << 16,
        /// CDMA2000 1xEV-DO.
        _1XEVDO = 1 << 17,
        /// CDMA2000 1xEV-DO revision A.
        _1XEVDO_REVA = 1 << 18,
        /// CDMA2000 1xEV-DV.
        _1XEVDV = 1 << 19,
        /// CDMA2000 3xRTT.
        _3XRTT = 1 << 20,
        /// CDMA2000 1xEV-DO revision B.
        _1XEVDO_REVB = 1 << 21,
        /// Ultra Mobile Broadband.
        UMB = 1 << 22,
        /// What the custom data class says, as text.
        CUSTOM = 1 << 31,
    }
}

crate::flags! {
    /// How 5G and LTE work together (3GPP TS 37.340). 32 bits wide in most places, 64 in the device capabilities.
    pub struct DataSubclass(u32) {
        /// LTE core, LTE anchor, 5G beside it (non-standalone).
        _5G_ENDC = 1 << 0,
        /// 5G core and 5G radio (standalone).
        _5G_NR = 1 << 1,
        /// 5G core, 5G anchor, LTE beside it.
        _5G_NEDC = 1 << 2,
        /// 5G core with LTE radio.
        _5G_ELTE = 1 << 3,
        /// 5G core, LTE anchor, 5G beside it.
        _5G_NGENDC = 1 << 4,
    }
}

crate::flags! {
    /// What is known of the SIM's nature (version 3.0).
    pub struct SubscriberReadyStatusFlag(u32) {
        /// It is an embedded SIM.
        ESIM = 1 << 0,
        /// The next flag means something.
        SIM_REMOVABILITY_KNOWN = 1 << 1,
        /// It can be taken out.
        SIM_REMOVABLE = 1 << 2,
    }
}

crate::mbim_struct! {
    /// The state of the SIM and its identity (version 3.0): the flags stand in front of the identity.
    pub struct SubscriberReadyStatusInfoV3<'a>, SubscriberReadyStatusInfoV3View {
        /// Whether the SIM can be used.
        ready_state: SubscriberReadyState,
        /// What is known of its nature.
        flags: SubscriberReadyStatusFlag,
        /// IMSI, at most 15 digits.
        subscriber_id personal: Text<'a, { limit::SUBSCRIBER_ID }>,
        /// Number of the card (ICCID), at most 20 digits.
        sim_icc_id personal: Text<'a, { limit::SIM_ICC_ID }>,
        /// What to mind with the identity.
        ready_info: ReadyInfoFlag,
        /// Number of telephone numbers.
        telephone_numbers_count: Count,
        /// Telephone numbers stored on the SIM.
        telephone_numbers personal: TextList<'a>,
    }
}

crate::mbim_struct! {
    /// A tracking area identity (version 3.0).
    pub struct Tai, TaiView {
        /// Country code, a decimal digit in four bits: 0x0262 is 262.
        plmn_mcc: u16,
        /// Network code likewise; bit 15 says that it has two digits: 0x8001 is 01, 0x0001 is 001.
        plmn_mnc: u16,
        /// Tracking area code.
        tac: u32,
    }
}

crate::mbim_struct! {
    /// Packet service (version 3.0).
    pub struct PacketServiceInfoV3<'a>, PacketServiceInfoV3View {
        /// Why the network refused, if it did.
        nw_error: NwError,
        /// Whether attached.
        packet_service_state: PacketServiceState,
        /// The radio technology in use: one flag.
        highest_available_data_class: DataClassV3,
        /// Uplink, bits per second.
        uplink_speed: u64,
        /// Downlink, bits per second.
        downlink_speed: u64,
        /// Frequency ranges in use.
        frequency_range: FrequencyRange,
        /// How 5G is used.
        data_subclass: DataSubclass,
        /// Tracking area of the cell.
        tai: Inline<'a, TaiView<'a>>,
    }
}

crate::open_enum! {
    /// The access networks wanted for a session (version 3.0).
    pub struct AccessMediaType(u32) {
        /// Unknown, or no wish.
        UNKNOWN = 0,
        /// Cellular only.
        _3GPP = 1,
        /// Cellular, if possible.
        _3GPP_PREFERRED = 2,
    }
}

crate::mbim_struct! {
    /// Asks for a session (version 3.0).
    pub struct ConnectQueryV3, ConnectQueryV3View {
        /// The session.
        session_id: u32,
    }
}

crate::mbim_struct! {
    /// Activates or deactivates a session (version 3.0). The three texts are always sent, empty ones too.
    pub struct ConnectSetV3<'a>, ConnectSetV3View {
        /// The session, smaller than the device's `max_sessions`.
        session_id: u32,
        /// What to do.
        activation_command: ActivationCommand,
        /// Compression.
        compression: Compression,
        /// How user name and password are presented.
        auth_protocol: AuthProtocol,
        /// Address families wanted.
        ip_type: ContextIpType,
        /// What the context is for, see [`context_type`].
        context_type: Uuid,
        /// Access networks wanted.
        media_preference: AccessMediaType,
        /// Access point name, at most 100 characters.
        access_string: TlvText<'a, 0, { limit::ACCESS_STRING }>,
        /// User name, at most 255 characters.
        user_name personal: TlvText<'a, 1, { limit::USER_NAME }>,
        /// Password, at most 255 characters.
        password personal: TlvText<'a, 2, { limit::PASSWORD }>,
        /// Anything else: slice, configuration options, traffic parameters.
        unnamed_ies: TlvList<'a, 3>,
    }
}

crate::mbim_struct! {
    /// A session (version 3.0). A failed set may bring it as well.
    pub struct ConnectInfoV3<'a>, ConnectInfoV3View {
        /// The session.
        session_id: u32,
        /// Whether it is active.
        activation_state: ActivationState,
        /// Whether a voice call holds it up.
        voice_call_state: VoiceCallState,
        /// Address families granted.
        ip_type: ContextIpType,
        /// What the context is for; some modems answer another type than asked, so go by `session_id`.
        context_type: Uuid,
        /// Why the network refused, if it did.
        nw_error: NwError,
        /// Access networks.
        media_preference: AccessMediaType,
        /// Access point name.
        access_string: TlvText<'a, 0, { limit::ACCESS_STRING }>,
        /// Anything else.
        unnamed_ies: TlvList<'a, 1>,
    }
}

crate::mbim_struct! {
    /// A pattern that packets are compared with (version 3.0).
    pub struct PacketFilterV3<'a>, PacketFilterV3View {
        /// Bytes of filter and mask each.
        filter_size: Count,
        /// The pattern.
        packet_filter: SizedBytes<'a, 4>,
        /// The bits that count; as long as the pattern.
        packet_mask: SizedBytes<'a, 8>,
        /// Number of the filter, told when a packet that passed it wakes the host.
        filter_id: u32,
    }
}

crate::mbim_struct! {
    /// Filters of a session (version 3.0): only packets that pass one of them wake the host.
    pub struct IpPacketFiltersInfoV3<'a>, IpPacketFiltersInfoV3View {
        /// The session.
        session_id: u32,
        /// Number of filters; 0 means that everything passes.
        packet_filters_count: Count,
        /// The filters.
        packet_filters: RefList<'a, PacketFilterV3View<'a>>,
    }
}

/// Asks for the filters of a session: the layout of the answer without filters.
pub type IpPacketFiltersQueryV3<'a> = IpPacketFiltersInfoV3<'a>;
/// Reads [`IpPacketFiltersQueryV3`] in place.
pub type IpPacketFiltersQueryV3View<'a> = IpPacketFiltersInfoV3View<'a>;
/// Replaces the filters of a session.
pub type IpPacketFiltersSetV3<'a> = IpPacketFiltersInfoV3<'a>;
/// Reads [`IpPacketFiltersSetV3`] in place.
pub type IpPacketFiltersSetV3View<'a> = IpPacketFiltersInfoV3View<'a>;

crate::mbim_service! {
    /// Basic Connect.
    pub BASIC_CONNECT, "Basic Connect" = 0xa289cc33_bcbb_8b4f_b6b0_133ec2aae6df {
        /// What the device is and can do (`MBIM_CID_DEVICE_CAPS`). Microsoft's extensions have a better one.
        pub DeviceCaps = 1 {
            query EmptyView => DeviceCapsInfoView;
        }

        /// The SIM and its identity (`MBIM_CID_SUBSCRIBER_READY_STATUS`).
        pub SubscriberReadyStatus = 2 {
            query EmptyView => SubscriberReadyStatusInfoView;
            notification SubscriberReadyStatusInfoView;
        }

        /// The SIM and its identity, version 3.0.
        pub SubscriberReadyStatusV3 "Subscriber Ready Status" = 2 v3 {
            query EmptyView => SubscriberReadyStatusInfoV3View;
            notification SubscriberReadyStatusInfoV3View;
        }

        /// The radio switches (`MBIM_CID_RADIO_STATE`, §10.5.3). A set answers when the switch has moved.
        pub RadioState = 3 {
            query EmptyView => RadioStateInfoView;
            set RadioStateSetView => RadioStateInfoView;
            notification RadioStateInfoView;
        }

        /// Codes of SIM and device (`MBIM_CID_PIN`). A query tells only of the code needed now.
        pub Pin = 4 {
            query EmptyView => PinInfoView;
            set PinSetView => PinInfoView;
        }

        /// Which codes there are (`MBIM_CID_PIN_LIST`).
        pub PinList = 5 {
            query EmptyView => PinListInfoView;
        }

        /// The home provider (`MBIM_CID_HOME_PROVIDER`). Slow on some modems.
        pub HomeProvider = 6 {
            query EmptyView => HomeProviderInfoView;
            set HomeProviderSetView => HomeProviderInfoView;
        }

        /// Preferred providers (`MBIM_CID_PREFERRED_PROVIDERS`).
        pub PreferredProviders = 7 {
            query EmptyView => PreferredProvidersInfoView;
            set PreferredProvidersSetView => PreferredProvidersInfoView;
            notification PreferredProvidersInfoView;
        }

        /// Looks for networks (`MBIM_CID_VISIBLE_PROVIDERS`). Takes minutes.
        pub VisibleProviders = 8 {
            query VisibleProvidersQueryView => VisibleProvidersInfoView;
        }

        /// Registration with a network (`MBIM_CID_REGISTER_STATE`). A failed set may bring the answer as well.
        pub RegisterState = 9 {
            query EmptyView => RegisterStateInfoView;
            set RegisterStateSetView => RegisterStateInfoView;
            notification RegisterStateInfoView;
        }

        /// Registration with a network, version 2.0.
        pub RegisterStateV2 "Register State" = 9 v2 {
            query EmptyView => RegisterStateInfoV2View;
            set RegisterStateSetView => RegisterStateInfoV2View;
            notification RegisterStateInfoV2View;
        }

        /// Packet service (`MBIM_CID_PACKET_SERVICE`). A failed set may bring the answer as well.
        pub PacketService = 10 {
            query EmptyView => PacketServiceInfoView;
            set PacketServiceSetView => PacketServiceInfoView;
            notification PacketServiceInfoView;
        }

        /// Packet service, version 2.0.
        pub PacketServiceV2 "Packet Service" = 10 v2 {
            query EmptyView => PacketServiceInfoV2View;
            set PacketServiceSetView => PacketServiceInfoV2View;
            notification PacketServiceInfoV2View;
        }

        /// Packet service, version 3.0.
        pub PacketServiceV3 "Packet Service" = 10 v3 {
            query EmptyView => PacketServiceInfoV3View;
            set PacketServiceSetView => PacketServiceInfoV3View;
            notification PacketServiceInfoV3View;
        }

        /// The signal (`MBIM_CID_SIGNAL_STATE`). A set chooses when it is indicated.
        pub SignalState = 11 {
            query EmptyView => SignalStateInfoView;
            set SignalStateSetView => SignalStateInfoView;
            notification SignalStateInfoView;
        }

        /// The signal, version 2.0.
        pub SignalStateV2 "Signal State" = 11 v2 {
            query EmptyView => SignalStateInfoV2View;
            set SignalStateSetView => SignalStateInfoV2View;
            notification SignalStateInfoV2View;
        }

        /// Sessions (`MBIM_CID_CONNECT`). A failed set may bring the answer as well.
        pub Connect = 12 {
            query ConnectQueryView => ConnectInfoView;
            set ConnectSetView => ConnectInfoView;
            notification ConnectInfoView;
        }

        /// Sessions, version 3.0.
        pub ConnectV3 "Connect" = 12 v3 {
            query ConnectQueryV3View => ConnectInfoV3View;
            set ConnectSetV3View => ConnectInfoV3View;
            notification ConnectInfoV3View;
        }

        /// Stored contexts (`MBIM_CID_PROVISIONED_CONTEXTS`).
        pub ProvisionedContexts = 13 {
            query EmptyView => ProvisionedContextsInfoView;
            set ProvisionedContextsSetView => ProvisionedContextsInfoView;
            notification ProvisionedContextsInfoView;
        }

        /// Activates a subscription (`MBIM_CID_SERVICE_ACTIVATION`).
        pub ServiceActivation = 14 {
            set ServiceActivationSetView => ServiceActivationInfoView;
        }

        /// IP configuration of a session (`MBIM_CID_IP_CONFIGURATION`).
        pub IpConfiguration "IP Configuration" = 15 {
            query IpConfigurationQueryView => IpConfigurationInfoView;
            notification IpConfigurationInfoView;
        }

        /// The device services (`MBIM_CID_DEVICE_SERVICES`). The first question of every host.
        pub DeviceServices = 16 {
            query EmptyView => DeviceServicesInfoView;
        }

        /// Which indications are sent (`MBIM_CID_DEVICE_SERVICE_SUBSCRIBE_LIST`). The answer repeats what is accepted.
        pub DeviceServiceSubscribeList = 19 {
            set DeviceServiceSubscribeListSetView => DeviceServiceSubscribeListInfoView;
        }

        /// Counters of packets (`MBIM_CID_PACKET_STATISTICS`).
        pub PacketStatistics = 20 {
            query EmptyView => PacketStatisticsInfoView;
        }

        /// Whether little traffic is expected (`MBIM_CID_NETWORK_IDLE_HINT`).
        pub NetworkIdleHint = 21 {
            query EmptyView => NetworkIdleHintInfoView;
            set NetworkIdleHintSetView => NetworkIdleHintInfoView;
        }

        /// Emergency mode (`MBIM_CID_EMERGENCY_MODE`).
        pub EmergencyMode = 22 {
            query EmptyView => EmergencyModeInfoView;
            set EmergencyModeSetView => EmergencyModeInfoView;
            notification EmergencyModeInfoView;
        }

        /// Packets that wake the host (`MBIM_CID_IP_PACKET_FILTERS`).
        pub IpPacketFilters "IP Packet Filters" = 23 {
            query IpPacketFiltersQueryView => IpPacketFiltersInfoView;
            set IpPacketFiltersSetView => IpPacketFiltersInfoView;
        }

        /// Packets that wake the host, version 3.0.
        pub IpPacketFiltersV3 "IP Packet Filters" = 23 v3 {
            query IpPacketFiltersQueryV3View => IpPacketFiltersInfoV3View;
            set IpPacketFiltersSetV3View => IpPacketFiltersInfoV3View;
        }

        /// Home providers of a device with several (`MBIM_CID_MULTICARRIER_PROVIDERS`).
        pub MulticarrierProviders = 24 {
            query EmptyView => MulticarrierProvidersInfoView;
            set MulticarrierProvidersSetView => MulticarrierProvidersInfoView;
            notification MulticarrierProvidersInfoView;
        }
    }
}
