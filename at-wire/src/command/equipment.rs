//! The modem itself: functionality, locks, clock, indicators, power saving (27.007 §8).

use crate::parameter::{Choice, Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Functionality (27.007 §8.2): 0 minimum, 1 full, 4 radio off; `rst` 1 resets first.
    cfun = "+CFUN" [timeout = 180] { set(fun: u8, rst: Option<u8>); read -> (fun: u8, rst: Option<u8>); test -> <'a>(fun: Choice<'a>, rst: Choice<'a>); }
    /// Passwords (27.007 §8.3).
    cpin = "+CPIN" [timeout = 20, personal = true] { set<'a>(pin: Str<'a>, newpin: Option<Str<'a>>); read -> <'a>(code: Word<'a>); test; }
    /// Tries left (27.007 §8.65).
    cpinr = "+CPINR" [timeout = 10] { execute -> <'a>(code: Word<'a>, retries: u8, default_retries: Option<u8>); set<'a>(sel_code: Str<'a>) -> <'a>(code: Word<'a>, retries: u8, default_retries: Option<u8>); test; }
    /// Indicators (27.007 §8.9).
    cind = "+CIND" { set<'a>(values: Rest<'a>); read -> <'a>(values: Rest<'a>); test -> <'a>(indicators: Rest<'a>); }
    /// Event reporting (27.007 §8.10).
    cmer = "+CMER" { set(mode: Option<u8>, keyp: Option<u8>, disp: Option<u8>, ind: Option<u8>, bfr: Option<u8>); read -> (mode: u8, keyp: u8, disp: u8, ind: u8, bfr: u8); test -> <'a>(mode: Choice<'a>, keyp: Choice<'a>, disp: Choice<'a>, ind: Choice<'a>, bfr: Choice<'a>); }
    /// Clock (27.007 §8.15): `yy/MM/dd,hh:mm:ss±zz`.
    cclk = "+CCLK" { set<'a>(time: Str<'a>); read -> <'a>(time: Rest<'a>); test; }
    /// Alarm (27.007 §8.16).
    cala = "+CALA" { set<'a>(time: Str<'a>, n: Option<u8>, kind: Option<u8>, text: Option<Str<'a>>, recurr: Option<Str<'a>>); read -> <'a>(time: Str<'a>, n: Option<u8>, kind: Option<u8>, text: Option<Str<'a>>); test; }
    /// Deletes an alarm (27.007 §8.38).
    cald = "+CALD" { set(n: u8); test; }
    /// Postpones an alarm (27.007 §8.39).
    capd = "+CAPD" { set(sec: Option<u16>); test; }
    /// Battery (27.007 §8.4).
    cbc = "+CBC" { execute -> <'a>(bcs: u8, bcl: Option<u8>, voltage: Option<Word<'a>>); test; }
    /// Settings of a phone's greeting text (27.007 §8.32).
    csgt = "+CSGT" { set<'a>(mode: u8, text: Option<Str<'a>>); read -> <'a>(text: Str<'a>, mode: u8); test; }
    /// Who controls keypad, display and indicators (27.007 §8.6).
    cmec = "+CMEC" { set(keyp: Option<u8>, disp: Option<u8>, ind: Option<u8>); read -> (keyp: u8, disp: u8, ind: u8); test; }
    /// Presses keys (27.007 §8.7).
    ckpd = "+CKPD" { set<'a>(keys: Str<'a>, time: Option<u8>, pause: Option<u8>); test; }
    /// Display texts (27.007 §8.8).
    cdis = "+CDIS" { set<'a>(texts: Rest<'a>); read -> <'a>(texts: Rest<'a>); test; }
    /// Date format (27.007 §6.22).
    csdf = "+CSDF" { set(mode: u8, auxmode: Option<u8>); read -> (mode: u8, auxmode: Option<u8>); test; }
    /// Time format (27.007 §6.24).
    cstf = "+CSTF" { set(mode: u8); read -> (mode: u8); test; }
    /// Power saving of the network (27.007 §7.38); timers as eight bits in a string.
    cpsms = "+CPSMS" {
        set<'a>(mode: Option<u8>, rau: Option<Str<'a>>, gprs_ready: Option<Str<'a>>, tau: Option<Str<'a>>, active: Option<Str<'a>>);
        read -> <'a>(mode: u8, rau: Option<Str<'a>>, gprs_ready: Option<Str<'a>>, tau: Option<Str<'a>>, active: Option<Str<'a>>);
        test;
    }
    /// Extended discontinuous reception (27.007 §7.40); values as four bits in a string.
    cedrxs = "+CEDRXS" { set<'a>(mode: Option<u8>, act_type: Option<u8>, requested: Option<Str<'a>>); read -> <'a>(act_type: u8, requested: Option<Str<'a>>); test; }
    /// What the network gave (27.007 §7.41).
    cedrxrdp = "+CEDRXRDP" { execute -> <'a>(act_type: u8, requested: Option<Str<'a>>, provided: Option<Str<'a>>, paging_window: Option<Str<'a>>); test; }
}
