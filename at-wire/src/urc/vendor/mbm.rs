//! Ericsson MBM.

use crate::parameter::Rest;

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Ready.
    Emrdy = "*EMRDY" (n: u8);
    /// Network interface.
    E2nap = "*E2NAP" (state: u8, cause: Option<u8>);
    /// Message waiting.
    Emwi<'a> = "*EMWI" (rest: Rest<'a>);
    /// Radio.
    Erinfo = "*ERINFO" (mode: u8, gsm: u8, umts: u8);
    /// Network interface.
    Enap = "*ENAP" (state: u8);
    /// Functionality.
    E2cfun = "*E2CFUN" (fun: u8, cause: Option<u8>);
    /// Menu of the card.
    Estksmenu<'a> = "*ESTKSMENU" (menu: Rest<'a>);
    /// Text of the card.
    Estkdisp<'a> = "*ESTKDISP" (text: Rest<'a>);
    /// The card was unlocked.
    Epev<'a> = "*EPEV" (rest: Rest<'a>);
}
