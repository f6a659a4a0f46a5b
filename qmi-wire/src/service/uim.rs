//! UIM: cards, slots, PINs, files, logical channels.
//!
//! If a request carries a token, the response carries no more than the token, and the data come in an indication of the
//! same number.

use crate::list::List;
use crate::service::Service;
use crate::text::{Bytes, Str};

crate::open_enum! {
    /// Which lock, in requests and configurations: from 11 on not the numbers of a card status.
    pub struct CardApplicationPersonalizationFeature(u8) {
        /// 3GPP network.
        GW_NETWORK = 0,
        /// 3GPP network subset.
        GW_NETWORK_SUBSET = 1,
        /// 3GPP service provider.
        GW_SERVICE_PROVIDER = 2,
        /// 3GPP corporate.
        GW_CORPORATE = 3,
        /// 3GPP UIM.
        GW_UIM = 4,
        /// CDMA 1x network type 1.
        _1X_NETWORK_TYPE1 = 5,
        /// CDMA 1x network type 2.
        _1X_NETWORK_TYPE2 = 6,
        /// CDMA 1x HRPD.
        _1X_HRPD = 7,
        /// CDMA 1x service provider.
        _1X_SERVICE_PROVIDER = 8,
        /// CDMA 1x corporate.
        _1X_CORPORATE = 9,
        /// CDMA 1x RUIM.
        _1X_RUIM = 10,
        /// 3GPP service provider name.
        GW_SERVICE_PROVIDER_NAME = 11,
        /// 3GPP service provider EHPLMN.
        GW_SP_EHPLMN = 12,
        /// 3GPP ICCID.
        GW_ICCID = 13,
        /// 3GPP IMPI.
        GW_IMPI = 14,
        /// 3GPP network subset service provider.
        GW_NETWORK_SUBSET_SERVICE_PROVIDER = 15,
        /// 3GPP carrier.
        GW_CARRIER = 16,
    }
}

crate::open_enum! {
    /// Which lock, as a card status tells it: from 11 on not the numbers of a request.
    pub struct CardApplicationPersonalizationFeatureStatus(u8) {
        /// 3GPP network.
        GW_NETWORK = 0,
        /// 3GPP network subset.
        GW_NETWORK_SUBSET = 1,
        /// 3GPP service provider.
        GW_SERVICE_PROVIDER = 2,
        /// 3GPP corporate.
        GW_CORPORATE = 3,
        /// 3GPP UIM.
        GW_UIM = 4,
        /// CDMA 1x network type 1.
        _1X_NETWORK_TYPE1 = 5,
        /// CDMA 1x network type 2.
        _1X_NETWORK_TYPE2 = 6,
        /// CDMA 1x HRPD.
        _1X_HRPD = 7,
        /// CDMA 1x service provider.
        _1X_SERVICE_PROVIDER = 8,
        /// CDMA 1x corporate.
        _1X_CORPORATE = 9,
        /// CDMA 1x RUIM.
        _1X_RUIM = 10,
        /// Not known.
        UNKNOWN = 11,
        /// 3GPP service provider name.
        GW_SERVICE_PROVIDER_NAME = 12,
        /// 3GPP service provider EHPLMN.
        GW_SP_EHPLMN = 13,
        /// 3GPP ICCID.
        GW_ICCID = 14,
        /// 3GPP IMPI.
        GW_IMPI = 15,
        /// 3GPP network subset service provider.
        GW_NETWORK_SUBSET_SERVICE_PROVIDER = 16,
        /// 3GPP carrier.
        GW_CARRIER = 17,
    }
}

crate::open_enum! {
    /// Card application personalization state.
    pub struct CardApplicationPersonalizationState(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// In progress.
        IN_PROGRESS = 1,
        /// Ready.
        READY = 2,
        /// Code required.
        CODE_REQUIRED = 3,
        /// PUK code required.
        PUK_CODE_REQUIRED = 4,
        /// Permanently blocked.
        PERMANENTLY_BLOCKED = 5,
    }
}

crate::open_enum! {
    /// Card application state.
    pub struct CardApplicationState(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Detected.
        DETECTED = 1,
        /// PIN1 or UPIN PIN required.
        PIN1_OR_UPIN_PIN_REQUIRED = 2,
        /// PUK1 or UPIN PUK required.
        PUK1_OR_UPIN_PUK_REQUIRED = 3,
        /// Check personalization state.
        CHECK_PERSONALIZATION_STATE = 4,
        /// PIN1 blocked.
        PIN1_BLOCKED = 5,
        /// Illegal.
        ILLEGAL = 6,
        /// Ready.
        READY = 7,
    }
}

