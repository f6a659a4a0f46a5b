//! The card: logical channels to its applications, APDUs, and files.

use at_wire::command::sim::{cchc, ccho, cgla, crsm, csim};
use at_wire::message::Line as _;
use at_wire::parameter::{LineWriter, Octets, Value as _, parameters_of};
use at_wire::result::FinalResult;
use at_wire::text::hex;
use heapless::Vec;

use super::{Outcome, Procedure, Refusal, Step, Stop, ask_own, cme, fail, missing};
use crate::apdu::{Command, StatusWords, Stuck, Transfer};
use crate::time::Instant;

/// Octets of the longest answer: 256, and the status words.
const ANSWER: usize = 258;

/// Channels with this bit were opened by the host itself, and commands go to them by `+CSIM`.
const OWN: u8 = 0x80;
/// What a class has room for (ETSI TS 102 221 §10.1.1).
const CHANNELS: u8 = 3;
/// MANAGE CHANNEL (ETSI TS 102 221 §11.1.17): opens one, and closes that with the number behind.
const OPEN: [u8; 5] = [0x00, 0x70, 0x00, 0x00, 0x01];
const CLOSE: [u8; 3] = [0x00, 0x70, 0x80];
/// Octets of the longest application identifier.
const AID: usize = 16;

/// Writes an APDU as `+CSIM` and `+CGLA` have it, whose length counts digits (27.007 §8.17).
fn write_apdu(apdu: &[u8], line: &mut LineWriter<'_, '_>) {
    line.integer(u16::try_from(apdu.len().saturating_mul(2)).unwrap_or(u16::MAX).into());
    line.octets(apdu);
}

/// What the card said, with its status words, in an answer of that name. Modems count its length differently: what is there
/// counts.
fn read_answer<'b>(name: &str, line: &[u8], octets: &'b mut [u8; ANSWER]) -> Option<&'b [u8]> {
    let mut fields = parameters_of(name, line)?;
    let _ = fields.field();
    let Ok(Octets::Digits(digits)) = fields.value("response") else { return None };
    hex::decode(digits, octets).ok().map(|octets| &*octets)
}

fn words_of(answer: &[u8]) -> Option<(&[u8], StatusWords)> {
    let (data, &[sw1, sw2]) = answer.split_last_chunk()?;
    Some((data, StatusWords { sw1, sw2 }))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Asking,
    /// The host does itself what the modem does not.
    Opening,
    Selecting,
    Closing,
}

/// Opens a logical channel to an application. A modem without `+CCHO` is gone around by MANAGE CHANNEL and SELECT, in
/// `+CSIM`.
#[derive(Clone, Copy, Debug)]
pub struct OpenChannel<'a> {
    aid: &'a [u8],
    at: At,
    channel: Option<u8>,
    refusal: Option<Refusal>,
    words: Option<StatusWords>,
}

impl<'a> OpenChannel<'a> {
    /// Opens one to the application with that identifier.
    #[must_use]
    pub const fn new(aid: &'a [u8]) -> Self {
        Self { aid, at: At::Asking, channel: None, refusal: None, words: None }
    }

    /// The channel: a number for [`Transmit`] and [`CloseChannel`], from 128 on if the modem does not know it.
    #[must_use]
    pub fn channel(&self) -> u8 {
        self.channel.unwrap_or_default()
    }

    fn go(&mut self, at: At) -> Step {
        (self.at, self.words) = (at, None);
        if at == At::Asking { ask_own::<ccho::Set<'_>>() } else { ask_own::<csim::Set<'_>>() }
    }
}

/// Whether a modem may just not have the command.
fn may_be_missing(result: FinalResult<'_>) -> bool {
    match result {
        FinalResult::Error | FinalResult::CommandNotSupported | FinalResult::TooManyParameters => true,
        result => matches!(cme(result), Some(0 | 3 | 4 | 50 | 100)),
    }
}

