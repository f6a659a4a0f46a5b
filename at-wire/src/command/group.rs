//! Voice group and broadcast calls, and priority: GSM for railways (27.007 §7).

use crate::parameter::{Choice, Rest};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Answers calls of a priority automatically (27.007 §7.25).
    caap = "+CAAP" { set(priority: u8, status: Option<u8>); read -> (priority: u8, status: u8); test -> <'a>(priority: Choice<'a>, status: Choice<'a>); }
    /// Priority of calls (27.007 §7.22).
    caemlpp = "+CAEMLPP" { set(priority: u8); read -> (default_priority: u8, max_priority: u8); test -> <'a>(priority: Choice<'a>); }
    /// Fast call setup (27.007 §7.24).
    cfcs = "+CFCS" { set(priority: u8, status: Option<u8>); read -> (priority: u8, status: u8); test -> <'a>(priority: Choice<'a>, status: Choice<'a>); }
    /// Talks in a group call (27.007).
    captt = "+CAPTT" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Tells who talks (27.007).
    caulev = "+CAULEV" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Group calls there are (27.007).
    calcc = "+CALCC" { execute -> <'a>(answer: Rest<'a>); set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Leaves a group call (27.007).
    cahld = "+CAHLD" { execute; test -> <'a>(ranges: Rest<'a>); }
    /// Joins a group call (27.007).
    cajoin = "+CAJOIN" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Rejects a group call (27.007).
    carej = "+CAREJ" { execute; test -> <'a>(ranges: Rest<'a>); }
    /// Tells of notifications (27.007).
    canchev = "+CANCHEV" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Information for a dispatcher (27.007).
    cotdi = "+COTDI" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Plays a melody (27.007 §8).
    crmp = "+CRMP" { set(call_type: u8, volume: Option<u8>, kind: Option<u8>, index: Option<u8>); test -> <'a>(ranges: Rest<'a>); }
    /// Which melody a call has (27.007 §8).
    crmc = "+CRMC" { set<'a>(parameters: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
}