crate::open_enum! {
    /// Card application type.
    pub struct CardApplicationType(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// SIM.
        SIM = 1,
        /// USIM.
        USIM = 2,
        /// RUIM.
        RUIM = 3,
        /// CSIM.
        CSIM = 4,
        /// ISIM.
        ISIM = 5,
    }
}

crate::open_enum! {
    /// Card error.
    pub struct CardError(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// Power down.
        POWER_DOWN = 1,
        /// Poll.
        POLL = 2,
        /// No ATR received.
        NO_ATR_RECEIVED = 3,
        /// Voltage mismatch.
        VOLTAGE_MISMATCH = 4,
        /// Parity.
        PARITY = 5,
        /// Possibly removed.
        POSSIBLY_REMOVED = 6,
        /// Technical.
        TECHNICAL = 7,
    }
}

crate::open_enum! {
    /// Card protocol.
    pub struct CardProtocol(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// ICC.
        ICC = 1,
        /// UICC.
        UICC = 2,
    }
}

crate::open_enum! {
    /// State of a card, as a card status tells it.
    pub struct CardState(u8) {
        /// Absent.
        ABSENT = 0,
        /// Present.
        PRESENT = 1,
        /// Error.
        ERROR = 2,
    }
}

crate::flags! {
    /// Configuration.
    pub struct Configuration(u32) {
        /// Automatic selection.
        AUTOMATIC_SELECTION = 1 << 0,
        /// Personalization status.
        PERSONALIZATION_STATUS = 1 << 1,
        /// Halt subscription.
        HALT_SUBSCRIPTION = 1 << 2,
    }
}

crate::open_enum! {
    /// Depersonalization operation.
    pub struct DepersonalizationOperation(u8) {
        /// Deactivate.
        DEACTIVATE = 0,
        /// Unblock.
        UNBLOCK = 1,
    }
}

crate::flags! {
    /// Event registration flag.
    pub struct EventRegistrationFlag(u32) {
        /// Card status.
        CARD_STATUS = 1 << 0,
        /// SAP connection.
        SAP_CONNECTION = 1 << 1,
        /// Extended card status.
        EXTENDED_CARD_STATUS = 1 << 2,
        /// Physical slot status.
        PHYSICAL_SLOT_STATUS = 1 << 4,
    }
}

crate::open_enum! {
    /// File control information.
    pub struct FileControlInformation(u8) {
        /// No data.
        NO_DATA = 0,
        /// File control parameters.
        FCP = 1,
        /// File control information.
        FCI = 2,
        /// FCI with interfaces.
        FCI_WITH_INTERFACES = 3,
        /// File management data.
        FMD = 4,
    }
}

crate::open_enum! {
    /// File type.
    pub struct FileType(u8) {
        /// Transparent.
        TRANSPARENT = 0,
        /// Cyclic.
        CYCLIC = 1,
        /// Linear fixed.
        LINEAR_FIXED = 2,
        /// Dedicated file.
        DEDICATED_FILE = 3,
        /// Master file.
        MASTER_FILE = 4,
    }
}

crate::open_enum! {
    /// State of a card, as a slot status tells it: not the numbers of a card status.
    pub struct PhysicalCardState(u32) {
        /// Not known.
        UNKNOWN = 0,
        /// Absent.
        ABSENT = 1,
        /// Present.
        PRESENT = 2,
    }
}

crate::open_enum! {
    /// PIN ID.
    pub struct PinId(u8) {
        /// Not known.
        UNKNOWN = 0,
        /// PIN1.
        PIN1 = 1,
        /// PIN2.
        PIN2 = 2,
        /// UPIN.
        UPIN = 3,
        /// Hidden key.
        HIDDEN_KEY = 4,
    }
}

crate::open_enum! {
    /// PIN state.
    pub struct PinState(u8) {
        /// Not initialized.
        NOT_INITIALIZED = 0,
        /// Enabled not verified.
        ENABLED_NOT_VERIFIED = 1,
        /// Enabled verified.
        ENABLED_VERIFIED = 2,
        /// Disabled.
        DISABLED = 3,
        /// Blocked.
        BLOCKED = 4,
        /// Permanently blocked.
        PERMANENTLY_BLOCKED = 5,
    }
}

