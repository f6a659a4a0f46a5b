//! WMS: short messages and cell broadcast. Messages are raw units of the network, decoded elsewhere.
//!
//! Reading, listing and deleting depend on the message mode: give it.

use crate::field::As;
use crate::list::List;
use crate::service::Service;
use crate::text::{Bytes, Fixed, Rest, Str};

crate::open_enum! {
    /// Acknowledgement failure cause.
    pub struct AckFailureCause(u8) {
        /// No network response.
        NO_NETWORK_RESPONSE = 0,
        /// Network released link.
        NETWORK_RELEASED_LINK = 1,
        /// Not sent.
        NOT_SENT = 2,
    }
}

crate::open_enum! {
    /// Acknowledgement indicator.
    pub struct AckIndicator(u8) {
        /// Must be acknowledged.
        SEND = 0,
        /// Need not be acknowledged.
        DO_NOT_SEND = 1,
    }
}

crate::open_enum! {
    /// CDMA cause code.
    pub struct CdmaCauseCode(u16) {
        /// Network address vacant.
        NETWORK_ADDRESS_VACANT = 0,
        /// Network address translation failure.
        NETWORK_ADDRESS_TRANSLATION_FAILURE = 1,
        /// Network resource shortage.
        NETWORK_RESOURCE_SHORTAGE = 2,
        /// Network failure.
        NETWORK_FAILURE = 3,
        /// Network invalid teleservice ID.
        NETWORK_INVALID_TELESERVICE_ID = 4,
        /// Network other.
        NETWORK_OTHER = 5,
        /// Destination no page response.
        DESTINATION_NO_PAGE_RESPONSE = 32,
        /// Destination busy.
        DESTINATION_BUSY = 33,
        /// Destination no acknowledgement.
        DESTINATION_NO_ACK = 34,
        /// Destination resource shortage.
        DESTINATION_RESOURCE_SHORTAGE = 35,
        /// Destination SMS delivery postponed.
        DESTINATION_SMS_DELIVERY_POSTPONED = 36,
        /// Destination out of service.
        DESTINATION_OUT_OF_SERVICE = 37,
        /// Destination not AT address.
        DESTINATION_NOT_AT_ADDRESS = 38,
        /// Destination other.
        DESTINATION_OTHER = 39,
        /// Radio interface resource shortage.
        RADIO_INTERFACE_RESOURCE_SHORTAGE = 64,
        /// Radio interface incompatibility.
        RADIO_INTERFACE_INCOMPATIBILITY = 65,
        /// Radio interface other.
        RADIO_INTERFACE_OTHER = 66,
        /// General encoding.
        GENERAL_ENCODING = 96,
        /// General SMS origin denied.
        GENERAL_SMS_ORIGIN_DENIED = 97,
        /// General SMS destination denied.
        GENERAL_SMS_DESTINATION_DENIED = 98,
        /// General supplementary service not supported.
        GENERAL_SUPPLEMENTARY_SERVICE_NOT_SUPPORTED = 99,
        /// General SMS not supported.
        GENERAL_SMS_NOT_SUPPORTED = 100,
        /// General missing expected parameter.
        GENERAL_MISSING_EXPECTED_PARAMETER = 101,
        /// General missing mandatory parameter.
        GENERAL_MISSING_MANDATORY_PARAMETER = 102,
        /// General unrecognized parameter value.
        GENERAL_UNRECOGNIZED_PARAMETER_VALUE = 103,
        /// General unexpected parameter value.
        GENERAL_UNEXPECTED_PARAMETER_VALUE = 104,
        /// General user data size error.
        GENERAL_USER_DATA_SIZE_ERROR = 105,
        /// General other.
        GENERAL_OTHER = 106,
    }
}

crate::open_enum! {
    /// CDMA error class.
    pub struct CdmaErrorClass(u8) {
        /// Temporary.
        TEMPORARY = 0,
        /// Permanent.
        PERMANENT = 1,
        /// Temporary device.
        TEMPORARY_DEVICE = 2,
        /// Permanent device.
        PERMANENT_DEVICE = 3,
    }
}

