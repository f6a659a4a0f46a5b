//! The card that the SIM lives on: it answers APDUs (ETSI TS 102 221), has logical channels and files, and manages the
//! profiles of an embedded SIM (GSMA SGP.22).
//!
//! | file | holds |
//! |---|---|
//! | `card` (here) | APDUs, logical channels, selection, reading and writing |
//! | `host` | what the modem does with it for hosts |
//! | `files` | the file system |
//! | `codes` | PIN commands and authentication |
//! | `esim` | ISD-R: EID, profiles, what the chip is |
//!
//! A card answers at once; the few milliseconds of a real one make no difference to a host. It speaks as over T=0:
//! what a command with data yields is fetched with GET RESPONSE (61xx), and a wrong length to read is corrected (6Cxx).
//! [`Modem::exchange`](super::Modem::exchange) does both for the host, [`Modem::apdu`](super::Modem::apdu) leaves it to it.

use heapless::Vec;

use super::event::Origin;
use super::sim::Sim;

mod codes;
mod esim;
mod files;
mod host;

pub(super) use files::Written;
pub use files::{Access, CURRENT_APPLICATION, ISD_R, ISIM, Layout, MF, USIM, WRITTEN};
use files::{Directory, File};
pub use host::{APPLICATIONS, Application, ChannelFailure, FileAction, FileInfo, FileOutcome, FileStep};

/// Logical channels beside the basic one.
pub const CHANNELS: u8 = 3;
/// Bytes of an answer without its status words, at most.
pub const ANSWER: usize = 256;
/// Longest command: header, 255 bytes, length of the answer.
pub const COMMAND: usize = 261;
/// Objects of the terminal capability that are kept.
pub const CAPABILITIES: usize = 8;
/// Bytes of one of them, at most.
pub const CAPABILITY: usize = 32;
/// Bytes of a terminal profile that are kept.
const TERMINAL_PROFILE: usize = 64;

/// What the card says when it is reset (ISO 7816-3): a UICC, T=0 and T=1.
pub const ATR: &[u8] = &[
    0x3b, 0x9f, 0x96, 0x80, 0x1f, 0xc7, 0x80, 0x31, 0xa0, 0x73, 0xbe, 0x21, 0x13, 0x67, 0x43, 0x20, 0x07, 0x18, 0x00,
    0x00, 0x01, 0xa5,
];

type Bytes = Vec<u8, ANSWER>;

/// Objects of the terminal capability template (ETSI TS 102 221 §11.1.19).
pub type Capabilities = Vec<Vec<u8, CAPABILITY>, CAPABILITIES>;

/// Status words of the card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Sw(pub u16);

impl Sw {
    /// Done.
    pub const OK: Self = Self(0x9000);
    /// The length is wrong.
    pub const WRONG_LENGTH: Self = Self(0x6700);
    /// There is no such logical channel.
    pub const NO_CHANNEL: Self = Self(0x6881);
    /// Secure messaging is not supported.
    pub const NO_SECURE_MESSAGING: Self = Self(0x6882);
    /// The file has another layout.
    pub const WRONG_LAYOUT: Self = Self(0x6981);
    /// A code is needed.
    pub const SECURITY: Self = Self(0x6982);
    /// The code is blocked.
    pub const BLOCKED: Self = Self(0x6983);
    /// The code is not in use.
    pub const DISABLED: Self = Self(0x6984);
    /// Not in this state.
    pub const CONDITIONS: Self = Self(0x6985);
    /// No file is selected.
    pub const NO_FILE: Self = Self(0x6986);
    /// The data make no sense.
    pub const WRONG_DATA: Self = Self(0x6a80);
    /// Not supported; for channels: none is left.
    pub const NOT_SUPPORTED: Self = Self(0x6a81);
    /// There is no such file or application.
    pub const NOT_FOUND: Self = Self(0x6a82);
    /// There is no such record.
    pub const NO_RECORD: Self = Self(0x6a83);
    /// No room.
    pub const NO_MEMORY: Self = Self(0x6a84);
    /// P1 or P2 is wrong.
    pub const WRONG_PARAMETERS: Self = Self(0x6a86);
    /// There is no such code or object.
    pub const NO_REFERENCE: Self = Self(0x6a88);
    /// The offset is outside of the file.
    pub const WRONG_OFFSET: Self = Self(0x6b00);
    /// The instruction is unknown.
    pub const WRONG_INSTRUCTION: Self = Self(0x6d00);
    /// The class is unknown, or not that of the instruction.
    pub const WRONG_CLASS: Self = Self(0x6e00);
    /// The toolkit has a command under way.
    pub const TOOLKIT_BUSY: Self = Self(0x9300);
    /// The challenge does not come from the home network.
    pub const WRONG_MAC: Self = Self(0x9862);

