//! The network: registration, operators, signal, attachment.
//!
//! Four commands tell of registration, one for each domain and generation, and hardly a modem has all of them. One that
//! is registered in any is in the network, whatever the others say: on 5G alone `+CEREG` says that it is not.

use core::fmt;

pub use at_wire::command::network::PowerSavingTimer;
use at_wire::command::network::{
    Registration as Told, c5greg, cereg, cesq, cgreg, cops, creg, csq, operator_text, operators,
};
use at_wire::command::packet::cgatt;
pub use at_wire::identity::Plmn;
use at_wire::message::{CommandInfo, Line as _, Request as _};
use at_wire::parameter::{LineWriter, Str, parameters_of};
use at_wire::radio;
use at_wire::text::charset::Charset;
use heapless::{String, Vec};

use super::{Outcome, Procedure, Question, Step, Stop, ask, ask_own, ask_with, fail, missing, rest};
use crate::session::at::Exchange;
use crate::time::Instant;

/// State of registration (27.007 §7.2), decided over all domains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum RegistrationState {
    /// Not registered, and not searching.
    #[default]
    Idle,
    /// Not registered, but searching.
    Searching,
    /// Denied.
    Denied,
    /// Out of coverage, or unknown.
    Unknown,
    /// Registered for emergency calls or short messages only.
    Limited,
    /// Registered at home.
    Home,
    /// Registered elsewhere.
    Roaming,
}

impl RegistrationState {
    /// That of a `stat`.
    #[must_use]
    pub const fn of(stat: u8) -> Self {
        match stat {
            0 => Self::Idle,
            1 | 9 => Self::Home,
            2 => Self::Searching,
            3 => Self::Denied,
            5 | 10 => Self::Roaming,
            6 | 7 | 8 | 11 => Self::Limited,
            _ => Self::Unknown,
        }
    }

    /// Whether there is service, at home or roaming.
    #[must_use]
    pub const fn is_registered(self) -> bool {
        matches!(self, Self::Home | Self::Roaming)
    }

    /// What several states are together: the first of these that is among them.
    const fn rank(self) -> u8 {
        match self {
            Self::Home | Self::Roaming => 6,
            Self::Limited => 5,
            Self::Searching => 4,
            Self::Denied => 3,
            Self::Unknown => 2,
            Self::Idle => 1,
        }
    }
}

/// Why the network refuses (27.007 §7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct RejectCause {
    /// 0 if the cause is one of 3GPP TS 24.008, 24.301 or 24.501, 1 if it is the maker's.
    pub kind: u8,
    /// The cause.
    pub cause: u16,
}

impl fmt::Display for RejectCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.kind == 0 { "#" } else { "maker's cause " }, self.cause)
    }
}

/// Whether and where a modem is registered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registration {
    /// The state over all domains.
    pub state: RegistrationState,
    /// Whether packets can be sent: registered in one of the domains for them.
    pub packet: bool,
    /// Access technology, in numbers of 27.007 §7.2.
    pub act: Option<u8>,
    /// Location or tracking area code.
    pub area: Option<u32>,
    /// Cell.
    pub cell: Option<u64>,
    /// Why the network refuses, in a domain where it does.
    pub cause: Option<RejectCause>,
    /// Registered for short messages only, in the domain that decides; the state is [`Limited`](RegistrationState::Limited).
    pub sms_only: bool,
    /// How long the modem stays reachable before it saves power, if it tells.
    pub active_time: Option<PowerSavingTimer>,
    /// How often it reports while it saves power, if it tells.
    pub periodic_update: Option<PowerSavingTimer>,
    /// The network.
    pub plmn: Option<Plmn>,
    /// Its name.
    pub name: String<32>,
    /// Whether the modem chooses the network; absent if it does not say.
    pub automatic: Option<bool>,
}

