//! Huawei and `HiSilicon`.

use crate::parameter::{Choice, Hex, Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Network interface: connects, disconnects.
    ndisdup = "^NDISDUP" [timeout = 60, personal = true] { set<'a>(cid: u8, connect: u8, apn: Option<Str<'a>>, user: Option<Str<'a>>, password: Option<Str<'a>>, auth: Option<u8>); test; }
    /// State of the network interface, per address family.
    ndisstatqry = "^NDISSTATQRY" { set(cid: u8) -> <'a>(states: Rest<'a>); read -> <'a>(states: Rest<'a>); test; }
    /// Addresses, as eight digits with the bytes reversed.
    dhcp = "^DHCP" { read -> (address: Hex<u32>, netmask: Hex<u32>, gateway: Hex<u32>, server: Hex<u32>, dns_primary: Hex<u32>, dns_secondary: Hex<u32>, max_rx_rate: Option<u64>, max_tx_rate: Option<u64>); }
    /// Service, registration and card.
    sysinfo = "^SYSINFO" { execute -> (srv_status: u8, srv_domain: u8, roam_status: u8, sys_mode: u8, sim_state: u8, lock_state: Option<u8>, sys_submode: Option<u8>); }
    /// The same, with names.
    sysinfoex = "^SYSINFOEX" { execute -> <'a>(srv_status: u8, srv_domain: u8, roam_status: u8, sim_state: u8, lock_state: Option<u8>, sys_mode: u8, sys_mode_name: Option<Str<'a>>, sys_submode: Option<u8>, sys_submode_name: Option<Str<'a>>); }
    /// Mode, CDMA devices: 2, 4 or 8.
    prefmode = "^PREFMODE" { set(mode: u8); read -> (mode: u8); test -> <'a>(modes: Choice<'a>); }
    /// Mode, order, bands, roaming and domain.
    syscfg = "^SYSCFG" [timeout = 30] { set(mode: u8, acqorder: u8, band: Hex<u32>, roam: u8, srvdomain: u8); read -> (mode: u8, acqorder: u8, band: Hex<u32>, roam: u8, srvdomain: u8); test -> <'a>(mode: Choice<'a>, acqorder: Choice<'a>, band: Rest<'a>); }
    /// The same with LTE.
    syscfgex = "^SYSCFGEX" [timeout = 30] { set<'a>(acqorder: Str<'a>, band: Word<'a>, roam: u8, srvdomain: u8, lte_band: Word<'a>, reserved: Rest<'a>); read -> <'a>(acqorder: Str<'a>, band: Hex<u64>, roam: u8, srvdomain: u8, lte_band: Hex<u64>); test -> <'a>(acqorder: Choice<'a>, band: Choice<'a>, roam: Choice<'a>, srvdomain: Choice<'a>, lte_band: Choice<'a>); }
    /// Signal per technology.
    hcsq = "^HCSQ" { read -> <'a>(sysmode: Str<'a>, value1: u8, value2: Option<u8>, value3: Option<u8>, value4: Option<u8>); }
    /// Network time: `yy/MM/dd,hh:mm:ss±zz,dst`.
    nwtime = "^NWTIME" { read -> <'a>(time: Rest<'a>); }
    /// Clock.
    time = "^TIME" { read -> <'a>(time: Rest<'a>); }
    /// Serial ports and what they are for.
    getportmode = "^GETPORTMODE" { execute -> <'a>(ports: Rest<'a>); read -> <'a>(ports: Rest<'a>); }
    /// Which interfaces the device has.
    setport = "^SETPORT" { set<'a>(ports: Str<'a>); read -> <'a>(ports: Rest<'a>); test; }
    /// Password state and tries left.
    cpin = "^CPIN" { read -> <'a>(code: Word<'a>, which: Option<u8>, puk: Option<u8>, pin: Option<u8>, puk2: Option<u8>, pin2: Option<u8>); }
    /// Which events are told.
    curc = "^CURC" { set(mode: u8); read -> (mode: u8); test; }
    /// Radio switches: hardware, software.
    rfswitch = "^RFSWITCH" { set(state: u8); read -> (hardware: u8, software: u8); test; }
    /// Serial number of the card.
    iccid = "^ICCID" [personal = true] { read -> <'a>(iccid: Str<'a>); }
    /// Authentication of a context.
    authdata = "^AUTHDATA" [personal = true] { set<'a>(cid: u8, auth: u8, plmn: Option<Str<'a>>, password: Option<Str<'a>>, user: Option<Str<'a>>); read -> <'a>(rest: Rest<'a>); test; }
    /// Voice over the device.
    cvoice = "^CVOICE" { set(state: u8); read -> <'a>(state: u8, rest: Rest<'a>); }
    /// Restarts.
    reset = "^RESET" { execute; }
}
