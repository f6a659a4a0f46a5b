//! Option.

use crate::parameter::Rest;

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Signal.
    Osigq = "_OSIGQ" (rssi: u8, ber: u8);
    /// Technology.
    Ossysi = "_OSSYSI" (mode: u8);
    /// Technology in use.
    Octi = "_OCTI" (mode: u8);
    /// Network interface.
    Owancall = "_OWANCALL" (cid: u8, state: u8);
    /// Technology of UMTS in use.
    Ouwcti = "_OUWCTI" (mode: u8);
    /// Temperature of the amplifier.
    Opatemp<'a> = "_OPATEMP" (temperature: Rest<'a>);
}
