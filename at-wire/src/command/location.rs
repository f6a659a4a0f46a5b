//! Where the device is (27.007 §8.50 to §8.57).

use crate::parameter::{Choice, Rest, Str};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Sends a request or data in XML, which follow behind the line end (27.007 §8.55).
    cpos = "+CPOS" [timeout = 60, personal = true] { execute; test; }
    /// Reports positions (27.007 §8.56).
    cposr = "+CPOSR" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Asks for the position (27.007 §8.50).
    cmolr = "+CMOLR" [timeout = 120, personal = true] { set<'a>(enable: Option<u8>, method: Option<u8>, hor_acc_set: Option<u8>, hor_acc: Option<u8>, ver_req: Option<u8>, ver_acc_set: Option<u8>, ver_acc: Option<u8>, vel_req: Option<u8>, rep_mode: Option<u8>, timeout: Option<u16>, interval: Option<u16>, shape_rep: Option<u8>, plane: Option<u8>, nmea_rep: Option<Str<'a>>, third_party: Option<Str<'a>>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// How errors of it are told (27.007 §8.51).
    cmolre = "+CMOLRE" { set(n: u8); read -> (n: u8); test -> <'a>(n: Choice<'a>); }
    /// Tells who asks for the position (27.007 §8.57).
    cmtlr = "+CMTLR" { set(subscribe: u8); read -> (subscribe: u8); test -> <'a>(subscribe: Choice<'a>); }
    /// Lets somebody know the position, or not (27.007 §8.58).
    cmtlra = "+CMTLRA" { set(allow: u8, handle: u8); read -> (allow: u8, handle: u8); test -> <'a>(allow: Choice<'a>, handle: Choice<'a>); }
}
