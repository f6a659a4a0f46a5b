//! Procedures of an MBIM host.
//!
//! Whoever runs a [`Procedure`] calls [`step`](Procedure::step), first with [`Outcome::Begin`], does what it says, and
//! calls again with what came of it, until it says [`Step::Done`] or [`Step::Fail`]. The clients do; see
//! [`Client::follow`](crate::client::mbim::Client::follow).

use core::fmt;

use mbim_wire::field::Empty;
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command, DecodeError, DecodeErrorKind, Encode, Field as _, Status, StructWriter, Uuid, View as _};

use crate::session::mbim::Failure;
use crate::time::{Instant, Millis};

mod proxy;

pub use proxy::ConfigureProxy;

/// How often a state is asked for while waiting for it; indications wake earlier, but some modems never send them.
const POLL: Millis = Millis(1_000);
/// How long a session may take from accepted to active.
const ACTIVATION: Millis = Millis::from_secs(180);

/// Names a command: the service, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CommandId {
    /// The device service.
    pub service: Uuid,
    /// The command identifier.
    pub cid: u32,
}

impl CommandId {
    /// The name of a declared command.
    #[must_use]
    pub const fn of<C: Command>() -> &'static Self {
        const { &Self { service: C::SERVICE, cid: C::CID } }
    }
}

impl fmt::Display for CommandId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "service {} command {}", self.service, self.cid)
    }
}

/// What the modem said when it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Refusal {
    /// The command.
    pub command: &'static CommandId,
    /// The status.
    pub status: Status,
    /// The reason of the network (a cause of TS 24.008 or TS 24.301), if the modem gave one.
    pub network: Option<bc::NwError>,
}

impl Refusal {
    /// What an answer says. Four commands of Basic Connect carry the network's reason in their information buffer, even
    /// when they failed.
    #[must_use]
    pub fn new(command: &'static CommandId, status: Status, body: &[u8]) -> Self {
        let at = match command.cid {
            _ if command.service != bc::BASIC_CONNECT => None,
            bc::RegisterState::CID | bc::PacketService::CID | bc::ServiceActivation::CID => Some(0),
            bc::Connect::CID => Some(32),
            _ => None,
        };
        let network = at.and_then(|at| network_cause(body, at));
        Self { command, status, network }
    }
}

#[inline(never)]
fn network_cause(body: &[u8], at: usize) -> Option<bc::NwError> {
    bc::NwError::at(body, at).ok().filter(|cause| cause.0 != 0)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the modem answers {:?}", self.status)?;
        match self.network {
            Some(cause) => write!(f, ", network cause {} ({})", cause.0, cause.text()),
            None => Ok(()),
        }
    }
}

/// A lock that keeps the modem from service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Lock {
    /// The code that is needed.
    pub pin_type: bc::PinType,
    /// How often it may still be tried, if the modem tells.
    pub remaining_attempts: Option<u32>,
    /// Whether a code was tried and found wrong.
    pub wrong: bool,
    /// What the modem answered to the code; [`Status::PIN_REQUIRED`] if none was tried.
    pub status: Status,
}

impl Lock {
    fn new(info: &bc::PinInfo, wrong: bool, status: Status) -> Self {
        let remaining_attempts = Some(info.remaining_attempts).filter(|n| *n != u32::MAX);
        Self { pin_type: info.pin_type, remaining_attempts, wrong, status }
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.wrong {
            f.write_str("the code is wrong: ")?;
        }
        write!(f, "{:?} is needed", self.pin_type)?;
        match self.remaining_attempts {
            Some(n) => write!(f, ", {n} attempts left"),
            None => Ok(()),
        }
    }
}

/// What came of a step.
#[derive(Clone, Copy, Debug)]
pub enum Outcome<'a> {
    /// There was none yet: the procedure starts, or starts over after it was broken off.
    Begin,
    /// The modem answered with success: the information buffer.
    Answer(&'a [u8]),
    /// The modem refused; the information buffer may say more.
    Refused(Status, &'a [u8]),
    /// There was no usable answer.
    Failed(Failure),
    /// The time is up, or an indication came.
    Rested,
}

/// What to do next.
#[derive(Clone, Copy, Debug)]
pub enum Step<'p> {
    /// Send a command, and wait for its answer.
    Ask(Question<'p>),
    /// Wait until then, or for an indication that was not there before.
    Rest(Instant),
    /// Nothing: the end is reached.
    Done,
    /// Nothing: the end cannot be reached.
    Fail(Stop),
}

/// A command to send.
#[derive(Clone, Copy)]
pub struct Question<'p> {
    /// Which.
    pub command: &'p CommandId,
    /// Query or set.
    pub kind: CommandType,
    /// The information buffer.
    pub params: &'p dyn Encode,
    /// How long the answer may take.
    pub timeout: Millis,
}

