//! Registration, operators, signal (27.007 §7 and §8).

use crate::codec::{DecodeError, DecodeErrorKind};
use crate::parameter::{Choice, Field, Fields, Given, Rest, Str, Value, digit, small};
use crate::text::Text;
use crate::text::charset::Charset;

crate::at_commands! {
    /// Commands of this module.
    pub COMMANDS;

    /// The operator (27.007 §7.3); the test form searches, its answer is read with [`operators`].
    cops = "+COPS" [timeout = 300, abortable = true] {
        set<'a>(mode: u8, format: Option<u8>, oper: Option<Str<'a>>, act: Option<u8>);
        read -> <'a>(mode: u8, format: Option<u8>, oper: Option<Str<'a>>, act: Option<u8>);
        test -> <'a>(operators: Rest<'a>);
    }
    /// Which list of operators `+CPOL` edits (27.007 §7.20).
    cpls = "+CPLS" [timeout = 20] { set(list: u8); read -> (list: u8); test -> <'a>(list: Choice<'a>); }
    /// Preferred operators (27.007 §7.19).
    cpol = "+CPOL" [timeout = 20] {
        set<'a>(index: Option<u16>, format: Option<u8>, oper: Option<Str<'a>>, gsm: Option<u8>, gsm_compact: Option<u8>, utran: Option<u8>, e_utran: Option<u8>, ng_ran: Option<u8>);
        read -> <'a>(index: u16, format: u8, oper: Given<Str<'a>>, gsm: Option<u8>, gsm_compact: Option<u8>, utran: Option<u8>, e_utran: Option<u8>, ng_ran: Option<u8>);
        test -> <'a>(index: Choice<'a>, format: Choice<'a>);
    }
    /// Names of operators (27.007 §7.21).
    copn = "+COPN" [timeout = 60] { execute -> <'a>(numeric: Str<'a>, alpha: Str<'a>); test; }
    /// Registration, circuit switched (27.007 §7.2); answers and URCs are read with [`Registration`].
    creg = "+CREG" [timeout = 10] { set(n: u8); read -> <'a>(registration: Rest<'a>); test -> <'a>(n: Choice<'a>); }
    /// Registration, packet switched (27.007 §10.1.20).
    cgreg = "+CGREG" [timeout = 10] { set(n: u8); read -> <'a>(registration: Rest<'a>); test -> <'a>(n: Choice<'a>); }
    /// Registration, LTE (27.007 §10.1.22).
    cereg = "+CEREG" [timeout = 10] { set(n: u8); read -> <'a>(registration: Rest<'a>); test -> <'a>(n: Choice<'a>); }
    /// Registration, 5G (27.007 §10.1.47).
    c5greg = "+C5GREG" [timeout = 10] { set(n: u8); read -> <'a>(registration: Rest<'a>); test -> <'a>(n: Choice<'a>); }
    /// Signal quality (27.007 §8.5): `rssi` 0 to 31 is −113 to −51 dBm, 99 unknown.
    csq = "+CSQ" { execute -> (rssi: u8, ber: Option<u8>); test -> <'a>(rssi: Choice<'a>, ber: Choice<'a>); }
    /// Extended signal quality (27.007 §8.69); 99 or 255 is unknown.
    cesq = "+CESQ" {
        execute -> (rxlev: u8, ber: u8, rscp: u8, ecno: u8, rsrq: u8, rsrp: u8, ss_rsrq: Option<u8>, ss_rsrp: Option<u8>, ss_sinr: Option<u8>);
        test;
    }
    /// Time zone reporting (27.007 §8.41).
    ctzr = "+CTZR" { set(onoff: u8); read -> (onoff: u8); test -> <'a>(onoff: Choice<'a>); }
    /// Time zone update (27.007 §8.40).
    ctzu = "+CTZU" { set(onoff: u8); read -> (onoff: u8); test -> <'a>(onoff: Choice<'a>); }
    /// Current bearer (27.007 §7.29).
    cpsb = "+CPSB" { set(n: u8); read -> (n: u8, curr_bearer: u8); test; }
    /// Signalling connection (27.007 §10.1.30).
    cscon = "+CSCON" { set(n: u8); read -> (n: u8, mode: u8, state: Option<u8>, access: Option<u8>, core_network: Option<u8>); test -> <'a>(n: Choice<'a>); }
    /// Error codes of the network (27.007 §9.1B).
    cnec = "+CNEC" { set(n: u16); read -> (n: u16); test -> <'a>(n: Choice<'a>); }
    /// Mode of operation (27.007 §10.1.28).
    cemode = "+CEMODE" [timeout = 30] { set(mode: u8); read -> (mode: u8); test -> <'a>(mode: Choice<'a>); }
    /// Usage setting (27.007).
    ceus = "+CEUS" { set(setting: u8); read -> (setting: u8); test -> <'a>(setting: Choice<'a>); }
    /// Voice domain preference (27.007).
    cevdp = "+CEVDP" { set(setting: u8); read -> (setting: u8); test -> <'a>(setting: Choice<'a>); }
    /// IMS registration (27.007 §8.71).
    cireg = "+CIREG" { set(n: u8); read -> (n: u8, reg_info: u8, ext_info: Option<u32>); test -> <'a>(n: Choice<'a>); }
    /// IMS network reporting (27.007).
    cirep = "+CIREP" { set(reporting: u8); read -> (reporting: u8, nwimsvops: u8); test -> <'a>(reporting: Choice<'a>); }
    /// SRVCC support (27.007).
    cisrvcc = "+CISRVCC" { set(uesrvcc: u8); read -> (uesrvcc: u8); test; }
    /// Mobility management IMS voice termination (27.007 §8.78).
    cmmivt = "+CMMIVT" { set(setting: u8); read -> (setting: u8); test; }
    /// Coverage enhancement (27.007).
    crces = "+CRCES" { execute -> (act: u8, ce_level: u8, cc: Option<u8>); test; }
    /// `CIoT` optimisation (27.007 §7.42).
    cciotopt = "+CCIOTOPT" { set(n: u8, supported: Option<u8>, preferred: Option<u8>); read -> (n: u8, supported: u8, preferred: u8); test; }
    /// Voice domain preference in UTRAN (27.007).
    cvdp = "+CVDP" { set(setting: u8); read -> (setting: u8); test -> <'a>(setting: Choice<'a>); }
    /// Status of the preferred network (27.007 §7.28).
    cpnstat = "+CPNSTAT" { set(n: u8); read -> (n: u8, stat: u8); test -> <'a>(n: Choice<'a>); }
    /// Reports primary notifications (27.007).
    cpner = "+CPNER" { set(reporting: u8); read -> (reporting: u8); test -> <'a>(reporting: Choice<'a>); }
    /// Access control for services (27.007).
    cssac = "+CSSAC" { execute -> <'a>(answer: Rest<'a>); set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// As the specification has it (27.007).
    csdbtsr = "+CSDBTSR" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// As the specification has it (27.007).
    cacsp = "+CACSP" { set<'a>(parameters: Rest<'a>) -> <'a>(answer: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
    /// Mobile initiated connections only (27.007).
    cmico = "+CMICO" { set<'a>(parameters: Rest<'a>); read -> <'a>(parameters: Rest<'a>); test -> <'a>(ranges: Rest<'a>); }
}

