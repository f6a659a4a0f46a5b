//! The steps from a cold modem to a connection, and what experience with real modems has taught about each.

use core::fmt;

use mbim_wire::field::Empty;
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Encode, Status, StructWriter, View as _};

use super::{Client, CommandId, Error, Goal, Refusal, refusal};
use crate::client::Link;
use crate::session::mbim::Failure;
use crate::time::{Instant, Millis};

/// How often a state is asked for while waiting for it; indications wake earlier, but some modems never send them.
const POLL: Millis = Millis(1_000);

/// How long a session may take from accepted to active.
const ACTIVATION: Millis = Millis::from_secs(180);

/// Asks for a session with the layout of the answer, `N` bytes, in which only the session counts. The declared structure
/// could be written as well; this is a tenth of the flash.
#[derive(Debug)]
struct SessionQuery<const N: usize>(u32);

impl<const N: usize> Encode for SessionQuery<N> {
    fn fixed_len(&self) -> usize {
        N
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        w.word(0, self.0);
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
        Self {
            pin_type: info.pin_type,
            remaining_attempts,
            wrong,
            status,
        }
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

/// What unlocking took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Unlocked {
    /// Nothing: no code that keeps from service was needed.
    NotNeeded,
    /// The code was entered.
    Entered,
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

/// Whether the modem is registered, at home or abroad.
fn is_registered(state: bc::RegistrationState) -> bool {
    use bc::RegistrationState as State;
    matches!(state, State::HOME | State::ROAMING | State::PARTNER)
}

impl<L: Link> Client<'_, L> {
    /// Waits until the SIM is settled, for at most `patience`, and returns its state then. At a cold boot modems say
    /// "not initialised" for seconds, in the state or as a status, and some never indicate the end of it.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// # Cancellation
    ///
    /// May be dropped and called again.
    pub async fn wait_ready(&mut self, patience: Millis) -> Result<bc::SubscriberReadyState, Error<L::Error>> {
        type Asked = bc::SubscriberReadyStatus;
        let end = self.link.now() + patience;
        loop {
            let state = match self.query::<Asked>(&Empty {}).await {
                Ok(info) => info.ready_state().map_err(Error::decode::<Asked>)?,
                Err(Error::Refused(Refusal {
                    status: Status::NOT_INITIALIZED,
                    ..
                })) => bc::SubscriberReadyState::NOT_INITIALIZED,
                Err(Error::Refused(Refusal {
                    status: Status::SIM_NOT_INSERTED,
                    ..
                })) => bc::SubscriberReadyState::SIM_NOT_INSERTED,
                Err(error) => return Err(error),
            };
            if state != bc::SubscriberReadyState::NOT_INITIALIZED || !self.pause(end).await? {
                return Ok(state);
            }
        }
    }

    /// The code that is needed now.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// # Cancellation
    ///
    /// As [`command`](Self::command).
    pub async fn pin_state(&mut self) -> Result<bc::PinInfo, Error<L::Error>> {
        let info = self.query::<bc::Pin>(&Empty {}).await?;
        info.read().map_err(Error::decode::<bc::Pin>)
    }

    /// Enters the PIN of the SIM if it is needed. Other locks, a missing PIN, and a single attempt left are an error
    /// before anything is tried; PIN 2 never matters here.
    ///
    /// After a refusal the attempts left decide: fewer than before, and the PIN is wrong; none needed any more, and only
    /// the answer was lost; as many as before, and the modem was not ready (the refusal is returned, try again later).
    ///
    /// # Errors
    ///
    /// [`Error::Locked`], [`Error::Refused`], or any other.
    ///
    /// # Cancellation
    ///
    /// May be dropped; whether the PIN was tried shows in [`pin_state`](Self::pin_state).
    pub async fn unlock(&mut self, pin: Option<&str>) -> Result<Unlocked, Error<L::Error>> {
        let before = self.pin_state().await?;
        let harmless = matches!(before.pin_type, bc::PinType::PIN2 | bc::PinType::PUK2);
        if before.pin_state != bc::PinState::LOCKED || harmless {
            return Ok(Unlocked::NotNeeded);
        }
        let lock = Lock::new(&before, false, Status::PIN_REQUIRED);
        let (Some(pin), bc::PinType::PIN1) = (pin, before.pin_type) else {
            return Err(Error::Locked(lock));
        };
        if before.remaining_attempts < 2 {
            return Err(Error::Locked(lock));
        }
        self.pin(bc::PinType::PIN1, bc::PinOperation::ENTER, pin, "")
            .await
            .map(|()| Unlocked::Entered)
    }

    /// Does something with a code. A wrong one is told from other refusals as in [`unlock`](Self::unlock).
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] for a wrong code, [`Error::Refused`] otherwise, or any other.
    ///
    /// # Cancellation
    ///
    /// May be dropped; whether the code was tried shows in [`pin_state`](Self::pin_state).
    pub async fn pin(
        &mut self,
        pin_type: bc::PinType,
        pin_operation: bc::PinOperation,
        pin: &str,
        new_pin: &str,
    ) -> Result<(), Error<L::Error>> {
        let before = self.pin_state().await?;
        let set = bc::PinSet {
            pin_type,
            pin_operation,
            pin: pin.into(),
            new_pin: new_pin.into(),
        };
        let refusal = match self.ask(CommandId::of::<bc::Pin>(), CommandType::SET, &set, 0).await {
            Err(Error::Refused(refusal)) => refusal,
            result => return result,
        };
        // Many modems say with the refusal how many attempts are left.
        let after = match bc::PinInfoView::new(self.body()).read() {
            Ok(told) => told,
            Err(_) => self.pin_state().await?,
        };
        let entering = pin_operation == bc::PinOperation::ENTER && before.pin_state == bc::PinState::LOCKED;
        if entering && after.pin_state == bc::PinState::UNLOCKED {
            return Ok(());
        }
        let blocked = after.pin_state == bc::PinState::LOCKED && after.pin_type != before.pin_type;
        let known = after.remaining_attempts != u32::MAX;
        let fewer = after.pin_type == before.pin_type && after.remaining_attempts < before.remaining_attempts;
        if blocked || (known && fewer) || refusal.status == Status::PIN_FAILURE {
            Err(Error::Locked(Lock::new(&after, true, refusal.status)))
        } else {
            Err(Error::Refused(refusal))
        }
    }

