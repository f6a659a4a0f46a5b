//! MS UICC Low Level Access (Microsoft): channels, APDUs and files of the card, as programs for embedded SIMs need them.
//!
//! Commands 1 to 4 write a length in front of its offset, unlike everything else in MBIM. Status words of the card come as
//! a number with SW1 in the low byte and SW2 above it, except for the file commands, which have a number for each.

use crate::bytes::{Bytes, BytesLengthFirst, RestUnpadded};
use crate::field::{Count, EmptyView};
use crate::list::RefList;
use crate::service::basic_connect::PinType;
use crate::text::{Text, Utf8};

crate::open_enum! {
    /// Whether an APDU is protected.
    pub struct UiccSecureMessaging(u32) {
        /// No.
        NONE = 0,
        /// Yes; its header is not authenticated.
        NO_HDR_AUTH = 1,
    }
}

crate::open_enum! {
    /// How the function writes channel and protection into the class byte.
    pub struct UiccClassByteType(u32) {
        /// For commands of ISO 7816-4: 0X, 4X for channels above 3.
        INTER_INDUSTRY = 0,
        /// For commands of ETSI TS 102 221, those to an eSIM among them: 8X, CX for channels above 3.
        EXTENDED = 1,
    }
}

crate::open_enum! {
    /// What the modem is to do with the card after a reset.
    pub struct UiccPassThroughAction(u32) {
        /// Use it as always.
        DISABLE = 0,
        /// Leave it to the host.
        ENABLE = 1,
    }
}

crate::open_enum! {
    /// What the modem does with the card.
    pub struct UiccPassThroughStatus(u32) {
        /// It uses it.
        DISABLED = 0,
        /// It leaves it to the host.
        ENABLED = 1,
    }
}

crate::open_enum! {
    /// Kind of card application.
    pub struct UiccApplicationType(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// The master file, of an old card.
        MF = 1,
        /// The master file, of a SIM.
        MF_SIM = 2,
        /// The master file, of a RUIM (CDMA).
        MF_RUIM = 3,
        /// USIM.
        USIM = 4,
        /// CSIM (CDMA).
        CSIM = 5,
        /// ISIM (IMS).
        ISIM = 6,
    }
}

crate::open_enum! {
    /// Whether several channels may use a file.
    pub struct UiccFileAccessibility(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// One at a time.
        NOT_SHAREABLE = 1,
        /// Several.
        SHAREABLE = 2,
    }
}

crate::open_enum! {
    /// Kind of file.
    pub struct UiccFileType(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// File for data of the terminal.
        WORKING_EF = 1,
        /// File for data of the card.
        INTERNAL_EF = 2,
        /// Directory of files, or of an application.
        DF_OR_ADF = 3,
    }
}

crate::open_enum! {
    /// How a file is laid out.
    pub struct UiccFileStructure(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// Bytes.
        TRANSPARENT = 1,
        /// Records, the newest over the oldest.
        CYCLIC = 2,
        /// Records.
        LINEAR = 3,
        /// BER-TLV objects.
        BER_TLV = 4,
    }
}

crate::mbim_struct! {
    /// What the card said when it was reset.
    pub struct AtrInfo<'a>, AtrInfoView {
        /// Answer to reset (ISO 7816-3).
        atr "atr": BytesLengthFirst<'a>,
    }
}

crate::mbim_struct! {
    /// Opens a channel to an application.
    pub struct OpenChannelSet<'a>, OpenChannelSetView {
        /// Identifier of the application, at most 32 bytes.
        app_id: BytesLengthFirst<'a>,
        /// P2 of the SELECT; modems differ in whether they accept 0x0C or only 0.
        select_p2_arg: u32,
        /// A number of the host's own, by which all channels of a group can be closed.
        channel_group: u32,
    }
}

crate::mbim_struct! {
    /// The channel. Comes with a failure as well, and then says in the status words why.
    pub struct OpenChannelInfo<'a>, OpenChannelInfoView {
        /// Status words of the card.
        status: u32,
        /// The channel, 1 to 19; 0 if none was opened.
        channel: u32,
        /// Answer to the SELECT.
        response: BytesLengthFirst<'a>,
    }
}

