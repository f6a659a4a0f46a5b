//! The methods that both clients have, written once: the asynchronous and the blocking ones differ in one word.

/// Writes the methods for a client whose `drive` does a [`Job`](super::core::Job) to its end. `$wait` is `.await`, or
/// nothing.
macro_rules! client_methods {
    ([$($asynchronous:ident)?] [$($wait:tt)*]) => {
        /// Brings the modem into a known state, whatever state it is in. URCs of earlier times are dropped.
        ///
        /// # Errors
        ///
        /// [`Error::Open`], [`Error::Channel`].
        ///
        /// # Cancellation
        ///
        /// Another call begins anew.
        pub $($asynchronous)? fn open(&mut self) -> Result<(), Error<C::Error>> {
            self.drive(&mut jobs::Open) $($wait)*.map_err(|fault| self.core.error(fault))
        }

        /// Takes over a modem that is known to be in command mode, without asking it anything.
        pub fn assume_open(&mut self) {
            self.core.session.assume_open();
        }

        /// Sends a command and waits for the end of its answer, as long as its declaration says.
        ///
        /// # Errors
        ///
        /// [`Error`]; [`Error::Refused`] with the modem's reason if it does not succeed.
        ///
        /// # Cancellation
        ///
        /// The command is aborted where that is possible, and given up; the modem may carry it out all the same.
        pub $($asynchronous)? fn send<'a, R: Request<'a>>(
            &mut self,
            request: &R,
        ) -> Result<Answer<'_>, Error<C::Error>> {
            if const { Declared::of::<R>().connects() } {
                self.core.session.allow_data();
            }
            self.declared(const { &Declared::of::<R>() }, request) $($wait)*
        }

        /// Sends a command whose answer is not as its declaration says: see [`Exchange`]. `payload` is what it prompts for,
        /// empty if it does not prompt.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        ///
        /// # Cancellation
        ///
        /// As [`send`](Self::send).
        pub $($asynchronous)? fn send_as<'a, R: Request<'a>>(
            &mut self,
            request: &R,
            exchange: &Exchange,
            payload: &[u8],
        ) -> Result<Answer<'_>, Error<C::Error>> {
            self.core.session.allow_data();
            self.command(exchange, request, payload) $($wait)*
        }

        /// Sends a command as its declaration says, whatever its type.
        #[inline(never)]
        $($asynchronous)? fn declared(
            &mut self,
            declared: &'static Declared,
            parameters: &dyn Encode,
        ) -> Result<Answer<'_>, Error<C::Error>> {
            self.command(&declared.exchange(), parameters, &[]) $($wait)*
        }

        /// Sends a command, whatever its type.
        $($asynchronous)? fn command(
            &mut self,
            exchange: &Exchange,
            parameters: &dyn Encode,
            payload: &[u8],
        ) -> Result<Answer<'_>, Error<C::Error>> {
            if let Err(fault) = self.drive(&mut jobs::Command { exchange, parameters, payload }) $($wait)* {
                return Err(self.core.error(fault));
            }
            Ok(self.core.answer())
        }

        /// Sends a command, and a text or PDU when the modem prompts for it; Ctrl-Z is appended.
        ///
        /// # Errors
        ///
        /// [`Error::Session`] with [`SessionError::Payload`] for a byte that would end the text; or as
        /// [`send`](Self::send).
        ///
        /// # Cancellation
        ///
        /// As [`send`](Self::send); at the prompt the command is called off.
        pub $($asynchronous)? fn send_payload<'a, R: Request<'a>>(
            &mut self,
            request: &R,
            text: &[u8],
        ) -> Result<Answer<'_>, Error<C::Error>> {
            if const { Declared::of::<R>().connects() } {
                self.core.session.allow_data();
            }
            self.command(&Exchange::of::<R>(), request, text) $($wait)*
        }

        /// Sends a command that tells how many bytes follow, and these bytes when the modem prompts for them.
        ///
        /// # Errors
        ///
        /// As [`send`](Self::send).
        ///
        /// # Cancellation
        ///
        /// As [`send`](Self::send). Bytes that the modem still waits for are made up for by zeros.
        pub $($asynchronous)? fn send_bytes<'a, R: Request<'a>>(
            &mut self,
            request: &R,
            bytes: &[u8],
        ) -> Result<Answer<'_>, Error<C::Error>> {
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            let exchange = Exchange { ending: Ending::Length(length), ..Exchange::of::<R>() };
            self.core.session.allow_data();
            self.command(&exchange, request, bytes) $($wait)*
        }

        /// Passes a line on that comes from elsewhere, without its end. The answer bears the modem's reason if it refuses.
        ///
        /// # Errors
        ///
        /// [`Error::Session`] with [`SessionError::Refused`] for a line that modems read differently; or any other but
        /// [`Error::Refused`].
        ///
        /// # Cancellation
        ///
        /// As [`send`](Self::send).
        pub $($asynchronous)? fn send_line(
            &mut self,
            line: &[u8],
            timeout: Millis,
        ) -> Result<Answer<'_>, Error<C::Error>> {
            if let Err(fault) = self.drive(&mut jobs::Line { line, timeout }) $($wait)* {
                return Err(self.core.error(fault));
            }
            Ok(self.core.answer())
        }

        /// Passes a line on if a policy allows it; one that it rewrites is written into `buffer`.
        ///
        /// # Errors
        ///
        /// [`Error::Denied`], or as [`send_line`](Self::send_line).
        ///
        /// # Cancellation
        ///
        /// As [`send`](Self::send).
        pub $($asynchronous)? fn send_line_if(
            &mut self,
            line: &[u8],
            policy: &Policy<'_>,
            buffer: &mut [u8],
            timeout: Millis,
        ) -> Result<Answer<'_>, Error<C::Error>> {
            let verdict = policy.judge(line, buffer);
            match verdict.map_err(|refusal| Error::Session(SessionError::Refused(refusal)))? {
                Verdict::Allowed => self.send_line(line, timeout) $($wait)*,
                Verdict::Rewritten(line) => self.send_line(line, timeout) $($wait)*,
                Verdict::Denied { offset } => Err(Error::Denied { offset }),
            }
        }

        /// The next URC; `None` once `until` has passed ([`Instant::FAR`] waits for ever). One that is there is read
        /// whatever the time.
        ///
        /// # Errors
        ///
        /// [`Error::Channel`], [`Error::Lost`], and [`Error::Session`] if the modem is not open or in data mode, and
        /// nothing is left to read.
        ///
        /// # Cancellation
        ///
        /// No URC is lost.
        pub $($asynchronous)? fn next_urc(&mut self, until: Instant) -> Result<Option<Urc<'_>>, Error<C::Error>> {
            if let Err(fault) = self.drive(&mut jobs::Listen(until)) $($wait)* {
                return Err(self.core.error(fault));
            }
            Ok(self.core.state.urcs.pop())
        }

        /// Reads what the modem sends in data mode; `None` once `until` has passed, `Some(0)` when data mode has ended.
        ///
        /// # Errors
        ///
        /// [`Error::Channel`].
        ///
        /// # Cancellation
        ///
        /// No byte is lost.
        pub $($asynchronous)? fn read(
            &mut self,
            buffer: &mut [u8],
            until: Instant,
        ) -> Result<Option<usize>, Error<C::Error>> {
            let mut data = jobs::Data { buffer, filled: None, until };
            if let Err(fault) = self.drive(&mut data) $($wait)* {
                return Err(self.core.error(fault));
            }
            Ok(data.filled)
        }

        /// Leaves data mode by the escape sequence, and keeps the call; `ATO` goes back. What comes meanwhile is dropped.
        ///
        /// # Errors
        ///
        /// [`Error::Data`] if the modem does not react, or any other.
        ///
        /// # Cancellation
        ///
        /// It is left all the same, if the modem reacts.
        pub $($asynchronous)? fn escape(&mut self) -> Result<(), Error<C::Error>> {
            self.drive(&mut jobs::Escape { how: |session, now| session.escape(now) }) $($wait)*.map_err(|fault| self.core.error(fault))
        }

        /// Leaves data mode by dropping DTR; whether the call is kept depends on `&D`. What comes meanwhile is dropped.
        ///
        /// # Errors
        ///
        /// [`Error::Unresponsive`] if the modem does not react, or any other.
        ///
        /// # Cancellation
        ///
        /// As [`escape`](Self::escape).
        pub $($asynchronous)? fn drop_dtr(&mut self) -> Result<(), Error<C::Error>> {
            self.drive(&mut jobs::Escape { how: |session, now| session.drop_dtr(now) }) $($wait)*.map_err(|fault| self.core.error(fault))
        }

        /// Whether the modem is in data mode.
        pub fn is_data(&self) -> bool {
            self.core.session.is_data()
        }

        /// The number of the last refusal, if it was a `+CME ERROR` or `+CMS ERROR`; also if the modem told it in words.
        pub fn cause(&self) -> Option<u32> {
            self.core.cause()
        }

        /// The text of the last refusal, if the modem told it in words.
        pub fn reason(&self) -> &[u8] {
            self.core.reason()
        }

        /// URCs that went before they were read, because there was no room for newer ones.
        pub fn lost_urcs(&self) -> u32 {
            self.core.state.urcs.lost()
        }

        /// What the session has seen that went nowhere.
        pub fn counters(&self) -> Counters {
            self.core.session.counters()
        }
    };
}

pub(super) use client_methods;
