//! Basic Connect: what the host asks for (MBIM 1.0 §10.5); `answers` holds what it is told.

use heapless::Vec;
use mbim_wire::list::RefList;
use mbim_wire::message::CommandType;
use mbim_wire::service::basic_connect as bc;
use mbim_wire::service::ms_basic_connect_extensions as ext;
use mbim_wire::{Status, Uuid, View};

use super::super::super::modem::bearer::{Context, ContextRequest, FILTERS, Filter, IpKind, Purpose, SessionState};
use super::super::super::modem::event::Change;
use super::super::super::modem::network::Selection;
use super::super::super::modem::sim::Lock;
use super::super::super::modem::{Modem, Reason, Text};
use super::super::answers::{Subject as AnySubject, status};
use super::super::commands::{Served, Service, served};
use super::super::requests::{
    Common, INVALID, Later, Outcome, Refused, Step, auth, compression, done, ip_kind, is_plmn, providers, stored,
    technologies, wait_or_tell,
};
use super::super::subscriptions::Subscriptions;
use super::super::{Core, V3};
use crate::time::Instant;

mod answers;

pub(in super::super) use answers::Subject;

pub(in super::super) static SERVICE: Service = Service {
    uuid: bc::BASIC_CONNECT,
    commands: COMMANDS,
    subscribed: true,
    offered: |offer, cid| cid != Id::HomeProviders.cid() || !offer.modem.home_providers().is_empty(),
    execute: |core, now, modem, request| match (Id::of(request.cid), request.kind) {
        (Some(id), CommandType::QUERY) => core.query(now, modem, id, request.body),
        (Some(id), _) => core.set(now, modem, id, request.body),
        (None, _) => Err(Refused(Status::NO_DEVICE_SUPPORT)),
    },
    indication,
    state,
};

served! {
    DeviceCaps = bc::DeviceCaps: query;
    Subscriber = bc::SubscriberReadyStatus: query indicated;
    Radio = bc::RadioState: query set indicated;
    Pin = bc::Pin: query set;
    PinList = bc::PinList: query;
    HomeProvider = bc::HomeProvider: query set;
    PreferredProviders = bc::PreferredProviders: query set indicated;
    VisibleProviders = bc::VisibleProviders: query;
    Registration = bc::RegisterState: query set indicated;
    PacketService = bc::PacketService: query set indicated;
    Signal = bc::SignalState: query set indicated;
    Connect = bc::Connect: query set indicated;
    Contexts = bc::ProvisionedContexts: query set indicated;
    ServiceActivation = bc::ServiceActivation: set;
    IpConfiguration = bc::IpConfiguration: query indicated;
    DeviceServices = bc::DeviceServices: query;
    SubscribeList = bc::DeviceServiceSubscribeList: set;
    Statistics = bc::PacketStatistics: query;
    IdleHint = bc::NetworkIdleHint: query set;
    Emergency = bc::EmergencyMode: query set indicated;
    Filters = bc::IpPacketFilters: query set;
    HomeProviders = bc::MulticarrierProviders: query set indicated;
}

fn indication(own: bool, change: Change) -> Option<(u32, AnySubject)> {
    let (id, subject) = match change {
        Change::Radio(_)
        | Change::Session(_)
        | Change::Emergency(_)
        | Change::PreferredProviders
        | Change::HomeProviders
        | Change::Contexts(_)
            if own =>
        {
            return None;
        }
        Change::Subscriber(state) => (Id::Subscriber, Subject::Subscriber(state)),
        Change::Radio(radio) => (Id::Radio, Subject::Radio(radio)),
        Change::Registration(registration) => (Id::Registration, Subject::Registration(registration)),
        Change::PacketService(packet) => (Id::PacketService, Subject::PacketService(packet)),
        Change::Session(session) => (Id::Connect, Subject::Session(session)),
        Change::IpConfiguration(session) => (Id::IpConfiguration, Subject::IpConfiguration(session)),
        Change::Signal(signal) => (Id::Signal, Subject::Signal(signal)),
        Change::Emergency(on) => (Id::Emergency, Subject::Emergency(on)),
        Change::PreferredProviders => (Id::PreferredProviders, Subject::PreferredProviders),
        Change::HomeProviders => (Id::HomeProviders, Subject::HomeProviders),
        Change::Contexts(_) => (Id::Contexts, Subject::Contexts),
        _ => return None,
    };
    Some((id.cid(), subject.into()))
}

fn state(modem: &Modem, cid: u32, session: u32) -> Option<AnySubject> {
    let subject = match Id::of(cid)? {
        Id::Connect => {
            let state = modem.session(session).ok().filter(|_| modem.knows_session(session))?;
            Subject::Session(state)
        }
        Id::PacketService => Subject::PacketService(modem.packet_service()),
        Id::Registration => Subject::Registration(modem.registration()),
        Id::Radio => Subject::Radio(modem.radio()),
        Id::Subscriber => Subject::Subscriber(modem.ready_state()),
        Id::Signal => Subject::Signal(modem.signal()),
        Id::IpConfiguration => {
            let session = modem.session(session).ok()?.session;
            modem.ip_configuration(session)?;
            Subject::IpConfiguration(session)
        }
        Id::Emergency => Subject::Emergency(modem.emergency()),
        Id::PreferredProviders => Subject::PreferredProviders,
        Id::HomeProviders => Subject::HomeProviders,
        Id::Contexts => Subject::Contexts,
        _ => return None,
    };
    Some(subject.into())
}

fn lock(wire: bc::PinType) -> Result<Lock, Refused> {
    Ok(match wire {
        bc::PinType::PIN1 => Lock::Pin1,
        bc::PinType::PIN2 => Lock::Pin2,
        bc::PinType::PUK1 => Lock::Puk1,
        bc::PinType::PUK2 => Lock::Puk2,
        bc::PinType::NETWORK_PIN => Lock::Network,
        bc::PinType::UNKNOWN => return Err(INVALID),
        other if other.name().is_some() => return Err(Refused(Status::NO_DEVICE_SUPPORT)),
        _ => return Err(INVALID),
    })
}

/// Where one of the codes stands.
pub(super) fn pin_state(modem: &Modem, wire: bc::PinType) -> Result<Subject, Refused> {
    let lock = lock(wire)?;
    modem.lock()?;
    Ok(Subject::Pin(modem.lock_after(lock)))
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
            Id::ServiceActivation | Id::SubscribeList => {
                return Err(Refused(Status::NO_DEVICE_SUPPORT));
            }
        })
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
            Id::Pin => return self.set_pin(now, modem, &bc::PinSetView::new(body).read()?),
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
                return Ok(Step::Done(status, Subject::ServiceActivation(cause).into()));
            }
            Id::SubscribeList => {
                let list = bc::DeviceServiceSubscribeListSetView::new(body);
                self.subscriptions = Subscriptions::read(list, self.offer(modem))?;
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
            _ => return Err(Refused(Status::NO_DEVICE_SUPPORT)),
        })
    }

    /// Also for the codes of an application, which are these.
    pub(super) fn set_pin(&self, now: Instant, modem: &mut Modem, set: &bc::PinSet<'_>) -> Outcome {
        let by = self.config.origin;
        let pin: Text<16> = stored(*set.pin)?;
        let new_pin: Text<16> = stored(*set.new_pin)?;
        let lock = lock(set.pin_type)?;
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
                Ok(Step::Done(status(failure), if told { subject.into() } else { AnySubject::Empty }))
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
                    ..ContextRequest::default()
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