impl<'p> Question<'p> {
    /// A question that may take as long as such questions usually do.
    #[must_use]
    pub fn new(command: &'p CommandId, kind: CommandType, params: &'p dyn Encode) -> Self {
        Self { command, kind, params, timeout: usual_timeout(command, kind) }
    }
}

impl fmt::Debug for Question<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Question").field("command", &self.command).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// Why a procedure cannot reach its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Stop {
    /// A command had no usable answer.
    Failed {
        /// The command.
        command: &'static CommandId,
        /// Why.
        failure: Failure,
    },
    /// The modem refused.
    Refused(Refusal),
    /// A field of an answer cannot be read.
    Decode {
        /// The command.
        command: &'static CommandId,
        /// The field.
        error: DecodeError,
    },
    /// The modem needs a code first.
    Locked(Lock),
    /// The state asked for was not reached in time.
    NotReached,
}

/// Steps towards an end.
pub trait Procedure {
    /// Says what to do next, by what came of the step before.
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_>;
}

fn query<C: Command>(params: &dyn Encode) -> Step<'_> {
    ask(CommandId::of::<C>(), CommandType::QUERY, params)
}

fn set<C: Command>(params: &dyn Encode) -> Step<'_> {
    ask(CommandId::of::<C>(), CommandType::SET, params)
}

#[inline(never)]
fn ask<'p>(command: &'static CommandId, kind: CommandType, params: &'p dyn Encode) -> Step<'p> {
    Step::Ask(Question::new(command, kind, params))
}

/// How long a command may usually take: seconds for most, minutes where the network has a say.
#[must_use]
pub fn usual_timeout(command: &CommandId, kind: CommandType) -> Millis {
    let seconds = match (command.cid, kind) {
        _ if command.service != bc::BASIC_CONNECT => 30,
        (bc::VisibleProviders::CID, _) => 240,
        (bc::Connect::CID, CommandType::SET) => 180,
        (bc::RegisterState::CID | bc::PacketService::CID, CommandType::SET) => 120,
        (bc::IpConfiguration::CID | bc::ProvisionedContexts::CID, _) | (bc::SignalState::CID, CommandType::SET) => 60,
        (bc::HomeProvider::CID | bc::RadioState::CID | bc::DeviceServices::CID | bc::Pin::CID, _) => 30,
        _ => 10,
    };
    Millis::from_secs(seconds)
}

/// Asks one question. Any answer but a success of at least so many bytes is an error.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'p> {
    question: Question<'p>,
    command: &'static CommandId,
    least: usize,
}

impl<'p> Ask<'p> {
    /// Asks that; `least` is the fixed part of the answer.
    #[must_use]
    pub fn new(command: &'static CommandId, kind: CommandType, params: &'p dyn Encode, least: usize) -> Self {
        Self { question: Question::new(command, kind, params), command, least }
    }
}

impl Procedure for Ask<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => Step::Ask(self.question),
            Outcome::Answer(body) if body.len() >= self.least => Step::Done,
            Outcome::Answer(body) => {
                let error = DecodeError::new(DecodeErrorKind::OutOfBounds, body.len());
                Step::Fail(Stop::Decode { command: self.command, error })
            }
            outcome => fail(self.command, outcome),
        }
    }
}

/// Asks one question, and ends with any answer.
#[derive(Clone, Copy, Debug)]
pub struct AskAny<'p> {
    question: Question<'p>,
    /// Why there was no usable answer.
    failure: Option<Failure>,
}

impl<'p> AskAny<'p> {
    /// Asks that.
    #[must_use]
    pub const fn new(question: Question<'p>) -> Self {
        Self { question, failure: None }
    }

    /// Why there was no usable answer in the end, if there was none.
    #[must_use]
    pub const fn failure(&self) -> Option<Failure> {
        self.failure
    }
}

impl Procedure for AskAny<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => {
                self.failure = None;
                return Step::Ask(self.question);
            }
            Outcome::Failed(failure) => self.failure = Some(failure),
            _ => {}
        }
        Step::Done
    }
}

