//! Compal: a tunnel for AT commands. One command, one answer; no unsolicited codes, no prompts.

use crate::bytes::{Rest, RestUnpadded};

crate::mbim_struct! {
    /// A command.
    pub struct AtCommandQuery<'a>, AtCommandQueryView {
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
    /// AT commands of Compal modems.
    pub COMPAL, "Compal" = 0xa2a32a97_cab1_4f57_9ae1_451c74dda957 {
        /// Executes an AT command, although it is a query.
        pub AtCommand "AT Command" = 1 {
            query AtCommandQueryView => AtCommandInfoView;
        }
    }
}
