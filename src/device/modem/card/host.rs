//! What the modem does with the card for its hosts: channels that belong to a host, whole exchanges of APDUs, and files
//! without a channel.

use heapless::Vec;

use super::super::event::{Change, Origin};
use super::super::network::RegistrationState;
use super::super::sim::Sim;
use super::super::{Failure, Modem, Reason};
use super::files::{Directory, File};
use super::{
    ATR, Access, Answer, Apdu, Bytes, COMMAND, CURRENT_APPLICATION, Capabilities, Card, Channel, ISIM, Layout, Sw,
    USIM, codes, ins,
};
use crate::time::Instant;

/// Why a logical channel cannot be opened or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum ChannelFailure {
    /// There is no card that answers.
    Card(Failure),
    /// No channel is left.
    NoneLeft(Sw),
    /// The application cannot be selected; no channel was opened.
    Select(Sw),
    /// Nobody, or somebody else, has opened it.
    NotOpened,
}

impl From<Failure> for ChannelFailure {
    fn from(failure: Failure) -> Self {
        Self::Card(failure)
    }
}

/// An application of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its identifier.
    pub id: &'static [u8],
    /// Its name.
    pub name: &'static str,
    /// Key references of its PINs.
    pub pins: &'static [u8],
}

/// The applications of a card with a profile: the modem uses the first.
pub const APPLICATIONS: &[Application] = &[
    Application { id: &USIM, name: "USIM", pins: &[0x01, 0x81] },
    Application { id: &ISIM, name: "ISIM", pins: &[0x01, 0x81] },
];

/// What a file is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FileInfo {
    /// How it is laid out.
    pub layout: Layout,
    /// Who may read it.
    pub read: Access,
    /// Who may write it.
    pub update: Access,
}

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileAction<'a> {
    /// Look what it is like: the answer holds what the card says of it when it is selected.
    Look,
    /// Read so many bytes from an offset on; 0 reads all that there are.
    ReadBytes {
        /// Where to begin.
        offset: u32,
        /// How many.
        count: u32,
    },
    /// Write bytes from an offset on.
    WriteBytes {
        /// Where to begin.
        offset: u32,
        /// What to write.
        data: &'a [u8],
    },
    /// Read a record, from 1 on.
    ReadRecord(u32),
    /// Write a record, from 1 on.
    WriteRecord(u32, &'a [u8]),
}

/// How far an action with a file came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileStep {
    /// The file was not found.
    Selected,
    /// The code was refused, or another one is needed.
    Code,
    /// The action was tried.
    Acted,
}

/// What became of an action with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileOutcome {
    /// How far it came.
    pub step: FileStep,
    /// What the card said there.
    pub answer: Answer,
    /// What the file is like, if there is one.
    pub info: Option<FileInfo>,
}

impl Card {
    /// Acts on a file as the modem does for a host, without a channel of the host's.
    fn act(sim: &mut Sim, application: &[u8], path: &[u8], code: &str, action: FileAction<'_>) -> FileOutcome {
        let mut channel = Channel::new(Origin::WORLD, 0);
        let failed = |step, sw| FileOutcome { step, answer: Answer::new(sw, &[]), info: None };
        let mut selected = Ok(());
        if path.starts_with(&CURRENT_APPLICATION.to_be_bytes()) {
            selected = channel.launch(sim, application, 0);
        }
        if let Err(sw) = selected.and_then(|()| channel.walk(sim, path)) {
            return failed(FileStep::Selected, sw);
        }
        let described = channel.describe(sim);
        let info = match channel.file {
            Some(file) => FileInfo { layout: file.layout(sim), read: file.read, update: file.update },
            None => FileInfo { layout: Layout::Directory, read: Access::Always, update: Access::Maker },
        };
        let failed = |step, sw| FileOutcome { info: Some(info), ..failed(step, sw) };
        if !code.is_empty() {
            if let Err(sw) = codes::verify(&mut sim.pin2, code) {
                return failed(FileStep::Code, sw);
            }
        }
        match Self::act_on(sim, channel.file, action) {
            Ok(_) if action == FileAction::Look => {
                FileOutcome { step: FileStep::Acted, answer: Answer::new(Sw::OK, &described), info: Some(info) }
            }
            Ok(data) => FileOutcome { step: FileStep::Acted, answer: Answer::new(Sw::OK, &data), info: Some(info) },
            Err(Sw::SECURITY) => failed(FileStep::Code, Sw::SECURITY),
            Err(sw) => failed(FileStep::Acted, sw),
        }
    }

