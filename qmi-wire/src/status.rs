//! How a request went: the result TLV that every response has, and all error numbers.

use core::fmt;

use crate::codec::{DecodeErrorKind, Reader, Writer};
use crate::field::{Decode, Encode};

crate::open_enum! {
    /// Why a request failed.
    pub struct ProtocolError "QmiProtocolError" (u16) {
        /// No error.
        NONE = 0,
        /// The message breaks the rules of its layout.
        MALFORMED_MESSAGE = 1,
        /// The modem is out of memory.
        NO_MEMORY = 2,
        /// The modem failed, and says no more.
        INTERNAL = 3,
        /// The request was called off.
        ABORTED = 4,
        /// All client numbers of the service are taken: release one, or synchronise.
        CLIENT_IDS_EXHAUSTED = 5,
        /// The request cannot be called off any more.
        UNABORTABLE_TRANSACTION = 6,
        /// The client number is not allocated (any more): allocate one.
        INVALID_CLIENT_ID = 7,
        /// The request names no thresholds.
        NO_THRESHOLDS_PROVIDED = 8,
        /// No session has that handle.
        INVALID_HANDLE = 9,
        /// No profile has that number, or it cannot be used so.
        INVALID_PROFILE = 10,
        /// There is no such PIN.
        INVALID_PIN_ID = 11,
        /// The PIN is wrong; an attempt is used up.
        INCORRECT_PIN = 12,
        /// No network is in reach.
        NO_NETWORK_FOUND = 13,
        /// The session could not be set up; the call end reason says why.
        CALL_FAILED = 14,
        /// There is no session.
        OUT_OF_CALL = 15,
        /// The information is not there, or the device is not set up for it.
        NOT_PROVISIONED = 16,
        /// A TLV is missing; newer firmware wants more than older.
        MISSING_ARGUMENT = 17,
        /// A value is too long.
        ARGUMENT_TOO_LONG = 19,
        /// No request has that transaction number.
        INVALID_TRANSACTION_ID = 22,
        /// The device is in use by another.
        DEVICE_IN_USE = 23,
        /// The network cannot do that.
        NETWORK_UNSUPPORTED = 24,
        /// The device cannot do that.
        DEVICE_UNSUPPORTED = 25,
        /// It is already so: started, stopped, set.
        NO_EFFECT = 26,
        /// All profiles are taken.
        NO_FREE_PROFILE = 27,
        /// The type of packet data is not possible here.
        INVALID_PDP_TYPE = 28,
        /// The preferred technology is not possible here.
        INVALID_TECHNOLOGY_PREFERENCE = 29,
        /// The type of profile is not possible here.
        INVALID_PROFILE_TYPE = 30,
        /// The type of service is not possible here.
        INVALID_SERVICE_TYPE = 31,
        /// The registration action is not possible here.
        INVALID_REGISTER_ACTION = 32,
        /// The attach action is not possible here.
        INVALID_PS_ATTACH_ACTION = 33,
        /// Authentication failed.
        AUTHENTICATION_FAILED = 34,
        /// The PIN is blocked; the PUK unblocks it.
        PIN_BLOCKED = 35,
        /// The PIN is blocked for good.
        PIN_ALWAYS_BLOCKED = 36,
        /// The card is not ready yet, or not there.
        UIM_UNINITIALIZED = 37,
        /// No further quality of service request is possible.
        MAXIMUM_QOS_REQUESTS_IN_USE = 38,
        /// The filter of the flow is wrong.
        INCORRECT_FLOW_FILTER = 39,
        /// The network knows no quality of service.
        NETWORK_QOS_UNAWARE = 40,
        /// No flow has that number.
        INVALID_QOS_ID = 41,
        /// As many are not possible.
        REQUESTED_NUMBER_UNSUPPORTED = 42,
        /// There is no such interface.
        INTERFACE_NOT_FOUND = 43,
        /// The flow is suspended.
        FLOW_SUSPENDED = 44,
        /// The data format is not possible here.
        INVALID_DATA_FORMAT = 45,
        /// An error without further classification.
        GENERAL_ERROR = 46,
        /// An error that the modem itself does not know.
        UNKNOWN_ERROR = 47,
        /// A value is out of range.
        INVALID_ARGUMENT = 48,
        /// There is nothing at that index.
        INVALID_INDEX = 49,
        /// There is no such entry.
        NO_ENTRY = 50,
        /// The storage is full.
        DEVICE_STORAGE_FULL = 51,
        /// The device is not ready yet: ask again.
        DEVICE_NOT_READY = 52,
        /// The network is not ready yet: ask again.
        NETWORK_NOT_READY = 53,
        /// The network refused the short message; the cause codes say why.
        WMS_CAUSE_CODE = 54,
        /// The short message was not sent.
        WMS_MESSAGE_NOT_SENT = 55,
        /// The short message could not be delivered.
        WMS_MESSAGE_DELIVERY_FAILURE = 56,
        /// No short message has that number.
        WMS_INVALID_MESSAGE_ID = 57,
        /// The short message is not coded correctly.
        WMS_ENCODING = 58,
        /// Authentication is locked.
        AUTHENTICATION_LOCK = 59,
        /// That state cannot be reached from the present one.
        INVALID_TRANSITION = 60,
        /// The interface is not for multicast.
        NOT_MCAST_INTERFACE = 61,
        /// No further multicast request is possible.
        MAXIMUM_MCAST_REQUESTS_IN_USE = 62,
        /// No multicast session has that handle.
        INVALID_MCAST_HANDLE = 63,
        /// The IP family is not possible here.
        INVALID_IP_FAMILY_PREFERENCE = 64,
        /// The positioning session is not active.
        SESSION_INACTIVE = 65,
        /// There is no such positioning session.
        SESSION_INVALID = 66,
        /// The positioning session belongs to another client.
        SESSION_OWNERSHIP = 67,
        /// Something is short at present.
        INSUFFICIENT_RESOURCES = 68,
        /// It is switched off.
        DISABLED = 69,
        /// It cannot be done now.
        INVALID_OPERATION = 70,
        /// The service has no such message.
        INVALID_QMI_COMMAND = 71,
        /// The type of the short message's unit is wrong.
        WMS_T_PDU_TYPE = 72,
        /// The address of the service centre is wrong.
        WMS_SMSC_ADDRESS = 73,
        /// The information is not there at present.
        INFORMATION_UNAVAILABLE = 74,
        /// The segment is too long.
        SEGMENT_TOO_LONG = 75,
        /// The segment came out of order.
        SEGMENT_ORDER = 76,
        /// Several messages in one are not possible.
        BUNDLING_NOT_SUPPORTED = 77,
        /// Some of it was done.
        OPERATION_PARTIAL_FAILURE = 78,
        /// Another session, of this or a forgotten client, or the settings of the port are in the way.
        POLICY_MISMATCH = 79,
        /// The card has no such file.
        SIM_FILE_NOT_FOUND = 80,
        /// The modem failed; the extended error code says why.
        EXTENDED_INTERNAL = 81,
        /// Access is denied.
        ACCESS_DENIED = 82,
        /// A switch or pin of the hardware forbids it.
        HARDWARE_RESTRICTED = 83,
        /// The acknowledgement was not sent; the failure cause says why.
        ACK_NOT_SENT = 84,
        /// Injected information came too late.
        INJECT_TIMEOUT = 85,
        /// It is not possible in the present state.
        INCOMPATIBLE_STATE = 90,
        /// Fixed dialling forbids it.
        FDN_RESTRICT = 91,
        /// The supplementary service failed.
        SUPS_FAILURE_CASE = 92,
        /// No radio is available.
        NO_RADIO = 93,
        /// It is not supported.
        NOT_SUPPORTED = 94,
        /// There is no subscription.
        NO_SUBSCRIPTION = 95,
        /// The card's call control refused.
        CARD_CALL_CONTROL_FAILED = 96,
        /// The network called it off.
        NETWORK_ABORTED = 97,
        /// The message is blocked.
        MSG_BLOCKED = 98,
        /// The type of session is not possible here.
        INVALID_SESSION_TYPE = 100,
        /// There is no phone book of that type.
        INVALID_PB_TYPE = 101,
        /// There is no card.
        NO_SIM = 102,
        /// The phone book is not ready yet.
        PB_NOT_READY = 103,
        /// PIN1 is needed first.
        PIN_RESTRICTION = 104,
        /// PIN2 is needed first.
        PIN2_RESTRICTION = 105,
        /// PUK1 is needed first.
        PUK_RESTRICTION = 106,
        /// PUK2 is needed first.
        PUK2_RESTRICTION = 107,
        /// Access to the phone book is restricted.
        PB_ACCESS_RESTRICTED = 108,
        /// A deletion in the phone book is going on.
        PB_DELETE_IN_PROGRESS = 109,
        /// The name is too long for the phone book.
        PB_TEXT_TOO_LONG = 110,
        /// The number is too long for the phone book.
        PB_NUMBER_TOO_LONG = 111,
        /// The hidden entries need their key first.
        PB_HIDDEN_KEY_RESTRICTION = 112,
        /// The phone book is not available.
        PB_NOT_AVAILABLE = 113,
        /// The device's memory failed.
        DEVICE_MEMORY_ERROR = 114,
        /// It is not permitted.
        NO_PERMISSION = 115,
        /// It is too soon.
        TOO_SOON = 116,
        /// The time is not known yet.
        TIME_NOT_ACQUIRED = 117,
        /// It is being done already.
        OPERATION_IN_PROGRESS = 118,
        /// The firmware could not be written.
        FW_WRITE_FAILED = 388,
        /// The information on the firmware could not be read.
        FW_INFO_READ_FAILED = 389,
        /// The firmware file is not there.
        FW_FILE_NOT_FOUND = 390,
        /// The firmware folder is not there.
        FW_DIR_NOT_FOUND = 391,
        /// The firmware is active already.
        FW_ALREADY_ACTIVATED = 392,
        /// The generic image cannot be used here.
        FW_CANNOT_GENERIC_IMAGE = 393,
        /// The firmware file could not be opened.
        FW_FILE_OPEN_FAILED = 400,
        /// A part of the firmware is missing.
        FW_UPDATE_DISCONTINUOUS_FRAME = 401,
        /// The firmware could not be updated.
        FW_UPDATE_FAILED = 402,
        /// The card toolkit did not accept the registration for events.
        CAT_EVENT_REGISTRATION_FAILED = 61441,
        /// The terminal response to the card is wrong.
        CAT_INVALID_TERMINAL_RESPONSE = 61442,
        /// The envelope command to the card is wrong.
        CAT_INVALID_ENVELOPE_COMMAND = 61443,
        /// The card is busy with another envelope command.
        CAT_ENVELOPE_COMMAND_BUSY = 61444,
        /// The envelope command to the card failed.
        CAT_ENVELOPE_COMMAND_FAILED = 61445,
    }
}

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} ({})", self.0),
            None => write!(f, "error {}", self.0),
        }
    }
}

impl core::error::Error for ProtocolError {}

/// The result TLV: whether the request succeeded, and if not, why. Other TLVs may say more, like attempts left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Verdict {
    /// 0: it succeeded; anything else: it did not.
    pub status: u16,
    /// Why not.
    pub error: ProtocolError,
}

impl Verdict {
    /// The type of the TLV.
    pub const TLV: u8 = 0x02;

    /// It succeeded.
    pub const SUCCESS: Self = Self { status: 0, error: ProtocolError::NONE };

    /// It failed.
    #[must_use]
    pub const fn failure(error: ProtocolError) -> Self {
        Self { status: 1, error }
    }

    /// Whether the request succeeded.
    ///
    /// # Errors
    ///
    /// Why it did not.
    pub const fn ok(self) -> Result<(), ProtocolError> {
        if self.status == 0 { Ok(()) } else { Err(self.error) }
    }
}

impl Decode<'_> for Verdict {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeErrorKind> {
        Ok(Self { status: u16::decode(r)?, error: ProtocolError::decode(r)? })
    }
}

impl Encode for Verdict {
    fn encode(&self, w: &mut Writer<'_>) {
        self.status.encode(w);
        self.error.encode(w);
    }
}