crate::open_enum! {
    /// CDMA service option.
    pub struct CdmaServiceOption(u8) {
        /// Auto.
        AUTO = 0,
        /// Service option 6.
        _6 = 6,
        /// Service option 14.
        _14 = 14,
    }
}

crate::open_enum! {
    /// GSM UMTS RP cause.
    pub struct GsmUmtsRpCause(u16) {
        /// Unassigned number.
        UNASSIGNED_NUMBER = 1,
        /// Operator determined barring.
        OPERATOR_DETERMINED_BARRING = 8,
        /// Call barred.
        CALL_BARRED = 10,
        /// Reserved.
        RESERVED = 11,
        /// SMS transfer rejected.
        SMS_TRANSFER_REJECTED = 21,
        /// Memory capacity exceeded.
        MEMORY_CAPACITY_EXCEEDED = 22,
        /// Destination out of order.
        DESTINATION_OUT_OF_ORDER = 27,
        /// Unidentified subscriber.
        UNIDENTIFIED_SUBSCRIBER = 28,
        /// Facility rejected.
        FACILITY_REJECTED = 29,
        /// Unknown subscriber.
        UNKNOWN_SUBSCRIBER = 30,
        /// Network out of order.
        NETWORK_OUF_OF_ORDER = 32,
        /// Temporary failure.
        TEMPORARY_FAILURE = 33,
        /// Congestion.
        CONGESTION = 42,
        /// Resources unavailable.
        RESOURCES_UNAVAILABLE = 47,
        /// Facility not subscribed.
        FACILITY_NOT_SUBSCRIBED = 50,
        /// Facility not implemented.
        FACILITY_NOT_IMPLEMENTED = 69,
        /// Invalid SMS transfer reference value.
        INVALID_SMS_TRANSFER_REFERENCE_VALUE = 81,
        /// Semantically incorrect message.
        SEMANTICALLY_INCORRECT_MESSAGE = 95,
        /// Invalid mandatory information.
        INVALID_MANDATORY_INFO = 96,
        /// Message type not implemented.
        MESSAGE_TYPE_NOT_IMPLEMENTED = 97,
        /// Message not compatible with SMS.
        MESSAGE_NOT_COMPATIBLE_WITH_SMS = 98,
        /// Information element not implemented.
        INFORMATION_ELEMENT_NOT_IMPLEMENTED = 99,
        /// Protocol error.
        PROTOCOL_ERROR = 111,
        /// Interworking.
        INTERWORKING = 127,
    }
}

crate::open_enum! {
    /// GSM UMTS TP cause.
    pub struct GsmUmtsTpCause(u8) {
        /// Tele interworking not supported.
        TELE_INTERWORKING_NOT_SUPPORTED = 128,
        /// Short message type 0 not supported.
        SHORT_MESSAGE_TYPE0_NOT_SUPPORTED = 129,
        /// Short message cannot be replaced.
        SHORT_MESSAGE_CANNOT_BE_REPLACED = 130,
        /// Unspecified PID error.
        UNSPECIFIED_PID_ERROR = 143,
        /// DCS not supported.
        DCS_NOT_SUPPORTED = 144,
        /// Message class not supported.
        MESSAGE_CLASS_NOT_SUPPORTED = 145,
        /// Unspecified DCS error.
        UNSPECIFIED_DCS_ERROR = 159,
        /// Command cannot be actioned.
        COMMAND_CANNOT_BE_ACTIONED = 160,
        /// Command unsupported.
        COMMAND_UNSUPPORTED = 161,
        /// Unspecified command error.
        UNSPECIFIED_COMMAND_ERROR = 175,
        /// TPDU not supported.
        TPDU_NOT_SUPPORTED = 176,
        /// Service centre busy.
        SC_BUSY = 192,
        /// No service centre subscription.
        NO_SC_SUBSCRIPTION = 193,
        /// Service centre system failure.
        SC_SYSTEM_FAILURE = 194,
        /// Invalid SME address.
        INVALID_SME_ADDRESS = 195,
        /// Destination SME barred.
        DESTINATION_SME_BARRED = 196,
        /// SM rejected or duplicate.
        SM_REJECTED_OR_DUPLICATE = 197,
        /// VPF not supported.
        VPF_NOT_SUPPORTED = 198,
        /// VP not supported.
        VP_NOT_SUPPORTED = 199,
        /// SIM SMS storage full.
        SIM_SMS_STORAGE_FULL = 208,
        /// No SMS storage capability in SIM.
        NO_SMS_STORAGE_CAPABILITY_IN_SIM = 209,
        /// Mobile station error.
        MS_ERROR = 210,
        /// Memory capacity exceeded.
        MEMORY_CAPACITY_EXCEEDED = 211,
        /// SIM application toolkit busy.
        SIM_APPLICATION_TOOLKIT_BUSY = 212,
        /// SIM data download error.
        SIM_DATA_DOWNLOAD_ERROR = 213,
        /// Unspecified error.
        UNSPECIFIED_ERROR = 255,
    }
}

