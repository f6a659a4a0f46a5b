//! Cinterion (Thales, Telit).

use crate::codec::EncodeError;
use crate::command::network::cops;
use crate::parameter::{Choice, Field, Rest, Str, Value, Word};
use crate::radio::{Band, Generations, Modes, Numbered, bits, number_of, of_number};
use crate::text::charset::Charset;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Settings by name.
    scfg = "^SCFG" { set<'a>(name: Str<'a>, value: Rest<'a>) -> <'a>(name: Str<'a>, value: Rest<'a>); read -> <'a>(name: Str<'a>, value: Rest<'a>); test -> <'a>(name: Str<'a>, values: Rest<'a>); }
    /// Network interface: connects.
    swwan = "^SWWAN" [timeout = 60] { set(action: u8, cid: u8, adapter: Option<u8>); read -> (cid: u8, state: u8, adapter: Option<u8>); test; }
    /// Cell monitor.
    smoni = "^SMONI" { execute -> <'a>(act: Word<'a>, rest: Rest<'a>); }
    /// Technologies, and which are preferred.
    sxrat = "^SXRAT" { set(act: u8, preferred1: Option<u8>, preferred2: Option<u8>); read -> (act: u8, preferred1: Option<u8>, preferred2: Option<u8>); test -> <'a>(act: Choice<'a>, preferred1: Choice<'a>, preferred2: Choice<'a>); }
    /// Calls there are, as a URC too.
    slcc = "^SLCC" [personal = true] { set(n: u8); read -> <'a>(idx: u8, dir: u8, stat: u8, mode: u8, mpty: u8, traffic_channel: u8, number: Option<Str<'a>>, kind: Option<u8>, alpha: Option<Str<'a>>); }
    /// Packet monitor.
    smong = "^SMONG" [bare = true] { execute -> <'a>(text: Rest<'a>); }
    /// Authentication of a context.
    sgauth = "^SGAUTH" [personal = true] { set<'a>(cid: u8, auth: u8, user: Option<Str<'a>>, password: Option<Str<'a>>); read -> <'a>(cid: u8, auth: u8, user: Option<Str<'a>>); test; }
    /// Tries left.
    spic = "^SPIC" { execute -> (counter: u8); set<'a>(facility: Str<'a>) -> (counter: u8); }
    /// Switches off.
    smso = "^SMSO" [timeout = 15] { execute; }
    /// Card connection.
    scks = "^SCKS" { set(mode: u8); read -> (mode: u8, state: u8); test; }
    /// Sends on a service; the answer is the prompt.
    sisw = "^SISW" [timeout = 60] { set(id: u8, length: u16, eod: Option<u8>) -> (id: u8, length: i16, unack: Option<u32>); }
    /// Reads from a service; the bytes are on the next line.
    sisr = "^SISR" { set(id: u8, length: u16) -> (id: u8, length: i16); }
}

/// The technologies by their number in `^SXRAT`.
const ALLOWED: &[Numbered] = &[
    (0, Generations::G2),
    (1, Generations::G2_G3),
    (2, Generations::G3),
    (3, Generations::G4),
    (4, Generations::G3_G4),
    (5, Generations::G2_G4),
    (6, Generations::G2_G3_G4),
];

/// Those that can be preferred there.
const PREFERRED: &[Numbered] = &[(0, Generations::G2), (2, Generations::G3), (3, Generations::G4)];

impl sxrat::Set {
    /// The command that sets `modes`.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Value`] for modes that have no number.
    pub fn of(modes: Modes) -> Result<Self, EncodeError> {
        let act = number_of(ALLOWED, modes.allowed).ok_or(EncodeError::Value { field: "act" })?;
        let preferred1 = match modes.preferred.is_empty() {
            true => None,
            false => {
                let known = number_of(PREFERRED, modes.preferred).filter(|_| modes.allowed.contains(modes.preferred));
                Some(known.ok_or(EncodeError::Value { field: "preferred1" })?)
            }
        };
        Ok(Self { act, preferred1, preferred2: None })
    }
}

