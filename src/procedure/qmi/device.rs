//! The device itself: who it is, and its operating mode.

use heapless::String;
use qmi_wire::frame::MessageWriter;
use qmi_wire::service::dms;
use qmi_wire::{Builder as _, EncodeError, ProtocolError, TlvSet, View as _};

use super::{Empty, MessageId, Outcome, Procedure, Refusal, Request, Step, Stop, ask, decode, fail, rest};
use crate::session::qmi::Failure;
use crate::time::{Instant, Millis};

/// How long the modem may take from accepting an operating mode to being in it.
const MODE_CHANGE: Millis = Millis::from_secs(30);

/// Who the device is. What it does not tell is empty. Debug output leaves the numbers out: they are personal.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Identity {
    /// Maker.
    pub manufacturer: String<32>,
    /// Model.
    pub model: String<32>,
    /// Revision of the firmware.
    pub revision: String<64>,
    /// Revision of the hardware.
    pub hardware_revision: String<32>,
    /// International mobile equipment identity.
    pub imei: String<16>,
    /// Electronic serial number, of CDMA devices.
    pub esn: String<16>,
    /// Mobile equipment identifier, of CDMA devices.
    pub meid: String<16>,
    /// Telephone number, if the SIM knows it.
    pub msisdn: String<24>,
}

impl core::fmt::Debug for Identity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Identity")
            .field("manufacturer", &self.manufacturer)
            .field("model", &self.model)
            .field("revision", &self.revision)
            .field("hardware_revision", &self.hardware_revision)
            .finish_non_exhaustive()
    }
}

/// Reads who the device is. What a modem refuses to tell is left empty; only a modem that says nothing at all to the first
/// question ends it.
#[derive(Clone, Debug, Default)]
pub struct ReadIdentity {
    identity: Identity,
    at: usize,
}

impl ReadIdentity {
    /// Reads it all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was found out.
    #[must_use]
    pub const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The questions, in order. The software version stands in for a revision that was not told.
    const QUESTIONS: [&'static MessageId; 7] = [
        MessageId::of::<dms::get_manufacturer::Message>(),
        MessageId::of::<dms::get_model::Message>(),
        MessageId::of::<dms::get_revision::Message>(),
        MessageId::of::<dms::get_hardware_revision::Message>(),
        MessageId::of::<dms::get_ids::Message>(),
        MessageId::of::<dms::get_msisdn::Message>(),
        MessageId::of::<dms::get_software_version::Message>(),
    ];

    fn read(&mut self, tlvs: TlvSet<'_>) {
        let Identity { manufacturer, model, revision, hardware_revision, imei, esn, meid, msisdn } = &mut self.identity;
        let (text, number) = match self.at {
            0 => (manufacturer, 1),
            1 => return put(model, tlvs, 1),
            2 => return put(revision, tlvs, 1),
            3 => (hardware_revision, 1),
            4 => {
                put(esn, tlvs, 0x10);
                put(imei, tlvs, 0x11);
                return put(meid, tlvs, 0x12);
            }
            5 => return put(msisdn, tlvs, 1),
            _ => return put(revision, tlvs, 1),
        };
        put(text, tlvs, number);
    }
}

/// The text of a TLV, as much of it as there is room for. An identity of "0" means that there is none.
fn put<const N: usize>(text: &mut String<N>, tlvs: TlvSet<'_>, number: u8) {
    text.clear();
    let value = tlvs.find(number).and_then(|value| core::str::from_utf8(value).ok()).unwrap_or("");
    for c in value.trim_matches('\0').chars().filter(|_| value != "0") {
        if text.push(c).is_err() {
            break;
        }
    }
}

impl Procedure for ReadIdentity {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match outcome {
            Outcome::Begin => {
                *self = Self::default();
                return ask(MessageId::of::<dms::get_manufacturer::Message>(), &Empty);
            }
            Outcome::Answer(tlvs) => self.read(tlvs),
            // A firmware that leaves out one message may still have the next.
            Outcome::Refused(error, _) if self.at > 0 || super::is_unsupported(error) => {}
            Outcome::Failed(Failure::Timeout) if self.at > 0 => {}
            outcome => return fail(MessageId::of::<dms::get_manufacturer::Message>(), outcome),
        }
        self.at = self.at.saturating_add(1);
        match Self::QUESTIONS.get(self.at) {
            Some(_) if self.at == 6 && !self.identity.revision.is_empty() => Step::Done,
            Some(message) => ask(message, &Empty),
            None => Step::Done,
        }
    }
}

/// Puts the device into an operating mode, if it is not in it, and waits until it is.
///
/// Modules of some laptop makers refuse to go online until the FCC authentication was set, which says that the antenna is
/// one they were approved with: where the modem asks for it with [`ProtocolError::INTERNAL`] or
/// [`ProtocolError::INVALID_TRANSITION`], this is done once. [`ProtocolError::HARDWARE_RESTRICTED`], and a second
/// invalid transition, mean a switch or pin.
#[derive(Clone, Copy, Debug)]
pub struct SetMode {
    wanted: dms::OperatingMode,
    mode: dms::OperatingMode,
    at: Mode,
}

