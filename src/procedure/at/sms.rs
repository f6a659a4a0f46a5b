//! Short messages, as PDUs: sending, reading, deleting, and being told of new ones.

use at_wire::EncodeError;
use at_wire::command::sms::{PduLine, cmgd, cmgf, cmgl, cmgr, cmgs, cnmi, cpms, csca};
use at_wire::message::Line as _;
use at_wire::parameter::{LineWriter, parameters_of};
use at_wire::sms::Pdu;
use at_wire::text::hex;
use heapless::String;

use super::{Outcome, Procedure, Step, Stop, ask, ask_own, ask_with, copy_number, fail, missing, type_of_number};
use crate::sms::{Sending, Stored, TextMessage};
use crate::time::Instant;

/// Digits of the longest PDU.
const DIGITS: usize = 2 * Pdu::MAX_LEN;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Format,
    Storage,
    Message,
}

/// Sends a text, in as many parts as it takes.
///
/// When it was broken off or has failed, following it again goes on with the first part that was not acknowledged: that
/// one may arrive twice, which receivers notice, the others do not.
#[derive(Debug)]
pub struct SendText<'a> {
    sending: Sending<'a>,
    digits: String<DIGITS>,
    at: At,
    reference: u8,
}

impl<'a> SendText<'a> {
    /// Sends that, and puts the numbers that delivery reports will refer to into `references`, one for each part, as far
    /// as there is room.
    ///
    /// # Errors
    ///
    /// A text that is too long, or a number that is none.
    pub fn new(message: TextMessage<'a>, references: &'a mut [u32]) -> Result<Self, EncodeError> {
        Ok(Self { sending: Sending::new(message, references)?, digits: String::new(), at: At::Format, reference: 0 })
    }

    /// How many parts it takes.
    #[must_use]
    pub fn parts(&self) -> u8 {
        self.sending.parts()
    }

    /// How many of them the network has accepted.
    #[must_use]
    pub const fn sent(&self) -> u8 {
        self.sending.sent()
    }

    fn send(&mut self) -> Step {
        (self.at, self.reference) = (At::Message, 0);
        self.digits.clear();
        match core::fmt::write(&mut self.digits, format_args!("{}", hex::Hex(self.sending.pdu()))) {
            Ok(()) => ask_own::<cmgs::Set>(),
            Err(_) => Step::Fail(Stop::NoRoom { needed: self.sending.pdu().len() }),
        }
    }
}

impl Procedure for SendText<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match (self.at, outcome) {
            (_, Outcome::Begin) if self.sent() >= self.parts() => Step::Done,
            (_, Outcome::Begin) => {
                self.at = At::Format;
                ask_with::<cmgf::Set>("0")
            }
            (At::Format, Outcome::Done) => self.send(),
            (At::Format, outcome) => fail(cmgf::NAME, outcome),
            // Some modems accept a message without telling its number.
            (_, Outcome::Done) => match self.sending.accepted(self.reference.into()) {
                Ok(true) => self.send(),
                Ok(false) => Step::Done,
                Err(_) => Step::Fail(Stop::NoRoom { needed: Pdu::MAX_LEN }),
            },
            (_, outcome) => fail(cmgs::NAME, outcome),
        }
    }

    /// The length without the service centre, which is in front with a length of its own (27.005 §4.3).
    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        let pdu = self.sending.pdu();
        let centre = pdu.first().map_or(0, |length| usize::from(*length).saturating_add(1));
        line.integer(u8::try_from(pdu.len().saturating_sub(centre)).unwrap_or(u8::MAX).into());
    }

    fn payload(&self) -> &[u8] {
        self.digits.as_bytes()
    }

    fn line(&mut self, line: &[u8], _: bool) {
        if let (At::Message, Some(mut fields)) = (self.at, parameters_of(cmgs::NAME, line)) {
            self.reference = fields.value("mr").unwrap_or(0);
        }
    }
}

/// Where a stored message is, and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StoredText {
    /// Its place in the memory.
    pub index: u32,
    /// 0 received and not read, 1 received and read, 2 not sent, 3 sent (27.005 §3.1).
    pub stat: u8,
}

/// Reads stored messages, and hands each out as it comes: service centre and TPDU, for [`Inbox`](crate::sms::Inbox) or
/// [`Pdu::parse`]. Delete none before all are read: some modems shift the others then.
pub struct ReadTexts<'f> {
    which: Stored,
    storage: &'f str,
    take: &'f mut dyn FnMut(StoredText, &[u8]),
    at: At,
    /// The line before its PDU.
    header: Option<StoredText>,
    found: u32,
    unreadable: u32,
}

