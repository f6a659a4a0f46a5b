//! Making the SIM usable: its state, waiting for it, and entering codes.
//!
//! Newer firmware answers in the service UIM only, older in DMS only; both are asked in this order.

use core::fmt;

use qmi_wire::field::{Decode, Encode};
use qmi_wire::frame::MessageWriter;
use qmi_wire::service::{dms, uim};
use qmi_wire::text::Str;
use qmi_wire::{DecodeError, DecodeErrorKind, EncodeError, ProtocolError, Reader, TlvSet, Writer};

use super::{
    Code, Empty, Lock, MessageId, Outcome, Procedure, Request, Step, Stop, ask, decode, fail, is_unsupported, rest,
};
use crate::time::Instant;

/// The lowest bytes of an index into a card status: what is not there.
const NONE: u8 = 0xff;

/// Whether the SIM can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum SimState {
    /// It is starting: ask again.
    #[default]
    Initializing,
    /// A code is needed first.
    Locked(Code),
    /// It can be used.
    Ready,
    /// There is none, or none that is in use.
    NotInserted,
    /// There is one that cannot be used: broken, blocked for good, or of a kind unknown here.
    Unusable(uim::CardError),
}

impl fmt::Display for SimState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Initializing => f.write_str("the SIM is starting"),
            Self::Locked(code) => write!(f, "the SIM needs {code}"),
            Self::Ready => f.write_str("the SIM is ready"),
            Self::NotInserted => f.write_str("no SIM is inserted"),
            Self::Unusable(error) => write!(f, "the SIM cannot be used ({error:?})"),
        }
    }
}

/// A PIN, and how often it and its PUK may still be tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct PinInfo {
    /// Its state.
    pub state: uim::PinState,
    /// Attempts left for the PIN.
    pub attempts: u8,
    /// Attempts left for the PUK.
    pub unblock_attempts: u8,
}

/// The SIM that serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sim {
    /// Whether it can be used.
    pub state: SimState,
    /// Its slot, from 0.
    pub slot: u8,
    /// The first PIN. Where the universal PIN stands in for it, that.
    pub pin1: PinInfo,
    /// The second PIN. Nobody needs it for service.
    pub pin2: PinInfo,
    /// The universal PIN stands in for the first.
    pub upin: bool,
}

impl Sim {
    /// Reads a card status, as it comes in an answer or an indication.
    ///
    /// The state of the first PIN goes before that of the application, which some firmware tells too late.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn from_card_status(tlvs: TlvSet<'_>) -> Result<Self, DecodeError> {
        let mut sim = Self::default();
        sim.state = sim.read(tlvs)?;
        Ok(sim)
    }

    #[inline(never)]
    fn read(&mut self, tlvs: TlvSet<'_>) -> Result<SimState, DecodeError> {
        let unusable = SimState::Unusable(uim::CardError::UNKNOWN);
        // The number of the TLV is that of the indication, too.
        let Some(Serving { index: &[application, slot, ..], card, app, pins, cards: 1.. }) = tlvs.get(0x10)? else {
            return Ok(unusable);
        };
        if application == NONE || slot == NONE {
            return Ok(SimState::NotInserted);
        }
        self.slot = slot;
        let &[card_state, upin_state, upin_attempts, upuk_attempts, error, _] = card else { return Ok(unusable) };
        match uim::CardState(card_state) {
            uim::CardState::ABSENT => return Ok(SimState::NotInserted),
            uim::CardState::PRESENT => {}
            _ => return Ok(SimState::Unusable(uim::CardError(error))),
        }
        let &[upin, state1, attempts1, unblock1, state2, attempts2, unblock2] = pins else { return Ok(unusable) };
        let info =
            |state, attempts, unblock_attempts| PinInfo { state: uim::PinState(state), attempts, unblock_attempts };
        self.upin = upin != 0;
        self.pin1 = match self.upin {
            true => info(upin_state, upin_attempts, upuk_attempts),
            false => info(state1, attempts1, unblock1),
        };
        self.pin2 = info(state2, attempts2, unblock2);
        Ok(self.judge(app))
    }

    /// What the application means: its type, its state, then its personalisation.
    fn judge(&self, app: &[u8]) -> SimState {
        use uim::{
            CardApplicationPersonalizationState as Personal, CardApplicationState as State, CardApplicationType as Kind,
        };
        let unusable = SimState::Unusable(uim::CardError::UNKNOWN);
        let &[kind, state, personal, lock, ..] = app else { return unusable };
        let state = State(state);
        match (Kind(kind), state) {
            (_, State::UNKNOWN | State::DETECTED) => return SimState::Initializing,
            (Kind::SIM | Kind::USIM, State::ILLEGAL) => return unusable,
            (Kind::SIM | Kind::USIM, _) => {}
            _ => return unusable,
        }
        if let Some(state) = pin_lock(self.pin1.state) {
            return state;
        }
        if state != State::CHECK_PERSONALIZATION_STATE {
            return SimState::Ready;
        }
        // Locks of CDMA, and kinds that no code is known for, cannot be opened here.
        let kind = uim::CardApplicationPersonalizationFeatureStatus(lock);
        match Personal(personal) {
            Personal::UNKNOWN | Personal::IN_PROGRESS => SimState::Initializing,
            Personal::READY => SimState::Ready,
            Personal::CODE_REQUIRED if lock <= 4 => SimState::Locked(Code::Personalization(kind)),
            Personal::PUK_CODE_REQUIRED if lock <= 3 => SimState::Locked(Code::PersonalizationPuk(kind)),
            _ => unusable,
        }
    }

    /// Reads the older service's answer to Get PIN Status.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn from_pin_status(tlvs: TlvSet<'_>) -> Result<Self, DecodeError> {
        // State, attempts, attempts of the PUK ([`dms::Pin1Status`]); the numbers are those of the newer service.
        let info = |number| {
            let info = tlvs.get(number)?;
            Ok(info.map_or(PinInfo::default(), |[state, attempts, unblock_attempts]: [u8; 3]| PinInfo {
                state: uim::PinState(state),
                attempts,
                unblock_attempts,
            }))
        };
        let mut sim = Self { pin1: info(0x11)?, pin2: info(0x12)?, ..Self::default() };
        if sim.pin1.state != uim::PinState::NOT_INITIALIZED {
            sim.state = pin_lock(sim.pin1.state).unwrap_or(SimState::Ready);
        }
        Ok(sim)
    }

    /// The code that is needed, as a [`Lock`].
    fn lock(&self, code: Code, wrong: bool) -> Lock {
        let attempts = match code {
            Code::Pin1 => self.pin1.attempts,
            Code::Puk1 => self.pin1.unblock_attempts,
            Code::Pin2 => self.pin2.attempts,
            Code::Puk2 => self.pin2.unblock_attempts,
            _ => return Lock { code, remaining_attempts: None, wrong },
        };
        Lock { code, remaining_attempts: Some(attempts), wrong }
    }
}