    /// The first status word.
    #[must_use]
    pub const fn first(self) -> u8 {
        let [first, _] = self.0.to_be_bytes();
        first
    }

    /// The second status word.
    #[must_use]
    pub const fn second(self) -> u8 {
        let [_, second] = self.0.to_be_bytes();
        second
    }

    /// `first` with a length in the second status word; 256 is 0 there.
    fn with_length(first: u8, length: usize) -> Self {
        Self(u16::from_be_bytes([first, u8::try_from(length).unwrap_or(0)]))
    }

    /// A wrong code, with the attempts left.
    fn attempts(left: u8) -> Self {
        Self(u16::from_be_bytes([0x63, 0xc0 | left.min(15)]))
    }
}

/// What the card answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Status words.
    pub sw: Sw,
    len: u16,
    data: [u8; ANSWER],
}

impl Answer {
    fn new(sw: Sw, bytes: &[u8]) -> Self {
        let mut answer = Self { sw, len: 0, data: [0; ANSWER] };
        answer.append(bytes);
        answer
    }

    /// Status words without data.
    pub(in super::super) fn status(sw: Sw) -> Self {
        Self::new(sw, &[])
    }

    /// Adds what there is room for, which is everything: no card has more than [`ANSWER`] bytes to say.
    fn append(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if let Some(place) = self.data.get_mut(usize::from(self.len)) {
                *place = *byte;
                self.len = self.len.saturating_add(1);
            }
        }
    }

    /// The answer without its status words.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.data.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl core::fmt::Debug for Answer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Answer").field("sw", &self.sw).field("len", &self.len).finish_non_exhaustive()
    }
}

fn put(to: &mut Bytes, bytes: &[u8]) {
    for byte in bytes {
        let _ = to.push(*byte);
    }
}

/// A BER-TLV object.
fn tlv(to: &mut Bytes, tag: &[u8], value: &[u8]) {
    put(to, tag);
    match u8::try_from(value.len()) {
        Ok(len) if len < 0x80 => put(to, &[len]),
        Ok(len) => put(to, &[0x81, len]),
        Err(_) => put(to, &[0x82, 0x01, 0x00]),
    }
    put(to, value);
}

/// Takes a BER-TLV object from the front: tag, value, the rest.
fn take_tlv(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (tag, rest) = match bytes {
        [first, second, rest @ ..] if first & 0x1f == 0x1f => (u16::from_be_bytes([*first, *second]), rest),
        [first, rest @ ..] => (u16::from(*first), rest),
        [] => return None,
    };
    let (len, rest) = match rest {
        [len, rest @ ..] if *len < 0x80 => (*len, rest),
        [0x81, len, rest @ ..] => (*len, rest),
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(usize::from(len))?;
    Some((tag, value, rest))
}

/// A command, taken apart (ISO 7816-3 §12.1).
#[derive(Clone, Copy, Debug)]
struct Apdu<'a> {
    class: u8,
    instruction: u8,
    p1: u8,
    p2: u8,
    /// The fifth byte as it is, for commands without data.
    p3: Option<u8>,
    data: &'a [u8],
}

