//! What the function tells: which service tells what, and what the services have in common in telling it.
//!
//! A [`Subject`] says what an answer or indication is about, and keeps what must not change until it is sent. Each
//! service has an enumeration of its own for that, and writes it in MBIM's words, in the layout of the version agreed
//! upon.

use mbim_wire::field::Empty;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::{Encode, Status};

use super::super::modem::bearer::{Auth, IpKind};
use super::super::modem::clock::Date;
use super::super::modem::network::Technologies;
use super::super::modem::sms::Format;
use super::super::modem::{Failure, Modem, Reason};
use super::Config;
use super::service::{
    atds, auth, basic_connect, google, intel_mutual_authentication, intel_thermal_rf, intel_tools,
    ms_basic_connect_extensions, ms_sar, ms_uicc_low_level_access, phonebook, qdu, quectel, sms, stk, ussd,
};
use super::signal::Reporting;
use super::subscriptions::Subscriptions;

/// What an answer or indication is about: one variant for each service.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant)] // what a card says is kept whole, since it says it once; there is no heap for it
pub(super) enum Subject {
    Empty,
    Basic(basic_connect::Subject),
    Phonebook(phonebook::Subject),
    Stk(stk::Subject),
    Auth(auth::Subject),
    Uicc(ms_uicc_low_level_access::Subject),
    Sms(sms::Subject),
    Ussd(ussd::Subject),
    Extensions(ms_basic_connect_extensions::Subject),
    FirmwareId,
    Sar(ms_sar::Subject),
    Nitz(Date),
    Qdu(qdu::Subject),
    Atds(atds::Subject),
    Quectel(quectel::Subject),
    Google(google::Subject),
    IntelThermalRf(intel_thermal_rf::Subject),
    IntelMutualAuthentication(intel_mutual_authentication::Subject),
    IntelTools(intel_tools::Subject),
    #[cfg(feature = "at")]
    At(super::at::Subject),
}

impl From<basic_connect::Subject> for Subject {
    fn from(subject: basic_connect::Subject) -> Self {
        Self::Basic(subject)
    }
}

impl From<sms::Subject> for Subject {
    fn from(subject: sms::Subject) -> Self {
        Self::Sms(subject)
    }
}

impl From<ussd::Subject> for Subject {
    fn from(subject: ussd::Subject) -> Self {
        Self::Ussd(subject)
    }
}

impl From<ms_basic_connect_extensions::Subject> for Subject {
    fn from(subject: ms_basic_connect_extensions::Subject) -> Self {
        Self::Extensions(subject)
    }
}

impl From<phonebook::Subject> for Subject {
    fn from(subject: phonebook::Subject) -> Self {
        Self::Phonebook(subject)
    }
}

impl From<stk::Subject> for Subject {
    fn from(subject: stk::Subject) -> Self {
        Self::Stk(subject)
    }
}

impl From<ms_sar::Subject> for Subject {
    fn from(subject: ms_sar::Subject) -> Self {
        Self::Sar(subject)
    }
}

impl From<qdu::Subject> for Subject {
    fn from(subject: qdu::Subject) -> Self {
        Self::Qdu(subject)
    }
}

impl From<atds::Subject> for Subject {
    fn from(subject: atds::Subject) -> Self {
        Self::Atds(subject)
    }
}

impl From<quectel::Subject> for Subject {
    fn from(subject: quectel::Subject) -> Self {
        Self::Quectel(subject)
    }
}

impl From<google::Subject> for Subject {
    fn from(subject: google::Subject) -> Self {
        Self::Google(subject)
    }
}

impl From<intel_thermal_rf::Subject> for Subject {
    fn from(subject: intel_thermal_rf::Subject) -> Self {
        Self::IntelThermalRf(subject)
    }
}

impl From<intel_mutual_authentication::Subject> for Subject {
    fn from(subject: intel_mutual_authentication::Subject) -> Self {
        Self::IntelMutualAuthentication(subject)
    }
}

impl From<intel_tools::Subject> for Subject {
    fn from(subject: intel_tools::Subject) -> Self {
        Self::IntelTools(subject)
    }
}

/// Everything that answers are made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    pub(super) modem: &'a Modem,
    pub(super) config: &'a Config,
    /// Version of the extensions that was agreed upon.
    pub(super) version: u16,
    pub(super) reporting: &'a Reporting,
    pub(super) subscriptions: &'a Subscriptions,
    #[cfg(feature = "at")]
    pub(super) line: Option<&'a super::at::Line<'a>>,
}

