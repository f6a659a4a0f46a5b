//! QMI's words for what the model says: why sessions end, over which technology packets pass, how hosts authenticate.

use qmi_wire::ProtocolError;
use qmi_wire::service::wds::*;

use crate::device::modem::bearer::{Auth, IpKind, SessionStatus};
use crate::device::modem::network::{PacketState, Technologies};
use crate::device::modem::{Failure, Modem, Reason};

/// Why a session ended or did not begin, in both of QMI's ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Why {
    pub(super) reason: CallEndReason,
    pub(super) kind: VerboseCallEndReasonType,
    pub(super) verbose: i16,
}

impl Why {
    pub(super) fn verbose(self) -> VerboseCallEndReason {
        VerboseCallEndReason { kind: self.kind, reason: self.verbose }
    }

    pub(super) const fn internal(reason: CallEndReason, verbose: VerboseCallEndReasonInternal) -> Self {
        Self { reason, kind: VerboseCallEndReasonType::INTERNAL, verbose: verbose.0 }
    }

    pub(super) const fn manager(reason: CallEndReason, verbose: VerboseCallEndReasonCm) -> Self {
        Self { reason, kind: VerboseCallEndReasonType::CM, verbose: verbose.0 }
    }

    /// The client wanted it.
    pub(super) const CLIENT: Self =
        Self::manager(CallEndReason::GENERIC_CLIENT_END, VerboseCallEndReasonCm::CLIENT_END);

    /// What the network said.
    fn network(cause: u32) -> Self {
        let verbose = i16::try_from(cause).unwrap_or(i16::MAX);
        Self { reason: network_reason(cause), kind: VerboseCallEndReasonType::_3GPP, verbose }
    }

    /// Why a start failed; an error says more than a reason where the session could not even begin.
    pub(super) fn of_start(failure: Failure) -> Result<Self, ProtocolError> {
        use VerboseCallEndReasonCm as Cm;
        let none = CallEndReason::GENERIC_NO_SERVICE;
        match failure {
            Failure { cause, .. } if cause != 0 => Ok(Self::network(cause)),
            Failure { reason: Reason::RadioOff, .. } => Ok(Self::manager(none, Cm::OFFLINE)),
            Failure { reason: Reason::NotRegistered | Reason::NoNetworks, .. } => {
                Ok(Self::manager(none, Cm::NO_SERVICE))
            }
            Failure { reason: Reason::Detached, .. } => Ok(Self::manager(none, Cm::EMM_DETACHED)),
            Failure { reason: Reason::SimAbsent, .. } => {
                Ok(Self::manager(CallEndReason::GENERIC_ACCESS_FAILURE, Cm::UIM_NOT_PRESENT))
            }
            Failure {
                reason: Reason::SimBad | Reason::NotReady | Reason::CodeRequired | Reason::CodeWrong, ..
            } => Ok(Self::manager(CallEndReason::GENERIC_ACCESS_FAILURE, Cm::INVALID_SIM_STATE)),
            Failure { reason: Reason::NotActive, .. } => Ok(Self::CLIENT),
            Failure { reason: Reason::TooLong, .. } => Err(ProtocolError::ARGUMENT_TOO_LONG),
            Failure { reason: Reason::TooManyContexts, .. } => Err(ProtocolError::INSUFFICIENT_RESOURCES),
            Failure { reason: Reason::Busy, .. } => Err(ProtocolError::NO_MEMORY),
            _ => Ok(Self::internal(CallEndReason::GENERIC_INTERNAL_ERROR, VerboseCallEndReasonInternal::ERROR)),
        }
    }

    /// Why a session that was up has ended.
    pub(super) fn of_end(modem: &Modem, status: SessionStatus, stopping: bool) -> Self {
        use VerboseCallEndReasonCm as Cm;
        let none = CallEndReason::GENERIC_NO_SERVICE;
        if stopping {
            Self::CLIENT
        } else if status.cause != 0 {
            Self::network(status.cause)
        } else if modem.sim().is_none() {
            Self::manager(none, Cm::UIM_NOT_PRESENT)
        } else if !modem.radio().is_on() {
            Self::manager(none, Cm::OFFLINE)
        } else if !modem.registration().is_registered() {
            Self::manager(CallEndReason::GENERIC_FADE, Cm::FADE)
        } else if modem.packet_service().state != PacketState::Attached {
            Self::manager(none, Cm::EMM_DETACHED)
        } else {
            Self::internal(CallEndReason::GENERIC_RELEASE_NORMAL, VerboseCallEndReasonInternal::CALL_ENDED)
        }
    }
}