impl<'a> Apdu<'a> {
    fn parse(command: &'a [u8]) -> Result<Self, Sw> {
        let (&[class, instruction, p1, p2], rest) = command.split_first_chunk().ok_or(Sw::WRONG_LENGTH)?;
        let (p3, data): (_, &[u8]) = match rest {
            [] => (None, &[]),
            [p3] => (Some(*p3), &[]),
            [lc, rest @ ..] => {
                let (data, le) = rest.split_at_checked(usize::from(*lc)).ok_or(Sw::WRONG_LENGTH)?;
                if *lc == 0 || le.len() > 1 {
                    return Err(Sw::WRONG_LENGTH);
                }
                (None, data)
            }
        };
        Ok(Self { class, instruction, p1, p2, p3, data })
    }

    /// How many bytes are wanted; 256 where that is not said.
    fn wanted(&self) -> usize {
        match self.p3 {
            None | Some(0) => ANSWER,
            Some(le) => usize::from(le),
        }
    }

    /// The data of a command that has some; a length without data is an error.
    fn content(&self) -> Result<&'a [u8], Sw> {
        match self.p3 {
            Some(1..) => Err(Sw::WRONG_LENGTH),
            _ => Ok(self.data),
        }
    }

    /// The logical channel.
    fn channel(&self) -> Result<u8, Sw> {
        let (channel, protected) = match self.class {
            0x00..=0x0f | 0x80..=0x8f => (self.class & 3, self.class & 0x0c != 0),
            0x40..=0x7f | 0xc0..=0xfe => ((self.class & 0x0f).saturating_add(4), self.class & 0x20 != 0),
            _ => return Err(Sw::WRONG_CLASS),
        };
        if protected {
            return Err(Sw::NO_SECURE_MESSAGING);
        }
        Ok(channel)
    }

    /// Whether the class is one of those that ETSI and GlobalPlatform define, not ISO.
    fn is_proprietary(&self) -> bool {
        self.class & 0x80 != 0
    }
}

/// What a command yields.
enum Reply {
    Done,
    Status(Sw),
    /// Data that are fetched with GET RESPONSE.
    Waiting(Bytes),
    /// Data that are answered with the command, if exactly so many are wanted.
    Now(Bytes),
}

/// What is selected on a logical channel.
#[derive(Clone, Copy, Debug)]
struct Channel {
    /// Who has opened it, and in which group.
    owner: Origin,
    group: u32,
    directory: Directory,
    /// The application that was selected last; its identifier stands for 7FFF.
    application: Option<Directory>,
    file: Option<&'static File>,
    /// The current record, 0 if there is none.
    record: u8,
}

impl Channel {
    fn new(owner: Origin, group: u32) -> Self {
        Self { owner, group, directory: Directory::Root, application: None, file: None, record: 0 }
    }

    fn enter(&mut self, directory: Directory) {
        self.directory = directory;
        self.file = None;
        self.record = 0;
        if directory.application().is_some() {
            self.application = Some(directory);
        }
    }

    fn open(&mut self, file: &'static File) {
        self.directory = file.directory;
        self.file = Some(file);
        self.record = 0;
    }

    /// Selects by file identifier, from where the channel is (ETSI TS 102 221 §8.4.1).
    fn step(&mut self, sim: &Sim, id: u16) -> Result<(), Sw> {
        if let Some(file) = files::find(sim, self.directory, id) {
            self.open(file);
            return Ok(());
        }
        let directory = match id {
            MF => Directory::Root,
            CURRENT_APPLICATION => self.application.ok_or(Sw::NOT_FOUND)?,
            // Below the root, and from beside it.
            _ if id == Directory::Telecom.id() && self.directory.application().is_none() => Directory::Telecom,
            _ => return Err(Sw::NOT_FOUND),
        };
        if !directory.exists(sim) {
            return Err(Sw::NOT_FOUND);
        }
        self.enter(directory);
        Ok(())
    }

    /// Selects by path. Nothing changes when a part of it is not there.
    fn walk(&mut self, sim: &Sim, path: &[u8]) -> Result<(), Sw> {
        let mut to = *self;
        if path.is_empty() || !path.len().is_multiple_of(2) {
            return Err(Sw::WRONG_LENGTH);
        }
        for id in path.chunks_exact(2) {
            if to.file.is_some() {
                return Err(Sw::NOT_FOUND);
            }
            let id = <[u8; 2]>::try_from(id).map_err(|_| Sw::WRONG_LENGTH)?;
            to.step(sim, u16::from_be_bytes(id))?;
        }
        *self = to;
        Ok(())
    }