impl Procedure for OpenChannel<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match (self.at, outcome) {
            (_, Outcome::Begin) => {
                *self = Self::new(self.aid);
                self.go(At::Asking)
            }
            (At::Asking, Outcome::Done) if self.channel.is_some() => Step::Done,
            (At::Asking, Outcome::Done) => missing(ccho::NAME),
            (At::Asking, Outcome::Refused(result)) if may_be_missing(result) && self.aid.len() <= AID => {
                self.refusal = Some(Refusal::new(ccho::NAME, result));
                self.go(At::Opening)
            }
            (At::Asking, outcome) => fail(ccho::NAME, outcome),
            (At::Opening, Outcome::Done) => match (self.channel, self.words) {
                (Some(1..=CHANNELS), _) => self.go(At::Selecting),
                (Some(_), _) => self.go(At::Closing),
                (None, Some(words)) => Step::Fail(Stop::Card { command: csim::NAME, words }),
                (None, None) => missing(csim::NAME),
            },
            // It has neither: what it said to the first counts.
            (At::Opening, Outcome::Refused(_)) => match self.refusal {
                Some(refusal) => Step::Fail(Stop::Refused(refusal)),
                None => fail(ccho::NAME, outcome),
            },
            (At::Selecting, Outcome::Done) if self.words.is_some_and(has_selected) => {
                self.channel = self.channel.map(|channel| channel | OWN);
                Step::Done
            }
            (At::Selecting, Outcome::Done | Outcome::Refused(_)) => {
                let words = self.words;
                let step = self.go(At::Closing);
                self.words = words;
                step
            }
            // Whether it was closed or not: the application was not selected, or the number has no place in a class.
            (At::Closing, Outcome::Done | Outcome::Refused(_)) => {
                Step::Fail(Stop::Card { command: csim::NAME, words: self.words.unwrap_or_default() })
            }
            (_, outcome) => fail(csim::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        let channel = self.channel.unwrap_or_default();
        let mut apdu = Vec::<u8, { AID + 6 }>::new();
        let parts: [&[u8]; 3] = match self.at {
            At::Asking => return Octets::Raw(self.aid).write(line),
            At::Opening => [&OPEN, &[], &[]],
            At::Closing => [&CLOSE, &[channel], &[]],
            // By its identifier, with its description in the answer.
            At::Selecting => {
                [&[channel, 0xa4, 0x04, 0x00], &[u8::try_from(self.aid.len()).unwrap_or(u8::MAX)], self.aid]
            }
        };
        for part in parts {
            // There is room: identifiers that are longer were refused.
            let _ = apdu.extend_from_slice(part);
        }
        write_apdu(&apdu, line);
    }

    fn line(&mut self, line: &[u8], _: bool) {
        let mut octets = [0; ANSWER];
        match self.at {
            // Some answer with the number alone.
            At::Asking => {
                self.channel = ccho::SetAnswer::parse(line).ok().map(|answer| answer.sessionid).or(self.channel);
            }
            At::Closing => {}
            At::Opening | At::Selecting => {
                let Some((data, words)) = read_answer(csim::NAME, line, &mut octets).and_then(words_of) else { return };
                self.words = Some(words);
                if let (At::Opening, true, [channel]) = (self.at, words.is_success(), data) {
                    self.channel = Some(*channel);
                }
            }
        }
    }
}

/// Some answers say that there is more to fetch, or that something is odd, and the application is selected.
const fn has_selected(words: StatusWords) -> bool {
    words.is_success() || words.is_warning() || words.sw1 == 0x61
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

    const fn is_own(self) -> bool {
        self.channel & OWN != 0
    }
}

