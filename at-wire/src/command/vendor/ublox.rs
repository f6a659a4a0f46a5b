//! u-blox.

use crate::parameter::{Choice, Rest, Str};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Tries left.
    upincnt = "+UPINCNT" { execute -> (pin: u8, pin2: u8, puk: u8, puk2: u8); }
    /// USB profile.
    uusbconf = "+UUSBCONF" { set<'a>(profile: u8, class: Option<Str<'a>>); read -> <'a>(profile: u8, class: Option<Str<'a>>, audio: Option<Str<'a>>, product: Option<Str<'a>>); test; }
    /// Router or bridge.
    ubmconf = "+UBMCONF" { set(mode: u8); read -> (mode: u8); test; }
    /// Addresses of the interface.
    uipaddr = "+UIPADDR" { set(cid: u8) -> <'a>(cid: u8, interface: Option<Str<'a>>, ipv4_address: Option<Str<'a>>, ipv4_netmask: Option<Str<'a>>, ipv6_address: Option<Str<'a>>, ipv6_link_local: Option<Str<'a>>); read -> <'a>(cid: u8, interface: Option<Str<'a>>, ipv4_address: Option<Str<'a>>, ipv4_netmask: Option<Str<'a>>, ipv6_address: Option<Str<'a>>, ipv6_link_local: Option<Str<'a>>); test; }
    /// Technologies, and which are preferred.
    urat = "+URAT" { set(act: u8, preferred: Option<u8>, preferred2: Option<u8>); read -> (act: u8, preferred: Option<u8>, preferred2: Option<u8>); test -> <'a>(act: Choice<'a>, preferred: Choice<'a>); }
    /// Bands by their frequency.
    ubandsel = "+UBANDSEL" { set<'a>(bands: Rest<'a>); read -> <'a>(bands: Rest<'a>); test -> <'a>(bands: Choice<'a>); }
    /// Technology and bands.
    uact = "+UACT" { set<'a>(act: Option<u8>, rssi: Option<u8>, rscp: Option<u8>, bands: Rest<'a>); read -> <'a>(act: Option<u8>, rssi: Option<u8>, rscp: Option<u8>, bands: Rest<'a>); test -> <'a>(act: Choice<'a>, rssi: Choice<'a>, rscp: Choice<'a>, bands: Rest<'a>); }
    /// Authentication of a context.
    uauthreq = "+UAUTHREQ" [personal = true] { set<'a>(cid: u8, auth: u8, user: Option<Str<'a>>, password: Option<Str<'a>>); test -> <'a>(cid: Choice<'a>, auth: Choice<'a>); }
    /// Bytes counted.
    ugcntrd = "+UGCNTRD" { execute -> (cid: u8, session_tx: u64, session_rx: u64, total_tx: u64, total_rx: u64); set(cid: u8) -> (cid: u8, session_tx: u64, session_rx: u64, total_tx: u64, total_rx: u64); }
    /// Switches off.
    cpwroff = "+CPWROFF" [timeout = 40] { execute; }
    /// Power saving.
    upsv = "+UPSV" { set(mode: u8, timeout: Option<u16>); read -> (mode: u8, timeout: Option<u16>); test; }
    /// Creates a socket.
    usocr = "+USOCR" { set(protocol: u8, local_port: Option<u16>) -> (socket: u8); test; }
    /// Connects a socket.
    usoco = "+USOCO" [timeout = 120] { set<'a>(socket: u8, address: Str<'a>, port: u16); test; }
    /// Writes to a socket, the bytes behind the prompt.
    usowr = "+USOWR" [prompt = "@", timeout = 120] { set(socket: u8, length: u16) -> (socket: u8, length: u16); }
    /// Reads from a socket; the bytes are counted, in quotes.
    usord = "+USORD" [timeout = 10] { set(socket: u8, length: u16) -> <'a>(socket: u8, length: u16, data: Option<Str<'a>>); }
    /// Closes a socket.
    usocl = "+USOCL" [timeout = 120] { set(socket: u8); }
}