crate::open_enum! {
    /// Refresh mode.
    pub struct RefreshMode(u8) {
        /// Reset.
        RESET = 0,
        /// Initialisation.
        INIT = 1,
        /// Initialisation file change notification.
        INIT_FCN = 2,
        /// File change notification.
        FCN = 3,
        /// Initialisation full file change notification.
        INIT_FULL_FCN = 4,
        /// Application reset.
        APP_RESET = 5,
        /// 3G reset.
        _3G_RESET = 6,
    }
}

crate::open_enum! {
    /// Refresh stage.
    pub struct RefreshStage(u8) {
        /// Wait for ok.
        WAIT_FOR_OK = 0,
        /// Start.
        START = 1,
        /// End with success.
        END_WITH_SUCCESS = 2,
        /// End with failure.
        END_WITH_FAILURE = 3,
    }
}

crate::flags! {
    /// Security attribute.
    pub struct SecurityAttribute(u16) {
        /// PIN1.
        PIN1 = 1 << 0,
        /// PIN2.
        PIN2 = 1 << 1,
        /// UPIN.
        UPIN = 1 << 2,
        /// Administrative key.
        ADM = 1 << 3,
    }
}

crate::open_enum! {
    /// Security attribute logic.
    pub struct SecurityAttributeLogic(u8) {
        /// Always.
        ALWAYS = 0,
        /// Never.
        NEVER = 1,
        /// And.
        AND = 2,
        /// Or.
        OR = 3,
        /// Single.
        SINGLE = 4,
    }
}

crate::open_enum! {
    /// On which application of which card a request works.
    pub struct SessionType(u8) {
        /// Primary 3GPP provisioning.
        PRIMARY_GW_PROVISIONING = 0,
        /// Primary CDMA 1x provisioning.
        PRIMARY1X_PROVISIONING = 1,
        /// Secondary 3GPP provisioning.
        SECONDARY_GW_PROVISIONING = 2,
        /// Secondary CDMA 1x provisioning.
        SECONDARY1X_PROVISIONING = 3,
        /// Nonprovisioning slot 1.
        NONPROVISIONING_SLOT1 = 4,
        /// Nonprovisioning slot 2.
        NONPROVISIONING_SLOT2 = 5,
        /// Card slot 1.
        CARD_SLOT1 = 6,
        /// Card slot 2.
        CARD_SLOT2 = 7,
        /// Logical channel slot 1.
        LOGICAL_CHANNEL_SLOT1 = 8,
        /// Logical channel slot 2.
        LOGICAL_CHANNEL_SLOT2 = 9,
        /// Tertiary 3GPP provisioning.
        TERTIARY_GW_PROVISIONING = 10,
        /// Tertiary CDMA 1x provisioning.
        TERTIARY1X_PROVISIONING = 11,
        /// Quaternary 3GPP provisioning.
        QUATERNARY_GW_PROVISIONING = 12,
        /// Quaternary CDMA 1x provisioning.
        QUATERNARY1X_PROVISIONING = 13,
        /// Quinary 3GPP provisioning.
        QUINARY_GW_PROVISIONING = 14,
        /// Quinary CDMA 1x provisioning.
        QUINARY1X_PROVISIONING = 15,
        /// Nonprovisioning slot 3.
        NONPROVISIONING_SLOT3 = 16,
        /// Nonprovisioning slot 4.
        NONPROVISIONING_SLOT4 = 17,
        /// Nonprovisioning slot 5.
        NONPROVISIONING_SLOT5 = 18,
        /// Card slot 3.
        CARD_SLOT3 = 19,
        /// Card slot 4.
        CARD_SLOT4 = 20,
        /// Card slot 5.
        CARD_SLOT5 = 21,
        /// Logical channel slot 3.
        LOGICAL_CHANNEL_SLOT3 = 22,
        /// Logical channel slot 4.
        LOGICAL_CHANNEL_SLOT4 = 23,
        /// Logical channel slot 5.
        LOGICAL_CHANNEL_SLOT5 = 24,
    }
}

crate::open_enum! {
    /// Slot state.
    pub struct SlotState(u32) {
        /// Inactive.
        INACTIVE = 0,
        /// Active.
        ACTIVE = 1,
    }
}

crate::wire_struct! {
    /// Session.
    pub struct Session<'a> {
        /// On which application of which card.
        session_type: SessionType,
        /// Application identifier (AID); empty for the application of the session.
        application_identifier: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// File.
    pub struct File<'a> {
        /// File identifier.
        file_id: u16,
        /// File path. File identifiers from the root on, each little-endian.
        file_path: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Read information.
    pub struct ReadInformation {
        /// Offset.
        offset: u16,
        /// Length.
        length: u16,
    }
}

