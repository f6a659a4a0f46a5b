//! Intel AT Tunnel: AT commands for FM350 and relatives. One command, one answer; no unsolicited codes, no prompts.

use crate::bytes::{Rest, RestUnpadded};

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
        /// Everything up to and with the final result code; NULs may follow it.
        command_resp personal: Rest<'a>,
    }
}

crate::mbim_service! {
    /// AT commands.
    pub INTEL_AT_TUNNEL, "Intel AT Tunnel" = 0xda138c64_6515_4893_92b2_a1e1ca7c81ca {
        /// Executes an AT command.
        pub AtCommand "AT Command" = 1 {
            set AtCommandSetView => AtCommandInfoView;
        }
    }
}
