//! STK (MBIM 1.0): proactive commands of the SIM (3GPP TS 31.111, "SIM toolkit") and answers to them.

use crate::bytes::{Bytes, FixedBytes, PrefixedBytes, Rest};
use crate::field::EmptyView;

crate::open_enum! {
    /// Whether the host has to act on a proactive command.
    pub struct StkPacType(u32) {
        /// The host answers it.
        PROACTIVE_COMMAND = 0,
        /// The function answers it; the host may show it.
        NOTIFICATION = 1,
    }
}

crate::mbim_struct! {
    /// Says which proactive commands the host wants to see.
    pub struct PacSet<'a>, PacSetView {
        /// One bit for each of 256 command types, the lowest bit of the first byte for type 0.
        pac_host_control: FixedBytes<'a, 32>,
    }
}

crate::mbim_struct! {
    /// Who deals with which proactive command.
    pub struct PacInfo<'a>, PacInfoView {
        /// One byte for each of 256 command types: who handles it.
        pac_support: FixedBytes<'a, 256>,
    }
}

crate::mbim_struct! {
    /// A proactive command of the SIM.
    pub struct PacNotification<'a>, PacNotificationView {
        /// Whether the host has to act.
        pac_type: StkPacType,
        /// The command as BER-TLV (tag 0xD0); zeros may follow it.
        data_buffer personal: Rest<'a>,
    }
}

crate::mbim_struct! {
    /// Answers a proactive command.
    pub struct TerminalResponseSet<'a>, TerminalResponseSetView {
        /// The TERMINAL RESPONSE without its APDU header.
        response personal: PrefixedBytes<'a>,
    }
}

crate::mbim_struct! {
    /// What the SIM said to the answer.
    pub struct TerminalResponseInfo<'a>, TerminalResponseInfoView {
        /// Data of the SIM.
        result_data: Bytes<'a>,
        /// Status words of the SIM.
        status_words: u32,
    }
}

crate::mbim_struct! {
    /// Sends an event to the SIM.
    pub struct EnvelopeSet<'a>, EnvelopeSetView {
        /// The ENVELOPE without its APDU header.
        data: Rest<'a>,
    }
}

crate::mbim_struct! {
    /// Which envelopes the function passes on.
    pub struct EnvelopeInfo<'a>, EnvelopeInfoView {
        /// One bit for each of 256 envelope types.
        envelope_support: FixedBytes<'a, 32>,
    }
}

crate::mbim_service! {
    /// SIM toolkit.
    pub STK, "STK" = 0xd8f20131_fcb5_4e17_8602_d6ed3816164c {
        /// Proactive commands: who handles them, and their arrival.
        pub Pac = 1 {
            query EmptyView => PacInfoView;
            set PacSetView => PacInfoView;
            notification PacNotificationView;
        }
        /// Answers a proactive command.
        pub TerminalResponse = 2 {
            set TerminalResponseSetView => TerminalResponseInfoView;
        }
        /// Sends an event to the SIM. Success is in the status; a function may leave the answer to a set empty.
        pub Envelope = 3 {
            query EmptyView => EnvelopeInfoView;
            set EnvelopeSetView => EnvelopeInfoView;
        }
    }
}