    /// Selects an application by the beginning of its identifier; `occurrence` as in P2 of SELECT.
    fn launch(&mut self, sim: &Sim, application: &[u8], occurrence: u8) -> Result<(), Sw> {
        const ALL: [Directory; 3] = [Directory::Usim, Directory::Isim, Directory::IsdR];
        let fits = |directory: &Directory| {
            let id = directory.application();
            directory.exists(sim) && id.is_some_and(|id| !application.is_empty() && id.starts_with(application))
        };
        let place = ALL.iter().position(|directory| Some(*directory) == self.application);
        let (before, behind) = place.and_then(|place| ALL.split_at_checked(place)).unwrap_or((&ALL, &ALL));
        let found = match occurrence {
            0 => ALL.iter().find(|directory| fits(directory)),
            1 => ALL.iter().rfind(|directory| fits(directory)),
            2 => behind.iter().skip(usize::from(place.is_some())).find(|directory| fits(directory)),
            _ => before.iter().rfind(|directory| fits(directory)),
        };
        self.enter(*found.ok_or(Sw::NOT_FOUND)?);
        Ok(())
    }

    /// What the card says of what is selected.
    fn describe(&self, sim: &Sim) -> Bytes {
        let mut described = Bytes::new();
        match self.file {
            Some(file) => file.describe(sim, &mut described),
            None => self.directory.describe(sim, &mut described),
        }
        described
    }

    /// The file that a command is about: that of a short identifier becomes the selected one.
    fn file(&mut self, sim: &Sim, short: u8) -> Result<&'static File, Sw> {
        if short != 0 {
            let file = files::find_short(sim, self.directory, short).ok_or(Sw::NOT_FOUND)?;
            if !self.file.is_some_and(|current| core::ptr::eq(current, file)) {
                self.open(file);
            }
        }
        // The profile that it belongs to may be gone.
        self.file.filter(|file| file.exists(sim)).ok_or(Sw::NO_FILE)
    }

    /// The record that a command is about.
    fn record(&self, count: u8, number: u8, mode: u8) -> Result<u8, Sw> {
        let record = match (mode, self.record) {
            (2, current) => current.checked_add(1),
            (3, 0) => Some(count),
            (3, current) => current.checked_sub(1),
            (4, current) => Some(if number == 0 { current } else { number }),
            _ => return Err(Sw::WRONG_PARAMETERS),
        };
        record.filter(|record| (1..=count).contains(record)).ok_or(Sw::NO_RECORD)
    }
}

/// What the card knows since it was powered.
#[derive(Debug)]
pub(super) struct Card {
    /// The basic channel first, which is always open.
    channels: [Option<Channel>; 4],
    /// The channel that has something waiting for GET RESPONSE, and what.
    waiting: Option<u8>,
    waiting_data: Bytes,
    /// The blocks of STORE DATA so far, of the channel.
    storing: Option<u8>,
    stored: Bytes,
    /// What the terminal has told of itself.
    profile: Vec<u8, TERMINAL_PROFILE>,
    /// What the terminal tells after the next reset, and what it has told after the last one.
    capabilities: Capabilities,
    told_capabilities: Capabilities,
}

impl Default for Card {
    fn default() -> Self {
        Self {
            channels: [Some(Channel::new(Origin::WORLD, 0)), None, None, None],
            waiting: None,
            waiting_data: Bytes::new(),
            storing: None,
            stored: Bytes::new(),
            profile: Vec::new(),
            capabilities: Vec::new(),
            told_capabilities: Vec::new(),
        }
    }
}

impl Card {
    /// Power, or a reset: all is forgotten, and the terminal says what it can do.
    pub(super) fn reset(&mut self) {
        let capabilities = core::mem::take(&mut self.capabilities);
        *self = Self { told_capabilities: capabilities.clone(), capabilities, ..Self::default() };
    }

    pub(super) fn profile(&self) -> &[u8] {
        &self.profile
    }

