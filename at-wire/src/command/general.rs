//! General commands and identification (V.250 §6, 27.007 §5, fact by fact with their time-outs).

use crate::parameter::{Choice, Rest, Str, Word};
use crate::radio::Generations;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Nothing: answers `OK`.
    attention = "" { execute; }
    /// Echo off or on (V.250 §6.2.4).
    echo = "E" { execute(value: Option<u8>); }
    /// Result codes sent or not (V.250 §6.2.5).
    quiet = "Q" { execute(value: Option<u8>); }
    /// Results as numbers or in words (V.250 §6.2.6).
    verbose = "V" { execute(value: Option<u8>); }
    /// Which call progress results are told (V.250 §6.2.7).
    progress = "X" { execute(value: Option<u8>); }
    /// Reset to the stored profile (V.250 §6.1.1).
    reset = "Z" [timeout = 6] { execute(profile: Option<u8>); }
    /// Factory defaults (V.250 §6.1.2).
    factory_defaults = "&F" [timeout = 6] { execute(profile: Option<u8>); }
    /// Carrier detect follows the carrier or not (V.250 §6.2.8).
    carrier_detect = "&C" { execute(value: Option<u8>); }
    /// What a drop of DTR does (V.250 §6.2.9).
    terminal_ready = "&D" { execute(value: Option<u8>); }
    /// Stores the profile.
    store = "&W" { execute(profile: Option<u8>); }
    /// Identification text (V.250 §6.1.3).
    information = "I" [bare = true] { execute(value: Option<u8>) -> <'a>(text: Rest<'a>); }
    /// Rings until the modem answers by itself (V.250 §6.3.8).
    automatic_answer = "S0" [bare = true] { read -> (rings: u8); set(rings: Option<u8>); }
    /// The character that ends lines (V.250 §6.2.1).
    line_terminator = "S3" [bare = true] { read -> (character: u8); set(character: Option<u8>); }
    /// The character that follows it (V.250 §6.2.2).
    line_format = "S4" [bare = true] { read -> (character: u8); set(character: Option<u8>); }
    /// The character that deletes (V.250 §6.2.3).
    line_editing = "S5" [bare = true] { read -> (character: u8); set(character: Option<u8>); }
    /// Seconds to wait for a connection (V.250 §6.3.10).
    connection_timeout = "S7" [bare = true] { read -> (seconds: u8); set(seconds: Option<u8>); }
    /// Tenths of a second until hanging up (V.250 §6.3.12).
    disconnect_delay = "S10" [bare = true] { read -> (tenths: u8); set(tenths: Option<u8>); }

    /// Manufacturer (27.007 §5.1).
    cgmi = "+CGMI" [bare = true] { execute -> <'a>(text: Rest<'a>); test; }
    /// Model (27.007 §5.2).
    cgmm = "+CGMM" [bare = true] { execute -> <'a>(text: Rest<'a>); test; }
    /// Revision (27.007 §5.3).
    cgmr = "+CGMR" [bare = true] { execute -> <'a>(text: Rest<'a>); test; }
    /// Serial number, IMEI, IMEISV or SVN (27.007 §5.4).
    cgsn = "+CGSN" [bare = true, personal = true] { execute -> <'a>(text: Rest<'a>); set(snt: u8) -> <'a>(text: Rest<'a>); test; }
    /// Manufacturer (V.250 §6.1.4).
    gmi = "+GMI" [bare = true] { execute -> <'a>(text: Rest<'a>); test; }
    /// Model (V.250 §6.1.5).
    gmm = "+GMM" [bare = true] { execute -> <'a>(text: Rest<'a>); test; }
    /// Revision (V.250 §6.1.6).
    gmr = "+GMR" [bare = true] { execute -> <'a>(text: Rest<'a>); test; }
    /// Serial number (V.250 §6.1.7).
    gsn = "+GSN" [bare = true, personal = true] { execute -> <'a>(text: Rest<'a>); test; }
    /// Capabilities (V.250 §6.1.9).
    gcap = "+GCAP" { execute -> <'a>(capabilities: Rest<'a>); }
    /// The subscriber's identity (27.007 §5.6).
    cimi = "+CIMI" [bare = true, timeout = 10, personal = true] { execute -> <'a>(imsi: Word<'a>); test; }
    /// Character set of strings (27.007 §5.5).
    cscs = "+CSCS" { set<'a>(chset: Str<'a>); read -> <'a>(chset: Str<'a>); test -> <'a>(chsets: Choice<'a>); }
    /// Starts the multiplexer (27.007 §5.7); the parameters are those of [`cmux`](mod@crate::cmux).
    cmux = "+CMUX" {
        set(mode: u8, subset: Option<u8>, port_speed: Option<u8>, n1: Option<u16>, t1: Option<u8>, n2: Option<u8>, t2: Option<u8>, t3: Option<u8>, k: Option<u8>);
        read -> (mode: u8, subset: Option<u8>, port_speed: Option<u8>, n1: Option<u16>, t1: Option<u8>, n2: Option<u8>, t2: Option<u8>, t3: Option<u8>, k: Option<u8>);
        test -> <'a>(mode: Choice<'a>, subset: Choice<'a>, port_speed: Choice<'a>, n1: Choice<'a>, t1: Choice<'a>, n2: Choice<'a>, t2: Choice<'a>, t3: Choice<'a>, k: Choice<'a>);
    }
    /// How errors are told: not, as numbers, as text (27.007 §9.1).
    cmee = "+CMEE" { set(n: u8); read -> (n: u8); test -> <'a>(n: Choice<'a>); }
    /// Kind of call behind `RING` (27.007 §6.11).
    crc = "+CRC" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Bearer of data calls (27.007 §6.7).
    cbst = "+CBST" { set(speed: u8, name: Option<u8>, ce: Option<u8>); read -> (speed: u8, name: u8, ce: u8); test -> <'a>(speed: Choice<'a>, name: Choice<'a>, ce: Choice<'a>); }
    /// Radio link protocol (27.007 §6.8).
    crlp = "+CRLP" { set(iws: u16, mws: Option<u16>, t1: Option<u8>, n2: Option<u8>, version: Option<u8>, t4: Option<u8>); read -> (iws: u16, mws: u16, t1: u8, n2: u8, version: Option<u8>, t4: Option<u8>); test; }
    /// Service reporting (27.007 §6.9).
    cr = "+CR" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// How voice calls are hung up (27.007 §6.20).
    cvhu = "+CVHU" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Type of address for dialling (27.007 §6.1).
    csta = "+CSTA" { set(kind: u8); read -> (kind: u8); test -> <'a>(kind: Choice<'a>); }
    /// Call mode (27.007 §6.4).
    cmod = "+CMOD" { set(mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Why the last call or activation failed (27.007 §6.10).
    ceer = "+CEER" { execute -> <'a>(report: Rest<'a>); }
    /// Wireless data network, as the radio access technologies allowed (27.007 §5.9).
    ws46 = "+WS46" [timeout = 30, bare = true] { set(n: u8); read -> (n: u8); test -> <'a>(n: Choice<'a>); }
    /// All commands (27.007 §8.37).
    clac = "+CLAC" [bare = true, timeout = 30] { execute -> <'a>(name: Rest<'a>); }
    /// Language (27.007 §8.30).
    clan = "+CLAN" { set<'a>(code: Str<'a>); read -> <'a>(code: Str<'a>); test -> <'a>(codes: Choice<'a>); }
    /// Language events (27.007 §8.31).
    clae = "+CLAE" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Master reset (27.007 §8.36).
    cmar = "+CMAR" [timeout = 60, personal = true] { set<'a>(confirm: u8, code: Option<Str<'a>>); test; }
    /// Service class (T.31).
    fclass = "+FCLASS" [bare = true] { set<'a>(class: Word<'a>); read -> <'a>(class: Word<'a>); test -> <'a>(classes: Rest<'a>); }
    /// Line rate, 0 for automatic (V.250 §6.2.10); it changes after the final result.
    ipr = "+IPR" { set(rate: u32); read -> (rate: u32); test -> <'a>(automatic: Choice<'a>, fixed: Choice<'a>); }
    /// Character format (V.250 §6.2.11).
    icf = "+ICF" { set(format: u8, parity: Option<u8>); read -> (format: u8, parity: Option<u8>); test -> <'a>(format: Choice<'a>, parity: Choice<'a>); }
    /// Flow control by the host, and by the modem (V.250 §6.2.12).
    ifc = "+IFC" [bare = true] { set(by_te: u8, by_ta: Option<u8>); read -> (by_te: u8, by_ta: u8); test -> <'a>(by_te: Choice<'a>, by_ta: Choice<'a>); }
    /// Reports the line rate (V.250 §6.2.13).
    ilrr = "+ILRR" { set(value: u8); read -> (value: u8); test -> <'a>(value: Choice<'a>); }
    /// Ring counter (in wide use).
    ring_counter = "S1" [bare = true] { read -> (rings: u8); }
    /// Character of the escape sequence (in wide use).
    escape_character = "S2" [bare = true] { read -> (character: u8); set(character: Option<u8>); }
    /// Seconds to wait before dialling without dial tone (V.250 §6.3.9).
    dial_pause = "S6" [bare = true] { read -> (seconds: u8); set(seconds: Option<u8>); }
    /// Seconds that a comma in a number means (V.250 §6.3.11).
    comma_pause = "S8" [bare = true] { read -> (seconds: u8); set(seconds: Option<u8>); }
    /// Guard time of the escape sequence, in fiftieths of a second (in wide use).
    escape_guard = "S12" [bare = true] { read -> (fiftieths: u8); set(fiftieths: Option<u8>); }
    /// Data set ready (in wide use).
    data_set_ready = "&S" { execute(value: Option<u8>); }
    /// Local flow control (in wide use).
    local_flow_control = "&K" { execute(value: Option<u8>); }
    /// Which profile is loaded at power-up (in wide use).
    default_profile = "&Y" { execute(profile: Option<u8>); }
    /// The profiles as text (in wide use).
    view_profile = "&V" [bare = true] { execute -> <'a>(text: Rest<'a>); }
    /// Tone dialling: no effect (V.250 §6.3.2).
    tone_dialling = "T" { execute; }
    /// Pulse dialling: no effect (V.250 §6.3.3).
    pulse_dialling = "P" { execute; }
    /// Loudspeaker volume (V.250 §6.3.13).
    speaker_volume = "L" { execute(value: Option<u8>); }
    /// Loudspeaker mode (V.250 §6.3.14).
    speaker_mode = "M" { execute(value: Option<u8>); }
    /// Global object identification (V.250 §6.1.8).
    goi = "+GOI" [bare = true] { execute -> <'a>(text: Rest<'a>); test; }
    /// Reports data compression (V.250 §6.6.2).
    dr = "+DR" { set(value: u8); read -> (value: u8); test -> <'a>(value: Choice<'a>); }
    /// Error control: original, fallback, answering (V.250 §6.5.1).
    es = "+ES" { set(original: Option<u8>, fallback: Option<u8>, answering: Option<u8>); read -> (original: u8, fallback: Option<u8>, answering: Option<u8>); test -> <'a>(original: Choice<'a>, fallback: Choice<'a>, answering: Choice<'a>); }
    /// Modulation (V.250 §6.4.1).
    ms = "+MS" { set<'a>(parameters: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Stores a number to dial (V.250 §6.3.15).
    asto = "+ASTO" [personal = true] { set<'a>(location: u8, string: Option<Str<'a>>); read -> <'a>(location: u8, string: Str<'a>); test; }
    /// HSCSD: what the device can do (27.007 §6.12).
    chsd = "+CHSD" { execute -> (mclass: u8, max_rx: u8, max_tx: u8, sum: u8, codings: u8); test; }
    /// HSCSD: transparent call (27.007 §6.13).
    chst = "+CHST" { set(w_rx: Option<u8>, codings: Option<u8>); read -> (w_rx: u8, codings: u8); test -> <'a>(w_rx: Choice<'a>, codings: Choice<'a>); }
    /// HSCSD: call that is not transparent (27.007 §6.14).
    chsn = "+CHSN" { set(w_aiur: Option<u8>, w_rx: Option<u8>, top_rx: Option<u8>, codings: Option<u8>); read -> (w_aiur: u8, w_rx: u8, top_rx: u8, codings: u8); test -> <'a>(w_aiur: Choice<'a>, w_rx: Choice<'a>, top_rx: Choice<'a>, codings: Choice<'a>); }
    /// HSCSD: parameters of the call (27.007 §6.16).
    chsr = "+CHSR" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// HSCSD: automatic upgrading (27.007 §6.17).
    chsu = "+CHSU" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Rate adaption V.120 (27.007 §6.21).
    cv120 = "+CV120" { set(rah: Option<u8>, mfm: Option<u8>, mode: Option<u8>, llineg: Option<u8>, assign: Option<u8>, negtype: Option<u8>); read -> (rah: u8, mfm: u8, mode: u8, llineg: u8, assign: u8, negtype: u8); test; }
}

/// The technologies of a number of `+WS46` (27.007 §5.9). 25 means GSM and UMTS on devices that do not offer 28 to 31,
/// and LTE too on those that do, which `offers_lte` says.
#[must_use]
pub const fn ws46_generations(n: u8, offers_lte: bool) -> Option<Generations> {
    Some(match n {
        12 => Generations::G2,
        22 => Generations::G3,
        25 if offers_lte => Generations::G2_G3_G4,
        25 | 29 => Generations::G2_G3,
        28 => Generations::G4,
        30 => Generations::G2_G4,
        31 => Generations::G3_G4,
        35 => Generations::ALL,
        36 => Generations::G5,
        _ => return ws46_with_5g(n),
    })
}

/// The mixtures with NR.
const fn ws46_with_5g(n: u8) -> Option<Generations> {
    Some(match n {
        37 => Generations::G4.and(Generations::G5),
        38 => Generations::G3_G4.and(Generations::G5),
        39 => Generations::G2_G4.and(Generations::G5),
        40 => Generations::G3.and(Generations::G5),
        41 => Generations::G2_G3.and(Generations::G5),
        42 => Generations::G2.and(Generations::G5),
        _ => return None,
    })
}

/// The sets of technologies that the answer to `+WS46=?` offers, each with its number.
pub fn ws46_offers(answer: ws46::TestAnswer<'_>) -> impl Iterator<Item = (u8, Generations)> {
    let offers_lte = (28..=31).any(|n| answer.n.contains(n));
    (12..=42)
        .filter_map(move |n| Some((n, ws46_generations(n, offers_lte)?)))
        .filter(move |(n, _)| answer.n.contains(i64::from(*n)))
}

/// How data flow is controlled, of those that [`ifc`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum FlowControl {
    /// Not at all.
    None,
    /// By characters, which binary data must not hold.
    XonXoff,
    /// By the lines RTS and CTS.
    RtsCts,
}

impl FlowControl {
    /// All of them, with their numbers.
    pub const ALL: [(Self, u8); 3] = [(Self::None, 0), (Self::XonXoff, 1), (Self::RtsCts, 2)];
}

/// The kinds of flow control that work both ways, of those that the answer to `+IFC=?` offers.
pub fn flow_controls(answer: ifc::TestAnswer<'_>) -> impl Iterator<Item = FlowControl> {
    let both = move |number: u8| answer.by_te.contains(number.into()) && answer.by_ta.contains(number.into());
    FlowControl::ALL.into_iter().filter(move |(_, number)| both(*number)).map(|(kind, _)| kind)
}
