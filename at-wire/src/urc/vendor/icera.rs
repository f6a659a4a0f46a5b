//! Icera.

use crate::parameter::Rest;

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Network.
    Nwstate<'a> = "%NWSTATE" (rest: Rest<'a>);
    /// Context.
    Ipdpact = "%IPDPACT" (cid: u8, state: u8, cause: Option<u16>);
    /// Technology.
    Ipsys<'a> = "%IPSYS" (mode: Rest<'a>);
}
