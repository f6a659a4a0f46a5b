//! What the peer says went wrong: statuses in answers, protocol errors in error messages.

crate::open_enum! {
    /// Status of an answer (MBIM 1.0 §9.4.5, extended by Microsoft). Values from 0x8000_0000 belong to device services.
    pub struct Status(u32) {
        /// Done.
        SUCCESS = 0,
        /// Busy; ask again.
        BUSY = 1,
        /// Failed for no other reason listed here; a network error in the answer may say more.
        FAILURE = 2,
        /// There is no SIM.
        SIM_NOT_INSERTED = 3,
        /// The SIM cannot be used.
        BAD_SIM = 4,
        /// A PIN must be entered first.
        PIN_REQUIRED = 5,
        /// The PIN is disabled.
        PIN_DISABLED = 6,
        /// Not registered with a network.
        NOT_REGISTERED = 7,
        /// No network was found.
        PROVIDERS_NOT_FOUND = 8,
        /// The device does not support the command.
        NO_DEVICE_SUPPORT = 9,
        /// The network is not in reach.
        PROVIDER_NOT_VISIBLE = 10,
        /// The data class is not available.
        DATA_CLASS_NOT_AVAILABLE = 11,
        /// Packet service is detached.
        PACKET_SERVICE_DETACHED = 12,
        /// No further context can be activated.
        MAX_ACTIVATED_CONTEXTS = 13,
        /// The device is still starting.
        NOT_INITIALIZED = 14,
        /// A voice call prevents it.
        VOICE_CALL_IN_PROGRESS = 15,
        /// The context is not active.
        CONTEXT_NOT_ACTIVATED = 16,
        /// The subscription is not activated.
        SERVICE_NOT_ACTIVATED = 17,
        /// The access string (APN) is not valid.
        INVALID_ACCESS_STRING = 18,
        /// User name or password is wrong.
        INVALID_USER_NAME_PWD = 19,
        /// The radio is off.
        RADIO_POWER_OFF = 20,
        /// The information buffer is malformed.
        INVALID_PARAMETERS = 21,
        /// Reading failed.
        READ_FAILURE = 22,
        /// Writing failed.
        WRITE_FAILURE = 23,
        /// The phonebook is not there.
        NO_PHONEBOOK = 25,
        /// A parameter is too long.
        PARAMETER_TOO_LONG = 26,
        /// The SIM toolkit is busy.
        STK_BUSY = 27,
        /// The operation is not allowed; FCC-locked modems answer so.
        OPERATION_NOT_ALLOWED = 28,
        /// Memory failed.
        MEMORY_FAILURE = 29,
        /// There is no such index.
        INVALID_MEMORY_INDEX = 30,
        /// Memory is full.
        MEMORY_FULL = 31,
        /// The filter is not supported.
        FILTER_NOT_SUPPORTED = 32,
        /// No further device service stream can be opened.
        DSS_INSTANCE_LIMIT = 33,
        /// The device service does not do that.
        INVALID_DEVICE_SERVICE_OPERATION = 34,
        /// The AUTN of an authentication is wrong.
        AUTH_INCORRECT_AUTN = 35,
        /// Authentication is out of step; the answer carries AUTS.
        AUTH_SYNC_FAILURE = 36,
        /// The AMF bit of an authentication is not set.
        AUTH_AMF_NOT_SET = 37,
        /// The context type is not supported.
        CONTEXT_NOT_SUPPORTED = 38,
        /// Contexts cannot be shared so.
        SHAREABILITY_CONDITION_ERROR = 39,
        /// The PIN failed.
        PIN_FAILURE = 40,
        /// There is no LTE attach configuration.
        NO_LTE_ATTACH_CONFIG = 41,
        /// The session exists already.
        SESSION_ALREADY_EXISTS = 42,
        /// SMS: service centre address unknown.
        SMS_UNKNOWN_SMSC_ADDRESS = 100,
        /// SMS: the network did not answer.
        SMS_NETWORK_TIMEOUT = 101,
        /// SMS: language not supported.
        SMS_LANG_NOT_SUPPORTED = 102,
        /// SMS: encoding not supported.
        SMS_ENCODING_NOT_SUPPORTED = 103,
        /// SMS: format not supported.
        SMS_FORMAT_NOT_SUPPORTED = 104,
        /// SMS: more data follow.
        SMS_MORE_DATA = 105,
        /// A matching PDU session was found (MBIMEx 4.0).
        MATCHING_PDU_SESSION_FOUND = 200,
        /// Dissociation is needed for the application (MBIMEx 4.0).
        DISSOCIATION_NEEDED_FOR_APPLICATION = 201,
        /// There is no such slot.
        INVALID_SLOT = 202,
        /// No URSP rule matches (MBIMEx 4.0).
        NO_MATCHING_URSP_RULE = 203,
        /// The default URSP rule applies (MBIMEx 4.0).
        DEFAULT_URSP_RULE = 204,
        /// MS UICC: no free logical channel.
        MS_NO_LOGICAL_CHANNELS = 0x8743_0001,
        /// MS UICC: SELECT failed.
        MS_SELECT_FAILED = 0x8743_0002,
        /// MS UICC: no such logical channel.
        MS_INVALID_LOGICAL_CHANNEL = 0x8743_0003,
        /// Google carrier lock: invalid signature.
        INVALID_SIGNATURE = 0x9100_0001,
        /// Google carrier lock: invalid IMEI.
        INVALID_IMEI = 0x9100_0002,
        /// Google carrier lock: invalid time stamp.
        INVALID_TIMESTAMP = 0x9100_0003,
        /// Google carrier lock: list of networks too large.
        NETWORK_LIST_TOO_LARGE = 0x9100_0004,
        /// Google carrier lock: signature algorithm not supported.
        SIGNATURE_ALGORITHM_NOT_SUPPORTED = 0x9100_0005,
        /// Google carrier lock: feature not supported.
        FEATURE_NOT_SUPPORTED = 0x9100_0006,
        /// Google carrier lock: decoding or parsing failed.
        DECODE_OR_PARSING_ERROR = 0x9100_0007,
    }
}

crate::open_enum! {
    /// Code of a host or function error message (MBIM 1.0 §9.3.4).
    pub struct ProtocolError(u32) {
        /// The next fragment came too late.
        TIMEOUT_FRAGMENT = 1,
        /// A fragment came out of order.
        FRAGMENT_OUT_OF_SEQUENCE = 2,
        /// The length of the information buffer does not fit the message.
        LENGTH_MISMATCH = 3,
        /// The transaction id is in use.
        DUPLICATED_TID = 4,
        /// The function is not open.
        NOT_OPENED = 5,
        /// Anything else; the host is to reset the function.
        UNKNOWN = 6,
        /// The host gives a command up.
        CANCEL = 7,
        /// The function cannot serve the maximum transfer asked for in OPEN.
        MAX_TRANSFER = 8,
    }
}
