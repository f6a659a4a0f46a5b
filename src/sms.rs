//! Short messages as people see them: whole, with the parts of long ones put together. The same for all protocols.
//!
//! Protocols hand out PDUs, one for each part of a long message, in any order, some twice, some never. [`Inbox`] takes
//! them, keeps parts in a caller's memory until all are there, and hands out a [`Message`]. Nothing is lost silently: what
//! was dropped is counted in [`Counters`], what is incomplete can be [asked for](Inbox::incomplete), and what has waited
//! too long is handed out with its gaps.
//!
//! ```
//! use at_wire::sms::{Address, Deliver, Pdu, Reference, Split, Tpdu};
//! use wwan::sms::{Inbox, Part, Received};
//! use wwan::time::{Instant, Millis};
//!
//! let mut parts = [Part::FREE; 4];
//! let mut inbox = Inbox::new(&mut parts, Millis::from_secs(3600));
//! let text = "All the world's a stage, and all the men and women merely players. ".repeat(4);
//! let split = Split::new(&text, Reference::Narrow(7))?;
//! for part in &split {
//!     let deliver = Deliver {
//!         originating_address: Address::number("+18005551212"),
//!         data_coding: split.data_coding(),
//!         user_data: part.user_data,
//!         ..Deliver::default()
//!     };
//!     let mut buffer = [0; Pdu::MAX_LEN];
//!     let pdu = Pdu::of(Tpdu::Deliver(deliver)).write(&mut buffer)?;
//!     match inbox.take(Instant(0), pdu, 1)? {
//!         Received::Whole(message) => assert_eq!(message.chars().collect::<String>(), text),
//!         Received::Part(message) => assert_eq!(message.missing().next(), Some(2)),
//!         other => panic!("{other:?}"),
//!     }
//! }
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

use core::fmt;

use at_wire::sms::{
    Address, Concatenation, Direction, Pdu, Ports, Reference, Split, StatusReport, Submit, Timestamp, Tpdu, Validity,
};
use at_wire::{DecodeError, DecodeErrorKind, EncodeError};
use heapless::Vec;

use crate::time::{Instant, Millis};

/// Room for one part of a long message.
#[derive(Clone, Copy)]
pub struct Part {
    pdu: [u8; Pdu::MAX_LEN],
    len: usize,
    state: State,
    /// Where the modem stores it.
    index: u32,
    /// When it came.
    since: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Unused.
    Free,
    /// Waits for the others.
    Waiting,
    /// Is handed out; unused after that.
    HandedOut,
}

impl Part {
    /// Room that is not used.
    pub const FREE: Self = Self { pdu: [0; Pdu::MAX_LEN], len: 0, state: State::Free, index: 0, since: Instant(0) };

    fn tpdu(&self) -> Option<Tpdu<'_>> {
        Some(Pdu::parse(self.pdu.get(..self.len)?, Direction::Stored).ok()?.tpdu)
    }

    /// The message it belongs to, and which part it is.
    fn key(&self) -> Option<Key<'_>> {
        Key::of(&self.tpdu()?)
    }
}

/// Without the message: it is personal.
impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part").field("len", &self.len).field("state", &self.state).finish_non_exhaustive()
    }
}

/// What the parts of one message have in common, and the number of a part.
#[derive(Clone, Copy)]
struct Key<'a> {
    outgoing: bool,
    address: Address<'a>,
    part: Concatenation,
}

impl<'a> Key<'a> {
    /// That of a part; `None` for a message that is whole.
    fn of(tpdu: &Tpdu<'a>) -> Option<Self> {
        let part = tpdu.user_data()?.header().concatenation()?;
        let whole = !part.is_valid() || part.total < 2;
        (!whole).then_some(Self { outgoing: matches!(tpdu, Tpdu::Submit(_)), address: address_of(tpdu)?, part })
    }

    fn is_same_message(&self, other: &Key<'_>) -> bool {
        let same = (self.part.reference, self.part.total) == (other.part.reference, other.part.total);
        // Addresses compare by what they say, wherever their bytes lie.
        same && self.outgoing == other.outgoing && is_same_address(&self.address, &other.address)
    }
}

fn is_same_address(a: &Address<'_>, b: &Address<'_>) -> bool {
    a.type_of_address() == b.type_of_address()
        && match (a.text(), b.text()) {
            (Some(a), Some(b)) => a.chars().eq(b.chars()),
            (None, None) => a.digits().eq(b.digits()),
            _ => false,
        }
}

