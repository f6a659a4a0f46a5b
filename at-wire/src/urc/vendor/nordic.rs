//! Nordic nRF91 and its serial modem.

use crate::parameter::{Rest, Str};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Ready.
    Ready = "Ready";
    /// Signal.
    Cesq = "%CESQ" (rsrp: u8, rsrp_threshold: u8, rsrq: u8, rsrq_threshold: u8);
    /// Card.
    Xsim = "%XSIM" (state: u8, cause: Option<u8>);
    /// Network time.
    Xtime<'a> = "%XTIME" (time_zone: Option<Str<'a>>, time: Str<'a>, dst: Option<Str<'a>>);
    /// Modem event.
    Mdmev<'a> = "%MDMEV" (event: Rest<'a>);
    /// Sleep.
    Xmodemsleep = "%XMODEMSLEEP" (kind: u8, milliseconds: Option<u64>);
    /// Cells.
    Ncellmeas<'a> = "%NCELLMEAS" (status: u8, rest: Rest<'a>);
    /// Battery is low, mV.
    Xvbatlowlvl = "%XVBATLOWLVL" (millivolts: u16);
    /// Battery, mV.
    Xvbatlvl = "%XVBATLVL" (state: u8, millivolts: u16);
    /// Time to the next update of the tracking area.
    Xt3412 = "%XT3412" (milliseconds: u64);
    /// Temperature.
    Xtemp = "%XTEMP" (level: u8, temperature: Option<i16>);
    /// Release assistance.
    Rai<'a> = "%RAI" (rest: Rest<'a>);
    /// Rate control of an APN.
    ApnRateCtrl<'a> = "%APNRATECTRL" (rest: Rest<'a>);
    /// Device management.
    Odisntf<'a> = "+ODISNTF" (rest: Rest<'a>);
    /// The application did not start.
    InitError = "INIT ERROR";
    /// Data mode ended.
    XdataMode = "#XDATAMODE" (status: i32);
    /// Sockets are ready.
    Xapoll<'a> = "#XAPOLL" (socket: u8, events: Rest<'a>);
    /// Data came.
    Xrecv<'a> = "#XRECV" (length: u16, rest: Rest<'a>);
    /// Server.
    Xtcpsvr<'a> = "#XTCPSVR" (state: Rest<'a>);
    /// Client.
    Xtcpcli<'a> = "#XTCPCLI" (state: Rest<'a>);
    /// Broker.
    Xmqttevt = "#XMQTTEVT" (event: u8, result: i32);
    /// A message came.
    Xmqttmsg = "#XMQTTMSG" (topic_length: u16, payload_length: u16);
    /// Positioning.
    Xgnss<'a> = "#XGNSS" (position: Rest<'a>);
    /// What a request brought.
    Xhttpcrsp<'a> = "#XHTTPCRSP" (length: u32, rest: Rest<'a>);
    /// Firmware.
    Xfota<'a> = "#XFOTA" (stage: u8, status: u8, info: Rest<'a>);
    /// Data over PPP.
    Xppp<'a> = "#XPPP" (running: u8, connected: Option<u8>, cid: Option<u8>, rest: Rest<'a>);
    /// Multiplexer.
    Xcmux<'a> = "#XCMUX" (state: Rest<'a>);
    /// Sleep.
    Xsleep<'a> = "#XSLEEP" (state: Rest<'a>);
    /// The application shuts the device down.
    Xshutdown = "#XSHUTDOWN";
    /// Release assistance.
    Xrai<'a> = "%XRAI" (state: Rest<'a>);
    /// Cloud.
    Xnrfcloud<'a> = "#XNRFCLOUD" (ready: u8, rest: Rest<'a>);
    /// The modem failed.
    Xmodem<'a> = "#XMODEM" (fault: Rest<'a>);
}