crate::wire_struct! {
    /// Card result.
    pub struct CardResult {
        /// First status byte.
        sw1: u8,
        /// Second status byte.
        sw2: u8,
    }
}

crate::wire_struct! {
    /// Record.
    pub struct RecordSelector {
        /// Record number.
        record_number: u16,
        /// Record length.
        record_length: u16,
    }
}

crate::wire_struct! {
    /// Write record.
    pub struct WriteRecord<'a> {
        /// Record number.
        record_number: u16,
        /// Record.
        record personal: Bytes<'a, u16>,
    }
}

crate::wire_struct! {
    /// File attributes.
    pub struct FileAttributes<'a> {
        /// File size.
        file_size: u16,
        /// File identifier.
        file_id: u16,
        /// File type.
        file_type: FileType,
        /// Record size.
        record_size: u16,
        /// Record count.
        record_count: u16,
        /// Read security attributes logic.
        read_security_attributes_logic: SecurityAttributeLogic,
        /// Read security attributes.
        read_security_attributes: SecurityAttribute,
        /// Write security attributes logic.
        write_security_attributes_logic: SecurityAttributeLogic,
        /// Write security attributes.
        write_security_attributes: SecurityAttribute,
        /// Increase security attributes logic.
        increase_security_attributes_logic: SecurityAttributeLogic,
        /// Increase security attributes.
        increase_security_attributes: SecurityAttribute,
        /// Deactivate security attributes logic.
        deactivate_security_attributes_logic: SecurityAttributeLogic,
        /// Deactivate security attributes.
        deactivate_security_attributes: SecurityAttribute,
        /// Activate security attributes logic.
        activate_security_attributes_logic: SecurityAttributeLogic,
        /// Activate security attributes.
        activate_security_attributes: SecurityAttribute,
        /// Raw data.
        raw_data: Bytes<'a, u16>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct SetPinProtectionInfo<'a> {
        /// Which PIN.
        pin_id: PinId,
        /// PIN enabled.
        pin_enabled: bool,
        /// The PIN.
        pin_value personal: Str<'a>,
    }
}

crate::wire_struct! {
    /// Attempts remaining.
    pub struct RetriesRemaining {
        /// Attempts left for the PIN.
        verify_retries_left: u8,
        /// Attempts left for the PUK.
        unblock_retries_left: u8,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct VerifyPinInfo<'a> {
        /// Which PIN.
        pin_id: PinId,
        /// The PIN.
        pin_value personal: Str<'a>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct UnblockPinInfo<'a> {
        /// Which PIN.
        pin_id: PinId,
        /// The PUK.
        puk personal: Str<'a>,
        /// The new PIN.
        new_pin personal: Str<'a>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct ChangePinInfo<'a> {
        /// Which PIN.
        pin_id: PinId,
        /// The old PIN.
        old_pin personal: Str<'a>,
        /// The new PIN.
        new_pin personal: Str<'a>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct DepersonalizationInfo<'a> {
        /// Feature.
        feature: CardApplicationPersonalizationFeature,
        /// Operation.
        operation: DepersonalizationOperation,
        /// Control key.
        control_key personal: Str<'a>,
    }
}

crate::wire_struct! {
    /// Attempts remaining.
    pub struct KeyRetriesRemaining {
        /// Attempts left for the key.
        verify_left: u8,
        /// Attempts left for the unblocking key.
        unblock_left: u8,
    }
}

crate::wire_struct! {
    /// File.
    pub struct RefreshFile<'a> {
        /// File identifier.
        file_id: u16,
        /// Path. File identifiers from the root on, each little-endian.
        path: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct RefreshRegisterInfo<'a> {
        /// Register flag.
        register_flag: bool,
        /// Vote for initialisation.
        vote_for_init: bool,
        /// Files.
        files: List<'a, RefreshFile<'a>, u16>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct RefreshCompleteInfo {
        /// Refresh success.
        refresh_success: bool,
    }
}

crate::wire_struct! {
    /// Application.
    pub struct Application<'a> {
        /// Type.
        kind "type": CardApplicationType,
        /// State.
        state: CardApplicationState,
        /// Personalization state.
        personalization_state: CardApplicationPersonalizationState,
        /// Personalization feature.
        personalization_feature: CardApplicationPersonalizationFeatureStatus,
        /// Personalization attempts.
        personalization_retries: u8,
        /// Personalization unblock attempts.
        personalization_unblock_retries: u8,
        /// Application identifier (AID).
        application_identifier_value: Bytes<'a>,
        /// Whether the card's universal PIN takes the place of PIN1: then state and attempts are the card's.
        upin_replaces_pin1: bool,
        /// PIN1 state.
        pin1_state: PinState,
        /// Attempts left for PIN1.
        pin1_retries: u8,
        /// Attempts left for PUK1.
        puk1_retries: u8,
        /// PIN2 state.
        pin2_state: PinState,
        /// Attempts left for PIN2.
        pin2_retries: u8,
        /// Attempts left for PUK2.
        puk2_retries: u8,
    }
}

crate::wire_struct! {
    /// Card.
    pub struct Card<'a> {
        /// Card state.
        card_state: CardState,
        /// State of the universal PIN.
        upin_state: PinState,
        /// Attempts left for the universal PIN.
        upin_retries: u8,
        /// Attempts left for the unblocking key of the universal PIN.
        upuk_retries: u8,
        /// Error code.
        error_code: CardError,
        /// Applications.
        applications: List<'a, Application<'a>>,
    }
}

crate::wire_struct! {
    /// Card status.
    pub struct CardStatus<'a> {
        /// Index 3GPP primary. High byte: card, low byte: application on it, both from 0. 0xFFFF: none.
        index_gw_primary: u16,
        /// Index CDMA 1x primary. High byte: card, low byte: application on it, both from 0. 0xFFFF: none.
        index_1x_primary: u16,
        /// Index 3GPP secondary. High byte: card, low byte: application on it, both from 0. 0xFFFF: none.
        index_gw_secondary: u16,
        /// Index CDMA 1x secondary. High byte: card, low byte: application on it, both from 0. 0xFFFF: none.
        index_1x_secondary: u16,
        /// Cards.
        cards: List<'a, Card<'a>>,
    }
}