/// The other party: the sender of what was received, the receiver of what was sent.
fn address_of<'a>(tpdu: &Tpdu<'a>) -> Option<Address<'a>> {
    match tpdu {
        Tpdu::Deliver(deliver) => Some(deliver.originating_address),
        Tpdu::Submit(submit) => Some(submit.destination_address),
        Tpdu::StatusReport(report) => Some(report.recipient_address),
        Tpdu::Command(command) => Some(command.destination_address),
        _ => None,
    }
}

/// A message to send.
#[derive(Clone, Copy)]
pub struct TextMessage<'a> {
    /// The receiver: digits, with `+` in front of an international number.
    pub number: &'a str,
    /// The text, of any length up to 255 parts; in the default alphabet of GSM if that has all of it, or in UCS-2.
    pub text: &'a str,
    /// A number for the parts of a long text; it should differ from that of the one sent last to the same receiver.
    pub reference: u8,
    /// Whether the network shall report what becomes of it.
    pub status_report: bool,
    /// How long the network shall try.
    pub validity: Validity,
    /// Whether it is for the receiver's screen at once, and not for the store (class 0).
    pub flash: bool,
}

impl Default for TextMessage<'_> {
    fn default() -> Self {
        let validity = Validity::default();
        Self { number: "", text: "", reference: 0, status_report: false, validity, flash: false }
    }
}

/// Without number and text.
impl fmt::Debug for TextMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextMessage")
            .field("reference", &self.reference)
            .field("status_report", &self.status_report)
            .field("validity", &self.validity)
            .field("flash", &self.flash)
            .finish_non_exhaustive()
    }
}

/// A text on its way, part by part. Whoever sends it hands [`pdu`](Self::pdu) to the modem until
/// [`accepted`](Self::accepted) says that that was the last part.
pub struct Sending<'a> {
    message: TextMessage<'a>,
    split: Split<'a>,
    pdu: Vec<u8, { Pdu::MAX_LEN }>,
    references: &'a mut [u32],
    sent: u8,
}

/// Without number and text: they are personal.
impl fmt::Debug for Sending<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending")
            .field("message", &self.message)
            .field("parts", &self.split.parts())
            .field("sent", &self.sent)
            .finish_non_exhaustive()
    }
}

impl<'a> Sending<'a> {
    /// Sends that. The numbers that delivery reports will refer to are put into `references`, one for each part, as far as
    /// there is room.
    ///
    /// # Errors
    ///
    /// A text that is too long, or a number that is none.
    pub fn new(message: TextMessage<'a>, references: &'a mut [u32]) -> Result<Self, EncodeError> {
        if message.number.trim_start_matches('+').is_empty() {
            return Err(EncodeError::Value { field: "destination_address" });
        }
        let split = Split::new(message.text, Reference::Narrow(message.reference))?;
        let mut sending = Self { message, split, pdu: Vec::new(), references, sent: 0 };
        sending.load()?;
        Ok(sending)
    }

    /// Cuts the text anew, in UCS-2. Nothing happens if a part was sent already.
    ///
    /// # Errors
    ///
    /// A text that is too long then.
    pub fn use_ucs2(&mut self) -> Result<(), EncodeError> {
        if self.sent == 0 {
            self.split = Split::ucs2(self.message.text, Reference::Narrow(self.message.reference))?;
            self.load()?;
        }
        Ok(())
    }

