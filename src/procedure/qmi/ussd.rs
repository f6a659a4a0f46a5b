//! USSD: dialogues with the network.

use at_wire::ussd::MAX_LEN;
use heapless::Vec;
use qmi_wire::frame::MessageWriter;
use qmi_wire::list::List;
use qmi_wire::service::{Service, voice};
use qmi_wire::{Builder as _, DecodeError, EncodeError, Message as _, TlvSet};

use super::{MessageId, Outcome, Procedure, ProtocolError, Request, Step, ask, fail, is_unsupported};
use crate::session::qmi::Indication;
use crate::time::Instant;

/// What the network said: in the answer to the first request of a dialogue, or in an indication.
#[derive(Clone, Copy)]
pub struct UssdMessage<'a> {
    /// Whether the network waits for an answer; absent where the modem does not say, which an indication may do yet.
    pub goes_on: Option<bool>,
    /// The network has ended the dialogue, for a reason if there is one: it says nothing more.
    pub ended: Option<Option<voice::CallEndReason>>,
    units: Option<List<'a, u16>>,
    data: Option<voice::UssData<'a>>,
}

/// Without the text: it is personal.
impl core::fmt::Debug for UssdMessage<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("UssdMessage")
            .field("goes_on", &self.goes_on)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl<'a> UssdMessage<'a> {
    const ENDED: Self = Self { goes_on: Some(false), ended: Some(None), units: None, data: None };

    /// What the answer to [`Ussd::begin`] says; nothing if the modem is to tell later.
    ///
    /// # Errors
    ///
    /// A field that cannot be read.
    pub fn answer(tlvs: TlvSet<'a>) -> Result<Self, DecodeError> {
        Ok(Self { goes_on: None, ended: None, units: tlvs.get(0x16)?, data: tlvs.get(0x12)? })
    }

    /// What an indication says; `None` if it is not about dialogues.
    ///
    /// # Errors
    ///
    /// A field that cannot be read.
    pub fn read(indication: &Indication<'a>) -> Result<Option<Self>, DecodeError> {
        let tlvs = indication.tlvs;
        Ok(match (indication.service(), indication.id()) {
            (Service::VOICE, voice::release_ussd_indication::Message::ID) => Some(Self::ENDED),
            (Service::VOICE, voice::ussd_indication::Message::ID) => {
                let action: Option<u8> = tlvs.get(0x01)?;
                let goes_on = action.map(|action| voice::UserAction(action) == voice::UserAction::REQUIRED);
                Some(Self { goes_on, ended: None, units: tlvs.get(0x11)?, data: tlvs.get(0x10)? })
            }
            (Service::VOICE, voice::originate_ussd_no_wait_indication::Message::ID) => {
                let error: Option<u16> = tlvs.get(0x10)?;
                let cause: Option<u16> = tlvs.get(0x11)?;
                let failed = error.is_some_and(|error| error != 0);
                Some(Self {
                    goes_on: failed.then_some(false),
                    ended: failed.then_some(cause.map(voice::CallEndReason)),
                    units: tlvs.get(0x14)?,
                    data: tlvs.get(0x12)?,
                })
            }
            _ => None,
        })
    }

    /// Whether there is text.
    #[must_use]
    pub fn has_text(&self) -> bool {
        self.units.is_some_and(|units| !units.is_empty()) || self.data.is_some_and(|data| !data.data.bytes.is_empty())
    }

    /// The text, with U+FFFD for what cannot be read. What is there in UTF-16 goes before the bytes, which some firmware
    /// codes in another way than it says.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        let units = self.units.filter(|units| !units.is_empty());
        let data = self.data.filter(|_| units.is_none());
        let wide = data.is_some_and(|data| data.data_coding_scheme == voice::UssDataCodingScheme::UCS2);
        let bytes = data.map_or(&[][..], |data| data.data.bytes);
        let (pairs, single) = if wide { (bytes, &[][..]) } else { (&[][..], bytes) };
        let pairs = pairs.chunks_exact(2).filter_map(|pair| pair.first_chunk()).map(|pair| u16::from_be_bytes(*pair));
        let units = units.into_iter().flat_map(|units| units.iter()).chain(pairs);
        let wide = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
        let narrow =
            single.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { char::REPLACEMENT_CHARACTER });
        wide.chain(narrow)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Registering,
    Asking,
    /// The modem cannot wait for the network: it is to tell later.
    Leaving,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Begin,
    Answer,
    Cancel,
}