crate::open_enum! {
    /// Message class.
    pub struct MessageClass(u8) {
        /// Class 0.
        _0 = 0,
        /// Class 1.
        _1 = 1,
        /// Class 2.
        _2 = 2,
        /// Class 3.
        _3 = 3,
        /// None.
        NONE = 4,
        /// CDMA.
        CDMA = 5,
    }
}

crate::open_enum! {
    /// Message delivery failure type.
    pub struct MessageDeliveryFailureType(u8) {
        /// Temporary.
        TEMPORARY = 0,
        /// Permanent.
        PERMANENT = 1,
    }
}

crate::open_enum! {
    /// What a raw message is.
    pub struct MessageFormat(u8) {
        /// CDMA.
        CDMA = 0,
        /// GSM WCDMA point to point.
        GSM_WCDMA_POINT_TO_POINT = 6,
        /// GSM WCDMA broadcast.
        GSM_WCDMA_BROADCAST = 7,
        /// Message waiting indication.
        MWI = 8,
    }
}

crate::open_enum! {
    /// Message mode.
    pub struct MessageMode(u8) {
        /// CDMA.
        CDMA = 0,
        /// GSM WCDMA.
        GSM_WCDMA = 1,
    }
}

crate::open_enum! {
    /// Message protocol.
    pub struct MessageProtocol(u8) {
        /// CDMA.
        CDMA = 0,
        /// WCDMA.
        WCDMA = 1,
    }
}

crate::open_enum! {
    /// Message tag type.
    pub struct MessageTagType(u8) {
        /// Received, read.
        MT_READ = 0,
        /// Received, not read.
        MT_NOT_READ = 1,
        /// Written, sent.
        MO_SENT = 2,
        /// Written, not sent.
        MO_NOT_SENT = 3,
    }
}

crate::open_enum! {
    /// Message type.
    pub struct MessageType(u8) {
        /// Point to point.
        POINT_TO_POINT = 0,
    }
}

crate::open_enum! {
    /// Notification type.
    pub struct NotificationType(u8) {
        /// Primary.
        PRIMARY = 0,
        /// Secondary GSM.
        SECONDARY_GSM = 1,
        /// Secondary UMTS.
        SECONDARY_UMTS = 2,
    }
}

crate::open_enum! {
    /// Network registration.
    pub struct NwRegistration "QmiWmsNWRegistration" (u8) {
        /// Status no service.
        STATUS_NO_SERVICE = 0,
        /// Status in process.
        STATUS_IN_PROCESS = 1,
        /// Status failure.
        STATUS_FAILURE = 2,
        /// Status limited service.
        STATUS_LIMITED_SERVICE = 3,
        /// Status full service.
        STATUS_FULL_SERVICE = 4,
    }
}

crate::open_enum! {
    /// Receipt action.
    pub struct ReceiptAction(u8) {
        /// Discard.
        DISCARD = 0,
        /// Store it, tell the index.
        STORE_AND_NOTIFY = 1,
        /// Hand it over; the modem acknowledges.
        TRANSFER_ONLY = 2,
        /// Hand it over; the host acknowledges.
        TRANSFER_AND_ACK = 3,
        /// Not known.
        UNKNOWN = 255,
    }
}

