//! Applications on the card: logical channels and APDUs.

use qmi_wire::frame::MessageWriter;
use qmi_wire::service::uim;
use qmi_wire::text::Bytes;
use qmi_wire::{Builder as _, EncodeError, TlvSet, View as _};

use super::{MessageId, Outcome, Procedure, Request, Step, Stop, ask, decode, fail, is_unsupported};
use crate::apdu::{Command, StatusWords, Transfer};
use crate::time::Instant;

/// Opens a logical channel to an application. Firmware without the message for it has an older one.
#[derive(Clone, Copy, Debug)]
pub struct OpenChannel<'a> {
    slot: u8,
    aid: &'a [u8],
    older: bool,
    channel: u8,
    words: Option<StatusWords>,
}

impl<'a> OpenChannel<'a> {
    /// Opens one on the card in a slot, from 1, to the application with that identifier.
    #[must_use]
    pub const fn new(slot: u8, aid: &'a [u8]) -> Self {
        Self { slot, aid, older: false, channel: 0, words: None }
    }

    /// The channel.
    #[must_use]
    pub const fn channel(&self) -> u8 {
        self.channel
    }

    /// What the card said, if it was asked.
    #[must_use]
    pub const fn words(&self) -> Option<StatusWords> {
        self.words
    }

    fn message(&self) -> &'static MessageId {
        match self.older {
            false => MessageId::of::<uim::open_logical_channel::Message>(),
            true => MessageId::of::<uim::logical_channel::Message>(),
        }
    }

    fn read(&mut self, tlvs: TlvSet<'_>) {
        let words = tlvs.find(0x11).and_then(<[u8]>::first_chunk);
        self.words = words.map(|&[sw1, sw2]| StatusWords { sw1, sw2 });
    }
}

impl Request for OpenChannel<'_> {
    fn write<'b>(&self, mut message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        // The same numbers in both messages.
        message.put(0x01, &self.slot);
        message.put(0x10, &Bytes::<u8>::from(self.aid));
        message.finish()
    }
}

impl Procedure for OpenChannel<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => (self.older, self.channel, self.words) = (false, 0, None),
            Outcome::Answer(tlvs) => {
                self.read(tlvs);
                return match tlvs.get::<u8>(0x10) {
                    Ok(channel) => {
                        self.channel = channel.unwrap_or(0);
                        if self.channel == 0 { Step::Fail(Stop::NotReached) } else { Step::Done }
                    }
                    Err(error) => decode(error),
                };
            }
            Outcome::Refused(error, _) if is_unsupported(error) && !self.older => self.older = true,
            Outcome::Refused(_, tlvs) => {
                self.read(tlvs);
                return fail(self.message(), outcome);
            }
            outcome => return fail(self.message(), outcome),
        }
        ask(self.message(), self)
    }
}

/// Closes a logical channel.
#[derive(Clone, Copy, Debug)]
pub struct CloseChannel {
    slot: u8,
    channel: u8,
}

impl CloseChannel {
    /// Closes that one, on the card in a slot, from 1.
    #[must_use]
    pub const fn new(slot: u8, channel: u8) -> Self {
        Self { slot, channel }
    }
}

impl Request for CloseChannel {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = uim::logical_channel::RequestBuilder::continuing(message);
        request.slot(self.slot).channel_id(self.channel);
        request.finish()
    }
}

impl Procedure for CloseChannel {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = MessageId::of::<uim::logical_channel::Message>();
        match outcome {
            Outcome::Begin => ask(message, self),
            Outcome::Answer(_) => Step::Done,
            outcome => fail(message, outcome),
        }
    }
}

/// Sends a command to an application, in a chain if it is long, and collects the whole answer: see [`Transfer`].
#[derive(Debug)]
pub struct Transmit<'a> {
    slot: u8,
    channel: u8,
    transfer: Transfer<'a>,
}

impl<'a> Transmit<'a> {
    /// Sends `command` on a channel of the card in a slot, from 1, and puts the answer into `response`. Channel 0 is the one
    /// that is always open.
    #[must_use]
    pub fn new(slot: u8, channel: u8, command: Command<'a>, response: &'a mut [u8]) -> Self {
        Self { slot, channel, transfer: Transfer::new(command, response) }
    }

    /// The status words of the last answer.
    #[must_use]
    pub const fn words(&self) -> StatusWords {
        self.transfer.words()
    }

    /// The answer.
    #[must_use]
    pub fn response(&self) -> &[u8] {
        self.transfer.response()
    }
}

impl Request for Transmit<'_> {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = uim::send_apdu::RequestBuilder::continuing(message);
        request.slot(self.slot).apdu(self.transfer.apdu().into());
        if self.channel != 0 {
            request.channel_id(self.channel);
        }
        request.finish()
    }
}

impl Procedure for Transmit<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = MessageId::of::<uim::send_apdu::Message>();
        match outcome {
            Outcome::Begin => self.transfer.begin(),
            Outcome::Answer(tlvs) => {
                let said = match uim::send_apdu::Response::from_tlvs(tlvs).apdu_response() {
                    Ok(said) => said.map_or(&[][..], |said| said.bytes),
                    Err(error) => return decode(error),
                };
                match self.transfer.answered(said) {
                    Ok(true) => {}
                    Ok(false) => return Step::Done,
                    Err(stuck) => return Step::Fail(stuck.into()),
                }
            }
            outcome => return fail(message, outcome),
        }
        ask(message, self)
    }

    /// Starting over would send the first parts of a chain twice.
    fn hears_of_not_ready(&self) -> bool {
        self.transfer.has_answer()
    }
}
