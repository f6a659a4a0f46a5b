//! Linktop.

use crate::parameter::Choice;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Functionality, which selects the technology too: 1 2G, 5 3G, 6 both.
    cfun = "+CFUN" [timeout = 30] { set(fun: u8, rst: Option<u8>); read -> (fun: u8); test -> <'a>(fun: Choice<'a>); }
}