/// The older word for a cause of 3GPP TS 24.008 and 24.301.
fn network_reason(cause: u32) -> CallEndReason {
    match cause {
        8 => CallEndReason::GSM_WCDMA_OPERATOR_DETERMINED_BARRING,
        25 => CallEndReason::GSM_WCDMA_LLC_SNDCP_FAILURE,
        26 => CallEndReason::GSM_WCDMA_INSUFFICIENT_RESOURCES,
        27 => CallEndReason::GSM_WCDMA_UNKNOWN_APN,
        28 => CallEndReason::GSM_WCDMA_UNKNOWN_PDP,
        29 => CallEndReason::GENERIC_AUTHENTICATION_FAILED,
        30 => CallEndReason::GSM_WCDMA_GGSN_REJECT,
        31 => CallEndReason::GSM_WCDMA_ACTIVATION_REJECT,
        32 => CallEndReason::GSM_WCDMA_OPTION_NOT_SUPPORTED,
        33 => CallEndReason::GSM_WCDMA_OPTION_UNSUBSCRIBED,
        34 => CallEndReason::GSM_WCDMA_OPTION_TEMPORARILY_OUT_OF_ORDER,
        35 => CallEndReason::GSM_WCDMA_NSAPI_ALREADY_USED,
        36 => CallEndReason::GSM_WCDMA_REGULAR_DEACTIVATION,
        37 => CallEndReason::GSM_WCDMA_QOS_NOT_ACCEPTED,
        38 => CallEndReason::GSM_WCDMA_NETWORK_FAILURE,
        39 => CallEndReason::GSM_WCDMA_REATTACH_REQUIRED,
        40 => CallEndReason::GSM_WCDMA_FEATURE_NOT_SUPPORTED,
        41 => CallEndReason::GSM_WCDMA_TFT_SEMANTIC_ERROR,
        42 => CallEndReason::GSM_WCDMA_TFT_SYNTAX_ERROR,
        43 => CallEndReason::GSM_WCDMA_UNKNOWN_PDP_CONTEXT,
        44 => CallEndReason::GSM_WCDMA_FILTER_SEMANTIC_ERROR,
        45 => CallEndReason::GSM_WCDMA_FILTER_SYNTAX_ERROR,
        46 => CallEndReason::GSM_WCDMA_PDP_WITHOUT_ACTIVE_TFT,
        81 => CallEndReason::GSM_WCDMA_INVALID_TRANSACTION_ID,
        95 => CallEndReason::GSM_WCDMA_MESSAGE_INCORRECT_SEMANTIC,
        96 => CallEndReason::GSM_WCDMA_INVALID_MANDATORY_INFO,
        97 => CallEndReason::GSM_WCDMA_MESSAGE_TYPE_UNSUPPORTED,
        98 => CallEndReason::GSM_WCDMA_MESSAGE_TYPE_NONCOMPATIBLE_STATE,
        99 => CallEndReason::GSM_WCDMA_UNKNOWN_INFO_ELEMENT,
        100 => CallEndReason::GSM_WCDMA_CONDITIONAL_IE_ERROR,
        101 => CallEndReason::GSM_WCDMA_MESSAGE_AND_PROTOCOL_STATE_UNCOMPATIBLE,
        111 => CallEndReason::GSM_WCDMA_PROTOCOL_ERROR,
        112 => CallEndReason::GSM_WCDMA_APN_TYPE_CONFLICT,
        _ => CallEndReason::GENERIC_UNSPECIFIED,
    }
}

pub(super) fn pdp_type(ip: IpKind) -> PdpType {
    match ip {
        IpKind::V4 => PdpType::IPV4,
        IpKind::V6 => PdpType::IPV6,
        _ => PdpType::IPV4_OR_IPV6,
    }
}

pub(super) fn authentication(auth: Auth) -> Authentication {
    match auth {
        Auth::None => Authentication::empty(),
        Auth::Pap => Authentication::PAP,
        Auth::Chap | Auth::MsChapV2 => Authentication::CHAP,
    }
}

