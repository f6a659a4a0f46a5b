//! Quectel.

use crate::parameter::{Choice, Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Firmware.
    qgmr = "+QGMR" [bare = true] { execute -> <'a>(text: Rest<'a>); }
    /// Time zone update, with the clock set too.
    ctzu = "+CTZU" { set(onoff: u8); read -> (onoff: u8); test -> <'a>(onoff: Choice<'a>); }
    /// Settings by name.
    qcfg = "+QCFG" { set<'a>(name: Str<'a>, value: Rest<'a>) -> <'a>(name: Str<'a>, value: Rest<'a>); test; }
    /// Signal.
    qcsq = "+QCSQ" { execute -> <'a>(sysmode: Str<'a>, value1: Option<i16>, value2: Option<i16>, value3: Option<i16>, value4: Option<i16>); test; }
    /// Network.
    qnwinfo = "+QNWINFO" { execute -> <'a>(act: Word<'a>, oper: Option<Str<'a>>, band: Option<Str<'a>>, channel: Option<u32>); test; }
    /// Cells.
    qeng = "+QENG" { set<'a>(kind: Str<'a>) -> <'a>(kind: Str<'a>, rest: Rest<'a>); test; }
    /// Tries left.
    qpinc = "+QPINC" { set<'a>(facility: Str<'a>) -> <'a>(facility: Str<'a>, pin: u8, puk: u8); read -> <'a>(facility: Str<'a>, pin: u8, puk: u8); test; }
    /// Serial number of the card.
    qccid = "+QCCID" [personal = true] { execute -> <'a>(iccid: Word<'a>); read -> <'a>(iccid: Word<'a>); }
    /// Card detection, and its URC.
    qsimstat = "+QSIMSTAT" { set(enable: u8); read -> (enable: u8, inserted: u8); test; }
    /// Context with authentication.
    qicsgp = "+QICSGP" [personal = true] { set<'a>(context: u8, kind: Option<u8>, apn: Option<Str<'a>>, user: Option<Str<'a>>, password: Option<Str<'a>>, auth: Option<u8>) -> <'a>(kind: u8, apn: Str<'a>, user: Option<Str<'a>>, password: Option<Str<'a>>, auth: Option<u8>); test; }
    /// Activates a context.
    qiact = "+QIACT" [timeout = 150] { set(context: u8); read -> <'a>(context: u8, state: u8, kind: u8, address: Option<Str<'a>>); test; }
    /// Deactivates a context.
    qideact = "+QIDEACT" [timeout = 40] { set(context: u8); test; }
    /// Opens a socket; the result is a URC.
    qiopen = "+QIOPEN" [timeout = 150] { set<'a>(context: u8, connect: u8, service: Str<'a>, address: Str<'a>, remote_port: u16, local_port: Option<u16>, access_mode: Option<u8>); test; }
    /// Sends, counted bytes behind a prompt.
    qisend = "+QISEND" [prompt = ">", timeout = 30] { set(connect: u8, length: Option<u16>); test; }
    /// Reads from a socket; the bytes are on the next line.
    qird = "+QIRD" { set(connect: u8, length: Option<u16>) -> (length: u16); test; }
    /// Closes a socket.
    qiclose = "+QICLOSE" [timeout = 30] { set(connect: u8, timeout: Option<u16>); test; }
    /// Where URCs go.
    qurccfg = "+QURCCFG" { set<'a>(name: Str<'a>, value: Option<Str<'a>>) -> <'a>(name: Str<'a>, value: Str<'a>); test; }
    /// Network time.
    qlts = "+QLTS" { execute -> <'a>(time: Str<'a>); set(mode: u8) -> <'a>(time: Str<'a>); test; }
    /// Sleep.
    qsclk = "+QSCLK" { set(n: u8); read -> (n: u8); test; }
    /// Switches off.
    qpowd = "+QPOWD" [timeout = 15] { execute; set(n: u8); test; }
    /// Network interface of the device.
    qnetdevctl = "+QNETDEVCTL" [timeout = 60] { set(op: u8, cid: Option<u8>, urc: Option<u8>); read -> (op: u8, cid: u8, urc: Option<u8>, state: Option<u8>); test; }
}