#[derive(Clone, Copy, Debug)]
enum Mode {
    Reading,
    Setting,
    /// After this refusal.
    Unlocking(ProtocolError),
    SettingAgain,
    Waiting(Instant),
}

impl SetMode {
    /// That mode.
    #[must_use]
    pub const fn new(wanted: dms::OperatingMode) -> Self {
        Self { wanted, mode: dms::OperatingMode::UNKNOWN, at: Mode::Reading }
    }

    /// The mode in the end.
    #[must_use]
    pub const fn mode(&self) -> dms::OperatingMode {
        self.mode
    }

    fn set(&mut self, at: Mode) -> Step<'_> {
        self.at = at;
        ask(MessageId::of::<dms::set_operating_mode::Message>(), self)
    }
}

impl Request for SetMode {
    fn write<'b>(&self, message: MessageWriter<'b>) -> Result<&'b mut [u8], EncodeError> {
        let mut request = dms::set_operating_mode::RequestBuilder::continuing(message);
        request.mode(self.wanted);
        request.finish()
    }
}

impl Procedure for SetMode {
    fn step(&mut self, now: Instant, outcome: Outcome<'_>) -> Step<'_> {
        use dms::OperatingMode as Mode_;
        let read = MessageId::of::<dms::get_operating_mode::Message>();
        match (outcome, self.at) {
            (Outcome::Begin, _) => {
                self.at = Mode::Reading;
                ask(read, &Empty)
            }
            (Outcome::Rested, _) => ask(read, &Empty),
            (Outcome::Answer(tlvs), Mode::Reading | Mode::Waiting(_)) => {
                self.mode = match dms::get_operating_mode::Response::from_tlvs(tlvs).mode() {
                    Ok(mode) => mode,
                    Err(error) => return decode(error),
                };
                match self.at {
                    _ if self.mode == self.wanted => Step::Done,
                    Mode::Waiting(end) => rest(now, end),
                    _ => self.set(Mode::Setting),
                }
            }
            (Outcome::Answer(_), Mode::Unlocking(_)) => self.set(Mode::SettingAgain),
            // Of these the modem does not return to tell.
            (Outcome::Answer(_), _) if matches!(self.wanted, Mode_::RESET | Mode_::SHUTTING_DOWN) => Step::Done,
            (Outcome::Answer(_), Mode::Setting | Mode::SettingAgain) => {
                self.at = Mode::Waiting(now + MODE_CHANGE);
                ask(read, &Empty)
            }
            // It is in that mode already.
            (Outcome::Refused(ProtocolError::NO_EFFECT, _), Mode::Setting | Mode::SettingAgain) => {
                self.mode = self.wanted;
                Step::Done
            }
            (
                Outcome::Refused(error @ (ProtocolError::INTERNAL | ProtocolError::INVALID_TRANSITION), _),
                Mode::Setting,
            ) if self.wanted == Mode_::ONLINE => {
                self.at = Mode::Unlocking(error);
                ask(MessageId::of::<dms::set_fcc_authentication::Message>(), &Empty)
            }
            // What the first refusal said is the reason.
            (Outcome::Refused(..), Mode::Unlocking(error)) => Step::Fail(Stop::Refused(Refusal {
                message: MessageId::of::<dms::set_operating_mode::Message>(),
                error,
                end_reason: None,
            })),
            (outcome, Mode::Setting | Mode::SettingAgain) => {
                fail(MessageId::of::<dms::set_operating_mode::Message>(), outcome)
            }
            (outcome, _) => fail(read, outcome),
        }
    }
}

/// Restarts the device: offline first, then reset. It disappears, or indicates that all clients are gone; open again.
#[derive(Clone, Copy, Debug)]
pub struct Restart(SetMode);

impl Default for Restart {
    fn default() -> Self {
        Self::new()
    }
}

impl Restart {
    /// Restarts it.
    #[must_use]
    pub const fn new() -> Self {
        Self(SetMode::new(dms::OperatingMode::OFFLINE))
    }
}

impl Procedure for Restart {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        use dms::OperatingMode as Mode_;
        let message = MessageId::of::<dms::set_operating_mode::Message>();
        match outcome {
            Outcome::Begin => {
                self.0.wanted = Mode_::OFFLINE;
                ask(message, &self.0)
            }
            // A device that cannot go offline may still reset.
            Outcome::Answer(_) | Outcome::Refused(..) if self.0.wanted == Mode_::OFFLINE => {
                self.0.wanted = Mode_::RESET;
                ask(message, &self.0)
            }
            // It may be gone before it has answered.
            Outcome::Answer(_) | Outcome::Failed(Failure::Timeout) => Step::Done,
            outcome => fail(message, outcome),
        }
    }
}