/// Takes an information buffer.
pub(super) type Sink<'a> = &'a mut dyn FnMut(&dyn Encode);

/// The status for a failure.
pub(super) fn status(failure: Failure) -> Status {
    match failure.reason {
        Reason::Busy => Status::BUSY,
        Reason::Refused | Reason::CodeWrong => Status::FAILURE,
        Reason::SimAbsent => Status::SIM_NOT_INSERTED,
        Reason::SimBad => Status::BAD_SIM,
        Reason::NotReady => Status::NOT_INITIALIZED,
        Reason::CodeRequired => Status::PIN_REQUIRED,
        Reason::CodeDisabled => Status::PIN_DISABLED,
        Reason::Invalid => Status::INVALID_PARAMETERS,
        Reason::TooLong => Status::PARAMETER_TOO_LONG,
        Reason::NotSupported => Status::NO_DEVICE_SUPPORT,
        Reason::NotAllowed => Status::OPERATION_NOT_ALLOWED,
        Reason::RadioOff => Status::RADIO_POWER_OFF,
        Reason::NotRegistered => Status::NOT_REGISTERED,
        Reason::NoNetworks => Status::PROVIDERS_NOT_FOUND,
        Reason::NotVisible => Status::PROVIDER_NOT_VISIBLE,
        Reason::Detached => Status::PACKET_SERVICE_DETACHED,
        Reason::TooManyContexts => Status::MAX_ACTIVATED_CONTEXTS,
        Reason::NotActive => Status::CONTEXT_NOT_ACTIVATED,
        Reason::AccessPoint => Status::INVALID_ACCESS_STRING,
        Reason::Credentials => Status::INVALID_USER_NAME_PWD,
        Reason::NotActivated => Status::SERVICE_NOT_ACTIVATED,
        Reason::Filters => Status::FILTER_NOT_SUPPORTED,
        Reason::Full => Status::MEMORY_FULL,
        Reason::NoSlot => Status::INVALID_SLOT,
        Reason::InvalidIndex => Status::INVALID_MEMORY_INDEX,
        Reason::NoPhonebook => Status::NO_PHONEBOOK,
        Reason::StkBusy => Status::STK_BUSY,
        Reason::ServiceCentre => Status::SMS_UNKNOWN_SMSC_ADDRESS,
        Reason::NetworkTimeout => Status::SMS_NETWORK_TIMEOUT,
        Reason::Format => Status::SMS_FORMAT_NOT_SUPPORTED,
    }
}

