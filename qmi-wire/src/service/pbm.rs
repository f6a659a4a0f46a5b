//! PBM, phone books: capabilities and emergency numbers. No public description of the records themselves exists.

use crate::list::List;
use crate::service::Service;
use crate::text::Str;

crate::flags! {
    /// Emergency number flags.
    pub struct EmergencyNumberFlags(u8) {
        /// Police.
        POLICE = 1 << 0,
        /// Ambulance.
        AMBULANCE = 1 << 1,
        /// Fire brigade.
        FIRE_BRIGADE = 1 << 2,
        /// Marine guard.
        MARINE_GUARD = 1 << 3,
        /// Mountain rescue.
        MOUNTAIN_RESCUE = 1 << 4,
        /// Manual ecall.
        MANUAL_ECALL = 1 << 5,
        /// Automatic ecall.
        AUTOMATIC_ECALL = 1 << 6,
        /// Spare.
        SPARE = 1 << 7,
    }
}

crate::flags! {
    /// Event registration flag.
    pub struct EventRegistrationFlag(u32) {
        /// Record update.
        RECORD_UPDATE = 1 << 0,
        /// Phonebook ready.
        PHONEBOOK_READY = 1 << 1,
        /// Emergency number list.
        EMERGENCY_NUMBER_LIST = 1 << 2,
        /// Hidden record status.
        HIDDEN_RECORD_STATUS = 1 << 3,
        /// AAS update.
        AAS_UPDATE = 1 << 4,
        /// Gas update.
        GAS_UPDATE = 1 << 5,
    }
}

crate::flags! {
    /// Phonebook type.
    pub struct PhonebookType(u16) {
        /// ADN.
        ADN = 1 << 0,
        /// FDN.
        FDN = 1 << 1,
        /// MSISDN.
        MSISDN = 1 << 2,
        /// MBDN.
        MBDN = 1 << 3,
        /// SDN.
        SDN = 1 << 4,
        /// BDN.
        BDN = 1 << 5,
        /// LND.
        LND = 1 << 6,
        /// Mbn.
        MBN = 1 << 7,
    }
}

crate::open_enum! {
    /// Session type.
    pub struct SessionType(u8) {
        /// 3GPP primary.
        GW_PRIMARY = 0,
        /// CDMA 1x primary.
        _1X_PRIMARY = 1,
        /// 3GPP secondary.
        GW_SECONDARY = 2,
        /// CDMA 1x secondary.
        _1X_SECONDARY = 3,
        /// Nonprovisioning slot 1.
        NONPROVISIONING_SLOT1 = 4,
        /// Nonprovisioning slot 2.
        NONPROVISIONING_SLOT2 = 5,
        /// Global phonebook slot 1.
        GLOBAL_PHONEBOOK_SLOT1 = 6,
        /// Global phonebook slot 2.
        GLOBAL_PHONEBOOK_SLOT2 = 7,
    }
}

crate::wire_struct! {
    /// Phonebook information.
    pub struct PhonebookInformation {
        /// On which application of which card.
        session_type: SessionType,
        /// Phonebook type.
        phonebook_type: PhonebookType,
    }
}

crate::wire_struct! {
    /// Capability basic information.
    pub struct CapabilityBasicInformation {
        /// On which application of which card.
        session_type: SessionType,
        /// Phonebook type.
        phonebook_type: PhonebookType,
        /// Used records.
        used_records: u16,
        /// Maximum records.
        maximum_records: u16,
        /// Maximum number length.
        maximum_number_length: u8,
        /// Maximum name length.
        maximum_name_length: u8,
    }
}

crate::wire_struct! {
    /// Group capability.
    pub struct GroupCapability {
        /// Maximum groups.
        maximum_groups: u8,
        /// Maximum group tag length.
        maximum_group_tag_length: u8,
    }
}

crate::wire_struct! {
    /// Additional number capability.
    pub struct AdditionalNumberCapability {
        /// Maximum additional numbers.
        maximum_additional_numbers: u8,
        /// Maximum additional number length.
        maximum_additional_number_length: u8,
        /// Maximum additional number tag length.
        maximum_additional_number_tag_length: u8,
    }
}

