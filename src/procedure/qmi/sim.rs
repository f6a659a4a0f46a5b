//! Making the SIM usable: its state, waiting for it, and entering codes.
//!
//! Newer firmware answers in the service UIM only, older in DMS only; both are asked in this order.

use core::fmt;

use qmi_wire::field::Encode;
use qmi_wire::frame::MessageWriter;
use qmi_wire::service::{dms, uim};
use qmi_wire::{DecodeError, DecodeErrorKind, EncodeError, ProtocolError, Reader, TlvSet, Writer};

use super::{
    Code, Empty, Lock, MessageId, Outcome, PinOperation, Procedure, Request, Step, Stop, ask, broken, decode, fail,
    is_unsupported, rest,
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

impl PinInfo {
    /// State, attempts, attempts of the PUK.
    #[inline(never)]
    fn read(&mut self, bytes: &[u8]) {
        if let [state, attempts, unblock_attempts, ..] = *bytes {
            *self = Self { state: uim::PinState(state), attempts, unblock_attempts };
        }
    }
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
        sim.read_card_status(tlvs)?;
        Ok(sim)
    }

    /// The number of the TLV is that of the indication, too.
    #[inline(never)]
    fn read_card_status(&mut self, tlvs: TlvSet<'_>) -> Result<(), DecodeError> {
        self.state = SimState::Unusable(uim::CardError::UNKNOWN);
        let mut reader = Reader::new(tlvs.find(0x10).unwrap_or_default());
        if reader.left() == 0 {
            return Ok(());
        }
        match self.walk(&mut reader) {
            Some(()) => Ok(()),
            None => Err(broken(tlvs, 0x10, DecodeErrorKind::OutOfBounds, reader.at())),
        }
    }

    /// Walks through a card status ([`uim::CardStatus`]) to the card and the application that serve, and passes all others
    /// over: reading them into lists would make it three times as large. `None` if it ends early.
    fn walk(&mut self, r: &mut Reader<'_>) -> Option<()> {
        let &[application, slot, .., cards] = r.take(9)? else { return None };
        self.slot = slot;
        let (mut card, mut app, mut pins) = ([].as_slice(), [].as_slice(), [].as_slice());
        // Each turn takes bytes, so a count that lies ends early.
        for nth in 0..cards {
            let one = r.take(6)?;
            if nth == slot {
                card = one;
            }
            for number in 0..one.last().copied().unwrap_or(0) {
                let one = r.take(7)?;
                r.take(one.last().copied().unwrap_or(0).into())?;
                let codes = r.take(7)?;
                if (nth, number) == (slot, application) {
                    (app, pins) = (one, codes);
                }
            }
        }
        if application == NONE || slot == NONE {
            if cards > 0 {
                self.state = SimState::NotInserted;
            }
            return Some(());
        }
        let &[state, ref upin @ .., error, _] = card else { return Some(()) };
        self.state = match uim::CardState(state) {
            uim::CardState::PRESENT => self.state,
            uim::CardState::ABSENT => SimState::NotInserted,
            _ => SimState::Unusable(uim::CardError(error)),
        };
        if state != uim::CardState::PRESENT.0 {
            return Some(());
        }
        // State and attempts of both PINs, three bytes each.
        let &[stands_in, ref pins @ ..] = pins else { return Some(()) };
        let (pin1, pin2) = pins.split_at_checked(3).unwrap_or_default();
        self.upin = stands_in != 0;
        self.pin1.read(if self.upin { upin } else { pin1 });
        self.pin2.read(pin2);
        self.state = self.judge(app);
        Some(())
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
    #[must_use]
    pub fn from_pin_status(tlvs: TlvSet<'_>) -> Self {
        let mut sim = Self::default();
        sim.read_pin_status(tlvs);
        sim
    }

    /// State and attempts of each PIN ([`dms::Pin1Status`]); the numbers are those of the newer service. What is not told,
    /// or cannot be read, is not initialised yet.
    fn read_pin_status(&mut self, tlvs: TlvSet<'_>) {
        *self = Self::default();
        self.pin1.read(tlvs.find(0x11).unwrap_or_default());
        self.pin2.read(tlvs.find(0x12).unwrap_or_default());
        self.state = match self.pin1.state {
            uim::PinState::NOT_INITIALIZED => SimState::Initializing,
            state => pin_lock(state).unwrap_or(SimState::Ready),
        };
    }

    /// The code that is needed, as a [`Lock`].
    fn lock(&self, code: Code) -> Lock {
        let remaining_attempts = match code {
            Code::Pin1 => Some(self.pin1.attempts),
            Code::Puk1 => Some(self.pin1.unblock_attempts),
            _ => None,
        };
        Lock { code, remaining_attempts, wrong: false }
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

    /// The message of the service that is asked.
    #[inline(never)]
    fn message(&self) -> &'static MessageId {
        if self.older {
            MessageId::of::<dms::uim_get_pin_status::Message>()
        } else {
            MessageId::of::<uim::get_card_status::Message>()
        }
    }

    /// As [`Procedure::step`], for procedures that begin with this.
    #[inline(never)]
    fn follow(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'static> {
        use ProtocolError as Error;
        let asks = match outcome {
            Outcome::Begin => {
                self.older = false;
                true
            }
            Outcome::Rested => true,
            Outcome::Answer(tlvs) if self.older => {
                self.sim.read_pin_status(tlvs);
                false
            }
            Outcome::Answer(tlvs) => {
                if let Err(error) = self.sim.read_card_status(tlvs) {
                    return decode(error);
                }
                false
            }
            Outcome::Refused(error, _) if is_unsupported(error) && !self.older => {
                self.older = true;
                true
            }
            Outcome::Refused(Error::NO_SIM, _) => {
                self.sim.state = SimState::NotInserted;
                false
            }
            Outcome::Refused(Error::UIM_UNINITIALIZED | Error::DEVICE_NOT_READY, _) => {
                self.sim.state = SimState::Initializing;
                false
            }
            outcome => return fail(self.message(), outcome),
        };
        if asks {
            return ask(self.message(), &Empty);
        }
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

    /// The messages of the newer service, then those of the older one.
    const MESSAGES: [[&'static MessageId; 4]; 2] = [
        [
            MessageId::of::<uim::verify_pin::Message>(),
            MessageId::of::<uim::unblock_pin::Message>(),
            MessageId::of::<uim::change_pin::Message>(),
            MessageId::of::<uim::set_pin_protection::Message>(),
        ],
        [
            MessageId::of::<dms::uim_verify_pin::Message>(),
            MessageId::of::<dms::uim_unblock_pin::Message>(),
            MessageId::of::<dms::uim_change_pin::Message>(),
            MessageId::of::<dms::uim_set_pin_protection::Message>(),
        ],
    ];

    /// The message, of either service.
    #[inline(never)]
    fn message(&self) -> &'static MessageId {
        let [newer, older] = &Self::MESSAGES;
        let [verify, unblock, change, protect] = if self.read.older { older } else { newer };
        match self.operation {
            PinOperation::Verify(_) => verify,
            PinOperation::Unblock(..) => unblock,
            PinOperation::Change(..) => change,
            PinOperation::Protect(..) => protect,
        }
    }

    /// The code is wrong.
    fn wrong<'p>(&self, error: ProtocolError, tlvs: TlvSet<'_>) -> Step<'p> {
        // Attempts left for the PIN, and for its PUK: in both services.
        let retries = tlvs.find(0x10).and_then(<[u8]>::first_chunk);
        let blocked = error != ProtocolError::INCORRECT_PIN || matches!(retries, Some([0, _]));
        let puk = blocked || matches!(self.operation, PinOperation::Unblock(..));
        let code = match (puk, self.second) {
            (false, false) => Code::Pin1,
            (false, true) => Code::Pin2,
            (true, false) => Code::Puk1,
            (true, true) => Code::Puk2,
        };
        let remaining_attempts = retries.map(|[pin, unblock]| if puk { *unblock } else { *pin });
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
        w.bytes(&[self.id.0]);
        let (first, second) = match self.operation {
            PinOperation::Verify(pin) => (pin, None),
            PinOperation::Protect(on, pin) => {
                w.bytes(&[on.into()]);
                (pin, None)
            }
            PinOperation::Unblock(first, second) | PinOperation::Change(first, second) => (first, Some(second)),
        };
        put_code(w, first);
        if let Some(second) = second {
            put_code(w, second);
        }
    }
}