impl sxrat::ReadAnswer {
    /// The modes that are set.
    #[must_use]
    pub fn modes(&self) -> Option<Modes> {
        let preferred = match self.preferred1 {
            Some(number) => of_number(PREFERRED, number)?,
            None => Generations::NONE,
        };
        Some(Modes { allowed: of_number(ALLOWED, self.act)?, preferred })
    }
}

/// The command that selects an operator by its code, and a technology; nothing of either leaves it to the modem.
///
/// # Errors
///
/// [`EncodeError::Value`] for more than one technology, and for one that these devices do not have.
pub fn select<'a>(operator: Option<&'a str>, generation: Option<Generations>) -> Result<cops::Set<'a>, EncodeError> {
    const ACTS: &[Numbered] = &[(0, Generations::G2), (2, Generations::G3), (7, Generations::G4)];
    let act = match generation {
        Some(one) => Some(number_of(ACTS, one).ok_or(EncodeError::Value { field: "act" })?),
        None => None,
    };
    let (mode, format) = if operator.is_some() { (1, Some(2)) } else { (0, None) };
    Ok(cops::Set { mode, format, oper: operator.map(Str::from), act })
}

/// Whether the network interface of a context is connected, by the lines that answered `^SWWAN?`. A device that tells
/// nothing has none connected; one that tells of others only leaves it open.
pub fn is_connected(answers: impl Iterator<Item = swwan::ReadAnswer> + Clone, cid: u8) -> Option<bool> {
    let any = answers.clone().next().is_some();
    { answers }.find(|answer| answer.cid == cid).map(|answer| answer.state == 1).or((!any).then_some(false))
}

/// What the `G` column of the table that `^SMONG` prints says: 0 no GPRS, 1 and 2 GPRS, 3 and 4 EDGE. `None` if the table
/// has no such column.
#[must_use]
pub fn gprs_status(text: &str) -> Option<u8> {
    let mut lines = text.lines().skip_while(|line| !line.trim_start().starts_with("BCCH"));
    let column = lines.next()?.split_ascii_whitespace().position(|title| title == "G")?;
    lines.find(|line| !line.trim().is_empty())?.split_ascii_whitespace().nth(column)?.parse().ok()
}

/// The cell that `^SMONI` tells of: levels in dBm and dB, as far as the modem knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Serving {
    /// None: it searches.
    Searching,
    /// GSM.
    Gsm {
        /// Received signal strength.
        rssi: Option<i16>,
    },
    /// UMTS.
    Umts {
        /// Energy per chip to noise.
        ecno: Option<i16>,
        /// Received signal code power.
        rscp: Option<i16>,
    },
    /// LTE.
    Lte {
        /// Reference signal power.
        rsrp: Option<i16>,
        /// Its quality.
        rsrq: Option<i16>,
    },
}

impl Serving {
    /// What an answer says; `None` for a technology that is unknown.
    #[must_use]
    pub fn of(answer: smoni::ExecuteAnswer<'_>) -> Option<Self> {
        let fields = answer.rest.fields();
        if { fields }.any(|field| field.raw == b"SEARCH") {
            return Some(Self::Searching);
        }
        let number = |index: usize| i16::read({ fields }.nth(index).unwrap_or_default()).ok();
        match answer.act.0 {
            b"2G" => Some(Self::Gsm { rssi: number(1) }),
            b"3G" => Some(Self::Umts { ecno: number(2), rscp: number(3) }),
            b"4G" => Some(Self::Lte { rsrp: number(11), rsrq: number(12) }),
            _ => None,
        }
    }
}

/// How a family of devices numbers bands in `Radio/Band`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Family {
    /// Most.
    #[default]
    Default,
    /// Those with other bits for GSM.
    Imt,
}

