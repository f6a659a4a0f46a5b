//! MediaTek.

use crate::parameter::Rest;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Tries left.
    epinc = "+EPINC" { read -> <'a>(tries: Rest<'a>); }
}