/// What `+CREG`, `+CGREG`, `+CEREG` and `+C5GREG` tell, in answers and URCs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Registration {
    /// The setting of the URCs; `None` in a URC.
    pub n: Option<u8>,
    /// The state: 1 home, 5 roaming, 2 searching, 3 denied, others in 27.007 §7.2; `None` if left out.
    pub stat: Option<u8>,
    /// Location or tracking area code.
    pub area: Option<u32>,
    /// Cell identity.
    pub cell: Option<u64>,
    /// Access technology (27.007 §7.2 `AcT`).
    pub act: Option<u8>,
    /// Routing area code.
    pub routing_area: Option<u8>,
    /// 0: the reject cause is one of 24.008 or 24.301; 1: a maker's.
    pub cause_type: Option<u8>,
    /// The reject cause.
    pub reject_cause: Option<u16>,
    /// How long the device stays reachable before it saves power (T3324).
    pub active_time: Option<PowerSavingTimer>,
    /// How often it reports while it saves power (T3412).
    pub periodic_update: Option<PowerSavingTimer>,
}

/// A timer of power saving.
///
/// ```
/// use at_wire::command::network::PowerSavingTimer;
///
/// assert_eq!(PowerSavingTimer::active_time(b"00100001"), Some(PowerSavingTimer::Seconds(60)));
/// assert_eq!(PowerSavingTimer::periodic_update(b"00000110"), Some(PowerSavingTimer::Seconds(3600)));
/// assert_eq!(PowerSavingTimer::periodic_update(b"11100000"), Some(PowerSavingTimer::Off));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum PowerSavingTimer {
    /// It does not run.
    Off,
    /// It runs so long.
    Seconds(u32),
}

