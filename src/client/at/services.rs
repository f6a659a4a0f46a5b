//! Methods of both clients for messages, dialogues, phonebooks and the card, written once like the others.

/// Writes the methods. `$wait` is `.await`, or nothing.
macro_rules! service_methods {
    ([$($asynchronous:ident)?] [$($wait:tt)*]) => {
        /// Sends a text, in as many parts as it takes, see [`SendText`]. The numbers that delivery reports will refer to
        /// come into `references`, as far as there is room. Returns how many parts it took.
        ///
        /// # Errors
        ///
        /// [`Error::Text`] before anything is sent; or as [`follow`](Self::follow). To go on after a failure, follow one
        /// [`SendText`] twice.
        ///
        /// # Cancellation
        ///
        /// Some parts may have been sent.
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn send_text(
            &mut self,
            message: TextMessage<'_>,
            references: &mut [u32],
        ) -> Result<u8, Error<C::Error>> {
            let mut sending = SendText::new(message, references).map_err(Error::Text)?;
            self.follow(&mut sending) $($wait)* ?;
            Ok(sending.parts())
        }

        /// Reads stored messages of a memory, or of the one that is selected if its name is empty, and hands each out as it
        /// comes: service centre and TPDU, see [`ReadTexts`]. Returns how many could not be read.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn read_texts(
            &mut self,
            which: Stored,
            storage: &str,
            take: &mut dyn FnMut(StoredText, &[u8]),
        ) -> Result<u32, Error<C::Error>> {
            let mut read = ReadTexts::new(which, storage, take);
            self.follow(&mut read) $($wait)* ?;
            Ok(read.unreadable())
        }

        /// Finds out whether the modem has the PDU mode of messages, which is what [`send_text`](Self::send_text) and
        /// [`read_texts`](Self::read_texts) need, and chooses it, or else the text mode.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn message_format(&mut self) -> Result<MessageFormat, Error<C::Error>> {
            let mut find = FindMessageFormat::new();
            self.follow(&mut find) $($wait)* ?;
            Ok(find.format())
        }

        /// As [`send_text`](Self::send_text), in text mode: see [`SendTextMode`].
        ///
        /// # Errors
        ///
        /// As [`send_text`](Self::send_text).
        ///
        /// # Cancellation
        ///
        /// Some parts may have been sent.
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn send_text_mode(
            &mut self,
            message: TextMessage<'_>,
            references: &mut [u32],
        ) -> Result<u8, Error<C::Error>> {
            let mut sending = SendTextMode::new(message, references).map_err(Error::Text)?;
            self.follow(&mut sending) $($wait)* ?;
            Ok(sending.parts())
        }

        /// As [`read_texts`](Self::read_texts), in text mode: see [`ReadTextMode`].
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn read_text_mode(
            &mut self,
            which: Stored,
            storage: &str,
            take: &mut dyn FnMut(StoredText, &[u8]),
        ) -> Result<u32, Error<C::Error>> {
            let mut read = ReadTextMode::new(which, storage, take);
            self.follow(&mut read) $($wait)* ?;
            Ok(read.unreadable())
        }

        /// Deletes the stored message at a place of a memory, or **all** of the memory; of the one that is selected if the
        /// name is empty.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn delete_texts(&mut self, storage: &str, index: Option<u32>) -> Result<(), Error<C::Error>> {
            let mut delete = match index {
                Some(index) => DeleteTexts::at(storage, index),
                None => DeleteTexts::all(storage),
            };
            self.follow(&mut delete) $($wait)*
        }

        /// Has the modem tell of new messages and status reports, see [`TellTexts`]: [`next_urc`](Self::next_urc) hands them
        /// out.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn tell_texts(&mut self) -> Result<(), Error<C::Error>> {
            self.follow(&mut TellTexts::new()) $($wait)*
        }

        /// The number of the service centre, empty if there is none.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn service_centre(&mut self) -> Result<ServiceCentre, Error<C::Error>> {
            let mut read = ReadServiceCentre::new();
            self.follow(&mut read) $($wait)* ?;
            Ok(read.centre().clone())
        }

        /// Sets the number of the service centre, with `+` in front of an international one.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn set_service_centre(&mut self, number: &str) -> Result<(), Error<C::Error>> {
            self.follow(&mut SetServiceCentre::new(number)) $($wait)*
        }

        /// Begins a dialogue with the network, or answers its question; waits for `patience` at most for what it says, which
        /// should be two minutes: see [`Ussd`].
        ///
        /// # Errors
        ///
        /// [`Error::Text`] before anything is sent; or as [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// The dialogue may go on: end it with [`cancel_ussd`](Self::cancel_ussd).
        pub $($asynchronous)? fn ussd(&mut self, text: &str, patience: Millis) -> Result<UssdMessage, Error<C::Error>> {
            let mut step = Ussd::send(text, self.now() + patience).map_err(Error::Text)?;
            self.follow(&mut step) $($wait)* ?;
            Ok(step.message().cloned().unwrap_or_default())
        }

        /// Ends the dialogue with the network.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn cancel_ussd(&mut self) -> Result<(), Error<C::Error>> {
            self.follow(&mut Ussd::cancel()) $($wait)*
        }

        /// Reads a phonebook, or the entry at one place of it, and hands each entry out as it comes: see [`ReadPhonebook`].
        /// Returns how many places there are, 0 if that is not known.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn phonebook_read(
            &mut self,
            storage: &str,
            index: Option<u16>,
            take: &mut dyn FnMut(&Contact),
        ) -> Result<u16, Error<C::Error>> {
            let mut read = match index {
                Some(index) => ReadPhonebook::at(storage, index, take),
                None => ReadPhonebook::new(storage, take),
            };
            self.follow(&mut read) $($wait)* ?;
            Ok(read.places())
        }

        /// Writes an entry of a phonebook: at that place, or at the first that is free. See [`WriteContact`].
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn phonebook_write(
            &mut self,
            storage: &str,
            index: Option<u16>,
            number: &str,
            name: &str,
        ) -> Result<(), Error<C::Error>> {
            self.follow(&mut WriteContact::new(storage, index, number, name)) $($wait)*
        }

        /// Deletes the entry at that place of a phonebook.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn phonebook_delete(&mut self, storage: &str, index: u16) -> Result<(), Error<C::Error>> {
            self.follow(&mut WriteContact::delete(storage, index)) $($wait)*
        }

        /// Opens a logical channel to an application on the card, and tells its number: see [`OpenChannel`].
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// The channel may be open all the same.
        pub $($asynchronous)? fn open_channel(&mut self, aid: &[u8]) -> Result<u8, Error<C::Error>> {
            let mut open = OpenChannel::new(aid);
            self.follow(&mut open) $($wait)* ?;
            Ok(open.channel())
        }

        /// Closes a logical channel.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn close_channel(&mut self, channel: u8) -> Result<(), Error<C::Error>> {
            self.follow(&mut CloseChannel::new(channel)) $($wait)*
        }

        /// Sends a command on a channel, 0 being the one that is always open, and puts the answer into `response`: see
        /// [`Transmit`]. Returns the card's words, whatever they are, and the bytes of the answer.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// The card may have done it all the same.
        pub $($asynchronous)? fn transmit<'r>(
            &mut self,
            channel: u8,
            command: Command<'_>,
            response: &'r mut [u8],
        ) -> Result<(StatusWords, &'r [u8]), Error<C::Error>> {
            let mut transmit = Transmit::new(channel, command, response);
            self.follow(&mut transmit) $($wait)* ?;
            let (words, len) = (transmit.words(), transmit.response().len());
            Ok((words, response.get(..len).unwrap_or_default()))
        }

        /// Sends one command to an application on the card: opens a channel, sends, and closes the channel whatever came of
        /// it. Returns as [`transmit`](Self::transmit) does.
        ///
        /// # Errors
        ///
        /// As [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// The channel may be left open.
        pub $($asynchronous)? fn exchange<'r>(
            &mut self,
            aid: &[u8],
            command: Command<'_>,
            response: &'r mut [u8],
        ) -> Result<(StatusWords, &'r [u8]), Error<C::Error>> {
            let channel = self.open_channel(aid) $($wait)* ?;
            let said = self.transmit(channel, command, response) $($wait)*;
            let closed = self.close_channel(channel) $($wait)*;
            let said = said?;
            closed.map(|()| said)
        }

        /// What a file on the card is like: see [`AccessFile`].
        ///
        /// # Errors
        ///
        /// [`Error::Stop`] with [`Stop::Card`](crate::procedure::at::Stop::Card) and the card's words; or as
        /// [`follow`](Self::follow).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn file_status(&mut self, file: File<'_>) -> Result<FileStatus, Error<C::Error>> {
            let mut look = AccessFile::new(file, Access::Status, &mut []);
            self.follow(&mut look) $($wait)* ?;
            Ok(look.status().unwrap_or_default())
        }

        /// Reads a file of bytes from `offset` on, as much as there is and `response` has room for.
        ///
        /// # Errors
        ///
        /// As [`file_status`](Self::file_status).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn read_binary<'r>(
            &mut self,
            file: File<'_>,
            offset: u16,
            response: &'r mut [u8],
        ) -> Result<&'r [u8], Error<C::Error>> {
            let mut read = AccessFile::new(file, Access::ReadBinary(offset), response);
            self.follow(&mut read) $($wait)* ?;
            let len = read.response().len();
            Ok(response.get(..len).unwrap_or_default())
        }

        /// Reads a record of a file, from 1 on.
        ///
        /// # Errors
        ///
        /// As [`file_status`](Self::file_status).
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn read_record<'r>(
            &mut self,
            file: File<'_>,
            record: u8,
            response: &'r mut [u8],
        ) -> Result<&'r [u8], Error<C::Error>> {
            let mut read = AccessFile::new(file, Access::ReadRecord(record), response);
            self.follow(&mut read) $($wait)* ?;
            let len = read.response().len();
            Ok(response.get(..len).unwrap_or_default())
        }

        /// Writes bytes into a file, from `offset` on.
        ///
        /// # Errors
        ///
        /// As [`file_status`](Self::file_status).
        ///
        /// # Cancellation
        ///
        /// Some of the bytes may have been written.
        pub $($asynchronous)? fn update_binary(&mut self, file: File<'_>, offset: u16, data: &[u8]) -> Result<(), Error<C::Error>> {
            self.follow(&mut AccessFile::new(file, Access::UpdateBinary(offset, data), &mut [])) $($wait)*
        }

        /// Writes a record of a file, from 1 on.
        ///
        /// # Errors
        ///
        /// As [`file_status`](Self::file_status).
        ///
        /// # Cancellation
        ///
        /// The record may have been written.
        pub $($asynchronous)? fn update_record(&mut self, file: File<'_>, record: u8, data: &[u8]) -> Result<(), Error<C::Error>> {
            self.follow(&mut AccessFile::new(file, Access::UpdateRecord(record, data), &mut [])) $($wait)*
        }
    };
}

pub(super) use service_methods;