/// Rests for [`POLL`]; if `end` has come, the state was not reached.
#[inline(never)]
fn rest<'p>(now: Instant, end: Instant) -> Step<'p> {
    if now < end { Step::Rest(end.min(now + POLL)) } else { Step::Fail(Stop::NotReached) }
}

/// What ends a procedure that has no other use for it.
fn fail<'p>(command: &'static CommandId, outcome: Outcome<'_>) -> Step<'p> {
    Step::Fail(match outcome {
        Outcome::Refused(status, body) => Stop::Refused(Refusal::new(command, status, body)),
        Outcome::Failed(failure) => Stop::Failed { command, failure },
        _ => Stop::NotReached,
    })
}

fn decode<'p, C: Command>(error: DecodeError) -> Step<'p> {
    Step::Fail(Stop::Decode { command: CommandId::of::<C>(), error })
}

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

/// Switches the radio on if it is off. The hardware switch may still keep it off afterwards. A refusal with
/// [`Status::OPERATION_NOT_ALLOWED`] is how FCC-locked modems answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct RadioOn {
    asked: bool,
    state: bc::RadioStateInfo,
}

impl RadioOn {
    /// Both switches in the end.
    #[must_use]
    pub const fn state(&self) -> bc::RadioStateInfo {
        self.state
    }
}

impl Procedure for RadioOn {
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
                if self.asked || self.state.sw_radio_state == bc::RadioSwitchState::ON {
                    return Step::Done;
                }
                self.asked = true;
                set::<bc::RadioState>(&bc::RadioStateSet { radio_state: bc::RadioSwitchState::ON })
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
        Self { set, end, at: Asking::Before, state: bc::RegistrationState::UNKNOWN }
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

/// What to connect to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConnectRequest<'a> {
    /// The session, smaller than the device's `max_sessions`.
    pub session_id: u32,
    /// Access point name, at most 100 characters.
    pub apn: &'a str,
    /// Address families.
    pub ip_type: bc::ContextIpType,
    /// User name, at most 255 characters.
    pub user_name: &'a str,
    /// Password, at most 255 characters.
    pub password: &'a str,
    /// How user name and password are presented.
    pub auth_protocol: bc::AuthProtocol,
}

impl Default for ConnectRequest<'_> {
    /// Session 0, both address families, the modem's default access point, no authentication.
    fn default() -> Self {
        Self {
            session_id: 0,
            apn: "",
            ip_type: bc::ContextIpType::IPV4V6,
            user_name: "",
            password: "",
            auth_protocol: bc::AuthProtocol::NONE,
        }
    }
}

/// Asks for a session with the layout of the answer, `N` bytes, in which only the session counts. The declared structure
/// could be written as well; this is a tenth of the flash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionQuery<const N: usize>(pub(crate) u32);

impl<const N: usize> Encode for SessionQuery<N> {
    fn fixed_len(&self) -> usize {
        N
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        w.word(0, self.0);
    }
}

/// Activates a session; one that is left over from earlier is deactivated first, and so is one that does not come up in
/// time. Fewer address families than asked for are a success, with the network's reason in `nw_error`.
#[derive(Clone, Copy, Debug)]
pub struct Connect<'a> {
    query: SessionQuery<36>,
    set: bc::ConnectSet<'a>,
    at: Connecting,
}

#[derive(Clone, Copy, Debug)]
enum Connecting {
    /// Reads what is left over.
    Before,
    /// Deactivates it.
    Clearing,
    /// Activates.
    Setting,
    /// Waits for the session to be active.
    Waiting(Instant),
    /// Deactivates what did not come up in time.
    GivingUp(Stop),
}

impl<'a> Connect<'a> {
    /// Connects as the request says.
    #[must_use]
    pub fn new(request: &ConnectRequest<'a>) -> Self {
        let set = bc::ConnectSet {
            session_id: request.session_id,
            activation_command: bc::ActivationCommand::ACTIVATE,
            access_string: request.apn.into(),
            user_name: request.user_name.into(),
            password: request.password.into(),
            compression: bc::Compression::NONE,
            auth_protocol: request.auth_protocol,
            ip_type: request.ip_type,
            context_type: bc::context_type::INTERNET,
        };
        let query = SessionQuery(request.session_id);
        Self { query, set, at: Connecting::Before }
    }

