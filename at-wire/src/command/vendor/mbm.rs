//! Ericsson MBM.

use crate::parameter::{Rest, Str};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Network interface: connects.
    enap = "*ENAP" [timeout = 60] { set(mode: u8, cid: Option<u8>); read -> (state: u8); test; }
    /// Addresses: groups of a kind and an address; kinds 1 address, 2 gateway, 3 name server.
    e2ipcfg = "*E2IPCFG" { read -> <'a>(groups: Rest<'a>); }
    /// Authentication of a context.
    eiaauw = "*EIAAUW" [personal = true] { set<'a>(cid: u8, id: u8, user: Option<Str<'a>>, password: Option<Str<'a>>, methods: Option<Str<'a>>); read -> <'a>(rest: Rest<'a>); }
    /// Tries left.
    epin = "*EPIN" { read -> (pin: u8, puk: u8, pin2: u8, puk2: u8); }
    /// Radio information.
    erinfo = "*ERINFO" { set(n: u8); read -> (mode: u8, gsm: u8, umts: u8); }
}
