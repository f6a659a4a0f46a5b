//! What the services have in common in reading what the host asks for, and in saying what became of it.
//!
//! Everything here comes from the host and is not trusted: what cannot be read, or makes no sense, fails with
//! INVALID_PARAMETERS and an empty answer, and has changed nothing.

use heapless::Vec;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::text::Utf16;
use mbim_wire::{DecodeError, Status};

use super::super::modem::bearer::{Auth, Context, IpKind};
use super::super::modem::event::Origin;
use super::super::modem::network::{Provider, Technologies};
use super::super::modem::{Failure, Modem, Text, Ticket};
use super::V3;
use super::answers::{Subject, status};

/// What became of a command.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant)] // as in `Subject`
pub(super) enum Step {
    /// It is answered.
    Done(Status, Subject),
    /// It is answered when the modem is ready.
    Wait(Ticket, Later),
    /// It is answered when the QMI function inside has answered.
    #[cfg(feature = "qmi")]
    Qmi(super::service::qmi::Key),
    /// It is answered when the AT function inside has said everything, in these words.
    #[cfg(feature = "at")]
    At(super::at::Form),
}

/// What a late answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Later {
    Radio,
    Registration,
    PacketService,
    Session(u8),
    /// A failure tells the present map too.
    SlotMappings,
    VisibleProviders {
        home_only: bool,
    },
    MessageSent(u8),
    Operators,
    QuectelRadio,
    UpdateWrite,
    /// Who asked: the network answers other hosts, too.
    Ussd(Origin),
}

impl Later {
    /// What is told about a success, and about a failure that has something to tell.
    pub(super) fn subject(self, modem: &Modem, outcome: Result<(), Failure>) -> (Status, Subject) {
        use super::service::basic_connect::Subject as Basic;
        use super::service::ms_basic_connect_extensions::Subject as Extensions;
        use super::service::{atds, quectel, sms, ussd};
        let subject = match (self, outcome) {
            (Self::Registration, _) => Basic::Registration(modem.registration()).into(),
            (Self::PacketService, _) => Basic::PacketService(modem.packet_service()).into(),
            (Self::Session(session), _) => {
                modem.session(u32::from(session)).map_or(Subject::Empty, |session| Basic::Session(session).into())
            }
            (Self::SlotMappings, _) => Extensions::SlotMappings.into(),
            (Self::Radio, Ok(())) => Basic::Radio(modem.radio()).into(),
            (Self::VisibleProviders { home_only }, Ok(())) => Basic::VisibleProviders { home_only }.into(),
            (Self::MessageSent(reference), Ok(())) => sms::Subject::Reference(reference).into(),
            (Self::Operators, Ok(())) => atds::Subject::Operators.into(),
            (Self::QuectelRadio, Ok(())) => quectel::Subject(modem.radio()).into(),
            (Self::UpdateWrite, Ok(())) => Subject::Empty,
            (Self::Ussd(by), Ok(())) => ussd::Subject(modem.ussd_answer(by)).into(),
            (_, Err(_)) => Subject::Empty,
        };
        (outcome.map_or_else(status, |()| Status::SUCCESS), subject)
    }
}

/// Why a command is refused with an empty answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused(pub(super) Status);

impl From<DecodeError> for Refused {
    fn from(_: DecodeError) -> Self {
        Self(Status::INVALID_PARAMETERS)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self(status(failure))
    }
}

pub(super) const INVALID: Refused = Refused(Status::INVALID_PARAMETERS);

pub(super) type Outcome = Result<Step, Refused>;

pub(super) fn done(subject: impl Into<Subject>) -> Outcome {
    Ok(Step::Done(Status::SUCCESS, subject.into()))
}

/// Text that the modem stores, of at most `N` bytes.
pub(super) fn stored<const N: usize>(text: Utf16<'_>) -> Result<Text<N>, Refused> {
    let mut stored = Text::new();
    for c in text.chars() {
        stored.push(c).map_err(|_| Refused(Status::PARAMETER_TOO_LONG))?;
    }
    Ok(stored)
}

