//! The methods that both streams have, written once: the asynchronous and the blocking ones differ in one word.

/// Writes the methods for a stream whose `drive` reaches a [`Goal`](super::core::Goal). `$wait` is `.await`, or nothing.
macro_rules! tunnel_methods {
    ($channel:ident [$($asynchronous:ident)?] [$($wait:tt)*]) => {
        /// Uses this service, without asking the modem which it has.
        #[must_use]
        pub fn with_service(mut self, service: AtService) -> Self {
            self.core.choose(service);
            self
        }

        /// The service that carries AT, once it is known.
        #[must_use]
        pub const fn service(&self) -> Option<AtService> {
            self.core.service()
        }

        /// Opens the function, which ends all data sessions if it was open, and finds the service that carries AT. Takes
        /// [`Config::open_total`] and 10 seconds more at most.
        ///
        /// # Errors
        ///
        /// [`TunnelError`]; [`TunnelError::NoService`] if there is none.
        ///
        /// # Cancellation
        ///
        /// Another call goes on.
        pub $($asynchronous)? fn open(&mut self) -> Result<(), TunnelError<$channel::Error>> {
            self.core.open(self.channel.now());
            self.drive(Goal::Open, Instant::FAR) $($wait)* .map(drop)
        }

        /// Takes over a function that somebody else has opened and left open, if it is: it must tell its services within
        /// `timeout`. [`Config::first_transaction`] must be none of those that are under way.
        ///
        /// # Errors
        ///
        /// As [`open`](Self::open).
        ///
        /// # Cancellation
        ///
        /// Another call begins anew.
        pub $($asynchronous)? fn take_over(&mut self, timeout: Millis) -> Result<bool, TunnelError<$channel::Error>> {
            let until = self.channel.now() + timeout;
            self.core.take_over();
            self.drive(Goal::Open, until) $($wait)*
        }

        /// Closes the function, which ends all data sessions. Takes [`Config::close`] at most.
        ///
        /// # Errors
        ///
        /// [`TunnelError::Channel`].
        ///
        /// # Cancellation
        ///
        /// Another call begins anew.
        pub $($asynchronous)? fn close(&mut self) -> Result<(), TunnelError<$channel::Error>> {
            self.core.close(self.channel.now());
            self.drive(Goal::Close, Instant::FAR) $($wait)* .map(drop)
        }

        /// The channel below.
        pub const fn channel(&mut self) -> &mut $channel {
            &mut self.channel
        }

        /// Indications that came, and are gone.
        #[must_use]
        pub const fn others(&self) -> u32 {
            self.core.others()
        }

        /// What the MBIM session has seen that went nowhere; lines that were answered BUSY among it.
        #[must_use]
        pub const fn counters(&self) -> &Counters {
            self.core.counters()
        }
    };
}

pub(super) use tunnel_methods;
