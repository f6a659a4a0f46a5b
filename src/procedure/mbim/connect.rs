//! Sessions: activating and deactivating them.

use core::fmt;

use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Encode, Status, StructWriter, View as _};

use super::version::Activation;
use super::{
    CommandId, Layouts, Outcome, Procedure, Refusal, Step, Stop, decode, fail, network_cause, query, rest, set,
};
use crate::time::{Instant, Millis};

/// How long a session may take from accepted to active.
const ACTIVATION: Millis = Millis::from_secs(180);

/// What to connect to. Its debug output masks user name and password.
#[derive(Clone, Copy, PartialEq)]
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

impl fmt::Debug for ConnectRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectRequest")
            .field("session_id", &self.session_id)
            .field("apn", &self.apn)
            .field("ip_type", &self.ip_type)
            .field("auth_protocol", &self.auth_protocol)
            .finish_non_exhaustive()
    }
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

/// Asks for a session with the layout of the answer, so many bytes, in which only the session counts. The declared
/// structure could be written as well; this is a tenth of the flash.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionQuery {
    pub(crate) session_id: u32,
    pub(crate) len: usize,
}

impl Encode for SessionQuery {
    fn fixed_len(&self) -> usize {
        self.len
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        w.word(0, self.session_id);
    }
}

/// Activates a session; one that is left over from earlier is deactivated first, and so is one that does not come up in
/// time, or of which the modem does not tell what became of it. Fewer address families than asked for are a success, with the network's reason in `nw_error`.
#[derive(Clone, Copy, Debug)]
pub struct Connect<'a> {
    query: SessionQuery,
    set: Activation<'a>,
    at: Connecting,
    /// A session that was left over has been deactivated: once is enough.
    cleared: bool,
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
    /// Connects as the request says, with the layouts of version 1.0.
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
        let layouts = Layouts::V1;
        let query = SessionQuery { session_id: request.session_id, len: layouts.session_query };
        Self { query, set: Activation { set, layouts }, at: Connecting::Before, cleared: false }
    }

    /// Takes the layouts of another version.
    #[must_use]
    pub const fn with(mut self, layouts: &'static Layouts) -> Self {
        self.set.layouts = layouts;
        self.query.len = layouts.session_query;
        self
    }

    #[inline(never)]
    fn command(&mut self, at: Connecting, activation_command: bc::ActivationCommand) -> Step<'_> {
        self.at = at;
        self.set.set.activation_command = activation_command;
        set::<bc::Connect>(&self.set)
    }
}

impl Procedure for Connect<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        use bc::{ActivationCommand as Command, ActivationState as State};
        if matches!(outcome, Outcome::Begin) {
            (self.at, self.cleared) = (Connecting::Before, false);
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
            ) if self.set.set.ip_type == bc::ContextIpType::IPV4V6 && network_cause(body, 32).is_none() => {
                self.set.set.ip_type = bc::ContextIpType::IPV4_AND_IPV6;
                return self.command(Connecting::Setting, Command::ACTIVATE);
            }
            // Half open, from an attempt that failed before, and not told when asked.
            (Outcome::Refused(Status::MAX_ACTIVATED_CONTEXTS, _), Connecting::Setting) if !self.cleared => {
                self.cleared = true;
                return self.command(Connecting::Clearing, Command::DEACTIVATE);
            }
            // Nobody knows what became of it: it shall not come up later.
            (outcome @ Outcome::Failed(_), Connecting::Setting)
            | (outcome @ (Outcome::Failed(_) | Outcome::Refused(..)), Connecting::Waiting(_)) => {
                return match fail(CommandId::of::<bc::Connect>(), outcome) {
                    Step::Fail(stop) => self.command(Connecting::GivingUp(stop), Command::DEACTIVATE),
                    step => step,
                };
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
                self.cleared = true;
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
pub struct Disconnect(Activation<'static>);

impl Disconnect {
    /// Deactivates that session, with the layouts of version 1.0.
    #[must_use]
    pub fn new(session_id: u32) -> Self {
        let (activation_command, context_type) = (bc::ActivationCommand::DEACTIVATE, bc::context_type::INTERNET);
        let set = bc::ConnectSet { session_id, activation_command, context_type, ..Default::default() };
        Self(Activation { set, layouts: Layouts::V1 })
    }

    /// Takes the layouts of another version.
    #[must_use]
    pub const fn with(mut self, layouts: &'static Layouts) -> Self {
        self.0.layouts = layouts;
        self
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