/// Of both, the one with the hash is tried first, as modems do.
pub(super) fn auth(authentication: Authentication) -> Auth {
    if authentication.contains(Authentication::CHAP) {
        Auth::Chap
    } else if authentication.contains(Authentication::PAP) {
        Auth::Pap
    } else {
        Auth::None
    }
}

const NR: Technologies = Technologies::NR_NSA.union(Technologies::NR_SA);

/// The older word.
pub(super) fn bearer(technology: Technologies) -> DataBearerTechnology {
    match technology.best() {
        Technologies::GPRS => DataBearerTechnology::GSM,
        Technologies::EDGE => DataBearerTechnology::EDGE,
        Technologies::UMTS => DataBearerTechnology::UMTS,
        Technologies::HSDPA => DataBearerTechnology::HSDPA,
        Technologies::HSUPA => DataBearerTechnology::HSDPA_HSUPDA,
        // 5G beside LTE looks like LTE here.
        Technologies::LTE | Technologies::NR_NSA => DataBearerTechnology::LTE,
        _ => DataBearerTechnology::UNKNOWN,
    }
}

pub(super) fn rat_mask(technology: Technologies) -> u32 {
    let mask = match technology.best() {
        Technologies::GPRS => Rat3gpp::GPRS,
        Technologies::EDGE => Rat3gpp::EDGE,
        Technologies::UMTS => Rat3gpp::WCDMA,
        Technologies::HSDPA => Rat3gpp::HSDPA,
        Technologies::HSUPA => Rat3gpp::HSDPA | Rat3gpp::HSUPA,
        Technologies::LTE => Rat3gpp::LTE,
        Technologies::NR_NSA => Rat3gpp::LTE | Rat3gpp::_5GNR,
        Technologies::NR_SA => Rat3gpp::_5GNR,
        _ => Rat3gpp::NONE,
    };
    mask.bits()
}

pub(super) fn current_bearer(technology: Technologies) -> DataBearerTechnologyInfo {
    DataBearerTechnologyInfo { network_type: NetworkType::_3GPP, rat_mask: rat_mask(technology), so_mask: 0 }
}

pub(super) fn extended_bearer(technology: Technologies) -> ExtendedDataBearerTechnology {
    use ExtendedDataBearerTechnology3gpp as Bearer;
    let (rat, bearer) = match technology.best() {
        Technologies::GPRS => (RadioAccessTechnology::_3GPP_GERAN, Bearer::GPRS),
        Technologies::EDGE => (RadioAccessTechnology::_3GPP_GERAN, Bearer::EDGE),
        Technologies::UMTS => (RadioAccessTechnology::_3GPP_WCDMA, Bearer::WCDMA),
        Technologies::HSDPA => (RadioAccessTechnology::_3GPP_WCDMA, Bearer::HSDPA),
        Technologies::HSUPA => (RadioAccessTechnology::_3GPP_WCDMA, Bearer::HSPA),
        Technologies::LTE | Technologies::NR_NSA => (RadioAccessTechnology::_3GPP_LTE, Bearer::LTE_FDD),
        _ => (RadioAccessTechnology::NULL_BEARER, Bearer::UNKNOWN),
    };
    ExtendedDataBearerTechnology {
        data_bearer_technology: DataSystemNetworkType::_3GPP,
        radio_access_technology: rat,
        extended_data_bearer_technology_3gpp: bearer,
        ..ExtendedDataBearerTechnology::default()
    }
}

pub(super) fn data_system(technology: Technologies) -> DataSystem {
    match technology.best() {
        Technologies::GPRS | Technologies::EDGE => DataSystem::GPRS,
        Technologies::UMTS | Technologies::HSDPA | Technologies::HSUPA => DataSystem::WCDMA,
        Technologies::LTE | Technologies::NR_NSA => DataSystem::LTE,
        _ => DataSystem::UNKNOWN,
    }
}

/// Whether quality of service is that of UMTS there.
pub(super) fn is_umts(technology: Technologies) -> bool {
    !technology.is_empty() && !technology.intersects(Technologies::LTE | NR | Technologies::GPRS | Technologies::EDGE)
}
