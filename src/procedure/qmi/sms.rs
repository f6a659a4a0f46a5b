//! Short messages: sending, listing the storages, and why the network refuses.

use at_wire::EncodeError as TextError;
use at_wire::sms::Pdu;
use heapless::Vec;
use qmi_wire::frame::MessageWriter;
use qmi_wire::service::wms;
use qmi_wire::{Builder as _, EncodeError, ProtocolError, TlvSet, View as _};

use super::{MessageId, Outcome, Procedure, Question, Request, Step, Stop, decode, fail, is_unsupported};
use crate::sms::{Sending, TextMessage};
use crate::time::{Instant, Millis};

/// How long the network may take to accept a message.
const NETWORK: Millis = Millis::from_secs(120);

/// Why the network, or the service centre, has not accepted a message. All fields are absent if the modem does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct SendCause {
    /// Of a 3GPP network.
    pub gsm: Option<wms::GsmWcdmaCauseInfo>,
    /// Of a CDMA network.
    pub cdma: Option<wms::CdmaCauseCode>,
    /// Whether it makes sense to send again.
    pub failure: Option<wms::MessageDeliveryFailureType>,
}

impl SendCause {
    /// What the refusal of Raw Send says.
    #[must_use]
    pub fn new(tlvs: TlvSet<'_>) -> Self {
        let number = |tlv| tlvs.find(tlv).and_then(<[u8]>::first_chunk).map(|bytes| u16::from_le_bytes(*bytes));
        let gsm = tlvs.find(0x12).and_then(<[u8]>::first_chunk).map(|&[r0, r1, tp]| wms::GsmWcdmaCauseInfo {
            rp_cause: wms::GsmUmtsRpCause(u16::from_le_bytes([r0, r1])),
            tp_cause: wms::GsmUmtsTpCause(tp),
        });
        let failure = tlvs.find(0x13).and_then(<[u8]>::first);
        Self {
            gsm,
            cdma: number(0x10).map(wms::CdmaCauseCode),
            failure: failure.map(|failure| wms::MessageDeliveryFailureType(*failure)),
        }
    }
}

impl core::fmt::Display for SendCause {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match (&self.gsm, &self.cdma) {
            (Some(gsm), _) => {
                write!(f, "RP cause {} ({:?})", gsm.rp_cause.0, gsm.rp_cause)?;
                write!(f, ", TP cause {} ({:?})", gsm.tp_cause.0, gsm.tp_cause)?;
            }
            (None, Some(cdma)) => write!(f, "cause {} ({cdma:?})", cdma.0)?,
            (None, None) => f.write_str("no cause")?,
        }
        match self.failure {
            Some(wms::MessageDeliveryFailureType::TEMPORARY) => f.write_str(", temporary"),
            Some(wms::MessageDeliveryFailureType::PERMANENT) => f.write_str(", permanent"),
            _ => Ok(()),
        }
    }
}

/// Sends a text, in as many parts as it takes.
///
/// When it was broken off or has failed, following it again goes on with the first part that was not acknowledged: that
/// one may arrive twice, which receivers notice, the others do not.
#[derive(Debug)]
pub struct SendText<'a> {
    sending: Sending<'a>,
    cause: SendCause,
}

impl<'a> SendText<'a> {
    /// Sends that, and puts the numbers that delivery reports will refer to into `references`, one for each part, as far
    /// as there is room.
    ///
    /// # Errors
    ///
    /// A text that is too long, or a number that is none.
    pub fn new(message: TextMessage<'a>, references: &'a mut [u32]) -> Result<Self, TextError> {
        Ok(Self { sending: Sending::new(message, references)?, cause: SendCause::default() })
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

    /// Why it has not accepted the last one, if that was refused with [`ProtocolError::WMS_CAUSE_CODE`].
    #[must_use]
    pub const fn cause(&self) -> SendCause {
        self.cause
    }

    fn ask(&self) -> Step<'_> {
        Step::Ask(Question::new(MessageId::of::<wms::raw_send::Message>(), self).within(NETWORK))
    }
}

impl Request for SendText<'_> {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = wms::raw_send::RequestBuilder::continuing(message);
        request.raw_message_data(wms::RawMessageData {
            format: wms::MessageFormat::GSM_WCDMA_POINT_TO_POINT,
            raw_data: self.sending.pdu().into(),
        });
        request.finish()
    }
}

