//! Short messages: the store, the service centre behind the network, receiving and sending.
//!
//! | file | holds |
//! |---|---|
//! | `mod` (here) | the store and what happens to messages on their way |
//! | `routes` | where messages go that arrive |
//! | `tpdu` | what messages look like (3GPP TS 23.040) |
//!
//! Messages that the modem cannot take yet (no registration, SIM not ready, store full) stay with the network, in
//! order, and come later. Nothing that a host stored or received is lost by a restart of the device.

use heapless::{Deque, Vec};

use super::super::take_at;
use super::clock::Date;
use super::event::{Change, Origin};
use super::{Failure, Modem, Reason, Text, Ticket, Work, text};
use crate::time::{Instant, Millis};

mod routes;
mod tpdu;

use routes::Unacknowledged;
pub use routes::{Receipt, Routed, Routes, Storage};

/// Messages that fit the largest store.
pub const MESSAGES: usize = 40;
/// Bytes of the longest message: the service centre's address and a TPDU.
pub const PDU_LEN: usize = 12 + 164;
/// Bytes of the longest text of a CDMA message.
pub const CDMA_LEN: usize = 160;
/// Messages that the network keeps for the modem.
pub const ARRIVALS: usize = 16;
/// Messages on their way to the service centre.
pub const SENDING: usize = 4;
/// Messages for the screen that are kept for faces that are slow.
pub const FLASHES: usize = 4;
/// Numbers that the network treats in a special way.
pub const DESTINATIONS: usize = 8;
/// Characters of a number, a leading `+` included.
pub const NUMBER_LEN: usize = 21;

/// Telephone number: digits, `*`, `#`, and a `+` in front of an international one.
pub type Number = Text<NUMBER_LEN>;

/// How the network carries messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Format {
    /// As PDUs of 3GPP TS 23.040.
    #[default]
    Pdu,
    /// As separate fields, on CDMA networks.
    Cdma,
}

/// What became of a stored message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum MessageStatus {
    /// Received and not read yet.
    New,
    /// Received and read.
    Old,
    /// Not sent yet.
    Draft,
    /// Sent.
    Sent,
}

/// A message of a CDMA network.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct CdmaMessage {
    /// Number of the other party.
    pub number: Number,
    /// When it was sent, as `yy/MM/dd,hh:mm:ss±zz` with the zone in quarters of an hour; empty for messages to send.
    pub date: Text<20>,
    /// Encoding of the text (3GPP2 C.R1001 table 9.1-1).
    pub encoding: u8,
    /// Language of the text (3GPP2 C.R1001 table 9.2-1).
    pub language: u8,
    /// The text.
    pub text: Vec<u8, CDMA_LEN>,
    /// Characters of the text.
    pub characters: u32,
}

/// A message, as it is carried.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[allow(clippy::large_enum_variant)] // both are large
pub enum Content {
    /// Address of the service centre and TPDU.
    Pdu(Vec<u8, PDU_LEN>),
    /// Fields.
    Cdma(CdmaMessage),
}

impl Content {
    /// The bytes of a PDU with the address of the service centre in front, at most [`PDU_LEN`].
    ///
    /// # Errors
    ///
    /// [`Reason::TooLong`].
    pub fn pdu(bytes: &[u8]) -> Result<Self, Failure> {
        Vec::from_slice(bytes).map(Self::Pdu).map_err(|_| Reason::TooLong.into())
    }

    /// The same, if it is a message that can arrive: an SMS-DELIVER or SMS-STATUS-REPORT.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] for everything else, [`Reason::TooLong`].
    pub fn arriving(bytes: &[u8]) -> Result<Self, Failure> {
        tpdu::Nature::of(bytes)?;
        Self::pdu(bytes)
    }

