//! Ericsson MBM.

use core::net::IpAddr;

use crate::address;
use crate::command::equipment::Power;
use crate::parameter::{Choice, Field, Rest, Str, Value};
use crate::radio::Generations;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Network interface: connects.
    enap = "*ENAP" [timeout = 60] { set(mode: u8, cid: Option<u8>); read -> (state: u8); test; }
    /// Addresses: groups of a kind and an address; kinds 1 address, 2 gateway, 3 name server.
    e2ipcfg = "*E2IPCFG" { read -> <'a>(groups: Rest<'a>); }
    /// Authentication of a context.
    eiaauw = "*EIAAUW" [personal = true] { set<'a>(cid: u8, id: u8, user: Option<Str<'a>>, password: Option<Str<'a>>, methods: Option<Str<'a>>); read -> <'a>(rest: Rest<'a>); }
    /// Functionality, which selects the technology too, see [`generations`].
    cfun = "+CFUN" [timeout = 30] { set(fun: u8, rst: Option<u8>); read -> (fun: u8); test -> <'a>(fun: Choice<'a>); }
    /// Tries left.
    epin = "*EPIN" { read -> (pin: u8, puk: u8, pin2: u8, puk2: u8); }
    /// Radio information.
    erinfo = "*ERINFO" { set(n: u8); read -> (mode: u8, gsm: u8, umts: u8); }
}

/// The technologies of a functionality: 1 all, 5 GSM, 6 UMTS, others none.
#[must_use]
pub const fn generations(fun: u8) -> Generations {
    match fun {
        1 => Generations::G2_G3,
        5 => Generations::G2,
        6 => Generations::G3,
        _ => Generations::NONE,
    }
}

/// How much of the device is on.
#[must_use]
pub const fn power(fun: u8) -> Option<Power> {
    match fun {
        5 | 6 => Some(Power::On),
        _ => Power::of(fun),
    }
}

/// What an address of `*E2IPCFG` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum AddressKind {
    /// The device's own.
    Address,
    /// The gateway.
    Gateway,
    /// A name server.
    Dns,
}

/// The addresses in the answer to `*E2IPCFG?`: groups of a number and an address, without commas between. What is no
/// address, or of another kind, is left out.
pub fn addresses(answer: e2ipcfg::ReadAnswer<'_>) -> impl Iterator<Item = (AddressKind, IpAddr)> {
    answer.groups.0.split(|byte| *byte == b')').filter_map(|group| {
        let start = group.iter().position(|byte| *byte == b'(')?;
        let mut fields = Field { raw: group.get(start..)?, offset: 0 }.group();
        let kind = match u8::read(fields.field()).ok()? {
            1 => AddressKind::Address,
            2 => AddressKind::Gateway,
            3 => AddressKind::Dns,
            _ => return None,
        };
        Some((kind, address::ip(fields.field().unquoted())?))
    })
}
