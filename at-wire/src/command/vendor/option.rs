//! Option.

use core::net::IpAddr;

use crate::address;
use crate::parameter::Rest;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Tries left.
    oercn = "_OERCN" { read -> <'a>(tries: Rest<'a>); }
    /// Network interface: connects, disconnects.
    owancall = "_OWANCALL" [timeout = 60] { set(cid: u8, state: u8, urc: Option<u8>); read -> (cid: u8, state: u8); test; }
    /// Addresses of a context: its own, gateway, two name servers, two of another kind, and a speed.
    owandata = "_OWANDATA" { set(cid: u8) -> <'a>(cid: u8, addresses: Rest<'a>); read -> <'a>(cid: u8, addresses: Rest<'a>); }
}

/// The device's own address and the name servers that an answer to `_OWANDATA` tells; of the gateway it says nothing that
/// could be used.
pub fn addresses(answer: owandata::SetAnswer<'_>) -> (Option<IpAddr>, impl Iterator<Item = IpAddr>) {
    let mut fields = answer.addresses.fields();
    let own = address::ip(fields.field().unquoted());
    let servers = fields.skip(1).take(2).filter_map(|field| address::ip(field.unquoted()));
    (own, servers)
}