    /// The messages of a text that somebody sends, through the service centre of that number, which got it at `date` if
    /// it does not say another time. `reference` ties the parts of a long text together.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] for a sender or class that cannot be, [`Reason::TooLong`] for a sender's name that is too
    /// long or more than 255 parts, [`Reason::Full`] for more than [`ARRIVALS`].
    pub fn texts(
        format: Format,
        service_centre: &str,
        incoming: Incoming<'_>,
        date: Date,
        reference: u8,
    ) -> Result<Vec<Self, ARRIVALS>, Failure> {
        let date = incoming.date.unwrap_or(date);
        let mut parts = Vec::new();
        match format {
            Format::Pdu => tpdu::deliver(service_centre, incoming, date, reference, &mut parts)?,
            Format::Cdma => cdma(incoming, date, &mut parts)?,
        }
        Ok(parts)
    }
}

/// A message in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Message {
    /// What became of it.
    pub status: MessageStatus,
    /// What it says.
    pub content: Content,
}

/// What the network does with messages to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Verdict {
    /// Refuses them with this cause (3GPP TS 24.011 annex E).
    Refused(u8),
    /// Takes them and never says so.
    Silent,
    /// Takes them; whoever asked for a report is told this status (TP-ST of 3GPP TS 23.040 §9.2.3.15, 0 is delivered).
    Taken(u8),
}

/// A number that the network treats in a special way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Destination {
    /// The number; a leading `+` makes no difference.
    pub number: Number,
    /// What becomes of messages to it.
    pub verdict: Verdict,
}

/// The store at power-on, and the service centre.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SmsSetup {
    /// The device has messages at all.
    pub enabled: bool,
    /// How messages are carried.
    pub format: Format,
    /// Messages that fit the store, at most [`MESSAGES`].
    pub capacity: u8,
    /// Number of the service centre; empty: not known, so nothing can be sent through it.
    pub service_centre: Number,
    /// What is in the store, in the order of the indexes.
    pub stored: Vec<Message, MESSAGES>,
    /// Numbers that the network treats in a special way.
    pub destinations: Vec<Destination, DESTINATIONS>,
    /// What is sent to a number of the card itself arrives.
    pub loop_back: bool,
}

impl Default for SmsSetup {
    fn default() -> Self {
        Self {
            enabled: true,
            format: Format::Pdu,
            capacity: 30,
            service_centre: text("+15550199"),
            stored: Vec::new(),
            destinations: Vec::new(),
            loop_back: true,
        }
    }
}

/// A message that somebody sends to the modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Incoming<'a> {
    /// Number of the sender, or a name of at most 11 characters.
    pub from: &'a str,
    /// What it says; a long text arrives in several parts.
    pub text: &'a str,
    /// Message class, 0 to 3; messages of class 0 go to the screen and are not stored.
    pub class: Option<u8>,
    /// When the service centre got it, if not now.
    pub date: Option<Date>,
}

/// Which messages of the store are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Which {
    /// All.
    All,
    /// The one with this index, from 1.
    Index(u32),
    /// Those with this status.
    Status(MessageStatus),
}

/// Messages of the store: bit `n` stands for index `n` + 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Listing {
    /// The messages.
    pub messages: u64,
    /// Those of them that had not been read.
    pub unread: u64,
}

fn bit(place: usize) -> u64 {
    u32::try_from(place).ok().and_then(|place| 1_u64.checked_shl(place)).unwrap_or(0)
}

impl Listing {
    /// Whether the message with an index, from 1, is in it.
    #[must_use]
    pub fn contains(self, index: u8) -> bool {
        index.checked_sub(1).is_some_and(|place| self.messages & bit(usize::from(place)) != 0)
    }

    /// Whether the message with an index, from 1, is in it and had not been read.
    #[must_use]
    pub fn was_unread(self, index: u8) -> bool {
        index.checked_sub(1).is_some_and(|place| self.unread & bit(usize::from(place)) != 0)
    }
}

/// What happened to messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum MessageEvent {
    /// The store can be used, or not any more.
    Ready(bool),
    /// The number of the service centre changed.
    ServiceCentre,
    /// A message arrived and was stored.
    Arrived {
        /// Its index, from 1.
        index: u8,
        /// It took the last place.
        full: bool,
    },
    /// A message cannot arrive because the store is full.
    Full,
    /// A message arrived that goes to the screen, or to hosts otherwise; see [`Modem::flash`].
    Flash(u32),
    /// The same, and a host must acknowledge it.
    ToAcknowledge(u32),
    /// No host has acknowledged such a message in time: the network tries again later.
    NotAcknowledged,
    /// Messages were written or deleted by a host.
    Changed,
}