impl Registration {
    /// Takes what one domain says; `packet` if it is one for packets.
    fn take(&mut self, told: &Told, packet: bool) {
        let state = told.stat.map_or(RegistrationState::Unknown, RegistrationState::of);
        self.packet |= packet && state.is_registered();
        if let (Some(cause), None) = (told.reject_cause, self.cause) {
            self.cause = Some(RejectCause { kind: told.cause_type.unwrap_or(0), cause });
        }
        let better = state.rank() > self.state.rank();
        if better {
            self.state = state;
            self.sms_only = matches!(told.stat, Some(6 | 7));
            (self.act, self.area, self.cell) = (None, None, None);
        }
        self.active_time = self.active_time.or(told.active_time);
        self.periodic_update = self.periodic_update.or(told.periodic_update);
        // The first of the best tells the place, the others what it leaves out.
        if state.rank() == self.state.rank() {
            self.act = self.act.or(told.act);
            self.area = self.area.or(told.area);
            self.cell = self.cell.or(told.cell);
        }
    }
}

/// In the order that decides.
const DOMAINS: [&str; 4] = [cereg::NAME, c5greg::NAME, cgreg::NAME, creg::NAME];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Domain(u8),
    NumericFormat,
    Numeric,
    LongFormat,
    Long,
}

/// Reads whether and where the modem is registered. Commands that it lacks are left out.
#[derive(Clone, Debug)]
pub struct ReadRegistration {
    found: Registration,
    at: At,
    /// What each domain says of its URCs; `None` if it says nothing.
    reports: [Option<u8>; 4],
    /// Only whether, not where.
    short: bool,
}

impl Default for ReadRegistration {
    fn default() -> Self {
        Self::new()
    }
}

impl ReadRegistration {
    /// Reads it.
    #[must_use]
    pub fn new() -> Self {
        Self { found: Registration::default(), at: At::Domain(0), reports: [None; 4], short: false }
    }

    /// What was found.
    #[must_use]
    pub const fn registration(&self) -> &Registration {
        &self.found
    }

    fn command(at: At) -> Step {
        match at {
            At::Domain(0) => ask::<cereg::Read>(),
            At::Domain(1) => ask::<c5greg::Read>(),
            At::Domain(2) => ask::<cgreg::Read>(),
            At::Domain(_) => ask::<creg::Read>(),
            At::NumericFormat => ask_with::<cops::Set<'_>>("3,2"),
            At::LongFormat => ask_with::<cops::Set<'_>>("3,0"),
            At::Numeric | At::Long => ask::<cops::Read>(),
        }
    }
}

/// The network of a code; one digit too many is dropped, and what is no code is none.
fn plmn_of(numeric: Str<'_>) -> Option<Plmn> {
    let digits = |text: &[u8]| Plmn::parse(text.get(..6).unwrap_or(text)).ok();
    if numeric.0.len() < 20 {
        return digits(numeric.0);
    }
    // Some write all strings in UCS-2.
    let text = Charset::Ucs2.text(numeric.0).ok()?;
    let mut plain = String::<8>::new();
    for character in text.chars() {
        plain.push(character).ok()?;
    }
    digits(plain.as_bytes())
}

/// A name as people read it. Hexadecimal digits that make a text are one.
fn read_name<const N: usize>(name: Str<'_>, to: &mut String<N>) {
    let wide = name.0.len() >= 8 && name.0.starts_with(b"00") && Charset::Ucs2.text(name.0).is_ok();
    let charset = if wide { Charset::Ucs2 } else { Charset::Ira };
    to.clear();
    for character in operator_text(name, charset).chars().filter(|character| !character.is_control()) {
        if to.push(character).is_err() {
            return;
        }
    }
}

