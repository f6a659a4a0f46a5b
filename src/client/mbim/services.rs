//! Further methods that both clients have, written once as in `methods`: those beyond a plain connection. Commands that
//! are just a question and its answer have none: [`query`](super::Client::query) and [`set`](super::Client::set) ask them.
//! What is here takes several steps, depends on the version in force, or has a trap.

/// Writes the methods, see [`client_methods`](super::methods::client_methods).
macro_rules! service_methods {
    ([$($asynchronous:ident)?] [$($wait:tt)*]) => {
        /// Subscribes to indications: the usual ones and `own`, as far as the modem lists them, see [`Subscribe`]. Returns
        /// why the modem did not take the list, if it did not; it then indicates what it indicates by itself.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow).
        pub $($asynchronous)? fn subscribe(
            &mut self,
            own: &[Indications<'_>],
        ) -> Result<Option<Refusal>, Error<C::Error>> {
            let mut subscribe = Subscribe::new(own);
            self.drive(Job::Follow(&mut subscribe)) $($wait)* ?;
            Ok(subscribe.refusal())
        }

        /// The SIM and its identity, in any version.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn subscriber(
            &mut self,
        ) -> Result<bc::SubscriberReadyStatusInfoV3<'_>, Error<C::Error>> {
            self.ask::<bc::SubscriberReadyStatus>(CommandType::QUERY, &Empty {}) $($wait)* ?;
            newest::subscriber_ready_status(self.version(), self.core.body())
                .map_err(Error::decode::<bc::SubscriberReadyStatus>)
        }

        /// The registration, in any version.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn registration(&mut self) -> Result<bc::RegisterStateInfoV2<'_>, Error<C::Error>> {
            self.ask::<bc::RegisterState>(CommandType::QUERY, &Empty {}) $($wait)* ?;
            newest::register_state(self.version(), self.core.body()).map_err(Error::decode::<bc::RegisterState>)
        }

        /// Packet service, in any version.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn packet_service(&mut self) -> Result<bc::PacketServiceInfoV3<'_>, Error<C::Error>> {
            self.ask::<bc::PacketService>(CommandType::QUERY, &Empty {}) $($wait)* ?;
            newest::packet_service(self.version(), self.core.body()).map_err(Error::decode::<bc::PacketService>)
        }

        /// The signal, in any version.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn signal(&mut self) -> Result<bc::SignalStateInfoV2<'_>, Error<C::Error>> {
            self.ask::<bc::SignalState>(CommandType::QUERY, &Empty {}) $($wait)* ?;
            newest::signal_state(self.version(), self.core.body()).map_err(Error::decode::<bc::SignalState>)
        }

        /// Chooses when the signal is indicated, in any version. To one modem (FM350) an interval of 0 means that
        /// thresholds do not matter.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn report_signal(
            &mut self,
            when: &bc::SignalStateSet,
        ) -> Result<bc::SignalStateInfoV2<'_>, Error<C::Error>> {
            self.ask::<bc::SignalState>(CommandType::SET, when) $($wait)* ?;
            newest::signal_state(self.version(), self.core.body()).map_err(Error::decode::<bc::SignalState>)
        }

        /// What the device is and can do, in any version: from the command of Microsoft's extensions, or if the modem does
        /// not have that, from Basic Connect.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn device_caps(&mut self) -> Result<bce::DeviceCapsInfoV3<'_>, Error<C::Error>> {
            let mut ask = AskEither::new::<bce::DeviceCaps, bc::DeviceCaps>(CommandType::QUERY, &Empty {}, &Empty {});
            self.drive(Job::Follow(&mut ask)) $($wait)* ?;
            let (version, body) = (self.version(), self.core.body());
            if ask.is_better() {
                newest::device_caps(version, body).map_err(Error::decode::<bce::DeviceCaps>)
            } else {
                newest::basic_device_caps(body).map_err(Error::decode::<bc::DeviceCaps>)
            }
        }

        /// The attach and its context, in any version.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn lte_attach(&mut self) -> Result<bce::LteAttachInfoInfoV3<'_>, Error<C::Error>> {
            self.ask::<bce::LteAttachInfo>(CommandType::QUERY, &Empty {}) $($wait)* ?;
            newest::lte_attach_info(self.version(), self.core.body()).map_err(Error::decode::<bce::LteAttachInfo>)
        }

        /// Stores the contexts to attach to LTE with: home, partner, non-partner; all three, or the modem refuses. `None`
        /// goes back to how the device was delivered. They are used from the next attach on, such as after
        /// [`radio_off`](Self::radio_off) and [`radio_on`](Self::radio_on).
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn set_lte_attach(
            &mut self,
            contexts: Option<&[bce::LteAttachConfigurationElement<'_>; 3]>,
        ) -> Result<(), Error<C::Error>> {
            let operation = match contexts {
                Some(_) => bce::LteAttachContextOperation::DEFAULT,
                None => bce::LteAttachContextOperation::RESTORE_FACTORY,
            };
            let configurations = RefList::new(contexts.map_or(&[][..], |contexts| contexts));
            let set = bce::LteAttachConfigurationSet { operation, configuration_count: Count::AUTO, configurations };
            self.ask::<bce::LteAttachConfiguration>(CommandType::SET, &set) $($wait)*
        }

        /// The cells that serve and those nearby, in any version; at most `neighbours` of each kind.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn base_stations(
            &mut self,
            neighbours: u32,
        ) -> Result<bce::BaseStationsInfoInfoV3<'_>, Error<C::Error>> {
            let most = bce::BaseStationsInfoQueryV3 {
                max_gsm_count: neighbours,
                max_umts_count: neighbours,
                max_tdscdma_count: neighbours,
                max_lte_count: neighbours,
                max_cdma_count: neighbours,
                max_nr_count: neighbours,
            };
            let before = bce::BaseStationsInfoQuery {
                max_gsm_count: neighbours,
                max_umts_count: neighbours,
                max_tdscdma_count: neighbours,
                max_lte_count: neighbours,
                max_cdma_count: neighbours,
            };
            let version = self.version();
            let params: &dyn Encode = if version >= Version::V3 { &most } else { &before };
            self.ask::<bce::BaseStationsInfo>(CommandType::QUERY, params) $($wait)* ?;
            newest::base_stations_info(version, self.core.body()).map_err(Error::decode::<bce::BaseStationsInfo>)
        }

        /// The packet filters of a session, in any version.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn packet_filters(
            &mut self,
            session_id: u32,
        ) -> Result<Filters<'_>, Error<C::Error>> {
            // The query has the layout of the answer, without filters.
            let filters = FilterSet { session_id, filters: &[], version: self.version() };
            self.ask::<bc::IpPacketFilters>(CommandType::QUERY, &filters) $($wait)* ?;
            Ok(Filters::new(self.version(), self.core.body()))
        }

        /// Replaces the packet filters of a session: only packets that pass one of them wake the host. No filters let
        /// everything pass; with one modem (FM350) nothing passes after connecting until they are cleared so.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn set_packet_filters(
            &mut self,
            session_id: u32,
            filters: &[bc::PacketFilterV3<'_>],
        ) -> Result<(), Error<C::Error>> {
            let filters = FilterSet { session_id, filters, version: self.version() };
            self.ask::<bc::IpPacketFilters>(CommandType::SET, &filters) $($wait)*
        }

        /// The contexts that the modem stores, from Microsoft's extensions, or if the modem does not have that, from Basic
        /// Connect. They are not those to attach with, for which there is [`set_lte_attach`](Self::set_lte_attach).
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn stored_contexts(&mut self) -> Result<StoredContexts<'_>, Error<C::Error>> {
            let mut ask = AskEither::new::<bce::ProvisionedContexts, bc::ProvisionedContexts>(
                CommandType::QUERY,
                &Empty {},
                &Empty {},
            );
            self.drive(Job::Follow(&mut ask)) $($wait)* ?;
            let body = self.core.body();
            Ok(if ask.is_better() {
                StoredContexts::Extended(View::new(body))
            } else {
                StoredContexts::Basic(View::new(body))
            })
        }

        /// Stores a context, or deletes the one of that type. A modem without Microsoft's extensions stores it as number
        /// `context_id` for the network `provider_id` (MCC and MNC), and cannot delete.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn store_context(
            &mut self,
            context_id: u32,
            provider_id: &str,
            set: &bce::ProvisionedContextsSet<'_>,
        ) -> Result<(), Error<C::Error>> {
            if set.operation != bce::ContextOperation::DEFAULT {
                return self.ask::<bce::ProvisionedContexts>(CommandType::SET, set) $($wait)*;
            }
            let basic = basic_context(context_id, provider_id, set);
            let mut ask =
                AskEither::new::<bce::ProvisionedContexts, bc::ProvisionedContexts>(CommandType::SET, set, &basic);
            self.drive(Job::Follow(&mut ask)) $($wait)*
        }

        /// The protocol configuration options of a session.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn pco(&mut self, session_id: u32) -> Result<bce::PcoValue<'_>, Error<C::Error>> {
            // The query has the layout of the answer, in which only the session counts.
            self.ask::<bce::Pco>(CommandType::QUERY, &SessionQuery { session_id, len: 12 }) $($wait)* ?;
            bce::PcoValueView::new(self.core.body()).read().map_err(Error::decode::<bce::Pco>)
        }

        /// Has an executor, 0 if there is just one, use another SIM slot, and waits until the card there is settled, for at
        /// most `patience`; returns what is there. See [`SwitchSlot`].
        ///
        /// # Errors
        ///
        /// [`Error::NotReached`] if the card is not settled in time, or any other.
        ///
        /// # Cancellation
        ///
        /// As [`follow`](Self::follow); the modem goes on switching.
        pub $($asynchronous)? fn switch_slot(
            &mut self,
            executor: usize,
            slot: u32,
            patience: Millis,
        ) -> Result<bce::UiccSlotState, Error<C::Error>> {
            let mut switch = SwitchSlot::new(executor, slot, self.now() + patience);
            self.drive(Job::Follow(&mut switch)) $($wait)* ?;
            Ok(switch.state())
        }

        /// Restarts the modem by the best way it has, see [`Restart`]; `vendor` is its USB vendor, if known. True if it
        /// answered before it went. The channel may fail with it, so an [`Error::Channel`] is no failure either; the
        /// modem has to be opened again when it is back.
        ///
        /// # Errors
        ///
        /// [`Error::Refused`] if it has no way or refuses them all, or any other.
        ///
        /// # Cancellation
        ///
        /// The modem may restart all the same.
        pub $($asynchronous)? fn restart(&mut self, vendor: Option<u16>) -> Result<bool, Error<C::Error>> {
            let mut restart = Restart::new(self.version(), vendor);
            match self.drive(Job::Follow(&mut restart)) $($wait)* {
                // It has restarted already, and says that it is not open.
                Err(Error::Lost) if restart.was_told() => Ok(false),
                result => result.map(|()| restart.answered()),
            }
        }

        /// Opens a channel to an application on the card, see [`OpenChannel`](uicc::OpenChannel).
        ///
        /// # Errors
        ///
        /// [`Error::Card`] with the card's words, [`Error::Refused`], or any other.
        ///
        /// # Cancellation
        ///
        /// A channel may be open all the same: [`close_channels`](Self::close_channels) closes it.
        pub $($asynchronous)? fn open_channel(
            &mut self,
            app_id: &[u8],
            access: uicc::Access,
        ) -> Result<u32, Error<C::Error>> {
            let mut open = uicc::OpenChannel::new(app_id, access);
            self.drive(Job::Follow(&mut open)) $($wait)* ?;
            Ok(open.channel())
        }

        /// Sends a command on a channel, and puts the answer into `response`, see [`Transmit`](uicc::Transmit). Returns
        /// the card's words, whatever they are, and the bytes of the answer.
        ///
        /// # Errors
        ///
        /// [`Error::NoRoom`], or any other. With
        /// [`MS_INVALID_LOGICAL_CHANNEL`](mbim_wire::Status::MS_INVALID_LOGICAL_CHANNEL) the channel is lost.
        ///
        /// # Cancellation
        ///
        /// The card may have done it all the same.
        pub $($asynchronous)? fn transmit<'r>(
            &mut self,
            channel: u32,
            access: uicc::Access,
            command: Apdu<'_>,
            response: &'r mut [u8],
        ) -> Result<(StatusWords, &'r [u8]), Error<C::Error>> {
            let mut transmit = uicc::Transmit::new(channel, access, command, response);
            self.drive(Job::Follow(&mut transmit)) $($wait)* ?;
            let (words, len) = (transmit.words(), transmit.response_len());
            Ok((words, response.get(..len).unwrap_or(&[])))
        }

        /// Closes a channel; one that is not open counts as closed.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn close_channel(&mut self, channel: u32) -> Result<(), Error<C::Error>> {
            self.drive(Job::Follow(&mut uicc::CloseChannel::new(channel))) $($wait)*
        }

        /// Closes all channels of the group.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn close_channels(&mut self, access: uicc::Access) -> Result<(), Error<C::Error>> {
            self.drive(Job::Follow(&mut uicc::CloseChannel::group(access))) $($wait)*
        }

        /// Sends one command to an application on the card: opens a channel, sends, and closes the channel whatever came
        /// of it, see [`Exchange`](uicc::Exchange). Returns as [`transmit`](Self::transmit) does.
        ///
        /// # Errors
        ///
        /// As [`open_channel`](Self::open_channel) and [`transmit`](Self::transmit).
        ///
        /// # Cancellation
        ///
        /// A channel may be left open: [`close_channels`](Self::close_channels) closes it.
        pub $($asynchronous)? fn exchange<'r>(
            &mut self,
            app_id: &[u8],
            access: uicc::Access,
            command: Apdu<'_>,
            response: &'r mut [u8],
        ) -> Result<(StatusWords, &'r [u8]), Error<C::Error>> {
            let mut exchange = uicc::Exchange::new(app_id, access, command, response);
            self.drive(Job::Follow(&mut exchange)) $($wait)* ?;
            let (words, len) = (exchange.words(), exchange.response_len());
            Ok((words, response.get(..len).unwrap_or(&[])))
        }

        /// What a file on the card is like. The path has two bytes for each step, from 3F00 or 7FFF on.
        ///
        /// # Errors
        ///
        /// [`Error::Card`] with the card's words, or any other.
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn file_status(
            &mut self,
            app_id: &[u8],
            path: &[u8],
        ) -> Result<wire_uicc::FileStatusInfo, Error<C::Error>> {
            let query =
                wire_uicc::FileStatusQuery { version: 1, application_id: Bytes(app_id), file_path: Bytes(path) };
            let info = self.query::<wire_uicc::FileStatus>(&query) $($wait)* ?;
            let info = info.read().map_err(Error::decode::<wire_uicc::FileStatus>)?;
            card_says(info.status_word1, info.status_word2)?;
            Ok(info)
        }

        /// Reads a file of bytes: `size` bytes from `offset` on, 0 for all. A file under a code takes it as `pin`.
        ///
        /// # Errors
        ///
        /// [`Error::Card`] with the card's words, or any other.
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn read_binary(
            &mut self,
            app_id: &[u8],
            path: &[u8],
            (offset, size): (u32, u32),
            pin: &str,
        ) -> Result<&[u8], Error<C::Error>> {
            let query = wire_uicc::ReadBinaryQuery {
                version: 1,
                application_id: Bytes(app_id),
                file_path: Bytes(path),
                read_offset: offset,
                read_size: size,
                local_pin: pin.into(),
                data: Bytes(&[]),
            };
            let info = self.query::<wire_uicc::ReadBinary>(&query) $($wait)* ?;
            let info = info.read().map_err(Error::decode::<wire_uicc::ReadBinary>)?;
            card_says(info.status_word1, info.status_word2)?;
            Ok(info.data.0)
        }

        /// Reads a record of a file, from 1 on. A file under a code takes it as `pin`.
        ///
        /// # Errors
        ///
        /// [`Error::Card`] with the card's words, or any other.
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn read_record(
            &mut self,
            app_id: &[u8],
            path: &[u8],
            record: u32,
            pin: &str,
        ) -> Result<&[u8], Error<C::Error>> {
            let query = wire_uicc::ReadRecordQuery {
                version: 1,
                application_id: Bytes(app_id),
                file_path: Bytes(path),
                record_number: record,
                local_pin: pin.into(),
                data: Bytes(&[]),
            };
            let info = self.query::<wire_uicc::ReadRecord>(&query) $($wait)* ?;
            let info = info.read().map_err(Error::decode::<wire_uicc::ReadRecord>)?;
            card_says(info.status_word1, info.status_word2)?;
            Ok(info.data.0)
        }

        /// Entries of the phonebook: the one with that index, from 1 on, or all.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn phonebook_read(
            &mut self,
            index: Option<u32>,
        ) -> Result<phonebook::ReadInfoView<'_>, Error<C::Error>> {
            let (filter_flag, filter_message_index) = phonebook_filter(index);
            self.query::<phonebook::Read>(&phonebook::ReadQuery { filter_flag, filter_message_index }) $($wait)*
        }

        /// Writes an entry of the phonebook: at that index, from 1 on, or where there is room.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn phonebook_write(
            &mut self,
            index: Option<u32>,
            number: &str,
            name: &str,
        ) -> Result<(), Error<C::Error>> {
            let save_flag = match index {
                Some(_) => phonebook::PhonebookWriteFlag::SAVE_INDEX,
                None => phonebook::PhonebookWriteFlag::SAVE_UNUSED,
            };
            let (number, name) = (number.into(), name.into());
            let set = phonebook::WriteSet { save_flag, save_index: index.unwrap_or(0), number, name };
            self.ask::<phonebook::Write>(CommandType::SET, &set) $($wait)*
        }

        /// Deletes the entry of the phonebook with that index, from 1 on, or **all**.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn phonebook_delete(&mut self, index: Option<u32>) -> Result<(), Error<C::Error>> {
            let (filter_flag, filter_message_index) = phonebook_filter(index);
            let set = phonebook::DeleteSet { filter_flag, filter_message_index };
            self.ask::<phonebook::Delete>(CommandType::SET, &set) $($wait)*
        }

        /// Reduces the power of all antennas by that row of the maker's table, or no longer.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        pub $($asynchronous)? fn set_sar_backoff(&mut self, row: Option<u32>) -> Result<(), Error<C::Error>> {
            /// All of them.
            const ANTENNAS: u32 = u32::MAX;
            let states = [ms_sar::SarConfigState { antenna_index: ANTENNAS, backoff_index: row.unwrap_or(0) }];
            let set = ms_sar::ConfigSet {
                mode: ms_sar::SarControlMode::OS,
                backoff_state: match row {
                    Some(_) => ms_sar::SarBackoffState::ENABLED,
                    None => ms_sar::SarBackoffState::DISABLED,
                },
                config_states_count: Count::AUTO,
                config_states: RefList::new(&states),
            };
            self.ask::<ms_sar::Config>(CommandType::SET, &set) $($wait)*
        }

        /// Takes a step of a dialogue with the network, see [`Ussd`], and returns what the network says. A message without
        /// text from a modem that answers at once means that the text will be indicated; [`UssdMessage::read`] reads that.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// The dialogue may go on; end it with [`Ussd::cancel`].
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn ussd(&mut self, mut step: Ussd) -> Result<UssdMessage<'_>, Error<C::Error>> {
            self.drive(Job::Follow(&mut step)) $($wait)* ?;
            UssdMessage::read(self.core.body()).map_err(Error::decode::<mbim_wire::service::ussd::Ussd>)
        }

        /// Sends a text, in as many parts as it takes, see [`SendText`]. The numbers that delivery reports will refer to
        /// come into `references`, as far as there is room. Returns how many parts it took.
        ///
        /// # Errors
        ///
        /// [`Error::Text`] before anything is sent; [`Error::Refused`], or any other. To go on after a failure, follow one
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
            self.drive(Job::Follow(&mut sending)) $($wait)* ?;
            Ok(sending.parts())
        }

        /// Reads messages of the store, see [`ReadStore`].
        ///
        /// # Errors
        ///
        /// [`Error`]. If the answer is longer than the client's memory ([`Failure::TooLong`](crate::session::mbim::Failure)),
        /// read the messages one by one.
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn read_store(
            &mut self,
            which: Stored,
        ) -> Result<mbim_wire::service::sms::ReadInfoView<'_>, Error<C::Error>> {
            self.drive(Job::Follow(&mut ReadStore::new(which))) $($wait)* ?;
            Ok(View::new(self.core.body()))
        }

        /// Reads messages of the store, sorts them into `inbox`, and tells `each` what they are. Nothing is deleted: that is
        /// for whoever has kept a message, part by part ([`Message::indexes`](crate::sms::Message::indexes)).
        /// True if the modem has more than fits an answer: delete what is kept, and read again.
        ///
        /// # Errors
        ///
        /// As [`read_store`](Self::read_store).
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command); nothing has been sorted in then.
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn receive_texts(
            &mut self,
            which: Stored,
            inbox: &mut Inbox<'_>,
            each: &mut dyn FnMut(StoreItem<'_>),
        ) -> Result<bool, Error<C::Error>> {
            let now = self.now();
            let mut store = ReadStore::new(which);
            self.drive(Job::Follow(&mut store)) $($wait)* ?;
            let info = View::new(self.core.body());
            sort_in(now, &info, inbox, each).map_err(Error::decode::<mbim_wire::service::sms::Read>)?;
            Ok(store.more())
        }

        /// Deletes messages of the store; [`Stored::All`] means all.
        ///
        /// # Errors
        ///
        /// [`Error`].
        ///
        /// # Cancellation
        ///
        /// As [`command`](Self::command).
        #[cfg(feature = "sms")]
        pub $($asynchronous)? fn delete_texts(&mut self, which: Stored) -> Result<(), Error<C::Error>> {
            let (flag, message_index) = stored_flag(which);
            let set = mbim_wire::service::sms::DeleteSet { flag, message_index };
            self.ask::<mbim_wire::service::sms::Delete>(CommandType::SET, &set) $($wait)*
        }

        /// Asks with parameters in whatever layout, and reads nothing yet.
        $($asynchronous)? fn ask<M: Command>(
            &mut self,
            kind: CommandType,
            params: &dyn Encode,
        ) -> Result<(), Error<C::Error>> {
            let mut ask = Ask::new(CommandId::of::<M>(), kind, params, 0);
            self.drive(Job::Follow(&mut ask)) $($wait)*
        }
    };
}

pub(super) use service_methods;

use mbim_wire::Status;
use mbim_wire::service::phonebook;

use super::Error;
use crate::apdu::StatusWords;

/// Which entries of a phonebook are meant.
pub(super) fn phonebook_filter(index: Option<u32>) -> (phonebook::PhonebookFlag, u32) {
    match index {
        Some(index) => (phonebook::PhonebookFlag::INDEX, index),
        None => (phonebook::PhonebookFlag::ALL, 0),
    }
}

/// What the words of a file command mean, each of which is a number of its own.
pub(super) fn card_says<E>(sw1: u32, sw2: u32) -> Result<(), Error<E>> {
    let byte = |word| u8::try_from(word).unwrap_or(u8::MAX);
    let words = StatusWords { sw1: byte(sw1), sw2: byte(sw2) };
    if words.is_success() { Ok(()) } else { Err(Error::Card { status: Status::SUCCESS, words }) }
}