/// A message on its way to the modem.
#[derive(Clone, Debug)]
struct Arrival {
    at: Instant,
    content: Content,
}

/// A message on its way to the service centre.
#[derive(Clone, Debug)]
struct Sending {
    reference: u8,
    due: Instant,
    to: Number,
    verdict: Verdict,
    /// What arrives when it is to the card itself.
    echo: Option<Content>,
    /// Whoever sent it asked for a report.
    report: bool,
}

/// Messages of a modem.
#[derive(Debug)]
pub(super) struct Sms {
    enabled: bool,
    format: Format,
    service_centre: Number,
    destinations: Vec<Destination, DESTINATIONS>,
    loop_back: bool,
    /// As long as the capacity.
    store: Vec<Option<Message>, MESSAGES>,
    /// Those of them that the device holds, not the card.
    in_device: u64,
    routes: Routes,
    unacknowledged: Option<Unacknowledged>,
    ready: bool,
    /// When the store can be used.
    ready_at: Option<Instant>,
    /// Hosts know that it is full.
    told_full: bool,
    arrivals: Vec<Arrival, ARRIVALS>,
    sending: Vec<Sending, SENDING>,
    /// Reference of the next message that is sent.
    reference: u8,
    /// Number of the concatenation of the next long message from somebody else.
    concatenation: u8,
    flashes: Deque<(u32, Content), FLASHES>,
    flash: u32,
    lost: u32,
}

impl Sms {
    pub(super) fn new(setup: SmsSetup) -> Self {
        let capacity = usize::from(setup.capacity).min(MESSAGES);
        let mut store = Vec::new();
        for message in setup.stored.into_iter().take(capacity) {
            let _ = store.push(Some(message));
        }
        let _ = store.resize(capacity, None);
        Self {
            enabled: setup.enabled,
            format: setup.format,
            service_centre: setup.service_centre,
            destinations: setup.destinations,
            loop_back: setup.loop_back,
            store,
            in_device: 0,
            routes: Routes::default(),
            unacknowledged: None,
            ready: false,
            ready_at: None,
            told_full: false,
            arrivals: Vec::new(),
            sending: Vec::new(),
            reference: 0,
            concatenation: 0,
            flashes: Deque::new(),
            flash: 0,
            lost: 0,
        }
    }

    pub(super) fn power_off(&mut self) {
        self.ready = false;
        self.ready_at = None;
        self.told_full = false;
        self.sending.clear();
        self.flashes.clear();
        self.routes = Routes::default();
        // The network has it still, since nobody has acknowledged it.
        if let Some(Unacknowledged { content, due, .. }) = self.unacknowledged.take() {
            if self.arrivals.push(Arrival { at: due, content }).is_err() {
                self.lost = self.lost.saturating_add(1);
            }
        }
    }

    pub(super) fn acknowledge_due(&self) -> Option<Instant> {
        self.unacknowledged.as_ref().map(|message| message.due)
    }

    /// Keeps a message for hosts; its number.
    fn hands_over(&mut self, content: Content) -> u32 {
        if self.flashes.is_full() {
            self.flashes.pop_front();
        }
        let number = self.flash;
        self.flash = number.wrapping_add(1);
        let _ = self.flashes.push_back((number, content));
        number
    }

    pub(super) fn ready_due(&self) -> Option<Instant> {
        self.ready_at
    }

    pub(super) fn sending_due(&self) -> Option<(Instant, u8)> {
        self.sending.iter().map(|sending| (sending.due, sending.reference)).min()
    }

    fn is_full(&self) -> bool {
        self.store.iter().all(Option::is_some)
    }