impl Procedure for ReadRegistration {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => {
                (self.found, self.at, self.reports) = (Registration::default(), At::Domain(0), [None; 4]);
                return Self::command(self.at);
            }
            // All of them are missing: the last refusal is the answer.
            Outcome::Refused(_) if self.at == At::Domain(3) && self.reports == [None; 4] => {
                return fail(creg::NAME, outcome);
            }
            Outcome::Done if self.at == At::Domain(3) && self.reports == [None; 4] => return missing(creg::NAME),
            Outcome::Done | Outcome::Refused(_) => {}
            outcome => {
                let Step::Ask(question) = Self::command(self.at) else { return Step::Done };
                return fail(question.exchange.info.name, outcome);
            }
        }
        self.at = match self.at {
            At::Domain(nth @ 0..3) => At::Domain(nth.saturating_add(1)),
            At::Domain(_) if self.short || !self.found.state.is_registered() => return Step::Done,
            At::Domain(_) => At::NumericFormat,
            At::NumericFormat => At::Numeric,
            At::Numeric => At::LongFormat,
            At::LongFormat => At::Long,
            At::Long => return Step::Done,
        };
        Self::command(self.at)
    }

    fn line(&mut self, line: &[u8], _: bool) {
        if let At::Domain(nth) = self.at {
            let name = DOMAINS.get(usize::from(nth)).copied().unwrap_or_default();
            if let Ok(told) = Told::parse(name, line) {
                if let Some(reports) = self.reports.get_mut(usize::from(nth)) {
                    *reports = Some(told.n.unwrap_or(0));
                }
                self.found.take(&told, nth < 3);
            }
            return;
        }
        let Ok(answer) = cops::ReadAnswer::parse(line) else { return };
        self.found.automatic = Some(matches!(answer.mode, 0));
        let Some(oper) = answer.oper else { return };
        match answer.format {
            Some(2) => self.found.plmn = plmn_of(oper).or(self.found.plmn),
            _ if self.at == At::Numeric && plmn_of(oper).is_some() => self.found.plmn = plmn_of(oper),
            _ => read_name(oper, &mut self.found.name),
        }
        self.found.act = self.found.act.or(answer.act);
    }
}

/// Which network to register with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Selection<'a> {
    /// The modem chooses.
    Automatic,
    /// That one, by its code of five or six digits, and in that access technology (27.007 §7.3) if there is one.
    Manual {
        /// Country code and network code.
        plmn: &'a str,
        /// Access technology.
        act: Option<u8>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Registering {
    Reading,
    Mode,
    /// URCs are switched on, for one domain after the other: with the cause, or else without.
    Reporting(u8, Report),
    Selecting,
    Waiting,
}

/// What URCs tell of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Report {
    /// State, place, and why the network refuses.
    Cause,
    /// State and place.
    Place,
}

/// Registers with a network, and waits until that is done. A modem that is registered and chooses by itself is left alone
/// if it may choose: selecting anew would tear it out of the network. Each domain that the modem has is told to report, with
/// place, and with the causes of refusals where the modem tells them.
#[derive(Clone, Debug)]
pub struct Register<'a> {
    selection: Selection<'a>,
    end: Instant,
    at: Registering,
    read: ReadRegistration,
    automatic: Option<bool>,
}

impl<'a> Register<'a> {
    /// Registers so, and waits until `end` at most.
    #[must_use]
    pub fn new(selection: Selection<'a>, end: Instant) -> Self {
        let read = ReadRegistration { short: true, ..ReadRegistration::new() };
        Self { selection, end, at: Registering::Reading, read, automatic: None }
    }

    /// The registration that was read last, without operator.
    #[must_use]
    pub const fn registration(&self) -> &Registration {
        &self.read.found
    }

    /// Has the domains report that do not yet, from that one on; then selects, or waits.
    fn report(&mut self, now: Instant, from: u8, report: Report) -> Step {
        let silent = |nth: &u8| self.read.reports.get(usize::from(*nth)).is_some_and(|n| n.is_some_and(|n| n < 3));
        let Some(nth) = (from..4).find(silent) else {
            if self.selection == Selection::Automatic && self.automatic == Some(true) {
                self.at = Registering::Waiting;
                return self.judge(now);
            }
            self.at = Registering::Selecting;
            return ask_own::<cops::Set<'_>>();
        };
        let report = if nth == from { report } else { Report::Cause };
        self.at = Registering::Reporting(nth, report);
        match nth {
            0 => ask_own::<cereg::Set>(),
            1 => ask_own::<c5greg::Set>(),
            2 => ask_own::<cgreg::Set>(),
            _ => ask_own::<creg::Set>(),
        }
    }

