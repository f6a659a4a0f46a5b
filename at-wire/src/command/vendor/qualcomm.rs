//! Qualcomm.

use crate::parameter::{Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Network interface: connects, disconnects; `version` is 1 for IPv4, 2 for IPv6, 3 for both.
    qcrmcall = "$QCRMCALL" [timeout = 60] { set(action: u8, instance: u8, version: Option<u8>) -> <'a>(instance: u8, version: Option<Word<'a>>); read -> <'a>(instance: u8, version: Option<Word<'a>>); test; }
    /// Authentication of a context; the password stands in front.
    qcpdpp = "$QCPDPP" [personal = true] { set<'a>(cid: u8, auth: u8, password: Option<Str<'a>>, user: Option<Str<'a>>); test; }
}