    /// Stores in the lowest free place; the index from 1.
    fn put(&mut self, storage: Storage, message: Message) -> Option<u8> {
        let place = self.store.iter().position(Option::is_none)?;
        *self.store.get_mut(place)? = Some(message);
        match storage {
            Storage::Card => self.in_device &= !bit(place),
            Storage::Device => self.in_device |= bit(place),
        }
        u8::try_from(place.saturating_add(1)).ok()
    }

    /// The places that are meant.
    fn select(&self, which: Which) -> Result<u64, Failure> {
        let occupied = self.store.iter().enumerate().filter_map(|(place, message)| Some((place, message.as_ref()?)));
        let places = |(place, _): (usize, &Message)| bit(place);
        let union = |all: u64, one: u64| all | one;
        Ok(match which {
            Which::All => occupied.map(places).fold(0, union),
            Which::Status(status) => {
                occupied.filter(|(_, message)| message.status == status).map(places).fold(0, union)
            }
            Which::Index(index) => {
                let place = index.checked_sub(1).and_then(|place| usize::try_from(place).ok());
                let place = place.filter(|place| self.store.get(*place).is_some_and(Option::is_some));
                place.map(bit).ok_or(Reason::InvalidIndex)?
            }
        })
    }
}

/// A number without the sign of an international one.
fn digits(number: &str) -> &str {
    number.trim_start_matches('+')
}

/// Whether a text can be a telephone number.
#[must_use]
pub fn is_number(number: &str) -> bool {
    let digits = number.strip_prefix('+').unwrap_or(number);
    (1..=20).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit() || matches!(c, b'*' | b'#'))
}

impl Modem {
    // The store.

    /// Whether the device has short messages.
    #[must_use]
    pub fn has_messages(&self) -> bool {
        self.sms.enabled
    }

    /// Whether the store can be used: a little after the SIM can.
    #[must_use]
    pub fn messages_ready(&self) -> bool {
        self.sms.ready
    }

    /// How messages are carried.
    #[must_use]
    pub fn message_format(&self) -> Format {
        self.sms.format
    }

    /// Messages that fit the store.
    #[must_use]
    pub fn message_capacity(&self) -> u8 {
        u8::try_from(self.sms.store.len()).unwrap_or(u8::MAX)
    }

    /// Whether no message fits the store any more.
    #[must_use]
    pub fn messages_full(&self) -> bool {
        self.sms.is_full()
    }

    /// Number of the service centre, empty if it is not known.
    #[must_use]
    pub fn service_centre(&self) -> &str {
        &self.sms.service_centre
    }

    /// Sets the number of the service centre.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] for what is no number, and those of [`usable_store`](Self::usable_store).
    pub fn set_service_centre(&mut self, now: Instant, by: Origin, number: &str) -> Result<(), Failure> {
        self.poll(now);
        self.usable_store()?;
        if !is_number(number) {
            return Err(Reason::Invalid.into());
        }
        self.put_service_centre(by, text(number));
        Ok(())
    }

    /// The same for the card, which has it in a file.
    pub(super) fn service_centre_number(&self) -> Number {
        self.sms.service_centre.clone()
    }

    /// Sets it without asking whether the store can be used.
    pub(super) fn put_service_centre(&mut self, by: Origin, number: Number) {
        if self.sms.service_centre != number {
            self.sms.service_centre = number;
            self.log.push(by, Change::Messages(MessageEvent::ServiceCentre));
        }
    }

    /// The messages in the store with their indexes, from 1.
    pub fn messages(&self) -> impl Iterator<Item = (u8, &Message)> {
        (1..).zip(&self.sms.store).filter_map(|(index, message)| Some((index, message.as_ref()?)))
    }

    /// Whether the store can be used, and why not.
    ///
    /// # Errors
    ///
    /// [`Reason::NotReady`], and those of a SIM that cannot be used.
    pub fn usable_store(&self) -> Result<(), Failure> {
        self.usable_sim()?;
        if self.sms.ready { Ok(()) } else { Err(Reason::NotReady.into()) }
    }

