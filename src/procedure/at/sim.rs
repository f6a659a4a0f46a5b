//! Making the SIM usable: its state, waiting for it, and using codes.
//!
//! A code is never sent twice: what the modem says to it, be it nothing, is followed by asking for the state.

use core::fmt;

use at_wire::command::equipment::{Lock as Wanted, cpin, cpinr};
use at_wire::command::services::{clck, cpwd};
use at_wire::command::vendor::{cinterion, huawei, icera, mbm, quectel, simcom, telit, ublox, xmm};
use at_wire::parameter::{LineWriter, Str, Value, Word, parameters_of};
use at_wire::result::FinalResult;

use super::{Outcome, PinOperation, Procedure, Refusal, Step, Stop, ask, ask_own, ask_with, cme, fail, is_busy, rest};
use crate::time::Instant;

/// Whether the SIM can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SimState {
    /// It is starting: ask again.
    #[default]
    Initializing,
    /// A code is needed first.
    Locked(Wanted),
    /// It can be used.
    Ready,
    /// There is none.
    NotInserted,
    /// There is one that cannot be used: the modem's reason, in numbers of `+CME ERROR` (27.007 §9.2), if it tells one.
    Unusable(Option<u32>),
}

impl fmt::Display for SimState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Initializing => f.write_str("the SIM is starting"),
            Self::Locked(code) => write!(f, "the SIM needs {}", code.code()),
            Self::Ready => f.write_str("the SIM is ready"),
            Self::NotInserted => f.write_str("no SIM is inserted"),
            Self::Unusable(Some(cause)) => write!(f, "the SIM cannot be used (error {cause})"),
            Self::Unusable(None) => f.write_str("the SIM cannot be used"),
        }
    }
}

/// How often codes may still be tried, as far as the modem tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Attempts {
    /// The PIN.
    pub pin1: Option<u8>,
    /// Its PUK.
    pub puk1: Option<u8>,
    /// The second PIN.
    pub pin2: Option<u8>,
    /// Its PUK.
    pub puk2: Option<u8>,
}

impl Attempts {
    /// Those of a code.
    #[must_use]
    pub const fn of(&self, code: Wanted) -> Option<u8> {
        match code {
            Wanted::SimPin => self.pin1,
            Wanted::SimPuk => self.puk1,
            Wanted::SimPin2 => self.pin2,
            Wanted::SimPuk2 => self.puk2,
            _ => None,
        }
    }

    fn is_known(&self) -> bool {
        *self != Self::default()
    }
}

/// A lock that keeps the modem from service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Lock {
    /// The code that is needed.
    pub code: Wanted,
    /// How often it may still be tried, if the modem tells.
    pub remaining_attempts: Option<u8>,
    /// Whether a code was tried and found wrong.
    pub wrong: bool,
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.wrong {
            f.write_str("the code is wrong: ")?;
        }
        write!(f, "{} is needed", self.code.code())?;
        match self.remaining_attempts {
            Some(n) => write!(f, ", {n} attempts left"),
            None => Ok(()),
        }
    }
}

/// What an error of a command about the SIM means for its state; `None` if it means nothing.
fn state_of(result: FinalResult<'_>) -> Option<SimState> {
    if is_busy(result) {
        return Some(SimState::Initializing);
    }
    Some(match cme(result)? {
        5 => SimState::Locked(Wanted::PhSimPin),
        6 => SimState::Locked(Wanted::PhFsimPin),
        7 => SimState::Locked(Wanted::PhFsimPuk),
        10 => SimState::NotInserted,
        11 => SimState::Locked(Wanted::SimPin),
        12 => SimState::Locked(Wanted::SimPuk),
        cause @ (13 | 15) => SimState::Unusable(Some(cause)),
        17 => SimState::Locked(Wanted::SimPin2),
        18 => SimState::Locked(Wanted::SimPuk2),
        40 => SimState::Locked(Wanted::NetworkPin),
        41 => SimState::Locked(Wanted::NetworkPuk),
        42 => SimState::Locked(Wanted::SubsetPin),
        43 => SimState::Locked(Wanted::SubsetPuk),
        44 => SimState::Locked(Wanted::ProviderPin),
        45 => SimState::Locked(Wanted::ProviderPuk),
        46 => SimState::Locked(Wanted::CorporatePin),
        47 => SimState::Locked(Wanted::CorporatePuk),
        _ => return None,
    })
}