/// The card and the application that serve, in a card status ([`uim::CardStatus`]). All others are passed over: reading them
/// into lists would make it three times as large.
struct Serving<'a> {
    /// The index of the application, low byte, and of the card.
    index: &'a [u8],
    /// The state of the card, that of the universal PIN, attempts left for that and its PUK, error, number of applications.
    card: &'a [u8],
    /// Type, state, state of personalisation, kind of lock, attempts for it, length of the identifier.
    app: &'a [u8],
    /// Behind the identifier: whether the universal PIN stands in for the first, then state and attempts of both PINs.
    pins: &'a [u8],
    cards: u8,
}

impl<'a> Decode<'a> for Serving<'a> {
    #[inline(never)]
    fn decode(r: &mut Reader<'a>) -> Result<Self, DecodeErrorKind> {
        let index = r.bytes(8)?;
        let [cards] = r.array()?;
        let mut serving = Self { index, card: &[], app: &[], pins: &[], cards };
        // Each turn takes bytes, so a count that lies ends early.
        for nth in 0..cards {
            let card = r.bytes(6)?;
            let serves = matches!(index, [_, slot, ..] if *slot == nth);
            if serves {
                serving.card = card;
            }
            for nth in 0..card.last().copied().unwrap_or(0) {
                let app = r.bytes(7)?;
                r.bytes(app.last().copied().unwrap_or(0).into())?;
                let pins = r.bytes(7)?;
                if serves && index.first() == Some(&nth) {
                    (serving.app, serving.pins) = (app, pins);
                }
            }
        }
        Ok(serving)
    }
}

/// What the state of the first PIN means for the SIM; `None` if it is not in the way.
fn pin_lock(state: uim::PinState) -> Option<SimState> {
    match state {
        uim::PinState::ENABLED_NOT_VERIFIED => Some(SimState::Locked(Code::Pin1)),
        uim::PinState::BLOCKED => Some(SimState::Locked(Code::Puk1)),
        uim::PinState::NOT_INITIALIZED | uim::PinState::PERMANENTLY_BLOCKED => {
            Some(SimState::Unusable(uim::CardError::UNKNOWN))
        }
        _ => None,
    }
}

/// Reads the state of the SIM, and waits while it is starting. When the time is up, the state is what it is.
#[derive(Clone, Copy, Debug)]
pub struct ReadSim {
    end: Instant,
    sim: Sim,
    /// The service UIM is not there, or of no use.
    older: bool,
}