    /// The receiver, as it was given.
    #[must_use]
    pub const fn number(&self) -> &'a str {
        self.message.number
    }

    /// How many parts it takes.
    #[must_use]
    pub fn parts(&self) -> u8 {
        self.split.parts()
    }

    /// How many of them the network has accepted.
    #[must_use]
    pub const fn sent(&self) -> u8 {
        self.sent
    }

    /// The first part that it has not accepted: address of the service centre, which is that of the card, and TPDU.
    #[must_use]
    pub fn pdu(&self) -> &[u8] {
        &self.pdu
    }

    /// Notes that the network has accepted a part, under that number; whether there are more.
    ///
    /// # Errors
    ///
    /// None that [`new`](Self::new) has not found: what parts have in common was written then.
    pub fn accepted(&mut self, reference: u32) -> Result<bool, EncodeError> {
        if let Some(place) = self.references.get_mut(usize::from(self.sent)) {
            *place = reference;
        }
        self.sent = self.sent.saturating_add(1);
        self.load()?;
        Ok(self.sent < self.parts())
    }

    /// Writes the PDU of the next part.
    fn load(&mut self) -> Result<(), EncodeError> {
        self.pdu.clear();
        let Some(part) = self.split.iter().nth(usize::from(self.sent)) else { return Ok(()) };
        let data_coding = self.split.data_coding();
        let submit = Submit {
            status_report: self.message.status_report,
            destination_address: Address::number(self.message.number),
            data_coding: if self.message.flash { data_coding.with_class(0) } else { data_coding },
            validity: self.message.validity,
            user_data: part.user_data,
            ..Submit::default()
        };
        let mut buffer = [0; Pdu::MAX_LEN];
        let pdu = Pdu::of(Tpdu::Submit(submit)).write(&mut buffer)?;
        let needed = pdu.len();
        self.pdu.extend_from_slice(pdu).map_err(|_| EncodeError::BufferTooSmall { needed })
    }
}

/// Which messages of the store are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Stored {
    /// All of them.
    All,
    /// The one with that index, from 1 on.
    At(u32),
    /// Received and not read yet.
    New,
    /// Received and read.
    Old,
    /// Sent.
    Sent,
    /// Not sent yet.
    Draft,
}

/// A message, whole or with gaps. Its debug output shows neither text nor number.
#[derive(Clone, Copy)]
pub struct Message<'a> {
    /// The first of the parts that are there.
    first: Tpdu<'a>,
    index: u32,
    parts: Option<Parts<'a>>,
}

/// Where the parts of a long message lie.
#[derive(Clone, Copy)]
struct Parts<'a> {
    memory: &'a [Part],
    state: State,
    key: Key<'a>,
}

impl<'a> Parts<'a> {
    fn get(&self, sequence: u8) -> Option<&'a Part> {
        self.memory
            .iter()
            .filter(|part| part.state == self.state)
            .find(|part| part.key().is_some_and(|key| key.part.sequence == sequence && key.is_same_message(&self.key)))
    }
}

impl<'a> Message<'a> {
    /// A message of one PDU.
    #[must_use]
    pub const fn of(tpdu: Tpdu<'a>, index: u32) -> Self {
        Self { first: tpdu, index, parts: None }
    }

    /// That of the waiting or handed out part at a place.
    fn at(memory: &'a [Part], place: usize) -> Option<Self> {
        let part = memory.get(place)?;
        let key = part.key()?;
        let parts = Parts { memory, state: part.state, key };
        let first = (1..=key.part.total).find_map(|sequence| parts.get(sequence))?;
        Some(Self { first: first.tpdu()?, index: first.index, parts: Some(parts) })
    }