/// Reads the state of the SIM, and waits while it is starting. When the time is up, the state is what it is.
///
/// A second PIN that is asked for keeps nobody from service: such a SIM is ready.
#[derive(Clone, Copy, Debug)]
pub struct ReadSim {
    end: Instant,
    state: SimState,
}

impl ReadSim {
    /// Waits until `end` at most.
    #[must_use]
    pub const fn new(end: Instant) -> Self {
        Self { end, state: SimState::Initializing }
    }

    /// The state in the end.
    #[must_use]
    pub const fn state(&self) -> SimState {
        self.state
    }
}

impl Procedure for ReadSim {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin | Outcome::Rested | Outcome::Told => {
                self.state = SimState::Initializing;
                return ask::<cpin::Read>();
            }
            Outcome::Done => {}
            Outcome::Refused(result) => match (state_of(result), cme(result)) {
                (Some(state), _) => self.state = state,
                // Without a number nothing is known yet, and with another one never.
                (None, None) => {}
                (None, cause) => self.state = SimState::Unusable(cause),
            },
            outcome => return fail(cpin::NAME, outcome),
        }
        match rest(now, self.end) {
            Step::Wait(until) if self.state == SimState::Initializing => Step::Wait(until),
            _ if self.state == SimState::Initializing => match outcome {
                // The SIM may have no part in that.
                Outcome::Refused(result) if !is_busy(result) => fail(cpin::NAME, outcome),
                _ => Step::Done,
            },
            _ => Step::Done,
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        let Some(mut fields) = parameters_of(cpin::NAME, line) else { return };
        let code = Word::read(fields.field()).unwrap_or_default();
        self.state = match Wanted::of(code) {
            Some(Wanted::Ready | Wanted::SimPin2 | Wanted::SimPuk2) => SimState::Ready,
            Some(Wanted::Blocked) => SimState::Unusable(None),
            Some(lock) => SimState::Locked(lock),
            // `NOT INSERTED`, `NOT READY` and the like of some makers.
            None if code.0.eq_ignore_ascii_case(b"NOT INSERTED") => SimState::NotInserted,
            None => SimState::Initializing,
        };
    }

    fn told(&mut self, line: &[u8], _: bool) -> bool {
        parameters_of(cpin::NAME, line).is_some()
    }

    fn hears_of_busy(&self) -> bool {
        true
    }
}

/// Reads how often codes may still be tried, by the first of the commands for it that the modem has: that of 27.007, and
/// makers'. A modem without any is no error.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadAttempts {
    attempts: Attempts,
    at: u8,
}

impl ReadAttempts {
    /// Reads them.
    #[must_use]
    pub const fn new() -> Self {
        let attempts = Attempts { pin1: None, puk1: None, pin2: None, puk2: None };
        Self { attempts, at: 0 }
    }

    /// What is known.
    #[must_use]
    pub const fn attempts(&self) -> Attempts {
        self.attempts
    }

    fn command(at: u8) -> Step {
        match at {
            0 => ask::<cpinr::Execute>(),
            1 => ask::<huawei::cpin::Read>(),
            2 => ask::<ublox::upincnt::Execute>(),
            3 => ask::<quectel::qpinc::Read>(),
            4 => ask::<telit::pct::Execute>(),
            5 => ask::<simcom::spic::Execute>(),
            6 => ask_with::<cinterion::spic::Set<'_>>("\"SC\""),
            7 => ask::<mbm::epin::Read>(),
            8 => ask::<icera::pinnum::Read>(),
            9 => ask::<xmm::xpincnt::Execute>(),
            _ => Step::Done,
        }
    }
}