/// A code behind its length.
#[inline(never)]
fn put_code(w: &mut Writer<'_>, code: &str) {
    match u8::try_from(code.len()) {
        Ok(length) => w.bytes(&[length]),
        Err(_) => w.poison(EncodeError::TooLong { limit: u8::MAX.into() }),
    }
    w.bytes(code.as_bytes());
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
        // The card by its slot, which needs no provisioning; no application.
        let session_type = match self.read.sim.slot {
            0 => uim::SessionType::CARD_SLOT1,
            1 => uim::SessionType::CARD_SLOT2,
            2 => uim::SessionType::CARD_SLOT3,
            3 => uim::SessionType::CARD_SLOT4,
            _ => uim::SessionType::CARD_SLOT5,
        };
        message.put_bytes(1, &[session_type.0, 0]);
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
                Outcome::Answer(_) => Step::Done,
                // Of a PIN that is verified, or protected, already. A code that was to change has not.
                Outcome::Refused(ProtocolError::NO_EFFECT, _)
                    if matches!(self.operation, PinOperation::Verify(_) | PinOperation::Protect(..)) =>
                {
                    Step::Done
                }
                Outcome::Refused(
                    error @ (ProtocolError::INCORRECT_PIN
                    | ProtocolError::PIN_BLOCKED
                    | ProtocolError::PIN_ALWAYS_BLOCKED),
                    tlvs,
                ) => self.wrong(error, tlvs),
                outcome => fail(self.message(), outcome),
            };
        }
        match self.read.follow(now, outcome) {
            Step::Done => {}
            step => return step,
        }
        let sim = &self.read.sim;
        if self.careful {
            let PinOperation::Verify(pin) = self.operation else { return Step::Done };
            match sim.state {
                SimState::Ready => return Step::Done,
                SimState::Locked(Code::Pin1) if sim.pin1.attempts > 1 && !pin.is_empty() => {}
                SimState::Locked(code) => return Step::Fail(Stop::Locked(sim.lock(code))),
                state => return Step::Fail(Stop::Sim(state)),
            }
        }
        if sim.state == SimState::NotInserted {
            return Step::Fail(Stop::Sim(sim.state));
        }
        (self.asked, self.used) = (true, true);
        ask(self.message(), self)
    }

    fn hears_of_not_ready(&self) -> bool {
        true
    }
}