    fn channel(&mut self, number: u8) -> Option<&mut Channel> {
        self.channels.get_mut(usize::from(number))?.as_mut()
    }

    fn open(&mut self, by: Origin, group: u32) -> Result<u8, Sw> {
        let mut free = self.channels.iter_mut().zip(0_u8..).filter(|(channel, _)| channel.is_none());
        let (channel, number) = free.next().ok_or(Sw::NOT_SUPPORTED)?;
        *channel = Some(Channel::new(by, group));
        Ok(number)
    }

    fn close(&mut self, number: u8) -> Result<(), Sw> {
        let channel = self.channels.get_mut(usize::from(number)).filter(|channel| channel.is_some() && number != 0);
        *channel.ok_or(Sw::NO_CHANNEL)? = None;
        if self.waiting == Some(number) {
            self.waiting = None;
        }
        if self.storing == Some(number) {
            self.storing = None;
        }
        Ok(())
    }

    /// Closes the channels that `gone` says.
    pub(super) fn close_all(&mut self, by: Origin, group: Option<u32>) {
        for number in 1..=CHANNELS {
            let gone = |channel: &mut Channel| channel.owner == by && group.is_none_or(|group| channel.group == group);
            if self.channel(number).is_some_and(gone) {
                let _ = self.close(number);
            }
        }
    }

    /// A command and its answer.
    fn transmit(&mut self, sim: &mut Sim, by: Origin, command: &[u8]) -> Answer {
        self.reply(sim, by, command).unwrap_or_else(|sw| Answer::new(sw, &[]))
    }

    fn reply(&mut self, sim: &mut Sim, by: Origin, command: &[u8]) -> Result<Answer, Sw> {
        let apdu = Apdu::parse(command)?;
        let number = apdu.channel()?;
        if self.channel(number).is_none() {
            return Err(Sw::NO_CHANNEL);
        }
        if apdu.instruction == ins::GET_RESPONSE {
            return self.get_response(number, &apdu);
        }
        // What is not fetched at once is lost.
        self.waiting = None;
        let proprietary = match apdu.instruction {
            ins::SELECT
            | ins::READ_BINARY
            | ins::READ_RECORD
            | ins::UPDATE_BINARY
            | ins::UPDATE_RECORD
            | ins::VERIFY
            | ins::CHANGE
            | ins::DISABLE
            | ins::ENABLE
            | ins::UNBLOCK
            | ins::AUTHENTICATE
            | ins::MANAGE_CHANNEL => false,
            ins::TERMINAL_PROFILE
            | ins::FETCH
            | ins::TERMINAL_RESPONSE
            | ins::ENVELOPE
            | ins::STATUS
            | ins::TERMINAL_CAPABILITY
            | ins::GET_DATA
            | ins::STORE_DATA => true,
            _ => return Err(Sw::WRONG_INSTRUCTION),
        };
        if proprietary != apdu.is_proprietary() {
            return Err(Sw::WRONG_CLASS);
        }
        let reply = match apdu.instruction {
            ins::SELECT => self.select(sim, number, &apdu)?,
            ins::STATUS => self.status(sim, number, &apdu)?,
            ins::READ_BINARY => self.read_binary(sim, number, &apdu)?,
            ins::READ_RECORD => self.read_record(sim, number, &apdu)?,
            ins::UPDATE_BINARY => self.update_binary(sim, number, &apdu)?,
            ins::UPDATE_RECORD => self.update_record(sim, number, &apdu)?,
            ins::MANAGE_CHANNEL => self.manage_channel(by, number, &apdu)?,
            ins::TERMINAL_CAPABILITY => self.terminal_capability(&apdu)?,
            ins::AUTHENTICATE => {
                let application = self.channel(number).map(|channel| channel.directory);
                codes::authenticate(sim, application, &apdu)?
            }
            ins::VERIFY | ins::CHANGE | ins::DISABLE | ins::ENABLE | ins::UNBLOCK => codes::execute(sim, &apdu)?,
            ins::GET_DATA | ins::STORE_DATA => self.manage_profiles(sim, number, &apdu)?,
            _ => self.toolkit(&apdu)?,
        };
        Ok(match reply {
            Reply::Done => Answer::new(Sw::OK, &[]),
            Reply::Status(sw) => Answer::new(sw, &[]),
            Reply::Waiting(data) if data.is_empty() => Answer::new(Sw::OK, &[]),
            Reply::Waiting(data) => {
                self.waiting = Some(number);
                self.waiting_data = data;
                Answer::new(Sw::with_length(0x61, self.waiting_data.len()), &[])
            }
            Reply::Now(data) if data.len() == apdu.wanted() => Answer::new(Sw::OK, &data),
            Reply::Now(data) => Answer::new(Sw::with_length(0x6c, data.len()), &[]),
        })
    }

