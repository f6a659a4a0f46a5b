//! The procedures as methods of both clients, written once like the others.

/// Writes the methods. `$wait` is `.await`, or nothing.
macro_rules! procedure_methods {
    ([$($asynchronous:ident)?] [$($wait:tt)*]) => {
        /// Follows a procedure to its end. URCs that come meanwhile are kept, those that the procedure waits for, too.
        ///
        /// # Errors
        ///
        /// [`Error::Failed`] and [`Error::Stop`] with what ended it, [`Error::Session`], [`Error::Channel`].
        ///
        /// # Cancellation
        ///
        /// The command that is under way is given up. Who follows the procedure again starts it over.
        pub $($asynchronous)? fn follow(&mut self, procedure: &mut dyn Procedure) -> Result<(), Error<C::Error>> {
            let mut lead = jobs::Lead { follow: Follow::new(), procedure, stop: None };
            let end = self.drive(&mut lead) $($wait)*;
            match (end, lead.stop) {
                (Ok(()), _) => Ok(()),
                (Err(_), Some(stop)) => Err(stop.into()),
                (Err(fault), None) => Err(self.core.error(fault)),
            }
        }

        /// Who the modem and its SIM are: see [`ReadIdentity`].
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn identity(&mut self) -> Result<Identity, Error<C::Error>> {
            let mut read = ReadIdentity::new();
            self.follow(&mut read) $($wait)* ?;
            Ok(read.identity().clone())
        }

        /// How much of the device is on.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn power(&mut self) -> Result<Power, Error<C::Error>> {
            let mut read = ReadPower::new();
            self.follow(&mut read) $($wait)* ?;
            Ok(read.power())
        }

        /// Sets how much of the device is on, and waits for `patience` at most until it is so: see [`SetPower`].
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn set_power(&mut self, power: Power, patience: Millis) -> Result<(), Error<C::Error>> {
            let end = self.now() + patience;
            self.follow(&mut SetPower::new(power, end)) $($wait)*
        }

        /// Starts the device anew: see [`Restart`]. Open it again afterwards.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn restart(&mut self) -> Result<(), Error<C::Error>> {
            self.follow(&mut Restart::new()) $($wait)*
        }

        /// The state of the SIM, for which it is waited for `patience` at most while it is starting.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn sim(&mut self, patience: Millis) -> Result<SimState, Error<C::Error>> {
            let mut read = ReadSim::new(self.now() + patience);
            self.follow(&mut read) $($wait)* ?;
            Ok(read.state())
        }

        /// How often codes may still be tried.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn attempts(&mut self) -> Result<Attempts, Error<C::Error>> {
            let mut read = ReadAttempts::new();
            self.follow(&mut read) $($wait)* ?;
            Ok(read.attempts())
        }

        /// Enters the PIN if it is needed, and tells whether it was; waits for the SIM for `patience` at most. A code is tried once:
        /// see [`UseCode::unlock`].
        ///
        /// # Errors
        ///
        /// [`Error::Stop`] with [`Stop::Locked`](crate::procedure::at::Stop::Locked) and the attempts left; or as [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// The modem may take the code all the same: read the state of the SIM.
        pub $($asynchronous)? fn unlock(&mut self, pin: &str, patience: Millis) -> Result<bool, Error<C::Error>> {
            let mut code = UseCode::unlock(pin, self.now() + patience);
            self.follow(&mut code) $($wait)* ?;
            Ok(code.used())
        }

        /// Does something with a code of the SIM: see [`UseCode`].
        ///
        /// # Errors
        ///
        /// As [`unlock`](Self::unlock).
        ///
        /// # Cancellation
        ///
        /// As [`unlock`](Self::unlock).
        pub $($asynchronous)? fn pin(&mut self, operation: PinOperation<'_>, second: bool, patience: Millis) -> Result<(), Error<C::Error>> {
            let end = self.now() + patience;
            self.follow(&mut UseCode::new(operation, second, end)) $($wait)*
        }

        /// Whether the PIN is asked for when the device starts.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn protection(&mut self) -> Result<bool, Error<C::Error>> {
            let mut read = ReadProtection::new();
            self.follow(&mut read) $($wait)* ?;
            Ok(read.is_on())
        }

        /// Whether and where the modem is registered: see [`ReadRegistration`].
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn registration(&mut self) -> Result<Registration, Error<C::Error>> {
            let mut read = ReadRegistration::new();
            self.follow(&mut read) $($wait)* ?;
            Ok(read.registration().clone())
        }

        /// Registers, and waits for `patience` at most until that is done: see [`Register`].
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow); the modem goes on registering.
        pub $($asynchronous)? fn register(&mut self, selection: Selection<'_>, patience: Millis) -> Result<(), Error<C::Error>> {
            let end = self.now() + patience;
            self.follow(&mut Register::new(selection, end)) $($wait)*
        }

        /// Searches for networks, which takes minutes: see [`Scan`].
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// The search is aborted.
        pub $($asynchronous)? fn scan<const N: usize>(&mut self) -> Result<Scan<N>, Error<C::Error>> {
            let mut scan = Scan::new();
            self.follow(&mut scan) $($wait)* ?;
            Ok(scan)
        }

        /// How strong the signal is.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn signal(&mut self) -> Result<Signal, Error<C::Error>> {
            let mut read = ReadSignal::new();
            self.follow(&mut read) $($wait)* ?;
            Ok(read.signal())
        }

        /// Attaches to the packet domain, or detaches.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn attach(&mut self, on: bool) -> Result<(), Error<C::Error>> {
            self.follow(&mut Attach::new(on)) $($wait)*
        }

        /// Sets a context up, and reads what it is configured with: see [`Connect`].
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// The context may be active all the same.
        pub $($asynchronous)? fn connect<'a>(&mut self, request: &ConnectRequest<'a>) -> Result<Connect<'a>, Error<C::Error>> {
            let mut connect = Connect::new(*request);
            self.follow(&mut connect) $($wait)* ?;
            Ok(connect)
        }

        /// Deactivates a context.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn disconnect(&mut self, cid: u8) -> Result<(), Error<C::Error>> {
            self.follow(&mut Disconnect::new(cid)) $($wait)*
        }

        /// Connects a maker's network interface to a context, and reads what the modem tells of its addresses: see
        /// [`ConnectInterface`].
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// The interface may be connected all the same.
        pub $($asynchronous)? fn connect_interface<'a>(
            &mut self,
            interface: Interface,
            request: &ConnectRequest<'a>,
        ) -> Result<ConnectInterface<'a>, Error<C::Error>> {
            let mut connect = ConnectInterface::new(interface, *request);
            self.follow(&mut connect) $($wait)* ?;
            Ok(connect)
        }

        /// Disconnects a maker's network interface from a context.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn disconnect_interface(&mut self, interface: Interface, cid: u8) -> Result<(), Error<C::Error>> {
            self.follow(&mut DisconnectInterface::new(interface, cid)) $($wait)*
        }

        /// Whether a context is active.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn is_connected(&mut self, cid: u8) -> Result<bool, Error<C::Error>> {
            let mut read = CheckContext::new(cid);
            self.follow(&mut read) $($wait)* ?;
            Ok(read.is_active())
        }
    };
}

pub(super) use procedure_methods;
