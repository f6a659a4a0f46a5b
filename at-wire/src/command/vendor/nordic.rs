//! Nordic nRF91.

use crate::parameter::{Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Technologies.
    xsystemmode = "%XSYSTEMMODE" { set(lte_m: u8, nb_iot: u8, gnss: u8, preference: Option<u8>); read -> (lte_m: u8, nb_iot: u8, gnss: u8, preference: u8); test; }
    /// Signal reports.
    cesq = "%CESQ" { set(n: u8); }
    /// Network as seen.
    xmonitor = "%XMONITOR" { execute -> <'a>(reg_status: u8, rest: Rest<'a>); }
    /// Card state reports.
    xsim = "%XSIM" { set(n: u8); read -> (state: u8, cause: Option<u8>); }
    /// Serial number of the card.
    xiccid = "%XICCID" [personal = true] { execute -> <'a>(iccid: Word<'a>); }
    /// Versions.
    shortswver = "%SHORTSWVER" { execute -> <'a>(version: Word<'a>); }
    /// Network time.
    xtime = "%XTIME" { set(n: u8); read -> <'a>(rest: Rest<'a>); }
    /// Battery voltage, mV.
    xvbat = "%XVBAT" { execute -> (millivolts: u16); }
    /// Connection cost.
    coneval = "%CONEVAL" { execute -> <'a>(result: u8, rest: Rest<'a>); }
    /// Band lock.
    xbandlock = "%XBANDLOCK" { set<'a>(operation: u8, bands: Option<Str<'a>>); read -> <'a>(rest: Rest<'a>); }
}