    fn get_response(&mut self, number: u8, apdu: &Apdu<'_>) -> Result<Answer, Sw> {
        if (apdu.p1, apdu.p2) != (0, 0) {
            return Err(Sw::WRONG_PARAMETERS);
        }
        if self.waiting != Some(number) || !apdu.data.is_empty() {
            return Err(Sw::CONDITIONS);
        }
        let waiting = self.waiting_data.len();
        let wanted = apdu.wanted();
        let Some((now, later)) = self.waiting_data.split_at_checked(wanted) else {
            return Ok(Answer::new(Sw::with_length(0x6c, waiting), &[]));
        };
        let mut answer = Answer::new(Sw::OK, now);
        let later = Bytes::from_slice(later).unwrap_or_default();
        if later.is_empty() {
            self.waiting = None;
        } else {
            answer.sw = Sw::with_length(0x61, later.len());
        }
        self.waiting_data = later;
        Ok(answer)
    }

    /// MANAGE CHANNEL (ETSI TS 102 221 §11.1.17).
    fn manage_channel(&mut self, by: Origin, number: u8, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
        match (apdu.p1, apdu.p2) {
            (0x00, 0) if apdu.wanted() != 1 => Ok(Reply::Status(Sw::with_length(0x6c, 1))),
            (0x00, 0) => {
                let opened = self.open(by, 0)?;
                // A channel opened from another one begins where that one is.
                let from = self.channel(number).copied();
                if let (Some(channel), Some(from)) = (self.channel(opened), from.filter(|_| number != 0)) {
                    channel.directory = from.directory;
                    channel.application = from.application;
                }
                Ok(Reply::Now(collect_one(opened)))
            }
            (0x00, 1..) | (0x80, 0) => Err(Sw::WRONG_PARAMETERS),
            (0x80, other) => self.close(other).map(|()| Reply::Done),
            _ => Err(Sw::WRONG_PARAMETERS),
        }
    }

    /// SELECT (ETSI TS 102 221 §11.1.1).
    fn select(&mut self, sim: &Sim, number: u8, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
        let data = apdu.content()?;
        let channel = self.channel(number).ok_or(Sw::NO_CHANNEL)?;
        let template = match apdu.p2 & 0x9c {
            0x00 | 0x04 => true,
            0x0c => false,
            _ => return Err(Sw::WRONG_PARAMETERS),
        };
        match (apdu.p1, apdu.p2 & 0x63) {
            (0x04, 0x40) => {
                // The session of the application ends.
                channel.launch(sim, data, 0)?;
                channel.application = None;
                channel.enter(Directory::Root);
                return Ok(Reply::Done);
            }
            (0x04, occurrence @ 0..=3) => channel.launch(sim, data, occurrence)?,
            (0x00, 0) if data.is_empty() => channel.enter(Directory::Root),
            (0x00, 0) => {
                let id = <[u8; 2]>::try_from(data).map_err(|_| Sw::WRONG_LENGTH)?;
                channel.step(sim, u16::from_be_bytes(id))?;
            }
            // A directory below the one that is selected.
            (0x01, 0) => {
                let id = <[u8; 2]>::try_from(data).map_err(|_| Sw::WRONG_LENGTH)?;
                let is_below = channel.directory == Directory::Root && id == Directory::Telecom.id().to_be_bytes();
                if !is_below || !Directory::Telecom.exists(sim) {
                    return Err(Sw::NOT_FOUND);
                }
                channel.enter(Directory::Telecom);
            }
            (0x03, 0) => {
                let parent = match channel.file {
                    Some(file) => file.directory,
                    None => Directory::Root,
                };
                channel.enter(parent);
            }
            (0x08, 0) => {
                let mut to = Channel { directory: Directory::Root, file: None, record: 0, ..*channel };
                to.walk(sim, data)?;
                *channel = to;
            }
            (0x09, 0) => {
                let mut to = Channel { file: None, record: 0, ..*channel };
                to.walk(sim, data)?;
                *channel = to;
            }
            _ => return Err(Sw::WRONG_PARAMETERS),
        }
        Ok(if template { Reply::Waiting(channel.describe(sim)) } else { Reply::Done })
    }

