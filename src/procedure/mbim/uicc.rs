//! Applications on the card: channels, APDUs, files (MS UICC Low Level Access).
//!
//! What modems agree upon here is little. They differ in the P2 of the SELECT that they accept, some leave it to the host
//! to fetch what the card holds ready, and all of them lose channels. So the procedures try, fetch, and tidy up.

use mbim_wire::bytes::BytesLengthFirst;
use mbim_wire::message::CommandType;
use mbim_wire::service::ms_uicc_low_level_access as uicc;
use mbim_wire::{DecodeError, Encode, Status, StructWriter, View as _};

use super::{CommandId, Outcome, Procedure, Question, Refusal, Step, Stop, fail};
use crate::apdu::{Command, StatusWords, Stuck, Transfer};
use crate::time::{Instant, Millis};

/// How long the card may take.
const CARD: Millis = Millis::from_secs(30);
/// How long to wait for a modem that is busy in the middle of a command, and how often. Starting over is no way then: the
/// card may have done half of it.
const BUSY_WAIT: Millis = Millis::from_secs(1);
const BUSY_TRIES: u8 = 5;
/// The words in a number of commands 2 to 4: the first in its low byte.
const fn words_of(status: u32) -> StatusWords {
    let [sw1, sw2, ..] = status.to_le_bytes();
    StatusWords { sw1, sw2 }
}

/// How channels are opened and used, where modems differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Access {
    /// A number for all channels of this program, so that those it has lost can be closed.
    pub channel_group: u32,
    /// How the modem writes the channel into the class byte. `None`: as the class of each command asks for, the extended
    /// way for those of ETSI TS 102 221 (8X), with which eSIMs are managed, and the other one for those of ISO 7816-4.
    pub class_byte_type: Option<uicc::UiccClassByteType>,
}

impl Default for Access {
    fn default() -> Self {
        Self { channel_group: 1, class_byte_type: None }
    }
}

/// What comes next, for procedures made of others: a borrowed [`Step`] could not be looked at and handed on.
enum Next {
    Ask,
    Rest(Instant),
    Done,
    Fail(Stop),
}

/// The failure of `outcome`; the card's words, if it refused.
fn refused(command: &'static CommandId, outcome: Outcome<'_>, words: Option<u32>) -> Next {
    let words = words.map(words_of).filter(|words| *words != StatusWords::default());
    Next::Fail(match (outcome, words) {
        (Outcome::Refused(status, _), Some(words)) => Stop::Card { status, words },
        (Outcome::Refused(status, _), None) => Stop::Refused(Refusal { command, status, network: None }),
        (Outcome::Failed(failure), _) => Stop::Failed { command, failure },
        _ => Stop::NotReached,
    })
}

fn unreadable(command: &'static CommandId, error: DecodeError) -> Next {
    Next::Fail(Stop::Decode { command, error })
}

fn ask_card<'p>(command: &'static CommandId, params: &'p dyn Encode) -> Step<'p> {
    Step::Ask(Question { command, kind: CommandType::SET, params, timeout: CARD })
}

/// Opens a logical channel to an application. A modem that does not take one P2 of the SELECT is offered the other; when
/// no channel is free, those that this program has lost are closed first. The answer to the SELECT is in the last answer.
#[derive(Clone, Copy, Debug)]
pub struct OpenChannel<'a> {
    set: uicc::OpenChannelSet<'a>,
    close: uicc::CloseChannelSet,
    at: Opening,
    tidied: bool,
    channel: u32,
    words: StatusWords,
    stop: Option<Stop>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    /// Opens it.
    Selecting,
    /// Closes what was lost.
    Tidying,
    /// Closes a channel that was opened although the SELECT failed.
    Closing,
}

/// P2 of the SELECT: the answer is wanted, or none.
const SELECT_ANSWER: u32 = 0;
const SELECT_NO_ANSWER: u32 = 0x0c;

impl<'a> OpenChannel<'a> {
    /// Opens one to the application with that identifier, of at most 32 bytes.
    #[must_use]
    pub const fn new(app_id: &'a [u8], access: Access) -> Self {
        let channel_group = access.channel_group;
        Self {
            set: uicc::OpenChannelSet { app_id: BytesLengthFirst(app_id), select_p2_arg: SELECT_ANSWER, channel_group },
            close: uicc::CloseChannelSet { channel: 0, channel_group },
            at: Opening::Selecting,
            tidied: false,
            channel: 0,
            words: StatusWords { sw1: 0, sw2: 0 },
            stop: None,
        }
    }

    /// The channel.
    #[must_use]
    pub const fn channel(&self) -> u32 {
        self.channel
    }

    /// What the card said to the SELECT.
    #[must_use]
    pub const fn words(&self) -> StatusWords {
        self.words
    }

