//! SMS (MBIM 1.0): storing, reading, sending and deleting short messages.
//!
//! GSM-like modems carry each message as a PDU with the address of the service centre in front (3GPP TS 23.040), CDMA
//! modems as separate fields with text in one of several encodings. Both are handed out as they are.

use crate::bytes::Bytes;
use crate::field::{Count, EmptyView, Inline, When};
use crate::list::RefList;
use crate::text::Text;

crate::open_enum! {
    /// How messages are carried.
    pub struct SmsFormat(u32) {
        /// As PDUs, on GSM-like modems.
        PDU = 0,
        /// As separate fields, on CDMA modems.
        CDMA = 1,
    }
}

crate::open_enum! {
    /// Whether the store can be used.
    pub struct SmsStorageState(u32) {
        /// Not yet.
        NOT_INITIALIZED = 0,
        /// Ready.
        INITIALIZED = 1,
    }
}

crate::open_enum! {
    /// Which messages of the store are meant.
    pub struct SmsFlag(u32) {
        /// All of them.
        ALL = 0,
        /// The one whose index is given.
        INDEX = 1,
        /// Received and not read yet.
        NEW = 2,
        /// Received and read.
        OLD = 3,
        /// Stored and sent.
        SENT = 4,
        /// Stored and not sent yet.
        DRAFT = 5,
    }
}

crate::open_enum! {
    /// What became of a stored message.
    pub struct SmsStatus(u32) {
        /// Received and not read yet.
        NEW = 0,
        /// Received and read.
        OLD = 1,
        /// Not sent yet.
        DRAFT = 2,
        /// Sent.
        SENT = 3,
    }
}

crate::open_enum! {
    /// Encoding of a CDMA text.
    pub struct SmsCdmaEncoding(u32) {
        /// Octets without further meaning.
        OCTET = 0,
        /// Extended protocol message.
        EPM = 1,
        /// ASCII, packed in septets.
        _7BIT_ASCII = 2,
        /// International alphabet 5.
        LA5 = 3,
        /// UTF-16.
        UNICODE = 4,
        /// Shift JIS.
        SHIFT_JIS = 5,
        /// Korean (KS C 5601).
        KOREAN = 6,
        /// Latin and Hebrew (ISO 8859-8).
        LATIN_HEBREW = 7,
        /// Latin (ISO 8859-1).
        LATIN = 8,
        /// The default alphabet of GSM, in septets.
        GSM_7BIT = 9,
    }
}

crate::open_enum! {
    /// Language of a CDMA text.
    pub struct SmsCdmaLang(u32) {
        /// Unknown.
        UNKNOWN = 0,
        /// English.
        ENGLISH = 1,
        /// French.
        FRENCH = 2,
        /// Spanish.
        SPANISH = 3,
        /// Japanese.
        JAPANESE = 4,
        /// Korean.
        KOREAN = 5,
        /// Chinese.
        CHINESE = 6,
        /// Hebrew.
        HEBREW = 7,
    }
}

crate::flags! {
    /// What happened to the store.
    pub struct SmsStatusFlag(u32) {
        /// It is full.
        MESSAGE_STORE_FULL = 1 << 0,
        /// A message arrived; its index is given.
        NEW_MESSAGE = 1 << 1,
    }
}

crate::mbim_struct! {
    /// Sets how messages are carried, and through which service centre they are sent.
    pub struct ConfigurationSet<'a>, ConfigurationSetView {
        /// How messages are to be carried.
        format: SmsFormat,
        /// Number of the service centre; empty leaves it as it is.
        sc_address: Text<'a>,
    }
}

crate::mbim_struct! {
    /// State of the store.
    pub struct ConfigurationInfo<'a>, ConfigurationInfoView {
        /// Whether it can be used.
        sms_storage_state: SmsStorageState,
        /// How messages are carried.
        format: SmsFormat,
        /// How many messages the store can hold.
        max_messages: u32,
        /// Longest CDMA message, in characters; 0 on GSM-like modems.
        cdma_short_message_size: u32,
        /// Number of the service centre.
        sc_address: Text<'a>,
    }
}

crate::mbim_struct! {
    /// Asks for stored messages.
    pub struct ReadQuery, ReadQueryView {
        /// How messages are carried; must be what the configuration says.
        format: SmsFormat,
        /// Which messages are wanted.
        flag: SmsFlag,
        /// The index, from 1 on, if one message is wanted.
        message_index: u32,
    }
}

crate::mbim_struct! {
    /// A stored message of a GSM-like modem.
    pub struct SmsPduReadRecord<'a>, SmsPduReadRecordView {
        /// Its index, from 1 on. Some modems (Fibocom L850) report 1 for every message.
        message_index: u32,
        /// What became of it.
        message_status: SmsStatus,
        /// Address of the service centre and TPDU.
        pdu_data personal: Bytes<'a>,
    }
}