    /// STATUS (ETSI TS 102 221 §11.1.2).
    fn status(&mut self, sim: &Sim, number: u8, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
        let channel = self.channel(number).ok_or(Sw::NO_CHANNEL)?;
        let mut data = Bytes::new();
        match (apdu.p1, apdu.p2) {
            (0..=2, 0x00) => channel.directory.describe(sim, &mut data),
            (0..=2, 0x01) => {
                let application = channel.application.and_then(Directory::application);
                tlv(&mut data, &[0x84], application.ok_or(Sw::NO_REFERENCE)?);
            }
            (0..=2, 0x0c) => return Ok(Reply::Done),
            _ => return Err(Sw::WRONG_PARAMETERS),
        }
        Ok(Reply::Now(data))
    }

    /// The file and the offset of a command for files of bytes.
    fn binary(&mut self, sim: &Sim, number: u8, apdu: &Apdu<'_>) -> Result<(&'static File, usize), Sw> {
        let channel = self.channel(number).ok_or(Sw::NO_CHANNEL)?;
        let (short, offset) = match apdu.p1 {
            p1 @ 0x80.. => match p1 & 0x7f {
                short @ 1..=30 => (short, u16::from(apdu.p2)),
                _ => return Err(Sw::WRONG_PARAMETERS),
            },
            p1 => (0, u16::from_be_bytes([p1, apdu.p2])),
        };
        let file = channel.file(sim, short)?;
        match file.layout(sim) {
            Layout::Bytes(len) if offset >= u16::from(len) => Err(Sw::WRONG_OFFSET),
            Layout::Bytes(_) => Ok((file, usize::from(offset))),
            _ => Err(Sw::WRONG_LAYOUT),
        }
    }

    fn read_binary(&mut self, sim: &Sim, number: u8, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
        let (file, offset) = self.binary(sim, number, apdu)?;
        codes::allowed(sim, file.read)?;
        let content = file.content(sim, 0);
        let rest = content.get(offset..).unwrap_or_default();
        let part = rest.get(..apdu.wanted()).unwrap_or(rest);
        Ok(Reply::Now(Bytes::from_slice(part).unwrap_or_default()))
    }

    fn update_binary(&mut self, sim: &mut Sim, number: u8, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
        let data = apdu.content()?;
        let (file, offset) = self.binary(sim, number, apdu)?;
        codes::allowed(sim, file.update)?;
        file.write(sim, 0, offset, data).map(|()| Reply::Done)
    }

    /// The file and the record of a command for files of records.
    fn record(&mut self, sim: &Sim, number: u8, apdu: &Apdu<'_>) -> Result<(&'static File, u8, u8), Sw> {
        let channel = self.channel(number).ok_or(Sw::NO_CHANNEL)?;
        let file = channel.file(sim, apdu.p2.wrapping_shr(3))?;
        let Layout::Records { len, count } = file.layout(sim) else {
            return Err(Sw::WRONG_LAYOUT);
        };
        let record = channel.record(count, apdu.p1, apdu.p2 & 7)?;
        Ok((file, record, len))
    }

    /// Only the modes that go from record to record move the pointer.
    fn moved(&mut self, number: u8, apdu: &Apdu<'_>, record: u8) {
        if let Some(channel) = self.channel(number).filter(|_| apdu.p2 & 7 != 4) {
            channel.record = record;
        }
    }