crate::open_enum! {
    /// Storage type.
    pub struct StorageType(u8) {
        /// The card.
        UIM = 0,
        /// The modem.
        NV = 1,
        /// None.
        NONE = 255,
    }
}

crate::open_enum! {
    /// Transfer indication.
    pub struct TransferIndication(u8) {
        /// Client.
        CLIENT = 1,
    }
}

crate::wire_struct! {
    /// New MT message indicator.
    pub struct NewMtMessageIndicator {
        /// Report.
        report: bool,
    }
}

crate::wire_struct! {
    /// MT message.
    pub struct MtMessage {
        /// Which storage.
        storage_type: StorageType,
        /// Index in the storage.
        memory_index: u32,
    }
}

crate::wire_struct! {
    /// Transfer route MT message.
    pub struct TransferRouteMtMessage<'a> {
        /// Acknowledgement indicator.
        ack_indicator: AckIndicator,
        /// Transaction number of the request to call off.
        transaction_id: u32,
        /// What kind of unit it is.
        format: MessageFormat,
        /// Raw data. The unit as the format says; 3GPP: service centre, then TPDU (3GPP TS 23.040).
        raw_data personal: Bytes<'a, u16>,
    }
}

crate::wire_struct! {
    /// ETWS message.
    pub struct EtwsMessage<'a> {
        /// Notification type.
        notification_type: NotificationType,
        /// Raw data. The unit as the format says; 3GPP: service centre, then TPDU (3GPP TS 23.040).
        raw_data personal: Bytes<'a, u16>,
    }
}

crate::wire_struct! {
    /// ETWS PLMN information.
    pub struct EtwsPlmnInformation {
        /// MCC.
        mcc: u16,
        /// MNC.
        mnc: u16,
    }
}

crate::wire_struct! {
    /// Raw message data.
    pub struct RawMessageData<'a> {
        /// What kind of unit it is.
        format: MessageFormat,
        /// Raw data. The unit as the format says; 3GPP: service centre, then TPDU (3GPP TS 23.040).
        raw_data personal: Bytes<'a, u16>,
    }
}

crate::wire_struct! {
    /// CDMA force on dual carrier.
    pub struct CdmaForceOnDc {
        /// Force.
        force: bool,
        /// Service option.
        service_option: CdmaServiceOption,
    }
}

crate::wire_struct! {
    /// CDMA follow on dual carrier.
    pub struct CdmaFollowOnDc {
        /// Follow.
        follow: bool,
    }
}

crate::wire_struct! {
    /// GSM WCDMA cause information.
    pub struct GsmWcdmaCauseInfo {
        /// RP cause.
        rp_cause: GsmUmtsRpCause,
        /// TP cause.
        tp_cause: GsmUmtsTpCause,
    }
}

crate::wire_struct! {
    /// Raw message data.
    pub struct MessageToStore<'a> {
        /// Which storage.
        storage_type: StorageType,
        /// What kind of unit it is.
        format: MessageFormat,
        /// Raw data. The unit as the format says; 3GPP: service centre, then TPDU (3GPP TS 23.040).
        raw_data personal: Bytes<'a, u16>,
    }
}

crate::wire_struct! {
    /// Message memory storage ID.
    pub struct MessageMemoryStorageId {
        /// Which storage.
        storage_type: StorageType,
        /// Index in the storage.
        memory_index: u32,
    }
}

crate::wire_struct! {
    /// Raw message data.
    pub struct StoredMessage<'a> {
        /// Mark of the message.
        message_tag: MessageTagType,
        /// What kind of unit it is.
        format: MessageFormat,
        /// Raw data. The unit as the format says; 3GPP: service centre, then TPDU (3GPP TS 23.040).
        raw_data personal: Bytes<'a, u16>,
    }
}

crate::wire_struct! {
    /// Message tag.
    pub struct MessageTag {
        /// Which storage.
        storage_type: StorageType,
        /// Index in the storage.
        memory_index: u32,
        /// Mark of the message.
        message_tag: MessageTagType,
    }
}