    fn read(&mut self, now: Instant, at: Registering) -> Step {
        self.at = at;
        self.read.step(now, Outcome::Begin)
    }

    fn judge(&self, now: Instant) -> Step {
        if self.read.found.state.is_registered() {
            return Step::Done;
        }
        match rest(now, self.end) {
            Step::Fail(_) if self.read.found.state == RegistrationState::Denied => {
                Step::Fail(Stop::Denied(self.read.found.cause))
            }
            step => step,
        }
    }
}

impl Procedure for Register<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step {
        match (self.at, outcome) {
            (_, Outcome::Begin) => {
                self.automatic = None;
                self.read(now, Registering::Reading)
            }
            (Registering::Reading, outcome) => match self.read.step(now, outcome) {
                Step::Done => {
                    self.at = Registering::Mode;
                    ask::<cops::Read>()
                }
                step => step,
            },
            (Registering::Mode, Outcome::Done | Outcome::Refused(_)) => self.report(now, 0, Report::Cause),
            (Registering::Reporting(nth, Report::Cause), Outcome::Refused(_)) => self.report(now, nth, Report::Place),
            (Registering::Reporting(nth, _), Outcome::Done | Outcome::Refused(_)) => {
                self.report(now, nth.saturating_add(1), Report::Cause)
            }
            (Registering::Selecting, Outcome::Done) => self.read(now, Registering::Waiting),
            (Registering::Waiting, Outcome::Rested | Outcome::Told) => self.read(now, Registering::Waiting),
            (Registering::Waiting, outcome) => match self.read.step(now, outcome) {
                Step::Done => self.judge(now),
                step => step,
            },
            (_, outcome) => fail(cops::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        match self.selection {
            _ if matches!(self.at, Registering::Reporting(_, Report::Cause)) => line.integer(3),
            _ if matches!(self.at, Registering::Reporting(..)) => line.integer(2),
            Selection::Automatic => line.integer(0),
            Selection::Manual { plmn, act } => {
                line.integer(1);
                line.integer(2);
                line.quoted(plmn.as_bytes());
                if let Some(act) = act {
                    line.integer(act.into());
                }
            }
        }
    }

    fn line(&mut self, line: &[u8], second: bool) {
        match self.at {
            Registering::Mode => {
                if let Ok(answer) = cops::ReadAnswer::parse(line) {
                    self.automatic = Some(answer.mode == 0);
                }
            }
            _ => self.read.line(line, second),
        }
    }

    fn told(&mut self, line: &[u8], _: bool) -> bool {
        DOMAINS.iter().any(|name| parameters_of(name, line).is_some())
    }
}

/// A network that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundNetwork {
    /// 0 unknown, 1 available, 2 current, 3 forbidden (27.007 §7.3).
    pub stat: Option<u8>,
    /// The network; absent if the modem tells no code that is one.
    pub plmn: Option<Plmn>,
    /// Its name, the long one if there is one.
    pub name: String<32>,
    /// Access technology (27.007 §7.3).
    pub act: Option<u8>,
}

/// Lines without name, too: there are modems that put each network in a line of its own.
const SCAN: Exchange = Exchange { info: &CommandInfo { bare: true, ..cops::INFO }, ..Exchange::of::<cops::Test>() };

/// Searches for networks. That takes minutes, and interrupts what else is going on.
#[derive(Clone, Debug)]
pub struct Scan<const N: usize> {
    found: Vec<FoundNetwork, N>,
    lost: u32,
}

impl<const N: usize> Default for Scan<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Scan<N> {
    /// Searches for all.
    #[must_use]
    pub const fn new() -> Self {
        Self { found: Vec::new(), lost: 0 }
    }

    /// What was found.
    #[must_use]
    pub fn found(&self) -> &[FoundNetwork] {
        &self.found
    }

    /// How many there was no room for.
    #[must_use]
    pub const fn lost(&self) -> u32 {
        self.lost
    }
}