impl Procedure for CloseChannel {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin if self.is_own() => ask_own::<csim::Set<'_>>(),
            Outcome::Begin => ask_own::<cchc::Set>(),
            Outcome::Done => Step::Done,
            outcome => fail(if self.is_own() { csim::NAME } else { cchc::NAME }, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        let [cla, ins, p1] = CLOSE;
        match self.is_own() {
            true => write_apdu(&[cla, ins, p1, self.channel & !OWN], line),
            false => line.integer(self.channel.into()),
        }
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
    /// Sends `command` on a channel, and puts the answer into `response`. Channel 0 is the one that is always open. The
    /// session needs memory for lines of 540 bytes if the card says as much as it can.
    #[must_use]
    pub fn new(channel: u8, mut command: Command<'a>, response: &'a mut [u8]) -> Self {
        if channel & OWN != 0 {
            command.cla = command.cla & !CHANNELS | channel & CHANNELS;
        }
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

    /// Whether the modem knows nothing of the channel.
    const fn is_plain(&self) -> bool {
        self.channel == 0 || self.channel & OWN != 0
    }

    const fn name(&self) -> &'static str {
        if self.is_plain() { csim::NAME } else { cgla::NAME }
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
        if self.is_plain() { ask_own::<csim::Set<'_>>() } else { ask_own::<cgla::Set<'_>>() }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        if !self.is_plain() {
            line.integer(self.channel.into());
        }
        write_apdu(self.transfer.apdu(), line);
    }

    fn line(&mut self, line: &[u8], _: bool) {
        let mut octets = [0; ANSWER];
        if let (None, Some(said)) = (self.more, read_answer(self.name(), line, &mut octets)) {
            self.more = Some(self.transfer.answered(said));
        }
    }
}

/// A file on the card, as `+CRSM` names it (27.007 §8.18).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct File<'a> {
    /// Its identifier, such as 6F07.
    pub id: u16,
    /// The path to its directory in hexadecimal digits, such as `3F007FFF`; where the modem looks for it if this is empty.
    pub path: &'a str,
}

/// How a file is built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Structure {
    /// Bytes.
    #[default]
    Transparent,
    /// Records of a fixed length.
    Linear,
    /// Records of a fixed length, the newest of which is the first.
    Cyclic,
    /// It is a directory.
    Directory,
}

/// What a file is like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct FileStatus {
    /// How it is built.
    pub structure: Structure,
    /// All its bytes.
    pub size: u16,
    /// Bytes of a record, if it has records.
    pub record_length: u8,
}

impl FileStatus {
    /// How many records there are.
    #[must_use]
    pub fn records(self) -> u8 {
        let records = self.size.checked_div(self.record_length.into());
        records.and_then(|records| u8::try_from(records).ok()).unwrap_or(0)
    }

    /// Reads what a card says of a file: fifteen bytes (3GPP TS 51.011 §9.2.1), or a template (ETSI TS 102 221 §11.1.1).
    #[must_use]
    pub fn read(told: &[u8]) -> Option<Self> {
        match told {
            [0x62, 0x81, _, template @ ..] | [0x62, _, template @ ..] => Self::read_template(template),
            [_, _, high, low, _, _, kind, ..] if *kind <= 2 => Some(Self {
                structure: Structure::Directory,
                size: u16::from_be_bytes([*high, *low]),
                record_length: 0,
            }),
            [_, _, high, low, _, _, 0x04, _, _, _, _, _, _, structure, rest @ ..] => Some(Self {
                structure: match structure {
                    0 => Structure::Transparent,
                    3 => Structure::Cyclic,
                    _ => Structure::Linear,
                },
                size: u16::from_be_bytes([*high, *low]),
                record_length: rest.first().copied().filter(|_| *structure != 0).unwrap_or(0),
            }),
            _ => None,
        }
    }

    fn read_template(mut rest: &[u8]) -> Option<Self> {
        let mut found = None;
        while let [tag, length, behind @ ..] = rest {
            let (value, behind) = behind.split_at_checked((*length).into())?;
            rest = behind;
            match (tag, value) {
                // The descriptor: how it is built, how its data are coded, and records if there are.
                (0x82, [descriptor, _, records @ ..]) => {
                    let this = found.get_or_insert_with(Self::default);
                    this.structure = match descriptor & 0x3f {
                        0x38 => Structure::Directory,
                        other => match other & 0x07 {
                            1 => Structure::Transparent,
                            6 => Structure::Cyclic,
                            _ => Structure::Linear,
                        },
                    };
                    if let [_, length, ..] = records {
                        this.record_length = *length;
                    }
                }
                (0x80, [high, low]) => {
                    found.get_or_insert_with(Self::default).size = u16::from_be_bytes([*high, *low]);
                }
                _ => {}
            }
        }
        found
    }
}

