//! Fibocom: a tunnel for AT commands. One command, one answer; no unsolicited codes, no prompts.

use crate::bytes::RestUnpadded;

crate::mbim_struct! {
    /// A command.
    pub struct AtCommandSet<'a>, AtCommandSetView {
        /// The command line with its carriage return.
        command_req personal: RestUnpadded<'a>,
    }
}

crate::mbim_struct! {
    /// The answer.
    pub struct AtCommandInfo<'a>, AtCommandInfoView {
        /// Everything up to and with the final result code.
        command_resp personal: RestUnpadded<'a>,
    }
}

crate::mbim_service! {
    /// AT commands of Fibocom modems. The UUID looks like a placeholder and is real.
    pub FIBOCOM, "Fibocom" = 0xffffffff_abca_4b11_a4e2_f2fc87f94488 {
        /// Executes an AT command.
        pub AtCommand "AT Command" = 1 {
            set AtCommandSetView => AtCommandInfoView;
        }
    }
}