crate::wire_struct! {
    /// Event.
    pub struct RefreshEvent<'a> {
        /// Stage.
        stage: RefreshStage,
        /// The mode.
        mode: RefreshMode,
        /// On which application of which card.
        session_type: SessionType,
        /// Application identifier (AID); empty for the application of the session.
        application_identifier: Bytes<'a>,
        /// Files.
        files: List<'a, RefreshFile<'a>, u16>,
    }
}

crate::wire_struct! {
    /// Session change.
    pub struct SessionChange {
        /// On which application of which card.
        session_type: SessionType,
        /// Activate.
        activate: bool,
    }
}

crate::wire_struct! {
    /// Application information.
    pub struct ApplicationInformation<'a> {
        /// Slot, from 1.
        slot: u8,
        /// Application identifier (AID); empty for the application of the session.
        application_identifier: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Personalization status.
    pub struct PersonalizationStatus {
        /// Feature.
        feature: CardApplicationPersonalizationFeature,
        /// Attempts left for the key.
        verify_left: u8,
        /// Attempts left for the unblocking key.
        unblock_left: u8,
    }
}

crate::wire_struct! {
    /// Slot.
    pub struct PersonalizationStatusOtherSlot {
        /// Feature.
        feature: CardApplicationPersonalizationFeature,
        /// Attempts left for the key.
        verify_left: u8,
        /// Attempts left for the unblocking key.
        unblock_left: u8,
    }
}

crate::wire_struct! {
    /// Personalization status other.
    pub struct PersonalizationStatusOther<'a> {
        /// Slot, from 1.
        slot: List<'a, PersonalizationStatusOtherSlot>,
    }
}

crate::wire_struct! {
    /// Information.
    pub struct RefreshRegisterAllInfo {
        /// Register flag.
        register_flag: bool,
    }
}

crate::wire_struct! {
    /// Physical slot status.
    pub struct PhysicalSlotStatus<'a> {
        /// Physical card status.
        physical_card_status: PhysicalCardState,
        /// Physical slot status.
        physical_slot_status: SlotState,
        /// Logical slot, from 1.
        logical_slot: u8,
        /// Number of the card. Digits in packed form, the low half of each byte first; 0xF: filler.
        iccid personal: Bytes<'a>,
    }
}