    fn advance(&mut self, outcome: Outcome<'_>) -> Next {
        let command = CommandId::of::<uicc::OpenChannel>();
        match (outcome, self.at) {
            (Outcome::Begin, _) => {
                (self.at, self.tidied, self.channel, self.stop) = (Opening::Selecting, false, 0, None);
                self.set.select_p2_arg = SELECT_ANSWER;
                Next::Ask
            }
            (Outcome::Answer(body), Opening::Selecting) => match uicc::OpenChannelInfoView::new(body).read() {
                Ok(info) => {
                    (self.channel, self.words) = (info.channel, words_of(info.status));
                    Next::Done
                }
                Err(error) => unreadable(command, error),
            },
            (Outcome::Refused(Status::MS_NO_LOGICAL_CHANNELS, _), Opening::Selecting) if !self.tidied => {
                (self.tidied, self.at) = (true, Opening::Tidying);
                self.close.channel = 0;
                Next::Ask
            }
            (_, Opening::Tidying) => {
                self.at = Opening::Selecting;
                Next::Ask
            }
            (_, Opening::Closing) => Next::Fail(self.stop.unwrap_or(Stop::NotReached)),
            (Outcome::Refused(status, body), Opening::Selecting) => {
                let info = uicc::OpenChannelInfoView::new(body);
                let other_p2 = matches!(status, Status::MS_SELECT_FAILED | Status::INVALID_PARAMETERS);
                let next = if other_p2 && self.set.select_p2_arg == SELECT_ANSWER {
                    self.set.select_p2_arg = SELECT_NO_ANSWER;
                    Next::Ask
                } else {
                    refused(command, outcome, info.status().ok())
                };
                match (next, info.channel()) {
                    (Next::Fail(stop), Ok(channel)) if channel != 0 => {
                        (self.stop, self.at, self.close.channel) = (Some(stop), Opening::Closing, channel);
                        Next::Ask
                    }
                    (next, _) => next,
                }
            }
            (outcome, _) => refused(command, outcome, None),
        }
    }

    fn question(&self) -> Step<'_> {
        match self.at {
            Opening::Selecting => ask_card(CommandId::of::<uicc::OpenChannel>(), &self.set),
            _ => ask_card(CommandId::of::<uicc::CloseChannel>(), &self.close),
        }
    }
}

impl Procedure for OpenChannel<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match self.advance(outcome) {
            Next::Ask => self.question(),
            Next::Rest(until) => Step::Rest(until),
            Next::Done => Step::Done,
            Next::Fail(stop) => Step::Fail(stop),
        }
    }
}

/// One APDU on its way.
struct Block<'a> {
    channel: u32,
    class_byte_type: Option<uicc::UiccClassByteType>,
    transfer: Transfer<'a>,
}

impl Block<'_> {
    fn set(&self) -> uicc::ApduSet<'_> {
        let apdu = self.transfer.apdu();
        uicc::ApduSet {
            channel: self.channel,
            secure_messaging: uicc::UiccSecureMessaging::NONE,
            class_byte_type: self.class_byte_type.unwrap_or(match apdu.first() {
                Some(0x80..) => uicc::UiccClassByteType::EXTENDED,
                _ => uicc::UiccClassByteType::INTER_INDUSTRY,
            }),
            command: BytesLengthFirst(apdu),
        }
    }
}

impl Encode for Block<'_> {
    fn fixed_len(&self) -> usize {
        self.set().fixed_len()
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        self.set().fill(w);
    }
}

/// Sends a command to an application, in a chain if it is long, and collects the whole answer: see [`Transfer`]. Modems
/// should fetch what the card holds ready and correct lengths by themselves, and some do not.
pub struct Transmit<'a> {
    block: Block<'a>,
    busy: u8,
    /// When the modem may be asked again.
    again: Instant,
}

impl core::fmt::Debug for Transmit<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Transmit").field("transfer", &self.block.transfer).finish_non_exhaustive()
    }
}

impl<'a> Transmit<'a> {
    /// Sends `command` on `channel`, and puts the answer into `response`.
    #[must_use]
    pub fn new(channel: u32, access: Access, command: Command<'a>, response: &'a mut [u8]) -> Self {
        let transfer = Transfer::new(command, response);
        let block = Block { channel, class_byte_type: access.class_byte_type, transfer };
        Self { block, busy: 0, again: Instant(0) }
    }

    /// The status words of the last answer.
    #[must_use]
    pub const fn words(&self) -> StatusWords {
        self.block.transfer.words()
    }

    /// Bytes of the answer.
    #[must_use]
    pub fn response_len(&self) -> usize {
        self.block.transfer.response().len()
    }

    /// Takes what the card answered to a block.
    fn take(&mut self, info: uicc::ApduInfo<'_>) -> Next {
        match self.block.transfer.take(info.response.0, words_of(info.status)) {
            Ok(true) => Next::Ask,
            Ok(false) => Next::Done,
            Err(Stuck::NoRoom { needed }) => Next::Fail(Stop::NoRoom { needed }),
            Err(Stuck::Nonsense) => Next::Fail(Stop::NotReached),
        }
    }

