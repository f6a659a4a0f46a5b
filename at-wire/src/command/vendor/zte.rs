//! ZTE.

use crate::parameter::Rest;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Tries left.
    zpinpuk = "+ZPINPUK" { test -> <'a>(tries: Rest<'a>); }
}
