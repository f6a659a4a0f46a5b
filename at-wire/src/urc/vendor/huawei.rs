//! Huawei and `HiSilicon`.

use crate::parameter::{Hex, Rest, Str, Word};

crate::at_urcs! {
    /// Names in this module.
    pub NAMES;

    /// Boot.
    Boot<'a> = "^BOOT" (rest: Rest<'a>);
    /// Mode.
    Mode = "^MODE" (mode: u8, submode: Option<u8>);
    /// Signal.
    Rssi = "^RSSI" (rssi: u8);
    /// Signal.
    Hcsq<'a> = "^HCSQ" (sysmode: Str<'a>, value1: Option<u8>, value2: Option<u8>, value3: Option<u8>, value4: Option<u8>);
    /// Card.
    Simst = "^SIMST" (state: u8, lock: Option<u8>);
    /// Service.
    Srvst = "^SRVST" (state: u8);
    /// Network interface; read it with [`interface_states`](crate::command::vendor::huawei::interface_states).
    Ndisstat<'a> = "^NDISSTAT" (states: Rest<'a>);
    /// Counters, in hexadecimal digits.
    Dsflowrpt = "^DSFLOWRPT" (seconds: Hex<u32>, tx_rate: Hex<u32>, rx_rate: Hex<u32>, tx_total: Hex<u64>, rx_total: Hex<u64>, tx_max: Option<Hex<u32>>, rx_max: Option<Hex<u32>>);
    /// A call is made.
    Orig = "^ORIG" (call: u8, kind: u8);
    /// A call rings.
    Conf = "^CONF" (call: u8);
    /// A call is up.
    Conn = "^CONN" (call: u8, kind: u8);
    /// A call ended.
    Cend = "^CEND" (call: u8, duration: u32, end_status: u8, cause: Option<u8>);
    /// Tone heard.
    Ddtmf<'a> = "^DDTMF" (tone: Word<'a>);
    /// Toolkit.
    Stin<'a> = "^STIN" (rest: Rest<'a>);
    /// Network time.
    Nwtime<'a> = "^NWTIME" (time: Rest<'a>);
    /// Radio switches.
    Rfswitch = "^RFSWITCH" (hardware: u8, software: u8);
    /// Message memory is full.
    Smmemfull<'a> = "^SMMEMFULL" (mem: Str<'a>);
    /// Signal, CDMA.
    Hrssilvl = "^HRSSILVL" (level: u8);
    /// Signal in percent.
    Rssilvl = "^RSSILVL" (level: u8);
    /// The network interface was disconnected.
    NdisEnd<'a> = "^NDISEND" (rest: Rest<'a>);
    /// Service, registration and card.
    SysInfo<'a> = "^SYSINFO" (rest: Rest<'a>);
    /// Network name.
    Eons<'a> = "^EONS" (kind: u8, rest: Rest<'a>);
    /// Emergency numbers.
    EccList<'a> = "^ECCLIST" (numbers: Rest<'a>);
    /// Signal of UMTS.
    Csnr = "^CSNR" (rscp: i16, ecio: i16);
    /// Device management.
    LwUrc<'a> = "^LWURC" (rest: Rest<'a>);
    /// Signal of an antenna.
    AnLevel = "^ANLEVEL" (level: u8);
    /// Emergency numbers.
    Xlema<'a> = "^XLEMA" (numbers: Rest<'a>);
    /// Connections.
    DconnStat<'a> = "^DCONNSTAT" (connections: Rest<'a>);
    /// Band.
    ActiveBand<'a> = "^ACTIVEBAND" (band: Rest<'a>);
    /// Cells that are used together.
    LcaCell<'a> = "^LCACELL" (cells: Rest<'a>);
    /// Power of the radio.
    RfPower<'a> = "^RFPOWER" (power: Rest<'a>);
    /// Signal of LTE.
    LteRsrp = "^LTERSRP" (rsrp: i16, rsrq: i16);
}