crate::mbim_struct! {
    /// A stored message of a CDMA modem.
    pub struct SmsCdmaReadRecord<'a>, SmsCdmaReadRecordView {
        /// Its index, from 1 on.
        message_index: u32,
        /// What became of it.
        message_status: SmsStatus,
        /// Number of the other party.
        address personal: Text<'a>,
        /// When it was sent, as text.
        timestamp: Text<'a>,
        /// Encoding of the text.
        encoding: SmsCdmaEncoding,
        /// Language of the text.
        language: SmsCdmaLang,
        /// The text, encoded.
        encoded_message personal: Bytes<'a>,
        /// Length of the text in characters.
        encoded_message_size_in_characters: u32,
    }
}

crate::mbim_struct! {
    /// Stored messages. As an indication: a message that goes to the screen and not to the store (class 0).
    pub struct ReadInfo<'a>, ReadInfoView {
        /// How they are carried: says which of the two lists is there.
        format: SmsFormat,
        /// How many there are.
        messages_count: Count,
        /// The messages of a GSM-like modem.
        pdu_messages: When<RefList<'a, SmsPduReadRecordView<'a>>, 8, { SmsFormat::PDU.0 }>,
        /// The messages of a CDMA modem.
        cdma_messages: When<RefList<'a, SmsCdmaReadRecordView<'a>>, 8, { SmsFormat::CDMA.0 }>,
    }
}

crate::mbim_struct! {
    /// A message to send with a GSM-like modem.
    pub struct SmsPduSendRecord<'a>, SmsPduSendRecordView {
        /// Address of the service centre (a zero byte for the configured one) and TPDU.
        pdu_data personal: Bytes<'a>,
    }
}

crate::mbim_struct! {
    /// A message to send with a CDMA modem.
    pub struct SmsCdmaSendRecord<'a>, SmsCdmaSendRecordView {
        /// Encoding of the text.
        encoding: SmsCdmaEncoding,
        /// Language of the text.
        language: SmsCdmaLang,
        /// Number of the receiver.
        address personal: Text<'a>,
        /// The text, encoded.
        encoded_message personal: Bytes<'a>,
        /// Length of the text in characters.
        encoded_message_size_in_characters: u32,
    }
}

crate::mbim_struct! {
    /// Sends one message. Offsets inside the record count from the record, not from the information buffer.
    pub struct SendSet<'a>, SendSetView {
        /// How the message is carried: says which of the two records is there.
        format: SmsFormat,
        /// The message for a GSM-like modem.
        pdu_message: When<Inline<'a, SmsPduSendRecordView<'a>>, 4, { SmsFormat::PDU.0 }>,
        /// The message for a CDMA modem.
        cdma_message: When<Inline<'a, SmsCdmaSendRecordView<'a>>, 4, { SmsFormat::CDMA.0 }>,
    }
}

crate::mbim_struct! {
    /// The network took the message.
    pub struct SendInfo, SendInfoView {
        /// Number that a delivery report will refer to (TP-MR on GSM-like modems).
        message_reference: u32,
    }
}

crate::mbim_struct! {
    /// Deletes stored messages.
    pub struct DeleteSet, DeleteSetView {
        /// Which ones.
        flag: SmsFlag,
        /// The index, from 1 on, if one message is meant.
        message_index: u32,
    }
}

crate::mbim_struct! {
    /// What happened to the store.
    pub struct MessageStoreStatusInfo, MessageStoreStatusInfoView {
        /// What happened.
        flag: SmsStatusFlag,
        /// Index of the message that arrived.
        message_index: u32,
    }
}

crate::mbim_service! {
    /// Short messages.
    pub SMS, "SMS" = 0x533fbeeb_14fe_4467_9f90_33a223e56c3f {
        /// How messages are carried, and through which service centre.
        pub Configuration = 1 {
            query EmptyView => ConfigurationInfoView;
            set ConfigurationSetView => ConfigurationInfoView;
            notification ConfigurationInfoView;
        }
        /// Reads stored messages; indicated with the content of messages that are not stored.
        pub Read = 2 {
            query ReadQueryView => ReadInfoView;
            notification ReadInfoView;
        }
        /// Sends a message.
        pub Send = 3 {
            set SendSetView => SendInfoView;
        }
        /// Deletes stored messages.
        pub Delete = 4 {
            set DeleteSetView => EmptyView;
        }
        /// Indicated when a message arrived or the store is full.
        pub MessageStoreStatus = 5 {
            query EmptyView => MessageStoreStatusInfoView;
            notification MessageStoreStatusInfoView;
        }
    }
}
