//! Applications on the card: logical channels and APDUs.

use heapless::Vec;
use qmi_wire::frame::MessageWriter;
use qmi_wire::service::uim;
use qmi_wire::text::Bytes;
use qmi_wire::{Builder as _, EncodeError, TlvSet, View as _};

use super::{MessageId, Outcome, Procedure, Request, Step, Stop, ask, decode, fail, is_unsupported};
use crate::time::Instant;

/// Answers of the card to one command: more than this and it is mocking us.
const ROUNDS: u8 = 64;
/// Bytes of data in one short APDU.
const DATA: usize = 255;
/// A short APDU: four bytes of header, lengths of data and answer.
const APDU: usize = DATA + 6;

/// What the card said in the end: its two status bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StatusWords {
    /// The first.
    pub sw1: u8,
    /// The second.
    pub sw2: u8,
}

impl StatusWords {
    /// Whether the card did it: 9000, or 91xx, with a command of its own waiting for the terminal.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!((self.sw1, self.sw2), (0x90, 0) | (0x91, _))
    }
}

impl core::fmt::Display for StatusWords {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:02X}{:02X}", self.sw1, self.sw2)
    }
}

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

/// A command for the card (ISO 7816-4 §5.1), of any length: what is longer than 255 bytes is sent in a chain.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Command<'a> {
    /// Class; the modem writes the channel into it.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Data.
    pub data: &'a [u8],
    /// Bytes expected, 0 for 256.
    pub le: Option<u8>,
}

impl<'a> Command<'a> {
    /// Reads a short APDU; `None` if it is none.
    #[must_use]
    pub fn parse(apdu: &'a [u8]) -> Option<Self> {
        let ([cla, ins, p1, p2], rest) = apdu.split_first_chunk::<4>()?;
        let (data, le) = match rest {
            [] => (rest, None),
            [le] => (&[][..], Some(*le)),
            [lc, rest @ ..] => match rest.split_at_checked(usize::from(*lc))? {
                (data, []) => (data, None),
                (data, [le]) => (data, Some(*le)),
                _ => return None,
            },
        };
        Some(Self { cla: *cla, ins: *ins, p1: *p1, p2: *p2, data, le })
    }
}

/// Without the data: keys and codes are among them.
impl core::fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:02X}{:02X}{:02X}{:02X} {} bytes", self.cla, self.ins, self.p1, self.p2, self.data.len())
    }
}

/// Sends a command to an application, in a chain if it is long, and collects the whole answer: what the card holds ready
/// (61xx) is fetched, a wrong length (6Cxx) corrected.
pub struct Transmit<'a> {
    slot: u8,
    channel: u8,
    command: Command<'a>,
    /// The APDU under way.
    apdu: Vec<u8, APDU>,
    /// Bytes of the data that are sent, with the APDU under way; and before it.
    sent: usize,
    before: usize,
    fetching: bool,
    response: &'a mut [u8],
    len: usize,
    rounds: u8,
    words: StatusWords,
}

impl core::fmt::Debug for Transmit<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Transmit")
            .field("command", &self.command)
            .field("sent", &self.sent)
            .field("len", &self.len)
            .field("words", &self.words)
            .finish_non_exhaustive()
    }
}

impl<'a> Transmit<'a> {
    /// Sends `command` on a channel of the card in a slot, from 1, and puts the answer into `response`. Channel 0 is the one
    /// that is always open.
    #[must_use]
    pub fn new(slot: u8, channel: u8, command: Command<'a>, response: &'a mut [u8]) -> Self {
        Self {
            slot,
            channel,
            command,
            apdu: Vec::new(),
            sent: 0,
            before: 0,
            fetching: false,
            response,
            len: 0,
            rounds: 0,
            words: StatusWords::default(),
        }
    }

    /// The status words of the last answer.
    #[must_use]
    pub const fn words(&self) -> StatusWords {
        self.words
    }

    /// Bytes of the answer.
    #[must_use]
    pub const fn response_len(&self) -> usize {
        self.len
    }

    /// Puts an APDU together. Everything fits: `data` has at most [`DATA`] bytes.
    fn put(&mut self, head: [u8; 4], data: &[u8], le: Option<u8>) {
        self.apdu.clear();
        let _ = self.apdu.extend_from_slice(&head);
        if let Ok(length @ 1..) = u8::try_from(data.len()) {
            let _ = self.apdu.push(length);
            let _ = self.apdu.extend_from_slice(data);
        }
        if let Some(le) = le {
            let _ = self.apdu.push(le);
        }
    }

    /// Makes the APDU with what is left of the data.
    fn load(&mut self, le: Option<u8>, from: usize) {
        let Command { cla, ins, p1, p2, data, .. } = self.command;
        let rest = data.get(from..).unwrap_or(&[]);
        let part = rest.get(..DATA).unwrap_or(rest);
        (self.before, self.sent) = (from, from.saturating_add(part.len()));
        let last = self.sent >= data.len();
        // Bit 5 of the class says that more follows.
        let cla = if last { cla } else { cla | 0x10 };
        self.put([cla, ins, p1, p2], part, if last { le } else { None });
    }

    /// Asks for what the card holds ready. Of the class, what names the channel and the protection stays.
    fn fetch(&mut self, le: u8) {
        self.fetching = true;
        self.put([self.command.cla & 0x0f, 0xc0, 0, 0], &[], Some(le));
    }

    /// Takes what the card answered; whether there is more to send.
    fn take(&mut self, said: &[u8]) -> Result<bool, Stop> {
        let Some((data, &[sw1, sw2])) = said.split_last_chunk() else { return Err(Stop::NotReached) };
        self.words = StatusWords { sw1, sw2 };
        let end = self.len.saturating_add(data.len());
        match self.response.get_mut(self.len..end) {
            Some(place) => place.copy_from_slice(data),
            None => return Err(Stop::NoRoom { needed: end }),
        }
        self.len = end;
        self.rounds = self.rounds.saturating_add(1);
        match sw1 {
            0x61 | 0x6c if self.rounds >= ROUNDS => return Err(Stop::NotReached),
            0x61 => self.fetch(sw2),
            0x6c if self.fetching => self.fetch(sw2),
            0x6c => self.load(Some(sw2), self.before),
            _ if self.words.is_success() && self.sent < self.command.data.len() => {
                self.load(self.command.le, self.sent);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

impl Request for Transmit<'_> {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = uim::send_apdu::RequestBuilder::continuing(message);
        request.slot(self.slot).apdu(self.apdu.as_slice().into());
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
            Outcome::Begin => {
                (self.fetching, self.len, self.rounds) = (false, 0, 0);
                self.load(self.command.le, 0);
            }
            Outcome::Answer(tlvs) => {
                let said = match uim::send_apdu::Response::from_tlvs(tlvs).apdu_response() {
                    Ok(said) => said.map_or(&[][..], |said| said.bytes),
                    Err(error) => return decode(error),
                };
                match self.take(said) {
                    Ok(true) => {}
                    Ok(false) => return Step::Done,
                    Err(stop) => return Step::Fail(stop),
                }
            }
            outcome => return fail(message, outcome),
        }
        ask(message, self)
    }

    /// Starting over would send the first parts of a chain twice.
    fn hears_of_not_ready(&self) -> bool {
        self.rounds > 0
    }
}