    /// The first part that is there, with everything that all parts have in common.
    #[must_use]
    pub const fn first(&self) -> &Tpdu<'a> {
        &self.first
    }

    /// The other party: the sender of what was received, the receiver of what was sent.
    #[must_use]
    pub fn address(&self) -> Option<Address<'a>> {
        address_of(&self.first)
    }

    /// Whether it is one of ours: sent, or to be sent.
    #[must_use]
    pub const fn is_outgoing(&self) -> bool {
        matches!(self.first, Tpdu::Submit(_) | Tpdu::Command(_))
    }

    /// When the service centre received it; messages of ours have no time.
    #[must_use]
    pub const fn timestamp(&self) -> Option<Timestamp> {
        match self.first {
            Tpdu::Deliver(deliver) => Some(deliver.service_centre_timestamp),
            _ => None,
        }
    }

    /// The message class: 0 is for the screen at once, and not for the store.
    #[must_use]
    pub const fn class(&self) -> Option<u8> {
        match self.first {
            Tpdu::Deliver(deliver) => deliver.data_coding.class(),
            Tpdu::Submit(submit) => submit.data_coding.class(),
            _ => None,
        }
    }

    /// The applications between which it goes, if it is not for people.
    #[must_use]
    pub fn ports(&self) -> Option<Ports> {
        self.first.user_data()?.header().ports()
    }

    /// How many parts it has.
    #[must_use]
    pub const fn total(&self) -> u8 {
        match self.parts {
            Some(parts) => parts.key.part.total,
            None => 1,
        }
    }

    /// The numbers of the parts that have not come.
    pub fn missing(&self) -> impl Iterator<Item = u8> + use<'a> {
        let parts = self.parts;
        (1..=self.total()).filter(move |sequence| parts.is_some_and(|parts| parts.get(*sequence).is_none()))
    }

    /// Whether all parts are there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.missing().next().is_none()
    }

    /// The parts that are there, in order.
    pub fn parts(&self) -> impl Iterator<Item = Tpdu<'a>> + use<'a> {
        let (parts, single) = (self.parts, self.parts.is_none().then_some(self.first));
        let many = (1..=self.total()).filter_map(move |sequence| parts?.get(sequence)?.tpdu());
        single.into_iter().chain(many)
    }

    /// Where the modem stores the parts that are there, to delete them.
    pub fn indexes(&self) -> impl Iterator<Item = u32> + use<'a> {
        let (parts, single) = (self.parts, self.parts.is_none().then_some(self.index));
        let many = (1..=self.total()).filter_map(move |sequence| Some(parts?.get(sequence)?.index));
        single.into_iter().chain(many)
    }

    /// The text; empty for data, which [`data`](Self::data) has. Missing parts are left out.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        self.parts().filter_map(|part| part.user_data()?.text()).flat_map(|text| text.chars())
    }

    /// Copies the text as UTF-8 into `buf`; `None` if it does not fit.
    pub fn to_utf8<'b>(&self, buf: &'b mut [u8]) -> Option<&'b str> {
        let mut len = 0;
        for c in self.chars() {
            let end = c.len_utf8().checked_add(len)?;
            c.encode_utf8(buf.get_mut(len..end)?);
            len = end;
        }
        core::str::from_utf8(buf.get(..len)?).ok()
    }

    /// The octets of each part, of a message that is data.
    pub fn data(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.parts().filter_map(|part| part.user_data()?.octets())
    }
}

impl fmt::Debug for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("index", &self.index)
            .field("total", &self.total())
            .field("outgoing", &self.is_outgoing())
            .field("class", &self.class())
            .finish_non_exhaustive()
    }
}

/// What became of a PDU.
#[derive(Clone, Copy, Debug)]
pub enum Received<'a> {
    /// A message, whole. If it is a long one, its parts leave the inbox with the next call.
    Whole(Message<'a>),
    /// A part of a message that has gaps still.
    Part(Message<'a>),
    /// A part that is there already.
    Duplicate(Message<'a>),
    /// A part for which there is no room. Leave it in the modem, and read it again when there is.
    Full,
    /// What became of a message of ours.
    Report(StatusReport<'a>),
}

/// What an inbox has seen. The counters stop at their maximum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub struct Counters {
    /// Messages handed out whole.
    pub whole: u32,
    /// Parts that were there already.
    pub duplicates: u32,
    /// Parts for which there was no room.
    pub overflows: u32,
    /// Messages that had waited too long, handed out with their gaps.
    pub expired: u32,
    /// Messages with gaps that gave way to another one with the same number from the same sender.
    pub replaced: u32,
    /// PDUs that cannot be read.
    pub unreadable: u32,
}

fn count(counter: &mut u32) {
    *counter = counter.saturating_add(1);
}

/// Puts long messages together, in a caller's memory: a [`Part`] for each part that has to wait. Parts belong together if
/// sender, number and total are equal. Messages of one part pass through.
pub struct Inbox<'m> {
    parts: &'m mut [Part],
    patience: Millis,
    counters: Counters,
}

impl fmt::Debug for Inbox<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbox")
            .field("parts", &self.parts.len())
            .field("patience", &self.patience)
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}

impl<'m> Inbox<'m> {
    /// An empty inbox, in which a part waits for the others for at most `patience`: networks deliver within days.
    pub fn new(parts: &'m mut [Part], patience: Millis) -> Self {
        parts.iter_mut().for_each(|part| part.state = State::Free);
        Self { parts, patience, counters: Counters::default() }
    }

