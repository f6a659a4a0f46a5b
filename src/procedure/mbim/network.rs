//! Getting service: the radio, registration, packet service.

use mbim_wire::field::Empty;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Status, View as _};

use super::{
    CommandId, Layouts, Outcome, Procedure, Refusal, Step, Stop, decode, fail, network_cause, query, rest, set,
};
use crate::time::Instant;

/// Switches the radio on or off, if it is not. The hardware switch may still keep it off afterwards. A refusal to switch
/// it on with [`Status::OPERATION_NOT_ALLOWED`] is how FCC-locked modems answer.
#[derive(Clone, Copy, Debug)]
pub struct Radio {
    wanted: bc::RadioStateSet,
    asked: bool,
    state: bc::RadioStateInfo,
}

impl Radio {
    /// Switches it on.
    #[must_use]
    pub fn on() -> Self {
        Self::new(bc::RadioSwitchState::ON)
    }

    /// Switches it off: the modem leaves the network, and all sessions end.
    #[must_use]
    pub fn off() -> Self {
        Self::new(bc::RadioSwitchState::OFF)
    }

    fn new(radio_state: bc::RadioSwitchState) -> Self {
        Self { wanted: bc::RadioStateSet { radio_state }, asked: false, state: bc::RadioStateInfo::default() }
    }

    /// Both switches in the end.
    #[must_use]
    pub const fn state(&self) -> bc::RadioStateInfo {
        self.state
    }
}

impl Procedure for Radio {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => {
                self.asked = false;
                query::<bc::RadioState>(&Empty {})
            }
            Outcome::Answer(body) => {
                self.state = match bc::RadioStateInfoView::new(body).read() {
                    Ok(state) => state,
                    Err(error) => return decode::<bc::RadioState>(error),
                };
                if self.asked || self.state.sw_radio_state == self.wanted.radio_state {
                    return Step::Done;
                }
                self.asked = true;
                set::<bc::RadioState>(&self.wanted)
            }
            outcome => fail(CommandId::of::<bc::RadioState>(), outcome),
        }
    }
}

/// Which network to register with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Selection<'a> {
    /// The modem chooses.
    Automatic,
    /// This one: MCC and MNC, five or six digits.
    Manual(&'a str),
}

/// Registers with a network and waits for it.
#[derive(Clone, Copy, Debug)]
pub struct Register<'a> {
    set: bc::RegisterStateSet<'a>,
    end: Instant,
    at: Asking,
    state: bc::RegistrationState,
    layouts: &'static Layouts,
}

/// How far a procedure is that reads a state, asks for a change of it, and waits for the change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asking {
    /// Reads what is.
    Before,
    /// Asks for what shall be.
    Setting,
    /// Waits for it.
    After,
}

impl<'a> Register<'a> {
    /// Waits until `end` at most.
    #[must_use]
    pub fn new(selection: Selection<'a>, end: Instant) -> Self {
        let (provider_id, register_action) = match selection {
            Selection::Automatic => ("", bc::RegisterAction::AUTOMATIC),
            Selection::Manual(id) => (id, bc::RegisterAction::MANUAL),
        };
        let set = bc::RegisterStateSet { provider_id: provider_id.into(), register_action, ..Default::default() };
        Self { set, end, at: Asking::Before, state: bc::RegistrationState::UNKNOWN, layouts: Layouts::V1 }
    }

    /// Reads the layouts of another version than 1.0. From 2.0 on the modem tells which radio technologies it prefers;
    /// they are asked for again, because some modems take none for a wish to forget them.
    #[must_use]
    pub const fn with(mut self, layouts: &'static Layouts) -> Self {
        self.layouts = layouts;
        self
    }

    /// The registration in the end.
    #[must_use]
    pub const fn state(&self) -> bc::RegistrationState {
        self.state
    }
}