/// The first `units` UTF-16 units of a text.
pub(super) fn cut(text: &str, units: usize) -> &str {
    let mut used = 0_usize;
    let end = text.char_indices().find(|(_, c)| {
        used = used.saturating_add(c.len_utf16());
        used > units
    });
    end.and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

pub(super) fn ip_type(ip: IpKind) -> bc::ContextIpType {
    match ip {
        IpKind::Default => bc::ContextIpType::DEFAULT,
        IpKind::V4 => bc::ContextIpType::IPV4,
        IpKind::V6 => bc::ContextIpType::IPV6,
        IpKind::V4V6 => bc::ContextIpType::IPV4V6,
        IpKind::V4AndV6 => bc::ContextIpType::IPV4_AND_IPV6,
    }
}

pub(super) fn auth_protocol(auth: Auth) -> bc::AuthProtocol {
    match auth {
        Auth::None => bc::AuthProtocol::NONE,
        Auth::Pap => bc::AuthProtocol::PAP,
        Auth::Chap => bc::AuthProtocol::CHAP,
        Auth::MsChapV2 => bc::AuthProtocol::MSCHAPV2,
    }
}

pub(super) fn compression(on: bool) -> bc::Compression {
    if on { bc::Compression::ENABLE } else { bc::Compression::NONE }
}

/// As in MBIM 1.0 and version 2.0: the bits are the same.
pub(super) fn data_class(technologies: Technologies) -> bc::DataClass {
    bc::DataClass::from_bits_retain(technologies.bits())
}

pub(super) fn data_class_v3(technologies: Technologies) -> bc::DataClassV3 {
    let mut class = bc::DataClassV3::from_bits_retain(technologies.difference(NR).bits());
    if technologies.intersects(NR) {
        class |= bc::DataClassV3::_5G;
    }
    class
}

pub(super) fn data_subclass(technologies: Technologies) -> bc::DataSubclass {
    let mut class = bc::DataSubclass::empty();
    if technologies.contains(Technologies::NR_NSA) {
        class |= bc::DataSubclass::_5G_ENDC;
    }
    if technologies.contains(Technologies::NR_SA) {
        class |= bc::DataSubclass::_5G_NR;
    }
    class
}

/// 5G of either kind.
pub(super) const NR: Technologies = Technologies::NR_NSA.union(Technologies::NR_SA);

impl Source<'_> {
    /// Makes the information buffer and lends it to `sink`.
    pub(super) fn tell(&self, subject: Subject, sink: Sink<'_>) {
        match subject {
            Subject::Empty => sink(&Empty {}),
            Subject::Basic(subject) => self.tell_basic(subject, sink),
            Subject::Phonebook(subject) => self.tell_phonebook(subject, sink),
            Subject::Stk(subject) => self.tell_stk(subject, sink),
            Subject::Auth(subject) => self.tell_auth(subject, sink),
            Subject::Uicc(subject) => self.tell_uicc(subject, sink),
            Subject::Sms(subject) => subject.tell(self, sink),
            Subject::Ussd(subject) => subject.tell(self, sink),
            Subject::Extensions(subject) => self.tell_extensions(subject, sink),
            Subject::FirmwareId => self.tell_firmware_id(sink),
            Subject::Sar(subject) => self.tell_sar(subject, sink),
            Subject::Nitz(date) => self.tell_nitz(date, sink),
            Subject::Qdu(subject) => self.tell_qdu(subject, sink),
            Subject::Atds(subject) => self.tell_atds(subject, sink),
            Subject::Quectel(subject) => self.tell_quectel(subject, sink),
            Subject::Google(subject) => self.tell_google(subject, sink),
            Subject::IntelThermalRf(subject) => self.tell_intel_thermal_rf(subject, sink),
            Subject::IntelMutualAuthentication(subject) => self.tell_intel_mutual_authentication(subject, sink),
            Subject::IntelTools(subject) => self.tell_intel_tools(subject, sink),
            #[cfg(feature = "at")]
            Subject::At(subject) => self.tell_at(subject, sink),
        }
    }

    // Capabilities, which two services tell.

    /// What the device can do, and what of it is told as text.
    pub(super) fn technologies(&self) -> (Technologies, bool) {
        let technologies = self.modem.technologies();
        if self.config.custom_data_class.is_empty() {
            (technologies, false)
        } else {
            (technologies.difference(NR), true)
        }
    }

    pub(super) fn data_class(&self) -> bc::DataClass {
        let (technologies, custom) = self.technologies();
        let custom = if custom { bc::DataClass::CUSTOM } else { bc::DataClass::empty() };
        data_class(technologies) | custom
    }

    pub(super) fn sim_class(&self) -> bc::SimClass {
        match self.modem.sim() {
            Some(sim) if sim.esim => bc::SimClass::LOGICAL,
            _ => bc::SimClass::REMOVABLE,
        }
    }

    pub(super) fn control_caps(&self) -> bc::CtrlCaps {
        let mut caps = bc::CtrlCaps::HW_RADIO_SWITCH | bc::CtrlCaps::SIM_HOT_SWAP_CAPABLE;
        if self.modem.allows_manual_selection() {
            caps |= bc::CtrlCaps::REG_MANUAL;
        }
        if !self.modem.home_providers().is_empty() {
            caps |= bc::CtrlCaps::MULTI_CARRIER;
        }
        if self.modem.sim().is_some_and(|sim| sim.esim) {
            caps |= bc::CtrlCaps::ESIM;
        }
        caps
    }

    pub(super) fn voice_class(&self) -> bc::VoiceClass {
        bc::VoiceClass::NO_VOICE
    }

    pub(super) fn sms_caps(&self) -> bc::SmsCaps {
        match self.modem.message_format() {
            _ if !self.modem.has_messages() => bc::SmsCaps::empty(),
            Format::Pdu => bc::SmsCaps::PDU_RECEIVE | bc::SmsCaps::PDU_SEND,
            Format::Cdma => bc::SmsCaps::TEXT_RECEIVE | bc::SmsCaps::TEXT_SEND,
        }
    }
}
