//! Making the SIM usable: waiting for it, and entering codes.

use mbim_wire::field::Empty;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Status, View as _};

use super::{CommandId, Lock, Outcome, Procedure, Refusal, Step, Stop, decode, fail, query, rest, set};
use crate::time::Instant;

/// Waits until the SIM is settled. At a cold boot modems say "not initialised" for seconds, in the state or as a status,
/// and some never indicate the end of it. When the time is up, the state is what it is.
#[derive(Clone, Copy, Debug)]
pub struct WaitReady {
    end: Instant,
    state: bc::SubscriberReadyState,
}

impl WaitReady {
    /// Waits until `end` at most.
    #[must_use]
    pub const fn new(end: Instant) -> Self {
        Self { end, state: bc::SubscriberReadyState::NOT_INITIALIZED }
    }

    /// The state of the SIM in the end.
    #[must_use]
    pub const fn state(&self) -> bc::SubscriberReadyState {
        self.state
    }
}

impl Procedure for WaitReady {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        type Asked = bc::SubscriberReadyStatus;
        self.state = match outcome {
            Outcome::Begin | Outcome::Rested => return query::<Asked>(&Empty {}),
            Outcome::Answer(body) => match bc::SubscriberReadyStatusInfoView::new(body).ready_state() {
                Ok(state) => state,
                Err(error) => return decode::<Asked>(error),
            },
            Outcome::Refused(Status::NOT_INITIALIZED, _) => bc::SubscriberReadyState::NOT_INITIALIZED,
            Outcome::Refused(Status::SIM_NOT_INSERTED, _) => bc::SubscriberReadyState::SIM_NOT_INSERTED,
            outcome => return fail(CommandId::of::<Asked>(), outcome),
        };
        match rest(now, self.end) {
            Step::Rest(until) if self.state == bc::SubscriberReadyState::NOT_INITIALIZED => Step::Rest(until),
            _ => Step::Done,
        }
    }
}

/// The answer to the question which code is needed. One modem (VZ20M) gives a status where others say PIN 1.
fn needed(outcome: Outcome<'_>) -> Outcome<'_> {
    /// PIN 1, locked, nobody knows how many attempts are left.
    const PIN1: &[u8] = &[2, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff];
    match outcome {
        Outcome::Refused(Status::PIN_REQUIRED, _) => Outcome::Answer(PIN1),
        outcome => outcome,
    }
}

/// Asks which code is needed. Only meaningful once the SIM is settled ([`WaitReady`]): some modems answer anything before.
#[derive(Clone, Copy, Debug, Default)]
pub struct PinState(bc::PinInfo);

impl PinState {
    /// The code that is needed.
    #[must_use]
    pub const fn info(&self) -> bc::PinInfo {
        self.0
    }
}

impl Procedure for PinState {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match needed(outcome) {
            Outcome::Begin => query::<bc::Pin>(&Empty {}),
            Outcome::Answer(body) => match bc::PinInfoView::new(body).read() {
                Ok(info) => {
                    self.0 = info;
                    Step::Done
                }
                Err(error) => decode::<bc::Pin>(error),
            },
            outcome => fail(CommandId::of::<bc::Pin>(), outcome),
        }
    }
}

/// Does something with a code. After a refusal the attempts left decide: fewer than before, and the code is wrong; the
/// code not needed any more, and only the answer was lost; as many as before, and the refusal is about something else.
#[derive(Clone, Copy, Debug)]
pub struct UseCode<'a> {
    set: bc::PinSet<'a>,
    /// Only enter it, and only if it is safe to.
    careful: bool,
    before: Option<bc::PinInfo>,
    refusal: Option<Status>,
    used: bool,
}

impl<'a> UseCode<'a> {
    /// Does what the set says.
    #[must_use]
    pub const fn new(set: bc::PinSet<'a>) -> Self {
        Self { set, careful: false, before: None, refusal: None, used: false }
    }

    /// Enters the PIN of the SIM if it is needed. Other locks, an empty PIN, and a single attempt left stop it before
    /// anything is tried; PIN 2 never matters here.
    #[must_use]
    pub fn unlock(pin: &'a str) -> Self {
        let (pin_type, pin_operation) = (bc::PinType::PIN1, bc::PinOperation::ENTER);
        let set = bc::PinSet { pin_type, pin_operation, pin: pin.into(), ..Default::default() };
        Self { careful: true, ..Self::new(set) }
    }

    /// Whether the code was used in the end, or nothing was needed.
    #[must_use]
    pub const fn used(&self) -> bool {
        self.used
    }

    /// Sorts a refusal out, by the state before and after.
    fn conclude<'p>(before: &bc::PinInfo, after: &bc::PinInfo, status: Status, entering: bool) -> Step<'p> {
        let locked = |info: &bc::PinInfo| info.pin_state == bc::PinState::LOCKED;
        if entering && locked(before) && !locked(after) {
            return Step::Done;
        }
        let same = after.pin_type == before.pin_type;
        let known = after.remaining_attempts != u32::MAX;
        let fewer = same && known && after.remaining_attempts < before.remaining_attempts;
        let blocked = !same && locked(after);
        if fewer || blocked || status == Status::PIN_FAILURE {
            return Step::Fail(Stop::Locked(Lock::new(after, true, status)));
        }
        Step::Fail(Stop::Refused(Refusal { command: CommandId::of::<bc::Pin>(), status, network: None }))
    }
}

impl Procedure for UseCode<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let ask = query::<bc::Pin>(&Empty {});
        let read = |body| bc::PinInfoView::new(body).read();
        let entering = self.set.pin_operation == bc::PinOperation::ENTER;
        let outcome = if self.before.is_none() { needed(outcome) } else { outcome };
        match (outcome, self.before, self.refusal) {
            (Outcome::Begin, ..) => {
                (self.before, self.refusal, self.used) = (None, None, false);
                ask
            }
            (Outcome::Answer(body), None, _) => {
                let info = match read(body) {
                    Ok(info) => info,
                    Err(error) => return decode::<bc::Pin>(error),
                };
                let harmless = matches!(info.pin_type, bc::PinType::PIN2 | bc::PinType::PUK2);
                if self.careful && (info.pin_state != bc::PinState::LOCKED || harmless) {
                    return Step::Done;
                }
                let safe =
                    info.pin_type == bc::PinType::PIN1 && info.remaining_attempts > 1 && !self.set.pin.is_empty();
                if self.careful && !safe {
                    return Step::Fail(Stop::Locked(Lock::new(&info, false, Status::PIN_REQUIRED)));
                }
                self.before = Some(info);
                self.used = true;
                set::<bc::Pin>(&self.set)
            }
            (Outcome::Answer(_), Some(_), None) => Step::Done,
            (Outcome::Refused(status, body), Some(before), None) => match read(body) {
                // Many modems say with the refusal how many attempts are left.
                Ok(after) => Self::conclude(&before, &after, status, entering),
                Err(_) => {
                    self.refusal = Some(status);
                    ask
                }
            },
            (Outcome::Answer(body), Some(before), Some(status)) => match read(body) {
                Ok(after) => Self::conclude(&before, &after, status, entering),
                Err(error) => decode::<bc::Pin>(error),
            },
            (outcome, ..) => fail(CommandId::of::<bc::Pin>(), outcome),
        }
    }
}
