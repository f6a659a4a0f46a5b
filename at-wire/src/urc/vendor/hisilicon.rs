//! `HiSilicon` chips for NB-IoT.

use crate::parameter::Rest;

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Datagrams wait.
    Nsonmi<'a> = "+NSONMI" (socket: u8, length: u16, rest: Rest<'a>);
    /// Power saving.
    Npsmr = "+NPSMR" (mode: u8);
    /// A socket was closed.
    Nusocli = "+NUSOCLI" (socket: u8);
}