crate::wire_struct! {
    /// Message.
    pub struct MessageInfo {
        /// Index in the storage.
        memory_index: u32,
        /// Mark of the message.
        message_tag: MessageTagType,
    }
}

crate::wire_struct! {
    /// Route.
    pub struct Route {
        /// Message type.
        message_type: MessageType,
        /// Message class.
        message_class: MessageClass,
        /// Storage.
        storage: StorageType,
        /// Receipt action.
        receipt_action: ReceiptAction,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct SendAckInformation {
        /// Transaction number of the request to call off.
        transaction_id: u32,
        /// Message protocol.
        message_protocol: MessageProtocol,
        /// Success.
        success: bool,
    }
}

crate::wire_struct! {
    /// 3GPP2 failure information.
    pub struct FailureInformation3gpp2 {
        /// Error class.
        error_class: CdmaErrorClass,
        /// Cause code.
        cause_code: As<CdmaCauseCode, u8>,
    }
}

crate::wire_struct! {
    /// 3GPP failure information.
    pub struct FailureInformation3gpp {
        /// RP cause.
        rp_cause: As<GsmUmtsRpCause, u8>,
        /// TP cause.
        tp_cause: GsmUmtsTpCause,
    }
}

crate::wire_struct! {
    /// Activation.
    pub struct BroadcastActivation {
        /// Which kind of message, on devices that know both.
        message_mode: MessageMode,
        /// Activate.
        activate: bool,
    }
}

crate::wire_struct! {
    /// Channel.
    pub struct BroadcastChannel {
        /// Start.
        start: u16,
        /// End.
        end: u16,
        /// Selected.
        selected: bool,
    }
}

crate::wire_struct! {
    /// Configuration.
    pub struct BroadcastConfig<'a> {
        /// Activated.
        activated: bool,
        /// Channels.
        channels: List<'a, BroadcastChannel, u16>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct SendFromMemoryStorageInformation {
        /// Which storage.
        storage_type: StorageType,
        /// Index in the storage.
        memory_index: u32,
        /// Which kind of message, on devices that know both.
        message_mode: MessageMode,
    }
}

crate::wire_struct! {
    /// Address.
    pub struct SmscAddress<'a> {
        /// Type.
        kind "type": Fixed<'a, 3>,
        /// Digits.
        digits: Str<'a>,
    }
}

