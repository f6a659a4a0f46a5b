//! Why a run failed, in words, and the exit status that scripts go by.

use std::io;

use core::fmt;

use mbim_wire::catalogue::Form;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Command as _, Status, Uuid};
use wwan::client::mbim::{CommandId, Error, Lock};
use wwan::session::mbim::{Failure, OpenError, SessionError};

use crate::device::DeviceError;
use crate::names;

/// What to do about a SIM that asks for its PIN.
pub(crate) const ENTER_PIN: &str =
    "enter the code with `wwanctl pin enter PIN`; `connect` takes it by `--pin PIN`, too";

/// What to do about a SIM that asks for some code.
pub(crate) const ENTER_CODE: &str = "`wwanctl pin status` tells which code is needed; a PIN is entered with `wwanctl pin enter PIN`, \
     a PUK with `wwanctl pin unblock PUK NEW-PIN`";

/// What to do about a SIM that asks for its PUK.
pub(crate) const ENTER_PUK: &str =
    "unblock the SIM with `wwanctl pin unblock PUK NEW-PIN`; after ten wrong codes it is lost for good";

/// What to do where there is no SIM.
pub(crate) const INSERT_SIM: &str = "insert a SIM: there is no SIM in the slot, or the modem looks at another slot";

/// What to do where the radio is off.
pub(crate) const RADIO_ON: &str = "switch the radio on with `wwanctl radio on`; look for a hardware switch too";

/// What to do where there is no network.
pub(crate) const NO_NETWORK: &str =
    "`wwanctl status` tells about SIM, radio and signal, `wwanctl scan` lists the networks in reach";

/// A failure of the program.
#[derive(Debug)]
pub(crate) enum Fail {
    /// The command line makes no sense.
    Usage(String),
    /// Bytes that make no sense, given by the user or by the modem.
    Data(String),
    /// The modem cannot be reached.
    Unreachable(String),
    /// The modem says nothing.
    Timeout(String),
    /// The modem refuses.
    Refused {
        /// What was refused and why.
        reason: String,
        /// What to do about it.
        hint: Option<&'static str>,
    },
    /// The user stopped the program.
    Interrupted,
    /// Standard output, or another file, cannot be written.
    Output(String),
}

impl Fail {
    /// The exit status. The first four are those of `sysexits.h` that come nearest.
    pub(crate) const fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Data(_) => 65,
            Self::Unreachable(_) => 69,
            Self::Output(_) => 74,
            Self::Timeout(_) => 75,
            Self::Refused { .. } => 77,
            Self::Interrupted => 130,
        }
    }

    /// What happened, and what to do about it.
    pub(crate) fn parts(&self) -> (&str, Option<&'static str>) {
        match self {
            Self::Usage(text)
            | Self::Data(text)
            | Self::Unreachable(text)
            | Self::Timeout(text)
            | Self::Output(text) => (text, None),
            Self::Refused { reason, hint } => (reason, *hint),
            Self::Interrupted => ("interrupted", None),
        }
    }

    /// A state of the modem in which it would refuse, told as the status that it would give.
    pub(crate) fn state(status: Status, what: &str) -> Self {
        Self::Refused { reason: format!("{what}: {}", names::status(status)), hint: hint(status, None, None) }
    }

    /// A refusal of a command, with the network's reason if it gave one.
    pub(crate) fn refused(service: Uuid, cid: u32, status: Status, network: Option<bc::NwError>) -> Self {
        let command = names::command(service, cid);
        let mut reason = format!("{command}: the modem refuses: {}", names::status(status));
        match network {
            Some(cause) => reason = format!("{reason}; the network's reason: {}", names::nw_error(cause)),
            None if tells_reason(service, cid) => reason.push_str("; the network gave no reason (NwError 0)"),
            None => {}
        }
        Self::Refused { reason, hint: hint(status, network, Some((service, cid))) }
    }

    /// A command without a usable answer.
    pub(crate) fn failed(command: &str, failure: Failure) -> Self {
        match failure {
            Failure::Timeout => Self::Timeout(format!("{command}: no answer in time")),
            Failure::Function(error) => Self::Refused {
                reason: format!("{command}: the modem complains: {}", names::protocol_error(error)),
                hint: None,
            },
            failure => Self::Data(format!("{command}: {failure}")),
        }
    }

    fn locked(lock: &Lock) -> Self {
        let pin_type = names::pin_type(lock.pin_type);
        let left = match lock.remaining_attempts {
            Some(1) => ", 1 attempt left".to_owned(),
            Some(n) => format!(", {n} attempts left"),
            None => String::new(),
        };
        let what = if lock.wrong { "the code is wrong; " } else { "" };
        let puk = matches!(lock.pin_type, bc::PinType::PUK1 | bc::PinType::PUK2);
        let hint = match lock.remaining_attempts {
            _ if puk => ENTER_PUK,
            Some(1) if !lock.wrong => "the last attempt is never used unasked: `wwanctl pin enter PIN` uses it",
            _ if lock.wrong => "`wwanctl pin status` tells how many attempts are left; the last one leads to the PUK",
            _ => ENTER_PIN,
        };
        Self::Refused {
            reason: format!("{what}{pin_type} is needed{left}: {}", names::status(lock.status)),
            hint: Some(hint),
        }
    }
}

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (reason, None) => f.write_str(reason),
            (reason, Some(hint)) => write!(f, "{reason}\nhint: {hint}"),
        }
    }
}

