//! What the host asks for: reads information buffers and changes the modem.
//!
//! Everything here comes from the host and is not trusted: what cannot be read, or makes no sense, fails with
//! INVALID_PARAMETERS and an empty answer, and has changed nothing.

use heapless::Vec;
use mbim_wire::list::RefList;
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::text::Utf16;
use mbim_wire::{DecodeError, Status, Uuid, View};

use super::super::modem::bearer::{Auth, Context, ContextRequest, FILTERS, Filter, IpKind, Purpose, SessionState};
use super::super::modem::network::{Provider, Selection, Technologies};
use super::super::modem::sim::Lock;
use super::super::modem::{Failure, Modem, Reason, Text, Ticket};
use super::answers::{Subject, status};
use super::commands::{Id, Served};
use super::subscriptions::Subscriptions;
use super::{Core, Negotiation, V3};
use crate::time::Instant;

/// What became of a command.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// It is answered.
    Done(Status, Subject),
    /// It is answered when the modem is ready.
    Wait(Ticket, Later),
}

/// What a late answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Later {
    Radio,
    Registration,
    PacketService,
    Session(u8),
    VisibleProviders { home_only: bool },
}

impl Later {
    /// What is told about a success, and about a failure that has something to tell.
    pub(super) fn subject(self, modem: &Modem, outcome: Result<(), Failure>) -> (Status, Subject) {
        let subject = match (self, outcome) {
            (Self::Registration, _) => Subject::Registration(modem.registration()),
            (Self::PacketService, _) => Subject::PacketService(modem.packet_service()),
            (Self::Session(session), _) => modem.session(u32::from(session)).map_or(Subject::Empty, Subject::Session),
            (Self::Radio, Ok(())) => Subject::Radio(modem.radio()),
            (Self::VisibleProviders { home_only }, Ok(())) => Subject::VisibleProviders { home_only },
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

const INVALID: Refused = Refused(Status::INVALID_PARAMETERS);

type Outcome = Result<Step, Refused>;

fn done(subject: Subject) -> Outcome {
    Ok(Step::Done(Status::SUCCESS, subject))
}

/// Text that the modem stores, of at most `N` bytes.
fn stored<const N: usize>(text: Utf16<'_>) -> Result<Text<N>, Refused> {
    let mut stored = Text::new();
    for c in text.chars() {
        stored.push(c).map_err(|_| Refused(Status::PARAMETER_TOO_LONG))?;
    }
    Ok(stored)
}

fn is_plmn(digits: &str) -> bool {
    matches!(digits.len(), 5 | 6) && digits.bytes().all(|c| c.is_ascii_digit())
}

fn ip_kind(wire: bc::ContextIpType) -> Result<IpKind, Refused> {
    Ok(match wire {
        bc::ContextIpType::DEFAULT => IpKind::Default,
        bc::ContextIpType::IPV4 => IpKind::V4,
        bc::ContextIpType::IPV6 => IpKind::V6,
        bc::ContextIpType::IPV4V6 => IpKind::V4V6,
        bc::ContextIpType::IPV4_AND_IPV6 => IpKind::V4AndV6,
        _ => return Err(INVALID),
    })
}

fn auth(wire: bc::AuthProtocol) -> Result<Auth, Refused> {
    Ok(match wire {
        bc::AuthProtocol::NONE => Auth::None,
        bc::AuthProtocol::PAP => Auth::Pap,
        bc::AuthProtocol::CHAP => Auth::Chap,
        bc::AuthProtocol::MSCHAPV2 => Auth::MsChapV2,
        _ => return Err(INVALID),
    })
}

fn compression(wire: bc::Compression) -> Result<bool, Refused> {
    match wire {
        bc::Compression::NONE => Ok(false),
        bc::Compression::ENABLE => Ok(true),
        _ => Err(INVALID),
    }
}

fn technologies(wire: bc::DataClass, version: u16) -> Technologies {
    let known = Technologies::from_bits_truncate(wire.bits());
    if version >= V3 && known.contains(Technologies::NR_NSA) { known | Technologies::NR_SA } else { known }
}

fn providers<const N: usize>(list: bc::ProvidersInfoView<'_>) -> Result<Vec<Provider, N>, Refused> {
    let mut providers = Vec::new();
    for provider in list.providers()?.iter() {
        let provider = provider?;
        let entry = Provider {
            plmn: stored(*provider.provider_id).map_err(|_| INVALID)?,
            name: stored(*provider.provider_name)?,
        };
        if !is_plmn(&entry.plmn) {
            return Err(INVALID);
        }
        providers.push(entry).map_err(|_| Refused(Status::MEMORY_FULL))?;
    }
    Ok(providers)
}

/// What is the same in all structures with a context.
struct Common<'a> {
    access_string: Utf16<'a>,
    user_name: Utf16<'a>,
    password: Utf16<'a>,
    compression: bc::Compression,
    auth_protocol: bc::AuthProtocol,
}

impl Common<'_> {
    fn read(&self) -> Result<Context, Refused> {
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

/// A request for a session, whatever the version.
struct Connect<'a> {
    session_id: u32,
    command: bc::ActivationCommand,
    common: Common<'a>,
    ip_type: bc::ContextIpType,
    context_type: Uuid,
}

impl<'a> Connect<'a> {
    fn read(body: &'a [u8], version: u16) -> Result<Self, Refused> {
        if version < V3 {
            let set = bc::ConnectSetView::new(body).read()?;
            return Ok(Self {
                session_id: set.session_id,
                command: set.activation_command,
                common: Common {
                    access_string: *set.access_string,
                    user_name: *set.user_name,
                    password: *set.password,
                    compression: set.compression,
                    auth_protocol: set.auth_protocol,
                },
                ip_type: set.ip_type,
                context_type: set.context_type,
            });
        }
        let set = bc::ConnectSetV3View::new(body).read()?;
        for element in set.unnamed_ies.iter() {
            element?;
        }
        Ok(Self {
            session_id: set.session_id,
            command: set.activation_command,
            common: Common {
                access_string: set.access_string.0,
                user_name: set.user_name.0,
                password: set.password.0,
                compression: set.compression,
                auth_protocol: set.auth_protocol,
            },
            ip_type: set.ip_type,
            context_type: set.context_type,
        })
    }
}

impl Core<'_> {
    /// Does what a command asks for.
    pub(super) fn execute(
        &mut self,
        now: Instant,
        modem: &mut Modem,
        served: &Served,
        kind: CommandType,
        body: &[u8],
    ) -> Outcome {
        match kind {
            CommandType::QUERY if served.query => self.query(now, modem, served.id, body),
            CommandType::SET if served.set => self.set(now, modem, served.id, body),
            _ => Err(Refused(Status::NO_DEVICE_SUPPORT)),
        }
    }

    /// Content of queries that have none is ignored: some hosts send zeros.
    fn query(&mut self, now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
        done(match id {
            Id::DeviceCaps => Subject::DeviceCaps,
            Id::Subscriber => Subject::Subscriber(modem.ready_state()),
            Id::Radio => Subject::Radio(modem.radio()),
            Id::Pin => Subject::Pin(modem.lock()?),
            Id::PinList => Subject::PinList,
            Id::HomeProvider => {
                modem.home_provider()?;
                Subject::HomeProvider
            }
            Id::PreferredProviders => Subject::PreferredProviders,
            Id::VisibleProviders => {
                let home_only = match bc::VisibleProvidersQueryView::new(body).action()? {
                    bc::VisibleProvidersAction::FULL_SCAN => false,
                    bc::VisibleProvidersAction::RESTRICTED_SCAN => true,
                    _ => return Err(INVALID),
                };
                let ticket = modem.request_scan(now, self.config.origin)?;
                return Ok(Step::Wait(ticket, Later::VisibleProviders { home_only }));
            }
            Id::Registration => Subject::Registration(modem.registration()),
            Id::PacketService => Subject::PacketService(modem.packet_service()),
            Id::Signal => {
                self.reporting.tell(modem.signal());
                Subject::Signal(modem.signal())
            }
            Id::Connect => {
                let session = if self.negotiation.version < V3 {
                    let view = bc::ConnectQueryView::new(body);
                    view.check()?;
                    view.session_id()?
                } else {
                    bc::ConnectQueryV3View::new(body).session_id()?
                };
                Subject::Session(modem.session(session)?)
            }
            Id::Contexts => Subject::Contexts,
            Id::IpConfiguration => {
                let session = bc::IpConfigurationQueryView::new(body).session_id()?;
                let session = modem.session(session)?.session;
                if modem.ip_configuration(session).is_none() {
                    return Err(Refused(Status::CONTEXT_NOT_ACTIVATED));
                }
                Subject::IpConfiguration(session)
            }
            Id::DeviceServices => Subject::DeviceServices,
            Id::Statistics => Subject::Statistics,
            Id::IdleHint => Subject::IdleHint,
            Id::Emergency => Subject::Emergency(modem.emergency()),
            Id::Filters => {
                let session = bc::IpPacketFiltersQueryView::new(body).session_id()?;
                Subject::Filters(modem.session(session)?.session)
            }
            Id::HomeProviders => Subject::HomeProviders,
            Id::ExtContexts => Subject::ExtContexts,
            Id::AttachContexts => Subject::AttachContexts,
            Id::AttachInfo => Subject::AttachInfo(modem.packet_service()),
            Id::SysCaps => Subject::SysCaps,
            Id::ExtDeviceCaps => Subject::ExtDeviceCaps,
            Id::SlotMappings => Subject::SlotMappings,
            Id::SlotInfo => match ext::SlotInfoStatusQueryView::new(body).slot_index()? {
                0 => Subject::SlotInfo(modem.slot_state()),
                _ => return Err(INVALID),
            },
            Id::Pco => {
                let session = ext::PcoQueryView::new(body).pco_value()?.read()?.session_id;
                Subject::Pco(modem.session(session)?.session)
            }
            Id::BaseStations => {
                if self.negotiation.version < V3 {
                    ext::BaseStationsInfoQueryView::new(body).check()?;
                } else {
                    ext::BaseStationsInfoQueryV3View::new(body).check()?;
                }
                Subject::BaseStations
            }
            Id::Location => Subject::Location,
            Id::Version => {
                let host = ext::VersionQueryView::new(body).read()?;
                Subject::Version(self.negotiate(host))
            }
            Id::ServiceActivation | Id::SubscribeList | Id::DeviceReset => {
                return Err(Refused(Status::NO_DEVICE_SUPPORT));
            }
        })
    }

    /// Agrees upon versions (MBIMEx 2.0), unless it is too late for that.
    fn negotiate(&mut self, host: ext::VersionInfo) -> ext::VersionInfo {
        if self.negotiation.open {
            let own = self.config.extended_version;
            self.negotiation = Negotiation { version: host.mbim_extended_version.min(own), open: false };
        }
        ext::VersionInfo {
            mbim_version: host.mbim_version.min(super::MBIM_VERSION),
            mbim_extended_version: self.negotiation.version,
        }
    }

    fn set(&mut self, now: Instant, modem: &mut Modem, id: Id, body: &[u8]) -> Outcome {
        let by = self.config.origin;
        done(match id {
            Id::Radio => {
                let on = match bc::RadioStateSetView::new(body).radio_state()? {
                    bc::RadioSwitchState::ON => true,
                    bc::RadioSwitchState::OFF => false,
                    _ => return Err(INVALID),
                };
                return Ok(Step::Wait(modem.request_radio(now, by, on)?, Later::Radio));
            }
            Id::Pin => return self.set_pin(now, modem, body),
            Id::HomeProvider => {
                let provider = bc::HomeProviderSetView::new(body).provider()?.read()?;
                let plmn: Text<6> = stored(*provider.provider_id).map_err(|_| INVALID)?;
                if !is_plmn(&plmn) {
                    return Err(INVALID);
                }
                modem.home_provider()?;
                modem.choose_home_provider(&plmn)?;
                Subject::HomeProvider
            }
            Id::PreferredProviders => {
                modem.set_preferred_providers(by, providers(bc::ProvidersInfoView::new(body))?);
                Subject::PreferredProviders
            }
            Id::HomeProviders => {
                modem.set_home_providers(by, providers(bc::ProvidersInfoView::new(body))?);
                Subject::HomeProviders
            }
            Id::Registration => return self.set_registration(now, modem, body),
            Id::PacketService => {
                let ticket = match bc::PacketServiceSetView::new(body).packet_service_action()? {
                    bc::PacketServiceAction::ATTACH => modem.request_attach(now, by),
                    bc::PacketServiceAction::DETACH => modem.request_detach(now, by),
                    _ => return Err(INVALID),
                };
                return wait_or_tell(modem, ticket, Later::PacketService);
            }
            Id::Signal => {
                let set = bc::SignalStateSetView::new(body).read()?;
                self.reporting.set(&set);
                self.reporting.tell(modem.signal());
                Subject::Signal(modem.signal())
            }
            Id::Connect => return self.set_session(now, modem, body),
            Id::Contexts => {
                let set = bc::ProvisionedContextsSetView::new(body).read()?;
                let common = Common {
                    access_string: *set.access_string,
                    user_name: *set.user_name,
                    password: *set.password,
                    compression: set.compression,
                    auth_protocol: set.auth_protocol,
                };
                let provider: Text<6> = stored(*set.provider_id).map_err(|_| INVALID)?;
                if !provider.is_empty() && !is_plmn(&provider) {
                    return Err(INVALID);
                }
                let context = Context {
                    id: set.context_id,
                    purpose: Purpose(set.context_type.0),
                    ip: IpKind::V4V6,
                    roaming: ext::ContextRoamingControl::ALLOW_ALL.0,
                    source: ext::ContextSource::USER.0,
                    provider,
                    ..common.read()?
                };
                modem.store_context(by, context)?;
                Subject::Contexts
            }
            Id::ServiceActivation => {
                bc::ServiceActivationSetView::new(body).check()?;
                let outcome = modem.activate_subscription(now, by);
                let cause = outcome.map_or_else(|failure| failure.cause, |()| 0);
                let status = outcome.map_or_else(status, |()| Status::SUCCESS);
                return Ok(Step::Done(status, Subject::ServiceActivation(cause)));
            }
            Id::SubscribeList => {
                let list = bc::DeviceServiceSubscribeListSetView::new(body);
                self.subscriptions = Subscriptions::read(list, self.without(modem))?;
                Subject::SubscribeList
            }
            Id::IdleHint => {
                match bc::NetworkIdleHintSetView::new(body).state()? {
                    bc::NetworkIdleHintState::ENABLED => modem.set_idle_hint(true),
                    bc::NetworkIdleHintState::DISABLED => modem.set_idle_hint(false),
                    _ => return Err(INVALID),
                }
                Subject::IdleHint
            }
            Id::Emergency => {
                match bc::EmergencyModeSetView::new(body).state()? {
                    bc::EmergencyModeState::ON => modem.set_emergency(by, true),
                    bc::EmergencyModeState::OFF => modem.set_emergency(by, false),
                    _ => return Err(INVALID),
                }
                Subject::Emergency(modem.emergency())
            }
            Id::Filters => return self.set_filters(modem, body),
            Id::ExtContexts => return set_ext_contexts(self, modem, body),
            Id::AttachContexts => return set_attach_contexts(self, modem, body),
            Id::SlotMappings => {
                let slots = ext::DeviceSlotMappingsSetView::new(body).slot_map()?;
                let mut slots = slots.iter();
                match (slots.next(), slots.next()) {
                    (Some(slot), None) if slot?.slot == 0 => Subject::SlotMappings,
                    // A failed set brings the present state.
                    (Some(Ok(_)), None) => return Ok(Step::Done(Status::INVALID_SLOT, Subject::SlotMappings)),
                    _ => return Err(INVALID),
                }
            }
            Id::DeviceReset => {
                modem.request_restart(now);
                Subject::Empty
            }
            _ => return Err(Refused(Status::NO_DEVICE_SUPPORT)),
        })
    }

    fn set_pin(&mut self, now: Instant, modem: &mut Modem, body: &[u8]) -> Outcome {
        let by = self.config.origin;
        let set = bc::PinSetView::new(body).read()?;
        let pin: Text<16> = stored(*set.pin)?;
        let new_pin: Text<16> = stored(*set.new_pin)?;
        let lock = match set.pin_type {
            bc::PinType::PIN1 => Lock::Pin1,
            bc::PinType::PIN2 => Lock::Pin2,
            bc::PinType::PUK1 => Lock::Puk1,
            bc::PinType::PUK2 => Lock::Puk2,
            bc::PinType::NETWORK_PIN => Lock::Network,
            bc::PinType::UNKNOWN => return Err(INVALID),
            other if other.name().is_some() => return Err(Refused(Status::NO_DEVICE_SUPPORT)),
            _ => return Err(INVALID),
        };
        let outcome = match (set.pin_operation, lock) {
            (bc::PinOperation::ENTER, Lock::Puk1 | Lock::Puk2) => modem.unblock(now, by, lock, &pin, &new_pin),
            (bc::PinOperation::ENTER, _) => modem.enter_code(now, by, lock, &pin),
            (bc::PinOperation::ENABLE, _) => modem.enable_code(now, by, lock, &pin, true),
            (bc::PinOperation::DISABLE, _) => modem.enable_code(now, by, lock, &pin, false),
            (bc::PinOperation::CHANGE, _) => modem.change_code(now, by, lock, &pin, &new_pin),
            _ => return Err(INVALID),
        };
        let subject = Subject::Pin(modem.lock_after(lock));
        match outcome {
            Ok(()) => done(subject),
            // The attempts that are left are told with the failure.
            Err(failure) if failure.reason == Reason::CodeWrong => {
                let told = self.config.pin_attempts_on_failure;
                Ok(Step::Done(status(failure), if told { subject } else { Subject::Empty }))
            }
            Err(failure) => Err(failure.into()),
        }
    }

    fn set_registration(&mut self, now: Instant, modem: &mut Modem, body: &[u8]) -> Outcome {
        let set = bc::RegisterStateSetView::new(body).read()?;
        let selection = match set.register_action {
            bc::RegisterAction::AUTOMATIC => Selection::Automatic,
            bc::RegisterAction::MANUAL => {
                let plmn: Text<6> = stored(*set.provider_id).map_err(|_| INVALID)?;
                if !is_plmn(&plmn) {
                    return Err(INVALID);
                }
                Selection::Manual(plmn)
            }
            _ => return Err(INVALID),
        };
        let preferred = technologies(set.data_class, self.negotiation.version);
        let ticket = modem.request_registration(now, self.config.origin, selection, preferred);
        wait_or_tell(modem, ticket, Later::Registration)
    }

    fn set_session(&mut self, now: Instant, modem: &mut Modem, body: &[u8]) -> Outcome {
        let by = self.config.origin;
        let connect = Connect::read(body, self.negotiation.version)?;
        let (auth, _) = (auth(connect.common.auth_protocol)?, compression(connect.common.compression)?);
        let ip = ip_kind(connect.ip_type)?;
        let session = modem.session(connect.session_id)?;
        let ticket = match connect.command {
            bc::ActivationCommand::ACTIVATE => {
                let apn: Text<100> = stored(connect.common.access_string)?;
                let user: Text<255> = stored(connect.common.user_name)?;
                let password: Text<255> = stored(connect.common.password)?;
                let request = ContextRequest {
                    session: connect.session_id,
                    apn: &apn,
                    user: &user,
                    password: &password,
                    auth,
                    ip,
                    purpose: Purpose(connect.context_type.0),
                };
                modem.request_activation(now, by, &request)
            }
            bc::ActivationCommand::DEACTIVATE => modem.request_deactivation(now, by, connect.session_id),
            _ => return Err(INVALID),
        };
        wait_or_tell(modem, ticket, Later::Session(session.session))
    }

    fn set_filters(&mut self, modem: &mut Modem, body: &[u8]) -> Outcome {
        let mut filters: Vec<Filter, FILTERS> = Vec::new();
        let session = bc::IpPacketFiltersSetView::new(body).session_id()?;
        let session = modem.session(session)?;
        let full = Refused(Status::FILTER_NOT_SUPPORTED);
        let mut store = |id: u32, pattern: &[u8], mask: &[u8]| {
            let bytes = |from: &[u8]| Vec::from_slice(from).map_err(|_| full);
            let filter = Filter { session: session.session, id, pattern: bytes(pattern)?, mask: bytes(mask)? };
            filters.push(filter).map_err(|_| full)
        };
        if self.negotiation.version < V3 {
            let list: RefList<'_, bc::PacketFilterView<'_>> = bc::IpPacketFiltersSetView::new(body).packet_filters()?;
            for filter in list.iter() {
                let filter = filter?;
                store(0, filter.packet_filter.0, filter.packet_mask.0)?;
            }
        } else {
            for filter in bc::IpPacketFiltersSetV3View::new(body).packet_filters()?.iter() {
                let filter = filter?;
                store(filter.filter_id, filter.packet_filter.0, filter.packet_mask.0)?;
            }
        }
        if session.state != SessionState::Active {
            return Err(Refused(Status::CONTEXT_NOT_ACTIVATED));
        }
        modem.set_filters(session.session, filters)?;
        done(Subject::Filters(session.session))
    }
}

/// A request that begins is answered later. One that cannot begin is answered at once, and tells the state too, unless
/// the command itself makes no sense.
fn wait_or_tell(modem: &Modem, ticket: Result<Ticket, Failure>, later: Later) -> Outcome {
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

fn set_ext_contexts(core: &Core<'_>, modem: &mut Modem, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    let set = ext::ProvisionedContextsSetView::new(body).read()?;
    let purpose = Purpose(set.context_type.0);
    match set.operation {
        ext::ContextOperation::DEFAULT => {
            let known = set.state.name().is_some() && set.roaming.name().is_some();
            if !known || set.media_type.name().is_none() || set.source.name().is_none() {
                return Err(INVALID);
            }
            let common = Common {
                access_string: *set.access_string,
                user_name: *set.user_name,
                password: *set.password,
                compression: set.compression,
                auth_protocol: set.auth_protocol,
            };
            let context = Context {
                purpose,
                ip: ip_kind(set.ip_type)?,
                disabled: set.state == ext::ContextState::DISABLED,
                roaming: set.roaming.0,
                media: set.media_type.0,
                source: set.source.0,
                ..common.read()?
            };
            modem.store_context(by, context)?;
        }
        ext::ContextOperation::DELETE => modem.delete_contexts(by, purpose)?,
        ext::ContextOperation::RESTORE_FACTORY => modem.restore_contexts(by),
        _ => return Err(INVALID),
    }
    done(Subject::ExtContexts)
}

fn set_attach_contexts(core: &Core<'_>, modem: &mut Modem, body: &[u8]) -> Outcome {
    let by = core.config.origin;
    let view = ext::LteAttachConfigurationSetView::new(body);
    let list = view.configurations()?;
    match view.operation()? {
        ext::LteAttachContextOperation::RESTORE_FACTORY => modem.set_attach_contexts(by, None),
        ext::LteAttachContextOperation::DEFAULT => {
            // Home, partner, others: all three, in any order.
            if list.len() != 3 {
                return Err(INVALID);
            }
            let mut contexts = [None, None, None];
            for element in list.iter() {
                let element = element?;
                let common = Common {
                    access_string: *element.access_string,
                    user_name: *element.user_name,
                    password: *element.password,
                    compression: element.compression,
                    auth_protocol: element.auth_protocol,
                };
                let context = Context { ip: ip_kind(element.ip_type)?, source: element.source.0, ..common.read()? };
                let place = usize::try_from(element.roaming.0).map_err(|_| INVALID)?;
                *contexts.get_mut(place).ok_or(INVALID)? = Some(context);
            }
            let [Some(home), Some(partner), Some(others)] = contexts else {
                return Err(INVALID);
            };
            modem.set_attach_contexts(by, Some([home, partner, others]));
        }
        _ => return Err(INVALID),
    }
    done(Subject::AttachContexts)
}
