//! The modem itself: functionality, locks, clock, indicators, power saving (27.007 §8).

use crate::parameter::{Choice, Rest, Str, Word};

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// Functionality (27.007 §8.2): 0 minimum, 1 full, 4 radio off; `rst` 1 resets first.
    cfun = "+CFUN" [timeout = 180] { set(fun: u8, rst: Option<u8>); read -> (fun: u8, rst: Option<u8>); test -> <'a>(fun: Choice<'a>, rst: Choice<'a>); }
    /// Passwords (27.007 §8.3).
    cpin = "+CPIN" [timeout = 20, personal = true] { set<'a>(pin: Str<'a>, newpin: Option<Str<'a>>); read -> <'a>(code: Word<'a>); test; }
    /// Tries left (27.007 §8.65).
    cpinr = "+CPINR" [timeout = 10] { execute -> <'a>(code: Word<'a>, retries: u8, default_retries: Option<u8>); set<'a>(sel_code: Str<'a>) -> <'a>(code: Word<'a>, retries: u8, default_retries: Option<u8>); test; }
    /// Indicators (27.007 §8.9).
    cind = "+CIND" { set<'a>(values: Rest<'a>); read -> <'a>(values: Rest<'a>); test -> <'a>(indicators: Rest<'a>); }
    /// Event reporting (27.007 §8.10).
    cmer = "+CMER" { set(mode: Option<u8>, keyp: Option<u8>, disp: Option<u8>, ind: Option<u8>, bfr: Option<u8>); read -> (mode: u8, keyp: u8, disp: u8, ind: u8, bfr: u8); test -> <'a>(mode: Choice<'a>, keyp: Choice<'a>, disp: Choice<'a>, ind: Choice<'a>, bfr: Choice<'a>); }
    /// Clock (27.007 §8.15): `yy/MM/dd,hh:mm:ss±zz`.
    cclk = "+CCLK" { set<'a>(time: Str<'a>); read -> <'a>(time: Rest<'a>); test; }
    /// Alarm (27.007 §8.16).
    cala = "+CALA" { set<'a>(time: Str<'a>, n: Option<u8>, kind: Option<u8>, text: Option<Str<'a>>, recurr: Option<Str<'a>>); read -> <'a>(time: Str<'a>, n: Option<u8>, kind: Option<u8>, text: Option<Str<'a>>); test; }
    /// Deletes an alarm (27.007 §8.38).
    cald = "+CALD" { set(n: u8); test; }
    /// Postpones an alarm (27.007 §8.39).
    capd = "+CAPD" { set(sec: Option<u16>); test; }
    /// Battery (27.007 §8.4).
    cbc = "+CBC" { execute -> <'a>(bcs: u8, bcl: Option<u8>, voltage: Option<Word<'a>>); test; }
    /// Settings of a phone's greeting text (27.007 §8.32).
    csgt = "+CSGT" { set<'a>(mode: u8, text: Option<Str<'a>>); read -> <'a>(text: Str<'a>, mode: u8); test; }
    /// Who controls keypad, display and indicators (27.007 §8.6).
    cmec = "+CMEC" { set(keyp: Option<u8>, disp: Option<u8>, ind: Option<u8>); read -> (keyp: u8, disp: u8, ind: u8); test; }
    /// Presses keys (27.007 §8.7).
    ckpd = "+CKPD" { set<'a>(keys: Str<'a>, time: Option<u8>, pause: Option<u8>); test; }
    /// Display texts (27.007 §8.8).
    cdis = "+CDIS" { set<'a>(texts: Rest<'a>); read -> <'a>(texts: Rest<'a>); test; }
    /// Date format (27.007 §6.22).
    csdf = "+CSDF" { set(mode: u8, auxmode: Option<u8>); read -> (mode: u8, auxmode: Option<u8>); test; }
    /// Time format (27.007 §6.24).
    cstf = "+CSTF" { set(mode: u8); read -> (mode: u8); test; }
    /// Power saving of the network (27.007 §7.38); timers as eight bits in a string.
    cpsms = "+CPSMS" {
        set<'a>(mode: Option<u8>, rau: Option<Str<'a>>, gprs_ready: Option<Str<'a>>, tau: Option<Str<'a>>, active: Option<Str<'a>>);
        read -> <'a>(mode: u8, rau: Option<Str<'a>>, gprs_ready: Option<Str<'a>>, tau: Option<Str<'a>>, active: Option<Str<'a>>);
        test;
    }
    /// Extended discontinuous reception (27.007 §7.40); values as four bits in a string.
    cedrxs = "+CEDRXS" { set<'a>(mode: Option<u8>, act_type: Option<u8>, requested: Option<Str<'a>>); read -> <'a>(act_type: u8, requested: Option<Str<'a>>); test; }
    /// What the network gave (27.007 §7.41).
    cedrxrdp = "+CEDRXRDP" { execute -> <'a>(act_type: u8, requested: Option<Str<'a>>, provided: Option<Str<'a>>, paging_window: Option<Str<'a>>); test; }
    /// Screen orientation (27.007 §8).
    cso = "+CSO" { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Touches the screen (27.007 §8).
    ctsa = "+CTSA" { set(action: u8, x: u16, y: u16); test; }
    /// Window pages (27.007 §8).
    cwpa = "+CWPA" { set<'a>(parameters: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test; }
    /// Power class (27.007 §8.29).
    cpwc = "+CPWC" { set(class: Option<u8>, band: Option<u8>); read -> <'a>(current: u8, default: u8, rest: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Tries left, as some modems have it: PIN, PIN2, PUK, PUK2 (in wide use).
    cpinc = "+CPINC" { execute -> (pin: u8, pin2: u8, puk: u8, puk2: u8); read -> (pin: u8, pin2: u8, puk: u8, puk2: u8); }
    /// Switches off, as many modems have it (in wide use).
    cpof = "+CPOF" [timeout = 15] { execute; }
    /// Restarts, as many modems have it (in wide use).
    trb = "+TRB" { execute; }
    /// Emergency numbers of the network (27.007 §8).
    cen = "+CEN" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// As the specification has it (27.007 §8).
    ceptt = "+CEPTT" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// As the specification has it (27.007 §8).
    csacn = "+CSACN" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Secure control of a command (27.007 §8).
    cscc = "+CSCC" [personal = true] { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
}

/// What the device waits for, as `+CPIN?` says (27.007 §8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Lock {
    /// `READY`: nothing.
    Ready,
    /// `SIM PIN`.
    SimPin,
    /// `SIM PUK`.
    SimPuk,
    /// `PH-SIM PIN`.
    PhSimPin,
    /// `PH-FSIM PIN`.
    PhFsimPin,
    /// `PH-FSIM PUK`.
    PhFsimPuk,
    /// `SIM PIN2`.
    SimPin2,
    /// `SIM PUK2`.
    SimPuk2,
    /// `PH-NET PIN`.
    NetworkPin,
    /// `PH-NET PUK`.
    NetworkPuk,
    /// `PH-NETSUB PIN`.
    SubsetPin,
    /// `PH-NETSUB PUK`.
    SubsetPuk,
    /// `PH-SP PIN`.
    ProviderPin,
    /// `PH-SP PUK`.
    ProviderPuk,
    /// `PH-CORP PIN`.
    CorporatePin,
    /// `PH-CORP PUK`.
    CorporatePuk,
    /// `BLOCKED`, which some makers say.
    Blocked,
}

impl Lock {
    /// All of them with their codes.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Ready, "READY"),
        (Self::SimPin, "SIM PIN"),
        (Self::SimPuk, "SIM PUK"),
        (Self::PhSimPin, "PH-SIM PIN"),
        (Self::PhFsimPin, "PH-FSIM PIN"),
        (Self::PhFsimPuk, "PH-FSIM PUK"),
        (Self::SimPin2, "SIM PIN2"),
        (Self::SimPuk2, "SIM PUK2"),
        (Self::NetworkPin, "PH-NET PIN"),
        (Self::NetworkPuk, "PH-NET PUK"),
        (Self::SubsetPin, "PH-NETSUB PIN"),
        (Self::SubsetPuk, "PH-NETSUB PUK"),
        (Self::ProviderPin, "PH-SP PIN"),
        (Self::ProviderPuk, "PH-SP PUK"),
        (Self::CorporatePin, "PH-CORP PIN"),
        (Self::CorporatePuk, "PH-CORP PUK"),
        (Self::Blocked, "BLOCKED"),
    ];

    /// The lock of a code, with or without quotes and blanks around; `None` if it is none of the known ones.
    #[must_use]
    pub fn of(code: Word<'_>) -> Option<Self> {
        let code = code.0.trim_ascii();
        Self::ALL.iter().find(|(_, known)| code.eq_ignore_ascii_case(known.as_bytes())).map(|(lock, _)| *lock)
    }

    /// The code.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(lock, _)| *lock == self).map_or("", |(_, code)| code)
    }
}

