//! Linktop.

use crate::parameter::Choice;
use crate::radio::Generations;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Functionality, which selects the technology too, see [`generations`].
    cfun = "+CFUN" [timeout = 30] { set(fun: u8, rst: Option<u8>); read -> (fun: u8); test -> <'a>(fun: Choice<'a>); }
}

/// The technologies of a functionality: 1 all, 5 GSM, 6 UMTS, others none.
#[must_use]
pub const fn generations(fun: u8) -> Generations {
    match fun {
        1 => Generations::G2_G3,
        5 => Generations::G2,
        6 => Generations::G3,
        _ => Generations::NONE,
    }
}