impl PowerSavingTimer {
    /// Eight binary digits: a unit in three of them, in seconds, and how many. With a unit of 0 it does not run.
    #[inline(never)]
    fn read(digits: &[u8], units: &[u32; 8]) -> Option<Self> {
        let mut value = 0_u32;
        for digit in digits {
            value = value.wrapping_shl(1) | u32::from(digit.checked_sub(b'0').filter(|digit| *digit < 2)?);
        }
        let unit = units.get(usize::try_from(value >> 5).ok()?).filter(|_| digits.len() == 8)?;
        Some(if *unit == 0 { Self::Off } else { Self::Seconds((value & 0x1f).saturating_mul(*unit)) })
    }

    /// That of T3324 (3GPP TS 24.008 §10.5.7.4).
    #[must_use]
    pub fn active_time(digits: &[u8]) -> Option<Self> {
        Self::read(digits, &[2, 60, 360, 60, 60, 60, 60, 0])
    }

    /// That of T3412 (3GPP TS 24.008 §10.5.7.4a).
    #[must_use]
    pub fn periodic_update(digits: &[u8]) -> Option<Self> {
        Self::read(digits, &[600, 3_600, 36_000, 2, 30, 60, 1_152_000, 0])
    }
}

/// No hexadecimal number.
const NONE: u64 = u64::MAX;

/// At most fifteen hexadecimal digits with or without quotes, up to the first blank; else [`NONE`].
#[inline(never)]
fn hexadecimal(field: Field<'_>) -> u64 {
    let mut value = NONE;
    for byte in field.unquoted().iter().take_while(|byte| !byte.is_ascii_whitespace()) {
        let before = if value == NONE { 0 } else { value };
        match digit(*byte) {
            Some(digit) if before >> 56 == 0 => value = before.wrapping_shl(4) | u64::from(digit),
            _ => return NONE,
        }
    }
    value
}

/// Parameters, and the first of them that was not what it must be.
struct Reading<'a> {
    fields: Fields<'a>,
    error: Option<DecodeError>,
}

impl Reading<'_> {
    /// Keeps the error, if the field holds something else.
    #[inline(never)]
    fn check(&mut self, field: Field<'_>, good: bool, name: &'static str) {
        if !good && !field.unquoted().is_empty() {
            self.error = self.error.or(Some(DecodeError::new(DecodeErrorKind::Value, name, field.offset)));
        }
    }

    /// The next parameter as a number of hexadecimal digits.
    #[inline(never)]
    fn code(&mut self, name: &'static str) -> u64 {
        let field = self.fields.field();
        let code = hexadecimal(field);
        self.check(field, code != NONE, name);
        code
    }

    /// The next parameter as a decimal number.
    #[inline(never)]
    fn decimal(&mut self, most: u32, name: &'static str) -> Option<u32> {
        let field = self.fields.field();
        let number = small(field, most).ok();
        self.check(field, number.is_some(), name);
        number
    }

    #[inline(never)]
    fn octet(&mut self, name: &'static str) -> Option<u8> {
        self.decimal(u8::MAX.into(), name).and_then(|number| u8::try_from(number).ok())
    }

    /// The next parameter as two hexadecimal digits, if it is that.
    #[inline(never)]
    fn short_code(&mut self) -> Option<u8> {
        u8::try_from(hexadecimal(self.fields.field())).ok()
    }
}

impl Registration {
    /// Reads a line. Which layout it has, shows in the number of its parameters and in what the second is: the
    /// layouts of the specifications, and the old one of `+CEREG` with a routing area in it.
    ///
    /// # Errors
    ///
    /// The first parameter that is not what it must be.
    #[inline(never)]
    pub fn parse(name: &str, line: &[u8]) -> Result<Self, DecodeError> {
        let mut told = Self::default();
        let fields = told.read(name, line)?;
        told.details(name.as_bytes().get(2).copied(), fields);
        Ok(told)
    }

