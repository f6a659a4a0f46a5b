//! Cinterion (Thales, Telit).

use crate::parameter::{Choice, Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Settings by name.
    scfg = "^SCFG" { set<'a>(name: Str<'a>, value: Rest<'a>) -> <'a>(name: Str<'a>, value: Rest<'a>); read -> <'a>(name: Str<'a>, value: Rest<'a>); test -> <'a>(name: Str<'a>, values: Rest<'a>); }
    /// Network interface: connects.
    swwan = "^SWWAN" [timeout = 60] { set(action: u8, cid: u8, adapter: Option<u8>); read -> (cid: u8, state: u8, adapter: Option<u8>); test; }
    /// Cell monitor.
    smoni = "^SMONI" { execute -> <'a>(act: Word<'a>, rest: Rest<'a>); }
    /// Technologies, and which are preferred.
    sxrat = "^SXRAT" { set(act: u8, preferred1: Option<u8>, preferred2: Option<u8>); read -> (act: u8, preferred1: Option<u8>, preferred2: Option<u8>); test -> <'a>(act: Choice<'a>, preferred1: Choice<'a>, preferred2: Choice<'a>); }
    /// Calls there are, as a URC too.
    slcc = "^SLCC" [personal = true] { set(n: u8); read -> <'a>(idx: u8, dir: u8, stat: u8, mode: u8, mpty: u8, traffic_channel: u8, number: Option<Str<'a>>, kind: Option<u8>, alpha: Option<Str<'a>>); }
    /// Packet monitor.
    smong = "^SMONG" [bare = true] { execute -> <'a>(text: Rest<'a>); }
    /// Authentication of a context.
    sgauth = "^SGAUTH" [personal = true] { set<'a>(cid: u8, auth: u8, user: Option<Str<'a>>, password: Option<Str<'a>>); read -> <'a>(cid: u8, auth: u8, user: Option<Str<'a>>); test; }
    /// Tries left.
    spic = "^SPIC" { execute -> (counter: u8); set<'a>(facility: Str<'a>) -> (counter: u8); }
    /// Switches off.
    smso = "^SMSO" [timeout = 15] { execute; }
    /// Card connection.
    scks = "^SCKS" { set(mode: u8); read -> (mode: u8, state: u8); test; }
    /// Sends on a service; the answer is the prompt.
    sisw = "^SISW" [timeout = 60] { set(id: u8, length: u16, eod: Option<u8>) -> (id: u8, length: i16, unack: Option<u32>); }
    /// Reads from a service; the bytes are on the next line.
    sisr = "^SISR" { set(id: u8, length: u16) -> (id: u8, length: i16); }
}
