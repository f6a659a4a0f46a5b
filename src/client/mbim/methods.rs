//! The methods that both clients have, written once: the asynchronous and the blocking ones differ in one word.

/// Writes the methods for a client whose `drive` does a [`Job`](super::core::Job) to its end. `$wait` is `.await`, or
/// nothing.
macro_rules! client_methods {
    ([$($asynchronous:ident)?] [$($wait:tt)*]) => {
        /// Tells the proxy at the other end which device is meant, see [`ConfigureProxy`]. To be called before
        /// [`open`](Self::open), and again after [`Error::Lost`]. Opening may take the proxy as long as `timeout`. Returns
        /// the versions in force on the modem, if another program has agreed on some. From then on the client reads and
        /// writes the layouts of the version that the proxy indicates, see [`version`](Self::version).
        ///
        /// # Errors
        ///
        /// [`Error::Refused`] if the proxy serves another device or cannot open this one, or any other.
        ///
        /// # Cancellation
        ///
        /// The device may be chosen all the same; another call for the same one succeeds then.
        pub $($asynchronous)? fn configure_proxy(
            &mut self,
            path: &str,
            timeout: Millis,
        ) -> Result<Option<VersionNotification>, Error<C::Error>> {
            self.core.layouts = Layouts::V1;
            self.core.heed = Some(|indication| {
                proxy_versions(indication).map(|versions| Layouts::of(Version(versions.mbim_extended_version)))
            });
            self.drive(Job::Follow(&mut ConfigureProxy::new(path, timeout))) $($wait)* ?;
            Ok(self.core.versions())
        }

        /// Opens the function, with retries; up to [`Config::open_total`]. Indications of earlier times are dropped.
        ///
        /// # Errors
        ///
        /// [`Error::Open`], [`Error::Channel`].
        ///
        /// # Cancellation
        ///
        /// Another call goes on where the given up one was.
        pub $($asynchronous)? fn open(&mut self) -> Result<(), Error<C::Error>> {
            self.drive(Job::Open) $($wait)*
        }

        /// Closes the function; without an answer it counts as closed after [`Config::close`].
        ///
        /// # Errors
        ///
        /// [`Error::Channel`].
        ///
        /// # Cancellation
        ///
        /// Another call sends CLOSE again.
        pub $($asynchronous)? fn close(&mut self) -> Result<(), Error<C::Error>> {
            self.drive(Job::Close) $($wait)*
        }

        /// Takes an open function over without OPEN, as after a program that did not close it.
        pub fn assume_open(&mut self) {
            self.core.session.assume_open();
        }

        /// Agrees with the modem upon a version of Microsoft's extensions, `highest` at most, and returns it: see
        /// [`Negotiate`]. To be called right after [`open`](Self::open); the modem takes anything else for version 1.0.
        /// Through a proxy, a version that is in force already stays. From then on the client reads and writes the
        /// layouts of that version, until it opens again.
        ///
        /// # Errors
        ///
        /// [`Error`]. After [`Error::Failed`] nobody knows which version the modem has agreed to: open again.
        ///
        /// # Cancellation
        ///
        /// As after an error.
        pub $($asynchronous)? fn negotiate(&mut self, highest: Version) -> Result<Version, Error<C::Error>> {
            if self.version() == Version::V1 {
                let mut negotiate = Negotiate::new(highest);
                self.drive(Job::Follow(&mut negotiate)) $($wait)* ?;
                self.core.layouts = Layouts::of(negotiate.agreed());
            }
            Ok(self.version())
        }

        /// The version of Microsoft's extensions that holds: what was [agreed upon](Self::negotiate), or indicated by a
        /// proxy, and 1.0 otherwise. It says how answers and indications are laid out;
        /// [`newest`](crate::procedure::mbim::newest) reads them in any version.
        pub const fn version(&self) -> Version {
            self.core.layouts.version()
        }

        /// Takes over what another program has agreed upon, beside [`assume_open`](Self::assume_open).
        pub fn assume_version(&mut self, version: Version) {
            self.core.layouts = Layouts::of(version);
        }

        /// Sends a command of any service and waits for the answer, whatever its status.
        ///
        /// # Errors
        ///
        /// [`Error`], but not [`Error::Refused`].
        ///
        /// # Cancellation
        ///
        /// The command is given up; the modem may carry it out all the same.
        pub $($asynchronous)? fn command(
            &mut self,
            service: Uuid,
            cid: u32,
            kind: CommandType,
            body: &dyn Encode,
            timeout: Millis,
        ) -> Result<CommandDone<'_>, Error<C::Error>> {
            let command = &CommandId { service, cid };
            let mut ask = AskAny::new(Question { command, kind, params: body, timeout });
            self.drive(Job::Follow(&mut ask)) $($wait)* ?;
            let failed = |failure| Error::Failed { command: None, failure };
            ask.failure().map_or(Ok(()), |failure| Err(failed(failure)))?;
            self.core.answer().map_err(failed)
        }

        /// Asks. The view reads the answer in the client's memory.
        ///
        /// # Errors
        ///
        /// [`Error`]; [`Error::Refused`] with the modem's reason if the status is not success.
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn query<'p, Q: Query>(
            &mut self,
            params: &<Q::Params<'p> as View<'p>>::Value,
        ) -> Result<Q::Response<'_>, Error<C::Error>> {
            let mut ask = Ask::new(CommandId::of::<Q>(), CommandType::QUERY, params, Q::Response::FIXED);
            self.drive(Job::Follow(&mut ask)) $($wait)* ?;
            Ok(Q::Response::new(self.core.body()))
        }

        /// Changes. The view reads the answer in the client's memory.
        ///
        /// # Errors
        ///
        /// [`Error`]; [`Error::Refused`] with the modem's reason if the status is not success.
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn set<'p, S: Set>(
            &mut self,
            params: &<S::Params<'p> as View<'p>>::Value,
        ) -> Result<S::Response<'_>, Error<C::Error>> {
            let mut ask = Ask::new(CommandId::of::<S>(), CommandType::SET, params, S::Response::FIXED);
            self.drive(Job::Follow(&mut ask)) $($wait)* ?;
            Ok(S::Response::new(self.core.body()))
        }

        /// The next indication; `None` once `until` has passed ([`Instant::FAR`] waits for ever). One that is there is read
        /// whatever the time.
        ///
        /// # Errors
        ///
        /// [`Error::Channel`], [`Error::Lost`], and [`Error::Session`] if the function is not open and nothing is left to
        /// read.
        ///
        /// # Cancellation
        ///
        /// No indication is lost.
        pub $($asynchronous)? fn next_indication(
            &mut self,
            until: Instant,
        ) -> Result<Option<IndicateStatus<'_>>, Error<C::Error>> {
            self.drive(Job::Listen(until)) $($wait)* ?;
            Ok(self.core.next_indication())
        }

        /// Does what a procedure says, to its end.
        ///
        /// # Errors
        ///
        /// [`Error`]; what the procedure stops with becomes the variant of the same name.
        ///
        /// # Cancellation
        ///
        /// The command that is under way is given up. Who follows the procedure again starts it over.
        pub $($asynchronous)? fn follow(&mut self, procedure: &mut dyn Procedure) -> Result<(), Error<C::Error>> {
            self.drive(Job::Follow(procedure)) $($wait)*
        }

        /// Waits until the SIM is settled, for at most `patience`, and returns its state then: see [`WaitReady`].
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn wait_ready(
            &mut self,
            patience: Millis,
        ) -> Result<bc::SubscriberReadyState, Error<C::Error>> {
            let mut ready = WaitReady::new(self.now() + patience);
            self.drive(Job::Follow(&mut ready)) $($wait)* ?;
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
        pub $($asynchronous)? fn pin_state(&mut self) -> Result<bc::PinInfo, Error<C::Error>> {
            let mut pin = PinState::default();
            self.drive(Job::Follow(&mut pin)) $($wait)* ?;
            Ok(pin.info())
        }

        /// Enters the PIN of the SIM if it is needed; an empty `pin` only says whether it is: see [`UseCode::unlock`].
        /// True if it was entered.
        ///
        /// # Errors
        ///
        /// [`Error::Locked`] for a wrong or missing PIN and for other locks, [`Error::Refused`], or any other.
        ///
        /// # Cancellation
        ///
        /// Whether the PIN was tried shows in [`pin_state`](Self::pin_state).
        pub $($asynchronous)? fn unlock(&mut self, pin: &str) -> Result<bool, Error<C::Error>> {
            let mut code = UseCode::unlock(pin);
            self.drive(Job::Follow(&mut code)) $($wait)* ?;
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
        /// Whether the code was tried shows in [`pin_state`](Self::pin_state).
        pub $($asynchronous)? fn pin(
            &mut self,
            pin_type: bc::PinType,
            pin_operation: bc::PinOperation,
            pin: &str,
            new_pin: &str,
        ) -> Result<(), Error<C::Error>> {
            let set = bc::PinSet { pin_type, pin_operation, pin: pin.into(), new_pin: new_pin.into() };
            self.drive(Job::Follow(&mut UseCode::new(set))) $($wait)*
        }

        /// Switches the radio on if it is off, and returns both switches: see [`Radio`].
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn radio_on(&mut self) -> Result<bc::RadioStateInfo, Error<C::Error>> {
            let mut radio = Radio::on();
            self.drive(Job::Follow(&mut radio)) $($wait)* ?;
            Ok(radio.state())
        }

        /// Switches the radio off if it is on, and returns both switches: see [`Radio`].
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn radio_off(&mut self) -> Result<bc::RadioStateInfo, Error<C::Error>> {
            let mut radio = Radio::off();
            self.drive(Job::Follow(&mut radio)) $($wait)* ?;
            Ok(radio.state())
        }

        /// Registers with a network and waits for it, for at most `patience`: see [`Register`].
        ///
        /// # Errors
        ///
        /// [`Error::Refused`] with the network's reason, [`Error::NotReached`] if there is no service in time, or any
        /// other.
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow); the modem goes on registering.
        pub $($asynchronous)? fn register(
            &mut self,
            selection: Selection<'_>,
            patience: Millis,
        ) -> Result<bc::RegistrationState, Error<C::Error>> {
            let mut register = Register::new(selection, self.now() + patience).with(self.core.layouts);
            self.drive(Job::Follow(&mut register)) $($wait)* ?;
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
        pub $($asynchronous)? fn attach(&mut self, patience: Millis) -> Result<(), Error<C::Error>> {
            let mut attach = Attach::new(self.now() + patience);
            self.drive(Job::Follow(&mut attach)) $($wait)*
        }

        /// Detaches from packet service and waits for it, for at most `patience`: see [`Detach`].
        ///
        /// # Errors
        ///
        /// [`Error::Refused`], [`Error::NotReached`], or any other.
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn detach(&mut self, patience: Millis) -> Result<(), Error<C::Error>> {
            let mut detach = Detach::new(self.now() + patience);
            self.drive(Job::Follow(&mut detach)) $($wait)*
        }

        /// Activates a session, see [`Connect`]. The answer, read in the client's memory, says which address families
        /// were granted. What later versions than 1.0 add to it, [`newest`](crate::procedure::mbim::newest) reads.
        ///
        /// # Errors
        ///
        /// [`Error::Refused`] with the network's reason, or any other.
        ///
        /// # Cancellation
        ///
        /// The modem may go on connecting, call [`disconnect`](Self::disconnect).
        pub $($asynchronous)? fn connect(
            &mut self,
            request: &ConnectRequest<'_>,
        ) -> Result<bc::ConnectInfoView<'_>, Error<C::Error>> {
            let mut connect = Connect::new(request).with(self.core.layouts);
            self.drive(Job::Follow(&mut connect)) $($wait)* ?;
            Ok(bc::ConnectInfoView::new(self.core.body()))
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
        pub $($asynchronous)? fn disconnect(&mut self, session_id: u32) -> Result<(), Error<C::Error>> {
            let mut disconnect = Disconnect::new(session_id).with(self.core.layouts);
            self.drive(Job::Follow(&mut disconnect)) $($wait)*
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
        pub $($asynchronous)? fn ip_configuration(
            &mut self,
            session_id: u32,
        ) -> Result<bc::IpConfigurationInfoView<'_>, Error<C::Error>> {
            let session = SessionQuery { session_id, len: 60 };
            let id = CommandId::of::<bc::IpConfiguration>();
            let mut ask = Ask::new(id, CommandType::QUERY, &session, bc::IpConfigurationInfoView::FIXED);
            self.drive(Job::Follow(&mut ask)) $($wait)* ?;
            Ok(bc::IpConfigurationInfoView::new(self.core.body()))
        }

        /// What the session has seen that went nowhere.
        pub const fn counters(&self) -> &Counters {
            self.core.session.counters()
        }

        /// Indications that found no room.
        pub fn lost_indications(&self) -> u32 {
            self.core.indications.lost()
        }

        /// Largest transfer in bytes that was agreed on.
        pub const fn max_control_transfer(&self) -> u32 {
            self.core.session.max_control_transfer()
        }

        /// The transaction id that the next message will have, for whoever takes over without opening.
        pub const fn next_transaction(&self) -> u32 {
            self.core.session.next_transaction()
        }
    };
}

pub(super) use client_methods;
