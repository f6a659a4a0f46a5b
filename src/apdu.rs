//! Commands for the card (ISO 7816-4 §5.1) as people mean them: of any length, with the whole answer. The same for all
//! protocols, each of which carries one short APDU at a time.
//!
//! ```
//! use wwan::apdu::{Command, Transfer};
//!
//! let mut response = [0; 8];
//! let mut transfer = Transfer::new(Command::parse(&[0x00, 0xb2, 1, 4, 0]).unwrap(), &mut response);
//! transfer.begin();
//! assert_eq!(transfer.apdu(), [0x00, 0xb2, 1, 4, 0]);
//! // The card corrects the length, then answers.
//! assert!(transfer.answered(&[0x6c, 2])?);
//! assert_eq!(transfer.apdu(), [0x00, 0xb2, 1, 4, 2]);
//! assert!(!transfer.answered(&[7, 8, 0x90, 0x00])?);
//! assert!(transfer.words().is_success());
//! assert_eq!(transfer.response(), [7, 8]);
//! # Ok::<(), wwan::apdu::Stuck>(())
//! ```

use core::fmt;

use heapless::Vec;

/// Answers of the card to one command: more than this and it is mocking us.
const ROUNDS: u8 = 64;
/// Bytes of data in one short APDU.
const DATA: usize = 255;

/// The USIM, whoever has issued it (3GPP TS 31.110): the beginning of its application identifier.
pub const USIM: &[u8] = &[0xa0, 0x00, 0x00, 0x00, 0x87, 0x10, 0x02];

/// What the card said in the end: its two status words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StatusWords {
    /// The first.
    pub sw1: u8,
    /// The second.
    pub sw2: u8,
}

impl StatusWords {
    /// Done.
    pub const SUCCESS: Self = Self { sw1: 0x90, sw2: 0 };

    /// Whether the card did it: 9000, or 91xx, with a command of its own waiting for the terminal.
    #[must_use]
    pub const fn is_success(self) -> bool {
        matches!((self.sw1, self.sw2), (0x90, 0) | (0x91, _))
    }

    /// Whether the card warns, of what it did all the same (62xx, 63xx; ETSI TS 102 221 §10.2).
    #[must_use]
    pub const fn is_warning(self) -> bool {
        matches!(self.sw1, 0x62 | 0x63)
    }

    /// The two words as one number: 0x9000.
    #[must_use]
    pub const fn get(self) -> u16 {
        u16::from_be_bytes([self.sw1, self.sw2])
    }
}

impl fmt::Display for StatusWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.get())
    }
}

/// A command for the card, of any length: what is longer than 255 bytes is sent in a chain.
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
    /// Bytes expected, 0 for 256; some modems want it always.
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
impl fmt::Debug for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}{:02X}{:02X}{:02X} {} bytes", self.cla, self.ins, self.p1, self.p2, self.data.len())
    }
}

/// Why a command cannot be brought to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Stuck {
    /// The answer does not fit the memory for it.
    NoRoom {
        /// Bytes that are needed at least.
        needed: usize,
    },
    /// The card goes on for ever, or answers without status words.
    Nonsense,
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoom { needed } => write!(f, "the card's answer needs room for {needed} bytes"),
            Self::Nonsense => f.write_str("the card comes to no end, or answers without status words"),
        }
    }
}

impl core::error::Error for Stuck {}

/// Brings a command to the card: in a chain if it is long, and with the whole answer. What the card holds ready (61xx) is
/// fetched, a wrong length (6Cxx) corrected.
pub struct Transfer<'a> {
    command: Command<'a>,
    /// The APDU under way: header, lengths of data and answer.
    apdu: Vec<u8, { DATA + 6 }>,
    /// Bytes of the data that are sent, with the APDU under way; and before it.
    sent: usize,
    before: usize,
    fetching: bool,
    response: &'a mut [u8],
    len: usize,
    rounds: u8,
    words: StatusWords,
}

impl fmt::Debug for Transfer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transfer")
            .field("command", &self.command)
            .field("sent", &self.sent)
            .field("len", &self.len)
            .field("words", &self.words)
            .finish_non_exhaustive()
    }
}

impl<'a> Transfer<'a> {
    /// Brings `command` to the card, and puts the answer into `response`.
    #[must_use]
    pub fn new(command: Command<'a>, response: &'a mut [u8]) -> Self {
        Self {
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

    /// Starts, or starts over.
    pub fn begin(&mut self) {
        (self.fetching, self.len, self.rounds) = (false, 0, 0);
        self.load(self.command.le, 0);
    }

    /// The APDU to send now.
    #[must_use]
    pub fn apdu(&self) -> &[u8] {
        &self.apdu
    }

    /// Whether the card has answered anything yet: from then on, starting over would do things twice.
    #[must_use]
    pub const fn has_answer(&self) -> bool {
        self.rounds > 0
    }

    /// The status words of the last answer.
    #[must_use]
    pub const fn words(&self) -> StatusWords {
        self.words
    }

    /// The answer so far, without its status words.
    #[must_use]
    pub fn response(&self) -> &[u8] {
        self.response.get(..self.len).unwrap_or(&[])
    }

    /// Takes an answer with the status words at its end; whether there is [more to send](Self::apdu).
    ///
    /// # Errors
    ///
    /// [`Stuck`].
    pub fn answered(&mut self, said: &[u8]) -> Result<bool, Stuck> {
        let Some((data, &[sw1, sw2])) = said.split_last_chunk() else { return Err(Stuck::Nonsense) };
        self.take(data, StatusWords { sw1, sw2 })
    }

    /// Takes an answer whose status words came beside it; whether there is [more to send](Self::apdu).
    ///
    /// # Errors
    ///
    /// [`Stuck`].
    pub fn take(&mut self, data: &[u8], words: StatusWords) -> Result<bool, Stuck> {
        self.words = words;
        let end = self.len.saturating_add(data.len());
        match self.response.get_mut(self.len..end) {
            Some(place) => place.copy_from_slice(data),
            None => return Err(Stuck::NoRoom { needed: end }),
        }
        self.len = end;
        self.rounds = self.rounds.saturating_add(1);
        match words.sw1 {
            0x61 | 0x6c if self.rounds >= ROUNDS => return Err(Stuck::Nonsense),
            0x61 => self.fetch(words.sw2),
            0x6c if self.fetching => self.fetch(words.sw2),
            // The same once more: from where the APDU under way began.
            0x6c => self.load(Some(words.sw2), self.before),
            _ if words.is_success() && self.sent < self.command.data.len() => self.load(self.command.le, self.sent),
            _ => return Ok(false),
        }
        Ok(true)
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
}