pub(super) fn is_plmn(digits: &str) -> bool {
    matches!(digits.len(), 5 | 6) && digits.bytes().all(|c| c.is_ascii_digit())
}

pub(super) fn ip_kind(wire: bc::ContextIpType) -> Result<IpKind, Refused> {
    Ok(match wire {
        bc::ContextIpType::DEFAULT => IpKind::Default,
        bc::ContextIpType::IPV4 => IpKind::V4,
        bc::ContextIpType::IPV6 => IpKind::V6,
        bc::ContextIpType::IPV4V6 => IpKind::V4V6,
        bc::ContextIpType::IPV4_AND_IPV6 => IpKind::V4AndV6,
        _ => return Err(INVALID),
    })
}

pub(super) fn auth(wire: bc::AuthProtocol) -> Result<Auth, Refused> {
    Ok(match wire {
        bc::AuthProtocol::NONE => Auth::None,
        bc::AuthProtocol::PAP => Auth::Pap,
        bc::AuthProtocol::CHAP => Auth::Chap,
        bc::AuthProtocol::MSCHAPV2 => Auth::MsChapV2,
        _ => return Err(INVALID),
    })
}

pub(super) fn compression(wire: bc::Compression) -> Result<bool, Refused> {
    match wire {
        bc::Compression::NONE => Ok(false),
        bc::Compression::ENABLE => Ok(true),
        _ => Err(INVALID),
    }
}

pub(super) fn technologies(wire: bc::DataClass, version: u16) -> Technologies {
    let known = Technologies::from_bits_truncate(wire.bits());
    if version >= V3 && known.contains(Technologies::NR_NSA) { known | Technologies::NR_SA } else { known }
}

pub(super) fn providers<const N: usize>(list: bc::ProvidersInfoView<'_>) -> Result<Vec<Provider, N>, Refused> {
    let mut providers = Vec::new();
    for provider in list.providers()?.iter() {
        let provider = provider?;
        let entry = Provider {
            plmn: stored(*provider.provider_id).map_err(|_| INVALID)?,
            name: stored(*provider.provider_name)?,
            technologies: Technologies::empty(),
        };
        if !is_plmn(&entry.plmn) {
            return Err(INVALID);
        }
        providers.push(entry).map_err(|_| Refused(Status::MEMORY_FULL))?;
    }
    Ok(providers)
}

/// What is the same in all structures with a context.
pub(super) struct Common<'a> {
    pub(super) access_string: Utf16<'a>,
    pub(super) user_name: Utf16<'a>,
    pub(super) password: Utf16<'a>,
    pub(super) compression: bc::Compression,
    pub(super) auth_protocol: bc::AuthProtocol,
}

impl Common<'_> {
    pub(super) fn read(&self) -> Result<Context, Refused> {
        Ok(Context {
            apn: stored(self.access_string)?,
            user: stored(self.user_name)?,
            password: stored(self.password)?,
            auth: auth(self.auth_protocol)?,
            compression: compression(self.compression)?,
            ..Context::default()
        })
    }
}

/// A request that begins is answered later. One that cannot begin is answered at once, and tells the state too, unless
/// the command itself makes no sense.
pub(super) fn wait_or_tell(modem: &Modem, ticket: Result<Ticket, Failure>, later: Later) -> Outcome {
    match ticket {
        Ok(ticket) => Ok(Step::Wait(ticket, later)),
        Err(failure) => match status(failure) {
            silent @ (Status::INVALID_PARAMETERS | Status::NO_DEVICE_SUPPORT | Status::PARAMETER_TOO_LONG) => {
                Err(Refused(silent))
            }
            _ => {
                let (status, subject) = later.subject(modem, Err(failure));
                Ok(Step::Done(status, subject))
            }
        },
    }
}