    /// The same up to the access technology: a program that needs no more has nothing else in it.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn place(name: &str, line: &[u8]) -> Result<Self, DecodeError> {
        let mut told = Self::default();
        told.read(name, line).map(|_| told)
    }

    /// Reads up to the access technology, and returns what follows. Into `self`: that takes less of the flash than a result.
    #[inline(never)]
    fn read<'a>(&mut self, name: &str, line: &'a [u8]) -> Result<Fields<'a>, DecodeError> {
        let fields = crate::message::named(name, false, "", line).rest()?;
        let count = fields.count();
        let answer = crate::classify::is_registration_answer(fields);
        let mut reading = Reading { fields, error: None };
        if answer || count == 2 {
            self.n = reading.octet("n");
        }
        self.stat = reading.octet("stat");
        let behind = count.saturating_sub(if answer { 2 } else { 1 });
        // What tells +CREG, +CGREG, +CEREG and +C5GREG apart.
        let domain = name.as_bytes().get(2).copied().unwrap_or_default();
        let (circuit, packet, lte) = (domain == b'R', domain == b'G', domain == b'E');
        self.area = u32::try_from(reading.code("area")).ok();
        // In an old layout the routing area stands in front of the cell.
        let mut ahead = reading.fields;
        let (_, second) = (ahead.field(), ahead.field());
        if lte && behind == 4 && is_long(second) {
            self.routing_area = u8::try_from(reading.code("routing_area")).ok();
        }
        self.cell = Some(reading.code("cell")).filter(|cell| *cell != NONE);
        let mut ahead = reading.fields;
        let act = ahead.field().raw;
        let decimal = !act.is_empty() && act.iter().all(u8::is_ascii_digit);
        self.act = if decimal { reading.octet("act") } else { reading.short_code() };
        if packet || circuit && behind == 4 {
            self.routing_area = reading.short_code();
        }
        if domain == b'5' {
            // The allowed slices and their length.
            let (_, _) = (reading.fields.field(), reading.fields.field());
        }
        match reading.error {
            None => Ok(reading.fields),
            Some(error) => Err(error),
        }
    }

    /// Reads what follows; what is not what it must be is left out.
    fn details(&mut self, domain: Option<u8>, fields: Fields<'_>) {
        let mut reading = Reading { fields, error: None };
        self.cause_type = reading.octet("");
        self.reject_cause = reading.decimal(u16::MAX.into(), "").and_then(|cause| u16::try_from(cause).ok());
        if matches!(domain, Some(b'G' | b'E')) {
            self.active_time = PowerSavingTimer::active_time(reading.fields.field().unquoted());
            self.periodic_update = PowerSavingTimer::periodic_update(reading.fields.field().unquoted());
        }
    }
}

/// Whether it is too long for an access technology, so that it is a cell.
fn is_long(field: Field<'_>) -> bool {
    field.is_quoted() || field.unquoted().len() > 2
}

/// An operator of the answer to `+COPS=?`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Operator<'a> {
    /// 0 unknown, 1 available, 2 current, 3 forbidden.
    pub stat: Option<u8>,
    /// The long name, in the character set of `+CSCS`.
    pub long: Str<'a>,
    /// The short name.
    pub short: Str<'a>,
    /// Country and network code.
    pub numeric: Str<'a>,
    /// Access technology.
    pub act: Option<u8>,
}

/// The operators in the answer to `+COPS=?`, one or several lines of it, with or without names in front. The lists of
/// modes and formats behind them are left out; an access technology that a modem puts behind the parenthesis by mistake
/// is found there.
pub fn operators(text: &[u8]) -> impl Iterator<Item = Operator<'_>> {
    let mut rest = text;
    core::iter::from_fn(move || {
        loop {
            let start = rest.iter().position(|byte| *byte == b'(')?;
            let (_, behind) = rest.split_at_checked(start)?;
            let inner = behind.get(1..)?;
            let end = closing(inner)?;
            let (inside, after) = inner.split_at_checked(end)?;
            rest = after.get(1..).unwrap_or_default();
            let mut fields = Fields::new(inside);
            let count = fields.count();
            if count < 3
                || !inside.contains(&b',')
                || inside.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b',' | b' ' | b'-'))
            {
                continue;
            }
            let stat = Option::<u8>::read(fields.field()).ok().flatten();
            let (long, short, numeric) = (fields.field(), fields.field(), fields.field());
            let mut act = Option::<u8>::read(fields.field()).ok().flatten();
            if act.is_none() && count < 5 {
                if let [b',', digit, b')', tail @ ..] = rest {
                    act = digit.checked_sub(b'0').filter(|act| *act < 10);
                    rest = tail;
                }
            }
            return Some(Operator {
                stat,
                long: Str(long.unquoted()),
                short: Str(short.unquoted()),
                numeric: Str(numeric.unquoted()),
                act,
            });
        }
    })
}

/// The closing parenthesis that is in no string.
fn closing(text: &[u8]) -> Option<usize> {
    let mut quoted = false;
    text.iter().position(|byte| {
        quoted ^= *byte == b'"';
        !quoted && *byte == b')'
    })
}

/// An operator's name or code as a text, in the character set of `+CSCS`. Some modems write codes plain though they
/// write names in hexadecimal digits, so that what is no text in the set is taken as it stands.
#[must_use]
pub fn operator_text<'a>(name: Str<'a>, charset: Charset) -> Text<'a> {
    charset.text(name.0).unwrap_or_else(|_| Charset::Latin1.text(name.0).unwrap_or_default())
}