crate::wire_struct! {
    /// Email capability.
    pub struct EmailCapability {
        /// Maximum emails.
        maximum_emails: u8,
        /// Maximum email address length.
        maximum_email_address_length: u8,
    }
}

crate::wire_struct! {
    /// Second name capability.
    pub struct SecondNameCapability {
        /// Maximum second name length.
        maximum_second_name_length: u8,
    }
}

crate::wire_struct! {
    /// Hidden records capability.
    pub struct HiddenRecordsCapability {
        /// Supported.
        supported: bool,
    }
}

crate::wire_struct! {
    /// Grouping information alpha string capability.
    pub struct GroupingInformationAlphaStringCapability {
        /// Maximum records.
        maximum_records: u8,
        /// Used records.
        used_records: u8,
        /// Maximum string length.
        maximum_string_length: u8,
    }
}

crate::wire_struct! {
    /// Additional number alpha string capability.
    pub struct AdditionalNumberAlphaStringCapability {
        /// Maximum records.
        maximum_records: u8,
        /// Used records.
        used_records: u8,
        /// Maximum string length.
        maximum_string_length: u8,
    }
}

crate::wire_struct! {
    /// Phonebook.
    pub struct Phonebook {
        /// Phonebook type.
        phonebook_type: PhonebookType,
        /// Used records.
        used_records: u16,
        /// Maximum records.
        maximum_records: u16,
        /// Maximum number length.
        maximum_number_length: u8,
        /// Maximum name length.
        maximum_name_length: u8,
    }
}

crate::wire_struct! {
    /// Capability basic information.
    pub struct GetAllCapabilitiesCapabilityBasicInformation<'a> {
        /// On which application of which card.
        session_type: SessionType,
        /// Phonebooks.
        phonebooks: List<'a, Phonebook>,
    }
}

crate::wire_struct! {
    /// Group capability.
    pub struct GetAllCapabilitiesGroupCapability {
        /// On which application of which card.
        session_type: SessionType,
        /// Maximum groups.
        maximum_groups: u8,
        /// Maximum group tag length.
        maximum_group_tag_length: u8,
    }
}

crate::wire_struct! {
    /// Additional number capability.
    pub struct GetAllCapabilitiesAdditionalNumberCapability {
        /// On which application of which card.
        session_type: SessionType,
        /// Maximum additional numbers.
        maximum_additional_numbers: u8,
        /// Maximum additional number length.
        maximum_additional_number_length: u8,
        /// Maximum additional number tag length.
        maximum_additional_number_tag_length: u8,
    }
}

crate::wire_struct! {
    /// Email capability.
    pub struct GetAllCapabilitiesEmailCapability {
        /// On which application of which card.
        session_type: SessionType,
        /// Maximum emails.
        maximum_emails: u8,
        /// Maximum email address length.
        maximum_email_address_length: u8,
    }
}

crate::wire_struct! {
    /// Second name capability.
    pub struct GetAllCapabilitiesSecondNameCapability {
        /// On which application of which card.
        session_type: SessionType,
        /// Maximum second name length.
        maximum_second_name_length: u8,
    }
}

crate::wire_struct! {
    /// Hidden records capability.
    pub struct GetAllCapabilitiesHiddenRecordsCapability {
        /// On which application of which card.
        session_type: SessionType,
        /// Supported.
        supported: bool,
    }
}

crate::wire_struct! {
    /// Grouping information alpha string capability.
    pub struct GetAllCapabilitiesGroupingInformationAlphaStringCapability {
        /// On which application of which card.
        session_type: SessionType,
        /// Maximum records.
        maximum_records: u8,
        /// Used records.
        used_records: u8,
        /// Maximum string length.
        maximum_string_length: u8,
    }
}

crate::wire_struct! {
    /// Additional number alpha string capability.
    pub struct GetAllCapabilitiesAdditionalNumberAlphaStringCapability {
        /// On which application of which card.
        session_type: SessionType,
        /// Maximum records.
        maximum_records: u8,
        /// Used records.
        used_records: u8,
        /// Maximum string length.
        maximum_string_length: u8,
    }
}

