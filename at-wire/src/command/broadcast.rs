//! Multimedia broadcast and mission critical services (27.007).

use crate::parameter::Rest;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Broadcast on or off (27.007).
    cembmscfg = "+CEMBMSCFG" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Reports the state of broadcast (27.007).
    cembmsr = "+CEMBMSR" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Broadcast services (27.007).
    cembmssrv = "+CEMBMSSRV" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Areas of broadcast (27.007).
    cembmssai = "+CEMBMSSAI" { read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Counting of broadcast services (27.007).
    cembmscnt = "+CEMBMSCNT" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Data of a broadcast session (27.007).
    cembmsdata = "+CEMBMSDATA" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Mission critical call control (27.007).
    cmccs = "+CMCCS" [timeout = 60, personal = true] { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Tells of mission critical calls (27.007).
    cmccsi = "+CMCCSI" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Mission critical services on or off (27.007).
    cmccss = "+CMCCSS" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Tells of mission critical services (27.007).
    cmccssi = "+CMCCSSI" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
}