    fn read_record(&mut self, sim: &Sim, number: u8, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
        let (file, record, len) = self.record(sim, number, apdu)?;
        codes::allowed(sim, file.read)?;
        if apdu.wanted() == usize::from(len) {
            self.moved(number, apdu, record);
        }
        Ok(Reply::Now(file.content(sim, record)))
    }

    fn update_record(&mut self, sim: &mut Sim, number: u8, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
        let data = apdu.content()?;
        let (file, record, len) = self.record(sim, number, apdu)?;
        codes::allowed(sim, file.update)?;
        if data.len() != usize::from(len) {
            return Err(Sw::WRONG_LENGTH);
        }
        file.write(sim, record, 0, data)?;
        self.moved(number, apdu, record);
        Ok(Reply::Done)
    }

    /// TERMINAL CAPABILITY (ETSI TS 102 221 §11.1.19), from a host that speaks for the terminal.
    fn terminal_capability(&mut self, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
        let data = apdu.content()?;
        let Some((0xa9, mut objects, [])) = take_tlv(data).filter(|_| (apdu.p1, apdu.p2) == (0, 0)) else {
            return Err(Sw::WRONG_DATA);
        };
        let mut told = Capabilities::new();
        while let Some((_, _, rest)) = take_tlv(objects) {
            let len = objects.len().saturating_sub(rest.len());
            let object = objects.get(..len).and_then(|object| Vec::from_slice(object).ok()).ok_or(Sw::NO_MEMORY)?;
            told.push(object).map_err(|_| Sw::NO_MEMORY)?;
            objects = rest;
        }
        if !objects.is_empty() {
            return Err(Sw::WRONG_DATA);
        }
        self.told_capabilities = told;
        Ok(Reply::Done)
    }

    /// The commands of the toolkit (ETSI TS 102 223), as far as the card is concerned: the modem fetches its proactive
    /// commands, and [`Modem`](super::Modem) passes on what is let through here.
    fn toolkit(&mut self, apdu: &Apdu<'_>) -> Result<Reply, Sw> {
        if (apdu.p1, apdu.p2) != (0, 0) {
            return Err(Sw::WRONG_PARAMETERS);
        }
        if apdu.instruction == ins::FETCH {
            return Err(Sw::CONDITIONS);
        }
        let data = apdu.content()?;
        if data.is_empty() {
            return Err(Sw::WRONG_LENGTH);
        }
        if apdu.instruction == ins::TERMINAL_PROFILE {
            self.profile = super::super::collect(data.iter().copied());
        }
        Ok(Reply::Done)
    }
}

fn collect_one(byte: u8) -> Bytes {
    super::super::collect([byte])
}

/// Instructions.
mod ins {
    pub(super) const TERMINAL_PROFILE: u8 = 0x10;
    pub(super) const FETCH: u8 = 0x12;
    pub(super) const TERMINAL_RESPONSE: u8 = 0x14;
    pub(super) const VERIFY: u8 = 0x20;
    pub(super) const CHANGE: u8 = 0x24;
    pub(super) const DISABLE: u8 = 0x26;
    pub(super) const ENABLE: u8 = 0x28;
    pub(super) const UNBLOCK: u8 = 0x2c;
    pub(super) const MANAGE_CHANNEL: u8 = 0x70;
    pub(super) const AUTHENTICATE: u8 = 0x88;
    pub(super) const SELECT: u8 = 0xa4;
    pub(super) const TERMINAL_CAPABILITY: u8 = 0xaa;
    pub(super) const READ_BINARY: u8 = 0xb0;
    pub(super) const READ_RECORD: u8 = 0xb2;
    pub(super) const GET_RESPONSE: u8 = 0xc0;
    pub(super) const ENVELOPE: u8 = 0xc2;
    pub(super) const GET_DATA: u8 = 0xca;
    pub(super) const UPDATE_BINARY: u8 = 0xd6;
    pub(super) const UPDATE_RECORD: u8 = 0xdc;
    pub(super) const STORE_DATA: u8 = 0xe2;
    pub(super) const STATUS: u8 = 0xf2;
}
