//! Sierra Wireless.

use crate::parameter::{Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Connects a context.
    scact = "!SCACT" [timeout = 60] { set(state: u8, cid: u8); read -> (cid: u8, state: u8); test; }
    /// Authentication of a context.
    scpaddr = "!SCPADDR" { set(cid: u8) -> <'a>(cid: u8, address: Str<'a>); }
    /// State.
    gstatus = "!GSTATUS" [bare = true] { read -> <'a>(text: Rest<'a>); }
    /// Technologies.
    selrat = "!SELRAT" { set<'a>(index: Word<'a>); read -> <'a>(rest: Rest<'a>); test; }
    /// Bands.
    band = "!BAND" { set<'a>(index: Word<'a>); read -> <'a>(rest: Rest<'a>); test; }
    /// Which USB interfaces.
    usbcomp = "!USBCOMP" { set<'a>(rest: Rest<'a>); read -> <'a>(rest: Rest<'a>); test; }
    /// Opens what is protected.
    entercnd = "!ENTERCND" [personal = true] { set<'a>(password: Str<'a>); }
    /// Power of the radio.
    pcinfo = "!PCINFO" [bare = true] { read -> <'a>(text: Rest<'a>); }
    /// Restarts.
    reset = "!RESET" { execute; }
    /// Technologies of HL modules.
    ksrat = "+KSRAT" { set(mode: u8); read -> (mode: u8); test; }
    /// Sleep of HL modules.
    ksleep = "+KSLEEP" { set(mode: u8, level: Option<u8>, delay: Option<u16>); read -> (mode: u8, level: Option<u8>, delay: Option<u16>); test; }
    /// Serial number of the card.
    iccid = "!ICCID" [personal = true] { read -> <'a>(iccid: Str<'a>); }
    /// Switches off.
    powerdown = "!POWERDOWN" [timeout = 15] { execute; }
    /// Switches off, of modems that others have built in.
    pscpof = "*PSCPOF" [timeout = 15] { execute; }
    /// Sends counted bytes in a session, behind `CONNECT`.
    ktcpsnd = "+KTCPSND" [prompt = Prompt::Connect, timeout = 60] { set(session: u8, length: u16); test; }
}