impl From<io::Error> for Fail {
    fn from(error: io::Error) -> Self {
        Self::Output(format!("standard output: {error}"))
    }
}

impl From<DeviceError> for Fail {
    fn from(error: DeviceError) -> Self {
        match error {
            DeviceError::Deadline => Self::Timeout("the modem did not answer in time (see --timeout)".to_owned()),
            DeviceError::Interrupted => Self::Interrupted,
            DeviceError::Stuck => Self::Timeout("the modem takes no message".to_owned()),
            DeviceError::Gone(text) => Self::Unreachable(text),
        }
    }
}

impl From<Error<DeviceError>> for Fail {
    fn from(error: Error<DeviceError>) -> Self {
        let name = |command: &CommandId| names::command(command.service, command.cid);
        match error {
            Error::Channel(error) => error.into(),
            Error::Session(SessionError::Encode(error)) => Self::Usage(format!("a value is too long: {error}")),
            Error::Session(error) => Self::Unreachable(error.to_string()),
            Error::Open(OpenError::Timeout) => Self::Timeout(
                "the modem does not answer OPEN; is this its MBIM port, and does nothing else use it?".to_owned(),
            ),
            Error::Open(OpenError::Status(status)) => Self::Refused {
                reason: format!("the modem refuses to open: {}", names::status(status)),
                hint: hint(status, None, None),
            },
            Error::Open(OpenError::Function(error)) => Self::Refused {
                reason: format!("the modem refuses to open: {}", names::protocol_error(error)),
                hint: None,
            },
            Error::Lost => Self::Unreachable("the modem was reset, or another program closed it".to_owned()),
            Error::Failed { command, failure } => {
                Self::failed(&command.map_or_else(|| "command".to_owned(), name), failure)
            }
            Error::Refused(refusal) => {
                let command = refusal.command;
                Self::refused(command.service, command.cid, refusal.status, refusal.network)
            }
            Error::Decode { command, error } => Self::Data(format!("answer to {}: {error}", name(command))),
            Error::Locked(lock) => Self::locked(&lock),
            Error::Card { status, words } => {
                let reason = format!("the card refuses: status words {words} ({})", names::status(status));
                Self::Refused { reason, hint: None }
            }
            Error::NoRoom { needed } => Self::Data(format!("the answer is too long: {needed} bytes")),
            Error::Text(error) => Self::Usage(format!("the text cannot be sent: {error}")),
            Error::NotReached => {
                Self::Timeout("the state asked for was not reached in time (see --timeout)".to_owned())
            }
            error => Self::Unreachable(error.to_string()),
        }
    }
}