    fn act_on(sim: &mut Sim, file: Option<&'static File>, action: FileAction<'_>) -> Result<Bytes, Sw> {
        let file = match action {
            FileAction::Look => return Ok(Bytes::new()),
            _ => file.ok_or(Sw::NO_FILE)?,
        };
        let place = |number: u32| usize::try_from(number).map_err(|_| Sw::WRONG_OFFSET);
        let layout = file.layout(sim);
        let wanted = |number: u32| match layout {
            Layout::Records { count, .. } => {
                let number = u8::try_from(number).ok().filter(|number| (1..=count).contains(number));
                number.ok_or(Sw::NO_RECORD)
            }
            _ => Err(Sw::WRONG_LAYOUT),
        };
        let is_bytes = if matches!(layout, Layout::Bytes(_)) { Ok(()) } else { Err(Sw::WRONG_LAYOUT) };
        match action {
            FileAction::ReadBytes { offset, count } => {
                is_bytes?;
                codes::allowed(sim, file.read)?;
                let (offset, count) = (place(offset)?, place(count)?);
                let content = file.content(sim, 0);
                let rest = content.get(offset..).filter(|rest| !rest.is_empty()).ok_or(Sw::WRONG_OFFSET)?;
                let part = match count {
                    0 => rest,
                    count => rest.get(..count).ok_or(Sw::with_length(0x6c, rest.len()))?,
                };
                Ok(Bytes::from_slice(part).unwrap_or_default())
            }
            FileAction::WriteBytes { offset, data } => {
                is_bytes?;
                codes::allowed(sim, file.update)?;
                file.write(sim, 0, place(offset)?, data).map(|()| Bytes::new())
            }
            FileAction::ReadRecord(number) => {
                let number = wanted(number)?;
                codes::allowed(sim, file.read)?;
                Ok(file.content(sim, number))
            }
            FileAction::WriteRecord(number, data) => {
                let number = wanted(number)?;
                codes::allowed(sim, file.update)?;
                match layout {
                    Layout::Records { len, .. } if data.len() == usize::from(len) => {
                        file.write(sim, number, 0, data).map(|()| Bytes::new())
                    }
                    _ => Err(Sw::WRONG_LENGTH),
                }
            }
            FileAction::Look => Ok(Bytes::new()),
        }
    }
}

impl Modem {
    /// The card, if it answers.
    fn answering(&mut self) -> Result<(&mut Card, &mut Sim), Failure> {
        if self.slot.starts_at().is_some() || self.slot.is_off() {
            return Err(Reason::NotReady.into());
        }
        match self.slot.powered() {
            None => Err(Reason::SimAbsent.into()),
            Some((_, sim)) if sim.bad => Err(Reason::SimBad.into()),
            Some(powered) => Ok(powered),
        }
    }