/// One step of a dialogue. What the network says to the first one is in the answer, and in an indication, which alone tells
/// whether it waits for an answer; to the others, it is only in an indication: see [`UssdMessage`].
#[derive(Clone)]
pub struct Ussd {
    action: Action,
    at: At,
    coding: voice::UssDataCodingScheme,
    text: Vec<u8, MAX_LEN>,
}

/// Without the text: it is personal.
impl core::fmt::Debug for Ussd {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Ussd").field("action", &self.action).field("at", &self.at).finish_non_exhaustive()
    }
}

impl Ussd {
    /// Begins a dialogue with `text`, such as `*100#`; registers for what the network says later.
    ///
    /// # Errors
    ///
    /// An empty text, or one of more than 160 bytes in its coding: ASCII, or UCS-2 if it must be.
    pub fn begin(text: &str) -> Result<Self, at_wire::EncodeError> {
        Self::new(Action::Begin, text)
    }

    /// Answers the network's question.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub fn answer(text: &str) -> Result<Self, at_wire::EncodeError> {
        Self::new(Action::Answer, text)
    }

    /// Ends the dialogue; one that is over already counts as ended.
    #[must_use]
    pub const fn cancel() -> Self {
        Self { action: Action::Cancel, at: At::Asking, coding: voice::UssDataCodingScheme::ASCII, text: Vec::new() }
    }

    fn new(action: Action, text: &str) -> Result<Self, at_wire::EncodeError> {
        if text.is_empty() {
            return Err(at_wire::EncodeError::Value { field: "ussd_string" });
        }
        let mut bytes = Vec::new();
        let mut fits = true;
        let coding = if text.is_ascii() {
            fits = bytes.extend_from_slice(text.as_bytes()).is_ok();
            voice::UssDataCodingScheme::ASCII
        } else {
            for unit in text.encode_utf16() {
                fits &= bytes.extend_from_slice(&unit.to_be_bytes()).is_ok();
            }
            voice::UssDataCodingScheme::UCS2
        };
        if !fits {
            return Err(at_wire::EncodeError::TooLong { field: "ussd_string", limit: MAX_LEN });
        }
        Ok(Self { action, at: At::Asking, coding, text: bytes })
    }

    fn message(&self) -> &'static MessageId {
        match (self.action, self.at) {
            (Action::Begin, At::Registering) => MessageId::of::<voice::indication_register::Message>(),
            (Action::Begin, At::Asking) => MessageId::of::<voice::originate_ussd::Message>(),
            (Action::Begin, At::Leaving) => MessageId::of::<voice::originate_ussd_no_wait::Message>(),
            (Action::Answer, _) => MessageId::of::<voice::answer_ussd::Message>(),
            (Action::Cancel, _) => MessageId::of::<voice::cancel_ussd::Message>(),
        }
    }

    fn go(&mut self, at: At) -> Step<'_> {
        self.at = at;
        ask(self.message(), self)
    }
}

impl Request for Ussd {
    fn write<'b>(&self, mut message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        match (self.action, self.at) {
            (Action::Begin, At::Registering) => {
                let mut request = voice::indication_register::RequestBuilder::continuing(message);
                request.ussd_notification_events(true);
                return request.finish();
            }
            (Action::Cancel, _) => {}
            // The same in all three requests.
            _ => {
                let data = voice::UssData { data_coding_scheme: self.coding, data: self.text.as_slice().into() };
                message.put(1, &data);
            }
        }
        message.finish()
    }
}

impl Procedure for Ussd {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match (outcome, self.action, self.at) {
            (Outcome::Begin, Action::Begin, _) => self.go(At::Registering),
            (Outcome::Begin, ..) => self.go(At::Asking),
            // Without indications there is the answer.
            (Outcome::Answer(_) | Outcome::Refused(..), Action::Begin, At::Registering) => self.go(At::Asking),
            (Outcome::Refused(error, _), Action::Begin, At::Asking) if is_unsupported(error) => self.go(At::Leaving),
            (Outcome::Refused(ProtocolError::NO_EFFECT, _), Action::Cancel, _) | (Outcome::Answer(_), ..) => Step::Done,
            (outcome, ..) => fail(self.message(), outcome),
        }
    }
}