impl ReadSim {
    /// Waits until `end` at most.
    #[must_use]
    pub fn new(end: Instant) -> Self {
        Self { end, sim: Sim::default(), older: false }
    }

    /// The SIM in the end.
    #[must_use]
    pub const fn sim(&self) -> Sim {
        self.sim
    }

    fn ask(&self) -> Step<'static> {
        if self.older {
            ask(MessageId::of::<dms::uim_get_pin_status::Message>(), &Empty)
        } else {
            ask(MessageId::of::<uim::get_card_status::Message>(), &Empty)
        }
    }

    /// As [`Procedure::step`], for procedures that begin with this.
    #[inline(never)]
    fn follow(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'static> {
        use ProtocolError as Error;
        let read = match outcome {
            Outcome::Begin => {
                self.older = false;
                return self.ask();
            }
            Outcome::Rested => return self.ask(),
            Outcome::Answer(tlvs) if self.older => Sim::from_pin_status(tlvs),
            Outcome::Answer(tlvs) => Sim::from_card_status(tlvs),
            Outcome::Refused(error, _) if is_unsupported(error) && !self.older => {
                self.older = true;
                return self.ask();
            }
            Outcome::Refused(Error::NO_SIM, _) => Ok(Sim { state: SimState::NotInserted, ..Sim::default() }),
            Outcome::Refused(Error::UIM_UNINITIALIZED | Error::DEVICE_NOT_READY, _) => Ok(Sim::default()),
            outcome => return fail(MessageId::of::<uim::get_card_status::Message>(), outcome),
        };
        self.sim = match read {
            Ok(sim) => sim,
            Err(error) => return decode(error),
        };
        match rest(now, self.end) {
            Step::Rest(until) if self.sim.state == SimState::Initializing => Step::Rest(until),
            _ => Step::Done,
        }
    }
}

impl Procedure for ReadSim {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        self.follow(now, outcome)
    }

    fn hears_of_not_ready(&self) -> bool {
        true
    }
}

/// What to do with a code. Its debug output leaves the codes out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PinOperation<'a> {
    /// Enter the PIN.
    Verify(&'a str),
    /// Unblock the PIN: the PUK and a new PIN.
    Unblock(&'a str, &'a str),
    /// Change the PIN: the old one and the new one.
    Change(&'a str, &'a str),
    /// Have the PIN asked for, or not; it has to be given either way.
    Protect(bool, &'a str),
}

impl fmt::Debug for PinOperation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Verify(_) => "Verify",
            Self::Unblock(..) => "Unblock",
            Self::Change(..) => "Change",
            Self::Protect(..) => "Protect",
        })
    }
}

/// Does something with a code of the SIM. A code that is wrong ends it with [`Stop::Locked`], which tells the attempts
/// left.
#[derive(Clone, Copy, Debug)]
pub struct UseCode<'a> {
    operation: PinOperation<'a>,
    second: bool,
    /// Only enter it, and only if it is safe to.
    careful: bool,
    read: ReadSim,
    asked: bool,
    used: bool,
}

impl<'a> UseCode<'a> {
    /// Does that with the first PIN, or with the second.
    #[must_use]
    pub fn new(operation: PinOperation<'a>, second: bool, end: Instant) -> Self {
        Self { operation, second, careful: false, read: ReadSim::new(end), asked: false, used: false }
    }

    /// Waits until the SIM is settled, for as long as until `end`, and enters its PIN if that is needed. Other locks, an empty
    /// PIN, and a single attempt left stop it before anything is tried.
    #[must_use]
    pub fn unlock(pin: &'a str, end: Instant) -> Self {
        Self { careful: true, ..Self::new(PinOperation::Verify(pin), false, end) }
    }

    /// Whether a code was used.
    #[must_use]
    pub const fn used(&self) -> bool {
        self.used
    }

    /// The SIM as it was before.
    #[must_use]
    pub const fn sim(&self) -> Sim {
        self.read.sim
    }

