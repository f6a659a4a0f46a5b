//! Applications on the card: logical channels and APDUs.

use at_wire::command::sim::{cchc, ccho, cgla, csim};
use at_wire::message::Line as _;
use at_wire::parameter::{LineWriter, Octets, Value as _, parameters_of};
use at_wire::text::hex;

use super::{Outcome, Procedure, Step, Stop, ask_own, fail, missing};
use crate::apdu::{Command, StatusWords, Stuck, Transfer};
use crate::time::Instant;

/// Octets of the longest answer: 256, and the status words.
const ANSWER: usize = 258;

/// Opens a logical channel to an application.
#[derive(Clone, Copy, Debug)]
pub struct OpenChannel<'a> {
    aid: &'a [u8],
    channel: Option<u8>,
}

impl<'a> OpenChannel<'a> {
    /// Opens one to the application with that identifier.
    #[must_use]
    pub const fn new(aid: &'a [u8]) -> Self {
        Self { aid, channel: None }
    }

    /// The channel, in the modem's numbers.
    #[must_use]
    pub fn channel(&self) -> u8 {
        self.channel.unwrap_or_default()
    }
}

impl Procedure for OpenChannel<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match (outcome, self.channel) {
            (Outcome::Begin, _) => {
                self.channel = None;
                ask_own::<ccho::Set<'_>>()
            }
            (Outcome::Done, Some(_)) => Step::Done,
            (Outcome::Done, None) => missing(ccho::NAME),
            (outcome, _) => fail(ccho::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        Octets::Raw(self.aid).write(line);
    }

    /// Some answer with the number alone.
    fn line(&mut self, line: &[u8], _: bool) {
        self.channel = ccho::SetAnswer::parse(line).ok().map(|answer| answer.sessionid).or(self.channel);
    }
}

/// Closes a logical channel.
#[derive(Clone, Copy, Debug)]
pub struct CloseChannel {
    channel: u8,
}

impl CloseChannel {
    /// Closes that one.
    #[must_use]
    pub const fn new(channel: u8) -> Self {
        Self { channel }
    }
}

impl Procedure for CloseChannel {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => ask_own::<cchc::Set>(),
            Outcome::Done => Step::Done,
            outcome => fail(cchc::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        line.integer(self.channel.into());
    }
}

/// Sends a command to an application, in a chain if it is long, and collects the whole answer: see [`Transfer`].
#[derive(Debug)]
pub struct Transmit<'a> {
    channel: u8,
    transfer: Transfer<'a>,
    /// What came of the answer under way; whether there is more to send.
    more: Option<Result<bool, Stuck>>,
}

impl<'a> Transmit<'a> {
    /// Sends `command` on a channel, and puts the answer into `response`. Channel 0 is the one that is always open.
    #[must_use]
    pub fn new(channel: u8, command: Command<'a>, response: &'a mut [u8]) -> Self {
        Self { channel, transfer: Transfer::new(command, response), more: None }
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

    fn name(&self) -> &'static str {
        if self.channel == 0 { csim::NAME } else { cgla::NAME }
    }
}

impl Procedure for Transmit<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match (outcome, self.more.take()) {
            (Outcome::Begin, _) => self.transfer.begin(),
            (Outcome::Done, Some(Ok(true))) => {}
            (Outcome::Done, Some(Ok(false))) => return Step::Done,
            (Outcome::Done, Some(Err(Stuck::NoRoom { needed }))) => return Step::Fail(Stop::NoRoom { needed }),
            (Outcome::Done, _) => return missing(self.name()),
            (outcome, _) => return fail(self.name(), outcome),
        }
        if self.channel == 0 { ask_own::<csim::Set<'_>>() } else { ask_own::<cgla::Set<'_>>() }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        let apdu = self.transfer.apdu();
        if self.channel != 0 {
            line.integer(self.channel.into());
        }
        // Counted in digits (27.007 §8.17).
        line.integer(u16::try_from(apdu.len().saturating_mul(2)).unwrap_or(u16::MAX).into());
        line.octets(apdu);
    }

    fn line(&mut self, line: &[u8], _: bool) {
        let Some(mut fields) = parameters_of(self.name(), line) else { return };
        // Modems count differently: what is there counts.
        let _ = fields.field();
        let Ok(Octets::Digits(digits)) = fields.value("response") else { return };
        let mut octets = [0; ANSWER];
        if let (None, Ok(said)) = (self.more, hex::decode(digits, &mut octets)) {
            self.more = Some(self.transfer.answered(said));
        }
    }
}
