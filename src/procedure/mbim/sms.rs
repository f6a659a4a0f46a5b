//! Short messages: sending, reading the store, and what the modem tells of new ones.

use at_wire::EncodeError;
use at_wire::sms::Pdu;
use mbim_wire::bytes::Bytes;
use mbim_wire::field::{Inline, When};
use mbim_wire::message::{CommandType, IndicateStatus};
use mbim_wire::service::sms as wire;
use mbim_wire::{Command as _, DecodeError, Encode, Status, StructWriter, View as _};

use super::{CommandId, Outcome, Procedure, Question, Step, Stop, fail};
use crate::sms::{Inbox, Received, Sending, Stored, TextMessage};
use crate::time::{Instant, Millis};

/// How long the network may take to accept a message.
const NETWORK: Millis = Millis::from_secs(120);
/// How long to wait when the modem is busy with something else, and how often.
const BUSY_WAIT: Millis = Millis::from_secs(2);
const BUSY_TRIES: u8 = 15;
/// The longest store may take that long to be read.
const STORE: Millis = Millis::from_secs(60);

/// Sends a text, in as many parts as it takes. A part for which the modem is too busy is sent again after a while.
///
/// When it was broken off or has failed, following it again goes on with the first part that was not acknowledged: that
/// one may arrive twice, which receivers notice, the others do not.
#[derive(Debug)]
pub struct SendText<'a> {
    record: Record<'a>,
    busy: u8,
    /// When the modem may be asked again.
    again: Instant,
}

/// The part under way.
#[derive(Debug)]
struct Record<'a>(Sending<'a>);

impl Record<'_> {
    fn set(&self) -> wire::SendSet<'_> {
        let record = wire::SmsPduSendRecord { pdu_data: Bytes(self.0.pdu()) };
        wire::SendSet {
            format: wire::SmsFormat::PDU,
            pdu_message: Inline::Value(record).into(),
            cdma_message: When(None),
        }
    }
}

impl Encode for Record<'_> {
    fn fixed_len(&self) -> usize {
        self.set().fixed_len()
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        self.set().fill(w);
    }
}

impl<'a> SendText<'a> {
    /// Sends that, and puts the numbers that delivery reports will refer to into `references`, one for each part, as far
    /// as there is room.
    ///
    /// # Errors
    ///
    /// A text that is too long, or a number that is none.
    pub fn new(message: TextMessage<'a>, references: &'a mut [u32]) -> Result<Self, EncodeError> {
        Ok(Self { record: Record(Sending::new(message, references)?), busy: 0, again: Instant(0) })
    }

    /// How many parts it takes.
    #[must_use]
    pub fn parts(&self) -> u8 {
        self.record.0.parts()
    }

    /// How many of them the network has accepted.
    #[must_use]
    pub const fn sent(&self) -> u8 {
        self.record.0.sent()
    }

    fn ask(&self) -> Step<'_> {
        let command = CommandId::of::<wire::Send>();
        Step::Ask(Question { command, kind: CommandType::SET, params: &self.record, timeout: NETWORK })
    }
}

impl Procedure for SendText<'_> {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let body = match outcome {
            Outcome::Begin => {
                self.busy = 0;
                return if self.sent() < self.parts() { self.ask() } else { Step::Done };
            }
            // An indication is no sign that the modem is less busy.
            Outcome::Rested if now < self.again => return Step::Rest(self.again),
            Outcome::Rested => return self.ask(),
            Outcome::Answer(body) => body,
            // Accepted; the modem only says that it expects the rest.
            Outcome::Refused(Status::SMS_MORE_DATA, body) => body,
            Outcome::Refused(Status::BUSY, _) if self.busy < BUSY_TRIES => {
                self.busy = self.busy.saturating_add(1);
                self.again = now + BUSY_WAIT;
                return Step::Rest(self.again);
            }
            outcome => return fail(CommandId::of::<wire::Send>(), outcome),
        };
        // Some modems accept a message without telling its number.
        let reference = wire::SendInfoView::new(body).message_reference().unwrap_or(0);
        self.busy = 0;
        match self.record.0.accepted(reference) {
            Ok(true) => self.ask(),
            Ok(false) => Step::Done,
            // What all parts have in common was written before, and no part is longer than the first.
            Err(_) => Step::Fail(Stop::NoRoom { needed: Pdu::MAX_LEN }),
        }
    }

    fn hears_of_busy(&self) -> bool {
        true
    }
}