impl Procedure for ReadAttempts {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => *self = Self::new(),
            Outcome::Done if self.attempts.is_known() => return Step::Done,
            Outcome::Done | Outcome::Refused(_) => self.at = self.at.saturating_add(1),
            outcome => return fail(cpinr::NAME, outcome),
        }
        Self::command(self.at)
    }

    fn line(&mut self, line: &[u8], _: bool) {
        let Step::Ask(question) = Self::command(self.at) else { return };
        let Some(mut fields) = parameters_of(question.exchange.info.name, line) else { return };
        let Attempts { pin1, puk1, pin2, puk2 } = &mut self.attempts;
        let targets: [Option<&mut Option<u8>>; 4] = match self.at {
            0 => match Wanted::of(Word::read(fields.field()).unwrap_or_default()) {
                Some(Wanted::SimPin) => [Some(pin1), None, None, None],
                Some(Wanted::SimPuk) => [Some(puk1), None, None, None],
                Some(Wanted::SimPin2) => [Some(pin2), None, None, None],
                Some(Wanted::SimPuk2) => [Some(puk2), None, None, None],
                _ => return,
            },
            1 => {
                // The code that is wanted, and how often it may be tried.
                let _ = (fields.field(), fields.field());
                [Some(puk1), Some(pin1), Some(puk2), Some(pin2)]
            }
            3 => match Str::read(fields.field()) {
                Ok(Str(b"SC")) => [Some(pin1), Some(puk1), None, None],
                Ok(Str(b"P2")) => [Some(pin2), Some(puk2), None, None],
                _ => return,
            },
            2 | 5 | 9 => [Some(pin1), Some(pin2), Some(puk1), Some(puk2)],
            4 | 6 => [Some(pin1), None, None, None],
            _ => [Some(pin1), Some(puk1), Some(pin2), Some(puk2)],
        };
        for target in targets.into_iter().flatten() {
            *target = fields.value("retries").unwrap_or(None);
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    State,
    Attempts,
    Using,
    /// The code was used; the state tells whether it was right.
    After,
    AttemptsAfter,
}

/// Does something with a code of the SIM, once. A code that is wrong ends it with [`Stop::Locked`], which tells the
/// attempts left. After a PIN or PUK was right it waits until the SIM is ready.
#[derive(Clone, Copy, Debug)]
pub struct UseCode<'a> {
    operation: PinOperation<'a>,
    second: bool,
    /// Only enter it, and only if it is safe to.
    careful: bool,
    read: ReadSim,
    attempts: ReadAttempts,
    /// How often the code could be tried before, if that was asked.
    before: Option<u8>,
    at: At,
    used: bool,
    refusal: Option<Refusal>,
}

impl<'a> UseCode<'a> {
    /// Does that with the first PIN, or with the second; waits for the SIM until `end` at most.
    #[must_use]
    pub const fn new(operation: PinOperation<'a>, second: bool, end: Instant) -> Self {
        let (read, attempts) = (ReadSim::new(end), ReadAttempts::new());
        Self {
            operation,
            second,
            careful: false,
            read,
            attempts,
            before: None,
            at: At::State,
            used: false,
            refusal: None,
        }
    }

    /// Waits until the SIM is settled, for as long as until `end`, and enters its PIN if that is needed. Other locks, an
    /// empty PIN, and a single attempt left stop it before anything is tried. A modem that does not tell how many are left
    /// is trusted to have more.
    #[must_use]
    pub const fn unlock(pin: &'a str, end: Instant) -> Self {
        Self { careful: true, ..Self::new(PinOperation::Verify(pin), false, end) }
    }

    /// Whether a code was used.
    #[must_use]
    pub const fn used(&self) -> bool {
        self.used
    }

    /// The state of the SIM that was read last.
    #[must_use]
    pub const fn state(&self) -> SimState {
        self.read.state
    }

