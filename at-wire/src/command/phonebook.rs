//! The phonebook (27.007 §8.11 to §8.14).

use crate::parameter::{Choice, Rest, Str};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Selects the memory (27.007 §8.11).
    cpbs = "+CPBS" [timeout = 10, personal = true] { set<'a>(storage: Str<'a>, password: Option<Str<'a>>); read -> <'a>(storage: Str<'a>, used: Option<u16>, total: Option<u16>); test -> <'a>(storages: Choice<'a>); }
    /// Reads entries (27.007 §8.12).
    cpbr = "+CPBR" [timeout = 30, personal = true] {
        set(index1: u16, index2: Option<u16>) -> <'a>(index: u16, number: Str<'a>, kind: u8, text: Str<'a>, hidden: Option<u8>, group: Option<Str<'a>>, adnumber: Option<Str<'a>>, adtype: Option<u8>, secondtext: Option<Str<'a>>, email: Option<Str<'a>>, sip_uri: Option<Str<'a>>, tel_uri: Option<Str<'a>>);
        test -> <'a>(index: Choice<'a>, nlength: Option<u16>, tlength: Option<u16>, rest: Rest<'a>);
    }
    /// Finds entries (27.007 §8.13).
    cpbf = "+CPBF" [timeout = 60, personal = true] {
        set<'a>(findtext: Str<'a>) -> <'a>(index: u16, number: Str<'a>, kind: u8, text: Str<'a>, hidden: Option<u8>, group: Option<Str<'a>>);
        test -> (nlength: Option<u16>, tlength: Option<u16>);
    }
    /// Writes or deletes an entry (27.007 §8.14).
    cpbw = "+CPBW" [timeout = 20, personal = true] {
        set<'a>(index: Option<u16>, number: Option<Str<'a>>, kind: Option<u8>, text: Option<Str<'a>>, group: Option<Str<'a>>, adnumber: Option<Str<'a>>, adtype: Option<u8>, secondtext: Option<Str<'a>>, email: Option<Str<'a>>);
        test -> <'a>(index: Choice<'a>, nlength: Option<u16>, types: Choice<'a>, tlength: Option<u16>);
    }
    /// As many modems have it (in wide use).
    cpbcc = "+CPBCC" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test; }
    /// Protocol that data of the phonebook is exchanged with (27.007 §8).
    cprot = "+CPROT" { set<'a>(protocol: u8, version: Option<Str<'a>>, laps: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
}
