//! Intel XMM and its relatives.

use crate::parameter::{Choice, Rest};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Technologies, preference and bands.
    xact = "+XACT" [timeout = 60] { set<'a>(act: Option<u8>, preferred1: Option<u8>, preferred2: Option<u8>, bands: Rest<'a>); read -> <'a>(act: u8, preferred1: Option<u8>, preferred2: Option<u8>, bands: Rest<'a>); test -> <'a>(act: Choice<'a>, preferred: Choice<'a>, bands: Rest<'a>); }
    /// Signal.
    xcesq = "+XCESQ" { read -> (n: u8, rxlev: u8, ber: u8, rscp: u8, ecno: u8, rsrq: u8, rsrp: u8, rssnr: i16); set(n: u8); test; }
    /// Positioning.
    xlcslsr = "+XLCSLSR" { test -> <'a>(transport: Choice<'a>, mode: Choice<'a>, rest: Rest<'a>); }
    /// Data channel of a context.
    xdatachannel = "+XDATACHANNEL" { set<'a>(rest: Rest<'a>); read -> <'a>(rest: Rest<'a>); test; }
    /// DNS servers.
    xdns = "+XDNS" { set<'a>(cid: u8, mode: u8, rest: Rest<'a>); read -> <'a>(cid: u8, rest: Rest<'a>); test; }
    /// Tries left.
    xpincnt = "+XPINCNT" { execute -> (pin: u8, pin2: u8, puk: u8, puk2: u8); }
}
