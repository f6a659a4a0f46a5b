//! Supplementary services (27.007 §7).

use crate::parameter::{Choice, Rest, Str};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Calling line identification (27.007 §7.6).
    clip = "+CLIP" [timeout = 60] { set(n: u8); read -> (n: u8, m: u8); test -> <'a>(n: Choice<'a>); }
    /// Its restriction (27.007 §7.7).
    clir = "+CLIR" [timeout = 60] { set(n: u8); read -> (n: u8, m: u8); test -> <'a>(n: Choice<'a>); }
    /// Connected line identification (27.007 §7.8).
    colp = "+COLP" [timeout = 60] { set(n: u8); read -> (n: u8, m: u8); test -> <'a>(n: Choice<'a>); }
    /// Its restriction (27.007 §7.31).
    colr = "+COLR" [timeout = 60] { set(n: u8); read -> (n: Option<u8>, m: u8); test; }
    /// Called line identification (27.007 §7.9).
    cdip = "+CDIP" [timeout = 60] { set(n: u8); read -> (n: u8, m: u8); test -> <'a>(n: Choice<'a>); }
    /// Calling name (27.007 §7.30).
    cnap = "+CNAP" [timeout = 60, multiline = true] { set(n: u8); read -> (n: u8, m: u8); test -> <'a>(n: Choice<'a>); }
    /// Call forwarding (27.007 §7.11); mode 2 asks.
    ccfc = "+CCFC" [timeout = 180, personal = true] {
        set<'a>(reason: u8, mode: u8, number: Option<Str<'a>>, kind: Option<u8>, class: Option<u8>, subaddr: Option<Str<'a>>, satype: Option<u8>, time: Option<u8>)
            -> <'a>(status: u8, class: u8, number: Option<Str<'a>>, kind: Option<u8>, subaddr: Option<Str<'a>>, satype: Option<u8>, time: Option<u8>);
        test -> <'a>(reason: Choice<'a>);
    }
    /// Call waiting (27.007 §7.12); mode 2 asks.
    ccwa = "+CCWA" [timeout = 180] { set(n: Option<u8>, mode: Option<u8>, class: Option<u8>) -> (status: u8, class: u8); read -> (n: u8); test -> <'a>(n: Choice<'a>); }
    /// Locks a facility (27.007 §7.4); mode 2 asks.
    clck = "+CLCK" [timeout = 180, personal = true] {
        set<'a>(facility: Str<'a>, mode: u8, password: Option<Str<'a>>, class: Option<u8>) -> (status: u8, class: Option<u8>);
        test -> <'a>(facilities: Choice<'a>);
    }
    /// Changes a password (27.007 §7.5).
    cpwd = "+CPWD" [timeout = 180, personal = true] { set<'a>(facility: Str<'a>, old: Option<Str<'a>>, new: Str<'a>); test -> <'a>(facilities: Rest<'a>); }
    /// Notifications of supplementary services (27.007 §7.17).
    cssn = "+CSSN" { set(n: u8, m: Option<u8>); read -> (n: u8, m: u8); test -> <'a>(n: Choice<'a>, m: Choice<'a>); }
    /// Dialogues with the network (27.007 §7.15).
    cusd = "+CUSD" [timeout = 10, multiline = true, personal = true] { set<'a>(n: Option<u8>, text: Option<Str<'a>>, dcs: Option<u8>); read -> (n: u8); test -> <'a>(n: Choice<'a>); }
    /// Closed user group (27.007 §7.10).
    ccug = "+CCUG" { set(n: u8, index: Option<u8>, info: Option<u8>); read -> (n: u8, index: u8, info: u8); test; }
    /// Advice of charge (27.007 §7.16).
    caoc = "+CAOC" { execute -> <'a>(ccm: Str<'a>); set(mode: u8) -> <'a>(ccm: Str<'a>); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Accumulated call meter (27.007 §8.25).
    cacm = "+CACM" [personal = true] { set<'a>(password: Option<Str<'a>>); read -> <'a>(acm: Str<'a>); test; }
    /// Its maximum (27.007 §8.26).
    camm = "+CAMM" [personal = true] { set<'a>(acmmax: Option<Str<'a>>, password: Option<Str<'a>>); read -> <'a>(acmmax: Str<'a>); test; }
    /// Price per unit (27.007 §8.27).
    cpuc = "+CPUC" [personal = true] { set<'a>(currency: Str<'a>, ppu: Str<'a>, password: Option<Str<'a>>); read -> <'a>(currency: Str<'a>, ppu: Str<'a>); test; }
    /// Call meter warning (27.007 §8.28).
    ccwe = "+CCWE" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
}

/// The bit of voice in the classes of `+CCFC`, `+CCWA` and `+CLCK` (27.007 §7.4).
pub const CLASS_VOICE: u8 = 1;

/// Whether a service is on for `class`, by the lines that answered a query; `None` if none speaks of it.
///
/// ```
/// use at_wire::command::services::{CLASS_VOICE, ccwa, status_of_class};
/// use at_wire::message::Line;
///
/// let lines: [&[u8]; 2] = [b"+CCWA: 0,1", b"+CCWA: 1,4"];
/// let answers = lines.iter().filter_map(|line| ccwa::SetAnswer::parse(line).ok());
/// assert_eq!(status_of_class(answers.map(|answer| (answer.status, answer.class)), CLASS_VOICE), Some(false));
/// ```
pub fn status_of_class(mut answers: impl Iterator<Item = (u8, u8)>, class: u8) -> Option<bool> {
    answers.find(|(_, classes)| classes & class != 0).map(|(status, _)| status == 1)
}