    /// The message, of either service.
    fn message(&self) -> &'static MessageId {
        match (self.operation, self.read.older) {
            (PinOperation::Verify(_), false) => MessageId::of::<uim::verify_pin::Message>(),
            (PinOperation::Unblock(..), false) => MessageId::of::<uim::unblock_pin::Message>(),
            (PinOperation::Change(..), false) => MessageId::of::<uim::change_pin::Message>(),
            (PinOperation::Protect(..), false) => MessageId::of::<uim::set_pin_protection::Message>(),
            (PinOperation::Verify(_), true) => MessageId::of::<dms::uim_verify_pin::Message>(),
            (PinOperation::Unblock(..), true) => MessageId::of::<dms::uim_unblock_pin::Message>(),
            (PinOperation::Change(..), true) => MessageId::of::<dms::uim_change_pin::Message>(),
            (PinOperation::Protect(..), true) => MessageId::of::<dms::uim_set_pin_protection::Message>(),
        }
    }

    /// What a refusal means: that the code is wrong, or something else.
    fn refused<'p>(&self, error: ProtocolError, tlvs: TlvSet<'_>) -> Step<'p> {
        let wrong = matches!(
            error,
            ProtocolError::INCORRECT_PIN | ProtocolError::PIN_BLOCKED | ProtocolError::PIN_ALWAYS_BLOCKED
        );
        if !wrong {
            return fail(self.message(), Outcome::Refused(error, tlvs));
        }
        let retries = tlvs.get::<uim::RetriesRemaining>(0x10).ok().flatten();
        let unblocking = matches!(self.operation, PinOperation::Unblock(..));
        let blocked = error != ProtocolError::INCORRECT_PIN || retries.is_some_and(|r| r.verify_retries_left == 0);
        let code = match (unblocking || blocked, self.second) {
            (false, false) => Code::Pin1,
            (false, true) => Code::Pin2,
            (true, false) => Code::Puk1,
            (true, true) => Code::Puk2,
        };
        let remaining_attempts = retries.map(|retries| match unblocking || blocked {
            true => retries.unblock_retries_left,
            false => retries.verify_retries_left,
        });
        Step::Fail(Stop::Locked(Lock { code, remaining_attempts, wrong: true }))
    }
}

/// The codes in a request. The structures of both services and all operations are alike: which PIN, whether to ask for it,
/// one text or two.
struct Codes<'a> {
    id: uim::PinId,
    operation: PinOperation<'a>,
}

impl Encode for Codes<'_> {
    fn encode(&self, w: &mut Writer<'_>) {
        self.id.encode(w);
        let (first, second) = match self.operation {
            PinOperation::Verify(pin) => (pin, None),
            PinOperation::Protect(on, pin) => {
                on.encode(w);
                (pin, None)
            }
            PinOperation::Unblock(first, second) | PinOperation::Change(first, second) => (first, Some(second)),
        };
        Str::<u8>::from(first).encode(w);
        if let Some(second) = second {
            Str::<u8>::from(second).encode(w);
        }
    }
}

impl Request for UseCode<'_> {
    fn write<'b>(&self, mut message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let id = match (self.second, self.read.sim.upin) {
            (true, _) => uim::PinId::PIN2,
            (false, true) if !self.read.older => uim::PinId::UPIN,
            (false, _) => uim::PinId::PIN1,
        };
        let codes = Codes { id, operation: self.operation };
        if self.read.older {
            message.put(1, &codes);
            return message.finish();
        }
        // The card by its slot, which needs no provisioning.
        let session_type = match self.read.sim.slot {
            0 => uim::SessionType::CARD_SLOT1,
            1 => uim::SessionType::CARD_SLOT2,
            2 => uim::SessionType::CARD_SLOT3,
            3 => uim::SessionType::CARD_SLOT4,
            _ => uim::SessionType::CARD_SLOT5,
        };
        message.put(1, &uim::Session { session_type, ..Default::default() });
        message.put(2, &codes);
        message.finish()
    }
}

impl Procedure for UseCode<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        if matches!(outcome, Outcome::Begin) {
            (self.asked, self.used) = (false, false);
        }
        if self.asked {
            return match outcome {
                // Of a PIN that is verified, or protected, already.
                Outcome::Answer(_) | Outcome::Refused(ProtocolError::NO_EFFECT, _) => Step::Done,
                Outcome::Refused(error, tlvs) => self.refused(error, tlvs),
                outcome => fail(self.message(), outcome),
            };
        }
        match self.read.follow(now, outcome) {
            Step::Done => {}
            step => return step,
        }
        let sim = self.read.sim;
        match (sim.state, self.operation) {
            (SimState::NotInserted | SimState::Unusable(_), _) if !self.second || self.careful => {
                return Step::Fail(Stop::Sim(sim.state));
            }
            (SimState::Ready, _) if self.careful => return Step::Done,
            (SimState::Locked(Code::Pin1), PinOperation::Verify(pin))
                if self.careful && sim.pin1.attempts > 1 && !pin.is_empty() => {}
            (SimState::Locked(code), _) if self.careful => return Step::Fail(Stop::Locked(sim.lock(code, false))),
            (state, _) if self.careful => return Step::Fail(Stop::Sim(state)),
            _ => {}
        }
        (self.asked, self.used) = (true, true);
        ask(self.message(), self)
    }

    fn hears_of_not_ready(&self) -> bool {
        true
    }
}