/// How much of the device is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Power {
    /// Hardly anything: the lowest functionality.
    Off,
    /// All but the radio.
    Low,
    /// All.
    On,
}

impl Power {
    /// What a functionality of `+CFUN` means by 27.007 §8.2; `None` for makers' own, whose modules know them.
    #[must_use]
    pub const fn of(fun: u8) -> Option<Self> {
        match fun {
            0 => Some(Self::Off),
            1 => Some(Self::On),
            4 => Some(Self::Low),
            _ => None,
        }
    }
}

/// An indicator of the answer to `+CIND=?` (27.007 §8.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Indicator<'a> {
    /// Its number in `+CIND?`, `+CIND=` and `+CIEV`, from 1.
    pub index: u8,
    /// Its name, as the modem writes it.
    pub name: Str<'a>,
    /// The values that it can have.
    pub values: Choice<'a>,
}

impl Indicator<'_> {
    /// Whether it is called `name`; case and blanks do not count.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let plain = |byte: &&u8| !byte.is_ascii_whitespace();
        let own = self.name.0.iter().filter(plain).map(u8::to_ascii_lowercase);
        own.eq(name.as_bytes().iter().filter(plain).map(u8::to_ascii_lowercase))
    }
}

/// The indicators in the answer to `+CIND=?`. An empty group counts, but is left out; one maker has all of it in
/// another pair of parentheses.
pub fn indicators(answer: cind::TestAnswer<'_>) -> impl Iterator<Item = Indicator<'_>> {
    let outer = answer.indicators.fields();
    let inner = { outer }.field().group();
    let wrapped = outer.count() == 1 && { inner }.field().raw.starts_with(b"(");
    let list = if wrapped { inner } else { outer };
    list.zip(1_u8..).filter_map(|(field, index)| {
        let mut parts = field.group();
        let (name, values) = (parts.field(), parts.field());
        (!name.is_empty()).then_some(Indicator { index, name: Str(name.unquoted()), values: Choice(values.raw) })
    })
}