/// How the modem is told which messages are meant: the flag, and the index, which is 0 if it does not matter.
#[must_use]
pub const fn stored_flag(which: Stored) -> (wire::SmsFlag, u32) {
    match which {
        Stored::All => (wire::SmsFlag::ALL, 0),
        Stored::At(index) => (wire::SmsFlag::INDEX, index),
        Stored::New => (wire::SmsFlag::NEW, 0),
        Stored::Old => (wire::SmsFlag::OLD, 0),
        Stored::Sent => (wire::SmsFlag::SENT, 0),
        Stored::Draft => (wire::SmsFlag::DRAFT, 0),
    }
}

/// Reads messages of the store, which is in the last answer then. Asks for PDUs, and a modem that does not have them for
/// CDMA records.
#[derive(Clone, Copy, Debug)]
pub struct ReadStore {
    query: wire::ReadQuery,
    more: bool,
}

impl ReadStore {
    /// Reads those.
    #[must_use]
    pub const fn new(which: Stored) -> Self {
        let (flag, message_index) = stored_flag(which);
        Self { query: wire::ReadQuery { format: wire::SmsFormat::PDU, flag, message_index }, more: false }
    }

    /// Whether the modem has more than it has answered. Delete what was read, and read again.
    #[must_use]
    pub const fn more(&self) -> bool {
        self.more
    }

    fn ask(&self) -> Step<'_> {
        let command = CommandId::of::<wire::Read>();
        Step::Ask(Question { command, kind: CommandType::QUERY, params: &self.query, timeout: STORE })
    }
}

impl Procedure for ReadStore {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => {
                self.query.format = wire::SmsFormat::PDU;
                self.more = false;
                self.ask()
            }
            Outcome::Answer(_) => Step::Done,
            Outcome::Refused(Status::SMS_MORE_DATA, _) => {
                self.more = true;
                Step::Done
            }
            Outcome::Refused(Status::SMS_FORMAT_NOT_SUPPORTED, _) if self.query.format == wire::SmsFormat::PDU => {
                self.query.format = wire::SmsFormat::CDMA;
                self.ask()
            }
            outcome => fail(CommandId::of::<wire::Read>(), outcome),
        }
    }
}

