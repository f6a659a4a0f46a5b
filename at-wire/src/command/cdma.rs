//! CDMA, which old modems still have (TIA IS-707).

use crate::parameter::Rest;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Kind of service: 0 none, 1 CDMA, 2 TDMA, 3 analogue.
    cad = "+CAD" { execute -> (service: u8); read -> (service: u8); }
    /// Network: band class, band and system.
    css = "+CSS" { execute -> <'a>(network: Rest<'a>); read -> <'a>(network: Rest<'a>); }
    /// What runs over the line when a connection is set up.
    crm = "+CRM" { set(value: u8); read -> (value: u8); test; }
    /// Dials.
    cdv = "+CDV" [timeout = 90, abortable = true, personal = true] { set<'a>(string: Rest<'a>); execute<'a>(string: Rest<'a>); }
    /// Hangs up.
    chv = "+CHV" [timeout = 20] { execute(value: Option<u8>); }
    /// Signal.
    csq = "+CSQ" { read -> (rssi: u8, fer: u8); }
    /// Settings of Mobile IP.
    qcmipgetp = "$QCMIPGETP" [bare = true, personal = true] { set(profile: u8) -> <'a>(text: Rest<'a>); }
}