/// What is done to a file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access<'a> {
    /// Its status is asked for.
    Status,
    /// Bytes are read, from there on.
    ReadBinary(u16),
    /// A record is read, from 1 on.
    ReadRecord(u8),
    /// Bytes are written, from there on.
    UpdateBinary(u16, &'a [u8]),
    /// A record is written, from 1 on.
    UpdateRecord(u8, &'a [u8]),
}

/// Without the data.
impl core::fmt::Debug for Access<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Status => f.write_str("Status"),
            Self::ReadBinary(offset) => write!(f, "ReadBinary({offset})"),
            Self::ReadRecord(number) => write!(f, "ReadRecord({number})"),
            Self::UpdateBinary(offset, data) => write!(f, "UpdateBinary({offset}, {} bytes)", data.len()),
            Self::UpdateRecord(number, data) => write!(f, "UpdateRecord({number}, {} bytes)", data.len()),
        }
    }
}

/// Commands of `+CRSM`.
const READ_BINARY: u8 = 176;
const READ_RECORD: u8 = 178;
const GET_RESPONSE: u8 = 192;
const UPDATE_BINARY: u8 = 214;
const UPDATE_RECORD: u8 = 220;
/// How much of a file is read at a time, and written: lines have two digits for each byte, and those of commands are short.
const READ: u16 = 128;
const WRITTEN: u16 = 48;
/// Lengths of a status that are asked for, one after the other: modems want different ones.
const STATUS_LENGTHS: [u8; 3] = [255, 15, 0];

/// Reads or writes a file on the card by `+CRSM`, in pieces if it is long. Before it is read, its status is asked for: cards
/// want to be asked for as much as there is.
#[derive(Debug)]
pub struct AccessFile<'a> {
    file: File<'a>,
    access: Access<'a>,
    response: &'a mut [u8],
    /// Bytes that were read or written.
    done: u16,
    status: Option<FileStatus>,
    /// The status is under way, not a piece.
    looking: bool,
    /// The length of the status that is tried.
    tried: u8,
    /// Of the status or piece under way.
    asked: u8,
    words: Option<StatusWords>,
    /// The answer needs so many bytes, which there are not.
    needed: Option<usize>,
    taken: u16,
}

impl<'a> AccessFile<'a> {
    /// Does that to a file; what is read goes into `response`, as much as there is room for, or a whole record.
    #[must_use]
    pub fn new(file: File<'a>, access: Access<'a>, response: &'a mut [u8]) -> Self {
        let (status, words, needed) = (None, None, None);
        Self { file, access, response, done: 0, status, looking: false, tried: 0, asked: 0, words, needed, taken: 0 }
    }

    /// What the file is like, if that was asked.
    #[must_use]
    pub const fn status(&self) -> Option<FileStatus> {
        self.status
    }

    /// What was read.
    #[must_use]
    pub fn response(&self) -> &[u8] {
        match self.access {
            Access::ReadBinary(_) | Access::ReadRecord(_) => self.response.get(..self.done.into()).unwrap_or_default(),
            _ => &[],
        }
    }

    /// How much there is to be read or written in all.
    fn total(&self) -> u16 {
        let status = self.status.unwrap_or_default();
        let data = match self.access {
            Access::Status => return 0,
            Access::ReadRecord(_) => return status.record_length.into(),
            Access::ReadBinary(offset) => {
                let room = u16::try_from(self.response.len()).unwrap_or(u16::MAX);
                return status.size.saturating_sub(offset).min(room);
            }
            Access::UpdateBinary(_, data) | Access::UpdateRecord(_, data) => data,
        };
        u16::try_from(data.len()).unwrap_or(u16::MAX)
    }

    fn needs_status(&self) -> bool {
        self.status.is_none() && matches!(self.access, Access::Status | Access::ReadBinary(_) | Access::ReadRecord(_))
    }

    fn go(&mut self) -> Step {
        (self.words, self.taken, self.looking) = (None, 0, self.needs_status());
        if self.looking {
            let length = STATUS_LENGTHS.get(usize::from(self.tried)).copied();
            self.asked = length.unwrap_or(self.asked);
            return ask_own::<crsm::Set<'_>>();
        }
        let left = self.total().saturating_sub(self.done);
        if left == 0 {
            return Step::Done;
        }
        // Records are read and written at once.
        let piece = match self.access {
            Access::ReadRecord(_) | Access::UpdateRecord(..) => left,
            Access::UpdateBinary(..) => left.min(WRITTEN),
            _ => left.min(READ),
        };
        self.asked = u8::try_from(piece).unwrap_or(u8::MAX);
        ask_own::<crsm::Set<'_>>()
    }