crate::mbim_struct! {
    /// Closes a channel or a group.
    pub struct CloseChannelSet, CloseChannelSetView {
        /// The channel; 0 for all of the group.
        channel: u32,
        /// The group; ignored when a channel is given.
        channel_group: u32,
    }
}

crate::mbim_struct! {
    /// How it went.
    pub struct CloseChannelInfo, CloseChannelInfoView {
        /// Status words of the card.
        status: u32,
    }
}

crate::mbim_struct! {
    /// Sends an APDU on an open channel.
    pub struct ApduSet<'a>, ApduSetView {
        /// The channel.
        channel: u32,
        /// Whether the APDU is protected.
        secure_messaging: UiccSecureMessaging,
        /// How the class byte is written.
        class_byte_type: UiccClassByteType,
        /// The APDU; its class byte must be there, and is rewritten by the function.
        command personal: BytesLengthFirst<'a>,
    }
}

crate::mbim_struct! {
    /// What the card answered. The function fetches waiting data (61xx, 6Cxx) by itself.
    pub struct ApduInfo<'a>, ApduInfoView {
        /// Status words of the card.
        status: u32,
        /// The answer without its status words.
        response personal: BytesLengthFirst<'a>,
    }
}

crate::mbim_struct! {
    /// One object of the terminal capability template.
    pub struct TerminalCapabilityInfo<'a>, TerminalCapabilityInfoView {
        /// The object (ETSI TS 102 221 §11.1.19).
        terminal_capability_data: RestUnpadded<'a>,
    }
}

crate::mbim_struct! {
    /// What the card is told of the terminal, after its next reset.
    pub struct TerminalCapabilityList<'a>, TerminalCapabilityListView {
        /// Number of objects.
        terminal_capability_count: Count,
        /// The objects.
        terminal_capability: RefList<'a, TerminalCapabilityInfoView<'a>>,
    }
}

crate::mbim_struct! {
    /// Resets the card.
    pub struct ResetSet, ResetSetView {
        /// What the modem does with it afterwards.
        pass_through_action: UiccPassThroughAction,
    }
}

crate::mbim_struct! {
    /// What the modem does with the card.
    pub struct ResetInfo, ResetInfoView {
        /// Whether it leaves it to the host.
        pass_through_status: UiccPassThroughStatus,
    }
}

crate::mbim_struct! {
    /// One application.
    pub struct UiccApplication<'a>, UiccApplicationView {
        /// Its kind.
        application_type: UiccApplicationType,
        /// Its identifier; empty for a master file.
        application_id: Bytes<'a>,
        /// Its name.
        application_name: Utf8<'a>,
        /// Number of key references.
        pin_key_reference_count: u32,
        /// Key references of its PINs, a byte each.
        pin_key_references: Bytes<'a>,
    }
}

crate::mbim_struct! {
    /// The applications on the card.
    pub struct ApplicationListInfo<'a>, ApplicationListInfoView {
        /// Version of this structure: 1.
        version: u32,
        /// How many there are.
        application_count: Count,
        /// Which one the modem uses, from 0 on.
        active_application_index: u32,
        /// Size of the list in bytes.
        application_list_size_bytes: u32,
        /// The applications.
        applications: RefList<'a, UiccApplicationView<'a>, 12>,
    }
}

crate::mbim_struct! {
    /// Names a file.
    pub struct FileStatusQuery<'a>, FileStatusQueryView {
        /// Version of this structure: 1.
        version: u32,
        /// Identifier of the application.
        application_id: Bytes<'a>,
        /// File identifiers of 16 bits from the root (3F00) or the application (7FFF) on.
        file_path: Bytes<'a>,
    }
}

crate::mbim_struct! {
    /// What a file is like.
    pub struct FileStatusInfo, FileStatusInfoView {
        /// Version of this structure: 1.
        version: u32,
        /// First status word of the card.
        status_word1: u32,
        /// Second status word of the card.
        status_word2: u32,
        /// Whether it may be shared.
        file_accessibility: UiccFileAccessibility,
        /// Its kind.
        file_type: UiccFileType,
        /// Its layout.
        file_structure: UiccFileStructure,
        /// Number of records; 1 for a file of bytes.
        file_item_count: u32,
        /// Size of a record, or of the file, in bytes.
        file_item_size: u32,
        /// Code needed to read it.
        access_condition_read: PinType,
        /// Code needed to write it.
        access_condition_update: PinType,
        /// Code needed to activate it.
        access_condition_activate: PinType,
        /// Code needed to deactivate it.
        access_condition_deactivate: PinType,
    }
}