impl core::fmt::Debug for ReadTexts<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ReadTexts").field("which", &self.which).field("found", &self.found).finish_non_exhaustive()
    }
}

impl<'f> ReadTexts<'f> {
    /// Reads those, from the memory that is called so (27.005 §3.1: `SM` the card, `ME` the modem, `MT` both), or from the
    /// one that is selected if the name is empty.
    pub fn new(which: Stored, storage: &'f str, take: &'f mut dyn FnMut(StoredText, &[u8])) -> Self {
        Self { which, storage, take, at: At::Format, header: None, found: 0, unreadable: 0 }
    }

    /// How many were handed out.
    #[must_use]
    pub const fn found(&self) -> u32 {
        self.found
    }

    /// How many lines or PDUs could not be read.
    #[must_use]
    pub const fn unreadable(&self) -> u32 {
        self.unreadable
    }

    fn name(&self) -> &'static str {
        if matches!(self.which, Stored::At(_)) { cmgr::NAME } else { cmgl::NAME }
    }

    fn read(&mut self) -> Step {
        (self.at, self.header) = (At::Message, None);
        match self.which {
            Stored::At(_) => ask_own::<cmgr::Set>(),
            _ => ask_own::<cmgl::Set>(),
        }
    }

    fn pdu(&mut self, text: StoredText, digits: &[u8]) {
        let mut octets = [0; Pdu::MAX_LEN];
        match hex::decode(digits.trim_ascii(), &mut octets) {
            Ok(pdu) => {
                self.found = self.found.saturating_add(1);
                (self.take)(text, pdu);
            }
            Err(_) => self.unreadable = self.unreadable.saturating_add(1),
        }
    }
}

impl Procedure for ReadTexts<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match (self.at, outcome) {
            (_, Outcome::Begin) => {
                (self.at, self.found, self.unreadable) = (At::Format, 0, 0);
                ask_with::<cmgf::Set>("0")
            }
            (At::Format, Outcome::Done) if !self.storage.is_empty() => {
                self.at = At::Storage;
                ask_own::<cpms::Set<'_>>()
            }
            (At::Format | At::Storage, Outcome::Done) => self.read(),
            (At::Format, outcome) => fail(cmgf::NAME, outcome),
            (At::Storage, outcome) => fail(cpms::NAME, outcome),
            // An empty place answers with nothing but OK.
            (At::Message, Outcome::Done) if matches!(self.which, Stored::At(_)) && self.found == 0 => {
                missing(cmgr::NAME)
            }
            (At::Message, Outcome::Done) => Step::Done,
            (At::Message, outcome) => fail(self.name(), outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        if self.at == At::Storage {
            return line.quoted(self.storage.as_bytes());
        }
        line.integer(match self.which {
            Stored::New => 0,
            Stored::Old => 1,
            Stored::Draft => 2,
            Stored::Sent => 3,
            Stored::All => 4,
            Stored::At(index) => index.into(),
        });
    }

    fn line(&mut self, line: &[u8], second: bool) {
        if self.at != At::Message {
            return;
        }
        if second {
            match self.header.take() {
                Some(text) => self.pdu(text, line),
                None => self.unreadable = self.unreadable.saturating_add(1),
            }
            return;
        }
        let Ok(header) = PduLine::parse(self.name(), line) else {
            self.unreadable = self.unreadable.saturating_add(1);
            return;
        };
        let index = match self.which {
            Stored::At(index) => index,
            _ => header.index.unwrap_or(0).into(),
        };
        let text = StoredText { index, stat: header.stat.unwrap_or(1) };
        match header.pdu {
            Some(digits) => self.pdu(text, digits),
            None => self.header = Some(text),
        }
    }
}

/// Deletes a stored message, or all.
#[derive(Clone, Copy, Debug)]
pub struct DeleteTexts<'a> {
    storage: &'a str,
    index: Option<u32>,
    selecting: bool,
}

impl<'a> DeleteTexts<'a> {
    /// That at a place in the memory that is called so, or in the one that is selected if the name is empty.
    #[must_use]
    pub const fn at(storage: &'a str, index: u32) -> Self {
        Self { storage, index: Some(index), selecting: false }
    }