    #[inline(never)]
    fn command(&mut self, at: Connecting, activation_command: bc::ActivationCommand) -> Step<'_> {
        self.at = at;
        self.set.activation_command = activation_command;
        set::<bc::Connect>(&self.set)
    }
}

impl Procedure for Connect<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        use bc::{ActivationCommand as Command, ActivationState as State};
        if matches!(outcome, Outcome::Begin) {
            self.at = Connecting::Before;
        }
        let body = match (outcome, self.at) {
            (Outcome::Begin | Outcome::Rested, _) => {
                return query::<bc::Connect>(&self.query);
            }
            (_, Connecting::GivingUp(stop)) => return Step::Fail(stop),
            // Some modems refuse to tell: then there is nothing to deactivate.
            (Outcome::Answer(_), Connecting::Clearing) | (Outcome::Refused(..), Connecting::Before) => {
                return self.command(Connecting::Setting, Command::ACTIVATE);
            }
            (Outcome::Refused(status, _), Connecting::Clearing) if is_inactive(status) => {
                return self.command(Connecting::Setting, Command::ACTIVATE);
            }
            // One context for both families is not known everywhere; two contexts may be.
            (
                Outcome::Refused(
                    Status::INVALID_PARAMETERS | Status::NO_DEVICE_SUPPORT | Status::CONTEXT_NOT_SUPPORTED,
                    body,
                ),
                Connecting::Setting,
            ) if self.set.ip_type == bc::ContextIpType::IPV4V6 && network_cause(body, 32).is_none() => {
                self.set.ip_type = bc::ContextIpType::IPV4_AND_IPV6;
                return self.command(Connecting::Setting, Command::ACTIVATE);
            }
            (Outcome::Failed(failure @ Failure::Timeout), Connecting::Setting) => {
                let stop = Stop::Failed { command: CommandId::of::<bc::Connect>(), failure };
                return self.command(Connecting::GivingUp(stop), Command::DEACTIVATE);
            }
            (Outcome::Answer(body), _) => body,
            (outcome, _) => return fail(CommandId::of::<bc::Connect>(), outcome),
        };
        let state = match bc::ConnectInfoView::new(body).activation_state() {
            Ok(state) => state,
            Err(error) => return decode::<bc::Connect>(error),
        };
        match (self.at, state) {
            (Connecting::Before, State::ACTIVATED | State::ACTIVATING) => {
                self.command(Connecting::Clearing, Command::DEACTIVATE)
            }
            (Connecting::Before, _) => self.command(Connecting::Setting, Command::ACTIVATE),
            (_, State::ACTIVATED) => Step::Done,
            (Connecting::Waiting(end), State::ACTIVATING) => match rest(now, end) {
                Step::Fail(stop) => self.command(Connecting::GivingUp(stop), Command::DEACTIVATE),
                step => step,
            },
            (Connecting::Setting, State::ACTIVATING) => {
                self.at = Connecting::Waiting(now + ACTIVATION);
                rest(now, Instant::FAR)
            }
            _ => {
                let command = CommandId::of::<bc::Connect>();
                Step::Fail(Stop::Refused(Refusal::new(command, Status::CONTEXT_NOT_ACTIVATED, body)))
            }
        }
    }
}

/// Whether a refused deactivation means that there is nothing to deactivate. Without its SIM no session is active either,
/// and some modems say that instead.
fn is_inactive(status: Status) -> bool {
    matches!(status, Status::CONTEXT_NOT_ACTIVATED | Status::SIM_NOT_INSERTED)
}

/// Deactivates a session; one that is not active counts as done.
#[derive(Clone, Copy, Debug)]
pub struct Disconnect(bc::ConnectSet<'static>);

impl Disconnect {
    /// Deactivates that session.
    #[must_use]
    pub fn new(session_id: u32) -> Self {
        let (activation_command, context_type) = (bc::ActivationCommand::DEACTIVATE, bc::context_type::INTERNET);
        Self(bc::ConnectSet { session_id, activation_command, context_type, ..Default::default() })
    }
}

impl Procedure for Disconnect {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => set::<bc::Connect>(&self.0),
            Outcome::Answer(_) => Step::Done,
            Outcome::Refused(status, _) if is_inactive(status) => Step::Done,
            outcome => fail(CommandId::of::<bc::Connect>(), outcome),
        }
    }
}
