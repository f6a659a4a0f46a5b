//! Icera.

use crate::parameter::{Rest, Str};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Addresses of a context.
    ipdpaddr = "%IPDPADDR" { set(cid: u8) -> <'a>(cid: u8, addresses: Rest<'a>); read -> <'a>(cid: u8, addresses: Rest<'a>); }
    /// Connects a context.
    ipdpact = "%IPDPACT" [timeout = 60] { set(cid: u8, state: u8); read -> (cid: u8, state: u8, cause: Option<u16>); }
    /// Authentication of a context.
    ipdpcfg = "%IPDPCFG" [personal = true] { set<'a>(cid: u8, alloc: u8, auth: u8, user: Option<Str<'a>>, password: Option<Str<'a>>); read -> <'a>(rest: Rest<'a>); }
    /// Technologies.
    ipsys = "%IPSYS" { set(mode: u8, domain: Option<u8>); read -> (mode: u8, domain: Option<u8>); test; }
    /// Network state.
    nwstate = "%NWSTATE" { set(n: u8); read -> <'a>(rest: Rest<'a>); }
    /// Tries left.
    pinnum = "%PINNUM" { read -> (pin: u8, puk: u8, pin2: u8, puk2: u8); }
}
