//! Why a command fails, in the numbers of `+CME ERROR` (3GPP TS 27.007 §9.2) and `+CMS ERROR` (27.005 §3.2.5).

use at_wire::result::FinalResult;
use at_wire::{DecodeError, EncodeError};

use crate::device::modem::sim::Lock;
use crate::device::modem::{Failure, Modem, Reason};

/// Why a command is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// `ERROR`, whatever `+CMEE` says: what is wrong by V.250.
    Error,
    /// `+CME ERROR` with this number.
    Cme(u16),
    /// `+CMS ERROR` with this number.
    Cms(u16),
    /// A result of call control.
    Result(FinalResult<'static>),
    /// What the modem said, in the numbers of the command's kind.
    Failed(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self::Failed(reason.into())
    }
}

impl From<DecodeError> for Refused {
    fn from(_: DecodeError) -> Self {
        INVALID
    }
}

impl From<EncodeError> for Refused {
    fn from(_: EncodeError) -> Self {
        INVALID
    }
}

/// Parameters that make no sense.
pub(super) const INVALID: Refused = Refused::Failed(Failure { reason: Reason::Invalid, cause: 0 });
/// What the modem cannot do.
pub(super) const NOT_SUPPORTED: Refused = Refused::Failed(Failure { reason: Reason::NotSupported, cause: 0 });
/// What cannot be done now.
pub(super) const NOT_ALLOWED: Refused = Refused::Failed(Failure { reason: Reason::NotAllowed, cause: 0 });

/// The code that is needed, as the texts about it start with 11.
fn code_needed(modem: &Modem, numbers: [u16; 5]) -> u16 {
    let [pin, puk, pin2, puk2, network] = numbers;
    match modem.lock().map(|status| status.lock) {
        Ok(Lock::Puk1) => puk,
        Ok(Lock::Pin2) => pin2,
        Ok(Lock::Puk2) => puk2,
        Ok(Lock::Network) => network,
        _ => pin,
    }
}

/// The number of `+CME ERROR`.
pub(super) fn cme(failure: Failure, modem: &Modem) -> u16 {
    match failure.reason {
        _ if failure.cause != 0 => cme_of_cause(failure),
        Reason::Busy => 14,
        Reason::Refused => 100,
        Reason::SimAbsent => 10,
        Reason::SimBad => 13,
        Reason::NotReady => 14,
        Reason::CodeRequired => code_needed(modem, [11, 12, 17, 18, 40]),
        Reason::CodeDisabled => 3,
        Reason::CodeWrong => 16,
        Reason::Invalid => 50,
        Reason::TooLong => 24,
        Reason::NotSupported => 4,
        Reason::NotAllowed => 3,
        Reason::RadioOff | Reason::NotRegistered | Reason::NoNetworks | Reason::NotVisible => 30,
        Reason::Detached => 148,
        Reason::TooManyContexts => 178,
        Reason::NotActive => 185,
        Reason::AccessPoint => 127,
        Reason::Credentials => 149,
        Reason::NotActivated => 133,
        Reason::Filters => 144,
        Reason::Full => 20,
        Reason::NoSlot | Reason::InvalidIndex => 21,
        Reason::NoPhonebook => 22,
        Reason::StkBusy => 14,
        Reason::ServiceCentre => 100,
        Reason::NetworkTimeout => 31,
        Reason::Format => 4,
    }
}

/// Why a session could not be had: the network's causes of session management are other ones than those of
/// registration, and some have the same number (27.007 §9.2.2.2).
pub(super) fn of_session(failure: Failure) -> Refused {
    match failure.cause {
        // Operator determined barring, failure of the network, reactivation requested, feature not supported.
        8 => Refused::Cme(177),
        38 => Refused::Cme(190),
        39 => Refused::Cme(191),
        cause @ (35 | 40 | 42) => Refused::Cme(u16::try_from(cause).unwrap_or(0).saturating_add(100)),
        _ => failure.into(),
    }
}

/// The network's causes: those of registration and of sessions have their places from 100 on, but for some.
fn cme_of_cause(failure: Failure) -> u16 {
    let place = match failure.cause {
        29 => 149,
        // Not authorised in this PLMN, no bearer activated, severe failure of the network.
        35 => 189,
        40 => 185,
        42 => 204,
        49 => 171,
        50 => 192,
        51 => 193,
        52 => 194,
        53 => 201,
        54 => 202,
        55 => 203,
        56 => 195,
        57 => 196,
        58 => 197,
        59 => 181,
        60 => 198,
        65 => 178,
        66 => 179,
        95 => 172,
        96 => 173,
        97 => 174,
        98 => 208,
        99 => 209,
        100 => 175,
        101 => 186,
        111 => 176,
        112 => 199,
        113 => 200,
        cause @ 2..=46 => return u16::try_from(cause).unwrap_or(0).saturating_add(100),
        _ => 148,
    };
    // The texts know only what is in the table.
    place
}

/// The number of `+CMS ERROR`.
pub(super) fn cms(failure: Failure, modem: &Modem) -> u16 {
    match failure.reason {
        // A cause of the service centre or the network (24.011 annex E).
        _ if failure.cause != 0 => u16::try_from(failure.cause).unwrap_or(500),
        Reason::SimAbsent => 310,
        Reason::SimBad => 313,
        Reason::NotReady | Reason::Busy => 314,
        Reason::CodeRequired => code_needed(modem, [311, 316, 317, 318, 312]),
        Reason::Invalid | Reason::TooLong => 304,
        Reason::NotSupported | Reason::Format => 303,
        Reason::NotAllowed => 302,
        Reason::Full => 322,
        Reason::InvalidIndex => 321,
        Reason::ServiceCentre => 330,
        Reason::RadioOff | Reason::NotRegistered | Reason::NoNetworks | Reason::NotVisible => 331,
        Reason::NetworkTimeout => 332,
        _ => 500,
    }
}
