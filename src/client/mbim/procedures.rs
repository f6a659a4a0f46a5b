//! The procedures as methods of the client.

use mbim_wire::field::Empty;
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::View as _;

use super::{Client, Error};
use crate::client::Link;
use crate::procedure::mbim::{
    Attach, CommandId, Connect, ConnectRequest, Disconnect, RadioOn, Register, Selection, SessionQuery, UseCode, WaitReady,
};
use crate::time::Millis;

/// Each may be dropped and called again; what the modem was asked for it may still do.
impl<L: Link> Client<'_, L> {
    /// Waits until the SIM is settled, for at most `patience`, and returns its state then: see [`WaitReady`].
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// # Cancellation
    ///
    /// As [`follow`](Self::follow).
    pub async fn wait_ready(&mut self, patience: Millis) -> Result<bc::SubscriberReadyState, Error<L::Error>> {
        let mut ready = WaitReady::new(self.link.now() + patience);
        self.follow(&mut ready).await?;
        Ok(ready.state())
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

    /// Enters the PIN of the SIM if it is needed; an empty `pin` only says whether it is: see [`UseCode::unlock`]. True
    /// if it was entered.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] for a wrong or missing PIN and for other locks, [`Error::Refused`], or any other.
    ///
    /// # Cancellation
    ///
    /// May be dropped; whether the PIN was tried shows in [`pin_state`](Self::pin_state).
    pub async fn unlock(&mut self, pin: &str) -> Result<bool, Error<L::Error>> {
        let mut code = UseCode::unlock(pin);
        self.follow(&mut code).await?;
        Ok(code.used())
    }

    /// Does something with a code, see [`UseCode`].
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
        let set = bc::PinSet { pin_type, pin_operation, pin: pin.into(), new_pin: new_pin.into() };
        self.follow(&mut UseCode::new(set)).await
    }

    /// Switches the radio on if it is off, and returns both switches: see [`RadioOn`].
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// # Cancellation
    ///
    /// As [`follow`](Self::follow).
    pub async fn radio_on(&mut self) -> Result<bc::RadioStateInfo, Error<L::Error>> {
        let mut radio = RadioOn::default();
        self.follow(&mut radio).await?;
        Ok(radio.state())
    }

    /// Registers with a network and waits for it, for at most `patience`: see [`Register`].
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the network's reason, [`Error::NotReached`] if there is no service in time, or any other.
    ///
    /// # Cancellation
    ///
    /// As [`follow`](Self::follow); the modem goes on registering.
    pub async fn register(
        &mut self,
        selection: Selection<'_>,
        patience: Millis,
    ) -> Result<bc::RegistrationState, Error<L::Error>> {
        let mut register = Register::new(selection, self.link.now() + patience);
        self.follow(&mut register).await?;
        Ok(register.state())
    }

    /// Attaches to packet service and waits for it, for at most `patience`: see [`Attach`].
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the network's reason, [`Error::NotReached`], or any other.
    ///
    /// # Cancellation
    ///
    /// As [`follow`](Self::follow).
    pub async fn attach(&mut self, patience: Millis) -> Result<(), Error<L::Error>> {
        let mut attach = Attach::new(self.link.now() + patience);
        self.follow(&mut attach).await
    }

    /// Activates a session, see [`Connect`]. The answer says which address families were granted.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] with the network's reason, or any other.
    ///
    /// # Cancellation
    ///
    /// May be dropped; the modem may go on connecting, call [`disconnect`](Self::disconnect).
    pub async fn connect(&mut self, request: &ConnectRequest<'_>) -> Result<bc::ConnectInfo, Error<L::Error>> {
        let mut connect = Connect::new(request);
        self.follow(&mut connect).await?;
        Ok(connect.info())
    }

    /// Deactivates a session; one that is not active counts as done.
    ///
    /// # Errors
    ///
    /// [`Error`].
    ///
    /// # Cancellation
    ///
    /// As [`follow`](Self::follow).
    pub async fn disconnect(&mut self, session_id: u32) -> Result<(), Error<L::Error>> {
        self.follow(&mut Disconnect::new(session_id)).await
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
        let (command, session) = (CommandId::of::<bc::IpConfiguration>(), SessionQuery::<60>(session_id));
        self.ask(command, CommandType::QUERY, &session, bc::IpConfigurationInfoView::FIXED).await?;
        Ok(bc::IpConfigurationInfoView::new(self.body()))
    }
}