/// What the modem tells of messages.
#[derive(Clone, Copy, Debug)]
pub enum SmsIndication<'a> {
    /// A message is in the store, at that index. One modem (L850) says 1 of every message, so read all new ones.
    New(u32),
    /// The store is full; with the index of a new message, if there is one: nothing more arrives until some are deleted.
    Full(Option<u32>),
    /// Messages that are not stored: for the screen at once (class 0).
    Flash(wire::ReadInfoView<'a>),
    /// The store has become ready, or its service centre has changed.
    Configuration(wire::ConfigurationInfoView<'a>),
}

impl<'a> SmsIndication<'a> {
    /// What an indication tells; `None` if it is not about messages, or about nothing that is known.
    ///
    /// # Errors
    ///
    /// A field that cannot be read.
    pub fn read(indication: &IndicateStatus<'a>) -> Result<Option<Self>, DecodeError> {
        if indication.service != wire::SMS {
            return Ok(None);
        }
        Ok(match indication.cid {
            wire::Read::CID => Some(Self::Flash(wire::ReadInfoView::new(indication.body))),
            wire::Configuration::CID => Some(Self::Configuration(wire::ConfigurationInfoView::new(indication.body))),
            wire::MessageStoreStatus::CID => {
                let info = wire::MessageStoreStatusInfoView::new(indication.body).read()?;
                let new = info.flag.contains(wire::SmsStatusFlag::NEW_MESSAGE).then_some(info.message_index);
                match new {
                    _ if info.flag.contains(wire::SmsStatusFlag::MESSAGE_STORE_FULL) => Some(Self::Full(new)),
                    Some(index) => Some(Self::New(index)),
                    None => None,
                }
            }
            _ => None,
        })
    }
}

/// A message of the store, as it was sorted in.
#[allow(clippy::large_enum_variant)] // lent for a moment, and there is nothing to box with
#[derive(Clone, Copy, Debug)]
pub enum StoreItem<'a> {
    /// A PDU.
    Pdu {
        /// Where it is; a long message [knows](crate::sms::Message::indexes) where all its parts are.
        index: u32,
        /// What became of it in the store.
        status: wire::SmsStatus,
        /// What it is, or completes.
        received: Received<'a>,
    },
    /// A record of a CDMA modem, which is always whole; [`cdma_text`] reads it.
    Cdma(wire::SmsCdmaReadRecord<'a>),
    /// A PDU that cannot be read.
    Unreadable {
        /// Where it is.
        index: u32,
        /// Why.
        error: at_wire::DecodeError,
    },
}

/// Sorts the messages of an answer or of an indication into an inbox, and tells `each` what they are. One that cannot be
/// read does not keep the others back.
///
/// # Errors
///
/// The list, or an element of it, cannot be read.
pub fn sort_in(
    now: Instant,
    info: &wire::ReadInfoView<'_>,
    inbox: &mut Inbox<'_>,
    each: &mut dyn FnMut(StoreItem<'_>),
) -> Result<(), DecodeError> {
    let info = info.read()?;
    for record in info.pdu_messages.0.iter().flat_map(|list| list.iter()) {
        let record = record?;
        let index = record.message_index;
        each(match inbox.take(now, record.pdu_data.0, index) {
            Ok(received) => StoreItem::Pdu { index, status: record.message_status, received },
            Err(error) => StoreItem::Unreadable { index, error },
        });
    }
    for record in info.cdma_messages.0.iter().flat_map(|list| list.iter()) {
        each(StoreItem::Cdma(record?));
    }
    Ok(())
}

/// The characters of a CDMA record, with U+FFFD for what cannot be read; `None` for an encoding that is not known here
/// (Korean, Japanese, Hebrew, octets of any kind).
pub fn cdma_text<'a>(record: &wire::SmsCdmaReadRecord<'a>) -> Option<impl Iterator<Item = char> + use<'a>> {
    use wire::SmsCdmaEncoding as Encoding;
    let width = match record.encoding {
        Encoding::_7BIT_ASCII | Encoding::LA5 => 7,
        Encoding::LATIN => 8,
        Encoding::UNICODE => 16,
        _ => return None,
    };
    let octets = record.encoded_message.0;
    let most = octets.len().saturating_mul(8).checked_div(width).unwrap_or(0);
    // Some modems leave the number of characters out.
    let count = match usize::try_from(record.encoded_message_size_in_characters) {
        Ok(count @ 1..) => count.min(most),
        _ => most,
    };
    let units = (0..count).map(move |n| field(octets, n.saturating_mul(width), width));
    Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

/// `width` bits from bit `at` on, the highest first.
fn field(octets: &[u8], at: usize, width: usize) -> u16 {
    (at..at.saturating_add(width)).fold(0, |value, bit| {
        let octet = octets.get(bit / 8).copied().unwrap_or(0);
        let shift = u32::try_from(7_usize.saturating_sub(bit % 8)).unwrap_or(0);
        value << 1 | u16::from(octet.wrapping_shr(shift) & 1)
    })
}
