//! USSD: dialogues with the network.

use at_wire::text::{CbsCoding, Text};
use at_wire::ussd::{MAX_LEN, UssdString, write};
use heapless::Vec;
use mbim_wire::bytes::Bytes;
use mbim_wire::message::CommandType;
use mbim_wire::service::ussd as wire;
use mbim_wire::{DecodeError, DecodeErrorKind, Encode, StructWriter, View as _};

use super::{CommandId, Outcome, Procedure, Question, Step, fail};
use crate::time::{Instant, Millis};

/// How long the network may take: users are slower than that, networks hardly ever.
const NETWORK: Millis = Millis::from_secs(100);

/// What the network said: the answer to a step of a dialogue, or an indication, with which it begins one itself or answers
/// late.
#[derive(Clone, Copy, PartialEq)]
pub struct UssdMessage<'a> {
    /// What is expected next: [`ACTION_REQUIRED`](wire::UssdResponse::ACTION_REQUIRED) is the one value with which the
    /// dialogue goes on.
    pub response: wire::UssdResponse,
    /// Whether the dialogue is a new one.
    pub session_state: wire::UssdSessionState,
    /// The text as it came.
    pub string: UssdString<'a>,
}

impl<'a> UssdMessage<'a> {
    /// Reads an answer, or an indication of the command USSD.
    ///
    /// # Errors
    ///
    /// The first field that cannot be read. A coding scheme that needs more than a byte is none.
    pub fn read(body: &'a [u8]) -> Result<Self, DecodeError> {
        let info = wire::UssdInfoView::new(body).read()?;
        let coding = u8::try_from(info.data_coding_scheme).map_err(|_| DecodeError::new(DecodeErrorKind::Text, 8))?;
        let string = UssdString { coding: CbsCoding(coding), octets: info.payload.0 };
        Ok(Self { response: info.response, session_state: info.session_state, string })
    }

    /// Whether the network waits for an answer. Otherwise the dialogue is over, for whatever reason `response` gives.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        self.response == wire::UssdResponse::ACTION_REQUIRED
    }

    /// The text.
    ///
    /// # Errors
    ///
    /// A coding without text.
    pub fn text(&self) -> Result<Text<'a>, at_wire::DecodeError> {
        self.string.text()
    }
}

/// Without the text: it is personal.
impl core::fmt::Debug for UssdMessage<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("UssdMessage")
            .field("response", &self.response)
            .field("session_state", &self.session_state)
            .field("coding", &self.string.coding)
            .finish_non_exhaustive()
    }
}

/// One step of a dialogue. What the network says is in the answer, see [`UssdMessage`]; some modems answer at once, with
/// nothing, and indicate it later.
#[derive(Clone)]
pub struct Ussd {
    action: wire::UssdAction,
    coding: CbsCoding,
    payload: Vec<u8, MAX_LEN>,
}

/// Without the text: it is personal.
impl core::fmt::Debug for Ussd {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Ussd").field("action", &self.action).field("coding", &self.coding).finish_non_exhaustive()
    }
}

impl Ussd {
    /// Begins a dialogue with `text`, such as `*100#`, in the default alphabet of GSM, or UCS-2 if it must be.
    ///
    /// # Errors
    ///
    /// A text of more than 160 octets in its coding.
    pub fn initiate(text: &str) -> Result<Self, at_wire::EncodeError> {
        Self::new(wire::UssdAction::INITIATE, text)
    }

    /// Answers the network's question.
    ///
    /// # Errors
    ///
    /// As [`initiate`](Self::initiate).
    pub fn reply(text: &str) -> Result<Self, at_wire::EncodeError> {
        Self::new(wire::UssdAction::CONTINUE, text)
    }

    /// Ends the dialogue.
    #[must_use]
    pub const fn cancel() -> Self {
        Self { action: wire::UssdAction::CANCEL, coding: CbsCoding::GSM7, payload: Vec::new() }
    }

    fn new(action: wire::UssdAction, text: &str) -> Result<Self, at_wire::EncodeError> {
        let mut buffer = [0; MAX_LEN];
        let string = write(text.into(), &mut buffer)?;
        let mut payload = Vec::new();
        payload
            .extend_from_slice(string.octets)
            .map_err(|_| at_wire::EncodeError::TooLong { field: "ussd_string", limit: MAX_LEN })?;
        Ok(Self { action, coding: string.coding, payload })
    }

    fn set(&self) -> wire::UssdSet<'_> {
        wire::UssdSet {
            action: self.action,
            data_coding_scheme: u32::from(self.coding.0),
            payload: Bytes(&self.payload),
        }
    }
}

impl Encode for Ussd {
    fn fixed_len(&self) -> usize {
        self.set().fixed_len()
    }

    fn fill(&self, w: &mut StructWriter<'_, '_>) {
        self.set().fill(w);
    }
}

impl Procedure for Ussd {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        let command = CommandId::of::<wire::Ussd>();
        match outcome {
            Outcome::Begin => Step::Ask(Question { command, kind: CommandType::SET, params: self, timeout: NETWORK }),
            Outcome::Answer(_) => Step::Done,
            outcome => fail(command, outcome),
        }
    }
}
