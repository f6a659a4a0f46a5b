//! The card (27.007 §8).

use crate::parameter::{Choice, Octets, Rest, Str};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Generic access (27.007 §8.17); `length` counts digits.
    csim = "+CSIM" [timeout = 20, personal = true] { set<'a>(length: u16, command: Octets<'a>) -> <'a>(length: u16, response: Octets<'a>); test; }
    /// Restricted access (27.007 §8.18): 176 reads a file, 178 a record, 214 and 220 write, 192 asks, 242 status.
    crsm = "+CRSM" [timeout = 20, personal = true] {
        set<'a>(command: u8, fileid: Option<u16>, p1: Option<u8>, p2: Option<u8>, p3: Option<u8>, data: Option<Octets<'a>>, pathid: Option<Str<'a>>)
            -> <'a>(sw1: u8, sw2: u8, response: Option<Octets<'a>>);
        test;
    }
    /// Opens a logical channel (27.007 §8.45).
    ccho = "+CCHO" [bare = true, timeout = 20] { set<'a>(dfname: Octets<'a>) -> (sessionid: u8); test; }
    /// Closes it (27.007 §8.46).
    cchc = "+CCHC" [timeout = 20] { set(sessionid: u8); test; }
    /// Generic access on it (27.007 §8.43).
    cgla = "+CGLA" [timeout = 20, personal = true] { set<'a>(sessionid: u8, length: u16, command: Octets<'a>) -> <'a>(length: u16, response: Octets<'a>); test; }
    /// Restricted access on it (27.007 §8.44).
    crla = "+CRLA" [timeout = 20, personal = true] {
        set<'a>(sessionid: u8, command: u8, fileid: Option<u16>, p1: Option<u8>, p2: Option<u8>, p3: Option<u8>, data: Option<Octets<'a>>, pathid: Option<Str<'a>>)
            -> <'a>(sw1: u8, sw2: u8, response: Option<Octets<'a>>);
        test;
    }
    /// Applications on the card (27.007 §8.49).
    cuad = "+CUAD" { execute -> <'a>(response: Octets<'a>); set<'a>(option: u8, aid: Option<Octets<'a>>) -> <'a>(response: Octets<'a>); test; }
    /// Selects a card slot (27.007).
    csus = "+CSUS" { set(slot: u8); read -> (slot: u8); test -> <'a>(slot: Choice<'a>); }
    /// Serial number of the card, as many modems have it.
    ccid = "+CCID" [bare = true, personal = true] { execute -> <'a>(iccid: Str<'a>); read -> <'a>(iccid: Str<'a>); }
    /// The same under another name.
    iccid = "+ICCID" [bare = true, personal = true] { execute -> <'a>(iccid: Str<'a>); read -> <'a>(iccid: Str<'a>); }
    /// Starts the toolkit's terminal (27.007 §12.2).
    cusata = "+CUSATA" { set(ack: u8, timer: Option<u16>); test; }
    /// The toolkit profiles (27.007 §12.2).
    cusatd = "+CUSATD" { set(mode: Option<u8>, download: Option<u8>); read -> (mode: u8, download: u8); test; }
    /// Sends an envelope (27.007 §12.2).
    cusate = "+CUSATE" { set<'a>(command: Octets<'a>) -> <'a>(response: Octets<'a>, more: Option<Rest<'a>>); test; }
    /// Reads a profile (27.007 §12.2).
    cusatr = "+CUSATR" { set(profile: u8) -> <'a>(profile: u8, octets: Octets<'a>); test; }
    /// Sends a terminal response (27.007 §12.2).
    cusatt = "+CUSATT" { set<'a>(response: Octets<'a>); test; }
    /// Writes a profile (27.007 §12.2).
    cusatw = "+CUSATW" { set<'a>(profile: u8, octets: Option<Octets<'a>>); test; }
    /// Authentication by EAP (27.007 §8.47).
    ceap = "+CEAP" [personal = true] { set<'a>(aid: Octets<'a>, eap: Octets<'a>, mode: Option<u8>, df: Option<Octets<'a>>) -> <'a>(sessionid: u8, status: u8, response: Octets<'a>); test; }
    /// Parameters of it (27.007 §8.48).
    cerp = "+CERP" [personal = true] { set(sessionid: u8, parameter: u8) -> <'a>(parameter: u8, value: Octets<'a>); test; }
}
