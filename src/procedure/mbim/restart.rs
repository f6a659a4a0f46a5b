//! Restarting the modem.

use mbim_wire::field::Empty;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::intel_firmware_update as intel;
use mbim_wire::service::ms_basic_connect_extensions as bce;
use mbim_wire::{Command as _, DecodeError, Encode, Status};

use super::{CommandId, Outcome, Procedure, Question, Refusal, Step, Stop, Version, decode, fail, lists, query};
use crate::session::mbim::Failure;
use crate::time::{Instant, Millis};

/// USB vendor of modems (Cinterion, now Telit) that list Intel's service without having it.
pub const CINTERION: u16 = 0x1e2d;

/// How long to wait for an answer that many modems never send, because they are gone.
const ANSWER: Millis = Millis::from_secs(10);

/// Restarts the modem by the best way it lists: Intel's MODEM_REBOOT, then Microsoft's DEVICE_RESET. When none of them is
/// there or both are refused, what is left is QMI or AT.
///
/// Many modems leave the bus before they answer. So silence is a success here; whoever follows this has to expect the
/// channel to fail as well, and opens the modem again when it is back.
#[derive(Clone, Copy, Debug)]
pub struct Restart {
    intel: intel::ModemRebootSetV2,
    version: Version,
    /// What may still be tried.
    left: Ways,
    at: Way,
    answered: bool,
    vendor: Option<u16>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Ways {
    intel: bool,
    reset: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Reads what there is.
    Services,
    Intel,
    Reset,
}

impl Restart {
    /// Restarts a modem of that USB vendor (see [`CINTERION`]), by the layouts of `version`.
    #[must_use]
    pub const fn new(version: Version, vendor: Option<u16>) -> Self {
        let intel = intel::ModemRebootSetV2 { boot_mode: intel::IntelBootMode::NORMAL_MODE, timeout: 0 };
        let left = Ways { intel: false, reset: false };
        Self { intel, version, left, at: Way::Services, answered: false, vendor }
    }

    /// Whether the modem has answered before it restarted.
    #[must_use]
    pub const fn answered(&self) -> bool {
        self.answered
    }

    /// Whether the modem was told to restart. From then on whatever breaks off may be the restart.
    #[must_use]
    pub const fn was_told(&self) -> bool {
        !matches!(self.at, Way::Services)
    }

    fn note(&mut self, body: &[u8]) -> Result<(), DecodeError> {
        self.left = Ways {
            intel: self.vendor != Some(CINTERION)
                && lists(body, intel::INTEL_FIRMWARE_UPDATE, intel::ModemReboot::CID)?,
            reset: lists(body, bce::MS_BASIC_CONNECT_EXTENSIONS, bce::DeviceReset::CID)?,
        };
        Ok(())
    }

    /// Tries the next way.
    fn next(&mut self) -> Step<'_> {
        let (command, params): (_, &dyn Encode) = if core::mem::take(&mut self.left.intel) {
            self.at = Way::Intel;
            let params: &dyn Encode = if self.version >= Version::V2 { &self.intel } else { &Empty {} };
            (CommandId::of::<intel::ModemReboot>(), params)
        } else if core::mem::take(&mut self.left.reset) {
            self.at = Way::Reset;
            (CommandId::of::<bce::DeviceReset>(), &Empty {})
        } else {
            let command = CommandId::of::<bce::DeviceReset>();
            return Step::Fail(Stop::Refused(Refusal::new(command, Status::NO_DEVICE_SUPPORT, &[])));
        };
        Step::Ask(Question { command, kind: mbim_wire::message::CommandType::SET, params, timeout: ANSWER })
    }
}

impl Procedure for Restart {
    fn step(&mut self, _: Instant, outcome: Outcome<'_>) -> Step<'_> {
        match (outcome, self.at) {
            (Outcome::Begin, _) => {
                (self.at, self.answered) = (Way::Services, false);
                query::<bc::DeviceServices>(&Empty {})
            }
            (Outcome::Answer(body), Way::Services) => match self.note(body) {
                Ok(()) => self.next(),
                Err(error) => decode::<bc::DeviceServices>(error),
            },
            (outcome, Way::Services) => fail(CommandId::of::<bc::DeviceServices>(), outcome),
            (Outcome::Answer(_), _) => {
                self.answered = true;
                Step::Done
            }
            (Outcome::Failed(Failure::Timeout), _) => Step::Done,
            (Outcome::Refused(..), Way::Intel) if self.left.reset => self.next(),
            (outcome, Way::Intel) => fail(CommandId::of::<intel::ModemReboot>(), outcome),
            (outcome, Way::Reset) => fail(CommandId::of::<bce::DeviceReset>(), outcome),
        }
    }
}
