//! Altair (Sony).

use crate::parameter::{Octets, Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Context.
    cginfo = "%CGINFO" { execute -> (cid: u8); read -> (cid: u8); set<'a>(name: Str<'a>, n: Option<u8>) -> <'a>(cid: u8, rest: Rest<'a>); }
    /// Settings by name.
    getcfg = "%GETCFG" { set<'a>(name: Str<'a>) -> <'a>(value: Rest<'a>); read -> <'a>(value: Rest<'a>); }
    /// Sets by name.
    setcfg = "%SETCFG" { set<'a>(name: Str<'a>, value: Rest<'a>); }
    /// Protocol options of a context.
    pcoinfo = "%PCOINFO" { set(mode: u8, cid: Option<u8>) -> <'a>(mode: u8, cid: u8, id: Word<'a>, value: Octets<'a>); }
    /// State.
    statcm = "%STATCM" { execute -> (state: u8); set(mode: u8); }
    /// Connects the network interface.
    dpdnact = "%DPDNACT" [timeout = 60] { set(state: u8); }
}