impl Procedure for SendText<'_> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = MessageId::of::<wms::raw_send::Message>();
        let tlvs = match outcome {
            Outcome::Begin => {
                self.cause = SendCause::default();
                return if self.sent() < self.parts() { self.ask() } else { Step::Done };
            }
            Outcome::Answer(tlvs) => tlvs,
            Outcome::Refused(ProtocolError::WMS_CAUSE_CODE, tlvs) => {
                self.cause = SendCause::new(tlvs);
                return fail(message, outcome);
            }
            outcome => return fail(message, outcome),
        };
        // Some modems accept a message without telling its number.
        let reference = wms::raw_send::Response::from_tlvs(tlvs).message_id().unwrap_or(0);
        match self.sending.accepted(reference.into()) {
            Ok(true) => self.ask(),
            Ok(false) => Step::Done,
            // What all parts have in common was written before, and no part is longer than the first.
            Err(_) => Step::Fail(Stop::NoRoom { needed: Pdu::MAX_LEN }),
        }
    }
}

/// Where a stored message is, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct StoredText {
    /// On the card or in the modem.
    pub storage: wms::StorageType,
    /// Its place there.
    pub index: u32,
    /// Received or written, and what became of it.
    pub tag: wms::MessageTagType,
    /// Whether it is one of CDMA.
    pub mode: wms::MessageMode,
}

/// Lists the messages in both storages, first those of 3GPP and then those of CDMA. What a modem refuses to list, because it
/// has no such storage or does not know the kind of message, is passed over, unless it refuses all of it. Firmware that
/// lists only messages of one tag at a time is asked for each.
#[derive(Clone, Debug)]
pub struct ListTexts<const N: usize> {
    found: Vec<StoredText, N>,
    lost: u32,
    at: usize,
    /// The tag that is asked for, where one must be named.
    tag: Option<u8>,
    answered: bool,
}

impl<const N: usize> Default for ListTexts<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> ListTexts<N> {
    const PLACES: [(wms::StorageType, wms::MessageMode); 4] = [
        (wms::StorageType::UIM, wms::MessageMode::GSM_WCDMA),
        (wms::StorageType::NV, wms::MessageMode::GSM_WCDMA),
        (wms::StorageType::UIM, wms::MessageMode::CDMA),
        (wms::StorageType::NV, wms::MessageMode::CDMA),
    ];

    /// Lists all.
    #[must_use]
    pub const fn new() -> Self {
        Self { found: Vec::new(), lost: 0, at: 0, tag: None, answered: false }
    }

    /// What there is.
    #[must_use]
    pub fn found(&self) -> &[StoredText] {
        &self.found
    }

    /// How many there was no room for.
    #[must_use]
    pub const fn lost(&self) -> u32 {
        self.lost
    }

    fn read(&mut self, tlvs: TlvSet<'_>) -> Result<(), qmi_wire::DecodeError> {
        let Some((storage, mode)) = Self::PLACES.get(self.at).copied() else { return Ok(()) };
        for info in wms::list_messages::Response::from_tlvs(tlvs).message_list()?.iter() {
            let text = StoredText { storage, index: info.memory_index, tag: info.message_tag, mode };
            // Firmware that knows one kind of message may not care which is asked for.
            let known = |other: &StoredText| (other.storage, other.index) == (text.storage, text.index);
            if !self.found.iter().any(known) && self.found.push(text).is_err() {
                self.lost = self.lost.saturating_add(1);
            }
        }
        self.answered = true;
        Ok(())
    }

    /// On to the next place, or tag.
    fn advance(&mut self, refused: bool) {
        self.tag = match self.tag {
            Some(tag @ 0..3) if !refused => Some(tag.saturating_add(1)),
            _ => {
                self.at = self.at.saturating_add(1);
                None
            }
        };
    }
}

impl<const N: usize> Request for ListTexts<N> {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = wms::list_messages::RequestBuilder::continuing(message);
        if let Some((storage, mode)) = Self::PLACES.get(self.at).copied() {
            request.storage_type(storage).message_mode(mode);
        }
        if let Some(tag) = self.tag {
            request.message_tag(wms::MessageTagType(tag));
        }
        request.finish()
    }
}

impl<const N: usize> Procedure for ListTexts<N> {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let message = MessageId::of::<wms::list_messages::Message>();
        match outcome {
            Outcome::Begin => *self = Self::new(),
            Outcome::Answer(tlvs) => {
                if let Err(error) = self.read(tlvs) {
                    return decode(error);
                }
                self.advance(false);
            }
            Outcome::Refused(ProtocolError::MISSING_ARGUMENT, _) if self.tag.is_none() => self.tag = Some(0),
            // A last refusal, after which nothing was listed, is the answer.
            Outcome::Refused(error, _)
                if (is_unsupported(error)
                    || matches!(error, ProtocolError::INVALID_ARGUMENT | ProtocolError::NO_ENTRY))
                    && (self.answered || self.at < 3) =>
            {
                self.advance(true);
            }
            outcome => return fail(message, outcome),
        }
        if self.at < Self::PLACES.len() { super::ask(message, self) } else { Step::Done }
    }
}