    /// What the card said when it was reset.
    ///
    /// # Errors
    ///
    /// [`Reason::SimAbsent`], [`Reason::SimBad`], [`Reason::NotReady`], as everything here.
    pub fn atr(&mut self, now: Instant) -> Result<&'static [u8], Failure> {
        self.poll(now);
        self.answering().map(|_| ATR)
    }

    /// Does something with the card, and notices what that has changed.
    fn with_card<R>(
        &mut self,
        now: Instant,
        by: Origin,
        act: impl FnOnce(&mut Card, &mut Sim) -> R,
    ) -> Result<R, Failure> {
        self.poll(now);
        let (slot, was_usable) = (self.slot_change(), self.usable_sim().is_ok());
        let centre = self.service_centre_number();
        let (card, sim) = self.answering()?;
        let before = sim.codes();
        sim.written.centre = centre;
        let result = act(card, sim);
        let (centre, phonebook) = (sim.written.centre.clone(), core::mem::take(&mut sim.written.phonebook));
        if before != sim.codes() {
            self.log.push(by, Change::Codes);
        }
        if phonebook {
            self.log.push(by, Change::Phonebook);
        }
        self.put_service_centre(by, centre);
        if slot != self.slot_change() {
            self.log.push(by, self.slot_change());
        }
        if was_usable && self.usable_sim().is_err() {
            self.end_registration(RegistrationState::Deregistered, Reason::SimAbsent.into());
        }
        self.sim_changed(now, by);
        Ok(result)
    }

    /// Sends a command to the card as it stands, and returns what the card answers.
    ///
    /// # Errors
    ///
    /// Without a card that answers.
    pub fn apdu(&mut self, now: Instant, by: Origin, command: &[u8]) -> Result<Answer, Failure> {
        let answer = self.with_card(now, by, |card, sim| card.transmit(sim, by, command))?;
        Ok(self.toolkit(now, by, command, answer))
    }

    /// What the toolkit makes of an envelope or a terminal response that the card has let pass.
    fn toolkit(&mut self, now: Instant, by: Origin, command: &[u8], answer: Answer) -> Answer {
        let Some(apdu) = Apdu::parse(command).ok().filter(|_| answer.sw == Sw::OK) else {
            return answer;
        };
        let outcome = match apdu.instruction {
            ins::ENVELOPE => self.send_envelope(now, apdu.data).map(|()| Sw::OK),
            ins::TERMINAL_RESPONSE => self.answer_proactive(now, by, apdu.data).map(Sw),
            _ => return answer,
        };
        Answer::status(outcome.unwrap_or_else(|failure| match failure.reason {
            Reason::StkBusy => Sw::TOOLKIT_BUSY,
            Reason::Invalid | Reason::TooLong | Reason::NotSupported | Reason::Refused => Sw::WRONG_DATA,
            _ => Sw::CONDITIONS,
        }))
    }

    /// Sends a command, and fetches the whole answer: 61xx and 6Cxx are dealt with.
    ///
    /// # Errors
    ///
    /// Without a card that answers.
    pub fn exchange(&mut self, now: Instant, by: Origin, command: &[u8]) -> Result<Answer, Failure> {
        let answer = self.with_card(now, by, |card, sim| {
            let class = command.first().copied().unwrap_or(0);
            let mut answer = card.transmit(sim, by, command);
            if let (0x6c, Some(header)) = (answer.sw.first(), command.first_chunk::<4>()) {
                let [class, instruction, p1, p2] = *header;
                answer = card.transmit(sim, by, &[class, instruction, p1, p2, answer.sw.second()]);
            }
            // The card never has more waiting than an answer holds, and each round fetches some of it.
            while answer.sw.first() == 0x61 {
                let more = card.transmit(sim, by, &[class, ins::GET_RESPONSE, 0, 0, answer.sw.second()]);
                answer.sw = more.sw;
                answer.append(more.data());
                if more.data().is_empty() {
                    break;
                }
            }
            answer
        })?;
        Ok(self.toolkit(now, by, command, answer))
    }

    /// Opens a logical channel and selects an application on it. `p2` is that of the SELECT, `group` a number by which
    /// [`close_channels`](Self::close_channels) knows it. Returns the channel, from 1 on, and the answer to the SELECT.
    ///
    /// # Errors
    ///
    /// [`ChannelFailure`]. What the card does not select leaves no channel open.
    pub fn open_channel(
        &mut self,
        now: Instant,
        by: Origin,
        application: &[u8],
        p2: u8,
        group: u32,
    ) -> Result<(u8, Answer), ChannelFailure> {
        let length = u8::try_from(application.len()).map_err(|_| Failure::from(Reason::Invalid))?;
        let channel = self.open_bare_channel(now, by, group)?;
        let mut command = Vec::<u8, COMMAND>::new();
        let _ = command.extend_from_slice(&[channel, ins::SELECT, 0x04, p2, length]);
        let _ = command.extend_from_slice(application);
        let answer = self.exchange(now, by, &command)?;
        if answer.sw == Sw::OK {
            return Ok((channel, answer));
        }
        let _ = self.slot.card_mut().close(channel);
        Err(ChannelFailure::Select(answer.sw))
    }

    /// Opens a logical channel of a group, on which nothing is selected.
    ///
    /// # Errors
    ///
    /// [`ChannelFailure::NoneLeft`], [`ChannelFailure::Card`].
    pub fn open_bare_channel(&mut self, now: Instant, by: Origin, group: u32) -> Result<u8, ChannelFailure> {
        let opened = self.with_card(now, by, |card, _| card.open(by, group))?;
        opened.map_err(ChannelFailure::NoneLeft)
    }

    /// Closes a logical channel.
    ///
    /// # Errors
    ///
    /// [`ChannelFailure::NotOpened`], [`ChannelFailure::Card`].
    pub fn close_channel(&mut self, now: Instant, by: Origin, channel: u8) -> Result<(), ChannelFailure> {
        self.poll(now);
        self.answering()?;
        if !self.has_channel(by, channel) {
            return Err(ChannelFailure::NotOpened);
        }
        self.slot.card_mut().close(channel).map_err(|_| ChannelFailure::NotOpened)
    }

    /// Closes all logical channels of a group, if there are any.
    ///
    /// # Errors
    ///
    /// Without a card that answers.
    pub fn close_channels(&mut self, now: Instant, by: Origin, group: u32) -> Result<(), Failure> {
        self.poll(now);
        self.answering()?.0.close_all(by, Some(group));
        Ok(())
    }

    /// Whether `by` has opened the logical channel.
    #[must_use]
    pub fn has_channel(&self, by: Origin, channel: u8) -> bool {
        let channels = &self.slot.card().channels;
        let channel = channels.get(usize::from(channel)).filter(|_| channel != 0).and_then(Option::as_ref);
        channel.is_some_and(|channel| channel.owner == by)
    }

    /// The applications that the card has now.
    ///
    /// # Errors
    ///
    /// Without a card that answers.
    pub fn applications(&mut self, now: Instant) -> Result<&'static [Application], Failure> {
        self.poll(now);
        let (_, sim) = self.answering()?;
        Ok(if Directory::Usim.exists(sim) { APPLICATIONS } else { &[] })
    }

    /// Acts on a file. The path is made of file identifiers, the higher byte of each first, from the root
    /// ([`MF`](super::MF)) or from the application ([`CURRENT_APPLICATION`]) on. `code` is the second PIN, if the file wants that.
    ///
    /// # Errors
    ///
    /// Without a card that answers.
    pub fn file(
        &mut self,
        now: Instant,
        by: Origin,
        application: &[u8],
        path: &[u8],
        code: &str,
        action: FileAction<'_>,
    ) -> Result<FileOutcome, Failure> {
        self.with_card(now, by, |_, sim| Card::act(sim, application, path, code, action))
    }

    /// What the card is told of the terminal after its next reset.
    #[must_use]
    pub fn terminal_capabilities(&self) -> &Capabilities {
        &self.slot.card().capabilities
    }

    /// What the card was told of the terminal after its last reset, or since.
    #[must_use]
    pub fn told_capabilities(&self) -> &Capabilities {
        &self.slot.card().told_capabilities
    }

    /// The terminal profile that a host has sent since the last reset, the first 64 bytes (TERMINAL PROFILE, ETSI TS
    /// 102 223 §5.2).
    #[must_use]
    pub fn terminal_profile(&self) -> &[u8] {
        self.slot.card().profile()
    }

    /// Says what the card is told of the terminal after its next reset.
    pub fn set_terminal_capabilities(&mut self, capabilities: Capabilities) {
        self.slot.card_mut().capabilities = capabilities;
    }

    /// Whether the modem leaves the card to a host.
    #[must_use]
    pub fn pass_through(&self) -> bool {
        self.slot.pass_through()
    }

    /// Resets the card: channels are closed, codes must be entered again, and the SIM is ready after
    /// [`Delays::sim`](super::super::Delays::sim), unless the modem is to leave the card to a host.
    ///
    /// # Errors
    ///
    /// [`Reason::SimAbsent`].
    pub fn reset_card(&mut self, now: Instant, pass_through: bool) -> Result<(), Failure> {
        self.poll(now);
        if self.sim().is_none() {
            return Err(Reason::SimAbsent.into());
        }
        self.slot.start(now + self.delays.sim);
        self.slot.set_pass_through(pass_through);
        self.log.push(Origin::WORLD, self.slot_change());
        self.end_registration(RegistrationState::Deregistered, Reason::NotReady.into());
        self.sim_changed(now, Origin::WORLD);
        Ok(())
    }
}
