//! Quectel.

use crate::parameter::{Choice, Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Position.
    qgpsloc = "+QGPSLOC" [personal = true] { read -> <'a>(position: Rest<'a>); set(mode: u8) -> <'a>(position: Rest<'a>); }
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
    qisend = "+QISEND" [prompt = Prompt::Greater, timeout = 30] { set(connect: u8, length: Option<u16>); test; }
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

/// The settings of `+CTZU`: off, the time zone follows the network, the clock does too.
pub const CTZU_OFF: u8 = 0;
/// See [`CTZU_OFF`].
pub const CTZU_ZONE: u8 = 1;
/// See [`CTZU_OFF`].
pub const CTZU_CLOCK: u8 = 3;

/// The version of a firmware, as in `EM05GFAR07A07M1G_01.016.01.016`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Firmware {
    /// Behind the `R` of its name.
    pub release: u8,
    /// Behind the `A`.
    pub minor: u8,
    /// Whether it is the standard build: those made for one customer, and those that were never delivered, have zeros
    /// in the last two numbers. `None` if only the name was told.
    pub standard: Option<bool>,
}

impl Firmware {
    /// Reads the name; `None` if the letters `R` and `A` are not there with two digits behind each.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, build) = match text.bytes().position(|byte| byte == b'_').and_then(|at| text.split_at_checked(at)) {
            Some((name, build)) => (name, build.strip_prefix('_')),
            None => (text, None),
        };
        let digits = |pair: [u8; 2]| core::str::from_utf8(&pair).ok()?.parse::<u8>().ok();
        let (release, minor) = name.as_bytes().windows(6).find_map(|part| match part {
            [b'R', a, b, b'A', c, d] => Some((digits([*a, *b])?, digits([*c, *d])?)),
            _ => None,
        })?;
        Some(Self { release, minor, standard: build.map(|build| !build.trim().ends_with(".00.000")) })
    }
}