    /// The next length of a status, or the end.
    fn again(&mut self, step: Step) -> Step {
        self.tried = self.tried.saturating_add(1);
        if self.looking && usize::from(self.tried) < STATUS_LENGTHS.len() { self.go() } else { step }
    }
}

impl Procedure for AccessFile<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => {
                (self.done, self.status, self.tried, self.needed) = (0, None, 0, None);
                self.go()
            }
            Outcome::Done => match (self.words, self.needed) {
                (None, _) => missing(crsm::NAME),
                (_, Some(needed)) => Step::Fail(Stop::NoRoom { needed }),
                // The card says how much it has: asked for once.
                (Some(StatusWords { sw1: 0x6c | 0x67, sw2 }), _) if self.looking && sw2 != 0 && self.asked != sw2 => {
                    self.tried = u8::MAX;
                    self.asked = sw2;
                    self.go()
                }
                (Some(words), _) if !(words.is_success() || matches!(words.sw1, 0x61 | 0x9e | 0x9f)) => {
                    self.again(Step::Fail(Stop::Card { command: crsm::NAME, words }))
                }
                (Some(_), _) if self.needs_status() => self.again(missing(crsm::NAME)),
                (Some(_), _) if self.looking && matches!(self.access, Access::Status) => Step::Done,
                (Some(_), _) if self.looking => self.go(),
                (Some(_), _) => {
                    let count = match self.access {
                        Access::ReadBinary(_) | Access::ReadRecord(_) => self.taken,
                        _ => self.asked.into(),
                    };
                    if count == 0 {
                        return missing(crsm::NAME);
                    }
                    self.done = self.done.saturating_add(count);
                    // A record that is shorter than its file says is what it is.
                    if matches!(self.access, Access::ReadRecord(_)) { Step::Done } else { self.go() }
                }
            },
            outcome @ Outcome::Refused(_) => self.again(fail(crsm::NAME, outcome)),
            outcome => fail(crsm::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        let at = |offset: u16| offset.saturating_add(self.done).to_be_bytes();
        let (command, [p1, p2]) = match self.access {
            _ if self.looking => (GET_RESPONSE, [0, 0]),
            Access::Status => (GET_RESPONSE, [0, 0]),
            Access::ReadBinary(offset) => (READ_BINARY, at(offset)),
            Access::UpdateBinary(offset, _) => (UPDATE_BINARY, at(offset)),
            // 4: the record with that number.
            Access::ReadRecord(number) => (READ_RECORD, [number, 4]),
            Access::UpdateRecord(number, _) => (UPDATE_RECORD, [number, 4]),
        };
        line.integer(command.into());
        line.integer(self.file.id.into());
        [p1, p2, self.asked].iter().for_each(|byte| line.integer((*byte).into()));
        match self.access {
            Access::UpdateBinary(_, data) | Access::UpdateRecord(_, data) => {
                let from = data.get(usize::from(self.done)..).unwrap_or_default();
                line.octets(from.get(..usize::from(self.asked)).unwrap_or(from));
            }
            _ if !self.file.path.is_empty() => line.quoted(b""),
            _ => {}
        }
        if !self.file.path.is_empty() {
            line.quoted(self.file.path.as_bytes());
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        let Ok(answer) = crsm::SetAnswer::parse(line) else { return };
        self.words = Some(StatusWords { sw1: answer.sw1, sw2: answer.sw2 });
        let mut octets = [0; ANSWER];
        let Some(data) = answer.response.and_then(|response| response.octets(&mut octets).ok()) else { return };
        if self.looking {
            self.status = FileStatus::read(data);
            return;
        }
        if !matches!(self.access, Access::ReadBinary(_) | Access::ReadRecord(_)) {
            return;
        }
        // No more than was asked for.
        let data = data.get(..usize::from(self.asked)).unwrap_or(data);
        let end = usize::from(self.done).saturating_add(data.len());
        match self.response.get_mut(self.done.into()..end) {
            Some(place) => {
                place.copy_from_slice(data);
                self.taken = u16::try_from(data.len()).unwrap_or(u16::MAX);
            }
            None => self.needed = Some(end),
        }
    }
}