    fn advance(&mut self, now: Instant, outcome: Outcome<'_>) -> Next {
        let command = CommandId::of::<uicc::Apdu>();
        match outcome {
            Outcome::Begin => {
                self.busy = 0;
                self.block.transfer.begin();
                Next::Ask
            }
            // An indication is no sign that the modem is less busy.
            Outcome::Rested if now < self.again => Next::Rest(self.again),
            Outcome::Rested => Next::Ask,
            Outcome::Refused(Status::BUSY, _) if self.busy < BUSY_TRIES => {
                self.busy = self.busy.saturating_add(1);
                self.again = now + BUSY_WAIT;
                Next::Rest(self.again)
            }
            Outcome::Answer(body) => match uicc::ApduInfoView::new(body).read() {
                Ok(info) => self.take(info),
                Err(error) => unreadable(command, error),
            },
            Outcome::Refused(_, body) => refused(command, outcome, uicc::ApduInfoView::new(body).status().ok()),
            outcome => refused(command, outcome, None),
        }
    }

    fn question(&self) -> Step<'_> {
        ask_card(CommandId::of::<uicc::Apdu>(), &self.block)
    }
}

impl Procedure for Transmit<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match self.advance(now, outcome) {
            Next::Ask => self.question(),
            Next::Rest(until) => Step::Rest(until),
            Next::Done => Step::Done,
            Next::Fail(stop) => Step::Fail(stop),
        }
    }

    fn hears_of_busy(&self) -> bool {
        true
    }
}

/// Closes a logical channel; one that is not open counts as closed.
#[derive(Clone, Copy, Debug)]
pub struct CloseChannel(uicc::CloseChannelSet);

impl CloseChannel {
    /// Closes that one.
    #[must_use]
    pub const fn new(channel: u32) -> Self {
        Self(uicc::CloseChannelSet { channel, channel_group: 0 })
    }

    /// Closes all that were opened with the group of `access`.
    #[must_use]
    pub const fn group(access: Access) -> Self {
        Self(uicc::CloseChannelSet { channel: 0, channel_group: access.channel_group })
    }
}

impl Procedure for CloseChannel {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => ask_card(CommandId::of::<uicc::CloseChannel>(), &self.0),
            Outcome::Answer(_) | Outcome::Refused(Status::MS_INVALID_LOGICAL_CHANNEL, _) => Step::Done,
            outcome => fail(CommandId::of::<uicc::CloseChannel>(), outcome),
        }
    }
}

/// One command to an application, with all around it: opens a channel, sends the command, and closes the channel whatever
/// came of it.
#[derive(Debug)]
pub struct Exchange<'a> {
    open: OpenChannel<'a>,
    transmit: Transmit<'a>,
    close: CloseChannel,
    at: Exchanging,
    stop: Option<Stop>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exchanging {
    Opening,
    Transmitting,
    Closing,
}

impl<'a> Exchange<'a> {
    /// Sends `command` to the application `app_id`, and puts the answer into `response`.
    #[must_use]
    pub fn new(app_id: &'a [u8], access: Access, command: Command<'a>, response: &'a mut [u8]) -> Self {
        Self {
            open: OpenChannel::new(app_id, access),
            transmit: Transmit::new(0, access, command, response),
            close: CloseChannel::new(0),
            at: Exchanging::Opening,
            stop: None,
        }
    }

    /// The status words of the last answer.
    #[must_use]
    pub const fn words(&self) -> StatusWords {
        self.transmit.words()
    }

    /// Bytes of the answer.
    #[must_use]
    pub fn response_len(&self) -> usize {
        self.transmit.response_len()
    }

    /// Goes on to closing.
    fn close(&mut self, stop: Option<Stop>) -> Step<'_> {
        (self.at, self.stop) = (Exchanging::Closing, stop);
        self.close = CloseChannel::new(self.open.channel());
        ask_card(CommandId::of::<uicc::CloseChannel>(), &self.close.0)
    }
}

impl Procedure for Exchange<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        if matches!(outcome, Outcome::Begin) {
            (self.at, self.stop) = (Exchanging::Opening, None);
        }
        let mut outcome = outcome;
        if self.at == Exchanging::Opening {
            match self.open.advance(outcome) {
                Next::Ask => return self.open.question(),
                Next::Rest(until) => return Step::Rest(until),
                Next::Fail(stop) => return Step::Fail(stop),
                Next::Done => {
                    self.at = Exchanging::Transmitting;
                    self.transmit.block.channel = self.open.channel();
                    outcome = Outcome::Begin;
                }
            }
        }
        if self.at == Exchanging::Transmitting {
            return match self.transmit.advance(now, outcome) {
                Next::Ask => self.transmit.question(),
                Next::Rest(until) => Step::Rest(until),
                Next::Done => self.close(None),
                Next::Fail(stop) => self.close(Some(stop)),
            };
        }
        match self.stop {
            Some(stop) => Step::Fail(stop),
            // The answer is there; a channel that cannot be closed is no reason to throw it away.
            None => Step::Done,
        }
    }

    /// Once the channel is open, starting over would send the command twice.
    fn hears_of_busy(&self) -> bool {
        self.at != Exchanging::Opening
    }
}