crate::wire_struct! {
    /// Emergency number.
    pub struct EmergencyNumber<'a> {
        /// Flags.
        flags: EmergencyNumberFlags,
        /// Emergency number.
        emergency_number: Str<'a>,
    }
}

crate::wire_struct! {
    /// Card number.
    pub struct CardNumber<'a> {
        /// On which application of which card.
        session_type: SessionType,
        /// Emergency numbers.
        emergency_numbers: List<'a, EmergencyNumber<'a>>,
    }
}

crate::wire_struct! {
    /// Network number.
    pub struct NetworkNumber<'a> {
        /// On which application of which card.
        session_type: SessionType,
        /// Emergency numbers.
        emergency_numbers: List<'a, EmergencyNumber<'a>>,
    }
}

crate::qmi_service! {
    Service::PBM, "PBM";

    /// Chooses which indications this client gets.
    pub mod indication_register "Indication Register" = 0x0001 {
        request {
            /// Event registration mask.
            0x01 required => event_registration_mask: EventRegistrationFlag,
        }
        response {
            /// Event registration mask.
            0x10 success => event_registration_mask: EventRegistrationFlag,
        }
    }

    /// Asks what a phone book can hold.
    pub mod get_capabilities "Get Capabilities" = 0x0002 {
        request {
            /// Phonebook information.
            0x01 required => phonebook_information: PhonebookInformation,
        }
        response {
            /// Capability basic information.
            0x10 success => capability_basic_information: CapabilityBasicInformation,
            /// Group capability.
            0x11 success => group_capability: GroupCapability,
            /// Additional number capability.
            0x12 success => additional_number_capability: AdditionalNumberCapability,
            /// Email capability.
            0x13 success => email_capability: EmailCapability,
            /// Second name capability.
            0x14 success => second_name_capability: SecondNameCapability,
            /// Hidden records capability.
            0x15 success => hidden_records_capability: HiddenRecordsCapability,
            /// Grouping information alpha string capability.
            0x16 success => grouping_information_alpha_string_capability: GroupingInformationAlphaStringCapability,
            /// Additional number alpha string capability.
            0x17 success => additional_number_alpha_string_capability: AdditionalNumberAlphaStringCapability,
        }
    }

    /// Asks what all phone books can hold.
    pub mod get_all_capabilities "Get All Capabilities" = 0x0003 {
        request {}
        response {
            /// Capability basic information.
            0x10 success => capability_basic_information: List<'a, GetAllCapabilitiesCapabilityBasicInformation<'a>>,
            /// Group capability.
            0x11 success => group_capability: List<'a, GetAllCapabilitiesGroupCapability>,
            /// Additional number capability.
            0x12 success => additional_number_capability: List<'a, GetAllCapabilitiesAdditionalNumberCapability>,
            /// Email capability.
            0x13 success => email_capability: List<'a, GetAllCapabilitiesEmailCapability>,
            /// Second name capability.
            0x14 success => second_name_capability: List<'a, GetAllCapabilitiesSecondNameCapability>,
            /// Hidden records capability.
            0x15 success => hidden_records_capability: List<'a, GetAllCapabilitiesHiddenRecordsCapability>,
            /// Grouping information alpha string capability.
            0x16 success => grouping_information_alpha_string_capability: List<'a, GetAllCapabilitiesGroupingInformationAlphaStringCapability>,
            /// Additional number alpha string capability.
            0x17 success => additional_number_alpha_string_capability: List<'a, GetAllCapabilitiesAdditionalNumberAlphaStringCapability>,
        }
    }

    /// Asks for the emergency numbers.
    pub mod get_emergency_list "Get Emergency List" = 0x000e {
        request {}
        response {
            /// Hardcoded numbers.
            0x10 success => hardcoded_numbers: List<'a, Str<'a>>,
            /// NV numbers.
            0x11 success => nv_numbers "NV Numbers": List<'a, Str<'a>>,
            /// Card numbers.
            0x12 success => card_numbers: List<'a, CardNumber<'a>>,
            /// Network numbers.
            0x13 success => network_numbers: List<'a, NetworkNumber<'a>>,
        }
    }
}
