//! Altair.

use crate::parameter::{Octets, Rest, Str, Word};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// State.
    Statcm = "%STATCM" (state: u8);
    /// Boot.
    Bootev = "%BOOTEV" (event: u8);
    /// Protocol options of a context.
    Pcoinfo<'a> = "%PCOINFO" (mode: u8, cid: u8, id: Word<'a>, value: Octets<'a>);
    /// Event.
    Notifyev<'a> = "%NOTIFYEV" (event: Str<'a>, rest: Rest<'a>);
    /// Socket.
    SocketEv = "%SOCKETEV" (event: u8, socket: u8);
}
