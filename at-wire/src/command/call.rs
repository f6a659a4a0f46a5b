//! Calls (V.250 §6.3, 27.007 §6 and §7).

use crate::parameter::{Choice, Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Dials (V.250 §6.3.1); a semicolon behind the number makes it a voice call, see [`voice`].
    dial = "D" [calls = Calls::Connect, timeout = 180, abortable = true, personal = true] { execute<'a>(string: Word<'a>); }
    /// Answers (V.250 §6.3.5).
    answer = "A" [calls = Calls::Connect, timeout = 90, abortable = true] { execute; }
    /// Hangs up (V.250 §6.3.6).
    hang_up = "H" [calls = Calls::End, timeout = 90] { execute(value: Option<u8>); }
    /// Back to data (V.250 §6.3.7).
    online = "O" [calls = Calls::Connect, timeout = 90] { execute(value: Option<u8>); }
    /// Hangs up all calls (27.007 §6.5).
    chup = "+CHUP" [calls = Calls::End, timeout = 90] { execute; test; }
    /// Calls there are (27.007 §7.18).
    clcc = "+CLCC" [personal = true] {
        execute -> <'a>(id: u8, dir: u8, stat: u8, mode: u8, mpty: Option<u8>, number: Option<Str<'a>>, kind: Option<u8>, alpha: Option<Str<'a>>, priority: Option<u8>, cli_validity: Option<u8>);
        test;
    }
    /// Holds, releases and joins calls (27.007 §7.13).
    chld = "+CHLD" [calls = Calls::End, timeout = 20] { set<'a>(n: Word<'a>); test -> <'a>(n: Choice<'a>); }
    /// Sends a tone (27.007 §C.2.11).
    vts = "+VTS" { set<'a>(dtmf: Word<'a>, duration: Option<u16>); test -> <'a>(dtmf: Rest<'a>); }
    /// Length of tones (27.007 §C.2.12).
    vtd = "+VTD" { set(n: u8); read -> (n: u8); test -> <'a>(n: Choice<'a>); }
    /// Activity (27.007 §8.1).
    cpas = "+CPAS" { execute -> (pas: u8); test -> <'a>(pas: Choice<'a>); }
    /// Mutes the microphone (27.007 §8.24).
    cmut = "+CMUT" { set(n: u8); read -> (n: u8); test -> <'a>(n: Choice<'a>); }
    /// Loudspeaker volume (27.007 §8.23).
    clvl = "+CLVL" { set(level: u8); read -> (level: u8); test -> <'a>(level: Choice<'a>); }
    /// Ringer volume (27.007 §8.21).
    crsl = "+CRSL" { set(level: u8); read -> (level: u8); test -> <'a>(level: Choice<'a>); }
    /// Alert sound mode (27.007 §8.20).
    calm = "+CALM" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Vibrator (27.007 §8.22).
    cvib = "+CVIB" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Silence (27.007).
    csil = "+CSIL" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Voice mail number (27.007 §8.33).
    csvm = "+CSVM" [personal = true] { set<'a>(mode: u8, number: Option<Str<'a>>, kind: Option<u8>); read -> <'a>(mode: u8, number: Option<Str<'a>>, kind: Option<u8>); test; }
    /// Own numbers (27.007 §7.1).
    cnum = "+CNUM" [personal = true] { execute -> <'a>(alpha: Option<Str<'a>>, number: Str<'a>, kind: Option<u8>, speed: Option<u8>, service: Option<u8>, itc: Option<u8>); }
    /// Single numbering scheme (27.007 §6.19).
    csns = "+CSNS" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// eCall (27.007 §6.27).
    cecall = "+CECALL" [timeout = 90] { set(kind: u8); read -> (kind: Option<u8>); test -> <'a>(kind: Choice<'a>); }
    /// Deflects a call (27.007 §7.14).
    ctfr = "+CTFR" [timeout = 20, personal = true] { set<'a>(number: Str<'a>, kind: Option<u8>); test; }
    /// Voice call mode: circuit switched, VoIP, or what is there (27.007 §6).
    cvmod = "+CVMOD" { set(voice_mode: u8); read -> (voice_mode: u8); test -> <'a>(voice_mode: Choice<'a>); }
    /// Dials a URI (27.007).
    cdu = "+CDU" [timeout = 180, abortable = true, personal = true] { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Calls there are, with URIs (27.007).
    clccs = "+CLCCS" [personal = true] { execute -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Holds and joins calls with URIs (27.007).
    chccs = "+CHCCS" [timeout = 20] { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// As the specification has it (27.007 §6).
    cdefmp = "+CDEFMP" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// As the specification has it (27.007 §6).
    ccs = "+CCS" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// User to user signalling (27.007 §7.26).
    cuus1 = "+CUUS1" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Local tones (27.007 §8).
    cldtmf = "+CLDTMF" { set<'a>(duration: u16, dtmf: Option<Str<'a>>); test; }
}

/// Whether all characters may stand in a number to dial: digits, `*`, `#`, `+`, `A` to `D`, `p`, `w`, and commas for
/// pauses. A semicolon or a control character would end the number and start something else.
#[must_use]
pub fn is_dial_string(text: &[u8]) -> bool {
    !text.is_empty()
        && text.iter().all(|byte| {
            matches!(byte, b'0'..=b'9' | b'*' | b'#' | b'+' | b',' | b'A'..=b'D' | b'a'..=b'd' | b'p' | b'P' | b'w' | b'W' | b't' | b'T' | b'!' | b'@')
        })
}

/// Appends a voice call to `number`, as `D`, the number and a semicolon.
pub fn voice(number: &[u8], writer: &mut crate::Writer<'_>) {
    if !is_dial_string(number) {
        writer.poison(crate::EncodeError::Value { field: "number" });
    }
    writer.byte(b'D');
    writer.bytes(number);
    writer.byte(b';');
}

/// The parts of a string of tones: each comma is a pause of its own.
pub fn tones(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.chunk_by(|left, right| *left != b',' && *right != b',')
}