crate::qmi_service! {
    Service::WMS, "WMS";

    /// Forgets what this client registered for and set.
    pub mod reset "Reset" = 0x0000 {
        request {}
        response {}
    }

    /// Chooses which events this client is told. What is not named stays.
    pub mod set_event_report "Set Event Report" = 0x0001 {
        request {
            /// New MT message indicator.
            0x10 => new_mt_message_indicator "New MT Message Indicator": NewMtMessageIndicator,
        }
        response {}
    }

    /// A short message has come: stored, or handed over to be acknowledged.
    pub mod event_report_indication "Event Report" = 0x0001 {
        indication {
            /// MT message.
            0x10 => mt_message "MT Message": MtMessage,
            /// Transfer route MT message.
            0x11 => transfer_route_mt_message "Transfer Route MT Message": TransferRouteMtMessage<'a>,
            /// Which kind of message, on devices that know both.
            0x12 => message_mode: MessageMode,
            /// ETWS message.
            0x13 => etws_message "ETWS Message": EtwsMessage<'a>,
            /// ETWS PLMN information.
            0x14 => etws_plmn_information "ETWS PLMN Information": EtwsPlmnInformation,
            /// SMSC address.
            0x15 => smsc_address "SMSC Address": Rest<'a>,
            /// SMS on IMS.
            0x16 => sms_on_ims "SMS on IMS": bool,
        }
    }

    /// Asks which messages the service knows.
    pub mod get_supported_messages "Get Supported Messages" = 0x001e {
        request {}
        response {
            /// List. Byte n / 8, bit n % 8 stands for message n.
            0x10 success => list: Bytes<'a, u16>,
        }
    }

    /// Sends a short message: its service centre (one byte 0: that of the card), then the unit. If refused with
    /// `WMS_CAUSE_CODE`, the causes say why.
    pub mod raw_send "Raw Send" = 0x0020 {
        request {
            /// The message.
            0x01 required => raw_message_data: RawMessageData<'a>,
            /// CDMA force on dual carrier.
            0x10 => cdma_force_on_dc "CDMA Force On DC": CdmaForceOnDc,
            /// CDMA follow on dual carrier.
            0x11 => cdma_follow_on_dc "CDMA Follow On DC": CdmaFollowOnDc,
            /// GSM WCDMA link timer.
            0x12 => gsm_wcdma_link_timer "GSM WCDMA Link Timer": u8,
            /// SMS on IMS.
            0x13 => sms_on_ims "SMS on IMS": bool,
        }
        response {
            /// Reference of the message.
            0x01 required => message_id "Message ID": u16,
            /// CDMA cause code. If that was the error.
            0x10 wms_cause_code => cdma_cause_code "CDMA Cause Code": CdmaCauseCode,
            /// CDMA error class. If that was the error.
            0x11 wms_cause_code => cdma_error_class "CDMA Error Class": CdmaErrorClass,
            /// GSM WCDMA cause information. If that was the error.
            0x12 wms_cause_code => gsm_wcdma_cause_info "GSM WCDMA Cause Info": GsmWcdmaCauseInfo,
            /// Message delivery failure type. If that was the error.
            0x13 wms_cause_code => message_delivery_failure_type: MessageDeliveryFailureType,
        }
    }

    /// Stores a short message.
    pub mod raw_write "Raw Write" = 0x0021 {
        request {
            /// The message.
            0x01 required => raw_message_data: MessageToStore<'a>,
        }
        response {
            /// Index in the storage.
            0x01 required => memory_index: u32,
        }
    }

    /// Reads a stored short message.
    pub mod raw_read "Raw Read" = 0x0022 {
        request {
            /// Message memory storage ID.
            0x01 required => message_memory_storage_id "Message Memory Storage ID": MessageMemoryStorageId,
            /// Which kind of message, on devices that know both.
            0x10 => message_mode: MessageMode,
            /// SMS on IMS.
            0x11 => sms_on_ims "SMS on IMS": bool,
        }
        response {
            /// The message.
            0x01 required => raw_message_data: StoredMessage<'a>,
        }
    }

    /// Marks a stored short message as read, unread, sent or unsent.
    pub mod modify_tag "Modify Tag" = 0x0023 {
        request {
            /// Mark of the message.
            0x01 required => message_tag: MessageTag,
            /// Which kind of message, on devices that know both.
            0x10 => message_mode: MessageMode,
        }
        response {}
    }

    /// Deletes stored short messages: without index and tag all of the storage.
    pub mod delete "Delete" = 0x0024 {
        request {
            /// Memory storage.
            0x01 required => memory_storage: StorageType,
            /// Index in the storage.
            0x10 => memory_index: u32,
            /// Mark of the message.
            0x11 => message_tag: MessageTagType,
            /// Which kind of message, on devices that know both.
            0x12 => message_mode: MessageMode,
        }
        response {}
    }

    /// Asks for the message protocol.
    pub mod get_message_protocol "Get Message Protocol" = 0x0030 {
        request {}
        response {
            /// Message protocol.
            0x01 required => message_protocol: MessageProtocol,
        }
    }

    /// Lists stored short messages.
    pub mod list_messages "List Messages" = 0x0031 {
        request {
            /// Which storage.
            0x01 required => storage_type: StorageType,
            /// Mark of the message.
            0x11 => message_tag: MessageTagType,
            /// Which kind of message, on devices that know both.
            0x12 => message_mode: MessageMode,
        }
        response {
            /// Message list.
            0x01 required => message_list: List<'a, MessageInfo, u32>,
        }
    }

    /// Chooses where incoming messages go: stored, or handed over.
    pub mod set_routes "Set Routes" = 0x0032 {
        request {
            /// Route list.
            0x01 required => route_list: List<'a, Route, u16>,
            /// Transfer status report.
            0x10 => transfer_status_report: TransferIndication,
        }
        response {}
    }

    /// Asks where incoming messages go.
    pub mod get_routes "Get Routes" = 0x0033 {
        request {}
        response {
            /// Route list.
            0x01 required => route_list: List<'a, Route, u16>,
            /// Transfer status report.
            0x10 success => transfer_status_report: TransferIndication,
        }
    }

    /// Acknowledges a message that was handed over. Within seconds, else the network sends it again.
    pub mod send_ack "Send Ack" = 0x0037 {
        request {
            /// Information.
            0x01 required => information: SendAckInformation,
            /// 3GPP2 failure information.
            0x10 => failure_information_3gpp2 "3GPP2 Failure Information": FailureInformation3gpp2,
            /// 3GPP failure information.
            0x11 => failure_information_3gpp "3GPP Failure Information": FailureInformation3gpp,
            /// SMS on IMS.
            0x12 => sms_on_ims "SMS on IMS": bool,
        }
        response {
            /// Failure cause. If that was the error.
            0x10 ack_not_sent => failure_cause: AckFailureCause,
        }
    }

    /// Sets the broadcast activation.
    pub mod set_broadcast_activation "Set Broadcast Activation" = 0x003c {
        request {
            /// Activation.
            0x01 required => activation: BroadcastActivation,
        }
        response {}
    }

    /// Sets the broadcast configuration.
    pub mod set_broadcast_config "Set Broadcast Config" = 0x003d {
        request {
            /// Which kind of message, on devices that know both.
            0x01 required => message_mode: MessageMode,
            /// Channels.
            0x10 => channels: List<'a, BroadcastChannel, u16>,
        }
        response {}
    }

    /// Asks for the broadcast configuration.
    pub mod get_broadcast_config "Get Broadcast Config" = 0x003e {
        request {
            /// Which kind of message, on devices that know both.
            0x01 required => message_mode: MessageMode,
        }
        response {
            /// Configuration.
            0x10 success => config: BroadcastConfig<'a>,
        }
    }

    /// Sends a stored short message.
    pub mod send_from_memory_storage "Send From Memory Storage" = 0x0042 {
        request {
            /// Information.
            0x01 required => information: SendFromMemoryStorageInformation,
            /// SMS on IMS.
            0x10 => sms_on_ims "SMS on IMS": bool,
        }
        response {
            /// Reference of the message.
            0x10 success => message_id "Message ID": u16,
            /// CDMA cause code. If that was the error.
            0x11 wms_cause_code => cdma_cause_code "CDMA Cause Code": CdmaCauseCode,
            /// CDMA error class. If that was the error.
            0x12 wms_cause_code => cdma_error_class "CDMA Error Class": CdmaErrorClass,
            /// GSM WCDMA cause information. If that was the error.
            0x13 wms_cause_code => gsm_wcdma_cause_info "GSM WCDMA Cause Info": GsmWcdmaCauseInfo,
            /// Message delivery failure type. If that was the error.
            0x14 wms_cause_code => message_delivery_failure_type: MessageDeliveryFailureType,
        }
    }

    /// The address of the service centre on the card has changed.
    pub mod smsc_address_indication "SMSC Address" = 0x0046 {
        indication {
            /// Address.
            0x01 required => address: SmscAddress<'a>,
        }
    }

    /// Chooses which indications this client gets.
    pub mod indication_register "Indication Register" = 0x0047 {
        request {
            /// Report transport network registration status.
            0x11 => report_transport_network_registration_status: bool,
        }
        response {}
    }

    /// Asks whether short messages can be sent.
    pub mod get_transport_network_registration_status "Get Transport Network Registration Status" = 0x004a {
        request {}
        response {
            /// Registration status.
            0x10 success => registration_status: NwRegistration,
        }
    }

    /// Whether short messages can be sent has changed.
    pub mod transport_network_registration_status_indication "Transport Network Registration Status" = 0x004b {
        indication {
            /// Registration status.
            0x01 required => registration_status: NwRegistration,
        }
    }
}