    fn command(&self) -> &'static str {
        match self.operation {
            PinOperation::Verify(_) | PinOperation::Unblock(..) => cpin::NAME,
            PinOperation::Change(..) => cpwd::NAME,
            PinOperation::Protect(..) => clck::NAME,
        }
    }

    /// The code that the operation needs.
    const fn code(&self) -> Wanted {
        match (self.operation, self.second) {
            (PinOperation::Unblock(..), false) => Wanted::SimPuk,
            (PinOperation::Unblock(..), true) => Wanted::SimPuk2,
            (_, false) => Wanted::SimPin,
            (_, true) => Wanted::SimPin2,
        }
    }

    fn locked(&self, code: Wanted, wrong: bool) -> Step {
        let remaining_attempts = self.attempts.attempts.of(code);
        Step::Fail(Stop::Locked(Lock { code, remaining_attempts, wrong }))
    }

    fn go(&mut self, now: Instant, at: At) -> Step {
        self.at = at;
        match at {
            At::State | At::After => self.read.step(now, Outcome::Begin),
            At::Attempts | At::AttemptsAfter => self.attempts.step(now, Outcome::Begin),
            At::Using => {
                self.used = true;
                self.before = self.attempts.attempts.of(self.code());
                match self.operation {
                    PinOperation::Verify(_) | PinOperation::Unblock(..) => ask_own::<cpin::Set<'_>>(),
                    PinOperation::Change(..) => ask_own::<cpwd::Set<'_>>(),
                    PinOperation::Protect(..) => ask_own::<clck::Set<'_>>(),
                }
            }
        }
    }

    /// What follows from the state, and from the attempts that are left.
    fn judge(&mut self, now: Instant) -> Step {
        let state = self.read.state;
        if matches!(state, SimState::NotInserted | SimState::Unusable(_)) {
            return Step::Fail(Stop::Sim(state));
        }
        if self.careful {
            let PinOperation::Verify(pin) = self.operation else { return Step::Done };
            match state {
                SimState::Ready => return Step::Done,
                SimState::Locked(_) if self.at == At::State => return self.go(now, At::Attempts),
                SimState::Locked(code @ Wanted::SimPin) => {
                    let left = self.attempts.attempts.pin1;
                    if pin.is_empty() || left.is_some_and(|left| left < 2) {
                        return self.locked(code, false);
                    }
                }
                SimState::Locked(code) => return self.locked(code, false),
                state => return Step::Fail(Stop::Sim(state)),
            }
        }
        // The same command would take the PUK for a PIN, and the PIN for a PUK.
        match (self.operation, state, self.second) {
            (PinOperation::Verify(_), SimState::Ready, false) => return Step::Done,
            (PinOperation::Verify(_), SimState::Locked(code), false) if code != Wanted::SimPin => {
                return self.locked(code, false);
            }
            (PinOperation::Unblock(..), state, false) if state != SimState::Locked(Wanted::SimPuk) => {
                return Step::Fail(Stop::Sim(state));
            }
            _ => {}
        }
        self.go(now, At::Using)
    }

    /// The attempts that are left are known, if ever: what the code was.
    fn end(&self) -> Step {
        let Some(refusal) = self.refusal else { return Step::Done };
        // The SIM may have been blocked by it.
        let code = match self.read.state {
            SimState::Locked(code) if !self.second => code,
            _ => self.code(),
        };
        // Without a reason, one attempt less is one.
        let is_less = self.before.zip(self.attempts.attempts.of(self.code())).is_some_and(|(before, now)| now < before);
        match refusal.cme() {
            Some(11 | 12 | 16 | 17 | 18) => self.locked(code, true),
            None if is_less => self.locked(code, true),
            _ if matches!(self.read.state, SimState::Locked(Wanted::SimPuk)) && code != self.code() => {
                self.locked(code, true)
            }
            _ => Step::Fail(Stop::Refused(refusal)),
        }
    }
}

