//! Telit.

use crate::parameter::{Rest, Str};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Card.
    Qss = "#QSS" (status: u8);
    /// Data waits.
    SRing<'a> = "SRING" (connection: u8, rest: Rest<'a>);
    /// Technology.
    Psnt = "#PSNT" (technology: u8);
    /// Network time.
    Nitz<'a> = "#NITZ" (time: Str<'a>);
    /// Calls.
    Ecam<'a> personal = "#ECAM" (call: u8, status: u8, rest: Rest<'a>);
    /// Remote access to the card.
    Rsen = "#RSEN" (mode: u8, status: Option<u8>);
    /// Message waiting.
    Mwi<'a> = "#MWI" (state: Rest<'a>);
    /// What a request brought.
    HttpRing<'a> = "#HTTPRING" (profile: u8, status: u16, content_type: Option<Str<'a>>, length: Option<u32>);
    /// A file transfer.
    FtpRing<'a> = "#FTPRING" (rest: Rest<'a>);
    /// A message came.
    MqRing<'a> = "#MQRING" (instance: u8, message: u16, topic: Option<Str<'a>>, length: Option<u32>);
    /// Positioning.
    AgfpsRing<'a> = "#AGFPSRING" (rest: Rest<'a>);
    /// A command of the card.
    Stn<'a> = "#STN" (command: Rest<'a>);
    /// Card detection.
    SimDet = "#SIMDET" (state: u8);
    /// Temperature.
    TempMon<'a> = "#TEMPMON" (level: Rest<'a>);
    /// Another firmware is used.
    FwSwitch<'a> = "#FWSWITCH" (rest: Rest<'a>);
    /// A listening socket was called.
    Sli = "#SLI" (profile: u8);
}
