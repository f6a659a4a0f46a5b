//! USSD (MBIM 1.0): the `*100#` dialogues with the network, started by either side.

use crate::bytes::Bytes;

crate::open_enum! {
    /// What to do with the dialogue.
    pub struct UssdAction(u32) {
        /// Start one.
        INITIATE = 0,
        /// Answer the network's question.
        CONTINUE = 1,
        /// End it.
        CANCEL = 2,
    }
}

crate::open_enum! {
    /// What the network says.
    pub struct UssdResponse(u32) {
        /// Done; nothing more is expected.
        NO_ACTION_REQUIRED = 0,
        /// An answer is expected.
        ACTION_REQUIRED = 1,
        /// The network ended the dialogue.
        TERMINATED_BY_NETWORK = 2,
        /// Somebody else in the device answered.
        OTHER_LOCAL_CLIENT = 3,
        /// The network cannot do that.
        OPERATION_NOT_SUPPORTED = 4,
        /// The network did not answer in time.
        NETWORK_TIMEOUT = 5,
    }
}

crate::open_enum! {
    /// Whether a dialogue goes on.
    pub struct UssdSessionState(u32) {
        /// A new one.
        NEW_SESSION = 0,
        /// The one there was.
        EXISTING_SESSION = 1,
    }
}

crate::mbim_struct! {
    /// Says something to the network.
    pub struct UssdSet<'a>, UssdSetView {
        /// What to do.
        action: UssdAction,
        /// Coding of the payload (3GPP TS 23.038 §5): 0x0F septets of the default alphabet, 0x48 UCS-2 big-endian.
        data_coding_scheme: u32,
        /// The text, coded so; at most 160 bytes. Empty to cancel.
        payload personal: Bytes<'a>,
    }
}

crate::mbim_struct! {
    /// What the network said. Indicated when the network begins, and when it answers late.
    pub struct UssdInfo<'a>, UssdInfoView {
        /// What is expected next.
        response: UssdResponse,
        /// Whether the dialogue is a new one.
        session_state: UssdSessionState,
        /// Coding of the payload (3GPP TS 23.038 §5).
        data_coding_scheme: u32,
        /// The text, coded so.
        payload personal: Bytes<'a>,
    }
}

crate::mbim_service! {
    /// Dialogues with the network.
    pub USSD, "USSD" = 0xe550a0c8_5e82_479e_82f7_10abf4c3351f {
        /// One step of a dialogue.
        pub Ussd "USSD" = 1 {
            set UssdSetView => UssdInfoView;
            notification UssdInfoView;
        }
    }
}