    /// All in that memory.
    #[must_use]
    pub const fn all(storage: &'a str) -> Self {
        Self { storage, index: None, selecting: false }
    }
}

impl Procedure for DeleteTexts<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin if !self.storage.is_empty() => {
                self.selecting = true;
                ask_own::<cpms::Set<'_>>()
            }
            Outcome::Done if !self.selecting => Step::Done,
            Outcome::Begin | Outcome::Done => {
                self.selecting = false;
                ask_own::<cmgd::Set>()
            }
            outcome => fail(if self.selecting { cpms::NAME } else { cmgd::NAME }, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        match self.index {
            _ if self.selecting => line.quoted(self.storage.as_bytes()),
            Some(index) => line.integer(index.into()),
            None => {
                line.integer(1);
                line.integer(4);
            }
        }
    }
}

/// Has the modem tell of new messages and status reports: stored messages by `+CMTI`, reports by `+CDS` or `+CDSI`. The
/// settings that modems take differ; the first of the known ones that is taken stays. Messages that are not stored come as
/// PDUs if the modem has that mode, else as text: see [`delivered_pdu`](super::delivered_pdu).
#[derive(Clone, Copy, Debug, Default)]
pub struct TellTexts {
    at: u8,
}

impl TellTexts {
    /// Has it tell.
    #[must_use]
    pub const fn new() -> Self {
        Self { at: 0 }
    }

    fn ask(&self) -> Option<Step> {
        Some(match self.at {
            0 => ask_with::<cmgf::Set>("0"),
            1 => ask_with::<cnmi::Set>("2,1,2,1,0"),
            2 => ask_with::<cnmi::Set>("2,1,2,2,0"),
            3 => ask_with::<cnmi::Set>("2,1,2,0,0"),
            4 => ask_with::<cnmi::Set>("1,1,2,1,0"),
            5 => ask_with::<cnmi::Set>("2,1,0,0,1"),
            _ => return None,
        })
    }
}

impl Procedure for TellTexts {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => self.at = 0,
            Outcome::Done if self.at > 0 => return Step::Done,
            // A modem without the PDU mode tells them as text.
            Outcome::Done | Outcome::Refused(_) if self.at == 0 => self.at = 1,
            Outcome::Refused(_) => self.at = self.at.saturating_add(1),
            outcome => return fail(if self.at == 0 { cmgf::NAME } else { cnmi::NAME }, outcome),
        }
        self.ask().unwrap_or_else(|| fail(cnmi::NAME, outcome))
    }
}

/// The number of a service centre, with `+` in front of an international one; empty if there is none.
pub type ServiceCentre = String<24>;

/// Reads the number of the service centre.
#[derive(Clone, Debug, Default)]
pub struct ReadServiceCentre {
    centre: ServiceCentre,
}

impl ReadServiceCentre {
    /// Reads it.
    #[must_use]
    pub const fn new() -> Self {
        Self { centre: String::new() }
    }

    /// The number.
    #[must_use]
    pub const fn centre(&self) -> &ServiceCentre {
        &self.centre
    }
}

impl Procedure for ReadServiceCentre {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => {
                self.centre.clear();
                ask::<csca::Read>()
            }
            Outcome::Done => Step::Done,
            outcome => fail(csca::NAME, outcome),
        }
    }

    fn line(&mut self, line: &[u8], _: bool) {
        let Ok(answer) = csca::ReadAnswer::parse(line) else { return };
        copy_number(&mut self.centre, answer.sca.0, answer.tosca.unwrap_or(0));
    }
}

/// Sets the number of the service centre.
#[derive(Clone, Copy)]
pub struct SetServiceCentre<'a> {
    number: &'a str,
}

/// Without the number.
impl core::fmt::Debug for SetServiceCentre<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SetServiceCentre").finish_non_exhaustive()
    }
}

impl<'a> SetServiceCentre<'a> {
    /// Sets it, with `+` in front of an international one.
    #[must_use]
    pub const fn new(number: &'a str) -> Self {
        Self { number }
    }
}

impl Procedure for SetServiceCentre<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step {
        match outcome {
            Outcome::Begin => ask_own::<csca::Set<'_>>(),
            Outcome::Done => Step::Done,
            outcome => fail(csca::NAME, outcome),
        }
    }

    fn parameters(&self, line: &mut LineWriter<'_, '_>) {
        line.quoted(self.number.as_bytes());
        line.integer(type_of_number(self.number).into());
    }
}
