//! MediaTek, Unisoc and ASR.

use crate::parameter::Rest;

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Ready.
    Eind = "+EIND" (n: u8);
    /// Tries left.
    Epinc<'a> = "+EPINC" (tries: Rest<'a>);
    /// Lock.
    Esmla<'a> = "+ESMLA" (state: Rest<'a>);
    /// IMS registration.
    Eimsreg = "+EIMSREG" (state: u8);
    /// Signal.
    Ecsq<'a> = "+ECSQ" (levels: Rest<'a>);
    /// Unisoc: test mode.
    SpTestMode<'a> = "+SPTESTMODE" (mode: Rest<'a>);
    /// ASR: a command of the card.
    MStk<'a> = "+MSTK" (command: Rest<'a>);
    /// ASR: card.
    SimDetec<'a> = "*SIMDETEC" (state: Rest<'a>);
}
