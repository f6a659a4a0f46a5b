//! Short messages (27.005). The PDUs are those of [`sms`](mod@crate::sms).

use crate::parameter::{Choice, Rest, Str, Word};

/// Ctrl-Z, which ends a message behind the prompt.
pub const END_OF_MESSAGE: u8 = 0x1a;
/// Escape, which gives the message up.
pub const CANCEL: u8 = 0x1b;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Format: 0 PDU, 1 text (27.005 §3.2.3).
    cmgf = "+CMGF" [timeout = 10] { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Message service (27.005 §3.2.1).
    csms = "+CSMS" [timeout = 10] { set(service: u8) -> (mt: u8, mo: u8, bm: u8); read -> (service: u8, mt: u8, mo: u8, bm: u8); test -> <'a>(service: Choice<'a>); }
    /// Memories for reading, writing, receiving (27.005 §3.2.2).
    cpms = "+CPMS" [timeout = 10] {
        set<'a>(mem1: Str<'a>, mem2: Option<Str<'a>>, mem3: Option<Str<'a>>) -> (used1: u16, total1: u16, used2: Option<u16>, total2: Option<u16>, used3: Option<u16>, total3: Option<u16>);
        read -> <'a>(mem1: Str<'a>, used1: u16, total1: u16, mem2: Option<Str<'a>>, used2: Option<u16>, total2: Option<u16>, mem3: Option<Str<'a>>, used3: Option<u16>, total3: Option<u16>);
        test -> <'a>(mem1: Choice<'a>, mem2: Choice<'a>, mem3: Choice<'a>);
    }
    /// Service centre (27.005 §3.3.1).
    csca = "+CSCA" [timeout = 10, personal = true] { set<'a>(sca: Str<'a>, tosca: Option<u8>); read -> <'a>(sca: Str<'a>, tosca: Option<u8>); test; }
    /// Header in text mode (27.005 §3.3.2).
    csmp = "+CSMP" { set<'a>(fo: Option<u8>, vp: Option<Word<'a>>, pid: Option<u8>, dcs: Option<u8>); read -> <'a>(fo: u8, vp: Option<Word<'a>>, pid: Option<u8>, dcs: Option<u8>); test; }
    /// Shows the header in text mode (27.005 §3.3.3).
    csdh = "+CSDH" { set(show: u8); read -> (show: u8); test -> <'a>(show: Choice<'a>); }
    /// Cell broadcast (27.005 §3.3.4).
    cscb = "+CSCB" { set<'a>(mode: u8, mids: Option<Str<'a>>, dcss: Option<Str<'a>>); read -> <'a>(mode: u8, mids: Option<Str<'a>>, dcss: Option<Str<'a>>); test -> <'a>(mode: Choice<'a>); }
    /// How new messages are told (27.005 §3.4.1).
    cnmi = "+CNMI" { set(mode: Option<u8>, mt: Option<u8>, bm: Option<u8>, ds: Option<u8>, bfr: Option<u8>); read -> (mode: u8, mt: u8, bm: u8, ds: u8, bfr: u8); test -> <'a>(mode: Choice<'a>, mt: Choice<'a>, bm: Choice<'a>, ds: Choice<'a>, bfr: Choice<'a>); }
    /// Acknowledges a message (27.005 §4.7).
    cnma = "+CNMA" [prompt = ">", timeout = 30] { execute; set(n: u8, length: Option<u8>); test -> <'a>(n: Choice<'a>); }
    /// Sends a message in a PDU (27.005 §4.3); `length` counts octets behind the service centre.
    cmgs = "+CMGS" [prompt = ">", timeout = 300, abortable = true, personal = true] { set(length: u8) -> <'a>(mr: u8, ack: Option<Word<'a>>); test; }
    /// Sends a message as text (27.005 §3.5.1).
    cmgs_text = "+CMGS" [prompt = ">", timeout = 300, abortable = true, personal = true] { set<'a>(da: Str<'a>, toda: Option<u8>) -> <'a>(mr: u8, scts: Option<Str<'a>>); }
    /// Sends a stored message (27.005 §3.5.2).
    cmss = "+CMSS" [timeout = 300, abortable = true, personal = true] { set<'a>(index: u16, da: Option<Str<'a>>, toda: Option<u8>) -> <'a>(mr: u8, ack: Option<Word<'a>>); test; }
    /// Stores a message in a PDU (27.005 §4.4).
    cmgw = "+CMGW" [prompt = ">", timeout = 30, personal = true] { set(length: u8, stat: Option<u8>) -> (index: u16); test; }
    /// Stores a message as text (27.005 §3.5.3).
    cmgw_text = "+CMGW" [prompt = ">", timeout = 30, personal = true] { execute -> (index: u16); set<'a>(address: Str<'a>, kind: Option<u8>, stat: Option<Str<'a>>) -> (index: u16); }
    /// Sends a command (27.005 §4.5).
    cmgc = "+CMGC" [prompt = ">", timeout = 300, abortable = true] { set(length: u8) -> <'a>(mr: u8, ack: Option<Word<'a>>); test; }
    /// Deletes (27.005 §3.5.4).
    cmgd = "+CMGD" [timeout = 30] { set(index: u16, flag: Option<u8>); test -> <'a>(index: Choice<'a>, flag: Choice<'a>); }
    /// Lists messages as PDUs (27.005 §4.1); the PDU is the next line.
    cmgl = "+CMGL" [timeout = 60, two_lines = true, personal = true] { execute -> <'a>(index: u16, stat: u8, alpha: Option<Str<'a>>, length: Option<u8>); set(stat: u8) -> <'a>(index: u16, stat: u8, alpha: Option<Str<'a>>, length: Option<u8>); test -> <'a>(stat: Choice<'a>); }
    /// Lists messages as text (27.005 §3.4.2); the text are the next lines.
    cmgl_text = "+CMGL" [timeout = 60, two_lines = true, personal = true] { set<'a>(stat: Str<'a>) -> <'a>(index: u16, stat: Str<'a>, address: Str<'a>, alpha: Option<Str<'a>>, scts: Option<Str<'a>>, kind: Option<u8>, length: Option<u8>); }
    /// Reads a message as a PDU (27.005 §4.2); the PDU is the next line.
    cmgr = "+CMGR" [timeout = 20, two_lines = true, personal = true] { set(index: u16) -> <'a>(stat: u8, alpha: Option<Str<'a>>, length: Rest<'a>); test; }
    /// Reads a received message as text (27.005 §3.4.3).
    cmgr_text = "+CMGR" [timeout = 20, two_lines = true, personal = true] { set(index: u16) -> <'a>(stat: Str<'a>, oa: Str<'a>, alpha: Option<Str<'a>>, scts: Option<Str<'a>>, tooa: Option<u8>, fo: Option<u8>, pid: Option<u8>, dcs: Option<u8>, sca: Option<Str<'a>>, tosca: Option<u8>, length: Option<u8>); }
    /// Keeps the link for more messages (27.005 §3.5.6).
    cmms = "+CMMS" { set(n: u8); read -> (n: u8); test -> <'a>(n: Choice<'a>); }
    /// Saves settings (27.005 §3.3.5).
    csas = "+CSAS" { execute; set(profile: u8); test; }
    /// Restores settings (27.005 §3.3.6).
    cres = "+CRES" { execute; set(profile: u8); test; }
}

/// Appends a PDU in hexadecimal digits, with the character that ends it behind the prompt.
pub fn write_pdu(octets: &[u8], writer: &mut crate::Writer<'_>) {
    for octet in octets {
        for nibble in [octet.wrapping_shr(4), octet & 0x0f] {
            let digit = char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase();
            writer.byte(u8::try_from(digit).unwrap_or(b'0'));
        }
    }
    writer.byte(END_OF_MESSAGE);
}

/// Appends a text for text mode, with the character that ends it. A text that holds a control character which would end
/// it early or give it up is refused; line feeds stay.
pub fn write_text(text: &[u8], writer: &mut crate::Writer<'_>) {
    if text.iter().any(|byte| matches!(byte, 0 | 8 | &END_OF_MESSAGE | &CANCEL)) {
        writer.poison(crate::EncodeError::Value { field: "text" });
    }
    writer.bytes(text);
    writer.byte(END_OF_MESSAGE);
}