    /// Finds messages, and marks them as read. They are fetched with [`messages`](Self::messages).
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`] if there is no message with the index, and those of
    /// [`usable_store`](Self::usable_store).
    pub fn read_messages(&mut self, now: Instant, which: Which) -> Result<Listing, Failure> {
        self.poll(now);
        self.usable_store()?;
        let mut listing = Listing { messages: self.sms.select(which)?, unread: 0 };
        for (place, message) in self.sms.store.iter_mut().enumerate() {
            let Some(message) = message else { continue };
            if listing.messages & bit(place) != 0 && message.status == MessageStatus::New {
                listing.unread |= bit(place);
                message.status = MessageStatus::Old;
            }
        }
        Ok(listing)
    }

    /// Stores a message, as hosts do with drafts. Its index, from 1.
    ///
    /// # Errors
    ///
    /// [`Reason::Full`], and those of [`usable_store`](Self::usable_store).
    pub fn store_message(&mut self, now: Instant, by: Origin, message: Message) -> Result<u8, Failure> {
        self.store_message_in(now, by, Storage::Card, message)
    }

    /// The same, in a part of the store.
    ///
    /// # Errors
    ///
    /// As [`store_message`](Self::store_message).
    pub fn store_message_in(
        &mut self,
        now: Instant,
        by: Origin,
        storage: Storage,
        message: Message,
    ) -> Result<u8, Failure> {
        self.poll(now);
        self.usable_store()?;
        let index = self.sms.put(storage, message).ok_or(Reason::Full)?;
        self.log.push(by, Change::Messages(MessageEvent::Changed));
        Ok(index)
    }

    /// The part of the store that the message with an index, from 1, is in, or would be.
    #[must_use]
    pub fn message_storage(&self, index: u8) -> Storage {
        let in_device = index.checked_sub(1).is_some_and(|place| self.sms.in_device & bit(usize::from(place)) != 0);
        if in_device { Storage::Device } else { Storage::Card }
    }

    /// A host says what became of a stored message.
    ///
    /// # Errors
    ///
    /// [`Reason::InvalidIndex`], and those of [`usable_store`](Self::usable_store).
    pub fn mark_message(&mut self, now: Instant, by: Origin, index: u8, status: MessageStatus) -> Result<(), Failure> {
        self.poll(now);
        self.usable_store()?;
        let place = index.checked_sub(1).map(usize::from).ok_or(Failure::from(Reason::InvalidIndex))?;
        let message = self.sms.store.get_mut(place).and_then(Option::as_mut);
        message.ok_or(Failure::from(Reason::InvalidIndex))?.status = status;
        self.log.push(by, Change::Messages(MessageEvent::Changed));
        Ok(())
    }

    /// Deletes messages. What waits with the network for room arrives then.
    ///
    /// # Errors
    ///
    /// Those of [`read_messages`](Self::read_messages).
    pub fn delete_messages(&mut self, now: Instant, by: Origin, which: Which) -> Result<(), Failure> {
        self.poll(now);
        self.usable_store()?;
        let gone = self.sms.select(which)?;
        if gone == 0 {
            return Ok(());
        }
        for (place, message) in self.sms.store.iter_mut().enumerate() {
            if gone & bit(place) != 0 {
                *message = None;
            }
        }
        self.sms.told_full = false;
        // The service centre is told that there is room again.
        let soon = now + self.delays.deliver;
        for arrival in &mut self.sms.arrivals {
            arrival.at = arrival.at.min(soon);
        }
        self.log.push(by, Change::Messages(MessageEvent::Changed));
        Ok(())
    }

    /// A message that went to the screen, by the number that its event told. Only the last ones are kept.
    #[must_use]
    pub fn flash(&self, number: u32) -> Option<&Content> {
        let mut flashes = self.sms.flashes.iter();
        flashes.find_map(|(other, content)| (*other == number).then_some(content))
    }

    /// The SIM can be used from now on, or cannot any more; the store follows.
    pub(super) fn messages_follow_sim(&mut self, now: Instant, by: Origin) {
        let usable = self.usable_sim().is_ok() && self.sms.enabled;
        match (usable, self.sms.ready) {
            (true, false) => self.sms.ready_at = self.sms.ready_at.or(Some(now + self.delays.messages)),
            (false, true) => {
                self.sms.ready = false;
                self.log.push(by, Change::Messages(MessageEvent::Ready(false)));
            }
            (true, true) => {}
            (false, false) => self.sms.ready_at = None,
        }
    }

    pub(super) fn messages_are_ready(&mut self) {
        self.sms.ready_at = None;
        self.sms.ready = true;
        self.log.push(Origin::WORLD, Change::Messages(MessageEvent::Ready(true)));
    }

    // To the modem.

    /// Somebody sends a text to the modem. How many parts it takes.
    ///
    /// # Errors
    ///
    /// [`Reason::Full`] if the network keeps too many messages already, and those of [`Content::texts`].
    pub fn receive_text(&mut self, now: Instant, incoming: Incoming<'_>) -> Result<u8, Failure> {
        self.poll(now);
        let Sms { format, service_centre, concatenation, .. } = &self.sms;
        let parts = Content::texts(*format, service_centre, incoming, self.date(now), *concatenation)?;
        if self.sms.arrivals.capacity().saturating_sub(self.sms.arrivals.len()) < parts.len() {
            return Err(Reason::Full.into());
        }
        self.sms.concatenation = self.sms.concatenation.wrapping_add(1);
        let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
        for content in parts {
            self.arrive(now, content)?;
        }
        self.poll(now);
        Ok(count)
    }

    /// The network sends a message as it is: the address of the service centre and an SMS-DELIVER or SMS-STATUS-REPORT.
    ///
    /// # Errors
    ///
    /// [`Reason::Invalid`] if it cannot be read, [`Reason::NotSupported`] on CDMA networks, [`Reason::Full`] and
    /// [`Reason::TooLong`] as with [`receive_text`](Self::receive_text).
    pub fn receive_pdu(&mut self, now: Instant, pdu: &[u8]) -> Result<(), Failure> {
        self.poll(now);
        if self.sms.format != Format::Pdu {
            return Err(Reason::NotSupported.into());
        }
        self.arrive(now, Content::arriving(pdu)?)?;
        self.poll(now);
        Ok(())
    }

    fn arrive(&mut self, at: Instant, content: Content) -> Result<(), Failure> {
        self.sms.arrivals.push(Arrival { at, content }).map_err(|_| Reason::Full.into())
    }

    /// A network that keeps too much for the modem already loses a message, as real ones do.
    fn arrive_or_lose(&mut self, at: Instant, content: Content) {
        if self.arrive(at, content).is_err() {
            self.sms.lost = self.sms.lost.saturating_add(1);
        }
    }

    /// Messages and reports that came back from the modem's own sending and that the network could not keep.
    #[must_use]
    pub fn messages_lost(&self) -> u32 {
        self.sms.lost
    }

    /// When the next message arrives, if the modem can be reached.
    pub(super) fn arrival_due(&self) -> Option<Instant> {
        if !self.sms.ready || !self.registration().is_registered() || self.sms.unacknowledged.is_some() {
            return None;
        }
        self.sms.arrivals.iter().map(|arrival| arrival.at).min()
    }

    pub(super) fn message_arrives(&mut self, now: Instant) {
        let due = self.sms.arrivals.iter().position(|arrival| arrival.at <= now);
        let Some(place) = due else { return };
        let Some(arrival) = self.sms.arrivals.get(place) else { return };
        let nature = match &arrival.content {
            Content::Pdu(pdu) => tpdu::Nature::of(pdu).unwrap_or_default(),
            Content::Cdma(_) => tpdu::Nature::default(),
        };
        let replaced = self.sms.store.iter().position(|message| {
            matches!((message, &arrival.content),
                (Some(Message { content: Content::Pdu(old), .. }), Content::Pdu(new)) if tpdu::replaces(new, old))
        });
        let receipt = match &arrival.content {
            _ if nature.silent => Receipt::Discard,
            Content::Pdu(_) if nature.report && self.sms.routes.reports => Receipt::HandOver,
            Content::Pdu(_) => self.sms.routes.get(Routed::of(nature.class)),
            Content::Cdma(_) => self.sms.routes.get(Routed::Cdma),
        };
        if matches!(receipt, Receipt::Store(_)) && replaced.is_none() && self.sms.is_full() {
            if !self.sms.told_full {
                self.sms.told_full = true;
                self.log.push(Origin::WORLD, Change::Messages(MessageEvent::Full));
            }
            // No message overtakes another one. Later than now in any case, so that trying comes to an end.
            let later = now + self.delays.redeliver.max(Millis(1));
            for arrival in &mut self.sms.arrivals {
                arrival.at = arrival.at.max(later);
            }
            return;
        }
        let Some(Arrival { content, .. }) = take_at(&mut self.sms.arrivals, place) else { return };
        let storage = match receipt {
            Receipt::Discard => return,
            Receipt::HandOver => return self.show_flash(content),
            Receipt::HandOverToAcknowledge => return self.hand_over_to_acknowledge(now, content),
            Receipt::Store(storage) => storage,
        };
        let message = Message { status: MessageStatus::New, content };
        let index = match replaced.and_then(|place| Some((place, self.sms.store.get_mut(place)?))) {
            Some((place, old)) => {
                *old = Some(message);
                u8::try_from(place.saturating_add(1)).ok()
            }
            None => self.sms.put(storage, message),
        };
        if let Some(index) = index {
            let full = self.sms.is_full();
            self.log.push(Origin::WORLD, Change::Messages(MessageEvent::Arrived { index, full }));
        }
    }

    fn show_flash(&mut self, content: Content) {
        let number = self.sms.hands_over(content);
        self.log.push(Origin::WORLD, Change::Messages(MessageEvent::Flash(number)));
    }

    // From the modem.

    /// A host sends a message: the address of the service centre (a zero byte for the configured one) and an SMS-SUBMIT,
    /// or the fields of a CDMA message. The number is the reference that a report will name.
    ///
    /// # Errors
    ///
    /// [`Reason::Format`] if the network does not carry such messages, [`Reason::Invalid`] for a message that cannot be
    /// read, [`Reason::ServiceCentre`] if the service centre is not known, [`Reason::RadioOff`],
    /// [`Reason::NotRegistered`], [`Reason::Busy`], and those of [`usable_store`](Self::usable_store).
    pub fn request_send(&mut self, now: Instant, by: Origin, content: &Content) -> Result<(Ticket, u8), Failure> {
        self.poll(now);
        let (to, report) = match (content, self.sms.format) {
            (Content::Pdu(pdu), Format::Pdu) => {
                let submission = tpdu::submission(pdu)?;
                if submission.needs_centre && self.sms.service_centre.is_empty() {
                    return Err(Reason::ServiceCentre.into());
                }
                (submission.to, submission.report)
            }
            (Content::Cdma(message), Format::Cdma) if is_number(&message.number) => (message.number.clone(), false),
            (Content::Cdma(_), Format::Cdma) => return Err(Reason::Invalid.into()),
            _ => return Err(Reason::Format.into()),
        };
        self.usable_store()?;
        if !self.radio.is_on() {
            return Err(Reason::RadioOff.into());
        }
        if !self.registration().is_registered() {
            return Err(Reason::NotRegistered.into());
        }
        if self.sms.sending.is_full() {
            return Err(Reason::Busy.into());
        }
        let mut destinations = self.sms.destinations.iter();
        let known = destinations.find(|destination| digits(&destination.number) == digits(&to));
        let verdict = known.map_or(Verdict::Taken(0), |destination| destination.verdict);
        let takes = if verdict == Verdict::Silent { self.delays.no_answer } else { self.delays.send };
        let echo = self.echo(now + takes, content, &to);
        let reference = self.sms.reference;
        let ticket = self.begin(by, Work::Send(reference), None)?;
        self.sms.reference = reference.wrapping_add(1);
        let sending = Sending { reference, due: now + takes, to, verdict, echo, report };
        self.sms.sending.push(sending).map_err(|_| Failure::from(Reason::Busy))?;
        Ok((ticket, reference))
    }

    /// What arrives at the card itself, if the message is to it.
    fn echo(&self, at: Instant, content: &Content, to: &str) -> Option<Content> {
        let numbers = &self.sim()?.numbers;
        let own = numbers.iter().find(|own| digits(own) == digits(to))?;
        if !self.sms.loop_back {
            return None;
        }
        match content {
            Content::Pdu(pdu) => tpdu::echo(&self.sms.service_centre, pdu, own, self.date(at)),
            Content::Cdma(message) => {
                Some(Content::Cdma(CdmaMessage { date: date_text(self.date(at)), ..message.clone() }))
            }
        }
    }

    pub(super) fn message_sent(&mut self, now: Instant, reference: u8) {
        let place = self.sms.sending.iter().position(|sending| sending.reference == reference);
        let sending = place.and_then(|place| take_at(&mut self.sms.sending, place));
        let Some(sending) = sending else { return };
        let outcome = match sending.verdict {
            _ if !self.registration().is_registered() => Err(Reason::NotRegistered.into()),
            Verdict::Refused(cause) => Err(Failure { reason: Reason::Refused, cause: u32::from(cause) }),
            Verdict::Silent => Err(Reason::NetworkTimeout.into()),
            Verdict::Taken(_) => Ok(()),
        };
        self.finish(Work::Send(reference), outcome);
        let Verdict::Taken(status) = sending.verdict else { return };
        if outcome.is_err() {
            return;
        }
        if let Some(echo) = sending.echo {
            self.arrive_or_lose(now + self.delays.deliver, echo);
        }
        if sending.report {
            let at = now + self.delays.report;
            let (sent, done) = (self.date(now), self.date(at));
            let centre = &self.sms.service_centre;
            if let Some(report) = tpdu::report(centre, reference, &sending.to, sent, done, status) {
                self.arrive_or_lose(at, report);
            }
        }
    }
}

/// `yy/MM/dd,hh:mm:ss±zz`.
fn date_text(date: Date) -> Text<20> {
    use core::fmt::Write as _;
    let mut said = Text::new();
    let Date { year, month, day, hour, minute, second, zone, .. } = date;
    let _ = write!(said, "{:02}/{month:02}/{day:02},{hour:02}:{minute:02}:{second:02}{zone:+03}", year % 100);
    said
}

/// Parts of a text for a CDMA network: Latin letters if they are enough, otherwise UTF-16.
fn cdma(incoming: Incoming<'_>, date: Date, parts: &mut Vec<Content, ARRIVALS>) -> Result<(), Failure> {
    // Encodings of 3GPP2 C.R1001 table 9.1-1.
    const UNICODE: u8 = 4;
    const LATIN: u8 = 8;
    if !is_number(incoming.from) || incoming.class.is_some_and(|class| class > 3) {
        return Err(Reason::Invalid.into());
    }
    let latin = incoming.text.chars().all(|c| u8::try_from(c).is_ok());
    let empty = CdmaMessage {
        number: text(incoming.from),
        date: date_text(date),
        encoding: if latin { LATIN } else { UNICODE },
        language: 0,
        text: Vec::new(),
        characters: 0,
    };
    let mut part = empty.clone();
    for c in incoming.text.chars() {
        let mut coded: Vec<u8, 4> = Vec::new();
        match u8::try_from(c) {
            Ok(octet) if latin => drop(coded.push(octet)),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = coded.extend_from_slice(&unit.to_be_bytes());
                }
            }
        }
        if part.text.extend_from_slice(&coded).is_err() {
            let whole = core::mem::replace(&mut part, empty.clone());
            parts.push(Content::Cdma(whole)).map_err(|_| Failure::from(Reason::Full))?;
            let _ = part.text.extend_from_slice(&coded);
        }
        part.characters = part.characters.saturating_add(1);
    }
    parts.push(Content::Cdma(part)).map_err(|_| Reason::Full.into())
}