/// Whether answers to the command have room for the network's reason.
fn tells_reason(service: Uuid, cid: u32) -> bool {
    let layout = names::layout(service, cid, Form::Response, 1);
    layout.is_some_and(|layout| layout.fields.iter().any(|field| field.name() == "NwError"))
}

/// What a person can do about a refusal.
fn hint(status: Status, network: Option<bc::NwError>, command: Option<(Uuid, u32)>) -> Option<&'static str> {
    use bc::NwError as Cause;
    let is = |cid: u32| command == Some((bc::BASIC_CONNECT, cid));
    let apn = "check --apn with the operator; some networks want --user and --password too";
    match network.filter(|cause| *cause != Cause::NONE) {
        Some(
            Cause::MISSING_OR_UNKNOWN_APN
            | Cause::REQUESTED_SERVICE_OPTION_NOT_SUBSCRIBED
            | Cause::ESM_FAILURE
            | Cause::REQUESTED_APN_NOT_SUPPORTED_IN_CURRENT_RAT_AND_PLMN,
        ) => return Some(apn),
        Some(Cause::USER_AUTHENTICATION_FAILED) => return Some("check --user, --password and --auth"),
        Some(Cause::PDP_TYPE_IPV4_ONLY_ALLOWED) => return Some("use --ip-type v4"),
        Some(Cause::PDP_TYPE_IPV6_ONLY_ALLOWED) => return Some("use --ip-type v6"),
        Some(Cause::PLMN_NOT_ALLOWED | Cause::ROAMING_NOT_ALLOWED_IN_LOCATION_AREA) => {
            return Some("this SIM may not use that network; `wwanctl register auto` lets the modem choose");
        }
        _ => {}
    }
    match status {
        Status::OPERATION_NOT_ALLOWED => Some(
            "the modem may be FCC-locked: its maker's unlocking command has to come before the radio is switched on\n\
             (Quectel modules of laptops: `wwanctl mbim quectel radio-state set RadioState=on`)",
        ),
        Status::PIN_REQUIRED => Some(ENTER_CODE),
        Status::PIN_DISABLED => Some("the SIM does not ask for this code: `wwanctl pin enable PIN` has it ask"),
        Status::INVALID_MEMORY_INDEX => Some("`wwanctl sms list` and `wwanctl phonebook list` tell the numbers"),
        Status::SIM_NOT_INSERTED => Some(INSERT_SIM),
        Status::BAD_SIM => Some("the SIM cannot be used: wrong kind, or its unblocking attempts are used up"),
        Status::NOT_INITIALIZED => Some("the modem is still starting; try again, or give it more time with --timeout"),
        Status::RADIO_POWER_OFF => Some(RADIO_ON),
        Status::INVALID_ACCESS_STRING => Some(apn),
        Status::INVALID_USER_NAME_PWD => Some("check --user, --password and --auth"),
        Status::MAX_ACTIVATED_CONTEXTS => Some("end a session first: `wwanctl disconnect --session N`"),
        Status::NOT_REGISTERED | Status::PACKET_SERVICE_DETACHED | Status::PROVIDERS_NOT_FOUND => Some(NO_NETWORK),
        Status::PROVIDER_NOT_VISIBLE => Some("`wwanctl scan` lists the networks in reach"),
        Status::SERVICE_NOT_ACTIVATED => Some("the operator has not activated this subscription"),
        Status::NO_DEVICE_SUPPORT => {
            Some("this modem does not have the command; `wwanctl mbim basic-connect device-services` lists what it has")
        }
        Status::FAILURE if network.is_none() && is(bc::Connect::CID) => {
            Some("after several attempts with a wrong --apn modems refuse without a reason for some minutes")
        }
        _ => None,
    }
}