    /// Switches the radio on if it is off, and returns both switches: the hardware switch may still keep it off. A
    /// refusal with [`Status::OPERATION_NOT_ALLOWED`] is how FCC-locked modems answer.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// # Cancellation
    ///
    /// As [`command`](Self::command).
    pub async fn radio_on(&mut self) -> Result<bc::RadioStateInfo, Error<L::Error>> {
        let state = self.query::<bc::RadioState>(&Empty {}).await?;
        let state = state.read().map_err(Error::decode::<bc::RadioState>)?;
        if state.sw_radio_state == bc::RadioSwitchState::ON {
            return Ok(state);
        }
        let state = self
            .set::<bc::RadioState>(&bc::RadioStateSet {
                radio_state: bc::RadioSwitchState::ON,
            })
            .await?;
        state.read().map_err(Error::decode::<bc::RadioState>)
    }

    /// Registers with a network and waits for it, for at most `patience`.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the network's reason, [`Error::NotReached`] if there is no service in time, or any other.
    ///
    /// # Cancellation
    ///
    /// May be dropped and called again; the modem goes on registering.
    pub async fn register(
        &mut self,
        selection: Selection<'_>,
        patience: Millis,
    ) -> Result<bc::RegistrationState, Error<L::Error>> {
        let end = self.link.now() + patience;
        let (provider_id, register_action) = match selection {
            Selection::Automatic => ("", bc::RegisterAction::AUTOMATIC),
            Selection::Manual(id) => (id, bc::RegisterAction::MANUAL),
        };
        let mut asked = false;
        loop {
            let info = self.query::<bc::RegisterState>(&Empty {}).await?;
            let state = info.register_state().map_err(Error::decode::<bc::RegisterState>)?;
            if is_registered(state) && (asked || selection == Selection::Automatic) {
                return Ok(state);
            }
            if !asked {
                asked = true;
                let provider_id = provider_id.into();
                let set = bc::RegisterStateSet { provider_id, register_action, ..Default::default() };
                match self.ask(CommandId::of::<bc::RegisterState>(), CommandType::SET, &set, 0).await {
                    // One modem answers so after it has registered; the state decides.
                    Ok(()) | Err(Error::Refused(Refusal { status: Status::FAILURE, network: None, .. })) => {}
                    Err(error) => return Err(error),
                }
            } else if state == bc::RegistrationState::DENIED {
                let command = CommandId::of::<bc::RegisterState>();
                return Err(Error::Refused(refusal(command, Status::NOT_REGISTERED, info.base())));
            } else if !self.pause(end).await? {
                return Err(Error::NotReached);
            }
        }
    }

    /// Attaches to packet service and waits for it, for at most `patience`.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the network's reason, [`Error::NotReached`], or any other.
    ///
    /// # Cancellation
    ///
    /// May be dropped and called again.
    pub async fn attach(&mut self, patience: Millis) -> Result<(), Error<L::Error>> {
        let end = self.link.now() + patience;
        let attach = bc::PacketServiceSet { packet_service_action: bc::PacketServiceAction::ATTACH };
        let (mut asked, mut refused) = (false, None);
        loop {
            let info = self.query::<bc::PacketService>(&Empty {}).await?;
            let state = info.packet_service_state().map_err(Error::decode::<bc::PacketService>)?;
            if state == bc::PacketServiceState::ATTACHED {
                return Ok(());
            }
            // On LTE attaching is implied, and some modems refuse what is already done: so only now.
            if let Some(refusal) = refused {
                return Err(Error::Refused(refusal));
            }
            if !asked {
                asked = true;
                match self.ask(CommandId::of::<bc::PacketService>(), CommandType::SET, &attach, 0).await {
                    Err(Error::Refused(refusal)) => refused = Some(refusal),
                    result => result?,
                }
            } else if !self.pause(end).await? {
                return Err(Error::NotReached);
            }
        }
    }