impl Procedure for UseCode<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step {
        if let Outcome::Begin = outcome {
            (self.used, self.refusal, self.before) = (false, None, None);
            self.attempts = ReadAttempts::new();
            return self.go(now, At::State);
        }
        match self.at {
            At::State => match self.read.step(now, outcome) {
                Step::Done => self.judge(now),
                step => step,
            },
            At::Attempts => match self.attempts.step(now, outcome) {
                Step::Done => self.judge(now),
                step => step,
            },
            At::Using => match outcome {
                Outcome::Done if matches!(self.operation, PinOperation::Change(..) | PinOperation::Protect(..)) => {
                    Step::Done
                }
                Outcome::Done => self.go(now, At::After),
                Outcome::Refused(result) => {
                    self.refusal = Some(Refusal::new(self.command(), result));
                    self.go(now, At::After)
                }
                outcome => fail(self.command(), outcome),
            },
            At::After => match (self.read.step(now, outcome), self.read.state) {
                // It was right: `ERROR` came, but the SIM is open.
                (Step::Done, SimState::Ready)
                    if !self.second
                        && matches!(self.operation, PinOperation::Verify(_) | PinOperation::Unblock(..)) =>
                {
                    Step::Done
                }
                (Step::Done, _) if self.refusal.is_some() => self.go(now, At::AttemptsAfter),
                (Step::Done, SimState::Ready) => Step::Done,
                (Step::Done, _) if self.second => Step::Done,
                // The code was right: what the modem says of the SIM may lag behind.
                (Step::Done, SimState::Locked(code)) => match rest(now, self.read.end) {
                    wait @ Step::Wait(_) if code == self.code() => wait,
                    _ => self.locked(code, false),
                },
                (Step::Done, state) => Step::Fail(Stop::Sim(state)),
                (step, _) => step,
            },
            At::AttemptsAfter => match self.attempts.step(now, outcome) {
                Step::Done => self.end(),
                step => step,
            },
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        let facility = if self.second { "P2" } else { "SC" };
        match self.operation {
            PinOperation::Verify(pin) => line.quoted(pin.as_bytes()),
            PinOperation::Unblock(puk, pin) => {
                line.quoted(puk.as_bytes());
                line.quoted(pin.as_bytes());
            }
            PinOperation::Change(old, new) => {
                line.quoted(facility.as_bytes());
                line.quoted(old.as_bytes());
                line.quoted(new.as_bytes());
            }
            PinOperation::Protect(on, pin) => {
                line.quoted(facility.as_bytes());
                line.integer(on.into());
                line.quoted(pin.as_bytes());
            }
        }
    }

    fn line(&mut self, line: &[u8], second: bool) {
        match self.at {
            At::State | At::After => self.read.line(line, second),
            At::Attempts | At::AttemptsAfter => self.attempts.line(line, second),
            At::Using => {}
        }
    }

    fn told(&mut self, line: &[u8], second: bool) -> bool {
        self.read.told(line, second)
    }

    fn hears_of_busy(&self) -> bool {
        true
    }
}

/// Reads whether the PIN is asked for when the device starts.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadProtection {
    on: Option<bool>,
}

impl ReadProtection {
    /// Reads it.
    #[must_use]
    pub const fn new() -> Self {
        Self { on: None }
    }

    /// What was found.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.on.unwrap_or_default()
    }
}

impl Procedure for ReadProtection {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match (outcome, self.on) {
            (Outcome::Begin, _) => {
                self.on = None;
                ask_with::<clck::Set<'_>>("\"SC\",2")
            }
            (Outcome::Done, Some(_)) => Step::Done,
            (Outcome::Done, None) => super::missing(clck::NAME),
            (outcome, _) => fail(clck::NAME, outcome),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        let status: Option<u8> = parameters_of(clck::NAME, line).and_then(|mut fields| fields.value("status").ok());
        self.on = status.map(|status| status != 0).or(self.on);
    }
}
