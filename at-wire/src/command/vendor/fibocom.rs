//! Fibocom.

use crate::parameter::Rest;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Network interface: connects, disconnects.
    gtrndis = "+GTRNDIS" [timeout = 60] { set(state: u8, cid: u8); read -> <'a>(state: u8, cid: Option<u8>, addresses: Rest<'a>); test; }
}