crate::mbim_struct! {
    /// Names bytes of a file, to be read (query) or written (set).
    pub struct ReadBinaryQuery<'a>, ReadBinaryQueryView {
        /// Version of this structure: 1.
        version: u32,
        /// Identifier of the application.
        application_id: Bytes<'a>,
        /// File identifiers of 16 bits from the root (3F00) or the application (7FFF) on.
        file_path: Bytes<'a>,
        /// Where to start, in bytes.
        read_offset: u32,
        /// How many bytes to read; 0 for all.
        read_size: u32,
        /// Code that the file asks for.
        local_pin personal: Text<'a>,
        /// What to write; empty to read.
        data personal: Bytes<'a>,
    }
}

crate::mbim_struct! {
    /// Bytes of a file.
    pub struct ReadBinaryInfo<'a>, ReadBinaryInfoView {
        /// Version of this structure: 1.
        version: u32,
        /// First status word of the card.
        status_word1: u32,
        /// Second status word of the card.
        status_word2: u32,
        /// The bytes.
        data personal: Bytes<'a>,
    }
}

crate::mbim_struct! {
    /// Names a record of a file, to be read (query) or written (set).
    pub struct ReadRecordQuery<'a>, ReadRecordQueryView {
        /// Version of this structure: 1.
        version: u32,
        /// Identifier of the application.
        application_id: Bytes<'a>,
        /// File identifiers of 16 bits from the root (3F00) or the application (7FFF) on.
        file_path: Bytes<'a>,
        /// The record, from 1 on.
        record_number: u32,
        /// Code that the file asks for.
        local_pin personal: Text<'a>,
        /// What to write; empty to read.
        data personal: Bytes<'a>,
    }
}

crate::mbim_struct! {
    /// A record of a file.
    pub struct ReadRecordInfo<'a>, ReadRecordInfoView {
        /// Version of this structure: 1.
        version: u32,
        /// First status word of the card.
        status_word1: u32,
        /// Second status word of the card.
        status_word2: u32,
        /// The record.
        data personal: Bytes<'a>,
    }
}

crate::mbim_service! {
    /// The card.
    pub MS_UICC_LOW_LEVEL_ACCESS, "MS UICC Low Level Access" = 0xc2f6588e_f037_4bc9_8665_f4d44bd09367 {
        /// What the card said when it was reset.
        pub Atr "ATR" = 1 {
            query EmptyView => AtrInfoView;
        }
        /// Opens a channel.
        pub OpenChannel = 2 {
            set OpenChannelSetView => OpenChannelInfoView;
        }
        /// Closes a channel.
        pub CloseChannel = 3 {
            set CloseChannelSetView => CloseChannelInfoView;
        }
        /// Sends an APDU.
        pub Apdu "APDU" = 4 {
            set ApduSetView => ApduInfoView;
        }
        /// What the card is told of the terminal.
        pub TerminalCapability = 5 {
            query EmptyView => TerminalCapabilityListView;
            set TerminalCapabilityListView => TerminalCapabilityListView;
        }
        /// Resets the card.
        pub Reset = 6 {
            query EmptyView => ResetInfoView;
            set ResetSetView => ResetInfoView;
        }
        /// Lists the applications.
        pub ApplicationList = 7 {
            query EmptyView => ApplicationListInfoView;
        }
        /// Describes a file.
        pub FileStatus = 8 {
            query FileStatusQueryView => FileStatusInfoView;
        }
        /// Reads a file of bytes; a set writes it.
        pub ReadBinary = 9 {
            query ReadBinaryQueryView => ReadBinaryInfoView;
            set ReadBinaryQueryView => ReadBinaryInfoView;
        }
        /// Reads a record of a file; a set writes it.
        pub ReadRecord = 10 {
            query ReadRecordQueryView => ReadRecordInfoView;
            set ReadRecordQueryView => ReadRecordInfoView;
        }
    }
}