    /// What was seen so far.
    #[must_use]
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Takes a PDU, service centre and TPDU, that the modem stores at `index`.
    ///
    /// # Errors
    ///
    /// A PDU that cannot be read; it is counted.
    pub fn take<'i>(&'i mut self, now: Instant, pdu: &'i [u8], index: u32) -> Result<Received<'i>, DecodeError> {
        self.sweep();
        let tpdu = match Pdu::parse(pdu, Direction::Stored) {
            Ok(pdu) => pdu.tpdu,
            Err(error) => {
                count(&mut self.counters.unreadable);
                return Err(error);
            }
        };
        if let Tpdu::StatusReport(report) = tpdu {
            return Ok(Received::Report(report));
        }
        let Some(key) = Key::of(&tpdu) else {
            count(&mut self.counters.whole);
            return Ok(Received::Whole(Message::of(tpdu, index)));
        };
        if let Some(place) = self.find(&key, Some(key.part.sequence)) {
            let kept = self.parts.get(place).and_then(Part::tpdu);
            if kept.is_some_and(|kept| kept.user_data() == tpdu.user_data()) {
                count(&mut self.counters.duplicates);
                return Ok(match Message::at(self.parts, place) {
                    Some(message) => Received::Duplicate(message),
                    None => Received::Full,
                });
            }
            // The sender has begun another message with the same number: the old one will never be whole.
            count(&mut self.counters.replaced);
            self.mark(&key, State::Free);
        }
        let Some(place) = self.parts.iter().position(|part| part.state == State::Free) else {
            count(&mut self.counters.overflows);
            return Ok(Received::Full);
        };
        let Some(part) = self.parts.get_mut(place) else { return Ok(Received::Full) };
        let Some(room) = part.pdu.get_mut(..pdu.len()) else {
            count(&mut self.counters.unreadable);
            return Err(DecodeError::new(DecodeErrorKind::Length, "pdu", Pdu::MAX_LEN));
        };
        room.copy_from_slice(pdu);
        (part.len, part.state, part.index, part.since) = (pdu.len(), State::Waiting, index, now);
        let whole = (1..=key.part.total).all(|sequence| self.find(&key, Some(sequence)).is_some());
        if whole {
            self.mark(&key, State::HandedOut);
            count(&mut self.counters.whole);
        }
        Ok(match Message::at(self.parts, place) {
            Some(message) if whole => Received::Whole(message),
            Some(message) => Received::Part(message),
            None => Received::Full,
        })
    }

    /// The messages with gaps.
    pub fn incomplete(&self) -> impl Iterator<Item = Message<'_>> {
        let parts: &[Part] = self.parts;
        let places = parts.iter().enumerate().filter(|(_, part)| part.state == State::Waiting);
        // Each message once: at the place of its first part in memory.
        let first = places.filter(|(place, part)| part.key().is_some_and(|key| self.find(&key, None) == Some(*place)));
        first.filter_map(|(place, _)| Message::at(parts, place))
    }

    /// When [`expire`](Self::expire) has something to do.
    #[must_use]
    pub fn poll_at(&self) -> Instant {
        let waiting = self.parts.iter().filter(|part| part.state == State::Waiting);
        waiting.map(|part| part.since + self.patience).fold(Instant::FAR, Instant::min)
    }

    /// Gives up a message of which a part has waited too long, and hands it out with its gaps; call until `None`. Its
    /// parts leave the inbox with the next call.
    pub fn expire(&mut self, now: Instant) -> Option<Message<'_>> {
        self.sweep();
        let late = |part: &Part| part.state == State::Waiting && part.since + self.patience <= now;
        let place = self.parts.iter().position(late)?;
        let late = *self.parts.get(place)?;
        match late.key() {
            Some(key) => self.mark(&key, State::HandedOut),
            None => self.parts.get_mut(place)?.state = State::Free,
        }
        count(&mut self.counters.expired);
        Message::at(self.parts, place)
    }

    /// Frees what was handed out.
    fn sweep(&mut self) {
        for part in self.parts.iter_mut().filter(|part| part.state == State::HandedOut) {
            part.state = State::Free;
        }
    }

    /// A waiting part of that message: of that number, or any.
    fn find(&self, key: &Key<'_>, sequence: Option<u8>) -> Option<usize> {
        self.parts.iter().position(|part| {
            part.state == State::Waiting
                && part.key().is_some_and(|other| {
                    sequence.is_none_or(|sequence| other.part.sequence == sequence) && other.is_same_message(key)
                })
        })
    }

    /// All waiting parts of that message.
    fn mark(&mut self, key: &Key<'_>, state: State) {
        for part in self.parts.iter_mut().filter(|part| part.state == State::Waiting) {
            if part.key().is_some_and(|other| other.is_same_message(key)) {
                part.state = state;
            }
        }
    }
}
