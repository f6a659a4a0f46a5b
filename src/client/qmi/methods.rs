//! The methods that both clients have, written once: the asynchronous and the blocking ones differ in one word.

/// Writes the methods for a client whose `drive` does a [`Job`](super::core::Job) to its end. `$wait` is `.await`, or
/// nothing.
macro_rules! client_methods {
    ([$($asynchronous:ident)?] [$($wait:tt)*]) => {
        /// Tells the proxy at the other end which device is meant, see [`OpenProxy`]. To be called before
        /// [`open`](Self::open), once on each connection. The proxy may take as long as `timeout`.
        ///
        /// # Errors
        ///
        /// [`Error::Refused`] if the proxy serves another device or cannot open this one, or any other.
        ///
        /// # Cancellation
        ///
        /// Another call begins anew.
        pub $($asynchronous)? fn open_proxy(&mut self, path: &str, timeout: Millis) -> Result<(), Error<C::Error>> {
            // A proxy that was not told yet answers nothing else.
            self.core.session.assume_open();
            let told = self.drive(Job::Follow(&mut OpenProxy::new(path, timeout))) $($wait)*;
            if told.is_err() {
                self.core.session.drop_modem();
            }
            told
        }

        /// Opens the modem, with retries; up to [`Config::open_total`]. Indications of earlier times are dropped.
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

        /// Gives all clients back that are not to be [kept](Self::keep), and with them what they registered for and started.
        /// One that the modem does not answer for counts as given back after [`Config::release`].
        ///
        /// # Errors
        ///
        /// [`Error::Channel`].
        ///
        /// # Cancellation
        ///
        /// Another call goes on with the clients that are left.
        pub $($asynchronous)? fn close(&mut self) -> Result<(), Error<C::Error>> {
            self.drive(Job::Close) $($wait)*
        }

        /// Takes over a modem that is known to answer, without asking it anything.
        pub fn assume_open(&mut self) {
            self.core.session.assume_open();
        }

        /// The clients that are allocated, to be stored as a [`Record`] for after a crash.
        pub fn clients(&self) -> impl Iterator<Item = Owned> {
            self.core.session.clients()
        }

        /// Takes over a client that was allocated before, by this program or another.
        ///
        /// # Errors
        ///
        /// [`SessionError::NoRoom`].
        pub fn adopt(&mut self, owned: Owned) -> Result<(), SessionError> {
            self.core.session.adopt(owned)
        }

        /// Leaves a client to somebody else, without telling the modem; returns it if there was one.
        pub fn disown(&mut self, service: Service, instance: u8) -> Option<Owned> {
            self.core.session.disown(service, instance)
        }

        /// Notes whether a client is to stay when the client closes; false if there is no such client.
        pub fn keep(&mut self, service: Service, instance: u8, keep: bool) -> bool {
            self.core.session.keep(service, instance, keep)
        }

        /// Gives one client back. It counts as given back, whatever the modem answers.
        ///
        /// # Errors
        ///
        /// [`Error::Session`] if there is no such client, [`Error::Channel`], [`Error::Lost`].
        ///
        /// # Cancellation
        ///
        /// The modem gives it back all the same, if the request was sent.
        pub $($asynchronous)? fn release(&mut self, service: Service, instance: u8) -> Result<(), Error<C::Error>> {
            let owned = self.disown(service, instance).ok_or(Error::Session(SessionError::NoClient(service)))?;
            let released = self.drive(Job::Follow(&mut Release::new(&owned))) $($wait)*;
            if matches!(released, Err(Error::Session(_))) {
                // Nothing was sent, and its place is still free.
                let _ = self.adopt(owned);
            }
            released
        }

        /// Whether the modem has a service; true if it did not tell which it has.
        pub fn has_service(&self, service: Service) -> bool {
            self.core.session.has_service(service)
        }

        /// Asks. The client of the service is obtained at the first question. The view reads the answer in the client's
        /// memory.
        ///
        /// # Errors
        ///
        /// [`Error`]; [`Error::Refused`] with the modem's reason if it does not succeed.
        ///
        /// # Cancellation
        ///
        /// The request is called off where that is possible, and given up; the modem may carry it out all the same.
        pub $($asynchronous)? fn ask<M: Exchange>(
            &mut self,
            fill: impl for<'b> Fn(&mut M::RequestBuilder<'b>),
        ) -> Result<M::Response<'_>, Error<C::Error>> {
            let request = Fill::<M, _>::new(fill);
            self.drive(Job::Follow(&mut Ask::new(MessageId::of::<M>(), &request))) $($wait)* ?;
            Ok(<M::Response<'_> as View<'_>>::from_tlvs(self.core.tlvs()))
        }

        /// Sends any request and waits for the answer, whatever its verdict: that is [`Verdict::TLV`] among the TLVs.
        ///
        /// # Errors
        ///
        /// [`Error`]; [`Error::Refused`] only if the service cannot be had.
        ///
        /// # Cancellation
        ///
        /// As [`ask`](Self::ask).
        pub $($asynchronous)? fn request(&mut self, question: Question<'_>) -> Result<TlvSet<'_>, Error<C::Error>> {
            let mut ask = AskAny::new(question);
            self.drive(Job::Follow(&mut ask)) $($wait)* ?;
            if let Some(failure) = ask.failure() {
                return Err(Error::Failed { message: None, failure });
            }
            match ask.error() {
                Some(error) if self.core.tlvs().find(Verdict::TLV).is_none() => {
                    Err(Error::Failed { message: None, failure: Failure::NoClient(error) })
                }
                _ => Ok(self.core.tlvs()),
            }
        }

        /// The next indication; `None` once `until` has passed ([`Instant::FAR`] waits for ever). One that is there is read
        /// whatever the time.
        ///
        /// # Errors
        ///
        /// [`Error::Channel`], [`Error::Lost`], and [`Error::Session`] if the modem is not open and nothing is left to
        /// read.
        ///
        /// # Cancellation
        ///
        /// No indication is lost.
        pub $($asynchronous)? fn next_indication(
            &mut self,
            until: Instant,
        ) -> Result<Option<Indication<'_>>, Error<C::Error>> {
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
        /// The request that is under way is given up. Who follows the procedure again starts it over.
        pub $($asynchronous)? fn follow(&mut self, procedure: &mut dyn Procedure) -> Result<(), Error<C::Error>> {
            self.drive(Job::Follow(procedure)) $($wait)*
        }

        /// Releases the clients of an earlier run that crashed, so that the modem does not run out of numbers: see [`Record`].
        /// The data sessions that still are up are taken over, and so are their clients; returns how many.
        ///
        /// # Errors
        ///
        /// [`Error`], but not [`Error::Refused`]: a client that is gone already is what was wanted.
        ///
        /// # Cancellation
        ///
        /// Another call with the same record goes on.
        pub $($asynchronous)? fn restore(&mut self, record: Record<'_>) -> Result<usize, Error<C::Error>> {
            let mut sessions = 0_usize;
            for owned in record.iter() {
                // One that was taken over before is no leftover.
                if self.core.session.clients().any(|mine| mine.service == owned.service && mine.client == owned.client) {
                    continue;
                }
                let instance = self.core.session.free_instance(owned.service, owned.instance);
                self.adopt(Owned { instance, ..owned }).map_err(Error::Session)?;
                if owned.service == Service::WDS {
                    let mut status = SessionStatus::new(instance);
                    self.drive(Job::Follow(&mut status)) $($wait)* ?;
                    if status.is_connected() {
                        sessions = sessions.saturating_add(1);
                        continue;
                    }
                }
                // The modem answered that it does not know the client: then it is out of the table.
                if self.core.session.owned(owned.service, instance).is_some() {
                    self.release(owned.service, instance) $($wait)* ?;
                }
            }
            Ok(sessions)
        }

        /// Who the device is, see [`ReadIdentity`].
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`ask`](Self::ask).
        pub $($asynchronous)? fn identity(&mut self) -> Result<Identity, Error<C::Error>> {
            let mut read = ReadIdentity::new();
            self.drive(Job::Follow(&mut read)) $($wait)* ?;
            Ok(read.identity().clone())
        }

        /// Puts the device into an operating mode and waits until it is in it, see [`SetMode`].
        ///
        /// # Errors
        ///
        /// [`Error`]; [`Error::Refused`] with [`ProtocolError::HARDWARE_RESTRICTED`] if a switch forbids it.
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        ///
        /// [`ProtocolError::HARDWARE_RESTRICTED`]: qmi_wire::ProtocolError::HARDWARE_RESTRICTED
        pub $($asynchronous)? fn set_mode(&mut self, mode: dms::OperatingMode) -> Result<(), Error<C::Error>> {
            self.drive(Job::Follow(&mut SetMode::new(mode))) $($wait)*
        }

        /// Restarts the device, see [`Restart`]. Whatever comes next, the clients are gone: open again.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn restart(&mut self) -> Result<(), Error<C::Error>> {
            self.drive(Job::Follow(&mut Restart::new())) $($wait)*
        }

        /// The SIM, once it is settled, or when `patience` is over: see [`ReadSim`].
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn sim(&mut self, patience: Millis) -> Result<Sim, Error<C::Error>> {
            let mut read = ReadSim::new(self.now() + patience);
            self.drive(Job::Follow(&mut read)) $($wait)* ?;
            Ok(read.sim())
        }

        /// Waits until the SIM is settled, for at most `patience`, and enters its PIN if that is needed: see
        /// [`UseCode::unlock`]. True if it was entered.
        ///
        /// # Errors
        ///
        /// [`Error::Locked`] for a wrong or missing PIN and for other locks, [`Error::Sim`] if there is no SIM that can be
        /// used, or any other.
        ///
        /// # Cancellation
        ///
        /// Whether the PIN was tried shows in [`sim`](Self::sim).
        #[inline(never)]
        pub $($asynchronous)? fn unlock(&mut self, pin: &str, patience: Millis) -> Result<bool, Error<C::Error>> {
            let mut code = UseCode::unlock(pin, self.now() + patience);
            self.drive(Job::Follow(&mut code)) $($wait)* ?;
            Ok(code.used())
        }

        /// Does something with the first PIN, or with the second: see [`UseCode`].
        ///
        /// # Errors
        ///
        /// [`Error::Locked`] for a wrong code, or any other.
        ///
        /// # Cancellation
        ///
        /// Whether the code was tried shows in [`sim`](Self::sim).
        pub $($asynchronous)? fn pin(&mut self, operation: PinOperation<'_>, second: bool) -> Result<(), Error<C::Error>> {
            let mut code = UseCode::new(operation, second, self.now());
            self.drive(Job::Follow(&mut code)) $($wait)*
        }

        /// Agrees upon the format of the data path, before any data session: see [`SetFormat`].
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn set_format(&mut self, format: &Format) -> Result<Granted, Error<C::Error>> {
            let mut set = SetFormat::new(format);
            self.drive(Job::Follow(&mut set)) $($wait)* ?;
            Ok(set.granted())
        }

        /// Looks for networks, see [`Scan`]: at most `N` entries, and how many there were.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// The modem is told to stop.
        pub $($asynchronous)? fn scan<const N: usize>(
            &mut self,
            types: Option<nas::NetworkScanType>,
        ) -> Result<Scan<N>, Error<C::Error>> {
            let mut scan = Scan::new(types);
            self.drive(Job::Follow(&mut scan)) $($wait)* ?;
            Ok(scan)
        }

        /// The registration, in any generation: see [`ReadRegistration`].
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`ask`](Self::ask).
        pub $($asynchronous)? fn registration(&mut self) -> Result<Registration, Error<C::Error>> {
            let mut read = ReadRegistration::new();
            self.drive(Job::Follow(&mut read)) $($wait)* ?;
            Ok(read.registration().clone())
        }

        /// Registers with a network and waits for packet service, for at most `patience`: see [`Register`].
        ///
        /// # Errors
        ///
        /// [`Error::Denied`] with the network's reason, [`Error::NotReached`] if there is no service in time, or any other.
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow); the modem goes on registering.
        pub $($asynchronous)? fn register(
            &mut self,
            selection: Selection,
            patience: Millis,
        ) -> Result<(), Error<C::Error>> {
            let mut register = Register::new(selection, self.now() + patience);
            self.drive(Job::Follow(&mut register)) $($wait)*
        }

        /// The signal, see [`ReadSignal`].
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`ask`](Self::ask).
        pub $($asynchronous)? fn signal(&mut self) -> Result<Signal, Error<C::Error>> {
            let mut read = ReadSignal::new();
            self.drive(Job::Follow(&mut read)) $($wait)* ?;
            Ok(read.signal())
        }

        /// Starts a data session, or two for both families: see [`Connect`]. Succeeds if one of them is up; which, and why
        /// not the other, is in what it returns.
        ///
        /// # Errors
        ///
        /// [`Error::Refused`] with the network's reason, or any other.
        ///
        /// # Cancellation
        ///
        /// A start that is under way is called off, and a session that comes up all the same is ended.
        pub $($asynchronous)? fn connect<'a>(
            &mut self,
            request: &ConnectRequest<'a>,
        ) -> Result<Connect<'a>, Error<C::Error>> {
            let mut connect = Connect::new(request);
            self.drive(Job::Follow(&mut connect)) $($wait)* ?;
            Ok(connect)
        }

        /// Stops a data session in both families; one that is down counts as done.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn disconnect(&mut self, session: u8) -> Result<(), Error<C::Error>> {
            for family in [wds::IpFamily::IPV4, wds::IpFamily::IPV6] {
                let instance = connect::instance(session, family);
                let handle = self.core.session.owned(Service::WDS, instance).map_or(0, |owned| owned.handle);
                if handle != 0 {
                    self.drive(Job::Follow(&mut Disconnect::new(instance, handle))) $($wait)* ?;
                }
            }
            Ok(())
        }

        /// What a session is configured with in one of its families.
        ///
        /// # Errors
        ///
        /// [`Error`]; [`Error::Refused`] if the session is down.
        ///
        /// # Cancellation
        ///
        /// As [`ask`](Self::ask).
        pub $($asynchronous)? fn settings(
            &mut self,
            session: u8,
            family: wds::IpFamily,
        ) -> Result<Settings<'_>, Error<C::Error>> {
            let mut read = ReadSettings::new(connect::instance(session, family));
            self.drive(Job::Follow(&mut read)) $($wait)* ?;
            Settings::new(self.core.tlvs()).map_err(Error::Decode)
        }

        /// Whether a session carries data in one of its families, as far as the modem can say: see [`CheckSession`].
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`ask`](Self::ask).
        pub $($asynchronous)? fn data_status(
            &mut self,
            session: u8,
            family: wds::IpFamily,
        ) -> Result<DataStatus, Error<C::Error>> {
            let mut check = CheckSession::new(connect::instance(session, family));
            self.drive(Job::Follow(&mut check)) $($wait)* ?;
            Ok(check.status())
        }

        /// The phonebook of the card, if it has one: see [`FindPhonebook`]. Entries are written and deleted by following a
        /// [`WriteEntry`](crate::procedure::qmi::WriteEntry).
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`ask`](Self::ask).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn phonebook(&mut self) -> Result<Option<Records>, Error<C::Error>> {
            let mut find = FindPhonebook::new();
            self.drive(Job::Follow(&mut find)) $($wait)* ?;
            Ok(find.found())
        }

        /// The bytes of a record of the phonebook, from 1 on; [`Entry::read`](at_wire::phonebook::Entry::read) tells what they
        /// say.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`ask`](Self::ask).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn phonebook_record(
            &mut self,
            phonebook: Records,
            index: u8,
        ) -> Result<&[u8], Error<C::Error>> {
            self.drive(Job::Follow(&mut ReadRecord::new(phonebook, index))) $($wait)* ?;
            ReadRecord::bytes(self.core.tlvs()).map_err(Error::Decode)
        }

        /// The TLVs of the last answer, or of the last indication that a procedure listened for.
        pub fn last_answer(&self) -> TlvSet<'_> {
            self.core.tlvs()
        }

        /// What the session has seen that went nowhere.
        pub const fn counters(&self) -> &Counters {
            self.core.session.counters()
        }

        /// Indications that found no room.
        pub fn lost_indications(&self) -> u32 {
            self.core.indications.lost()
        }
    };
}

pub(super) use client_methods;
