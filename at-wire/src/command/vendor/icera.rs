//! Icera.

use core::net::IpAddr;

use crate::address;
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
    /// Switches off.
    shdn = "%SHDN" [timeout = 15] { execute; }
}

/// Addresses of a family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// The device's own.
    pub address: Option<IpAddr>,
    /// The length of its prefix, if there is an address.
    pub prefix: Option<u8>,
    /// The gateway.
    pub gateway: Option<IpAddr>,
    /// Name servers.
    pub dns: [Option<IpAddr>; 2],
}

/// The addresses in an answer to `%IPDPADDR`, IPv4 and IPv6: address, gateway, two name servers, two servers of another
/// kind, then a mask; some firmware has the mask one further, behind one that is made up from the address's class; then
/// the same of IPv6, of which the second name server is not used.
#[must_use]
pub fn addresses(answer: ipdpaddr::SetAnswer<'_>) -> (Addresses, Addresses) {
    let fields = answer.addresses.fields();
    let at = |index: usize| { fields }.nth(index).unwrap_or_default().unquoted();
    let ip = |index: usize| address::ip(at(index));
    let mask = |index: usize| {
        let text = at(index);
        let Some(IpAddr::V4(mask)) = address::ip(text).filter(|_| text.starts_with(b"255.")) else { return None };
        address::prefix_of(&mask.octets())
    };
    // A class A mask is never the network's.
    let prefix = mask(7).or_else(|| mask(6).filter(|prefix| *prefix > 8)).unwrap_or(32);
    let v4 = Addresses { address: ip(0), prefix: ip(0).map(|_| prefix), gateway: ip(1), dns: [ip(2), ip(3)] };
    let ip = |index: usize| ip(index).filter(IpAddr::is_ipv6);
    let v6 = Addresses { address: ip(8), prefix: ip(8).map(|_| 64), gateway: ip(9), dns: [ip(10), None] };
    (v4, v6)
}
