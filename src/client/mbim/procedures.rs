//! The steps from a cold modem to a connection, and what experience with real modems has taught about each.

use core::fmt;

use mbim_wire::field::Empty;
use mbim_wire::message::{CommandDone, CommandType};
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command, Status, View as _};

use super::{Client, Error, Goal, Refusal, checked, refusal, timeout};
use crate::client::Link;
use crate::session::mbim::Failure;
use crate::time::{Instant, Millis};

/// How often a state is asked for while waiting for it; indications wake earlier, but some modems never send them.
const POLL: Millis = Millis(1_000);

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
}

impl Lock {
    fn new(info: &bc::PinInfo, wrong: bool) -> Self {
        let remaining_attempts = Some(info.remaining_attempts).filter(|n| *n != u32::MAX);
        Self {
            pin_type: info.pin_type,
            remaining_attempts,
            wrong,
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
        let lock = Lock::new(&before, false);
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
        let kind = CommandType::SET;
        let (service, cid) = (bc::BASIC_CONNECT, bc::Pin::CID);
        let answer = self
            .command(service, cid, kind, &set, timeout(service, cid, kind))
            .await?;
        let Err(refused) = checked::<bc::PinInfoView<'_>, _>(&answer) else {
            return Ok(());
        };
        // Many modems say with the refusal how many attempts are left.
        let told = bc::PinInfoView::new(answer.body).read().ok();
        let after = match told {
            Some(info) => info,
            None => self.pin_state().await?,
        };
        let entering = pin_operation == bc::PinOperation::ENTER && before.pin_state == bc::PinState::LOCKED;
        if entering && after.pin_state == bc::PinState::UNLOCKED {
            return Ok(());
        }
        let blocked = after.pin_state == bc::PinState::LOCKED && after.pin_type != before.pin_type;
        let known = after.remaining_attempts != u32::MAX;
        let fewer = after.pin_type == before.pin_type && after.remaining_attempts < before.remaining_attempts;
        let wrong = matches!(
            &refused,
            Error::Refused(Refusal {
                status: Status::PIN_FAILURE,
                ..
            })
        );
        if blocked || (known && fewer) || wrong {
            Err(Error::Locked(Lock::new(&after, true)))
        } else {
            Err(refused)
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
        let state = self.registration().await?;
        if selection == Selection::Automatic && is_registered(state) {
            return Ok(state);
        }
        let (provider_id, register_action) = match selection {
            Selection::Automatic => ("", bc::RegisterAction::AUTOMATIC),
            Selection::Manual(id) => (id, bc::RegisterAction::MANUAL),
        };
        let set = bc::RegisterStateSet {
            provider_id: provider_id.into(),
            register_action,
            ..Default::default()
        };
        match self.set::<bc::RegisterState>(&set).await {
            Ok(_) => {}
            // One modem answers so after it has registered; the state decides.
            Err(Error::Refused(Refusal {
                status: Status::FAILURE,
                network: None,
                ..
            })) => {}
            Err(error) => return Err(error),
        }
        loop {
            let state = self.registration().await?;
            if is_registered(state) {
                return Ok(state);
            }
            if !self.pause(end).await? {
                return Err(Error::NotReached);
            }
        }
    }

    /// The state of registration; refused ones are an error with the network's reason.
    async fn registration(&mut self) -> Result<bc::RegistrationState, Error<L::Error>> {
        let info = self.query::<bc::RegisterState>(&Empty {}).await?;
        let state = info.register_state().map_err(Error::decode::<bc::RegisterState>)?;
        if state != bc::RegistrationState::DENIED {
            return Ok(state);
        }
        let answer = CommandDone {
            service: bc::BASIC_CONNECT,
            cid: bc::RegisterState::CID,
            status: Status::NOT_REGISTERED,
            body: info.base(),
        };
        Err(Error::Refused(refusal(&answer)))
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
        if self.is_attached().await? {
            return Ok(());
        }
        let attach = bc::PacketServiceSet {
            packet_service_action: bc::PacketServiceAction::ATTACH,
        };
        if let Err(error) = self.set::<bc::PacketService>(&attach).await {
            // On LTE attaching is implied, and some modems refuse what is already done.
            let attached = matches!(error, Error::Refused(_)) && self.is_attached().await?;
            return if attached { Ok(()) } else { Err(error) };
        }
        while !self.is_attached().await? {
            if !self.pause(end).await? {
                return Err(Error::NotReached);
            }
        }
        Ok(())
    }

    async fn is_attached(&mut self) -> Result<bool, Error<L::Error>> {
        let info = self.query::<bc::PacketService>(&Empty {}).await?;
        let state = info
            .packet_service_state()
            .map_err(Error::decode::<bc::PacketService>)?;
        Ok(state == bc::PacketServiceState::ATTACHED)
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
        let asked = bc::ConnectQuery {
            session_id: request.session_id,
            ..Default::default()
        };
        // Some modems refuse to tell, or answer "unknown": then there is nothing to deactivate.
        let before = match self.query::<bc::Connect>(&asked).await {
            Ok(info) => info.activation_state().map_err(Error::decode::<bc::Connect>)?,
            Err(Error::Refused(_)) => State::UNKNOWN,
            Err(error) => return Err(error),
        };
        if matches!(before, State::ACTIVATED | State::ACTIVATING) {
            self.disconnect(request.session_id).await?;
        }
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
        let mut info = match self.activate(&set).await {
            // One context for both families is not known everywhere; two contexts may be.
            Err(Error::Refused(Refusal {
                status, network: None, ..
            })) if set.ip_type == bc::ContextIpType::IPV4V6
                && matches!(
                    status,
                    Status::INVALID_PARAMETERS | Status::NO_DEVICE_SUPPORT | Status::CONTEXT_NOT_SUPPORTED
                ) =>
            {
                self.activate(&bc::ConnectSet {
                    ip_type: bc::ContextIpType::IPV4_AND_IPV6,
                    ..set
                })
                .await?
            }
            result => result?,
        };
        let end = self.link.now() + timeout(bc::BASIC_CONNECT, bc::Connect::CID, CommandType::SET);
        while info.activation_state == State::ACTIVATING {
            if !self.pause(end).await? {
                let _ = self.disconnect(request.session_id).await;
                return Err(Error::NotReached);
            }
            info = self
                .query::<bc::Connect>(&asked)
                .await?
                .read()
                .map_err(Error::decode::<bc::Connect>)?;
        }
        if info.activation_state == State::ACTIVATED {
            return Ok(info);
        }
        let network = Some(info.nw_error).filter(|cause| cause.0 != 0);
        let cid = bc::Connect::CID;
        Err(Error::Refused(Refusal {
            service: bc::BASIC_CONNECT,
            cid,
            status: Status::CONTEXT_NOT_ACTIVATED,
            network,
        }))
    }

    async fn activate(&mut self, set: &bc::ConnectSet<'_>) -> Result<bc::ConnectInfo, Error<L::Error>> {
        let timed_out = match self.set::<bc::Connect>(set).await {
            Ok(info) => return info.read().map_err(Error::decode::<bc::Connect>),
            Err(
                error @ Error::Failed {
                    failure: Failure::Timeout,
                    ..
                },
            ) => error,
            Err(error) => return Err(error),
        };
        let _ = self.disconnect(set.session_id).await;
        Err(timed_out)
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
        match self.set::<bc::Connect>(&set).await {
            // Without its SIM no session is active either, and some modems say that instead.
            Err(Error::Refused(Refusal {
                status: Status::CONTEXT_NOT_ACTIVATED | Status::SIM_NOT_INSERTED,
                ..
            })) => Ok(()),
            result => result.map(drop),
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
        let asked = bc::IpConfigurationQuery {
            session_id,
            ..Default::default()
        };
        self.query::<bc::IpConfiguration>(&asked).await
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