/// A mask of `Radio/Band`, of one generation or of GSM and UMTS together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum BandMask {
    /// `Radio/Band`.
    Common(u64),
    /// `Radio/Band/2G`.
    Gsm(u64),
    /// `Radio/Band/3G`.
    Utran(u64),
    /// `Radio/Band/4G`: the lower bands, and those from 33 on.
    Eutran(u64, u64),
}

/// The last number of a group's first range: hexadecimal with or without `0x` if `decimal` is not set, in quotes or not, perhaps
/// written in UCS-2. Of a range that is the highest, which has all bits set that can be.
fn mask(group: &[u8], decimal: bool, charset: Charset) -> Option<u64> {
    let plain = |byte: &&u8| !matches!(byte, b'(' | b')' | b'"' | b' ');
    let first = Field { raw: group, offset: 0 }.group().field().raw;
    let last = first.rsplit(|byte| *byte == b'-').next()?;
    let start = last.iter().position(|byte| plain(&byte))?;
    let (_, last) = last.split_at_checked(start)?;
    let end = last.iter().position(|byte| !plain(&byte)).unwrap_or(last.len());
    let (last, _) = last.split_at_checked(end)?;
    let mut buffer = [0; 24];
    let text = charset.text(last).ok().and_then(|text| text.to_utf8(&mut buffer))?;
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
    match digits {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None if decimal => text.parse().ok(),
        None => u64::from_str_radix(text, 16).ok(),
    }
}

impl BandMask {
    /// The mask in a setting called `Radio/Band`, as it is set or as it can be.
    #[must_use]
    pub fn of(name: Str<'_>, value: Rest<'_>, charset: Charset) -> Option<Self> {
        let mut fields = value.fields();
        let (first, second) = (fields.field(), fields.field());
        let read = |decimal| mask(first.raw, decimal, charset);
        match name.0 {
            b"Radio/Band" => read(true).map(Self::Common),
            b"Radio/Band/2G" => read(false).map(Self::Gsm),
            b"Radio/Band/3G" => read(false).map(Self::Utran),
            b"Radio/Band/4G" => Some(Self::Eutran(read(false)?, mask(second.raw, false, charset).unwrap_or(0))),
            _ => None,
        }
    }

    /// The bands in it.
    pub fn bands(self, family: Family) -> impl Iterator<Item = Band> {
        const COMMON: [Band; 9] = [
            Band::Gsm(900),
            Band::Gsm(1800),
            Band::Gsm(1900),
            Band::Gsm(850),
            Band::Utran(1),
            Band::Utran(2),
            Band::Utran(5),
            Band::Utran(8),
            Band::Utran(6),
        ];
        const IMT: [(u8, u16); 4] = [(2, 900), (4, 1800), (5, 1900), (6, 850)];
        let (common, gsm, utran, eutran, high) = match self {
            Self::Common(mask) => (mask, 0, 0, 0, 0),
            Self::Gsm(mask) if family == Family::Default => (mask, 0, 0, 0, 0),
            Self::Gsm(mask) => (0, mask, 0, 0, 0),
            Self::Utran(mask) => (0, 0, mask, 0, 0),
            Self::Eutran(mask, high) => (0, 0, 0, mask, high),
        };
        let common = bits(common, 0).filter_map(|bit| COMMON.get(usize::from(bit)).copied());
        let gsm = IMT
            .into_iter()
            .filter(move |(bit, _)| bits(gsm, 0).any(|set| set == *bit))
            .map(|(_, band)| Band::Gsm(band));
        let eutran = bits(eutran, 1).chain(bits(high, 33)).map(Band::Eutran);
        common.chain(gsm).chain(bits(utran, 1).map(Band::Utran)).chain(eutran)
    }
}

/// The context for a connection, which depends on the operator's settings that are in use: `MEopMode/Prov/Cfg`.
#[must_use]
pub fn context_of_provider(cfg: Str<'_>) -> u8 {
    match cfg.0 {
        b"tmode" => 2,
        b"2" => 3,
        _ => 1,
    }
}
