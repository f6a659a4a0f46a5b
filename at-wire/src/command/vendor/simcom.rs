//! SIMCom.

use crate::parameter::{Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Mode.
    cnmp = "+CNMP" { set(mode: u8); read -> (mode: u8); test; }
    /// LTE-M or NB-IoT.
    cmnb = "+CMNB" { set(mode: u8); read -> (mode: u8); test; }
    /// Order of technologies.
    cnaop = "+CNAOP" { set(order: u8); read -> (order: u8); test; }
    /// System.
    cpsi = "+CPSI" { read -> <'a>(mode: Word<'a>, operation: Option<Word<'a>>, rest: Rest<'a>); set(seconds: u8); }
    /// Technology in use, and its URC.
    cnsmod = "+CNSMOD" { set(n: u8); read -> (n: u8, stat: u8); test; }
    /// Tries left.
    spic = "+SPIC" { execute -> (pin: u8, pin2: u8, puk: u8, puk2: u8); }
    /// Switches off.
    cpowd = "+CPOWD" [timeout = 15] { set(n: u8); }
    /// Restarts.
    creset = "+CRESET" { execute; }
    /// Authentication of a context.
    cgauth = "+CGAUTH" [personal = true] { set<'a>(cid: u8, auth: Option<u8>, password: Option<Str<'a>>, user: Option<Str<'a>>); }
    /// Opens a connection.
    cipopen = "+CIPOPEN" [timeout = 120] { set<'a>(link: u8, kind: Str<'a>, address: Str<'a>, port: u16, local_port: Option<u16>); test; }
    /// Sends, counted bytes behind a prompt.
    cipsend = "+CIPSEND" [prompt = Prompt::Greater, timeout = 60] { set(link: u8, length: u16) -> (link: u8, asked: u16, sent: u16); test; }
    /// Opens the network.
    netopen = "+NETOPEN" [timeout = 120] { execute -> (error: u8); read -> (state: u8); }
    /// Automatic `+CSQ` lines.
    autocsq = "+AUTOCSQ" { set(auto: u8, mode: u8); read -> (auto: u8, mode: u8); test; }
    /// Sleep.
    csclk = "+CSCLK" { set(n: u8); read -> (n: u8); test; }
    /// Network time.
    clts = "+CLTS" { set(n: u8); read -> (n: u8); test; }
    /// Bands.
    cbandcfg = "+CBANDCFG" { set<'a>(technology: Str<'a>, bands: Rest<'a>); read -> <'a>(technology: Str<'a>, bands: Rest<'a>); test; }
}
