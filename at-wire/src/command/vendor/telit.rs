//! Telit.

use crate::parameter::{Choice, Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Bands: 2G, 3G, 4G.
    bnd = "#BND" { set<'a>(band: u8, umts: Option<u8>, lte: Option<Word<'a>>); read -> <'a>(band: u8, umts: Option<u8>, lte: Option<Word<'a>>); test -> <'a>(band: Choice<'a>, umts: Choice<'a>, lte: Choice<'a>); }
    /// Card state and its URC.
    qss = "#QSS" { set(mode: u8); read -> (mode: u8, status: u8); test; }
    /// Versions of the software package.
    swpkgv = "#SWPKGV" [bare = true] { execute -> <'a>(text: Rest<'a>); }
    /// Serial number of the card.
    ccid = "#CCID" [personal = true] { execute -> <'a>(iccid: Word<'a>); }
    /// Tries left.
    pct = "#PCT" { execute -> (retries: u8); }
    /// Switches off.
    shdn = "#SHDN" [timeout = 15] { execute; }
    /// Restarts.
    reboot = "#REBOOT" { execute; }
    /// Radio state.
    rfsts = "#RFSTS" { execute -> <'a>(rest: Rest<'a>); }
    /// Network interface of the device.
    ncm = "#NCM" [timeout = 60] { set<'a>(mode: u8, cid: Option<u8>, user: Option<Str<'a>>); read -> <'a>(rest: Rest<'a>); test; }
    /// Sends on a socket behind a prompt.
    ssend = "#SSEND" [prompt = ">", timeout = 60] { set(conn_id: u8); test; }
    /// Sends counted bytes on a socket behind a prompt.
    ssendext = "#SSENDEXT" [prompt = ">", timeout = 60] { set(conn_id: u8, length: u16); test; }
    /// Reads from a socket; the bytes are on the next line.
    srecv = "#SRECV" { set(conn_id: u8, max: u16) -> (conn_id: u8, length: u16); test; }
}