impl Procedure for Register<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        use bc::RegistrationState as State;
        if matches!(outcome, Outcome::Begin) {
            self.at = Asking::Before;
        }
        let body = match (outcome, self.at) {
            (Outcome::Answer(body), Asking::Before | Asking::After) => body,
            (Outcome::Begin | Outcome::Rested, _) => {
                return query::<bc::RegisterState>(&Empty {});
            }
            (Outcome::Answer(_), Asking::Setting) => {
                self.at = Asking::After;
                return query::<bc::RegisterState>(&Empty {});
            }
            // One modem answers so after it has registered; the state decides.
            (Outcome::Refused(Status::FAILURE, body), Asking::Setting) if network_cause(body, 0).is_none() => {
                self.at = Asking::After;
                return query::<bc::RegisterState>(&Empty {});
            }
            (outcome, _) => return fail(CommandId::of::<bc::RegisterState>(), outcome),
        };
        self.state = match bc::RegisterStateInfoView::new(body).register_state() {
            Ok(state) => state,
            Err(error) => return decode::<bc::RegisterState>(error),
        };
        let registered = matches!(self.state, State::HOME | State::ROAMING | State::PARTNER);
        let manual = self.set.register_action == bc::RegisterAction::MANUAL;
        match self.at {
            Asking::Before if !registered || manual => {
                self.at = Asking::Setting;
                self.set.data_class = (self.layouts.preferred)(body);
                set::<bc::RegisterState>(&self.set)
            }
            _ if registered => Step::Done,
            _ if self.state == State::DENIED => {
                let command = CommandId::of::<bc::RegisterState>();
                Step::Fail(Stop::Refused(Refusal::new(command, Status::NOT_REGISTERED, body)))
            }
            _ => rest(now, self.end),
        }
    }
}

/// Attaches to packet service and waits for it.
#[derive(Clone, Copy, Debug)]
pub struct Attach {
    end: Instant,
    at: Asking,
    refusal: Option<Refusal>,
}

impl Attach {
    /// Waits until `end` at most.
    #[must_use]
    pub const fn new(end: Instant) -> Self {
        Self { end, at: Asking::Before, refusal: None }
    }
}

impl Procedure for Attach {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        const ATTACH: bc::PacketServiceSet =
            bc::PacketServiceSet { packet_service_action: bc::PacketServiceAction::ATTACH };
        if matches!(outcome, Outcome::Begin) {
            (self.at, self.refusal) = (Asking::Before, None);
        }
        let body = match (outcome, self.at) {
            (Outcome::Answer(body), Asking::Before | Asking::After) => body,
            (Outcome::Failed(_), _) | (Outcome::Refused(..), Asking::Before | Asking::After) => {
                return fail(CommandId::of::<bc::PacketService>(), outcome);
            }
            (outcome, _) => {
                if let Outcome::Refused(status, body) = outcome {
                    self.refusal = Some(Refusal::new(CommandId::of::<bc::PacketService>(), status, body));
                }
                if self.at == Asking::Setting {
                    self.at = Asking::After;
                }
                return query::<bc::PacketService>(&Empty {});
            }
        };
        let state = match bc::PacketServiceInfoView::new(body).packet_service_state() {
            Ok(state) => state,
            Err(error) => return decode::<bc::PacketService>(error),
        };
        match (self.at, self.refusal) {
            _ if state == bc::PacketServiceState::ATTACHED => Step::Done,
            (Asking::Before, _) => {
                self.at = Asking::Setting;
                set::<bc::PacketService>(&ATTACH)
            }
            // On LTE attaching is implied, and some modems refuse what is already done: so only now.
            (_, Some(refusal)) => Step::Fail(Stop::Refused(refusal)),
            _ => rest(now, self.end),
        }
    }
}

/// Detaches from packet service and waits for it; sessions end with it. Already detached counts as done.
#[derive(Clone, Copy, Debug)]
pub struct Detach {
    end: Instant,
    asked: bool,
}

impl Detach {
    /// Waits until `end` at most.
    #[must_use]
    pub const fn new(end: Instant) -> Self {
        Self { end, asked: false }
    }
}

impl Procedure for Detach {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        const DETACH: bc::PacketServiceSet =
            bc::PacketServiceSet { packet_service_action: bc::PacketServiceAction::DETACH };
        let body = match outcome {
            Outcome::Begin => {
                self.asked = false;
                return query::<bc::PacketService>(&Empty {});
            }
            Outcome::Rested => return query::<bc::PacketService>(&Empty {}),
            Outcome::Answer(body) => body,
            outcome => return fail(CommandId::of::<bc::PacketService>(), outcome),
        };
        match bc::PacketServiceInfoView::new(body).packet_service_state() {
            Ok(bc::PacketServiceState::DETACHED) => Step::Done,
            Ok(_) if !self.asked => {
                self.asked = true;
                set::<bc::PacketService>(&DETACH)
            }
            Ok(_) => rest(now, self.end),
            Err(error) => decode::<bc::PacketService>(error),
        }
    }
}