crate::wire_struct! {
    /// Physical slot information.
    pub struct PhysicalSlotInformation<'a> {
        /// Card protocol.
        card_protocol: CardProtocol,
        /// Valid applications.
        valid_applications: u8,
        /// ATR value.
        atr_value: Bytes<'a>,
        /// Is euicc.
        is_euicc: bool,
    }
}

crate::wire_struct! {
    /// Slot EID.
    pub struct SlotEid<'a> {
        /// Identity of the embedded card. Digits in packed form, the high half of each byte first.
        eid personal: Bytes<'a>,
    }
}

impl<'a> CardStatus<'a> {
    /// The application that one of the four indices names, and the card it is on. `None` if there is none, or if the index
    /// lies outside the lists.
    #[must_use]
    pub fn application(&self, index: u16) -> Option<(Card<'a>, Application<'a>)> {
        let [application, card] = index.to_le_bytes();
        let card = self.cards.get(card.into())?;
        Some((card, card.applications.get(application.into())?))
    }
}

crate::qmi_service! {
    Service::UIM, "UIM";

    /// Forgets what this client registered for and set.
    pub mod reset "Reset" = 0x0000 {
        request {}
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

    /// Reads a file that is a string of bytes.
    pub mod read_transparent "Read Transparent" = 0x0020 {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// File.
            0x02 required => file: File<'a>,
            /// Read information.
            0x03 required => read_information: ReadInformation,
            /// Token: with it the data come in an indication that carries the same.
            0x10 => response_in_indication_token: u32,
            /// Encrypt data.
            0x11 => encrypt_data: bool,
        }
        response {
            /// Status bytes of the card.
            0x10 => card_result: CardResult,
            /// The bytes.
            0x11 success => read_result "Read result" personal: Bytes<'a, u16>,
            /// Token: with it the data come in an indication that carries the same.
            0x12 success => response_in_indication_token: u32,
            /// Encrypted data.
            0x13 success => encrypted_data: bool,
        }
    }

    /// Reads a record of a file.
    pub mod read_record "Read Record" = 0x0021 {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// File.
            0x02 required => file: File<'a>,
            /// Record.
            0x03 required => record: RecordSelector,
            /// Last record.
            0x10 => last_record: u16,
            /// Token: with it the data come in an indication that carries the same.
            0x11 => response_in_indication_token: u32,
        }
        response {
            /// Status bytes of the card.
            0x10 => card_result: CardResult,
            /// The bytes.
            0x11 success => read_result personal: Bytes<'a, u16>,
            /// Additional read result.
            0x12 success => additional_read_result personal: Bytes<'a, u16>,
            /// Token: with it the data come in an indication that carries the same.
            0x13 success => response_in_indication_token: u32,
        }
    }

    /// Writes a record of a file.
    pub mod write_record "Write Record" = 0x0023 {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// File.
            0x02 required => file: File<'a>,
            /// Write record.
            0x03 required => write_record: WriteRecord<'a>,
            /// Token: with it the data come in an indication that carries the same.
            0x10 => response_in_indication_token: u32,
        }
        response {
            /// Status bytes of the card.
            0x10 => card_result: CardResult,
            /// Token: with it the data come in an indication that carries the same.
            0x11 => response_in_indication_token: u32,
        }
    }

    /// Asks for type, size and access rights of a file.
    pub mod get_file_attributes "Get File Attributes" = 0x0024 {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// File.
            0x02 required => file: File<'a>,
            /// Token: with it the data come in an indication that carries the same.
            0x10 => response_in_indication_token: u32,
        }
        response {
            /// Status bytes of the card.
            0x10 => card_result: CardResult,
            /// File attributes.
            0x11 success => file_attributes: FileAttributes<'a>,
            /// Token: with it the data come in an indication that carries the same.
            0x12 success => response_in_indication_token: u32,
        }
    }

    /// Switches the question for a PIN on or off.
    pub mod set_pin_protection "Set PIN Protection" = 0x0025 {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// Information.
            0x02 required => info: SetPinProtectionInfo<'a>,
            /// Token: with it the data come in an indication that carries the same.
            0x11 => response_in_indication_token: u32,
        }
        response {
            /// Attempts remaining. If the request failed.
            0x10 failure => retries_remaining: RetriesRemaining,
            /// Token: with it the data come in an indication that carries the same.
            0x12 success => response_in_indication_token: u32,
        }
    }

    /// Enters a PIN. If it is wrong, the answer says how many attempts are left.
    pub mod verify_pin "Verify PIN" = 0x0026 {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// Information.
            0x02 required => info: VerifyPinInfo<'a>,
            /// Token: with it the data come in an indication that carries the same.
            0x12 => response_in_indication_token: u32,
        }
        response {
            /// Attempts remaining. If the request failed.
            0x10 failure => retries_remaining: RetriesRemaining,
            /// Token: with it the data come in an indication that carries the same.
            0x12 success => response_in_indication_token: u32,
            /// Status bytes of the card.
            0x13 => card_result: CardResult,
        }
    }

    /// Enters a PUK and sets a new PIN.
    pub mod unblock_pin "Unblock PIN" = 0x0027 {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// Information.
            0x02 required => info: UnblockPinInfo<'a>,
            /// Token: with it the data come in an indication that carries the same.
            0x11 => response_in_indication_token: u32,
        }
        response {
            /// Attempts remaining. If the request failed.
            0x10 failure => retries_remaining: RetriesRemaining,
            /// Token: with it the data come in an indication that carries the same.
            0x12 success => response_in_indication_token: u32,
            /// Status bytes of the card.
            0x13 => card_result: CardResult,
        }
    }

    /// Replaces a PIN.
    pub mod change_pin "Change PIN" = 0x0028 {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// Information.
            0x02 required => info: ChangePinInfo<'a>,
            /// Token: with it the data come in an indication that carries the same.
            0x11 => response_in_indication_token: u32,
        }
        response {
            /// Attempts remaining. If the request failed.
            0x10 failure => retries_remaining: RetriesRemaining,
            /// Token: with it the data come in an indication that carries the same.
            0x12 success => response_in_indication_token: u32,
            /// Status bytes of the card.
            0x13 => card_result: CardResult,
        }
    }

    /// Removes or unblocks a lock to a network or provider.
    pub mod depersonalization "Depersonalization" = 0x0029 {
        request {
            /// Information.
            0x01 required => info: DepersonalizationInfo<'a>,
            /// Slot, from 1.
            0x10 => slot: u8,
        }
        response {
            /// Attempts remaining. If the request failed.
            0x10 failure => retries_remaining: KeyRetriesRemaining,
        }
    }

    /// Chooses which files' changes are reported.
    pub mod refresh_register "Refresh Register" = 0x002a {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// Information.
            0x02 required => info: RefreshRegisterInfo<'a>,
        }
        response {}
    }

    /// Says that this client has taken note of the changes.
    pub mod refresh_complete "Refresh Complete" = 0x002c {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// Information.
            0x02 required => info: RefreshCompleteInfo,
        }
        response {}
    }

    /// Chooses which indications this client gets.
    pub mod register_events "Register Events" = 0x002e {
        request {
            /// Event registration mask.
            0x01 required => event_registration_mask: EventRegistrationFlag,
        }
        response {
            /// Event registration mask.
            0x10 success => event_registration_mask: EventRegistrationFlag,
        }
    }

    /// Asks for the state of all cards and of the applications on them.
    pub mod get_card_status "Get Card Status" = 0x002f {
        request {}
        response {
            /// Card status.
            0x10 => card_status: CardStatus<'a>,
        }
    }

    /// Takes the power from a card.
    pub mod power_off_sim "Power Off SIM" = 0x0030 {
        request {
            /// Slot, from 1.
            0x01 required => slot: u8,
        }
        response {}
    }

    /// Gives power to a card.
    pub mod power_on_sim "Power On SIM" = 0x0031 {
        request {
            /// Slot, from 1.
            0x01 required => slot: u8,
        }
        response {}
    }

    /// The state of a card has changed: here are all.
    pub mod card_status_indication "Card Status" = 0x0032 {
        indication {
            /// Card status.
            0x10 => card_status: CardStatus<'a>,
        }
    }

    /// The card has changed files.
    pub mod refresh_indication "Refresh" = 0x0033 {
        indication {
            /// Event.
            0x10 => event: RefreshEvent<'a>,
        }
    }

    /// Activates or deactivates an application of a card.
    pub mod change_provisioning_session "Change Provisioning Session" = 0x0038 {
        request {
            /// Session change.
            0x01 required => session_change: SessionChange,
            /// Application information.
            0x10 => application_information: ApplicationInformation<'a>,
        }
        response {}
    }

    /// Asks for settings of the card service, locks among them.
    pub mod get_configuration "Get Configuration" = 0x003a {
        request {
            /// Configuration mask.
            0x10 => configuration_mask: Configuration,
        }
        response {
            /// Automatic selection.
            0x10 success => automatic_selection: bool,
            /// Personalization status.
            0x11 success => personalization_status: List<'a, PersonalizationStatus>,
            /// Halt subscription.
            0x12 success => halt_subscription: bool,
            /// Personalization status other.
            0x13 success => personalization_status_other: List<'a, PersonalizationStatusOther<'a>>,
        }
    }

    /// Sends a command to a card and asks for its answer.
    pub mod send_apdu "Send APDU" = 0x003b {
        request {
            /// Slot, from 1.
            0x01 required => slot: u8,
            /// Command for the card (ISO 7816-4).
            0x02 required => apdu "APDU": Bytes<'a, u16>,
            /// Logical channel.
            0x10 => channel_id "Channel ID": u8,
            /// Procedure bytes.
            0x11 => procedure_bytes "Procedure bytes": u8,
        }
        response {
            /// Answer of the card, status bytes at its end.
            0x10 => apdu_response "APDU Response": Bytes<'a, u16>,
        }
    }

    /// Opens or closes a logical channel of a card.
    pub mod logical_channel "Logical Channel" = 0x003f {
        request {
            /// Slot, from 1.
            0x01 required => slot: u8,
            /// Application identifier.
            0x10 => aid "AID": Bytes<'a>,
            /// Logical channel.
            0x11 => channel_id "Channel ID": u8,
            /// File control information.
            0x12 => file_control_information: FileControlInformation,
            /// Terminate application.
            0x13 => terminate_application: u8,
        }
        response {
            /// Logical channel.
            0x10 success => channel_id "Channel ID": u8,
            /// Status bytes of the card.
            0x11 => card_result "Card result": CardResult,
            /// Select response.
            0x12 success => select_response: Bytes<'a>,
        }
    }

    /// Opens a logical channel to an application of a card.
    pub mod open_logical_channel "Open Logical Channel" = 0x0042 {
        request {
            /// Slot, from 1.
            0x01 required => slot: u8,
            /// Application identifier.
            0x10 => aid "AID": Bytes<'a>,
            /// File control information.
            0x11 => file_control_information: FileControlInformation,
        }
        response {
            /// Logical channel.
            0x10 success => channel_id "Channel ID": u8,
            /// Status bytes of the card.
            0x11 => card_result "Card result": CardResult,
            /// Select response.
            0x12 success => select_response: Bytes<'a>,
        }
    }

    /// Chooses whether changes of all files are reported.
    pub mod refresh_register_all "Refresh Register All" = 0x0044 {
        request {
            /// On which application of which card.
            0x01 required => session: Session<'a>,
            /// Information.
            0x02 required => info: RefreshRegisterAllInfo,
        }
        response {}
    }

    /// Connects a logical slot with a physical one.
    pub mod switch_slot "Switch Slot" = 0x0046 {
        request {
            /// Logical slot, from 1.
            0x01 required => logical_slot: u8,
            /// Physical slot, from 1.
            0x02 required => physical_slot: u32,
        }
        response {}
    }

    /// Asks which cards are in the physical slots.
    pub mod get_slot_status "Get Slot Status" = 0x0047 {
        request {}
        response {
            /// Physical slot status.
            0x10 => physical_slot_status: List<'a, PhysicalSlotStatus<'a>>,
            /// Physical slot information.
            0x11 => physical_slot_information: List<'a, PhysicalSlotInformation<'a>>,
            /// Slot EID.
            0x12 => slot_eid "Slot EID": List<'a, SlotEid<'a>>,
        }
    }

    /// The state of a slot has changed: here are all.
    pub mod slot_status_indication "Slot Status" = 0x0048 {
        indication {
            /// Physical slot status.
            0x10 => physical_slot_status: List<'a, PhysicalSlotStatus<'a>>,
            /// Physical slot information.
            0x11 => physical_slot_information: List<'a, PhysicalSlotInformation<'a>>,
            /// Slot EID.
            0x12 => slot_eid "Slot EID": List<'a, SlotEid<'a>>,
        }
    }

    /// Removes locks with data of the carrier.
    pub mod remote_unlock "Remote Unlock" = 0x005d {
        request {
            /// SIM lock data.
            0x10 => simlock_data "SimLock Data" personal: Bytes<'a, u16>,
            /// SIM lock extended data.
            0x12 => simlock_extended_data "SimLock Extended Data" personal: Bytes<'a, u16>,
        }
        response {}
    }
}