    /// Activates a session; one that is left over from earlier is deactivated first. The answer says which address
    /// families were granted: fewer than asked for is a success, with the network's reason in `nw_error`.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the network's reason, or any other. After a timeout the session is deactivated.
    ///
    /// # Cancellation
    ///
    /// May be dropped; the modem may go on connecting, call [`disconnect`](Self::disconnect).
    pub async fn connect(&mut self, request: &ConnectRequest<'_>) -> Result<bc::ConnectInfo, Error<L::Error>> {
        use bc::ActivationState as State;
        let command = CommandId::of::<bc::Connect>();
        let session = SessionQuery::<36>(request.session_id);
        let mut set = bc::ConnectSet {
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
        let mut asked = None;
        loop {
            // Some modems refuse to tell, or answer "unknown": then there is nothing to deactivate.
            let state = match self.ask(command, CommandType::QUERY, &session, bc::ConnectInfoView::FIXED).await {
                Ok(()) => self.connect_info()?,
                Err(Error::Refused(_)) if asked.is_none() => bc::ConnectInfo::default(),
                Err(error) => return Err(error),
            };
            let left_over = matches!(state.activation_state, State::ACTIVATED | State::ACTIVATING);
            match (asked, state.activation_state) {
                (Some(_), State::ACTIVATED) => return Ok(state),
                (Some(end), State::ACTIVATING) => {
                    if self.pause(end).await? {
                        continue;
                    }
                    let _ = self.disconnect(request.session_id).await;
                    return Err(Error::NotReached);
                }
                (Some(_), _) => {
                    let status = Status::CONTEXT_NOT_ACTIVATED;
                    return Err(Error::Refused(refusal(command, status, self.body())));
                }
                (None, _) if left_over => self.disconnect(request.session_id).await?,
                (None, _) => {}
            }
            loop {
                match self.ask(command, CommandType::SET, &set, bc::ConnectInfoView::FIXED).await {
                    Ok(()) => break,
                    // One context for both families is not known everywhere; two contexts may be.
                    Err(Error::Refused(Refusal {
                        status: Status::INVALID_PARAMETERS | Status::NO_DEVICE_SUPPORT | Status::CONTEXT_NOT_SUPPORTED,
                        network: None,
                        ..
                    })) if set.ip_type == bc::ContextIpType::IPV4V6 => set.ip_type = bc::ContextIpType::IPV4_AND_IPV6,
                    Err(error @ Error::Failed { failure: Failure::Timeout, .. }) => {
                        let _ = self.disconnect(request.session_id).await;
                        return Err(error);
                    }
                    Err(error) => return Err(error),
                }
            }
            let info = self.connect_info()?;
            if info.activation_state == State::ACTIVATED {
                return Ok(info);
            }
            asked = Some(self.link.now() + ACTIVATION);
        }
    }

    /// The session in the last answer.
    fn connect_info(&self) -> Result<bc::ConnectInfo, Error<L::Error>> {
        bc::ConnectInfoView::new(self.body()).read().map_err(Error::decode::<bc::Connect>)
    }

    /// Deactivates a session; one that is not active counts as done.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// # Cancellation
    ///
    /// As [`command`](Self::command).
    pub async fn disconnect(&mut self, session_id: u32) -> Result<(), Error<L::Error>> {
        let set = bc::ConnectSet {
            session_id,
            activation_command: bc::ActivationCommand::DEACTIVATE,
            context_type: bc::context_type::INTERNET,
            ..Default::default()
        };
        match self.ask(CommandId::of::<bc::Connect>(), CommandType::SET, &set, 0).await {
            // Without its SIM no session is active either, and some modems say that instead.
            Err(Error::Refused(Refusal {
                status: Status::CONTEXT_NOT_ACTIVATED | Status::SIM_NOT_INSERTED, ..
            })) => Ok(()),
            result => result,
        }
    }

    /// The addresses, gateways, name servers and MTUs of an active session.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// # Cancellation
    ///
    /// As [`command`](Self::command).
    pub async fn ip_configuration(
        &mut self,
        session_id: u32,
    ) -> Result<bc::IpConfigurationInfoView<'_>, Error<L::Error>> {
        let command = CommandId::of::<bc::IpConfiguration>();
        let session = SessionQuery::<60>(session_id);
        self.ask(command, CommandType::QUERY, &session, bc::IpConfigurationInfoView::FIXED).await?;
        Ok(bc::IpConfigurationInfoView::new(self.body()))
    }

    /// Waits for [`POLL`] or for an indication that was not there before; false if `end` has come.
    async fn pause(&mut self, end: Instant) -> Result<bool, Error<L::Error>> {
        let now = self.link.now();
        if now >= end {
            return Ok(false);
        }
        let news = Goal::News(self.indications.arrived(), end.min(now + POLL));
        self.rest(news).await?;
        Ok(true)
    }
}