impl<const N: usize> Procedure for Scan<N> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => {
                *self = Self::new();
                Step::Ask(Question { exchange: const { &SCAN }, parameters: Some("") })
            }
            Outcome::Done => Step::Done,
            outcome => fail(cops::Test::COMMAND.name, outcome),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        for operator in operators(line) {
            let mut network = FoundNetwork {
                stat: operator.stat,
                plmn: plmn_of(operator.numeric),
                name: String::new(),
                act: operator.act,
            };
            read_name(operator.long, &mut network.name);
            if network.name.is_empty() {
                read_name(operator.short, &mut network.name);
            }
            if self.found.push(network).is_err() {
                self.lost = self.lost.saturating_add(1);
            }
        }
    }
}

/// How strong the signal is, in tenths of a dBm or dB; what is not measured, or of another technology, is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Signal {
    /// Of GSM; of any technology where the modem has only `+CSQ`.
    pub rssi: Option<i16>,
    /// Received signal code power of UMTS.
    pub rscp: Option<i16>,
    /// Ec/N0 of UMTS.
    pub ecno: Option<i16>,
    /// Reference signal received quality of LTE.
    pub rsrq: Option<i16>,
    /// Reference signal received power of LTE.
    pub rsrp: Option<i16>,
    /// Reference signal received quality of 5G.
    pub ss_rsrq: Option<i16>,
    /// Reference signal received power of 5G.
    pub ss_rsrp: Option<i16>,
    /// Signal to noise and interference of 5G.
    pub ss_sinr: Option<i16>,
}

/// Reads the signal: by `+CESQ`, or by `+CSQ` if that is missing or says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadSignal {
    signal: Signal,
    answered: bool,
    older: bool,
}

impl ReadSignal {
    /// Reads it.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was found.
    #[must_use]
    pub const fn signal(&self) -> Signal {
        self.signal
    }
}

impl Procedure for ReadSignal {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => {
                *self = Self::new();
                ask::<cesq::Execute>()
            }
            Outcome::Done if self.older && !self.answered => missing(csq::NAME),
            Outcome::Done if self.older || self.signal != Signal::default() => Step::Done,
            Outcome::Done | Outcome::Refused(_) if !self.older => {
                self.older = true;
                ask::<csq::Execute>()
            }
            outcome => fail(csq::NAME, outcome),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        if self.older {
            if let Ok(answer) = csq::ExecuteAnswer::parse(line) {
                self.answered = true;
                self.signal.rssi = radio::csq_rssi(answer.rssi);
            }
        } else if let Ok(answer) = cesq::ExecuteAnswer::parse(line) {
            self.signal = Signal {
                rssi: radio::rxlev(answer.rxlev),
                rscp: radio::rscp(answer.rscp),
                ecno: radio::ecno(answer.ecno),
                rsrq: radio::rsrq(answer.rsrq),
                rsrp: radio::rsrp(answer.rsrp),
                ss_rsrq: answer.ss_rsrq.and_then(radio::ss_rsrq),
                ss_rsrp: answer.ss_rsrp.and_then(radio::ss_rsrp),
                ss_sinr: answer.ss_sinr.and_then(radio::ss_sinr),
            };
        }
    }
}

/// Attaches to the packet domain, or detaches, unless it is so already.
#[derive(Clone, Copy, Debug)]
pub struct Attach {
    on: bool,
    now: Option<bool>,
    setting: bool,
}

impl Attach {
    /// Attaches, or detaches.
    #[must_use]
    pub const fn new(on: bool) -> Self {
        Self { on, now: None, setting: false }
    }
}

impl Procedure for Attach {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => {
                *self = Self::new(self.on);
                ask::<cgatt::Read>()
            }
            Outcome::Done if self.setting || self.now == Some(self.on) => Step::Done,
            Outcome::Done | Outcome::Refused(_) if !self.setting => {
                self.setting = true;
                ask_own::<cgatt::Set>()
            }
            outcome => fail(cgatt::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        line.integer(self.on.into());
    }

    fn line(&mut self, line: &[u8], _: bool) {
        if let Ok(answer) = cgatt::ReadAnswer::parse(line) {
            self.now = Some(answer.state == 1);
        }
    }
}
